/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the module says: one line in the log, and one to a user who is refused.
 */
#ifndef ROLEGATE_SPEAK_H
#define ROLEGATE_SPEAK_H

#include <security/pam_modules.h>
#include <stdbool.h>

#include "arguments.h"
#include "consult.h"

/* What became of a decision. */
enum speak_result {
	SPEAK_ALLOW,
	SPEAK_DENY,
	SPEAK_WOULD_DENY, /* D5: refused by the policy and let in by its mode */
	SPEAK_ERROR,	  /* D4: refused for want of an answer */
	SPEAK_RESCUE,	  /* D7: no answer, but this is root */
	SPEAK_OWN,	  /* G1: their own password, in which the gate has no say */
};

/* Log the decision, if it matters. */
void speak_log(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
	       const char *user);

/* Log an answer of the password gate: target, actor, how the actor is known, service (G3). */
void speak_log_password(pam_handle_t *pamh, const struct consultation *c, enum speak_result result,
			const char *target);

/* Log that the program named no user, or PAM no service. */
void speak_log_nobody(pam_handle_t *pamh);

/* Log a line of pam.d that cannot be understood, and which arguments are known. */
void speak_log_argument(pam_handle_t *pamh, const char *argument, const char *known);

/* Tell the user why he is refused, unless the policy, the line or the program wants silence. */
void speak_to_user(pam_handle_t *pamh, const struct consultation *c,
		   const struct arguments *arguments, int flags);

/* The same for whoever was to set the target's password. passwd(1) and chpasswd(8) show it. */
void speak_to_actor(pam_handle_t *pamh, const struct consultation *c,
		    const struct arguments *arguments, int flags, const char *target);

#endif
