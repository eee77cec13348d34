/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* `default` stands for all that were not named so far. */
#define DEFAULT CONTROL_RETURNS

static const char *const return_names[CONTROL_RETURNS + 1] = {
	"success",
	"open_err",
	"symbol_err",
	"service_err",
	"system_err",
	"buf_err",
	"perm_denied",
	"auth_err",
	"cred_insufficient",
	"authinfo_unavail",
	"user_unknown",
	"maxtries",
	"new_authtok_reqd",
	"acct_expired",
	"session_err",
	"cred_unavail",
	"cred_expired",
	"cred_err",
	"no_module_data",
	"conv_err",
	"authtok_err",
	"authtok_recover_err",
	"authtok_lock_busy",
	"authtok_disable_aging",
	"try_again",
	"ignore",
	"abort",
	"authtok_expired",
	"module_unknown",
	"bad_item",
	"conv_again",
	"incomplete",
	"default",
};

static const char *const action_names[] = { "ignore", "ok", "done", "bad", "die", "reset" };

/* The words that stand for a whole table: success and new_authtok_reqd, ignore, all others. */
static const struct {
	const char *word;
	enum control_action good, ignored, rest;
} words[] = {
	{ "required", CONTROL_OK, CONTROL_IGNORE, CONTROL_BAD },
	{ "requisite", CONTROL_OK, CONTROL_IGNORE, CONTROL_DIE },
	{ "optional", CONTROL_OK, CONTROL_IGNORE, CONTROL_IGNORE },
	{ "sufficient", CONTROL_DONE, CONTROL_IGNORE, CONTROL_IGNORE },
};

const char *control_return_name(unsigned int value)
{
	return value < CONTROL_RETURNS ? return_names[value] : "(no return value)";
}

void control_fill(struct control *control, enum control_action action)
{
	for (size_t i = 0; i < CONTROL_RETURNS; i++)
		control->actions[i] = action;
}

static void fill_unset(struct control *control, int action)
{
	for (size_t i = 0; i < CONTROL_RETURNS; i++)
		if (control->actions[i] == CONTROL_UNSET)
			control->actions[i] = action;
}

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " \t\n\v\f\r");
}

/*
 * The first name that the text begins with. libpam does not ask what follows it, so
 * `success=okdefault=bad` is two settings. n if there is none.
 */
static size_t match(const char *const *names, size_t n, const char **text)
{
	for (size_t i = 0; i < n; i++) {
		if (strncmp(names[i], *text, strlen(names[i])) != 0)
			continue;
		*text += strlen(names[i]);
		return i;
	}
	return n;
}

/* A number of lines to jump over. Overflow is undefined in libpam, and is here (*ret_vague). */
static int read_jump(const char **text, bool *ret_vague)
{
	int jump = 0;

	for (; **text >= '0' && **text <= '9'; (*text)++) {
		int digit = **text - '0';

		if (jump > (INT_MAX - digit) / 10) {
			*ret_vague = true;
			jump = 0;
		}
		jump = jump * 10 + digit;
	}
	return jump;
}

/* Read one `return=action`. NULL, or what is wrong. */
static const char *read_setting(const char **text, struct control *control, bool *ret_vague)
{
	const size_t n_actions = sizeof(action_names) / sizeof(action_names[0]);
	size_t value, named;
	int action;

	value = match(return_names, CONTROL_RETURNS + 1, text);
	if (value > CONTROL_RETURNS || !**text)
		return "unknown return value in the control";
	*text = skip_blanks(*text);
	if (**text != '=')
		return "missing \"=\" in the control";
	*text = skip_blanks(*text + 1);
	if (!**text)
		return "missing action in the control";
	named = match(action_names, n_actions, text);
	action = -(int)named;
	if (named == n_actions) {
		if (**text < '0' || **text > '9')
			return "unknown action in the control";
		action = read_jump(text, ret_vague);
		if (action == 0 && !*ret_vague)
			return "the control jumps over 0 lines; write ignore";
	}
	if (value == DEFAULT)
		fill_unset(control, action);
	else
		control->actions[value] = action;
	return NULL;
}

static const char *read_table(const char *text, struct control *control, bool *ret_vague)
{
	const char *wrong = NULL;

	for (text = skip_blanks(text); *text && !wrong; text = skip_blanks(text))
		wrong = read_setting(&text, control, ret_vague);
	if (wrong)
		control_fill(control, CONTROL_BAD);
	return wrong;
}

enum control_kind control_read(const char *text, struct control *ret, const char **ret_wrong,
			       bool *ret_vague)
{
	enum control_kind kind = CONTROL_TABLE;

	*ret_wrong = NULL;
	*ret_vague = false;
	control_fill(ret, CONTROL_UNSET);
	if (!text) {
		*ret_wrong = "missing control and module";
	} else if (!strcasecmp(text, "include")) {
		kind = CONTROL_INCLUDE;
	} else if (!strcasecmp(text, "substack")) {
		kind = CONTROL_SUBSTACK;
	} else {
		size_t i = 0, n = sizeof(words) / sizeof(words[0]);

		while (i < n && strcasecmp(text, words[i].word) != 0)
			i++;
		if (i == n) {
			*ret_wrong = read_table(text, ret, ret_vague);
		} else {
			control_fill(ret, words[i].rest);
			ret->actions[CONTROL_SUCCESS] = words[i].good;
			ret->actions[CONTROL_NEW_AUTHTOK_REQD] = words[i].good;
			ret->actions[CONTROL_IGNORE_RETURN] = words[i].ignored;
		}
	}
	fill_unset(ret, CONTROL_BAD);
	return kind;
}
