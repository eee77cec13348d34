/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The people and names of a random walk, one set for each of the three catalogs.
 */
#ifndef WALK_WORLD_H
#define WALK_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "rolegate.h"

#define WORLD_PEOPLE 13u
#define WORLD_GROUPS_MAX 8u

/*
 * Choices between dates: none at all, long ago, in half a day, in ten days, in a hundred, in two
 * years.
 */
#define WORLD_DATES 6u

/* What differs between catalogs. The lists end with a NULL. */
struct world {
	const char *name;
	const char *catalogs[3]; /* values of the setting, the first one is right */
	const char *plans[4];
	const char *owner, *administrator, *user, *guest; /* built-in roles, from much to little */
	const char *roles[8];				  /* built-in roles to give */
	const char *grants[14];				  /* permissions to give and to require */
	const char *own_all;				  /* what only owners hold */
	const char *manage;				  /* what manages roles */
};

extern const char *const world_privileges[]; /* names that only roles define */
extern const char *const world_services[];
extern const char *const world_groups[];
extern const char *const world_people[]; /* as in the enum; the last is root */

enum world_person {
	OLGA, /* owner */
	OTTO, /* owner */
	ANNA, /* administrator */
	AXEL, /* administrator for a time */
	MONA, /* manages roles, and holds little else */
	UWE,  /* user */
	GILA, /* guest */
	NILS, /* nobody gave him anything */
	GERD, /* by his group */
	GABI, /* by her group, with more */
	LEON, /* owner, but the account is locked */
	SYSD, /* a system account */
	ROOT, /* uid 0, of whom nobody knows who logged in */
};

/* Somebody as the system knows them. Owner: world_free(). */
struct world_account {
	struct rolegate_person person;
	char *groups[WORLD_GROUPS_MAX];
	gid_t gids[WORLD_GROUPS_MAX];
	bool is_locked;
};

/* NULL: there is no such world. */
const struct world *world_find(const char *name);

/* Look the people up. False, after saying why, where one is missing. */
bool world_look_up(struct world_account accounts[WORLD_PEOPLE]);

void world_free(struct world_account accounts[WORLD_PEOPLE]);

/* Write the date of a choice, as the policy has it, counted from a moment. The first is "". */
#define WORLD_DATE_SIZE 32
void world_date(unsigned int choice, int64_t now, char ret[WORLD_DATE_SIZE]);

#endif
