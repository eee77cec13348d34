/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares what two policies set besides roles, assignments and services: what only owners change
 * (A7).
 */
#ifndef ROLEGATE_SETTINGS_H
#define ROLEGATE_SETTINGS_H

#include "joint.h"

/*
 * Call `each` for every setting that comes to something else, with the key's name, and for
 * `conflicts` the rule's; until it returns something else than 0, which is then returned.
 *
 * A conflict rule counts as changed where it is gone or looser: another rule that is as strict,
 * over the same roles or more, stands in for it. Catalogs are compared by what they bring, for a
 * vendor's new version has the old name. `mode` is that of all services; `tell_user` gives nobody
 * anything, and is not asked.
 *
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO; or what `each` returned.
 */
int settings_compare(const struct joint *joint,
		     int (*each)(const char *key, const char *detail, void *context),
		     void *context);

/*
 * Call `each` for the conflict rules of one policy that the other has not, nor one as strict:
 * before, for what is gone or looser; after, for what is new or stricter. As settings_compare().
 */
int settings_compare_conflicts(const struct joint *joint, enum joint_side side,
			       int (*each)(const char *key, const char *detail, void *context),
			       void *context);

/* The text of a policy's other_services: "deny", "allow", or the permission. */
const char *settings_other(const struct joint *joint, enum joint_side side);

#endif
