/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "people.h"
#include "verbs.h"
#include "when.h"

struct view {
	struct tool *tool;
	const struct rolegate_policy *policy;
	struct account account;
	int64_t at;
	json_t *roles, *permissions;
};

/* ---- Roles ---- */

static const char *state_of(const struct holding *h)
{
	if (!h->in_time)
		return "outside its time";
	return h->is_approved ? "in force" : "awaits approval";
}

static int add_role(struct view *view, const struct holding *h)
{
	struct role_info info;
	struct record record;
	const char *through = h->source == ROLEGATE_STEP_USER	   ? "user"
			      : h->source == ROLEGATE_STEP_GROUP   ? "group"
			      : h->source == ROLEGATE_STEP_DEFAULT ? "default_roles"
			      : h->source == ROLEGATE_STEP_SYSTEM  ? "system_account_roles"
								   : "root_is_owner";
	char *file = NULL;
	int r;

	r = policy_load_role_info(view->policy, h->role, &record, &info);
	if (r < 0)
		return r;
	if (h->place.line > 0)
		file = tool_source_path(view->policy, h->place.file);
	json_array_append_new(view->roles,
			      json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:i}", "role", info.name,
					"through", through, "group",
					h->source == ROLEGATE_STEP_GROUP ? h->name : NULL, "state",
					state_of(h), "file", file, "line", (int)h->place.line));
	free(file);
	store_record_free(&record);
	return 0;
}

/*
 * The holdings that the evaluator finds; what is required does not matter, as long as it is
 * something.
 */
static int gather_roles(struct view *view, const char *some_permission)
{
	struct rolegate_subject subject = { .person = view->account.person };
	struct rolegate_request request = { .permission = some_permission, .at = view->at };
	struct rolegate_decision decision;
	struct findings findings;
	int r;

	r = decide_evaluate(view->policy, &request, &subject, NULL, &findings, &decision);
	for (size_t i = 0; i < findings.n_holdings && r == 0; i++)
		r = add_role(view, &findings.holdings[i]);
	decide_findings_free(&findings);
	return r;
}

/* ---- Permissions ---- */

static int gather_permissions(struct view *view)
{
	struct rolegate_subject subject = { .person = view->account.person };
	struct rolegate_request request = { .at = view->at };
	struct rolegate_decision decision;
	struct permission_info info;
	struct record record;
	int r = 0;

	for (uint32_t id = 0; id < view->policy->head.n_permissions && r == 0; id++) {
		r = policy_load_permission_info(view->policy, id, &record, &info);
		if (r < 0)
			break;
		if (id == 0)
			r = gather_roles(view, info.name);
		if (r == 0)
			request.permission = info.name;
		if (r == 0)
			r = decide_only(view->policy, &request, &subject, NULL, &decision);
		if (r == 0 && decision.verdict == ROLEGATE_ALLOW)
			json_array_append_new(view->permissions,
					      json_pack("{s:s, s:s}", "name", info.name, "area",
							info.flags & FORMAT_PERMISSION_CUSTOM
								? "custom privileges"
								: info.area));
		store_record_free(&record);
	}
	return r;
}

/* ---- Printing ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void print_roles(const struct view *view)
{
	const struct output *output = &view->tool->output;

	puts(json_array_size(view->roles) ? "roles" : "roles: none");
	for (size_t i = 0; i < json_array_size(view->roles); i++) {
		const json_t *role = json_array_get(view->roles, i);
		const char *group = text_of(role, "group"), *state = text_of(role, "state");
		char through[600];
		int used;

		snprintf(through, sizeof(through), "%s%s%s", text_of(role, "through"),
			 *group ? " " : "", group);
		fputs("  ", stdout);
		output_text(output, COLOUR_BOLD, text_of(role, "role"));
		used = 2 + output_columns(text_of(role, "role"));
		output_pad(used, 20);
		used = (used < 20 ? 20 : used + 1) + output_columns(through);
		output_text(output, COLOUR_PLAIN, through);
		output_pad(used, 34);
		used = (used < 34 ? 34 : used + 1) + output_columns(state);
		output_text(output, strcmp(state, "in force") ? COLOUR_WARN : COLOUR_GOOD, state);
		output_place(output, used, 44, text_of(role, "file"),
			     (unsigned int)json_integer_value(json_object_get(role, "line")));
	}
}

/* The permissions of one area, which follow each other. Returns the index behind them. */
static size_t print_area(const struct view *view, size_t i, const char **names)
{
	const char *area = text_of(json_array_get(view->permissions, i), "area");
	size_t n = 0;

	for (; i < json_array_size(view->permissions); i++) {
		const json_t *permission = json_array_get(view->permissions, i);

		if (strcmp(text_of(permission, "area"), area) != 0)
			break;
		names[n++] = text_of(permission, "name");
	}
	fputs("  ", stdout);
	output_text(&view->tool->output, COLOUR_DIM, area);
	putchar('\n');
	output_names(&view->tool->output, 4, names, n);
	return i;
}

/* Groups that have a name. */
static void print_groups(const struct view *view)
{
	const struct account *account = &view->account;
	const char **names = calloc(account->n_groups + 1, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < account->n_groups && names; i++)
		if (account->group_names[i])
			names[n++] = account->group_names[i];
	if (names)
		output_names(&view->tool->output, 2, names, n);
	free(names);
}

static int print_user(const struct view *view)
{
	size_t n = json_array_size(view->permissions);
	const char **names = calloc(n + 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	output_text(&view->tool->output, COLOUR_BOLD, view->account.name);
	if (view->account.person.facts & ROLEGATE_FACT_ABSENT)
		output_text(&view->tool->output, COLOUR_WARN,
			    "  unknown to the system: denied everywhere");
	else
		printf("  uid %u", view->account.person.uid);
	putchar('\n');
	if (view->account.n_groups > 0) {
		puts("groups");
		print_groups(view);
	}
	print_roles(view);
	printf("permissions: %zu\n", n);
	for (size_t i = 0; i < n;)
		i = print_area(view, i, names);
	free(names);
	return 0;
}

static json_t *json_groups(const struct account *account)
{
	json_t *list = json_array();

	for (size_t i = 0; i < account->n_groups; i++)
		if (account->group_names[i])
			json_array_append_new(list, json_string(account->group_names[i]));
	return list;
}

static int show(struct view *view)
{
	int r;

	r = gather_permissions(view);
	if (r < 0)
		return r;
	if (!view->tool->output.json)
		return print_user(view);
	(void)output_json(json_pack("{s:s, s:b, s:o, s:O, s:O}", "user", view->account.name,
				    "known", !(view->account.person.facts & ROLEGATE_FACT_ABSENT),
				    "groups", json_groups(&view->account), "roles", view->roles,
				    "permissions", view->permissions),
			  true);
	return 0;
}

int verb_user(struct tool *tool)
{
	struct view view = { .tool = tool };
	struct rolegate_policy *policy = NULL;
	int r, status = EXIT_DONE;

	if (!*tool->options.words[0])
		return options_complain("user", "the user's name is empty");
	if (!tool_time(tool, &view.at, &status) || tool_open(tool, &policy, &status) < 0)
		return status;
	view.policy = policy;
	view.roles = json_array();
	view.permissions = json_array();
	r = view.roles && view.permissions
		    ? people_find(tool, policy, tool->options.words[0], &view.account)
		    : -ENOMEM;
	if (r == 0)
		r = people_complete(tool, policy, &view.account, ROLEGATE_FACT_SOURCES);
	if (r == 0)
		r = show(&view);
	if (r < 0)
		status = tool_fail_errno(tool, r, "looking the user up");
	json_decref(view.roles);
	json_decref(view.permissions);
	account_free(&view.account);
	rolegate_policy_close(policy);
	return status;
}
