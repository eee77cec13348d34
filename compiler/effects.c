/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "effects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The maps that make two effects the same; the others follow from them. */
#define N_KEY_MAPS 4u

/* ---- What one class comes to ---- */

/* Add what somebody has who has no assignment in force. */
static void add_defaults(const struct difference *d, enum joint_side side, uint32_t set,
			 unsigned char *map)
{
	const struct joint_defaults *defaults = &d->joint.sides[side].defaults[JOINT_ANYBODY];

	for (uint32_t i = 0; i < defaults->n; i++) {
		const struct joint_role *role = &d->joint.roles[defaults->roles[i]];

		if (!(role->flags[side] & FORMAT_ROLE_NEEDS_APPROVAL) ||
		    terms_approve(&d->terms, set, defaults->roles[i]))
			joint_add(&d->joint, map, role->closure[side]);
	}
}

/* What a set comes to at a moment, and the plan leaves of it. */
static void fill(const struct difference *d, char kind, enum joint_side side, uint32_t set,
		 int64_t at, unsigned char *map)
{
	const unsigned char *in_force = d->joint.sides[side].in_force;

	memset(map, 0, d->joint.n_map);
	if (!d->joint.sides[side].policy)
		return;
	if (!terms_add_held(&d->terms, &d->joint, side, set, at, map) && kind == FORMAT_USERS)
		add_defaults(d, side, set, map);
	for (size_t i = 0; i < d->joint.n_map; i++)
		map[i] &= in_force[i];
}

/*
 * Fill in all maps for a class. `spare` are two maps.
 */
static int weigh(const struct difference *d, char kind, const struct difference_class *class,
		 unsigned char *maps, unsigned char *spare)
{
	size_t n_map = d->joint.n_map, n;
	int64_t *moments;
	int r;

	r = difference_moments(d, class->sets, &moments, &n);
	if (r < 0)
		return r;
	memset(maps, 0, n_map * EFFECT_MAPS);
	for (size_t i = n; i-- > 0;) {
		unsigned char *before = i > 0 ? spare : maps;
		unsigned char *after = before + n_map;

		fill(d, kind, JOINT_BEFORE, class->sets[JOINT_BEFORE], moments[i], before);
		fill(d, kind, JOINT_AFTER, class->sets[JOINT_AFTER], moments[i], after);
		for (size_t k = 0; k < n_map; k++) {
			unsigned char gained = (unsigned char)(after[k] & ~before[k]);
			unsigned char lost = (unsigned char)(before[k] & ~after[k]);

			maps[n_map * (i > 0 ? EFFECT_GAINED_LATER : EFFECT_GAINED) + k] |= gained;
			maps[n_map * (i > 0 ? EFFECT_LOST_LATER : EFFECT_LOST) + k] |= lost;
		}
	}
	/* What is gained now need not be told again for later. */
	joint_take(&d->joint, maps + n_map * EFFECT_GAINED_LATER, maps + n_map * EFFECT_GAINED);
	joint_take(&d->joint, maps + n_map * EFFECT_LOST_LATER, maps + n_map * EFFECT_LOST);
	free(moments);
	return 0;
}

/* ---- Classes that come to the same ---- */

static uint32_t spread_of(const struct joint *joint, const unsigned char *maps)
{
	return format_spread(format_hash(FORMAT_HASH_START, maps, joint->n_map * N_KEY_MAPS));
}

static size_t find_slot(const struct effects *effects, const struct joint *joint,
			const unsigned char *maps)
{
	size_t slot = spread_of(joint, maps) & (effects->n_slots - 1);

	while (effects->slots[slot] != NAMES_NONE &&
	       memcmp(effects->list[effects->slots[slot]].maps, maps, joint->n_map * N_KEY_MAPS) !=
		       0)
		slot = (slot + 1) & (effects->n_slots - 1);
	return slot;
}

static int grow_slots(struct effects *effects, const struct joint *joint)
{
	size_t n = effects->n_slots ? effects->n_slots * 2 : 64;
	uint32_t *slots = reallocarray(NULL, n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	memset(slots, 0xff, n * sizeof(*slots));
	free(effects->slots);
	effects->slots = slots;
	effects->n_slots = n;
	for (size_t i = 0; i < effects->n; i++)
		slots[find_slot(effects, joint, effects->list[i].maps)] = (uint32_t)i;
	return 0;
}

static struct effect *find_effect(struct effects *effects, const struct joint *joint,
				  const unsigned char *maps)
{
	struct effect *list;
	size_t slot;

	if (effects->n * 2 >= effects->n_slots && grow_slots(effects, joint) < 0)
		return NULL;
	slot = find_slot(effects, joint, maps);
	if (effects->slots[slot] != NAMES_NONE)
		return &effects->list[effects->slots[slot]];
	list = array_grow(effects->list, effects->n, &effects->max, sizeof(*list));
	if (!list)
		return NULL;
	effects->list = list;
	list[effects->n] = (struct effect){ .maps = malloc(joint->n_map * EFFECT_MAPS) };
	if (!list[effects->n].maps)
		return NULL;
	memcpy(list[effects->n].maps, maps, joint->n_map * EFFECT_MAPS);
	effects->slots[slot] = (uint32_t)effects->n;
	return &list[effects->n++];
}

/* Count a class for its effect, with the names that are known of it. */
static void count(struct effect *effect, const struct difference_class *class)
{
	uint32_t rest = class->examples.n_all - class->examples.n;

	for (uint32_t i = 0; i < class->examples.n; i++)
		examples_add(&effect->examples, class->examples.names[i], i == 0 ? 1 + rest : 1);
}

static int by_number(const void *a, const void *b)
{
	const struct effect *x = a, *y = b;

	if (x->examples.n_all != y->examples.n_all)
		return x->examples.n_all < y->examples.n_all ? 1 : -1;
	return strcmp(x->examples.names[0], y->examples.names[0]);
}

int effects_open(const struct difference *difference, const struct difference_holders *holders,
		 struct effects *ret)
{
	size_t n_map = difference->joint.n_map;
	unsigned char *maps = calloc(EFFECT_MAPS + 2, n_map);
	int r = maps ? 0 : -ENOMEM;

	*ret = (struct effects){ 0 };
	for (size_t i = 0; i < holders->n && r == 0; i++) {
		const struct difference_class *class = &holders->classes[i];
		struct effect *effect;

		r = weigh(difference, holders->kind, class, maps, maps + n_map * EFFECT_MAPS);
		if (r < 0)
			break;
		effect = find_effect(ret, &difference->joint, maps);
		if (effect)
			count(effect, class);
		else
			r = -ENOMEM;
	}
	if (r == 0 && ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_number);
	free(maps);
	return r;
}

void effects_close(struct effects *effects)
{
	for (size_t i = 0; i < effects->n; i++)
		free(effects->list[i].maps);
	free(effects->list);
	free(effects->slots);
	*effects = (struct effects){ 0 };
}

bool effect_is_any(const struct joint *joint, const struct effect *effect)
{
	for (enum effect_map map = EFFECT_GAINED_LATER; map <= EFFECT_LOST; map++)
		if (!joint_is_empty(joint, effect_map(joint, effect, map)))
			return true;
	return false;
}
