/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The person who runs a command that changes something (A5).
 */
#ifndef ROLEGATE_AUTHOR_H
#define ROLEGATE_AUTHOR_H

#include "account.h"
#include "actor.h"
#include "tool.h"

/* Owner: author_free(). */
struct author {
	struct account
		account; /* with uid and groups; below a root, as that root's files have them */
	enum actor_source source;
	uid_t uid;     /* 0 also for an unknown actor with uid 0, who is root (A5) */
	bool is_known; /* below a root: to its passwd; else A1-A3 and A7 cannot be judged there */
};

/* Find out who it is. EXIT_DONE, else the exit status after saying why. */
int author_find(struct tool *tool, struct author *ret);
void author_free(struct author *author);

/*
 * The same person as this host knows them, with uid and groups. 0; -ENOENT it does not; -ENOMEM; -EIO.
 * Owner: account_free() on success.
 */
int author_find_here(const struct author *author, struct account *ret);

/*
 * Whether the author may change anything at all: holds the permission to manage roles (A1), is an
 * owner, or is root where there is no policy to judge by (A5). Where there was one, which somebody
 * took away, that has to be the root who logged in: sudo may lend his uid to anybody.
 *
 * With --root, root's hands are lent only to root and to owners of this host, or a narrow sudo rule
 * for rolegate would be a way round; what a change may do there is judged by that root's policy. Who
 * is an owner of this host is asked of this host: that root's files may be the author's own.
 *
 * Returns EXIT_DONE, else the exit status after saying why.
 */
int author_check(struct tool *tool, const struct author *author);

/*
 * The same where the policy in force cannot be read, with an error of the library: it takes root, who
 * logged in as such (A5, D7).
 */
int author_check_root(struct tool *tool, const struct author *author, int error);

/* Whether a person is an owner (P6), or root by break-glass (D6). 0 or an error of the library. */
int author_is_owner(const struct rolegate_policy *policy, const struct rolegate_person *person,
		    int64_t at, bool *ret_is_owner);

#endif
