/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes as the compiled policy that the NSS module finds, and questions to it with buffers and lists of any size.
 *
 * The input's first three bytes are the size of a buffer (two) and of a list of groups; the rest is a file as in
 * compiled_file.h. Names that are asked for are in its end, and a few fixed ones.
 */
#include <errno.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiled_file.h"
#include "entry.h"
#include "failing.h"
#include "scratch.h"
#include "target.h"

/* 2026-11-22T12:00:00Z, as in target.c. */
#define NOW INT64_C(1795348800)
/* A buffer that is large enough for what an input of libFuzzer's size can list. */
#define BUFFER_MAX ((size_t)1 << 20)
#define NAME_SIZE 32u
/* About as many as one question takes. */
#define CALLS ((struct failing_counts){ .allocations = 12, .system_calls = 12 })

time_t __wrap_time(time_t *ret);

/* The module's clock. */
time_t __wrap_time(time_t *ret)
{
	if (ret)
		*ret = NOW;
	return NOW;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A group by name or, where that is NULL, by gid. */
static enum nss_status get(const char *name, gid_t gid, struct group *group, char *buffer, size_t n,
			   int *error)
{
	return name ? _nss_rolegate_getgrnam_r(name, group, buffer, n, error)
		    : _nss_rolegate_getgrgid_r(gid, group, buffer, n, error);
}

static void check_inside(const char *text, const char *buffer, size_t n)
{
	check(text >= buffer && text < buffer + n &&
	      memchr(text, '\0', n - (size_t)(text - buffer)));
}

static void check_group(const struct group *group, const char *name, const char *buffer, size_t n)
{
	check_inside(group->gr_name, buffer, n);
	check_inside(group->gr_passwd, buffer, n);
	check(!name || !strcmp(group->gr_name, name));
	check((uintptr_t)group->gr_mem % alignof(char *) == 0);
	for (char **member = group->gr_mem; *member; member++) {
		check((char *)(member + 1) <= buffer + n);
		check_inside(*member, buffer, n);
	}
}

/* What a question is asked with. */
struct manner {
	size_t n;		    /* bytes of the buffer for a group */
	long size;		    /* entries of a list of groups */
	long limit;		    /* entries of it that are wanted, if above 0 */
	struct failing_point fails; /* of the module's calls */
};

/* What a buffer is too small for comes in a larger one, or there is an error of another kind. */
static void ask_group(const char *name, gid_t gid, const struct manner *manner)
{
	const struct manner again = { .n = BUFFER_MAX, .fails = manner->fails };
	struct group group = { .gr_gid = 4711 };
	char *buffer = malloc(manner->n ? manner->n : 1);
	enum nss_status status;
	int error = 0;

	check(buffer);
	failing_start(manner->fails);
	status = get(name, gid, &group, buffer, manner->n, &error);
	(void)failing_stop();
	if (status == NSS_STATUS_SUCCESS)
		check_group(&group, name, buffer, manner->n);
	else
		check(error != 0 && group.gr_gid == 4711 && !group.gr_mem);
	check((status == NSS_STATUS_TRYAGAIN) ==
	      (error == ERANGE || error == ENOMEM || error == EAGAIN));
	free(buffer);
	if (error == ERANGE) {
		check(manner->n < BUFFER_MAX);
		ask_group(name, gid, &again);
	}
}

/* Groups that somebody is in already, before ours come to them. */
static void ask_groups(const char *user, const struct manner *manner)
{
	long size = manner->size, start = size > 1 ? 1 : 0, before = start;
	gid_t *groups = calloc((size_t)(size > 0 ? size : 1), sizeof(*groups));
	enum nss_status status;
	int error = 0;

	check(groups);
	groups[0] = 100;
	failing_start(manner->fails);
	status = _nss_rolegate_initgroups_dyn(user, 100, &start, &size, &groups, manner->limit,
					      &error);
	(void)failing_stop();
	check(start >= before && start <= size);
	/* Room that there was may be filled, whatever the limit; no more is made. */
	check(manner->limit <= 0 || manner->size >= start || start <= manner->limit);
	check(status == NSS_STATUS_SUCCESS || (error != 0 && start == before));
	check(before == 0 || groups[0] == 100);
	for (long i = before; i < start; i++)
		check(groups[i] != 0 && groups[i] != UINT32_MAX && groups[i] != 100);
	check(strcmp(user, "root") != 0 || status != NSS_STATUS_SUCCESS);
	free(groups);
}

static void ask(const char *name, const struct manner *manner)
{
	const char *const names[] = { name, "alice", "bob", "root", "daemon" };
	const char *const groups[] = { name, "adm", "ops" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ask_groups(names[i], manner);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		ask_group(groups[i], 0, manner);
	ask_group(NULL, 4, manner);
	ask_group(NULL, (gid_t)manner->n, manner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct manner manner;
	char name[NAME_SIZE];
	size_t n_name;
	int fd;

	if (n < 4)
		return 0;
	manner = (struct manner){
		.n = (size_t)data[0] | (size_t)data[1] << 8,
		.size = data[2] % 16,
		.limit = data[2] / 16,
	};
	fd = scratch_create("policy.cdb");
	compiled_file_write(fd, data + 3, n - 3);
	close(fd);
	n_name = n - 4 < NAME_SIZE - 1 ? n - 4 : NAME_SIZE - 1;
	memcpy(name, data + n - n_name, n_name);
	name[n_name] = '\0';
	ask(name, &manner);
	manner.fails = failing_choose(data, n, CALLS);
	ask(name, &manner);
	return 0;
}
