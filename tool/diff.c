/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
#include "decide.h"
#include "effects.h"
#include "people.h"
#include "review.h"
#include "services.h"
#include "settings.h"

/*
 * A name that no user can have (words.c): it stands for somebody without assignments of their own.
 */
#define ANYBODY "/"

struct gathering {
	struct tool *tool;
	const struct author *author;
	struct difference *d;
	struct effects users, groups;
	struct access_services services;
	bool is_exact; /* everybody who is concerned is looked up by name */
	json_t *object, *closed, *opened;
};

/* ---- Names ---- */

/* The names of what is in one map and not in another. */
static json_t *names_in(const struct joint *joint, const unsigned char *map,
			const unsigned char *but)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < joint->bit_names.n; i++)
		if (format_bit(map, i) && !format_bit(but, i))
			json_array_append_new(list, json_string(joint->bits[i].name));
	return list;
}

static json_t *example_names(const struct examples *examples)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < examples->n; i++)
		json_array_append_new(list, json_string(examples->names[i]));
	return list;
}

/* ---- Settings, roles, services ---- */

static int add_setting(const char *key, const char *detail, void *context)
{
	json_array_append_new(context,
			      detail ? json_sprintf("%s \"%s\"", key, detail) : json_string(key));
	return 0;
}

/* New conflict rules too, and what is no matter of authority. */
static int gather_settings(struct gathering *g)
{
	const struct joint *joint = &g->d->joint;
	const struct rolegate_policy *before = joint->sides[JOINT_BEFORE].policy;
	const struct rolegate_policy *after = joint->sides[JOINT_AFTER].policy;
	json_t *list = json_array();
	int r;

	json_object_set_new(g->object, "settings", list);
	r = settings_compare(joint, add_setting, list);
	if (r == 0)
		r = settings_compare_conflicts(joint, JOINT_AFTER, add_setting, list);
	if (before && (before->head.flags ^ after->head.flags) & FORMAT_HEAD_TELL_USER)
		json_array_append_new(list, json_string("tell_user"));
	return r;
}

static void gather_roles(struct gathering *g)
{
	const struct joint *joint = &g->d->joint;
	json_t *list = json_array();

	json_object_set_new(g->object, "roles", list);
	for (size_t i = 0; i < joint->role_names.n; i++) {
		const struct joint_role *role = &joint->roles[i];
		const char *change = role->id[JOINT_BEFORE] == NAMES_NONE  ? "added"
				     : role->id[JOINT_AFTER] == NAMES_NONE ? "removed"
									   : "changed";
		unsigned int needs = FORMAT_ROLE_NEEDS_APPROVAL;

		if (!strcmp(change, "changed") && !role->has_changed)
			continue;
		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:b, s:b, s:o, s:o}", "role", role->name, "change",
				  change, "locked",
				  ((role->flags[0] | role->flags[1]) & FORMAT_ROLE_BUILTIN) != 0,
				  "needs_approval", (role->flags[JOINT_AFTER] & needs) != 0,
				  "gained",
				  names_in(joint, role->closure[JOINT_AFTER],
					   role->closure[JOINT_BEFORE]),
				  "lost",
				  names_in(joint, role->closure[JOINT_BEFORE],
					   role->closure[JOINT_AFTER])));
	}
}

static int add_service(const struct service *before, const struct service *after, void *context)
{
	const char *change = before && after ? "changed" : after ? "added" : "removed";
	const char *name = after ? after->name : before ? before->name : "";

	json_array_append_new(context, json_pack("{s:s, s:s}", "service", name, "change", change));
	return 0;
}

static int by_service(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	return strcmp(json_string_value(json_object_get(x, "service")),
		      json_string_value(json_object_get(y, "service")));
}

/* Services come in the order of the compiled file's buckets: put them into that of their names. */
static int gather_services(struct gathering *g)
{
	json_t *found = json_array(), *list = json_array(), **sorted;
	size_t n;
	int r;

	json_object_set_new(g->object, "services", list);
	r = services_compare(&g->d->joint, add_service, found);
	n = json_array_size(found);
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is meant, twice */
	sorted = calloc(n + 1, sizeof(*sorted));
	if (!sorted)
		r = -ENOMEM;
	for (size_t i = 0; i < n && r == 0; i++)
		sorted[i] = json_array_get(found, i);
	if (r == 0)
		/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
		qsort(sorted, n, sizeof(*sorted), by_service);
	for (size_t i = 0; i < n && r == 0; i++)
		json_array_append(list, sorted[i]);
	free(sorted);
	json_decref(found);
	return r;
}

/* ---- Users and groups ---- */

/* What members of groups lose or get as these have an assignment, or none any more (P3). */
static json_t *list_defaults(const struct effect *effect)
{
	static const char *const words[2 * EFFECT_DEFAULTS] = {
		"lost",	       "gained",	"lost_later",	     "gained_later",
		"system_lost", "system_gained", "system_lost_later", "system_gained_later",
	};
	json_t *list = json_array();

	for (unsigned int i = 0; i < 2 * EFFECT_DEFAULTS; i++)
		if (effect_changes_defaults(effect, i / EFFECT_DEFAULTS, i % EFFECT_DEFAULTS))
			json_array_append_new(list, json_string(words[i]));
	return list;
}

static json_t *describe_effect(const struct joint *joint, const struct effect *effect)
{
	static const struct {
		const char *key;
		enum effect_map map;
	} maps[] = {
		{ "gained", EFFECT_GAINED },
		{ "lost", EFFECT_LOST },
		{ "gained_later", EFFECT_GAINED_LATER },
		{ "lost_later", EFFECT_LOST_LATER },
		{ "may_gain", EFFECT_MAY_GAIN },
		{ "may_lose", EFFECT_MAY_LOSE },
	};
	json_t *object = json_pack("{s:I, s:o, s:o}", "count", (json_int_t)effect->examples.n_all,
				   "examples", example_names(&effect->examples), "defaults",
				   list_defaults(effect));

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		json_object_set_new(object, maps[i].key,
				    names_in(joint, effect_map(joint, effect, maps[i].map),
					     joint->empty));
	return object;
}

static void gather_effects(struct gathering *g, const char *key, const struct effects *effects)
{
	const struct joint *joint = &g->d->joint;
	json_t *list = json_array();

	json_object_set_new(g->object, key, list);
	for (size_t i = 0; i < effects->n; i++)
		if (effect_is_any(joint, &effects->list[i]))
			json_array_append_new(list, describe_effect(joint, &effects->list[i]));
}

/* ---- Who could use what ---- */

/* For one service, whom it closes and opens for. */
struct tally {
	struct examples users[2]; /* closed, opened */
	json_t *others[2];
};

static void count(struct tally *tally, enum access_change change, const char *name, uint32_t n)
{
	if (change != ACCESS_SAME)
		examples_add(&tally->users[change == ACCESS_OPENED], name, n);
}

/* Everybody who is concerned, one by one. */
struct concerned {
	struct tool *tool;
	struct account *list;
	size_t n;
};

/* Look a user up. One whom the system does not know is denied whatever the policy says. */
static int look_up(struct difference *d, const char *name, const uint32_t sets[2], void *context)
{
	struct concerned *all = context;

	/* The list has room for the members of all classes. */
	if (!difference_has_class(&d->users, sets))
		return 0;
	return people_find(all->tool, NULL, name, &all->list[all->n++]);
}

static int tally_classes(struct gathering *g, const char *service, struct tally *tally)
{
	int r = 0;

	for (size_t i = 0; i < g->users.n && r == 0; i++) {
		const struct examples *examples = &g->users.list[i].examples;
		struct rolegate_person person = {
			.name = examples->names[0],
			.uid = PEOPLE_ORDINARY_UID,
			.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED,
		};
		enum access_change change = ACCESS_SAME;

		r = access_ask(g->d, service, &person, &change);
		if (change == ACCESS_SAME)
			continue;
		for (uint32_t k = 0; k < examples->n; k++)
			count(tally, change, examples->names[k],
			      k == 0 ? 1 + examples->n_all - examples->n : 1);
	}
	return r;
}

static int tally_concerned(struct gathering *g, const char *service, const struct concerned *all,
			   struct tally *tally)
{
	int r = 0;

	for (size_t i = 0; i < all->n && r == 0; i++) {
		enum access_change change = ACCESS_SAME;

		r = access_ask(g->d, service, &all->list[i].person, &change);
		count(tally, change, all->list[i].name, 1);
	}
	return r;
}

/* One who stands for others. */
static int tally_other(struct gathering *g, const char *service, uid_t uid, const char *group,
		       const char *label, struct tally *tally)
{
	struct rolegate_person person = {
		.name = ANYBODY,
		.uid = uid,
		.group_names = &group,
		.n_groups = group ? 1 : 0,
		.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | DECIDE_FACT_SUPPOSED,
	};
	enum access_change change = ACCESS_SAME;
	int r;

	r = access_ask(g->d, service, &person, &change);
	if (r == 0 && change != ACCESS_SAME)
		json_array_append_new(tally->others[change == ACCESS_OPENED],
				      group ? json_sprintf("%s %s", label, group)
					    : json_string(label));
	return r;
}

static int tally_others(struct gathering *g, const char *service, struct tally *tally)
{
	int r = 0;

	for (size_t i = 0; i < g->d->groups.n && r == 0; i++) {
		const struct examples *groups = &g->d->groups.classes[i].examples;

		for (uint32_t k = 0; k < groups->n && r == 0; k++)
			r = tally_other(g, service, PEOPLE_ORDINARY_UID, groups->names[k],
					"members of group", tally);
	}
	if (r == 0)
		r = tally_other(g, service, PEOPLE_ORDINARY_UID, NULL,
				"people without an assignment", tally);
	if (r == 0)
		r = tally_other(g, service, 1, NULL, "system accounts without an assignment",
				tally);
	return r < 0 ? r : tally_other(g, service, 0, NULL, "root", tally);
}

static int gather_service(struct gathering *g, const char *service, const struct concerned *all)
{
	struct tally tally = { .others = { json_array(), json_array() } };
	json_t *lists[] = { g->closed, g->opened };
	int r;

	r = g->is_exact ? tally_concerned(g, service, all, &tally)
			: tally_classes(g, service, &tally);
	if (r == 0)
		r = tally_others(g, service, &tally);
	for (int i = 0; i < 2; i++) {
		if (r == 0 && (tally.users[i].n_all > 0 || json_array_size(tally.others[i]) > 0))
			json_array_append_new(lists[i],
					      json_pack("{s:s, s:I, s:o, s:O}", "service", service,
							"count", (json_int_t)tally.users[i].n_all,
							"examples", example_names(&tally.users[i]),
							"others", tally.others[i]));
		json_decref(tally.others[i]);
	}
	return r;
}

static int gather_access(struct gathering *g)
{
	struct concerned all = { .tool = g->tool };
	uint64_t n = 0;
	int r = 0;

	for (size_t i = 0; i < g->d->users.n; i++)
		n += g->d->users.classes[i].examples.n_all;
	g->is_exact = n <= DIFF_EXACT_MAX;
	if (g->is_exact) {
		all.list = calloc((size_t)n + 1, sizeof(*all.list));
		r = all.list ? difference_walk(g->d, FORMAT_USERS, look_up, &all) : -ENOMEM;
	}
	g->closed = json_array();
	g->opened = json_array();
	json_object_set_new(g->object, "closed", g->closed);
	json_object_set_new(g->object, "opened", g->opened);
	json_object_set_new(g->object, "exact", json_boolean(g->is_exact));
	for (size_t i = 0; i < g->services.n && r == 0; i++)
		r = gather_service(g, g->services.list[i], &all);
	for (size_t i = 0; i < all.n; i++)
		account_free(&all.list[i]);
	free(all.list);
	return r;
}

/* ---- Who asks ---- */

static int gather_own_services(struct gathering *g, json_t *closed)
{
	int r = 0;

	for (size_t i = 0; i < g->services.n && r == 0; i++) {
		enum access_change change = ACCESS_SAME;

		r = access_ask(g->d, g->services.list[i], &g->author->account.person, &change);
		if (change == ACCESS_CLOSED)
			json_array_append_new(closed, json_string(g->services.list[i]));
	}
	return r;
}

/* What they hold that the plan leaves, by one of the policies. */
static int hold(struct gathering *g, enum joint_side side, unsigned char *map)
{
	const struct joint *joint = &g->d->joint;
	int r;

	r = joint_hold(joint, side, &g->author->account.person, g->d->now, map, NULL);
	for (size_t i = 0; i < joint->n_map; i++)
		map[i] &= joint->sides[side].in_force[i];
	return r;
}

static int gather_you(struct gathering *g)
{
	const struct joint *joint = &g->d->joint;
	unsigned char *before = joint_new_map(joint), *after = joint_new_map(joint);
	json_t *closed = json_array();
	int r = before && after && closed ? 0 : -ENOMEM;

	if (r == 0)
		r = hold(g, JOINT_BEFORE, before);
	if (r == 0)
		r = hold(g, JOINT_AFTER, after);
	if (r == 0)
		r = gather_own_services(g, closed);
	if (r == 0)
		json_object_set_new(g->object, "you",
				    json_pack("{s:s, s:o, s:O}", "user", g->author->account.name,
					      "lost", names_in(joint, before, after), "closed",
					      closed));
	json_decref(closed);
	free(before);
	free(after);
	return r;
}

/* Whether applying would be refused, and why. */
static int gather_review(struct gathering *g)
{
	struct review review;
	json_t *refused = json_null(), *lacks = json_array();
	int r;

	r = review_judge(g->tool, g->author, g->d, &review);
	for (size_t i = 0; i < review.n_lacks; i++)
		json_array_append_new(lacks, json_string(review.lacks[i]));
	if (r == 0 && review.reason)
		refused = json_pack("{s:s, s:s, s:O}", "reason", review.reason, "error",
				    review.text, "lacks", lacks);
	json_object_set_new(g->object, "conflict",
			    review.warning ? json_string(review.warning) : json_null());
	json_object_set_new(g->object, "refused", refused);
	json_decref(lacks);
	review_free(&review);
	return r;
}

/* ---- All of it ---- */

static int gather(struct gathering *g)
{
	static const char *const keys[] = { "settings", "roles",  "services", "users",
					    "groups",	"closed", "opened" };
	bool is_different = false;
	int r;

	r = gather_settings(g);
	if (r == 0)
		gather_roles(g);
	if (r == 0)
		r = gather_services(g);
	if (r < 0)
		return r;
	gather_effects(g, "users", &g->users);
	gather_effects(g, "groups", &g->groups);
	r = gather_access(g);
	if (r == 0)
		r = gather_you(g);
	if (r == 0)
		r = gather_review(g);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (json_array_size(json_object_get(g->object, keys[i])) > 0)
			is_different = true;
	json_object_set_new(g->object, "different", json_boolean(is_different));
	return r;
}

int diff_gather(struct tool *tool, const struct author *author, struct difference *difference,
		json_t **ret)
{
	struct gathering g = { .tool = tool, .author = author, .d = difference };
	int r;

	g.object = json_object();
	r = g.object ? access_open(&difference->joint, &g.services) : -ENOMEM;
	if (r == 0)
		r = effects_open(difference, &difference->users, &g.users);
	if (r == 0)
		r = effects_open(difference, &difference->groups, &g.groups);
	if (r == 0)
		r = gather(&g);
	effects_close(&g.users);
	effects_close(&g.groups);
	access_close(&g.services);
	if (r == 0)
		*ret = g.object;
	else
		json_decref(g.object);
	return r;
}

int diff_compare(struct tool *tool, const struct author *author,
		 const struct rolegate_policy *before, const struct rolegate_policy *after,
		 json_t **ret)
{
	struct difference difference;
	int r;

	r = difference_open(&difference, before, after, tool->now);
	if (r == 0)
		r = diff_gather(tool, author, &difference, ret);
	difference_close(&difference);
	return r;
}
