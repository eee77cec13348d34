/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy.h"

#include <errno.h>
#include <stdlib.h>

#ifndef ROLEGATE_STATE_DIR
#error "ROLEGATE_STATE_DIR comes from the build"
#endif

static bool is_power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0 && n <= FORMAT_BUCKETS_MAX;
}

struct place policy_read_place(struct cursor *cursor)
{
	struct place place;

	place.file = cursor_u16(cursor);
	place.line = cursor_u32(cursor);
	return place;
}

static bool read_bucket_counts(struct cursor *c, struct head *head)
{
	uint32_t *const counts[] = {
		&head->user_buckets,	   &head->group_buckets,   &head->service_buckets,
		&head->permission_buckets, &head->virtual_buckets, &head->gid_buckets,
		&head->suspended_buckets,
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		*counts[i] = cursor_u32(c);
		if (!is_power_of_two(*counts[i]))
			return false;
	}
	return !c->is_bad;
}

/* The head's counts; ids are checked against them from then on. */
static bool read_counts(struct cursor *c, struct head *head)
{
	head->n_roles = cursor_below(c, FORMAT_ROLES_MAX + 1);
	head->n_permissions = cursor_below(c, FORMAT_PERMISSIONS_MAX + 1);
	head->n_conflicts = cursor_below(c, FORMAT_CONFLICTS_MAX + 1);
	head->n_members = cursor_below(c, FORMAT_MEMBERS_MAX + 1);
	head->n_prefixes = cursor_below(c, FORMAT_PREFIXES_MAX + 1);
	head->n_users = cursor_u32(c);
	head->n_groups = cursor_u32(c);
	head->n_suspended = cursor_u32(c);
	return read_bucket_counts(c, head);
}

static int read_head(const struct record *record, uint32_t file_size, struct head *head)
{
	struct cursor c = cursor_over(record);
	const unsigned char *magic = cursor_bytes(&c, sizeof(FORMAT_MAGIC) - 1);

	if (!magic || memcmp(magic, FORMAT_MAGIC, sizeof(FORMAT_MAGIC) - 1) != 0)
		return -EBADMSG;
	if (cursor_u32(&c) != FORMAT_VERSION)
		return -EPROTONOSUPPORT;
	if (cursor_u32(&c) != file_size)
		return -EBADMSG;
	head->generation = cursor_u64(&c);
	head->created = cursor_i64(&c);
	head->flags = cursor_u32(&c);
	head->seed = cursor_u64(&c);
	head->uid_min = cursor_u32(&c);
	if (head->flags & ~FORMAT_HEAD_ALL || !read_counts(&c, head) || head->generation == 0)
		return -EBADMSG;
	head->other = (enum format_other)cursor_u8(&c);
	head->other_permission.id = cursor_below(&c, head->n_permissions);
	head->other_permission.flags = cursor_flags(&c, FORMAT_PERMISSION_ALL);
	head->other_place = policy_read_place(&c);
	head->root_place = policy_read_place(&c);
	head->gate_permission = cursor_below(&c, head->n_permissions);
	head->manage_permission = cursor_below(&c, head->n_permissions);
	head->owner_role = cursor_below(&c, head->n_roles);
	head->trial.from = cursor_i64(&c);
	head->trial.until = cursor_i64(&c);
	head->trial.epoch = cursor_i64(&c);
	return cursor_is_done(&c) && head->other <= FORMAT_OTHER_NOBODY &&
			       trial_is_sound(&head->trial)
		       ? 0
		       : -EBADMSG;
}

/* Take in the head of a policy whose store is open. */
static int take_head(struct rolegate_policy *policy, struct record *head)
{
	int r = read_head(head, policy->store.size, &policy->head);

	store_record_free(head);
	policy->before = NULL;
	policy->is_time_supposed = false;
	return r;
}

int policy_open_fd(int fd, struct rolegate_policy **ret_policy)
{
	struct rolegate_policy *policy = malloc(sizeof(*policy));
	const char *what;
	struct record head;
	int r = -ENOMEM;

	if (!policy)
		return r;
	r = store_open_fd(&policy->store, fd, &head, &what);
	if (r == 0)
		r = take_head(policy, &head);
	if (r < 0)
		free(policy);
	else
		*ret_policy = policy;
	return r;
}

/*
 * How a policy is opened.
 *
 * load          store_load(), or NULL. A pointer, so that whoever never loads is not linked with it.
 * is_confirmed  whether or not another is on trial
 */
struct opening {
	int (*load)(struct store *store);
	bool is_confirmed;
};

static int open_file(const char *dir, const char *name, const struct opening *how,
		     struct rolegate_policy **ret_policy, const char **reterr_what)
{
	struct rolegate_policy *policy = malloc(sizeof(*policy));
	STORE_UNCLEARED struct record head;
	int r = -ENOMEM;

	if (!policy)
		return r;
	r = store_open(&policy->store, dir, name, &head, reterr_what);
	if (r < 0) {
		free(policy);
		return r;
	}
	*reterr_what = "the head of the compiled policy";
	r = take_head(policy, &head);
	if (r == 0) {
		*reterr_what = "the compiled policy";
		r = how->load ? how->load(&policy->store) : 0;
	}
	if (r < 0)
		rolegate_policy_close(policy);
	else
		*ret_policy = policy;
	return r;
}

/*
 * Open the policy that is on trial, if there is one whose time has not passed.
 *
 * A trial that cannot be read has no time, and so is over: what was applied for good decides then,
 * as it would soon in any case. Only want of memory or descriptors says nothing of the file.
 * Returns 1, 0, -ENOMEM or -EAGAIN.
 */
static int open_trial(const char *dir, const struct opening *how,
		      struct rolegate_policy **ret_policy)
{
	struct rolegate_policy *policy;
	const char *what;
	int r;

	r = open_file(dir, FORMAT_TRIAL_NAME, how, &policy, &what);
	if (r < 0)
		return r == -ENOMEM || r == -EAGAIN ? r : 0;
	if (!trial_is_running(&policy->head.trial, NULL)) {
		rolegate_policy_close(policy);
		return 0;
	}
	*ret_policy = policy;
	return 1;
}

static int open_in_force(const char *dir, const struct opening *how,
			 struct rolegate_policy **ret_policy, const char **reterr_what)
{
	struct rolegate_policy *trial = NULL, *policy;
	int r;

	r = store_check_folder(dir, reterr_what);
	if (r < 0)
		return r;
	*reterr_what = "the compiled policy";
	r = how->is_confirmed ? 0 : open_trial(dir, how, &trial);
	if (r < 0)
		return r;
	/* Also beside a trial, which is nothing without what it goes back to. */
	r = open_file(dir, FORMAT_FILE_NAME, how, &policy, reterr_what);
	if (r < 0) {
		rolegate_policy_close(trial);
		return r;
	}
	/*
	 * What is applied for good after it, which only a rollback is, ends a trial: at that moment, and not when its file
	 * has gone too, or the rollback would not be one if nobody came to take that away.
	 */
	if (trial && trial->head.generation < policy->head.generation) {
		rolegate_policy_close(trial);
		trial = NULL;
	}
	if (trial)
		trial->before = policy;
	*ret_policy = trial ? trial : policy;
	return 0;
}

/* "dir: what: why", or NULL; by hand, as store.c's join(). Owner: free(). */
static char *make_reason(const char *dir, const char *what, int error)
{
	const char *const parts[] = { dir, ": ", what, ": ", rolegate_error_text(error) };
	char *reason, *at;
	size_t n = 1;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		n += strlen(parts[i]);
	reason = at = malloc(n);
	for (size_t i = 0; reason && i < sizeof(parts) / sizeof(parts[0]); i++) {
		n = strlen(parts[i]);
		memcpy(at, parts[i], n + 1);
		at += n;
	}
	return reason;
}

static int open_policy(const char *state_dir, const struct opening *how,
		       struct rolegate_policy **ret_policy, char **reterr_reason)
{
	const char *what = "the call", *dir = state_dir ? state_dir : ROLEGATE_STATE_DIR;
	int r = -EINVAL;

	if (reterr_reason)
		*reterr_reason = NULL;
	if (ret_policy && dir[0] == '/')
		r = open_in_force(dir, how, ret_policy, &what);
	if (r < 0 && reterr_reason)
		*reterr_reason = make_reason(dir, what, r);
	return r;
}

const struct rolegate_policy *policy_in_force(const struct rolegate_policy *policy)
{
	return policy->before && !trial_is_running(&policy->head.trial, NULL) ? policy->before
									      : policy;
}

int rolegate_policy_open(const char *state_dir, struct rolegate_policy **ret_policy,
			 char **reterr_reason)
{
	return open_policy(state_dir, &(struct opening){ 0 }, ret_policy, reterr_reason);
}

int rolegate_policy_load(const char *state_dir, struct rolegate_policy **ret_policy,
			 char **reterr_reason)
{
	return open_policy(state_dir, &(struct opening){ .load = store_load }, ret_policy,
			   reterr_reason);
}

int policy_open_confirmed(const char *state_dir, bool load, struct rolegate_policy **ret_policy,
			  char **reterr_reason)
{
	return open_policy(state_dir,
			   &(struct opening){ .load = load ? store_load : NULL,
					      .is_confirmed = true },
			   ret_policy, reterr_reason);
}

void rolegate_policy_close(struct rolegate_policy *policy)
{
	if (!policy)
		return;
	rolegate_policy_close(policy->before);
	store_close(&policy->store);
	free(policy);
}

uint64_t rolegate_policy_generation(const struct rolegate_policy *policy)
{
	return policy_in_force(policy)->head.generation;
}

int rolegate_policy_tells_user(const struct rolegate_policy *policy)
{
	return (policy_in_force(policy)->head.flags & FORMAT_HEAD_TELL_USER) != 0;
}

int rolegate_policy_trial(const struct rolegate_policy *policy, int64_t *ret_seconds_left)
{
	int64_t left;

	if (!policy->before || !trial_is_running(&policy->head.trial, &left))
		return 0;
	if (ret_seconds_left)
		*ret_seconds_left = left / 1000;
	return 1;
}

uint32_t policy_buckets(const struct rolegate_policy *policy, char kind)
{
	switch (kind) {
	case FORMAT_USERS:
		return policy->head.user_buckets;
	case FORMAT_GROUPS:
		return policy->head.group_buckets;
	case FORMAT_SERVICES:
		return policy->head.service_buckets;
	case FORMAT_VIRTUALS:
		return policy->head.virtual_buckets;
	case FORMAT_GIDS:
		return policy->head.gid_buckets;
	case FORMAT_SUSPENDED:
		return policy->head.suspended_buckets;
	default:
		return policy->head.permission_buckets;
	}
}

bool policy_next_entry(struct cursor *bucket, const char **ret_name, struct cursor *ret_body)
{
	const unsigned char *body;
	uint32_t n_body;

	if (bucket->is_bad || bucket->at == bucket->end)
		return false;
	*ret_name = cursor_string(bucket, NULL);
	n_body = cursor_u32(bucket);
	body = cursor_bytes(bucket, n_body);
	if (!body)
		return false;
	*ret_body = (struct cursor){ .at = body, .end = body + n_body };
	return true;
}

void policy_write_id(char to[POLICY_ID_SIZE], const char *prefix, uint32_t id)
{
	char digits[10];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + id % 10);
	while ((id /= 10) > 0);
	while (*prefix)
		*to++ = *prefix++;
	while (n > 0)
		*to++ = digits[--n];
	*to = '\0';
}

/* The bucket in which a name would be. */
static uint32_t bucket_of(const struct rolegate_policy *policy, char kind, const char *name,
			  size_t n)
{
	return format_name_spread(policy->head.seed, name, n) & (policy_buckets(policy, kind) - 1);
}

void policy_expect_name(const struct rolegate_policy *policy, char kind, const char *name)
{
	if (policy->store.index)
		store_expect(&policy->store, kind, bucket_of(policy, kind, name, strlen(name)));
}

/* The name of an entry of n bytes, and room for the NUL and for the length of what follows. */
static size_t entry_head(size_t n)
{
	return 2 + n + 1 + 4;
}

int policy_read_entry(struct cursor *bucket, struct policy_entry *ret)
{
	size_t left = (size_t)(bucket->end - bucket->at);

	if (left == 0)
		return 0;
	if (left < entry_head(0))
		return -EBADMSG;
	ret->n_name = (size_t)bucket->at[0] | (size_t)bucket->at[1] << 8;
	if (left < entry_head(ret->n_name) || bucket->at[2 + ret->n_name] != '\0')
		return -EBADMSG;
	ret->name = (const char *)bucket->at + 2;
	ret->body = bucket->at + entry_head(ret->n_name);
	ret->n_body = format_get32(ret->body - 4);
	if (ret->n_body > (size_t)(bucket->end - ret->body))
		return -EBADMSG;
	bucket->at = ret->body + ret->n_body;
	return 1;
}

/*
 * Look for a name of n bytes in a bucket. Entries of other names are passed over by their lengths. Returns 1, 0 or
 * -EBADMSG.
 */
static int find_entry(const struct record *record, const char *name, size_t n,
		      struct cursor *ret_body)
{
	struct cursor bucket = cursor_over(record);
	struct policy_entry entry;
	int r;

	while ((r = policy_read_entry(&bucket, &entry)) > 0) {
		if (entry.n_name != n || memcmp(entry.name, name, n) != 0)
			continue;
		*ret_body = (struct cursor){ .at = entry.body, .end = entry.body + entry.n_body };
		return 1;
	}
	return r;
}

int policy_find_name(const struct rolegate_policy *policy, char kind, const char *name,
		     struct record *ret_record, struct cursor *ret_body)
{
	size_t n = strlen(name);
	int r;

	ret_record->heap = NULL;
	if (n > FORMAT_NAME_MAX)
		return 0;
	r = store_find(&policy->store, kind, bucket_of(policy, kind, name, n), ret_record);
	return r < 0 ? r : find_entry(ret_record, name, n, ret_body);
}

bool policy_read_service(const struct rolegate_policy *policy, struct cursor *body,
			 struct service *ret)
{
	ret->name = cursor_string(body, NULL);
	ret->flags = cursor_flags(body, FORMAT_SERVICE_ALL);
	ret->require = (enum format_require)cursor_u8(body);
	ret->place = policy_read_place(body);
	ret->n_required = cursor_below(body, FORMAT_REQUIRE_MAX + 1);
	for (uint32_t i = 0; i < ret->n_required; i++)
		if (!policy_read_permission(policy, body, &ret->required[i]))
			return false;
	if (body->is_bad || ret->require > FORMAT_REQUIRE_NOTHING)
		return false;
	/* All of nothing would be everybody: that has a word of its own. */
	return (ret->n_required == 0) == (ret->require == FORMAT_REQUIRE_NOTHING);
}

bool policy_read_permission(const struct rolegate_policy *policy, struct cursor *body,
			    struct required *ret)
{
	ret->id = cursor_below(body, policy->head.n_permissions);
	ret->flags = cursor_flags(body, FORMAT_PERMISSION_ALL);
	return !body->is_bad;
}

/* An array of ids, each below a limit. */
static const unsigned char *read_ids(struct cursor *cursor, uint32_t n, uint32_t limit)
{
	const unsigned char *ids = cursor_bytes(cursor, (size_t)n * 4);

	for (uint32_t i = 0; ids && i < n; i++)
		if (id_at(ids, i) >= limit)
			cursor->is_bad = true;
	return cursor->is_bad ? NULL : ids;
}

/* Whether a gid may be given to anybody: 0 is root's, and -1 is none. */
static bool is_gid_sound(uint32_t gid)
{
	return gid != 0 && gid != UINT32_MAX;
}

/* An array of gids, ascending. */
static const unsigned char *read_gids(struct cursor *cursor, uint32_t n)
{
	const unsigned char *gids = cursor_bytes(cursor, (size_t)n * 4);

	for (uint32_t i = 0; gids && i < n; i++)
		if (!is_gid_sound(id_at(gids, i)) ||
		    (i > 0 && id_at(gids, i) <= id_at(gids, i - 1)))
			cursor->is_bad = true;
	return cursor->is_bad ? NULL : gids;
}

bool policy_read_holder(struct cursor *body, struct holder *ret)
{
	ret->recorded = (enum format_recorded)cursor_u8(body);
	if (ret->recorded > FORMAT_RECORDED_ABSENT)
		body->is_bad = true;
	ret->id = ret->recorded == FORMAT_RECORDED_PRESENT ? cursor_u32(body) : 0;
	ret->n_assignments = cursor_below(body, FORMAT_ASSIGNS_MAX + 1);
	return !body->is_bad;
}

bool policy_read_suspension(struct cursor *body, struct suspension *ret)
{
	unsigned int flags = cursor_flags(body, FORMAT_SUSPENDED_ALL);

	ret->until = flags & FORMAT_SUSPENDED_UNTIL ? cursor_i64(body) : FORMAT_FOREVER;
	ret->place = policy_read_place(body);
	ret->why = cursor_string(body, NULL);
	return cursor_is_done(body);
}

bool policy_read_assignment(const struct rolegate_policy *policy, struct cursor *body,
			    struct assignment *ret)
{
	ret->flags = cursor_flags(body, FORMAT_ASSIGN_ALL);
	ret->place = policy_read_place(body);
	ret->from = FORMAT_ALWAYS;
	ret->until = FORMAT_FOREVER;
	ret->why = ret->approved_by = "";
	if (ret->flags & FORMAT_ASSIGN_TIMES) {
		ret->from = cursor_i64(body);
		ret->until = cursor_i64(body);
	}
	if (ret->flags & FORMAT_ASSIGN_WORDS) {
		ret->why = cursor_string(body, NULL);
		ret->approved_by = cursor_string(body, NULL);
	}
	ret->n_roles = cursor_below(body, FORMAT_ASSIGN_ROLES_MAX + 1);
	ret->roles = read_ids(body, ret->n_roles, policy->head.n_roles);
	ret->set = 0;
	if (ret->flags & FORMAT_ASSIGN_SET) {
		ret->set = cursor_below(body, FORMAT_SETS_MAX);
		/* One role stands for itself, and none would be nobody's. */
		if (ret->n_roles < 2)
			body->is_bad = true;
	}
	return !body->is_bad;
}

bool policy_read_conflict(const struct rolegate_policy *policy, struct cursor *cursor,
			  struct conflict *ret)
{
	ret->name = cursor_string(cursor, NULL);
	ret->place = policy_read_place(cursor);
	ret->at_most = cursor_below(cursor, FORMAT_CONFLICT_ROLES_MAX + 1);
	ret->by_groups = cursor_below(cursor, FORMAT_CONFLICT_ROLES_MAX + 1);
	ret->n_roles = cursor_below(cursor, FORMAT_CONFLICT_ROLES_MAX + 1);
	ret->roles = read_ids(cursor, ret->n_roles, policy->head.n_roles);
	return !cursor->is_bad;
}

/* A map of permissions whose unused bits are clear. */
static const unsigned char *read_map(struct cursor *cursor, uint32_t bits)
{
	return cursor_bytes(cursor, format_map_size(bits));
}

/* Free the record if the structure in it was not sound. */
static int check_loaded(struct record *record, const struct cursor *cursor)
{
	if (cursor_is_done(cursor))
		return 0;
	store_record_free(record);
	return -EBADMSG;
}

int policy_load_role(const struct rolegate_policy *policy, uint32_t id, struct record *ret_record,
		     struct role *ret)
{
	struct cursor c;
	int r;

	r = store_find(&policy->store, FORMAT_ROLE, id, ret_record);
	if (r < 0)
		return r;
	c = cursor_over(ret_record);
	ret->flags = cursor_flags(&c, FORMAT_ROLE_ALL);
	ret->members = read_map(&c, policy->head.n_members);
	ret->closure = read_map(&c, policy->head.n_permissions);
	return check_loaded(ret_record, &c);
}

int policy_load_role_gids(const struct rolegate_policy *policy, uint32_t id,
			  struct record *ret_record, const unsigned char **ret_gids,
			  uint32_t *ret_n)
{
	struct cursor c;
	int r;

	r = store_find(&policy->store, FORMAT_ROLE_GIDS, id, ret_record);
	if (r < 0)
		return r;
	c = cursor_over(ret_record);
	*ret_n = cursor_below(&c, FORMAT_ROLE_GROUPS_MAX + 1);
	*ret_gids = read_gids(&c, *ret_n);
	return check_loaded(ret_record, &c);
}

int policy_load_common(const struct rolegate_policy *policy, struct record *ret_record,
		       const unsigned char **ret_map)
{
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_COMMON, ret_record, &c);
	if (r < 0)
		return r;
	*ret_map = read_map(&c, policy->head.n_permissions);
	return check_loaded(ret_record, &c);
}

int policy_load_conflicts(const struct rolegate_policy *policy, struct record *ret_record,
			  const unsigned char **ret_members, struct cursor *ret_cursor)
{
	const unsigned char *members;
	int r;

	r = policy_load_list(policy, FORMAT_CONFLICTS, ret_record, ret_cursor);
	if (r < 0)
		return r;
	members = read_ids(ret_cursor, policy->head.n_members, policy->head.n_roles);
	if (ret_members)
		*ret_members = members;
	if (!ret_cursor->is_bad)
		return 0;
	store_record_free(ret_record);
	return -EBADMSG;
}

int policy_load_set(const struct rolegate_policy *policy, uint32_t id, struct record *ret_record,
		    const unsigned char **ret_closure)
{
	struct cursor c;
	int r;

	r = store_find(&policy->store, FORMAT_SET, id, ret_record);
	if (r < 0)
		return r;
	c = cursor_over(ret_record);
	*ret_closure = read_map(&c, policy->head.n_permissions);
	return check_loaded(ret_record, &c);
}

int policy_load_role_info(const struct rolegate_policy *policy, uint32_t id,
			  struct record *ret_record, struct role_info *ret)
{
	struct cursor c;
	int r;

	r = store_find(&policy->store, FORMAT_ROLE_INFO, id, ret_record);
	if (r < 0)
		return r;
	c = cursor_over(ret_record);
	ret->name = cursor_string(&c, NULL);
	ret->label = cursor_string(&c, NULL);
	ret->colour = cursor_string(&c, NULL);
	ret->description = cursor_string(&c, NULL);
	ret->catalog = cursor_string(&c, NULL);
	ret->level = (enum format_tier)cursor_u8(&c);
	if (ret->level > FORMAT_TIER_OWNER)
		c.is_bad = true;
	ret->place = policy_read_place(&c);
	ret->n_bases = cursor_below(&c, FORMAT_BASES_MAX + 1);
	ret->bases = read_ids(&c, ret->n_bases, policy->head.n_roles);
	ret->own = read_map(&c, policy->head.n_permissions);
	return check_loaded(ret_record, &c);
}

/* Pass over strings that are not needed. */
static void skip_strings(struct cursor *cursor, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		(void)cursor_bytes(cursor, (size_t)cursor_u16(cursor) + 1);
}

int policy_load_role_bases(const struct rolegate_policy *policy, uint32_t id,
			   struct record *ret_record, struct role_bases *ret)
{
	struct cursor c;
	int r;

	r = store_find(&policy->store, FORMAT_ROLE_INFO, id, ret_record);
	if (r < 0)
		return r;
	c = cursor_over(ret_record);
	skip_strings(&c, 5);
	(void)cursor_bytes(&c, 1 + 2 + 4); /* tier and place */
	ret->n_bases = cursor_below(&c, FORMAT_BASES_MAX + 1);
	ret->bases = read_ids(&c, ret->n_bases, policy->head.n_roles);
	ret->own = read_map(&c, policy->head.n_permissions);
	return check_loaded(ret_record, &c);
}

int policy_load_permission_info(const struct rolegate_policy *policy, uint32_t id,
				struct record *ret_record, struct permission_info *ret)
{
	struct cursor c;
	int r;

	r = store_find(&policy->store, FORMAT_PERMISSION_INFO, id, ret_record);
	if (r < 0)
		return r;
	c = cursor_over(ret_record);
	ret->name = cursor_string(&c, NULL);
	ret->area = cursor_string(&c, NULL);
	ret->label = cursor_string(&c, NULL);
	ret->description = cursor_string(&c, NULL);
	ret->catalog = cursor_string(&c, NULL);
	ret->tier = (enum format_tier)cursor_u8(&c);
	if (ret->tier > FORMAT_TIER_OWNER)
		c.is_bad = true;
	ret->flags = cursor_flags(&c, FORMAT_PERMISSION_ALL);
	ret->place = policy_read_place(&c);
	return check_loaded(ret_record, &c);
}

int policy_load_generation_info(const struct rolegate_policy *policy, struct record *ret_record,
				struct generation_info *ret)
{
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_RECORD, ret_record, &c);
	if (r < 0)
		return r;
	ret->when = cursor_i64(&c);
	ret->parent = cursor_u64(&c);
	ret->who = cursor_string(&c, NULL);
	ret->known_by = cursor_string(&c, NULL);
	ret->why = cursor_string(&c, NULL);
	return check_loaded(ret_record, &c);
}

int policy_load_list(const struct rolegate_policy *policy, char kind, struct record *ret_record,
		     struct cursor *ret_cursor)
{
	int r;

	r = store_find(&policy->store, kind, 0, ret_record);
	if (r < 0)
		return r;
	*ret_cursor = cursor_over(ret_record);
	return 0;
}

/* Load a list that begins with its length. */
static int load_counted(const struct rolegate_policy *policy, char kind, uint32_t number,
			uint32_t max, struct record *ret_record, struct cursor *ret_cursor,
			uint32_t *ret_n)
{
	int r;

	r = store_find(&policy->store, kind, number, ret_record);
	if (r < 0)
		return r;
	*ret_cursor = cursor_over(ret_record);
	*ret_n = cursor_below(ret_cursor, max + 1);
	if (!ret_cursor->is_bad)
		return 0;
	store_record_free(ret_record);
	return -EBADMSG;
}

int policy_load_sources(const struct rolegate_policy *policy, struct record *ret_record,
			struct cursor *ret_cursor, uint32_t *ret_n)
{
	return load_counted(policy, FORMAT_SOURCES, 0, FORMAT_SOURCES_MAX, ret_record, ret_cursor,
			    ret_n);
}

int policy_load_role_groups(const struct rolegate_policy *policy, struct record *ret_record,
			    struct cursor *ret_cursor, uint32_t *ret_n)
{
	return load_counted(policy, FORMAT_ROLE_GROUPS, 0, FORMAT_ROLE_GROUPS_MAX, ret_record,
			    ret_cursor, ret_n);
}

int policy_load_listed(const struct rolegate_policy *policy, uint32_t i, struct record *ret_record,
		       struct cursor *ret_cursor, uint32_t *ret_n)
{
	return load_counted(policy, FORMAT_LISTED, i, FORMAT_LISTED_MAX, ret_record, ret_cursor,
			    ret_n);
}

int policy_load_exempt(const struct rolegate_policy *policy, struct record *ret_record,
		       struct cursor *ret_cursor, uint32_t *ret_n)
{
	return load_counted(policy, FORMAT_EXEMPT, 0, FORMAT_EXEMPT_MAX, ret_record, ret_cursor,
			    ret_n);
}

bool policy_read_role_group(const struct rolegate_policy *policy, struct cursor *cursor,
			    struct role_group *ret)
{
	ret->role = cursor_below(cursor, policy->head.n_roles);
	ret->group = cursor_string(cursor, NULL);
	ret->flags = cursor_flags(cursor, FORMAT_SEEN_ALL);
	ret->gid = cursor_u32(cursor);
	if (ret->flags & FORMAT_SEEN_CAPTURED ? !is_gid_sound(ret->gid) : ret->gid != 0)
		cursor->is_bad = true;
	ret->place = policy_read_place(cursor);
	return !cursor->is_bad;
}

bool policy_read_source(struct cursor *cursor, struct rolegate_source *ret)
{
	ret->path = cursor_string(cursor, NULL);
	ret->size = cursor_i64(cursor);
	ret->mtime_s = cursor_i64(cursor);
	ret->mtime_ns = cursor_u32(cursor);
	return !cursor->is_bad;
}

int rolegate_policy_each_source(const struct rolegate_policy *policy,
				int (*each)(const struct rolegate_source *source, void *context),
				void *context)
{
	struct record record;
	struct rolegate_source source;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_sources(policy_in_force(policy), &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_source(&c, &source))
			r = -EBADMSG;
		else
			r = each(&source, context);
	}
	store_record_free(&record);
	return r;
}

int rolegate_policy_needs_group(const struct rolegate_policy *policy, gid_t gid)
{
	char text[POLICY_ID_SIZE] = "";
	struct record record;
	struct cursor body;
	int r;

	policy = policy_in_force(policy);
	if (!(policy->head.flags & FORMAT_HEAD_GROUPS_APPLY))
		return 0;
	policy_write_id(text, "", gid);
	r = policy_find_name(policy, FORMAT_GIDS, text, &record, &body);
	store_record_free(&record);
	return r;
}

int rolegate_policy_each_name_source(const struct rolegate_policy *policy,
				     int (*each)(const char *source, void *context), void *context)
{
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = load_counted(policy_in_force(policy), FORMAT_NAME_SOURCES, 0, FORMAT_NAME_SOURCES_MAX,
			 &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		const char *name = cursor_string(&c, NULL);

		r = c.is_bad ? -EBADMSG : each(name, context);
	}
	store_record_free(&record);
	return r;
}
