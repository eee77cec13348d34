/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text files line by line, and names in folders: this host's, or those below a root.
 */
#ifndef ROLEGATE_HOST_FILES_H
#define ROLEGATE_HOST_FILES_H

#include <stdio.h>

#include "tool.h"

/* Bytes of a file: a passwd with half a million users is smaller. */
#define HOST_FILE_MAX (64 << 20)

/*
 * A file that is being read. Owner: host_lines_close().
 *
 * text   the line, without its newline
 * n      its bytes; more than strlen(text) if there is a NUL in it
 * line   its number, from 1
 * error  of the file as a whole, once host_lines_next() has returned false: 0 or -errno
 */
struct host_lines {
	FILE *file;
	char *text;
	size_t size, n;
	unsigned int line;
	int error;
};

/*
 * Open a file. 0; -ENOENT; -EINVAL no regular file; -E2BIG; -ENOMEM; or what the system said.
 * host_lines_close() is due either way.
 */
int host_lines_open(struct tool *tool, const char *path, struct host_lines *ret);
bool host_lines_next(struct host_lines *lines);
void host_lines_close(struct host_lines *lines);

/* The next word of a line: cut off with a NUL, and *rest moved behind it. NULL if there is none. */
char *host_lines_word(char **rest);

/* Names of files. Owner: host_names_free(). */
struct host_names {
	char **list;
	size_t n;
};

/*
 * The names in a folder, in byte order, without `.` and `..`. 0, -ENOMEM or what the system said.
 * host_names_free() is due either way.
 */
int host_names_list(struct tool *tool, const char *folder, struct host_names *ret);
void host_names_free(struct host_names *names);

#endif
