/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "members.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that a group may need: one of a hundred thousand members has a megabyte. */
#define GROUP_FIRST ((size_t)64 * 1024)
#define GROUP_MAX ((size_t)16 * 1024 * 1024)

static int each_of(const struct group *entry, int (*each)(void *context, const char *name),
		   void *context)
{
	int r = 0;

	for (char **member = entry->gr_mem; *member && r == 0; member++)
		r = each(context, *member);
	return r;
}

/* ---- In the files ---- */

/* Those whose primary group it is, by the file. line: room of GROUP_MAX bytes. */
static int each_primary(struct tool *tool, gid_t gid, char *line,
			int (*each)(void *context, const char *name), void *context)
{
	struct passwd entry, *result;
	int r, error = 0, closed;
	FILE *file;

	r = tool_open_stream(tool, "/etc/passwd", &file);
	while (file && r == 0 && (error = fgetpwent_r(file, &entry, line, GROUP_MAX, &result)) == 0)
		if (entry.pw_gid == gid)
			r = each(context, entry.pw_name);
	closed = tool_close_stream(file, error);
	return r != 0 ? r : closed;
}

static int each_below(struct tool *tool, const char *group,
		      int (*each)(void *context, const char *name), void *context)
{
	char *line = malloc(GROUP_MAX);
	struct group entry, *result;
	int r, error = 0, closed;
	bool is_found = false;
	FILE *file;

	r = tool_open_stream(tool, "/etc/group", &file);
	if (!line)
		r = -ENOMEM;
	while (file && r == 0 && !is_found &&
	       (error = fgetgrent_r(file, &entry, line, GROUP_MAX, &result)) == 0) {
		is_found = !strcmp(entry.gr_name, group);
		if (is_found)
			r = each_of(&entry, each, context);
	}
	if (r == 0 && is_found)
		r = each_primary(tool, entry.gr_gid, line, each, context);
	closed = tool_close_stream(file, error);
	free(line);
	return r != 0 ? r : closed;
}

/* ---- Of the host ---- */

/*
 * Its directories are asked for the group, which is cheap. They would have to be asked about each
 * user to learn of primary groups: only the host's own file is.
 */
static int each_here(struct tool *tool, const char *group,
		     int (*each)(void *context, const char *name), void *context)
{
	struct group entry, *result = NULL;
	int error = ERANGE, r = 0;
	char *buffer = NULL;

	for (size_t n = GROUP_FIRST; n <= GROUP_MAX && error == ERANGE; n *= 4) {
		free(buffer);
		buffer = malloc(n);
		if (!buffer)
			return -ENOMEM;
		do
			error = getgrnam_r(group, &entry, buffer, n, &result);
		while (error == EINTR);
	}
	if (result)
		r = each_of(&entry, each, context);
	else if (error != 0 && error != ENOENT && error != ESRCH)
		r = error == ENOMEM ? -ENOMEM : -EIO;
	free(buffer);
	if (!result || r != 0)
		return r;
	buffer = malloc(GROUP_MAX);
	if (!buffer)
		return -ENOMEM;
	r = each_primary(tool, entry.gr_gid, buffer, each, context);
	free(buffer);
	return r;
}

int members_each(struct tool *tool, const char *group, int (*each)(void *context, const char *name),
		 void *context)
{
	return tool->root ? each_below(tool, group, each, context)
			  : each_here(tool, group, each, context);
}
