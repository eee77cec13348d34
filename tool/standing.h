/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands under a name in the policy in force, with the file and line that say so.
 */
#ifndef ROLEGATE_STANDING_H
#define ROLEGATE_STANDING_H

#include "tool.h"

struct standing_role {
	uint32_t id;
	unsigned int flags; /* FORMAT_ROLE_* */
	struct place place;
};

struct standing_permission {
	uint32_t id;
	unsigned int flags; /* FORMAT_PERMISSION_* */
	enum format_tier tier;
};

/*
 * Find by name. 0; an exit status after tool_fail()'s words, also if there is no such thing: then with
 * the name that may have been meant.
 */
int standing_find_role(struct tool *tool, const struct rolegate_policy *policy, const char *name,
		       struct standing_role *ret);
int standing_find_permission(struct tool *tool, const struct rolegate_policy *policy,
			     const char *name, struct standing_permission *ret);

/* Whether there is a role of that name: 1 and *ret, 0, or an error of the library. */
int standing_has_role(const struct rolegate_policy *policy, const char *name,
		      struct standing_role *ret);

/* A role's name, on the heap. 0, or an error of the library. */
int standing_role_name(const struct rolegate_policy *policy, uint32_t id, char **ret);

/* The number of the file that rolegate writes itself; PLACE_NO_FILE if it was no source. */
uint32_t standing_managed_file(const struct rolegate_policy *policy);

/* Whether a place lies in that file. */
bool standing_is_managed(const struct rolegate_policy *policy, struct place place);

/* "FILE:LINE", on the heap; NULL if memory ran out. */
char *standing_where(const struct rolegate_policy *policy, struct place place);

/* Fail because a person's file says it (exit status 4): rolegate does not change those. */
int standing_refuse(struct tool *tool, const struct rolegate_policy *policy, struct place place,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
