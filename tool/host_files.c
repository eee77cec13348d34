/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Lines ---- */

int host_lines_open(struct tool *tool, const char *path, struct host_lines *ret)
{
	struct stat st;
	int fd, r = 0;

	*ret = (struct host_lines){ 0 };
	fd = tree_open_file(&tool->tree, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (!S_ISREG(st.st_mode))
		r = -EINVAL;
	else if (st.st_size > HOST_FILE_MAX)
		r = -E2BIG;
	else if (!(ret->file = fdopen(fd, "re")))
		r = -ENOMEM;
	if (r < 0)
		close(fd);
	return r;
}

bool host_lines_next(struct host_lines *lines)
{
	ssize_t n;

	errno = 0;
	n = getline(&lines->text, &lines->size, lines->file);
	if (n < 0) {
		lines->error = feof(lines->file) ? 0 : errno ? -errno : -EIO;
		return false;
	}
	lines->n = (size_t)n;
	if (lines->n > 0 && lines->text[lines->n - 1] == '\n')
		lines->text[--lines->n] = '\0';
	lines->line++;
	return true;
}

void host_lines_close(struct host_lines *lines)
{
	if (lines->file)
		fclose(lines->file);
	free(lines->text);
	*lines = (struct host_lines){ 0 };
}

char *host_lines_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t\r");

	*rest = word + strcspn(word, " \t\r");
	if (**rest)
		*(*rest)++ = '\0';
	return *word ? word : NULL;
}

/* ---- Names ---- */

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct host_names *names, size_t *max, const char *name)
{
	char **grown = array_grow(names->list, names->n, max, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	names->list = grown;
	grown[names->n] = strdup(name);
	return grown[names->n] ? (names->n++, 0) : -ENOMEM;
}

int host_names_list(struct tool *tool, const char *folder, struct host_names *ret)
{
	int fd = tree_open_file(&tool->tree, folder, O_RDONLY | O_DIRECTORY, 0), r = 0;
	const struct dirent *entry;
	size_t max = 0;
	DIR *list;

	*ret = (struct host_names){ 0 };
	if (fd < 0)
		return fd;
	list = fdopendir(fd);
	if (!list) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (entry = readdir(list)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = add_name(ret, &max, entry->d_name);
	closedir(list);
	if (ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_bytes);
	return r;
}

void host_names_free(struct host_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct host_names){ 0 };
}
