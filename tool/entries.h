/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads passwd(5), group(5) and shadow(5) of this host, or of --root's, entry by entry.
 */
#ifndef ROLEGATE_ENTRIES_H
#define ROLEGATE_ENTRIES_H

#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>

#include "tool.h"

/* Bytes of the longest entry: a group of a hundred thousand members has a megabyte. */
#define ENTRIES_LINE_MAX ((size_t)16 * 1024 * 1024)

/*
 * A file that is being read.
 *
 * file   NULL: there is none, or it could not be opened
 * error  0, ENOENT at the end, or the errno value that ended it too early; stays
 */
struct entries {
	FILE *file;
	char *line;
	int error;
	union {
		struct passwd user;
		struct group group;
		struct spwd shadow;
	} entry;
};

/*
 * Open such a file. One that is not there has no entries.
 *
 * Owner: entries_close(), always: it also tells of what failed here.
 */
void entries_open(struct tool *tool, const char *path, struct entries *ret);

/* The next one, which lasts until the one after it. NULL at the end, and where reading failed. */
const struct passwd *entries_next_user(struct entries *entries);
const struct group *entries_next_group(struct entries *entries);
const struct spwd *entries_next_shadow(struct entries *entries);

/*
 * Returns: 0 what was read is all that there is, or all that was asked for; -ENOMEM or -EIO: who is
 *          missing is not known.
 */
int entries_close(struct entries *entries);

#endif
