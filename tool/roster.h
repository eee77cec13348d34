/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy's roles and permissions in memory, for views that show many of them at once.
 */
#ifndef ROLEGATE_ROSTER_H
#define ROLEGATE_ROSTER_H

#include "policy.h"

#define ROSTER_NONE UINT32_MAX

/* The area under which views show custom privileges, which have none. */
#define ROSTER_CUSTOM_AREA "custom privileges"

struct roster_role {
	struct role role;
	struct role_info info;
	struct record records[2];
};

/* area: a number for each name of an area in each catalog; ROSTER_NONE for custom privileges */
struct roster_permission {
	uint32_t area;
	struct permission_info info;
	struct record record;
};

/*
 * roles, permissions    by id
 * role_order            ids as people are shown them: built-in ones by level, the highest first,
 *                       and as their catalog lists them; then custom ones by name
 * permission_order      ids by area, areas and what is in them as the catalogs list them; then
 *                       custom privileges by name
 */
struct roster {
	const struct rolegate_policy *policy;
	struct roster_role *roles;
	struct roster_permission *permissions;
	uint32_t n_roles, n_permissions;
	uint32_t *role_order, *permission_order;
	char **paths; /* of source files, by number */
	uint32_t n_paths;
};

/*
 * Load all of it; the policy has to outlive it.
 *
 * Returns:  0; -EBADMSG, -ENOMEM, -EIO.
 * Owner:    roster_free(ret), always.
 */
int roster_load(struct roster *ret, const struct rolegate_policy *policy);
void roster_free(struct roster *roster);

/*
 * The id of a role, or ROSTER_NONE and the nearest name there is, "" for none.
 */
uint32_t roster_find_role(const struct roster *roster, const char *name,
			  char near[FORMAT_NAME_MAX + 1]);

/* Locked: it comes from a catalog (P4). */
bool roster_is_builtin(const struct roster *roster, uint32_t role);

/*
 * What a role has of a permission. A level gives a built-in role all that the levels below it have:
 * where it is based on such a role, that counts as inherited.
 */
enum roster_hold {
	ROSTER_NOT,
	ROSTER_INHERITED, /* from what it is based on (P1) */
	ROSTER_OWN,
};

enum roster_hold roster_hold(const struct roster *roster, uint32_t role, uint32_t permission);

/* Whether it counts at all: the plan has it, or it is core or custom (P11). */
bool roster_is_in_force(const struct roster *roster, uint32_t permission);

/* The area that it is shown under; custom privileges have one of their own. */
const char *roster_area(const struct roster *roster, uint32_t permission);

/* Whether two permissions are shown under the same area, of the same catalog. */
bool roster_is_same_area(const struct roster *roster, uint32_t a, uint32_t b);

/* The path of a source file, "" if there is none of that number. The roster's. */
const char *roster_path(const struct roster *roster, struct place place);

/*
 * Call `each` for every user or group that has assignments, with all of them, until it returns
 * something else than 0, which is then returned. Nobody knows the order.
 *
 * kind  FORMAT_USERS or FORMAT_GROUPS
 *
 * Owner:    name and list last for the call of `each`.
 * Returns:  0; what `each` returned; -EBADMSG, -ENOMEM, -EIO.
 */
int roster_each_holder(const struct roster *roster, char kind,
		       int (*each)(void *context, const char *name, const struct assignment *list,
				   uint32_t n),
		       void *context);

/* Whether an assignment gives a role. */
bool roster_gives(const struct assignment *assignment, uint32_t role);

/*
 * P9: whether a role awaits approval with a holder of these assignments. Approval belongs to
 * holder and role, whichever assignment says it.
 */
bool roster_awaits_approval(const struct roster *roster, const struct assignment *list, uint32_t n,
			    uint32_t role);

#endif
