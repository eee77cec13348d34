/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"
#include "settings.h"

/* ---- What has changed besides assignments ---- */

static bool has_default(const struct joint_defaults *defaults, uint32_t role)
{
	for (uint32_t i = 0; i < defaults->n; i++)
		if (defaults->roles[i] == role)
			return true;
	return false;
}

/* Whether one list of default roles gives something else: another role, or one that changed. */
static bool have_defaults_changed(const struct joint *joint, enum joint_default which)
{
	const struct joint_defaults *before = &joint->sides[JOINT_BEFORE].defaults[which];
	const struct joint_defaults *after = &joint->sides[JOINT_AFTER].defaults[which];

	for (uint32_t i = 0; i < before->n; i++)
		if (!has_default(after, before->roles[i]) ||
		    joint->roles[before->roles[i]].has_changed)
			return true;
	for (uint32_t i = 0; i < after->n; i++)
		if (!has_default(before, after->roles[i]))
			return true;
	return false;
}

/* Whether the same set of terms comes to something else than before, or may. */
static bool has_set_changed(const struct difference *d, uint32_t set)
{
	bool is_always = false;
	const struct term *list;
	uint32_t n;

	list = terms_of(&d->terms, set, &n);
	for (uint32_t i = 0; i < n; i++) {
		if (d->joint.roles[list[i].role].has_changed)
			return true;
		if (list[i].from <= d->now && list[i].until == FORMAT_FOREVER)
			is_always = true;
	}
	return d->defaults_changed && !is_always;
}

/* ---- Classes ---- */

static uint32_t spread_of(const uint32_t sets[2])
{
	return format_spread((uint64_t)sets[0] << 32 | sets[1]);
}

/* The slot of a class, or the free one where it would go. */
static size_t find_slot(const struct difference_holders *holders, const uint32_t sets[2])
{
	size_t slot = spread_of(sets) & (holders->n_slots - 1);

	for (; holders->slots[slot] != NAMES_NONE; slot = (slot + 1) & (holders->n_slots - 1)) {
		const struct difference_class *class = &holders->classes[holders->slots[slot]];

		if (class->sets[0] == sets[0] && class->sets[1] == sets[1])
			break;
	}
	return slot;
}

static int grow_slots(struct difference_holders *holders)
{
	size_t n = holders->n_slots ? holders->n_slots * 2 : 64;
	uint32_t *slots = reallocarray(NULL, n, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	memset(slots, 0xff, n * sizeof(*slots));
	free(holders->slots);
	holders->slots = slots;
	holders->n_slots = n;
	for (size_t i = 0; i < holders->n; i++)
		slots[find_slot(holders, holders->classes[i].sets)] = (uint32_t)i;
	return 0;
}

static struct difference_class *find_class(struct difference_holders *holders,
					   const uint32_t sets[2])
{
	struct difference_class *classes;
	size_t slot;

	if (holders->n * 2 >= holders->n_slots && grow_slots(holders) < 0)
		return NULL;
	slot = find_slot(holders, sets);
	if (holders->slots[slot] == NAMES_NONE) {
		classes = array_grow(holders->classes, holders->n, &holders->max, sizeof(*classes));
		if (!classes)
			return NULL;
		holders->classes = classes;
		classes[holders->n] = (struct difference_class){ .sets = { sets[0], sets[1] } };
		holders->slots[slot] = (uint32_t)holders->n++;
	}
	return &holders->classes[holders->slots[slot]];
}

bool difference_has_class(const struct difference_holders *holders, const uint32_t sets[2])
{
	return holders->n_slots && holders->slots[find_slot(holders, sets)] != NAMES_NONE;
}

void examples_add(struct examples *examples, const char *name, uint32_t n)
{
	uint32_t i = examples->n;

	examples->n_all += n;
	if (i == DIFFERENCE_EXAMPLES) {
		if (strcmp(name, examples->names[i - 1]) > 0)
			return;
		i--;
	} else {
		examples->n++;
	}
	for (; i > 0 && strcmp(name, examples->names[i - 1]) < 0; i--)
		examples->names[i] = examples->names[i - 1];
	examples->names[i] = name;
}

/* ---- All holders of a kind ---- */

/* Read the set of one name by one of the policies. */
static int read_set(struct difference *d, enum joint_side side, char kind, const char *name,
		    uint32_t *ret_set)
{
	const struct rolegate_policy *policy = d->joint.sides[side].policy;
	struct record record;
	struct cursor body;
	int r;

	*ret_set = TERMS_NONE;
	if (!policy)
		return 0;
	r = policy_find_name(policy, kind, name, &record, &body);
	if (r > 0)
		r = terms_read(&d->terms, &d->joint, side, body, ret_set);
	store_record_free(&record);
	return r;
}

int difference_find(struct difference *difference, char kind, const char *name,
		    uint32_t ret_sets[2])
{
	int r;

	r = read_set(difference, JOINT_BEFORE, kind, name, &ret_sets[JOINT_BEFORE]);
	return r < 0 ? r : read_set(difference, JOINT_AFTER, kind, name, &ret_sets[JOINT_AFTER]);
}

/*
 * A walk through the buckets of both policies side by side, so that each is loaded once. Where one
 * policy has more of them, its buckets count, and the other's comes up for each that it is spread
 * over.
 */
struct walk_state {
	struct difference *d;
	char kind;
	uint32_t n; /* buckets */
	difference_visit each;
	void *context;
	struct record records[2];
	uint32_t n_own[2]; /* buckets of each; 0: no policy */
};

/* The bucket of one side. */
static struct cursor bucket_of(const struct walk_state *w, enum joint_side side)
{
	return w->n_own[side] ? cursor_over(&w->records[side]) : (struct cursor){ 0 };
}

/* Find a name in the other side's bucket, and read its set. */
static int read_other(const struct walk_state *w, enum joint_side side, const char *name,
		      uint32_t *ret_set)
{
	struct cursor bucket = bucket_of(w, side), body;
	const char *found;

	*ret_set = TERMS_NONE;
	while (policy_next_entry(&bucket, &found, &body))
		if (!strcmp(found, name))
			return terms_read(&w->d->terms, &w->d->joint, side, body, ret_set);
	return 0;
}

/* All names of one side's bucket; those that both have are told with the policy after. */
static int visit_bucket(const struct walk_state *w, enum joint_side side, uint32_t i)
{
	struct cursor bucket = bucket_of(w, side), body;
	uint32_t sets[2];
	const char *name;
	int r = 0;

	while (r == 0 && policy_next_entry(&bucket, &name, &body)) {
		if (w->n_own[side] != w->n &&
		    (format_name_spread(name, strlen(name)) & (w->n - 1)) != i)
			continue;
		r = read_other(w, !side, name, &sets[!side]);
		if (r < 0 || (side == JOINT_BEFORE && sets[JOINT_AFTER] != TERMS_NONE))
			continue;
		r = terms_read(&w->d->terms, &w->d->joint, side, body, &sets[side]);
		if (r == 0)
			r = w->each(w->d, name, sets, w->context);
	}
	return r == 0 && w->n_own[side] && !cursor_is_done(&bucket) ? -EBADMSG : r;
}

static int visit_buckets(struct walk_state *w, uint32_t i)
{
	int r = 0;

	for (int side = JOINT_BEFORE; side <= JOINT_AFTER; side++)
		w->records[side].heap = NULL;
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++)
		if (w->n_own[side])
			r = store_find(&w->d->joint.sides[side].policy->store, w->kind,
				       i & (w->n_own[side] - 1), &w->records[side]);
	if (r == 0)
		r = visit_bucket(w, JOINT_AFTER, i);
	if (r == 0)
		r = visit_bucket(w, JOINT_BEFORE, i);
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER; side++)
		store_record_free(&w->records[side]);
	return r;
}

int difference_walk(struct difference *difference, char kind, difference_visit each, void *context)
{
	struct walk_state w = {
		.d = difference, .kind = kind, .n = 1, .each = each, .context = context
	};
	int r = 0;

	for (int side = JOINT_BEFORE; side <= JOINT_AFTER; side++) {
		const struct rolegate_policy *policy = difference->joint.sides[side].policy;

		w.n_own[side] = policy ? policy_buckets(policy, kind) : 0;
		if (w.n_own[side] > w.n)
			w.n = w.n_own[side];
	}
	for (uint32_t i = 0; i < w.n && r == 0; i++)
		r = visit_buckets(&w, i);
	return r;
}

/* Note which roles a set approves. */
static void note_approvals(const struct difference *d, struct difference_holders *holders,
			   uint32_t set)
{
	const struct term *list;
	uint32_t n;

	list = terms_of(&d->terms, set, &n);
	for (uint32_t i = 0; i < n; i++)
		if (list[i].is_approval)
			holders->approves[list[i].role] = true;
}

/* Note which roles a set gives, now or later. */
static void note_given(const struct difference *d, struct difference_holders *holders, uint32_t set)
{
	const struct term *list;
	uint32_t n;

	list = terms_of(&d->terms, set, &n);
	for (uint32_t i = 0; i < n; i++)
		if (list[i].until > d->now)
			holders->gave[list[i].role] = true;
}

static int sort_in(struct difference *d, const char *name, const uint32_t sets[2], void *context)
{
	struct difference_class *class;

	note_given(d, context, sets[JOINT_BEFORE]);
	note_approvals(d, context, sets[JOINT_AFTER]);
	if (sets[JOINT_BEFORE] == sets[JOINT_AFTER] && !d->services_changed &&
	    !has_set_changed(d, sets[JOINT_AFTER]))
		return 0;
	class = find_class(context, sets);
	if (!class)
		return -ENOMEM;
	examples_add(&class->examples, name, 1);
	return 0;
}

static int stop(const struct service *before, const struct service *after, void *context)
{
	(void)before;
	(void)after;
	(void)context;
	return 1;
}

/* Whether any service requires something else than before. */
static int note_services(struct difference *d)
{
	const struct rolegate_policy *before = d->joint.sides[JOINT_BEFORE].policy;
	int r;

	r = services_compare(&d->joint, stop, NULL);
	d->services_changed = r > 0 || !before ||
			      strcmp(settings_other(&d->joint, JOINT_BEFORE),
				     settings_other(&d->joint, JOINT_AFTER)) != 0;
	return r < 0 ? r : 0;
}

/* Room for what is noted of each role. */
static int make_notes(const struct difference *d, struct difference_holders *holders)
{
	holders->approves = calloc(d->joint.role_names.n + 1, sizeof(bool));
	holders->gave = calloc(d->joint.role_names.n + 1, sizeof(bool));
	return holders->approves && holders->gave ? 0 : -ENOMEM;
}

int difference_open(struct difference *difference, const struct rolegate_policy *before,
		    const struct rolegate_policy *after, int64_t now)
{
	struct difference *d = difference;
	int r;

	*d = (struct difference){
		.now = now,
		.users = { .kind = FORMAT_USERS },
		.groups = { .kind = FORMAT_GROUPS },
	};
	r = joint_open(&d->joint, before, after);
	if (r == 0)
		r = terms_init(&d->terms);
	if (r < 0)
		return r;
	d->defaults_changed = have_defaults_changed(&d->joint, JOINT_ANYBODY) ||
			      have_defaults_changed(&d->joint, JOINT_SYSTEM);
	r = make_notes(d, &d->users);
	if (r == 0)
		r = make_notes(d, &d->groups);
	if (r == 0)
		r = note_services(d);
	if (r == 0)
		r = difference_walk(d, FORMAT_USERS, sort_in, &d->users);
	return r < 0 ? r : difference_walk(d, FORMAT_GROUPS, sort_in, &d->groups);
}

static void free_holders(struct difference_holders *holders)
{
	free(holders->approves);
	free(holders->gave);
	free(holders->classes);
	free(holders->slots);
}

void difference_close(struct difference *difference)
{
	free_holders(&difference->users);
	free_holders(&difference->groups);
	terms_free(&difference->terms);
	joint_close(&difference->joint);
}

/* ---- One class ---- */

struct search {
	const struct difference_class *class;
	int (*each)(const char *name, void *context);
	void *context;
};

static int pick(struct difference *d, const char *name, const uint32_t sets[2], void *context)
{
	const struct search *search = context;

	(void)d;
	if (sets[0] != search->class->sets[0] || sets[1] != search->class->sets[1])
		return 0;
	return search->each(name, search->context);
}

int difference_each(struct difference *difference, const struct difference_holders *holders,
		    const struct difference_class *class,
		    int (*each)(const char *name, void *context), void *context)
{
	struct search search = { .class = class, .each = each, .context = context };

	return difference_walk(difference, holders->kind, pick, &search);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

int difference_moments(const struct difference *difference, const uint32_t sets[2],
		       int64_t **ret_list, size_t *ret_n)
{
	const struct terms *terms = &difference->terms;
	size_t n = 1, n_distinct = 1;
	int64_t *list;

	list = reallocarray(NULL, 1 + 2 * ((size_t)terms->sets[sets[0]].n + terms->sets[sets[1]].n),
			    sizeof(*list));
	if (!list)
		return -ENOMEM;
	list[0] = difference->now;
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER; side++) {
		uint32_t n_terms;
		const struct term *term = terms_of(terms, sets[side], &n_terms);

		for (uint32_t i = 0; i < n_terms; i++, term++) {
			if (term->from > difference->now)
				list[n++] = term->from;
			if (term->until > difference->now && term->until != FORMAT_FOREVER)
				list[n++] = term->until;
		}
	}
	qsort(list, n, sizeof(*list), by_time);
	for (size_t i = 1; i < n; i++)
		if (list[i] != list[n_distinct - 1])
			list[n_distinct++] = list[i];
	*ret_list = list;
	*ret_n = n_distinct;
	return 0;
}
