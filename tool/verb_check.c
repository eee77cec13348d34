/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "verbs.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_summary(struct tool *tool, const struct compiled *compiled)
{
	const struct model *model = &compiled->model;
	size_t n_users = model->users.names.n, n_groups = model->groups.names.n;

	output_text(&tool->output, COLOUR_GOOD, "The policy is sound");
	printf(": %zu roles, %zu permissions, %zu services; assignments to %zu user%s and %zu group%s",
	       model->role_names.n, model->permission_names.n, model->service_names.n, n_users,
	       plural(n_users), n_groups, plural(n_groups));
	printf("; %zu warning%s.\n", compiled->report.n_warnings,
	       plural(compiled->report.n_warnings));
}

int verb_check(struct tool *tool)
{
	bool strict = tool->options.given & OPTION_STRICT;
	struct compiled compiled;
	int status = EXIT_DONE, r;

	r = tool_compile(tool, &compiled, &status);
	if (r == 0) {
		if (strict && compiled.report.n_warnings > 0)
			status = EXIT_POLICY;
		if (tool->output.json) {
			(void)output_json(json_pack("{s:o, s:i, s:i, s:i}", "problems",
						    tool_json_problems(&compiled), "roles",
						    (int)compiled.model.role_names.n, "users",
						    (int)compiled.model.users.names.n, "groups",
						    (int)compiled.model.groups.names.n),
					  status == EXIT_DONE);
		} else {
			tool_print_problems(tool, &compiled);
			print_summary(tool, &compiled);
			/* On a terminal both go to the same place, in this order. */
			if (status != EXIT_DONE && fflush(stdout) == 0)
				fputs("--strict: warnings fail too\n", stderr);
		}
	}
	compile_free(&compiled);
	return status;
}
