/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "members.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "entries.h"

static int each_of(const struct group *entry, int (*each)(void *context, const char *name),
		   void *context)
{
	int r = 0;

	for (char **member = entry->gr_mem; *member && r == 0; member++)
		r = each(context, *member);
	return r;
}

/* ---- In the files ---- */

/* Those whose primary group it is, by the file. */
static int each_primary(struct tool *tool, gid_t gid, int (*each)(void *context, const char *name),
			void *context)
{
	const struct passwd *user;
	struct entries entries;
	int r = 0, closed;

	entries_open(tool, "/etc/passwd", &entries);
	while (r == 0 && (user = entries_next_user(&entries)))
		if (user->pw_gid == gid)
			r = each(context, user->pw_name);
	closed = entries_close(&entries);
	return r != 0 ? r : closed;
}

static int each_below(struct tool *tool, const char *name,
		      int (*each)(void *context, const char *name), void *context)
{
	const struct group *group;
	struct entries entries;
	int r = 0, closed;

	entries_open(tool, "/etc/group", &entries);
	do
		group = entries_next_group(&entries);
	while (group && strcmp(group->gr_name, name) != 0);
	if (group)
		r = each_of(group, each, context);
	if (group && r == 0)
		r = each_primary(tool, group->gr_gid, each, context);
	closed = entries_close(&entries);
	return r != 0 ? r : closed;
}

/* ---- Of the host ---- */

/*
 * Its directories are asked for the group, which is cheap. They would have to be asked about each
 * user to learn of primary groups: only the host's own file is.
 */
static int each_here(struct tool *tool, const char *name,
		     int (*each)(void *context, const char *member), void *context)
{
	struct group group;
	char *buffer;
	int r;

	r = ask_group(name, 0, &group, &buffer);
	if (r <= 0)
		return r;
	r = each_of(&group, each, context);
	free(buffer);
	return r == 0 ? each_primary(tool, group.gr_gid, each, context) : r;
}

int members_each(struct tool *tool, const char *group, int (*each)(void *context, const char *name),
		 void *context)
{
	return tool->root ? each_below(tool, group, each, context)
			  : each_here(tool, group, each, context);
}
