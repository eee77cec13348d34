/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "roster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

/* ---- In which order things are shown ---- */

/* What decides about a place in the order: ranks first, then where it stands, then its name. */
struct sort_key {
	uint32_t id, rank;
	bool is_custom;
	struct place place;
	const char *name;
};

static int compare(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;

	if (x->is_custom != y->is_custom)
		return x->is_custom ? 1 : -1;
	if (x->is_custom)
		return strcmp(x->name, y->name);
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->place.file != y->place.file)
		return x->place.file < y->place.file ? -1 : 1;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static uint32_t *take_order(struct sort_key *keys, uint32_t n)
{
	uint32_t *order = calloc((size_t)n + 1, sizeof(*order));

	if (!order)
		return NULL;
	qsort(keys, n, sizeof(*keys), compare);
	for (uint32_t i = 0; i < n; i++)
		order[i] = keys[i].id;
	return order;
}

static int order_roles(struct roster *roster)
{
	struct sort_key *keys = calloc((size_t)roster->n_roles + 1, sizeof(*keys));

	for (uint32_t id = 0; keys && id < roster->n_roles; id++) {
		const struct role_info *info = &roster->roles[id].info;

		keys[id] = (struct sort_key){
			.id = id,
			.rank = FORMAT_TIER_OWNER - info->level,
			.is_custom = !roster_is_builtin(roster, id),
			.place = info->place,
			.name = info->name,
		};
	}
	if (keys)
		roster->role_order = take_order(keys, roster->n_roles);
	free(keys);
	return roster->role_order ? 0 : -ENOMEM;
}

/*
 * Rank areas as they come in a sorted list: an area may be interrupted by another one, and is to
 * be shown in one piece all the same.
 */
static int rank_areas(const struct roster *roster, struct sort_key *keys)
{
	uint32_t *ranks = calloc((size_t)roster->n_permissions + 1, sizeof(*ranks));
	uint32_t n = 0;

	for (uint32_t i = 0; ranks && i < roster->n_permissions; i++) {
		uint32_t area = roster->permissions[keys[i].id].area;

		if (area == ROSTER_NONE)
			continue;
		if (ranks[area] == 0)
			ranks[area] = ++n;
		keys[i].rank = ranks[area];
	}
	free(ranks);
	return ranks ? 0 : -ENOMEM;
}

static int order_permissions(struct roster *roster)
{
	struct sort_key *keys = calloc((size_t)roster->n_permissions + 1, sizeof(*keys));
	int r = keys ? 0 : -ENOMEM;

	for (uint32_t id = 0; keys && id < roster->n_permissions; id++) {
		const struct permission_info *info = &roster->permissions[id].info;

		keys[id] = (struct sort_key){
			.id = id,
			.is_custom = info->flags & FORMAT_PERMISSION_CUSTOM,
			.place = info->place,
			.name = info->name,
		};
	}
	if (r == 0) {
		qsort(keys, roster->n_permissions, sizeof(*keys), compare);
		r = rank_areas(roster, keys);
	}
	if (r == 0) {
		roster->permission_order = take_order(keys, roster->n_permissions);
		r = roster->permission_order ? 0 : -ENOMEM;
	}
	free(keys);
	return r;
}

/* ---- Loading ---- */

static int load_roles(struct roster *roster)
{
	uint32_t n = roster->policy->head.n_roles;
	int r = 0;

	roster->roles = calloc((size_t)n + 1, sizeof(*roster->roles));
	if (!roster->roles)
		return -ENOMEM;
	for (uint32_t id = 0; id < n && r == 0; id++) {
		struct roster_role *entry = &roster->roles[id];

		r = policy_load_role(roster->policy, id, &entry->records[0], &entry->role);
		if (r < 0)
			break;
		r = policy_load_role_info(roster->policy, id, &entry->records[1], &entry->info);
		if (r < 0)
			store_record_free(&entry->records[0]);
		else
			roster->n_roles++;
	}
	return r;
}

/* Number the area of a permission. Two catalogs may each have an area of one name. */
static int number_area(struct roster_permission *permission, struct names *areas,
		       struct arena *arena)
{
	const struct permission_info *info = &permission->info;
	char key[2 * FORMAT_TEXT_MAX + 2];

	permission->area = ROSTER_NONE;
	if (info->flags & FORMAT_PERMISSION_CUSTOM)
		return 0;
	snprintf(key, sizeof(key), "%s\n%s", info->catalog, info->area);
	permission->area = names_add(areas, arena, key);
	return permission->area == NAMES_NONE ? -ENOMEM : 0;
}

static int load_permissions(struct roster *roster)
{
	uint32_t n = roster->policy->head.n_permissions;
	struct arena arena = { 0 };
	struct names areas = { 0 };
	int r = 0;

	roster->permissions = calloc((size_t)n + 1, sizeof(*roster->permissions));
	if (!roster->permissions)
		return -ENOMEM;
	for (uint32_t id = 0; id < n && r == 0; id++) {
		struct roster_permission *entry = &roster->permissions[id];

		r = policy_load_permission_info(roster->policy, id, &entry->record, &entry->info);
		if (r < 0)
			break;
		roster->n_permissions++;
		r = number_area(entry, &areas, &arena);
	}
	names_free(&areas);
	arena_free(&arena);
	return r;
}

static int load_paths(struct roster *roster)
{
	struct rolegate_source source;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_sources(roster->policy, &record, &c, &n);
	if (r < 0)
		return r;
	roster->paths = calloc((size_t)n + 1, sizeof(*roster->paths));
	if (!roster->paths)
		r = -ENOMEM;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_source(&c, &source))
			r = -EBADMSG;
		else if (!(roster->paths[i] = strdup(source.path)))
			r = -ENOMEM;
		else
			roster->n_paths++;
	}
	store_record_free(&record);
	return r;
}

int roster_load(struct roster *ret, const struct rolegate_policy *policy)
{
	int r;

	*ret = (struct roster){ .policy = policy };
	r = load_roles(ret);
	if (r == 0)
		r = load_permissions(ret);
	if (r == 0)
		r = load_paths(ret);
	if (r == 0)
		r = order_roles(ret);
	return r < 0 ? r : order_permissions(ret);
}

void roster_free(struct roster *roster)
{
	for (uint32_t i = 0; i < roster->n_roles; i++) {
		store_record_free(&roster->roles[i].records[0]);
		store_record_free(&roster->roles[i].records[1]);
	}
	for (uint32_t i = 0; i < roster->n_permissions; i++)
		store_record_free(&roster->permissions[i].record);
	for (uint32_t i = 0; i < roster->n_paths; i++)
		free(roster->paths[i]);
	free(roster->roles);
	free(roster->permissions);
	free(roster->paths);
	free(roster->role_order);
	free(roster->permission_order);
}

/* ---- Asking ---- */

uint32_t roster_find_role(const struct roster *roster, const char *name,
			  char near[FORMAT_NAME_MAX + 1])
{
	const char *best = NULL;
	unsigned int distance = 0;

	near[0] = '\0';
	for (uint32_t id = 0; id < roster->n_roles; id++) {
		if (!strcmp(roster->roles[id].info.name, name))
			return id;
		names_consider(name, roster->roles[id].info.name, &best, &distance);
	}
	if (best)
		stpncpy(near, best, FORMAT_NAME_MAX)[0] = '\0';
	return ROSTER_NONE;
}

bool roster_is_builtin(const struct roster *roster, uint32_t role)
{
	return roster->roles[role].role.flags & FORMAT_ROLE_BUILTIN;
}

static bool holds(const struct roster *roster, uint32_t role, uint32_t permission)
{
	return format_bit(roster->roles[role].role.closure, permission);
}

enum roster_hold roster_hold(const struct roster *roster, uint32_t role, uint32_t permission)
{
	const struct role_info *info = &roster->roles[role].info;

	if (!holds(roster, role, permission))
		return ROSTER_NOT;
	if (!format_bit(info->own, permission))
		return ROSTER_INHERITED;
	for (uint32_t i = 0; info->level != FORMAT_TIER_NONE && i < info->n_bases; i++)
		if (holds(roster, id_at(info->bases, i), permission))
			return ROSTER_INHERITED;
	return ROSTER_OWN;
}

bool roster_is_in_force(const struct roster *roster, uint32_t permission)
{
	return roster->permissions[permission].info.flags & FORMAT_PERMISSION_IN_FORCE;
}

const char *roster_area(const struct roster *roster, uint32_t permission)
{
	const struct permission_info *info = &roster->permissions[permission].info;

	return info->flags & FORMAT_PERMISSION_CUSTOM ? ROSTER_CUSTOM_AREA : info->area;
}

bool roster_is_same_area(const struct roster *roster, uint32_t a, uint32_t b)
{
	return roster->permissions[a].area == roster->permissions[b].area;
}

const char *roster_path(const struct roster *roster, struct place place)
{
	return place.line > 0 && place.file < roster->n_paths ? roster->paths[place.file] : "";
}

/* Read all assignments of a holder and hand them on. */
static int visit_holder(const struct roster *roster, const char *name, struct cursor *body,
			struct assignment list[FORMAT_ASSIGNS_MAX],
			int (*each)(void *context, const char *name, const struct assignment *list,
				    uint32_t n),
			void *context)
{
	uint32_t n = policy_read_n_assignments(body);

	for (uint32_t i = 0; i < n; i++)
		if (!policy_read_assignment(roster->policy, body, &list[i]))
			return -EBADMSG;
	return cursor_is_done(body) ? each(context, name, list, n) : -EBADMSG;
}

int roster_each_holder(const struct roster *roster, char kind,
		       int (*each)(void *context, const char *name, const struct assignment *list,
				   uint32_t n),
		       void *context)
{
	uint32_t n = policy_buckets(roster->policy, kind);
	struct assignment *list = calloc(FORMAT_ASSIGNS_MAX, sizeof(*list));
	struct cursor bucket, body;
	struct record record;
	const char *name;
	int r = list ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < n && r == 0; i++) {
		r = store_find(&roster->policy->store, kind, i, &record);
		if (r < 0)
			break;
		bucket = cursor_over(&record);
		while (r == 0 && policy_next_entry(&bucket, &name, &body))
			r = visit_holder(roster, name, &body, list, each, context);
		if (r == 0 && !cursor_is_done(&bucket))
			r = -EBADMSG;
		store_record_free(&record);
	}
	free(list);
	return r;
}

bool roster_gives(const struct assignment *assignment, uint32_t role)
{
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		if (id_at(assignment->roles, i) == role)
			return true;
	return false;
}

bool roster_awaits_approval(const struct roster *roster, const struct assignment *list, uint32_t n,
			    uint32_t role)
{
	if (!(roster->roles[role].role.flags & FORMAT_ROLE_NEEDS_APPROVAL))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (list[i].flags & FORMAT_ASSIGN_APPROVED && roster_gives(&list[i], role))
			return false;
	return true;
}
