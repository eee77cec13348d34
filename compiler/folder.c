/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write.h"

/* Folders within each other that are swept: a generation's sources lie in five. */
#define SWEEP_DEPTH 16u

int folder_open(int at, const char *name)
{
	int folder = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return folder < 0 ? -errno : folder;
}

int folder_make(int at, const char *name, mode_t mode)
{
	int folder;

	if (mkdirat(at, name, mode) < 0 && errno != EEXIST)
		return -errno;
	folder = folder_open(at, name);
	if (folder >= 0 && fchmod(folder, mode) < 0) {
		int r = -errno;

		close(folder);
		return r;
	}
	return folder;
}

DIR *folder_list(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

int folder_sync(int fd)
{
	return fsync(fd) < 0 ? -errno : 0;
}

int folder_create_file(int folder, const char *name, mode_t mode)
{
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

int folder_write_file(int folder, const char *name, const char *bytes, size_t n)
{
	int fd, r;

	fd = folder_create_file(folder, name, 0600);
	if (fd < 0)
		return fd;
	r = write_whole(fd, bytes, n);
	if (r == 0)
		r = folder_sync(fd);
	if (close(fd) < 0 && r == 0)
		r = -errno;
	return r;
}

static int sweep(int at, const char *name, unsigned int depth);

static int sweep_inside(int folder, unsigned int depth)
{
	DIR *dir = folder_list(folder);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = sweep(folder, entry->d_name, depth);
	closedir(dir);
	return r;
}

static int sweep(int at, const char *name, unsigned int depth)
{
	int folder, r;

	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (depth == 0)
		return -ELOOP;
	folder = folder_open(at, name);
	if (folder < 0)
		return folder;
	r = sweep_inside(folder, depth - 1);
	close(folder);
	if (r == 0 && unlinkat(at, name, AT_REMOVEDIR) < 0)
		r = -errno;
	return r;
}

int folder_sweep(int at, const char *name)
{
	return sweep(at, name, SWEEP_DEPTH);
}
