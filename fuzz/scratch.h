/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A folder of the process's own, for what is opened by its path. It is removed at the end.
 */
#ifndef ROLEGATE_FUZZ_SCRATCH_H
#define ROLEGATE_FUZZ_SCRATCH_H

#include <stddef.h>

/* The folder's path; it is made when first asked for. */
const char *scratch_folder(void);

/* Make a folder in it; a slash may stand in the name, and what is before it has to be there. */
void scratch_make_folder(const char *name);

/* Open a file in it, empty, for reading and writing: a descriptor. All end the program where they fail. */
int scratch_create(const char *name);

/* The same with these bytes, and closed. */
void scratch_write(const char *name, const void *bytes, size_t n);

#endif
