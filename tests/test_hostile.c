/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources that would stop, starve or mislead the compiler: each ends in an error, soon, and in a
 * process that goes on living. Everything goes the whole way, from files below a root.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Seconds of processor time that a source may cost, and after which it counts as endless. */
/* Big-endian machines are qemu's (tests/machines.sh). */
#define SECONDS (SUPPORT_HAS_ASAN || __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 10u : 1u)
#define SECONDS_MAX (5 * SECONDS)

#define CATALOGS "catalogs = [ \"workspace\", \"host\" ];\n"
#define SOUND CATALOGS "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"

#define POLICY ROLEGATE_CONF_DIR "/rolegate.conf"
#define POLICY_D ROLEGATE_CONF_DIR "/policy.d"
#define SITE_CATALOGS ROLEGATE_CONF_DIR "/catalogs"
#define COMPILED ROLEGATE_STATE_DIR "/" FORMAT_FILE_NAME

/* ---- A root with a policy in it ---- */

struct world {
	char *root;
	struct tree tree;
};

/* The host's path of a file below the root; lasts until the next call but one. */
static const char *below(const struct world *world, const char *path)
{
	static char paths[2][1024];
	static unsigned int i;

	i = !i;
	snprintf(paths[i], sizeof(paths[i]), "%s%s", world->root, path);
	return paths[i];
}

static void put(const struct world *world, const char *path, const void *bytes, size_t n)
{
	support_write_file(below(world, path), bytes, n, 0644);
}

static void put_text(const struct world *world, const char *path, const char *text)
{
	put(world, path, text, strlen(text));
}

static void make_folder(const struct world *world, const char *path)
{
	int fd = tree_make_folder(&world->tree, path);

	assert_true(fd >= 0);
	close(fd);
}

static int make_world(void **state)
{
	static const char *const catalogs[] = { "workspace", "host", "organisation",
						"departments" };
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	umask(022);
	world->root = support_make_folder();
	/* Some tests look as somebody else. */
	assert_int_equal(chmod(world->root, 0755), 0);
	assert_int_equal(tree_open(&world->tree, world->root), 0);
	make_folder(world, POLICY_D);
	make_folder(world, SITE_CATALOGS);
	make_folder(world, ROLEGATE_CATALOG_DIR);
	for (size_t i = 0; i < sizeof(catalogs) / sizeof(catalogs[0]); i++) {
		char from[600], to[600], *text;
		size_t n;

		snprintf(from, sizeof(from), "%s/conf/catalogs/%s.conf", TEST_SRCDIR, catalogs[i]);
		snprintf(to, sizeof(to), "%s/%s.conf", ROLEGATE_CATALOG_DIR, catalogs[i]);
		text = support_read_file(from, &n);
		put(world, to, text, n);
		free(text);
	}
	put_text(world, POLICY, SOUND);
	*state = world;
	return 0;
}

static int remove_world(void **state)
{
	struct world *world = *state;

	tree_close(&world->tree);
	support_remove_folder(world->root);
	free(world);
	return 0;
}

static int compile(const struct world *world, struct compiled *ret)
{
	const struct compile_catalogs catalogs = {
		.tree = &world->tree,
		.vendor = ROLEGATE_CATALOG_DIR,
		.site = SITE_CATALOGS,
	};

	compile_init(ret);
	return compile_tree(&world->tree, ROLEGATE_CONF_DIR, &catalogs, NULL, ret);
}

/* Whether the world's policy is refused with that problem (or sound, if `part` is NULL). */
static bool is_refused(const struct world *world, unsigned int line, const char *part)
{
	struct compiled compiled;
	int r = compile(world, &compiled);
	bool good = part ? r == -EINVAL && support_has_problem(&compiled, REPORT_ERROR, line, part)
			 : r == 0;

	if (!good) {
		print_message("compile_tree: %d, %zu errors; wanted at line %u: %s\n", r,
			      compiled.report.n_errors, line, part ? part : "(nothing)");
		if (compiled.report.n < 20)
			support_print_report(&compiled);
	}
	/* Understood or not, the report keeps within its bounds and its books. */
	if (compiled.report.n > REPORT_MAX || (r == -EINVAL) != (compiled.report.n_errors > 0))
		good = false;
	compile_free(&compiled);
	return good;
}

/* ---- In a process of its own, with a clock ---- */

/*
 * Run is_refused() where an exit(2), a crash or a loop without end is this case's failure and not
 * the end of all tests.
 */
static bool is_refused_soon(const char *name, const struct world *world, unsigned int line,
			    const char *part)
{
	const struct rlimit cpu = { .rlim_cur = SECONDS_MAX, .rlim_max = SECONDS_MAX + 1 };
	struct rusage usage;
	double seconds;
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setrlimit(RLIMIT_CPU, &cpu);
		/* For whatever waits instead of computing. */
		alarm(3 * SECONDS_MAX);
		status = is_refused(world, line, part) ? 42 : 43;
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 42 && seconds <= SECONDS)
		return true;
	print_message("FAILED: %s: %s %d after %.2f s, %ld MB\n", name,
		      WIFSIGNALED(status) ? "signal" : "exit status",
		      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), seconds,
		      usage.ru_maxrss / 1024);
	return false;
}

/* ---- tests/data/hostile: one file for each invalid input ---- */

#define DATA TEST_SRCDIR "/tests/data/hostile"

struct datum {
	char name[256];
	char *text, *expectation;
	size_t n;
	unsigned int line; /* 0: any */
	const char *part;
};

/* Read NAME.conf, and what it expects: from its first line, or NAME.expect where that cannot be. */
static void read_datum(struct datum *datum, const char *name)
{
	char path[1024];
	size_t n;
	int end = 0;

	*datum = (struct datum){ 0 };
	snprintf(datum->name, sizeof(datum->name), "%s", name);
	snprintf(path, sizeof(path), "%s/%s", DATA, name);
	datum->text = support_read_file(path, &datum->n);
	snprintf(path, sizeof(path), "%s/%.*s.expect", DATA, (int)strlen(name) - 5, name);
	datum->expectation = access(path, R_OK) == 0 ? support_read_file(path, &n)
						     : strdup(datum->text);
	assert_non_null(datum->expectation);
	datum->expectation[strcspn(datum->expectation, "\n")] = '\0';
	if (sscanf(datum->expectation, "# expect: %u: %n", &datum->line, &end) != 1 || end == 0) {
		print_message("%s says nothing of what it expects\n", name);
		fail();
	}
	datum->part = datum->expectation + end;
	assert_true(strlen(datum->part) > 3);
}

static void free_datum(struct datum *datum)
{
	free(datum->text);
	free(datum->expectation);
}

static int is_datum(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".conf");
}

/* Call for every file, in byte order; returns how many of the calls gave false. */
static size_t each_datum(const struct world *world,
			 bool (*each)(const struct world *world, const struct datum *datum))
{
	struct dirent **entries = NULL;
	int n = scandir(DATA, &entries, is_datum, alphasort);
	size_t n_bad = 0;

	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		struct datum datum;

		read_datum(&datum, entries[i]->d_name);
		n_bad += !each(world, &datum);
		free_datum(&datum);
		free(entries[i]);
	}
	free(entries);
	return n_bad;
}

static bool is_datum_refused(const struct world *world, const struct datum *datum)
{
	put(world, POLICY, datum->text, datum->n);
	return is_refused_soon(datum->name, world, datum->line, datum->part);
}

static void test_data(void **state)
{
	assert_int_equal(each_datum(*state, is_datum_refused), 0);
}

/* ---- Texts of many bytes ---- */

/* A part of a text: `unit` n times, in which % counts from 0 and ~ from 1. */
struct part {
	const char *unit;
	unsigned int n;
};

#define MEGABYTE (1u << 20)
/* One line of a row in which each role is based on the next, and a link between two rows. */
#define ROLE(row) "{ name = \"r%" row "\"; based_on = [ \"r~" row "\" ]; },"
#define LINK(row, next) "{ name = \"r126" row "\"; based_on = [ \"r0" next "\" ]; },"

#define RULE                                                                                       \
	"{ name = \"c%\"; roles = [ \"r%a\", \"r%b\", \"r%c\", \"r%d\", \"r%e\", \"r%f\","         \
	" \"r%g\", \"r%h\" ]; }"

static const struct {
	const char *name;
	struct part parts[5];
	unsigned int line;
	const char *part; /* NULL: it is sound */
} large[] = {
	{ "a string of 8 MB",
	  { { "mode = \"", 1 }, { "x", 8 * MEGABYTE }, { "\";\n", 1 } },
	  1,
	  "a string of 8388610 bytes" },
	{ "a string of escapes",
	  { { "mode = \"", 1 }, { "\\\\", MEGABYTE }, { "\";\n", 1 } },
	  1,
	  "escapes; at most 64" },
	{ "a string of wrong escapes",
	  { { "mode = \"", 1 }, { "\\q", MEGABYTE } },
	  1,
	  "no known escape" },
	{ "16 MB of blanks",
	  { { "mode =", 1 }, { " ", 16 * MEGABYTE }, { "1;", 1 } },
	  1,
	  "a run of blanks" },
	{ "blanks, just short enough, again and again",
	  { { "                                \n", MEGABYTE / 4 }, { "mode = 1;", 1 } },
	  0,
	  "`mode` has to be a string" },
	{ "a word of 8 MB", { { "x", 8 * MEGABYTE }, { " = 1;", 1 } }, 1, "a word of" },
	{ "a number of 8 MB", { { "a = ", 1 }, { "1", 8 * MEGABYTE } }, 1, "a word of" },
	{ "a comment line of 8 MB", { { "#", 8 * MEGABYTE } }, 1, "a comment line of" },
	{ "a comment of 8 MB that never ends",
	  { { "/*", 1 }, { " *\n", 8 * MEGABYTE / 3 } },
	  1,
	  "this comment never ends" },
	{ "a million comments, then an error",
	  { { "/**/", MEGABYTE }, { "mode = 1;", 1 } },
	  1,
	  "`mode` has to be a string" },
	{ "a million newlines, then an error",
	  { { "\n", MEGABYTE }, { "mode = 1;", 1 } },
	  0,
	  "`mode` has to be a string" },
	{ "1e5 settings in one group",
	  { { "plan = {\n", 1 }, { "s% = 1;\n", 100000 }, { "};", 1 } },
	  66,
	  "more than 64 settings in one group" },
	{ "1e5 settings in the file", { { "s% = 1;\n", 100000 } }, 65, "more than 64 settings" },
	{ "1e5 lists in each other", { { "a = ", 1 }, { "(", 100000 } }, 1, "nested more than" },
	{ "1e5 groups in each other", { { "a = { ", 100000 } }, 1, "nested more than" },
	{ "a million wrong numbers", { { "9L\n", MEGABYTE } }, 1, "is not a number" },
	{ "a million strings side by side",
	  { { "default_roles = [", 1 }, { "\"\"\n", MEGABYTE } },
	  2,
	  "two strings side by side" },
	{ "a hundred thousand wrong groups",
	  { { "services = (\n", 1 }, { "{ nam = 1; },\n", 100000 }, { "{ nam = 1; } );", 1 } },
	  2,
	  "no key is called `nam`" },
	{ "a hundred thousand empty groups",
	  { { "roles = (\n", 1 }, { "{ },\n", 100000 }, { "{ } );", 1 } },
	  2,
	  "`name` is missing" },
	{ "a hundred thousand unknown catalogs",
	  { { "catalogs = [ \"x\"", 1 }, { ",\n\"c%\"", 100000 }, { " ];", 1 } },
	  1,
	  "more than 64 catalogs" },
	{ "one unknown role a hundred thousand times",
	  { { "default_roles = [\n", 1 }, { "\"gest\",\n", 100000 }, { "\"gest\" ];", 1 } },
	  2,
	  "no role is called \"gest\"" },
	{ "many unknown roles",
	  { { "default_roles = [\n", 1 }, { "\"u%\",\n", 100000 }, { "\"u\" ];", 1 } },
	  2,
	  "no role is called \"u0\"" },
	{ "many assignments of one user",
	  { { "assign = (\n", 1 },
	    { "{ user = \"bob\"; roles = [ \"user\" ]; },\n", 50000 },
	    { "{ user = \"bob\"; roles = [ \"user\" ]; } );", 1 } },
	  50002,
	  "has 50001 assignments; at most 256" },
	{ "many service patterns",
	  { { "services = (\n", 1 },
	    { "{ name = \"s%*\"; },\n", 20000 },
	    { "{ name = \"s\"; } );", 1 } },
	  0,
	  "service patterns; at most 256" },
	{ "many conflicts",
	  { { "conflicts = (\n", 1 },
	    { "{ name = \"c%\"; roles = [ \"user\", \"guest\" ]; },\n", 50000 },
	    { "{ name = \"c\"; roles = [ \"user\", \"guest\" ]; } );", 1 } },
	  0,
	  "conflict rules; at most 1024" },
	{ "many lines of a matrix",
	  { { "roles = ( { name = \"a\"; matrix = (\n", 1 },
	    { "{ on = \"nowhere%\"; can = \"full\"; },\n", 50000 },
	    { "{ on = \"nowhere\"; can = \"full\"; } ); } );", 1 } },
	  2,
	  "no department" },
	{ "many lines in a plan",
	  { { "plan = { name = \"x\"; includes = [\n", 1 },
	    { "\"item%\",\n", 50000 },
	    { "\"mail\" ]; };", 1 } },
	  0,
	  "lines in the plan; at most 1024" },
	{ "a full plan, and many privileges",
	  { { "roles = (\n", 1 },
	    { "{ name = \"r%\"; privileges = \"p%\"; },\n", 16000 },
	    { "{ name = \"r\"; } ); plan = { name = \"x\"; includes = [\n", 1 },
	    { "\"mail\",\n", 1000 },
	    { "\"nothing\" ]; };", 1 } },
	  0,
	  "the plan includes \"nothing\"" },
	{ "too many roles, each with a privilege",
	  { { "roles = (\n", 1 },
	    { "{ name = \"r%\"; privileges = \"p%\"; },\n", 60000 },
	    { "{ name = \"r\"; } );", 1 } },
	  0,
	  "roles; at most 16384" },
	{ "as many unknown roles as known ones",
	  { { "roles = (\n", 1 },
	    { "{ name = \"role%\"; based_on = [ \"xole%\" ]; },\n", 16000 },
	    { "{ name = \"r\"; } );", 1 } },
	  2,
	  "no role is called \"xole0\"" },
	{ "a cascade of roles",
	  { { "roles = (\n", 1 },
	    { "{ name = \"r%\"; based_on = [ \"r~\" ]; },\n", 16000 },
	    { "{ name = \"r16000\"; based_on = [ \"user\" ]; } );", 1 } },
	  0,
	  NULL },
	{ "a circle of roles",
	  { { "roles = (\n", 1 },
	    { "{ name = \"r%\"; based_on = [ \"r~\" ]; },\n", 16000 },
	    { "{ name = \"r16000\"; based_on = [ \"r0\" ]; } );", 1 } },
	  0,
	  "r16000 -> r0" },
	{ "a cascade of roles that all conflict (A6)",
	  { { "roles = (\n", 1 },
	    { ROLE("a") ROLE("b") ROLE("c") ROLE("d") ROLE("e") ROLE("f") ROLE("g") ROLE("h") "\n",
	      126 },
	    { LINK("a", "b") LINK("b", "c") LINK("c", "d") LINK("d", "e") LINK("e", "f")
		      LINK("f", "g") LINK("g", "h") "{ name = \"r126h\"; } );\nconflicts = (\n",
	      1 },
	    { RULE ",\n", 126 },
	    { "{ name = \"c\"; roles = [ \"user\", \"guest\" ]; } );", 1 } },
	  0,
	  NULL },
	{ "more roles that conflict than there may be",
	  { { "roles = (\n", 1 },
	    { ROLE("a") ROLE("b") ROLE("c") ROLE("d") ROLE("e") ROLE("f") ROLE("g") ROLE("h") "\n",
	      126 },
	    { "{ name = \"r126a\"; } );\nconflicts = (\n", 1 },
	    { RULE ",\n", 1000 },
	    { RULE " );", 1 } },
	  0,
	  "roles in conflict rules; at most 1024" },
};

static void put_part(FILE *to, const struct part *part)
{
	for (unsigned int k = 0; k < part->n; k++) {
		for (const char *p = part->unit; *p; p++) {
			if (*p == '%')
				fprintf(to, "%u", k);
			else if (*p == '~')
				fprintf(to, "%u", k + 1);
			else
				putc(*p, to);
		}
	}
}

static void put_large(const struct world *world, size_t i)
{
	FILE *to = fopen(below(world, POLICY_D "/50-large.conf"), "we");

	assert_non_null(to);
	for (size_t k = 0; k < sizeof(large[i].parts) / sizeof(large[i].parts[0]); k++)
		put_part(to, &large[i].parts[k]);
	assert_int_equal(fclose(to), 0);
}

static void test_large(void **state)
{
	size_t n_bad = 0;

	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		put_large(*state, i);
		n_bad += !is_refused_soon(large[i].name, *state, large[i].line, large[i].part);
	}
	assert_int_equal(n_bad, 0);
}

/* Many files are one policy as well. */
static void test_many_files(void **state)
{
	char path[600];

	for (unsigned int i = 0; i < FORMAT_SOURCES_MAX; i++) {
		snprintf(path, sizeof(path), "%s/%04u.conf", POLICY_D, i);
		put_text(*state, path, "# nothing\n");
	}
	assert_true(is_refused_soon("many files", *state, 0, "source files; at most 1024"));
}

/* ---- What is no file, or not root's ---- */

#define SPECIAL POLICY_D "/50-special.conf"

static int make_fifo(const char *path)
{
	return mkfifo(path, 0644);
}

static int make_directory(const char *path)
{
	return mkdir(path, 0755);
}

static int make_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return r;
}

static int make_link_to_device(const char *path)
{
	return symlink("/dev/zero", path);
}

static int make_link_to_sound(const char *path)
{
	return symlink("../rolegate.conf", path);
}

static int make_dangling_link(const char *path)
{
	return symlink("/nonexistent", path);
}

static int make_device(const char *path)
{
	return mknod(path, S_IFCHR | 0644, (dev_t)(1u << 8 | 5)); /* /dev/zero */
}

static int make_file(const char *path, mode_t mode, off_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r = fd < 0 || fchmod(fd, mode) < 0 || ftruncate(fd, size) < 0 ? -1 : 0;

	if (fd >= 0)
		close(fd);
	return r;
}

static int make_group_writable(const char *path)
{
	return make_file(path, 0664, 0);
}

static int make_world_writable(const char *path)
{
	return make_file(path, 0646, 0);
}

static int make_unreadable(const char *path)
{
	return make_file(path, 0000, 0);
}

static int make_foreign(const char *path)
{
	return make_file(path, 0644, 0) < 0 ? -1 : chown(path, 65534, 65534);
}

static int make_huge(const char *path)
{
	return make_file(path, 0644, (off_t)SOURCE_MAX + 1);
}

static int make_hollow(const char *path)
{
	return make_file(path, 0644, (off_t)16 * MEGABYTE);
}

static const struct {
	const char *name;
	int (*make)(const char *path); /* -1 if this system or user cannot */
	const char *part;
	bool as_somebody; /* root may read everything */
} kinds[] = {
	{ "FIFO", make_fifo, "is not a regular file", false },
	{ "directory", make_directory, "is not a regular file", false },
	{ "socket", make_socket, "cannot be opened", false },
	{ "link to /dev/zero", make_link_to_device, "a symbolic link", false },
	{ "link to a sound file", make_link_to_sound, "a symbolic link", false },
	{ "link to nothing", make_dangling_link, "a symbolic link", false },
	{ "device", make_device, "is not a regular file", false },
	{ "writable by a group", make_group_writable, "can be written by others", false },
	{ "writable by all", make_world_writable, "can be written by others", false },
	{ "somebody's", make_foreign, "does not belong to root", false },
	{ "unreadable", make_unreadable, "cannot be opened: Permission denied", true },
	{ "over the limit", make_huge, "is larger than 256 MiB", false },
	{ "sparse", make_hollow, "a NUL byte", false },
};

static bool is_kind_refused(const struct world *world, size_t i, const char *path)
{
	const char *file = below(world, path);
	bool good, drops = kinds[i].as_somebody && geteuid() == 0;

	(void)unlink(file);
	if (kinds[i].make(file) < 0) {
		print_message("%s: cannot be made here (%s)\n", kinds[i].name, strerror(errno));
		(void)unlink(file);
		return true;
	}
	if (drops)
		assert_int_equal(seteuid(65534), 0);
	good = is_refused_soon(kinds[i].name, world, 0, kinds[i].part);
	if (drops)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(remove(file), 0);
	return good;
}

static void test_kinds(void **state)
{
	size_t n_bad = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n_bad += !is_kind_refused(*state, i, SPECIAL);
		n_bad += !is_kind_refused(*state, i, POLICY);
		put_text(*state, POLICY, SOUND);
	}
	assert_int_equal(n_bad, 0);
}

/* The folder itself may be something else, and must not be passed over in silence then. */
static void test_folder_kinds(void **state)
{
	static const struct {
		const char *name;
		int (*make)(const char *path);
	} cases[] = {
		{ "policy.d is a FIFO", make_fifo },
		{ "policy.d is a file", make_hollow },
		{ "policy.d is a link", make_link_to_sound },
		{ "policy.d leads nowhere", make_dangling_link },
	};
	const struct world *world = *state;
	size_t n_bad = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(remove(below(world, POLICY_D)), 0);
		assert_int_equal(cases[i].make(below(world, POLICY_D)), 0);
		n_bad += !is_refused_soon(cases[i].name, world, 0, "policy.d cannot be opened");
	}
	assert_int_equal(n_bad, 0);
}

/* Whoever may write a folder may take its files away, or move old ones back. */
static void test_folder_modes(void **state)
{
	static const char *const folders[] = { POLICY_D, ROLEGATE_CONF_DIR };
	const struct world *world = *state;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		assert_int_equal(chmod(below(world, folders[i]), 0777), 0);
		assert_true(is_refused_soon(folders[i], world, 0, "is not root's alone"));
		assert_int_equal(chmod(below(world, folders[i]), 0755), 0);
	}
}

/* ---- Beside each other ---- */

/* One file that cannot be parsed does not hide what is wrong with the others. */
static void test_shows_all_files(void **state)
{
	const struct world *world = *state;
	struct compiled compiled;

	put_text(world, POLICY, SOUND "/* never closed\n");
	put_text(world, POLICY_D "/10.conf", "default_roles = [ \"guest\" ];\nmod = \"x\";\n");
	put_text(world, POLICY_D "/20.conf", "mode = ;\n");
	assert_int_equal(make_fifo(below(world, POLICY_D "/30.conf")), 0);
	put_text(world, POLICY_D "/40.conf", "mode = \"of\";\nservices = ( { nam = 1; } );\n");
	put_text(world, POLICY_D "/.hidden.conf", "mode = ;\n");
	put_text(world, POLICY_D "/50.conf~", "mode = ;\n");
	assert_int_equal(compile(world, &compiled), -EINVAL);
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 3, "never ends"));
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 2, "did you mean `mode`"));
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 1, "syntax error"));
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 0, "is not a regular file"));
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 1, "none of the words"));
	assert_true(support_has_problem(&compiled, REPORT_ERROR, 2, "did you mean `name`"));
	/* And no name is called unknown that the unread files may define. */
	if (compiled.report.n_errors != 6)
		support_print_report(&compiled);
	assert_int_equal(compiled.report.n_errors, 6);
	compile_free(&compiled);
}

/* A catalog is a text like any other. */
static void test_guards_catalogs(void **state)
{
	const struct world *world = *state;

	put_text(world, POLICY, "catalogs = [ \"evil\" ];\n");
	put_text(world, SITE_CATALOGS "/evil.conf", "name = \"evil\";\n@include \"/etc\"\n");
	assert_true(is_refused_soon("@include in a catalog", world, 2, "there are no includes"));
	put_text(world, SITE_CATALOGS "/workspace.conf", "name = \"workspace\";\n");
	put_text(world, POLICY, SOUND);
	assert_true(is_refused_soon("a vendor's name", world, 1, "is there twice"));
}

/* ---- While it grows ---- */

/* Append lines until killed. */
static void grow(const char *path)
{
	static const char line[] = "# one more line of a file that grows\n";
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	/* Small enough to be read in no time, should the parent die. */
	for (unsigned int i = 0; fd >= 0 && i < 500000; i++)
		if (write(fd, line, sizeof(line) - 1) < 0)
			break;
	_exit(0);
}

/* What was there when it was opened is read; what comes then is not waited for. */
static void test_growing(void **state)
{
	const struct world *world = *state;
	struct compiled compiled;
	size_t n_bad = 0;
	unsigned int n_grown = 0;
	struct stat old, now;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		grow(below(world, POLICY));
	for (unsigned int i = 0; i < 50 || (i < 5000 && n_grown == 0); i++) {
		assert_int_equal(stat(below(world, POLICY), &old), 0);
		n_bad += compile(world, &compiled) != 0;
		compile_free(&compiled);
		assert_int_equal(stat(below(world, POLICY), &now), 0);
		n_grown += now.st_size > old.st_size;
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(n_bad, 0);
	assert_true(n_grown > 0);
}

/* What had another size when it was opened is not half of a policy. A file of sysfs says 4096, whatever it holds. */
static void test_cut_short(void **state)
{
	static const char path[] = "/sys/kernel/fscaps";
	struct report report = { 0 };
	struct sources sources = { 0 };
	struct tree tree;
	struct stat st;
	uint32_t file;

	(void)state;
	if (stat(path, &st) < 0 || st.st_uid != 0 || st.st_size == 0) {
		print_message("skipped: there is no %s of root's\n", path);
		skip();
	}
	assert_int_equal(tree_open(&tree, NULL), 0);
	assert_int_equal(source_read(&sources, &tree, path, &report, &file), -EBADMSG);
	assert_int_equal(report.n_errors, 1);
	assert_non_null(strstr(report.problems[0].text, "was cut short while it was read"));
	report_free(&report);
	sources_free(&sources);
	tree_close(&tree);
}

/* ---- rolegate apply ---- */

/* Run `rolegate --root ROOT apply`; its exit status, or -1. */
static int apply(const struct world *world)
{
	const char *const program = TEST_BUILDDIR "/rolegate";
	int status, null;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(null, 1);
		dup2(null, 2);
		alarm(3 * SECONDS_MAX);
		execl(program, program, "--root", world->root, "apply", (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The policy in force before a broken source is applied, and after. */
static struct stat before_stat;
static char *before;
static size_t n_before;

static bool is_untouched(const struct world *world)
{
	struct stat st;
	size_t n;
	char *now;
	bool same;

	assert_int_equal(lstat(below(world, COMPILED), &st), 0);
	now = support_read_file(below(world, COMPILED), &n);
	same = n == n_before && !memcmp(now, before, n) && st.st_ino == before_stat.st_ino &&
	       st.st_mode == before_stat.st_mode &&
	       st.st_mtim.tv_sec == before_stat.st_mtim.tv_sec &&
	       st.st_mtim.tv_nsec == before_stat.st_mtim.tv_nsec;
	free(now);
	return same;
}

static bool is_not_applied(const struct world *world, const struct datum *datum)
{
	int status;

	put(world, POLICY, datum->text, datum->n);
	status = apply(world);
	if (status == 3 && is_untouched(world))
		return true;
	print_message("%s: exit status %d, policy %s\n", datum->name, status,
		      is_untouched(world) ? "untouched" : "changed");
	return false;
}

static void test_apply(void **state)
{
	const struct world *world = *state;
	int status = apply(world);
	size_t n_bad;

	/* Run by root on behalf of a person whom this host does not know as an owner. */
	if (status == 4)
		skip();
	assert_int_equal(status, 0);
	assert_int_equal(lstat(below(world, COMPILED), &before_stat), 0);
	before = support_read_file(below(world, COMPILED), &n_before);
	n_bad = each_datum(world, is_not_applied);
	put_text(world, POLICY, SOUND);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].as_somebody || kinds[i].make(below(world, SPECIAL)) < 0)
			continue;
		status = apply(world);
		n_bad += status != 3 || !is_untouched(world);
		assert_int_equal(remove(below(world, SPECIAL)), 0);
	}
	free(before);
	assert_int_equal(n_bad, 0);
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, make_world, remove_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_data),
		WORLD_TEST(test_large),
		WORLD_TEST(test_many_files),
		WORLD_TEST(test_kinds),
		WORLD_TEST(test_folder_kinds),
		WORLD_TEST(test_folder_modes),
		WORLD_TEST(test_shows_all_files),
		WORLD_TEST(test_guards_catalogs),
		WORLD_TEST(test_growing),
		cmocka_unit_test(test_cut_short),
		WORLD_TEST(test_apply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
