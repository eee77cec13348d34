/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* history, show: the generations that are kept, and one of them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "candidate.h"
#include "diff.h"
#include "kept.h"
#include "state.h"
#include "verbs.h"
#include "when.h"

/* Which generations decide. */
struct standing {
	uint64_t active, trial; /* 0: none */
	int64_t seconds_left;
};

static void find_standing(struct tool *tool, struct standing *ret)
{
	struct rolegate_policy *policy = NULL;

	*ret = (struct standing){ 0 };
	if (output_note(policy_open_confirmed(tool->state_dir, false, &policy, NULL)) == 0)
		ret->active = policy->head.generation;
	rolegate_policy_close(policy);
	policy = NULL;
	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) == 0 &&
	    rolegate_policy_trial(policy, &ret->seconds_left))
		ret->trial = policy->head.generation;
	rolegate_policy_close(policy);
}

/* ---- One generation as an object ---- */

/*
 * Whether an apply was interrupted after it had taken its number and before it took effect: what
 * came next began with another parent.
 */
static bool was_passed_over(struct tool *tool, const struct standing *standing, uint64_t generation)
{
	struct rolegate_policy *next = NULL;
	struct generation_info info;
	struct record record;
	bool is_passed = generation > standing->active;

	if (output_note(candidate_open_past(tool, generation + 1, false, &next)) == 0 &&
	    output_note(policy_load_generation_info(next, &record, &info)) == 0) {
		is_passed = info.parent != generation;
		store_record_free(&record);
	}
	rolegate_policy_close(next);
	return is_passed;
}

static const char *state_word(struct tool *tool, const struct standing *standing,
			      const struct head *head, bool is_confirmed)
{
	if (head->generation == standing->trial)
		return "on-trial";
	if (head->generation == standing->active)
		return "in-force";
	if (head->trial.until && !is_confirmed)
		return "trial-ended";
	return was_passed_over(tool, standing, head->generation) ? "interrupted" : "past";
}

/* Set a key to a note, if there is one. */
static bool add_note(struct tool *tool, json_t *object, uint64_t generation, const char *name)
{
	char *text;

	if (output_note(kept_read_note(&tool->tree, ROLEGATE_STATE_DIR, generation, name, &text)) <
	    0)
		return false;
	json_object_set_new(object, name, json_string(text));
	free(text);
	return true;
}

static json_t *describe(struct tool *tool, const struct standing *standing,
			const struct rolegate_policy *policy, const struct generation_info *info)
{
	uint64_t generation = policy->head.generation;
	char when[WHEN_SIZE];
	bool is_confirmed;
	json_t *object;

	when_format(info->when, when);
	object = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s}", "generation", (json_int_t)generation,
			   "parent", (json_int_t)info->parent, "when", when, "who", info->who,
			   "known_by", info->known_by, "why", info->why);
	if (!object)
		return NULL;
	is_confirmed = add_note(tool, object, generation, STATE_NOTE_CONFIRMED);
	(void)add_note(tool, object, generation, STATE_NOTE_EFFECT);
	json_object_set_new(object, "state",
			    json_string(state_word(tool, standing, &policy->head, is_confirmed)));
	return object;
}

/* 0 and *ret; or an error of the library. */
static int look_at(struct tool *tool, const struct standing *standing, uint64_t generation,
		   json_t **ret)
{
	struct rolegate_policy *policy = NULL;
	struct generation_info info;
	struct record record;
	int r;

	r = candidate_open_past(tool, generation, false, &policy);
	if (r < 0)
		return r;
	r = policy_load_generation_info(policy, &record, &info);
	if (r == 0) {
		*ret = describe(tool, standing, policy, &info);
		r = *ret ? 0 : -ENOMEM;
		store_record_free(&record);
	}
	rolegate_policy_close(policy);
	return r;
}

/* ---- In words ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void print_state(const struct tool *tool, const struct standing *standing, const char *word)
{
	if (!strcmp(word, "in-force"))
		output_text(&tool->output, COLOUR_GOOD,
			    standing->trial ? "  for good" : "  in force");
	else if (!strcmp(word, "on-trial")) {
		output_text(&tool->output, COLOUR_WARN, "  ON TRIAL");
		printf(", %lld seconds left", (long long)standing->seconds_left);
	} else if (!strcmp(word, "trial-ended"))
		output_text(&tool->output, COLOUR_DIM, "  was on trial, and not confirmed");
	else if (!strcmp(word, "interrupted"))
		output_text(&tool->output, COLOUR_DIM, "  interrupted: never in force");
}

static void print_line(const struct tool *tool, const char *label, const char *text)
{
	if (!*text)
		return;
	printf("      %s", label);
	output_text(&tool->output, COLOUR_PLAIN, text);
	putchar('\n');
}

static void print_generation(const struct tool *tool, const struct standing *standing,
			     const json_t *object)
{
	printf("%4lld  %s  ", (long long)json_integer_value(json_object_get(object, "generation")),
	       text_of(object, "when"));
	output_text(&tool->output, COLOUR_BOLD, text_of(object, "who"));
	printf(" (%s)", text_of(object, "known_by"));
	print_state(tool, standing, text_of(object, "state"));
	putchar('\n');
	print_line(tool, "", text_of(object, "why"));
	print_line(tool, "effect: ", text_of(object, "effect"));
	print_line(tool, "confirmed: ", text_of(object, "confirmed"));
}

/* ---- The verbs ---- */

static int fail(struct tool *tool, int error)
{
	if (error == -EACCES || error == -EPERM)
		return tool_fail(
			tool, EXIT_SYSTEM, "system-error",
			"%s/generations is root's alone, for sources may say what others need not know: "
			"ask as root",
			tool->state_dir);
	if (error == -ENOENT)
		return tool_fail(
			tool, EXIT_SYSTEM, "no-policy",
			"%s: nothing was ever applied; `rolegate apply` makes a generation",
			tool->state_dir);
	return tool_fail_errno(tool, error, "looking at the generations");
}

/* All that can be read, the latest first; one that cannot is named. */
static int gather(struct tool *tool, const struct standing *standing, json_t **ret_list)
{
	uint64_t *list;
	size_t n;
	int r;

	r = state_list(&tool->tree, ROLEGATE_STATE_DIR, &list, &n);
	if (r < 0)
		return r;
	*ret_list = json_array();
	for (size_t i = 0; i < n && r != -ENOMEM; i++) {
		json_t *object = NULL;

		r = look_at(tool, standing, list[i], &object);
		if (r == 0)
			json_array_append_new(*ret_list, object);
		else if (r != -ENOENT)
			output_complain("rolegate: generation %llu cannot be read: %s\n",
					(unsigned long long)list[i], rolegate_error_text(r));
	}
	free(list);
	return r == -ENOMEM ? r : 0;
}

int verb_history(struct tool *tool)
{
	struct standing standing;
	json_t *list = NULL, *object;
	size_t i;
	int r;

	find_standing(tool, &standing);
	r = gather(tool, &standing, &list);
	if (r < 0) {
		json_decref(list);
		return fail(tool, r);
	}
	if (tool->output.json)
		return output_json(json_pack("{s:o}", "generations", list), true) ? EXIT_DONE
										  : EXIT_SYSTEM;
	for (i = 0; (object = json_array_get(list, i)); i++)
		print_generation(tool, &standing, object);
	json_decref(list);
	return EXIT_DONE;
}

static int add_source(const struct rolegate_source *source, void *context)
{
	if (source->size >= 0)
		json_array_append_new(context, json_string(source->path));
	return 0;
}

static json_t *list_sources(struct tool *tool, uint64_t generation)
{
	struct rolegate_policy *policy = NULL;
	json_t *list = json_array();

	if (output_note(candidate_open_past(tool, generation, false, &policy)) == 0)
		(void)output_note(rolegate_policy_each_source(policy, add_source, list));
	rolegate_policy_close(policy);
	return list;
}

static void print_sources(const struct tool *tool, const json_t *object, uint64_t generation)
{
	const json_t *sources = json_object_get(object, "sources"), *source;
	size_t i;

	printf("      made of, as kept in %s/generations/%llu/sources:\n", tool->state_dir,
	       (unsigned long long)generation);
	json_array_foreach(sources, i, source)
	{
		fputs("        ", stdout);
		output_text(&tool->output, COLOUR_PLAIN, json_string_value(source));
		putchar('\n');
	}
}

/*
 * What the generation changed, by comparing it with its parent, if that is kept; NULL else. Who asks
 * and what they may do has no part in it.
 */
static json_t *compare_with_parent(struct tool *tool, const json_t *object, uint64_t generation)
{
	static const char *const of_now[] = { "you", "conflict", "refused" };
	json_int_t parent = json_integer_value(json_object_get(object, "parent"));
	struct rolegate_policy *before = NULL, *after = NULL;
	struct author author = { 0 };
	json_t *diff = NULL;

	if (parent > 0 &&
	    output_note(candidate_open_past(tool, (uint64_t)parent, true, &before)) == 0 &&
	    output_note(candidate_open_past(tool, generation, true, &after)) == 0 &&
	    author_find(tool, &author) == EXIT_DONE &&
	    output_note(diff_compare(tool, &author, before, after, &diff)) == 0)
		for (size_t i = 0; i < sizeof(of_now) / sizeof(of_now[0]); i++)
			json_object_del(diff, of_now[i]);
	author_free(&author);
	rolegate_policy_close(before);
	rolegate_policy_close(after);
	return diff;
}

int verb_show(struct tool *tool)
{
	struct standing standing;
	json_t *object = NULL, *diff;
	uint64_t generation;
	int r;

	if (!apply_read_generation(tool->options.words[0], &generation))
		return options_complain("show",
					"`%s` is no number of a generation; `rolegate history` "
					"lists them",
					tool->options.words[0]);
	find_standing(tool, &standing);
	r = look_at(tool, &standing, generation, &object);
	if (r == -ENOENT)
		return tool_fail(
			tool, EXIT_REFUSED, "no-generation",
			"there is no generation %llu, or no more; `rolegate history` lists those that "
			"are kept",
			(unsigned long long)generation);
	if (r < 0)
		return fail(tool, r);
	json_object_set_new(object, "sources", list_sources(tool, generation));
	diff = compare_with_parent(tool, object, generation);
	if (diff)
		json_object_set_new(object, "diff", diff);
	if (tool->output.json)
		return output_json(object, true) ? EXIT_DONE : EXIT_SYSTEM;
	print_generation(tool, &standing, object);
	print_sources(tool, object, generation);
	if (diff) {
		printf("compared with generation %lld:\n",
		       (long long)json_integer_value(json_object_get(object, "parent")));
		diff_print(tool, diff);
	}
	json_decref(object);
	return EXIT_DONE;
}
