/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "codes.h"

#include <security/_pam_types.h>

int codes_account(enum rolegate_verdict verdict, enum rolegate_reason reason)
{
	if (verdict == ROLEGATE_ALLOW)
		return PAM_SUCCESS;
	switch (reason) {
	case ROLEGATE_MISSING_PERMISSION:
	case ROLEGATE_NO_ROLE:
	case ROLEGATE_PENDING_APPROVAL:
	case ROLEGATE_OUTSIDE_TIME:
	case ROLEGATE_NOT_IN_PLAN:
	case ROLEGATE_CONFLICT:
	case ROLEGATE_SERVICE_NOT_LISTED:
	case ROLEGATE_UNKNOWN_ACTOR:
	case ROLEGATE_SUSPENDED:
	case ROLEGATE_AMBIGUOUS_USER:
		return PAM_PERM_DENIED;
	case ROLEGATE_UNKNOWN_USER:
		return PAM_USER_UNKNOWN;
	case ROLEGATE_NO_POLICY:
		return PAM_AUTHINFO_UNAVAIL;
	case ROLEGATE_UNTRUSTED_POLICY:
	case ROLEGATE_DAMAGED_POLICY:
		return PAM_AUTH_ERR;
	default:
		/* ROLEGATE_SYSTEM_ERROR, and what can be no reason of a denial. */
		return PAM_SYSTEM_ERR;
	}
}

int codes_password(enum rolegate_verdict verdict, enum rolegate_reason reason)
{
	if (verdict == ROLEGATE_ALLOW)
		return PAM_IGNORE;
	return reason == ROLEGATE_UNKNOWN_USER ? PAM_PERM_DENIED
					       : codes_account(ROLEGATE_DENY, reason);
}

int codes_bad_argument(void)
{
	return PAM_SERVICE_ERR;
}
