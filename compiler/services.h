/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the services about which two policies say something else.
 */
#ifndef ROLEGATE_SERVICES_H
#define ROLEGATE_SERVICES_H

#include "joint.h"

/* An entry of `services`, of which the other may be NULL: then it is new, or gone. */
typedef int (*services_each)(const struct service *before, const struct service *after,
			     void *context);

/*
 * Call `each` for every entry, by name or prefix, that is in one policy only, or says something
 * else in the other: another requirement, subject or mode. Where it stands in which file is no
 * difference. Until `each` returns something else than 0, which is then returned.
 *
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO; or what `each` returned.
 */
int services_compare(const struct joint *joint, services_each each, void *context);

/* Whether two entries require the same of the same person, their mode aside. */
bool services_require_same(const struct joint *joint, const struct service *before,
			   const struct service *after);

/* The mode that an entry says of itself, if any: bits of FORMAT_SERVICE_*. */
static inline unsigned int services_mode(const struct service *service)
{
	return service->flags & (FORMAT_SERVICE_PERMISSIVE | FORMAT_SERVICE_ENFORCING);
}

#endif
