/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads an assignment that is written as nearly all are, without libconfig: on one line,
 * `{ user = "ada"; roles = [ "user", "editor" ]; }`, or with `group`.
 *
 * It takes what it understands to the last byte, and comes to what libconfig comes to; all else it
 * leaves to libconfig, right or wrong. Of a list of a million that is half of the time of an apply.
 */
#ifndef ROLEGATE_PLAIN_H
#define ROLEGATE_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "pieces.h"

/* Roles of one such assignment; who has more is read by libconfig. */
#define PLAIN_ROLES_MAX 16u

/* Whom it is to, and which roles: words that are fit for that (words.h), in the text itself. */
struct plain {
	bool is_group;
	const char *name;
	const char *roles[PLAIN_ROLES_MAX];
	uint32_t n_roles;
	uint32_t line;
};

/* Elements of a list, with commas between; the text is written into. */
struct plain_text {
	char *at, *end; /* what is left; *end is a NUL */
	uint32_t line;	/* of `at` */
};

/*
 * Take the next element, up to and with the comma behind it. False, and nothing but blanks is taken,
 * if there is none or it is written in any other way.
 */
bool plain_next(struct plain_text *text, struct plain *ret);

/*
 * Take what a piece of a text begins with, as long as it is plain, off the piece; `each` gets one element after the other,
 * whose words last until it returns. What is left begins with an element, or is nothing.
 *
 * Returns 0, or -ENOMEM, and the piece is as it was.
 */
int plain_take(struct piece *piece, const char *text,
	       void (*each)(void *context, const struct plain *element), void *context);

#endif
