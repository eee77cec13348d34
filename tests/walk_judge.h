/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges one step of a walk by what it came to.
 */
#ifndef WALK_JUDGE_H
#define WALK_JUDGE_H

#include "walk.h"

/* What somebody is by the policy that is in force for good. */
enum walk_class judge_class(const struct walk *walk, size_t who);

/*
 * What became of the step. False: it ended with a status that it cannot have; 5 is none, for
 * nothing failed here.
 */
bool judge_outcome(const struct walk *walk, enum walk_outcome *ret);

/* Whether a change that was made may be. False, after judge_fail(). */
bool judge_done(struct walk *walk);

/* Whether a step that changed nothing did change nothing. False, after judge_fail(). */
bool judge_unchanged(struct walk *walk);

/* The policy file that is in force after a change. NULL: not known any more. */
const struct hand *judge_hand_after(const struct walk *walk);

/* Print what is wrong, and all that somebody needs who looks for the cause. Returns false. */
bool judge_fail(const struct walk *walk, const char *what);

#endif
