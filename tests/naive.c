/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "naive.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

/* ---- Accounts, and what was recorded of them (P3, P12, P13) ---- */

/* P12: a name that every source denies. */
static bool is_virtual(const struct rolegate_person *person)
{
	return person->facts & ROLEGATE_FACT_ABSENT;
}

static struct naive_record find_record(const struct naive_record *records, size_t n,
				       const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(records[i].name, name))
			return records[i];
	return (struct naive_record){ .name = name, .said = NAIVE_UNKNOWN };
}

/* Another uid under the name: the assignment does not count. Absent or unknown: it counts by name. */
static bool is_to_user(const struct naive_policy *policy, const char *user,
		       const struct rolegate_person *person)
{
	struct naive_record record = find_record(policy->users, policy->n_users, user);

	return !is_virtual(person) && !strcmp(user, person->name) &&
	       (record.said != NAIVE_PRESENT || record.id == person->uid);
}

bool naive_is_system(const struct naive_policy *policy, const struct rolegate_person *person)
{
	uid_t uid = person->uid;

	if (uid == 65534 || (uid >= 61184 && uid <= 65519))
		return person->facts & ROLEGATE_FACT_LOCAL;
	return uid > 0 && uid < policy->uid_min;
}

/* Whether a group that is assigned roles has this name, and was recorded with this gid: one of two names of it. */
static bool is_recorded_name(const struct naive_policy *policy, const char *name, uint32_t gid)
{
	struct naive_record record = find_record(policy->groups, policy->n_groups, name);

	if (record.said != NAIVE_PRESENT || record.id != gid)
		return false;
	for (size_t i = 0; i < policy->n_assignments; i++)
		if (policy->assignments[i].group && !strcmp(policy->assignments[i].group, name))
			return true;
	return false;
}

enum in_group { NOT_IN_GROUP, IN_GROUP, NO_ANSWER };

/*
 * Root and system accounts are in no group that was not answered for: only a directory leaves that open,
 * and directories are not asked for them. Where two groups had one gid, its name now is that of one of
 * them, and that is an answer about both.
 */
static enum in_group is_in_group(const struct naive_policy *policy, const char *group,
				 const struct rolegate_person *person)
{
	struct naive_record record = find_record(policy->groups, policy->n_groups, group);

	if (is_virtual(person) || record.said == NAIVE_ABSENT)
		return NOT_IN_GROUP;
	if (record.said == NAIVE_UNKNOWN)
		return person->uid == 0 || naive_is_system(policy, person) ? NOT_IN_GROUP
									   : NO_ANSWER;
	for (size_t i = 0; i < person->n_groups; i++) {
		if (person->gids[i] != record.id)
			continue;
		if (!person->group_names[i] ||
		    !is_recorded_name(policy, person->group_names[i], record.id))
			return NO_ANSWER;
		return strcmp(person->group_names[i], group) ? NOT_IN_GROUP : IN_GROUP;
	}
	return NOT_IN_GROUP;
}

bool naive_is_assigned_to(const struct naive_policy *policy,
			  const struct naive_assignment *assignment,
			  const struct rolegate_person *person)
{
	if (assignment->virtual_user)
		return is_virtual(person) && !strcmp(assignment->virtual_user, person->name);
	if (assignment->user)
		return is_to_user(policy, assignment->user, person);
	return is_in_group(policy, assignment->group, person) == IN_GROUP;
}

/* ---- Time ---- */

/* More than five minutes before the activation the time is unknown (P3, "Clock"). */
static bool is_clock_known(const struct naive_policy *policy, int64_t at)
{
	return at >= policy->created - 300;
}

static bool is_dated(const struct naive_assignment *a)
{
	return a->from != NAIVE_ALWAYS || a->until != NAIVE_FOREVER;
}

bool naive_is_in_time(const struct naive_policy *policy, const struct naive_assignment *a,
		      int64_t at)
{
	if (!is_clock_known(policy, at))
		return !is_dated(a);
	return a->from <= at && at < a->until;
}

/* Whether it keeps from default roles: at an unknown time, all that is dated does. */
static bool keeps_from_defaults(const struct naive_policy *policy, const struct naive_assignment *a,
				int64_t at)
{
	return !is_clock_known(policy, at) || naive_is_in_time(policy, a, at);
}

/* P13: by name and by recorded uid; never uid 0. */
static bool is_suspended(const struct naive_policy *policy, const struct rolegate_person *person,
			 int64_t at)
{
	for (size_t i = 0; i < policy->n_suspended; i++) {
		const struct naive_suspension *s = &policy->suspended[i];
		bool is_this = !strcmp(s->user.name, person->name);

		if (!is_virtual(person)) {
			is_this = is_this ||
				  (s->user.said == NAIVE_PRESENT && s->user.id == person->uid);
			is_this = is_this && person->uid != 0;
		}
		if (is_this && (at < s->until || !is_clock_known(policy, at)))
			return true;
	}
	return false;
}

/* ---- The roles of a user ---- */

/*
 * A role of a user, now or at another time.
 *
 * is_in_time   its dates include the moment
 * is_assigned  it came with an assignment; is_root: with root_is_owner; else by default
 */
struct holding {
	const char *role;
	bool is_in_time, is_approved, is_root, is_assigned;
};

struct holdings {
	size_t n;
	struct holding list[NAIVE_ASSIGNMENTS * NAIVE_NAMES + NAIVE_NAMES + 1];
	bool are_default; /* no assignment keeps the user from default roles */
};

/* P9: a fact about a user and a role; how and when the role came does not matter. */
static bool is_approved(const struct naive_policy *policy, const struct rolegate_person *person,
			const char *role)
{
	const struct naive_role *found = naive_find_role(policy, role);

	if (found && !found->needs_approval)
		return true;
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];

		if (a->approved_by && naive_is_assigned_to(policy, a, person) &&
		    naive_has(&a->roles, role))
			return true;
	}
	return false;
}

static void hold(struct holdings *holdings, const struct naive_policy *policy,
		 const struct rolegate_person *person, const struct naive_names *roles,
		 struct holding template)
{
	for (size_t i = 0; i < roles->n; i++) {
		template.role = roles->names[i];
		template.is_approved = is_approved(policy, person, roles->names[i]);
		holdings->list[holdings->n++] = template;
	}
}

/* The roles of an account, or virtual user, without assignments (P3, P12). */
static const struct naive_names *find_defaults(const struct naive_policy *policy,
					       const struct rolegate_person *person)
{
	if (is_virtual(person))
		return &policy->virtual_roles;
	return naive_is_system(policy, person) ? &policy->system_roles : &policy->default_roles;
}

/* P3, P12, D6. */
static void find_holdings(const struct naive_policy *policy, const struct rolegate_person *person,
			  int64_t at, struct holdings *ret)
{
	bool is_root = !is_virtual(person) && person->uid == 0 && policy->root_is_owner;

	*ret = (struct holdings){ .are_default = true };
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];
		struct holding holding = { .is_in_time = naive_is_in_time(policy, a, at),
					   .is_assigned = true };

		if (!naive_is_assigned_to(policy, a, person))
			continue;
		hold(ret, policy, person, &a->roles, holding);
		ret->are_default = ret->are_default && !keeps_from_defaults(policy, a, at);
	}
	if (ret->are_default)
		hold(ret, policy, person, find_defaults(policy, person),
		     (struct holding){ .is_in_time = true });
	for (size_t i = 0; is_root && i < policy->n_roles; i++)
		if (policy->roles[i].level == NAIVE_OWNER)
			ret->list[ret->n++] = (struct holding){ .role = policy->roles[i].name,
								.is_in_time = true,
								.is_approved = true,
								.is_root = true };
}

/* The roles of a conflict rule that a user has. */
static struct naive_names held_of_rule(const struct naive_policy *policy,
				       const struct holdings *holdings,
				       const struct naive_conflict *rule)
{
	struct naive_names held = { 0 };

	for (size_t i = 0; i < rule->roles.n; i++)
		for (size_t j = 0; j < holdings->n; j++) {
			const struct holding *holding = &holdings->list[j];

			if (holding->is_in_time && holding->is_approved && !holding->is_root &&
			    role_is_or_inherits(policy, holding->role, rule->roles.names[i]))
				naive_add(&held, rule->roles.names[i]);
		}
	return held;
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
		struct naive_names held = held_of_rule(policy, holdings, rule);

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

/* What a decision requires. any: one of the names suffices; owner: nothing but the owner role (P7). */
struct required {
	struct naive_names names;
	bool any, owner;
};

/* Whether a role is the owner role or inherits it, through no role of `blocked` (P6). */
static bool leads_to_owner(const struct naive_policy *policy, const char *name,
			   const struct naive_names *blocked)
{
	const struct naive_role *role = naive_find_role(policy, name);

	if (naive_has(blocked, name))
		return false;
	if (role->level == NAIVE_OWNER)
		return true;
	for (size_t i = 0; i < role->bases.n; i++)
		if (leads_to_owner(policy, role->bases.names[i], blocked))
			return true;
	return false;
}

/* P7: an assigned owner, not uid 0 through root_is_owner. */
static bool is_owner_now(const struct asked *asked)
{
	for (size_t i = 0; i < asked->holdings.n; i++) {
		const struct holding *holding = &asked->holdings.list[i];

		if (holding->is_assigned && holding->is_in_time && holding->is_approved &&
		    leads_to_owner(asked->policy, holding->role, &asked->blocked))
			return true;
	}
	return false;
}

static bool meets(const struct asked *asked, const struct required *required,
		  unsigned int *obstacles)
{
	size_t n_held = 0;

	if (required->owner)
		return is_owner_now(asked);
	for (size_t i = 0; i < required->names.n; i++) {
		unsigned int found = 0;

		if (holds(asked, required->names.names[i], &found))
			n_held++;
		else
			*obstacles |= found;
	}
	return required->any ? n_held > 0 : n_held == required->names.n;
}

static void find_asked(const struct naive_policy *policy, const struct rolegate_person *person,
		       int64_t at, struct asked *ret)
{
	*ret = (struct asked){ .policy = policy };
	find_holdings(policy, person, at, &ret->holdings);
	find_blocked(policy, &ret->holdings, &ret->blocked);
}

bool naive_holds(const struct naive_policy *policy, const struct rolegate_person *person,
		 const char *permission, int64_t at)
{
	unsigned int obstacles = 0;
	struct asked asked;

	find_asked(policy, person, at, &asked);
	return holds(&asked, permission, &obstacles);
}

/* ---- No answer is not "no" (P3) ---- */

/* Whether the result would be the same if only root_is_owner and assignments counted: it does not rest on defaults. */
static bool rests_on_defaults(const struct asked *asked, const struct required *required)
{
	struct asked without = *asked;
	unsigned int obstacles = 0;

	if (!asked->holdings.are_default)
		return false;
	without.holdings.n = 0;
	for (size_t i = 0; i < asked->holdings.n; i++)
		if (asked->holdings.list[i].is_root || asked->holdings.list[i].is_assigned)
			without.holdings.list[without.holdings.n++] = asked->holdings.list[i];
	find_blocked(asked->policy, &without.holdings, &without.blocked);
	return !meets(&without, required, &obstacles);
}

/* Whether an assignment to a group grants by itself what is required, to every user of the group. */
static bool assignment_grants(const struct naive_policy *policy,
			      const struct rolegate_person *person,
			      const struct naive_assignment *assignment,
			      const struct required *required, int64_t at)
{
	struct asked asked = { .policy = policy };
	unsigned int obstacles = 0;

	for (size_t i = 0; i < assignment->roles.n; i++) {
		const char *role = assignment->roles.names[i];
		bool is_good = is_approved(policy, person, role) ||
			       (assignment->approved_by != NULL);

		asked.holdings.list[asked.holdings.n++] =
			(struct holding){ .role = role,
					  .is_in_time = naive_is_in_time(policy, assignment, at),
					  .is_approved = is_good,
					  .is_assigned = true };
	}
	return meets(&asked, required, &obstacles);
}

static bool is_absent(const struct naive_policy *policy, const char *group)
{
	return find_record(policy->groups, policy->n_groups, group).said == NAIVE_ABSENT;
}

/* An assignment to a group that the user may be in, though no answer says so. */
static bool may_be_assigned(const struct naive_policy *policy, const struct naive_assignment *a,
			    const struct rolegate_person *person)
{
	return a->group && !is_virtual(person) && !is_absent(policy, a->group) &&
	       is_in_group(policy, a->group, person) != IN_GROUP;
}

/* "It rests on default roles and an active group assignment would not grant it." */
static bool defaults_ask(const struct asked *asked, const struct rolegate_person *person,
			 const struct required *required, int64_t at)
{
	const struct naive_policy *policy = asked->policy;

	if (!rests_on_defaults(asked, required))
		return false;
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];

		if (may_be_assigned(policy, a, person) && keeps_from_defaults(policy, a, at) &&
		    !assignment_grants(policy, person, a, required, at))
			return true;
	}
	return false;
}

/*
 * The same where it is not known which assignments are active and what several of them grant: any that
 * has not ended at the activation, and that does not grant all names without dates and by itself.
 */
static bool defaults_might_ask(const struct asked *asked, const struct rolegate_person *person,
			       const struct required *required, int64_t at)
{
	const struct naive_policy *policy = asked->policy;
	struct required alone = { .names.n = 1, .owner = required->owner };
	size_t n_asking = 0, n = required->owner ? 1 : required->names.n;

	if (!rests_on_defaults(asked, required))
		return false;
	if (!is_clock_known(policy, at))
		return true;
	for (size_t i = 0; i < n; i++) {
		bool is_asking = false;

		alone.names.names[0] = required->owner ? NULL : required->names.names[i];
		for (size_t j = 0; j < policy->n_assignments; j++) {
			const struct naive_assignment *a = &policy->assignments[j];

			if (a->group && !is_absent(policy, a->group) &&
			    a->until > policy->created - 300 &&
			    (is_dated(a) || !assignment_grants(policy, person, a, &alone, at)))
				is_asking = true;
		}
		n_asking += is_asking;
	}
	return required->any ? n_asking == n : n_asking > 0;
}

/*
 * "Or a conflict rule names a role the user has": the roles of a rule that the user has, and what
 * assignments to groups can add to them. A rule counts only if that can be more than it allows.
 */
static bool rule_asks(const struct asked *asked, const struct naive_conflict *rule)
{
	const struct naive_policy *policy = asked->policy;
	struct naive_names roles = held_of_rule(policy, &asked->holdings, rule);
	size_t n_held = roles.n;

	for (size_t i = 0; i < policy->n_assignments; i++)
		for (size_t j = 0; j < policy->assignments[i].roles.n; j++)
			for (size_t k = 0; k < rule->roles.n; k++)
				if (policy->assignments[i].group &&
				    !is_absent(policy, policy->assignments[i].group) &&
				    role_is_or_inherits(policy,
							policy->assignments[i].roles.names[j],
							rule->roles.names[k]))
					naive_add(&roles, rule->roles.names[k]);
	return n_held > 0 && roles.n > n_held && roles.n > rule->at_most;
}

static bool conflicts_ask(const struct asked *asked)
{
	for (size_t i = 0; i < asked->policy->n_conflicts; i++)
		if (rule_asks(asked, &asked->policy->conflicts[i]))
			return true;
	return false;
}

/* The same without asking what groups can bring, as long as a user can be in some group. */
static bool conflicts_might_ask(const struct asked *asked)
{
	const struct naive_policy *policy = asked->policy;
	bool is_named = false, has_groups = false;

	for (size_t i = 0; i < policy->n_conflicts; i++)
		is_named = is_named ||
			   held_of_rule(policy, &asked->holdings, &policy->conflicts[i]).n > 0;
	for (size_t i = 0; i < policy->n_assignments; i++)
		has_groups = has_groups || (policy->assignments[i].group &&
					    !is_absent(policy, policy->assignments[i].group));
	return is_named && has_groups;
}

/* Whether some answer about groups is missing: of a name source, or about a group. */
static bool misses_answer(const struct naive_policy *policy, const struct rolegate_person *person)
{
	if (person->silent_source)
		return true;
	for (size_t i = 0; i < policy->n_assignments; i++)
		if (policy->assignments[i].group &&
		    is_in_group(policy, policy->assignments[i].group, person) == NO_ANSWER)
			return true;
	return false;
}

static void ask_sources(const struct asked *asked, const struct rolegate_person *person,
			const struct required *required, int64_t at, struct naive_answer *ret)
{
	if (is_virtual(person))
		return;
	ret->by_conflicts = conflicts_might_ask(asked);
	ret->asks_sources = conflicts_ask(asked) || defaults_ask(asked, person, required, at);
	ret->might_ask = ret->by_conflicts || defaults_might_ask(asked, person, required, at);
	ret->misses_answer = misses_answer(asked->policy, person);
	if (ret->asks_sources && ret->misses_answer) {
		ret->verdict = ROLEGATE_DENY;
		ret->reason = ROLEGATE_SYSTEM_ERROR;
	}
}

/* ---- The procedure of a decision (D1) ---- */

/* Steps 7 and 8. */
static void decide_required(const struct naive_policy *policy, const struct rolegate_person *person,
			    const struct required *required, int64_t at, struct naive_answer *ret)
{
	unsigned int obstacles = 0;
	struct asked asked;

	find_asked(policy, person, at, &asked);
	if (!meets(&asked, required, &obstacles)) {
		ret->reason = required->owner ? ROLEGATE_SERVICE_NOT_LISTED
					      : name_reason(&asked, obstacles);
		return;
	}
	ret->verdict = ROLEGATE_ALLOW;
	ret->reason = ROLEGATE_GRANTED;
	ask_sources(&asked, person, required, at, ret);
}

/* D2: letters count as lower case. Whether the pattern is the name, or a prefix of it; *ret_n says how long. */
static bool matches(const char *pattern, const char *name, size_t *ret_n)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] != '*') {
		*ret_n = SIZE_MAX;
		return !strcasecmp(pattern, name);
	}
	*ret_n = n;
	return !strncasecmp(pattern, name, n - 1);
}

/* D2: the exact name, then the longest prefix; of two entries of the same name the policy's. */
const struct naive_service *naive_find_service(const struct naive_policy *policy, const char *name)
{
	const struct naive_service *best = NULL;
	size_t best_n = 0, n;

	for (size_t i = 0; i < policy->n_services; i++) {
		const struct naive_service *s = &policy->services[i];

		if (matches(s->name, name, &n) &&
		    (n > best_n || (n == best_n && best->is_catalogs))) {
			best = s;
			best_n = n;
		}
	}
	return best;
}

static void allow_open(struct naive_answer *ret)
{
	ret->verdict = ROLEGATE_ALLOW;
	ret->reason = ROLEGATE_OPEN_SERVICE;
}

/* D2, P7: a service without entry. */
static void decide_other(const struct naive_policy *policy, const struct naive_question *question,
			 struct naive_answer *ret)
{
	const char *other = policy->other_services;
	struct naive_answer as_owner = { .verdict = ROLEGATE_DENY };
	struct required owner = { .owner = true }, one = { .names = { 1, { other } } };
	bool is_permission = strcmp(other, "allow") && strcmp(other, "deny") &&
			     strcmp(other, "nobody");
	bool is_own = question->real_uid == 0 ||
		      (question->real_uid >= 0 && !is_virtual(question->subject) &&
		       question->real_uid == (int64_t)question->subject->uid);

	if (!strcmp(other, "allow"))
		allow_open(ret);
	else if (is_permission)
		decide_required(policy, question->subject, &one, question->at, ret);
	else
		ret->reason = ROLEGATE_SERVICE_NOT_LISTED;
	if (ret->verdict == ROLEGATE_ALLOW || ret->reason == ROLEGATE_SYSTEM_ERROR || !is_own ||
	    !strcmp(other, "nobody"))
		return;
	decide_required(policy, question->subject, &owner, question->at, &as_owner);
	as_owner.passes_as_owner = as_owner.verdict == ROLEGATE_ALLOW;
	if (as_owner.reason != ROLEGATE_SERVICE_NOT_LISTED)
		*ret = as_owner;
}

/* Steps 4 to 8. */
static void decide_rule(const struct naive_policy *policy, const struct naive_question *question,
			const struct rolegate_person *person, const struct naive_service *entry,
			struct naive_answer *ret)
{
	struct required required = { .names = { 1, { question->permission } } };

	if (!question->permission && entry)
		required = (struct required){ .names = entry->require, .any = entry->any_suffices };
	if (!question->permission && !entry)
		decide_other(policy, question, ret);
	else if (required.names.n == 0)
		allow_open(ret);
	else
		decide_required(policy, person, &required, question->at, ret);
}

/* Step 9: these denials are enforced in every mode; all others follow it (D5). */
static bool is_always_enforced(enum rolegate_reason reason)
{
	return reason == ROLEGATE_AMBIGUOUS_USER || reason == ROLEGATE_SUSPENDED;
}

static bool is_permissive(const struct naive_policy *policy, const struct naive_question *question,
			  const struct naive_service *entry)
{
	const char *mode = entry && entry->mode ? entry->mode : policy->mode;

	return question->is_permissive || !strcmp(mode, "permissive");
}

struct naive_answer naive_decide(const struct naive_policy *policy,
				 const struct naive_question *question)
{
	const struct naive_service *entry =
		question->service ? naive_find_service(policy, question->service) : NULL;
	const struct rolegate_person *person = entry && entry->about_actor ? question->actor
									   : question->subject;
	struct naive_answer answer = { .verdict = ROLEGATE_DENY };

	if (person->facts & ROLEGATE_FACT_AMBIGUOUS)
		answer.reason = ROLEGATE_AMBIGUOUS_USER;
	else if (is_virtual(person) && (!entry || !entry->any_account))
		answer.reason = ROLEGATE_UNKNOWN_USER;
	else if (is_suspended(policy, person, question->at))
		answer.reason = ROLEGATE_SUSPENDED;
	else
		decide_rule(policy, question, person, entry, &answer);
	answer.permissive = !is_always_enforced(answer.reason) &&
			    is_permissive(policy, question, entry);
	return answer;
}
