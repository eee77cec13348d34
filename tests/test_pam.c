/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The PAM module through the real libpam: codes, log lines and what the user is told (D1-D7). */
#include "pam_fixture.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <time.h>

/* The module shows nothing but its entry point, so its one table of codes is taken in by source. */
#include "codes.c"
#include "forge.h"
#include "format.h"
#include "pack.h"

/* What becomes of a question; each goes with one way of speaking. */
enum outcome {
	ALLOW,	     /* silence */
	ALLOW_DEBUG, /* one line for whoever asked for it */
	DENY,
	WOULD_DENY,
	ERROR,
	RESCUE,
	BAD_LINE, /* an argument that is not understood */
	N_OUTCOMES,
};

static const struct {
	const char *word; /* that the log line begins with; NULL: no line */
	int priority;
	unsigned int n_messages;
	bool has_decision; /* the line tells the path that decided */
} manners[N_OUTCOMES] = {
	[ALLOW] = { NULL, 0, 0, false },
	[ALLOW_DEBUG] = { "allow user=", LOG_DEBUG, 0, true },
	[DENY] = { "deny user=", LOG_NOTICE, 1, true },
	[WOULD_DENY] = { "would-deny user=", LOG_NOTICE, 0, true },
	[ERROR] = { "error user=", LOG_ERR, 1, false },
	[RESCUE] = { "rescue user=root ", LOG_CRIT, 0, false },
	[BAD_LINE] = { "error: argument `", LOG_ERR, 0, false },
};

/* A named question. Accounts in braces are the machine's own (see expand()). */
struct pam_case {
	const char *name;
	const char *policy; /* NULL: leave what is there */
	const char *user, *service, *arguments;
	enum outcome outcome;
	int code;
	const char *log; /* that the line holds; "" if it does not matter */
};

/* Whether the one line, or the silence, is as the outcome wants it. */
static bool is_log_right(enum outcome outcome, const char *log)
{
	const struct heard *h = fixture.heard;
	const char *line = h->lines[0].text, *word = manners[outcome].word;

	if (!word)
		return h->n_lines == 0;
	if (h->n_lines != 1 || h->lines[0].priority != manners[outcome].priority ||
	    strncmp(line, word, strlen(word)) != 0 || !is_plain(line) || !strstr(line, log))
		return false;
	if (outcome == BAD_LINE)
		return true;
	if (!strstr(line, " service=") || !strstr(line, " reason="))
		return false;
	if (!manners[outcome].has_decision)
		return true;
	if (!strstr(line, " path=\"") || !strstr(line, " generation=1"))
		return false;
	return outcome == ALLOW_DEBUG || strstr(line, " generation=1 sources=");
}

static bool is_talk_right(enum outcome outcome, bool is_silent)
{
	const struct heard *h = fixture.heard;

	if (is_silent || manners[outcome].n_messages == 0)
		return h->n_messages == 0;
	return h->n_messages == 1 && h->messages[0].style == PAM_ERROR_MSG &&
	       is_plain(h->messages[0].text);
}

enum answer { WRONG, RIGHT, SKIPPED };

/* Ask one question; print what was seen if the answer is another than expected. */
static enum answer ask(const struct pam_case *c, const struct circumstances *how, bool is_silent)
{
	char user[512], log[1024];

	if ((c->policy && !fixture_apply(c->policy)) || !expand(c->user, user, sizeof(user)) ||
	    !expand(c->log, log, sizeof(log))) {
		print_message("skipped, for want of such an account on this machine: %s\n",
			      c->name);
		return SKIPPED;
	}
	fixture_ask(user, c->service, c->arguments, how);
	if (fixture.heard->code == c->code && is_log_right(c->outcome, log) &&
	    is_talk_right(c->outcome, is_silent))
		return RIGHT;
	print_heard(c->name);
	print_message("  expected: code %d, outcome %d, log with \"%s\"\n", c->code, c->outcome,
		      log);
	return WRONG;
}

/* Whether a question is answered rightly, or is one that cannot be asked on this machine. */
static bool is_answered(const struct pam_case *c, const struct circumstances *how, bool is_silent)
{
	return ask(c, how, is_silent) != WRONG;
}

/* Ask all questions of a table, and fail after the last if any was answered wrongly. */
static void ask_all(const struct pam_case *cases, size_t n, const struct circumstances *how,
		    bool is_silent)
{
	size_t n_wrong = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_answered(&cases[i], how, is_silent))
			n_wrong++;
	assert_int_equal(n_wrong, 0);
}

#define ASK_ALL(cases, how) ask_all(cases, sizeof(cases) / sizeof((cases)[0]), how, false)

/* ---- Policies ---- */

#define CATALOGS "catalogs = [ \"workspace\", \"host\" ];\n"
#define NO_ROOT "root_is_owner = false;\n"

static const char base[] = CATALOGS
	"roles = ( { name = \"mailer\"; permissions = [ \"host.mail\" ]; },\n"
	"  { name = \"postmaster\"; based_on = [ \"mailer\" ]; privileges = \"app.sort\"; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"administrator\" ]; },\n"
	"  { user = \"john doe\"; roles = [ \"postmaster\" ]; },\n"
	"  { user = \"{system}\"; roles = [ \"postmaster\" ]; } );\n"
	"services = ( { name = \"app-*\"; require = [ \"host.mail\" ]; },\n"
	"  { name = \"app-sec*\"; require = [ \"host.ssh\" ]; },\n"
	"  { name = \"app-secret\"; require = [ \"app.sort\" ]; },\n"
	"  { name = \"both\"; require = [ \"host.mail\", \"host.ssh\" ]; },\n"
	"  { name = \"either\"; require_any = [ \"host.mail\", \"host.ssh\" ]; },\n"
	"  { name = \"neither\"; require_any = [ \"host.ftp\", \"host.ssh\" ]; },\n"
	"  { name = \"lenient\"; require = [ \"host.ssh\" ]; mode = \"permissive\"; },\n"
	"  { name = \"open\"; } );\n";

static const char everybody[] = CATALOGS "other_services = \"allow\";\n";
static const char by_permission[] = CATALOGS
	"other_services = \"host.mail\";\n"
	"assign = ( { user = \"{system}\"; roles = [ \"user\" ]; },\n"
	"  { user = \"{person}\"; roles = [ \"service\" ]; } );\n";

/* ---- D2: what a service requires ---- */

static void test_services(void **unused)
{
	static const struct pam_case cases[] = {
		{ "D2 an exact name: held", base, "{system}", "dovecot", "", ALLOW, PAM_SUCCESS,
		  "" },
		{ "D2 an exact name: not held", base, "{system}", "sshd", "", DENY, PAM_PERM_DENIED,
		  "user={system} service=sshd reason=missing-permission missing=host.ssh "
		  "path=\"sshd(host.conf:" },
		{ "D2 a prefix: held", base, "{system}", "app-one", "", ALLOW, PAM_SUCCESS, "" },
		{ "D2 the longest prefix: not held", base, "{system}", "app-second", "", DENY,
		  PAM_PERM_DENIED, "missing=host.ssh path=\"app-sec*(0.conf:" },
		{ "D2 the exact name before any prefix", base, "{system}", "app-secret", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "D2 a prefix is no part of itself", base, "{system}", "app", "", DENY,
		  PAM_PERM_DENIED, "reason=service-not-listed" },
		{ "D2 require means all", base, "{system}", "both", "", DENY, PAM_PERM_DENIED,
		  "missing=host.ssh " },
		{ "D2 require_any means any", base, "{system}", "either", "", ALLOW, PAM_SUCCESS,
		  "" },
		{ "D2 require_any and none of them", base, "{system}", "neither", "", DENY,
		  PAM_PERM_DENIED, "missing=host.ftp|host.ssh " },
		{ "D2 a service that requires nothing", base, "{system}", "open", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "D2 no entry, and other_services unset", base, "{system}", "unlisted", "", DENY,
		  PAM_PERM_DENIED, "reason=service-not-listed" },
		{ "D2 other_services = allow", everybody, "{system}", "unlisted", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "D2 other_services = a permission: held", by_permission, "{system}", "unlisted",
		  "", ALLOW, PAM_SUCCESS, "" },
		{ "D2 other_services = a permission: not held", by_permission, "{person}",
		  "unlisted", "", DENY, PAM_PERM_DENIED,
		  "missing=host.mail path=\"unlisted(0.conf:2)" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
}

/* ---- P3, D6: who holds what ---- */

static const char groups[] = CATALOGS NO_ROOT
	"assign = ( { group = \"{my_group}\"; roles = [ \"user\" ]; },\n"
	"  { user = \"{me}\"; roles = [ \"service\" ]; } );\n";
static const char system_group[] = CATALOGS NO_ROOT
	"assign = ( { group = \"{system_group}\"; roles = [ \"user\" ]; } );\n";
static const char member_group[] = CATALOGS NO_ROOT
	"assign = ( { group = \"{member_group}\"; roles = [ \"user\" ]; } );\n";
static const char defaults[] = CATALOGS NO_ROOT
	"default_roles = [ \"user\" ];\nsystem_account_roles = [ \"service\" ];\n";
static const char root_owns[] = CATALOGS "root_is_owner = true;\n";
static const char root_does_not[] = CATALOGS NO_ROOT;
static const char root_has_role[] = CATALOGS NO_ROOT
	"assign = ( { user = \"root\"; roles = [ \"service\" ]; } );\n";

static const char assigned_little[] = CATALOGS NO_ROOT
	"roles = ( { name = \"little\"; } );\nsystem_account_roles = [ \"service\" ];\n"
	"assign = ( { user = \"{system}\"; roles = [ \"little\" ]; } );\n";
static const char assigned_much[] = CATALOGS NO_ROOT
	"system_account_roles = [ \"service\" ];\n"
	"assign = ( { user = \"{system}\"; roles = [ \"user\" ]; } );\n";

static void test_holders(void **unused)
{
	static const struct pam_case cases[] = {
		{ "P3 a user is known by name alone", base, "alice", "sshd", "", ALLOW, PAM_SUCCESS,
		  "" },
		{ "P12 names are compared byte for byte", base, "Alice", "sshd", "", DENY,
		  PAM_USER_UNKNOWN, "user=Alice " },
		{ "P3 a role's base counts", base, "john doe", "dovecot", "", ALLOW, PAM_SUCCESS,
		  "" },
		{ "P3 the primary group", groups, "{me}", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		{ "P3 the primary group of a system account", system_group, "{system}", "sshd", "",
		  ALLOW, PAM_SUCCESS, "" },
		{ "P3 a supplementary group", member_group, "{member}", "sshd", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "P3 a group's roles are for its members", system_group, "{person}", "sshd", "",
		  DENY, PAM_PERM_DENIED, "reason=no-role" },
		{ "P3 no assignment, 0 < uid < 1000: system_account_roles", defaults, "{system}",
		  "cron", "", ALLOW, PAM_SUCCESS, "" },
		{ "P3 system accounts have no default_roles", defaults, "{system}", "sshd", "",
		  DENY, PAM_PERM_DENIED, "reason=missing-permission" },
		{ "P3 no assignment, uid >= 1000: default_roles", defaults, "{person}", "sshd", "",
		  ALLOW, PAM_SUCCESS, "" },
		{ "P3 a uid of systemd's that a file gives: system_account_roles", defaults,
		  "dynamic", "cron", "", ALLOW, PAM_SUCCESS, "" },
		{ "P3 a uid of systemd's that a file gives: no default_roles", defaults, "dynamic",
		  "sshd", "", DENY, PAM_PERM_DENIED, "reason=missing-permission" },
		{ "P3 a uid of systemd's that a directory gives: default_roles", defaults, "remote",
		  "sshd", "", ALLOW, PAM_SUCCESS, "" },
		{ "P3 uid 0 is no system account", defaults, "root", "sshd", "", ALLOW, PAM_SUCCESS,
		  "" },
		{ "P3 assigned what gives nothing", assigned_little, "{system}", "cron", "", DENY,
		  PAM_PERM_DENIED, "reason=missing-permission" },
		{ "P3 by another name: no default roles", assigned_little,
		  OTHER_SPELLING "{system}", "cron", "", DENY, PAM_PERM_DENIED,
		  "user=" OTHER_SPELLING
		  "{system} account={system} service=cron reason=missing-permission" },
		{ "P3 by another name: the roles that they have", assigned_much,
		  OTHER_SPELLING "{system}", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		{ "D6 root_is_owner", root_owns, "root", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		{ "D6 root_is_owner is for uid 0", root_owns, "{system}", "sshd", "", DENY,
		  PAM_PERM_DENIED, "reason=no-role" },
		{ "D6 no root_is_owner", root_does_not, "root", "sshd", "", DENY, PAM_PERM_DENIED,
		  "user=root service=sshd reason=no-role" },
		{ "D6 no root_is_owner: root's own roles count", root_has_role, "root", "cron", "",
		  ALLOW, PAM_SUCCESS, "" },
		{ "D7 is for want of a policy, not of a role", root_has_role, "root", "sshd", "",
		  DENY, PAM_PERM_DENIED, "reason=missing-permission" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
}

/* ---- D1, D4: every reason has its code ---- */

#define ASSIGN_SYSTEM(roles, more)                                                                 \
	"assign = ( { user = \"{system}\"; roles = [ " roles " ]; " more "} );\n"
#define PORTAL "services = ( { name = \"portal\"; require = [ \"profile\" ]; } );\n"

#define SMALL_PLAN "plan = { name = \"small\"; includes = [ \"host.ssh\" ]; };\n"
#define FOUR_EYES                                                                                  \
	"roles = ( { name = \"pays\"; permissions = [ \"host.ssh\" ]; },\n"                        \
	"  { name = \"approves\"; permissions = [ \"host.mail\" ]; } );\n"                         \
	"conflicts = ( { name = \"four eyes\"; roles = [ \"pays\", \"approves\" ]; } );\n"

static const char conflict[] = CATALOGS FOUR_EYES ASSIGN_SYSTEM("\"pays\", \"approves\"", "");
static const char past[] = CATALOGS ASSIGN_SYSTEM("\"user\"", "until = \"2001-01-01\"; ");
static const char pending[] = CATALOGS PORTAL ASSIGN_SYSTEM("\"guest\"", "");
static const char approved[] =
	CATALOGS PORTAL ASSIGN_SYSTEM("\"guest\"", "approved_by = \"alice\"; ");
static const char planned[] = CATALOGS SMALL_PLAN ASSIGN_SYSTEM("\"user\"", "");

/* Longer than any file's name can be: the system says neither yes nor no. */
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define STATE_FAILS "state=/" X64 X64 X64 X64

static const struct pam_case reasons[] = {
	{ "granted", base, "alice", "sshd", "debug", ALLOW_DEBUG, PAM_SUCCESS, "reason=granted " },
	{ "open-service", base, "alice", "open", "debug", ALLOW_DEBUG, PAM_SUCCESS,
	  "reason=open-service " },
	{ "missing-permission", base, "{system}", "sshd", "", DENY, PAM_PERM_DENIED,
	  "reason=missing-permission " },
	{ "no-role", root_owns, "{system}", "sshd", "", DENY, PAM_PERM_DENIED, "reason=no-role " },
	{ "pending-approval", pending, "{system}", "portal", "", DENY, PAM_PERM_DENIED,
	  "reason=pending-approval " },
	{ "P9 once approved", approved, "{system}", "portal", "", ALLOW, PAM_SUCCESS, "" },
	{ "outside-time", past, "{system}", "sshd", "", DENY, PAM_PERM_DENIED,
	  "reason=outside-time " },
	{ "not-in-plan", planned, "{system}", "dovecot", "", DENY, PAM_PERM_DENIED,
	  "reason=not-in-plan " },
	{ "P11 in the plan", planned, "{system}", "sshd", "", ALLOW, PAM_SUCCESS, "" },
	{ "conflict", conflict, "{system}", "sshd", "", DENY, PAM_PERM_DENIED, "reason=conflict " },
	{ "service-not-listed", base, "{system}", "unlisted", "", DENY, PAM_PERM_DENIED,
	  "reason=service-not-listed " },
	{ "unknown-user", base, "no-such-user", "sshd", "", DENY, PAM_USER_UNKNOWN,
	  "reason=unknown-user " },
	{ "system-error", base, "{system}", "sshd", STATE_FAILS, ERROR, PAM_SYSTEM_ERR,
	  "reason=system-error" },
};

static void test_reasons(void **unused)
{
	(void)unused;
	ASK_ALL(reasons, NULL);
}

/*
 * The same with a module behind ours that lets everybody in. If one of the codes were PAM_IGNORE,
 * libpam would not show it: it would ask the next module.
 */
static void test_reasons_end_the_stack(void **unused)
{
	char open_state[96], more[256];
	struct circumstances how = { .more = more };

	(void)unused;
	snprintf(open_state, sizeof(open_state), "%s/open-state", fixture.folder);
	assert_int_equal(mkdir(open_state, 0755), 0);
	support_write_policy(everybody, open_state);
	snprintf(more, sizeof(more), "account required %s service=any state=%s\n", fixture.module,
		 open_state);
	ASK_ALL(reasons, &how);
}

static bool is_reason_word(const char *line, const char *name)
{
	const char *at = strstr(line, name), *end = at ? at + strlen(name) : NULL;

	return at && (at == line || (!isalnum(at[-1]) && at[-1] != '-')) && !isalnum(*end) &&
	       *end != '-';
}

/* The PAM_ constant that a line of the manual names, as a number; -1 if there is none. */
static int code_in(const char *line)
{
	static const struct {
		const char *name;
		int code;
	} codes[] = {
		{ "PAM_SUCCESS", PAM_SUCCESS },
		{ "PAM_PERM_DENIED", PAM_PERM_DENIED },
		{ "PAM_USER_UNKNOWN", PAM_USER_UNKNOWN },
		{ "PAM_AUTHINFO_UNAVAIL", PAM_AUTHINFO_UNAVAIL },
		{ "PAM_AUTH_ERR", PAM_AUTH_ERR },
		{ "PAM_SYSTEM_ERR", PAM_SYSTEM_ERR },
		{ "PAM_SERVICE_ERR", PAM_SERVICE_ERR },
		{ "PAM_ACCT_EXPIRED", PAM_ACCT_EXPIRED },
		{ "PAM_IGNORE", PAM_IGNORE },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strstr(line, codes[i].name))
			return codes[i].code;
	return -1;
}

/* The last reason of rolegate.h. */
#define LAST_REASON ROLEGATE_AMBIGUOUS_USER

/* Whether the manual has a row for the reason in a phase's table. */
static bool has_row(enum rolegate_reason reason, bool is_password)
{
	switch (reason) {
	case ROLEGATE_OPEN_SERVICE:
	case ROLEGATE_SERVICE_NOT_LISTED:
		return !is_password;
	case ROLEGATE_OWN_PASSWORD:
	case ROLEGATE_UNKNOWN_ACTOR:
		return is_password;
	default:
		return true;
	}
}

static int code_of(enum rolegate_reason reason, bool is_password)
{
	bool allows = reason == ROLEGATE_GRANTED || reason == ROLEGATE_OPEN_SERVICE ||
		      reason == ROLEGATE_OWN_PASSWORD;
	enum rolegate_verdict verdict = allows ? ROLEGATE_ALLOW : ROLEGATE_DENY;

	return is_password ? codes_password(verdict, reason) : codes_account(verdict, reason);
}

static void test_codes_are_documented(void **unused)
{
	size_t n, n_rows[2][LAST_REASON + 1] = { 0 };
	char *manual, *line, *rest;
	bool is_password = false;

	(void)unused;
	manual = support_read_file(TEST_SRCDIR "/doc/pam_rolegate.8", &n);
	for (line = strtok_r(manual, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		int code = strncmp(line, ".It ", 4) ? -1 : code_in(line);

		is_password = is_password || !strcmp(line, ".Ss Of the password phase");
		for (int reason = 0; reason <= LAST_REASON && code >= 0; reason++) {
			if (!is_reason_word(line, rolegate_reason_name(reason)))
				continue;
			n_rows[is_password][reason]++;
			assert_int_equal(code, code_of(reason, is_password));
		}
	}
	free(manual);
	for (int i = 0; i < 2 * (LAST_REASON + 1); i++) {
		enum rolegate_reason reason = i / 2;

		if (n_rows[i % 2][reason] != has_row(reason, i % 2))
			print_message("pam_rolegate(8), phase %d: %zu rows for %s\n", i % 2,
				      n_rows[i % 2][reason], rolegate_reason_name(reason));
		assert_int_equal(n_rows[i % 2][reason], has_row(reason, i % 2));
	}
}

/* D4: whatever a damaged decision may hold, only ROLEGATE_ALLOW itself lets anybody in. */
static void test_codes_of_garbage(void **unused)
{
	static const int verdicts[] = { 0,	 1,	  2,	  -1,	  0x2a50,  0x2a52,
					0x2a,	 0x51,	  0x512a, 0x2a55, -0x2a51, INT_MAX,
					INT_MIN, 0x12a51, 0x6a51, 0x2a41 };
	int code;

	(void)unused;
	for (int reason = -300; reason <= 300; reason++) {
		assert_int_equal(codes_account(ROLEGATE_ALLOW, (enum rolegate_reason)reason),
				 PAM_SUCCESS);
		for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
			code = codes_account((enum rolegate_verdict)verdicts[i],
					     (enum rolegate_reason)reason);
			assert_int_not_equal(code, PAM_SUCCESS);
			assert_int_not_equal(code, PAM_IGNORE);
			assert_int_not_equal(code, PAM_NEW_AUTHTOK_REQD);
			if (reason < 0 || reason > LAST_REASON || reason == ROLEGATE_OWN_PASSWORD)
				assert_int_equal(code, PAM_SYSTEM_ERR);
			code = codes_password((enum rolegate_verdict)verdicts[i],
					      (enum rolegate_reason)reason);
			assert_int_not_equal(code, PAM_SUCCESS);
			assert_int_not_equal(code, PAM_IGNORE);
		}
	}
	assert_int_equal(codes_bad_argument(), PAM_SERVICE_ERR);
}

/* ---- Arguments ---- */

static void test_arguments(void **unused)
{
	static const struct pam_case cases[] = {
		{ "service= stands for the service", base, "{system}", "x", "service=dovecot",
		  ALLOW, PAM_SUCCESS, "" },
		{ "service= stands for the service, also to refuse", base, "{system}", "dovecot",
		  "service=sshd", DENY, PAM_PERM_DENIED, "service=sshd reason=missing-permission" },
		{ "require= goes before the service's entry: held", base, "{system}", "sshd",
		  "require=host.mail", ALLOW, PAM_SUCCESS, "" },
		{ "require= goes before the service's entry: not held", base, "{system}", "open",
		  "require=host.ssh", DENY, PAM_PERM_DENIED, "missing=host.ssh " },
		{ "require= needs no entry", base, "{system}", "unlisted", "require=app.sort",
		  ALLOW, PAM_SUCCESS, "" },
		{ "require= of a name that nothing defines", base, "no-such-user", "sshd",
		  "require=host.shh", DENY, PAM_USER_UNKNOWN, "reason=unknown-user " },
		{ "require= of a name that nothing defines, by whom the system knows", base,
		  "{system}", "sshd", "require=host.shh", DENY, PAM_PERM_DENIED,
		  "reason=missing-permission missing=host.shh " },
		{ "the last one counts", base, "{system}", "x", "service=sshd service=dovecot",
		  ALLOW, PAM_SUCCESS, "" },
		{ "state= may be set anew", base, "{system}", "sshd", "state=/nowhere/rolegate",
		  ERROR, PAM_AUTHINFO_UNAVAIL, "/nowhere/rolegate: " },
		{ "debug logs who is let in", base, "alice", "sshd", "debug", ALLOW_DEBUG,
		  PAM_SUCCESS,
		  "allow user=alice service=sshd reason=granted path=\"sshd(host.conf:" },
		{ "debug adds nothing to a denial", base, "{system}", "sshd", "debug", DENY,
		  PAM_PERM_DENIED, "" },
		{ "norescue changes nothing where there is a policy", base, "alice", "sshd",
		  "norescue", ALLOW, PAM_SUCCESS, "" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
}

/* An argument that is not understood may have been meant to refuse somebody. */
static void test_wrong_arguments(void **unused)
{
	static const char *const wrong[] = {
		"mode=enforcing",
		"mode=",
		"mode",
		"mode=permissive,",
		"Mode=permissive",
		"mode=PERMISSIVE",
		"permissive",
		"service=",
		"service",
		"require=",
		"require",
		"state=",
		"state=relative",
		"state=./here",
		"state",
		"quiet=yes",
		"quite",
		"Quiet",
		"norescue=",
		"no_rescue",
		"debug=1",
		"requires=a",
		"=",
		"%n%s",
		"use_first_pass",
		"[]",
	};
	size_t n_wrong = 0;
	char arguments[128];

	(void)unused;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct pam_case cases[] = {
			{ wrong[i], base, "alice", "open", wrong[i], BAD_LINE, PAM_SERVICE_ERR,
			  "" },
			{ wrong[i], base, "alice", "open", arguments, BAD_LINE, PAM_SERVICE_ERR,
			  "" },
			{ wrong[i], base, "root", "open", wrong[i], BAD_LINE, PAM_SERVICE_ERR, "" },
		};

		/* Good ones before and behind do not make up for it. */
		snprintf(arguments, sizeof(arguments), "quiet %s mode=permissive", wrong[i]);
		for (size_t k = 0; k < 3; k++)
			if (!is_answered(&cases[k], NULL, false))
				n_wrong++;
	}
	assert_int_equal(n_wrong, 0);
}

/* ---- The log ---- */

static const char one_source[] =
	"catalogs = [ \"workspace\" ];\n"
	"roles = ( { name = \"teller\"; privileges = \"app.till\"; },\n"
	"  { name = \"chief\"; based_on = [ \"teller\" ]; } );\n"
	"assign = ( { user = \"{system}\"; roles = [ \"chief\" ]; } );\n"
	"services = ( { name = \"till\"; require = [ \"app.till\" ]; } );\n"
	"root_is_owner = false;\n";

static void test_log(void **unused)
{
	static const struct pam_case cases[] = {
		{ "an allow tells the whole path", one_source, "{system}", "till", "debug",
		  ALLOW_DEBUG, PAM_SUCCESS,
		  "allow user={system} service=till reason=granted "
		  "path=\"till(0.conf:5) > {system}(0.conf:4) > chief > teller > app.till\" "
		  "generation=1" },
		{ "a denial tells what is missing", base, "{system}", "both", "", DENY,
		  PAM_PERM_DENIED,
		  "deny user={system} service=both reason=missing-permission missing=host.ssh "
		  "path=\"both(0.conf:" },
		{ "a denial tells the path that came nearest", past, "{system}", "sshd", "", DENY,
		  PAM_PERM_DENIED, " > {system}(0.conf:2) > user > host.ssh\" generation=1 " },
		{ "a conflict tells its rule", conflict, "{system}", "sshd", "", DENY,
		  PAM_PERM_DENIED, " > four\\x20eyes(0.conf:4)\" generation=1 " },
		{ "no entry is said, too", base, "{system}", "unlisted", "", DENY, PAM_PERM_DENIED,
		  "reason=service-not-listed path=\"unlisted\" generation=1 sources=" },
		{ "an error tells which folder", base, "alice", "sshd", "state=/nowhere/rolegate",
		  ERROR, PAM_AUTHINFO_UNAVAIL, "error user=alice service=sshd reason=no-policy" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
}

/* Where sources lie that are files, so that they can be looked at after they were applied. */
struct sources_on_disk {
	char folder[96], file[128], policy_d[128], catalogs[96];
};

static void write_sources(struct sources_on_disk *s)
{
	char text[1024], catalog[128];
	char *bytes;
	size_t n;

	snprintf(s->folder, sizeof(s->folder), "%s/etc", fixture.folder);
	snprintf(s->file, sizeof(s->file), "%s/rolegate.conf", s->folder);
	snprintf(s->policy_d, sizeof(s->policy_d), "%s/policy.d", s->folder);
	snprintf(s->catalogs, sizeof(s->catalogs), "%s/catalogs", fixture.folder);
	snprintf(catalog, sizeof(catalog), "%s/workspace.conf", s->catalogs);
	assert_true(mkdir(s->folder, 0755) == 0 || errno == EEXIST);
	assert_true(mkdir(s->catalogs, 0755) == 0 || errno == EEXIST);
	(void)rmdir(s->policy_d);
	assert_true(expand(one_source, text, sizeof(text)));
	support_write_file(s->file, text, strlen(text), 0644);
	/* The one in the source tree may be anybody's, and writable by a group. */
	bytes = support_read_file(TEST_SRCDIR "/conf/catalogs/workspace.conf", &n);
	support_write_file(catalog, bytes, n, 0644);
	free(bytes);
}

static void apply_sources(const struct sources_on_disk *s)
{
	const struct pack_info info = { .generation = 1,
					.when = SUPPORT_NOW,
					.who = "test",
					.known_by = "test",
					.why = "test" };
	struct compile_catalogs where = { .vendor = s->catalogs, .site = "/nowhere" };
	struct compiled compiled;
	struct tree host;
	int fd;

	fixture_forget_policy();
	assert_int_equal(tree_open(&host, NULL), 0);
	where.tree = &host;
	compile_init(&compiled);
	assert_int_equal(compile_tree(&host, s->folder, &where, NULL, &compiled), 0);
	fd = open(policy_path(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0 && fchmod(fd, 0644) == 0);
	assert_int_equal(pack_policy(&compiled.model, &compiled.sources, &info, fd), 0);
	close(fd);
	compile_free(&compiled);
	tree_close(&host);
}

static void leave(const struct sources_on_disk *s)
{
	(void)s;
}

static void append_blank(const struct sources_on_disk *s)
{
	int fd = open(s->file, O_WRONLY | O_APPEND | O_CLOEXEC);

	assert_true(fd >= 0 && write(fd, "\n", 1) == 1);
	close(fd);
}

static void touch(const struct sources_on_disk *s)
{
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	assert_int_equal(utimensat(AT_FDCWD, s->file, times, 0), 0);
}

static void take_away(const struct sources_on_disk *s)
{
	assert_int_equal(unlink(s->file), 0);
}

static void add_policy_d(const struct sources_on_disk *s)
{
	assert_int_equal(mkdir(s->policy_d, 0755), 0);
}

/* Whoever searches a log for the cause of a refusal wants to know if the sources still say so. */
static void test_log_tells_drift(void **unused)
{
	static const struct {
		const char *name, *want;
		void (*change)(const struct sources_on_disk *s);
	} cases[] = {
		{ "untouched since applied", "sources=same", leave },
		{ "longer", "sources=changed", append_blank },
		{ "of the same length and another time", "sources=changed", touch },
		{ "gone", "sources=changed", take_away },
		{ "one more folder of sources", "sources=changed", add_policy_d },
	};
	struct sources_on_disk sources;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pam_case c = { cases[i].name,   NULL,	   "{system}",
					    "unlisted",	     "",	   DENY,
					    PAM_PERM_DENIED, cases[i].want };

		write_sources(&sources);
		apply_sources(&sources);
		cases[i].change(&sources);
		assert_true(is_answered(&c, NULL, false));
	}
}

/* A process that may not look says so, and neither guesses nor refuses for it. */
static void test_log_tells_unknown_drift(void **unused)
{
	static const struct pam_case c = { "a folder that this process may not enter",
					   NULL,
					   "{system}",
					   "unlisted",
					   "",
					   DENY,
					   PAM_PERM_DENIED,
					   "sources=unknown" };
	const uid_t other = fixture.names.system_uid;
	struct circumstances how = { 0 };
	struct sources_on_disk sources;

	(void)unused;
	NEEDS(geteuid() != 0 || fixture_can_become(), "nothing is closed to this process");
	if (geteuid() == 0)
		how = (struct circumstances){
			.in_child = true, .sets_uids = true, .real = other, .effective = other
		};
	write_sources(&sources);
	apply_sources(&sources);
	assert_int_equal(chmod(sources.folder, 0), 0);
	assert_true(is_answered(&c, &how, false));
	assert_int_equal(chmod(sources.folder, 0755), 0);
}

#define A16 "aaaaaaaaaaaaaaaa"
#define A128 A16 A16 A16 A16 A16 A16 A16 A16

/* Names that come from whoever knocks. What is expected is the word of the log line. */
static void test_hostile_users(void **unused)
{
	static const struct {
		const char *name, *user, *want;
	} cases[] = {
		{ "a second line", "eve\nallow user=root", "eve\\x0aallow\\x20user\\x3droot" },
		{ "a carriage return", "eve\rdeny", "eve\\x0ddeny" },
		{ "a terminal's escape", "\x1b[2J\x1b]0;x\a", "\\x1b[2J\\x1b]0;x\\x07" },
		{ "formats", "%n%s%999999d%%", "%n%s%999999d%%" },
		{ "blanks", "eve reason=granted", "eve\\x20reason\\x3dgranted" },
		{ "an empty key", "=", "\\x3d" },
		{ "quotes", "eve\" path=\"", "eve\\x22\\x20path\\x3d\\x22" },
		{ "a backslash that would be an escape", "\\x0a", "\\x5cx0a" },
		{ "UTF-8", "j\xc3\xb3zef", "j\\xc3\\xb3zef" },
		{ "invalid UTF-8", "\xff\xfe\xc3(\x80", "\\xff\\xfe\\xc3(\\x80" },
		{ "a right-to-left mark",
		  "\xe2\x80\xae"
		  "eve",
		  "\\xe2\\x80\\xaeeve" },
		{ "DEL and a C1 control", "\x7f\xc2\x9b", "\\x7f\\xc2\\x9b" },
	};
	char log[256];

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pam_case c = { cases[i].name,    base, cases[i].user, "sshd", "", DENY,
					    PAM_USER_UNKNOWN, log };

		snprintf(log, sizeof(log), "deny user=%s service=sshd reason=", cases[i].want);
		assert_true(is_answered(&c, NULL, false));
	}
}

/* Long ones are cut, in the log alone: the decision is about the whole name. */
static void test_long_users(void **unused)
{
	static const struct pam_case cases[] = {
		{ "300 bytes", base, A128 A128 A16 A16 "aaaaaaaaaaaa", "sshd", "", DENY,
		  PAM_USER_UNKNOWN, A16 " service=sshd reason=unknown-user " },
		{ "300 bytes, and no policy", base, A128 A128 A16 A16 "aaaaaaaaaaaa", "sshd",
		  "state=/nowhere", ERROR, PAM_AUTHINFO_UNAVAIL, A16 " service=sshd reason=" },
		{ "a known name with a tail", base, "alice" A128 A128, "sshd", "", DENY,
		  PAM_USER_UNKNOWN, "deny user=alicea" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
	fixture_ask(cases[0].user, "sshd", "", NULL);
	assert_in_range(strlen(fixture.heard->lines[0].text), 1, 600);
}

/* Bytes of a word of the log with the NUL, and of the longest that may follow: an escape and the NUL. */
#define LOGGED_WORD 128u
#define LAST_ESCAPE 5u

/* What the log has of a word: as many whole bytes and escapes as fit. */
static void write_logged(const char *word, char to[LOGGED_WORD])
{
	size_t n = 0;

	for (; *word && n + LAST_ESCAPE < LOGGED_WORD; word++)
		if (strchr("\"\\= ", *word) || *word < ' ' || *word > '~')
			n += (size_t)sprintf(to + n, "\\x%02x", (unsigned char)*word);
		else
			to[n++] = *word;
	to[n] = '\0';
}

/*
 * A word that ends at each distance from an escape of each kind. Kills `n + 5 < size` of escape() as `n + 6`, `<=` and
 * each smaller number: the last ones cut an escape and write the NUL behind the buffer.
 */
static void test_cut_escapes(void **unused)
{
	/* One of each comparison in escape(), at its limits. */
	static const char kinds[] = "\x01\x1f \"=\\\x7f\x80\xff\n!~";
	char user[2 * LOGGED_WORD], log[2 * LOGGED_WORD], word[LOGGED_WORD];

	(void)unused;
	for (size_t kind = 0; kind < sizeof(kinds) - 1; kind++)
		for (size_t before = LOGGED_WORD - 12; before <= LOGGED_WORD; before++)
			for (size_t behind = 0; behind < 4; behind++) {
				const struct pam_case c = {
					"an escape at the end", base, user, "sshd", "", DENY,
					PAM_USER_UNKNOWN,	log
				};

				memset(user, 'a', before);
				memset(user + before, kinds[kind], behind + 1);
				user[before + behind + 1] = '\0';
				write_logged(user, word);
				snprintf(log, sizeof(log),
					 "deny user=%s service=sshd reason=", word);
				assert_true(is_answered(&c, NULL, false));
			}
	/* Escapes alone: the 31st ends at the 124th byte, and one more does not fit. */
	for (size_t n = 28; n < 40; n++)
		for (size_t before = 0; before < 4; before++) {
			const struct pam_case c = { "escapes alone",  NULL, user, "sshd", "", DENY,
						    PAM_USER_UNKNOWN, log };

			memset(user, 'a', before);
			memset(user + before, '=', n);
			user[before + n] = '\0';
			write_logged(user, word);
			snprintf(log, sizeof(log), "deny user=%s service=sshd reason=", word);
			assert_true(is_answered(&c, NULL, false));
		}
}

/* The service's name is in the line and in what the user is told. */
static void test_hostile_services(void **unused)
{
	static const struct {
		const char *service, *want;
	} cases[] = {
		{ "ssh\nd", "ssh\\x0ad" },	   { "\x1b[31mssh", "\\x1b[31mssh" },
		{ "%n%s%n%s", "%n%s%n%s" },	   { "ssh d=e", "ssh\\x20d\\x3de" },
		{ "\"\\\xff", "\\x22\\x5c\\xff" },
	};
	char part[128];

	(void)unused;
	assert_true(fixture_apply(base));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct pam_case c = { cases[i].want,    NULL, "alice",
					    cases[i].service, "",   DENY,
					    PAM_PERM_DENIED,  part };

		snprintf(part, sizeof(part), " service=%s reason=service-not-listed path=\"%s\"",
			 cases[i].want, cases[i].want);
		assert_true(is_answered(&c, NULL, false));
		snprintf(part, sizeof(part), " use %s here", cases[i].want);
		assert_non_null(strstr(fixture.heard->messages[0].text, part));
	}
}

/* ---- What the user is told ---- */

static const char untold[] = CATALOGS "tell_user = false;\n" ASSIGN_SYSTEM("\"user\"", "");

static void test_tells_user(void **unused)
{
	static const struct pam_case told = { "one line", base, "{system}",	 "sshd",
					      "",	  DENY, PAM_PERM_DENIED, "" };
	static const struct pam_case untold_cases[] = {
		{ "quiet", base, "{system}", "sshd", "quiet", DENY, PAM_PERM_DENIED, "" },
		{ "quiet without a policy", NULL, "{system}", "sshd", "quiet state=/nowhere", ERROR,
		  PAM_AUTHINFO_UNAVAIL, "" },
		{ "tell_user = false", untold, "{system}", "sudo", "", DENY, PAM_PERM_DENIED, "" },
	};
	static const struct pam_case silent_cases[] = {
		{ "PAM_SILENT", base, "{system}", "sshd", "", DENY, PAM_PERM_DENIED, "" },
		{ "PAM_SILENT, and an error", NULL, "{system}", "sshd", "state=/nowhere", ERROR,
		  PAM_AUTHINFO_UNAVAIL, "" },
	};
	const struct circumstances silent = { .flags = (int)PAM_SILENT };
	const char *text = fixture.heard->messages[0].text;

	(void)unused;
	assert_true(is_answered(&told, NULL, false));
	assert_string_equal(text,
			    "rolegate: you may not use sshd here: your roles do not permit it.");
	ask_all(untold_cases, 3, NULL, true);
	ask_all(silent_cases, 2, &silent, true);
}

/* The user who cannot be told is refused all the same. */
static void test_user_cannot_be_told(void **unused)
{
	static const struct pam_case cases[] = {
		{ "a denial", base, "{system}", "sshd", "", DENY, PAM_PERM_DENIED, "" },
		{ "an error", NULL, "{system}", "sshd", "state=/nowhere", ERROR,
		  PAM_AUTHINFO_UNAVAIL, "" },
		{ "an allow says nothing to begin with", NULL, "alice", "sshd", "", ALLOW,
		  PAM_SUCCESS, "" },
	};
	const struct circumstances how = { .refuses_talk = true };

	(void)unused;
	ASK_ALL(cases, &how);
}

/* ---- D5: permissive ---- */

static const char all_permissive[] = CATALOGS
	"mode = \"permissive\";\n"
	"services = ( { name = \"strict\"; require = [ \"host.ssh\" ]; mode = \"enforcing\"; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"user\" ]; },\n"
	"  { user = \"{system}\"; roles = [ \"service\" ]; } );\n";

static void test_permissive(void **unused)
{
	static const struct pam_case cases[] = {
		{ "D5 for all services", all_permissive, "{system}", "sshd", "", WOULD_DENY,
		  PAM_SUCCESS,
		  "would-deny user={system} service=sshd reason=missing-permission missing=host.ssh " },
		{ "D5 for all services, and one that is not listed", all_permissive, "{system}",
		  "unlisted", "", WOULD_DENY, PAM_SUCCESS, "reason=service-not-listed " },
		{ "D5 an unknown user is no damage", all_permissive, "no-such-user", "sshd", "",
		  WOULD_DENY, PAM_SUCCESS, "reason=unknown-user " },
		{ "D5 a service may be enforcing all the same", all_permissive, "{system}",
		  "strict", "", DENY, PAM_PERM_DENIED, "" },
		{ "D5 what is allowed is silent", all_permissive, "alice", "sshd", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "D5 for one service", base, "{system}", "lenient", "", WOULD_DENY, PAM_SUCCESS,
		  "service=lenient reason=missing-permission " },
		{ "D5 for one line of pam.d", base, "{system}", "sshd", "mode=permissive",
		  WOULD_DENY, PAM_SUCCESS, "reason=missing-permission " },
		{ "D5 for one line of pam.d, with require=", base, "{system}", "open",
		  "mode=permissive require=host.sudo", WOULD_DENY, PAM_SUCCESS,
		  "missing=host.sudo " },
		{ "D5 no policy is no denial", NULL, "{system}", "sshd",
		  "mode=permissive state=/nowhere", ERROR, PAM_AUTHINFO_UNAVAIL,
		  "reason=no-policy" },
		{ "D5 a failing system is no denial", NULL, "{system}", "sshd",
		  "mode=permissive " STATE_FAILS, ERROR, PAM_SYSTEM_ERR, "reason=system-error" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
}

/* ---- D4: policies that are not to be used ---- */

static void set_byte(off_t at, unsigned char mask)
{
	int fd = open(policy_path(), O_RDWR | O_CLOEXEC);
	unsigned char byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= mask;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void cut(off_t n)
{
	assert_int_equal(truncate(policy_path(), n), 0);
}

static void file_for_all(void)
{
	assert_int_equal(chmod(policy_path(), 0666), 0);
}

static void file_for_group(void)
{
	assert_int_equal(chmod(policy_path(), 0664), 0);
}

static void folder_for_all(void)
{
	assert_int_equal(chmod(fixture.state, 0777), 0);
}

static void folder_like_tmp(void)
{
	assert_int_equal(chmod(fixture.state, 01777), 0);
}

static void folder_for_group(void)
{
	assert_int_equal(chmod(fixture.state, 0775), 0);
}

/* To a policy that is sound. */
static void make_link(void)
{
	char other[112];

	snprintf(other, sizeof(other), "%s/other.cdb", fixture.state);
	assert_int_equal(rename(policy_path(), other), 0);
	assert_int_equal(symlink(other, policy_path()), 0);
}

static void make_dangling_link(void)
{
	cut(0);
	assert_int_equal(unlink(policy_path()), 0);
	assert_int_equal(symlink("/nowhere/policy.cdb", policy_path()), 0);
}

static void make_fifo(void)
{
	assert_int_equal(unlink(policy_path()), 0);
	assert_int_equal(mkfifo(policy_path(), 0644), 0);
}

static void make_directory(void)
{
	assert_int_equal(unlink(policy_path()), 0);
	assert_int_equal(mkdir(policy_path(), 0755), 0);
}

static void empty(void)
{
	cut(0);
}

static void cut_in_contents(void)
{
	cut(FORMAT_TOC_SIZE - 1);
}

static void cut_last_byte(void)
{
	struct stat st;

	assert_int_equal(stat(policy_path(), &st), 0);
	cut(st.st_size - 1);
}

static void write_text(void)
{
	support_write_file(policy_path(), everybody, sizeof(everybody) - 1, 0644);
}

static void write_zeros(void)
{
	static const char zeros[65536];

	support_write_file(policy_path(), zeros, sizeof(zeros), 0644);
}

static void flip_magic(void)
{
	set_byte(FORMAT_TOC_SIZE + 8 + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE, 1);
}

/* The record that says what alice has; the head stays sound, so the policy can be opened. */
static void flip_assignment(void)
{
	const char *at;
	char *bytes;
	size_t n;

	bytes = support_read_file(policy_path(), &n);
	at = memmem(bytes, n, "alice", 6);
	assert_non_null(at);
	set_byte(at - bytes, 0x20);
	free(bytes);
}

/* Another version in a head whose checksum is right. */
static void write_next_format(void)
{
	unsigned char version[4];

	format_put32(version, FORMAT_VERSION + 1);
	forge_patch(policy_path(), FORMAT_HEAD, 0, strlen(FORMAT_MAGIC), version, sizeof(version));
}

static void delete_policy(void)
{
	assert_int_equal(unlink(policy_path()), 0);
}

static const struct tampering {
	const char *name;
	void (*tamper)(void);
	int code;
	const char *reason;
} tamperings[] = {
	{ "no policy", delete_policy, PAM_AUTHINFO_UNAVAIL, "reason=no-policy" },
	{ "a file that all may write", file_for_all, PAM_AUTH_ERR, "reason=untrusted-policy" },
	{ "a file that a group may write", file_for_group, PAM_AUTH_ERR,
	  "reason=untrusted-policy" },
	{ "a folder that all may write", folder_for_all, PAM_AUTH_ERR, "reason=untrusted-policy" },
	{ "a folder like /tmp", folder_like_tmp, PAM_AUTH_ERR, "reason=untrusted-policy" },
	{ "a folder that a group may write", folder_for_group, PAM_AUTH_ERR,
	  "reason=untrusted-policy" },
	{ "a symbolic link to a sound policy", make_link, PAM_AUTH_ERR, "reason=untrusted-policy" },
	{ "a symbolic link to nowhere", make_dangling_link, PAM_AUTH_ERR,
	  "reason=untrusted-policy" },
	{ "a FIFO that nobody writes to", make_fifo, PAM_AUTH_ERR, "reason=untrusted-policy" },
	{ "a directory", make_directory, PAM_AUTH_ERR, "reason=untrusted-policy" },
	{ "an empty file", empty, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "cut in the table of contents", cut_in_contents, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "cut by one byte", cut_last_byte, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "a source's text", write_text, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "zeros, as after a power cut", write_zeros, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "a bit of the head", flip_magic, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "a bit of the user's record", flip_assignment, PAM_AUTH_ERR, "reason=damaged-policy" },
	{ "the format of a later version", write_next_format, PAM_AUTH_ERR,
	  "reason=damaged-policy" },
};

/* Everybody may do everything by this policy, and nobody is to be refused by it. */
static const char most_lenient[] = CATALOGS
	"mode = \"permissive\";\nother_services = \"allow\";\n"
	"services = ( { name = \"x\"; require = [ \"host.ssh\" ]; mode = \"permissive\"; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n";

static void tamper(const char *policy, const struct tampering *how)
{
	assert_true(fixture_apply(policy));
	fixture.policy = NULL;
	how->tamper();
}

/* D4 under all that could soften it (D5), and once more as an ordinary line. */
static void test_tampered_policies(void **unused)
{
	size_t n_wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(tamperings) / sizeof(tamperings[0]); i++) {
		const struct tampering *t = &tamperings[i];
		const struct pam_case cases[] = {
			{ t->name, NULL, "alice", "x", "", ERROR, t->code, t->reason },
			{ t->name, NULL, "alice", "x", "mode=permissive debug", ERROR, t->code,
			  t->reason },
		};

		tamper(most_lenient, t);
		for (size_t k = 0; k < 2; k++)
			if (!is_answered(&cases[k], NULL, false))
				n_wrong++;
		fixture_forget_policy();
	}
	assert_int_equal(n_wrong, 0);
}

/* Whose the file and the folder are. */
static void test_foreign_owner(void **unused)
{
	static const struct pam_case file = {
		"somebody's file",	  NULL, "alice", "x", "", ERROR, PAM_AUTH_ERR,
		"reason=untrusted-policy"
	};
	static const struct pam_case folder = {
		"somebody's folder",	  NULL, "alice", "x", "", ERROR, PAM_AUTH_ERR,
		"reason=untrusted-policy"
	};
	const struct circumstances as_owner = { .in_child = true,
						.sets_uids = true,
						.real = fixture.names.system_uid };
	uid_t other = fixture.names.system_uid;

	(void)unused;
	NEEDS_OTHER_UIDS;
	assert_true(fixture_apply(most_lenient));
	assert_int_equal(chown(policy_path(), other, (gid_t)-1), 0);
	assert_true(is_answered(&file, NULL, false));
	/* As in su: its caller's files are not root's, though the process is nearly his. */
	assert_true(is_answered(&file, &as_owner, false));
	fixture_forget_policy();

	assert_true(fixture_apply(most_lenient));
	assert_int_equal(chown(fixture.state, other, (gid_t)-1), 0);
	assert_true(is_answered(&folder, NULL, false));
	assert_int_equal(chown(fixture.state, 0, (gid_t)-1), 0);
	fixture_forget_policy();
}

static const struct circumstances usual;

/* A flipped bit may hit what nobody asks for; but it never turns one answer into the other. */
static void test_any_flipped_bit(void **unused)
{
	static const struct {
		const char *user;
		int code;
	} asked[] = { { "alice", PAM_SUCCESS }, { "mark", PAM_PERM_DENIED } };
	static const char policy[] = CATALOGS NO_ROOT
		"default_roles = [ \"service\" ];\n"
		"assign = ( { user = \"alice\"; roles = [ \"user\" ]; },\n"
		"  { user = \"mark\"; roles = [ \"service\" ]; } );\n";
	pam_handle_t *pamh;
	struct stat st;

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		assert_true(fixture_apply(policy));
		fixture.policy = NULL;
		assert_int_equal(stat(policy_path(), &st), 0);
		pamh = start(asked[i].user, "sshd", "", &usual);
		for (off_t at = (off_t)i; at < st.st_size; at += 61) {
			unsigned char bit = (unsigned char)(1u << (at & 7));
			int code;

			set_byte(at, bit);
			ask_handle(pamh, &usual);
			code = fixture.heard->code;
			if (code != asked[i].code && code != PAM_AUTH_ERR)
				print_heard("a flipped bit");
			assert_true(code == asked[i].code || code == PAM_AUTH_ERR);
			set_byte(at, bit);
		}
		assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
	}
}

/* ---- D7: the rescue ---- */

static void test_rescue(void **unused)
{
	size_t n_wrong = 0;

	(void)unused;
	NEEDS(getuid() == 0, "only root is rescued");
	for (size_t i = 0; i < sizeof(tamperings) / sizeof(tamperings[0]); i++) {
		const struct tampering *t = &tamperings[i];
		const struct pam_case cases[] = {
			{ t->name, NULL, "root", "x", "", RESCUE, PAM_SUCCESS, t->reason },
			{ t->name, NULL, "root", "x", "norescue", ERROR, t->code, t->reason },
			{ t->name, NULL, "{system}", "x", "", ERROR, t->code, t->reason },
			{ t->name, NULL, "no-such-user", "x", "", ERROR, t->code, t->reason },
		};

		/* The record that is damaged is another user's. */
		if (t->tamper == flip_assignment)
			continue;
		tamper(most_lenient, t);
		for (size_t k = 0; k < 4; k++)
			if (!is_answered(&cases[k], NULL, false))
				n_wrong++;
		fixture_forget_policy();
	}
	assert_int_equal(n_wrong, 0);
}

/* D7: to want to be root is not to be root. */
static void test_no_rescue_from_below(void **unused)
{
	static const struct pam_case cases[] = {
		{ "a process that is not root's", NULL, "root", "su", "", ERROR,
		  PAM_AUTHINFO_UNAVAIL, "reason=no-policy" },
		{ "nor for itself", NULL, "{actor}", "su", "", ERROR, PAM_AUTHINFO_UNAVAIL,
		  "reason=no-policy" },
	};
	struct circumstances how = { 0 };

	(void)unused;
	NEEDS(getuid() != 0 || fixture_can_become(), "this process is root and nobody else");
	fixture_forget_policy();
	if (getuid() == 0) {
		how.in_child = how.sets_uids = true;
		how.real = fixture.names.system_uid;
		/* Set-user-ID, as su is. */
		ASK_ALL(cases, &how);
		how.effective = how.real;
	}
	ASK_ALL(cases, &how);
}

/* ---- D3: the actor ---- */

static const char actor_may[] = CATALOGS NO_ROOT
	"assign = ( { user = \"{actor}\"; roles = [ \"administrator\" ]; } );\n";
static const char alice_may[] = CATALOGS NO_ROOT
	"assign = ( { user = \"alice\"; roles = [ \"administrator\" ]; },\n"
	"  { user = \"root\"; roles = [ \"administrator\" ]; },\n"
	"  { user = \"{actor}\"; roles = [ \"user\" ]; } );\n";
static const char root_may[] = CATALOGS;

static const struct pam_case actor_cases[] = {
	{ "D3 the actor holds it", actor_may, "root", "su", "", ALLOW, PAM_SUCCESS, "" },
	{ "D3 nothing is asked about the subject", actor_may, "no-such-user", "su-l", "", ALLOW,
	  PAM_SUCCESS, "" },
	{ "D3 the log of a service about the subject names no actor", alice_may, "alice", "sudo",
	  "debug", ALLOW_DEBUG, PAM_SUCCESS, "allow user=alice service=sudo reason=granted " },
	{ "D3 the log tells the actor's path", actor_may, "root", "su", "debug", ALLOW_DEBUG,
	  PAM_SUCCESS,
	  "allow user=root actor={actor} service=su reason=granted path=\"su(host.conf:" },
	{ "D3 the subject's permission is not the actor's", alice_may, "alice", "su", "", DENY,
	  PAM_PERM_DENIED, "deny user=alice actor={actor} service=su reason=missing-permission " },
	{ "D3 other services are about the subject", alice_may, "alice", "sudo", "", ALLOW,
	  PAM_SUCCESS, "" },
	{ "D3 require= of such a service", actor_may, "no-such-user", "su", "require=host.mail",
	  ALLOW, PAM_SUCCESS, "" },
	{ "D6 root_is_owner is not for whoever becomes root", root_may, "root", "su", "", DENY,
	  PAM_PERM_DENIED, "actor={actor} service=su reason=no-role " },
};

static void test_actor(void **unused)
{
	struct circumstances how = { .claimed_user = "alice", .in_child = true };

	(void)unused;
	NEEDS(getuid() != 0 || fixture_can_become(), "this process is root and nobody else");
	if (getuid() == 0) {
		how.sets_uids = true;
		how.real = fixture.names.actor_uid;
		/* Set-user-ID, as su is: the real uid counts. */
		ASK_ALL(actor_cases, &how);
		how.effective = how.real;
	}
	/* G2: PAM_RUSER, SUDO_USER and the like claim that it was alice. */
	ASK_ALL(actor_cases, &how);
}

static void test_actor_of_no_name(void **unused)
{
	static const struct pam_case c = { "D3 an actor whom the system does not know",
					   alice_may,
					   "alice",
					   "su",
					   "",
					   DENY,
					   PAM_USER_UNKNOWN,
					   "user=alice actor=? service=su reason=unknown-user " };
	struct circumstances how = { .in_child = true, .sets_uids = true, .real = 54321 };

	(void)unused;
	NEEDS_OTHER_UIDS;
	while (getpwuid(how.real))
		how.real++;
	assert_true(is_answered(&c, &how, false));
}

/* G2: of a process of root's, the kernel may know who logged in. */
static void test_actor_by_login(void **unused)
{
	static const struct pam_case root_cases[] = {
		{ "D3 without a login it is root", root_may, "alice", "su", "debug", ALLOW_DEBUG,
		  PAM_SUCCESS, "user=alice actor=root service=su " },
		{ "D3 root, and no root_is_owner", root_does_not, "alice", "su", "", DENY,
		  PAM_PERM_DENIED, "user=alice actor=root service=su reason=no-role " },
	};
	struct circumstances how = { .in_child = true, .sets_login_uid = true };

	(void)unused;
	NEEDS_OTHER_UIDS;
	NEEDS(fixture_can_set_login_uid(), "this process cannot set a login uid");
	how.login_uid = fixture.names.system_uid;
	ASK_ALL(actor_cases, &how);
	/* The real uid goes before the login, here root's. */
	how.login_uid = 0;
	how.sets_uids = true;
	how.real = fixture.names.system_uid;
	ASK_ALL(actor_cases, &how);
	how = (struct circumstances){ .in_child = true,
				      .sets_login_uid = true,
				      .login_uid = (uid_t)-1 };
	ASK_ALL(root_cases, &how);
}

/* ---- What is asked of NSS ---- */

static const char conflict_and_group[] = CATALOGS NO_ROOT FOUR_EYES
	"assign = ( { user = \"{system}\"; roles = [ \"pays\" ]; },\n"
	"  { group = \"{system_group}\"; roles = [ \"approves\" ]; } );\n";

static const char conflict_by_staff[] = CATALOGS NO_ROOT FOUR_EYES
	"assign = ( { user = \"wanda\"; roles = [ \"pays\" ]; },\n"
	"  { user = \"mark\"; roles = [ \"pays\" ]; },\n"
	"  { user = \"{system}\"; roles = [ \"pays\" ]; },\n"
	"  { group = \"staff\"; roles = [ \"approves\" ]; } );\n";

static const char root_and_group[] = CATALOGS
	"assign = ( { group = \"{system_group}\"; roles = [ \"user\" ]; } );\n";
static const char no_root_and_group[] = CATALOGS NO_ROOT
	"assign = ( { group = \"{system_group}\"; roles = [ \"user\" ]; } );\n";

/* What is asked of the name service: by name, by uid, getgrouplist(3), by gid, files, modules. */
struct counts {
	unsigned int users, uids, lists, groups, files, modules;
};

static bool is_count_right(const char *name, const struct counts *want)
{
	const struct heard *h = fixture.heard;

	if (h->n_user_lookups == want->users && h->n_uid_lookups == want->uids &&
	    h->n_group_lists == want->lists && h->n_group_lookups == want->groups &&
	    h->n_file_reads == want->files && h->n_modules == want->modules)
		return true;
	print_message("%s: %u users, %u uids, %u lists, %u groups, %u files, %u modules\n", name,
		      h->n_user_lookups, h->n_uid_lookups, h->n_group_lists, h->n_group_lookups,
		      h->n_file_reads, h->n_modules);
	return false;
}

static const char group_and_defaults[] = CATALOGS NO_ROOT
	"default_roles = [ \"user\" ];\nsystem_account_roles = [ \"user\" ];\n"
	"assign = ( { group = \"staff\"; roles = [ \"guest\" ]; },\n"
	"  { user = \"alice\"; roles = [ \"user\" ]; } );\n";
static const char generous_group_and_defaults[] = CATALOGS NO_ROOT
	"default_roles = [ \"user\" ];\n"
	"assign = ( { group = \"staff\"; roles = [ \"administrator\" ]; } );\n";
static const char staff_uses[] = CATALOGS NO_ROOT
	"assign = ( { group = \"staff\"; roles = [ \"user\" ]; } );\n";

/* The group "staff" of a policy has the gid that it has in fixture_groups. */
static void record_staff(struct compiled *compiled)
{
	struct model *model = &compiled->model;

	for (size_t i = 0; i < model->groups.names.n; i++) {
		if (strcmp(model->groups.names.list[i], "staff") != 0)
			continue;
		model->groups.list[i].recorded = FORMAT_RECORDED_PRESENT;
		model->groups.list[i].id = STAFF;
	}
}

/* A directory server may be slow: it is asked for what the answer hangs on, and once. */
static void test_lookups(void **unused)
{
	static const struct {
		struct pam_case c;
		struct counts want;
	} cases[] = {
		{ { "an assignment by name", base, "alice", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 1 } },
		{ { "P12 by another spelling", base, "ALICE", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 2 } },
		{ { "P12 an ambiguous name", base, "Olga", "sshd", "", DENY, PAM_PERM_DENIED, "" },
		  { .users = 2 } },
		{ { "an assignment by name, among some to groups", groups, "{me}", "cron", "",
		    ALLOW, PAM_SUCCESS, "" },
		  { .users = 1 } },
		{ { "an open service", base, "{system}", "open", "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 1 } },
		{ { "a service that is not listed", base, "{system}", "unlisted", "", DENY,
		    PAM_PERM_DENIED, "" },
		  { .users = 1 } },
		{ { "a denial without groups", base, "{system}", "sshd", "", DENY, PAM_PERM_DENIED,
		    "" },
		  { .users = 1 } },
		{ { "an unknown user", base, "no-such-user", "sshd", "", DENY, PAM_USER_UNKNOWN,
		    "" },
		  { .users = 1, .files = 1 } },
		{ { "an unknown user cannot be in groups", groups, "no-such-user", "sshd", "", DENY,
		    PAM_USER_UNKNOWN, "" },
		  { .users = 1, .files = 1 } },
		{ { "roles by uid", defaults, "{system}", "cron", "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 1 } },
		{ { "P3 a uid that a file may have given", defaults, "dynamic", "cron", "", ALLOW,
		    PAM_SUCCESS, "" },
		  { .users = 1, .files = 1 } },
		{ { "P3 roles by group: of a system account by files alone", system_group,
		    "{system}", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 1, .groups = 1, .files = 1 } },
		{ { "A6 a group could bring a conflict", conflict_and_group, "{system}", "sshd", "",
		    DENY, PAM_PERM_DENIED, "reason=conflict " },
		  { .users = 1, .groups = 1, .files = 1 } },
	};
	/* Ordinary users, with the group's own gid. Gids that the policy does not have are not looked up. */
	static const struct {
		const char *policy;
		struct pam_case c;
		struct counts want;
	} people[] = {
		{ staff_uses,
		  { "roles by group", NULL, "wanda", "sshd", "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 1, .lists = 1, .groups = 1 } },
		{ staff_uses,
		  { "a denial of somebody in another group", NULL, "rolf", "sshd", "", DENY,
		    PAM_PERM_DENIED, "reason=no-role " },
		  { .users = 1, .lists = 1 } },
		{ group_and_defaults,
		  { "P3 a group that restricts", NULL, "wanda", "sshd", "", DENY, PAM_PERM_DENIED,
		    "reason=missing-permission " },
		  { .users = 1, .lists = 1, .groups = 1 } },
		{ group_and_defaults,
		  { "P3 a group that could restrict: each source is asked", NULL, "mark", "sshd",
		    "", ALLOW, PAM_SUCCESS, "" },
		  { .users = 1, .lists = 1, .files = 1 } },
		{ group_and_defaults,
		  { "P3 of whom a group cannot take away", NULL, "alice", "sshd", "", ALLOW,
		    PAM_SUCCESS, "" },
		  { .users = 1 } },
		{ generous_group_and_defaults,
		  { "P3 a group that grants it too: no source is asked", NULL, "mark", "sshd", "",
		    ALLOW, PAM_SUCCESS, "" },
		  { .users = 1, .lists = 1 } },
	};
	size_t n_wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum answer answer = ask(&cases[i].c, NULL, false);

		if (answer == WRONG ||
		    (answer == RIGHT && !is_count_right(cases[i].c.name, &cases[i].want)))
			n_wrong++;
	}
	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		fixture_apply_recorded(people[i].policy, record_staff);
		if (!is_answered(&people[i].c, NULL, false) ||
		    !is_count_right(people[i].c.name, &people[i].want))
			n_wrong++;
	}
	assert_int_equal(n_wrong, 0);
}

/* D4: a system that cannot say who somebody is has not said that he is nobody. */
static void test_failing_lookups(void **unused)
{
	static const struct pam_case user_cases[] = {
		{ "no answer about a user", base, "{system}", "sshd", "", ERROR, PAM_SYSTEM_ERR,
		  "reason=system-error" },
		{ "D5 which is no denial", base, "{system}", "sshd", "mode=permissive", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
		{ "D5 nor for a permissive policy", all_permissive, "{system}", "sshd", "", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
		{ "system_account_roles are not for whoever could be one", defaults, "{system}",
		  "cron", "", ERROR, PAM_SYSTEM_ERR, "reason=system-error" },
		{ "P12 also of whom the policy has by name", base, "alice", "sshd", "", ERROR,
		  PAM_SYSTEM_ERR,
		  "user=alice source=libc lookup=user service=sshd reason=system-error" },
		{ "P12 libc fails, also if every source denies the name", base, "mark", "sshd", "",
		  ERROR, PAM_SYSTEM_ERR, "user=mark service=sshd reason=system-error " },
	};
	static const struct pam_case long_user_cases[] = {
		{ "an entry as long as any is read, and an answer", base, "{system}", "sshd", "",
		  DENY, PAM_PERM_DENIED, "reason=missing-permission " },
	};
	static const struct pam_case list_cases[] = {
		{ "no answer about a user's groups", staff_uses, "wanda", "sshd", "", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
		{ "D5 which is no denial", staff_uses, "wanda", "sshd", "mode=permissive", ERROR,
		  PAM_SYSTEM_ERR, "reason=system-error" },
		{ "A6 a conflict that cannot be ruled out", conflict_by_staff, "wanda", "sshd", "",
		  ERROR, PAM_SYSTEM_ERR, "reason=system-error" },
		{ "D6 that somebody is uid 0 is enough", root_and_group, "root", "sshd", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "P3 a system account waits for no directory", system_group, "{system}", "sshd",
		  "", ALLOW, PAM_SUCCESS, "" },
	};
	/* P3: such an answer adds nothing; what it could take away is not granted. */
	static const struct pam_case group_cases[] = {
		{ "P3 a group without a name adds nothing", system_group, "{system}", "sshd", "",
		  DENY, PAM_PERM_DENIED, "reason=no-role " },
		{ "A6 a conflict that cannot be ruled out", conflict_and_group, "{system}", "sshd",
		  "", DENY, PAM_SYSTEM_ERR, "reason=system-error " },
		{ "D5 which is a denial like others", conflict_and_group, "{system}", "sshd",
		  "mode=permissive", WOULD_DENY, PAM_SUCCESS, "reason=system-error " },
		{ "D6 that somebody is uid 0 is enough", root_and_group, "root", "sshd", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "D7 is for a lost policy, not for a silent directory", no_root_and_group, "root",
		  "sshd", "", DENY, PAM_PERM_DENIED, "reason=no-role " },
	};
	static const struct pam_case file_cases[] = {
		{ "P3 who is unknown may be in the file", base, "no-such-user", "sshd", "", ERROR,
		  PAM_SYSTEM_ERR,
		  "user=no-such-user source=files lookup=user service=sshd reason=system-error" },
		{ "D5 and is not let in for it", base, "no-such-user", "sshd", "mode=permissive",
		  ERROR, PAM_SYSTEM_ERR, "source=files lookup=user " },
		{ "P3 a system account may be in a group of the file", conflict_by_staff,
		  "{system}", "sshd", "", DENY, PAM_SYSTEM_ERR,
		  "source=files lookup=groups service=sshd reason=system-error " },
		{ "D7 is for a lost policy, not for a silent source", no_root_and_group, "root",
		  "sshd", "", DENY, PAM_PERM_DENIED, "reason=no-role " },
	};
	static const struct pam_case no_user_at_all[] = {
		{ "P12 libc fails, and a source does not answer", base, "mark", "sshd", "", ERROR,
		  PAM_SYSTEM_ERR, "source=files lookup=user " },
		{ "D5 which is no denial", base, "mark", "sshd", "mode=permissive", ERROR,
		  PAM_SYSTEM_ERR, "source=files lookup=user " },
	};
	const struct circumstances no_users = { .faults = FAULT_USERS };
	const struct circumstances nothing = { .faults = FAULT_USERS | FAULT_FILES };
	const struct circumstances long_users = { .faults = FAULT_LONG_USERS };
	const struct circumstances no_lists = { .faults = FAULT_GROUP_LIST };
	const struct circumstances no_groups = { .faults = FAULT_GROUPS };
	const struct circumstances no_files = { .faults = FAULT_FILES };

	(void)unused;
	ASK_ALL(user_cases, &no_users);
	ASK_ALL(no_user_at_all, &nothing);
	ASK_ALL(long_user_cases, &long_users);
	ASK_ALL(list_cases, &no_lists);
	ASK_ALL(group_cases, &no_groups);
	ASK_ALL(file_cases, &no_files);
}

/* ---- P12: one account, one answer ---- */

static const char spellings[] = CATALOGS NO_ROOT
	"default_roles = [ \"user\" ];\n"
	"roles = ( { name = \"little\"; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"administrator\" ]; },\n"
	"  { user = \"ALICE\"; roles = [ \"little\" ]; },\n"
	"  { user = \"mark\"; roles = [ \"little\" ]; },\n"
	"  { user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"Olga\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"gone\"; roles = [ \"owner\" ]; } );\n"
	"services = ( { name = \"open\"; },\n"
	"  { name = \"lenient\"; require = [ \"host.ssh\" ]; mode = \"permissive\"; } );\n";
static const char permissive_spellings[] = CATALOGS
	"mode = \"permissive\";\nother_services = \"allow\";\n"
	"assign = ( { user = \"olga\"; roles = [ \"owner\" ]; } );\n";

static void test_spellings(void **unused)
{
	static const struct pam_case cases[] = {
		{ "P12 another spelling: the canonical account's roles", spellings, "ALICE", "sudo",
		  "debug", ALLOW_DEBUG, PAM_SUCCESS,
		  "allow user=ALICE account=alice service=sudo reason=granted path=\"sudo(host.conf:" },
		{ "P12 another spelling: the log tells whose roles they are", spellings, "ALICE",
		  "sudo", "debug", ALLOW_DEBUG, PAM_SUCCESS,
		  " > alice(0.conf:5) > administrator " },
		{ "P12 another spelling: no roles of the name as it was typed", spellings,
		  OTHER_SPELLING "mark", "sshd", "", DENY, PAM_PERM_DENIED,
		  "user=" OTHER_SPELLING
		  "mark account=mark service=sshd reason=missing-permission " },
		{ "P12 the canonical name: no account= in the log", spellings, "mark", "sshd", "",
		  DENY, PAM_PERM_DENIED, "user=mark service=sshd " },
		{ "P12 another name of one uid is another account", spellings, "mark2", "sshd",
		  "debug", ALLOW_DEBUG, PAM_SUCCESS, "user=mark2 service=sshd reason=granted " },
		{ "P12 a local owner, and a directory's account of that name: the local one",
		  spellings, "olga", "sudo", "", ALLOW, PAM_SUCCESS, "" },
		{ "P12 ambiguous: denied, with both uids", spellings, "Olga", "sudo", "", DENY,
		  PAM_PERM_DENIED,
		  "deny user=Olga uids=20412,20411 service=sudo reason=ambiguous-user " },
		{ "P12 ambiguous: also at an open service", spellings, "Olga", "open", "", DENY,
		  PAM_PERM_DENIED, "uids=20412,20411 service=open reason=ambiguous-user " },
		{ "P12 ambiguous: also where the service is permissive", spellings, "Olga",
		  "lenient", "", DENY, PAM_PERM_DENIED, "reason=ambiguous-user " },
		{ "P12 ambiguous: also where the line is permissive", spellings, "Olga", "sudo",
		  "mode=permissive", DENY, PAM_PERM_DENIED, "reason=ambiguous-user " },
		{ "P12 ambiguous: also where the policy is permissive, and allows everything",
		  permissive_spellings, "Olga", "any", "mode=permissive", DENY, PAM_PERM_DENIED,
		  "uids=20412,20411 service=any reason=ambiguous-user " },
		{ "P12 a canonical name that leads to no account", spellings, "gone@example",
		  "sudo", "", DENY, PAM_PERM_DENIED,
		  "user=gone@example uids=20413,-1 service=sudo reason=ambiguous-user " },
		{ "P12 unknown, though the policy has the name", spellings, "gone", "sshd", "",
		  DENY, PAM_USER_UNKNOWN, "user=gone service=sshd reason=unknown-user " },
		{ "P12 unknown: also at an open service", spellings, "gone", "open", "", DENY,
		  PAM_USER_UNKNOWN, "reason=unknown-user " },
		{ "P12 unknown: follows the mode of the service", spellings, "gone", "lenient", "",
		  WOULD_DENY, PAM_SUCCESS,
		  "would-deny user=gone service=lenient reason=unknown-user " },
		{ "P12 unknown: follows the mode of the line", spellings, "gone", "sshd",
		  "mode=permissive", WOULD_DENY, PAM_SUCCESS, "reason=unknown-user " },
		{ "P12 unknown: follows the mode of the policy", permissive_spellings, "gone",
		  "any", "", WOULD_DENY, PAM_SUCCESS, "reason=unknown-user " },
	};
	/* As sudo asks: with the name that the system has for the real uid. */
	static const struct pam_case by_uid[] = {
		{ "P12 the name of another account, found by the process's uid", spellings, "olga",
		  "sudo", "", DENY, PAM_PERM_DENIED,
		  "deny user=olga uids=20411,20412 service=sudo reason=ambiguous-user " },
		{ "P12 by the process's uid: also permissively", spellings, "olga", "lenient", "",
		  DENY, PAM_PERM_DENIED, "reason=ambiguous-user " },
		{ "P12 another user's process", spellings, "mark", "sshd", "", DENY,
		  PAM_PERM_DENIED, "user=mark service=sshd reason=missing-permission " },
	};
	struct circumstances how = { .in_child = true, .sets_uids = true, .real = 20412 };

	(void)unused;
	ASK_ALL(cases, NULL);
	NEEDS(fixture_can_become(), "this process cannot become another user");
	ASK_ALL(by_uid, &how);
}

static const char virtual_users[] = CATALOGS NO_ROOT
	"default_roles = [ \"user\" ];\nvirtual_roles = [ \"reader\" ];\n"
	"roles = ( { name = \"reader\"; privileges = \"ftp.read\"; },\n"
	"  { name = \"writer\"; based_on = [ \"reader\" ]; privileges = \"ftp.write\"; },\n"
	"  { name = \"little\"; } );\n"
	"assign = ( { virtual = \"webmaster\"; roles = [ \"writer\" ]; },\n"
	"  { virtual = \"alice\"; roles = [ \"writer\" ]; },\n"
	"  { virtual = \"shut out\"; roles = [ \"little\" ]; },\n"
	"  { user = \"absent\"; roles = [ \"owner\" ]; } );\n"
	"services = ( { name = \"ftp\"; require = [ \"ftp.write\" ]; accounts = \"any\"; },\n"
	"  { name = \"ftp-read\"; require = [ \"ftp.read\" ]; accounts = \"any\"; },\n"
	"  { name = \"known\"; require = [ \"ftp.write\" ]; } );\n";

static void test_virtual_users(void **unused)
{
	static const struct pam_case cases[] = {
		{ "P12 a virtual user's own assignment", virtual_users, "webmaster", "ftp", "debug",
		  ALLOW_DEBUG, PAM_SUCCESS, "user=webmaster service=ftp reason=granted " },
		{ "P12 a virtual user without one: virtual_roles", virtual_users, "no-such-user",
		  "ftp-read", "", ALLOW, PAM_SUCCESS, "" },
		{ "P12 virtual_roles, and no more", virtual_users, "no-such-user", "ftp", "", DENY,
		  PAM_PERM_DENIED, "reason=missing-permission missing=ftp.write " },
		{ "P12 an assignment keeps a virtual user from virtual_roles", virtual_users,
		  "shut out", "ftp-read", "", DENY, PAM_PERM_DENIED, "reason=missing-permission " },
		{ "P12 a virtual user never has user assignments", virtual_users, "absent", "ftp",
		  "", DENY, PAM_PERM_DENIED, "reason=missing-permission missing=ftp.write " },
		{ "P12 a known account never has virtual ones", virtual_users, "alice", "ftp", "",
		  DENY, PAM_PERM_DENIED, "user=alice service=ftp reason=missing-permission " },
		{ "P12 nor by another spelling", virtual_users, "ALICE", "ftp-read", "", DENY,
		  PAM_PERM_DENIED, "user=ALICE account=alice service=ftp-read " },
		{ "P12 an ambiguous name is not virtual", virtual_users, "Olga", "ftp-read", "",
		  DENY, PAM_PERM_DENIED,
		  "uids=20412,20411 service=ftp-read reason=ambiguous-user " },
		{ "P12 at other services a virtual user is unknown", virtual_users, "webmaster",
		  "known", "", DENY, PAM_USER_UNKNOWN, "reason=unknown-user " },
	};
	static const struct pam_case silent[] = {
		{ "P12 a name that not every source denies is not virtual", virtual_users,
		  "webmaster", "ftp", "", ERROR, PAM_SYSTEM_ERR,
		  "user=webmaster source=files lookup=user service=ftp reason=system-error" },
	};
	const struct circumstances no_files = { .faults = FAULT_FILES };

	(void)unused;
	ASK_ALL(cases, NULL);
	ASK_ALL(silent, &no_files);
}

/* ---- P3: sources that do not answer ---- */

static const char permissive_group[] = CATALOGS NO_ROOT
	"mode = \"permissive\";\ndefault_roles = [ \"user\" ];\n"
	"assign = ( { group = \"staff\"; roles = [ \"guest\" ]; } );\n";

/* As record_staff(), and the source "one" has answered before. */
static void record_source(struct compiled *compiled)
{
	record_staff(compiled);
	assert_int_not_equal(names_add(&compiled->model.name_sources, &compiled->model.arena,
				       "one"),
			     NAMES_NONE);
}

/* What the source "one" says, and what follows. */
struct source_case {
	const char *policy;
	bool counts;
	enum nss_status user, groups;
	struct pam_case c;
	unsigned int n_modules; /* how often the source is asked */
};

static const struct source_case source_cases[] = {
	{ base,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_NOTFOUND,
	  { "P12 no answer about a user", NULL, "no-such-user", "sshd", "", ERROR, PAM_SYSTEM_ERR,
	    "error user=no-such-user source=one lookup=user service=sshd reason=system-error" },
	  1 },
	{ base,
	  true,
	  NSS_STATUS_TRYAGAIN,
	  NSS_STATUS_NOTFOUND,
	  { "P12 an answer later", NULL, "no-such-user", "sshd", "", ERROR, PAM_SYSTEM_ERR,
	    "source=one lookup=user " },
	  1 },
	{ base,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_NOTFOUND,
	  { "D5 no answer about a user, and a permissive line", NULL, "no-such-user", "sshd",
	    "mode=permissive", ERROR, PAM_SYSTEM_ERR, "source=one lookup=user " },
	  1 },
	{ base,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_NOTFOUND,
	  { "D5 no answer about a user, and a permissive service", NULL, "no-such-user", "lenient",
	    "", ERROR, PAM_SYSTEM_ERR, "source=one lookup=user " },
	  1 },
	{ base,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_NOTFOUND,
	  { "P12 no answer about a user, at an open service", NULL, "no-such-user", "open", "",
	    ERROR, PAM_SYSTEM_ERR, "source=one lookup=user " },
	  1 },
	{ base,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_UNAVAIL,
	  { "P12 whom libc finds is known", NULL, "alice", "sshd", "", ALLOW, PAM_SUCCESS, "" },
	  0 },
	{ base,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "P3 not found is an answer", NULL, "no-such-user", "sshd", "", DENY, PAM_USER_UNKNOWN,
	    "user=no-such-user service=sshd reason=unknown-user " },
	  1 },
	{ base,
	  false,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a source that never answered does not count", NULL, "no-such-user", "sshd", "",
	    DENY, PAM_USER_UNKNOWN, "user=no-such-user service=sshd reason=unknown-user " },
	  1 },
	{ base,
	  true,
	  NSS_STATUS_SUCCESS,
	  NSS_STATUS_NOTFOUND,
	  { "P12 a source that has whom libc does not find", NULL, "no-such-user", "sshd",
	    "mode=permissive", ERROR, PAM_SYSTEM_ERR,
	    "source=libc lookup=user service=sshd reason=system-error" },
	  1 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "P3 no answer about groups: default roles are not granted", NULL, "mark", "sshd", "",
	    DENY, PAM_SYSTEM_ERR,
	    "deny user=mark source=one lookup=groups service=sshd reason=system-error " },
	  1 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_TRYAGAIN,
	  { "P3 an answer about groups later", NULL, "mark", "sshd", "", DENY, PAM_SYSTEM_ERR,
	    "source=one lookup=groups " },
	  1 },
	{ permissive_group,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "D5 no answer about groups follows the mode", NULL, "mark", "sshd", "", WOULD_DENY,
	    PAM_SUCCESS, "would-deny user=mark source=one lookup=groups service=sshd " },
	  1 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_NOTFOUND,
	  { "P3 no groups is an answer", NULL, "mark", "sshd", "", ALLOW, PAM_SUCCESS, "" },
	  1 },
	{ group_and_defaults,
	  false,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "P3 groups of a source that never answered do not count", NULL, "mark", "sshd", "",
	    ALLOW, PAM_SUCCESS, "" },
	  1 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_SUCCESS,
	  { "P3 a group that libc left out counts", NULL, "mark", "sshd", "", DENY, PAM_PERM_DENIED,
	    "user=mark service=sshd reason=missing-permission " },
	  1 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a missing answer denies nobody the own assignment", NULL, "alice", "sshd", "",
	    ALLOW, PAM_SUCCESS, "" },
	  0 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a missing answer adds nothing", NULL, "mark", "sudo", "", DENY, PAM_PERM_DENIED,
	    "user=mark service=sudo reason=missing-permission " },
	  0 },
	{ generous_group_and_defaults,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a group that grants it too cannot take away", NULL, "mark", "sshd", "", ALLOW,
	    PAM_SUCCESS, "" },
	  0 },
	{ conflict_by_staff,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_UNAVAIL,
	  { "A6 a conflict that a silent source could bring", NULL, "mark", "sshd", "", DENY,
	    PAM_SYSTEM_ERR, "user=mark source=one lookup=groups service=sshd " },
	  1 },
	{ conflict_by_staff,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_SUCCESS,
	  { "A6 a conflict that libc left out", NULL, "mark", "sshd", "", DENY, PAM_PERM_DENIED,
	    "user=mark service=sshd reason=conflict " },
	  1 },
	{ conflict_by_staff,
	  true,
	  NSS_STATUS_NOTFOUND,
	  NSS_STATUS_NOTFOUND,
	  { "A6 no conflict", NULL, "mark", "sshd", "", ALLOW, PAM_SUCCESS, "" },
	  1 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a system account never asks a directory", NULL, "{system}", "sshd", "", ALLOW,
	    PAM_SUCCESS, "" },
	  0 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_UNAVAIL,
	  { "P3 root never asks a directory", NULL, "root", "sshd", "", ALLOW, PAM_SUCCESS, "" },
	  0 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a uid of systemd's that a file gives: neither", NULL, "dynamic", "sshd", "", ALLOW,
	    PAM_SUCCESS, "" },
	  0 },
	{ group_and_defaults,
	  true,
	  NSS_STATUS_UNAVAIL,
	  NSS_STATUS_UNAVAIL,
	  { "P3 a uid of systemd's that a directory gives is a person's", NULL, "remote", "sshd",
	    "", DENY, PAM_SYSTEM_ERR, "source=one lookup=groups " },
	  1 },
};

static void test_sources(void **unused)
{
	size_t n_wrong = 0;

	(void)unused;
	set_sources("files one");
	for (size_t i = 0; i < sizeof(source_cases) / sizeof(source_cases[0]); i++) {
		const struct source_case *c = &source_cases[i];

		nss_scripts[0] = (struct nss_script){ .source = "one",
						      .user = c->user,
						      .groups = c->groups,
						      .id = 30001,
						      .gids = { STAFF },
						      .n_gids = 1 };
		fixture_apply_recorded(c->policy, c->counts ? record_source : record_staff);
		if (!is_answered(&c->c, NULL, false)) {
			n_wrong++;
		} else if (fixture.heard->n_modules != c->n_modules) {
			print_message("%s: %u modules\n", c->c.name, fixture.heard->n_modules);
			n_wrong++;
		}
	}
	nss_scripts[0].source = NULL;
	set_sources("files");
	assert_int_equal(n_wrong, 0);
}

/* P3: not loadable is no answer, either. */
static void test_missing_source(void **unused)
{
	static const struct pam_case counted[] = {
		{ "P12 a user", NULL, "no-such-user", "sshd", "", ERROR, PAM_SYSTEM_ERR,
		  "source=one lookup=user " },
		{ "P3 a user's groups", NULL, "mark", "sshd", "", DENY, PAM_SYSTEM_ERR,
		  "source=one lookup=groups " },
	};
	static const struct pam_case uncounted[] = {
		{ "P12 a user, by a source that never answered", NULL, "no-such-user", "sshd", "",
		  DENY, PAM_USER_UNKNOWN, "reason=unknown-user " },
		{ "P3 a user's groups, by a source that never answered", NULL, "mark", "sshd", "",
		  ALLOW, PAM_SUCCESS, "" },
	};

	(void)unused;
	set_sources("files one");
	fixture_apply_recorded(group_and_defaults, record_source);
	ASK_ALL(counted, NULL);
	fixture_apply_recorded(group_and_defaults, record_staff);
	ASK_ALL(uncounted, NULL);
	set_sources("files");
}

/* ---- P3: what was recorded at activation ---- */

static const char recorded_user[] = CATALOGS NO_ROOT
	"default_roles = [ \"service\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"administrator\" ]; } );\n";
static const char recorded_group[] = CATALOGS NO_ROOT
	"assign = ( { group = \"old-name\"; roles = [ \"user\" ]; } );\n";
static const char recorded_group_and_defaults[] = CATALOGS NO_ROOT
	"default_roles = [ \"user\" ];\nsystem_account_roles = [ \"user\" ];\n"
	"assign = ( { group = \"old-name\"; roles = [ \"guest\" ]; } );\n";

static void record_user_as(struct compiled *compiled, enum format_recorded recorded, uint32_t uid)
{
	compiled->model.users.list[0].recorded = recorded;
	compiled->model.users.list[0].id = uid;
}

static void record_group_as(struct compiled *compiled, enum format_recorded recorded, uint32_t gid)
{
	compiled->model.groups.list[0].recorded = recorded;
	compiled->model.groups.list[0].id = gid;
}

static void record_own_uid(struct compiled *compiled)
{
	record_user_as(compiled, FORMAT_RECORDED_PRESENT, 20401);
}

static void record_other_uid(struct compiled *compiled)
{
	record_user_as(compiled, FORMAT_RECORDED_PRESENT, 20400);
}

static void record_absent_user(struct compiled *compiled)
{
	record_user_as(compiled, FORMAT_RECORDED_ABSENT, 0);
}

static void record_own_gid(struct compiled *compiled)
{
	record_group_as(compiled, FORMAT_RECORDED_PRESENT, STAFF);
}

static void record_renamed_gid(struct compiled *compiled)
{
	record_group_as(compiled, FORMAT_RECORDED_PRESENT, RENAMED);
}

static void record_absent_group(struct compiled *compiled)
{
	record_group_as(compiled, FORMAT_RECORDED_ABSENT, 0);
}

static const struct recorded_case {
	const char *policy;
	void (*record)(struct compiled *compiled);
	struct pam_case c;
} recorded_cases[] = {
	{ recorded_user,
	  record_own_uid,
	  { "P3 the uid that was recorded", NULL, "alice", "sudo", "", ALLOW, PAM_SUCCESS, "" } },
	{ recorded_user,
	  record_absent_user,
	  { "P3 recorded absent: by name", NULL, "alice", "sudo", "", ALLOW, PAM_SUCCESS, "" } },
	{ recorded_user,
	  record_other_uid,
	  { "P3 another uid has the name now", NULL, "alice", "sudo", "", DENY, PAM_PERM_DENIED,
	    "user=alice service=sudo reason=missing-permission " } },
	{ recorded_user,
	  record_other_uid,
	  { "P3 another uid has the name now: default roles", NULL, "alice", "cron", "", ALLOW,
	    PAM_SUCCESS, "" } },
	{ recorded_user,
	  record_other_uid,
	  { "P3 another uid has the name now: also by another spelling", NULL, "ALICE", "sudo", "",
	    DENY, PAM_PERM_DENIED, "user=ALICE account=alice service=sudo " } },
	{ staff_uses,
	  record_own_gid,
	  { "P3 the gid that was recorded, of that name", NULL, "wanda", "sshd", "", ALLOW,
	    PAM_SUCCESS, "" } },
	{ staff_uses,
	  record_renamed_gid,
	  { "P3 a group's name of another gid is another group", NULL, "wanda", "sshd", "", DENY,
	    PAM_PERM_DENIED, "reason=no-role " } },
	{ staff_uses,
	  record_absent_group,
	  { "P3 a group that was absent applies to nobody", NULL, "wanda", "sshd", "", DENY,
	    PAM_PERM_DENIED, "reason=no-role " } },
	{ recorded_group,
	  record_renamed_gid,
	  { "P3 the gid has another name now: it grants nothing", NULL, "rolf", "sshd", "", DENY,
	    PAM_PERM_DENIED, "reason=no-role " } },
	{ recorded_group_and_defaults,
	  record_renamed_gid,
	  { "P3 the gid has another name now: no answer", NULL, "rolf", "sshd", "", DENY,
	    PAM_SYSTEM_ERR, "user=rolf service=sshd reason=system-error " } },
	{ recorded_group_and_defaults,
	  record_renamed_gid,
	  { "P3 who is not in it has default roles", NULL, "wanda", "sshd", "", ALLOW, PAM_SUCCESS,
	    "" } },
	{ recorded_group_and_defaults,
	  record_absent_group,
	  { "P3 a group that was absent keeps nobody from default roles", NULL, "rolf", "sshd", "",
	    ALLOW, PAM_SUCCESS, "" } },
};

static void test_recorded(void **unused)
{
	size_t n_wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(recorded_cases) / sizeof(recorded_cases[0]); i++) {
		fixture_apply_recorded(recorded_cases[i].policy, recorded_cases[i].record);
		if (!is_answered(&recorded_cases[i].c, NULL, false))
			n_wrong++;
	}
	assert_int_equal(n_wrong, 0);
}

/* ---- P3: the clock ---- */

static const char dated[] = CATALOGS NO_ROOT
	"default_roles = [ \"service\" ];\nroles = ( { name = \"little\"; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"user\" ]; until = \"2030-01-01T00:00:00Z\"; },\n"
	"  { user = \"mark\"; roles = [ \"user\" ]; },\n"
	"  { user = \"wanda\"; roles = [ \"little\" ]; until = \"2001-01-01T00:00:00Z\"; } );\n"
	"suspended = ( { user = \"rolf\"; why = \"away\"; until = \"2026-11-23T00:00:00Z\"; } );\n";

static void test_clock(void **unused)
{
	static const struct {
		time_t clock;
		struct pam_case c;
	} cases[] = {
		{ SUPPORT_NOW - 301,
		  { "P3 five minutes and a second before the activation", dated, "alice", "sshd",
		    "", DENY, PAM_PERM_DENIED, "reason=outside-time " } },
		{ SUPPORT_NOW - 301,
		  { "P3 a dated assignment still keeps from default roles", dated, "alice", "cron",
		    "", DENY, PAM_PERM_DENIED, "service=cron reason=" } },
		{ SUPPORT_NOW - 301,
		  { "P3 also one that ended", dated, "wanda", "cron", "", DENY, PAM_PERM_DENIED,
		    "service=cron reason=" } },
		{ SUPPORT_NOW - 301,
		  { "P3 what has no dates holds", dated, "mark", "sshd", "", ALLOW, PAM_SUCCESS,
		    "" } },
		{ SUPPORT_NOW - 301,
		  { "P3 a suspension counts", dated, "rolf", "cron", "", DENY, PAM_PERM_DENIED,
		    "reason=suspended " } },
		{ SUPPORT_NOW - 300,
		  { "P3 five minutes before the activation", dated, "alice", "sshd", "", ALLOW,
		    PAM_SUCCESS, "" } },
		{ SUPPORT_NOW,
		  { "P3 one that ended keeps nobody from default roles", dated, "wanda", "cron", "",
		    ALLOW, PAM_SUCCESS, "" } },
		{ SUPPORT_NOW + 365 * 86400,
		  { "P13 until its end", dated, "rolf", "cron", "", ALLOW, PAM_SUCCESS, "" } },
		{ 1,
		  { "P3 a clock that was never set", dated, "alice", "sshd", "mode=permissive",
		    WOULD_DENY, PAM_SUCCESS, "reason=outside-time " } },
	};
	size_t n_wrong = 0;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture.clock = cases[i].clock;
		n_wrong += !is_answered(&cases[i].c, NULL, false);
	}
	fixture.clock = 0;
	assert_int_equal(n_wrong, 0);
}

/* ---- P13: suspended ---- */

static const char suspended[] = CATALOGS
	"assign = ( { user = \"mark\"; roles = [ \"owner\" ]; } );\n"
	"suspended = ( { user = \"mark\"; why = \"lost laptop\"; } );\n"
	"services = ( { name = \"open\"; }, { name = \"any\"; accounts = \"any\"; },\n"
	"  { name = \"lenient\"; require = [ \"host.ssh\" ]; mode = \"permissive\"; } );\n";
static const char suspended_and_lenient[] = CATALOGS
	"mode = \"permissive\";\nother_services = \"allow\";\n"
	"suspended = ( { user = \"mark\"; why = \"lost laptop\"; } );\n";

static void record_suspended(struct compiled *compiled)
{
	compiled->model.suspended[0].recorded = FORMAT_RECORDED_PRESENT;
	compiled->model.suspended[0].id = 20403;
}

static void test_suspended(void **unused)
{
	static const struct pam_case cases[] = {
		{ "P13 whatever the roles", suspended, "mark", "sshd", "", DENY, PAM_PERM_DENIED,
		  "deny user=mark service=sshd reason=suspended path=\"" },
		{ "P13 the log has the line that suspends", suspended, "mark", "sshd", "", DENY,
		  PAM_PERM_DENIED, "mark(0.conf:3)\" generation=1 " },
		{ "P13 at an open service", suspended, "mark", "open", "", DENY, PAM_PERM_DENIED,
		  "service=open reason=suspended " },
		{ "P13 at a service without entry", suspended, "mark", "unlisted", "", DENY,
		  PAM_PERM_DENIED, "reason=suspended " },
		{ "P13 where all other services are open", suspended_and_lenient, "mark", "x", "",
		  DENY, PAM_PERM_DENIED, "reason=suspended " },
		{ "P13 in a permissive line", suspended, "mark", "sshd", "mode=permissive", DENY,
		  PAM_PERM_DENIED, "reason=suspended " },
		{ "P13 in a permissive service", suspended, "mark", "lenient", "", DENY,
		  PAM_PERM_DENIED, "reason=suspended " },
		{ "P13 by another spelling", suspended, OTHER_SPELLING "mark", "open", "", DENY,
		  PAM_PERM_DENIED,
		  "user=" OTHER_SPELLING "mark account=mark service=open reason=suspended " },
		{ "P13 others are not", suspended, "wanda", "open", "", ALLOW, PAM_SUCCESS, "" },
		{ "P13 by name alone where no uid was recorded", suspended, "mark2", "open", "",
		  ALLOW, PAM_SUCCESS, "" },
	};
	static const struct pam_case by_uid[] = {
		{ "P13 under another name of the uid", NULL, "mark2", "open", "", DENY,
		  PAM_PERM_DENIED, "user=mark2 service=open reason=suspended " },
		{ "P13 under another name of the uid, in a permissive line", NULL, "mark2", "sshd",
		  "mode=permissive", DENY, PAM_PERM_DENIED, "reason=suspended " },
		{ "P13 the name", NULL, "mark", "open", "", DENY, PAM_PERM_DENIED,
		  "reason=suspended " },
		{ "P13 no other uid", NULL, "wanda", "open", "", ALLOW, PAM_SUCCESS, "" },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
	fixture_apply_recorded(suspended, record_suspended);
	ASK_ALL(by_uid, NULL);
}

/* ---- P7: owners at services without an entry ---- */

#define OWNERS                                                                                     \
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"                               \
	"  { user = \"{actor}\"; roles = [ \"owner\" ]; },\n"                                      \
	"  { user = \"mark\"; roles = [ \"administrator\" ]; },\n"                                 \
	"  { group = \"staff\"; roles = [ \"owner\" ]; } );\n"
static const char owners_pass[] = CATALOGS OWNERS;
static const char nobody_passes[] = CATALOGS "other_services = \"nobody\";\n" OWNERS;
static const char owners_by_permission[] = CATALOGS "other_services = \"host.mail\";\n" OWNERS;

static void test_owners(void **unused)
{
	static const struct pam_case by_root[] = {
		{ "P7 an assigned owner, and a process of root's", owners_pass, "alice", "unlisted",
		  "debug", ALLOW_DEBUG, PAM_SUCCESS,
		  "user=alice service=unlisted reason=granted " },
		{ "P7 no administrator", owners_pass, "mark", "unlisted", "", DENY, PAM_PERM_DENIED,
		  "reason=service-not-listed " },
		{ "P7 not root, who is an owner by root_is_owner alone", owners_pass, "root",
		  "unlisted", "", DENY, PAM_PERM_DENIED, "reason=service-not-listed " },
		{ "P7 other_services = nobody", nobody_passes, "alice", "unlisted", "", DENY,
		  PAM_PERM_DENIED, "reason=service-not-listed " },
		{ "P7 nobody: a service with an entry is another thing", nobody_passes, "alice",
		  "sshd", "", ALLOW, PAM_SUCCESS, "" },
		{ "P7 other_services = a permission that owners hold", owners_by_permission,
		  "alice", "unlisted", "", ALLOW, PAM_SUCCESS, "" },
		{ "P7 by another spelling", owners_pass, "ALICE", "unlisted", "", ALLOW,
		  PAM_SUCCESS, "" },
	};
	static const struct pam_case by_actor[] = {
		{ "P7 a process of the owner's", owners_pass, "{actor}", "unlisted", "", ALLOW,
		  PAM_SUCCESS, "" },
		{ "P7 another's process", owners_pass, "alice", "unlisted", "", DENY,
		  PAM_PERM_DENIED, "reason=service-not-listed " },
		{ "P7 nobody, and a process of the owner's", nobody_passes, "{actor}", "unlisted",
		  "", DENY, PAM_PERM_DENIED, "reason=service-not-listed " },
	};
	static const struct pam_case by_group = {
		"P7 an owner by group", NULL, "wanda", "unlisted", "", ALLOW, PAM_SUCCESS, ""
	};
	struct circumstances how = { .in_child = true };

	(void)unused;
	if (getuid() == 0) {
		ASK_ALL(by_root, NULL);
		fixture_apply_recorded(owners_pass, record_staff);
		assert_true(is_answered(&by_group, NULL, false));
	}
	NEEDS(getuid() != 0 || fixture_can_become(), "this process is root and nobody else");
	if (getuid() == 0) {
		how.sets_uids = true;
		how.real = fixture.names.actor_uid;
		/* Set-user-ID, as su is: the real uid counts. */
		ASK_ALL(by_actor, &how);
		how.effective = how.real;
	}
	ASK_ALL(by_actor, &how);
}

/* ---- D2: names of services in any case ---- */

static const char upper_case[] = CATALOGS
	"services = ( { name = \"Till\"; require = [ \"host.mail\" ]; },\n"
	"  { name = \"TILL-*\"; require = [ \"host.ssh\" ]; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"mailer\" ]; } );\n"
	"roles = ( { name = \"mailer\"; permissions = [ \"host.mail\" ]; } );\n";

static void test_service_names(void **unused)
{
	static const struct pam_case cases[] = {
		{ "D2 service= in upper case: held", base, "{system}", "x", "service=DOVECOT",
		  ALLOW, PAM_SUCCESS, "" },
		{ "D2 service= in upper case: not held", base, "{system}", "open", "service=SSHD",
		  DENY, PAM_PERM_DENIED, "reason=missing-permission missing=host.ssh " },
		{ "D2 service= in upper case, by a prefix", base, "{system}", "x",
		  "service=APP-SECond", DENY, PAM_PERM_DENIED,
		  "reason=missing-permission missing=host.ssh path=\"app-sec*(" },
		{ "D2 an entry in upper case", upper_case, "alice", "till", "", ALLOW, PAM_SUCCESS,
		  "" },
		{ "D2 both in their own case", upper_case, "alice", "x", "service=tILL", ALLOW,
		  PAM_SUCCESS, "" },
		{ "D2 a prefix in upper case", upper_case, "alice", "till-two", "", DENY,
		  PAM_PERM_DENIED, "reason=missing-permission missing=host.ssh " },
		{ "D2 only ASCII letters have a case", upper_case, "alice", "x",
		  "service=T\xc4\xb0LL", DENY, PAM_PERM_DENIED, "reason=service-not-listed " },
	};

	(void)unused;
	ASK_ALL(cases, NULL);
}

/* ---- The process that asks ---- */

/* D4: an answer about nobody is none, whatever is open to everybody. */
static void test_nobody(void **unused)
{
	static const char *const arguments[] = { "", "mode=permissive", "service=open", "quiet" };
	const struct heard *h = fixture.heard;

	(void)unused;
	assert_true(fixture_apply(most_lenient));
	for (size_t i = 0; i < 8; i++) {
		fixture_ask(i % 2 ? "" : NULL, "x", arguments[i / 2], NULL);
		if (h->code != PAM_USER_UNKNOWN || h->n_lines != 1)
			print_heard(arguments[i / 2]);
		assert_int_equal(h->code, PAM_USER_UNKNOWN);
		assert_int_equal(h->n_lines, 1);
		assert_int_equal(h->lines[0].priority, LOG_ERR);
		assert_true(is_plain(h->lines[0].text));
		/* Above all no prompt: an account phase has nothing to ask for. */
		for (unsigned int m = 0; m < h->n_messages; m++)
			assert_int_equal(h->messages[m].style, PAM_ERROR_MSG);
	}
}

static void test_closed_descriptors(void **unused)
{
	static const struct pam_case cases[] = {
		{ "allow", base, "alice", "sshd", "debug", ALLOW_DEBUG, PAM_SUCCESS, "" },
		{ "deny", base, "alice", "unlisted", "", DENY, PAM_PERM_DENIED, "" },
		{ "actor", actor_may, "alice", "sudo", "require=host.ssh mode=permissive",
		  WOULD_DENY, PAM_SUCCESS, "" },
		{ "error", NULL, "{person}", "sshd", "state=/nowhere", ERROR, PAM_AUTHINFO_UNAVAIL,
		  "" },
	};
	const struct circumstances how = { .in_child = true, .closes_descriptors = true };

	(void)unused;
	ASK_ALL(cases, &how);
}

static unsigned int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

static void tamper_with_nothing(void)
{
}

/* A web server's worker asks for as long as it lives. */
static void test_leaks_no_descriptor(void **unused)
{
	static const struct tampering sound = { "sound", tamper_with_nothing, 0, "" };
	const size_t n_tamperings = sizeof(tamperings) / sizeof(tamperings[0]);
	static const char *const users[] = { "alice", "{system}", "no-such-user" };
	char user[64];

	(void)unused;
	for (size_t i = 0; i <= n_tamperings; i++) {
		tamper(most_lenient, i < n_tamperings ? &tamperings[i] : &sound);
		for (size_t k = 0; k < 3; k++) {
			unsigned int n_before = 0;
			pam_handle_t *pamh;

			if (!expand(users[k], user, sizeof(user)))
				continue;
			pamh = start(user, "x", "", &usual);
			for (unsigned int turn = 0; turn < 100; turn++) {
				ask_handle(pamh, &usual);
				/* NSS may open something for good, the first time. */
				if (turn == 0)
					n_before = count_descriptors();
			}
			assert_int_equal(count_descriptors(), n_before);
			assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
		}
		fixture_forget_policy();
	}
}

/* What is applied counts from the next question on, also for who opened PAM long ago. */
static void test_long_lived_handle(void **unused)
{
	pam_handle_t *pamh;

	(void)unused;
	assert_true(fixture_apply(base));
	pamh = start("alice", "unlisted", "", &usual);
	for (unsigned int turn = 0; turn < 3; turn++) {
		assert_true(fixture_apply(base));
		ask_handle(pamh, &usual);
		assert_int_equal(fixture.heard->code, PAM_PERM_DENIED);
		assert_true(fixture_apply(everybody));
		ask_handle(pamh, &usual);
		assert_int_equal(fixture.heard->code, PAM_SUCCESS);
		fixture_forget_policy();
		ask_handle(pamh, &usual);
		assert_int_equal(fixture.heard->code, PAM_AUTHINFO_UNAVAIL);
	}
	assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
}

#define WATCHED(test) cmocka_unit_test_setup(test, fixture_watch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCHED(test_services),
		WATCHED(test_holders),
		WATCHED(test_reasons),
		WATCHED(test_reasons_end_the_stack),
		WATCHED(test_codes_are_documented),
		WATCHED(test_codes_of_garbage),
		WATCHED(test_arguments),
		WATCHED(test_wrong_arguments),
		WATCHED(test_log),
		WATCHED(test_log_tells_drift),
		WATCHED(test_log_tells_unknown_drift),
		WATCHED(test_hostile_users),
		WATCHED(test_long_users),
		WATCHED(test_cut_escapes),
		WATCHED(test_hostile_services),
		WATCHED(test_tells_user),
		WATCHED(test_user_cannot_be_told),
		WATCHED(test_permissive),
		WATCHED(test_tampered_policies),
		WATCHED(test_foreign_owner),
		WATCHED(test_any_flipped_bit),
		WATCHED(test_rescue),
		WATCHED(test_no_rescue_from_below),
		WATCHED(test_actor),
		WATCHED(test_actor_of_no_name),
		WATCHED(test_actor_by_login),
		WATCHED(test_lookups),
		WATCHED(test_failing_lookups),
		WATCHED(test_spellings),
		WATCHED(test_virtual_users),
		WATCHED(test_sources),
		WATCHED(test_missing_source),
		WATCHED(test_recorded),
		WATCHED(test_clock),
		WATCHED(test_suspended),
		WATCHED(test_owners),
		WATCHED(test_service_names),
		WATCHED(test_nobody),
		WATCHED(test_closed_descriptors),
		WATCHED(test_leaks_no_descriptor),
		WATCHED(test_long_lived_handle),
	};

	return cmocka_run_group_tests_name("pam", tests, fixture_open, fixture_close);
}
