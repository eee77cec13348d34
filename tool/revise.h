/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a change of the file that rolegate writes itself, to the line that says what came of it.
 */
#ifndef ROLEGATE_REVISE_H
#define ROLEGATE_REVISE_H

#include "model.h"
#include "tool.h"
#include "words.h"

/* A change under way: what its function sees and says. */
struct revision {
	struct tool *tool;
	const struct rolegate_policy *active; /* in force, and what people's files say */
	const char *author;		      /* the name of who changes it */
	struct model *managed;		      /* what it may change */
	bool is_changed;		      /* set it when something was */
	json_t *notes;			      /* lines for the person */
	int (*edit)(struct revision *revision, void *context);
	void *context;
};

/*
 * Let a function change the managed file, put the result in force, and print what it noted.
 *
 * what   the command in words, for the history where the person gave no reason
 * edit   returns EXIT_DONE, or an exit status after saying why; called at most once, with the
 *        policy locked. Where it leaves is_changed false, nothing is to be changed.
 */
int revise(struct tool *tool, const char *what,
	   int (*edit)(struct revision *revision, void *context), void *context);

/* A line for the person: the first says what was done. Nothing is printed where the change fails. */
void revise_note(struct revision *revision, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same in the first place, for what is known only at the end. */
void revise_headline(struct revision *revision, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Check a word of the command line before it goes into the file. 0, or the exit status after a
 * complaint about it.
 *
 * verb  its name, for the usage
 * what  what it is, as "the role's name"
 */
int revise_check_word(const char *verb, const char *what, enum words_kind kind, const char *word);

#endif
