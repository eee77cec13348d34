/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A change that is interrupted: where it begins, what it does undisturbed, and what may be left of
 * it.
 */
#ifndef ROLEGATE_TEST_STAGE_H
#define ROLEGATE_TEST_STAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "place.h"
#include "supervise.h"

/* A change of some root. Scripts are those of place_run(). */
struct stage_scenario {
	const char *name;
	const char *prepare;  /* what is done to the common root before */
	const char *words[8]; /* the command: a verb and what follows */
	const char *editor;   /* $EDITOR, a name in tests/data/editors; NULL: none is started */
	const char *
		next_if_none; /* where nothing is in force afterwards; NULL: `apply` works then too */
	bool is_alike; /* writes as `assign` does, and differs in what it makes in memory alone */
};

/* What came of it. */
struct stage_outcome {
	bool is_new; /* the new one is in force, else the old one */
	bool is_settled; /* at once, and not after the next change only, with the sources that go with it */
};

struct stage {
	const struct stage_scenario *scenario;
	char *folder, base[600], work[600];
	struct place_view before, after; /* without a fault */
	struct supervise_run reference;	 /* that run */
	char *untouched;		 /* all that is in the base */
	bool is_fresh;			 /* the copy is like the base */
	char *judged;			 /* all that was in the copy that was judged last */
	uint64_t judged_generation;	 /* which was in force there */
	struct stage_outcome outcome;	 /* of that one; nothing was wrong */
};

/*
 * Make the root, and run the change in it once, undisturbed. The running test fails if it does not
 * do.
 */
void stage_set(struct stage *stage, const struct stage_scenario *scenario);
void stage_strike(struct stage *stage);

/* Run the change in a fresh copy of the root, with a fault. Owner: supervise_free(). */
void stage_run(struct stage *stage, const struct supervise_fault *fault, struct supervise_run *ret);

/*
 * What is wrong with what an interrupted change left, in words on the heap; NULL if nothing is.
 *
 * All that has to hold whatever happened: the old or the new is in force, `status` is right about
 * the sources, the files are whole, old or new ones; then further changes work, end what was begun
 * one way or the other, and leave nothing behind. It is judged by what the root looks like; the
 * same as the last is not judged again.
 */
char *stage_judge(struct stage *stage, struct stage_outcome *ret);

/* Of how many points one is tried: 1 with ROLEGATE_FAULTS=all, else `quick`. */
size_t stage_stride(size_t quick);

/* Death before the i-th call of the reference run. */
struct supervise_fault stage_death(const struct stage *stage, size_t i);

/* Whether a call puts something in force or into its place: none of these is left out. */
bool stage_is_decisive(int nr);

/* The call of the reference run at which the program's own code begins, after the loader's. */
size_t stage_first_call(const struct stage *stage);

/* How many calls of the same number there are up to the i-th of a run, itself included. */
size_t stage_occurrence(const struct supervise_run *run, size_t i);

/*
 * Run all scenarios, each as a test of its own, or those whose name matches a pattern with `*`; with_alike: also those
 * that write as another does.
 */
int stage_main(const char *kind, void (*test)(void **state), const char *pattern, bool with_alike);

#endif
