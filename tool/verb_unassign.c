/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unassign: takes roles from users and groups. */
#include <stdlib.h>

#include "assigning.h"
#include "managed_edit.h"
#include "standing.h"
#include "verbs.h"

/* What a command for one role can do about an assignment that is not in the managed file. */
static int refuse_given(const struct revision *revision, const struct assigning *a,
			const struct reach_grant *grant, const char *role)
{
	if (assigning_is_own(a, grant))
		return standing_refuse(revision->tool, revision->active, grant->place,
				       "%s%s is given %s there", assigning_kind(a), a->holder,
				       role);
	if (grant->source == ROLEGATE_STEP_GROUP)
		return tool_fail(
			revision->tool, EXIT_REFUSED, "through-group",
			"%s has %s through the group %s: `rolegate unassign --group %s %s` takes it from all "
			"of that group. Nothing was changed",
			a->holder, role, grant->group, grant->group, role);
	return standing_refuse(revision->tool, revision->active, grant->place,
			       "%s has %s by default, for want of an assignment (P3)", a->holder,
			       role);
}

/* Whether a role, or with NULL any, is given otherwise than by the managed file. */
static const struct reach_grant *find_foreign(const struct revision *revision,
					      const struct assigning *a, const struct reach *grants,
					      const uint32_t *role, bool is_any_source)
{
	for (size_t i = 0; i < grants->n; i++) {
		const struct reach_grant *grant = &grants->list[i];

		if (role && grant->role != *role)
			continue;
		if (!assigning_is_own(a, grant) && !is_any_source)
			continue;
		if (!assigning_is_own(a, grant) ||
		    !standing_is_managed(revision->active, grant->place))
			return grant;
	}
	return NULL;
}

static int unassign_role(struct revision *revision, const struct assigning *a,
			 const struct reach *grants, const char *name)
{
	const struct reach_grant *foreign;
	struct standing_role role;
	int status;

	status = standing_find_role(revision->tool, revision->active, name, &role);
	if (status != 0)
		return status;
	foreign = find_foreign(revision, a, grants, &role.id, false);
	if (foreign)
		return refuse_given(revision, a, foreign, name);
	if (managed_ungrant(revision->managed, a->is_group, a->holder, name) > 0) {
		revision->is_changed = true;
		revise_note(revision, "%s is taken from %s%s", name, assigning_kind(a), a->holder);
		foreign = find_foreign(revision, a, grants, &role.id, true);
		if (foreign && foreign->group)
			revise_note(revision, "%s still has it through the group %s", a->holder,
				    foreign->group);
		return EXIT_DONE;
	}
	foreign = find_foreign(revision, a, grants, &role.id, true);
	if (foreign)
		return refuse_given(revision, a, foreign, name);
	revise_note(revision, "%s%s does not have %s", assigning_kind(a), a->holder, name);
	return EXIT_DONE;
}

/* Everything that the managed file gives; what people's files give stays, and is named. */
static int unassign_all(struct revision *revision, const struct assigning *a,
			const struct reach *grants)
{
	const struct reach_grant *foreign = find_foreign(revision, a, grants, NULL, false);
	size_t n = managed_ungrant(revision->managed, a->is_group, a->holder, NULL);
	char *where;

	if (n == 0 && foreign)
		return standing_refuse(revision->tool, revision->active, foreign->place,
				       "the roles of %s%s are given there", assigning_kind(a),
				       a->holder);
	revision->is_changed = n > 0;
	if (n == 0)
		revise_note(revision, "%s%s is assigned nothing", assigning_kind(a), a->holder);
	else
		revise_note(revision, "%zu role%s taken from %s%s", n, n == 1 ? " is" : "s are",
			    assigning_kind(a), a->holder);
	if (!foreign)
		return EXIT_DONE;
	where = standing_where(revision->active, foreign->place);
	if (!where)
		return tool_out_of_memory(revision->tool);
	revise_note(revision, "what %s gives stays: rolegate changes no file that people write",
		    where);
	free(where);
	return EXIT_DONE;
}

/* P3: without an assignment, the default roles apply again. */
static void note_left(struct revision *revision, const struct assigning *a,
		      const struct reach *grants)
{
	size_t n_own = 0, n_left = 0;
	uint32_t id = names_find(&revision->managed->users.names, a->holder);

	if (!revision->is_changed || a->is_group)
		return;
	for (size_t i = 0; i < grants->n; i++)
		n_own += assigning_is_own(a, &grants->list[i]) &&
			 standing_is_managed(revision->active, grants->list[i].place);
	for (uint32_t i = id != NAMES_NONE ? revision->managed->users.list[id].first : NAMES_NONE;
	     i != NAMES_NONE; i = revision->managed->assignments[i].next)
		n_left += revision->managed->assignments[i].n_roles;
	if (n_left == 0 && n_own == grants->n)
		revise_note(revision, "%s has no assignment any more: the default roles apply (P3)",
			    a->holder);
}

static int edit_unassign(struct revision *revision, void *context)
{
	const struct assigning *a = context;
	struct account account;
	struct reach grants;
	int r, status = EXIT_DONE;

	r = assigning_find_grants(revision, a, &account, &grants);
	for (int i = 0; i < a->n_roles && r == 0 && status == EXIT_DONE; i++)
		status = unassign_role(revision, a, &grants, a->roles[i]);
	if (r == 0 && a->n_roles == 0)
		status = unassign_all(revision, a, &grants);
	if (r == 0 && status == EXIT_DONE)
		note_left(revision, a, &grants);
	reach_free(&grants);
	account_free(&account);
	return r < 0 ? tool_fail_errno(revision->tool, r, "reading assignments") : status;
}

int verb_unassign(struct tool *tool)
{
	struct assigning a;
	int status = assigning_read(tool, "unassign", 0, &a);

	return status ? status : assigning_run(tool, &a, edit_unassign);
}
