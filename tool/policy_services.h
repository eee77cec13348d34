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

/* What a question of a line of PAM's configuration is, beside the service's own. */
enum policy_question_order {
	POLICY_QUESTION_STRICTER, /* nobody passes who would not pass the other; or it is the same */
	POLICY_QUESTION_OTHER,	  /* other people may pass */
	POLICY_QUESTION_LAXER,	  /* those may pass whom the other refuses */
	POLICY_QUESTION_NOBODY,	  /* the policy knows nothing of its service, and refuses such */
};

/*
 * Compare a question with the one that a service asks by itself.
 *
 * Requirements of which neither follows from the other are told apart by their tiers, as the built-in
 * roles hold them. A service without an entry of its own only lacks one: any that is not open, or
 * permissive, will do.
 *
 * asked    the question of the line; `own` the service's
 * Returns  0 and *ret, -EBADMSG, -ENOMEM or -EIO.
 */
int policy_services_compare(const struct rolegate_policy *policy,
			    const struct rolegate_request *asked,
			    const struct rolegate_request *own, enum policy_question_order *ret);

/* Whether a denial at a service is only logged (D5). As policy_services_find(). */
int policy_services_is_permissive(const struct rolegate_policy *policy, const char *name,
				  int64_t at, bool *ret);

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
