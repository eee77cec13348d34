/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of roles, looked at as one: for whom there is one, and that the answer is that of each role
 * (P1, P3, P9, P11, A6).
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_alike),
		cmocka_unit_test(numbers_sets),
		cmocka_unit_test(stops_at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
