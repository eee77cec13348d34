/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists the roles that reach somebody in a policy, each with the assignment that gives it: to the
 * user, to a group, or for want of one by default (P3).
 *
 * What a decision makes of them is the library's business (decide.h), which keeps no times; these are
 * for those who change assignments.
 */
#ifndef ROLEGATE_REACH_H
#define ROLEGATE_REACH_H

#include "policy.h"

/* One role by one assignment. */
struct reach_grant {
	enum rolegate_step_kind source; /* USER, GROUP, DEFAULT or SYSTEM */
	const char *group;		/* belongs to the person; NULL for none */
	uint32_t role;
	int64_t from, until;
	bool is_approved; /* the assignment says by whom */
	struct place place;
};

struct reach {
	struct reach_grant *list;
	size_t n, max;
};

/*
 * Find everything that reaches a person: own and groups' assignments, in their time or not; and
 * without one that is in its time `at`, the default roles.
 *
 * Owner:    reach_free(), always.
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 */
int reach_find(const struct rolegate_policy *policy, const struct rolegate_person *person,
	       int64_t at, struct reach *ret);

/* Find only the assignments to one name; kind: FORMAT_USERS or FORMAT_GROUPS. As reach_find(). */
int reach_find_named(const struct rolegate_policy *policy, char kind, const char *name,
		     struct reach *ret);

/* P9: whether any of the assignments that give the role says who approved it. */
bool reach_is_approved(const struct reach *grants, uint32_t role);

/* Whether the person has the default roles, for want of an assignment. */
bool reach_is_default(const struct reach *grants);

void reach_free(struct reach *grants);

#endif
