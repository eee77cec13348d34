/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that is taken in small pieces and given back all at once: a model with a million
 * assignments would otherwise spend more on the allocator's bookkeeping than on itself.
 *
 * Out of memory is remembered: the piece asked for is NULL then, and so is every later one.
 */
#ifndef ROLEGATE_ARENA_H
#define ROLEGATE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks;
	bool is_exhausted;
};

/* n zeroed bytes, aligned for any type, or NULL. Lives until arena_free(). */
void *arena_take(struct arena *arena, size_t n);

/* A copy of n bytes with a NUL behind them, or NULL. */
const char *arena_string(struct arena *arena, const char *bytes, size_t n);

void arena_free(struct arena *arena);

/*
 * Make room for one more element in a growing array, which lies on the heap.
 *
 * items     NULL or from here; its owner frees it with free(3)
 * n,
 * max    elements in use, and room; *max is updated
 * Returns:  the array, perhaps moved, with room for n + 1; NULL if memory ran out, and the old
 *           one still stands.
 */
void *array_grow(void *items, size_t n, size_t *max, size_t item_size);

#endif
