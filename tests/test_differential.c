/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The evaluator against the naive second one, over thousands of small policies.
 *
 * Each policy is made as naive's arrays, written as text, compiled and asked. Policies are made
 * all of a tiny shape, and at random: ROLEGATE_TEST_SEED chooses others, ROLEGATE_TEST_POLICIES
 * how many (valgrind wants fewer).
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "naive.h"
#include "pack.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define RANDOM_POLICIES 20000
#define QUESTIONS 24 /* to each random policy: enough to reach every one of its assignments */

/* ---- The catalogs ---- */

/* Grants by tier, and has the built-in roles that every policy here can use. */
static const char office_text[] =
	"name = \"office\"; grants_by_tier = true;\n"
	"manage_roles = \"desk\"; manage_passwords = \"seal\";\n"
	"areas = ( { name = \"Work\"; }, { name = \"Control\"; } );\n"
	"permissions = (\n"
	"  { name = \"hello\"; area = \"Work\"; tier = \"guest\"; core = true; },\n"
	"  { name = \"bell\"; area = \"Work\"; tier = \"guest\"; },\n"
	"  { name = \"tool\"; area = \"Work\"; tier = \"user\"; },\n"
	"  { name = \"tool.sharp\"; area = \"Control\"; tier = \"user\"; },\n"
	"  { name = \"desk\"; area = \"Work\"; tier = \"user\"; core = true; },\n"
	"  { name = \"audit\"; area = \"Control\"; tier = \"administrator\"; },\n"
	"  { name = \"keys\"; area = \"Control\"; tier = \"owner\"; },\n"
	"  { name = \"seal\"; area = \"Control\"; tier = \"owner\"; core = true; } );\n"
	"roles = (\n"
	"  { name = \"owner\"; level = \"owner\"; based_on = [ \"administrator\" ]; },\n"
	"  { name = \"administrator\"; level = \"administrator\"; based_on = [ \"user\" ]; },\n"
	"  { name = \"user\"; level = \"user\"; based_on = [ \"guest\" ]; },\n"
	"  { name = \"guest\"; level = \"guest\"; needs_approval = true;\n"
	"    permissions = [ \"desk\" ]; } );\n"
	"services = (\n"
	"  { name = \"shell\"; require = [ \"tool\" ]; },\n"
	"  { name = \"desk-*\"; require = [ \"desk\" ]; },\n"
	"  { name = \"relay\"; } );\n";

static const struct naive_permission office_permissions[] = {
	{ .name = "hello", .area = "Work", .tier = NAIVE_GUEST, .is_core = true, .by_tier = true },
	{ .name = "bell", .area = "Work", .tier = NAIVE_GUEST, .by_tier = true },
	{ .name = "tool", .area = "Work", .tier = NAIVE_USER, .by_tier = true },
	{ .name = "tool.sharp", .area = "Control", .tier = NAIVE_USER, .by_tier = true },
	{ .name = "desk", .area = "Work", .tier = NAIVE_USER, .is_core = true, .by_tier = true },
	{ .name = "audit", .area = "Control", .tier = NAIVE_ADMINISTRATOR, .by_tier = true },
	{ .name = "keys", .area = "Control", .tier = NAIVE_OWNER, .by_tier = true },
	{ .name = "seal",
	  .area = "Control",
	  .tier = NAIVE_OWNER,
	  .is_core = true,
	  .by_tier = true },
};

static const struct naive_role office_roles[] = {
	{ .name = "owner", .level = NAIVE_OWNER, .bases = { 1, { "administrator" } } },
	{ .name = "administrator", .level = NAIVE_ADMINISTRATOR, .bases = { 1, { "user" } } },
	{ .name = "user", .level = NAIVE_USER, .bases = { 1, { "guest" } } },
	{ .name = "guest",
	  .level = NAIVE_GUEST,
	  .permissions = { 1, { "desk" } },
	  .needs_approval = true },
};

static const struct naive_service office_services[] = {
	{ .name = "shell", .require = { 1, { "tool" } } },
	{ .name = "desk-*", .require = { 1, { "desk" } } },
	{ .name = "relay" },
};

/* Departments, one of them core, and nothing by tier. */
static const char rooms_text[] =
	"name = \"rooms\";\n"
	"departments = (\n"
	"  { name = \"lab\"; resources = ( { name = \"gas\"; },\n"
	"    { name = \"safe\";\n"
	"      tiers = ( { can = [ \"view\", \"manage\" ]; tier = \"owner\"; } ); } ); },\n"
	"  { name = \"shop\"; core = true; resources = ( { name = \"till\"; } ); } );\n"
	"roles = ( { name = \"visitor\"; level = \"user\";\n"
	"  matrix = ( { on = \"lab\"; can = \"view\"; } ); } );\n";

static const struct naive_role visitor = {
	.name = "visitor",
	.level = NAIVE_USER,
	.n_cells = 1,
	.cells = { { .on = "lab", .can = { 1, { "view" } } } },
};

static const struct support_catalog catalogs[] = { { "office", office_text },
						   { "rooms", rooms_text } };

static void load_office(struct naive_policy *policy)
{
	*policy = (struct naive_policy){ .other_services = "deny",
					 .mode = "enforcing",
					 .uid_min = 1000,
					 .created = SUPPORT_NOW - 1000 };
	for (size_t i = 0; i < COUNT(office_permissions); i++)
		policy->permissions[policy->n_permissions++] = office_permissions[i];
	for (size_t i = 0; i < COUNT(office_roles); i++)
		policy->roles[policy->n_roles++] = office_roles[i];
	for (size_t i = 0; i < COUNT(office_services); i++)
		policy->services[policy->n_services++] = office_services[i];
	for (size_t i = 0; i < policy->n_roles; i++)
		policy->roles[i].is_builtin = true;
	for (size_t i = 0; i < policy->n_services; i++)
		policy->services[i].is_catalogs = true;
}

static void load_rooms(struct naive_policy *policy)
{
	static const struct naive_names none, owners = { 2, { "view", "manage" } };
	struct naive_role *role = &policy->roles[policy->n_roles++];

	naive_add_department(policy, "lab", false);
	naive_add_resource(policy, "lab", "gas", false, &none);
	naive_add_resource(policy, "lab", "safe", false, &owners);
	naive_add_department(policy, "shop", true);
	naive_add_resource(policy, "shop", "till", true, &none);
	*role = visitor;
	role->is_builtin = true;
}

static bool has_rooms(const struct naive_policy *policy)
{
	return naive_find_role(policy, "visitor") != NULL;
}

/* ---- Writing a policy as text ---- */

static void write_names(FILE *out, const char *key, const struct naive_names *names)
{
	if (names->n == 0)
		return;
	fprintf(out, "%s = [ ", key);
	for (size_t i = 0; i < names->n; i++)
		fprintf(out, "%s\"%s\"", i ? ", " : "", names->names[i]);
	fputs(" ]; ", out);
}

static void write_text(FILE *out, const char *key, const char *value)
{
	if (value)
		fprintf(out, "%s = \"%s\"; ", key, value);
}

static void write_time(FILE *out, const char *key, int64_t at)
{
	time_t seconds = (time_t)at;
	char text[40];
	struct tm tm;

	if (at == NAIVE_ALWAYS || at == NAIVE_FOREVER)
		return;
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	write_text(out, key, text);
}

static void write_matrix(FILE *out, const struct naive_role *role)
{
	if (role->n_cells == 0)
		return;
	fputs("matrix = (", out);
	for (size_t i = 0; i < role->n_cells; i++) {
		const struct naive_cell *cell = &role->cells[i];
		const char *word = cell->can.names[0];

		fprintf(out, "%s { ", i ? "," : "");
		write_text(out, "on", cell->on);
		if (!strcmp(word, "full") || !strcmp(word, "none"))
			write_text(out, "can", word);
		else
			write_names(out, "can", &cell->can);
		fputs("}", out);
	}
	fputs(" ); ", out);
}

static void write_roles(FILE *out, const struct naive_policy *policy)
{
	const char *between = "";

	fputs("roles = (", out);
	for (size_t i = 0; i < policy->n_roles; i++) {
		const struct naive_role *role = &policy->roles[i];

		if (role->is_builtin)
			continue;
		fprintf(out, "%s\n  { ", between);
		write_text(out, "name", role->name);
		write_names(out, "based_on", &role->bases);
		write_names(out, "permissions", &role->permissions);
		write_names(out, "privileges", &role->privileges);
		write_matrix(out, role);
		fprintf(out, "%s}", role->needs_approval ? "needs_approval = true; " : "");
		between = ",";
	}
	fputs(" );\n", out);
}

static void write_assignments(FILE *out, const struct naive_policy *policy)
{
	fputs("assign = (", out);
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];

		fprintf(out, "%s\n  { ", i ? "," : "");
		write_text(out, "user", a->user);
		write_text(out, "group", a->group);
		write_text(out, "virtual", a->virtual_user);
		write_names(out, "roles", &a->roles);
		write_time(out, "from", a->from);
		write_time(out, "until", a->until);
		write_text(out, "approved_by", a->approved_by);
		fputs("}", out);
	}
	fputs(" );\n", out);
}

static void write_services(FILE *out, const struct naive_policy *policy)
{
	const char *between = "";

	fputs("services = (", out);
	for (size_t i = 0; i < policy->n_services; i++) {
		const struct naive_service *service = &policy->services[i];

		if (service->is_catalogs)
			continue;
		fprintf(out, "%s\n  { ", between);
		write_text(out, "name", service->name);
		write_names(out, service->any_suffices ? "require_any" : "require",
			    &service->require);
		write_text(out, "subject", service->about_actor ? "actor" : NULL);
		write_text(out, "mode", service->mode);
		write_text(out, "accounts", service->any_account ? "any" : NULL);
		fputs("}", out);
		between = ",";
	}
	fputs(" );\n", out);
}

static void write_suspended(FILE *out, const struct naive_policy *policy)
{
	fputs("suspended = (", out);
	for (size_t i = 0; i < policy->n_suspended; i++) {
		fprintf(out, "%s\n  { ", i ? "," : "");
		write_text(out, "user", policy->suspended[i].user.name);
		write_time(out, "until", policy->suspended[i].until);
		fputs("}", out);
	}
	fputs(" );\n", out);
}

static void write_conflicts(FILE *out, const struct naive_policy *policy)
{
	fputs("conflicts = (", out);
	for (size_t i = 0; i < policy->n_conflicts; i++) {
		fprintf(out, "%s\n  { name = \"rule %zu\"; at_most = %zu; ", i ? "," : "", i,
			policy->conflicts[i].at_most);
		write_names(out, "roles", &policy->conflicts[i].roles);
		fputs("}", out);
	}
	fputs(" );\n", out);
}

/* Owner: free(). */
static char *write_policy(const struct naive_policy *policy)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	fprintf(out, "catalogs = [ \"office\"%s ];\n", has_rooms(policy) ? ", \"rooms\"" : "");
	if (policy->has_plan) {
		fputs("plan = { name = \"test\"; ", out);
		write_names(out, "includes", &policy->plan);
		fputs("};\n", out);
	}
	write_roles(out, policy);
	write_assignments(out, policy);
	write_names(out, "default_roles", &policy->default_roles);
	write_names(out, "system_account_roles", &policy->system_roles);
	write_names(out, "virtual_roles", &policy->virtual_roles);
	write_suspended(out, policy);
	fprintf(out, "root_is_owner = %s;\n", policy->root_is_owner ? "true" : "false");
	write_services(out, policy);
	write_conflicts(out, policy);
	write_text(out, "other_services", policy->other_services);
	write_text(out, "mode", policy->mode);
	fputs("\n", out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* ---- Chance ---- */

static uint64_t chance_state;

/* splitmix64: a few lines, and the same numbers with every libc. */
static uint64_t chance(void)
{
	uint64_t z = chance_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t below(size_t n)
{
	return (size_t)(chance() % n);
}

static bool one_in(size_t n)
{
	return below(n) == 0;
}

#define PICK(array) ((array)[below(COUNT(array))])

/* ---- Random policies ---- */

static const char *const privileges[] = { "report", "export", "tool", "keys", "lab.gas:view" };
static const char *const user_names[] = { "ann", "Ann", "bob", "staff" };
static const char *const group_names[] = { "staff", "Staff", "crew" };
static const char *const virtual_names[] = { "ann", "visitor-1", "bob" };
static const char *const service_names[] = { "shell", "SHELL", "relay", "desk-top", "Desk-X",
					     "de",    "web",   "Web",	"none",	    "NONE" };
/* Of accounts: root, both sides of each limit of system accounts, and users. */
static const uid_t uids[] = { 0,     1,	    499,   500,	  999,	 1000, 1001, 1002,
			      61183, 61184, 65519, 65520, 65534, 1000, 1001 };
static const gid_t gids[] = { 20, 21, 22, 23 };
/* Around the edges of all that make_times() makes. */
static const int64_t moments[] = { SUPPORT_NOW - 101, SUPPORT_NOW - 100, SUPPORT_NOW - 1,
				   SUPPORT_NOW,	      SUPPORT_NOW + 1,	 SUPPORT_NOW + 99,
				   SUPPORT_NOW + 100 };

static const char *pick_role(const struct naive_policy *policy)
{
	return policy->roles[below(policy->n_roles)].name;
}

static void pick_roles(const struct naive_policy *policy, size_t n, struct naive_names *ret)
{
	for (size_t i = 0; i < n; i++)
		naive_add(ret, pick_role(policy));
}

/* A permission that a role may list. */
static void pick_listable(const struct naive_policy *policy, struct naive_names *ret)
{
	const struct naive_permission *permission =
		&policy->permissions[below(policy->n_permissions)];

	if (permission->tier != NAIVE_OWNER && !permission->is_derived)
		naive_add(ret, permission->name);
}

static void make_cell(struct naive_role *role)
{
	static const char *const places[] = { "lab", "lab.gas", "shop", "shop.till", "lab.safe" };
	static const char *const words[] = { "full", "none", "view" };
	static const char *const capabilities[] = { "create", "edit", "delete", "view", "manage" };
	struct naive_cell *cell = &role->cells[role->n_cells++];

	*cell = (struct naive_cell){ .on = PICK(places) };
	if (!strcmp(cell->on, "lab.safe")) {
		/* Of this one the owner alone may view and manage, and others may not list it. */
		naive_add(&cell->can, capabilities[below(3)]);
	} else if (one_in(2)) {
		naive_add(&cell->can, PICK(words));
	} else {
		naive_add(&cell->can, PICK(capabilities));
		naive_add(&cell->can, PICK(capabilities));
	}
}

static void make_roles(struct naive_policy *policy)
{
	static const char *const names[] = { "clerk", "Clerk", "cashier", "night.shift",
					     "r\xc3\xa4te" };
	size_t first = policy->n_roles, n = below(COUNT(names) + 1);
	bool is_forward = one_in(2);

	for (size_t i = 0; i < n; i++) {
		struct naive_role *role = &policy->roles[first + i];

		*role = (struct naive_role){ .name = names[i], .needs_approval = one_in(5) };
		for (size_t j = 0; j < n; j++)
			if (is_forward ? j > i && one_in(2) : j < i && one_in(2))
				naive_add(&role->bases, names[j]);
		if (one_in(5))
			naive_add(&role->bases, policy->roles[below(first)].name);
		for (size_t j = below(3); j > 0; j--)
			pick_listable(policy, &role->permissions);
		for (size_t j = below(3); j > 0; j--)
			naive_add(&role->privileges, PICK(privileges));
		for (size_t j = has_rooms(policy) ? below(3) : 0; j > 0; j--)
			make_cell(role);
		policy->n_roles++;
	}
	/* Some policies go round in a circle. */
	if (n > 0 && one_in(40))
		naive_add(&policy->roles[first].bases, names[below(n)]);
}

static void make_times(struct naive_assignment *assignment)
{
	static const int64_t froms[] = { NAIVE_ALWAYS, NAIVE_ALWAYS, SUPPORT_NOW - 100,
					 SUPPORT_NOW };
	static const int64_t untils[] = { NAIVE_FOREVER, NAIVE_FOREVER, SUPPORT_NOW + 1,
					  SUPPORT_NOW + 100 };

	assignment->from = PICK(froms);
	assignment->until = PICK(untils);
	if (assignment->from == NAIVE_ALWAYS && one_in(4))
		assignment->until = SUPPORT_NOW;
}

static void make_assignments(struct naive_policy *policy)
{
	policy->n_assignments = below(6);
	for (size_t i = 0; i < policy->n_assignments; i++) {
		struct naive_assignment *assignment = &policy->assignments[i];

		if (one_in(8))
			assignment->virtual_user = PICK(virtual_names);
		else if (one_in(2))
			assignment->user = PICK(user_names);
		else
			assignment->group = PICK(group_names);
		pick_roles(policy, 1 + below(2), &assignment->roles);
		make_times(assignment);
		if (one_in(4))
			assignment->approved_by = "eve";
	}
	if (one_in(2))
		pick_roles(policy, 1 + below(2), &policy->default_roles);
	if (one_in(2))
		pick_roles(policy, 1 + below(2), &policy->system_roles);
	if (one_in(2))
		pick_roles(policy, 1 + below(2), &policy->virtual_roles);
}

static void make_plan(struct naive_policy *policy)
{
	static const char *const items[] = { "tool",	  "bell",	  "tool.*",
					     "area:Work", "area:Control", "audit",
					     "keys",	  "lab",	  "lab.*",
					     "shop",	  "lab.gas:view", "lab.safe:edit",
					     "lab:view",  "area:lab",	  "lab.safe:view" };

	policy->has_plan = one_in(2);
	for (size_t i = below(5); policy->has_plan && i > 0; i--)
		naive_add(&policy->plan, items[below(has_rooms(policy) ? COUNT(items) : 7)]);
	if (policy->plan.n == 0)
		policy->has_plan = false;
}

static void make_conflicts(struct naive_policy *policy)
{
	for (size_t i = below(3); i > 0; i--) {
		struct naive_conflict *rule = &policy->conflicts[policy->n_conflicts];

		pick_roles(policy, 4, &rule->roles);
		if (rule->roles.n < 2) {
			rule->roles.n = 0;
			continue;
		}
		rule->at_most = 1 + below(rule->roles.n - 1);
		policy->n_conflicts++;
	}
}

/* Something that a service may require: a system permission or a privilege of some role. */
static const char *pick_requirable(const struct naive_policy *policy)
{
	const struct naive_role *role = &policy->roles[below(policy->n_roles)];

	if (role->privileges.n > 0 && one_in(2))
		return role->privileges.names[0];
	return policy->permissions[below(policy->n_permissions)].name;
}

static void make_services(struct naive_policy *policy)
{
	static const char *const names[][2] = { { "shell", "Shell" },	    { "desk-*", "DESK-*" },
						{ "desk-top", "desk-Top" }, { "de*", "De*" },
						{ "web", "WEB" },	    { "s*", "S*" } };
	static const char *const modes[] = { NULL, NULL, "enforcing", "permissive" };

	for (size_t i = 0; i < COUNT(names); i++) {
		struct naive_service *service = &policy->services[policy->n_services];

		if (!one_in(3))
			continue;
		*service = (struct naive_service){ .name = PICK(names[i]),
						   .mode = PICK(modes),
						   .about_actor = one_in(4) };
		service->any_account = !service->about_actor && one_in(3);
		for (size_t j = below(4); j > 0; j--)
			naive_add(&service->require, pick_requirable(policy));
		service->any_suffices = service->require.n > 0 && one_in(2);
		policy->n_services++;
	}
	policy->other_services = one_in(3)   ? "deny"
				 : one_in(3) ? "allow"
				 : one_in(3) ? "nobody"
					     : pick_requirable(policy);
	policy->mode = one_in(3) ? "permissive" : "enforcing";
}

/* What the name service said at activation: mostly that there is one, and often with the same number as now. */
static struct naive_record make_record(const char *name, uint32_t id)
{
	struct naive_record record = { .name = name, .said = NAIVE_PRESENT, .id = id };

	if (one_in(4))
		record.said = one_in(2) ? NAIVE_ABSENT : NAIVE_UNKNOWN;
	return record;
}

static void make_suspended(struct naive_policy *policy)
{
	static const int64_t untils[] = { NAIVE_FOREVER, SUPPORT_NOW - 100, SUPPORT_NOW,
					  SUPPORT_NOW + 100 };

	for (size_t i = 0; i < COUNT(user_names); i++)
		if (one_in(12))
			policy->suspended[policy->n_suspended++] = (struct naive_suspension){
				.user = make_record(user_names[i], PICK(uids)),
				.until = PICK(untils),
			};
}

/* The activation, and what was recorded at it. */
static void make_records(struct naive_policy *policy)
{
	/* Around five minutes after what moments[] has. */
	static const int64_t created[] = { SUPPORT_NOW - 1000, SUPPORT_NOW - 1000,
					   SUPPORT_NOW,	       SUPPORT_NOW + 300,
					   SUPPORT_NOW + 301,  SUPPORT_NOW + 200,
					   SUPPORT_NOW + 9999 };
	static const uint32_t uid_mins[] = { 1000, 1000, 500, 1 };

	policy->created = PICK(created);
	policy->uid_min = PICK(uid_mins);
	for (size_t i = 0; i < COUNT(user_names); i++)
		policy->users[policy->n_users++] =
			make_record(user_names[i], one_in(4) ? PICK(uids) : 1000);
	for (size_t i = 0; i < COUNT(group_names); i++)
		policy->groups[policy->n_groups++] =
			make_record(group_names[i], one_in(4) ? PICK(gids) : gids[i]);
	make_suspended(policy);
}

static void make_policy(struct naive_policy *policy)
{
	load_office(policy);
	if (one_in(2))
		load_rooms(policy);
	make_roles(policy);
	make_assignments(policy);
	make_plan(policy);
	make_conflicts(policy);
	make_services(policy);
	make_records(policy);
	policy->root_is_owner = one_in(2);
}

/* ---- Questions ---- */

struct question {
	struct rolegate_subject subject;
	struct rolegate_actor actor;
	const char *groups[2][COUNT(gids)];
	gid_t gids[2][COUNT(gids)];
	struct rolegate_request request;
};

/* A policy both ways, and how often it was asked. */
struct both {
	const struct naive_policy *naive;
	const char *text;
	struct rolegate_policy *real;
};

static size_t n_policies, n_cycles, n_questions, n_explained, n_reasons[32];
/* Questions of P3: name sources asked, denied without an answer, and denied where P3 would not ask. */
static size_t n_asked, n_unanswered, n_beyond, n_uneven;

static void make_groups(const struct naive_policy *policy, struct rolegate_person *person,
			const char **names, gid_t *ids)
{
	for (size_t i = 0; i < COUNT(gids); i++) {
		if (!one_in(4))
			continue;
		ids[person->n_groups] = gids[i];
		names[person->n_groups] = one_in(10) ? PICK(group_names) : NULL;
		for (size_t j = 0; j < policy->n_groups && !one_in(8); j++)
			if (policy->groups[j].id == gids[i])
				names[person->n_groups] = policy->groups[j].name;
		person->n_groups++;
	}
}

static void make_person(const struct naive_policy *policy, struct rolegate_person *person,
			const char **names, gid_t *ids)
{
	*person = (struct rolegate_person){ .size = sizeof(struct rolegate_person),
					    .name = PICK(user_names),
					    .uid = one_in(3) ? 1000 : PICK(uids),
					    .gids = ids,
					    .group_names = names,
					    .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS |
						     ROLEGATE_FACT_SOURCES };
	if (one_in(10)) {
		person->name = PICK(virtual_names);
		person->facts = ROLEGATE_FACT_ABSENT;
		return;
	}
	if (one_in(40))
		person->facts |= ROLEGATE_FACT_AMBIGUOUS;
	if (one_in(2))
		person->facts |= ROLEGATE_FACT_LOCAL;
	if (one_in(5))
		person->silent_source = "ldap";
	make_groups(policy, person, names, ids);
}

static void make_process(struct question *question)
{
	struct rolegate_request *request = &question->request;

	if (one_in(12))
		request->flags |= ROLEGATE_REQUEST_PERMISSIVE;
	if (one_in(4))
		return;
	request->flags |= ROLEGATE_REQUEST_REAL_UID;
	request->real_uid = one_in(2) ? 0 : one_in(2) ? question->subject.person.uid : PICK(uids);
}

static void make_question(const struct naive_policy *policy, struct question *ret)
{
	*ret = (struct question){ .request = { .size = sizeof(struct rolegate_request),
					       .at = PICK(moments) } };
	make_person(policy, &ret->subject.person, ret->groups[0], ret->gids[0]);
	make_person(policy, &ret->actor.person, ret->groups[1], ret->gids[1]);
	make_process(ret);
	if (one_in(2))
		ret->request.service = PICK(service_names);
	if (!ret->request.service || one_in(8))
		ret->request.permission = one_in(8) ? PICK(privileges) : pick_requirable(policy);
}

static void print_person(const char *role, const struct rolegate_person *person)
{
	fprintf(stderr, "  %s %s, uid %u, facts %u, silent %s, groups", role, person->name,
		(unsigned int)person->uid, person->facts,
		person->silent_source ? person->silent_source : "-");
	for (size_t i = 0; i < person->n_groups; i++)
		fprintf(stderr, " %u=%s", (unsigned int)person->gids[i],
			person->group_names[i] ? person->group_names[i] : "?");
	fputs("\n", stderr);
}

static void print_records(const char *what, const struct naive_record *records, size_t n)
{
	static const char *const said[] = { "unknown", "present", "absent" };

	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  %s %s recorded %s %u\n", what, records[i].name,
			said[records[i].said], (unsigned int)records[i].id);
}

static void print_question(const struct both *both, const struct question *question)
{
	const struct rolegate_request *request = &question->request;

	fputs(both->text, stderr); /* cmocka would cut it off */
	fprintf(stderr, "  created NOW%+lld, UID_MIN %u\n",
		(long long)(both->naive->created - SUPPORT_NOW),
		(unsigned int)both->naive->uid_min);
	print_records("user", both->naive->users, both->naive->n_users);
	print_records("group", both->naive->groups, both->naive->n_groups);
	for (size_t i = 0; i < both->naive->n_suspended; i++)
		print_records("suspended", &both->naive->suspended[i].user, 1);
	print_person("subject", &question->subject.person);
	print_person("actor", &question->actor.person);
	fprintf(stderr, "  service %s, permission %s, at NOW%+lld, flags %u, real uid %u\n",
		request->service ? request->service : "-",
		request->permission ? request->permission : "-",
		(long long)(request->at - SUPPORT_NOW), request->flags,
		(unsigned int)request->real_uid);
}

static void print_answer(const char *whose, enum rolegate_verdict verdict,
			 enum rolegate_reason reason, int permissive)
{
	print_message("  %s: %s, %s%s\n", whose, verdict == ROLEGATE_ALLOW ? "ALLOW" : "DENY",
		      rolegate_reason_name(reason), permissive ? ", permissive" : "");
}

/* What went wrong, with all that is needed to see it again. */
static void fail_question(const struct both *both, const struct question *question,
			  const char *wrong)
{
	print_question(both, question);
	fail_msg("%s", wrong);
}

static struct naive_answer ask_naive(const struct both *both, const struct question *question)
{
	const struct rolegate_request *request = &question->request;
	struct naive_question asked = {
		.subject = &question->subject.person,
		.actor = &question->actor.person,
		.service = request->service,
		.permission = request->permission,
		.real_uid = request->flags & ROLEGATE_REQUEST_REAL_UID ? (int64_t)request->real_uid
								       : -1,
		.at = request->at,
		.is_permissive = request->flags & ROLEGATE_REQUEST_PERMISSIVE,
	};

	return naive_decide(both->naive, &asked);
}

/* rolegate_can() where that is the whole question, so that it is tried too. */
static struct rolegate_decision ask_real(const struct both *both, const struct question *question)
{
	const struct rolegate_request *request = &question->request;
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	int r;

	if (request->service || request->flags)
		r = rolegate_decide(both->real, request, &question->subject, &question->actor,
				    &decision);
	else
		r = rolegate_can(both->real, &question->subject, request->permission, request->at,
				 &decision);
	if (r != 0)
		fail_question(both, question, rolegate_error_text(r));
	return decision;
}

/*
 * Where an answer is missing, the real evaluator may deny what P3 would allow without asking: it knows what
 * all assignments to groups grant together, and not which of them are active.
 */
static bool is_beyond(const struct rolegate_decision *real, const struct naive_answer *naive)
{
	return naive->verdict == ROLEGATE_ALLOW && naive->might_ask && naive->misses_answer &&
	       real->verdict == ROLEGATE_DENY && real->reason == ROLEGATE_SYSTEM_ERROR;
}

static void count_answer(const struct naive_answer *naive)
{
	n_questions++;
	n_reasons[naive->reason]++;
	n_asked += naive->asks_sources;
	n_unanswered += naive->reason == ROLEGATE_SYSTEM_ERROR;
}

static struct rolegate_decision check_answer(const struct both *both,
					     const struct question *question)
{
	struct rolegate_decision real = ask_real(both, question);
	struct naive_answer naive = ask_naive(both, question);

	count_answer(&naive);
	if (is_beyond(&real, &naive)) {
		n_beyond++;
	} else if (real.verdict != naive.verdict || real.reason != naive.reason ||
		   !real.permissive != !naive.permissive) {
		print_answer("real", real.verdict, real.reason, real.permissive);
		print_answer("naive", naive.verdict, naive.reason, naive.permissive);
		fail_question(both, question, "the two evaluators disagree");
	}
	if (real.wants != 0 || real.wants_actor)
		fail_question(both, question, "all facts are known, and it wants more");
	return real;
}

/* ---- Fewer facts ---- */

/* Leave out what `facts` does not name, and put there what would betray its being looked at. */
static void forget_facts(struct rolegate_person *person, unsigned int facts)
{
	if (person->facts & ROLEGATE_FACT_ABSENT)
		return;
	person->facts = facts;
	if (!(facts & ROLEGATE_FACT_SOURCES))
		person->silent_source = NULL;
	if (!(facts & ROLEGATE_FACT_UID))
		person->uid = 0;
	if (!(facts & ROLEGATE_FACT_GROUPS)) {
		person->gids = NULL;
		person->group_names = NULL;
		person->n_groups = 1;
	}
}

static const struct rolegate_person *person_of(const struct question *question,
					       const struct rolegate_decision *decision)
{
	return decision->about_actor ? &question->actor.person : &question->subject.person;
}

/* P12: without a uid nothing is allowed, and it is wanted, unless it is known that there is no such account, or two. */
static void check_no_uid(const struct both *both, const struct question *question,
			 const struct rolegate_decision *decision)
{
	if (decision->verdict == ROLEGATE_ALLOW)
		fail_question(both, question, "allowed without a uid");
	if (decision->reason != ROLEGATE_AMBIGUOUS_USER && !(decision->wants & ROLEGATE_FACT_UID))
		fail_question(both, question, "without a uid it does not want it");
	/* D1, 9: no answer about the account is enforced in every mode. */
	if (decision->permissive)
		fail_question(both, question, "without a uid it is permissive");
}

/* P3: the name sources are wanted where they are asked, and nowhere else. */
static void check_no_sources(const struct both *both, const struct question *question,
			     const struct rolegate_decision *decision)
{
	struct naive_answer naive = ask_naive(both, question);
	bool wants = decision->wants & ROLEGATE_FACT_SOURCES;

	if (wants && !naive.might_ask)
		fail_question(both, question, "the sources are asked where P3 does not say so");
	if (!wants && naive.asks_sources && decision->reason != ROLEGATE_SYSTEM_ERROR)
		fail_question(both, question, "the sources are not asked");
}

/*
 * P3 asks the name sources where a conflict rule names any role that the account has, also one that it has by a
 * group and that the result does not rest on: without the groups that role is not seen.
 */
static bool is_uneven(const struct both *both, const struct question *question,
		      const struct rolegate_decision *full)
{
	struct naive_answer naive = ask_naive(both, question);

	return full->reason == ROLEGATE_SYSTEM_ERROR && naive.by_conflicts && naive.misses_answer;
}

static void check_with_facts(const struct both *both, const struct question *question,
			     const struct rolegate_decision *full, unsigned int kept)
{
	const unsigned int left_out = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS |
				      ROLEGATE_FACT_SOURCES;
	const struct rolegate_person *person = person_of(question, full);
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct question fewer = *question;

	forget_facts(&fewer.subject.person, (question->subject.person.facts & ~left_out) | kept);
	forget_facts(&fewer.actor.person, (question->actor.person.facts & ~left_out) | kept);
	decision = ask_real(both, &fewer);
	if (decision.verdict == ROLEGATE_ALLOW && full->verdict != ROLEGATE_ALLOW) {
		if (!is_uneven(both, question, full))
			fail_question(both, question, "fewer facts allow what all facts deny");
		n_uneven++;
	}
	if (decision.verdict != ROLEGATE_ALLOW && full->verdict == ROLEGATE_ALLOW &&
	    decision.wants == 0)
		fail_question(both, question, "the facts left out are not wanted");
	if (decision.verdict == ROLEGATE_ALLOW ? decision.wants != 0 : (decision.wants & kept) != 0)
		fail_question(both, question, "it wants what is of no use");
	if (person->facts & ROLEGATE_FACT_ABSENT)
		return;
	if (!(kept & ROLEGATE_FACT_UID))
		check_no_uid(both, question, &decision);
	else if (kept & ROLEGATE_FACT_GROUPS)
		check_no_sources(both, question, &decision);
}

/* What is not known of the account. Being local, absent or two accounts is known always. */
static void check_fewer_facts(const struct both *both, const struct question *question,
			      const struct rolegate_decision *full)
{
	static const unsigned int kept[] = {
		0,
		ROLEGATE_FACT_UID,
		ROLEGATE_FACT_GROUPS,
		ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES,
		ROLEGATE_FACT_UID | ROLEGATE_FACT_SOURCES,
		ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS,
	};

	for (size_t i = 0; i < COUNT(kept); i++)
		check_with_facts(both, question, full, kept[i]);
}

/* Not knowing who causes it is like knowing fewer facts (D3). */
static void check_no_actor(const struct both *both, const struct question *question,
			   const struct rolegate_decision *full)
{
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;

	assert_int_equal(rolegate_decide(both->real, &question->request, &question->subject, NULL,
					 &decision),
			 0);
	if (decision.verdict == ROLEGATE_ALLOW ? decision.wants_actor
					       : decision.wants_actor != full->about_actor)
		fail_question(both, question, "it wants an actor where it should not, or not");
	if (decision.verdict != full->verdict &&
	    (full->verdict != ROLEGATE_ALLOW || !decision.wants_actor))
		fail_question(both, question, "without an actor it answers otherwise");
}

/* ---- Explanations ---- */

/* What the question requires, according to naive: all of it, or any. */
static struct naive_names required_by(const struct both *both, const struct question *question,
				      bool *ret_any)
{
	const struct naive_service *entry = NULL;
	struct naive_names required = { 0 };

	if (question->request.service)
		entry = naive_find_service(both->naive, question->request.service);
	*ret_any = !question->request.permission && entry && entry->any_suffices;
	if (question->request.permission)
		naive_add(&required, question->request.permission);
	else if (entry)
		required = entry->require;
	else
		naive_add(&required, both->naive->other_services);
	return required;
}

static bool is_holder(const struct rolegate_step *step)
{
	return step->kind == ROLEGATE_STEP_USER || step->kind == ROLEGATE_STEP_GROUP ||
	       step->kind == ROLEGATE_STEP_DEFAULT || step->kind == ROLEGATE_STEP_SYSTEM ||
	       step->kind == ROLEGATE_STEP_ROOT || step->kind == ROLEGATE_STEP_VIRTUAL;
}

/* Whether the assignment a path starts at is one, and gives the role that comes next. */
static bool starts_well(const struct naive_policy *policy, const struct rolegate_person *person,
			const struct rolegate_step *const *steps, int64_t at)
{
	const struct rolegate_step *step = steps[0];
	const char *role = steps[1]->name;

	if (step->kind == ROLEGATE_STEP_DEFAULT)
		return naive_has(&policy->default_roles, role);
	if (step->kind == ROLEGATE_STEP_SYSTEM)
		return naive_has(&policy->system_roles, role);
	if (step->kind == ROLEGATE_STEP_ROOT)
		return policy->root_is_owner && person->uid == 0 && !strcmp(role, "owner");
	if (step->kind == ROLEGATE_STEP_VIRTUAL && naive_has(&policy->virtual_roles, role))
		return true;
	for (size_t i = 0; i < policy->n_assignments; i++) {
		const struct naive_assignment *a = &policy->assignments[i];
		const char *name = step->kind == ROLEGATE_STEP_USER	 ? a->user
				   : step->kind == ROLEGATE_STEP_VIRTUAL ? a->virtual_user
									 : a->group;

		if (name && !strcmp(name, step->name) && naive_is_assigned_to(policy, a, person) &&
		    naive_is_in_time(policy, a, at) && naive_has(&a->roles, role))
			return true;
	}
	return false;
}

/* Whether steps[0] starts a path of an ALLOW; its length, or 0. */
static size_t check_path(const struct both *both, const struct question *question,
			 const struct rolegate_person *person,
			 const struct rolegate_step *const *steps, size_t n, bool is_owner)
{
	size_t i = 1;

	if (n < (is_owner ? 2 : 3) || !is_holder(steps[0]) ||
	    steps[1]->kind != ROLEGATE_STEP_ROLE ||
	    !starts_well(both->naive, person, steps, question->request.at))
		return 0;
	for (; i + 1 < n && steps[i + 1]->kind == ROLEGATE_STEP_ROLE; i++)
		if (!naive_has(&naive_find_role(both->naive, steps[i]->name)->bases,
			       steps[i + 1]->name))
			return 0;
	/* P7: an owner at a service without an entry needs no permission. */
	if (is_owner)
		return i + 1 == n && naive_find_role(both->naive, steps[i]->name)->level ==
					       NAIVE_OWNER
			       ? n
			       : 0;
	if (i + 1 >= n || steps[i + 1]->kind != ROLEGATE_STEP_PERMISSION ||
	    !naive_role_gives(both->naive, steps[i]->name, steps[i + 1]->name))
		return 0;
	return i + 2;
}

/* Whether the steps lead to what is required: to all of it, or to something of it. */
static bool check_steps(const struct both *both, const struct question *question,
			const struct rolegate_explanation *e)
{
	const struct rolegate_person *person = person_of(question, e->decision);
	struct naive_names required, reached = { 0 };
	bool any_suffices;
	bool is_owner = ask_naive(both, question).passes_as_owner;
	size_t i = 0, n;

	required = required_by(both, question, &any_suffices);
	if (e->n_steps > 0 && (e->steps[0]->kind == ROLEGATE_STEP_SERVICE ||
			       e->steps[0]->kind == ROLEGATE_STEP_OTHER_SERVICES))
		i = 1;
	for (; i < e->n_steps; i += n) {
		n = check_path(both, question, person, e->steps + i, e->n_steps - i, is_owner);
		if (n == 0)
			return false;
		if (is_owner)
			return true;
		naive_add(&reached, e->steps[i + n - 1]->name);
	}
	for (i = 0; i < reached.n; i++)
		if (!naive_has(&required, reached.names[i]))
			return false;
	return any_suffices ? reached.n > 0 : reached.n == required.n;
}

/* Whether what is said to be missing is just what the person does not hold. */
static bool check_missing(const struct both *both, const struct question *question,
			  const struct rolegate_explanation *e)
{
	const struct rolegate_person *person = person_of(question, e->decision);
	struct naive_names required, missing = { 0 };
	bool any_suffices;

	required = required_by(both, question, &any_suffices);

	for (size_t i = 0; i < required.n; i++)
		if (!naive_holds(both->naive, person, required.names[i], question->request.at))
			naive_add(&missing, required.names[i]);
	if (e->n_missing != missing.n || !e->any_suffices != !any_suffices)
		return false;
	for (size_t i = 0; i < e->n_missing; i++)
		if (!naive_has(&missing, e->missing[i]))
			return false;
	return true;
}

/* Whether a denial is because of what is required and the roles, and not of the account or the service. */
static bool is_about_roles(enum rolegate_reason reason)
{
	return reason == ROLEGATE_MISSING_PERMISSION || reason == ROLEGATE_NO_ROLE ||
	       reason == ROLEGATE_PENDING_APPROVAL || reason == ROLEGATE_OUTSIDE_TIME ||
	       reason == ROLEGATE_NOT_IN_PLAN || reason == ROLEGATE_CONFLICT;
}

static void check_explanation(const struct both *both, const struct question *question,
			      const struct rolegate_decision *decision)
{
	struct rolegate_explanation *e;
	bool is_sound = true;
	int r = rolegate_explain(both->real, &question->request, &question->subject,
				 &question->actor, &e);

	assert_int_equal(r, 0);
	n_explained++;
	if (e->decision->verdict != decision->verdict || e->decision->reason != decision->reason ||
	    e->decision->permissive != decision->permissive ||
	    e->decision->about_actor != decision->about_actor || e->decision->wants != 0)
		fail_question(both, question, "explained otherwise than decided");
	if (decision->reason == ROLEGATE_GRANTED)
		is_sound = check_steps(both, question, e);
	else if (decision->reason == ROLEGATE_SUSPENDED)
		is_sound = e->n_steps > 0 &&
			   e->steps[e->n_steps - 1]->kind == ROLEGATE_STEP_SUSPENDED;
	else if (is_about_roles(decision->reason))
		is_sound = check_missing(both, question, e);
	if (!is_sound) {
		for (size_t i = 0; i < e->n_steps; i++)
			print_message("  step %d %s\n", (int)e->steps[i]->kind, e->steps[i]->name);
		for (size_t i = 0; i < e->n_missing; i++)
			print_message("  missing %s\n", e->missing[i]);
		print_answer("real", decision->verdict, decision->reason, decision->permissive);
		fail_question(both, question, "the explanation is wrong");
	}
	rolegate_explanation_free(e);
}

/* ---- Whole policies ---- */

/* Whether a list of roles, "a -> b -> a (P2)", goes round in a circle of bases. */
static bool is_circle(const struct naive_policy *policy, const char *list)
{
	char *copy = strndup(list, strcspn(list, "(") - 1), *rest = copy;
	const struct naive_role *role, *first = NULL, *last = NULL;
	bool is_good = true;

	assert_non_null(copy);
	while (is_good && rest) {
		char *arrow = strstr(rest, " -> ");

		if (arrow)
			*arrow = '\0';
		role = naive_find_role(policy, rest);
		is_good = role && (!last || naive_has(&last->bases, role->name));
		first = first ? first : role;
		last = role;
		rest = arrow ? arrow + 4 : NULL;
	}
	free(copy);
	return is_good && first == last;
}

/* Whether circles are all that the compiler finds wrong, and it prints each whole (P2). */
static bool reports_cycles(const struct compiled *compiled, const struct naive_policy *policy)
{
	static const char before[] = "in a circle: ";
	size_t n = 0;

	for (size_t i = 0; i < compiled->report.n; i++) {
		const struct problem *problem = &compiled->report.problems[i];
		const char *list = strstr(problem->text, before);

		if (problem->severity != REPORT_ERROR)
			continue;
		if (!list || !is_circle(policy, list + strlen(before)))
			return false;
		n++;
	}
	return n > 0;
}

static void record(const struct naive_record *record, enum format_recorded *ret, uint32_t *ret_id)
{
	*ret = record->said == NAIVE_PRESENT  ? FORMAT_RECORDED_PRESENT
	       : record->said == NAIVE_ABSENT ? FORMAT_RECORDED_ABSENT
					      : FORMAT_RECORDED_UNKNOWN;
	*ret_id = record->id;
}

static void record_holders(struct model_holders *holders, const struct naive_record *records,
			   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t id = names_find(&holders->names, records[i].name);

		if (id != NAMES_NONE)
			record(&records[i], &holders->list[id].recorded, &holders->list[id].id);
	}
}

/* Open what was compiled, with what naive says of the activation. */
static struct rolegate_policy *activate(const struct naive_policy *naive, struct compiled *compiled)
{
	struct pack_info info = {
		.generation = 1, .when = naive->created, .who = "t", .known_by = "t", .why = "t"
	};
	struct model *model = &compiled->model;
	struct rolegate_policy *policy = NULL;
	int fd = memfd_create("test", MFD_CLOEXEC);

	model->uid_min = naive->uid_min;
	record_holders(&model->users, naive->users, naive->n_users);
	record_holders(&model->groups, naive->groups, naive->n_groups);
	for (size_t i = 0; i < naive->n_suspended; i++) {
		const struct naive_record *user = &naive->suspended[i].user;
		struct model_suspension *s =
			&model->suspended[names_find(&model->suspended_names, user->name)];

		record(user, &s->recorded, &s->id);
	}
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(pack_policy(model, &compiled->sources, &info, fd), 0);
	assert_int_equal(policy_open_fd(fd, &policy), 0);
	return policy;
}

/* Compile a policy; false if it goes round in a circle, which the compiler has to see too. */
static bool open_policy(const struct naive_policy *naive, struct both *ret)
{
	struct naive_names cycle;
	bool is_cyclic = naive_find_cycle(naive, &cycle);
	char *text = write_policy(naive);
	const char *const texts[] = { text };
	struct compiled compiled;
	int r = support_compile(&compiled, texts, 1, catalogs, COUNT(catalogs));

	n_policies++;
	n_cycles += is_cyclic;
	if ((r != 0) != is_cyclic || (is_cyclic && !reports_cycles(&compiled, naive))) {
		fputs(text, stderr);
		support_print_report(&compiled);
		fail_msg("compiled to %d, and there is %s cycle", r, is_cyclic ? "a" : "no");
	}
	*ret = (struct both){ .naive = naive, .text = text };
	if (!is_cyclic)
		ret->real = activate(naive, &compiled);
	compile_free(&compiled);
	return !is_cyclic;
}

static void close_policy(struct both *both)
{
	rolegate_policy_close(both->real);
	free((char *)both->text);
}

static void ask_at_random(const struct both *both)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
		struct question question;

		make_question(both->naive, &question);
		decision = check_answer(both, &question);
		if (i % 4 == 0)
			check_fewer_facts(both, &question, &decision);
		if (i % 4 == 2)
			check_no_actor(both, &question, &decision);
		if (i % 4 == 1)
			check_explanation(both, &question, &decision);
	}
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_policies_agree(void **state)
{
	uint64_t seed = from_environment("ROLEGATE_TEST_SEED", 20260101);
	uint64_t n = from_environment("ROLEGATE_TEST_POLICIES", RANDOM_POLICIES);

	(void)state;
	print_message("ROLEGATE_TEST_SEED=%llu\n", (unsigned long long)seed);
	for (uint64_t i = 0; i < n; i++) {
		struct naive_policy naive;
		struct both both;

		/* Each policy starts anew, so that one alone can be had again. */
		chance_state = seed + i;
		make_policy(&naive);
		if (open_policy(&naive, &both))
			ask_at_random(&both);
		close_policy(&both);
	}
}

/* ---- All policies of a tiny shape ---- */

static const char *const tiny_names[] = { "a", "b", "c" };

/* Three roles; bit 3i+j of `graph`: the i-th is based on the j-th. */
static void make_tiny(struct naive_policy *policy, size_t graph, size_t holder)
{
	load_office(policy);
	for (size_t i = 0; i < 3; i++) {
		struct naive_role *role = &policy->roles[policy->n_roles++];

		*role = (struct naive_role){ .name = tiny_names[i] };
		for (size_t j = 0; j < 3; j++)
			if (graph >> (3 * i + j) & 1)
				naive_add(&role->bases, tiny_names[j]);
		if (i == holder)
			naive_add(&role->permissions, "tool");
	}
}

static void assign_tiny(struct naive_policy *policy, size_t assigned)
{
	struct naive_assignment *assignment = &policy->assignments[0];

	*assignment = (struct naive_assignment){ .user = "ann", .until = NAIVE_FOREVER };
	assignment->from = NAIVE_ALWAYS;
	for (size_t i = 0; i < 3; i++)
		if (assigned >> i & 1)
			naive_add(&assignment->roles, tiny_names[i]);
	policy->n_assignments = 1;
}

/* No rule, or that two of the three roles exclude each other: all but the i-th. */
static void exclude_tiny(struct naive_policy *policy, size_t left_out)
{
	struct naive_conflict *rule = &policy->conflicts[0];

	policy->n_conflicts = left_out < 3;
	*rule = (struct naive_conflict){ .at_most = 1 };
	for (size_t i = 0; i < 3; i++)
		if (i != left_out)
			naive_add(&rule->roles, tiny_names[i]);
}

static void ask_tiny(const struct naive_policy *naive)
{
	static const struct question question = {
		.subject = { { .size = sizeof(struct rolegate_person),
			       .name = "ann",
			       .uid = 1000,
			       .facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS |
					ROLEGATE_FACT_SOURCES } },
		.actor = { ROLEGATE_PERSON_INIT },
		.request = { .size = sizeof(struct rolegate_request),
			     .permission = "tool",
			     .at = SUPPORT_NOW },
	};
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct both both;

	if (open_policy(naive, &both)) {
		decision = check_answer(&both, &question);
		check_fewer_facts(&both, &question, &decision);
		check_explanation(&both, &question, &decision);
	}
	close_policy(&both);
}

static void tiny_policies_agree(void **state)
{
	struct naive_policy naive;
	struct naive_names cycle;

	(void)state;
	for (size_t graph = 0; graph < 512; graph++)
		for (size_t holder = 0; holder < 3; holder++) {
			make_tiny(&naive, graph, holder);
			if (naive_find_cycle(&naive, &cycle)) {
				ask_tiny(&naive);
				break;
			}
			for (size_t i = 0; i < 7 * 4; i++) {
				assign_tiny(&naive, 1 + i / 4);
				exclude_tiny(&naive, i % 4);
				ask_tiny(&naive);
			}
		}
}

/* The reasons that a decision about a service or permission can have. */
static void every_reason_occurred(void **state)
{
	static const enum rolegate_reason all[] = {
		ROLEGATE_SYSTEM_ERROR,	     ROLEGATE_GRANTED,	    ROLEGATE_OPEN_SERVICE,
		ROLEGATE_MISSING_PERMISSION, ROLEGATE_NO_ROLE,	    ROLEGATE_PENDING_APPROVAL,
		ROLEGATE_OUTSIDE_TIME,	     ROLEGATE_NOT_IN_PLAN,  ROLEGATE_CONFLICT,
		ROLEGATE_SERVICE_NOT_LISTED, ROLEGATE_UNKNOWN_USER, ROLEGATE_SUSPENDED,
		ROLEGATE_AMBIGUOUS_USER,
	};

	(void)state;
	/* A few policies, as under valgrind, need not reach all. */
	if (n_policies < RANDOM_POLICIES)
		return;
	for (size_t i = 0; i < COUNT(all); i++)
		if (n_reasons[all[i]] == 0)
			fail_msg("no question was answered %s", rolegate_reason_name(all[i]));
	assert_true(n_asked > n_unanswered && n_unanswered > 0);
}

static void print_numbers(void)
{
	print_message("%zu questions depend on every source of groups, %zu miss an answer; denied "
		      "without an answer beyond P3: %zu, and only with the groups known: %zu\n",
		      n_asked, n_unanswered, n_beyond, n_uneven);
	print_message("%zu policies, %zu of them cyclic; %zu questions, %zu explanations\n",
		      n_policies, n_cycles, n_questions, n_explained);
	for (size_t i = 0; i < COUNT(n_reasons); i++)
		if (n_reasons[i] > 0)
			print_message("%8zu %s\n", n_reasons[i],
				      rolegate_reason_name((enum rolegate_reason)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiny_policies_agree),
		cmocka_unit_test(random_policies_agree),
		cmocka_unit_test(every_reason_occurred),
	};
	int r = cmocka_run_group_tests(tests, NULL, NULL);

	print_numbers();
	return r;
}
