/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A text as the file that rolegate writes itself, changed as commands do, written and read back.
 *
 * The input's first part (parts.h) is the changes: what, whom, which role and more, four bytes each. The second is the text.
 * Names are those of the text, and a few fixed ones.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "managed.h"
#include "managed_edit.h"
#include "parts.h"
#include "target.h"

#define CHANGES_MAX 32u

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A name of the text, or a new one. */
static const char *pick(const struct names *names, size_t which)
{
	static const char *const new[] = { "user", "alice", "domain\\bob", "an other", "EX\\eve" };

	which %= names->n + 5;
	return which < names->n ? names->list[which] : new[which - names->n];
}

/* Roles, permissions and services are symbols: no blanks, no quotes. */
static const char *pick_symbol(const struct names *names, size_t which)
{
	which %= names->n + 2;
	return which < names->n ? names->list[which] : which == names->n ? "user" : "new.one";
}

static void change_role(struct model *model, const uint8_t *change)
{
	struct model_role *role =
		managed_add_role(model, pick_symbol(&model->role_names, change[1]));
	uint32_t id;

	if (!role)
		return;
	role->description = managed_text(model, "what \"it\" is \\ for");
	role->needs_approval = change[3] & 1;
	(void)managed_set_cell(model, role, "crm.deals", change[2] & CAN_FULL);
	id = model_permission(model, pick_symbol(&model->permission_names, change[3]));
	if (id != NAMES_NONE && change[3] & 2)
		(void)managed_add_ref(model, &role->permissions, id);
	else if (id != NAMES_NONE)
		(void)managed_remove_ref(&role->permissions, id);
}

static void change_assignment(struct model *model, const uint8_t *change)
{
	const struct managed_grant grant = {
		.is_group = change[0] & 16,
		.holder = pick(change[0] & 16 ? &model->groups.names : &model->users.names,
			       change[1]),
		.role = pick_symbol(&model->role_names, change[2]),
		.from = change[3] & 1 ? 1795348800 : FORMAT_ALWAYS,
		.until = change[3] & 2 ? 1795348800 + (int64_t)change[3] * 86400 : FORMAT_FOREVER,
		.why = change[3] & 4 ? "a \"reason\"" : NULL,
		.approved_by = change[3] & 8 ? "alice" : NULL,
	};

	if (grant.from < grant.until)
		(void)managed_grant(model, &grant);
}

static void change_service(struct model *model, const uint8_t *change)
{
	struct model_service *service =
		managed_add_service(model, pick_symbol(&model->service_names, change[1]));
	uint32_t id;

	if (!service)
		return;
	service->flags = change[2] & 1 ? FORMAT_SERVICE_ACTOR : 0;
	id = model_permission(model, pick_symbol(&model->permission_names, change[3]));
	if (id != NAMES_NONE)
		(void)managed_add_ref(model, &service->required, id);
	if (service->required.n > 0)
		service->require = change[2] & 2 ? FORMAT_REQUIRE_ANY : FORMAT_REQUIRE_ALL;
}

static void change_one(struct model *model, const uint8_t *change)
{
	switch (change[0] % 8) {
	case 0:
	case 1:
		change_assignment(model, change);
		break;
	case 2:
		(void)managed_ungrant(model, change[0] & 16,
				      change[3] & 1 ? NULL : pick(&model->users.names, change[1]),
				      change[3] & 2 ? NULL
						    : pick_symbol(&model->role_names, change[2]));
		break;
	case 3:
		(void)managed_approve(model, pick(&model->users.names, change[1]),
				      pick_symbol(&model->role_names, change[2]), "bob");
		break;
	case 4:
		change_role(model, change);
		break;
	case 5:
		managed_remove_role(model, pick_symbol(&model->role_names, change[1]));
		break;
	case 6:
		change_service(model, change);
		break;
	default:
		managed_remove_service(model, pick_symbol(&model->service_names, change[1]));
	}
}

static void change_all(struct model *model, const uint8_t *changes, size_t n)
{
	for (size_t i = 0; i + 4 <= n && i < (size_t)CHANGES_MAX * 4; i += 4)
		change_one(model, changes + i);
}

/* Load, change, write. 0 and the text; or the error of the first that failed. */
static int edit(struct part text, struct part changes, char **ret_text, size_t *ret_n)
{
	struct compiled compiled;
	int r = managed_load(&compiled, text.text, text.n);

	check(r == 0 || r == -EINVAL || r == -ENOMEM);
	check(r != -EINVAL || compiled.report.n_errors > 0);
	if (r == 0) {
		change_all(&compiled.model, (const uint8_t *)changes.text, changes.n);
		r = managed_write(&compiled.model, ret_text, ret_n);
	}
	compile_free(&compiled);
	return r;
}

/* What was written reads back, and comes to the same text again. */
static void check_written(const char *text, size_t n)
{
	char *again;
	size_t n_again;

	check(strlen(text) == n);
	check(edit((struct part){ text, n }, (struct part){ "", 0 }, &again, &n_again) == 0);
	check(n == n_again && !memcmp(text, again, n));
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct part input = { .text = (const char *)data, .n = n };
	struct part changes, text;
	char *written = NULL, *failed = NULL;
	size_t n_written = 0, n_failed = 0;
	struct failing_counts calls;
	int r;

	if (!parts_find(input, 0, &changes) || !parts_find(input, 1, &text))
		return 0;
	failing_start(FAILING_NONE);
	r = edit(text, changes, &written, &n_written);
	calls = failing_stop();
	check(r == 0 || r == -EINVAL);
	if (r == 0)
		check_written(written, n_written);
	failing_start(failing_choose(data, n, calls));
	if (edit(text, changes, &failed, &n_failed) == 0)
		check(r == 0 && n_failed == n_written && !memcmp(failed, written, n_failed));
	(void)failing_stop();
	free(written);
	free(failed);
	return 0;
}
