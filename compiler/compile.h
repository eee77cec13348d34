/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The whole way from source files to a resolved model.
 */
#ifndef ROLEGATE_COMPILE_H
#define ROLEGATE_COMPILE_H

#include "model.h"
#include "report.h"
#include "source.h"
#include "tree.h"

/* Everything that came of the sources. Owner: compile_free(). */
struct compiled {
	struct sources sources; /* the policy's files first, then catalogs */
	struct report report;
	struct model model;
};

/*
 * Where catalogs are looked for, in this order; NULL ends the list. A name that two of them have
 * is an error.
 */
struct compile_catalogs {
	const struct tree *tree;
	const char *vendor; /* folder of the vendor's */
	const char *site;   /* folder of the site's own */
	const char *spare;  /* a folder of the host that stands in for the vendor's where `tree` is
			       none; may be NULL */
};

/*
 * Read, check and resolve the policy of a tree.
 *
 * conf_dir  the folder with rolegate.conf and policy.d
 * overlay   may be NULL
 * Returns:  0 the model is sound, and the report holds warnings at most; -EINVAL the report says
 *           what is wrong; -ENOMEM. The report is sorted.
 */
int compile_tree(const struct tree *tree, const char *conf_dir,
		 const struct compile_catalogs *catalogs, const struct source_overlay *overlay,
		 struct compiled *ret);

/*
 * Only read the policy's own files into ret->sources, without a look at what they say. What cannot be
 * read is reported. 0 or -ENOMEM.
 */
int compile_read(const struct tree *tree, const char *conf_dir, struct compiled *ret);

/*
 * The same on policy texts that are in ret->sources already, all of them.
 *
 * find_catalog  gives a catalog's text: adds it to the sources and returns 0 and its number;
 *               -ENOENT there is none; -EBADMSG it was reported what is wrong; -ENOMEM
 */
int compile_sources(struct compiled *ret,
		    int (*find_catalog)(void *context, struct compiled *compiled, const char *name,
					struct place place, uint32_t *ret_file),
		    void *context);

/*
 * Choose a random seed for the hash of names, new in each generation: no user can choose names that share a bucket.
 * Before anything is compiled; without it the seed is 0. Returns 0 or -ENOMEM.
 */
int compile_choose_seed(struct compiled *compiled);

void compile_init(struct compiled *compiled);
void compile_free(struct compiled *compiled);

#endif
