/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what a change comes to, for a person. */
#include <stdio.h>
#include <string.h>

#include "diff.h"

/* Lines of one section, and names in a row; the rest are counted. JSON has them all. */
#define LINES_MAX 20u
#define NAMES_MAX 12u

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static size_t size_of(const json_t *object, const char *key)
{
	return json_array_size(json_object_get(object, key));
}

/* ---- Parts of lines ---- */

/* Names in lines of their own. */
static void print_list(const struct tool *tool, const json_t *list)
{
	size_t n_all = json_array_size(list), n = n_all > NAMES_MAX ? NAMES_MAX : n_all;
	const char *names[NAMES_MAX + 1];
	char rest[32];

	for (size_t i = 0; i < n; i++)
		names[i] = json_string_value(json_array_get(list, i));
	if (n_all > n) {
		snprintf(rest, sizeof(rest), "and %zu more", n_all - n);
		names[n++] = rest;
	}
	output_names(&tool->output, 6, names, n);
}

static void print_names(const struct tool *tool, const char *words, const json_t *list)
{
	if (json_array_size(list) == 0)
		return;
	printf("    %s\n", words);
	print_list(tool, list);
}

/* 1,204 */
static void print_count(json_int_t n)
{
	if (n >= 1000) {
		print_count(n / 1000);
		printf(",%03d", (int)(n % 1000));
	} else {
		printf("%d", (int)n);
	}
}

/* "3 users: alice, bob, carol"; as many names as there are examples. */
static void print_holders(const struct tool *tool, const json_t *object, const char *kind)
{
	const json_t *examples = json_object_get(object, "examples"), *name;
	json_int_t n = json_integer_value(json_object_get(object, "count"));
	size_t i;

	print_count(n);
	printf(" %s%s: ", kind, n == 1 ? "" : "s");
	for (i = 0; (name = json_array_get(examples, i)); i++) {
		fputs(i > 0 ? ", " : "", stdout);
		output_text(&tool->output, COLOUR_BOLD, json_string_value(name));
	}
	if ((json_int_t)json_array_size(examples) < n)
		fputs(", …", stdout);
}

/* A section's heading, if it has any lines; and how many it prints. */
static size_t begin_section(const struct tool *tool, const json_t *list, const char *heading)
{
	size_t n = json_array_size(list);

	if (n == 0)
		return 0;
	output_text(&tool->output, COLOUR_BOLD, heading);
	putchar('\n');
	return n > LINES_MAX ? LINES_MAX : n;
}

static void end_section(const json_t *list)
{
	if (json_array_size(list) > LINES_MAX)
		printf("  … and %zu more; --json has them all\n",
		       json_array_size(list) - LINES_MAX);
}

/* ---- Sections ---- */

static void print_settings(const struct tool *tool, const json_t *diff)
{
	const json_t *list = json_object_get(diff, "settings");
	size_t n = begin_section(tool, list, "settings");

	for (size_t i = 0; i < n; i++) {
		fputs("  ", stdout);
		output_text(&tool->output, COLOUR_WARN, json_string_value(json_array_get(list, i)));
		putchar('\n');
	}
	end_section(list);
}

/* + new, - gone, ~ changed */
static void print_mark(const struct tool *tool, const json_t *object, const char *name)
{
	const char *change = text_of(object, "change");
	bool is_new = !strcmp(change, "added"), is_gone = !strcmp(change, "removed");

	fputs(is_new ? "  + " : is_gone ? "  - " : "  ~ ", stdout);
	output_text(&tool->output, is_new ? COLOUR_GOOD : is_gone ? COLOUR_BAD : COLOUR_WARN, name);
}

/*
 * Roles that people wrote. Built-in ones gain every new privilege, which says nothing new, and
 * change otherwise only with their catalogs.
 */
static json_t *list_roles(const json_t *diff)
{
	json_t *list = json_array(), *role;
	size_t i;

	json_array_foreach(json_object_get(diff, "roles"), i,
			   role) if (!json_is_true(json_object_get(role, "locked")))
		json_array_append(list, role);
	return list;
}

static void print_roles(const struct tool *tool, const json_t *diff)
{
	json_t *list = list_roles(diff);
	size_t n = begin_section(tool, list, "roles");

	for (size_t i = 0; i < n; i++) {
		const json_t *role = json_array_get(list, i);

		print_mark(tool, role, text_of(role, "role"));
		if (json_is_true(json_object_get(role, "needs_approval")))
			fputs(" (needs approval)", stdout);
		putchar('\n');
		print_names(tool, "gains", json_object_get(role, "gained"));
		print_names(tool, "loses", json_object_get(role, "lost"));
	}
	end_section(list);
	json_decref(list);
}

static void print_services(const struct tool *tool, const json_t *diff)
{
	const json_t *list = json_object_get(diff, "services");
	size_t n = begin_section(tool, list, "services");

	for (size_t i = 0; i < n; i++) {
		const json_t *service = json_array_get(list, i);

		print_mark(tool, service, text_of(service, "service"));
		putchar('\n');
	}
	end_section(list);
}

/* What members of groups lose or get (P3). */
static void print_defaults(const json_t *list)
{
	static const char *const words[][2] = {
		{ "lost", "members without another assignment lose the default roles" },
		{ "gained", "members without another assignment get the default roles" },
		{ "lost_later", "members without another assignment later lose the default roles" },
		{ "gained_later",
		  "members without another assignment later get the default roles" },
		{ "system_lost",
		  "system accounts without another assignment lose the roles of such" },
		{ "system_gained",
		  "system accounts without another assignment get the roles of such" },
		{ "system_lost_later",
		  "system accounts without another assignment later lose the roles of such" },
		{ "system_gained_later",
		  "system accounts without another assignment later get the roles of such" },
	};
	const json_t *word;
	size_t i;

	for (i = 0; (word = json_array_get(list, i)); i++)
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			if (!strcmp(json_string_value(word), words[k][0]))
				printf("    %s (P3)\n", words[k][1]);
}

static void print_effects(const struct tool *tool, const json_t *diff, const char *key,
			  const char *kind)
{
	const json_t *list = json_object_get(diff, key);
	size_t n = begin_section(tool, list, key);

	for (size_t i = 0; i < n; i++) {
		const json_t *effect = json_array_get(list, i);

		fputs("  ", stdout);
		print_holders(tool, effect, kind);
		putchar('\n');
		print_names(tool, "gain", json_object_get(effect, "gained"));
		print_names(tool, "lose", json_object_get(effect, "lost"));
		print_names(tool, "gain later", json_object_get(effect, "gained_later"));
		print_names(tool, "lose later", json_object_get(effect, "lost_later"));
		print_names(tool, "may gain, as a conflict decides",
			    json_object_get(effect, "may_gain"));
		print_names(tool, "may lose, as a conflict decides",
			    json_object_get(effect, "may_lose"));
		print_defaults(json_object_get(effect, "defaults"));
	}
	end_section(list);
}

/* For whom a service closes or opens: users, and who stands for others. */
static void print_whom(const struct tool *tool, const json_t *service)
{
	const char *comma = "";
	const json_t *other;
	size_t i;

	fputs("  ", stdout);
	if (size_of(service, "examples") > 0) {
		print_holders(tool, service, "user");
		comma = "; ";
	}
	for (i = 0; (other = json_array_get(json_object_get(service, "others"), i)); i++) {
		fputs(comma, stdout);
		output_text(&tool->output, COLOUR_PLAIN, json_string_value(other));
		comma = ", ";
	}
	putchar('\n');
}

static bool is_same_whom(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "count", "examples", "others" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
			return false;
	return true;
}

/*
 * The services that close or open for the same people as the i-th; NULL if it stands with an
 * earlier one.
 */
static json_t *list_alike(const json_t *list, size_t i)
{
	json_t *alike = json_array(), *service;
	size_t k;

	for (k = 0; (service = json_array_get(list, k)); k++) {
		if (!is_same_whom(service, json_array_get(list, i)))
			continue;
		if (k < i) {
			json_decref(alike);
			return NULL;
		}
		json_array_append(alike, json_object_get(service, "service"));
	}
	return alike;
}

/* Most changes close or open many services for the same people: these stand together. */
static void print_access(const struct tool *tool, const json_t *diff, const char *key,
			 const char *heading)
{
	const json_t *list = json_object_get(diff, key);
	size_t n_lines = 0;

	(void)begin_section(tool, list, heading);
	for (size_t i = 0; i < json_array_size(list) && n_lines < LINES_MAX; i++) {
		json_t *alike = list_alike(list, i);

		if (!alike)
			continue;
		print_whom(tool, json_array_get(list, i));
		print_list(tool, alike);
		json_decref(alike);
		if (++n_lines == LINES_MAX)
			puts("  … --json has them all");
	}
}

static void print_you(const struct tool *tool, const json_t *diff)
{
	const json_t *you = json_object_get(diff, "you");

	if (size_of(you, "lost") == 0 && size_of(you, "closed") == 0)
		return;
	fputs("you, ", stdout);
	output_text(&tool->output, COLOUR_BOLD, text_of(you, "user"));
	puts(",");
	print_names(tool, "lose", json_object_get(you, "lost"));
	print_names(tool, "could no longer use", json_object_get(you, "closed"));
}

static void print_verdict(const struct tool *tool, const json_t *diff)
{
	const json_t *refused = json_object_get(diff, "refused");

	if (*text_of(diff, "conflict")) {
		output_text(&tool->output, COLOUR_WARN, "separation of duty: ");
		output_text(&tool->output, COLOUR_PLAIN, text_of(diff, "conflict"));
		puts("; so it was before (A6)");
	}
	if (!json_is_object(refused))
		return;
	output_text(&tool->output, COLOUR_BAD, "From you this would be refused");
	fputs(": ", stdout);
	output_text(&tool->output, COLOUR_PLAIN, text_of(refused, "error"));
	putchar('\n');
}

void diff_print(const struct tool *tool, const json_t *diff)
{
	if (!json_is_true(json_object_get(diff, "different"))) {
		puts("It would make no difference.");
	} else {
		print_settings(tool, diff);
		print_roles(tool, diff);
		print_services(tool, diff);
		print_effects(tool, diff, "users", "user");
		print_effects(tool, diff, "groups", "group");
		print_access(tool, diff, "closed", "who could no longer use");
		print_access(tool, diff, "opened", "who could use from then on");
		if (!json_is_true(json_object_get(diff, "exact")))
			puts("Users are too many to look up: what they have through groups is left aside.");
		print_you(tool, diff);
	}
	print_verdict(tool, diff);
}
