/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges a change before it takes effect.
 */
#ifndef ROLEGATE_REVIEW_H
#define ROLEGATE_REVIEW_H

#include "author.h"

/*
 * before      the generation in force; NULL: none
 * ret_effect  a line for the history, on the heap; may be NULL on success
 * Returns:    EXIT_DONE; else the exit status, after saying why.
 */
int review_change(struct tool *tool, const struct author *author,
		  const struct rolegate_policy *before, const struct rolegate_policy *after,
		  char **ret_effect);

#endif
