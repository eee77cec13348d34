/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What everybody may do under the policy in force, asked through the library.
 */
#ifndef WALK_VIEW_H
#define WALK_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "walk_world.h"

#define VIEW_PERMISSIONS_MAX 256u
#define VIEW_SERVICES_MAX 12u
#define VIEW_MOMENTS                                                                               \
	5u /* now, in a day, a month, a year and three: between the dates of world_date() */

/* The permissions that are asked about; the same for a whole walk. */
struct view_names {
	const char *permissions[VIEW_PERMISSIONS_MAX]; /* the privileges are the last of them */
	size_t n;
	size_t own_all, manage; /* what only owners hold; what manages roles */
};

/* What the answer was about a service. */
struct view_service {
	bool is_allowed, is_permissive, has_entry;
};

/* Answers by moment, person and permission. */
struct view {
	uint64_t generation;
	bool is_trial, has_conflict; /* somebody's roles exclude each other (A6) */
	bool allowed[VIEW_MOMENTS][WORLD_PEOPLE][VIEW_PERMISSIONS_MAX];
	bool may_set_passwords[WORLD_PEOPLE]; /* those of others */
	struct view_service services[WORLD_PEOPLE][VIEW_SERVICES_MAX];
};

/* Ask the policy in force. False, after saying why, where there is no answer. */
bool view_take(struct view *view, const struct view_names *names,
	       const struct world_account accounts[WORLD_PEOPLE], int64_t now);

/*
 * How many users with a usable account are owners for ever, by what was assigned to them alone
 * (A4).
 */
size_t view_count_owners(const struct view_names *names,
			 const struct world_account accounts[WORLD_PEOPLE], int64_t now);

/* Whether both views say the same of everything. */
bool view_is_same(const struct view *a, const struct view *b, const struct view_names *names);

#endif
