/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sums up what the users or the groups of a difference gain and lose, as far as the plan leaves it
 * (P11).
 *
 * Users are taken by their own assignments, and those without one in force to have default_roles
 * (P3); groups by what is assigned to them. Classes that come to the same are one effect.
 *
 * What a role gives that a conflict rule names, the rule may take (A6): that depends on all roles
 * of a person, through groups too, which nobody asks here. It counts as held; but where something
 * else comes to give the same, or no longer does, it may be a gain, or a loss, and that is told as
 * well.
 */
#ifndef ROLEGATE_EFFECTS_H
#define ROLEGATE_EFFECTS_H

#include "difference.h"

/* Maps of an effect, by index. */
enum effect_map {
	EFFECT_BEFORE, /* what they hold now by the policy before */
	EFFECT_AFTER,
	EFFECT_GAINED_LATER, /* what they will hold at some later time, and would not have */
	EFFECT_LOST_LATER,
	EFFECT_MAY_GAIN, /* what a conflict decides, now or later, and is in none of the others */
	EFFECT_MAY_LOSE,
	EFFECT_GAINED,
	EFFECT_LOST,
};
#define EFFECT_MAPS 8u

/*
 * What comes of it, for members of a group who have no other assignment, that it has one, or has
 * none any more: they lose defaults, or get them (P3).
 */
enum effect_defaults {
	EFFECT_DEFAULTS_LOST,
	EFFECT_DEFAULTS_GAINED,
	EFFECT_DEFAULTS_LOST_LATER,
	EFFECT_DEFAULTS_GAINED_LATER,
};
#define EFFECT_DEFAULTS 4u

/* What some holders gain and lose. */
struct effect {
	struct examples examples;
	unsigned int defaults; /* effect_changes_defaults() */
	unsigned char *maps;   /* one behind the other */
};

/* All effects, the ones that concern the most holders first. Owner: effects_close(). */
struct effects {
	struct effect *list;
	size_t n, max;
	uint32_t *slots;
	size_t n_slots;
};

/* Returns 0 or -ENOMEM. Those who neither gain nor lose anything are in it too. */
int effects_open(const struct difference *difference, const struct difference_holders *holders,
		 struct effects *ret);
void effects_close(struct effects *effects);

static inline const unsigned char *effect_map(const struct joint *joint,
					      const struct effect *effect, enum effect_map map)
{
	return effect->maps + joint->n_map * map;
}

/*
 * Whether the defaults change so that members of the groups have: of ordinary people, or of system
 * accounts.
 */
static inline bool effect_changes_defaults(const struct effect *effect, enum joint_default which,
					   enum effect_defaults change)
{
	return effect->defaults >> (which * EFFECT_DEFAULTS + change) & 1;
}

/* Whether the holders gain or lose anything by it, now or later; or anybody does, through them. */
bool effect_is_own(const struct joint *joint, const struct effect *effect);
bool effect_is_any(const struct joint *joint, const struct effect *effect);

#endif
