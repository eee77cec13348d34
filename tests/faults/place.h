/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Roots to break things in: made by a shell script, copied, looked at from outside.
 *
 * What is in them is read here byte by byte, without asking the program that is tested.
 */
#ifndef ROLEGATE_TEST_PLACE_H
#define ROLEGATE_TEST_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* What `status` says, and what the folders show. */
struct place_view {
	int status;	/* exit status of `status --json` */
	char force[64]; /* "3", "3 on trial", or "" where nothing was ever applied */
	char word[16];	/* of the sources: "same", "changed", … */
	char *sources;	/* the files of /etc/rolegate: paths, sizes and bytes */
	char *kept;	/* those that the generation in force was made of, likewise */
};

/*
 * A folder for roots, in memory where there is such a place: fsync(2) is then a call like any
 * other, and everything goes faster. On the heap; support_remove_folder().
 */
char *place_make_folder(void);

/*
 * Run a shell script. In it $D is the root, $S the folder of the sources of Rolegate, $R its
 * program with --root. Returns the exit status; the output goes to *ret_output on the heap if that
 * is not NULL.
 */
int place_run(const char *root, const char *script, char **ret_output);

/* Make `to` what `from` is: times, modes, and names of one file too. */
void place_copy(const char *from, const char *to);

/* Look at it. Owner: place_forget(). */
void place_look(const char *root, struct place_view *ret);
void place_forget(struct place_view *view);

/*
 * Everything below a root: paths, modes, number of names, sizes, and what the bytes come to; but not
 * of compiled policies, which say when they were made. On the heap.
 */
char *place_read_all(const char *root);

/* The generation that the library finds in force, read as a whole; 0: none that is sound. */
uint64_t place_generation(const char *root);

/* What an interrupted change left behind, in words; NULL if nothing. */
const char *place_find_leftovers(const char *root);

#endif
