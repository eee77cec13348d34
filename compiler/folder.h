/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes, writes and sweeps what lies in an open folder.
 *
 * Nothing follows a symbolic link; descriptors are closed on exec; errors are -errno.
 */
#ifndef ROLEGATE_FOLDER_H
#define ROLEGATE_FOLDER_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

/* Open a folder in `at`. A descriptor, the caller's, or -errno. */
int folder_open(int at, const char *name);

/* The same, and make it unless it is there; with exactly this mode in either case. */
int folder_make(int at, const char *name, mode_t mode);

/* Begin to list an open folder, whose descriptor stays the caller's. NULL and errno. */
DIR *folder_list(int folder);

/* Have what was written to a file, or put into a folder, reach the disk. 0 or -errno. */
int folder_sync(int fd);

/* Make an empty file, that is not there yet, of exactly this mode. A descriptor or -errno. */
int folder_create_file(int folder, const char *name, mode_t mode);

/* Make a file that only its owner reads, with these bytes, synced. 0 or -errno. */
int folder_write_file(int folder, const char *name, const char *bytes, size_t n);

/* Remove a file, or a folder with all in it; 0 also if there is none. 0 or -errno. */
int folder_sweep(int at, const char *name);

#endif
