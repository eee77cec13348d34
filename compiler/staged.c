/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "staged.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write.h"

/* A file NAME waits as .NAME.rolegate-new: neither we nor an editor take that for a source. */
#define SUFFIX ".rolegate-new"

static int make_temporary_name(const char *name, char to[NAME_MAX + 1])
{
	int n = snprintf(to, NAME_MAX + 1, ".%s" SUFFIX, name);

	return n > NAME_MAX ? -ENAMETOOLONG : 0;
}

/* The name of the file for which a temporary one waits; false if it is none. */
static bool find_final_name(const char *temporary, char to[NAME_MAX + 1])
{
	size_t n = strlen(temporary), n_suffix = strlen(SUFFIX);

	if (n <= n_suffix + 1 || temporary[0] != '.' ||
	    strcmp(temporary + n - n_suffix, SUFFIX) != 0)
		return false;
	memcpy(to, temporary + 1, n - n_suffix - 1);
	to[n - n_suffix - 1] = '\0';
	return true;
}

/* Give a new file the owner and mode of the one it will replace, and remember that one. */
static int take_after(struct staged *staged, int fd)
{
	struct stat *st = &staged->old;

	if (fstatat(staged->folder, staged->name, st, AT_SYMLINK_NOFOLLOW) < 0) {
		*st = (struct stat){ 0 };
		if (errno != ENOENT)
			return -errno;
		return fchmod(fd, 0644) < 0 ? -errno : 0;
	}
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	if ((st->st_uid != geteuid() || st->st_gid != getegid()) &&
	    fchown(fd, st->st_uid, st->st_gid) < 0)
		return -errno;
	return fchmod(fd, st->st_mode & 0777) < 0 ? -errno : 0;
}

/* 0 if what is called `name` now is the file that was to be replaced, or is as little there; -ESTALE; -errno. */
static int check_old(const struct staged *staged, const char *name)
{
	const struct stat *old = &staged->old;
	struct stat st = { 0 };

	if (fstatat(staged->folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
		return -errno;
	return st.st_ino == old->st_ino && st.st_size == old->st_size &&
			       st.st_mtim.tv_sec == old->st_mtim.tv_sec &&
			       st.st_mtim.tv_nsec == old->st_mtim.tv_nsec
		       ? 0
		       : -ESTALE;
}

static int fill(struct staged *staged, int fd, const char *text, size_t n)
{
	struct stat st;
	int r;

	r = take_after(staged, fd);
	if (r == 0)
		r = write_whole(fd, text, n);
	if (r == 0 && (fsync(fd) < 0 || fstat(fd, &st) < 0))
		r = -errno;
	if (r == 0)
		staged->mtime = st.st_mtim;
	return r;
}

static int write_temporary(struct staged *staged, const char *text, size_t n)
{
	char temporary[NAME_MAX + 1];
	int fd, r;

	r = make_temporary_name(staged->name, temporary);
	if (r < 0)
		return r;
	fd = openat(staged->folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	r = fill(staged, fd, text, n);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && fsync(staged->folder) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(staged->folder, temporary, 0);
	return r;
}

int staged_write(struct staged *staged, const struct tree *tree, const char *path, const char *text,
		 size_t n)
{
	char *slash;
	int r;

	*staged = (struct staged){ .folder = -1, .path = strdup(path) };
	if (!staged->path)
		return -ENOMEM;
	slash = strrchr(staged->path, '/');
	if (!slash || slash == staged->path) {
		r = -EINVAL;
		goto out;
	}
	staged->name = strdup(slash + 1);
	*slash = '\0';
	r = staged->name ? staged->folder = tree_make_folder(tree, staged->path) : -ENOMEM;
	*slash = '/';
	if (r >= 0)
		r = write_temporary(staged, text, n);
out:
	if (r < 0)
		staged_close(staged);
	return r;
}

/*
 * Give a folder a time back. It keeps its own through all of this: those who cannot read sources tell
 * by it whether a person has put one in or taken one away since the last apply.
 */
static void restore_time(int folder, const struct stat *before)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, before->st_mtim };

	(void)futimens(folder, times);
}

/* Let the two files change names; where only one is there, it gets the other's name. */
static int exchange(int folder, const char *temporary, const char *name,
		    enum staged_place *ret_place)
{
	if (renameat2(folder, temporary, folder, name, RENAME_NOREPLACE) == 0) {
		*ret_place = STAGED_ALONE;
		return 0;
	}
	if (renameat2(folder, temporary, folder, name, RENAME_EXCHANGE) == 0) {
		*ret_place = STAGED_EXCHANGED;
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (renameat(folder, temporary, folder, name) < 0)
		return -errno;
	*ret_place = STAGED_OVER;
	return 0;
}

int staged_place(struct staged *staged)
{
	char temporary[NAME_MAX + 1];
	struct stat before;
	int r;

	r = make_temporary_name(staged->name, temporary);
	if (r == 0 && fstat(staged->folder, &before) < 0)
		r = -errno;
	if (r == 0)
		r = check_old(staged, staged->name);
	if (r == 0)
		r = exchange(staged->folder, temporary, staged->name, &staged->place);
	/* Once more: a person may have saved theirs since the first look. */
	if (r == 0 && staged->place == STAGED_EXCHANGED)
		r = check_old(staged, temporary);
	if (r < 0)
		return r;
	restore_time(staged->folder, &before);
	return fsync(staged->folder) < 0 ? -errno : 0;
}

/* As staged_undo(), but for the folder's time. */
static int take_away(struct staged *staged, const char *temporary)
{
	if (staged->place == STAGED_OVER)
		return -ENOTSUP;
	if (staged->place == STAGED_ALONE)
		return unlinkat(staged->folder, staged->name, 0) < 0 ? -errno : 0;
	if (staged->place == STAGED_EXCHANGED &&
	    renameat2(staged->folder, temporary, staged->folder, staged->name, RENAME_EXCHANGE) < 0)
		return -errno;
	staged->place = STAGED_BESIDE;
	return unlinkat(staged->folder, temporary, 0) < 0 ? -errno : 0;
}

int staged_undo(struct staged *staged)
{
	char temporary[NAME_MAX + 1];
	struct stat before;
	int r;

	r = make_temporary_name(staged->name, temporary);
	if (r == 0 && fstat(staged->folder, &before) < 0)
		r = -errno;
	if (r == 0)
		r = take_away(staged, temporary);
	if (r == 0)
		restore_time(staged->folder, &before);
	return r;
}

void staged_finish(struct staged *staged)
{
	char temporary[NAME_MAX + 1];
	struct stat before;

	if (staged->place != STAGED_EXCHANGED || fstat(staged->folder, &before) < 0 ||
	    make_temporary_name(staged->name, temporary) < 0)
		return;
	(void)unlinkat(staged->folder, temporary, 0);
	restore_time(staged->folder, &before);
}

void staged_close(struct staged *staged)
{
	if (staged->folder >= 0)
		close(staged->folder);
	free(staged->name);
	free(staged->path);
	*staged = (struct staged){ .folder = -1 };
}

/* ---- After a crash ---- */

struct recovery {
	const char *folder;
	int fd;
	int (*is_in_force)(void *context, const char *staged_path, const char *path);
	void *context;
};

static int recover_one(const struct recovery *recovery, const char *temporary, const char *name)
{
	char *staged_path = NULL, *path = NULL;
	struct stat before;
	int r = -ENOMEM;

	if (asprintf(&staged_path, "%s/%s", recovery->folder, temporary) < 0) {
		staged_path = NULL;
		goto out;
	}
	if (asprintf(&path, "%s/%s", recovery->folder, name) < 0) {
		path = NULL;
		goto out;
	}
	r = recovery->is_in_force(recovery->context, staged_path, path);
	if (r < 0)
		goto out;
	if (fstat(recovery->fd, &before) < 0 ||
	    (r > 0 ? renameat(recovery->fd, temporary, recovery->fd, name)
		   : unlinkat(recovery->fd, temporary, 0)) < 0) {
		r = -errno;
		goto out;
	}
	restore_time(recovery->fd, &before);
	r = fsync(recovery->fd) < 0 ? -errno : 0;
out:
	free(staged_path);
	free(path);
	return r;
}

int staged_recover(const struct tree *tree, const char *folder,
		   int (*is_in_force)(void *context, const char *staged_path, const char *path),
		   void *context)
{
	struct recovery recovery = { .folder = folder,
				     .is_in_force = is_in_force,
				     .context = context };
	char name[NAME_MAX + 1];
	struct dirent *entry;
	int fd, r = 0;
	DIR *dir;

	recovery.fd = tree_open_file(tree, folder, O_RDONLY | O_DIRECTORY, 0);
	if (recovery.fd < 0)
		return recovery.fd == -ENOENT ? 0 : recovery.fd;
	fd = fcntl(recovery.fd, F_DUPFD_CLOEXEC, 0);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		r = -errno;
		if (fd >= 0)
			close(fd);
	}
	while (dir && r == 0 && (entry = readdir(dir)))
		if (find_final_name(entry->d_name, name))
			r = recover_one(&recovery, entry->d_name, name);
	if (dir)
		closedir(dir);
	close(recovery.fd);
	return r;
}
