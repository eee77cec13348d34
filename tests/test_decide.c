/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules about users and services, by name: P3, P9, P11, D1-D3, D5, D6, and A6 at decision
 * time.
 */
#include "support.h"

#include "format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * One policy for nearly all cases: workspace and host, with everything that a decision can turn
 * on.
 */
static const char *const common =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"plan = { name = \"pro\"; includes = [ \"mail\", \"area:CRM and Sales\", \"host.*\", \"insight\",\n"
	"	\"billing\" ]; };\n"
	"roles = (\n"
	"	{ name = \"salesperson\"; based_on = [ \"user\" ]; permissions = [ \"insight\" ];\n"
	"	  privileges = \"app.crm, report.export\"; },\n"
	"	{ name = \"lead\"; based_on = [ \"salesperson\" ]; },\n"
	"	{ name = \"trap\"; privileges = \"billing\"; },\n"
	"	{ name = \"clerk\"; privileges = \"pay.enter\"; },\n"
	"	{ name = \"approver\"; privileges = \"pay.approve\"; },\n"
	"	{ name = \"chief\"; based_on = [ \"approver\" ]; },\n"
	"	{ name = \"probation\"; needs_approval = true; privileges = \"lab.door\"; },\n"
	"	{ name = \"doors\"; privileges = \"lab.door\"; }\n"
	");\n"
	"assign = (\n"
	"	{ user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"	{ user = \"adam\"; roles = [ \"administrator\" ]; },\n"
	"	{ user = \"una\"; roles = [ \"user\" ]; },\n"
	"	{ user = \"sal\"; roles = [ \"salesperson\" ]; },\n"
	"	{ user = \"lea\"; roles = [ \"lead\" ]; },\n"
	"	{ user = \"cleo\"; roles = [ \"trap\" ]; },\n"
	"	{ group = \"sales\"; roles = [ \"salesperson\" ]; },\n"
	"	{ user = \"gwen\"; roles = [ \"guest\" ]; },\n"
	"	{ user = \"gary\"; roles = [ \"guest\" ]; approved_by = \"adam\"; },\n"
	"	{ user = \"trent\"; roles = [ \"user\" ]; from = \"2026-12-01T00:00:00Z\";\n"
	"	  until = \"2026-12-31T18:00:00+01:00\"; },\n"
	"	{ user = \"past\"; roles = [ \"user\" ]; until = \"2026-01-01T00:00:00Z\"; },\n"
	"	{ user = \"pam\"; roles = [ \"clerk\", \"approver\" ]; },\n"
	"	{ user = \"paul\"; roles = [ \"clerk\", \"user\" ]; },\n"
	"	{ user = \"pia\"; roles = [ \"clerk\", \"chief\", \"user\" ]; },\n"
	"	{ user = \"boss\"; roles = [ \"owner\", \"clerk\", \"approver\" ]; },\n"
	"	{ group = \"approvers\"; roles = [ \"approver\" ]; },\n"
	"	{ user = \"rookie\"; roles = [ \"probation\" ]; },\n"
	"	{ user = \"older\"; roles = [ \"probation\" ]; until = \"2026-01-01T00:00:00Z\"; approved_by = \"olga\"; },\n"
	"	{ user = \"older\"; roles = [ \"probation\" ]; }\n"
	");\n"
	"default_roles = [ \"guest\" ];\n"
	"system_account_roles = [ \"service\" ];\n"
	"services = (\n"
	"	{ name = \"mailer\"; require = [ \"mail\" ]; },\n"
	"	{ name = \"desk\"; require = [ \"helpdesk\" ]; },\n"
	"	{ name = \"both\"; require = [ \"mail\", \"insight\" ]; },\n"
	"	{ name = \"any\"; require_any = [ \"billing\", \"report.export\" ]; },\n"
	"	{ name = \"desk-any\"; require_any = [ \"helpdesk\", \"webchat\" ]; },\n"
	"	{ name = \"bill\"; require = [ \"billing\" ]; },\n"
	"	{ name = \"soft\"; require = [ \"billing\" ]; mode = \"permissive\"; },\n"
	"	{ name = \"app-*\"; require = [ \"app.crm\" ]; },\n"
	"	{ name = \"app-open-*\"; },\n"
	"	{ name = \"app-open-secret\"; require = [ \"billing\" ]; },\n"
	"	{ name = \"enter\"; require = [ \"pay.enter\" ]; },\n"
	"	{ name = \"approve\"; require = [ \"pay.approve\" ]; },\n"
	"	{ name = \"lab\"; require = [ \"lab.door\" ]; },\n"
	"	{ name = \"own\"; require = [ \"profile\" ]; },\n"
	"	{ name = \"passwords\"; subject = \"actor\"; require = [ \"manage_user_passwords\" ]; },\n"
	"	{ name = \"lounge\"; }\n"
	");\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"clerk\", \"approver\" ]; at_most = 1; } );\n";

static const struct {
	const char *name, *person, *service, *permission;
	enum rolegate_verdict want;
	enum rolegate_reason why;
} cases[] = {
	{ "P1 a custom role inherits what its base inherits", "lea", "sshd", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P1 and what its base has of its own", "lea", NULL, "insight", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P1 and its base's privileges", "lea", NULL, "report.export", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P3 a group's roles are its members'", "gil:1000:sales", NULL, "insight", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P3 among several groups", "gil:1000:users,video,sales", "sshd", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P3 other groups give nothing", "gil:1000:users", "sshd", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "P3 a system account without assignment", "www-data:33", "cron", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P3 the last system account", "last:999", "cron", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P3 uid 1000 is a person", "first:1000", "cron", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "P3 a system account may do no more", "www-data:33", "sshd", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "P3 an assignment takes the place of the default roles", "cleo", "own", NULL,
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION },
	{ "P5 a privilege named like a permission grants nothing", "cleo", "bill", NULL,
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION },
	{ "P6 administrators lack what is reserved to owners", "adam", NULL,
	  "manage_user_passwords", ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION },
	{ "P6 owners hold it", "olga", NULL, "manage_user_passwords", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P7 administrators hold every privilege", "adam", NULL, "pay.approve", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P7 owners hold every privilege", "olga", NULL, "lab.door", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P7 only what is in the plan", "olga", "desk", NULL, ROLEGATE_DENY,
	  ROLEGATE_NOT_IN_PLAN },
	{ "P7 owner is not narrowed by a conflict of other roles", "boss", "approve", NULL,
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P9 a guest waits for approval", "gwen", "own", NULL, ROLEGATE_DENY,
	  ROLEGATE_PENDING_APPROVAL },
	{ "P9 an approved guest does not", "gary", "own", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P9 so does one by default_roles", "stranger", "own", NULL, ROLEGATE_DENY,
	  ROLEGATE_PENDING_APPROVAL },
	{ "P9 a custom role may need approval too", "rookie", "lab", NULL, ROLEGATE_DENY,
	  ROLEGATE_PENDING_APPROVAL },
	{ "P9 approval belongs to the person, whichever assignment says it", "older", "lab", NULL,
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P11 by name", "una", "mailer", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P11 by area", "una", NULL, "fakturownia", ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P11 by prefix", "una", "sshd", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P11 not included", "una", "desk", NULL, ROLEGATE_DENY, ROLEGATE_NOT_IN_PLAN },
	{ "P11 core is never taken away", "adam", NULL, "roles", ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P11 privileges are no plan features", "sal", NULL, "app.crm", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P12 names are compared byte for byte", "Una", "mailer", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D1 conflict is the nearest reason", "pam", "enter", NULL, ROLEGATE_DENY,
	  ROLEGATE_CONFLICT },
	{ "D1 outside its time", "trent", "mailer", NULL, ROLEGATE_DENY, ROLEGATE_OUTSIDE_TIME },
	{ "D1 outside-time comes before not-in-plan", "trent", "desk", NULL, ROLEGATE_DENY,
	  ROLEGATE_OUTSIDE_TIME },
	{ "D1 an assignment outside its time counts as none", "past", "own", NULL, ROLEGATE_DENY,
	  ROLEGATE_OUTSIDE_TIME },
	{ "D1 a permission that nobody defines", "olga", NULL, "no.such", ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D2 require means all", "una", "both", NULL, ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION },
	{ "D2 require, all held", "sal", "both", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "D2 require_any, one held", "sal", "any", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "D2 require_any, none held", "una", "any", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D2 require_any and the plan", "una", "desk-any", NULL, ROLEGATE_DENY,
	  ROLEGATE_NOT_IN_PLAN },
	{ "D2 neither means everybody", "stranger", "lounge", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_OPEN_SERVICE },
	{ "D2 a prefix", "sal", "app-7", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "D2 a prefix, refused", "una", "app-7", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D2 a prefix matches nothing but itself", "una", "app-", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D2 the longest prefix", "una", "app-open-9", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_OPEN_SERVICE },
	{ "D2 the exact name before any prefix", "una", "app-open-secret", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D2 unlisted", "olga", "telnetd", NULL, ROLEGATE_DENY, ROLEGATE_SERVICE_NOT_LISTED },
	{ "D2 a star in a question is no pattern", "sal", "app-open-*", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_OPEN_SERVICE },
	{ "D3 decided about the actor", "adam", "passwords", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D3 an owner acts", "olga", "passwords", NULL, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "D6 uid 0 holds what an owner holds", "root:0", "approve", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "D6 by its uid, whatever its name", "toor:0", NULL, "manage_user_passwords",
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "D6 not by its name", "root:1000", "mailer", NULL, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "D6 and no more than the plan", "root:0", "desk", NULL, ROLEGATE_DENY,
	  ROLEGATE_NOT_IN_PLAN },
	{ "A6 one of the two is no conflict", "paul", "enter", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "A6 inherited roles count", "pia", "enter", NULL, ROLEGATE_DENY, ROLEGATE_CONFLICT },
	{ "A6 what other roles give stays", "pia", "mailer", NULL, ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "A6 a group's role counts", "paul:1000:approvers", "enter", NULL, ROLEGATE_DENY,
	  ROLEGATE_CONFLICT },
};

static void check_cases(const struct rolegate_policy *policy)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rolegate_decision d = support_ask(policy, cases[i].person, cases[i].service,
							 cases[i].permission, SUPPORT_NOW);

		if (d.verdict != cases[i].want || d.reason != cases[i].why)
			fail_msg("%s: %s, %s", cases[i].name,
				 d.verdict == ROLEGATE_ALLOW ? "allowed" : "denied",
				 rolegate_reason_name(d.reason));
	}
}

static void decides(void **state)
{
	struct rolegate_policy *policy = support_policy(common);

	(void)state;
	check_cases(policy);
	rolegate_policy_close(policy);
}

/* A policy that was read whole into memory gives the same answers, also when its file is gone or cut. */
static void decides_from_memory(void **state)
{
	struct rolegate_policy *policy = NULL;
	char *folder = support_make_folder(), path[600];

	(void)state;
	support_write_policy(common, folder);
	assert_int_equal(rolegate_policy_load(folder, &policy, NULL), 0);
	check_cases(policy);
	snprintf(path, sizeof(path), "%s/policy.cdb", folder);
	assert_int_equal(truncate(path, 0), 0);
	check_cases(policy);
	support_remove_folder(folder);
	check_cases(policy);
	rolegate_policy_close(policy);
}

/* P3, D1: the borders of an assignment's time. */
static void honours_times(void **state)
{
	static const struct {
		const char *name;
		int64_t at;
		enum rolegate_verdict want;
	} times[] = {
		{ "the second before `from`", INT64_C(1796083199), ROLEGATE_DENY },
		{ "`from` itself is in", INT64_C(1796083200), ROLEGATE_ALLOW },
		{ "the second before `until`", INT64_C(1798736399), ROLEGATE_ALLOW },
		{ "`until` itself is out", INT64_C(1798736400), ROLEGATE_DENY },
		{ "long ago", INT64_MIN, ROLEGATE_DENY },
		{ "for ever", INT64_MAX, ROLEGATE_DENY },
	};
	struct rolegate_policy *policy = support_policy(common);

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (support_ask(policy, "trent", "mailer", NULL, times[i].at).verdict !=
		    times[i].want)
			fail_msg("%s", times[i].name);
	rolegate_policy_close(policy);
}

/* D2: other_services. */
static void decides_unlisted(void **state)
{
	static const struct {
		const char *name, *setting, *person;
		enum rolegate_verdict want;
		enum rolegate_reason why;
	} others[] = {
		{ "the default denies", "", "una", ROLEGATE_DENY, ROLEGATE_SERVICE_NOT_LISTED },
		{ "deny", "other_services = \"deny\";", "una", ROLEGATE_DENY,
		  ROLEGATE_SERVICE_NOT_LISTED },
		{ "allow", "other_services = \"allow\";", "una", ROLEGATE_ALLOW,
		  ROLEGATE_OPEN_SERVICE },
		{ "a permission, held", "other_services = \"mail\";", "una", ROLEGATE_ALLOW,
		  ROLEGATE_GRANTED },
		{ "a permission, not held", "other_services = \"mail\";", "eve", ROLEGATE_DENY,
		  ROLEGATE_NO_ROLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct rolegate_policy *policy;
		struct rolegate_decision d = ROLEGATE_DECISION_INIT;
		char text[512];

		snprintf(
			text, sizeof(text),
			"catalogs = [ \"workspace\" ]; assign = ( { user = \"una\"; roles = [ \"user\" ]; } ); %s",
			others[i].setting);
		policy = support_policy(text);
		d = support_ask(policy, others[i].person, "telnetd", NULL, SUPPORT_NOW);
		if (d.verdict != others[i].want || d.reason != others[i].why)
			fail_msg("%s: %s", others[i].name, rolegate_reason_name(d.reason));
		rolegate_policy_close(policy);
	}
}

/*
 * D5: permissive is said of the decision, and does not change it; the service's own word is
 * stronger.
 */
static void says_permissive(void **state)
{
	static const struct {
		const char *name, *global, *service;
		int want;
	} modes[] = {
		{ "neither says anything", "", "plain", 0 },
		{ "the service does", "", "soft", 1 },
		{ "the policy does", "mode = \"permissive\";", "plain", 1 },
		{ "the service is stronger", "mode = \"permissive\";", "hard", 0 },
		{ "the policy does for what is not listed", "mode = \"permissive\";", "other", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct rolegate_policy *policy;
		struct rolegate_decision d = ROLEGATE_DECISION_INIT;
		char text[512];

		snprintf(
			text, sizeof(text),
			"catalogs = [ \"workspace\" ]; %s services = ( { name = \"plain\"; require = [ \"mail\" ]; },"
			"{ name = \"soft\"; require = [ \"mail\" ]; mode = \"permissive\"; },"
			"{ name = \"hard\"; require = [ \"mail\" ]; mode = \"enforcing\"; } );",
			modes[i].global);
		policy = support_policy(text);
		d = support_ask(policy, "eve", modes[i].service, NULL, SUPPORT_NOW);
		if (d.verdict != ROLEGATE_DENY || d.permissive != modes[i].want)
			fail_msg("%s: permissive %d", modes[i].name, d.permissive);
		rolegate_policy_close(policy);
	}
}

/* What a decision wants to know: the uid always, for a name is no account (P12); then no more than matters. */
static void wants_facts(void **state)
{
	static const struct {
		const char *name, *user, *service;
		enum rolegate_verdict want;
		unsigned int wants;
	} facts[] = {
		{ "granted by the user's own role: nothing", "una", "mailer", ROLEGATE_ALLOW, 0 },
		{ "open: nothing", "stranger", "lounge", ROLEGATE_ALLOW, 0 },
		{ "not listed: nothing", "una", "telnetd", ROLEGATE_DENY, 0 },
		{ "a group could change it", "una", "bill", ROLEGATE_DENY, ROLEGATE_FACT_GROUPS },
		{ "no assignment: a group could", "stranger", "own", ROLEGATE_DENY,
		  ROLEGATE_FACT_GROUPS },
	};
	/*
	 * The common policy has conflicts, with which more groups could also take something away.
	 */
	struct rolegate_policy *policy = support_policy(
		"catalogs = [ \"workspace\" ]; assign = ( { user = \"una\"; roles = [ \"user\" ]; },"
		"{ group = \"g\"; roles = [ \"administrator\" ]; } ); default_roles = [ \"guest\" ];"
		"services = ( { name = \"mailer\"; require = [ \"mail\" ]; }, { name = \"lounge\"; },"
		"{ name = \"bill\"; require = [ \"billing\" ]; }, { name = \"own\"; require = [ \"profile\" ]; } );");

	(void)state;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						    .service = facts[i].service,
						    .at = SUPPORT_NOW };
		struct rolegate_subject subject = {
			.person = { .size = sizeof(struct rolegate_person), .name = facts[i].user }
		};
		struct rolegate_decision d = ROLEGATE_DECISION_INIT;

		assert_int_equal(rolegate_decide(policy, &request, &subject, NULL, &d), 0);
		assert_int_equal(d.verdict, ROLEGATE_DENY);
		assert_int_equal(d.wants, ROLEGATE_FACT_UID);
		subject.person.uid = 1000;
		subject.person.facts = ROLEGATE_FACT_UID;
		assert_int_equal(rolegate_decide(policy, &request, &subject, NULL, &d), 0);
		if (d.verdict != facts[i].want || d.wants != facts[i].wants)
			fail_msg("%s: %s, wants %u", facts[i].name, rolegate_reason_name(d.reason),
				 d.wants);
	}
	rolegate_policy_close(policy);
}

/* A6: where conflicts exist, an allow without the groups would be premature. */
static void wants_groups_before_allowing(void **state)
{
	struct rolegate_policy *policy = support_policy(common);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "enter",
					    .at = SUPPORT_NOW };
	struct rolegate_subject subject = { .person = { .size = sizeof(struct rolegate_person),
							.name = "paul",
							.uid = 1000,
							.facts = ROLEGATE_FACT_UID } };
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	(void)state;
	assert_int_equal(rolegate_decide(policy, &request, &subject, NULL, &d), 0);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_true(d.wants & ROLEGATE_FACT_GROUPS);
	rolegate_policy_close(policy);
}

/* D3: the subject does not count where the actor is meant, and an actor who is not known denies. */
static void tells_subject_from_actor(void **state)
{
	struct rolegate_policy *policy = support_policy(common);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "passwords",
					    .at = SUPPORT_NOW };
	struct rolegate_subject owner = { .person = { .size = sizeof(struct rolegate_person),
						      .name = "olga",
						      .facts = ROLEGATE_FACT_GROUPS } };
	struct rolegate_actor administrator = { .person = { .size = sizeof(struct rolegate_person),
							    .name = "adam",
							    .facts = ROLEGATE_FACT_GROUPS |
								     ROLEGATE_FACT_UID,
							    .uid = 1001 } };
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	(void)state;
	assert_int_equal(rolegate_decide(policy, &request, &owner, &administrator, &d), 0);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_true(d.about_actor);
	assert_int_equal(rolegate_decide(policy, &request, &owner, NULL, &d), 0);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_true(d.wants_actor);
	rolegate_policy_close(policy);
}

static void denies_who_is_absent(void **state)
{
	struct rolegate_policy *policy = support_policy(common);
	struct rolegate_subject subject = { .person = { .size = sizeof(struct rolegate_person),
							.name = "una",
							.facts = ROLEGATE_FACT_ABSENT } };
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	(void)state;
	assert_int_equal(rolegate_can(policy, &subject, "mail", SUPPORT_NOW, &d), 0);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_int_equal(d.reason, ROLEGATE_UNKNOWN_USER);
	rolegate_policy_close(policy);
}

/* A call that makes no sense is an error and a denial. */
static void refuses_senseless_calls(void **state)
{
	struct rolegate_policy *policy = support_policy(common);
	struct rolegate_request nothing = { .size = sizeof(struct rolegate_request),
					    .at = SUPPORT_NOW },
				mail = { .permission = "mail", .at = SUPPORT_NOW };
	struct rolegate_subject nameless = { .person = { .size = sizeof(struct rolegate_person),
							 .name = NULL } },
				empty = { .person = { .size = sizeof(struct rolegate_person),
						      .name = "" } };
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;

	(void)state;
	d.verdict = ROLEGATE_ALLOW;
	assert_int_equal(rolegate_decide(policy, &nothing, &empty, NULL, &d), -EINVAL);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	d.verdict = ROLEGATE_ALLOW;
	assert_int_equal(rolegate_decide(policy, &mail, &nameless, NULL, &d), -EINVAL);
	assert_int_equal(d.verdict, ROLEGATE_DENY);
	assert_int_equal(rolegate_decide(policy, &mail, &empty, NULL, &d), -EINVAL);
	assert_int_equal(rolegate_decide(NULL, &mail, &empty, NULL, &d), -EINVAL);
	rolegate_policy_close(policy);
}

/* D1: the path, step by step. */
static void explains(void **state)
{
	static const struct {
		enum rolegate_step_kind kind;
		const char *name;
		unsigned int line;
	} want[] = {
		{ ROLEGATE_STEP_SERVICE, "app-*", 47 },
		{ ROLEGATE_STEP_USER, "lea", 20 },
		{ ROLEGATE_STEP_ROLE, "lead", 7 },
		{ ROLEGATE_STEP_ROLE, "salesperson", 5 },
		{ ROLEGATE_STEP_PERMISSION, "app.crm", 6 },
	};
	struct rolegate_policy *policy = support_policy(common);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "app-7",
					    .at = SUPPORT_NOW };
	struct rolegate_subject subject = { .person = { .size = sizeof(struct rolegate_person),
							.name = "lea",
							.uid = 1000,
							.facts = ROLEGATE_FACT_UID |
								 ROLEGATE_FACT_GROUPS |
								 ROLEGATE_FACT_SOURCES } };
	struct rolegate_explanation *e = NULL;

	(void)state;
	assert_int_equal(rolegate_explain(policy, &request, &subject, NULL, &e), 0);
	assert_int_equal(e->decision->verdict, ROLEGATE_ALLOW);
	assert_int_equal(e->n_steps, 5);
	for (size_t i = 0; i < e->n_steps; i++) {
		assert_int_equal(e->steps[i]->kind, want[i].kind);
		assert_string_equal(e->steps[i]->name, want[i].name);
		assert_int_equal(e->steps[i]->line, want[i].line);
	}
	rolegate_explanation_free(e);
	rolegate_policy_close(policy);
}

/* A denial names the way that came nearest, what is missing, and the rule in the way. */
static void explains_denials(void **state)
{
	struct rolegate_policy *policy = support_policy(common);
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "enter",
					    .at = SUPPORT_NOW };
	struct rolegate_subject subject = { .person = { .size = sizeof(struct rolegate_person),
							.name = "pam",
							.uid = 1000,
							.facts = ROLEGATE_FACT_UID |
								 ROLEGATE_FACT_GROUPS |
								 ROLEGATE_FACT_SOURCES } };
	struct rolegate_explanation *e = NULL;

	(void)state;
	assert_int_equal(rolegate_explain(policy, &request, &subject, NULL, &e), 0);
	assert_int_equal(e->decision->reason, ROLEGATE_CONFLICT);
	assert_int_equal(e->n_missing, 1);
	assert_string_equal(e->missing[0], "pay.enter");
	assert_int_equal(e->steps[e->n_steps - 1]->kind, ROLEGATE_STEP_CONFLICT);
	assert_string_equal(e->steps[e->n_steps - 1]->name, "four eyes");
	rolegate_explanation_free(e);
	rolegate_policy_close(policy);
}

/* A6: of several conflicts the explanation names the one that is violated, and a rule may be as long as it can be. */
static void names_the_conflict(void **state)
{
	static char text[16384];
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = "desk",
					    .at = SUPPORT_NOW };
	struct rolegate_subject subject = { .person = { .size = sizeof(struct rolegate_person),
							.name = "pam",
							.uid = 1000,
							.facts = ROLEGATE_FACT_UID |
								 ROLEGATE_FACT_GROUPS |
								 ROLEGATE_FACT_SOURCES } };
	struct rolegate_explanation *e = NULL;
	struct rolegate_policy *policy;
	size_t n;

	(void)state;
	n = (size_t)snprintf(text, sizeof(text),
			     "catalogs = [ \"workspace\", \"host\" ];\nroles = ( ");
	for (unsigned int i = 0; i < FORMAT_CONFLICT_ROLES_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "%s{ name = \"r%u\"; privileges = \"app.desk\"; }",
				      i ? ", " : "", i);
	n += (size_t)snprintf(
		text + n, sizeof(text) - n,
		" );\nassign = ( { user = \"pam\"; roles = [ \"r0\", \"r63\" ]; } );\n"
		"services = ( { name = \"desk\"; require = [ \"app.desk\" ]; } );\n"
		"conflicts = ( { name = \"kept\"; roles = [ \"r0\", \"r1\" ]; },\n"
		"  { name = \"violated\"; at_most = 1; roles = [ ");
	for (unsigned int i = 0; i < FORMAT_CONFLICT_ROLES_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\"r%u\"", i ? ", " : "", i);
	snprintf(text + n, sizeof(text) - n, " ]; } );\n");
	policy = support_policy(text);
	assert_int_equal(rolegate_explain(policy, &request, &subject, NULL, &e), 0);
	assert_int_equal(e->decision->reason, ROLEGATE_CONFLICT);
	assert_int_equal(e->steps[e->n_steps - 1]->kind, ROLEGATE_STEP_CONFLICT);
	assert_string_equal(e->steps[e->n_steps - 1]->name, "violated");
	rolegate_explanation_free(e);
	rolegate_policy_close(policy);
}

/* ---- As many required permissions as a word has bits (D9) ---- */

/* Write p.0 to p.N-1, each in those marks, and with that between two. */
static void write_numbered(FILE *to, const char *mark, const char *between, unsigned int first,
			   unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		fprintf(to, "%s%sp.%u%s", i ? between : "", mark, first + i, mark);
}

/* A service that requires n permissions, all or any of them. */
static void write_requiring(FILE *to, const char *key, unsigned int n)
{
	fprintf(to, "{ name = \"%s%u\"; %s = [ ", key, n, key);
	write_numbered(to, "\"", ", ", 0, n);
	fputs(" ]; }", to);
}

/*
 * Roles that grant 64 permissions, all but the last, and the last; and 64 roles of one permission each, which are so
 * many that their maps are looked at byte by byte. Owner: free().
 */
static char *write_word(unsigned int n_required)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	fputs("catalogs = [ \"workspace\" ];\nroles = ( { name = \"all\"; privileges = \"", to);
	write_numbered(to, "", ", ", 0, 64);
	fputs("\"; }, { name = \"but-last\"; privileges = \"", to);
	write_numbered(to, "", ", ", 0, 63);
	fputs("\"; }, { name = \"last\"; privileges = \"p.63\"; }, { name = \"other\"; privileges = \"p.64\"; }",
	      to);
	for (unsigned int i = 0; i < 64; i++)
		fprintf(to, ", { name = \"r%u\"; privileges = \"p.%u\"; }", i, i);
	fputs(");\nassign = ( { user = \"olga\"; roles = [ \"owner\" ]; }", to);
	for (unsigned int i = 0; i < 64; i++)
		fprintf(to, ", { user = \"many\"; roles = [ \"r%u\" ]; }", i);
	for (unsigned int i = 0; i < 63; i++)
		fprintf(to, ", { user = \"many-but-last\"; roles = [ \"r%u\" ]; }", i);
	for (unsigned int i = 0; i < 10; i++)
		fprintf(to, ", { user = \"few-last\"; roles = [ \"r%u\" ]; }", 54 + i);
	fputs(", { user = \"all\"; roles = [ \"all\" ]; }, { user = \"but-last\"; roles = [ \"but-last\" ]; }"
	      ", { user = \"last\"; roles = [ \"last\" ]; }, { user = \"other\"; roles = [ \"other\" ]; }"
	      ", { user = \"late\"; roles = [ \"but-last\" ]; }"
	      ", { user = \"late\"; roles = [ \"last\" ]; until = \"2026-01-01\"; }"
	      ", { user = \"set\"; roles = [ \"other\", \"last\" ]; }"
	      ", { user = \"whole-set\"; roles = [ \"last\", \"but-last\" ]; } );\nservices = ( ",
	      to);
	write_requiring(to, "require", n_required);
	fputs(", ", to);
	write_requiring(to, "require_any", n_required);
	fputs(", ", to);
	write_requiring(to, "require", 63);
	fputs(", ", to);
	write_requiring(to, "require_any", 63);
	fputs(" );\n", to);
	assert_int_equal(fclose(to), 0);
	return text;
}

static const struct {
	const char *name, *person, *service;
	enum rolegate_verdict want;
	size_t n_missing; /* that the explanation names */
	const char *last; /* step of the explanation; NULL: any */
} words[] = {
	/* Kills `< 64` as `<= 64` in satisfies() and weigh_required(): nothing would be required. */
	{ "64 of all, by all", "all", "require64", ROLEGATE_ALLOW, 0, "p.63" },
	{ "64 of all, by all but the last", "but-last", "require64", ROLEGATE_DENY, 1, NULL },
	{ "64 of all, by the last alone", "last", "require64", ROLEGATE_DENY, 63, NULL },
	{ "64 of all, by none", "other", "require64", ROLEGATE_DENY, 64, NULL },
	{ "64 of any, by all", "all", "require_any64", ROLEGATE_ALLOW, 0, NULL },
	{ "64 of any, by all but the last", "but-last", "require_any64", ROLEGATE_ALLOW, 0, NULL },
	{ "64 of any, by the last alone", "last", "require_any64", ROLEGATE_ALLOW, 0, "p.63" },
	{ "64 of any, by none", "other", "require_any64", ROLEGATE_DENY, 64, NULL },
	/* Kills `< 64` as `< 63`: a 64th would be required. */
	{ "63 of all, by all of them", "but-last", "require63", ROLEGATE_ALLOW, 0, NULL },
	{ "63 of all, by the 64th alone", "last", "require63", ROLEGATE_DENY, 63, NULL },
	{ "63 of any, by the 64th alone", "last", "require_any63", ROLEGATE_DENY, 63, NULL },
	/* Kills a 64th bit that is left out where the path is looked for: the shifts in add_nearest() and add_ways(). */
	{ "64 of all, by the last, whose time is over", "late", "require64", ROLEGATE_DENY, 1,
	  "p.63" },
	/* Kills a 64th bit that is left out in the bytes of a map, in add_required() or sort_required(). */
	{ "64 of all, by 64 roles", "many", "require64", ROLEGATE_ALLOW, 0, NULL },
	{ "64 of all, by 63 roles", "many-but-last", "require64", ROLEGATE_DENY, 1, NULL },
	{ "64 of all, by ten roles", "few-last", "require64", ROLEGATE_DENY, 54, NULL },
	{ "64 of any, by 64 roles", "many", "require_any64", ROLEGATE_ALLOW, 0, NULL },
	{ "64 of any, by 63 roles", "many-but-last", "require_any64", ROLEGATE_ALLOW, 0, NULL },
	{ "64 of any, by ten roles", "few-last", "require_any64", ROLEGATE_ALLOW, 0, "p.54" },
	/* The same of a set of roles. */
	{ "64 of all, by a set", "whole-set", "require64", ROLEGATE_ALLOW, 0, NULL },
	{ "64 of all, by a set with the last alone", "set", "require64", ROLEGATE_DENY, 63, NULL },
	{ "64 of any, by a set with the last alone", "set", "require_any64", ROLEGATE_ALLOW, 0,
	  NULL },
};

static void decides_by_a_whole_word(void **state)
{
	char *text = write_word(64);
	struct rolegate_policy *policy = support_policy(text);

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						    .service = words[i].service,
						    .at = SUPPORT_NOW };
		struct rolegate_decision d =
			support_ask(policy, words[i].person, words[i].service, NULL, SUPPORT_NOW);
		struct rolegate_subject subject;
		struct rolegate_explanation *e = NULL;
		struct support_person who;

		support_person(&who, words[i].person);
		subject.person = who.person;
		assert_int_equal(rolegate_explain(policy, &request, &subject, NULL, &e), 0);
		if (d.verdict != words[i].want || e->decision->verdict != words[i].want ||
		    e->n_missing != words[i].n_missing)
			fail_msg("%s: %s, explained %s, %zu missing", words[i].name,
				 rolegate_reason_name(d.reason),
				 rolegate_reason_name(e->decision->reason), e->n_missing);
		if (e->n_missing == 1)
			assert_string_equal(e->missing[0], "p.63");
		if (words[i].last)
			assert_string_equal(e->steps[e->n_steps - 1]->name, words[i].last);
		rolegate_explanation_free(e);
		support_forget(&who);
	}
	rolegate_policy_close(policy);
	free(text);
}

/* Kills `> FORMAT_REQUIRE_MAX` as `>=`, and a larger one: a 65th has no bit. */
static void requires_no_more_than_a_word(void **state)
{
	(void)state;
	for (unsigned int n = 64; n <= 66; n++) {
		char *text = write_word(n);
		struct compiled compiled;
		bool is_refused = support_compile_text(&compiled, text) != 0;

		assert_int_equal(is_refused, n > 64);
		assert_int_equal(support_has_problem(&compiled, REPORT_ERROR, 0,
						     "more than 64 permissions"),
				 n > 64);
		compile_free(&compiled);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides),
		cmocka_unit_test(decides_from_memory),
		cmocka_unit_test(honours_times),
		cmocka_unit_test(decides_unlisted),
		cmocka_unit_test(says_permissive),
		cmocka_unit_test(wants_facts),
		cmocka_unit_test(wants_groups_before_allowing),
		cmocka_unit_test(tells_subject_from_actor),
		cmocka_unit_test(denies_who_is_absent),
		cmocka_unit_test(refuses_senseless_calls),
		cmocka_unit_test(explains),
		cmocka_unit_test(explains_denials),
		cmocka_unit_test(names_the_conflict),
		cmocka_unit_test(decides_by_a_whole_word),
		cmocka_unit_test(requires_no_more_than_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
