/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The compiled policy's file: opens it, trusts it or not, and finds checked records in it.
 */
#ifndef ROLEGATE_STORE_H
#define ROLEGATE_STORE_H

#include <stdbool.h>
#include <stdlib.h>

#include "format.h"
#include "index.h"

/* Bytes of a cache line, where nothing depends on it. */
#define STORE_LINE 64u

/* An open file. It never changes after store_open(), so threads may share it. */
struct store {
	int fd;
	uint32_t size;
	uint32_t n_near;		      /* bytes in `near` */
	unsigned char *memory;		      /* the whole file, after store_load(); else NULL */
	struct index *index;		      /* of `memory` */
	unsigned char near[FORMAT_NEAR_SIZE]; /* the file's beginning: table of contents, records */
	uint16_t near_of[INDEX_LETTERS];      /* where in it a letter's first record lies, or 0 */
};

/*
 * One record's payload, already checked. It lies in the store, or in `room` if it is small, which is
 * nearly all, or on the heap.
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
 * For a local record, or what holds one, on the way of a decision: builds that clear all locals (hardening)
 * are not to clear its room, which costs more than all else there. Nothing is read of it that was not written.
 */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define STORE_UNCLEARED __attribute__((uninitialized))
#endif
#endif
#ifndef STORE_UNCLEARED
#define STORE_UNCLEARED
#endif

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
 * Read the whole of an open file into memory, and check it there, so that a record is then found without a
 * system call, and without reckoning its checksum again.
 *
 * A record that is not sound is none's business but of who asks for it, as when the file is read piecemeal.
 * A mapping would be cheaper to set up, but whoever truncates the file in place would kill the
 * program. Returns 0; -EBADMSG it was cut; -ENOMEM; -EIO.
 */
int store_load(struct store *store);

/*
 * Whether every record is as it was written, of a file that was read into memory: for whoever is about to judge
 * by all of them. 0 or -EBADMSG.
 *
 * with_tables  whether the file's own tables lead to each, too, which is how those find it who read it piecemeal
 */
int store_check(const struct store *store, bool with_tables);

void store_close(struct store *store);

/*
 * Find a record that has to exist.
 *
 * Returns:  0; -EBADMSG it is not there or not what was written; -ENOMEM; -EIO.
 * Threads:  reads with pread(2): no shared position.
 */
int store_find(const struct store *store, char letter, uint32_t number, struct record *ret_record);

/* Begin to bring a record's memory near, which will be asked for soon; it need not exist. */
static inline void store_expect(const struct store *store, char letter, uint32_t number)
{
	uint32_t position = store->index ? index_find(store->index, letter, number) : 0;

	if (position > 0) {
		__builtin_prefetch(store->memory + position);
		__builtin_prefetch(store->memory + position + STORE_LINE);
		__builtin_prefetch(store->memory + position + (size_t)2 * STORE_LINE);
	}
}

static inline void store_record_free(struct record *record)
{
	free(record->heap);
	record->heap = NULL;
}

#endif
