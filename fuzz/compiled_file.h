/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes as a compiled policy. The first byte says how they become a file:
 *
 *	0  as they are;
 *	1  as they are, but every record gets the checksum that it should have, and the head the
 *	   file's size, so that what lies behind the checksums is reached;
 *	2  as records, of which a cdb is made: a letter, a number (one byte), the payload's length
 *	   (two bytes), the payload. Thus records can grow and shrink, and are found nevertheless.
 */
#ifndef ROLEGATE_FUZZ_COMPILED_FILE_H
#define ROLEGATE_FUZZ_COMPILED_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Write them into an empty file. At least one byte. */
void compiled_file_write(int fd, const uint8_t *data, size_t n);

#endif
