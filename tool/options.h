/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line.
 */
#ifndef ROLEGATE_OPTIONS_H
#define ROLEGATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
#define OPTION_OWNER (UINT64_C(1) << 0)
#define OPTION_CATALOG (UINT64_C(1) << 1)
#define OPTION_ENFORCING (UINT64_C(1) << 2)
#define OPTION_STRICT (UINT64_C(1) << 3)
#define OPTION_MESSAGE (UINT64_C(1) << 4)
#define OPTION_PERMISSION (UINT64_C(1) << 5)
#define OPTION_GROUPS (UINT64_C(1) << 6)
#define OPTION_AT (UINT64_C(1) << 7)
#define OPTION_CANDIDATE (UINT64_C(1) << 8)
#define OPTION_WHY (UINT64_C(1) << 9)
#define OPTION_LABEL (UINT64_C(1) << 10)
#define OPTION_COLOUR (UINT64_C(1) << 11)
#define OPTION_DESCRIPTION (UINT64_C(1) << 12)
#define OPTION_NEEDS_APPROVAL (UINT64_C(1) << 13)
#define OPTION_BASED_ON (UINT64_C(1) << 14)
#define OPTION_NO_BASED_ON (UINT64_C(1) << 15)
#define OPTION_GRANT (UINT64_C(1) << 16)
#define OPTION_REVOKE (UINT64_C(1) << 17)
#define OPTION_PRIVILEGE (UINT64_C(1) << 18)
#define OPTION_UNPRIVILEGE (UINT64_C(1) << 19)
#define OPTION_ON (UINT64_C(1) << 20)
#define OPTION_GROUP (UINT64_C(1) << 21)
#define OPTION_FROM (UINT64_C(1) << 22)
#define OPTION_UNTIL (UINT64_C(1) << 23)
#define OPTION_REQUIRE (UINT64_C(1) << 24)
#define OPTION_REQUIRE_ANY (UINT64_C(1) << 25)
#define OPTION_OPEN (UINT64_C(1) << 26)
#define OPTION_SUBJECT (UINT64_C(1) << 27)
#define OPTION_CONFIRM (UINT64_C(1) << 28)
#define OPTION_SIMULATE (UINT64_C(1) << 29)
#define OPTION_ACCEPT (UINT64_C(1) << 30)

/* The values of an option that may be given again and again, in the order of the command line. */
struct option_list {
	char **items;
	size_t n, max;
};

/* What the command line says. Strings belong to argv, lists to options_free(). */
struct options {
	const char *root;
	bool json;
	const char *color; /* "auto", "always" or "never" */
	uint64_t given;	   /* bits */
	const char *owner, *message, *permission, *groups, *at, *confirm;
	const char *why, *label, *colour, *description, *needs_approval;
	const char *group, *from, *until, *subject;
	struct option_list accept, catalogs;
	struct option_list based_on, no_based_on, grant, revoke, privilege, unprivilege, on;
	struct option_list require, require_any;
	const char *verb;
	char **words; /* what follows the verb */
	int n_words;
};

/*
 * Read the command line. Options may stand before or after the verb. Returns -1 to go on, else
 * the exit status after --help, --version, or a complaint.
 */
int options_read(struct options *options, int argc, char **argv);
void options_free(struct options *options);

/*
 * The i-th long option, as "at", if it is for all verbs or one of these bits; "" if it is for
 * others, NULL behind the last.
 */
const char *options_name(size_t i, uint64_t bits);

/* A line of usage for one verb, and the exit status 2. */
int options_complain(const char *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
