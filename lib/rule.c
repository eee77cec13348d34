/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a request requires: the service's rule, or a permission by name (D2). */
#include <errno.h>
#include <string.h>

#include "decide.h"

/* Find the longest prefix that fits. 1, 0 or an error. */
static int find_prefix(const struct rolegate_policy *policy, const char *name, struct findings *f)
{
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_PREFIXES, &f->service_record, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_prefixes; i++) {
		size_t n;

		if (!policy_read_service(policy, &c, &f->service))
			return -EBADMSG;
		n = strlen(f->service.name);
		if (n > 0 && strncmp(f->service.name, name, n - 1) == 0)
			return 1;
	}
	return 0;
}

/* Find the service's entry: the exact name first, then the longest prefix. 1, 0 or an error. */
static int find_service(const struct rolegate_policy *policy, const char *service,
			struct findings *f)
{
	char name[FORMAT_NAME_MAX + 1];
	struct cursor c;
	int r = 0;

	if (format_lower_case(name, service))
		r = policy_find_name(policy, FORMAT_SERVICES, name, &f->service_record, &c);
	if (r < 0)
		return r;
	if (r > 0)
		return policy_read_service(policy, &c, &f->service) ? 1 : -EBADMSG;
	if (policy->head.n_prefixes == 0)
		return 0;
	store_record_free(&f->service_record);
	return find_prefix(policy, name, f);
}

/*
 * A permission that was asked for by name is the only one required; the service's entry does not
 * matter.
 */
static int require_by_name(const struct rolegate_policy *policy, const char *name,
			   struct findings *f)
{
	STORE_UNCLEARED struct record record;
	struct cursor c;
	int r;

	f->n_required = 1;
	f->required = &f->single;
	r = policy_find_name(policy, FORMAT_PERMISSIONS, name, &record, &c);
	if (r == 0)
		f->is_permission_unknown = true;
	else if (r > 0 && !policy_read_permission(policy, &c, &f->single))
		r = -EBADMSG;
	store_record_free(&record);
	return r < 0 ? r : 0;
}

int rule_find(const struct rolegate_policy *policy, const struct rolegate_request *request,
	      struct findings *f)
{
	int r;

	if (request->service) {
		r = find_service(policy, request->service, f);
		if (r < 0)
			return r;
		f->has_service = r > 0;
	}
	if (request->permission)
		return require_by_name(policy, request->permission, f);
	if (f->has_service) {
		f->n_required = f->service.n_required;
		f->required = f->service.required;
		f->any = f->service.require == FORMAT_REQUIRE_ANY;
		return 0;
	}
	f->is_other = true;
	if (policy->head.other == FORMAT_OTHER_PERMISSION) {
		f->single = policy->head.other_permission;
		f->n_required = 1;
		f->required = &f->single;
	}
	return 0;
}
