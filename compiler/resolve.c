/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resolve.h"

#include <errno.h>

#include "resolve_internal.h"

int resolve_model(struct model *model, const struct sources *sources, struct report *report)
{
	struct resolving resolving = { .model = model, .sources = sources, .report = report };
	int result;

	/* What there was no memory for has no number, and would be looked up. */
	if (model->arena.is_exhausted)
		return -ENOMEM;
	resolve_privileges(&resolving);
	resolve_references(&resolving);
	if (model->arena.is_exhausted)
		return -ENOMEM;
	/* What follows takes time and memory in proportion to what was limited. */
	if (!resolve_limits(&resolving))
		return 0;
	resolve_plan(&resolving);
	result = resolve_roles(&resolving);
	if (result == 0)
		resolve_groups(&resolving);
	return model->arena.is_exhausted ? -ENOMEM : result;
}
