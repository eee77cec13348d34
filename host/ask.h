/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One entry of passwd, group or shadow, asked of NSS in as large a buffer as it takes. */
#ifndef ROLEGATE_ASK_H
#define ROLEGATE_ASK_H

#include <grp.h>
#include <pwd.h>
#include <shadow.h>

/*
 * Ask for a user by name or, if that is NULL, by uid; likewise for a group; for a user's shadow by name. Who may
 * not read shadow is told of no entry, unless it is root, who may not do without it.
 *
 * ret_buffer  where the entry's strings lie; owner: free()
 * Returns:    1, *ret and *ret_buffer; 0 there is no such entry; -ENOMEM; -EIO.
 */
int ask_user(const char *name, uid_t uid, struct passwd *ret, char **ret_buffer);
int ask_group(const char *name, gid_t gid, struct group *ret, char **ret_buffer);
int ask_shadow(const char *name, struct spwd *ret, char **ret_buffer);

#endif
