/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compiled_file.h"

#include <cdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format.h"

enum { AS_IT_IS, SEALED, RECORDS, N_MODES };

#define LENGTHS_SIZE 8u
/* Where a head's payload says how long the file is: behind magic and version. */
#define SIZE_AT 12u

/* Make a record's checksum right; `at` is its key. */
static void seal(unsigned char *at, size_t n_payload)
{
	uint64_t hash = format_hash(FORMAT_HASH_START, at, FORMAT_KEY_SIZE);

	hash = format_hash(hash, at + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE, n_payload);
	format_put32(at + FORMAT_KEY_SIZE, (uint32_t)hash);
	format_put32(at + FORMAT_KEY_SIZE + 4, (uint32_t)(hash >> 32));
}

/* Seal all records from the first on, until something cannot be one. */
static void seal_all(unsigned char *file, size_t n)
{
	size_t at = FORMAT_TOC_SIZE;

	while (at + LENGTHS_SIZE + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE <= n) {
		uint32_t n_key = format_get32(file + at), n_data = format_get32(file + at + 4);
		unsigned char *key = file + at + LENGTHS_SIZE;

		if (n_key != FORMAT_KEY_SIZE || n_data < FORMAT_SUM_SIZE ||
		    n_data > n - at - LENGTHS_SIZE - FORMAT_KEY_SIZE)
			break;
		if (at == FORMAT_TOC_SIZE && n_data >= FORMAT_SUM_SIZE + SIZE_AT + 4)
			format_put32(key + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE + SIZE_AT,
				     (uint32_t)n);
		seal(key, n_data - FORMAT_SUM_SIZE);
		at += LENGTHS_SIZE + FORMAT_KEY_SIZE + n_data;
	}
}

/* Make a cdb of records. */
static void make_cdb(int fd, const uint8_t *data, size_t n)
{
	unsigned char *record = malloc(FORMAT_KEY_SIZE + FORMAT_SUM_SIZE + UINT16_MAX);
	struct cdb_make cdb;

	if (!record || cdb_make_start(&cdb, fd) < 0)
		abort();
	while (n >= 4) {
		size_t n_payload = (size_t)data[2] | (size_t)data[3] << 8;

		if (n_payload > n - 4)
			n_payload = n - 4;
		format_key(record, (char)data[0], data[1]);
		memcpy(record + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE, data + 4, n_payload);
		if (cdb_make_add(&cdb, record, FORMAT_KEY_SIZE, record + FORMAT_KEY_SIZE,
				 (unsigned int)(FORMAT_SUM_SIZE + n_payload)) < 0)
			abort();
		data += 4 + n_payload;
		n -= 4 + n_payload;
	}
	if (cdb_make_finish(&cdb) < 0)
		abort();
	free(record);
}

/* Seal what is in the file already. */
static void seal_file(int fd)
{
	unsigned char *bytes;
	struct stat st;
	size_t n;

	if (fstat(fd, &st) < 0)
		abort();
	n = (size_t)st.st_size;
	bytes = malloc(n + 1);
	if (!bytes || pread(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	seal_all(bytes, n);
	if (pwrite(fd, bytes, n, 0) != (ssize_t)n)
		abort();
	free(bytes);
}

void compiled_file_write(int fd, const uint8_t *data, size_t n)
{
	unsigned int mode = data[0] % N_MODES;

	data++;
	n--;
	if (mode == RECORDS)
		make_cdb(fd, data, n);
	else if (write(fd, data, n) != (ssize_t)n)
		abort();
	if (mode != AS_IT_IS)
		seal_file(fd);
}
