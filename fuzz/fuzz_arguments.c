/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines as arguments of the PAM module.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "target.h"

#define ARGUMENTS_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *argv[ARGUMENTS_MAX], *wrong;
	char *text = malloc(n + 1), *rest, *argument;
	struct arguments arguments;
	bool is_ours = false;
	int argc = 0;

	if (!text)
		abort();
	memcpy(text, data, n);
	text[n] = '\0';
	for (argument = strtok_r(text, "\n", &rest); argument && argc < ARGUMENTS_MAX;
	     argument = strtok_r(NULL, "\n", &rest))
		argv[argc++] = argument;
	wrong = arguments_read(&arguments, argc, argv);
	/* What it complains about is one of them, and what it takes has a value. */
	for (int i = 0; i < argc; i++)
		is_ours = is_ours || wrong == argv[i];
	if (wrong && !is_ours)
		abort();
	if ((arguments.service && !*arguments.service) ||
	    (arguments.require && !*arguments.require) ||
	    (arguments.state_dir && *arguments.state_dir != '/'))
		abort();
	free(text);
	return 0;
}
