/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "verbs.h"

#define SITE_DIR ROLEGATE_CONF_DIR "/catalogs"

/* ---- The list ---- */

static bool is_catalog_file(const char *name)
{
	size_t n = strlen(name);

	return name[0] != '.' && n > 5 && n <= FORMAT_NAME_MAX && !strcmp(name + n - 5, ".conf");
}

/* Add the names of a folder's catalogs to a JSON object: name to folder. */
static void list_folder(const struct tree *tree, const char *folder, json_t *list)
{
	int fd = tree_open_file(tree, folder, O_RDONLY | O_DIRECTORY, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir && fd >= 0) {
		(void)output_note(-errno);
		close(fd);
	}
	while (dir && (entry = readdir(dir))) {
		char name[FORMAT_NAME_MAX + 1];

		if (!is_catalog_file(entry->d_name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strlen(entry->d_name) - 5, entry->d_name);
		if (!json_object_get(list, name))
			json_object_set_new(list, name, json_string(folder));
	}
	if (dir)
		closedir(dir);
}

static bool is_loaded(const struct rolegate_policy *policy, const char *name)
{
	struct record record;
	struct cursor c;
	bool loaded = false;
	uint32_t n;

	if (!policy || policy_load_list(policy, FORMAT_CATALOGS, &record, &c) < 0)
		return false;
	n = cursor_below(&c, FORMAT_CATALOGS_MAX + 1);
	for (uint32_t i = 0; i < n && !loaded; i++)
		loaded = !strcmp(cursor_string(&c, NULL), name);
	store_record_free(&record);
	return loaded;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * The keys of an object in order, on the heap; the strings are the object's. NULL if memory ran
 * out.
 */
static const char **sorted_keys(json_t *object)
{
	const char **keys = calloc(json_object_size(object) + 1, sizeof(*keys));
	size_t n = 0;

	for (void *at = json_object_iter(object); at && keys;
	     at = json_object_iter_next(object, at))
		keys[n++] = json_object_iter_key(at);
	if (keys)
		qsort(keys, n, sizeof(*keys), by_name);
	return keys;
}

static void print_entry(struct tool *tool, const char *name, const char *folder, bool loaded,
			json_t *catalogs)
{
	const char *word = loaded ? "loaded" : "not loaded";

	if (tool->output.json) {
		json_array_append_new(catalogs, json_pack("{s:s, s:s, s:b}", "name", name, "folder",
							  folder, "loaded", loaded));
		return;
	}
	output_text(&tool->output, COLOUR_BOLD, name);
	output_pad(output_columns(name), 16);
	output_text(&tool->output, loaded ? COLOUR_GOOD : COLOUR_DIM, word);
	output_pad(output_columns(word), 12);
	output_text(&tool->output, COLOUR_DIM, folder);
	putchar('\n');
}

static int print_list(struct tool *tool, json_t *folders, const struct rolegate_policy *policy)
{
	const char **names = sorted_keys(folders);
	json_t *catalogs = json_array();

	for (size_t i = 0; names && names[i]; i++)
		print_entry(tool, names[i], json_string_value(json_object_get(folders, names[i])),
			    is_loaded(policy, names[i]), catalogs);
	free(names);
	if (!names || !catalogs) {
		json_decref(catalogs);
		return tool_out_of_memory(tool);
	}
	if (tool->output.json)
		(void)output_json(json_pack("{s:O}", "catalogs", catalogs), true);
	json_decref(catalogs);
	return EXIT_DONE;
}

static int list_catalogs(struct tool *tool)
{
	struct tree host = { .fd = -1 };
	struct rolegate_policy *policy = NULL;
	json_t *folders = json_object();
	int status;

	if (!folders)
		return tool_out_of_memory(tool);
	list_folder(&tool->tree, ROLEGATE_CATALOG_DIR, folders);
	list_folder(&tool->tree, SITE_DIR, folders);
	if (tool->spare)
		list_folder(&host, tool->spare, folders);
	/* Before the first apply none is loaded, and that is no error here. */
	(void)output_note(rolegate_policy_open(tool->state_dir, &policy, NULL));
	status = print_list(tool, folders, policy);
	rolegate_policy_close(policy);
	json_decref(folders);
	return status;
}

/* ---- One of them ---- */

/*
 * Load one catalog's text by itself. 0; -ENOENT; -EINVAL it has errors, which the report says;
 * -ENOMEM.
 */
static int load_one(struct tool *tool, const char *name, struct compiled *compiled)
{
	struct tree host = { .fd = -1 };
	const struct {
		const struct tree *tree;
		const char *folder;
	} places[] = { { &tool->tree, ROLEGATE_CATALOG_DIR },
		       { &tool->tree, SITE_DIR },
		       { &host, tool->spare } };
	uint32_t file;
	char *path;
	int r = -ENOENT;

	for (size_t i = 0; i < 3 && r == -ENOENT && places[i].folder; i++) {
		if (asprintf(&path, "%s/%s.conf", places[i].folder, name) < 0)
			return -ENOMEM;
		r = source_read(&compiled->sources, places[i].tree, path, &compiled->report, &file);
		free(path);
	}
	if (r < 0)
		return r == -EBADMSG ? -EINVAL : r;
	if (!load_catalog(&compiled->model, &compiled->sources, file, name, &compiled->report))
		r = -EINVAL;
	if (compiled->model.arena.is_exhausted || compiled->report.is_out_of_memory)
		return -ENOMEM;
	return compiled->report.n_errors > 0 ? -EINVAL : r;
}

static json_t *json_permissions(const struct model *model)
{
	json_t *list = json_array();

	for (size_t i = 0; i < model->permission_names.n; i++) {
		const struct model_permission *p = &model->permissions[i];

		if (p->kind != PERMISSION_SYSTEM)
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "name", p->name, "area",
					p->area, "tier", tool_tier_name(p->tier), "label", p->label,
					"description", p->description, "core", p->is_core));
	}
	return list;
}

static json_t *json_roles(const struct model *model)
{
	json_t *list = json_array();

	for (size_t i = 0; i < model->role_names.n; i++) {
		const struct model_role *r = &model->roles[i];

		if (r->is_defined)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "name",
							      r->name, "label", r->label,
							      "description", r->description,
							      "level", tool_tier_name(r->level),
							      "needs_approval", r->needs_approval));
	}
	return list;
}

/* Columns of a name and of what comes behind it, before the words. */
#define NAME_COLUMNS 28
#define WORDS_COLUMNS 43

/* A line, or some: name, a word, label and description. */
static void print_line(const struct output *output, const char *name, const char *word,
		       const char *label, const char *description)
{
	char both[2 * FORMAT_TEXT_MAX + 4];
	int used = 2 + output_columns(name);

	snprintf(both, sizeof(both), "%s%s%s", label, *label && *description ? ": " : "",
		 description);
	fputs("  ", stdout);
	output_text(output, COLOUR_PLAIN, name);
	output_pad(used, NAME_COLUMNS);
	used = (used < NAME_COLUMNS ? NAME_COLUMNS : used + 1) + output_columns(word);
	output_text(output, COLOUR_DIM, word);
	output_pad(used, WORDS_COLUMNS);
	used = used < WORDS_COLUMNS ? WORDS_COLUMNS : used + 1;
	output_wrapped(output, COLOUR_PLAIN, used, WORDS_COLUMNS, both);
}

static void print_roles(const struct output *output, const struct model *model)
{
	puts("roles");
	for (size_t i = 0; i < model->role_names.n; i++) {
		const struct model_role *role = &model->roles[i];

		if (role->is_defined)
			print_line(output, role->name,
				   role->level == FORMAT_TIER_NONE ? "-"
								   : tool_tier_name(role->level),
				   role->label, role->description);
	}
}

static void print_areas(const struct output *output, const struct model *model)
{
	for (size_t a = 0; a < model->n_areas; a++) {
		output_text(output, COLOUR_BOLD, model->areas[a].name);
		putchar('\n');
		for (size_t i = 0; i < model->permission_names.n; i++) {
			const struct model_permission *p = &model->permissions[i];

			if (p->kind == PERMISSION_SYSTEM && p->department == NAMES_NONE &&
			    !strcmp(p->area, model->areas[a].name))
				print_line(output, p->name, tool_tier_name(p->tier), p->label,
					   p->description);
		}
	}
}

/*
 * The tier of a resource's capabilities: of most, and which ones differ, as `user; manage owner`.
 */
static void write_tiers(const struct model *model, const struct model_resource *resource,
			char to[128])
{
	enum format_tier first = model->permissions[resource->cells[0]].tier;
	size_t n = (size_t)snprintf(to, 128, "%s", tool_tier_name(first));

	for (unsigned int c = 1; c < N_CAPABILITIES; c++) {
		enum format_tier tier = model->permissions[resource->cells[c]].tier;

		if (tier != first)
			n += (size_t)snprintf(to + n, 128 - n, "; %s %s", model_capability_name(c),
					      tool_tier_name(tier));
	}
}

static void print_departments(const struct output *output, const struct model *model)
{
	for (size_t d = 0; d < model->department_names.n; d++) {
		const struct model_department *department = &model->departments[d];
		const struct model_permission *view = &model->permissions[department->view];

		output_text(output, COLOUR_BOLD, department->name);
		putchar(' ');
		output_wrapped(output, COLOUR_PLAIN, output_columns(department->name) + 1, 2,
			       view->description);
		for (size_t i = 0; i < model->resource_names.n; i++) {
			const struct model_resource *resource = &model->resources[i];
			const struct model_permission *p = &model->permissions[resource->cells[0]];
			char tiers[128];

			if (resource->department != d)
				continue;
			write_tiers(model, resource, tiers);
			print_line(output, model->resource_names.list[i], tiers, p->label,
				   p->description);
		}
	}
	if (model->department_names.n > 0)
		output_wrapped(
			output, COLOUR_DIM, 0, 0,
			"Each resource has the permissions :view, :create, :edit, :delete and "
			":manage.");
}

static void print_catalog(const struct tool *tool, const struct model *model)
{
	const struct model_catalog *catalog = &model->catalogs[0];
	const struct output *output = &tool->output;

	output_text(output, COLOUR_BOLD, catalog->name);
	fputs("  ", stdout);
	output_text(output, COLOUR_PLAIN, catalog->label);
	putchar('\n');
	if (*catalog->description) {
		fputs("  ", stdout);
		output_wrapped(output, COLOUR_PLAIN, 2, 2, catalog->description);
	}
	print_roles(output, model);
	print_areas(output, model);
	print_departments(output, model);
}

static int show_catalog(struct tool *tool, const char *name)
{
	struct compiled compiled;
	int status = EXIT_DONE, r;

	compile_init(&compiled);
	r = load_one(tool, name, &compiled);
	if (r == -ENOENT) {
		status = tool_fail(tool, EXIT_USAGE, NULL,
				   "no catalog is called `%s`; `rolegate catalog` lists them",
				   name);
	} else if (r == -EINVAL) {
		status = tool_fail_problems(tool, &compiled);
	} else if (r < 0) {
		status = tool_fail_errno(tool, r, "reading the catalog");
	} else if (tool->output.json) {
		const struct model_catalog *catalog = &compiled.model.catalogs[0];

		(void)output_json(json_pack("{s:s, s:s, s:s, s:o, s:o}", "catalog", name, "label",
					    catalog->label, "description", catalog->description,
					    "roles", json_roles(&compiled.model), "permissions",
					    json_permissions(&compiled.model)),
				  true);
	} else {
		print_catalog(tool, &compiled.model);
	}
	compile_free(&compiled);
	return status;
}

int verb_catalog(struct tool *tool)
{
	const char *name = tool->options.n_words ? tool->options.words[0] : NULL;

	if (!name)
		return list_catalogs(tool);
	if (words_check(WORDS_SYMBOL, name) || strchr(name, '/'))
		return options_complain("catalog", "a catalog is named by its name alone");
	return show_catalog(tool, name);
}
