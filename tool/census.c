/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "census.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "entries.h"
#include "names.h"

/* ---- All users, all groups ---- */

/*
 * Where entries come from: a root's file, or the host's name service, which has a single place where
 * it was.
 *
 * line   for the name service
 * error  0, ENOENT at its end, or what ended it, an errno value
 */
struct roll {
	bool is_group, is_below_root;
	struct entries entries;
	char *line;
	int error;
};

/* 1 and there are some; 0 a root without that file; -ENOMEM. Owner: close_roll(), always. */
static int open_roll(struct tool *tool, bool is_group, struct roll *ret)
{
	*ret = (struct roll){ .is_group = is_group, .is_below_root = tool->root != NULL };
	if (ret->is_below_root) {
		entries_open(tool, is_group ? "/etc/group" : "/etc/passwd", &ret->entries);
		return ret->entries.error != ENOENT;
	}
	ret->line = malloc(ENTRIES_LINE_MAX);
	if (!ret->line)
		return -ENOMEM;
	if (is_group)
		setgrent();
	else
		setpwent();
	return 1;
}

/*
 * 0, or the error that ended it too early. What a directory refuses to list is not there to be
 * listed: many do not list at all, and are asked by name.
 */
static int close_roll(struct roll *roll)
{
	if (roll->is_below_root)
		return entries_close(&roll->entries);
	if (roll->is_group)
		endgrent();
	else
		endpwent();
	free(roll->line);
	return roll->error == ENOMEM ? -ENOMEM : 0;
}

static const char *next_group(struct roll *roll)
{
	struct group entry, *listed = NULL;
	const struct group *found;

	if (roll->is_below_root) {
		found = entries_next_group(&roll->entries);
	} else {
		roll->error = getgrent_r(&entry, roll->line, ENTRIES_LINE_MAX, &listed);
		found = listed;
	}
	return found ? found->gr_name : NULL;
}

static const char *next_user(struct roll *roll)
{
	struct passwd entry, *listed = NULL;
	const struct passwd *found;

	if (roll->is_below_root) {
		found = entries_next_user(&roll->entries);
	} else {
		roll->error = getpwent_r(&entry, roll->line, ENTRIES_LINE_MAX, &listed);
		found = listed;
	}
	return found ? found->pw_name : NULL;
}

/* The next name, which lasts until the one after it. NULL at the end. */
static const char *next_name(struct roll *roll)
{
	return roll->is_group ? next_group(roll) : next_user(roll);
}

/* ---- Whether there is one ---- */

/* Ask the host's name service for one name, which may know more than it lists. 1, 0 or -errno. */
static int ask_host(const struct tool *tool, bool is_group, const char *name)
{
	struct passwd user;
	struct group group;
	char *buffer;
	int r;

	if (tool->root)
		return 0;
	r = is_group ? ask_group(name, 0, &group, &buffer) : ask_user(name, 0, &user, &buffer);
	if (r == 1)
		free(buffer);
	/* Those that are listed may tell. */
	return r == -EIO ? 0 : r;
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
