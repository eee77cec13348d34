/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"

static int add_name(struct access_services *services, const char *name)
{
	const char **list = array_grow(services->list, services->n, &services->max, sizeof(*list));

	if (!list)
		return -ENOMEM;
	services->list = list;
	list[services->n++] = name;
	return 0;
}

static int add_prefixes(struct access_services *services, const struct rolegate_policy *policy)
{
	struct service service;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_PREFIXES, &record, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_prefixes && r == 0; i++)
		r = policy_read_service(policy, &c, &service) ? add_name(services, service.name)
							      : -EBADMSG;
	store_record_free(&record);
	return r;
}

static int add_all(struct access_services *services, const struct rolegate_policy *policy)
{
	struct cursor bucket, body;
	struct record record;
	const char *name;
	int r = 0;

	for (uint32_t i = 0; i < policy_buckets(policy, FORMAT_SERVICES) && r == 0; i++) {
		r = store_find(&policy->store, FORMAT_SERVICES, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body))
			r = add_name(services, name);
		store_record_free(&record);
	}
	return r < 0 ? r : add_prefixes(services, policy);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int access_open(const struct joint *joint, struct access_services *ret)
{
	size_t n = 0;
	int r = 0;

	*ret = (struct access_services){ 0 };
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER && r == 0; side++)
		if (joint->sides[side].policy)
			r = add_all(ret, joint->sides[side].policy);
	if (r < 0 || ret->n == 0)
		return r;
	qsort(ret->list, ret->n, sizeof(*ret->list), by_name);
	for (size_t i = 0; i < ret->n; i++)
		if (i == 0 || strcmp(ret->list[n - 1], ret->list[i]) != 0)
			ret->list[n++] = ret->list[i];
	ret->n = n;
	return 0;
}

void access_close(struct access_services *services)
{
	free(services->list);
	*services = (struct access_services){ 0 };
}

/* Whether one policy lets somebody in; none lets nobody in. */
static int lets_in(const struct rolegate_policy *policy, const struct rolegate_request *request,
		   const struct rolegate_person *person, bool *ret)
{
	struct rolegate_subject subject = { .person = *person };
	struct rolegate_actor actor = { .person = *person };
	struct rolegate_decision decision;
	int r;

	*ret = false;
	if (!policy)
		return 0;
	r = decide_only(policy, request, &subject, &actor, &decision);
	*ret = r == 0 && decision.verdict == ROLEGATE_ALLOW;
	return r;
}

int access_ask(const struct difference *difference, const char *service,
	       const struct rolegate_person *person, enum access_change *ret)
{
	struct rolegate_request request = { .at = difference->now };
	char probe[FORMAT_NAME_MAX + 2];
	bool was, is;
	char *star;
	int r;

	/* For a pattern, a name that no entry can have exactly: none has a control character. */
	snprintf(probe, sizeof(probe), "%s", service);
	star = strchr(probe, '*');
	if (star)
		*star = '\001';
	request.service = probe;
	r = lets_in(difference->joint.sides[JOINT_BEFORE].policy, &request, person, &was);
	if (r == 0)
		r = lets_in(difference->joint.sides[JOINT_AFTER].policy, &request, person, &is);
	if (r == 0)
		*ret = was == is ? ACCESS_SAME : was ? ACCESS_CLOSED : ACCESS_OPENED;
	return r;
}
