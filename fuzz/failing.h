/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets one allocation of the code under test fail.
 *
 * It stands in for malloc(3), calloc(3), realloc(3), reallocarray(3), strdup(3), strndup(3), asprintf(3), vasprintf(3)
 * and open_memstream(3) where our own objects and tinycdb call them (the linker's --wrap); libconfig keeps its own.
 * Which one fails is worked out of the input, so that a finding is found again.
 */
#ifndef ROLEGATE_FUZZ_FAILING_H
#define ROLEGATE_FUZZ_FAILING_H

#include <stddef.h>
#include <stdint.h>

/* From here on count allocations, and let the n-th fail; 0: none. */
void failing_start(uint64_t nth);

/* No more. Returns how many there were. */
uint64_t failing_stop(void);

/* Which of so many allocations fails for an input: from 1 on. 0 if there are none. */
uint64_t failing_choose(const uint8_t *data, size_t n, uint64_t n_allocations);

#endif
