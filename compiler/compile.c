/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "load.h"
#include "resolve.h"

void compile_init(struct compiled *compiled)
{
	*compiled = (struct compiled){ 0 };
	model_init(&compiled->model);
}

int compile_choose_seed(struct compiled *compiled)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return -ENOMEM;
	model_set_seed(&compiled->model, seed);
	return 0;
}

void compile_free(struct compiled *compiled)
{
	model_free(&compiled->model);
	report_free(&compiled->report);
	sources_free(&compiled->sources);
}

/* ---- Catalogs ---- */

struct catalogs_wanted {
	struct compiled *compiled;
	int (*find)(void *context, struct compiled *compiled, const char *name, struct place place,
		    uint32_t *ret_file);
	void *context;
};

static bool load_one_catalog(struct catalogs_wanted *wanted, const struct ref *ref)
{
	struct compiled *c = wanted->compiled;
	const char *name = c->model.catalog_names.list[ref->id];
	uint32_t file;
	int r;

	r = wanted->find(wanted->context, c, name, ref->place, &file);
	if (r == 0)
		return load_catalog(&c->model, &c->sources, file, name, &c->report);
	if (r == -ENOENT)
		report_error(&c->report, ref->place,
			     "no catalog is called \"%s\"; `rolegate catalog` lists what there is",
			     name);
	if (r == -ENOMEM)
		c->report.is_out_of_memory = true;
	return false;
}

static bool load_catalogs(void *context)
{
	struct catalogs_wanted *wanted = context;
	const struct refs *refs = &wanted->compiled->model.wanted_catalogs;
	bool good = true;

	for (size_t i = 0; i < refs->n; i++)
		if (!load_one_catalog(wanted, &refs->list[i]))
			good = false;
	return good;
}

/*
 * All roles and permissions come from catalogs: without, every name would seem unknown. Where there
 * are errors already, such as a misspelt key, one of them may be why.
 */
static bool has_catalogs(const struct model *model, struct report *report)
{
	if (model->wanted_catalogs.n > 0)
		return true;
	if (report->n_errors == 0)
		report_error(report, PLACE_NOWHERE,
			     "no catalog is loaded: `catalogs` names them, such as "
			     "catalogs = [ \"workspace\", \"host\" ];");
	return false;
}

int compile_sources(struct compiled *ret,
		    int (*find_catalog)(void *context, struct compiled *compiled, const char *name,
					struct place place, uint32_t *ret_file),
		    void *context)
{
	struct catalogs_wanted wanted = { .compiled = ret,
					  .find = find_catalog,
					  .context = context };
	bool good;
	int r = 0;

	good = load_policies(&ret->model, &ret->sources, ret->sources.n, &ret->report,
			     load_catalogs, &wanted);
	good = good && has_catalogs(&ret->model, &ret->report);
	/* Without one of the texts, every name that it defines would seem unknown. */
	if (good)
		r = resolve_model(&ret->model, &ret->sources, &ret->report);
	report_sort(&ret->report);
	if (r < 0 || ret->model.arena.is_exhausted || ret->report.is_out_of_memory)
		return -ENOMEM;
	return good && ret->report.n_errors == 0 ? 0 : -EINVAL;
}

/* ---- From a tree ---- */

/* Read a file of the policy, or take what stands in for it. As source_read(). */
static int read_source(struct compiled *compiled, const struct tree *tree, const char *path,
		       const struct source_overlay *overlay, uint32_t *ret_file)
{
	if (overlay && !strcmp(overlay->path, path))
		return source_add_overlay(&compiled->sources, overlay, ret_file);
	return source_read(&compiled->sources, tree, path, &compiled->report, ret_file);
}

/* Path of a catalog, on the heap. */
static char *catalog_path(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s.conf", folder, name) < 0 ? NULL : path;
}

/* Read one place where a catalog may be. */
static int read_catalog(struct compiled *compiled, const struct tree *tree, const char *folder,
			const char *name, uint32_t *ret_file)
{
	char *path = catalog_path(folder, name);
	int r;

	if (!path)
		return -ENOMEM;
	r = source_read(&compiled->sources, tree, path, &compiled->report, ret_file);
	free(path);
	return r;
}

static int find_catalog(void *context, struct compiled *compiled, const char *name,
			struct place place, uint32_t *ret_file)
{
	const struct compile_catalogs *where = context;
	struct tree host = { .fd = -1 };
	uint32_t site_file = 0;
	int vendor, site;

	vendor = read_catalog(compiled, where->tree, where->vendor, name, ret_file);
	if (vendor == -ENOENT && where->spare)
		vendor = read_catalog(compiled, &host, where->spare, name, ret_file);
	site = read_catalog(compiled, where->tree, where->site, name, &site_file);
	if (site == -ENOENT || vendor == -ENOMEM)
		return vendor;
	if (site == -ENOMEM)
		return site;
	if (vendor != -ENOENT) {
		report_error(
			&compiled->report, place,
			"catalog \"%s\" is there twice, as %s/%s.conf and as %s/%s.conf: rename the site's own",
			name, where->vendor, name, where->site, name);
		return -EBADMSG;
	}
	*ret_file = site_file;
	return site;
}

static int is_source_name(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 5 && entry->d_name[0] != '.' && !strcmp(entry->d_name + n - 5, ".conf");
}

/* Byte order, whatever the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_policy_d_file(struct compiled *compiled, const struct tree *tree,
			      const char *folder, const char *name,
			      const struct source_overlay *overlay)
{
	uint32_t file;
	char *path;
	int r;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return -ENOMEM;
	r = read_source(compiled, tree, path, overlay, &file);
	free(path);
	/* Gone since it was listed: an editor's temporary. */
	return r == -ENOENT || r == -EBADMSG ? 0 : r;
}

/* The name in a folder of the file that the overlay stands in for; NULL if it is elsewhere. */
static const char *overlay_name(const struct source_overlay *overlay, const char *folder)
{
	size_t n = strlen(folder);

	return overlay && !strncmp(overlay->path, folder, n) && overlay->path[n] == '/'
		       ? overlay->path + n + 1
		       : NULL;
}

/* Read the listed files in their order, and what stands in for one that need not be there in its. */
static int read_listed(struct compiled *compiled, const struct tree *tree, const char *folder,
		       struct dirent *const *entries, int n, const struct source_overlay *overlay)
{
	const char *extra = overlay_name(overlay, folder);
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		int order = extra ? strcmp(extra, entries[i]->d_name) : 1;

		if (order <= 0) {
			r = order < 0 ? read_policy_d_file(compiled, tree, folder, extra, overlay)
				      : 0;
			extra = NULL;
		}
		if (r == 0)
			r = read_policy_d_file(compiled, tree, folder, entries[i]->d_name, overlay);
	}
	return r == 0 && extra ? read_policy_d_file(compiled, tree, folder, extra, overlay) : r;
}

static int read_policy_d(struct compiled *compiled, const struct tree *tree, const char *folder,
			 const struct source_overlay *overlay)
{
	struct dirent **entries = NULL;
	int fd, n, r = 0;

	fd = tree_open_file(tree, folder, O_RDONLY | O_DIRECTORY, 0);
	if (fd == -ENOENT)
		return read_listed(compiled, tree, folder, NULL, 0, overlay);
	if (fd < 0) {
		report_error(&compiled->report, PLACE_NOWHERE, "%s cannot be opened: %s", folder,
			     strerror(-fd));
		return 0;
	}
	source_check_folder(fd, folder, &compiled->report);
	n = scandirat(fd, ".", &entries, is_source_name, by_bytes);
	if (n < 0 && errno == ENOMEM)
		r = -ENOMEM;
	else if (n < 0)
		report_error(&compiled->report, PLACE_NOWHERE, "%s cannot be listed: %s", folder,
			     strerror(errno));
	if (r == 0 && n >= 0)
		r = read_listed(compiled, tree, folder, entries, n, overlay);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	close(fd);
	return r;
}

static int read_policy(struct compiled *compiled, const struct tree *tree, const char *conf_dir,
		       const struct source_overlay *overlay, char **policy_d)
{
	uint32_t file;
	char *path;
	int fd, r;

	if (asprintf(policy_d, "%s/policy.d", conf_dir) < 0) {
		*policy_d = NULL;
		return -ENOMEM;
	}
	if (asprintf(&path, "%s/rolegate.conf", conf_dir) < 0)
		return -ENOMEM;
	r = read_source(compiled, tree, path, overlay, &file);
	if (r == -ENOENT)
		report_error(&compiled->report, PLACE_NOWHERE,
			     "there is no %s; `rolegate init --owner USER` writes a first one",
			     path);
	free(path);
	if (r == -ENOMEM)
		return r;
	fd = tree_open_file(tree, conf_dir, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0) {
		source_check_folder(fd, conf_dir, &compiled->report);
		close(fd);
	}
	return read_policy_d(compiled, tree, *policy_d, overlay);
}

int compile_read(const struct tree *tree, const char *conf_dir, struct compiled *ret)
{
	char *policy_d = NULL;
	int r = read_policy(ret, tree, conf_dir, NULL, &policy_d);

	free(policy_d);
	return r == -ENOMEM ? r : 0;
}

int compile_tree(const struct tree *tree, const char *conf_dir,
		 const struct compile_catalogs *catalogs, const struct source_overlay *overlay,
		 struct compiled *ret)
{
	char *policy_d = NULL;
	int r, noted;

	r = compile_choose_seed(ret);
	if (r < 0)
		return r;
	r = read_policy(ret, tree, conf_dir, overlay, &policy_d);
	if (r == 0 && ret->sources.n == 0)
		r = -EINVAL;
	if (r == 0) {
		struct compile_catalogs where = *catalogs;

		r = compile_sources(ret, find_catalog, &where);
	}
	if (r == 0) {
		noted = source_note_folder(&ret->sources, tree, policy_d);
		if (noted < 0)
			r = noted == -ENOMEM ? noted : -EINVAL;
	}
	free(policy_d);
	report_sort(&ret->report);
	return r == -ENOMEM ? r : r < 0 ? -EINVAL : 0;
}
