/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "walk_files.h"
#include "walk_oracle.h"

#define LINE_SIZE 512u

enum walk_class judge_class(const struct walk *walk, size_t who)
{
	if (oracle_is_owner(&walk->lasting, &walk->names, who))
		return WALK_OWNER;
	return oracle_is_manager(&walk->lasting, &walk->names, who) ? WALK_MANAGER : WALK_OTHER;
}

/* All that somebody needs who looks for the cause. */
bool judge_fail(const struct walk *walk, const char *what)
{
	char line[LINE_SIZE], text[HAND_TEXT_SIZE];
	char *managed = files_read_managed();

	command_print(&walk->command, line, sizeof(line));
	printf("%s (%s): %s: %s\n", world_people[walk->actor], command_name(walk->kind), line,
	       what);
	printf("status %d, it said: %s\n", walk->run.status, walk->run.output);
	printf("in force for good: generation %" PRIu64 "%s\n", walk->lasting.generation,
	       walk->is_on_trial ? ", and one on trial" : "");
	hand_write(&walk->files.hand, text);
	printf("--- the file before\n%s--- 90-managed.conf before\n%s", text,
	       walk->files.managed ? walk->files.managed : "");
	hand_write(&walk->wanted, text);
	printf("--- the file that was wanted\n%s--- 90-managed.conf now\n%s---\n", text,
	       managed ? managed : "");
	free(managed);
	return false;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* What a change that was made would have needed an owner for (A7), by the files. */
static bool needs_owner(const struct walk *walk, const struct hand *after)
{
	return hand_needs_owner(&walk->files.hand, after);
}

/* The policy file that is in force after the step. */
const struct hand *judge_hand_after(const struct walk *walk)
{
	const struct walk_files *past;

	switch (walk->kind) {
	case COMMAND_CONFIRM:
		return &walk->trial.hand;
	case COMMAND_ROLLBACK:
		past = files_recall(walk, strtoull(walk->command.words[2], NULL, 10));
		return past ? &past->hand : NULL;
	case COMMAND_APPLY:
	case COMMAND_TRIAL:
	case COMMAND_EDIT:
		return &walk->wanted;
	default:
		return &walk->files.hand;
	}
}

/* A step that was refused, or found nothing to do, changed nothing at all. */
bool judge_unchanged(struct walk *walk)
{
	char *managed;
	bool is_same;

	if (!view_is_same(&walk->current, &walk->after, &walk->names))
		return judge_fail(walk, "nothing was to change, and what people may do did");
	if (walk->kind == COMMAND_MANAGED || walk->is_on_trial)
		return true;
	managed = files_read_managed();
	is_same = is_same_text(managed, walk->files.managed);
	free(managed);
	return is_same || judge_fail(walk, "nothing was to change, and 90-managed.conf did");
}

/* Whether no role was touched, but perhaps who has it. */
static bool is_about_assignments(const struct walk *walk)
{
	const struct hand *before = &walk->files.hand, *after = &walk->wanted;

	if (walk->kind == COMMAND_APPLY || walk->kind == COMMAND_EDIT)
		return before->n[HAND_ROLES] == after->n[HAND_ROLES] &&
		       !memcmp(before->entries[HAND_ROLES], after->entries[HAND_ROLES],
			       sizeof(before->entries[HAND_ROLES]));
	return walk->kind >= COMMAND_ASSIGN && walk->kind <= COMMAND_APPROVE;
}

bool judge_done(struct walk *walk)
{
	struct oracle_step step = {
		.before = &walk->lasting,
		.after = &walk->after,
		.names = &walk->names,
		.actor = walk->actor,
		.own_term = is_about_assignments(walk),
	};
	char breach[ORACLE_TEXT_SIZE];
	const struct hand *after = judge_hand_after(walk);

	if (!oracle_allows(&step, breach))
		return judge_fail(walk, breach);
	if (!after)
		return judge_fail(walk, "a generation came back that is not kept any more");
	if (judge_class(walk, walk->actor) != WALK_OWNER && walk->kind != COMMAND_END_TRIAL &&
	    needs_owner(walk, after))
		return judge_fail(walk, "A7: a setting is another that is an owner's to change");
	if (view_count_owners(&walk->names, walk->accounts, walk->now) == 0)
		return judge_fail(walk, "A4: no usable owner is left");
	if (walk->kind == COMMAND_CONFIRM && walk->after.generation != walk->current.generation)
		return judge_fail(walk, "what was confirmed is not what was on trial");
	if (walk->kind == COMMAND_END_TRIAL &&
	    !view_is_same(&walk->lasting, &walk->after, &walk->names))
		return judge_fail(walk, "the trial was ended, and what was before it is not back");
	return true;
}

/* Whether an exit status is one that the step can have. 5 is none: nothing failed here. */
bool judge_outcome(const struct walk *walk, enum walk_outcome *ret)
{
	bool is_changed = walk->after.generation != walk->current.generation ||
			  walk->after.is_trial != walk->current.is_trial;

	switch (walk->run.status) {
	case 0:
		*ret = is_changed ? WALK_DONE : WALK_NOTHING;
		return true;
	case 2: /* names that do not exist */
		*ret = WALK_WRONG;
		return walk->kind < COMMAND_APPLY;
	case 3:
		*ret = WALK_WRONG;
		return true;
	case 4:
		*ret = WALK_REFUSED;
		return true;
	default:
		return false;
	}
}
