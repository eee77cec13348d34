/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules about accounts, by name: P3 (recorded ids, no answer, system accounts, clock), P7, P12, P13, D2, D5.
 */
#include "support.h"

#include <string.h>

#define ALL (ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES)
#define KNOWN (ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS)
/* A clock that is more than five minutes before the activation. */
#define WRONG_CLOCK (SUPPORT_NOW - 301)
#define SLOW_CLOCK (SUPPORT_NOW - 300)

static const char policy_text[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"roles = ( { name = \"clerk\"; privileges = \"pay.enter\"; },\n"
	"  { name = \"approver\"; privileges = \"pay.approve\"; } );\n"
	"assign = (\n"
	"  { user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"una\"; roles = [ \"user\" ]; },\n"
	"  { user = \"dated\"; roles = [ \"user\" ]; until = \"2030-01-01T00:00:00Z\"; },\n"
	"  { user = \"ended\"; roles = [ \"guest\" ]; until = \"2026-01-01T00:00:00Z\"; approved_by = \"olga\"; },\n"
	"  { user = \"clara\"; roles = [ \"clerk\" ]; },\n"
	"  { user = \"nina\"; roles = [ \"user\" ]; },\n"
	"  { user = \"bob\"; roles = [ \"administrator\" ]; },\n"
	"  { group = \"interns\"; roles = [ \"guest\" ]; approved_by = \"olga\"; },\n"
	"  { group = \"owners\"; roles = [ \"owner\" ]; },\n"
	"  { group = \"approvers\"; roles = [ \"approver\" ]; },\n"
	"  { virtual = \"web\"; roles = [ \"user\" ]; } );\n"
	"default_roles = [ \"user\" ];\n"
	"system_account_roles = [ \"service\" ];\n"
	"virtual_roles = [ \"guest\" ];\n"
	"suspended = ( { user = \"bob\"; why = \"lost laptop\"; },\n"
	"  { user = \"leon\"; until = \"2030-01-01T00:00:00Z\"; },\n"
	"  { user = \"past\"; until = \"2026-01-01T00:00:00Z\"; } );\n"
	"services = (\n"
	"  { name = \"door\"; require = [ \"host.ssh\" ]; },\n"
	"  { name = \"own\"; require = [ \"profile\" ]; },\n"
	"  { name = \"lounge\"; },\n"
	"  { name = \"enter\"; require = [ \"pay.enter\" ]; },\n"
	"  { name = \"ftp-any\"; require = [ \"host.ssh\" ]; accounts = \"any\"; },\n"
	"  { name = \"soft\"; require = [ \"host.sudo\" ]; mode = \"permissive\"; } );\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"clerk\", \"approver\" ]; } );\n";

/* Gids of the groups of the policy: recorded, of another group, and one that no policy knows. */
#define INTERNS 7000
#define OWNERS 7001
#define APPROVERS 7002
#define OTHER 7009

/*
 * user      NULL: none
 * group     a gid of the account, 0: none; and the name that it has now, NULL: no answer
 * service   in the policy's services, or not
 */
static const struct account_case {
	const char *name, *user;
	uid_t uid;
	unsigned int facts;
	gid_t gid;
	const char *group, *service;
	enum rolegate_verdict want;
	enum rolegate_reason why;
	unsigned int wants;
	const char *silent;
	int64_t at; /* 0: SUPPORT_NOW */
} cases[] = {
	{ "P12 a name alone is no account", "una", 0, 0, 0, NULL, "lounge", ROLEGATE_DENY,
	  ROLEGATE_UNKNOWN_USER, ROLEGATE_FACT_UID, NULL, 0 },
	{ "P12 a name that every source denies", "una", 0, ROLEGATE_FACT_ABSENT, 0, NULL, "lounge",
	  ROLEGATE_DENY, ROLEGATE_UNKNOWN_USER, 0, NULL, 0 },
	{ "P12 two accounts for one name", "olga", 5001, ALL | ROLEGATE_FACT_AMBIGUOUS, 0, NULL,
	  "lounge", ROLEGATE_DENY, ROLEGATE_AMBIGUOUS_USER, 0, NULL, 0 },
	{ "P12 a virtual user has virtual assignments", "web", 0, ROLEGATE_FACT_ABSENT, 0, NULL,
	  "ftp-any", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P12 another one has virtual_roles", "nobody-here", 0, ROLEGATE_FACT_ABSENT, 0, NULL,
	  "ftp-any", ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P12 and never a user's assignments", "una", 0, ROLEGATE_FACT_ABSENT, 0, NULL, "ftp-any",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P12 a known account never virtual ones", "web", 1500, ALL, INTERNS, "interns", "ftp-any",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P13 suspended", "bob", 1001, ALL, 0, NULL, "door", ROLEGATE_DENY, ROLEGATE_SUSPENDED, 0,
	  NULL, 0 },
	{ "P13 at an open service too", "bob", 1001, ALL, 0, NULL, "lounge", ROLEGATE_DENY,
	  ROLEGATE_SUSPENDED, 0, NULL, 0 },
	{ "P13 by the recorded uid, whatever the name", "rob", 1001, ALL, 0, NULL, "lounge",
	  ROLEGATE_DENY, ROLEGATE_SUSPENDED, 0, NULL, 0 },
	{ "P13 by the name, whatever the uid", "bob", 1800, ALL, 0, NULL, "lounge", ROLEGATE_DENY,
	  ROLEGATE_SUSPENDED, 0, NULL, 0 },
	{ "P13 until a date", "leon", 1010, ALL, 0, NULL, "door", ROLEGATE_DENY, ROLEGATE_SUSPENDED,
	  0, NULL, 0 },
	{ "P13 not after it", "past", 1011, ALL, 0, NULL, "door", ROLEGATE_ALLOW, ROLEGATE_GRANTED,
	  0, NULL, 0 },
	{ "P13 whatever the date where the clock is wrong", "past", 1011, ALL, 0, NULL, "door",
	  ROLEGATE_DENY, ROLEGATE_SUSPENDED, 0, NULL, WRONG_CLOCK },
	{ "P13 uid 0 never", "bob", 0, ALL, 0, NULL, "door", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0,
	  NULL, 0 },
	{ "P3 the recorded uid", "nina", 1003, ALL, 0, NULL, "door", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 another uid: the assignment is somebody else's", "nina", 1903, ALL, INTERNS,
	  "interns", "door", ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 an unknown user counts by name", "una", 4711, ALL, 0, NULL, "door", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 the recorded gid with its name", "eve", 1500, ALL, INTERNS, "interns", "door",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 the name of the group with another gid", "eve", 1500, ALL, OTHER, "owners", "soft",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 the gid with another name is no answer", "eve", 1500, ALL, INTERNS, "crew", "door",
	  ROLEGATE_DENY, ROLEGATE_SYSTEM_ERROR, 0, NULL, 0 },
	{ "P3 the gid without a name is no answer", "eve", 1500, ALL, INTERNS, NULL, "door",
	  ROLEGATE_DENY, ROLEGATE_SYSTEM_ERROR, 0, NULL, 0 },
	{ "P3 whatever is required, where not every group would grant it", "eve", 1500, ALL,
	  INTERNS, NULL, "own", ROLEGATE_DENY, ROLEGATE_SYSTEM_ERROR, 0, NULL, 0 },
	{ "P3 default roles, and the groups are not known", "eve", 1500, ROLEGATE_FACT_UID, 0, NULL,
	  "door", ROLEGATE_DENY, ROLEGATE_NO_ROLE, ROLEGATE_FACT_GROUPS, NULL, 0 },
	{ "P3 default roles, and the sources were not asked", "eve", 1500, KNOWN, 0, NULL, "door",
	  ROLEGATE_DENY, ROLEGATE_SYSTEM_ERROR, ROLEGATE_FACT_SOURCES, NULL, 0 },
	{ "P3 default roles, and a source did not answer", "eve", 1500, ALL, 0, NULL, "door",
	  ROLEGATE_DENY, ROLEGATE_SYSTEM_ERROR, 0, "sss", 0 },
	{ "P3 default roles, and all answered", "eve", 1500, ALL, 0, NULL, "door", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 an assignment of one's own needs no source", "nina", 1003, ROLEGATE_FACT_UID, 0, NULL,
	  "door", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 unless a conflict names a role of it", "clara", 1004, KNOWN, 0, NULL, "enter",
	  ROLEGATE_DENY, ROLEGATE_SYSTEM_ERROR, ROLEGATE_FACT_SOURCES, NULL, 0 },
	{ "A6 and a source did not answer", "clara", 1004, ALL, 0, NULL, "enter", ROLEGATE_DENY,
	  ROLEGATE_SYSTEM_ERROR, 0, "sss", 0 },
	{ "A6 the group brings the excluding role", "clara", 1004, ALL, APPROVERS, "approvers",
	  "enter", ROLEGATE_DENY, ROLEGATE_CONFLICT, 0, NULL, 0 },
	{ "A6 and all answered", "clara", 1004, ALL, 0, NULL, "enter", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 a source that is silent denies nothing that no group could take", "nina", 1003, ALL,
	  0, NULL, "door", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, "sss", 0 },
	{ "P3 root rests on no group", "root", 0, ROLEGATE_FACT_UID, 0, NULL, "door",
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 a system account", "www-data", 33, ALL, 0, NULL, "cron", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 the last one below UID_MIN", "last", 499, ALL, 0, NULL, "cron", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 UID_MIN is a user", "first", 500, ALL, INTERNS, "interns", "cron", ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 65534 of a directory is a user", "nobody", 65534, ALL, INTERNS, "interns", "cron",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 61184 of this host is a system account", "dyn", 61184, ALL | ROLEGATE_FACT_LOCAL, 0,
	  NULL, "cron", ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 61183 is not", "dyn", 61183, ALL | ROLEGATE_FACT_LOCAL, INTERNS, "interns", "cron",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 65519 is the last one", "dyn", 65519, ALL | ROLEGATE_FACT_LOCAL, 0, NULL, "cron",
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 65520 is not", "dyn", 65520, ALL | ROLEGATE_FACT_LOCAL, INTERNS, "interns", "cron",
	  ROLEGATE_DENY, ROLEGATE_MISSING_PERMISSION, 0, NULL, 0 },
	{ "P3 Clock: a dated assignment holds", "dated", 1012, ALL, 0, NULL, "door", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 Clock: five minutes are no error", "dated", 1012, ALL, 0, NULL, "door",
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, SLOW_CLOCK },
	{ "P3 Clock: not where the clock is wrong, nor do default roles", "dated", 1012, ALL, 0,
	  NULL, "door", ROLEGATE_DENY, ROLEGATE_OUTSIDE_TIME, 0, NULL, WRONG_CLOCK },
	{ "P3 Clock: one that ended leaves the default roles", "ended", 1013, ALL, 0, NULL, "door",
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 0 },
	{ "P3 Clock: not in 1970", "ended", 1013, ALL, 0, NULL, "own", ROLEGATE_DENY,
	  ROLEGATE_OUTSIDE_TIME, 0, NULL, 86400 },
	{ "P3 Clock: without dates nothing changes", "una", 1014, ALL, 0, NULL, "door",
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED, 0, NULL, 86400 },
	{ "D2 names of services in capitals", "una", 1014, ALL, 0, NULL, "DOOR", ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED, 0, NULL, 0 },
};

/* Record the policy as a host would have: nina, leon and bob with their uids, una as unknown. */
static struct rolegate_policy *open_policy(const char *text)
{
	static const struct {
		const char *name;
		uint32_t id;
	} users[] = { { "nina", 1003 }, { "clara", 1004 }, { "olga", 1000 } },
	  groups[] = { { "interns", INTERNS }, { "owners", OWNERS }, { "approvers", APPROVERS } },
	  suspended[] = { { "bob", 1001 }, { "leon", 1010 } };
	struct rolegate_policy *policy;
	struct compiled compiled;
	struct model *model = &compiled.model;

	if (support_compile_text(&compiled, text) != 0) {
		support_print_report(&compiled);
		fail();
	}
	model->uid_min = 500;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		uint32_t id = names_find(&model->users.names, users[i].name);

		if (id != NAMES_NONE)
			model->users.list[id].recorded = FORMAT_RECORDED_PRESENT;
		if (id != NAMES_NONE)
			model->users.list[id].id = users[i].id;
	}
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		uint32_t id = names_find(&model->groups.names, groups[i].name);

		if (id != NAMES_NONE)
			model->groups.list[id].recorded = FORMAT_RECORDED_PRESENT;
		if (id != NAMES_NONE)
			model->groups.list[id].id = groups[i].id;
	}
	for (size_t i = 0; i < sizeof(suspended) / sizeof(suspended[0]); i++) {
		uint32_t id = names_find(&model->suspended_names, suspended[i].name);

		if (id != NAMES_NONE)
			model->suspended[id].recorded = FORMAT_RECORDED_PRESENT;
		if (id != NAMES_NONE)
			model->suspended[id].id = suspended[i].id;
	}
	policy = support_open(&compiled);
	compile_free(&compiled);
	return policy;
}

static struct rolegate_decision ask(const struct rolegate_policy *policy,
				    const struct account_case *c, unsigned int flags,
				    uid_t real_uid)
{
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;
	struct rolegate_subject subject = ROLEGATE_ACCOUNT_INIT;
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;

	subject.person.name = c->user;
	subject.person.uid = c->uid;
	subject.person.facts = c->facts;
	subject.person.gids = &c->gid;
	subject.person.group_names = &c->group;
	subject.person.n_groups = c->gid ? 1 : 0;
	subject.person.silent_source = c->silent;
	request.service = c->service;
	request.at = c->at ? c->at : SUPPORT_NOW;
	request.flags = flags;
	request.real_uid = real_uid;
	assert_int_equal(rolegate_decide(policy, &request, &subject, NULL, &d), 0);
	return d;
}

static void decides(void **state)
{
	struct rolegate_policy *policy = open_policy(policy_text);
	unsigned int n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct account_case *c = &cases[i];
		struct rolegate_decision d = ask(policy, c, 0, 0);

		if (d.verdict == c->want && d.reason == c->why && d.wants == c->wants)
			continue;
		n_wrong++;
		print_message("%s: %s, wants %u\n", c->name, rolegate_reason_name(d.reason),
			      d.wants);
	}
	assert_int_equal(n_wrong, 0);
	rolegate_policy_close(policy);
}

/* ---- D5: what the mode changes ---- */

static void follows_the_mode(void **state)
{
	static const struct {
		const char *name, *user;
		uid_t uid;
		unsigned int facts;
		int permissive;
	} modes[] = {
		{ "a role that is missing", "eve", 1500, ALL, 1 },
		{ "an unknown user", "eve", 0, ROLEGATE_FACT_ABSENT, 1 },
		{ "two accounts for one name", "eve", 1500, ALL | ROLEGATE_FACT_AMBIGUOUS, 0 },
		{ "a suspended account", "bob", 1001, ALL, 0 },
	};
	char text[sizeof(policy_text) + 64];
	struct rolegate_policy *policy, *strict = open_policy(policy_text);

	(void)state;
	snprintf(text, sizeof(text), "%smode = \"permissive\";\n", policy_text);
	policy = open_policy(text);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct account_case c = { .user = modes[i].user,
					  .uid = modes[i].uid,
					  .facts = modes[i].facts,
					  .service = "telnetd" };
		struct rolegate_decision d[] = {
			ask(policy, &c, 0, 0),
			ask(strict, &c, ROLEGATE_REQUEST_PERMISSIVE, 0),
		};

		print_message("  D5 %s\n", modes[i].name);
		for (size_t k = 0; k < 2; k++) {
			assert_int_equal(d[k].verdict, ROLEGATE_DENY);
			assert_int_equal(d[k].permissive, modes[i].permissive);
		}
		assert_int_equal(ask(strict, &c, 0, 0).permissive, 0);
	}
	rolegate_policy_close(policy);
	rolegate_policy_close(strict);
}

/* ---- P7: owners at services without an entry ---- */

static void lets_owners_pass(void **state)
{
	static const struct {
		const char *name, *other, *user;
		uid_t uid, real_uid;
		unsigned int flags;
		gid_t gid;
		const char *group;
		enum rolegate_verdict want;
	} owners[] = {
		{ "an assigned owner, in a process of root", "deny", "olga", 1000, 0,
		  ROLEGATE_REQUEST_REAL_UID, 0, NULL, ROLEGATE_ALLOW },
		{ "in a process of the owner's", "deny", "olga", 1000, 1000,
		  ROLEGATE_REQUEST_REAL_UID, 0, NULL, ROLEGATE_ALLOW },
		{ "not in another's", "deny", "olga", 1000, 33, ROLEGATE_REQUEST_REAL_UID, 0, NULL,
		  ROLEGATE_DENY },
		{ "nor where it is not known", "deny", "olga", 1000, 0, 0, 0, NULL, ROLEGATE_DENY },
		{ "another uid under the owner's name", "deny", "olga", 1900, 0,
		  ROLEGATE_REQUEST_REAL_UID, 0, NULL, ROLEGATE_DENY },
		{ "an owner by group", "deny", "eve", 1500, 0, ROLEGATE_REQUEST_REAL_UID, OWNERS,
		  "owners", ROLEGATE_ALLOW },
		{ "not root by root_is_owner", "deny", "root", 0, 0, ROLEGATE_REQUEST_REAL_UID, 0,
		  NULL, ROLEGATE_DENY },
		{ "no other user", "deny", "una", 1014, 0, ROLEGATE_REQUEST_REAL_UID, 0, NULL,
		  ROLEGATE_DENY },
		{ "nobody", "nobody", "olga", 1000, 0, ROLEGATE_REQUEST_REAL_UID, 0, NULL,
		  ROLEGATE_DENY },
		{ "allow", "allow", "una", 1014, 33, 0, 0, NULL, ROLEGATE_ALLOW },
		{ "a permission that the owner has", "host.sudo", "olga", 1000, 33, 0, 0, NULL,
		  ROLEGATE_ALLOW },
	};
	char text[sizeof(policy_text) + 64];

	(void)state;
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		const struct account_case c = { .user = owners[i].user,
						.uid = owners[i].uid,
						.facts = ALL,
						.gid = owners[i].gid,
						.group = owners[i].group,
						.service = "telnetd" };
		struct rolegate_policy *policy;
		struct rolegate_decision d;

		snprintf(text, sizeof(text), "%sother_services = \"%s\";\n", policy_text,
			 owners[i].other);
		policy = open_policy(text);
		d = ask(policy, &c, owners[i].flags, owners[i].real_uid);
		if (d.verdict != owners[i].want)
			fail_msg("P7 %s: %s", owners[i].name, rolegate_reason_name(d.reason));
		rolegate_policy_close(policy);
	}
}

/* P3: a group about which there was no answer at activation. */
static void fears_unknown_groups(void **state)
{
	static const char text[] =
		"catalogs = [ \"workspace\", \"host\" ];\n"
		"assign = ( { user = \"olga\"; roles = [ \"owner\" ]; },\n"
		"  { group = \"interns\"; roles = [ \"guest\" ]; approved_by = \"olga\"; } );\n"
		"default_roles = [ \"user\" ]; system_account_roles = [ \"service\" ];\n"
		"services = ( { name = \"door\"; require = [ \"host.ssh\" ]; },\n"
		"  { name = \"own\"; require = [ \"profile\" ]; } );\n";
	static const struct {
		const char *name, *user;
		uid_t uid;
		const char *service;
		enum format_recorded recorded;
		enum rolegate_verdict want;
	} unknown[] = {
		{ "no answer: default roles are denied", "eve", 1500, "door",
		  FORMAT_RECORDED_UNKNOWN, ROLEGATE_DENY },
		{ "not what the group would grant too", "eve", 1500, "own", FORMAT_RECORDED_UNKNOWN,
		  ROLEGATE_ALLOW },
		{ "nor an owner", "olga", 1000, "door", FORMAT_RECORDED_UNKNOWN, ROLEGATE_ALLOW },
		{ "nor root", "root", 0, "door", FORMAT_RECORDED_UNKNOWN, ROLEGATE_ALLOW },
		{ "nor a system account", "www-data", 33, "cron", FORMAT_RECORDED_UNKNOWN,
		  ROLEGATE_ALLOW },
		{ "denied by all sources: it applies to no user", "eve", 1500, "door",
		  FORMAT_RECORDED_ABSENT, ROLEGATE_ALLOW },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		const struct account_case c = { .user = unknown[i].user,
						.uid = unknown[i].uid,
						.facts = ALL,
						.service = unknown[i].service };
		struct rolegate_policy *policy = NULL;
		struct rolegate_decision d;
		struct compiled compiled;
		int fd;

		assert_int_equal(support_compile_text(&compiled, text), 0);
		compiled.model.groups.list[0].recorded = unknown[i].recorded;
		fd = support_pack_as_it_is(&compiled);
		assert_int_equal(policy_open_fd(fd, &policy), 0);
		d = ask(policy, &c, 0, 0);
		if (d.verdict != unknown[i].want)
			fail_msg("P3 %s: %s", unknown[i].name, rolegate_reason_name(d.reason));
		rolegate_policy_close(policy);
		compile_free(&compiled);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides),
		cmocka_unit_test(follows_the_mode),
		cmocka_unit_test(lets_owners_pass),
		cmocka_unit_test(fears_unknown_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
