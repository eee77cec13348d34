/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verbs.h"

/*
 * Names listed at most, so that completion with a million users answers at once. Those who want all
 * of them ask for one beginning after the other.
 */
#define LISTED_MAX 4096u

/* What is being listed: names that begin with the prefix. */
struct list {
	struct tool *tool;
	struct rolegate_policy *policy;
	const char *prefix;
	char **names;
	size_t n, max;
	bool is_cut; /* there are more */
};

/* Add a name of n bytes if it begins as wanted. 0; 1 the list is full; -ENOMEM. */
static int add(struct list *list, const char *name, size_t n)
{
	size_t n_prefix = strlen(list->prefix);
	char **more;

	if (n < n_prefix || memcmp(name, list->prefix, n_prefix) != 0)
		return 0;
	if (list->n == LISTED_MAX) {
		list->is_cut = true;
		return 1;
	}
	more = array_grow(list->names, list->n, &list->max, sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->names = more;
	list->names[list->n] = strndup(name, n);
	return list->names[list->n++] ? 0 : -ENOMEM;
}

static int add_whole(struct list *list, const char *name)
{
	return add(list, name, strlen(name));
}

/* ---- What there is to list ---- */

static int list_verbs(struct list *list)
{
	int r = 0;

	for (const struct verb *verb = verbs; verb->name && r == 0; verb++)
		r = add_whole(list, verb->name);
	return r;
}

/* The prefix is a verb here. */
static int list_options(struct list *list)
{
	const char *name, *wanted = list->prefix;
	uint64_t bits = 0;
	char dashed[64];
	int r = 0;

	list->prefix = "";
	for (const struct verb *verb = verbs; verb->name; verb++)
		if (!strcmp(verb->name, wanted))
			bits = verb->options;
	for (size_t i = 0; r == 0 && (name = options_name(i, bits)); i++) {
		snprintf(dashed, sizeof(dashed), "--%s", name);
		if (*name)
			r = add_whole(list, dashed);
	}
	return r;
}

static int list_roles(struct list *list)
{
	struct role_info info;
	struct record record;
	int r = 0;

	for (uint32_t id = 0; id < list->policy->head.n_roles && r == 0; id++) {
		r = policy_load_role_info(list->policy, id, &record, &info);
		if (r < 0)
			break;
		r = add_whole(list, info.name);
		store_record_free(&record);
	}
	return r;
}

/* All names of the buckets of one kind. */
static int list_names(struct list *list, char kind)
{
	uint32_t n = policy_buckets(list->policy, kind);
	struct cursor bucket, body;
	struct record record;
	const char *name;
	int r;

	/* One read for all is faster than two for each of the buckets. */
	r = n > 64 ? store_load(&list->policy->store) : 0;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		r = store_find(&list->policy->store, kind, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body))
			r = add_whole(list, name);
		if (bucket.is_bad)
			r = -EBADMSG;
		store_record_free(&record);
	}
	return r;
}

static int list_users(struct list *list)
{
	return list_names(list, FORMAT_USERS);
}

static int list_groups(struct list *list)
{
	return list_names(list, FORMAT_GROUPS);
}

static int list_permissions(struct list *list)
{
	return list_names(list, FORMAT_PERMISSIONS);
}

/* Services by name, then those by prefix (D2), as `gdm-*`. */
static int list_services(struct list *list)
{
	struct service service;
	struct record record;
	struct cursor c;
	int r;

	r = list_names(list, FORMAT_SERVICES);
	if (r == 0)
		r = policy_load_list(list->policy, FORMAT_PREFIXES, &record, &c);
	if (r != 0)
		return r;
	for (uint32_t i = 0; i < list->policy->head.n_prefixes && r == 0; i++)
		r = policy_read_service(list->policy, &c, &service) ? add_whole(list, service.name)
								    : -EBADMSG;
	store_record_free(&record);
	return r;
}

static bool is_number(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)name[i]))
			return false;
	return n > 0;
}

/* Names of a folder's entries: numbers, or else what ends with .conf. No folder is no error. */
static int list_folder(struct list *list, const struct tree *tree, const char *path,
		       bool of_numbers)
{
	int fd = tree_open_file(tree, path, O_RDONLY | O_DIRECTORY, 0), r = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir && fd >= 0)
		close(fd);
	while (dir && r == 0 && (entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);

		if (of_numbers && is_number(entry->d_name, n))
			r = add(list, entry->d_name, n);
		else if (!of_numbers && entry->d_name[0] != '.' && n > 5 &&
			 !strcmp(entry->d_name + n - 5, ".conf"))
			r = add(list, entry->d_name, n - 5);
	}
	if (dir)
		closedir(dir);
	return r;
}

static int list_catalogs(struct list *list)
{
	const struct tree host = { .fd = -1 };
	int r;

	r = list_folder(list, &list->tool->tree, ROLEGATE_CATALOG_DIR, false);
	if (r == 0)
		r = list_folder(list, &list->tool->tree, ROLEGATE_CONF_DIR "/catalogs", false);
	if (r == 0 && list->tool->spare)
		r = list_folder(list, &host, list->tool->spare, false);
	return r;
}

static int list_generations(struct list *list)
{
	return list_folder(list, &list->tool->tree, ROLEGATE_STATE_DIR "/generations", true);
}

static const struct {
	const char *name;
	int (*gather)(struct list *list);
	bool wants_policy;
} lists[] = {
	{ "catalogs", list_catalogs, false },
	{ "generations", list_generations, false },
	{ "groups", list_groups, true },
	{ "options", list_options, false },
	{ "permissions", list_permissions, true },
	{ "roles", list_roles, true },
	{ "services", list_services, true },
	{ "users", list_users, true },
	{ "verbs", list_verbs, false },
};

#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

/* ---- Printing ---- */

/* Numbers by their size, other names byte by byte. */
static int by_name(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	size_t n_x = strlen(x), n_y = strlen(y);

	if (n_x != n_y && is_number(x, n_x) && is_number(y, n_y))
		return n_x < n_y ? -1 : 1;
	return strcmp(x, y);
}

/* A site may have a catalog of the vendor's name, which is one name all the same. */
static void drop_doubles(struct list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (n > 0 && !strcmp(list->names[n - 1], list->names[i]))
			free(list->names[i]);
		else
			list->names[n++] = list->names[i];
	}
	list->n = n;
}

static void print(const struct list *list, const char *what)
{
	json_t *names = list->tool->output.json ? json_array() : NULL;

	for (size_t i = 0; i < list->n; i++) {
		if (names) {
			json_array_append_new(names, json_string(list->names[i]));
			continue;
		}
		output_text(&list->tool->output, COLOUR_PLAIN, list->names[i]);
		putchar('\n');
	}
	if (names)
		(void)output_json(json_pack("{s:s, s:b, s:o}", "list", what, "complete",
					    !list->is_cut, "names", names),
				  true);
	else if (list->is_cut)
		output_complain(
			"rolegate list: there are more than these %u; name how they begin\n",
			LISTED_MAX);
}

static void free_list(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->names[i]);
	free(list->names);
	rolegate_policy_close(list->policy);
}

int verb_list(struct tool *tool)
{
	const char *what = tool->options.words[0];
	struct list list = { .tool = tool,
			     .prefix = tool->options.n_words > 1 ? tool->options.words[1] : "" };
	size_t i = 0;
	int r, status;

	while (i < N_LISTS && strcmp(lists[i].name, what) != 0)
		i++;
	if (i == N_LISTS)
		return options_complain(
			"list",
			"there is no list of `%s`, but of catalogs, generations, groups, "
			"options, permissions, roles, services, users and verbs",
			what);
	if (lists[i].wants_policy && tool_open(tool, &list.policy, &status) < 0)
		return status;
	r = lists[i].gather(&list);
	if (r < 0) {
		status = tool_fail_errno(tool, r, "listing");
	} else {
		if (list.n > 0)
			qsort(list.names, list.n, sizeof(*list.names), by_name);
		drop_doubles(&list);
		print(&list, what);
		status = EXIT_DONE;
	}
	free_list(&list);
	return status;
}
