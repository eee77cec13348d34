/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "walk_editor.h"
#include "walk_files.h"
#include "walk_judge.h"
#include "walk_managed.h"

/* ---- Choosing ---- */

/* Most of all those who manage roles: they are the ones to hold something back from. */
static size_t choose_actor(struct walk *walk)
{
	uint32_t n = dice_below(&walk->dice, 100);
	enum walk_class wanted = n < 55 ? WALK_MANAGER : n < 88 ? WALK_OWNER : WALK_OTHER;
	size_t who = dice_below(&walk->dice, WORLD_PEOPLE);

	for (size_t i = 0; i < WORLD_PEOPLE; i++)
		if (judge_class(walk, (who + i) % WORLD_PEOPLE) == wanted)
			return (who + i) % WORLD_PEOPLE;
	return who;
}

static enum command_kind choose_kind(struct walk *walk)
{
	static const unsigned char often[COMMAND_KINDS] = {
		[COMMAND_ROLE_CREATE] = 9, [COMMAND_ROLE_COPY] = 6,   [COMMAND_ROLE_EDIT] = 12,
		[COMMAND_ROLE_DELETE] = 3, [COMMAND_ASSIGN] = 17,     [COMMAND_UNASSIGN] = 8,
		[COMMAND_APPROVE] = 5,	   [COMMAND_SERVICE_SET] = 6, [COMMAND_SERVICE_UNSET] = 3,
		[COMMAND_APPLY] = 16,	   [COMMAND_MANAGED] = 5,     [COMMAND_EDIT] = 3,
		[COMMAND_ROLLBACK] = 4,	   [COMMAND_TRIAL] = 3,
	};
	static const unsigned char often_on_trial[COMMAND_KINDS] = {
		[COMMAND_CONFIRM] = 60, [COMMAND_END_TRIAL] = 20, [COMMAND_TRIAL] = 8,
		[COMMAND_ASSIGN] = 6,	[COMMAND_APPLY] = 6,
	};
	const unsigned char *weights = walk->is_on_trial ? often_on_trial : often;
	unsigned int kind = 0;
	uint32_t n = dice_below(&walk->dice, 100);

	while (n >= weights[kind])
		n -= weights[kind++];
	return kind;
}

/* The custom roles that there are. `ret` has room for all names and a NULL. */
static void list_roles(const struct walk *walk, const char *ret[])
{
	static const char *const names[] = { "c-mgr", "c-one", "c-two",	  "c-new",
					     "r-one", "r-two", "r-three", "r-four" };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hand_has_role(&walk->files.hand, names[i]) ||
		    managed_has_role(walk->files.managed, names[i]))
			ret[n++] = names[i];
	ret[n] = NULL;
}

static void make_command(struct walk *walk)
{
	const char *roles[16];
	char holder[MANAGED_NAME_SIZE], service[MANAGED_NAME_SIZE];
	uint64_t newest = walk->files.generation;
	struct command_choice choice = {
		.world = walk->world,
		.dice = &walk->dice,
		.now = walk->now,
		.roles = roles,
		.generation = newest > 12 ? newest - 1 - dice_below(&walk->dice, 10) : 1,
		.holder = managed_pick(walk->files.managed, "user = \"", &walk->dice, holder),
		.service = managed_pick(walk->files.managed, "{ name = \"", &walk->dice, service),
	};

	list_roles(walk, roles);
	command_make(&walk->command, walk->kind, &choice);
}

/* What is edited before the command is given. */
static bool prepare(struct walk *walk)
{
	char managed[MANAGED_TEXT_SIZE];

	walk->wanted = walk->files.hand;
	switch (walk->kind) {
	case COMMAND_APPLY:
	case COMMAND_TRIAL:
		hand_change(&walk->wanted, &walk->dice);
		return files_write_hand(FILES_POLICY, &walk->wanted);
	case COMMAND_EDIT:
		hand_change(&walk->wanted, &walk->dice);
		return files_write_hand(WALK_EDITOR_TEXT, &walk->wanted);
	case COMMAND_MANAGED:
		managed_change(walk->files.managed, &walk->dice, walk->world, managed);
		return !walk->files.managed || files_write_text(FILES_MANAGED, managed);
	default:
		return true;
	}
}

/* ---- One step ---- */

/* The change is in force: the files are what they are now. */
static void follow(struct walk *walk)
{
	struct hand hand = *judge_hand_after(walk);

	if (walk->kind == COMMAND_TRIAL) {
		files_take(&walk->trial, walk->after.generation, &hand);
		files_remember(walk, &walk->trial);
		walk->is_on_trial = true;
	} else if (walk->kind == COMMAND_END_TRIAL) {
		walk->is_on_trial = false;
	} else {
		files_take(&walk->files, walk->after.generation, &hand);
		files_remember(walk, &walk->files);
		walk->is_on_trial = false;
		walk->lasting = walk->after;
	}
	walk->current = walk->after;
}

static bool give_command(struct walk *walk)
{
	run_behind(walk->actor == ROOT ? (uid_t)-1 : walk->accounts[walk->actor].person.uid,
		   walk->command.words, &walk->run);
	return view_take(&walk->after, &walk->names, walk->accounts, walk->now) ||
	       judge_fail(walk, "the policy in force gives no answer");
}

bool walk_step(struct walk *walk)
{
	enum walk_outcome outcome;

	walk->actor = choose_actor(walk);
	walk->kind = choose_kind(walk);
	make_command(walk);
	if (!prepare(walk) || !give_command(walk))
		return false;
	if (!judge_outcome(walk, &outcome))
		return judge_fail(walk, "it ended with a status that it cannot have");
	walk->counts[walk->kind][judge_class(walk, walk->actor)][outcome]++;
	if (outcome == WALK_DONE ? !judge_done(walk) : !judge_unchanged(walk))
		return false;
	if (outcome == WALK_DONE)
		follow(walk);
	return files_put_back(walk->is_on_trial ? &walk->trial : &walk->files);
}

/* ---- Beginning and end ---- */

/* What the catalogs define, by the command, then the privileges. False where there are too many. */
static bool learn_names(struct walk *walk)
{
	static const char *const words[] = { "/usr/sbin/rolegate", "list", "permissions", NULL };
	struct view_names *names = &walk->names;
	char *rest = NULL, *line;

	run_behind((uid_t)-1, words, &walk->run);
	line = strtok_r(walk->run.output, "\n", &rest);
	for (; line && names->n < VIEW_PERMISSIONS_MAX; line = strtok_r(NULL, "\n", &rest))
		if (strncmp(line, "p.", 2) != 0)
			names->permissions[names->n++] = strdup(line);
	walk->n_learned = names->n;
	for (size_t i = 0; world_privileges[i] && names->n < VIEW_PERMISSIONS_MAX; i++)
		names->permissions[names->n++] = world_privileges[i];
	names->own_all = names->manage = names->n;
	for (size_t i = 0; i < names->n && names->permissions[i]; i++) {
		if (!strcmp(names->permissions[i], walk->world->own_all))
			names->own_all = i;
		if (!strcmp(names->permissions[i], walk->world->manage))
			names->manage = i;
	}
	return names->own_all < names->n && names->manage < names->n &&
	       names->n < VIEW_PERMISSIONS_MAX;
}

static bool apply_first(struct walk *walk)
{
	walk->kind = COMMAND_APPLY;
	make_command(walk);
	hand_begin(&walk->wanted, walk->world, walk->now);
	if (!files_write_hand(FILES_POLICY, &walk->wanted) || !files_write_managed(NULL))
		return false;
	run_behind(walk->actor == ROOT ? (uid_t)-1 : walk->accounts[walk->actor].person.uid,
		   walk->command.words, &walk->run);
	return walk->run.status == 0 || judge_fail(walk, "the first policy cannot be put in force");
}

/* The first policy is in force. */
static bool start_from_first(struct walk *walk)
{
	if (!view_take(&walk->lasting, &walk->names, walk->accounts, walk->now))
		return false;
	walk->current = walk->lasting;
	files_take(&walk->files, walk->lasting.generation, &walk->wanted);
	files_remember(walk, &walk->files);
	walk->is_on_trial = false;
	return true;
}

bool walk_begin(struct walk *walk, const struct world *world, uint64_t seed)
{
	walk->world = world;
	walk->dice.state = seed;
	walk->now = time(NULL);
	walk->actor = ROOT;
	if (!world_look_up(walk->accounts) || !apply_first(walk))
		return false;
	if (!learn_names(walk)) {
		fprintf(stderr, "`rolegate list permissions` does not name what %s has\n",
			world->name);
		return false;
	}
	return start_from_first(walk);
}

bool walk_return(struct walk *walk)
{
	static const char *const end_trial[] = { "/usr/sbin/rolegate", "rollback", NULL };

	walk->actor = 0;
	while (walk->actor < WORLD_PEOPLE && judge_class(walk, walk->actor) != WALK_OWNER)
		walk->actor++;
	if (walk->actor == WORLD_PEOPLE)
		return judge_fail(walk, "A4: there is no owner");
	if (walk->is_on_trial) {
		run_behind(walk->accounts[walk->actor].person.uid, end_trial, &walk->run);
		if (walk->run.status != 0)
			return judge_fail(walk, "an owner cannot end a trial");
		walk->is_on_trial = false;
	}
	return apply_first(walk) && start_from_first(walk);
}

void walk_end(struct walk *walk)
{
	for (size_t i = 0; i < walk->n_learned; i++)
		free((char *)walk->names.permissions[i]);
	world_free(walk->accounts);
	free(walk->files.managed);
	free(walk->trial.managed);
	for (size_t i = 0; i < WALK_PAST; i++)
		free(walk->past[i].managed);
}
