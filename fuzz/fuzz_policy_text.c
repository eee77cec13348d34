/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts through the whole compiler; what is sound is packed, opened and asked. Then all of it once more, with an
 * allocation or a system call that fails.
 *
 * The input's parts, between separators, are files of a policy. If there is more than one, the
 * first is the catalog "fuzz"; else that is the one of known.c.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "compile.h"
#include "failing.h"
#include "known.h"
#include "pack.h"
#include "policy.h"
#include "target.h"

#define SEPARATOR "\n%%\n"
/* Files of one policy: enough for scalars that are set twice, and for an order. */
#define FILES_MAX 8u

/* A stretch of the input. */
struct part {
	const char *text;
	size_t n;
};

static int find_catalog(void *context, struct compiled *compiled, const char *name,
			struct place place, uint32_t *ret_file)
{
	const struct part *part = context;

	(void)place;
	if (strcmp(name, "fuzz") != 0)
		return -ENOENT;
	return source_add_text(&compiled->sources, "/catalogs/fuzz.conf", part->text, part->n,
			       ret_file);
}

/* Cut the next part off the input. False at its end. */
static bool next_part(struct part *rest, struct part *ret)
{
	const size_t n = sizeof(SEPARATOR) - 1;
	const char *end;

	if (!rest->text)
		return false;
	end = memmem(rest->text, rest->n, SEPARATOR, n);
	*ret = *rest;
	if (!end) {
		*rest = (struct part){ 0 };
		return true;
	}
	ret->n = (size_t)(end - rest->text);
	rest->text = end + n;
	rest->n -= ret->n + n;
	return true;
}

static int add_policies(struct compiled *compiled, struct part *first, struct part *rest)
{
	char path[64];
	uint32_t file;
	int r;

	for (unsigned int i = 0; i < FILES_MAX; i++) {
		snprintf(path, sizeof(path), "/etc/rolegate/policy.d/%u.conf", i);
		r = source_add_text(&compiled->sources, path, first->text, first->n, &file);
		if (r < 0)
			return r;
		if (!next_part(rest, first))
			break;
	}
	return 0;
}

/* The name of a user that the policy speaks of, or NULL. */
static const char *some_name(const struct model *model)
{
	return model->users.names.n > 0 ? model->users.names.list[model->users.names.n - 1] : NULL;
}

/* What came of an input. */
struct outcome {
	int compiled, packed; /* errors; packed is that of opening, too */
	uint64_t sum;	      /* of the packed bytes, if both are 0 */
	struct target_verdicts verdicts;
};

/* By a call that never fails here. */
static uint64_t sum_of(int fd)
{
	uint64_t hash = FORMAT_HASH_START;
	unsigned char bytes[4096];
	const struct iovec room = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	ssize_t n;

	for (off_t at = 0; (n = preadv(fd, &room, 1, at)) > 0; at += n)
		hash = format_hash(hash, bytes, (size_t)n);
	return hash;
}

/* What writing and reading can come to where a call fails. */
static bool is_failure(int r)
{
	return r == -ENOMEM || r == -EIO || r == -ENOSPC || r == -EDQUOT || r == -EFBIG;
}

/* What the compiler calls sound, the library has to understand. */
static void pack_and_ask(const struct compiled *compiled, bool must_work, struct outcome *ret)
{
	const struct pack_info info = {
		.generation = 7, .who = "fuzz", .known_by = "fuzz", .why = ""
	};
	struct rolegate_policy *policy = NULL;
	int fd = target_make_file();

	ret->packed = pack_policy(&compiled->model, &compiled->sources, &info, fd);
	if (ret->packed == 0) {
		ret->sum = sum_of(fd);
		ret->packed = policy_open_fd(fd, &policy);
		if (ret->packed != 0 && (must_work || !is_failure(ret->packed)))
			abort();
	}
	if (ret->packed == 0)
		target_ask(policy, some_name(&compiled->model), must_work, &ret->verdicts);
	else if (ret->packed != -E2BIG && (must_work || !is_failure(ret->packed)))
		abort();
	else
		close(fd);
	rolegate_policy_close(policy);
}

static void run(struct part rest, bool must_work, struct outcome *ret)
{
	struct part catalog = { .text = known_catalog, .n = strlen(known_catalog) }, part;
	struct compiled compiled;

	*ret = (struct outcome){ 0 };
	compile_init(&compiled);
	next_part(&rest, &part);
	if (rest.text) {
		catalog = part;
		next_part(&rest, &part);
	}
	ret->compiled = add_policies(&compiled, &part, &rest);
	if (ret->compiled == 0)
		ret->compiled = compile_sources(&compiled, find_catalog, &catalog);
	/* An error without a word would leave its reader helpless. */
	if (ret->compiled == -EINVAL && compiled.report.n_errors == 0)
		abort();
	if (ret->compiled == 0)
		pack_and_ask(&compiled, must_work, ret);
	compile_free(&compiled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct part all = { .text = (const char *)data, .n = n };
	struct outcome whole, failed;
	struct failing_counts calls;

	if (n == 0)
		return 0;
	failing_start(FAILING_NONE);
	run(all, true, &whole);
	calls = failing_stop();
	if (whole.compiled != 0 && whole.compiled != -EINVAL)
		abort();
	failing_start(failing_choose(data, n, calls));
	run(all, false, &failed);
	(void)failing_stop();
	/* Where something fails it says so, or comes to the same; never to half of it. */
	if (failed.compiled != -ENOMEM && failed.compiled != whole.compiled)
		abort();
	if (failed.compiled == 0 && failed.packed == 0 &&
	    (whole.packed != 0 || failed.sum != whole.sum))
		abort();
	target_check_failed(&whole.verdicts, &failed.verdicts);
	return 0;
}
