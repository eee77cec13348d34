/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whether an error of open(2) means that there is no such file, or none for this process. */
static bool means_none(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM;
}

/*
 * Read a short file of /proc, with a NUL behind it. 1; 0 there is none, or it is longer; -EIO it
 * could not be read.
 */
static int read_proc(const char *path, char *to, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got;

	if (fd < 0)
		return means_none(errno) ? 0 : -EIO;
	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	close(fd);
	if (got < 0)
		return -EIO;
	if ((size_t)got >= n)
		return 0;
	to[got] = '\0';
	return 1;
}

/*
 * One line that maps all uids to themselves: what the kernel shows outside of any user namespace.
 * 1, 0 or -EIO.
 */
static int is_initial_namespace(void)
{
	static const unsigned long initial[] = { 0, 0, UINT32_MAX };
	char map[256], *rest = map;
	int r = read_proc("/proc/self/uid_map", map, sizeof(map));

	/* By hand, for sscanf(3) is one more symbol that each login would look up. */
	for (size_t i = 0; i < sizeof(initial) / sizeof(initial[0]) && r > 0; i++) {
		const char *number = rest;

		r = strtoul(number, &rest, 10) == initial[i] && rest != number;
	}
	return r > 0 ? !strcmp(rest, "\n") : r;
}

/* 1; 0 nobody logged in; -EIO. */
static int read_login_uid(uid_t *ret_uid)
{
	unsigned long uid;
	char text[32], *end;
	int r = read_proc("/proc/self/loginuid", text, sizeof(text));

	if (r <= 0)
		return r;
	if (text[0] < '0' || text[0] > '9')
		return 0;
	errno = 0;
	uid = strtoul(text, &end, 10);
	if (errno != 0 || (*end != '\0' && strcmp(end, "\n") != 0) || uid >= UINT32_MAX)
		return 0; /* UINT32_MAX is -1: not set */
	*ret_uid = (uid_t)uid;
	return 1;
}

enum actor_source actor_find(uid_t *ret_uid)
{
	uid_t uid = getuid();
	int r;

	if (uid != 0) {
		*ret_uid = uid;
		return ACTOR_REAL_UID;
	}
	r = is_initial_namespace();
	if (r > 0)
		r = read_login_uid(ret_uid);
	if (r < 0)
		return ACTOR_FAILED;
	return r > 0 ? ACTOR_LOGIN_UID : ACTOR_UNKNOWN;
}

const char *actor_source_name(enum actor_source source)
{
	switch (source) {
	case ACTOR_REAL_UID:
		return "real uid";
	case ACTOR_LOGIN_UID:
		return "login uid";
	default:
		return "unknown";
	}
}
