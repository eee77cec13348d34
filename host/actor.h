/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the user who causes something (G2): what the kernel says, never what the environment or
 * PAM_RUSER claims.
 */
#ifndef ROLEGATE_ACTOR_H
#define ROLEGATE_ACTOR_H

#include <stdbool.h>
#include <sys/types.h>

/* How an actor is known. */
enum actor_source {
	ACTOR_UNKNOWN = 0, /* uid 0 without a login */
	ACTOR_REAL_UID,	   /* getuid() is not 0 */
	ACTOR_LOGIN_UID,   /* uid 0, and the kernel knows who logged in */
	ACTOR_FAILED,	   /* uid 0, and the kernel could not be asked, or its answer is no uid */
};

/*
 * Find the actor of this process.
 *
 * Returns the source; *ret_uid is set by ACTOR_REAL_UID and ACTOR_LOGIN_UID. A loginuid counts only
 * in the initial user namespace: elsewhere the numbers mean other people. ACTOR_FAILED is no
 * ACTOR_UNKNOWN, which may count as root: whoever calls sudo says how many descriptors it may open.
 */
enum actor_source actor_find(uid_t *ret_uid);

/* "real uid", "login uid", "unknown"; the last for ACTOR_FAILED, too. */
const char *actor_source_name(enum actor_source source);

#endif
