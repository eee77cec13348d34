/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "decide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool decide_is_blocked(const struct findings *findings, uint32_t role)
{
	for (size_t i = 0; i < findings->n_blocked; i++)
		if (findings->blocked[i] == role)
			return true;
	return false;
}

void decide_findings_free(struct findings *findings)
{
	store_record_free(&findings->service_record);
	if (findings->holdings != findings->few)
		free(findings->holdings);
	free(findings->held);
	free(findings->blocked);
}

/* ---- What is required (D2) ---- */

/* Find the service's entry: the exact name first, then the longest prefix. 1, 0 or an error. */
static int find_service(const struct rolegate_policy *policy, const char *name, struct findings *f)
{
	struct cursor c;
	int r;

	r = policy_find_name(policy, FORMAT_SERVICES, name, &f->service_record, &c);
	if (r < 0)
		return r;
	if (r > 0)
		return policy_read_service(policy, &c, &f->service) ? 1 : -EBADMSG;
	if (policy->head.n_prefixes == 0)
		return 0;

	store_record_free(&f->service_record);
	r = policy_load_list(policy, FORMAT_PREFIXES, &f->service_record, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_prefixes; i++) {
		size_t n;

		if (!policy_read_service(policy, &c, &f->service))
			return -EBADMSG;
		n = strlen(f->service.name);
		if (n > 0 && strncmp(f->service.name, name, n - 1) == 0)
			return 1;
	}
	return 0;
}

/*
 * A permission that was asked for by name is the only one required, whatever the service's entry
 * says.
 */
static int require_by_name(const struct rolegate_policy *policy, const char *name,
			   struct findings *f)
{
	STORE_UNCLEARED struct record record;
	struct cursor c;
	int r;

	f->n_required = 1;
	f->required = &f->single;
	r = policy_find_name(policy, FORMAT_PERMISSIONS, name, &record, &c);
	if (r == 0)
		f->is_permission_unknown = true;
	else if (r > 0 && !policy_read_permission(policy, &c, &f->single))
		r = -EBADMSG;
	store_record_free(&record);
	return r < 0 ? r : 0;
}

static int find_required(const struct rolegate_policy *policy,
			 const struct rolegate_request *request, struct findings *f)
{
	int r;

	if (request->service) {
		r = find_service(policy, request->service, f);
		if (r < 0)
			return r;
		f->has_service = r > 0;
	}
	if (request->permission)
		return require_by_name(policy, request->permission, f);
	if (f->has_service) {
		f->n_required = f->service.n_required;
		f->required = f->service.required;
		f->any = f->service.require == FORMAT_REQUIRE_ANY;
		return 0;
	}
	f->is_other = true;
	if (policy->head.other == FORMAT_OTHER_PERMISSION) {
		f->single = policy->head.other_permission;
		f->n_required = 1;
		f->required = &f->single;
	}
	return 0;
}

/* D5: what the service's entry says is stronger than what is said for all. */
static bool is_permissive(const struct rolegate_policy *policy, const struct findings *f)
{
	if (f->has_service && f->service.flags & FORMAT_SERVICE_PERMISSIVE)
		return true;
	if (f->has_service && f->service.flags & FORMAT_SERVICE_ENFORCING)
		return false;
	return policy->head.flags & FORMAT_HEAD_PERMISSIVE;
}

/* ---- What the person is given (P3, D6) ---- */

/* Move the holdings to where there is twice the room. */
static int grow_holdings(struct findings *f)
{
	bool is_few = f->holdings == f->few;
	size_t max = 2 * f->max_holdings;
	struct holding *more = reallocarray(is_few ? NULL : f->holdings, max, sizeof(*more));

	if (!more)
		return -ENOMEM;
	if (is_few)
		memcpy(more, f->few, sizeof(f->few));
	f->holdings = more;
	f->max_holdings = max;
	return 0;
}

static int add_holding(struct findings *f, const struct holding *holding)
{
	int r = f->n_holdings == f->max_holdings ? grow_holdings(f) : 0;

	if (r == 0)
		f->holdings[f->n_holdings++] = *holding;
	return r;
}

/* The bits of what is required that a map of permissions has. */
static uint64_t required_in(const struct findings *f, const unsigned char *map)
{
	uint64_t mask = 0;

	for (uint32_t i = 0; i < f->n_required && !f->is_permission_unknown; i++)
		mask |= (uint64_t)format_bit(map, f->required[i].id) << i;
	return mask;
}

/* What one role of a set adds to it: only such that stand for themselves may be in one (P9, A6). */
static int add_to_set(const struct rolegate_policy *policy, const struct findings *f, uint32_t id,
		      uint64_t *grants)
{
	STORE_UNCLEARED struct record record;
	struct role role;
	int r;

	r = policy_load_role(policy, id, &record, &role);
	if (r < 0)
		return r;
	*grants |= required_in(f, role.closure);
	if (role.flags & FORMAT_ROLE_NEEDS_APPROVAL || role.n_members > 0)
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

/*
 * Whether the set of an assignment is what its roles are, for whoever looks at these one by one: a decision believes the
 * set, and an explanation may not come to another answer. Returns 0, -EBADMSG, -ENOMEM or -EIO.
 */
static int check_set(const struct rolegate_policy *policy, const struct findings *f,
		     const struct assignment *a)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *closure;
	uint64_t grants = 0;
	int r;

	r = policy_load_set(policy, a->set, &record, &closure);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < a->n_roles && r == 0; i++)
		r = add_to_set(policy, f, id_at(a->roles, i), &grants);
	if (r == 0 && grants != required_in(f, closure))
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

/* Add the roles of one assignment; *n_in_time counts the assignments that are in their time. */
static int add_assignment(const struct rolegate_policy *policy, struct findings *f,
			  const struct assignment *a, enum rolegate_step_kind source,
			  const char *name, int64_t at, size_t *n_in_time)
{
	bool has_set = a->flags & FORMAT_ASSIGN_SET;
	struct holding holding = {
		.source = source,
		.name = name,
		.place = a->place,
		.is_set = has_set && f->is_brief,
		.role = a->set,
		.in_time = a->from <= at && at < a->until,
		.is_approval = a->flags & FORMAT_ASSIGN_APPROVED,
	};
	int r = 0;

	if (holding.in_time)
		(*n_in_time)++;
	if (holding.is_set)
		return add_holding(f, &holding);
	if (has_set && f->n_required > 0)
		r = check_set(policy, f, a);
	for (uint32_t i = 0; i < a->n_roles && r == 0; i++) {
		holding.role = id_at(a->roles, i);
		r = add_holding(f, &holding);
	}
	return r;
}

/* Add all assignments to one user or group name. */
static int add_named(const struct rolegate_policy *policy, struct findings *f, char kind,
		     const char *name, int64_t at, size_t *n_in_time)
{
	enum rolegate_step_kind source = kind == FORMAT_USERS ? ROLEGATE_STEP_USER
							      : ROLEGATE_STEP_GROUP;
	struct assignment assignment;
	STORE_UNCLEARED struct record record;
	struct cursor body;
	uint32_t n;
	int r;

	r = policy_find_name(policy, kind, name, &record, &body);
	if (r <= 0)
		goto out;
	r = 0;
	n = cursor_below(&body, FORMAT_ASSIGNS_MAX + 1);
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = policy_read_assignment(policy, &body, &assignment)
			    ? add_assignment(policy, f, &assignment, source, name, at, n_in_time)
			    : -EBADMSG;
	if (r == 0 && !cursor_is_done(&body))
		r = -EBADMSG;
out:
	store_record_free(&record);
	return r;
}

/* P3: without an assignment in its time, the roles of a system account or of anybody. */
static int add_defaults(const struct rolegate_policy *policy, struct findings *f, uid_t uid,
			int64_t at)
{
	bool is_system = uid > 0 && uid < 1000;
	struct assignment assignment;
	STORE_UNCLEARED struct record record;
	size_t n_in_time = 0;
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	r = -EBADMSG;
	if (!policy_read_assignment(policy, &c, &assignment) ||
	    (is_system && !policy_read_assignment(policy, &c, &assignment)))
		goto out;
	r = add_assignment(policy, f, &assignment,
			   is_system ? ROLEGATE_STEP_SYSTEM : ROLEGATE_STEP_DEFAULT, NULL, at,
			   &n_in_time);
out:
	store_record_free(&record);
	return r;
}

/* Gather all holdings; *wants gets the facts without which they are not complete. */
static int gather(const struct rolegate_policy *policy, struct findings *f, int64_t at,
		  unsigned int *wants)
{
	const struct rolegate_person *person = f->person;
	size_t n_in_time = 0;
	int r;

	if (policy->head.n_groups > 0 && !(person->facts & ROLEGATE_FACT_GROUPS))
		*wants |= ROLEGATE_FACT_GROUPS;
	r = add_named(policy, f, FORMAT_USERS, person->name, at, &n_in_time);
	if (r < 0)
		return r;
	for (size_t i = 0; person->facts & ROLEGATE_FACT_GROUPS && i < person->n_groups; i++) {
		r = add_named(policy, f, FORMAT_GROUPS, person->groups[i], at, &n_in_time);
		if (r < 0)
			return r;
	}

	if (!(person->facts & ROLEGATE_FACT_UID)) {
		if (n_in_time == 0 || policy->head.flags & FORMAT_HEAD_ROOT_IS_OWNER)
			*wants |= ROLEGATE_FACT_UID;
		return 0;
	}
	if (n_in_time == 0 && !(*wants & ROLEGATE_FACT_GROUPS)) {
		r = add_defaults(policy, f, person->uid, at);
		if (r < 0)
			return r;
	}
	if (person->uid == 0 && policy->head.flags & FORMAT_HEAD_ROOT_IS_OWNER)
		return add_holding(f, &(struct holding){ .source = ROLEGATE_STEP_ROOT,
							 .place = policy->head.root_place,
							 .role = policy->head.owner_role,
							 .in_time = true,
							 .is_approval = true });
	return 0;
}

/* ---- What the roles give ---- */

/* P9: approval belongs to person and role, whichever assignment says it. */
static bool is_approved(const struct findings *f, uint32_t role)
{
	for (size_t i = 0; i < f->n_holdings; i++)
		if (f->holdings[i].role == role && f->holdings[i].is_approval &&
		    !f->holdings[i].is_set)
			return true;
	return false;
}

static bool is_among(const uint32_t *ids, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Note those of a role's members that conflict rules speak of. */
static int note_held(struct findings *f, const struct role *role)
{
	uint32_t *more;

	if (role->n_members == 0)
		return 0;
	more = reallocarray(f->held, f->n_held + role->n_members, sizeof(*more));
	if (!more)
		return -ENOMEM;
	f->held = more;
	for (uint32_t i = 0; i < role->n_members; i++)
		if (!is_among(f->held, f->n_held, id_at(role->members, i)))
			f->held[f->n_held++] = id_at(role->members, i);
	return 0;
}

/* What the roles of a set give: none of them needs approval, and no conflict is about them. */
static int weigh_set(const struct rolegate_policy *policy, const struct findings *f,
		     struct holding *h)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *closure;
	int r;

	r = policy_load_set(policy, h->role, &record, &closure);
	if (r < 0)
		return r;
	h->is_approved = true;
	h->grants = h->unblocked = required_in(f, closure);
	store_record_free(&record);
	return 0;
}

/* What a role gives. Root by break-glass holds permissions, not a role that could conflict (D6). */
static int weigh_role(const struct rolegate_policy *policy, struct findings *f, struct holding *h)
{
	STORE_UNCLEARED struct record record;
	struct role role;
	int r;

	r = policy_load_role(policy, h->role, &record, &role);
	if (r < 0)
		return r;
	h->is_approved = !(role.flags & FORMAT_ROLE_NEEDS_APPROVAL) || is_approved(f, h->role);
	h->grants = h->unblocked = required_in(f, role.closure);
	if (decide_is_in_force(h) && h->source != ROLEGATE_STEP_ROOT)
		r = note_held(f, &role);
	store_record_free(&record);
	return r;
}

/* Look up what each holding gives. */
static int weigh_holdings(const struct rolegate_policy *policy, struct findings *f)
{
	int r = 0;

	for (size_t i = 0; i < f->n_holdings && r == 0; i++)
		r = f->holdings[i].is_set ? weigh_set(policy, f, &f->holdings[i])
					  : weigh_role(policy, f, &f->holdings[i]);
	return r;
}

/* ---- Separation of duty at decision time (A6) ---- */

/* Block what the person holds of one rule's roles, if that is more than the rule allows. */
static void apply_conflict(struct findings *f, const struct conflict *rule, uint32_t i_rule)
{
	size_t n_before = f->n_blocked;
	uint32_t n = 0;

	for (uint32_t i = 0; i < rule->n_roles; i++)
		if (is_among(f->held, f->n_held, id_at(rule->roles, i)))
			n++;
	if (n <= rule->at_most)
		return;
	for (uint32_t i = 0; i < rule->n_roles; i++) {
		uint32_t role = id_at(rule->roles, i);

		if (is_among(f->held, f->n_held, role) && !decide_is_blocked(f, role))
			f->blocked[f->n_blocked++] = role;
	}
	if (n_before == 0)
		f->violated = i_rule;
}

/* What a role gives on paths that meet no blocked role. */
static int unblocked_grants(const struct rolegate_policy *policy, const struct findings *f,
			    uint32_t role, uint64_t *ret_mask)
{
	struct walk walk;
	int r;

	*ret_mask = 0;
	for (r = walk_start(&walk, policy, f, role); r > 0; r = walk_next(&walk))
		*ret_mask |= required_in(f, walk.info.own);
	walk_free(&walk);
	return r;
}

static int apply_conflicts(const struct rolegate_policy *policy, struct findings *f)
{
	struct conflict rule;
	STORE_UNCLEARED struct record record;
	struct cursor c;
	int r;

	if (policy->head.n_conflicts == 0 || f->n_held == 0)
		return 0;
	f->blocked = calloc(f->n_held, sizeof(*f->blocked));
	if (!f->blocked)
		return -ENOMEM;
	r = policy_load_list(policy, FORMAT_CONFLICTS, &record, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (policy_read_conflict(policy, &c, &rule))
			apply_conflict(f, &rule, i);
		else
			r = -EBADMSG;
	}
	store_record_free(&record);
	for (size_t i = 0; i < f->n_holdings && f->n_blocked > 0 && r == 0; i++)
		if (f->holdings[i].source != ROLEGATE_STEP_ROOT && !f->holdings[i].is_set)
			r = unblocked_grants(policy, f, f->holdings[i].role,
					     &f->holdings[i].unblocked);
	return r;
}

/* ---- What follows ---- */

/*
 * The first thing, in the order of D1, that keeps a holding from granting the i-th required
 * permission.
 */
static enum rolegate_reason obstacle(const struct holding *h, uint32_t i)
{
	uint64_t bit = UINT64_C(1) << i;

	if (!(h->unblocked & bit))
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

/* Why what is missing is missing; f->nearest becomes the holding that came nearest. */
static enum rolegate_reason find_reason(struct findings *f)
{
	enum rolegate_reason reason = ROLEGATE_NO_ROLE;

	for (size_t i = 0; i < f->n_holdings; i++)
		if (f->holdings[i].in_time)
			reason = ROLEGATE_MISSING_PERMISSION;
	for (size_t i = 0; i < f->n_holdings; i++) {
		const struct holding *h = &f->holdings[i];

		for (uint32_t k = 0; k < f->n_required; k++) {
			if (!(h->grants & f->missing & UINT64_C(1) << k))
				continue;
			if (distance(obstacle(h, k)) < distance(reason)) {
				reason = obstacle(h, k);
				f->nearest = h;
			}
		}
	}
	return reason;
}

/* Whether the holdings give what is required. */
static bool is_satisfied(struct findings *f)
{
	uint64_t all = f->n_required == 64 ? UINT64_MAX : (UINT64_C(1) << f->n_required) - 1;

	for (uint32_t i = 0; i < f->n_required && !f->is_permission_unknown; i++)
		if (f->required[i].flags & FORMAT_PERMISSION_IN_FORCE)
			f->in_force |= UINT64_C(1) << i;
	for (size_t i = 0; i < f->n_holdings; i++)
		if (decide_is_in_force(&f->holdings[i]))
			f->have |= f->holdings[i].unblocked & f->in_force;
	f->missing = all & ~f->have;
	return f->any ? f->have != 0 : f->missing == 0;
}

/* What f->person has, and what of what is required that gives. */
static int find_holdings(const struct rolegate_policy *policy, struct findings *f, int64_t at,
			 unsigned int *wants)
{
	int r;

	r = gather(policy, f, at, wants);
	if (r < 0)
		return r;
	r = weigh_holdings(policy, f);
	return r < 0 ? r : apply_conflicts(policy, f);
}

/* Decide about f->person, who exists; what is required is known and not nothing. */
static int decide_person(const struct rolegate_policy *policy, struct findings *f, int64_t at,
			 struct rolegate_decision *d)
{
	unsigned int wants = 0;
	int r;

	r = find_holdings(policy, f, at, &wants);
	if (r < 0)
		return r;
	if (!is_satisfied(f)) {
		d->reason = find_reason(f);
		d->wants = wants;
		return 0;
	}
	/*
	 * More groups could bring a role that excludes one of these (A6); a uid could only give
	 * more.
	 */
	if (policy->head.n_conflicts > 0 && wants & ROLEGATE_FACT_GROUPS) {
		d->reason = ROLEGATE_CONFLICT;
		d->wants = wants;
		return 0;
	}
	d->reason = ROLEGATE_GRANTED;
	d->verdict = ROLEGATE_ALLOW;
	return 0;
}

static int evaluate(const struct rolegate_policy *policy, const struct rolegate_request *request,
		    const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		    struct findings *f, struct rolegate_decision *d)
{
	int r;

	/* Nearly always it is about the subject: their record comes while the service is looked at. */
	if (subject && subject->person.name)
		policy_expect_name(policy, FORMAT_USERS, subject->person.name);
	r = find_required(policy, request, f);
	if (r < 0)
		return r;
	d->permissive = is_permissive(policy, f);
	if (f->n_required == 0) {
		bool is_open = f->has_service || policy->head.other == FORMAT_OTHER_ALLOW;

		d->reason = is_open ? ROLEGATE_OPEN_SERVICE : ROLEGATE_SERVICE_NOT_LISTED;
		d->verdict = is_open ? ROLEGATE_ALLOW : ROLEGATE_DENY;
		return 0;
	}
	d->about_actor = f->has_service && f->service.flags & FORMAT_SERVICE_ACTOR;
	if (d->about_actor && !actor) {
		d->wants_actor = 1;
		d->reason = ROLEGATE_UNKNOWN_USER;
		return 0;
	}
	f->person = d->about_actor ? &actor->person : &subject->person;
	if (!f->person->name || f->person->name[0] == '\0')
		return -EINVAL;
	if (f->person->facts & ROLEGATE_FACT_ABSENT) {
		d->reason = ROLEGATE_UNKNOWN_USER;
		return 0;
	}
	return decide_person(policy, f, request->at, d);
}

static void clear(struct findings *findings)
{
	memset(findings, 0, offsetof(struct findings, service_record));
	findings->service_record.heap = NULL;
	findings->holdings = findings->few;
	findings->max_holdings = HOLDINGS_FEW;
}

int decide_hold(const struct rolegate_policy *policy, const struct rolegate_person *person,
		int64_t at, struct findings *findings)
{
	unsigned int wants = 0;

	clear(findings);
	findings->person = person;
	return find_holdings(policy, findings, at, &wants);
}

/* Add what a role gives on paths that meet no blocked role. */
static int add_unblocked(const struct rolegate_policy *policy, const struct findings *f,
			 uint32_t role, unsigned char *map)
{
	size_t n_map = format_map_size(policy->head.n_permissions);
	struct walk walk;
	int r;

	for (r = walk_start(&walk, policy, f, role); r > 0; r = walk_next(&walk))
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
	int r = 0;

	for (size_t i = 0; i < findings->n_holdings && r == 0; i++) {
		const struct holding *h = &findings->holdings[i];

		if (!decide_is_in_force(h))
			continue;
		r = findings->n_blocked > 0 && h->source != ROLEGATE_STEP_ROOT
			    ? add_unblocked(policy, findings, h->role, map)
			    : add_closure(policy, h->role, map);
	}
	return r;
}

/* Whether a role is the owner role, or reaches it on a path that meets no blocked role. */
static int reaches_owner(const struct rolegate_policy *policy, const struct findings *f,
			 uint32_t role, bool *ret_reaches)
{
	struct walk walk;
	int r;

	for (r = walk_start(&walk, policy, f, role); r > 0; r = walk_next(&walk))
		if (walk.queue[walk.at] == policy->head.owner_role)
			*ret_reaches = true;
	walk_free(&walk);
	return r;
}

int decide_is_owner(const struct rolegate_policy *policy, const struct findings *findings,
		    bool *ret_is_owner)
{
	bool is_owner = false;
	int r = 0;

	for (size_t i = 0; i < findings->n_holdings && r == 0 && !is_owner; i++) {
		const struct holding *h = &findings->holdings[i];

		if (h->source == ROLEGATE_STEP_ROOT)
			is_owner = true; /* D6; no role that could conflict */
		else if (decide_is_in_force(h))
			r = reaches_owner(policy, findings, h->role, &is_owner);
	}
	if (r == 0)
		*ret_is_owner = is_owner;
	return r;
}

static int run(const struct rolegate_policy *policy, const struct rolegate_request *request,
	       const struct rolegate_subject *subject, const struct rolegate_actor *actor,
	       struct findings *findings, struct rolegate_decision *decision)
{
	int r = -EINVAL;

	*decision = (struct rolegate_decision){ .verdict = ROLEGATE_DENY,
						.reason = ROLEGATE_SYSTEM_ERROR };
	if (policy && request && subject && (request->service || request->permission)) {
		decision->generation = policy->head.generation;
		r = evaluate(policy, request, subject, actor, findings, decision);
	}
	if (r < 0) {
		decision->verdict = ROLEGATE_DENY;
		decision->reason = rolegate_reason_of_error(r);
		decision->wants = 0;
		decision->permissive = 0;
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

int rolegate_decide(const struct rolegate_policy *policy, const struct rolegate_request *request,
		    const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		    struct rolegate_decision *ret_decision)
{
	STORE_UNCLEARED struct findings findings;
	int r;

	policy = policy ? policy_in_force(policy) : NULL;
	r = decide_briefly(policy, request, subject, actor, &findings, ret_decision);
	decide_findings_free(&findings);
	return r;
}

int rolegate_can(const struct rolegate_policy *policy, const struct rolegate_subject *subject,
		 const char *permission, int64_t at, struct rolegate_decision *ret_decision)
{
	struct rolegate_request request = { .permission = permission, .at = at };

	return rolegate_decide(policy, &request, subject, NULL, ret_decision);
}
