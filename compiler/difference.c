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

/* Find one name's assignments in one of the policies, with what was recorded of it. 1, 0 or an error. */
static int find_holder(const struct difference *d, enum joint_side side, char kind,
		       const char *name, struct record *record, struct cursor *ret_body,
		       struct holder *ret)
{
	const struct rolegate_policy *policy = d->joint.sides[side].policy;
	struct cursor body;
	int r;

	record->heap = NULL;
	if (!policy)
		return 0;
	r = policy_find_name(policy, kind, name, record, ret_body);
	body = *ret_body;
	return r > 0 && !policy_read_holder(&body, ret) ? -EBADMSG : r;
}

/*
 * Read the sets of one name. Where the uid or gid that goes with it is another one than before, another account or
 * group has the name, and had nothing (A2).
 */
int difference_find(struct difference *difference, char kind, const char *name,
		    uint32_t ret_sets[2])
{
	struct record records[2] = { 0 };
	struct cursor bodies[2];
	struct holder holders[2];
	bool has[2] = { false, false };
	int r = 0;

	for (int side = JOINT_BEFORE; side <= JOINT_AFTER && r >= 0; side++) {
		ret_sets[side] = TERMS_NONE;
		r = find_holder(difference, (enum joint_side)side, kind, name, &records[side],
				&bodies[side], &holders[side]);
		has[side] = r > 0;
	}
	if (r >= 0 && has[JOINT_BEFORE] && has[JOINT_AFTER] &&
	    holders[JOINT_BEFORE].recorded == FORMAT_RECORDED_PRESENT &&
	    holders[JOINT_AFTER].recorded == FORMAT_RECORDED_PRESENT &&
	    holders[JOINT_BEFORE].id != holders[JOINT_AFTER].id)
		has[JOINT_BEFORE] = false;
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER && r >= 0; side++)
		if (has[side])
			r = terms_read(&difference->terms, &difference->joint,
				       (enum joint_side)side, bodies[side], &ret_sets[side]);
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER; side++)
		store_record_free(&records[side]);
	return r < 0 ? r : 0;
}

/* All names of one bucket; those that both policies have come with the policy after. */
static int visit_bucket(struct difference *d, enum joint_side side, char kind, uint32_t i,
			difference_visit each, void *context)
{
	const struct joint_policy *other = &d->joint.sides[!side];
	struct cursor bucket, body;
	struct record record, found;
	uint32_t sets[2];
	const char *name;
	int r;

	r = store_find(&d->joint.sides[side].policy->store, kind, i, &record);
	if (r < 0)
		return r;
	bucket = cursor_over(&record);
	while (r == 0 && policy_next_entry(&bucket, &name, &body)) {
		if (side == JOINT_BEFORE && other->policy) {
			r = policy_find_name(other->policy, kind, name, &found, &body);
			store_record_free(&found);
			if (r != 0) {
				r = r < 0 ? r : 0;
				continue;
			}
		}
		r = difference_find(d, kind, name, sets);
		if (r == 0)
			r = each(d, name, sets, context);
	}
	if (r == 0 && !cursor_is_done(&bucket))
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

int difference_walk(struct difference *difference, char kind, difference_visit each, void *context)
{
	int r = 0;

	for (int side = JOINT_AFTER; side >= JOINT_BEFORE && r == 0; side--) {
		const struct rolegate_policy *policy = difference->joint.sides[side].policy;
		uint32_t n = policy ? policy_buckets(policy, kind) : 0;

		for (uint32_t i = 0; i < n && r == 0; i++)
			r = visit_bucket(difference, (enum joint_side)side, kind, i, each, context);
	}
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
