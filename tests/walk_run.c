/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "walk_editor.h"

static bool set_login(uid_t login)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	char text[16];
	ssize_t n;

	if (fd < 0)
		return false;
	n = snprintf(text, sizeof(text), "%u", (unsigned int)login);
	if (write(fd, text, (size_t)n) != n)
		n = -1;
	close(fd);
	return n > 0;
}

__attribute__((noreturn)) static void become(uid_t login, const char *const words[], int output)
{
	static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
						   "HOME=/root", "LANG=C.UTF-8",
						   "EDITOR=" WALK_EDITOR, NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null >= 0 && dup2(null, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2 &&
	    set_login(login))
		execve(words[0], (char *const *)words, (char *const *)environment);
	perror(words[0]);
	_exit(127);
}

static void read_all(int fd, struct run *run)
{
	char rest[4096];
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0) {
		size_t room = RUN_OUTPUT_SIZE - 1 - n;

		got = room > 0 ? read(fd, run->output + n, room) : read(fd, rest, sizeof(rest));
		if (got > 0 && room > 0)
			n += (size_t)got;
		if (got < 0 && errno == EINTR)
			got = 1;
	}
	run->output[n] = '\0';
}

void run_behind(uid_t login, const char *const words[], struct run *ret)
{
	int pipes[2], status;
	pid_t child;

	*ret = (struct run){ .status = -1 };
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return;
	child = fork();
	if (child == 0)
		become(login, words, pipes[1]);
	close(pipes[1]);
	if (child > 0) {
		read_all(pipes[0], ret);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	close(pipes[0]);
}
