/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A private copy of a source file, for its editor.
 *
 * The editor runs as the person who called for it and not as root: editors run commands, and a sudo
 * rule for `rolegate edit` would else be one for everything. So the copy is that person's, in a folder
 * of its own that nobody else can enter.
 */
#ifndef ROLEGATE_DRAFT_H
#define ROLEGATE_DRAFT_H

#include <stddef.h>

#include "author.h"

/* Owner: draft_close(). */
struct draft {
	char *folder, *path;
	int fd;		  /* the folder, whatever its path may lead to by now */
	const char *file; /* the copy, in it */
	uid_t uid;	  /* whose it is */
	gid_t gid;
	bool drops;		/* the editor runs as them, and not as we do */
	struct account account; /* theirs then, as this host knows it and no --root */
};

/* Copy a text. 0, -ENOENT this host has no such user, or -errno: then nothing is left of it. */
int draft_make(struct draft *draft, const struct author *author, const char *name, const char *text,
	       size_t n);

/*
 * Run the editor that VISUAL or EDITOR names (words, no shell; `editor` or `vi` without them) on the
 * copy. 0 it ended well; 1 it did not, after saying so; -errno.
 */
int draft_edit(const struct draft *draft);

/* Read the copy, on the heap. 0; -errno; -EINVAL it is no regular file of theirs, or too large. */
int draft_read(const struct draft *draft, char **ret_text, size_t *ret_n);

/* Take it away; or, if `keep`, leave it where it is. */
void draft_close(struct draft *draft, bool keep);

#endif
