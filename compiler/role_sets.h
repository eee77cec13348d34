/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers the sets of roles that assignments give together, so that a decision looks at what all of
 * them hold once, and not at each role.
 *
 * Only sets of roles that nothing but their permissions is asked of are numbered: none of them needs
 * approval (P9), and none is in a conflict rule, or inherits one that is (A6). Only the first
 * FORMAT_SETS_MAX are; the roles of the rest are looked at one by one.
 */
#ifndef ROLEGATE_ROLE_SETS_H
#define ROLEGATE_ROLE_SETS_H

#include "model.h"

struct role_sets {
	const struct model *model;
	const struct model_assignment **list; /* by number: an assignment that gives the set */
	size_t n, max;
	uint32_t *slots;
	size_t n_slots;
};

/*
 * Number the sets of all assignments of a model, which is resolved, and has to stay.
 *
 * sets      zeroed
 * Owner:    role_sets_free(), whatever is returned.
 * Returns:  0; -ENOMEM.
 */
int role_sets_find_all(struct role_sets *sets, const struct model *model);

/* The number of the set that an assignment gives, or NAMES_NONE. */
uint32_t role_sets_of(const struct role_sets *sets, const struct model_assignment *assignment);

void role_sets_free(struct role_sets *sets);

#endif
