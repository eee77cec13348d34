/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one way by which a policy changes: under the lock, judged, then all of it or nothing.
 */
#ifndef ROLEGATE_CHANGE_H
#define ROLEGATE_CHANGE_H

#include "author.h"
#include "tool.h"

/* A person's source that gets a new text together with the generation made of it. */
struct change_file {
	const char *path;
	const char *before; /* its text when it was copied for its editor; NULL: there was none */
	size_t n_before;
	const char *after;
	size_t n_after;
};

/* What is to change; all of it may be left out. */
struct change_request {
	const char *why;	/* for the history; "" */
	int64_t confirm_within; /* seconds on trial; 0: for good */
	/*
	 * Changes what 90-managed.conf defines: called under the lock with that file's definitions
	 * (an empty model where there is none) and the generation in force, which says what people's
	 * files define. EXIT_DONE to go on, also with nothing changed; else an exit status, after
	 * saying why.
	 */
	int (*edit)(struct tool *tool, const struct rolegate_policy *active,
		    const struct author *author, struct model *managed, void *context);
	void *context;
	const struct change_file *file; /* NULL: none */
	uint64_t restore; /* a generation whose sources are compiled; 0: those in /etc */
};

/* What it came to. Owner: change_free(). */
struct change {
	uint64_t generation, parent;
	bool is_nothing; /* 90-managed.conf says it already: `generation` is the one in force */
	size_t n_warnings;
	int64_t seconds_left; /* on trial */
	char *effect;	      /* a line; may be NULL */
};

/*
 * Lock, make the candidate, judge it (A1-A7), and swap it in, for good or on trial.
 *
 * Returns:  EXIT_DONE and *ret; else the exit status, after saying why. Then nothing was changed.
 */
int change_apply(struct tool *tool, const struct change_request *request, struct change *ret);

/* Keep what is on trial, by the same checks. As change_apply(). */
int change_confirm(struct tool *tool, struct change *ret);

/* End a trial before its time: what was in force before it is again. As change_apply(). */
int change_end_trial(struct tool *tool, struct change *ret);

/*
 * Read what is on trial, with the seconds left. 1 and *ret_trial, to be closed; 0 nothing is; -ENOMEM or
 * -EIO: it is not known.
 */
int change_find_trial(struct tool *tool, struct rolegate_policy **ret_trial, int64_t *ret_left);

void change_free(struct change *change);

#endif
