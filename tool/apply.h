/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the verbs that change something share: the options of a change, and how it is told.
 */
#ifndef ROLEGATE_APPLY_H
#define ROLEGATE_APPLY_H

#include "change.h"

/*
 * The reason that -m gives, or `otherwise`; the seconds of --confirm-within, 0 without it. False after
 * a complaint, with the exit status.
 */
bool apply_read_why(struct tool *tool, const char *otherwise, const char **ret_why,
		    int *ret_status);
bool apply_read_trial(struct tool *tool, int64_t *ret_seconds, int *ret_status);

/* A generation's number. False if the text is none. */
bool apply_read_generation(const char *text, uint64_t *ret);

/* Tell what a change came to, as text or JSON; and the JSON object alone. */
void apply_print(struct tool *tool, const struct change *change);
json_t *apply_json(const struct change *change);

#endif
