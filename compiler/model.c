/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model.h"

#include <stdlib.h>
#include <string.h>

const char *model_capability_name(unsigned int i)
{
	static const char *const names[N_CAPABILITIES] = { "view", "create", "edit", "delete",
							   "manage" };

	return names[i];
}

void model_init(struct model *model)
{
	*model = (struct model){
		.tells_user = true,
		.root_is_owner = true,
		.other_services = FORMAT_OTHER_DENY,
		.uid_min = MODEL_UID_MIN,
		.mode_place = PLACE_NOWHERE,
		.tell_user_place = PLACE_NOWHERE,
		.root_place = PLACE_NOWHERE,
		.other_place = PLACE_NOWHERE,
		.gate_place = PLACE_NOWHERE,
		.plan_place = PLACE_NOWHERE,
		.other_permission = { .id = NAMES_NONE },
		.gate_permission = { .id = NAMES_NONE },
		.owner_role = NAMES_NONE,
		.manage_permission = NAMES_NONE,
	};
}

void model_set_seed(struct model *model, uint64_t seed)
{
	struct names *const all[] = {
		&model->catalog_names,	  &model->department_names, &model->resource_names,
		&model->permission_names, &model->role_names,	    &model->service_names,
		&model->users.names,	  &model->groups.names,	    &model->virtuals.names,
		&model->suspended_names,  &model->member_names,	    &model->name_sources,
	};

	model->seed = seed;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		all[i]->seed = seed;
}

static void free_holders(struct model_holders *holders)
{
	names_free(&holders->names);
	free(holders->list);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->role_names.n; i++) {
		struct model_role *role = &model->roles[i];

		free(role->bases.list);
		free(role->permissions.list);
		free(role->privileges.list);
		free(role->cells);
		free(role->own);
		free(role->closure);
	}
	for (size_t i = 0; i < model->service_names.n; i++)
		free(model->services[i].required.list);
	for (size_t i = 0; i < model->n_conflicts; i++)
		free(model->conflicts[i].roles.list);
	free_holders(&model->users);
	free_holders(&model->groups);
	free_holders(&model->virtuals);
	names_free(&model->suspended_names);
	names_free(&model->name_sources);
	free(model->suspended);
	free(model->virtual_roles.list);
	names_free(&model->catalog_names);
	names_free(&model->member_names);
	names_free(&model->department_names);
	names_free(&model->resource_names);
	names_free(&model->permission_names);
	names_free(&model->role_names);
	names_free(&model->service_names);
	free(model->wanted_catalogs.list);
	free(model->catalogs);
	free(model->areas);
	free(model->departments);
	free(model->resources);
	free(model->permissions);
	free(model->roles);
	free(model->services);
	free(model->assignments);
	free(model->default_roles.list);
	free(model->system_account_roles.list);
	free(model->conflicts);
	free(model->role_groups);
	free(model->exempt);
	free(model->plan_items);
	arena_free(&model->arena);
}

/*
 * Make room in *items for one more element and zero it. The pieces of a model grow in the same
 * way, whatever their type. Returns the element, or NULL if memory ran out.
 */
static void *add_element(struct model *model, void **items, size_t n, size_t *max, size_t item_size)
{
	void *grown = array_grow(*items, n, max, item_size);
	unsigned char *element;

	if (!grown) {
		model->arena.is_exhausted = true;
		return NULL;
	}
	*items = grown;
	element = (unsigned char *)grown + n * item_size;
	memset(element, 0, item_size);
	return element;
}

/*
 * The number of a name in a table of which items[number] belongs to it. A new name gets a zeroed item, and
 * *ret_is_new. The item's room is made first, so that a name never lacks its item.
 */
static uint32_t number_of(struct model *model, struct names *names, const char *name, void **items,
			  size_t *max, size_t item_size, bool *ret_is_new)
{
	size_t n_before = names->n;
	uint32_t id;

	*ret_is_new = false;
	if (!add_element(model, items, names->n, max, item_size))
		return NAMES_NONE;
	id = names_add(names, &model->arena, name);
	*ret_is_new = names->n > n_before;
	return id;
}

uint32_t model_permission(struct model *model, const char *name)
{
	void *items = model->permissions;
	bool is_new;
	uint32_t id = number_of(model, &model->permission_names, name, &items,
				&model->max_permissions, sizeof(*model->permissions), &is_new);

	model->permissions = items;
	if (id != NAMES_NONE && is_new) {
		model->permissions[id].name = model->permission_names.list[id];
		model->permissions[id].department = NAMES_NONE;
		model->permissions[id].place = PLACE_NOWHERE;
	}
	return id;
}

uint32_t model_role(struct model *model, const char *name)
{
	void *items = model->roles;
	bool is_new;
	uint32_t id = number_of(model, &model->role_names, name, &items, &model->max_roles,
				sizeof(*model->roles), &is_new);

	model->roles = items;
	if (id != NAMES_NONE && is_new)
		model->roles[id].name = model->role_names.list[id];
	return id;
}

uint32_t model_service(struct model *model, const char *name)
{
	void *items = model->services;
	bool is_new;
	uint32_t id = number_of(model, &model->service_names, name, &items, &model->max_services,
				sizeof(*model->services), &is_new);

	model->services = items;
	return id;
}

uint32_t model_department(struct model *model, const char *name)
{
	void *items = model->departments;
	bool is_new;
	uint32_t id = number_of(model, &model->department_names, name, &items,
				&model->max_departments, sizeof(*model->departments), &is_new);

	model->departments = items;
	if (id != NAMES_NONE && is_new) {
		model->departments[id].name = model->department_names.list[id];
		model->departments[id].first = NAMES_NONE;
	}
	return id;
}

uint32_t model_resource(struct model *model, const char *name)
{
	void *items = model->resources;
	bool is_new;
	uint32_t id = number_of(model, &model->resource_names, name, &items, &model->max_resources,
				sizeof(*model->resources), &is_new);

	model->resources = items;
	return id;
}

uint32_t model_suspension(struct model *model, const char *name, bool *ret_is_new)
{
	void *items = model->suspended;
	uint32_t id = number_of(model, &model->suspended_names, name, &items, &model->max_suspended,
				sizeof(*model->suspended), ret_is_new);

	model->suspended = items;
	return id;
}

struct model_catalog *model_add_catalog(struct model *model)
{
	void *items = model->catalogs;
	struct model_catalog *added =
		add_element(model, &items, model->n_catalogs, &model->max_catalogs, sizeof(*added));

	model->catalogs = items;
	model->n_catalogs += added != NULL;
	return added;
}

struct model_area *model_add_area(struct model *model)
{
	void *items = model->areas;
	struct model_area *added =
		add_element(model, &items, model->n_areas, &model->max_areas, sizeof(*added));

	model->areas = items;
	model->n_areas += added != NULL;
	return added;
}

struct model_cell *model_add_cell(struct model *model, struct model_role *role)
{
	void *items = role->cells;
	struct model_cell *added =
		add_element(model, &items, role->n_cells, &role->max_cells, sizeof(*added));

	role->cells = items;
	role->n_cells += added != NULL;
	model->n_all_cells += added != NULL;
	return added;
}

struct model_conflict *model_add_conflict(struct model *model)
{
	void *items = model->conflicts;
	struct model_conflict *added = add_element(model, &items, model->n_conflicts,
						   &model->max_conflicts, sizeof(*added));

	model->conflicts = items;
	model->n_conflicts += added != NULL;
	return added;
}

struct model_role_group *model_add_role_group(struct model *model)
{
	void *items = model->role_groups;
	struct model_role_group *added = add_element(model, &items, model->n_role_groups,
						     &model->max_role_groups, sizeof(*added));

	model->role_groups = items;
	model->n_role_groups += added != NULL;
	return added;
}

void model_add_exempt(struct model *model, uint32_t user)
{
	void *items = model->exempt;
	uint32_t *added =
		add_element(model, &items, model->n_exempt, &model->max_exempt, sizeof(*added));

	model->exempt = items;
	if (!added)
		return;
	*added = user;
	model->n_exempt++;
}

struct model_plan_item *model_add_plan_item(struct model *model)
{
	void *items = model->plan_items;
	struct model_plan_item *added = add_element(model, &items, model->n_plan_items,
						    &model->max_plan_items, sizeof(*added));

	model->plan_items = items;
	model->n_plan_items += added != NULL;
	return added;
}

void model_add_ref(struct model *model, struct refs *refs, uint32_t id, struct place place)
{
	void *items = refs->list;
	struct ref *added;

	if (id == NAMES_NONE)
		return;
	added = add_element(model, &items, refs->n, &refs->max, sizeof(*added));
	refs->list = items;
	if (!added)
		return;
	*added = (struct ref){ .id = id, .place = place };
	refs->n++;
}

struct model_assignment *model_add_assignment(struct model *model, struct model_holders *holders,
					      const char *name)
{
	void *list = holders->list, *items = model->assignments;
	uint32_t number = (uint32_t)model->n_assignments, id;
	struct model_assignment *added;
	struct model_holder *holder;
	bool is_new;

	id = number_of(model, &holders->names, name, &list, &holders->max, sizeof(*holders->list),
		       &is_new);
	holders->list = list;
	if (id == NAMES_NONE)
		return NULL;
	/* Until there is one: memory may run out before. */
	if (is_new)
		holders->list[id].first = NAMES_NONE;
	added = add_element(model, &items, model->n_assignments, &model->max_assignments,
			    sizeof(*added));
	model->assignments = items;
	if (!added)
		return NULL;
	model->n_assignments++;
	added->next = NAMES_NONE;
	holder = &holders->list[id];
	if (holder->n == 0)
		holder->first = number;
	else
		model->assignments[holder->last].next = number;
	holder->last = number;
	holder->n++;
	return added;
}
