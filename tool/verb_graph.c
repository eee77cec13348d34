/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing.h"
#include "names.h"
#include "roster.h"
#include "verbs.h"

/*
 * Holders of exactly the same roles are drawn one by one up to so many; more of them become one
 * node with their number. And all told no more than this are drawn by name: Graphviz lays out a
 * thousand nodes in seconds, and a million never.
 */
#define CROWD_MIN 51u
#define DRAWN_MAX 1000u

/* How a holder has a role, as the lower bits of a trait; the rest is the role's id. */
#define TRAIT_TIMES 1u
#define TRAIT_AWAITS 2u
#define TRAIT_BITS 2u

/* Holders of the same roles in the same way. */
struct crowd {
	size_t n;
	uint32_t *traits, n_traits; /* of the arena */
};

struct crowds {
	const struct roster *roster;
	struct drawing *drawing;
	enum drawing_kind kind; /* of the holders */
	struct arena arena;
	struct names keys; /* traits as text */
	struct crowd *list;
	size_t max;
	size_t crowd_min; /* from so many on a crowd is one node */
	uint32_t drawn;
	/* of the holder at hand */
	uint32_t traits[FORMAT_ASSIGNS_MAX * FORMAT_ASSIGN_ROLES_MAX];
	uint32_t n_traits;
	char key[FORMAT_ASSIGNS_MAX * FORMAT_ASSIGN_ROLES_MAX * 9 + 1];
};

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Work out the traits of a holder, sorted and each once, and their key. */
static void take_traits(struct crowds *crowds, const struct assignment *list, uint32_t n)
{
	uint32_t n_all = 0, n_kept = 0;
	size_t n_key = 0;

	for (uint32_t i = 0; i < n; i++) {
		bool has_times = list[i].from != FORMAT_ALWAYS || list[i].until != FORMAT_FOREVER;

		for (uint32_t k = 0; k < list[i].n_roles; k++) {
			uint32_t role = id_at(list[i].roles, k);
			bool awaits = roster_awaits_approval(crowds->roster, list, n, role);

			crowds->traits[n_all++] = role << TRAIT_BITS | (awaits ? TRAIT_AWAITS : 0) |
						  (has_times ? TRAIT_TIMES : 0);
		}
	}
	qsort(crowds->traits, n_all, sizeof(*crowds->traits), by_number);
	for (uint32_t i = 0; i < n_all; i++)
		if (n_kept == 0 || crowds->traits[n_kept - 1] != crowds->traits[i])
			crowds->traits[n_kept++] = crowds->traits[i];
	crowds->n_traits = n_kept;
	crowds->key[0] = '\0';
	for (uint32_t i = 0; i < n_kept; i++)
		n_key += (size_t)snprintf(crowds->key + n_key, sizeof(crowds->key) - n_key, "%x.",
					  (unsigned int)crowds->traits[i]);
}

/* ---- First all are counted ---- */

static int count_holder(void *context, const char *name, const struct assignment *list, uint32_t n)
{
	struct crowds *crowds = context;
	size_t known = crowds->keys.n;
	struct crowd *more;
	uint32_t id;

	(void)name;
	take_traits(crowds, list, n);
	id = names_add(&crowds->keys, &crowds->arena, crowds->key);
	if (id == NAMES_NONE)
		return -ENOMEM;
	if (crowds->keys.n > known) {
		more = array_grow(crowds->list, known, &crowds->max, sizeof(*more));
		if (!more)
			return -ENOMEM;
		crowds->list = more;
		crowds->list[id] = (struct crowd){
			.traits = arena_take(&crowds->arena,
					     sizeof(uint32_t) * (crowds->n_traits + 1)),
			.n_traits = crowds->n_traits,
		};
		if (!crowds->list[id].traits)
			return -ENOMEM;
		memcpy(crowds->list[id].traits, crowds->traits,
		       sizeof(uint32_t) * crowds->n_traits);
	}
	crowds->list[id].n++;
	return 0;
}

static void choose_crowd_min(struct crowds *crowds)
{
	size_t by_name = 0;

	for (size_t i = 0; i < crowds->keys.n; i++)
		if (crowds->list[i].n < CROWD_MIN)
			by_name += crowds->list[i].n;
	crowds->crowd_min = by_name > DRAWN_MAX ? 2 : CROWD_MIN;
}

/* ---- Then they are drawn ---- */

static void draw_assignment(struct crowds *crowds, const struct assignment *a, uint32_t role,
			    bool awaits)
{
	drawing_edge(crowds->drawing, &(struct drawing_edge){
					      .kind = DRAWING_ASSIGNED,
					      .source_kind = crowds->kind,
					      .source = crowds->drawn,
					      .target = role,
					      .from = a->from,
					      .until = a->until,
					      .awaits_approval = awaits,
				      });
}

static int draw_holder(void *context, const char *name, const struct assignment *list, uint32_t n)
{
	struct crowds *crowds = context;
	uint32_t id;

	take_traits(crowds, list, n);
	id = names_find(&crowds->keys, crowds->key);
	if (id == NAMES_NONE || crowds->list[id].n >= crowds->crowd_min)
		return 0;
	drawing_node(crowds->drawing, &(struct drawing_node){
					      .kind = crowds->kind,
					      .number = crowds->drawn,
					      .name = name,
					      .label = "",
					      .colour = "",
					      .count = 1,
				      });
	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < list[i].n_roles; k++) {
			uint32_t role = id_at(list[i].roles, k);

			draw_assignment(crowds, &list[i], role,
					roster_awaits_approval(crowds->roster, list, n, role));
		}
	}
	crowds->drawn++;
	return 0;
}

static void draw_crowd(struct crowds *crowds, const struct crowd *crowd)
{
	drawing_node(crowds->drawing,
		     &(struct drawing_node){
			     .kind = crowds->kind,
			     .number = crowds->drawn,
			     .name = crowds->kind == DRAWING_USER      ? "users"
				     : crowds->kind == DRAWING_VIRTUAL ? "virtual users"
								       : "groups",
			     .label = "",
			     .colour = "",
			     .count = crowd->n,
		     });
	for (uint32_t i = 0; i < crowd->n_traits; i++)
		drawing_edge(crowds->drawing,
			     &(struct drawing_edge){
				     .kind = DRAWING_ASSIGNED,
				     .source_kind = crowds->kind,
				     .source = crowds->drawn,
				     .target = crowd->traits[i] >> TRAIT_BITS,
				     .from = FORMAT_ALWAYS,
				     .until = FORMAT_FOREVER,
				     .has_times = crowd->traits[i] & TRAIT_TIMES,
				     .awaits_approval = crowd->traits[i] & TRAIT_AWAITS,
			     });
	crowds->drawn++;
}

static int draw_holders(struct drawing *drawing, const struct roster *roster, char letter,
			enum drawing_kind kind)
{
	struct crowds *crowds = calloc(1, sizeof(*crowds));
	int r;

	if (!crowds)
		return -ENOMEM;
	crowds->roster = roster;
	crowds->drawing = drawing;
	crowds->kind = kind;
	r = roster_each_holder(roster, letter, count_holder, crowds);
	if (r == 0) {
		choose_crowd_min(crowds);
		r = roster_each_holder(roster, letter, draw_holder, crowds);
	}
	for (size_t i = 0; r == 0 && i < crowds->keys.n; i++)
		if (crowds->list[i].n >= crowds->crowd_min)
			draw_crowd(crowds, &crowds->list[i]);
	names_free(&crowds->keys);
	arena_free(&crowds->arena);
	free(crowds->list);
	free(crowds);
	return r;
}

/* ---- Roles and rules ---- */

static void draw_roles(struct drawing *drawing, const struct roster *roster)
{
	for (uint32_t i = 0; i < roster->n_roles; i++) {
		uint32_t id = roster->role_order[i];
		const struct role_info *info = &roster->roles[id].info;

		drawing_node(drawing, &(struct drawing_node){
					      .kind = DRAWING_ROLE,
					      .number = id,
					      .name = info->name,
					      .label = info->label,
					      .colour = info->colour,
					      .count = 1,
					      .is_locked = roster_is_builtin(roster, id),
				      });
		for (uint32_t k = 0; k < info->n_bases; k++)
			drawing_edge(drawing, &(struct drawing_edge){
						      .kind = DRAWING_BASED_ON,
						      .source_kind = DRAWING_ROLE,
						      .source = id,
						      .target = id_at(info->bases, k),
						      .from = FORMAT_ALWAYS,
						      .until = FORMAT_FOREVER,
					      });
	}
}

/* A node that stands for people whom no assignment names, and the roles they get. */
static void draw_nameless(struct drawing *drawing, const struct roster *roster,
			  enum drawing_kind kind, const char *name, const struct assignment *a)
{
	if (a->n_roles == 0)
		return;
	drawing_node(drawing, &(struct drawing_node){
				      .kind = kind,
				      .name = name,
				      .label = "",
				      .colour = "",
				      .count = 1,
			      });
	for (uint32_t i = 0; i < a->n_roles; i++) {
		uint32_t role = id_at(a->roles, i);

		drawing_edge(drawing,
			     &(struct drawing_edge){
				     .kind = DRAWING_ASSIGNED,
				     .source_kind = kind,
				     .target = role,
				     .from = FORMAT_ALWAYS,
				     .until = FORMAT_FOREVER,
				     .awaits_approval = roster_awaits_approval(roster, a, 1, role),
			     });
	}
}

/* P3: who has no assignment. D6: root. */
static int draw_defaults(struct drawing *drawing, const struct roster *roster)
{
	const struct head *head = &roster->policy->head;
	unsigned char owner[4];
	struct assignment a;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(roster->policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	if (policy_read_assignment(roster->policy, &c, &a))
		draw_nameless(drawing, roster, DRAWING_DEFAULT, "people without an assignment", &a);
	if (policy_read_assignment(roster->policy, &c, &a))
		draw_nameless(drawing, roster, DRAWING_SYSTEM,
			      "system accounts without an assignment", &a);
	if (policy_read_assignment(roster->policy, &c, &a))
		draw_nameless(drawing, roster, DRAWING_VIRTUAL_DEFAULT,
			      "virtual users without an assignment", &a);
	r = cursor_is_done(&c) ? 0 : -EBADMSG;
	if (r == 0 && head->flags & FORMAT_HEAD_ROOT_IS_OWNER) {
		format_put32(owner, head->owner_role);
		a = (struct assignment){ .n_roles = 1,
					 .roles = owner,
					 .flags = FORMAT_ASSIGN_APPROVED };
		draw_nameless(drawing, roster, DRAWING_ROOT, "root (uid 0)", &a);
	}
	store_record_free(&record);
	return r;
}

/* A6: roles that exclude each other. */
static int draw_conflicts(struct drawing *drawing, const struct roster *roster)
{
	struct conflict conflict;
	struct record record;
	struct cursor c;
	char label[64];
	int r;

	r = policy_load_conflicts(roster->policy, &record, NULL, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; r == 0 && i < roster->policy->head.n_conflicts; i++) {
		if (!policy_read_conflict(roster->policy, &c, &conflict)) {
			r = -EBADMSG;
			break;
		}
		snprintf(label, sizeof(label), "at most %u of %u", (unsigned int)conflict.at_most,
			 (unsigned int)conflict.n_roles);
		drawing_node(drawing, &(struct drawing_node){
					      .kind = DRAWING_CONFLICT,
					      .number = i,
					      .name = conflict.name,
					      .label = label,
					      .colour = "",
					      .count = 1,
				      });
		for (uint32_t k = 0; k < conflict.n_roles; k++)
			drawing_edge(drawing, &(struct drawing_edge){
						      .kind = DRAWING_EXCLUDES,
						      .source_kind = DRAWING_CONFLICT,
						      .source = i,
						      .target = id_at(conflict.roles, k),
						      .from = FORMAT_ALWAYS,
						      .until = FORMAT_FOREVER,
					      });
	}
	store_record_free(&record);
	return r;
}

static int draw(struct tool *tool, const struct roster *roster)
{
	struct drawing drawing;
	int r;

	r = drawing_begin(&drawing, &tool->output);
	if (r == 0) {
		draw_roles(&drawing, roster);
		r = draw_holders(&drawing, roster, FORMAT_USERS, DRAWING_USER);
	}
	if (r == 0)
		r = draw_holders(&drawing, roster, FORMAT_GROUPS, DRAWING_GROUP);
	if (r == 0)
		r = draw_holders(&drawing, roster, FORMAT_VIRTUALS, DRAWING_VIRTUAL);
	if (r == 0)
		r = draw_defaults(&drawing, roster);
	if (r == 0)
		r = draw_conflicts(&drawing, roster);
	if (r == 0)
		drawing_end(&drawing);
	drawing_free(&drawing);
	return r;
}

int verb_graph(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct roster roster;
	int r, status;

	if (tool_open(tool, &policy, &status) < 0)
		return status;
	r = roster_load(&roster, policy);
	if (r == 0)
		r = draw(tool, &roster);
	status = r < 0 ? tool_fail_errno(tool, r, "reading the policy") : EXIT_DONE;
	roster_free(&roster);
	rolegate_policy_close(policy);
	return status;
}
