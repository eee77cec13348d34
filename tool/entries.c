/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entries.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- A stream ---- */

/* stdio gives up where a signal interrupts it, and half of a line would be gone. */
static ssize_t read_on(void *cookie, char *to, size_t n)
{
	const int *fd = cookie;
	ssize_t got;

	do
		got = read(*fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static int close_stream(void *cookie)
{
	const int *fd = cookie;
	int r = close(*fd);

	free(cookie);
	return r;
}

/* A stream over a descriptor, which it takes; NULL: no memory. */
static FILE *make_stream(int fd)
{
	const cookie_io_functions_t functions = { .read = read_on, .close = close_stream };
	int *cookie = malloc(sizeof(*cookie));
	FILE *stream = NULL;

	if (cookie) {
		*cookie = fd;
		stream = fopencookie(cookie, "r", functions);
	}
	if (!stream) {
		free(cookie);
		close(fd);
	}
	return stream;
}

void entries_open(struct tool *tool, const char *path, struct entries *ret)
{
	int fd = tree_open_file(&tool->tree, path, O_RDONLY | O_NONBLOCK, 0);

	*ret = (struct entries){ .error = fd < 0 ? -fd : 0 };
	if (fd < 0)
		return;
	ret->file = make_stream(fd);
	ret->line = malloc(ENTRIES_LINE_MAX);
	if (!ret->file || !ret->line)
		ret->error = ENOMEM;
}

int entries_close(struct entries *entries)
{
	if (entries->file)
		fclose(entries->file);
	free(entries->line);
	if (entries->error == 0 || entries->error == ENOENT)
		return 0;
	return entries->error == ENOMEM ? -ENOMEM : -EIO;
}

/* ---- Entries ---- */

const struct passwd *entries_next_user(struct entries *entries)
{
	struct passwd *found = NULL;

	if (entries->error == 0)
		entries->error = fgetpwent_r(entries->file, &entries->entry.user, entries->line,
					     ENTRIES_LINE_MAX, &found);
	return found;
}

const struct group *entries_next_group(struct entries *entries)
{
	struct group *found = NULL;

	if (entries->error == 0)
		entries->error = fgetgrent_r(entries->file, &entries->entry.group, entries->line,
					     ENTRIES_LINE_MAX, &found);
	return found;
}

const struct spwd *entries_next_shadow(struct entries *entries)
{
	struct spwd *found = NULL;

	if (entries->error == 0)
		entries->error = fgetspent_r(entries->file, &entries->entry.shadow, entries->line,
					     ENTRIES_LINE_MAX, &found);
	return found;
}
