/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words for reasons and errors. */
#include <errno.h>

#include "rolegate.h"

#ifndef ROLEGATE_VERSION
#error "ROLEGATE_VERSION comes from the build"
#endif

static const struct {
	const char *name, *text;
} reasons[] = {
	[ROLEGATE_SYSTEM_ERROR] = { "system-error", "the system failed" },
	[ROLEGATE_GRANTED] = { "granted", "your roles permit it" },
	[ROLEGATE_OPEN_SERVICE] = { "open-service", "it is open to everybody" },
	[ROLEGATE_MISSING_PERMISSION] = { "missing-permission", "your roles do not permit it" },
	[ROLEGATE_NO_ROLE] = { "no-role", "you have no role on this host" },
	[ROLEGATE_PENDING_APPROVAL] = { "pending-approval", "your role awaits approval" },
	[ROLEGATE_OUTSIDE_TIME] = { "outside-time", "your role is not in force at this time" },
	[ROLEGATE_NOT_IN_PLAN] = { "not-in-plan", "this host's plan does not include it" },
	[ROLEGATE_CONFLICT] = { "conflict", "your roles exclude each other" },
	[ROLEGATE_SERVICE_NOT_LISTED] = { "service-not-listed",
					  "the policy does not list this service" },
	[ROLEGATE_UNKNOWN_USER] = { "unknown-user", "the system does not know this user" },
	[ROLEGATE_NO_POLICY] = { "no-policy", "no policy is in force" },
	[ROLEGATE_UNTRUSTED_POLICY] = { "untrusted-policy", "the policy cannot be trusted" },
	[ROLEGATE_DAMAGED_POLICY] = { "damaged-policy", "the policy is damaged" },
	[ROLEGATE_OWN_PASSWORD] = { "own-password", "it is your own" },
	[ROLEGATE_UNKNOWN_ACTOR] = { "unknown-actor",
				     "the system does not know who you logged in as" },
	[ROLEGATE_SUSPENDED] = { "suspended", "the account is suspended" },
	[ROLEGATE_AMBIGUOUS_USER] = { "ambiguous-user", "the name stands for two accounts" },
};

static unsigned int known(enum rolegate_reason reason)
{
	return (unsigned int)reason < sizeof(reasons) / sizeof(reasons[0]) ? (unsigned int)reason
									   : ROLEGATE_SYSTEM_ERROR;
}

const char *rolegate_reason_name(enum rolegate_reason reason)
{
	return reasons[known(reason)].name;
}

const char *rolegate_reason_text(enum rolegate_reason reason)
{
	return reasons[known(reason)].text;
}

enum rolegate_reason rolegate_reason_of_error(int error)
{
	switch (error) {
	case -ENOENT:
		return ROLEGATE_NO_POLICY;
	case -EPERM:
		return ROLEGATE_UNTRUSTED_POLICY;
	case -EBADMSG:
	case -EPROTONOSUPPORT:
		return ROLEGATE_DAMAGED_POLICY;
	default:
		return ROLEGATE_SYSTEM_ERROR;
	}
}

const char *rolegate_error_text(int error)
{
	switch (error) {
	case 0:
		return "no error";
	case -ENOENT:
		return "not there; `rolegate apply` makes it";
	case -EPERM:
		return "not to be trusted";
	case -EBADMSG:
		return "damaged; `rolegate apply` makes it anew";
	case -EPROTONOSUPPORT:
		return "written in another format; `rolegate apply` makes it anew";
	case -EINVAL:
		return "called wrongly";
	case -ENOMEM:
		return "out of memory";
	case -EAGAIN:
		return "interrupted, or no file descriptor is left";
	default:
		return "input/output error";
	}
}

const char *rolegate_version(void)
{
	return ROLEGATE_VERSION;
}
