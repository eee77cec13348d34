/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looks at a text before libconfig does, and refuses what libconfig would swallow, choke on or
 * die of; and says where the text may be cut (pieces.h), as it knows the brackets.
 *
 * libconfig 1.5 and 1.7 drop the rest of a file after a stray quote or an unterminated comment,
 * join adjacent strings, wrap numbers, call exit(2) on an @include, and take quadratic time over
 * long words, over deep nesting and over groups of many settings. Measured; see the tests.
 */
#ifndef ROLEGATE_GUARD_H
#define ROLEGATE_GUARD_H

#include <stdbool.h>

#include "pieces.h"
#include "report.h"
#include "source.h"

/*
 * Bytes of one word, string, comment line or run of blanks: libconfig is quadratic in it, and
 * nobody writes that.
 */
#define GUARD_WORD_MAX 4096u
/* Escapes in one string: each is appended by itself, which again is quadratic. */
#define GUARD_ESCAPES_MAX 64u
/* Nested brackets: the grammar needs six. libconfig's parser and destructor recurse. */
#define GUARD_DEPTH_MAX 16u
/*
 * Settings of one group: the grammar's largest has fewer than twenty. libconfig looks through all
 * at each new one.
 */
#define GUARD_SETTINGS_MAX 64u

/*
 * Report everything in the text that must not reach libconfig.
 *
 * piece_size,
 * ret_pieces  where a list PIECES_SETTING can be cut into pieces of about so many bytes, if it makes
 *             several; NULL: not asked. Owner: pieces_free(), always.
 * Returns:    whether there was nothing to report.
 */
bool guard_check(const struct source *source, uint32_t file, struct report *report,
		 size_t piece_size, struct pieces *ret_pieces);

#endif
