/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services.h"

static const struct rolegate_policy *before_of(const struct joint *joint)
{
	return joint->sides[JOINT_BEFORE].policy;
}

static const struct rolegate_policy *after_of(const struct joint *joint)
{
	return joint->sides[JOINT_AFTER].policy;
}

static bool differ_in_flag(const struct joint *joint, unsigned int flag)
{
	return (before_of(joint)->head.flags ^ after_of(joint)->head.flags) & flag;
}

/* The common number of a permission that a policy's head names. */
static uint32_t bit_of(const struct joint *joint, enum joint_side side, uint32_t permission)
{
	return joint->sides[side].bits[permission];
}

/* ---- Catalogs ---- */

/* Whether a permission of a catalog came, went, or is held by other levels than before. */
static bool has_permission_changed(const struct joint_bit *bit)
{
	bool was = bit->is_there[JOINT_BEFORE] && !bit->through &&
		   !(bit->flags[JOINT_BEFORE] & FORMAT_PERMISSION_CUSTOM);
	bool is = bit->is_there[JOINT_AFTER] && !bit->through &&
		  !(bit->flags[JOINT_AFTER] & FORMAT_PERMISSION_CUSTOM);

	return was != is || (is && bit->tier[JOINT_BEFORE] != bit->tier[JOINT_AFTER]);
}

/* Whether a built-in role came, went, or gives other permissions of catalogs than before. */
static bool has_builtin_changed(const struct joint *joint, const struct joint_role *role)
{
	unsigned int flags = role->flags[JOINT_BEFORE] ^ role->flags[JOINT_AFTER];

	if (!((role->flags[JOINT_BEFORE] | role->flags[JOINT_AFTER]) & FORMAT_ROLE_BUILTIN))
		return false;
	if (flags || role->level[JOINT_BEFORE] != role->level[JOINT_AFTER])
		return true;
	/* Privileges are the policy's; what is derived goes with the plan, too (P10). */
	for (uint32_t i = 0; i < joint->bit_names.n; i++)
		if (!joint->bits[i].through &&
		    !((joint->bits[i].flags[0] | joint->bits[i].flags[1]) &
		      (FORMAT_PERMISSION_CUSTOM | FORMAT_PERMISSION_DERIVED)) &&
		    format_bit(role->closure[JOINT_BEFORE], i) !=
			    format_bit(role->closure[JOINT_AFTER], i))
			return true;
	return false;
}

/* Whether every catalog that one policy loads is loaded by the other. 1, 0 or an error. */
static int loads_all_of(const struct rolegate_policy *one, const struct rolegate_policy *other)
{
	struct record record, other_record;
	struct cursor c, o, begin;
	uint32_t n, n_other;
	bool all = true;
	int r;

	r = policy_load_list(one, FORMAT_CATALOGS, &record, &c);
	if (r < 0)
		return r;
	r = policy_load_list(other, FORMAT_CATALOGS, &other_record, &o);
	if (r < 0) {
		store_record_free(&record);
		return r;
	}
	n = cursor_below(&c, FORMAT_CATALOGS_MAX + 1);
	n_other = cursor_below(&o, FORMAT_CATALOGS_MAX + 1);
	begin = o;
	for (uint32_t i = 0; i < n && all; i++) {
		const char *name = cursor_string(&c, NULL);

		all = false;
		o = begin;
		for (uint32_t k = 0; k < n_other && !all; k++)
			all = !strcmp(name, cursor_string(&o, NULL));
	}
	r = c.is_bad || o.is_bad ? -EBADMSG : all;
	store_record_free(&record);
	store_record_free(&other_record);
	return r;
}

static int have_catalogs_changed(const struct joint *joint)
{
	const struct head *before = &before_of(joint)->head, *after = &after_of(joint)->head;
	int r;

	for (uint32_t i = 0; i < joint->bit_names.n; i++)
		if (has_permission_changed(&joint->bits[i]))
			return 1;
	for (size_t i = 0; i < joint->role_names.n; i++)
		if (has_builtin_changed(joint, &joint->roles[i]))
			return 1;
	if (bit_of(joint, JOINT_BEFORE, before->manage_permission) !=
		    bit_of(joint, JOINT_AFTER, after->manage_permission) ||
	    joint->sides[JOINT_BEFORE].roles[before->owner_role] !=
		    joint->sides[JOINT_AFTER].roles[after->owner_role])
		return 1;
	r = loads_all_of(before_of(joint), after_of(joint));
	if (r > 0)
		r = loads_all_of(after_of(joint), before_of(joint));
	return r < 0 ? r : !r;
}

/* ---- One value each ---- */

/* P11: what a plan takes away or gives back, of what there was and is. */
static int has_plan_changed(const struct joint *joint)
{
	const unsigned int counts = FORMAT_PERMISSION_IN_FORCE | FORMAT_PERMISSION_CORE;

	if (differ_in_flag(joint, FORMAT_HEAD_HAS_PLAN))
		return 1;
	for (uint32_t i = 0; i < joint->bit_names.n; i++) {
		const struct joint_bit *bit = &joint->bits[i];

		if (!bit->through && bit->is_there[JOINT_BEFORE] && bit->is_there[JOINT_AFTER] &&
		    (bit->flags[JOINT_BEFORE] ^ bit->flags[JOINT_AFTER]) & counts)
			return 1;
	}
	return 0;
}

static int has_gate_changed(const struct joint *joint)
{
	return differ_in_flag(joint, FORMAT_HEAD_GATE_ROOT) ||
	       bit_of(joint, JOINT_BEFORE, before_of(joint)->head.gate_permission) !=
		       bit_of(joint, JOINT_AFTER, after_of(joint)->head.gate_permission);
}

static int has_root_changed(const struct joint *joint)
{
	return differ_in_flag(joint, FORMAT_HEAD_ROOT_IS_OWNER);
}

static int has_mode_changed(const struct joint *joint)
{
	return differ_in_flag(joint, FORMAT_HEAD_PERMISSIVE);
}

const char *settings_other(const struct joint *joint, enum joint_side side)
{
	const struct head *head = &joint->sides[side].policy->head;

	if (head->other == FORMAT_OTHER_PERMISSION)
		return joint->bits[bit_of(joint, side, head->other_permission.id)].name;
	return head->other == FORMAT_OTHER_ALLOW    ? "allow"
	       : head->other == FORMAT_OTHER_NOBODY ? "nobody"
						    : "deny";
}

static int has_other_changed(const struct joint *joint)
{
	return before_of(joint)->head.other != after_of(joint)->head.other ||
	       strcmp(settings_other(joint, JOINT_BEFORE), settings_other(joint, JOINT_AFTER)) != 0;
}

/* ---- Lists of roles ---- */

static bool has_all_defaults(const struct joint_defaults *a, const struct joint_defaults *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t k = 0;

		while (k < b->n && b->roles[k] != a->roles[i])
			k++;
		if (k == b->n)
			return false;
	}
	return true;
}

static int differ_in_defaults(const struct joint *joint, enum joint_default which)
{
	const struct joint_defaults *before = &joint->sides[JOINT_BEFORE].defaults[which];
	const struct joint_defaults *after = &joint->sides[JOINT_AFTER].defaults[which];

	return !has_all_defaults(before, after) || !has_all_defaults(after, before);
}

static int have_defaults_changed(const struct joint *joint)
{
	return differ_in_defaults(joint, JOINT_ANYBODY);
}

static int have_virtual_changed(const struct joint *joint)
{
	return differ_in_defaults(joint, JOINT_VIRTUAL);
}

static int have_system_changed(const struct joint *joint)
{
	return differ_in_defaults(joint, JOINT_SYSTEM);
}

/* ---- Suspended accounts (P13) ---- */

/* Whether one side suspends everything that the other suspends, for as long. 1, 0 or an error. */
static int suspends_all_of(const struct joint *joint, enum joint_side side)
{
	const struct rolegate_policy *own = joint->sides[side].policy;
	const struct rolegate_policy *other = joint->sides[!side].policy;
	struct suspension suspension, counterpart;
	struct cursor bucket, body, found;
	struct record record, other_record;
	const char *key;
	int r = 1;

	for (uint32_t i = 0; i < policy_buckets(other, FORMAT_SUSPENDED) && r > 0; i++) {
		r = store_find(&other->store, FORMAT_SUSPENDED, i, &record);
		if (r < 0)
			return r;
		r = 1;
		bucket = cursor_over(&record);
		while (r > 0 && policy_next_entry(&bucket, &key, &body)) {
			r = policy_find_name(own, FORMAT_SUSPENDED, key, &other_record, &found);
			if (!policy_read_suspension(&body, &suspension) ||
			    (r > 0 && !policy_read_suspension(&found, &counterpart)))
				r = -EBADMSG;
			else if (r > 0)
				r = counterpart.until == suspension.until;
			store_record_free(&other_record);
		}
		if (r > 0 && !cursor_is_done(&bucket))
			r = -EBADMSG;
		store_record_free(&record);
	}
	return r;
}

static int have_suspended_changed(const struct joint *joint)
{
	int r = suspends_all_of(joint, JOINT_BEFORE);

	if (r > 0)
		r = suspends_all_of(joint, JOINT_AFTER);
	return r < 0 ? r : !r;
}

/* ---- accounts = "any" (P12) ---- */

static int accepts_other_accounts(const struct service *before, const struct service *after,
				  void *context)
{
	unsigned int was = before ? before->flags : 0, is = after ? after->flags : 0;

	(void)context;
	return ((was ^ is) & FORMAT_SERVICE_ANY_ACCOUNT) != 0;
}

static int have_accounts_changed(const struct joint *joint)
{
	return services_compare(joint, accepts_other_accounts, NULL);
}

/* ---- role_groups ---- */

/*
 * Whether a policy has a pair of role and group, and lists its members or does not. 1, 0 or an error.
 * That the group has another gid is no change of the policy.
 */
static int has_pair(const struct joint *joint, enum joint_side side, uint32_t role,
		    const char *group, bool is_listed)
{
	const struct joint_policy *own = &joint->sides[side];
	struct role_group pair;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_role_groups(own->policy, &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_role_group(own->policy, &c, &pair))
			r = -EBADMSG;
		else
			r = own->roles[pair.role] == role && !strcmp(pair.group, group) &&
			    !(pair.flags & FORMAT_SEEN_LISTED) == !is_listed;
	}
	store_record_free(&record);
	return r;
}

/* Whether the other side has all pairs of one. 1, 0 or an error. */
static int has_all_pairs(const struct joint *joint, enum joint_side side)
{
	const struct joint_policy *own = &joint->sides[side];
	struct role_group pair;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_role_groups(own->policy, &record, &c, &n);
	if (r < 0)
		return r;
	r = 1;
	for (uint32_t i = 0; i < n && r > 0; i++) {
		if (!policy_read_role_group(own->policy, &c, &pair))
			r = -EBADMSG;
		else
			r = has_pair(joint, !side, own->roles[pair.role], pair.group,
				     pair.flags & FORMAT_SEEN_LISTED);
	}
	store_record_free(&record);
	return r;
}

static int have_role_groups_changed(const struct joint *joint)
{
	int r;

	r = has_all_pairs(joint, JOINT_BEFORE);
	if (r > 0)
		r = has_all_pairs(joint, JOINT_AFTER);
	return r < 0 ? r : !r;
}

/* ---- Conflicts (A6) ---- */

/* Whether a rule is about all roles that a rule of the other side is about. */
static bool covers(const struct joint *joint, enum joint_side side, const struct conflict *rule,
		   const struct conflict *other)
{
	const uint32_t *own = joint->sides[side].roles, *its = joint->sides[!side].roles;

	for (uint32_t i = 0; i < other->n_roles; i++) {
		uint32_t k = 0;

		while (k < rule->n_roles &&
		       own[id_at(rule->roles, k)] != its[id_at(other->roles, i)])
			k++;
		if (k == rule->n_roles)
			return false;
	}
	return true;
}

/*
 * Whether one side has a rule that forbids all that a rule of the other forbids. 1, 0 or an error.
 */
static int has_as_strict(const struct joint *joint, enum joint_side side,
			 const struct conflict *other)
{
	const struct rolegate_policy *policy = joint->sides[side].policy;
	const unsigned char *members;
	struct conflict rule;
	struct record record;
	struct cursor c;
	int r;

	if (!policy)
		return 0;
	r = policy_load_conflicts(policy, &record, &members, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &c, &rule))
			r = -EBADMSG;
		else
			r = rule.at_most <= other->at_most && covers(joint, side, &rule, other);
	}
	store_record_free(&record);
	return r;
}

int settings_compare_conflicts(const struct joint *joint, enum joint_side side,
			       int (*each)(const char *key, const char *detail, void *context),
			       void *context)
{
	const struct rolegate_policy *policy = joint->sides[side].policy;
	const unsigned char *members;
	struct conflict rule;
	struct record record;
	struct cursor c;
	int r;

	if (!policy)
		return 0;
	r = policy_load_conflicts(policy, &record, &members, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &c, &rule)) {
			r = -EBADMSG;
			break;
		}
		r = has_as_strict(joint, !side, &rule);
		if (r >= 0)
			r = r > 0 ? 0 : each("conflicts", rule.name, context);
	}
	store_record_free(&record);
	return r;
}

/* ---- All of them ---- */

int settings_compare(const struct joint *joint,
		     int (*each)(const char *key, const char *detail, void *context), void *context)
{
	static const struct {
		const char *key;
		int (*has_changed)(const struct joint *joint);
	} settings[] = {
		{ "catalogs", have_catalogs_changed },
		{ "plan", has_plan_changed },
		{ "password_gate", has_gate_changed },
		{ "role_groups", have_role_groups_changed },
		{ "root_is_owner", has_root_changed },
		{ "mode", has_mode_changed },
		{ "other_services", has_other_changed },
		{ "default_roles", have_defaults_changed },
		{ "system_account_roles", have_system_changed },
		{ "virtual_roles", have_virtual_changed },
		{ "suspended", have_suspended_changed },
		{ "accounts", have_accounts_changed },
	};
	int r = 0;

	if (!before_of(joint))
		return 0;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && r == 0; i++) {
		r = settings[i].has_changed(joint);
		if (r > 0)
			r = each(settings[i].key, NULL, context);
	}
	return r != 0 ? r : settings_compare_conflicts(joint, JOINT_BEFORE, each, context);
}
