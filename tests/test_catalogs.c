/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The shipped catalogs against the facts they are made of, permission by permission and cell by
 * cell.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 4

/* A table of facts; its lines are cut into fields one after the other. */
struct table {
	char *text, *rest;
	char *fields[FIELDS_MAX];
};

static void open_table(struct table *table, const char *name)
{
	char path[600];
	size_t n;

	snprintf(path, sizeof(path), "%s/tests/data/facts/%s.tsv", TEST_SRCDIR, name);
	table->text = support_read_file(path, &n);
	table->rest = strchr(table->text, '\n'); /* the heading */
	assert_non_null(table->rest);
	table->rest++;
}

/* The next line's fields. 0 at the end. */
static int next_row(struct table *table)
{
	char *line = strsep(&table->rest, "\n");

	if (!line || !*line)
		return 0;
	for (size_t i = 0; i < FIELDS_MAX; i++)
		table->fields[i] = strsep(&line, "\t");
	return 1;
}

static void close_table(struct table *table)
{
	free(table->text);
}

static void compile_with(struct compiled *compiled, const char *catalog)
{
	char text[128];

	snprintf(text, sizeof(text), "catalogs = [ \"%s\" ];", catalog);
	if (support_compile_text(compiled, text) != 0) {
		support_print_report(compiled);
		fail_msg("%s", catalog);
	}
	assert_int_equal(compiled->report.n_warnings, 0);
}

static const struct model_permission *permission(const struct model *model, const char *name)
{
	uint32_t id = names_find(&model->permission_names, name);

	if (id == NAMES_NONE)
		fail_msg("no permission %s", name);
	return &model->permissions[id];
}

static const char *tier_name(enum format_tier tier)
{
	static const char *const names[] = { "", "guest", "user", "administrator", "owner" };

	return names[tier];
}

/* What the facts say each role holds, counted: a map of roles × permissions. */
struct expected {
	const struct model *model;
	unsigned char *held;
};

static void begin(struct expected *expected, const struct model *model)
{
	expected->model = model;
	expected->held = calloc(model->role_names.n * model->permission_names.n + 1, 1);
	assert_non_null(expected->held);
}

static void expect(struct expected *expected, const char *role, const char *name)
{
	uint32_t id = names_find(&expected->model->role_names, role);

	assert_int_not_equal(id, NAMES_NONE);
	permission(expected->model, name);
	expected->held[id * expected->model->permission_names.n +
		       names_find(&expected->model->permission_names, name)] = 1;
}

/* Every role holds exactly what is expected; derived permissions (P10) follow from the others. */
static void check(const struct expected *expected)
{
	const struct model *model = expected->model;
	size_t n = model->permission_names.n;

	for (size_t r = 0; r < model->role_names.n; r++)
		for (uint32_t p = 0; p < n; p++) {
			int held = format_bit(model->roles[r].closure, p);

			if (!model->permissions[p].is_derived && held != expected->held[r * n + p])
				fail_msg("%s %s %s", model->roles[r].name, held ? "holds" : "lacks",
					 model->permissions[p].name);
		}
	free(expected->held);
}

static void compare_roles(const struct model *model, const char *name)
{
	struct expected expected;
	struct table table;

	begin(&expected, model);
	open_table(&table, name);
	while (next_row(&table))
		expect(&expected, table.fields[0], table.fields[1]);
	close_table(&table);
	check(&expected);
}

/* Labels are for people: every permission and role has one, and a description. */
static void has_words(const struct model *model)
{
	for (size_t i = 0; i < model->permission_names.n; i++)
		if (!*model->permissions[i].label || !*model->permissions[i].description)
			fail_msg("%s has no label or description", model->permissions[i].name);
	for (size_t i = 0; i < model->role_names.n; i++)
		if (!*model->roles[i].label || !*model->roles[i].description)
			fail_msg("%s has no label or description", model->roles[i].name);
}

static void workspace(void **state)
{
	struct compiled compiled;
	struct table table;
	size_t n = 0;

	(void)state;
	compile_with(&compiled, "workspace");
	open_table(&table, "workspace-permissions");
	for (; next_row(&table); n++) {
		const struct model_permission *p = permission(&compiled.model, table.fields[0]);

		assert_string_equal(p->area, table.fields[1]);
		assert_string_equal(tier_name(p->tier), table.fields[2]);
	}
	close_table(&table);
	assert_int_equal(n, 78);
	assert_int_equal(compiled.model.permission_names.n, 78);
	compare_roles(&compiled.model, "workspace-roles");
	/* Moderation: a guest waits for approval, and nobody else. */
	for (size_t i = 0; i < compiled.model.role_names.n; i++)
		assert_int_equal(compiled.model.roles[i].needs_approval,
				 !strcmp(compiled.model.roles[i].name, "guest"));
	has_words(&compiled.model);
	compile_free(&compiled);
}

static void organisation(void **state)
{
	struct compiled compiled;
	struct table table;
	size_t n = 0;

	(void)state;
	compile_with(&compiled, "organisation");
	open_table(&table, "organisation-permissions");
	for (; next_row(&table); n++)
		assert_string_equal(permission(&compiled.model, table.fields[0])->area,
				    table.fields[1]);
	close_table(&table);
	assert_int_equal(compiled.model.permission_names.n, n);
	assert_int_equal(compiled.model.role_names.n, 5);
	compare_roles(&compiled.model, "organisation-roles");
	has_words(&compiled.model);
	compile_free(&compiled);
}

static void departments(void **state)
{
	struct expected expected;
	struct compiled compiled;
	struct table table;
	char name[600];
	size_t n = 0;

	(void)state;
	compile_with(&compiled, "departments");
	open_table(&table, "departments-resources");
	for (; next_row(&table); n++) {
		snprintf(name, sizeof(name), "%s.%s", table.fields[0], table.fields[1]);
		assert_int_not_equal(names_find(&compiled.model.resource_names, name), NAMES_NONE);
	}
	close_table(&table);
	assert_int_equal(compiled.model.resource_names.n, n);
	assert_int_equal(compiled.model.role_names.n, 9);

	begin(&expected, &compiled.model);
	open_table(&table, "departments-cells");
	while (next_row(&table)) {
		snprintf(name, sizeof(name), "%s.%s:%s", table.fields[1], table.fields[2],
			 table.fields[3]);
		expect(&expected, table.fields[0], name);
	}
	close_table(&table);
	check(&expected);
	has_words(&compiled.model);
	compile_free(&compiled);
}

/* `host` brings permissions to other catalogs' roles, by their levels. */
static void host(void **state)
{
	static const char *const with[] = { "workspace", "organisation", "departments" };
	struct compiled compiled;
	struct table table;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t n_rows = 0, n_host = 0;
		char text[128];

		snprintf(text, sizeof(text), "catalogs = [ \"%s\", \"host\" ];", with[i]);
		assert_int_equal(support_compile_text(&compiled, text), 0);
		open_table(&table, "host-permissions");
		for (; next_row(&table); n_rows++) {
			uint32_t id = names_find(&compiled.model.permission_names, table.fields[0]);

			assert_string_equal(
				tier_name(permission(&compiled.model, table.fields[0])->tier),
				table.fields[1]);
			for (size_t r = 0; r < compiled.model.role_names.n; r++) {
				const struct model_role *role = &compiled.model.roles[r];
				int wanted = role->level >= compiled.model.permissions[id].tier ||
					     (!strcmp(role->name, "service") &&
					      !strcmp(table.fields[0], "host.cron"));

				if (format_bit(role->closure, id) != wanted)
					fail_msg("%s: %s and %s", with[i], role->name,
						 table.fields[0]);
			}
		}
		close_table(&table);
		for (size_t p = 0; p < compiled.model.permission_names.n; p++)
			n_host += !strcmp(compiled.model.permissions[p].catalog, "host");
		assert_int_equal(n_rows, 12);
		assert_int_equal(n_host, n_rows);
		has_words(&compiled.model);
		compile_free(&compiled);
	}
}

/* D2 and the session helpers: what `host` leaves open, and what it requires of whom. */
static void host_services(void **state)
{
	static const struct {
		const char *service, *permission;
		int about_actor;
	} services[] = {
		{ "sshd", "host.ssh", 0 },
		{ "login", "host.console", 0 },
		{ "remote", "host.console", 0 },
		{ "gdm-password", "host.desktop", 0 },
		{ "lightdm", "host.desktop", 0 },
		{ "sddm", "host.desktop", 0 },
		{ "sudo", "host.sudo", 0 },
		{ "sudo-i", "host.sudo", 0 },
		{ "su", "host.su", 1 },
		{ "su-l", "host.su", 1 },
		{ "cron", "host.cron", 0 },
		{ "crond", "host.cron", 0 },
		{ "cronie", "host.cron", 0 },
		{ "atd", "host.cron", 0 },
		{ "dovecot", "host.mail", 0 },
		{ "vsftpd", "host.ftp", 0 },
		{ "postgresql", "host.database", 0 },
		{ "cups", "host.print", 0 },
		{ "systemd-user", NULL, 0 },
		{ "polkit-1", NULL, 0 },
		{ "gdm-launch-environment", NULL, 0 },
	};
	struct rolegate_policy *policy = support_policy("catalogs = [ \"workspace\", \"host\" ];");
	struct rolegate_subject subject = { .person = { .size = sizeof(struct rolegate_person),
							.name = "nobody",
							.uid = 65534,
							.facts = ROLEGATE_FACT_UID |
								 ROLEGATE_FACT_GROUPS } };
	struct rolegate_actor actor = { .person = subject.person };

	(void)state;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						    .service = services[i].service };
		struct rolegate_explanation *e = NULL;

		assert_int_equal(rolegate_explain(policy, &request, &subject, &actor, &e), 0);
		if (services[i].permission) {
			assert_int_equal(e->n_missing, 1);
			assert_string_equal(e->missing[0], services[i].permission);
			assert_int_equal(e->decision->about_actor, services[i].about_actor);
		} else if (e->decision->reason != ROLEGATE_OPEN_SERVICE) {
			fail_msg("%s is not open", services[i].service);
		}
		rolegate_explanation_free(e);
	}
	rolegate_policy_close(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workspace),	 cmocka_unit_test(organisation),
		cmocka_unit_test(departments),	 cmocka_unit_test(host),
		cmocka_unit_test(host_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
