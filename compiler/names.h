/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds a name's number: names are numbered from 0 in the order in which they were first met.
 */
#ifndef ROLEGATE_NAMES_H
#define ROLEGATE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define NAMES_NONE UINT32_MAX

/* A place of the hash table; id is NAMES_NONE where it is free. */
struct names_slot {
	uint32_t spread, id;
};

struct names {
	uint64_t seed;	   /* of the hash; set before the first name (format_name_spread()) */
	const char **list; /* by number; the strings lie in the arena */
	uint32_t *spreads; /* by number; format_name_spread(), for it is wanted again and again */
	size_t n, max, max_spreads;
	struct names_slot *slots;
	size_t n_slots;
};

/* The number of a name, or NAMES_NONE. */
uint32_t names_find(const struct names *names, const char *name);

/*
 * The number of a name, new or not; NAMES_NONE if memory ran out, which the arena's is_exhausted
 * remembers. The name is copied into the arena if new.
 */
uint32_t names_add(struct names *names, struct arena *arena, const char *name);

void names_free(struct names *names);

/*
 * How many single-character changes lead from one name to the other: insertions, deletions,
 * replacements and swaps of neighbours (optimal string alignment). More than 3 counts as 4:
 * farther is no typing error.
 */
unsigned int names_distance(const char *a, const char *b);

/* A candidate for "did you mean": begin with *best = NULL and *distance = 0. */
void names_consider(const char *wanted, const char *candidate, const char **best,
		    unsigned int *distance);

#endif
