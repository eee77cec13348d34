/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "caches.h"
#include "candidate.h"
#include "owners.h"
#include "review.h"
#include "state.h"
#include "trial.h"
#include "when.h"

/* A change that runs, under the lock. */
struct changing {
	struct tool *tool;
	struct author author;
	struct state state;
	struct rolegate_policy *active; /* applied for good; NULL: nothing was, or it is damaged */
	uint64_t trial;			/* the generation on trial when it began; 0: none */
	bool is_damaged;
};

/* ---- Begin and end ---- */

/* Read what is in force for good. That it is damaged keeps nobody from applying a sound one. */
static int load_active(struct changing *c)
{
	int r = policy_open_confirmed(c->tool->state_dir, true, &c->active, NULL);

	/* A record that is damaged would be met with in the middle of judging. */
	if (r == 0)
		r = store_check(&c->active->store, false);
	if (r < 0) {
		rolegate_policy_close(c->active);
		c->active = NULL;
	}
	if (r == -ENOMEM)
		return tool_out_of_memory(c->tool);
	/* That it could not be read now does not mean that it is lost, and nothing would be judged by it. */
	if (r < 0 && !policy_is_unusable(r))
		return tool_fail(
			c->tool, EXIT_SYSTEM, "system-error",
			"%s/" FORMAT_FILE_NAME
			" cannot be read; nothing was changed. Try again, and where it is lost, take it away",
			c->tool->state_dir);
	c->is_damaged = r < 0 && r != -ENOENT;
	/*
	 * What the author may do was answered by parts of it that are sound, and nothing is judged from here on.
	 * Below a root, where that one is damaged, it is the host that let them.
	 */
	return c->is_damaged && !c->tool->root ? author_check_root(c->tool, &c->author, r)
					       : EXIT_DONE;
}

static int open_state(struct changing *c)
{
	int r = state_open(&c->state, &c->tool->tree, ROLEGATE_STATE_DIR);

	if (r == -EPERM || r == -EACCES)
		return tool_fail(
			c->tool, EXIT_SYSTEM, "system-error",
			"%s: you cannot write there, or others can; it has to be root's alone. Nothing was changed",
			c->tool->state_dir);
	return r < 0 ? tool_fail_errno(c->tool, r, c->tool->state_dir) : EXIT_DONE;
}

/* Find out who it is, and lock. change_end() is due whatever is returned. */
static int begin(struct changing *c, struct tool *tool)
{
	int status;

	*c = (struct changing){ .tool = tool,
				.state = { .fd = -1, .generations = -1, .lock = -1 } };
	status = author_find(tool, &c->author);
	/* Before anything is made or waited for; what counts is the look under the lock. */
	if (status == EXIT_DONE)
		status = author_check(tool, &c->author);
	if (status == EXIT_DONE)
		status = open_state(c);
	/* Once more: whoever held the lock may have taken from the author what the first look saw. */
	if (status == EXIT_DONE)
		status = author_check(tool, &c->author);
	if (status == EXIT_DONE)
		status = candidate_recover(tool);
	return status == EXIT_DONE ? load_active(c) : status;
}

static void end(struct changing *c)
{
	rolegate_policy_close(c->active);
	state_close(&c->state);
	author_free(&c->author);
}

void change_free(struct change *change)
{
	free(change->effect);
	*change = (struct change){ 0 };
}

/* ---- Judging ---- */

/* A1-A3, A6, A7; and A4, which holds for everybody. */
static int judge(struct changing *c, const struct rolegate_policy *after, char **ret_effect)
{
	int status;

	if (!c->author.is_known && c->tool->root && !c->tool->output.json)
		fputs("note: that root knows no user of your uid, so nobody's authority is checked there "
		      "(A1-A3, A7)\n",
		      stderr);
	status = review_change(c->tool, &c->author, c->active, after, ret_effect);
	return status == EXIT_DONE ? owners_check(c->tool, after) : status;
}

/*
 * Whether the file of a trial says that it runs, beside what is in force for good: 1, 0, or -errno where
 * it cannot be read now. Those who only ask take that for a trial that is over; whoever changes something
 * would change something else than what they were asked for.
 */
static int is_said_to_run(struct tool *tool, uint64_t confirmed)
{
	struct rolegate_policy *policy = NULL;
	int fd, r;

	fd = tree_open_file(&tool->tree, ROLEGATE_STATE_DIR "/" FORMAT_TRIAL_NAME,
			    O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd == -ENOENT || fd == -ELOOP || fd == -ENOTDIR || fd == -EACCES ? 0 : -EIO;
	r = policy_open_fd(fd, &policy);
	if (r < 0) {
		close(fd);
		return policy_is_unusable(r) ? 0 : r;
	}
	r = policy->head.generation > confirmed && trial_is_running(&policy->head.trial, NULL);
	rolegate_policy_close(policy);
	return r;
}

int change_find_trial(struct tool *tool, struct rolegate_policy **ret_trial, int64_t *ret_left)
{
	struct rolegate_policy *policy = NULL;
	uint64_t confirmed = 0;
	int r;

	/* There hardly ever is one: what is in force need not be taken into memory to see that. */
	r = rolegate_policy_open(tool->state_dir, &policy, NULL);
	if (r == 0 && rolegate_policy_trial(policy, ret_left)) {
		rolegate_policy_close(policy);
		policy = NULL;
		r = rolegate_policy_load(tool->state_dir, &policy, NULL);
		if (r == 0 && rolegate_policy_trial(policy, ret_left)) {
			*ret_trial = policy;
			return 1;
		}
	}
	if (r == 0)
		confirmed = policy->head.generation;
	rolegate_policy_close(policy);
	if (r == 0)
		r = is_said_to_run(tool, confirmed);
	/* It runs, and was not seen. */
	if (r > 0)
		r = -EIO;
	return policy_is_unusable(r) ? 0 : r;
}

/* The one on trial: 1 and *ret, 0 none, or an exit status after saying why as a negative number. */
static int load_trial(struct changing *c, struct rolegate_policy **ret_trial, int64_t *ret_left)
{
	int r = change_find_trial(c->tool, ret_trial, ret_left);

	return r < 0 ? -tool_fail_errno(c->tool, r, "looking for a trial") : r;
}

static int fail_during_trial(struct changing *c, int64_t left)
{
	return tool_fail(
		c->tool, EXIT_REFUSED, "trial-running",
		"generation %llu is on trial for another %lld seconds: `rolegate confirm` keeps it, `rolegate "
		"rollback` ends it, and `rolegate apply --confirm-within TIME` puts another on trial in its "
		"place. Nothing was changed",
		(unsigned long long)c->trial, (long long)left);
}

/*
 * Take note of a trial. While it runs nothing is applied for good: that would make lasting what nobody
 * confirmed. But another trial takes its place, and going back to an earlier generation ends it.
 */
static int check_trial(struct changing *c, const struct change_request *request)
{
	struct rolegate_policy *trial = NULL;
	int64_t left = 0;
	int r;

	r = load_trial(c, &trial, &left);
	if (!trial)
		return -r;
	c->trial = trial->head.generation;
	rolegate_policy_close(trial);
	return request->confirm_within == 0 && request->restore == 0 ? fail_during_trial(c, left)
								     : EXIT_DONE;
}

/* Whether what is asked for can be done on what is there. */
static int check_request(struct changing *c, const struct change_request *request)
{
	int status = check_trial(c, request);

	if (status != EXIT_DONE)
		return status;
	if (c->active || !(request->edit || request->restore || request->confirm_within))
		return EXIT_DONE;
	return tool_fail(
		c->tool, EXIT_REFUSED, c->is_damaged ? "damaged-policy" : "no-policy",
		c->is_damaged
			? "the policy in force cannot be read: `rolegate apply` puts a sound one in its "
			  "place. Nothing was changed"
			: "nothing was ever applied, and there is nothing to go back to: `rolegate apply` "
			  "comes first. Nothing was changed");
}

/* ---- Installing ---- */

static struct pack_info describe(const struct changing *c, const struct change_request *request)
{
	return (struct pack_info){
		.parent = c->active ? c->active->head.generation : 0,
		.when = c->tool->now,
		.who = c->author.account.name,
		.known_by = actor_source_name(c->author.source),
		.why = request->why,
	};
}

/* Write the generation, without putting it in force, and open it. */
static int prepare(struct changing *c, const struct change_request *request,
		   const struct candidate *candidate, struct pack_info *info,
		   struct rolegate_policy **ret_policy)
{
	int fd = -1, r = 0;

	if (request->confirm_within)
		r = trial_begin(&info->trial, request->confirm_within);
	if (r == 0)
		r = state_next_generation(&c->state, info->parent, &info->generation);
	if (r == 0)
		r = state_prepare(&c->state, &candidate->compiled, info, &fd);
	if (r == -E2BIG)
		return tool_fail(
			c->tool, EXIT_POLICY, "too-large",
			"the policy is larger than a compiled one can be: 2 GiB in all, or 1 MiB for one user. "
			"Nothing was changed");
	if (r < 0)
		return tool_fail_errno(c->tool, r, "writing the new generation");
	r = policy_open_fd(fd, ret_policy);
	if (r < 0)
		close(fd);
	else
		r = store_load(&(*ret_policy)->store);
	return r < 0 ? tool_fail_errno(c->tool, r, "opening the new generation") : EXIT_DONE;
}

/* Whether a generation is in force: for good, or as readers see it. */
static bool is_in_force(struct changing *c, uint64_t generation)
{
	struct rolegate_policy *policy = NULL;
	bool found;

	found = policy_open_confirmed(c->tool->state_dir, false, &policy, NULL) == 0 &&
		policy->head.generation == generation;
	rolegate_policy_close(policy);
	policy = NULL;
	found = found || (rolegate_policy_open(c->tool->state_dir, &policy, NULL) == 0 &&
			  policy->head.generation == generation);
	rolegate_policy_close(policy);
	return found;
}

/* It could not be put in force to last, and was taken back; or that failed too. */
static int fail_commit(struct changing *c, struct candidate *candidate, int error,
		       uint64_t generation)
{
	if (!is_in_force(c, generation))
		return tool_fail_errno(c->tool, error, "putting the new generation in force");
	candidate->is_owed = true;
	return tool_fail(
		c->tool, EXIT_SYSTEM, "system-error",
		"putting the new generation in force: %s, and taking it back failed too: generation %llu is "
		"in force, and may not be after a power cut. Mend the file system, then `rolegate apply`",
		strerror(-error), (unsigned long long)generation);
}

/* A text that could not be put into its place, while its generation could not be taken back either. */
static int fail_placing(struct changing *c, struct candidate *candidate, int error,
			uint64_t generation)
{
	candidate->is_owed = true;
	return tool_fail(
		c->tool, EXIT_SYSTEM, "system-error",
		"%s: %s, and taking the change back failed too: generation %llu is in force without the file "
		"that it was made of, which the next command that changes something puts into its place. Mend "
		"the file system",
		candidate->staged.path, strerror(-error), (unsigned long long)generation);
}

/* The generation is in force, and its text goes into its place; or neither is. */
static int place_text(struct changing *c, struct candidate *candidate, const struct pack_info *info)
{
	const char *path = candidate->staged.path;
	bool is_undone;
	int r;

	r = staged_place(&candidate->staged);
	if (r == 0) {
		staged_finish(&candidate->staged);
		return EXIT_DONE;
	}
	/* First, for while the generation is in force its text must not be lost. */
	if (state_revert(&c->state, info->generation, info->parent, c->trial) < 0)
		return fail_placing(c, candidate, r, info->generation);
	is_undone = staged_undo(&candidate->staged) == 0;
	if (is_undone && r == -ESTALE)
		return tool_fail(
			c->tool, EXIT_REFUSED, "file-changed",
			"%s was changed by somebody else meanwhile, and theirs stays; nothing else was changed",
			path);
	if (is_undone)
		return tool_fail_errno(c->tool, r, path);
	return tool_fail(
		c->tool, EXIT_SYSTEM, "system-error",
		"%s: %s, and putting the old text back failed too: the policy in force has not changed, but "
		"the file may have. `rolegate status` says whether it differs",
		path, strerror(-r));
}

/* The numbers that no pruning may take: what is in force, what it goes back to, their parents. */
static void prune(struct changing *c, const struct pack_info *info)
{
	uint64_t keep[3] = { info->generation, info->parent, 0 };
	struct generation_info parent;
	struct record record;

	if (c->active && policy_load_generation_info(c->active, &record, &parent) == 0) {
		keep[2] = parent.parent;
		store_record_free(&record);
	}
	state_prune(&c->state, keep, 3);
}

static int commit(struct changing *c, struct candidate *candidate, const struct pack_info *info,
		  const char *effect)
{
	int r = 0, status = EXIT_DONE;

	if (effect)
		r = state_write_note(&c->state, 0, STATE_NOTE_EFFECT, effect);
	if (r == 0)
		r = info->trial.until ? state_commit_trial(&c->state, info->generation)
				      : state_commit(&c->state, info->generation, info->parent);
	if (r < 0)
		return fail_commit(c, candidate, r, info->generation);
	if (candidate->has_staged)
		status = place_text(c, candidate, info);
	if (status == EXIT_DONE)
		prune(c, info);
	return status;
}

static int install(struct changing *c, const struct change_request *request,
		   struct candidate *candidate, struct change *ret)
{
	struct pack_info info = describe(c, request);
	struct rolegate_policy *after = NULL;
	char *effect = NULL;
	int status;

	status = prepare(c, request, candidate, &info, &after);
	if (status == EXIT_DONE)
		status = judge(c, after, &effect);
	if (status == EXIT_DONE)
		status = commit(c, candidate, &info, effect);
	rolegate_policy_close(after);
	if (status != EXIT_DONE) {
		state_discard(&c->state);
		free(effect);
		return status;
	}
	*ret = (struct change){
		.generation = info.generation,
		.parent = info.parent,
		.n_warnings = candidate->compiled.report.n_warnings,
		.seconds_left = request->confirm_within,
		.effect = effect,
	};
	return EXIT_DONE;
}

/* ---- The three changes ---- */

static int apply_locked(struct changing *c, const struct change_request *request,
			struct change *ret)
{
	struct candidate candidate;
	int status;

	status = check_request(c, request);
	if (status != EXIT_DONE)
		return status;
	c->tool->is_edit = request->edit != NULL;
	status = candidate_make(c->tool, request, &c->author, c->active, &candidate);
	if (status == EXIT_DONE && candidate.is_nothing) {
		*ret = (struct change){ .generation = c->active->head.generation,
					.is_nothing = true };
	} else if (status == EXIT_DONE) {
		if (!c->tool->output.json)
			tool_print_problems(c->tool, &candidate.compiled);
		status = install(c, request, &candidate, ret);
	}
	if (status != EXIT_DONE && candidate.has_staged && !candidate.is_owed &&
	    candidate.staged.place == STAGED_BESIDE)
		(void)staged_undo(&candidate.staged);
	candidate_free(&candidate);
	return status;
}

int change_apply(struct tool *tool, const struct change_request *request, struct change *ret)
{
	struct changing c;
	int status;

	status = begin(&c, tool);
	if (status == EXIT_DONE)
		status = apply_locked(&c, request, ret);
	tool->has_changed = status == EXIT_DONE && !ret->is_nothing;
	end(&c);
	if (status == EXIT_DONE)
		caches_tell(tool);
	return status;
}

/* Who confirmed a trial and when: a line for the history. */
static char *describe_confirmation(const struct changing *c)
{
	char when[WHEN_SIZE], *text;

	when_format(c->tool->now, when);
	return asprintf(&text, "%s by %s (%s)", when, c->author.account.name,
			actor_source_name(c->author.source)) < 0
		       ? NULL
		       : text;
}

/* Judged again, for whoever confirms makes lasting what somebody else may only have tried. */
static int confirm_trial(struct changing *c, const struct rolegate_policy *trial,
			 struct change *ret)
{
	char *effect = NULL, *note = describe_confirmation(c);
	/* A trial runs only beside what it goes back to; should that be lost now, it goes back to none. */
	uint64_t parent = c->active ? c->active->head.generation : 0;
	int r, status;

	if (!note)
		return tool_out_of_memory(c->tool);
	status = judge(c, trial, &effect);
	if (status != EXIT_DONE)
		goto out;
	r = state_write_note(&c->state, trial->head.generation, STATE_NOTE_CONFIRMED, note);
	if (r == 0) {
		r = state_confirm(&c->state, trial->head.generation, parent);
		if (r < 0)
			state_drop_note(&c->state, trial->head.generation, STATE_NOTE_CONFIRMED);
	}
	if (r < 0) {
		status = tool_fail_errno(c->tool, r, "putting the generation in force for good");
		goto out;
	}
	*ret = (struct change){ .generation = trial->head.generation,
				.parent = parent,
				.effect = effect };
	effect = NULL;
out:
	free(effect);
	free(note);
	return status;
}

static int fail_without_trial(struct tool *tool)
{
	return tool_fail(
		tool, EXIT_REFUSED, "no-trial",
		"no generation is on trial: its time was over, or the machine was booted or its clock "
		"set since; `rolegate history` says more. Nothing was changed");
}

int change_confirm(struct tool *tool, struct change *ret)
{
	struct rolegate_policy *trial = NULL;
	struct changing c;
	int r, status;

	status = begin(&c, tool);
	if (status == EXIT_DONE) {
		r = load_trial(&c, &trial, NULL);
		status = trial	 ? confirm_trial(&c, trial, ret)
			 : r < 0 ? -r
				 : fail_without_trial(tool);
	}
	tool->has_changed = status == EXIT_DONE;
	rolegate_policy_close(trial);
	end(&c);
	if (status == EXIT_DONE)
		caches_tell(tool);
	return status;
}

/* What was in force for good is in force again at once, so there is nothing to judge. */
static int end_trial(struct changing *c, const struct rolegate_policy *trial, struct change *ret)
{
	int r = state_end_trial(&c->state);

	if (r < 0)
		return tool_fail_errno(c->tool, r, "ending the trial");
	*ret = (struct change){ .generation = c->active ? c->active->head.generation : 0,
				.parent = trial->head.generation };
	return EXIT_DONE;
}

int change_end_trial(struct tool *tool, struct change *ret)
{
	struct rolegate_policy *trial = NULL;
	struct changing c;
	int r, status;

	status = begin(&c, tool);
	if (status == EXIT_DONE) {
		r = load_trial(&c, &trial, NULL);
		status = trial ? end_trial(&c, trial, ret) : r < 0 ? -r : fail_without_trial(tool);
	}
	tool->has_changed = status == EXIT_DONE;
	rolegate_policy_close(trial);
	end(&c);
	if (status == EXIT_DONE)
		caches_tell(tool);
	return status;
}
