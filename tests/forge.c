/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records changed, with the right checksum: see forge.h. */
#include "forge.h"

#include "support.h"

#include <cdb.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"

void forge_add(struct cdb_make *cdb, char letter, uint32_t number, const void *payload, size_t n)
{
	unsigned char key[FORMAT_KEY_SIZE], *data = malloc(FORMAT_SUM_SIZE + n);
	uint64_t sum;

	assert_non_null(data);
	format_key(key, letter, number);
	memcpy(data + FORMAT_SUM_SIZE, payload, n);
	sum = format_sum(key, data + FORMAT_SUM_SIZE, n);
	format_put32(data, (uint32_t)sum);
	format_put32(data + 4, (uint32_t)(sum >> 32));
	assert_int_equal(
		cdb_make_add(cdb, key, sizeof(key), data, (unsigned int)(FORMAT_SUM_SIZE + n)), 0);
	free(data);
}

/* The next record of a file in memory, or false: behind the last one the tables begin. */
struct walk {
	const unsigned char *file, *key, *payload;
	size_t size, at, n;
};

static bool next_record(struct walk *walk)
{
	const unsigned char *raw = walk->file + walk->at;
	size_t n = format_record_size(raw, walk->size - walk->at);

	if (n == 0)
		return false;
	walk->key = raw + FORMAT_LENGTHS_SIZE;
	walk->payload = raw + FORMAT_RECORD_OVERHEAD;
	walk->n = n - FORMAT_RECORD_OVERHEAD;
	walk->at += n;
	return true;
}

static struct walk begin(const char *path)
{
	struct walk walk = { .at = FORMAT_TOC_SIZE };

	walk.file = (const unsigned char *)support_read_file(path, &walk.size);
	assert_true(walk.size > FORMAT_TOC_SIZE);
	/* The first table lies where the records end. */
	for (size_t i = 0; i < FORMAT_TOC_SIZE; i += 8)
		if (format_get32(walk.file + i) < walk.size)
			walk.size = format_get32(walk.file + i);
	return walk;
}

unsigned char *forge_read(const char *path, char letter, uint32_t number, size_t *ret_n)
{
	struct walk walk = begin(path);
	unsigned char key[FORMAT_KEY_SIZE], *payload;

	format_key(key, letter, number);
	do
		assert_true(next_record(&walk));
	while (memcmp(walk.key, key, sizeof(key)) != 0);
	payload = malloc(walk.n + 1);
	assert_non_null(payload);
	memcpy(payload, walk.payload, walk.n);
	*ret_n = walk.n;
	free((void *)walk.file);
	return payload;
}

/* The payload of the head, whose file grew by so many bytes. */
static unsigned char *grown_head(const struct walk *head, uint32_t by)
{
	unsigned char *payload = malloc(head->n), *size = payload + strlen(FORMAT_MAGIC) + 4;

	assert_non_null(payload);
	memcpy(payload, head->payload, head->n);
	format_put32(size, format_get32(size) + by);
	return payload;
}

void forge_write(const char *path, char letter, uint32_t number, const void *payload, size_t n)
{
	struct walk walk = begin(path);
	unsigned char key[FORMAT_KEY_SIZE], *head;
	struct cdb_make cdb;
	size_t n_before;
	int fd;

	free(forge_read(path, letter, number, &n_before));
	format_key(key, letter, number);
	fd = open(path, O_RDWR | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(cdb_make_start(&cdb, fd), 0);
	while (next_record(&walk))
		if (memcmp(walk.key, key, sizeof(key)) == 0) {
			forge_add(&cdb, letter, number, payload, n);
		} else if (walk.key[0] == FORMAT_HEAD) {
			head = grown_head(&walk, (uint32_t)(n - n_before));
			forge_add(&cdb, FORMAT_HEAD, 0, head, walk.n);
			free(head);
		} else {
			forge_add(&cdb, (char)walk.key[0], format_number(walk.key), walk.payload,
				  walk.n);
		}
	assert_int_equal(cdb_make_finish(&cdb), 0);
	close(fd);
	free((void *)walk.file);
}

void forge_patch(const char *path, char letter, uint32_t number, size_t at, const void *bytes,
		 size_t n)
{
	size_t size;
	unsigned char *payload = forge_read(path, letter, number, &size);

	assert_true(at + n <= size);
	memcpy(payload + at, bytes, n);
	forge_write(path, letter, number, payload, size);
	free(payload);
}
