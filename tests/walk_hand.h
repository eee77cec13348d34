/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy file that people write: settings and lists of entries, changed at random.
 */
#ifndef WALK_HAND_H
#define WALK_HAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "walk_dice.h"
#include "walk_world.h"

#define HAND_ENTRIES_MAX 20u
#define HAND_ENTRY_SIZE 360u
#define HAND_TEXT_SIZE 32768u

enum hand_setting {
	HAND_CATALOGS,
	HAND_PLAN,
	HAND_DEFAULT_ROLES,
	HAND_SYSTEM_ROLES,
	HAND_ROOT_IS_OWNER,
	HAND_MODE,
	HAND_OTHER_SERVICES,
	HAND_PASSWORD_GATE,
	HAND_ROLE_GROUPS,
	HAND_CONFLICTS, /* its values go from strict to loose */
	HAND_TELL_USER, /* the one that is not an owner's (A7) */
	HAND_SETTINGS,
};

enum hand_list {
	HAND_ROLES,
	HAND_ASSIGN,
	HAND_SERVICES,
	HAND_LISTS,
};

/* One state of the file; copied as a whole. A setting is the number of its value. */
struct hand {
	const struct world *world;
	int64_t now; /* dates count from here */
	unsigned int settings[HAND_SETTINGS];
	size_t n[HAND_LISTS];
	char entries[HAND_LISTS][HAND_ENTRIES_MAX][HAND_ENTRY_SIZE];
};

/* The file that a walk begins with. */
void hand_begin(struct hand *hand, const struct world *world, int64_t now);

/* Change one to three things. */
void hand_change(struct hand *hand, struct dice *dice);

/* Whether something that A7 keeps for owners is another. */
bool hand_needs_owner(const struct hand *before, const struct hand *after);

/* Whether a role of the file has the name. */
bool hand_has_role(const struct hand *hand, const char *name);

void hand_write(const struct hand *hand, char ret[HAND_TEXT_SIZE]);

#endif
