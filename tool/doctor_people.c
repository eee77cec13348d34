/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: whether owners can act, and whether the other people of the policy are there. */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "account_file.h"
#include "author.h"
#include "decide.h"
#include "people.h"
#include "roster.h"
#include "sheet.h"

/* People who are looked up: a directory's server is not asked about a hundred thousand. */
#define LOOKED_UP_MAX 10000u

/* Names that are said; of more only the number. */
#define SAID_MAX 5u

/* Those of whom something is told together. */
struct crowd {
	char *said[SAID_MAX];
	size_t n;
};

struct census {
	struct tool *tool;
	struct doctor_findings *findings;
	const struct rolegate_policy *policy;
	struct roster roster;
	struct account_file passwd;
	struct crowd absent, daemons;
	char *owner; /* one who can act */
	size_t n_looked_up, n_able;
};

static void remember(struct census *c, struct crowd *crowd, const char *name)
{
	if (crowd->n < SAID_MAX)
		crowd->said[crowd->n] = doctor_format(c->findings, "%s", name);
	crowd->n++;
}

/* ---- Owners ---- */

/* A4: an assignment that makes its user an owner for good; or NULL. */
static const struct assignment *find_ownership(const struct census *c,
					       const struct assignment *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (list[i].until == FORMAT_FOREVER && list[i].from <= c->tool->now &&
		    roster_gives(&list[i], c->policy->head.owner_role))
			return &list[i];
	return NULL;
}

/* Why somebody who is assigned owner cannot act, a literal; or NULL. */
static const char *why_not(struct census *c, const char *name)
{
	const char *why = people_why_unusable(c->tool, name);
	struct account account;
	bool is_owner = false;
	int r;

	if (c->tool->root && c->passwd.is_there && !account_file_find(&c->passwd, name))
		why = "unknown to the system";
	else if (c->tool->root)
		why = people_why_shut_below_root(c->tool, name);
	if (why)
		return why;
	r = people_find(c->tool, c->policy, name, &account);
	if (r == 0)
		r = author_is_owner(c->policy, &account.person, c->tool->now, &is_owner);
	account_free(&account);
	if (output_note(r) < 0)
		return "somebody of whom nothing could be found out";
	return is_owner ? NULL : "kept from it by a conflict rule or a missing approval";
}

static void look_at_owner(struct census *c, const char *name, const struct assignment *assignment)
{
	const char *why = why_not(c, name);
	char *text;

	if (!why) {
		c->n_able++;
		if (!c->owner)
			c->owner = doctor_format(c->findings, "%s", name);
		return;
	}
	text = doctor_format(c->findings, "%s is assigned owner, but is %s", name, why);
	doctor_add(c->findings,
		   &(struct doctor_finding){
			   .severity = DOCTOR_MEDIUM,
			   .id = "owner-unusable",
			   .file = roster_path(&c->roster, assignment->place),
			   .line = assignment->place.line,
			   .text = text,
			   .why = "such an owner is none when one is needed",
			   .mend = "let them back in, or take the role from them",
		   },
		   NULL);
	free(text);
}

static void tell_of_owners(struct census *c)
{
	char *text;

	if (c->n_able == 0)
		doctor_add(
			c->findings,
			&(struct doctor_finding){
				.severity = DOCTOR_HIGH,
				.id = "no-usable-owner",
				.text = "there is no usable owner",
				.why = "nobody but root, if root_is_owner, can change the policy or set passwords",
				.mend = "let an owner back in, or assign the owner role to another user",
			},
			NULL);
	if (c->n_able != 1)
		return;
	text = doctor_format(c->findings, "%s is the only usable owner", c->owner);
	doctor_add(c->findings,
		   &(struct doctor_finding){
			   .severity = DOCTOR_NOTE,
			   .id = "one-owner",
			   .text = text,
			   .why = "when they are away nobody can act in their stead",
			   .mend = "assign the owner role to a second user",
		   },
		   NULL);
	free(text);
}

/* ---- Everybody ---- */

static int look_at_person(void *context, const char *name, const struct assignment *list,
			  uint32_t n)
{
	struct census *c = context;
	const struct account_entry *entry = account_file_find(&c->passwd, name);
	const struct assignment *ownership = find_ownership(c, list, n);
	struct account account;

	if (ownership)
		look_at_owner(c, name, ownership);
	if (entry && decide_is_system(c->policy, entry->id, true))
		remember(c, &c->daemons, name);
	if (entry || (c->tool->root && !c->passwd.is_there))
		return 0;
	if (c->tool->root) {
		remember(c, &c->absent, name);
		return 0;
	}
	if (c->n_looked_up++ >= LOOKED_UP_MAX)
		return 0;
	if (account_init(&account, name) == 0 &&
	    account_look_up(&account, ROLEGATE_FACT_UID, NULL) == 0 &&
	    account.person.facts & ROLEGATE_FACT_ABSENT)
		remember(c, &c->absent, name);
	account_free(&account);
	return 0;
}

/* Names with commas, and how many more; on the heap, or NULL. */
static char *tell_crowd(const struct crowd *crowd)
{
	struct sheet sheet;
	FILE *to = sheet_open(&sheet);

	for (size_t i = 0; to && i < crowd->n && i < SAID_MAX; i++)
		fprintf(to, "%s%s", i > 0 ? ", " : "", crowd->said[i] ? crowd->said[i] : "");
	if (to && crowd->n > SAID_MAX)
		fprintf(to, " and %zu more", crowd->n - SAID_MAX);
	return sheet_close(&sheet, NULL);
}

static void tell_of_crowd(struct census *c, struct crowd *crowd, const char *id, const char *what,
			  const char *why, const char *mend)
{
	char *names = crowd->n > 0 ? tell_crowd(crowd) : NULL, *text;

	for (size_t i = 0; i < crowd->n && i < SAID_MAX; i++)
		free(crowd->said[i]);
	if (!names)
		return;
	text = doctor_format(c->findings, "%s: %s", what, names);
	doctor_add(c->findings,
		   &(struct doctor_finding){
			   .severity = DOCTOR_NOTE,
			   .id = id,
			   .text = text,
			   .why = why,
			   .mend = mend,
		   },
		   NULL);
	free(text);
	free(names);
}

static int take_census(struct census *c)
{
	char daemons[96];
	int r;

	r = account_file_read(c->tool, "/etc/passwd", &c->passwd);
	if (r == 0)
		r = roster_load(&c->roster, c->policy);
	if (r == 0)
		r = roster_each_holder(&c->roster, FORMAT_USERS, look_at_person, c);
	if (r < 0)
		return r;
	tell_of_owners(c);
	tell_of_crowd(c, &c->absent, "assigned-unknown",
		      "the policy gives roles to users whom the system does not know",
		      "if somebody gets that name, they get the roles",
		      "`rolegate unassign`, or correct the name");
	snprintf(daemons, sizeof(daemons),
		 "the policy gives roles to system accounts (uid below %u)",
		 c->policy->head.uid_min);
	tell_of_crowd(c, &c->daemons, "assigned-system-account", daemons,
		      "they do not get system_account_roles then",
		      "see whether that is meant: `rolegate user NAME`");
	return 0;
}

void doctor_people(struct tool *tool, struct doctor_findings *findings)
{
	struct census c = { .tool = tool, .findings = findings };
	struct rolegate_policy *policy = NULL;
	int r;

	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) < 0)
		return;
	c.policy = policy;
	r = take_census(&c);
	if (r < 0)
		doctor_add_unread(findings, "/etc/passwd", r);
	free(c.owner);
	roster_free(&c.roster);
	account_file_free(&c.passwd);
	rolegate_policy_close(policy);
}
