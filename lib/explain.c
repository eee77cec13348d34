/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Turns what the evaluator found out into the path that decided. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"

/* An explanation while it grows. `pub` comes first, so that the one pointer serves both. */
struct explanation {
	struct rolegate_explanation pub;
	const struct rolegate_policy *policy;
	struct rolegate_step *steps;
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
	for (size_t i = 0; i < e->pub.n_steps; i++)
		free((char *)e->steps[i].name);
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
	struct rolegate_step *more;
	char *copy;

	if (place.line > 0 && place.file >= e->n_files)
		return -EBADMSG;
	more = reallocarray(e->steps, e->pub.n_steps + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	e->steps = more;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	e->steps[e->pub.n_steps++] = (struct rolegate_step){
		.kind = kind,
		.name = copy,
		.file = place.line > 0 ? e->files[place.file] : NULL,
		.line = place.line,
	};
	e->pub.steps = e->steps;
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

/* The roles from the walk's beginning to where it stands, in that order. */
static int add_roles(struct explanation *e, const struct walk *walk)
{
	uint32_t n = 0, *chain;
	struct role_info info;
	struct record record;
	int r = 0;

	chain = calloc((size_t)walk->at + 1, sizeof(*chain));
	if (!chain)
		return -ENOMEM;
	for (uint32_t at = walk->at;; at = walk->via[at]) {
		chain[n++] = walk->queue[at];
		if (at == 0)
			break;
	}
	while (n > 0 && r == 0) {
		r = policy_load_role_info(e->policy, chain[--n], &record, &info);
		if (r < 0)
			break;
		r = add_step(e, ROLEGATE_STEP_ROLE, info.name, info.place);
		store_record_free(&record);
	}
	free(chain);
	return r;
}

/* From an assignment over its role and that one's bases to a permission. */
static int add_path(struct explanation *e, const struct findings *f, const struct holding *h,
		    uint32_t permission, const struct findings *avoid)
{
	struct walk walk = { 0 };
	int r;

	r = add_step(e, h->source, h->name ? h->name : f->person->name, h->place);
	if (r < 0)
		return r;
	for (r = walk_start(&walk, e->policy, avoid, h->role); r > 0; r = walk_next(&walk)) {
		if (!format_bit(walk.info.own, permission))
			continue;
		r = add_roles(e, &walk);
		if (r == 0)
			r = add_permission(e, permission);
		break;
	}
	walk_free(&walk);
	return r;
}

/* The holding that gives the i-th required permission. */
static const struct holding *granting(const struct findings *f, uint32_t i)
{
	for (size_t k = 0; k < f->n_holdings; k++) {
		const struct holding *h = &f->holdings[k];

		if (h->in_time && h->is_approved && h->unblocked & f->in_force & UINT64_C(1) << i)
			return h;
	}
	return NULL;
}

/* For each required permission that is held, the path to it; where any is enough, the first. */
static int add_grants(struct explanation *e, const struct findings *f)
{
	int r = 0;

	for (uint32_t i = 0; i < f->n_required && r == 0; i++) {
		const struct holding *h = granting(f, i);

		if (!h)
			continue;
		r = add_path(e, f, h, f->required[i].id,
			     h->source == ROLEGATE_STEP_ROOT ? NULL : f);
		if (f->any)
			break;
	}
	return r;
}

/* The rule that blocks roles. */
static int add_conflict(struct explanation *e, const struct findings *f)
{
	struct conflict rule;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(e->policy, FORMAT_CONFLICTS, &record, &c);
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

/* The path that came nearest to a grant. */
static int add_nearest(struct explanation *e, const struct findings *f)
{
	uint64_t lacking = f->nearest ? f->nearest->grants & f->missing : 0;
	int r;

	for (uint32_t i = 0; i < f->n_required; i++) {
		if (!(lacking & UINT64_C(1) << i))
			continue;
		r = add_path(e, f, f->nearest, f->required[i].id, NULL);
		if (r < 0)
			return r;
		break;
	}
	return e->pub.decision.reason == ROLEGATE_CONFLICT && f->n_blocked > 0 ? add_conflict(e, f)
									       : 0;
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
	if (e->pub.decision.verdict == ROLEGATE_ALLOW)
		return add_grants(e, f);
	r = add_nearest(e, f);
	if (r < 0)
		return r;
	return add_missing(e, f, request);
}

int rolegate_explain(const struct rolegate_policy *policy, const struct rolegate_request *request,
		     const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		     struct rolegate_explanation **ret_explanation)
{
	struct rolegate_decision decision;
	struct explanation *e = NULL;
	struct findings findings;
	int r;

	if (!policy)
		return -EINVAL;
	policy = policy_in_force(policy);
	r = decide_evaluate(policy, request, subject, actor, &findings, &decision);
	if (r < 0)
		goto out;
	r = -ENOMEM;
	e = calloc(1, sizeof(*e));
	if (!e)
		goto out;
	e->policy = policy;
	e->pub.decision = decision;
	r = build(e, &findings, request);
out:
	decide_findings_free(&findings);
	if (r == 0)
		*ret_explanation = &e->pub;
	else
		rolegate_explanation_free(e ? &e->pub : NULL);
	return r;
}
