/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "verbs.h"
#include "words.h"

int verb_apply(struct tool *tool)
{
	const char *why = tool->options.message ? tool->options.message : "", *wrong;
	struct change change;
	int status;

	wrong = words_check(WORDS_TEXT, why);
	if (wrong)
		return options_complain("apply", "the reason %s", wrong);
	status = change_apply(tool, why, &change);
	if (status != EXIT_DONE)
		return status;
	if (tool->output.json) {
		(void)output_json(json_pack("{s:I, s:I, s:i}", "generation",
					    (json_int_t)change.generation, "parent",
					    (json_int_t)change.parent, "warnings",
					    (int)change.n_warnings),
				  true);
		return EXIT_DONE;
	}
	output_text(&tool->output, COLOUR_GOOD, "Applied");
	printf(": generation %llu is in force.\n", (unsigned long long)change.generation);
	return EXIT_DONE;
}
