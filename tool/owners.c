/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "owners.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "author.h"
#include "decide.h"
#include "people.h"

/* What the search found. */
struct search {
	bool has_owner;
	char last[FORMAT_NAME_MAX +
		  1];	 /* somebody who is assigned owner and cannot act; "" nobody */
	const char *why; /* why not */
};

/* A4 for one assignment: owner, without an end, begun. */
static bool names_owner(const struct rolegate_policy *policy, const struct assignment *assignment,
			int64_t now)
{
	if (assignment->until != FORMAT_FOREVER || assignment->from > now)
		return false;
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		if (id_at(assignment->roles, i) == policy->head.owner_role)
			return true;
	return false;
}

/* Why a known user who is assigned owner is none by the policy; a literal. */
static const char *why_no_owner(const struct rolegate_policy *policy, const struct holder *holder,
				const struct account *account, const char *user, int64_t now)
{
	struct place place;

	if (account->person.facts & ROLEGATE_FACT_AMBIGUOUS || strcmp(account->name, user) != 0)
		return "known to the system by another name (see `rolegate check`)";
	if (holder->recorded == FORMAT_RECORDED_PRESENT && holder->id != account->person.uid)
		return "another account than was recorded (see `rolegate status`)";
	if (decide_is_suspended(policy, &account->person, now, &place) > 0)
		return "suspended";
	return "kept from it by a conflict rule or a missing approval";
}

/* Whether an assigned owner is on good terms with the system, and the policy lets them be one. */
static int check_usable(struct tool *tool, const struct rolegate_policy *policy,
			const struct holder *holder, const char *user, struct search *search)
{
	struct account account;
	int r;

	search->why = people_why_unusable(tool, user);
	if (!search->why) {
		r = people_find(tool, NULL, user, &account);
		if (r == 0)
			r = author_is_owner(policy, &account.person, tool->now, &search->has_owner);
		if (r == 0)
			search->why = why_no_owner(policy, holder, &account, user, tool->now);
		account_free(&account);
		if (r < 0)
			return r;
	}
	snprintf(search->last, sizeof(search->last), "%s", user);
	return 0;
}

static int look_at_user(struct tool *tool, const struct rolegate_policy *policy, const char *user,
			struct cursor *body, struct search *search)
{
	struct assignment assignment;
	struct holder holder;
	bool is_named = false;

	if (!policy_read_holder(body, &holder))
		return -EBADMSG;
	for (uint32_t i = 0; i < holder.n_assignments; i++) {
		if (!policy_read_assignment(policy, body, &assignment))
			return -EBADMSG;
		is_named = is_named || names_owner(policy, &assignment, tool->now);
	}
	return is_named ? check_usable(tool, policy, &holder, user, search) : 0;
}

static int look_at_bucket(struct tool *tool, const struct rolegate_policy *policy, uint32_t i,
			  struct search *search)
{
	struct cursor bucket, body;
	struct record record;
	const char *user;
	int r;

	r = store_find(&policy->store, FORMAT_USERS, i, &record);
	if (r < 0)
		return r;
	bucket = cursor_over(&record);
	while (r == 0 && !search->has_owner && policy_next_entry(&bucket, &user, &body))
		r = look_at_user(tool, policy, user, &body, search);
	if (r == 0 && !search->has_owner && !cursor_is_done(&bucket))
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

/* The name of the owner role, which catalogs call as they like, is part of the advice. */
static int refuse(struct tool *tool, const struct rolegate_policy *candidate,
		  const struct search *search)
{
	struct role_info info;
	struct record record;
	int r, status;

	if (search->last[0])
		return tool_fail(
			tool, EXIT_REFUSED, "last-owner",
			"no usable owner would be left: %s is %s (A4). Nothing was changed",
			search->last, search->why);
	r = policy_load_role_info(candidate, candidate->head.owner_role, &record, &info);
	if (r < 0)
		return tool_fail_errno(tool, r, "testing the candidate");
	status = tool_fail(
		tool, EXIT_REFUSED, "last-owner",
		"no owner would be left: assign the role \"%s\" to a user, without `until` and with no "
		"`from` in the future (A4). Nothing was changed",
		info.name);
	store_record_free(&record);
	return status;
}

int owners_check(struct tool *tool, const struct rolegate_policy *candidate)
{
	struct search search = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < candidate->head.user_buckets && r == 0 && !search.has_owner; i++)
		r = look_at_bucket(tool, candidate, i, &search);
	if (r < 0)
		return tool_fail_errno(tool, r, "testing the candidate");
	return search.has_owner ? EXIT_DONE : refuse(tool, candidate, &search);
}
