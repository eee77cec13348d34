/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "author.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "decide.h"
#include "people.h"

/* ---- Who it is ---- */

/* Somebody whom the system knows by no name: root, or nobody. */
static int find_nameless(struct author *author)
{
	int r = account_init(&author->account, author->uid == 0 ? "root" : "?");

	author->account.person.uid = author->uid;
	author->account.person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS;
	if (author->uid != 0)
		author->account.person.facts |= ROLEGATE_FACT_ABSENT;
	return r;
}

int author_find(struct tool *tool, struct author *ret)
{
	int r;

	*ret = (struct author){ 0 };
	ret->source = actor_find(&ret->uid);
	r = ret->source == ACTOR_FAILED ? -EIO : people_find_uid(tool, ret->uid, &ret->account);
	ret->is_known = r == 0;
	if (r == -ENOENT)
		r = find_nameless(ret);
	return r < 0 ? tool_fail_errno(tool, output_note(r), "finding out who you are") : EXIT_DONE;
}

void author_free(struct author *author)
{
	account_free(&author->account);
}

int author_find_here(const struct author *author, struct account *ret)
{
	int r = account_init_uid(ret, author->uid);

	if (r < 0)
		return r;
	r = account_look_up(ret, ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS, NULL);
	if (r < 0)
		account_free(ret);
	return r;
}

/* ---- Whether they may change anything ---- */

int author_is_owner(const struct rolegate_policy *policy, const struct rolegate_person *person,
		    int64_t at, bool *ret_is_owner)
{
	struct findings findings;
	int r;

	r = decide_hold(policy, person, at, &findings);
	if (r == 0)
		*ret_is_owner = decide_is_owner(&findings);
	decide_findings_free(&findings);
	return r;
}

/* A1, by the very evaluator that PAM uses. */
static int may_manage(const struct rolegate_policy *policy, const struct rolegate_person *person,
		      int64_t at, bool *ret_may)
{
	struct rolegate_subject subject = { .person = *person };
	struct rolegate_request request = { .at = at };
	struct rolegate_decision decision;
	struct permission_info info;
	struct record record;
	int r;

	r = policy_load_permission_info(policy, policy->head.manage_permission, &record, &info);
	if (r < 0)
		return r;
	request.permission = info.name;
	r = decide_only(policy, &request, &subject, NULL, &decision);
	store_record_free(&record);
	*ret_may = r == 0 && decision.verdict == ROLEGATE_ALLOW;
	return r;
}

/* Whether anything was ever applied on this host, as far as its state folder still says. */
static bool has_generations(void)
{
	DIR *folder = opendir(ROLEGATE_STATE_DIR "/generations");
	const struct dirent *entry;
	bool found = false;

	if (!folder)
		return errno != ENOENT;
	while (!found && (entry = readdir(folder)))
		found = *entry->d_name >= '0' && *entry->d_name <= '9';
	closedir(folder);
	return found;
}

/* Without a policy to judge by, or with one that cannot be read, it takes root (A5, D7). */
int author_check_root(struct tool *tool, const struct author *author, int error)
{
	if (geteuid() != 0)
		return tool_fail(tool, EXIT_REFUSED, "not-root",
				 "the first apply on a host is root's (A5). Nothing was changed");
	if (error == -ENOENT && author->uid != 0 && has_generations())
		return tool_fail(
			tool, EXIT_REFUSED, "not-root",
			"the policy that was in force is gone, so what %s may do is not known: log in as root and "
			"`rolegate apply`; or, to begin anew, take " ROLEGATE_STATE_DIR
			"/generations away. Nothing was changed",
			author->account.name);
	if (error != -ENOENT && author->uid != 0)
		return tool_fail(
			tool, EXIT_REFUSED, "not-root",
			"the policy in force cannot be read (%s), so what %s may do is not known: log in as root. "
			"Nothing was changed",
			rolegate_error_text(error), author->account.name);
	return EXIT_DONE;
}

/* A host lends its hands to a root for owners of its own, as it knows them itself. */
static int check_rights_here(struct tool *tool, const struct author *author,
			     const struct rolegate_policy *active)
{
	struct account here = { 0 };
	bool may = false;
	int r, status = EXIT_DONE;

	r = author_find_here(author, &here);
	if (r == 0)
		r = author_is_owner(active, &here.person, tool->now, &may);
	else if (r == -ENOENT)
		r = 0;
	if (r < 0)
		status = tool_fail_errno(tool, r, "looking up what you hold");
	else if (!may)
		status = tool_fail(
			tool, EXIT_REFUSED, "not-owner",
			"you are %s here (by %s), and as root only root and owners of this host change what is "
			"below --root: run it without root's rights, where you can write yourself. Nothing was "
			"changed",
			here.name ? here.name : "nobody", actor_source_name(author->source));
	account_free(&here);
	return status;
}

/* Owners may, and whoever manages roles. */
static int check_rights(struct tool *tool, const struct author *author,
			const struct rolegate_policy *active)
{
	const struct rolegate_person *person = &author->account.person;
	bool may = false, is_absent = person->facts & ROLEGATE_FACT_ABSENT;
	int r;

	if (tool->root)
		return check_rights_here(tool, author, active);
	r = is_absent ? 0 : author_is_owner(active, person, tool->now, &may);
	if (r == 0 && !may && !is_absent)
		r = may_manage(active, person, tool->now, &may);
	if (r == -EBADMSG)
		return author_check_root(tool, author, r);
	if (r < 0)
		return tool_fail_errno(tool, r, "looking up what you hold");
	if (may)
		return EXIT_DONE;
	return tool_fail(
		tool, EXIT_REFUSED, "manage-roles",
		"you are %s (by %s), and hold no permission to manage roles in generation %llu (A1); ask an owner "
		"or an administrator. Nothing was changed",
		author->account.name, actor_source_name(author->source),
		(unsigned long long)active->head.generation);
}

int author_check(struct tool *tool, const struct author *author)
{
	struct rolegate_policy *active = NULL;
	int r, status;

	if (tool->root && (geteuid() != 0 || author->uid == 0))
		return EXIT_DONE;
	r = policy_open_confirmed(NULL, false, &active, NULL);
	if (r == -ENOMEM)
		return tool_out_of_memory(tool);
	status = r < 0 ? author_check_root(tool, author, r) : check_rights(tool, author, active);
	rolegate_policy_close(active);
	return status;
}
