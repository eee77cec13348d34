/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The account phase: may this user use this service (D1-D7)? */
#include <security/pam_modules.h>

#include "codes.h"
#include "items.h"
#include "speak.h"

/* What a decision comes to under the modes and the rescue. */
static enum speak_result judge(struct consultation *c, const struct arguments *arguments, int error)
{
	if (error < 0)
		return !arguments->has_no_rescue && c->has_no_policy && consult_is_root(c)
			       ? SPEAK_RESCUE
			       : SPEAK_ERROR;
	if (c->decision.verdict == ROLEGATE_ALLOW)
		return SPEAK_ALLOW;
	return c->decision.permissive ? SPEAK_WOULD_DENY : SPEAK_DENY;
}

/* Decide, say so, and return the PAM code. */
static int decide(pam_handle_t *pamh, int flags, const struct arguments *arguments,
		  const char *user, const char *service)
{
	struct consultation c;
	enum speak_result result;
	int code;

	consult_begin(&c, service, arguments);
	c.request.permission = arguments->require;
	result = judge(&c, arguments, consult(&c, arguments->state_dir, user));
	code = codes_account(ROLEGATE_DENY, c.decision.reason);
	if (result == SPEAK_ALLOW || result == SPEAK_WOULD_DENY || result == SPEAK_RESCUE)
		code = codes_account(ROLEGATE_ALLOW, c.decision.reason);
	if (result != SPEAK_ALLOW || arguments->debugs)
		speak_log(pamh, &c, result, user);
	if (result == SPEAK_DENY || result == SPEAK_ERROR)
		speak_to_user(pamh, &c, arguments, flags);
	consult_end(&c);
	return code;
}

__attribute__((visibility("default"))) int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc,
							    const char **argv)
{
	const char *wrong, *user, *service;
	struct arguments arguments;

	wrong = arguments_read(&arguments, argc, argv);
	if (wrong) {
		speak_log_argument(pamh, wrong, ARGUMENTS_ACCOUNT);
		return codes_bad_argument();
	}
	/* Not pam_get_user(): an account phase that has to ask who it is about has no answer. */
	user = items_text(pamh, PAM_USER);
	service = arguments.service ? arguments.service : items_text(pamh, PAM_SERVICE);
	if (!user || !service) {
		speak_log_nobody(pamh);
		return codes_account(ROLEGATE_DENY, ROLEGATE_UNKNOWN_USER);
	}
	return decide(pamh, flags, &arguments, user, service);
}
