/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says of two views, and of who made the one out of the other, whether that was theirs to make.
 */
#ifndef WALK_ORACLE_H
#define WALK_ORACLE_H

#include "walk_view.h"

#define ORACLE_TEXT_SIZE 256u

/*
 * What somebody did.
 *
 * before, after  what everybody might do, and may
 * actor          number of who did it
 * own_term       it was about assignments alone: then nobody prolongs his own (A2)
 */
struct oracle_step {
	const struct view *before, *after;
	const struct view_names *names;
	size_t actor;
	bool own_term;
};

/* Whether somebody is an owner, or manages roles. */
bool oracle_is_owner(const struct view *view, const struct view_names *names, size_t who);
bool oracle_is_manager(const struct view *view, const struct view_names *names, size_t who);

/*
 * Whether the step is within A1 to A3, A6 and the effects of A7. If not, a sentence that names
 * the first breach.
 */
bool oracle_allows(const struct oracle_step *step, char reterr_breach[ORACLE_TEXT_SIZE]);

#endif
