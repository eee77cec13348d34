/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state folder: the policy in force and the generations behind it.
 *
 *	policy.cdb             the policy in force; a hard link to its generation's
 *	trial.cdb              likewise the one on trial, which is in force while its time runs
 *	lock                   held by whoever changes something
 *	generations/N/         policy.cdb, sources/ and notes, complete before they get their number
 *	generations/.new/      one that is being written; what a crash leaves, the next sweeps away
 *
 * A crash at any moment leaves the old policy in force or the new one, never none.
 */
#ifndef ROLEGATE_STATE_H
#define ROLEGATE_STATE_H

#include <stdint.h>

#include "compile.h"
#include "pack.h"
#include "rolegate.h"
#include "tree.h"

/* Generations that are kept; the one in force and its parent are never dropped. */
#define STATE_KEEP 20u

/* Seconds to wait for whoever holds the lock. */
#define STATE_LOCK_WAIT 10u

struct state {
	int fd;		 /* the folder */
	int generations; /* the folder of generations */
	int lock;
};

/*
 * Open the state folder, made if it is not there, and lock it.
 *
 * Returns:  0; -EBUSY somebody else has held the lock for STATE_LOCK_WAIT seconds; -EPERM the
 *           folder is not root's alone; or what the system said. Nothing is left open then.
 * Owner:    state_close().
 */
int state_open(struct state *state, const struct tree *tree, const char *path);
void state_close(struct state *state);

/*
 * The number that the next generation gets: one more than any there is, or `active` (0 if none is
 * in force). 0 or -errno.
 */
int state_next_generation(const struct state *state, uint64_t active, uint64_t *ret);

/*
 * Write a generation, complete and synced, without giving it its number or putting it in force.
 *
 * ret_fd    the compiled policy, open for reading; the caller closes it
 * Returns:  0; -E2BIG, -ENOMEM; or what the system said.
 */
int state_prepare(const struct state *state, const struct compiled *compiled,
		  const struct pack_info *info, int *ret_fd);

/*
 * Give the prepared generation its number and put it in force, instead of `parent` (0: instead of
 * none), and of whatever is on trial. Returns 0 or -errno: then what was in force still is, unless
 * taking it back failed too; who wants to know looks.
 */
int state_commit(const struct state *state, uint64_t generation, uint64_t parent);

/*
 * Likewise, but on trial, instead of another that may be: in force while the time runs that was packed
 * into it.
 */
int state_commit_trial(const struct state *state, uint64_t generation);

/* Put the generation that is on trial in force for good, instead of `parent`. As state_commit(). */
int state_confirm(const struct state *state, uint64_t generation, uint64_t parent);

/*
 * Take back a commit, on trial or not: `parent` (0: none) is in force again, with `trial` (0: none) on
 * trial as it was before, and the generation is dropped. 0 or -errno.
 */
int state_revert(const struct state *state, uint64_t generation, uint64_t parent, uint64_t trial);

/*
 * Write a note to a generation, complete and synced: a file of one line. 0 is the one that is
 * prepared. 0 or -errno.
 */
int state_write_note(const struct state *state, uint64_t generation, const char *name,
		     const char *text);

/* Take a note away, if it can be. */
void state_drop_note(const struct state *state, uint64_t generation, const char *name);

#define STATE_NOTE_EFFECT "effect"	 /* what it changed, for `history` */
#define STATE_NOTE_CONFIRMED "confirmed" /* when and by whom, of one that was on trial */

/* End a trial, or sweep away what is left of one. 0 or -errno. */
int state_end_trial(const struct state *state);

/*
 * The numbers of all generations that are kept, the latest first, on the heap. 0 or -errno. Without the
 * lock some may be gone when they are looked at.
 */
int state_list(const struct tree *tree, const char *path, uint64_t **ret_list, size_t *ret_n);

/* Sweep the prepared generation away. */
void state_discard(const struct state *state);

/*
 * Drop generations beyond STATE_KEEP, oldest first, but for those in `keep`, n of them. Failing to
 * is not an error.
 */
void state_prune(const struct state *state, const uint64_t *keep, size_t n);

#endif
