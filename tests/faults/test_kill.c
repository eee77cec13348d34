/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kill -9 at every system call of every command that changes something: what was, or what was to
 * be, is in force afterwards, and the next command finds nothing in its way.
 *
 * All points with ROLEGATE_FAULTS=all (`make check-faults`), else some, and all of those near the
 * moment at which the change happens.
 */
#include "stage.h"

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define STRIDE 211u

/* Failed points that are told of, for one scenario. */
#define TELL_MAX 5u

static char *kill_at(struct stage *stage, size_t i, bool *ret_struck)
{
	struct supervise_fault fault = stage_death(stage, i);
	struct stage_outcome outcome;
	struct supervise_run run;
	char *wrong = NULL;

	stage_run(stage, &fault, &run);
	*ret_struck = run.struck;
	if (run.struck && (!WIFSIGNALED(run.status) || WTERMSIG(run.status) != SIGKILL))
		assert_true(asprintf(&wrong, "it was not killed: %d", run.status) > 0);
	else
		wrong = stage_judge(stage, &outcome);
	supervise_free(&run);
	return wrong;
}

/* Whether it is tried to kill it before the i-th call. */
static bool is_tried(const struct supervise_run *run, size_t i, size_t stride)
{
	return i % stride == 0 || stage_is_decisive(run->calls[i - 1].nr);
}

static void survives(void **state)
{
	const struct stage_scenario *scenario = *state;
	size_t n = 0, n_struck = 0, n_wrong = 0;
	struct stage stage;

	if (!supervise_is_possible())
		skip();
	stage_set(&stage, scenario);
	for (size_t i = stage_first_call(&stage); i < stage.reference.n; i++) {
		char spare[16], *wrong;
		bool struck;

		if (!is_tried(&stage.reference, i, stage_stride(STRIDE)))
			continue;
		wrong = kill_at(&stage, i, &struck);
		n++;
		n_struck += struck;
		if (wrong && n_wrong++ < TELL_MAX)
			print_message("%s, killed at call %zu, %s no. %zu: %s\n", scenario->name, i,
				      supervise_name(stage.reference.calls[i].nr, spare),
				      stage_occurrence(&stage.reference, i), wrong);
		free(wrong);
	}
	print_message("killed at %zu of %zu calls\n", n_struck, stage.reference.n);
	stage_strike(&stage);
	assert_int_equal(n_wrong, 0);
	/* Memory that happens to lie otherwise may spare a call or two. */
	assert_true(n > 0 && n_struck + 3 >= n);
}

int main(int argc, char **argv)
{
	return stage_main("kill -9", survives, argc > 1 ? argv[1] : NULL, false);
}
