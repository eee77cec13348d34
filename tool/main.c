/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rolegate: finds the verb and runs it. */
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "verbs.h"

#define OPTIONS_HISTORY (OPTION_MESSAGE | OPTION_WHY)
#define OPTIONS_ROLE                                                                               \
	(OPTIONS_HISTORY | OPTION_LABEL | OPTION_COLOUR | OPTION_DESCRIPTION |                     \
	 OPTION_NEEDS_APPROVAL | OPTION_BASED_ON | OPTION_GRANT | OPTION_PRIVILEGE | OPTION_ON)
#define OPTIONS_ROLE_CHANGE (OPTIONS_ROLE | OPTION_NO_BASED_ON | OPTION_REVOKE | OPTION_UNPRIVILEGE)

const struct verb verbs[] = {
	{ "init", "--owner USER [--catalog NAME]… [--enforcing]",
	  "write a first policy and apply it", 0, 0,
	  OPTION_OWNER | OPTION_CATALOG | OPTION_ENFORCING, verb_init },
	{ "check", "[--strict] [--accept NAME]…", "read the sources, print all errors and warnings",
	  0, 0, OPTION_STRICT | OPTION_ACCEPT, verb_check },
	{ "diff", "[--accept NAME]…", "what applying the sources would change, by effect", 0, 0,
	  OPTION_ACCEPT, verb_diff },
	{ "apply", "[-m WHY] [--confirm-within TIME] [--accept NAME]…",
	  "check the sources and put them in force", 0, 0,
	  OPTION_MESSAGE | OPTION_CONFIRM | OPTION_ACCEPT, verb_apply },
	{ "confirm", "", "keep what is on trial", 0, 0, 0, verb_confirm },
	{ "rollback", "[N] [-m WHY]",
	  "end the trial; else put generation N in force again, or the one before", 0, 1,
	  OPTION_MESSAGE, verb_rollback },
	{ "edit", "[FILE] [-m WHY] [--confirm-within TIME]",
	  "change a source in an editor, check it, and apply", 0, 1,
	  OPTION_MESSAGE | OPTION_CONFIRM, verb_edit },
	{ "status", "", "what is in force, and whether the sources differ from it", 0, 0, 0,
	  verb_status },
	{ "history", "", "the generations that are kept", 0, 0, 0, verb_history },
	{ "show", "N", "how a generation came to be, and what it changed", 1, 1, 0, verb_show },
	{ "can", "USER PERMISSION [--groups A,B] [--at TIME] [--candidate]",
	  "whether the user holds it", 2, 2, OPTION_GROUPS | OPTION_AT | OPTION_CANDIDATE,
	  verb_can },
	{ "explain", "USER SERVICE|--permission P [--groups A,B] [--at TIME] [--candidate]",
	  "the verdict and the path that decided it", 1, 2,
	  OPTION_PERMISSION | OPTION_GROUPS | OPTION_AT | OPTION_CANDIDATE, verb_explain },
	{ "who", "PERMISSION [--at TIME]", "who holds it, and through what", 1, 1, OPTION_AT,
	  verb_who },
	{ "user", "USER [--at TIME]", "a user's roles, groups and permissions", 1, 1, OPTION_AT,
	  verb_user },
	{ "role list", "", "all roles", 1, 1, 0, verb_role_list },
	{ "role show", "ROLE", "what a role holds itself and inherits, and who has it", 2, 2, 0,
	  verb_role_show },
	{ "role create",
	  "NAME [--label L] [--colour C] [--based-on R]… [--grant P]… [--privilege P]… [--on X=CAP,…]…",
	  "make a role, with everything off but what is said", 2, 2, OPTIONS_ROLE,
	  verb_role_create },
	{ "role copy", "FROM TO [the options of role edit]",
	  "make a role from another, built in or not", 3, 3, OPTIONS_ROLE_CHANGE, verb_role_copy },
	{ "role edit",
	  "NAME [the options of role create] [--no-based-on R]… [--revoke P]… [--unprivilege P]…",
	  "change a custom role", 2, 2, OPTIONS_ROLE_CHANGE, verb_role_edit },
	{ "role delete", "NAME", "delete a custom role", 2, 2, OPTIONS_HISTORY, verb_role_delete },
	{ "matrix", "[ROLE]…", "roles and permissions as a table, by area", 0, INT_MAX, 0,
	  verb_matrix },
	{ "graph", "", "roles and who has them as a drawing for Graphviz (DOT)", 0, 0, 0,
	  verb_graph },
	{ "list", "WHAT [PREFIX]", "names, one a line: roles, permissions, users and others", 1, 2,
	  0, verb_list },
	{ "assign", "USER|--group GROUP ROLE… [--from T] [--until T] [--why W]",
	  "give roles, perhaps for a time", 0, INT_MAX,
	  OPTIONS_HISTORY | OPTION_GROUP | OPTION_FROM | OPTION_UNTIL, verb_assign },
	{ "unassign", "USER|--group GROUP [ROLE]…", "take roles, or all that were assigned", 0,
	  INT_MAX, OPTIONS_HISTORY | OPTION_GROUP, verb_unassign },
	{ "approve", "USER [ROLE]", "let a role take effect that waits for it", 1, 2,
	  OPTIONS_HISTORY, verb_approve },
	{ "pending", "", "who waits for the approval of which role", 0, 0, 0, verb_pending },
	{ "service list", "", "what each PAM service requires", 1, 1, 0, verb_service_list },
	{ "service set", "NAME --require P…|--require-any P…|--open [--subject user|actor]",
	  "say what a service requires", 2, 2,
	  OPTIONS_HISTORY | OPTION_REQUIRE | OPTION_REQUIRE_ANY | OPTION_OPEN | OPTION_SUBJECT,
	  verb_service_set },
	{ "service unset", "NAME", "take the policy's own entry for a service away", 2, 2,
	  OPTIONS_HISTORY, verb_service_unset },
	{ "catalog", "[NAME]", "the catalogs there are, or what is in one", 0, 1, 0, verb_catalog },
	{ "doctor", "[--simulate USER SERVICE]", "what stands in the policy's way on this host", 0,
	  2, OPTION_SIMULATE, verb_doctor },
	{ NULL, NULL, NULL, 0, 0, 0, NULL },
};

/*
 * Whether a verb is what was typed: its one word; or its two, of which the second is the first word
 * that follows.
 */
static bool is_meant(const struct verb *verb, const struct options *options)
{
	size_t n = strcspn(verb->name, " ");

	if (strncmp(verb->name, options->verb, n) != 0 || options->verb[n] != '\0')
		return false;
	if (verb->name[n] == '\0')
		return true;
	return options->n_words > 0 && !strcmp(verb->name + n + 1, options->words[0]);
}

/* Say what may follow the first word of verbs of two, if this is one. */
static bool complain_second(const struct options *options)
{
	char list[256] = "";
	size_t n = 0;

	for (const struct verb *verb = verbs; verb->name; verb++) {
		size_t first = strcspn(verb->name, " ");

		if (verb->name[first] == '\0' || strncmp(verb->name, options->verb, first) != 0 ||
		    options->verb[first] != '\0' || n >= sizeof(list))
			continue;
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s`%s`", n ? ", " : "",
				      verb->name + first + 1);
	}
	if (n == 0)
		return false;
	options_complain(NULL, "`%s` is followed by one of %s%s%s%s", options->verb, list,
			 options->n_words > 0 ? ", not by `" : "",
			 options->n_words > 0 ? options->words[0] : "",
			 options->n_words > 0 ? "`" : "");
	return true;
}

static const struct verb *find_verb(const struct options *options)
{
	const char *best = NULL;
	unsigned int distance = 0;
	char first[32];

	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (is_meant(verb, options))
			return verb;
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(verb->name, " "), verb->name);
		names_consider(options->verb, first, &best, &distance);
		best = best == first ? verb->name : best;
	}
	if (!complain_second(options))
		options_complain(NULL, "no verb is called `%s`%s%s%s", options->verb,
				 best ? ", did you mean `" : "", best ? best : "",
				 best ? "`?" : "");
	return NULL;
}

static int run(const struct verb *verb, struct tool *tool)
{
	int status;

	if (tool->options.n_words < verb->min_words)
		return options_complain(verb->name, "a word is missing");
	if (tool->options.n_words > verb->max_words)
		return options_complain(verb->name, "`%s` is one word too many",
					tool->options.words[verb->max_words]);
	if (tool->options.given & ~verb->options)
		return options_complain(verb->name, "this verb does not take that option");
	status = tool_start(tool);
	if (status < 0)
		status = verb->run(tool);
	tool_end(tool);
	if (!output_is_whole()) {
		fputs("rolegate: out of memory; the answer is not whole\n", stderr);
		status = tool->has_changed ? status : EXIT_SYSTEM;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("rolegate: standard output");
		/* What was changed is, whether or not it could be told. */
		return tool->has_changed ? status : EXIT_SYSTEM;
	}
	return status;
}

/*
 * Have something behind each standard descriptor: a policy that is written must not become the
 * standard output of a caller that closed its own, and get our messages. What is written there
 * fails, as it would have.
 */
static bool fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

int main(int argc, char **argv)
{
	struct tool tool = { 0 };
	const struct verb *verb;
	int status;

	if (!fill_standard_descriptors()) {
		perror("rolegate: /dev/null");
		return EXIT_SYSTEM;
	}
	/* A file that grows over RLIMIT_FSIZE is an error like any other, and not our end. */
	signal(SIGXFSZ, SIG_IGN);

	/* The messages are in UTF-8; names of days and numbers are not ours to translate. */
	setlocale(LC_CTYPE, "C.UTF-8");
	/*
	 * A date without a zone means this machine's time, whatever the caller's environment
	 * says.
	 */
	unsetenv("TZ");
	umask(022);
	status = options_read(&tool.options, argc, argv);
	if (status < 0) {
		verb = find_verb(&tool.options);
		status = verb ? run(verb, &tool) : output_is_whole() ? EXIT_USAGE : EXIT_SYSTEM;
	}
	options_free(&tool.options);
	return status;
}
