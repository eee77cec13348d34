/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The compiled policy's file: opens it, trusts it or not, and finds checked records in it.
 */
#ifndef ROLEGATE_STORE_H
#define ROLEGATE_STORE_H

#include <stdbool.h>

#include "format.h"

/* An open file. It never changes after store_open(), so threads may share it. */
struct store {
	int fd;
	uint32_t size;
	unsigned char *
		memory; /* the whole file, after store_load(); else NULL, and it is read piecemeal */
	unsigned char toc[FORMAT_TOC_SIZE];
};

/*
 * One record's payload, already checked. Small ones, which is nearly all, lie in `room`.
 *
 * Owner: store_record_free(); the payload goes with it.
 */
struct record {
	const unsigned char *payload;
	size_t n;
	unsigned char *heap;
	unsigned char room[1024];
};

/*
 * Whether the folder may hold a policy: root's, and writable by nobody else, for whoever may rename
 * in it could bring back an older policy. Returns and reterr_what as store_open().
 */
int store_check_folder(const char *dir, const char **reterr_what);

/*
 * Open the file `name` in the folder `dir`, which was checked, and read its table of contents and
 * its first record, the head.
 *
 * Returns:  0; -ENOENT, -EPERM, -EBADMSG, -ENOMEM, -EIO as rolegate_policy_open(); -EAGAIN no
 *           descriptor was left, or a signal came, which says nothing of the file. On failure
 *           nothing is left open, and *reterr_what (a literal) says what was wrong with which of
 *           the two.
 * Source:   rolegate.conf(5) D4.
 */
int store_open(struct store *store, const char *dir, const char *name, struct record *ret_head,
	       const char **reterr_what);

/*
 * The same on a file that is open already, as a candidate that is not in force yet. The
 * descriptor stays the caller's.
 */
int store_open_fd(struct store *store, int fd, struct record *ret_head, const char **reterr_what);

/*
 * Read the rest of an open file into memory, where records are then found without a system call.
 *
 * A mapping would be cheaper to set up, but whoever truncates the file in place would kill the
 * program. Returns 0; -EBADMSG it was cut; -ENOMEM; -EIO.
 */
int store_load(struct store *store);

void store_close(struct store *store);

/*
 * Find a record that has to exist.
 *
 * Returns:  0; -EBADMSG it is not there or not what was written; -ENOMEM; -EIO.
 * Threads:  reads with pread(2): no shared position.
 */
int store_find(const struct store *store, char letter, uint32_t number, struct record *ret_record);

void store_record_free(struct record *record);

#endif
