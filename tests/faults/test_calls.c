/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every system call by which a program opens the policy and asks it fails, once, with every error
 * it can have: whoever is refused stays refused, and nobody gets an answer that was not read.
 */
#include "supervise.h"

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define POLICY(role)                                                                               \
	"catalogs = [ \"workspace\", \"host\" ];\n"                                                \
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"                               \
	"  { user = \"bob\"; roles = [ \"" role "\" ]; } );\n"                                     \
	"services = ( { name = \"sshd\"; require = [ \"host.ssh\" ]; } );\n"

/* What a program that asks ends with. */
enum answer { ANSWER_ALLOW = 10, ANSWER_DENY, ANSWER_ERROR };

static const struct scene {
	const char *name;
	const char *policy, *trial; /* what bob is */
	const char *user;
	enum answer answer; /* if nothing fails */
} scenes[] = {
	{ "D4 whoever is let in", POLICY("user"), NULL, "bob", ANSWER_ALLOW },
	{ "D4 whoever is refused", POLICY("guest"), NULL, "bob", ANSWER_DENY },
	{ "D4 whoever is in no policy", POLICY("guest"), NULL, "zed", ANSWER_DENY },
	{ "D4 whom a trial refuses", POLICY("user"), POLICY("guest"), "bob", ANSWER_DENY },
	{ "D4 whom a trial lets in", POLICY("guest"), POLICY("user"), "bob", ANSWER_ALLOW },
};

/* ---- The program that asks ---- */

/* Open, decide and explain; both answers have to be the same. */
static enum answer ask(const char *dir, const char *user)
{
	static const struct rolegate_request request = { .size = sizeof(struct rolegate_request),
							 .service = "sshd",
							 .at = SUPPORT_NOW };
	const struct rolegate_subject subject = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = user,
			    .uid = 1000,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS },
	};
	struct rolegate_decision decision = { .size = sizeof(struct rolegate_decision),
					      .verdict = ROLEGATE_ALLOW };
	struct rolegate_explanation *explanation = NULL;
	struct rolegate_policy *policy = NULL;
	int r;

	r = rolegate_policy_open(dir, &policy, NULL);
	if (r == 0)
		r = rolegate_decide(policy, &request, &subject, NULL, &decision);
	if (r == 0)
		r = rolegate_explain(policy, &request, &subject, NULL, &explanation);
	if (r == 0 && explanation->decision->verdict != decision.verdict)
		r = 1;
	rolegate_explanation_free(explanation);
	rolegate_policy_close(policy);
	if (r > 0)
		return 1;
	if (r < 0)
		return ANSWER_ERROR;
	return decision.verdict == ROLEGATE_ALLOW ? ANSWER_ALLOW : ANSWER_DENY;
}

/* ---- What fails how ---- */

static const struct failing {
	int nr;
	int errors[12];
} failing[] = {
	{ SYS_openat,
	  { EIO, EACCES, EPERM, ENOENT, ENOTDIR, ELOOP, EMFILE, ENFILE, ENOMEM, EINTR, ENXIO } },
	{ SYS_pread64, { EIO, EINTR, EISDIR, EBADF, ENOMEM, EAGAIN } },
	{ SYS_read, { EIO, EBADF } },
	{ SYS_close, { EIO, EINTR } },
#ifdef SYS_newfstatat
	{ SYS_newfstatat, { EIO, EACCES, ENOENT, ENOTDIR, ELOOP, ENOMEM, EOVERFLOW, EBADF } },
#endif
#ifdef SYS_fstat
	{ SYS_fstat, { EIO, ENOMEM, EOVERFLOW, EBADF } },
#endif
#ifdef SYS_statx
	{ SYS_statx, { EIO, EACCES, ENOENT, ENOTDIR, ELOOP, ENOMEM, EBADF } },
#endif
};

/* An error that says nothing of the file whose opening it ends. */
static bool is_want(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == EINTR;
}

struct place_of_call {
	int nr;
	bool is_trial; /* the first file to be opened, or the reading of it */
};

/* Whether this answer may follow from this failure. */
static bool is_sound(const struct scene *scene, const struct place_of_call *place, int error,
		     int status)
{
	if (!WIFEXITED(status))
		return false;
	if (WEXITSTATUS(status) == ANSWER_ERROR)
		return true;
	/* A trial that cannot be read is over, and what was applied for good decides. */
	if (place->is_trial && scene->trial && !(place->nr == SYS_openat && is_want(error)))
		return WEXITSTATUS(status) == ANSWER_ALLOW || WEXITSTATUS(status) == ANSWER_DENY;
	if (WEXITSTATUS(status) != (int)scene->answer)
		return false;
	/* What does not keep it from answering. */
	return place->nr == SYS_close || error == EINTR || (place->is_trial && !is_want(error));
}

struct stand {
	const struct scene *scene;
	char *dir, *argv[5];
	size_t n_tried, n_answered, n_wrong;
};

static void fail_call(struct stand *stand, const struct place_of_call *place, size_t occurrence,
		      int error)
{
	struct supervise_fault fault = {
		.what = SUPERVISE_FAIL,
		.error = error,
		.nr = place->nr,
		.occurrence = occurrence,
		.asked = { place->nr },
		.n_asked = 1,
	};
	struct supervise_run run;
	char spare[16];

	supervise(stand->argv, &fault, &run);
	assert_true(run.struck);
	stand->n_tried++;
	stand->n_answered += WIFEXITED(run.status) && WEXITSTATUS(run.status) != ANSWER_ERROR;
	if (!is_sound(stand->scene, place, error, run.status)) {
		print_message("%s no. %zu with %s: status %d: %s\n",
			      supervise_name(place->nr, spare), occurrence, strerrorname_np(error),
			      run.status, run.output);
		stand->n_wrong++;
	}
	supervise_free(&run);
}

static void fail_with_each(struct stand *stand, const struct place_of_call *place,
			   size_t occurrence)
{
	for (size_t k = 0; k < sizeof(failing) / sizeof(failing[0]); k++)
		for (size_t e = 0; failing[k].nr == place->nr && failing[k].errors[e]; e++)
			fail_call(stand, place, occurrence, failing[k].errors[e]);
}

/* How many calls of the same number there are up to the i-th, itself included. */
static size_t occurrence_of(const struct supervise_run *run, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k <= i; k++)
		n += run->calls[k].nr == run->calls[i].nr;
	return n;
}

static void fail_all(struct stand *stand, const struct supervise_run *reference)
{
	size_t n_opened = 0;
	bool begun = false;

	for (size_t i = 0; i < reference->n; i++) {
		struct place_of_call place = { .nr = reference->calls[i].nr };

		/* The program's own code begins there, after the loader's. */
		begun = begun || place.nr == SYS_umask;
		n_opened += begun && place.nr == SYS_openat;
		place.is_trial = n_opened == 1;
		if (begun)
			fail_with_each(stand, &place, occurrence_of(reference, i));
	}
	assert_int_equal(n_opened, 2);
}

static void test_scene(void **state)
{
	struct stand stand = { .scene = *state, .dir = support_make_folder() };
	char program[] = "/proc/self/exe", word[] = "ask";
	struct supervise_run reference;
	struct trial trial;

	if (!supervise_is_possible())
		skip();
	support_write_policy(stand.scene->policy, stand.dir);
	if (stand.scene->trial) {
		assert_int_equal(trial_begin(&trial, 3600), 0);
		support_write_trial(stand.scene->trial, stand.dir, &trial);
	}
	stand.argv[0] = program;
	stand.argv[1] = word;
	stand.argv[2] = stand.dir;
	stand.argv[3] = (char *)stand.scene->user;
	supervise(stand.argv, &(struct supervise_fault){ 0 }, &reference);
	assert_int_equal(WEXITSTATUS(reference.status), stand.scene->answer);
	fail_all(&stand, &reference);
	print_message("%zu failures, %zu of them overcome\n", stand.n_tried, stand.n_answered);
	supervise_free(&reference);
	support_remove_folder(stand.dir);
	assert_int_equal(stand.n_wrong, 0);
	assert_true(stand.n_tried > 20 && stand.n_answered < stand.n_tried);
}

#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

int main(int argc, char **argv)
{
	struct CMUnitTest tests[N_SCENES] = { 0 };

	if (argc == 4) {
		(void)umask(022);
		return (int)ask(argv[2], argv[3]);
	}
	/* Supervised, a sanitizer's look for leaks cannot be. */
	if (setenv("ASAN_OPTIONS", "detect_leaks=0", 1) < 0)
		return 1;
	for (size_t i = 0; i < N_SCENES; i++)
		tests[i] = (struct CMUnitTest){ .name = scenes[i].name,
						.test_func = test_scene,
						.initial_state = (void *)&scenes[i] };
	return cmocka_run_group_tests_name("failing calls of those who ask", tests, NULL, NULL);
}
