/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "naive.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- Names ---- */

bool naive_has(const struct naive_names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->names[i], name))
			return true;
	return false;
}

void naive_add(struct naive_names *names, const char *name)
{
	if (naive_has(names, name))
		return;
	assert(names->n < NAIVE_NAMES);
	names->names[names->n++] = name;
}

const struct naive_role *naive_find_role(const struct naive_policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_roles; i++)
		if (!strcmp(policy->roles[i].name, name))
			return &policy->roles[i];
	return NULL;
}

static const struct naive_permission *find_permission(const struct naive_policy *policy,
						      const char *name)
{
	for (size_t i = 0; i < policy->n_permissions; i++)
		if (!strcmp(policy->permissions[i].name, name))
			return &policy->permissions[i];
	return NULL;
}

/* ---- Departments ---- */

static struct naive_permission *add_permission(struct naive_policy *policy, const char *department,
					       bool is_core)
{
	struct naive_permission *added = &policy->permissions[policy->n_permissions++];

	assert(policy->n_permissions <= NAIVE_PERMISSIONS);
	*added = (struct naive_permission){
		.area = department, .department = department, .tier = NAIVE_USER, .is_core = is_core
	};
	return added;
}

void naive_add_resource(struct naive_policy *policy, const char *department, const char *resource,
			bool is_core, const struct naive_names *owners)
{
	static const char *const capabilities[] = { "view", "create", "edit", "delete", "manage" };

	for (size_t i = 0; i < 5; i++) {
		struct naive_permission *added = add_permission(policy, department, is_core);

		snprintf(added->name, sizeof(added->name), "%s.%s:%s", department, resource,
			 capabilities[i]);
		snprintf(added->resource, sizeof(added->resource), "%s.%s", department, resource);
		added->capability = capabilities[i];
		if (naive_has(owners, capabilities[i]))
			added->tier = NAIVE_OWNER;
	}
}

void naive_add_department(struct naive_policy *policy, const char *department, bool is_core)
{
	struct naive_permission *added = add_permission(policy, department, is_core);

	snprintf(added->name, sizeof(added->name), "%s:view", department);
	added->is_derived = true;
}

/* ---- Roles ---- */

/* P7 and what a level means. */
static bool level_gives(enum naive_tier level, const struct naive_permission *permission)
{
	if (level == NAIVE_NO_LEVEL)
		return false;
	if (permission->tier == NAIVE_OWNER)
		return level == NAIVE_OWNER;
	if (level >= NAIVE_ADMINISTRATOR)
		return true;
	return permission->by_tier && permission->tier <= level;
}

/* P10; a whole department leaves out what is the owner's alone (P6). */
static bool cell_gives(const struct naive_cell *cell, const struct naive_permission *permission)
{
	bool is_on;

	if (!permission->capability)
		return false;
	is_on = !strcmp(cell->on, permission->resource) ||
		(!strcmp(cell->on, permission->department) && permission->tier != NAIVE_OWNER);
	return is_on &&
	       (naive_has(&cell->can, "full") || naive_has(&cell->can, permission->capability));
}

static bool gives_privilege(const struct naive_policy *policy, const struct naive_role *role,
			    const char *name)
{
	if (naive_has(&role->privileges, name))
		return true;
	/* P7: owner and administrator hold every privilege of the policy. */
	if (role->level < NAIVE_ADMINISTRATOR)
		return false;
	for (size_t i = 0; i < policy->n_roles; i++)
		if (naive_has(&policy->roles[i].privileges, name))
			return true;
	return false;
}

/*
 * Whether a role gives a name by itself, without its bases. A privilege counts only where no
 * system permission has that name (P5).
 */
static bool role_gives(const struct naive_policy *policy, const struct naive_role *role,
		       const char *name)
{
	const struct naive_permission *permission = find_permission(policy, name);

	if (!permission)
		return gives_privilege(policy, role, name);
	if (naive_has(&role->permissions, name) || level_gives(role->level, permission))
		return true;
	for (size_t i = 0; i < role->n_cells; i++)
		if (cell_gives(&role->cells[i], permission))
			return true;
	return false;
}

static bool role_is_or_inherits(const struct naive_policy *policy, const char *name,
				const char *other)
{
	const struct naive_role *role = naive_find_role(policy, name);

	if (!strcmp(name, other))
		return true;
	for (size_t i = 0; i < role->bases.n; i++)
		if (role_is_or_inherits(policy, role->bases.names[i], other))
			return true;
	return false;
}

static bool walk_into(const struct naive_policy *policy, const char *name, struct naive_names *path)
{
	const struct naive_role *role = naive_find_role(policy, name);

	for (size_t i = 0; i < path->n; i++) {
		if (strcmp(path->names[i], name) != 0)
			continue;
		/* Only the circle, without the way that led into it. */
		memmove(path->names, path->names + i, (path->n - i) * sizeof(path->names[0]));
		path->n -= i;
		path->names[path->n++] = name;
		return true;
	}
	path->names[path->n++] = name;
	for (size_t i = 0; i < role->bases.n; i++)
		if (walk_into(policy, role->bases.names[i], path))
			return true;
	path->n--;
	return false;
}

bool naive_find_cycle(const struct naive_policy *policy, struct naive_names *ret)
{
	for (size_t i = 0; i < policy->n_roles; i++) {
		ret->n = 0;
		if (walk_into(policy, policy->roles[i].name, ret))
			return true;
	}
	return false;
}

/* ---- The plan (P11) ---- */

static bool item_includes(const char *item, const struct naive_permission *permission)
{
	size_t n = strlen(item);

	if (!strcmp(item, permission->name))
		return true;
	if (!strncmp(item, "area:", 5))
		return permission->area && !strcmp(item + 5, permission->area);
	if (permission->department && !strcmp(item, permission->department))
		return true;
	return n >= 2 && !strcmp(item + n - 2, ".*") && !strncmp(item, permission->name, n - 1);
}

static bool is_in_plan(const struct naive_policy *policy, const char *name)
{
	const struct naive_permission *permission = find_permission(policy, name);

	if (!policy->has_plan || !permission || permission->is_core)
		return true;
	for (size_t i = 0; i < policy->plan.n; i++)
		if (item_includes(policy->plan.names[i], permission))
			return true;
	return false;
}

/* ---- Views of departments (P10) ---- */

static bool is_view_of(const struct naive_permission *permission, const char *department)
{
	return permission->capability && !strcmp(permission->capability, "view") &&
	       !strcmp(permission->department, department);
}

static bool plan_has_view_of(const struct naive_policy *policy, const char *department)
{
	for (size_t i = 0; i < policy->n_permissions; i++)
		if (is_view_of(&policy->permissions[i], department) &&
		    is_in_plan(policy, policy->permissions[i].name))
			return true;
	return false;
}

/*
 * Whether a permission counts at all: department:view with any of its views, whatever the plan
 * says of its own name.
 */
static bool counts(const struct naive_policy *policy, const char *name)
{
	const struct naive_permission *permission = find_permission(policy, name);

	if (permission && permission->is_derived)
		return plan_has_view_of(policy, permission->department);
	return is_in_plan(policy, name);
}

/*
 * Whether holding one permission is holding the other: itself, or for department:view any `view`
 * that the plan includes. Where it includes none, any at all: so that the plan is named as what
 * stands in the way.
 */
static bool counts_as(const struct naive_policy *policy, const struct naive_permission *permission,
		      const struct naive_permission *asked)
{
	if (!asked->is_derived)
		return permission == asked;
	return is_view_of(permission, asked->department) &&
	       (is_in_plan(policy, permission->name) ||
		!plan_has_view_of(policy, asked->department));
}

bool naive_role_gives(const struct naive_policy *policy, const char *role, const char *permission)
{
	const struct naive_permission *asked = find_permission(policy, permission);

	if (!asked)
		return role_gives(policy, naive_find_role(policy, role), permission);
	for (size_t i = 0; i < policy->n_permissions; i++)
		if (counts_as(policy, &policy->permissions[i], asked) &&
		    role_gives(policy, naive_find_role(policy, role), policy->permissions[i].name))
			return true;
	return false;
}

/* P1, through no role of `blocked`. */
static bool role_leads_to(const struct naive_policy *policy, const char *name,
			  const char *permission, const struct naive_names *blocked)
{
	const struct naive_role *role = naive_find_role(policy, name);

	if (!role || naive_has(blocked, name))
		return false;
	if (naive_role_gives(policy, name, permission))
		return true;
	for (size_t i = 0; i < role->bases.n; i++)
		if (role_leads_to(policy, role->bases.names[i], permission, blocked))
			return true;
	return false;
}

/* ---- What a person holds ---- */

/* A role that came to a person, now or at another time. */
struct holding {
	const char *role;
	bool is_in_time, is_approved, is_root;
};

struct holdings {
	size_t n;
	struct holding list[NAIVE_ASSIGNMENTS * NAIVE_NAMES + NAIVE_NAMES + 1];
};

bool naive_is_assigned_to(const struct naive_assignment *assignment,
			  const struct rolegate_person *person)
{
	if (assignment->user)
		return !strcmp(assignment->user, person->name);
	for (size_t i = 0; i < person->n_groups; i++)
		if (!strcmp(assignment->group, person->group_names[i]))
			return true;
	return false;
}

/* P9: a fact about a person and a role, however the role came and whenever. */
static bool is_approved(const struct naive_policy *policy, const struct rolegate_person *person,
			const char *role)
{
	const struct naive_role *found = naive_find_role(policy, role);

	if (found && !found->needs_approval)
		return true;
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];

		if (a->approved_by && naive_is_assigned_to(a, person) && naive_has(&a->roles, role))
			return true;
	}
	return false;
}

static void hold(struct holdings *holdings, const struct naive_policy *policy,
		 const struct rolegate_person *person, const struct naive_names *roles,
		 bool is_in_time)
{
	for (size_t i = 0; i < roles->n; i++)
		holdings->list[holdings->n++] = (struct holding){
			.role = roles->names[i],
			.is_in_time = is_in_time,
			.is_approved = is_approved(policy, person, roles->names[i]),
		};
}

/* P3, D6. */
static void find_holdings(const struct naive_policy *policy, const struct rolegate_person *person,
			  int64_t at, struct holdings *ret)
{
	bool is_system = person->uid > 0 && person->uid < 1000, has_any = false;

	ret->n = 0;
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];
		bool is_in_time = a->from <= at && at < a->until;

		if (!naive_is_assigned_to(a, person))
			continue;
		hold(ret, policy, person, &a->roles, is_in_time);
		has_any = has_any || is_in_time;
	}
	if (!has_any)
		hold(ret, policy, person,
		     is_system ? &policy->system_roles : &policy->default_roles, true);
	for (size_t i = 0; i < policy->n_roles; i++)
		if (person->uid == 0 && policy->root_is_owner &&
		    policy->roles[i].level == NAIVE_OWNER)
			ret->list[ret->n++] = (struct holding){ .role = policy->roles[i].name,
								.is_in_time = true,
								.is_approved = true,
								.is_root = true };
}

/*
 * A6 at decision time: the roles that grant nothing, because their holder has too many of a rule.
 */
static void find_blocked(const struct naive_policy *policy, const struct holdings *holdings,
			 struct naive_names *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < policy->n_conflicts; i++) {
		const struct naive_conflict *rule = &policy->conflicts[i];
		struct naive_names held = { 0 };

		for (size_t j = 0; j < rule->roles.n; j++)
			for (size_t k = 0; k < holdings->n; k++) {
				const struct holding *holding = &holdings->list[k];

				if (holding->is_in_time && holding->is_approved &&
				    !holding->is_root &&
				    role_is_or_inherits(policy, holding->role,
							rule->roles.names[j]))
					naive_add(&held, rule->roles.names[j]);
			}
		for (size_t j = 0; held.n > rule->at_most && j < held.n; j++)
			naive_add(ret, held.names[j]);
	}
}

/* ---- Decisions ---- */

/* What stands between a person and a permission, the nearest to a grant first (D1). */
enum obstacle { CONFLICT = 1, OUTSIDE_TIME = 2, PENDING = 4, NOT_IN_PLAN = 8 };

/* A person at a moment. */
struct asked {
	const struct naive_policy *policy;
	struct holdings holdings;
	struct naive_names blocked;
};

/* Whether all that `holding` says leads to the permission; if so, with which obstacles. */
static bool find_obstacles(const struct asked *asked, const struct holding *holding,
			   const char *permission, unsigned int *ret)
{
	static const struct naive_names none;
	/* Root is let in to mend things: no rule about roles takes that away (D6). */
	const struct naive_names *blocked = holding->is_root ? &none : &asked->blocked;

	if (!role_leads_to(asked->policy, holding->role, permission, &none))
		return false;
	*ret = 0;
	if (!role_leads_to(asked->policy, holding->role, permission, blocked))
		*ret |= CONFLICT;
	if (!holding->is_in_time)
		*ret |= OUTSIDE_TIME;
	if (!holding->is_approved)
		*ret |= PENDING;
	if (!counts(asked->policy, permission))
		*ret |= NOT_IN_PLAN;
	return true;
}

/* Whether a permission is held; adds the obstacles of all paths to it. */
static bool holds(const struct asked *asked, const char *permission, unsigned int *obstacles)
{
	bool is_held = false;

	for (size_t i = 0; i < asked->holdings.n; i++) {
		unsigned int found;

		if (!find_obstacles(asked, &asked->holdings.list[i], permission, &found))
			continue;
		*obstacles |= found;
		is_held = is_held || found == 0;
	}
	return is_held;
}

static enum rolegate_reason name_reason(const struct asked *asked, unsigned int obstacles)
{
	if (obstacles & CONFLICT)
		return ROLEGATE_CONFLICT;
	if (obstacles & OUTSIDE_TIME)
		return ROLEGATE_OUTSIDE_TIME;
	if (obstacles & PENDING)
		return ROLEGATE_PENDING_APPROVAL;
	if (obstacles & NOT_IN_PLAN)
		return ROLEGATE_NOT_IN_PLAN;
	for (size_t i = 0; i < asked->holdings.n; i++)
		if (asked->holdings.list[i].is_in_time)
			return ROLEGATE_MISSING_PERMISSION;
	return ROLEGATE_NO_ROLE;
}

static void decide_required(const struct naive_policy *policy, const struct rolegate_person *person,
			    const struct naive_names *required, bool any_suffices, int64_t at,
			    struct naive_answer *ret)
{
	struct asked asked = { .policy = policy };
	unsigned int obstacles = 0;
	size_t n_held = 0;

	find_holdings(policy, person, at, &asked.holdings);
	find_blocked(policy, &asked.holdings, &asked.blocked);
	for (size_t i = 0; i < required->n; i++) {
		unsigned int found = 0;

		if (holds(&asked, required->names[i], &found))
			n_held++;
		else
			obstacles |= found;
	}
	if (any_suffices ? n_held > 0 : n_held == required->n) {
		ret->verdict = ROLEGATE_ALLOW;
		ret->reason = ROLEGATE_GRANTED;
	} else {
		ret->reason = name_reason(&asked, obstacles);
	}
}

/* D2: the exact name, then the longest prefix; of two entries of the same name the policy's. */
const struct naive_service *naive_find_service(const struct naive_policy *policy, const char *name)
{
	const struct naive_service *best = NULL;
	size_t best_n = 0;

	for (size_t i = 0; i < policy->n_services; i++) {
		const struct naive_service *s = &policy->services[i];
		size_t n = strlen(s->name);

		if (s->name[n - 1] != '*') {
			if (strcmp(s->name, name) != 0)
				continue;
			n = SIZE_MAX;
		} else if (strncmp(s->name, name, n - 1) != 0) {
			continue;
		}
		if (n > best_n || (n == best_n && best->is_catalogs)) {
			best = s;
			best_n = n;
		}
	}
	return best;
}

static void decide_other(const struct naive_policy *policy, const struct rolegate_person *subject,
			 int64_t at, struct naive_answer *ret)
{
	struct naive_names required = { .n = 1, .names = { policy->other_services } };

	if (!strcmp(policy->other_services, "deny")) {
		ret->reason = ROLEGATE_SERVICE_NOT_LISTED;
	} else if (!strcmp(policy->other_services, "allow")) {
		ret->verdict = ROLEGATE_ALLOW;
		ret->reason = ROLEGATE_OPEN_SERVICE;
	} else {
		decide_required(policy, subject, &required, false, at, ret);
	}
}

struct naive_answer naive_decide(const struct naive_policy *policy,
				 const struct rolegate_person *subject,
				 const struct rolegate_person *actor, const char *service,
				 const char *permission, int64_t at)
{
	const struct naive_service *entry = service ? naive_find_service(policy, service) : NULL;
	const struct rolegate_person *person = entry && entry->about_actor ? actor : subject;
	const char *mode = entry && entry->mode ? entry->mode : policy->mode;
	struct naive_names asked = { .n = 1, .names = { permission } };
	struct naive_answer answer = { .verdict = ROLEGATE_DENY,
				       .permissive = !strcmp(mode, "permissive") };

	if (permission) {
		decide_required(policy, person, &asked, false, at, &answer);
	} else if (!entry) {
		decide_other(policy, subject, at, &answer);
	} else if (entry->require.n == 0) {
		answer.verdict = ROLEGATE_ALLOW;
		answer.reason = ROLEGATE_OPEN_SERVICE;
	} else {
		decide_required(policy, person, &entry->require, entry->any_suffices, at, &answer);
	}
	return answer;
}
