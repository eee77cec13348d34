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

int people_find(struct tool *tool, const char *name, struct account *ret)
{
	(void)tool;
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

static size_t read_all(struct tool *tool, bool must_work)
{
	struct sudoers sudoers;
	int r = sudoers_read(tool, &sudoers);
	size_t n = sudoers.n_grants + sudoers.n_problems;

	check(r == 0 || (!must_work && r == -ENOMEM));
	if (r == 0)
		check_sudoers(&sudoers);
	sudoers_free(&sudoers);
	return r == 0 ? n : 0;
}

/* Findings, or that they are incomplete; without a policy, for want of memory, there are none. */
static size_t find_all(struct tool *tool, bool *ret_is_incomplete)
{
	struct doctor_findings findings = { 0 };
	size_t n;

	doctor_sudoers(tool, &findings);
	doctor_sort(&findings);
	for (size_t i = 0; i < findings.n; i++)
		check(findings.is_incomplete || (findings.list[i].id && findings.list[i].text));
	n = findings.n;
	*ret_is_incomplete = findings.is_incomplete;
	doctor_findings_free(&findings);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "etc/sudoers", "etc/sudoers.d/one", "etc/group" };
	const struct part input = { .text = (const char *)data, .n = n };
	static struct tool tool;
	bool is_incomplete;
	size_t found, read;
	struct failing_counts n_read, n_found;

	prepare(&tool);
	for (size_t i = 0; i < N(names); i++) {
		struct part part = { .text = "", .n = 0 };

		(void)parts_find(input, i, &part);
		scratch_write(names[i], part.text, part.n);
	}
	failing_start(FAILING_NONE);
	read = read_all(&tool, true);
	n_read = failing_stop();
	failing_start(FAILING_NONE);
	found = find_all(&tool, &is_incomplete);
	n_found = failing_stop();
	check(!is_incomplete);
	failing_start(failing_choose(data, n, n_read));
	/* A file that cannot be read is a problem more. */
	check(read_all(&tool, false) <= read + 1);
	(void)failing_stop();
	failing_start(failing_choose(data, n, n_found));
	check(find_all(&tool, &is_incomplete) <= found + 1);
	(void)failing_stop();
	return 0;
}
