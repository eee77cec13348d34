/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs.h"

enum { LONG_ROOT = 256, LONG_JSON, LONG_COLOR, LONG_HELP, LONG_VERSION, LONG_VERBS };

/* The value of an option of a verb is its bit above LONG_VERBS. */
static const struct option long_options[] = {
	{ "root", required_argument, NULL, LONG_ROOT },
	{ "json", no_argument, NULL, LONG_JSON },
	{ "color", required_argument, NULL, LONG_COLOR },
	{ "help", no_argument, NULL, LONG_HELP },
	{ "version", no_argument, NULL, LONG_VERSION },
	{ "owner", required_argument, NULL, LONG_VERBS + OPTION_OWNER },
	{ "catalog", required_argument, NULL, LONG_VERBS + OPTION_CATALOG },
	{ "enforcing", no_argument, NULL, LONG_VERBS + OPTION_ENFORCING },
	{ "strict", no_argument, NULL, LONG_VERBS + OPTION_STRICT },
	{ "message", required_argument, NULL, LONG_VERBS + OPTION_MESSAGE },
	{ "permission", required_argument, NULL, LONG_VERBS + OPTION_PERMISSION },
	{ "groups", required_argument, NULL, LONG_VERBS + OPTION_GROUPS },
	{ "at", required_argument, NULL, LONG_VERBS + OPTION_AT },
	{ "candidate", no_argument, NULL, LONG_VERBS + OPTION_CANDIDATE },
	{ "confirm-within", required_argument, NULL, LONG_VERBS + OPTION_CONFIRM },
	{ NULL, 0, NULL, 0 },
};

static void print_help(void)
{
	puts("Usage: rolegate [--root DIR] [--json] [--color auto|always|never] VERB …\n\n"
	     "Roles for the users and groups of this host, and what they may use.\n");
	for (const struct verb *verb = verbs; verb->name; verb++)
		printf("  %s %s\n      %s\n", verb->name, verb->usage, verb->what);
	puts("\n"
	     "  --root DIR       the policy, catalogs, state and users of DIR, not this host's\n"
	     "  --json           one JSON object on standard output\n"
	     "  --color WHEN     auto (on a terminal), always or never\n"
	     "  --at TIME        as if it were then: 2026-12-31 or 2026-12-31T18:00:00+01:00\n"
	     "  --groups A,B     as if the user existed and were in these groups\n"
	     "  --candidate      ask the sources as they are, not what is in force\n"
	     "  --confirm-within TIME\n"
	     "                   on trial for 90s, 2m, 8h or 7d, until `rolegate confirm`\n"
	     "  -m, --message WHY\n"
	     "                   the reason, for the history\n\n"
	     "Exit status: 0 done or allowed, 1 denied, 2 usage, 3 the policy is wrong,\n"
	     "4 refused, 5 the system failed; from 2 on nothing was changed.");
}

int options_complain(const char *verb, const char *format, ...)
{
	va_list arguments;
	char *text;
	int n;

	va_start(arguments, format);
	n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n < 0)
		return EXIT_SYSTEM;
	fprintf(stderr, "rolegate%s%s: %s", verb ? " " : "", verb ? verb : "", text);
	free(text);
	for (const struct verb *known = verbs; verb && known->name; known++)
		if (!strcmp(known->name, verb))
			fprintf(stderr, "\nUsage: rolegate %s %s", known->name, known->usage);
	fprintf(stderr, "%s\n", verb ? "" : "; `rolegate --help` lists the verbs");
	return EXIT_USAGE;
}

/* Take the value of an option that belongs to single verbs. */
static bool take_verb_option(struct options *options, unsigned int bit)
{
	if (bit == OPTION_CATALOG) {
		if (options->n_catalogs == OPTIONS_CATALOGS_MAX)
			return false;
		options->catalogs[options->n_catalogs++] = optarg;
	} else if (options->given & bit) {
		return false;
	}
	options->given |= bit;
	if (bit == OPTION_OWNER)
		options->owner = optarg;
	else if (bit == OPTION_MESSAGE)
		options->message = optarg;
	else if (bit == OPTION_PERMISSION)
		options->permission = optarg;
	else if (bit == OPTION_GROUPS)
		options->groups = optarg;
	else if (bit == OPTION_AT)
		options->at = optarg;
	else if (bit == OPTION_CONFIRM)
		options->confirm = optarg;
	return true;
}

/* Take one option. -1 to go on, else the exit status. */
static int take_option(struct options *options, int value, const char *text)
{
	switch (value) {
	case LONG_ROOT:
		options->root = optarg;
		return -1;
	case LONG_JSON:
		options->json = true;
		return -1;
	case LONG_COLOR:
		options->color = optarg;
		if (!strcmp(optarg, "auto") || !strcmp(optarg, "always") ||
		    !strcmp(optarg, "never"))
			return -1;
		return options_complain(NULL, "--color is auto, always or never, not `%s`", optarg);
	case LONG_HELP:
	case 'h':
		print_help();
		return EXIT_DONE;
	case LONG_VERSION:
		printf("rolegate %s\n", ROLEGATE_VERSION);
		return EXIT_DONE;
	case 'm':
		value = LONG_VERBS + OPTION_MESSAGE;
		break;
	case '?':
		return options_complain(NULL, "no option is called `%s`", text);
	case ':':
		return options_complain(NULL, "`%s` wants a value", text);
	default:
		break;
	}
	if (!take_verb_option(options, (unsigned int)(value - LONG_VERBS)))
		return options_complain(NULL, "an option is given twice, at `%s`", text);
	return -1;
}

int options_read(struct options *options, int argc, char **argv)
{
	int value, status;

	*options = (struct options){ .color = "auto" };
	opterr = 0;
	while ((value = getopt_long(argc, argv, ":hm:", long_options, NULL)) != -1) {
		status = take_option(options, value, argv[optind - 1]);
		if (status >= 0)
			return status;
	}
	if (optind == argc)
		return options_complain(NULL, "a verb is missing");
	options->verb = argv[optind];
	options->words = argv + optind + 1;
	options->n_words = argc - optind - 1;
	return -1;
}
