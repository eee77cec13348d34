/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"
#include "people.h"
#include "state.h"

/* The person who runs this command. Owner: account_free(&account). */
struct author {
	struct account account;
	enum actor_source source;
	uid_t uid; /* 0 also for an unknown actor with uid 0, who is root (A5) */
};

/* ---- Who it is (A5) ---- */

static int find_author(struct author *author)
{
	int r;

	*author = (struct author){ 0 };
	author->source = actor_find(&author->uid);
	r = account_init_uid(&author->account, author->uid);
	if (r == -ENOENT) {
		r = account_init(&author->account, author->uid == 0 ? "root" : "?");
		author->account.person.uid = author->uid;
		author->account.person.facts = author->uid == 0 ? ROLEGATE_FACT_UID
								: ROLEGATE_FACT_ABSENT;
	}
	return r < 0 ? r
		     : account_look_up(&author->account, ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS);
}

/* ---- What they may do ---- */

/* Whether somebody holds what only owners hold, by the very evaluator that PAM uses. */
static int is_owner(const struct rolegate_policy *policy, const struct rolegate_person *person,
		    int64_t at, bool *ret_is_owner)
{
	struct rolegate_subject subject = { .person = *person };
	struct rolegate_decision decision;
	struct permission_info info;
	struct record record;
	int r;

	*ret_is_owner = false;
	r = policy_load_permission_info(policy, policy->head.gate_permission, &record, &info);
	if (r < 0)
		return r;
	r = rolegate_can(policy, &subject, info.name, at, &decision);
	store_record_free(&record);
	*ret_is_owner = r == 0 && decision.verdict == ROLEGATE_ALLOW;
	return r;
}

/*
 * This version does not compare what a change gives with what its author holds (A1-A3, A7), so it
 * lets those change the policy from whom nothing can be withheld: owners, and root where root is
 * one.
 */
static int check_owner(struct tool *tool, const struct author *author,
		       const struct rolegate_policy *active)
{
	bool owner;
	int r;

	r = is_owner(active, &author->account.person, tool->now, &owner);
	if (r < 0)
		return tool_fail_errno(tool, r, "looking up what you hold");
	if (owner)
		return EXIT_DONE;
	return tool_fail(
		tool, EXIT_REFUSED, "not-owner",
		"you are %s (by %s), who is no owner in generation %llu, and in this version only owners change "
		"the policy; ask an owner to apply it. Nothing was changed",
		author->account.name, actor_source_name(author->source),
		(unsigned long long)active->head.generation);
}

/* Without a policy to judge by, or with one that cannot be read, it takes root (A5, D7). */
static int check_root(struct tool *tool, const struct author *author, int error)
{
	if (geteuid() != 0)
		return tool_fail(tool, EXIT_REFUSED, "not-root",
				 "the first apply on a host is root's (A5). Nothing was changed");
	if (error != -ENOENT && author->uid != 0)
		return tool_fail(
			tool, EXIT_REFUSED, "not-root",
			"the policy in force cannot be read (%s), so what %s may do is not known: log in as root. "
			"Nothing was changed",
			rolegate_error_text(error), author->account.name);
	return EXIT_DONE;
}

static int check_author_here(struct tool *tool, const struct author *author)
{
	struct rolegate_policy *active = NULL;
	int r, status;

	r = rolegate_policy_open(NULL, &active, NULL);
	if (r == -ENOMEM)
		return tool_out_of_memory(tool);
	status = r < 0 ? check_root(tool, author, r) : check_owner(tool, author, active);
	rolegate_policy_close(active);
	return status;
}

/*
 * With --root, whoever may write there may apply there; but root's hands are lent only to root
 * and to owners of this host, or a narrow sudo rule for rolegate would be a way round.
 */
static int check_author(struct tool *tool, const struct author *author)
{
	if (tool->root && (geteuid() != 0 || author->uid == 0))
		return EXIT_DONE;
	return check_author_here(tool, author);
}

/* ---- What has to hold afterwards ---- */

/* A4 for one assignment: owner, without an end, begun, to a user. */
static bool names_owner(const struct model *model, const struct model_assignment *assignment,
			int64_t now)
{
	if (assignment->until != FORMAT_FOREVER || assignment->from > now)
		return false;
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		if (assignment->roles[i] == model->owner_role)
			return true;
	return false;
}

/*
 * Whether a user is an owner who can act: assigned, on good terms with the system, and really
 * given what owners hold.
 */
static int check_usable(struct tool *tool, const struct rolegate_policy *candidate,
			const char *user, bool *ret_is, const char **ret_why)
{
	struct account account;
	int r;

	*ret_is = false;
	*ret_why = people_why_unusable(tool, user);
	if (*ret_why)
		return 0;
	r = people_find(tool, user, &account);
	if (r == 0)
		r = is_owner(candidate, &account.person, tool->now, ret_is);
	account_free(&account);
	if (r == 0 && !*ret_is)
		*ret_why = "kept from it by a conflict rule or a missing approval";
	return r;
}

static int has_usable_owner(struct tool *tool, const struct compiled *compiled,
			    const struct rolegate_policy *candidate, bool *ret_has,
			    const char **ret_user, const char **ret_why)
{
	const struct model *model = &compiled->model;
	const struct model_holders *users = &model->users;
	int r = 0;

	*ret_has = false;
	*ret_user = NULL;
	for (size_t i = 0; i < users->names.n && r == 0 && !*ret_has; i++) {
		bool is_named = false;

		for (uint32_t k = users->list[i].first; k != NAMES_NONE && !is_named;
		     k = model->assignments[k].next)
			is_named = names_owner(model, &model->assignments[k], tool->now);
		if (!is_named)
			continue;
		*ret_user = users->names.list[i];
		r = check_usable(tool, candidate, *ret_user, ret_has, ret_why);
	}
	return r;
}

static int check_invariants(struct tool *tool, const struct compiled *compiled, int fd)
{
	struct rolegate_policy *candidate = NULL;
	const char *user, *why = "";
	bool has_owner = false;
	int copy, r;

	copy = dup(fd);
	if (copy < 0)
		return tool_fail_errno(tool, -errno, "opening the candidate");
	r = policy_open_fd(copy, &candidate);
	if (r < 0)
		close(copy);
	else
		r = has_usable_owner(tool, compiled, candidate, &has_owner, &user, &why);
	rolegate_policy_close(candidate);
	if (r < 0)
		return tool_fail_errno(tool, r, "testing the candidate");
	if (has_owner)
		return EXIT_DONE;
	if (!user)
		return tool_fail(
			tool, EXIT_REFUSED, "last-owner",
			"no owner would be left: assign the role \"%s\" to a user, without `until` and with no "
			"`from` in the future (A4). Nothing was changed",
			compiled->model.roles[compiled->model.owner_role].name);
	return tool_fail(tool, EXIT_REFUSED, "last-owner",
			 "no usable owner would be left: %s is %s (A4). Nothing was changed", user,
			 why);
}

/* ---- The change ---- */

/* How the author goes into the history. */
static struct pack_info describe(struct tool *tool, const struct author *author, const char *why)
{
	return (struct pack_info){
		.when = tool->now,
		.who = author->account.name,
		.known_by = actor_source_name(author->source),
		.why = why,
	};
}

/* Write the generation, look at it once more, and swap it in. */
static int install(struct tool *tool, const struct state *state, const struct compiled *compiled,
		   struct pack_info *info)
{
	int fd = -1, r, status;

	r = state_next_generation(state, info->parent, &info->generation);
	if (r == 0)
		r = state_prepare(state, compiled, info, &fd);
	if (r == -E2BIG)
		return tool_fail(
			tool, EXIT_POLICY, "too-large",
			"the policy is larger than a compiled one can be: 2 GiB in all, or 1 MiB for one user. "
			"Nothing was changed");
	if (r < 0)
		return tool_fail_errno(tool, r, "writing the new generation");
	status = check_invariants(tool, compiled, fd);
	close(fd);
	if (status != EXIT_DONE) {
		state_discard(state);
		return status;
	}
	r = state_commit(state, info->generation, info->parent);
	if (r < 0) {
		state_discard(state);
		return tool_fail_errno(tool, r, "putting the new generation in force");
	}
	state_prune(state, (const uint64_t[]){ info->generation, info->parent }, 2);
	return EXIT_DONE;
}

/* The number of the generation in force; 0 if none can be read. */
static uint64_t active_generation(struct tool *tool)
{
	struct rolegate_policy *active = NULL;
	uint64_t generation = 0;

	if (rolegate_policy_open(tool->state_dir, &active, NULL) == 0)
		generation = active->head.generation;
	rolegate_policy_close(active);
	return generation;
}

static int apply_locked(struct tool *tool, const struct author *author, const struct state *state,
			const char *why, struct change *ret)
{
	struct pack_info info = describe(tool, author, why);
	struct compiled compiled;
	int status;

	/* Once more: whoever held the lock may have taken from the author what the first look saw. */
	status = check_author(tool, author);
	if (status != EXIT_DONE)
		return status;
	if (tool->root && !tool->output.json)
		fputs("note: below --root nobody's authority is checked (A1-A3, A7)\n", stderr);
	if (tool_compile(tool, &compiled, &status) == 0) {
		if (!tool->output.json)
			tool_print_problems(tool, &compiled);
		info.parent = active_generation(tool);
		status = install(tool, state, &compiled, &info);
		*ret = (struct change){
			.generation = info.generation,
			.parent = info.parent,
			.n_warnings = compiled.report.n_warnings,
		};
	}
	compile_free(&compiled);
	return status;
}

int change_apply(struct tool *tool, const char *why, struct change *ret)
{
	struct author author;
	struct state state;
	int r, status;

	r = find_author(&author);
	if (r < 0) {
		status = tool_fail_errno(tool, r, "finding out who you are");
		goto out;
	}
	/* Before anything is made or waited for; what counts is the look under the lock. */
	status = check_author(tool, &author);
	if (status != EXIT_DONE)
		goto out;
	r = state_open(&state, &tool->tree, ROLEGATE_STATE_DIR);
	if (r == -EPERM || r == -EACCES)
		status = tool_fail(
			tool, EXIT_SYSTEM, "system-error",
			"%s: you cannot write there, or others can; it has to be root's alone. Nothing was changed",
			tool->state_dir);
	else if (r < 0)
		status = tool_fail_errno(tool, r, tool->state_dir);
	else
		status = apply_locked(tool, &author, &state, why, ret);
	if (r == 0)
		state_close(&state);
out:
	account_free(&author.account);
	return status;
}
