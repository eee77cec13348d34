/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trial.h"

#include <errno.h>
#include <time.h>

/*
 * How far the two clocks may drift apart and still be of one boot: the clock on the wall is
 * slewed by up to half a thousandth, and is set by less than a second where it is kept well. A
 * reboot moves them apart by as long as the machine had been up, and more.
 */
#define DRIFT_MAX INT64_C(2000)
#define DRIFT_DIVISOR 1000

/* What a clock can read: some 35,000 years of milliseconds. */
#define CLOCK_MAX (INT64_C(1) << 50)

static int read_clock(clockid_t clock, int64_t *ret)
{
	struct timespec now;

	if (clock_gettime(clock, &now) < 0)
		return -EIO;
	*ret = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	return 0;
}

static int read_clocks(int64_t *ret_boottime, int64_t *ret_realtime)
{
	int r = read_clock(CLOCK_BOOTTIME, ret_boottime);

	return r < 0 ? r : read_clock(CLOCK_REALTIME, ret_realtime);
}

int trial_begin(struct trial *ret, int64_t seconds)
{
	int64_t boottime, realtime;

	if (read_clocks(&boottime, &realtime) < 0)
		return -EIO;
	*ret = (struct trial){
		.from = boottime,
		.until = boottime + seconds * 1000,
		.epoch = realtime - boottime,
	};
	return 0;
}

bool trial_is_sound(const struct trial *trial)
{
	if (trial->until == 0)
		return trial->from == 0 && trial->epoch == 0;
	return trial->from >= 0 && trial->from <= CLOCK_MAX && trial->until > trial->from &&
	       trial->until - trial->from <= TRIAL_MAX * 1000 && trial->epoch >= -CLOCK_MAX &&
	       trial->epoch <= CLOCK_MAX;
}

bool trial_runs_at(const struct trial *trial, int64_t boottime, int64_t realtime)
{
	int64_t drift;

	if (boottime < trial->from || boottime >= trial->until)
		return false;
	drift = realtime - boottime - trial->epoch;
	return (drift < 0 ? -drift : drift) <= DRIFT_MAX + (boottime - trial->from) / DRIFT_DIVISOR;
}

bool trial_is_running(const struct trial *trial, int64_t *ret_left)
{
	int64_t boottime, realtime;

	if (trial->until == 0 || read_clocks(&boottime, &realtime) < 0 ||
	    !trial_runs_at(trial, boottime, realtime))
		return false;
	if (ret_left)
		*ret_left = trial->until - boottime;
	return true;
}
