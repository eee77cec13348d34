/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells whether the sources were touched since the policy in force was made of them.
 *
 * Only names, sizes and times are looked at: no source is opened, let alone read, in a process
 * that logs somebody in.
 */
#ifndef ROLEGATE_DRIFT_H
#define ROLEGATE_DRIFT_H

#include "rolegate.h"

/*
 * "same", "changed", or "unknown" where this process may not look.
 *
 * root  goes before each source's path; NULL on the host itself
 */
const char *drift_word(const struct rolegate_policy *policy, const char *root);

#endif
