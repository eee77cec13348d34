/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation of every verb fails once: the command does what it does otherwise, or it exits
 * 5, says that memory ran out, and nothing was changed.
 *
 * libconfig's own are left out, as it dies of them: compiler/reserve.h sees to it that they do not
 * fail. All points with ROLEGATE_FAULTS=all (`make check-faults`), else some.
 */
#include "scarce.h"
#include "stage.h"

#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRIDE 211u

/* Failed points that are told of, for one verb. */
#define TELL_MAX 5u

#define PRELOADED TEST_BUILDDIR "/.libs/scarce.so"

static struct {
	struct scarce *scarce; /* shared with the command */
	int fd;
} shared;

/* ---- Running with little memory ---- */

static void make_scarce(uint32_t fail_at, bool tells_apart)
{
	char text[16];

	*shared.scarce = (struct scarce){ .fail_at = fail_at, .tells_apart = tells_apart };
	snprintf(text, sizeof(text), "%d", shared.fd);
	assert_int_equal(setenv(SCARCE_VARIABLE, text, 1), 0);
	assert_int_equal(setenv("LD_PRELOAD", PRELOADED, 1), 0);
}

/* What else is run has enough. */
static void make_plenty(void)
{
	assert_int_equal(unsetenv("LD_PRELOAD"), 0);
	assert_int_equal(unsetenv(SCARCE_VARIABLE), 0);
}

/* The supervisor asks about a call that nobody makes: here it only runs the program. */
static const struct supervise_fault unsupervised = {
	.what = SUPERVISE_FAIL,
	.nr = SYS_reboot,
	.occurrence = 1,
	.asked = { SYS_reboot },
	.n_asked = 1,
};

/* A line that is said where even the text of another cannot be made. */
static bool names_memory(const char *output)
{
	return strstr(output, "memory") != NULL;
}

static char *say(const char *text, const struct supervise_run *run)
{
	char *whole;

	assert_true(asprintf(&whole, "%s (status %#x): %s", text, (unsigned int)run->status,
			     run->output) > 0);
	return whole;
}

/* What is wrong with an end that is not the usual one; NULL: nothing. */
static char *judge_failure(const struct supervise_run *run)
{
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status) != 5)
		return say("it does not exit 5", run);
	return names_memory(run->output) ? NULL : say("it does not say that memory ran out", run);
}

struct counts {
	size_t n, struck, done, wrong;
};

static void tell(struct counts *counts, const char *name, uint32_t at, char *wrong)
{
	if (wrong && counts->wrong++ < TELL_MAX)
		print_message("%s, allocation %u: %s\n", name, at, wrong);
	free(wrong);
}

/* Which allocations are tried: of those of a whole run, without libconfig's. The list's length. */
static size_t choose(uint32_t *list)
{
	size_t stride = stage_stride(STRIDE), n = 0, n_ours = 0;

	assert_in_range(shared.scarce->n, 10, SCARCE_MAX);
	for (uint32_t i = 1; i <= shared.scarce->n; i++)
		if (!shared.scarce->is_other[i] && n_ours++ % stride == 0)
			list[n++] = i;
	return n;
}

static void finish(const struct counts *counts)
{
	print_message("%zu of %zu allocations failed, %zu of them it does without\n",
		      counts->struck, counts->n, counts->done);
	assert_int_equal(counts->wrong, 0);
	/* A run may make one or two more or less than another. */
	assert_true(counts->struck > 0 && counts->struck + 3 >= counts->n);
}

/* ---- Verbs that change something ---- */

static char *judge_change(struct stage *stage, const struct supervise_run *run)
{
	struct stage_outcome outcome;
	char *wrong = stage_judge(stage, &outcome);

	if (wrong)
		return wrong;
	if (run->status == 0)
		return outcome.is_new
			       ? NULL
			       : say("it says that it is done, but the old is in force", run);
	if (outcome.is_new)
		return say("it says that nothing was changed, but the new is in force", run);
	return outcome.is_settled ? judge_failure(run)
				  : say("the sources do not go with what is in force", run);
}

static void changes(void **state)
{
	static uint32_t chosen[SCARCE_MAX];
	struct counts counts = { 0 };
	struct supervise_run run;
	struct stage stage;

	if (!supervise_is_possible())
		skip();
	stage_set(&stage, *state);
	make_scarce(0, true);
	stage_run(&stage, &unsupervised, &run);
	make_plenty();
	assert_int_equal(run.status, 0);
	supervise_free(&run);
	counts.n = choose(chosen);
	for (size_t i = 0; i < counts.n; i++) {
		make_scarce(chosen[i], false);
		stage_run(&stage, &unsupervised, &run);
		make_plenty();
		counts.struck += shared.scarce->struck;
		counts.done += run.status == 0;
		tell(&counts, stage.scenario->name, chosen[i], judge_change(&stage, &run));
		supervise_free(&run);
	}
	stage_strike(&stage);
	finish(&counts);
}

/* ---- Verbs that only say something ---- */

static const char *const questions[] = {
	"check",
	"check --strict",
	"diff",
	"status",
	"status --json",
	"history --json",
	"show 2",
	"show 2 --json",
	"can bob drive",
	"can bob drive --groups staff --json",
	"can zed drive --candidate",
	"explain bob --permission drive",
	"explain bob sshd --json",
	"who drive",
	"who drive --json",
	"user bob --json",
	"role list --json",
	"role show clerk --json",
	"matrix",
	"matrix --json",
	"graph",
	"list permissions",
	"list users",
	"pending --json",
	"service list --json",
	"catalog --json",
	"catalog workspace",
	"doctor",
	"doctor --json",
	"doctor --simulate bob sshd",
	"assign bob",
	"role frobnicate",
	"--help",
};

#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static const char *const host =
	"set -e; umask 022; mkdir -p $D/etc/rolegate/policy.d $D/usr/share/rolegate/catalogs $D/etc/pam.d;"
	"cp $S/conf/catalogs/workspace.conf $D/usr/share/rolegate/catalogs/;"
	"printf '%s\\n' \"me:x:$(id -u):$(id -g)::/:/bin/sh\" bob:x:1001:1001::/:/bin/sh >$D/etc/passwd;"
	"echo staff:x:50:bob >$D/etc/group; echo 'bob ALL=(ALL) ALL' >$D/etc/sudoers;"
	"printf 'account required pam_rolegate.so\\naccount include other\\n' >$D/etc/pam.d/sshd;"
	"echo 'account required pam_unix.so' >$D/etc/pam.d/other;"
	"echo 'catalogs = [ \"workspace\" ]; assign = ( { user = \"me\"; roles = [ \"owner\" ]; },"
	" { group = \"staff\"; roles = [ \"guest\" ]; } ); services = ( { name = \"sshd\"; require = [ \"drive\" ]; } );'"
	" >$D/etc/rolegate/rolegate.conf; $R apply -m one;"
	"$R role create clerk --based-on guest --grant drive; $R assign bob clerk;"
	"echo 'assign = ( { user = \"eve\"; roles = [ \"user\" ]; } );' >$D/etc/rolegate/policy.d/20-more.conf;";

struct asking {
	char *folder, root[600], *before;
};

/* Run a question; what it says is in *ret. */
static void ask(const struct asking *asking, const char *question, struct supervise_run *ret)
{
	char line[256], program[] = TEST_BUILDDIR "/rolegate", option[] = "--root", *save = NULL;
	char *argv[16] = { program, option, (char *)asking->root };
	size_t n = 3;

	snprintf(line, sizeof(line), "%s", question);
	for (char *word = strtok_r(line, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[n++] = word;
	supervise(argv, &unsupervised, ret);
}

/* Nearly all that a program may leave out of a long answer would be worse than none. */
static char *judge_answer(const struct supervise_run *run, const struct supervise_run *usual)
{
	if (run->status == usual->status && !strcmp(run->output, usual->output))
		return NULL;
	return judge_failure(run);
}

static void set_up(struct asking *asking)
{
	char *output;
	int status;

	asking->folder = place_make_folder();
	snprintf(asking->root, sizeof(asking->root), "%s/root", asking->folder);
	status = place_run(asking->root, host, &output);
	if (status != 0)
		print_message("%s\n", output);
	free(output);
	assert_int_equal(status, 0);
	asking->before = place_read_all(asking->root);
}

static void answers(void **state)
{
	static uint32_t chosen[SCARCE_MAX];
	const char *question = *state;
	struct supervise_run usual, run;
	struct counts counts = { 0 };
	struct asking asking;
	char *after;

	if (!supervise_is_possible())
		skip();
	set_up(&asking);
	make_scarce(0, true);
	ask(&asking, question, &usual);
	counts.n = choose(chosen);
	for (size_t i = 0; i < counts.n; i++) {
		make_scarce(chosen[i], false);
		ask(&asking, question, &run);
		counts.struck += shared.scarce->struck;
		counts.done += run.status == usual.status;
		tell(&counts, question, chosen[i], judge_answer(&run, &usual));
		supervise_free(&run);
	}
	make_plenty();
	after = place_read_all(asking.root);
	assert_string_equal(after, asking.before);
	free(after);
	free(asking.before);
	supervise_free(&usual);
	support_remove_folder(asking.folder);
	finish(&counts);
}

/* ---- All of them ---- */

static int run_questions(const char *pattern)
{
	struct CMUnitTest tests[N_QUESTIONS] = { 0 };
	char *names[N_QUESTIONS] = { NULL };
	int failed;

	for (size_t i = 0; i < N_QUESTIONS; i++) {
		assert_true(asprintf(&names[i], "no memory: %s", questions[i]) > 0);
		tests[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = answers,
						.initial_state = (void *)questions[i] };
	}
	if (pattern)
		cmocka_set_test_filter(pattern);
	failed = cmocka_run_group_tests_name("no memory to say it", tests, NULL, NULL);
	for (size_t i = 0; i < N_QUESTIONS; i++)
		free(names[i]);
	return failed;
}

/* test_memory [answers|changes [PATTERN]] */
int main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : "", *pattern = argc > 2 ? argv[2] : NULL;
	int failed = 0;

	/* Supervised, a sanitizer's look for leaks cannot be; and ours is preloaded before it. */
	if (setenv("ASAN_OPTIONS", "detect_leaks=0:verify_asan_link_order=0", 1) < 0)
		return 1;
	shared.fd = memfd_create("scarce", 0);
	if (shared.fd < 0 || ftruncate(shared.fd, sizeof(struct scarce)) < 0)
		return 1;
	shared.scarce =
		mmap(NULL, sizeof(struct scarce), PROT_READ | PROT_WRITE, MAP_SHARED, shared.fd, 0);
	if (shared.scarce == MAP_FAILED)
		return 1;
	if (strcmp(which, "changes") != 0)
		failed += run_questions(pattern);
	if (strcmp(which, "answers") != 0)
		failed += stage_main("no memory", changes, pattern, true);
	return failed;
}
