/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A name service for tests that misbehaves as its files say.
 *
 * Compiled once for each service name (AWKWARD_NAME). libnss_NAME.so.2 reads the files of
 * /etc/awkward/NAME/; a missing file means that there is nothing special:
 *
 *   users     name:uid:gid:alias,alias       the aliases are other names of the same user
 *   groups    name:gid:member,member
 *   fold      names compare without case
 *   loose     spaces and no-break spaces at the end of a name are ignored
 *   domain    "DOM REALM": DOM\user and user@REALM mean user
 *   fail-passwd, fail-group, fail-initgroups
 *             "STATUS ERRNO [TIMES]": the result of each look-up of that kind, with TIMES only of the
 *             first ones of each process; STATUS is UNAVAIL, TRYAGAIN or NOTFOUND
 *   slow      milliseconds before each answer
 *   log       each look-up appends a line "PID FUNCTION ARGUMENT", if the file exists
 *
 * With AWKWARD_WITHOUT_INITGROUPS the module has no initgroups_dyn, and glibc enumerates the groups.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define PASTE(name, function) _nss_##name##_##function
#define PASTE_EXPANDED(name, function) PASTE(name, function)
#define ENTRY(function) PASTE_EXPANDED(AWKWARD_NAME, function)
#define QUOTE(name) #name
#define QUOTE_EXPANDED(name) QUOTE(name)
#define DIRECTORY "/etc/awkward/" QUOTE_EXPANDED(AWKWARD_NAME) "/"
#define EXPORT __attribute__((visibility("default")))

#define NO_BREAK_SPACE "\xc2\xa0"

/* Longer names are cut; the tests have none. */
#define NAME_SIZE 256
#define FIELDS_MAX 4

enum kind { KIND_PASSWD, KIND_GROUP, KIND_INITGROUPS };

/* One line of users or groups. */
struct record {
	FILE *from;
	char *line, *fields[FIELDS_MAX];
	size_t size;
};

/* The rest of the caller's buffer. */
struct room {
	char *at;
	size_t left;
};

/* The enumerations of users and of groups. */
static FILE *users, *groups;

/* --- files --- */

static bool has_file(const char *path)
{
	return access(path, F_OK) == 0;
}

static void log_call(const char *function, const char *argument)
{
	int fd = open(DIRECTORY "log", O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return;
	dprintf(fd, "%ld %s %s\n", (long)getpid(), function, argument);
	close(fd);
}

static void be_slow(void)
{
	FILE *f = fopen(DIRECTORY "slow", "re");
	unsigned int ms = 0;

	if (!f)
		return;
	if (fscanf(f, "%u", &ms) == 1)
		nanosleep(&(struct timespec){ .tv_sec = ms / 1000,
					      .tv_nsec = (long)(ms % 1000) * 1000000 },
			  NULL);
	fclose(f);
}

/* The status that a file wants, or SUCCESS: then the look-up goes on. */
static enum nss_status failure(enum kind kind, int *ret_error)
{
	static const char *const files[] = {
		[KIND_PASSWD] = DIRECTORY "fail-passwd",
		[KIND_GROUP] = DIRECTORY "fail-group",
		[KIND_INITGROUPS] = DIRECTORY "fail-initgroups",
	};
	static unsigned int failed[sizeof(files) / sizeof(*files)];
	FILE *f = fopen(files[kind], "re");
	unsigned int times = 0;
	char word[16] = "";
	int error = 0, n;

	/* Without descriptors this service is as silent as any other. */
	if (!f) {
		*ret_error = errno;
		return errno == ENOENT ? NSS_STATUS_SUCCESS : NSS_STATUS_UNAVAIL;
	}
	n = fscanf(f, "%15s %d %u", word, &error, &times);
	fclose(f);
	if (n < 2 || (n == 3 && failed[kind] >= times))
		return NSS_STATUS_SUCCESS;
	failed[kind]++;
	*ret_error = errno = error;
	if (!strcmp(word, "UNAVAIL"))
		return NSS_STATUS_UNAVAIL;
	return !strcmp(word, "TRYAGAIN") ? NSS_STATUS_TRYAGAIN : NSS_STATUS_NOTFOUND;
}

/* Each look-up begins with this: it is logged, takes its time, and may fail. */
static enum nss_status begin(enum kind kind, const char *function, const char *argument,
			     int *ret_error)
{
	log_call(function, argument);
	be_slow();
	return failure(kind, ret_error);
}

/* --- names --- */

static bool is_equal(const char *a, const char *b)
{
	return has_file(DIRECTORY "fold") ? !strcasecmp(a, b) : !strcmp(a, b);
}

/* Cut what does not count off the end of a name. */
static void cut_spaces(char *name)
{
	size_t n = strlen(name), width = strlen(NO_BREAK_SPACE);

	for (;;) {
		if (n > 0 && name[n - 1] == ' ')
			n--;
		else if (n >= width && !memcmp(name + n - width, NO_BREAK_SPACE, width))
			n -= width;
		else
			break;
	}
	name[n] = '\0';
}

/* Cut DOM\ or @REALM off a name. */
static void cut_domain(char *name)
{
	char domain[64] = "", realm[64] = "", *at = strrchr(name, '@'), *slash = strchr(name, '\\');
	FILE *f = fopen(DIRECTORY "domain", "re");

	if (!f)
		return;
	if (fscanf(f, "%63s %63s", domain, realm) == 2) {
		if (at && !strcasecmp(at + 1, realm))
			*at = '\0';
		if (slash && (size_t)(slash - name) == strlen(domain) &&
		    !strncasecmp(name, domain, strlen(domain)))
			memmove(name, slash + 1, strlen(slash));
	}
	fclose(f);
}

/* What this service takes a typed name for. */
static void read_name(const char *typed, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s", typed);
	if (has_file(DIRECTORY "loose"))
		cut_spaces(name);
	cut_domain(name);
}

/* Whether a list of names, "a,b", has this one. */
static bool has_name(const char *list, const char *name)
{
	char word[NAME_SIZE];

	for (const char *p = list; p && *p;) {
		size_t n = strcspn(p, ",");

		snprintf(word, sizeof(word), "%.*s", (int)n, p);
		if (is_equal(word, name))
			return true;
		p += n + (p[n] == ',');
	}
	return false;
}

/* --- records --- */

static void end_record(struct record *record)
{
	free(record->line);
	if (record->from)
		fclose(record->from);
	*record = (struct record){ 0 };
}

/* The next line; its fields that are missing are empty. */
static bool next_record(struct record *record)
{
	char *rest;

	if (!record->from || getline(&record->line, &record->size, record->from) <= 0)
		return false;
	rest = record->line;
	rest[strcspn(rest, "\n")] = '\0';
	for (int i = 0; i < FIELDS_MAX; i++) {
		char *field = strsep(&rest, ":");

		record->fields[i] = field ? field : record->line + strlen(record->line);
	}
	return true;
}

static uint32_t number(const char *field)
{
	return (uint32_t)strtoul(field, NULL, 10);
}

static char *put(struct room *room, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = room->at;

	if (n > room->left)
		return NULL;
	room->at += n;
	room->left -= n;
	return memcpy(copy, text, n);
}

static enum nss_status too_small(int *ret_error)
{
	*ret_error = errno = ERANGE;
	return NSS_STATUS_TRYAGAIN;
}

static enum nss_status not_found(int *ret_error)
{
	*ret_error = errno = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

static enum nss_status give_user(const struct record *record, struct passwd *user, char *buffer,
				 size_t size, int *ret_error)
{
	struct room room = { buffer, size };

	user->pw_name = put(&room, record->fields[0]);
	user->pw_passwd = put(&room, "*");
	user->pw_gecos = put(&room, "");
	user->pw_dir = put(&room, "/tmp");
	user->pw_shell = put(&room, "/bin/sh");
	if (!user->pw_name || !user->pw_passwd || !user->pw_gecos || !user->pw_dir ||
	    !user->pw_shell)
		return too_small(ret_error);
	user->pw_uid = number(record->fields[1]);
	user->pw_gid = number(record->fields[2]);
	return NSS_STATUS_SUCCESS;
}

/* The list of a group's members: pointers, aligned, then the names. */
static bool put_members(struct room *room, const char *list, char ***ret_members)
{
	size_t pad = -(uintptr_t)room->at % _Alignof(char *), n = 0, all = 2;
	char **members, word[NAME_SIZE];

	for (const char *p = list; *p; p++)
		all += *p == ',';
	if (pad + all * sizeof(char *) > room->left)
		return false;
	members = (char **)(void *)(room->at + pad);
	room->at += pad + all * sizeof(char *);
	room->left -= pad + all * sizeof(char *);
	for (const char *p = list; *p;) {
		size_t length = strcspn(p, ",");

		snprintf(word, sizeof(word), "%.*s", (int)length, p);
		members[n] = put(room, word);
		if (!members[n++])
			return false;
		p += length + (p[length] == ',');
	}
	members[n] = NULL;
	*ret_members = members;
	return true;
}

static enum nss_status give_group(const struct record *record, struct group *group, char *buffer,
				  size_t size, int *ret_error)
{
	struct room room = { buffer, size };

	if (!put_members(&room, record->fields[2], &group->gr_mem))
		return too_small(ret_error);
	group->gr_name = put(&room, record->fields[0]);
	group->gr_passwd = put(&room, "x");
	if (!group->gr_name || !group->gr_passwd)
		return too_small(ret_error);
	group->gr_gid = number(record->fields[1]);
	return NSS_STATUS_SUCCESS;
}

/* --- look-ups --- */

/* By name, or by uid where NAME is NULL. */
static enum nss_status find_user(const char *typed, uid_t uid, struct passwd *user, char *buffer,
				 size_t size, int *ret_error)
{
	struct record record = { .from = fopen(DIRECTORY "users", "re") };
	enum nss_status status = not_found(ret_error);
	char name[NAME_SIZE] = "";

	if (typed)
		read_name(typed, name);
	while (next_record(&record)) {
		if (typed ? !is_equal(record.fields[0], name) && !has_name(record.fields[3], typed)
			  : number(record.fields[1]) != uid)
			continue;
		status = give_user(&record, user, buffer, size, ret_error);
		break;
	}
	end_record(&record);
	return status;
}

static enum nss_status find_group(const char *typed, gid_t gid, struct group *group, char *buffer,
				  size_t size, int *ret_error)
{
	struct record record = { .from = fopen(DIRECTORY "groups", "re") };
	enum nss_status status = not_found(ret_error);

	while (next_record(&record)) {
		if (typed ? !is_equal(record.fields[0], typed) : number(record.fields[1]) != gid)
			continue;
		status = give_group(&record, group, buffer, size, ret_error);
		break;
	}
	end_record(&record);
	return status;
}

/* --- enumerations --- */

static void restart(FILE **from, FILE *opened)
{
	if (*from)
		fclose(*from);
	*from = opened;
}

/* The next line; it is read again if the buffer was too small for it. */
static bool enumerate(FILE *from, struct record *record, long *ret_at)
{
	record->from = from;
	*ret_at = from ? ftell(from) : 0;
	return next_record(record);
}

static void end_step(FILE *from, struct record *record, long at, enum nss_status status)
{
	if (from && status == NSS_STATUS_TRYAGAIN)
		fseek(from, at, SEEK_SET);
	record->from = NULL;
	end_record(record);
}

static enum nss_status next_user(struct passwd *user, char *buffer, size_t size, int *ret_error)
{
	enum nss_status status = failure(KIND_PASSWD, ret_error);
	struct record record = { 0 };
	long at;

	if (status != NSS_STATUS_SUCCESS)
		return status;
	status = enumerate(users, &record, &at) ? give_user(&record, user, buffer, size, ret_error)
						: not_found(ret_error);
	end_step(users, &record, at, status);
	return status;
}

static enum nss_status next_group(struct group *group, char *buffer, size_t size, int *ret_error)
{
	enum nss_status status = failure(KIND_GROUP, ret_error);
	struct record record = { 0 };
	long at;

	if (status != NSS_STATUS_SUCCESS)
		return status;
	status = enumerate(groups, &record, &at)
			 ? give_group(&record, group, buffer, size, ret_error)
			 : not_found(ret_error);
	end_step(groups, &record, at, status);
	return status;
}

/* --- the functions that glibc calls --- */

static const char *decimal(uint32_t id, char text[16])
{
	snprintf(text, 16, "%u", id);
	return text;
}

EXPORT enum nss_status ENTRY(getpwnam_r)(const char *name, struct passwd *user, char *buffer,
					 size_t size, int *ret_error)
{
	enum nss_status status = begin(KIND_PASSWD, "getpwnam", name, ret_error);

	return status == NSS_STATUS_SUCCESS ? find_user(name, 0, user, buffer, size, ret_error)
					    : status;
}

EXPORT enum nss_status ENTRY(getpwuid_r)(uid_t uid, struct passwd *user, char *buffer, size_t size,
					 int *ret_error)
{
	char text[16];
	enum nss_status status = begin(KIND_PASSWD, "getpwuid", decimal(uid, text), ret_error);

	return status == NSS_STATUS_SUCCESS ? find_user(NULL, uid, user, buffer, size, ret_error)
					    : status;
}

EXPORT enum nss_status ENTRY(getgrnam_r)(const char *name, struct group *group, char *buffer,
					 size_t size, int *ret_error)
{
	enum nss_status status = begin(KIND_GROUP, "getgrnam", name, ret_error);

	return status == NSS_STATUS_SUCCESS ? find_group(name, 0, group, buffer, size, ret_error)
					    : status;
}

EXPORT enum nss_status ENTRY(getgrgid_r)(gid_t gid, struct group *group, char *buffer, size_t size,
					 int *ret_error)
{
	char text[16];
	enum nss_status status = begin(KIND_GROUP, "getgrgid", decimal(gid, text), ret_error);

	return status == NSS_STATUS_SUCCESS ? find_group(NULL, gid, group, buffer, size, ret_error)
					    : status;
}

EXPORT enum nss_status ENTRY(setpwent)(int stay)
{
	(void)stay;
	restart(&users, fopen(DIRECTORY "users", "re"));
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status ENTRY(getpwent_r)(struct passwd *user, char *buffer, size_t size,
					 int *ret_error)
{
	return next_user(user, buffer, size, ret_error);
}

EXPORT enum nss_status ENTRY(endpwent)(void)
{
	restart(&users, NULL);
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status ENTRY(setgrent)(int stay)
{
	int error;

	(void)stay;
	restart(&groups, fopen(DIRECTORY "groups", "re"));
	return begin(KIND_GROUP, "setgrent", "", &error);
}

EXPORT enum nss_status ENTRY(getgrent_r)(struct group *group, char *buffer, size_t size,
					 int *ret_error)
{
	return next_group(group, buffer, size, ret_error);
}

EXPORT enum nss_status ENTRY(endgrent)(void)
{
	restart(&groups, NULL);
	return NSS_STATUS_SUCCESS;
}

#ifndef AWKWARD_WITHOUT_INITGROUPS
/* One more gid in a list that is grown as glibc wants it. */
static bool add_gid(gid_t gid, long *n, long *size, gid_t **gids, long limit)
{
	long larger = *size * 2;
	gid_t *more;

	if (*n == *size) {
		if (limit > 0 && larger > limit)
			larger = limit;
		if (larger <= *n)
			return false;
		more = reallocarray(*gids, (size_t)larger, sizeof(**gids));
		if (!more)
			return false;
		*gids = more;
		*size = larger;
	}
	(*gids)[(*n)++] = gid;
	return true;
}

static enum nss_status list_gids(const char *typed, gid_t skip, long *n, long *size, gid_t **gids,
				 long limit)
{
	struct record record = { .from = fopen(DIRECTORY "groups", "re") };
	char name[NAME_SIZE];

	read_name(typed, name);
	while (next_record(&record)) {
		gid_t gid = number(record.fields[1]);

		if (gid != skip && has_name(record.fields[2], name) &&
		    !add_gid(gid, n, size, gids, limit))
			break;
	}
	end_record(&record);
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status ENTRY(initgroups_dyn)(const char *name, gid_t skip, long *n, long *size,
					     gid_t **gids, long limit, int *ret_error)
{
	enum nss_status status = begin(KIND_INITGROUPS, "initgroups", name, ret_error);

	return status == NSS_STATUS_SUCCESS ? list_gids(name, skip, n, size, gids, limit) : status;
}
#endif
