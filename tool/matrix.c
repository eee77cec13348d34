/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lays out the rows of the table of `matrix`. */
#include "matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const matrix_capabilities[MATRIX_CAPABILITIES] = { "view", "create", "edit", "delete",
							       "manage" };

int matrix_split(const struct roster *roster, uint32_t permission, const char **ret_resource,
		 size_t *ret_n_resource)
{
	const struct permission_info *info = &roster->permissions[permission].info;
	size_t n_area = strlen(info->area);
	const char *colon = strrchr(info->name, ':');

	if (info->flags & FORMAT_PERMISSION_CUSTOM || !colon ||
	    strncmp(info->name, info->area, n_area) != 0 || info->name[n_area] != '.' ||
	    colon <= info->name + n_area + 1)
		return -1;
	*ret_resource = info->name + n_area + 1;
	*ret_n_resource = (size_t)(colon - *ret_resource);
	for (unsigned int i = 0; i < MATRIX_CAPABILITIES; i++)
		if (!strcmp(colon + 1, matrix_capabilities[i]))
			return (int)i;
	return -1;
}

bool matrix_is_department(const struct roster *roster, uint32_t permission)
{
	const struct permission_info *info = &roster->permissions[permission].info;

	if (info->flags & FORMAT_PERMISSION_CUSTOM)
		return false;
	/*
	 * Its own derived permission comes first in the area, as it stands where the department
	 * does.
	 */
	for (uint32_t i = 0; i < roster->n_permissions; i++) {
		uint32_t id = roster->permission_order[i];

		if (roster_is_same_area(roster, id, permission))
			return roster->permissions[id].info.flags & FORMAT_PERMISSION_DERIVED;
	}
	return false;
}

static struct matrix_row *add_row(struct matrix *matrix, enum matrix_kind kind, const char *name,
				  size_t n_name, const char *label)
{
	struct matrix_row *row = &matrix->rows[matrix->n_rows++];

	row->kind = kind;
	row->name = name;
	row->n_name = n_name;
	row->label = label;
	for (unsigned int i = 0; i < MATRIX_CAPABILITIES; i++)
		row->permissions[i] = ROSTER_NONE;
	return row;
}

static void add_permission(struct matrix *matrix, uint32_t id)
{
	const struct permission_info *info = &matrix->roster->permissions[id].info;
	struct matrix_row *row;

	row = add_row(matrix, MATRIX_PERMISSION, info->name, strlen(info->name), info->label);
	row->permissions[0] = id;
}

/* Add the permissions [from, to) of the order, which are one area. */
static void add_area(struct matrix *matrix, uint32_t from, uint32_t to)
{
	const uint32_t *order = matrix->roster->permission_order;
	const char *name = roster_area(matrix->roster, order[from]);

	add_row(matrix, MATRIX_AREA, name, strlen(name), "");
	for (uint32_t i = from; i < to; i++)
		add_permission(matrix, order[i]);
}

/* Add a capability to its resource's row, which is the last one or a new one. */
static void add_cell(struct matrix *matrix, size_t department, uint32_t id)
{
	struct matrix_row *row = &matrix->rows[matrix->n_rows - 1];
	const char *label = matrix->roster->permissions[id].info.label, *resource;
	int capability;
	size_t n;

	capability = matrix_split(matrix->roster, id, &resource, &n);
	if (capability < 0) /* the department's own view follows from the others */
		return;
	if (row->kind != MATRIX_RESOURCE || row->n_name != n ||
	    memcmp(row->name, resource, n) != 0) {
		row = add_row(matrix, MATRIX_RESOURCE, resource, n, label);
		matrix->rows[department].n_resources++;
	}
	row->permissions[capability] = id;
}

static void add_department(struct matrix *matrix, uint32_t from, uint32_t to)
{
	const uint32_t *order = matrix->roster->permission_order;
	const struct permission_info *info = &matrix->roster->permissions[order[from]].info;
	size_t department = matrix->n_rows;
	enum matrix_kind before = department > 0 ? matrix->rows[department - 1].kind : MATRIX_AREA;

	if (before != MATRIX_DEPARTMENT && before != MATRIX_RESOURCE) {
		add_row(matrix, MATRIX_HEADING, "departments", strlen("departments"), "");
		department++;
	}
	add_row(matrix, MATRIX_DEPARTMENT, info->area, strlen(info->area), info->label);
	for (uint32_t i = from; i < to; i++)
		add_cell(matrix, department, order[i]);
}

int matrix_init(struct matrix *matrix, const struct roster *roster, const uint32_t *roles,
		size_t n_roles)
{
	const uint32_t *order = roster->permission_order;

	*matrix = (struct matrix){ .roster = roster, .roles = roles, .n_roles = n_roles };
	/* At most two headings come with each permission. */
	matrix->rows = calloc((size_t)roster->n_permissions * 3 + 1, sizeof(*matrix->rows));
	if (!matrix->rows)
		return -ENOMEM;
	for (uint32_t from = 0, to; from < roster->n_permissions; from = to) {
		for (to = from + 1; to < roster->n_permissions; to++)
			if (!roster_is_same_area(roster, order[from], order[to]))
				break;
		if (matrix_is_department(roster, order[from]))
			add_department(matrix, from, to);
		else
			add_area(matrix, from, to);
	}
	return 0;
}

void matrix_free(struct matrix *matrix)
{
	free(matrix->rows);
}
