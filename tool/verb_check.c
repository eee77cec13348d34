/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "verbs.h"

static void print_summary(struct tool *tool, const struct compiled *compiled)
{
	const struct model *model = &compiled->model;

	output_text(&tool->output, COLOUR_GOOD, "The policy is sound");
	printf(": %zu roles, %zu users, %zu groups, %zu services, %zu permissions",
	       model->role_names.n, model->users.names.n, model->groups.names.n,
	       model->service_names.n, model->permission_names.n);
	printf("; %zu warning%s.\n", compiled->report.n_warnings,
	       compiled->report.n_warnings == 1 ? "" : "s");
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
			if (status != EXIT_DONE)
				fputs("--strict: warnings fail too\n", stderr);
		}
	}
	compile_free(&compiled);
	return status;
}
