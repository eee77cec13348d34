/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* diff, and what apply refuses, as people type it: each case in a root of its own. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"

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

/*
 * Whoever runs the tests is called mary, who manages roles and is no owner. bob is in a group; so
 * is carl, by his primary one.
 */
static void write_people(void)
{
	char passwd[512];
	uid_t uid = 0;

	(void)actor_find(&uid);
	snprintf(
		passwd, sizeof(passwd),
		"mary:x:%u:5000::/:/bin/sh\nbob:x:3001:3001::/:/bin/sh\ncarl:x:3002:4000::/:/bin/sh\n"
		"daemon:x:77:77::/:/bin/false\n",
		uid);
	write_below("etc/passwd", passwd);
	write_below("etc/group", "crew:x:4000:bob\nother:x:4001:bob\nmary:x:5000:\n");
}

#define ROLES                                                                                                 \
	"catalogs = [ \"workspace\", \"host\" ]; root_is_owner = false; roles = ("                            \
	"{ name = \"manager\"; based_on = [ \"user\" ]; permissions = [ \"roles\" ]; },"                      \
	"{ name = \"pay\"; permissions = [ \"mail\" ]; }, { name = \"sign\"; permissions = [ \"drive\" ]; }," \
	"{ name = \"payer\"; based_on = [ \"pay\" ]; }, { name = \"books\"; permissions = [ \"billing\" ]; } );\n"
#define EYES "conflicts = ( { name = \"four eyes\"; roles = [ \"pay\", \"sign\" ]; } );\n"
#define BASIC                                                                                      \
	"{ user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"mary\"; roles = [ \"manager\" ]; }"
#define USER(name, roles) ", { user = \"" name "\"; roles = [ " roles " ]; }\n"
#define GROUP(name, roles) ", { group = \"" name "\"; roles = [ " roles " ]; }\n"
#define LATE(name, roles)                                                                          \
	", { user = \"" name "\"; roles = [ " roles " ]; from = \"2099-01-01T00:00:00Z\"; }\n"

/* mary is an administrator for a time, and has a role of her own for good. */
#define TERM(role)                                                                                 \
	"catalogs = [ \"workspace\", \"host\" ]; root_is_owner = false; roles = (" role            \
	"); assign = ("                                                                            \
	"{ user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"mary\"; roles = [ \"mine\" ]; }," \
	"{ user = \"mary\"; roles = [ \"administrator\" ]; until = \"2099-01-01\"; } );"

/* carol has a role, which may be one of a conflict, and is given another that gives the same. */
#define CAROL(roles)                                                                                                         \
	"catalogs = [ \"workspace\", \"host\" ]; root_is_owner = false; roles = ("                                           \
	"{ name = \"manager\"; based_on = [ \"user\" ]; permissions = [ \"roles\" ]; },"                                     \
	"{ name = \"pay\"; permissions = [ \"mail\" ]; }, { name = \"post\"; permissions = [ \"mail\" ]; },"                 \
	"{ name = \"sign\"; permissions = [ \"billing\" ]; }, { name = \"bill\"; permissions = [ \"billing\" ]; } );\n" EYES \
	"assign = (" BASIC USER("carol", roles) ");"

/* A role that she has gives what a role of a conflict gives. */
#define HEIR(gives)                                                                                        \
	"catalogs = [ \"workspace\", \"host\" ]; root_is_owner = false; roles = ("                         \
	"{ name = \"manager\"; based_on = [ \"user\" ]; permissions = [ \"roles\" ]; },"                   \
	"{ name = \"pay\"; permissions = [ \"mail\" ]; }, { name = \"sign\"; }, { name = \"heir\"; " gives \
	" } );\n" EYES "assign = (" BASIC USER("carol", "\"heir\"") ");"

/* A role that gives nothing, and roles that people without an assignment have. */
#define EMPTY(defaults, more)                                                                      \
	"catalogs = [ \"workspace\", \"host\" ]; root_is_owner = false; roles = ("                 \
	"{ name = \"manager\"; based_on = [ \"user\" ]; permissions = [ \"roles\" ]; },"           \
	"{ name = \"post\"; permissions = [ \"mail\" ]; }, { name = \"none\"; } ); " defaults      \
	" = [ \"user\" ]; assign = (" BASIC more ");"

static const struct {
	const char *name, *before, *after, *words;
	int status;
	const char *part, *none; /* what the output has, and what it has not */
} cases[] = {
	/* diff */
	{ "no difference", ROLES "assign = (" BASIC ");", ROLES "// a word\nassign = (" BASIC ");",
	  "diff", 0, "would make no difference", NULL },
	{ "before the first apply all is new", NULL, ROLES "assign = (" BASIC ");", "diff", 1,
	  "+ manager", "administrator" },
	{ "an error in the sources", ROLES "assign = (" BASIC ");", "roles = 1;", "diff", 3,
	  "error:", NULL },
	{ "users who gain", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"pay\"") USER("al", "\"pay\"") ");", "diff", 1,
	  "  2 users: al, bob\n    gain\n      mail\n", "From you" },
	{ "users who lose, later", ROLES "assign = (" BASIC USER("bob", "\"pay\"") ");",
	  ROLES "assign = (" BASIC
		", { user = \"bob\"; roles = [ \"pay\" ]; until = \"2099-01-01\"; } );",
	  "diff", 1, "  1 user: bob\n    lose later\n      mail\n", NULL },
	{ "groups", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC GROUP("crew", "\"pay\"") ");", "diff", 1,
	  "groups\n  1 group: crew\n    gain\n      mail\n", NULL },
	{ "a role of many permissions is cut short", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"user\"") ");", "diff", 1, "and 49 more\n", NULL },
	{ "a setting", ROLES "assign = (" BASIC ");",
	  ROLES "mode = \"permissive\"; assign = (" BASIC ");", "diff", 1, "settings\n  mode\n",
	  NULL },
	{ "a new conflict rule", ROLES "assign = (" BASIC ");", ROLES EYES "assign = (" BASIC ");",
	  "diff", 1, "settings\n  conflicts \"four eyes\"\n", NULL },
	{ "who could no longer log in", ROLES "assign = (" BASIC USER("bob", "\"user\"") ");",
	  ROLES "assign = (" BASIC USER("bob", "\"pay\"") ");", "diff", 1,
	  "who could no longer use\n", "members of" },
	{ "services that close for the same people stand together",
	  ROLES "assign = (" BASIC USER("bob", "\"user\"") ");",
	  ROLES "assign = (" BASIC USER("bob", "\"pay\"") ");", "diff", 1,
	  "who could no longer use\n  1 user: bob\n      apache2, atd,", NULL },
	{ "what a group still gives is looked up",
	  ROLES "assign = (" BASIC GROUP("crew", "\"user\"") USER("bob", "\"user\"") ");",
	  ROLES "assign = (" BASIC GROUP("crew", "\"user\"") USER("bob", "\"pay\"") ");", "diff", 1,
	  "1 user: bob\n    lose\n", "sshd" },
	{ "a service that requires more concerns those who stand as they were",
	  ROLES "assign = (" BASIC USER("bob", "\"user\"") ");",
	  ROLES
	  "services = ( { name = \"sshd\"; require = [ \"host.sudo\" ]; } ); assign = (" BASIC USER(
		  "bob", "\"user\"") ");",
	  "diff", 1, "who could no longer use\n  2 users: bob, mary\n      sshd\n", NULL },
	{ "people without an assignment",
	  ROLES "default_roles = [ \"user\" ]; assign = (" BASIC ");",
	  ROLES "assign = (" BASIC ");", "diff", 1, "  people without an assignment, root\n",
	  NULL },
	{ "P3 who loses the defaults as their group is assigned a role",
	  ROLES "default_roles = [ \"user\" ]; assign = (" BASIC ");",
	  ROLES "default_roles = [ \"user\" ]; assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  "diff", 1,
	  "groups\n  1 group: crew\n    gain\n      mail\n"
	  "    members without another assignment lose the default roles (P3)\n",
	  NULL },
	{ "P3 as JSON", ROLES "default_roles = [ \"user\" ]; assign = (" BASIC ");",
	  ROLES "default_roles = [ \"user\" ]; assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  "--json diff", 1, "\"defaults\": [\n        \"lost\"\n      ]", NULL },
	{ "members of a group", ROLES "assign = (" BASIC GROUP("crew", "\"user\"") ");",
	  ROLES "assign = (" BASIC ");", "diff", 1, "members of group crew\n", NULL },
	{ "what you lose yourself", ROLES "assign = (" BASIC ");",
	  ROLES "assign = ( { user = \"olga\"; roles = [ \"owner\" ]; } );", "diff", 1,
	  "you, mary,\n    lose\n", NULL },
	{ "and no longer could use", ROLES "assign = (" BASIC ");",
	  ROLES "assign = ( { user = \"olga\"; roles = [ \"owner\" ]; } );", "diff", 1,
	  "    could no longer use\n", NULL },
	{ "what would be refused", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"books\"") ");", "diff", 1,
	  "From you this would be refused: you lack: billing (administrator)", NULL },
	{ "as JSON", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"books\"") ");", "--json diff", 1,
	  "\"lacks\": [\n      \"billing\"\n    ]", NULL },
	{ "as JSON, nothing", ROLES "assign = (" BASIC ");", ROLES "assign = (" BASIC ");",
	  "--json diff", 0, "\"different\": false", NULL },
	{ "a name of other letters than ASCII", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("b\xc3\xb6", "\"pay\"") ");", "diff", 1,
	  "1 user: b\xc3\xb6\n", NULL },
	/* apply: authority */
	{ "A2 within what the actor holds", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"pay\"") ");", "apply", 0,
	  "Effect: user bob gains mail", NULL },
	{ "A2 beyond", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"books\"") ");", "apply", 4,
	  "you lack: billing (administrator); that would be gained by user bob (A2)", NULL },
	{ "A2 beyond, as JSON", ROLES "assign = (" BASIC ");",
	  ROLES "assign = (" BASIC USER("bob", "\"books\"") ");", "--json apply", 4,
	  "\"reason\": \"lacks\"", NULL },
	{ "A1", ROLES "assign = ( { user = \"olga\"; roles = [ \"owner\" ]; } );",
	  ROLES "assign = (" BASIC ");", "--json apply", 4, "\"reason\": \"manage-roles\"", NULL },
	{ "A2 nobody prolongs their own term, by what a role of theirs gives",
	  TERM("{ name = \"mine\"; permissions = [ \"mail\" ]; }"),
	  TERM("{ name = \"mine\"; based_on = [ \"administrator\" ]; }"), "apply", 4,
	  "that would be gained by user mary (A2)", NULL },
	{ "A3", ROLES "assign = (" BASIC USER("otto", "\"owner\"") ");",
	  ROLES "assign = (" BASIC ");", "--json apply", 4, "\"reason\": \"owner-role\"", NULL },
	{ "A7", ROLES "assign = (" BASIC ");", ROLES "mode = \"permissive\"; assign = (" BASIC ");",
	  "--json apply", 4, "\"reason\": \"owners-only\"", NULL },
	{ "A2 a system account falls back",
	  ROLES
	  "system_account_roles = [ \"books\" ]; assign = (" BASIC USER("daemon", "\"pay\"") ");",
	  ROLES "system_account_roles = [ \"books\" ]; assign = (" BASIC ");", "apply", 4,
	  "user daemon", NULL },
	{ "A2 somebody else does not",
	  ROLES
	  "system_account_roles = [ \"books\" ]; assign = (" BASIC USER("bob", "\"pay\"") ");",
	  ROLES "system_account_roles = [ \"books\" ]; assign = (" BASIC ");", "apply", 0,
	  "Applied", NULL },
	{ "A2 a group of ordinary people does not either",
	  ROLES
	  "system_account_roles = [ \"books\" ]; assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  ROLES "system_account_roles = [ \"books\" ]; assign = (" BASIC ");", "apply", 0,
	  "Applied", NULL },
	{ "a warning to whoever locks himself out", ROLES "assign = (" BASIC ");",
	  ROLES
	  "assign = ( { user = \"olga\"; roles = [ \"owner\" ]; }, { user = \"mary\"; roles = [ \"pay\" ]; } );",
	  "apply", 0, "warning: you can then no longer use", NULL },
	{ "A2 what a role of a conflict gives may be new to who has it", CAROL("\"sign\""),
	  CAROL("\"sign\", \"bill\""), "apply", 4,
	  "you lack: billing (administrator); that would be gained by user carol (A2)", NULL },
	{ "A2 and is told where it may be given", CAROL("\"pay\""), CAROL("\"pay\", \"post\""),
	  "apply", 0, "Effect: user carol may gain mail (a conflict decides, A6)\n", NULL },
	{ "A3 and where it is taken again", CAROL("\"pay\", \"post\""), CAROL("\"pay\""), "apply",
	  0, "Effect: user carol may lose mail (a conflict decides, A6)\n", NULL },
	{ "A6 a role that no longer gives by way of one of a conflict",
	  HEIR("based_on = [ \"pay\" ];"), HEIR("permissions = [ \"mail\" ];"), "apply", 0,
	  "Effect: user carol may gain mail (a conflict decides, A6); role heir gives the same, of which "
	  "conflicts decide another part (A6)\n",
	  NULL },
	{ "A6 a new rule is an effect", ROLES "assign = (" BASIC ");",
	  ROLES EYES "assign = (" BASIC ");", "apply", 0, "Effect: settings conflicts four eyes\n",
	  NULL },
	{ "A6 what a conflict decides is a difference", CAROL("\"pay\""),
	  CAROL("\"pay\", \"post\""), "diff", 1,
	  "users\n  1 user: carol\n    may gain, as a conflict decides\n      mail\n", "lose" },
	{ "A6 as JSON", CAROL("\"pay\""), CAROL("\"pay\", \"post\""), "--json diff", 1,
	  "\"may_gain\": [\n        \"mail\"\n      ]", NULL },
	/* apply: defaults of a group's members */
	{ "P3 a group is assigned a role that gives nothing", EMPTY("default_roles", ""),
	  EMPTY("default_roles", GROUP("crew", "\"none\"")), "apply", 0,
	  "Effect: members of group crew without another assignment lose the default roles (P3)\n",
	  "no effect" },
	{ "P3 and is no more", EMPTY("default_roles", GROUP("crew", "\"none\"")),
	  EMPTY("default_roles", ""), "apply", 0,
	  "Effect: members of group crew without another assignment get the default roles (P3)\n",
	  NULL },
	{ "P3 of several groups", EMPTY("default_roles", ""),
	  EMPTY("default_roles", GROUP("crew", "\"post\"") GROUP("other", "\"post\"")), "apply", 0,
	  "Effect: 2 groups gain mail; members of 2 groups without another assignment lose the default "
	  "roles (P3)\n",
	  NULL },
	{ "P3 its system accounts", EMPTY("system_account_roles", ""),
	  EMPTY("system_account_roles", GROUP("crew", "\"none\"")), "apply", 0,
	  "Effect: system accounts in group crew without another assignment lose the roles of system "
	  "accounts (P3)\n",
	  NULL },
	/* apply: separation of duty */
	{ "A6 within the rule", ROLES EYES "assign = (" BASIC USER("bob", "\"pay\"") ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"sign\"") ");", "apply", 0, "Applied", NULL },
	{ "A6 beyond, named with file and line", ROLES EYES "assign = (" BASIC ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"pay\"") USER("bob", "\"sign\"") ");",
	  "apply", 4,
	  "user bob holds role pay (/etc/rolegate/rolegate.conf:3), role sign (/etc/rolegate/rolegate.conf:4); of "
	  "the roles pay, sign the rule \"four eyes\" allows 1 (A6)",
	  NULL },
	{ "A6 as JSON", ROLES EYES "assign = (" BASIC ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"pay\", \"sign\"") ");", "--json apply", 4,
	  "\"reason\": \"conflict\"", NULL },
	{ "A6 an inherited role counts", ROLES EYES "assign = (" BASIC ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"payer\", \"sign\"") ");", "apply", 4,
	  "role payer", NULL },
	{ "A6 a group's role counts for its member",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") USER("bob", "\"sign\"") ");",
	  "apply", 4, "role pay through group crew", NULL },
	{ "A6 and for those whose primary group it is",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") USER("carl", "\"sign\"") ");",
	  "apply", 4, "user carl holds", NULL },
	{ "A6 and for nobody else", ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") USER("dora", "\"sign\"") ");",
	  "apply", 0, "Applied", NULL },
	{ "A6 two groups of one member",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") ");",
	  ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") GROUP("other", "\"sign\"") ");",
	  "apply", 4, "user bob holds", NULL },
	{ "A6 whoever has both by default",
	  ROLES "default_roles = [ \"pay\", \"sign\" ]; assign = (" BASIC ");",
	  ROLES "default_roles = [ \"pay\", \"sign\" ];" EYES "assign = (" BASIC ");", "apply", 4,
	  "whoever has no assignment holds role pay by default", NULL },
	{ "A6 in the future", ROLES EYES "assign = (" BASIC USER("bob", "\"pay\"") ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"pay\"") LATE("bob", "\"sign\"") ");",
	  "apply", 4, "from 2099-01-0", NULL },
	{ "A6 the rule is new, and somebody breaks it",
	  ROLES "assign = (" BASIC USER("bob", "\"pay\", \"sign\"") ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"pay\", \"sign\"") ");", "apply", 4,
	  "user bob", NULL },
	{ "A6 several: the first, and that there are more", ROLES "assign = (" BASIC ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"pay\", \"sign\"")
		  USER("al", "\"pay\", \"sign\"") ");",
	  "apply", 4, "; others do so too (A6)", NULL },
	{ "A6 diff says so, too", ROLES EYES "assign = (" BASIC ");",
	  ROLES EYES "assign = (" BASIC USER("bob", "\"pay\", \"sign\"") ");", "diff", 1,
	  "From you this would be refused: user bob", NULL },
};

/* Whether a case comes out as it should. */
static bool take(size_t i, char *output, size_t size)
{
	int status;

	write_people();
	if (cases[i].before) {
		write_below(ROLEGATE_CONF_DIR "/rolegate.conf", cases[i].before);
		status = run("apply", output, size);
		if (status != 0)
			fail_msg("%s: before: %d %s", cases[i].name, status, output);
	}
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", cases[i].after);
	status = run(cases[i].words, output, size);
	if (status == cases[i].status && strstr(output, cases[i].part) &&
	    !(cases[i].none && strstr(output, cases[i].none)))
		return true;
	print_message("%s: status %d\n%s\n", cases[i].name, status, output);
	return false;
}

static void says_what_changes(void **state)
{
	static char output[65536];
	size_t n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		root = support_make_folder();
		n_wrong += !take(i, output, sizeof(output));
		support_remove_folder(root);
	}
	assert_int_equal(n_wrong, 0);
}

/*
 * A6: what was broken before, by another way of the system, is told, and keeps nobody from other
 * changes.
 */
static void tells_what_was_broken(void **state)
{
	static char output[65536];

	(void)state;
	root = support_make_folder();
	write_people();
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", ROLES EYES
		    "assign = (" BASIC GROUP("crew", "\"pay\"") USER("dora", "\"sign\"") ");");
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	write_below("etc/group", "crew:x:4000:bob,dora\n");
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf",
		    ROLES EYES "assign = (" BASIC GROUP("crew", "\"pay\"") USER("dora", "\"sign\"")
			    USER("al", "\"pay\"") ");");
	assert_int_equal(run("diff", output, sizeof(output)), 1);
	assert_non_null(strstr(output, "separation of duty: user dora holds"));
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "warning: user dora holds"));
	support_remove_folder(root);
}

/* Many users: counts, a few names, and what is not looked up is said. */
static void stays_readable(void **state)
{
	static char output[65536];
	size_t size = 2000 * 48 + 4096, at;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	root = support_make_folder();
	write_people();
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", ROLES "assign = (" BASIC ");");
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	at = (size_t)snprintf(text, size, ROLES "assign = (" BASIC);
	for (int i = 0; i < 2000; i++)
		at += (size_t)snprintf(text + at, size - at,
				       ", { user = \"u%04d\"; roles = [ \"user\" ]; }", i);
	snprintf(text + at, size - at, " );");
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", text);
	assert_int_equal(run("diff", output, sizeof(output)), 1);
	assert_non_null(strstr(output, "  2,000 users: u0000, u0001, u0002, u0003, u0004, …\n"));
	assert_non_null(strstr(output, "who could use from then on\n  2,000 users: u0000"));
	assert_non_null(strstr(output, "Users are too many to look up"));
	assert_true(strlen(output) < 4096);
	assert_int_equal(run("apply", output, sizeof(output)), 0);
	assert_non_null(strstr(output, "Effect: 2000 users gain profile"));
	support_remove_folder(root);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_changes),
		cmocka_unit_test(tells_what_was_broken),
		cmocka_unit_test(stays_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
