/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Judges whether somebody may make the change from one policy to another, by what it comes to and
 * not by how it is written.
 *
 * Nobody hands out what they do not hold, nobody but an owner takes the owner role from anybody or
 * touches what could give more than any role does, and whoever holds what manages roles may take
 * away the rest (A1-A3, A7). What has to hold whoever makes the change (A4, A6) is judged
 * elsewhere.
 */
#ifndef ROLEGATE_AUTHORITY_H
#define ROLEGATE_AUTHORITY_H

#include "difference.h"

/* What stands in the way, the most general first. */
enum authority_code {
	AUTHORITY_GRANTED = 0,
	AUTHORITY_MANAGE_ROLES, /* A1 */
	AUTHORITY_OWNERS_ONLY,	/* A7 */
	AUTHORITY_OWNER_ROLE,	/* A3 */
	AUTHORITY_LACKS,	/* A2 */
};

/*
 * Who asks.
 *
 * actor      with uid and groups
 * is_system  says of a user whether it is a system account (P3: 0 < uid < 1000), of a group whether
 *            one of its members is. Asked only where the answer matters. 0, or an error that is
 *            then returned.
 */
struct authority_question {
	const struct rolegate_person *actor;
	int (*is_system)(void *context, char kind, const char *name, bool *ret_is);
	void *context;
};

/*
 * The answer.
 *
 * code   the first thing that stands in the way
 * text   all of them, as a sentence without an end; NULL if nothing does
 * lacks  names of what the actor lacks; they belong to the difference
 */
struct authority_answer {
	enum authority_code code;
	char *text;
	const char **lacks;
	size_t n_lacks;
};

/*
 * Judge a change. The difference has a policy before.
 *
 * Owner:    authority_free(ret), whatever is returned.
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO; or what is_system returned.
 * Source:   rolegate.conf(5) A1, A2, A3, A7.
 */
int authority_judge(struct difference *difference, const struct authority_question *question,
		    struct authority_answer *ret);
void authority_free(struct authority_answer *answer);

/* The code as JSON has it: "manage-roles", "owners-only", "owner-role", "lacks". */
const char *authority_code_name(enum authority_code code);

#endif
