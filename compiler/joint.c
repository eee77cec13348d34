/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "joint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"

static void set_bit(unsigned char *map, uint32_t i)
{
	map[i / 8] = (unsigned char)(map[i / 8] | 1u << (i % 8));
}

/* ---- Maps ---- */

unsigned char *joint_new_map(const struct joint *joint)
{
	return calloc(joint->n_map, 1);
}

/* Maps are multiples of eight bytes, and are worked on by words. */
static uint64_t word_of(const unsigned char *map, size_t i)
{
	uint64_t word;

	memcpy(&word, map + i, sizeof(word));
	return word;
}

void joint_add(const struct joint *joint, unsigned char *to, const unsigned char *from)
{
	for (size_t i = 0; i < joint->n_map; i += 8) {
		uint64_t word = word_of(to, i) | word_of(from, i);

		memcpy(to + i, &word, sizeof(word));
	}
}

void joint_take(const struct joint *joint, unsigned char *to, const unsigned char *from)
{
	for (size_t i = 0; i < joint->n_map; i += 8) {
		uint64_t word = word_of(to, i) & ~word_of(from, i);

		memcpy(to + i, &word, sizeof(word));
	}
}

bool joint_exceeds(const struct joint *joint, const unsigned char *map, const unsigned char *in)
{
	for (size_t i = 0; i < joint->n_map; i += 8)
		if (word_of(map, i) & ~word_of(in, i))
			return true;
	return false;
}

bool joint_is_empty(const struct joint *joint, const unsigned char *map)
{
	return !joint_exceeds(joint, map, joint->empty);
}

/* ---- Permissions ---- */

/* The number of a name among the bits, whose list grows with it. NAMES_NONE without memory. */
static uint32_t add_bit(struct joint *joint, const char *name)
{
	size_t n_before = joint->bit_names.n;
	uint32_t i = names_add(&joint->bit_names, &joint->arena, name);
	struct joint_bit *more;

	if (i == NAMES_NONE || joint->bit_names.n == n_before)
		return i;
	more = reallocarray(joint->bits, joint->bit_names.max, sizeof(*more));
	if (!more)
		return NAMES_NONE;
	joint->bits = more;
	more[i] = (struct joint_bit){ .name = joint->bit_names.list[i] };
	return i;
}

static int add_permissions(struct joint *joint, enum joint_side side)
{
	struct joint_policy *own = &joint->sides[side];
	uint32_t n = own->policy ? own->policy->head.n_permissions : 0;

	own->bits = calloc((size_t)n + 1, sizeof(*own->bits));
	if (!own->bits)
		return -ENOMEM;
	for (uint32_t id = 0; id < n; id++) {
		struct permission_info info;
		struct record record;
		uint32_t bit;
		int r;

		r = policy_load_permission_info(own->policy, id, &record, &info);
		if (r < 0)
			return r;
		bit = add_bit(joint, info.name);
		if (bit != NAMES_NONE) {
			joint->bits[bit].is_there[side] = true;
			joint->bits[bit].flags[side] = info.flags;
			joint->bits[bit].tier[side] = info.tier;
		}
		own->bits[id] = bit;
		if (own->n_same == id && bit == id)
			own->n_same++;
		store_record_free(&record);
		if (bit == NAMES_NONE)
			return -ENOMEM;
	}
	return 0;
}

/* ---- Roles ---- */

static uint32_t add_role(struct joint *joint, const char *name)
{
	size_t n_before = joint->role_names.n;
	uint32_t i = names_add(&joint->role_names, &joint->arena, name);
	struct joint_role *more;

	if (i == NAMES_NONE || joint->role_names.n == n_before)
		return i;
	more = reallocarray(joint->roles, joint->role_names.max, sizeof(*more));
	if (!more)
		return NAMES_NONE;
	joint->roles = more;
	more[i] = (struct joint_role){ .name = joint->role_names.list[i],
				       .id = { NAMES_NONE, NAMES_NONE } };
	return i;
}

static int add_roles(struct joint *joint, enum joint_side side)
{
	struct joint_policy *own = &joint->sides[side];
	uint32_t n = own->policy ? own->policy->head.n_roles : 0;

	own->roles = calloc((size_t)n + 1, sizeof(*own->roles));
	if (!own->roles)
		return -ENOMEM;
	for (uint32_t id = 0; id < n; id++) {
		struct role_info info;
		struct record record;
		uint32_t role;
		int r;

		r = policy_load_role_info(own->policy, id, &record, &info);
		if (r < 0)
			return r;
		role = add_role(joint, info.name);
		if (role != NAMES_NONE) {
			joint->roles[role].id[side] = id;
			joint->roles[role].level[side] = info.level;
		}
		own->roles[id] = role;
		store_record_free(&record);
		if (role == NAMES_NONE)
			return -ENOMEM;
	}
	return 0;
}

/* ---- OS groups that roles bring ---- */

/* The bit of an OS group. No permission has a blank in its name, so they cannot be mixed up. */
static uint32_t add_group_bit(struct joint *joint, const char *group)
{
	char name[FORMAT_TEXT_MAX + 16];

	snprintf(name, sizeof(name), "group %s", group);
	return add_bit(joint, name);
}

/* Call for each pair of role_groups: the role's number in the policy, and the bit of the group. */
static int each_role_group(struct joint *joint, enum joint_side side,
			   void (*each)(struct joint *joint, enum joint_side side, uint32_t role,
					uint32_t bit))
{
	const struct rolegate_policy *policy = joint->sides[side].policy;
	struct role_group pair;
	struct record record;
	struct cursor c;
	uint32_t n, bit;
	int r;

	if (!policy)
		return 0;
	r = policy_load_role_groups(policy, &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_role_group(policy, &c, &pair)) {
			r = -EBADMSG;
			break;
		}
		bit = add_group_bit(joint, pair.group);
		if (bit == NAMES_NONE)
			r = -ENOMEM;
		else
			each(joint, side, pair.role, bit);
	}
	store_record_free(&record);
	return r;
}

static void note_group(struct joint *joint, enum joint_side side, uint32_t role, uint32_t bit)
{
	struct joint_bit *b = &joint->bits[bit];

	b->is_there[side] = true;
	b->flags[side] = FORMAT_PERMISSION_IN_FORCE;
	if (!b->through)
		b->through = joint->roles[joint->sides[side].roles[role]].name;
}

static unsigned char *closure_of(const struct joint *joint, enum joint_side side, uint32_t id)
{
	return joint->sides[side].closures + (size_t)id * joint->n_map;
}

static void give_group(struct joint *joint, enum joint_side side, uint32_t role, uint32_t bit)
{
	set_bit(closure_of(joint, side, role), bit);
}

/* ---- The order of inheritance ---- */

/* Bases of all roles of a policy; those of a role lie from starts[role] to starts[role + 1]. */
struct graph {
	uint32_t n;
	uint32_t *starts, *bases;
	size_t n_bases, max_bases;
};

static void free_graph(struct graph *graph)
{
	free(graph->starts);
	free(graph->bases);
}

static int add_bases(const struct rolegate_policy *policy, uint32_t id, struct graph *graph)
{
	struct role_bases info;
	struct record record;
	int r;

	r = policy_load_role_bases(policy, id, &record, &info);
	for (uint32_t i = 0; r == 0 && i < info.n_bases; i++) {
		uint32_t *bases =
			array_grow(graph->bases, graph->n_bases, &graph->max_bases, sizeof(*bases));

		if (bases) {
			graph->bases = bases;
			bases[graph->n_bases++] = id_at(info.bases, i);
		} else {
			r = -ENOMEM;
		}
	}
	graph->starts[id + 1] = (uint32_t)graph->n_bases;
	store_record_free(&record);
	return r;
}

static int read_graph(const struct rolegate_policy *policy, struct graph *graph)
{
	int r = 0;

	*graph = (struct graph){ .n = policy->head.n_roles };
	graph->starts = calloc((size_t)graph->n + 2, sizeof(*graph->starts));
	if (!graph->starts)
		return -ENOMEM;
	for (uint32_t id = 0; id < graph->n && r == 0; id++)
		r = add_bases(policy, id, graph);
	return r;
}

/* Roles while they are put into an order: `next` is by role, and UINT32_MAX before a role is met. */
struct ordering {
	uint32_t *next, *stack;
	uint32_t n_stack, n_done;
};

static void order_from(const struct graph *graph, struct ordering *o, uint32_t first,
		       uint32_t *order)
{
	o->stack[o->n_stack++] = first;
	o->next[first] = graph->starts[first];
	while (o->n_stack > 0) {
		uint32_t role = o->stack[o->n_stack - 1], base;

		if (o->next[role] == graph->starts[role + 1]) {
			order[o->n_done++] = role;
			o->n_stack--;
			continue;
		}
		base = graph->bases[o->next[role]++];
		if (o->next[base] != UINT32_MAX)
			continue;
		o->next[base] = graph->starts[base];
		o->stack[o->n_stack++] = base;
	}
}

/* Write all roles to `order`, each behind its bases. */
static int find_order(const struct graph *graph, uint32_t *order)
{
	struct ordering o = {
		.next = calloc((size_t)graph->n + 1, sizeof(*o.next)),
		.stack = calloc((size_t)graph->n + 1, sizeof(*o.stack)),
	};
	int r = o.next && o.stack ? 0 : -ENOMEM;

	if (r == 0)
		memset(o.next, 0xff, graph->n * sizeof(*o.next));
	for (uint32_t id = 0; id < graph->n && r == 0; id++)
		if (o.next[id] == UINT32_MAX)
			order_from(graph, &o, id, order);
	free(o.next);
	free(o.stack);
	return r;
}

/* Let roles have what their bases have, by one set of maps, but those that conflict rules name, if `but_named`. */
static int inherit_all(struct joint *joint, enum joint_side side, unsigned char *maps,
		       bool but_named)
{
	const struct joint_policy *own = &joint->sides[side];
	struct graph graph;
	uint32_t *order = NULL;
	int r = read_graph(own->policy, &graph);

	if (r == 0) {
		order = calloc((size_t)graph.n + 1, sizeof(*order));
		r = order ? find_order(&graph, order) : -ENOMEM;
	}
	for (uint32_t i = 0; i < graph.n && r == 0; i++) {
		uint32_t id = order[i];

		if (but_named && own->is_named[id])
			continue;
		for (uint32_t k = graph.starts[id]; k < graph.starts[id + 1]; k++)
			joint_add(joint, maps + (size_t)id * joint->n_map,
				  maps + (size_t)graph.bases[k] * joint->n_map);
	}
	free(order);
	free_graph(&graph);
	return r;
}

/*
 * Give roles the OS groups of `role_groups`, and let what is based on them inherit. Permissions of
 * bases are in the closures already: only groups can be new.
 */
static int give_groups(struct joint *joint, enum joint_side side)
{
	const struct rolegate_policy *policy = joint->sides[side].policy;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	if (!policy)
		return 0;
	r = policy_load_role_groups(policy, &record, &c, &n);
	if (r < 0)
		return r;
	store_record_free(&record);
	if (n == 0)
		return 0;
	r = each_role_group(joint, side, give_group);
	return r < 0 ? r : inherit_all(joint, side, joint->sides[side].closures, false);
}

/* ---- What roles give ---- */

/*
 * Write a policy's map in common numbers. They are its own for the first policy, and for the other where permissions
 * were only added at the end: then whole bytes are taken over.
 */
static void translate(const struct joint_policy *own, const unsigned char *map, unsigned char *to)
{
	uint32_t n = own->policy->head.n_permissions, i = own->n_same / 8 * 8;

	for (uint32_t k = 0; k < i / 8; k++)
		to[k] |= map[k];
	for (; i < n; i++) {
		if (i % 8 == 0 && map[i / 8] == 0)
			i += 7; /* nothing in the whole byte */
		else if (format_bit(map, i))
			set_bit(to, own->bits[i]);
	}
}

static int fill_closures(struct joint *joint, enum joint_side side)
{
	struct joint_policy *own = &joint->sides[side];
	uint32_t n = own->policy ? own->policy->head.n_roles : 0;

	own->closures = calloc((size_t)n + 1, joint->n_map);
	if (!own->closures)
		return -ENOMEM;
	for (uint32_t id = 0; id < n; id++) {
		struct joint_role *role = &joint->roles[own->roles[id]];
		struct record record;
		struct role raw;
		int r;

		r = policy_load_role(own->policy, id, &record, &raw);
		if (r < 0)
			return r;
		translate(own, raw.closure, closure_of(joint, side, id));
		role->closure[side] = closure_of(joint, side, id);
		role->flags[side] = raw.flags;
		store_record_free(&record);
	}
	return give_groups(joint, side);
}

/* ---- What no conflict can take of it (A6) ---- */

static unsigned char *sure_of(const struct joint *joint, enum joint_side side, uint32_t id)
{
	return joint->sides[side].sures + (size_t)id * joint->n_map;
}

static void give_sure_group(struct joint *joint, enum joint_side side, uint32_t role, uint32_t bit)
{
	if (!joint->sides[side].is_named[role])
		set_bit(sure_of(joint, side, role), bit);
}

/* Note the roles that conflict rules name. */
static int note_named(struct joint_policy *own)
{
	const unsigned char *members;
	struct conflict rule;
	struct record record;
	struct cursor c;
	int r;

	own->is_named = calloc((size_t)own->policy->head.n_roles + 1, sizeof(bool));
	if (!own->is_named)
		return -ENOMEM;
	r = policy_load_conflicts(own->policy, &record, &members, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < own->policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(own->policy, &c, &rule))
			r = -EBADMSG;
		for (uint32_t k = 0; r == 0 && k < rule.n_roles; k++)
			own->is_named[id_at(rule.roles, k)] = true;
	}
	store_record_free(&record);
	return r;
}

/* What a role gives of its own; a role that a rule names gives nothing for sure. */
static int fill_sure(struct joint *joint, enum joint_side side, uint32_t id)
{
	struct joint_policy *own = &joint->sides[side];
	struct role_info info;
	struct record record;
	int r;

	joint->roles[own->roles[id]].sure[side] = sure_of(joint, side, id);
	if (own->is_named[id])
		return 0;
	r = policy_load_role_info(own->policy, id, &record, &info);
	if (r < 0)
		return r;
	translate(own, info.own, sure_of(joint, side, id));
	store_record_free(&record);
	return 0;
}

static int fill_sures(struct joint *joint, enum joint_side side)
{
	struct joint_policy *own = &joint->sides[side];
	uint32_t n = own->policy ? own->policy->head.n_roles : 0;
	int r;

	for (uint32_t id = 0; id < n; id++)
		joint->roles[own->roles[id]].sure[side] = closure_of(joint, side, id);
	if (!own->policy || own->policy->head.n_conflicts == 0)
		return 0;
	own->sures = calloc((size_t)n + 1, joint->n_map);
	if (!own->sures)
		return -ENOMEM;
	r = note_named(own);
	for (uint32_t id = 0; id < n && r == 0; id++)
		r = fill_sure(joint, side, id);
	if (r == 0)
		r = each_role_group(joint, side, give_sure_group);
	return r < 0 ? r : inherit_all(joint, side, own->sures, true);
}

/* ---- Defaults ---- */

static int read_defaults(struct joint *joint, struct joint_policy *own, struct cursor *c,
			 struct joint_defaults *ret)
{
	struct assignment assignment;

	if (!policy_read_assignment(own->policy, c, &assignment))
		return -EBADMSG;
	ret->roles =
		arena_take(&joint->arena, ((size_t)assignment.n_roles + 1) * sizeof(*ret->roles));
	if (!ret->roles)
		return -ENOMEM;
	ret->n = assignment.n_roles;
	for (uint32_t i = 0; i < ret->n; i++)
		ret->roles[i] = own->roles[id_at(assignment.roles, i)];
	return 0;
}

static int load_defaults(struct joint *joint, enum joint_side side)
{
	struct joint_policy *own = &joint->sides[side];
	struct record record;
	struct cursor c;
	int r;

	if (!own->policy)
		return 0;
	r = policy_load_list(own->policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	for (size_t i = 0; i < JOINT_DEFAULTS && r == 0; i++)
		r = read_defaults(joint, own, &c, &own->defaults[i]);
	store_record_free(&record);
	return r;
}

/* ---- Both together ---- */

static int note_in_force(struct joint *joint, enum joint_side side)
{
	struct joint_policy *own = &joint->sides[side];

	own->in_force = joint_new_map(joint);
	if (!own->in_force)
		return -ENOMEM;
	for (uint32_t i = 0; i < joint->bit_names.n; i++)
		if (joint->bits[i].flags[side] & FORMAT_PERMISSION_IN_FORCE)
			set_bit(own->in_force, i);
	return 0;
}

/* Whether what two maps of a role have in force is not the same. */
static bool differ(const struct joint *joint, const unsigned char *const maps[2])
{
	const unsigned char *before = joint->sides[JOINT_BEFORE].in_force;
	const unsigned char *after = joint->sides[JOINT_AFTER].in_force;

	for (size_t i = 0; i < joint->n_map; i += 8)
		if ((word_of(maps[JOINT_BEFORE], i) & word_of(before, i)) !=
		    (word_of(maps[JOINT_AFTER], i) & word_of(after, i)))
			return true;
	return false;
}

static bool is_named(const struct joint *joint, enum joint_side side, const struct joint_role *role)
{
	const struct joint_policy *own = &joint->sides[side];

	return own->is_named && role->id[side] != NAMES_NONE && own->is_named[role->id[side]];
}

/* Whether conflict rules name the same roles as before. */
static bool are_same_named(const struct joint *joint)
{
	for (size_t i = 0; i < joint->role_names.n; i++)
		if (is_named(joint, JOINT_BEFORE, &joint->roles[i]) !=
		    is_named(joint, JOINT_AFTER, &joint->roles[i]))
			return false;
	return true;
}

/*
 * Compare what each role gives. Where other roles are named by conflict rules, the rules have
 * changed, and not each role that conflicts may now take something from, or no longer.
 */
static void compare_roles(struct joint *joint)
{
	bool is_sure_compared = are_same_named(joint);

	for (size_t i = 0; i < joint->role_names.n; i++) {
		struct joint_role *role = &joint->roles[i];
		unsigned int flags = role->flags[JOINT_BEFORE] ^ role->flags[JOINT_AFTER];

		role->has_changed = flags & FORMAT_ROLE_NEEDS_APPROVAL ||
				    differ(joint, role->closure) ||
				    (is_sure_compared && differ(joint, role->sure));
		role->has_grown =
			joint_exceeds(joint, role->closure[JOINT_AFTER],
				      role->closure[JOINT_BEFORE]) ||
			joint_exceeds(joint, role->sure[JOINT_AFTER], role->sure[JOINT_BEFORE]);
	}
}

int joint_open(struct joint *joint, const struct rolegate_policy *before,
	       const struct rolegate_policy *after)
{
	int r = 0;

	*joint = (struct joint){ .sides = { { .policy = before }, { .policy = after } } };
	for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++) {
		r = add_permissions(joint, side);
		if (r == 0)
			r = add_roles(joint, side);
	}
	for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++)
		r = each_role_group(joint, side, note_group);
	if (r < 0)
		return r;
	joint->n_map = (joint->bit_names.n / 64 + 1) * 8;
	joint->empty = joint_new_map(joint);
	if (!joint->empty)
		return -ENOMEM;
	for (size_t i = 0; i < joint->role_names.n; i++)
		for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER; side++)
			joint->roles[i].closure[side] = joint->roles[i].sure[side] = joint->empty;
	for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++) {
		r = fill_closures(joint, side);
		if (r == 0)
			r = fill_sures(joint, side);
		if (r == 0)
			r = load_defaults(joint, side);
		if (r == 0)
			r = note_in_force(joint, side);
	}
	if (r == 0)
		compare_roles(joint);
	return r;
}

void joint_close(struct joint *joint)
{
	for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER; side++) {
		free(joint->sides[side].bits);
		free(joint->sides[side].roles);
		free(joint->sides[side].closures);
		free(joint->sides[side].sures);
		free(joint->sides[side].is_named);
		free(joint->sides[side].in_force);
	}
	free(joint->empty);
	free(joint->bits);
	free(joint->roles);
	names_free(&joint->bit_names);
	names_free(&joint->role_names);
	arena_free(&joint->arena);
}

/* ---- What a person holds ---- */

static int add_holdings(const struct joint *joint, enum joint_side side,
			const struct findings *findings, unsigned char *map)
{
	const struct joint_policy *own = &joint->sides[side];
	unsigned char *raw = calloc(format_map_size(own->policy->head.n_permissions) + 1, 1);
	int r = raw ? decide_add_held(own->policy, findings, raw) : -ENOMEM;

	if (r == 0)
		translate(own, raw, map);
	free(raw);
	for (size_t i = 0; i < findings->n_holdings && r == 0; i++) {
		const struct holding *h = &findings->holdings[i];

		/* The closures also say which OS groups a role brings. */
		if (decide_is_in_force(h) && findings->n_blocked == 0)
			joint_add(joint, map, joint->roles[own->roles[h->role]].closure[side]);
	}
	return r;
}

int joint_hold(const struct joint *joint, enum joint_side side,
	       const struct rolegate_person *person, int64_t at, unsigned char *map,
	       bool *ret_is_owner)
{
	const struct rolegate_policy *policy = joint->sides[side].policy;
	struct findings findings;
	int r;

	if (ret_is_owner)
		*ret_is_owner = false;
	if (!policy || person->facts & ROLEGATE_FACT_ABSENT)
		return 0;
	r = decide_hold(policy, person, at, &findings);
	if (r == 0)
		r = add_holdings(joint, side, &findings, map);
	if (r == 0 && ret_is_owner)
		*ret_is_owner = decide_is_owner(&findings);
	decide_findings_free(&findings);
	return r;
}

int joint_hold_roles(const struct joint *joint, enum joint_side side,
		     const struct rolegate_person *person, int64_t at, bool *roles)
{
	const struct joint_policy *own = &joint->sides[side];
	struct findings findings;
	int r;

	if (!own->policy || person->facts & ROLEGATE_FACT_ABSENT)
		return 0;
	r = decide_hold(own->policy, person, at, &findings);
	for (size_t i = 0; i < findings.n_holdings && r == 0; i++)
		if (decide_is_in_force(&findings.holdings[i]))
			roles[own->roles[findings.holdings[i].role]] = true;
	decide_findings_free(&findings);
	return r;
}
