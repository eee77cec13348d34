/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "arguments.h"

#include <stddef.h>
#include <string.h>

/* The value of "name=value" if the argument is that and the value is not empty, else NULL. */
static const char *value_of(const char *argument, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(argument, name, n) && argument[n] == '=' && argument[n + 1]
		       ? argument + n + 1
		       : NULL;
}

static bool read_one(struct arguments *arguments, const char *argument)
{
	const char *value;

	if ((value = value_of(argument, "service")))
		arguments->service = value;
	else if ((value = value_of(argument, "require")))
		arguments->require = value;
	else if ((value = value_of(argument, "state")) && value[0] == '/')
		arguments->state_dir = value;
	else if (!strcmp(argument, "mode=permissive"))
		arguments->is_permissive = true;
	else if (!strcmp(argument, "quiet"))
		arguments->is_quiet = true;
	else if (!strcmp(argument, "norescue"))
		arguments->has_no_rescue = true;
	else if (!strcmp(argument, "debug"))
		arguments->debugs = true;
	else
		return false;
	return true;
}

const char *arguments_read(struct arguments *arguments, int argc, const char **argv)
{
	*arguments = (struct arguments){ 0 };
	for (int i = 0; i < argc; i++)
		if (!read_one(arguments, argv[i]))
			return argv[i];
	return NULL;
}

const char *arguments_read_password(struct arguments *arguments, int argc, const char **argv)
{
	const char *wrong = arguments_read(arguments, argc, argv);

	for (int i = 0; i < argc && argv[i] && !wrong; i++)
		if (value_of(argv[i], "require"))
			wrong = argv[i];
	return wrong;
}
