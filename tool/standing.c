/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "standing.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "managed.h"
#include "names.h"

/* ---- Roles ---- */

/* Go through all roles; near (may be NULL) gets the name that may have been meant. */
static int look_for_role(const struct rolegate_policy *policy, const char *name,
			 struct standing_role *ret, char near[FORMAT_NAME_MAX + 1])
{
	const char *best = NULL;
	unsigned int distance = 0;

	for (uint32_t id = 0; id < policy->head.n_roles; id++) {
		struct role_info info;
		struct record record;
		bool is_it;
		int r = policy_load_role_info(policy, id, &record, &info);

		if (r < 0)
			return r;
		is_it = !strcmp(info.name, name);
		*ret = (struct standing_role){ .id = id, .place = info.place };
		if (near) {
			best = *near ? near : NULL;
			names_consider(name, info.name, &best, &distance);
			if (best && best != near)
				snprintf(near, FORMAT_NAME_MAX + 1, "%s", best);
		}
		store_record_free(&record);
		if (is_it)
			return 1;
	}
	return 0;
}

static int load_flags(const struct rolegate_policy *policy, struct standing_role *role)
{
	struct record record;
	struct role loaded;
	int r = policy_load_role(policy, role->id, &record, &loaded);

	if (r < 0)
		return r;
	role->flags = loaded.flags;
	store_record_free(&record);
	return 1;
}

int standing_has_role(const struct rolegate_policy *policy, const char *name,
		      struct standing_role *ret)
{
	int r = look_for_role(policy, name, ret, NULL);

	return r > 0 ? load_flags(policy, ret) : r;
}

int standing_find_role(struct tool *tool, const struct rolegate_policy *policy, const char *name,
		       struct standing_role *ret)
{
	char near[FORMAT_NAME_MAX + 1] = "";
	int r = look_for_role(policy, name, ret, near);

	if (r > 0)
		r = load_flags(policy, ret);
	if (r < 0)
		return tool_fail_errno(tool, r, "reading roles");
	if (r > 0)
		return 0;
	return tool_fail(tool, EXIT_USAGE, "unknown-role", "no role is called `%s`%s%s%s", name,
			 *near ? ", did you mean `" : "; `rolegate role list` lists them", near,
			 *near ? "`?" : "");
}

int standing_role_name(const struct rolegate_policy *policy, uint32_t id, char **ret)
{
	struct role_info info;
	struct record record;
	int r = policy_load_role_info(policy, id, &record, &info);

	if (r < 0)
		return r;
	*ret = strdup(info.name);
	store_record_free(&record);
	return *ret ? 0 : -ENOMEM;
}

/* ---- Permissions ---- */

static int load_permission(const struct rolegate_policy *policy, const char *name,
			   struct standing_permission *ret)
{
	struct permission_info info;
	struct required required = { 0 };
	struct record record;
	struct cursor body;
	int r;

	r = policy_find_name(policy, FORMAT_PERMISSIONS, name, &record, &body);
	if (r > 0 && !policy_read_permission(policy, &body, &required))
		r = -EBADMSG;
	store_record_free(&record);
	if (r <= 0)
		return r;
	r = policy_load_permission_info(policy, required.id, &record, &info);
	if (r < 0)
		return r;
	*ret = (struct standing_permission){
		.id = required.id,
		.flags = required.flags,
		.tier = info.tier,
	};
	store_record_free(&record);
	return 1;
}

int standing_find_permission(struct tool *tool, const struct rolegate_policy *policy,
			     const char *name, struct standing_permission *ret)
{
	char near[FORMAT_NAME_MAX + 1] = "";
	int r = load_permission(policy, name, ret);

	if (r == 0)
		r = tool_know_permission(policy, name, near);
	if (r < 0)
		return tool_fail_errno(tool, r, "reading permissions");
	if (r > 0)
		return 0;
	return tool_fail(tool, EXIT_USAGE, "unknown-permission",
			 "no permission is called `%s`%s%s%s", name,
			 *near ? ", did you mean `" : "; `rolegate catalog NAME` lists them", near,
			 *near ? "`?" : "");
}

/* ---- Places ---- */

uint32_t standing_managed_file(const struct rolegate_policy *policy)
{
	uint32_t n, managed = PLACE_NO_FILE;
	struct rolegate_source source;
	struct record record;
	struct cursor c;

	if (policy_load_sources(policy, &record, &c, &n) < 0)
		return PLACE_NO_FILE;
	for (uint32_t i = 0; i < n && policy_read_source(&c, &source); i++)
		if (!strcmp(source.path, MANAGED_PATH))
			managed = i;
	store_record_free(&record);
	return managed;
}

bool standing_is_managed(const struct rolegate_policy *policy, struct place place)
{
	return place.line > 0 && place.file == standing_managed_file(policy);
}

char *standing_where(const struct rolegate_policy *policy, struct place place)
{
	char *path = tool_source_path(policy, place.file), *where;
	int n;

	if (!path)
		return strdup("the policy");
	n = asprintf(&where, "%s:%u", path, place.line);
	free(path);
	return n < 0 ? NULL : where;
}

int standing_refuse(struct tool *tool, const struct rolegate_policy *policy, struct place place,
		    const char *format, ...)
{
	char *where = standing_where(policy, place), *what = NULL;
	va_list arguments;
	int n, status;

	va_start(arguments, format);
	n = vasprintf(&what, format, arguments);
	va_end(arguments);
	if (n < 0 || !where)
		status = tool_out_of_memory(tool);
	else
		status = tool_fail(
			tool, EXIT_REFUSED, "written-by-a-person",
			"%s: %s, and rolegate changes no file that people write; edit it there, "
			"then `rolegate apply`. Nothing was changed",
			where, what);
	if (n >= 0)
		free(what);
	free(where);
	return status;
}
