/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts the sources in force: the one way by which a policy changes.
 */
#ifndef ROLEGATE_CHANGE_H
#define ROLEGATE_CHANGE_H

#include "tool.h"

/* What a change came to. */
struct change {
	uint64_t generation, parent;
	size_t n_warnings;
};

/*
 * Lock, compile, check the actor's authority and the invariants, and swap the policy in.
 *
 * why       for the history; may be empty
 * Returns:  EXIT_DONE and *ret; else the exit status, after saying why. Then the old policy is in
 *           force.
 */
int change_apply(struct tool *tool, const char *why, struct change *ret);

#endif
