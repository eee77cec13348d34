/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads numbers and strings out of a record, and never past its end.
 *
 * Whoever reads asks for what should be there and looks once, at the end, whether all of it was:
 * after the first thing that is not, everything reads as zero or "".
 */
#ifndef ROLEGATE_CURSOR_H
#define ROLEGATE_CURSOR_H

#include <stdbool.h>
#include <string.h>

#include "format.h"
#include "store.h"

struct cursor {
	const unsigned char *at, *end;
	bool is_bad;
};

static inline struct cursor cursor_over(const struct record *record)
{
	return (struct cursor){ .at = record->payload, .end = record->payload + record->n };
}

/* The next n bytes, or NULL. */
static inline const unsigned char *cursor_bytes(struct cursor *cursor, size_t n)
{
	const unsigned char *bytes = cursor->at;

	if (cursor->is_bad || n > (size_t)(cursor->end - cursor->at)) {
		cursor->is_bad = true;
		return NULL;
	}
	cursor->at += n;
	return bytes;
}

static inline unsigned int cursor_u8(struct cursor *cursor)
{
	const unsigned char *p = cursor_bytes(cursor, 1);

	return p ? p[0] : 0;
}

static inline unsigned int cursor_u16(struct cursor *cursor)
{
	const unsigned char *p = cursor_bytes(cursor, 2);

	return p ? (unsigned int)(p[0] | p[1] << 8) : 0;
}

static inline uint32_t cursor_u32(struct cursor *cursor)
{
	const unsigned char *p = cursor_bytes(cursor, 4);

	return p ? format_get32(p) : 0;
}

static inline uint64_t cursor_u64(struct cursor *cursor)
{
	const unsigned char *p = cursor_bytes(cursor, 8);

	return p ? format_get64(p) : 0;
}

static inline int64_t cursor_i64(struct cursor *cursor)
{
	return (int64_t)cursor_u64(cursor);
}

/* A number that has to be below `limit`: an index, or a count with its limit plus one. */
static inline uint32_t cursor_below(struct cursor *cursor, uint32_t limit)
{
	uint32_t value = cursor_u32(cursor);

	if (value < limit)
		return value;
	cursor->is_bad = true;
	return 0;
}

/* Flags of which only `all` are known. */
static inline unsigned int cursor_flags(struct cursor *cursor, unsigned int all)
{
	unsigned int flags = cursor_u8(cursor);

	if (!(flags & ~all))
		return flags;
	cursor->is_bad = true;
	return 0;
}

/* A string, where it lies: it ends with a NUL and holds no other. */
static inline const char *cursor_string(struct cursor *cursor, size_t *ret_n)
{
	size_t n = cursor_u16(cursor);
	const unsigned char *p = cursor_bytes(cursor, n + 1);

	if (p && n <= FORMAT_TEXT_MAX && p[n] == '\0' && !memchr(p, '\0', n)) {
		if (ret_n)
			*ret_n = n;
		return (const char *)p;
	}
	cursor->is_bad = true;
	if (ret_n)
		*ret_n = 0;
	return "";
}

/* Whether the record was sound and has been read to its end. */
static inline bool cursor_is_done(const struct cursor *cursor)
{
	return !cursor->is_bad && cursor->at == cursor->end;
}

#endif
