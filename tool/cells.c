/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cells.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

static const char view[] = ":view";

/* Whether DEPARTMENT:view is there, and derived: 1, 0 or an error. */
static int is_department(const struct rolegate_policy *policy, const char *name)
{
	char permission[FORMAT_NAME_MAX + 1];
	struct required required = { 0 };
	struct record record;
	struct cursor body;
	int r;

	if (snprintf(permission, sizeof(permission), "%s%s", name, view) >= (int)sizeof(permission))
		return 0;
	r = policy_find_name(policy, FORMAT_PERMISSIONS, permission, &record, &body);
	if (r > 0 && !policy_read_permission(policy, &body, &required))
		r = -EBADMSG;
	store_record_free(&record);
	return r > 0 ? (required.flags & FORMAT_PERMISSION_DERIVED) != 0 : r;
}

/* Find the five permissions of a resource. 1, 0 it has not all of them, or an error. */
static int find_ids(const struct rolegate_policy *policy, struct cells_resource *resource)
{
	int r = 1;

	for (unsigned int c = 0; c < N_CAPABILITIES && r > 0; c++) {
		char permission[FORMAT_NAME_MAX + 1];
		struct required required = { 0 };
		struct permission_info info;
		struct record record;
		struct cursor body;

		if (snprintf(permission, sizeof(permission), "%s:%s", resource->name,
			     model_capability_name(c)) >= (int)sizeof(permission))
			return 0;
		r = policy_find_name(policy, FORMAT_PERMISSIONS, permission, &record, &body);
		if (r > 0 && !policy_read_permission(policy, &body, &required))
			r = -EBADMSG;
		store_record_free(&record);
		if (r <= 0)
			break;
		resource->ids[c] = required.id;
		r = policy_load_permission_info(policy, required.id, &record, &info);
		if (r < 0)
			break;
		resource->reserved |= info.tier == FORMAT_TIER_OWNER ? 1u << c : 0;
		store_record_free(&record);
		r = 1;
	}
	return r;
}

/* Take a permission DEPARTMENT.RESOURCE:view as a sign of a resource. 1 it was one, 0, or an error. */
static int add_resource(const struct rolegate_policy *policy, struct cells *cells,
			const struct permission_info *info)
{
	size_t n = strlen(info->name), n_area = strlen(info->area);
	struct cells_resource resource = { .n_department = n_area }, *list;
	int r;

	if (info->flags & (FORMAT_PERMISSION_DERIVED | FORMAT_PERMISSION_CUSTOM) ||
	    n <= n_area + sizeof(view) || info->name[n_area] != '.' ||
	    strncmp(info->name, info->area, n_area) != 0 ||
	    strcmp(info->name + n - strlen(view), view) != 0)
		return 0;
	r = is_department(policy, info->area);
	if (r <= 0)
		return r;
	list = array_grow(cells->list, cells->n, &cells->max, sizeof(*list));
	if (!list)
		return -ENOMEM;
	cells->list = list;
	resource.name = strndup(info->name, n - strlen(view));
	if (!resource.name)
		return -ENOMEM;
	r = find_ids(policy, &resource);
	if (r > 0)
		list[cells->n++] = resource;
	else
		free(resource.name);
	return r;
}

static void note_places(struct cells *cells, uint32_t n_permissions)
{
	for (uint32_t i = 0; i < n_permissions; i++)
		cells->places[i] = (struct cells_place){ .resource = NAMES_NONE };
	for (size_t i = 0; i < cells->n; i++)
		for (unsigned int c = 0; c < N_CAPABILITIES; c++)
			cells->places[cells->list[i].ids[c]] =
				(struct cells_place){ .resource = (uint32_t)i, .capability = c };
}

int cells_load(const struct rolegate_policy *policy, struct cells *ret)
{
	uint32_t n = policy->head.n_permissions;
	int r = 0;

	*ret = (struct cells){ .places = calloc((size_t)n + 1, sizeof(*ret->places)) };
	if (!ret->places)
		return -ENOMEM;
	for (uint32_t i = 0; i < n && r >= 0; i++) {
		struct permission_info info;
		struct record record;

		r = policy_load_permission_info(policy, i, &record, &info);
		if (r < 0)
			return r;
		r = add_resource(policy, ret, &info);
		store_record_free(&record);
	}
	if (r < 0)
		return r;
	note_places(ret, n);
	return 0;
}

void cells_free(struct cells *cells)
{
	for (size_t i = 0; i < cells->n; i++)
		free(cells->list[i].name);
	free(cells->list);
	free(cells->places);
	*cells = (struct cells){ 0 };
}

bool cells_is_on(const struct cells_resource *resource, const char *on)
{
	if (!strcmp(resource->name, on))
		return true;
	return strlen(on) == resource->n_department &&
	       !strncmp(resource->name, on, resource->n_department);
}
