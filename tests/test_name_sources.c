/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsswitch.conf, and what each source of it answers (P3), against modules that answer what a case says, and against
 * getgrouplist(3) of this C library.
 *
 * The program runs itself again with LD_LIBRARY_PATH set, so that the library finds the same modules.
 */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nss_script.h"
#include "support.h"

static char nsswitch[128], passwd_file[128], group_file[128];

#define NAME_SOURCES_NSSWITCH nsswitch
#define NAME_SOURCES_PASSWD passwd_file
#define NAME_SOURCES_GROUP group_file
/* Its paths are the variables above. */
#include "name_sources.c"

#define PRIMARY 20500u
#define FOLDER "ROLEGATE_TEST_NAME_SOURCES"

/* ---- A machine with these files ---- */

static void write_file(const char *path, const char *text)
{
	support_write_file(path, text, strlen(text), 0644);
}

/* Begin a case: no scripts, an empty passwd and group, and this nsswitch.conf (NULL: none). */
static void begin_case(const char *text)
{
	memset(nss_scripts, 0, sizeof(nss_scripts));
	write_file(passwd_file, "root:x:0:0::/:/bin/sh\nlocal:x:1001:1001::/:/bin/sh\n");
	write_file(group_file,
		   "root:x:0:\nlocal:x:1001:local\ncrew:x:600:other,local\nmore:x:601:local\n");
	(void)remove(nsswitch);
	if (text)
		write_file(nsswitch, text);
}

/* Add a name source whose functions all have this status, and that knows this group. */
static struct nss_script *add_script(const char *source, enum nss_status status, gid_t gid)
{
	size_t i = 0;

	while (nss_scripts[i].source)
		i++;
	assert_true(i + 1 < NSS_SCRIPTS_MAX);
	nss_scripts[i] = (struct nss_script){ .source = source,
					      .user = status,
					      .group = status,
					      .gid = status,
					      .groups = status,
					      .id = gid,
					      .gids = { gid },
					      .n_gids = 1 };
	return &nss_scripts[i];
}

/* ---- nsswitch.conf ---- */

/* The name sources of a database, with what ends the search behind each, as "one two(UNAVAIL) …". */
static void spell_sources(enum kind kind, char *to, size_t size)
{
	char name[NAME_SOURCE_SIZE];
	struct actions actions;
	struct line line;
	size_t n = 0;

	to[0] = '\0';
	assert_int_equal(begin(&line, kind), 0);
	while (next_source(&line, name, &actions)) {
		n += (size_t)snprintf(to + n, size - n, "%s%s%s%s%s%s", n ? " " : "", name,
				      actions.returns[ANSWER_YES] ? "+S" : "",
				      actions.returns[ANSWER_NO] ? "+N" : "",
				      actions.returns[ANSWER_NONE] ? "+U" : "",
				      actions.returns[ANSWER_LATER] ? "+T" : "");
		assert_in_range(n, 1, size - 1);
	}
	free(line.text);
}

static const struct {
	const char *name, *text;
	enum kind kind;
	const char *want;
} lines[] = {
	{ "no file", NULL, KIND_GROUPS, "files" },
	{ "an empty file", "", KIND_USER, "files" },
	{ "no such line", "passwd: one\n", KIND_GROUPS, "files" },
	{ "a line", "group: files one\n", KIND_GROUPS, "files one" },
	{ "of another database", "group: one\npasswd: two\n", KIND_USER, "two" },
	{ "no line's end", "group: files one", KIND_GROUPS, "files one" },
	{ "blanks and tabs", " \tgroup\t : \t files\t  one \t\n", KIND_GROUPS, "files one" },
	{ "no blanks", "group:one two\n", KIND_GROUPS, "one two" },
	{ "lines of DOS", "group: files one\r\npasswd: two\r\n", KIND_GROUPS, "files one" },
	{ "lines of DOS, behind an action", "group: one [NOTFOUND=return]\r\n", KIND_GROUPS,
	  "one+N" },
	{ "a comment", "# group: two\ngroup: one # two\n", KIND_GROUPS, "one" },
	{ "a comment at the name", "group: one#two\n", KIND_GROUPS, "one" },
	{ "nothing but a comment", "group: # one\n", KIND_GROUPS, "" },
	{ "no sources", "group:\n", KIND_GROUPS, "" },
	{ "no colon", "group one\n", KIND_GROUPS, "files" },
	{ "a longer name", "groups: one\ngroup: two\n", KIND_GROUPS, "two" },
	{ "a shorter name", "grou: one\ngroup: two\n", KIND_GROUPS, "two" },
	{ "names are of one case", "Group: one\n", KIND_GROUPS, "files" },
	{ "the last line counts", "group: one\ngroup: two\n", KIND_GROUPS, "two" },
	{ "initgroups before group", "group: one\ninitgroups: two\n", KIND_GROUPS, "two+S" },
	{ "a group by name is not asked of initgroups", "group: one\ninitgroups: two\n", KIND_GROUP,
	  "one" },
	{ "NOTFOUND=return", "group: one [NOTFOUND=return] two\n", KIND_GROUPS, "one+N two" },
	{ "in lower case", "group: one [notfound=return] two\n", KIND_GROUPS, "one+N two" },
	{ "a bracket at the name", "group: one[NOTFOUND=return]two\n", KIND_GROUPS, "one+N two" },
	{ "blanks inside", "group: one [ NOTFOUND = return ] two\n", KIND_GROUPS, "one+N two" },
	{ "several", "group: one [NOTFOUND=return UNAVAIL=return TRYAGAIN=return]\n", KIND_GROUPS,
	  "one+N+U+T" },
	{ "all but one", "group: one [!UNAVAIL=return] two\n", KIND_GROUPS, "one+N+T two" },
	{ "all but one, of initgroups", "initgroups: one [!UNAVAIL=return] two\n", KIND_GROUPS,
	  "one+S+N+T two+S" },
	{ "SUCCESS=continue", "initgroups: one [SUCCESS=continue] two\n", KIND_GROUPS,
	  "one two+S" },
	{ "SUCCESS=merge", "initgroups: one [SUCCESS=merge] two\n", KIND_GROUPS, "one two+S" },
	{ "all but success", "initgroups: one [!SUCCESS=return] two\n", KIND_GROUPS,
	  "one+S+N+U+T two+S" },
	{ "success of group never ends", "group: one [SUCCESS=return] two\n", KIND_GROUPS,
	  "one two" },
	{ "the last one counts", "group: one [NOTFOUND=return NOTFOUND=continue]\n", KIND_GROUPS,
	  "one" },
	{ "an open bracket", "group: one [NOTFOUND=return", KIND_GROUPS, "one+N" },
	{ "an empty bracket", "group: one [] two\n", KIND_GROUPS, "one two" },
	{ "no status", "group: one [=return] two\n", KIND_GROUPS, "one two" },
	{ "an unknown status", "group: one [MAYBE=return] two\n", KIND_GROUPS, "one two" },
	{ "names with dots, slashes and percent signs", "group: ../one a/b %s%n\n", KIND_GROUPS,
	  "../one a/b %s%n" },
};

static void test_lines(void **unused)
{
	size_t n_wrong = 0;
	char got[512];

	(void)unused;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		begin_case(lines[i].text);
		spell_sources(lines[i].kind, got, sizeof(got));
		if (strcmp(got, lines[i].want) == 0)
			continue;
		print_message("%s: \"%s\", not \"%s\"\n", lines[i].name, got, lines[i].want);
		n_wrong++;
	}
	assert_int_equal(n_wrong, 0);
}

/* The length of a line has no limit: text behind 1024 bytes counts, and belongs to the same line. */
static void test_long_lines(void **unused)
{
	static const char *const starts[] = { "group: one", "# one", "hosts: one" };
	static const char *const wants[] = { "one two", "files", "files" };
	char text[8192], got[512];

	(void)unused;
	for (size_t k = 0; k < 3; k++) {
		for (int blanks = 1000; blanks < 1040; blanks++) {
			snprintf(text, sizeof(text), "%s%*s%s\n", starts[k], blanks, "",
				 k == 0 ? "two" : "group: two");
			begin_case(text);
			spell_sources(KIND_GROUPS, got, sizeof(got));
			assert_string_equal(got, wants[k]);
		}
	}
	begin_case("group:");
	{
		FILE *file = fopen(nsswitch, "ae");

		assert_non_null(file);
		for (int i = 0; i < 100000; i++)
			fputs(" [NOTFOUND=return]", file);
		fclose(file);
	}
	spell_sources(KIND_GROUPS, got, sizeof(got));
	assert_string_equal(got, "");
}

/* ---- What a source answers ---- */

static const struct {
	const char *name;
	enum nss_status status;
	int error;
	bool answers;
} statuses[] = {
	{ "found", NSS_STATUS_SUCCESS, 0, true },
	{ "not found", NSS_STATUS_NOTFOUND, ENOENT, true },
	{ "unavailable", NSS_STATUS_UNAVAIL, ECONNREFUSED, false },
	{ "unavailable, and what looks like not found", NSS_STATUS_UNAVAIL, ENOENT, false },
	{ "try again", NSS_STATUS_TRYAGAIN, EAGAIN, false },
	{ "no memory", NSS_STATUS_TRYAGAIN, ENOMEM, false },
	{ "a buffer that is never enough", NSS_STATUS_TRYAGAIN, ERANGE, false },
	{ "no status at all", (enum nss_status)17, 0, false },
	{ "nor this", (enum nss_status) - 17, 0, false },
};

static bool has_gid(const struct name_gids *gids, gid_t gid)
{
	for (size_t i = 0; i < gids->n; i++)
		if (gids->list[i] == gid)
			return true;
	return false;
}

static void test_statuses(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		bool is_found = statuses[i].status == NSS_STATUS_SUCCESS;
		const char *silent = statuses[i].answers ? "" : "one";
		struct name_sources sources = { 0 };
		struct name_gids gids = { 0 };
		struct nss_script *script;
		uint32_t id = 7;

		begin_case("passwd: one\ngroup: one\n");
		script = add_script("one", statuses[i].status, 700);
		script->error = statuses[i].error;
		print_message("%s\n", statuses[i].name);

		assert_int_equal(name_sources_find_user(&sources, "u", &id), is_found);
		assert_string_equal(sources.silent, silent);
		assert_int_equal(id, is_found ? 700 : 7);
		id = 7;
		assert_int_equal(name_sources_find_group(&sources, "g", &id), is_found);
		assert_string_equal(sources.silent, silent);
		assert_int_equal(id, is_found ? 700 : 7);
		assert_int_equal(name_sources_find_group(&sources, "g", NULL), is_found);
		assert_int_equal(name_sources_ask_groups(&sources, "u", PRIMARY, &gids), 0);
		assert_string_equal(sources.silent, silent);
		assert_true(has_gid(&gids, PRIMARY));
		assert_int_equal(has_gid(&gids, 700), is_found);
		assert_int_equal(gids.n, 1 + is_found);
		free(gids.list);
	}
}

/* A buffer that is too small is not an answer: the name source is asked again. */
static void test_small_buffers(void **unused)
{
	struct name_sources sources = { 0 };
	struct nss_script *script;
	uint32_t id = 0;

	(void)unused;
	begin_case("passwd: one\n");
	script = add_script("one", NSS_STATUS_SUCCESS, 700);
	script->n_short = 1;
	assert_int_equal(name_sources_find_user(&sources, "u", &id), 1);
	assert_int_equal(id, 700);
	assert_int_equal(script->n_asked, 2);

	script->user = NSS_STATUS_NOTFOUND;
	script->n_short = 3;
	assert_int_equal(name_sources_find_user(&sources, "u", &id), 0);
	assert_string_equal(sources.silent, "");
	assert_in_range(script->longest, 4096 * 64, ENTRY_MAX);
}

/* As many groups as a user may have, each once. */
static void test_many_groups(void **unused)
{
	struct name_sources sources = { 0 };
	struct name_gids gids = { 0 };
	struct nss_script *script;

	(void)unused;
	begin_case("group: one two\n");
	for (int k = 0; k < 2; k++) {
		script = add_script(k ? "two" : "one", NSS_STATUS_SUCCESS, 0);
		script->n_gids = 200;
		for (gid_t i = 0; i < 200; i++)
			script->gids[i] = 1000 + i + 100 * (gid_t)k;
	}
	assert_int_equal(name_sources_ask_groups(&sources, "u", 1050, &gids), 0);
	assert_int_equal(gids.n, 300);
	for (gid_t i = 1000; i < 1300; i++)
		assert_true(has_gid(&gids, i));
	free(gids.list);
}

/* ---- Which name sources count ---- */

static void test_counted(void **unused)
{
	static const char *const one[] = { "one" }, *const both[] = { "two", "one" };
	struct name_sources sources = { 0 };
	struct rolegate_policy *policy;

	(void)unused;
	begin_case("passwd: one two files\n");
	add_script("one", NSS_STATUS_UNAVAIL, 0);
	add_script("two", NSS_STATUS_UNAVAIL, 0);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "one");

	sources = (struct name_sources){ .counted = both, .n_counted = 2 };
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "one");

	nss_scripts[0].user = NSS_STATUS_NOTFOUND;
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "two");

	sources = (struct name_sources){ .counted = one, .n_counted = 1 };
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "");

	/* files always counts; no other name source does by a policy that has recorded none. */
	assert_int_equal(remove(passwd_file), 0);
	assert_int_equal(symlink(passwd_file, passwd_file), 0);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "files");
	policy = support_policy("catalogs = [ \"workspace\" ];\n");
	sources = (struct name_sources){ .policy = policy };
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "files");
	assert_int_equal(remove(passwd_file), 0);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "");
	rolegate_policy_close(policy);
}

/* The same by a policy that has recorded a name source. */
static void test_recorded(void **unused)
{
	struct name_sources sources = { 0 };
	struct rolegate_policy *policy;
	struct compiled compiled;

	(void)unused;
	begin_case("passwd: one two\n");
	add_script("one", NSS_STATUS_UNAVAIL, 0);
	add_script("two", NSS_STATUS_UNAVAIL, 0);
	assert_int_equal(support_compile_text(&compiled, "catalogs = [ \"workspace\" ];\n"), 0);
	assert_int_not_equal(names_add(&compiled.model.name_sources, &compiled.model.arena, "two"),
			     NAMES_NONE);
	policy = support_open(&compiled);
	sources.policy = policy;
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "two");
	rolegate_policy_close(policy);
	compile_free(&compiled);
}

/* ---- Name sources that are left out, or cannot be asked ---- */

static void test_local_only(void **unused)
{
	struct name_sources sources = { .local_only = true };
	struct name_gids gids = { 0 };
	struct nss_script *one, *local;

	(void)unused;
	begin_case("passwd: one systemd files\ngroup: one [UNAVAIL=return] systemd files\n");
	one = add_script("one", NSS_STATUS_UNAVAIL, 700);
	local = add_script("systemd", NSS_STATUS_SUCCESS, 701);
	assert_int_equal(name_sources_ask_groups(&sources, "local", PRIMARY, &gids), 0);
	assert_string_equal(sources.silent, "");
	assert_int_equal(one->n_asked, 0);
	assert_int_equal(local->n_asked, 1);
	assert_true(has_gid(&gids, 701) && has_gid(&gids, 600) && has_gid(&gids, 601));
	free(gids.list);

	/* A local one that does not answer is as silent as any. */
	local->user = NSS_STATUS_UNAVAIL;
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "systemd");
	assert_int_equal(one->n_asked, 0);
}

static void test_own_module(void **unused)
{
	struct name_sources sources = { 0 };
	struct name_gids gids = { 0 };
	struct nss_script *own;

	(void)unused;
	begin_case("passwd: rolegate\ngroup: rolegate [!UNAVAIL=return] files\n");
	own = add_script("rolegate", NSS_STATUS_UNAVAIL, 700);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "");
	assert_int_equal(name_sources_ask_groups(&sources, "local", PRIMARY, &gids), 0);
	assert_string_equal(sources.silent, "");
	assert_true(has_gid(&gids, 600));
	assert_int_equal(own->n_asked, 0);
	free(gids.list);
}

/* Without initgroups_dyn: whether it answers at all; its groups are libc's to list. */
static void test_plain_module(void **unused)
{
	static const struct {
		enum nss_status status;
		const char *silent;
	} cases[] = {
		{ NSS_STATUS_SUCCESS, "" },
		{ NSS_STATUS_NOTFOUND, "" },
		{ NSS_STATUS_UNAVAIL, "plain" },
		{ NSS_STATUS_TRYAGAIN, "plain" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct name_sources sources = { 0 };
		struct name_gids gids = { 0 };

		begin_case("group: plain\n");
		add_script("plain", cases[i].status, 700);
		assert_int_equal(name_sources_ask_groups(&sources, "u", PRIMARY, &gids), 0);
		assert_string_equal(sources.silent, cases[i].silent);
		assert_int_equal(gids.n, 1);
		free(gids.list);
	}
}

static void test_missing_modules(void **unused)
{
	static const struct {
		const char *text, *silent;
	} cases[] = {
		{ "passwd: nosuch one\n", "nosuch" },
		{ "passwd: ../one one\n", "../one" },
		{ "passwd: /one one\n", "/one" },
		{ "passwd: %s one\n", "%s" },
		{ "passwd: a12345678901234567890123456789012345678901234567890 one\n",
		  "a123456789012345678901234567890" },
		/* It has no entries of this kind, and none of another. */
		{ "passwd: bare one\n", "" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct name_sources sources = { 0 };
		struct nss_script *one;

		begin_case(cases[i].text);
		one = add_script("one", NSS_STATUS_NOTFOUND, 0);
		assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
		assert_string_equal(sources.silent, cases[i].silent);
		/* The next one is asked all the same. */
		assert_int_equal(one->n_asked, 1);
	}
}

static void test_hundred_sources(void **unused)
{
	struct name_sources sources = { 0 };
	char text[4096] = "passwd: one", *end = text + strlen(text);
	struct nss_script *one, *two;

	(void)unused;
	for (int i = 0; i < 100; i++)
		end += sprintf(end, " nosuch%02d [NOTFOUND=return]", i);
	strcpy(end, " two\n");
	begin_case(text);
	one = add_script("one", NSS_STATUS_NOTFOUND, 0);
	two = add_script("two", NSS_STATUS_SUCCESS, 700);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 1);
	assert_string_equal(sources.silent, "nosuch00");
	assert_int_equal(one->n_asked, 1);
	assert_int_equal(two->n_asked, 1);
}

/* ---- files ---- */

static void test_files(void **unused)
{
	static const struct {
		const char *name, *text, *user;
		int found;
		uint32_t uid;
	} cases[] = {
		{ "the first entry of a name", "a:x:1:1::/:\nb:x:2:2::/:\nb:x:3:3::/:\n", "b", 1,
		  2 },
		{ "no line's end", "a:x:1:1::/:\nb:x:2:2::/:", "b", 1, 2 },
		{ "lines that are none", "\n# b:x:9:9::/:\nnonsense\nb:x:2:2::/:\n", "b", 1, 2 },
		{ "names are whole", "bb:x:1:1::/:\n", "b", 0, 0 },
		{ "names are of one case", "B:x:1:1::/:\n", "b", 0, 0 },
		{ "an empty file", "", "b", 0, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct name_sources sources = { 0 };
		uint32_t uid = 0;

		begin_case(NULL);
		write_file(passwd_file, cases[i].text);
		if (name_sources_find_user(&sources, cases[i].user, &uid) != cases[i].found ||
		    uid != cases[i].uid || sources.silent[0])
			fail_msg("%s: uid %u", cases[i].name, uid);
	}
}

/* A group of which the line takes a megabyte. */
static void test_large_group(void **unused)
{
	struct name_sources sources = { 0 };
	struct name_gids gids = { 0 };
	FILE *file;

	(void)unused;
	begin_case(NULL);
	file = fopen(group_file, "we");
	assert_non_null(file);
	fputs("large:x:650:", file);
	for (int i = 0; i < 100000; i++)
		fprintf(file, "member%05d,", i);
	fputs("local\nlast:x:651:local\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(name_sources_ask_groups(&sources, "local", PRIMARY, &gids), 0);
	assert_string_equal(sources.silent, "");
	assert_true(has_gid(&gids, 650) && has_gid(&gids, 651));
	assert_int_equal(gids.n, 3);
	free(gids.list);
}

/* A missing file has no entries; one that cannot be read is not an answer. */
static void test_unreadable_files(void **unused)
{
	struct name_sources sources = { 0 };
	struct name_gids gids = { 0 };

	(void)unused;
	begin_case(NULL);
	assert_int_equal(remove(passwd_file) | remove(group_file), 0);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "");
	assert_int_equal(name_sources_ask_groups(&sources, "u", PRIMARY, &gids), 0);
	assert_string_equal(sources.silent, "");

	assert_int_equal(mkdir(passwd_file, 0755) | mkdir(group_file, 0755), 0);
	assert_int_equal(name_sources_find_user(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "files");
	assert_int_equal(name_sources_find_group(&sources, "u", NULL), 0);
	assert_string_equal(sources.silent, "files");
	assert_int_equal(name_sources_ask_groups(&sources, "u", PRIMARY, &gids), 0);
	assert_string_equal(sources.silent, "files");
	assert_int_equal(rmdir(passwd_file) | rmdir(group_file), 0);
	free(gids.list);
}

/* nsswitch.conf itself: none is the default, and one that cannot be read is an error. */
static void test_unreadable_nsswitch(void **unused)
{
	struct name_sources sources = { 0 };
	struct name_gids gids = { 0 };
	uint32_t uid = 0;

	(void)unused;
	begin_case(NULL);
	assert_int_equal(name_sources_find_user(&sources, "local", &uid), 1);
	assert_int_equal(uid, 1001);
	assert_int_equal(mkdir(nsswitch, 0755), 0);
	assert_int_equal(name_sources_find_user(&sources, "local", &uid), -EIO);
	assert_int_equal(name_sources_find_group(&sources, "local", &uid), -EIO);
	assert_int_equal(name_sources_ask_groups(&sources, "local", PRIMARY, &gids), -EIO);
	assert_int_equal(rmdir(nsswitch), 0);
	free(gids.list);
}

/* No descriptor is left: no answer, or the answer. */
static void test_descriptors(void **unused)
{
	struct rlimit before, limit;
	unsigned int n_without = 0;
	int first;

	(void)unused;
	begin_case("passwd: one files\n");
	add_script("one", NSS_STATUS_NOTFOUND, 0);
	first = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(first >= 0);
	close(first);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (rlim_t more = 0; more < 3; more++) {
		struct name_sources sources = { 0 };
		int r;

		limit = (struct rlimit){ (rlim_t)first + more, before.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		r = name_sources_find_user(&sources, "local", NULL);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		assert_true(r == -EIO || r == 1);
		n_without += r < 0;
	}
	assert_int_equal(n_without, 1);
}

/* ---- The list of name sources ---- */

struct seen {
	char text[512];
};

static int note_source(void *context, const char *source, bool is_user, bool answers)
{
	struct seen *seen = context;
	size_t n = strlen(seen->text);

	snprintf(seen->text + n, sizeof(seen->text) - n, "%s%s %s %s", n ? ", " : "",
		 is_user ? "user" : "group", source, answers ? "answers" : "is silent");
	return !strcmp(source, "three") ? 42 : 0;
}

static void test_each(void **unused)
{
	static const struct {
		const char *text, *want;
		int r;
	} cases[] = {
		{ "passwd: files\ngroup: files\n", "", 0 },
		{ NULL, "", 0 },
		{ "passwd: files one\ngroup: two rolegate\n",
		  "user one answers, group two is silent", 0 },
		{ "passwd: one [NOTFOUND=return] two\n", "user one answers, user two is silent",
		  0 },
		{ "passwd: nosuch\ngroup: nosuch\n",
		  "user nosuch is silent, group nosuch is silent", 0 },
		{ "passwd: three one\ngroup: two\n", "user three answers", 42 },
		{ "group: one two\ninitgroups: one\n", "group one answers, group two is silent",
		  0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seen seen = { 0 };

		begin_case(cases[i].text);
		add_script("one", NSS_STATUS_NOTFOUND, 0);
		add_script("two", NSS_STATUS_UNAVAIL, 0);
		add_script("three", NSS_STATUS_SUCCESS, 0);
		assert_int_equal(name_sources_each(note_source, &seen), cases[i].r);
		assert_string_equal(seen.text, cases[i].want);
	}
}

/* ---- The line initgroups, by what this file knows of files ---- */

static void test_initgroups_files(void **unused)
{
	static const struct {
		const char *name, *text, *user;
		gid_t primary;
		bool asks_one;
	} cases[] = {
		{ "group: all sources", "group: files one\n", "local", PRIMARY, true },
		{ "initgroups: the first that has some", "initgroups: files one\n", "local",
		  PRIMARY, false },
		{ "initgroups: files has none", "initgroups: files one\n", "nobody", PRIMARY,
		  true },
		{ "initgroups: on after success", "initgroups: files [SUCCESS=continue] one\n",
		  "local", PRIMARY, true },
		{ "initgroups: not found is the end", "initgroups: files [NOTFOUND=return] one\n",
		  "nobody", PRIMARY, false },
		{ "initgroups: found, and not found is the end",
		  "initgroups: files [SUCCESS=continue NOTFOUND=return] one\n", "local", PRIMARY,
		  true },
		{ "group: not found is the end", "group: files [NOTFOUND=return] one\n", "nobody",
		  PRIMARY, false },
		{ "group: found, and not found is the end", "group: files [NOTFOUND=return] one\n",
		  "local", PRIMARY, true },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct name_sources sources = { 0 };
		struct name_gids gids = { 0 };
		struct nss_script *one;

		begin_case(cases[i].text);
		one = add_script("one", NSS_STATUS_SUCCESS, 700);
		assert_int_equal(name_sources_ask_groups(&sources, cases[i].user, cases[i].primary,
							 &gids),
				 0);
		if (one->n_asked != cases[i].asks_one ||
		    has_gid(&gids, 601) != !strcmp(cases[i].user, "local"))
			fail_msg("%s: %u questions, %zu groups", cases[i].name, one->n_asked,
				 gids.n);
		free(gids.list);
	}
}

/* Only in a group that is the primary one, too: for libc that is no group that it has found. */
static void test_primary_in_files(void **unused)
{
	struct name_sources sources = { 0 };
	struct name_gids gids = { 0 };
	struct nss_script *one;

	(void)unused;
	begin_case("initgroups: files one\n");
	write_file(group_file, "local:x:1001:local\n");
	one = add_script("one", NSS_STATUS_SUCCESS, 700);
	assert_int_equal(name_sources_ask_groups(&sources, "local", 1001, &gids), 0);
	assert_int_equal(one->n_asked, 1);
	assert_true(has_gid(&gids, 700) && gids.n == 2);
	free(gids.list);
}

/* ---- The same as this C library does ---- */

static unsigned int dice(unsigned int n)
{
	static uint32_t state = 20261122;

	state = state * 1664525u + 1013904223u;
	return (state >> 8) % n;
}

/* A database and name sources with actions, at random. */
static void write_line(char *text, size_t size, bool is_initgroups)
{
	static const char *const names[] = { "one", "two", "three", "nosuch", "files" };
	static const char *const words[] = { "SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN" };
	static const char *const actions[] = { "return", "continue" };
	size_t n = 0;

	(void)is_initgroups;
	for (unsigned int i = 0, max = 1 + dice(4); i < max; i++) {
		n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " " : "", names[dice(5)]);
		if (dice(2))
			continue;
		n += (size_t)snprintf(text + n, size - n, " [");
		for (unsigned int k = 0, m = 1 + dice(2); k < m; k++)
			n += (size_t)snprintf(text + n, size - n, "%s%s%s=%s", k ? " " : "",
					      dice(3) ? "" : "!", words[dice(4)], actions[dice(2)]);
		n += (size_t)snprintf(text + n, size - n, "]");
	}
	assert_in_range(n, 1, size - 1);
}

static void throw_statuses(void)
{
	static const char *const names[] = { "one", "two", "three" };
	static const enum nss_status all[] = { NSS_STATUS_SUCCESS, NSS_STATUS_SUCCESS,
					       NSS_STATUS_NOTFOUND, NSS_STATUS_UNAVAIL,
					       NSS_STATUS_TRYAGAIN };

	for (gid_t i = 0; i < 3; i++)
		add_script(names[i], all[dice(5)], 700 + i);
}

#define NOBODY "rolegate-test-nobody"

/* Which of 700 to 702 getgrouplist(3) returns, as bits; in a child, as the library keeps its configuration. */
static int ask_libc(const char *database, const char *sources)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		gid_t gids[64];
		int n = 64, bits = 0;

		if (__nss_configure_lookup(database, sources) != 0 ||
		    getgrouplist(NOBODY, PRIMARY, gids, &n) < 0)
			_exit(99);
		for (int i = 0; i < n; i++)
			if (gids[i] >= 700 && gids[i] < 703)
				bits |= 1 << (gids[i] - 700);
		_exit(bits);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_like_libc(void **unused)
{
	bool has_initgroups = false;
	unsigned int n_some = 0;
	size_t n;
	char *real;

	(void)unused;
	/* A line of this machine's would go before the test's line `group`. */
	if (access("/etc/nsswitch.conf", R_OK) == 0) {
		real = support_read_file("/etc/nsswitch.conf", &n);
		has_initgroups = strstr(real, "initgroups") != NULL;
		free(real);
	}
	for (unsigned int i = 0; i < 600; i++) {
		const char *database = i % 2 || has_initgroups ? "initgroups" : "group";
		struct name_sources sources = { 0 };
		struct name_gids gids = { 0 };
		char line[512], text[600];
		int bits = 0, want;

		begin_case(NULL);
		write_line(line, sizeof(line), i % 2);
		snprintf(text, sizeof(text), "%s: %s\n", database, line);
		write_file(nsswitch, text);
		throw_statuses();
		want = ask_libc(database, line);
		assert_int_equal(name_sources_ask_groups(&sources, NOBODY, PRIMARY, &gids), 0);
		for (gid_t k = 0; k < 3; k++)
			bits |= has_gid(&gids, 700 + k) << k;
		free(gids.list);
		if (bits != want)
			fail_msg("%sone %d two %d three %d: %d, and libc %d", text,
				 nss_scripts[0].groups, nss_scripts[1].groups,
				 nss_scripts[2].groups, bits, want);
		n_some += want != 0;
	}
	print_message("%u of 600 with groups\n", n_some);
	assert_in_range(n_some, 100, 550);
}

/* ---- The modules ---- */

static void link_modules(const char *folder)
{
	static const char *const names[] = { "one",  "two",	"three",   "plain",
					     "bare", "systemd", "rolegate" };
	char path[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/libnss_%s.so.2", folder, names[i]);
		assert_int_equal(symlink(NSS_SCRIPT_MODULE, path), 0);
	}
}

/* Run again where the modules are found. */
static int run_again(char **argv)
{
	char *folder = support_make_folder();

	link_modules(folder);
	if (setenv(FOLDER, folder, 1) < 0 || setenv("LD_LIBRARY_PATH", folder, 1) < 0)
		return 1;
	execv("/proc/self/exe", argv);
	return 1;
}

static int remove_all(void **unused)
{
	(void)unused;
	support_remove_folder(strdup(getenv(FOLDER)));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_small_buffers),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_local_only),
		cmocka_unit_test(test_own_module),
		cmocka_unit_test(test_plain_module),
		cmocka_unit_test(test_missing_modules),
		cmocka_unit_test(test_hundred_sources),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_large_group),
		cmocka_unit_test(test_unreadable_files),
		cmocka_unit_test(test_unreadable_nsswitch),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_initgroups_files),
		cmocka_unit_test(test_primary_in_files),
		cmocka_unit_test(test_like_libc),
	};
	const char *folder = getenv(FOLDER);

	(void)argc;
	if (!folder)
		return run_again(argv);
	snprintf(nsswitch, sizeof(nsswitch), "%s/nsswitch.conf", folder);
	snprintf(passwd_file, sizeof(passwd_file), "%s/passwd", folder);
	snprintf(group_file, sizeof(group_file), "%s/group", folder);
	return cmocka_run_group_tests_name("name sources", tests, NULL, remove_all);
}
