/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the compiler and the command call and a C library such as musl does not have.
 *
 * Where configure finds one of these missing, this is included before everything else. What may be
 * loaded into other programs, the library and the modules, needs none of it.
 */
#ifndef ROLEGATE_MISSING_H
#define ROLEGATE_MISSING_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef HAVE_RENAMEAT2
#define RENAME_NOREPLACE 1u
#define RENAME_EXCHANGE 2u

static inline int renameat2(int old_folder, const char *old_name, int new_folder,
			    const char *new_name, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, old_folder, old_name, new_folder, new_name, flags);
}
#endif

#ifndef HAVE_SCANDIRAT
static inline struct dirent *missing_copy(const struct dirent *entry)
{
	struct dirent *copy = malloc(entry->d_reclen);

	return copy ? memcpy(copy, entry, entry->d_reclen) : NULL;
}

/* One entry more, if `choose` takes it. 1; 0 the end; -1. */
static inline int missing_scan(DIR *stream, struct dirent ***list, int *n,
			       int (*choose)(const struct dirent *entry))
{
	const struct dirent *entry;
	struct dirent **more;

	errno = 0;
	entry = readdir(stream);
	if (!entry)
		return errno ? -1 : 0;
	if (choose && !choose(entry))
		return 1;
	more = reallocarray(*list, (size_t)*n + 1, sizeof(struct dirent *));
	if (!more)
		return -1;
	*list = more;
	more[*n] = missing_copy(entry);
	if (!more[*n])
		return -1;
	++*n;
	return 1;
}

static inline int scandirat(int folder, const char *name, struct dirent ***ret_list,
			    int (*choose)(const struct dirent *entry),
			    int (*order)(const struct dirent **a, const struct dirent **b))
{
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0, r, error;
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent **list = NULL;

	do
		r = stream ? missing_scan(stream, &list, &n, choose) : -1;
	while (r > 0);
	error = errno;
	if (stream)
		closedir(stream);
	else if (fd >= 0)
		close(fd);
	if (r == 0) {
		if (n > 0 && order)
			qsort(list, (size_t)n, sizeof(struct dirent *),
			      (int (*)(const void *, const void *))order);
		*ret_list = list;
		return n;
	}
	while (n > 0)
		free(list[--n]);
	free(list);
	errno = error;
	return -1;
}
#endif

/*
 * Entries lie in the C library's own memory, and not in the caller's, until the next one is asked for:
 * the command has one thread, and looks at one at a time.
 */
#ifndef HAVE_FGETPWENT_R
static inline int missing_user(const struct passwd *found, struct passwd *entry,
			       struct passwd **ret)
{
	*ret = NULL;
	if (!found)
		return ENOENT;
	*entry = *found;
	*ret = entry;
	return 0;
}

static inline int fgetpwent_r(FILE *file, struct passwd *entry, char *bytes, size_t n,
			      struct passwd **ret)
{
	(void)bytes;
	(void)n;
	return missing_user(fgetpwent(file), entry, ret);
}

static inline int getpwent_r(struct passwd *entry, char *bytes, size_t n, struct passwd **ret)
{
	(void)bytes;
	(void)n;
	return missing_user(getpwent(), entry, ret);
}
#endif

#ifndef HAVE_FGETGRENT_R
static inline int missing_group(const struct group *found, struct group *entry, struct group **ret)
{
	*ret = NULL;
	if (!found)
		return ENOENT;
	*entry = *found;
	*ret = entry;
	return 0;
}

static inline int fgetgrent_r(FILE *file, struct group *entry, char *bytes, size_t n,
			      struct group **ret)
{
	(void)bytes;
	(void)n;
	return missing_group(fgetgrent(file), entry, ret);
}

static inline int getgrent_r(struct group *entry, char *bytes, size_t n, struct group **ret)
{
	(void)bytes;
	(void)n;
	return missing_group(getgrent(), entry, ret);
}
#endif

#ifndef HAVE_FGETSPENT_R
static inline int fgetspent_r(FILE *file, struct spwd *entry, char *bytes, size_t n,
			      struct spwd **ret)
{
	const struct spwd *found = fgetspent(file);

	(void)bytes;
	(void)n;
	*ret = NULL;
	if (!found)
		return ENOENT;
	*entry = *found;
	*ret = entry;
	return 0;
}
#endif

#endif
