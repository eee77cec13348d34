/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scarce.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Calls between libconfig's function and ours. */
#define DEPTH 12

/* A sanitizer's own start allocates before there is what checks of memory need. */
#define UNCHECKED __attribute__((no_sanitize("address")))
#define STAND_IN __attribute__((visibility("default"))) UNCHECKED

/* glibc exports what its allocating functions come to; a sanitizer its own. */
#if defined(__SANITIZE_ADDRESS__)
#define REAL(function) __interceptor_##function
#else
#define REAL(function) __libc_##function
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *memory, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);

static struct scarce *watched;

/*
 * Whether it is libconfig's; or is for the words of another language, without which everything goes
 * on.
 */
static bool is_left_out(const Dl_info *info)
{
	return strstr(info->dli_fname, "libconfig") ||
	       (info->dli_sname &&
		(!strcmp(info->dli_sname, "setlocale") || strstr(info->dli_sname, "mbrtowc")));
}

static bool is_others(void)
{
	void *frames[DEPTH];
	int n = backtrace(frames, DEPTH);
	Dl_info info;

	for (int i = 2; i < n; i++)
		if (dladdr(frames[i], &info) && is_left_out(&info))
			return true;
	return false;
}

UNCHECKED static bool fails(void)
{
	struct scarce *scarce = watched;
	bool now;

	if (!scarce)
		return false;
	scarce->n++;
	if (scarce->tells_apart && scarce->n <= SCARCE_MAX) {
		watched = NULL;
		scarce->is_other[scarce->n] = is_others();
		watched = scarce;
	}
	now = scarce->n == scarce->fail_at || (scarce->goes_on && scarce->struck);
	if (now) {
		scarce->struck = true;
		errno = ENOMEM;
	}
	return now;
}

STAND_IN void *malloc(size_t size)
{
	return fails() ? NULL : REAL(malloc)(size);
}

STAND_IN void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : REAL(calloc)(n, size);
}

STAND_IN void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : REAL(realloc)(memory, size);
}

STAND_IN void *reallocarray(void *memory, size_t n, size_t size)
{
	size_t whole;

	if (__builtin_mul_overflow(n, size, &whole)) {
		errno = ENOMEM;
		return NULL;
	}
	return fails() ? NULL : REAL(realloc)(memory, whole);
}

STAND_IN void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : REAL(memalign)(alignment, size);
}

STAND_IN int posix_memalign(void **ret, size_t alignment, size_t size)
{
	void *memory = fails() ? NULL : REAL(memalign)(alignment, size);

	if (memory)
		*ret = memory;
	return memory ? 0 : ENOMEM;
}

void scarce_watch(struct scarce *scarce)
{
	void *frame;

	/* It loads a library when it is called first. */
	if (scarce && scarce->tells_apart)
		(void)backtrace(&frame, 1);
	watched = scarce;
}

/* Preloaded. Where something is amiss the program runs unwatched, and the test misses its count. */
__attribute__((constructor)) static void begin(void)
{
	const char *fd = getenv(SCARCE_VARIABLE);
	void *memory;

	if (!fd)
		return;
	memory = mmap(NULL, sizeof(struct scarce), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(fd), 0);
	unsetenv(SCARCE_VARIABLE);
	unsetenv("LD_PRELOAD");
	if (memory != MAP_FAILED)
		scarce_watch(memory);
}
