/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * People that a verb asks about: those of this host, or those of a root's files.
 */
#ifndef ROLEGATE_PEOPLE_H
#define ROLEGATE_PEOPLE_H

#include "account.h"
#include "tool.h"

/*
 * Find a user with uid and groups. Unknown ones get ROLEGATE_FACT_ABSENT on the host, and are
 * ordinary people in no group below a root (rolegate(8)).
 *
 * policy    as account_look_up(); below a root it does not matter
 * Returns 0, -ENOMEM or -EIO.
 * Owner:    account_free(), always.
 */
int people_find(struct tool *tool, const struct rolegate_policy *policy, const char *name,
		struct account *ret);

/* Find out more of an account that people_find() found: the facts that a decision wants. 0, -ENOMEM or -EIO. */
int people_complete(struct tool *tool, const struct rolegate_policy *policy,
		    struct account *account, unsigned int wants);

/* The same as --groups says: as if the user existed and was in these. */
int people_suppose(struct tool *tool, const char *name, const char *groups, struct account *ret);

/*
 * Find the user who has a uid. As people_find(); -ENOENT nobody has it, and nothing is to be freed.
 */
int people_find_uid(struct tool *tool, uid_t uid, struct account *ret);

/*
 * A4: whether a user could act as an owner: known to the system, neither locked nor expired.
 * Below a root every user is. Returns NULL if so, else what the user is instead ("locked"), a literal.
 */
const char *people_why_unusable(struct tool *tool, const char *name);

/*
 * The same by a root's own shadow, if it has one; whether the user is in its passwd is not looked at.
 * A4 does not ask this: what is locked in an image may be unlocked where it runs.
 */
const char *people_why_shut_below_root(struct tool *tool, const char *name);

/* A uid and groups that stand for an ordinary person. */
#define PEOPLE_ORDINARY_UID 60000u /* the last one that useradd assigns: no UID_MIN is above it */

#endif
