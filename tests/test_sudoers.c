/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What rules of sudoers open, and how the file's text becomes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sudoers.h"
#include "sudoers_effect.h"
#include "support.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- Commands ---- */

static const struct {
	const char *name, *command;
	enum sudoers_effect want;
} commands[] = {
	{ "G1 everything", "ALL", SUDOERS_EVERYTHING },
	{ "G1 a shell", "/bin/bash", SUDOERS_EVERYTHING },
	{ "G1 a shell without arguments", "/bin/bash \"\"", SUDOERS_EVERYTHING },
	{ "G1 a shell for one script", "/bin/bash /opt/deploy.sh", SUDOERS_HARMLESS },
	{ "G1 a shell for any script of a folder", "/bin/bash /opt/*", SUDOERS_EVERYTHING },
	{ "G1 an editor, for whatever file", "/usr/bin/vim /etc/motd", SUDOERS_EVERYTHING },
	{ "G1 an editor by a longer name", "/usr/bin/vim.tiny", SUDOERS_EVERYTHING },
	{ "G1 a pager runs commands", "/usr/bin/less /var/log/messages", SUDOERS_EVERYTHING },
	{ "G1 an interpreter, any version", "/usr/bin/python3.11", SUDOERS_EVERYTHING },
	{ "G1 tee writes anywhere", "/usr/bin/tee", SUDOERS_EVERYTHING },
	{ "G1 tee to one file", "/usr/bin/tee /etc/motd", SUDOERS_HARMLESS },
	{ "G1 systemctl, one unit", "/usr/bin/systemctl restart nginx", SUDOERS_HARMLESS },
	{ "G1 systemctl, anything", "/usr/bin/systemctl", SUDOERS_EVERYTHING },
	{ "G1 systemctl, by words to choose from", "/usr/bin/systemctl ^restart (nginx|apache2)$",
	  SUDOERS_HARMLESS },
	{ "G1 systemctl, by a dot", "/usr/bin/systemctl ^restart .+$", SUDOERS_EVERYTHING },
	{ "G1 systemctl status shows its answer in a pager", "/usr/bin/systemctl status nginx",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl status without a pager", "/usr/bin/systemctl --no-pager status nginx",
	  SUDOERS_HARMLESS },
	{ "G1 systemctl status without a pager, said last",
	  "/usr/bin/systemctl status nginx --no-pager", SUDOERS_HARMLESS },
	{ "G1 systemctl status without a pager, but a choice of units",
	  "/usr/bin/systemctl --no-pager status *", SUDOERS_EVERYTHING },
	{ "G1 systemctl edit starts an editor, pager or not",
	  "/usr/bin/systemctl --no-pager edit nginx", SUDOERS_EVERYTHING },
	{ "G1 systemctl help starts man, pager or not", "/usr/bin/systemctl --no-pager help nginx",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl without a word lists all units", "/usr/bin/systemctl \"\"",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, an option before the word", "/usr/bin/systemctl --user restart nginx",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice of words", "/usr/bin/systemctl ^(start|stop) nginx$",
	  SUDOERS_HARMLESS },
	{ "G1 systemctl, a choice with status in it", "/usr/bin/systemctl ^(start|status) nginx$",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice that is the whole, behind a bracket",
	  "/usr/bin/systemctl ^restart [(]|status$", SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice in a choice", "/usr/bin/systemctl ^(start|(stop|status)) nginx$",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, an empty choice", "/usr/bin/systemctl ^() status$", SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice that may be empty", "/usr/bin/systemctl ^(start|) status$",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, an empty word", "/usr/bin/systemctl ^ status$", SUDOERS_EVERYTHING },
	{ "G1 systemctl, one word", "/usr/bin/systemctl ^daemon-reload$", SUDOERS_HARMLESS },
	{ "G1 systemctl, a choice that is the whole", "/usr/bin/systemctl ^restart nginx|status$",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice that may be left out", "/usr/bin/systemctl ^(start|stop)?status$",
	  SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice without end", "/usr/bin/systemctl ^(start$", SUDOERS_EVERYTHING },
	{ "G1 systemctl, a choice without a pager", "/usr/bin/systemctl ^--no-pager status nginx$",
	  SUDOERS_HARMLESS },
	{ "G1 systemctl, a choice with a pager in it",
	  "/usr/bin/systemctl ^(--no-pager |)status nginx$", SUDOERS_EVERYTHING },
	{ "G1 journalctl shows its answer in a pager", "/usr/bin/journalctl", SUDOERS_EVERYTHING },
	{ "G1 journalctl of one unit", "/usr/bin/journalctl -u nginx", SUDOERS_EVERYTHING },
	{ "G1 journalctl of one unit, without a pager", "/usr/bin/journalctl --no-pager -u nginx",
	  SUDOERS_HARMLESS },
	{ "G1 journalctl without arguments", "/usr/bin/journalctl \"\"", SUDOERS_EVERYTHING },
	{ "G1 a whole folder", "/usr/bin/", SUDOERS_EVERYTHING },
	{ "G1 another folder", "/opt/site/", SUDOERS_HARMLESS },
	{ "G1 a glob of programs", "/usr/sbin/user*", SUDOERS_ROUND_GATE },
	{ "G1 a glob of folders", "/usr/*/usermod", SUDOERS_ROUND_GATE },
	{ "G1 a glob that takes a shell", "/usr/bin/*sh", SUDOERS_EVERYTHING },
	{ "G1 a regular expression of programs", "^/usr/sbin/(user|group)mod$",
	  SUDOERS_ROUND_GATE },
	{ "G1 a regular expression that is none", "^/usr/sbin/(user$", SUDOERS_UNCLEAR },
	{ "G1 a word that is no path", "passwd", SUDOERS_UNCLEAR },
	{ "G1 an alias that nobody defined", "WEB", SUDOERS_UNCLEAR },
	{ "G1 sudo's own list", "list", SUDOERS_HARMLESS },
	{ "G1 a site's program", "/opt/site/deploy", SUDOERS_HARMLESS },

	{ "G1 usermod", "/usr/sbin/usermod", SUDOERS_ROUND_GATE },
	{ "G1 usermod with anything", "/usr/sbin/usermod -aG users *", SUDOERS_ROUND_GATE },
	{ "G1 chage", "/usr/bin/chage", SUDOERS_ROUND_GATE },
	{ "G1 chage that only shows", "/usr/bin/chage -l bob", SUDOERS_HARMLESS },
	{ "G1 vipw", "/usr/sbin/vipw", SUDOERS_ROUND_GATE },
	{ "G1 passwd with whatever options", "/usr/bin/passwd", SUDOERS_ROUND_GATE },
	{ "G1 passwd, the classic glob admits `bob -d`", "/usr/bin/passwd [A-Za-z]*",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, anchored", "/usr/bin/passwd ^[a-z_][a-z0-9_-]*$", SUDOERS_HARMLESS },
	{ "G1 passwd, anchored, but the name may be an option", "/usr/bin/passwd ^[a-z0-9_-]+$",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, anchored, but with a blank", "/usr/bin/passwd ^[a-z ]+$",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, anchored, but with a dot", "/usr/bin/passwd ^[a-z].*$", SUDOERS_ROUND_GATE },
	{ "G1 passwd, anchored, but all but some", "/usr/bin/passwd ^[a-z][^-]*$",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, anchored, a class with blanks", "/usr/bin/passwd ^[a-z[:space:]]+$",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, anchored, a class of letters", "/usr/bin/passwd ^[[:alpha:]]+$",
	  SUDOERS_HARMLESS },
	{ "G1 passwd, anchored, an escaped blank class", "/usr/bin/passwd ^[a-z]+\\s?.$",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, a regular expression that is none", "/usr/bin/passwd ^[a-z]+($",
	  SUDOERS_UNCLEAR },
	{ "G1 passwd, one user", "/usr/bin/passwd bob", SUDOERS_HARMLESS },
	{ "G1 passwd, one user, to lock", "/usr/bin/passwd -l bob", SUDOERS_ROUND_GATE },
	{ "G1 passwd, one user, to delete, at the end", "/usr/bin/passwd bob -d",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, one user, quietly", "/usr/bin/passwd -q bob", SUDOERS_HARMLESS },
	{ "G1 passwd, one user, quietly and to delete", "/usr/bin/passwd -qd bob",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, in another root", "/usr/bin/passwd --root /x bob", SUDOERS_ROUND_GATE },
	{ "G1 passwd, names by brackets", "/usr/bin/passwd user[0-9]", SUDOERS_HARMLESS },
	{ "G1 passwd, names by a bracket with blanks", "/usr/bin/passwd user[!0]",
	  SUDOERS_ROUND_GATE },
	{ "G1 passwd, root's own", "/usr/bin/passwd \"\"", SUDOERS_HARMLESS },
	{ "G1 chpasswd with whatever options", "/usr/sbin/chpasswd", SUDOERS_ROUND_GATE },
	{ "G1 chpasswd without options", "/usr/sbin/chpasswd \"\"", SUDOERS_HARMLESS },
	{ "G1 chpasswd, encrypted", "/usr/sbin/chpasswd -e", SUDOERS_ROUND_GATE },

	{ "G1 sudoedit, anything", "sudoedit", SUDOERS_EVERYTHING },
	{ "G1 sudoedit, one file", "sudoedit /etc/motd", SUDOERS_HARMLESS },
	{ "G1 sudoedit, shadow", "sudoedit /etc/shadow", SUDOERS_EVERYTHING },
	{ "G1 sudoedit, a glob", "sudoedit /etc/*", SUDOERS_EVERYTHING },
	{ "A5 rolegate", "/usr/sbin/rolegate", SUDOERS_ROLEGATE },
	{ "A5 rolegate, one verb", "/usr/sbin/rolegate status", SUDOERS_ROLEGATE },
};

static void test_effects(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(commands); i++) {
		enum sudoers_effect got = sudoers_effect(commands[i].command);

		if (got != commands[i].want)
			fail_msg("%s: `%s` is %d and not %d", commands[i].name, commands[i].command,
				 got, commands[i].want);
	}
}

/* ---- Text ---- */

/* want: what is read, `USERS|RUNAS|COMMAND` for each command; `?` for what is not understood. */
static const struct {
	const char *name, *text;
	const char *want[5];
} texts[] = {
	{ "G1 a rule", "bob ALL = /bin/a\n", { "bob|-|/bin/a" } },
	{ "G1 several commands; runas holds until another comes",
	  "bob ALL = (root) /bin/a, NOPASSWD: /bin/b x y, (www:www) /bin/c\n",
	  { "bob|root|/bin/a", "bob|root|/bin/b x y", "bob|www|/bin/c" } },
	{ "G1 several hosts",
	  "bob one = /bin/a : two, three = /bin/b\n",
	  { "bob|-|/bin/a", "bob|-|/bin/b" } },
	{ "G1 users of all kinds",
	  "bob, %adm, !eve, #1000, %#4, +net, ADMINS ALL = /bin/a\n",
	  { "bob,%adm,!eve,#1000,%#4,+net,ADMINS|-|/bin/a" } },
	{ "G1 blanks where they may be",
	  " bob,\tcarol  ALL=( root , bin )NOPASSWD:SETENV:!/bin/a\n",
	  { "bob,carol|root,bin|!/bin/a" } },
	{ "G1 a line that goes on",
	  "bob ALL = /bin/a, \\\n /bin/b\n",
	  { "bob|-|/bin/a", "bob|-|/bin/b" } },
	{ "G1 a comment does not go on",
	  "# nothing \\\nbob ALL = /bin/a # why \\\n",
	  { "bob|-|/bin/a" } },
	{ "G1 a uid is no comment", "#0 ALL = (#1) /bin/a\n", { "#0|#1|/bin/a" } },
	{ "G1 an escaped blank and quotes",
	  "\"bob b\", a\\ b ALL = /bin/a\n",
	  { "bob b,a b|-|/bin/a" } },
	{ "G1 escapes of a command",
	  "bob ALL = /bin/a x\\,y\\:z\\=, /bin/b\n",
	  { "bob|-|/bin/a x,y:z=", "bob|-|/bin/b" } },
	{ "G1 a comma in a regular expression",
	  "bob ALL = /bin/a ^x{1,5}$, /bin/b\n",
	  { "bob|-|/bin/a ^x{1,5}$", "bob|-|/bin/b" } },
	{ "G1 a digest", "bob ALL = sha224:abc=, sha256:def /bin/a x\n", { "bob|-|/bin/a x" } },
	{ "G1 options", "bob ALL = TIMEOUT=5m CWD=/x NOPASSWD: /bin/a\n", { "bob|-|/bin/a" } },
	{ "G1 only another group", "bob ALL = (:adm) /bin/a\n", { "bob||/bin/a" } },
	{ "G1 no arguments", "bob ALL = /bin/a \"\"\n", { "bob|-|/bin/a \"\"" } },
	{ "G1 no command", "bob ALL =\n", { "?" } },
	{ "G1 no hosts", "bob\n", { "?" } },
	{ "G1 a parenthesis too few", "bob ALL = (root /bin/a\n", { "?" } },
	{ "G1 a quote too few", "bob ALL = /bin/a \"x\n", { "?" } },
	{ "G1 a regular expression without end", "bob ALL = /bin/a ^x\n", { "?" } },
	{ "G1 an alias without a list", "User_Alias A =\n", { "?" } },
	{ "G1 a file that cannot be named", "@include /etc/sudoers.%h\n", { "?" } },
	{ "G1 the rest is read after what is not understood",
	  "bob\ncarol ALL = /bin/a\n",
	  { "carol|-|/bin/a", "?" } },
};

/* Names with commas. */
static void write_list(FILE *to, const struct sudoers_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		fprintf(to, "%s%s%s", i > 0 ? "," : "", list->list[i].is_negated ? "!" : "",
			list->list[i].text);
}

static char *tell_grant(const struct sudoers_grant *grant)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	assert_non_null(to);
	write_list(to, grant->users);
	fputc('|', to);
	if (grant->has_runas)
		write_list(to, grant->runas);
	else
		fputc('-', to);
	fprintf(to, "|%s%s", grant->command.is_negated ? "!" : "", grant->command.text);
	assert_int_equal(fclose(to), 0);
	return text;
}

/* A root with this sudoers in it, and what is read of it. */
static void read_text(const char *text, size_t n, struct sudoers *ret)
{
	struct tool tool = { 0 };
	char *root = support_make_folder(), path[600];

	snprintf(path, sizeof(path), "%s/etc", root);
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/sudoers");
	support_write_file(path, text, n, 0440);
	assert_int_equal(tree_open(&tool.tree, root), 0);
	assert_int_equal(sudoers_read(&tool, ret), 0);
	tree_close(&tool.tree);
	support_remove_folder(root);
}

static void check_text(size_t i)
{
	struct sudoers sudoers;
	size_t n = 0;
	char *got;

	read_text(texts[i].text, strlen(texts[i].text), &sudoers);
	for (; n < sudoers.n_grants; n++) {
		got = tell_grant(&sudoers.grants[n]);
		if (n >= N(texts[i].want) || !texts[i].want[n] ||
		    strcmp(got, texts[i].want[n]) != 0)
			fail_msg("%s: `%s`", texts[i].name, got);
		free(got);
	}
	for (size_t k = 0; k < sudoers.n_problems; k++, n++)
		if (n >= N(texts[i].want) || !texts[i].want[n] ||
		    strcmp(texts[i].want[n], "?") != 0)
			fail_msg("%s: not understood: %s", texts[i].name, sudoers.problems[k].text);
	if (n < N(texts[i].want) && texts[i].want[n])
		fail_msg("%s: nothing for `%s`", texts[i].name, texts[i].want[n]);
	sudoers_free(&sudoers);
}

static void test_texts(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(texts); i++)
		check_text(i);
}

/* Aliases and settings. */
static void test_names(void **unused)
{
	static const char text[] =
		"User_Alias ADMINS = bob, !eve : OTHERS = carol\n"
		"Cmnd_Alias SOME = /bin/a x\\, y, !/bin/b\nRunas_Alias DB = postgres\n"
		"Host_Alias HERE = one\nDefaults:bob !pam_acct_mgmt, env_keep += \"A B\"\n"
		"Defaults pam_service = other\n";
	const struct sudoers_alias *alias;
	struct sudoers sudoers;

	(void)unused;
	read_text(text, sizeof(text) - 1, &sudoers);
	assert_int_equal(sudoers.n_problems, 0);
	alias = sudoers_find_alias(&sudoers, 'U', "ADMINS");
	assert_non_null(alias);
	assert_int_equal(alias->items.n, 2);
	assert_true(alias->items.list[1].is_negated);
	assert_non_null(sudoers_find_alias(&sudoers, 'U', "OTHERS"));
	assert_null(sudoers_find_alias(&sudoers, 'C', "OTHERS"));
	alias = sudoers_find_alias(&sudoers, 'C', "SOME");
	assert_non_null(alias);
	assert_string_equal(alias->items.list[0].text, "/bin/a x, y");
	assert_string_equal(alias->items.list[1].text, "/bin/b");
	assert_non_null(sudoers_find_alias(&sudoers, 'R', "DB"));
	assert_non_null(sudoers_find_alias(&sudoers, 'H', "HERE"));
	assert_int_equal(sudoers.n_settings, 3);
	assert_string_equal(sudoers.settings[0].name, "pam_acct_mgmt");
	assert_true(sudoers.settings[0].is_negated);
	assert_int_equal(sudoers.settings[0].place.line, 5);
	assert_string_equal(sudoers.settings[1].value, "A B");
	assert_string_equal(sudoers.settings[2].value, "other");
	sudoers_free(&sudoers);
}

/* D4 files that include one another twice and more are read to an end, which is said. */
static void test_circles(void **unused)
{
	static const char text[] = "@include /etc/sudoers\n@include sudoers\n#include \"sudoers\"\n"
				   "bob ALL = /bin/a\n";
	struct sudoers sudoers;
	const struct sudoers_problem *last;

	(void)unused;
	read_text(text, sizeof(text) - 1, &sudoers);
	assert_true(sudoers.n_problems > 0 && sudoers.n_problems < 10000);
	last = &sudoers.problems[sudoers.n_problems - 1];
	assert_string_equal(last->text, "it includes too many files, or some in a circle");
	assert_true(sudoers.n_grants > 0);
	sudoers_free(&sudoers);
}

/* Every beginning of a file that has everything, and every change of a byte, is survived. */
static void test_damage(void **unused)
{
	static const char text[] = "User_Alias A = bob, \\\n !%#4\nCmnd_Alias C = /b/ ^x$, !\"y\"\n"
				   "Defaults>root !a, b = \"c\"\nA H = (B : C) TIMEOUT=5 NOPASSWD: "
				   "sha256:ab /b/c x\\,y, ^/d$ \"\" : I = ALL # e\n#include x\n";
	static const char bytes[] = "\\\"^$,:=(!#\n";
	char damaged[sizeof(text)];
	struct sudoers sudoers;

	(void)unused;
	for (size_t i = 0; i < sizeof(text); i++) {
		read_text(text, i, &sudoers);
		sudoers_free(&sudoers);
		memcpy(damaged, text, sizeof(text));
		damaged[i < sizeof(text) - 1 ? i : 0] = bytes[i % (sizeof(bytes) - 1)];
		read_text(damaged, sizeof(text) - 1, &sudoers);
		assert_true(sudoers.n_grants + sudoers.n_problems + sudoers.n_settings > 0);
		sudoers_free(&sudoers);
	}
	/* A NUL hides nothing. */
	read_text("bob ALL = /bin/a\0, ALL\n", 23, &sudoers);
	assert_int_equal(sudoers.n_problems, 1);
	sudoers_free(&sudoers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_effects), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_names),	cmocka_unit_test(test_circles),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
