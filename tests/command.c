/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct command *command_start(const char *policy)
{
	struct command *command = calloc(1, sizeof(*command));

	assert_non_null(command);
	command->root = support_make_folder();
	if (policy) {
		command_write(command, COMMAND_POLICY, policy);
		command_expect(command, "apply", 0, "generation 1 is in force");
	}
	return command;
}

void command_end(struct command *command)
{
	support_remove_folder(command->root);
	free(command);
}

int command_run_below(const char *root, const char *words, char *output, size_t size)
{
	return command_run_in("", root, words, output, size);
}

int command_run_in(const char *environment, const char *root, const char *words, char *output,
		   size_t size)
{
	char line[8192];
	size_t n;
	FILE *pipe;
	int status;

	snprintf(line, sizeof(line), "%s %s/rolegate --root '%s' %s 2>&1 </dev/null", environment,
		 TEST_BUILDDIR, root, words);
	pipe = popen(line, "re");
	assert_non_null(pipe);
	n = fread(output, 1, size - 1, pipe);
	output[n] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

int command_run(struct command *command, const char *words)
{
	return command_run_below(command->root, words, command->output, sizeof(command->output));
}

void command_expect(struct command *command, const char *words, int status, const char *part)
{
	int got = command_run(command, words);

	if (got != status || !strstr(command->output, part))
		fail_msg("rolegate %s: %d\n%s(wanted %d and \"%s\")", words, got, command->output,
			 status, part);
}

static void make_path(const char *root, const char *path, char whole[700])
{
	int n = snprintf(whole, 700, "%s/%s", root, path);

	assert_in_range(n, 1, 699);
}

void command_write_below(const char *root, const char *path, const char *text)
{
	char whole[700];

	make_path(root, path, whole);
	for (char *p = whole + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(whole, 0755);
		*p = '/';
	}
	support_write_file(whole, text, strlen(text), 0644);
}

void command_write(const struct command *command, const char *path, const char *text)
{
	command_write_below(command->root, path, text);
}

char *command_read(const struct command *command, const char *path)
{
	char whole[700];
	size_t n;

	make_path(command->root, path, whole);
	return support_read_file(whole, &n);
}

int command_has(const struct command *command, const char *path)
{
	char whole[700];

	make_path(command->root, path, whole);
	return access(whole, F_OK) == 0;
}
