/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what generations keep: notes, and copies of the sources that they were made of.
 *
 * Nothing here takes the lock.
 */
#ifndef ROLEGATE_KEPT_H
#define ROLEGATE_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "source.h"
#include "tree.h"

/* A generation's folder with the copies, each below it under its own path. */
#define KEPT_SOURCES "sources"

/*
 * Read a note, on the heap: what does not belong on a line is left out. 0; -ENOENT there is none; or
 * -errno. path: of the state folder.
 */
int kept_read_note(const struct tree *tree, const char *path, uint64_t generation, const char *name,
		   char **ret_text);

/*
 * The path of a generation's copy of a source, on the heap; NULL if memory ran out. path: of the
 * state folder.
 */
char *kept_source_path(const char *path, uint64_t generation, const char *source);

/*
 * Whether one source is byte for byte a generation's: 1, 0, or -errno; -ENOENT it has none of that
 * path. path: of the state folder.
 */
int kept_compare_source(const struct tree *tree, const char *path, uint64_t generation,
			const struct source *source);

/*
 * Whether the sources, catalogs among them, are byte for byte those of a generation: 1 they are,
 * 0 they differ, or -errno.
 *
 * path  of the state folder
 * n     files that the generation was made of, for one may have been deleted since
 */
int kept_compare(const struct tree *tree, const char *path, uint64_t generation,
		 const struct sources *sources, size_t n);

#endif
