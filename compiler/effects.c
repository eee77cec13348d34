/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "effects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The maps that make two effects the same; the others follow from them. */
#define N_KEY_MAPS 6u

/* ---- What one class comes to ---- */

/* One class at a moment. */
struct moment {
	const struct difference *d;
	char kind;
	const uint32_t *sets;
	int64_t at;
};

/* P3: the defaults of somebody who has no assignment in force; NULL for whoever has one. */
static const struct joint_defaults *defaults_of(const struct moment *m, enum joint_side side)
{
	if (m->kind != FORMAT_USERS || terms_is_assigned(&m->d->terms, m->sets[side], m->at))
		return NULL;
	return &m->d->joint.sides[side].defaults[JOINT_ANYBODY];
}

/* Whether a default role counts for those who have it. */
static bool is_approved(const struct moment *m, enum joint_side side, uint32_t role)
{
	return !(m->d->joint.roles[role].flags[side] & FORMAT_ROLE_NEEDS_APPROVAL) ||
	       terms_approve(&m->d->terms, m->sets[side], role);
}

/*
 * What the class has by one of the policies, and the plan leaves of it; or what of that no conflict
 * can take.
 */
static void fill(const struct moment *m, enum joint_side side, bool is_sure, unsigned char *map)
{
	const struct joint *joint = &m->d->joint;
	const unsigned char *in_force = joint->sides[side].in_force;
	const struct joint_defaults *defaults = defaults_of(m, side);

	memset(map, 0, joint->n_map);
	if (!joint->sides[side].policy)
		return;
	if (is_sure)
		terms_add_sure(&m->d->terms, joint, side, m->sets[side], m->at, map);
	else
		terms_add_held(&m->d->terms, joint, side, m->sets[side], m->at, map);
	for (uint32_t i = 0; defaults && i < defaults->n; i++) {
		const struct joint_role *role = &joint->roles[defaults->roles[i]];

		if (is_approved(m, side, defaults->roles[i]))
			joint_add(joint, map, is_sure ? role->sure[side] : role->closure[side]);
	}
	for (size_t i = 0; i < joint->n_map; i++)
		map[i] &= in_force[i];
}

static bool has_role(const struct moment *m, enum joint_side side, uint32_t role)
{
	const struct joint_defaults *defaults = defaults_of(m, side);

	if (terms_has_role(&m->d->terms, &m->d->joint, side, m->sets[side], role, m->at))
		return true;
	for (uint32_t i = 0; defaults && i < defaults->n; i++)
		if (defaults->roles[i] == role)
			return is_approved(m, side, role);
	return false;
}

/* Add what one role gives by one policy, and the class may not have by the other. */
static void add_perhaps(const struct moment *m, enum joint_side side, uint32_t i,
			const unsigned char *sure, unsigned char *map)
{
	const struct joint *joint = &m->d->joint;
	const struct joint_role *role = &joint->roles[i];
	bool is_in_both = has_role(m, !side, i);

	if (!has_role(m, side, i) || (is_in_both && !role->has_changed))
		return;
	for (size_t k = 0; k < joint->n_map; k++) {
		unsigned int given = role->closure[side][k];

		if (is_in_both)
			given = (given & ~role->closure[!side][k]) |
				(role->sure[side][k] & ~role->sure[!side][k]);
		map[k] = (unsigned char)(map[k] |
					 (given & ~sure[k] & joint->sides[side].in_force[k]));
	}
}

/*
 * Add what the class has by one policy, and may not have by the other: `sure` is a map for what no
 * conflict can take from it there.
 */
static void fill_perhaps(const struct moment *m, enum joint_side side, unsigned char *sure,
			 unsigned char *map)
{
	const struct joint_defaults *defaults = defaults_of(m, side);
	const struct term *list;
	uint32_t n;

	if (!m->d->joint.sides[!side].sures || !m->d->joint.sides[side].policy)
		return;
	fill(m, !side, true, sure);
	list = terms_of(&m->d->terms, m->sets[side], &n);
	for (uint32_t i = 0; i < n; i++)
		if (i == 0 || list[i].role != list[i - 1].role)
			add_perhaps(m, side, list[i].role, sure, map);
	for (uint32_t i = 0; defaults && i < defaults->n; i++)
		add_perhaps(m, side, defaults->roles[i], sure, map);
}

/* Whether defaults give anything by one policy that the group does not by the other. */
static bool do_defaults_matter(const struct moment *m, enum joint_side side,
			       enum joint_default which, const unsigned char *other)
{
	const struct joint *joint = &m->d->joint;
	const struct joint_defaults *defaults = &joint->sides[side].defaults[which];

	for (uint32_t i = 0; i < defaults->n; i++) {
		const unsigned char *given = joint->roles[defaults->roles[i]].closure[side];

		if (!is_approved(m, side, defaults->roles[i]))
			continue;
		for (size_t k = 0; k < joint->n_map; k++)
			if (given[k] & joint->sides[side].in_force[k] & ~other[k])
				return true;
	}
	return false;
}

/*
 * Note whether members of a group lose defaults, or get them (P3). `before` and `after` are what
 * the group gives.
 */
static void note_defaults(const struct moment *m, const unsigned char *before,
			  const unsigned char *after, struct effect *effect)
{
	bool was = terms_is_assigned(&m->d->terms, m->sets[JOINT_BEFORE], m->at);
	bool is = terms_is_assigned(&m->d->terms, m->sets[JOINT_AFTER], m->at);
	bool is_later = m->at != m->d->now;
	enum effect_defaults now = is ? EFFECT_DEFAULTS_LOST : EFFECT_DEFAULTS_GAINED;
	enum effect_defaults later = is ? EFFECT_DEFAULTS_LOST_LATER : EFFECT_DEFAULTS_GAINED_LATER;

	if (m->kind != FORMAT_GROUPS || was == is)
		return;
	for (enum joint_default which = JOINT_ANYBODY; which <= JOINT_SYSTEM; which++)
		if (!effect_changes_defaults(effect, which, now) &&
		    do_defaults_matter(m, is ? JOINT_BEFORE : JOINT_AFTER, which,
				       is ? after : before))
			effect->defaults |= 1u
					    << (which * EFFECT_DEFAULTS + (is_later ? later : now));
}

/* Fill in what comes of one moment; `spare` are two maps. */
static void weigh_at(const struct moment *m, struct effect *effect, unsigned char *spare)
{
	const struct joint *joint = &m->d->joint;
	unsigned char *maps = effect->maps;
	bool is_now = m->at == m->d->now;
	unsigned char *before = is_now ? maps + joint->n_map * EFFECT_BEFORE : spare;
	unsigned char *after = is_now ? maps + joint->n_map * EFFECT_AFTER : spare + joint->n_map;
	unsigned char *gains = maps + joint->n_map * (is_now ? EFFECT_GAINED : EFFECT_GAINED_LATER);
	unsigned char *losses = maps + joint->n_map * (is_now ? EFFECT_LOST : EFFECT_LOST_LATER);

	fill(m, JOINT_BEFORE, false, before);
	fill(m, JOINT_AFTER, false, after);
	for (size_t k = 0; k < joint->n_map; k++) {
		gains[k] = (unsigned char)(gains[k] | (after[k] & ~before[k]));
		losses[k] = (unsigned char)(losses[k] | (before[k] & ~after[k]));
	}
	note_defaults(m, before, after, effect);
	fill_perhaps(m, JOINT_AFTER, spare, maps + joint->n_map * EFFECT_MAY_GAIN);
	fill_perhaps(m, JOINT_BEFORE, spare, maps + joint->n_map * EFFECT_MAY_LOSE);
}

/*
 * Fill in all of an effect for a class, but who it is. `spare` are two maps.
 */
static int weigh(const struct difference *d, char kind, const struct difference_class *class,
		 struct effect *effect, unsigned char *spare)
{
	/* What is gained now need not be told again for later, nor as what may be. */
	static const enum effect_map told[][2] = {
		{ EFFECT_GAINED_LATER, EFFECT_GAINED },	  { EFFECT_LOST_LATER, EFFECT_LOST },
		{ EFFECT_MAY_GAIN, EFFECT_GAINED },	  { EFFECT_MAY_LOSE, EFFECT_LOST },
		{ EFFECT_MAY_GAIN, EFFECT_GAINED_LATER }, { EFFECT_MAY_LOSE, EFFECT_LOST_LATER },
	};
	struct moment m = { .d = d, .kind = kind, .sets = class->sets };
	size_t n_map = d->joint.n_map, n;
	int64_t *moments;
	int r;

	r = difference_moments(d, class->sets, &moments, &n);
	if (r < 0)
		return r;
	memset(effect->maps, 0, n_map * EFFECT_MAPS);
	effect->defaults = 0;
	for (size_t i = 0; i < n; i++) {
		m.at = moments[i];
		weigh_at(&m, effect, spare);
	}
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		joint_take(&d->joint, effect->maps + n_map * told[i][0],
			   effect->maps + n_map * told[i][1]);
	free(moments);
	return 0;
}

/* ---- Classes that come to the same ---- */

static uint32_t spread_of(const struct joint *joint, const unsigned char *maps)
{
	return format_spread(format_hash(FORMAT_HASH_START, maps, joint->n_map * N_KEY_MAPS));
}

static bool is_same(const struct joint *joint, const struct effect *a, const struct effect *b)
{
	return a->defaults == b->defaults &&
	       memcmp(a->maps, b->maps, joint->n_map * N_KEY_MAPS) == 0;
}

static size_t find_slot(const struct effects *effects, const struct joint *joint,
			const struct effect *effect)
{
	size_t slot = spread_of(joint, effect->maps) & (effects->n_slots - 1);

	while (effects->slots[slot] != NAMES_NONE &&
	       !is_same(joint, &effects->list[effects->slots[slot]], effect))
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
		slots[find_slot(effects, joint, &effects->list[i])] = (uint32_t)i;
	return 0;
}

static struct effect *find_effect(struct effects *effects, const struct joint *joint,
				  const struct effect *weighed)
{
	struct effect *list;
	size_t slot;

	if (effects->n * 2 >= effects->n_slots && grow_slots(effects, joint) < 0)
		return NULL;
	slot = find_slot(effects, joint, weighed);
	if (effects->slots[slot] != NAMES_NONE)
		return &effects->list[effects->slots[slot]];
	list = array_grow(effects->list, effects->n, &effects->max, sizeof(*list));
	if (!list)
		return NULL;
	effects->list = list;
	list[effects->n] = (struct effect){ .defaults = weighed->defaults,
					    .maps = malloc(joint->n_map * EFFECT_MAPS) };
	if (!list[effects->n].maps)
		return NULL;
	memcpy(list[effects->n].maps, weighed->maps, joint->n_map * EFFECT_MAPS);
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
	struct effect weighed = { .maps = calloc(EFFECT_MAPS + 2, n_map) };
	int r = weighed.maps ? 0 : -ENOMEM;

	*ret = (struct effects){ 0 };
	for (size_t i = 0; i < holders->n && r == 0; i++) {
		const struct difference_class *class = &holders->classes[i];
		struct effect *effect;

		r = weigh(difference, holders->kind, class, &weighed,
			  weighed.maps + n_map * EFFECT_MAPS);
		if (r < 0)
			break;
		effect = find_effect(ret, &difference->joint, &weighed);
		if (effect)
			count(effect, class);
		else
			r = -ENOMEM;
	}
	if (r == 0 && ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_number);
	free(weighed.maps);
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

bool effect_is_own(const struct joint *joint, const struct effect *effect)
{
	for (enum effect_map map = EFFECT_GAINED_LATER; map <= EFFECT_LOST; map++)
		if (!joint_is_empty(joint, effect_map(joint, effect, map)))
			return true;
	return false;
}

bool effect_is_any(const struct joint *joint, const struct effect *effect)
{
	return effect->defaults != 0 || effect_is_own(joint, effect);
}
