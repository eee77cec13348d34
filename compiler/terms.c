/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "terms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Numbers of sets ---- */

static int by_role(const void *a, const void *b)
{
	const struct term *x = a, *y = b;

	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->until != y->until)
		return x->until < y->until ? -1 : 1;
	return (int)x->is_approval - (int)y->is_approval;
}

/* Sort what was read, and drop what is there twice. */
static void tidy(struct terms *terms)
{
	struct term *list = terms->scratch;
	size_t n = 0;

	if (terms->n_scratch < 2)
		return;
	qsort(list, terms->n_scratch, sizeof(*list), by_role);
	for (size_t i = 0; i < terms->n_scratch; i++)
		if (i == 0 || by_role(&list[n - 1], &list[i]) != 0)
			list[n++] = list[i];
	terms->n_scratch = n;
}

/* The slot of the set in the scratch, or the free one where it would go. */
static size_t find_slot(const struct terms *terms, uint32_t spread)
{
	size_t slot = spread & (terms->n_slots - 1);

	for (; terms->slots[slot] != NAMES_NONE; slot = (slot + 1) & (terms->n_slots - 1)) {
		const struct terms_set *set = &terms->sets[terms->slots[slot]];

		if (set->spread == spread && set->n == terms->n_scratch &&
		    (set->n == 0 || memcmp(terms->list + set->first, terms->scratch,
					   set->n * sizeof(struct term)) == 0))
			break;
	}
	return slot;
}

/* Keep the slots at most half full. */
static int grow_slots(struct terms *terms)
{
	size_t n = terms->n_slots ? terms->n_slots * 2 : 64;
	uint32_t *slots = reallocarray(NULL, n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	memset(slots, 0xff, n * sizeof(*slots));
	free(terms->slots);
	terms->slots = slots;
	terms->n_slots = n;
	for (size_t i = 0; i < terms->n_sets; i++) {
		size_t slot = terms->sets[i].spread & (n - 1);

		while (slots[slot] != NAMES_NONE)
			slot = (slot + 1) & (n - 1);
		slots[slot] = (uint32_t)i;
	}
	return 0;
}

/* Copy the scratch to the end of all terms. */
static int append(struct terms *terms)
{
	for (size_t i = 0; i < terms->n_scratch; i++) {
		struct term *list = array_grow(terms->list, terms->n, &terms->max, sizeof(*list));

		if (!list)
			return -ENOMEM;
		terms->list = list;
		list[terms->n++] = terms->scratch[i];
	}
	return 0;
}

/* Number the set in the scratch. */
static int number(struct terms *terms, uint32_t *ret_set)
{
	struct terms_set *sets;
	uint32_t spread;
	size_t slot;

	tidy(terms);
	spread = format_spread(format_hash(FORMAT_HASH_START, terms->scratch,
					   terms->n_scratch * sizeof(struct term)));
	if (terms->n_sets * 2 >= terms->n_slots && grow_slots(terms) < 0)
		return -ENOMEM;
	slot = find_slot(terms, spread);
	if (terms->slots[slot] == NAMES_NONE) {
		sets = array_grow(terms->sets, terms->n_sets, &terms->max_sets, sizeof(*sets));
		if (!sets)
			return -ENOMEM;
		terms->sets = sets;
		sets[terms->n_sets] = (struct terms_set){
			.first = terms->n,
			.n = (uint32_t)terms->n_scratch,
			.spread = spread,
		};
		if (append(terms) < 0)
			return -ENOMEM;
		terms->slots[slot] = (uint32_t)terms->n_sets++;
	}
	*ret_set = terms->slots[slot];
	return 0;
}

/* ---- What a policy assigns ---- */

static struct term *add_scratch(struct terms *terms)
{
	struct term *scratch =
		array_grow(terms->scratch, terms->n_scratch, &terms->max_scratch, sizeof(*scratch));

	if (!scratch)
		return NULL;
	terms->scratch = scratch;
	return &scratch[terms->n_scratch++];
}

int terms_init(struct terms *terms)
{
	uint32_t none;

	if (!add_scratch(terms))
		return -ENOMEM;
	terms->n_scratch = 0;
	return number(terms, &none);
}

void terms_free(struct terms *terms)
{
	free(terms->list);
	free(terms->sets);
	free(terms->slots);
	free(terms->scratch);
	*terms = (struct terms){ 0 };
}

int terms_read(struct terms *terms, const struct joint *joint, enum joint_side side,
	       struct cursor body, uint32_t *ret_set)
{
	const struct joint_policy *own = &joint->sides[side];
	struct assignment assignment;
	uint32_t n;

	terms->n_scratch = 0;
	n = policy_read_n_assignments(&body);
	for (uint32_t i = 0; i < n; i++) {
		if (!policy_read_assignment(own->policy, &body, &assignment))
			return -EBADMSG;
		for (uint32_t k = 0; k < assignment.n_roles; k++) {
			struct term *term = add_scratch(terms);

			if (!term)
				return -ENOMEM;
			term->from = assignment.from;
			term->until = assignment.until;
			term->role = own->roles[id_at(assignment.roles, k)];
			term->is_approval = (assignment.flags & FORMAT_ASSIGN_APPROVED) != 0;
		}
	}
	return cursor_is_done(&body) ? number(terms, ret_set) : -EBADMSG;
}

/* ---- What a set comes to ---- */

static bool is_in_time(const struct term *term, int64_t at)
{
	return term->from <= at && at < term->until;
}

/* The terms of one role stand together: what they come to, and the place behind them. */
struct run {
	uint32_t next;
	bool in_time, is_approved;
};

static struct run read_run(const struct term *list, uint32_t n, uint32_t i, int64_t at)
{
	struct run run = { .next = i };

	for (; run.next < n && list[run.next].role == list[i].role; run.next++) {
		run.in_time = run.in_time || is_in_time(&list[run.next], at);
		run.is_approved = run.is_approved || list[run.next].is_approval;
	}
	return run;
}

static bool add_held(const struct terms *terms, const struct joint *joint, enum joint_side side,
		     uint32_t set, int64_t at, bool is_sure, unsigned char *map)
{
	bool any_in_time = false;
	const struct term *list;
	struct run run;
	uint32_t n;

	list = terms_of(terms, set, &n);
	for (uint32_t i = 0; i < n; i = run.next) {
		const struct joint_role *role = &joint->roles[list[i].role];

		run = read_run(list, n, i, at);
		any_in_time = any_in_time || run.in_time;
		if (run.in_time &&
		    (run.is_approved || !(role->flags[side] & FORMAT_ROLE_NEEDS_APPROVAL)))
			joint_add(joint, map, is_sure ? role->sure[side] : role->closure[side]);
	}
	return any_in_time;
}

bool terms_add_held(const struct terms *terms, const struct joint *joint, enum joint_side side,
		    uint32_t set, int64_t at, unsigned char *map)
{
	return add_held(terms, joint, side, set, at, false, map);
}

bool terms_add_sure(const struct terms *terms, const struct joint *joint, enum joint_side side,
		    uint32_t set, int64_t at, unsigned char *map)
{
	return add_held(terms, joint, side, set, at, true, map);
}

/* The terms of one role, which stand together; *ret_n of them. */
static const struct term *find_run(const struct terms *terms, uint32_t set, uint32_t role,
				   uint32_t *ret_n)
{
	uint32_t low = 0, high, n, end;
	const struct term *list = terms_of(terms, set, &n);

	for (high = n; low < high;) {
		uint32_t middle = low + (high - low) / 2;

		if (list[middle].role < role)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < n && list[end].role == role; end++)
		;
	*ret_n = end - low;
	return list + low;
}

bool terms_is_assigned(const struct terms *terms, uint32_t set, int64_t at)
{
	const struct term *list;
	uint32_t n;

	list = terms_of(terms, set, &n);
	for (uint32_t i = 0; i < n; i++)
		if (is_in_time(&list[i], at))
			return true;
	return false;
}

bool terms_approve(const struct terms *terms, uint32_t set, uint32_t role)
{
	const struct term *run;
	uint32_t n;

	run = find_run(terms, set, role, &n);
	for (uint32_t i = 0; i < n; i++)
		if (run[i].is_approval)
			return true;
	return false;
}

bool terms_is_given(const struct terms *terms, uint32_t set, uint32_t role, int64_t at)
{
	const struct term *run;
	uint32_t n;

	run = find_run(terms, set, role, &n);
	for (uint32_t i = 0; i < n; i++)
		if (is_in_time(&run[i], at))
			return true;
	return false;
}

bool terms_has_role(const struct terms *terms, const struct joint *joint, enum joint_side side,
		    uint32_t set, uint32_t role, int64_t at)
{
	return terms_is_given(terms, set, role, at) &&
	       (!(joint->roles[role].flags[side] & FORMAT_ROLE_NEEDS_APPROVAL) ||
		terms_approve(terms, set, role));
}
