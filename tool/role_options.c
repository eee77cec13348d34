/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the options of `role create`, `copy` and `edit`. */
#include <stdlib.h>
#include <string.h>

#include "role_change.h"
#include "words.h"

/* The capabilities of a matrix line's right side, as bits. NULL, or what is wrong. */
static const char *read_capabilities(const char *text, unsigned int *ret)
{
	static const char wrong[] =
		"none, view, full, or several of view, create, edit, delete, manage between commas";
	size_t n_words = 0;

	*ret = 0;
	if (!strcmp(text, "none"))
		return NULL;
	if (!strcmp(text, "full")) {
		*ret = CAN_FULL;
		return NULL;
	}
	while (*text) {
		size_t n = strcspn(text, ",");
		unsigned int c = 0;

		while (c < N_CAPABILITIES && (strlen(model_capability_name(c)) != n ||
					      strncmp(model_capability_name(c), text, n) != 0))
			c++;
		if (c == N_CAPABILITIES)
			return wrong;
		*ret |= 1u << c;
		n_words++;
		text += n + (text[n] == ',');
	}
	return n_words == 0 ? wrong : NULL;
}

const char *role_read_cell(const char *text, char **ret_on, unsigned int *ret_can)
{
	const char *equals = strchr(text, '=');

	*ret_on = NULL;
	if (!equals || equals == text)
		return "DEPARTMENT=CAPABILITIES or DEPARTMENT.RESOURCE=CAPABILITIES";
	*ret_on = strndup(text, (size_t)(equals - text));
	return *ret_on ? read_capabilities(equals + 1, ret_can) : "too long";
}

static int check_cells(const struct options *options, const char *verb)
{
	int status = 0;

	for (size_t i = 0; i < options->on.n && status == 0; i++) {
		const char *wrong;
		unsigned int can;
		char *on;

		wrong = role_read_cell(options->on.items[i], &on, &can);
		if (wrong)
			status = options_complain(verb, "--on %s has to be %s",
						  options->on.items[i], wrong);
		else
			status = revise_check_word(verb, "the name after --on", WORDS_SYMBOL, on);
		free(on);
	}
	return status;
}

static int check_names(const struct option_list *list, const char *verb, const char *what)
{
	int status = 0;

	for (size_t i = 0; i < list->n && status == 0; i++)
		status = revise_check_word(verb, what, WORDS_SYMBOL, list->items[i]);
	return status;
}

static int check_texts(const struct options *options, const char *verb)
{
	int status = 0;

	if (options->label)
		status = revise_check_word(verb, "the label", WORDS_TEXT, options->label);
	if (status == 0 && options->description)
		status = revise_check_word(verb, "the description", WORDS_TEXT,
					   options->description);
	if (status == 0 && options->colour && *options->colour &&
	    (strlen(options->colour) != 7 || options->colour[0] != '#' ||
	     strspn(options->colour + 1, "0123456789abcdefABCDEF") != 6))
		status = options_complain(verb, "--colour is written as '#22aa77'");
	if (status == 0 && options->needs_approval && strcmp(options->needs_approval, "yes") != 0 &&
	    strcmp(options->needs_approval, "no") != 0)
		status = options_complain(verb, "--needs-approval is yes or no");
	return status;
}

int role_check_options(struct tool *tool, const char *verb)
{
	const struct options *options = &tool->options;
	const struct {
		const struct option_list *list;
		const char *what;
	} names[] = {
		{ &options->based_on, "a base's name" },
		{ &options->no_based_on, "a base's name" },
		{ &options->grant, "a permission's name" },
		{ &options->revoke, "a permission's name" },
		{ &options->privilege, "a privilege's name" },
		{ &options->unprivilege, "a privilege's name" },
	};
	int status = check_texts(options, verb);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && status == 0; i++)
		status = check_names(names[i].list, verb, names[i].what);
	return status ? status : check_cells(options, verb);
}
