/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "verbs.h"

/*
 * Columns shown as text where no role is named: some four screens for each area. A policy may have
 * ten thousand roles, and nobody reads those side by side.
 */
#define SHOWN_MAX 40u

/* ---- JSON ---- */

static json_t *json_holders(const struct matrix *matrix, uint32_t permission,
			    enum roster_hold wanted)
{
	json_t *list = json_array();

	for (size_t i = 0; i < matrix->n_roles; i++)
		if (roster_hold(matrix->roster, matrix->roles[i], permission) == wanted)
			json_array_append_new(
				list,
				json_string(matrix->roster->roles[matrix->roles[i]].info.name));
	return list;
}

static json_t *json_permission(const struct matrix *matrix, uint32_t id, bool is_department)
{
	const struct permission_info *info = &matrix->roster->permissions[id].info;
	const char *resource;
	size_t n;
	int capability;
	json_t *object;

	object = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o}", "name", info->name, "label",
			   info->label, "tier", tool_tier_name(info->tier), "in_plan",
			   roster_is_in_force(matrix->roster, id), "own",
			   json_holders(matrix, id, ROSTER_OWN), "inherited",
			   json_holders(matrix, id, ROSTER_INHERITED));
	capability = is_department ? matrix_split(matrix->roster, id, &resource, &n) : -1;
	if (object && capability >= 0) {
		json_object_set_new(object, "resource", json_stringn(resource, n));
		json_object_set_new(object, "capability",
				    json_string(matrix_capabilities[capability]));
	}
	return object;
}

static json_t *json_areas(const struct matrix *matrix)
{
	const struct roster *roster = matrix->roster;
	json_t *areas = json_array(), *permissions = NULL;
	bool is_department = false;

	for (uint32_t i = 0; i < roster->n_permissions; i++) {
		uint32_t id = roster->permission_order[i];

		if (i == 0 || !roster_is_same_area(roster, id, roster->permission_order[i - 1])) {
			permissions = json_array();
			is_department = matrix_is_department(roster, id);
			json_array_append_new(areas, json_pack("{s:s, s:s, s:b, s:o}", "area",
							       roster_area(roster, id), "catalog",
							       roster->permissions[id].info.catalog,
							       "department", is_department,
							       "permissions", permissions));
		}
		json_array_append_new(permissions, json_permission(matrix, id, is_department));
	}
	return areas;
}

static void print_json(const struct matrix *matrix)
{
	json_t *roles = json_array();

	for (size_t i = 0; i < matrix->n_roles; i++)
		json_array_append_new(
			roles, json_string(matrix->roster->roles[matrix->roles[i]].info.name));
	(void)output_json(json_pack("{s:o, s:o}", "roles", roles, "areas", json_areas(matrix)),
			  true);
}

/* ---- The verb ---- */

/* The roles that are named, each once. -1 to go on, else the exit status after a complaint. */
static int find_columns(struct tool *tool, const struct roster *roster, uint32_t *columns,
			size_t *ret_n)
{
	char near[FORMAT_NAME_MAX + 1];
	size_t n = 0, k;

	for (int i = 0; i < tool->options.n_words; i++) {
		uint32_t id = roster_find_role(roster, tool->options.words[i], near);

		if (id == ROSTER_NONE)
			return tool_fail(tool, EXIT_USAGE, NULL, "no role is called `%s`%s%s%s",
					 tool->options.words[i], *near ? ", did you mean `" : "",
					 near, *near ? "`?" : "");
		for (k = 0; k < n && columns[k] != id; k++)
			;
		if (k == n)
			columns[n++] = id;
	}
	*ret_n = n;
	return -1;
}

static int show(struct tool *tool, const struct roster *roster, const uint32_t *columns, size_t n,
		size_t n_more)
{
	struct matrix matrix;
	char hint[200];
	int r;

	r = matrix_init(&matrix, roster, columns, n);
	if (r == 0 && tool->output.json)
		print_json(&matrix);
	else if (r == 0)
		r = matrix_print(&matrix, &tool->output);
	if (r == 0 && n_more > 0) {
		snprintf(
			hint, sizeof(hint),
			"… and %zu more roles: `rolegate role list` lists them, `rolegate matrix ROLE…` "
			"shows those you name",
			n_more);
		output_wrapped(&tool->output, COLOUR_PLAIN, 0, 2, hint);
	}
	matrix_free(&matrix);
	return r < 0 ? tool_fail_errno(tool, r, "laying the table out") : EXIT_DONE;
}

static int choose(struct tool *tool, const struct roster *roster)
{
	size_t n = roster->n_roles, n_more = 0;
	uint32_t *columns;
	int status;

	if (tool->options.n_words == 0) {
		if (n > SHOWN_MAX && !tool->output.json) {
			n_more = n - SHOWN_MAX;
			n = SHOWN_MAX;
		}
		return show(tool, roster, roster->role_order, n, n_more);
	}
	columns = calloc((size_t)tool->options.n_words, sizeof(*columns));
	if (!columns)
		return tool_out_of_memory(tool);
	status = find_columns(tool, roster, columns, &n);
	if (status < 0)
		status = show(tool, roster, columns, n, 0);
	free(columns);
	return status;
}

int verb_matrix(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct roster roster;
	int r, status;

	if (tool_open(tool, &policy, &status) < 0)
		return status;
	r = roster_load(&roster, policy);
	status = r < 0 ? tool_fail_errno(tool, r, "reading the policy") : choose(tool, &roster);
	roster_free(&roster);
	rolegate_policy_close(policy);
	return status;
}
