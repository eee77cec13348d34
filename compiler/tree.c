/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALWAYS (O_CLOEXEC | O_NOCTTY)

int tree_open(struct tree *tree, const char *root)
{
	*tree = (struct tree){ .root = root, .fd = -1 };
	if (!root)
		return 0;
	tree->fd = open(root, O_RDONLY | O_DIRECTORY | ALWAYS);
	return tree->fd < 0 ? -errno : 0;
}

void tree_close(struct tree *tree)
{
	if (tree->fd >= 0)
		close(tree->fd);
	tree->fd = -1;
}

/*
 * Cut the next part off a path. False at the end, or if a part is too long or leads upwards
 * (*wrong).
 */
static bool next_part(const char **path, char part[NAME_MAX + 1], bool *wrong)
{
	size_t n;

	*path += strspn(*path, "/");
	n = strcspn(*path, "/");
	if (n == 0)
		return false;
	if (n > NAME_MAX || (n == 2 && !strncmp(*path, "..", 2))) {
		*wrong = true;
		return false;
	}
	memcpy(part, *path, n);
	part[n] = '\0';
	*path += n;
	return true;
}

/* Make a folder, whatever the umask says: daemons without privilege read what will lie below it. */
static int make(int fd, const char *part, int flags)
{
	int folder, r;

	if (mkdirat(fd, part, 0755) < 0)
		return errno == EEXIST ? openat(fd, part, flags) : -1;
	folder = openat(fd, part, flags);
	if (folder >= 0 && fchmod(folder, 0755) == 0 && fsync(fd) == 0)
		return folder;
	r = errno;
	if (folder >= 0)
		close(folder);
	errno = r;
	return -1;
}

/*
 * Enter a folder below another, made if `may_make`; no link is followed unless the tree is the
 * host's.
 */
static int enter(int fd, const char *part, bool follow, bool may_make)
{
	int flags = O_RDONLY | O_DIRECTORY | ALWAYS | (follow ? 0 : O_NOFOLLOW);
	int next = openat(fd, part, flags);

	if (next < 0 && errno == ENOENT && may_make)
		next = make(fd, part, flags);
	return next < 0 ? -errno : next;
}

/*
 * Walk to the last part of a path, which is left in `last`. A descriptor of its folder or -errno.
 */
static int walk(const struct tree *tree, const char *path, char last[NAME_MAX + 1], bool may_make)
{
	char part[NAME_MAX + 1];
	bool wrong = false;
	int fd, next;

	fd = tree->fd < 0 ? open("/", O_RDONLY | O_DIRECTORY | ALWAYS)
			  : fcntl(tree->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	strcpy(last, ".");
	while (next_part(&path, part, &wrong)) {
		next = enter(fd, last, tree->fd < 0, may_make);
		close(fd);
		if (next < 0)
			return next;
		fd = next;
		strcpy(last, part);
	}
	if (wrong) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

int tree_open_file(const struct tree *tree, const char *path, int flags, mode_t mode)
{
	char last[NAME_MAX + 1];
	int folder, fd;

	folder = walk(tree, path, last, false);
	if (folder < 0)
		return folder;
	if (tree->fd >= 0)
		flags |= O_NOFOLLOW;
	fd = openat(folder, last, flags | ALWAYS, mode);
	if (fd < 0)
		fd = -errno;
	close(folder);
	return fd;
}

int tree_make_folder(const struct tree *tree, const char *path)
{
	char last[NAME_MAX + 1];
	int folder, fd;

	folder = walk(tree, path, last, true);
	if (folder < 0)
		return folder;
	fd = enter(folder, last, tree->fd < 0, true);
	close(folder);
	return fd;
}
