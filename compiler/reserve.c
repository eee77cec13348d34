/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reserve.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * Small enough that glibc takes them from the heap (M_MMAP_THRESHOLD is 128 KiB), large to be few.
 */
#define BLOCK_SIZE ((size_t)64 * 1024)

/*
 * Bytes that libconfig takes for a byte of text. The most has a list of numbers of one digit: a
 * setting of 96 bytes and a pointer for two of them. And what it takes for any text at all.
 */
#define PER_BYTE 64u
#define FOR_ANY (4 * BLOCK_SIZE)

/* A block that is held for a moment. */
struct block {
	struct block *next;
};

int reserve_begin(struct reserve *reserve, size_t n)
{
	uint64_t n_blocks = (n * (uint64_t)PER_BYTE + FOR_ANY) / BLOCK_SIZE + 1;
	struct block *blocks = NULL;
	bool has = true;

	for (uint64_t i = 0; i < n_blocks && has; i++) {
		struct block *block = malloc(BLOCK_SIZE);

		has = block != NULL;
		if (has) {
			block->next = blocks;
			blocks = block;
		}
	}
	reserve->lid = has ? malloc(BLOCK_SIZE) : NULL;
	while (blocks) {
		struct block *next = blocks->next;

		free(blocks);
		blocks = next;
	}
	return reserve->lid ? 0 : -ENOMEM;
}

void reserve_end(struct reserve *reserve)
{
	free(reserve->lid);
	reserve->lid = NULL;
}
