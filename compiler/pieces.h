/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a text's long list of assignments can be cut, so that libconfig need not have all of it in memory at once.
 *
 * libconfig makes 850 bytes of a user's line. A million of them take it a gigabyte, and most of its time goes into
 * waiting for that memory; in pieces that fit into the processor's cache it takes two thirds of the time.
 */
#ifndef ROLEGATE_PIECES_H
#define ROLEGATE_PIECES_H

#include <stddef.h>
#include <stdint.h>

/* The setting of a file that may be cut. */
#define PIECES_SETTING "assign"

/* Whole elements of the list, with the commas between them: text[begin] to text[end - 1]. */
struct piece {
	size_t begin, end;
	uint32_t line;	   /* of `begin` */
	uint32_t n_before; /* elements of the list */
};

/* All of one list, in their order. n is 0 if the text is to be parsed as it stands. Owner: pieces_free(). */
struct pieces {
	struct piece *list;
	size_t n, max;
	uint32_t last_line; /* of the bracket that ends the list */
};

/* What is left of a text of n bytes without its pieces: the list is empty, each line is where it was. Owner: free(). */
char *pieces_frame(const struct pieces *pieces, const char *text, size_t n);

/* One piece as a text of its own, of which the first line is the piece's. Owner: free(). */
char *pieces_text(const struct piece *piece, const char *text);

void pieces_free(struct pieces *pieces);

#endif
