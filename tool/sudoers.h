/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What sudoers(5) says, as a list of commands that are given to users.
 *
 * Enough of its grammar is read to judge what a rule opens; what is not understood is kept as such,
 * and never taken for nothing.
 */
#ifndef ROLEGATE_SUDOERS_H
#define ROLEGATE_SUDOERS_H

#include "arena.h"
#include "tool.h"

#define SUDOERS_FILE "/etc/sudoers"

/* One of a list: a name, `%group`, `#uid`, alias or command, and whether a `!` is before it. */
struct sudoers_item {
	bool is_negated;
	const char *text;
};

struct sudoers_list {
	struct sudoers_item *list;
	size_t n, max;
};

/* Where something stands. */
struct sudoers_place {
	const char *file;
	unsigned int line;
};

/*
 * One command that a rule gives.
 *
 * users      the rule's
 * has_runas  false: sudo's default, which is root
 * runas      the users whom it may be run as; empty: only the caller, with another group
 * command    path and arguments, digests taken off; or an alias
 * is_free    no password is asked for
 */
struct sudoers_grant {
	struct sudoers_place place;
	const struct sudoers_list *users, *runas;
	bool has_runas, is_free;
	struct sudoers_item command;
};

/* One name of User_Alias (U), Runas_Alias (R), Host_Alias (H) or Cmnd_Alias (C). */
struct sudoers_alias {
	char kind;
	const char *name;
	struct sudoers_list items;
};

/* One parameter of a Defaults line; value "" if it is a flag. */
struct sudoers_setting {
	struct sudoers_place place;
	bool is_negated;
	const char *name, *value;
};

/* What could not be read: a file (line 0, and error -errno) or a line. text: why. */
struct sudoers_problem {
	struct sudoers_place place;
	const char *text;
	int error;
};

/* Owner: sudoers_free(). Everything lives in the arena but the arrays. */
struct sudoers {
	struct arena arena;
	struct sudoers_list **lists; /* those that grants and aliases point at */
	size_t n_lists, max_lists;
	struct sudoers_grant *grants;
	size_t n_grants, max_grants;
	struct sudoers_alias *aliases;
	size_t n_aliases, max_aliases;
	struct sudoers_setting *settings;
	size_t n_settings, max_settings;
	struct sudoers_problem *problems;
	size_t n_problems, max_problems;
	unsigned int n_files; /* read so far */
};

/*
 * Read /etc/sudoers and what it includes.
 *
 * Returns 0; -ENOENT there is none; -ENOMEM. sudoers_free() is due either way.
 */
int sudoers_read(struct tool *tool, struct sudoers *ret);
void sudoers_free(struct sudoers *sudoers);

/* The alias of a kind and a name, or NULL. */
const struct sudoers_alias *sudoers_find_alias(const struct sudoers *sudoers, char kind,
					       const char *name);

/*
 * Read one line, continuations joined and the comment taken off, which is no `@include`. What is
 * not understood becomes a problem. False if memory ran out.
 */
bool sudoers_read_line(struct sudoers *sudoers, const char *line, struct sudoers_place place);

/* Note a problem. False if memory ran out. */
bool sudoers_complain(struct sudoers *sudoers, struct sudoers_place place, int error,
		      const char *text);

#endif
