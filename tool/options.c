/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "output.h"
#include "verbs.h"

/* Values of getopt_long(3); an option of verbs has its place in the table above LONG_VERBS. */
enum { LONG_ROOT = 256, LONG_JSON, LONG_COLOR, LONG_HELP, LONG_VERSION, LONG_VERBS };

static const struct option general_options[] = {
	{ "root", required_argument, NULL, LONG_ROOT },	  { "json", no_argument, NULL, LONG_JSON },
	{ "color", required_argument, NULL, LONG_COLOR }, { "help", no_argument, NULL, LONG_HELP },
	{ "version", no_argument, NULL, LONG_VERSION },
};

enum option_kind {
	KIND_FLAG,  /* no value: `given` says it */
	KIND_TEXT,  /* one value, given once */
	KIND_LIST,  /* a value each time */
	KIND_NAMES, /* likewise, and several in one between commas or blanks */
};

/* An option of verbs: where its value goes in struct options. */
struct verb_option {
	const char *name;
	uint64_t bit;
	enum option_kind kind;
	size_t to;
};

#define TO(member) offsetof(struct options, member)

static const struct verb_option verb_options[] = {
	{ "accept", OPTION_ACCEPT, KIND_LIST, TO(accept) },
	{ "at", OPTION_AT, KIND_TEXT, TO(at) },
	{ "based-on", OPTION_BASED_ON, KIND_NAMES, TO(based_on) },
	{ "candidate", OPTION_CANDIDATE, KIND_FLAG, 0 },
	{ "catalog", OPTION_CATALOG, KIND_LIST, TO(catalogs) },
	{ "colour", OPTION_COLOUR, KIND_TEXT, TO(colour) },
	{ "confirm-within", OPTION_CONFIRM, KIND_TEXT, TO(confirm) },
	{ "description", OPTION_DESCRIPTION, KIND_TEXT, TO(description) },
	{ "enforcing", OPTION_ENFORCING, KIND_FLAG, 0 },
	{ "from", OPTION_FROM, KIND_TEXT, TO(from) },
	{ "grant", OPTION_GRANT, KIND_NAMES, TO(grant) },
	{ "group", OPTION_GROUP, KIND_TEXT, TO(group) },
	{ "groups", OPTION_GROUPS, KIND_TEXT, TO(groups) },
	{ "label", OPTION_LABEL, KIND_TEXT, TO(label) },
	{ "message", OPTION_MESSAGE, KIND_TEXT, TO(message) },
	{ "needs-approval", OPTION_NEEDS_APPROVAL, KIND_TEXT, TO(needs_approval) },
	{ "no-based-on", OPTION_NO_BASED_ON, KIND_NAMES, TO(no_based_on) },
	{ "on", OPTION_ON, KIND_LIST, TO(on) },
	{ "open", OPTION_OPEN, KIND_FLAG, 0 },
	{ "owner", OPTION_OWNER, KIND_TEXT, TO(owner) },
	{ "permission", OPTION_PERMISSION, KIND_TEXT, TO(permission) },
	{ "privilege", OPTION_PRIVILEGE, KIND_NAMES, TO(privilege) },
	{ "require", OPTION_REQUIRE, KIND_NAMES, TO(require) },
	{ "require-any", OPTION_REQUIRE_ANY, KIND_NAMES, TO(require_any) },
	{ "revoke", OPTION_REVOKE, KIND_NAMES, TO(revoke) },
	{ "simulate", OPTION_SIMULATE, KIND_FLAG, 0 },
	{ "strict", OPTION_STRICT, KIND_FLAG, 0 },
	{ "subject", OPTION_SUBJECT, KIND_TEXT, TO(subject) },
	{ "unprivilege", OPTION_UNPRIVILEGE, KIND_NAMES, TO(unprivilege) },
	{ "until", OPTION_UNTIL, KIND_TEXT, TO(until) },
	{ "why", OPTION_WHY, KIND_TEXT, TO(why) },
};

#define N_GENERAL (sizeof(general_options) / sizeof(general_options[0]))
#define N_VERBS (sizeof(verb_options) / sizeof(verb_options[0]))

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
	     "  --accept NAME    record another uid of this user, or gid of this group\n"
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
	if (n < 0) {
		fputs("rolegate: out of memory; nothing was changed\n", stderr);
		(void)output_note(-ENOMEM);
		return EXIT_SYSTEM;
	}
	output_complain("rolegate%s%s: %s%s\n", verb ? " " : "", verb ? verb : "", text,
			verb ? "" : "; `rolegate --help` lists the verbs");
	free(text);
	for (const struct verb *known = verbs; verb && known->name; known++)
		if (!strcmp(known->name, verb))
			output_complain("Usage: rolegate %s %s\n", known->name, known->usage);
	return EXIT_USAGE;
}

/* Add a copy of n bytes to a list. */
static bool add_item(struct option_list *list, const char *text, size_t n)
{
	char **items = array_grow(list->items, list->n, &list->max, sizeof(*items));
	char *copy;

	if (!items)
		return false;
	list->items = items;
	copy = strndup(text, n);
	if (!copy)
		return false;
	list->items[list->n++] = copy;
	return true;
}

static bool add_names(struct option_list *list, const char *text)
{
	static const char separators[] = ", ";
	bool good = true;

	for (text += strspn(text, separators); *text && good; text += strspn(text, separators)) {
		size_t n = strcspn(text, separators);

		good = add_item(list, text, n);
		text += n;
	}
	return good;
}

/* Take the value of an option that belongs to single verbs. -1 to go on, else the exit status. */
static int take_verb_option(struct options *options, const struct verb_option *option)
{
	void *to = (char *)options + option->to;
	bool is_again = options->given & option->bit, good = true;

	if (is_again && (option->kind == KIND_FLAG || option->kind == KIND_TEXT))
		return options_complain(NULL, "the option `--%s` is given twice", option->name);
	options->given |= option->bit;
	if (option->kind == KIND_TEXT)
		*(const char **)to = optarg;
	else if (option->kind == KIND_LIST)
		good = add_item(to, optarg, strlen(optarg));
	else if (option->kind == KIND_NAMES)
		good = add_names(to, optarg);
	if (good)
		return -1;
	fputs("rolegate: out of memory\n", stderr);
	return EXIT_SYSTEM;
}

static const struct verb_option *find_verb_option(uint64_t bit)
{
	const struct verb_option *option = verb_options;

	while (option->bit != bit)
		option++;
	return option;
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
		return take_verb_option(options, find_verb_option(OPTION_MESSAGE));
	case '?':
		return options_complain(NULL, "no option is called `%s`", text);
	case ':':
		return options_complain(NULL, "`%s` wants a value", text);
	default:
		return take_verb_option(options, &verb_options[value - LONG_VERBS]);
	}
}

/* The options as getopt_long(3) wants them. */
static void list_options(struct option to[N_GENERAL + N_VERBS + 1])
{
	memcpy(to, general_options, sizeof(general_options));
	for (size_t i = 0; i < N_VERBS; i++)
		to[N_GENERAL + i] = (struct option){
			.name = verb_options[i].name,
			.has_arg = verb_options[i].kind == KIND_FLAG ? no_argument
								     : required_argument,
			.val = LONG_VERBS + (int)i,
		};
	to[N_GENERAL + N_VERBS] = (struct option){ 0 };
}

const char *options_name(size_t i, uint64_t bits)
{
	if (i < N_GENERAL)
		return general_options[i].name;
	if (i >= N_GENERAL + N_VERBS)
		return NULL;
	return verb_options[i - N_GENERAL].bit & bits ? verb_options[i - N_GENERAL].name : "";
}

int options_read(struct options *options, int argc, char **argv)
{
	struct option list[N_GENERAL + N_VERBS + 1];
	int value, status;

	list_options(list);
	*options = (struct options){ .color = "auto" };
	opterr = 0;
	while ((value = getopt_long(argc, argv, ":hm:", list, NULL)) != -1) {
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

void options_free(struct options *options)
{
	for (size_t i = 0; i < N_VERBS; i++) {
		struct option_list *list = (void *)((char *)options + verb_options[i].to);

		if (verb_options[i].kind != KIND_LIST && verb_options[i].kind != KIND_NAMES)
			continue;
		for (size_t k = 0; k < list->n; k++)
			free(list->items[k]);
		free(list->items);
		*list = (struct option_list){ 0 };
	}
}
