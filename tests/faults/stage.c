/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- What is changed ---- */

/*
 * Two generations: with 90-managed.conf, and before that without. Whoever runs the test is an
 * owner.
 */
static const char *const common =
	"set -e; umask 022; mkdir -p $D/etc/rolegate $D/usr/share/rolegate/catalogs;"
	"cp $S/conf/catalogs/workspace.conf $D/usr/share/rolegate/catalogs/;"
	"echo \"me:x:$(id -u):$(id -g)::/:/bin/sh\" >$D/etc/passwd;";
static const char *const policy =
	"mkdir $D/etc/rolegate/policy.d;"
	"echo 'catalogs = [ \"workspace\" ]; assign = ( { user = \"me\"; roles = [ \"owner\" ]; } );'"
	"	>$D/etc/rolegate/rolegate.conf;"
	"echo 'assign = ( { user = \"ada\"; roles = [ \"user\" ]; } );' >$D/etc/rolegate/policy.d/10-people.conf;"
	"$R apply -m one;"
	"$R assign bob user;";

#define MORE_PEOPLE                                                                                \
	"echo 'assign = ( { user = \"eve\"; roles = [ \"user\" ]; } );' >$D/etc/rolegate/policy.d/20-more.conf;"
#define TRIAL MORE_PEOPLE "$R apply --confirm-within 1h;"

static const struct stage_scenario stage_scenarios[] = {
	{ .name = "apply of an edited source", .prepare = MORE_PEOPLE, .words = { "apply" } },
	{ .name = "apply on trial",
	  .prepare = MORE_PEOPLE,
	  .words = { "apply", "--confirm-within", "1h" } },
	{ .name = "apply after a trial that ended by itself",
	  .prepare = MORE_PEOPLE "$R apply --confirm-within 1s; sleep 1.1;",
	  .words = { "apply" } },
	{ .name = "apply on trial in place of another",
	  .prepare = TRIAL "echo '# more' >>$D/etc/rolegate/policy.d/20-more.conf;",
	  .words = { "apply", "--confirm-within", "1h" } },
	{ .name = "apply with more generations than are kept",
	  .prepare =
		  "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do $R apply; done;" MORE_PEOPLE,
	  .words = { "apply" } },
	{ .name = "confirm", .prepare = TRIAL, .words = { "confirm" } },
	{ .name = "rollback of a trial", .prepare = TRIAL, .words = { "rollback" } },
	{ .name = "rollback, which takes what 90-managed.conf said",
	  .prepare = "",
	  .words = { "rollback" } },
	{ .name = "rollback, which brings 90-managed.conf back",
	  .prepare = "rm $D/etc/rolegate/policy.d/90-managed.conf; $R apply;",
	  .words = { "rollback" } },
	{ .name = "rollback past a trial", .prepare = TRIAL, .words = { "rollback", "1" } },
	{ .name = "edit of a source",
	  .prepare = "",
	  .words = { "edit", "10-people.conf" },
	  .editor = "assign" },
	{ .name = "edit of a new source",
	  .prepare = "",
	  .words = { "edit", "30-new.conf" },
	  .editor = "assign" },
	{ .name = "edit on trial",
	  .prepare = "",
	  .words = { "edit", "10-people.conf", "--confirm-within", "1h" },
	  .editor = "assign" },
	{ .name = "assign", .prepare = "", .words = { "assign", "cleo", "user", "guest" } },
	{ .name = "assign, which begins 90-managed.conf",
	  .prepare = "rm $D/etc/rolegate/policy.d/90-managed.conf; $R apply;",
	  .words = { "assign", "cleo", "user" } },
	{ .name = "role delete, which takes it from its members",
	  .prepare =
		  "$R role create clerk --grant drive; $R assign bob clerk; $R assign cleo clerk;",
	  .words = { "role", "delete", "clerk" } },
	{ .name = "the first apply", .prepare = "rm -r $D/var;", .words = { "apply" } },
	{ .name = "init",
	  .prepare = "rm -r $D/var $D/etc/rolegate;",
	  .words = { "init", "--owner", "me", "--catalog", "workspace" },
	  .next_if_none = "$R init --owner me --catalog workspace" },
	{ .name = "unassign",
	  .prepare = "$R assign cleo user guest;",
	  .words = { "unassign", "cleo", "guest" },
	  .is_alike = true },
	{ .name = "approve",
	  .prepare = "$R assign cleo guest;",
	  .words = { "approve", "cleo", "guest" },
	  .is_alike = true },
	{ .name = "role create",
	  .prepare = "",
	  .words = { "role", "create", "clerk", "--based-on", "user", "--grant", "drive" },
	  .is_alike = true },
	{ .name = "role copy",
	  .prepare = "",
	  .words = { "role", "copy", "user", "clerk" },
	  .is_alike = true },
	{ .name = "role edit",
	  .prepare = "$R role create clerk --grant drive;",
	  .words = { "role", "edit", "clerk", "--grant", "mail", "--revoke", "drive" },
	  .is_alike = true },
	{ .name = "service set",
	  .prepare = "",
	  .words = { "service", "set", "sshd", "--require", "drive" },
	  .is_alike = true },
	{ .name = "service unset",
	  .prepare = "$R service set sshd --require drive;",
	  .words = { "service", "unset", "sshd" },
	  .is_alike = true },
};

size_t stage_stride(size_t quick)
{
	const char *how = getenv("ROLEGATE_FAULTS");

	return how && !strcmp(how, "all") ? 1 : quick;
}

struct supervise_fault stage_death(const struct stage *stage, size_t i)
{
	return (struct supervise_fault){
		.what = SUPERVISE_KILL,
		.nr = stage->reference.calls[i].nr,
		.occurrence = stage_occurrence(&stage->reference, i),
	};
}

bool stage_is_decisive(int nr)
{
	return nr == SYS_linkat || nr == SYS_renameat2
#ifdef SYS_renameat
	       || nr == SYS_renameat
#endif
		;
}

/* ---- Making it ---- */

static void prepare(struct stage *stage)
{
	char *script, *output;
	int status;

	assert_true(asprintf(&script, "mkdir $D; %s %s %s", common, policy,
			     stage->scenario->prepare) > 0);
	status = place_run(stage->base, script, &output);
	if (status != 0)
		print_message("%s: %s\n", stage->scenario->name, output);
	assert_int_equal(status, 0);
	free(output);
	free(script);
}

void stage_set(struct stage *stage, const struct stage_scenario *scenario)
{
	char editor[600];

	*stage = (struct stage){ .scenario = scenario, .folder = place_make_folder() };
	snprintf(stage->base, sizeof(stage->base), "%s/base", stage->folder);
	snprintf(stage->work, sizeof(stage->work), "%s/work", stage->folder);
	snprintf(editor, sizeof(editor), TEST_SRCDIR "/tests/data/editors/%s",
		 scenario->editor ? scenario->editor : "none");
	assert_int_equal(setenv("VISUAL", editor, 1), 0);
	/* Supervised, a sanitizer's look for leaks cannot be. */
	assert_int_equal(setenv("ASAN_OPTIONS", "detect_leaks=0", 0), 0);
	prepare(stage);
	place_look(stage->base, &stage->before);
	stage->untouched = place_read_all(stage->base);
	stage_run(stage, &(struct supervise_fault){ 0 }, &stage->reference);
	if (stage->reference.status != 0)
		print_message("%s: %s\n", scenario->name, stage->reference.output);
	assert_int_equal(stage->reference.status, 0);
	place_look(stage->work, &stage->after);
	assert_string_not_equal(stage->before.force, stage->after.force);
}

void stage_strike(struct stage *stage)
{
	place_forget(&stage->before);
	place_forget(&stage->after);
	supervise_free(&stage->reference);
	free(stage->untouched);
	free(stage->judged);
	support_remove_folder(stage->folder);
}

/* ---- Running it ---- */

#define DRAFT "/var/tmp/rolegate-edit-"

/* Where the copy for the editor lies, which a killed `edit` leaves behind. */
static void find_draft(void *context, pid_t pid, const struct supervise_call *call)
{
	char path[sizeof(DRAFT) + 6];
	uint64_t address = call->args[call->nr == SYS_mkdirat];

	if (call->nr != SYS_mkdirat
#ifdef SYS_mkdir
	    && call->nr != SYS_mkdir
#endif
	)
		return;
	if (supervise_read_string(pid, address, path, sizeof(path)) &&
	    !strncmp(path, DRAFT, strlen(DRAFT)))
		strcpy(context, path);
}

/* Have a number of a call asked about. */
static void ask_about(struct supervise_fault *fault, int nr)
{
	for (size_t i = 0; i < fault->n_asked; i++)
		if (fault->asked[i] == nr)
			return;
	assert_true(fault->n_asked < SUPERVISE_ASKED_MAX);
	fault->asked[fault->n_asked++] = nr;
}

/* Only those that the fault is about. */
static void ask_about_fault(const struct stage *stage, struct supervise_fault *fault)
{
	if (fault->what == SUPERVISE_NOTHING)
		return;
	ask_about(fault, fault->nr);
	for (size_t i = 0; fault->onwards && i < stage->reference.n; i++)
		if (fault->onwards(&stage->reference.calls[i]))
			ask_about(fault, stage->reference.calls[i].nr);
	if (!fault->look)
		return;
	ask_about(fault, SYS_mkdirat);
#ifdef SYS_mkdir
	ask_about(fault, SYS_mkdir);
#endif
}

void stage_run(struct stage *stage, const struct supervise_fault *fault, struct supervise_run *ret)
{
	char program[] = TEST_BUILDDIR "/rolegate", option[] = "--root", draft[64] = "";
	char *argv[16] = { program, option, stage->work };
	struct supervise_fault with = *fault;

	for (size_t i = 0; stage->scenario->words[i]; i++)
		argv[3 + i] = (char *)stage->scenario->words[i];
	if (!stage->is_fresh)
		place_copy(stage->base, stage->work);
	stage->is_fresh = false;
	if (stage->scenario->editor) {
		with.look = find_draft;
		with.context = draft;
	}
	ask_about_fault(stage, &with);
	supervise(argv, &with, ret);
	if (draft[0] && access(draft, F_OK) == 0)
		support_remove_folder(strdup(draft));
}

/* ---- Judging it ---- */

/* A complaint, on the heap. */
__attribute__((format(printf, 1, 2))) static char *complain(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	assert_true(vasprintf(&text, format, arguments) > 0);
	va_end(arguments);
	return text;
}

static char *judge_view(const struct stage *stage, const struct place_view *now, bool *ret_new)
{
	const char *word = !strcmp(now->sources, now->kept) ? "same"
			   : now->sources[0]		    ? "changed"
							    : "broken";
	bool is_new = !strcmp(now->force, stage->after.force);

	if (now->status != stage->before.status && now->status != stage->after.status)
		return complain("`status` exits %d", now->status);
	if (!is_new && strcmp(now->force, stage->before.force) != 0)
		return complain("`%s` is in force, where it was `%s` and is to be `%s`", now->force,
				stage->before.force, stage->after.force);
	*ret_new = is_new;
	if (now->status == 0 && strcmp(now->word, word) != 0)
		return complain("`status` says of the sources: %s, but they are: %s", now->word,
				word);
	if (strcmp(now->sources, stage->before.sources) != 0 &&
	    strcmp(now->sources, stage->after.sources) != 0)
		return complain("the sources are neither old nor new: %s", now->sources);
	if (is_new && strcmp(now->kept, stage->after.kept) != 0)
		return complain("the new generation was made of: %s", now->kept);
	return NULL;
}

/* Change something else: whatever it is, it completes first what was begun. */
static char *change_on(struct stage *stage, const struct place_view *now)
{
	const char *script = "$R apply -m next";
	char *output, *wrong = NULL;
	int status;

	if (strstr(now->force, "on trial"))
		script = "$R rollback && $R apply -m next";
	else if (now->force[0] == '\0' && stage->scenario->next_if_none)
		script = stage->scenario->next_if_none;
	status = place_run(stage->work, script, &output);
	if (status != 0)
		wrong = complain("the next change exits %d: %s", status, output);
	free(output);
	return wrong;
}

/* Whether the sources are those that go with what is in force. */
static bool is_settled(const struct stage *stage, const struct place_view *now, bool is_new)
{
	return !strcmp(now->sources, is_new ? stage->after.sources : stage->before.sources);
}

static char *judge_rest(struct stage *stage, bool is_new)
{
	const char *left = place_find_leftovers(stage->work);
	struct place_view now;
	char *wrong = NULL;

	if (left)
		return complain("%s is left", left);
	place_look(stage->work, &now);
	if (!is_settled(stage, &now, is_new))
		wrong = complain("after the next change the sources are: %s", now.sources);
	else if (now.status != 0 || strcmp(now.word, "same") != 0)
		wrong = complain("after the next change the sources are not what is in force");
	place_forget(&now);
	return wrong;
}

static char *judge(struct stage *stage, struct stage_outcome *ret)
{
	struct place_view now;
	bool is_repeated;
	char *wrong;

	*ret = (struct stage_outcome){ 0 };
	place_look(stage->work, &now);
	wrong = judge_view(stage, &now, &ret->is_new);
	ret->is_settled = is_settled(stage, &now, ret->is_new);
	if (!wrong)
		wrong = change_on(stage, &now);
	/* Where nothing was in force, the next change may be the very same one. */
	is_repeated = now.force[0] == '\0' && stage->scenario->next_if_none;
	place_forget(&now);
	return wrong ? wrong : judge_rest(stage, ret->is_new || is_repeated);
}

char *stage_judge(struct stage *stage, struct stage_outcome *ret)
{
	char *all = place_read_all(stage->work), *wrong;
	uint64_t generation = place_generation(stage->work);

	stage->is_fresh = !strcmp(all, stage->untouched);
	if (stage->judged && !strcmp(all, stage->judged) &&
	    generation == stage->judged_generation) {
		*ret = stage->outcome;
		free(all);
		return NULL;
	}
	stage->is_fresh = false;
	free(stage->judged);
	stage->judged = NULL;
	wrong = judge(stage, ret);
	if (wrong) {
		free(all);
	} else {
		stage->judged = all;
		stage->judged_generation = generation;
		stage->outcome = *ret;
	}
	return wrong;
}

/* ---- All of them ---- */

size_t stage_first_call(const struct stage *stage)
{
	for (size_t i = 0; i < stage->reference.n; i++)
		if (stage->reference.calls[i].nr == SYS_umask)
			return i;
	fail_msg("main() calls umask(2) first, and it was not seen");
	return 0;
}

size_t stage_occurrence(const struct supervise_run *run, size_t i)
{
	size_t n = 0;

	for (size_t k = 0; k <= i; k++)
		n += run->calls[k].nr == run->calls[i].nr;
	return n;
}

#undef N
int stage_main(const char *kind, void (*test)(void **state), const char *pattern, bool with_alike)
{
	enum { N = sizeof(stage_scenarios) / sizeof(stage_scenarios[0]) };
	struct CMUnitTest tests[N] = { 0 };
	char *names[N] = { NULL };
	size_t n = 0;
	int failed;

	for (size_t i = 0; i < N; i++) {
		if (stage_scenarios[i].is_alike && !with_alike)
			continue;
		if (asprintf(&names[n], "%s: %s", kind, stage_scenarios[i].name) < 0)
			return 1;
		tests[n] = (struct CMUnitTest){ .name = names[n],
						.test_func = test,
						.initial_state = (void *)&stage_scenarios[i] };
		n++;
	}
	if (!supervise_is_possible())
		print_message(
			"skip: the kernel, or whoever confines this, allows no seccomp_unotify(2)\n");
	if (pattern)
		cmocka_set_test_filter(pattern);
	failed = cmocka_run_group_tests_name(kind, tests, NULL, NULL); /* nameless ones are none */
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	return failed;
}
