/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts what two policies speak of under common numbers, by name.
 *
 * The same role or permission has another number in each compiled policy. Here it has one, and what
 * a role gives is one kind of map for both, which can be compared bit by bit.
 *
 * A map has a bit for each permission and privilege of either policy. Behind them it has one for
 * each OS group that a role brings through `role_groups`: membership is a thing that a role gives,
 * like any permission.
 */
#ifndef ROLEGATE_JOINT_H
#define ROLEGATE_JOINT_H

#include "arena.h"
#include "names.h"
#include "policy.h"

/* Which of the two policies: the one in force, or the one that is to be. An index. */
enum joint_side {
	JOINT_BEFORE = 0,
	JOINT_AFTER = 1,
};

/*
 * What a bit stands for.
 *
 * flags    FORMAT_PERMISSION_*; 0 where it is not there
 * through  of an OS group: a role that brings it; else NULL
 */
struct joint_bit {
	const char *name;
	const char *through;
	bool is_there[2];
	unsigned int flags[2];
	enum format_tier tier[2];
};

/*
 * A role of either policy.
 *
 * id       its number in each policy; NAMES_NONE where it is not there
 * flags    FORMAT_ROLE_*
 * closure  maps of what it gives with its bases; empty where it is not there
 * sure     maps of what of it no conflict rule can take (A6): what does not come by way of a role
 *          that one names, whichever other roles its holder may have, whom nobody asks here
 * has_grown    whether it gives anything that it did not before, the plan left aside, or that a
 *              conflict could take before
 * has_changed  whether it gives something else than before, or to others, the plan considered
 *              (P11), or needs approval where it did not
 */
struct joint_role {
	const char *name;
	bool has_changed, has_grown;
	uint32_t id[2];
	unsigned int flags[2];
	enum format_tier level[2];
	const unsigned char *closure[2], *sure[2];
};

/* Roles that nobody has to be assigned: default_roles, system_account_roles, or virtual_roles. */
struct joint_defaults {
	uint32_t n;
	uint32_t *roles;
};

/* Indexes of `defaults`. */
enum joint_default {
	JOINT_ANYBODY = 0,
	JOINT_SYSTEM = 1,
	JOINT_VIRTUAL = 2,
};

#define JOINT_DEFAULTS 3

/* One policy's share. */
struct joint_policy {
	const struct rolegate_policy *policy; /* NULL: there is none, and nothing in it */
	uint32_t *bits;			      /* by the policy's number of a permission */
	uint32_t n_same; /* so many of them, from 0 on, are the number itself */
	uint32_t *roles; /* by the policy's number of a role */
	unsigned char *closures;
	unsigned char *sures;	 /* NULL without conflict rules: they can take nothing then */
	bool *is_named;		 /* by the policy's number of a role: a conflict rule names it */
	unsigned char *in_force; /* map of what the plan leaves, OS groups too (P11) */
	struct joint_defaults defaults[JOINT_DEFAULTS];
};

struct joint {
	struct arena arena;
	struct names bit_names, role_names;
	struct joint_bit *bits;
	struct joint_role *roles;
	size_t n_map; /* bytes of a map, a multiple of 8 */
	unsigned char *empty;
	struct joint_policy sides[2];
};

/*
 * Number what is in two policies.
 *
 * before,
 * after    read whole (policy_load_confirmed(), store_load()), and open for as long as `joint` is;
 *          before may be NULL
 * Owner:   joint_close(), whatever is returned.
 * Returns: 0; -EBADMSG; -ENOMEM; -EIO.
 */
int joint_open(struct joint *joint, const struct rolegate_policy *before,
	       const struct rolegate_policy *after);
void joint_close(struct joint *joint);

/* An empty map on the heap, or NULL. */
unsigned char *joint_new_map(const struct joint *joint);

/* to |= from; to &= ~from; whether there is any bit of `map` that `in` lacks. */
void joint_add(const struct joint *joint, unsigned char *to, const unsigned char *from);
void joint_take(const struct joint *joint, unsigned char *to, const unsigned char *from);
bool joint_exceeds(const struct joint *joint, const unsigned char *map, const unsigned char *in);
bool joint_is_empty(const struct joint *joint, const unsigned char *map);

/*
 * Add what a person holds at a moment by one of the policies, whether or not the plan leaves it.
 *
 * Somebody whose roles exclude each other (A6) is taken to be in none of the OS groups that roles
 * bring: which of them is left does not matter where it is asked whether he has enough.
 *
 * ret_is_owner  may be NULL; whether a role of theirs is an owner's
 * Returns: 0; -EBADMSG; -ENOMEM; -EIO.
 */
int joint_hold(const struct joint *joint, enum joint_side side,
	       const struct rolegate_person *person, int64_t at, unsigned char *map,
	       bool *ret_is_owner);

/*
 * Note the roles that a person has in force at a moment by one of the policies, however they come
 * by them, and whether or not others exclude them (A6): roles[i] becomes true. Returns as
 * joint_hold().
 */
int joint_hold_roles(const struct joint *joint, enum joint_side side,
		     const struct rolegate_person *person, int64_t at, bool *roles);

#endif
