/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers the different sets of terms, roles and times, on which users and groups are assigned.
 *
 * A policy with a million users gives them a few hundred different sets. What a set comes to is
 * worked out once, however many have it.
 */
#ifndef ROLEGATE_TERMS_H
#define ROLEGATE_TERMS_H

#include "joint.h"

/* One role, for a time. The members lie so that there is no padding: sets are compared as bytes. */
struct term {
	int64_t from, until;  /* FORMAT_ALWAYS, FORMAT_FOREVER */
	uint32_t role;	      /* of struct joint */
	uint32_t is_approval; /* its assignment says approved_by (P9); 0 or 1 */
};

/* A set: `n` terms from `first` on, by role and then time, none twice. */
struct terms_set {
	size_t first;
	uint32_t n;
	uint32_t spread;
};

/* The set without a term. */
#define TERMS_NONE 0u

/* Owner: terms_free(). Empty at first: all zeroes, then terms_init(). */
struct terms {
	struct term *list;
	size_t n, max;
	struct terms_set *sets;
	size_t n_sets, max_sets;
	uint32_t *slots;
	size_t n_slots;
	struct term *scratch; /* the set that is being read */
	size_t n_scratch, max_scratch;
};

/* Make room, and the empty set. 0 or -ENOMEM. */
int terms_init(struct terms *terms);
void terms_free(struct terms *terms);

/*
 * Read what a policy assigns to a user or group, and number it.
 *
 * body      as policy_find_name() and policy_next_entry() give it
 * Returns:  0 and *ret_set; -EBADMSG; -ENOMEM.
 */
int terms_read(struct terms *terms, const struct joint *joint, enum joint_side side,
	       struct cursor body, uint32_t *ret_set);

/*
 * What a set comes to at a moment.
 *
 * map      what the roles give that are in their time, and approved where they need it, is added
 * Returns: whether any term is in its time (P3: if none is, the defaults count).
 */
bool terms_add_held(const struct terms *terms, const struct joint *joint, enum joint_side side,
		    uint32_t set, int64_t at, unsigned char *map);

/* The same of what no conflict can take (A6). */
bool terms_add_sure(const struct terms *terms, const struct joint *joint, enum joint_side side,
		    uint32_t set, int64_t at, unsigned char *map);

/* Whether any term of a set is in its time. */
bool terms_is_assigned(const struct terms *terms, uint32_t set, int64_t at);

/* Whether a set approves a role, whenever (P9). */
bool terms_approve(const struct terms *terms, uint32_t set, uint32_t role);

/* Whether a role of a set is in its time, approved or not. */
bool terms_is_given(const struct terms *terms, uint32_t set, uint32_t role, int64_t at);

/* Whether a role of a set is in its time, and approved where it needs it. */
bool terms_has_role(const struct terms *terms, const struct joint *joint, enum joint_side side,
		    uint32_t set, uint32_t role, int64_t at);

static inline const struct term *terms_of(const struct terms *terms, uint32_t set, uint32_t *ret_n)
{
	*ret_n = terms->sets[set].n;
	return terms->list + terms->sets[set].first;
}

#endif
