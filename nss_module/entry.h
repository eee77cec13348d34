/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the C library calls, and what these calls share.
 *
 * A module runs inside every program that asks for a name, some of which are setuid, have a small
 * stack, hold locks, or are about to fork. So it opens one file and reads it, and asks nobody,
 * keeps nothing, logs nothing and looks at no environment.
 */
#ifndef ROLEGATE_ENTRY_H
#define ROLEGATE_ENTRY_H

#include <grp.h>
#include <nss.h>
#include <stdint.h>
#include <sys/types.h>

#include "rolegate.h"

#define ENTRY_API __attribute__((visibility("default")))

/*
 * Add the groups that a user is seen in for their roles.
 *
 * group     the primary group, which is not repeated
 * start     how many entries *groupsp has, size for how many there is room; both are updated
 * groupsp   on the heap; may be moved
 * limit     the most entries that are wanted, if above 0; what is beyond is left out
 * errnop    set unless the answer is NSS_STATUS_SUCCESS
 *
 * Returns:  SUCCESS; NOTFOUND in none; TRYAGAIN no memory; UNAVAIL there is no usable policy.
 * Threads:  no shared state.
 */
ENTRY_API enum nss_status _nss_rolegate_initgroups_dyn(const char *user, gid_t group, long *start,
						       long *size, gid_t **groupsp, long limit,
						       int *errnop);

/*
 * Find a group of which the policy lets the holders of a role be listed, and list them.
 *
 * result    written on success only; all that it points at lies in the buffer
 *
 * Returns:  SUCCESS; NOTFOUND the policy lists no such group, which may well exist; TRYAGAIN with
 *           ERANGE the buffer is too small, or no memory; UNAVAIL there is no usable policy.
 * Threads:  no shared state.
 */
ENTRY_API enum nss_status _nss_rolegate_getgrnam_r(const char *name, struct group *result,
						   char *buffer, size_t buflen, int *errnop);
ENTRY_API enum nss_status _nss_rolegate_getgrgid_r(gid_t gid, struct group *result, char *buffer,
						   size_t buflen, int *errnop);

/* Open the policy in force, and read the clock. As rolegate_policy_open(). */
int entry_open(struct rolegate_policy **ret_policy, int64_t *ret_now);

/* What a negative errno value comes to, and *errnop. */
enum nss_status entry_fail(int error, int *errnop);

#endif
