/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists the members of an OS group, as far as groups can be enumerated.
 */
#ifndef ROLEGATE_MEMBERS_H
#define ROLEGATE_MEMBERS_H

#include "tool.h"

/*
 * Call `each` for those whom a group lists as its members; below a root also for those whose
 * primary group it is, which a host would have to be asked about user by user. Until `each` returns
 * something else than 0, which is then returned.
 *
 * Returns:  0, also if there is no such group; -ENOMEM; -EIO the system could not say.
 */
int members_each(struct tool *tool, const char *group, int (*each)(const char *name, void *context),
		 void *context);

#endif
