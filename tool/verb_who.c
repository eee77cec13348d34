/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "people.h"
#include "decide.h"
#include "verbs.h"

/*
 * A name that no user can have (words.c): it stands for somebody without assignments of their
 * own.
 */
#define NOBODY "/"

/* From so many users on, reading the policy whole costs less than finding each. */
#define MANY_USERS 256u

struct who {
	struct tool *tool;
	const struct rolegate_policy *policy;
	struct rolegate_request request;
	json_t *holders; /* NULL while printing text */
	size_t n;
};

/* The assigned role on the path of an answer, or "". */
static const char *role_of(const struct rolegate_explanation *e)
{
	for (size_t i = 0; i < e->n_steps; i++)
		if (e->steps[i]->kind == ROLEGATE_STEP_ROLE)
			return e->steps[i]->name;
	return "";
}

static const struct rolegate_step *source_of(const struct rolegate_explanation *e)
{
	for (size_t i = 0; i < e->n_steps; i++)
		if (e->steps[i]->kind >= ROLEGATE_STEP_USER &&
		    e->steps[i]->kind <= ROLEGATE_STEP_ROOT)
			return e->steps[i];
	return NULL;
}

static void print_holder(struct who *who, const char *kind, const char *name,
			 const struct rolegate_explanation *e)
{
	const struct rolegate_step *source = source_of(e);
	const char *role = role_of(e);
	int used;

	who->n++;
	if (who->holders) {
		json_array_append_new(who->holders,
				      json_pack("{s:s, s:s, s:s, s:s?, s:i}", "kind", kind, "name",
						name, "role", role, "file",
						source ? source->file : NULL, "line",
						source ? (int)source->line : 0));
		return;
	}
	printf("  %s", kind);
	output_pad(2 + output_columns(kind), 11);
	output_text(&who->tool->output, COLOUR_BOLD, name);
	used = 11 + output_columns(name);
	output_pad(used, 27);
	fputs("as ", stdout);
	output_text(&who->tool->output, COLOUR_PLAIN, role);
	used = (used < 27 ? 27 : used + 1) + 3 + output_columns(role);
	output_place(&who->tool->output, used, 45, source && source->file ? source->file : "",
		     source ? source->line : 0);
}

/* Ask the evaluator about one person, and show them if they hold it. */
static int ask(struct who *who, const struct rolegate_person *person, const char *kind,
	       const char *name)
{
	struct rolegate_subject subject = { .person = *person };
	struct rolegate_explanation *e = NULL;
	int r;

	r = explain_evaluated(policy_in_force(who->policy), &who->request, &subject, NULL, &e);
	if (r == 0 && e->decision->verdict == ROLEGATE_ALLOW)
		print_holder(who, kind, name, e);
	rolegate_explanation_free(e);
	return r;
}

/* Users by their own assignments: what groups and defaults give stands in lines of its own. */
static int ask_user(struct who *who, const char *name)
{
	struct rolegate_person person = { .name = name,
					  .facts = ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED };

	return ask(who, &person, "user", name);
}

static int ask_group(struct who *who, const char *name)
{
	struct rolegate_person person = {
		.name = NOBODY,
		.group_names = &name,
		.n_groups = 1,
		.facts = ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED,
	};

	return ask(who, &person, "group", name);
}

static int ask_uid(struct who *who, uid_t uid, const char *kind, const char *name)
{
	struct rolegate_person person = {
		.name = NOBODY,
		.uid = uid,
		.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED,
	};

	return ask(who, &person, kind, name);
}

/* Ask about every name of one kind. */
static int ask_all(struct who *who, char kind, int (*ask_one)(struct who *who, const char *name))
{
	uint32_t n = policy_buckets(who->policy, kind);
	struct record record;
	struct cursor bucket, body;
	const char *name;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++) {
		r = store_find(&who->policy->store, kind, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body))
			r = ask_one(who, name);
		store_record_free(&record);
	}
	return r;
}

static int ask_everybody(struct who *who)
{
	int r;

	r = ask_all(who, FORMAT_USERS, ask_user);
	if (r == 0)
		r = ask_all(who, FORMAT_GROUPS, ask_group);
	if (r == 0)
		r = ask_uid(who, PEOPLE_ORDINARY_UID, "default", "anybody unassigned");
	if (r == 0)
		r = ask_uid(who, 1, "default", "system accounts");
	if (r == 0 && who->policy->head.flags & FORMAT_HEAD_ROOT_IS_OWNER)
		r = ask_uid(who, 0, "uid 0", "root");
	return r;
}

int verb_who(struct tool *tool)
{
	struct who who = { .tool = tool, .request = { .permission = tool->options.words[0] } };
	struct rolegate_policy *policy = NULL;
	char near[FORMAT_NAME_MAX + 1];
	int r, status = EXIT_DONE;

	if (!tool_time(tool, &who.request.at, &status) || tool_open(tool, &policy, &status) < 0)
		return status;
	who.policy = policy;
	r = tool_know_permission(policy, who.request.permission, near);
	if (r == 0) {
		rolegate_policy_close(policy);
		return tool_fail(tool, EXIT_USAGE, NULL, "no permission is called `%s`%s%s%s",
				 who.request.permission, *near ? "; did you mean `" : "", near,
				 *near ? "`?" : "");
	}
	if (tool->output.json)
		who.holders = json_array();
	/* So many questions are better put to memory. */
	r = policy->head.n_users > MANY_USERS ? store_load(&policy->store) : 0;
	if (r == 0)
		r = ask_everybody(&who);
	rolegate_policy_close(policy);
	if (r < 0) {
		json_decref(who.holders);
		return tool_fail_errno(tool, r, "reading the policy");
	}
	if (tool->output.json) {
		(void)output_json(json_pack("{s:s, s:o}", "permission", who.request.permission,
					    "holders", who.holders),
				  true);
	} else if (who.n == 0) {
		fputs("nobody holds ", stdout);
		output_text(&tool->output, COLOUR_PLAIN, who.request.permission);
		putchar('\n');
	}
	return EXIT_DONE;
}
