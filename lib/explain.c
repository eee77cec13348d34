/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns what the evaluator found out into the path that decided. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "sized.h"

/* Roles of a path that an explanation names. */
#define EXPLAIN_WAY_MAX 32u

/* An explanation while it grows. `pub` comes first, so that the one pointer serves both. */
struct explanation {
	struct rolegate_explanation pub;
	struct rolegate_decision decision;
	const struct rolegate_policy *policy;
	struct rolegate_step **steps;
	size_t max_steps;
	char **missing;
	char **files; /* paths of the source files, by number */
	uint32_t n_files;
	size_t n_missing;
};

static void free_strings(char **strings, size_t n)
{
	for (size_t i = 0; i < n && strings; i++)
		free(strings[i]);
	free(strings);
}

void rolegate_explanation_free(struct rolegate_explanation *explanation)
{
	struct explanation *e = (struct explanation *)explanation;

	if (!e)
		return;
	for (size_t i = 0; i < e->pub.n_steps; i++) {
		free((char *)e->steps[i]->name);
		free(e->steps[i]);
	}
	free(e->steps);
	free_strings(e->missing, e->n_missing);
	free_strings(e->files, e->n_files);
	free(e);
}

static int load_files(struct explanation *e)
{
	struct rolegate_source source;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_sources(e->policy, &record, &c, &n);
	if (r < 0)
		return r;
	r = -ENOMEM;
	e->files = calloc((size_t)n + 1, sizeof(*e->files));
	if (!e->files)
		goto out;
	for (; e->n_files < n; e->n_files++) {
		if (!policy_read_source(&c, &source)) {
			r = -EBADMSG;
			goto out;
		}
		e->files[e->n_files] = strdup(source.path);
		if (!e->files[e->n_files])
			goto out;
	}
	r = 0;
out:
	store_record_free(&record);
	return r;
}

static int add_step(struct explanation *e, enum rolegate_step_kind kind, const char *name,
		    struct place place)
{
	struct rolegate_step **more, *step;

	if (place.line > 0 && place.file >= e->n_files)
		return -EBADMSG;
	if (e->pub.n_steps == e->max_steps) {
		size_t max = e->max_steps ? 2 * e->max_steps : 16;

		more = reallocarray(e->steps, max, sizeof(struct rolegate_step *));
		if (!more)
			return -ENOMEM;
		e->steps = more;
		e->max_steps = max;
	}
	step = malloc(sizeof(*step));
	if (!step)
		return -ENOMEM;
	*step = (struct rolegate_step){
		.kind = kind,
		.name = strdup(name),
		.file = place.line > 0 ? e->files[place.file] : NULL,
		.line = place.line,
	};
	if (!step->name) {
		free(step);
		return -ENOMEM;
	}
	e->steps[e->pub.n_steps++] = step;
	e->pub.steps = (const struct rolegate_step *const *)e->steps;
	return 0;
}

/* The service's entry, or other_services in its stead. */
static int add_service(struct explanation *e, const struct findings *f,
		       const struct rolegate_request *request)
{
	if (f->has_service)
		return add_step(e, ROLEGATE_STEP_SERVICE, f->service.name, f->service.place);
	if (f->is_other)
		return add_step(e, ROLEGATE_STEP_OTHER_SERVICES, request->service,
				e->policy->head.other_place);
	return 0;
}

static int add_permission(struct explanation *e, uint32_t id)
{
	struct permission_info info;
	struct record record;
	int r;

	r = policy_load_permission_info(e->policy, id, &record, &info);
	if (r < 0)
		return r;
	r = add_step(e, ROLEGATE_STEP_PERMISSION, info.name, info.place);
	store_record_free(&record);
	return r;
}

static int add_role(struct explanation *e, uint32_t id)
{
	struct role_info info;
	struct record record;
	int r;

	r = policy_load_role_info(e->policy, id, &record, &info);
	if (r < 0)
		return r;
	r = add_step(e, ROLEGATE_STEP_ROLE, info.name, info.place);
	store_record_free(&record);
	return r;
}

/*
 * The roles from where the walk began to a place of its queue, in that order. Of a long way the middle is left out:
 * sixty-four permissions may each be ten thousand roles away (D9).
 */
static int add_roles(struct explanation *e, const struct walk *walk, uint32_t place)
{
	uint32_t chain[EXPLAIN_WAY_MAX], n = walk->depth[place] + 1, at = place;
	int r = 0;

	if (n > EXPLAIN_WAY_MAX)
		n = EXPLAIN_WAY_MAX;
	for (uint32_t i = n; i-- > 1; at = walk->via[at])
		chain[i] = walk->queue[at];
	chain[0] = walk->first[place];
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = add_role(e, chain[i]);
	return r;
}

/* From an assigned role through its bases to a place of the queue. */
static int add_way(struct explanation *e, const struct findings *f, const struct holding *h,
		   const struct walk *walk, uint32_t place)
{
	int r = add_step(e, h->source, h->name ? h->name : f->person->name, h->place);

	return r < 0 ? r : add_roles(e, walk, place);
}

/* Root's own entry (D6), which is the last one, or NULL. */
static const struct holding *find_root(const struct findings *f)
{
	const struct holding *last = f->n_holdings > 0 ? &f->holdings[f->n_holdings - 1] : NULL;

	return last && last->source == ROLEGATE_STEP_ROOT ? last : NULL;
}

/* The active entry of a role, root's or another. */
static const struct holding *find_holding(const struct explanation *e, const struct findings *f,
					  uint32_t role, bool is_root)
{
	const struct holding *h = is_root ? find_root(f) : holdings_of(e->policy, f, role, true);

	return h && decide_is_in_force(h) ? h : NULL;
}

/* Whether it is known already that a role grants nothing of what is required. */
static bool grants_nothing(const struct findings *f, uint32_t role)
{
	return f->noted && f->noted[role].is_loaded && f->noted[role].grants == 0;
}

/*
 * Walk until each of the wanted permissions has been met, and add the way to each: the nearest role that has it itself,
 * from any entry of the account (D9: one walk for all). *wanted keeps those that were not met.
 */
static int add_ways(struct explanation *e, const struct findings *f, struct walk *walk,
		    bool is_root, uint64_t *wanted)
{
	uint32_t places[FORMAT_REQUIRE_MAX] = { 0 };
	uint64_t met = 0;
	int r;

	for (r = walk_next(walk); r > 0 && met != *wanted; r = walk_next(walk)) {
		uint64_t new = grants_nothing(f, walk->queue[walk->at])
				       ? 0
				       : holdings_required_in(f, walk->info.own) & *wanted & ~met;

		met |= new;
		for (; new != 0; new &= new - 1)
			places[__builtin_ctzll(new)] = walk->at;
	}
	for (uint32_t i = 0; i < f->n_required && r >= 0; i++) {
		const struct holding *h;

		if (!(met & UINT64_C(1) << i))
			continue;
		h = find_holding(e, f, walk->first[places[i]], is_root);
		r = h ? add_way(e, f, h, walk, places[i]) : -EBADMSG;
		if (r == 0)
			r = add_permission(e, f->required[i].id);
	}
	*wanted &= ~met;
	return r < 0 ? r : 0;
}

/* For each required permission that the account has, the path to it; where any is enough, the first. */
static int add_grants(struct explanation *e, const struct findings *f)
{
	uint64_t wanted = f->any ? f->have & -f->have : f->have;
	struct walk walk;
	int r;

	r = walk_start_held(&walk, e->policy, f, 0);
	if (r == 0)
		r = add_ways(e, f, &walk, false, &wanted);
	walk_free(&walk);
	if (r < 0 || wanted == 0)
		return r;
	r = walk_start(&walk, e->policy, NULL);
	if (r == 0) {
		walk_add(&walk, e->policy->head.owner_role);
		r = add_ways(e, f, &walk, true, &wanted);
	}
	walk_free(&walk);
	return r;
}

/* The path to the owner role, of an owner that a service without entry lets pass (P7). */
static int add_owner(struct explanation *e, const struct findings *f)
{
	const struct holding *h;
	struct walk walk;
	int r;

	r = walk_start_held(&walk, e->policy, f,
			    1u << ROLEGATE_STEP_USER | 1u << ROLEGATE_STEP_GROUP);
	if (r == 0)
		r = walk_next(&walk);
	while (r > 0 && walk.queue[walk.at] != e->policy->head.owner_role)
		r = walk_next(&walk);
	if (r > 0) {
		h = find_holding(e, f, walk.first[walk.at], false);
		r = h ? add_way(e, f, h, &walk, walk.at) : -EBADMSG;
	}
	walk_free(&walk);
	return r;
}

/* The rule that blocks roles. */
static int add_conflict(struct explanation *e, const struct findings *f)
{
	const unsigned char *members;
	struct conflict rule;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_conflicts(e->policy, &record, &members, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i <= f->violated && r == 0; i++)
		if (!policy_read_conflict(e->policy, &c, &rule))
			r = -EBADMSG;
	if (r == 0)
		r = add_step(e, ROLEGATE_STEP_CONFLICT, rule.name, rule.place);
	store_record_free(&record);
	return r;
}

/* From an assigned role to a permission that it grants, whether or not a conflict takes it. */
static int add_path(struct explanation *e, const struct findings *f, const struct holding *h,
		    uint32_t permission)
{
	struct walk walk;
	int r;

	r = walk_start(&walk, e->policy, NULL);
	if (r == 0) {
		walk_add(&walk, h->role);
		r = walk_next(&walk);
	}
	while (r > 0 && !format_bit(walk.info.own, permission))
		r = walk_next(&walk);
	if (r > 0)
		r = add_way(e, f, h, &walk, walk.at);
	else if (r == 0)
		r = add_step(e, h->source, h->name ? h->name : f->person->name, h->place);
	if (r == 0 && walk.at < walk.n_queue)
		r = add_permission(e, permission);
	walk_free(&walk);
	return r;
}

/* The path that came nearest to a grant. */
static int add_nearest(struct explanation *e, const struct findings *f)
{
	uint64_t lacking = f->nearest ? f->nearest->grants & f->missing : 0;
	int r;

	for (uint32_t i = 0; i < f->n_required; i++) {
		if (!(lacking & UINT64_C(1) << i))
			continue;
		r = add_path(e, f, f->nearest, f->required[i].id);
		if (r < 0)
			return r;
		break;
	}
	return e->decision.reason == ROLEGATE_CONFLICT && f->n_blocked > 0 ? add_conflict(e, f) : 0;
}

static int add_missing_name(struct explanation *e, const char *name)
{
	e->missing[e->n_missing] = strdup(name);
	if (!e->missing[e->n_missing])
		return -ENOMEM;
	e->pub.n_missing = ++e->n_missing;
	return 0;
}

static int add_missing(struct explanation *e, const struct findings *f,
		       const struct rolegate_request *request)
{
	struct permission_info info;
	struct record record;
	int r = 0;

	e->missing = calloc((size_t)f->n_required + 1, sizeof(*e->missing));
	if (!e->missing)
		return -ENOMEM;
	e->pub.missing = (const char *const *)e->missing;
	e->pub.any_suffices = f->any;
	if (f->is_permission_unknown)
		return add_missing_name(e, request->permission);
	for (uint32_t i = 0; i < f->n_required && r == 0; i++) {
		if (f->person && !(f->missing & UINT64_C(1) << i))
			continue;
		r = policy_load_permission_info(e->policy, f->required[i].id, &record, &info);
		if (r < 0)
			return r;
		r = add_missing_name(e, info.name);
		store_record_free(&record);
	}
	return r;
}

static int build(struct explanation *e, const struct findings *f,
		 const struct rolegate_request *request)
{
	int r;

	r = load_files(e);
	if (r < 0)
		return r;
	r = add_service(e, f, request);
	if (r < 0)
		return r;
	if (f->is_suspended)
		return add_step(e, ROLEGATE_STEP_SUSPENDED, f->person->name, f->suspended_place);
	if (e->decision.verdict == ROLEGATE_ALLOW)
		return f->passes_as_owner ? add_owner(e, f) : add_grants(e, f);
	r = add_nearest(e, f);
	if (r < 0)
		return r;
	return add_missing(e, f, request);
}

int explain_evaluated(const struct rolegate_policy *policy, const struct rolegate_request *request,
		      const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		      struct rolegate_explanation **ret_explanation)
{
	struct rolegate_decision decision;
	struct explanation *e = NULL;
	struct findings findings;
	int r;

	r = decide_evaluate(policy, request, subject, actor, &findings, &decision);
	if (r < 0)
		goto out;
	r = -ENOMEM;
	e = calloc(1, sizeof(*e));
	if (!e)
		goto out;
	e->policy = policy;
	e->decision = decision;
	e->pub.decision = &e->decision;
	r = build(e, &findings, request);
out:
	decide_findings_free(&findings);
	if (r == 0)
		*ret_explanation = &e->pub;
	else
		rolegate_explanation_free(e ? &e->pub : NULL);
	return r;
}

int rolegate_explain(const struct rolegate_policy *policy, const struct rolegate_request *request,
		     const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		     struct rolegate_explanation **ret_explanation)
{
	struct rolegate_subject own_subject;
	struct rolegate_request own_request;
	struct rolegate_actor own_actor;
	int r = -EINVAL;

	if (policy && request && subject)
		r = sized_read_request(&own_request, request);
	if (r == 0)
		r = sized_read_person(&own_subject.person, &subject->person);
	if (r == 0 && actor)
		r = sized_read_person(&own_actor.person, &actor->person);
	return r < 0 ? r
		     : explain_evaluated(policy_in_force(policy), &own_request, &own_subject,
					 actor ? &own_actor : NULL, ret_explanation);
}
