/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a resolved model as a compiled policy (format.h).
 */
#ifndef ROLEGATE_PACK_H
#define ROLEGATE_PACK_H

#include "model.h"
#include "source.h"
#include "trial.h"

/* How this generation came to be. */
struct pack_info {
	uint64_t generation, parent; /* parent 0: none */
	int64_t when;
	const char *who, *known_by, *why;
	struct trial trial; /* all 0: for good */
};

/*
 * Write the policy into an empty file.
 *
 * fd        open for reading and writing, at its beginning; it is neither synced nor closed
 * Returns:  0; -E2BIG a record or the file would exceed format.h's limits; -ENOMEM; or what the
 *           system said of a write.
 */
int pack_policy(const struct model *model, const struct sources *sources,
		const struct pack_info *info, int fd);

#endif
