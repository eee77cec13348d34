/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes up command lines that change a policy.
 */
#ifndef WALK_COMMAND_H
#define WALK_COMMAND_H

#include "walk_dice.h"
#include "walk_world.h"

#define COMMAND_WORDS_MAX 24u

/* What somebody does: commands first, then files that are edited, then generations. */
enum command_kind {
	COMMAND_ROLE_CREATE,
	COMMAND_ROLE_COPY,
	COMMAND_ROLE_EDIT,
	COMMAND_ROLE_DELETE,
	COMMAND_ASSIGN,
	COMMAND_UNASSIGN,
	COMMAND_APPROVE,
	COMMAND_SERVICE_SET,
	COMMAND_SERVICE_UNSET,
	COMMAND_APPLY,	 /* the policy file, edited by hand */
	COMMAND_MANAGED, /* 90-managed.conf, edited by hand */
	COMMAND_EDIT,
	COMMAND_ROLLBACK,
	COMMAND_TRIAL,
	COMMAND_CONFIRM,
	COMMAND_END_TRIAL,
	COMMAND_KINDS,
};

/* A command line; the words belong to it. */
struct command {
	const char *words[COMMAND_WORDS_MAX + 1];
	size_t n, n_store;
	char store[512];
};

/* What a command can be about. */
struct command_choice {
	const struct world *world;
	struct dice *dice;
	int64_t now;
	const char *const *roles;     /* custom ones that exist; ends with a NULL, may be empty */
	uint64_t generation;	      /* to go back to */
	const char *holder, *service; /* what commands gave and set before; NULL: nothing */
};

const char *command_name(enum command_kind kind);

void command_make(struct command *command, enum command_kind kind,
		  const struct command_choice *choice);

/* The line as one would type it. */
void command_print(const struct command *command, char *ret, size_t size);

#endif
