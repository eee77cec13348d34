/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps of changing a role, each for one thing that a command asks for.
 */
#ifndef ROLEGATE_ROLE_CHANGE_H
#define ROLEGATE_ROLE_CHANGE_H

#include "cells.h"
#include "managed_edit.h"
#include "revise.h"
#include "standing.h"

/*
 * Define a role of the managed file as a copy of one that is in force: words, bases, permissions,
 * matrix. What is reserved to owners is left out of a copy of the owner role (P6).
 *
 * Returns 0 and how many permissions were left out, or an error of the library.
 */
int role_copy(struct revision *revision, const struct standing_role *from, const char *to,
	      size_t *ret_left_out);

/*
 * Check the words and matrix lines of the options, before anything is locked. 0, or the exit status after
 * a complaint.
 */
int role_check_options(struct tool *tool, const char *verb);

/*
 * Do to a role of the managed file what the options say. EXIT_DONE, also where there was nothing to
 * change; else the exit status after saying why.
 */
int role_apply_options(struct revision *revision, const char *name);

/* A role of the managed file under work. */
struct role_editing {
	struct revision *revision;
	struct tool *tool;
	const char *name;
	struct cells cells;
};

/* The role itself. Asked for each time: naming another role may move them all. */
static inline struct model_role *role_get(const struct role_editing *e)
{
	return managed_find_role(e->revision->managed, e->name);
}

/* P6: what is reserved to owners goes only into roles that are based on one. EXIT_DONE or the status. */
int role_check_reserved(struct role_editing *e, const char *permission);

/*
 * Complain if a base gives what is to be taken away, for nothing here can stop that.
 *
 * what  the words of the command for it
 */
int role_check_inherited(struct role_editing *e, const char *what, uint32_t permission);

/*
 * Cut a line as crm=view,edit in two. NULL, or what it has to be.
 *
 * ret_on   on the heap; may be set also where something is wrong
 * ret_can  CAN_* bits
 */
const char *role_read_cell(const char *text, char **ret_on, unsigned int *ret_can);

/* Do what one --on says, or take one cell away. EXIT_DONE or the status after saying why. */
int role_apply_cell(struct role_editing *e, const char *text);
int role_revoke_cell(struct role_editing *e, const struct cells_place *place);

/* Find a role that may be deleted, or say what stands in the way (P4, P8). EXIT_DONE or the status. */
int role_check_unused(struct revision *revision, const char *name,
		      const struct standing_role *role);

#endif
