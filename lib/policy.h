/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A compiled policy that is open, and its records as structures: every number in them has been
 * checked.
 *
 * Strings and arrays point into the record they were read from and live as long as it.
 */
#ifndef ROLEGATE_POLICY_H
#define ROLEGATE_POLICY_H

#include <errno.h>

#include "cursor.h"
#include "place.h"
#include "rolegate.h"
#include "store.h"
#include "trial.h"

/* A permission that something requires. */
struct required {
	uint32_t id;
	unsigned int flags;
};

struct head {
	uint64_t generation;
	int64_t created;
	unsigned int flags;
	enum format_other other;
	struct required other_permission;
	struct place other_place, root_place;
	uint32_t gate_permission, manage_permission, owner_role;
	uint64_t seed;	  /* of the buckets of names */
	uint32_t uid_min; /* uids below are system accounts (P3) */
	uint32_t n_roles, n_permissions, n_conflicts, n_members, n_prefixes;
	uint32_t n_users, n_groups, n_suspended;
	uint32_t user_buckets, group_buckets, service_buckets, permission_buckets;
	uint32_t virtual_buckets, gid_buckets, suspended_buckets;
	struct trial trial; /* until 0: this generation was never on trial */
};

struct rolegate_policy {
	struct store store;
	struct head head;
	struct rolegate_policy *before; /* of a policy on trial: what it goes back to */
	bool is_time_supposed; /* questions are about other times than the clock's: policy_suppose_time() */
};

/*
 * Say that the times in questions are chosen by a user of the tool, and not what a wrong clock says (P3, Clock). Not
 * in rolegate.h: what enforces a policy has no supposed time.
 */
static inline void policy_suppose_time(struct rolegate_policy *policy)
{
	policy->is_time_supposed = true;
	if (policy->before)
		policy->before->is_time_supposed = true;
}

struct service {
	const char *name;
	unsigned int flags;
	enum format_require require;
	struct place place;
	uint32_t n_required;
	struct required required[FORMAT_REQUIRE_MAX];
};

/* A user, group or virtual user that has assignments: n_assignments of them follow. */
struct holder {
	enum format_recorded recorded;
	uint32_t id; /* uid or gid; with FORMAT_RECORDED_PRESENT */
	uint32_t n_assignments;
};

struct suspension {
	int64_t until;
	struct place place;
	const char *why;
};

struct assignment {
	unsigned int flags;
	int64_t from, until;
	struct place place;
	const char *why, *approved_by;
	uint32_t n_roles;
	const unsigned char *roles; /* n_roles ids of four bytes: id_at() */
	uint32_t set;		    /* what they hold together, with FORMAT_ASSIGN_SET */
};

/* What a decision needs of a role. */
struct role {
	unsigned int flags;
	const unsigned char
		*members; /* map of the roles of conflict rules that it is or inherits */
	const unsigned char *closure; /* map of all permissions it holds (P1, P7, P10) */
};

/* What an explanation or a view needs besides. */
struct role_info {
	const char *name, *label, *colour, *description, *catalog;
	enum format_tier level;
	struct place place;
	uint32_t n_bases;
	const unsigned char *bases; /* ids */
	const unsigned char *own;   /* map of what it holds without its bases */
};

struct permission_info {
	const char *name, *area, *label, *description, *catalog;
	enum format_tier tier;
	unsigned int flags;
	struct place place;
};

/* A rule of separation of duty. Roles in such rules have numbers below head.n_members, too. */
struct conflict {
	const char *name;
	struct place place;
	uint32_t at_most;
	uint32_t by_groups; /* how many of its roles assignments to groups can bring */
	uint32_t n_roles;
	const unsigned char *roles;
};

/* How a generation came to be: the record of `history`. */
struct generation_info {
	int64_t when;
	uint64_t parent;
	const char *who, *known_by, *why;
};

/* A role seen through NSS as a group. */
struct role_group {
	uint32_t role;
	const char *group;
	unsigned int flags; /* FORMAT_SEEN_* */
	uint32_t gid;	    /* as it was at the apply; 0 unless FORMAT_SEEN_CAPTURED */
	struct place place;
};

/* Whether a uid is a system account's only if it is local: the user nobody, and systemd's services (P3). */
static inline bool policy_is_system_range(uint32_t uid)
{
	return uid == 65534 || (uid >= 61184 && uid <= 65519);
}

/* The i-th id of an array in a record. */
static inline uint32_t id_at(const unsigned char *ids, uint32_t i)
{
	return format_get32(ids + (size_t)i * 4);
}

/*
 * Whether an error of opening says that there is no usable policy; all others say nothing of it, and
 * another time it may be read.
 */
static inline bool policy_is_unusable(int error)
{
	return error == -ENOENT || error == -EPERM || error == -EBADMSG ||
	       error == -EPROTONOSUPPORT;
}

/*
 * Open a policy that is not in force, as a candidate: rolegate_policy_open() on a descriptor,
 * which on success belongs to the handle.
 */
int policy_open_fd(int fd, struct rolegate_policy **ret_policy);

/*
 * Open the policy that was applied for good, whether or not another is on trial: what a change is
 * judged by. As rolegate_policy_load() or, unless `load`, rolegate_policy_open().
 */
int policy_open_confirmed(const char *state_dir, bool load, struct rolegate_policy **ret_policy,
			  char **reterr_reason);

/*
 * What a handle answers by: itself; or, once the trial that it was opened on is over, what was
 * in force before.
 */
const struct rolegate_policy *policy_in_force(const struct rolegate_policy *policy);

/*
 * Find the body of a name's entry in its bucket.
 *
 * kind        a letter of format.h whose records are buckets
 * ret_record  the bucket; free it with store_record_free() whatever is returned, once it was
 *             zeroed
 * Returns:  1 and *ret_body; 0 the policy has no such name; -EBADMSG, -ENOMEM, -EIO.
 */
int policy_find_name(const struct rolegate_policy *policy, char kind, const char *name,
		     struct record *ret_record, struct cursor *ret_body);

/* Bytes of a uid or gid in decimal, after a prefix of one character. */
#define POLICY_ID_SIZE 12

/*
 * Write a number in the form of the buckets of gids (prefix "") and of suspended uids (prefix ":", which no name of
 * an account has).
 */
void policy_write_id(char to[POLICY_ID_SIZE], const char *prefix, uint32_t id);

/* Begin to bring near what policy_find_name() will be asked for soon, if the policy was read into memory. */
void policy_expect_name(const struct rolegate_policy *policy, char kind, const char *name);

/* The number of buckets of a kind of name. */
uint32_t policy_buckets(const struct rolegate_policy *policy, char kind);

/* The next name of a bucket, unchecked but for its lengths, and what belongs to it. 1, 0 at the end, or -EBADMSG. */
struct policy_entry {
	const char *name;
	size_t n_name;
	const unsigned char *body;
	size_t n_body;
};
int policy_read_entry(struct cursor *bucket, struct policy_entry *ret);

/*
 * The next entry of a bucket: its name and a cursor over its body. False at the end, or if the
 * bucket is damaged.
 */
bool policy_next_entry(struct cursor *bucket, const char **ret_name, struct cursor *ret_body);

/* These read one structure; false if it is damaged. */
bool policy_read_service(const struct rolegate_policy *policy, struct cursor *body,
			 struct service *ret);
bool policy_read_holder(struct cursor *body, struct holder *ret);
/* policy_read_holder() where only the number of assignments matters; 0 and body->is_bad on damage. */
static inline uint32_t policy_read_n_assignments(struct cursor *body)
{
	struct holder holder;

	return policy_read_holder(body, &holder) ? holder.n_assignments : 0;
}

bool policy_read_suspension(struct cursor *body, struct suspension *ret);
bool policy_read_assignment(const struct rolegate_policy *policy, struct cursor *body,
			    struct assignment *ret);
bool policy_read_permission(const struct rolegate_policy *policy, struct cursor *body,
			    struct required *ret);
bool policy_read_conflict(const struct rolegate_policy *policy, struct cursor *cursor,
			  struct conflict *ret);
struct place policy_read_place(struct cursor *cursor);

/*
 * Load one record as a structure. 0; -EBADMSG, -ENOMEM, -EIO. ret_record holds what the structure
 * points at; free it with store_record_free() after success.
 */
int policy_load_role(const struct rolegate_policy *policy, uint32_t id, struct record *ret_record,
		     struct role *ret);

/*
 * Load what the roles of a set hold together: a map of permissions. Nothing else of them decides: none needs approval,
 * and none is, or inherits, a role of a conflict rule.
 */
int policy_load_set(const struct rolegate_policy *policy, uint32_t id, struct record *ret_record,
		    const unsigned char **ret_closure);
/* Of policy_load_role_info() only what a walk over many roles needs; the rest is not looked at. */
struct role_bases {
	uint32_t n_bases;
	const unsigned char *bases, *own;
};
int policy_load_role_bases(const struct rolegate_policy *policy, uint32_t id,
			   struct record *ret_record, struct role_bases *ret);
int policy_load_role_info(const struct rolegate_policy *policy, uint32_t id,
			  struct record *ret_record, struct role_info *ret);
int policy_load_permission_info(const struct rolegate_policy *policy, uint32_t id,
				struct record *ret_record, struct permission_info *ret);
int policy_load_generation_info(const struct rolegate_policy *policy, struct record *ret_record,
				struct generation_info *ret);

/*
 * Load the gids of the groups in which a role's users are listed through NSS, ascending: id_at(). Returns as
 * policy_load_role().
 */
int policy_load_role_gids(const struct rolegate_policy *policy, uint32_t id,
			  struct record *ret_record, const unsigned char **ret_gids,
			  uint32_t *ret_n);

/* Load the map of the permissions that every assignment to a group grants (P3). */
int policy_load_common(const struct rolegate_policy *policy, struct record *ret_record,
		       const unsigned char **ret_map);

/*
 * Load the roles without an assignment: cursor at three assignments, default_roles, system_account_roles
 * and virtual_roles. Likewise the prefixes (head.n_prefixes services).
 */
int policy_load_list(const struct rolegate_policy *policy, char kind, struct record *ret_record,
		     struct cursor *ret_cursor);

/*
 * Load the conflict rules: the ids of the roles in them (head.n_members of four bytes, the i-th has the number i in maps
 * of members; ret_members may be NULL), and the cursor at head.n_conflicts rules.
 */
int policy_load_conflicts(const struct rolegate_policy *policy, struct record *ret_record,
			  const unsigned char **ret_members, struct cursor *ret_cursor);

/* Load the list of source files: cursor at *ret_n entries for policy_read_source(). */
int policy_load_sources(const struct rolegate_policy *policy, struct record *ret_record,
			struct cursor *ret_cursor, uint32_t *ret_n);
bool policy_read_source(struct cursor *cursor, struct rolegate_source *ret);

/* Likewise the roles seen as groups, for policy_read_role_group(). */
int policy_load_role_groups(const struct rolegate_policy *policy, struct record *ret_record,
			    struct cursor *ret_cursor, uint32_t *ret_n);
bool policy_read_role_group(const struct rolegate_policy *policy, struct cursor *cursor,
			    struct role_group *ret);

/*
 * Load the users who may hold the role of the i-th of them, or the system accounts with
 * assignments: cursor at *ret_n strings.
 */
int policy_load_listed(const struct rolegate_policy *policy, uint32_t i, struct record *ret_record,
		       struct cursor *ret_cursor, uint32_t *ret_n);
int policy_load_exempt(const struct rolegate_policy *policy, struct record *ret_record,
		       struct cursor *ret_cursor, uint32_t *ret_n);

#endif
