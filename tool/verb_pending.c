/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pending: who waits for the approval of which role (P9). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "members.h"
#include "reach.h"
#include "people.h"
#include "standing.h"
#include "verbs.h"
#include "when.h"

struct waiting {
	struct tool *tool;
	const struct rolegate_policy *policy;
	unsigned char *needs; /* map of roles that need approval */
	struct arena arena;
	struct names candidates;
	json_t *list;
};

static int add_candidate(void *context, const char *name)
{
	struct waiting *w = context;

	return names_add(&w->candidates, &w->arena, name) == NAMES_NONE ? -ENOMEM : 0;
}

/* ---- Which roles ---- */

static int map_roles(struct waiting *w)
{
	uint32_t n = w->policy->head.n_roles;

	w->needs = calloc((size_t)n + 1, 1);
	if (!w->needs)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		struct record record;
		struct role role;
		int r = policy_load_role(w->policy, i, &record, &role);

		if (r < 0)
			return r;
		w->needs[i] = (role.flags & FORMAT_ROLE_NEEDS_APPROVAL) != 0;
		store_record_free(&record);
	}
	return 0;
}

static bool may_wait(const struct waiting *w, const struct assignment *assignment)
{
	if (assignment->flags & FORMAT_ASSIGN_APPROVED || assignment->until <= w->tool->now)
		return false;
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		if (w->needs[id_at(assignment->roles, i)])
			return true;
	return false;
}

/* ---- Who may be among them ---- */

static int look_at_holder(struct waiting *w, char kind, const char *name, struct cursor *body)
{
	uint32_t n = policy_read_n_assignments(body);
	struct assignment assignment;
	bool is_one = false;

	for (uint32_t i = 0; i < n; i++) {
		if (!policy_read_assignment(w->policy, body, &assignment))
			return -EBADMSG;
		is_one = is_one || may_wait(w, &assignment);
	}
	if (!is_one)
		return 0;
	return kind == FORMAT_USERS ? add_candidate(w, name)
				    : members_each(w->tool, name, add_candidate, w);
}

static int look_at_holders(struct waiting *w, char kind)
{
	uint32_t n = policy_buckets(w->policy, kind);
	struct cursor bucket, body;
	struct record record;
	const char *name;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++) {
		r = store_find(&w->policy->store, kind, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body))
			r = look_at_holder(w, kind, name, &body);
		store_record_free(&record);
	}
	return r;
}

/* Whoever has no assignment waits for the default roles that need approval. */
static int look_at_defaults(struct waiting *w)
{
	struct assignment people, system;
	struct record record;
	struct cursor c;
	bool is_any;
	int r;

	r = policy_load_list(w->policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	r = policy_read_assignment(w->policy, &c, &people) &&
			    policy_read_assignment(w->policy, &c, &system)
		    ? 0
		    : -EBADMSG;
	is_any = r == 0 && (may_wait(w, &people) || may_wait(w, &system));
	store_record_free(&record);
	return is_any ? census_each_user(w->tool, add_candidate, w) : r;
}

/* ---- Who is ---- */

static json_t *json_time(int64_t at, int64_t never)
{
	char text[WHEN_SIZE];

	if (at == never)
		return json_null();
	when_format(at, text);
	return json_string(text);
}

static int add_waiting(struct waiting *w, const char *user, const struct reach_grant *grant)
{
	static const char *const sources[] = {
		[ROLEGATE_STEP_USER] = "user",
		[ROLEGATE_STEP_GROUP] = "group",
		[ROLEGATE_STEP_DEFAULT] = "default_roles",
		[ROLEGATE_STEP_SYSTEM] = "system_account_roles",
	};
	char *role = NULL, *file;
	int r;

	r = standing_role_name(w->policy, grant->role, &role);
	if (r < 0)
		return r;
	file = tool_source_path(w->policy, grant->place.file);
	r = json_array_append_new(
		w->list, json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:s?, s:i}", "user", user,
				   "role", role, "through", sources[grant->source], "group",
				   grant->group, "from", json_time(grant->from, FORMAT_ALWAYS),
				   "until", json_time(grant->until, FORMAT_FOREVER), "file", file,
				   "line", (int)grant->place.line));
	free(role);
	free(file);
	return r < 0 ? -ENOMEM : 0;
}

/* Whether an earlier one of the grants said that this role waits. */
static bool is_said(const struct reach *grants, size_t i, int64_t now)
{
	for (size_t k = 0; k < i; k++)
		if (grants->list[k].role == grants->list[i].role && grants->list[k].until > now)
			return true;
	return false;
}

static int look_at_candidate(struct waiting *w, const char *name)
{
	struct reach grants = { 0 };
	struct account account;
	int r;

	r = people_find(w->tool, w->policy, name, &account);
	/* Whoever holds what an owner holds waits for nothing (D6). */
	if (r == 0 && w->policy->head.flags & FORMAT_HEAD_ROOT_IS_OWNER &&
	    account.person.facts & ROLEGATE_FACT_UID && account.person.uid == 0)
		goto out;
	if (r == 0)
		r = reach_find(w->policy, &account.person, w->tool->now, &grants);
	for (size_t i = 0; i < grants.n && r == 0; i++) {
		const struct reach_grant *grant = &grants.list[i];

		if (w->needs[grant->role] && grant->until > w->tool->now &&
		    !reach_is_approved(&grants, grant->role) && !is_said(&grants, i, w->tool->now))
			r = add_waiting(w, name, grant);
	}
out:
	reach_free(&grants);
	account_free(&account);
	return r;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int find_waiting(struct waiting *w)
{
	int r = map_roles(w);

	if (r == 0)
		r = look_at_holders(w, FORMAT_USERS);
	if (r == 0)
		r = look_at_holders(w, FORMAT_GROUPS);
	if (r == 0)
		r = look_at_defaults(w);
	/* From here on nobody is looked up by number. */
	if (r == 0 && w->candidates.n > 0)
		qsort(w->candidates.list, w->candidates.n, sizeof(*w->candidates.list), by_bytes);
	for (size_t i = 0; i < w->candidates.n && r == 0; i++)
		r = look_at_candidate(w, w->candidates.list[i]);
	return r;
}

/* ---- Printing ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void print_one(const struct output *output, const json_t *one)
{
	const char *through = text_of(one, "through"), *group = text_of(one, "group");
	char place[1100], way[600];

	snprintf(way, sizeof(way), "%s%s%s", !strcmp(through, "user") ? "assigned" : through,
		 *group ? " " : "", group);
	snprintf(place, sizeof(place), "%s:%d", text_of(one, "file"),
		 (int)json_integer_value(json_object_get(one, "line")));
	fputs("  ", stdout);
	output_text(output, COLOUR_BOLD, text_of(one, "user"));
	output_pad(2 + output_columns(text_of(one, "user")), 18);
	output_text(output, COLOUR_WARN, text_of(one, "role"));
	output_pad(output_columns(text_of(one, "role")), 16);
	output_text(output, COLOUR_PLAIN, way);
	output_pad(output_columns(way), 16);
	output_text(output, COLOUR_DIM, place);
	if (*text_of(one, "from"))
		printf("  from %s", text_of(one, "from"));
	if (*text_of(one, "until"))
		printf("  until %s", text_of(one, "until"));
	putchar('\n');
}

static void print_waiting(const struct waiting *w)
{
	size_t n = json_array_size(w->list);

	if (n == 0) {
		puts("Nobody waits for an approval.");
		return;
	}
	for (size_t i = 0; i < n; i++)
		print_one(&w->tool->output, json_array_get(w->list, i));
	printf("%zu wait%s: rolegate approve USER [ROLE]\n", n, n == 1 ? "s" : "");
}

int verb_pending(struct tool *tool)
{
	struct waiting w = { .tool = tool, .list = json_array() };
	struct rolegate_policy *policy = NULL;
	int r, status = EXIT_DONE;

	if (!w.list)
		return tool_out_of_memory(tool);
	if (tool_open(tool, &policy, &status) < 0) {
		json_decref(w.list);
		return status;
	}
	w.policy = policy;
	r = find_waiting(&w);
	if (r < 0)
		status = tool_fail_errno(tool, r, "looking for who waits");
	else if (tool->output.json)
		(void)output_json(json_pack("{s:O}", "pending", w.list), true);
	else
		print_waiting(&w);
	json_decref(w.list);
	names_free(&w.candidates);
	arena_free(&w.arena);
	free(w.needs);
	rolegate_policy_close(policy);
	return status;
}
