/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The grammar: every key takes what it should and nothing else, and all errors of a run are
 * reported with their lines.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *text;
	unsigned int line;
	const char *part;
} wrong[] = {
	{ "an unknown key", "\nasign = ( );", 2, "did you mean `assign`?" },
	{ "an unknown key unlike any", "\nfrobnicate = 1;", 2, "no key is called `frobnicate`" },
	{ "a wrong type", "\nassign = \"alice\";", 2, "`assign` has to be a list of groups" },
	{ "a wrong element", "assign = (\n{ user = \"a\"; roles = [ \"user\" ]; },\n\"bob\" );", 3,
	  "element 2 of `assign`" },
	{ "a wrong element type", "assign = (\n{ user = \"a\"; roles = [ 1 ]; } );", 2,
	  "element 1 of `roles`" },
	{ "a string for a list", "assign = ( { user = \"a\"; roles = \"user\"; } );", 1,
	  "`roles` has to be a list of strings" },
	{ "roles missing", "assign = (\n{ user = \"a\"; } );", 2, "`roles` is missing" },
	{ "no role", "assign = ( { user = \"a\"; roles = [ ]; } );", 1, "no role" },
	{ "user and group", "assign = ( { user = \"a\"; group = \"g\"; roles = [ \"user\" ]; } );",
	  1, "write exactly one of them" },
	{ "neither", "assign = ( { roles = [ \"user\" ]; } );", 1, "write exactly one of them" },
	{ "P12 user and virtual",
	  "assign = ( { user = \"a\"; virtual = \"v\"; roles = [ \"user\" ]; } );", 1,
	  "write exactly one of them" },
	{ "P12 group and virtual",
	  "assign = (\n{ group = \"g\"; virtual = \"v\"; roles = [ \"user\" ]; } );", 2,
	  "write exactly one of them" },
	{ "P12 all three",
	  "assign = ( { user = \"a\"; group = \"g\"; virtual = \"v\"; roles = [ \"user\" ]; } );",
	  1, "write exactly one of them" },
	{ "P12 virtual roles that are no list", "\nvirtual_roles = \"user\";", 2,
	  "`virtual_roles` has to be a list of strings" },
	{ "P12 accounts of the actor",
	  "services = ( { name = \"s\"; subject = \"actor\";\naccounts = \"any\"; } );", 2,
	  "exclude each other: an actor is always an account" },
	{ "P12 unknown accounts", "services = ( { name = \"s\"; accounts = \"al\"; } );", 1,
	  "\"al\"" },
	{ "P13 a user suspended twice",
	  "suspended = ( { user = \"a\"; },\n{ user = \"a\"; why = \"again\"; } );", 2,
	  "user \"a\" is suspended twice, first at /etc/rolegate/0.conf:1" },
	{ "P13 root suspended", "suspended = ( { user = \"b\"; },\n{ user = \"root\"; } );", 2,
	  "root cannot be suspended" },
	{ "P13 until no such day", "suspended = ( { user = \"a\";\nuntil = \"2027-02-29\"; } );", 2,
	  "no such day" },
	{ "P13 until without a zone",
	  "suspended = ( { user = \"a\"; until = \"2027-01-15T10:00:00\"; } );", 1,
	  "without a zone" },
	{ "P13 nobody suspended", "suspended = (\n{ why = \"lost laptop\"; } );", 2,
	  "`user` is missing" },
	{ "P13 an empty user suspended", "suspended = ( { user = \"\"; } );", 1, "is empty" },
	{ "P13 a group suspended", "suspended = ( { user = \"a\"; },\n{ group = \"g\"; } );", 2,
	  "no key is called `group`" },
	{ "P13 what can be read as a uid", "suspended = ( { user = \":1000\"; } );", 1,
	  "holds `:` or `/`" },
	{ "D2 a service in upper case twice",
	  "services = ( { name = \"sshd\"; },\n{ name = \"SSHD\"; } );", 2, "two entries" },
	{ "D2 a prefix in upper case twice",
	  "services = ( { name = \"Web*\"; },\n{ name = \"web*\"; } );", 2, "two entries" },
	{ "an unknown key of an assignment",
	  "assign = ( { user = \"a\"; roles = [ \"user\" ];\nutil = \"x\"; } );", 2,
	  "did you mean `until`?" },
	{ "a bad date",
	  "assign = ( { user = \"a\"; roles = [ \"user\" ];\nuntil = \"2026-02-30\"; } );", 2,
	  "no such day" },
	{ "a time without a zone",
	  "assign = ( { user = \"a\"; roles = [ \"user\" ]; from = \"2026-02-03T10:00:00\"; } );",
	  1, "without a zone" },
	{ "until before from",
	  "assign = ( { user = \"a\"; roles = [ \"user\" ]; from = \"2026-02-03\"; until = \"2026-02-03\"; } );",
	  1, "never be in force" },
	{ "a user's name with an escape",
	  "assign = ( { user = \"a\\x1b[31m\"; roles = [ \"user\" ]; } );", 1,
	  "control character" },
	{ "a user's name with a slash", "assign = ( { user = \"a/b\"; roles = [ \"user\" ]; } );",
	  1, "holds `:` or `/`" },
	{ "an empty user", "assign = ( { user = \"\"; roles = [ \"user\" ]; } );", 1, "is empty" },
	{ "a role without a name", "roles = (\n{ label = \"x\"; } );", 2, "`name` is missing" },
	{ "a role with a blank", "roles = ( { name = \"a b\"; } );", 1, "holds a blank" },
	{ "a bad colour", "roles = ( { name = \"a\"; colour = \"green\"; } );", 1,
	  "is not a colour" },
	{ "a level in the policy", "roles = ( { name = \"a\"; level = \"owner\"; } );", 1,
	  "no key is called `level`" },
	{ "an unknown capability",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"x\"; can = [ \"veiw\" ]; } ); } );", 1,
	  "did you mean \"view\"" },
	{ "full in a list",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"x\"; can = [ \"full\" ]; } ); } );", 1,
	  "stands for the whole list" },
	{ "one capability without a list",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"x\"; can = \"edit\"; } ); } );", 1,
	  "goes into a list" },
	{ "can missing", "roles = ( { name = \"a\"; matrix = ( { on = \"x\"; } ); } );", 1,
	  "`can` is missing" },
	{ "require and require_any",
	  "services = ( { name = \"s\"; require = [ \"mail\" ]; require_any = [ \"mail\" ]; } );",
	  1, "exclude each other" },
	{ "require nothing by an empty list", "services = ( { name = \"s\"; require = [ ]; } );", 1,
	  "an empty list" },
	{ "a service twice", "services = ( { name = \"s\"; },\n{ name = [ \"t\", \"s\" ]; } );", 2,
	  "two entries" },
	{ "a service without a name", "services = ( { name = [ ]; } );", 1, "without a name" },
	{ "an unknown subject", "services = ( { name = \"s\"; subject = \"actr\"; } );", 1,
	  "did you mean \"actor\"" },
	{ "an unknown mode", "\nmode = \"permisive\";", 2, "did you mean \"permissive\"" },
	{ "a mode that is no string", "mode = true;", 1, "`mode` has to be a string" },
	{ "a bool that is none", "root_is_owner = \"yes\";", 1, "true or false" },
	{ "an unknown actor rule", "password_gate = { unknown_actor = \"allow\"; };", 1,
	  "none of the words" },
	{ "at_most of all",
	  "conflicts = ( { name = \"c\"; roles = [ \"user\", \"guest\" ]; at_most = 2; } );", 1,
	  "at_most = 2 of 2" },
	{ "at_most of none",
	  "conflicts = ( { name = \"c\"; roles = [ \"user\", \"guest\" ]; at_most = 0; } );", 1,
	  "at_most = 0" },
	{ "a conflict of one", "conflicts = ( { name = \"c\"; roles = [ \"user\" ]; } );", 1,
	  "of 1 roles" },
	{ "A6 a conflict that names a role twice",
	  "conflicts = ( { name = \"c\"; roles = [ \"user\", \"guest\",\n\"user\" ]; } );", 2,
	  "the rule \"c\" names the role \"user\" twice" },
	{ "A6 a conflict of one, twice",
	  "conflicts = ( { name = \"c\"; roles = [ \"user\", \"user\" ]; } );", 1,
	  "names the role \"user\" twice" },
	{ "a plan without includes", "plan = { name = \"p\"; };", 1, "`includes` is missing" },
	{ "a role group without a group", "role_groups = ( { role = \"user\"; } );", 1,
	  "`group` is missing" },
	{ "a role group's members that are none",
	  "role_groups = ( { role = \"user\"; group = \"adm\"; members = \"yes\"; } );", 1,
	  "true or false" },
	{ "a privilege with a quote", "roles = ( { name = \"a\"; privileges = \"x'y\"; } );", 1,
	  "privilege \"x'y\"" },
	{ "a missing semicolon", "mode = \"permissive\"\ntell_user true;", 2,
	  "missing comma, semicolon or bracket" },
	{ "a missing comma",
	  "assign = ( { user = \"a\"; roles = [ \"user\" ]; }\n{ user = \"b\"; roles = [ \"user\" ]; } );",
	  2, "missing comma" },
	{ "a setting twice in one file", "mode = \"enforcing\";\nmode = \"permissive\";", 2,
	  "first on line 1" },
};

/* The text begins on line 1, and the catalogs come from another file. */
static int compile(struct compiled *ret, const char *text)
{
	const char *const texts[] = { text, "catalogs = [ \"workspace\" ];" };

	return support_compile(ret, texts, 2, NULL, 0);
}

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct compiled compiled;

		if (compile(&compiled, wrong[i].text) == 0 ||
		    !support_has_problem(&compiled, REPORT_ERROR, wrong[i].line, wrong[i].part)) {
			support_print_report(&compiled);
			fail_msg("%s", wrong[i].name);
		}
		compile_free(&compiled);
	}
}

static const char *const right[] = {
	"",
	"# nothing but a comment",
	"assign = ( );",
	"assign = ( { user = \"john.doe\"; roles = [ \"user\" ]; }, { user = \"_apt\"; roles = ( \"user\", \"guest\" ); } );",
	"assign = ( { user = \"DOMAIN\\\\user\"; roles = [ \"user\" ]; }, { group = \"domain users\"; roles = [ \"user\" ]; } );",
	"assign = ( { user = \"t\"; roles = [ \"user\" ]; from = \"2026-12-01\"; until = \"2026-12-31T18:00:00+01:00\"; why = \"audit\"; } );",
	"assign = ( { user = \"g\"; roles = [ \"guest\" ]; approved_by = \"alice\"; } );",
	"plan = { name = \"pro\"; includes = [ \"mail\", \"area:CRM and Sales\" ]; };",
	"roles = ( { name = \"r\"; label = \"R\"; colour = \"#22aa77\"; description = \"d\"; based_on = [ \"user\" ];"
	"permissions = [ \"insight\" ]; privileges = \"app.crm, report.export\"; needs_approval = true; } );",
	"services = ( { name = [ \"dovecot\", \"imap\" ]; require = [ \"mail\" ]; }, { name = \"x*\"; }, { name = \"y\"; mode = \"permissive\"; },"
	"{ name = \"z\"; subject = \"actor\"; require_any = [ \"mail\", \"crm\" ]; } );",
	"other_services = \"deny\";",
	"other_services = \"mail\";",
	"password_gate = { permission = \"manage_user_passwords\"; unknown_actor = \"deny\"; };",
	"role_groups = ( { role = \"administrator\"; group = \"adm\"; }, { role = \"user\"; group = \"g\"; members = true; } );",
	"mode = \"enforcing\"; tell_user = false; root_is_owner = false;",
	"conflicts = ( { name = \"four eyes\"; roles = [ \"user\", \"guest\" ]; at_most = 1; } );",
	"default_roles = [ \"guest\" ]; system_account_roles = [ \"user\" ];",
	"catalogs = [ \"workspace\" ];",
};

static void takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		struct compiled compiled;

		if (compile(&compiled, right[i]) != 0) {
			support_print_report(&compiled);
			fail_msg("%s", right[i]);
		}
		compile_free(&compiled);
	}
}

/* policy.d: lists accumulate, a scalar set twice is an error that names both places. */
static void joins_files(void **state)
{
	static const char *const texts[] = {
		"catalogs = [ \"workspace\" ]; assign = ( { user = \"a\"; roles = [ \"user\" ]; } );",
		("assign = ( { user = \"a\"; roles = [ \"guest\" ]; }, { user = \"b\"; roles = [ \"user\" ]; } );"
		 "default_roles = [ \"guest\" ]; catalogs = [ \"workspace\" ];"),
		"default_roles = [ \"user\" ];",
	};
	static const char *const twice[] = {
		"catalogs = [ \"workspace\" ]; mode = \"enforcing\";\nplan = { name = \"p\"; includes = [ \"mail\" ]; };",
		"tell_user = true;\nmode = \"enforcing\";",
		"plan = { name = \"p\"; includes = [ \"mail\" ]; };\ntell_user = true;",
	};
	struct compiled compiled;

	(void)state;
	assert_int_equal(support_compile(&compiled, texts, 3, NULL, 0), 0);
	assert_int_equal(compiled.model.users.names.n, 2);
	assert_int_equal(compiled.model.users.list[0].n, 2);
	assert_int_equal(compiled.model.default_roles.n, 2);
	assert_int_equal(compiled.model.n_catalogs, 1);
	compile_free(&compiled);

	assert_int_not_equal(support_compile(&compiled, twice, 3, NULL, 0), 0);
	assert_true(support_has_problem(
		&compiled, REPORT_ERROR, 2,
		"`mode` is set a second time, first at /etc/rolegate/0.conf:1"));
	assert_true(support_has_problem(
		&compiled, REPORT_ERROR, 1,
		"`plan` is set a second time, first at /etc/rolegate/0.conf:2"));
	assert_true(support_has_problem(
		&compiled, REPORT_ERROR, 2,
		"`tell_user` is set a second time, first at /etc/rolegate/1.conf:1"));
	compile_free(&compiled);
}

/*
 * All errors of a run, sorted by file and line; and no complaint about names that a broken file
 * may define.
 */
static void reports_all(void **state)
{
	static const char *const texts[] = {
		"catalogs = [ \"workspace\" ];\nmode = \"soft\";\nassign = ( { user = \"a\"; roles = [ \"fine\", \"wrong\" ]; } );\nbogus = 1;",
		"tell_user = 1;\nroles = ( { name = \"r\"; permissions = [ \"mial\" ]; } );",
	};
	static const char *const broken[] = {
		"catalogs = [ \"workspace\" ]; assign = ( { user = \"a\"; roles = [ \"elsewhere\" ]; } ); mode = \"soft\";",
		"roles = ( { name = \"elsewhere\"; }",
	};
	struct compiled compiled;

	(void)state;
	assert_int_not_equal(support_compile(&compiled, texts, 2, NULL, 0), 0);
	assert_int_equal(compiled.report.n_errors, 6);
	for (size_t i = 1; i < compiled.report.n; i++) {
		const struct place *a = &compiled.report.problems[i - 1].place,
				   *b = &compiled.report.problems[i].place;

		assert_true(a->file < b->file || (a->file == b->file && a->line <= b->line));
	}
	compile_free(&compiled);

	assert_int_not_equal(support_compile(&compiled, broken, 2, NULL, 0), 0);
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 1, "\"soft\""));
	assert_false(support_has_problem(&compiled, REPORT_ERROR, 0, "elsewhere"));
	compile_free(&compiled);
}

/* The policy's own entry of a service takes the place of a catalog's. */
static void prefers_the_policys_services(void **state)
{
	struct rolegate_policy *policy = support_policy(
		"catalogs = [ \"workspace\", \"host\" ]; services = ( { name = \"sshd\"; require = [ \"insight\" ]; } );"
		"assign = ( { user = \"u\"; roles = [ \"user\" ]; } );");

	(void)state;
	assert_int_equal(support_ask(policy, "u", "sshd", NULL, SUPPORT_NOW).verdict,
			 ROLEGATE_DENY);
	assert_int_equal(support_ask(policy, "u", "cron", NULL, SUPPORT_NOW).verdict,
			 ROLEGATE_ALLOW);
	rolegate_policy_close(policy);
}

/*
 * Take the `#` off each setting, as the file says it is done, and let somebody own what is meant.
 * Returns how many there were.
 */
static size_t uncomment(char *text)
{
	static const char nobody[] = "#assign = ( );",
			  *const somebody =
				  "assign = ( { user = \"u\"; roles = [ \"owner\" ]; } );";
	char *assign = strstr(text, nobody), *rest;
	size_t n = 1;

	assert_non_null(assign);
	rest = strdup(assign + strlen(nobody));
	assert_non_null(rest);
	strcpy(stpcpy(assign, somebody), rest);
	free(rest);
	for (char *line = text; line; line = strchr(line + 1, '\n')) {
		char *hash = *line == '\n' ? line + 1 : line;

		if (*hash != '#' || strchr(" \n", hash[1]))
			continue;
		*hash = ' ';
		n++;
	}
	return n;
}

/*
 * The shipped file with every key uncommented is a sound policy, so no key in it is misspelt or of
 * a wrong type.
 */
static void reads_the_shipped_file(void **state)
{
	size_t n;
	char *text = support_read_file(TEST_SRCDIR "/conf/rolegate.conf", &n), *room;
	struct compiled compiled;

	(void)state;
	room = malloc(n + 256);
	assert_non_null(room);
	memcpy(room, text, n + 1);
	assert_true(uncomment(room) >= 14);
	if (support_compile_text(&compiled, room) != 0 || compiled.report.n > 0) {
		support_print_report(&compiled);
		fail();
	}
	compile_free(&compiled);
	free(room);
	free(text);
}

/* P13: a suspended name, however it looks, suspends no other account by uid. */
static void suspends_by_name(void **state)
{
	struct rolegate_policy *policy = support_policy(
		"catalogs = [ \"workspace\" ]; services = ( { name = \"open\"; } );\n"
		"suspended = ( { user = \"#1000\"; }, { user = \"1000\"; },\n"
		"{ user = \"was\"; until = \"2026-11-22T12:00:00Z\"; },\n"
		"{ user = \"is\"; until = \"2026-11-22T12:00:01Z\"; } );");

	(void)state;
	assert_int_equal(support_ask(policy, "ann:1000", "open", NULL, SUPPORT_NOW).reason,
			 ROLEGATE_OPEN_SERVICE);
	assert_int_equal(support_ask(policy, "#1000:1001", "open", NULL, SUPPORT_NOW).reason,
			 ROLEGATE_SUSPENDED);
	assert_int_equal(support_ask(policy, "was:1002", "open", NULL, SUPPORT_NOW).reason,
			 ROLEGATE_OPEN_SERVICE);
	assert_int_equal(support_ask(policy, "is:1003", "open", NULL, SUPPORT_NOW).reason,
			 ROLEGATE_SUSPENDED);
	rolegate_policy_close(policy);
}

/* The new keys, as they are meant. */
static void takes_silently(void **state)
{
	static const struct {
		const char *name, *text;
	} silent[] = {
		{ "P12 virtual users", "assign = ( { virtual = \"v\"; roles = [ \"user\" ]; } );"
				       "virtual_roles = [ \"guest\" ];" },
		{ "P12 a virtual user named as a user is",
		  "assign = ( { virtual = \"v\"; roles = [ \"user\" ]; },"
		  "{ user = \"v\"; roles = [ \"user\" ]; } );" },
		{ "P12 accounts of both kinds",
		  "services = ( { name = \"s\"; accounts = \"any\"; },"
		  "{ name = \"t\"; accounts = \"known\"; subject = \"actor\"; } );" },
		{ "P13 suspended until a moment that is past",
		  "suspended = ( { user = \"a\"; until = \"2001-01-01\"; why = \"old\"; } );" },
		{ "P13 two users", "suspended = ( { user = \"a\"; }, { user = \"A\"; } );" },
		{ "P7 no service but those listed, also for owners",
		  "other_services = \"nobody\";" },
		{ "D2 a service in upper case", "services = ( { name = \"CUPS\"; } );" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		struct compiled compiled;

		if (compile(&compiled, silent[i].text) != 0 || compiled.report.n != 0) {
			support_print_report(&compiled);
			fail_msg("%s", silent[i].name);
		}
		compile_free(&compiled);
	}
}

/* D2: names of services are one in upper and in lower case, in the policy and in the question. */
static void lowers_services(void **state)
{
	struct rolegate_policy *policy = support_policy(
		"catalogs = [ \"workspace\", \"host\" ]; other_services = \"nobody\";\n"
		"services = ( { name = \"SSHD\"; }, { name = \"Web*\"; } );");
	static const char *const names[] = { "sshd", "SSHD", "Sshd", "web", "WEB-mail", "webX" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (support_ask(policy, "ann", names[i], NULL, SUPPORT_NOW).reason !=
		    ROLEGATE_OPEN_SERVICE)
			fail_msg("%s", names[i]);
	/* P7: without an entry, no user. */
	assert_int_equal(support_ask(policy, "root:0", "we", NULL, SUPPORT_NOW).reason,
			 ROLEGATE_SERVICE_NOT_LISTED);
	rolegate_policy_close(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),
		cmocka_unit_test(takes_silently),
		cmocka_unit_test(suspends_by_name),
		cmocka_unit_test(lowers_services),
		cmocka_unit_test(takes),
		cmocka_unit_test(joins_files),
		cmocka_unit_test(reports_all),
		cmocka_unit_test(prefers_the_policys_services),
		cmocka_unit_test(reads_the_shipped_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
