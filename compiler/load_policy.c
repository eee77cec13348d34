/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads the files that people write: rolegate.conf and policy.d. */
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "parse.h"
#include "plain.h"
#include "when.h"

/* Whether a scalar is set here for the first time; notes the place, or reports both. */
static bool is_first(const struct reader *reader, const config_setting_t *setting,
		     struct place *place)
{
	if (place->line > 0) {
		report_error(reader->report, keys_place(reader, setting),
			     "`%s` is set a second time, first at %s:%u: keep one",
			     config_setting_name(setting), source_path(reader->sources, *place),
			     place->line);
		return false;
	}
	*place = keys_place(reader, setting);
	return true;
}

/* ---- Assignments ---- */

enum {
	ASSIGN_USER,
	ASSIGN_GROUP,
	ASSIGN_VIRTUAL,
	ASSIGN_ROLES,
	ASSIGN_FROM,
	ASSIGN_UNTIL,
	ASSIGN_APPROVED,
	ASSIGN_WHY,
	N_ASSIGN
};

static bool load_time(const struct reader *reader, const config_setting_t *setting, int64_t *ret_at)
{
	const char *text = keys_word(reader, setting, WORDS_TEXT), *wrong;

	if (!text)
		return false;
	wrong = when_parse(text, ret_at);
	if (!wrong)
		return true;
	report_error(reader->report, keys_place(reader, setting), "\"%s\" is %s", text, wrong);
	return false;
}

static void load_times(const struct reader *reader, const config_setting_t **v,
		       struct model_assignment *assignment)
{
	assignment->from = FORMAT_ALWAYS;
	assignment->until = FORMAT_FOREVER;
	if (v[ASSIGN_FROM] && !load_time(reader, v[ASSIGN_FROM], &assignment->from))
		return;
	if (v[ASSIGN_UNTIL] && !load_time(reader, v[ASSIGN_UNTIL], &assignment->until))
		return;
	if (assignment->from >= assignment->until)
		report_error(reader->report, keys_place(reader, v[ASSIGN_UNTIL]),
			     "`until` is not after `from`: the assignment would never be in force");
}

/* Give an assignment its roles, by names that are fit to be some; NULL: one that is not, and was reported. */
static void add_roles(struct model *model, const char *const *names, size_t n,
		      struct model_assignment *assignment)
{
	uint32_t *roles = arena_take(&model->arena, n * sizeof(*roles));
	size_t n_roles = 0;

	for (size_t i = 0; i < n && roles; i++) {
		uint32_t id = names[i] ? model_role(model, names[i]) : NAMES_NONE;

		if (id != NAMES_NONE)
			roles[n_roles++] = id;
	}
	assignment->roles = roles;
	assignment->n_roles = (uint32_t)n_roles;
}

static void load_assigned_roles(struct model *model, const struct reader *reader,
				const config_setting_t *list, struct model_assignment *assignment)
{
	const char *names[FORMAT_ASSIGN_ROLES_MAX];
	size_t n = keys_count(list);

	if (n == 0)
		report_error(reader->report, keys_place(reader, list),
			     "an assignment of no role; take it out");
	if (n > FORMAT_ASSIGN_ROLES_MAX) {
		report_error(reader->report, keys_place(reader, list),
			     "more than %u roles in one assignment", FORMAT_ASSIGN_ROLES_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++)
		names[i] = keys_word(reader, keys_element(list, i), WORDS_SYMBOL);
	add_roles(model, names, n, assignment);
}

/* A text of an assignment, or NULL: nearly all have none, and a pointer is cheaper than a word. */
static const char *load_note(struct model *model, const struct reader *reader,
			     const config_setting_t *setting, enum words_kind kind)
{
	const char *word = keys_word(reader, setting, kind);

	return word ? arena_string(&model->arena, word, strlen(word)) : NULL;
}

static void load_assignment(struct model *model, const struct reader *reader,
			    const config_setting_t *setting)
{
	static const struct key keys[N_ASSIGN] = {
		[ASSIGN_USER] = { "user", KEY_STRING },
		[ASSIGN_GROUP] = { "group", KEY_STRING },
		[ASSIGN_VIRTUAL] = { "virtual", KEY_STRING },
		[ASSIGN_ROLES] = { "roles", KEY_STRINGS | KEY_NEEDED },
		[ASSIGN_FROM] = { "from", KEY_STRING },
		[ASSIGN_UNTIL] = { "until", KEY_STRING },
		[ASSIGN_APPROVED] = { "approved_by", KEY_STRING },
		[ASSIGN_WHY] = { "why", KEY_STRING },
	};
	const config_setting_t *v[N_ASSIGN];
	struct model_assignment *assignment;
	struct model_holders *holders;
	const char *name;

	if (!keys_take(reader, setting, keys, N_ASSIGN, v))
		return;
	if (!v[ASSIGN_USER] + !v[ASSIGN_GROUP] + !v[ASSIGN_VIRTUAL] != 2) {
		report_error(
			reader->report, keys_place(reader, setting),
			"an assignment is to one `user`, one `group` or one `virtual` user: write "
			"exactly one of them");
		return;
	}
	holders = v[ASSIGN_USER]    ? &model->users
		  : v[ASSIGN_GROUP] ? &model->groups
				    : &model->virtuals;
	name = keys_word(reader,
			 v[ASSIGN_USER]	   ? v[ASSIGN_USER]
			 : v[ASSIGN_GROUP] ? v[ASSIGN_GROUP]
					   : v[ASSIGN_VIRTUAL],
			 WORDS_ACCOUNT);
	assignment = name ? model_add_assignment(model, holders, name) : NULL;
	if (!assignment)
		return;
	assignment->place = keys_place(reader, setting);
	load_times(reader, v, assignment);
	assignment->approved_by = load_note(model, reader, v[ASSIGN_APPROVED], WORDS_ACCOUNT);
	assignment->why = load_note(model, reader, v[ASSIGN_WHY], WORDS_TEXT);
	load_assigned_roles(model, reader, v[ASSIGN_ROLES], assignment);
}

/* ---- Suspended users (P13) ---- */

static void load_suspension(struct model *model, const struct reader *reader,
			    const config_setting_t *setting)
{
	static const struct key keys[] = {
		{ "user", KEY_STRING | KEY_NEEDED },
		{ "why", KEY_STRING },
		{ "until", KEY_STRING },
	};
	struct model_suspension suspension = { .until = FORMAT_FOREVER };
	struct place place = keys_place(reader, setting);
	const config_setting_t *v[3];
	const char *name;
	bool is_new;
	uint32_t id;

	if (!keys_take(reader, setting, keys, 3, v))
		return;
	name = keys_word(reader, v[0], WORDS_ACCOUNT);
	if (!name || (v[2] && !load_time(reader, v[2], &suspension.until)))
		return;
	if (!strcmp(name, "root")) {
		report_error(reader->report, place, "root cannot be suspended (P13)");
		return;
	}
	suspension.why = load_note(model, reader, v[1], WORDS_TEXT);
	suspension.place = place;
	id = model_suspension(model, name, &is_new);
	if (id == NAMES_NONE)
		return;
	if (is_new)
		model->suspended[id] = suspension;
	else
		report_error(reader->report, place,
			     "user \"%s\" is suspended twice, first at %s:%u: keep one of them",
			     name, source_path(reader->sources, model->suspended[id].place),
			     model->suspended[id].place.line);
}

static void load_suspended(struct model *model, const struct reader *reader,
			   const config_setting_t *list)
{
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++)
		load_suspension(model, reader, keys_element(list, i));
}

/* ---- The rest ---- */

static void load_wanted_catalogs(struct model *model, const struct reader *reader,
				 const config_setting_t *list)
{
	size_t n = keys_count(list);

	if (n > FORMAT_CATALOGS_MAX) {
		report_error(reader->report, keys_place(reader, list), "more than %u catalogs",
			     FORMAT_CATALOGS_MAX);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *element = keys_element(list, i);
		const char *word = keys_word(reader, element, WORDS_SYMBOL);
		size_t n_before = model->catalog_names.n;
		uint32_t id;

		if (word && (strchr(word, '/') || word[0] == '.')) {
			report_error(
				reader->report, keys_place(reader, element),
				"\"%s\" is a path; a catalog is named by its name alone, as \"workspace\"",
				word);
			continue;
		}
		id = word ? names_add(&model->catalog_names, &model->arena, word) : NAMES_NONE;
		/* Asking for the same one in two files is no contradiction. */
		if (id != NAMES_NONE && model->catalog_names.n > n_before)
			model_add_ref(model, &model->wanted_catalogs, id,
				      keys_place(reader, element));
	}
}

static void load_plan(struct model *model, const struct reader *reader,
		      const config_setting_t *setting)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED },
		{ "includes", KEY_STRINGS | KEY_NEEDED },
	};
	const config_setting_t *v[2];
	size_t n;

	if (!is_first(reader, setting, &model->plan_place) ||
	    !keys_take(reader, setting, keys, 2, v))
		return;
	model->plan_name = load_text(model, reader, v[0]);
	n = keys_count(v[1]);
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *element = keys_element(v[1], i);
		const char *text = load_text(model, reader, element);
		struct model_plan_item *item = *text ? model_add_plan_item(model) : NULL;

		if (item)
			*item = (struct model_plan_item){ .text = text,
							  .place = keys_place(reader, element) };
	}
}

/*
 * The roles of a rule. One that is named twice would count twice wherever roles are counted, and so
 * keep from everybody what the rule lets one person hold.
 */
static void load_conflicting(struct model *model, const struct reader *reader,
			     const config_setting_t *list, struct model_conflict *conflict)
{
	struct refs *roles = &conflict->roles;

	load_refs(model, reader, list, model_role, roles);
	for (size_t i = 0; i < roles->n; i++) {
		const char *name = model->roles[roles->list[i].id].name;
		size_t k = 0;

		while (k < i && roles->list[k].id != roles->list[i].id)
			k++;
		if (k < i)
			report_error(reader->report, roles->list[i].place,
				     "the rule \"%s\" names the role \"%s\" twice: keep one",
				     conflict->name, name);
		names_add(&model->member_names, &model->arena, name);
	}
}

static void load_conflicts(struct model *model, const struct reader *reader,
			   const config_setting_t *list)
{
	static const struct key keys[] = {
		{ "name", KEY_STRING | KEY_NEEDED },
		{ "roles", KEY_STRINGS | KEY_NEEDED },
		{ "at_most", KEY_INT },
	};
	const config_setting_t *v[3];
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *setting = keys_element(list, i);
		struct model_conflict *added;
		int at_most;

		if (!keys_take(reader, setting, keys, 3, v))
			continue;
		at_most = v[2] ? config_setting_get_int(v[2]) : 1;
		if (at_most < 1 || (size_t)at_most >= keys_count(v[1]) ||
		    keys_count(v[1]) > FORMAT_CONFLICT_ROLES_MAX) {
			report_error(
				reader->report, keys_place(reader, setting),
				"at_most = %d of %zu roles: it has to be at least 1 and less than the number of roles, "
				"of which there may be %u",
				at_most, keys_count(v[1]), FORMAT_CONFLICT_ROLES_MAX);
			continue;
		}
		added = model_add_conflict(model);
		if (!added)
			continue;
		added->name = load_text(model, reader, v[0]);
		added->at_most = (uint32_t)at_most;
		added->place = keys_place(reader, setting);
		load_conflicting(model, reader, v[1], added);
	}
}

static void load_role_groups(struct model *model, const struct reader *reader,
			     const config_setting_t *list)
{
	static const struct key keys[] = {
		{ "role", KEY_STRING | KEY_NEEDED },
		{ "group", KEY_STRING | KEY_NEEDED },
		{ "members", KEY_BOOL },
	};
	const config_setting_t *v[3];
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++) {
		const config_setting_t *setting = keys_element(list, i);
		struct model_role_group *added;
		const char *role, *group;

		if (!keys_take(reader, setting, keys, 3, v))
			continue;
		role = keys_word(reader, v[0], WORDS_SYMBOL);
		group = keys_word(reader, v[1], WORDS_ACCOUNT);
		added = role && group ? model_add_role_group(model) : NULL;
		if (!added)
			continue;
		added->role = (struct ref){ .id = model_role(model, role),
					    .place = keys_place(reader, v[0]) };
		added->group = arena_string(&model->arena, group, strlen(group));
		added->is_listed = v[2] && config_setting_get_bool(v[2]);
		added->place = keys_place(reader, setting);
	}
}

static void load_gate(struct model *model, const struct reader *reader,
		      const config_setting_t *setting)
{
	static const char *const unknown_actors[] = { "deny", "root" };
	static const struct key keys[] = {
		{ "permission", KEY_STRING },
		{ "unknown_actor", KEY_STRING },
	};
	const config_setting_t *v[2];
	const char *permission;

	if (!is_first(reader, setting, &model->gate_place) ||
	    !keys_take(reader, setting, keys, 2, v))
		return;
	permission = keys_word(reader, v[0], WORDS_SYMBOL);
	if (permission)
		model->gate_permission = (struct ref){ .id = model_permission(model, permission),
						       .place = keys_place(reader, v[0]) };
	if (v[1])
		model->gate_takes_root = keys_choice(reader, v[1], unknown_actors, 2) == 1;
}

static void load_other_services(struct model *model, const struct reader *reader,
				const config_setting_t *setting)
{
	const char *word;

	if (!is_first(reader, setting, &model->other_place))
		return;
	word = keys_word(reader, setting, WORDS_SYMBOL);
	if (!word)
		return;
	if (!strcmp(word, "deny")) {
		model->other_services = FORMAT_OTHER_DENY;
	} else if (!strcmp(word, "allow")) {
		model->other_services = FORMAT_OTHER_ALLOW;
	} else if (!strcmp(word, "nobody")) {
		model->other_services = FORMAT_OTHER_NOBODY;
	} else {
		model->other_services = FORMAT_OTHER_PERMISSION;
		model->other_permission = (struct ref){ .id = model_permission(model, word),
							.place = keys_place(reader, setting) };
	}
}

static void load_bool(const struct reader *reader, const config_setting_t *setting, bool *to,
		      struct place *place)
{
	if (setting && is_first(reader, setting, place))
		*to = config_setting_get_bool(setting) != 0;
}

static void load_mode(struct model *model, const struct reader *reader,
		      const config_setting_t *setting)
{
	static const char *const modes[] = { "enforcing", "permissive" };

	if (is_first(reader, setting, &model->mode_place))
		model->is_permissive = keys_choice(reader, setting, modes, 2) == 1;
}

enum {
	TOP_CATALOGS,
	TOP_PLAN,
	TOP_ROLES,
	TOP_ASSIGN,
	TOP_DEFAULT_ROLES,
	TOP_SYSTEM_ROLES,
	TOP_VIRTUAL_ROLES,
	TOP_SUSPENDED,
	TOP_ROOT,
	TOP_SERVICES,
	TOP_OTHER,
	TOP_GATE,
	TOP_ROLE_GROUPS,
	TOP_MODE,
	TOP_TELL,
	TOP_CONFLICTS,
	N_TOP,
};

static const struct key top_keys[N_TOP] = {
	[TOP_CATALOGS] = { "catalogs", KEY_STRINGS },
	[TOP_PLAN] = { "plan", KEY_GROUP },
	[TOP_ROLES] = { "roles", KEY_GROUPS },
	[TOP_ASSIGN] = { "assign", KEY_GROUPS },
	[TOP_DEFAULT_ROLES] = { "default_roles", KEY_STRINGS },
	[TOP_SYSTEM_ROLES] = { "system_account_roles", KEY_STRINGS },
	[TOP_VIRTUAL_ROLES] = { "virtual_roles", KEY_STRINGS },
	[TOP_SUSPENDED] = { "suspended", KEY_GROUPS },
	[TOP_ROOT] = { "root_is_owner", KEY_BOOL },
	[TOP_SERVICES] = { "services", KEY_GROUPS },
	[TOP_OTHER] = { "other_services", KEY_STRING },
	[TOP_GATE] = { "password_gate", KEY_GROUP },
	[TOP_ROLE_GROUPS] = { "role_groups", KEY_GROUPS },
	[TOP_MODE] = { "mode", KEY_STRING },
	[TOP_TELL] = { "tell_user", KEY_BOOL },
	[TOP_CONFLICTS] = { "conflicts", KEY_GROUPS },
};

/* One file of the policy, parsed. */
struct parsed {
	struct reader reader;
	config_t config;
	bool is_parsed;
	const config_setting_t *values[N_TOP];
	struct pieces pieces; /* of `assign`, which is empty in `values` then */
};

static void load_list(struct model *model, const struct reader *reader,
		      const config_setting_t *list)
{
	size_t n = keys_count(list);

	for (size_t i = 0; i < n; i++)
		load_assignment(model, reader, keys_element(list, i));
}

/* Where plain assignments go. */
struct plain_target {
	struct model *model;
	uint32_t file;
};

static void add_plain(void *context, const struct plain *plain)
{
	const struct plain_target *target = context;
	struct model *model = target->model;
	struct model_holders *holders = plain->is_group ? &model->groups : &model->users;
	struct model_assignment *assignment = model_add_assignment(model, holders, plain->name);

	if (!assignment)
		return;
	assignment->place = (struct place){ .file = target->file, .line = plain->line };
	assignment->from = FORMAT_ALWAYS;
	assignment->until = FORMAT_FOREVER;
	add_roles(model, plain->roles, plain->n_roles, assignment);
}

static bool load_piece(struct model *model, const struct reader *reader, struct piece piece)
{
	struct plain_target target = { .model = model, .file = reader->file };
	const config_setting_t *list;
	struct reader own;
	config_t config;

	/* Without memory for this, libconfig is told to try, and says so. */
	if (plain_take(&piece, reader->sources->list[reader->file].text, add_plain, &target) == 0 &&
	    piece.begin == piece.end)
		return true;
	if (!parse_piece(reader, &piece, &own, &config))
		return false;
	keys_take(&own, config_root_setting(&config), &top_keys[TOP_ASSIGN], 1, &list);
	load_list(model, &own, list);
	config_destroy(&config);
	return true;
}

static bool load_assignments(struct model *model, const struct parsed *parsed)
{
	bool good = true;

	load_list(model, &parsed->reader, parsed->values[TOP_ASSIGN]);
	for (size_t i = 0; i < parsed->pieces.n && good; i++)
		good = load_piece(model, &parsed->reader, parsed->pieces.list[i]);
	return good;
}

static bool load_top(struct model *model, const struct parsed *parsed)
{
	const struct reader *reader = &parsed->reader;
	const config_setting_t *const *v = parsed->values;
	bool good;

	if (v[TOP_PLAN])
		load_plan(model, reader, v[TOP_PLAN]);
	load_roles(model, reader, v[TOP_ROLES], NULL);
	good = load_assignments(model, parsed);
	load_refs(model, reader, v[TOP_DEFAULT_ROLES], model_role, &model->default_roles);
	load_refs(model, reader, v[TOP_SYSTEM_ROLES], model_role, &model->system_account_roles);
	load_refs(model, reader, v[TOP_VIRTUAL_ROLES], model_role, &model->virtual_roles);
	load_suspended(model, reader, v[TOP_SUSPENDED]);
	load_services(model, reader, v[TOP_SERVICES], NULL);
	load_role_groups(model, reader, v[TOP_ROLE_GROUPS]);
	load_conflicts(model, reader, v[TOP_CONFLICTS]);
	if (v[TOP_OTHER])
		load_other_services(model, reader, v[TOP_OTHER]);
	if (v[TOP_GATE])
		load_gate(model, reader, v[TOP_GATE]);
	if (v[TOP_MODE])
		load_mode(model, reader, v[TOP_MODE]);
	load_bool(reader, v[TOP_ROOT], &model->root_is_owner, &model->root_place);
	load_bool(reader, v[TOP_TELL], &model->tells_user, &model->tell_user_place);
	return good;
}

static bool parse(struct model *model, struct parsed *parsed)
{
	parsed->is_parsed = parse_source(&parsed->reader, &parsed->pieces, &parsed->config);
	if (!parsed->is_parsed)
		return false;
	keys_take(&parsed->reader, config_root_setting(&parsed->config), top_keys, N_TOP,
		  parsed->values);
	load_wanted_catalogs(model, &parsed->reader, parsed->values[TOP_CATALOGS]);
	return true;
}

bool load_policies(struct model *model, const struct sources *sources, size_t n,
		   struct report *report, bool (*load_catalogs)(void *context), void *context)
{
	struct parsed *parsed = calloc(n, sizeof(*parsed));
	bool good = true;

	if (!parsed) {
		report->is_out_of_memory = true;
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		parsed[i].reader = (struct reader){ .sources = sources,
						    .report = report,
						    .file = (uint32_t)i };
		if (!parse(model, &parsed[i]))
			good = false;
	}
	if (!load_catalogs(context))
		good = false;
	for (size_t i = 0; i < n; i++) {
		if (parsed[i].is_parsed) {
			if (!load_top(model, &parsed[i]))
				good = false;
			config_destroy(&parsed[i].config);
		}
		pieces_free(&parsed[i].pieces);
	}
	free(parsed);
	return good;
}
