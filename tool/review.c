/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "review.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "authority.h"
#include "decide.h"
#include "duty.h"
#include "members.h"
#include "people.h"
#include "summary.h"

void review_free(struct review *review)
{
	free(review->text);
	free(review->lacks);
	free(review->warning);
	*review = (struct review){ 0 };
}

/* ---- Whether somebody is a system account (P3) ---- */

struct asking {
	struct tool *tool;
	const struct rolegate_policy *policy;
	bool is_system;
};

static int take_recorded_uid(const struct rolegate_policy *policy, struct account *account)
{
	struct holder holder = { 0 };
	struct record record;
	struct cursor body;
	int r;

	account->person.facts = 0;
	r = policy_find_name(policy, FORMAT_USERS, account->name, &record, &body);
	if (r > 0 && !policy_read_holder(&body, &holder))
		r = -EBADMSG;
	if (r > 0 && holder.recorded == FORMAT_RECORDED_PRESENT) {
		account->person.uid = holder.id;
		account->person.facts = ROLEGATE_FACT_UID;
	}
	store_record_free(&record);
	return r < 0 ? r : 0;
}

/* 1 ends the search through a group's members. */
static int ask_user(void *context, const char *name)
{
	struct asking *asking = context;
	struct account account;
	int r;

	r = people_find(asking->tool, NULL, name, &account);
	/* A directory that is down stops no revocation (A3): then the recorded uid has to do. */
	if (r == -EIO && account.name)
		r = take_recorded_uid(asking->policy, &account);
	if (r == 0 && account.person.facts & ROLEGATE_FACT_UID)
		asking->is_system = decide_is_system(asking->policy, account.person.uid,
						     account.person.facts & ROLEGATE_FACT_LOCAL);
	account_free(&account);
	return r < 0 ? r : asking->is_system;
}

static int is_system(void *context, char kind, const char *name, bool *ret_is)
{
	struct asking *asking = context;
	int r;

	asking->is_system = false;
	if (kind == FORMAT_USERS)
		r = ask_user(asking, name);
	else
		r = members_each(asking->tool, name, ask_user, asking);
	if (r == -EIO)
		r = 0; /* a group that is not answered for has no members that are known */
	*ret_is = asking->is_system;
	return r < 0 ? r : 0;
}

/* ---- The judgement ---- */

static int judge_authority(struct tool *tool, const struct author *author,
			   struct difference *difference, struct review *ret)
{
	struct asking asking = {
		.tool = tool,
		.policy = difference->joint.sides[JOINT_AFTER].policy,
	};
	struct authority_question question = {
		.actor = &author->account.person,
		.is_system = is_system,
		.context = &asking,
	};
	struct authority_answer answer;
	int r;

	r = authority_judge(difference, &question, &answer);
	if (r == 0 && answer.code != AUTHORITY_GRANTED) {
		*ret = (struct review){
			.reason = authority_code_name(answer.code),
			.text = answer.text,
			.lacks = answer.lacks,
			.n_lacks = answer.n_lacks,
		};
		answer.text = NULL;
		answer.lacks = NULL;
	}
	authority_free(&answer);
	return r;
}

static int judge_duty(struct tool *tool, struct difference *difference, struct review *ret)
{
	struct duty duty;
	int r;

	r = duty_check(tool, difference, &duty);
	if (r == 0) {
		ret->warning = duty.standing;
		ret->n_silent = duty.n_silent;
		duty.standing = NULL;
	}
	if (r == 0 && duty.broken && !ret->reason) {
		ret->reason = "conflict";
		if (asprintf(&ret->text, "%s (A6)", duty.broken) < 0) {
			ret->text = NULL;
			r = -ENOMEM;
		}
	}
	duty_free(&duty);
	return r;
}

int review_judge(struct tool *tool, const struct author *author, struct difference *difference,
		 struct review *ret)
{
	bool is_judged = difference->joint.sides[JOINT_BEFORE].policy &&
			 !(tool->root && !author->is_known);
	int r = 0;

	*ret = (struct review){ 0 };
	if (is_judged)
		r = judge_authority(tool, author, difference, ret);
	return r == 0 ? judge_duty(tool, difference, ret) : r;
}

/* ---- A change that is about to be made ---- */

static int refuse(struct tool *tool, const struct author *author, const struct review *review)
{
	bool is_duty = !strcmp(review->reason, "conflict");

	if (is_duty)
		return tool_refuse(
			tool, review->reason, NULL, 0,
			"%s: take one of them away, or have an owner change the rule. Nothing was changed",
			review->text);
	return tool_refuse(
		tool, review->reason, review->lacks, review->n_lacks,
		"you are %s (by %s), and %s; ask an owner, or somebody who has it. Nothing "
		"was changed",
		author->account.name, actor_source_name(author->source), review->text);
}

/* Name the services that would no longer let the author in. */
static int warn_author(const struct author *author, const struct difference *difference)
{
	struct access_services services;
	const char *comma = "";
	int r;

	r = access_open(&difference->joint, &services);
	for (size_t i = 0; i < services.n && r == 0; i++) {
		enum access_change change = ACCESS_SAME;

		r = access_ask(difference, services.list[i], &author->account.person, &change);
		if (change != ACCESS_CLOSED)
			continue;
		output_complain("%s%s", *comma ? comma : "warning: you can then no longer use ",
				services.list[i]);
		comma = ", ";
	}
	if (*comma)
		output_complain("; `rolegate apply --confirm-within 2m` lets you try that out\n");
	access_close(&services);
	return r;
}

static int conclude(struct tool *tool, const struct author *author, struct difference *difference,
		    const struct review *review, char **ret_effect)
{
	int r = 0;

	if (review->reason)
		return refuse(tool, author, review);
	if (review->warning)
		output_complain("warning: %s; it was so before (A6)\n", review->warning);
	if (review->n_silent > 0)
		output_complain(
			"warning: the name service did not answer for %zu users and groups: conflicts "
			"that groups could bring there are not judged; decisions deny them (A6)\n",
			review->n_silent);
	/* Whom the root below --root does not know uses nothing there. */
	if (difference->joint.sides[JOINT_BEFORE].policy && author->is_known)
		r = warn_author(author, difference);
	if (r == 0)
		r = summary_line(difference, ret_effect);
	return r < 0 ? tool_fail_errno(tool, r, "comparing the policies") : EXIT_DONE;
}

int review_change(struct tool *tool, const struct author *author,
		  const struct rolegate_policy *before, const struct rolegate_policy *after,
		  char **ret_effect)
{
	struct difference difference;
	struct review review = { 0 };
	int r, status;

	*ret_effect = NULL;
	r = difference_open(&difference, before, after, tool->now);
	if (r == 0)
		r = review_judge(tool, author, &difference, &review);
	status = r < 0 ? tool_fail_errno(tool, r, "comparing the policies")
		       : conclude(tool, author, &difference, &review, ret_effect);
	review_free(&review);
	difference_close(&difference);
	return status;
}
