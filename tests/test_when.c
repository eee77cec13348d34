/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moments: what RFC 3339 and the calendar allow, and what not. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "when.h"

static const struct {
	const char *text;
	int64_t at;
} good[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "2026-11-22T12:00:00Z", SUPPORT_NOW },
	{ "2026-11-22t12:00:00z", SUPPORT_NOW },
	{ "2026-11-22T13:00:00+01:00", SUPPORT_NOW },
	{ "2026-11-22T06:30:00-05:30", SUPPORT_NOW },
	{ "2026-11-22T12:00:00.999Z", SUPPORT_NOW },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2000-02-29T00:00:00Z", INT64_C(951782400) },
	{ "2100-03-01T00:00:00Z", INT64_C(4107542400) },
	{ "0001-01-01T00:00:00Z", INT64_C(-62135596800) },
	{ "0000-01-01T00:00:00Z", INT64_C(-62167219200) },
	{ "0000-02-29T00:00:00Z", INT64_C(-62162121600) },
	{ "9999-12-31T23:59:59Z", INT64_C(253402300799) },
	{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
	/*
	 * The zone is Europe/Berlin: a bare date is the local day's beginning, in winter and in
	 * summer.
	 */
	{ "2026-12-31", INT64_C(1798671600) },
	{ "2026-07-01", INT64_C(1782856800) },
};

static const char *const bad[] = {
	"",
	"2026",
	"2026-12",
	"2026-1-1",
	"26-12-31",
	"2026-13-01",
	"2026-00-01",
	"2026-02-29",
	"2026-04-31",
	"2026-01-00",
	"2100-02-29",
	"2026-12-31T",
	"2026-12-31T18:00",
	"2026-12-31T18:00:00",
	"2026-12-31 18:00:00Z",
	"2026-12-31T24:00:00Z",
	"2026-12-31T18:60:00Z",
	"2026-12-31T18:00:60Z",
	"2026-12-31T18:00:00+1:00",
	"2026-12-31T18:00:00+24:00",
	"2026-12-31T18:00:00+01:60",
	"2026-12-31T18:00:00.Z",
	"2026-12-31T18:00:00Zx",
	" 2026-12-31",
	"2026-12-31 ",
	"tomorrow",
	"+2026-12-31",
	"2026-12-31T18:00:00+0100",
	"20261231",
};

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t at = 0;
		const char *wrong = when_parse(good[i].text, &at);

		if (wrong || at != good[i].at)
			fail_msg("%s: %s, %lld", good[i].text, wrong ? wrong : "read",
				 (long long)at);
	}
}

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t at = 7;

		if (!when_parse(bad[i], &at) || at != 7)
			fail_msg("\"%s\" was taken", bad[i]);
	}
}

/* What is written reads back as the same moment, zone and all. */
static void writes(void **state)
{
	static const int64_t moments[] = { 0, -1, SUPPORT_NOW, INT64_C(1782856800),
					   INT64_C(4107542400) };

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		char text[WHEN_SIZE];
		int64_t at = 0;

		when_format(moments[i], text);
		assert_null(when_parse(text, &at));
		assert_int_equal(at, moments[i]);
	}
}

static void writes_what_no_calendar_holds(void **state)
{
	char text[WHEN_SIZE];

	(void)state;
	when_format(INT64_MAX, text);
	assert_string_equal(text, "@9223372036854775807");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(writes),
		cmocka_unit_test(writes_what_no_calendar_holds),
	};

	/* Written out, so that it needs no time zone data. */
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
