/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decodes UTF-8, and recognises the characters that editors and web pages put in place of ASCII ones.
 */
#ifndef ROLEGATE_UTF8_H
#define ROLEGATE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decode one character of a text that ends with NUL.
 *
 * Returns: its length, or 0 if it is not valid UTF-8 (RFC 3629): truncated, overlong, a surrogate or beyond Unicode.
 */
size_t utf8_decode(const char *text, uint32_t *ret);

/* What a character outside ASCII looks like. */
enum utf8_look {
	UTF8_OTHER,
	UTF8_QUOTE,
	UTF8_SPACE,
	UTF8_INVISIBLE,
};

/* *ret_name, unless UTF8_OTHER is returned, is what the character is called: a literal. */
enum utf8_look utf8_look(uint32_t c, const char **ret_name);

#endif
