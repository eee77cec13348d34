/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The password gate as a pure function: whose password, who acts, what the policy says. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CATALOGS "catalogs = [ \"workspace\", \"host\" ];\n"
#define PEOPLE                                                                                     \
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"                               \
	"  { user = \"bob\"; roles = [ \"administrator\" ]; },\n"                                  \
	"  { user = \"gina\"; roles = [ \"owner\" ]; until = \"2001-01-01\"; },\n"                 \
	"  { group = \"chiefs\"; roles = [ \"owner\" ]; } );\n"
#define UNKNOWN_IS_ROOT "password_gate = { unknown_actor = \"root\"; };\n"
#define NO_ROOT "root_is_owner = false;\n"

static const char usual[] = CATALOGS PEOPLE;
static const char no_root[] = CATALOGS PEOPLE NO_ROOT;
static const char unknown_is_root[] = CATALOGS PEOPLE UNKNOWN_IS_ROOT;
static const char permissive[] = CATALOGS PEOPLE "mode = \"permissive\";\n";
static const char suspends_bob[] = CATALOGS PEOPLE
	"mode = \"permissive\";\nsuspended = ( { user = \"bob\"; } );\n";
static const char by_service[] = CATALOGS PEOPLE
	"services = ( { name = \"passwd\"; mode = \"permissive\"; },\n"
	"  { name = \"chpasswd\"; subject = \"actor\"; require = [ \"host.ssh\" ]; } );\n";
static const char other_permission[] = CATALOGS PEOPLE
	"password_gate = { permission = \"mail_private_all\"; };\n";
static const char planned[] = CATALOGS PEOPLE
	"password_gate = { permission = \"mail_private_all\"; };\n"
	"plan = { name = \"small\"; includes = [ \"host.*\" ]; };\n";

struct gate_case {
	const char *name, *policy;
	const char *target, *actor; /* as support_person() has them; NULL: unknown */
	enum rolegate_verdict verdict;
	enum rolegate_reason reason;
	enum { PLAIN, PERMISSIVE, ASKS_ROOT } extra;
};

#define YES ROLEGATE_ALLOW
#define NO ROLEGATE_DENY

static const struct gate_case cases[] = {
	{ "G1 an owner sets anybody's", usual, "carol:1003", "alice:1001", YES, ROLEGATE_GRANTED,
	  PLAIN },
	{ "G1 an administrator does not", usual, "carol:1003", "bob:1002", NO,
	  ROLEGATE_MISSING_PERMISSION, PLAIN },
	{ "G1 nobody in particular does not", usual, "carol:1003", "dave:1004", NO,
	  ROLEGATE_NO_ROLE, PLAIN },
	{ "G1 one who was an owner", usual, "carol:1003", "gina:1007", NO, ROLEGATE_OUTSIDE_TIME,
	  PLAIN },
	{ "G1 an owner by group", usual, "carol:1003", "dave:1004:chiefs", YES, ROLEGATE_GRANTED,
	  PLAIN },
	{ "G1 that the target is an owner helps nobody", usual, "alice:1001", "bob:1002", NO,
	  ROLEGATE_MISSING_PERMISSION, PLAIN },
	{ "G1 one's own", usual, "dave:1004", "dave:1004", YES, ROLEGATE_OWN_PASSWORD, PLAIN },
	{ "G1 one's own under another name of the uid", usual, "dave2:1004", "dave:1004", YES,
	  ROLEGATE_OWN_PASSWORD, PLAIN },
	{ "G1 a name alike is not one's own", usual, "dave:1005", "dave:1004", NO, ROLEGATE_NO_ROLE,
	  PLAIN },
	{ "G1 the policy names another permission", other_permission, "carol:1003", "alice:1001",
	  YES, ROLEGATE_GRANTED, PLAIN },
	{ "G1 the policy names another permission: not held", other_permission, "carol:1003",
	  "bob:1002", NO, ROLEGATE_MISSING_PERMISSION, PLAIN },
	{ "P11 the gate's permission is not in the plan", planned, "carol:1003", "alice:1001", NO,
	  ROLEGATE_NOT_IN_PLAN, PLAIN },
	{ "G2 an unknown actor is nobody", usual, "carol:1003", NULL, NO, ROLEGATE_UNKNOWN_ACTOR,
	  PLAIN },
	{ "G2 also for root's password", usual, "root:0", NULL, NO, ROLEGATE_UNKNOWN_ACTOR, PLAIN },
	{ "G2 unknown_actor = root: root is to be asked about", unknown_is_root, "carol:1003", NULL,
	  NO, ROLEGATE_UNKNOWN_ACTOR, ASKS_ROOT },
	{ "D6 root is an owner", usual, "carol:1003", "root:0", YES, ROLEGATE_GRANTED, PLAIN },
	{ "D6 root is none, if the policy says so", no_root, "carol:1003", "root:0", NO,
	  ROLEGATE_NO_ROLE, PLAIN },
	{ "G1 root's own needs no role", no_root, "root:0", "root:0", YES, ROLEGATE_OWN_PASSWORD,
	  PLAIN },
	{ "D5 a permissive policy", permissive, "carol:1003", "bob:1002", NO,
	  ROLEGATE_MISSING_PERMISSION, PERMISSIVE },
	{ "D5 a permissive policy, and an unknown actor", permissive, "carol:1003", NULL, NO,
	  ROLEGATE_UNKNOWN_ACTOR, PERMISSIVE },
	{ "D5 a permissive policy says nothing of one's own", permissive, "bob:1002", "bob:1002",
	  YES, ROLEGATE_OWN_PASSWORD, PLAIN },
	{ "D5 a service's mode; what its entry requires is for the account phase", by_service,
	  "carol:1003", "bob:1002", NO, ROLEGATE_MISSING_PERMISSION, PERMISSIVE },
};

static struct rolegate_decision ask(const struct gate_case *c, const char *service)
{
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = service,
					    .at = SUPPORT_NOW };
	struct rolegate_policy *policy = support_policy(c->policy);
	struct support_person target, actor = { 0 };
	struct rolegate_target whose;
	struct rolegate_actor who;
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	support_person(&target, c->target);
	support_person(&actor, c->actor ? c->actor : "nobody:65534");
	whose = (struct rolegate_target){ .person = target.person };
	who = (struct rolegate_actor){ .person = actor.person };
	assert_int_equal(
		rolegate_decide_password(policy, &request, &whose, c->actor ? &who : NULL, &d), 0);
	support_forget(&target);
	support_forget(&actor);
	rolegate_policy_close(policy);
	return d;
}

/* A target whose password no user may set, not even the own one, nor permissively. */
static void check_untouchable(const char *text, unsigned int facts, enum rolegate_reason reason)
{
	static const char *const actors[] = { "alice:1001", "bob:1002", "root:0", NULL };
	struct rolegate_policy *policy = support_policy(text);
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;
	struct rolegate_explanation *explanation = NULL;
	struct support_person target, actor;

	request.service = "passwd";
	request.at = SUPPORT_NOW;
	support_person(&target, "bob:1002");
	target.person.facts |= facts;
	for (size_t i = 0; i < sizeof(actors) / sizeof(actors[0]); i++) {
		struct rolegate_decision d = ROLEGATE_DECISION_INIT;
		struct rolegate_target whose = { .person = target.person };
		struct rolegate_actor who;

		support_person(&actor, actors[i] ? actors[i] : "nobody:65534");
		who = (struct rolegate_actor){ .person = actor.person };
		assert_int_equal(rolegate_decide_password(policy, &request, &whose,
							  actors[i] ? &who : NULL, &d),
				 0);
		assert_int_equal(d.verdict, ROLEGATE_DENY);
		assert_int_equal(d.reason, reason);
		assert_false(d.permissive || d.wants || d.wants_actor || d.about_actor);
		assert_int_equal(d.generation, 1);
		assert_int_equal(rolegate_explain_password(policy, &request, &whose, &who,
							   &explanation),
				 -EINVAL);
		support_forget(&actor);
	}
	support_forget(&target);
	rolegate_policy_close(policy);
}

/* P12: a name of two accounts. */
static void test_ambiguous_target(void **unused)
{
	struct support_person target, actor;
	struct rolegate_target whose;
	struct rolegate_actor who;

	(void)unused;
	check_untouchable(permissive, ROLEGATE_FACT_AMBIGUOUS, ROLEGATE_AMBIGUOUS_USER);
	support_person(&target, "bob:1002");
	support_person(&actor, "bob:1002");
	whose = (struct rolegate_target){ .person = target.person };
	who = (struct rolegate_actor){ .person = actor.person };
	assert_true(rolegate_is_own_password(&whose, &who));
	whose.person.facts |= ROLEGATE_FACT_AMBIGUOUS;
	assert_false(rolegate_is_own_password(&whose, &who));
	support_forget(&target);
	support_forget(&actor);
}

/* P13, G1: a suspended account. */
static void test_suspended_target(void **unused)
{
	(void)unused;
	check_untouchable(suspends_bob, 0, ROLEGATE_SUSPENDED);
	/* Suspended goes first: the name is suspended, of each account that it leads to. */
	check_untouchable(suspends_bob, ROLEGATE_FACT_AMBIGUOUS, ROLEGATE_SUSPENDED);
}

static void test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct gate_case *c = &cases[i];
		struct rolegate_decision d = ask(c, "passwd");

		if (d.verdict != c->verdict || d.reason != c->reason)
			print_message("%s: %s\n", c->name, rolegate_reason_name(d.reason));
		assert_int_equal(d.verdict, c->verdict);
		assert_int_equal(d.reason, c->reason);
		assert_int_equal(d.permissive, c->extra == PERMISSIVE);
		assert_int_equal(d.wants_actor, c->extra == ASKS_ROOT);
		assert_int_equal(d.about_actor, 1);
		assert_int_equal(d.wants, 0);
		assert_true(d.generation > 0);
	}
}

/* G1: a service's entry is about the account phase, and opens nothing here. */
static void test_service_entries(void **unused)
{
	static const char *const services[] = { NULL, "chpasswd", "unlisted", "chfn" };
	const struct gate_case owner = { .policy = by_service, .target = "x:5", .actor = "alice" };
	const struct gate_case other = { .policy = by_service, .target = "x:5", .actor = "bob:2" };

	(void)unused;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		assert_int_equal(ask(&owner, services[i]).verdict, ROLEGATE_ALLOW);
		assert_int_equal(ask(&other, services[i]).verdict, ROLEGATE_DENY);
		assert_int_equal(ask(&other, services[i]).permissive, 0);
	}
}

/* The gate has no evaluator of its own: for another's password it answers as rolegate_can(). */
static void test_one_evaluator(void **unused)
{
	struct rolegate_policy *policy = support_policy(usual);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "passwd",
					    .at = SUPPORT_NOW };
	static const char *const people[] = { "alice:1001", "bob:1002", "dave:1004",
					      "gina:1007",  "root:0",	"frank:1006:chiefs" };
	const struct rolegate_target target = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = "x",
			    .facts = ROLEGATE_FACT_ABSENT },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		struct rolegate_explanation *e = NULL;
		struct rolegate_decision gate = ROLEGATE_DECISION_INIT,
					 can = ROLEGATE_DECISION_INIT;
		struct rolegate_subject subject;
		struct support_person person;
		struct rolegate_actor actor;

		support_person(&person, people[i]);
		subject = (struct rolegate_subject){ .person = person.person };
		actor = (struct rolegate_actor){ .person = person.person };
		assert_int_equal(rolegate_decide_password(policy, &request, &target, &actor, &gate),
				 0);
		assert_int_equal(rolegate_can(policy, &subject, "manage_user_passwords",
					      SUPPORT_NOW, &can),
				 0);
		assert_int_equal(gate.verdict, can.verdict);
		assert_int_equal(gate.reason, can.reason);
		assert_int_equal(rolegate_explain_password(policy, &request, &target, &actor, &e),
				 0);
		assert_int_equal(e->decision->verdict, can.verdict);
		assert_int_equal(e->n_missing, can.verdict != ROLEGATE_ALLOW);
		rolegate_explanation_free(e);
		support_forget(&person);
	}
	rolegate_policy_close(policy);
}

/* What is not known is said in `wants`, and never lets anybody in. */
static void test_facts(void **unused)
{
	struct rolegate_policy *policy = support_policy(usual);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .at = SUPPORT_NOW };
	struct rolegate_target target = { .person = { .size = sizeof(struct rolegate_person),
						      .name = "x",
						      .uid = 1004,
						      .facts = ROLEGATE_FACT_UID } };
	struct rolegate_actor actor = {
		.person = { .size = sizeof(struct rolegate_person), .name = "dave", .uid = 1004 }
	};
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	(void)unused;
	assert_false(rolegate_is_own_password(&target, &actor));
	assert_int_equal(rolegate_decide_password(policy, &request, &target, &actor, &d), 0);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_int_equal(d.wants, ROLEGATE_FACT_UID);
	actor.person.facts = ROLEGATE_FACT_UID;
	assert_true(rolegate_is_own_password(&target, &actor));
	assert_int_equal(rolegate_decide_password(policy, &request, &target, &actor, &d), 0);
	assert_int_equal(d.reason, ROLEGATE_OWN_PASSWORD);
	/* A uid without a name is somebody's own all the same, and holds nothing else. */
	actor.person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT;
	assert_true(rolegate_is_own_password(&target, &actor));
	actor.person.uid = 7;
	assert_int_equal(rolegate_decide_password(policy, &request, &target, &actor, &d), 0);
	assert_int_equal(d.reason, ROLEGATE_UNKNOWN_USER);
	rolegate_policy_close(policy);
	/* No role hangs on bob's uid here, but it could be bob's own password. */
	policy = support_policy(no_root);
	actor.person = (struct rolegate_person){ .size = sizeof(struct rolegate_person),
						 .name = "bob",
						 .facts = ROLEGATE_FACT_GROUPS };
	assert_int_equal(rolegate_decide_password(policy, &request, &target, &actor, &d), 0);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_int_equal(d.wants, ROLEGATE_FACT_UID);
	rolegate_policy_close(policy);
}

/* A wrong call is refused for every actor. */
static void test_wrong_calls(void **unused)
{
	struct rolegate_policy *policy = support_policy(usual);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .at = SUPPORT_NOW };
	struct rolegate_request both = { .size = sizeof(struct rolegate_request),
					 .permission = "host.ssh",
					 .at = SUPPORT_NOW };
	struct rolegate_target target = { .person = { .size = sizeof(struct rolegate_person),
						      .name = "x",
						      .facts = ROLEGATE_FACT_ABSENT } };
	struct rolegate_target unlooked = { .person = { .size = sizeof(struct rolegate_person),
							.name = "x" } };
	struct rolegate_actor alice = { .person = { .size = sizeof(struct rolegate_person),
						    .name = "alice",
						    .facts = ROLEGATE_FACT_UID } };
	struct rolegate_explanation *e = NULL;
	struct rolegate_decision d[5];

	(void)unused;
	/* A denial is written first, also over arbitrary contents and a wrong size. */
	memset(d, 0xff, sizeof(d));
	assert_int_equal(rolegate_decide_password(NULL, &request, &target, &alice, &d[0]), -EINVAL);
	assert_int_equal(rolegate_decide_password(policy, NULL, &target, &alice, &d[1]), -EINVAL);
	assert_int_equal(rolegate_decide_password(policy, &request, NULL, &alice, &d[2]), -EINVAL);
	assert_int_equal(rolegate_decide_password(policy, &both, &target, &alice, &d[3]), -EINVAL);
	assert_int_equal(rolegate_decide_password(policy, &request, &unlooked, &alice, &d[4]),
			 -EINVAL);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(d[i].verdict, ROLEGATE_DENY);
		assert_int_equal(d[i].reason, ROLEGATE_SYSTEM_ERROR);
		assert_int_equal(d[i].wants | (unsigned int)d[i].permissive, 0);
	}
	assert_int_equal(rolegate_explain_password(policy, &request, &target, NULL, &e), -EINVAL);
	assert_int_equal(rolegate_explain_password(policy, &both, &target, &alice, &e), -EINVAL);
	target.person = alice.person;
	assert_int_equal(rolegate_explain_password(policy, &request, &target, &alice, &e), -EINVAL);
	assert_null(e);
	rolegate_policy_close(policy);
}

/* D4: a bit of the policy is flipped, in every 37th byte: there is an error or the true answer. */
static void test_damage(void **unused)
{
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "passwd",
					    .at = SUPPORT_NOW };
	struct rolegate_target target = { .person = { .size = sizeof(struct rolegate_person),
						      .name = "x",
						      .facts = ROLEGATE_FACT_ABSENT } };
	struct rolegate_actor bob = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = "bob",
			    .uid = 5,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS },
	};
	char *folder = support_make_folder(), path[128], *bytes;
	size_t n, n_errors = 0, n_answers = 0;

	(void)unused;
	support_write_policy(usual, folder);
	snprintf(path, sizeof(path), "%s/policy.cdb", folder);
	bytes = support_read_file(path, &n);
	for (size_t at = 0; at < n; at += 37) {
		struct rolegate_policy *policy = NULL;
		struct rolegate_decision d = ROLEGATE_DECISION_INIT;
		int r;

		bytes[at] ^= (char)(1 << at % 8);
		support_write_file(path, bytes, n, 0644);
		bytes[at] ^= (char)(1 << at % 8);
		r = rolegate_policy_open(folder, &policy, NULL);
		if (r == 0)
			r = rolegate_decide_password(policy, &request, &target, &bob, &d);
		n_errors += r < 0;
		n_answers += r == 0;
		assert_int_equal(d.verdict, ROLEGATE_DENY);
		assert_true(r < 0 || d.reason == ROLEGATE_MISSING_PERMISSION);
		rolegate_policy_close(policy);
	}
	assert_true(n_errors > 0 && n_answers > 0);
	free(bytes);
	support_remove_folder(folder);
}

static struct rolegate_decision ask_bob(const struct rolegate_policy *policy,
					const struct rolegate_actor *actor)
{
	const struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						  .service = "passwd",
						  .at = SUPPORT_NOW };
	const struct rolegate_target target = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = "x",
			    .facts = ROLEGATE_FACT_ABSENT },
	};
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	assert_int_equal(rolegate_decide_password(policy, &request, &target, actor, &d), 0);
	return d;
}

/* The head of the policy that answers counts: of one on trial, and then of the one before. */
static void test_trial(void **unused)
{
	static const char on_trial[] = CATALOGS UNKNOWN_IS_ROOT
		"assign = ( { user = \"bob\"; roles = [ \"owner\" ]; } );\n";
	const struct timespec pause = { .tv_nsec = 20L * 1000 * 1000 };
	const struct rolegate_actor bob = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = "bob",
			    .uid = 1002,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS },
	};
	char *folder = support_make_folder();
	struct rolegate_policy *policy;
	struct trial trial;

	(void)unused;
	support_write_policy(usual, folder);
	assert_int_equal(trial_begin(&trial, 60), 0);
	trial.until = trial.from + 1000;
	support_write_trial(on_trial, folder, &trial);
	assert_int_equal(rolegate_policy_open(folder, &policy, NULL), 0);
	assert_int_equal(ask_bob(policy, &bob).verdict, ROLEGATE_ALLOW);
	assert_int_equal(ask_bob(policy, NULL).wants_actor, 1);
	assert_int_equal(ask_bob(policy, NULL).generation, 2);
	while (trial_is_running(&trial, NULL))
		nanosleep(&pause, NULL);
	assert_int_equal(ask_bob(policy, &bob).verdict, ROLEGATE_DENY);
	assert_int_equal(ask_bob(policy, NULL).wants_actor, 0);
	assert_int_equal(ask_bob(policy, &bob).generation, 1);
	rolegate_policy_close(policy);
	support_remove_folder(folder);
}

/* The key does something by now: nobody is warned of it. */
static void test_key(void **unused)
{
	struct compiled compiled;

	(void)unused;
	assert_int_equal(support_compile_text(&compiled, unknown_is_root), 0);
	assert_false(support_has_problem(&compiled, REPORT_WARNING, 0, "password_gate"));
	compile_free(&compiled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_service_entries),
		cmocka_unit_test(test_one_evaluator),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_wrong_calls),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_trial),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_ambiguous_target),
		cmocka_unit_test(test_suspended_target),
	};

	return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
