/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line.
 */
#ifndef ROLEGATE_OPTIONS_H
#define ROLEGATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses (rolegate(8)). */
enum exit_status {
	EXIT_DONE = 0,	  /* done, or allowed */
	EXIT_DENIED = 1,  /* denied; differences; findings */
	EXIT_USAGE = 2,	  /* the command line is wrong */
	EXIT_POLICY = 3,  /* the policy is wrong: nothing changed */
	EXIT_REFUSED = 4, /* authority or an invariant forbids it: nothing changed */
	EXIT_SYSTEM = 5,  /* the system failed: nothing changed */
};

/* Options of single verbs, as bits: a verb says which it takes. */
enum option_bits {
	OPTION_OWNER = 1,
	OPTION_CATALOG = 2,
	OPTION_ENFORCING = 4,
	OPTION_STRICT = 8,
	OPTION_MESSAGE = 16,
	OPTION_PERMISSION = 32,
	OPTION_GROUPS = 64,
	OPTION_AT = 128,
	OPTION_CANDIDATE = 256,
	OPTION_CONFIRM = 512,
};

#define OPTIONS_CATALOGS_MAX 16u

/* What the command line says; strings belong to argv. */
struct options {
	const char *root;
	bool json;
	const char *color;  /* "auto", "always" or "never" */
	unsigned int given; /* bits */
	const char *owner, *message, *permission, *groups, *at, *confirm;
	const char *catalogs[OPTIONS_CATALOGS_MAX];
	size_t n_catalogs;
	const char *verb;
	char **words; /* what follows the verb */
	int n_words;
};

/*
 * Read the command line. Options may stand before or after the verb. Returns -1 to go on, else
 * the exit status after --help, --version, or a complaint.
 */
int options_read(struct options *options, int argc, char **argv);

/* A line of usage for one verb, and the exit status 2. */
int options_complain(const char *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
