/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include <cdb.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a slot of cdb's hash tables: hash and position. */
#define SLOT_SIZE 8u
/* Slots read at once: one cache line, and nearly every key is in the first. */
#define SLOTS_AT_ONCE 8u
/* Bytes before a cdb record's key: the lengths of key and data. */
#define LENGTHS_SIZE 8u
/* All that comes before a payload. */
#define RECORD_OVERHEAD (LENGTHS_SIZE + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE)

/* Nobody but root, or the user whom this process acts as, can have written it. */
static bool is_trusted(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/*
 * An errno value of open or stat, as one of the library's errors; or -EAGAIN, which says nothing of
 * the file, and is no error of the library's.
 */
static int border_errno(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return -ENOENT;
	case EACCES:
	case EPERM:
	case ELOOP:
	case ENXIO:
		return -EPERM;
	case ENOMEM:
		return -ENOMEM;
	case EMFILE:
	case ENFILE:
	case EINTR:
		return -EAGAIN;
	default:
		return -EIO;
	}
}

/* Read exactly n bytes at a position: fewer means that the file was cut. */
static int read_file(int fd, void *to, size_t n, uint32_t position)
{
	unsigned char *p = to;
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, p + done, n - done, (off_t)(position + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -EIO;
		if (got == 0)
			return -EBADMSG;
		done += (size_t)got;
	}
	return 0;
}

/* Check what is there against what was asked for; `raw` holds the whole record. */
static int accept_record(struct record *record, const unsigned char *raw, uint32_t n_data)
{
	const unsigned char *key = raw + LENGTHS_SIZE;
	const unsigned char *sum = key + FORMAT_KEY_SIZE;
	uint64_t hash = format_hash(FORMAT_HASH_START, key, FORMAT_KEY_SIZE);

	record->payload = sum + FORMAT_SUM_SIZE;
	record->n = n_data - FORMAT_SUM_SIZE;
	if (format_hash(hash, record->payload, record->n) != format_get64(sum))
		return -EBADMSG;
	return 0;
}

/*
 * Look at the lengths and the key of a record, of which `have` bytes lie at `raw`, and say how
 * long it is. Returns 0; -ENOENT another key lives there; -EBADMSG.
 */
static int check_key(const struct store *store, uint32_t position, const unsigned char *raw,
		     const unsigned char key[FORMAT_KEY_SIZE], uint32_t *ret_n_data)
{
	uint32_t n_data = format_get32(raw + 4);

	if (format_get32(raw) != FORMAT_KEY_SIZE || n_data < FORMAT_SUM_SIZE ||
	    n_data > FORMAT_RECORD_MAX)
		return -EBADMSG;
	if (memcmp(raw + LENGTHS_SIZE, key, FORMAT_KEY_SIZE) != 0)
		return -ENOENT;
	if (LENGTHS_SIZE + FORMAT_KEY_SIZE + (size_t)n_data > store->size - position)
		return -EBADMSG;
	*ret_n_data = n_data;
	return 0;
}

/* Load the record at a position, of which `have` bytes already lie in record->room. Returns as check_key(). */
static int load_record(const struct store *store, uint32_t position, size_t have,
		       const unsigned char key[FORMAT_KEY_SIZE], struct record *record)
{
	uint32_t n_data;
	size_t n_whole;
	int r;

	r = check_key(store, position, record->room, key, &n_data);
	if (r < 0)
		return r;
	n_whole = LENGTHS_SIZE + FORMAT_KEY_SIZE + (size_t)n_data;
	if (n_whole <= have)
		return accept_record(record, record->room, n_data);

	record->heap = malloc(n_whole);
	if (!record->heap)
		return -ENOMEM;
	memcpy(record->heap, record->room, have);
	r = read_file(store->fd, record->heap + have, n_whole - have, position + (uint32_t)have);
	return r < 0 ? r : accept_record(record, record->heap, n_data);
}

/* Look at the record that a slot points at. */
static int try_position(const struct store *store, uint32_t position,
			const unsigned char key[FORMAT_KEY_SIZE], struct record *record)
{
	size_t have = sizeof(record->room);
	uint32_t n_data;
	int r;

	if (position < FORMAT_TOC_SIZE || position > store->size - RECORD_OVERHEAD)
		return -EBADMSG;
	if (store->memory) {
		const unsigned char *raw = store->memory + position;

		r = check_key(store, position, raw, key, &n_data);
		return r < 0 ? r : accept_record(record, raw, n_data);
	}
	if (have > store->size - position)
		have = store->size - position;
	r = read_file(store->fd, record->room, have, position);
	return r < 0 ? r : load_record(store, position, have, key, record);
}

int store_check_folder(const char *dir, const char **reterr_what)
{
	struct stat st;

	*reterr_what = "the folder of the compiled policy";
	if (stat(dir, &st) < 0)
		return border_errno(errno);
	*reterr_what =
		"the folder of the compiled policy (it has to be root's, and writable by nobody else)";
	return S_ISDIR(st.st_mode) && is_trusted(&st) ? 0 : -EPERM;
}

/* Look at the open file, never at its name: that may mean another file by now. */
static int check_file(int fd, uint32_t *ret_size, const char **reterr_what)
{
	struct stat st;

	*reterr_what = "the compiled policy";
	if (fstat(fd, &st) < 0)
		return -EIO;
	*reterr_what =
		"the compiled policy (it has to be a regular file of root's, and writable by nobody else)";
	if (!S_ISREG(st.st_mode) || !is_trusted(&st))
		return -EPERM;
	*reterr_what = "the compiled policy (it is none, or was cut)";
	if (st.st_size < (off_t)(FORMAT_TOC_SIZE + RECORD_OVERHEAD) ||
	    st.st_size > (off_t)FORMAT_FILE_MAX)
		return -EBADMSG;
	*ret_size = (uint32_t)st.st_size;
	return 0;
}

/* Read the beginning of the file: the table of contents and the head. */
static int read_beginning(struct store *store, struct record *ret_head)
{
	unsigned char begin[FORMAT_TOC_SIZE + sizeof(ret_head->room)], key[FORMAT_KEY_SIZE];
	size_t have = store->size < sizeof(begin) ? store->size : sizeof(begin);
	int r;

	r = read_file(store->fd, begin, have, 0);
	if (r < 0)
		return r;
	memcpy(store->toc, begin, FORMAT_TOC_SIZE);
	have -= FORMAT_TOC_SIZE;
	memcpy(ret_head->room, begin + FORMAT_TOC_SIZE, have);
	format_key(key, FORMAT_HEAD, 0);
	r = load_record(store, FORMAT_TOC_SIZE, have, key, ret_head);
	return r == -ENOENT ? -EBADMSG : r;
}

int store_open_fd(struct store *store, int fd, struct record *ret_head, const char **reterr_what)
{
	int r;

	ret_head->heap = NULL;
	store->fd = fd;
	store->memory = NULL;
	r = check_file(fd, &store->size, reterr_what);
	if (r < 0)
		return r;
	r = read_beginning(store, ret_head);
	if (r < 0)
		store_record_free(ret_head);
	return r;
}

int store_open(struct store *store, const char *dir, const char *name, struct record *ret_head,
	       const char **reterr_what)
{
	char *path;
	int fd, r;

	*reterr_what = "the compiled policy";
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	r = fd < 0 ? border_errno(errno) : store_open_fd(store, fd, ret_head, reterr_what);
	free(path);
	if (r < 0 && fd >= 0)
		close(fd);
	return r;
}

int store_load(struct store *store)
{
	unsigned char *memory = malloc(store->size);
	int r = memory ? read_file(store->fd, memory, store->size, 0) : -ENOMEM;

	if (r < 0) {
		free(memory);
		return r;
	}
	/*
	 * The bounds of the tables were read before; each record is checked when it is found, and the
	 * head, which has been, is not read again.
	 */
	if (memcmp(memory, store->toc, FORMAT_TOC_SIZE) != 0) {
		free(memory);
		return -EBADMSG;
	}
	store->memory = memory;
	return 0;
}

void store_close(struct store *store)
{
	free(store->memory);
	store->memory = NULL;
	close(store->fd);
	store->fd = -1;
}

/* Find the table of slots that a hash belongs to. */
static int find_table(const struct store *store, uint32_t hash, uint32_t *ret_table,
		      uint32_t *ret_n_slots)
{
	const unsigned char *entry = store->toc + (size_t)(hash & 255) * SLOT_SIZE;
	uint32_t table = format_get32(entry), n_slots = format_get32(entry + 4);

	if (n_slots == 0 || table < FORMAT_TOC_SIZE || table > store->size ||
	    n_slots > (store->size - table) / SLOT_SIZE)
		return -EBADMSG;
	*ret_table = table;
	*ret_n_slots = n_slots;
	return 0;
}

/* Have n slots at a position, in memory or read into `room`. */
static int read_slots(const struct store *store, uint32_t position, uint32_t n, unsigned char *room,
		      const unsigned char **ret_slots)
{
	*ret_slots = store->memory ? store->memory + position : room;
	return store->memory ? 0 : read_file(store->fd, room, (size_t)n * SLOT_SIZE, position);
}

int store_find(const struct store *store, char letter, uint32_t number, struct record *ret_record)
{
	unsigned char key[FORMAT_KEY_SIZE], room[SLOTS_AT_ONCE * SLOT_SIZE];
	const unsigned char *slots;
	uint32_t hash, table, n_slots, slot, now;
	int r;

	ret_record->heap = NULL;
	format_key(key, letter, number);
	hash = cdb_hash(key, sizeof(key));
	r = find_table(store, hash, &table, &n_slots);
	if (r < 0)
		return r;

	slot = (hash >> 8) % n_slots;
	for (uint32_t probes = 0; probes < n_slots && probes < FORMAT_PROBES_MAX; probes += now) {
		now = n_slots - slot < SLOTS_AT_ONCE ? n_slots - slot : SLOTS_AT_ONCE;
		r = read_slots(store, table + slot * SLOT_SIZE, now, room, &slots);
		if (r < 0)
			return r;
		for (const unsigned char *at = slots; at < slots + (size_t)now * SLOT_SIZE;
		     at += SLOT_SIZE) {
			uint32_t position = format_get32(at + 4);

			if (position == 0)
				return -EBADMSG;
			if (format_get32(at) != hash)
				continue;
			r = try_position(store, position, key, ret_record);
			if (r == -ENOENT)
				continue;
			if (r < 0)
				store_record_free(ret_record);
			return r;
		}
		slot = slot + now == n_slots ? 0 : slot + now;
	}
	return -EBADMSG;
}

void store_record_free(struct record *record)
{
	free(record->heap);
	record->heap = NULL;
}
