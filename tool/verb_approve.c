/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* approve: lets a role take effect that waits for it (P9). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reach.h"
#include "managed_edit.h"
#include "people.h"
#include "revise.h"
#include "standing.h"
#include "verbs.h"
#include "words.h"

struct approving {
	struct revision *revision;
	const char *user, *role; /* role: NULL for all that wait */
	struct reach grants;
};

static bool waits(const struct approving *a, const struct reach_grant *grant, unsigned int flags)
{
	return flags & FORMAT_ROLE_NEEDS_APPROVAL && grant->until > a->revision->tool->now &&
	       !reach_is_approved(&a->grants, grant->role);
}

/*
 * Whoever has the default roles has no assignment; with the approval they get one, and would lose the
 * others of them (P3). So those are assigned as well, and wait where they did.
 */
static int keep_defaults(struct approving *a)
{
	int r = 0;

	for (size_t i = 0; i < a->grants.n && r == 0; i++) {
		const struct reach_grant *grant = &a->grants.list[i];
		struct managed_grant kept = {
			.holder = a->user,
			.from = FORMAT_ALWAYS,
			.until = FORMAT_FOREVER,
		};
		char *name = NULL;

		if (grant->source != ROLEGATE_STEP_DEFAULT && grant->source != ROLEGATE_STEP_SYSTEM)
			continue;
		r = standing_role_name(a->revision->active, grant->role, &name);
		kept.role = name;
		if (r == 0)
			managed_grant(a->revision->managed, &kept);
		free(name);
	}
	return r;
}

/* The approval of a role that the managed file does not give: an assignment of its own. */
static int approve_elsewhere(struct approving *a, const struct reach_grant *grant, const char *role)
{
	struct revision *revision = a->revision;
	const struct managed_grant approved = {
		.holder = a->user,
		.role = role,
		.from = grant->from,
		.until = grant->until,
		.approved_by = revision->author,
	};
	bool is_default = grant->source == ROLEGATE_STEP_DEFAULT ||
			  grant->source == ROLEGATE_STEP_SYSTEM;

	managed_grant(revision->managed, &approved);
	if (grant->source == ROLEGATE_STEP_GROUP)
		revise_note(
			revision,
			"the role came through the group %s; with the approval %s has it in their own right, "
			"also when they leave the group",
			grant->group, a->user);
	if (!is_default)
		return 0;
	revise_note(
		revision,
		"the role came by default; with the approval %s has an assignment of their own, with the "
		"other default roles of now",
		a->user);
	return keep_defaults(a);
}

static int approve_grant(struct approving *a, const struct reach_grant *grant, const char *role)
{
	struct revision *revision = a->revision;
	size_t n;

	revise_note(revision, "%s of %s is approved by %s", role, a->user, revision->author);
	revision->is_changed = true;
	n = managed_approve(revision->managed, a->user, role, revision->author);
	/* One assignment that says it is enough for all that give the role (P9). */
	return n > 0 ? 0 : approve_elsewhere(a, grant, role);
}

/* Whether the role of this grant was dealt with by an earlier one. */
static bool is_done(const struct approving *a, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (a->grants.list[k].role == a->grants.list[i].role)
			return true;
	return false;
}

static int approve_all(struct approving *a)
{
	int r = 0;

	for (size_t i = 0; i < a->grants.n && r == 0; i++) {
		const struct reach_grant *grant = &a->grants.list[i];
		struct record record;
		struct role role;
		char *name = NULL;

		r = policy_load_role(a->revision->active, grant->role, &record, &role);
		if (r < 0)
			break;
		if (waits(a, grant, role.flags) && !is_done(a, i))
			r = standing_role_name(a->revision->active, grant->role, &name);
		store_record_free(&record);
		if (name && (!a->role || !strcmp(name, a->role)))
			r = approve_grant(a, grant, name);
		free(name);
	}
	return r;
}

/* Say why there was nothing to approve. */
static int explain_nothing(struct approving *a)
{
	struct revision *revision = a->revision;
	struct standing_role role;
	int status;

	if (!a->role) {
		revise_note(revision, "%s waits for no approval", a->user);
		return EXIT_DONE;
	}
	status = standing_find_role(revision->tool, revision->active, a->role, &role);
	if (status != 0)
		return status;
	for (size_t i = 0; i < a->grants.n; i++) {
		if (a->grants.list[i].role != role.id)
			continue;
		if (!(role.flags & FORMAT_ROLE_NEEDS_APPROVAL))
			revise_note(revision, "%s needs no approval", a->role);
		else if (reach_is_approved(&a->grants, role.id))
			revise_note(revision, "%s of %s is approved already", a->role, a->user);
		else
			revise_note(revision, "the time in which %s has %s is over", a->user,
				    a->role);
		return EXIT_DONE;
	}
	return tool_fail(
		revision->tool, EXIT_REFUSED, "not-assigned",
		"%s does not have %s: `rolegate assign %s %s` comes first. Nothing was changed",
		a->user, a->role, a->user, a->role);
}

static int edit_approve(struct revision *revision, void *context)
{
	struct approving *a = context;
	struct account account;
	int r, status = EXIT_DONE;

	a->revision = revision;
	r = people_find(revision->tool, revision->active, a->user, &account);
	if (r == 0)
		r = reach_find(revision->active, &account.person, revision->tool->now, &a->grants);
	if (r == 0)
		r = approve_all(a);
	if (r < 0)
		status = tool_fail_errno(revision->tool, r, "reading assignments");
	else if (!revision->is_changed)
		status = explain_nothing(a);
	reach_free(&a->grants);
	account_free(&account);
	return status;
}

int verb_approve(struct tool *tool)
{
	struct approving a = {
		.user = tool->options.words[0],
		.role = tool->options.n_words > 1 ? tool->options.words[1] : NULL,
	};
	char *what;
	int status;

	status = revise_check_word("approve", "the user's name", WORDS_ACCOUNT, a.user);
	if (status == 0 && a.role)
		status = revise_check_word("approve", "the role's name", WORDS_SYMBOL, a.role);
	if (status != 0)
		return status;
	if (asprintf(&what, "approve %s%s%s", a.user, a.role ? " " : "", a.role ? a.role : "") < 0)
		return tool_out_of_memory(tool);
	status = revise(tool, what, edit_approve, &a);
	free(what);
	return status;
}
