/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts people off: the users and groups that this host or a root's files can name.
 *
 * A directory need not let itself be listed; what it keeps to itself is missing here.
 */
#ifndef ROLEGATE_CENSUS_H
#define ROLEGATE_CENSUS_H

#include "account.h"
#include "tool.h"

/*
 * Whether there is a user or group of that name: 1; 0 and a near miss, or ""; or -ENOMEM, -EIO. Below
 * a root without such a file nobody can tell, and everybody counts as known.
 */
int census_has(struct tool *tool, bool is_group, const char *name, char near[FORMAT_NAME_MAX + 1]);

/*
 * Call `each` for every user's name, until it returns something else than 0, which is then
 * returned.
 */
int census_each_user(struct tool *tool, int (*each)(void *context, const char *name),
		     void *context);

#endif
