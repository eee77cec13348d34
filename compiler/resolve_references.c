/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that what a policy names exists, and may be named there. */
#include <string.h>

#include "resolve_internal.h"

/* The first words of a complaint about an unknown name, and the name that may have been meant. */
static void report_unknown(struct resolving *r, struct place place, const char *what,
			   const char *name, const char *best)
{
	if (best)
		report_error(r->report, place, "no %s is called \"%s\"; did you mean \"%s\"?", what,
			     name, best);
	else
		report_error(r->report, place,
			     "no %s is called \"%s\"; `rolegate catalog` lists what there is", what,
			     name);
}

static void check_role(struct resolving *r, uint32_t id, struct place place)
{
	const struct model *model = r->model;
	const char *name = model->roles[id].name, *best = NULL;
	unsigned int distance = 0;
	bool may_hint;

	if (model->roles[id].is_defined)
		return;
	may_hint = report_may_hint(r->report, model->role_names.n);
	for (size_t i = 0; may_hint && i < model->role_names.n; i++)
		if (model->roles[i].is_defined)
			names_consider(name, model->roles[i].name, &best, &distance);
	report_unknown(r, place, "role", name, best);
}

static void check_roles(struct resolving *r, const struct refs *refs)
{
	for (size_t i = 0; i < refs->n; i++)
		check_role(r, refs->list[i].id, refs->list[i].place);
}

/* Whether a permission exists; reports if not. */
static bool check_permission(struct resolving *r, const struct ref *ref)
{
	const struct model *model = r->model;
	const char *name = model->permissions[ref->id].name, *best = NULL;
	unsigned int distance = 0;
	bool may_hint;

	if (model->permissions[ref->id].kind != PERMISSION_UNDEFINED)
		return true;
	may_hint = report_may_hint(r->report, model->permission_names.n);
	for (size_t i = 0; may_hint && i < model->permission_names.n; i++)
		if (model->permissions[i].kind != PERMISSION_UNDEFINED)
			names_consider(name, model->permissions[i].name, &best, &distance);
	report_unknown(r, ref->place, "permission", name, best);
	return false;
}

void resolve_privileges(struct resolving *r)
{
	struct model *model = r->model;

	for (size_t i = 0; i < model->role_names.n; i++) {
		struct refs *privileges = &model->roles[i].privileges;
		size_t n = 0;

		for (size_t k = 0; k < privileges->n; k++) {
			const struct ref *ref = &privileges->list[k];
			struct model_permission *permission = &model->permissions[ref->id];

			if (permission->kind == PERMISSION_SYSTEM) {
				report_warning(
					r->report, ref->place,
					"privilege \"%s\" grants nothing: a permission of catalog \"%s\" has "
					"that name; list it under `permissions`, or choose another name (P5)",
					permission->name, permission->catalog);
				continue;
			}
			if (permission->kind == PERMISSION_UNDEFINED) {
				permission->kind = PERMISSION_CUSTOM;
				permission->place = ref->place;
				permission->area = permission->label = permission->description =
					permission->catalog = "";
			}
			privileges->list[n++] = *ref;
		}
		privileges->n = n;
	}
}

/* What a role lists under `permissions`. */
static void check_listed(struct resolving *r, const struct ref *ref)
{
	const struct model_permission *permission = &r->model->permissions[ref->id];

	if (!check_permission(r, ref))
		return;
	if (permission->kind == PERMISSION_CUSTOM)
		report_error(r->report, ref->place,
			     "\"%s\" is a custom privilege: list it under `privileges`",
			     permission->name);
	else if (permission->is_derived)
		report_error(
			r->report, ref->place,
			"\"%s\" cannot be given by itself: it comes with view on any resource of the department (P10)",
			permission->name);
}

static void check_role_references(struct resolving *r)
{
	const struct model *model = r->model;

	for (size_t i = 0; i < model->role_names.n; i++) {
		const struct model_role *role = &model->roles[i];

		check_roles(r, &role->bases);
		for (size_t k = 0; k < role->permissions.n; k++)
			check_listed(r, &role->permissions.list[k]);
		if (role->bases.n > FORMAT_BASES_MAX)
			report_error(r->report, role->place, "role \"%s\" has more than %u bases",
				     role->name, FORMAT_BASES_MAX);
	}
}

static void check_assignments(struct resolving *r)
{
	const struct model *model = r->model;

	for (size_t i = 0; i < model->n_assignments; i++)
		for (uint32_t k = 0; k < model->assignments[i].n_roles; k++)
			check_role(r, model->assignments[i].roles[k], model->assignments[i].place);
}

/* P6: exactly one owner role, of whichever catalog. */
static void find_owner_role(struct resolving *r)
{
	struct model *model = r->model;

	for (size_t i = 0; i < model->role_names.n; i++) {
		const struct model_role *role = &model->roles[i];

		if (!role->is_builtin || role->level != FORMAT_TIER_OWNER)
			continue;
		if (model->owner_role == NAMES_NONE)
			model->owner_role = (uint32_t)i;
		else
			report_error(
				r->report, role->place,
				"catalogs \"%s\" and \"%s\" both have an owner role: load only one of them",
				model->roles[model->owner_role].catalog, role->catalog);
	}
	if (model->owner_role == NAMES_NONE)
		report_error(
			r->report, PLACE_NOWHERE,
			"no loaded catalog has an owner role: add one such as \"workspace\" to `catalogs` "
			"(\"host\" alone is not enough)");
}

/* What a catalog means by it is the gate's permission, if the policy says no other; it has to exist all the same. */
static void find_gate(struct resolving *r, const struct model_catalog *catalog)
{
	const struct ref gate = { .id = model_permission(r->model, catalog->manage_passwords),
				  .place = catalog->place };

	if (r->model->gate_permission.id == NAMES_NONE)
		r->model->gate_permission = gate;
	else if (gate.id != NAMES_NONE && gate.id != r->model->gate_permission.id)
		check_permission(r, &gate);
}

/* The permission that means *manage roles*, and the default of the password gate's. */
static void find_meanings(struct resolving *r)
{
	struct model *model = r->model;
	const char *manages_roles = NULL;

	for (size_t i = 0; i < model->n_catalogs; i++) {
		const struct model_catalog *catalog = &model->catalogs[i];

		if (catalog->manage_roles && manages_roles)
			report_error(
				r->report, catalog->place,
				"two loaded catalogs say which permission manages roles: \"%s\" and \"%s\"",
				manages_roles, catalog->manage_roles);
		if (catalog->manage_roles)
			manages_roles = catalog->manage_roles;
		if (catalog->manage_passwords)
			find_gate(r, catalog);
		if (manages_roles && model->manage_permission == NAMES_NONE)
			model->manage_permission = model_permission(model, manages_roles);
	}
	if (!manages_roles)
		report_error(
			r->report, PLACE_NOWHERE,
			"no loaded catalog says which permission manages roles (`manage_roles`)");
	else
		check_permission(r, &(struct ref){ .id = model->manage_permission,
						   .place = PLACE_NOWHERE });
}

static void check_gate(struct resolving *r)
{
	const struct ref *gate = &r->model->gate_permission;
	const struct model_permission *permission;

	if (gate->id == NAMES_NONE) {
		report_error(
			r->report, PLACE_NOWHERE,
			"no loaded catalog says which permission manages passwords (`manage_passwords`), and "
			"password_gate names none");
		return;
	}
	permission = &r->model->permissions[gate->id];
	if (check_permission(r, gate) && permission->tier != FORMAT_TIER_OWNER)
		report_error(
			r->report, gate->place,
			"\"%s\" is not reserved to owners, and the passwords of others are for owners alone: name "
			"a permission of tier owner (G1)",
			permission->name);
}

/*
 * What only a catalog's service requires that the policy has an entry of its own for was checked nowhere, and would be in
 * the compiled policy without being anything.
 */
static void check_leftovers(struct resolving *r)
{
	const struct model *model = r->model;

	for (size_t i = 0; i < model->permission_names.n && r->report->n_errors == 0; i++)
		if (model->permissions[i].kind == PERMISSION_UNDEFINED)
			report_error(
				r->report, PLACE_NOWHERE,
				"a loaded catalog speaks of the permission \"%s\", which is defined nowhere: "
				"load the catalog that defines it, or make it a privilege of a role",
				model->permissions[i].name);
}

void resolve_references(struct resolving *r)
{
	struct model *model = r->model;

	find_owner_role(r);
	find_meanings(r);
	check_gate(r);
	check_role_references(r);
	check_assignments(r);
	check_roles(r, &model->default_roles);
	check_roles(r, &model->system_account_roles);
	check_roles(r, &model->virtual_roles);
	for (size_t i = 0; i < model->n_conflicts; i++)
		check_roles(r, &model->conflicts[i].roles);
	for (size_t i = 0; i < model->n_role_groups; i++)
		check_role(r, model->role_groups[i].role.id, model->role_groups[i].role.place);
	for (size_t i = 0; i < model->service_names.n; i++)
		for (size_t k = 0; k < model->services[i].required.n; k++)
			check_permission(r, &model->services[i].required.list[k]);
	if (model->other_permission.id != NAMES_NONE)
		check_permission(r, &model->other_permission);
	check_leftovers(r);
}

static void limit(struct resolving *r, size_t n, size_t most, const char *what)
{
	if (n > most)
		report_error(r->report, PLACE_NOWHERE, "%zu %s; at most %zu are possible", n, what,
			     most);
}

/* Bytes that an assignment takes in the compiled policy, at most. */
static size_t assignment_size(const struct model_assignment *assignment)
{
	return 32 + (assignment->why ? strlen(assignment->why) : 0) +
	       (assignment->approved_by ? strlen(assignment->approved_by) : 0) +
	       (size_t)assignment->n_roles * 4;
}

static void limit_holders(struct resolving *r, const struct model_holders *holders)
{
	const struct model *model = r->model;

	for (size_t i = 0; i < holders->names.n; i++) {
		const struct model_holder *holder = &holders->list[i];
		struct place place = model->assignments[holder->last].place;
		size_t size = 0;

		for (uint32_t k = holder->first; k != NAMES_NONE; k = model->assignments[k].next)
			size += assignment_size(&model->assignments[k]);
		if (holder->n > FORMAT_ASSIGNS_MAX)
			report_error(r->report, place,
				     "\"%s\" has %u assignments; at most %u are possible",
				     holders->names.list[i], holder->n, FORMAT_ASSIGNS_MAX);
		else if (size > FORMAT_HOLDER_MAX)
			report_error(
				r->report, place,
				"the assignments of \"%s\" take %zu bytes, reasons included; at most %u are possible",
				holders->names.list[i], size, FORMAT_HOLDER_MAX);
	}
}

/* D9: what bounds the work of one decision. */
static void limit_work(struct resolving *r)
{
	const struct model *model = r->model;
	size_t n_bases = 0, n_group_roles = 0;
	size_t n_map = format_map_size((uint32_t)model->permission_names.n);

	for (size_t i = 0; i < model->role_names.n; i++)
		n_bases += model->roles[i].bases.n;
	for (size_t i = 0; i < model->groups.names.n; i++)
		for (uint32_t k = model->groups.list[i].first; k != NAMES_NONE;
		     k = model->assignments[k].next)
			n_group_roles += model->assignments[k].n_roles;
	limit(r, n_bases, FORMAT_ALL_BASES_MAX, "bases of roles in all (limit all_bases)");
	limit(r, n_group_roles, FORMAT_GROUP_ROLES_MAX,
	      "roles in assignments to groups (limit group_roles)");
	limit(r, model->role_names.n * n_map, FORMAT_MAPS_MAX,
	      "bytes for what roles grant, which is roles times permissions by 8 (limit maps)");
}

bool resolve_limits(struct resolving *r)
{
	size_t n_before = r->report->n_errors;
	const struct model *model = r->model;
	size_t n_prefixes = 0;

	for (size_t i = 0; i < model->service_names.n; i++)
		n_prefixes += strchr(model->service_names.list[i], '*') != NULL;
	limit(r, n_prefixes, FORMAT_PREFIXES_MAX, "service patterns");
	limit(r, model->service_names.n, FORMAT_SERVICES_MAX, "services");
	limit(r, model->role_names.n, FORMAT_ROLES_MAX, "roles");
	limit(r, model->permission_names.n, FORMAT_PERMISSIONS_MAX, "permissions and privileges");
	limit(r, model->n_conflicts, FORMAT_CONFLICTS_MAX, "conflict rules");
	limit(r, model->member_names.n, FORMAT_MEMBERS_MAX, "roles in conflict rules");
	limit(r, model->n_plan_items, MODEL_PLAN_ITEMS_MAX, "lines in the plan");
	limit(r, model->n_all_cells, MODEL_CELLS_MAX, "lines in matrices");
	limit(r, model->default_roles.n, FORMAT_DEFAULTS_MAX, "default roles");
	limit(r, model->system_account_roles.n, FORMAT_DEFAULTS_MAX, "system account roles");
	limit(r, model->virtual_roles.n, FORMAT_DEFAULTS_MAX, "virtual roles");
	limit_work(r);
	limit(r, r->sources->n, FORMAT_SOURCES_MAX, "source files");
	limit(r, model->n_catalogs, FORMAT_CATALOGS_MAX, "catalogs");
	limit(r, model->n_role_groups, FORMAT_ROLE_GROUPS_MAX, "roles seen as groups");
	limit_holders(r, &model->users);
	limit_holders(r, &model->groups);
	limit_holders(r, &model->virtuals);
	return r->report->n_errors == n_before;
}
