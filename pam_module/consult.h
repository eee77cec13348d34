/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Puts one question to the policy in force, with as many facts about the people as it wants and
 * no more.
 */
#ifndef ROLEGATE_CONSULT_H
#define ROLEGATE_CONSULT_H

#include <stdbool.h>
#include <sys/types.h>

#include "account.h"
#include "arguments.h"
#include "rolegate.h"

/* How the actor of the password gate is known (G2). */
enum consult_known {
	CONSULT_UNKNOWN = 0,	  /* uid 0 without a login */
	CONSULT_REAL_UID,	  /* the process is theirs */
	CONSULT_LOGIN_UID,	  /* it is root's, and the kernel knows who logged in */
	CONSULT_EXPIRED_PASSWORD, /* whoever has to change their own */
	CONSULT_COUNTS_AS_ROOT,	  /* unknown, and the policy says `unknown_actor = "root"` */
};

/* A question and all that came of it. Owner: consult_end(). */
struct consultation {
	struct rolegate_request request;
	struct rolegate_policy *policy; /* NULL if there is none to be had */
	char *trouble;			/* then: what is wrong, for the log */
	struct account subject;		/* of the account phase: who is to be let in */
	struct account target;		/* of the password gate: whose password it is */
	struct account actor;		/* who causes it */
	bool has_actor;
	enum consult_known known_by;
	bool has_no_policy; /* D7: no answer for want of a usable policy, not because NSS failed */
	struct rolegate_decision decision;
};

/* Begin with a question of this process, now. consult() or consult_password() follows. */
void consult_begin(struct consultation *c, const char *service, const struct arguments *arguments);

/*
 * Decide whether a user may use a service. c->decision is written whatever happens, and is a DENY
 * unless all went well.
 *
 * c          after consult_begin()
 * state_dir  NULL for the one of the build
 * user       PAM_USER
 * Returns:  0, or the library's error that the decision's reason stands for.
 */
int consult(struct consultation *c, const char *state_dir, const char *user);

/*
 * Decide whether whoever acts may set a user's password (G1, G2): as consult().
 *
 * target     PAM_USER
 * is_forced  PAM_CHANGE_EXPIRED_AUTHTOK: the actor is the target, whoever runs the process
 */
int consult_password(struct consultation *c, const char *state_dir, const char *target,
		     bool is_forced);

/*
 * D7: whether this is uid 0 in every respect: the user to be let in, and the process. Whoever is
 * not root yet, as with su, has no part in the rescue.
 */
bool consult_is_root(struct consultation *c);

/*
 * D7 for the password gate: whether the process is root's, and is not known to be run by somebody
 * else, as behind sudo. In a rescue shell nobody has logged in, so unknown counts as root here.
 */
bool consult_is_root_actor(const struct consultation *c);

void consult_end(struct consultation *c);

/* ---- What both kinds of question are made of ---- */

/* Make a uid's owner the actor; a uid without a name is a person whom the system does not know. */
int consult_set_actor(struct consultation *c, uid_t uid);

/*
 * D7: whether an error of the library's means that there is no usable policy. Want of memory or
 * descriptors says nothing of it, and whoever starts a program can see to that (D4).
 */
bool consult_is_no_policy(int error);

/* Open the policy in force. */
int consult_open(struct consultation *c, const char *state_dir);

/* Make the decision a DENY for an error's reason. */
void consult_fail(struct consultation *c, int error);

#endif
