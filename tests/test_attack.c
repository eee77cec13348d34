/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lines of SECURITY.md's attack list that fit into no other test: what a caller, an environment
 * or a neighbour could do to the command, the library and the lookup of people.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <locale.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "account.h"
#include "actor.h"
#include "when.h"

#define POLICY                                                                                     \
	"catalogs = [ \"workspace\" ];\n"                                                          \
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"                               \
	"  { user = \"bob\"; roles = [ \"user\" ]; },\n"                                           \
	"  { user = \"trent\"; roles = [ \"user\" ]; until = \"2030-01-01T00:00:00Z\"; },\n"       \
	"  { user = \"vera\"; roles = [ \"user\" ]; from = \"2030-01-01T00:00:00Z\"; } );\n"       \
	"system_account_roles = [ \"user\" ];\n"

/* What a user holds and a guest does not. */
#define PERMISSION "drive"

#define N(list) (sizeof(list) / sizeof((list)[0]))

/* ---- Locales that a machine need not have ---- */

static char *locales;
static bool has_locales;

/* Made where the machine has what they are made of. Emulated programs have another order of bytes. */
static int make_locales(void **unused)
{
	static const char *const names[] = { "tr_TR", "de_DE" };
	char line[512];

	(void)unused;
	locales = support_make_folder();
	has_locales = !support_is_emulated();
	for (size_t i = 0; i < N(names); i++) {
		snprintf(line, sizeof(line),
			 "localedef -i %s -f UTF-8 '%s/%s.UTF-8' >'%s/log' 2>&1", names[i], locales,
			 names[i], locales);
		has_locales = has_locales && system(line) == 0;
	}
	if (!has_locales)
		print_message("skipped: no locales can be made (Debian: locales)\n");
	return setenv("LOCPATH", locales, 1);
}

static int remove_locales(void **unused)
{
	(void)unused;
	support_remove_folder(locales);
	return 0;
}

/* ---- What a caller of the command can set ---- */

/* Run the command in a shell, behind words of the shell's, as "ulimit -f 1;"; the wait status. */
static int run_behind(struct command *command, const char *before, const char *words,
		      const char *after)
{
	char line[1024];
	int status;

	snprintf(line, sizeof(line), "%s exec " TEST_BUILDDIR "/rolegate --root '%s' %s %s", before,
		 command->root, words, after);
	status = system(line);
	assert_true(status >= 0);
	return status;
}

/* The generation in force, whole. */
static uint64_t generation(const struct command *command)
{
	struct rolegate_policy *policy = NULL;
	uint64_t number = 0;
	char dir[512];

	snprintf(dir, sizeof(dir), "%s" ROLEGATE_STATE_DIR, command->root);
	if (rolegate_policy_load(dir, &policy, NULL) == 0)
		number = rolegate_policy_generation(policy);
	rolegate_policy_close(policy);
	return number;
}

/*
 * A caller closes standard descriptors: what the command opens next would have their numbers, and
 * get its messages.
 */
static void test_closed_descriptors(void **unused)
{
	static const char *const closed[] = { "<&-",	  ">&-",      "2>&-",	     "<&- >&-",
					      "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-" };
	struct command *command = command_start(POLICY);

	(void)unused;
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
		char words[64], *managed;
		uint64_t before = generation(command);

		snprintf(words, sizeof(words), "assign user%zu user", i);
		(void)run_behind(command, "exec 3>&-;", words, closed[i]);
		assert_int_equal(generation(command), before + 1);
		/* Nothing was written into what it wrote. */
		managed = command_read(command, ROLEGATE_CONF_DIR "/policy.d/90-managed.conf");
		assert_null(strstr(managed, "generation"));
		free(managed);
		command_expect(command, "check", 0, "");
		command_expect(command, "diff", 0, "");
		/* And what is wrong is not said there either. */
		(void)run_behind(command, "", "assign nobody no-such-role", closed[i]);
		command_expect(command, "check", 0, "");
	}
	command_end(command);
}

/* Files may not grow over a limit: an error like a full disk, and no death in the middle. */
static void test_file_limit(void **unused)
{
	struct command *command = command_start(POLICY);

	(void)unused;
	for (unsigned int blocks = 0; blocks <= 8; blocks++) {
		char before[32];
		int status;

		snprintf(before, sizeof(before), "ulimit -f %u;", blocks);
		status = run_behind(command, before, "assign cleo user", ">/dev/null 2>&1");
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 5);
		assert_int_equal(generation(command), 1);
		assert_false(command_has(command, ROLEGATE_CONF_DIR "/policy.d/90-managed.conf"));
	}
	command_expect(command, "assign cleo user", 0, "eneration 2 is in force");
	command_end(command);
}

/* No descriptor too few may do anything but fail. */
static void test_descriptor_limit(void **unused)
{
	struct command *command = command_start(POLICY);
	unsigned int n_failed = 0;

	(void)unused;
	for (unsigned int limit = 3; limit < 24; limit++) {
		char before[32], words[64];
		uint64_t was = generation(command);
		int status;

		snprintf(before, sizeof(before), "ulimit -n %u;", limit);
		snprintf(words, sizeof(words), "assign user%u user", limit);
		/* Which the shell itself may fail at, on its own standard error. */
		status = run_behind(command, before, words, ">/dev/null 2>&1 </dev/null");
		assert_true(WIFEXITED(status));
		assert_int_equal(generation(command), was + (WEXITSTATUS(status) == 0));
		n_failed += WEXITSTATUS(status) != 0;
	}
	assert_in_range(n_failed, 1, 20);
	command_end(command);
}

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_HAS_LIMIT 0 /* a sanitizer needs all the addresses there are */
#else
#define MEMORY_HAS_LIMIT 1
#endif

/* Whatever the limit of memory: done, or exit status 5, which is no crash in libconfig either. */
static void test_memory_limit(void **unused)
{
	unsigned int n_done = 0, n_failed = 0;
	struct command *command;

	(void)unused;
	if (!MEMORY_HAS_LIMIT || support_is_emulated())
		skip();
	command = command_start(POLICY);
	for (unsigned int kib = 2000; n_done < 3 && kib < 65536; kib += 64) {
		char before[32];
		int status;

		snprintf(before, sizeof(before), "ulimit -v %u;", kib);
		status = run_behind(command, before, "check", ">/dev/null 2>&1");
		if (!WIFEXITED(status))
			fail_msg("with %u KiB it ends by signal %d", kib, WTERMSIG(status));
		/* 126 and 127: the shell or the loader have too little for the program itself. */
		if (WEXITSTATUS(status) != 126 && WEXITSTATUS(status) != 127 &&
		    WEXITSTATUS(status) != 2)
			assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 5);
		n_failed += WEXITSTATUS(status) == 5;
		n_done += WEXITSTATUS(status) == 0;
	}
	assert_true(n_failed > 3 && n_done > 0);
	command_end(command);
}

/* Whoever runs this is somebody there who may change nothing. */
static void write_people(const struct command *command)
{
	char text[256];
	uid_t uid = 0;

	assert_true(actor_find(&uid) != ACTOR_FAILED);
	snprintf(text, sizeof(text), "alice:x:4100000:1::/:\nmallory:x:%u:1::/:\n", uid);
	command_write(command, "/etc/passwd", text);
}

/*
 * Nobody's environment says who somebody is, where the policy lies or what time it is. The date is
 * one on which a role ends: the zone decides on which side of that its midnight is.
 */
static void test_environment(void **unused)
{
	static const char *const environments[] = {
		"USER=alice LOGNAME=alice SUDO_USER=alice SUDO_UID=4100000 PAM_RUSER=alice",
		"HOME=/root ROLEGATE_STATE_DIR=/tmp ROLEGATE_CONF_DIR=/tmp ROLEGATE_ROOT=/",
		"TZ=FAR-14",
		"TZ=FAR12",
		"TZ=:/etc/passwd",
		"LC_ALL=tr_TR.UTF-8 LANG=tr_TR.UTF-8 LANGUAGE=tr",
		"LC_ALL=C",
		"LC_ALL=../../../tmp/evil LOCPATH=/tmp NLSPATH=/tmp/%N",
		"TMPDIR=/nowhere MALLOC_PERTURB_=165",
	};
	static const char *const words[] = {
		"explain trent --permission " PERMISSION " --at 2030-01-01",
		"assign zed user",
	};
	struct command *command = command_start(POLICY "root_is_owner = false;\n");
	char usual[4096], got[4096];

	(void)unused;
	write_people(command);
	for (size_t k = 0; k < N(words); k++) {
		int status = command_run_below(command->root, words[k], usual, sizeof(usual));

		if (k == 1) {
			assert_int_equal(status, 4);
			assert_non_null(strstr(usual, "mallory"));
		}
		for (size_t i = 0; i < N(environments); i++) {
			int now = command_run_in(environments[i], command->root, words[k], got,
						 sizeof(got));

			if (now != status || strcmp(got, usual) != 0)
				fail_msg("%s: %s: %d %s", environments[i], words[k], now, got);
		}
	}
	command_end(command);
}

/* ---- Odd people ---- */

static enum rolegate_verdict ask(const struct rolegate_policy *policy, const char *name, uid_t uid,
				 int64_t at)
{
	const struct rolegate_subject subject = {
		.person = { .size = sizeof(struct rolegate_person),
			    .name = name,
			    .uid = uid,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS },
	};
	struct rolegate_decision decision = { .size = sizeof(struct rolegate_decision),
					      .verdict = ROLEGATE_ALLOW };

	assert_int_equal(rolegate_can(policy, &subject, PERMISSION, at, &decision), 0);
	return decision.verdict;
}

static void test_people(void **unused)
{
	static const struct {
		const char *what, *name;
		uid_t uid;
		int64_t at;
		enum rolegate_verdict want;
	} cases[] = {
		{ "D6 root, by uid", "root", 0, SUPPORT_NOW, ROLEGATE_ALLOW },
		{ "D6 another name of uid 0", "toor", 0, SUPPORT_NOW, ROLEGATE_ALLOW },
		{ "D6 the name alone is not root", "root", 1000, SUPPORT_NOW, ROLEGATE_DENY },
		{ "uid -1, which is 2^32-1, is nobody's", "eve", (uid_t)-1, SUPPORT_NOW,
		  ROLEGATE_DENY },
		{ "uid 2^32-2", "eve", (uid_t)-2, SUPPORT_NOW, ROLEGATE_DENY },
		{ "uid 2^31, which is negative in an int, is no system account", "eve",
		  (uid_t)1 << 31, SUPPORT_NOW, ROLEGATE_DENY },
		{ "P3 a system account", "daemon", 999, SUPPORT_NOW, ROLEGATE_ALLOW },
		{ "P3 no system account", "eve", 1000, SUPPORT_NOW, ROLEGATE_DENY },
		{ "P12 a role is the name's", "bob", 1001, SUPPORT_NOW, ROLEGATE_ALLOW },
		{ "P12 and not another name's of that uid", "bob2", 1001, SUPPORT_NOW,
		  ROLEGATE_DENY },
		{ "P12 whatever the uid of the name", "bob", (uid_t)-1, SUPPORT_NOW,
		  ROLEGATE_ALLOW },
		{ "P3 until, a wrong clock: the beginning of time", "trent", 1002, INT64_MIN,
		  ROLEGATE_DENY },
		{ "P3 until, a wrong clock: before 1970", "trent", 1002, -1, ROLEGATE_DENY },
		{ "P3 until, 301 seconds before the activation", "trent", 1002, SUPPORT_NOW - 301,
		  ROLEGATE_DENY },
		{ "P3 until, 300 seconds before the activation", "trent", 1002, SUPPORT_NOW - 300,
		  ROLEGATE_ALLOW },
		{ "P3 no dates, a wrong clock", "bob", 1001, INT64_MIN, ROLEGATE_ALLOW },
		{ "P3 until, at the end of time", "trent", 1002, INT64_MAX, ROLEGATE_DENY },
		{ "P3 until, the moment itself", "trent", 1002, INT64_C(1893456000),
		  ROLEGATE_DENY },
		{ "P3 until, a moment before", "trent", 1002, INT64_C(1893455999), ROLEGATE_ALLOW },
		{ "P3 from, at the beginning of time", "vera", 1003, INT64_MIN, ROLEGATE_DENY },
		{ "P3 from, at the end of time", "vera", 1003, INT64_MAX - 1, ROLEGATE_ALLOW },
		{ "P3 no end is no end", "bob", 1001, INT64_MAX - 1, ROLEGATE_ALLOW },
	};
	struct rolegate_policy *policy = support_policy(POLICY);

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (ask(policy, cases[i].name, cases[i].uid, cases[i].at) != cases[i].want)
			fail_msg("%s", cases[i].what);
	}
	rolegate_policy_close(policy);
}

/* Zones in which a day's first moment is not at midnight, or comes twice. */
static void test_zones(void **unused)
{
	static const struct {
		const char *what, *zone, *text;
		int64_t want;
	} cases[] = {
		{ "the night in which midnight is left out: the day begins at one",
		  "XST3XDT,M11.1.0/0,M2.3.0/0", "2018-11-04", INT64_C(1541300400) },
		{ "the night in which midnight comes twice: the first",
		  "XST5XDT,M3.2.0/0,M11.1.0/1", "2026-11-01", INT64_C(1793505600) },
		{ "half an hour", "XST-10:30XDT-11,M10.1.0,M4.1.0", "2026-07-01",
		  INT64_C(1782826200) },
		{ "fourteen hours ahead", "XST-14", "2026-07-01", INT64_C(1782813600) },
		{ "twelve hours behind", "XST12", "2026-07-01", INT64_C(1782907200) },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t at = 0;

		assert_int_equal(setenv("TZ", cases[i].zone, 1), 0);
		tzset();
		if (when_parse(cases[i].text, &at) || at != cases[i].want)
			print_message("%s: %lld\n", cases[i].what, (long long)at);
		assert_int_equal(at, cases[i].want);
	}
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

/*
 * A program's locale says nothing of names, dates and numbers in a policy: not where i is no small I,
 * nor where a comma divides.
 */
static void test_locales(void **unused)
{
	static const char *const others[] = { "tr_TR.UTF-8", "de_DE.UTF-8" };

	(void)unused;
	if (!has_locales)
		skip();
	for (size_t i = 0; i < N(others); i++) {
		struct rolegate_policy *policy;

		assert_non_null(setlocale(LC_ALL, others[i]));
		policy = support_policy(POLICY);
		assert_int_equal(ask(policy, "bob", 1001, SUPPORT_NOW), ROLEGATE_ALLOW);
		assert_int_equal(ask(policy, "BOB", 1001, SUPPORT_NOW), ROLEGATE_DENY);
		assert_int_equal(ask(policy, "trent", 1002, INT64_MAX), ROLEGATE_DENY);
		rolegate_policy_close(policy);
	}
	assert_non_null(setlocale(LC_ALL, "C"));
}

/* ---- A process at its limit of descriptors ---- */

/* Somebody who is in a group by its list alone; false if the machine has nobody. */
static bool find_member(char name[64])
{
	const struct group *group;
	bool found = false;

	setgrent();
	while (!found && (group = getgrent())) {
		const struct passwd *user = group->gr_mem[0] ? getpwnam(group->gr_mem[0]) : NULL;

		found = user && user->pw_gid != group->gr_gid && strlen(user->pw_name) < 64;
		if (found)
			strcpy(name, user->pw_name);
	}
	endgrent();
	return found;
}

/* All groups or an error: never some, which could be what somebody is who lost the others. */
static void test_groups_at_the_limit(void **unused)
{
	struct rlimit before, limit;
	struct account whole;
	unsigned int n_failed = 0;
	char name[64];
	int first;

	(void)unused;
	if (!find_member(name)) {
		print_message("skipped: nobody is in a group by its list alone\n");
		skip();
	}
	assert_int_equal(account_init(&whole, name), 0);
	assert_int_equal(account_look_up(&whole, ROLEGATE_FACT_SOURCES, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	first = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(first >= 0);
	close(first);
	for (rlim_t more = 0; more < 24; more++) {
		struct account account;
		int r;

		limit = (struct rlimit){ (rlim_t)first + more, before.rlim_max };
		assert_int_equal(account_init(&account, name), 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		/* The uid is known, as where an earlier question has asked for it. */
		account.person.uid = whole.person.uid;
		account.person.facts = ROLEGATE_FACT_UID;
		account.gid = whole.gid;
		r = account_look_up(&account, ROLEGATE_FACT_SOURCES, NULL);
		/*
		 * A name source that did not answer is named; then nothing rests on the groups (P3). One that never
		 * answers here is named in any case.
		 */
		if (r == 0 && strcmp(account.silent, whole.silent) != 0)
			r = -EIO;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		if (r == 0)
			assert_int_equal(account.n_groups, whole.n_groups);
		n_failed += r < 0;
		account_free(&account);
	}
	account_free(&whole);
	assert_in_range(n_failed, 1, 23);
}

/* ---- Between the check and the use ---- */

struct race {
	char dir[256], good[300], bad[300], name[300];
	atomic_bool is_over;
};

/* One name, by turns a policy that root alone writes, and one that all may write. */
static void *keep_swapping(void *context)
{
	struct race *race = context;
	char spare[320];

	snprintf(spare, sizeof(spare), "%s.spare", race->name);
	while (!atomic_load(&race->is_over)) {
		(void)unlink(spare);
		if (link(race->bad, spare) == 0)
			(void)rename(spare, race->name);
		(void)unlink(spare);
		if (symlink(race->bad, spare) == 0)
			(void)rename(spare, race->name);
		(void)unlink(spare);
		if (link(race->good, spare) == 0)
			(void)rename(spare, race->name);
	}
	return NULL;
}

static void make_race(struct race *race, char *folder)
{
	char deep[280];

	snprintf(race->dir, sizeof(race->dir), "%s", folder);
	snprintf(race->name, sizeof(race->name), "%s/policy.cdb", folder);
	snprintf(race->good, sizeof(race->good), "%s/good", folder);
	snprintf(race->bad, sizeof(race->bad), "%s/bad", folder);
	snprintf(deep, sizeof(deep), "%s", folder);
	support_write_policy("catalogs = [ \"workspace\" ];\n"
			     "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n",
			     deep);
	assert_int_equal(rename(race->name, race->good), 0);
	support_write_policy("catalogs = [ \"workspace\" ];\n"
			     "assign = ( { user = \"eve\"; roles = [ \"owner\" ]; } );\n",
			     deep);
	assert_int_equal(rename(race->name, race->bad), 0);
	assert_int_equal(chmod(race->bad, 0666), 0);
	assert_int_equal(link(race->good, race->name), 0);
}

/* What is checked is what is read: the open file, and never the name a second time. */
static void test_race(void **unused)
{
	char *folder = support_make_folder();
	unsigned int n_opened = 0, n_refused = 0;
	struct race race = { .is_over = false };
	pthread_t thread;

	(void)unused;
	make_race(&race, folder);
	assert_int_equal(pthread_create(&thread, NULL, keep_swapping, &race), 0);
	/* On a busy machine longer, until both have been met. */
	for (unsigned int i = 0; i < 20000 || n_opened < 50 || n_refused < 50; i++) {
		struct rolegate_policy *policy = NULL;
		int r = rolegate_policy_open(race.dir, &policy, NULL);

		if (i % 100 == 0)
			(void)sched_yield();

		n_opened += r == 0;
		n_refused += r == -EPERM;
		assert_true(r == 0 || r == -EPERM);
		if (r == 0)
			assert_int_equal(ask(policy, "eve", 1000, SUPPORT_NOW), ROLEGATE_DENY);
		rolegate_policy_close(policy);
	}
	atomic_store(&race.is_over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	print_message("%u opened, %u refused\n", n_opened, n_refused);
	support_remove_folder(folder);
}

/* ---- Links and owners ---- */

/* A hard link has its file's owner and mode: neither is the folder's. */
static void test_hard_links(void **unused)
{
	char foreign[512], source[512];
	struct command *command;

	(void)unused;
	if (geteuid() != 0) {
		print_message("skipped: only root has files of others\n");
		skip();
	}
	command = command_start(POLICY);
	command_write(command, "/home/eve.conf",
		      "assign = ( { user = \"eve\"; roles = [ \"owner\" ]; } );\n");
	snprintf(foreign, sizeof(foreign), "%s/home/eve.conf", command->root);
	snprintf(source, sizeof(source), "%s" ROLEGATE_CONF_DIR "/policy.d", command->root);
	assert_true(mkdir(source, 0755) == 0 || errno == EEXIST);
	strcat(source, "/10-eve.conf");
	assert_int_equal(chown(foreign, 65534, 65534), 0);
	assert_int_equal(link(foreign, source), 0);
	command_expect(command, "apply", 3, "does not belong to root");
	assert_int_equal(chown(foreign, 0, 0), 0);
	assert_int_equal(chmod(foreign, 0666), 0);
	command_expect(command, "apply", 3, "can be written by others");
	assert_int_equal(generation(command), 1);
	command_end(command);
}

#define CASE(text, function)                                                                       \
	{                                                                                          \
		.name = (text), .test_func = (function)                                            \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE("closed standard descriptors", test_closed_descriptors),
		CASE("RLIMIT_FSIZE", test_file_limit),
		CASE("RLIMIT_NOFILE, the command", test_descriptor_limit),
		CASE("RLIMIT_NOFILE, the groups of somebody", test_groups_at_the_limit),
		CASE("RLIMIT_AS", test_memory_limit),
		CASE("the environment", test_environment),
		CASE("uids, names and times", test_people),
		CASE("time zones", test_zones),
		CASE("locales", test_locales),
		CASE("between the check and the open", test_race),
		CASE("hard links", test_hard_links),
	};

	return cmocka_run_group_tests_name("attacks", tests, make_locales, remove_locales);
}
