/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "outsiders.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "author.h"
#include "people.h"
#include "sheet.h"

int outsiders_begin(struct outsiders *ret, struct tool *tool, const struct rolegate_policy *policy)
{
	int r;

	*ret = (struct outsiders){ .tool = tool, .policy = policy };
	r = account_file_read(tool, "/etc/passwd", &ret->passwd);
	if (r == 0)
		r = account_file_read(tool, "/etc/group", &ret->group);
	return r;
}

void outsiders_end(struct outsiders *outsiders)
{
	account_file_free(&outsiders->passwd);
	account_file_free(&outsiders->group);
}

void outsiders_clear(struct outsiders *outsiders)
{
	outsiders->n = 0;
	outsiders->is_everybody = outsiders->has_others = false;
	outsiders->error = 0;
}

bool outsiders_is_empty(const struct outsiders *outsiders)
{
	return outsiders->n == 0 && !outsiders->is_everybody && !outsiders->has_others;
}

static bool has(const struct outsiders *outsiders, const char *name)
{
	for (size_t i = 0; i < outsiders->n; i++)
		if (!strcmp(outsiders->names[i], name))
			return true;
	return false;
}

/* Whether somebody is root or an owner. */
static bool is_insider(struct outsiders *outsiders, const char *name)
{
	const struct account_entry *entry = account_file_find(&outsiders->passwd, name);
	struct account account = { 0 };
	bool is_owner = false;
	int r;

	if (!strcmp(name, "root") || (entry && entry->id == 0))
		return true;
	r = people_find(outsiders->tool, outsiders->policy, name, &account);
	if (r == 0)
		r = author_is_owner(outsiders->policy, &account.person, outsiders->tool->now,
				    &is_owner);
	account_free(&account);
	if (r < 0 && outsiders->error == 0)
		outsiders->error = r;
	return r == 0 && is_owner;
}

void outsiders_add_user(struct outsiders *outsiders, const char *name)
{
	/* A group may have very many members: once there are "others", one more says nothing new. */
	if (outsiders->has_others || has(outsiders, name) || is_insider(outsiders, name))
		return;
	if (outsiders->n == OUTSIDERS_NAMES)
		outsiders->has_others = true;
	else
		snprintf(outsiders->names[outsiders->n++], sizeof(outsiders->names[0]), "%s", name);
}

void outsiders_add_uid(struct outsiders *outsiders, uid_t uid)
{
	struct account account;
	char number[16];
	int r;

	if (uid == 0)
		return;
	r = people_find_uid(outsiders->tool, uid, &account);
	if (r == 0) {
		outsiders_add_user(outsiders, account.name);
		account_free(&account);
		return;
	}
	/* Who could not be looked up may be an owner. */
	if (r != -ENOENT) {
		outsiders->error = outsiders->error ? outsiders->error : r;
		return;
	}
	snprintf(number, sizeof(number), "#%u", uid);
	outsiders_add_user(outsiders, number);
}

/* Add the users of passwd whose primary group it is. */
static void add_primary(struct outsiders *outsiders, gid_t gid)
{
	for (size_t i = 0; i < outsiders->passwd.n; i++)
		if (outsiders->passwd.list[i].gid == gid)
			outsiders_add_user(outsiders, outsiders->passwd.list[i].name);
}

/* Add the members that a line of group lists. */
static void add_listed(struct outsiders *outsiders, const char *members)
{
	char name[FORMAT_NAME_MAX + 1];

	for (size_t n; *members; members += n + (members[n] == ',')) {
		n = strcspn(members, ",");
		if (n == 0 || n >= sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n, members);
		outsiders_add_user(outsiders, name);
	}
}

/* Add the members of a group that only a directory has. */
static void add_remote(struct outsiders *outsiders, const char *name)
{
	const struct group *group;

	errno = 0;
	group = getgrnam(name);
	if (!group && errno != 0 && errno != ENOENT && outsiders->error == 0)
		outsiders->error = -errno;
	for (char **member = group ? group->gr_mem : NULL; member && *member; member++)
		outsiders_add_user(outsiders, *member);
}

void outsiders_add_group(struct outsiders *outsiders, const char *name)
{
	const struct account_entry *entry = account_file_find(&outsiders->group, name);

	if (!entry) {
		if (!outsiders->tool->root)
			add_remote(outsiders, name);
		return;
	}
	add_listed(outsiders, entry->members);
	add_primary(outsiders, entry->id);
}

void outsiders_add_gid(struct outsiders *outsiders, gid_t gid)
{
	const struct account_entry *entry = account_file_find_id(&outsiders->group, gid);

	if (entry)
		add_listed(outsiders, entry->members);
	add_primary(outsiders, gid);
}

void outsiders_remove(struct outsiders *outsiders, const char *name)
{
	for (size_t i = 0; i < outsiders->n; i++) {
		if (strcmp(outsiders->names[i], name) != 0)
			continue;
		outsiders->n--;
		if (i != outsiders->n)
			memcpy(outsiders->names[i], outsiders->names[outsiders->n],
			       sizeof(outsiders->names[0]));
		return;
	}
}

char *outsiders_words(const struct outsiders *outsiders)
{
	struct sheet sheet;
	FILE *to;

	if (outsiders->is_everybody)
		return strdup("everybody");
	to = sheet_open(&sheet);
	if (!to)
		return NULL;
	for (size_t i = 0; i < outsiders->n; i++)
		fprintf(to, "%s%s",
			i == 0						  ? ""
			: i + 1 == outsiders->n && !outsiders->has_others ? " and "
									  : ", ",
			outsiders->names[i]);
	if (outsiders->has_others)
		fprintf(to, " and others");
	return sheet_close(&sheet, NULL);
}
