/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of a compiled policy changed, with the checksum that then belongs to them: what no damage
 * does, only somebody's hand, or another compiler's mistake.
 *
 * Everything here fails the running test when it cannot do what it was asked for.
 */
#ifndef ROLEGATE_TEST_FORGE_H
#define ROLEGATE_TEST_FORGE_H

#include <stddef.h>
#include <stdint.h>

struct cdb_make;

/* Add a record to a cdb: its checksum, and the payload. */
void forge_add(struct cdb_make *cdb, char letter, uint32_t number, const void *payload, size_t n);

/* The payload of a record of the file, on the heap. */
unsigned char *forge_read(const char *path, char letter, uint32_t number, size_t *ret_n);

/* Write the file of a policy anew, with this payload, of whichever size, in that record. */
void forge_write(const char *path, char letter, uint32_t number, const void *payload, size_t n);

/* Only these bytes of the payload. */
void forge_patch(const char *path, char letter, uint32_t number, size_t at, const void *bytes,
		 size_t n);

#endif
