/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "forge.h"
#include "seen.h"

#define GIDS_MAX 64u

/* What was called back with. */
struct gids {
	uint32_t list[GIDS_MAX];
	size_t n;
};

static bool has_gid(const struct gids *gids, uint32_t gid)
{
	for (size_t i = 0; i < gids->n; i++)
		if (gids->list[i] == gid)
			return true;
	return false;
}

/* Each once, whatever comes. */
static int add_gid(void *context, uint32_t gid)
{
	struct gids *gids = context;

	assert_true(gids->n < GIDS_MAX);
	if (!has_gid(gids, gid))
		gids->list[gids->n++] = gid;
	return 0;
}

/* As "4 10", in no order that matters: the list is sorted. */
static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void write_gids(struct gids *gids, char *text, size_t size)
{
	size_t n = 0;

	qsort(gids->list, gids->n, sizeof(*gids->list), by_value);
	text[0] = '\0';
	for (size_t i = 0; i < gids->n; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%u", i > 0 ? " " : "", gids->list[i]);
}

/* ---- The rules ---- */

static const char policy_text[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"roles = (\n"
	"  { name = \"chief\"; based_on = [ \"administrator\" ]; },\n"
	"  { name = \"printer\"; permissions = [ \"host.print\" ]; },\n"
	"  { name = \"scanner\"; based_on = [ \"printer\" ]; },\n"
	"  { name = \"both\"; based_on = [ \"scanner\", \"chief\" ]; },\n"
	"  { name = \"moderated\"; needs_approval = true; based_on = [ \"printer\" ]; },\n"
	"  { name = \"pays\"; }, { name = \"approves\"; }, { name = \"pays-and-prints\";\n"
	"    based_on = [ \"pays\", \"printer\" ]; },\n"
	"  { name = \"audits\"; }, { name = \"is-audited\"; } );\n"
	"assign = (\n"
	"  { user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"adam\"; roles = [ \"administrator\" ]; },\n"
	"  { user = \"carl\"; roles = [ \"chief\" ]; },\n"
	"  { user = \"paul\"; roles = [ \"printer\" ]; },\n"
	"  { user = \"sina\"; roles = [ \"scanner\" ]; },\n"
	"  { user = \"bert\"; roles = [ \"both\", \"printer\" ]; },\n"
	"  { user = \"ute\"; roles = [ \"user\" ]; },\n"
	"  { user = \"past\"; roles = [ \"printer\" ]; until = \"2026-11-22T12:00:00Z\"; },\n"
	"  { user = \"now\"; roles = [ \"printer\" ]; from = \"2026-11-22T12:00:00Z\"; },\n"
	"  { user = \"soon\"; roles = [ \"printer\" ]; from = \"2026-11-22T12:00:01Z\"; },\n"
	"  { user = \"waits\"; roles = [ \"moderated\" ]; },\n"
	"  { user = \"waited\"; roles = [ \"moderated\" ]; approved_by = \"olga\"; },\n"
	"  { user = \"greedy\"; roles = [ \"pays\", \"approves\", \"printer\" ]; },\n"
	"  { user = \"sly\"; roles = [ \"pays-and-prints\", \"approves\" ]; },\n"
	"  { user = \"payer\"; roles = [ \"pays\" ]; },\n"
	"  { user = \"auditor\"; roles = [ \"audits\", \"printer\" ]; },\n"
	"  { user = \"root\"; roles = [ \"printer\" ]; },\n"
	"  { user = \"daemon\"; roles = [ \"printer\" ]; },\n"
	"  { group = \"sales\"; roles = [ \"scanner\", \"is-audited\" ]; } );\n"
	"default_roles = [ \"printer\" ];\n"
	"system_account_roles = [ \"printer\" ];\n"
	"conflicts = (\n"
	"  { name = \"four eyes\"; roles = [ \"pays\", \"approves\" ]; },\n"
	"  { name = \"audit\"; roles = [ \"audits\", \"is-audited\" ]; } );\n"
	"role_groups = (\n"
	"  { role = \"administrator\"; group = \"adm\"; },\n"
	"  { role = \"printer\"; group = \"lp\"; members = true; },\n"
	"  { role = \"scanner\"; group = \"scan\"; },\n"
	"  { role = \"chief\"; group = \"adm\"; members = true; },\n"
	"  { role = \"pays\"; group = \"pay\"; },\n"
	"  { role = \"audits\"; group = \"audit\"; members = true; },\n"
	"  { role = \"user\"; group = \"not-captured\"; members = true; } );\n";

static const struct support_group groups[] = {
	{ "adm", 4 },	 { "lp", 7 },	    { "scan", 4000000000u },
	{ "pay", 1200 }, { "audit", 1300 }, { NULL, 0 },
};
static const char *const system_accounts[] = { "daemon", NULL };

static struct rolegate_policy *open_captured(const char *text)
{
	struct rolegate_policy *policy;
	struct compiled compiled;
	int r = support_compile_text(&compiled, text);

	if (r != 0)
		support_print_report(&compiled);
	assert_int_equal(r, 0);
	support_capture(&compiled, groups, system_accounts);
	policy = support_open(&compiled);
	compile_free(&compiled);
	return policy;
}

static const struct {
	const char *name, *user, *gids;
} gid_cases[] = {
	{ "P3 an assignment of one's own", "adam", "4" },
	{ "P1 a role based on the one that is seen", "carl", "4" },
	{ "P1 the owner role is based on administrator", "olga", "4" },
	{ "P1 a role and its base, each with a group", "sina", "7 4000000000" },
	{ "P1 a group that several roles lead to comes once", "bert", "4 7 4000000000" },
	{ "P3 only the base", "paul", "7" },
	{ "P3 over at its last moment", "past", "" },
	{ "P3 in force at its first moment", "now", "7" },
	{ "P3 not begun", "soon", "" },
	{ "P9 not approved", "waits", "" },
	{ "P9 approved", "waited", "7" },
	{ "A6 roles that exclude each other, and one beside them", "greedy", "7" },
	{ "A6 a base of an excluded role's heir", "sly", "7" },
	{ "A6 one of two roles is no conflict", "payer", "1200" },
	{ "A6 a group could bring the excluding role", "auditor", "7" },
	{ "P3 defaults are not seen", "nobody-assigned-this", "" },
	{ "P3 a role whose group was not captured", "ute", "" },
	{ "root is in no group, whatever is assigned", "root", "" },
	{ "a system account is in no group", "daemon", "" },
	{ "P12 names are compared byte for byte", "Adam", "" },
	{ "no name", "", "" },
};

static void test_gids(void **state)
{
	struct rolegate_policy *policy = open_captured(policy_text);
	size_t n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(gid_cases) / sizeof(gid_cases[0]); i++) {
		struct gids gids = { 0 };
		char text[256];

		assert_int_equal(
			seen_each_gid(policy, gid_cases[i].user, SUPPORT_NOW, add_gid, &gids), 0);
		write_gids(&gids, text, sizeof(text));
		if (!strcmp(text, gid_cases[i].gids))
			continue;
		print_message("%s: %s is seen in [%s], not in [%s]\n", gid_cases[i].name,
			      gid_cases[i].user, text, gid_cases[i].gids);
		n_wrong++;
	}
	assert_int_equal(n_wrong, 0);
	rolegate_policy_close(policy);
}

static int stop_at(void *context, uint32_t gid)
{
	(void)gid;
	return ++*(int *)context;
}

static void test_stop(void **state)
{
	struct rolegate_policy *policy = open_captured(policy_text);
	int n = 0;

	(void)state;
	assert_int_equal(seen_each_gid(policy, "sina", SUPPORT_NOW, stop_at, &n), 1);
	assert_int_equal(n, 1);
	rolegate_policy_close(policy);
}

/* ---- Lists ---- */

static int add_name(void *context, const char *name)
{
	char *text = context;

	if (!strstr(text, name))
		snprintf(text + strlen(text), 256 - strlen(text), "%s%s", *text ? " " : "", name);
	return 0;
}

static const struct {
	const char *name, *group;
	uint32_t gid;
	const char *members; /* NULL: not listed */
} list_cases[] = {
	{ "P3 who holds it now", "lp", 7, "paul sina bert now waited greedy sly auditor" },
	{ "one of two lines says `members`", "adm", 4, "carl bert" },
	{ "A6 nobody for sure", "audit", 1300, "" },
	{ "without `members`", "scan", 4000000000u, NULL },
	{ "a group that was not captured", "not-captured", 1, NULL },
	{ "another group", "root", 0, NULL },
};

static void test_lists(void **state)
{
	struct rolegate_policy *policy = open_captured(policy_text);

	(void)state;
	for (size_t i = 0; i < sizeof(list_cases) / sizeof(list_cases[0]); i++) {
		uint32_t gid = list_cases[i].gid;
		int wanted = list_cases[i].members != NULL;
		char members[256] = "";
		struct role_group group;
		struct record record;

		print_message("  %s\n", list_cases[i].name);
		assert_int_equal(seen_find_group(policy, list_cases[i].group, 0, &record, &group),
				 wanted);
		if (wanted) {
			assert_int_equal(group.gid, gid);
			store_record_free(&record);
		}
		assert_int_equal(seen_find_group(policy, NULL, gid, &record, &group), wanted);
		if (!wanted)
			continue;
		assert_string_equal(group.group, list_cases[i].group);
		store_record_free(&record);
		assert_int_equal(seen_each_member(policy, gid, SUPPORT_NOW, add_name, members), 0);
		assert_string_equal(members, list_cases[i].members);
	}
	rolegate_policy_close(policy);
}

/* D4: a group that is not found in a record that ends too early is damage, and none that is not there. */
static void test_damage(void **state)
{
	char *folder = support_make_folder(), path[256];
	struct rolegate_policy *policy;
	struct role_group group;
	struct compiled compiled;
	struct record record;

	(void)state;
	assert_int_equal(support_compile_text(&compiled, policy_text), 0);
	support_capture(&compiled, groups, system_accounts);
	support_write_compiled(&compiled, folder, NULL);
	compile_free(&compiled);
	snprintf(path, sizeof(path), "%s/%s", folder, FORMAT_FILE_NAME);
	/* Eight groups are said to be there, and are seven. */
	forge_patch(path, FORMAT_ROLE_GROUPS, 0, 0, "\10", 1);
	assert_int_equal(rolegate_policy_open(folder, &policy, NULL), 0);
	assert_int_equal(seen_find_group(policy, "lp", 0, &record, &group), 1);
	store_record_free(&record);
	assert_int_equal(seen_find_group(policy, "root", 0, &record, &group), -EBADMSG);
	assert_int_equal(seen_find_group(policy, NULL, 1, &record, &group), -EBADMSG);
	rolegate_policy_close(policy);
	support_remove_folder(folder);
}

/* ---- Never more than the truth ---- */

#define N_ROLES 7u
#define N_USERS 5u
#define N_GROUPS 3u
#define N_POLICIES 400u

static unsigned int next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned int)(*seed >> 33);
}

static void write_assignment(FILE *to, const char *kind, unsigned int i, uint64_t *seed)
{
	fprintf(to, ", { %s = \"%c%u\"; roles = [ \"r%u\", \"r%u\" ]; %s}\n", kind, kind[0], i,
		next_random(seed) % N_ROLES, next_random(seed) % N_ROLES,
		next_random(seed) % 3 == 0 ? "approved_by = \"olga\"; " : "");
}

/*
 * A policy at random: roles based on earlier ones, conflicts, each role seen as a group of its
 * own.
 */
static char *write_random(uint64_t *seed)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	fputs("catalogs = [ \"workspace\" ];\nroles = (", to);
	for (unsigned int i = 0; i < N_ROLES; i++) {
		fprintf(to, "%s{ name = \"r%u\"; needs_approval = %s; based_on = [ ",
			i > 0 ? ",\n" : "", i, next_random(seed) % 5 == 0 ? "true" : "false");
		if (i > 0)
			fprintf(to, "\"r%u\", \"r%u\"", next_random(seed) % i,
				next_random(seed) % i);
		fputs(" ]; }", to);
	}
	fputs(" );\nassign = ( { user = \"olga\"; roles = [ \"owner\" ]; }\n", to);
	for (unsigned int i = 0; i < N_USERS; i++)
		write_assignment(to, "user", i, seed);
	for (unsigned int i = 0; i < N_GROUPS; i++)
		if (next_random(seed) % 2)
			write_assignment(to, "group", i, seed);
	fputs(" );\nconflicts = ( ", to);
	for (unsigned int i = 0; i < 2; i++)
		fprintf(to,
			"%s{ name = \"c%u\"; roles = [ \"r%u\", \"r%u\", \"r%u\" ]; at_most = %u; }",
			i > 0 ? ", " : "", i, next_random(seed) % 3, 3 + next_random(seed) % 2,
			5 + next_random(seed) % 2, 1 + next_random(seed) % 2);
	fputs(" );\nrole_groups = ( ", to);
	for (unsigned int i = 0; i < N_ROLES; i++)
		fprintf(to, "%s{ role = \"r%u\"; group = \"os%u\"; }", i > 0 ? ", " : "", i, i);
	fputs(" );\n", to);
	assert_int_equal(fclose(to), 0);
	return text;
}

/*
 * The gids of all that the person holds, whose groups are known: the evaluator's findings, walked.
 */
static void add_truth(const struct rolegate_policy *policy, const struct rolegate_person *person,
		      struct gids *truth)
{
	struct findings f;
	struct walk walk;
	int r;

	assert_int_equal(decide_hold(policy, person, SUPPORT_NOW, &f), 0);
	r = walk_start_held(&walk, policy, &f, 0);
	for (r = r < 0 ? r : walk_next(&walk); r > 0; r = walk_next(&walk)) {
		struct role_info info;
		struct record record;

		assert_int_equal(policy_load_role_info(policy, walk.queue[walk.at], &record, &info),
				 0);
		if (info.name[0] == 'r' && info.name[2] == '\0')
			add_gid(truth, 1000u + (uint32_t)(info.name[1] - '0'));
		store_record_free(&record);
	}
	assert_int_equal(r, 0);
	walk_free(&walk);
	decide_findings_free(&f);
}

/* Whatever groups the user is in, what was seen is true. Returns how much there was to see. */
static size_t check_user(const struct rolegate_policy *policy, const char *user)
{
	static const char *const names[N_GROUPS] = { "g0", "g1", "g2" };
	struct gids seen = { 0 };

	assert_int_equal(seen_each_gid(policy, user, SUPPORT_NOW, add_gid, &seen), 0);
	for (unsigned int mask = 0; mask < 1u << N_GROUPS; mask++) {
		const char *in[N_GROUPS];
		gid_t gids[N_GROUPS];
		struct rolegate_person person = {
			.size = sizeof(struct rolegate_person),
			.name = user,
			.uid = 1000,
			.gids = gids,
			.group_names = in,
			.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS,
		};
		struct gids truth = { 0 };

		for (unsigned int i = 0; i < N_GROUPS; i++)
			if (mask & 1u << i) {
				gids[person.n_groups] = support_gid(names[i]);
				in[person.n_groups++] = names[i];
			}
		add_truth(policy, &person, &truth);
		for (size_t i = 0; i < seen.n; i++)
			assert_true(has_gid(&truth, seen.list[i]));
		/* Where the policy knows no groups, it is the whole truth. */
		if (policy->head.n_groups == 0)
			assert_int_equal(seen.n, truth.n);
	}
	return seen.n;
}

static void test_truth(void **state)
{
	struct support_group random_groups[N_ROLES + 1] = { { NULL, 0 } };
	static const char *const none[] = { NULL };
	char names[N_ROLES][8];
	uint64_t seed = 20261122;
	size_t n_seen = 0;

	(void)state;
	for (unsigned int i = 0; i < N_ROLES; i++) {
		snprintf(names[i], sizeof(names[i]), "os%u", i);
		random_groups[i] = (struct support_group){ names[i], 1000 + i };
	}
	for (unsigned int turn = 0; turn < N_POLICIES; turn++) {
		char *text = write_random(&seed), user[8];
		struct rolegate_policy *policy;
		struct compiled compiled;

		assert_int_equal(support_compile_text(&compiled, text), 0);
		support_capture(&compiled, random_groups, none);
		policy = support_open(&compiled);
		for (unsigned int i = 0; i < N_USERS; i++) {
			snprintf(user, sizeof(user), "u%u", i);
			n_seen += check_user(policy, user);
		}
		rolegate_policy_close(policy);
		compile_free(&compiled);
		free(text);
	}
	/* Not because nobody was seen anywhere. */
	assert_true(n_seen > (size_t)N_POLICIES * N_USERS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gids),  cmocka_unit_test(test_stop),
		cmocka_unit_test(test_lists), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
