/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assigning.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "people.h"
#include "sheet.h"
#include "when.h"
#include "words.h"

const char *assigning_kind(const struct assigning *a)
{
	return a->is_group ? "group " : "";
}

/* ---- The command line ---- */

/* A moment; or a span of time, which begins now. */
static const char *read_moment(const struct tool *tool, const char *text, int64_t *ret_at)
{
	const char *wrong = when_parse(text, ret_at);
	int64_t span;

	if (wrong && when_parse_span(text, &span) == NULL) {
		*ret_at = tool->now + span;
		return NULL;
	}
	return wrong;
}

static int read_times(struct tool *tool, struct assigning *a)
{
	const struct options *options = &tool->options;
	const char *wrong;

	a->from = FORMAT_ALWAYS;
	a->until = FORMAT_FOREVER;
	wrong = options->from ? read_moment(tool, options->from, &a->from) : NULL;
	if (wrong)
		return options_complain(a->verb, "--from \"%s\" is %s", options->from, wrong);
	wrong = options->until ? read_moment(tool, options->until, &a->until) : NULL;
	if (wrong)
		return options_complain(a->verb, "--until \"%s\" is %s, or a span as 8h or 7d",
					options->until, wrong);
	if (a->until <= tool->now)
		return options_complain(
			a->verb, "--until %s is in the past; `rolegate unassign` takes a role away",
			options->until);
	if (a->from >= a->until)
		return options_complain(a->verb,
					"--until is not after --from: it would never be in force");
	return 0;
}

int assigning_read(struct tool *tool, const char *verb, int min_roles, struct assigning *ret)
{
	const struct options *options = &tool->options;
	int skip = options->given & OPTION_GROUP ? 0 : 1, status;

	*ret = (struct assigning){
		.verb = verb,
		.is_group = !skip,
		.why = options->why && *options->why ? options->why : NULL,
	};
	if (skip && options->n_words == 0)
		return options_complain(verb, "say a user, or --group and a group");
	if (options->n_words < skip + min_roles)
		return options_complain(verb, "the role's name is missing");
	ret->holder = skip ? options->words[0] : options->group;
	ret->roles = options->words + skip;
	ret->n_roles = options->n_words - skip;
	status = revise_check_word(verb, skip ? "the user's name" : "the group's name",
				   WORDS_ACCOUNT, ret->holder);
	if (status == 0 && ret->why)
		status = revise_check_word(verb, "the reason", WORDS_TEXT, ret->why);
	for (int i = 0; i < ret->n_roles && status == 0; i++)
		status = revise_check_word(verb, "the role's name", WORDS_SYMBOL, ret->roles[i]);
	return status ? status : read_times(tool, ret);
}

/* The command in words, for the history; on the heap. */
static char *describe(const struct assigning *a)
{
	struct sheet sheet;
	FILE *to = sheet_open(&sheet);

	if (!to)
		return NULL;
	fprintf(to, "%s %s%s", a->verb, assigning_kind(a), a->holder);
	for (int i = 0; i < a->n_roles; i++)
		fprintf(to, " %s", a->roles[i]);
	return sheet_close(&sheet, NULL);
}

int assigning_run(struct tool *tool, struct assigning *a,
		  int (*edit)(struct revision *revision, void *context))
{
	char *what = describe(a);
	int status;

	if (!what)
		return tool_out_of_memory(tool);
	status = revise(tool, what, edit, a);
	free(what);
	return status;
}

/* ---- What is true of the holder already ---- */

int assigning_find_grants(const struct revision *revision, const struct assigning *a,
			  struct account *account, struct reach *grants)
{
	int r;

	*account = (struct account){ 0 };
	*grants = (struct reach){ 0 };
	if (a->is_group)
		return reach_find_named(revision->active, FORMAT_GROUPS, a->holder, grants);
	r = people_find(revision->tool, revision->active, a->holder, account);
	if (r < 0 && r != -EIO)
		return r;
	/* The name service did not answer: what is assigned by name can be taken all the same (A3). */
	if (r < 0)
		return reach_find_named(revision->active, FORMAT_USERS, a->holder, grants);
	return reach_find(revision->active, &account->person, revision->tool->now, grants);
}

bool assigning_is_own(const struct assigning *a, const struct reach_grant *grant)
{
	return grant->source == (a->is_group ? ROLEGATE_STEP_GROUP : ROLEGATE_STEP_USER);
}
