/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy as it was written: what the loaders fill in, the resolver works out, and the packer
 * writes.
 *
 * Everything is numbered in the order in which it was first named, whether that was its
 * definition or not: a reference to what comes later, or in another file, is a number at once,
 * and what was never defined shows at the end.
 */
#ifndef ROLEGATE_MODEL_H
#define ROLEGATE_MODEL_H

#include "arena.h"
#include "format.h"
#include "names.h"
#include "place.h"

/*
 * Limits of what the compiler works through, beside those of format.h. A plan is a page, and the matrices of
 * ten thousand roles have a dozen lines each.
 */
#define MODEL_PLAN_ITEMS_MAX ((size_t)1024)
#define MODEL_CELLS_MAX ((size_t)131072)
#define MODEL_AREAS_MAX ((size_t)1024)

/* UID_MIN where login.defs says nothing else (P3). */
#define MODEL_UID_MIN 1000u

/* Words of a map of the roles in conflict rules, and of the lines of role_groups. */
#define MODEL_MEMBER_WORDS (FORMAT_MEMBERS_MAX / 64)
#define MODEL_SEEN_WORDS (FORMAT_ROLE_GROUPS_MAX / 64)

/* Capabilities of the matrix (P10), as bits. */
#define CAN_VIEW 1u
#define CAN_CREATE 2u
#define CAN_EDIT 4u
#define CAN_DELETE 8u
#define CAN_MANAGE 16u
#define CAN_FULL 31u
#define N_CAPABILITIES 5u

/* The capability of bit i: "view", "create", … */
const char *model_capability_name(unsigned int i);

/* A name that stands somewhere: the number of what it means. */
struct ref {
	uint32_t id;
	struct place place;
};

struct refs {
	struct ref *list;
	size_t n, max;
};

enum permission_kind {
	PERMISSION_UNDEFINED, /* only referred to so far */
	PERMISSION_SYSTEM,    /* a catalog defines it */
	PERMISSION_CUSTOM,    /* a privilege of some role */
};

struct model_permission {
	enum permission_kind kind;
	const char *name, *area, *label, *description, *catalog;
	enum format_tier tier;
	bool is_core, is_derived, in_force;
	bool is_by_tier;     /* its catalog grants by tier */
	uint32_t department; /* of a department permission, else NAMES_NONE */
	struct place place;
};

struct model_department {
	const char *name, *label;
	bool is_core;
	uint32_t view;	/* the derived permission department:view */
	uint32_t first; /* its first resource, or NAMES_NONE */
	struct place place;
};

/* A department's resource, and its permissions by capability. */
struct model_resource {
	uint32_t department;
	uint32_t next; /* the next one of the department, or NAMES_NONE */
	uint32_t cells[N_CAPABILITIES];
};

/* One line of a role's matrix. */
struct model_cell {
	const char *on;
	unsigned int can;
	struct place place;
};

struct model_role {
	bool is_defined, is_builtin, needs_approval;
	bool is_owner; /* worked out: the owner role, or based on it (P6) */
	const char *name, *label, *colour, *description, *catalog;
	enum format_tier level;
	struct place place;
	struct refs bases, permissions, privileges;
	struct model_cell *cells;
	size_t n_cells, max_cells;
	/*
	 * Worked out by the resolver: maps of permissions; which roles of conflict rules it is or
	 * inherits; and of which lines of role_groups it is or inherits the role.
	 */
	unsigned char *own, *closure;
	uint64_t members[MODEL_MEMBER_WORDS];
	uint64_t seen[MODEL_SEEN_WORDS];
};

struct model_assignment {
	uint32_t next; /* the next one of the same holder, or NAMES_NONE */
	uint32_t n_roles;
	uint32_t *roles;
	int64_t from, until;
	const char *why, *approved_by; /* NULL for none */
	struct place place;
};

/*
 * A user, group or virtual user that has assignments; with the answer of the name service, which the compiler
 * does not ask: the caller that compiles for a host records it before packing (P3).
 */
struct model_holder {
	uint32_t first, last; /* assignments */
	uint32_t n;
	enum format_recorded recorded;
	uint32_t id; /* uid or gid; with FORMAT_RECORDED_PRESENT */
};

/* A suspended user (P13); recorded like a user with assignments. */
struct model_suspension {
	int64_t until;
	const char *why;
	struct place place;
	enum format_recorded recorded;
	uint32_t id;
};

struct model_holders {
	struct names names;
	struct model_holder *list; /* by the names' numbers */
	size_t max;
};

struct model_service {
	bool is_catalogs;   /* from a catalog: the policy's own entry of that name wins */
	unsigned int flags; /* FORMAT_SERVICE_* */
	enum format_require require;
	struct refs required;
	struct place place;
};

struct model_conflict {
	const char *name;
	uint32_t at_most;
	uint32_t by_groups; /* worked out: how many of its roles assignments to groups can bring */
	struct refs roles;
	struct place place;
};

/*
 * A role seen through NSS as a group. The compiler asks nobody for the gid: whoever compiles for a
 * host captures it there before packing.
 */
struct model_role_group {
	struct ref role;
	const char *group;
	bool is_listed; /* `members` */
	bool is_captured;
	uint32_t gid; /* if is_captured */
	struct place place;
	/*
	 * Worked out, if is_listed: numbers of the users that have an assignment leading to the
	 * role.
	 */
	uint32_t *listed;
	uint32_t n_listed;
};

struct model_area {
	const char *name, *catalog;
};

struct model_catalog {
	const char *name, *label, *description;
	bool grants_by_tier;
	const char *manage_roles, *manage_passwords; /* permissions, or NULL */
	struct place place;
};

struct model_plan_item {
	const char *text;
	struct place place;
};

struct model {
	struct arena arena;

	struct names catalog_names; /* as wanted by `catalogs`, each with its place */
	struct refs wanted_catalogs;
	struct model_catalog *catalogs;
	size_t n_catalogs, max_catalogs;
	struct model_area *areas;
	size_t n_areas, max_areas;
	struct names department_names;
	struct model_department *departments;
	size_t max_departments;
	struct names resource_names; /* department.resource */
	struct model_resource *resources;
	size_t max_resources;

	struct names permission_names, role_names, service_names;
	struct model_permission *permissions;
	struct model_role *roles;
	struct model_service *services;
	size_t max_permissions, max_roles, max_services;
	size_t n_all_cells; /* of all roles */

	uint64_t seed;		   /* of all names; model_set_seed() */
	uint32_t uid_min;	   /* of login.defs (P3) */
	struct names name_sources; /* sources of nsswitch.conf that have answered (P3) */

	struct model_holders users, groups, virtuals;
	struct names suspended_names;
	struct model_suspension *suspended;
	size_t max_suspended;
	struct model_assignment *assignments;
	size_t n_assignments, max_assignments;

	struct refs default_roles, system_account_roles, virtual_roles;
	struct model_conflict *conflicts;
	size_t n_conflicts, max_conflicts;
	struct names member_names; /* roles of conflict rules: a number each, for maps of them */
	struct model_role_group *role_groups;
	size_t n_role_groups, max_role_groups;
	/* Numbers of users that are system accounts of the host, captured like the gids. */
	uint32_t *exempt;
	size_t n_exempt, max_exempt;

	const char *plan_name; /* NULL: no plan, everything is in force (P11) */
	struct model_plan_item *plan_items;
	size_t n_plan_items, max_plan_items;

	bool is_permissive, tells_user, root_is_owner;
	enum format_other other_services;
	struct ref other_permission;
	bool gate_takes_root; /* unknown_actor = "root" */
	struct ref gate_permission;
	/* Where each scalar was set; line 0: it was not. */
	struct place mode_place, tell_user_place, root_place, other_place, gate_place, plan_place;

	/* Worked out by the resolver. */
	uint32_t owner_role, manage_permission;
};

/* An empty policy with the defaults of rolegate.conf(5). */
void model_init(struct model *model);
void model_free(struct model *model);

/* Have names hashed with this seed; before the first of them. */
void model_set_seed(struct model *model, uint64_t seed);

/*
 * The number of a name, known or not: NAMES_NONE if memory ran out, which
 * model->arena.is_exhausted remembers.
 */
uint32_t model_permission(struct model *model, const char *name);
uint32_t model_role(struct model *model, const char *name);
uint32_t model_service(struct model *model, const char *name);
uint32_t model_department(struct model *model, const char *name);
uint32_t model_resource(struct model *model, const char *name);

/* Add one element to an array of the model, zeroed; NULL if memory ran out, which is remembered. */
struct model_catalog *model_add_catalog(struct model *model);
struct model_area *model_add_area(struct model *model);
struct model_cell *model_add_cell(struct model *model, struct model_role *role);
struct model_conflict *model_add_conflict(struct model *model);
struct model_role_group *model_add_role_group(struct model *model);
void model_add_exempt(struct model *model, uint32_t user);
struct model_plan_item *model_add_plan_item(struct model *model);
void model_add_ref(struct model *model, struct refs *refs, uint32_t id, struct place place);

/* The number of a suspended user, new or not; NAMES_NONE if memory ran out. *ret_is_new says which. */
uint32_t model_suspension(struct model *model, const char *name, bool *ret_is_new);

/* Add an assignment to a user, group or virtual user; NULL if memory ran out. */
struct model_assignment *model_add_assignment(struct model *model, struct model_holders *holders,
					      const char *name);

#endif
