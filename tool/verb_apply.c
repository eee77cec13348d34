/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* apply, confirm, rollback: what puts a generation in force. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "candidate.h"
#include "past.h"
#include "trial.h"
#include "verbs.h"
#include "when.h"
#include "words.h"

/* ---- What the command line says ---- */

bool apply_read_why(struct tool *tool, const char *otherwise, const char **ret_why, int *ret_status)
{
	const char *wrong;

	*ret_why = tool->options.message ? tool->options.message : otherwise;
	wrong = words_check(WORDS_TEXT, *ret_why);
	if (wrong)
		*ret_status = options_complain(tool->options.verb, "the reason %s", wrong);
	return !wrong;
}

bool apply_read_trial(struct tool *tool, int64_t *ret_seconds, int *ret_status)
{
	const char *text = tool->options.confirm, *wrong;

	*ret_seconds = 0;
	if (!text)
		return true;
	wrong = when_parse_span(text, ret_seconds);
	if (!wrong && *ret_seconds > TRIAL_MAX)
		wrong = "longer than a week, the longest trial";
	if (wrong)
		*ret_status = options_complain(tool->options.verb, "--confirm-within \"%s\" is %s",
					       text, wrong);
	return !wrong;
}

/* ---- What it came to ---- */

json_t *apply_json(const struct change *change)
{
	json_t *object = json_pack("{s:I, s:I, s:i}", "generation", (json_int_t)change->generation,
				   "parent", (json_int_t)change->parent, "warnings",
				   (int)change->n_warnings);

	if (object && change->effect)
		json_object_set_new(object, "effect", json_string(change->effect));
	if (object && change->seconds_left > 0)
		json_object_set_new(object, "seconds_left", json_integer(change->seconds_left));
	return object;
}

static void print_effect(const struct tool *tool, const struct change *change)
{
	if (!change->effect || !change->effect[0])
		return;
	fputs("Effect: ", stdout);
	output_text(&tool->output, COLOUR_PLAIN, change->effect);
	putchar('\n');
}

void apply_print(struct tool *tool, const struct change *change)
{
	char until[WHEN_SIZE];

	if (tool->output.json) {
		(void)output_json(apply_json(change), true);
		return;
	}
	if (change->seconds_left > 0) {
		when_format(tool->now + change->seconds_left, until);
		output_text(&tool->output, COLOUR_WARN, "On trial");
		printf(": generation %llu decides until %s.\n"
		       "Try a login from elsewhere, then `rolegate confirm`; else generation %llu decides again.\n",
		       (unsigned long long)change->generation, until,
		       (unsigned long long)change->parent);
	} else {
		output_text(&tool->output, COLOUR_GOOD, "Applied");
		printf(": generation %llu is in force.\n", (unsigned long long)change->generation);
	}
	print_effect(tool, change);
}

/* ---- The verbs ---- */

int verb_apply(struct tool *tool)
{
	struct change_request request = { 0 };
	struct change change;
	int status;

	if (!apply_read_why(tool, "", &request.why, &status) ||
	    !apply_read_trial(tool, &request.confirm_within, &status))
		return status;
	status = change_apply(tool, &request, &change);
	if (status != EXIT_DONE)
		return status;
	apply_print(tool, &change);
	change_free(&change);
	return EXIT_DONE;
}

int verb_confirm(struct tool *tool)
{
	struct change change;
	int status;

	status = change_confirm(tool, &change);
	if (status != EXIT_DONE)
		return status;
	if (tool->output.json) {
		(void)output_json(apply_json(&change), true);
	} else {
		output_text(&tool->output, COLOUR_GOOD, "Confirmed");
		printf(": generation %llu is in force for good.\n",
		       (unsigned long long)change.generation);
	}
	change_free(&change);
	return EXIT_DONE;
}

/* The generation before the one in force; 0: it is the first. Else an error of the library. */
static int find_parent(struct tool *tool, uint64_t *ret_parent)
{
	struct rolegate_policy *policy = NULL;
	struct generation_info info;
	struct record record;
	int r;

	r = rolegate_policy_open(tool->state_dir, &policy, NULL);
	if (r < 0)
		return r;
	r = policy_load_generation_info(policy, &record, &info);
	if (r == 0) {
		*ret_parent = info.parent;
		store_record_free(&record);
	}
	rolegate_policy_close(policy);
	return r;
}

static int print_changed(void *context, const char *path)
{
	const struct tool *tool = context;

	fputs("  ", stdout);
	output_text(&tool->output, COLOUR_PLAIN, path);
	putchar('\n');
	return 0;
}

static int note_changed(void *context, const char *path)
{
	(void)context;
	(void)path;
	return 1;
}

/* A rollback leaves people's files alone: say which of them say something else. */
static void warn_of_sources(struct tool *tool, uint64_t generation)
{
	struct rolegate_policy *policy = NULL;
	int r;

	if (candidate_open_past(tool, generation, false, &policy) < 0)
		return;
	r = past_each_change(&tool->tree, ROLEGATE_CONF_DIR, ROLEGATE_STATE_DIR, policy,
			     note_changed, NULL);
	if (r == 1) {
		puts("These files are as they were and do not say what is in force; the next apply would put "
		     "them in force again:");
		(void)past_each_change(&tool->tree, ROLEGATE_CONF_DIR, ROLEGATE_STATE_DIR, policy,
				       print_changed, tool);
		printf("What generation %llu was made of is in %s/generations/%llu/sources.\n",
		       (unsigned long long)generation, ROLEGATE_STATE_DIR,
		       (unsigned long long)generation);
	}
	rolegate_policy_close(policy);
}

static int roll_back_to(struct tool *tool, uint64_t generation)
{
	struct change_request request = { .restore = generation };
	struct change change;
	char why[64];
	int status;

	snprintf(why, sizeof(why), "rollback to generation %llu", (unsigned long long)generation);
	if (!apply_read_why(tool, why, &request.why, &status))
		return status;
	status = change_apply(tool, &request, &change);
	if (status != EXIT_DONE)
		return status;
	apply_print(tool, &change);
	if (!tool->output.json) {
		printf("It is made of what generation %llu was made of.\n",
		       (unsigned long long)generation);
		warn_of_sources(tool, change.generation);
	}
	change_free(&change);
	return EXIT_DONE;
}

static int roll_back_trial(struct tool *tool)
{
	struct change change;
	int status;

	status = change_end_trial(tool, &change);
	if (status != EXIT_DONE)
		return status;
	if (tool->output.json) {
		(void)output_json(apply_json(&change), true);
	} else {
		output_text(&tool->output, COLOUR_GOOD, "The trial is over");
		printf(": generation %llu is in force again.\n",
		       (unsigned long long)change.generation);
		warn_of_sources(tool, change.generation);
	}
	change_free(&change);
	return EXIT_DONE;
}

int verb_rollback(struct tool *tool)
{
	struct rolegate_policy *trial = NULL;
	uint64_t generation = 0;
	int r;

	if (tool->options.n_words > 0) {
		if (!apply_read_generation(tool->options.words[0], &generation))
			return options_complain("rollback",
						"`%s` is no number of a generation; `rolegate "
						"history` lists them",
						tool->options.words[0]);
		return roll_back_to(tool, generation);
	}
	r = change_find_trial(tool, &trial, NULL);
	rolegate_policy_close(trial);
	if (r > 0)
		return roll_back_trial(tool);
	if (r == 0)
		r = find_parent(tool, &generation);
	if (r < 0)
		return tool_fail(tool, EXIT_SYSTEM,
				 rolegate_reason_name(rolegate_reason_of_error(r)),
				 "%s: %s; `rolegate history` lists what there is to go back to",
				 tool->state_dir, rolegate_error_text(r));
	if (generation == 0)
		return tool_fail(
			tool, EXIT_REFUSED, "no-parent",
			"the generation in force is the first: there is none before it. Nothing was "
			"changed");
	return roll_back_to(tool, generation);
}

bool apply_read_generation(const char *text, uint64_t *ret)
{
	unsigned long long n;
	char *end;

	if (*text < '1' || *text > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	*ret = n;
	return *end == '\0' && errno == 0;
}
