/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "when.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const wrong_form =
	"not a time; write a date as 2026-12-31 or a time as 2026-12-31T18:00:00+01:00 (or Z for UTC)";

/* Read exactly n digits. */
static bool digits(const char **at, unsigned int n, int *ret)
{
	int value = 0;

	for (unsigned int i = 0; i < n; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*ret = value;
	return true;
}

static bool character(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static int days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

/*
 * Days from 1970-01-01 to a date of the Gregorian calendar, counted from a March so that leap
 * days come last.
 */
static int64_t day_number(int year, int month, int day)
{
	/* 400 years later, for the year before 0 would be divided the wrong way. */
	int64_t y = (month <= 2 ? year - 1 : year) + 400;
	int64_t m = month <= 2 ? month + 9 : month - 3;
	int64_t in_year = (153 * m + 2) / 5 + day - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + in_year - 719468 - 146097;
}

/* `Z`, `+hh:mm` or `-hh:mm`, in seconds east of UTC. */
static bool zone(const char **at, int *ret_offset)
{
	int sign, hours, minutes;

	if (character(at, 'Z') || character(at, 'z')) {
		*ret_offset = 0;
		return true;
	}
	if (character(at, '+'))
		sign = 1;
	else if (character(at, '-'))
		sign = -1;
	else
		return false;
	if (!digits(at, 2, &hours) || !character(at, ':') || !digits(at, 2, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*ret_offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

static const char *local_midnight(int year, int month, int day, int64_t *ret_at)
{
	struct tm tm = {
		.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_isdst = -1
	};
	time_t at = mktime(&tm);

	/*
	 * mktime has no other sign of failure, and that moment itself is not a midnight anybody
	 * means.
	 */
	if (at == (time_t)-1)
		return "out of this machine's range of dates";
	*ret_at = at;
	return NULL;
}

const char *when_parse(const char *text, int64_t *ret_at)
{
	int year, month, day, hour, minute, second, ignored, offset;
	const char *at = text;

	if (!digits(&at, 4, &year) || !character(&at, '-') || !digits(&at, 2, &month) ||
	    !character(&at, '-') || !digits(&at, 2, &day))
		return wrong_form;
	if (month < 1 || month > 12 || day < 1 || day > days_of(year, month))
		return "no such day in the calendar";
	if (*at == '\0')
		return local_midnight(year, month, day, ret_at);
	if (!(character(&at, 'T') || character(&at, 't')) || !digits(&at, 2, &hour) ||
	    !character(&at, ':') || !digits(&at, 2, &minute) || !character(&at, ':') ||
	    !digits(&at, 2, &second))
		return wrong_form;
	if (hour > 23 || minute > 59 || second > 59)
		return "no such time of day";
	if (character(&at, '.')) {
		if (!digits(&at, 1, &ignored))
			return wrong_form;
		while (digits(&at, 1, &ignored))
			;
	}
	if (*at == '\0')
		return "without a zone; add Z for UTC or an offset as +01:00";
	if (!zone(&at, &offset) || *at != '\0')
		return wrong_form;
	*ret_at = day_number(year, month, day) * 86400 + hour * INT64_C(3600) +
		  minute * INT64_C(60) + second - offset;
	return NULL;
}

void when_format(int64_t at, char to[WHEN_SIZE])
{
	time_t t = (time_t)at;
	struct tm tm;
	size_t n;

	if (!localtime_r(&t, &tm) ||
	    (n = strftime(to, WHEN_SIZE - 1, "%Y-%m-%dT%H:%M:%S%z", &tm)) < 5) {
		snprintf(to, WHEN_SIZE, "@%lld", (long long)at);
		return;
	}
	/* RFC 3339 wants a colon in the offset. */
	memmove(to + n - 1, to + n - 2, 3);
	to[n - 2] = ':';
}

/* Ten years: whoever means longer leaves the end out. */
#define SPAN_MAX (INT64_C(3653) * 24 * 60 * 60)

const char *when_parse_span(const char *text, int64_t *ret_seconds)
{
	static const char not_a_span[] = "no span of time; write 90s, 2m, 8h or 7d";
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	int64_t n = 0;

	if (*text < '0' || *text > '9')
		return not_a_span;
	for (; *text >= '0' && *text <= '9'; text++) {
		n = n * 10 + (*text - '0');
		if (n > SPAN_MAX)
			return "longer than ten years";
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[0] != units[i].letter || text[1] != '\0')
			continue;
		if (n == 0)
			return "no time at all";
		if (n > SPAN_MAX / units[i].seconds)
			return "longer than ten years";
		*ret_seconds = n * units[i].seconds;
		return NULL;
	}
	return not_a_span;
}
