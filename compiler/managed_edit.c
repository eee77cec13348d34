/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "managed_edit.h"

#include <stdlib.h>
#include <string.h>

/* What is new has no line yet; the writer asks only whether there is one. */
#define PLACE_NEW ((struct place){ .line = 1 })

/* ---- Roles ---- */

struct model_role *managed_find_role(const struct model *model, const char *name)
{
	uint32_t id = names_find(&model->role_names, name);

	return id != NAMES_NONE && model->roles[id].is_defined ? &model->roles[id] : NULL;
}

struct model_role *managed_add_role(struct model *model, const char *name)
{
	uint32_t id = model_role(model, name);
	struct model_role *role;

	if (id == NAMES_NONE)
		return NULL;
	role = &model->roles[id];
	role->is_defined = true;
	role->label = role->colour = role->description = role->catalog = "";
	role->place = PLACE_NEW;
	return role;
}

const char *managed_text(struct model *model, const char *text)
{
	const char *copy = arena_string(&model->arena, text, strlen(text));

	return copy ? copy : "";
}

void managed_remove_role(struct model *model, const char *name)
{
	struct model_role *role = managed_find_role(model, name);

	if (!role)
		return;
	role->is_defined = role->needs_approval = false;
	role->bases.n = role->permissions.n = role->privileges.n = 0;
	model->n_all_cells -= role->n_cells;
	role->n_cells = 0;
}

bool managed_add_ref(struct model *model, struct refs *refs, uint32_t id)
{
	size_t n = refs->n;

	for (size_t i = 0; i < n; i++)
		if (refs->list[i].id == id)
			return false;
	model_add_ref(model, refs, id, PLACE_NEW);
	return refs->n > n;
}

bool managed_remove_ref(struct refs *refs, uint32_t id)
{
	size_t n = 0, before = refs->n;

	for (size_t i = 0; i < before; i++)
		if (refs->list[i].id != id)
			refs->list[n++] = refs->list[i];
	refs->n = n;
	return n < before;
}

unsigned int managed_get_cell(const struct model_role *role, const char *on)
{
	unsigned int can = 0;

	for (size_t i = 0; i < role->n_cells; i++)
		if (!strcmp(role->cells[i].on, on))
			can |= role->cells[i].can;
	return can;
}

bool managed_set_cell(struct model *model, struct model_role *role, const char *on,
		      unsigned int can)
{
	unsigned int before = managed_get_cell(role, on);
	struct model_cell *added;
	size_t n = 0;

	if (before == can)
		return false;
	for (size_t i = 0; i < role->n_cells; i++)
		if (strcmp(role->cells[i].on, on) != 0)
			role->cells[n++] = role->cells[i];
	model->n_all_cells -= role->n_cells - n;
	role->n_cells = n;
	added = can ? model_add_cell(model, role) : NULL;
	if (added)
		*added = (struct model_cell){
			.on = managed_text(model, on),
			.can = can,
			.place = PLACE_NEW,
		};
	return true;
}

/* ---- Assignments ---- */

static struct model_holders *holders_of(struct model *model, bool is_group)
{
	return is_group ? &model->groups : &model->users;
}

/* The first assignment of a holder, or NAMES_NONE. */
static uint32_t first_of(const struct model_holders *holders, const char *name)
{
	uint32_t id = names_find(&holders->names, name);

	return id != NAMES_NONE ? holders->list[id].first : NAMES_NONE;
}

static bool gives(const struct model_assignment *assignment, uint32_t role)
{
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		if (assignment->roles[i] == role)
			return true;
	return false;
}

/* Returns how many times it was there. */
static size_t take_out(struct model_assignment *assignment, uint32_t role)
{
	uint32_t n = 0, before = assignment->n_roles;

	for (uint32_t i = 0; i < before; i++)
		if (assignment->roles[i] != role)
			assignment->roles[n++] = assignment->roles[i];
	assignment->n_roles = n;
	return before - n;
}

static bool put_in(struct model *model, struct model_assignment *assignment, uint32_t role)
{
	uint32_t n = assignment->n_roles;
	uint32_t *roles = arena_take(&model->arena, (n + 1) * sizeof(*roles));

	if (!roles)
		return false;
	if (n > 0)
		memcpy(roles, assignment->roles, n * sizeof(*roles));
	roles[n] = role;
	assignment->roles = roles;
	assignment->n_roles = n + 1;
	return true;
}

static bool is_same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

/* Whether one more role may stand in this assignment and mean what the grant says. */
static bool may_join(const struct model_assignment *assignment, const struct managed_grant *grant)
{
	return assignment->n_roles > 0 && assignment->n_roles < FORMAT_ASSIGN_ROLES_MAX &&
	       assignment->from == grant->from && assignment->until == grant->until &&
	       is_same_text(assignment->why, grant->why) &&
	       is_same_text(assignment->approved_by, grant->approved_by);
}

static void add_grant(struct model *model, const struct managed_grant *grant, uint32_t role)
{
	struct model_holders *holders = holders_of(model, grant->is_group);
	struct model_assignment *added;

	for (uint32_t i = first_of(holders, grant->holder); i != NAMES_NONE;
	     i = model->assignments[i].next)
		if (may_join(&model->assignments[i], grant)) {
			put_in(model, &model->assignments[i], role);
			return;
		}
	added = model_add_assignment(model, holders, grant->holder);
	if (!added)
		return;
	added->from = grant->from;
	added->until = grant->until;
	added->why = grant->why ? managed_text(model, grant->why) : NULL;
	added->approved_by = grant->approved_by ? managed_text(model, grant->approved_by) : NULL;
	added->place = PLACE_NEW;
	put_in(model, added, role);
}

bool managed_grant(struct model *model, const struct managed_grant *grant)
{
	const struct model_holders *holders = holders_of(model, grant->is_group);
	struct managed_grant whole = *grant;
	uint32_t role = model_role(model, grant->role);
	uint32_t first = first_of(holders, grant->holder);

	if (role == NAMES_NONE)
		return false;
	for (uint32_t i = first; i != NAMES_NONE; i = model->assignments[i].next) {
		const struct model_assignment *a = &model->assignments[i];

		if (gives(a, role) && a->from <= grant->from && a->until >= grant->until &&
		    (a->approved_by || !grant->approved_by))
			return false;
	}
	for (uint32_t i = first; i != NAMES_NONE; i = model->assignments[i].next) {
		struct model_assignment *a = &model->assignments[i];

		if (!gives(a, role) || a->from < grant->from || a->until > grant->until)
			continue;
		whole.why = whole.why ? whole.why : a->why;
		whole.approved_by = whole.approved_by ? whole.approved_by : a->approved_by;
		take_out(a, role);
	}
	add_grant(model, &whole, role);
	return true;
}

static size_t ungrant_holder(struct model *model, uint32_t first, uint32_t role)
{
	size_t n = 0;

	for (uint32_t i = first; i != NAMES_NONE; i = model->assignments[i].next) {
		struct model_assignment *a = &model->assignments[i];

		if (role != NAMES_NONE) {
			n += take_out(a, role);
		} else {
			n += a->n_roles;
			a->n_roles = 0;
		}
	}
	return n;
}

size_t managed_ungrant(struct model *model, bool is_group, const char *holder, const char *role)
{
	uint32_t id = role ? names_find(&model->role_names, role) : NAMES_NONE;
	size_t n = 0;

	if (role && id == NAMES_NONE)
		return 0;
	if (holder)
		return ungrant_holder(model, first_of(holders_of(model, is_group), holder), id);
	for (size_t i = 0; i < model->n_assignments; i++) {
		struct model_assignment *a = &model->assignments[i];

		n += id != NAMES_NONE ? take_out(a, id) : a->n_roles;
		a->n_roles = id != NAMES_NONE ? a->n_roles : 0;
	}
	return n;
}

size_t managed_approve(struct model *model, const char *user, const char *role, const char *by)
{
	uint32_t id = names_find(&model->role_names, role);
	size_t n = 0;

	if (id == NAMES_NONE)
		return 0;
	/* What is added while this goes on has its approval. */
	for (uint32_t i = first_of(&model->users, user); i != NAMES_NONE;
	     i = model->assignments[i].next) {
		struct model_assignment a = model->assignments[i];
		struct managed_grant grant = {
			.holder = user,
			.from = a.from,
			.until = a.until,
			.why = a.why,
			.approved_by = by,
		};

		if (a.approved_by || !gives(&a, id))
			continue;
		take_out(&model->assignments[i], id);
		add_grant(model, &grant, id);
		n++;
	}
	return n;
}

/* ---- Services ---- */

struct model_service *managed_find_service(const struct model *model, const char *name)
{
	uint32_t id = names_find(&model->service_names, name);

	return id != NAMES_NONE && model->services[id].place.line > 0 ? &model->services[id] : NULL;
}

struct model_service *managed_add_service(struct model *model, const char *name)
{
	uint32_t id = model_service(model, name);
	struct model_service *service;

	if (id == NAMES_NONE)
		return NULL;
	service = &model->services[id];
	if (service->place.line == 0) {
		service->require = FORMAT_REQUIRE_NOTHING;
		service->place = PLACE_NEW;
	}
	return service;
}

void managed_remove_service(struct model *model, const char *name)
{
	struct model_service *service = managed_find_service(model, name);

	if (!service)
		return;
	service->required.n = 0;
	service->flags = 0;
	service->place.line = 0;
}
