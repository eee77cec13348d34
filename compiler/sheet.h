/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A text in memory that is printed to like a file, and that knows whether all of it is there.
 *
 * open_memstream(3) does not: without memory it drops what is printed, sets no error, and its
 * fclose(3) returns 0. Half a policy would be written and half a refusal printed.
 */
#ifndef ROLEGATE_SHEET_H
#define ROLEGATE_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct sheet {
	FILE *to; /* to print to */
	char *text;
	size_t n, max;
	bool is_cut; /* something was dropped */
};

/*
 * Begin one; the structure stays where it is until sheet_close(). NULL if memory ran out, else
 * `to`.
 */
FILE *sheet_open(struct sheet *sheet);

/*
 * End it: the text with a NUL behind, on the heap; NULL if memory ran out, now or while it was
 * printed, or if it was never open. ret_n may be NULL.
 */
char *sheet_close(struct sheet *sheet, size_t *ret_n);

#endif
