/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Works out what each role holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "resolve_internal.h"

static void set_bit(unsigned char *map, uint32_t i)
{
	map[i / 8] = (unsigned char)(map[i / 8] | 1u << (i % 8));
}

/* ---- The order: bases before what is based on them (P2) ---- */

enum colour {
	WHITE, /* not met */
	GREY,  /* its bases are being looked at */
	BLACK, /* done */
};

struct visit {
	uint32_t role;
	size_t next; /* the next of its bases */
};

struct order {
	unsigned char *colours;
	struct visit *stack;
	size_t depth;
	uint32_t *done; /* roles, bases first */
	size_t n_done;
};

/* Say the whole way round: a, b, c, a. */
static void report_cycle(struct resolving *r, const struct order *order, uint32_t role)
{
	size_t start = order->depth, n = 1;
	const char *name;
	char *path, *end;

	do {
		start--;
		n += strlen(r->model->roles[order->stack[start].role].name) + 4;
	} while (order->stack[start].role != role);
	path = malloc(n + strlen(r->model->roles[role].name));
	if (!path) {
		r->report->is_out_of_memory = true;
		return;
	}
	end = path;
	for (size_t i = start; i < order->depth; i++) {
		name = r->model->roles[order->stack[i].role].name;
		end = stpcpy(stpcpy(end, name), " -> ");
	}
	strcpy(end, r->model->roles[role].name);
	report_error(r->report, r->model->roles[role].place,
		     "roles based on each other in a circle: %s (P2)", path);
	free(path);
}

/* Visit a role and all below it, without recursion: a cascade may be ten thousand deep. */
static void visit(struct resolving *r, struct order *order, uint32_t first)
{
	const struct model *model = r->model;

	order->stack[0] = (struct visit){ .role = first };
	order->depth = 1;
	order->colours[first] = GREY;
	while (order->depth > 0) {
		struct visit *top = &order->stack[order->depth - 1];
		const struct refs *bases = &model->roles[top->role].bases;
		uint32_t base;

		if (top->next == bases->n) {
			order->colours[top->role] = BLACK;
			order->done[order->n_done++] = top->role;
			order->depth--;
			continue;
		}
		base = bases->list[top->next++].id;
		if (order->colours[base] == GREY) {
			report_cycle(r, order, base);
		} else if (order->colours[base] == WHITE) {
			order->colours[base] = GREY;
			order->stack[order->depth++] = (struct visit){ .role = base };
		}
	}
}

static int find_order(struct resolving *r, struct order *order)
{
	size_t n = r->model->role_names.n;

	order->colours = calloc(n + 1, 1);
	order->stack = calloc(n + 1, sizeof(*order->stack));
	order->done = calloc(n + 1, sizeof(*order->done));
	if (!order->colours || !order->stack || !order->done)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		if (order->colours[i] == WHITE)
			visit(r, order, i);
	return 0;
}

/* ---- What a role holds by itself ---- */

/*
 * What a level gives: by tier, where the permission's catalog grants so, and to the two highest
 * all (P7). What is derived comes with what it is derived from (P10).
 */
static bool level_gives(enum format_tier level, const struct model_permission *permission)
{
	if (permission->is_derived)
		return false;
	if (level == FORMAT_TIER_OWNER)
		return true;
	if (level == FORMAT_TIER_ADMINISTRATOR)
		return permission->kind == PERMISSION_CUSTOM ||
		       permission->tier < FORMAT_TIER_OWNER;
	return permission->kind == PERMISSION_SYSTEM && permission->tier <= level &&
	       permission->is_by_tier;
}

/*
 * Give a role the cells of one resource. What is reserved to owners is left out: roles based on
 * owner inherit it, and "full" on a whole department means all of it that may be given. Where it
 * is named, check_reserved() complains.
 */
static void give_cells(struct resolving *r, struct model_role *role, const struct model_cell *cell,
		       const struct model_resource *resource)
{
	for (unsigned int c = 0; c < N_CAPABILITIES; c++) {
		bool is_reserved = r->model->permissions[resource->cells[c]].tier ==
				   FORMAT_TIER_OWNER;

		if (cell->can & 1u << c && (!is_reserved || role->level == FORMAT_TIER_OWNER))
			set_bit(role->own, resource->cells[c]);
	}
}

static void report_unknown_cell(struct resolving *r, const struct model_cell *cell)
{
	const struct model *model = r->model;
	const char *best = NULL;
	unsigned int distance = 0;
	bool may_hint =
		report_may_hint(r->report, model->department_names.n + model->resource_names.n);

	for (size_t i = 0; may_hint && i < model->department_names.n; i++)
		names_consider(cell->on, model->departments[i].name, &best, &distance);
	for (size_t i = 0; may_hint && i < model->resource_names.n; i++)
		names_consider(cell->on, model->resource_names.list[i], &best, &distance);
	report_error(r->report, cell->place,
		     "no department or department.resource is called \"%s\"%s%s%s", cell->on,
		     best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

static void give_matrix(struct resolving *r, struct model_role *role)
{
	const struct model *model = r->model;

	for (size_t i = 0; i < role->n_cells; i++) {
		const struct model_cell *cell = &role->cells[i];
		uint32_t resource = names_find(&model->resource_names, cell->on);
		uint32_t department = names_find(&model->department_names, cell->on);

		if (resource != NAMES_NONE)
			give_cells(r, role, cell, &model->resources[resource]);
		else if (department == NAMES_NONE)
			report_unknown_cell(r, cell);
		if (department == NAMES_NONE)
			continue;
		for (uint32_t k = model->departments[department].first; k != NAMES_NONE;
		     k = model->resources[k].next)
			give_cells(r, role, cell, &model->resources[k]);
	}
}

/*
 * P10: department:view for whoever holds view on any of its resources. Where the plan leaves some
 * views, only those count, for the derived permission is in force through them.
 */
static void derive_views(const struct model *model, unsigned char *map)
{
	for (size_t i = 0; i < model->resource_names.n; i++) {
		const struct model_resource *resource = &model->resources[i];
		uint32_t view = model->departments[resource->department].view;

		if (!format_bit(map, resource->cells[0]))
			continue;
		if (model->permissions[resource->cells[0]].in_force ||
		    !model->permissions[view].in_force)
			set_bit(map, view);
	}
}

static int give_own(struct resolving *r, struct model_role *role)
{
	const struct model *model = r->model;
	uint32_t n = (uint32_t)model->permission_names.n;

	role->own = calloc(format_map_size(n) + 1, 1);
	role->closure = calloc(format_map_size(n) + 1, 1);
	if (!role->own || !role->closure)
		return -ENOMEM;
	for (uint32_t i = 0; i < n && role->level != FORMAT_TIER_NONE; i++)
		if (level_gives(role->level, &model->permissions[i]))
			set_bit(role->own, i);
	for (size_t i = 0; i < role->permissions.n; i++)
		set_bit(role->own, role->permissions.list[i].id);
	for (size_t i = 0; i < role->privileges.n; i++)
		set_bit(role->own, role->privileges.list[i].id);
	give_matrix(r, role);
	derive_views(model, role->own);
	return 0;
}

/* ---- With its bases (P1) ---- */

/* Note for each role of a conflict rule that it is one; its heirs get it with the closure. */
static void mark_members(const struct model *model)
{
	for (uint32_t i = 0; i < model->member_names.n; i++) {
		uint32_t role = names_find(&model->role_names, model->member_names.list[i]);

		model->roles[role].members[i / 64] |= UINT64_C(1) << (i % 64);
	}
}

/* Likewise for each line of role_groups, whose role's holders are seen in a group. */
static void mark_seen(const struct model *model)
{
	for (size_t i = 0; i < model->n_role_groups; i++)
		model->roles[model->role_groups[i].role.id].seen[i / 64] |= UINT64_C(1) << (i % 64);
}

/* All that its bases hold, which is known already. */
static void inherit(const struct model *model, struct model_role *role)
{
	size_t n_map = format_map_size((uint32_t)model->permission_names.n);

	memcpy(role->closure, role->own, n_map);
	role->is_owner = role->level == FORMAT_TIER_OWNER;
	for (size_t i = 0; i < role->bases.n; i++) {
		const struct model_role *base = &model->roles[role->bases.list[i].id];

		role->is_owner = role->is_owner || base->is_owner;
		for (size_t k = 0; k < n_map; k++)
			role->closure[k] |= base->closure[k];
		for (size_t k = 0; k < MODEL_MEMBER_WORDS; k++)
			role->members[k] |= base->members[k];
		for (size_t k = 0; k < MODEL_SEEN_WORDS; k++)
			role->seen[k] |= base->seen[k];
	}
}

/* ---- What is reserved to owners (P6) ---- */

static void report_reserved(struct resolving *r, struct place place, const char *permission)
{
	report_error(
		r->report, place,
		"\"%s\" is reserved to owners: only the owner role and roles based on it hold it (P6)",
		permission);
}

/* A permission or a resource that is named in a role which is neither owner nor based on it. */
static void check_reserved(struct resolving *r, const struct model_role *role)
{
	const struct model *model = r->model;

	for (size_t i = 0; i < role->permissions.n && !role->is_owner; i++) {
		const struct ref *ref = &role->permissions.list[i];

		if (model->permissions[ref->id].tier == FORMAT_TIER_OWNER)
			report_reserved(r, ref->place, model->permissions[ref->id].name);
	}
	for (size_t i = 0; i < role->n_cells && !role->is_owner; i++) {
		const struct model_cell *cell = &role->cells[i];
		uint32_t resource = names_find(&model->resource_names, cell->on);

		for (unsigned int c = 0; c < N_CAPABILITIES && resource != NAMES_NONE; c++) {
			const struct model_permission *permission =
				&model->permissions[model->resources[resource].cells[c]];

			if (cell->can & 1u << c && permission->tier == FORMAT_TIER_OWNER)
				report_reserved(r, cell->place, permission->name);
		}
	}
}

/* ---- What looks like a mistake ---- */

/* What a line of a matrix comes to on one resource, everything that the role holds considered. */
static void judge_cell(const struct model_role *role, const struct model_cell *cell,
		       const struct model_resource *resource, bool *lacks_view, bool *keeps_some)
{
	for (unsigned int c = 0; c < N_CAPABILITIES; c++) {
		if (!format_bit(role->closure, resource->cells[c]))
			continue;
		*keeps_some = true;
		if (cell->can & 1u << c && !format_bit(role->closure, resource->cells[0]))
			*lacks_view = true;
	}
}

/* P10: a capability without view, and a `none` that takes nothing away. */
static void warn_cell(struct resolving *r, const struct model_role *role,
		      const struct model_cell *cell)
{
	const struct model *model = r->model;
	uint32_t resource = names_find(&model->resource_names, cell->on);
	uint32_t department = names_find(&model->department_names, cell->on);
	bool lacks_view = false, keeps_some = false;

	if (resource != NAMES_NONE)
		judge_cell(role, cell, &model->resources[resource], &lacks_view, &keeps_some);
	if (department != NAMES_NONE)
		for (uint32_t k = model->departments[department].first; k != NAMES_NONE;
		     k = model->resources[k].next)
			judge_cell(role, cell, &model->resources[k], &lacks_view, &keeps_some);
	if (lacks_view)
		report_warning(r->report, cell->place,
			       "\"%s\" can do things to %s that it cannot view: add \"view\" (P10)",
			       role->name, cell->on);
	if (cell->can == 0 && keeps_some)
		report_warning(
			r->report, cell->place,
			"`none` takes nothing away: \"%s\" still holds something on %s, from its bases or "
			"another line",
			role->name, cell->on);
}

void resolve_map_rule(const struct model *model, const struct model_conflict *rule,
		      uint64_t map[MODEL_MEMBER_WORDS])
{
	memset(map, 0, MODEL_MEMBER_WORDS * sizeof(*map));
	for (size_t i = 0; i < rule->roles.n; i++) {
		uint32_t id =
			names_find(&model->member_names, model->roles[rule->roles.list[i].id].name);

		map[id / 64] |= UINT64_C(1) << (id % 64);
	}
}

unsigned int resolve_count_common(const uint64_t *a, const uint64_t *b)
{
	unsigned int n = 0;

	for (size_t i = 0; i < MODEL_MEMBER_WORDS; i++)
		n += (unsigned int)__builtin_popcountll(a[i] & b[i]);
	return n;
}

/* A6: whoever gets such a role holds too much by that alone. */
static void warn_conflicts(struct resolving *r)
{
	const struct model *model = r->model;
	unsigned int *counts = calloc(model->role_names.n + 1, sizeof(*counts));

	if (!counts) {
		r->report->is_out_of_memory = true;
		return;
	}
	/* Most roles have too few of all rules' roles for any of them. */
	for (size_t k = 0; k < model->role_names.n; k++)
		counts[k] = resolve_count_common(model->roles[k].members, model->roles[k].members);
	for (size_t i = 0; i < model->n_conflicts; i++) {
		const struct model_conflict *rule = &model->conflicts[i];
		uint64_t map[MODEL_MEMBER_WORDS];

		resolve_map_rule(model, rule, map);
		for (size_t k = 0; k < model->role_names.n; k++) {
			const struct model_role *role = &model->roles[k];
			unsigned int n = counts[k] > rule->at_most
						 ? resolve_count_common(role->members, map)
						 : 0;

			if (n > rule->at_most)
				report_warning(
					r->report, role->place,
					"role \"%s\" holds %u roles of the conflict \"%s\" by itself, which allows "
					"%u: it will not give their permissions to anybody (A6)",
					role->name, n, rule->name, rule->at_most);
		}
	}
	free(counts);
}

int resolve_roles(struct resolving *r)
{
	struct model *model = r->model;
	struct order order = { 0 };
	int result;

	result = find_order(r, &order);
	for (size_t i = 0; i < model->role_names.n && result == 0; i++)
		result = give_own(r, &model->roles[i]);
	if (result == 0) {
		mark_members(model);
		mark_seen(model);
	}
	for (size_t i = 0; i < order.n_done && result == 0; i++)
		inherit(model, &model->roles[order.done[i]]);
	for (size_t i = 0; i < model->role_names.n && result == 0; i++) {
		check_reserved(r, &model->roles[i]);
		for (size_t k = 0; k < model->roles[i].n_cells; k++)
			warn_cell(r, &model->roles[i], &model->roles[i].cells[k]);
	}
	if (result == 0)
		warn_conflicts(r);
	free(order.colours);
	free(order.stack);
	free(order.done);
	return result;
}
