/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes what a role can do on departments and their resources. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "role_change.h"

/* ---- One resource ---- */

/*
 * Say of each resource what the line on its department says, and take that line away, so that one of
 * them can be treated by itself.
 */
static int spread_department(struct role_editing *e, const struct cells_resource *like)
{
	struct model *model = e->revision->managed;
	char *department = strndup(like->name, like->n_department);
	unsigned int can;

	if (!department)
		return tool_out_of_memory(e->tool);
	can = managed_get_cell(role_get(e), department);
	for (size_t i = 0; i < e->cells.n; i++) {
		const struct cells_resource *resource = &e->cells.list[i];
		unsigned int own = managed_get_cell(role_get(e), resource->name);

		if (cells_is_on(resource, department))
			managed_set_cell(model, role_get(e), resource->name,
					 own | (can & ~resource->reserved));
	}
	managed_set_cell(model, role_get(e), department, 0);
	revise_note(e->revision, "what %s can do on %s now stands there resource by resource",
		    e->name, department);
	free(department);
	return EXIT_DONE;
}

/* What the line on a resource's department gives of it. */
static unsigned int given_by_department(const struct role_editing *e,
					const struct cells_resource *resource)
{
	const struct model_role *role = role_get(e);
	unsigned int can = 0;

	for (size_t i = 0; i < role->n_cells; i++)
		if (strcmp(role->cells[i].on, resource->name) != 0 &&
		    cells_is_on(resource, role->cells[i].on))
			can |= role->cells[i].can;
	return can;
}

/* Say what the role itself can do on one resource, no more and no less. */
static int set_resource(struct role_editing *e, const struct cells_resource *resource,
			unsigned int can)
{
	int status = EXIT_DONE;

	if (given_by_department(e, resource) & ~resource->reserved & ~can) {
		status = spread_department(e, resource);
		e->revision->is_changed = true;
	}
	if (status == EXIT_DONE &&
	    managed_set_cell(e->revision->managed, role_get(e), resource->name, can))
		e->revision->is_changed = true;
	return status;
}

int role_revoke_cell(struct role_editing *e, const struct cells_place *place)
{
	const struct cells_resource *resource = &e->cells.list[place->resource];
	unsigned int bit = 1u << place->capability,
		     can = managed_get_cell(role_get(e), resource->name) |
			   (given_by_department(e, resource) & ~resource->reserved);

	return can & bit ? set_resource(e, resource, can & ~bit) : EXIT_DONE;
}

/* ---- What the line says ---- */

static int complain_unknown(struct role_editing *e, const char *on)
{
	const char *best = NULL;
	unsigned int distance = 0;
	char department[FORMAT_NAME_MAX + 1], near[FORMAT_NAME_MAX + 1] = "";

	for (size_t i = 0; i < e->cells.n; i++) {
		const struct cells_resource *resource = &e->cells.list[i];

		snprintf(department, sizeof(department), "%.*s", (int)resource->n_department,
			 resource->name);
		names_consider(on, department, &best, &distance);
		names_consider(on, resource->name, &best, &distance);
		if (best && best != near)
			snprintf(near, sizeof(near), "%s", best);
		best = *near ? near : NULL;
	}
	return tool_fail(e->tool, EXIT_USAGE, "unknown-resource",
			 e->cells.n == 0
				 ? "no loaded catalog has departments, and so no `%s`%s%s%s"
				 : "no department or department.resource is called `%s`%s%s%s",
			 on, *near ? ", did you mean `" : "", near, *near ? "`?" : "");
}

/* P6: a resource that is named gives nothing that is reserved to owners. */
static int check_cell(struct role_editing *e, const char *on, unsigned int can)
{
	bool is_known = false;

	for (size_t i = 0; i < e->cells.n; i++) {
		const struct cells_resource *resource = &e->cells.list[i];

		if (!cells_is_on(resource, on))
			continue;
		is_known = true;
		if (!strcmp(resource->name, on) && can & resource->reserved) {
			char permission[FORMAT_NAME_MAX + 16];

			snprintf(permission, sizeof(permission), "%s:%s", on,
				 model_capability_name(
					 (unsigned int)__builtin_ctz(can & resource->reserved)));
			return role_check_reserved(e, permission);
		}
	}
	return is_known ? EXIT_DONE : complain_unknown(e, on);
}

/* With `none`, complain if a base gives something there all the same. */
static int check_cleared(struct role_editing *e, const struct cells_resource *resource)
{
	int status = EXIT_DONE;

	for (unsigned int i = 0; i < N_CAPABILITIES && status == EXIT_DONE; i++)
		status = role_check_inherited(e, resource->name, resource->ids[i]);
	return status;
}

/* Take away what is given on a department with all its resources, or on one resource. */
static int clear_cell(struct role_editing *e, const char *on)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < e->cells.n && status == EXIT_DONE; i++) {
		const struct cells_resource *resource = &e->cells.list[i];

		if (!cells_is_on(resource, on))
			continue;
		/* The department's own line goes first: there is nothing to spread then. */
		if (strcmp(resource->name, on) != 0 &&
		    managed_set_cell(e->revision->managed, role_get(e), on, 0))
			e->revision->is_changed = true;
		status = set_resource(e, resource, 0);
		if (status == EXIT_DONE)
			status = check_cleared(e, resource);
	}
	return status;
}

/* What a line says of a department adds to what lines on its resources say. */
static int set_cell(struct role_editing *e, const char *on, unsigned int can)
{
	for (size_t i = 0; i < e->cells.n; i++)
		if (!strcmp(e->cells.list[i].name, on))
			return set_resource(e, &e->cells.list[i], can);
	if (managed_set_cell(e->revision->managed, role_get(e), on, can))
		e->revision->is_changed = true;
	return EXIT_DONE;
}

int role_apply_cell(struct role_editing *e, const char *text)
{
	unsigned int can = 0;
	char *on;
	int status;

	if (role_read_cell(text, &on, &can)) /* role_check_options() let only good ones pass */
		status = tool_out_of_memory(e->tool);
	else
		status = check_cell(e, on, can);
	if (status == EXIT_DONE)
		status = can == 0 ? clear_cell(e, on) : set_cell(e, on, can);
	free(on);
	return status;
}
