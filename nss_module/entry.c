/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

#include <errno.h>
#include <time.h>

/*
 * Tests are built with a folder of their own. Nothing names one at run time: whoever could would
 * choose the policy.
 */
#ifndef ENTRY_STATE_DIR
#define ENTRY_STATE_DIR ROLEGATE_STATE_DIR
#endif

int entry_open(struct rolegate_policy **ret_policy, int64_t *ret_now)
{
	*ret_now = time(NULL);
	return rolegate_policy_open(ENTRY_STATE_DIR, ret_policy, NULL);
}

enum nss_status entry_fail(int error, int *errnop)
{
	switch (error) {
	case -EAGAIN:
	case -ERANGE:
	case -ENOMEM:
		*errnop = -error;
		return NSS_STATUS_TRYAGAIN;
	case -ENOENT:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	default:
		/*
		 * ENOENT: to a program that asks for a group, a policy that is damaged has no such
		 * group.
		 */
		*errnop = ENOENT;
		return NSS_STATUS_UNAVAIL;
	}
}
