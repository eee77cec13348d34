/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "place.h"

#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATE "/var/lib/rolegate"
#define SUFFIX ".rolegate-new"
#define PATH_SIZE 1024

char *place_make_folder(void)
{
	char *path;

	assert_true(asprintf(&path, "%s/rolegate-faults-XXXXXX",
			     access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") > 0);
	assert_non_null(mkdtemp(path));
	return path;
}

/* ---- Commands ---- */

int place_run(const char *root, const char *script, char **ret_output)
{
	char *line, *output;
	size_t n, max = 65536;
	FILE *pipe;
	int status;

	assert_true(asprintf(&line,
			     "exec 2>&1 </dev/null; D='%s' S='" TEST_SRCDIR "' R='" TEST_BUILDDIR
			     "/rolegate --root %s'; export D; %s",
			     root, root, script) > 0);
	pipe = popen(line, "re");
	assert_non_null(pipe);
	output = malloc(max);
	assert_non_null(output);
	n = fread(output, 1, max - 1, pipe);
	output[n] = '\0';
	status = pclose(pipe);
	free(line);
	if (ret_output)
		*ret_output = output;
	else
		free(output);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* ---- Copying ---- */

/* Files of more than one name that were copied, by their first. */
struct copying {
	struct {
		ino_t from;
		char to[PATH_SIZE];
	} linked[64];
	size_t n_linked;
};

/* Give the copy another name, if a first one is there. */
static bool copy_link(struct copying *copying, const struct stat *st, const char *to)
{
	if (st->st_nlink < 2)
		return false;
	for (size_t i = 0; i < copying->n_linked; i++) {
		if (copying->linked[i].from != st->st_ino)
			continue;
		assert_int_equal(link(copying->linked[i].to, to), 0);
		return true;
	}
	assert_true(copying->n_linked < sizeof(copying->linked) / sizeof(copying->linked[0]));
	copying->linked[copying->n_linked].from = st->st_ino;
	snprintf(copying->linked[copying->n_linked++].to, PATH_SIZE, "%s", to);
	return false;
}

static void copy_folder(struct copying *copying, const char *from, const char *to,
			const struct stat *st);

static void copy_entry(struct copying *copying, const char *from, const char *to)
{
	struct stat st;
	char *bytes;
	size_t n;

	assert_int_equal(lstat(from, &st), 0);
	if (S_ISDIR(st.st_mode)) {
		copy_folder(copying, from, to, &st);
	} else if (!copy_link(copying, &st, to)) {
		bytes = support_read_file(from, &n);
		support_write_file(to, bytes, n, st.st_mode & 07777);
		free(bytes);
	}
	assert_int_equal(
		utimensat(AT_FDCWD, to, (const struct timespec[]){ st.st_atim, st.st_mtim }, 0), 0);
}

static void copy_folder(struct copying *copying, const char *from, const char *to,
			const struct stat *st)
{
	struct dirent *entry;
	DIR *dir;

	assert_int_equal(mkdir(to, 0700), 0);
	assert_int_equal(chmod(to, st->st_mode & 07777), 0);
	dir = opendir(from);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char below_from[PATH_SIZE], below_to[PATH_SIZE];

		if (!is_entry(entry))
			continue;
		snprintf(below_from, sizeof(below_from), "%s/%s", from, entry->d_name);
		snprintf(below_to, sizeof(below_to), "%s/%s", to, entry->d_name);
		copy_entry(copying, below_from, below_to);
	}
	closedir(dir);
}

void place_copy(const char *from, const char *to)
{
	struct copying copying = { .n_linked = 0 };

	if (access(to, F_OK) == 0)
		support_remove_folder(strdup(to));
	copy_entry(&copying, from, to);
}

/* ---- Files as text ---- */

/* FNV-1a: files that differ by chance alone are not told apart once in 2^64. */
static uint64_t digest(const char *bytes, size_t n)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static bool is_compiled(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && !strcmp(path + n - 4, ".cdb");
}

/* Write a file's path below `top`, its size, and its bytes or what they come to. */
static void print_file(FILE *to, const char *path, size_t n_top, bool all)
{
	char *bytes;
	size_t n;

	bytes = support_read_file(path, &n);
	fprintf(to, "%s, %zu bytes:\n", path + n_top, n);
	if (all)
		fprintf(to, "%016" PRIx64 "\n", is_compiled(path) ? 0 : digest(bytes, n));
	else
		fwrite(bytes, 1, n, to);
	free(bytes);
}

static bool is_temporary(const char *name)
{
	size_t n = strlen(name), n_suffix = strlen(SUFFIX);

	return name[0] == '.' && n > n_suffix && !strcmp(name + n - n_suffix, SUFFIX);
}

/* Files below a folder in byte order: all, with modes; or their texts, without temporary ones. */
static void print_folder(FILE *to, const char *folder, size_t n_top, bool all)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_entry, alphasort);

	if (n < 0)
		return;
	for (int i = 0; i < n; i++) {
		char path[PATH_SIZE];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		assert_int_equal(lstat(path, &st), 0);
		if (all)
			fprintf(to, "%o %lu ", st.st_mode, (unsigned long)st.st_nlink);
		if (S_ISDIR(st.st_mode))
			print_folder(to, path, n_top, all);
		else if (all || !is_temporary(entries[i]->d_name))
			print_file(to, path, n_top, all);
		free(entries[i]);
	}
	free(entries);
}

static char *read_folder(const char *folder, bool all)
{
	char *text = NULL;
	size_t n;
	FILE *to;

	to = open_memstream(&text, &n);
	assert_non_null(to);
	print_folder(to, folder, strlen(folder), all);
	assert_int_equal(fclose(to), 0);
	return text;
}

char *place_read_all(const char *root)
{
	return read_folder(root, true);
}

uint64_t place_generation(const char *root)
{
	struct rolegate_policy *policy = NULL;
	char state_dir[PATH_SIZE];
	uint64_t generation = 0;

	snprintf(state_dir, sizeof(state_dir), "%s" STATE, root);
	if (rolegate_policy_load(state_dir, &policy, NULL) == 0)
		generation = rolegate_policy_generation(policy);
	rolegate_policy_close(policy);
	return generation;
}

/* The sources of a policy, below a root or a generation's folder. */
static char *read_sources(const char *root, const char *below)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s%s/etc/rolegate", root, below);
	return read_folder(path, false);
}

/* ---- Looking ---- */

/* The value of a key of the outer object, as it is written. */
static void find_value(const char *json, const char *key, char *to, size_t size)
{
	char wanted[64];
	const char *at;

	snprintf(wanted, sizeof(wanted), "\n  \"%s\": ", key);
	at = strstr(json, wanted);
	to[0] = '\0';
	if (!at)
		return;
	at += strlen(wanted);
	snprintf(to, size, "%.*s", (int)strcspn(at + (*at == '"'), ",\"\n"), at + (*at == '"'));
}

void place_look(const char *root, struct place_view *ret)
{
	char *json, generation[24], below[64];

	*ret = (struct place_view){ 0 };
	ret->status = place_run(root, "$R status --json", &json);
	if (ret->status == 0) {
		find_value(json, "generation", generation, sizeof(generation));
		find_value(json, "sources", ret->word, sizeof(ret->word));
		assert_true(generation[0] != '\0');
		snprintf(ret->force, sizeof(ret->force), "%s%s", generation,
			 strstr(json, "\n  \"trial\": ") ? " on trial" : "");
		snprintf(below, sizeof(below), STATE "/generations/%s/sources", generation);
		ret->kept = read_sources(root, below);
	} else {
		ret->kept = strdup("");
		assert_non_null(ret->kept);
	}
	free(json);
	ret->sources = read_sources(root, "");
}

void place_forget(struct place_view *view)
{
	free(view->sources);
	free(view->kept);
	*view = (struct place_view){ 0 };
}

static bool has(const char *root, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s%s", root, name);
	return access(path, F_OK) == 0;
}

static bool has_temporary(const char *root, const char *name)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s%s", root, name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		found = found || is_temporary(entry->d_name);
	if (dir)
		closedir(dir);
	return found;
}

static bool is_locked(const char *root, const char *name)
{
	char path[PATH_SIZE];
	bool locked;
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	locked = flock(fd, LOCK_EX | LOCK_NB) < 0;
	close(fd);
	return locked;
}

const char *place_find_leftovers(const char *root)
{
	if (has_temporary(root, "/etc/rolegate") || has_temporary(root, "/etc/rolegate/policy.d"))
		return "a text beside its file";
	if (has(root, STATE "/generations/.new"))
		return "generations/.new";
	if (has(root, STATE "/policy.cdb.new"))
		return "policy.cdb.new";
	if (is_locked(root, STATE "/lock"))
		return "a lock that somebody holds";
	if (is_locked(root, STATE "/edit.lock"))
		return "an editor's lock that somebody holds";
	return NULL;
}
