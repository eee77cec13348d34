/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "applied.h"

#include <errno.h>
#include <unistd.h>

#include "drift.h"
#include "kept.h"

static int count_file(const struct rolegate_source *source, void *context)
{
	*(size_t *)context += source->size >= 0;
	return 0;
}

const char *applied_sources(struct tool *tool, const struct rolegate_policy *policy)
{
	struct compile_catalogs catalogs = {
		.tree = &tool->tree,
		.vendor = ROLEGATE_CATALOG_DIR,
		.site = ROLEGATE_CONF_DIR "/catalogs",
		.spare = tool->spare,
	};
	struct compiled compiled;
	size_t n = 0;
	int r;

	if (rolegate_policy_each_source(policy, count_file, &n) < 0)
		return "unknown";
	compile_init(&compiled);
	r = output_note(compile_tree(&tool->tree, ROLEGATE_CONF_DIR, &catalogs, NULL, &compiled));
	if (r == 0)
		r = output_note(kept_compare(&tool->tree, ROLEGATE_STATE_DIR,
					     policy->head.generation, &compiled.sources, n));
	else if (r == -EINVAL)
		r = geteuid() == 0 || tool->root ? 2 : -EACCES;
	compile_free(&compiled);
	if (r < 0)
		return drift_word(policy, tool->root);
	return r == 1 ? "same" : r == 0 ? "changed" : "broken";
}
