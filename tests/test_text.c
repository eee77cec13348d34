/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words for reasons and errors: programs compare the names, people read the texts. */
#include "support.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* pam_rolegate(8) lists the reason codes. Others rely on them, so a change here breaks their programs. */
static const struct {
	enum rolegate_reason reason;
	const char *name;
} reasons[] = {
	{ ROLEGATE_GRANTED, "granted" },
	{ ROLEGATE_OPEN_SERVICE, "open-service" },
	{ ROLEGATE_MISSING_PERMISSION, "missing-permission" },
	{ ROLEGATE_NO_ROLE, "no-role" },
	{ ROLEGATE_PENDING_APPROVAL, "pending-approval" },
	{ ROLEGATE_OUTSIDE_TIME, "outside-time" },
	{ ROLEGATE_NOT_IN_PLAN, "not-in-plan" },
	{ ROLEGATE_CONFLICT, "conflict" },
	{ ROLEGATE_SERVICE_NOT_LISTED, "service-not-listed" },
	{ ROLEGATE_UNKNOWN_USER, "unknown-user" },
	{ ROLEGATE_NO_POLICY, "no-policy" },
	{ ROLEGATE_UNTRUSTED_POLICY, "untrusted-policy" },
	{ ROLEGATE_DAMAGED_POLICY, "damaged-policy" },
	{ ROLEGATE_OWN_PASSWORD, "own-password" },
	{ ROLEGATE_UNKNOWN_ACTOR, "unknown-actor" },
	{ ROLEGATE_SUSPENDED, "suspended" },
	{ ROLEGATE_AMBIGUOUS_USER, "ambiguous-user" },
	{ ROLEGATE_SYSTEM_ERROR, "system-error" },
};

#define N_REASONS (sizeof(reasons) / sizeof(reasons[0]))

static const int errors[] = { 0,       -ENOENT, -EPERM,	 -EBADMSG, -EPROTONOSUPPORT,
			      -EINVAL, -ENOMEM, -EAGAIN, -EIO };

#define N_ERRORS (sizeof(errors) / sizeof(errors[0]))

static void test_names(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N_REASONS; i++)
		assert_string_equal(rolegate_reason_name(reasons[i].reason), reasons[i].name);
	/* 0 is what a decision that nobody wrote would hold. */
	assert_int_equal(ROLEGATE_SYSTEM_ERROR, 0);
	assert_int_equal(ROLEGATE_DENY, 0);
}

/* Every value is one of the list, or means that something went wrong. */
static void test_closed_set(void **unused)
{
	static const int others[] = { -1, INT_MIN, INT_MAX, 0x2a51, 255, 256, 65536 };

	(void)unused;
	for (int value = -1000; value <= 1000; value++) {
		size_t i = 0;

		while (i < N_REASONS - 1 && (int)reasons[i].reason != value)
			i++;
		assert_string_equal(rolegate_reason_name((enum rolegate_reason)value),
				    reasons[i].name);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const enum rolegate_reason reason = (enum rolegate_reason)others[i];

		assert_string_equal(rolegate_reason_name(reason), "system-error");
		assert_string_equal(rolegate_reason_text(reason),
				    rolegate_reason_text(ROLEGATE_SYSTEM_ERROR));
	}
}

static bool is_distinct(const char *(*word)(size_t i), size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(word(i), word(k)))
				return false;
	return true;
}

/* Fit to stand in the middle of a line, and to have a full stop put behind. */
static bool is_phrase(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return n > 3 && !isupper(text[0]) && isalnum(text[n - 1]) && !strchr(text, '%');
}

static const char *nth_reason_name(size_t i)
{
	return rolegate_reason_name(reasons[i].reason);
}

static const char *nth_reason_text(size_t i)
{
	return rolegate_reason_text(reasons[i].reason);
}

static const char *nth_error_text(size_t i)
{
	return rolegate_error_text(errors[i]);
}

static void test_texts(void **unused)
{
	(void)unused;
	assert_true(is_distinct(nth_reason_name, N_REASONS));
	assert_true(is_distinct(nth_reason_text, N_REASONS));
	assert_true(is_distinct(nth_error_text, N_ERRORS));
	for (size_t i = 0; i < N_REASONS; i++) {
		assert_true(is_phrase(nth_reason_text(i)));
		assert_int_equal(strspn(nth_reason_name(i), "abcdefghijklmnopqrstuvwxyz-"),
				 strlen(nth_reason_name(i)));
	}
	for (size_t i = 0; i < N_ERRORS; i++)
		assert_true(is_phrase(nth_error_text(i)));
}

/* D4: each failure has its own reason, and none of them could pass for a grant. */
static void test_reasons_of_errors(void **unused)
{
	static const struct {
		int error;
		enum rolegate_reason want;
	} cases[] = {
		{ -ENOENT, ROLEGATE_NO_POLICY },
		{ -EPERM, ROLEGATE_UNTRUSTED_POLICY },
		{ -EBADMSG, ROLEGATE_DAMAGED_POLICY },
		{ -EPROTONOSUPPORT, ROLEGATE_DAMAGED_POLICY },
		{ -EINVAL, ROLEGATE_SYSTEM_ERROR },
		{ -ENOMEM, ROLEGATE_SYSTEM_ERROR },
		{ -EAGAIN, ROLEGATE_SYSTEM_ERROR },
		{ -EIO, ROLEGATE_SYSTEM_ERROR },
		{ 0, ROLEGATE_SYSTEM_ERROR },
		{ ENOENT, ROLEGATE_SYSTEM_ERROR },
		{ -EACCES, ROLEGATE_SYSTEM_ERROR },
		{ INT_MIN, ROLEGATE_SYSTEM_ERROR },
		{ INT_MAX, ROLEGATE_SYSTEM_ERROR },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(rolegate_reason_of_error(cases[i].error), cases[i].want);
}

static void test_unknown_errors(void **unused)
{
	static const int others[] = { 1, ENOENT, -EACCES, -4096, INT_MIN, INT_MAX };

	(void)unused;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_string_equal(rolegate_error_text(others[i]), rolegate_error_text(-EIO));
}

static void test_version(void **unused)
{
	const char *version = rolegate_version();
	unsigned int n_dots = 0;

	(void)unused;
	assert_string_equal(version, ROLEGATE_VERSION);
	assert_true(isdigit(version[0]));
	for (size_t i = 0; version[i]; i++)
		n_dots += version[i] == '.' && isdigit(version[i + 1]);
	assert_int_equal(n_dots, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),	       cmocka_unit_test(test_closed_set),
		cmocka_unit_test(test_texts),	       cmocka_unit_test(test_reasons_of_errors),
		cmocka_unit_test(test_unknown_errors), cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
