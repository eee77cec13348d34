/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What policies and catalogs have in common: roles, services. */
#include "load.h"

#include <stdlib.h>
#include <string.h>

const char *load_text(struct model *model, const struct reader *reader,
		      const config_setting_t *setting)
{
	const char *word = keys_word(reader, setting, WORDS_TEXT), *copy;

	if (!word || !*word)
		return "";
	copy = arena_string(&model->arena, word, strlen(word));
	return copy ? copy : "";
}

void load_refs(struct model *model, const struct reader *reader, const config_setting_t *list,
	       uint32_t (*look_up)(struct model *, const char *), struct refs *refs)
{
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *element = keys_element(list, i);
		const char *word = keys_word(reader, element, WORDS_SYMBOL);

		if (word)
			model_add_ref(model, refs, look_up(model, word),
				      keys_place(reader, element));
	}
}

enum format_tier load_tier(const struct reader *reader, const config_setting_t *setting)
{
	static const char *const tiers[] = { "guest", "user", "administrator", "owner" };

	if (!setting)
		return FORMAT_TIER_NONE;
	return (enum format_tier)(keys_choice(reader, setting, tiers, 4) + 1);
}

/* ---- Roles ---- */

unsigned int load_capabilities(const struct reader *reader, const config_setting_t *can)
{
	static const char *const words[] = { "view",   "create", "edit", "delete",
					     "manage", "none",	 "full" };
	bool is_single = config_setting_type(can) == CONFIG_TYPE_STRING;
	size_t n = keys_count(can);
	unsigned int bits = 0;

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *element = keys_element(can, i);
		int word = keys_choice(reader, element, words, 7);

		if (word >= 5 && !is_single)
			report_error(reader->report, keys_place(reader, element),
				     "\"%s\" stands for the whole list: write can = \"%s\"",
				     words[word], words[word]);
		else if (word == 6)
			bits = CAN_FULL;
		else if (word >= 0 && word < 5)
			bits |= 1u << word;
		if (is_single && word > 0 && word < 5)
			report_error(
				reader->report, keys_place(reader, element),
				"a single capability other than view goes into a list: can = [ \"view\", \"%s\" ]",
				words[word]);
	}
	return bits;
}

static void load_matrix(struct model *model, const struct reader *reader,
			const config_setting_t *list, struct model_role *role)
{
	static const struct key keys[] = {
		{ "on", KEY_STRING | KEY_NEEDED },
		{ "can", KEY_STRING | KEY_STRINGS | KEY_NEEDED },
	};
	const config_setting_t *values[2];
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *cell = keys_element(list, i);
		const char *on;
		struct model_cell *added;

		if (!keys_take(reader, cell, keys, 2, values))
			continue;
		on = keys_word(reader, values[0], WORDS_SYMBOL);
		added = on ? model_add_cell(model, role) : NULL;
		if (!added)
			continue;
		added->on = arena_string(&model->arena, on, strlen(on));
		added->can = load_capabilities(reader, values[1]);
		added->place = keys_place(reader, cell);
	}
}

/* A privilege list is a string of names between commas or blanks, or a list of names. */
static void load_privileges(struct model *model, const struct reader *reader,
			    const config_setting_t *setting, struct model_role *role)
{
	const char *text = NULL, *wrong;
	char name[FORMAT_NAME_MAX + 1];
	size_t n;

	if (!setting || config_setting_type(setting) != CONFIG_TYPE_STRING) {
		load_refs(model, reader, setting, model_permission, &role->privileges);
		return;
	}
	text = keys_word(reader, setting, WORDS_TEXT);
	for (; text && *text; text += n) {
		text += strspn(text, ", ");
		n = strcspn(text, ", ");
		if (n == 0)
			break;
		if (n > FORMAT_NAME_MAX) {
			report_error(reader->report, keys_place(reader, setting),
				     "a privilege's name is too long");
			continue;
		}
		memcpy(name, text, n);
		name[n] = '\0';
		wrong = words_check(WORDS_SYMBOL, name);
		if (wrong)
			report_error(reader->report, keys_place(reader, setting),
				     "privilege \"%s\" %s", name, wrong);
		else
			model_add_ref(model, &role->privileges, model_permission(model, name),
				      keys_place(reader, setting));
	}
}

static const char *load_colour(struct model *model, const struct reader *reader,
			       const config_setting_t *setting)
{
	const char *colour = load_text(model, reader, setting);

	if (setting && (strlen(colour) != 7 || colour[0] != '#' ||
			strspn(colour + 1, "0123456789abcdefABCDEF") != 6))
		report_error(reader->report, keys_place(reader, setting),
			     "\"%s\" is not a colour; write it as \"#22aa77\"", colour);
	return colour;
}

/* Whether the name is free for this definition; reports if not. */
static bool may_define(const struct reader *reader, const struct model_role *role,
		       struct place place, const struct model_catalog *catalog)
{
	if (!role->is_defined)
		return true;
	if (role->is_builtin && catalog)
		report_error(
			reader->report, place,
			"catalogs \"%s\" and \"%s\" both define the role \"%s\": load only one of them",
			role->catalog, catalog->name, role->name);
	else if (role->is_builtin || catalog)
		report_error(
			reader->report, catalog ? role->place : place,
			"\"%s\" is a built-in role of catalog \"%s\", which cannot be defined anew: choose another "
			"name, and base it on that role if it is to have more (P4)",
			role->name, catalog ? catalog->name : role->catalog);
	else
		report_error(reader->report, place,
			     "role \"%s\" is defined twice, first at %s:%u: keep one of them",
			     role->name, source_path(reader->sources, role->place),
			     role->place.line);
	return false;
}

static void load_role(struct model *model, const struct reader *reader,
		      const config_setting_t *setting, const struct model_catalog *catalog)
{
	static const struct key all_keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED },
		{ "label", KEY_STRING },
		{ "colour", KEY_STRING },
		{ "description", KEY_STRING },
		{ "based_on", KEY_STRINGS },
		{ "permissions", KEY_STRINGS },
		{ "matrix", KEY_GROUPS },
		{ "needs_approval", KEY_BOOL },
		/* The last one is a catalog's or the policy's alone. */
		{ "level", KEY_STRING },
		{ "privileges", KEY_STRING | KEY_STRINGS },
	};
	struct key keys[9];
	const config_setting_t *v[9];
	struct model_role *role;
	const char *name;
	uint32_t id;

	memcpy(keys, all_keys, sizeof(keys));
	if (!catalog)
		keys[8] = all_keys[9];
	/*
	 * Something wrong in one key is no reason to keep quiet about the others, or to call the
	 * role unknown.
	 */
	keys_take(reader, setting, keys, 9, v);
	name = keys_word(reader, v[0], WORDS_SYMBOL);
	id = name ? model_role(model, name) : NAMES_NONE;
	if (id == NAMES_NONE ||
	    !may_define(reader, &model->roles[id], keys_place(reader, setting), catalog))
		return;

	role = &model->roles[id];
	role->is_defined = true;
	role->is_builtin = catalog != NULL;
	role->catalog = catalog ? catalog->name : "";
	role->place = keys_place(reader, setting);
	role->label = load_text(model, reader, v[1]);
	role->colour = load_colour(model, reader, v[2]);
	role->description = load_text(model, reader, v[3]);
	role->needs_approval = v[7] && config_setting_get_bool(v[7]);
	if (catalog)
		role->level = load_tier(reader, v[8]);
	else
		load_privileges(model, reader, v[8], role);
	load_refs(model, reader, v[5], model_permission, &role->permissions);
	load_matrix(model, reader, v[6], role);
	/* Last: naming other roles may move them all. */
	struct refs bases = { 0 };
	load_refs(model, reader, v[4], model_role, &bases);
	model->roles[id].bases = bases;
}

void load_roles(struct model *model, const struct reader *reader, const config_setting_t *list,
		const struct model_catalog *catalog)
{
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++)
		load_role(model, reader, keys_element(list, i), catalog);
}

/* ---- Services ---- */

static unsigned int load_service_flags(const struct reader *reader, const config_setting_t *subject,
				       const config_setting_t *mode,
				       const config_setting_t *accounts)
{
	static const char *const all_accounts[] = { "known", "any" };
	static const char *const subjects[] = { "user", "actor" };
	static const char *const modes[] = { "enforcing", "permissive" };
	unsigned int flags = 0;

	if (subject && keys_choice(reader, subject, subjects, 2) == 1)
		flags |= FORMAT_SERVICE_ACTOR;
	if (accounts && keys_choice(reader, accounts, all_accounts, 2) == 1) {
		flags |= FORMAT_SERVICE_ANY_ACCOUNT;
		if (flags & FORMAT_SERVICE_ACTOR)
			report_error(
				reader->report, keys_place(reader, accounts),
				"accounts = \"any\" and subject = \"actor\" exclude each other: an "
				"actor is always an account");
	}
	if (mode)
		flags |= keys_choice(reader, mode, modes, 2) == 1 ? FORMAT_SERVICE_PERMISSIVE
								  : FORMAT_SERVICE_ENFORCING;
	return flags;
}

/* Whether this entry is to be taken for that name; reports if there are two. */
static bool may_map(const struct reader *reader, const struct model_service *service,
		    const char *name, struct place place, bool is_catalogs)
{
	if (service->place.line == 0)
		return true;
	if (service->is_catalogs != is_catalogs)
		return service->is_catalogs; /* the policy's own entry wins */
	report_error(reader->report, place,
		     "service \"%s\" has two entries, the first at %s:%u: keep one of them", name,
		     source_path(reader->sources, service->place), service->place.line);
	return false;
}

static void load_service_name(struct model *model, const struct reader *reader,
			      const config_setting_t *setting, const struct model_service *template,
			      const struct config_setting_t *require)
{
	const char *word = keys_word(reader, setting, WORDS_SERVICE);
	char name[FORMAT_NAME_MAX + 1];
	struct model_service *service;
	uint32_t id;

	id = word && format_lower_case(name, word) ? model_service(model, name) : NAMES_NONE;
	if (id == NAMES_NONE)
		return;
	service = &model->services[id];
	if (!may_map(reader, service, name, keys_place(reader, setting), template->is_catalogs))
		return;
	free(service->required.list);
	*service = *template;
	service->place = keys_place(reader, setting);
	load_refs(model, reader, require, model_permission, &service->required);
}

static void load_service(struct model *model, const struct reader *reader,
			 const config_setting_t *setting, const struct model_catalog *catalog)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_STRINGS | KEY_NEEDED },
		{ "require", KEY_STRINGS },
		{ "require_any", KEY_STRINGS },
		{ "subject", KEY_STRING },
		{ "mode", KEY_STRING },
		{ "accounts", KEY_STRING },
	};
	struct model_service template = { .is_catalogs = catalog != NULL };
	const config_setting_t *v[6], *require;
	size_t n;

	if (!keys_take(reader, setting, keys, 6, v))
		return;
	if (v[1] && v[2])
		report_error(
			reader->report, keys_place(reader, v[2]),
			"`require` (all of them) and `require_any` (any of them) exclude each other");
	require = v[2] ? v[2] : v[1];
	if (require && keys_count(require) == 0)
		report_error(reader->report, keys_place(reader, require),
			     "an empty list; leave the key out if everybody may use the service");
	if (keys_count(require) > FORMAT_REQUIRE_MAX)
		report_error(reader->report, keys_place(reader, require),
			     "more than %u permissions", FORMAT_REQUIRE_MAX);
	template.require = v[2]	  ? FORMAT_REQUIRE_ANY
			   : v[1] ? FORMAT_REQUIRE_ALL
				  : FORMAT_REQUIRE_NOTHING;
	template.flags = load_service_flags(reader, v[3], v[4], v[5]);
	n = keys_count(v[0]);
	if (n == 0)
		report_error(reader->report, keys_place(reader, v[0]), "a service without a name");
	for (size_t i = 0; i < n; i++)
		load_service_name(model, reader, keys_element(v[0], i), &template, require);
}

void load_services(struct model *model, const struct reader *reader, const config_setting_t *list,
		   const struct model_catalog *catalog)
{
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++)
		load_service(model, reader, keys_element(list, i), catalog);
}
