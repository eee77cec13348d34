/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "account_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host_files.h"

/* Cut the next field off, and read it as a number. False if it is none. */
static bool cut_number(char **rest, id_t *ret)
{
	const char *text = strsep(rest, ":");
	unsigned long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	*ret = (id_t)value;
	return *end == '\0' && errno == 0 && value <= UINT32_MAX;
}

/* Take a line apart. False if it is no entry. The entry points into the line. */
static bool cut_entry(char *line, struct account_entry *ret)
{
	char *rest = line;

	rest += strspn(rest, " \t");
	if (*rest == '#' || *rest == '+' || *rest == '-' || *rest == ':')
		return false;
	ret->name = strsep(&rest, ":");
	if (!strsep(&rest, ":") || !cut_number(&rest, &ret->id) || !rest)
		return false;
	ret->members = rest;
	/* In a group this fails or finds a member called by a number: nobody asks. */
	if (!strchr(rest, ':') || !cut_number(&rest, &ret->gid))
		ret->gid = (id_t)-1;
	else
		ret->members = "";
	return true;
}

/* Copy name and members: one piece of memory, which the name's pointer frees. */
static bool keep(struct account_entry *entry)
{
	size_t n = strlen(entry->name) + 1, n_members = strlen(entry->members) + 1;
	char *text = malloc(n + n_members);

	if (!text)
		return false;
	memcpy(text, entry->name, n);
	memcpy(text + n, entry->members, n_members);
	entry->name = text;
	entry->members = text + n;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct account_entry *one = a, *other = b;
	int r = strcmp(one->name, other->name);

	return r ? r : (one->line > other->line) - (one->line < other->line);
}

int account_file_read(struct tool *tool, const char *path, struct account_file *ret)
{
	struct account_entry entry, *grown;
	struct host_lines lines;
	size_t max = 0;
	int r;

	*ret = (struct account_file){ 0 };
	r = host_lines_open(tool, path, &lines);
	ret->is_there = r == 0;
	while (r == 0 && host_lines_next(&lines)) {
		if (!cut_entry(lines.text, &entry))
			continue;
		entry.line = lines.line;
		grown = array_grow(ret->list, ret->n, &max, sizeof(*grown));
		if (!grown || !keep(&entry)) {
			ret->list = grown ? grown : ret->list;
			r = -ENOMEM;
			break;
		}
		ret->list = grown;
		grown[ret->n++] = entry;
	}
	if (r == 0)
		r = lines.error;
	host_lines_close(&lines);
	if (ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_name);
	return r == -ENOENT ? 0 : r;
}

void account_file_free(struct account_file *file)
{
	for (size_t i = 0; i < file->n; i++)
		free(file->list[i].name);
	free(file->list);
	*file = (struct account_file){ 0 };
}

const struct account_entry *account_file_find(const struct account_file *file, const char *name)
{
	size_t low = 0, high = file->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(file->list[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < file->n && !strcmp(file->list[low].name, name) ? &file->list[low] : NULL;
}

const struct account_entry *account_file_find_id(const struct account_file *file, id_t id)
{
	const struct account_entry *found = NULL;

	for (size_t i = 0; i < file->n; i++)
		if (file->list[i].id == id && (!found || file->list[i].line < found->line))
			found = &file->list[i];
	return found;
}
