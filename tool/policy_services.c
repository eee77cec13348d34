/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy_services.h"

#include <errno.h>

#include "decide.h"
#include "people.h"

/* Ask for nobody in particular: only the service matters. Owner: decide_findings_free(), always. */
static int ask(const struct rolegate_policy *policy, const struct rolegate_request *request,
	       struct findings *found, bool *ret_is_open)
{
	const struct rolegate_subject subject = {
		.person = { .name = "?",
			    .uid = PEOPLE_ORDINARY_UID,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS |
				     DECIDE_FACT_SUPPOSED },
	};
	const struct rolegate_actor actor = { .person = subject.person };
	struct rolegate_decision decision;
	int r;

	r = decide_evaluate(policy, request, &subject, &actor, found, &decision);
	*ret_is_open = decision.verdict == ROLEGATE_ALLOW &&
		       decision.reason == ROLEGATE_OPEN_SERVICE;
	return r;
}

int policy_services_find(const struct rolegate_policy *policy, const char *name, int64_t at,
			 struct policy_service *ret)
{
	const struct rolegate_request request = { .service = name, .at = at };
	struct findings found;
	bool is_open;
	int r;

	r = ask(policy, &request, &found, &is_open);
	if (r == 0)
		*ret = (struct policy_service){ found.has_service, is_open };
	decide_findings_free(&found);
	return r;
}

/* ---- One question beside another ---- */

/* Who passes. */
struct demand {
	bool is_open, is_closed, has_entry, is_permissive, is_about_actor, any;
	uint32_t ids[FORMAT_REQUIRE_MAX], n;
	enum format_tier tier; /* that whoever passes has; NONE: nobody can tell */
};

/* The tier of all that is required, or of the least of it. */
static int find_tier(const struct rolegate_policy *policy, struct demand *d)
{
	for (uint32_t i = 0; i < d->n; i++) {
		struct permission_info info;
		struct record record;
		int r = policy_load_permission_info(policy, d->ids[i], &record, &info);

		if (r < 0)
			return r;
		if (i == 0 || (d->any ? info.tier < d->tier : info.tier > d->tier))
			d->tier = info.tier;
		store_record_free(&record);
	}
	return 0;
}

/* D5: as the decision has it. */
static bool is_permissive(const struct rolegate_policy *policy, const struct findings *found)
{
	unsigned int flags = found->has_service ? found->service.flags : 0;

	if (flags & (FORMAT_SERVICE_PERMISSIVE | FORMAT_SERVICE_ENFORCING))
		return flags & FORMAT_SERVICE_PERMISSIVE;
	return policy->head.flags & FORMAT_HEAD_PERMISSIVE;
}

static int find_demand(const struct rolegate_policy *policy, const struct rolegate_request *request,
		       struct demand *ret)
{
	struct findings found;
	int r;

	*ret = (struct demand){ 0 };
	r = ask(policy, request, &found, &ret->is_open);
	if (r == 0) {
		ret->has_entry = found.has_service;
		ret->is_permissive = is_permissive(policy, &found);
		ret->is_about_actor = found.has_service &&
				      found.service.flags & FORMAT_SERVICE_ACTOR;
		ret->any = found.any;
		ret->n = found.is_permission_unknown ? 0 : found.n_required;
		ret->is_closed = ret->n == 0 && !ret->is_open;
		for (uint32_t i = 0; i < ret->n; i++)
			ret->ids[i] = found.required[i].id;
		r = find_tier(policy, ret);
	}
	decide_findings_free(&found);
	return r;
}

static bool has_id(const uint32_t *ids, uint32_t n, uint32_t id)
{
	for (uint32_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* Whether whoever holds these permissions has what is required. */
static bool satisfies(const uint32_t *ids, uint32_t n, const struct demand *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (has_id(ids, n, d->ids[i]) == d->any)
			return d->any;
	return !d->any;
}

/* Whether all who pass the one pass the other, too. */
static bool implies(const struct demand *one, const struct demand *other)
{
	if (one->is_closed || other->is_open)
		return true;
	if (one->is_open || other->is_closed || one->is_about_actor != other->is_about_actor)
		return false;
	if (!one->any)
		return satisfies(one->ids, one->n, other);
	for (uint32_t i = 0; i < one->n; i++)
		if (!satisfies(&one->ids[i], 1, other))
			return false;
	return true;
}

static enum policy_question_order compare(const struct demand *asked, const struct demand *own)
{
	bool is_loose = asked->is_open || (asked->is_permissive && !own->is_permissive);

	if (asked->is_closed && !asked->has_entry && !is_loose)
		return POLICY_QUESTION_NOBODY;
	if (own->is_open)
		return POLICY_QUESTION_STRICTER;
	if (is_loose)
		return POLICY_QUESTION_LAXER;
	if (!own->has_entry || implies(asked, own))
		return POLICY_QUESTION_STRICTER;
	/* Whom su is about is who calls; about anybody else's uid 0 such an entry would say yes. */
	if (implies(own, asked) || asked->is_about_actor != own->is_about_actor)
		return POLICY_QUESTION_LAXER;
	if (asked->tier == FORMAT_TIER_NONE || own->tier == FORMAT_TIER_NONE ||
	    asked->tier == own->tier)
		return POLICY_QUESTION_OTHER;
	return asked->tier > own->tier ? POLICY_QUESTION_STRICTER : POLICY_QUESTION_LAXER;
}

int policy_services_compare(const struct rolegate_policy *policy,
			    const struct rolegate_request *asked,
			    const struct rolegate_request *own, enum policy_question_order *ret)
{
	struct demand a, b;
	int r;

	r = find_demand(policy, asked, &a);
	if (r == 0)
		r = find_demand(policy, own, &b);
	if (r == 0)
		*ret = compare(&a, &b);
	return r;
}

int policy_services_is_permissive(const struct rolegate_policy *policy, const char *name,
				  int64_t at, bool *ret)
{
	const struct rolegate_request request = { .service = name, .at = at };
	struct demand d;
	int r;

	r = find_demand(policy, &request, &d);
	if (r == 0)
		*ret = d.is_permissive;
	return r;
}

/* ---- All of them ---- */

int policy_services_each(const struct rolegate_policy *policy,
			 int (*each)(const struct service *service, void *context), void *context)
{
	uint32_t n = policy_buckets(policy, FORMAT_SERVICES);
	struct cursor bucket, body;
	struct service service;
	struct record record;
	const char *name;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++) {
		r = store_find(&policy->store, FORMAT_SERVICES, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body)) {
			if (!policy_read_service(policy, &body, &service))
				r = -EBADMSG;
			else
				r = each(&service, context);
		}
		store_record_free(&record);
	}
	return r;
}

int policy_services_each_entry(const struct rolegate_policy *policy,
			       int (*each)(const struct service *service, void *context),
			       void *context)
{
	struct service service;
	struct record record;
	struct cursor c;
	int r;

	r = policy_services_each(policy, each, context);
	if (r != 0 || policy->head.n_prefixes == 0)
		return r;
	r = policy_load_list(policy, FORMAT_PREFIXES, &record, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_prefixes && r == 0; i++) {
		if (!policy_read_service(policy, &c, &service))
			r = -EBADMSG;
		else
			r = each(&service, context);
	}
	store_record_free(&record);
	return r;
}
