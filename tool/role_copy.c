/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies a role, built in or custom, into one of the managed file's own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "managed_edit.h"
#include "role_change.h"
#include "standing.h"

struct copying {
	struct revision *revision;
	const char *to;
	unsigned char *own; /* map of what the original holds itself */
	bool is_owner; /* the catalog's owner role, what is reserved to which cannot be copied */
	size_t n_left_out;
	struct cells cells;
	unsigned int *can; /* by resource: what is copied as cells */
};

static struct model_role *copy_of(const struct copying *c)
{
	return managed_find_role(c->revision->managed, c->to);
}

/* ---- Permissions, one by one ---- */

/*
 * Copy what the original holds of one permission. A cell goes into the matrix, unless it is reserved:
 * such a one has to be named, and only a copy that is based on owner gets as far (P6).
 */
static void copy_permission(struct copying *c, uint32_t id, const struct permission_info *info)
{
	struct model *model = c->revision->managed;
	const struct cells_place *place = &c->cells.places[id];
	bool is_reserved = info->tier == FORMAT_TIER_OWNER;
	bool is_custom = info->flags & FORMAT_PERMISSION_CUSTOM;

	if (info->flags & FORMAT_PERMISSION_DERIVED)
		return; /* it comes with what it is derived from (P10) */
	if (is_reserved && c->is_owner) {
		c->n_left_out++;
	} else if (!is_reserved && place->resource != NAMES_NONE) {
		c->can[place->resource] |= 1u << place->capability;
	} else {
		uint32_t own = model_permission(model, info->name);

		if (own != NAMES_NONE)
			managed_add_ref(model,
					is_custom ? &copy_of(c)->privileges
						  : &copy_of(c)->permissions,
					own);
	}
}

static int copy_permissions(struct copying *c)
{
	const struct rolegate_policy *active = c->revision->active;
	int r = 0;

	for (uint32_t i = 0; i < active->head.n_permissions && r == 0; i++) {
		struct permission_info info;
		struct record record;

		if (!format_bit(c->own, i))
			continue;
		r = policy_load_permission_info(active, i, &record, &info);
		if (r < 0)
			break;
		copy_permission(c, i, &info);
		store_record_free(&record);
	}
	return r;
}

/* ---- The matrix ---- */

static bool is_same_department(const struct cells_resource *a, const struct cells_resource *b)
{
	return a->n_department == b->n_department && !strncmp(a->name, b->name, a->n_department);
}

/*
 * Whether one line for the whole department says the same as a line for each resource: what is
 * reserved is left out of such a line by itself. *ret_can gets its capabilities.
 */
static bool is_uniform(const struct copying *c, size_t first, unsigned int *ret_can)
{
	const struct cells_resource *list = c->cells.list;

	*ret_can = 0;
	for (size_t i = 0; i < c->cells.n; i++)
		if (is_same_department(&list[i], &list[first]))
			*ret_can |= c->can[i];
	for (size_t i = 0; i < c->cells.n; i++)
		if (is_same_department(&list[i], &list[first]) &&
		    c->can[i] != (*ret_can & ~list[i].reserved))
			return false;
	return true;
}

static int copy_cells(struct copying *c)
{
	struct model *model = c->revision->managed;
	const struct cells_resource *list = c->cells.list;

	for (size_t i = 0; i < c->cells.n; i++) {
		unsigned int can;
		bool is_seen = false;

		for (size_t k = 0; k < i && !is_seen; k++)
			is_seen = is_same_department(&list[k], &list[i]);
		if (is_uniform(c, i, &can)) {
			char *department = is_seen ? NULL
						   : strndup(list[i].name, list[i].n_department);

			if (!is_seen && !department)
				return -ENOMEM;
			if (department)
				managed_set_cell(model, copy_of(c), department, can);
			free(department);
		} else {
			managed_set_cell(model, copy_of(c), list[i].name, c->can[i]);
		}
	}
	return 0;
}

/* ---- The rest ---- */

/* Two roles of one label are hard to tell apart. */
static const char *copy_label(struct model *model, const char *label)
{
	char text[FORMAT_TEXT_MAX + 1];

	if (!*label)
		return "";
	if (snprintf(text, sizeof(text), "%s (copy)", label) >= (int)sizeof(text))
		return managed_text(model, label);
	return managed_text(model, text);
}

static int copy_info(struct copying *c, const struct role_info *info, unsigned int flags)
{
	struct model *model = c->revision->managed;
	const struct rolegate_policy *active = c->revision->active;
	struct model_role *role = managed_add_role(model, c->to);
	int r = 0;

	if (!role)
		return -ENOMEM;
	role->label = copy_label(model, info->label);
	role->colour = managed_text(model, info->colour);
	role->description = managed_text(model, info->description);
	role->needs_approval = flags & FORMAT_ROLE_NEEDS_APPROVAL;
	for (uint32_t i = 0; i < info->n_bases && r == 0; i++) {
		char *base = NULL;
		uint32_t id;

		r = standing_role_name(active, id_at(info->bases, i), &base);
		if (r < 0)
			break;
		id = model_role(model, base);
		free(base);
		if (id != NAMES_NONE)
			managed_add_ref(model, &copy_of(c)->bases, id);
	}
	return r;
}

static int copy(struct copying *c, const struct role_info *info, unsigned int flags)
{
	size_t n_map = format_map_size(c->revision->active->head.n_permissions);
	int r;

	c->is_owner = info->level == FORMAT_TIER_OWNER;
	c->own = malloc(n_map + 1);
	c->can = NULL;
	if (!c->own)
		return -ENOMEM;
	memcpy(c->own, info->own, n_map);
	r = cells_load(c->revision->active, &c->cells);
	if (r < 0)
		return r;
	c->can = calloc(c->cells.n + 1, sizeof(*c->can));
	if (!c->can)
		return -ENOMEM;
	r = copy_info(c, info, flags);
	if (r == 0)
		r = copy_permissions(c);
	return r == 0 ? copy_cells(c) : r;
}

int role_copy(struct revision *revision, const struct standing_role *from, const char *to,
	      size_t *ret_left_out)
{
	struct copying c = { .revision = revision, .to = to };
	struct role_info info;
	struct record record;
	int r;

	r = policy_load_role_info(revision->active, from->id, &record, &info);
	if (r < 0)
		return r;
	r = copy(&c, &info, from->flags);
	store_record_free(&record);
	*ret_left_out = c.n_left_out;
	cells_free(&c.cells);
	free(c.own);
	free(c.can);
	return r;
}
