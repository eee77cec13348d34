/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walk from roles to all that they are based on. */
#include <errno.h>
#include <stdlib.h>

#include "decide.h"

/* Put a role into the queue unless it was there before or gives nothing. */
static void enqueue(struct walk *walk, uint32_t role, uint32_t via)
{
	if (format_bit(walk->seen, role) || (walk->avoid && decide_is_blocked(walk->avoid, role)))
		return;
	walk->seen[role / 8] = (unsigned char)(walk->seen[role / 8] | 1u << (role % 8));
	walk->via[walk->n_queue] = via;
	walk->first[walk->n_queue] = via == walk->n_queue ? role : walk->first[via];
	walk->depth[walk->n_queue] = via == walk->n_queue ? 0 : walk->depth[via] + 1;
	walk->queue[walk->n_queue++] = role;
}

int walk_start(struct walk *walk, const struct rolegate_policy *policy,
	       const struct findings *avoid)
{
	uint32_t n = policy->head.n_roles;

	*walk = (struct walk){ .policy = policy, .avoid = avoid };
	walk->seen = calloc(format_map_size(n) + 1, 1);
	walk->queue = calloc((size_t)n + 1, sizeof(*walk->queue));
	walk->via = calloc((size_t)n + 1, sizeof(*walk->via));
	walk->first = calloc((size_t)n + 1, sizeof(*walk->first));
	walk->depth = calloc((size_t)n + 1, sizeof(*walk->depth));
	walk->at = UINT32_MAX; /* so that the first step stands on place 0 */
	return walk->seen && walk->queue && walk->via && walk->first && walk->depth ? 0 : -ENOMEM;
}

void walk_add(struct walk *walk, uint32_t role)
{
	enqueue(walk, role, walk->n_queue);
}

int walk_next(struct walk *walk)
{
	int r;

	store_record_free(&walk->record);
	walk->at++;
	if (walk->at == walk->n_queue)
		return 0;
	r = policy_load_role_bases(walk->policy, walk->queue[walk->at], &walk->record, &walk->info);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < walk->info.n_bases; i++)
		enqueue(walk, id_at(walk->info.bases, i), walk->at);
	return 1;
}

void walk_free(struct walk *walk)
{
	store_record_free(&walk->record);
	free(walk->seen);
	free(walk->queue);
	free(walk->via);
	free(walk->first);
	free(walk->depth);
}

int walk_start_held(struct walk *walk, const struct rolegate_policy *policy,
		    const struct findings *f, unsigned int sources)
{
	int r = walk_start(walk, policy, f);

	for (size_t i = 0; i < f->n_holdings && r == 0; i++) {
		const struct holding *h = &f->holdings[i];

		if (!decide_is_in_force(h) || h->is_set || h->source == ROLEGATE_STEP_ROOT)
			continue;
		if (sources == 0 || sources & 1u << h->source)
			walk_add(walk, h->role);
	}
	return r;
}
