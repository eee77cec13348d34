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
#include "difference.h"
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

static void ask(const char *dir, const struct bounded_shape *shape, unsigned int n, const char *how,
		const char *what)
{
	struct question question = { .what = what };
	struct rolegate_policy *policy;
	int r;

	bounded_user(&question.user, shape, n);
	r = !strcmp(how, "load") ? rolegate_policy_load(dir, &policy, NULL)
				 : rolegate_policy_open(dir, &policy, NULL);
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

/* ---- The bound ---- */

/*
 * Basic blocks of a question. One is four instructions or more (the sums of tests/bounded.sh by those here), so this
 * is less than the bound of 40 million.
 */
#define BLOCKS_MAX 10000000u
/* What twice the size may take, by what the size takes: of a question and of the compiler. */
#define QUESTION_RATIO 2.5
#define COMPILER_RATIO 2.3
/* Below this a ratio says nothing: what does not depend on the size is most of it. */
#define BLOCKS_MANY 300000u

static const char *const questions[] = { "decide", "explain", "other",	"explain-other",
					 "can",	   "gids",    "members" };
#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static bool is_counted(void)
{
	struct compiled compiled;
	uint64_t before = n_blocks;

	compile_init(&compiled);
	compile_free(&compiled);
	if (n_blocks != before)
		return true;
	print_message("skipped: the compiler has no -fsanitize-coverage=trace-pc\n");
	return false;
}

/* Print all counts, to set the limits by. */
static bool is_verbose(void)
{
	return getenv("ROLEGATE_COUNTS") != NULL;
}

/* Count each question on an open policy. */
static void count_questions(const struct rolegate_policy *policy, const struct bounded_shape *shape,
			    unsigned int n, uint64_t counts[N_QUESTIONS])
{
	struct question question = { .policy = policy };

	bounded_user(&question.user, shape, n);
	for (size_t i = 0; i < N_QUESTIONS; i++) {
		uint64_t before = n_blocks;

		question.what = questions[i];
		assert_int_equal(bounded_question(&question), 0);
		counts[i] = n_blocks - before;
	}
	bounded_user_free(&question.user);
}

/* Count them on the policy of a directory, opened and loaded. */
static void count_both(const char *dir, const struct bounded_shape *shape, unsigned int n,
		       uint64_t counts[2][N_QUESTIONS])
{
	struct rolegate_policy *policy;

	write_policy(dir, shape, n);
	assert_int_equal(rolegate_policy_open(dir, &policy, NULL), 0);
	count_questions(policy, shape, n, counts[0]);
	rolegate_policy_close(policy);
	assert_int_equal(rolegate_policy_load(dir, &policy, NULL), 0);
	count_questions(policy, shape, n, counts[1]);
	rolegate_policy_close(policy);
}

static bool check_count(const struct bounded_shape *shape, const char *how, const char *what,
			const uint64_t *counts)
{
	bool good = counts[2] <= BLOCKS_MAX;

	for (unsigned int i = 1; i < 3; i++)
		if (counts[i] > BLOCKS_MANY &&
		    (double)counts[i] > QUESTION_RATIO * (double)counts[i - 1] &&
		    counts[i - 1] > BLOCKS_MANY / 4)
			good = false;
	if (!good || is_verbose())
		print_message("%s: %s, %s, %s: %ju, %ju, %ju blocks\n", good ? "good" : "FAILED",
			      shape->name, how, what, (uintmax_t)counts[0], (uintmax_t)counts[1],
			      (uintmax_t)counts[2]);
	return good;
}

/* A quarter, half and all of the largest size within the limits. */
static size_t check_shape(const char *dir, const struct bounded_shape *shape)
{
	uint64_t counts[3][2][N_QUESTIONS];
	size_t n_bad = 0;

	for (unsigned int i = 0; i < 3; i++)
		count_both(dir, shape, shape->n_max >> (2 - i), counts[i]);
	for (unsigned int how = 0; how < 2; how++)
		for (size_t k = 0; k < N_QUESTIONS; k++) {
			const uint64_t row[] = { counts[0][how][k], counts[1][how][k],
						 counts[2][how][k] };

			n_bad += !check_count(shape, how ? "load" : "open", questions[k], row);
		}
	return n_bad;
}

static void test_questions(void **state)
{
	char *dir;
	size_t n_bad = 0;

	(void)state;
	if (!is_counted())
		skip();
	dir = support_make_folder();
	for (size_t i = 0; i < bounded_n_shapes; i++)
		n_bad += check_shape(dir, &bounded_shapes[i]);
	support_remove_folder(dir);
	assert_int_equal(n_bad, 0);
}

/* A group that is listed 65536 times counts once. */
static void test_repeated_gids(void **state)
{
	const struct bounded_shape *shape = bounded_find("groups-64");
	struct question question = { .what = "explain" };
	struct rolegate_policy *policy;
	char *dir = support_make_folder();
	gid_t *gids = calloc(BOUNDED_GIDS, sizeof(*gids));
	const char **names = calloc(BOUNDED_GIDS, sizeof(*names));
	uint64_t before;

	(void)state;
	assert_true(gids && names);
	write_policy(dir, shape, shape->n_max);
	assert_int_equal(rolegate_policy_open(dir, &policy, NULL), 0);
	bounded_user(&question.user, shape, shape->n_max);
	for (size_t i = 0; i < BOUNDED_GIDS; i++) {
		gids[i] = question.user.person.gids[0];
		names[i] = question.user.person.group_names[0];
	}
	question.policy = policy;
	free((void *)question.user.person.gids);
	free((void *)question.user.person.group_names);
	question.user.person.gids = gids;
	question.user.person.group_names = names;
	before = n_blocks;
	assert_int_equal(bounded_question(&question), 0);
	assert_true(n_blocks - before < BLOCKS_MAX / 2);
	rolegate_policy_close(policy);
	bounded_user_free(&question.user);
	support_remove_folder(dir);
}

/* ---- What exceeds it ---- */

static void check_refused(const struct bounded_shape *shape, unsigned int n)
{
	char *text = bounded_text(shape, n);
	struct compiled compiled;

	assert_int_equal(support_compile_text(&compiled, text), -EINVAL);
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 0, "(limit work)"));
	compile_free(&compiled);
	free(text);
}

/* Each shape is as large as it may be: a third more of what costs is refused, and the message names the limit. */
static void test_refuses_more(void **state)
{
	static const char *const shapes[] = { "user-all-roles", "chain-conflicts", "groups-64",
					      "groups-chain" };

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const struct bounded_shape *shape = bounded_find(shapes[i]);

		check_refused(shape, shape->n_max + shape->n_max / 3);
	}
}

/* ---- The compiler ---- */

/* Policies of more, for the compiler only: they are within the limits, and no question is put to them. */
static const struct bounded_shape large_shapes[] = {
	{ .name = "chain", .bases = 1, .n_max = 16000 },
	{ .name = "bases", .bases = 15, .n_max = 16000 },
	{ .name = "services", .required = 1, .services = 4096, .n_max = 16000 },
	{ .name = "conflicts",
	  .bases = 1,
	  .conflicts = 1024,
	  .conflict_roles = 64,
	  .n_max = 16000 },
	{ .name = "groups", .groups = 4096, .group_roles = 1, .required = 1, .n_max = 16000 },
	{ .name = "users", .listed = 25000, .n_max = 16000 },
	{ .name = "suspended", .suspended = 25000, .n_max = 16000 },
	{ .name = "role-groups", .bases = 1, .role_groups = 1024, .n_max = 16000 },
};

/* Blocks of a compilation, or of the comparison of a policy with itself. */
static uint64_t count_compiler(const char *dir, const struct bounded_shape *shape, unsigned int n,
			       uint64_t *ret_difference)
{
	uint64_t before = n_blocks, between;
	struct rolegate_policy *policy;
	struct difference difference;

	write_policy(dir, shape, n);
	between = n_blocks;
	assert_int_equal(rolegate_policy_load(dir, &policy, NULL), 0);
	assert_int_equal(difference_open(&difference, policy, policy, SUPPORT_NOW), 0);
	*ret_difference = n_blocks - between;
	difference_close(&difference);
	rolegate_policy_close(policy);
	return between - before;
}

static bool is_linear(const struct bounded_shape *shape, const char *what, const uint64_t *counts)
{
	bool good = (double)counts[1] <= COMPILER_RATIO * (double)counts[0] &&
		    (double)counts[2] <= COMPILER_RATIO * (double)counts[1];

	if (!good || is_verbose())
		print_message("%s: %s of %s: %ju, %ju, %ju blocks\n", good ? "good" : "FAILED",
			      what, shape->name, (uintmax_t)counts[0], (uintmax_t)counts[1],
			      (uintmax_t)counts[2]);
	return good;
}

static void test_compiler(void **state)
{
	char *dir;
	size_t n_bad = 0;

	(void)state;
	if (!is_counted())
		skip();
	dir = support_make_folder();
	for (size_t i = 0; i < sizeof(large_shapes) / sizeof(large_shapes[0]); i++) {
		const struct bounded_shape *shape = &large_shapes[i];
		/* Sanitizers take ten times as long. */
		unsigned int n_max = SUPPORT_HAS_ASAN ? shape->n_max / 4 : shape->n_max;
		uint64_t compiled[3], difference[3];

		for (unsigned int k = 0; k < 3; k++)
			compiled[k] = count_compiler(dir, shape, n_max >> (2 - k), &difference[k]);
		n_bad += !is_linear(shape, "compilation", compiled);
		n_bad += !is_linear(shape, "comparison", difference);
	}
	support_remove_folder(dir);
	assert_int_equal(n_bad, 0);
}

/* ---- Chosen names ---- */

#define N_CHOSEN 4000u
#define CHOSEN_BUCKETS 1024u

/* Write names that all share a bucket, and a slot, under one seed. */
static char *chosen_text(uint64_t seed)
{
	char *text = NULL, name[16];
	unsigned int n = 0;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	fputs("catalogs = [ \"workspace\", \"host\" ];\nassign = ( { user = \"olga\"; roles = [ \"owner\" ]; }",
	      to);
	for (unsigned int i = 0; n < N_CHOSEN; i++) {
		int length = snprintf(name, sizeof(name), "u%x", i);

		if ((format_name_spread(seed, name, (size_t)length) & (2 * CHOSEN_BUCKETS - 1)) !=
		    0)
			continue;
		fprintf(to, ",\n{ user = \"%s\"; roles = [ \"user\" ]; }", name);
		n++;
	}
	fputs(" );\n", to);
	assert_int_equal(fclose(to), 0);
	return text;
}

/* The most names that a bucket of 1024 has. */
static unsigned int fullest(const struct names *names)
{
	unsigned int counts[CHOSEN_BUCKETS] = { 0 }, most = 0;

	for (size_t i = 0; i < names->n; i++)
		if (++counts[names->spreads[i] & (CHOSEN_BUCKETS - 1)] > most)
			most = counts[names->spreads[i] & (CHOSEN_BUCKETS - 1)];
	return most;
}

/* Compile policy texts of a directory as rolegate does, which chooses a seed. */
static void compile_seeded(const char *root, struct compiled *ret)
{
	struct tree tree;
	const struct compile_catalogs catalogs = { .tree = &tree,
						   .vendor = ROLEGATE_CATALOG_DIR,
						   .site = "/none" };

	assert_int_equal(tree_open(&tree, root), 0);
	compile_init(ret);
	if (compile_tree(&tree, ROLEGATE_CONF_DIR, &catalogs, NULL, ret) != 0)
		support_print_report(ret);
	assert_int_equal(ret->report.n_errors, 0);
	tree_close(&tree);
}

static void make_folder(struct tree *tree, const char *path)
{
	int fd = tree_make_folder(tree, path);

	assert_true(fd >= 0);
	close(fd);
}

/* A source tree may be writable by a group, and catalogs may not. */
static void copy_catalog(const char *root, const char *name)
{
	char from[600], to[600], *text;
	size_t n;

	snprintf(from, sizeof(from), "%s/conf/catalogs/%s", TEST_SRCDIR, name);
	snprintf(to, sizeof(to), "%s%s/%s", root, ROLEGATE_CATALOG_DIR, name);
	text = support_read_file(from, &n);
	support_write_file(to, text, n, 0644);
	free(text);
}

static void test_chosen_names(void **state)
{
	char *root = support_make_folder(), *text = chosen_text(0), path[600];
	struct compiled plain, first, second;
	struct tree tree;

	(void)state;
	assert_int_equal(support_compile_text(&plain, text), 0);
	assert_true(fullest(&plain.model.users.names) >= N_CHOSEN);
	compile_free(&plain);
	assert_int_equal(tree_open(&tree, root), 0);
	make_folder(&tree, ROLEGATE_CONF_DIR);
	make_folder(&tree, ROLEGATE_CATALOG_DIR);
	tree_close(&tree);
	copy_catalog(root, "workspace.conf");
	copy_catalog(root, "host.conf");
	snprintf(path, sizeof(path), "%s%s/rolegate.conf", root, ROLEGATE_CONF_DIR);
	support_write_file(path, text, strlen(text), 0644);
	compile_seeded(root, &first);
	compile_seeded(root, &second);
	assert_true(first.model.seed != second.model.seed);
	assert_true(fullest(&first.model.users.names) < 32);
	assert_true(fullest(&second.model.users.names) < 32);
	compile_free(&first);
	compile_free(&second);
	free(text);
	support_remove_folder(root);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),    cmocka_unit_test(test_repeated_gids),
		cmocka_unit_test(test_refuses_more), cmocka_unit_test(test_compiler),
		cmocka_unit_test(test_chosen_names),
	};

	if (argc > 1)
		return run_command(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
