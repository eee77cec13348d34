/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sees to it that somebody stays who can act as an owner (A4).
 */
#ifndef ROLEGATE_OWNERS_H
#define ROLEGATE_OWNERS_H

#include "tool.h"

/*
 * Whether a policy has a usable owner: a user assigned the owner role with no end and no start to
 * come, known to the system, neither locked nor expired, and really given what owners hold.
 *
 * Returns EXIT_DONE, else EXIT_REFUSED or EXIT_SYSTEM after saying why.
 */
int owners_check(struct tool *tool, const struct rolegate_policy *candidate);

#endif
