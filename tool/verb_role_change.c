/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* role create, copy, edit, delete: changes the custom roles of the managed file. */
#include <stdio.h>
#include <stdlib.h>

#include "managed_edit.h"
#include "role_change.h"
#include "verbs.h"
#include "words.h"

/* ---- Which roles may be changed ---- */

static int refuse_builtin(struct tool *tool, const char *name)
{
	return tool_fail(
		tool, EXIT_REFUSED, "locked-role",
		"`%s` is a built-in role, and locked (P4): `rolegate role copy %s NEW` makes one that "
		"can be changed. Nothing was changed",
		name, name);
}

/* Find a role that rolegate may change; or say why not. EXIT_DONE or the status. */
static int find_changeable(struct revision *revision, const char *name, struct standing_role *ret)
{
	int status = standing_find_role(revision->tool, revision->active, name, ret);

	if (status != 0)
		return status;
	if (ret->flags & FORMAT_ROLE_BUILTIN)
		return refuse_builtin(revision->tool, name);
	if (!managed_find_role(revision->managed, name))
		return standing_refuse(revision->tool, revision->active, ret->place,
				       "the role %s is defined there", name);
	return EXIT_DONE;
}

/* Whether a name is free for a new role; or say why not. */
static int check_free(struct revision *revision, const char *name)
{
	struct standing_role role;
	int r = standing_has_role(revision->active, name, &role);

	if (r <= 0)
		return r < 0 ? tool_fail_errno(revision->tool, r, "reading roles") : EXIT_DONE;
	if (role.flags & FORMAT_ROLE_BUILTIN)
		return tool_fail(
			revision->tool, EXIT_REFUSED, "locked-role",
			"`%s` is a built-in role, which cannot be defined anew (P4): choose another "
			"name. Nothing was changed",
			name);
	if (!managed_find_role(revision->managed, name))
		return standing_refuse(revision->tool, revision->active, role.place,
				       "the role %s is defined there already", name);
	return tool_fail(
		revision->tool, EXIT_REFUSED, "role-exists",
		"there is a role `%s` already: `rolegate role edit %s` changes it. Nothing was changed",
		name, name);
}

/* ---- The four changes ---- */

static int edit_create(struct revision *revision, void *context)
{
	const char *name = context;
	int status = check_free(revision, name);

	if (status != EXIT_DONE)
		return status;
	if (!managed_add_role(revision->managed, name))
		return tool_out_of_memory(revision->tool);
	revision->is_changed = true;
	revise_note(revision, "the role %s is created", name);
	return role_apply_options(revision, name);
}

/* What is copied, and to what. */
struct names_of_copy {
	const char *from, *to;
};

static int edit_copy(struct revision *revision, void *context)
{
	const struct names_of_copy *names = context;
	struct standing_role from;
	size_t n_left_out = 0;
	int r, status;

	status = standing_find_role(revision->tool, revision->active, names->from, &from);
	if (status == 0)
		status = check_free(revision, names->to);
	if (status != EXIT_DONE)
		return status;
	r = role_copy(revision, &from, names->to, &n_left_out);
	if (r < 0)
		return tool_fail_errno(revision->tool, r, "copying the role");
	revision->is_changed = true;
	revise_note(revision, "the role %s is a copy of %s", names->to, names->from);
	if (n_left_out > 0)
		revise_note(
			revision,
			"%zu permission%s reserved to owners %s left out: no copy can hold %s (P6)",
			n_left_out, n_left_out == 1 ? "" : "s", n_left_out == 1 ? "is" : "are",
			n_left_out == 1 ? "it" : "them");
	return role_apply_options(revision, names->to);
}

static int edit_edit(struct revision *revision, void *context)
{
	const char *name = context;
	struct standing_role role;
	int status = find_changeable(revision, name, &role);

	if (status == EXIT_DONE)
		status = role_apply_options(revision, name);
	if (status == EXIT_DONE)
		revise_headline(revision,
				revision->is_changed ? "the role %s is changed"
						     : "the role %s is so already",
				name);
	return status;
}

static int edit_delete(struct revision *revision, void *context)
{
	const char *name = context;
	struct standing_role role;
	int status = find_changeable(revision, name, &role);
	size_t n;

	if (status == EXIT_DONE)
		status = role_check_unused(revision, name, &role);
	if (status != EXIT_DONE)
		return status;
	managed_remove_role(revision->managed, name);
	n = managed_ungrant(revision->managed, false, NULL, name);
	revision->is_changed = true;
	revise_note(revision, "the role %s is deleted", name);
	if (n > 0)
		revise_note(revision, "%zu assignment%s of it %s with it; other roles stay (P8)", n,
			    n == 1 ? "" : "s", n == 1 ? "goes" : "go");
	return EXIT_DONE;
}

/* ---- The verbs ---- */

static int run(struct tool *tool, const char *verb,
	       int (*edit)(struct revision *revision, void *context), void *context)
{
	char *const *words = tool->options.words;
	int status = role_check_options(tool, verb);
	char *what;

	for (int i = 1; i < tool->options.n_words && status == 0; i++)
		status = revise_check_word(verb, "the role's name", WORDS_SYMBOL, words[i]);
	if (status != 0)
		return status;
	if (asprintf(&what, "%s %s%s%s", verb, words[1], tool->options.n_words > 2 ? " " : "",
		     tool->options.n_words > 2 ? words[2] : "") < 0)
		return tool_out_of_memory(tool);
	status = revise(tool, what, edit, context);
	free(what);
	return status;
}

int verb_role_create(struct tool *tool)
{
	return run(tool, "role create", edit_create, tool->options.words[1]);
}

int verb_role_copy(struct tool *tool)
{
	struct names_of_copy names = {
		.from = tool->options.words[1],
		.to = tool->options.words[2],
	};

	return run(tool, "role copy", edit_copy, &names);
}

int verb_role_edit(struct tool *tool)
{
	if (!(tool->options.given & ~(OPTION_MESSAGE | OPTION_WHY)))
		return options_complain("role edit", "say what is to change");
	return run(tool, "role edit", edit_edit, tool->options.words[1]);
}

int verb_role_delete(struct tool *tool)
{
	return run(tool, "role delete", edit_delete, tool->options.words[1]);
}
