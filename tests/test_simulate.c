/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* `doctor --simulate` says what libpam does: each case asks both. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "command.h"
#include "wiring_libpam.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define SCRIPTED TEST_BUILDDIR "/.libs/pam_scripted.so"

/* gwen has no role, sal has one. */
static const char policy[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; }, { user = \"sal\"; roles = [ \"user\" ]; } );\n";

/* Lines with modules of the test's own. A `%` is the root's path for libpam, and nothing for the command. */
#define OURS "account requisite %/m/pam_rolegate.so\n"
#define GOOD "account required %/m/pam_good.so\n"
#define LINE(control, module) "account " control " %/m/" module "\n"

/*
 * A service `sshd`, asked about for sal, who is allowed, and perhaps the service `other`. place: the
 * file and line that the reason names; fix: part of the fix.
 */
static const struct {
	const char *name, *text, *other, *outcome, *place, *fix;
} cases[] = {
	{ "D4 every module can run", OURS GOOD, NULL, "allowed", NULL, NULL },

	/* Modules that libpam cannot run. */
	{ "D4 ours is missing", LINE("requisite", "pam_none.so") GOOD, NULL, "denied", "sshd:1",
	  "install the package" },
	{ "D4 another one is missing", OURS LINE("required", "pam_none.so") GOOD, NULL, "denied",
	  "sshd:2", "install the package" },
	{ "D4 missing, with a minus: only the log is silent",
	  OURS "-" LINE("required", "pam_none.so") GOOD, NULL, "denied", "sshd:2", "install" },
	{ "D4 missing and optional", OURS LINE("optional", "pam_none.so") GOOD, NULL, "allowed",
	  NULL, NULL },
	{ "D4 missing and sufficient", OURS LINE("sufficient", "pam_none.so") GOOD, NULL, "allowed",
	  NULL, NULL },
	{ "D4 missing and all there is", LINE("optional", "pam_none.so"), NULL, "denied", "sshd",
	  NULL },
	{ "D4 missing behind a sufficient line",
	  LINE("sufficient", "pam_good.so") LINE("required", "pam_none.so"), NULL, "allowed", NULL,
	  NULL },
	{ "D4 missing, and module_unknown=ignore",
	  OURS LINE("[success=ok module_unknown=ignore default=bad]", "pam_none.so") GOOD, NULL,
	  "allowed", NULL, NULL },
	{ "D4 missing, and open_err=ignore, which is not what libpam returns",
	  OURS LINE("[success=ok open_err=ignore default=bad]", "pam_none.so") GOOD, NULL, "denied",
	  "sshd:2", "install" },
	{ "D4 a denial that jumps",
	  OURS LINE("[success=ok default=1]", "pam_none.so") LINE("required", "pam_none.so") GOOD,
	  NULL, "allowed", NULL, NULL },
	{ "D4 a text", OURS LINE("required", "pam_text.so"), NULL, "denied", "sshd:2", "install" },
	{ "D4 an empty file", OURS LINE("required", "pam_empty.so"), NULL, "denied", "sshd:2",
	  "install" },
	{ "D4 a directory", OURS LINE("required", "pam_folder.so"), NULL, "denied", "sshd:2",
	  "install" },
	{ "D4 a program", OURS LINE("required", "pam_program.so"), NULL, "denied", "sshd:2",
	  "install" },
	{ "D4 another architecture", OURS LINE("required", "pam_cpu.so"), NULL, "denied", "sshd:2",
	  "install" },
	{ "D4 another width of words", OURS LINE("required", "pam_class.so"), NULL, "denied",
	  "sshd:2", "install" },
	{ "D4 the function of the phase is missing", OURS LINE("required", "pam_other.so"), NULL,
	  "denied", "sshd:2", "remove" },
	{ "D4 the function is missing, and optional", OURS LINE("optional", "pam_other.so"), NULL,
	  "allowed", NULL, NULL },
	{ "D4 not executable", OURS LINE("required", "pam_plain.so"), NULL, "allowed", NULL, NULL },
	{ "D4 without .so", OURS LINE("required", "pam_good"), NULL, "denied", "sshd:2",
	  "write %/m/pam_good.so in" },
	{ "D4 ours without .so", LINE("requisite", "pam_rolegate") GOOD, NULL, "denied", "sshd:1",
	  "write %/m/pam_rolegate.so in" },
	{ "D4 libpam's own, without .so", OURS "account required pam_permit\n", NULL, "denied",
	  "sshd:2", "write pam_permit.so in" },
	{ "D4 libpam's own", OURS "account required pam_permit.so\n", NULL, "allowed", NULL, NULL },
	{ "D4 in libpam's directory, but missing", OURS "account required pam_none.so\n", NULL,
	  "denied", "sshd:2", "install" },
	{ "D4 relative to libpam's directory", OURS "account required ./pam_permit.so\n", NULL,
	  "allowed", NULL, NULL },

	/* Line ends. */
	{ "D4 CR LF behind the module",
	  "account requisite %/m/pam_rolegate.so\r\naccount required %/m/pam_good.so\r\n", NULL,
	  "denied", "sshd:1", "sed -i" },
	{ "D4 CR LF behind libpam's own module", OURS "account required pam_permit.so\r\n", NULL,
	  "denied", "sshd:2", "sed -i" },
	{ "D4 CR LF behind an argument", OURS "account required %/m/pam_good.so x\r\n", NULL,
	  "allowed", NULL, NULL },
	{ "D4 CR LF behind a comment", OURS "# x\r\naccount required %/m/pam_good.so # x\r\n", NULL,
	  "allowed", NULL, NULL },
	{ "D4 CR LF behind the control", OURS "account required\r\n" GOOD, NULL, "denied", "sshd:2",
	  "see pam.d(5)" },
	{ "D4 CR LF in an empty line", OURS "\r\n" GOOD, NULL, "allowed", NULL, NULL },
	{ "D4 CR LF behind a continuation", OURS "account required \\\r\n%/m/pam_good.so\n", NULL,
	  "denied", "sshd:2", "sed -i" },
	{ "D4 CR LF behind an @include", "@include %/etc/pam.d/part\r\n" OURS, NULL, "denied",
	  "sshd:1", "sed -i" },

	/* Lines that are broken. */
	{ "D4 a type that is misspelt belongs to auth", "acount required %/m/pam_none.so\n" OURS,
	  NULL, "allowed", NULL, NULL },
	{ "D4 a byte order mark makes a type unknown",
	  "\xef\xbb\xbf" LINE("required", "pam_none.so") OURS, NULL, "allowed", NULL, NULL },
	{ "D4 a control that is misspelt", OURS LINE("requred", "pam_good.so"), NULL, "denied",
	  "sshd:2", "see pam.d(5)" },
	{ "D4 no module", OURS "account required\n" GOOD, NULL, "denied", "sshd:2",
	  "see pam.d(5)" },
	{ "D4 no control", OURS "account\n" GOOD, NULL, "denied", "sshd:2", "see pam.d(5)" },
	{ "D4 a jump beyond the end", OURS LINE("[success=5 default=bad]", "pam_good.so"), NULL,
	  "denied", "sshd:2", NULL },
	{ "D4 pam_deny", OURS "account required pam_deny.so\n", NULL, "denied", "sshd:2", NULL },
	{ "D4 an include that is missing", OURS "account include %/etc/pam.d/none\n" GOOD, NULL,
	  "denied", "sshd:2", "see pam.d(5)" },
	{ "D4 a continuation at the end of the file", OURS GOOD "account required \\\n", NULL,
	  "denied", "sshd:3", "see pam.d(5)" },

	/* Files. */
	{ "D2 no account line", "auth required %/m/pam_good.so\n", NULL, "denied", "sshd", NULL },
	{ "D2 no account line, and other has one", "auth required %/m/pam_good.so\n", GOOD,
	  "allowed", NULL, NULL },
	{ "D2 no account line, and other has none", "auth required %/m/pam_good.so\n", "\n",
	  "denied", "sshd", NULL },
	{ "D2 no file", NULL, NULL, "denied", "sshd", NULL },
	{ "D2 no file, and other denies", NULL, LINE("required", "pam_none.so"), "denied",
	  "other:1", "install" },
	{ "D2 no file, and other allows", NULL, GOOD, "allowed", NULL, NULL },
	{ "D2 an empty file", "", NULL, "denied", "sshd", NULL },
	{ "D2 other is broken", OURS GOOD, "account required \\\n", "denied", "other:1",
	  "see pam.d(5)" },
	{ "D2 a directory", "FOLDER", NULL, "denied", "sshd", NULL },
};

static struct command *host;

/* What a module of the test's own returns: all but ours succeed, and ours allows sal. */
int wiring_libpam_return(const char *module, bool is_second_pass)
{
	(void)module;
	(void)is_second_pass;
	return PAM_SUCCESS;
}

/* ---- The tree ---- */

static void write_module(const char *path, const char *bytes, size_t n)
{
	char whole[700];

	command_write(host, path, "");
	snprintf(whole, sizeof(whole), "%s/%s", host->root, path);
	support_write_file(whole, bytes, n, 0644);
}

/* Copies of one module, most of them damaged. */
static void write_modules(void)
{
	static const char name[] = "pam_sm_acct_mgmt";
	size_t n;
	char *bytes = support_read_file(SCRIPTED, &n), *at;
	char machine[2] = { bytes[18], bytes[19] };

	write_module("m/pam_rolegate.so", bytes, n);
	write_module("m/pam_good.so", bytes, n);
	write_module("m/pam_plain.so", bytes, n);
	/* What tells where libpam's directory is, and for which machine it was built. */
	write_module("usr/lib/security/pam_deny.so", bytes, n);
	write_module("usr/lib/security/pam_permit.so", bytes, n);
	command_write(host, "m/pam_text.so", "a text\n");
	command_write(host, "m/pam_empty.so", "");
	command_write(host, "m/pam_folder.so/x", "");
	bytes[18] = bytes[19] = 0x55;
	write_module("m/pam_cpu.so", bytes, n);
	memcpy(bytes + 18, machine, sizeof(machine));
	bytes[4] ^= 3;
	write_module("m/pam_class.so", bytes, n);
	bytes[4] ^= 3;
	/* ET_EXEC for ET_DYN, in either order of bytes. */
	bytes[bytes[16] ? 16 : 17] ^= 1;
	write_module("m/pam_program.so", bytes, n);
	bytes[bytes[16] ? 16 : 17] ^= 1;
	while ((at = memmem(bytes, n, name, sizeof(name))))
		*at = 'q';
	write_module("m/pam_other.so", bytes, n);
	free(bytes);
}

/* The text with a prefix for each `%`. */
static char *expand(const char *text, const char *prefix)
{
	size_t room = strlen(text) + 1, n = 0;
	char *to;

	for (const char *p = text; *p; p++)
		room += *p == '%' ? strlen(prefix) : 0;
	to = calloc(room, 1);
	assert_non_null(to);
	for (; *text; text++) {
		if (*text == '%')
			n += (size_t)sprintf(to + n, "%s", prefix);
		else
			to[n++] = *text;
	}
	return to;
}

/* Write a file for the command, and the same one for libpam. */
static void write_file(const char *name, const char *text)
{
	char path[64];
	char *copy;

	if (!text)
		return;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", i ? "libpam" : "etc/pam.d", name,
			 strcmp(text, "FOLDER") ? "" : "/x");
		copy = expand(text, i ? host->root : "");
		command_write(host, path, copy);
		free(copy);
	}
}

static void clear(void)
{
	char line[700];

	snprintf(line, sizeof(line), "rm -rf '%s/libpam' '%s/etc/pam.d'", host->root, host->root);
	assert_int_equal(system(line), 0);
	write_file("part", GOOD);
}

/* ---- Both ---- */

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
		    void *context)
{
	(void)n;
	(void)messages;
	(void)responses;
	(void)context;
	return PAM_CONV_ERR;
}

static bool does_libpam_allow(const char *service)
{
	static const struct pam_conv conversation = { .conv = converse };
	pam_handle_t *pamh = NULL;
	char folder[700];
	int result;

	snprintf(folder, sizeof(folder), "%s/libpam", host->root);
	result = pam_start_confdir(service, "sal", &conversation, folder, &pamh);
	if (result != PAM_SUCCESS)
		return false;
	result = pam_acct_mgmt(pamh, 0);
	assert_int_equal(pam_end(pamh, result), PAM_SUCCESS);
	return result == PAM_SUCCESS;
}

static const char *text_of(const json_t *answer, const char *key)
{
	const char *text = json_string_value(json_object_get(answer, key));

	return text ? text : "";
}

static void check(size_t i)
{
	bool does_allow = does_libpam_allow("sshd");
	int status = command_run(host, "--json doctor --simulate sal sshd");
	json_t *answer = json_loads(host->output, 0, NULL);
	const char *outcome = text_of(answer, "outcome");
	char place[64];
	char *fix;

	if (!answer || does_allow != !strcmp(outcome, "allowed"))
		fail_msg("%s: libpam %s\n%s", cases[i].name, does_allow ? "allows" : "denies",
			 host->output);
	assert_int_equal(status, does_allow ? 0 : 1);
	snprintf(place, sizeof(place),
		 "%s%s:", strchr(cases[i].place ? cases[i].place : "", ':') ? "/etc/pam.d/" : "",
		 cases[i].place ? cases[i].place : "");
	fix = expand(cases[i].fix ? cases[i].fix : "", "");
	if (strcmp(outcome, cases[i].outcome) != 0 ||
	    (cases[i].place && strncmp(text_of(answer, "reason"), place, strlen(place)) != 0) ||
	    !strstr(text_of(answer, "fix"), fix))
		fail_msg("%s: not %s, %s (%s)\n%s", cases[i].name, cases[i].outcome, place, fix,
			 host->output);
	free(fix);
	json_decref(answer);
}

static void test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(cases); i++) {
		clear();
		write_file("sshd", cases[i].text);
		write_file("other", cases[i].other);
		check(i);
	}
}

static int open_fixture(void **unused)
{
	(void)unused;
	host = command_start(policy);
	assert_int_equal(chmod(host->root, 0755), 0);
	write_modules();
	return 0;
}

static int close_fixture(void **unused)
{
	(void)unused;
	if (host)
		command_end(host);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
