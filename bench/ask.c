/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets libpam decide about a user, once in this process or many times.
 *
 *	ask [-p | -g] CONFDIR SERVICE USER [TIMES]
 *
 * SERVICE is a file of CONFDIR, or `-` for no call of libpam at all: what a process costs that is
 * only linked to it. With TIMES every round is a whole transaction (start, account phase, end), as
 * a daemon makes one for each login; the first is not timed, and nanoseconds per transaction are
 * printed. -p asks NSS for the user besides, and -g for the groups too, in the calls that a module
 * needs for it: so the cost of NSS can be taken off a figure. Exit status: 0 allowed, 1 denied,
 * 2 something else, or answers that differ.
 */
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ASK_WRONG 2
#define BUFFER_SIZE 4096
#define GROUPS_MAX 64

/*
 * In libpam's stead, and so visible to modules: a line is made but not sent. No benchmark is to
 * fill the log of its host, nor to depend on whether it has one.
 */
__attribute__((visibility("default"))) void pam_syslog(const pam_handle_t *pamh, int priority,
						       const char *format, ...)
{
	char line[BUFFER_SIZE];
	va_list arguments;

	(void)pamh;
	(void)priority;
	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
}

/* Nobody is there to read messages or answer questions. */
static int converse(int n, const struct pam_message **messages, struct pam_response **responses,
		    void *data)
{
	(void)messages;
	(void)data;
	*responses = calloc((size_t)n, sizeof(**responses));
	return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int decide(const char *confdir, const char *service, const char *user)
{
	struct pam_conv conv = { .conv = converse };
	pam_handle_t *pamh = NULL;
	int code;

	code = pam_start_confdir(service, user, &conv, confdir, &pamh);
	if (code != PAM_SUCCESS)
		return ASK_WRONG;
	code = pam_acct_mgmt(pamh, 0);
	pam_end(pamh, code);
	if (code == PAM_SUCCESS)
		return 0;
	return code == PAM_PERM_DENIED || code == PAM_AUTH_ERR ? 1 : ASK_WRONG;
}

static void look_up(const char *user, int wants_groups)
{
	char buffer[BUFFER_SIZE];
	struct passwd entry, *found = NULL;
	gid_t gids[GROUPS_MAX];
	int n = GROUPS_MAX;

	if (getpwnam_r(user, &entry, buffer, sizeof(buffer), &found) != 0 || !found ||
	    !wants_groups || getgrouplist(user, entry.pw_gid, gids, &n) < 0)
		return;
	for (int i = 0; i < n; i++) {
		struct group group, *is = NULL;

		(void)getgrgid_r(gids[i], &group, buffer, sizeof(buffer), &is);
	}
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int decide_often(const char *confdir, const char *service, const char *user, long times)
{
	int answer = decide(confdir, service, user), wrong = 0;
	double begin = now_ns();

	for (long i = 0; i < times; i++)
		wrong |= decide(confdir, service, user) != answer;
	printf("%.0f\n", (now_ns() - begin) / (double)times);
	return wrong ? ASK_WRONG : answer;
}

int main(int argc, char **argv)
{
	int nss = argc > 1 && argv[1][0] == '-' ? argv[1][1] : 0;
	char **words = argv + (nss ? 2 : 1);
	int n = argc - (nss ? 2 : 1);

	if (n < 3 || n > 4)
		return ASK_WRONG;
	if (nss)
		look_up(words[2], nss == 'g');
	if (!strcmp(words[1], "-"))
		return 0;
	if (n == 4)
		return decide_often(words[0], words[1], words[2], strtol(words[3], NULL, 10));
	return decide(words[0], words[1], words[2]);
}
