/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "folder.h"
#include "format.h"
#include "kept.h"

#define NEW_FOLDER ".new"
#define NEW_LINK "policy.cdb.new"

/* ---- Opening and locking ---- */

static int lock(int fd)
{
	struct timespec pause = { .tv_nsec = 50L * 1000 * 1000 };
	unsigned int tries = STATE_LOCK_WAIT * 20;

	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (tries-- == 0)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static bool is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

int state_open(struct state *state, const struct tree *tree, const char *path)
{
	int r;

	*state = (struct state){ .fd = -1, .generations = -1, .lock = -1 };
	state->fd = r = tree_make_folder(tree, path);
	if (r < 0)
		goto fail;
	r = is_ours(state->fd) ? 0 : -EPERM;
	if (r < 0)
		goto fail;
	state->lock = openat(state->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = state->lock < 0 ? -errno : lock(state->lock);
	if (r < 0)
		goto fail;
	/* Sources may say of whom what others need not know. */
	state->generations = r = folder_make(state->fd, "generations", 0700);
	if (r < 0)
		goto fail;
	return 0;
fail:
	state_close(state);
	return r;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void state_close(struct state *state)
{
	close_one(&state->generations);
	close_one(&state->fd);
	/* Closing gives the lock back. */
	close_one(&state->lock);
}

/* ---- Numbers ---- */

/* A folder's name as a generation's number; 0 if it is none. */
static uint64_t number_of(const char *name)
{
	unsigned long long n;
	char *end;

	if (name[0] < '1' || name[0] > '9')
		return 0;
	errno = 0;
	n = strtoull(name, &end, 10);
	return *end == '\0' && errno == 0 ? n : 0;
}

/* All numbers there are, in no order, on the heap. */
static int list_generations(const struct state *state, uint64_t **ret_list, size_t *ret_n)
{
	DIR *dir = folder_list(state->generations);
	uint64_t *list = NULL;
	size_t n = 0, max = 0;
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		uint64_t number = number_of(entry->d_name), *more;

		if (number == 0)
			continue;
		more = array_grow(list, n, &max, sizeof(*list));
		if (more) {
			list = more;
			list[n++] = number;
		} else {
			r = -ENOMEM;
		}
	}
	closedir(dir);
	if (r < 0) {
		free(list);
		return r;
	}
	*ret_list = list;
	*ret_n = n;
	return 0;
}

int state_next_generation(const struct state *state, uint64_t active, uint64_t *ret)
{
	uint64_t *list;
	size_t n;
	int r;

	r = list_generations(state, &list, &n);
	if (r < 0)
		return r;
	*ret = active + 1;
	for (size_t i = 0; i < n; i++)
		if (list[i] >= *ret)
			*ret = list[i] + 1;
	free(list);
	return 0;
}

void state_discard(const struct state *state)
{
	(void)folder_sweep(state->generations, NEW_FOLDER);
}

/* ---- Writing ---- */

/*
 * Write one source below a folder, under its own path; each folder on the way is synced when it
 * got its entry.
 */
static int write_source(int folder, const struct source *source)
{
	const char *path = source->path;
	char part[NAME_MAX + 1];
	int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0), next, r;
	size_t n;

	r = fd < 0 ? -errno : 0;
	while (r == 0) {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n == 0 || n > NAME_MAX || (n <= 2 && !strncmp(path, "..", n))) {
			r = -EINVAL;
			break;
		}
		memcpy(part, path, n);
		part[n] = '\0';
		path += n;
		if (*path == '\0') {
			r = folder_write_file(fd, part, source->text, (size_t)source->size);
			if (r == 0)
				r = folder_sync(fd);
			break;
		}
		next = folder_make(fd, part, 0700);
		r = next < 0 ? next : folder_sync(fd);
		close(fd);
		fd = next;
	}
	close_one(&fd);
	return r;
}

static int write_sources(int folder, const struct sources *sources)
{
	int fd, r = 0;

	fd = folder_make(folder, KEPT_SOURCES, 0700);
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < sources->n && r == 0; i++)
		if (sources->list[i].text)
			r = write_source(fd, &sources->list[i]);
	close(fd);
	return r;
}

static int write_policy(int folder, const struct compiled *compiled, const struct pack_info *info,
			int *ret_fd)
{
	int fd, r;

	fd = folder_create_file(folder, FORMAT_FILE_NAME, 0644);
	if (fd < 0)
		return fd;
	r = pack_policy(&compiled->model, &compiled->sources, info, fd);
	if (r == 0)
		r = folder_sync(fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

int state_prepare(const struct state *state, const struct compiled *compiled,
		  const struct pack_info *info, int *ret_fd)
{
	int folder, fd = -1, r;

	r = folder_sweep(state->generations, NEW_FOLDER);
	if (r < 0)
		return r;
	folder = folder_make(state->generations, NEW_FOLDER, 0700);
	if (folder < 0)
		return folder;
	r = write_policy(folder, compiled, info, &fd);
	if (r == 0)
		r = write_sources(folder, &compiled->sources);
	if (r == 0)
		r = folder_sync(folder);
	close(folder);
	if (r < 0) {
		close_one(&fd);
		state_discard(state);
		return r;
	}
	*ret_fd = fd;
	return 0;
}

static void name_generation(char name[24], uint64_t generation)
{
	snprintf(name, 24, "%llu", (unsigned long long)generation);
}

/* A generation's folder; 0 stands for the one that is prepared. A descriptor or -errno. */
static int open_generation(const struct state *state, uint64_t generation)
{
	char name[24];

	name_generation(name, generation);
	return folder_open(state->generations, generation ? name : NEW_FOLDER);
}

int state_write_note(const struct state *state, uint64_t generation, const char *name,
		     const char *text)
{
	int folder, r;

	folder = open_generation(state, generation);
	if (folder < 0)
		return folder;
	(void)unlinkat(folder, name, 0);
	r = folder_write_file(folder, name, text, strlen(text));
	if (r == 0)
		r = folder_sync(folder);
	if (r < 0)
		(void)unlinkat(folder, name, 0);
	close(folder);
	return r;
}

void state_drop_note(const struct state *state, uint64_t generation, const char *name)
{
	int folder = open_generation(state, generation);

	if (folder < 0)
		return;
	(void)unlinkat(folder, name, 0);
	close(folder);
}

/* Make `name`, policy.cdb or trial.cdb, a generation's, in one step. */
static int put_in_force(const struct state *state, uint64_t generation, const char *name)
{
	char path[64];
	int r;

	snprintf(path, sizeof(path), "%llu/%s", (unsigned long long)generation, FORMAT_FILE_NAME);
	if (unlinkat(state->fd, NEW_LINK, 0) < 0 && errno != ENOENT)
		return -errno;
	if (linkat(state->generations, path, state->fd, NEW_LINK, 0) < 0)
		return -errno;
	/* PAM opens the policy by this name: the rename is the moment at which it changes. */
	if (renameat(state->fd, NEW_LINK, state->fd, name) == 0) {
		/*
		 * Two names of one file are left both by rename(2): so they are when a generation is
		 * put in force that is already.
		 */
		(void)unlinkat(state->fd, NEW_LINK, 0);
		return 0;
	}
	r = -errno;
	(void)unlinkat(state->fd, NEW_LINK, 0);
	return r;
}

/* Take back what put_in_force() did, for it could not be made to last. */
static void take_back(const struct state *state, uint64_t parent)
{
	if (parent == 0)
		(void)unlinkat(state->fd, FORMAT_FILE_NAME, 0);
	else
		(void)put_in_force(state, parent, FORMAT_FILE_NAME);
}

/* Give the prepared generation its number. */
static int number_generation(const struct state *state, uint64_t generation)
{
	char name[24];
	int r;

	name_generation(name, generation);
	if (renameat(state->generations, NEW_FOLDER, state->generations, name) < 0)
		return -errno;
	r = folder_sync(state->generations);
	if (r < 0)
		(void)folder_sweep(state->generations, name);
	return r;
}

/* Put a generation in force for good, to last, and instead of whatever is on trial. */
static int replace(const struct state *state, uint64_t generation, uint64_t parent)
{
	int r;

	r = put_in_force(state, generation, FORMAT_FILE_NAME);
	if (r < 0)
		return r;
	r = folder_sync(state->fd);
	/* It is over by now, unless it is the one that is confirmed: a trial decides only beside an older generation. */
	if (r == 0)
		r = state_end_trial(state);
	if (r < 0)
		take_back(state, parent);
	return r;
}

/* A generation that did not come to be in force. */
static void drop(const struct state *state, uint64_t generation)
{
	char name[24];

	name_generation(name, generation);
	(void)folder_sweep(state->generations, name);
}

int state_commit(const struct state *state, uint64_t generation, uint64_t parent)
{
	int r;

	r = number_generation(state, generation);
	if (r < 0)
		return r;
	r = replace(state, generation, parent);
	if (r < 0)
		drop(state, generation);
	return r;
}

int state_commit_trial(const struct state *state, uint64_t generation)
{
	int r;

	r = number_generation(state, generation);
	if (r < 0)
		return r;
	/* Not synced, as in state_end_trial(). */
	r = put_in_force(state, generation, FORMAT_TRIAL_NAME);
	if (r < 0)
		drop(state, generation);
	return r;
}

int state_confirm(const struct state *state, uint64_t generation, uint64_t parent)
{
	return replace(state, generation, parent);
}

int state_revert(const struct state *state, uint64_t generation, uint64_t parent, uint64_t trial)
{
	int r;

	r = trial ? put_in_force(state, trial, FORMAT_TRIAL_NAME) : state_end_trial(state);
	if (r < 0)
		return r;
	if (parent)
		r = put_in_force(state, parent, FORMAT_FILE_NAME);
	else if (unlinkat(state->fd, FORMAT_FILE_NAME, 0) < 0 && errno != ENOENT)
		r = -errno;
	if (r == 0)
		r = folder_sync(state->fd);
	if (r == 0)
		drop(state, generation);
	return r;
}

int state_end_trial(const struct state *state)
{
	/* Not synced: what a power cut brings back is over, for no trial outlasts a boot (trial.h). */
	return unlinkat(state->fd, FORMAT_TRIAL_NAME, 0) < 0 && errno != ENOENT ? -errno : 0;
}

static int by_number_down(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Likewise, the latest first. */
static int list_sorted(const struct state *state, uint64_t **ret_list, size_t *ret_n)
{
	uint64_t *list = NULL;
	size_t n = 0;
	int r;

	r = list_generations(state, &list, &n);
	if (r < 0)
		return r;
	if (n > 0)
		qsort(list, n, sizeof(*list), by_number_down);
	*ret_list = list;
	*ret_n = n;
	return 0;
}

int state_list(const struct tree *tree, const char *path, uint64_t **ret_list, size_t *ret_n)
{
	struct state state = { .fd = -1, .lock = -1 };
	char *folder;
	int r;

	if (asprintf(&folder, "%s/generations", path) < 0)
		return -ENOMEM;
	state.generations = tree_open_file(tree, folder, O_RDONLY | O_DIRECTORY, 0);
	free(folder);
	if (state.generations < 0)
		return state.generations;
	r = list_sorted(&state, ret_list, ret_n);
	close(state.generations);
	return r;
}

static bool is_kept(uint64_t generation, const uint64_t *keep, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (keep[i] == generation)
			return true;
	return false;
}

void state_prune(const struct state *state, const uint64_t *keep, size_t n)
{
	uint64_t *list = NULL;
	size_t n_list = 0;

	if (list_sorted(state, &list, &n_list) < 0)
		return;
	for (size_t i = STATE_KEEP; i < n_list; i++) {
		char name[24];

		if (is_kept(list[i], keep, n))
			continue;
		name_generation(name, list[i]);
		(void)folder_sweep(state->generations, name);
	}
	free(list);
}
