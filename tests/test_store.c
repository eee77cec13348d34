/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files the library trusts (D4), and what it makes of a cdb whose tables somebody bent. The
 * cdbs here are made by tinycdb, from records that no policy has.
 */
#include "support.h"

#include <cdb.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "forge.h"
#include "store.h"

#define SOUND                                                                                      \
	"catalogs = [ \"workspace\", \"host\" ];\n"                                                \
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"

/* ---- A state folder ---- */

struct state {
	char *folder;
	char file[600];
};

static int make_state(void **ret)
{
	struct state *state = calloc(1, sizeof(*state));

	assert_non_null(state);
	umask(022);
	state->folder = support_make_folder();
	snprintf(state->file, sizeof(state->file), "%s/%s", state->folder, FORMAT_FILE_NAME);
	support_write_policy(SOUND, state->folder);
	*ret = state;
	return 0;
}

static int remove_state(void **ret)
{
	struct state *state = *ret;

	support_remove_folder(state->folder);
	free(state);
	return 0;
}

/* What opening gives; a handle is closed again, and a refusal has to come with its reason. */
static int try_open(const char *dir)
{
	struct rolegate_policy *policy = NULL;
	char *reason = NULL;
	int r = rolegate_policy_open(dir, &policy, &reason);

	if (r == 0) {
		assert_non_null(policy);
		assert_null(reason);
	} else {
		assert_null(policy);
		assert_non_null(reason);
		assert_non_null(strstr(reason, dir));
		assert_null(strchr(reason, '\n'));
	}
	rolegate_policy_close(policy);
	free(reason);
	/* And one who wants no reason gets the same, and so does one who wants all of it. */
	policy = NULL;
	assert_int_equal(rolegate_policy_open(dir, &policy, NULL), r);
	rolegate_policy_close(policy);
	policy = NULL;
	assert_int_equal(rolegate_policy_load(dir, &policy, &reason), r);
	assert_true((r == 0) == (policy != NULL) && (r == 0) == (reason == NULL));
	rolegate_policy_close(policy);
	free(reason);
	return r;
}

/* ---- Trust ---- */

static void make_mode(const struct state *state, mode_t folder, mode_t file)
{
	assert_int_equal(chmod(state->file, file), 0);
	assert_int_equal(chmod(state->folder, folder), 0);
}

static const struct {
	const char *name;
	mode_t folder, file;
	int want;
} modes[] = {
	{ "as installed", 0755, 0644, 0 },
	{ "as private as can be", 0700, 0600, 0 },
	{ "file for reading only", 0755, 0444, 0 },
	{ "file writable by its group", 0755, 0664, -EPERM },
	{ "file writable by all", 0755, 0646, -EPERM },
	{ "file writable by others alone", 0755, 0602, -EPERM },
	{ "folder writable by its group", 0775, 0644, -EPERM },
	{ "folder writable by all", 0757, 0644, -EPERM },
	{ "folder like /tmp", 01777, 0644, -EPERM },
};

static void test_modes(void **state)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		int r;

		make_mode(*state, modes[i].folder, modes[i].file);
		r = try_open(((struct state *)*state)->folder);
		if (r != modes[i].want)
			print_message("%s: %d\n", modes[i].name, r);
		assert_int_equal(r, modes[i].want);
	}
}

static void test_owners(void **ret)
{
	const struct state *state = *ret;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(state->file, 65534, 0), 0);
	assert_int_equal(try_open(state->folder), -EPERM);
	assert_int_equal(chown(state->file, 0, 65534), 0);
	assert_int_equal(try_open(state->folder), 0);
	assert_int_equal(chown(state->folder, 65534, 0), 0);
	assert_int_equal(try_open(state->folder), -EPERM);
	/* One's own files are as good as root's: who runs this could change the process itself. */
	make_mode(state, 0755, 0644);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(try_open(state->folder), 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(state->file, 65533, 65533), 0);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(try_open(state->folder), -EPERM);
	assert_int_equal(seteuid(0), 0);
	make_mode(state, 0755, 0600);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(try_open(state->folder), -EPERM);
	assert_int_equal(seteuid(0), 0);
}

/* ---- What the file is ---- */

static int become_link(const char *path)
{
	return symlink("elsewhere", path);
}

static int become_link_to_sound(const char *path)
{
	char other[700];

	snprintf(other, sizeof(other), "%s.sound", path);
	return symlink(other, path);
}

static int become_fifo(const char *path)
{
	return mkfifo(path, 0644);
}

static int become_folder(const char *path)
{
	return mkdir(path, 0755);
}

static int become_nothing(const char *path)
{
	(void)path;
	return 0;
}

static int become_sparse(const char *path, off_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r = fd < 0 ? -1 : ftruncate(fd, size);

	if (fd >= 0)
		close(fd);
	return r;
}

static int become_empty(const char *path)
{
	return become_sparse(path, 0);
}

static int become_small(const char *path)
{
	return become_sparse(path, FORMAT_TOC_SIZE);
}

static int become_zeros(const char *path)
{
	return become_sparse(path, 65536);
}

static int become_huge(const char *path)
{
	return become_sparse(path, (off_t)FORMAT_FILE_MAX + 1);
}

/* Where a size of 32 bits would begin anew. */
static int become_wrapped(const char *path)
{
	return become_sparse(path, ((off_t)1 << 32) + 65536);
}

static const struct {
	const char *name;
	int (*become)(const char *path);
	int want;
} kinds[] = {
	{ "missing", become_nothing, -ENOENT },
	{ "a link to nothing", become_link, -EPERM },
	{ "a link to a sound policy", become_link_to_sound, -EPERM },
	{ "a FIFO", become_fifo, -EPERM },
	{ "a folder", become_folder, -EPERM },
	{ "empty", become_empty, -EBADMSG },
	{ "a table of contents without contents", become_small, -EBADMSG },
	{ "zeros", become_zeros, -EBADMSG },
	{ "beyond 2 GiB", become_huge, -EBADMSG },
	{ "beyond 4 GiB", become_wrapped, -EBADMSG },
};

static void test_kinds(void **ret)
{
	const struct state *state = *ret;
	char sound[700];

	snprintf(sound, sizeof(sound), "%s.sound", state->file);
	assert_int_equal(rename(state->file, sound), 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int r;

		assert_int_equal(kinds[i].become(state->file), 0);
		r = try_open(state->folder);
		if (r != kinds[i].want)
			print_message("%s: %d\n", kinds[i].name, r);
		assert_int_equal(r, kinds[i].want);
		(void)remove(state->file);
	}
}

static void test_folders(void **ret)
{
	const struct state *state = *ret;
	struct rolegate_policy *policy = NULL;
	char path[700], *reason = NULL;

	snprintf(path, sizeof(path), "%s/none", state->folder);
	assert_int_equal(try_open(path), -ENOENT);
	assert_int_equal(try_open(state->file), -EPERM);
	snprintf(path, sizeof(path), "%s/below", state->file);
	assert_int_equal(try_open(path), -ENOENT);
	/* Relative: whose folder it is depends on where the caller happens to be. */
	assert_int_equal(try_open("rolegate"), -EINVAL);
	assert_int_equal(try_open("./rolegate"), -EINVAL);
	assert_int_equal(try_open(""), -EINVAL);
	assert_int_equal(rolegate_policy_open(state->folder, NULL, &reason), -EINVAL);
	assert_non_null(reason);
	free(reason);
	assert_int_equal(rolegate_policy_open(state->folder, &policy, NULL), 0);
	rolegate_policy_close(policy);
	rolegate_policy_close(NULL);
}

/* ---- The head ---- */

static const struct {
	const char *name;
	size_t at;
	const char *bytes;
	size_t n;
	int want;
} heads[] = {
	{ "another magic", 0, "rolegatf", 8, -EBADMSG },
	{ "format 0", 8, "\0\0\0\0", 4, -EPROTONOSUPPORT },
	{ "format 1", 8, "\1\0\0\0", 4, -EPROTONOSUPPORT },
	{ "format 2", 8, "\2\0\0\0", 4, -EPROTONOSUPPORT },
	{ "format 3", 8, "\3\0\0\0", 4, -EPROTONOSUPPORT },
	{ "format 5", 8, "\5\0\0\0", 4, -EPROTONOSUPPORT },
	{ "a format of many years from now", 8, "\1\0\0\1", 4, -EPROTONOSUPPORT },
	{ "another size", 12, "\1\0\0\0", 4, -EBADMSG },
	{ "generation 0", 16, "\0\0\0\0\0\0\0\0", 8, -EBADMSG },
	{ "unknown flags", 33, "\x02", 1, -EBADMSG },
	{ "too many roles", 48, "\xff\xff\xff\xff", 4, -EBADMSG },
	{ "no roles", 48, "\0\0\0\0", 4, -EBADMSG },
	{ "no permissions", 52, "\0\0\0\0", 4, -EBADMSG },
	{ "too many conflicts", 56, "\xff\xff\0\0", 4, -EBADMSG },
	{ "too many roles in conflict rules", 60, "\1\4\0\0", 4, -EBADMSG },
	{ "too many prefixes", 64, "\xff\xff\0\0", 4, -EBADMSG },
	{ "no buckets of users", 80, "\0\0\0\0", 4, -EBADMSG },
	{ "three buckets of groups", 84, "\3\0\0\0", 4, -EBADMSG },
	{ "2^31 buckets of services", 88, "\0\0\0\x80", 4, -EBADMSG },
	{ "no buckets of virtual users", 96, "\0\0\0\0", 4, -EBADMSG },
	{ "three buckets of gids", 100, "\3\0\0\0", 4, -EBADMSG },
	{ "2^31 buckets of suspended users", 104, "\0\0\0\x80", 4, -EBADMSG },
	{ "other_services of no kind", 108, "\4", 1, -EBADMSG },
	{ "other_services of a permission that is not there", 109, "\xff\xff\xff\xff", 4,
	  -EBADMSG },
	{ "a trial that begins before time does", 138, "\0\0\0\0\0\0\0\x80\1", 9, -EBADMSG },
	{ "a trial that ends when it begins", 138, "\1\0\0\0\0\0\0\0\1", 9, -EBADMSG },
	{ "a trial of eighty days", 146, "\0\0\0\0\2\0\0\0", 8, -EBADMSG },
	{ "a trial after the end of all clocks", 138, "\0\0\0\0\0\0\0\x7f\1\0\0\0\0\0\0\x7f", 16,
	  -EBADMSG },
	{ "an epoch without a trial", 154, "\1", 1, -EBADMSG },
	{ "an epoch that no clock can show", 146, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80", 16,
	  -EBADMSG },
	{ "a sound trial", 146, "\1", 1, 0 },
};

static void test_heads(void **ret)
{
	const struct state *state = *ret;

	forge_patch(state->file, FORMAT_HEAD, 0, 0, FORMAT_MAGIC, 8);
	assert_int_equal(try_open(state->folder), 0);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		int r;

		support_write_policy(SOUND, state->folder);
		forge_patch(state->file, FORMAT_HEAD, 0, heads[i].at, heads[i].bytes, heads[i].n);
		r = try_open(state->folder);
		if (r != heads[i].want)
			print_message("%s: %d\n", heads[i].name, r);
		assert_int_equal(r, heads[i].want);
	}
}

/* ---- Records and tables ---- */

static uint32_t hash_of(char letter, uint32_t number)
{
	unsigned char key[FORMAT_KEY_SIZE];

	format_key(key, letter, number);
	return cdb_hash(key, sizeof(key));
}

/* Two numbers of the letter U whose keys cdb cannot tell apart. */
static void find_twins(uint32_t *ret_a, uint32_t *ret_b)
{
	for (uint32_t a = 0; a < 65536; a++)
		for (uint32_t b = a + 1; b < a + 65536; b++)
			if (hash_of('U', a) == hash_of('U', b)) {
				*ret_a = a;
				*ret_b = b;
				return;
			}
	fail_msg("no twins");
}

/* Sizes of payloads, around the room that a record has without the heap. */
static const size_t sizes[] = { 0, 1, 1002, 1003, 1004, 1024, 1025, 70000, FORMAT_RECORD_MAX - 8 };

#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* A cdb with a head, records R of those sizes, two twins, and one too large. */
static void write_cdb(const char *path, uint32_t twin_a, uint32_t twin_b)
{
	unsigned char *payload = malloc(FORMAT_RECORD_MAX);
	struct cdb_make cdb;
	int fd;

	assert_non_null(payload);
	memset(payload, 'x', FORMAT_RECORD_MAX);
	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(cdb_make_start(&cdb, fd), 0);
	forge_add(&cdb, FORMAT_HEAD, 0, "head", 4);
	for (uint32_t i = 0; i < N_SIZES; i++)
		forge_add(&cdb, 'R', i, payload, sizes[i]);
	forge_add(&cdb, 'U', twin_a, "first", 5);
	forge_add(&cdb, 'U', twin_b, "second", 6);
	forge_add(&cdb, 'R', 99, payload, FORMAT_RECORD_MAX - 7);
	assert_int_equal(cdb_make_finish(&cdb), 0);
	close(fd);
	free(payload);
}

static void open_store(const struct state *state, struct store *ret)
{
	const char *what = NULL;
	struct record head;

	assert_int_equal(store_open(ret, state->folder, FORMAT_FILE_NAME, &head, &what), 0);
	assert_int_equal(head.n, 4);
	assert_memory_equal(head.payload, "head", 4);
	store_record_free(&head);
}

/* What write_cdb() wrote is found, and nothing else. */
static void check_records(const struct store *store, uint32_t a, uint32_t b)
{
	struct record record;
	size_t n_wrong = 0;

	for (uint32_t i = 0; i < N_SIZES; i++) {
		assert_int_equal(store_find(store, 'R', i, &record), 0);
		assert_int_equal(record.n, sizes[i]);
		for (size_t k = 0; k < record.n; k++)
			n_wrong += record.payload[k] != 'x';
		store_record_free(&record);
	}
	assert_int_equal(n_wrong, 0);
	assert_int_equal(store_find(store, 'U', a, &record), 0);
	assert_memory_equal(record.payload, "first", 5);
	store_record_free(&record);
	assert_int_equal(store_find(store, 'U', b, &record), 0);
	assert_memory_equal(record.payload, "second", 6);
	store_record_free(&record);
	/* What has to be there and is not, is damage. */
	assert_int_equal(store_find(store, 'R', 98, &record), -EBADMSG);
	assert_int_equal(store_find(store, 'R', 99, &record), -EBADMSG);
}

static void test_records(void **ret)
{
	const struct state *state = *ret;
	uint32_t a = 0, b = 0;
	struct store store;

	find_twins(&a, &b);
	write_cdb(state->file, a, b);
	open_store(state, &store);
	check_records(&store, a, b);
	assert_int_equal(store_load(&store), 0);
	check_records(&store, a, b);
	store_close(&store);
}

/* What a table of a sound file says, and where it lies. */
struct table {
	off_t entry; /* in the table of contents */
	uint32_t at, n;
	off_t slot; /* of the key looked for */
	uint32_t position;
};

static void find_slot(const char *path, char letter, uint32_t number, struct table *ret)
{
	size_t size;
	unsigned char *file = (unsigned char *)support_read_file(path, &size);
	uint32_t hash = hash_of(letter, number), slot;

	ret->entry = (off_t)(hash & 255) * 8;
	ret->at = format_get32(file + ret->entry);
	ret->n = format_get32(file + ret->entry + 4);
	for (slot = (hash >> 8) % ret->n;; slot = (slot + 1) % ret->n) {
		ret->slot = (off_t)ret->at + (off_t)slot * 8;
		ret->position = format_get32(file + ret->slot + 4);
		if (format_get32(file + ret->slot) == hash)
			break;
	}
	free(file);
}

static void patch32(const char *path, off_t at, uint32_t value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	unsigned char bytes[4];

	assert_true(fd >= 0);
	format_put32(bytes, value);
	assert_int_equal(pwrite(fd, bytes, 4, at), 4);
	close(fd);
}

enum where { ENTRY_AT, ENTRY_N, SLOT_HASH, SLOT_POSITION, RECORD_KEY_LENGTH, RECORD_LENGTH };

static const struct {
	const char *name;
	enum where where;
	uint32_t value;
} games[] = {
	{ "a table inside the table of contents", ENTRY_AT, 0 },
	{ "a table one byte before the records", ENTRY_AT, FORMAT_TOC_SIZE - 1 },
	{ "a table among the records", ENTRY_AT, FORMAT_TOC_SIZE },
	{ "a table beyond the end", ENTRY_AT, 0x7fffffff },
	{ "a table at the last possible place", ENTRY_AT, 0xffffffff },
	{ "a table of no slots", ENTRY_N, 0 },
	{ "a table of many slots", ENTRY_N, 0x7fffffff },
	{ "a table whose size in bytes is 0 in 32 bits", ENTRY_N, 0x20000000 },
	{ "a table of all the slots there could be", ENTRY_N, 0xffffffff },
	{ "another hash", SLOT_HASH, 0 },
	{ "no record", SLOT_POSITION, 0 },
	{ "a record inside the table of contents", SLOT_POSITION, 1 },
	{ "a record that is the head", SLOT_POSITION, FORMAT_TOC_SIZE },
	{ "a record between two", SLOT_POSITION, FORMAT_TOC_SIZE + 1 },
	{ "a record beyond the end", SLOT_POSITION, 0x7fffffff },
	{ "a record at the last possible place", SLOT_POSITION, 0xffffffff },
	{ "a key of no bytes", RECORD_KEY_LENGTH, 0 },
	{ "a key of many bytes", RECORD_KEY_LENGTH, 0xffffffff },
	{ "a record shorter than its checksum", RECORD_LENGTH, FORMAT_SUM_SIZE - 1 },
	{ "a record of nothing but its checksum", RECORD_LENGTH, FORMAT_SUM_SIZE },
	{ "a record shorter by a byte", RECORD_LENGTH, FORMAT_SUM_SIZE + 4 },
	{ "a record longer by a byte", RECORD_LENGTH, FORMAT_SUM_SIZE + 6 },
	{ "a record beyond the room", RECORD_LENGTH, 1100 },
	{ "a record of the largest size", RECORD_LENGTH, FORMAT_RECORD_MAX },
	{ "a record above the largest size", RECORD_LENGTH, FORMAT_RECORD_MAX + 1 },
	{ "a record of all the bytes there could be", RECORD_LENGTH, 0xffffffff },
};

static off_t offset_of(enum where where, const struct table *table)
{
	switch (where) {
	case ENTRY_AT:
		return table->entry;
	case ENTRY_N:
		return table->entry + 4;
	case SLOT_HASH:
		return table->slot;
	case SLOT_POSITION:
		return table->slot + 4;
	case RECORD_KEY_LENGTH:
		return table->position;
	default:
		return (off_t)table->position + 4;
	}
}

static void test_games(void **ret)
{
	const struct state *state = *ret;
	uint32_t a = 0, b = 0;
	struct table table;

	find_twins(&a, &b);
	for (size_t i = 0; i < sizeof(games) / sizeof(games[0]); i++) {
		struct record record;
		struct store store;
		int r;

		write_cdb(state->file, a, b);
		find_slot(state->file, 'U', a, &table);
		patch32(state->file, offset_of(games[i].where, &table), games[i].value);
		open_store(state, &store);
		r = store_find(&store, 'U', a, &record);
		if (r != -EBADMSG)
			print_message("%s: %d\n", games[i].name, r);
		assert_int_equal(r, -EBADMSG);
		assert_null(record.heap);
		/* In memory the tables are not asked: a sound record is found without them. */
		assert_int_equal(store_load(&store), 0);
		r = store_find(&store, 'U', a, &record);
		assert_int_equal(r, games[i].where < RECORD_KEY_LENGTH ? 0 : -EBADMSG);
		if (r == 0)
			assert_memory_equal(record.payload, "first", 5);
		store_close(&store);
	}
}

/* A slot that points at the twin is passed over, and does not answer in its stead. */
static void test_twins(void **ret)
{
	const struct state *state = *ret;
	struct table first, second;
	struct record record;
	struct store store;
	uint32_t a = 0, b = 0;

	find_twins(&a, &b);
	write_cdb(state->file, a, b);
	find_slot(state->file, 'U', a, &first);
	second = first;
	second.slot += 8;
	if (second.slot == (off_t)first.at + (off_t)first.n * 8)
		second.slot = first.at;
	/* The first slot of that hash is the one that was written first: swap the two. */
	open_store(state, &store);
	assert_int_equal(store_find(&store, 'U', a, &record), 0);
	store_record_free(&record);
	store_close(&store);
	patch32(state->file, first.slot + 4, first.position + 8 + 5 + 8 + 5);
	patch32(state->file, second.slot + 4, first.position);
	open_store(state, &store);
	assert_int_equal(store_find(&store, 'U', a, &record), 0);
	assert_memory_equal(record.payload, "first", 5);
	store_record_free(&record);
	assert_int_equal(store_find(&store, 'U', b, &record), 0);
	assert_memory_equal(record.payload, "second", 6);
	store_record_free(&record);
	store_close(&store);
}

/* All slots taken by others: the search has an end. */
static void test_full_table(void **ret)
{
	const struct state *state = *ret;
	const uint32_t n = 1000000;
	struct table table;
	struct record record;
	struct store store;
	uint32_t a = 0, b = 0;
	char *slots = malloc((size_t)n * 8);
	size_t size;
	int fd;

	assert_non_null(slots);
	find_twins(&a, &b);
	write_cdb(state->file, a, b);
	find_slot(state->file, 'U', a, &table);
	free(support_read_file(state->file, &size));
	memset(slots, 0x7f, (size_t)n * 8);
	fd = open(state->file, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, slots, (size_t)n * 8), (ssize_t)n * 8);
	close(fd);
	free(slots);
	patch32(state->file, table.entry, (uint32_t)size);
	patch32(state->file, table.entry + 4, n);
	open_store(state, &store);
	assert_int_equal(store_find(&store, 'U', a, &record), -EBADMSG);
	/* In memory nothing is searched. */
	assert_int_equal(store_load(&store), 0);
	assert_int_equal(store_find(&store, 'U', a, &record), 0);
	assert_memory_equal(record.payload, "first", 5);
	store_close(&store);
}

/* ---- Limits, to the byte ---- */

/* A cdb with a head and one record U 0, and where the tables have that. */
static void write_small(const char *path, struct table *ret)
{
	struct cdb_make cdb;
	int fd;

	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(cdb_make_start(&cdb, fd), 0);
	forge_add(&cdb, FORMAT_HEAD, 0, "head", 4);
	forge_add(&cdb, 'U', 0, "first", 5);
	assert_int_equal(cdb_make_finish(&cdb), 0);
	close(fd);
	find_slot(path, 'U', 0, ret);
}

/* Write bytes behind the end of a file; their position. */
static uint32_t append(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(write(fd, bytes, n), (ssize_t)n);
	close(fd);
	return (uint32_t)st.st_size;
}

static void cut(const char *path, off_t n)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - n), 0);
}

/* Append a table of n slots in which others have all but the one that is so far from the first looked at. */
static void append_table(const char *path, const struct table *table, uint32_t n, uint32_t distance)
{
	unsigned char *slots = malloc((size_t)n * 8);
	uint32_t hash = hash_of('U', 0);

	assert_non_null(slots);
	for (uint32_t i = 0; i < n; i++) {
		format_put32(slots + (size_t)i * 8, ~hash);
		format_put32(slots + (size_t)i * 8 + 4, table->position);
	}
	format_put32(slots + ((hash >> 8) + (uint64_t)distance) % n * 8, hash);
	patch32(path, table->entry, append(path, slots, (size_t)n * 8));
	patch32(path, table->entry + 4, n);
	free(slots);
}

/* Look for U 0 by the tables, and once more when the file is loaded. 0 or the error of both. */
static int find_first(const struct state *state)
{
	struct record record;
	struct store store;
	int r;

	open_store(state, &store);
	r = store_find(&store, 'U', 0, &record);
	if (r == 0) {
		assert_int_equal(record.n, 5);
		assert_memory_equal(record.payload, "first", 5);
		store_record_free(&record);
	}
	assert_int_equal(store_load(&store), 0);
	assert_int_equal(store_check(&store, true), r);
	store_close(&store);
	return r;
}

/*
 * Kills `probes < n_slots` as `probes + 1 < n_slots`, and a slot left out or looked at in vain where a search goes
 * on at the beginning of a table.
 */
static void test_slots(void **ret)
{
	const struct state *state = *ret;
	struct table table;

	for (uint32_t n = 1; n <= 34; n++)
		for (uint32_t distance = 0; distance < n; distance++) {
			write_small(state->file, &table);
			append_table(state->file, &table, n, distance);
			if (find_first(state) != 0)
				fail_msg("slot %u of %u", distance, n);
		}
}

/* Kills `probes < FORMAT_PROBES_MAX` as `<=`, and a limit that is one more or less. */
static void test_probes(void **ret)
{
	static const struct {
		uint32_t distance;
		int want;
	} cases[] = {
		{ FORMAT_PROBES_MAX - 9, 0 },	     { FORMAT_PROBES_MAX - 8, 0 },
		{ FORMAT_PROBES_MAX - 1, 0 },	     { FORMAT_PROBES_MAX, -EBADMSG },
		{ FORMAT_PROBES_MAX + 7, -EBADMSG }, { FORMAT_PROBES_MAX + 8, -EBADMSG },
	};
	const struct state *state = *ret;
	uint32_t n = 2 * FORMAT_PROBES_MAX, hash = hash_of('U', 0);
	struct table table;

	/* The search ends before the end of the table. */
	while ((hash >> 8) % n + FORMAT_PROBES_MAX + 16 > n)
		n++;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int r;

		write_small(state->file, &table);
		append_table(state->file, &table, n, cases[i].distance);
		r = find_first(state);
		if (r != cases[i].want)
			fail_msg("%u slots before: %d", cases[i].distance, r);
	}
	/* Seven slots before the search goes on at the beginning, it has looked at one less than the limit, and has one more. */
	for (n = FORMAT_PROBES_MAX + 8;
	     n - (hash >> 8) % n >= FORMAT_PROBES_MAX || (n - (hash >> 8) % n) % 8 != 7;)
		n++;
	write_small(state->file, &table);
	append_table(state->file, &table, n, FORMAT_PROBES_MAX - 1);
	assert_int_equal(find_first(state), 0);
}

/*
 * Kills the limits of find_table(): a table that ends at the end of the file, a byte behind it, and before the
 * records.
 */
static void test_table_ends(void **ret)
{
	const struct state *state = *ret;
	static const uint32_t beyond[] = { 0x10000000, 0x7fffffff, 0xffffffff };
	const uint32_t n = 34;
	struct table table;

	write_small(state->file, &table);
	append_table(state->file, &table, n, 0);
	assert_int_equal(find_first(state), 0);
	cut(state->file, 1);
	assert_int_equal(find_first(state), -EBADMSG);
	write_small(state->file, &table);
	append_table(state->file, &table, n, 0);
	append(state->file, "", 1);
	assert_int_equal(find_first(state), 0);
	patch32(state->file, table.entry + 4, n + 1);
	assert_int_equal(find_first(state), -EBADMSG);
	/* Beyond the end there is no table and no record, also of a loaded file. */
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		write_small(state->file, &table);
		patch32(state->file, table.entry, beyond[i]);
		assert_int_equal(find_first(state), -EBADMSG);
		write_small(state->file, &table);
		patch32(state->file, table.slot + 4, beyond[i]);
		assert_int_equal(find_first(state), -EBADMSG);
	}
	/* A table of one slot that is the last entry of the table of contents. */
	write_small(state->file, &table);
	assert_true(table.entry < FORMAT_TOC_SIZE - 8);
	patch32(state->file, FORMAT_TOC_SIZE - 8, hash_of('U', 0));
	patch32(state->file, FORMAT_TOC_SIZE - 4, table.position);
	patch32(state->file, table.entry, FORMAT_TOC_SIZE - 8);
	patch32(state->file, table.entry + 4, 1);
	assert_int_equal(find_first(state), -EBADMSG);
}

/* Append a record of U 0 whose payload has n bytes; its position. */
static uint32_t append_record(const char *path, size_t n)
{
	unsigned char *raw = calloc(1, FORMAT_RECORD_OVERHEAD + n);
	uint64_t sum;
	uint32_t at;

	assert_non_null(raw);
	format_put32(raw, FORMAT_KEY_SIZE);
	format_put32(raw + 4, (uint32_t)(FORMAT_SUM_SIZE + n));
	format_key(raw + FORMAT_LENGTHS_SIZE, 'U', 0);
	memset(raw + FORMAT_RECORD_OVERHEAD, 'z', n);
	sum = format_sum(raw + FORMAT_LENGTHS_SIZE, raw + FORMAT_RECORD_OVERHEAD, n);
	format_put32(raw + FORMAT_LENGTHS_SIZE + FORMAT_KEY_SIZE, (uint32_t)sum);
	format_put32(raw + FORMAT_LENGTHS_SIZE + FORMAT_KEY_SIZE + 4, (uint32_t)(sum >> 32));
	at = append(path, raw, FORMAT_RECORD_OVERHEAD + n);
	free(raw);
	return at;
}

/* Look for U 0 in the file alone: the size of its payload, or an error. */
static int find_size(const struct state *state)
{
	struct record record;
	struct store store;
	int r;

	open_store(state, &store);
	r = store_find(&store, 'U', 0, &record);
	if (r == 0)
		r = (int)record.n;
	store_record_free(&record);
	store_close(&store);
	return r;
}

/*
 * Kills `position > size - overhead` as `>=`, and `n_value > left - …` of format_record_size() as `>=`: a record may end
 * where the file does, also one of nothing but its checksum, and not a byte behind.
 */
static void test_record_ends(void **ret)
{
	const struct state *state = *ret;
	struct table table;

	for (size_t i = 0; i < N_SIZES; i++) {
		uint32_t at;

		write_small(state->file, &table);
		at = append_record(state->file, sizes[i]);
		patch32(state->file, table.slot + 4, at);
		assert_int_equal(find_size(state), sizes[i]);
		cut(state->file, 1);
		assert_int_equal(find_size(state), -EBADMSG);
		/* The file ends in what comes before a payload, and where that begins. */
		assert_int_equal(truncate(state->file, at + FORMAT_RECORD_OVERHEAD - 1), 0);
		assert_int_equal(find_size(state), -EBADMSG);
		assert_int_equal(truncate(state->file, at), 0);
		assert_int_equal(find_size(state), -EBADMSG);
	}
}

/* Kills `position < FORMAT_TOC_SIZE` left out: a valid record in unused entries of the table of contents is none. */
static void test_record_in_contents(void **ret)
{
	const struct state *state = *ret;
	const off_t inside = FORMAT_TOC_SIZE - 24;
	unsigned char raw[FORMAT_RECORD_OVERHEAD];
	struct table table;
	uint32_t at;
	int fd;

	write_small(state->file, &table);
	assert_true(table.entry + 8 <= inside);
	at = append_record(state->file, 0);
	patch32(state->file, table.slot + 4, at);
	assert_int_equal(find_size(state), 0);
	fd = open(state->file, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, raw, sizeof(raw), at), sizeof(raw));
	assert_int_equal(pwrite(fd, raw, sizeof(raw), inside), sizeof(raw));
	close(fd);
	patch32(state->file, table.slot + 4, (uint32_t)inside);
	assert_int_equal(find_size(state), -EBADMSG);
}

/*
 * Kills the limits of what was read when the file was opened: a record that ends there needs no table, one byte more
 * does.
 */
static void test_near_ends(void **ret)
{
	const struct state *state = *ret;
	const size_t before = FORMAT_TOC_SIZE + 2 * FORMAT_RECORD_OVERHEAD + 4;

	for (size_t more = 0; more < 2; more++) {
		char payload[FORMAT_NEAR_SIZE] = "";
		struct table table;
		struct record record;
		struct cdb_make cdb;
		struct store store;
		int fd;

		(void)unlink(state->file);
		fd = open(state->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		assert_true(fd >= 0);
		assert_int_equal(cdb_make_start(&cdb, fd), 0);
		forge_add(&cdb, FORMAT_HEAD, 0, "head", 4);
		forge_add(&cdb, 'P', 0, payload, FORMAT_NEAR_SIZE - before + more);
		assert_int_equal(cdb_make_finish(&cdb), 0);
		close(fd);
		find_slot(state->file, 'P', 0, &table);
		patch32(state->file, table.entry + 4, 0);
		open_store(state, &store);
		assert_int_equal(store_find(&store, 'P', 0, &record), more ? -EBADMSG : 0);
		store_record_free(&record);
		store_close(&store);
	}
}

static int try_store(const struct state *state, off_t size)
{
	const char *what = NULL;
	static struct store store; /* has still what an earlier call has read */
	struct record head;
	int r;

	assert_int_equal(truncate(state->file, size), 0);
	r = store_open(&store, state->folder, FORMAT_FILE_NAME, &head, &what);
	if (r < 0)
		return r;
	store_record_free(&head);
	store_close(&store);
	return 0;
}

/*
 * Kills both comparisons of check_file(): valid files of the smallest and the largest size, and of a byte less or
 * more.
 */
static void test_file_sizes(void **ret)
{
	const struct state *state = *ret;
	const off_t smallest = FORMAT_TOC_SIZE + FORMAT_RECORD_OVERHEAD, largest = FORMAT_FILE_MAX;
	struct cdb_make cdb;
	struct table table;
	int fd;

	(void)unlink(state->file);
	fd = open(state->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(cdb_make_start(&cdb, fd), 0);
	forge_add(&cdb, FORMAT_HEAD, 0, "", 0);
	assert_int_equal(cdb_make_finish(&cdb), 0);
	close(fd);
	assert_int_equal(try_store(state, smallest), 0);
	assert_int_equal(try_store(state, smallest - 1), -EBADMSG);
	assert_int_equal(try_store(state, FORMAT_TOC_SIZE), -EBADMSG);
	assert_int_equal(try_store(state, FORMAT_TOC_SIZE - 1), -EBADMSG);
	assert_int_equal(try_store(state, 0), -EBADMSG);
	write_small(state->file, &table);
	assert_int_equal(try_store(state, largest), 0);
	assert_int_equal(find_size(state), 5);
	assert_int_equal(try_store(state, largest + 1), -EBADMSG);
	/* Of 32 bits these are a size that is allowed. */
	assert_int_equal(try_store(state, ((off_t)1 << 32) + 65536), -EBADMSG);
	assert_int_equal(try_store(state, largest), 0);
}

/* ---- Near the beginning, and in the index ---- */

/* A cdb whose records P, numbered as here, lie behind the head: some near, the last beyond. */
static const uint32_t numbers[] = { 0, 1, 2, 5, 1029, 3000, FORMAT_BUCKETS_MAX, UINT32_MAX, 3 };

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void write_numbered(const char *path)
{
	char payload[1500];
	struct cdb_make cdb;
	int fd;

	(void)unlink(path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(cdb_make_start(&cdb, fd), 0);
	forge_add(&cdb, FORMAT_HEAD, 0, "head", 4);
	for (size_t i = 0; i < N_NUMBERS; i++) {
		memset(payload, 'a' + (int)i, sizeof(payload));
		forge_add(&cdb, 'P', numbers[i], payload, sizeof(payload));
	}
	forge_add(&cdb, 'P', numbers[0], "again", 5);
	forge_add(&cdb, '*', 7, "no letter", 9);
	assert_int_equal(cdb_make_finish(&cdb), 0);
	close(fd);
}

/* Whether a numbered record is found, and is what was written. */
static int find_numbered(const struct store *store, size_t i)
{
	struct record record;
	int r = store_find(store, 'P', numbers[i], &record);

	if (r < 0)
		return r;
	assert_int_equal(record.n, 1500);
	assert_int_equal(record.payload[0], 'a' + (int)i);
	assert_int_equal(record.payload[1499], 'a' + (int)i);
	store_record_free(&record);
	return 0;
}

/* Whatever its number, and wherever it lies: near, beyond, in the index, or too far ahead for that. */
static void test_numbers(void **ret)
{
	const struct state *state = *ret;
	struct record record;
	struct store store;

	write_numbered(state->file);
	open_store(state, &store);
	assert_int_equal(store.n_near, FORMAT_NEAR_SIZE);
	for (int loaded = 0; loaded < 2; loaded++) {
		for (size_t i = 0; i < N_NUMBERS; i++)
			assert_int_equal(find_numbered(&store, i), 0);
		assert_int_equal(store_find(&store, 'P', 4, &record), -EBADMSG);
		assert_int_equal(store_find(&store, '*', 7, &record), 0);
		store_record_free(&record);
		if (!loaded)
			assert_int_equal(store_load(&store), 0);
	}
	/* A number that is far ahead of how many there are makes no list that long. */
	assert_true(store.index->lists['P' - 'A'].n <= 1030);
	store_close(&store);
}

/* Wherever a byte of a record is another, that record is none; the others are, near or not. */
static void test_near_damage(void **ret)
{
	const struct state *state = *ret;
	const off_t size = FORMAT_RECORD_OVERHEAD + 1500;
	const off_t first = FORMAT_TOC_SIZE + FORMAT_RECORD_OVERHEAD + 4;
	struct store store;

	for (size_t bad = 0; bad < N_NUMBERS; bad++)
		for (off_t at = 0; at < size; at += at < 64 ? 1 : 97) {
			write_numbered(state->file);
			patch32(state->file, first + (off_t)bad * size + at, 0x5a5a5a5a);
			open_store(state, &store);
			for (int loaded = 0; loaded < 2; loaded++) {
				for (size_t i = bad == 0 ? 1 : 0; i < N_NUMBERS; i++)
					/* Four bytes at the end reach into the next one. */
					if (i != bad && (i != bad + 1 || at + 4 <= size))
						assert_int_equal(find_numbered(&store, i), 0);
				if (bad > 0)
					assert_int_equal(find_numbered(&store, bad), -EBADMSG);
				if (!loaded)
					assert_int_equal(store_load(&store), 0);
			}
			store_close(&store);
		}
}

/* The number comes back out of a key. */
static void test_keys(void **ret)
{
	unsigned char key[FORMAT_KEY_SIZE];

	(void)ret;
	for (uint32_t i = 0, number = 0; i < 100000; i++, number += number < 4096 ? 1 : 44771) {
		format_key(key, 'U', number);
		assert_int_equal(format_number(key), number);
	}
}

/* ---- All of it ---- */

/* Flip a byte, load the file, and check all of it: 0, or an error of either. */
static int check_flipped(const struct state *state, char *bytes, size_t n, size_t at,
			 bool with_tables)
{
	struct rolegate_policy *policy = NULL;
	int r;

	bytes[at] ^= 0x10;
	support_write_file(state->file, bytes, n, 0644);
	bytes[at] ^= 0x10;
	r = rolegate_policy_load(state->folder, &policy, NULL);
	if (r == 0)
		r = store_check(&policy->store, with_tables);
	rolegate_policy_close(policy);
	return r;
}

/* No byte of a record is changed without being seen, nor one of a table that leads to a record. */
static void test_check(void **ret)
{
	const struct state *state = *ret;
	size_t n, n_unseen = 0, end = 0;
	struct rolegate_policy *policy;
	char *bytes = support_read_file(state->file, &n);

	assert_int_equal(rolegate_policy_load(state->folder, &policy, NULL), 0);
	assert_int_equal(store_check(&policy->store, true), 0);
	end = policy->store.index->end;
	rolegate_policy_close(policy);
	assert_in_range(end, FORMAT_TOC_SIZE + 1000, n - 100);
	for (size_t at = FORMAT_TOC_SIZE; at < end; at += 3)
		n_unseen += check_flipped(state, bytes, n, at, false) == 0;
	assert_int_equal(n_unseen, 0);
	for (size_t at = end; at < n; at++) {
		bool is_used = false;

		/* Of a slot that no record is in, nobody reads more than that it is empty. */
		for (size_t k = (at - end) / 8 * 8 + end; k < (at - end) / 8 * 8 + end + 8; k++)
			is_used = is_used || bytes[k] != 0;
		n_unseen += is_used && check_flipped(state, bytes, n, at, true) == 0;
	}
	assert_int_equal(n_unseen, 0);
	free(bytes);
}

#define STATE_TEST(function) cmocka_unit_test_setup_teardown(function, make_state, remove_state)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(test_modes),
		STATE_TEST(test_owners),
		STATE_TEST(test_kinds),
		STATE_TEST(test_folders),
		STATE_TEST(test_heads),
		STATE_TEST(test_records),
		STATE_TEST(test_games),
		STATE_TEST(test_twins),
		STATE_TEST(test_full_table),
		STATE_TEST(test_numbers),
		STATE_TEST(test_near_damage),
		STATE_TEST(test_check),
		STATE_TEST(test_slots),
		STATE_TEST(test_probes),
		STATE_TEST(test_table_ends),
		STATE_TEST(test_record_ends),
		STATE_TEST(test_record_in_contents),
		STATE_TEST(test_near_ends),
		STATE_TEST(test_file_sizes),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
