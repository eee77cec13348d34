/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the system knows of a user: uid and groups.
 */
#ifndef ROLEGATE_ACCOUNT_H
#define ROLEGATE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "rolegate.h"

/*
 * One user.
 * Owner:    account_free().
 *
 * person  for librolegate; points into this structure
 */
struct account {
	struct rolegate_person person;
	char *name;
	char **groups;
	size_t n_groups;
	gid_t gid; /* the primary group; set with ROLEGATE_FACT_UID */
};

/*
 * Look a user up through NSS, by name, as far as `wants` says (bits of enum rolegate_fact).
 *
 * Facts that are known already are not asked for again. A user whom the system does not know gets
 * ROLEGATE_FACT_ABSENT. One whom it calls by another name than was asked for gets that name.
 * Returns 0; -ENOMEM; -EIO the system could not say.
 */
int account_look_up(struct account *account, unsigned int wants);

/* Start with a name (copied) and no facts. 0 or -ENOMEM. */
int account_init(struct account *account, const char *name);

/*
 * Start with the name that belongs to a uid. 0; -ENOENT no user has it; -ENOMEM; -EIO.
 */
int account_init_uid(struct account *account, uid_t uid);

/* Add a group that the user is in. 0 or -ENOMEM. */
int account_add_group(struct account *account, const char *name);

void account_free(struct account *account);

#endif
