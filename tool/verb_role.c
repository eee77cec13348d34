/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "verbs.h"

struct role_view {
	struct tool *tool;
	const struct rolegate_policy *policy;
	uint32_t id;
	json_t *own, *inherited, *bases, *users, *groups;
};

/* Find a role by its name; the near misses are for the message. */
static int find_role(const struct rolegate_policy *policy, const char *name, uint32_t *ret_id,
		     char near[FORMAT_NAME_MAX + 1])
{
	const char *best = NULL;
	unsigned int distance = 0;
	struct role_info info;
	struct record record;
	bool found;
	int r;

	near[0] = '\0';
	for (uint32_t id = 0; id < policy->head.n_roles; id++) {
		r = policy_load_role_info(policy, id, &record, &info);
		if (r < 0)
			return r;
		found = !strcmp(info.name, name);
		best = near[0] ? near : NULL;
		names_consider(name, info.name, &best, &distance);
		if (best && best != near)
			snprintf(near, FORMAT_NAME_MAX + 1, "%s", best);
		store_record_free(&record);
		if (found) {
			*ret_id = id;
			return 0;
		}
	}
	return -ENOENT;
}

/* ---- What it holds ---- */

static int add_permission(struct role_view *view, json_t *list, uint32_t id)
{
	struct permission_info info;
	struct record record;
	int r;

	r = policy_load_permission_info(view->policy, id, &record, &info);
	if (r < 0)
		return r;
	json_array_append_new(list,
			      json_pack("{s:s, s:s, s:s, s:b}", "name", info.name, "area",
					info.area, "tier", tool_tier_name(info.tier), "in_plan",
					(info.flags & FORMAT_PERMISSION_IN_FORCE) != 0));
	store_record_free(&record);
	return 0;
}

static int gather_permissions(struct role_view *view, const struct role *role,
			      const struct role_info *info)
{
	int r = 0;

	for (uint32_t i = 0; i < view->policy->head.n_permissions && r == 0; i++) {
		if (format_bit(info->own, i))
			r = add_permission(view, view->own, i);
		else if (format_bit(role->closure, i))
			r = add_permission(view, view->inherited, i);
	}
	return r;
}

static int gather_bases(struct role_view *view, const struct role_info *info)
{
	struct role_info base;
	struct record record;
	int r = 0;

	for (uint32_t i = 0; i < info->n_bases && r == 0; i++) {
		r = policy_load_role_info(view->policy, id_at(info->bases, i), &record, &base);
		if (r < 0)
			break;
		json_array_append_new(view->bases, json_string(base.name));
		store_record_free(&record);
	}
	return r;
}

/* ---- Who has it ---- */

/* Whether one of a holder's assignments names the role. */
static int has_role(const struct role_view *view, struct cursor *body, bool *ret_has)
{
	uint32_t n = cursor_below(body, FORMAT_ASSIGNS_MAX + 1);
	struct assignment assignment;

	*ret_has = false;
	for (uint32_t i = 0; i < n; i++) {
		if (!policy_read_assignment(view->policy, body, &assignment))
			return -EBADMSG;
		for (uint32_t k = 0; k < assignment.n_roles; k++)
			if (id_at(assignment.roles, k) == view->id)
				*ret_has = true;
	}
	return 0;
}

static int gather_members(struct role_view *view, char kind, json_t *list)
{
	uint32_t n = policy_buckets(view->policy, kind);
	struct cursor bucket, body;
	struct record record;
	const char *name;
	bool has;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++) {
		r = store_find(&view->policy->store, kind, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body)) {
			r = has_role(view, &body, &has);
			if (r == 0 && has)
				json_array_append_new(list, json_string(name));
		}
		store_record_free(&record);
	}
	return r;
}

/* ---- Printing ---- */

static void print_list(const struct role_view *view, const char *title, const json_t *list,
		       bool of_objects)
{
	size_t n = json_array_size(list);
	const char **names = calloc(n + 1, sizeof(*names));

	if (!names || n == 0) {
		if (n == 0)
			printf("%s: none\n", title);
		free(names);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *element = json_array_get(list, i);

		names[i] =
			json_string_value(of_objects ? json_object_get(element, "name") : element);
	}
	printf("%s: %zu\n", title, n);
	output_names(&view->tool->output, 2, names, n);
	free(names);
}

static void print_role(const struct role_view *view, const struct role *role,
		       const struct role_info *info)
{
	const struct output *output = &view->tool->output;

	output_text(output, COLOUR_BOLD, info->name);
	if (*info->label) {
		fputs("  ", stdout);
		output_text(output, COLOUR_PLAIN, info->label);
	}
	putchar('\n');
	if (*info->description) {
		fputs("  ", stdout);
		output_text(output, COLOUR_PLAIN, info->description);
		putchar('\n');
	}
	if (role->flags & FORMAT_ROLE_BUILTIN) {
		fputs("  built in, by catalog ", stdout);
		output_text(output, COLOUR_PLAIN, info->catalog);
		puts(": locked (P4)");
	}
	if (role->flags & FORMAT_ROLE_NEEDS_APPROVAL)
		puts("  gives nothing before somebody approves it (P9)");
	print_list(view, "based on", view->bases, false);
	print_list(view, "own permissions", view->own, true);
	print_list(view, "inherited permissions", view->inherited, true);
	print_list(view, "users", view->users, false);
	print_list(view, "groups", view->groups, false);
}

static json_t *json_role(const struct role_view *view, const struct role *role,
			 const struct role_info *info)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:O, s:O, s:O, s:O, s:O}",
			 "role", info->name, "label", info->label, "colour", info->colour,
			 "description", info->description, "catalog", info->catalog, "level",
			 tool_tier_name(info->level), "locked",
			 (role->flags & FORMAT_ROLE_BUILTIN) != 0, "needs_approval",
			 (role->flags & FORMAT_ROLE_NEEDS_APPROVAL) != 0, "based_on", view->bases,
			 "own", view->own, "inherited", view->inherited, "users", view->users,
			 "groups", view->groups);
}

static int show_loaded(struct role_view *view, const struct role *role,
		       const struct role_info *info)
{
	int r;

	r = gather_bases(view, info);
	if (r == 0)
		r = gather_permissions(view, role, info);
	if (r == 0)
		r = gather_members(view, FORMAT_USERS, view->users);
	if (r == 0)
		r = gather_members(view, FORMAT_GROUPS, view->groups);
	if (r < 0)
		return r;
	if (view->tool->output.json)
		(void)output_json(json_role(view, role, info), true);
	else
		print_role(view, role, info);
	return 0;
}

static int show(struct role_view *view)
{
	struct record role_record, info_record;
	struct role_info info;
	struct role role;
	int r;

	r = policy_load_role(view->policy, view->id, &role_record, &role);
	if (r < 0)
		return r;
	r = policy_load_role_info(view->policy, view->id, &info_record, &info);
	if (r == 0) {
		r = show_loaded(view, &role, &info);
		store_record_free(&info_record);
	}
	store_record_free(&role_record);
	return r;
}

static int show_role(struct tool *tool, const struct rolegate_policy *policy, uint32_t id)
{
	struct role_view view = {
		.tool = tool,
		.policy = policy,
		.id = id,
		.own = json_array(),
		.inherited = json_array(),
		.bases = json_array(),
		.users = json_array(),
		.groups = json_array(),
	};
	int r;

	r = view.own && view.inherited && view.bases && view.users && view.groups ? show(&view)
										  : -ENOMEM;
	json_decref(view.own);
	json_decref(view.inherited);
	json_decref(view.bases);
	json_decref(view.users);
	json_decref(view.groups);
	return r < 0 ? tool_fail_errno(tool, r, "reading the role") : EXIT_DONE;
}

int verb_role(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	char near[FORMAT_NAME_MAX + 1];
	const char *name;
	uint32_t id;
	int r, status;

	if (strcmp(tool->options.words[0], "show") != 0 || tool->options.n_words != 2)
		return options_complain("role", "the words are `show` and a role's name");
	name = tool->options.words[1];
	if (tool_open(tool, &policy, &status) < 0)
		return status;
	r = find_role(policy, name, &id, near);
	if (r == -ENOENT)
		status = tool_fail(tool, EXIT_USAGE, NULL, "no role is called `%s`%s%s%s", name,
				   *near ? ", did you mean `" : "", near, *near ? "`?" : "");
	else
		status = r < 0 ? tool_fail_errno(tool, r, "reading roles")
			       : show_role(tool, policy, id);
	rolegate_policy_close(policy);
	return status;
}
