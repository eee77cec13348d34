/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that is certain to be there for libconfig, which checks none of its allocations and dies
 * in one that fails.
 */
#ifndef ROLEGATE_RESERVE_H
#define ROLEGATE_RESERVE_H

#include <stddef.h>

/*
 * What stays allocated while libconfig works: it lies above the memory that was made free for it,
 * and keeps libc from giving that back.
 */
struct reserve {
	void *lid;
};

/*
 * Make sure that libconfig can parse a text of n bytes.
 *
 * It holds for a C library that serves small allocations from what was freed before, as glibc does,
 * and for a process with one thread. Owner: reserve_end(). Returns 0 or -ENOMEM.
 */
int reserve_begin(struct reserve *reserve, size_t n);
void reserve_end(struct reserve *reserve);

#endif
