/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "candidate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kept.h"
#include "managed.h"
#include "past.h"
#include "recorded.h"
#include "state.h"

/* A candidate in the making. */
struct making {
	struct tool *tool;
	const struct change_request *request;
	const struct author *author;
	const struct rolegate_policy *active;
	struct candidate *candidate;
};

/* ---- Generations ---- */

int candidate_open_past(struct tool *tool, uint64_t generation, bool load,
			struct rolegate_policy **ret_policy)
{
	struct rolegate_policy *policy = NULL;
	char *path;
	int fd, r;

	if (asprintf(&path, "%s/generations/%llu/" FORMAT_FILE_NAME, ROLEGATE_STATE_DIR,
		     (unsigned long long)generation) < 0)
		return -ENOMEM;
	fd = tree_open_file(&tool->tree, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	free(path);
	if (fd < 0)
		return fd;
	r = policy_open_fd(fd, &policy);
	if (r < 0) {
		close(fd);
		return r;
	}
	r = load ? store_load(&policy->store) : 0;
	if (r < 0)
		rolegate_policy_close(policy);
	else
		*ret_policy = policy;
	return r;
}

/* ---- After a crash ---- */

/* What a crash may have left unfinished. */
struct recovering {
	struct tool *tool;
	uint64_t generation; /* in force, be it on trial; 0: none */
};

static int is_in_force(void *context, const char *staged_path, const char *path)
{
	struct recovering *recovering = context;
	struct compiled left;
	uint32_t file;
	int r;

	compile_init(&left);
	r = source_read(&left.sources, &recovering->tool->tree, staged_path, &left.report, &file);
	if (r == 0) {
		struct source source = left.sources.list[file];

		source.path = (char *)path;
		if (recovering->generation)
			r = kept_compare_source(&recovering->tool->tree, ROLEGATE_STATE_DIR,
						recovering->generation, &source);
		r = r == -ENOENT ? 0 : r;
	} else if (r == -EBADMSG || r == -ENOENT) {
		r = 0; /* cut short: what is in force is whole */
	}
	compile_free(&left);
	return r;
}

int candidate_recover(struct tool *tool)
{
	static const char *const folders[] = { ROLEGATE_CONF_DIR, ROLEGATE_CONF_DIR "/policy.d" };
	struct recovering recovering = { .tool = tool };
	struct rolegate_policy *policy = NULL;
	int r;

	/*
	 * While a trial runs, it alone: its text may be in its place already, and then the one that lies
	 * beside is the old one, of which the generation was made that decides afterwards.
	 */
	r = rolegate_policy_open(tool->state_dir, &policy, NULL);
	if (r == 0)
		recovering.generation = policy->head.generation;
	rolegate_policy_close(policy);
	/* Of what is not there or damaged, nothing is in force; but what cannot be read now may be. */
	r = policy_is_unusable(r) ? 0 : r;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && r == 0; i++)
		r = staged_recover(&tool->tree, folders[i], is_in_force, &recovering);
	return r < 0 ? tool_fail_errno(tool, r, "completing an interrupted change of a source file")
		     : EXIT_DONE;
}

/* ---- 90-managed.conf ---- */

static int complain_of_change(void *context, const char *path)
{
	struct making *m = context;
	unsigned long long generation = (unsigned long long)m->active->head.generation;

	return 1 +
	       tool_fail(
		       m->tool, EXIT_REFUSED, "sources-changed",
		       "%s is not what generation %llu was made of: somebody has edited it since, or the "
		       "generation was a trial's or a rollback's successor. `rolegate diff` says what it would "
		       "change; apply that first, or put the file back from %s/generations/%llu/sources. Nothing "
		       "was changed",
		       path, generation, ROLEGATE_STATE_DIR, generation);
}

/* A command changes what it says, and not also what somebody left half done in a file. */
static int check_sources_unchanged(struct making *m)
{
	struct tool *tool = m->tool;
	int r;

	r = past_each_change(&tool->tree, ROLEGATE_CONF_DIR, ROLEGATE_STATE_DIR, m->active,
			     complain_of_change, m);
	if (r < 0)
		return tool_fail_errno(tool, r, "comparing the sources with what is in force");
	return r == 0 ? EXIT_DONE : r - 1;
}

/* Read the file as it is into ret->sources, if it is there. 0, -ENOENT or an exit status. */
static int read_managed(struct making *m, struct compiled *ret, const struct source **ret_source,
			int *ret_status)
{
	uint32_t file;
	int r;

	r = source_read(&ret->sources, &m->tool->tree, MANAGED_PATH, &ret->report, &file);
	if (r == -EBADMSG)
		*ret_status = tool_fail_problems(m->tool, ret);
	else if (r == -ENOMEM)
		*ret_status = tool_out_of_memory(m->tool);
	if (r == 0)
		*ret_source = &ret->sources.list[file];
	return r;
}

static int load_managed(struct making *m, struct compiled *ret)
{
	const struct source *source = NULL;
	int r, status = EXIT_DONE;
	struct compiled file;

	compile_init(&file);
	r = read_managed(m, &file, &source, &status);
	if (r == 0 || r == -ENOENT) {
		r = managed_load(ret, source ? source->text : "",
				 source ? (size_t)source->size : 0);
		if (r == -ENOMEM)
			status = tool_out_of_memory(m->tool);
		else if (r < 0)
			status = tool_fail_problems(m->tool, ret);
	}
	compile_free(&file);
	return status;
}

/* Have the request change the definitions; *ret_text is the new file, NULL if nothing changed. */
static int edit_managed(struct making *m, struct compiled *managed, char **ret_text, size_t *ret_n)
{
	char *before = NULL, *after = NULL;
	size_t n_before, n_after;
	int r, status;

	r = managed_write(&managed->model, &before, &n_before);
	if (r < 0)
		return tool_fail_errno(m->tool, r, MANAGED_PATH);
	status = m->request->edit(m->tool, m->active, m->author, &managed->model,
				  m->request->context);
	if (status == EXIT_DONE) {
		r = managed_write(&managed->model, &after, &n_after);
		if (r < 0)
			status = tool_fail_errno(m->tool, r, MANAGED_PATH);
	}
	if (status == EXIT_DONE && (n_before != n_after || memcmp(before, after, n_after) != 0)) {
		*ret_text = after;
		*ret_n = n_after;
		after = NULL;
	}
	free(before);
	free(after);
	return status;
}

static int make_managed_text(struct making *m, char **ret_text, size_t *ret_n)
{
	struct compiled managed;
	int status;

	compile_init(&managed);
	status = check_sources_unchanged(m);
	if (status == EXIT_DONE)
		status = load_managed(m, &managed);
	if (status == EXIT_DONE)
		status = edit_managed(m, &managed, ret_text, ret_n);
	compile_free(&managed);
	return status;
}

/* ---- Which text goes with it ---- */

/* Write the text beside its file, and have the compiler read it instead. */
static int stage(struct making *m, const char *path, const char *text, size_t n,
		 struct source_overlay *overlay)
{
	struct staged *staged = &m->candidate->staged;
	int r;

	r = staged_write(staged, &m->tool->tree, path, text, n);
	if (r < 0)
		return tool_fail_errno(m->tool, r, path);
	m->candidate->has_staged = true;
	*overlay = (struct source_overlay){
		.path = path, .text = text, .n = n, .mtime = staged->mtime
	};
	return EXIT_DONE;
}

static int prepare_edit(struct making *m, struct source_overlay *overlay)
{
	struct candidate *candidate = m->candidate;
	size_t n = 0;
	int status;

	status = make_managed_text(m, &candidate->text, &n);
	if (status != EXIT_DONE)
		return status;
	candidate->is_nothing = !candidate->text && !m->tool->records_again;
	return candidate->text ? stage(m, MANAGED_PATH, candidate->text, n, overlay) : EXIT_DONE;
}

/* Whether a file still has the text that its editor was given: 1, 0 or -errno. */
static int is_as_copied(struct making *m, const struct change_file *file)
{
	struct compiled now;
	uint32_t i;
	int r;

	compile_init(&now);
	r = source_read(&now.sources, &m->tool->tree, file->path, &now.report, &i);
	if (r == -ENOENT)
		r = file->before == NULL;
	else if (r == 0)
		r = file->before && (size_t)now.sources.list[i].size == file->n_before &&
		    !memcmp(now.sources.list[i].text, file->before, file->n_before);
	compile_free(&now);
	return r;
}

static int prepare_file(struct making *m, struct source_overlay *overlay)
{
	const struct change_file *file = m->request->file;
	int r = is_as_copied(m, file);

	if (r == -EBADMSG)
		return tool_fail(m->tool, EXIT_SYSTEM, "system-error",
				 "%s can no longer be read; nothing was changed", file->path);
	if (r < 0)
		return tool_fail_errno(m->tool, r, file->path);
	if (r <= 0)
		return tool_fail(
			m->tool, EXIT_REFUSED, "file-changed",
			"%s was changed by somebody else while you edited it; nothing was changed",
			file->path);
	return stage(m, file->path, file->after, file->n_after, overlay);
}

/*
 * The text of 90-managed.conf in a generation: 1; what an empty one has, where it had none: 0; or
 * -errno.
 */
static int read_past_managed(struct making *m, uint64_t generation, char **ret_text, size_t *ret_n)
{
	char *path = kept_source_path(ROLEGATE_STATE_DIR, generation, MANAGED_PATH);
	struct compiled past;
	uint32_t file;
	int r;

	if (!path)
		return -ENOMEM;
	compile_init(&past);
	r = source_read(&past.sources, &m->tool->tree, path, &past.report, &file);
	free(path);
	if (r == 0) {
		*ret_n = (size_t)past.sources.list[file].size;
		*ret_text = strndup(past.sources.list[file].text, *ret_n);
		r = *ret_text ? 1 : -ENOMEM;
	} else if (r == -ENOENT) {
		r = managed_write(&past.model, ret_text, ret_n);
	}
	compile_free(&past);
	return r;
}

/* An earlier generation brings its 90-managed.conf back, which no person writes; theirs stay. */
static int prepare_restore(struct making *m, struct source_overlay *overlay)
{
	struct candidate *candidate = m->candidate;
	const struct source *now = NULL;
	int r, status = EXIT_DONE;
	struct compiled file;
	size_t n = 0;

	compile_init(&file);
	r = read_managed(m, &file, &now, &status);
	if (r < 0 && r != -ENOENT)
		goto out;
	r = read_past_managed(m, m->request->restore, &candidate->text, &n);
	if (r < 0) {
		status = tool_fail_errno(m->tool, r, "reading the generation's 90-managed.conf");
		goto out;
	}
	if (now && (size_t)now->size == n && !memcmp(now->text, candidate->text, n))
		*overlay = (struct source_overlay){
			.path = MANAGED_PATH,
			.text = candidate->text,
			.n = n,
			.mtime = { .tv_sec = now->mtime_s, .tv_nsec = (long)now->mtime_ns },
		};
	else if (now || r > 0)
		status = stage(m, MANAGED_PATH, candidate->text, n, overlay);
out:
	compile_free(&file);
	return status;
}

/* ---- All together ---- */

static int compile_past(struct making *m, const struct source_overlay *overlay)
{
	struct rolegate_policy *past = NULL;
	int r, status = EXIT_DONE;

	r = candidate_open_past(m->tool, m->request->restore, false, &past);
	if (r == -ENOENT)
		return tool_fail(
			m->tool, EXIT_REFUSED, "no-generation",
			"there is no generation %llu any more; `rolegate history` lists those "
			"that are kept. Nothing was changed",
			(unsigned long long)m->request->restore);
	if (r < 0)
		return tool_fail_errno(m->tool, r, "opening the generation");
	r = past_compile(&m->tool->tree, ROLEGATE_CONF_DIR, ROLEGATE_STATE_DIR, past, overlay,
			 &m->candidate->compiled);
	if (r == 0)
		r = recorded_complete(m->tool, &m->candidate->compiled);
	if (r == -EINVAL)
		status = tool_fail_problems(m->tool, &m->candidate->compiled);
	else if (r < 0)
		status = tool_fail_errno(m->tool, r, "reading /etc/group and /etc/passwd");
	rolegate_policy_close(past);
	return status;
}

static int compile_sources_now(struct making *m, const struct source_overlay *overlay)
{
	int status = EXIT_DONE;

	(void)tool_compile_overlay(m->tool, overlay, &m->candidate->compiled, &status);
	return status;
}

int candidate_make(struct tool *tool, const struct change_request *request,
		   const struct author *author, const struct rolegate_policy *active,
		   struct candidate *ret)
{
	struct making m = {
		.tool = tool,
		.request = request,
		.author = author,
		.active = active,
		.candidate = ret,
	};
	struct source_overlay overlay = { 0 };
	int status = EXIT_DONE;

	*ret = (struct candidate){ .staged.folder = -1 };
	compile_init(&ret->compiled);
	if (request->edit)
		status = prepare_edit(&m, &overlay);
	else if (request->file)
		status = prepare_file(&m, &overlay);
	else if (request->restore)
		status = prepare_restore(&m, &overlay);
	if (status != EXIT_DONE || ret->is_nothing)
		return status;
	return request->restore ? compile_past(&m, overlay.path ? &overlay : NULL)
				: compile_sources_now(&m, overlay.path ? &overlay : NULL);
}

void candidate_free(struct candidate *candidate)
{
	if (candidate->has_staged)
		staged_close(&candidate->staged);
	compile_free(&candidate->compiled);
	free(candidate->text);
}
