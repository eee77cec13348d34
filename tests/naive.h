/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rolegate's rules a second time: slow, by names and recursion, to check the real evaluator
 * against.
 *
 * Written from the rules of rolegate.conf(5) alone. Nothing is prepared, numbered or cached:
 * every question walks the arrays below from the start, so that each function can be read beside
 * the rule it stands for.
 */
#ifndef ROLEGATE_TEST_NAIVE_H
#define ROLEGATE_TEST_NAIVE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rolegate.h"

/* As much as a generated policy may have of anything; more would only be slower. */
#define NAIVE_NAMES 12
#define NAIVE_PERMISSIONS 32
#define NAIVE_ROLES 16
#define NAIVE_ASSIGNMENTS 8
#define NAIVE_SERVICES 12
#define NAIVE_CONFLICTS 3
#define NAIVE_RECORDS 8
#define NAIVE_SUSPENSIONS 4
#define NAIVE_CELLS 3
#define NAIVE_NAME_SIZE 32

/* An assignment without `from` or `until`. */
#define NAIVE_ALWAYS INT64_MIN
#define NAIVE_FOREVER INT64_MAX

/* A set of names. They belong to whoever put them in. */
struct naive_names {
	size_t n;
	const char *names[NAIVE_NAMES];
};

enum naive_tier { NAIVE_NO_LEVEL, NAIVE_GUEST, NAIVE_USER, NAIVE_ADMINISTRATOR, NAIVE_OWNER };

/*
 * A system permission.
 *
 * resource    of a matrix cell, as "department.resource", with its capability
 * department  of a matrix cell, or of the derived permission department:view
 * by_tier     its catalog grants by tier
 */
struct naive_permission {
	char name[NAIVE_NAME_SIZE], resource[NAIVE_NAME_SIZE];
	const char *area, *department, *capability;
	enum naive_tier tier;
	bool is_core, is_derived, by_tier;
};

/* A line of a matrix; can holds capabilities, or "none" or "full" alone. */
struct naive_cell {
	const char *on;
	struct naive_names can;
};

struct naive_role {
	const char *name;
	enum naive_tier level; /* of built-in roles */
	struct naive_names bases, permissions, privileges;
	size_t n_cells;
	struct naive_cell cells[NAIVE_CELLS];
	bool needs_approval, is_builtin;
};

/* To a user, a group or a virtual user (P12); the other two are NULL. */
struct naive_assignment {
	const char *user, *group, *virtual_user, *approved_by;
	struct naive_names roles;
	int64_t from, until;
};

struct naive_conflict {
	struct naive_names roles;
	size_t at_most;
};

/*
 * The name's last character may be `*`, and letters may be in upper case (D2). mode is NULL where the
 * entry has none of its own.
 */
struct naive_service {
	const char *name, *mode;
	struct naive_names require;
	bool any_suffices, about_actor, any_account, is_catalogs;
};

/* What the name service said of a user or group at activation (P3). A name without a record is UNKNOWN. */
enum naive_said { NAIVE_UNKNOWN, NAIVE_PRESENT, NAIVE_ABSENT };

struct naive_record {
	const char *name;
	enum naive_said said;
	uint32_t id; /* uid or gid; with NAIVE_PRESENT */
};

/* P13; `until` may be NAIVE_FOREVER. */
struct naive_suspension {
	struct naive_record user;
	int64_t until;
};

struct naive_policy {
	size_t n_permissions, n_roles, n_assignments, n_services, n_conflicts;
	struct naive_permission permissions[NAIVE_PERMISSIONS];
	struct naive_role roles[NAIVE_ROLES];
	struct naive_assignment assignments[NAIVE_ASSIGNMENTS];
	struct naive_service services[NAIVE_SERVICES];
	struct naive_conflict conflicts[NAIVE_CONFLICTS];
	struct naive_names default_roles, system_roles, virtual_roles;
	bool has_plan, root_is_owner;
	struct naive_names plan;
	const char *other_services, *mode;

	/* The activation: what was recorded, and when. */
	size_t n_users, n_groups, n_suspended;
	struct naive_record users[NAIVE_RECORDS], groups[NAIVE_RECORDS];
	struct naive_suspension suspended[NAIVE_SUSPENSIONS];
	uint32_t uid_min;
	int64_t created;
};

/*
 * A question. real_uid is -1 where the caller did not state it; is_permissive is the caller's own mode
 * (D5). service or permission may be NULL.
 */
struct naive_question {
	const struct rolegate_person *subject, *actor;
	const char *service, *permission;
	int64_t real_uid, at;
	bool is_permissive;
};

/*
 * asks_sources     the answer depends on whether each source of groups answered (P3)
 * might_ask        it may depend on it in an implementation that knows less of assignments to groups
 * misses_answer    some answer about groups is missing; looked at only for what would be allowed
 * by_conflicts     asks_sources, because a conflict rule names a role that the account has
 * passes_as_owner  allowed at a service without entry as an owner (P7), not by a permission
 */
struct naive_answer {
	enum rolegate_verdict verdict;
	enum rolegate_reason reason;
	bool permissive, asks_sources, might_ask, misses_answer, by_conflicts, passes_as_owner;
};

bool naive_has(const struct naive_names *names, const char *name);
void naive_add(struct naive_names *names, const char *name);

/* NULL if there is none of that name. */
const struct naive_role *naive_find_role(const struct naive_policy *policy, const char *name);

/* The entry that decides about a service (D2), or NULL. */
const struct naive_service *naive_find_service(const struct naive_policy *policy, const char *name);

/*
 * Whether an assignment is to this account, by what was recorded of it or of the group (P3); for a name
 * that is known to belong to no account, whether it is to this virtual user (P12). At any time.
 */
bool naive_is_assigned_to(const struct naive_policy *policy,
			  const struct naive_assignment *assignment,
			  const struct rolegate_person *person);

/* Whether a system account's roles are those of the account without assignments (P3). */
bool naive_is_system(const struct naive_policy *policy, const struct rolegate_person *person);

/* Whether an assignment grants at a moment: its dates, and the clock (P3). */
bool naive_is_in_time(const struct naive_policy *policy, const struct naive_assignment *assignment,
		      int64_t at);

/* Whether the user has the permission at a moment: steps 7 and 8, name sources aside. */
bool naive_holds(const struct naive_policy *policy, const struct rolegate_person *person,
		 const char *permission, int64_t at);

/* Whether a role gives a permission by itself, its bases and the plan left aside. */
bool naive_role_gives(const struct naive_policy *policy, const char *role, const char *permission);

/*
 * A permission's place in a department of a catalog that does not grant by tier: all five
 * capabilities of a resource, those in `owners` of tier owner, the others of tier user.
 */
void naive_add_resource(struct naive_policy *policy, const char *department, const char *resource,
			bool is_core, const struct naive_names *owners);

/* The permission department:view. */
void naive_add_department(struct naive_policy *policy, const char *department, bool is_core);

/* Fill ret with a cycle of based_on that starts and ends with the same role; false: none (P2). */
bool naive_find_cycle(const struct naive_policy *policy, struct naive_names *ret);

/*
 * Decide. All facts about both users are known: uid, groups and name sources; or that there is no such
 * account, or two.
 */
struct naive_answer naive_decide(const struct naive_policy *policy,
				 const struct naive_question *question);

#endif
