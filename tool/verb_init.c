/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "change.h"
#include "verbs.h"
#include "words.h"

#define POLICY_NAME "rolegate.conf"

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

/* Write the file, complete and synced, or leave nothing of it. 0 or -errno. */
static int create_policy(const struct tool *tool, int folder, const char *const *catalogs, size_t n)
{
	int fd, r = 0;
	FILE *to;

	fd = openat(folder, POLICY_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0644);
	if (fd < 0)
		return -errno;
	to = fdopen(fd, "w");
	if (!to) {
		r = -errno;
		close(fd);
	} else {
		write_policy(to, tool, catalogs, n);
		if (fflush(to) != 0 || ferror(to) || fsync(fd) < 0)
			r = errno ? -errno : -EIO;
		if (fclose(to) != 0 && r == 0)
			r = -errno;
	}
	if (r == 0 && fsync(folder) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(folder, POLICY_NAME, 0);
	return r;
}

static void print_next_steps(struct tool *tool, const struct change *change)
{
	output_text(&tool->output, COLOUR_GOOD, "Done");
	printf(": %s/%s is written, and in force as generation %llu.\n", ROLEGATE_CONF_DIR,
	       POLICY_NAME, (unsigned long long)change->generation);
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

/* The folder's file is there; put it in force, or take it away again. */
static int apply_first(struct tool *tool, int folder)
{
	struct change change = { 0 };
	int status;

	status = change_apply(tool, &(struct change_request){ .why = "init" }, &change);
	if (status != EXIT_DONE) {
		if (unlinkat(folder, POLICY_NAME, 0) < 0)
			fprintf(stderr, "rolegate: removing the new %s: %s\n", POLICY_NAME,
				strerror(errno));
		return status;
	}
	if (tool->output.json)
		(void)output_json(json_pack("{s:I, s:s, s:b}", "generation",
					    (json_int_t)change.generation, "file",
					    ROLEGATE_CONF_DIR "/" POLICY_NAME, "permissive",
					    !(tool->options.given & OPTION_ENFORCING)),
				  true);
	else
		print_next_steps(tool, &change);
	change_free(&change);
	return EXIT_DONE;
}

int verb_init(struct tool *tool)
{
	const struct option_list *wanted = &tool->options.catalogs;
	const char *const *catalogs = wanted->n ? (const char *const *)wanted->items
						: default_catalogs;
	size_t n = wanted->n ? wanted->n : 2;
	const char *wrong;
	int folder, r, status;

	if (!tool->options.owner)
		return options_complain("init",
					"--owner USER is missing: who is to own the policy?");
	wrong = words_check(WORDS_ACCOUNT, tool->options.owner);
	for (size_t i = 0; i < n && !wrong; i++)
		wrong = words_check(WORDS_SYMBOL, catalogs[i]);
	if (wrong)
		return options_complain("init", "a name %s", wrong);
	folder = tree_make_folder(&tool->tree, ROLEGATE_CONF_DIR);
	if (folder < 0)
		return tool_fail_errno(tool, folder, ROLEGATE_CONF_DIR);
	r = create_policy(tool, folder, catalogs, n);
	if (r == -EEXIST)
		status = tool_fail(
			tool, EXIT_REFUSED, "policy-exists",
			"%s%s/%s is there already; `rolegate apply` puts it in force. Nothing was changed",
			tool->root ? tool->root : "", ROLEGATE_CONF_DIR, POLICY_NAME);
	else if (r < 0)
		status = tool_fail_errno(tool, r, "writing the first policy");
	else
		status = apply_first(tool, folder);
	close(folder);
	return status;
}
