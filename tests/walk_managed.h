/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * 90-managed.conf as somebody edits it who should not.
 */
#ifndef WALK_MANAGED_H
#define WALK_MANAGED_H

#include "walk_dice.h"
#include "walk_world.h"

#define MANAGED_TEXT_SIZE 65536u

/* Whether a role of the text has the name. The text may be NULL. */
bool managed_has_role(const char *text, const char *name);

/*
 * One of the names that follow a word, at random, in `ret`; NULL: there is none. The text may be
 * NULL.
 */
#define MANAGED_NAME_SIZE 64u
const char *managed_pick(const char *text, const char *word, struct dice *dice,
			 char ret[MANAGED_NAME_SIZE]);

/* Change one thing of a text; of what has nothing to change, nothing. NULL gives "". */
void managed_change(const char *text, struct dice *dice, const struct world *world,
		    char ret[MANAGED_TEXT_SIZE]);

#endif
