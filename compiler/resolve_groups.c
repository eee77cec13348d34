/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Works out which users a role brings into which group of the operating system. */
#include <string.h>

#include "resolve_internal.h"

/* ---- Groups that are more than they seem ---- */

/*
 * What somebody in a group of that name can do on most systems, where it is more than a role says.
 */
static const char *find_danger(const char *group)
{
	static const char escapes[] = "starts containers or machines as root, and so is root";
	static const char sudoers[] = "may become root by what most systems have in sudoers";
	static const struct {
		const char *group, *can;
	} dangers[] = {
		{ "admin", sudoers },
		{ "disk", "reads and writes whole disks, past the permissions of every file" },
		{ "docker", escapes },
		{ "incus-admin", escapes },
		{ "input", "reads every key that is pressed" },
		{ "kmem", "reads the memory of every process" },
		{ "libvirt", escapes },
		{ "lxd", escapes },
		{ "mail", "reads and writes everybody's mail" },
		{ "shadow", "reads the hashes of all passwords" },
		{ "ssl-cert", "reads the private keys of this host's services" },
		{ "staff", "writes below /usr/local, from where root runs programs" },
		{ "sudo", sudoers },
		{ "tty", "writes to everybody's terminal" },
		{ "wheel", sudoers },
	};

	for (size_t i = 0; i < sizeof(dangers) / sizeof(dangers[0]); i++)
		if (!strcmp(dangers[i].group, group))
			return dangers[i].can;
	return NULL;
}

static void check_line(struct resolving *r, size_t line)
{
	const struct model *model = r->model;
	const struct model_role_group *seen = &model->role_groups[line];
	const char *danger = find_danger(seen->group);
	uint32_t holder = names_find(&model->groups.names, seen->group);

	if (danger)
		report_warning(r->report, seen->place,
			       "the group \"%s\" gives more than the role: whoever is in it %s",
			       seen->group, danger);
	if (holder != NAMES_NONE)
		report_error(
			r->report, model->assignments[model->groups.list[holder].first].place,
			"the role \"%s\" makes its holders members of \"%s\", and here that group gets "
			"roles: who has the one would get the others as well, unseen by whoever gave it. "
			"Assign the roles to the users, or take the group out of `role_groups`",
			model->roles[seen->role.id].name, seen->group);
	for (size_t i = 0; i < line; i++) {
		const struct model_role_group *other = &model->role_groups[i];

		if (other->role.id != seen->role.id || strcmp(other->group, seen->group) != 0)
			continue;
		report_warning(r->report, seen->place,
			       "said already at %s:%u: keep one of the two lines",
			       source_path(r->sources, other->place), other->place.line);
		return;
	}
}

/* ---- What NSS cannot see ---- */

/*
 * An NSS module that asked for somebody's groups would ask itself. So only assignments to users
 * count there, and whoever expects more is told.
 */
static void warn_unseen(struct resolving *r, uint32_t role, struct place place, const char *what,
			uint64_t warned[MODEL_SEEN_WORDS])
{
	const struct model *model = r->model;

	for (size_t w = 0; w < MODEL_SEEN_WORDS; w++) {
		uint64_t new = model->roles[role].seen[w] & ~warned[w];

		for (warned[w] |= new; new != 0; new &= new - 1) {
			const struct model_role_group *seen =
				&model->role_groups[w * 64 + (size_t)__builtin_ctzll(new)];

			report_warning(
				r->report, seen->place,
				"%s at %s:%u gives the role \"%s\", which makes nobody a member of \"%s\": "
				"through NSS only assignments to a user are seen",
				what, source_path(r->sources, place), place.line,
				model->roles[seen->role.id].name, seen->group);
		}
	}
}

static void warn_group_assignments(struct resolving *r)
{
	const struct model *model = r->model;
	uint64_t warned[MODEL_SEEN_WORDS] = { 0 };

	for (size_t i = 0; i < model->groups.names.n; i++)
		for (uint32_t k = model->groups.list[i].first; k != NAMES_NONE;
		     k = model->assignments[k].next)
			for (uint32_t n = 0; n < model->assignments[k].n_roles; n++)
				warn_unseen(r, model->assignments[k].roles[n],
					    model->assignments[k].place,
					    "the assignment to a group", warned);
}

static void warn_defaults(struct resolving *r, const struct refs *roles, const char *what)
{
	uint64_t warned[MODEL_SEEN_WORDS] = { 0 };

	for (size_t i = 0; i < roles->n; i++)
		warn_unseen(r, roles->list[i].id, roles->list[i].place, what, warned);
}

/* ---- Conflicts with what NSS cannot see (A6) ---- */

/* The roles of conflict rules that some assignment to a group brings. */
static void map_by_groups(const struct model *model, uint64_t map[MODEL_MEMBER_WORDS])
{
	for (size_t i = 0; i < model->groups.names.n; i++)
		for (uint32_t k = model->groups.list[i].first; k != NAMES_NONE;
		     k = model->assignments[k].next)
			for (uint32_t n = 0; n < model->assignments[k].n_roles; n++)
				for (size_t w = 0; w < MODEL_MEMBER_WORDS; w++)
					map[w] |= model->roles[model->assignments[k].roles[n]]
							  .members[w];
}

static void count_by_groups(struct resolving *r)
{
	struct model *model = r->model;
	uint64_t by_groups[MODEL_MEMBER_WORDS] = { 0 }, map[MODEL_MEMBER_WORDS];

	map_by_groups(model, by_groups);
	for (size_t i = 0; i < model->n_conflicts; i++) {
		struct model_conflict *rule = &model->conflicts[i];

		resolve_map_rule(model, rule, map);
		rule->by_groups = resolve_count_common(map, by_groups);
		for (size_t k = 0; k < model->n_role_groups && rule->by_groups > 0; k++) {
			const struct model_role_group *seen = &model->role_groups[k];
			const struct model_role *role = &model->roles[seen->role.id];
			unsigned int n = resolve_count_common(map, role->members);

			if (n == 0 || n + rule->by_groups <= rule->at_most)
				continue;
			report_warning(
				r->report, seen->place,
				"the role \"%s\" makes nobody a member of \"%s\": its holders may get an excluding "
				"role of the conflict \"%s\" through their groups, which cannot be known through "
				"NSS. Assign those roles to users only",
				role->name, seen->group, rule->name);
		}
	}
}

/* ---- Whom a lookup of the group may list ---- */

/* Which lines' roles the assignments of a user lead to, now or ever. */
static void map_user(const struct model *model, size_t user, uint64_t map[MODEL_SEEN_WORDS])
{
	memset(map, 0, MODEL_SEEN_WORDS * sizeof(*map));
	for (uint32_t k = model->users.list[user].first; k != NAMES_NONE;
	     k = model->assignments[k].next)
		for (uint32_t n = 0; n < model->assignments[k].n_roles; n++)
			for (size_t w = 0; w < MODEL_SEEN_WORDS; w++)
				map[w] |= model->roles[model->assignments[k].roles[n]].seen[w];
}

static void add_listed(struct resolving *r, struct model_role_group *seen, uint32_t user)
{
	if (!seen->listed)
		seen->listed =
			arena_take(&r->model->arena, FORMAT_LISTED_MAX * sizeof(*seen->listed));
	if (!seen->listed)
		return;
	if (seen->n_listed < FORMAT_LISTED_MAX)
		seen->listed[seen->n_listed] = user;
	/* Once: one too many is as wrong as a million. */
	if (seen->n_listed == FORMAT_LISTED_MAX)
		report_error(
			r->report, seen->place,
			"more than %u users are given the role \"%s\", and each lookup of \"%s\" would weigh them "
			"all: take `members` out, which membership itself does not need",
			FORMAT_LISTED_MAX, r->model->roles[seen->role.id].name, seen->group);
	seen->n_listed++;
}

static void list_users(struct resolving *r)
{
	struct model *model = r->model;
	uint64_t lists[MODEL_SEEN_WORDS] = { 0 }, map[MODEL_SEEN_WORDS];
	size_t n_lists = 0;

	for (size_t i = 0; i < model->n_role_groups; i++) {
		lists[i / 64] |= (uint64_t)model->role_groups[i].is_listed << (i % 64);
		n_lists += model->role_groups[i].is_listed;
	}
	for (size_t user = 0; user < model->users.names.n && n_lists > 0; user++) {
		map_user(model, user, map);
		for (size_t w = 0; w < MODEL_SEEN_WORDS; w++)
			for (uint64_t left = map[w] & lists[w]; left != 0; left &= left - 1)
				add_listed(
					r,
					&model->role_groups[w * 64 + (size_t)__builtin_ctzll(left)],
					(uint32_t)user);
	}
}

void resolve_groups(struct resolving *r)
{
	const struct model *model = r->model;

	count_by_groups(r);
	if (model->n_role_groups == 0)
		return;
	for (size_t i = 0; i < model->n_role_groups; i++)
		check_line(r, i);
	warn_group_assignments(r);
	warn_defaults(r, &model->default_roles, "`default_roles`");
	warn_defaults(r, &model->system_account_roles, "`system_account_roles`");
	list_users(r);
}
