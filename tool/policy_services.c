/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy_services.h"

#include <errno.h>

#include "decide.h"
#include "people.h"

int policy_services_find(const struct rolegate_policy *policy, const char *name, int64_t at,
			 struct policy_service *ret)
{
	const struct rolegate_request request = { .service = name, .at = at };
	/* Nobody in particular: only the service matters. */
	const struct rolegate_subject subject = {
		.person = { .name = "?",
			    .uid = PEOPLE_ORDINARY_UID,
			    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS },
	};
	const struct rolegate_actor actor = { .person = subject.person };
	struct rolegate_decision decision;
	struct findings found;
	int r;

	r = decide_evaluate(policy, &request, &subject, &actor, &found, &decision);
	if (r == 0) {
		ret->has_entry = found.has_service;
		ret->is_open = decision.verdict == ROLEGATE_ALLOW &&
			       decision.reason == ROLEGATE_OPEN_SERVICE;
	}
	decide_findings_free(&found);
	return r;
}

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
