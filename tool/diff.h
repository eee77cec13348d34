/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gathers what a change comes to as one JSON object, of which `rolegate diff` also makes its text.
 */
#ifndef ROLEGATE_DIFF_H
#define ROLEGATE_DIFF_H

#include <jansson.h>

#include "author.h"
#include "difference.h"

/*
 * Up to so many users the groups of each are looked up; beyond, a class is judged by one of its
 * members and by assignments of their own: a directory of a million users is not asked about each.
 */
#define DIFF_EXACT_MAX 1000u

/*
 * Keys as rolegate(8) has them: settings, roles, services, users, groups, closed, opened, exact,
 * you, conflict, refused; and `different`, whether there is anything in the first seven.
 *
 * Returns:  0 and *ret; -EBADMSG; -ENOMEM; -EIO.
 */
int diff_gather(struct tool *tool, const struct author *author, struct difference *difference,
		json_t **ret);

/* The same from two policies, both read whole; before may be NULL. */
int diff_compare(struct tool *tool, const struct author *author,
		 const struct rolegate_policy *before, const struct rolegate_policy *after,
		 json_t **ret);

/* Print it for a person. */
void diff_print(const struct tool *tool, const json_t *diff);

#endif
