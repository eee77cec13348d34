/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bounded_policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_GID 100000u

const struct bounded_shape bounded_shapes[] = {
	{ .name = "user-all-roles",
	  .is_assigned = true,
	  .is_twice = true,
	  .required = 64,
	  .n_max = 10600 },
	{ .name = "few-conflicts",
	  .is_assigned = true,
	  .is_twice = true,
	  .required = 64,
	  .conflicts = 16,
	  .conflict_roles = 64,
	  .n_max = 8200 },
	{ .name = "chain-conflicts",
	  .bases = 1,
	  .is_assigned = true,
	  .is_twice = true,
	  .required = 64,
	  .conflicts = 1024,
	  .conflict_roles = 64,
	  .n_max = 7200 },
	{ .name = "wide",
	  .bases = 256,
	  .is_assigned = true,
	  .required = 64,
	  .conflicts = 16,
	  .conflict_roles = 64,
	  .n_max = 500 },
	{ .name = "bases",
	  .bases = 7,
	  .is_assigned = true,
	  .required = 64,
	  .conflicts = 16,
	  .conflict_roles = 64,
	  .n_max = 7700 },
	{ .name = "maps",
	  .bases = 1,
	  .privileges = 1,
	  .is_assigned = true,
	  .required = 64,
	  .conflicts = 16,
	  .conflict_roles = 2,
	  .n_max = 4800 },
	{ .name = "groups-64", .groups = 4, .group_roles = 2048, .required = 64, .n_max = 7000 },
	{ .name = "groups", .groups = 1024, .group_roles = 8, .required = 64, .n_max = 4400 },
	{ .name = "groups-most", .groups = 65536, .group_roles = 1, .required = 1, .n_max = 1200 },
	{ .name = "groups-each-role",
	  .groups = 1024,
	  .group_roles = 1,
	  .required = 64,
	  .n_max = 16000 },
	{ .name = "groups-chain",
	  .groups = 16,
	  .group_roles = 1024,
	  .bases = 1,
	  .required = 64,
	  .conflicts = 16,
	  .conflict_roles = 64,
	  .n_max = 4600 },
	{ .name = "approvals",
	  .is_approval = true,
	  .is_assigned = true,
	  .is_twice = true,
	  .required = 64,
	  .conflicts = 1024,
	  .conflict_roles = 64,
	  .n_max = 7200 },
	{ .name = "members", .role_groups = 1024, .listed = 512, .required = 1, .n_max = 1600 },
	{ .name = "sets", .sets = 256, .required = 64, .n_max = 10600 },
	{ .name = "prefixes", .prefixes = 200, .required = 64, .n_max = 16000 },
	{ .name = "suspended",
	  .suspended = 4096,
	  .required = 1,
	  .is_assigned = true,
	  .n_max = 10900 },
	{ .name = "role-groups",
	  .role_groups = 1024,
	  .is_assigned = true,
	  .required = 1,
	  .n_max = 10900 },
	{ .name = "role-groups-chain",
	  .role_groups = 1024,
	  .bases = 1,
	  .is_assigned = true,
	  .required = 1,
	  .n_max = 10600 },
	{ .name = "role-groups-conflicts",
	  .role_groups = 1024,
	  .bases = 1,
	  .is_assigned = true,
	  .required = 1,
	  .conflicts = 16,
	  .conflict_roles = 2,
	  .n_max = 8200 },
	{ .name = "services", .services = 4096, .required = 4, .n_max = 16000 },
	{ .name = "unassigned-chain", .bases = 1, .privileges = 1, .n_max = 16000 },
};
const size_t bounded_n_shapes = sizeof(bounded_shapes) / sizeof(bounded_shapes[0]);

const struct bounded_shape *bounded_find(const char *name)
{
	for (size_t i = 0; i < bounded_n_shapes; i++)
		if (!strcmp(bounded_shapes[i].name, name))
			return &bounded_shapes[i];
	return NULL;
}

/* How many there are of what grows with n. */
static unsigned int scaled(unsigned int per, unsigned int n)
{
	return (unsigned int)((uint64_t)per * n / 1024);
}

static unsigned int n_groups(const struct bounded_shape *shape, unsigned int n)
{
	return scaled(shape->groups, n);
}

static void put_roles(FILE *to, const struct bounded_shape *shape, unsigned int n)
{
	fputs("roles = (\n", to);
	for (unsigned int i = 0; i < n; i++) {
		fprintf(to, "{ name = \"r%u\"; based_on = [", i);
		for (unsigned int k = 1; k <= shape->bases && i + k < n; k++)
			fprintf(to, "%s \"r%u\"", k > 1 ? "," : "", i + k);
		fprintf(to, " ];%s privileges = [",
			shape->is_approval ? " needs_approval = true;" : "");
		for (unsigned int k = 0; k < shape->privileges; k++)
			fprintf(to, "%s \"q%u.%u\"", k > 0 ? "," : "", i, k);
		/* Each required permission is granted by a separate role, at the far end. */
		if (n - i <= shape->required)
			fprintf(to, "%s \"p%u\"", shape->privileges > 0 ? "," : "", n - i - 1);
		fprintf(to, " ]; }%s\n", i + 1 < n ? "," : "");
	}
	fputs(");\n", to);
}

static void put_conflicts(FILE *to, const struct bounded_shape *shape, unsigned int n)
{
	unsigned int members = n < FORMAT_MEMBERS_MAX ? n : FORMAT_MEMBERS_MAX;

	fputs("conflicts = (\n", to);
	for (unsigned int i = 0; i < shape->conflicts; i++) {
		fprintf(to, "{ name = \"c%u\"; at_most = %u; roles = [", i,
			i == 0 ? 1u : shape->conflict_roles - 1);
		for (unsigned int k = 0; k < shape->conflict_roles; k++)
			fprintf(to, "%s \"r%u\"", k > 0 ? "," : "",
				(i * shape->conflict_roles + k) % members);
		fprintf(to, " ]; }%s\n", i + 1 < shape->conflicts ? "," : "");
	}
	fputs(");\n", to);
}

/* Assignments of `total` roles from the i-th on, 64 in each. */
static void put_assigns(FILE *to, const char *kind, const char *name, unsigned int first,
			unsigned int total, unsigned int n, const char *rest)
{
	for (unsigned int done = 0; done < total; done += 64) {
		fprintf(to, ",\n{ %s = \"%s\"; %s roles = [", kind, name, rest);
		for (unsigned int k = done; k < done + 64 && k < total; k++)
			fprintf(to, "%s \"r%u\"", k > done ? "," : "", (first + k) % n);
		fputs(" ]; }", to);
	}
}

static void put_all_assigns(FILE *to, const struct bounded_shape *shape, unsigned int n)
{
	char name[16];

	fputs("assign = ( { user = \"olga\"; roles = [ \"owner\" ]; }", to);
	if (shape->is_assigned && shape->is_twice) {
		put_assigns(to, "user", "eve", 0, n < 8192 ? n : 8192, n,
			    "until = \"2026-01-01\";");
		put_assigns(to, "user", "eve", 0, n < 8192 ? n : 8192, n,
			    shape->is_approval ? "approved_by = \"olga\";" : "");
	} else if (shape->is_assigned) {
		put_assigns(to, "user", "eve", 0, n, n, "");
	}
	for (unsigned int i = 0; i < shape->sets; i++)
		put_assigns(to, "user", "eve", i * 63, 64, n, "");
	for (unsigned int i = 0; i < scaled(shape->listed, n); i++)
		fprintf(to, ",\n{ user = \"m%u\"; roles = [ \"r%u\" ]; }", i, n - 1);
	for (unsigned int i = 0; i < n_groups(shape, n); i++) {
		snprintf(name, sizeof(name), "g%u", i);
		put_assigns(to, "group", name, i * shape->group_roles, shape->group_roles, n, "");
	}
	fputs(" );\n", to);
}

static void put_services(FILE *to, const struct bounded_shape *shape, unsigned int n)
{
	fputs("services = (\n{ name = \"s\"; require = [", to);
	for (unsigned int i = 0; i < shape->required; i++)
		fprintf(to, "%s \"p%u\"", i > 0 ? "," : "", i);
	fputs(" ]; }", to);
	for (unsigned int i = 0; i < shape->prefixes; i++) {
		fprintf(to, ",\n{ name = \"x%u*\"; require = [", i);
		for (unsigned int k = 0; k < shape->required; k++)
			fprintf(to, "%s \"p%u\"", k > 0 ? "," : "", k);
		fputs(" ]; }", to);
	}
	for (unsigned int i = 0; i < scaled(shape->services, n); i++)
		fprintf(to, ",\n{ name = \"service%u\"; require = [ \"p0\" ]; }", i);
	fputs(" );\n", to);
}

static void put_lists(FILE *to, const struct bounded_shape *shape, unsigned int n)
{
	fputs("suspended = (", to);
	for (unsigned int i = 0; i < scaled(shape->suspended, n); i++)
		fprintf(to, "%s\n{ user = \"u%u\"; why = \"left\"; }", i > 0 ? "," : "", i);
	fputs(" );\nrole_groups = (", to);
	for (unsigned int i = 0; i < shape->role_groups; i++)
		fprintf(to, "%s\n{ role = \"r%u\"; group = \"h%u\";%s }", i > 0 ? "," : "",
			n - 1 - i % n, i, shape->listed > 0 && i == 0 ? " members = true;" : "");
	fputs(" );\n", to);
}

char *bounded_text(const struct bounded_shape *shape, unsigned int n)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	fputs("catalogs = [ \"workspace\", \"host\" ];\n", to);
	put_roles(to, shape, n);
	if (shape->conflicts > 0)
		put_conflicts(to, shape, n);
	put_all_assigns(to, shape, n);
	if (shape->required > 0)
		put_services(to, shape, n);
	put_lists(to, shape, n);
	assert_int_equal(fclose(to), 0);
	return text;
}

void bounded_compile(struct compiled *ret, const struct bounded_shape *shape, unsigned int n)
{
	char *text = bounded_text(shape, n);
	struct model *model = &ret->model;
	int r = support_compile_text(ret, text);

	free(text);
	if (r != 0)
		support_print_report(ret);
	assert_int_equal(r, 0);
	/* As a host would record it, which is not asked here: it has no such groups. */
	for (size_t i = 0; i < model->groups.names.n; i++) {
		model->groups.list[i].recorded = FORMAT_RECORDED_PRESENT;
		model->groups.list[i].id = FIRST_GID + (uint32_t)i;
	}
	for (size_t i = 0; i < model->n_role_groups; i++) {
		model->role_groups[i].is_captured = true;
		model->role_groups[i].gid = 10000 + (uint32_t)i;
	}
}

void bounded_user(struct bounded_user *ret, const struct bounded_shape *shape, unsigned int n)
{
	size_t n_named = n_groups(shape, n), n_gids = n_named > 0 ? BOUNDED_GIDS : 0;
	const char **group_names = calloc(BOUNDED_GIDS, sizeof(*group_names));
	gid_t *gids = calloc(BOUNDED_GIDS, sizeof(*gids));

	ret->names = calloc(BOUNDED_GIDS, sizeof(*ret->names));
	assert_true(group_names && gids && ret->names);
	/* The last of the policy's groups, and others which it does not know. */
	for (size_t i = 0; i < n_gids; i++) {
		size_t group = n_named > n_gids ? i + n_named - n_gids : i;

		gids[i] = (gid_t)(FIRST_GID + group);
		snprintf(ret->names[i], sizeof(ret->names[i]), "g%zu", group);
		group_names[i] = ret->names[i];
	}
	ret->person = (struct rolegate_person)ROLEGATE_PERSON_INIT;
	ret->person.name = "eve";
	ret->person.uid = 1000;
	ret->person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES;
	ret->person.gids = gids;
	ret->person.group_names = group_names;
	ret->person.n_groups = n_gids;
}

void bounded_user_free(struct bounded_user *user)
{
	free((void *)user->person.gids);
	free((void *)user->person.group_names);
	free(user->names);
}
