/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_dice.h"

/* xorshift64*: three shifts and a product, whose upper half is even enough for a walk. */
uint32_t dice_below(struct dice *dice, uint32_t n)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (uint32_t)((dice->state * UINT64_C(0x2545f4914f6cdd1d)) >> 32) % n;
}

bool dice_chance(struct dice *dice, uint32_t percent)
{
	return dice_below(dice, 100) < percent;
}

const char *dice_pick(struct dice *dice, const char *const *list)
{
	uint32_t n = 0;

	while (list[n])
		n++;
	return list[dice_below(dice, n)];
}
