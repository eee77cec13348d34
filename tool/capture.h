/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Captures what an NSS module has to know of this host and cannot ask for: the gids of the groups
 * in role_groups, and which users are system accounts.
 *
 * Both come from /etc/group and /etc/passwd, of the host or of its --root. NSS is not asked: it
 * might answer by the policy in force, and know a group only because that policy lists it.
 */
#ifndef ROLEGATE_CAPTURE_H
#define ROLEGATE_CAPTURE_H

#include "tool.h"

/*
 * Complete a resolved model. A group that there is not, or that is root's, becomes an error of the
 * report; where a root has no /etc/group at all, all of them become warnings, and nobody will be
 * seen in them.
 *
 * Returns 0; -EINVAL the report says what is wrong; -ENOMEM; or -errno: a file cannot be read.
 */
int capture_host(struct tool *tool, struct compiled *compiled);

/*
 * Call `each` for every line of role_groups whose group has another gid now than when the policy
 * was applied, until it returns something else than 0, which is then returned.
 *
 * now       the gid that /etc/group says, or NULL: there is no such group. Where group->flags lacks
 *           FORMAT_SEEN_CAPTURED there was none when the policy was applied.
 * Owner:    both last for the call.
 * Returns:  0; what `each` returned; -EBADMSG, -ENOMEM, -EIO; or -errno: the file cannot be read.
 */
int capture_compare(struct tool *tool, const struct rolegate_policy *policy,
		    int (*each)(void *context, const struct role_group *group, const uint32_t *now),
		    void *context);

#endif
