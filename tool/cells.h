/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The departments and resources of a policy in force, recognised by the names of their permissions.
 *
 * A compiled policy knows only permissions; what a role's matrix may name is a department, which has
 * a derived permission DEPARTMENT:view, or one of its resources, which has one for each capability (P10).
 */
#ifndef ROLEGATE_CELLS_H
#define ROLEGATE_CELLS_H

#include "model.h"
#include "policy.h"

struct cells_resource {
	char *name;	     /* department.resource */
	size_t n_department; /* bytes of it that are the department */
	uint32_t ids[N_CAPABILITIES];
	unsigned int reserved; /* capabilities that are for owners alone */
};

/* Where a permission stands in the matrix; resource: NAMES_NONE for none. */
struct cells_place {
	uint32_t resource;
	unsigned int capability;
};

struct cells {
	struct cells_resource *list;
	size_t n, max;
	struct cells_place *places; /* by permission */
};

/* 0, -EBADMSG, -ENOMEM or -EIO. Owner: cells_free(), always. */
int cells_load(const struct rolegate_policy *policy, struct cells *ret);
void cells_free(struct cells *cells);

/* Whether a resource is the one called `on`, or one of the department called so. */
bool cells_is_on(const struct cells_resource *resource, const char *on);

#endif
