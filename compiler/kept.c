/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a note: one line. */
#define NOTE_MAX 1023u

int kept_read_note(const struct tree *tree, const char *path, uint64_t generation, const char *name,
		   char **ret_text)
{
	char *file, text[NOTE_MAX + 1];
	ssize_t got;
	int fd;

	if (asprintf(&file, "%s/generations/%llu/%s", path, (unsigned long long)generation, name) <
	    0)
		return -ENOMEM;
	fd = tree_open_file(tree, file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	free(file);
	if (fd < 0)
		return fd;
	do
		got = read(fd, text, NOTE_MAX);
	while (got < 0 && errno == EINTR);
	close(fd);
	if (got < 0)
		return -EIO;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	*ret_text = strdup(text);
	return *ret_text ? 0 : -ENOMEM;
}

/* Whether the file has exactly these bytes: 1, 0 or -errno. */
static int has_bytes(int fd, const char *bytes, size_t n)
{
	char buffer[65536];
	size_t done = 0;

	for (;;) {
		ssize_t got = read(fd, buffer, sizeof(buffer));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return done == n;
		if ((size_t)got > n - done || memcmp(buffer, bytes + done, (size_t)got) != 0)
			return 0;
		done += (size_t)got;
	}
}

char *kept_source_path(const char *path, uint64_t generation, const char *source)
{
	char *whole;

	return asprintf(&whole, "%s/generations/%llu/" KEPT_SOURCES "%s", path,
			(unsigned long long)generation, source) < 0
		       ? NULL
		       : whole;
}

int kept_compare_source(const struct tree *tree, const char *path, uint64_t generation,
			const struct source *source)
{
	char *copy = kept_source_path(path, generation, source->path);
	int fd, r;

	if (!copy)
		return -ENOMEM;
	fd = tree_open_file(tree, copy, O_RDONLY | O_NOFOLLOW, 0);
	free(copy);
	if (fd < 0)
		return fd;
	r = has_bytes(fd, source->text, (size_t)source->size);
	close(fd);
	return r;
}

int kept_compare(const struct tree *tree, const char *path, uint64_t generation,
		 const struct sources *sources, size_t n)
{
	int r = 1;

	for (size_t i = 0; i < sources->n; i++)
		n -= sources->list[i].text != NULL;
	if (n != 0)
		return 0;
	for (size_t i = 0; i < sources->n && r == 1; i++)
		if (sources->list[i].text)
			r = kept_compare_source(tree, path, generation, &sources->list[i]);
	return r == -ENOENT ? 0 : r;
}
