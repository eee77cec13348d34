/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The password phase: may whoever acts set this user's password (G1-G3)? */
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#include "codes.h"
#include "items.h"
#include "speak.h"

/* What a decision comes to under the modes and the rescue. */
static enum speak_result judge(const struct consultation *c, const struct arguments *arguments,
			       int error)
{
	if (error < 0)
		return !arguments->has_no_rescue && c->has_no_policy && consult_is_root_actor(c)
			       ? SPEAK_RESCUE
			       : SPEAK_ERROR;
	if (c->decision.verdict == ROLEGATE_ALLOW)
		return c->decision.reason == ROLEGATE_OWN_PASSWORD ? SPEAK_OWN : SPEAK_ALLOW;
	return c->decision.permissive ? SPEAK_WOULD_DENY : SPEAK_DENY;
}

/* ---- What was logged in the first pass, so that the second does not repeat it ---- */

#define SAID "rolegate_password_said"

static void forget(pam_handle_t *pamh, void *said, int status)
{
	(void)pamh;
	(void)status;
	free(said);
}

/* Whether this was the last thing logged on this handle; from now on it is. */
static bool was_said(pam_handle_t *pamh, enum speak_result result, const char *target)
{
	const void *before = NULL;
	size_t n = strlen(target) + 1;
	char *now = malloc(1 + n);
	bool same;

	/* Without memory a line comes twice, which is better than never. */
	if (!now)
		return false;
	now[0] = (char)('a' + (int)result);
	memcpy(now + 1, target, n);
	same = pam_get_data(pamh, SAID, &before) == PAM_SUCCESS && before && !strcmp(before, now);
	if (pam_set_data(pamh, SAID, now, forget) != PAM_SUCCESS)
		free(now);
	return same;
}

/*
 * Whether there is something to log. Own passwords are nobody's business; but of a forced change
 * only the program says whose it is.
 */
static bool is_news(pam_handle_t *pamh, int flags, const struct arguments *arguments,
		    enum speak_result result, const char *target)
{
	bool is_second = (unsigned int)flags & PAM_UPDATE_AUTHTOK;

	if (was_said(pamh, result, target) && is_second)
		return false;
	return result != SPEAK_OWN || arguments->debugs ||
	       (unsigned int)flags & PAM_CHANGE_EXPIRED_AUTHTOK;
}

/*
 * Decide, say so, and return the PAM code.
 *
 * libpam runs the stack twice. The first pass, PAM_PRELIM_CHECK, comes before anybody prompts, and
 * where it refuses there is no second. The second decides anew and trusts nothing that the first
 * found: meanwhile the user may have pondered a password for an hour, and a role may be over.
 */
static int decide(pam_handle_t *pamh, int flags, const struct arguments *arguments,
		  const char *target, const char *service)
{
	bool is_forced = (unsigned int)flags & PAM_CHANGE_EXPIRED_AUTHTOK;
	struct consultation c;
	enum speak_result result;
	bool refuses;
	int code;

	consult_begin(&c, service, arguments);
	result =
		judge(&c, arguments, consult_password(&c, arguments->state_dir, target, is_forced));
	refuses = result == SPEAK_DENY || result == SPEAK_ERROR;
	code = codes_password(refuses ? ROLEGATE_DENY : ROLEGATE_ALLOW, c.decision.reason);
	if (is_news(pamh, flags, arguments, result, target))
		speak_log_password(pamh, &c, result, target);
	if (refuses)
		speak_to_actor(pamh, &c, arguments, flags, target);
	consult_end(&c);
	return code;
}

__attribute__((visibility("default"))) int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc,
							    const char **argv)
{
	const char *wrong, *target, *service;
	struct arguments arguments;

	wrong = arguments_read_password(&arguments, argc, argv);
	if (wrong) {
		speak_log_argument(pamh, wrong, ARGUMENTS_PASSWORD);
		return codes_bad_argument();
	}
	/* Not pam_get_user(): it would prompt, and could be answered with any name. */
	target = items_text(pamh, PAM_USER);
	service = arguments.service ? arguments.service : items_text(pamh, PAM_SERVICE);
	if (!target || !service) {
		speak_log_nobody(pamh);
		return codes_account(ROLEGATE_DENY, ROLEGATE_UNKNOWN_USER);
	}
	return decide(pamh, flags, &arguments, target, service);
}
