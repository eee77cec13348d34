/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A random walk through the changes of a policy, by people with and without the right to make them.
 */
#ifndef WALK_H
#define WALK_H

#include "walk_command.h"
#include "walk_hand.h"
#include "walk_run.h"
#include "walk_view.h"

/* More than the generations that rolegate keeps. */
#define WALK_PAST 32u

enum walk_class {
	WALK_OWNER,
	WALK_MANAGER, /* manages roles, and is no owner */
	WALK_OTHER,
	WALK_CLASSES,
};

enum walk_outcome {
	WALK_DONE,
	WALK_NOTHING, /* there was nothing to change */
	WALK_REFUSED,
	WALK_WRONG, /* the policy would be wrong, or the command line is */
	WALK_OUTCOMES,
};

/* The files of a generation. The text is on the heap; NULL: there was no such file. */
struct walk_files {
	uint64_t generation;
	struct hand hand;
	char *managed;
};

struct walk {
	const struct world *world;
	struct world_account accounts[WORLD_PEOPLE];
	struct view_names names;
	size_t n_learned; /* the first so many of them are on the heap */
	struct dice dice;
	int64_t now;
	struct walk_files files, trial; /* of what is in force for good, and on trial */
	bool is_on_trial;
	struct view lasting, current; /* what is in force for good, and now */
	struct walk_files past[WALK_PAST];
	size_t n_past;
	unsigned int counts[COMMAND_KINDS][WALK_CLASSES][WALK_OUTCOMES];

	/* The step that is being made. */
	enum command_kind kind;
	size_t actor;
	struct command command;
	struct hand wanted;
	struct view after;
	struct run run;
};

/* Put the first policy in force, as root. False, after saying why. */
bool walk_begin(struct walk *walk, const struct world *world, uint64_t seed);

/* Let somebody do something. False, after saying what was wrong with what came of it. */
bool walk_step(struct walk *walk);

/*
 * Let an owner put the first policy in force again: owners always can. False, after saying why
 * not.
 */
bool walk_return(struct walk *walk);

void walk_end(struct walk *walk);

#endif
