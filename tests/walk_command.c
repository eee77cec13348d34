/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Roles that commands make; those of the file are called c-…. */
static const char *const new_roles[] = { "r-one", "r-two", "r-three", "r-four", NULL };

const char *command_name(enum command_kind kind)
{
	static const char *const names[COMMAND_KINDS] = {
		"role create",
		"role copy",
		"role edit",
		"role delete",
		"assign",
		"unassign",
		"approve",
		"service set",
		"service unset",
		"edited file",
		"edited 90-managed.conf",
		"edit",
		"rollback N",
		"trial",
		"confirm",
		"rollback of a trial",
	};

	return names[kind];
}

/* ---- Words ---- */

/* Add words that live on elsewhere; a NULL ends them. */
static void add(struct command *command, ...)
{
	va_list words;
	const char *word;

	va_start(words, command);
	while ((word = va_arg(words, const char *)) && command->n < COMMAND_WORDS_MAX)
		command->words[command->n++] = word;
	va_end(words);
}

/* Keep a copy of a word, and add it. */
static void add_copy(struct command *command, const char *word)
{
	char *copy = command->store + command->n_store;
	size_t n = strlen(word) + 1;

	if (command->n_store + n > sizeof(command->store))
		return;
	memcpy(copy, word, n);
	command->n_store += n;
	add(command, copy, NULL);
}

static void add_date(struct command *command, const struct command_choice *c, const char *option,
		     unsigned int which)
{
	char date[WORLD_DATE_SIZE];

	world_date(which, c->now, date);
	add(command, option, NULL);
	add_copy(command, date);
}

/* ---- Names ---- */

static const char *custom_role(const struct command_choice *c)
{
	return dice_pick(c->dice, c->roles[0] && dice_chance(c->dice, 90) ? c->roles : new_roles);
}

static const char *any_role(const struct command_choice *c)
{
	return dice_chance(c->dice, 55) ? custom_role(c) : dice_pick(c->dice, c->world->roles);
}

static const char *any_user(const struct command_choice *c)
{
	return world_people[dice_below(c->dice, ROOT)];
}

static const char *any_requirement(const struct command_choice *c)
{
	return dice_pick(c->dice, dice_chance(c->dice, 75) ? c->world->grants : world_privileges);
}

/* ---- Verbs ---- */

/* What a role is to have; on a role that exists, also what it is not to have any more. */
static void add_content(struct command *command, const struct command_choice *c, bool exists)
{
	uint32_t n = 1 + dice_below(c->dice, 2);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t what = dice_below(c->dice, exists ? 6 : 3);

		if (what == 0)
			add(command, "--grant", dice_pick(c->dice, c->world->grants), NULL);
		else if (what == 1)
			add(command, "--privilege", dice_pick(c->dice, world_privileges), NULL);
		else if (what == 2)
			add(command, "--based-on", any_role(c), NULL);
		else if (what == 3)
			add(command, "--revoke", dice_pick(c->dice, c->world->grants), NULL);
		else if (what == 4)
			add(command, "--unprivilege", dice_pick(c->dice, world_privileges), NULL);
		else
			add(command, "--no-based-on", any_role(c), NULL);
	}
}

static void make_role(struct command *command, enum command_kind kind,
		      const struct command_choice *c)
{
	if (kind == COMMAND_ROLE_CREATE)
		add(command, "role", "create", dice_pick(c->dice, new_roles), NULL);
	else if (kind == COMMAND_ROLE_COPY)
		add(command, "role", "copy", any_role(c), dice_pick(c->dice, new_roles), NULL);
	else if (kind == COMMAND_ROLE_EDIT)
		add(command, "role", "edit", custom_role(c), NULL);
	else
		add(command, "role", "delete", custom_role(c), NULL);
	if (kind == COMMAND_ROLE_DELETE || (kind == COMMAND_ROLE_COPY && dice_chance(c->dice, 60)))
		return;
	add_content(command, c, kind != COMMAND_ROLE_CREATE);
}

/* To take something from, rather somebody who was given something. */
static void add_holder(struct command *command, enum command_kind kind,
		       const struct command_choice *c)
{
	if (kind == COMMAND_UNASSIGN && c->holder && dice_chance(c->dice, 75))
		add_copy(command, c->holder);
	else if (dice_chance(c->dice, 20))
		add(command, "--group", dice_pick(c->dice, world_groups), NULL);
	else
		add(command, any_user(c), NULL);
}

static void make_assignment(struct command *command, enum command_kind kind,
			    const struct command_choice *c)
{
	if (kind == COMMAND_APPROVE) {
		add(command, "approve", any_user(c), NULL);
		if (dice_chance(c->dice, 40))
			add(command, any_role(c), NULL);
		return;
	}
	add(command, kind == COMMAND_ASSIGN ? "assign" : "unassign", NULL);
	add_holder(command, kind, c);
	if (kind == COMMAND_ASSIGN || dice_chance(c->dice, 40))
		add(command, any_role(c), NULL);
	if (kind == COMMAND_UNASSIGN)
		return;
	if (dice_chance(c->dice, 20))
		add_date(command, c, "--from", 1 + dice_below(c->dice, WORLD_DATES - 2));
	if (dice_chance(c->dice, 25))
		add_date(command, c, "--until", WORLD_DATES - 1 - dice_below(c->dice, 3));
}

static void make_service(struct command *command, enum command_kind kind,
			 const struct command_choice *c)
{
	static const char *const kinds[] = { "--require", "--require-any", NULL };
	uint32_t how = dice_below(c->dice, 100);

	add(command, "service", kind == COMMAND_SERVICE_SET ? "set" : "unset", NULL);
	if (kind == COMMAND_SERVICE_UNSET && c->service && dice_chance(c->dice, 60)) {
		add_copy(command, c->service);
		return;
	}
	add(command, dice_chance(c->dice, 15) ? "web-*" : dice_pick(c->dice, world_services), NULL);
	if (kind == COMMAND_SERVICE_UNSET)
		return;
	if (how < 15)
		add(command, "--open", NULL);
	else
		add(command, dice_pick(c->dice, kinds), any_requirement(c), NULL);
	if (how > 85)
		add(command, "--subject", "actor", NULL);
}

static void make_generation(struct command *command, enum command_kind kind,
			    const struct command_choice *c)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, c->generation);
	if (kind == COMMAND_EDIT)
		add(command, "edit", NULL);
	else if (kind == COMMAND_CONFIRM)
		add(command, "confirm", NULL);
	else if (kind == COMMAND_ROLLBACK || kind == COMMAND_END_TRIAL)
		add(command, "rollback", NULL);
	else
		add(command, "apply", NULL);
	if (kind == COMMAND_TRIAL)
		add(command, "--confirm-within", "1h", NULL);
	if (kind == COMMAND_ROLLBACK)
		add_copy(command, number);
}

void command_make(struct command *command, enum command_kind kind,
		  const struct command_choice *choice)
{
	*command = (struct command){ .n = 0 };
	add(command, "/usr/sbin/rolegate", NULL);
	if (kind <= COMMAND_ROLE_DELETE)
		make_role(command, kind, choice);
	else if (kind <= COMMAND_APPROVE)
		make_assignment(command, kind, choice);
	else if (kind <= COMMAND_SERVICE_UNSET)
		make_service(command, kind, choice);
	else
		make_generation(command, kind, choice);
}

void command_print(const struct command *command, char *ret, size_t size)
{
	size_t n = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < command->n && n < size; i++) {
		const char *word = i == 0 ? "rolegate" : command->words[i];

		n += (size_t)snprintf(ret + n, size - n, "%s%s", i > 0 ? " " : "", word);
	}
}
