/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records whose checksum is right and that are none: cut, longer, or with a value that no compiler
 * writes. The library believes a record's size and values no more than its bytes (D4).
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forge.h"

static const char policy_text[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"roles = (\n"
	"{ name = \"operator\"; permissions = [ \"host.sudo\" ]; },\n"
	"{ name = \"clerk\"; based_on = [ \"user\" ]; privileges = \"pay.enter\"; },\n"
	"{ name = \"approver\"; privileges = \"pay.approve\"; needs_approval = true; } );\n"
	"assign = (\n"
	"{ user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"{ user = \"bob\"; roles = [ \"user\", \"operator\" ]; },\n"
	"{ user = \"backup\"; roles = [ \"operator\" ]; },\n"
	"{ virtual = \"shop\"; roles = [ \"user\" ]; },\n"
	"{ group = \"ops\"; roles = [ \"operator\" ]; },\n"
	"{ user = \"carol\"; roles = [ \"clerk\" ]; until = \"2027-01-01\"; why = \"summer\"; } );\n"
	"default_roles = [ \"user\" ]; virtual_roles = [ \"user\" ];\n"
	"suspended = ( { user = \"trudy\"; until = \"2027-01-01\"; why = \"lost\"; } );\n"
	"conflicts = ( { name = \"four eyes\"; roles = [ \"clerk\", \"approver\" ]; } );\n"
	"role_groups = (\n"
	"{ role = \"operator\"; group = \"adm\"; members = true; },\n"
	"{ role = \"clerk\"; group = \"lp\"; } );\n"
	"services = ( { name = \"imap\"; require = [ \"host.mail\" ]; },\n"
	"{ name = \"ftp\"; require = [ \"host.mail\" ]; accounts = \"any\"; },\n"
	"{ name = \"pop*\"; require = [ \"host.mail\" ]; } );\n";
static const struct support_group groups[] = { { "adm", 4 }, { "lp", 7 }, { NULL, 0 } };
#define OPS_GID 4711
static const char *const system_accounts[] = { "backup", NULL };

/* ---- A compiled policy to forge ---- */

struct scene {
	char *folder;
	char file[600];
	char *sound; /* the file as it was compiled */
	size_t n_sound;
};

static int make_scene(void **ret)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct compiled compiled;

	assert_non_null(scene);
	scene->folder = support_make_folder();
	snprintf(scene->file, sizeof(scene->file), "%s/%s", scene->folder, FORMAT_FILE_NAME);
	if (support_compile_text(&compiled, policy_text) != 0) {
		support_print_report(&compiled);
		fail_msg("the policy is not sound");
	}
	support_capture(&compiled, groups, system_accounts);
	compiled.model.groups.list[0].recorded = FORMAT_RECORDED_PRESENT;
	compiled.model.groups.list[0].id = OPS_GID;
	assert_int_equal(names_add(&compiled.model.name_sources, &compiled.model.arena, "files"),
			 0);
	support_write_compiled(&compiled, scene->folder, NULL);
	compile_free(&compiled);
	scene->sound = support_read_file(scene->file, &scene->n_sound);
	*ret = scene;
	return 0;
}

static int remove_scene(void **ret)
{
	struct scene *scene = *ret;

	support_remove_folder(scene->folder);
	free(scene->sound);
	free(scene);
	return 0;
}

/* The sound file again. */
static void restore(const struct scene *scene)
{
	support_write_file(scene->file, scene->sound, scene->n_sound, 0644);
}

static struct rolegate_policy *open_policy(const struct scene *scene)
{
	struct rolegate_policy *policy = NULL;

	assert_int_equal(rolegate_policy_open(scene->folder, &policy, NULL), 0);
	return policy;
}

/* ---- Readers: all that is in a record, 0 or an error ---- */

/* How loading ended, once its record is not needed any more. */
static int ended(int r, struct record *record)
{
	if (r == 0)
		store_record_free(record);
	return r;
}

static int read_role(const struct rolegate_policy *policy)
{
	struct record record;
	struct role role;

	return ended(policy_load_role(policy, 0, &record, &role), &record);
}

static int read_set(const struct rolegate_policy *policy)
{
	const unsigned char *closure;
	struct record record;

	return ended(policy_load_set(policy, 0, &record, &closure), &record);
}

static int read_role_info(const struct rolegate_policy *policy)
{
	struct role_info info;
	struct record record;

	return ended(policy_load_role_info(policy, 0, &record, &info), &record);
}

static int read_permission_info(const struct rolegate_policy *policy)
{
	struct permission_info info;
	struct record record;

	return ended(policy_load_permission_info(policy, 0, &record, &info), &record);
}

static int read_generation_info(const struct rolegate_policy *policy)
{
	struct generation_info info;
	struct record record;

	return ended(policy_load_generation_info(policy, &record, &info), &record);
}

/* A list that was loaded so: `read` each of its n entries. */
struct list {
	struct record record;
	struct cursor cursor;
	uint32_t n;
};

static int read_list(const struct rolegate_policy *policy, int r, struct list *list,
		     bool (*read)(const struct rolegate_policy *policy, struct cursor *cursor))
{
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < list->n && r == 0; i++)
		r = read(policy, &list->cursor) ? 0 : -EBADMSG;
	store_record_free(&list->record);
	return r;
}

static bool read_source(const struct rolegate_policy *policy, struct cursor *c)
{
	struct rolegate_source source;

	(void)policy;
	return policy_read_source(c, &source);
}

static bool read_role_group(const struct rolegate_policy *policy, struct cursor *c)
{
	struct role_group group;

	return policy_read_role_group(policy, c, &group);
}

static bool read_user(const struct rolegate_policy *policy, struct cursor *c)
{
	(void)policy;
	(void)cursor_string(c, NULL);
	return !c->is_bad;
}

static bool read_conflict(const struct rolegate_policy *policy, struct cursor *c)
{
	struct conflict conflict;

	return policy_read_conflict(policy, c, &conflict);
}

static bool read_default(const struct rolegate_policy *policy, struct cursor *c)
{
	struct assignment assignment;

	return policy_read_assignment(policy, c, &assignment);
}

static bool read_service(const struct rolegate_policy *policy, struct cursor *c)
{
	struct service service;

	return policy_read_service(policy, c, &service);
}

static int read_sources(const struct rolegate_policy *policy)
{
	struct list list;

	return read_list(policy, policy_load_sources(policy, &list.record, &list.cursor, &list.n),
			 &list, read_source);
}

static int read_role_groups(const struct rolegate_policy *policy)
{
	struct list list;

	return read_list(policy,
			 policy_load_role_groups(policy, &list.record, &list.cursor, &list.n),
			 &list, read_role_group);
}

static int read_exempt(const struct rolegate_policy *policy)
{
	struct list list;

	return read_list(policy, policy_load_exempt(policy, &list.record, &list.cursor, &list.n),
			 &list, read_user);
}

static int read_listed(const struct rolegate_policy *policy)
{
	struct list list;

	return read_list(policy, policy_load_listed(policy, 0, &list.record, &list.cursor, &list.n),
			 &list, read_user);
}

/* Lists without a length of their own. */
static int read_conflicts(const struct rolegate_policy *policy)
{
	struct list list = { .n = policy->head.n_conflicts };
	const unsigned char *members;

	return read_list(policy,
			 policy_load_conflicts(policy, &list.record, &members, &list.cursor), &list,
			 read_conflict);
}

static int read_defaults(const struct rolegate_policy *policy)
{
	struct list list = { .n = 3 };

	return read_list(policy,
			 policy_load_list(policy, FORMAT_DEFAULTS, &list.record, &list.cursor),
			 &list, read_default);
}

static int read_prefixes(const struct rolegate_policy *policy)
{
	struct list list = { .n = policy->head.n_prefixes };

	return read_list(policy,
			 policy_load_list(policy, FORMAT_PREFIXES, &list.record, &list.cursor),
			 &list, read_service);
}

static int read_role_gids(const struct rolegate_policy *policy)
{
	const unsigned char *gids;
	struct record record;
	uint32_t n;

	return ended(policy_load_role_gids(policy, 0, &record, &gids, &n), &record);
}

static int read_common(const struct rolegate_policy *policy)
{
	const unsigned char *map;
	struct record record;

	return ended(policy_load_common(policy, &record, &map), &record);
}

static int ignore_name(const char *source, void *context)
{
	(void)source;
	(void)context;
	return 0;
}

static int read_name_sources(const struct rolegate_policy *policy)
{
	return rolegate_policy_each_name_source(policy, ignore_name, NULL);
}

/* What a decision answers, and for which facts: 0 or an error. */
static int decide(const struct rolegate_policy *policy, const char *name, unsigned int facts)
{
	static const gid_t gid = OPS_GID;
	static const char *const group = "ops";
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	struct rolegate_subject subject = { { .size = sizeof(struct rolegate_person),
					      .name = name,
					      .uid = 1000,
					      .facts = facts,
					      .gids = &gid,
					      .group_names = &group,
					      .n_groups = 1 } };
	int r;

	request.service = "ftp";
	request.at = SUPPORT_NOW;
	r = rolegate_decide(policy, &request, &subject, NULL, &decision);
	assert_true(r == 0 || decision.verdict == ROLEGATE_DENY);
	return r;
}

#define ALL_FACTS (ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES)

/* Buckets, which only decisions read. */
static int read_virtuals(const struct rolegate_policy *policy)
{
	return decide(policy, "shop", ROLEGATE_FACT_ABSENT);
}

static int read_gids(const struct rolegate_policy *policy)
{
	return decide(policy, "dave", ALL_FACTS);
}

static int read_suspended(const struct rolegate_policy *policy)
{
	return decide(policy, "trudy", ALL_FACTS);
}

/* ---- Another size ---- */

/* Records, and how they are read; of lists nobody looks whether something follows the last entry. */
static const struct kind {
	const char *name;
	char letter;
	bool is_whole; /* what is behind it is damage, too */
	int (*read)(const struct rolegate_policy *policy);
} kinds[] = {
	{ "a role", FORMAT_ROLE, true, read_role },
	{ "a set of roles", FORMAT_SET, true, read_set },
	{ "what explains a role", FORMAT_ROLE_INFO, true, read_role_info },
	{ "what explains a permission", FORMAT_PERMISSION_INFO, true, read_permission_info },
	{ "how it came to be", FORMAT_RECORD, true, read_generation_info },
	{ "source files", FORMAT_SOURCES, false, read_sources },
	{ "roles seen as groups", FORMAT_ROLE_GROUPS, false, read_role_groups },
	{ "users listed in a group", FORMAT_LISTED, false, read_listed },
	{ "exempt system accounts", FORMAT_EXEMPT, false, read_exempt },
	{ "conflict rules", FORMAT_CONFLICTS, false, read_conflicts },
	{ "default roles", FORMAT_DEFAULTS, false, read_defaults },
	{ "services by prefix", FORMAT_PREFIXES, false, read_prefixes },
	{ "gids of a role", FORMAT_ROLE_GIDS, true, read_role_gids },
	{ "what all groups grant", FORMAT_COMMON, true, read_common },
	{ "sources of the name service", FORMAT_NAME_SOURCES, false, read_name_sources },
	{ "virtual users", FORMAT_VIRTUALS, false, read_virtuals },
	{ "recorded gids", FORMAT_GIDS, false, read_gids },
	{ "suspended accounts", FORMAT_SUSPENDED, false, read_suspended },
};

static const char BUCKETS[] = { FORMAT_VIRTUALS, FORMAT_GIDS, FORMAT_SUSPENDED, '\0' };

/* What reading a record comes to once its payload is the first n bytes of these. */
static int read_as(const struct scene *scene, const struct kind *kind, const unsigned char *payload,
		   size_t n)
{
	struct rolegate_policy *policy;
	int r;

	forge_write(scene->file, kind->letter, 0, payload, n);
	policy = open_policy(scene);
	r = kind->read(policy);
	rolegate_policy_close(policy);
	return r;
}

static void test_sizes(void **ret)
{
	const struct scene *scene = *ret;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		unsigned char *payload;
		size_t n;

		restore(scene);
		payload = forge_read(scene->file, kind->letter, 0, &n);
		payload = realloc(payload, n + 1);
		assert_non_null(payload);
		payload[n] = 0;
		assert_int_equal(read_as(scene, kind, payload, n), 0);
		/* A bucket of no bytes is an empty one. */
		for (size_t cut = strchr(BUCKETS, kind->letter) ? 1 : 0; cut < n; cut++)
			if (read_as(scene, kind, payload, cut) != -EBADMSG)
				fail_msg("%s of %zu bytes instead of %zu is read", kind->name, cut,
					 n);
		assert_int_equal(read_as(scene, kind, payload, n + 1),
				 kind->is_whole ? -EBADMSG : 0);
		free(payload);
	}
}

/* ---- Other values ---- */

static const struct kind *kind_of(char letter)
{
	const struct kind *kind = kinds;

	while (kind->letter != letter)
		assert_true(++kind < kinds + sizeof(kinds) / sizeof(kinds[0]));
	return kind;
}

/* Where a string of the record ends. */
static size_t behind(const struct record *record, const char *string)
{
	return (size_t)((const unsigned char *)string - record->payload) + strlen(string) + 1;
}

static size_t find_start(const struct rolegate_policy *policy)
{
	(void)policy;
	return 0;
}

/* Behind a role's flags. */
static size_t find_members(const struct rolegate_policy *policy)
{
	(void)policy;
	return 1;
}

/* Behind the number of strings, and the length of the first. */
static size_t find_first_string(const struct rolegate_policy *policy)
{
	(void)policy;
	return 4 + 2;
}

/* Of a bucket with one entry: behind its name, and the length of its body. */
static size_t find_body(const char *name)
{
	return 2 + strlen(name) + 1 + 4;
}

static size_t find_virtual(const struct rolegate_policy *policy)
{
	(void)policy;
	return find_body("shop");
}

static size_t find_virtual_count(const struct rolegate_policy *policy)
{
	return find_virtual(policy) + 1;
}

static size_t find_gid_count(const struct rolegate_policy *policy)
{
	(void)policy;
	return find_body("4711");
}

static size_t find_suspension(const struct rolegate_policy *policy)
{
	(void)policy;
	return find_body("trudy");
}

static size_t find_suspension_end(const struct rolegate_policy *policy)
{
	return find_suspension(policy) + 1;
}

/* A role's name begins behind its length. */
static size_t find_name(const struct rolegate_policy *policy)
{
	(void)policy;
	return 2;
}

static size_t find_permission_tier(const struct rolegate_policy *policy)
{
	struct permission_info info;
	struct record record;
	size_t at;

	assert_int_equal(policy_load_permission_info(policy, 0, &record, &info), 0);
	at = behind(&record, info.catalog);
	store_record_free(&record);
	return at;
}

static size_t find_permission_flags(const struct rolegate_policy *policy)
{
	return find_permission_tier(policy) + 1;
}

static size_t find_role_level(const struct rolegate_policy *policy)
{
	struct role_info info;
	struct record record;
	size_t at;

	assert_int_equal(policy_load_role_info(policy, 0, &record, &info), 0);
	at = behind(&record, info.catalog);
	store_record_free(&record);
	return at;
}

static size_t find_conflict_numbers(const struct rolegate_policy *policy)
{
	const unsigned char *members;
	struct conflict conflict;
	struct record record;
	struct cursor c;
	size_t at;

	assert_int_equal(policy_load_conflicts(policy, &record, &members, &c), 0);
	assert_true(policy_read_conflict(policy, &c, &conflict));
	at = behind(&record, conflict.name) + 2 + 4;
	store_record_free(&record);
	return at;
}

static size_t find_conflict_roles(const struct rolegate_policy *policy)
{
	return find_conflict_numbers(policy) + 4 + 4;
}

static size_t find_group_flags(const struct rolegate_policy *policy)
{
	struct role_group group;
	struct record record;
	struct cursor c;
	uint32_t n;
	size_t at;

	assert_int_equal(policy_load_role_groups(policy, &record, &c, &n), 0);
	assert_true(policy_read_role_group(policy, &c, &group));
	at = behind(&record, group.group);
	store_record_free(&record);
	return at;
}

static size_t find_group_gid(const struct rolegate_policy *policy)
{
	return find_group_flags(policy) + 1;
}

static size_t find_prefix_flags(const struct rolegate_policy *policy)
{
	struct service service;
	struct record record;
	struct cursor c;
	size_t at;

	assert_int_equal(policy_load_list(policy, FORMAT_PREFIXES, &record, &c), 0);
	assert_true(policy_read_service(policy, &c, &service));
	at = behind(&record, service.name);
	store_record_free(&record);
	return at;
}

static size_t find_prefix_require(const struct rolegate_policy *policy)
{
	return find_prefix_flags(policy) + 1;
}

/* Behind the kind of requirement, the place and the number of permissions. */
static size_t find_prefix_permission(const struct rolegate_policy *policy)
{
	return find_prefix_require(policy) + 1 + 2 + 4 + 4;
}

static const struct {
	const char *name;
	char letter;
	size_t (*find)(const struct rolegate_policy *policy);
	const char *bytes;
	size_t n;
	int want;
} values[] = {
	{ "a role that no flag is known of", FORMAT_ROLE, find_start, "\x80", 1, -EBADMSG },
	{ "a role of every conflict rule there may be", FORMAT_ROLE, find_members, "\x03", 1, 0 },
	{ "a conflict's role that is not there", FORMAT_CONFLICTS, find_start, "\0\0\1\0", 4,
	  -EBADMSG },
	{ "a role of more gids than there may be", FORMAT_ROLE_GIDS, find_start, "\1\4\0\0", 4,
	  -EBADMSG },
	{ "a role of a gid that is not there", FORMAT_ROLE_GIDS, find_start, "\1\0\0\0", 4,
	  -EBADMSG },
	{ "more sources of names than there may be", FORMAT_NAME_SOURCES, find_start, "\x21\0\0\0",
	  4, -EBADMSG },
	{ "a source of names with a NUL in it", FORMAT_NAME_SOURCES, find_first_string, "\0", 1,
	  -EBADMSG },
	{ "a virtual user recorded in no known way", FORMAT_VIRTUALS, find_virtual, "\3", 1,
	  -EBADMSG },
	{ "a virtual user with more assignments than there may be", FORMAT_VIRTUALS,
	  find_virtual_count, "\1\1\0\0", 4, -EBADMSG },
	{ "a virtual user with an assignment that is not there", FORMAT_VIRTUALS,
	  find_virtual_count, "\2\0\0\0", 4, -EBADMSG },
	{ "more groups of a gid than there may be", FORMAT_GIDS, find_gid_count, "\x41\0\0\0", 4,
	  -EBADMSG },
	{ "groups of a gid that are not there", FORMAT_GIDS, find_gid_count, "\2\0\0\0", 4,
	  -EBADMSG },
	{ "a suspension of which no flag is known", FORMAT_SUSPENDED, find_suspension, "\x80", 1,
	  -EBADMSG },
	{ "a suspension without an end, and with one", FORMAT_SUSPENDED, find_suspension, "\0", 1,
	  -EBADMSG },
	{ "a suspension that ends at another time", FORMAT_SUSPENDED, find_suspension_end,
	  "\0\0\0\0\0\0\0\0", 8, 0 },
	{ "a role of a level beyond the owner's", FORMAT_ROLE_INFO, find_role_level, "\5", 1,
	  -EBADMSG },
	{ "a role of the owner's level", FORMAT_ROLE_INFO, find_role_level, "\4", 1, 0 },
	{ "a name with a NUL in it", FORMAT_ROLE_INFO, find_name, "\0", 1, -EBADMSG },
	{ "a permission of a tier beyond the owner's", FORMAT_PERMISSION_INFO, find_permission_tier,
	  "\5", 1, -EBADMSG },
	{ "a permission of the owner's tier", FORMAT_PERMISSION_INFO, find_permission_tier, "\4", 1,
	  0 },
	{ "a permission of which no flag is known", FORMAT_PERMISSION_INFO, find_permission_flags,
	  "\x80", 1, -EBADMSG },
	{ "more source files than there are", FORMAT_SOURCES, find_start, "\100\0\0\0", 4,
	  -EBADMSG },
	{ "more groups than there are", FORMAT_ROLE_GROUPS, find_start, "\3\0\0\0", 4, -EBADMSG },
	{ "a group of a role that is not there", FORMAT_ROLE_GROUPS, find_start, "\2\0\0\0\0\0\1\0",
	  8, -EBADMSG },
	{ "a group of which no flag is known", FORMAT_ROLE_GROUPS, find_group_flags, "\x80", 1,
	  -EBADMSG },
	{ "root's group", FORMAT_ROLE_GROUPS, find_group_gid, "\0\0\0\0", 4, -EBADMSG },
	{ "a group that is none", FORMAT_ROLE_GROUPS, find_group_gid, "\xff\xff\xff\xff", 4,
	  -EBADMSG },
	{ "a conflict that allows more roles than there may be", FORMAT_CONFLICTS,
	  find_conflict_numbers, "\x41\0\0\0", 4, -EBADMSG },
	{ "a conflict of a role that is not there", FORMAT_CONFLICTS, find_conflict_roles,
	  "\2\0\0\0\0\0\1\0", 8, -EBADMSG },
	{ "a default role that no flag is known of", FORMAT_DEFAULTS, find_start, "\x80", 1,
	  -EBADMSG },
	{ "a service of which no flag is known", FORMAT_PREFIXES, find_prefix_flags, "\x80", 1,
	  -EBADMSG },
	{ "a service that requires in no known way", FORMAT_PREFIXES, find_prefix_require, "\3", 1,
	  -EBADMSG },
	{ "a service that requires a permission, and nothing", FORMAT_PREFIXES, find_prefix_require,
	  "\2", 1, -EBADMSG },
	{ "a service that requires one of one", FORMAT_PREFIXES, find_prefix_require, "\1", 1, 0 },
	{ "a service that requires all of nothing", FORMAT_PREFIXES, find_prefix_require,
	  "\0\0\0\0\0\0\0\0\0\0\0", 11, -EBADMSG },
	{ "a service that requires a permission that is not there", FORMAT_PREFIXES,
	  find_prefix_permission, "\xff\xff\0\0", 4, -EBADMSG },
};

static void test_values(void **ret)
{
	const struct scene *scene = *ret;
	size_t n_wrong = 0;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct rolegate_policy *policy;
		size_t at;
		int r;

		restore(scene);
		policy = open_policy(scene);
		at = values[i].find(policy);
		rolegate_policy_close(policy);
		forge_patch(scene->file, values[i].letter, 0, at, values[i].bytes, values[i].n);
		policy = open_policy(scene);
		r = kind_of(values[i].letter)->read(policy);
		rolegate_policy_close(policy);
		if (r != values[i].want)
			print_message("%s: %d\n", values[i].name, r);
		n_wrong += r != values[i].want;
	}
	assert_int_equal(n_wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, make_scene, remove_scene),
		cmocka_unit_test_setup_teardown(test_values, make_scene, remove_scene),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
