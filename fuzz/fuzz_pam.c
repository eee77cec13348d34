/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program, libpam and the system say to the PAM module, and what it makes of that: its code, its lines in the log
 * and to the user. Then all of it once more, with an allocation or a system call that fails.
 *
 * The input's parts, each ended by a NUL, begin with a letter:
 *
 *	u s t h r  the items PAM_USER, PAM_SERVICE, PAM_TTY, PAM_RHOST, PAM_RUSER
 *	a          an argument of the line in pam.d
 *	p          the password phase and not the account phase
 *	f          flags: silent, forced change, second pass, and whether items fail to be had
 *	i          uids: of the process, of the actor, of the user; how the actor is known
 *	g          a group of whoever is asked about
 *	e          an error of NSS
 *
 * libpam's functions and the system's answers are the ones below; the policy is known.c's.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "actor.h"
#include "failing.h"
#include "known.h"
#include "scratch.h"
#include "target.h"

/* 2026-11-22T12:00:00Z, as in target.c. */
#define NOW INT64_C(1795348800)
#define LIST_MAX 16
#define LINE_SIZE 8192

/* A call, as the input describes it, and what was heard of it. */
struct call {
	const char *items[PAM_RUSER + 1];
	const char *arguments[LIST_MAX], *groups[LIST_MAX];
	int n_arguments, n_groups, flags, nss_error;
	bool is_password, items_fail;
	uid_t process, actor, user;
	enum actor_source source;
	void *data;
	void (*forget)(pam_handle_t *pamh, void *data, int status);
	unsigned int n_lines, n_messages;
	bool rescued; /* as the log says */
};

/* What stands in for the system gets no context. */
static struct call call;

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* ---- libpam ---- */

int pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	(void)pamh;
	check(type == PAM_USER || type == PAM_SERVICE);
	if (call.items_fail)
		return PAM_BUF_ERR;
	*item = call.items[type];
	return PAM_SUCCESS;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
		 void (*forget)(pam_handle_t *pamh, void *data, int status))
{
	(void)name;
	if (call.forget)
		call.forget(pamh, call.data, PAM_DATA_REPLACE);
	call.data = data;
	call.forget = forget;
	return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
	(void)pamh;
	(void)name;
	*data = call.data;
	return call.data ? PAM_SUCCESS : PAM_NO_MODULE_DATA;
}

/* How often a word stands in a line. */
static unsigned int times(const char *line, const char *word)
{
	unsigned int n = 0;

	for (; (line = strstr(line, word)); line += strlen(word))
		n++;
	return n;
}

/* Whoever may say anything in a name has forged no word of the line, and reaches no terminal. */
static void check_line(const char *line, int n)
{
	check(n > 0 && n < LINE_SIZE);
	for (int i = 0; i < n; i++)
		check(line[i] >= ' ' && line[i] < 0x7f);
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	(void)pamh;
	(void)priority;
	va_start(arguments, format);
	check_line(line, vsnprintf(line, sizeof(line), format, arguments));
	va_end(arguments);
	call.n_lines++;
	call.rescued = strstr(line, "rescue") != NULL;
	check(times(line, " service=") <= 1 && times(line, " user=") <= 1 &&
	      times(line, " reason=") <= 1 && times(line, " actor=") <= 1 &&
	      times(line, " target=") <= 1 && times(line, "\"") <= 2);
}

int pam_prompt(pam_handle_t *pamh, int style, char **response, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	(void)pamh;
	check(style == PAM_ERROR_MSG && !response);
	va_start(arguments, format);
	check_line(line, vsnprintf(line, sizeof(line), format, arguments));
	va_end(arguments);
	call.n_messages++;
	return PAM_SUCCESS;
}

/* ---- The system ---- */

time_t __wrap_time(time_t *ret);
uid_t __wrap_getuid(void);
enum actor_source __wrap_actor_find(uid_t *ret_uid);
int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t n,
		      struct passwd **ret);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t n, struct passwd **ret);
int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t n, struct group **ret);
int __wrap_getgrouplist(const char *user, gid_t group, gid_t *groups, int *n);

time_t __wrap_time(time_t *ret)
{
	(void)ret;
	return NOW;
}

uid_t __wrap_getuid(void)
{
	return call.process;
}

enum actor_source __wrap_actor_find(uid_t *ret_uid)
{
	if (call.source != ACTOR_UNKNOWN)
		*ret_uid = call.actor;
	return call.source;
}

/* A name into a caller's buffer, as NSS has it there. */
static int put(const char *name, char *buffer, size_t n)
{
	if (call.nss_error)
		return call.nss_error;
	if (strlen(name) >= n)
		return ERANGE;
	strcpy(buffer, name);
	return 0;
}

int __wrap_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t n,
		      struct passwd **ret)
{
	int error = put(name, buffer, n);

	*ret = NULL;
	if (error || call.user == (uid_t)-1)
		return error;
	*entry = (struct passwd){ .pw_name = buffer, .pw_uid = call.user, .pw_gid = 0 };
	*ret = entry;
	return 0;
}

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t n, struct passwd **ret)
{
	const char *name = uid == 0 ? "root" : call.items[PAM_RUSER];
	int error = name ? put(name, buffer, n) : 0;

	*ret = NULL;
	if (error || !name)
		return error;
	*entry = (struct passwd){ .pw_name = buffer, .pw_uid = uid, .pw_gid = 0 };
	*ret = entry;
	return 0;
}

/* The i-th group's gid is i. */
int __wrap_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t n, struct group **ret)
{
	int error;

	*ret = NULL;
	if (gid >= (gid_t)call.n_groups)
		return 0;
	error = put(call.groups[gid], buffer, n);
	if (error)
		return error;
	*entry = (struct group){ .gr_name = buffer, .gr_gid = gid };
	*ret = entry;
	return 0;
}

int __wrap_getgrouplist(const char *user, gid_t group, gid_t *groups, int *n)
{
	int room = *n;

	(void)user;
	(void)group;
	*n = call.n_groups + 1;
	for (int i = 0; i < *n && i < room; i++)
		groups[i] = (gid_t)i;
	return *n <= room ? *n : -1;
}

/* ---- A call ---- */

static void take_flags(unsigned int flags)
{
	unsigned int all = 0;

	if (flags & 1)
		all |= PAM_SILENT;
	if (flags & 2)
		all |= PAM_CHANGE_EXPIRED_AUTHTOK;
	if (flags & 4)
		all |= PAM_UPDATE_AUTHTOK;
	else
		all |= PAM_PRELIM_CHECK;
	call.flags = (int)all;
	call.items_fail = flags & 8;
}

static void take_ids(const char *text)
{
	const uid_t uids[] = { 0, 1, 1000, 1001, (uid_t)-2, (uid_t)-1 };

	for (unsigned int i = 0; text[i] && i < 4; i++) {
		uid_t uid = uids[(unsigned char)text[i] % (sizeof(uids) / sizeof(uids[0]))];

		if (i == 0)
			call.process = uid;
		else if (i == 1)
			call.actor = uid;
		else if (i == 2)
			call.user = uid;
		else
			call.source = (unsigned char)text[i] % 3;
	}
}

static void take(const char *part)
{
	static const int errors[] = { EIO, ENOMEM, ERANGE, ENOENT };
	static const struct {
		char letter;
		int item;
	} items[] = { { 'u', PAM_USER },
		      { 's', PAM_SERVICE },
		      { 't', PAM_TTY },
		      { 'h', PAM_RHOST },
		      { 'r', PAM_RUSER } };

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		if (*part == items[i].letter)
			call.items[items[i].item] = part + 1;
	/* A folder is for whoever writes pam.d to name, and stands in the log as they wrote it. */
	if (*part == 'a' && call.n_arguments < LIST_MAX)
		call.arguments[call.n_arguments++] =
			strncmp(part + 1, "state=/", 7) ? part + 1 : "state=/nowhere";
	else if (*part == 'g' && call.n_groups < LIST_MAX)
		call.groups[call.n_groups++] = part + 1;
	else if (*part == 'p')
		call.is_password = true;
	else if (*part == 'f')
		take_flags((unsigned char)part[1]);
	else if (*part == 'i')
		take_ids(part + 1);
	else if (*part == 'e')
		call.nss_error = errors[(unsigned char)part[1] % 4];
}

/* Forget the call before, and take one out of the input, which ends on a NUL. The policy's folder goes first. */
static void prepare(const char *text, size_t n, const char *state)
{
	call = (struct call){
		.process = 1000, .actor = 1000, .user = 1000, .source = ACTOR_REAL_UID
	};
	call.arguments[call.n_arguments++] = state;
	for (size_t at = 0; at < n; at += strlen(text + at) + 1)
		take(text + at);
}

static bool lets_in(int code)
{
	return code == (call.is_password ? PAM_IGNORE : PAM_SUCCESS);
}

/* Ask, and check what holds of every answer. Nobody looks into the handle. */
static int ask(void)
{
	int (*const phase)(pam_handle_t *, int, int, const char **) =
		call.is_password ? pam_sm_chauthtok : pam_sm_acct_mgmt;
	pam_handle_t *pamh = (void *)&call;
	int code = phase(pamh, call.flags, call.n_arguments, call.arguments);

	if (call.forget)
		call.forget(pamh, call.data, PAM_SUCCESS);
	check(lets_in(code) || code == PAM_PERM_DENIED || code == PAM_USER_UNKNOWN ||
	      code == PAM_AUTHINFO_UNAVAIL || code == PAM_AUTH_ERR || code == PAM_SYSTEM_ERR ||
	      code == PAM_SERVICE_ERR);
	/* One line, and of a refusal always; to the user no more than one, and nothing on success. */
	check(call.n_lines <= 1 && call.n_messages <= 1);
	check(lets_in(code) ? call.n_messages == 0 : call.n_lines == 1);
	check(!((unsigned int)call.flags & PAM_SILENT) || call.n_messages == 0);
	return code;
}

/* D7: root's own process, and about root, who may come in where the policy cannot be read. */
static bool is_for_rescue(void)
{
	const bool is_root = call.is_password ? call.source == ACTOR_UNKNOWN || call.actor == 0
					      : call.user == 0;

	return call.process == 0 && is_root && call.rescued;
}

static void apply_once(char state[], size_t n)
{
	int fd;

	if (*state)
		return;
	fd = scratch_create("policy.cdb");
	known_apply(fd);
	close(fd);
	snprintf(state, n, "state=%s", scratch_folder());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char state[512];
	char *text = malloc(n + 1);
	struct failing_counts calls;
	int code;

	check(text);
	memcpy(text, data, n);
	text[n] = '\0';
	apply_once(state, sizeof(state));
	prepare(text, n, state);
	failing_start(FAILING_NONE);
	code = ask();
	calls = failing_stop();
	prepare(text, n, state);
	failing_start(failing_choose(data, n, calls));
	check(!lets_in(ask()) || lets_in(code) || is_for_rescue());
	(void)failing_stop();
	free(text);
	return 0;
}
