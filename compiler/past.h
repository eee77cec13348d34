/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compiles the sources that a generation was made of, for `rollback`.
 */
#ifndef ROLEGATE_PAST_H
#define ROLEGATE_PAST_H

#include "compile.h"
#include "policy.h"

/*
 * Read, check and resolve what a generation keeps of its sources, catalogs among them.
 *
 * conf_dir    the folder with rolegate.conf and policy.d
 * state_path  of the state folder
 * policy      the generation
 * overlay     a text in the place of one of its sources, or beside them; may be NULL
 * Returns:    as compile_tree().
 */
int past_compile(const struct tree *tree, const char *conf_dir, const char *state_path,
		 const struct rolegate_policy *policy, const struct source_overlay *overlay,
		 struct compiled *ret);

/*
 * Call `each` for every file of the policy, catalogs left out, that is not now what it was in a
 * generation: changed, new, gone, or not to be read. Stops at what is not 0, and returns it.
 *
 * Returns:  0; what `each` returned; -ENOMEM; -EBADMSG; -EIO.
 */
int past_each_change(const struct tree *tree, const char *conf_dir, const char *state_path,
		     const struct rolegate_policy *policy,
		     int (*each)(void *context, const char *path), void *context);

/* Whether a path is one of the policy's own files, and not a catalog's. */
bool past_is_policy_file(const char *path, const char *conf_dir);

#endif
