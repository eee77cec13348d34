/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies that are built to make a question or the compiler slow, within the limits (D9).
 */
#ifndef ROLEGATE_TEST_BOUNDED_POLICY_H
#define ROLEGATE_TEST_BOUNDED_POLICY_H

#include "support.h"

/* The largest number of groups that a process can have on Linux. */
#define BOUNDED_GIDS 65536u

/*
 * One kind of policy. Numbers that are 0 leave the thing out; `n` of a call scales what is marked.
 *
 * bases         of each role, which are the roles behind it: 1 is a chain in the worst order of definition
 * privileges    of each role, its own and no other's
 * required      permissions of the service; the last roles grant them
 * conflicts     rules; conflict_roles of each
 * assigned      whether the user is assigned each role (scaled), and once more with an end in the past
 * groups        per 1024 of n (scaled), and how many of them the user is in
 * group_roles   roles of each group
 * sets          assignments of the user with 64 roles each
 */
struct bounded_shape {
	const char *name;
	unsigned int bases, privileges, required, conflicts, conflict_roles;
	bool is_approval, is_assigned, is_twice;
	unsigned int groups, group_roles, sets;
	unsigned int prefixes, suspended, role_groups;
	unsigned int n_max;    /* the largest n within the limits */
	unsigned int services; /* per 1024 of n */
	unsigned int listed;   /* per 1024 of n: users that a look-up of the first group may list */
};

extern const struct bounded_shape bounded_shapes[];
extern const size_t bounded_n_shapes;

const struct bounded_shape *bounded_find(const char *name);

/* The text of a policy, on the heap. */
char *bounded_text(const struct bounded_shape *shape, unsigned int n);

/* Compile it; fails the test if it is refused. Owner: compile_free(). */
void bounded_compile(struct compiled *ret, const struct bounded_shape *shape, unsigned int n);

/* The user of these policies, who is in all groups of the policy, and in as many others as there may be. */
struct bounded_user {
	struct rolegate_person person;
	char (*names)[12];
};
void bounded_user(struct bounded_user *ret, const struct bounded_shape *shape, unsigned int n);
void bounded_user_free(struct bounded_user *user);

#endif
