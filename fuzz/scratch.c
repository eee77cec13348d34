/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* In memory where there is such a place: a target writes a file thousands of times in a second. */
#define IN_MEMORY "/dev/shm"

/* Folders that nftw() holds open. */
#define FOLDERS_OPEN 8

/* An atexit(3) function gets no argument. */
static char folder[PATH_MAX];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_all(void)
{
	(void)nftw(folder, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_folder(void)
{
	const char *parent = access(IN_MEMORY, W_OK) == 0 ? IN_MEMORY : getenv("TMPDIR");

	if (*folder)
		return folder;
	snprintf(folder, sizeof(folder), "%s/rolegate-fuzz.XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(folder) || atexit(remove_all) != 0)
		abort();
	return folder;
}

static void join(char path[PATH_MAX], const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", scratch_folder(), name) >= PATH_MAX)
		abort();
}

void scratch_make_folder(const char *name)
{
	char path[PATH_MAX];

	join(path, name);
	if (mkdir(path, 0700) < 0)
		abort();
}

int scratch_create(const char *name)
{
	char path[PATH_MAX];
	int fd;

	join(path, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		abort();
	return fd;
}

void scratch_write(const char *name, const void *bytes, size_t n)
{
	int fd = scratch_create(name);

	if (write(fd, bytes, n) != (ssize_t)n)
		abort();
	close(fd);
}
