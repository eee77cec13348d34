/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Works out which permissions the plan leaves in force (P11). */
#include <string.h>

#include "resolve_internal.h"

#define AREA "area:"

enum match {
	MATCH_NONE,
	MATCH_CUSTOM, /* a custom privilege, which is no plan feature */
	MATCH_SOME,
};

/* Whether one item of the plan includes a permission. */
static bool includes(const struct model *model, const char *item,
		     const struct model_permission *permission)
{
	size_t n = strlen(item);

	if (!strncmp(item, AREA, strlen(AREA)))
		return !strcmp(permission->area, item + strlen(AREA));
	if (n > 2 && !strcmp(item + n - 2, ".*"))
		return !strncmp(permission->name, item, n - 1);
	if (permission->department != NAMES_NONE &&
	    !strcmp(model->departments[permission->department].name, item))
		return true;
	return !strcmp(permission->name, item);
}

static enum match apply_item(struct model *model, const char *item)
{
	enum match match = MATCH_NONE;

	for (size_t i = 0; i < model->permission_names.n; i++) {
		struct model_permission *permission = &model->permissions[i];

		if (permission->kind == PERMISSION_UNDEFINED || !includes(model, item, permission))
			continue;
		if (permission->kind == PERMISSION_CUSTOM) {
			match = match == MATCH_NONE ? MATCH_CUSTOM : match;
			continue;
		}
		permission->in_force = true;
		match = MATCH_SOME;
	}
	return match;
}

/* A name that the author may have meant. */
static const char *suggest(struct resolving *r, const char *item)
{
	const char *best = NULL,
		   *area = strncmp(item, AREA, strlen(AREA)) ? item : item + strlen(AREA);
	const struct model *model = r->model;
	unsigned int distance = 0;

	if (!report_may_hint(r->report, model->permission_names.n + model->department_names.n +
						model->n_areas))
		return NULL;
	for (size_t i = 0; i < model->permission_names.n; i++)
		if (model->permissions[i].kind == PERMISSION_SYSTEM && area == item)
			names_consider(item, model->permissions[i].name, &best, &distance);
	for (size_t i = 0; i < model->department_names.n; i++)
		names_consider(area, model->departments[i].name, &best, &distance);
	for (size_t i = 0; i < model->n_areas; i++)
		names_consider(area, model->areas[i].name, &best, &distance);
	return best;
}

static void report_no_match(struct resolving *r, const struct model_plan_item *item,
			    enum match match)
{
	size_t n = strlen(item->text);
	const char *best;

	if (match == MATCH_CUSTOM) {
		report_warning(
			r->report, item->place,
			"\"%s\" is a custom privilege, which no plan gives or takes: leave it out (P11)",
			item->text);
		return;
	}
	if (n > 2 && !strcmp(item->text + n - 2, ".*")) {
		report_warning(r->report, item->place, "no permission begins with \"%.*s\"",
			       (int)n - 1, item->text);
		return;
	}
	best = suggest(r, item->text);
	report_error(
		r->report, item->place,
		"the plan includes \"%s\", which is no permission, department, `area:NAME` or prefix `x.*`%s%s%s",
		item->text, best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

/*
 * P10: department:view goes with the views on the department's resources, not with its own name
 * in the plan.
 */
static void derive_views(struct model *model)
{
	for (size_t i = 0; i < model->department_names.n; i++)
		model->permissions[model->departments[i].view].in_force = false;
	for (size_t i = 0; i < model->resource_names.n; i++) {
		const struct model_resource *resource = &model->resources[i];

		if (model->permissions[resource->cells[0]].in_force)
			model->permissions[model->departments[resource->department].view].in_force =
				true;
	}
}

void resolve_plan(struct resolving *r)
{
	struct model *model = r->model;
	bool has_plan = model->plan_place.line > 0;

	for (size_t i = 0; i < model->permission_names.n; i++) {
		struct model_permission *permission = &model->permissions[i];

		permission->in_force = !has_plan || permission->is_core ||
				       permission->kind == PERMISSION_CUSTOM;
	}
	for (size_t i = 0; i < model->n_plan_items; i++) {
		enum match match = apply_item(model, model->plan_items[i].text);

		if (match != MATCH_SOME)
			report_no_match(r, &model->plan_items[i], match);
	}
	derive_views(model);
	if (model->manage_permission != NAMES_NONE &&
	    !model->permissions[model->manage_permission].in_force)
		report_error(
			r->report, model->plan_place,
			"the plan leaves out \"%s\": nobody could change roles any more; include it",
			model->permissions[model->manage_permission].name);
}
