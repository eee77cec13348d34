/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What two policies give differently: to whom, when, and through what. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "effects.h"
#include "services.h"
#include "settings.h"

#define SOON "2026-12-01T00:00:00Z"
#define LATER "2026-12-31T00:00:00Z"
#define PAST "2026-11-01T00:00:00Z"
#define ROLES                                                                                                         \
	"catalogs = [ \"workspace\" ]; roles = ( { name = \"post\"; permissions = [ \"mail\" ]; },"                   \
	"{ name = \"disk\"; permissions = [ \"drive\" ]; }, { name = \"both\"; based_on = [ \"post\", \"disk\" ]; }," \
	"{ name = \"wait\"; permissions = [ \"crm\" ]; needs_approval = true; } );"
#define TO(user, rest) "{ user = \"" user "\"; roles = [ " rest "; }"
#define TEAM(group, rest) "{ group = \"" group "\"; roles = [ " rest "; }"

static struct rolegate_policy *open_text(const char *text)
{
	struct rolegate_policy *policy = support_policy(text);

	assert_int_equal(store_load(&policy->store), 0);
	return policy;
}

/* ---- Effects ---- */

/*
 * What comes out, as "N name,name +gained -lost later+gained later-lost" for each effect that is
 * any, in order, behind "users:" or "groups:".
 */
static const struct {
	const char *name, *before, *after, *want;
} effects[] = {
	{ "the same text", ROLES "assign = (" TO("a", "\"post\" ]") ");",
	  ROLES "assign = (" TO("a", "\"post\" ]") ");", "" },
	{ "the same in other words: order, lines, files' places",
	  ROLES "assign = (" TO("a", "\"post\", \"disk\" ]") "," TO("b", "\"post\" ]") ");",
	  ROLES "\n\nassign = (" TO("b", "\"post\" ]") ",\n" TO("a", "\"disk\" ]") "," TO(
		  "a", "\"post\" ]") ");",
	  "" },
	{ "P1 a role by another name", ROLES "assign = (" TO("a", "\"post\", \"disk\" ]") ");",
	  ROLES "assign = (" TO("a", "\"both\" ]") ");", "" },
	{ "P3 a user comes", ROLES, ROLES "assign = (" TO("a", "\"post\" ]") ");",
	  "users: 1 a +mail" },
	{ "P3 a user goes", ROLES "assign = (" TO("a", "\"post\" ]") ");", ROLES,
	  "users: 1 a -mail" },
	{ "P3 a user's role changes", ROLES "assign = (" TO("a", "\"post\" ]") ");",
	  ROLES "assign = (" TO("a", "\"disk\" ]") ");", "users: 1 a +drive -mail" },
	{ "equal holders are one class, with names in order", ROLES,
	  ROLES "assign = (" TO("c", "\"post\" ]") "," TO("a", "\"post\" ]") "," TO(
		  "b", "\"post\" ]") ");",
	  "users: 3 a,b,c +mail" },
	{ "names beyond the first are counted", ROLES,
	  ROLES
	  "assign = (" TO("g", "\"post\" ]") "," TO("f", "\"post\" ]") "," TO("e", "\"post\" ]") "," TO(
		  "d",
		  "\"post\" ]") "," TO("c",
				       "\"post\" ]") "," TO("b",
							    "\"post\" ]") "," TO("a",
										 "\"post\" ]") ");",
	  "users: 7 a,b,c,d,e +mail" },
	{ "classes that come to the same are one effect",
	  ROLES "assign = (" TO("a", "\"disk\" ]") ");",
	  ROLES "assign = (" TO("a", "\"both\" ]") "," TO("b", "\"post\" ]") "," TO(
		  "c", "\"post\" ]; why = \"x\"") ");",
	  "users: 2 b,c +mail; users: 1 a +mail" },
	{ "a role gains, and so do all who have it",
	  "catalogs = [ \"workspace\" ]; roles = ( { name = \"r\"; permissions = [ \"mail\" ]; } ); assign = (" TO(
		  "a", "\"r\" ]") "," TO("b", "\"r\" ]") "," TEAM("g", "\"r\" ]") ");",
	  "catalogs = [ \"workspace\" ]; roles = ( { name = \"r\"; permissions = [ \"mail\", \"drive\" ]; } ); assign = (" TO(
		  "a", "\"r\" ]") "," TO("b", "\"r\" ]") "," TEAM("g", "\"r\" ]") ");",
	  "users: 2 a,b +drive; groups: 1 g +drive" },
	{ "P3 an assignment to come", ROLES,
	  ROLES "assign = (" TO("a", "\"post\" ]; from = \"" SOON "\"") ");",
	  "users: 1 a later+mail" },
	{ "P3 an assignment that ends sooner", ROLES "assign = (" TO("a", "\"post\" ]") ");",
	  ROLES "assign = (" TO("a", "\"post\" ]; until = \"" SOON "\"") ");",
	  "users: 1 a later-mail" },
	{ "P3 an assignment that is over", ROLES,
	  ROLES "assign = (" TO("a", "\"post\" ]; until = \"" PAST "\"") ");", "" },
	{ "P3 a time in two parts",
	  ROLES "assign = (" TO("a", "\"post\" ]; until = \"" LATER "\"") ");",
	  ROLES "assign = (" TO("a", "\"post\" ]; until = \"" SOON "\"") "," TO(
		  "a", "\"post\" ]; from = \"" SOON "\"; until = \"" LATER "\"") ");",
	  "" },
	{ "P3 a first assignment takes the defaults away", ROLES "default_roles = [ \"disk\" ];",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TO("a", "\"post\" ]") ");",
	  "users: 1 a +mail -drive" },
	{ "P3 the defaults change for whoever falls back on them",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TO(
		  "a", "\"post\" ]; until = \"" PAST "\"") "," TO("b", "\"post\" ]") ");",
	  ROLES "default_roles = [ \"post\" ]; assign = (" TO(
		  "a", "\"post\" ]; until = \"" PAST "\"") "," TO("b", "\"post\" ]") ");",
	  "users: 1 a +mail -drive" },
	{ "P9 waiting is no gain", ROLES, ROLES "assign = (" TO("a", "\"wait\" ]") ");", "" },
	{ "P9 being approved is", ROLES "assign = (" TO("a", "\"wait\" ]") ");",
	  ROLES "assign = (" TO("a", "\"wait\" ]; approved_by = \"x\"") ");", "users: 1 a +crm" },
	{ "P9 a role needs no approval any more", ROLES "assign = (" TO("a", "\"wait\" ]") ");",
	  "catalogs = [ \"workspace\" ]; roles = ( { name = \"wait\"; permissions = [ \"crm\" ]; } ); assign = (" TO(
		  "a", "\"wait\" ]") ");",
	  "users: 1 a +crm" },
	{ "P11 the plan gives and takes",
	  ROLES "plan = { name = \"p\"; includes = [ \"roles\", \"mail\" ]; }; assign = (" TO(
		  "a", "\"both\" ]") ");",
	  ROLES "plan = { name = \"p\"; includes = [ \"roles\", \"drive\" ]; }; assign = (" TO(
		  "a", "\"both\" ]") ");",
	  "users: 1 a +drive -mail" },
	{ "P11 what the plan leaves out is no gain",
	  ROLES "plan = { name = \"p\"; includes = [ \"roles\" ]; };",
	  ROLES "plan = { name = \"p\"; includes = [ \"roles\" ]; }; assign = (" TO(
		  "a", "\"post\" ]") ");",
	  "" },
#define EYES "conflicts = ( { name = \"c\"; roles = [ \"post\", \"disk\" ]; } );"
#define HEIR(gives)                                                                                 \
	"catalogs = [ \"workspace\" ]; roles = ( { name = \"post\"; permissions = [ \"mail\" ]; }," \
	"{ name = \"disk\"; permissions = [ \"drive\" ]; }, { name = \"heir\"; " gives " } );"
	{ "A6 another role of what one of a conflict gives may be a gain",
	  HEIR("permissions = [ \"mail\" ];") EYES "assign = (" TO("a", "\"post\" ]") ");",
	  HEIR("permissions = [ \"mail\" ];") EYES
	  "assign = (" TO("a", "\"post\", \"heir\" ]") ");",
	  "users: 1 a may+mail" },
	{ "A6 a role of a conflict alone is a gain", ROLES EYES,
	  ROLES EYES "assign = (" TO("a", "\"post\" ]") ");", "users: 1 a +mail" },
	{ "A6 a role no longer gives by way of one of a conflict",
	  HEIR("based_on = [ \"post\" ];") EYES "assign = (" TO("a", "\"heir\" ]") ");",
	  HEIR("permissions = [ \"mail\" ];") EYES "assign = (" TO("a", "\"heir\" ]") ");",
	  "users: 1 a may+mail" },
	{ "A6 a role gives by way of one of a conflict from now on",
	  HEIR("permissions = [ \"mail\" ];") EYES "assign = (" TO("a", "\"heir\" ]") ");",
	  HEIR("based_on = [ \"post\" ];") EYES "assign = (" TO("a", "\"heir\" ]") ");",
	  "users: 1 a may-mail" },
	{ "A6 a role of a conflict that stays, with a term in two parts",
	  ROLES EYES "assign = (" TO("a", "\"post\" ]; until = \"" LATER "\"") ");",
	  ROLES EYES "assign = (" TO("a", "\"post\" ]; until = \"" SOON "\"") "," TO(
		  "a", "\"post\" ]; from = \"" SOON "\"; until = \"" LATER "\"") ");",
	  "" },
	{ "A6 the defaults are a role of a conflict",
	  ROLES EYES "default_roles = [ \"post\" ]; assign = (" TO("a", "\"post\" ]") ");",
	  ROLES EYES "default_roles = [ \"post\" ];", "" },
	{ "an OS group through a role is a gain",
	  ROLES "role_groups = ( { role = \"post\"; group = \"adm\"; } );",
	  ROLES "role_groups = ( { role = \"post\"; group = \"adm\"; } ); assign = (" TO(
		  "a", "\"both\" ]") ");",
	  "users: 1 a +group adm +mail +drive" },
	{ "P3 members of a group that is assigned anything have no defaults",
	  ROLES "default_roles = [ \"disk\" ];",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"post\" ]") ");",
	  "groups: 1 g +mail members-defaults" },
	{ "P3 also if it gives nothing", ROLES "default_roles = [ \"disk\" ];",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]") ");",
	  "groups: 1 g members-defaults" },
	{ "P3 but not if it gives the same", ROLES "default_roles = [ \"disk\" ];",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"both\" ]") ");",
	  "groups: 1 g +mail +drive" },
	{ "P3 nor if it had another one before",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"post\" ]") ");",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]") ");",
	  "groups: 1 g -mail" },
	{ "P3 nor without defaults that count", ROLES "default_roles = [ \"wait\" ];",
	  ROLES "default_roles = [ \"wait\" ]; assign = (" TEAM("g", "\"post\" ]") ");",
	  "groups: 1 g +mail" },
	{ "P3 members of a group that is assigned nothing any more have the defaults",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]") ");",
	  ROLES "default_roles = [ \"disk\" ];", "groups: 1 g members+defaults" },
	{ "P3 members of a group whose assignment begins later",
	  ROLES "default_roles = [ \"disk\" ];",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]; from = \"" SOON
								     "\"") ");",
	  "groups: 1 g members later-defaults" },
	{ "P3 and whose assignment ends",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]") ");",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]; until = \"" SOON
								     "\"") ");",
	  "groups: 1 g members later+defaults" },
	{ "P3 system accounts in a group have theirs", ROLES "system_account_roles = [ \"disk\" ];",
	  ROLES "system_account_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]") ");",
	  "groups: 1 g system-defaults" },
	{ "P3 groups are told apart by it",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("h", "\"wait\" ]") ");",
	  ROLES "default_roles = [ \"disk\" ]; assign = (" TEAM("g", "\"wait\" ]") ");",
	  "groups: 1 g members-defaults; groups: 1 h members+defaults" },
	{ "groups and users apart", ROLES "assign = (" TEAM("g", "\"post\" ]") ");",
	  ROLES "assign = (" TEAM("g", "\"disk\" ]") "," TO("a", "\"post\" ]") ");",
	  "users: 1 a +mail; groups: 1 g +drive -mail" },
};

/* In an order of its own: groups first, as the permissions come in that of the catalog. */
static void write_map(FILE *to, const struct joint *joint, const struct effect *effect,
		      enum effect_map map, const char *sign)
{
	for (int groups = 1; groups >= 0; groups--)
		for (uint32_t i = 0; i < joint->bit_names.n; i++)
			if (format_bit(effect_map(joint, effect, map), i) &&
			    (joint->bits[i].through != NULL) == groups)
				fprintf(to, " %s%s", sign, joint->bits[i].name);
}

static void write_defaults(FILE *to, const struct effect *effect)
{
	static const char *const whose[] = { "members", "system" };
	static const char *const what[] = { "-", "+", " later-", " later+" };

	for (unsigned int which = 0; which < 2; which++)
		for (unsigned int change = 0; change < 4; change++)
			if (effect_changes_defaults(effect, which, change))
				fprintf(to, " %s%sdefaults", whose[which], what[change]);
}

static void write_effects(FILE *to, const struct difference *d,
			  const struct difference_holders *holders, const char **separator)
{
	struct effects list;

	assert_int_equal(effects_open(d, holders, &list), 0);
	for (size_t i = 0; i < list.n; i++) {
		const struct effect *effect = &list.list[i];

		if (!effect_is_any(&d->joint, effect))
			continue;
		fprintf(to, "%s%s: %u ", *separator,
			holders->kind == FORMAT_USERS ? "users" : "groups", effect->examples.n_all);
		for (uint32_t k = 0; k < effect->examples.n; k++)
			fprintf(to, "%s%s", k ? "," : "", effect->examples.names[k]);
		write_map(to, &d->joint, effect, EFFECT_GAINED, "+");
		write_map(to, &d->joint, effect, EFFECT_LOST, "-");
		write_map(to, &d->joint, effect, EFFECT_GAINED_LATER, "later+");
		write_map(to, &d->joint, effect, EFFECT_LOST_LATER, "later-");
		write_map(to, &d->joint, effect, EFFECT_MAY_GAIN, "may+");
		write_map(to, &d->joint, effect, EFFECT_MAY_LOSE, "may-");
		write_defaults(to, effect);
		*separator = "; ";
	}
	effects_close(&list);
}

static void finds_effects(void **state)
{
	size_t n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++) {
		struct rolegate_policy *before = open_text(effects[i].before);
		struct rolegate_policy *after = open_text(effects[i].after);
		const char *separator = "";
		struct difference d;
		char text[4096] = "";
		FILE *to = fmemopen(text, sizeof(text), "w");

		assert_non_null(to);
		assert_int_equal(difference_open(&d, before, after, SUPPORT_NOW), 0);
		write_effects(to, &d, &d.users, &separator);
		write_effects(to, &d, &d.groups, &separator);
		fclose(to);
		if (strcmp(text, effects[i].want) != 0) {
			print_message("%s: \"%s\" and not \"%s\"\n", effects[i].name, text,
				      effects[i].want);
			n_wrong++;
		}
		difference_close(&d);
		rolegate_policy_close(before);
		rolegate_policy_close(after);
	}
	assert_int_equal(n_wrong, 0);
}

/* A first policy: there is none before, and all of it is new. */
static void starts_from_nothing(void **state)
{
	struct rolegate_policy *after = open_text(ROLES "assign = (" TO("a", "\"post\" ]") ");");
	struct difference d;
	struct effects list;

	(void)state;
	assert_int_equal(difference_open(&d, NULL, after, SUPPORT_NOW), 0);
	assert_int_equal(effects_open(&d, &d.users, &list), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.list[0].examples.n_all, 1);
	assert_true(effect_is_any(&d.joint, &list.list[0]));
	effects_close(&list);
	difference_close(&d);
	rolegate_policy_close(after);
}

/* ---- Services ---- */

static const struct {
	const char *name, *before, *after, *want;
} services[] = {
	{ "D2 the same", "{ name = \"x\"; require = [ \"mail\", \"crm\" ]; }",
	  "{ name = \"x\"; require = [ \"crm\", \"mail\" ]; }", "" },
	{ "D2 one comes", "", "{ name = \"x\"; require = [ \"mail\" ]; }", "+x" },
	{ "D2 one goes", "{ name = \"x\"; require = [ \"mail\" ]; }", "", "-x" },
	{ "D2 another permission", "{ name = \"x\"; require = [ \"mail\" ]; }",
	  "{ name = \"x\"; require = [ \"crm\" ]; }", "~x" },
	{ "D2 one permission more", "{ name = \"x\"; require = [ \"mail\" ]; }",
	  "{ name = \"x\"; require = [ \"mail\", \"crm\" ]; }", "~x" },
	{ "D2 any instead of all", "{ name = \"x\"; require = [ \"mail\", \"crm\" ]; }",
	  "{ name = \"x\"; require_any = [ \"mail\", \"crm\" ]; }", "~x" },
	{ "D2 open instead", "{ name = \"x\"; require = [ \"mail\" ]; }", "{ name = \"x\"; }",
	  "~x" },
	{ "D3 another subject", "{ name = \"x\"; require = [ \"mail\" ]; }",
	  "{ name = \"x\"; require = [ \"mail\" ]; subject = \"actor\"; }", "~x" },
	{ "D5 another mode", "{ name = \"x\"; require = [ \"mail\" ]; }",
	  "{ name = \"x\"; require = [ \"mail\" ]; mode = \"enforcing\"; }", "~x" },
	{ "D2 a pattern is an entry of its own", "{ name = \"x*\"; require = [ \"mail\" ]; }",
	  "{ name = \"x\"; require = [ \"mail\" ]; }", "-x*+x" },
	{ "D2 patterns are compared",
	  "{ name = \"x*\"; require = [ \"mail\" ]; }, { name = \"xy*\"; }",
	  "{ name = \"x*\"; require = [ \"crm\" ]; }, { name = \"xy*\"; }", "~x*" },
};

static int write_service(const struct service *before, const struct service *after, void *context)
{
	fprintf(context, "%s%s",
		!before	 ? "+"
		: !after ? "-"
			 : "~",
		(after ? after : before)->name);
	return 0;
}

static void compares_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		char before_text[1024], after_text[1024], text[256] = "";
		struct rolegate_policy *before, *after;
		struct joint joint;
		FILE *to;

		snprintf(before_text, sizeof(before_text), ROLES "services = ( %s );",
			 services[i].before);
		snprintf(after_text, sizeof(after_text), ROLES "services = ( %s );",
			 services[i].after);
		before = open_text(before_text);
		after = open_text(after_text);
		to = fmemopen(text, sizeof(text), "w");
		assert_non_null(to);
		assert_int_equal(joint_open(&joint, before, after), 0);
		assert_int_equal(services_compare(&joint, write_service, to), 0);
		fclose(to);
		if (strcmp(text, services[i].want) != 0)
			fail_msg("%s: \"%s\"", services[i].name, text);
		joint_close(&joint);
		rolegate_policy_close(before);
		rolegate_policy_close(after);
	}
}

/* ---- Damage ---- */

/* Change a byte of a policy in memory, as if its file had been read so. */
static void flip(struct store *store, uint32_t at)
{
	store->memory[at] ^= 0x41;
	index_free(store->index);
	store->index = index_make(store->memory, store->size);
	assert_non_null(store->index);
}

/*
 * Whatever byte of a compiled policy is wrong, the comparison ends, with an error or without one.
 * What it says then does not matter: no damaged policy is applied, nor judged by.
 */
static void survives_damage(void **state)
{
	static const char text[] = ROLES "assign = (" TO("a", "\"post\", \"wait\" ]") "," TEAM(
		"g", "\"both\" ]; until = \"" LATER
		     "\"") ");"
			   "conflicts = ( { name = \"c\"; roles = [ \"post\", \"wait\" ]; } );"
			   "role_groups = ( { role = \"post\"; group = \"adm\"; } );"
			   "services = ( { name = \"x*\"; require = [ \"mail\" ]; } );";
	struct rolegate_policy *sound = open_text(text), *damaged = open_text(text);
	unsigned int n_refused = 0;

	(void)state;
	for (uint32_t at = FORMAT_TOC_SIZE; at < damaged->store.size; at += 7) {
		struct difference d;
		int r;

		flip(&damaged->store, at);
		r = difference_open(&d, sound, damaged, SUPPORT_NOW);
		assert_true(r == 0 || r == -EBADMSG);
		n_refused += r != 0;
		difference_close(&d);
		flip(&damaged->store, at);
	}
	/* What is left of the file is head and hash tables. */
	assert_true(n_refused > damaged->store.size / 7 / 2);
	rolegate_policy_close(sound);
	rolegate_policy_close(damaged);
}

/* ---- What it costs ---- */

/* A policy of n users; every tenth has another role by the second kind. */
static struct rolegate_policy *open_many(unsigned int n, bool is_second)
{
	size_t size = (size_t)n * 48 + 1024, at;
	struct rolegate_policy *policy;
	char *text = malloc(size);

	assert_non_null(text);
	at = (size_t)snprintf(text, size, ROLES "assign = ( ");
	for (unsigned int i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, size - at, "%s{user=\"u%u\";roles=[\"%s\"];}",
				       i ? "," : "", i,
				       is_second && i % 10 == 0 ? "both"
				       : i % 2			? "post"
								: "disk");
	snprintf(text + at, size - at, " );");
	policy = open_text(text);
	free(text);
	return policy;
}

/* Policies of other sizes spread their names over other numbers of buckets. */
static void meets_each_user_once(void **state)
{
	static const unsigned int sizes[][2] = { { 10, 3000 }, { 3000, 10 }, { 1000, 3000 } };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned int n = sizes[i][0], m = sizes[i][1], n_all = 0;
		struct rolegate_policy *before = open_many(n, false), *after = open_many(m, false);
		struct difference d;

		assert_int_equal(difference_open(&d, before, after, SUPPORT_NOW), 0);
		for (size_t k = 0; k < d.users.n; k++)
			n_all += d.users.classes[k].examples.n_all;
		assert_int_equal(n_all, n < m ? m - n : n - m);
		difference_close(&d);
		rolegate_policy_close(before);
		rolegate_policy_close(after);
	}
}

/*
 * One class and one effect, however many people: what it costs is only printed.
 * A million on demand: ROLEGATE_TEST_USERS=1000000 ./test_difference
 */
static void keeps_classes_few(void **state)
{
	const char *wanted = getenv("ROLEGATE_TEST_USERS");
	unsigned int n = wanted ? (unsigned int)strtoul(wanted, NULL, 10) : 20000;
	struct rolegate_policy *before = open_many(n, false), *after = open_many(n, true);
	struct timespec begin, end;
	struct rusage usage, used;
	struct difference d;
	struct effects list;
	double seconds;

	(void)state;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_int_equal(difference_open(&d, before, after, SUPPORT_NOW), 0);
	assert_int_equal(effects_open(&d, &d.users, &list), 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
	seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
	print_message("%u users: %.3f s, %ld KiB more\n", n, seconds,
		      used.ru_maxrss - usage.ru_maxrss);
	assert_int_equal(d.users.n, 1);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.list[0].examples.n_all, (n + 9) / 10);
	effects_close(&list);
	difference_close(&d);
	rolegate_policy_close(before);
	rolegate_policy_close(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_effects),	cmocka_unit_test(starts_from_nothing),
		cmocka_unit_test(compares_services),	cmocka_unit_test(survives_damage),
		cmocka_unit_test(meets_each_user_once), cmocka_unit_test(keeps_classes_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
