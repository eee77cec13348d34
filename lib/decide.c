/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The procedure of a decision (policy.md D1). The order of the rules is the order of this file:
 * account, suspension, the service's rule, holdings, plan and permissions, mode.
 */
#include "decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sized.h"

/* What a step found: the answer, or that the next step has to look. An error is negative. */
enum { ANSWERED = 0, NEXT = 1 };

static int deny(struct rolegate_decision *d, enum rolegate_reason reason)
{
	d->verdict = ROLEGATE_DENY;
	d->reason = reason;
	return ANSWERED;
}

static int allow(struct rolegate_decision *d, enum rolegate_reason reason)
{
	d->reason = reason;
	d->verdict = ROLEGATE_ALLOW;
	return ANSWERED;
}

/* A denial that another fact could change. */
static int want(struct rolegate_decision *d, unsigned int facts, enum rolegate_reason reason)
{
	d->wants = facts;
	return deny(d, reason);
}

/* A denial that the mode does not change (D5). */
static int deny_always(struct rolegate_decision *d, enum rolegate_reason reason)
{
	d->permissive = 0;
	return deny(d, reason);
}

/* ---- The account (P12) ---- */

static bool has_fact(const struct findings *f, unsigned int fact)
{
	return f->person->facts & fact;
}

/* Whether a tool supposes facts about the account that PAM would look up. */
static bool is_supposed(const struct findings *f)
{
	return has_fact(f, DECIDE_FACT_SUPPOSED);
}

/* Which account it is about (D3), and whether there is exactly one of that name. */
static int find_account(const struct rolegate_subject *subject, const struct rolegate_actor *actor,
			struct findings *f, struct rolegate_decision *d)
{
	d->about_actor = f->has_service && f->service.flags & FORMAT_SERVICE_ACTOR;
	if (d->about_actor && !actor) {
		d->wants_actor = 1;
		return deny(d, ROLEGATE_UNKNOWN_USER);
	}
	f->person = d->about_actor ? &actor->person : &subject->person;
	if (!f->person->name || f->person->name[0] == '\0')
		return -EINVAL;
	if (has_fact(f, ROLEGATE_FACT_AMBIGUOUS))
		return deny_always(d, ROLEGATE_AMBIGUOUS_USER);
	if (has_fact(f, ROLEGATE_FACT_ABSENT)) {
		f->is_virtual = f->has_service && f->service.flags & FORMAT_SERVICE_ANY_ACCOUNT;
		return f->is_virtual ? NEXT : deny(d, ROLEGATE_UNKNOWN_USER);
	}
	if (!has_fact(f, ROLEGATE_FACT_UID) && !is_supposed(f)) {
		d->wants = ROLEGATE_FACT_UID;
		return deny_always(d, ROLEGATE_UNKNOWN_USER);
	}
	return NEXT;
}

/* ---- Suspension (P13) ---- */

static bool is_before_activation(const struct rolegate_policy *policy, int64_t at)
{
	return at < policy->head.created - DECIDE_CLOCK_SLACK;
}

static bool is_clock_known(const struct rolegate_policy *policy, int64_t at)
{
	return policy->is_time_supposed || !is_before_activation(policy, at);
}

/* Whether there is a suspension under a key, a name or ":uid", that has not ended. */
static int find_suspension(const struct rolegate_policy *policy, const char *key, int64_t at,
			   struct place *ret)
{
	STORE_UNCLEARED struct record record;
	struct suspension suspension;
	struct cursor body;
	int r;

	r = policy_find_name(policy, FORMAT_SUSPENDED, key, &record, &body);
	if (r > 0 && !policy_read_suspension(&body, &suspension))
		r = -EBADMSG;
	if (r > 0)
		*ret = suspension.place;
	/* Where the clock is wrong, what restricts counts whatever its dates (P3, Clock). */
	if (r > 0 && is_clock_known(policy, at) && at >= suspension.until)
		r = 0;
	store_record_free(&record);
	return r;
}

int decide_is_suspended(const struct rolegate_policy *policy, const struct rolegate_person *person,
			int64_t at, struct place *ret)
{
	bool has_uid = person->facts & ROLEGATE_FACT_UID;
	char key[POLICY_ID_SIZE];
	int r;

	if (policy->head.n_suspended == 0 || (has_uid && person->uid == 0))
		return 0;
	r = find_suspension(policy, person->name, at, ret);
	if (r != 0 || !has_uid)
		return r;
	policy_write_id(key, ":", person->uid);
	return find_suspension(policy, key, at, ret);
}

static int check_suspension(const struct rolegate_policy *policy, int64_t at, struct findings *f,
			    struct rolegate_decision *d)
{
	int r = decide_is_suspended(policy, f->person, at, &f->suspended_place);

	if (r <= 0)
		return r < 0 ? r : NEXT;
	f->is_suspended = true;
	return deny_always(d, ROLEGATE_SUSPENDED);
}

/* ---- The service's rule, where it requires no permission (D2) ---- */

/* P7: whether the process that asks is root's, or the account's own. */
static bool is_own_process(const struct rolegate_request *request, const struct findings *f)
{
	return request->flags & ROLEGATE_REQUEST_REAL_UID && has_fact(f, ROLEGATE_FACT_UID) &&
	       (request->real_uid == 0 || request->real_uid == f->person->uid);
}

/* Whether the rule is the one for services without an entry, and lets owners pass (P7). */
static bool lets_owners_pass(const struct rolegate_policy *policy,
			     const struct rolegate_request *request, const struct findings *f)
{
	return f->is_other && policy->head.other != FORMAT_OTHER_NOBODY &&
	       is_own_process(request, f);
}

static int check_rule(const struct rolegate_policy *policy, const struct rolegate_request *request,
		      const struct findings *f, struct rolegate_decision *d)
{
	if (f->n_required > 0)
		return NEXT;
	if (f->has_service || policy->head.other == FORMAT_OTHER_ALLOW)
		return allow(d, ROLEGATE_OPEN_SERVICE);
	return lets_owners_pass(policy, request, f) ? NEXT : deny(d, ROLEGATE_SERVICE_NOT_LISTED);
}

/* ---- Whether a missing answer could take away permissions (P3, A6) ---- */

/* Whether a mask of permissions satisfies the requirement. */
static bool satisfies(const struct findings *f, uint64_t have)
{
	uint64_t all = f->n_required < 64 ? (UINT64_C(1) << f->n_required) - 1 : UINT64_MAX;

	return f->any ? (have & all) != 0 : (have & all) == all;
}

/* Whether default roles alone grant what is required. */
static bool rests_on_defaults(const struct findings *f)
{
	bool has_defaults = false;
	uint64_t others = 0;

	for (size_t i = 0; i < f->n_holdings; i++) {
		const struct holding *h = &f->holdings[i];

		if (h->source == ROLEGATE_STEP_DEFAULT || h->source == ROLEGATE_STEP_SYSTEM)
			has_defaults = true;
		else if (decide_is_in_force(h))
			others |= h->unblocked & f->in_force;
	}
	return has_defaults && !f->is_virtual && !satisfies(f, others);
}

/*
 * Whether each assignment to a group grants what is required too: then it does not matter which groups there are.
 * That was worked out for the time of the activation and later: before, other assignments hold.
 */
static int all_groups_grant(const struct rolegate_policy *policy, const struct findings *f)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *map;
	int r;

	if (f->is_before_activation)
		return 0;
	r = policy_load_common(policy, &record, &map);
	if (r < 0)
		return r;
	r = satisfies(f, holdings_required_in(f, map) & f->in_force);
	store_record_free(&record);
	return r;
}

/* Whether an unknown group could take away permissions: 1, 0 or an error. */
static int depends_on_groups(const struct rolegate_policy *policy, const struct findings *f)
{
	int r;

	if (!(policy->head.flags & FORMAT_HEAD_GROUPS_APPLY) || is_supposed(f) || f->is_virtual)
		return 0;
	if (rests_on_defaults(f)) {
		r = all_groups_grant(policy, f);
		if (r <= 0)
			return r < 0 ? r : 1;
	}
	return holdings_may_conflict(policy, f);
}

/*
 * Allow, if no answer is missing that could change this: no answer is not "no". Directories are not asked about
 * root and system accounts, so a group that only a directory could have given does not matter for them.
 */
static int confirm(const struct rolegate_policy *policy, const struct findings *f,
		   struct rolegate_decision *d)
{
	bool is_system = f->person->uid == 0 ||
			 decide_is_system(policy, f->person->uid, has_fact(f, ROLEGATE_FACT_LOCAL));
	int r = depends_on_groups(policy, f);

	if (r < 0)
		return r;
	if (r == 0)
		return allow(d, ROLEGATE_GRANTED);
	if (!has_fact(f, ROLEGATE_FACT_GROUPS))
		return want(d, ROLEGATE_FACT_GROUPS, ROLEGATE_SYSTEM_ERROR);
	if (f->lacks_group_name || (policy->head.flags & FORMAT_HEAD_GROUPS_UNKNOWN && !is_system))
		return deny(d, ROLEGATE_SYSTEM_ERROR);
	if (!has_fact(f, ROLEGATE_FACT_SOURCES))
		return want(d, ROLEGATE_FACT_SOURCES, ROLEGATE_SYSTEM_ERROR);
	return f->person->silent_source ? deny(d, ROLEGATE_SYSTEM_ERROR)
					: allow(d, ROLEGATE_GRANTED);
}

/* ---- Why a permission is missing ---- */

/* The first thing, in the order of D1, that keeps an assigned role from granting one of some required permissions. */
static enum rolegate_reason obstacle(const struct holding *h, uint64_t lacking)
{
	if (lacking & ~h->unblocked)
		return ROLEGATE_CONFLICT;
	if (!h->in_time)
		return ROLEGATE_OUTSIDE_TIME;
	if (!h->is_approved)
		return ROLEGATE_PENDING_APPROVAL;
	return ROLEGATE_NOT_IN_PLAN;
}

/* How near a reason is to a grant (D1): the smallest is named. */
static unsigned int distance(enum rolegate_reason reason)
{
	static const enum rolegate_reason order[] = {
		ROLEGATE_CONFLICT,    ROLEGATE_OUTSIDE_TIME,	   ROLEGATE_PENDING_APPROVAL,
		ROLEGATE_NOT_IN_PLAN, ROLEGATE_MISSING_PERMISSION, ROLEGATE_NO_ROLE,
	};
	unsigned int i = 0;

	while (i < sizeof(order) / sizeof(order[0]) - 1 && order[i] != reason)
		i++;
	return i;
}

/* Find the reason, and the assigned role that came nearest to a grant. */
static enum rolegate_reason find_reason(struct findings *f)
{
	enum rolegate_reason reason = ROLEGATE_NO_ROLE;

	for (size_t i = 0; i < f->n_holdings; i++)
		if (f->holdings[i].in_time)
			reason = ROLEGATE_MISSING_PERMISSION;
	for (size_t i = 0; i < f->n_holdings; i++) {
		const struct holding *h = &f->holdings[i];

		if (!(h->grants & f->missing))
			continue;
		if (distance(obstacle(h, h->grants & f->missing)) < distance(reason)) {
			reason = obstacle(h, h->grants & f->missing);
			f->nearest = h;
		}
	}
	return reason;
}

/* ---- Holdings, plan and permissions (P3, P11) ---- */

/* The required permissions that the plan includes: those that the account has, and those that are missing. */
static void weigh_required(struct findings *f)
{
	uint64_t all = f->n_required < 64 ? (UINT64_C(1) << f->n_required) - 1 : UINT64_MAX;

	for (uint32_t i = 0; i < f->n_required && !f->is_permission_unknown; i++)
		if (f->required[i].flags & FORMAT_PERMISSION_IN_FORCE)
			f->in_force |= UINT64_C(1) << i;
	for (size_t i = 0; i < f->n_holdings; i++)
		if (decide_is_in_force(&f->holdings[i]))
			f->have |= f->holdings[i].unblocked & f->in_force;
	f->missing = all & ~f->have;
}

/* Whether the owner role is assigned, to the account or to a group of it (P7). */
static bool is_assigned_owner(const struct findings *f)
{
	for (size_t i = 0; i < f->n_holdings; i++) {
		const struct holding *h = &f->holdings[i];

		if (h->is_owner && decide_is_in_force(h) &&
		    (h->source == ROLEGATE_STEP_USER || h->source == ROLEGATE_STEP_GROUP))
			return true;
	}
	return false;
}

static int check_holdings(const struct rolegate_policy *policy,
			  const struct rolegate_request *request, struct findings *f,
			  struct rolegate_decision *d)
{
	unsigned int wants = 0;
	int r;

	/* The owner role may be one of a set, which does not tell its roles. */
	if (lets_owners_pass(policy, request, f))
		f->is_brief = false;
	r = holdings_find(policy, f, request->at, &wants);
	if (r < 0)
		return r;
	weigh_required(f);
	if (f->n_required > 0 && satisfies(f, f->have))
		return confirm(policy, f, d);
	if (lets_owners_pass(policy, request, f)) {
		f->passes_as_owner = is_assigned_owner(f);
		if (f->passes_as_owner)
			return confirm(policy, f, d);
	}
	return want(d, wants, f->n_required > 0 ? find_reason(f) : ROLEGATE_SERVICE_NOT_LISTED);
}

/* ---- The mode (D5) ---- */

/* What the service's entry says is stronger than what is said for all. */
static bool is_permissive(const struct rolegate_policy *policy,
			  const struct rolegate_request *request, const struct findings *f)
{
	if (request->flags & ROLEGATE_REQUEST_PERMISSIVE)
		return true;
	if (f->has_service && f->service.flags & FORMAT_SERVICE_PERMISSIVE)
		return true;
	if (f->has_service && f->service.flags & FORMAT_SERVICE_ENFORCING)
		return false;
	return policy->head.flags & FORMAT_HEAD_PERMISSIVE;
}

/* ---- The procedure (D1) ---- */

static int evaluate(const struct rolegate_policy *policy, const struct rolegate_request *request,
		    const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		    struct findings *f, struct rolegate_decision *d)
{
	int r;

	/* Nearly always it is about the subject: its record comes while the service is looked at. */
	if (subject->person.name)
		policy_expect_name(policy, FORMAT_USERS, subject->person.name);
	f->is_before_activation = is_before_activation(policy, request->at);
	f->is_clock_known = is_clock_known(policy, request->at);
	/* The rule comes first because it says which account it is about (D3), and the mode. */
	r = rule_find(policy, request, f);
	if (r < 0)
		return r;
	d->permissive = is_permissive(policy, request, f);
	r = find_account(subject, actor, f, d);
	if (r == NEXT)
		r = check_suspension(policy, request->at, f, d);
	if (r == NEXT)
		r = check_rule(policy, request, f, d);
	if (r == NEXT)
		r = check_holdings(policy, request, f, d);
	return r;
}

static void clear(struct findings *findings)
{
	memset(findings, 0, offsetof(struct findings, service_record));
	findings->service_record.heap = NULL;
	findings->holdings = findings->few;
	findings->max_holdings = HOLDINGS_FEW;
}

void decide_findings_free(struct findings *findings)
{
	store_record_free(&findings->service_record);
	if (findings->holdings != findings->few)
		free(findings->holdings);
	free(findings->index);
	free(findings->noted);
	free(findings->required_bytes);
	free(findings->held);
	free(findings->blocked);
}

static int run(const struct rolegate_policy *policy, const struct rolegate_request *request,
	       const struct rolegate_subject *subject, const struct rolegate_actor *actor,
	       struct findings *findings, struct rolegate_decision *decision)
{
	int r = -EINVAL;

	*decision = (struct rolegate_decision)ROLEGATE_DECISION_INIT;
	deny(decision, ROLEGATE_SYSTEM_ERROR);
	if (request->service || request->permission) {
		decision->generation = policy->head.generation;
		r = evaluate(policy, request, subject, actor, findings, decision);
	}
	if (r < 0) {
		deny_always(decision, rolegate_reason_of_error(r));
		decision->wants = 0;
	}
	return r;
}

int decide_evaluate(const struct rolegate_policy *policy, const struct rolegate_request *request,
		    const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		    struct findings *findings, struct rolegate_decision *decision)
{
	clear(findings);
	return run(policy, request, subject, actor, findings, decision);
}

int decide_briefly(const struct rolegate_policy *policy, const struct rolegate_request *request,
		   const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		   struct findings *findings, struct rolegate_decision *decision)
{
	clear(findings);
	findings->is_brief = true;
	return run(policy, request, subject, actor, findings, decision);
}

int decide_only(const struct rolegate_policy *policy, const struct rolegate_request *request,
		const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		struct rolegate_decision *decision)
{
	STORE_UNCLEARED struct findings findings;
	int r = decide_briefly(policy, request, subject, actor, &findings, decision);

	decide_findings_free(&findings);
	return r;
}

int rolegate_decide(const struct rolegate_policy *policy, const struct rolegate_request *request,
		    const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		    struct rolegate_decision *ret_decision)
{
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct rolegate_subject own_subject;
	struct rolegate_request own_request;
	struct rolegate_actor own_actor;
	int r = -EINVAL, written;

	if (policy && request && subject)
		r = sized_read_request(&own_request, request);
	if (r == 0)
		r = sized_read_person(&own_subject.person, &subject->person);
	if (r == 0 && actor)
		r = sized_read_person(&own_actor.person, &actor->person);
	if (r == 0)
		r = decide_only(policy_in_force(policy), &own_request, &own_subject,
				actor ? &own_actor : NULL, &decision);
	written = sized_write_decision(ret_decision, &decision);
	return r < 0 ? r : written;
}

int rolegate_can(const struct rolegate_policy *policy, const struct rolegate_subject *subject,
		 const char *permission, int64_t at, struct rolegate_decision *ret_decision)
{
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;

	request.permission = permission;
	request.at = at;
	return rolegate_decide(policy, &request, subject, NULL, ret_decision);
}

/* ---- All roles of an account, without a request ---- */

int decide_hold(const struct rolegate_policy *policy, const struct rolegate_person *person,
		int64_t at, struct findings *findings)
{
	unsigned int wants = 0;
	int r;

	clear(findings);
	findings->person = person;
	findings->is_before_activation = is_before_activation(policy, at);
	findings->is_clock_known = is_clock_known(policy, at);
	r = decide_is_suspended(policy, person, at, &findings->suspended_place);
	findings->is_suspended = r > 0;
	return r != 0 ? (r < 0 ? r : 0) : holdings_find(policy, findings, at, &wants);
}

/* Add what roles grant on paths that meet no blocked role. */
static int add_unblocked(const struct rolegate_policy *policy, const struct findings *f,
			 unsigned char *map)
{
	size_t n_map = format_map_size(policy->head.n_permissions);
	struct walk walk;
	int r;

	r = walk_start_held(&walk, policy, f, 0);
	for (r = r < 0 ? r : walk_next(&walk); r > 0; r = walk_next(&walk))
		for (size_t i = 0; i < n_map; i++)
			map[i] |= walk.info.own[i];
	walk_free(&walk);
	return r;
}

static int add_closure(const struct rolegate_policy *policy, uint32_t id, unsigned char *map)
{
	size_t n_map = format_map_size(policy->head.n_permissions);
	struct record record;
	struct role role;
	int r;

	r = policy_load_role(policy, id, &record, &role);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_map; i++)
		map[i] |= role.closure[i];
	store_record_free(&record);
	return 0;
}

int decide_add_held(const struct rolegate_policy *policy, const struct findings *findings,
		    unsigned char *map)
{
	int r = findings->n_blocked > 0 ? add_unblocked(policy, findings, map) : 0;

	for (size_t i = 0; i < findings->n_holdings && r == 0; i++) {
		const struct holding *h = &findings->holdings[i];

		if (decide_is_in_force(h) &&
		    (findings->n_blocked == 0 || h->source == ROLEGATE_STEP_ROOT))
			r = add_closure(policy, h->role, map);
	}
	return r;
}

bool decide_is_owner(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n_holdings; i++) {
		const struct holding *h = &findings->holdings[i];

		/* D6: root's is no role that could conflict. */
		if (h->source == ROLEGATE_STEP_ROOT || (h->is_owner && decide_is_in_force(h)))
			return true;
	}
	return false;
}
