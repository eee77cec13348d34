/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "change.h"
#include "sheet.h"
#include "verbs.h"
#include "words.h"

#define POLICY_PATH ROLEGATE_CONF_DIR "/rolegate.conf"

static const char *const default_catalogs[] = { "workspace", "host" };

/* A string of the grammar, with what it needs escaped. */
static void put_string(FILE *to, const char *text)
{
	putc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', to);
		putc(*text, to);
	}
	putc('"', to);
}

static void write_policy(FILE *to, const struct tool *tool, const char *const *catalogs, size_t n)
{
	bool has_host = false;

	fputs("# The policy of rolegate(8). Editing it changes nothing until `rolegate apply`.\n"
	      "# All there is to set stands, with its default, in the rolegate.conf that comes with the\n"
	      "# documentation. `rolegate check` finds mistakes; `rolegate explain USER SERVICE` answers why.\n\n"
	      "catalogs = [ ",
	      to);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", to);
		put_string(to, catalogs[i]);
		has_host = has_host || !strcmp(catalogs[i], "host");
	}
	fputs(" ];\n\nassign = (\n\t{ user = ", to);
	put_string(to, tool->options.owner);
	fputs("; roles = [ \"owner\" ]; }\n);\n\n"
	      "# A person with no assignment, and a system account (uid below 1000) with none.\n"
	      "default_roles = [ ];\n",
	      to);
	fprintf(to, "system_account_roles = [ %s];\n\n", has_host ? "\"service\" " : "");
	fputs("# A PAM service that neither a catalog nor this policy lists: \"deny\", \"allow\" or a permission.\n"
	      "other_services = \"deny\";\n\n",
	      to);
	if (tool->options.given & OPTION_ENFORCING)
		fputs("mode = \"enforcing\";\n", to);
	else
		fputs("# Decide and log what would be denied, but refuse nobody. Make it \"enforcing\" when the log is\n"
		      "# as you want it.\n"
		      "mode = \"permissive\";\n",
		      to);
}

/* The policy's text, on the heap; NULL if memory ran out. */
static char *make_policy(const struct tool *tool, const char *const *catalogs, size_t n,
			 size_t *ret_n)
{
	struct sheet sheet;
	FILE *to = sheet_open(&sheet);

	if (!to)
		return NULL;
	write_policy(to, tool, catalogs, n);
	return sheet_close(&sheet, ret_n);
}

static void print_next_steps(struct tool *tool, const struct change *change)
{
	output_text(&tool->output, COLOUR_GOOD, "Done");
	printf(": %s is written, and in force as generation %llu.\n", POLICY_PATH,
	       (unsigned long long)change->generation);
	if (tool->options.given & OPTION_ENFORCING)
		return;
	output_text(&tool->output, COLOUR_WARN, "Nothing is refused yet");
	printf(" (mode = \"permissive\"). From here to a guarded host:\n"
	       "  1. Assign roles in that file, then: rolegate check && rolegate apply\n"
	       "  2. Put this line first among the account lines of a service, such as /etc/pam.d/sshd:\n"
	       "       account  requisite  pam_rolegate.so\n"
	       "     and keep a root shell open until you have logged in anew.\n"
	       "  3. Watch the log for `would-deny`, and ask: rolegate explain USER SERVICE\n"
	       "  4. Set mode = \"enforcing\", then: rolegate apply --confirm-within 5m; log in from elsewhere,\n"
	       "     and: rolegate confirm. Without that, what was in force before decides again.\n");
}

/* Put it into its place and in force, or neither. */
static int apply_first(struct tool *tool, const char *text, size_t n)
{
	struct change_file file = { .path = POLICY_PATH, .after = text, .n_after = n };
	struct change change = { 0 };
	int status;

	status = change_apply(tool, &(struct change_request){ .why = "init", .file = &file },
			      &change);
	if (status != EXIT_DONE)
		return status;
	if (tool->output.json)
		(void)output_json(json_pack("{s:I, s:s, s:b}", "generation",
					    (json_int_t)change.generation, "file", POLICY_PATH,
					    "permissive",
					    !(tool->options.given & OPTION_ENFORCING)),
				  true);
	else
		print_next_steps(tool, &change);
	change_free(&change);
	return EXIT_DONE;
}

/* Whether there is something by the file's name; EXIT_DONE if not. */
static int check_none_yet(struct tool *tool)
{
	int fd = tree_open_file(&tool->tree, POLICY_PATH, O_PATH | O_NOFOLLOW, 0);

	if (fd == -ENOENT)
		return EXIT_DONE;
	if (fd < 0)
		return tool_fail_errno(tool, fd, POLICY_PATH);
	close(fd);
	return tool_fail(
		tool, EXIT_REFUSED, "policy-exists",
		"%s%s is there already; `rolegate apply` puts it in force. Nothing was changed",
		tool->root ? tool->root : "", POLICY_PATH);
}

int verb_init(struct tool *tool)
{
	const struct option_list *wanted = &tool->options.catalogs;
	const char *const *catalogs = wanted->n ? (const char *const *)wanted->items
						: default_catalogs;
	size_t n = wanted->n ? wanted->n : 2;
	const char *wrong;
	size_t n_text = 0;
	char *text;
	int status;

	if (!tool->options.owner)
		return options_complain("init",
					"--owner USER is missing: who is to own the policy?");
	wrong = words_check(WORDS_ACCOUNT, tool->options.owner);
	for (size_t i = 0; i < n && !wrong; i++)
		wrong = words_check(WORDS_SYMBOL, catalogs[i]);
	if (wrong)
		return options_complain("init", "a name %s", wrong);
	status = check_none_yet(tool);
	if (status != EXIT_DONE)
		return status;
	text = make_policy(tool, catalogs, n, &n_text);
	if (!text)
		return tool_out_of_memory(tool);
	status = apply_first(tool, text, n_text);
	free(text);
	return status;
}
