/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many change the policy at once while others ask it: every change is in, none is lost, and whoever
 * asks gets an answer, each from one generation, and none from an older one than the last.
 */
#include "place.h"

#include "support.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Users who get a role, each by a command of their own, all commands at once. */
#define N_WRITERS 32u

/* Processes that ask the library, and as many that run the command. */
#define N_READERS 2u

/* What a role gives that nobody holds otherwise. */
#define PERMISSION "drive"

#define FIRST_GENERATION 1u

static const char *const policy =
	"set -e; umask 022; mkdir -p $D/etc/rolegate $D/usr/share/rolegate/catalogs;"
	"cp $S/conf/catalogs/workspace.conf $D/usr/share/rolegate/catalogs/;"
	"echo \"me:x:$(id -u):$(id -g)::/:/bin/sh\" >$D/etc/passwd;"
	"echo 'catalogs = [ \"workspace\" ]; assign = ( { user = \"me\"; roles = [ \"owner\" ]; } );"
	"roles = ( { name = \"driver\"; permissions = [ \"" PERMISSION "\" ]; } );'"
	"	>$D/etc/rolegate/rolegate.conf; $R apply";

struct crowd {
	char *folder, root[600];
	int stop[2]; /* whoever reads asks until the writing end is closed */
};

/* ---- Those who ask ---- */

static bool is_over(const struct crowd *crowd)
{
	struct pollfd end = { .fd = crowd->stop[0], .events = POLLIN };

	return poll(&end, 1, 0) > 0;
}

/* How many of the writers' users hold the permission; -1: that could not be found out. */
static int count_holders(const struct rolegate_policy *policy_in_force)
{
	int n = 0;

	for (unsigned int i = 0; i < N_WRITERS; i++) {
		struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
		char name[16];
		struct rolegate_subject subject = {
			.person = { .size = sizeof(struct rolegate_person),
				    .name = name,
				    .uid = 1000,
				    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS }
		};

		snprintf(name, sizeof(name), "user%u", i);
		if (rolegate_can(policy_in_force, &subject, PERMISSION, SUPPORT_NOW, &decision) < 0)
			return -1;
		n += decision.verdict == ROLEGATE_ALLOW;
	}
	return n;
}

/* Each generation gives one user more the role, or takes it from one. */
static int expected_holders(uint64_t generation)
{
	uint64_t changes = generation - FIRST_GENERATION;

	return (int)(changes <= N_WRITERS ? changes : 2 * N_WRITERS - changes);
}

/* Ask once. False after a complaint. */
static bool ask_library(const char *state_dir, uint64_t *last)
{
	struct rolegate_policy *now = NULL;
	char *reason = NULL;
	uint64_t generation;
	int holders;

	if (rolegate_policy_open(state_dir, &now, &reason) < 0) {
		fprintf(stderr, "a reader was told: %s\n", reason ? reason : "nothing");
		free(reason);
		return false;
	}
	generation = rolegate_policy_generation(now);
	holders = count_holders(now);
	rolegate_policy_close(now);
	if (generation < *last || holders != expected_holders(generation)) {
		fprintf(stderr,
			"a reader saw %d holders in generation %llu, after generation %llu\n",
			holders, (unsigned long long)generation, (unsigned long long)*last);
		return false;
	}
	*last = generation;
	return true;
}

/* The exit status of a process that asks the library. */
static int keep_asking(const struct crowd *crowd)
{
	char state_dir[700];
	uint64_t last = 0;
	size_t n = 0;

	snprintf(state_dir, sizeof(state_dir), "%s/var/lib/rolegate", crowd->root);
	for (; !is_over(crowd) || n == 0; n++)
		if (!ask_library(state_dir, &last))
			return 1;
	return 0;
}

/* The exit status of a process that runs the command. */
static int keep_running(const struct crowd *crowd)
{
	static const char *const questions[] = { "$R can me " PERMISSION,
						 "$R explain me --permission " PERMISSION,
						 "$R status --json", "$R user me" };
	size_t n = 0;

	for (; !is_over(crowd) || n == 0; n++) {
		const char *question = questions[n % (sizeof(questions) / sizeof(questions[0]))];
		char *output;
		int status = place_run(crowd->root, question, &output);

		if (status != 0)
			fprintf(stderr, "%s exits %d: %s\n", question, status, output);
		free(output);
		if (status != 0)
			return 1;
	}
	return 0;
}

/* ---- Those who change ---- */

/* The exit status of a process that changes something once. */
static int change(const struct crowd *crowd, const char *verb, unsigned int i)
{
	char script[64], *output;
	int status;

	snprintf(script, sizeof(script), "$R %s user%u driver", verb, i);
	status = place_run(crowd->root, script, &output);
	if (status != 0)
		fprintf(stderr, "%s exits %d: %s\n", script, status, output);
	free(output);
	return status;
}

static void start_readers(const struct crowd *crowd, pid_t readers[2 * N_READERS])
{
	for (size_t i = 0; i < 2 * N_READERS; i++) {
		fflush(NULL);
		readers[i] = fork();
		assert_true(readers[i] >= 0);
		if (readers[i] == 0) {
			close(crowd->stop[1]);
			_exit(i < N_READERS ? keep_asking(crowd) : keep_running(crowd));
		}
	}
}

static void start_writers(const struct crowd *crowd, const char *verb, pid_t writers[N_WRITERS])
{
	for (unsigned int i = 0; i < N_WRITERS; i++) {
		fflush(NULL);
		writers[i] = fork();
		assert_true(writers[i] >= 0);
		if (writers[i] == 0)
			_exit(change(crowd, verb, i));
	}
}

/* How many of the processes end otherwise than they should. */
static unsigned int wait_for(const pid_t *pids, size_t n)
{
	unsigned int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		int status = 1;

		while (waitpid(pids[i], &status, 0) < 0 && errno == EINTR)
			;
		wrong += status != 0;
	}
	return wrong;
}

static int set_up(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	char *output;
	int status;

	assert_non_null(crowd);
	crowd->folder = place_make_folder();
	snprintf(crowd->root, sizeof(crowd->root), "%s/root", crowd->folder);
	status = place_run(crowd->root, policy, &output);
	if (status != 0)
		print_message("%s\n", output);
	free(output);
	assert_int_equal(status, 0);
	*state = crowd;
	return 0;
}

static int tear_down(void **state)
{
	struct crowd *crowd = *state;

	support_remove_folder(crowd->folder);
	free(crowd);
	return 0;
}

/* All of them assign at once, then all of them take away again, with readers all the while. */
static void loses_no_change(void **state)
{
	static const char *const verbs[] = { "assign", "unassign" };
	pid_t readers[2 * N_READERS], writers[N_WRITERS];
	struct crowd *crowd = *state;
	unsigned int wrong = 0;
	struct place_view end;
	char force[24];

	assert_int_equal(pipe(crowd->stop), 0);
	start_readers(crowd, readers);
	for (size_t i = 0; i < 2; i++) {
		start_writers(crowd, verbs[i], writers);
		wrong += wait_for(writers, N_WRITERS);
		place_look(crowd->root, &end);
		snprintf(force, sizeof(force), "%u",
			 FIRST_GENERATION + (unsigned int)(i + 1) * N_WRITERS);
		if (strcmp(end.force, force) != 0 || strcmp(end.word, "same") != 0) {
			print_message("generation %s, sources: %s\n", end.force, end.word);
			wrong++;
		}
		place_forget(&end);
	}
	close(crowd->stop[1]);
	wrong += wait_for(readers, 2 * N_READERS);
	close(crowd->stop[0]);
	assert_int_equal(wrong, 0);
	assert_null(place_find_leftovers(crowd->root));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ .name = "32 change at once while others ask: none is lost, nobody sees an error",
		  .test_func = loses_no_change,
		  .setup_func = set_up,
		  .teardown_func = tear_down },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
