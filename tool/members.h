/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists the members of an OS group, as far as groups can be enumerated.
 */
#ifndef ROLEGATE_MEMBERS_H
#define ROLEGATE_MEMBERS_H

#include "tool.h"

/*
 * Call `each` for those whom a group lists as its members, and for those whose primary group it is
 * by passwd(5); of a directory's users nobody says which these are. Somebody may come twice. Until
 * `each` returns something else than 0, which is then returned.
 *
 * Returns:  0, also if there is no such group; -ENOMEM; -EIO the system could not say.
 */
int members_each(struct tool *tool, const char *group, int (*each)(void *context, const char *name),
		 void *context);

#endif
