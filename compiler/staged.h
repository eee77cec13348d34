/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts a new text in the place of a source file, in step with the generation that is made of it.
 *
 * The text is written beside the file first, complete and synced; then the generation is put in
 * force; then the two files change names, so that it can still be undone; then the old one goes.
 * Whatever a crash leaves in between, the next change completes or takes away (staged_recover()), by
 * what is in force.
 */
#ifndef ROLEGATE_STAGED_H
#define ROLEGATE_STAGED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <time.h>

#include "tree.h"

/* A text that waits for its place. Owner: staged_close(). */
struct staged {
	int folder; /* the file's */
	char *name; /* the file's, in its folder */
	char *path; /* the file's, absolute, as on the host */
	struct timespec mtime;
	struct stat old; /* of the file that it replaces; st_ino 0: there is none */
	enum staged_place {
		STAGED_BESIDE,	  /* not in its place yet */
		STAGED_ALONE,	  /* in its place, where no file was */
		STAGED_EXCHANGED, /* in its place, and the old file in the place beside */
		STAGED_OVER, /* in its place, and the old file gone: the file system exchanges none */
	} place;
};

/*
 * Write a text beside the file at `path`, for which there need not be one yet; its folder is made
 * if need be. Owner and mode are those of the file that it will replace, else ours and 0644.
 *
 * Returns 0 or -errno: then nothing is left of it.
 */
int staged_write(struct staged *staged, const struct tree *tree, const char *path, const char *text,
		 size_t n);

/*
 * Put it into its place, to last. 0; -ESTALE the old file is not the one any more that was there when the
 * text was written; -errno. On failure staged_undo() is due.
 */
int staged_place(struct staged *staged);

/* Take it away, and put the old file back. 0 or -errno: it could not be done. */
int staged_undo(struct staged *staged);

/* Let go of the old file. What cannot be taken away harms nobody. */
void staged_finish(struct staged *staged);

void staged_close(struct staged *staged);

/*
 * Complete what a crash left in a folder of sources, or take it away.
 *
 * is_in_force  whether what is in force was made of the text at `staged_path`, as file `path`: 1 it
 *              was, 0 it was not, or -errno
 * Returns:     0; or -errno: what was left still is.
 */
int staged_recover(const struct tree *tree, const char *folder,
		   int (*is_in_force)(void *context, const char *staged_path, const char *path),
		   void *context);

#endif
