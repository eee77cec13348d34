/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records what the name service says of the users and groups of a policy when it is activated (P3): their uids and
 * gids, which name sources answered, and UID_MIN.
 */
#ifndef ROLEGATE_RECORDED_H
#define ROLEGATE_RECORDED_H

#include "tool.h"

/*
 * Complete a resolved model. What the active policy has recorded stays, but for the names that --accept or `assign`
 * names. Users, groups and name sources that are unknown, or have changed, become warnings of the report.
 *
 * Below --root only DIR's passwd and group are asked.
 *
 * Returns 0; -ENOMEM; or -errno: a file cannot be read.
 */
int recorded_fill(struct tool *tool, struct compiled *compiled);

/*
 * Call `each` for every user and group with assignments whose uid or gid in passwd or group is not the recorded
 * one, until it returns something other than 0, which is then returned. Directories are not asked: the work does
 * not grow with the users of the policy. Returns 0; what `each` returned; -ENOMEM; -EIO; or an error of the library.
 */
int recorded_each_changed(struct tool *tool, const struct rolegate_policy *policy,
			  int (*each)(void *context, bool is_group, const char *name,
				      uint32_t recorded, uint32_t now),
			  void *context);

/*
 * recorded_fill(), then capture_host(): all that this host adds to a model. Returns as these, or -EINVAL: see the
 * report.
 */
int recorded_complete(struct tool *tool, struct compiled *compiled);

#endif
