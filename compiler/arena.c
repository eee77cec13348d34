/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Large enough that the blocks of a million assignments are few, small enough for a policy of ten
 * lines.
 */
#define BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *add_block(struct arena *arena, size_t n)
{
	size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;
	struct arena_block *block =
		size < SIZE_MAX - sizeof(*block) ? calloc(1, sizeof(*block) + size) : NULL;

	if (!block) {
		arena->is_exhausted = true;
		return NULL;
	}
	block->size = size;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

static void *take(struct arena *arena, size_t n, size_t alignment)
{
	struct arena_block *block = arena->blocks;
	size_t start = block ? (block->used + alignment - 1) & ~(alignment - 1) : 0;

	if (arena->is_exhausted)
		return NULL;
	if (!block || start > block->size || n > block->size - start) {
		block = add_block(arena, n);
		if (!block)
			return NULL;
		start = 0;
	}
	block->used = start + n;
	return block->bytes + start;
}

void *arena_take(struct arena *arena, size_t n)
{
	return take(arena, n, alignof(max_align_t));
}

const char *arena_string(struct arena *arena, const char *bytes, size_t n)
{
	char *copy = take(arena, n + 1, 1);

	if (copy)
		memcpy(copy, bytes, n);
	return copy;
}

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}

void *array_grow(void *items, size_t n, size_t *max, size_t item_size)
{
	size_t more = *max ? *max * 2 : 16;
	void *grown;

	if (n < *max)
		return items;
	grown = reallocarray(items, more, item_size);
	if (grown)
		*max = more;
	return grown;
}
