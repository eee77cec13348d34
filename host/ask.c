/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ask.h"

#include <errno.h>
#include <stdlib.h>

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

int ask_nss(ask_function ask, void *question, char **ret_buffer)
{
	for (size_t n = ENTRY_FIRST; n <= ENTRY_MAX; n *= 4) {
		char *buffer = malloc(n);
		bool found = false;
		int error;

		if (!buffer)
			return -ENOMEM;
		do
			error = ask(question, buffer, n, &found);
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
