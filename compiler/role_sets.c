/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "role_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether only a role's permissions decide: no approval, no conflict rule, and no owner, who needs none (P7). */
static bool is_plain(const struct model_role *role)
{
	if (role->needs_approval || role->is_owner)
		return false;
	for (size_t i = 0; i < MODEL_MEMBER_WORDS; i++)
		if (role->members[i])
			return false;
	return true;
}

/* Whether an assignment gives a set at all: one role is found as fast by itself. */
static bool has_set(const struct role_sets *sets, const struct model_assignment *assignment)
{
	if (assignment->n_roles < 2)
		return false;
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		if (!is_plain(&sets->model->roles[assignment->roles[i]]))
			return false;
	return true;
}

static uint32_t spread_of(const struct model_assignment *assignment)
{
	return format_spread(format_hash(FORMAT_HASH_START, assignment->roles,
					 assignment->n_roles * sizeof(*assignment->roles)));
}

/* The slot of a set, or the free one where it would go. The same roles in another order are another set. */
static size_t find_slot(const struct role_sets *sets, const struct model_assignment *assignment)
{
	size_t slot = spread_of(assignment) & (sets->n_slots - 1);

	for (; sets->slots[slot] != NAMES_NONE; slot = (slot + 1) & (sets->n_slots - 1)) {
		const struct model_assignment *other = sets->list[sets->slots[slot]];

		if (other->n_roles == assignment->n_roles &&
		    memcmp(other->roles, assignment->roles,
			   other->n_roles * sizeof(*other->roles)) == 0)
			break;
	}
	return slot;
}

/* Keep the slots at most half full. */
static int grow_slots(struct role_sets *sets)
{
	size_t n = sets->n_slots ? sets->n_slots * 2 : 64;
	uint32_t *slots = reallocarray(NULL, n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	memset(slots, 0xff, n * sizeof(*slots));
	free(sets->slots);
	sets->slots = slots;
	sets->n_slots = n;
	for (size_t i = 0; i < sets->n; i++)
		slots[find_slot(sets, sets->list[i])] = (uint32_t)i;
	return 0;
}

static int add(struct role_sets *sets, const struct model_assignment *assignment)
{
	const struct model_assignment **list;
	size_t slot;

	if (sets->n * 2 >= sets->n_slots && grow_slots(sets) < 0)
		return -ENOMEM;
	slot = find_slot(sets, assignment);
	if (sets->slots[slot] != NAMES_NONE)
		return 0;
	list = array_grow(sets->list, sets->n, &sets->max, sizeof(void *));
	if (!list)
		return -ENOMEM;
	sets->list = list;
	sets->slots[slot] = (uint32_t)sets->n;
	list[sets->n++] = assignment;
	return 0;
}

int role_sets_find_all(struct role_sets *sets, const struct model *model)
{
	int r = 0;

	sets->model = model;
	for (size_t i = 0; i < model->n_assignments && r == 0 && sets->n < FORMAT_SETS_MAX; i++)
		if (has_set(sets, &model->assignments[i]))
			r = add(sets, &model->assignments[i]);
	return r;
}

uint32_t role_sets_of(const struct role_sets *sets, const struct model_assignment *assignment)
{
	if (assignment->n_roles < 2 || !sets->n_slots || !has_set(sets, assignment))
		return NAMES_NONE;
	return sets->slots[find_slot(sets, assignment)];
}

void role_sets_free(struct role_sets *sets)
{
	free(sets->list);
	free(sets->slots);
	*sets = (struct role_sets){ 0 };
}
