/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds what stands in the way of deleting a role (P8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "role_change.h"
#include "sheet.h"

/* Somewhere that names the role and that deleting it would leave without sense. */
struct use {
	uint32_t managed_file; /* whose own assignments are no hindrance */
	struct place place;
	char text[FORMAT_NAME_MAX + 64]; /* "" for none */
};

static bool is_among(const unsigned char *ids, uint32_t n, uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (id_at(ids, i) == id)
			return true;
	return false;
}

/* ---- Roles that are based on it ---- */

/* The names of all of them between commas, on the heap; "" for none. */
static int list_heirs(const struct rolegate_policy *policy, uint32_t role, char **ret)
{
	struct sheet sheet;
	FILE *to = sheet_open(&sheet);
	bool is_first = true;
	int r = to ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < policy->head.n_roles && r == 0; i++) {
		struct role_info info;
		struct record record;

		r = policy_load_role_info(policy, i, &record, &info);
		if (r < 0)
			break;
		if (is_among(info.bases, info.n_bases, role)) {
			fprintf(to, "%s%s", is_first ? "" : ", ", info.name);
			is_first = false;
		}
		store_record_free(&record);
	}
	*ret = sheet_close(&sheet, NULL);
	if (!*ret && r == 0)
		r = -ENOMEM;
	if (r < 0)
		free(*ret);
	return r;
}

static int check_heirs(struct revision *revision, const char *name, uint32_t role)
{
	char *heirs;
	int r = list_heirs(revision->active, role, &heirs), status = EXIT_DONE;

	if (r < 0)
		return tool_fail_errno(revision->tool, r, "reading roles");
	if (*heirs)
		status =
			tool_fail(revision->tool, EXIT_REFUSED, "role-in-use",
				  "`%s` is a base of %s (P8): delete what is based on it first, or "
				  "`rolegate role edit … --no-based-on %s`. Nothing was changed",
				  name, heirs, name);
	free(heirs);
	return status;
}

/* ---- What people's files say of it ---- */

static int find_default(const struct rolegate_policy *policy, uint32_t role, struct use *use)
{
	static const char *const keys[] = { "default_roles", "system_account_roles",
					    "virtual_roles" };
	struct assignment assignment;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && r == 0; i++) {
		if (!policy_read_assignment(policy, &c, &assignment)) {
			r = -EBADMSG;
		} else if (is_among(assignment.roles, assignment.n_roles, role)) {
			use->place = assignment.place;
			snprintf(use->text, sizeof(use->text), "one of %s", keys[i]);
		}
	}
	store_record_free(&record);
	return r;
}

static int find_conflict(const struct rolegate_policy *policy, uint32_t role, struct use *use)
{
	struct conflict conflict;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_conflicts(policy, &record, NULL, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &c, &conflict)) {
			r = -EBADMSG;
		} else if (is_among(conflict.roles, conflict.n_roles, role)) {
			use->place = conflict.place;
			snprintf(use->text, sizeof(use->text), "part of a conflict rule");
		}
	}
	store_record_free(&record);
	return r;
}

static int find_role_group(const struct rolegate_policy *policy, uint32_t role, struct use *use)
{
	struct role_group seen;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_role_groups(policy, &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_role_group(policy, &c, &seen)) {
			r = -EBADMSG;
		} else if (seen.role == role) {
			use->place = seen.place;
			snprintf(use->text, sizeof(use->text), "seen as the group %s", seen.group);
		}
	}
	store_record_free(&record);
	return r;
}

/* One holder's assignments that people wrote. */
static int look_at_holder(const struct rolegate_policy *policy, uint32_t role, const char *name,
			  struct cursor *body, struct use *use)
{
	uint32_t n = policy_read_n_assignments(body);
	struct assignment assignment;

	for (uint32_t i = 0; i < n; i++) {
		if (!policy_read_assignment(policy, body, &assignment))
			return -EBADMSG;
		if (!is_among(assignment.roles, assignment.n_roles, role) ||
		    assignment.place.file == use->managed_file)
			continue;
		use->place = assignment.place;
		snprintf(use->text, sizeof(use->text), "assigned to %s", name);
	}
	return 0;
}

static int find_assignment(const struct rolegate_policy *policy, char kind, uint32_t role,
			   struct use *use)
{
	uint32_t n = policy_buckets(policy, kind);
	struct cursor bucket, body;
	struct record record;
	const char *name;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0 && !*use->text; i++) {
		r = store_find(&policy->store, kind, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body))
			r = look_at_holder(policy, role, name, &body, use);
		store_record_free(&record);
	}
	return r;
}

int role_check_unused(struct revision *revision, const char *name, const struct standing_role *role)
{
	const struct rolegate_policy *active = revision->active;
	struct use use = { .managed_file = standing_managed_file(active) };
	int r, status;

	status = check_heirs(revision, name, role->id);
	if (status != EXIT_DONE)
		return status;
	r = find_default(active, role->id, &use);
	if (r == 0)
		r = find_conflict(active, role->id, &use);
	if (r == 0)
		r = find_role_group(active, role->id, &use);
	if (r == 0)
		r = find_assignment(active, FORMAT_GROUPS, role->id, &use);
	if (r == 0)
		r = find_assignment(active, FORMAT_USERS, role->id, &use);
	if (r == 0)
		r = find_assignment(active, FORMAT_VIRTUALS, role->id, &use);
	if (r < 0)
		return tool_fail_errno(revision->tool, r, "reading the policy");
	if (!*use.text)
		return EXIT_DONE;
	return standing_refuse(revision->tool, active, use.place, "the role %s is %s there", name,
			       use.text);
}
