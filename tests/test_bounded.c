/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bounded work (D9): policies built to be slow are answered within the bound, and compiled in proportion to their size.
 *
 * Nothing here is a time. The library and the compiler are built for this program so that each basic block calls
 * __sanitizer_cov_trace_pc() (-fsanitize-coverage=trace-pc), which counts. tests/bounded.sh counts instructions of the
 * real library with callgrind, where valgrind is installed, and calls this program with arguments:
 *
 *	test_bounded --list			shapes and the largest size of each
 *	test_bounded --write DIR SHAPE N	write the compiled policy
 *	test_bounded --ask DIR SHAPE N HOW WHAT	one question in bounded_question(), which callgrind counts
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounded_policy.h"
#include "pack.h"
#include "seen.h"

/* ---- The counter ---- */

static uint64_t n_blocks;

void __sanitizer_cov_trace_pc(void);

__attribute__((no_sanitize("address", "undefined"))) void __sanitizer_cov_trace_pc(void)
{
	n_blocks++;
}

/* ---- One question ---- */

struct question {
	const char *what;
	const struct rolegate_policy *policy;
	struct bounded_user user;
};

static int count_gid(void *context, uint32_t gid)
{
	(void)gid;
	(*(unsigned int *)context)++;
	return 0;
}

static int count_name(void *context, const char *name)
{
	return count_gid(context, name != NULL);
}

/* What is asked; the name is callgrind's (--toggle-collect). Returns as the library. */
int bounded_question(const struct question *question);

__attribute__((noinline)) int bounded_question(const struct question *question)
{
	struct rolegate_subject subject = { .person = question->user.person };
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct rolegate_explanation *explanation;
	const struct rolegate_policy *policy = question->policy;
	unsigned int n = 0;
	int r;

	request.at = SUPPORT_NOW;
	request.service = "s";
	request.flags = ROLEGATE_REQUEST_REAL_UID;
	request.real_uid = 1000;
	if (!strcmp(question->what, "other") || !strcmp(question->what, "explain-other"))
		request.service = "nothing-lists-it";
	if (!strcmp(question->what, "can"))
		return rolegate_can(policy, &subject, "p0", SUPPORT_NOW, &decision);
	if (!strcmp(question->what, "gids"))
		return seen_each_gid(policy, "eve", SUPPORT_NOW, count_gid, &n);
	if (!strcmp(question->what, "members"))
		return seen_each_member(policy, 10000, SUPPORT_NOW, count_name, &n);
	if (strncmp(question->what, "explain", 7) != 0)
		return rolegate_decide(policy, &request, &subject, NULL, &decision);
	r = rolegate_explain(policy, &request, &subject, NULL, &explanation);
	if (r == 0)
		rolegate_explanation_free(explanation);
	return r;
}

static void ask(const char *dir, const struct bounded_shape *shape, unsigned int n, const char *how, const char *what)
{
	struct question question = { .what = what };
	struct rolegate_policy *policy;
	int r;

	bounded_user(&question.user, shape, n);
	r = !strcmp(how, "load") ? rolegate_policy_load(dir, &policy, NULL) : rolegate_policy_open(dir, &policy, NULL);
	assert_int_equal(r, 0);
	question.policy = policy;
	assert_int_equal(bounded_question(&question), 0);
	rolegate_policy_close(policy);
	bounded_user_free(&question.user);
}

static void write_policy(const char *dir, const struct bounded_shape *shape, unsigned int n)
{
	struct compiled compiled;

	compile_init(&compiled);
	bounded_compile(&compiled, shape, n);
	support_write_compiled(&compiled, dir, NULL);
	compile_free(&compiled);
}

static int run_command(int argc, char **argv)
{
	const struct bounded_shape *shape = argc > 4 ? bounded_find(argv[3]) : NULL;

	for (size_t i = 0; argc == 2 && !strcmp(argv[1], "--list") && i < bounded_n_shapes; i++)
		printf("%s %u\n", bounded_shapes[i].name, bounded_shapes[i].n_max);
	if (argc == 5 && shape && !strcmp(argv[1], "--write"))
		write_policy(argv[2], shape, (unsigned int)atoi(argv[4]));
	if (argc == 7 && shape && !strcmp(argv[1], "--ask"))
		ask(argv[2], shape, (unsigned int)atoi(argv[4]), argv[5], argv[6]);
	return 0;
}

int main(int argc, char **argv)
{
	return run_command(argc, argv);
}
