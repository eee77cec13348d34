/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "services.h"

#include <errno.h>
#include <string.h>

/* Whether all that one entry requires is required by the other. */
static bool is_among(const struct joint *joint, const struct service *a, enum joint_side side,
		     const struct service *b)
{
	const uint32_t *bits_a = joint->sides[side].bits, *bits_b = joint->sides[!side].bits;

	for (uint32_t i = 0; i < a->n_required; i++) {
		uint32_t k = 0;

		while (k < b->n_required && bits_b[b->required[k].id] != bits_a[a->required[i].id])
			k++;
		if (k == b->n_required)
			return false;
	}
	return true;
}

bool services_require_same(const struct joint *joint, const struct service *before,
			   const struct service *after)
{
	return before->require == after->require &&
	       !((before->flags ^ after->flags) &
		 (FORMAT_SERVICE_ACTOR | FORMAT_SERVICE_ANY_ACCOUNT)) &&
	       is_among(joint, before, JOINT_BEFORE, after) &&
	       is_among(joint, after, JOINT_AFTER, before);
}

/* Find an entry of exactly that name among the prefixes. 1 and *ret, 0 or an error. */
static int find_prefix(const struct rolegate_policy *policy, const char *name, struct service *ret)
{
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_PREFIXES, &record, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_prefixes && r == 0; i++) {
		if (!policy_read_service(policy, &c, ret))
			r = -EBADMSG;
		else
			r = strcmp(ret->name, name) == 0;
	}
	store_record_free(&record);
	return r;
}

static int find_entry(const struct rolegate_policy *policy, const char *name, struct service *ret)
{
	struct record record;
	struct cursor body;
	int r;

	if (!policy)
		return 0;
	if (strchr(name, '*'))
		return find_prefix(policy, name, ret);
	r = policy_find_name(policy, FORMAT_SERVICES, name, &record, &body);
	if (r > 0)
		r = policy_read_service(policy, &body, ret) ? 1 : -EBADMSG;
	store_record_free(&record);
	return r;
}

struct comparing {
	const struct joint *joint;
	services_each each;
	void *context;
};

/* Compare one entry of one side; what both have is told with the policy after. */
static int compare(const struct comparing *c, enum joint_side side, const struct service *own)
{
	struct service other = { 0 };
	int r;

	r = find_entry(c->joint->sides[!side].policy, own->name, &other);
	if (r < 0)
		return r;
	if (side == JOINT_BEFORE)
		return r > 0 ? 0 : c->each(own, NULL, c->context);
	if (r > 0 && services_require_same(c->joint, &other, own) &&
	    services_mode(&other) == services_mode(own))
		return 0;
	return c->each(r > 0 ? &other : NULL, own, c->context);
}

static int compare_prefixes(const struct comparing *c, enum joint_side side)
{
	const struct rolegate_policy *policy = c->joint->sides[side].policy;
	struct service service;
	struct record record;
	struct cursor list;
	int r;

	r = policy_load_list(policy, FORMAT_PREFIXES, &record, &list);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_prefixes && r == 0; i++)
		r = policy_read_service(policy, &list, &service) ? compare(c, side, &service)
								 : -EBADMSG;
	store_record_free(&record);
	return r;
}

static int compare_bucket(const struct comparing *c, enum joint_side side, uint32_t i)
{
	const struct rolegate_policy *policy = c->joint->sides[side].policy;
	struct cursor bucket, body;
	struct service service;
	struct record record;
	const char *name;
	int r;

	r = store_find(&policy->store, FORMAT_SERVICES, i, &record);
	if (r < 0)
		return r;
	bucket = cursor_over(&record);
	while (r == 0 && policy_next_entry(&bucket, &name, &body))
		r = policy_read_service(policy, &body, &service) ? compare(c, side, &service)
								 : -EBADMSG;
	if (r == 0 && !cursor_is_done(&bucket))
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

int services_compare(const struct joint *joint, services_each each, void *context)
{
	struct comparing c = { .joint = joint, .each = each, .context = context };
	int r = 0;

	for (enum joint_side side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++) {
		const struct rolegate_policy *policy = joint->sides[side].policy;

		if (!policy)
			continue;
		for (uint32_t i = 0; i < policy_buckets(policy, FORMAT_SERVICES) && r == 0; i++)
			r = compare_bucket(&c, side, i);
		if (r == 0)
			r = compare_prefixes(&c, side);
	}
	return r;
}
