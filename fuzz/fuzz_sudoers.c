/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts as sudoers, a file of sudoers.d and group, through all that doctor says of them; then once more, with an
 * allocation that fails.
 *
 * The input's parts (parts.h) are the three. Who is an owner is said below: alice.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "author.h"
#include "doctor.h"
#include "failing.h"
#include "format.h"
#include "known.h"
#include "parts.h"
#include "people.h"
#include "scratch.h"
#include "sudoers.h"
#include "sudoers_effect.h"
#include "target.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* ---- What the command asks of the rest of itself ---- */

int people_find(struct tool *tool, const struct rolegate_policy *policy, const char *name,
		struct account *ret)
{
	(void)tool;
	(void)policy;
	return account_init(ret, name);
}

int people_find_uid(struct tool *tool, uid_t uid, struct account *ret)
{
	(void)tool;
	return uid == 1000 ? account_init(ret, "alice") : -ENOENT;
}

int author_is_owner(const struct rolegate_policy *policy, const struct rolegate_person *person,
		    int64_t at, bool *ret_is_owner)
{
	(void)policy;
	(void)at;
	*ret_is_owner = !strcmp(person->name, "alice");
	return 0;
}

/* ---- What holds of everything that was read ---- */

static size_t weigh_list(const struct sudoers_list *list)
{
	size_t n = 0;

	for (size_t i = 0; list && i < list->n; i++)
		n += strlen(list->list[i].text);
	return n;
}

static void check_sudoers(const struct sudoers *s)
{
	for (size_t i = 0; i < s->n_grants; i++) {
		const struct sudoers_grant *grant = &s->grants[i];
		enum sudoers_effect effect = sudoers_effect(grant->command.text);

		check(grant->place.file && grant->place.line > 0 && *grant->command.text);
		check(grant->users && grant->has_runas == (grant->runas != NULL));
		check(effect >= SUDOERS_HARMLESS && effect <= SUDOERS_EVERYTHING);
		check(weigh_list(grant->users) + weigh_list(grant->runas) < SIZE_MAX);
	}
	for (size_t i = 0; i < s->n_aliases; i++)
		check(*s->aliases[i].name && strchr("URHC", s->aliases[i].kind) &&
		      weigh_list(&s->aliases[i].items) < SIZE_MAX);
	for (size_t i = 0; i < s->n_settings; i++)
		check(*s->settings[i].name && strlen(s->settings[i].value) < SIZE_MAX);
	for (size_t i = 0; i < s->n_problems; i++)
		check(s->problems[i].place.file && s->problems[i].text);
}

/* ---- What was read and what was found, to be compared ---- */

/*
 * One answer.
 *
 * n         how many things it says, of which n_unread are what could not be looked at
 * hash      of all their words
 * is_whole  false: memory ran out, and it says so
 * is_read   false: it says that sudoers itself could not be looked at, which may stand for all that would follow
 */
struct answer {
	size_t n, n_unread;
	uint64_t hash;
	bool is_whole, is_read;
};

static void add_text(struct answer *answer, const char *text)
{
	answer->hash = format_hash(answer->hash, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_list(struct answer *answer, const struct sudoers_list *list)
{
	for (size_t i = 0; list && i < list->n; i++) {
		add_text(answer, list->list[i].is_negated ? "!" : "");
		add_text(answer, list->list[i].text);
	}
}

static void add_sudoers(struct answer *answer, const struct sudoers *s)
{
	for (size_t i = 0; i < s->n_grants; i++) {
		add_list(answer, s->grants[i].users);
		add_list(answer, s->grants[i].runas);
		add_text(answer, s->grants[i].command.text);
	}
	for (size_t i = 0; i < s->n_aliases; i++) {
		add_text(answer, s->aliases[i].name);
		add_list(answer, &s->aliases[i].items);
	}
	for (size_t i = 0; i < s->n_settings; i++) {
		add_text(answer, s->settings[i].name);
		add_text(answer, s->settings[i].value);
	}
	for (size_t i = 0; i < s->n_problems; i++) {
		add_text(answer, s->problems[i].text);
		answer->n_unread += s->problems[i].error != 0;
	}
	answer->n = s->n_grants + s->n_aliases + s->n_settings + s->n_problems;
}

static struct answer read_all(struct tool *tool)
{
	struct answer answer = { .hash = FORMAT_HASH_START, .is_read = true };
	struct sudoers sudoers;
	int r = sudoers_read(tool, &sudoers);

	/* The file itself is a problem where it cannot be read. */
	check(r == 0 || r == -ENOMEM);
	answer.is_whole = r == 0;
	if (r == 0) {
		check_sudoers(&sudoers);
		add_sudoers(&answer, &sudoers);
	}
	sudoers_free(&sudoers);
	return answer;
}

static struct answer find_all(struct tool *tool)
{
	struct answer answer = { .hash = FORMAT_HASH_START, .is_read = true };
	struct doctor_findings findings = { 0 };

	doctor_sudoers(tool, &findings);
	doctor_sort(&findings);
	for (size_t i = 0; i < findings.n; i++) {
		const struct doctor_finding *f = &findings.list[i];

		check(findings.is_incomplete || (f->id && f->text));
		add_text(&answer, f->id);
		add_text(&answer, f->file);
		add_text(&answer, f->text);
		if (strcmp(f->id, "not-looked-at") != 0)
			continue;
		answer.n_unread++;
		if (f->file && !strcmp(f->file, SUDOERS_FILE))
			answer.is_read = false;
	}
	answer.n = findings.n;
	answer.is_whole = !findings.is_incomplete;
	doctor_findings_free(&findings);
	return answer;
}

/* Where a call failed, the same is said as without, or what is missing: memory, or something that was not read. */
static void check_again(const struct answer *without, const struct answer *with)
{
	/* What cannot be read is one more. */
	check(with->n <= without->n + 1);
	if (with->is_whole && with->is_read && with->n_unread <= without->n_unread)
		check(with->n == without->n && with->hash == without->hash);
}

/* How many calls it takes to open the policy, which doctor_sudoers() does first. */
static struct failing_counts count_opening(const struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct failing_counts n;

	failing_start(FAILING_NONE);
	check(rolegate_policy_open(tool->state_dir, &policy, NULL) == 0);
	n = failing_stop();
	rolegate_policy_close(policy);
	return n;
}

static void prepare(struct tool *tool)
{
	static const char passwd[] = "alice:x:1000:4::/:\nbob:x:1001:4::/:\n";
	int fd;

	if (tool->root)
		return;
	scratch_make_folder("etc");
	scratch_make_folder("etc/sudoers.d");
	scratch_write("etc/passwd", passwd, sizeof(passwd) - 1);
	fd = scratch_create("policy.cdb");
	known_apply(fd);
	close(fd);
	tool->root = tool->state_dir = strdup(scratch_folder());
	check(tool->root && tree_open(&tool->tree, tool->root) == 0);
}

/* Ask without a failing call, and with one, which is returned. */
static struct failing_point ask_twice(struct answer (*ask)(struct tool *tool), struct tool *tool,
				      const struct part *input, struct answer *ret_without,
				      struct answer *ret_with)
{
	struct failing_counts counts;
	struct failing_point point;

	failing_start(FAILING_NONE);
	*ret_without = ask(tool);
	counts = failing_stop();
	check(ret_without->is_whole);
	point = failing_choose((const uint8_t *)input->text, input->n, counts);
	failing_start(point);
	*ret_with = ask(tool);
	(void)failing_stop();
	return point;
}

static void check_reading(struct tool *tool, const struct part *input)
{
	struct answer without, with;

	(void)ask_twice(read_all, tool, input, &without, &with);
	check_again(&without, &with);
}

static void check_finding(struct tool *tool, const struct part *input)
{
	struct failing_counts opening = count_opening(tool);
	struct answer without, with;
	struct failing_point point = ask_twice(find_all, tool, input, &without, &with);

	/* Without a policy nothing is found: another part of doctor says that there is none. */
	if (point.nth > (point.is_system_call ? opening.system_calls : opening.allocations) ||
	    with.n > 0)
		check_again(&without, &with);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "etc/sudoers", "etc/sudoers.d/one", "etc/group" };
	const struct part input = { .text = (const char *)data, .n = n };
	static struct tool tool;

	prepare(&tool);
	for (size_t i = 0; i < N(names); i++) {
		struct part part = { .text = "", .n = 0 };

		(void)parts_find(input, i, &part);
		scratch_write(names[i], part.text, part.n);
	}
	check_reading(&tool, &input);
	check_finding(&tool, &input);
	return 0;
}
