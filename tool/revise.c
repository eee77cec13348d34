/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "revise.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "managed.h"

/* Bytes of a command that go into the history: a line. */
#define WHAT_MAX 200u

/* Put a line into the notes at a place. A line lost for want of memory
 * is not worth undoing the change. */
__attribute__((format(printf, 3, 0))) static void insert(struct revision *revision, size_t at,
							 const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		return;
	(void)json_array_insert_new(revision->notes, at, json_string(text));
	free(text);
}

void revise_note(struct revision *revision, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	insert(revision, json_array_size(revision->notes), format, arguments);
	va_end(arguments);
}

void revise_headline(struct revision *revision, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	insert(revision, 0, format, arguments);
	va_end(arguments);
}

int revise_check_word(const char *verb, const char *what, enum words_kind kind, const char *word)
{
	const char *wrong = words_check(kind, word);

	if (!wrong)
		wrong = managed_check_text(word);
	return wrong ? options_complain(verb, "%s %s", what, wrong) : 0;
}

/* ---- What came of it ---- */

static void print_outcome(const struct revision *revision, const struct change *change)
{
	const struct output *output = &revision->tool->output;
	size_t n = json_array_size(revision->notes);

	output_text(output, revision->is_changed ? COLOUR_GOOD : COLOUR_PLAIN,
		    revision->is_changed ? "Done" : "Nothing to change");
	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? ": " : "  ", stdout);
		output_text(output, COLOUR_PLAIN,
			    json_string_value(json_array_get(revision->notes, i)));
		puts(".");
	}
	if (n == 0)
		puts(".");
	if (!revision->is_changed)
		return;
	if (change->effect && *change->effect) {
		fputs("Effect: ", stdout);
		output_text(output, COLOUR_PLAIN, change->effect);
		puts(".");
	}
	printf("Generation %llu is in force.\n", (unsigned long long)change->generation);
}

static int tell(const struct revision *revision, const struct change *change)
{
	json_t *object;

	if (!revision->tool->output.json) {
		print_outcome(revision, change);
		return EXIT_DONE;
	}
	object = json_pack("{s:b, s:I, s:I, s:i, s:O}", "changed", !change->is_nothing,
			   "generation", (json_int_t)change->generation, "parent",
			   (json_int_t)change->parent, "warnings", (int)change->n_warnings, "notes",
			   revision->notes);
	if (object && change->effect)
		json_object_set_new(object, "effect", json_string(change->effect));
	(void)output_json(object, true);
	return EXIT_DONE;
}

/* ---- The change ---- */

static int edit_managed(struct tool *tool, const struct rolegate_policy *active,
			const struct author *author, struct model *managed, void *context)
{
	struct revision *revision = context;
	int status;

	revision->author = author->account.name;
	revision->active = active;
	revision->managed = managed;
	status = revision->edit(revision, revision->context);
	if (status == EXIT_DONE && managed->arena.is_exhausted)
		status = tool_out_of_memory(tool);
	return status;
}

/* Cut a text to the length of a line, between two characters. */
static void cut(char *text)
{
	size_t n = strlen(text);

	if (n <= WHAT_MAX)
		return;
	n = WHAT_MAX;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	strcpy(text + n, "…");
}

/* The line for the history: -m, or the command in words with --why behind it. On the heap. */
static char *describe(const struct options *options, const char *what)
{
	const char *why = options->why ? options->why : "";
	char *text;

	if (options->message)
		return strdup(options->message);
	if (asprintf(&text, "%s   ", what) < 0) /* room for what cut() puts at its end */
		return NULL;
	text[strlen(what)] = '\0';
	cut(text);
	if (*why) {
		char *both;
		int n = asprintf(&both, "%s: %s", text, why);

		free(text);
		text = n < 0 ? NULL : both;
	}
	return text;
}

int revise(struct tool *tool, const char *what,
	   int (*edit)(struct revision *revision, void *context), void *context)
{
	struct revision revision = { .tool = tool, .edit = edit, .context = context };
	struct change_request request = { .edit = edit_managed, .context = &revision };
	struct change change = { 0 };
	const char *wrong;
	char *why;
	int status;

	why = describe(&tool->options, what);
	revision.notes = json_array();
	wrong = why ? words_check(WORDS_TEXT, why) : NULL;
	if (!why || !revision.notes) {
		status = tool_out_of_memory(tool);
	} else if (wrong) {
		status = options_complain(tool->options.verb, "the reason %s", wrong);
	} else {
		request.why = why;
		status = change_apply(tool, &request, &change);
		if (status == EXIT_DONE)
			status = tell(&revision, &change);
		change_free(&change);
	}
	json_decref(revision.notes);
	free(why);
	return status;
}
