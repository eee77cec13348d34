/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells whether the sources are those of the generation in force.
 */
#ifndef ROLEGATE_APPLIED_H
#define ROLEGATE_APPLIED_H

#include "tool.h"

/*
 * Compare: byte for byte where the generation's copies may be read, which is root's right, else by
 * their times.
 *
 * Returns "same", "changed", "broken" (they have errors) or "unknown" (this user may not look).
 */
const char *applied_sources(struct tool *tool, const struct rolegate_policy *policy);

#endif
