/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of a policy: trials, confirmation, history, rollback, and the editor. */
#include "command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWNED_BY(name)                                                                             \
	"# a comment that stays\ncatalogs = [ \"workspace\" ];\n"                                  \
	"assign = ( { user = \"" name "\"; roles = [ \"owner\" ]; } );\n"

#define STATE ROLEGATE_STATE_DIR

static int set_up(void **state)
{
	*state = command_start(OWNED_BY("alice"));
	return 0;
}

static int tear_down(void **state)
{
	command_end(*state);
	return 0;
}

/* ---- Trials ---- */

static void a_trial_decides_until_it_ends(void **state)
{
	struct command *c = *state;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply --confirm-within 1s", 0, "generation 2 decides until");
	command_expect(c, "status", 0, "ON TRIAL");
	command_expect(c, "can bob mail", 0, "allowed");
	usleep(1100000);
	command_expect(c, "can bob mail", 1, "denied");
	command_expect(c, "can alice mail", 0, "allowed");
	command_expect(c, "status", 0, "generation  1,");
	command_expect(c, "confirm", 4, "no generation is on trial");
	command_expect(c, "history", 0, "was on trial, and not confirmed");
}

static void a_confirmed_trial_stays(void **state)
{
	struct command *c = *state;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply --confirm-within 1s", 0, "On trial");
	command_expect(c, "confirm", 0, "generation 2 is in force for good");
	assert_false(command_has(c, STATE "/trial.cdb"));
	usleep(1100000);
	command_expect(c, "can bob mail", 0, "allowed");
	command_expect(c, "confirm", 4, "no generation is on trial");
	command_expect(c, "show 2", 0, "confirmed: ");
}

/* What nobody has confirmed does not become lasting by the way. */
static void nothing_is_applied_over_a_trial(void **state)
{
	struct command *c = *state;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply --confirm-within 1h", 0, "On trial");
	command_expect(c, "apply", 4, "generation 2 is on trial for another");
	command_expect(c, "--json apply", 4, "\"reason\": \"trial-running\"");
	command_expect(c, "can bob mail", 0, "allowed");
	command_write(c, COMMAND_POLICY, OWNED_BY("carol"));
	command_expect(c, "apply --confirm-within 1h", 0, "generation 3 decides until");
	command_expect(c, "can bob mail", 1, "denied");
	command_expect(c, "can carol mail", 0, "allowed");
	command_expect(c, "show 3", 0, "ON TRIAL");
	command_expect(c, "--json show 3", 0, "\"parent\": 1");
}

static void a_trial_ends_on_demand(void **state)
{
	struct command *c = *state;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply --confirm-within 1h", 0, "On trial");
	command_expect(c, "rollback", 0, "generation 1 is in force again");
	assert_non_null(strstr(c->output, COMMAND_POLICY));
	command_expect(c, "can alice mail", 0, "allowed");
	command_expect(c, "status", 0, "changed since");
	command_expect(c, "apply", 0, "generation 3 is in force");
}

/* Whoever is killed between putting the older generation in force and taking the trial away has ended it. */
static void a_trial_ends_with_what_comes_after_it(void **state)
{
	struct command *c = *state;
	char line[1500];

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply --confirm-within 1h", 0, "On trial");
	snprintf(line, sizeof(line), "cd '%s%s' && ln trial.cdb kept.cdb", c->root, STATE);
	assert_int_equal(system(line), 0);
	command_write(c, COMMAND_POLICY, OWNED_BY("alice"));
	command_expect(c, "rollback 1", 0, "generation 3 is in force");
	snprintf(line, sizeof(line), "cd '%s%s' && mv kept.cdb trial.cdb", c->root, STATE);
	assert_int_equal(system(line), 0);
	command_expect(c, "can bob mail", 1, "denied");
	command_expect(c, "can alice mail", 0, "allowed");
	command_expect(c, "status", 0, "generation  3,");
	assert_null(strstr(c->output, "TRIAL"));
	command_expect(c, "confirm", 4, "no generation is on trial");
	command_expect(c, "apply", 0, "generation 4 is in force");
	assert_false(command_has(c, STATE "/trial.cdb"));
}

static void a_trial_needs_somewhere_to_go_back_to(void **state)
{
	struct command *c = command_start(NULL);

	(void)state;
	command_write(c, COMMAND_POLICY, OWNED_BY("alice"));
	command_expect(c, "apply --confirm-within 1m", 4, "nothing to go back to");
	assert_false(command_has(c, STATE "/trial.cdb"));
	command_expect(c, "apply", 0, "generation 1 is in force");
	command_end(c);
}

static void spans_are_checked(void **state)
{
	struct command *c = *state;

	command_expect(c, "apply --confirm-within 0s", 2, "no time at all");
	command_expect(c, "apply --confirm-within 8d", 2, "longer than a week");
	command_expect(c, "apply --confirm-within soon", 2, "90s, 2m, 8h or 7d");
	command_expect(c, "check --confirm-within 1m", 2, "does not take that option");
}

/* ---- History ---- */

static void history_says_who_and_why(void **state)
{
	struct command *c = *state;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply -m 'bob takes over'", 0, "generation 2 is in force");
	command_expect(c, "history", 0, "bob takes over");
	command_expect(c, "--json history", 0, "\"state\": \"in-force\"");
	command_expect(c, "show 2", 0, "generations/2/sources:\n        " COMMAND_POLICY);
	command_expect(c, "show 3", 4, "no generation 3");
	command_expect(c, "show two", 2, "no number");
	command_expect(c, "show -- -1", 2, "no number");
}

/* As if the power had gone after generation 3 was numbered, before it was swapped in. */
static void an_interrupted_apply_was_never_in_force(void **state)
{
	struct command *c = *state;
	char saved[256], policy[256];

	snprintf(saved, sizeof(saved), "%s%s/saved", c->root, STATE);
	snprintf(policy, sizeof(policy), "%s%s/policy.cdb", c->root, STATE);
	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply", 0, "generation 2 is in force");
	assert_int_equal(link(policy, saved), 0);
	command_write(c, COMMAND_POLICY, OWNED_BY("carol"));
	command_expect(c, "apply", 0, "generation 3 is in force");
	assert_int_equal(rename(saved, policy), 0);
	command_expect(c, "--json show 3", 0, "\"state\": \"interrupted\"");
	command_expect(c, "show 3", 0, "interrupted: never in force");
	command_expect(c, "apply", 0, "generation 4 is in force");
	command_expect(c, "--json show 3", 0, "\"state\": \"interrupted\"");
	command_expect(c, "--json show 2", 0, "\"state\": \"past\"");
}

/* The last twenty, what is in force, and what it goes back to. */
static void history_is_pruned(void **state)
{
	struct command *c = *state;

	for (int i = 0; i < 24; i++)
		command_expect(c, "apply", 0, "is in force");
	assert_false(command_has(c, STATE "/generations/5"));
	assert_true(command_has(c, STATE "/generations/6"));
	command_expect(c, "rollback 6", 0, "generation 26 is in force");
	command_expect(c, "rollback 5", 4, "no generation 5 any more");
}

/* ---- Rollback ---- */

static void rollback_brings_the_rules_back(void **state)
{
	struct command *c = *state;
	char *text;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply", 0, "generation 2");
	command_expect(c, "rollback", 0, "generation 3 is in force");
	assert_non_null(strstr(c->output, "generation 1 was made of"));
	command_expect(c, "can alice mail", 0, "allowed");
	command_expect(c, "can bob mail", 1, "denied");
	/* A person's file is never rewritten; status tells that it differs. */
	text = command_read(c, COMMAND_POLICY);
	assert_string_equal(text, OWNED_BY("bob"));
	free(text);
	command_expect(c, "status", 0, "changed since");
	command_expect(c, "history", 0, "rollback to generation 1");
	/* And back again. */
	command_expect(c, "rollback 2 -m 'no, bob'", 0, "generation 4 is in force");
	command_expect(c, "can bob mail", 0, "allowed");
	command_expect(c, "status", 0, "the same as what is in force");
}

static void rollback_brings_the_managed_file_back(void **state)
{
	static const char managed[] = ROLEGATE_CONF_DIR "/policy.d/90-managed.conf";
	struct command *c = *state;
	char *text;

	command_write(c, managed, "assign = ( { user = \"m\"; roles = [ \"user\" ]; } );\n");
	command_expect(c, "apply", 0, "generation 2");
	command_write(c, managed, "assign = ( { user = \"n\"; roles = [ \"user\" ]; } );\n");
	command_expect(c, "apply", 0, "generation 3");
	command_expect(c, "rollback", 0, "generation 4");
	text = command_read(c, managed);
	assert_non_null(strstr(text, "\"m\""));
	free(text);
	command_expect(c, "status", 0, "the same as what is in force");
	/* Where there was none, it is empty. */
	command_expect(c, "rollback 1", 0, "generation 5");
	command_expect(c, "can m mail", 1, "denied");
	command_expect(c, "status", 0, "the same as what is in force");
	assert_false(command_has(c, ROLEGATE_CONF_DIR "/policy.d/.90-managed.conf.rolegate-new"));
}

static void rollback_is_checked(void **state)
{
	struct command *c = *state;

	command_expect(c, "rollback", 4, "the generation in force is the first");
	command_expect(c, "rollback 7", 4, "no generation 7 any more");
	command_expect(c, "rollback x", 2, "no number of a generation");
}

/* ---- The editor ---- */

static int edit(struct command *c, const char *editor, const char *words)
{
	char line[1024];

	assert_int_equal(setenv("EDITOR", editor, 1), 0);
	assert_int_equal(unsetenv("VISUAL"), 0);
	snprintf(line, sizeof(line), "edit %s", words);
	return command_run(c, line);
}

/* The copy that an edit says it kept, on the heap. */
static char *kept_copy(const struct command *c)
{
	const char *path = strstr(c->output, "your work is kept in ");
	char *copy;

	assert_non_null(path);
	copy = strdup(path + strlen("your work is kept in "));
	assert_non_null(copy);
	copy[strcspn(copy, "\n")] = '\0';
	return copy;
}

static void remove_copy(char *path)
{
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
	free(path);
}

static void edit_applies(void **state)
{
	struct command *c = *state;
	char *text;

	assert_int_equal(edit(c, "sed -i s/alice/bob/", "-m why"), 0);
	assert_non_null(strstr(c->output, "generation 2 is in force"));
	assert_null(strstr(c->output, "is kept in"));
	text = command_read(c, COMMAND_POLICY);
	assert_string_equal(text, OWNED_BY("bob"));
	free(text);
	command_expect(c, "status", 0, "the same as what is in force");
	command_expect(c, "can bob mail", 0, "allowed");
}

static void edit_keeps_mode_and_bytes(void **state)
{
	static const char odd[] =
		"\t# odd  \r\n" OWNED_BY("alice") "\n\n# last line without an end";
	struct command *c = *state;
	struct stat before, after;
	char path[700], *text;

	command_write(c, COMMAND_POLICY, odd);
	snprintf(path, sizeof(path), "%s" COMMAND_POLICY, c->root);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(edit(c, TEST_SRCDIR "/tests/data/editors/append", ""), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_mode, after.st_mode);
	assert_int_equal(before.st_uid, after.st_uid);
	text = command_read(c, COMMAND_POLICY);
	assert_int_equal(strncmp(text, odd, strlen(odd)), 0);
	assert_string_equal(text + strlen(odd), " appended");
	free(text);
}

static void edit_refuses_what_is_wrong(void **state)
{
	struct command *c = *state;
	char *copy, *text;
	size_t n;

	assert_int_equal(edit(c, "sed -i s/owner/ownr/", ""), 3);
	assert_non_null(strstr(c->output, COMMAND_POLICY ":3: error"));
	copy = kept_copy(c);
	text = support_read_file(copy, &n);
	assert_non_null(strstr(text, "ownr"));
	free(text);
	remove_copy(copy);
	text = command_read(c, COMMAND_POLICY);
	assert_string_equal(text, OWNED_BY("alice"));
	free(text);
	command_expect(c, "status", 0, "the same as what is in force");
}

static void edit_leaves_what_was_not_changed(void **state)
{
	struct command *c = *state;

	assert_int_equal(edit(c, "true", ""), 0);
	assert_non_null(strstr(c->output, "nothing to apply"));
	assert_int_equal(edit(c, "false", ""), 5);
	assert_non_null(strstr(c->output, "did not end well"));
	remove_copy(kept_copy(c));
	assert_int_equal(edit(c, "/nowhere/editor", ""), 5);
	remove_copy(kept_copy(c));
	command_expect(c, "history", 0, "   1  ");
	assert_null(strstr(c->output, "   2  "));
}

/* $EDITOR is words, and no shell reads them. */
static void edit_runs_no_shell(void **state)
{
	struct command *c = *state;

	assert_int_equal(edit(c, "true; touch injected", ""), 5);
	remove_copy(kept_copy(c));
	assert_int_equal(edit(c, "$(touch injected)", ""), 5);
	remove_copy(kept_copy(c));
	assert_int_equal(access("injected", F_OK), -1);
}

static void edit_makes_new_files(void **state)
{
	struct command *c = *state;

	assert_int_equal(edit(c, TEST_SRCDIR "/tests/data/editors/assign", "20-more.conf"), 0);
	assert_true(command_has(c, ROLEGATE_CONF_DIR "/policy.d/20-more.conf"));
	command_expect(c, "can newcomer mail", 0, "allowed");
	command_expect(c, "status", 0, "the same as what is in force");
	command_expect(c, "edit 90-managed.conf", 4, "is written by rolegate alone");
	command_expect(c, "edit ../../passwd", 2, "is no source");
	command_expect(c, "edit /etc/passwd", 2, "is no source");
	command_expect(c, "edit .hidden.conf", 2, "is no source");
}

/* One editor at a time; and what somebody else wrote meanwhile is not lost. */
static void edit_is_exclusive(void **state)
{
	struct command *c = *state;
	char path[700], *text;
	int fd;

	assert_int_equal(edit(c, "true", ""), 0);
	snprintf(path, sizeof(path), "%s" STATE "/edit.lock", c->root);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(edit(c, "true", ""), 5);
	assert_non_null(strstr(c->output, "somebody else is editing"));
	close(fd);

	assert_int_equal(setenv("OTHER", c->root, 1), 0);
	assert_int_equal(edit(c, TEST_SRCDIR "/tests/data/editors/two-at-once", ""), 4);
	assert_non_null(strstr(c->output, "changed by somebody else while you edited it"));
	remove_copy(kept_copy(c));
	text = command_read(c, COMMAND_POLICY);
	assert_non_null(strstr(text, "# by somebody else"));
	free(text);
}

static void edit_on_trial(void **state)
{
	struct command *c = *state;

	assert_int_equal(edit(c, "sed -i s/alice/bob/", "--confirm-within 1h"), 0);
	assert_non_null(strstr(c->output, "On trial"));
	command_expect(c, "can bob mail", 0, "allowed");
	command_expect(c, "confirm", 0, "for good");
	command_expect(c, "status", 0, "the same as what is in force");
}

/* ---- After a crash ---- */

#define LEFT ROLEGATE_CONF_DIR "/.rolegate.conf.rolegate-new"

/* The generation is in force already: its text goes into its place. */
static void a_crash_is_completed(void **state)
{
	struct command *c = *state;
	char *text;

	command_write(c, COMMAND_POLICY, OWNED_BY("bob"));
	command_expect(c, "apply", 0, "generation 2");
	command_write(c, COMMAND_POLICY, OWNED_BY("alice"));
	command_write(c, LEFT, OWNED_BY("bob"));
	command_expect(c, "status", 0, "changed since");
	assert_int_equal(edit(c, "true", ""), 0);
	command_expect(c, "apply", 0, "generation 3");
	assert_false(command_has(c, LEFT));
	text = command_read(c, COMMAND_POLICY);
	assert_string_equal(text, OWNED_BY("bob"));
	free(text);
}

/* It never came to be: its text goes. */
static void a_crash_is_taken_back(void **state)
{
	struct command *c = *state;
	char *text;

	command_write(c, LEFT, OWNED_BY("mallory"));
	command_expect(c, "apply", 0, "generation 2");
	assert_false(command_has(c, LEFT));
	command_expect(c, "can mallory mail", 1, "denied");
	text = command_read(c, COMMAND_POLICY);
	assert_string_equal(text, OWNED_BY("alice"));
	free(text);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_trial_decides_until_it_ends),
		CASE(a_confirmed_trial_stays),
		CASE(nothing_is_applied_over_a_trial),
		CASE(a_trial_ends_on_demand),
		CASE(a_trial_ends_with_what_comes_after_it),
		CASE(a_trial_needs_somewhere_to_go_back_to),
		CASE(spans_are_checked),
		CASE(history_says_who_and_why),
		CASE(an_interrupted_apply_was_never_in_force),
		CASE(history_is_pruned),
		CASE(rollback_brings_the_rules_back),
		CASE(rollback_brings_the_managed_file_back),
		CASE(rollback_is_checked),
		CASE(edit_applies),
		CASE(edit_keeps_mode_and_bytes),
		CASE(edit_refuses_what_is_wrong),
		CASE(edit_leaves_what_was_not_changed),
		CASE(edit_runs_no_shell),
		CASE(edit_makes_new_files),
		CASE(edit_is_exclusive),
		CASE(edit_on_trial),
		CASE(a_crash_is_completed),
		CASE(a_crash_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
