/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The groups of a user. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "seen.h"

/* Room in a list that had none. */
#define GROUPS_FIRST 16

/* A list of groups that grows. */
struct joining {
	gid_t group;
	long *start, *size;
	gid_t **groups;
	long limit;
	bool is_member;
};

/* Make room for one more: 0; 1 there may be no more; -ENOMEM. */
static int grow(struct joining *j)
{
	long size = *j->size > 0 ? *j->size : GROUPS_FIRST / 2;
	gid_t *more;

	if (j->limit > 0 && *j->size >= j->limit)
		return 1;
	if (size > LONG_MAX / 2)
		return -ENOMEM;
	size *= 2;
	if (j->limit > 0 && size > j->limit)
		size = j->limit;
	more = reallocarray(*j->groups, (size_t)size, sizeof(*more));
	if (!more)
		return -ENOMEM;
	*j->groups = more;
	*j->size = size;
	return 0;
}

static int join(void *context, uint32_t gid)
{
	struct joining *j = context;
	int r;

	j->is_member = true;
	if (gid == j->group)
		return 0;
	for (long i = 0; i < *j->start; i++)
		if ((*j->groups)[i] == gid)
			return 0;
	r = *j->start >= *j->size ? grow(j) : 0;
	if (r == 0)
		(*j->groups)[(*j->start)++] = gid;
	return r;
}

enum nss_status _nss_rolegate_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
					     gid_t **groupsp, long limit, int *errnop)
{
	struct joining joining = {
		.group = group,
		.start = start,
		.size = size,
		.groups = groupsp,
		.limit = limit,
	};
	struct rolegate_policy *policy = NULL;
	long n_before = *start;
	int64_t now;
	int r;

	/* Root, who has to mend things, is not even to wait for a file. */
	if (!strcmp(user, "root"))
		return entry_fail(-ENOENT, errnop);
	r = entry_open(&policy, &now);
	if (r == 0)
		r = seen_each_gid(policy, user, now, join, &joining);
	rolegate_policy_close(policy);
	if (r < 0) {
		/* Half of them could be what somebody is who lost the other half by damage. */
		*start = n_before;
		return entry_fail(r, errnop);
	}
	return joining.is_member ? NSS_STATUS_SUCCESS : entry_fail(-ENOENT, errnop);
}
