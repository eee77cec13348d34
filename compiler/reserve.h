/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether there is memory for libconfig, which checks none of its allocations and dies in one that
 * fails.
 */
#ifndef ROLEGATE_RESERVE_H
#define ROLEGATE_RESERVE_H

#include <stdbool.h>

/*
 * Whether libconfig can parse a text now.
 *
 * It asks the kernel, under all limits that this process has, and gives back what it got. For a process
 * with one thread; where the kernel promises no more memory than it has (vm.overcommit_memory = 2),
 * another process may be quicker.
 */
bool reserve_has(const char *text);

#endif
