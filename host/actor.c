/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read a short file of /proc, with a NUL behind it. False if it cannot be had, or is longer. */
static bool read_proc(const char *path, char *to, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got;

	if (fd < 0)
		return false;
	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	close(fd);
	if (got < 0 || (size_t)got >= n)
		return false;
	to[got] = '\0';
	return true;
}

/*
 * One line that maps all uids to themselves: what the kernel shows outside of any user namespace.
 */
static bool is_initial_namespace(void)
{
	unsigned long inside, outside, count;
	char map[256], rest;

	return read_proc("/proc/self/uid_map", map, sizeof(map)) &&
	       sscanf(map, "%lu %lu %lu %c", &inside, &outside, &count, &rest) == 3 &&
	       inside == 0 && outside == 0 && count == UINT32_MAX;
}

static bool read_login_uid(uid_t *ret_uid)
{
	unsigned long uid;
	char text[32], *end;

	if (!read_proc("/proc/self/loginuid", text, sizeof(text)) || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	uid = strtoul(text, &end, 10);
	if (errno != 0 || (*end != '\0' && strcmp(end, "\n") != 0) || uid >= UINT32_MAX)
		return false; /* UINT32_MAX is -1: not set */
	*ret_uid = (uid_t)uid;
	return true;
}

enum actor_source actor_find(uid_t *ret_uid)
{
	uid_t uid = getuid();

	if (uid != 0) {
		*ret_uid = uid;
		return ACTOR_REAL_UID;
	}
	if (is_initial_namespace() && read_login_uid(ret_uid))
		return ACTOR_LOGIN_UID;
	return ACTOR_UNKNOWN;
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
