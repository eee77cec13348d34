/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roster.h"
#include "verbs.h"

/* Columns for names: one that is longer moves its own line only. */
#define NAME_COLUMNS_MAX 18
/* What a role is: `locked, administrator, on user` fits. */
#define KIND_COLUMNS 30

/* Direct holders of each role, by id. */
struct role_counts {
	const struct roster *roster;
	size_t *users, *groups, *now;
	uint32_t *last; /* the holder that was counted last, so that each counts once */
	uint32_t holder;
};

static int count_holder(void *context, const char *name, const struct assignment *list, uint32_t n)
{
	struct role_counts *counts = context;

	(void)name;
	counts->holder++;
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < list[i].n_roles; k++) {
			uint32_t role = id_at(list[i].roles, k);

			counts->now[role] += counts->last[role] != counts->holder;
			counts->last[role] = counts->holder;
		}
	}
	return 0;
}

static int count(struct role_counts *counts)
{
	size_t n = (size_t)counts->roster->n_roles + 1;
	int r;

	counts->users = calloc(n, sizeof(*counts->users));
	counts->groups = calloc(n, sizeof(*counts->groups));
	counts->last = calloc(n, sizeof(*counts->last));
	if (!counts->users || !counts->groups || !counts->last)
		return -ENOMEM;
	counts->now = counts->users;
	r = roster_each_holder(counts->roster, FORMAT_USERS, count_holder, counts);
	counts->now = counts->groups;
	return r < 0 ? r : roster_each_holder(counts->roster, FORMAT_GROUPS, count_holder, counts);
}

static void free_counts(struct role_counts *counts)
{
	free(counts->users);
	free(counts->groups);
	free(counts->last);
}

static json_t *json_list(const struct roster *roster, const struct role_counts *counts)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < roster->n_roles; i++) {
		uint32_t id = roster->role_order[i];
		const struct roster_role *entry = &roster->roles[id];
		const struct role_info *info = &entry->info;
		json_t *bases = json_array();

		for (uint32_t k = 0; k < info->n_bases; k++)
			json_array_append_new(
				bases, json_string(roster->roles[id_at(info->bases, k)].info.name));
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:I, s:I, s:s, s:i}", "role",
				  info->name, "label", info->label, "catalog", info->catalog,
				  "level", tool_tier_name(info->level), "locked",
				  roster_is_builtin(roster, id), "needs_approval",
				  (entry->role.flags & FORMAT_ROLE_NEEDS_APPROVAL) != 0, "based_on",
				  bases, "users", (json_int_t)counts->users[id], "groups",
				  (json_int_t)counts->groups[id], "file",
				  roster_path(roster, info->place), "line", (int)info->place.line));
	}
	return list;
}

/* What a role is made of: a level, or the roles it is based on, as far as there is room. */
static void write_kind(const struct roster *roster, uint32_t id, char *to, size_t size)
{
	const struct role_info *info = &roster->roles[id].info;
	size_t n;

	n = (size_t)snprintf(to, size, "%s", roster_is_builtin(roster, id) ? "locked" : "custom");
	if (info->level != FORMAT_TIER_NONE)
		n += (size_t)snprintf(to + n, size - n, ", %s", tool_tier_name(info->level));
	for (uint32_t k = 0; k < info->n_bases && n < size; k++)
		n += (size_t)snprintf(to + n, size - n, "%s%s", k == 0 ? ", on " : " ",
				      roster->roles[id_at(info->bases, k)].info.name);
}

static int longest_name(const struct roster *roster)
{
	int longest = 4;

	for (uint32_t i = 0; i < roster->n_roles; i++) {
		int columns = output_columns(roster->roles[i].info.name);

		longest = columns > longest ? columns : longest;
	}
	return longest < NAME_COLUMNS_MAX ? longest : NAME_COLUMNS_MAX;
}

static void print_line(const struct output *output, const struct roster *roster,
		       const struct role_counts *counts, uint32_t id, int width)
{
	const struct roster_role *entry = &roster->roles[id];
	int used = output_columns(entry->info.name), room;
	char cut[OUTPUT_CUT_SIZE], kind[OUTPUT_CUT_SIZE], numbers[64];

	output_text(output, COLOUR_BOLD, entry->info.name);
	output_pad(used, width + 2);
	used = used < width + 2 ? width + 2 : used + 1;
	write_kind(roster, id, kind, sizeof(kind));
	output_text(output, roster_is_builtin(roster, id) ? COLOUR_DIM : COLOUR_PLAIN,
		    output_cut(kind, KIND_COLUMNS, false, cut));
	output_pad(output_columns(output_cut(kind, KIND_COLUMNS, false, cut)), KIND_COLUMNS + 2);
	snprintf(numbers, sizeof(numbers), "%zu user%s, %zu group%s", counts->users[id],
		 counts->users[id] == 1 ? "" : "s", counts->groups[id],
		 counts->groups[id] == 1 ? "" : "s");
	fputs(numbers, stdout);
	used += KIND_COLUMNS + 2 + output_columns(numbers);
	room = output->width -
	       (used < width + KIND_COLUMNS + 23 ? width + KIND_COLUMNS + 23 : used + 2);
	if (*entry->info.label && room >= 4) {
		output_pad(used, width + KIND_COLUMNS + 23);
		output_text(output, COLOUR_DIM,
			    output_cut(entry->info.label, room < 100 ? room : 100, false, cut));
	}
	putchar('\n');
}

static void print_list(const struct output *output, const struct roster *roster,
		       const struct role_counts *counts)
{
	int width = longest_name(roster);

	for (uint32_t i = 0; i < roster->n_roles; i++)
		print_line(output, roster, counts, roster->role_order[i], width);
}

int verb_role_list(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct roster roster;
	struct role_counts counts = { .roster = &roster };
	int r, status;

	if (tool_open(tool, &policy, &status) < 0)
		return status;
	r = roster_load(&roster, policy);
	if (r == 0)
		r = count(&counts);
	if (r == 0 && tool->output.json)
		(void)output_json(json_pack("{s:o}", "roles", json_list(&roster, &counts)), true);
	else if (r == 0)
		print_list(&tool->output, &roster, &counts);
	status = r < 0 ? tool_fail_errno(tool, r, "reading roles") : EXIT_DONE;
	free_counts(&counts);
	roster_free(&roster);
	rolegate_policy_close(policy);
	return status;
}
