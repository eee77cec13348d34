/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

static char *skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/* Take a mark or a word, and the blanks behind it. NULL: something else is there. */
static char *take(char *at, const char *token)
{
	size_t n = strlen(token);

	return at && !strncmp(at, token, n) ? skip_blanks(at + n) : NULL;
}

/*
 * Take a string, and the blanks behind it. Only *ret_end, its closing quote, is noted: nothing is written until all of the
 * element is understood.
 */
static char *take_string(char *at, const char **ret, char **ret_end)
{
	if (!at || *at != '"')
		return NULL;
	*ret = ++at;
	while (*at != '"' && *at != '\\' && *at != '\n' && *at != '\0')
		at++;
	*ret_end = at;
	return *at == '"' ? skip_blanks(at + 1) : NULL;
}

/* Where the strings of an element end. */
struct ends {
	char *name, *roles[PLAIN_ROLES_MAX];
};

/* `[ "a", "b" ]` */
static char *take_roles(char *at, struct plain *ret, struct ends *ends)
{
	at = take(at, "[");
	for (ret->n_roles = 0; at && ret->n_roles < PLAIN_ROLES_MAX;) {
		at = take_string(at, &ret->roles[ret->n_roles], &ends->roles[ret->n_roles]);
		ret->n_roles++;
		if (at && *at == ']')
			return take(at, "]");
		at = take(at, ",");
	}
	return NULL;
}

/* An element as a whole; NULL if it is written in another way. */
static char *take_element(char *at, struct plain *ret, struct ends *ends)
{
	char *subject;

	at = take(at, "{");
	subject = take(at, "user");
	ret->is_group = !subject;
	at = take(subject ? subject : take(at, "group"), "=");
	at = take(take_string(at, &ret->name, &ends->name), ";");
	at = take_roles(take(take(at, "roles"), "="), ret, ends);
	return take(take(at, ";"), "}");
}

/* End the strings. Whether all are fit for what they are. */
static bool are_words(const struct plain *element, const struct ends *ends)
{
	bool good;

	*ends->name = '\0';
	good = words_check(WORDS_ACCOUNT, element->name) == NULL;
	for (uint32_t i = 0; i < element->n_roles && good; i++) {
		*ends->roles[i] = '\0';
		good = words_check(WORDS_SYMBOL, element->roles[i]) == NULL;
	}
	return good;
}

static void skip_lines(struct plain_text *text)
{
	for (;; text->at++) {
		if (*text->at == '\n')
			text->line++;
		else if (*text->at != ' ' && *text->at != '\t')
			return;
	}
}

/* What has to come behind an element: the end, or a comma and another. */
static bool is_followed(const struct plain_text *text, bool *ret_has_comma)
{
	struct plain_text rest = *text;

	skip_lines(&rest);
	*ret_has_comma = *rest.at == ',';
	if (!*ret_has_comma)
		return rest.at == rest.end;
	rest.at++;
	skip_lines(&rest);
	return *rest.at == '{';
}

bool plain_next(struct plain_text *text, struct plain *ret)
{
	struct plain_text rest;
	struct ends ends;
	bool has_comma;

	skip_lines(text);
	rest = *text;
	rest.at = take_element(rest.at, ret, &ends);
	ret->line = text->line;
	if (!rest.at || !is_followed(&rest, &has_comma) || !are_words(ret, &ends))
		return false;
	skip_lines(&rest);
	if (has_comma)
		rest.at++;
	*text = rest;
	return true;
}

int plain_take(struct piece *piece, const char *text,
	       void (*each)(void *context, const struct plain *element), void *context)
{
	size_t n = piece->end - piece->begin;
	char *copy = strndup(text + piece->begin, n);
	struct plain_text rest = { .at = copy, .line = piece->line };
	struct plain element;

	if (!copy)
		return -ENOMEM;
	rest.end = copy + n;
	while (plain_next(&rest, &element)) {
		each(context, &element);
		piece->n_before++;
	}
	piece->begin += (size_t)(rest.at - copy);
	piece->line = rest.line;
	free(copy);
	return 0;
}
