/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file tree a policy lives in: the host's own, or one below a folder (`--root`) that no
 * symbolic link leads out of.
 *
 * Paths are absolute, as on the host. Below a root each of their parts is opened by itself and
 * may not be a link, for whoever can write there could otherwise have root write elsewhere.
 */
#ifndef ROLEGATE_TREE_H
#define ROLEGATE_TREE_H

#include <stdbool.h>
#include <sys/types.h>

struct tree {
	const char *root; /* NULL for the host; else the folder's path, as given */
	int fd;		  /* the root folder; -1 for the host */
};

/* Open a tree. root: NULL for the host. 0 or a negative errno value. Owner: tree_close(). */
int tree_open(struct tree *tree, const char *root);
void tree_close(struct tree *tree);

/*
 * Open a file or, with O_DIRECTORY, a folder. O_CLOEXEC and O_NOCTTY go without saying. A
 * descriptor or -errno.
 */
int tree_open_file(const struct tree *tree, const char *path, int flags, mode_t mode);

/*
 * Open a folder, made with all its parents (mode 0755) where it is not there. A descriptor or
 * -errno.
 */
int tree_make_folder(const struct tree *tree, const char *path);

#endif
