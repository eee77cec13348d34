/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applied.h"
#include "policy_notes.h"
#include "recorded.h"
#include "verbs.h"
#include "when.h"

static json_t *catalog_names(const struct rolegate_policy *policy)
{
	json_t *list = json_array();
	struct record record;
	struct cursor c;
	uint32_t n;

	if (policy_load_list(policy, FORMAT_CATALOGS, &record, &c) < 0)
		return list;
	n = cursor_below(&c, FORMAT_CATALOGS_MAX + 1);
	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(cursor_string(&c, NULL)));
	store_record_free(&record);
	return list;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* ---- Files of policy.d that are ignored ---- */

static int add_ignored(void *context, const char *path, const char *reason)
{
	return json_array_append_new(context,
				     json_pack("{s:s, s:s}", "file", path, "reason", reason)) < 0
		       ? -ENOMEM
		       : 0;
}

static json_t *ignored_files(struct tool *tool)
{
	json_t *list = json_array();

	/* A directory that cannot be read says nothing; the state of the files says that. */
	if (list && policy_notes_each_ignored(tool, add_ignored, list) == -ENOMEM)
		(void)output_note(-ENOMEM);
	return list;
}

/* ---- Users and groups that have another uid or gid than was recorded (P3) ---- */

static int add_changed(void *context, bool is_group, const char *name, uint32_t recorded,
		       uint32_t now)
{
	return json_array_append_new(context, json_pack("{s:s, s:s, s:I, s:I}", "kind",
							is_group ? "group" : "user", "name", name,
							"recorded", (json_int_t)recorded, "now",
							(json_int_t)now)) < 0
		       ? -ENOMEM
		       : 0;
}

static json_t *changed_ids(struct tool *tool, const struct rolegate_policy *policy)
{
	json_t *list = json_array();

	if (list && recorded_each_changed(tool, policy, add_changed, list) == -ENOMEM)
		(void)output_note(-ENOMEM);
	return list;
}

static void print_changed(const struct tool *tool, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *changed = json_array_get(list, i);
		const char *kind = text_of(changed, "kind");
		const char *id = !strcmp(kind, "group") ? "gid" : "uid";

		printf("%-12s", kind);
		output_text(&tool->output, COLOUR_WARN, text_of(changed, "name"));
		printf(": %s %lld now, recorded as %lld; its assignments do not count; if it is the same %s: "
		       "rolegate apply --accept %s\n",
		       id, (long long)number_of(changed, "now"),
		       (long long)number_of(changed, "recorded"), kind, text_of(changed, "name"));
	}
}

static void print_ignored(const struct tool *tool, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *ignored = json_array_get(list, i);

		fputs("ignored     ", stdout);
		output_text(&tool->output, COLOUR_WARN, text_of(ignored, "file"));
		printf(": %s\n", text_of(ignored, "reason"));
	}
}

/* ---- All of it ---- */

static json_t *gather(struct tool *tool, const struct rolegate_policy *policy,
		      const struct generation_info *info)
{
	char when[WHEN_SIZE];

	when_format(info->when, when);
	return json_pack(
		"{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:I, s:I, s:I, s:I}",
		"generation", (json_int_t)policy->head.generation, "parent",
		(json_int_t)info->parent, "applied", when, "by", info->who, "known_by",
		info->known_by, "why", info->why, "mode",
		policy->head.flags & FORMAT_HEAD_PERMISSIVE ? "permissive" : "enforcing", "sources",
		applied_sources(tool, policy), "ignored", ignored_files(tool), "changed_ids",
		changed_ids(tool, policy), "catalogs", catalog_names(policy), "users",
		(json_int_t)policy->head.n_users, "groups", (json_int_t)policy->head.n_groups,
		"roles", (json_int_t)policy->head.n_roles, "permissions",
		(json_int_t)policy->head.n_permissions);
}

/* The generation on trial: how long still, and what decides afterwards. */
static void add_trial(struct tool *tool, const struct rolegate_policy *policy, json_t *status)
{
	int64_t left = 0;
	char until[WHEN_SIZE];

	if (!status || !rolegate_policy_trial(policy, &left))
		return;
	when_format(tool->now + left, until);
	json_object_set_new(status, "trial",
			    json_pack("{s:I, s:s, s:I}", "seconds_left", (json_int_t)left, "until",
				      until, "then", (json_int_t)policy->before->head.generation));
}

static void print_sources(const struct tool *tool, const char *sources)
{
	fputs("sources     ", stdout);
	if (!strcmp(sources, "same"))
		puts("the same as what is in force");
	else if (!strcmp(sources, "unknown"))
		puts("may not be looked at by you");
	else
		output_text(
			&tool->output, COLOUR_WARN,
			!strcmp(sources, "broken")
				? "have errors, and differ from what is in force: see `rolegate check`"
				: "changed since: `rolegate apply` puts them in force");
	if (strcmp(sources, "same") != 0 && strcmp(sources, "unknown") != 0)
		putchar('\n');
}

static void print_trial(const struct tool *tool, const json_t *trial)
{
	if (!trial)
		return;
	fputs("\ntrial       ", stdout);
	output_text(&tool->output, COLOUR_WARN, "ON TRIAL");
	printf(" for another %lld seconds, until %s: `rolegate confirm` keeps it, else\n"
	       "            generation %lld decides again",
	       (long long)number_of(trial, "seconds_left"), text_of(trial, "until"),
	       (long long)number_of(trial, "then"));
}

static void print_status(const struct tool *tool, const json_t *status)
{
	const char *why = text_of(status, "why");
	const json_t *catalogs = json_object_get(status, "catalogs");

	printf("generation  %lld, applied %s by ", (long long)number_of(status, "generation"),
	       text_of(status, "applied"));
	output_text(&tool->output, COLOUR_PLAIN, text_of(status, "by"));
	printf(" (%s)", text_of(status, "known_by"));
	if (*why) {
		fputs(": ", stdout);
		output_text(&tool->output, COLOUR_PLAIN, why);
	}
	print_trial(tool, json_object_get(status, "trial"));
	fputs("\nmode        ", stdout);
	if (!strcmp(text_of(status, "mode"), "permissive"))
		output_text(&tool->output, COLOUR_WARN,
			    "permissive: NOTHING IS REFUSED, would-be denials are logged");
	else
		fputs("enforcing", stdout);
	putchar('\n');
	print_sources(tool, text_of(status, "sources"));
	print_ignored(tool, json_object_get(status, "ignored"));
	print_changed(tool, json_object_get(status, "changed_ids"));
	fputs("catalogs   ", stdout);
	for (size_t i = 0; i < json_array_size(catalogs); i++)
		printf(" %s", json_string_value(json_array_get(catalogs, i)));
	printf("\nholds       %lld roles, %lld permissions; assignments to users: %lld, to groups: %lld\n",
	       (long long)number_of(status, "roles"), (long long)number_of(status, "permissions"),
	       (long long)number_of(status, "users"), (long long)number_of(status, "groups"));
}

int verb_status(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct generation_info info;
	struct record record;
	json_t *status;
	int r, exit_status;

	if (tool_open(tool, &policy, &exit_status) < 0)
		return exit_status;
	r = policy_load_generation_info(policy, &record, &info);
	if (r < 0) {
		rolegate_policy_close(policy);
		return tool_fail_errno(tool, r, "reading how the generation came to be");
	}
	status = gather(tool, policy, &info);
	add_trial(tool, policy, status);
	store_record_free(&record);
	rolegate_policy_close(policy);
	if (!status)
		return tool_out_of_memory(tool);
	if (tool->output.json) {
		(void)output_json(status, true);
		return EXIT_DONE;
	}
	print_status(tool, status);
	json_decref(status);
	return EXIT_DONE;
}
