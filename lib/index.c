/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "index.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * How far a number may be ahead of how many records of its letter there were: numbers are dense but for
 * FORMAT_LISTED, and no number that somebody made up makes a list longer than the file.
 */
#define AHEAD_MAX FORMAT_ROLE_GROUPS_MAX

/* Make room for a number; false if memory ran out. */
static bool grow(struct index_list *list, uint32_t number)
{
	uint32_t max = list->max ? list->max : 16, *more;

	while (max <= number)
		max *= 2;
	if (max == list->max)
		return true;
	more = reallocarray(list->positions, max, sizeof(*more));
	if (!more)
		return false;
	memset(more + list->max, 0, (size_t)(max - list->max) * sizeof(*more));
	list->positions = more;
	list->max = max;
	return true;
}

/* Note a sound record; of two with the same key the first counts. False if memory ran out. */
static bool note(struct index *index, const unsigned char *raw, uint32_t position)
{
	const unsigned char *key = raw + FORMAT_LENGTHS_SIZE;
	uint32_t number = format_number(key);
	struct index_list *list;

	if (key[0] < 'A' || key[0] > 'z')
		return true;
	list = &index->lists[key[0] - 'A'];
	if (number > list->n && number - list->n > AHEAD_MAX)
		return true;
	if (!grow(list, number))
		return false;
	if (number >= list->n)
		list->n = number + 1;
	if (list->positions[number] == 0)
		list->positions[number] = position;
	return true;
}

struct index *index_make(const unsigned char *memory, uint32_t n)
{
	struct index *index = calloc(1, sizeof(*index));
	uint32_t at = FORMAT_TOC_SIZE;
	size_t size;

	if (!index)
		return NULL;
	while ((size = format_record_size(memory + at, n - at)) > 0 &&
	       format_is_sound(memory + at)) {
		if (!note(index, memory + at, at)) {
			index_free(index);
			return NULL;
		}
		at += (uint32_t)size;
	}
	index->end = at;
	return index;
}

void index_free(struct index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < INDEX_LETTERS; i++)
		free(index->lists[i].positions);
	free(index);
}
