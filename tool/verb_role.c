/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "roster.h"
#include "verbs.h"
#include "when.h"

/*
 * Holders shown as text: two screens. With more of them one wants JSON, or knows the name to ask
 * about.
 */
#define SHOWN_MAX 100u

struct role_view {
	struct tool *tool;
	const struct roster *roster;
	uint32_t id;
	/* own, each inherited one, users and groups are objects, as in JSON */
	json_t *own, *inherited, *bases, *users, *groups;
	json_t *holders; /* users or groups, while they are gathered */
};

/* ---- What it holds ---- */

/* from: the base that it comes from, or NULL. */
static int add_permission(const struct role_view *view, json_t *list, uint32_t id, const char *from)
{
	const struct permission_info *info = &view->roster->permissions[id].info;
	json_t *object = json_pack("{s:s, s:s, s:s, s:b}", "name", info->name, "area", info->area,
				   "tier", tool_tier_name(info->tier), "in_plan",
				   roster_is_in_force(view->roster, id));

	if (from && object)
		json_object_set_new(object, "from", json_string(from));
	return json_array_append_new(list, object) < 0 ? -ENOMEM : 0;
}

static int gather_own(struct role_view *view)
{
	int r = 0;

	for (uint32_t i = 0; i < view->roster->n_permissions && r == 0; i++)
		if (roster_hold(view->roster, view->id, i) == ROSTER_OWN)
			r = add_permission(view, view->own, i, NULL);
	return r;
}

/* What one base has itself and no nearer one had: such count as coming from the nearest. */
static int gather_from(struct role_view *view, const struct role_info *base, unsigned char *seen)
{
	int r = 0;

	for (uint32_t i = 0; i < view->roster->n_permissions && r == 0; i++) {
		if (seen[i] || !format_bit(base->own, i) ||
		    roster_hold(view->roster, view->id, i) != ROSTER_INHERITED)
			continue;
		seen[i] = 1;
		r = add_permission(view, view->inherited, i, base->name);
	}
	return r;
}

/* All bases, the nearest first (P1). */
static int gather_inherited(struct role_view *view)
{
	unsigned char *seen = calloc((size_t)view->roster->n_permissions + 1, 1);
	struct walk walk;
	int r;

	if (!seen)
		return -ENOMEM;
	r = walk_start(&walk, view->roster->policy, NULL);
	if (r == 0) {
		walk_add(&walk, view->id);
		r = walk_next(&walk);
	}
	while (r > 0) {
		const struct role_info *base = &view->roster->roles[walk.queue[walk.at]].info;

		r = walk.at == 0 ? 0 : gather_from(view, base, seen);
		if (r == 0)
			r = walk_next(&walk);
	}
	walk_free(&walk);
	free(seen);
	return r;
}

static int gather_bases(struct role_view *view)
{
	const struct role_info *info = &view->roster->roles[view->id].info;

	for (uint32_t i = 0; i < info->n_bases; i++) {
		const char *name = view->roster->roles[id_at(info->bases, i)].info.name;

		if (json_array_append_new(view->bases, json_string(name)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- Who has it ---- */

static json_t *json_time(int64_t at, int64_t never)
{
	char text[WHEN_SIZE];

	if (at == never)
		return json_null();
	when_format(at, text);
	return json_string(text);
}

static int add_holder(void *context, const char *name, const struct assignment *list, uint32_t n)
{
	const struct role_view *view = context;
	bool awaits = roster_awaits_approval(view->roster, list, n, view->id);
	int64_t now = view->tool->now;

	for (uint32_t i = 0; i < n; i++) {
		const struct assignment *a = &list[i];
		const char *state = a->from > now || a->until <= now ? "outside its time"
				    : awaits			     ? "awaits approval"
								     : "in force";

		if (!roster_gives(a, view->id))
			continue;
		if (json_array_append_new(
			    view->holders,
			    json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:i}", "name", name, "state",
				      state, "from", json_time(a->from, FORMAT_ALWAYS), "until",
				      json_time(a->until, FORMAT_FOREVER), "why", a->why, "file",
				      roster_path(view->roster, a->place), "line",
				      (int)a->place.line)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int gather_holders(struct role_view *view, char kind, json_t *list)
{
	view->holders = list;
	return roster_each_holder(view->roster, kind, add_holder, view);
}

/* ---- Printing ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* The names of permissions [from, to) of a list; those that the plan leaves out in parentheses. */
static int print_names(const struct role_view *view, int indent, const json_t *list, size_t from,
		       size_t to)
{
	const char **names = calloc(to - from + 1, sizeof(*names));
	json_t *texts = json_array();
	int r = names && texts ? 0 : -ENOMEM;

	for (size_t i = from; i < to && r == 0; i++) {
		const json_t *permission = json_array_get(list, i);
		bool in_plan = json_is_true(json_object_get(permission, "in_plan"));
		json_t *text = json_sprintf(in_plan ? "%s" : "(%s)", text_of(permission, "name"));

		names[i - from] = json_string_value(text);
		if (json_array_append_new(texts, text) < 0)
			r = -ENOMEM;
	}
	if (r == 0)
		output_names(&view->tool->output, indent, names, to - from);
	json_decref(texts);
	free(names);
	return r;
}

static int print_own(const struct role_view *view)
{
	size_t n = json_array_size(view->own);

	if (n == 0) {
		puts("own permissions: none");
		return 0;
	}
	printf("own permissions: %zu\n", n);
	return print_names(view, 2, view->own, 0, n);
}

static int print_inherited(const struct role_view *view)
{
	size_t n = json_array_size(view->inherited);
	int r = 0;

	if (n == 0)
		puts("inherited permissions: none");
	else
		printf("inherited permissions: %zu\n", n);
	for (size_t i = 0, end; i < n && r == 0; i = end) {
		const char *from = text_of(json_array_get(view->inherited, i), "from");

		for (end = i + 1; end < n; end++)
			if (strcmp(text_of(json_array_get(view->inherited, end), "from"), from) !=
			    0)
				break;
		fputs("  from ", stdout);
		output_text(&view->tool->output, COLOUR_BOLD, from);
		printf(": %zu\n", end - i);
		r = print_names(view, 4, view->inherited, i, end);
	}
	return r;
}

static int print_bases(const struct role_view *view)
{
	size_t n = json_array_size(view->bases);
	const char **names = calloc(n + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		names[i] = json_string_value(json_array_get(view->bases, i));
	printf(n ? "based on: %zu\n" : "based on: none\n", n);
	if (n > 0)
		output_names(&view->tool->output, 2, names, n);
	free(names);
	return 0;
}

/* "from 2026-12-01T… until 2026-12-31T…", as far as there are such. */
static void print_times(const struct output *output, const json_t *holder, int *used)
{
	static const char *const keys[] = { "from", "until" };

	for (size_t i = 0; i < 2; i++) {
		const char *time = text_of(holder, keys[i]);

		if (!*time)
			continue;
		printf(", %s ", keys[i]);
		output_text(output, COLOUR_PLAIN, time);
		*used += 3 + output_columns(keys[i]) + output_columns(time);
	}
}

static void print_holders(const struct role_view *view, const char *title, const json_t *list)
{
	const struct output *output = &view->tool->output;
	size_t n = json_array_size(list);

	printf(n ? "%s: %zu\n" : "%s: none\n", title, n);
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
		const json_t *holder = json_array_get(list, i);
		const char *name = text_of(holder, "name"), *state = text_of(holder, "state");
		int used = 2 + output_columns(name);

		fputs("  ", stdout);
		output_text(output, COLOUR_BOLD, name);
		output_pad(used, 20);
		used = used < 20 ? 20 : used + 1;
		output_text(output, strcmp(state, "in force") ? COLOUR_WARN : COLOUR_GOOD, state);
		used += output_columns(state);
		print_times(output, holder, &used);
		output_place(output, used, 38, text_of(holder, "file"),
			     (unsigned int)json_integer_value(json_object_get(holder, "line")));
	}
	if (n > SHOWN_MAX)
		printf("  … and %zu more: --json lists all\n", n - SHOWN_MAX);
}

static void print_heading(const struct role_view *view)
{
	const struct output *output = &view->tool->output;
	const struct roster_role *entry = &view->roster->roles[view->id];
	const struct role_info *info = &entry->info;

	output_text(output, COLOUR_BOLD, info->name);
	if (*info->label) {
		fputs("  ", stdout);
		output_text(output, COLOUR_PLAIN, info->label);
	}
	putchar('\n');
	if (*info->description) {
		fputs("  ", stdout);
		output_wrapped(output, COLOUR_PLAIN, 2, 2, info->description);
	}
	if (roster_is_builtin(view->roster, view->id)) {
		fputs("  built in, by catalog ", stdout);
		output_text(output, COLOUR_PLAIN, info->catalog);
		output_text(output, COLOUR_WARN, ": locked (P4)");
		output_place(output, 36 + output_columns(info->catalog), 38,
			     roster_path(view->roster, info->place), info->place.line);
	} else {
		fputs("  custom", stdout);
		output_place(output, 8, 38, roster_path(view->roster, info->place),
			     info->place.line);
	}
	if (entry->role.flags & FORMAT_ROLE_NEEDS_APPROVAL)
		puts("  gives nothing before somebody approves it (P9)");
}

static bool leaves_out(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_true(json_object_get(json_array_get(list, i), "in_plan")))
			return true;
	return false;
}

static int print_role(const struct role_view *view)
{
	int r;

	print_heading(view);
	r = print_bases(view);
	if (r == 0)
		r = print_own(view);
	if (r == 0)
		r = print_inherited(view);
	if (r < 0)
		return r;
	if (leaves_out(view->own) || leaves_out(view->inherited))
		puts("in parentheses: held, but the plan does not include it (P11)");
	print_holders(view, "users", view->users);
	print_holders(view, "groups", view->groups);
	return 0;
}

static json_t *json_role(const struct role_view *view)
{
	const struct roster_role *entry = &view->roster->roles[view->id];
	const struct role_info *info = &entry->info;

	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:i, s:O, s:O, s:O, s:O, s:O}",
		"role", info->name, "label", info->label, "colour", info->colour, "description",
		info->description, "catalog", info->catalog, "level", tool_tier_name(info->level),
		"locked", roster_is_builtin(view->roster, view->id), "needs_approval",
		(entry->role.flags & FORMAT_ROLE_NEEDS_APPROVAL) != 0, "file",
		roster_path(view->roster, info->place), "line", (int)info->place.line, "based_on",
		view->bases, "own", view->own, "inherited", view->inherited, "users", view->users,
		"groups", view->groups);
}

static int gather(struct role_view *view)
{
	int r;

	r = gather_bases(view);
	if (r == 0)
		r = gather_own(view);
	if (r == 0)
		r = gather_inherited(view);
	if (r == 0)
		r = gather_holders(view, FORMAT_USERS, view->users);
	return r < 0 ? r : gather_holders(view, FORMAT_GROUPS, view->groups);
}

static int show(struct tool *tool, const struct roster *roster, uint32_t id)
{
	struct role_view view = {
		.tool = tool,
		.roster = roster,
		.id = id,
		.own = json_array(),
		.inherited = json_array(),
		.bases = json_array(),
		.users = json_array(),
		.groups = json_array(),
	};
	int r;

	r = view.own && view.inherited && view.bases && view.users && view.groups ? gather(&view)
										  : -ENOMEM;
	if (r == 0 && tool->output.json)
		(void)output_json(json_role(&view), true);
	else if (r == 0)
		r = print_role(&view);
	json_decref(view.own);
	json_decref(view.inherited);
	json_decref(view.bases);
	json_decref(view.users);
	json_decref(view.groups);
	return r < 0 ? tool_fail_errno(tool, r, "reading the role") : EXIT_DONE;
}

int verb_role_show(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	char near[FORMAT_NAME_MAX + 1] = "";
	struct roster roster;
	const char *name;
	uint32_t id;
	int r, status;

	name = tool->options.words[1];
	if (tool_open(tool, &policy, &status) < 0)
		return status;
	r = roster_load(&roster, policy);
	id = r == 0 ? roster_find_role(&roster, name, near) : ROSTER_NONE;
	if (r < 0)
		status = tool_fail_errno(tool, r, "reading roles");
	else if (id == ROSTER_NONE)
		status = tool_fail(tool, EXIT_USAGE, NULL, "no role is called `%s`%s%s%s", name,
				   *near ? ", did you mean `" : "", near, *near ? "`?" : "");
	else
		status = show(tool, &roster, id);
	roster_free(&roster);
	rolegate_policy_close(policy);
	return status;
}
