/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a policy says of services, whoever uses them.
 */
#ifndef ROLEGATE_POLICY_SERVICES_H
#define ROLEGATE_POLICY_SERVICES_H

#include <stdbool.h>

#include "policy.h"

/*
 * How a policy decides about a service (D2).
 *
 * has_entry  by an entry for it; else other_services decides
 * is_open    everybody is let in
 */
struct policy_service {
	bool has_entry, is_open;
};

/* Find out. 0, -EBADMSG, -ENOMEM or -EIO. */
int policy_services_find(const struct rolegate_policy *policy, const char *name, int64_t at,
			 struct policy_service *ret);

/*
 * Call `each` for every service that has an entry of its own, until it returns something else than
 * 0, which is then returned. Prefixes (`gdm-*`) are left out.
 */
int policy_services_each(const struct rolegate_policy *policy,
			 int (*each)(const struct service *service, void *context), void *context);

/* The same for every entry, prefixes (`gdm-*`) as well. */
int policy_services_each_entry(const struct rolegate_policy *policy,
			       int (*each)(const struct service *service, void *context),
			       void *context);

#endif
