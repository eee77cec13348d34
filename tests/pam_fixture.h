/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks the module through the real libpam and hears all that it says.
 *
 * Needs neither root nor a wrapper: pam_start_confdir(3) reads services from a temporary folder.
 * Some functions here stand in for libpam's and libc's of the same name: the module's calls go
 * through its PLT, and the executable (linked with -rdynamic) comes first. Each program that
 * includes this file is therefore linked so: test_pam and test_pam_password.
 */
#ifndef ROLEGATE_PAM_FIXTURE_H
#define ROLEGATE_PAM_FIXTURE_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_ext.h>

#include "nss_script.h"
#include "support.h"

#define FIXTURE_MODULE TEST_BUILDDIR "/.libs/pam_rolegate.so"

/* Seconds after which a test that hangs is ended. Valgrind on a busy machine needs a few. */
#define FIXTURE_PATIENCE 60u

#define HEARD_MAX 8u

/* Bytes of the longest entry of passwd that is read: a line of such a file may be as long. */
#define LONGEST_ENTRY ((size_t)16 * 1024 * 1024)

/* What came of one question. Lies in memory that forked children share with us. */
struct heard {
	int code;
	unsigned int n_lines, n_messages;
	struct {
		int priority;
		char text[4096];
	} lines[HEARD_MAX];
	struct {
		int style;
		char text[1024];
	} messages[HEARD_MAX];
	/* Calls that the module made. */
	unsigned int n_user_lookups, n_uid_lookups, n_group_lists, n_group_lookups;
	unsigned int n_file_reads, n_modules; /* of passwd and group, and of libnss_*.so.2 */
};

/* Lookups that are to fail. */
enum fault {
	FAULT_NONE = 0,
	FAULT_USERS = 1,
	FAULT_GROUP_LIST = 2,
	FAULT_GROUPS = 4,
	FAULT_DESCRIPTORS = 8, /* for the policy none is left */
	FAULT_LOGIN_UID = 16,  /* nor for the kernel's word on who logged in */
	FAULT_LONG_USERS = 32, /* entries of users are as long as they can be */
	FAULT_FILES = 64,      /* nor is one left for passwd and group */
};

/* What is read instead of a file of /proc. bytes NULL: it cannot be read. */
struct proc_file {
	const char *bytes;
	size_t n;
};

/* How a question is asked; all zero is the usual way. */
struct circumstances {
	bool is_password;    /* pam_chauthtok(3) and a password line, not pam_acct_mgmt(3) */
	const char *control; /* NULL: requisite */
	int flags;	     /* for either */
	bool in_child;	     /* in a forked process; what follows is for that alone */
	bool sets_login_uid; /* see fixture_can_set_login_uid() */
	uid_t login_uid;
	bool sets_uids; /* needs root */
	uid_t real, effective;
	bool in_user_namespace;	  /* where uid 0 is uid 0; see enter_user_namespace() */
	bool closes_descriptors;  /* 0, 1 and 2 */
	bool refuses_talk;	  /* the conversation fails */
	const char *claimed_user; /* PAM_RUSER and what else a caller could claim */
	const char *more;	  /* further lines for the service's file */
	enum fault faults;
	void (*on_log)(void); /* called once, behind the first log line */
	/* Instead of /proc/self/loginuid and uid_map; NULL: what the kernel has, and the first namespace. */
	const struct proc_file *login_uid_file, *uid_map_file;
};

/* Real accounts of this machine; "" where there is none of the kind. */
struct machine_names {
	char system[64], system_group[64]; /* 0 < uid < 1000 */
	char person[64];		   /* uid >= 1000 */
	char me[64], my_group[64];	   /* of the real uid */
	char member[64], member_group[64]; /* member by the group's list alone */
	char actor[64];			   /* whom a non-root process of ours can be */
	uid_t system_uid, actor_uid;
};

static struct fixture {
	char *folder;		 /* holds all that follows */
	char pam[64], state[64]; /* folders */
	char module[80];	 /* a link, so that no blank of TEST_BUILDDIR splits a line */
	const char *policy;	 /* the text that is in force, unless it was tampered with */
	bool refuses_talk;	 /* of the circumstances of the question being asked */
	enum fault faults;	 /* likewise */
	void (*on_log)(void);	 /* likewise */
	const struct proc_file *login_uid_file, *uid_map_file; /* likewise */
	time_t clock;					       /* what time(2) says; 0: the truth */
	struct machine_names names;
	struct heard *heard;
} fixture;

/*
 * Accounts that the name service has in these programs, beside those of this machine.
 *
 * name      as it is asked for
 * account   its pw_name; NULL: the same
 * groups    ids of further groups, which are called as fixture_groups says; 0 ends them
 */
#define STAFF 20501
#define RENAMED 20502
static const struct fixture_account {
	const char *name, *account;
	uid_t uid;
	gid_t groups[3];
} fixture_accounts[] = {
	{ .name = "alice", .uid = 20401 },
	{ .name = "john doe", .uid = 20402 },
	{ .name = "mark", .uid = 20403 },
	{ .name = "soak", .uid = 20404 },
	{ .name = "wanda", .uid = 20405, .groups = { STAFF } },
	{ .name = "rolf", .uid = 20406, .groups = { RENAMED } },
	{ .name = "ALICE", .account = "alice", .uid = 20401 },
	/* Two names of one uid. */
	{ .name = "mark2", .uid = 20403 },
	/* A local account, and another one that a directory finds by names like it. */
	{ .name = "olga", .uid = 20411 },
	{ .name = "Olga", .account = "olga", .uid = 20412 },
	/* A directory finds it by a name that it has itself no more. */
	{ .name = "gone@example", .account = "gone", .uid = 20413 },
	/* In a range of numbers that only a local source makes a system account. */
	{ .name = "dynamic", .uid = 61184 },
	{ .name = "remote", .uid = 61185 },
};

static const struct fixture_group {
	gid_t gid;
	const char *name;
} fixture_groups[] = { { STAFF, "staff" }, { RENAMED, "new-name" } };

/* Not every program that includes this needs all of it. */
#pragma GCC diagnostic ignored "-Wunused-function"

/* ---- What stands in for libpam's and libc's functions ---- */

#define STAND_IN __attribute__((visibility("default")))

/* The next function of this name after ours. */
#define BEHIND(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

STAND_IN void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format, va_list args)
{
	struct heard *h = fixture.heard;

	(void)pamh;
	/* libpam's own word when converse() refuses to talk. */
	if (!strcmp(format, "conversation failed"))
		return;
	if (h->n_lines < HEARD_MAX) {
		h->lines[h->n_lines].priority = priority;
		vsnprintf(h->lines[h->n_lines].text, sizeof(h->lines[0].text), format, args);
	}
	h->n_lines++;
	if (fixture.on_log) {
		void (*once)(void) = fixture.on_log;

		fixture.on_log = NULL;
		once();
	}
}

STAND_IN void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pam_vsyslog(pamh, priority, format, args);
	va_end(args);
}

static bool finds_no_descriptor(const char *path)
{
	if (fixture.faults & FAULT_DESCRIPTORS &&
	    !strncmp(path, fixture.state, strlen(fixture.state)))
		return true;
	return fixture.faults & FAULT_LOGIN_UID && !strcmp(path, "/proc/self/loginuid");
}

/* Open a file of these bytes; without them the root directory, which read(2) refuses. */
static int open_proc_file(const struct proc_file *file)
{
	int fd;

	if (!file->bytes)
		return BEHIND(open)("/", O_RDONLY | O_CLOEXEC);
	fd = memfd_create("proc", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, file->bytes, file->n) != (ssize_t)file->n)
		abort();
	return fd;
}

STAND_IN int open(const char *path, int flags, ...)
{
	static const char first_namespace[] = "         0          0 4294967295\n";
	static const struct proc_file map = { first_namespace, sizeof(first_namespace) - 1 };
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(args, unsigned int) : 0;
	va_end(args);
	if (fixture.login_uid_file && !strcmp(path, "/proc/self/loginuid"))
		return open_proc_file(fixture.login_uid_file);
	if (fixture.login_uid_file && !strcmp(path, "/proc/self/uid_map"))
		return open_proc_file(fixture.uid_map_file ? fixture.uid_map_file : &map);
	if (!finds_no_descriptor(path))
		return BEHIND(open)(path, flags, mode);
	errno = EMFILE;
	return -1;
}

/* Before an account's name: another one of the same account. */
#define OTHER_SPELLING "DIR:"

/* Return an entry of passwd, as getpwnam_r(3). */
static int give_user(const struct fixture_account *account, struct passwd *entry, char *buffer,
		     size_t n, struct passwd **result)
{
	const char *name = account->account ? account->account : account->name;

	*result = NULL;
	if (strlen(name) >= n)
		return ERANGE;
	*entry = (struct passwd){ .pw_name = strcpy(buffer, name),
				  .pw_passwd = (char *)"x",
				  .pw_uid = account->uid,
				  .pw_gid = account->uid,
				  .pw_gecos = (char *)"",
				  .pw_dir = (char *)"/",
				  .pw_shell = (char *)"/bin/sh" };
	*result = entry;
	return 0;
}

#define N_FIXTURE_ACCOUNTS (sizeof(fixture_accounts) / sizeof(fixture_accounts[0]))
#define N_FIXTURE_GROUPS (sizeof(fixture_groups) / sizeof(fixture_groups[0]))

static const struct fixture_account *find_fixture_account(const char *name)
{
	for (size_t i = 0; i < N_FIXTURE_ACCOUNTS; i++)
		if (!strcmp(fixture_accounts[i].name, name))
			return &fixture_accounts[i];
	return NULL;
}

/* Whether the fault of a look-up of users is this question's; then *ret_error is what it ends with. */
static bool fails_user(size_t n, int *ret_error)
{
	*ret_error = fixture.faults & FAULT_USERS ? EIO : ERANGE;
	return fixture.faults & FAULT_USERS ||
	       (fixture.faults & FAULT_LONG_USERS && n < LONGEST_ENTRY);
}

STAND_IN int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t n,
			struct passwd **result)
{
	const struct fixture_account *account;
	int error;

	if (fixture.heard)
		fixture.heard->n_user_lookups++;
	/* As with a directory that knows one user by several names. */
	if (!strncmp(name, OTHER_SPELLING, strlen(OTHER_SPELLING)))
		name += strlen(OTHER_SPELLING);
	*result = NULL;
	if (fails_user(n, &error))
		return error;
	account = find_fixture_account(name);
	return account ? give_user(account, entry, buffer, n, result)
		       : BEHIND(getpwnam_r)(name, entry, buffer, n, result);
}

STAND_IN int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t n,
			struct passwd **result)
{
	int error;

	if (fixture.heard)
		fixture.heard->n_uid_lookups++;
	*result = NULL;
	if (fails_user(n, &error))
		return error;
	for (size_t i = 0; i < N_FIXTURE_ACCOUNTS; i++)
		if (fixture_accounts[i].uid == uid)
			return give_user(&fixture_accounts[i], entry, buffer, n, result);
	return BEHIND(getpwuid_r)(uid, entry, buffer, n, result);
}

STAND_IN int getgrouplist(const char *user, gid_t group, gid_t *groups, int *n_groups)
{
	const struct fixture_account *account = find_fixture_account(user);
	int n = 1, room = *n_groups;

	if (fixture.heard)
		fixture.heard->n_group_lists++;
	/* As with a directory server that always has one more. */
	if (fixture.faults & FAULT_GROUP_LIST)
		return -1;
	if (!account)
		return BEHIND(getgrouplist)(user, group, groups, n_groups);
	groups[0] = group;
	for (size_t i = 0; account->groups[i] && n < room; i++)
		groups[n++] = account->groups[i];
	*n_groups = n;
	return n;
}

STAND_IN int getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t n,
			struct group **result)
{
	static char *nobody[] = { NULL };

	if (fixture.heard)
		fixture.heard->n_group_lookups++;
	*result = NULL;
	if (fixture.faults & FAULT_GROUPS)
		return EIO;
	for (size_t i = 0; i < N_FIXTURE_GROUPS; i++) {
		if (fixture_groups[i].gid != gid)
			continue;
		*entry = (struct group){ .gr_name = strcpy(buffer, fixture_groups[i].name),
					 .gr_passwd = (char *)"x",
					 .gr_gid = gid,
					 .gr_mem = nobody };
		*result = entry;
		return 0;
	}
	return BEHIND(getgrgid_r)(gid, entry, buffer, n, result);
}

/* ---- Name sources that are asked one by one ---- */

/* A file of the temporary machine. */
static const char *fixture_path(const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/%s", fixture.folder, name);
	return path;
}

STAND_IN FILE *fopen(const char *path, const char *mode)
{
	bool is_file = !strcmp(path, "/etc/passwd") || !strcmp(path, "/etc/group");

	if (fixture.folder && !strcmp(path, "/etc/nsswitch.conf"))
		path = fixture_path("nsswitch.conf");
	if (fixture.folder && !strcmp(path, "/etc/passwd"))
		path = fixture_path("passwd");
	if (fixture.heard)
		fixture.heard->n_file_reads += is_file;
	if (!is_file || !(fixture.faults & FAULT_FILES))
		return BEHIND(fopen)(path, mode);
	errno = EMFILE;
	return NULL;
}

STAND_IN void *dlopen(const char *path, int mode)
{
	bool is_source = path && !strncmp(path, "libnss_", 7);

	if (fixture.heard)
		fixture.heard->n_modules += is_source;
	if (is_source && nss_script_find(path))
		path = NSS_SCRIPT_MODULE;
	return BEHIND(dlopen)(path, mode);
}

STAND_IN time_t time(time_t *ret)
{
	time_t now = fixture.clock ? fixture.clock : BEHIND(time)(NULL);

	if (ret)
		*ret = now;
	return now;
}

static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
		    void *context)
{
	struct heard *h = fixture.heard;

	(void)context;
	for (int i = 0; i < n; i++, h->n_messages++) {
		if (h->n_messages >= HEARD_MAX)
			continue;
		h->messages[h->n_messages].style = messages[i]->msg_style;
		snprintf(h->messages[h->n_messages].text, sizeof(h->messages[0].text), "%s",
			 messages[i]->msg);
	}
	if (fixture.refuses_talk)
		return PAM_CONV_ERR;
	*responses = calloc((size_t)n, sizeof(**responses));
	return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* ---- The accounts of this machine ---- */

static void keep_name(char to[64], const char *name)
{
	/* An account with an odd name would only make the tables' texts odd. */
	if (!*to && strlen(name) < 64 && !strpbrk(name, "\"\\ =") && name[0] != '{')
		strcpy(to, name);
}

static void keep_group(char to[64], gid_t gid)
{
	const struct group *group = getgrgid(gid);

	if (group)
		keep_name(to, group->gr_name);
}

static void find_member(struct machine_names *names)
{
	const struct group *group;

	setgrent();
	while (!*names->member && (group = getgrent())) {
		const struct passwd *user = group->gr_mem[0] ? getpwnam(group->gr_mem[0]) : NULL;

		if (!user || user->pw_gid == group->gr_gid)
			continue;
		keep_name(names->member, user->pw_name);
		keep_name(names->member_group, group->gr_name);
	}
	endgrent();
}

static void find_names(struct machine_names *names)
{
	const struct passwd *user;

	setpwent();
	while ((user = getpwent())) {
		if (!*names->system && user->pw_uid > 0 && user->pw_uid < 1000) {
			keep_name(names->system, user->pw_name);
			if (*names->system)
				keep_group(names->system_group, user->pw_gid);
			names->system_uid = user->pw_uid;
		}
		/* The user nobody and systemd's dynamic users have higher uids; they are system accounts (P3). */
		if (user->pw_uid >= 1000 && user->pw_uid < 60000)
			keep_name(names->person, user->pw_name);
	}
	endpwent();
	user = getpwuid(getuid());
	if (user) {
		keep_name(names->me, user->pw_name);
		keep_group(names->my_group, user->pw_gid);
	}
	find_member(names);
	names->actor_uid = getuid() == 0 ? names->system_uid : getuid();
	keep_name(names->actor, getuid() == 0 ? names->system : names->me);
}

/*
 * Put real names for {system}, {person} and the like. False if the machine lacks what the text
 * names, or it does not fit.
 */
static bool expand(const char *text, char *to, size_t n)
{
	const struct machine_names *names = &fixture.names;
	const struct {
		const char *mark, *name;
	} marks[] = {
		{ "{system}", names->system },
		{ "{system_group}", names->system_group },
		{ "{person}", names->person },
		{ "{me}", names->me },
		{ "{my_group}", names->my_group },
		{ "{member}", names->member },
		{ "{member_group}", names->member_group },
		{ "{actor}", names->actor },
	};
	size_t at = 0;

	while (*text) {
		const char *word = text;
		size_t n_word = 1, n_mark = 1;

		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
			if (strncmp(text, marks[i].mark, strlen(marks[i].mark)) != 0)
				continue;
			word = marks[i].name;
			n_word = strlen(word);
			n_mark = strlen(marks[i].mark);
		}
		if (n_word == 0 || at + n_word >= n)
			return false;
		memcpy(to + at, word, n_word);
		at += n_word;
		text += n_mark;
	}
	to[at] = '\0';
	return true;
}

/* ---- The temporary machine ---- */

/* Write these name sources of users and groups into nsswitch.conf. */
static void set_sources(const char *sources)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "passwd: %s\ngroup: %s\n", sources, sources);

	assert_in_range(n, 1, sizeof(text) - 1);
	support_write_file(fixture_path("nsswitch.conf"), text, (size_t)n, 0644);
}

/* This machine's passwd, and the accounts of ours that a file has. */
static void write_passwd(void)
{
	static const char more[] = "alice:x:20401:20401::/:/bin/sh\n"
				   "dynamic:x:61184:61184::/:/bin/sh\n";
	char *text, *whole;
	size_t n;

	text = support_read_file("/etc/../etc/passwd", &n);
	whole = malloc(n + sizeof(more));
	assert_non_null(whole);
	memcpy(whole, more, sizeof(more) - 1);
	memcpy(whole + sizeof(more) - 1, text, n);
	support_write_file(fixture_path("passwd"), whole, n + sizeof(more) - 1, 0644);
	free(text);
	free(whole);
}

static int fixture_open(void **unused)
{
	struct fixture *f = &fixture;

	(void)unused;
	find_names(&f->names);
	f->heard = mmap(NULL, sizeof(*f->heard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	assert_true(f->heard != MAP_FAILED);
	f->folder = support_make_folder();
	/* Other users' processes are to reach the policy, too. */
	assert_int_equal(chmod(f->folder, 0755), 0);
	snprintf(f->pam, sizeof(f->pam), "%s/pam.d", f->folder);
	snprintf(f->state, sizeof(f->state), "%s/state", f->folder);
	snprintf(f->module, sizeof(f->module), "%s/pam_rolegate.so", f->folder);
	assert_int_equal(mkdir(f->pam, 0755) | mkdir(f->state, 0755), 0);
	assert_int_equal(chmod(f->pam, 0755) | chmod(f->state, 0755), 0);
	assert_int_equal(symlink(FIXTURE_MODULE, f->module), 0);
	write_passwd();
	set_sources("files");
	return 0;
}

static int fixture_close(void **unused)
{
	(void)unused;
	support_remove_folder(fixture.folder);
	fixture.folder = NULL;
	munmap(fixture.heard, sizeof(*fixture.heard));
	fixture.heard = NULL;
	return 0;
}

/* Before each test: a hanging module ends the program instead of everybody's patience. */
static int fixture_watch(void **unused)
{
	(void)unused;
	alarm(FIXTURE_PATIENCE);
	return 0;
}

static const char *policy_path(void)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/policy.cdb", fixture.state);
	return path;
}

/* Take away whatever a test has put in the policy's place. */
static void fixture_forget_policy(void)
{
	fixture.policy = NULL;
	assert_int_equal(chmod(fixture.state, 0755), 0);
	if (remove(policy_path()) < 0)
		assert_int_equal(errno, ENOENT);
}

/* Put a policy in force; NULL: none. False if it is about accounts that this machine lacks. */
static bool fixture_apply(const char *policy)
{
	static char text[8192];

	if (policy && policy == fixture.policy)
		return true;
	fixture_forget_policy();
	if (!policy)
		return true;
	if (!expand(policy, text, sizeof(text)))
		return false;
	support_write_policy(text, fixture.state);
	fixture.policy = policy;
	return true;
}

/* The same for a policy whose records (P3) the test makes itself. */
static void fixture_apply_recorded(const char *policy, void (*record)(struct compiled *compiled))
{
	static char text[8192];
	struct compiled compiled;

	fixture_forget_policy();
	assert_true(expand(policy, text, sizeof(text)));
	assert_int_equal(support_compile_text(&compiled, text), 0);
	record(&compiled);
	support_write_compiled(&compiled, fixture.state, NULL);
	compile_free(&compiled);
}

static void write_service(const char *service, const char *arguments,
			  const struct circumstances *how)
{
	char path[512], text[2048];
	int n;

	snprintf(path, sizeof(path), "%s/%s", fixture.pam, service);
	n = snprintf(text, sizeof(text), "%s %s %s state=%s %s\n%s",
		     how->is_password ? "password" : "account",
		     how->control ? how->control : "requisite", fixture.module, fixture.state,
		     arguments, how->more ? how->more : "");
	assert_in_range(n, 1, sizeof(text) - 1);
	support_write_file(path, text, (size_t)n, 0644);
}

/* ---- Questions ---- */

/* Whether uids here mean what they mean to the kernel; they do not in most containers. */
static bool is_initial_namespace(void)
{
	unsigned int inside = 1, outside = 1, n = 0;
	FILE *map = fopen("/proc/self/uid_map", "re");
	bool is_whole = map && fscanf(map, "%u %u %u", &inside, &outside, &n) == 3 && !inside &&
			!outside && n == UINT32_MAX;

	if (map)
		fclose(map);
	return is_whole;
}

/* Try something in a child; it says whether it could. */
static bool can(bool (*attempt)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(!attempt());
	return waitpid(child, &status, 0) == child && status == 0;
}

static bool set_login_uid(void)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, "1", 1) == 1;
}

/* Whether a child can be given a login uid that counts. */
static bool fixture_can_set_login_uid(void)
{
	return is_initial_namespace() && can(set_login_uid);
}

static bool become_somebody(void)
{
	uid_t uid = fixture.names.system_uid;

	return *fixture.names.system && setresuid(uid, uid, uid) == 0;
}

/* Whether a child can become another user: in a namespace of one uid not even root can. */
static bool fixture_can_become(void)
{
	return geteuid() == 0 && can(become_somebody);
}

/* Enter a user namespace in which root's uid and no other has the number it has outside. */
static bool enter_user_namespace(void)
{
	static const char map[] = "0 0 1\n";
	int fd = unshare(CLONE_NEWUSER) == 0 ? open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC)
					     : -1;
	bool is_mapped = fd >= 0 && write(fd, map, sizeof(map) - 1) == sizeof(map) - 1;

	if (fd >= 0)
		close(fd);
	return is_mapped && getuid() == 0;
}

/* What cannot go wrong in a child, where cmocka's assertions mean nothing. */
static void must(bool good)
{
	if (!good)
		abort();
}

/* Become what the circumstances say, in a child. */
static void change_process(const struct circumstances *how)
{
	char uid[16];
	int fd, n;

	if (how->sets_login_uid) {
		n = snprintf(uid, sizeof(uid), "%u", how->login_uid);
		fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
		must(fd >= 0 && write(fd, uid, (size_t)n) == n);
		close(fd);
	}
	if (how->in_user_namespace)
		must(enter_user_namespace());
	if (how->sets_uids)
		must(setresuid(how->real, how->effective, how->effective) == 0);
	for (fd = 0; fd < 3 && how->closes_descriptors; fd++)
		must(close(fd) == 0);
}

static void claim(pam_handle_t *pamh, const char *user)
{
	must(pam_set_item(pamh, PAM_RUSER, user) == PAM_SUCCESS);
	must(setenv("SUDO_USER", user, 1) == 0 && setenv("USER", user, 1) == 0);
	must(setenv("SUDO_UID", "0", 1) == 0 && setenv("LOGNAME", user, 1) == 0);
}

/* Ask once on a handle. It was opened by ourselves, as another user may not reach the module. */
static void ask_handle(pam_handle_t *pamh, const struct circumstances *how)
{
	pid_t child;
	int status;

	memset(fixture.heard, 0, sizeof(*fixture.heard));
	fixture.heard->code = -1;
	child = how->in_child ? fork() : 0;
	must(child >= 0);
	if (child > 0) {
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		return;
	}
	if (how->in_child)
		change_process(how);
	if (how->claimed_user)
		claim(pamh, how->claimed_user);
	fixture.faults = how->faults;
	fixture.on_log = how->on_log;
	fixture.login_uid_file = how->login_uid_file;
	fixture.uid_map_file = how->uid_map_file;
	fixture.refuses_talk = how->refuses_talk;
	fixture.heard->code = how->is_password ? pam_chauthtok(pamh, how->flags)
					       : pam_acct_mgmt(pamh, how->flags);
	fixture.faults = FAULT_NONE;
	fixture.on_log = NULL;
	if (how->closes_descriptors)
		/* What was closed is closed still. */
		must(fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0);
	if (how->in_child)
		_exit(0);
}

static pam_handle_t *start(const char *user, const char *service, const char *arguments,
			   const struct circumstances *how)
{
	static const struct pam_conv conversation = { .conv = converse };
	pam_handle_t *pamh;

	write_service(service, arguments, how);
	assert_int_equal(pam_start_confdir(service, user, &conversation, fixture.pam, &pamh),
			 PAM_SUCCESS);
	return pamh;
}

/*
 * Ask whether a user (NULL: none is set) may use a service, or whether this process may set the
 * user's password; fixture.heard has the answer.
 */
static void fixture_ask(const char *user, const char *service, const char *arguments,
			const struct circumstances *how)
{
	static const struct circumstances usual;
	pam_handle_t *pamh;

	how = how ? how : &usual;
	pamh = start(user, service, arguments, how);
	ask_handle(pamh, how);
	assert_int_equal(pam_end(pamh, fixture.heard->code), PAM_SUCCESS);
}

static void print_heard(const char *name)
{
	const struct heard *h = fixture.heard;

	print_message("%s:\n  seen: code %d (%s), %u log lines, %u messages\n", name, h->code,
		      pam_strerror(NULL, h->code), h->n_lines, h->n_messages);
	for (unsigned int i = 0; i < h->n_lines && i < HEARD_MAX; i++)
		print_message("  log %d: %s\n", h->lines[i].priority, h->lines[i].text);
	for (unsigned int i = 0; i < h->n_messages && i < HEARD_MAX; i++)
		print_message("  message %d: %s\n", h->messages[i].style, h->messages[i].text);
}

/* Whether nothing in a line could be taken for another line, or do things to a terminal. */
static bool is_plain(const char *line)
{
	for (; *line; line++)
		if (*line < ' ' || *line > '~')
			return false;
	return true;
}

/* For tests that are nothing without it. */
#define NEEDS(condition, why)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			print_message("skipped: %s\n", why);                                       \
			skip();                                                                    \
		}                                                                                  \
	} while (0)

#define NEEDS_OTHER_UIDS NEEDS(fixture_can_become(), "this process cannot become another user")

#endif
