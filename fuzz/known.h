/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A catalog and a policy for targets that need some.
 */
#ifndef ROLEGATE_FUZZ_KNOWN_H
#define ROLEGATE_FUZZ_KNOWN_H

#include "compile.h"

/* The catalog "fuzz", as text. */
extern const char known_catalog[];

/* Write a policy on that catalog, with something of everything, as what was applied last. */
void known_apply(int fd);

#endif
