/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_managed.h"

#include <stdio.h>
#include <string.h>

bool managed_has_role(const char *text, const char *name)
{
	char wanted[64];

	snprintf(wanted, sizeof(wanted), "name = \"%s\"", name);
	return text && strstr(text, wanted);
}

/* One of the places where a word stands, or NULL. */
static const char *find_any(const char *text, const char *word, struct dice *dice)
{
	const char *found = NULL;
	uint32_t n = 0;

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if (dice_below(dice, ++n) == 0)
			found = at;
	return found;
}

const char *managed_pick(const char *text, const char *word, struct dice *dice,
			 char ret[MANAGED_NAME_SIZE])
{
	const char *at = text ? find_any(text, word, dice) : NULL;

	if (!at)
		return NULL;
	at += strlen(word);
	snprintf(ret, MANAGED_NAME_SIZE, "%.*s", (int)strcspn(at, "\""), at);
	return ret;
}

/* The text with `n` bytes at a place replaced. */
static void replace(const char *text, const char *at, size_t n, const char *by,
		    char ret[MANAGED_TEXT_SIZE])
{
	snprintf(ret, MANAGED_TEXT_SIZE, "%.*s%s%s", (int)(at - text), text, by, at + n);
}

/* Put another name into the quotes that follow a word. */
static void replace_name(const char *text, const char *word, const char *name, struct dice *dice,
			 char ret[MANAGED_TEXT_SIZE])
{
	const char *at = find_any(text, word, dice);

	if (at) {
		at += strlen(word);
		replace(text, at, strcspn(at, "\""), name, ret);
	}
}

void managed_change(const char *text, struct dice *dice, const struct world *world,
		    char ret[MANAGED_TEXT_SIZE])
{
	const char *permission = dice_pick(dice, world->grants), *at;
	char approval[64];

	snprintf(ret, MANAGED_TEXT_SIZE, "%s", text ? text : "");
	if (!text)
		return;
	switch (dice_below(dice, 5)) {
	case 0:
		replace_name(text, "roles = [ \"", dice_pick(dice, world->roles), dice, ret);
		break;
	case 1:
		replace_name(text, "user = \"", world_people[dice_below(dice, ROOT)], dice, ret);
		break;
	case 2:
		replace_name(text, "permissions = [ \"", permission, dice, ret);
		break;
	case 3:
		replace_name(text, "until = \"", "2099-01-01", dice, ret);
		break;
	default:
		snprintf(approval, sizeof(approval), " ]; approved_by = \"%s\"; }",
			 world_people[dice_below(dice, WORLD_PEOPLE)]);
		at = find_any(text, " ]; }", dice);
		if (at)
			replace(text, at, strlen(" ]; }"), approval, ret);
	}
}
