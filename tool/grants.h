/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists the roles that reach somebody in a policy, each with the assignment that gives it: to the
 * user, to a group, or for want of one by default (P3).
 *
 * What a decision makes of them is the library's business (decide.h), which keeps no times; these are
 * for those who change assignments.
 */
#ifndef ROLEGATE_GRANTS_H
#define ROLEGATE_GRANTS_H

#include "policy.h"

/* One role by one assignment. */
struct grant {
	enum rolegate_step_kind source; /* USER, GROUP, DEFAULT or SYSTEM */
	const char *group;		/* belongs to the person; NULL for none */
	uint32_t role;
	int64_t from, until;
	bool is_approved; /* the assignment says by whom */
	struct place place;
};

struct grants {
	struct grant *list;
	size_t n, max;
};

/*
 * Find everything that reaches a person: own and groups' assignments, in their time or not; and
 * without one that is in its time `at`, the default roles.
 *
 * Owner:    grants_free(), always.
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 */
int grants_find(const struct rolegate_policy *policy, const struct rolegate_person *person,
		int64_t at, struct grants *ret);

/* Find only the assignments to one name; kind: FORMAT_USERS or FORMAT_GROUPS. As grants_find(). */
int grants_find_named(const struct rolegate_policy *policy, char kind, const char *name,
		      struct grants *ret);

/* P9: whether any of the assignments that give the role says who approved it. */
bool grants_is_approved(const struct grants *grants, uint32_t role);

/* Whether the person has the default roles, for want of an assignment. */
bool grants_are_default(const struct grants *grants);

void grants_free(struct grants *grants);

#endif
