/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an apply takes over from the host's files, through the command, and what became of it
 * since.
 */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "seen.h"

#define ASSIGNED                                                                                   \
	"catalogs = [ \"workspace\" ];\n"                                                          \
	"assign = ( { user = \"olga\"; roles = [ \"owner\" ]; },\n"                                \
	"  { user = \"adam\"; roles = [ \"user\" ]; }, { user = \"daemon\"; roles = [ \"user\" ]; } );\n"
#define SEEN "role_groups = (\n{ role = \"user\"; group = \"desk\"; } );\n"

static const char passwd_text[] = "root:x:0:0::/root:/bin/sh\n"
				  "daemon:x:1:1::/:/bin/sh\n"
				  "adam:x:1000:1000::/:/bin/sh\n";

static const char passwd_all[] = "root:x:0:0::/root:/bin/sh\n"
				 "daemon:x:1:1::/:/bin/sh\n"
				 "adam:x:1000:1000::/:/bin/sh\n"
				 "olga:x:1001:1001::/:/bin/sh\n";

/* ---- What is refused ---- */

static const struct {
	const char *name, *group; /* the text of /etc/group; NULL: no such file */
	int status;
	const char *part;
} group_cases[] = {
	{ "there is the group", "root:x:0:\ndesk:x:70:x,y\n", 0, "0 warnings" },
	{ "without a newline at its end", "desk:x:70:", 0, "0 warnings" },
	{ "the first of two counts", "desk:x:70:\ndesk:x:0:\n", 0, "0 warnings" },
	{ "the largest gid", "desk:x:4294967294:\n", 0, "0 warnings" },
	{ "no such group", "root:x:0:\n", 3,
	  "rolegate.conf:5: error: /etc/group has no group \"desk\": create it" },
	{ "an empty file", "", 3, "has no group \"desk\"" },
	{ "only a longer name", "desks:x:70:\nxdesk:x:71:\n", 3, "has no group \"desk\"" },
	{ "root's gid", "desk:x:0:\n", 3, "has gid 0 and is root's" },
	{ "no gid", "desk:x::\n", 3, "has no group \"desk\"" },
	{ "a gid that is no number", "desk:x:seventy:\n", 3, "has no group \"desk\"" },
	{ "a gid below 0", "desk:x:-1:\n", 3, "has no group \"desk\"" },
	{ "the gid that means none", "desk:x:4294967295:\n", 3, "has no group \"desk\"" },
	{ "a gid beyond 32 bits", "desk:x:4294967297:\n", 3, "has no group \"desk\"" },
	{ "a gid beyond 64 bits", "desk:x:99999999999999999999:\n", 3, "has no group \"desk\"" },
	{ "a line cut short", "desk:x:70\n", 3, "has no group \"desk\"" },
	{ "no /etc/group below the root", NULL, 0, "that root has no /etc/group" },
};

static void test_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(group_cases) / sizeof(group_cases[0]); i++) {
		struct command *command = command_start(NULL);

		print_message("  %s\n", group_cases[i].name);
		command_write(command, COMMAND_POLICY, ASSIGNED SEEN);
		/* Every assigned user is known, so that groups alone cause warnings (P3). */
		command_write(command, "/etc/passwd", passwd_all);
		if (group_cases[i].group)
			command_write(command, "/etc/group", group_cases[i].group);
		command_expect(command, "check", group_cases[i].status, group_cases[i].part);
		command_expect(command, "apply", group_cases[i].status,
			       group_cases[i].status ? "nothing was changed" : "generation 1");
		command_end(command);
	}
}

/* Also a generation that is gone back to takes the gids of today. */
static void test_rollback(void **state)
{
	struct command *command = command_start(NULL);

	(void)state;
	command_write(command, "/etc/group", "desk:x:70:\n");
	command_write(command, COMMAND_POLICY, ASSIGNED SEEN);
	command_expect(command, "apply", 0, "generation 1 is in force");
	command_write(command, COMMAND_POLICY, ASSIGNED);
	command_expect(command, "apply", 0, "generation 2 is in force");
	command_write(command, "/etc/group", "other:x:70:\n");
	command_expect(command, "rollback 1", 3, "has no group \"desk\"");
	command_end(command);
}

/* ---- What was captured ---- */

/* The command's root, as the command itself sees it. */
static void start_tool(struct tool *tool, const struct command *command)
{
	*tool = (struct tool){ .root = command->root };
	assert_int_equal(tree_open(&tool->tree, command->root), 0);
}

static struct rolegate_policy *open_applied(const struct command *command)
{
	struct rolegate_policy *policy;
	char path[700];

	snprintf(path, sizeof(path), "%s" ROLEGATE_STATE_DIR, command->root);
	assert_int_equal(rolegate_policy_open(path, &policy, NULL), 0);
	return policy;
}

static int add_gid(void *context, uint32_t gid)
{
	*(uint32_t *)context += gid;
	return 0;
}

static uint32_t sum_gids(const struct rolegate_policy *policy, const char *user)
{
	uint32_t sum = 0;

	assert_int_equal(seen_each_gid(policy, user, SUPPORT_NOW, add_gid, &sum), 0);
	return sum;
}

/*
 * A line may be of any length: what is behind its number is not looked at, nor taken for another
 * line.
 */
static void test_long_line(void **state)
{
	struct command *command = command_start(NULL);
	struct rolegate_policy *policy;
	const size_t n_long = 100000;
	char *text = malloc(n_long + 64);

	(void)state;
	assert_non_null(text);
	strcpy(text, "big:x:71:");
	while (strlen(text) < n_long)
		strcat(text, "desk:x:72:,");
	strcat(text, "\ndesk:x:70:\n");
	command_write(command, COMMAND_POLICY, ASSIGNED SEEN);
	command_write(command, "/etc/group", text);
	command_expect(command, "apply", 0, "generation 1 is in force");
	policy = open_applied(command);
	assert_int_equal(sum_gids(policy, "adam"), 70);
	rolegate_policy_close(policy);
	free(text);
	command_end(command);
}

static void test_captured(void **state)
{
	struct command *command = command_start(NULL);
	struct rolegate_policy *policy;

	(void)state;
	command_write(command, "/etc/passwd", passwd_text);
	command_write(command, "/etc/group", "root:x:0:\ndesk:x:70:\n");
	command_write(command, COMMAND_POLICY, ASSIGNED SEEN);
	command_expect(command, "apply", 0, "generation 1 is in force");
	policy = open_applied(command);
	assert_int_equal(sum_gids(policy, "adam"), 70);
	assert_int_equal(sum_gids(policy, "olga"), 70);
	assert_int_equal(sum_gids(policy, "daemon"), 0);
	rolegate_policy_close(policy);
	command_end(command);
}

/* Where nothing could be captured, nobody is seen anywhere. */
static void test_not_captured(void **state)
{
	struct command *command = command_start(ASSIGNED SEEN);
	struct rolegate_policy *policy = open_applied(command);

	(void)state;
	assert_int_equal(sum_gids(policy, "adam"), 0);
	rolegate_policy_close(policy);
	command_end(command);
}

/* ---- What became of it ---- */

static int describe(void *context, const struct role_group *group, const uint32_t *now)
{
	char *text = context;

	if (now)
		snprintf(text + strlen(text), 128 - strlen(text), "%s %u>%u;", group->group,
			 group->gid, *now);
	else
		snprintf(text + strlen(text), 128 - strlen(text), "%s %u gone;", group->group,
			 group->gid);
	return 0;
}

static int stop(void *context, const struct role_group *group, const uint32_t *now)
{
	(void)group;
	(void)now;
	++*(int *)context;
	return 7;
}

static const struct {
	const char *name, *group, *text;
} drift_cases[] = {
	{ "as it was", "desk:x:70:\nbell:x:71:a\n", "" },
	{ "another gid", "desk:x:72:\nbell:x:71:\n", "desk 70>72;" },
	{ "the two exchanged", "desk:x:71:\nbell:x:70:\n", "desk 70>71;bell 71>70;" },
	{ "one is gone", "desk:x:70:\n", "bell 71 gone;" },
	{ "root's now", "desk:x:70:\nbell:x:0:\n", "bell 71>0;" },
	{ "an empty file", "", "desk 70 gone;bell 71 gone;" },
};

static void test_drift(void **state)
{
	struct command *command = command_start(NULL);
	struct rolegate_policy *policy;
	struct tool tool;
	int n = 0;

	(void)state;
	command_write(command, "/etc/group", "desk:x:70:\nbell:x:71:\n");
	command_write(command, COMMAND_POLICY,
		      ASSIGNED "role_groups = ( { role = \"user\"; group = \"desk\"; },\n"
			       "  { role = \"owner\"; group = \"bell\"; } );\n");
	command_expect(command, "apply", 0, "generation 1 is in force");
	policy = open_applied(command);
	start_tool(&tool, command);
	for (size_t i = 0; i < sizeof(drift_cases) / sizeof(drift_cases[0]); i++) {
		char text[128] = "";

		print_message("  %s\n", drift_cases[i].name);
		command_write(command, "/etc/group", drift_cases[i].group);
		assert_int_equal(capture_compare(&tool, policy, describe, text), 0);
		assert_string_equal(text, drift_cases[i].text);
	}
	assert_int_equal(capture_compare(&tool, policy, stop, &n), 7);
	assert_int_equal(n, 1);
	tree_close(&tool.tree);
	rolegate_policy_close(policy);
	command_end(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),	     cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_rollback),     cmocka_unit_test(test_captured),
		cmocka_unit_test(test_not_captured), cmocka_unit_test(test_drift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
