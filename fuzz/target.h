/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets share: a file in memory, and questions to whatever policy came of the
 * input.
 */
#ifndef ROLEGATE_FUZZ_TARGET_H
#define ROLEGATE_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

#include "rolegate.h"

/* The entry point that libFuzzer and replay_main.c call. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* An empty file in memory that the library trusts. Ends the program if there is none to be had. */
int target_make_file(void);

/* Verdicts of one run, one behind the other. */
#define TARGET_VERDICTS_MAX 256u

struct target_verdicts {
	size_t n;
	unsigned char list[TARGET_VERDICTS_MAX];
};

/*
 * Ask everything there is to ask about a few fixed names, and of `name` as each of them.
 *
 * name       from the input, or NULL
 * must_work  the policy was written by the compiler, so that no answer may be an error
 * verdicts   those of rolegate_decide() are put behind those that are there
 *
 * Aborts if an answer is outside of what rolegate.h promises.
 */
void target_ask(const struct rolegate_policy *policy, const char *name, int must_work,
		struct target_verdicts *verdicts);

/* D4: a run that wanted for memory allowed nothing that the same run with memory refused. */
void target_check_failed(const struct target_verdicts *run, const struct target_verdicts *failed);

#endif
