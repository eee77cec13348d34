/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "decide.h"
#include "entries.h"

/* ---- Below a root ---- */

static int find_in_passwd(struct tool *tool, struct account *account)
{
	const struct passwd *user;
	struct entries entries;

	account->person.uid = PEOPLE_ORDINARY_UID;
	account->gid = (gid_t)-1;
	entries_open(tool, "/etc/passwd", &entries);
	account->person.facts = DECIDE_FACT_SUPPOSED;
	while ((user = entries_next_user(&entries))) {
		if (strcmp(user->pw_name, account->name) != 0)
			continue;
		account->person.uid = user->pw_uid;
		account->gid = user->pw_gid;
		account->person.facts = ROLEGATE_FACT_LOCAL;
		break;
	}
	return entries_close(&entries);
}

static bool is_in(const struct account *account, const struct group *group)
{
	bool is_in = group->gr_gid == account->gid && account->gid != (gid_t)-1;

	for (char **member = group->gr_mem; *member && !is_in; member++)
		is_in = !strcmp(*member, account->name);
	return is_in;
}

static int find_in_group(struct tool *tool, struct account *account)
{
	const struct group *group;
	struct entries entries;
	int r = 0, closed;

	entries_open(tool, "/etc/group", &entries);
	while (r == 0 && (group = entries_next_group(&entries)))
		if (is_in(account, group))
			r = account_add_group(account, group->gr_gid, group->gr_name);
	closed = entries_close(&entries);
	return r < 0 ? r : closed;
}

static int find_below_root(struct tool *tool, struct account *account)
{
	int r = find_in_passwd(tool, account);

	if (r == 0)
		r = find_in_group(tool, account);
	account->person.facts |= ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES;
	return r;
}

/* ---- Either way ---- */

int people_complete(struct tool *tool, const struct rolegate_policy *policy,
		    struct account *account, unsigned int wants)
{
	return tool->root ? 0 : account_look_up(account, wants, policy);
}

int people_find(struct tool *tool, const struct rolegate_policy *policy, const char *name,
		struct account *ret)
{
	int r;

	r = account_init(ret, name);
	if (r < 0)
		return r;
	return tool->root ? find_below_root(tool, ret)
			  : account_look_up(ret, ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS, policy);
}

/* The name of the user of a root who has a uid, on the heap. 0, -ENOENT, -ENOMEM or -EIO. */
static int find_name_below_root(struct tool *tool, uid_t uid, char **ret_name)
{
	const struct passwd *user;
	struct entries entries;
	int r = -ENOENT, closed;

	entries_open(tool, "/etc/passwd", &entries);
	while (r == -ENOENT && (user = entries_next_user(&entries))) {
		if (user->pw_uid != uid)
			continue;
		*ret_name = strdup(user->pw_name);
		r = *ret_name ? 0 : -ENOMEM;
	}
	closed = entries_close(&entries);
	/* Who could not be looked for may be there, and have less rights than nobody in particular. */
	return r == -ENOENT && closed < 0 ? closed : r;
}

int people_find_uid(struct tool *tool, uid_t uid, struct account *ret)
{
	char *name;
	int r;

	if (!tool->root) {
		r = account_init_uid(ret, uid);
		if (r == 0)
			r = account_look_up(ret, ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS, NULL);
		else
			return r;
	} else {
		r = find_name_below_root(tool, uid, &name);
		if (r < 0)
			return r;
		r = people_find(tool, NULL, name, ret);
		free(name);
	}
	if (r < 0)
		account_free(ret);
	return r;
}

int people_suppose(struct tool *tool, const char *name, const char *groups, struct account *ret)
{
	char *list, *group, *rest;
	int r;

	r = account_init(ret, name);
	if (r == 0 && !tool->root)
		r = account_look_up(ret, ROLEGATE_FACT_UID, NULL);
	if (r < 0)
		return r;
	if (tool->root || ret->person.facts & ROLEGATE_FACT_ABSENT)
		ret->person.uid = PEOPLE_ORDINARY_UID;
	list = strdup(groups);
	if (!list)
		return -ENOMEM;
	for (group = strtok_r(list, ",", &rest); group && r == 0;
	     group = strtok_r(NULL, ",", &rest))
		r = account_add_group(ret, (gid_t)-1, group);
	free(list);
	ret->person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED;
	return r;
}

/* A4: of these nobody knows whether they could act. */
static const char not_known[] =
	"somebody whom the system could not be asked about (see whether `getent passwd` and `getent shadow` answer)";

/* A4: why an entry of shadow lets nobody act, or NULL. A literal. */
static const char *why_shut(const struct spwd *entry, int64_t now)
{
	/*
	 * `passwd -l` puts a `!` before the password. A lone `!` or `*` means that there is no
	 * password, as with those who log in by key: that is no lock.
	 */
	if (entry->sp_pwdp[0] == '!' && entry->sp_pwdp[1] != '\0' &&
	    strchr("!*", entry->sp_pwdp[1]) == NULL)
		return "locked (passwd -u unlocks)";
	if (entry->sp_expire >= 0 && entry->sp_expire <= now / 86400)
		return "expired (chage -E -1 mends it)";
	return NULL;
}

/*
 * A4: the same by the host's shadow. Who has no entry there is a user of a directory, whose server
 * judges; and who may not read it need not know, for what they could apply they cannot put in force.
 */
static const char *why_shut_here(const char *name, int64_t now)
{
	struct spwd shadow;
	const char *why;
	char *buffer;
	int r;

	r = ask_shadow(name, &shadow, &buffer);
	if (r <= 0)
		return r < 0 ? not_known : NULL;
	why = why_shut(&shadow, now);
	free(buffer);
	return why;
}

const char *people_why_unusable(struct tool *tool, const char *name)
{
	struct account account;
	const char *why = NULL;
	int r;

	if (tool->root)
		return NULL;
	r = account_init(&account, name);
	if (r == 0)
		r = account_look_up(&account, ROLEGATE_FACT_UID, NULL);
	if (r < 0)
		why = not_known;
	else if (account.person.facts & ROLEGATE_FACT_ABSENT)
		why = "unknown to the system";
	account_free(&account);
	return why ? why : why_shut_here(name, tool->now);
}

const char *people_why_shut_below_root(struct tool *tool, const char *name)
{
	const struct spwd *shadow;
	const char *why = NULL;
	struct entries entries;

	entries_open(tool, "/etc/shadow", &entries);
	while ((shadow = entries_next_shadow(&entries)))
		if (!strcmp(shadow->sp_namp, name))
			why = why_shut(shadow, tool->now);
	/* That it cannot be read says nothing of the user. */
	(void)output_note(entries_close(&entries));
	return why;
}
