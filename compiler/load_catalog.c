/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads the files of vendors: what there is to permit, and the built-in roles. */
#include <stdio.h>
#include <string.h>

#include "load.h"
#include "parse.h"

static void load_areas(struct model *model, const struct reader *reader,
		       const config_setting_t *list, const struct model_catalog *catalog)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED },
		{ "label", KEY_STRING },
		{ "description", KEY_STRING },
	};
	const config_setting_t *v[3];
	size_t n = keys_count(list);

	if (n > MODEL_AREAS_MAX) {
		report_error(reader->report, keys_place(reader, list), "more than %zu areas",
			     MODEL_AREAS_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct model_area *area;

		if (!keys_take(reader, keys_element(list, i), keys, 3, v))
			continue;
		area = model_add_area(model);
		if (!area)
			continue;
		area->catalog = catalog->name;
		area->name = load_text(model, reader, v[0]);
		if (!*area->name)
			report_error(reader->report, keys_place(reader, v[0]),
				     "an area without a name");
	}
}

/* Make a name a system permission; NULL if it is one already, or memory ran out. */
static struct model_permission *define(struct model *model, const struct reader *reader,
				       const char *name, struct place place,
				       const struct model_catalog *catalog)
{
	uint32_t id = model_permission(model, name);
	struct model_permission *permission;

	if (id == NAMES_NONE)
		return NULL;
	permission = &model->permissions[id];
	if (permission->kind == PERMISSION_SYSTEM) {
		report_error(reader->report, place,
			     "permission \"%s\" is defined twice, first at %s:%u", name,
			     source_path(reader->sources, permission->place),
			     permission->place.line);
		return NULL;
	}
	permission->kind = PERMISSION_SYSTEM;
	permission->place = place;
	permission->catalog = catalog->name;
	permission->area = permission->label = permission->description = "";
	permission->tier = FORMAT_TIER_USER;
	permission->is_by_tier = catalog->grants_by_tier;
	return permission;
}

static const char *find_area(const struct model *model, const struct reader *reader,
			     const config_setting_t *setting, const struct model_catalog *catalog)
{
	const char *name = keys_word(reader, setting, WORDS_TEXT), *best = NULL;
	unsigned int distance = 0;

	for (size_t i = 0; name && i < model->n_areas; i++) {
		if (strcmp(model->areas[i].catalog, catalog->name) != 0)
			continue;
		if (!strcmp(model->areas[i].name, name))
			return model->areas[i].name;
		if (report_may_hint(reader->report, 1))
			names_consider(name, model->areas[i].name, &best, &distance);
	}
	if (name)
		report_error(reader->report, keys_place(reader, setting),
			     "no area is called \"%s\"%s%s%s", name,
			     best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
	return "";
}

static void load_permissions(struct model *model, const struct reader *reader,
			     const config_setting_t *list, const struct model_catalog *catalog)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED }, { "area", KEY_STRING | KEY_NEEDED },
		{ "tier", KEY_STRING | KEY_NEEDED }, { "label", KEY_STRING },
		{ "description", KEY_STRING },	     { "core", KEY_BOOL },
	};
	const config_setting_t *v[6];
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *setting = keys_element(list, i);
		struct model_permission *permission;
		const char *name;

		if (!keys_take(reader, setting, keys, 6, v))
			continue;
		name = keys_word(reader, v[0], WORDS_SYMBOL);
		permission =
			name ? define(model, reader, name, keys_place(reader, setting), catalog)
			     : NULL;
		if (!permission)
			continue;
		permission->area = find_area(model, reader, v[1], catalog);
		permission->tier = load_tier(reader, v[2]);
		permission->label = load_text(model, reader, v[3]);
		permission->description = load_text(model, reader, v[4]);
		permission->is_core = v[5] && config_setting_get_bool(v[5]);
	}
}

/* ---- Departments ---- */

static void load_tiers(struct model *model, const struct reader *reader,
		       const config_setting_t *list, const struct model_resource *resource)
{
	static const struct key keys[] = {
		{ "can", KEY_STRING | KEY_STRINGS | KEY_NEEDED },
		{ "tier", KEY_STRING | KEY_NEEDED },
	};
	const config_setting_t *v[2];
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++) {
		unsigned int can;
		enum format_tier tier;

		if (!keys_take(reader, keys_element(list, i), keys, 2, v))
			continue;
		can = load_capabilities(reader, v[0]);
		tier = load_tier(reader, v[1]);
		for (unsigned int c = 0; c < N_CAPABILITIES; c++)
			if (can & 1u << c)
				model->permissions[resource->cells[c]].tier = tier;
	}
}

/* What people are told of a resource. */
struct words {
	const char *label, *description;
};

/* Define department.resource:capability for all capabilities. */
static bool define_cells(struct model *model, const struct reader *reader, const char *name,
			 const config_setting_t *setting, struct words words,
			 const struct model_catalog *catalog, struct model_resource *ret)
{
	const struct model_department *department = &model->departments[ret->department];

	for (unsigned int c = 0; c < N_CAPABILITIES; c++) {
		char full[FORMAT_NAME_MAX + 1];
		struct model_permission *permission;
		int n = snprintf(full, sizeof(full), "%s:%s", name, model_capability_name(c));

		if (n < 0 || (size_t)n >= sizeof(full)) {
			report_error(reader->report, keys_place(reader, setting),
				     "the name \"%s\" is too long", name);
			return false;
		}
		permission = define(model, reader, full, keys_place(reader, setting), catalog);
		if (!permission)
			return false;
		permission->department = ret->department;
		permission->area = department->name;
		permission->label = words.label;
		permission->description = words.description;
		permission->is_core = department->is_core;
		ret->cells[c] = (uint32_t)(permission - model->permissions);
	}
	return true;
}

static void load_resource(struct model *model, const struct reader *reader,
			  const config_setting_t *setting, uint32_t department,
			  const struct model_catalog *catalog)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED },
		{ "label", KEY_STRING },
		{ "description", KEY_STRING },
		{ "tiers", KEY_GROUPS },
	};
	struct model_resource resource = { .department = department };
	char full[FORMAT_NAME_MAX + 1];
	const config_setting_t *v[4];
	struct words words;
	const char *name;
	uint32_t id;

	if (!keys_take(reader, setting, keys, 4, v))
		return;
	name = keys_word(reader, v[0], WORDS_SYMBOL);
	if (!name)
		return;
	if (snprintf(full, sizeof(full), "%s.%s", model->departments[department].name, name) >=
	    (int)sizeof(full)) {
		report_error(reader->report, keys_place(reader, v[0]),
			     "the name \"%s\" is too long", name);
		return;
	}
	words.label = load_text(model, reader, v[1]);
	words.description = load_text(model, reader, v[2]);
	if (!define_cells(model, reader, full, setting, words, catalog, &resource))
		return;
	id = model_resource(model, full);
	if (id == NAMES_NONE)
		return;
	resource.next = model->departments[department].first;
	model->resources[id] = resource;
	model->departments[department].first = id;
	load_tiers(model, reader, v[3], &resource);
}

static void load_department(struct model *model, const struct reader *reader,
			    const config_setting_t *setting, const struct model_catalog *catalog)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED },
		{ "label", KEY_STRING },
		{ "description", KEY_STRING },
		{ "core", KEY_BOOL },
		{ "resources", KEY_GROUPS | KEY_NEEDED },
	};
	struct model_department *department;
	struct model_permission *permission;
	char view[FORMAT_NAME_MAX + 1];
	const config_setting_t *v[5];
	const char *name;
	uint32_t id;
	size_t n;

	if (!keys_take(reader, setting, keys, 5, v))
		return;
	name = keys_word(reader, v[0], WORDS_SYMBOL);
	id = name ? model_department(model, name) : NAMES_NONE;
	if (id == NAMES_NONE)
		return;
	if (snprintf(view, sizeof(view), "%s:view", name) >= (int)sizeof(view)) {
		report_error(reader->report, keys_place(reader, v[0]),
			     "the name \"%s\" is too long", name);
		return;
	}
	department = &model->departments[id];
	department->label = load_text(model, reader, v[1]);
	department->is_core = v[3] && config_setting_get_bool(v[3]);
	department->place = keys_place(reader, setting);
	permission = define(model, reader, view, department->place, catalog);
	if (!permission)
		return;
	department->view = (uint32_t)(permission - model->permissions);
	permission->department = id;
	permission->area = department->name;
	permission->label = department->label;
	permission->description = load_text(model, reader, v[2]);
	permission->is_core = department->is_core;
	permission->is_derived = true;
	n = keys_count(v[4]);
	for (size_t i = 0; i < n; i++)
		load_resource(model, reader, keys_element(v[4], i), id, catalog);
}

/* ---- The whole ---- */

enum {
	TOP_NAME,
	TOP_LABEL,
	TOP_DESCRIPTION,
	TOP_BY_TIER,
	TOP_MANAGE_ROLES,
	TOP_MANAGE_PASSWORDS,
	TOP_AREAS,
	TOP_PERMISSIONS,
	TOP_DEPARTMENTS,
	TOP_ROLES,
	TOP_SERVICES,
	N_TOP,
};

/* A permission that a catalog says to have a meaning of its own, or NULL. */
static const char *load_meaning(struct model *model, const struct reader *reader,
				const config_setting_t *setting)
{
	const char *name = keys_word(reader, setting, WORDS_SYMBOL);
	uint32_t id = name ? model_permission(model, name) : NAMES_NONE;

	return id != NAMES_NONE ? model->permissions[id].name : NULL;
}

static void load_top(struct model *model, const struct reader *reader, const config_setting_t *top,
		     const char *name)
{
	static const struct key keys[N_TOP] = {
		[TOP_NAME] = { "name", KEY_STRING | KEY_NEEDED },
		[TOP_LABEL] = { "label", KEY_STRING },
		[TOP_DESCRIPTION] = { "description", KEY_STRING },
		[TOP_BY_TIER] = { "grants_by_tier", KEY_BOOL },
		[TOP_MANAGE_ROLES] = { "manage_roles", KEY_STRING },
		[TOP_MANAGE_PASSWORDS] = { "manage_passwords", KEY_STRING },
		[TOP_AREAS] = { "areas", KEY_GROUPS },
		[TOP_PERMISSIONS] = { "permissions", KEY_GROUPS },
		[TOP_DEPARTMENTS] = { "departments", KEY_GROUPS },
		[TOP_ROLES] = { "roles", KEY_GROUPS },
		[TOP_SERVICES] = { "services", KEY_GROUPS },
	};
	const config_setting_t *v[N_TOP];
	struct model_catalog *catalog = model_add_catalog(model), copy;
	const char *own_name;
	size_t n;

	if (!catalog)
		return;
	keys_take(reader, top, keys, N_TOP, v);
	own_name = keys_word(reader, v[TOP_NAME], WORDS_SYMBOL);
	if (own_name && strcmp(own_name, name) != 0)
		report_error(reader->report, keys_place(reader, v[TOP_NAME]),
			     "the file is called \"%s.conf\": name the catalog \"%s\" too", name,
			     name);
	catalog->name = arena_string(&model->arena, name, strlen(name));
	if (!catalog->name)
		return;
	catalog->label = load_text(model, reader, v[TOP_LABEL]);
	catalog->description = load_text(model, reader, v[TOP_DESCRIPTION]);
	catalog->grants_by_tier = v[TOP_BY_TIER] && config_setting_get_bool(v[TOP_BY_TIER]);
	catalog->place = (struct place){ .file = reader->file };
	copy = *catalog;

	load_areas(model, reader, v[TOP_AREAS], &copy);
	n = keys_count(v[TOP_DEPARTMENTS]);
	for (size_t i = 0; i < n; i++)
		load_department(model, reader, keys_element(v[TOP_DEPARTMENTS], i), &copy);
	load_permissions(model, reader, v[TOP_PERMISSIONS], &copy);
	load_roles(model, reader, v[TOP_ROLES], &copy);
	load_services(model, reader, v[TOP_SERVICES], &copy);
	catalog->manage_roles = load_meaning(model, reader, v[TOP_MANAGE_ROLES]);
	catalog->manage_passwords = load_meaning(model, reader, v[TOP_MANAGE_PASSWORDS]);
}

bool load_catalog(struct model *model, const struct sources *sources, uint32_t file,
		  const char *name, struct report *report)
{
	struct reader reader = { .sources = sources, .report = report, .file = file };
	config_t config;

	if (!parse_source(&reader, NULL, &config))
		return false;
	load_top(model, &reader, config_root_setting(&config), name);
	config_destroy(&config);
	return true;
}
