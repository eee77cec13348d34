/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "review.h"

int review_change(struct tool *tool, const struct author *author,
		  const struct rolegate_policy *before, const struct rolegate_policy *after,
		  char **ret_effect)
{
	bool is_owner = false;
	int r;

	(void)after;
	*ret_effect = NULL;
	if (!before || (tool->root && !author->is_known))
		return EXIT_DONE;
	r = author_is_owner(before, &author->account.person, tool->now, &is_owner);
	if (r < 0)
		return tool_fail_errno(tool, r, "looking up what you hold");
	return is_owner ? EXIT_DONE
			: tool_fail(tool, EXIT_REFUSED, "not-owner",
				    "you are %s, who is no owner. Nothing was changed",
				    author->account.name);
}
