/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges what changed assignments come to for those who have them (A2, A3). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "authority_internal.h"
#include "decide.h"

/* ---- What is gained at a moment ---- */

static void clear(const struct judging *j, unsigned char *map)
{
	memset(map, 0, j->d->joint.n_map);
}

/*
 * P9: whether a role that awaits approval here may have it from elsewhere: an approval belongs to
 * the person, so that of a group approves what its members have by themselves, and theirs what the
 * group has.
 */
static bool is_approved_elsewhere(const struct judging *j, char kind, uint32_t role)
{
	return j->d->groups.approves[role] || (kind == FORMAT_GROUPS && j->d->users.approves[role]);
}

/* Whether a role counts that somebody is about to get, as far as approval goes. */
static bool may_count(const struct judging *j, char kind, const uint32_t sets[2], uint32_t role)
{
	return !(j->d->joint.roles[role].flags[JOINT_AFTER] & FORMAT_ROLE_NEEDS_APPROVAL) ||
	       terms_approve(&j->d->terms, sets[JOINT_AFTER], role) ||
	       is_approved_elsewhere(j, kind, role);
}

/*
 * Whether a set of the policy after gives a role at a moment: approved, where it needs that. One
 * that comes into its time without an approval of its own may have one elsewhere; that approval, if
 * it is new, is judged where it is given.
 */
static bool is_given(const struct judging *j, char kind, const uint32_t sets[2], uint32_t role,
		     int64_t at)
{
	const struct terms *terms = &j->d->terms;

	if (terms_has_role(terms, &j->d->joint, JOINT_AFTER, sets[JOINT_AFTER], role, at))
		return true;
	return terms_is_given(terms, sets[JOINT_AFTER], role, at) &&
	       !terms_is_given(terms, sets[JOINT_BEFORE], role, at) &&
	       may_count(j, kind, sets, role);
}

/*
 * Add what one role gives at a moment beyond what the set before gives for sure: which other roles
 * a holder has, that may exclude one of these, is not known (A6), nor does it stay. What a role
 * gave them and gives them still is no gain.
 */
static void add_role(const struct judging *j, unsigned char *gain, const uint32_t sets[2],
		     uint32_t role, int64_t at)
{
	bool had = terms_has_role(&j->d->terms, &j->d->joint, JOINT_BEFORE, sets[JOINT_BEFORE],
				  role, at);

	authority_add_gain(j, gain, &j->d->joint.roles[role], had, j->before);
}

/*
 * P3: who has no assignment left has the defaults, of which those count that need no approval or
 * have it. Whether an assignment to a group keeps them from it is not asked: that may change
 * without us.
 */
static void add_fallback(struct judging *j, char kind, const uint32_t sets[2],
			 enum joint_default which, int64_t at)
{
	const struct joint_defaults *defaults = &j->d->joint.sides[JOINT_AFTER].defaults[which];

	for (uint32_t i = 0; i < defaults->n; i++)
		if (may_count(j, kind, sets, defaults->roles[i]))
			add_role(j, j->fallback[which], sets, defaults->roles[i], at);
}

/* Add what is gained at a moment to j->gain, and what is fallen back on to j->fallback. */
static void gain_at(struct judging *j, char kind, const uint32_t sets[2], int64_t at)
{
	const struct terms *terms = &j->d->terms;
	const struct term *list;
	bool was_assigned;
	uint32_t n;

	clear(j, j->before);
	was_assigned = terms_add_sure(terms, &j->d->joint, JOINT_BEFORE, sets[JOINT_BEFORE], at,
				      j->before);
	list = terms_of(terms, sets[JOINT_AFTER], &n);
	for (uint32_t i = 0; i < n; i++)
		/* The terms of one role stand together. */
		if ((i == 0 || list[i].role != list[i - 1].role) &&
		    is_given(j, kind, sets, list[i].role, at))
			add_role(j, j->gain, sets, list[i].role, at);
	if (!was_assigned || terms_is_assigned(terms, sets[JOINT_AFTER], at))
		return;
	add_fallback(j, kind, sets, JOINT_ANYBODY, at);
	add_fallback(j, kind, sets, JOINT_SYSTEM, at);
}

/*
 * P9: an approval gives the role, whichever assignment brings it and whenever: also one that is to
 * a group, or comes later.
 */
static void add_approved(struct judging *j, const uint32_t sets[2])
{
	const struct term *list;
	uint32_t n;

	list = terms_of(&j->d->terms, sets[JOINT_AFTER], &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct joint_role *role = &j->d->joint.roles[list[i].role];

		if (list[i].is_approval && role->flags[JOINT_AFTER] & FORMAT_ROLE_NEEDS_APPROVAL &&
		    !terms_approve(&j->d->terms, sets[JOINT_BEFORE], list[i].role))
			authority_add_gain(j, j->gain, role, false, NULL);
	}
}

static void clear_gains(struct judging *j)
{
	clear(j, j->gain);
	clear(j, j->fallback[JOINT_ANYBODY]);
	clear(j, j->fallback[JOINT_SYSTEM]);
}

/* ---- A3 ---- */

/* Whether default_roles make an owner of somebody whom an assignment now keeps from them (P3). */
static bool takes_default_owner(const struct judging *j, const uint32_t sets[2], int64_t at)
{
	const struct joint *joint = &j->d->joint;

	if (terms_is_assigned(&j->d->terms, sets[JOINT_BEFORE], at) ||
	    !terms_is_assigned(&j->d->terms, sets[JOINT_AFTER], at))
		return false;
	for (int which = JOINT_ANYBODY; which <= JOINT_SYSTEM; which++) {
		const struct joint_defaults *defaults = &joint->sides[JOINT_BEFORE].defaults[which];

		for (uint32_t i = 0; i < defaults->n; i++)
			if (joint->roles[defaults->roles[i]].flags[JOINT_BEFORE] &
			    FORMAT_ROLE_OWNER)
				return true;
	}
	return false;
}

/*
 * Whether somebody may have a role from elsewhere than by the assignments of one holder, now or
 * later: from a group, a group's member by their own name as well, or by default.
 */
static bool was_given_elsewhere(const struct judging *j, char kind, uint32_t role)
{
	const struct joint_defaults *defaults = j->d->joint.sides[JOINT_BEFORE].defaults;

	if (j->d->groups.gave[role] || (kind == FORMAT_GROUPS && j->d->users.gave[role]))
		return true;
	for (int which = JOINT_ANYBODY; which <= JOINT_SYSTEM; which++)
		for (uint32_t i = 0; i < defaults[which].n; i++)
			if (defaults[which].roles[i] == role)
				return true;
	return false;
}

/*
 * Whether an approval goes without which somebody might be no owner any more: it belongs to the
 * person, so that one of an assignment that is over approves what another one gives (P9).
 */
static bool takes_owner_approval(const struct judging *j, char kind, const uint32_t sets[2])
{
	const struct terms *terms = &j->d->terms;
	const struct term *list;
	uint32_t n;

	list = terms_of(terms, sets[JOINT_BEFORE], &n);
	for (uint32_t i = 0; i < n; i++) {
		unsigned int flags = j->d->joint.roles[list[i].role].flags[JOINT_BEFORE];

		if (list[i].is_approval && flags & FORMAT_ROLE_OWNER &&
		    flags & FORMAT_ROLE_NEEDS_APPROVAL &&
		    !terms_approve(terms, sets[JOINT_AFTER], list[i].role) &&
		    was_given_elsewhere(j, kind, list[i].role))
			return true;
	}
	return false;
}

/* Whether an owner's role that counts at a moment no longer would. */
static bool takes_owner(const struct judging *j, const uint32_t sets[2], int64_t at)
{
	const struct joint *joint = &j->d->joint;
	const struct terms *terms = &j->d->terms;
	const struct term *list;
	uint32_t n;

	list = terms_of(terms, sets[JOINT_BEFORE], &n);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t role = list[i].role;

		if (joint->roles[role].flags[JOINT_BEFORE] & FORMAT_ROLE_OWNER &&
		    terms_has_role(terms, joint, JOINT_BEFORE, sets[JOINT_BEFORE], role, at) &&
		    !terms_has_role(terms, joint, JOINT_AFTER, sets[JOINT_AFTER], role, at))
			return true;
	}
	return takes_default_owner(j, sets, at);
}

/* ---- One class ---- */

static const char *kind_name(char kind)
{
	return kind == FORMAT_USERS ? "user" : "group";
}

struct fallback {
	struct judging *j;
	char kind;
	bool is_lacking[2]; /* which of the defaults give more than the actor holds */
};

/* Whether one member of a class falls back on what the actor lacks. 1 ends the search. */
static int judge_member(const char *name, void *context)
{
	const struct fallback *f = context;
	struct judging *j = f->j;
	bool is_system = false;
	int r;

	r = j->question->is_system(j->question->context, f->kind, name, &is_system);
	if (r < 0)
		return r;
	if (!f->is_lacking[is_system ? JOINT_SYSTEM : JOINT_ANYBODY])
		return 0;
	return authority_lack(j, j->fallback[is_system ? JOINT_SYSTEM : JOINT_ANYBODY], j->held,
			      kind_name(f->kind), name, 0);
}

/* Of a group's members nobody knows: ordinary people are taken to be among them. */
static int judge_fallback(struct judging *j, const struct difference_holders *holders,
			  const struct difference_class *class)
{
	const struct joint *joint = &j->d->joint;
	struct fallback f = { .j = j, .kind = holders->kind };
	const char *kind = kind_name(holders->kind);
	bool is_certain;

	f.is_lacking[JOINT_ANYBODY] = joint_exceeds(joint, j->fallback[JOINT_ANYBODY], j->held);
	f.is_lacking[JOINT_SYSTEM] = joint_exceeds(joint, j->fallback[JOINT_SYSTEM], j->held);
	is_certain = f.is_lacking[JOINT_ANYBODY] &&
		     (f.is_lacking[JOINT_SYSTEM] || holders->kind == FORMAT_GROUPS);
	if (is_certain)
		return authority_lack(j, j->fallback[JOINT_ANYBODY], j->held, kind,
				      class->examples.names[0], class->examples.n_all - 1);
	if (!f.is_lacking[JOINT_ANYBODY] && !f.is_lacking[JOINT_SYSTEM])
		return 0;
	return difference_each(j->d, holders, class, judge_member, &f);
}

static int judge_class(struct judging *j, const struct difference_holders *holders,
		       const struct difference_class *class)
{
	const char *kind = kind_name(holders->kind);
	bool is_owner_taken = takes_owner_approval(j, holders->kind, class->sets);
	int64_t *moments;
	size_t n;
	int r;

	r = difference_moments(j->d, class->sets, &moments, &n);
	if (r < 0)
		return r;
	clear_gains(j);
	for (size_t i = 0; i < n; i++) {
		gain_at(j, holders->kind, class->sets, moments[i]);
		is_owner_taken = is_owner_taken || takes_owner(j, class->sets, moments[i]);
	}
	free(moments);
	add_approved(j, class->sets);
	r = is_owner_taken ? authority_note(&j->owners, "%s %s", kind, class->examples.names[0])
			   : 0;
	if (r == 0)
		r = authority_lack(j, j->gain, j->held, kind, class->examples.names[0],
				   class->examples.n_all - 1);
	if (r >= 0)
		r = judge_fallback(j, holders, class);
	return r < 0 ? r : 0;
}

static int judge_classes(struct judging *j, const struct difference_holders *holders)
{
	int r = 0;

	for (size_t i = 0; i < holders->n && r == 0; i++) {
		const struct difference_class *class = &holders->classes[i];

		if (class->sets[JOINT_BEFORE] != class->sets[JOINT_AFTER])
			r = judge_class(j, holders, class);
	}
	return r;
}

/* ---- The actor himself ---- */

/* Whether the actor does not hold j->gain at a later moment. 1, 0 or an error. */
static int lack_own(struct judging *j, char kind, const char *name, int64_t at)
{
	int r;

	clear(j, j->own);
	r = joint_hold(&j->d->joint, JOINT_BEFORE, j->question->actor, at, j->own, NULL);
	return r < 0 ? r : authority_lack(j, j->gain, j->own, kind_name(kind), name, 0);
}

/*
 * Nobody prolongs his own term: what the actor gains at a later moment he has to hold at that
 * moment too, or an administrator for a month would be one for good.
 */
static int judge_own_at(struct judging *j, char kind, const char *name, const uint32_t sets[2],
			int64_t at)
{
	const struct rolegate_person *actor = j->question->actor;
	bool is_system = decide_is_system(j->d->joint.sides[JOINT_AFTER].policy, actor->uid,
					  actor->facts & ROLEGATE_FACT_LOCAL);

	clear_gains(j);
	gain_at(j, kind, sets, at);
	joint_add(&j->d->joint, j->gain, j->fallback[is_system ? JOINT_SYSTEM : JOINT_ANYBODY]);
	return lack_own(j, kind, name, at);
}

/* The actor by name, or one of their groups. */
struct own {
	char kind;
	const char *name;
	uint32_t sets[2];
};

/* The moments from now on at which anything changes that the actor has, in order, on the heap. */
struct own_moments {
	int64_t *list;
	size_t n;
};

static int by_moment(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int add_moments(struct judging *j, const struct own *own, struct own_moments *moments)
{
	int64_t *list, *more;
	size_t n;
	int r;

	r = difference_moments(j->d, own->sets, &list, &n);
	if (r < 0)
		return r;
	more = reallocarray(moments->list, moments->n + n, sizeof(*more));
	if (more) {
		memcpy(more + moments->n, list, n * sizeof(*more));
		moments->list = more;
		moments->n += n;
	}
	free(list);
	return more ? 0 : -ENOMEM;
}

static int find_own(struct judging *j, char kind, const char *name, struct own *own,
		    struct own_moments *moments)
{
	int r;

	*own = (struct own){ .kind = kind, .name = name };
	r = difference_find(j->d, kind, name, own->sets);
	return r < 0 ? r : add_moments(j, own, moments);
}

/* Whether what is gained at a moment was judged with everybody's, or with the moment before. */
static bool is_judged(const struct judging *j, const struct own_moments *moments, size_t i)
{
	return moments->list[i] <= j->d->now || (i > 0 && moments->list[i] == moments->list[i - 1]);
}

/*
 * One of them, at every moment that matters to any: a term may end that came by name, while what is
 * gained comes through a group. Returns 1 if anything is lacked, 0 or an error.
 */
static int judge_own(struct judging *j, const struct own *own, const struct own_moments *moments)
{
	int r = 0;

	if (own->sets[JOINT_BEFORE] == own->sets[JOINT_AFTER])
		return 0;
	for (size_t i = 0; i < moments->n && r == 0; i++)
		if (!is_judged(j, moments, i))
			r = judge_own_at(j, own->kind, own->name, own->sets, moments->list[i]);
	return r;
}

/*
 * What the actor's roles come to give at a later moment, whichever way they come by them: with
 * everybody's roles it was only judged by what is held now.
 */
static int judge_own_roles_at(struct judging *j, int64_t at)
{
	const struct rolegate_person *actor = j->question->actor;
	const struct joint *joint = &j->d->joint;
	int r = 0;

	for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++) {
		memset(j->own_roles[side], 0, joint->role_names.n * sizeof(bool));
		r = joint_hold_roles(joint, side, actor, at, j->own_roles[side]);
	}
	if (r < 0)
		return r;
	clear(j, j->gain);
	for (size_t i = 0; i < joint->role_names.n; i++)
		if (j->own_roles[JOINT_AFTER][i])
			authority_add_gain(j, j->gain, &joint->roles[i],
					   j->own_roles[JOINT_BEFORE][i], NULL);
	return lack_own(j, FORMAT_USERS, actor->name, at);
}

static int judge_self(struct judging *j)
{
	const struct rolegate_person *actor = j->question->actor;
	size_t n = 1 + actor->n_groups;
	struct own_moments moments = { 0 };
	struct own *own = calloc(n, sizeof(*own));
	int r = own ? find_own(j, FORMAT_USERS, actor->name, &own[0], &moments) : -ENOMEM;
	bool is_lacking = false;

	for (size_t i = 1; i < n && r == 0; i++)
		if (actor->group_names[i - 1])
			r = find_own(j, FORMAT_GROUPS, actor->group_names[i - 1], &own[i],
				     &moments);
	if (r == 0)
		qsort(moments.list, moments.n, sizeof(*moments.list), by_moment);
	for (size_t i = 0; i < n && r >= 0; i++) {
		r = judge_own(j, &own[i], &moments);
		is_lacking = is_lacking || r > 0;
	}
	/* What is lacked is told by the assignment that would give it, where one would. */
	for (size_t i = 0; i < moments.n && r >= 0 && !is_lacking; i++) {
		r = is_judged(j, &moments, i) ? 0 : judge_own_roles_at(j, moments.list[i]);
		is_lacking = r > 0;
	}
	free(moments.list);
	free(own);
	return r < 0 ? r : 0;
}

int authority_judge_holders(struct judging *j)
{
	int r;

	r = judge_classes(j, &j->d->users);
	if (r == 0)
		r = judge_classes(j, &j->d->groups);
	return r == 0 ? judge_self(j) : r;
}
