/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Warns of what a policy means on this host and its text does not show: files of policy.d that are ignored, and services
 * that root can no longer use.
 */
#ifndef ROLEGATE_POLICY_NOTES_H
#define ROLEGATE_POLICY_NOTES_H

#include "tool.h"

/*
 * Call `each` for every file of policy.d that is no policy file, in byte order of the names, with the reason (a literal),
 * until it returns something other than 0, which is then returned. Returns 0; what `each` returned; or -errno.
 */
int policy_notes_each_ignored(struct tool *tool,
			      int (*each)(void *context, const char *path, const char *reason),
			      void *context);

/* Add the warnings to the report of a valid policy. 0 or -ENOMEM. */
int policy_notes_add(struct tool *tool, struct compiled *compiled);

#endif
