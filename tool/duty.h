/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds people who would hold more of a conflict's roles than the rule allows (A6).
 *
 * Counted over assignments to users and to groups and over inherited roles, as far as groups can be
 * enumerated: all users with assignments, and all members of groups with assignments. Whoever is
 * left out (the members of a directory's primary group, say) gets nothing from such roles all the
 * same: decisions see to that.
 */
#ifndef ROLEGATE_DUTY_H
#define ROLEGATE_DUTY_H

#include "difference.h"
#include "tool.h"

/*
 * What was found, each as a sentence without an end; NULL if nothing.
 *
 * broken    somebody who would break a rule by the change
 * standing  somebody who breaks a rule, and did before: no reason to refuse a change, but to be
 *           told
 * n_silent  users and groups for which the name service did not answer: left out
 */
struct duty {
	char *broken, *standing;
	size_t n_silent;
};

/*
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 * Owner:    duty_free(), whatever is returned.
 */
int duty_check(struct tool *tool, struct difference *difference, struct duty *ret);
void duty_free(struct duty *duty);

#endif
