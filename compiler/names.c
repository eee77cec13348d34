/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <stdlib.h>
#include <string.h>

#include "format.h"

/* Names longer than this are compared no further: nobody mistypes them by hand. */
#define COMPARE_MAX 64u
#define FAR 4u

static uint32_t spread_of(const struct names *names, const char *name)
{
	return format_name_spread(names->seed, name, strlen(name));
}

/* The slot of a name, or the free one where it would go. */
static size_t find_slot(const struct names *names, const char *name, uint32_t spread)
{
	size_t i = spread & (names->n_slots - 1);

	for (const struct names_slot *slot = &names->slots[i]; slot->id != NAMES_NONE;
	     slot = &names->slots[i]) {
		if (slot->spread == spread && strcmp(names->list[slot->id], name) == 0)
			break;
		i = (i + 1) & (names->n_slots - 1);
	}
	return i;
}

uint32_t names_find(const struct names *names, const char *name)
{
	if (!names->n_slots)
		return NAMES_NONE;
	return names->slots[find_slot(names, name, spread_of(names, name))].id;
}

/* Keep the slots at most half full. */
static bool grow_slots(struct names *names)
{
	size_t n = names->n_slots ? names->n_slots * 2 : 64;
	struct names_slot *slots = reallocarray(NULL, n, sizeof(*slots));

	if (!slots)
		return false;
	memset(slots, 0xff, n * sizeof(*slots));
	free(names->slots);
	names->slots = slots;
	names->n_slots = n;
	for (size_t i = 0; i < names->n; i++) {
		size_t slot = names->spreads[i] & (n - 1);

		/* All names differ: the first free one is theirs. */
		while (slots[slot].id != NAMES_NONE)
			slot = (slot + 1) & (n - 1);
		slots[slot] = (struct names_slot){ .spread = names->spreads[i], .id = (uint32_t)i };
	}
	return true;
}

/* Room for one more name. */
static bool grow_lists(struct names *names)
{
	const char **list = array_grow(names->list, names->n, &names->max, sizeof(*list));
	uint32_t *spreads;

	if (!list)
		return false;
	names->list = list;
	spreads = array_grow(names->spreads, names->n, &names->max_spreads, sizeof(*spreads));
	if (!spreads)
		return false;
	names->spreads = spreads;
	return true;
}

/* Give a new name its number, which belongs into that slot. */
static uint32_t add_new(struct names *names, struct arena *arena, const char *name, uint32_t spread,
			size_t slot)
{
	const char *copy = grow_lists(names) ? arena_string(arena, name, strlen(name)) : NULL;

	if (!copy)
		return NAMES_NONE;
	names->list[names->n] = copy;
	names->spreads[names->n] = spread;
	names->slots[slot] = (struct names_slot){ .spread = spread, .id = (uint32_t)names->n };
	return (uint32_t)names->n++;
}

uint32_t names_add(struct names *names, struct arena *arena, const char *name)
{
	uint32_t spread = spread_of(names, name), id = NAMES_NONE;
	size_t slot;

	if (names->n * 2 < names->n_slots || grow_slots(names)) {
		slot = find_slot(names, name, spread);
		id = names->slots[slot].id;
		if (id == NAMES_NONE)
			id = add_new(names, arena, name, spread, slot);
	}
	/* A name without a number is not to be passed over. */
	if (id == NAMES_NONE)
		arena->is_exhausted = true;
	return id;
}

void names_free(struct names *names)
{
	free(names->list);
	free(names->spreads);
	free(names->slots);
	*names = (struct names){ 0 };
}

static unsigned int smallest(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

unsigned int names_distance(const char *a, const char *b)
{
	unsigned int rows[3][COMPARE_MAX + 1], *before = rows[0], *above = rows[1], *row = rows[2],
					       *spare;
	size_t n_a = strlen(a), n_b = strlen(b);

	if (n_a > COMPARE_MAX || n_b > COMPARE_MAX || n_a > n_b + FAR || n_b > n_a + FAR)
		return FAR;
	for (unsigned int j = 0; j <= n_b; j++)
		before[j] = above[j] = j;
	for (unsigned int i = 1; i <= n_a; i++) {
		row[0] = i;
		for (unsigned int j = 1; j <= n_b; j++) {
			row[j] = smallest(above[j] + 1, row[j - 1] + 1,
					  above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[n_b] < FAR ? above[n_b] : FAR;
}

void names_consider(const char *wanted, const char *candidate, const char **best,
		    unsigned int *distance)
{
	size_t n = strlen(wanted);
	unsigned int d = names_distance(wanted, candidate);

	/* A short name with a third of it changed is another name. */
	if (d >= FAR || (size_t)d * 3 > n + 1 || (*best && d >= *distance))
		return;
	*best = candidate;
	*distance = d;
}
