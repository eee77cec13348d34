/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* assign: gives roles to users and groups. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "assigning.h"
#include "census.h"
#include "decide.h"
#include "managed_edit.h"
#include "people.h"
#include "sheet.h"
#include "standing.h"
#include "verbs.h"
#include "when.h"

/* A typing error in a name that nobody checks would only show when somebody is refused. */
static int note_unknown(struct revision *revision, const struct assigning *a)
{
	char near[FORMAT_NAME_MAX + 1];
	int r = census_has(revision->tool, a->is_group, a->holder, near);

	if (r != 0)
		return r < 0 ? r : 0;
	revise_note(revision, "the system knows no %s %s yet%s%s%s", a->is_group ? "group" : "user",
		    a->holder, *near ? " (did you mean " : "", near, *near ? "?)" : "");
	return 0;
}

/* The default roles, as "guest, user"; on the heap. */
static int list_defaults(const struct revision *revision, const struct reach *grants, char **ret)
{
	struct sheet sheet;
	FILE *to = sheet_open(&sheet);
	int r = to ? 0 : -ENOMEM;
	bool is_first = true;

	for (size_t i = 0; i < grants->n && r == 0; i++) {
		char *name = NULL;

		if (grants->list[i].source != ROLEGATE_STEP_DEFAULT &&
		    grants->list[i].source != ROLEGATE_STEP_SYSTEM)
			continue;
		r = standing_role_name(revision->active, grants->list[i].role, &name);
		if (r == 0)
			fprintf(to, "%s%s", is_first ? "" : ", ", name);
		free(name);
		is_first = false;
	}
	*ret = sheet_close(&sheet, NULL);
	if (!*ret && r == 0)
		r = -ENOMEM;
	if (r < 0)
		free(*ret);
	return r;
}

/* P3: whoever has an assignment has no default roles. `defaults` are those that are lost. */
static int note_lost(struct revision *revision, const struct assigning *a,
		     const struct reach *defaults)
{
	char *list;
	int r = list_defaults(revision, defaults, &list);

	if (r < 0)
		return r;
	if (*list && a->is_group)
		revise_note(
			revision,
			"members who had the default roles (%s) for want of an assignment no longer do (P3)",
			list);
	else if (*list)
		revise_note(
			revision,
			"%s had the default roles (%s) for want of an assignment: with one of their own they "
			"no longer do (P3)",
			a->holder, list);
	free(list);
	return 0;
}

static int note_defaults(struct revision *revision, const struct assigning *a,
			 const struct reach *grants)
{
	/* Somebody who is assigned nothing: no user has such a name (words.c). */
	const struct rolegate_person anybody = {
		.name = "/",
		.uid = PEOPLE_ORDINARY_UID,
		.facts = ROLEGATE_FACT_UID | DECIDE_FACT_SUPPOSED,
	};
	struct reach defaults;
	int r;

	if (!revision->is_changed)
		return 0;
	if (!a->is_group)
		return reach_is_default(grants) ? note_lost(revision, a, grants) : 0;
	/* A group that was assigned something before takes nothing more from anybody. */
	if (grants->n > 0)
		return 0;
	r = reach_find(revision->active, &anybody, revision->tool->now, &defaults);
	if (r == 0)
		r = note_lost(revision, a, &defaults);
	reach_free(&defaults);
	return r;
}

/* ---- Giving ---- */

/* The assignment in force that gives all of it, or NULL. */
static const struct reach_grant *find_same(const struct assigning *a, const struct reach *grants,
					   uint32_t role)
{
	for (size_t i = 0; i < grants->n; i++) {
		const struct reach_grant *grant = &grants->list[i];

		if (assigning_is_own(a, grant) && grant->role == role && grant->from <= a->from &&
		    grant->until >= a->until)
			return grant;
	}
	return NULL;
}

static int note_same(struct revision *revision, const struct assigning *a,
		     const struct reach_grant *grant, const char *role)
{
	char *where = standing_where(revision->active, grant->place), until[WHEN_SIZE + 8] = "";

	if (!where)
		return -ENOMEM;
	if (grant->until != FORMAT_FOREVER) {
		char when[WHEN_SIZE];

		when_format(grant->until, when);
		snprintf(until, sizeof(until), " until %s", when);
	}
	revise_note(revision, "%s%s has %s already%s, by %s", assigning_kind(a), a->holder, role,
		    until, where);
	free(where);
	return 0;
}

static void note_given(struct revision *revision, const struct assigning *a, const char *role)
{
	char when[WHEN_SIZE], from[WHEN_SIZE + 8] = "", until[WHEN_SIZE + 8] = "";

	if (a->from != FORMAT_ALWAYS) {
		when_format(a->from, when);
		snprintf(from, sizeof(from), " from %s", when);
	}
	if (a->until != FORMAT_FOREVER) {
		when_format(a->until, when);
		snprintf(until, sizeof(until), " until %s", when);
	}
	revise_note(revision, "%s%s is given %s%s%s", assigning_kind(a), a->holder, role, from,
		    until);
}

static void note_approval(struct revision *revision, const struct assigning *a, const char *role)
{
	if (a->is_group)
		revise_note(
			revision,
			"it gives each of them nothing before an approval (P9): rolegate approve USER %s",
			role);
	else
		revise_note(revision,
			    "it gives nothing before an approval (P9): rolegate approve %s %s",
			    a->holder, role);
}

static int assign_role(struct revision *revision, const struct assigning *a,
		       const struct reach *grants, const char *name)
{
	const struct managed_grant grant = {
		.is_group = a->is_group,
		.holder = a->holder,
		.role = name,
		.from = a->from,
		.until = a->until,
		.why = a->why,
	};
	struct standing_role role;
	const struct reach_grant *same;
	int r, status;

	status = standing_find_role(revision->tool, revision->active, name, &role);
	if (status != 0)
		return status;
	same = find_same(a, grants, role.id);
	if (same) {
		r = note_same(revision, a, same, name);
		return r < 0 ? tool_fail_errno(revision->tool, r, "reading assignments") : 0;
	}
	if (!managed_grant(revision->managed, &grant))
		return EXIT_DONE;
	revision->is_changed = true;
	note_given(revision, a, name);
	if (role.flags & FORMAT_ROLE_NEEDS_APPROVAL && !reach_is_approved(grants, role.id))
		note_approval(revision, a, name);
	return EXIT_DONE;
}

/* Whether the policy recorded the user's name with another uid than it has now (P3). 1, 0 or an error. */
static int is_of_another(const struct rolegate_policy *policy, const struct account *account)
{
	struct holder holder = { 0 };
	struct record record;
	struct cursor body;
	int r;

	r = policy_find_name(policy, FORMAT_USERS, account->name, &record, &body);
	if (r > 0 && !policy_read_holder(&body, &holder))
		r = -EBADMSG;
	store_record_free(&record);
	return r > 0 ? account->person.facts & ROLEGATE_FACT_UID &&
			       holder.recorded == FORMAT_RECORDED_PRESENT &&
			       holder.id != account->person.uid
		     : r;
}

static int edit_assign(struct revision *revision, void *context)
{
	const struct assigning *a = context;
	struct account account;
	struct reach grants;
	int r, status = EXIT_DONE;

	r = assigning_find_grants(revision, a, &account, &grants);
	if (r == 0 && !a->is_group)
		r = is_of_another(revision->active, &account);
	if (r > 0) {
		revision->tool->records_again = revision->is_changed = true;
		r = 0;
	}
	for (int i = 0; i < a->n_roles && r == 0 && status == EXIT_DONE; i++)
		status = assign_role(revision, a, &grants, a->roles[i]);
	if (r == 0 && status == EXIT_DONE && revision->is_changed)
		r = note_unknown(revision, a);
	if (r == 0 && status == EXIT_DONE)
		r = note_defaults(revision, a, &grants);
	reach_free(&grants);
	account_free(&account);
	return r < 0 ? tool_fail_errno(revision->tool, r, "reading assignments") : status;
}

int verb_assign(struct tool *tool)
{
	struct assigning a;
	int status = assigning_read(tool, "assign", 1, &a);

	tool->accepts = status ? NULL : a.holder;
	tool->accepts_group = !status && a.is_group;
	return status ? status : assigning_run(tool, &a, edit_assign);
}
