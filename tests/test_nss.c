/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The NSS module as the C library calls it, and through the C library.
 *
 * The module under test is the one that is installed, but that its policy lies in TEST_NSS_STATE.
 * What roles bring whom where is test_seen.c's.
 */
#include "support.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entry.h"
#include "faults/scarce.h"

#define MODULE TEST_BUILDDIR "/tests/.libs/libnss_rolegate.so.2"
#define POLICY TEST_NSS_STATE "/" FORMAT_FILE_NAME
#define TRIAL TEST_NSS_STATE "/" FORMAT_TRIAL_NAME

/* ---- Whoever asks NSS is counted ---- */

static atomic_uint n_asked;

/* The C library's own function of that name. */
static void *real(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	n_asked++;
	assert_non_null(function);
	return function;
}

int getgrnam_r(const char *name, struct group *entry, char *buffer, size_t n, struct group **ret)
{
	int (*function)(const char *, struct group *, char *, size_t, struct group **);

	*(void **)&function = real("getgrnam_r");
	return function(name, entry, buffer, n, ret);
}

int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t n, struct group **ret)
{
	int (*function)(gid_t, struct group *, char *, size_t, struct group **);

	*(void **)&function = real("getgrgid_r");
	return function(gid, entry, buffer, n, ret);
}

int getgrouplist(const char *user, gid_t group, gid_t *groups, int *n)
{
	int (*function)(const char *, gid_t, gid_t *, int *);

	*(void **)&function = real("getgrouplist");
	return function(user, group, groups, n);
}

int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t n, struct passwd **ret)
{
	int (*function)(const char *, struct passwd *, char *, size_t, struct passwd **);

	*(void **)&function = real("getpwnam_r");
	return function(name, entry, buffer, n, ret);
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t n, struct passwd **ret)
{
	int (*function)(uid_t, struct passwd *, char *, size_t, struct passwd **);

	*(void **)&function = real("getpwuid_r");
	return function(uid, entry, buffer, n, ret);
}

int socket(int domain, int type, int protocol)
{
	int (*function)(int, int, int);

	*(void **)&function = real("socket");
	return function(domain, type, protocol);
}

/* ---- The module and its policy ---- */

struct module {
	void *handle;
	enum nss_status (*initgroups)(const char *user, gid_t group, long *start, long *size,
				      gid_t **groups, long limit, int *error);
	enum nss_status (*getgrnam)(const char *name, struct group *result, char *buffer, size_t n,
				    int *error);
	enum nss_status (*getgrgid)(gid_t gid, struct group *result, char *buffer, size_t n,
				    int *error);
};

static void open_module(struct module *module)
{
	module->handle = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
	if (!module->handle)
		print_message("%s\n", dlerror());
	assert_non_null(module->handle);
	*(void **)&module->initgroups = dlsym(module->handle, "_nss_rolegate_initgroups_dyn");
	*(void **)&module->getgrnam = dlsym(module->handle, "_nss_rolegate_getgrnam_r");
	*(void **)&module->getgrgid = dlsym(module->handle, "_nss_rolegate_getgrgid_r");
	assert_true(module->initgroups && module->getgrnam && module->getgrgid);
}

static void close_module(struct module *module)
{
	assert_int_equal(dlclose(module->handle), 0);
}

#define ROLES                                                                                      \
	"catalogs = [ \"workspace\", \"host\" ];\n"                                                \
	"roles = ( { name = \"one\"; }, { name = \"two\"; based_on = [ \"one\" ]; },\n"            \
	"  { name = \"three\"; based_on = [ \"two\" ]; } );\n"                                     \
	"role_groups = ( { role = \"one\"; group = \"rg-one\"; members = true; },\n"               \
	"  { role = \"two\"; group = \"rg-two\"; }, { role = \"three\"; group = \"rg-three\"; } );\n"

static const char policy_text[] = ROLES
	"assign = ( { user = \"olga\"; roles = [ \"owner\" ]; },\n"
	"  { user = \"una\"; roles = [ \"one\" ]; }, { user = \"duo\"; roles = [ \"two\" ]; },\n"
	"  { user = \"trio\"; roles = [ \"three\" ]; },\n"
	"  { user = \"daemon\"; roles = [ \"three\" ]; },\n"
	"  { user = \"root\"; roles = [ \"three\" ]; } );\n";
static const char trial_text[] = ROLES "assign = ( { user = \"olga\"; roles = [ \"owner\" ]; },\n"
				       "  { user = \"una\"; roles = [ \"two\" ]; } );\n";

static const struct support_group groups[] = {
	{ "rg-one", 70001 }, { "rg-two", 70002 }, { "rg-three", 70003 }, { NULL, 0 }
};
static const char *const daemon_only[] = { "daemon", NULL };
static const char *const nobody[] = { NULL };

static void write_policy(const char *text, const char *const *system_accounts,
			 const struct trial *trial)
{
	struct compiled compiled;

	assert_int_equal(support_compile_text(&compiled, text), 0);
	support_capture(&compiled, groups, system_accounts);
	support_write_compiled(&compiled, TEST_NSS_STATE, trial);
	compile_free(&compiled);
}

static int make_state(void **state)
{
	(void)state;
	(void)unlink(POLICY);
	(void)unlink(TRIAL);
	(void)mkdir(TEST_NSS_STATE, 0755);
	assert_int_equal(chmod(TEST_NSS_STATE, 0755), 0);
	write_policy(policy_text, daemon_only, NULL);
	return 0;
}

static int remove_state(void **state)
{
	(void)state;
	(void)unlink(POLICY);
	(void)unlink(TRIAL);
	return rmdir(TEST_NSS_STATE);
}

/* The gids that are added for a user to an empty list, as "70001 70002 "; the status. */
static enum nss_status ask_groups(const struct module *module, const char *user, char text[64])
{
	long start = 0, size = 0;
	enum nss_status status;
	gid_t *list = NULL;
	int error = 0;

	status = module->initgroups(user, 1000, &start, &size, &list, -1, &error);
	assert_true(start >= 0 && start <= size);
	assert_true(status == NSS_STATUS_SUCCESS || (start == 0 && error != 0));
	text[0] = '\0';
	for (long i = 0; i < start; i++)
		snprintf(text + strlen(text), 64 - strlen(text), "%u ", list[i]);
	free(list);
	return status;
}

/* ---- initgroups ---- */

static const struct {
	const char *name, *user;
	enum nss_status status;
	const char *gids;
} user_cases[] = {
	{ "P1 one", "una", NSS_STATUS_SUCCESS, "70001 " },
	{ "P1 with a base", "duo", NSS_STATUS_SUCCESS, "70001 70002 " },
	{ "P1 with bases", "trio", NSS_STATUS_SUCCESS, "70001 70002 70003 " },
	{ "P1 a role that is in no group", "olga", NSS_STATUS_NOTFOUND, "" },
	{ "somebody whom the policy does not name", "zed", NSS_STATUS_NOTFOUND, "" },
	{ "root", "root", NSS_STATUS_NOTFOUND, "" },
	{ "a system account", "daemon", NSS_STATUS_NOTFOUND, "" },
	{ "no name at all", "", NSS_STATUS_NOTFOUND, "" },
};

static void test_users(void **state)
{
	struct module module;
	char long_name[2000], text[64];

	(void)state;
	open_module(&module);
	for (size_t i = 0; i < sizeof(user_cases) / sizeof(user_cases[0]); i++) {
		print_message("  %s\n", user_cases[i].name);
		assert_int_equal(ask_groups(&module, user_cases[i].user, text),
				 user_cases[i].status);
		assert_string_equal(text, user_cases[i].gids);
	}
	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(ask_groups(&module, long_name, text), NSS_STATUS_NOTFOUND);
	close_module(&module);
}

/*
 * A list that has `used` entries and room for `size`, and may have `limit`: what trio gets of
 * three.
 */
static void check_list(const struct module *module, long used, long size, long limit)
{
	long start = used, room = size, most = limit > 0 ? limit : 1000, wanted;
	gid_t *list = size > 0 ? calloc((size_t)size, sizeof(*list)) : NULL;
	int error = 0;

	assert_true(size == 0 || list);
	for (long i = 0; i < used; i++)
		list[i] = (gid_t)(5000 + i);
	/* A list that is larger than the limit already is not our doing, and may be filled. */
	wanted = used + 3;
	if (wanted > size && wanted > most)
		wanted = size > most ? size : most;
	assert_int_equal(module->initgroups("trio", 1000, &start, &room, &list, limit, &error),
			 NSS_STATUS_SUCCESS);
	assert_int_equal(start, wanted);
	assert_true(room >= start && (limit <= 0 || room <= (size > limit ? size : limit)));
	for (long i = 0; i < start; i++)
		assert_int_equal(list[i], i < used ? 5000 + i : 70001 + i - used);
	free(list);
}

static void test_lists(void **state)
{
	struct module module;
	gid_t *list = calloc(4, sizeof(*list));
	long start = 1, size = 4;
	int error = 0;

	(void)state;
	open_module(&module);
	for (long size_now = 0; size_now <= 9; size_now++)
		for (long used = 0; used <= size_now; used++)
			for (long limit = -1; limit <= 13; limit++)
				check_list(&module, used, size_now, limit);

	/* Neither the primary group nor one that is there already is repeated. */
	assert_non_null(list);
	list[0] = 70002;
	assert_int_equal(module.initgroups("trio", 70001, &start, &size, &list, -1, &error),
			 NSS_STATUS_SUCCESS);
	assert_int_equal(start, 2);
	assert_int_equal(list[1], 70003);
	free(list);
	close_module(&module);
}

/* ---- Groups ---- */

#define BUFFER 512
#define CANARY 0x5a

/* Whether all that the entry points at lies in the buffer, aligned. */
static bool is_inside(const void *at, size_t n, const char *buffer, size_t size)
{
	return (const char *)at >= buffer && (const char *)at + n <= buffer + size;
}

static void check_entry(const struct group *entry, const char *buffer, size_t n)
{
	static const char *const members[] = { "una", "duo", "trio" };
	size_t n_members = 0;

	assert_string_equal(entry->gr_name, "rg-one");
	assert_string_equal(entry->gr_passwd, "x");
	assert_int_equal(entry->gr_gid, 70001);
	assert_true(is_inside(entry->gr_name, 7, buffer, n));
	assert_true(is_inside(entry->gr_passwd, 2, buffer, n));
	assert_int_equal((uintptr_t)entry->gr_mem % _Alignof(char *), 0);
	for (char **member = entry->gr_mem; *member; member++) {
		bool known = false;

		assert_true(is_inside(member, 2 * sizeof(*member), buffer, n));
		assert_true(is_inside(*member, strlen(*member) + 1, buffer, n));
		for (size_t i = 0; i < 3; i++)
			known = known || !strcmp(*member, members[i]);
		assert_true(known);
		n_members++;
	}
	assert_int_equal(n_members, 3);
}

/* One size at one alignment: ERANGE and nothing written, or right. Whether it was right. */
static bool check_buffer(const struct module *module, bool by_name, size_t shift, size_t n)
{
	const struct group untouched = { .gr_gid = 12345 };
	char *memory = malloc(BUFFER), *buffer = memory + 16 + shift;
	struct group entry = untouched;
	enum nss_status status;
	int error = 0;
	bool is_right;

	assert_non_null(memory);
	memset(memory, CANARY, BUFFER);
	status = by_name ? module->getgrnam("rg-one", &entry, buffer, n, &error)
			 : module->getgrgid(70001, &entry, buffer, n, &error);
	is_right = status == NSS_STATUS_SUCCESS;
	if (is_right) {
		check_entry(&entry, buffer, n);
	} else {
		assert_int_equal(status, NSS_STATUS_TRYAGAIN);
		assert_int_equal(error, ERANGE);
		assert_memory_equal(&entry, &untouched, sizeof(entry));
	}
	for (char *p = memory; p < memory + BUFFER; p++)
		if (p < buffer || p >= buffer + n)
			assert_int_equal(*p, CANARY);
	free(memory);
	return is_right;
}

static void test_buffers(void **state)
{
	/* Three names, "rg-one", "x", four pointers; and what may be lost to alignment. */
	const size_t least = 4 + 4 + 5 + 7 + 2 + 4 * sizeof(char *);
	struct module module;

	(void)state;
	open_module(&module);
	for (size_t shift = 0; shift < 2 * sizeof(char *); shift++) {
		bool was_right[2] = { false, false };

		for (size_t n = 0; n <= least + sizeof(char *); n++)
			for (int by_name = 0; by_name < 2; by_name++) {
				bool is_right = check_buffer(&module, by_name, shift, n);

				assert_true(is_right || !was_right[by_name]);
				assert_true(!is_right || n >= least);
				was_right[by_name] = is_right;
			}
		assert_true(was_right[0] && was_right[1]);
	}
	close_module(&module);
}

static void test_groups(void **state)
{
	struct group entry = { .gr_gid = 12345 };
	struct module module;
	char buffer[BUFFER];
	int error = 0;

	(void)state;
	open_module(&module);
	assert_int_equal(module.getgrnam("rg-two", &entry, buffer, BUFFER, &error),
			 NSS_STATUS_NOTFOUND);
	assert_int_equal(module.getgrgid(70003, &entry, buffer, BUFFER, &error),
			 NSS_STATUS_NOTFOUND);
	assert_int_equal(module.getgrnam("", &entry, buffer, BUFFER, &error), NSS_STATUS_NOTFOUND);
	assert_int_equal(module.getgrgid(0, &entry, buffer, BUFFER, &error), NSS_STATUS_NOTFOUND);
	assert_int_equal(module.getgrgid((gid_t)-1, &entry, buffer, BUFFER, &error),
			 NSS_STATUS_NOTFOUND);
	assert_int_equal(entry.gr_gid, 12345);
	close_module(&module);
}

/* ---- A trial ---- */

static void test_trial(void **state)
{
	struct module module;
	struct trial trial;
	char text[64];

	(void)state;
	open_module(&module);
	assert_int_equal(trial_begin(&trial, 3600), 0);
	write_policy(trial_text, nobody, &trial);
	assert_int_equal(ask_groups(&module, "una", text), NSS_STATUS_SUCCESS);
	assert_string_equal(text, "70001 70002 ");
	assert_int_equal(ask_groups(&module, "duo", text), NSS_STATUS_NOTFOUND);
	/* Its time is over: what was before counts, whatever file is still there. */
	trial.until = trial.from + 1;
	(void)usleep(2000);
	write_policy(trial_text, nobody, &trial);
	assert_int_equal(ask_groups(&module, "una", text), NSS_STATUS_SUCCESS);
	assert_string_equal(text, "70001 ");
	close_module(&module);
}

/* ---- D4: damage only loses the groups ---- */

static void check_lost(const struct module *module, enum nss_status status)
{
	struct group entry = { .gr_gid = 12345 };
	char buffer[BUFFER], text[64];
	int error = 0;

	assert_int_equal(ask_groups(module, "trio", text), status);
	assert_string_equal(text, "");
	assert_int_equal(module->getgrnam("rg-one", &entry, buffer, BUFFER, &error), status);
	assert_int_equal(error, ENOENT);
	assert_int_equal(entry.gr_gid, 12345);
}

static void test_lost(void **state)
{
	struct module module;

	(void)state;
	open_module(&module);
	assert_int_equal(chmod(POLICY, 0666), 0);
	check_lost(&module, NSS_STATUS_UNAVAIL);
	assert_int_equal(chmod(POLICY, 0644), 0);
	assert_int_equal(chmod(TEST_NSS_STATE, 0777), 0);
	check_lost(&module, NSS_STATUS_UNAVAIL);
	assert_int_equal(chmod(TEST_NSS_STATE, 0755), 0);
	assert_int_equal(truncate(POLICY, 3000), 0);
	check_lost(&module, NSS_STATUS_UNAVAIL);
	assert_int_equal(truncate(POLICY, 0), 0);
	check_lost(&module, NSS_STATUS_UNAVAIL);
	assert_int_equal(unlink(POLICY), 0);
	check_lost(&module, NSS_STATUS_NOTFOUND);
	assert_int_equal(mkfifo(POLICY, 0644), 0);
	check_lost(&module, NSS_STATUS_UNAVAIL);
	assert_int_equal(unlink(POLICY), 0);
	assert_int_equal(mkdir(POLICY, 0755), 0);
	check_lost(&module, NSS_STATUS_UNAVAIL);
	assert_int_equal(rmdir(POLICY), 0);
	close_module(&module);
}

/* One byte is another: the groups are right, or lost. */
static void check_flipped(const struct module *module)
{
	struct group entry = { .gr_gid = 12345 };
	char buffer[BUFFER], text[64];
	enum nss_status status;
	int error = 0;

	status = ask_groups(module, "duo", text);
	assert_true(status == NSS_STATUS_SUCCESS || status == NSS_STATUS_UNAVAIL);
	assert_string_equal(text, status == NSS_STATUS_SUCCESS ? "70001 70002 " : "");
	status = module->getgrgid(70001, &entry, buffer, BUFFER, &error);
	assert_true(status == NSS_STATUS_SUCCESS || status == NSS_STATUS_UNAVAIL);
	if (status == NSS_STATUS_SUCCESS)
		check_entry(&entry, buffer, BUFFER);
}

static void test_damage(void **state)
{
	struct module module;
	unsigned char *bytes;
	size_t n;
	int fd;

	(void)state;
	open_module(&module);
	bytes = (unsigned char *)support_read_file(POLICY, &n);
	fd = open(POLICY, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i += i < 3000 || i + 3000 > n ? 1 : 7) {
		unsigned char flipped = bytes[i] ^ (unsigned char)(1u << (i % 8));

		assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i), 1);
		check_flipped(&module);
		assert_int_equal(pwrite(fd, &bytes[i], 1, (off_t)i), 1);
	}
	close(fd);
	free(bytes);
	close_module(&module);
}

/* ---- In programs of all kinds ---- */

/* The module asks nobody, least of all itself. */
static void test_never_asks(void **state)
{
	struct group entry, *found;
	char buffer[BUFFER], text[64];
	struct module module;
	int error = 0;

	(void)state;
	open_module(&module);
	n_asked = 0;
	assert_int_equal(ask_groups(&module, "trio", text), NSS_STATUS_SUCCESS);
	assert_int_equal(ask_groups(&module, "zed", text), NSS_STATUS_NOTFOUND);
	assert_int_equal(module.getgrnam("rg-one", &entry, buffer, BUFFER, &error),
			 NSS_STATUS_SUCCESS);
	assert_int_equal(module.getgrgid(1, &entry, buffer, BUFFER, &error), NSS_STATUS_NOTFOUND);
	assert_int_equal(n_asked, 0);
	/* Who does ask is counted. */
	(void)getgrgid_r(0, &entry, buffer, BUFFER, &found);
	assert_int_equal(n_asked, 1);
	close_module(&module);
}

static size_t count_entries(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t n = 0;
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

#define N_LOADS 10000u

static void test_loads(void **state)
{
	size_t in_use = 0, mapped = 0;
	struct module module;
	char text[64];
	int fd;

	(void)state;
	for (unsigned int i = 0; i < N_LOADS; i++) {
		open_module(&module);
		if (i % 16 == 0)
			assert_int_equal(ask_groups(&module, "trio", text), NSS_STATUS_SUCCESS);
		close_module(&module);
		/* From then on everything that is used once only is. */
		if (i == 100) {
			in_use = mallinfo2().uordblks;
			mapped = count_entries("/proc/self/maps");
		}
	}
	assert_true(mallinfo2().uordblks <= in_use);
	/* One mapping a load would be thousands; valgrind makes some of its own. */
	assert_true(count_entries("/proc/self/maps") <= mapped + N_LOADS / 100);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && fd < 20);
	close(fd);
}

#define N_THREADS 64u
#define N_TURNS 200u

struct shared {
	struct module module;
	atomic_uint n_wrong;
};

static bool is_right(const struct module *module)
{
	struct group entry;
	char buffer[BUFFER];
	long start = 0, size = 0;
	gid_t *list = NULL;
	int error = 0;
	bool right;

	right = module->initgroups("trio", 1000, &start, &size, &list, -1, &error) ==
			NSS_STATUS_SUCCESS &&
		start == 3;
	free(list);
	return right &&
	       module->getgrgid(70001, &entry, buffer, BUFFER, &error) == NSS_STATUS_SUCCESS;
}

/*
 * AddressSanitizer's allocator, unlike the C library's, may be locked for ever in the child of a
 * process with threads, which then waits without end.
 */
#define MAY_FORK (!SUPPORT_HAS_ASAN)

static void *run_thread(void *context)
{
	struct shared *shared = context;

	for (unsigned int i = 0; i < N_TURNS; i++) {
		if (!is_right(&shared->module))
			shared->n_wrong++;
		if (MAY_FORK && i % (N_TURNS / 2) == N_TURNS / 4) {
			int status = 0;
			pid_t pid = fork();

			if (pid == 0) {
				alarm(60);
				_exit(is_right(&shared->module) ? 0 : 1);
			}
			if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
				shared->n_wrong++;
		}
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t threads[N_THREADS];
	struct shared shared = { .n_wrong = 0 };

	(void)state;
	open_module(&shared.module);
	for (unsigned int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_thread, &shared), 0);
	for (unsigned int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(shared.n_wrong, 0);
	close_module(&shared.module);
}

/* ---- Without memory ---- */

/*
 * Each call says whether it failed. asprintf(3) does without the memory by which it would cut its
 * text to size.
 */
static void check_starved(const struct scarce *scarce, enum nss_status status, int error)
{
	if (status == NSS_STATUS_SUCCESS)
		assert_int_equal(error, 0);
	else
		assert_true(scarce->struck && status == NSS_STATUS_TRYAGAIN && error == ENOMEM);
}

static bool starve_groups(const struct module *module, struct scarce *scarce)
{
	long start = 0, size = 0;
	enum nss_status status;
	gid_t *list = NULL;
	int error = 0;

	scarce_watch(scarce);
	status = module->initgroups("trio", 1000, &start, &size, &list, -1, &error);
	scarce_watch(NULL);
	free(list);
	check_starved(scarce, status, error);
	/* All or none: half of them may be what somebody is who lost the other half. */
	assert_int_equal(start, status == NSS_STATUS_SUCCESS ? 3 : 0);
	return status != NSS_STATUS_SUCCESS;
}

static bool starve_group(const struct module *module, struct scarce *scarce)
{
	char buffer[BUFFER];
	enum nss_status status;
	struct group entry;
	int error = 0;

	scarce_watch(scarce);
	status = module->getgrnam("rg-one", &entry, buffer, BUFFER, &error);
	scarce_watch(NULL);
	check_starved(scarce, status, error);
	return status != NSS_STATUS_SUCCESS;
}

/* Each allocation fails once: the caller is told to try again, and gets nothing. */
static void test_memory(void **state)
{
	static bool (*const calls[])(const struct module *module,
				     struct scarce *scarce) = { starve_groups, starve_group };
	static struct scarce scarce;
	struct module module;

	(void)state;
	open_module(&module);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		unsigned int n = 0, n_failed = 0;

		do {
			scarce = (struct scarce){ .fail_at = ++n };
			n_failed += calls[i](&module, &scarce);
		} while (scarce.struck);
		print_message("  %u allocations, %u of which it cannot do without\n", n - 1,
			      n_failed);
		assert_true(n_failed > 1);
	}
	close_module(&module);
}

/* ---- Through the C library ---- */

static void check_list_of_libc(const char *user, int room, int wanted)
{
	gid_t list[8] = { 0 };
	int n = room;

	/* -1 and how many there are, if there is too little room. */
	assert_int_equal(getgrouplist(user, 1000, list, &n), room < wanted ? -1 : wanted);
	assert_int_equal(n, wanted);
	for (int i = 0; i < (room < wanted ? room : wanted); i++)
		assert_int_equal(list[i], i == 0 ? 1000 : 70000 + i);
}

static void test_libc(void **state)
{
	struct group entry, *found = NULL;
	struct module module;
	char buffer[BUFFER];

	(void)state;
	/* Loaded under the installed one's name, it is the one that the C library finds. */
	open_module(&module);
	assert_int_equal(__nss_configure_lookup("group", "rolegate"), 0);
	for (int room = 1; room <= 6; room++) {
		check_list_of_libc("trio", room, 4);
		check_list_of_libc("zed", room, 1);
		check_list_of_libc("root", room, 1);
	}
	assert_int_equal(getgrnam_r("rg-one", &entry, buffer, 10, &found), ERANGE);
	assert_int_equal(getgrnam_r("rg-one", &entry, buffer, BUFFER, &found), 0);
	assert_ptr_equal(found, &entry);
	check_entry(&entry, buffer, BUFFER);
	assert_int_equal(getgrnam_r("rg-two", &entry, buffer, BUFFER, &found), 0);
	assert_null(found);
	assert_int_equal(truncate(POLICY, 100), 0);
	check_list_of_libc("trio", 6, 1);
	assert_int_equal(getgrnam_r("rg-one", &entry, buffer, BUFFER, &found), ENOENT);
	close_module(&module);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_users, make_state),
		cmocka_unit_test_setup(test_lists, make_state),
		cmocka_unit_test_setup(test_groups, make_state),
		cmocka_unit_test_setup(test_buffers, make_state),
		cmocka_unit_test_setup(test_trial, make_state),
		cmocka_unit_test_setup(test_lost, make_state),
		cmocka_unit_test_setup(test_damage, make_state),
		cmocka_unit_test_setup(test_never_asks, make_state),
		cmocka_unit_test_setup(test_loads, make_state),
		cmocka_unit_test_setup(test_threads, make_state),
		cmocka_unit_test_setup(test_memory, make_state),
		/* The last: the C library keeps what it has loaded. */
		cmocka_unit_test_setup(test_libc, make_state),
	};

	return cmocka_run_group_tests(tests, NULL, remove_state);
}
