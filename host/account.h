/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the system knows of a user: uid and groups.
 */
#ifndef ROLEGATE_ACCOUNT_H
#define ROLEGATE_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "name_sources.h"
#include "rolegate.h"

/*
 * One account.
 * Owner:    account_free().
 *
 * person     for librolegate; points into this structure
 * name       the canonical name; until the system was asked, the name as it was typed
 * gid        the primary group; set with ROLEGATE_FACT_UID
 * other_uid  with ROLEGATE_FACT_AMBIGUOUS: the uid of the canonical name; the typed name has another one
 * silent     the name source that did not answer, "" if none; and what it was asked for, a literal
 */
struct account {
	struct rolegate_person person;
	char *name;
	gid_t *gids;
	char **group_names; /* NULL where not asked for, or not answered */
	size_t n_groups;
	gid_t gid;
	uid_t other_uid;
	char silent[NAME_SOURCE_SIZE];
	const char *asked;
};

/*
 * Look an account up through NSS, by name, as far as `wants` says (bits of enum rolegate_fact).
 *
 * Facts that are known already are not asked for again. Where the system calls the account by another name than was
 * asked for, that name is looked up too: it becomes account->name if it has the same uid, else the account is
 * ROLEGATE_FACT_AMBIGUOUS (P12). A name that every source denies is ROLEGATE_FACT_ABSENT.
 *
 * policy    says which groups' names matter, and which name sources count; NULL: all
 * Returns:  0; -ENOMEM; -EIO the system could not say (account->silent).
 * Source:   P3, P12.
 */
int account_look_up(struct account *account, unsigned int wants,
		    const struct rolegate_policy *policy);

/* Start with a name (copied) and no facts. 0 or -ENOMEM. */
int account_init(struct account *account, const char *name);

/*
 * Start with the account of a uid, by the round trip of P12: its name has to have that uid again. 0; -ENOENT no user
 * has it; -ENOMEM; -EIO.
 */
int account_init_uid(struct account *account, uid_t uid);

/*
 * The round trip of P12 for a program like sudo, which finds its user by the real uid of the process: where that is
 * another uid than the account's, and has the account's name, the account is ROLEGATE_FACT_AMBIGUOUS. 0; -ENOMEM; -EIO.
 */
int account_check_process(struct account *account, uid_t uid);

/* Add a group that the account is in; name may be NULL. 0 or -ENOMEM. */
int account_add_group(struct account *account, gid_t gid, const char *name);

void account_free(struct account *account);

#endif
