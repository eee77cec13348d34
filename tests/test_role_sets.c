/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of roles, looked at as one: for whom there is one, and that the answer is that of each role
 * (P1, P3, P9, P11, A6).
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "role_sets.h"

static const char *const text =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"plan = { name = \"pro\"; includes = [ \"mail\", \"host.*\", \"insight\" ]; };\n"
	"roles = (\n"
	"	{ name = \"a\"; privileges = \"p.a\"; },\n"
	"	{ name = \"b\"; based_on = [ \"user\" ]; privileges = \"p.b\"; },\n"
	"	{ name = \"c\"; permissions = [ \"insight\" ]; privileges = \"p.c\"; },\n"
	"	{ name = \"clerk\"; privileges = \"pay.enter\"; },\n"
	"	{ name = \"approver\"; privileges = \"pay.approve\"; },\n"
	"	{ name = \"chief\"; based_on = [ \"approver\" ]; },\n"
	"	{ name = \"probation\"; needs_approval = true; privileges = \"lab\"; }\n"
	");\n"
	"assign = (\n"
	"	{ user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"	{ user = \"one\"; roles = [ \"a\" ]; },\n"
	"	{ user = \"two\"; roles = [ \"a\", \"b\" ]; },\n"
	"	{ user = \"twin\"; roles = [ \"a\", \"b\" ]; },\n"
	"	{ user = \"three\"; roles = [ \"a\", \"b\", \"c\" ]; },\n"
	"	{ user = \"past\"; roles = [ \"a\", \"b\" ]; until = \"2026-01-01\"; },\n"
	"	{ user = \"mixed\"; roles = [ \"a\", \"b\" ]; until = \"2026-01-01\"; },\n"
	"	{ user = \"mixed\"; roles = [ \"c\", \"a\" ]; },\n"
	"	{ user = \"trained\"; roles = [ \"a\", \"probation\" ]; },\n"
	"	{ user = \"approved\"; roles = [ \"a\", \"b\" ]; approved_by = \"olga\"; },\n"
	"	{ user = \"approved\"; roles = [ \"probation\" ]; },\n"
	"	{ user = \"torn\"; roles = [ \"clerk\", \"chief\" ]; },\n"
	"	{ user = \"torn\"; roles = [ \"a\", \"b\" ]; },\n"
	"	{ user = \"boss\"; roles = [ \"owner\", \"a\" ]; },\n"
	"	{ group = \"staff\"; roles = [ \"b\", \"c\" ]; }\n"
	");\n"
	"default_roles = [ \"a\", \"c\" ];\n"
	"services = (\n"
	"	{ name = \"all\"; require = [ \"mail\", \"p.a\", \"p.b\" ]; },\n"
	"	{ name = \"any\"; require_any = [ \"p.c\", \"pay.enter\", \"helpdesk\" ]; },\n"
	"	{ name = \"lab\"; require = [ \"lab\" ]; }\n"
	");\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"clerk\", \"approver\" ]; } );\n";

/* How many holdings a person has, role by role, and with sets as one. */
static const struct {
	const char *name, *person;
	size_t n_roles, n_briefly;
} cases[] = {
	{ "P3 one role is no set", "one", 1, 1 },
	{ "P3 two roles are", "two", 2, 1 },
	{ "P3 the same two of somebody else", "twin", 2, 1 },
	{ "P3 three roles", "three", 3, 1 },
	{ "P3 an assignment whose time is over, and so the default roles", "past", 4, 3 },
	{ "P3 two assignments, two sets", "mixed", 4, 2 },
	{ "P9 a role that needs approval is looked at by itself", "trained", 2, 2 },
	{ "P9 an approval of others approves nothing else", "approved", 3, 2 },
	{ "A6 nor is one that inherits a role of a conflict rule", "torn", 4, 3 },
	{ "P7 an owner's stand for themselves", "boss", 2, 2 },
	{ "D9 a group's and the user's, of which both have b", "two:1000:staff", 3, 2 },
	{ "D6 root's own has no set", "two:0", 3, 2 },
	{ "P3 default roles stand for themselves", "nobody", 2, 2 },
};

static const char *const services[] = { "all", "any", "lab", "sshd", "unlisted" };
static const char *const permissions[] = { "mail", "insight",	"p.a",	       "p.b", "p.c",
					   "lab",  "pay.enter", "pay.approve", "none" };

struct counts {
	size_t roles, briefly;
};

/* Both ways of one question: the same answer. */
static void check_request(const struct rolegate_policy *policy,
			  const struct rolegate_request *request,
			  const struct rolegate_subject *subject, struct counts *counts)
{
	struct rolegate_decision whole = ROLEGATE_DECISION_INIT, brief = ROLEGATE_DECISION_INIT;
	struct findings f;

	assert_int_equal(decide_evaluate(policy, request, subject, NULL, &f, &whole), 0);
	counts->roles = f.n_holdings;
	decide_findings_free(&f);
	assert_int_equal(decide_briefly(policy, request, subject, NULL, &f, &brief), 0);
	counts->briefly = f.n_holdings;
	decide_findings_free(&f);
	if (whole.verdict != brief.verdict || whole.reason != brief.reason ||
	    whole.wants != brief.wants)
		fail_msg("%s: %s%s: %s, briefly %s", subject->person.name,
			 request->service ? request->service : "",
			 request->permission ? request->permission : "",
			 rolegate_reason_name(whole.reason), rolegate_reason_name(brief.reason));
}

static void answers_alike(void **state)
{
	struct rolegate_policy *policy = support_policy(text);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						    .at = SUPPORT_NOW };
		struct rolegate_subject subject;
		struct support_person who;
		struct counts counts = { 0 };

		support_person(&who, cases[i].person);
		subject.person = who.person;
		for (size_t k = 0; k < sizeof(permissions) / sizeof(*permissions); k++) {
			request.permission = permissions[k];
			check_request(policy, &request, &subject, &counts);
			if (counts.roles != cases[i].n_roles ||
			    counts.briefly != cases[i].n_briefly)
				fail_msg("%s: %zu holdings, %zu briefly", cases[i].name,
					 counts.roles, counts.briefly);
		}
		request.permission = NULL;
		for (size_t k = 0; k < sizeof(services) / sizeof(*services); k++) {
			request.service = services[k];
			check_request(policy, &request, &subject, &counts);
		}
		support_forget(&who);
	}
	rolegate_policy_close(policy);
}

/* Equal lists of roles have one number, others have others. */
static void numbers_sets(void **state)
{
	struct role_sets sets = { 0 };
	struct compiled compiled;
	uint32_t n = 0;

	(void)state;
	assert_int_equal(support_compile_text(&compiled, text), 0);
	assert_int_equal(role_sets_find_all(&sets, &compiled.model), 0);
	/* a b; a b c; c a; b c */
	assert_int_equal(sets.n, 4);
	for (size_t i = 0; i < compiled.model.n_assignments; i++) {
		const struct model_assignment *a = &compiled.model.assignments[i];
		uint32_t set = role_sets_of(&sets, a);

		if (set == NAMES_NONE)
			continue;
		n++;
		assert_true(set < sets.n);
		assert_int_equal(sets.list[set]->n_roles, a->n_roles);
		assert_memory_equal(sets.list[set]->roles, a->roles, a->n_roles * sizeof(uint32_t));
	}
	assert_int_equal(n, 9);
	role_sets_free(&sets);
	compile_free(&compiled);
}

/* More sets than may have a number: those beyond are looked at role by role, and answer alike. */
static void stops_at_the_limit(void **state)
{
	const uint32_t n_roles = 200, n_users = FORMAT_SETS_MAX + 100;
	char *many = NULL;
	size_t n;
	FILE *to = open_memstream(&many, &n);
	struct rolegate_policy *policy;
	uint32_t at_once = 0;

	(void)state;
	assert_non_null(to);
	fputs("catalogs = [ \"workspace\" ];\nroles = (\n", to);
	for (uint32_t i = 0; i < n_roles; i++)
		fprintf(to, "%s{ name = \"r%u\"; privileges = \"p.%u\"; }\n", i ? "," : "", i, i);
	fputs(");\nassign = ( { user = \"olga\"; roles = [ \"owner\" ]; }\n", to);
	for (uint32_t i = 0; i < n_users; i++)
		fprintf(to, ", { user = \"u%u\"; roles = [ \"r%u\", \"r%u\" ]; }\n", i, i / 199,
			(i / 199 + 1 + i % 199) % n_roles);
	fputs(");\n", to);
	assert_int_equal(fclose(to), 0);
	policy = support_policy(many);
	free(many);
	for (uint32_t i = 0; i < n_users; i++) {
		struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						    .at = SUPPORT_NOW };
		struct rolegate_subject subject = { { .uid = 1000, .facts = ROLEGATE_FACT_UID } };
		struct counts counts;
		char name[16], permission[16];

		snprintf(name, sizeof(name), "u%u", i);
		snprintf(permission, sizeof(permission), "p.%u", i / 199);
		subject.person.name = name;
		request.permission = permission;
		check_request(policy, &request, &subject, &counts);
		assert_int_equal(counts.roles, 2);
		at_once += counts.briefly == 1;
	}
	assert_int_equal(at_once, FORMAT_SETS_MAX);
	rolegate_policy_close(policy);
}

/* ---- The number of a set, which is a role's, too ---- */

/* Roles of which a set has the number, and roles that sets are made of. */
enum numbered { GRANTS, WAITS, CLERK, APPROVER, PLAIN, N_NUMBERED };
#define N_PARTS 12u
/* As many other assignments as make an account one of many holdings. */
#define N_FILLING 10u

/* Write two of the roles that sets are made of: other two for each number. */
static void write_pair(FILE *to, uint32_t number)
{
	uint32_t first = number / (N_PARTS - 1), second = number % (N_PARTS - 1);

	fprintf(to, "\"e%u\", \"e%u\"", first, second + (second >= first));
}

static void write_set(FILE *to, const char *user, uint32_t number, const char *more)
{
	fprintf(to, ", { user = \"%s\"; roles = [ ", user);
	write_pair(to, number);
	fprintf(to, " ]; %s }\n", more);
}

static void write_role(FILE *to, const char *user, const char *role)
{
	fprintf(to, ", { user = \"%s\"; roles = [ \"%s\" ]; }\n", user, role);
}

/* Write the assignments of an account: a set of a number, and roles, before or behind it. */
static void write_account(FILE *to, const char *user, uint32_t number, const char *more,
			  const char *const roles[3], bool is_set_first)
{
	if (is_set_first)
		write_set(to, user, number, more);
	for (size_t i = 0; i < 3 && roles[i]; i++)
		write_role(to, user, roles[i]);
	if (!is_set_first)
		write_set(to, user, number, more);
}

static const struct {
	const char *name;
	enum numbered number; /* of the set */
	const char *more, *roles[3];
	const char *granted[2], *denied[3];
	enum rolegate_reason why; /* of the first denial */
} twins[] = {
	/* Kills weigh_role() in the place of weigh_set(): the set would be the role. */
	{ "a set alone is not the role",
	  GRANTS,
	  "",
	  { NULL },
	  { "p.e" },
	  { "p.grants" },
	  ROLEGATE_MISSING_PERMISSION },
	/* Kills `is_set` left out of are_equal() and index_of(), and a set's note at a role's place. */
	{ "a set and the role",
	  GRANTS,
	  "",
	  { "grants" },
	  { "p.e", "p.grants" },
	  { "p.plain" },
	  ROLEGATE_MISSING_PERMISSION },
	/* The same: the set's approval would be the role's. */
	{ "an approved set, and the role that needs approval",
	  WAITS,
	  "approved_by = \"olga\";",
	  { "waits" },
	  { "p.e" },
	  { "p.waits" },
	  ROLEGATE_PENDING_APPROVAL },
	/* Kills weigh_way() for sets: it would be blocked, as the role is. */
	{ "a set of the number of a blocked role",
	  CLERK,
	  "",
	  { "clerk", "approver" },
	  { "p.e" },
	  { "p.clerk", "p.approver" },
	  ROLEGATE_CONFLICT },
	/* The same: it would grant what the role does. */
	{ "a set beside blocked roles",
	  PLAIN,
	  "",
	  { "clerk", "approver" },
	  { "p.e" },
	  { "p.clerk", "p.plain" },
	  ROLEGATE_CONFLICT },
	/* Kills a set's number among the roles of conflict rules. */
	{ "a set of the number of a role in a conflict rule",
	  APPROVER,
	  "",
	  { "clerk" },
	  { "p.e", "p.clerk" },
	  { "p.approver" },
	  ROLEGATE_MISSING_PERMISSION },
};

#define N_TWINS (sizeof(twins) / sizeof(twins[0]))

/* Whose accounts: those of few holdings and of many, with the set first or last. */
static void name_twin(char user[16], size_t i, unsigned int how)
{
	snprintf(user, 16, "%s%s%zu", how & 1 ? "many" : "few", how & 2 ? "last" : "first", i);
}

/* Owner: free(). */
static char *write_twins(const uint32_t ids[N_NUMBERED])
{
	char *twin_text = NULL, user[16];
	size_t n;
	FILE *to = open_memstream(&twin_text, &n);

	assert_non_null(to);
	fputs("catalogs = [ \"workspace\" ];\nroles = ( { name = \"grants\"; privileges = \"p.grants\"; },\n"
	      "{ name = \"waits\"; needs_approval = true; privileges = \"p.waits\"; },\n"
	      "{ name = \"clerk\"; privileges = \"p.clerk\"; },\n"
	      "{ name = \"approver\"; privileges = \"p.approver\"; },\n"
	      "{ name = \"plain\"; privileges = \"p.plain\"; }\n",
	      to);
	for (unsigned int i = 0; i < N_PARTS; i++)
		fprintf(to, ", { name = \"e%u\"; privileges = \"p.e\"; }\n", i);
	for (unsigned int i = 0; i < N_FILLING; i++)
		fprintf(to, ", { name = \"f%u\"; privileges = \"p.f\"; }\n", i);
	fputs(");\nassign = ( { user = \"olga\"; roles = [ \"owner\" ]; }\n", to);
	/* Sets get their numbers in the order of these. */
	for (uint32_t i = 0; i < N_PARTS * (N_PARTS - 1); i++)
		write_set(to, "sets", i, "");
	for (size_t i = 0; i < N_TWINS; i++)
		for (unsigned int how = 0; how < 4; how++) {
			name_twin(user, i, how);
			write_account(to, user, ids[twins[i].number], twins[i].more, twins[i].roles,
				      !(how & 2));
			for (unsigned int k = 0; k < N_FILLING && how & 1; k++) {
				char role[8];

				snprintf(role, sizeof(role), "f%u", k);
				write_role(to, user, role);
			}
		}
	fputs(");\nconflicts = ( { name = \"c\"; roles = [ \"clerk\", \"approver\" ]; } );\n", to);
	assert_int_equal(fclose(to), 0);
	return twin_text;
}

/* The ids of the roles; and that a set has each of them. */
static void find_numbered(const char *twin_text, uint32_t ids[N_NUMBERED])
{
	static const char *const names[] = { "grants", "waits", "clerk", "approver", "plain" };
	struct compiled compiled;
	struct role_sets sets = { 0 };

	assert_int_equal(support_compile_text(&compiled, twin_text), 0);
	assert_int_equal(role_sets_find_all(&sets, &compiled.model), 0);
	for (size_t i = 0; i < N_NUMBERED; i++) {
		for (ids[i] = 0; strcmp(compiled.model.roles[ids[i]].name, names[i]) != 0; ids[i]++)
			assert_true(ids[i] < compiled.model.role_names.n);
		assert_true(ids[i] < sets.n);
	}
	assert_int_equal(sets.n, N_PARTS * (N_PARTS - 1));
	role_sets_free(&sets);
	compile_free(&compiled);
}

static enum rolegate_reason ask_twin(const struct rolegate_policy *policy, const char *user,
				     const char *permission)
{
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .permission = permission,
					    .at = SUPPORT_NOW };
	struct rolegate_subject subject;
	struct support_person who;
	struct counts counts;
	enum rolegate_reason reason;

	support_person(&who, user);
	subject.person = who.person;
	check_request(policy, &request, &subject, &counts);
	assert_int_equal(counts.roles, counts.briefly + 1);
	support_forget(&who);
	reason = support_ask(policy, user, NULL, permission, SUPPORT_NOW).reason;
	return reason;
}

/* Who has a set whose number is also a role's: neither is taken for the other. */
static void tells_sets_from_roles(void **state)
{
	uint32_t ids[N_NUMBERED] = { 0 }, again[N_NUMBERED];
	struct rolegate_policy *policy;
	char *twin_text = write_twins(ids);
	size_t n_wrong = 0;

	(void)state;
	find_numbered(twin_text, ids);
	free(twin_text);
	twin_text = write_twins(ids);
	find_numbered(twin_text, again);
	assert_memory_equal(again, ids, sizeof(ids));
	policy = support_policy(twin_text);
	free(twin_text);
	for (size_t i = 0; i < N_TWINS * 4; i++) {
		char user[16];
		enum rolegate_reason reason;

		name_twin(user, i / 4, i % 4);
		for (size_t k = 0; k < 5; k++) {
			const char *permission = k < 2 ? twins[i / 4].granted[k]
						       : twins[i / 4].denied[k - 2];

			if (!permission)
				continue;
			reason = ask_twin(policy, user, permission);
			if ((reason == ROLEGATE_GRANTED) == (k < 2) &&
			    (k != 2 || reason == twins[i / 4].why))
				continue;
			print_message("%s, %s: %s: %s\n", twins[i / 4].name, user, permission,
				      rolegate_reason_name(reason));
			n_wrong++;
		}
	}
	assert_int_equal(n_wrong, 0);
	rolegate_policy_close(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_alike),
		cmocka_unit_test(numbers_sets),
		cmocka_unit_test(stops_at_the_limit),
		cmocka_unit_test(tells_sets_from_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
