/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges a change before it takes effect.
 */
#ifndef ROLEGATE_REVIEW_H
#define ROLEGATE_REVIEW_H

#include "author.h"
#include "difference.h"

/*
 * What stands in the way of a change, and what is to be told in any case.
 *
 * reason   the code for JSON, as "lacks"; NULL: nothing stands in the way
 * text     why, as a sentence without an end
 * lacks    names of what the author lacks; they belong to the difference
 * warning  NULL, or a sentence
 */
struct review {
	const char *reason;
	char *text;
	const char **lacks;
	size_t n_lacks;
	char *warning;
	size_t n_silent; /* see struct duty */
};

/*
 * Judge a change by its author's authority (A1-A3, A7), unless there is no policy before, or --root
 * knows nobody of his uid; and by the conflict rules, which hold for everybody (A6).
 *
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 * Owner:    review_free(), whatever is returned.
 */
int review_judge(struct tool *tool, const struct author *author, struct difference *difference,
		 struct review *ret);
void review_free(struct review *review);

/*
 * The same for a change that is about to be made: refuses it, or warns on standard error, also of
 * services that would no longer let the author in.
 *
 * before      the generation in force; NULL: none
 * ret_effect  a line for the history, on the heap
 * Returns:    EXIT_DONE; else the exit status, after saying why.
 */
int review_change(struct tool *tool, const struct author *author,
		  const struct rolegate_policy *before, const struct rolegate_policy *after,
		  char **ret_effect);

#endif
