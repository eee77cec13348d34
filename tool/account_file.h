/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The entries of a passwd or group file in memory, with the lines that they stand in.
 */
#ifndef ROLEGATE_ACCOUNT_FILE_H
#define ROLEGATE_ACCOUNT_FILE_H

#include <sys/types.h>

#include "tool.h"

/*
 * id       the uid, or the gid of a group
 * gid      a user's primary group
 * members  of a group, as the file has them: with commas; "" of a user
 */
struct account_entry {
	char *name;
	id_t id, gid;
	unsigned int line;
	const char *members;
};

/* Entries by name, and those of one name as they follow in the file. Owner: account_file_free(). */
struct account_file {
	struct account_entry *list;
	size_t n;
	bool is_there;
};

/*
 * Read the file. What is no entry (comments, NIS's `+` and `-`, broken lines) is passed over, as
 * libc does.
 *
 * Returns 0, also where there is none; -ENOMEM; or what the system said. account_file_free() is due
 * either way.
 */
int account_file_read(struct tool *tool, const char *path, struct account_file *ret);
void account_file_free(struct account_file *file);

/* The first entry of a name, or of a number; NULL if there is none. */
const struct account_entry *account_file_find(const struct account_file *file, const char *name);
const struct account_entry *account_file_find_id(const struct account_file *file, id_t id);

#endif
