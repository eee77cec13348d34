/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source files of a policy: read once, safely and whole.
 *
 * What is checked, compiled and kept with a generation is the one text that was read here,
 * whatever happens to the file meanwhile.
 */
#ifndef ROLEGATE_SOURCE_H
#define ROLEGATE_SOURCE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "report.h"
#include "tree.h"

/* A million assignments with reasons and dates need about 150 MB. */
#define SOURCE_MAX ((size_t)256 * 1024 * 1024)

/* One file, or a folder whose listing matters: then text is NULL, and size one of ROLEGATE_SOURCE_…. */
struct source {
	char *path; /* absolute, as on the host */
	char *text; /* n bytes, the last of them a newline, and a NUL behind */
	size_t n;
	int64_t size;
	int64_t mtime_s;
	uint32_t mtime_ns;
};

/* All of them; struct place counts them from 0. */
struct sources {
	struct source *list;
	size_t n, max;
};

/*
 * Read a file: a regular one of root's (or of the effective user's), writable by nobody else, of
 * at most SOURCE_MAX bytes and without a NUL. What is wrong goes into the report, at this file.
 *
 * ret_file  its number, also if it could not be read
 * Returns:  0; -ENOENT it does not exist, nothing was reported or added; -EBADMSG reported;
 *           -ENOMEM.
 */
int source_read(struct sources *sources, const struct tree *tree, const char *path,
		struct report *report, uint32_t *ret_file);

/*
 * Report a folder of sources that others could write to: they could take files away, or bring back old ones.
 * fd is open on it.
 */
void source_check_folder(int fd, const char *path, struct report *report);

/* Add a text that is in memory, as if it had been read from `path`. 0 or -ENOMEM. */
int source_add_text(struct sources *sources, const char *path, const char *text, size_t n,
		    uint32_t *ret_file);

/* A text that stands in for a source file, which need not be there. */
struct source_overlay {
	const char *path;
	const char *text;
	size_t n;
	struct timespec mtime; /* of the file that the text will be */
};

/* Add the text as if it had been read. 0 or -ENOMEM. */
int source_add_overlay(struct sources *sources, const struct source_overlay *overlay,
		       uint32_t *ret_file);

/* Note a folder's time, or that it is not there. 0, -ENOMEM or another -errno. */
int source_note_folder(struct sources *sources, const struct tree *tree, const char *path);

/* The path of a place's file. */
const char *source_path(const struct sources *sources, struct place place);

void sources_free(struct sources *sources);

#endif
