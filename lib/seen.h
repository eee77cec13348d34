/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * In which groups of the operating system a person is seen for a role, as far as the policy alone
 * can say.
 *
 * It cannot say who is in which group without asking NSS, and NSS is who asks here. So what
 * assignments to groups give is left out, and what they could take away (A6) counts as taken:
 * somebody may be seen in fewer groups than their roles would give, and never in more.
 */
#ifndef ROLEGATE_SEEN_H
#define ROLEGATE_SEEN_H

#include "policy.h"

/*
 * Call `each` for the gid of every group that a user is seen in, until it returns something else
 * than 0, which is then returned. A gid may come more than once.
 *
 * name      the login name; root and what was a system account at the apply are in none, nor is
 *           whoever has no assignment of their own
 * at        seconds since 1970-01-01 UTC
 * Returns:  0; what `each` returned; -EBADMSG, -ENOMEM, -EIO.
 * Source:   P1, P3, P9, A6; libnss_rolegate(8).
 */
int seen_each_gid(const struct rolegate_policy *policy, const char *name, int64_t at,
		  int (*each)(void *context, uint32_t gid), void *context);

/*
 * Call `each` for every user who is seen in a group, as far as the policy says `members`; a user
 * may come more than once. As seen_each_gid(); the name lasts for the call.
 */
int seen_each_member(const struct rolegate_policy *policy, uint32_t gid, int64_t at,
		     int (*each)(void *context, const char *name), void *context);

/*
 * Find the group with `members` that has this name or, where name is NULL, this gid.
 *
 * ret_group  what it points at lies in *ret_record: store_record_free() after 1
 * Returns:   1; 0 no such group is listed; -EBADMSG, -ENOMEM, -EIO.
 */
int seen_find_group(const struct rolegate_policy *policy, const char *name, uint32_t gid,
		    struct record *ret_record, struct role_group *ret_group);

#endif
