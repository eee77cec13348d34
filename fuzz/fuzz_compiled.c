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
#include <cdb.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy.h"
#include "seen.h"
#include "target.h"

enum { AS_IT_IS, SEALED, RECORDS, N_MODES };

/* 2026-11-22T12:00:00Z, as in target.c. */
#define NOW INT64_C(1795348800)
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

static int make_file(unsigned int mode, const uint8_t *data, size_t n)
{
	int fd = target_make_file();

	if (mode == RECORDS)
		make_cdb(fd, data, n);
	else if (write(fd, data, n) != (ssize_t)n)
		abort();
	if (mode != AS_IT_IS)
		seal_file(fd);
	return fd;
}

/* A name out of the input: some bytes of its end, as that is where the users' buckets are. */
static void take_name(const uint8_t *data, size_t n, char name[32])
{
	size_t n_name = n < 31 ? n : 31;

	memcpy(name, data + n - n_name, n_name);
	name[n_name] = '\0';
}

/* What the compiler and the command read besides what a decision needs. */
static void load_views(const struct rolegate_policy *policy)
{
	struct generation_info generation;
	struct permission_info permission;
	struct record record;
	struct role_info role;

	for (uint32_t i = 0; i < policy->head.n_roles && i < 64; i++)
		if (policy_load_role_info(policy, i, &record, &role) == 0)
			store_record_free(&record);
	for (uint32_t i = 0; i < policy->head.n_permissions && i < 64; i++)
		if (policy_load_permission_info(policy, i, &record, &permission) == 0)
			store_record_free(&record);
	if (policy_load_generation_info(policy, &record, &generation) == 0)
		store_record_free(&record);
}

static int check_gid(void *context, uint32_t gid)
{
	(void)context;
	if (gid == 0 || gid == UINT32_MAX)
		abort();
	return 0;
}

static int check_name(void *context, const char *name)
{
	(void)context;
	return strlen(name) > FORMAT_TEXT_MAX ? -EINVAL : 0;
}

/* What the NSS module asks. */
static void ask_seen(const struct rolegate_policy *policy, const char *name)
{
	struct role_group group;
	struct record record;
	struct cursor c;
	uint32_t n;

	(void)seen_each_gid(policy, name, NOW, check_gid, NULL);
	if (policy_load_role_groups(policy, &record, &c, &n) < 0)
		return;
	for (uint32_t i = 0; i < n && i < 8 && policy_read_role_group(policy, &c, &group); i++)
		if (group.flags & FORMAT_SEEN_CAPTURED &&
		    seen_each_member(policy, group.gid, NOW, check_name, NULL) == -EINVAL)
			abort();
	store_record_free(&record);
	if (seen_find_group(policy, name, 0, &record, &group) > 0)
		store_record_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct rolegate_policy *policy = NULL;
	char name[32];
	int fd, r;

	if (n == 0)
		return 0;
	fd = make_file(data[0] % N_MODES, data + 1, n - 1);
	take_name(data, n, name);
	r = policy_open_fd(fd, &policy);
	if (r < 0) {
		if (r != -EBADMSG && r != -EPROTONOSUPPORT && r != -ENOMEM)
			abort();
		close(fd);
		return 0;
	}
	target_ask(policy, name, false);
	load_views(policy);
	ask_seen(policy, name);
	/* The same once more, from memory. */
	if (store_load(&policy->store) == 0)
		target_ask(policy, name, false);
	rolegate_policy_close(policy);
	return 0;
}
