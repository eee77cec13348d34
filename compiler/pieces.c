/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pieces.h"

#include <stdlib.h>
#include <string.h>

#define OPENING PIECES_SETTING "=("
#define CLOSING ");\n"

char *pieces_frame(const struct pieces *pieces, const char *text, size_t n)
{
	const struct piece *first = &pieces->list[0], *last = &pieces->list[pieces->n - 1];
	size_t n_lines = pieces->last_line - first->line, n_rest = n - last->end;
	char *frame = malloc(first->begin + n_lines + n_rest + 1);

	if (!frame)
		return NULL;
	memcpy(frame, text, first->begin);
	memset(frame + first->begin, '\n', n_lines);
	memcpy(frame + first->begin + n_lines, text + last->end, n_rest);
	frame[first->begin + n_lines + n_rest] = '\0';
	return frame;
}

char *pieces_text(const struct piece *piece, const char *text)
{
	const size_t n_opening = sizeof(OPENING) - 1, n = piece->end - piece->begin;
	char *alone = malloc(n_opening + n + sizeof(CLOSING));

	if (!alone)
		return NULL;
	memcpy(alone, OPENING, n_opening);
	memcpy(alone + n_opening, text + piece->begin, n);
	memcpy(alone + n_opening + n, CLOSING, sizeof(CLOSING));
	return alone;
}

void pieces_free(struct pieces *pieces)
{
	free(pieces->list);
	*pieces = (struct pieces){ 0 };
}
