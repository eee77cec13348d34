/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that what a policy names exists, and may be named there. */
#include <stdlib.h>
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

/* ---- The work of one question (D9) ---- */

/*
 * Instructions that a question takes for each thing that it looks at, in the worst case: an explanation on a policy that
 * is not in memory, measured by tests/bounded.sh and rounded up.
 *
 * GID          of the account, of which there may be 65536, where any group has assignments
 * GROUP        of the policy: its gid is compared with the account's
 * WEIGHED      a group whose assignments are read
 * MENTION      a role in an assignment
 * SET          an assignment of several roles
 * ROLE         that the account has, or a base of it; more where a conflict rule may block it
 * BASE         of such a role
 * MAP_BYTE     of what such a role grants, which is read up to three times
 * TEXT_BYTE    of its label and description, or of a conflict rule's name, which are read with it
 * RULE_ROLE    a role in a conflict rule; all rules are looked at three times
 * GROUP_BYTE   of the assignments of a weighed group, reasons included; a bucket has several groups
 */
#define WORK_START 5000000u
#define WORK_GID 80u
#define WORK_GIDS_MAX 65536u
#define WORK_GROUP 180u
#define WORK_WEIGHED 3600u
#define WORK_MENTION 70u
#define WORK_SET 1300u
#define WORK_ROLE 2600u
#define WORK_CONFLICT 800u
#define WORK_BASE 60u
#define WORK_MAP_BYTE 4u
#define WORK_TEXT_BYTE 3u
#define WORK_RULE_ROLE 60u
#define WORK_GROUP_BYTE 6u

/* What the assignments of one user or group, or of several, lead to. */
struct reach {
	uint64_t n_assignments, n_mentions, n_roles;
};

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * How many roles each role leads to, itself counted; a base that several others share counts for each, up to the number
 * of all roles. Circles end, and are reported later.
 */
static bool count_reach(const struct model *model, uint32_t *reach)
{
	size_t n = model->role_names.n;
	size_t *next = calloc(n + 1, sizeof(*next)), depth = 0;
	uint32_t *stack = calloc(n + 1, sizeof(*stack));

	for (uint32_t first = 0; next && stack && first < n; first++) {
		if (reach[first] > 0)
			continue;
		reach[first] = 1;
		stack[depth++] = first;
		while (depth > 0) {
			uint32_t role = stack[depth - 1], base;
			const struct refs *bases = &model->roles[role].bases;

			if (next[role] == bases->n) {
				for (size_t i = 0; i < bases->n; i++)
					reach[role] = (uint32_t)smaller(
						(uint64_t)reach[role] + reach[bases->list[i].id],
						n);
				depth--;
				continue;
			}
			base = bases->list[next[role]++].id;
			if (reach[base] > 0)
				continue;
			reach[base] = 1;
			stack[depth++] = base;
		}
	}
	free(stack);
	free(next);
	return next && stack;
}

static struct reach reach_of(const struct model *model, const struct model_holder *holder,
			     const uint32_t *reach)
{
	struct reach all = { 0 };

	for (uint32_t k = holder->first; k != NAMES_NONE; k = model->assignments[k].next) {
		const struct model_assignment *a = &model->assignments[k];

		all.n_assignments += a->n_roles > 1;
		all.n_mentions += a->n_roles;
		for (uint32_t i = 0; i < a->n_roles; i++)
			all.n_roles =
				smaller(all.n_roles + reach[a->roles[i]], model->role_names.n);
	}
	return all;
}

/* The larger of two in each respect. */
static struct reach larger(struct reach a, struct reach b)
{
	return (struct reach){
		.n_assignments = a.n_assignments > b.n_assignments ? a.n_assignments
								   : b.n_assignments,
		.n_mentions = a.n_mentions > b.n_mentions ? a.n_mentions : b.n_mentions,
		.n_roles = a.n_roles > b.n_roles ? a.n_roles : b.n_roles,
	};
}

/* The most that one user or virtual user can have by name. */
static struct reach reach_of_one(const struct model *model, const uint32_t *reach)
{
	const struct model_holders *const kinds[] = { &model->users, &model->virtuals };
	const struct refs *const defaults[] = { &model->default_roles, &model->system_account_roles,
						&model->virtual_roles };
	struct reach most = { 0 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < kinds[i]->names.n; k++)
			most = larger(most, reach_of(model, &kinds[i]->list[k], reach));
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		struct reach all = { .n_mentions = defaults[i]->n };

		for (size_t k = 0; k < defaults[i]->n; k++)
			all.n_roles += reach[defaults[i]->list[k].id];
		most = larger(most, all);
	}
	return most;
}

/* The most that groups can bring to one account, of which only so many are weighed (lib/holdings.c). */
static struct reach reach_of_groups(const struct model *model, const uint32_t *reach)
{
	uint64_t n_groups = smaller(model->groups.names.n, FORMAT_GROUPS_WEIGHED_MAX);
	struct reach most = { 0 }, all = { 0 };

	for (size_t i = 0; i < model->groups.names.n; i++) {
		struct reach one = reach_of(model, &model->groups.list[i], reach);

		most = larger(most, one);
		all.n_assignments += one.n_assignments;
		all.n_mentions += one.n_mentions;
		all.n_roles += one.n_roles;
	}
	all.n_assignments = smaller(all.n_assignments, n_groups * most.n_assignments);
	all.n_mentions = smaller(all.n_mentions, n_groups * most.n_mentions);
	all.n_roles = smaller(all.n_roles, n_groups * most.n_roles);
	return all;
}

/* Sizes are counted in steps of so many bytes. */
#define SIZE_STEP 64u
#define SIZE_STEPS (FORMAT_HOLDER_MAX / SIZE_STEP)

/* Bytes of assignments of the largest groups, as many as are weighed for one account. */
static uint64_t group_bytes(const struct model *model)
{
	uint32_t counts[SIZE_STEPS + 1] = { 0 };
	uint64_t bytes = 0, left = FORMAT_GROUPS_WEIGHED_MAX;

	for (size_t i = 0; i < model->groups.names.n; i++) {
		uint64_t size = 0;

		for (uint32_t k = model->groups.list[i].first; k != NAMES_NONE;
		     k = model->assignments[k].next)
			size += assignment_size(&model->assignments[k]);
		counts[smaller(size / SIZE_STEP, SIZE_STEPS)]++;
	}
	for (size_t step = SIZE_STEPS + 1; step-- > 0 && left > 0;) {
		uint64_t n = smaller(counts[step], left);

		bytes += n * (step + 1) * SIZE_STEP;
		left -= n;
	}
	return bytes;
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

/* Bytes of the texts of the roles that an account has, at most. */
static uint64_t text_bytes(const struct model *model, uint64_t n_roles)
{
	uint64_t all = 0, most = 0;

	for (size_t i = 0; i < model->role_names.n; i++) {
		const struct model_role *role = &model->roles[i];
		size_t n = length(role->name) + length(role->label) + length(role->colour) +
			   length(role->description) + length(role->catalog);

		all += n;
		most = n > most ? n : most;
	}
	return smaller(all, n_roles * most);
}

static uint64_t work_of_rules(const struct model *model)
{
	uint64_t work = 0;

	for (size_t i = 0; i < model->n_conflicts; i++)
		work += model->conflicts[i].roles.n * WORK_RULE_ROLE +
			length(model->conflicts[i].name) * WORK_TEXT_BYTE;
	return work;
}

/* At most so many instructions does a question take. */
static uint64_t work_of(const struct model *model, const uint32_t *reach)
{
	struct reach own = reach_of_one(model, reach), groups = reach_of_groups(model, reach);
	uint64_t n_groups = model->groups.names.n, n_map, n_roles, n_sets, n_bases = 0;
	uint64_t work = WORK_START;

	for (size_t i = 0; i < model->role_names.n; i++)
		n_bases += model->roles[i].bases.n;
	n_map = format_map_size((uint32_t)model->permission_names.n);
	n_roles = smaller(own.n_roles + groups.n_roles, model->role_names.n);
	n_sets = smaller(own.n_assignments + groups.n_assignments, FORMAT_SETS_MAX);
	if (n_groups > 0)
		work += (uint64_t)WORK_GIDS_MAX * WORK_GID + n_groups * WORK_GROUP +
			smaller(n_groups, FORMAT_GROUPS_WEIGHED_MAX) * WORK_WEIGHED;
	work += (own.n_mentions + groups.n_mentions) * WORK_MENTION;
	work += n_sets * (WORK_SET + n_map * WORK_MAP_BYTE / 3);
	work += n_roles * (WORK_ROLE + (model->n_conflicts > 0 ? WORK_CONFLICT : 0));
	work += n_roles * n_map * WORK_MAP_BYTE + text_bytes(model, n_roles) * WORK_TEXT_BYTE;
	work += work_of_rules(model);
	if (n_groups > 0)
		work += group_bytes(model) * WORK_GROUP_BYTE;
	return work + smaller(n_bases, n_roles * FORMAT_BASES_MAX) * WORK_BASE;
}

static void limit_work(struct resolving *r)
{
	const struct model *model = r->model;
	uint32_t *reach = calloc(model->role_names.n + 1, sizeof(*reach));
	uint64_t work;

	if (!reach || !count_reach(model, reach)) {
		r->report->is_out_of_memory = true;
		free(reach);
		return;
	}
	work = work_of(model, reach);
	free(reach);
	if (work > FORMAT_WORK_MAX)
		report_error(
			r->report, PLACE_NOWHERE,
			"a decision about one account can take %llu million instructions, at most %u million are "
			"possible (limit work): assign fewer roles to one user or group",
			(unsigned long long)work / 1000000, FORMAT_WORK_MAX / 1000000);
}

/* Memory for what roles grant, and the size of the file. */
static void limit_maps(struct resolving *r)
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
	limit_maps(r);
	limit_work(r);
	limit(r, r->sources->n, FORMAT_SOURCES_MAX, "source files");
	limit(r, model->n_catalogs, FORMAT_CATALOGS_MAX, "catalogs");
	limit(r, model->n_role_groups, FORMAT_ROLE_GROUPS_MAX, "roles seen as groups");
	limit_holders(r, &model->users);
	limit_holders(r, &model->groups);
	limit_holders(r, &model->virtuals);
	return r->report->n_errors == n_before;
}
