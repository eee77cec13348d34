/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The password gate through the real libpam: codes, log lines, what is said (G1-G4, D4-D7). */
#include "pam_fixture.h"

/* What becomes of a question; each goes with one way of speaking. */
enum outcome {
	OWN,	    /* silence */
	OWN_LOGGED, /* a forced change, or with `debug` */
	ALLOW,
	DENY,
	WOULD_DENY,
	ERROR,
	RESCUE,
	BAD_LINE,
	NOBODY,
};

static const struct {
	const char *word; /* that the log line begins with; NULL: no line */
	int priority;
	unsigned int n_messages;
} manners[] = {
	[OWN] = { NULL, 0, 0 },
	[OWN_LOGGED] = { "own target=", LOG_INFO, 0 },
	[ALLOW] = { "allow target=", LOG_NOTICE, 0 },
	[DENY] = { "deny target=", LOG_NOTICE, 1 },
	[WOULD_DENY] = { "would-deny target=", LOG_NOTICE, 0 },
	[ERROR] = { "error target=", LOG_ERR, 1 },
	[RESCUE] = { "rescue target=", LOG_CRIT, 0 },
	[BAD_LINE] = { "error: argument `", LOG_ERR, 0 },
	[NOBODY] = { "error: the program names no user", LOG_ERR, 0 },
};

/* A named question. Accounts in braces are the machine's own (see expand()). */
struct gate_case {
	const char *name;
	const char *policy; /* NULL: leave what is there */
	const char *target, *arguments;
	enum outcome outcome;
	int code;
	const char *log; /* that the line holds; "" if it does not matter */
};

/* For a module that changes passwords: behind it PAM_SUCCESS means that the gate is open. */
#define CHANGES "password required pam_permit.so\n"

static bool is_log_right(enum outcome outcome, const char *log)
{
	const struct heard *h = fixture.heard;
	const char *line = h->lines[0].text, *word = manners[outcome].word;

	if (!word)
		return h->n_lines == 0;
	if (h->n_lines != 1 || h->lines[0].priority != manners[outcome].priority ||
	    strncmp(line, word, strlen(word)) != 0 || !is_plain(line) || !strstr(line, log))
		return false;
	if (outcome == BAD_LINE || outcome == NOBODY)
		return true;
	if (!strstr(line, " actor=") || !strstr(line, " known-by=") || !strstr(line, " service=") ||
	    !strstr(line, " reason="))
		return false;
	return outcome == OWN_LOGGED || outcome == ERROR || outcome == RESCUE ||
	       (strstr(line, " path=\"") && strstr(line, " generation=1 sources="));
}

static bool is_talk_right(enum outcome outcome, bool is_silent)
{
	const struct heard *h = fixture.heard;

	if (is_silent || manners[outcome].n_messages == 0)
		return h->n_messages == 0;
	return h->n_messages == 1 && h->messages[0].style == PAM_ERROR_MSG &&
	       is_plain(h->messages[0].text) &&
	       !strncmp(h->messages[0].text, "rolegate: you may not set the password of ", 42);
}

/* Ask one question, unless it cannot be asked on this machine. False if it is answered wrongly. */
static bool is_answered(const struct gate_case *c, const struct circumstances *how, bool is_silent)
{
	struct circumstances here = *how;
	char target[1024], log[1024];

	if ((c->policy && !fixture_apply(c->policy)) ||
	    (c->target && !expand(c->target, target, sizeof(target))) ||
	    !expand(c->log, log, sizeof(log))) {
		print_message("skipped, for want of such an account on this machine: %s\n",
			      c->name);
		return true;
	}
	here.is_password = true;
	here.more = how->more ? how->more : CHANGES;
	fixture_ask(c->target ? target : NULL, "passwd", c->arguments, &here);
	if (fixture.heard->code == c->code && is_log_right(c->outcome, log) &&
	    is_talk_right(c->outcome, is_silent))
		return true;
	print_heard(c->name);
	print_message("  expected: code %d, outcome %d, log with \"%s\"\n", c->code, c->outcome,
		      log);
	return false;
}

static void ask_all(const struct gate_case *cases, size_t n, const struct circumstances *how,
		    bool is_silent)
{
	size_t n_wrong = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_answered(&cases[i], how, is_silent))
			n_wrong++;
	assert_int_equal(n_wrong, 0);
}

#define ASK_ALL(cases, how) ask_all(cases, sizeof(cases) / sizeof((cases)[0]), how, false)

/* ---- Who acts ---- */

/* G2: PAM_RUSER, SUDO_UID and the like decide nothing. In all that follows they name an owner. */
#define CLAIMING .in_child = true, .claimed_user = "alice"

/* A process of {actor}'s, set-user-ID or not: of root's, a child; else this one. */
static struct circumstances by_real_uid(bool is_set_user_id)
{
	struct circumstances how = { CLAIMING };

	if (getuid() == 0) {
		how.sets_uids = true;
		how.real = fixture.names.actor_uid;
		how.effective = is_set_user_id ? 0 : how.real;
	}
	return how;
}

/* A process of root's behind a login; (uid_t)-1: none. */
static struct circumstances by_login_uid(uid_t uid)
{
	return (struct circumstances){ CLAIMING, .sets_login_uid = true, .login_uid = uid };
}

#define NO_LOGIN ((uid_t)-1)

/* A process of an account of the fixture; needs to be root's now. */
static struct circumstances by_uid(uid_t uid)
{
	return (struct circumstances){ CLAIMING, .sets_uids = true, .real = uid };
}

/* Uids of fixture_accounts. */
enum { ALICE = 20401, MARK = 20403, WANDA = 20405, OTHER_OLGA = 20412 };

#define NEEDS_AN_ACTOR                                                                             \
	NEEDS(getuid() != 0 || fixture_can_become(), "this process is root and nobody else")
#define NEEDS_LOGINS                                                                               \
	NEEDS(getuid() == 0 && fixture_can_set_login_uid(), "this process cannot set a login uid")

/* ---- Policies ---- */

#define CATALOGS "catalogs = [ \"workspace\", \"host\" ];\n"
#define NO_ROOT "root_is_owner = false;\n"
#define ALICE_AND(roles)                                                                           \
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"                               \
	"  { user = \"{actor}\"; roles = [ " roles " ]; } );\n"

static const char actor_owns[] = CATALOGS NO_ROOT ALICE_AND("\"owner\"");
static const char actor_manages[] = CATALOGS NO_ROOT ALICE_AND("\"administrator\"");
static const char group_owns[] = CATALOGS NO_ROOT
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"  { group = \"{system_group}\"; roles = [ \"owner\" ]; } );\n";
static const char staff_owns[] = CATALOGS NO_ROOT
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"  { group = \"staff\"; roles = [ \"owner\" ]; } );\n";
static const char root_owns[] = CATALOGS ALICE_AND("\"administrator\"");
static const char unknown_is_root[] = CATALOGS
	"password_gate = { unknown_actor = \"root\"; };\n" ALICE_AND("\"administrator\"");
static const char unknown_is_poor_root[] = CATALOGS NO_ROOT
	"password_gate = { unknown_actor = \"root\"; };\n" ALICE_AND("\"administrator\"");
static const char untold[] = CATALOGS NO_ROOT "tell_user = false;\n" ALICE_AND("\"user\"");
static const char permissive[] = CATALOGS NO_ROOT "mode = \"permissive\";\n" ALICE_AND("\"user\"");
static const char service_permissive[] = CATALOGS NO_ROOT
	"services = ( { name = \"passwd\"; mode = \"permissive\"; } );\n" ALICE_AND("\"user\"");

/* ---- G1, G2 ---- */

#define ABOUT(how) " actor={actor} known-by=" how " service=passwd reason="

/* The same for each way to be {actor}, whose word in the log is `how`. */
#define ACTOR_CASES(how)                                                                           \
	{                                                                                          \
		{ "G1 one's own", actor_manages, "{actor}", "", OWN, PAM_SUCCESS, "" },            \
			{ "G1 one's own asks no policy",                                           \
			  NULL,                                                                    \
			  "{actor}",                                                               \
			  "state=/nowhere",                                                        \
			  OWN,                                                                     \
			  PAM_SUCCESS,                                                             \
			  "" },                                                                    \
			{ "G1 one's own, logged with debug",                                       \
			  actor_manages,                                                           \
			  "{actor}",                                                               \
			  "debug",                                                                 \
			  OWN_LOGGED,                                                              \
			  PAM_SUCCESS,                                                             \
			  " known-by=" how " service=passwd reason=own-password" },                \
			{ "G1 somebody's, by an administrator",                                    \
			  actor_manages,                                                           \
			  "root",                                                                  \
			  "",                                                                      \
			  DENY,                                                                    \
			  PAM_PERM_DENIED,                                                         \
			  "target=root" ABOUT(                                                     \
				  how) "missing-permission missing=manage_user_passwords " },      \
			{ "G1 somebody's, by an owner",                                            \
			  actor_owns,                                                              \
			  "root",                                                                  \
			  "",                                                                      \
			  ALLOW,                                                                   \
			  PAM_SUCCESS,                                                             \
			  "target=root" ABOUT(how) "granted path=\"{actor}(0.conf:" },             \
			{ "G3 the path goes to the permission",                                    \
			  actor_owns,                                                              \
			  "root",                                                                  \
			  "",                                                                      \
			  ALLOW,                                                                   \
			  PAM_SUCCESS,                                                             \
			  " > owner > manage_user_passwords\" generation=1 " },                    \
			{ "G1 nobody the system knows, by an owner",                               \
			  actor_owns,                                                              \
			  "no-such-user",                                                          \
			  "",                                                                      \
			  ALLOW,                                                                   \
			  PAM_SUCCESS,                                                             \
			  "target=no-such-user" ABOUT(how) "granted " },                           \
			{ "G1 nobody the system knows",                                            \
			  actor_manages,                                                           \
			  "no-such-user",                                                          \
			  "",                                                                      \
			  DENY,                                                                    \
			  PAM_PERM_DENIED,                                                         \
			  "target=no-such-user" ABOUT(how) "missing-permission " },                \
			{ "G1 that root is an owner is for root",                                  \
			  root_owns,                                                               \
			  "alice",                                                                 \
			  "",                                                                      \
			  DENY,                                                                    \
			  PAM_PERM_DENIED,                                                         \
			  ABOUT(how) "missing-permission " },                                      \
			{ "G2 unknown_actor is for the unknown",                                   \
			  unknown_is_root,                                                         \
			  "root",                                                                  \
			  "",                                                                      \
			  DENY,                                                                    \
			  PAM_PERM_DENIED,                                                         \
			  ABOUT(how) "missing-permission " },                                      \
	}

static void test_real_uid(void **unused)
{
	static const struct gate_case cases[] = ACTOR_CASES("real-uid");
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	for (int i = 0; i < 2; i++) {
		how = by_real_uid(i);
		ASK_ALL(cases, &how);
	}
}

static void test_login_uid(void **unused)
{
	static const struct gate_case cases[] = ACTOR_CASES("login-uid");
	static const struct gate_case group[] = {
		{ "P3 an owner by group", group_owns, "root", "", ALLOW, PAM_SUCCESS,
		  "granted path=\"{system_group}(0.conf:" },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_LOGINS;
	how = by_login_uid(fixture.names.actor_uid);
	ASK_ALL(cases, &how);
	ASK_ALL(group, &how);
	/* The real uid goes before the login, here root's. */
	how = by_real_uid(true);
	how.sets_login_uid = true;
	how.login_uid = 0;
	ask_all((const struct gate_case[])ACTOR_CASES("real-uid"), 10, &how, false);
}

static void test_root_by_login(void **unused)
{
	static const struct gate_case cases[] = {
		{ "G1 root's own", NULL, "root", "state=/nowhere", OWN, PAM_SUCCESS, "" },
		{ "D6 root is an owner", root_owns, "{system}", "", ALLOW, PAM_SUCCESS,
		  "actor=root known-by=login-uid service=passwd reason=granted " },
		{ "D6 root is none", actor_manages, "{system}", "", DENY, PAM_PERM_DENIED,
		  "actor=root known-by=login-uid service=passwd reason=no-role " },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_LOGINS;
	how = by_login_uid(0);
	ASK_ALL(cases, &how);
}

/* Unset means unknown: never root, and never the target. */
static void test_unknown_actor(void **unused)
{
	static const struct gate_case cases[] = {
		{ "G2 unknown: denied", root_owns, "{system}", "", DENY, PAM_PERM_DENIED,
		  "actor=? known-by=unknown service=passwd reason=unknown-actor " },
		{ "G2 unknown: also root's password", root_owns, "root", "", DENY, PAM_PERM_DENIED,
		  "target=root actor=? known-by=unknown service=passwd reason=unknown-actor " },
		{ "G2 unknown: also a new user's", root_owns, "no-such-user", "", DENY,
		  PAM_PERM_DENIED, "reason=unknown-actor " },
		{ "G2 unknown_actor = root: root is an owner", unknown_is_root, "{system}", "",
		  ALLOW, PAM_SUCCESS,
		  "actor=root known-by=unknown-as-root service=passwd reason=granted " },
		{ "G2 unknown_actor = root: and if root is none", unknown_is_poor_root, "{system}",
		  "", DENY, PAM_PERM_DENIED,
		  "actor=root known-by=unknown-as-root service=passwd reason=no-role " },
		{ "G2 unknown_actor = root: then root's password is the own one",
		  unknown_is_poor_root, "root", "", OWN, PAM_SUCCESS, "" },
		{ "D5 mode=permissive", root_owns, "{system}", "mode=permissive", WOULD_DENY,
		  PAM_SUCCESS, "reason=unknown-actor " },
	};
	static const struct gate_case unread[] = {
		{ "G2 a login uid that cannot be read is not none", unknown_is_root, "{system}", "",
		  ERROR, PAM_SYSTEM_ERR, "reason=system-error" },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_LOGINS;
	how = by_login_uid(NO_LOGIN);
	ASK_ALL(cases, &how);
	how = by_login_uid(fixture.names.system_uid);
	how.faults = FAULT_LOGIN_UID;
	ASK_ALL(unread, &how);
}

#define FILE_OF(text)                                                                              \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

/*
 * What the kernel's file of the login uid says. Policies are such that a login uid that is not set would be root, who is
 * an owner. Kills "not set" for what is no number, and a limit of read_number() or of the file's size that is wrong by
 * one.
 */
static const struct {
	const char *name;
	struct proc_file file;
	const char *actor; /* of the log, with how it is known; NULL: fails */
} login_uids[] = {
	{ "not set: then unknown_actor decides", FILE_OF("4294967295"),
	  "root known-by=unknown-as-root" },
	{ "not set, and the end of a line", FILE_OF("4294967295\n"),
	  "root known-by=unknown-as-root" },
	{ "set", FILE_OF("20401"), "alice known-by=login-uid" },
	{ "set, and the end of a line", FILE_OF("20401\n"), "alice known-by=login-uid" },
	{ "the largest that is set", FILE_OF("4294967294"), "#4294967294 known-by=login-uid" },
	{ "as many digits as are read", FILE_OF("0000000000000000000000000020401"),
	  "alice known-by=login-uid" },
	{ "one digit more", FILE_OF("00000000000000000000000000020401"), NULL },
	{ "many digits more", FILE_OF("000000000000000000000000000000000000000000000020401"),
	  NULL },
	{ "a read error", { NULL, 0 }, NULL },
	{ "empty", FILE_OF(""), NULL },
	{ "the end of a line alone", FILE_OF("\n"), NULL },
	{ "a NUL alone", FILE_OF("\0"), NULL },
	{ "a NUL behind a number", FILE_OF("20401\0"), NULL },
	{ "a NUL and a number behind a number", FILE_OF("4294967295\0001"), NULL },
	{ "no number", FILE_OF("unset"), NULL },
	{ "bytes of no text", FILE_OF("\xff\xfe\x01"), NULL },
	{ "a hexadecimal number", FILE_OF("0x4fb1"), NULL },
	{ "a text behind a number", FILE_OF("20401x"), NULL },
	{ "a text behind the number of what is not set", FILE_OF("4294967295x"), NULL },
	{ "a blank behind a number", FILE_OF("20401 "), NULL },
	{ "two ends of lines", FILE_OF("20401\n\n"), NULL },
	{ "a second line", FILE_OF("20401\n0\n"), NULL },
	{ "a blank before a number", FILE_OF(" 20401"), NULL },
	{ "negative: -1", FILE_OF("-1"), NULL },
	{ "negative", FILE_OF("-20401"), NULL },
	{ "a plus sign", FILE_OF("+20401"), NULL },
	{ "2^32, which is 0 in 32 bits", FILE_OF("4294967296"), NULL },
	{ "2^32 and a uid", FILE_OF("4294987697"), NULL },
	{ "2^64, which is 0 in 64 bits", FILE_OF("18446744073709551616"), NULL },
	{ "2^64 and a uid", FILE_OF("18446744073709572017"), NULL },
};

static void test_login_uid_files(void **unused)
{
	size_t n_wrong = 0;

	(void)unused;
	NEEDS(getuid() == 0, "a login uid counts for root's processes alone");
	for (size_t i = 0; i < sizeof(login_uids) / sizeof(login_uids[0]); i++) {
		const char *actor = login_uids[i].actor;
		char log[128] = "reason=system-error";
		struct circumstances how = { CLAIMING, .login_uid_file = &login_uids[i].file };
		bool is_root = actor && !strncmp(actor, "root", 4),
		     is_alice = actor && actor[0] == 'a';
		struct gate_case c = { login_uids[i].name,
				       unknown_is_root,
				       "{system}",
				       "",
				       ERROR,
				       PAM_SYSTEM_ERR,
				       log };

		if (actor)
			snprintf(log, sizeof(log), " actor=%s service=passwd reason=", actor);
		if (actor)
			c.outcome = is_root || is_alice ? ALLOW : DENY;
		if (actor)
			c.code = c.outcome == ALLOW ? PAM_SUCCESS : PAM_PERM_DENIED;
		n_wrong += !is_answered(&c, &how, false);
	}
	assert_int_equal(n_wrong, 0);
}

#define MAP_LINE "         1          1          1\n"
#define MAP_LINES MAP_LINE MAP_LINE MAP_LINE MAP_LINE

/* Kills each comparison of is_initial_namespace(): a login uid of another namespace is no account's. */
static const struct {
	const char *name;
	struct proc_file map;
	const char *known_by; /* NULL: fails */
} uid_maps[] = {
	{ "the first namespace", FILE_OF("0 0 4294967295\n"), "login-uid" },
	{ "one uid less", FILE_OF("0 0 4294967294\n"), "unknown" },
	{ "another uid inside", FILE_OF("1 0 4294967295\n"), "unknown" },
	{ "another uid outside", FILE_OF("0 1 4294967295\n"), "unknown" },
	{ "2^32 uids more", FILE_OF("0 0 8589934591\n"), "unknown" },
	{ "a number more", FILE_OF("0 0 4294967295 0\n"), "unknown" },
	{ "a number less", FILE_OF("0 0\n"), "unknown" },
	{ "a second line", FILE_OF("0 0 4294967295\n" MAP_LINE), "unknown" },
	{ "more lines than are read", FILE_OF("0 0 4294967295\n" MAP_LINES MAP_LINES MAP_LINES),
	  "unknown" },
	{ "empty", FILE_OF(""), "unknown" },
	{ "a read error", { NULL, 0 }, NULL },
};

static void test_uid_maps(void **unused)
{
	static const struct proc_file alice = FILE_OF("20401");
	size_t n_wrong = 0;

	(void)unused;
	NEEDS(getuid() == 0, "a login uid counts for root's processes alone");
	for (size_t i = 0; i < sizeof(uid_maps) / sizeof(uid_maps[0]); i++) {
		const char *known_by = uid_maps[i].known_by;
		struct circumstances how = { CLAIMING, .login_uid_file = &alice,
					     .uid_map_file = &uid_maps[i].map };
		char log[128] = "reason=system-error";
		struct gate_case c = { uid_maps[i].name, root_owns, "{system}", "", ERROR,
				       PAM_SYSTEM_ERR,	 log };

		if (known_by) {
			bool is_alice = !strcmp(known_by, "login-uid");

			snprintf(log, sizeof(log), " known-by=%s service=passwd reason=", known_by);
			c.outcome = is_alice ? ALLOW : DENY;
			c.code = is_alice ? PAM_SUCCESS : PAM_PERM_DENIED;
		}
		n_wrong += !is_answered(&c, &how, false);
	}
	assert_int_equal(n_wrong, 0);
}

/* G2: in another user namespace the numbers mean other people; root's, too. */
static void test_user_namespace(void **unused)
{
	static const struct gate_case cases[] = {
		{ "G2 a login uid of another namespace", root_owns, "{system}", "", DENY,
		  PAM_PERM_DENIED,
		  "actor=? known-by=unknown service=passwd reason=unknown-actor " },
		{ "G2 also for the same number", root_owns, "root", "", DENY, PAM_PERM_DENIED,
		  "actor=? known-by=unknown " },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_LOGINS;
	NEEDS(can(enter_user_namespace), "this process cannot make a user namespace");
	how = by_login_uid(0);
	how.in_user_namespace = true;
	ASK_ALL(cases, &how);
}

static void test_actor_of_no_name(void **unused)
{
	static const struct gate_case cases[] = {
		{ "G2 a uid without a name", root_owns, "root", "", DENY, PAM_PERM_DENIED,
		  "actor=#54321 known-by=real-uid service=passwd reason=unknown-user " },
	};
	struct circumstances how = { CLAIMING, .sets_uids = true, .real = 54321 };

	(void)unused;
	NEEDS(fixture_can_become(), "this process cannot become another user");
	NEEDS(!getpwuid(how.real), "uid 54321 has a name here");
	ASK_ALL(cases, &how);
}

/* G2: whoever has to change an expired password is the target, as the program has seen. */
static void test_forced_change(void **unused)
{
	static const struct gate_case cases[] = {
		{ "G2 forced: theirs", actor_manages, "root", "", OWN_LOGGED, PAM_SUCCESS,
		  "own target=root actor=root known-by=expired-password" },
		{ "G2 forced: asks no policy", NULL, "{system}", "state=/nowhere", OWN_LOGGED,
		  PAM_SUCCESS, "actor={system} known-by=expired-password" },
		{ "G2 forced: nor the system", actor_manages, "no-such-user", "", OWN_LOGGED,
		  PAM_SUCCESS, "own target=no-such-user actor=no-such-user " },
	};
	static const struct gate_case caller[] = {
		{ "G3 forced: the log has who called", actor_manages, "root", "", OWN_LOGGED,
		  PAM_SUCCESS, "known-by=expired-password caller=#" },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	how.flags = PAM_CHANGE_EXPIRED_AUTHTOK;
	how.faults = FAULT_USERS;
	ASK_ALL(cases, &how);
	ASK_ALL(caller, &how);
	if (getuid() != 0 || !fixture_can_set_login_uid())
		return;
	how = by_login_uid(NO_LOGIN);
	how.flags = PAM_CHANGE_EXPIRED_AUTHTOK;
	ASK_ALL(cases, &how);
	assert_null(strstr(fixture.heard->lines[0].text, "caller="));
}

/* G4: a program that asks the account phase has the permission in an entry of its own. */
static void test_account_phase(void **unused)
{
	static const char *const policies[] = {
		CATALOGS NO_ROOT
		"services = ( { name = \"password-admin\"; subject = \"actor\";\n"
		"  require = [ \"manage_user_passwords\" ]; } );\n" ALICE_AND("\"administrator\""),
		CATALOGS NO_ROOT
		"services = ( { name = \"password-admin\"; subject = \"actor\";\n"
		"  require = [ \"manage_user_passwords\" ]; } );\n" ALICE_AND("\"owner\""),
	};
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	for (int i = 0; i < 2; i++) {
		assert_true(fixture_apply(policies[i]));
		fixture_ask("alice", "password-admin", "", &how);
		if (fixture.heard->code != (i ? PAM_SUCCESS : PAM_PERM_DENIED))
			print_heard("G4 password-admin");
		assert_int_equal(fixture.heard->code, i ? PAM_SUCCESS : PAM_PERM_DENIED);
	}
}

/* ---- The stack ---- */

/* What stands behind the gate, and what libpam makes of it all. */
static void test_stacks(void **unused)
{
	static const struct {
		const char *name, *policy, *target, *control, *more;
		int code;
		unsigned int n_lines;
	} cases[] = {
		{ "an allow: the module behind decides", actor_owns, "root", "requisite", CHANGES,
		  PAM_SUCCESS, 1 },
		{ "an allow, required", actor_owns, "root", "required", CHANGES, PAM_SUCCESS, 1 },
		{ "an allow alone changed nothing", actor_owns, "root", "requisite", "",
		  PAM_PERM_DENIED, 1 },
		{ "an allow alone, required", actor_owns, "root", "required", "", PAM_PERM_DENIED,
		  1 },
		{ "an allow, sufficient: is no success", actor_owns, "root", "sufficient",
		  "password requisite pam_deny.so\n", PAM_AUTHTOK_ERR, 1 },
		{ "one's own: the module behind decides", actor_manages, "{actor}", "requisite",
		  CHANGES, PAM_SUCCESS, 0 },
		{ "one's own, and the module behind refuses", actor_manages, "{actor}", "requisite",
		  "password requisite pam_deny.so\n", PAM_AUTHTOK_ERR, 0 },
		{ "one's own alone changed nothing", actor_manages, "{actor}", "required", "",
		  PAM_PERM_DENIED, 0 },
		{ "a denial, requisite: nothing behind is run", actor_manages, "root", "requisite",
		  "WITNESS", PAM_PERM_DENIED, 1 },
		{ "a denial, required: what is behind is run in vain", actor_manages, "root",
		  "required", "WITNESS", PAM_PERM_DENIED, 2 },
		{ "a denial in a block, as Debian's: final", actor_manages, "root", "requisite",
		  "password [success=1 default=ignore] pam_permit.so\n"
		  "password requisite pam_deny.so\npassword required pam_permit.so\n",
		  PAM_PERM_DENIED, 1 },
		{ "an allow before a block, as Debian's", actor_owns, "root", "requisite",
		  "password [success=1 default=ignore] pam_permit.so\n"
		  "password requisite pam_deny.so\npassword required pam_permit.so\n",
		  PAM_SUCCESS, 1 },
	};
	char witness[256], target[64];

	(void)unused;
	NEEDS_AN_ACTOR;
	snprintf(witness, sizeof(witness), "password required %s state=%s\n", fixture.module,
		 fixture.state);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct circumstances how = by_real_uid(true);

		how.is_password = true;
		how.control = cases[i].control;
		how.more = strcmp(cases[i].more, "WITNESS") ? cases[i].more : witness;
		assert_true(fixture_apply(cases[i].policy));
		assert_true(expand(cases[i].target, target, sizeof(target)));
		fixture_ask(target, "passwd", "", &how);
		if (fixture.heard->code != cases[i].code ||
		    fixture.heard->n_lines != cases[i].n_lines)
			print_heard(cases[i].name);
		assert_int_equal(fixture.heard->code, cases[i].code);
		assert_int_equal(fixture.heard->n_lines, cases[i].n_lines);
	}
}

static void lose_policy(void)
{
	must(remove(policy_path()) == 0);
}

static void open_policy(void)
{
	static char text[1024];

	must(expand(actor_owns, text, sizeof(text)));
	support_write_policy(text, fixture.state);
}

/* Both passes decide: here the policy changes between them, as soon as the first is logged. */
static void test_second_pass(void **unused)
{
	static const struct {
		const char *name, *policy, *target, *words[2];
		void (*change)(void);
		int flags, code;
	} cases[] = {
		{ "whoever is no longer allowed",
		  actor_owns,
		  "root",
		  { "allow ", "error " },
		  lose_policy,
		  0,
		  PAM_AUTHINFO_UNAVAIL },
		{ "the same answer is logged once",
		  actor_owns,
		  "root",
		  { "allow " },
		  open_policy,
		  0,
		  PAM_SUCCESS },
		{ "where the first refuses there is no second",
		  actor_manages,
		  "root",
		  { "deny " },
		  open_policy,
		  0,
		  PAM_PERM_DENIED },
		{ "permissive, and then allowed",
		  permissive,
		  "root",
		  { "would-deny ", "allow " },
		  open_policy,
		  0,
		  PAM_SUCCESS },
		{ "a forced change is logged once",
		  actor_manages,
		  "root",
		  { "own " },
		  lose_policy,
		  PAM_CHANGE_EXPIRED_AUTHTOK,
		  PAM_SUCCESS },
	};
	const struct heard *h = fixture.heard;
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int n = cases[i].words[1] ? 2 : 1;

		how = by_real_uid(true);
		how.is_password = true;
		how.more = CHANGES;
		how.flags = cases[i].flags;
		how.on_log = cases[i].change;
		assert_true(fixture_apply(cases[i].policy));
		fixture_ask(cases[i].target, "passwd", "", &how);
		if (h->code != cases[i].code || h->n_lines != n)
			print_heard(cases[i].name);
		assert_int_equal(h->code, cases[i].code);
		assert_int_equal(h->n_lines, n);
		for (unsigned int k = 0; k < n; k++)
			assert_int_equal(strncmp(h->lines[k].text, cases[i].words[k],
						 strlen(cases[i].words[k])),
					 0);
		fixture_forget_policy();
	}
}

/* ---- D4, D7: no usable policy ---- */

static void write_text(void)
{
	support_write_file(policy_path(), actor_owns, sizeof(actor_owns) - 1, 0644);
}

static void write_for_all(void)
{
	assert_int_equal(chmod(policy_path(), 0666), 0);
}

static void forget(void)
{
	assert_int_equal(unlink(policy_path()), 0);
}

static void make_fifo(void)
{
	assert_int_equal(unlink(policy_path()), 0);
	assert_int_equal(mkfifo(policy_path(), 0644), 0);
}

static const struct {
	const char *name;
	void (*tamper)(void);
	int code;
	const char *reason;
} tamperings[] = {
	{ "D4 no policy", forget, PAM_AUTHINFO_UNAVAIL, "reason=no-policy trouble=\"" },
	{ "D4 not a policy", write_text, PAM_AUTH_ERR, "reason=damaged-policy trouble=\"" },
	{ "D4 a file that all may write", write_for_all, PAM_AUTH_ERR,
	  "reason=untrusted-policy trouble=\"" },
	{ "D4 a FIFO", make_fifo, PAM_AUTH_ERR, "reason=untrusted-policy trouble=\"" },
};

#define N_TAMPERINGS (sizeof(tamperings) / sizeof(tamperings[0]))

static void tamper(size_t i)
{
	assert_true(fixture_apply(actor_owns));
	fixture.policy = NULL;
	tamperings[i].tamper();
}

static void test_unusable_policies(void **unused)
{
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	for (size_t i = 0; i < N_TAMPERINGS; i++) {
		const char *name = tamperings[i].name, *reason = tamperings[i].reason;
		int code = tamperings[i].code;
		const struct gate_case cases[] = {
			{ name, NULL, "root", "", ERROR, code, reason },
			{ name, NULL, "root", "mode=permissive", ERROR, code, reason },
			{ name, NULL, "no-such-user", "", ERROR, code, reason },
			{ name, NULL, "{actor}", "", OWN, PAM_SUCCESS, "" },
		};

		tamper(i);
		ASK_ALL(cases, &how);
		fixture_forget_policy();
	}
}

/* D7: root may mend the host; whoever is known to be somebody else has to mend the policy. */
static void test_rescue(void **unused)
{
	struct circumstances how;

	(void)unused;
	NEEDS_LOGINS;
	for (size_t i = 0; i < N_TAMPERINGS; i++) {
		const char *name = tamperings[i].name, *reason = tamperings[i].reason;
		int code = tamperings[i].code;
		const struct gate_case root[] = {
			{ name, NULL, "{system}", "", RESCUE, PAM_SUCCESS, reason },
			{ name, NULL, "no-such-user", "", RESCUE, PAM_SUCCESS, reason },
			{ name, NULL, "{system}", "norescue", ERROR, code, reason },
		};
		const struct gate_case unknown = { name,   NULL,	"root", "",
						   RESCUE, PAM_SUCCESS, reason };
		const struct gate_case other = { name, NULL, "root", "", ERROR, code, reason };

		tamper(i);
		how = by_login_uid(NO_LOGIN);
		ASK_ALL(root, &how);
		assert_true(is_answered(&unknown, &how, false));
		how = by_login_uid(0);
		ASK_ALL(root, &how);
		how = by_login_uid(fixture.names.system_uid);
		assert_true(is_answered(&other, &how, false));
		fixture_forget_policy();
	}
}

/* D4: a system that cannot say whose password it is has said neither the one nor the other. */
static void test_failing_lookups(void **unused)
{
	static const struct gate_case cases[] = {
		{ "D4 no answer about the target", actor_owns, "root", "", ERROR, PAM_SYSTEM_ERR,
		  "reason=system-error" },
		{ "D4 which may be the own one", actor_owns, "{actor}", "", ERROR, PAM_SYSTEM_ERR,
		  "reason=system-error" },
		{ "D5 and is no denial", permissive, "root", "mode=permissive", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
	};
	static const struct gate_case list_cases[] = {
		{ "D4 no answer about the actor's groups", staff_owns, "root", "", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
		{ "D5 which is no denial", staff_owns, "root", "mode=permissive", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
	};
	static const struct gate_case group_cases[] = {
		{ "P3 a group without a name adds nothing", group_owns, "root", "", DENY,
		  PAM_PERM_DENIED,
		  "actor={actor} source=libc lookup=groups known-by=real-uid service=passwd reason=no-role " },
	};
	static const struct gate_case file_cases[] = {
		{ "P12 who is unknown may be in the file", actor_owns, "no-such-user", "", ERROR,
		  PAM_SYSTEM_ERR, "target=no-such-user source=files lookup=user actor=#" },
		{ "D5 and is no denial", actor_owns, "no-such-user", "mode=permissive", ERROR,
		  PAM_SYSTEM_ERR, "source=files lookup=user actor=#" },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	how.faults = FAULT_USERS;
	ASK_ALL(cases, &how);
	if (*fixture.names.system && getuid() == 0) {
		/* Of system accounts only the file is asked. */
		how.faults = FAULT_GROUPS;
		ASK_ALL(group_cases, &how);
	}
	how.faults = FAULT_FILES;
	ASK_ALL(file_cases, &how);
	if (getuid() == 0) {
		how = by_uid(WANDA);
		how.faults = FAULT_GROUP_LIST;
		ASK_ALL(list_cases, &how);
	}
	if (getuid() != 0 || !fixture_can_set_login_uid())
		return;
	/* D7 is for a lost policy, not for a silent directory. */
	how = by_login_uid(NO_LOGIN);
	how.faults = FAULT_USERS;
	ASK_ALL(cases, &how);
	/* Nor for a caller who left sudo no descriptor. */
	how.faults = FAULT_DESCRIPTORS;
	ASK_ALL(cases, &how);
}

/* ---- P3, P12, P13: which account it is ---- */

static const char accounts[] = CATALOGS NO_ROOT
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"mark\"; roles = [ \"owner\" ]; } );\n"
	"suspended = ( { user = \"mark\"; why = \"lost laptop\"; } );\n";

static void test_spellings(void **unused)
{
	static const struct gate_case alice[] = {
		{ "P12 the own one by another spelling", accounts, "ALICE", "", OWN, PAM_SUCCESS,
		  "" },
		{ "P12 somebody's by another spelling", accounts, OTHER_SPELLING "wanda", "", ALLOW,
		  PAM_SUCCESS,
		  "target=" OTHER_SPELLING "wanda account=wanda actor=alice known-by=real-uid " },
		{ "P12 an ambiguous target", accounts, "Olga", "", DENY, PAM_PERM_DENIED,
		  "target=Olga uids=20412,20411 actor=alice known-by=real-uid service=passwd "
		  "reason=ambiguous-user " },
		{ "P12 an ambiguous target, permissively", accounts, "Olga", "mode=permissive",
		  DENY, PAM_PERM_DENIED, "reason=ambiguous-user " },
		{ "P13 a suspended target, by an owner", accounts, "mark", "", DENY,
		  PAM_PERM_DENIED,
		  "target=mark actor=alice known-by=real-uid service=passwd "
		  "reason=suspended " },
		{ "P12 the canonical name: no account= in the log", accounts, "wanda", "", ALLOW,
		  PAM_SUCCESS, "target=wanda actor=alice known-by=real-uid service=passwd " },
	};
	static const struct gate_case olga[] = {
		{ "P12 an ambiguous actor", accounts, "wanda", "", DENY, PAM_PERM_DENIED,
		  "target=wanda actor=olga uids=20412,20411 known-by=real-uid service=passwd "
		  "reason=ambiguous-user " },
		{ "P12 the own one, by a name of two accounts", accounts, "Olga", "", DENY,
		  PAM_PERM_DENIED, "target=Olga uids=20412,20411 actor=olga uids=20412,20411 " },
		{ "P12 an ambiguous actor, permissively", accounts, "wanda", "mode=permissive",
		  DENY, PAM_PERM_DENIED, "uids=20412,20411 known-by=real-uid " },
	};
	struct circumstances how;

	(void)unused;
	NEEDS(fixture_can_become(), "this process cannot become another user");
	how = by_uid(ALICE);
	ASK_ALL(alice, &how);
	how = by_uid(OTHER_OLGA);
	ASK_ALL(olga, &how);
}

static void test_suspended(void **unused)
{
	static const struct gate_case cases[] = {
		{ "P13 a suspended actor", accounts, "wanda", "", DENY, PAM_PERM_DENIED,
		  "actor=mark known-by=real-uid service=passwd reason=suspended " },
		{ "P13 the own password", accounts, "mark", "mode=permissive", DENY,
		  PAM_PERM_DENIED,
		  "target=mark actor=mark known-by=real-uid service=passwd "
		  "reason=suspended " },
		{ "P13 of which nothing is known without a policy", NULL, "mark", "state=/nowhere",
		  OWN, PAM_SUCCESS, "" },
		{ "P13 a suspended actor, permissively", accounts, "wanda", "mode=permissive", DENY,
		  PAM_PERM_DENIED, "reason=suspended " },
	};
	struct circumstances how;

	(void)unused;
	NEEDS(fixture_can_become(), "this process cannot become another user");
	how = by_uid(MARK);
	ASK_ALL(cases, &how);
}

static void record_other_uid(struct compiled *compiled)
{
	uint32_t id = names_find(&compiled->model.users.names, "alice");

	assert_int_not_equal(id, NAMES_NONE);
	compiled->model.users.list[id].recorded = FORMAT_RECORDED_PRESENT;
	compiled->model.users.list[id].id = ALICE - 1;
}

static void test_recorded(void **unused)
{
	static const struct gate_case cases[] = {
		{ "P3 another uid has the actor's name now", NULL, "wanda", "", DENY,
		  PAM_PERM_DENIED, "actor=alice known-by=real-uid service=passwd reason=no-role " },
	};
	struct circumstances how;

	(void)unused;
	NEEDS(fixture_can_become(), "this process cannot become another user");
	fixture_apply_recorded(accounts, record_other_uid);
	how = by_uid(ALICE);
	ASK_ALL(cases, &how);
}

/* The target once, the actor by uid and by name; and of the own password no actor. */
static void test_lookups(void **unused)
{
	static const struct {
		struct gate_case c;
		unsigned int n_users, n_uids;
	} cases[] = {
		{ { "the own one", accounts, "alice", "", OWN, PAM_SUCCESS, "" }, 1, 0 },
		{ { "the own one by another spelling", accounts, "ALICE", "", OWN, PAM_SUCCESS,
		    "" },
		  2,
		  0 },
		{ { "somebody's", accounts, "wanda", "", ALLOW, PAM_SUCCESS, "" }, 2, 1 },
	};
	struct circumstances how;

	(void)unused;
	NEEDS(fixture_can_become(), "this process cannot become another user");
	how = by_uid(ALICE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct heard *h = fixture.heard;

		assert_true(is_answered(&cases[i].c, &how, false));
		/* Each pass asks for itself. */
		assert_int_equal(h->n_user_lookups, 2 * cases[i].n_users);
		assert_int_equal(h->n_uid_lookups, 2 * cases[i].n_uids);
		assert_int_equal(h->n_group_lists, 0);
	}
}

/* ---- D5 ---- */

static void test_permissive(void **unused)
{
	static const struct gate_case cases[] = {
		{ "D5 of the policy", permissive, "root", "", WOULD_DENY, PAM_SUCCESS,
		  "would-deny target=root" ABOUT("real-uid") "missing-permission missing=" },
		{ "D5 of the service", service_permissive, "root", "", WOULD_DENY, PAM_SUCCESS,
		  "reason=missing-permission " },
		{ "D5 of another service", service_permissive, "root", "service=chpasswd", DENY,
		  PAM_PERM_DENIED, " service=chpasswd reason=missing-permission " },
		{ "D5 of the line", actor_manages, "root", "mode=permissive", WOULD_DENY,
		  PAM_SUCCESS, "reason=missing-permission " },
		{ "D5 what is allowed is allowed", actor_owns, "root", "mode=permissive", ALLOW,
		  PAM_SUCCESS, "reason=granted " },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	ASK_ALL(cases, &how);
}

/* ---- Arguments, log, talk ---- */

static void test_wrong_arguments(void **unused)
{
	static const char *const wrong[] = {
		"require=host.ssh", /* the policy names the gate's permission, not the line */
		"require=manage_user_passwords",
		"require=",
		"mode=enforcing",
		"quite",
		"use_authtok",
		"quiet require=host.ssh debug",
		"state=relative",
	};
	struct circumstances how = { CLAIMING };

	(void)unused;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct gate_case cases[] = {
			{ wrong[i], actor_owns, "{me}", wrong[i], BAD_LINE, PAM_SERVICE_ERR, "" },
			{ wrong[i], actor_owns, "root", wrong[i], BAD_LINE, PAM_SERVICE_ERR,
			  "known are service=, mode=permissive, state=/DIR, " },
		};

		ASK_ALL(cases, &how);
	}
	how.flags = PAM_CHANGE_EXPIRED_AUTHTOK;
	ask_all((const struct gate_case[]){ { "also a forced change", actor_owns, "{me}",
					      "require=host.ssh", BAD_LINE, PAM_SERVICE_ERR, "" } },
		1, &how, false);
}

/* No target: refused, and above all no prompt for a name. */
static void test_nobody(void **unused)
{
	static const struct gate_case cases[] = {
		{ "no user", actor_owns, NULL, "", NOBODY, PAM_USER_UNKNOWN, "" },
		{ "an empty user", actor_owns, "", "", NOBODY, PAM_USER_UNKNOWN, "" },
		{ "no user, permissive", actor_owns, NULL, "mode=permissive", NOBODY,
		  PAM_USER_UNKNOWN, "" },
	};
	const struct circumstances how = { CLAIMING };

	(void)unused;
	ASK_ALL(cases, &how);
}

static void test_talk(void **unused)
{
	static const struct gate_case told[] = { { "one line", actor_manages, "root", "", DENY,
						   PAM_PERM_DENIED, "" } };
	static const struct gate_case silent[] = {
		{ "quiet", actor_manages, "root", "quiet", DENY, PAM_PERM_DENIED, "" },
		{ "quiet without a policy", NULL, "root", "quiet state=/nowhere", ERROR,
		  PAM_AUTHINFO_UNAVAIL, "" },
		{ "tell_user = false", untold, "root", "", DENY, PAM_PERM_DENIED, "" },
	};
	struct circumstances how;

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	ASK_ALL(told, &how);
	assert_string_equal(
		fixture.heard->messages[0].text,
		"rolegate: you may not set the password of root: your roles do not permit it.");
	ask_all(silent, 3, &how, true);
	how.flags = (int)PAM_SILENT;
	ask_all(told, 1, &how, true);
	/* Who cannot be told is refused all the same. */
	how.flags = 0;
	how.refuses_talk = true;
	ASK_ALL(told, &how);
}

/* Names that come from whoever calls. */
static void test_hostile_targets(void **unused)
{
	static const struct {
		const char *target, *want;
	} cases[] = {
		{ "eve\nallow target=root", "eve\\x0aallow\\x20target\\x3droot" },
		{ "\x1b[2J\x1b]0;x\a", "\\x1b[2J\\x1b]0;x\\x07" },
		{ "%n%s%999999d%%", "%n%s%999999d%%" },
		{ "eve\" path=\"", "eve\\x22\\x20path\\x3d\\x22" },
		{ "j\xc3\xb3zef", "j\\xc3\\xb3zef" },
	};
	struct circumstances how;
	char log[256];

	(void)unused;
	NEEDS_AN_ACTOR;
	how = by_real_uid(true);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct gate_case c = { cases[i].target,
					     actor_manages,
					     cases[i].target,
					     "",
					     DENY,
					     PAM_PERM_DENIED,
					     log };

		snprintf(log, sizeof(log), "deny target=%s actor=", cases[i].want);
		assert_true(is_answered(&c, &how, false));
		snprintf(log, sizeof(log), " of %s: ", cases[i].want);
		assert_non_null(strstr(fixture.heard->messages[0].text, log));
	}
}

#define WATCHED(test) cmocka_unit_test_setup(test, fixture_watch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCHED(test_real_uid),
		WATCHED(test_login_uid),
		WATCHED(test_root_by_login),
		WATCHED(test_unknown_actor),
		WATCHED(test_login_uid_files),
		WATCHED(test_uid_maps),
		WATCHED(test_user_namespace),
		WATCHED(test_actor_of_no_name),
		WATCHED(test_forced_change),
		WATCHED(test_account_phase),
		WATCHED(test_stacks),
		WATCHED(test_second_pass),
		WATCHED(test_unusable_policies),
		WATCHED(test_rescue),
		WATCHED(test_failing_lookups),
		WATCHED(test_spellings),
		WATCHED(test_suspended),
		WATCHED(test_recorded),
		WATCHED(test_lookups),
		WATCHED(test_permissive),
		WATCHED(test_wrong_arguments),
		WATCHED(test_nobody),
		WATCHED(test_talk),
		WATCHED(test_hostile_targets),
	};

	return cmocka_run_group_tests_name("pam password", tests, fixture_open, fixture_close);
}
