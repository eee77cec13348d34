/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts one question to the policy in force, with as many facts about the people as it wants and
 * no more.
 */
#ifndef ROLEGATE_CONSULT_H
#define ROLEGATE_CONSULT_H

#include <stdbool.h>

#include "account.h"
#include "rolegate.h"

/* A question and all that came of it. Owner: consult_end(). */
struct consultation {
	struct rolegate_request request;
	struct rolegate_policy *policy; /* NULL if there is none to be had */
	char *trouble;			/* then: what is wrong, for the log */
	struct account subject, actor;
	bool has_actor;
	bool has_no_policy; /* no answer for want of a usable policy, and not because NSS failed (D7) */
	struct rolegate_decision decision;
};

/*
 * Decide about a user. c->decision is written whatever happens, and is a DENY unless all went
 * well.
 *
 * c          c->request is filled in, the rest zero
 * state_dir  NULL for the one of the build
 * user       PAM_USER
 * Returns:  0, or the library's error that the decision's reason stands for.
 */
int consult(struct consultation *c, const char *state_dir, const char *user);

/*
 * D7: whether this is uid 0 in every respect: the user to be let in, and the process. Whoever is
 * not root yet, as with su, has no part in the rescue.
 */
bool consult_is_root(struct consultation *c);

void consult_end(struct consultation *c);

#endif
