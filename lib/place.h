/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line of a source file.
 */
#ifndef ROLEGATE_PLACE_H
#define ROLEGATE_PLACE_H

#include <stdint.h>

/* file is a number in a list of source files; line 0 is none of its lines. */
struct place {
	uint32_t file;
	uint32_t line;
};

#define PLACE_NO_FILE UINT32_MAX
#define PLACE_NOWHERE ((struct place){ .file = PLACE_NO_FILE })

#endif
