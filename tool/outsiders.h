/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells who is no owner among those to whom the host's own rules (sudoers, polkit) give something.
 */
#ifndef ROLEGATE_OUTSIDERS_H
#define ROLEGATE_OUTSIDERS_H

#include "account_file.h"
#include "tool.h"

/* Names that are said; more are "others". */
#define OUTSIDERS_NAMES 4u

/*
 * Those who were added and are no owners, each once.
 *
 * is_everybody   whoever there is
 * has_others     more than OUTSIDERS_NAMES
 * error          why somebody could not be judged: 0 or -errno; the first
 */
struct outsiders {
	struct tool *tool;
	const struct rolegate_policy *policy;
	struct account_file passwd, group;
	char names[OUTSIDERS_NAMES][FORMAT_NAME_MAX + 1];
	size_t n;
	bool is_everybody, has_others;
	int error;
};

/* Begin. The policy and the tool have to outlive it. 0 or -errno. Owner: outsiders_end(). */
int outsiders_begin(struct outsiders *ret, struct tool *tool, const struct rolegate_policy *policy);
void outsiders_end(struct outsiders *outsiders);

/* Forget whom was added, for another rule. */
void outsiders_clear(struct outsiders *outsiders);

/* Add a user by name, or the one who has a uid. Who is root or an owner is left out. */
void outsiders_add_user(struct outsiders *outsiders, const char *name);
void outsiders_add_uid(struct outsiders *outsiders, uid_t uid);

/* Add all members of a group, as far as the system lists them. */
void outsiders_add_group(struct outsiders *outsiders, const char *name);
void outsiders_add_gid(struct outsiders *outsiders, gid_t gid);

/* Take a user out again. */
void outsiders_remove(struct outsiders *outsiders, const char *name);

bool outsiders_is_empty(const struct outsiders *outsiders);

/* The names as people say them, as "bob, carol and others"; on the heap, or NULL. */
char *outsiders_words(const struct outsiders *outsiders);

#endif
