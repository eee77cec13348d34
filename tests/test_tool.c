/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command as people type it, below a root of its own: exit statuses, words, JSON. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *root;

/* Run the command with both outputs caught; returns its exit status. */
static int run(const char *words, char *output, size_t size)
{
	return command_run_below(root, words, output, size);
}

static void write_below(const char *path, const char *text)
{
	command_write_below(root, path, text);
}

static const char *const policy =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"plan = { name = \"p\"; includes = [ \"mail\", \"insight\", \"host.*\" ]; };\n"
	"roles = ( { name = \"sales\"; based_on = [ \"user\" ]; permissions = [ \"insight\" ]; privileges = \"app.crm\"; } );\n"
	"assign = (\n"
	"	{ user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"	{ user = \"sal\"; roles = [ \"sales\" ]; why = \"hired\"; },\n"
	"	{ group = \"crew\"; roles = [ \"user\" ]; },\n"
	"	{ user = \"gwen\"; roles = [ \"guest\" ]; },\n"
	"	{ user = \"tom\"; roles = [ \"user\" ]; until = \"2026-12-31\"; }\n"
	");\n"
	"system_account_roles = [ \"service\" ];\n";

/* With uids that nobody has who runs the tests: they would be these people. */
static const char *const passwd =
	"root:x:0:0::/root:/bin/sh\nsal:x:61001:1001::/:/bin/sh\ncarl:x:61002:2000::/:/bin/sh\n"
	"www-data:x:33:33::/:/bin/false\n";
static const char *const group =
	"crew:x:2000:\nother:x:2001:sal\nstaff:x:2002:dora\ncrew2:x:2003:dora\n";

struct step {
	const char *words;
	int status;
	const char *part;
};

static const struct step steps[] = {
	/* Before anything is there. */
	{ "status", 5, "not there; `rolegate apply` makes it" },
	{ "can alice mail", 5, "not there" },
	{ "check", 3, "there is no " ROLEGATE_CONF_DIR "/rolegate.conf" },
	{ "apply", 3, "rolegate init --owner USER" },
	{ "catalog", 0, "not loaded" },
	/* The command line. */
	{ "", 2, "a verb is missing" },
	{ "frobnicate", 2, "no verb is called `frobnicate`" },
	{ "explian alice sshd", 2, "did you mean `explain`?" },
	{ "can alice", 2, "Usage: rolegate can" },
	{ "can alice mail more", 2, "one word too many" },
	{ "status --owner alice", 2, "does not take that option" },
	{ "status --frob", 2, "no option is called `--frob`" },
	{ "can alice mail --at", 2, "wants a value" },
	{ "can alice mail --at=noon", 2, "not a time" },
	{ "--color sometimes status", 2, "auto, always or never" },
	{ "init", 2, "--owner USER is missing" },
	{ "init --owner 'a b:c'", 2, "a name holds" },
	{ "init --owner alice --owner bob", 2, "given twice" },
	{ "role frob", 2, "`role` is followed by one of " },
	{ "--help", 0, "Exit status" },
	{ "--version", 0, "rolegate 0." },
	/* A first policy that cannot be: nothing is left of it. */
	{ "init --owner alice --catalog nosuch", 3, "no catalog is called \"nosuch\"" },
	{ "init --owner alice --catalog host", 3, "no loaded catalog has an owner role" },
	{ "status", 5, "not there" },
	/* A first policy. */
	{ "init --owner alice", 0, "Nothing is refused yet" },
	{ "init --owner alice", 4, "is there already" },
	{ "status", 0, "NOTHING IS REFUSED" },
	{ "status", 0, "the same as what is in force" },
	{ "explain bob sshd", 1, "The mode is permissive" },
	{ "explain alice sshd", 0, "allowed: alice may use sshd (granted)" },
};

static const struct step after[] = {
	{ "status", 0, "changed since" },
	{ "can sal insight", 1, "denied" },
	{ "can sal insight --candidate", 0, "allowed" },
	{ "check", 0, "assignments to 4 users and 1 group;" },
	{ "apply -m 'first of all'", 0, "generation 2 is in force" },
	{ "status", 0, "first of all" },
	{ "can sal insight", 0, "allowed: sal holds insight (granted)" },
	{ "can sal nosuch", 1,
	  "no permission is called `nosuch`; `rolegate explain USER SERVICE`" },
	{ "can sal drive", 1, "(not-in-plan)" },
	{ "can tom mail", 0, "granted" },
	{ "can tom mail --at 2027-01-01", 1, "(outside-time)" },
	{ "can tom mail --at 2026-12-30T23:59:59Z", 0, "granted" },
	/* A chosen time is no wrong clock (P3). */
	{ "can tom mail --at 2001-01-01T00:00:00Z", 0, "granted" },
	{ "can tom mail --at noon", 2, "not a time" },
	{ "can gwen profile", 1, "(pending-approval)" },
	/* The root's own users and groups. */
	{ "can carl mail", 0, "granted" },
	{ "can dora mail", 1, "(no-role)" },
	{ "can dora mail --groups staff,crew", 0, "granted" },
	{ "can www-data host.cron", 0, "granted" },
	{ "can root manage_user_passwords", 0, "granted" },
	{ "can sal mail --groups ''", 0, "granted" },
	/* Why. */
	{ "explain sal sshd", 0, "based on role user" },
	{ "explain sal sshd", 0, ROLEGATE_CONF_DIR "/rolegate.conf:6" },
	{ "explain carl sshd", 0, "assignment to group crew" },
	{ "explain dora sshd", 1, "roles that give it:\n    owner, administrator, user, sales" },
	{ "explain dora nosuchd", 1, "(service-not-listed)" },
	{ "explain sal --permission billing", 1, "owner, administrator\n" },
	{ "explain sal", 2, "say either a service or --permission" },
	{ "explain sal sshd --permission mail", 2, "say either" },
	{ "explain dora systemd-user", 0, "(open-service)" },
	{ "explain sal su", 1, "host.su" },
	{ "explain '' sshd", 2, "name is empty" },
	/* Views. */
	{ "who insight", 0, "sal" },
	{ "who mail", 0, "crew" },
	{ "who host.cron", 0, "system accounts" },
	{ "who nosuch", 2, "no permission is called `nosuch`" },
	{ "who malil", 2, "did you mean `mail`?" },
	{ "who noe/widgets", 0, "nobody holds noe/widgets" },
	{ "user sal", 0, "in force" },
	{ "role show sales", 0, "own permissions: 2\n  insight, app.crm" },
	{ "role show guest", 0, "gives nothing before somebody approves it" },
	{ "role show sals", 2, "did you mean `sales`?" },
	{ "catalog", 0, "host            loaded" },
	{ "catalog workspace", 0, "manage_user_passwords" },
	{ "catalog ../workspace", 2, "by its name alone" },
	{ "catalog nosuch", 2, "no catalog is called" },
};

static void take(const struct step *list, size_t n)
{
	static char output[65536];

	for (size_t i = 0; i < n; i++) {
		int status = run(list[i].words, output, sizeof(output));

		if (status != list[i].status || !strstr(output, list[i].part))
			fail_msg("rolegate %s: status %d instead of %d, or without \"%s\":\n%s",
				 list[i].words, status, list[i].status, list[i].part, output);
	}
}

static void from_nothing(void **state)
{
	(void)state;
	take(steps, sizeof(steps) / sizeof(steps[0]));
}

static void with_a_policy(void **state)
{
	(void)state;
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", policy);
	write_below("etc/passwd", passwd);
	write_below("etc/group", group);
	take(after, sizeof(after) / sizeof(after[0]));
}

/* A4: without an owner who could act, nothing is applied. */
static void keeps_an_owner(void **state)
{
	static const struct {
		const char *name, *assign, *part;
		int status;
	} owners[] = {
		{ "none", "", "no owner would be left", 4 },
		{ "through a group", "{ group = \"crew\"; roles = [ \"owner\" ]; }",
		  "no owner would be left", 4 },
		{ "with an end",
		  "{ user = \"alice\"; roles = [ \"owner\" ]; until = \"2099-01-01\"; }",
		  "no owner", 4 },
		{ "not begun",
		  "{ user = \"alice\"; roles = [ \"owner\" ]; from = \"2099-01-01\"; }", "no owner",
		  4 },
		{ "begun", "{ user = \"alice\"; roles = [ \"owner\" ]; from = \"2020-01-01\"; }",
		  "is in force", 0 },
		{ "among others",
		  "{ user = \"a\"; roles = [ \"user\" ]; }, { user = \"b\"; roles = [ \"user\", \"owner\" ]; }",
		  "is in force", 0 },
		{ "in conflict with himself",
		  "{ user = \"alice\"; roles = [ \"owner\", \"guest\" ]; } ); conflicts = ( { name = \"c\"; roles = [ \"owner\", \"guest\" ]; }",
		  "the rule \"c\" allows 1 (A6)", 4 },
	};
	static char output[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		char text[1024];
		int status;

		snprintf(text, sizeof(text), "catalogs = [ \"workspace\" ];\nassign = ( %s );\n",
			 owners[i].assign);
		write_below(ROLEGATE_CONF_DIR "/rolegate.conf", text);
		status = run("apply", output, sizeof(output));
		if (status != owners[i].status || !strstr(output, owners[i].part))
			fail_msg("%s: %d %s", owners[i].name, status, output);
	}
}

/* A broken source changes nothing: the same file stays in force. */
static void changes_nothing_on_error(void **state)
{
	static char output[4096];
	struct stat before, now;
	char path[700];

	(void)state;
	snprintf(path, sizeof(path), "%s" ROLEGATE_STATE_DIR "/policy.cdb", root);
	assert_int_equal(stat(path, &before), 0);
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf",
		    "assign = ( { user = \"alice\"; roles = [ \"owner\" }; } );\n");
	assert_int_equal(run("apply", output, sizeof(output)), 3);
	assert_non_null(strstr(output, ROLEGATE_CONF_DIR "/rolegate.conf:1: error:"));
	assert_non_null(strstr(output, "nothing was changed"));
	assert_int_equal(run("check", output, sizeof(output)), 3);
	assert_int_equal(stat(path, &now), 0);
	assert_int_equal(before.st_ino, now.st_ino);
	assert_int_equal(run("status", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "have errors"));
}

/* Warnings are printed, and fail with --strict. */
static void is_strict_on_demand(void **state)
{
	static char output[4096];

	(void)state;
	write_below(
		ROLEGATE_CONF_DIR "/rolegate.conf",
		"catalogs = [ \"workspace\" ];\nroles = ( { name = \"r\"; privileges = \"mail\"; } );\n");
	assert_int_equal(run("check", output, sizeof(output)), 0);
	assert_non_null(
		strstr(output, "rolegate.conf:2: warning: privilege \"mail\" grants nothing"));
	assert_int_equal(run("check --strict", output, sizeof(output)), 3);
}

/* A catalog of the site's own, and one that would hide the vendor's. */
static void loads_site_catalogs(void **state)
{
	static char output[8192];

	(void)state;
	write_below(
		ROLEGATE_CONF_DIR "/catalogs/site.conf",
		"name = \"site\"; areas = ( { name = \"S\"; } );\n"
		"permissions = ( { name = \"lift\"; area = \"S\"; tier = \"user\"; label = \"Lift\"; } );\n");
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf",
		    "catalogs = [ \"workspace\", \"site\" ];\n"
		    "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n");
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	assert_int_equal(run("can alice lift", output, sizeof(output)), 0);
	assert_int_equal(run("catalog site", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "lift"));
	write_below(ROLEGATE_CONF_DIR "/catalogs/workspace.conf", "name = \"workspace\";");
	assert_int_equal(run("apply", output, sizeof(output)), 3);
	assert_non_null(strstr(output, "is there twice"));
}

/* Every verb's JSON is one document that begins with `ok`. */
static void speaks_json(void **state)
{
	static const struct {
		const char *words, *part;
		int status;
	} verbs[] = {
		{ "status", "\"sources\": \"changed\"", 0 },
		{ "check", "\"severity\": \"warning\"", 0 },
		{ "can sal insight", "\"verdict\": \"allow\"", 0 },
		{ "can sal roles", "\"lacks\": [\n    \"roles\"", 1 },
		{ "explain sal sshd", "\"kind\": \"permission\"", 0 },
		{ "explain dora sshd", "\"given_by\": [\n    \"owner\"", 1 },
		{ "who insight", "\"holders\": [", 0 },
		{ "user sal", "\"state\": \"in force\"", 0 },
		{ "role show sales", "\"locked\": false", 0 },
		{ "catalog", "\"loaded\": true", 0 },
		{ "catalog host", "\"tier\": \"administrator\"", 0 },
		{ "apply", "\"generation\": ", 0 },
		{ "init --owner alice", "\"reason\": \"policy-exists\"", 4 },
	};
	static char output[65536];
	char words[256];

	(void)state;
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", policy);
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	write_below(ROLEGATE_CONF_DIR "/policy.d/50-more.conf",
		    "roles = ( { name = \"r\"; privileges = \"mail\"; } );\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		int status;

		snprintf(words, sizeof(words), "%s --json", verbs[i].words);
		status = run(words, output, sizeof(output));
		if (status != verbs[i].status || strncmp(output, "{\n  \"ok\": ", 10) != 0 ||
		    !strstr(output, verbs[i].part))
			fail_msg("%s: %d %s", verbs[i].words, status, output);
	}
	write_below(ROLEGATE_CONF_DIR "/policy.d/50-more.conf", "roles = 1;\n");
	assert_int_equal(run("apply --json", output, sizeof(output)), 3);
	assert_non_null(strstr(output, "\"problems\": [\n    {\n      \"severity\": \"error\""));
}

/* Colours only where they are wanted. */
static void colours_on_demand(void **state)
{
	static char output[4096];

	(void)state;
	run("can sal insight", output, sizeof(output));
	assert_null(strchr(output, '\033'));
	run("--color always can sal insight", output, sizeof(output));
	assert_non_null(strchr(output, '\033'));
	run("--color always can sal insight --json", output, sizeof(output));
	assert_null(strchr(output, '\033'));
}

/* What is typed comes back without what a terminal would obey. */
static void escapes_what_it_prints(void **state)
{
	static char output[4096];

	(void)state;
	assert_int_equal(run("can \"$(printf 'a\\033[31mb')\" mail", output, sizeof(output)), 1);
	assert_null(strchr(output, '\033'));
	assert_non_null(strstr(output, "a\\x1b[31mb"));
	/* Nor what stands in a file, or a file is called. */
	write_below(ROLEGATE_CONF_DIR "/policy.d/50-\033[2J.conf", "mode = \"\033[2J\";\n");
	assert_int_equal(run("check", output, sizeof(output)), 3);
	assert_null(strchr(output, '\033'));
	assert_non_null(strstr(output, "50-\\x1b[2J.conf:1: error:"));
}

/* One mistake brings one error, and not another for each name that a catalog defines. */
static void complains_once_of_no_catalogs(void **state)
{
	static const struct {
		const char *line, *part, *count;
	} cases[] = {
		{ "", "no catalog is loaded", "\n1 error" },
		{ "catalogs = [ ];", "no catalog is loaded", "\n1 error" },
		{ "catalog = [ \"workspace\" ];", "did you mean `catalogs`?", "\n1 error" },
		{ "catalogs = [ \"wrkspace\" ];", "no catalog is called", "\n1 error" },
	};
	static char output[4096];
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text),
			 "%s\nassign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n",
			 cases[i].line);
		write_below(ROLEGATE_CONF_DIR "/rolegate.conf", text);
		assert_int_equal(run("check", output, sizeof(output)), 3);
		if (!strstr(output, cases[i].part) || !strstr(output, cases[i].count))
			fail_msg("%s: %s", cases[i].line, output);
	}
}

/* Groups of directories that were written to a file: this one has two megabytes. */
static void reads_a_group_of_thousands(void **state)
{
	enum { N = 150000, LENGTH = 14 };
	char *text = malloc((size_t)N * LENGTH + 64), *end;
	static char output[4096];

	(void)state;
	assert_non_null(text);
	end = text + sprintf(text, "crew:x:2000:");
	for (int i = 0; i < N; i++)
		end += sprintf(end, "member-%06d,", i);
	strcpy(end - 1, "\nother:x:2001:zoe\n");
	write_below("etc/group", text);
	free(text);
	assert_int_equal(run("can member-149999 mail", output, sizeof(output)), 0);
	assert_int_equal(run("can member-150000 mail", output, sizeof(output)), 1);
	assert_int_equal(run("can zoe mail", output, sizeof(output)), 1);
}

static int make_root(void **state)
{
	(void)state;
	root = support_make_folder();
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	support_remove_folder(root);
	return 0;
}

/* A root with the policy in force. */
static int make_policy(void **state)
{
	static char output[4096];

	make_root(state);
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", policy);
	write_below("etc/passwd", passwd);
	write_below("etc/group", group);
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	return 0;
}

static void whole_story(void **state)
{
	from_nothing(state);
	with_a_policy(state);
}

int main(void)
{
#define WITH(test, setup) cmocka_unit_test_setup_teardown(test, setup, remove_root)
	const struct CMUnitTest tests[] = {
		WITH(whole_story, make_root),
		WITH(keeps_an_owner, make_policy),
		WITH(changes_nothing_on_error, make_policy),
		WITH(is_strict_on_demand, make_policy),
		WITH(loads_site_catalogs, make_root),
		WITH(speaks_json, make_policy),
		WITH(colours_on_demand, make_policy),
		WITH(escapes_what_it_prints, make_policy),
		WITH(complains_once_of_no_catalogs, make_policy),
		WITH(reads_a_group_of_thousands, make_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
