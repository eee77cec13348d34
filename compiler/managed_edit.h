/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes a model of the managed file: roles, who is given them, services.
 *
 * Words have to be fit for their purpose (words.h, managed_check_text()) and names to exist: that is
 * the caller's to check. Running out of memory is remembered in model->arena.is_exhausted, as by
 * everything in model.h.
 */
#ifndef ROLEGATE_MANAGED_EDIT_H
#define ROLEGATE_MANAGED_EDIT_H

#include "model.h"

/* ---- Roles ---- */

/* The role that the file defines under a name, or NULL. Valid until another role is named. */
struct model_role *managed_find_role(const struct model *model, const char *name);

/* Define a role, with everything off. NULL if memory ran out. */
struct model_role *managed_add_role(struct model *model, const char *name);

/* A copy of a text that lives as long as the model; "" if memory ran out. */
const char *managed_text(struct model *model, const char *text);

/* Take a role's definition away. Its assignments stay: managed_ungrant() takes those. */
void managed_remove_role(struct model *model, const char *name);

/*
 * Add a number to a list, unless it is there, or take it out. Return whether the list changed.
 */
bool managed_add_ref(struct model *model, struct refs *refs, uint32_t id);
bool managed_remove_ref(struct refs *refs, uint32_t id);

/*
 * Say what a role can do on a department or resource, instead of what its line on that said. 0 takes the
 * line away. Returns whether something changed.
 */
bool managed_set_cell(struct model *model, struct model_role *role, const char *on,
		      unsigned int can);

/* What a role's own line on a department or resource says, or 0. */
unsigned int managed_get_cell(const struct model_role *role, const char *on);

/* ---- Assignments ---- */

/* One role of one user or group. */
struct managed_grant {
	bool is_group;
	const char *holder, *role;
	int64_t from, until;	       /* FORMAT_ALWAYS, FORMAT_FOREVER */
	const char *why, *approved_by; /* NULL for none */
};

/*
 * Give a role, in the assignment of the same holder, times and words where there is one.
 *
 * What the file gave of this role in a part of that time is dropped as superfluous; an approval or a
 * reason that only stood there goes over to the new one.
 * Returns:  false if the file gave all of it already (and the approval), and nothing was changed.
 */
bool managed_grant(struct model *model, const struct managed_grant *grant);

/*
 * Take a role, or all with role NULL, from one holder, or from everybody with holder NULL (then
 * is_group says nothing). Returns how many were taken.
 */
size_t managed_ungrant(struct model *model, bool is_group, const char *holder, const char *role);

/*
 * Note who approved a role of a user (P9), in every assignment of the file that gives it to them without an
 * approval. Other roles that stood in the same assignment keep what they had. Returns how many.
 */
size_t managed_approve(struct model *model, const char *user, const char *role, const char *by);

/* ---- Services ---- */

/* The file's own entry for a service, or NULL. */
struct model_service *managed_find_service(const struct model *model, const char *name);

/* The same, added if there is none; it requires nothing. NULL if memory ran out. */
struct model_service *managed_add_service(struct model *model, const char *name);

/* Take the entry away. */
void managed_remove_service(struct model *model, const char *name);

#endif
