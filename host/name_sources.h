/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks the sources of nsswitch.conf one by one, each by its own module.
 *
 * getgrouplist(3) and getgrnam_r(3) leave out a source that does not answer, and do not say so. What a source itself
 * answers to its own function tells the two apart: not found is an answer, unavailable is none (P3).
 */
#ifndef ROLEGATE_NAME_SOURCES_H
#define ROLEGATE_NAME_SOURCES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "rolegate.h"

/* Bytes of a source's name; longer ones are no source. */
#define NAME_SOURCE_SIZE 32

/*
 * Whose answers are needed. files always counts; another source only if it has ever answered (P3).
 *
 * policy       says which sources count; NULL: all of nsswitch.conf, or
 * counted      those that count, n_counted of them; NULL: as `policy` says
 * local_only   directories are not asked: only files, compat, db and systemd
 * ret_silent   the first source that counts and did not answer; "" if there is none
 */
struct name_sources {
	const struct rolegate_policy *policy;
	const char *const *counted;
	size_t n_counted;
	bool local_only;
	char silent[NAME_SOURCE_SIZE];
};

/* Gids of a user on the heap, each once. Owner: free(list). */
struct name_gids {
	gid_t *list;
	size_t n, max;
};

/* Add a gid unless it is there. 0 or -ENOMEM. */
int name_gids_add(struct name_gids *gids, gid_t gid);

/*
 * Ask each source of groups for all groups of a user, and add them to `gids`.
 *
 * Returns 0, whether or not all that count answered (sources->silent); -ENOMEM; -EIO nsswitch.conf could not be read.
 */
int name_sources_ask_groups(struct name_sources *sources, const char *user, gid_t primary,
			    struct name_gids *gids);

/*
 * Ask each source whether it has a user, or a group, of that name. 1 one has; 0 none has (see sources->silent);
 * -ENOMEM; -EIO. *ret_id, which may be NULL, is the uid or gid.
 */
int name_sources_find_user(struct name_sources *sources, const char *name, uint32_t *ret_id);
int name_sources_find_group(struct name_sources *sources, const char *name, uint32_t *ret_id);

/*
 * Call `each` for every source other than files that nsswitch.conf has for passwd (is_user) and for groups, with
 * whether it answers now. Until `each` returns something other than 0, which is then returned.
 */
int name_sources_each(int (*each)(void *context, const char *source, bool is_user, bool answers),
		      void *context);

#endif
