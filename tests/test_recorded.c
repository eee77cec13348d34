/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an apply records of users and groups, and what `check`, `apply`, `status` and `doctor` say of names, files and
 * root (P3, P12, D6), through the command below a root.
 */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGS "catalogs = [ \"workspace\", \"host\" ];\n"
#define OWNER "{ user = \"alice\"; roles = [ \"owner\" ]; }"

static const char passwd_text[] = "root:x:0:0::/root:/bin/sh\n"
				  "alice:x:1000:1000::/:/bin/sh\n"
				  "bob:x:1001:1001::/:/bin/sh\n"
				  "www-data:x:33:33::/:/bin/sh\n";
static const char group_text[] = "root:x:0:\nsales:x:2000:bob\n";

static struct command *start(const char *policy)
{
	struct command *command = command_start(NULL);

	command_write(command, "/etc/passwd", passwd_text);
	command_write(command, "/etc/group", group_text);
	command_write(command, COMMAND_POLICY, policy);
	return command;
}

/* ---- Warnings ---- */

static const struct {
	const char *name, *policy, *file; /* a file of policy.d, or NULL */
	const char *part;		  /* that `check` prints */
} warnings[] = {
	{ "P12 an unknown user",
	  CATALOGS "assign = ( " OWNER ", { user = \"zoe\"; roles = [ \"user\" ]; } );", NULL,
	  "rolegate.conf:2: warning: user \"zoe\" is unknown to the system\n" },
	{ "P12 a user in another case",
	  CATALOGS "assign = ( " OWNER ", { user = \"BOB\"; roles = [ \"user\" ]; } );", NULL,
	  "user \"BOB\" is unknown to the system, which has \"bob\"" },
	{ "P3 an unknown group",
	  CATALOGS "assign = ( " OWNER ", { group = \"crew\"; roles = [ \"user\" ]; } );", NULL,
	  "group \"crew\" is unknown to the system: its assignments apply to no user" },
	{ "P3 a group in another case",
	  CATALOGS "assign = ( " OWNER ", { group = \"Sales\"; roles = [ \"user\" ]; } );", NULL,
	  "group \"Sales\" is unknown to the system, which has \"sales\"" },
	{ "P13 an unknown suspended user",
	  CATALOGS "assign = ( " OWNER " );\nsuspended = ( { user = \"zoe\"; } );", NULL,
	  "rolegate.conf:3: warning: user \"zoe\" is unknown to the system\n" },
	{ "a virtual user is not looked for",
	  CATALOGS "assign = ( " OWNER ", { virtual = \"zoe\"; roles = [ \"user\" ]; } );", NULL,
	  "0 warnings" },
	{ "a file without .conf", CATALOGS "assign = ( " OWNER " );", "sales",
	  "policy.d/sales is ignored: its name does not end in \".conf\"" },
	{ "a file with .CONF", CATALOGS "assign = ( " OWNER " );", "60-x.CONF",
	  "policy.d/60-x.CONF is ignored: its name does not end in \".conf\"" },
	{ "what dpkg left", CATALOGS "assign = ( " OWNER " );", "85.conf.dpkg-old",
	  "policy.d/85.conf.dpkg-old is ignored: a package manager left it" },
	{ "what rpm left", CATALOGS "assign = ( " OWNER " );", "80.conf.rpmnew",
	  "policy.d/80.conf.rpmnew is ignored: a package manager left it" },
	{ "what an editor left", CATALOGS "assign = ( " OWNER " );", "70-y.conf~",
	  "policy.d/70-y.conf~ is ignored: an editor left it" },
	{ "a hidden file", CATALOGS "assign = ( " OWNER " );", ".x.conf",
	  "policy.d/.x.conf is ignored: its name begins with a dot" },
	{ "a directory", CATALOGS "assign = ( " OWNER " );", "more/x",
	  "policy.d/more is ignored: it is a directory" },
};

static void test_warnings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		struct command *command = start(warnings[i].policy);
		char path[256];

		print_message("  %s\n", warnings[i].name);
		if (warnings[i].file) {
			snprintf(path, sizeof(path), "%s/policy.d/%s", ROLEGATE_CONF_DIR,
				 warnings[i].file);
			command_write(command, path, "this is not read\n");
		}
		command_expect(command, "check", 0, warnings[i].part);
		if (!strstr(warnings[i].part, "0 warnings"))
			command_expect(command, "check --strict", 3, warnings[i].part);
		command_end(command);
	}
}

/* More unknown names than are worth reading are counted. */
static void test_many_unknown(void **state)
{
	char *text = malloc(16384);
	struct command *command;

	(void)state;
	assert_non_null(text);
	strcpy(text, CATALOGS "assign = ( " OWNER);
	for (unsigned int i = 0; i < 50; i++)
		sprintf(text + strlen(text), ",\n{ user = \"u%u\"; roles = [ \"user\" ]; }", i);
	strcat(text, " );\n");
	command = start(text);
	command_expect(command, "check", 0, "and 30 more unknown users");
	assert_null(strstr(command->output, "\"u20\""));
	command_end(command);
	free(text);
}

/* `status` lists ignored files, and a change of one thing does not. */
static void test_status(void **state)
{
	struct command *command = start(CATALOGS "assign = ( " OWNER " );");

	(void)state;
	command_write(command, ROLEGATE_CONF_DIR "/policy.d/sales", "x\n");
	command_expect(command, "apply", 0, "policy.d/sales is ignored");
	command_expect(command, "status", 0, "policy.d/sales: its name does not end in \".conf\"");
	command_expect(command, "--json status", 0, "\"ignored\"");
	command_expect(command, "assign bob user", 0, "Generation 2");
	assert_null(strstr(command->output, "ignored"));
	command_end(command);
}

/* ---- Root (D6) ---- */

static void test_root(void **state)
{
	static const char policy[] = CATALOGS "assign = ( " OWNER " );\n"
					      "root_is_owner = false;\n"
					      "system_account_roles = [ \"service\" ];\n";
	struct command *command = start(policy);

	(void)state;
	command_expect(command, "check", 0, "0 warnings"); /* no service is guarded */
	command_write(command, "/etc/pam.d/cron",
		      "account requisite pam_rolegate.so\naccount required pam_permit.so\n");
	command_expect(
		command, "check", 0,
		"root_is_owner = false: cron jobs of root stop, because root is denied at service \"cron\" (no-role)");
	command_expect(command, "check --strict", 3, "cron jobs of root stop");
	command_write(command, ROLEGATE_CONF_DIR "/policy.d/10.conf",
		      "assign = ( { user = \"root\"; roles = [ \"service\" ]; } );\n");
	command_expect(command, "check", 0, "0 warnings");
	command_end(command);
}

/* ---- Uids and gids (P3) ---- */

#define CHANGED_BOB                                                                                \
	"root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1500:1001::/:/bin/sh\n"

static void test_recreated_user(void **state)
{
	struct command *command = start(CATALOGS "assign = ( " OWNER
						 ", { user = \"bob\"; roles = [ \"user\" ]; } );");

	(void)state;
	command_expect(command, "apply", 0, "generation 1");
	command_expect(command, "can bob mail", 0, "allowed");
	/* The account is deleted, and another user gets the name. */
	command_write(command, "/etc/passwd", CHANGED_BOB);
	command_expect(command, "can bob mail", 1, "no-role");
	command_expect(command, "status", 0, "bob: uid 1500 now, recorded as 1001");
	command_expect(command, "doctor", 1, "recorded-uid-changed");
	command_expect(command, "check", 0, "user \"bob\" has uid 1500 now, and had 1001");
	/* Neither an apply nor a change of something else records it. */
	command_expect(command, "apply", 0, "rolegate apply --accept bob");
	command_expect(command, "role create clerk --based-on user", 0, "Generation 3");
	command_expect(command, "can bob mail", 1, "no-role");
	command_expect(command, "apply --accept alice", 0, "generation 4");
	command_expect(command, "can bob mail", 1, "no-role");
	/* It is a gain (A2). */
	command_expect(command, "diff --accept bob", 1, "bob");
	command_expect(command, "apply --accept bob", 0, "user bob gains");
	command_expect(command, "can bob mail", 0, "allowed");
	command_expect(command, "status", 0, "generation  5");
	assert_null(strstr(command->output, "recorded"));
	command_end(command);
}

static void test_assign_records(void **state)
{
	struct command *command = start(CATALOGS "assign = ( " OWNER " );");

	(void)state;
	command_expect(command, "apply", 0, "generation 1");
	command_expect(command, "assign bob user", 0, "Generation 2");
	command_write(command, "/etc/passwd", CHANGED_BOB);
	command_expect(command, "can bob mail", 1, "no-role");
	command_expect(command, "assign alice user", 0, "Generation 3");
	command_expect(command, "can bob mail", 1, "no-role");
	command_expect(command, "assign bob user", 0, "Generation 4");
	command_expect(command, "can bob mail", 0, "allowed");
	command_end(command);
}

static void test_absent_user(void **state)
{
	struct command *command = start(CATALOGS "assign = ( " OWNER
						 ", { user = \"zoe\"; roles = [ \"user\" ]; } );");

	(void)state;
	/* A user who is unknown counts by name until an apply finds one. */
	command_expect(command, "apply", 0, "unknown to the system");
	command_write(command, "/etc/passwd",
		      "alice:x:1000:1000::/:/bin/sh\nzoe:x:1700:1700::/:/bin/sh\n");
	command_expect(command, "can zoe mail", 0, "allowed");
	command_expect(command, "apply", 0, "generation 2");
	command_write(command, "/etc/passwd",
		      "alice:x:1000:1000::/:/bin/sh\nzoe:x:1701:1700::/:/bin/sh\n");
	command_expect(command, "can zoe mail", 1, "no-role");
	command_end(command);
}

static void test_groups(void **state)
{
	struct command *command = start(
		CATALOGS "assign = ( " OWNER ", { group = \"sales\"; roles = [ \"user\" ]; } );");

	(void)state;
	command_expect(command, "apply", 0, "generation 1");
	command_expect(command, "can bob mail", 0, "allowed");
	/* Another group has the name: the recorded gid is not bob's. */
	command_write(command, "/etc/group", "root:x:0:\nsales:x:2100:bob\n");
	command_expect(command, "can bob mail", 1, "no-role");
	command_expect(command, "status", 0, "sales: gid 2100 now, recorded as 2000");
	/* Another group has the gid: that is no answer, and adds nothing. */
	command_write(command, "/etc/group", "root:x:0:\ncrew:x:2000:bob\n");
	command_expect(command, "can bob mail", 1, "denied");
	command_write(command, "/etc/group", "root:x:0:\nsales:x:2100:bob\n");
	command_expect(command, "apply --accept sales", 0, "generation 2");
	command_expect(command, "can bob mail", 0, "allowed");
	command_end(command);
}

/* A group whose gid has another name now could have restricted users that default_roles allow. */
static void test_restricting_group(void **state)
{
	struct command *command = start(
		CATALOGS
		"assign = ( " OWNER ",\n"
		"  { group = \"sales\"; roles = [ \"guest\" ]; approved_by = \"alice\"; } );\n"
		"default_roles = [ \"user\" ];\n");

	(void)state;
	command_expect(command, "apply", 0, "generation 1");
	command_expect(command, "explain bob sshd", 1, "missing-permission");
	command_write(command, "/etc/group", "root:x:0:\ncrew:x:2000:bob\n");
	command_expect(command, "explain bob sshd", 1, "system-error");
	/* What the group grants too is not in doubt, nor are others. */
	command_expect(command, "can bob profile", 0, "allowed");
	command_write(
		command, "/etc/passwd",
		"alice:x:1000:1000::/:/bin/sh\nbob:x:1001:1001::/:/bin/sh\neve:x:1003:1003::/:/bin/sh\n");
	command_expect(command, "explain eve sshd", 0, "allowed");
	command_end(command);
}

static void test_system_accounts(void **state)
{
	struct command *command =
		start(CATALOGS
		      "assign = ( " OWNER " );\n"
		      "default_roles = [ \"guest\" ]; system_account_roles = [ \"service\" ];\n");

	(void)state;
	command_expect(command, "apply", 0, "generation 1");
	command_expect(command, "explain www-data cron", 0, "system_account_roles");
	command_expect(command, "explain bob cron", 1, "denied");
	/* UID_MIN counts as it was when the policy was applied. */
	command_write(command, "/etc/login.defs", "# x\nUID_MIN\t\t 1002\nSYS_UID_MIN 100\n");
	command_expect(command, "explain bob cron", 1, "denied");
	command_expect(command, "apply", 0, "generation 2");
	command_expect(command, "explain bob cron", 0, "system_account_roles");
	command_write(
		command, "/etc/passwd",
		"alice:x:1000:1000::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\ndyn:x:61184:61184::/:/bin/sh\n");
	command_expect(command, "explain nobody cron", 0, "system_account_roles");
	command_expect(command, "explain dyn cron", 0, "system_account_roles");
	command_end(command);
}

/* A4: an owner whose uid is another one is none. */
static void test_last_owner(void **state)
{
	struct command *command = start(CATALOGS "assign = ( " OWNER " );");

	(void)state;
	command_expect(command, "apply", 0, "generation 1");
	command_write(command, "/etc/passwd",
		      "root:x:0:0::/root:/bin/sh\nalice:x:1009:1000::/:/bin/sh\n");
	command_expect(command, "apply", 4, "alice is another account than was recorded");
	command_expect(command, "apply --accept alice", 0, "generation 2");
	command_end(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_many_unknown),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_recreated_user),
		cmocka_unit_test(test_assign_records),
		cmocka_unit_test(test_absent_user),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_restricting_group),
		cmocka_unit_test(test_system_accounts),
		cmocka_unit_test(test_last_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
