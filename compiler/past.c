/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "past.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"

/* The generation whose sources are read. */
struct past {
	const struct tree *tree;
	const char *conf_dir, *state_path;
	const struct rolegate_policy *policy;
	const struct source_overlay *overlay;
};

/* Read a generation's copy of a source, under the source's own name and time. */
static int read_past_source(struct compiled *compiled, const struct past *past,
			    const struct rolegate_source *was, uint32_t *ret_file)
{
	struct source *source;
	char *copy, *path;
	int r = -ENOMEM;

	copy = kept_source_path(past->state_path, past->policy->head.generation, was->path);
	path = strdup(was->path);
	if (copy && path)
		r = source_read(&compiled->sources, past->tree, copy, &compiled->report, ret_file);
	free(copy);
	if (r == 0) {
		source = &compiled->sources.list[*ret_file];
		free(source->path);
		source->path = path;
		source->mtime_s = was->mtime_s;
		source->mtime_ns = was->mtime_ns;
		return 0;
	}
	free(path);
	if (r == -ENOENT)
		report_error(&compiled->report, PLACE_NOWHERE,
			     "generation %llu has no copy of %s: it was taken away",
			     (unsigned long long)past->policy->head.generation, was->path);
	return r == -ENOENT ? -EBADMSG : r;
}

bool past_is_policy_file(const char *path, const char *conf_dir)
{
	size_t n = strlen(conf_dir);

	return !strncmp(path, conf_dir, n) &&
	       (!strcmp(path + n, "/rolegate.conf") || !strncmp(path + n, "/policy.d/", 10));
}

/* Read the policy's own files; what is wrong with one is reported. */
static int read_past_policy(struct compiled *compiled, const struct past *past)
{
	const struct source_overlay *overlay = past->overlay;
	struct rolegate_source was;
	struct record record;
	struct cursor c;
	uint32_t n, file;
	int r;

	r = policy_load_sources(past->policy, &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_source(&c, &was)) {
			r = -EBADMSG;
			break;
		}
		if (was.size < 0 || !past_is_policy_file(was.path, past->conf_dir) ||
		    (overlay && !strcmp(overlay->path, was.path)))
			continue;
		r = read_past_source(compiled, past, &was, &file);
	}
	store_record_free(&record);
	if (r == 0 && overlay)
		r = source_add_overlay(&compiled->sources, overlay, &file);
	return r;
}

static int find_past_catalog(void *context, struct compiled *compiled, const char *name,
			     struct place place, uint32_t *ret_file)
{
	const struct past *past = context;
	struct rolegate_source was;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	(void)place;
	r = policy_load_sources(past->policy, &record, &c, &n);
	if (r < 0)
		return r;
	r = -ENOENT;
	for (uint32_t i = 0; i < n && r == -ENOENT && policy_read_source(&c, &was); i++) {
		const char *slash = strrchr(was.path, '/');
		size_t n_name = strlen(name);

		if (was.size >= 0 && slash && !past_is_policy_file(was.path, past->conf_dir) &&
		    !strncmp(slash + 1, name, n_name) && !strcmp(slash + 1 + n_name, ".conf"))
			r = read_past_source(compiled, past, &was, ret_file);
	}
	store_record_free(&record);
	return r;
}

int past_compile(const struct tree *tree, const char *conf_dir, const char *state_path,
		 const struct rolegate_policy *policy, const struct source_overlay *overlay,
		 struct compiled *ret)
{
	struct past past = {
		.tree = tree,
		.conf_dir = conf_dir,
		.state_path = state_path,
		.policy = policy,
		.overlay = overlay,
	};
	char *policy_d;
	int r;

	r = compile_choose_seed(ret);
	if (r == 0)
		r = read_past_policy(ret, &past);
	if (r == 0)
		r = compile_sources(ret, find_past_catalog, &past);
	if (r == 0 && asprintf(&policy_d, "%s/policy.d", conf_dir) < 0)
		r = -ENOMEM;
	else if (r == 0) {
		r = source_note_folder(&ret->sources, tree, policy_d);
		free(policy_d);
	}
	report_sort(&ret->report);
	return r == -ENOMEM ? r : r < 0 ? -EINVAL : 0;
}

/* ---- What is different now ---- */

/* Whether a file is among the sources. */
static bool is_there(const struct sources *sources, const char *path)
{
	for (size_t i = 0; i < sources->n; i++)
		if (sources->list[i].text && !strcmp(sources->list[i].path, path))
			return true;
	return false;
}

/* Files that are there now: changed or new. One that could not be read has no text. */
static int compare_present(const struct past *past, const struct sources *now,
			   int (*each)(void *context, const char *path), void *context)
{
	int r = 0;

	for (size_t i = 0; i < now->n && r == 0; i++) {
		const struct source *source = &now->list[i];

		r = source->text ? kept_compare_source(past->tree, past->state_path,
						       past->policy->head.generation, source)
				 : 0;
		if (r == -ENOENT)
			r = 0;
		r = r < 0 ? r : r == 1 ? 0 : each(context, source->path);
	}
	return r;
}

/* Files that were there then. */
static int find_gone(const struct past *past, const struct sources *now,
		     int (*each)(void *context, const char *path), void *context)
{
	struct rolegate_source was;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_sources(past->policy, &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_source(&c, &was))
			r = -EBADMSG;
		else if (was.size >= 0 && past_is_policy_file(was.path, past->conf_dir) &&
			 !is_there(now, was.path))
			r = each(context, was.path);
	}
	store_record_free(&record);
	return r;
}

int past_each_change(const struct tree *tree, const char *conf_dir, const char *state_path,
		     const struct rolegate_policy *policy,
		     int (*each)(void *context, const char *path), void *context)
{
	struct past past = {
		.tree = tree,
		.conf_dir = conf_dir,
		.state_path = state_path,
		.policy = policy,
	};
	struct compiled now;
	int r;

	compile_init(&now);
	r = compile_read(tree, conf_dir, &now);
	if (r == 0)
		r = compare_present(&past, &now.sources, each, context);
	if (r == 0)
		r = find_gone(&past, &now.sources, each, context);
	compile_free(&now);
	return r;
}
