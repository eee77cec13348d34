/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duty.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "members.h"
#include "people.h"
#include "sheet.h"
#include "when.h"

/*
 * A name that no user can have (words.c): it stands for somebody without assignments of their own.
 */
#define ANYBODY "/"

/* One finding: the first name in byte order, so that it is the same each time. */
struct finding {
	char *user, *text;
	bool are_more;
};

struct checking {
	struct tool *tool;
	struct difference *d;
	bool *touches;	  /* by role: whether it is or inherits a role of some rule */
	bool *is_checked; /* by set of terms: found to be fine by itself */
	char **groups;	  /* with such roles */
	size_t n_groups, max_groups;
	int64_t *starts; /* when those of the groups begin */
	size_t n_starts, max_starts;
	size_t n_silent; /* users and groups of which the name service said nothing */
	struct finding broken, standing;
};

static const struct rolegate_policy *after_of(const struct checking *c)
{
	return c->d->joint.sides[JOINT_AFTER].policy;
}

void duty_free(struct duty *duty)
{
	free(duty->broken);
	free(duty->standing);
}

/* ---- In words ---- */

static const char *role_name(const struct checking *c, uint32_t id)
{
	return c->d->joint.roles[c->d->joint.sides[JOINT_AFTER].roles[id]].name;
}

/* A role that counts for a rule, and where it comes from. */
static void write_holding(FILE *to, const struct checking *c, const struct holding *h)
{
	char *file = h->place.line > 0 ? tool_source_path(after_of(c), h->place.file) : NULL;

	fprintf(to, "role %s", role_name(c, h->role));
	if (h->source == ROLEGATE_STEP_GROUP)
		fprintf(to, " through group %s", h->name);
	else if (h->source != ROLEGATE_STEP_USER)
		fputs(" by default", to);
	if (file)
		fprintf(to, " (%s:%u)", file, h->place.line);
	free(file);
}

/* Whether a holding brings a role of a rule. 1, 0 or an error. */
static int counts(const struct rolegate_policy *policy, const struct holding *h,
		  const struct conflict *rule)
{
	struct record record, list;
	const unsigned char *ids;
	struct cursor rules;
	struct role role;
	int r;

	if (!decide_is_in_force(h) || h->source == ROLEGATE_STEP_ROOT)
		return 0;
	r = policy_load_role(policy, h->role, &record, &role);
	if (r < 0)
		return r;
	r = policy_load_conflicts(policy, &list, &ids, &rules);
	for (uint32_t i = 0; i < policy->head.n_members && r == 0; i++)
		for (uint32_t k = 0; k < rule->n_roles && r == 0; k++)
			r = format_bit(role.members, i) && id_at(ids, i) == id_at(rule->roles, k);
	store_record_free(&list);
	store_record_free(&record);
	return r;
}

static int write_finding(FILE *to, const struct checking *c, const struct findings *f,
			 const struct conflict *rule, int64_t at)
{
	const char *comma = " holds ";
	char when[WHEN_SIZE];

	if (!strcmp(f->person->name, ANYBODY))
		fputs("whoever has no assignment", to);
	else
		fprintf(to, "user %s", f->person->name);
	for (size_t i = 0; i < f->n_holdings; i++) {
		int r = counts(after_of(c), &f->holdings[i], rule);

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		fputs(comma, to);
		write_holding(to, c, &f->holdings[i]);
		comma = ", ";
	}
	if (at > c->d->now) {
		when_format(at, when);
		fprintf(to, " from %s on", when);
	}
	comma = "; of the roles ";
	for (uint32_t i = 0; i < rule->n_roles; i++, comma = ", ")
		fprintf(to, "%s%s", comma, role_name(c, id_at(rule->roles, i)));
	fprintf(to, " the rule \"%s\" allows %u", rule->name, rule->at_most);
	return 0;
}

/* Keep a finding, if its user comes first in byte order. */
static int keep(struct finding *finding, const struct checking *c, const struct findings *f,
		const struct conflict *rule, int64_t at)
{
	const char *user = f->person->name;
	struct sheet sheet;
	FILE *to;
	int r;

	if (finding->user && strcmp(finding->user, user) <= 0) {
		finding->are_more = finding->are_more || strcmp(finding->user, user) != 0;
		return 0;
	}
	finding->are_more = finding->user != NULL;
	free(finding->user);
	free(finding->text);
	finding->text = NULL;
	finding->user = strdup(user);
	to = finding->user ? sheet_open(&sheet) : NULL;
	if (!to)
		return -ENOMEM;
	r = write_finding(to, c, f, rule, at);
	finding->text = sheet_close(&sheet, NULL);
	return finding->text ? r : -ENOMEM;
}

/* ---- One person ---- */

/* Whether two rules of the two policies are the same: name, number and roles. */
static bool is_same_rule(const struct joint *joint, const struct conflict *before,
			 const struct conflict *after)
{
	const uint32_t *b = joint->sides[JOINT_BEFORE].roles, *a = joint->sides[JOINT_AFTER].roles;

	if (strcmp(before->name, after->name) != 0 || before->at_most != after->at_most ||
	    before->n_roles != after->n_roles)
		return false;
	for (uint32_t i = 0; i < before->n_roles; i++) {
		uint32_t k = 0;

		while (k < after->n_roles &&
		       b[id_at(before->roles, i)] != a[id_at(after->roles, k)])
			k++;
		if (k == after->n_roles)
			return false;
	}
	return true;
}

/* Whether the person broke the same rule before. 1, 0 or an error. */
static int did_before(const struct checking *c, const struct rolegate_person *person,
		      const struct conflict *after, int64_t at)
{
	const struct rolegate_policy *policy = c->d->joint.sides[JOINT_BEFORE].policy;
	struct conflict before;
	const unsigned char *ids;
	struct findings f;
	struct record record;
	struct cursor list;
	int r;

	if (!policy)
		return 0;
	r = policy_load_conflicts(policy, &record, &ids, &list);
	if (r < 0)
		return r;
	r = decide_hold(policy, person, at, &f);
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &list, &before))
			r = -EBADMSG;
		else
			r = is_same_rule(&c->d->joint, &before, after) &&
			    decide_count_held(&f, &before) > before.at_most;
	}
	decide_findings_free(&f);
	store_record_free(&record);
	return r;
}

/* Look at all rules for one person. 1 if any is broken, 0 or an error. */
static int check_rules(struct checking *c, const struct findings *f, int64_t at)
{
	const struct rolegate_policy *policy = after_of(c);
	const unsigned char *ids;
	struct conflict rule;
	struct record record;
	struct cursor list;
	bool any = false;
	int r;

	r = policy_load_conflicts(policy, &record, &ids, &list);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &list, &rule)) {
			r = -EBADMSG;
			break;
		}
		if (decide_count_held(f, &rule) <= rule.at_most)
			continue;
		any = true;
		r = did_before(c, f->person, &rule, at);
		if (r >= 0)
			r = keep(r > 0 ? &c->standing : &c->broken, c, f, &rule, at);
	}
	store_record_free(&record);
	return r < 0 ? r : any;
}

static int check_at(struct checking *c, const struct rolegate_person *person, int64_t at)
{
	struct findings f;
	int r;

	r = decide_hold(after_of(c), person, at, &f);
	if (r == 0 && f.n_blocked > 0)
		r = check_rules(c, &f, at);
	decide_findings_free(&f);
	return r;
}

/* Now, and whenever something begins, for nobody comes to hold more at any other moment. */
static int check_person(struct checking *c, const struct rolegate_person *person, uint32_t set)
{
	const struct term *list;
	uint32_t n;
	int r, any;

	any = check_at(c, person, c->d->now);
	list = terms_of(&c->d->terms, set, &n);
	for (uint32_t i = 0; i < n && any >= 0; i++) {
		if (list[i].from <= c->d->now)
			continue;
		r = check_at(c, person, list[i].from);
		any = r < 0 ? r : any | r;
	}
	for (size_t i = 0; i < c->n_starts && any >= 0; i++) {
		r = check_at(c, person, c->starts[i]);
		any = r < 0 ? r : any | r;
	}
	return any;
}

/* ---- Everybody ---- */

static bool set_touches(const struct checking *c, uint32_t set)
{
	const struct term *list;
	uint32_t n;

	list = terms_of(&c->d->terms, set, &n);
	for (uint32_t i = 0; i < n; i++)
		if (c->touches[list[i].role])
			return true;
	return false;
}

/* Somebody of whom only the name is known yet. */
static int check_name(struct checking *c, const char *name)
{
	struct account account;
	uint32_t sets[2];
	int r;

	r = difference_find(c->d, FORMAT_USERS, name, sets);
	if (r < 0)
		return r;
	r = people_find(c->tool, NULL, name, &account);
	if (r == -EIO && account.name) {
		/* Its own assignments are judged; a directory that is down stops no revocation (A3). */
		c->n_silent++;
		account.person.facts = ROLEGATE_FACT_ABSENT;
		r = 0;
	}
	if (r == 0) {
		/* Of an account that the system does not know, the policy still says something. */
		if (account.person.facts & (ROLEGATE_FACT_ABSENT | ROLEGATE_FACT_AMBIGUOUS)) {
			account.person.uid = PEOPLE_ORDINARY_UID;
			account.person.facts = DECIDE_FACT_SUPPOSED;
		}
		account.person.facts |= ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS;
		r = check_person(c, &account.person, sets[JOINT_AFTER]);
	}
	account_free(&account);
	return r < 0 ? r : 0;
}

/* A user with assignments. Where no group has a role of a rule, equal users are looked at once. */
static int check_user(struct difference *d, const char *name, const uint32_t sets[2], void *context)
{
	struct rolegate_person person = {
		.name = name,
		.uid = PEOPLE_ORDINARY_UID,
		.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED,
	};
	struct checking *c = context;
	uint32_t set = sets[JOINT_AFTER];
	int r;

	(void)d;
	if (c->is_checked[set] || !set_touches(c, set))
		return 0;
	if (c->n_groups > 0)
		return check_name(c, name);
	r = check_person(c, &person, set);
	c->is_checked[set] = r == 0;
	return r < 0 ? r : 0;
}

static int note_start(struct checking *c, int64_t from)
{
	int64_t *starts;

	for (size_t i = 0; i < c->n_starts; i++)
		if (c->starts[i] == from)
			return 0;
	starts = array_grow(c->starts, c->n_starts, &c->max_starts, sizeof(*starts));
	if (!starts)
		return -ENOMEM;
	c->starts = starts;
	starts[c->n_starts++] = from;
	return 0;
}

/* A group with assignments. */
static int note_group(struct difference *d, const char *name, const uint32_t sets[2], void *context)
{
	struct checking *c = context;
	const struct term *list;
	char **groups;
	uint32_t n;
	int r = 0;

	if (!set_touches(c, sets[JOINT_AFTER]))
		return 0;
	groups = array_grow(c->groups, c->n_groups, &c->max_groups, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	c->groups = groups;
	groups[c->n_groups] = strdup(name);
	if (!groups[c->n_groups])
		return -ENOMEM;
	c->n_groups++;
	list = terms_of(&d->terms, sets[JOINT_AFTER], &n);
	for (uint32_t i = 0; i < n && r == 0; i++)
		if (list[i].from > d->now && c->touches[list[i].role])
			r = note_start(c, list[i].from);
	return r;
}

static int check_member(void *context, const char *name)
{
	return check_name(context, name);
}

/* Those without an assignment: ordinary people, and system accounts. */
static int check_anybody(struct checking *c, uid_t uid)
{
	struct rolegate_person person = {
		.name = ANYBODY,
		.uid = uid,
		.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED,
	};
	int r = check_person(c, &person, TERMS_NONE);

	return r < 0 ? r : 0;
}

static int prepare(struct checking *c)
{
	const struct joint_policy *own = &c->d->joint.sides[JOINT_AFTER];

	c->touches = calloc(c->d->joint.role_names.n + 1, sizeof(*c->touches));
	c->is_checked = calloc(c->d->terms.n_sets + 1, sizeof(*c->is_checked));
	if (!c->touches || !c->is_checked)
		return -ENOMEM;
	for (uint32_t id = 0; id < own->policy->head.n_roles; id++) {
		struct record record;
		struct role role;
		int r;

		r = policy_load_role(own->policy, id, &record, &role);
		if (r < 0)
			return r;
		for (size_t i = 0; i < format_map_size(own->policy->head.n_members); i++)
			if (role.members[i] != 0)
				c->touches[own->roles[id]] = true;
		store_record_free(&record);
	}
	return 0;
}

/* The members of a group, as far as the name service says who they are. */
static int check_group(struct checking *c, const char *group)
{
	int r = members_each(c->tool, group, check_member, c);

	if (r != -EIO)
		return r;
	c->n_silent++;
	return 0;
}

static int check_everybody(struct checking *c)
{
	int r;

	r = difference_walk(c->d, FORMAT_GROUPS, note_group, c);
	if (r == 0)
		r = difference_walk(c->d, FORMAT_USERS, check_user, c);
	for (size_t i = 0; i < c->n_groups && r == 0; i++)
		r = check_group(c, c->groups[i]);
	if (r == 0)
		r = check_anybody(c, PEOPLE_ORDINARY_UID);
	return r == 0 ? check_anybody(c, 1) : r;
}

/* The finding's text, with a word on others. 0 or -ENOMEM. */
static int take_text(struct finding *finding, char **ret)
{
	if (!finding->text)
		return 0;
	if (asprintf(ret, "%s%s", finding->text, finding->are_more ? "; others do so too" : "") >=
	    0)
		return 0;
	*ret = NULL;
	return -ENOMEM;
}

int duty_check(struct tool *tool, struct difference *difference, struct duty *ret)
{
	struct checking c = { .tool = tool, .d = difference };
	int r;

	*ret = (struct duty){ 0 };
	if (after_of(&c)->head.n_conflicts == 0)
		return 0;
	r = prepare(&c);
	if (r == 0)
		r = check_everybody(&c);
	if (r == 0)
		r = take_text(&c.broken, &ret->broken);
	if (r == 0)
		r = take_text(&c.standing, &ret->standing);
	ret->n_silent = c.n_silent;
	for (size_t i = 0; i < c.n_groups; i++)
		free(c.groups[i]);
	free(c.groups);
	free(c.starts);
	free(c.touches);
	free(c.is_checked);
	free(c.broken.user);
	free(c.broken.text);
	free(c.standing.user);
	free(c.standing.text);
	return r;
}
