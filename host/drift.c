/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drift.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SAME = 0, CHANGED = 1, UNKNOWN = 2 };

static int look(const struct rolegate_source *source, void *context)
{
	const char *root = context ? context : "";
	size_t n_root = strlen(root), n_path = strlen(source->path) + 1;
	char *path = malloc(n_root + n_path);
	struct stat st;
	int r;

	if (!path)
		return UNKNOWN;
	memcpy(path, root, n_root);
	memcpy(path + n_root, source->path, n_path);
	r = stat(path, &st) < 0 ? errno : 0;
	free(path);
	if (source->size == ROLEGATE_SOURCE_ABSENT)
		return r == ENOENT || r == ENOTDIR ? SAME : r == 0 ? CHANGED : UNKNOWN;
	if (r != 0)
		return r == ENOENT || r == ENOTDIR ? CHANGED : UNKNOWN;
	if (st.st_mtim.tv_sec != source->mtime_s ||
	    (uint32_t)st.st_mtim.tv_nsec != source->mtime_ns)
		return CHANGED;
	return source->size >= 0 && st.st_size != source->size ? CHANGED : SAME;
}

const char *drift_word(const struct rolegate_policy *policy, const char *root)
{
	switch (rolegate_policy_each_source(policy, look, (void *)root)) {
	case SAME:
		return "same";
	case CHANGED:
		return "changed";
	default:
		return "unknown";
	}
}
