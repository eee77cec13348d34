/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads and writes moments.
 */
#ifndef ROLEGATE_WHEN_H
#define ROLEGATE_WHEN_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that when_format() needs at most, NUL included. */
#define WHEN_SIZE 40u

/*
 * Read a date (00:00 of the machine's local time) or an RFC 3339 date and time with its zone.
 *
 * Returns:  NULL and *ret_at, in seconds since 1970-01-01 UTC; else what is wrong, a literal.
 */
const char *when_parse(const char *text, int64_t *ret_at);

/*
 * Read a span of time, as 90s, 2m, 8h or 7d.
 *
 * Returns:  NULL and *ret_seconds, above 0; else what is wrong, a literal.
 */
const char *when_parse_span(const char *text, int64_t *ret_seconds);

/* Write a moment in local time with its zone, as 2026-12-31T18:00:00+01:00. */
void when_format(int64_t at, char to[WHEN_SIZE]);

#endif
