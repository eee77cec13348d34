/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sheet.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_FIRST 512u

/* Make room for n bytes more and a NUL. */
static bool grow(struct sheet *sheet, size_t n)
{
	size_t max = sheet->max ? sheet->max : SIZE_FIRST;
	char *more;

	while (max - sheet->n <= n)
		max *= 2;
	if (max == sheet->max)
		return true;
	more = realloc(sheet->text, max);
	if (!more)
		return false;
	sheet->text = more;
	sheet->max = max;
	return true;
}

/* What stdio calls: fewer bytes than it has are an error. */
static ssize_t take(void *cookie, const char *bytes, size_t n)
{
	struct sheet *sheet = cookie;

	if (sheet->is_cut || !grow(sheet, n)) {
		sheet->is_cut = true;
		return 0;
	}
	memcpy(sheet->text + sheet->n, bytes, n);
	sheet->n += n;
	return (ssize_t)n;
}

FILE *sheet_open(struct sheet *sheet)
{
	*sheet = (struct sheet){ .to = NULL };
	sheet->to = fopencookie(sheet, "w", (cookie_io_functions_t){ .write = take });
	return sheet->to;
}

char *sheet_close(struct sheet *sheet, size_t *ret_n)
{
	char *text;

	if (!sheet->to)
		return NULL;
	if (ferror(sheet->to) | fclose(sheet->to) || !grow(sheet, 0))
		sheet->is_cut = true;
	sheet->to = NULL;
	text = sheet->text;
	sheet->text = NULL;
	if (sheet->is_cut) {
		free(text);
		return NULL;
	}
	text[sheet->n] = '\0';
	if (ret_n)
		*ret_n = sheet->n;
	return text;
}
