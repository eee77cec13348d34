/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One handle, many threads, and a fork in between.
 *
 * Says most under -fsanitize=thread or valgrind --tool=helgrind; short enough for both.
 */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_USERS 300u
#define N_THREADS 8u
#define N_TURNS 2500u
/* An explanation costs as much as some decisions. */
#define TURNS_PER_EXPLANATION 8u

/* What the i-th user is, by i modulo the number of kinds. */
enum kind {
	KIND_USER,    /* by the own assignment */
	KIND_NONE,    /* without any */
	KIND_PAST,    /* by one that is over */
	KIND_GROUP,   /* by the group */
	KIND_SERVICE, /* another role */
	KIND_BOTH,    /* two roles that exclude each other */
	N_KINDS,
};

static const struct {
	const char *assignment; /* the end of one to the user; "" if there is none */
	enum rolegate_verdict verdict;
	enum rolegate_reason reason;
	size_t n_missing;
} kinds[N_KINDS] = {
	[KIND_USER] = { "roles = [ \"user\" ]; ", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0 },
	[KIND_NONE] = { "", ROLEGATE_DENY, ROLEGATE_NO_ROLE, 1 },
	[KIND_PAST] = { "roles = [ \"user\" ]; until = \"2001-01-01\"; ", ROLEGATE_DENY,
			ROLEGATE_OUTSIDE_TIME, 1 },
	[KIND_GROUP] = { "", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0 },
	[KIND_SERVICE] = { "roles = [ \"service\" ]; ", ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION,
			   1 },
	[KIND_BOTH] = { "roles = [ \"pays\", \"approves\" ]; ", ROLEGATE_DENY, ROLEGATE_CONFLICT,
			1 },
};

/* What support_gid() says of the group: it asks getgrnam(3), which threads must not do at once. */
static gid_t staff_gid;

/* A policy about N_USERS users, on the heap. */
static char *write_policy(void)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	fputs("catalogs = [ \"workspace\", \"host\" ];\n"
	      "roles = ( { name = \"pays\"; permissions = [ \"host.ssh\" ]; },\n"
	      "  { name = \"approves\"; permissions = [ \"host.mail\" ]; } );\n"
	      "conflicts = ( { name = \"four eyes\"; roles = [ \"pays\", \"approves\" ]; } );\n"
	      "assign = ( { group = \"staff\"; roles = [ \"user\" ]; }",
	      to);
	for (unsigned int i = 0; i < N_USERS; i++)
		if (*kinds[i % N_KINDS].assignment)
			fprintf(to, ",\n  { user = \"u%03u\"; %s}", i,
				kinds[i % N_KINDS].assignment);
	fputs(" );\n", to);
	assert_int_equal(fclose(to), 0);
	return text;
}

/* Ask about the i-th user; whether both answers are right. No assertion: threads call it. */
static bool is_answered(const struct rolegate_policy *policy, unsigned int i, bool explains)
{
	static const char *const staff[] = { "staff" };
	const struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						  .service = "sshd",
						  .at = SUPPORT_NOW };
	const enum kind kind = i % N_KINDS;
	struct rolegate_explanation *e = NULL;
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;
	char name[16];
	const struct rolegate_subject subject = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = name,
			    .uid = 1000 + i,
			    .gids = &staff_gid,
			    .group_names = staff,
			    .n_groups = kind == KIND_GROUP,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS |
				     ROLEGATE_FACT_SOURCES },
	};
	bool good;

	snprintf(name, sizeof(name), "u%03u", i);
	good = rolegate_decide(policy, &request, &subject, NULL, &d) == 0 &&
	       d.verdict == kinds[kind].verdict && d.reason == kinds[kind].reason;
	if (!good || !explains)
		return good;
	if (rolegate_explain(policy, &request, &subject, NULL, &e) < 0)
		return false;
	good = e->decision->verdict == kinds[kind].verdict &&
	       e->decision->reason == kinds[kind].reason && e->n_steps > 0 &&
	       !strcmp(e->steps[0]->name, "sshd") && e->n_missing == kinds[kind].n_missing;
	rolegate_explanation_free(e);
	return good;
}

/* All the users, from a different one on in each round. */
static unsigned int count_wrong(const struct rolegate_policy *policy, unsigned int first,
				unsigned int n_turns)
{
	unsigned int n_wrong = 0;

	for (unsigned int turn = 0; turn < n_turns; turn++)
		if (!is_answered(policy, (first + 7 * turn) % N_USERS,
				 turn % TURNS_PER_EXPLANATION == 0))
			n_wrong++;
	return n_wrong;
}

/* What the threads share. */
struct race {
	const struct rolegate_policy *policy;
	pthread_barrier_t start;
	atomic_uint n_wrong, next;
};

static void *run(void *context)
{
	struct race *race = context;
	unsigned int first = atomic_fetch_add(&race->next, 1) * (N_USERS / N_THREADS);

	/* All at once, or the first is through before the last begins. */
	pthread_barrier_wait(&race->start);
	atomic_fetch_add(&race->n_wrong, count_wrong(race->policy, first, N_TURNS));
	return NULL;
}

static struct rolegate_policy *make_policy(void)
{
	char *text = write_policy();
	struct rolegate_policy *policy = support_policy(text);

	free(text);
	staff_gid = support_gid("staff");
	return policy;
}

static void test_every_kind(void **unused)
{
	struct rolegate_policy *policy = make_policy();

	(void)unused;
	for (unsigned int i = 0; i < N_USERS; i++)
		assert_true(is_answered(policy, i, true));
	rolegate_policy_close(policy);
}

static void test_threads(void **unused)
{
	struct rolegate_policy *policy = make_policy();
	struct race race = { .policy = policy };
	pthread_t threads[N_THREADS];

	(void)unused;
	assert_int_equal(pthread_barrier_init(&race.start, NULL, N_THREADS), 0);
	for (size_t i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, &race), 0);
	for (size_t i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(atomic_load(&race.n_wrong), 0);
	pthread_barrier_destroy(&race.start);
	rolegate_policy_close(policy);
}

/* A child's share: decide, and close; the exit status says whether all was right. */
static pid_t fork_asker(struct rolegate_policy *policy, unsigned int first)
{
	pid_t child = fork();
	unsigned int n_wrong;

	if (child != 0)
		return child;
	n_wrong = count_wrong(policy, first, 500);
	rolegate_policy_close(policy);
	_exit(n_wrong != 0);
}

/*
 * A server opens, forks its workers, and asks in all of them. Parent and children share the
 * descriptor and with it a file position, which nobody may therefore use; and one that closes its
 * handle leaves the others theirs.
 */
static void test_fork(void **unused)
{
	char *folder = support_make_folder(), *text = write_policy();
	struct rolegate_policy *policy;
	pid_t children[3];
	int status;

	(void)unused;
	staff_gid = support_gid("staff");
	support_write_policy(text, folder);
	assert_int_equal(rolegate_policy_open(folder, &policy, NULL), 0);
	/* What is open stays what it was: through the next generation, and if all is lost. */
	support_write_policy("catalogs = [ \"workspace\" ];\n", folder);
	support_remove_folder(folder);
	free(text);
	for (unsigned int i = 0; i < 3; i++) {
		children[i] = fork_asker(policy, i);
		assert_true(children[i] > 0);
	}
	assert_int_equal(count_wrong(policy, 3, 500), 0);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count_wrong(policy, 4, 50), 0);
	rolegate_policy_close(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_fork),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
