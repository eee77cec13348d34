/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the built command below a root of its own, as a person types it.
 *
 * Everything here fails the running test when it cannot do what it was asked for.
 */
#ifndef ROLEGATE_TEST_COMMAND_H
#define ROLEGATE_TEST_COMMAND_H

#include "support.h"

/* A root folder, and what the last run printed, both outputs as one. */
struct command {
	char *root;
	char output[65536];
};

/* Make a root, empty or with a policy, applied as the first generation. Owner: command_end(). */
struct command *command_start(const char *policy);
void command_end(struct command *command);

/* Run `rolegate --root ROOT WORDS` in a shell, with standard input empty; returns its exit status. */
int command_run(struct command *command, const char *words);

/* The same, and fail unless it ends with `status` and prints `part`. */
void command_expect(struct command *command, const char *words, int status, const char *part);

/*
 * The same for tests that keep their root themselves: run, with what is printed in `output`; write a
 * file, folders and all.
 */
int command_run_below(const char *root, const char *words, char *output, size_t size);

/* As command_run_below(), with variables of the environment besides, as NAME=VALUE words of a shell's. */
int command_run_in(const char *environment, const char *root, const char *words, char *output,
		   size_t size);
void command_write_below(const char *root, const char *path, const char *text);

/* Write a file below the root, folders and all; read one, on the heap; whether there is one. */
void command_write(const struct command *command, const char *path, const char *text);
char *command_read(const struct command *command, const char *path);
int command_has(const struct command *command, const char *path);

#define COMMAND_POLICY ROLEGATE_CONF_DIR "/rolegate.conf"

#endif
