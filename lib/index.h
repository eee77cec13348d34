/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says where the sound records of a policy lie that was read into memory.
 *
 * Each record's lengths and checksum are checked once, when the index is made, and never again: the
 * memory is the library's own, and nobody writes to it. The hash tables of the file have no part in
 * it.
 */
#ifndef ROLEGATE_INDEX_H
#define ROLEGATE_INDEX_H

#include "format.h"

/* Letters of keys, from 'A' on: as many as there are up to 'z'. */
#define INDEX_LETTERS ((size_t)('z' - 'A') + 1)

/* Positions of the records of one letter, by their numbers; 0: it is not known. */
struct index_list {
	uint32_t *positions;
	uint32_t n, max;
};

/* It never changes after index_make(), so threads may share it. */
struct index {
	struct index_list lists[INDEX_LETTERS];
	uint32_t end; /* where the first lies that is not sound, or is no record */
};

/*
 * Look at the records from the first on, up to the first that is not sound. What lies behind that
 * is in no index, which does not mean that it is not there.
 *
 * memory    a compiled policy's n bytes; they stay the caller's
 * Owner:    index_free().
 * Returns:  NULL if memory ran out.
 */
struct index *index_make(const unsigned char *memory, uint32_t n);

void index_free(struct index *index);

/* Where a record begins, or 0. */
static inline uint32_t index_find(const struct index *index, char letter, uint32_t number)
{
	size_t i = (size_t)letter - 'A';

	return i < INDEX_LETTERS && number < index->lists[i].n ? index->lists[i].positions[number]
							       : 0;
}

#endif
