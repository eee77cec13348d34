/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every system call of every command that changes something fails, once or from then on: the
 * command succeeds for all that, or it exits 5 and nothing was changed.
 *
 * All points with ROLEGATE_FAULTS=all (`make check-faults`), else some.
 */
#include "stage.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define STRIDE 307u

/* Failed points that are told of, for one scenario. */
#define TELL_MAX 5u

/* A sanitizer ends the program when its own allocations fail. */
#define MEMORY_MAY_FAIL (!SUPPORT_HAS_ASAN)

/* ---- Kinds of calls ---- */

static bool is_reading(const struct supervise_call *call)
{
	switch (call->nr) {
	case SYS_openat:
		return !(call->args[2] & O_CREAT);
	case SYS_fcntl:
	case SYS_flock:
	case SYS_getdents64:
	case SYS_pread64:
	case SYS_read:
#ifdef SYS_fstat
	case SYS_fstat:
#endif
#ifdef SYS_newfstatat
	case SYS_newfstatat:
#endif
		return true;
	default:
		return false;
	}
}

static bool is_opening(const struct supervise_call *call)
{
	return call->nr == SYS_fcntl || (call->nr == SYS_openat && !(call->args[2] & O_CREAT));
}

/* Takes room on the disk. */
static bool is_growing(const struct supervise_call *call)
{
	switch (call->nr) {
	case SYS_openat:
		return call->args[2] & O_CREAT;
	case SYS_write:
	case SYS_pwrite64:
		return call->args[0] > 2;
	case SYS_linkat:
	case SYS_mkdirat:
	case SYS_renameat2:
#ifdef SYS_mkdir
	case SYS_mkdir:
#endif
#ifdef SYS_renameat
	case SYS_renameat:
#endif
		return true;
	default:
		return false;
	}
}

/* Changes something on the disk, or makes it last. */
static bool is_changing(const struct supervise_call *call)
{
	switch (call->nr) {
	case SYS_fchmod:
	case SYS_fchown:
	case SYS_fsync:
	case SYS_ftruncate:
	case SYS_unlinkat:
	case SYS_utimensat:
#ifdef SYS_rmdir
	case SYS_rmdir:
#endif
		return true;
	default:
		return is_growing(call);
	}
}

static bool is_closing(const struct supervise_call *call)
{
	return call->nr == SYS_close;
}

static bool is_allocating(const struct supervise_call *call)
{
	return MEMORY_MAY_FAIL && (call->nr == SYS_brk || call->nr == SYS_mmap);
}

static bool is_saying(const struct supervise_call *call)
{
	return call->nr == SYS_write && call->args[0] <= 2;
}

/* Waits, or may: what a signal interrupts. */
static bool is_slow(const struct supervise_call *call)
{
	return call->nr == SYS_read || call->nr == SYS_pread64 || call->nr == SYS_flock ||
	       call->nr == SYS_wait4 || call->nr == SYS_write || call->nr == SYS_pwrite64;
}

static bool is_swapping(const struct supervise_call *call)
{
	return call->nr == SYS_renameat2;
}

/* ---- What happens ---- */

/* What the command has to come to. */
enum must {
	MUST_DO,	 /* succeed */
	MUST_DO_OR_FAIL, /* succeed, or exit 5 */
	/* Succeed, or exit 5, or 3 or 4: a source that cannot be read is wrong, or not the same. */
	MUST_DO_OR_REFUSE,
	MUST_DO_OR_CONFESS, /* succeed, or exit 5; and say so if taking it back failed too */
};

static const struct failure {
	const char *name;
	bool (*hits)(const struct supervise_call *call);
	bool goes_on; /* with each later call that is hit */
	int errors[6];
	enum must must;
} failures[] = {
	{ "a change fails",
	  is_changing,
	  false,
	  { EIO, ENOSPC, EROFS, EDQUOT, ENOMEM },
	  MUST_DO_OR_FAIL },
	{ "the disk is full from then on",
	  is_growing,
	  true,
	  { ENOSPC, EDQUOT },
	  MUST_DO_OR_CONFESS },
	{ "the disk is read-only from then on",
	  is_changing,
	  true,
	  { EROFS, EIO },
	  MUST_DO_OR_CONFESS },
	{ "closing fails", is_closing, false, { EIO }, MUST_DO_OR_FAIL },
	{ "reading fails", is_reading, false, { EIO }, MUST_DO_OR_REFUSE },
	{ "no descriptor is left", is_opening, false, { EMFILE, ENOMEM }, MUST_DO_OR_REFUSE },
	{ "an allocation fails", is_allocating, false, { ENOMEM }, MUST_DO_OR_FAIL },
	{ "allocations fail from then on", is_allocating, true, { ENOMEM }, MUST_DO_OR_FAIL },
	{ "a signal interrupts", is_slow, false, { EINTR }, MUST_DO },
	{ "nobody hears it", is_saying, false, { EIO, ENOSPC, EPIPE }, MUST_DO },
	{ "the file system exchanges no names", is_swapping, true, { EINVAL }, MUST_DO },
};

#define N_FAILURES (sizeof(failures) / sizeof(failures[0]))

/* ---- What came of it ---- */

/* Whether the exit status is one of those that it may be; *ret_done: it says that it was done. */
static bool is_allowed(enum must must, int status, bool *ret_done)
{
	*ret_done = status == 0;
	switch (status) {
	case 0:
		return true;
	case 5:
		return must != MUST_DO;
	case 3:
	case 4:
		return must == MUST_DO_OR_REFUSE;
	default:
		return false;
	}
}

static char *say(const char *text, const struct supervise_run *run)
{
	char *whole;

	assert_true(asprintf(&whole, "%s (exit status %d): %s", text, WEXITSTATUS(run->status),
			     run->output) > 0);
	return whole;
}

static char *judge(struct stage *stage, const struct supervise_run *run, enum must must)
{
	struct stage_outcome outcome;
	bool done = false;
	char *wrong;

	if (!WIFEXITED(run->status))
		return say("it did not end by itself", run);
	if (!is_allowed(must, WEXITSTATUS(run->status), &done))
		return say("that is no exit status for it", run);
	wrong = stage_judge(stage, &outcome);
	if (wrong)
		return wrong;
	if (done && !outcome.is_new)
		return say("it says that it is done, but the old is in force", run);
	if (must == MUST_DO_OR_CONFESS && !done && outcome.is_new &&
	    strstr(run->output, "failed too"))
		return NULL;
	if (!done && outcome.is_new)
		return say("it says that nothing was changed, but the new is in force", run);
	return outcome.is_settled ? NULL : say("the sources do not go with what is in force", run);
}

struct counts {
	size_t tried, struck, done, wrong;
};

static void fail_at(struct stage *stage, size_t i, const struct failure *failure, int error,
		    struct counts *counts)
{
	struct supervise_fault fault = {
		.what = SUPERVISE_FAIL,
		.error = error,
		.nr = stage->reference.calls[i].nr,
		.occurrence = stage_occurrence(&stage->reference, i),
		.onwards = failure->goes_on ? failure->hits : NULL,
	};
	struct supervise_run run;
	char spare[16], *wrong;

	stage_run(stage, &fault, &run);
	wrong = judge(stage, &run, failure->must);
	counts->tried++;
	counts->struck += run.struck;
	counts->done += run.status == 0;
	if (wrong && counts->wrong++ < TELL_MAX)
		print_message("%s, %s at call %zu, %s no. %zu, with %s: %s\n",
			      stage->scenario->name, failure->name, i,
			      supervise_name(fault.nr, spare), fault.occurrence,
			      strerrorname_np(error), wrong);
	free(wrong);
	supervise_free(&run);
}

static void fail_all(struct stage *stage, const struct failure *failure, struct counts *counts)
{
	size_t stride = stage_stride(STRIDE), n = 0;

	for (size_t i = stage_first_call(stage); i < stage->reference.n; i++) {
		if (!failure->hits(&stage->reference.calls[i]))
			continue;
		for (size_t k = 0; failure->errors[k]; k++)
			if (n++ % stride == 0)
				fail_at(stage, i, failure, failure->errors[k], counts);
	}
}

static void withstands(void **state)
{
	struct counts counts = { 0 };
	struct stage stage;

	if (!supervise_is_possible())
		skip();
	stage_set(&stage, *state);
	for (size_t i = 0; i < N_FAILURES; i++)
		fail_all(&stage, &failures[i], &counts);
	print_message("%zu failures, %zu of them overcome\n", counts.struck, counts.done);
	stage_strike(&stage);
	assert_int_equal(counts.wrong, 0);
	assert_true(counts.struck > 0 && counts.struck + 5 >= counts.tried);
}

int main(int argc, char **argv)
{
	return stage_main("failing calls", withstands, argc > 1 ? argv[1] : NULL, false);
}
