/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks the evaluator which services let somebody in by two policies.
 */
#ifndef ROLEGATE_ACCESS_H
#define ROLEGATE_ACCESS_H

#include "difference.h"

/* The services that either policy has an entry for, in byte order; patterns with their `*`. */
struct access_services {
	const char **list; /* the names lie in the policies' memory */
	size_t n, max;
};

/* Returns 0; -EBADMSG; -ENOMEM; -EIO. Owner: access_close(), whatever is returned. */
int access_open(const struct joint *joint, struct access_services *ret);
void access_close(struct access_services *services);

/* What becomes of somebody's access. */
enum access_change {
	ACCESS_SAME,
	ACCESS_CLOSED,
	ACCESS_OPENED,
};

/*
 * Whether a service lets a person in by one policy and not by the other. They are taken to call it
 * themselves where it is about the actor (D3). The mode is left aside: what permissive lets pass
 * for now is denied all the same (D5).
 *
 * Returns 0 and *ret; -EBADMSG; -ENOMEM; -EIO.
 */
int access_ask(const struct difference *difference, const char *service,
	       const struct rolegate_person *person, enum access_change *ret);

#endif
