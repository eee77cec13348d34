/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* diff: what applying the sources would change, by effect. */
#include <errno.h>
#include <stdlib.h>

#include "diff.h"
#include "verbs.h"

/* Compare, and answer. */
static int answer(struct tool *tool, const struct author *author,
		  const struct rolegate_policy *before, const struct rolegate_policy *after)
{
	json_t *diff = NULL;
	bool is_different;
	int r;

	r = diff_compare(tool, author, before, after, &diff);
	if (r < 0)
		return tool_fail_errno(tool, r, "comparing the policies");
	is_different = json_is_true(json_object_get(diff, "different"));
	json_object_set_new(diff, "generation",
			    before ? json_integer((json_int_t)before->head.generation)
				   : json_null());
	if (tool->output.json) {
		if (!output_json(diff, true))
			return EXIT_SYSTEM;
	} else {
		diff_print(tool, diff);
		json_decref(diff);
	}
	return is_different ? EXIT_DENIED : EXIT_DONE;
}

/* What was applied for good, whatever is on trial; NULL if nothing ever was. */
static int open_before(struct tool *tool, struct rolegate_policy **ret, int *ret_status)
{
	char *what = NULL;
	int r;

	r = policy_open_confirmed(tool->state_dir, true, ret, &what);
	if (r < 0 && r != -ENOENT)
		*ret_status = tool_fail(tool, EXIT_SYSTEM,
					rolegate_reason_name(rolegate_reason_of_error(r)), "%s",
					what ? what : rolegate_error_text(r));
	free(what);
	return r == -ENOENT ? 0 : r;
}

int verb_diff(struct tool *tool)
{
	struct rolegate_policy *before = NULL, *after = NULL;
	struct author author;
	int r, status;

	status = author_find(tool, &author);
	if (status != EXIT_DONE || open_before(tool, &before, &status) < 0 ||
	    tool_open_candidate(tool, NULL, &after, &status) < 0)
		goto out;
	r = store_load(&after->store);
	status = r < 0 ? tool_fail_errno(tool, r, "reading the candidate")
		       : answer(tool, &author, before, after);
out:
	rolegate_policy_close(before);
	rolegate_policy_close(after);
	author_free(&author);
	return status;
}
