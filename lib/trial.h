/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells whether a policy on trial still is.
 *
 * A trial ends by itself, for every reader at once, without a daemon or a timer: each looks at the
 * clocks. The deadline is one of CLOCK_BOOTTIME, which nobody can set, so a clock that jumps cannot
 * make a trial longer. That clock starts anew with the machine; so the moment at which it started,
 * by the clock on the wall, is noted too, and where it is another now, the machine was booted since
 * (or its clock set), and the trial is over. Whoever locked himself out turns the power off and on.
 */
#ifndef ROLEGATE_TRIAL_H
#define ROLEGATE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A trial's time, in milliseconds.
 *
 * from,
 * until  of CLOCK_BOOTTIME; until 0: no trial
 * epoch  CLOCK_REALTIME less CLOCK_BOOTTIME when it began
 */
struct trial {
	int64_t from, until, epoch;
};

/* The longest trial: a week, in seconds. Who has not made up their mind by then has forgotten it. */
#define TRIAL_MAX (INT64_C(7) * 24 * 60 * 60)

/* A trial that begins now and lasts so many seconds. 0, or -EIO without clocks. */
int trial_begin(struct trial *ret, int64_t seconds);

/*
 * Whether it runs. Also if so, *ret_left (may be NULL) is how many milliseconds it has left.
 * Without clocks it does not run.
 */
bool trial_is_running(const struct trial *trial, int64_t *ret_left);

/*
 * Whether the numbers can be those of a trial, or of none: so small that what is reckoned with them
 * cannot overflow.
 */
bool trial_is_sound(const struct trial *trial);

/* trial_is_running() at given readings of both clocks, in milliseconds. */
bool trial_runs_at(const struct trial *trial, int64_t boottime, int64_t realtime);

#endif
