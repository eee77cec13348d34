/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "census.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* Bytes of one entry: a group of ten thousand members. */
#define ENTRY_SIZE ((size_t)1024 * 1024)

/* ---- All users, all groups ---- */

/* Where entries come from: a root's file, or with NULL the host's name service. */
struct roll {
	FILE *file;
	bool is_group;
	char *bytes;
	int error; /* that ended it, an errno value */
};

/* 1 and there are some; 0 a root without that file; -ENOMEM; -EIO. Owner: close_roll(), always. */
static int open_roll(struct tool *tool, bool is_group, struct roll *ret)
{
	*ret = (struct roll){ .is_group = is_group, .bytes = malloc(ENTRY_SIZE) };
	if (!ret->bytes)
		return -ENOMEM;
	if (tool->root) {
		int r = tool_open_stream(tool, is_group ? "/etc/group" : "/etc/passwd", &ret->file);

		return r < 0 ? r : ret->file != NULL;
	}
	if (is_group)
		setgrent();
	else
		setpwent();
	return 1;
}

/*
 * 0, or the error that ended it too early. What a directory refuses to list is not there to be listed: many do not list at
 * all, and are asked by name.
 */
static int close_roll(struct roll *roll)
{
	int error = roll->file || roll->error == ENOMEM ? roll->error : 0;

	if (!roll->file && roll->is_group)
		endgrent();
	else if (!roll->file)
		endpwent();
	free(roll->bytes);
	return tool_close_stream(roll->file, error);
}

static const struct group *next_group(struct roll *roll, struct group *entry)
{
	struct group *found = NULL;

	roll->error = roll->file ? fgetgrent_r(roll->file, entry, roll->bytes, ENTRY_SIZE, &found)
				 : getgrent_r(entry, roll->bytes, ENTRY_SIZE, &found);
	return roll->error == 0 ? found : NULL;
}

static const char *next_user(struct roll *roll)
{
	struct passwd entry, *found = NULL;

	roll->error = roll->file ? fgetpwent_r(roll->file, &entry, roll->bytes, ENTRY_SIZE, &found)
				 : getpwent_r(&entry, roll->bytes, ENTRY_SIZE, &found);
	return roll->error == 0 && found ? found->pw_name : NULL;
}

/* The next name, which lasts until the one after it. NULL at the end. */
static const char *next_name(struct roll *roll)
{
	const struct group *found;
	struct group entry;

	if (!roll->is_group)
		return next_user(roll);
	found = next_group(roll, &entry);
	return found ? found->gr_name : NULL;
}

/* ---- Whether there is one ---- */

/* Ask the host's name service for one name, which may know more than it lists. 1, 0 or -errno. */
static int ask_host(const struct tool *tool, bool is_group, const char *name)
{
	struct passwd user, *found_user = NULL;
	struct group group, *found_group = NULL;
	char *bytes;
	int r;

	if (tool->root)
		return 0;
	bytes = malloc(ENTRY_SIZE);
	if (!bytes)
		return -ENOMEM;
	r = is_group ? getgrnam_r(name, &group, bytes, ENTRY_SIZE, &found_group)
		     : getpwnam_r(name, &user, bytes, ENTRY_SIZE, &found_user);
	free(bytes);
	if (found_user || found_group)
		return 1;
	return r == ENOMEM ? -ENOMEM : 0;
}

int census_has(struct tool *tool, bool is_group, const char *name, char near[FORMAT_NAME_MAX + 1])
{
	const char *best, *candidate;
	unsigned int distance = 0;
	struct roll roll;
	int r, found, closed;

	near[0] = '\0';
	found = ask_host(tool, is_group, name);
	if (found != 0)
		return found;
	r = open_roll(tool, is_group, &roll);
	if (r == 0)
		found = 1;
	while (r > 0 && !found && (candidate = next_name(&roll))) {
		found = !strcmp(candidate, name);
		best = *near ? near : NULL;
		names_consider(name, candidate, &best, &distance);
		if (best && best != near)
			snprintf(near, FORMAT_NAME_MAX + 1, "%s", best);
	}
	closed = close_roll(&roll);
	return r < 0 ? r : closed < 0 ? closed : found;
}

/* ---- One after the other ---- */

int census_each_user(struct tool *tool, int (*each)(void *context, const char *name), void *context)
{
	const char *name;
	struct roll roll;
	int r = open_roll(tool, false, &roll), stop = 0, closed;

	while (r > 0 && stop == 0 && (name = next_name(&roll)))
		stop = each(context, name);
	closed = close_roll(&roll);
	return r < 0 ? r : stop != 0 ? stop : closed;
}
