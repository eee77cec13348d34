/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What assign and unassign have in common: whom they are about, by the command line.
 */
#ifndef ROLEGATE_ASSIGNING_H
#define ROLEGATE_ASSIGNING_H

#include "account.h"
#include "reach.h"
#include "revise.h"

/* What the command line says. Strings belong to it. */
struct assigning {
	const char *verb;
	bool is_group;
	const char *holder;
	char **roles;
	int n_roles;
	int64_t from, until; /* FORMAT_ALWAYS, FORMAT_FOREVER */
	const char *why;     /* NULL for none */
};

/*
 * Take the words apart: the holder, unless --group says it, and at least so many roles; and the options.
 * 0, or the exit status after a complaint.
 */
int assigning_read(struct tool *tool, const char *verb, int min_roles, struct assigning *ret);

/* revise() with the command in words as the reason, and the assigning as the context. */
int assigning_run(struct tool *tool, struct assigning *a,
		  int (*edit)(struct revision *revision, void *context));

/* "group " or "", to go before the holder's name. */
const char *assigning_kind(const struct assigning *a);

/*
 * Find what reaches the holder in the policy in force: for a group, its own assignments.
 *
 * Returns:  0 or an error of the library.
 * Owner:    reach_free(), account_free(), always.
 */
int assigning_find_grants(const struct revision *revision, const struct assigning *a,
			  struct account *account, struct reach *grants);

/* Whether a grant is by an assignment to the holder, and not to a group they are in or by default. */
bool assigning_is_own(const struct assigning *a, const struct reach_grant *grant);

#endif
