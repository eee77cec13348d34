/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files that a policy is made of, as a walk writes, keeps and puts them back.
 */
#ifndef WALK_FILES_H
#define WALK_FILES_H

#include "walk.h"

#define FILES_POLICY "/etc/rolegate/rolegate.conf"
#define FILES_MANAGED "/etc/rolegate/policy.d/90-managed.conf"

/*
 * Each of these says why it returns false. A text that is NULL is a file that is not to be
 * there.
 */
bool files_write_text(const char *path, const char *text);
bool files_write_hand(const char *path, const struct hand *hand);
bool files_write_managed(const char *text);
bool files_put_back(const struct walk_files *files);

/* The text of 90-managed.conf on the heap; NULL where there is no such file. */
char *files_read_managed(void);

/* Take over the files as they are now, of which the policy's is known. */
void files_take(struct walk_files *files, uint64_t generation, const struct hand *hand);

/* Keep the files of a generation, to which somebody may go back. */
void files_remember(struct walk *walk, const struct walk_files *files);

/* NULL: they are not kept any more. */
const struct walk_files *files_recall(const struct walk *walk, uint64_t generation);

#endif
