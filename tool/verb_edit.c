/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edit: a source in an editor, checked and applied before it is in its place. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "apply.h"
#include "diff.h"
#include "draft.h"
#include "managed.h"
#include "verbs.h"
#include "words.h"

#define POLICY_FILE ROLEGATE_CONF_DIR "/rolegate.conf"
#define POLICY_D ROLEGATE_CONF_DIR "/policy.d/"

/* Held while somebody edits, so that two do not undo each other's work unseen. */
#define EDIT_LOCK ROLEGATE_STATE_DIR "/edit.lock"

/* One run of the verb. */
struct session {
	struct tool *tool;
	struct author author;
	struct change_request request;
	struct change_file file;
	struct sources original; /* the file when it was copied, if it was there */
	struct draft draft;
	char *path;  /* of the source */
	char *after; /* the copy's text */
	int lock;
};

/* ---- Which file ---- */

/*
 * The path that a word means: whole, or a name in /etc/rolegate or policy.d. On the heap; NULL and a
 * status.
 */
static char *find_path(struct tool *tool, const char *word, int *ret_status)
{
	const char *name = word;
	char *path = NULL;
	int n;

	if (!word || !strcmp(word, "rolegate.conf") || !strcmp(word, POLICY_FILE)) {
		n = asprintf(&path, "%s", POLICY_FILE);
	} else {
		if (!strncmp(word, POLICY_D, strlen(POLICY_D)))
			name = word + strlen(POLICY_D);
		n = (int)strlen(name);
		if (n <= 5 || strcmp(name + n - 5, ".conf") != 0 || strchr(name, '/') ||
		    name[0] == '.' || words_check(WORDS_ACCOUNT, name)) {
			*ret_status = options_complain(
				"edit",
				"`%s` is no source: they are %s and %sNAME.conf (catalogs are a vendor's, or "
				"edited as any file and then applied)",
				word, POLICY_FILE, POLICY_D);
			return NULL;
		}
		n = asprintf(&path, "%s%s", POLICY_D, name);
	}
	if (n < 0) {
		*ret_status = tool_out_of_memory(tool);
		return NULL;
	}
	if (strcmp(path, MANAGED_PATH) != 0)
		return path;
	free(path);
	*ret_status = tool_fail(
		tool, EXIT_REFUSED, "managed-file",
		"%s is written by rolegate alone: `rolegate role`, `assign`, `approve` and `service` change it",
		MANAGED_PATH);
	return NULL;
}

/* ---- Setting up ---- */

static int lock_editing(struct session *s)
{
	int folder = tree_make_folder(&s->tool->tree, ROLEGATE_STATE_DIR), r;

	if (folder < 0)
		return tool_fail_errno(s->tool, folder, s->tool->state_dir);
	close(folder);
	s->lock = tree_open_file(&s->tool->tree, EDIT_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return tool_fail_errno(s->tool, s->lock, EDIT_LOCK);
	do
		r = flock(s->lock, LOCK_EX | LOCK_NB);
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return EXIT_DONE;
	return errno == EWOULDBLOCK
		       ? tool_fail(
				 s->tool, EXIT_SYSTEM, "system-error",
				 "somebody else is editing the policy (%s is locked); nothing was changed, try "
				 "again later",
				 EDIT_LOCK)
		       : tool_fail_errno(s->tool, -errno, EDIT_LOCK);
}

/* Copy the file, for which there need not be one yet. */
static int copy(struct session *s)
{
	const char *name = strrchr(s->path, '/') + 1;
	const struct source *source;
	struct compiled file;
	uint32_t i;
	int r;

	compile_init(&file);
	r = source_read(&file.sources, &s->tool->tree, s->path, &file.report, &i);
	if (r == -EBADMSG)
		r = tool_fail_problems(s->tool, &file);
	else if (r == -ENOMEM)
		r = tool_out_of_memory(s->tool);
	else {
		source = r == 0 ? &file.sources.list[i] : NULL;
		s->file.path = s->path;
		s->file.before = source ? source->text : NULL;
		s->file.n_before = source ? (size_t)source->size : 0;
		r = draft_make(&s->draft, &s->author, name, source ? source->text : "",
			       s->file.n_before);
		r = r < 0 ? tool_fail_errno(s->tool, r, "making a copy for your editor")
			  : EXIT_DONE;
	}
	s->original = file.sources;
	file.sources = (struct sources){ 0 };
	compile_free(&file);
	return r;
}

/* ---- The dialogue ---- */

/* Ask for one of `letters` on the terminal; without one, or at its end, the first. */
static char ask(const char *question, const char *letters)
{
	char line[64];

	if (!isatty(STDIN_FILENO))
		return letters[0];
	for (;;) {
		fputs(question, stdout);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			return 'q';
		if (line[0] != '\n' && strchr(letters, line[0]))
			return line[0];
	}
}

/* Show what applying would come to; that it cannot be told keeps nobody from it. */
static void show_effect(struct session *s, struct rolegate_policy *after)
{
	struct rolegate_policy *before = NULL;
	json_t *diff = NULL;
	int r;

	r = policy_open_confirmed(s->tool->state_dir, true, &before, NULL);
	if (r == 0)
		r = store_load(&after->store);
	if (r == 0)
		r = diff_compare(s->tool, &s->author, before, after, &diff);
	if (r == 0)
		diff_print(s->tool, diff);
	json_decref(diff);
	rolegate_policy_close(before);
}

/* Check the text before anything is locked or written. EXIT_DONE: it is sound. */
static int check(struct session *s)
{
	struct source_overlay overlay = { .path = s->path,
					  .text = s->file.after,
					  .n = s->file.n_after };
	struct rolegate_policy *after = NULL;
	int status = EXIT_DONE;

	(void)tool_open_candidate(s->tool, &overlay, &after, &status);
	if (after && !s->tool->output.json)
		show_effect(s, after);
	rolegate_policy_close(after);
	return status;
}

static bool is_changed(const struct session *s)
{
	return !s->file.before || !s->file.after || s->file.n_before != s->file.n_after ||
	       memcmp(s->file.before, s->file.after, s->file.n_after) != 0;
}

/* Let them edit, and read what they made of it. EXIT_DONE, or a status after words. */
static int edit_once(struct session *s)
{
	int r = draft_edit(&s->draft);

	if (r == 0) {
		free(s->after);
		s->after = NULL;
		r = draft_read(&s->draft, &s->after, &s->file.n_after);
		s->file.after = s->after;
	}
	if (r > 0)
		return EXIT_SYSTEM;
	return r < 0 ? tool_fail_errno(s->tool, r, "taking what your editor made") : EXIT_DONE;
}

static int say_unchanged(struct session *s)
{
	if (s->tool->output.json)
		(void)output_json(json_pack("{s:b}", "changed", 0), true);
	else
		printf("%s is as it was: nothing to apply.\n", s->path);
	return EXIT_DONE;
}

static int apply(struct session *s)
{
	struct change change;
	int status;

	s->request.file = &s->file;
	status = change_apply(s->tool, &s->request, &change);
	if (status != EXIT_DONE)
		return status;
	apply_print(s->tool, &change);
	change_free(&change);
	return EXIT_DONE;
}

/*
 * Edit, check, apply; on anything wrong edit again or leave. *ret_keep: the copy holds work that is in
 * no file.
 */
static int converse(struct session *s, bool *ret_keep)
{
	int status;

	for (;;) {
		status = edit_once(s);
		*ret_keep = true;
		if (status != EXIT_DONE)
			return status;
		*ret_keep = is_changed(s);
		if (!*ret_keep)
			return say_unchanged(s);
		status = check(s);
		if (status == EXIT_DONE) {
			char answer = ask("The policy is sound. (a)pply it, (e)dit again, (q)uit? ",
					  "aeq");

			if (answer == 'e')
				continue;
			if (answer == 'q')
				return EXIT_DONE;
			status = apply(s);
		}
		if (status == EXIT_DONE) {
			*ret_keep = false;
			return status;
		}
		if (ask("(e)dit again, (q)uit and change nothing? ", "qe") == 'q')
			return status;
	}
}

int verb_edit(struct tool *tool)
{
	struct session s = { .tool = tool, .lock = -1, .draft.fd = -1 };
	bool keep = false;
	int status;

	if (!apply_read_why(tool, "", &s.request.why, &status) ||
	    !apply_read_trial(tool, &s.request.confirm_within, &status))
		return status;
	s.path =
		find_path(tool, tool->options.n_words > 0 ? tool->options.words[0] : NULL, &status);
	if (!s.path)
		return status;
	status = author_find(tool, &s.author);
	if (status == EXIT_DONE)
		status = author_check(tool, &s.author);
	if (status == EXIT_DONE)
		status = lock_editing(&s);
	if (status == EXIT_DONE)
		status = copy(&s);
	if (status == EXIT_DONE)
		status = converse(&s, &keep);
	if (keep)
		output_complain("rolegate: your work is kept in %s\n", s.draft.path);
	draft_close(&s.draft, keep);
	sources_free(&s.original);
	if (s.lock >= 0)
		close(s.lock);
	author_free(&s.author);
	free(s.after);
	free(s.path);
	return status;
}
