/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets one allocation or system call of the code under test fail.
 *
 * It stands in for malloc(3), calloc(3), realloc(3), reallocarray(3), strdup(3), strndup(3), asprintf(3), vasprintf(3),
 * open_memstream(3), and for open(2), stat(2), fstat(2), read(2), pread(2), write(2), lseek(2) and fsync(2), where our
 * own objects and tinycdb call them (the linker's --wrap); libconfig keeps its own. Which one fails, and how, is worked
 * out of the input, so that a finding is found again.
 */
#ifndef ROLEGATE_FUZZ_FAILING_H
#define ROLEGATE_FUZZ_FAILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many calls there were. */
struct failing_counts {
	uint64_t allocations, system_calls;
};

/*
 * What fails.
 *
 * is_system_call  of which of the two
 * nth             which of them, from 1 on; 0: none
 * kind            how, if it is a system call: an error that such a call can have or, of reading and writing, less than
 *                 was asked for; counted modulo the ways there are. An allocation has but one.
 */
struct failing_point {
	bool is_system_call;
	uint64_t nth;
	unsigned int kind;
};

#define FAILING_NONE ((struct failing_point){ 0 })

/* From here on count calls, and let one fail. */
void failing_start(struct failing_point point);

/* No more. Returns how many calls there were. */
struct failing_counts failing_stop(void);

/* Counts a system call that the target plays itself. Returns whether it is the one that fails. */
bool failing_is_due(void);

/* What of so many calls fails for an input, and how: for one input in four a system call, else an allocation. */
struct failing_point failing_choose(const uint8_t *data, size_t n, struct failing_counts counts);

#endif
