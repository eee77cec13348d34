/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store.h"

#include <cdb.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a slot of cdb's hash tables: hash and position. */
#define SLOT_SIZE 8u
/* Slots read at once: one cache line, and nearly every key is in the first. */
#define SLOTS_AT_ONCE 8u
/* No record of this number or a higher one lies in the beginning: those of a letter are written in their order. */
#define NEAR_MAX ((FORMAT_NEAR_SIZE - FORMAT_TOC_SIZE) / FORMAT_RECORD_OVERHEAD)
/* Pages of this size, where the system has them, spare a look-up among many users much of its time. */
#define LARGE_PAGE ((size_t)2 << 20)

/* Nobody but root, or the user whom this process acts as, can have written it. */
static bool is_trusted(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* An errno value of open or stat, as one of the library's errors; -EAGAIN says nothing of the file. */
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

/* Say where the payload of the whole record at `raw` lies. */
static void point_at(struct record *record, const unsigned char *raw)
{
	record->payload = raw + FORMAT_RECORD_OVERHEAD;
	record->n = format_get32(raw + 4) - FORMAT_SUM_SIZE;
}

/* The same, if its checksum is right. */
static int accept_record(struct record *record, const unsigned char *raw)
{
	if (!format_is_sound(raw))
		return -EBADMSG;
	point_at(record, raw);
	return 0;
}

/*
 * Look at the lengths and the key of a record, of which some bytes lie at `raw` and `left` are left in the
 * file, and say how long it is. Returns 0; -ENOENT another key lives there; -EBADMSG.
 */
static int check_key(const unsigned char *raw, size_t left,
		     const unsigned char key[FORMAT_KEY_SIZE], size_t *ret_n_whole)
{
	*ret_n_whole = format_record_size(raw, left);
	if (*ret_n_whole == 0)
		return -EBADMSG;
	return memcmp(raw + FORMAT_LENGTHS_SIZE, key, FORMAT_KEY_SIZE) == 0 ? 0 : -ENOENT;
}

/* Load the record at a position, of which `have` bytes already lie at `raw`. Returns as check_key(). */
static int load_record(const struct store *store, uint32_t position, const unsigned char *raw,
		       size_t have, const unsigned char key[FORMAT_KEY_SIZE], struct record *record)
{
	size_t n_whole;
	int r;

	r = check_key(raw, store->size - position, key, &n_whole);
	if (r < 0)
		return r;
	if (n_whole <= have)
		return accept_record(record, raw);

	record->heap = malloc(n_whole);
	if (!record->heap)
		return -ENOMEM;
	memcpy(record->heap, raw, have);
	r = read_file(store->fd, record->heap + have, n_whole - have, position + (uint32_t)have);
	return r < 0 ? r : accept_record(record, record->heap);
}

/* Look at the record that a slot points at. */
static int try_position(const struct store *store, uint32_t position,
			const unsigned char key[FORMAT_KEY_SIZE], struct record *record)
{
	size_t have = sizeof(record->room);
	int r;

	if (position < FORMAT_TOC_SIZE || position > store->size - FORMAT_RECORD_OVERHEAD)
		return -EBADMSG;
	if (have > store->size - position)
		have = store->size - position;
	if (store->memory)
		return load_record(store, position, store->memory + position,
				   store->size - position, key, record);
	r = read_file(store->fd, record->room, have, position);
	return r < 0 ? r : load_record(store, position, record->room, have, key, record);
}

/*
 * Note where in the beginning of the file the records of each letter begin, which the compiler writes one after the other:
 * a search among all of them for each of ten thousand roles would be most of the work of a question (D9).
 */
static void note_near(struct store *store)
{
	size_t at = FORMAT_TOC_SIZE, n;
	unsigned char letter, before = 0;

	memset(store->near_of, 0, sizeof(store->near_of));
	for (; (n = format_record_size(store->near + at, store->n_near - at)) > 0; at += n) {
		letter = store->near[at + FORMAT_LENGTHS_SIZE];
		if (letter != before && letter >= 'A' && letter <= 'z' &&
		    store->near_of[letter - 'A'] == 0)
			store->near_of[letter - 'A'] = (uint16_t)at;
		before = letter;
	}
}

/*
 * Look for a record in the beginning of the file, which was read when it was opened. Returns 0; -ENOENT it does
 * not lie there as a whole; -EBADMSG it is not what was written.
 */
static int find_near(const struct store *store, const unsigned char key[FORMAT_KEY_SIZE],
		     uint32_t number, struct record *record)
{
	size_t letter = (size_t)key[0] - 'A', n;
	size_t at = letter < INDEX_LETTERS && number < NEAR_MAX ? store->near_of[letter] : 0;

	if (at == 0)
		return -ENOENT;
	while ((n = format_record_size(store->near + at, store->n_near - at)) > 0 &&
	       store->near[at + FORMAT_LENGTHS_SIZE] == key[0]) {
		if (memcmp(store->near + at + FORMAT_LENGTHS_SIZE, key, FORMAT_KEY_SIZE) == 0)
			return accept_record(record, store->near + at);
		at += n;
	}
	return -ENOENT;
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
	if (st.st_size < (off_t)(FORMAT_TOC_SIZE + FORMAT_RECORD_OVERHEAD) ||
	    st.st_size > (off_t)FORMAT_FILE_MAX)
		return -EBADMSG;
	*ret_size = (uint32_t)st.st_size;
	return 0;
}

/* Read the beginning of the file: the table of contents, the head, and what comes near them. */
static int read_beginning(struct store *store, struct record *ret_head)
{
	unsigned char key[FORMAT_KEY_SIZE];
	int r;

	store->n_near = store->size < FORMAT_NEAR_SIZE ? store->size : FORMAT_NEAR_SIZE;
	r = read_file(store->fd, store->near, store->n_near, 0);
	if (r < 0)
		return r;
	note_near(store);
	format_key(key, FORMAT_HEAD, 0);
	r = load_record(store, FORMAT_TOC_SIZE, store->near + FORMAT_TOC_SIZE,
			store->n_near - FORMAT_TOC_SIZE, key, ret_head);
	return r == -ENOENT ? -EBADMSG : r;
}

int store_open_fd(struct store *store, int fd, struct record *ret_head, const char **reterr_what)
{
	int r;

	ret_head->heap = NULL;
	store->fd = fd;
	store->memory = NULL;
	store->index = NULL;
	r = check_file(fd, &store->size, reterr_what);
	if (r < 0)
		return r;
	r = read_beginning(store, ret_head);
	if (r < 0)
		store_record_free(ret_head);
	return r;
}

/* "dir/name", or NULL; by hand, for asprintf(3) costs as much as all of a decision. Owner: free(). */
static char *join(const char *dir, const char *name)
{
	size_t n_dir = strlen(dir), n_name = strlen(name);
	char *path = malloc(n_dir + 1 + n_name + 1);

	if (!path)
		return NULL;
	memcpy(path, dir, n_dir);
	path[n_dir] = '/';
	memcpy(path + n_dir + 1, name, n_name);
	path[n_dir + 1 + n_name] = '\0';
	return path;
}

int store_open(struct store *store, const char *dir, const char *name, struct record *ret_head,
	       const char **reterr_what)
{
	char *path = join(dir, name);
	int fd, r;

	*reterr_what = "the compiled policy";
	if (!path)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	r = fd < 0 ? border_errno(errno) : store_open_fd(store, fd, ret_head, reterr_what);
	free(path);
	if (r < 0 && fd >= 0)
		close(fd);
	return r;
}

/* Memory for a file that is looked into all over. */
static unsigned char *allocate(size_t n)
{
	size_t rounded = (n + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	unsigned char *memory;

	if (n < LARGE_PAGE)
		return malloc(n);
	memory = aligned_alloc(LARGE_PAGE, rounded);
	if (memory)
		(void)madvise(memory, rounded, MADV_HUGEPAGE); /* a wish */
	return memory;
}

int store_load(struct store *store)
{
	unsigned char *memory = allocate(store->size);
	struct index *index = NULL;
	int r = memory ? read_file(store->fd, memory, store->size, 0) : -ENOMEM;

	if (r < 0)
		goto fail;
	/* The head was read before, and is not read again: it has to be the same file still. */
	r = -EBADMSG;
	if (memcmp(memory, store->near, store->n_near) != 0)
		goto fail;
	r = -ENOMEM;
	index = index_make(memory, store->size);
	if (!index)
		goto fail;
	store->memory = memory;
	store->index = index;
	return 0;
fail:
	free(memory);
	return r;
}

void store_close(struct store *store)
{
	index_free(store->index);
	store->index = NULL;
	free(store->memory);
	store->memory = NULL;
	close(store->fd);
	store->fd = -1;
}

/* Find the table of slots that a hash belongs to. */
static int find_table(const struct store *store, uint32_t hash, uint32_t *ret_table,
		      uint32_t *ret_n_slots)
{
	const unsigned char *entry = store->near + (size_t)(hash & 255) * SLOT_SIZE;
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

/* Find a record by the tables of the file. */
static int find_by_tables(const struct store *store, const unsigned char key[FORMAT_KEY_SIZE],
			  struct record *ret_record)
{
	uint32_t hash = cdb_hash(key, FORMAT_KEY_SIZE), table, n_slots, slot, now;
	unsigned char room[SLOTS_AT_ONCE * SLOT_SIZE];
	const unsigned char *slots;
	int r;

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
			if (r != -ENOENT)
				return r;
		}
		slot = slot + now == n_slots ? 0 : slot + now;
	}
	return -EBADMSG;
}

/* Records end where the first table begins. */
static uint32_t first_table(const struct store *store)
{
	uint32_t first = store->size;

	for (size_t i = 0; i < FORMAT_TOC_SIZE; i += SLOT_SIZE) {
		uint32_t table = format_get32(store->near + i);

		if (format_get32(store->near + i + 4) > 0 && table < first)
			first = table;
	}
	return first;
}

/* Find each record by the tables. */
static int check_tables(const struct store *store)
{
	unsigned char key[FORMAT_KEY_SIZE];
	struct record record;
	int r = 0;

	for (size_t letter = 0; letter < INDEX_LETTERS; letter++) {
		const struct index_list *list = &store->index->lists[letter];

		for (uint32_t number = 0; number < list->n && r == 0; number++) {
			if (list->positions[number] == 0)
				continue;
			format_key(key, (char)('A' + letter), number);
			record.heap = NULL;
			r = find_by_tables(store, key, &record);
			store_record_free(&record);
		}
	}
	return r;
}

int store_check(const struct store *store, bool with_tables)
{
	if (store->index->end != first_table(store))
		return -EBADMSG;
	return with_tables ? check_tables(store) : 0;
}

int store_find(const struct store *store, char letter, uint32_t number, struct record *ret_record)
{
	uint32_t position = store->index ? index_find(store->index, letter, number) : 0;
	unsigned char key[FORMAT_KEY_SIZE];
	int r = -ENOENT;

	ret_record->heap = NULL;
	if (position > 0) {
		point_at(ret_record, store->memory + position);
		return 0;
	}
	format_key(key, letter, number);
	/* Users come last, and are as many as all else together: they are never near. */
	if (!store->memory && letter != FORMAT_USERS)
		r = find_near(store, key, number, ret_record);
	if (r == -ENOENT)
		r = find_by_tables(store, key, ret_record);
	if (r < 0)
		store_record_free(ret_record);
	return r;
}
