/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The resolver's parts, in the order in which they run.
 */
#ifndef ROLEGATE_RESOLVE_INTERNAL_H
#define ROLEGATE_RESOLVE_INTERNAL_H

#include "resolve.h"

struct resolving {
	struct model *model;
	const struct sources *sources;
	struct report *report;
};

/*
 * resolve_references.c: everything that is named exists, is of the right kind (P4-P6), and within the
 * limits.
 */
void resolve_privileges(struct resolving *r);
void resolve_references(struct resolving *r);
bool resolve_limits(struct resolving *r);

/* resolve_plan.c: which permissions are in force (P11). */
void resolve_plan(struct resolving *r);

/*
 * resolve_roles.c: cycles (P2), then what each role holds by itself and with its bases (P1, P6, P7, P10).
 */
int resolve_roles(struct resolving *r);

/*
 * There as well: the map of one conflict rule's roles, by their numbers in member_names; and how
 * many roles two such maps have in common.
 */
void resolve_map_rule(const struct model *model, const struct model_conflict *rule,
		      uint64_t map[MODEL_MEMBER_WORDS]);
unsigned int resolve_count_common(const uint64_t *a, const uint64_t *b);

/*
 * resolve_groups.c: roles seen as groups of the operating system, once it is known what roles
 * inherit.
 */
void resolve_groups(struct resolving *r);

#endif
