/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of `matrix`: roles across, permissions or departments down.
 */
#ifndef ROLEGATE_MATRIX_H
#define ROLEGATE_MATRIX_H

#include "output.h"
#include "roster.h"

/* Capabilities of a department's resource (P10), in their usual order. */
#define MATRIX_CAPABILITIES 5u

extern const char *const matrix_capabilities[MATRIX_CAPABILITIES];

/* What a row is. */
enum matrix_kind {
	MATRIX_AREA,	   /* the heading of an area's permissions */
	MATRIX_PERMISSION, /* one permission */
	MATRIX_HEADING,	   /* the heading of departments */
	MATRIX_DEPARTMENT, /* a whole department */
	MATRIX_RESOURCE,   /* one resource of it */
};

/*
 * name, label  of what the row shows; name is n_name bytes long
 * permissions  ids: the permission; or the resource's, by capability, ROSTER_NONE for none
 * n_resources  of a department: they are the rows that follow it
 */
struct matrix_row {
	enum matrix_kind kind;
	const char *name, *label;
	size_t n_name;
	uint32_t permissions[MATRIX_CAPABILITIES];
	size_t n_resources;
};

struct matrix {
	const struct roster *roster;
	const uint32_t *roles; /* the columns: ids of roles */
	size_t n_roles;
	struct matrix_row *rows;
	size_t n_rows;
};

/*
 * Lay the rows out.
 *
 * Returns:  0 or -ENOMEM.
 * Owner:    matrix_free(), always.
 */
int matrix_init(struct matrix *matrix, const struct roster *roster, const uint32_t *roles,
		size_t n_roles);
void matrix_free(struct matrix *matrix);

/*
 * Split the name of a department's permission, which is DEPARTMENT.RESOURCE:CAPABILITY.
 *
 * Returns:  the capability's number; -1 if it is no such permission.
 */
int matrix_split(const struct roster *roster, uint32_t permission, const char **ret_resource,
		 size_t *ret_n_resource);

/*
 * Whether a permission's area is a department: it has a permission that is held through others
 * (P10).
 */
bool matrix_is_department(const struct roster *roster, uint32_t permission);

/* Print the table, as wide as the output and in blocks of columns where that does not suffice. */
int matrix_print(const struct matrix *matrix, const struct output *output);

#endif
