/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sources that a change is made of: those in /etc as they are, with one of them changed, or those
 * of an earlier generation.
 */
#ifndef ROLEGATE_CANDIDATE_H
#define ROLEGATE_CANDIDATE_H

#include "change.h"
#include "compile.h"
#include "staged.h"

/* Owner: candidate_free(). */
struct candidate {
	struct compiled compiled;
	struct staged staged; /* the text that goes with it, if `has_staged` */
	bool has_staged;
	bool is_owed;	 /* the text stays where it is, for what is in force was made of it */
	bool is_nothing; /* an edit of 90-managed.conf that changes nothing; not compiled */
	char *text;
};

/*
 * Make the candidate of a request, under the lock. A text that goes with it is written beside its
 * file, but not put into its place.
 *
 * active    what is in force; NULL: nothing, and then only a plain apply is possible
 * Returns:  EXIT_DONE and *ret; else the exit status, after saying why. candidate_free() is due either
 *           way, and where it is not put in force staged_undo() before.
 */
int candidate_make(struct tool *tool, const struct change_request *request,
		   const struct author *author, const struct rolegate_policy *active,
		   struct candidate *ret);
void candidate_free(struct candidate *candidate);

/* Complete, or take away, what a crash between generation and file left. EXIT_DONE or after words. */
int candidate_recover(struct tool *tool);

/*
 * Open a generation that is kept, and read it into memory if `load`. 0; -ENOENT; -EACCES; or an error
 * of the library.
 */
int candidate_open_past(struct tool *tool, uint64_t generation, bool load,
			struct rolegate_policy **ret_policy);

#endif
