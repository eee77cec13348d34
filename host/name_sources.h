/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks the name sources of nsswitch.conf one by one, each by its own module.
 *
 * getgrouplist(3) and getgrnam_r(3) leave out a name source that does not answer, and do not report it. The status of
 * the module's own function does: "not found" is an answer, "unavailable" is a missing one (P3).
 */
#ifndef ROLEGATE_NAME_SOURCES_H
#define ROLEGATE_NAME_SOURCES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "rolegate.h"

/* Bytes of a name source's name; longer names are ignored. */
#define NAME_SOURCE_SIZE 32

/*
 * Whose answers are needed. files always counts; another name source only if it has ever answered (P3).
 *
 * policy       says which name sources count; NULL: all of nsswitch.conf, or
 * counted      those that count, n_counted of them; NULL: as `policy` says
 * local_only   directories are not asked: only files, compat, db and systemd
 * silent       the first name source that counts and did not answer, or ""
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
 * Ask each name source of groups for all groups of a user, and add them to `gids`.
 *
 * Returns 0, also if one that counts did not answer, see `silent`; -ENOMEM; -EIO nsswitch.conf could not be read.
 */
int name_sources_ask_groups(struct name_sources *sources, const char *user, gid_t primary,
			    struct name_gids *gids);

/*
 * Ask each name source whether it has a user, or a group, of that name. 1 one has; 0 none has, see `silent`;
 * -ENOMEM; -EIO. *ret_id, which may be NULL, is the uid or gid.
 */
int name_sources_find_user(struct name_sources *sources, const char *name, uint32_t *ret_id);
int name_sources_find_group(struct name_sources *sources, const char *name, uint32_t *ret_id);
/* The same for a group of that gid. */
int name_sources_find_gid(struct name_sources *sources, gid_t gid);

/*
 * Call `each` for every name source other than files that nsswitch.conf has for passwd (is_user) and for groups, with
 * whether it answers now. Until `each` returns something other than 0, which is then returned.
 */
int name_sources_each(int (*each)(void *context, const char *source, bool is_user, bool answers),
		      void *context);

#endif
