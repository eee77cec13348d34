/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "failing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format.h"

#define N(list) (sizeof(list) / sizeof((list)[0]))

/* A fuzzer and its target are one thread. */
static struct {
	bool counts;
	struct failing_counts n;
	struct failing_point point;
} failing;

void failing_start(struct failing_point point)
{
	failing.counts = true;
	failing.n = (struct failing_counts){ 0 };
	failing.point = point;
}

struct failing_counts failing_stop(void)
{
	failing.counts = false;
	return failing.n;
}

struct failing_point failing_choose(const uint8_t *data, size_t n, struct failing_counts counts)
{
	uint64_t hash = format_hash(FORMAT_HASH_START, data, n), n_calls;
	struct failing_point point = { .is_system_call = (hash >> 56 & 3) == 3,
				       .kind = (unsigned int)(hash >> 32 & 63) };

	n_calls = point.is_system_call ? counts.system_calls : counts.allocations;
	point.nth = n_calls > 0 ? 1 + hash % n_calls : 0;
	return point;
}

bool failing_is_due(void)
{
	return failing.counts && ++failing.n.system_calls == failing.point.nth &&
	       failing.point.is_system_call;
}

/* For an allocation. */
static bool fails(void)
{
	if (!failing.counts || ++failing.n.allocations != failing.point.nth ||
	    failing.point.is_system_call)
		return false;
	errno = ENOMEM;
	return true;
}

/* For a system call, with one of the errors it can have. */
static bool fails_with(const int *errors, size_t n)
{
	if (!failing_is_due())
		return false;
	errno = errors[failing.point.kind % n];
	return true;
}

/*
 * For one that moves *n bytes: one of the errors, or fewer bytes, which are none of one.
 */
static bool fails_or_shortens(const int *errors, size_t n_errors, size_t *n)
{
	if (!failing_is_due())
		return false;
	if (failing.point.kind % (n_errors + 1) == n_errors) {
		*n /= 2;
		return false;
	}
	errno = errors[failing.point.kind % (n_errors + 1)];
	return true;
}

/* ---- What the linker puts in the place of libc's ---- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t n);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);
FILE *__real_open_memstream(char **ret, size_t *ret_n);
int __real_vasprintf(char **ret, const char *format, va_list arguments);

void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t n);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);
FILE *__wrap_open_memstream(char **ret, size_t *ret_n);
int __wrap_vasprintf(char **ret, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
int __wrap_asprintf(char **ret, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap___vasprintf_chk(char **ret, int flag, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
int __wrap___asprintf_chk(char **ret, int flag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t n)
{
	return fails() ? NULL : __real_realloc(old, n);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t n)
{
	return fails() ? NULL : __real_strndup(text, n);
}

FILE *__wrap_open_memstream(char **ret, size_t *ret_n)
{
	return fails() ? NULL : __real_open_memstream(ret, ret_n);
}

int __wrap_vasprintf(char **ret, const char *format, va_list arguments)
{
	return fails() ? -1 : __real_vasprintf(ret, format, arguments);
}

int __wrap_asprintf(char **ret, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = __wrap_vasprintf(ret, format, arguments);
	va_end(arguments);
	return n;
}

/* What _FORTIFY_SOURCE makes of the two. */
int __wrap___vasprintf_chk(char **ret, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return __wrap_vasprintf(ret, format, arguments);
}

int __wrap___asprintf_chk(char **ret, int flag, const char *format, ...)
{
	va_list arguments;
	int n;

	(void)flag;
	va_start(arguments, format);
	n = __wrap_vasprintf(ret, format, arguments);
	va_end(arguments);
	return n;
}

/* ---- System calls ---- */

static const int opening[] = { EIO, EACCES, EMFILE, ENFILE, ENOMEM, EINTR, ELOOP, ENOENT };
static const int finding[] = { EIO, EACCES, ENOMEM };
static const int looking[] = { EIO, ENOMEM };
static const int reading[] = { EIO, EINTR, ENOMEM };
static const int writing[] = { EIO, ENOSPC, EDQUOT, EINTR, EFBIG };
static const int seeking[] = { EIO };

int __real_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *ret);
int __real_fstat(int fd, struct stat *ret);
ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __real_pread(int fd, void *to, size_t n, off_t at);
ssize_t __real_write(int fd, const void *from, size_t n);
off_t __real_lseek(int fd, off_t at, int from);
int __real_fsync(int fd);

int __wrap_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *ret);
int __wrap_fstat(int fd, struct stat *ret);
ssize_t __wrap_read(int fd, void *to, size_t n);
ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at);
ssize_t __wrap_write(int fd, const void *from, size_t n);
off_t __wrap_lseek(int fd, off_t at, int from);
int __wrap_fsync(int fd);

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if ((unsigned int)flags & (unsigned int)O_CREAT) {
		va_list arguments;

		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return fails_with(opening, N(opening)) ? -1 : __real_open(path, flags, mode);
}

int __wrap_stat(const char *path, struct stat *ret)
{
	return fails_with(finding, N(finding)) ? -1 : __real_stat(path, ret);
}

int __wrap_fstat(int fd, struct stat *ret)
{
	return fails_with(looking, N(looking)) ? -1 : __real_fstat(fd, ret);
}

ssize_t __wrap_read(int fd, void *to, size_t n)
{
	return fails_or_shortens(reading, N(reading), &n) ? -1 : __real_read(fd, to, n);
}

ssize_t __wrap_pread(int fd, void *to, size_t n, off_t at)
{
	return fails_or_shortens(reading, N(reading), &n) ? -1 : __real_pread(fd, to, n, at);
}

ssize_t __wrap_write(int fd, const void *from, size_t n)
{
	return fails_or_shortens(writing, N(writing), &n) ? -1 : __real_write(fd, from, n);
}

off_t __wrap_lseek(int fd, off_t at, int from)
{
	return fails_with(seeking, N(seeking)) ? -1 : __real_lseek(fd, at, from);
}

int __wrap_fsync(int fd)
{
	return fails_with(writing, N(writing)) ? -1 : __real_fsync(fd);
}
