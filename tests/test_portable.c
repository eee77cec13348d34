/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A compiled policy is the same on every machine: what is compiled here is, byte for byte, the file that another machine
 * wrote, and that file is understood here. tests/machines.sh runs this with the bytes in the other order.
 *
 * When the format changes, the file is made anew: run the test, look at what it says, and copy the file that it names.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pack.h"

#define WRITTEN TEST_SRCDIR "/tests/data/compiled/x86-64.cdb"
#define MADE TEST_BUILDDIR "/portable.cdb"

static const struct support_catalog catalog = {
	"small",
	"name = \"small\"; grants_by_tier = true; manage_roles = \"manage\";\n"
	"manage_passwords = \"passwords\"; areas = ( { name = \"all\"; } );\n"
	"permissions = ( { name = \"manage\"; area = \"all\"; tier = \"administrator\"; core = true; },\n"
	"{ name = \"passwords\"; area = \"all\"; tier = \"owner\"; core = true; },\n"
	"{ name = \"shell\"; area = \"all\"; tier = \"user\"; },\n"
	"{ name = \"mail\"; area = \"all\"; tier = \"user\"; } );\n"
	"departments = ( { name = \"crm\"; resources = ( { name = \"deals\"; } ); } );\n"
	"roles = ( { name = \"guest\"; level = \"guest\"; needs_approval = true; },\n"
	"{ name = \"user\"; level = \"user\"; },\n"
	"{ name = \"administrator\"; level = \"administrator\"; },\n"
	"{ name = \"owner\"; level = \"owner\"; } );\n"
};

#define OPS_GID 0x01020306

/* With something of everything that has a number in it: times before 1970 and after 2038, places, sizes, maps. */
static const char text[] =
	"catalogs = [ \"small\" ];\n"
	"plan = { name = \"pro\"; includes = [ \"area:all\", \"crm\", \"crm.*\" ]; };\n"
	"roles = ( { name = \"vertrieb-ü\"; based_on = [ \"user\" ]; permissions = [ \"mail\" ];\n"
	"privileges = [ \"app.crm\", \"report.export\" ]; },\n"
	"{ name = \"pay\"; privileges = [ \"pay.do\" ]; }, { name = \"check\"; privileges = [ \"pay.check\" ]; } );\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"{ user = \"bob\"; roles = [ \"user\" ]; from = \"1969-07-20\"; until = \"2106-02-08\"; why = \"audit\"; },\n"
	"{ user = \"carol\"; roles = [ \"pay\", \"check\" ]; }, { group = \"ops\"; roles = [ \"vertrieb-ü\" ]; },\n"
	"{ virtual = \"shop\"; roles = [ \"user\" ]; } );\n"
	"virtual_roles = [ \"guest\" ];\n"
	"suspended = ( { user = \"trudy\"; until = \"2106-02-08\"; why = \"lost\"; } );\n"
	"default_roles = [ \"guest\" ];\n"
	"services = ( { name = \"sshd\"; require = [ \"shell\" ]; },\n"
	"{ name = \"ftp\"; require = [ \"shell\" ]; accounts = \"any\"; },\n"
	"{ name = \"pop*\"; require_any = [ \"mail\", \"app.crm\" ]; mode = \"permissive\"; },\n"
	"{ name = \"till\"; require = [ \"pay.do\", \"pay.check\" ]; } );\n"
	"password_gate = { permission = \"passwords\"; };\n"
	"role_groups = ( { role = \"vertrieb-ü\"; group = \"adm\"; members = true; } );\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"pay\", \"check\" ]; at_most = 1; } );\n";

/* What the name service said at activation: of each kind something (P3, P13). Alice stays unknown. */
static void record(struct model *model)
{
	struct model_holder *bob = &model->users.list[names_find(&model->users.names, "bob")];
	struct model_holder *carol = &model->users.list[names_find(&model->users.names, "carol")];

	bob->recorded = FORMAT_RECORDED_PRESENT;
	bob->id = 0x01020304;
	carol->recorded = FORMAT_RECORDED_ABSENT;
	model->groups.list[0].recorded = FORMAT_RECORDED_PRESENT;
	model->groups.list[0].id = OPS_GID;
	model->suspended[0].recorded = FORMAT_RECORDED_PRESENT;
	model->suspended[0].id = 0x01020305;
	model->uid_min = 0x0102;
	assert_int_equal(names_add(&model->name_sources, &model->arena, "files"), 0);
	assert_int_equal(names_add(&model->name_sources, &model->arena, "sss"), 1);
}

/* Compile the text into a file. */
static void make(const char *path)
{
	static const struct support_group groups[] = { { "adm", 0x01020304 }, { NULL, 0 } };
	static const char *const nobody[] = { NULL };
	const struct pack_info info = { .generation = UINT64_C(0x0102030405060708),
					.parent = 7,
					.when = SUPPORT_NOW,
					.who = "alice",
					.known_by = "real uid",
					.why = "one file for all" };
	const char *const texts[] = { text };
	struct compiled compiled;
	FILE *to = fopen(path, "w+e");

	assert_non_null(to);
	assert_int_equal(support_compile(&compiled, texts, 1, &catalog, 1), 0);
	support_capture(&compiled, groups, nobody);
	record(&compiled.model);
	assert_int_equal(pack_policy(&compiled.model, &compiled.sources, &info, fileno(to)), 0);
	compile_free(&compiled);
	assert_int_equal(fclose(to), 0);
}

static void test_same_bytes(void **unused)
{
	char *made, *written;
	size_t n_made, n_written;

	(void)unused;
	make(MADE);
	made = support_read_file(MADE, &n_made);
	written = support_read_file(WRITTEN, &n_written);
	if (n_made != n_written || memcmp(made, written, n_made) != 0)
		fail_msg("%s is not what is made here: if the format has changed, copy %s there",
			 WRITTEN, MADE);
	free(made);
	free(written);
	unlink(MADE);
}

static const struct {
	const char *name, *person, *service;
	int64_t at;
	enum rolegate_verdict verdict;
	enum rolegate_reason reason;
} cases[] = {
	{ "D1 an owner", "alice", "sshd", SUPPORT_NOW, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P3 within a time that begins before 1970", "bob:16909060", "sshd", SUPPORT_NOW,
	  ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P3 before it", "bob:16909060", "sshd", INT64_C(-14256001), ROLEGATE_DENY,
	  ROLEGATE_OUTSIDE_TIME },
	{ "P3 after 2038", "bob:16909060", "sshd", INT64_C(4294967296), ROLEGATE_ALLOW,
	  ROLEGATE_GRANTED },
	{ "P3 after an end that lies beyond 32 bits", "bob:16909060", "sshd", INT64_C(4296000000),
	  ROLEGATE_DENY, ROLEGATE_OUTSIDE_TIME },
	{ "A6 a conflict", "carol", "till", SUPPORT_NOW, ROLEGATE_DENY, ROLEGATE_CONFLICT },
	{ "P3 a group", "dave:1001:ops", "pop3", SUPPORT_NOW, ROLEGATE_ALLOW, ROLEGATE_GRANTED },
	{ "P3 another uid than the recorded one", "bob:1001", "sshd", SUPPORT_NOW, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
	{ "P13 a suspended uid", "gertrud:16909061", "sshd", SUPPORT_NOW, ROLEGATE_DENY,
	  ROLEGATE_SUSPENDED },
	{ "P3 nobody in particular", "zoe", "sshd", SUPPORT_NOW, ROLEGATE_DENY,
	  ROLEGATE_MISSING_PERMISSION },
};

/* Groups have the recorded gid, also if they have another one on this machine. */
static struct rolegate_decision ask(const struct rolegate_policy *policy, const char *person,
				    const char *service, int64_t at)
{
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;
	struct rolegate_subject subject;
	struct support_person who;

	support_person(&who, person);
	for (size_t i = 0; i < who.person.n_groups; i++)
		who.gids[i] = OPS_GID;
	request.service = service;
	request.at = at;
	subject.person = who.person;
	assert_int_equal(rolegate_decide(policy, &request, &subject, NULL, &decision), 0);
	support_forget(&who);
	return decision;
}

static void test_understood(void **unused)
{
	struct rolegate_policy *policy = NULL;
	char *folder = support_make_folder(), *bytes, path[600];
	size_t n;

	(void)unused;
	bytes = support_read_file(WRITTEN, &n);
	snprintf(path, sizeof(path), "%s/policy.cdb", folder);
	support_write_file(path, bytes, n, 0600);
	assert_int_equal(rolegate_policy_open(folder, &policy, NULL), 0);
	assert_true(rolegate_policy_generation(policy) == UINT64_C(0x0102030405060708));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rolegate_decision d =
			ask(policy, cases[i].person, cases[i].service, cases[i].at);

		if (d.verdict != cases[i].verdict || d.reason != cases[i].reason)
			fail_msg("%s: %s", cases[i].name, rolegate_reason_name(d.reason));
	}
	rolegate_policy_close(policy);
	support_remove_folder(folder);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
