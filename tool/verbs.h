/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs: one function each, which prints its answer and returns the exit status.
 */
#ifndef ROLEGATE_VERBS_H
#define ROLEGATE_VERBS_H

#include "tool.h"

struct verb {
	const char *name; /* one word, or two as in `role show`: then the second is words[0] */
	const char *usage, *what;
	int min_words, max_words;
	uint64_t options; /* OPTION_… */
	int (*run)(struct tool *tool);
};

/* All of them; the last has no name. */
extern const struct verb verbs[];

int verb_init(struct tool *tool);
int verb_check(struct tool *tool);
int verb_apply(struct tool *tool);
int verb_diff(struct tool *tool);
int verb_confirm(struct tool *tool);
int verb_rollback(struct tool *tool);
int verb_edit(struct tool *tool);
int verb_history(struct tool *tool);
int verb_show(struct tool *tool);
int verb_status(struct tool *tool);
int verb_can(struct tool *tool);
int verb_explain(struct tool *tool);
int verb_who(struct tool *tool);
int verb_user(struct tool *tool);
int verb_role_list(struct tool *tool);
int verb_role_show(struct tool *tool);
int verb_matrix(struct tool *tool);
int verb_graph(struct tool *tool);
int verb_list(struct tool *tool);
int verb_catalog(struct tool *tool);
int verb_doctor(struct tool *tool);
int verb_role_create(struct tool *tool);
int verb_role_copy(struct tool *tool);
int verb_role_edit(struct tool *tool);
int verb_role_delete(struct tool *tool);
int verb_assign(struct tool *tool);
int verb_unassign(struct tool *tool);
int verb_approve(struct tool *tool);
int verb_pending(struct tool *tool);
int verb_service_list(struct tool *tool);
int verb_service_set(struct tool *tool);
int verb_service_unset(struct tool *tool);

#endif
