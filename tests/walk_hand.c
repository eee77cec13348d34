/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_hand.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VALUES_MAX 4

/*
 * The values that a setting can have, the first at the beginning. %1$s is the owner role, %2$s the
 * administrator's, %3$s the user's, %4$s the guest's.
 */
static const struct {
	const char *key, *values[VALUES_MAX];
} settings[HAND_SETTINGS] = {
	[HAND_CATALOGS] = { "catalogs", { NULL } }, /* the world's */
	[HAND_PLAN] = { "plan", { NULL } },
	[HAND_DEFAULT_ROLES] = { "default_roles",
				 { "[ \"%4$s\" ]", "[ ]", "[ \"%3$s\" ]", "[ \"%1$s\" ]" } },
	[HAND_SYSTEM_ROLES] = { "system_account_roles",
				{ "[ \"service\" ]", "[ ]", "[ \"%2$s\" ]" } },
	[HAND_ROOT_IS_OWNER] = { "root_is_owner", { "true", "false" } },
	[HAND_MODE] = { "mode", { "\"enforcing\"", "\"permissive\"" } },
	[HAND_OTHER_SERVICES] = { "other_services", { "\"deny\"", "\"allow\"", "\"host.ssh\"" } },
	[HAND_PASSWORD_GATE] = { "password_gate",
				 { "{ unknown_actor = \"deny\"; }",
				   "{ unknown_actor = \"root\"; }" } },
	[HAND_ROLE_GROUPS] = { "role_groups",
			       { "( )", "( { role = \"%2$s\"; group = \"adm\"; } )" } },
	[HAND_CONFLICTS] = { "conflicts",
			     { "( { name = \"three\"; roles = [ \"c-one\", \"c-two\", \"c-mgr\" ]; at_most = 1; } )",
			       "( { name = \"three\"; roles = [ \"c-one\", \"c-two\" ]; at_most = 1; } )",
			       "( { name = \"three\"; roles = [ \"c-one\", \"c-two\", \"c-mgr\" ]; at_most = 2; } )",
			       "( )" } },
	[HAND_TELL_USER] = { "tell_user", { "true", "false" } },
};

/* ---- The file at the beginning ---- */

__attribute__((format(printf, 3, 4))) static void add(struct hand *hand, enum hand_list list,
						      const char *format, ...)
{
	va_list arguments;

	if (hand->n[list] == HAND_ENTRIES_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(hand->entries[list][hand->n[list]++], HAND_ENTRY_SIZE, format, arguments);
	va_end(arguments);
}

static void assign_first(struct hand *hand)
{
	const struct world *w = hand->world;
	char date[WORLD_DATE_SIZE];

	world_date(4, hand->now, date);
	add(hand, HAND_ASSIGN, "{ user = \"olga\"; roles = [ \"%s\" ]; }", w->owner);
	add(hand, HAND_ASSIGN, "{ user = \"otto\"; roles = [ \"%s\" ]; }", w->owner);
	add(hand, HAND_ASSIGN, "{ user = \"leon\"; roles = [ \"%s\" ]; }", w->owner);
	add(hand, HAND_ASSIGN, "{ user = \"anna\"; roles = [ \"%s\" ]; }", w->administrator);
	add(hand, HAND_ASSIGN, "{ user = \"axel\"; roles = [ \"%s\" ]; until = \"%s\"; }",
	    w->administrator, date);
	add(hand, HAND_ASSIGN, "{ user = \"mona\"; roles = [ \"c-mgr\" ]; }");
	add(hand, HAND_ASSIGN, "{ user = \"uwe\"; roles = [ \"%s\" ]; }", w->user);
	add(hand, HAND_ASSIGN, "{ user = \"gila\"; roles = [ \"%s\", \"c-two\" ]; }", w->guest);
	add(hand, HAND_ASSIGN, "{ group = \"crew\"; roles = [ \"%s\" ]; }", w->guest);
	add(hand, HAND_ASSIGN, "{ group = \"night\"; roles = [ \"c-one\" ]; }");
}

void hand_begin(struct hand *hand, const struct world *world, int64_t now)
{
	*hand = (struct hand){ .world = world, .now = now };
	add(hand, HAND_ROLES,
	    "{ name = \"c-mgr\"; permissions = [ \"%s\", \"host.ssh\" ]; privileges = \"p.one\"; }",
	    world->manage);
	add(hand, HAND_ROLES,
	    "{ name = \"c-one\"; permissions = [ \"%s\" ]; privileges = \"p.one, p.two\"; }",
	    world->grants[1]);
	add(hand, HAND_ROLES,
	    "{ name = \"c-two\"; based_on = [ \"%s\" ]; privileges = \"p.three\"; needs_approval = true; }",
	    world->user);
	assign_first(hand);
	add(hand, HAND_SERVICES, "{ name = \"backup\"; require = [ \"p.two\" ]; }");
	add(hand, HAND_SERVICES, "{ name = \"web-*\"; require_any = [ \"%s\", \"p.one\" ]; }",
	    world->grants[2]);
	add(hand, HAND_SERVICES,
	    "{ name = \"portal\"; require = [ \"host.ssh\" ]; mode = \"enforcing\"; }");
}

/* ---- Random entries ---- */

static const char *any_role(const struct hand *hand, struct dice *dice)
{
	static const char *const custom[] = { "c-mgr", "c-one", "c-two", "c-new", "c-one", NULL };

	return dice_pick(dice, dice_chance(dice, 50) ? custom : hand->world->roles);
}

static const char *any_grant(const struct hand *hand, struct dice *dice)
{
	return dice_pick(dice, hand->world->grants);
}

static void add_role(struct hand *hand, struct dice *dice)
{
	static const char *const names[] = { "c-mgr", "c-one", "c-two", "c-new", NULL };
	char text[HAND_ENTRY_SIZE] = "";
	const char *name = dice_pick(dice, names);
	size_t n = 0;

	if (dice_chance(dice, 30))
		n += (size_t)snprintf(text + n, sizeof(text) - n, " based_on = [ \"%s\" ];",
				      any_role(hand, dice));
	if (dice_chance(dice, 70))
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      " permissions = [ \"%s\", \"host.ssh\" ];",
				      any_grant(hand, dice));
	if (dice_chance(dice, 50))
		n += (size_t)snprintf(text + n, sizeof(text) - n, " privileges = \"%s, %s\";",
				      dice_pick(dice, world_privileges),
				      dice_pick(dice, world_privileges));
	if (dice_chance(dice, 15))
		snprintf(text + n, sizeof(text) - n, " needs_approval = true;");
	add(hand, HAND_ROLES, "{ name = \"%s\";%.250s }", name, text);
}

/* Perhaps with a date, perhaps with an approval that nobody gave. */
static void add_assignment(struct hand *hand, struct dice *dice)
{
	bool is_group = dice_chance(dice, 25);
	const char *holder = is_group ? dice_pick(dice, world_groups)
				      : world_people[dice_below(dice, ROOT)];
	char text[HAND_ENTRY_SIZE] = "", date[WORLD_DATE_SIZE];
	size_t n = 0;

	if (dice_chance(dice, 20)) {
		world_date(1 + dice_below(dice, WORLD_DATES - 2), hand->now, date);
		n += (size_t)snprintf(text + n, sizeof(text) - n, " from = \"%s\";", date);
	}
	if (dice_chance(dice, 25)) {
		world_date(WORLD_DATES - 1 - dice_below(dice, 3), hand->now, date);
		n += (size_t)snprintf(text + n, sizeof(text) - n, " until = \"%s\";", date);
	}
	if (dice_chance(dice, 25))
		snprintf(text + n, sizeof(text) - n, " approved_by = \"%s\";",
			 world_people[dice_below(dice, WORLD_PEOPLE)]);
	add(hand, HAND_ASSIGN, "{ %s = \"%s\"; roles = [ \"%s\" ];%.200s }",
	    is_group ? "group" : "user", holder, any_role(hand, dice), text);
}

static void add_service(struct hand *hand, struct dice *dice)
{
	static const char *const names[] = { "sshd",	 "su",	   "backup", "web-*",
					     "web-mail", "portal", "w*",     NULL };
	static const char *const kinds[] = { "require", "require_any", NULL };
	static const char *const rest[] = {
		"", "", "", " mode = \"permissive\";", " subject = \"actor\";", NULL
	};
	const char *first = any_grant(hand, dice);
	const char *second = dice_chance(dice, 30) ? dice_pick(dice, world_privileges)
						   : any_grant(hand, dice);

	if (dice_chance(dice, 10))
		add(hand, HAND_SERVICES, "{ name = \"%s\"; }", dice_pick(dice, names));
	else
		add(hand, HAND_SERVICES, "{ name = \"%s\"; %s = [ \"%s\", \"%s\" ];%s }",
		    dice_pick(dice, names), dice_pick(dice, kinds), first, second,
		    dice_pick(dice, rest));
}

/* ---- Random changes ---- */

static void remove_any(struct hand *hand, struct dice *dice, enum hand_list list)
{
	size_t i;

	if (hand->n[list] == 0)
		return;
	i = dice_below(dice, (uint32_t)hand->n[list]);
	hand->n[list]--;
	memmove(hand->entries[list][i], hand->entries[list][i + 1],
		(hand->n[list] - i) * HAND_ENTRY_SIZE);
}

/* A role's name is to be there once: what has it already goes. */
static void replace_role(struct hand *hand, struct dice *dice)
{
	const char *added;

	add_role(hand, dice);
	if (hand->n[HAND_ROLES] == HAND_ENTRIES_MAX)
		return;
	added = hand->entries[HAND_ROLES][hand->n[HAND_ROLES] - 1];
	for (size_t i = 0; i + 1 < hand->n[HAND_ROLES]; i++) {
		size_t same = strcspn(added, ";");

		if (strncmp(hand->entries[HAND_ROLES][i], added, same) != 0)
			continue;
		memcpy(hand->entries[HAND_ROLES][i], added, HAND_ENTRY_SIZE);
		hand->n[HAND_ROLES]--;
		return;
	}
}

/* The same for the name of a service. */
static void replace_service(struct hand *hand, struct dice *dice)
{
	add_service(hand, dice);
	for (size_t i = 0; i + 1 < hand->n[HAND_SERVICES]; i++) {
		const char *added = hand->entries[HAND_SERVICES][hand->n[HAND_SERVICES] - 1];

		if (strncmp(hand->entries[HAND_SERVICES][i], added, strcspn(added, ";")) != 0)
			continue;
		memcpy(hand->entries[HAND_SERVICES][i], added, HAND_ENTRY_SIZE);
		hand->n[HAND_SERVICES]--;
		return;
	}
}

/* Give an assignment an approval by somebody, the dates of another, or another holder. */
static void forge_approval(struct hand *hand, struct dice *dice)
{
	char *entry, copy[HAND_ENTRY_SIZE];

	if (hand->n[HAND_ASSIGN] == 0)
		return;
	entry = hand->entries[HAND_ASSIGN][dice_below(dice, (uint32_t)hand->n[HAND_ASSIGN])];
	if (strstr(entry, "approved_by"))
		return;
	snprintf(copy, sizeof(copy), "%.*s approved_by = \"%s\"; }", (int)strlen(entry) - 2, entry,
		 world_people[dice_below(dice, WORLD_PEOPLE)]);
	memcpy(entry, copy, sizeof(copy));
}

static const char *value_of(const struct hand *hand, enum hand_setting key, unsigned int i)
{
	switch (key) {
	case HAND_CATALOGS:
		return hand->world->catalogs[i];
	case HAND_PLAN:
		return hand->world->plans[i];
	default:
		return i < VALUES_MAX ? settings[key].values[i] : NULL;
	}
}

static void change_setting(struct hand *hand, struct dice *dice)
{
	enum hand_setting key = dice_below(dice, HAND_SETTINGS);
	unsigned int n = 0;

	while (value_of(hand, key, n))
		n++;
	hand->settings[key] = dice_below(dice, n);
}

static void change_one(struct hand *hand, struct dice *dice)
{
	uint32_t kind = dice_below(dice, 100);

	if (kind < 30)
		add_assignment(hand, dice);
	else if (kind < 45)
		remove_any(hand, dice, HAND_ASSIGN);
	else if (kind < 62)
		replace_role(hand, dice);
	else if (kind < 65)
		remove_any(hand, dice, HAND_ROLES);
	else if (kind < 75)
		replace_service(hand, dice);
	else if (kind < 80)
		remove_any(hand, dice, HAND_SERVICES);
	else if (kind < 88)
		forge_approval(hand, dice);
	else
		change_setting(hand, dice);
}

void hand_change(struct hand *hand, struct dice *dice)
{
	uint32_t n = dice_chance(dice, 70) ? 1 : 2 + dice_below(dice, 2);

	for (uint32_t i = 0; i < n; i++)
		change_one(hand, dice);
}

/* ---- Questions ---- */

bool hand_needs_owner(const struct hand *before, const struct hand *after)
{
	for (unsigned int i = 0; i < HAND_SETTINGS; i++) {
		if (i == HAND_TELL_USER)
			continue;
		if (i == HAND_CONFLICTS ? after->settings[i] > before->settings[i]
					: after->settings[i] != before->settings[i])
			return true;
	}
	return false;
}

bool hand_has_role(const struct hand *hand, const char *name)
{
	char begin[64];

	snprintf(begin, sizeof(begin), "{ name = \"%s\";", name);
	for (size_t i = 0; i < hand->n[HAND_ROLES]; i++)
		if (!strncmp(hand->entries[HAND_ROLES][i], begin, strlen(begin)))
			return true;
	return false;
}

/* ---- Text ---- */

/* Write a value, with a role's name in the place of each %N$s. */
static void write_value(FILE *to, const struct hand *hand, const char *value)
{
	const char *roles[] = { hand->world->owner, hand->world->administrator, hand->world->user,
				hand->world->guest };

	for (; value && *value; value++) {
		if (*value != '%') {
			fputc(*value, to);
			continue;
		}
		fputs(roles[value[1] - '1'], to);
		value += strlen("%1$s") - 1;
	}
}

void hand_write(const struct hand *hand, char ret[HAND_TEXT_SIZE])
{
	static const char *const lists[HAND_LISTS] = { "roles", "assign", "services" };
	FILE *to = fmemopen(ret, HAND_TEXT_SIZE, "w");

	ret[0] = '\0';
	if (!to)
		return;
	for (unsigned int i = 0; i < HAND_SETTINGS; i++) {
		fprintf(to, "%s = ", settings[i].key);
		write_value(to, hand, value_of(hand, i, hand->settings[i]));
		fputs(";\n", to);
	}
	for (unsigned int l = 0; l < HAND_LISTS; l++) {
		fprintf(to, "%s = (", lists[l]);
		for (size_t i = 0; i < hand->n[l]; i++)
			fprintf(to, "%s\n  %s", i > 0 ? "," : "", hand->entries[l][i]);
		fputs("\n);\n", to);
	}
	fclose(to);
}
