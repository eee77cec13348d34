/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes as a compiled policy (compiled_file.h), opened and asked; then once more, with an allocation or a
 * system call that fails.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compiled_file.h"
#include "failing.h"
#include "policy.h"
#include "seen.h"
#include "target.h"

/* 2026-11-22T12:00:00Z, as in target.c. */
#define NOW INT64_C(1795348800)

/* A name out of the input: some bytes of its end, as that is where the users' buckets are. */
static void take_name(const uint8_t *data, size_t n, char name[32])
{
	size_t n_name = n < 31 ? n : 31;

	memcpy(name, data + n - n_name, n_name);
	name[n_name] = '\0';
}

/* What the compiler and the command read besides what a decision needs. */
static void load_views(const struct rolegate_policy *policy)
{
	struct generation_info generation;
	struct permission_info permission;
	struct record record;
	struct role_info role;

	for (uint32_t i = 0; i < policy->head.n_roles && i < 64; i++)
		if (policy_load_role_info(policy, i, &record, &role) == 0)
			store_record_free(&record);
	for (uint32_t i = 0; i < policy->head.n_permissions && i < 64; i++)
		if (policy_load_permission_info(policy, i, &record, &permission) == 0)
			store_record_free(&record);
	if (policy_load_generation_info(policy, &record, &generation) == 0)
		store_record_free(&record);
}

static int check_gid(void *context, uint32_t gid)
{
	(void)context;
	if (gid == 0 || gid == UINT32_MAX)
		abort();
	return 0;
}

static int check_name(void *context, const char *name)
{
	(void)context;
	return strlen(name) > FORMAT_TEXT_MAX ? -EINVAL : 0;
}

/* What the NSS module asks. */
static void ask_seen(const struct rolegate_policy *policy, const char *name)
{
	struct role_group group;
	struct record record;
	struct cursor c;
	uint32_t n;

	(void)seen_each_gid(policy, name, NOW, check_gid, NULL);
	if (policy_load_role_groups(policy, &record, &c, &n) < 0)
		return;
	for (uint32_t i = 0; i < n && i < 8 && policy_read_role_group(policy, &c, &group); i++)
		if (group.flags & FORMAT_SEEN_CAPTURED &&
		    seen_each_member(policy, group.gid, NOW, check_name, NULL) == -EINVAL)
			abort();
	store_record_free(&record);
	if (seen_find_group(policy, name, 0, &record, &group) > 0)
		store_record_free(&record);
}

/* Open and ask. The file stays as it is. */
static void use(int file, const char *name, struct target_verdicts *ret)
{
	struct rolegate_policy *policy = NULL;
	int fd = dup(file), r;

	if (fd < 0)
		abort();
	r = policy_open_fd(fd, &policy);
	if (r < 0) {
		if (r != -EBADMSG && r != -EPROTONOSUPPORT && r != -ENOMEM && r != -EIO)
			abort();
		close(fd);
		return;
	}
	target_ask(policy, name, false, ret);
	load_views(policy);
	ask_seen(policy, name);
	/* The same once more, from memory. */
	if (store_load(&policy->store) == 0)
		target_ask(policy, name, false, ret);
	rolegate_policy_close(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct target_verdicts verdicts = { 0 }, failed = { 0 };
	struct failing_counts calls;
	char name[32];
	int fd;

	if (n == 0)
		return 0;
	fd = target_make_file();
	compiled_file_write(fd, data, n);
	take_name(data, n, name);
	failing_start(FAILING_NONE);
	use(fd, name, &verdicts);
	calls = failing_stop();
	failing_start(failing_choose(data, n, calls));
	use(fd, name, &failed);
	(void)failing_stop();
	target_check_failed(&verdicts, &failed);
	close(fd);
	return 0;
}
