/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * Bytes that an entry of passwd or group may need; a group of a hundred thousand members has one
 * of a megabyte.
 */
#define ENTRY_FIRST ((size_t)4096)
#define ENTRY_MAX ((size_t)16 * 1024 * 1024)

/* Whether an error of getpwnam_r(3) and the like only means that there is none (see its manual). */
static bool means_absent(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH;
}

/* What is asked for, and where the entry goes. */
struct question {
	const char *name; /* or, if NULL, the number */
	id_t number;
	void *entry;
};

/* With a buffer of n bytes: an error number, and whether there was an entry. */
typedef int (*ask_function)(const struct question *question, char *buffer, size_t n, bool *found);

static int ask(ask_function function, const struct question *question, char **ret_buffer)
{
	for (size_t n = ENTRY_FIRST; n <= ENTRY_MAX; n *= 4) {
		char *buffer = malloc(n);
		bool found = false;
		int error;

		if (!buffer)
			return -ENOMEM;
		do
			error = function(question, buffer, n, &found);
		while (error == EINTR);
		if (error == 0 && found) {
			*ret_buffer = buffer;
			return 1;
		}
		free(buffer);
		if (error != ERANGE)
			return means_absent(error) ? 0 : error == ENOMEM ? -ENOMEM : -EIO;
	}
	return -EIO;
}

static int try_user(const struct question *q, char *buffer, size_t n, bool *found)
{
	struct passwd *result = NULL;
	int error = q->name ? getpwnam_r(q->name, q->entry, buffer, n, &result)
			    : getpwuid_r(q->number, q->entry, buffer, n, &result);

	*found = result != NULL;
	return error;
}

static int try_group(const struct question *q, char *buffer, size_t n, bool *found)
{
	struct group *result = NULL;
	int error = q->name ? getgrnam_r(q->name, q->entry, buffer, n, &result)
			    : getgrgid_r(q->number, q->entry, buffer, n, &result);

	*found = result != NULL;
	return error;
}

static int try_shadow(const struct question *q, char *buffer, size_t n, bool *found)
{
	struct spwd *result = NULL;
	int error = getspnam_r(q->name, q->entry, buffer, n, &result);

	*found = result != NULL;
	return error == EACCES && geteuid() != 0 ? 0 : error;
}

int ask_user(const char *name, uid_t uid, struct passwd *ret, char **ret_buffer)
{
	const struct question question = { .name = name, .number = uid, .entry = ret };

	return ask(try_user, &question, ret_buffer);
}

int ask_group(const char *name, gid_t gid, struct group *ret, char **ret_buffer)
{
	const struct question question = { .name = name, .number = gid, .entry = ret };

	return ask(try_group, &question, ret_buffer);
}

int ask_shadow(const char *name, struct spwd *ret, char **ret_buffer)
{
	const struct question question = { .name = name, .entry = ret };

	return ask(try_shadow, &question, ret_buffer);
}
