/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An input as several texts, with a line between each and the next.
 */
#ifndef ROLEGATE_FUZZ_PARTS_H
#define ROLEGATE_FUZZ_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PARTS_SEPARATOR "%%\n"

/* A stretch of the input, in the input itself. */
struct part {
	const char *text;
	size_t n;
};

/* Find the part that has a number, from 0 on. False if there are fewer. */
static inline bool parts_find(struct part input, size_t number, struct part *ret)
{
	const size_t n = sizeof(PARTS_SEPARATOR) - 1;
	const char *end;

	for (;;) {
		end = memmem(input.text, input.n, PARTS_SEPARATOR, n);
		if (number == 0)
			break;
		if (!end)
			return false;
		input.n -= (size_t)(end - input.text) + n;
		input.text = end + n;
		number--;
	}
	*ret = input;
	if (end)
		ret->n = (size_t)(end - input.text);
	return true;
}

#endif
