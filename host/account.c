/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"

/* Groups of one user: Linux has no more. */
#define GROUPS_MAX 65536

/*
 * What a lookup of groups may need of a process at one time: a file or a socket, what it is found by,
 * and as much again for services that need more.
 */
#define ROOM_DESCRIPTORS 4u
#define ROOM_BYTES ((size_t)64 * 1024)

int account_init(struct account *account, const char *name)
{
	*account = (struct account){ 0 };
	account->name = strdup(name);
	account->person.name = account->name;
	return account->name ? 0 : -ENOMEM;
}

void account_free(struct account *account)
{
	for (size_t i = 0; i < account->n_groups; i++)
		free(account->groups[i]);
	free(account->groups);
	free(account->name);
	*account = (struct account){ 0 };
}

int account_add_group(struct account *account, const char *name)
{
	char **more = reallocarray(account->groups, account->n_groups + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	account->groups = more;
	more[account->n_groups] = strdup(name);
	if (!more[account->n_groups])
		return -ENOMEM;
	account->n_groups++;
	account->person.groups = (const char *const *)account->groups;
	account->person.n_groups = account->n_groups;
	return 0;
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
	if (r == 0) {
		account->person.uid = uid;
		account->person.facts = ROLEGATE_FACT_UID;
		account->gid = user.pw_gid;
	}
	free(buffer);
	return r;
}

/*
 * A directory may know one user by several names (other case, with a domain). What the system calls them is
 * the name that the policy's assignments mean: else another spelling would be somebody without any, whom
 * the default roles are for (P3).
 */
static int take_name(struct account *account, const char *name)
{
	char *copy;

	if (!strcmp(name, account->name))
		return 0;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	free(account->name);
	account->name = copy;
	account->person.name = copy;
	return 0;
}

static int look_up_user(struct account *account)
{
	struct passwd user;
	char *buffer;
	int r;

	r = ask_user(account->name, 0, &user, &buffer);
	if (r < 0)
		return r;
	if (r == 0) {
		account->person.facts |= ROLEGATE_FACT_ABSENT;
		return 0;
	}
	account->person.uid = user.pw_uid;
	account->gid = user.pw_gid;
	r = take_name(account, user.pw_name);
	if (r == 0)
		account->person.facts |= ROLEGATE_FACT_UID;
	free(buffer);
	return r;
}

/* Whether this many descriptors are left; opens them for a moment. */
static bool has_descriptors(unsigned int n)
{
	int fd = n == 0 ? -1 : open("/", O_PATH | O_CLOEXEC);
	bool has = n == 0 || (fd >= 0 && has_descriptors(n - 1));

	if (fd >= 0)
		close(fd);
	return has;
}

/*
 * Whether the process has the descriptors and the memory that NSS may have needed. 0; -ENOMEM;
 * -EIO.
 *
 * getgrouplist(3) and getgrgid_r(3) leave out a source of groups that fails, and do not say so. A
 * process that is at a limit of its own, which a caller of su can set, would so be seen without its
 * groups; and whose only roles are a group's would fall back on the default roles, or out of a
 * conflict.
 */
static int check_room(void)
{
	char *volatile memory = malloc(ROOM_BYTES);
	int r = memory ? 0 : -ENOMEM;

	free(memory);
	return r == 0 && !has_descriptors(ROOM_DESCRIPTORS) ? -EIO : r;
}

/* What NSS left behind in errno, where it says that a source could not be asked. */
static int hidden_error(int error)
{
	return error == ENOMEM ? -ENOMEM : error == EMFILE || error == ENFILE ? -EIO : 0;
}

/* All gids of a user, on the heap. */
static int list_gids(const struct account *account, gid_t **ret_gids, int *ret_n)
{
	int room = 64;

	for (;;) {
		int n = room;
		gid_t *gids = calloc((size_t)room, sizeof(*gids));

		if (!gids)
			return -ENOMEM;
		errno = 0;
		if (getgrouplist(account->name, account->gid, gids, &n) >= 0) {
			int r = hidden_error(errno);

			if (r < 0)
				free(gids);
			else
				*ret_gids = gids;
			*ret_n = n;
			return r;
		}
		free(gids);
		if (room >= GROUPS_MAX)
			return -EIO;
		room = n > room && n <= GROUPS_MAX ? n : room * 2;
	}
}

/* Groups that have a gid but no name can be in no policy (P3: matched by name). */
static int look_up_groups(struct account *account)
{
	gid_t *gids;
	int n, r;

	r = list_gids(account, &gids, &n);
	if (r < 0)
		return r;
	for (int i = 0; i < n && r >= 0; i++) {
		struct group group;
		char *buffer;

		r = ask_group(NULL, gids[i], &group, &buffer);
		if (r <= 0)
			continue;
		r = account_add_group(account, group.gr_name);
		free(buffer);
	}
	free(gids);
	if (r >= 0)
		r = check_room();
	if (r < 0)
		return r;
	account->person.facts |= ROLEGATE_FACT_GROUPS;
	return 0;
}

int account_look_up(struct account *account, unsigned int wants)
{
	int r = 0;

	/* The primary group comes with the uid. */
	if (wants & (ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS) &&
	    !(account->person.facts & (ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT)))
		r = look_up_user(account);
	if (r == 0 && wants & ROLEGATE_FACT_GROUPS &&
	    !(account->person.facts & (ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_ABSENT)))
		r = look_up_groups(account);
	return r;
}
