/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What roles hold, and what may not be written: P1, P2, P4-P8, P10-P12, one table for what is
 * right and one for what not.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Three roles by tier and two departments: all that the rules speak of, and little else. */
static const struct support_catalog small = {
	"small",
	"name = \"small\"; grants_by_tier = true; manage_roles = \"roles\"; manage_passwords = \"pw\";\n"
	"areas = ( { name = \"A\"; }, { name = \"B\"; } );\n"
	"permissions = (\n"
	"	{ name = \"read\"; area = \"A\"; tier = \"user\"; }, { name = \"write\"; area = \"A\"; tier = \"user\"; },\n"
	"	{ name = \"x.one\"; area = \"B\"; tier = \"user\"; }, { name = \"x.two\"; area = \"B\"; tier = \"user\"; },\n"
	"	{ name = \"core\"; area = \"B\"; tier = \"user\"; core = true; },\n"
	"	{ name = \"bill\"; area = \"B\"; tier = \"administrator\"; },\n"
	"	{ name = \"roles\"; area = \"B\"; tier = \"administrator\"; core = true; },\n"
	"	{ name = \"pw\"; area = \"B\"; tier = \"owner\"; core = true; } );\n"
	"departments = (\n"
	"	{ name = \"shop\"; resources = ( { name = \"goods\"; }, { name = \"till\"; },\n"
	"	  { name = \"safe\"; tiers = ( { can = \"full\"; tier = \"owner\"; } ); } ); },\n"
	"	{ name = \"yard\"; resources = ( { name = \"gate\"; } ); } );\n"
	"roles = ( { name = \"owner\"; level = \"owner\"; based_on = [ \"admin\" ]; },\n"
	"	{ name = \"admin\"; level = \"administrator\"; }, { name = \"user\"; level = \"user\"; },\n"
	"	{ name = \"guest\"; permissions = [ \"core\" ]; needs_approval = true; } );\n"
};

static int compile(struct compiled *ret, const char *text)
{
	char whole[4096];
	const char *const texts[] = { whole };

	snprintf(whole, sizeof(whole), "catalogs = [ \"small\" ];\n%s", text);
	return support_compile(ret, texts, 1, &small, 1);
}

/* What a role holds and does not: "+name" and "-name" after the role's name, between blanks. */
static const struct {
	const char *name, *text, *want;
} holds[] = {
	{ "P1 its own permissions", "roles = ( { name = \"r\"; permissions = [ \"bill\" ]; } );",
	  "r +bill -read" },
	{ "P1 its privileges, by comma and blank",
	  "roles = ( { name = \"r\"; privileges = \"a.b, c.d e\"; } );", "r +a.b +c.d +e -bill" },
	{ "P1 privileges as a list",
	  "roles = ( { name = \"r\"; privileges = [ \"a.b\", \"c.d\" ]; } );", "r +a.b +c.d" },
	{ "P1 all that its bases hold",
	  "roles = ( { name = \"a\"; permissions = [ \"bill\" ]; }, { name = \"b\"; based_on = [ \"a\" ]; },"
	  "{ name = \"c\"; based_on = [ \"b\" ]; permissions = [ \"read\" ]; } );",
	  "c +bill +read -write" },
	{ "P1 defined after use",
	  "roles = ( { name = \"b\"; based_on = [ \"a\" ]; }, { name = \"a\"; permissions = [ \"bill\" ]; } );",
	  "b +bill" },
	{ "P2 a diamond",
	  "roles = ( { name = \"top\"; permissions = [ \"bill\" ]; }, { name = \"l\"; based_on = [ \"top\" ]; permissions = [ \"read\" ]; },"
	  "{ name = \"r\"; based_on = [ \"top\" ]; permissions = [ \"write\" ]; }, { name = \"d\"; based_on = [ \"l\", \"r\" ]; } );",
	  "d +bill +read +write -core" },
	{ "P5 a privilege named like a permission is none",
	  "roles = ( { name = \"r\"; privileges = \"bill\"; } );", "r -bill" },
	{ "P6 through a role based on owner",
	  "roles = ( { name = \"r\"; based_on = [ \"owner\" ]; } );", "r +pw +shop.safe:view" },
	{ "P7 owner holds all", "roles = ( { name = \"r\"; privileges = \"p\"; } );",
	  "owner +read +bill +pw +p +shop.safe:manage +shop:view +yard.gate:edit" },
	{ "P7 administrator all but what is reserved",
	  "roles = ( { name = \"r\"; privileges = \"p\"; } );",
	  "admin +read +bill +p +shop.goods:manage +shop:view -pw -shop.safe:view" },
	{ "a level gives what its tier has", "",
	  "user +read +write +x.one +shop.goods:edit +shop:view -bill -pw -shop.safe:view" },
	{ "no level gives nothing", "", "guest +core -read" },
	{ "P10 administrators too hold department:view through views only",
	  "plan = { name = \"p\"; includes = [ \"shop.safe:view\" ]; };",
	  "admin -shop:view -shop.safe:view" },
	{ "P10 full",
	  "roles = ( { name = \"r\"; matrix = ( { on = \"shop.goods\"; can = \"full\"; } ); } );",
	  "r +shop.goods:view +shop.goods:create +shop.goods:edit +shop.goods:delete +shop.goods:manage -shop.till:view" },
	{ "P10 view",
	  "roles = ( { name = \"r\"; matrix = ( { on = \"shop.goods\"; can = \"view\"; } ); } );",
	  "r +shop.goods:view -shop.goods:edit +shop:view -yard:view" },
	{ "P10 none",
	  "roles = ( { name = \"r\"; matrix = ( { on = \"shop.goods\"; can = \"none\"; } ); } );",
	  "r -shop.goods:view -shop:view" },
	{ "P10 a list",
	  "roles = ( { name = \"r\"; matrix = ( { on = \"yard.gate\"; can = [ \"view\", \"edit\" ]; } ); } );",
	  "r +yard.gate:view +yard.gate:edit -yard.gate:create +yard:view" },
	{ "P10 a whole department, less what is reserved",
	  "roles = ( { name = \"r\"; matrix = ( { on = \"shop\"; can = \"full\"; } ); } );",
	  "r +shop.goods:manage +shop.till:manage -shop.safe:view +shop:view" },
	{ "P10 department:view needs a view",
	  "roles = ( { name = \"r\"; matrix = ( { on = \"yard.gate\"; can = [ \"edit\" ]; } ); } );",
	  "r -yard:view" },
	{ "P10 and may come by inheritance",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"yard\"; can = \"view\"; } ); }, { name = \"r\"; based_on = [ \"a\" ]; } );",
	  "r +yard:view" },
};

static void check_hold(const char *name, const struct model *model, const struct model_role *role,
		       const char *word)
{
	uint32_t id = names_find(&model->permission_names, word + 1);
	int held = id != NAMES_NONE && format_bit(role->closure, id);

	if (id == NAMES_NONE || held != (word[0] == '+'))
		fail_msg("%s: %s", name, word);
}

static void roles_hold(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
		struct compiled compiled;
		char want[512], *word, *rest;
		uint32_t role;

		if (compile(&compiled, holds[i].text) != 0) {
			support_print_report(&compiled);
			fail_msg("%s", holds[i].name);
		}
		snprintf(want, sizeof(want), "%s", holds[i].want);
		word = strtok_r(want, " ", &rest);
		role = names_find(&compiled.model.role_names, word);
		assert_int_not_equal(role, NAMES_NONE);
		while ((word = strtok_r(NULL, " ", &rest)))
			check_hold(holds[i].name, &compiled.model, &compiled.model.roles[role],
				   word);
		compile_free(&compiled);
	}
}

/* What a plan leaves in force. */
static const struct {
	const char *name, *includes, *want;
} plans[] = {
	{ "P11 core stays", "\"read\"", "+core +roles +pw +read -write -bill -x.one" },
	{ "P11 an area", "\"area:A\"", "+read +write -bill" },
	{ "P11 a prefix", "\"x.*\"", "+x.one +x.two -read" },
	{ "P11 a prefix ends at its dot", "\"x.o.*\", \"read\"", "-x.one +read" },
	{ "P11 a department", "\"shop\"",
	  "+shop.goods:view +shop:view +shop.safe:view -yard.gate:view -yard:view" },
	{ "P11 a department by prefix", "\"shop.*\"", "+shop.goods:view +shop:view -yard:view" },
	{ "P10 department:view goes with its resources", "\"yard.gate:view\"",
	  "+yard:view +yard.gate:view -yard.gate:edit" },
	{ "P10 and not by its own name", "\"yard:view\", \"read\"", "-yard:view" },
	{ "P11 nothing", "", "+core -read -bill -shop.goods:view" },
};

static void plans_leave(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct compiled compiled;
		char text[512], *word, *rest;

		snprintf(text, sizeof(text), "plan = { name = \"p\"; includes = [ %s ]; };",
			 plans[i].includes);
		if (compile(&compiled, text) != 0) {
			support_print_report(&compiled);
			fail_msg("%s", plans[i].name);
		}
		snprintf(text, sizeof(text), "%s", plans[i].want);
		for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
			uint32_t id = names_find(&compiled.model.permission_names, word + 1);

			assert_int_not_equal(id, NAMES_NONE);
			if (compiled.model.permissions[id].in_force != (word[0] == '+'))
				fail_msg("%s: %s", plans[i].name, word);
		}
		compile_free(&compiled);
	}
}

/* What is refused or warned of; the catalogs' line comes first, so the text begins on line 2. */
static const struct {
	const char *name, *text;
	enum report_severity severity;
	unsigned int line;
	const char *part;
} problems[] = {
	{ "P2 a circle of one", "roles = ( { name = \"a\"; based_on = [ \"a\" ]; } );",
	  REPORT_ERROR, 2, "a -> a" },
	{ "P2 a circle of three, with the whole path",
	  "roles = ( { name = \"a\"; based_on = [ \"b\" ]; },\n{ name = \"b\"; based_on = [ \"c\" ]; },\n"
	  "{ name = \"c\"; based_on = [ \"a\" ]; } );",
	  REPORT_ERROR, 0, "a -> b -> c -> a" },
	{ "P4 a built-in role cannot be shadowed", "roles = (\n{ name = \"admin\"; } );",
	  REPORT_ERROR, 3, "built-in role" },
	{ "a role twice", "roles = ( { name = \"a\"; },\n{ name = \"a\"; } );", REPORT_ERROR, 3,
	  "first at /etc/rolegate/0.conf:2" },
	{ "P5 is reported", "roles = ( { name = \"a\"; privileges = \"ok.one, bill\"; } );",
	  REPORT_WARNING, 2, "grants nothing" },
	{ "P6 in a custom role", "roles = ( { name = \"a\"; permissions = [ \"pw\" ]; } );",
	  REPORT_ERROR, 2, "reserved to owners" },
	{ "P6 a role based on owner may list it",
	  "roles = ( { name = \"a\"; based_on = [ \"owner\" ]; permissions = [ \"pw\" ];\nprivileges = \"bill\"; } );",
	  REPORT_WARNING, 3, "grants nothing" },
	{ "P6 by the matrix",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"shop.safe\"; can = \"view\"; } ); } );",
	  REPORT_ERROR, 2, "reserved to owners" },
	{ "P10 without view",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"yard.gate\"; can = [ \"edit\" ]; } ); } );",
	  REPORT_WARNING, 2, "cannot view" },
	{ "P10 none takes nothing away",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"yard\"; can = \"full\"; } ); },\n"
	  "{ name = \"b\"; based_on = [ \"a\" ];\nmatrix = ( { on = \"yard\"; can = \"none\"; } ); } );",
	  REPORT_WARNING, 4, "takes nothing away" },
	{ "P10 department:view is not given by itself",
	  "roles = ( { name = \"a\"; permissions = [ \"shop:view\" ]; } );", REPORT_ERROR, 2,
	  "cannot be given by itself" },
	{ "P11 an unknown name", "plan = { name = \"p\"; includes = [ \"raed\" ]; };", REPORT_ERROR,
	  2, "did you mean \"read\"?" },
	{ "P11 an unknown area", "plan = { name = \"p\"; includes = [ \"area:C\" ]; };",
	  REPORT_ERROR, 2, "area:C" },
	{ "P11 a prefix of nothing", "plan = { name = \"p\"; includes = [ \"z.*\" ]; };",
	  REPORT_WARNING, 2, "begins with" },
	{ "P11 a privilege",
	  "roles = ( { name = \"a\"; privileges = \"q\"; } ); plan = { name = \"p\"; includes = [ \"q\" ]; };",
	  REPORT_WARNING, 2, "custom privilege" },
	{ "P12 names differ by case", "roles = ( { name = \"a\"; permissions = [ \"Read\" ]; } );",
	  REPORT_ERROR, 2, "did you mean \"read\"?" },
	{ "an unknown base", "roles = ( { name = \"a\"; based_on = [ \"usre\" ]; } );",
	  REPORT_ERROR, 2, "did you mean \"user\"?" },
	{ "an unknown assigned role", "assign = (\n{ user = \"u\"; roles = [ \"nope\" ]; } );",
	  REPORT_ERROR, 3, "no role is called" },
	{ "an unknown default role", "default_roles = [ \"gest\" ];", REPORT_ERROR, 2,
	  "did you mean \"guest\"?" },
	{ "an unknown system role", "system_account_roles = [ \"nope\" ];", REPORT_ERROR, 2,
	  "no role" },
	{ "P12 an unknown role of virtual users", "virtual_roles = [\n\"gest\" ];", REPORT_ERROR, 0,
	  "did you mean \"guest\"?" },
	{ "P12 an unknown role of a virtual user",
	  "assign = (\n{ virtual = \"v\"; roles = [ \"nope\" ]; } );", REPORT_ERROR, 3,
	  "no role is called" },
	{ "an unknown required permission",
	  "services = ( { name = \"s\"; require = [ \"nope\" ]; } );", REPORT_ERROR, 2,
	  "no permission" },
	{ "an unknown other permission", "other_services = \"alow\";", REPORT_ERROR, 2,
	  "no permission" },
	{ "an unknown department",
	  "roles = ( { name = \"a\"; matrix = ( { on = \"shpo\"; can = \"view\"; } ); } );",
	  REPORT_ERROR, 2, "did you mean \"shop\"?" },
	{ "a privilege listed as a permission",
	  "roles = ( { name = \"a\"; privileges = \"q\"; },\n{ name = \"b\"; permissions = [ \"q\" ]; } );",
	  REPORT_ERROR, 3, "list it under `privileges`" },
	{ "an unknown role in a conflict",
	  "conflicts = ( { name = \"c\"; roles = [ \"user\", \"nope\" ]; } );", REPORT_ERROR, 2,
	  "no role" },
	{ "an unknown role in a role group",
	  "role_groups = ( { role = \"nope\"; group = \"adm\"; } );", REPORT_ERROR, 2, "no role" },
	{ "a role group that gives more than the role",
	  "role_groups = (\n{ role = \"user\"; group = \"shadow\"; } );", REPORT_WARNING, 3,
	  "reads the hashes of all passwords" },
	{ "A2 a role group that brings further roles",
	  "assign = (\n{ group = \"adm\"; roles = [ \"user\" ]; } );"
	  "role_groups = ( { role = \"user\"; group = \"adm\"; } );",
	  REPORT_ERROR, 3, "who has the one would get the others as well" },
	{ "a role group twice",
	  "role_groups = ( { role = \"user\"; group = \"g\"; },\n{ role = \"user\"; group = \"g\"; } );",
	  REPORT_WARNING, 3, "said already at /etc/rolegate/0.conf:2" },
	{ "P3 a role group whose role a group gets",
	  "assign = ( { group = \"g\"; roles = [ \"user\" ]; } );"
	  "role_groups = (\n{ role = \"user\"; group = \"adm\"; } );",
	  REPORT_WARNING, 3, "the assignment to a group at /etc/rolegate/0.conf:2 gives" },
	{ "P1 a role group whose role an heir by default inherits",
	  "roles = ( { name = \"a\"; based_on = [ \"user\" ]; } ); default_roles = [ \"a\" ];"
	  "role_groups = (\n{ role = \"user\"; group = \"adm\"; } );",
	  REPORT_WARNING, 3, "`default_roles` at /etc/rolegate/0.conf:2 gives" },
	{ "P3 a role group whose role system accounts have",
	  "system_account_roles = [ \"user\" ];"
	  "role_groups = (\n{ role = \"user\"; group = \"adm\"; } );",
	  REPORT_WARNING, 3, "`system_account_roles` at" },
	{ "A6 a role group whose role a group may exclude",
	  "roles = ( { name = \"a\"; }, { name = \"b\"; } );"
	  "conflicts = ( { name = \"four eyes\"; roles = [ \"a\", \"b\" ]; } );"
	  "assign = ( { group = \"g\"; roles = [ \"b\" ]; } );"
	  "role_groups = (\n{ role = \"a\"; group = \"adm\"; } );",
	  REPORT_WARNING, 3, "may get an excluding role of the conflict \"four eyes\"" },
	{ "G1 the gate is for owners", "password_gate = { permission = \"bill\"; };", REPORT_ERROR,
	  2, "not reserved to owners" },
	{ "G1 an unknown gate", "password_gate = { permission = \"nope\"; };", REPORT_ERROR, 2,
	  "no permission" },
	{ "A6 a role that is a conflict by itself",
	  "roles = ( { name = \"a\"; }, { name = \"b\"; },\n{ name = \"c\"; based_on = [ \"a\", \"b\" ]; } );"
	  "conflicts = ( { name = \"four eyes\"; roles = [ \"a\", \"b\" ]; } );",
	  REPORT_WARNING, 3, "four eyes" },
};

static void complains(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		struct compiled compiled;
		int r = compile(&compiled, problems[i].text);

		if ((r == 0) != (problems[i].severity == REPORT_WARNING) ||
		    !support_has_problem(&compiled, problems[i].severity, problems[i].line,
					 problems[i].part)) {
			support_print_report(&compiled);
			fail_msg("%s", problems[i].name);
		}
		compile_free(&compiled);
	}
}

/* What a catalog may not say, and catalogs together. */
static void complains_of_catalogs(void **state)
{
	static const struct {
		const char *name, *policy, *catalog, *part;
	} wrong[] = {
		{ "none loaded", "", "", "no catalog is loaded: `catalogs` names them" },
		{ "host alone", "catalogs = [ \"host\" ];", "",
		  "no loaded catalog has an owner role" },
		{ "unknown", "catalogs = [ \"wrkspace\" ];", "",
		  "no catalog is called \"wrkspace\"" },
		{ "a path", "catalogs = [ \"../workspace\" ];", "", "is a path" },
		{ "two that collide", "catalogs = [ \"workspace\", \"organisation\" ];", "",
		  "both define the role \"owner\"" },
		{ "a permission of another catalog", "catalogs = [ \"workspace\", \"x\" ];",
		  "name = \"x\"; areas = ( { name = \"A\"; } );"
		  "permissions = ( { name = \"mail\"; area = \"A\"; tier = \"user\"; } );",
		  "permission \"mail\" is defined twice" },
		{ "another name than its file", "catalogs = [ \"workspace\", \"x\" ];",
		  "name = \"y\";", "name the catalog \"x\" too" },
		{ "an unknown area", "catalogs = [ \"workspace\", \"x\" ];",
		  "name = \"x\"; permissions = ( { name = \"q\"; area = \"A\"; tier = \"user\"; } );",
		  "no area is called" },
		{ "an unknown tier", "catalogs = [ \"workspace\", \"x\" ];",
		  "name = \"x\"; areas = ( { name = \"A\"; } );"
		  "permissions = ( { name = \"q\"; area = \"A\"; tier = \"usr\"; } );",
		  "did you mean \"user\"" },
		{ "a second owner role", "catalogs = [ \"workspace\", \"x\" ];",
		  "name = \"x\"; roles = ( { name = \"lord\"; level = \"owner\"; } );",
		  "both have an owner role" },
		{ "a service of another catalog", "catalogs = [ \"workspace\", \"host\", \"x\" ];",
		  "name = \"x\"; services = ( { name = \"sshd\"; } );", "has two entries" },
		{ "a meaning that no permission has, where the policy says another",
		  "catalogs = [ \"workspace\", \"x\" ]; password_gate = { permission = \"manage_user_passwords\"; };",
		  "name = \"x\"; manage_passwords = \"nothing\";",
		  "no permission is called \"nothing\"" },
		{ "a service of a catalog that requires what is nowhere, where the policy has its own",
		  "catalogs = [ \"workspace\", \"x\" ]; services = ( { name = \"s\"; require = [ \"mail\" ]; } );",
		  "name = \"x\"; services = ( { name = \"s\"; require = [ \"nothing\" ]; } );",
		  "speaks of the permission \"nothing\"" },
		{ "P11 a plan without the right to manage roles",
		  "catalogs = [ \"x\" ]; plan = { name = \"p\"; includes = [ \"a\" ]; };",
		  "name = \"x\"; manage_roles = \"r\"; manage_passwords = \"w\"; areas = ( { name = \"A\"; } );"
		  "permissions = ( { name = \"a\"; area = \"A\"; tier = \"user\"; },"
		  "{ name = \"r\"; area = \"A\"; tier = \"administrator\"; }, { name = \"w\"; area = \"A\"; tier = \"owner\"; } );"
		  "roles = ( { name = \"owner\"; level = \"owner\"; } );",
		  "nobody could change roles" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct support_catalog catalog = { "x", wrong[i].catalog };
		struct compiled compiled;

		if (support_compile(&compiled, &wrong[i].policy, 1, &catalog, 1) == 0 ||
		    !support_has_problem(&compiled, REPORT_ERROR, 0, wrong[i].part)) {
			support_print_report(&compiled);
			fail_msg("%s", wrong[i].name);
		}
		compile_free(&compiled);
	}
}

/* P2: no depth is cut off. */
static void inherits_over_ten_thousand(void **state)
{
	enum { DEPTH = 10000 };
	char *text = malloc(DEPTH * 80 + 200), *end = text;
	struct rolegate_policy *policy;

	(void)state;
	assert_non_null(text);
	end += sprintf(
		end,
		"catalogs = [ \"workspace\" ];\nassign = ( { user = \"u\"; roles = [ \"r%d\" ]; } );\n"
		"roles = (\n{ name = \"r0\"; permissions = [ \"insight\" ]; }",
		DEPTH - 1);
	for (int i = 1; i < DEPTH; i++)
		end += sprintf(end, ",\n{ name = \"r%d\"; based_on = [ \"r%d\" ]; }", i, i - 1);
	strcpy(end, "\n);\n");
	policy = support_policy(text);
	assert_int_equal(support_ask(policy, "u", NULL, "insight", SUPPORT_NOW).verdict,
			 ROLEGATE_ALLOW);
	rolegate_policy_close(policy);
	free(text);
}

/* Fifty thousand wrong lines end in a bounded report. */
static void bounds_the_report(void **state)
{
	enum { LINES = 50000 };
	char *text = malloc(LINES * 50 + 200), *end = text;
	struct compiled compiled;

	(void)state;
	assert_non_null(text);
	end += sprintf(
		end,
		"catalogs = [ \"workspace\" ];\nassign = (\n{ user = \"u\"; roles = [ \"nope\" ]; }");
	for (int i = 1; i < LINES; i++)
		end += sprintf(end, ",\n{ user = \"u%d\"; roles = [ \"nope\" ]; }", i);
	strcpy(end, "\n);\n");
	assert_int_not_equal(support_compile_text(&compiled, text), 0);
	assert_int_equal(compiled.report.n, REPORT_MAX);
	assert_int_equal(compiled.report.n_errors, LINES);
	compile_free(&compiled);
	free(text);
}

/* Append an element, with a number where it says %d. Returns the new end. */
static char *append_numbered(char *end, const char *separator, const char *each, int k)
{
	const char *mark = strstr(each, "%d");

	if (!mark)
		return end + sprintf(end, "%s%s\n", separator, each);
	return end + sprintf(end, "%s%.*s%d%s\n", separator, (int)(mark - each), each, k, mark + 2);
}

/* format.h's limits: the policy is refused, with the limit named. */
static void keeps_limits(void **state)
{
	static const struct {
		const char *begin, *each, *part;
		int n;
	} limits[] = {
		{ "services = (", "{ name = \"s%d*\"; }", "service patterns", 257 },
		{ "roles = ( { name = \"z\"; privileges = \"p1\"; }", ", { name = \"r%d\"; }",
		  "roles; at most", 16384 },
		{ "assign = (", "{ user = \"u\"; roles = [ \"user\" ]; why = \"%d\"; }",
		  "256 are possible", 257 },
		{ "assign = (", "{ virtual = \"v\"; roles = [ \"user\" ]; why = \"%d\"; }",
		  "256 are possible", 257 },
		{ "default_roles = [", "\"user\"", "default roles", 65 },
		{ "virtual_roles = [", "\"user\"", "virtual roles", 65 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		char *text = malloc((size_t)limits[i].n * 70 + 200), *end = text;
		bool is_separated = limits[i].each[0] != ',';
		struct compiled compiled;

		assert_non_null(text);
		end += sprintf(end, "catalogs = [ \"workspace\" ];\n%s", limits[i].begin);
		for (int k = 0; k < limits[i].n; k++)
			end = append_numbered(end, is_separated && k ? "," : "", limits[i].each, k);
		strcpy(end, strchr(limits[i].begin, '[') ? "];" : ");");
		if (support_compile_text(&compiled, text) == 0 ||
		    !support_has_problem(&compiled, REPORT_ERROR, 0, limits[i].part)) {
			support_print_report(&compiled);
			fail_msg("%s", limits[i].part);
		}
		compile_free(&compiled);
		free(text);
	}
}

/* What `check` calls sound has to fit into a compiled policy: long reasons count, too. */
/* Write a list of n_roles names, r0 and up. */
static void write_roles(FILE *to, const char *key, int n_roles)
{
	fprintf(to, "%s = [ ", key);
	for (int i = 0; i < n_roles; i++)
		fprintf(to, "%s\"r%d\"", i ? ", " : "", i);
	fputs(" ]; ", to);
}

/* Assignments to groups, of all possible roles each. */
static void write_group_roles(FILE *to, int n)
{
	fputs("roles = ( ", to);
	for (int i = 0; i < (int)FORMAT_ASSIGN_ROLES_MAX; i++)
		fprintf(to, "%s{ name = \"r%d\"; }", i ? ", " : "", i);
	fputs(" ); assign = (", to);
	for (int i = 0; i < n; i++) {
		fprintf(to, "%s\n{ group = \"g%d\"; ", i ? "," : "", i);
		write_roles(to, "roles", (int)FORMAT_ASSIGN_ROLES_MAX);
		fputs("}", to);
	}
	fputs(" );", to);
}

/* Roles on top of 256 others, of all possible bases each; the catalog has one base more. */
static void write_bases(FILE *to, int n)
{
	fputs("roles = ( ", to);
	for (int i = 0; i < (int)FORMAT_BASES_MAX; i++)
		fprintf(to, "%s{ name = \"r%d\"; }", i ? ", " : "", i);
	for (int i = 0; i < n; i++) {
		fprintf(to, ",\n{ name = \"top%d\"; ", i);
		write_roles(to, "based_on", (int)FORMAT_BASES_MAX);
		fputs("}", to);
	}
	fputs(" );", to);
}

/* D9: what bounds the work of a decision is refused by check, with the limit's name; just below it is taken. */
static void bounds_work(void **state)
{
	static const struct {
		void (*write)(FILE *to, int n);
		int most;
		const char *part;
	} bounds[] = {
		{ write_group_roles, (int)(FORMAT_GROUP_ROLES_MAX / FORMAT_ASSIGN_ROLES_MAX),
		  "limit group_roles" },
		{ write_bases, (int)(FORMAT_ALL_BASES_MAX / FORMAT_BASES_MAX) - 1,
		  "limit all_bases" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		for (int more = 0; more < 2; more++) {
			struct compiled compiled;
			const char *texts[1];
			char *text;
			size_t n;
			FILE *to = open_memstream(&text, &n);
			int r;

			assert_non_null(to);
			fputs("catalogs = [ \"small\" ];\n", to);
			bounds[i].write(to, bounds[i].most + more);
			assert_int_equal(fclose(to), 0);
			texts[0] = text;
			r = support_compile(&compiled, texts, 1, &small, 1);
			if ((r != 0) != more || support_has_problem(&compiled, REPORT_ERROR, 0,
								    bounds[i].part) != more) {
				support_print_report(&compiled);
				fail_msg("%s: %d", bounds[i].part, r);
			}
			compile_free(&compiled);
			free(text);
		}
}

static void limits_reasons(void **state)
{
	enum { N = 200, LENGTH = 900 };
	char *text = malloc((size_t)N * (LENGTH + 60) + 200), *end = text;
	struct compiled compiled;

	(void)state;
	assert_non_null(text);
	end += sprintf(end, "catalogs = [ \"workspace\" ];\nassign = (");
	for (int i = 0; i < N; i++)
		end += sprintf(end, "%s{ user = \"u\"; roles = [ \"user\" ]; why = \"%0*d\"; }\n",
			       i ? "," : "", LENGTH, i);
	strcpy(end, ");");
	assert_int_not_equal(support_compile_text(&compiled, text), 0);
	assert_true(support_has_problem(&compiled, REPORT_ERROR, N + 1, "reasons included"));
	compile_free(&compiled);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_hold),
		cmocka_unit_test(plans_leave),
		cmocka_unit_test(complains),
		cmocka_unit_test(complains_of_catalogs),
		cmocka_unit_test(inherits_over_ten_thousand),
		cmocka_unit_test(bounds_the_report),
		cmocka_unit_test(keeps_limits),
		cmocka_unit_test(bounds_work),
		cmocka_unit_test(limits_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
