/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* Whether an error of open(2) means that there is no such file, or none for this process. */
static bool means_none(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM;
}

/*
 * Read a short file of /proc, with a NUL behind it. 1; 0 no such file; -E2BIG it is longer; -EIO it could not be read,
 * or has a NUL in it.
 */
static int read_proc(const char *path, char *to, size_t n)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t got;

	if (fd < 0)
		return means_none(errno) ? 0 : -EIO;
	do
		got = pread(fd, to, n, 0);
	while (got < 0 && errno == EINTR);
	close(fd);
	if (got < 0)
		return -EIO;
	if ((size_t)got >= n)
		return -E2BIG;
	to[got] = '\0';
	return strlen(to) == (size_t)got ? 1 : -EIO;
}

/*
 * The number that a text begins with. Returns what is behind it, or NULL: none, or more than 32 bits.
 *
 * By hand: each function of libc that the module calls is one more symbol that every login looks up.
 */
static const char *read_number(const char *text, uint32_t *ret)
{
	const char *at = text;
	uint64_t number = 0;

	for (; *at >= '0' && *at <= '9' && number <= UINT32_MAX; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	*ret = (uint32_t)number;
	return at > text && number <= UINT32_MAX ? at : NULL;
}

/*
 * One line that maps all uids to themselves: what the kernel shows outside of any user namespace.
 * 1, 0 or -EIO.
 */
static int is_initial_namespace(void)
{
	static const uint32_t initial[] = { 0, 0, UINT32_MAX };
	char map[256];
	const char *rest = map;
	int r = read_proc("/proc/self/uid_map", map, sizeof(map));
	uint32_t number;

	for (size_t i = 0; i < sizeof(initial) / sizeof(initial[0]) && r > 0; i++) {
		while (*rest == ' ')
			rest++;
		rest = read_number(rest, &number);
		r = rest && number == initial[i];
	}
	if (r == -E2BIG)
		return 0; /* many lines */
	return r > 0 ? !strcmp(rest, "\n") : r;
}

/* 1; 0 no user logged in; -EIO or -E2BIG it could not be read, or is not a number of 32 bits. */
static int read_login_uid(uid_t *ret_uid)
{
	uint32_t uid;
	char text[32];
	const char *end;
	int r = read_proc("/proc/self/loginuid", text, sizeof(text));

	if (r <= 0)
		return r;
	end = read_number(text, &uid);
	if (!end || (*end != '\0' && strcmp(end, "\n") != 0))
		return -EIO;
	if (uid == UINT32_MAX)
		return 0; /* -1: not set */
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
