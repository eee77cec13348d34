/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells those that remember answers of NSS that memberships may have changed.
 */
#ifndef ROLEGATE_CACHES_H
#define ROLEGATE_CACHES_H

#include "tool.h"

/*
 * Have nscd and sssd, where they are installed and run, forget what they know of groups: after a
 * change of what is in force, and on the host only. What fails harms nobody for longer than they
 * remember, so it is only said.
 */
void caches_tell(struct tool *tool);

#endif
