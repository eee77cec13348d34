/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that change roles, members and services, as people type them, below a root of its own. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *root;
static char output[262144];

/* Run the command with both outputs caught in `output`; returns its exit status. */
static int run(const char *words)
{
	return command_run_below(root, words, output, sizeof(output));
}

static void path_below(const char *path, char to[700])
{
	snprintf(to, 700, "%s/%s", root, path);
}

static void write_below(const char *path, const char *text)
{
	command_write_below(root, path, text);
}

static const char managed[] = ROLEGATE_CONF_DIR "/policy.d/90-managed.conf";

/* What the managed file says, on the heap; "" if it is not there. */
static char *read_managed(void)
{
	char whole[700];
	size_t n;

	path_below(managed, whole);
	return access(whole, F_OK) == 0 ? support_read_file(whole, &n) : strdup("");
}

static struct rolegate_policy *open_policy(void)
{
	struct rolegate_policy *policy = NULL;
	char whole[700];

	path_below(&ROLEGATE_STATE_DIR[1], whole);
	assert_int_equal(rolegate_policy_load(whole, &policy, NULL), 0);
	return policy;
}

static uint64_t generation(void)
{
	struct rolegate_policy *policy = open_policy();
	uint64_t number = rolegate_policy_generation(policy);

	rolegate_policy_close(policy);
	return number;
}

/* A line of a person's day: what is typed, and what comes of it. */
struct step {
	const char *words;
	int status;
	const char *part;
	enum { SAME, NEXT } generation; /* whether a new one is made */
};

static void take(const struct step *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t before = generation(), wanted = before + (list[i].generation == NEXT);
		char *text = read_managed(), *now;
		int status = run(list[i].words);

		if (status != list[i].status || !strstr(output, list[i].part))
			fail_msg("rolegate %s: status %d instead of %d, or without \"%s\":\n%s",
				 list[i].words, status, list[i].status, list[i].part, output);
		if (generation() != wanted)
			fail_msg("rolegate %s: generation %d after %d", list[i].words,
				 (int)generation(), (int)before);
		now = read_managed();
		if (list[i].generation == SAME && strcmp(text, now) != 0)
			fail_msg("rolegate %s changed the file", list[i].words);
		free(text);
		free(now);
	}
}

#define TAKE(list) take(list, sizeof(list) / sizeof((list)[0]))

static const char workspace[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = (\n"
	"	{ user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"	{ user = \"gwen\"; roles = [ \"guest\" ]; until = \"2099-01-01T00:00:00Z\"; },\n"
	"	{ group = \"crew\"; roles = [ \"guest\" ]; },\n"
	"	{ user = \"pat\"; roles = [ \"peoples\" ]; }\n"
	");\n"
	"roles = ( { name = \"peoples\"; based_on = [ \"user\" ]; },\n"
	"	{ name = \"ruled\"; }, { name = \"ruled2\"; } );\n"
	"default_roles = [ \"guest\", \"user\" ];\n"
	"conflicts = ( { name = \"c\"; roles = [ \"ruled\", \"ruled2\" ]; } );\n"
	"services = ( { name = \"mine\"; require = [ \"mail\" ]; }, { name = \"calm\"; mode = \"permissive\"; } );\n";
static const char departments[] = "catalogs = [ \"departments\", \"host\" ];\n"
				  "assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n";
/* With uids that nobody has who runs the tests: they would be these people. */
static const char passwd[] =
	"root:x:0:0::/root:/bin/sh\nalice:x:61000:1000::/:/bin/sh\nbob:x:61001:1001::/:/bin/sh\n"
	"carl:x:61002:1002::/:/bin/sh\ngwen:x:61003:1003::/:/bin/sh\npat:x:61004:1004::/:/bin/sh\n"
	"daemon:x:2:2::/:/bin/false\n";
static const char group[] = "adm:x:4:\n"
			    "crew:x:2000:dora,carl\n";

/* ---- Roles ---- */

static const struct step role_steps[] = {
	{ "role create sales --label 'Sales \"team\"' --colour '#22aa77' --based-on user --grant insight,cms "
	  "--privilege 'app.crm, report.export'",
	  0, "the role sales is created", NEXT },
	{ "role show sales", 0, "cms, app.crm, report.export", SAME },
	{ "role create empty", 0, "is created", NEXT },
	{ "role show empty", 0, "own permissions: none", SAME },
	{ "role create empty", 4, "`rolegate role edit empty` changes it", SAME },
	/* P4: what is built in, and what people wrote. */
	{ "role create user", 4, "cannot be defined anew (P4)", SAME },
	{ "role edit user --grant insight", 4, "`rolegate role copy user NEW`", SAME },
	{ "role delete user", 4, "locked (P4)", SAME },
	{ "role create peoples", 4, "/rolegate.conf:8: the role peoples is defined there already",
	  SAME },
	{ "role edit peoples --grant insight", 4, "/rolegate.conf:8: the role peoples is defined",
	  SAME },
	{ "role delete peoples", 4, "/rolegate.conf:8: the role peoples is defined", SAME },
	/* What cannot be given. */
	{ "role edit sales --grant manage_user_passwords", 4, "reserved to owners", SAME },
	{ "role edit sales --grant app.crm", 2, "--privilege app.crm", SAME },
	{ "role edit sales --grant insigth", 2, "did you mean `insight`?", SAME },
	{ "role edit sales --based-on usr", 2, "did you mean `user`?", SAME },
	{ "role edit sales --based-on sales", 3, "in a circle: sales -> sales (P2)", SAME },
	{ "role edit sales --on crm=view", 2, "no loaded catalog has departments", SAME },
	{ "role edit sales --privilege 'a\"b'", 2, "holds a blank, comma, quote", SAME },
	{ "role edit sales --colour green", 2, "'#22aa77'", SAME },
	{ "role edit sales --needs-approval perhaps", 2, "yes or no", SAME },
	{ "role edit sales", 2, "say what is to change", SAME },
	{ "role edit sales --label a --label b", 2, "given twice", SAME },
	{ "role edit sales --label \"$(printf '\\\\%.0s' $(seq 65))\"", 2,
	  "more than 64 quotes and backslashes", SAME },
	{ "role edit nosuch --grant mail", 2, "no role is called `nosuch`", SAME },
	/* P6: what is based on owner may be given more. */
	{ "role create boss --based-on owner --grant manage_user_passwords", 0, "is created",
	  NEXT },
	/* P5 */
	{ "role edit sales --privilege billing", 0, "the privilege billing grants nothing", NEXT },
	{ "role edit sales --unprivilege billing,report.export --revoke cms", 0, "is changed",
	  NEXT },
	{ "role show sales", 0, "own permissions: 2\n  insight, app.crm", SAME },
	{ "role edit sales --revoke cms --grant insight", 0, "is so already", SAME },
	{ "role edit sales --revoke mail", 4, "has `mail` from `user`, on which it is based",
	  SAME },
	{ "role edit sales --no-based-on user --revoke mail --grant calendar", 0, "is changed",
	  NEXT },
	{ "role edit sales --label '' --needs-approval yes", 0, "is changed", NEXT },
	{ "role edit sales --needs-approval no --based-on user", 0, "is changed", NEXT },
	/* Copies, changed at once. */
	{ "role copy administrator clerk --revoke billing --label Clerk", 0,
	  "a copy of administrator", NEXT },
	{ "role show clerk --json", 0, "\"label\": \"Clerk\"", SAME },
	{ "role copy guest hello", 0, "a copy of guest", NEXT },
	{ "role show hello", 0, "gives nothing before somebody approves it", SAME },
	{ "role copy peoples mine", 0, "a copy of peoples", NEXT },
	{ "role copy owner most", 0, "3 permissions reserved to owners are left out", NEXT },
	{ "role copy sales mine", 4, "there is a role `mine` already", SAME },
	{ "role copy sales user", 4, "(P4)", SAME },
	{ "role copy nosuch other", 2, "no role is called", SAME },
	{ "role copy sales 'a b'", 2, "holds a blank", SAME },
	/* P8 */
	{ "role create heir --based-on sales,clerk", 0, "is created", NEXT },
	{ "role delete sales", 4, "`sales` is a base of heir (P8)", SAME },
	{ "role delete ruled", 4, "/rolegate.conf:9: the role ruled is defined there", SAME },
	{ "assign bob heir user", 0, "bob is given heir", NEXT },
	{ "assign --group crew heir", 0, "group crew is given heir", NEXT },
	{ "role delete heir", 0, "2 assignments of it go with it; other roles stay (P8)", NEXT },
	{ "can bob mail", 0, "allowed", SAME },
	{ "role delete sales", 0, "is deleted", NEXT },
	{ "role delete sales", 2, "no role is called `sales`", SAME },
};

static void changes_roles(void **state)
{
	(void)state;
	TAKE(role_steps);
}

/* What a person's file says of a role keeps it (P8), with the place. */
static void keeps_what_people_use(void **state)
{
	static const struct {
		const char *name, *text, *part;
	} uses[] = {
		{ "an assignment", "assign = ( { user = \"x\"; roles = [ \"r\" ]; } );",
		  "50-people.conf:1: the role r is assigned to x there" },
		{ "a group's", "\nassign = ( { group = \"x\"; roles = [ \"r\" ]; } );",
		  "50-people.conf:2: the role r is assigned to x there" },
		{ "a conflict", "conflicts = ( { name = \"d\"; roles = [ \"r\", \"user\" ]; } );",
		  "50-people.conf:1: the role r is part of a conflict rule there" },
		{ "a default", "system_account_roles = [ \"r\" ];",
		  "50-people.conf:1: the role r is one of system_account_roles there" },
		{ "a virtual user's", "assign = ( { virtual = \"x\"; roles = [ \"r\" ]; } );",
		  "50-people.conf:1: the role r is assigned to x there" },
		{ "one for virtual users", "virtual_roles = [ \"r\" ];",
		  "50-people.conf:1: the role r is one of virtual_roles there" },
		{ "a group seen", "role_groups = ( { role = \"r\"; group = \"adm\"; } );",
		  "50-people.conf:1: the role r is seen as the group adm there" },
	};

	(void)state;
	assert_int_equal(run("role create r"), 0);
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		write_below(ROLEGATE_CONF_DIR "/policy.d/50-people.conf", uses[i].text);
		assert_int_equal(run("apply"), 0);
		if (run("role delete r") != 4 || !strstr(output, uses[i].part))
			fail_msg("%s: %s", uses[i].name, output);
	}
	write_below(ROLEGATE_CONF_DIR "/policy.d/50-people.conf", "");
	assert_int_equal(run("apply"), 0);
	assert_int_equal(run("role delete r"), 0);
}

/* ---- The matrix ---- */

static const struct step matrix_steps[] = {
	{ "role create book --on accounting=full --on crm=view --on marketing=none", 0,
	  "is created", NEXT },
	{ "role edit book --on crm.contacts=view,edit", 0, "is changed", NEXT },
	{ "role edit book --on crm.contacts=edit,view --on crm=view", 0, "is so already", SAME },
	/* Less of one resource of a whole department. */
	{ "role edit book --revoke accounting.bills:delete", 0,
	  "what book can do on accounting now stands there resource by resource", NEXT },
	{ "role edit book --on accounting.payroll=view", 0, "is changed", NEXT },
	{ "role edit book --on crm=none", 0, "is changed", NEXT },
	{ "role edit book --on acounting=view", 2, "did you mean `accounting`?", SAME },
	{ "role edit book --on accounting", 2, "DEPARTMENT=CAPABILITIES", SAME },
	{ "role edit book --on accounting=", 2, "none, view, full", SAME },
	{ "role edit book --on accounting=view,full", 2, "none, view, full", SAME },
	{ "role edit book --on settings.passwords=full", 4,
	  "`settings.passwords:manage` is reserved", SAME },
	{ "role edit book --grant crm:view", 2, "cannot be given by itself", SAME },
	{ "role create heir --based-on manager --on crm=none", 4,
	  "has `crm.contacts` from `manager`", SAME },
	{ "role create heir --based-on manager --on settings.roles=none", 0, "is created", NEXT },
};

static const struct {
	const char *permission;
	bool is_held;
} cells[] = {
	{ "accounting:view", true },
	{ "accounting.invoices:manage", true },
	{ "accounting.bills:edit", true },
	{ "accounting.bills:delete", false },
	{ "accounting.payroll:view", true },
	{ "accounting.payroll:create", false },
	{ "crm.contacts:view", false },
	{ "crm.contacts:edit", false },
	{ "crm:view", false },
	{ "marketing:view", false },
};

static void changes_matrices(void **state)
{
	char words[128];

	(void)state;
	TAKE(matrix_steps);
	assert_int_equal(run("assign bob book"), 0);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		snprintf(words, sizeof(words), "can bob %s", cells[i].permission);
		if (run(words) != (cells[i].is_held ? 0 : 1))
			fail_msg("P10 %s: %s", cells[i].permission, output);
	}
}

/* ---- Copies hold what the originals hold ---- */

static uint32_t find_role(const struct rolegate_policy *policy, const char *name)
{
	for (uint32_t id = 0; id < policy->head.n_roles; id++) {
		struct role_info info;
		struct record record;
		bool is_it;

		assert_int_equal(policy_load_role_info(policy, id, &record, &info), 0);
		is_it = !strcmp(info.name, name);
		store_record_free(&record);
		if (is_it)
			return id;
	}
	fail_msg("no role %s", name);
	return 0;
}

/* P6: but for what is reserved to owners, and only where the original is the owner role. */
static void compare_copy(const struct rolegate_policy *policy, const char *from, const char *to)
{
	struct record from_record, to_record, record;
	struct permission_info info;
	struct role original, copy;
	size_t n_held = 0;

	assert_int_equal(policy_load_role(policy, find_role(policy, from), &from_record, &original),
			 0);
	assert_int_equal(policy_load_role(policy, find_role(policy, to), &to_record, &copy), 0);
	assert_int_equal(original.flags & FORMAT_ROLE_NEEDS_APPROVAL,
			 copy.flags & FORMAT_ROLE_NEEDS_APPROVAL);
	for (uint32_t i = 0; i < policy->head.n_permissions; i++) {
		int is_held = format_bit(original.closure, i);

		assert_int_equal(policy_load_permission_info(policy, i, &record, &info), 0);
		if (!strcmp(from, "owner") && info.tier == FORMAT_TIER_OWNER)
			is_held = 0;
		/* Only resources that are reserved as a whole have nobody to derive it from. */
		if (format_bit(copy.closure, i) != is_held)
			fail_msg("%s of %s: %s", to, from, info.name);
		n_held += (size_t)is_held;
		store_record_free(&record);
	}
	assert_true(n_held > 0);
	store_record_free(&from_record);
	store_record_free(&to_record);
}

static void copies_every_role(void **state)
{
	static const struct {
		const char *catalog, *roles[12];
	} catalogs[] = {
		{ "workspace",
		  { "owner", "administrator", "user", "guest", "service", "custom", "boss" } },
		{ "organisation",
		  { "owner", "admin", "manager", "member", "developer", "service", "custom",
		    "boss" } },
		{ "departments",
		  { "owner", "admin", "manager", "finance", "sales", "marketing", "support",
		    "member", "viewer", "service", "custom", "boss" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(catalogs) / sizeof(catalogs[0]); i++) {
		struct rolegate_policy *policy;
		char text[1024];

		snprintf(
			text, sizeof(text),
			"catalogs = [ \"%s\", \"host\" ];\n"
			"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
			"roles = ( { name = \"custom\"; needs_approval = true; based_on = [ \"%s\" ];\n"
			"	permissions = [ \"host.sudo\" ]; privileges = \"app.x, y.z\"; },\n"
			"	{ name = \"boss\"; based_on = [ \"owner\" ]; permissions = [ \"%s\" ]; } );\n",
			catalogs[i].catalog, catalogs[i].roles[2],
			i == 0	 ? "manage_user_passwords"
			: i == 1 ? "passwords.manage"
				 : "settings.passwords:manage");
		write_below(ROLEGATE_CONF_DIR "/rolegate.conf", text);
		write_below(managed, "");
		assert_int_equal(run("apply"), 0);
		for (size_t k = 0; k < 12 && catalogs[i].roles[k]; k++) {
			char words[128], to[64];

			snprintf(to, sizeof(to), "copy-%s", catalogs[i].roles[k]);
			snprintf(words, sizeof(words), "role copy %s %s", catalogs[i].roles[k], to);
			if (run(words) != 0)
				fail_msg("%s: %s", words, output);
			policy = open_policy();
			compare_copy(policy, catalogs[i].roles[k], to);
			rolegate_policy_close(policy);
		}
	}
}

/* ---- Members ---- */

static const struct step member_steps[] = {
	{ "assign bob user --why hired", 0, "had the default roles (guest, user)", NEXT },
	{ "assign bob user", 0,
	  "bob has user already, by " ROLEGATE_CONF_DIR "/policy.d/90-managed.conf:", SAME },
	{ "assign pat peoples", 0,
	  "pat has peoples already, by " ROLEGATE_CONF_DIR "/rolegate.conf:6", SAME },
	{ "assign bbo user", 0, "the system knows no user bbo yet (did you mean bob?)", NEXT },
	{ "assign --group crwe user", 0, "knows no group crwe yet (did you mean crew?)", NEXT },
	{ "assign bob usr", 2, "did you mean `user`?", SAME },
	{ "assign bob", 2, "the role's name is missing", SAME },
	{ "assign", 2, "say a user, or --group and a group", SAME },
	{ "assign --group crew", 2, "the role's name is missing", SAME },
	{ "assign 'a:b' user", 2, "holds `:` or `/`", SAME },
	{ "assign bob user --until 2020-01-01", 2, "is in the past", SAME },
	{ "assign bob user --until noon", 2, "or a span as 8h or 7d", SAME },
	{ "assign bob user --from 2d --until 1d", 2, "would never be in force", SAME },
	{ "assign trent administrator --from 2026-12-01 --until 2126-12-31T18:00:00+01:00 --why audit",
	  0, "trent is given administrator from 2026-12-01T", NEXT },
	{ "assign trent administrator --from 2026-12-02 --until 2126-12-30", 0,
	  "already until 2126-12-31T", SAME },
	{ "can trent billing --at 2030-01-01", 0, "allowed", SAME },
	{ "can trent billing --at 2126-12-31T17:00:00Z", 1, "denied", SAME },
	{ "assign bob administrator --until 8h", 0, "until ", NEXT },
	{ "can bob billing", 0, "allowed", SAME },
	{ "unassign bob administrator", 0, "administrator is taken from bob", NEXT },
	{ "can bob billing", 1, "denied", SAME },
	{ "can bob mail", 0, "allowed", SAME },
	{ "assign --group crew user", 0, "group crew is given user", NEXT },
	{ "assign --group fresh user", 0, "members who had the default roles (guest, user)", NEXT },
	{ "can dora mail", 0, "allowed", SAME },
	{ "unassign dora user", 4, "through the group crew: `rolegate unassign --group crew user`",
	  SAME },
	{ "unassign --group crew guest", 4, "/rolegate.conf:5: group crew is given guest there",
	  SAME },
	{ "unassign --group crew", 0, "what " ROLEGATE_CONF_DIR "/rolegate.conf:5 gives stays",
	  NEXT },
	{ "unassign --group crew", 4, "/rolegate.conf:5: the roles of group crew are given there",
	  SAME },
	{ "unassign pat peoples", 4, "/rolegate.conf:6: pat is given peoples there", SAME },
	{ "unassign pat", 4, "/rolegate.conf:6: the roles of pat are given there", SAME },
	{ "unassign bob administrator", 0, "bob does not have administrator", SAME },
	{ "unassign bob administartor", 2, "did you mean `administrator`?", SAME },
	{ "unassign bob", 0, "the default roles apply (P3)", NEXT },
	{ "unassign bob", 0, "bob is assigned nothing", SAME },
	{ "unassign bob user", 4, "has user by default, for want of an assignment (P3)", SAME },
	/* A second owner comes and goes. */
	{ "assign bob owner", 0, "bob is given owner", NEXT },
	{ "unassign bob owner", 0, "owner is taken", NEXT },
	{ "assign 'DOM\\bob' user", 0, "DOM\\bob is given user", NEXT },
	{ "can 'DOM\\bob' mail", 0, "allowed", SAME },
};

static void changes_members(void **state)
{
	(void)state;
	TAKE(member_steps);
}

/* The last owner, where the managed file is the one that assigns them (A4). */
static void keeps_the_last_owner(void **state)
{
	char *before, *after;

	(void)state;
	assert_int_equal(run("assign bob owner"), 0);
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", "catalogs = [ \"workspace\" ];\n");
	assert_int_equal(run("apply"), 0);
	before = read_managed();
	assert_int_equal(run("unassign bob"), 4);
	assert_non_null(strstr(output, "A4"));
	after = read_managed();
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(run("can bob manage_user_passwords"), 0);
}

/* ---- Approval ---- */

static const struct step approval_steps[] = {
	{ "pending", 0,
	  "  bob             guest           default_roles   " ROLEGATE_CONF_DIR
	  "/rolegate.conf:10",
	  SAME },
	{ "pending", 0, "carl            guest           group crew", SAME },
	{ "pending", 0, "dora            guest           group crew", SAME },
	{ "pending", 0, "until 2099-01-01T", SAME },
	{ "pending --json", 0, "\"through\": \"group\",\n      \"group\": \"crew\"", SAME },
	{ "pending", 0, "4 wait: rolegate approve USER [ROLE]", SAME },
	{ "can gwen profile", 1, "pending-approval", SAME },
	{ "approve gwen", 0, "guest of gwen is approved by ", NEXT },
	{ "can gwen profile", 0, "allowed", SAME },
	{ "can gwen profile --at 2100-01-01", 0, "allowed", SAME },
	{ "approve gwen guest", 0, "is approved already", SAME },
	{ "approve gwen", 0, "gwen waits for no approval", SAME },
	/* Through a group: in their own right. */
	{ "approve carl guest", 0, "also when they leave the group", NEXT },
	{ "can carl profile", 0, "allowed", SAME },
	{ "can dora profile", 1, "pending-approval", SAME },
	/* By default: with the other default roles. */
	{ "approve bob", 0, "with the other default roles of now", NEXT },
	{ "can bob profile", 0, "allowed", SAME },
	{ "can bob mail", 0, "allowed", SAME },
	{ "approve bob user", 0, "user needs no approval", SAME },
	{ "approve pat guest", 4, "`rolegate assign pat guest` comes first", SAME },
	{ "approve pat nosuch", 2, "no role is called `nosuch`", SAME },
	/* Where the file itself gives it: only that role, and no second assignment. */
	{ "assign nell guest user", 0,
	  "it gives nothing before an approval (P9): rolegate approve nell guest", NEXT },
	{ "assign --group staff guest", 0, "rolegate approve USER guest", NEXT },
	{ "can nell profile", 0, "allowed", SAME },
	{ "role create newcomer --needs-approval yes --grant insight", 0, "is created", NEXT },
	{ "assign nell newcomer", 0, "before an approval", NEXT },
	{ "can nell insight", 1, "pending-approval", SAME },
	{ "approve nell newcomer", 0, "newcomer of nell is approved", NEXT },
	{ "can nell insight", 0, "allowed", SAME },
	{ "pending", 0, "nell            guest           assigned", SAME },
	{ "role copy newcomer other", 0, "a copy of", NEXT },
	{ "assign nell other", 0, "before an approval", NEXT },
	{ "approve nell", 0, "other of nell is approved", NEXT },
	{ "pending", 0, "1 waits", SAME },
	{ "approve dora", 0, "is approved", NEXT },
	{ "pending", 0, "Nobody waits for an approval.", SAME },
};

static void approves(void **state)
{
	char *text;

	(void)state;
	TAKE(approval_steps);
	text = read_managed();
	assert_non_null(strstr(
		text, "{ user = \"gwen\"; roles = [ \"guest\" ]; until = \"2099-01-01T00:00:00Z\"; "
		      "approved_by = "));
	assert_non_null(strstr(text, "{ user = \"nell\"; roles = [ \"user\" ]; }"));
	assert_non_null(strstr(text, "{ user = \"bob\"; roles = [ \"user\" ]; }"));
	free(text);
}

/* ---- Services ---- */

static const struct step service_steps[] = {
	{ "service set sshd --require host.ssh,insight", 0, "sshd requires all permissions named",
	  NEXT },
	{ "service set sshd --require host.ssh --require insight", 0, "says so already", SAME },
	{ "service list", 0, "sshd                    host.ssh and insight", SAME },
	{ "explain pat sshd", 1, "insight", SAME },
	{ "service set sshd --require-any host.ssh,insight", 0, "requires any", NEXT },
	{ "explain pat sshd", 0, "allowed", SAME },
	{ "service list", 0, "host.ssh or insight", SAME },
	/* D3: su stays a question about the caller. */
	{ "service set su --require host.ssh", 0, "still decided about the actor", NEXT },
	{ "service list --json", 0,
	  "\"service\": \"su\",\n      \"require\": [\n        \"host.ssh\"\n      ],\n      \"open\": false,\n      "
	  "\"subject\": \"actor\"",
	  SAME },
	{ "service set su --require host.ssh --subject user", 0, "su requires", NEXT },
	{ "service set lift --open", 0, "lift is open to everybody", NEXT },
	{ "explain bob lift", 0, "open-service", SAME },
	{ "service unset lift", 0, "the entry of lift is gone", NEXT },
	{ "explain bob lift", 1, "service-not-listed", SAME },
	{ "service unset su", 0, "a catalog's is in force again", NEXT },
	{ "service list", 0, "su                      host.su (of the actor)", SAME },
	/* D2: as PAM looks for it. */
	{ "service set LIFT --open", 0, "lift is open to everybody", NEXT },
	{ "service unset Lift", 0, "the entry of lift is gone", NEXT },
	{ "service unset su", 4, "is not said by the policy but at ", SAME },
	{ "service unset shd", 2, "did you mean `sshd`?", SAME },
	{ "service set mine --open", 4, "/rolegate.conf:12: what mine requires is said there",
	  SAME },
	{ "service unset mine", 4, "/rolegate.conf:12: what mine requires is said there", SAME },
	{ "service set ftp", 2, "say one of --require P", SAME },
	{ "service set ftp --require mail --open", 2, "say one of", SAME },
	{ "service set ftp --require ' '", 2, "no permission is named", SAME },
	{ "service set ftp --require malil", 2, "did you mean `mail`?", SAME },
	{ "service set 'a b' --open", 2, "holds a blank", SAME },
	{ "service set ftp --open --subject nobody", 2, "user or actor", SAME },
	{ "service set 'gdm-*' --require host.vpn", 0, "gdm-* requires", NEXT },
	{ "service list", 0, "any other               refused to everybody", SAME },
	{ "service frob", 2, "`service` is followed by one of `list`, `set`, `unset`", SAME },
};

static void changes_services(void **state)
{
	(void)state;
	TAKE(service_steps);
}

/* ---- The transaction ---- */

/* Why goes into the history; people's files stay as they are. */
static void leaves_a_record(void **state)
{
	char path[700], *before, *after;
	size_t n;

	(void)state;
	path_below(ROLEGATE_CONF_DIR "/rolegate.conf", path);
	before = support_read_file(path, &n);
	assert_int_equal(run("assign bob user --why 'hired \"today\"'"), 0);
	assert_int_equal(run("status"), 0);
	assert_non_null(strstr(output, "assign bob user: hired \"today\""));
	assert_non_null(strstr(output, "the same as what is in force"));
	assert_int_equal(run("role create r -m 'because of me'"), 0);
	assert_int_equal(run("status"), 0);
	assert_non_null(strstr(output, "because of me"));
	/* What was done is told in 200 bytes. */
	assert_int_equal(run("role create \"$(printf '%0220d' 0 | tr 0 r)\""), 0);
	assert_int_equal(run("status"), 0);
	assert_non_null(strstr(output, "role create rrrr"));
	assert_int_equal(strspn(strstr(output, "rrrr"), "r"), 200 - strlen("role create "));
	assert_non_null(strstr(output, "rrrr…"));
	assert_int_equal(run("assign bob user -m \"$(printf '\\033')\""), 2);
	after = support_read_file(path, &n);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(run("check"), 0);
}

/* `assign` is refused and changes nothing, as that file is not what was applied. */
static void refuses_because_of(const char *file)
{
	uint64_t before = generation();

	assert_int_equal(run("assign bob user"), 4);
	assert_non_null(strstr(output, file));
	assert_non_null(strstr(output, "is not what generation"));
	assert_int_equal(generation(), before);
}

/* What people have edited and not applied is not applied by the way: a file more, another, one less. */
static void applies_nothing_else(void **state)
{
	static const char people[] = ROLEGATE_CONF_DIR "/policy.d/50-people.conf";
	static const char eve[] = "assign = ( { user = \"eve\"; roles = [ \"owner\" ]; } );\n";
	char path[700];

	(void)state;
	write_below(people, eve);
	refuses_because_of("50-people.conf");
	assert_int_equal(run("can eve billing"), 1);
	assert_int_equal(run("apply"), 0);
	write_below(people, "assign = ( { user = \"eve\"; roles = [ \"guest\" ]; } );\n");
	refuses_because_of("50-people.conf");
	path_below(people, path);
	assert_int_equal(unlink(path), 0);
	refuses_because_of("50-people.conf");
	assert_int_equal(run("can eve billing"), 0);
	write_below(people, eve);
	assert_int_equal(run("assign bob user"), 0);
}

/* A key of a person's in the managed file would be lost. */
static void refuses_a_persons_key(void **state)
{
	(void)state;
	write_below(managed, "\nmode = \"permissive\";\n");
	assert_int_equal(run("apply"), 0);
	assert_int_equal(run("assign bob user"), 3);
	assert_non_null(strstr(output, "90-managed.conf:2: error: `mode` does not belong here"));
}

static void speaks_json(void **state)
{
	static const struct {
		const char *words, *part;
		int status;
	} verbs[] = {
		{ "role create r", "\"changed\": true", 0 },
		{ "role edit r --label x", "\"parent\": ", 0 },
		{ "role copy r s", "\"the role s is a copy of r\"", 0 },
		{ "role edit user --label x", "\"reason\": \"locked-role\"", 4 },
		{ "role edit peoples --label x", "\"reason\": \"written-by-a-person\"", 4 },
		{ "role create t --grant manage_user_passwords", "\"reason\": \"reserved\"", 4 },
		{ "role delete r", "\"generation\": ", 0 },
		{ "assign bob user", "\"notes\": [", 0 },
		{ "assign bob user", "\"changed\": false", 0 },
		{ "assign bob nosuch", "\"reason\": \"unknown-role\"", 2 },
		{ "unassign bob user", "\"changed\": true", 0 },
		{ "pending", "\"pending\": [", 0 },
		{ "approve gwen", "\"warnings\": 0", 0 },
		{ "service set sshd --open", "\"changed\": true", 0 },
		{ "service list", "\"other_services\": \"deny\"", 0 },
		{ "service unset sshd", "\"changed\": true", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		char words[256];
		int status;

		snprintf(words, sizeof(words), "%s --json", verbs[i].words);
		status = run(words);
		if (status != verbs[i].status || strncmp(output, "{\n  \"ok\": ", 10) != 0 ||
		    !strstr(output, verbs[i].part))
			fail_msg("%s: %d %s", verbs[i].words, status, output);
	}
}

static int make_root(const char *policy)
{
	root = support_make_folder();
	write_below(ROLEGATE_CONF_DIR "/rolegate.conf", policy);
	write_below("etc/passwd", passwd);
	write_below("etc/group", group);
	return run("apply") != 0;
}

static int make_workspace(void **state)
{
	(void)state;
	return make_root(workspace);
}

static int make_departments(void **state)
{
	(void)state;
	return make_root(departments);
}

static int remove_root(void **state)
{
	(void)state;
	support_remove_folder(root);
	return 0;
}

int main(void)
{
#define WITH(test, setup) cmocka_unit_test_setup_teardown(test, setup, remove_root)
	const struct CMUnitTest tests[] = {
		WITH(changes_roles, make_workspace),
		WITH(keeps_what_people_use, make_workspace),
		WITH(changes_matrices, make_departments),
		WITH(copies_every_role, make_workspace),
		WITH(changes_members, make_workspace),
		WITH(keeps_the_last_owner, make_workspace),
		WITH(approves, make_workspace),
		WITH(changes_services, make_workspace),
		WITH(leaves_a_record, make_workspace),
		WITH(applies_nothing_else, make_workspace),
		WITH(refuses_a_persons_key, make_workspace),
		WITH(speaks_json, make_workspace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
