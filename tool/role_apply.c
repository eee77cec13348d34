/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Does to a role what the options of `role create`, `copy` and `edit` say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "role_change.h"

/* ---- Words ---- */

static void set_text(struct role_editing *e, const char **to, const char *text)
{
	if (!text || !strcmp(*to, text))
		return;
	*to = managed_text(e->revision->managed, text);
	e->revision->is_changed = true;
}

static void apply_texts(struct role_editing *e)
{
	const struct options *options = &e->tool->options;
	struct model_role *role = role_get(e);

	set_text(e, &role->label, options->label);
	set_text(e, &role->colour, options->colour);
	set_text(e, &role->description, options->description);
	if (options->needs_approval &&
	    role->needs_approval != !strcmp(options->needs_approval, "yes")) {
		role->needs_approval = !role->needs_approval;
		e->revision->is_changed = true;
	}
}

/* ---- Bases ---- */

static int change_base(struct role_editing *e, const char *base, bool is_added)
{
	struct standing_role role;
	int status = standing_find_role(e->tool, e->revision->active, base, &role);
	uint32_t id;

	if (status != 0)
		return status;
	id = model_role(e->revision->managed, base);
	if (id == NAMES_NONE)
		return EXIT_DONE;
	if (is_added ? managed_add_ref(e->revision->managed, &role_get(e)->bases, id)
		     : managed_remove_ref(&role_get(e)->bases, id))
		e->revision->is_changed = true;
	return EXIT_DONE;
}

static int apply_bases(struct role_editing *e)
{
	const struct options *options = &e->tool->options;
	int status = EXIT_DONE;

	for (size_t i = 0; i < options->no_based_on.n && status == EXIT_DONE; i++)
		status = change_base(e, options->no_based_on.items[i], false);
	for (size_t i = 0; i < options->based_on.n && status == EXIT_DONE; i++)
		status = change_base(e, options->based_on.items[i], true);
	return status;
}

/*
 * Look for a base, as it is in force, of which is_it() says so. 1 and *ret its name, on the heap; 0;
 * or an error of the library.
 */
static int find_base(const struct role_editing *e,
		     bool (*is_it)(const struct role *role, const void *context),
		     const void *context, char **ret)
{
	const struct model *model = e->revision->managed;
	const struct refs *bases = &role_get(e)->bases;
	int r = 0;

	for (size_t i = 0; i < bases->n && r == 0; i++) {
		const char *name = model->role_names.list[bases->list[i].id];
		struct standing_role standing;
		struct record record;
		struct role role;

		r = standing_has_role(e->revision->active, name, &standing);
		if (r <= 0)
			continue;
		r = policy_load_role(e->revision->active, standing.id, &record, &role);
		if (r < 0)
			break;
		r = is_it(&role, context);
		if (r > 0) {
			*ret = strdup(name);
			r = *ret ? 1 : -ENOMEM;
		}
		store_record_free(&record);
	}
	return r;
}

static bool is_owners(const struct role *role, const void *context)
{
	(void)context;
	return role->flags & FORMAT_ROLE_OWNER;
}

static bool holds(const struct role *role, const void *context)
{
	const uint32_t *permission = context;

	return format_bit(role->closure, *permission);
}

/* P6: what is reserved to owners goes only into roles that are based on one. */
int role_check_reserved(struct role_editing *e, const char *permission)
{
	char *base = NULL;
	int r = find_base(e, is_owners, NULL, &base);

	free(base);
	if (r < 0)
		return tool_fail_errno(e->tool, r, "reading roles");
	if (r > 0)
		return EXIT_DONE;
	return tool_fail(
		e->tool, EXIT_REFUSED, "reserved",
		"`%s` is reserved to owners: only the owner role and roles based on it hold it (P6). "
		"Nothing was changed",
		permission);
}

/* Complain if a base gives what is to be taken away: nothing here can stop that. */
int role_check_inherited(struct role_editing *e, const char *what, uint32_t permission)
{
	char *base = NULL;
	int r = find_base(e, holds, &permission, &base), status;

	if (r <= 0)
		return r < 0 ? tool_fail_errno(e->tool, r, "reading roles") : EXIT_DONE;
	status = tool_fail(
		e->tool, EXIT_REFUSED, "inherited",
		"`%s` has `%s` from `%s`, on which it is based: take the base away (--no-based-on %s) and "
		"grant what is to stay. Nothing was changed",
		e->name, what, base, base);
	free(base);
	return status;
}

/* ---- Permissions ---- */

static int grant(struct role_editing *e, const char *name)
{
	struct standing_permission permission;
	int status = standing_find_permission(e->tool, e->revision->active, name, &permission);
	uint32_t id;

	if (status != 0)
		return status;
	if (permission.flags & FORMAT_PERMISSION_CUSTOM)
		return tool_fail(e->tool, EXIT_USAGE, "custom-privilege",
				 "`%s` is a custom privilege: give it with --privilege %s", name,
				 name);
	if (permission.flags & FORMAT_PERMISSION_DERIVED)
		return tool_fail(
			e->tool, EXIT_USAGE, "derived-permission",
			"`%s` cannot be given by itself: it comes with view on any resource of the "
			"department (P10), as by --on",
			name);
	status = permission.tier == FORMAT_TIER_OWNER ? role_check_reserved(e, name) : EXIT_DONE;
	id = status == EXIT_DONE ? model_permission(e->revision->managed, name) : NAMES_NONE;
	if (id != NAMES_NONE &&
	    managed_add_ref(e->revision->managed, &role_get(e)->permissions, id))
		e->revision->is_changed = true;
	return status;
}

static int revoke(struct role_editing *e, const char *name)
{
	struct standing_permission permission;
	const struct cells_place *place;
	int status = standing_find_permission(e->tool, e->revision->active, name, &permission);
	uint32_t id;

	if (status != 0)
		return status;
	if (permission.flags & FORMAT_PERMISSION_CUSTOM)
		return tool_fail(e->tool, EXIT_USAGE, "custom-privilege",
				 "`%s` is a custom privilege: take it with --unprivilege %s", name,
				 name);
	id = names_find(&e->revision->managed->permission_names, name);
	if (id != NAMES_NONE && managed_remove_ref(&role_get(e)->permissions, id))
		e->revision->is_changed = true;
	place = &e->cells.places[permission.id];
	if (place->resource != NAMES_NONE)
		status = role_revoke_cell(e, place);
	return status == EXIT_DONE ? role_check_inherited(e, name, permission.id) : status;
}

/* Find a name among the permissions in force: 1 and *ret, 0 there is none, or an error. */
static int find_name(const struct role_editing *e, const char *name, struct required *ret)
{
	struct record record;
	struct cursor body;
	int r = policy_find_name(e->revision->active, FORMAT_PERMISSIONS, name, &record, &body);

	if (r > 0 && !policy_read_permission(e->revision->active, &body, ret))
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

static int add_privilege(struct role_editing *e, const char *name)
{
	uint32_t id = model_permission(e->revision->managed, name);
	struct required required;
	int r = find_name(e, name, &required);

	if (r < 0)
		return tool_fail_errno(e->tool, r, "reading permissions");
	if (id != NAMES_NONE && managed_add_ref(e->revision->managed, &role_get(e)->privileges, id))
		e->revision->is_changed = true;
	if (r > 0 && !(required.flags & FORMAT_PERMISSION_CUSTOM))
		revise_note(
			e->revision,
			"the privilege %s grants nothing: a system permission has that name (P5)",
			name);
	return EXIT_DONE;
}

static int remove_privilege(struct role_editing *e, const char *name)
{
	uint32_t id = names_find(&e->revision->managed->permission_names, name);
	struct required required;
	int r = find_name(e, name, &required);

	if (r < 0)
		return tool_fail_errno(e->tool, r, "reading permissions");
	if (id != NAMES_NONE && managed_remove_ref(&role_get(e)->privileges, id))
		e->revision->is_changed = true;
	/* A name that a catalog has is no privilege, whoever holds it. */
	if (r == 0 || !(required.flags & FORMAT_PERMISSION_CUSTOM))
		return EXIT_DONE;
	return role_check_inherited(e, name, required.id);
}

/* ---- All of them ---- */

int role_apply_options(struct revision *revision, const char *name)
{
	struct role_editing e = { .revision = revision, .tool = revision->tool, .name = name };
	const struct options *options = &revision->tool->options;
	const struct {
		const struct option_list *list;
		int (*apply)(struct role_editing *e, const char *item);
	} steps[] = {
		{ &options->revoke, revoke },
		{ &options->grant, grant },
		{ &options->unprivilege, remove_privilege },
		{ &options->privilege, add_privilege },
		{ &options->on, role_apply_cell },
	};
	int r, status;

	r = cells_load(revision->active, &e.cells);
	if (r < 0) {
		status = tool_fail_errno(revision->tool, r, "reading permissions");
	} else {
		apply_texts(&e);
		status = apply_bases(&e);
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		for (size_t k = 0; k < steps[i].list->n && status == EXIT_DONE; k++)
			status = steps[i].apply(&e, steps[i].list->items[k]);
	cells_free(&e.cells);
	return status;
}
