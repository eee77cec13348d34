/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caches.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds that one of them may take: a socket or a file of its own, and no network. */
#define PATIENCE 10
#define TURN_NS 2000000L

/* Whoever remembers, how it is told, and what is there only while it runs. */
static const struct cache {
	const char *name;
	const char *words[4];
	const char *sign;
	bool fails_on_nothing; /* its exit status says no more than that nothing was remembered */
} caches[] = {
	{ "nscd", { "/usr/sbin/nscd", "-i", "group" }, "/run/nscd/socket", false },
	{ "sssd", { "/usr/sbin/sss_cache", "-G" }, "/var/lib/sss/pipes/nss", true },
};

/* Start a program with no input, no output and next to no environment. 0 or an errno value. */
static int start(const struct cache *cache, pid_t *ret_pid)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
						   NULL };
	posix_spawn_file_actions_t actions;
	int error;

	error = posix_spawn_file_actions_init(&actions);
	if (error)
		return error;
	for (int fd = 0; fd <= 2 && !error; fd++)
		error = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (!error)
		error = posix_spawn(ret_pid, cache->words[0], &actions, NULL,
				    (char *const *)cache->words, (char *const *)environment);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Its exit status; -1 if it has none, for after some time it is ended. */
static int wait_for(pid_t pid)
{
	struct timespec turn = { .tv_nsec = TURN_NS };
	long turns = PATIENCE * (1000000000L / TURN_NS);
	int status = 0;
	pid_t ended;

	for (;;) {
		ended = waitpid(pid, &status, turns > 0 ? WNOHANG : 0);
		if (ended == pid || (ended < 0 && errno != EINTR))
			return ended == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		if (ended < 0)
			continue;
		if (--turns == 0)
			(void)kill(pid, SIGKILL);
		else
			(void)nanosleep(&turn, NULL);
	}
}

static void tell(struct tool *tool, const struct cache *cache)
{
	int status = -1;
	pid_t pid;

	if (access(cache->words[0], X_OK) < 0 || access(cache->sign, F_OK) < 0)
		return;
	if (start(cache, &pid) == 0)
		status = wait_for(pid);
	if (status == 0 || (status > 0 && cache->fails_on_nothing))
		return;
	if (!tool->output.json)
		output_complain(
			"note: %s could not be told that groups have changed (%s %s %s): who is in them "
			"shows when it forgets by itself\n",
			cache->name, cache->words[0], cache->words[1],
			cache->words[2] ? cache->words[2] : "");
}

void caches_tell(struct tool *tool)
{
	if (tool->root || geteuid() != 0)
		return;
	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
		tell(tool, &caches[i]);
}
