/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "effects.h"
#include "services.h"
#include "settings.h"
#include "sheet.h"

/* Names of one list, and effects of one kind: what is beyond is counted, or left out. */
#define NAMES_MAX 3u
#define EFFECTS_MAX 3u

struct line {
	FILE *to;
	const char *separator; /* before what comes next */
};

static void begin(struct line *line)
{
	fputs(line->separator, line->to);
	line->separator = "; ";
}

/* ---- Settings and services ---- */

struct counting {
	struct line *line;
	const char *what;
	size_t n;
};

/* The next name of a list with a heading, which is written with the first. */
static void add_name(struct counting *counting, const char *name, const char *detail)
{
	FILE *to = counting->line->to;

	if (counting->n == 0) {
		begin(counting->line);
		fprintf(to, "%s ", counting->what);
	}
	if (counting->n < NAMES_MAX)
		fprintf(to, "%s%s%s%s", counting->n ? ", " : "", name, detail ? " " : "",
			detail ? detail : "");
	counting->n++;
}

static void end_names(const struct counting *counting)
{
	if (counting->n > NAMES_MAX)
		fprintf(counting->line->to, " and %zu more", counting->n - NAMES_MAX);
}

static int add_setting(const char *key, const char *detail, void *context)
{
	add_name(context, key, detail);
	return 0;
}

static int add_service(const struct service *before, const struct service *after, void *context)
{
	const char *change = before && after ? NULL : after ? "(new)" : "(gone)";
	const char *name = after ? after->name : before ? before->name : "";

	add_name(context, name, change);
	return 0;
}

/* ---- Roles ---- */

/*
 * What is in one map and not in another, behind a verb. `separator` stands before it, and is ","
 * for the next one if there was anything.
 */
static void write_change(FILE *to, const struct joint *joint, const char **separator,
			 const char *verb, const unsigned char *has, const unsigned char *had)
{
	size_t n = 0;

	for (uint32_t i = 0; i < joint->bit_names.n; i++) {
		if (!format_bit(has, i) || format_bit(had, i))
			continue;
		if (n == 0)
			fprintf(to, "%s%s", *separator, verb);
		if (n++ < NAMES_MAX)
			fprintf(to, "%s%s", n > 1 ? ", " : "", joint->bits[i].name);
	}
	if (n > NAMES_MAX)
		fprintf(to, " and %zu more", n - NAMES_MAX);
	if (n > 0)
		*separator = ",";
}

/* Whether a conflict can take something else of what a role gives. */
static bool is_sure_changed(const struct joint *joint, const struct joint_role *role)
{
	return joint_exceeds(joint, role->sure[JOINT_BEFORE], role->sure[JOINT_AFTER]) ||
	       joint_exceeds(joint, role->sure[JOINT_AFTER], role->sure[JOINT_BEFORE]);
}

static void add_role(struct line *line, const struct joint *joint, const struct joint_role *role)
{
	const char *separator = "";

	begin(line);
	fprintf(line->to, "role %s", role->name);
	if (role->id[JOINT_BEFORE] == NAMES_NONE)
		fputs(" is new", line->to);
	else if (role->id[JOINT_AFTER] == NAMES_NONE)
		fputs(" is gone", line->to);
	else {
		write_change(line->to, joint, &separator, " gains ", role->closure[JOINT_AFTER],
			     role->closure[JOINT_BEFORE]);
		write_change(line->to, joint, &separator, " loses ", role->closure[JOINT_BEFORE],
			     role->closure[JOINT_AFTER]);
		if (!*separator && is_sure_changed(joint, role))
			fputs(" gives the same, of which conflicts decide another part (A6)",
			      line->to);
	}
}

/* Custom roles; what built-in ones get follows from them. */
static void add_roles(struct line *line, const struct joint *joint)
{
	size_t n = 0;

	for (size_t i = 0; i < joint->role_names.n; i++) {
		const struct joint_role *role = &joint->roles[i];
		bool is_same = role->id[JOINT_BEFORE] != NAMES_NONE &&
			       role->id[JOINT_AFTER] != NAMES_NONE && !role->has_changed;

		if (is_same || (role->flags[0] | role->flags[1]) & FORMAT_ROLE_BUILTIN)
			continue;
		if (n++ < EFFECTS_MAX)
			add_role(line, joint, role);
	}
	if (n > EFFECTS_MAX) {
		begin(line);
		fprintf(line->to, "%zu more roles", n - EFFECTS_MAX);
	}
}

/* ---- Users and groups ---- */

static void write_holders(FILE *to, const struct effect *effect, const char *kind)
{
	if (effect->examples.n_all > 1)
		fprintf(to, "%u %ss", effect->examples.n_all, kind);
	else
		fprintf(to, "%s %s", kind, effect->examples.names[0]);
}

/* What members of groups lose or get as these have an assignment, or none any more (P3). */
static void add_defaults(struct line *line, const struct effect *effect)
{
	static const char *const whose[] = { "members of ", "system accounts in " };
	static const char *const what[] = { "the default roles", "the roles of system accounts" };
	static const char *const verbs[] = { "lose", "get", "later lose", "later get" };

	for (unsigned int i = 0; i < 2 * EFFECT_DEFAULTS; i++) {
		unsigned int which = i / EFFECT_DEFAULTS, change = i % EFFECT_DEFAULTS;

		if (!effect_changes_defaults(effect, which, change))
			continue;
		begin(line);
		fputs(whose[which], line->to);
		write_holders(line->to, effect, "group");
		fprintf(line->to, " without another assignment %s %s (P3)", verbs[change],
			what[which]);
	}
}

static void add_effect(struct line *line, const struct joint *joint, const struct effect *effect,
		       const char *kind)
{
	static const struct {
		enum effect_map map;
		const char *verb[2]; /* of one, of many */
	} parts[] = {
		{ EFFECT_GAINED, { " gains ", " gain " } },
		{ EFFECT_LOST, { " loses ", " lose " } },
		{ EFFECT_GAINED_LATER, { " later gains ", " later gain " } },
		{ EFFECT_LOST_LATER, { " later loses ", " later lose " } },
		{ EFFECT_MAY_GAIN, { " may gain ", " may gain " } },
		{ EFFECT_MAY_LOSE, { " may lose ", " may lose " } },
	};
	bool is_many = effect->examples.n_all > 1;
	const char *separator = "";

	begin(line);
	write_holders(line->to, effect, kind);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		write_change(line->to, joint, &separator, parts[i].verb[is_many],
			     effect_map(joint, effect, parts[i].map), joint->empty);
	if (!joint_is_empty(joint, effect_map(joint, effect, EFFECT_MAY_GAIN)) ||
	    !joint_is_empty(joint, effect_map(joint, effect, EFFECT_MAY_LOSE)))
		fputs(" (a conflict decides, A6)", line->to);
}

static int add_holders(struct line *line, const struct difference *difference,
		       const struct difference_holders *holders, const char *kind)
{
	struct effects effects;
	uint32_t n_more = 0;
	size_t n = 0;
	int r;

	r = effects_open(difference, holders, &effects);
	for (size_t i = 0; i < effects.n && r == 0; i++) {
		if (!effect_is_any(&difference->joint, &effects.list[i]))
			continue;
		if (n++ < EFFECTS_MAX) {
			if (effect_is_own(&difference->joint, &effects.list[i]))
				add_effect(line, &difference->joint, &effects.list[i], kind);
			add_defaults(line, &effects.list[i]);
		} else {
			n_more += effects.list[i].examples.n_all;
		}
	}
	if (n_more > 0) {
		begin(line);
		fprintf(line->to, "%u more %s%s", n_more, kind, n_more > 1 ? "s" : "");
	}
	effects_close(&effects);
	return r;
}

/* ---- The line ---- */

static int write_line(struct line *line, const struct difference *difference)
{
	struct counting settings = { .line = line, .what = "settings" };
	struct counting services = { .line = line, .what = "services" };
	int r;

	r = settings_compare(&difference->joint, add_setting, &settings);
	if (r == 0 && difference->joint.sides[JOINT_BEFORE].policy)
		r = settings_compare_conflicts(&difference->joint, JOINT_AFTER, add_setting,
					       &settings);
	end_names(&settings);
	if (r == 0)
		r = add_holders(line, difference, &difference->users, "user");
	if (r == 0)
		r = add_holders(line, difference, &difference->groups, "group");
	if (r < 0)
		return r;
	add_roles(line, &difference->joint);
	/* Of a first policy every service is new: that says nothing. */
	if (difference->joint.sides[JOINT_BEFORE].policy)
		r = services_compare(&difference->joint, add_service, &services);
	end_names(&services);
	return r;
}

/* Cut the line at a character. */
static void cut(char *text)
{
	size_t n = SUMMARY_MAX - strlen("…");

	if (strlen(text) <= SUMMARY_MAX)
		return;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	strcpy(text + n, "…");
}

int summary_line(const struct difference *difference, char **ret_line)
{
	struct line line = { .separator = "" };
	struct sheet sheet;
	char *text;
	int r;

	line.to = sheet_open(&sheet);
	if (!line.to)
		return -ENOMEM;
	r = write_line(&line, difference);
	if (r == 0 && !*line.separator)
		fputs("no effect", line.to);
	text = sheet_close(&sheet, NULL);
	if (!text)
		r = -ENOMEM;
	if (r < 0) {
		free(text);
		return r;
	}
	cut(text);
	*ret_line = text;
	return 0;
}
