/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: what sudoers gives to people who are no owners. */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outsiders.h"
#include "sudoers.h"
#include "sudoers_effect.h"

/* Aliases within aliases: sudo forbids circles, which visudo finds. */
#define DEPTH_MAX 16u

/*
 * Items looked at for one rule. Aliases that name others twice, or one another, lead to the same ones in very many
 * ways; nobody has a rule for thousands of names.
 */
#define STEPS_MAX 10000u

struct inspection {
	struct doctor_findings *findings;
	unsigned int n_steps;
	struct sudoers sudoers;
	struct outsiders outsiders;
};

/* Whether one more may be looked at. If not, what it gives counts as given. */
static bool may_step(struct inspection *x)
{
	return x->n_steps < STEPS_MAX && ++x->n_steps > 0;
}

/* ---- Whom a rule names ---- */

static void add_users(struct inspection *x, const struct sudoers_list *users, bool is_negated,
		      unsigned int depth);

/* `%name`, `%#gid`, `%:name` of a foreign system. */
static void add_group(struct inspection *x, const char *word)
{
	if (word[1] == '#')
		outsiders_add_gid(&x->outsiders, (gid_t)strtoul(word + 2, NULL, 10));
	else if (word[1] == ':')
		outsiders_add_user(&x->outsiders, word);
	else
		outsiders_add_group(&x->outsiders, word + 1);
}

static void add_item(struct inspection *x, const struct sudoers_item *item, bool is_negated,
		     unsigned int depth)
{
	const struct sudoers_alias *alias = sudoers_find_alias(&x->sudoers, 'U', item->text);

	is_negated = is_negated != item->is_negated;
	if (!strcmp(item->text, "ALL")) {
		outsiders_clear(&x->outsiders);
		x->outsiders.is_everybody = !is_negated;
	} else if (alias) {
		add_users(x, &alias->items, is_negated, depth + 1);
	} else if (is_negated) {
		/* A group that is left out again leaves the rest of the rule to be looked at. */
		outsiders_remove(&x->outsiders, item->text);
	} else if (*item->text == '%') {
		add_group(x, item->text);
	} else if (*item->text == '#') {
		outsiders_add_uid(&x->outsiders, (uid_t)strtoul(item->text + 1, NULL, 10));
	} else {
		/* Also a `+netgroup`, whose members nobody here knows: by its name. */
		outsiders_add_user(&x->outsiders, item->text);
	}
}

static void add_users(struct inspection *x, const struct sudoers_list *users, bool is_negated,
		      unsigned int depth)
{
	for (size_t i = 0; i < users->n && depth < DEPTH_MAX; i++) {
		if (!may_step(x)) {
			x->outsiders.has_others = true;
			return;
		}
		add_item(x, &users->list[i], is_negated, depth);
	}
}

/* Whether a comma-separated list of members has root. */
static bool lists_root(const char *members)
{
	for (size_t n; *members; members += n + (members[n] == ',')) {
		n = strcspn(members, ",");
		if (n == 4 && !strncmp(members, "root", n))
			return true;
	}
	return false;
}

/*
 * Whether root is in a runas group, for whose members sudo then runs the command. Of one that only a
 * directory has, and of another system's (`%:name`), that is not known: then root is, unless it has
 * to be for sure.
 */
static bool root_is_in(struct inspection *x, const char *word, bool for_sure)
{
	const struct account_entry *root = account_file_find(&x->outsiders.passwd, "root"), *group;
	id_t gid = root ? root->gid : 0, asked;

	if (word[1] == '#') {
		asked = (id_t)strtoul(word + 2, NULL, 10);
		if (asked == gid)
			return true;
		group = account_file_find_id(&x->outsiders.group, asked);
	} else {
		group = account_file_find(&x->outsiders.group, word + 1);
	}
	return group ? group->id == gid || lists_root(group->members) : !for_sure;
}

/* Whether a runas item that is no alias stands for root. for_sure: not only perhaps. */
static bool is_root(struct inspection *x, const char *word, bool for_sure)
{
	const struct account_entry *entry;

	if (*word == '%')
		return root_is_in(x, word, for_sure);
	if (*word == '#')
		return strtoul(word + 1, NULL, 10) == 0;
	if (!strcmp(word, "ALL") || !strcmp(word, "root"))
		return true;
	/* A second name of uid 0 is as good as root; taken out, it leaves root in. */
	entry = account_file_find(&x->outsiders.passwd, word);
	return !for_sure && (*word == '+' || (entry && entry->id == 0));
}

/* Whether the last item that speaks of root takes it in: 1, 0, or -1 where none does. */
static int runs_as_root(struct inspection *x, const struct sudoers_list *users, bool is_negated,
			unsigned int depth)
{
	int answer = -1;

	for (size_t i = 0; i < users->n && depth < DEPTH_MAX && may_step(x); i++) {
		const struct sudoers_item *item = &users->list[i];
		const struct sudoers_alias *alias =
			sudoers_find_alias(&x->sudoers, 'R', item->text);
		bool is_out = is_negated != item->is_negated;
		int inner = -1;

		if (alias && strcmp(item->text, "ALL") != 0)
			inner = runs_as_root(x, &alias->items, is_out, depth + 1);
		else if (is_root(x, item->text, is_out))
			inner = !is_out;
		answer = inner >= 0 ? inner : answer;
	}
	return answer;
}

/* ---- What it gives ---- */

/* The worst that a command comes to. What a `!` takes out can be had by a copy. */
static enum sudoers_effect find_effect(struct inspection *x, const struct sudoers_item *item,
				       unsigned int depth)
{
	const struct sudoers_alias *alias = sudoers_find_alias(&x->sudoers, 'C', item->text);
	enum sudoers_effect worst = SUDOERS_HARMLESS, effect;

	if (item->is_negated)
		return SUDOERS_HARMLESS;
	if (!alias || !strcmp(item->text, "ALL"))
		return sudoers_effect(item->text);
	if (depth >= DEPTH_MAX || !may_step(x))
		return SUDOERS_UNCLEAR;
	for (size_t i = 0; i < alias->items.n; i++) {
		effect = find_effect(x, &alias->items.list[i], depth + 1);
		worst = effect > worst ? effect : worst;
	}
	return worst;
}

static const struct {
	enum doctor_severity severity;
	const char *id, *why, *mend;
} effects[] = {
	[SUDOERS_ROLEGATE] = { DOCTOR_NOTE, "sudo-rolegate",
			       "that is safe: rolegate finds out who acts by their login, not by sudo, and "
			       "lets nobody change more than they may themselves",
			       NULL },
	[SUDOERS_UNCLEAR] = { DOCTOR_MEDIUM, "sudo-not-understood",
			      "nobody can tell what the rule opens",
			      "name the program by its path, and define every alias" },
	[SUDOERS_ROUND_GATE] = { DOCTOR_HIGH, "sudo-round-gate",
				 "it sets passwords, or takes them off, without asking the password gate",
				 "take it away; to set passwords give `" DOCTOR_ANCHORED
				 "`, whose anchors keep options out (sudo 1.9.10 or later)" },
	[SUDOERS_EVERYTHING] = { DOCTOR_MEDIUM, "sudo-gives-everything",
				 "who has that is root: neither the password gate nor the policy stops them; "
				 "whatever a `!` takes out can be had by a copy",
				 "give single programs, with their arguments, or make them owners" },
};

static void add_grant(struct inspection *x, const struct sudoers_grant *grant,
		      enum sudoers_effect effect)
{
	char *who = outsiders_words(&x->outsiders), *text = NULL;

	if (who)
		text = doctor_format(x->findings, "%s may run `%s` as root by sudo%s", who,
				     grant->command.text,
				     grant->is_free ? ", without a password" : "");
	else
		x->findings->is_incomplete = true;
	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = effects[effect].severity,
			   .id = effects[effect].id,
			   .file = grant->place.file,
			   .line = grant->place.line,
			   .text = text,
			   .why = effects[effect].why,
			   .mend = effects[effect].mend,
		   },
		   NULL);
	free(text);
	free(who);
}

static void inspect_grant(struct inspection *x, const struct sudoers_grant *grant)
{
	enum sudoers_effect effect;

	x->n_steps = 0;
	effect = find_effect(x, &grant->command, 0);
	if (effect == SUDOERS_HARMLESS ||
	    (grant->has_runas && runs_as_root(x, grant->runas, false, 0) != 1 &&
	     x->n_steps < STEPS_MAX))
		return;
	x->n_steps = 0;
	outsiders_clear(&x->outsiders);
	add_users(x, grant->users, false, 0);
	if (x->outsiders.error == -ENOMEM)
		x->findings->is_incomplete = true;
	if (!outsiders_is_empty(&x->outsiders))
		add_grant(x, grant, effect);
}

/* ---- Settings ---- */

static void inspect_setting(struct inspection *x, const struct sudoers_setting *setting)
{
	struct doctor_finding f = { .file = setting->place.file, .line = setting->place.line };
	char *text = NULL;

	if (!strcmp(setting->name, "pam_acct_mgmt") && setting->is_negated) {
		f.severity = DOCTOR_HIGH;
		f.id = "sudo-skips-account";
		f.text = "sudo does not run PAM's account phase: !pam_acct_mgmt";
		f.why = "so it never asks rolegate";
		f.mend = "take the setting out";
	} else if ((!strcmp(setting->name, "pam_service") ||
		    !strcmp(setting->name, "pam_login_service")) &&
		   strcmp(setting->value, "sudo") != 0 && strcmp(setting->value, "sudo-i") != 0) {
		text = doctor_format(x->findings, "sudo asks PAM as the service `%s`",
				     setting->value);
		f.severity = DOCTOR_LOW;
		f.id = "sudo-other-service";
		f.text = text;
		f.why = "what the policy says of sudo and sudo-i is not asked";
		f.mend = "give that service an entry in `services`, or take the setting out";
	}
	if (f.id)
		doctor_add(x->findings, &f, NULL);
	free(text);
}

static void inspect_problem(struct inspection *x, const struct sudoers_problem *problem)
{
	char *text;

	if (problem->error) {
		doctor_add_unread(x->findings, problem->place.file, problem->error);
		return;
	}
	text = doctor_format(x->findings, "this line of sudoers is not understood: %s",
			     problem->text);
	doctor_add(
		x->findings,
		&(struct doctor_finding){
			.severity = DOCTOR_MEDIUM,
			.id = "sudo-not-understood",
			.file = problem->place.file,
			.line = problem->place.line,
			.text = text,
			.why = "it may open a way round the password gate",
			.mend = "`visudo -c` says whether sudo understands it; look at it by hand",
		},
		NULL);
	free(text);
}

/* ---- All of it ---- */

static void inspect(struct inspection *x)
{
	for (size_t i = 0; i < x->sudoers.n_problems; i++)
		inspect_problem(x, &x->sudoers.problems[i]);
	for (size_t i = 0; i < x->sudoers.n_settings; i++)
		inspect_setting(x, &x->sudoers.settings[i]);
	for (size_t i = 0; i < x->sudoers.n_grants; i++)
		inspect_grant(x, &x->sudoers.grants[i]);
}

void doctor_sudoers(struct tool *tool, struct doctor_findings *findings)
{
	struct inspection x = { .findings = findings };
	struct rolegate_policy *policy = NULL;
	int r;

	/* Without a policy nobody is an owner. */
	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) < 0)
		return;
	r = sudoers_read(tool, &x.sudoers);
	if (r == 0)
		r = outsiders_begin(&x.outsiders, tool, policy);
	if (r == 0)
		inspect(&x);
	else
		doctor_add_unread(findings, SUDOERS_FILE, r);
	outsiders_end(&x.outsiders);
	sudoers_free(&x.sudoers);
	rolegate_policy_close(policy);
}
