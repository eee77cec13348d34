/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "policy.h"

/* Groups of one user: Linux has no more. */
#define GROUPS_MAX 65536

int account_init(struct account *account, const char *name)
{
	*account = (struct account){ .person = ROLEGATE_PERSON_INIT };
	account->name = strdup(name);
	account->person.name = account->name;
	return account->name ? 0 : -ENOMEM;
}

static void free_groups(struct account *account)
{
	for (size_t i = 0; i < account->n_groups; i++)
		free(account->group_names[i]);
	free(account->group_names);
	free(account->gids);
	account->group_names = NULL;
	account->gids = NULL;
	account->n_groups = 0;
	account->person.n_groups = 0;
}

void account_free(struct account *account)
{
	free_groups(account);
	free(account->name);
	*account = (struct account){ 0 };
}

int account_add_group(struct account *account, gid_t gid, const char *name)
{
	size_t n = account->n_groups + 1;
	gid_t *gids = reallocarray(account->gids, n, sizeof(*gids));
	char **names;

	if (!gids)
		return -ENOMEM;
	account->gids = gids;
	names = reallocarray(account->group_names, n, sizeof(*names));
	if (!names)
		return -ENOMEM;
	account->group_names = names;
	names[n - 1] = name ? strdup(name) : NULL;
	if (name && !names[n - 1])
		return -ENOMEM;
	gids[n - 1] = gid;
	account->n_groups = n;
	account->person.gids = gids;
	account->person.group_names = (const char *const *)names;
	account->person.n_groups = n;
	return 0;
}

/* ---- The account (P12) ---- */

/* Note which source did not answer. */
static int note_silent(struct account *account, const struct name_sources *sources,
		       const char *asked)
{
	memcpy(account->silent, sources->silent, sizeof(account->silent));
	account->asked = asked;
	return -EIO;
}

/*
 * libc returned no account: whether each name source that counts says the same (P3). An error of libc stays one,
 * also if its name sources answer now. If a name source does have the account, nscd or an outage was in between:
 * then libc itself did not answer.
 */
static int check_absent(struct account *account, const struct rolegate_policy *policy, int error)
{
	struct name_sources sources = { .policy = policy };
	int r = name_sources_find_user(&sources, account->name, NULL);

	if (r < 0)
		return r;
	if (r > 0)
		strcpy(sources.silent, "libc");
	if (sources.silent[0])
		return note_silent(account, &sources, "user");
	if (error == 0)
		account->person.facts |= ROLEGATE_FACT_ABSENT;
	return error;
}

/* Whether a local name source has the account, where that decides whether it is a system account (P3). */
static int check_local(struct account *account, const struct rolegate_policy *policy)
{
	struct name_sources sources = { .policy = policy, .local_only = true };
	uint32_t uid = 0;
	int r;

	if (!policy_is_system_range(account->person.uid))
		return 0;
	r = name_sources_find_user(&sources, account->name, &uid);
	if (r > 0 && uid == account->person.uid)
		account->person.facts |= ROLEGATE_FACT_LOCAL;
	return r < 0 ? r : 0;
}

/*
 * The name that the system has for the account counts, if it leads to the same account: a directory may find a user
 * by other spellings, and by names that belong to somebody else here.
 */
static int take_canonical(struct account *account, const char *name)
{
	struct passwd user;
	char *buffer = NULL, *copy = strdup(name);
	int r;

	if (!copy)
		return -ENOMEM;
	r = ask_user(name, 0, &user, &buffer);
	if (r > 0 && user.pw_uid == account->person.uid && !strcmp(user.pw_name, name)) {
		free(account->name);
		account->name = copy;
		account->person.name = copy;
		copy = NULL;
	} else if (r >= 0) {
		account->person.facts |= ROLEGATE_FACT_AMBIGUOUS;
		account->other_uid = r > 0 ? user.pw_uid : (uid_t)-1;
	}
	free(buffer);
	free(copy);
	return r < 0 ? r : 0;
}

static int look_up_user(struct account *account, const struct rolegate_policy *policy)
{
	struct passwd user;
	char *buffer;
	int r;

	r = ask_user(account->name, 0, &user, &buffer);
	if (r <= 0)
		return r == -ENOMEM ? r : check_absent(account, policy, r);
	account->person.uid = user.pw_uid;
	account->gid = user.pw_gid;
	if (strcmp(user.pw_name, account->name) != 0)
		r = take_canonical(account, user.pw_name);
	if (r >= 0)
		r = check_local(account, policy);
	if (r == 0)
		account->person.facts |= ROLEGATE_FACT_UID;
	free(buffer);
	return r;
}

int account_init_uid(struct account *account, uid_t uid)
{
	struct passwd user;
	char *buffer;
	int r;

	r = ask_user(NULL, uid, &user, &buffer);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = account_init(account, user.pw_name);
	free(buffer);
	if (r == 0)
		r = look_up_user(account, NULL);
	if (r == 0 && !(account->person.facts & ROLEGATE_FACT_UID && account->person.uid == uid)) {
		account->other_uid = account->person.uid;
		account->person.uid = uid;
		account->person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_AMBIGUOUS;
	}
	return r;
}

int account_check_process(struct account *account, uid_t uid)
{
	const unsigned int facts = account->person.facts;
	struct passwd user;
	char *buffer;
	int r;

	if (uid == 0 || !(facts & ROLEGATE_FACT_UID) || facts & ROLEGATE_FACT_AMBIGUOUS ||
	    account->person.uid == uid)
		return 0;
	r = ask_user(NULL, uid, &user, &buffer);
	if (r > 0 && !strcmp(user.pw_name, account->name)) {
		account->person.facts |= ROLEGATE_FACT_AMBIGUOUS;
		account->other_uid = uid;
	}
	free(buffer);
	return r < 0 ? r : 0;
}

/* ---- Groups (P3) ---- */

/* All gids of a user. */
static int list_gids(const struct account *account, struct name_gids *ret)
{
	int room = 1024;

	for (;;) {
		int n = room;

		free(ret->list);
		ret->list = calloc((size_t)room, sizeof(*ret->list));
		if (!ret->list)
			return -ENOMEM;
		if (getgrouplist(account->name, account->gid, ret->list, &n) >= 0) {
			ret->n = (size_t)n;
			ret->max = (size_t)room;
			return 0;
		}
		if (room >= GROUPS_MAX)
			return -EIO;
		room = n > room && n <= GROUPS_MAX ? n : room * 2;
	}
}

/* Note for the log which name source did not return the name of a group that matters. 0 or -ENOMEM. */
static int note_nameless(struct account *account, gid_t gid, const struct rolegate_policy *policy)
{
	struct name_sources sources = { .policy = policy };
	int r = name_sources_find_gid(&sources, gid);

	if (r > 0)
		strcpy(sources.silent, "libc"); /* as check_absent() */
	if (r >= 0 && sources.silent[0])
		note_silent(account, &sources, "groups");
	return r == -ENOMEM ? r : 0;
}

/*
 * Add groups to the account, from `first` on. The name is asked for where the policy has the gid: so look-ups do not
 * grow with the groups of the user. Where it does not come, that is no answer, which matters only where the group does.
 */
static int take_groups(struct account *account, const struct name_gids *gids, size_t first,
		       const struct rolegate_policy *policy)
{
	int r = 0;

	for (size_t i = first; i < gids->n && r == 0; i++) {
		struct group group = { 0 };
		char *buffer = NULL;
		bool has_name = false;

		r = policy ? rolegate_policy_needs_group(policy, gids->list[i]) : 1;
		if (r > 0) {
			r = ask_group(NULL, gids->list[i], &group, &buffer);
			has_name = r > 0;
			if (!has_name && r != -ENOMEM)
				r = policy ? note_nameless(account, gids->list[i], policy) : 0;
		}
		if (r >= 0)
			r = account_add_group(account, gids->list[i],
					      has_name ? group.gr_name : NULL);
		free(buffer);
	}
	return r;
}

/* The gids that are known already, with room for more. */
static int copy_gids(const struct account *account, struct name_gids *ret)
{
	ret->max = account->n_groups + 64;
	ret->list = calloc(ret->max, sizeof(*ret->list));
	if (!ret->list)
		return -ENOMEM;
	for (; ret->n < account->n_groups; ret->n++)
		ret->list[ret->n] = account->gids[ret->n];
	return 0;
}

/* Ask each source by itself, and add what it says to `gids`. */
static int ask_sources(struct account *account, const struct rolegate_policy *policy,
		       bool local_only, struct name_gids *gids)
{
	struct name_sources sources = { .policy = policy, .local_only = local_only };
	int r = name_sources_ask_groups(&sources, account->name, account->gid, gids);

	if (r < 0)
		return r;
	if (sources.silent[0]) {
		note_silent(account, &sources, "groups");
		account->person.silent_source = account->silent;
	}
	account->person.facts |= ROLEGATE_FACT_SOURCES;
	return 0;
}

/* Whether directories are left out: root and system accounts never wait for one (P3). */
static bool is_local_only(const struct account *account, const struct rolegate_policy *policy)
{
	bool is_local = account->person.facts & ROLEGATE_FACT_LOCAL;

	return policy && (account->person.uid == 0 ||
			  rolegate_policy_is_system(policy, account->person.uid, is_local));
}

static int look_up_groups(struct account *account, const struct rolegate_policy *policy,
			  bool each_source)
{
	bool local_only = is_local_only(account, policy);
	struct name_gids gids = { 0 };
	size_t n_known;
	int r = 0;

	/* What libc has said once is not asked for again, but added to. */
	if (!(account->person.facts & ROLEGATE_FACT_GROUPS))
		free_groups(account);
	n_known = account->n_groups;
	if (n_known > 0)
		r = copy_gids(account, &gids);
	else if (!local_only)
		r = list_gids(account, &gids);
	if (r == 0 && (local_only || each_source))
		r = ask_sources(account, policy, local_only, &gids);
	if (r == 0)
		r = take_groups(account, &gids, n_known, policy);
	if (r == 0)
		account->person.facts |= ROLEGATE_FACT_GROUPS;
	free(gids.list);
	return r;
}

int account_look_up(struct account *account, unsigned int wants,
		    const struct rolegate_policy *policy)
{
	const unsigned int known = ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT |
				   ROLEGATE_FACT_AMBIGUOUS;
	const unsigned int groups = ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES;
	int r = 0;

	/* The primary group comes with the uid. */
	if (wants & (ROLEGATE_FACT_UID | groups) && !(account->person.facts & known))
		r = look_up_user(account, policy);
	wants &= groups & ~account->person.facts;
	if (r == 0 && wants &&
	    !(account->person.facts & (ROLEGATE_FACT_ABSENT | ROLEGATE_FACT_AMBIGUOUS)))
		r = look_up_groups(account, policy, wants & ROLEGATE_FACT_SOURCES);
	return r;
}
