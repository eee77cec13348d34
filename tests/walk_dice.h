/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Chooses at random, and the same again for the same seed.
 */
#ifndef WALK_DICE_H
#define WALK_DICE_H

#include <stdbool.h>
#include <stdint.h>

/* Initialise with any seed but 0. */
struct dice {
	uint64_t state;
};

/* A number from 0 to n - 1. n is not 0. */
uint32_t dice_below(struct dice *dice, uint32_t n);

/* True in `percent` of a hundred cases. */
bool dice_chance(struct dice *dice, uint32_t percent);

/* One of the words of a list that a NULL ends; the list has at least one. */
const char *dice_pick(struct dice *dice, const char *const *list);

#endif
