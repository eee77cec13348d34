/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control of a line of pam.d: what libpam makes of each value that a module can return.
 *
 * Numbers and names are Linux-PAM's, which are the same in every version; this room does not
 * include its headers, for it reads configuration and calls nothing.
 */
#ifndef ROLEGATE_CONTROL_H
#define ROLEGATE_CONTROL_H

#include <stdbool.h>

/* The return values that analysis has to know; all others only have names. */
enum control_return {
	CONTROL_SUCCESS = 0,
	CONTROL_SERVICE_ERR = 3,
	CONTROL_SYSTEM_ERR = 4,
	CONTROL_PERM_DENIED = 6,
	CONTROL_AUTH_ERR = 7,
	CONTROL_AUTHINFO_UNAVAIL = 9,
	CONTROL_USER_UNKNOWN = 10,
	CONTROL_NEW_AUTHTOK_REQD = 12,
	CONTROL_ACCT_EXPIRED = 13,
	CONTROL_AUTHTOK_ERR = 20,
	CONTROL_IGNORE_RETURN = 25,
	CONTROL_MODULE_UNKNOWN = 28,
	CONTROL_INCOMPLETE = 31,
	CONTROL_RETURNS = 32, /* how many there are */
};

/* What happens next. A positive number is a jump over so many lines. */
enum control_action {
	CONTROL_IGNORE = 0,
	CONTROL_OK = -1,
	CONTROL_DONE = -2,
	CONTROL_BAD = -3,
	CONTROL_DIE = -4,
	CONTROL_RESET = -5,
	CONTROL_UNSET = -6, /* nothing was said yet; control_read() leaves none */
};

/* An action for each return value. */
struct control {
	int actions[CONTROL_RETURNS];
};

enum control_kind {
	CONTROL_TABLE,	  /* actions for the module of the line */
	CONTROL_INCLUDE,  /* `include`: lines of another file in this place */
	CONTROL_SUBSTACK, /* `substack`: the same, but `done` and `die` end only these */
};

/*
 * Read a control as libpam does, mistakes included: what it cannot read makes every return value
 * bad, so that even a module's success is a failure.
 *
 * text       the word after the type, without its brackets; NULL if the line has none
 * ret_wrong  NULL, or what is wrong with it, a literal
 * ret_vague  whether it depends on libpam's build what comes of it: a number that overflows
 */
enum control_kind control_read(const char *text, struct control *ret, const char **ret_wrong,
			       bool *ret_vague);

/* The same action for every return value. */
void control_fill(struct control *control, enum control_action action);

/* The name in a control of a return value, as `perm_denied`. Never NULL. */
const char *control_return_name(unsigned int value);

#endif
