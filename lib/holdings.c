/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The roles of an account: what they grant (P3, P9, D6), and what conflicts leave of it (A6). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"

/* ---- The list ---- */

/* The place in the index of holdings of this role at this time. Root's is apart: no conflict touches it. */
static size_t index_of(const struct rolegate_policy *policy, const struct holding *h)
{
	size_t role = h->is_set ? policy->head.n_roles + (size_t)h->role : h->role;

	return role * 2 + h->in_time;
}

static bool are_equal(const struct holding *a, const struct holding *b)
{
	return a->role == b->role && a->is_set == b->is_set && a->in_time == b->in_time &&
	       (a->source == ROLEGATE_STEP_ROOT) == (b->source == ROLEGATE_STEP_ROOT);
}

/* Find the entry that is equal to one, or NULL. */
static struct holding *find_equal(const struct rolegate_policy *policy, const struct findings *f,
				  const struct holding *wanted)
{
	uint32_t at;

	if (f->index && wanted->source != ROLEGATE_STEP_ROOT) {
		at = f->index[index_of(policy, wanted)];
		return at > 0 ? &f->holdings[at - 1] : NULL;
	}
	for (size_t i = 0; i < f->n_holdings && !f->index; i++)
		if (are_equal(&f->holdings[i], wanted))
			return &f->holdings[i];
	return NULL;
}

/* Move the holdings to where there is twice the room; from the first time on they have an index. */
static int grow(const struct rolegate_policy *policy, struct findings *f)
{
	bool is_few = f->holdings == f->few;
	size_t max = 2 * f->max_holdings;
	struct holding *more = reallocarray(is_few ? NULL : f->holdings, max, sizeof(*more));

	if (!more)
		return -ENOMEM;
	if (is_few)
		memcpy(more, f->few, sizeof(f->few));
	f->holdings = more;
	f->max_holdings = max;
	if (f->index)
		return 0;
	f->index = calloc(((size_t)policy->head.n_roles + FORMAT_SETS_MAX) * 2, sizeof(*f->index));
	if (!f->index)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_holdings; i++)
		if (more[i].source != ROLEGATE_STEP_ROOT)
			f->index[index_of(policy, &more[i])] = (uint32_t)i + 1;
	return 0;
}

/* Add an entry, or join it to the one that is equal: a role of two lines is one entry (D9). */
static int add_holding(const struct rolegate_policy *policy, struct findings *f,
		       const struct holding *holding)
{
	struct holding *equal = find_equal(policy, f, holding);
	int r;

	if (equal) {
		equal->is_approval = equal->is_approval || holding->is_approval;
		return 0;
	}
	r = f->n_holdings == f->max_holdings ? grow(policy, f) : 0;
	if (r < 0)
		return r;
	f->holdings[f->n_holdings++] = *holding;
	if (f->index && holding->source != ROLEGATE_STEP_ROOT)
		f->index[index_of(policy, holding)] = (uint32_t)f->n_holdings;
	return 0;
}

/* ---- Assignments (P3) ---- */

uint64_t holdings_required_in(const struct findings *f, const unsigned char *map)
{
	uint64_t mask = 0;

	for (uint32_t i = 0; i < f->n_required && !f->is_permission_unknown; i++)
		mask |= (uint64_t)format_bit(map, f->required[i].id) << i;
	return mask;
}

/* What one role of a set adds to it: only such that stand for themselves may be in one (P7, P9, A6). */
static int add_to_set(const struct rolegate_policy *policy, const struct findings *f, uint32_t id,
		      uint64_t *grants)
{
	STORE_UNCLEARED struct record record;
	struct role role;
	int r;

	r = policy_load_role(policy, id, &record, &role);
	if (r < 0)
		return r;
	*grants |= holdings_required_in(f, role.closure);
	if (role.flags & (FORMAT_ROLE_NEEDS_APPROVAL | FORMAT_ROLE_OWNER))
		r = -EBADMSG;
	for (size_t i = 0; i < format_map_size(policy->head.n_members); i++)
		if (role.members[i] != 0)
			r = -EBADMSG;
	store_record_free(&record);
	return r;
}

/*
 * Check that the set of an assignment is what its roles are, where these are looked at one by one: a decision
 * believes the set, and an explanation may not give another answer. Returns 0, -EBADMSG, -ENOMEM or -EIO.
 */
static int check_set(const struct rolegate_policy *policy, const struct findings *f,
		     const struct assignment *a)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *closure;
	uint64_t grants = 0;
	int r;

	r = policy_load_set(policy, a->set, &record, &closure);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < a->n_roles && r == 0; i++)
		r = add_to_set(policy, f, id_at(a->roles, i), &grants);
	if (r == 0 && grants != holdings_required_in(f, closure))
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

/* The time asked about, and how many assignments keep the account from the default roles at it. */
struct moment {
	int64_t at;
	size_t n_keeping;
};

/*
 * Add the roles of one assignment. Where the clock is wrong, one with dates does not hold, and keeps from the
 * default roles all the same: of two mistakes the one that grants less (P3, Clock).
 */
static int add_assignment(const struct rolegate_policy *policy, struct findings *f,
			  const struct assignment *a, enum rolegate_step_kind source,
			  const char *name, struct moment *moment)
{
	bool has_set = a->flags & FORMAT_ASSIGN_SET;
	bool is_dated = a->flags & FORMAT_ASSIGN_TIMES;
	struct holding holding = {
		.source = source,
		.name = name,
		.place = a->place,
		.is_set = has_set && f->is_brief,
		.role = a->set,
		.in_time = a->from <= moment->at && moment->at < a->until,
		.is_approval = a->flags & FORMAT_ASSIGN_APPROVED,
	};
	int r = 0;

	if (is_dated && !f->is_clock_known)
		holding.in_time = false;
	if (holding.in_time || (is_dated && !f->is_clock_known))
		moment->n_keeping++;
	if (holding.is_set)
		return add_holding(policy, f, &holding);
	if (has_set && f->n_required > 0)
		r = check_set(policy, f, a);
	for (uint32_t i = 0; i < a->n_roles && r == 0; i++) {
		holding.role = id_at(a->roles, i);
		r = add_holding(policy, f, &holding);
	}
	return r;
}

static int add_assignments(const struct rolegate_policy *policy, struct findings *f,
			   struct cursor *body, uint32_t n, enum rolegate_step_kind source,
			   const char *name, struct moment *moment)
{
	struct assignment assignment;
	int r = 0;

	for (uint32_t i = 0; i < n && r == 0; i++)
		r = policy_read_assignment(policy, body, &assignment)
			    ? add_assignment(policy, f, &assignment, source, name, moment)
			    : -EBADMSG;
	return r == 0 && !cursor_is_done(body) ? -EBADMSG : r;
}

/* A recorded uid that is not the account's now: another account has the name (P3, Accounts). */
static bool is_of_another(const struct findings *f, const struct holder *holder)
{
	return holder->recorded == FORMAT_RECORDED_PRESENT &&
	       !(f->person->facts & DECIDE_FACT_SUPPOSED) &&
	       (!(f->person->facts & ROLEGATE_FACT_UID) || f->person->uid != holder->id);
}

/* Add the assignments to the account, or to the virtual user, of that name. */
static int add_own(const struct rolegate_policy *policy, struct findings *f, struct moment *moment)
{
	STORE_UNCLEARED struct record record;
	struct holder holder;
	struct cursor body;
	int r;

	r = policy_find_name(policy, f->is_virtual ? FORMAT_VIRTUALS : FORMAT_USERS,
			     f->person->name, &record, &body);
	if (r > 0) {
		if (!policy_read_holder(&body, &holder))
			r = -EBADMSG;
		else if (is_of_another(f, &holder))
			f->has_other_uid = true;
		else
			r = add_assignments(policy, f, &body, holder.n_assignments,
					    f->is_virtual ? ROLEGATE_STEP_VIRTUAL
							  : ROLEGATE_STEP_USER,
					    NULL, moment);
	}
	store_record_free(&record);
	return r < 0 ? r : 0;
}

/* Add the assignments to a group that the account is in. `name` outlives the findings. */
static int add_group(const struct rolegate_policy *policy, struct findings *f, const char *name,
		     struct moment *moment)
{
	STORE_UNCLEARED struct record record;
	struct holder holder;
	struct cursor body;
	int r;

	r = policy_find_name(policy, FORMAT_GROUPS, name, &record, &body);
	if (r > 0)
		r = policy_read_holder(&body, &holder)
			    ? add_assignments(policy, f, &body, holder.n_assignments,
					      ROLEGATE_STEP_GROUP, name, moment)
			    : -EBADMSG;
	store_record_free(&record);
	return r < 0 ? r : 0;
}

/*
 * Whether a group of the policy had this gid at activation, and has the name still: 1; 0 no group of the policy has
 * the gid; -ENOENT one has, and the name is not known or another now, which is no answer (P3, Groups); or an error.
 */
static int check_gid(const struct rolegate_policy *policy, gid_t gid, const char *name)
{
	STORE_UNCLEARED struct record record;
	char text[POLICY_ID_SIZE];
	struct cursor body;
	uint32_t n;
	int r;

	policy_write_id(text, "", gid);
	r = policy_find_name(policy, FORMAT_GIDS, text, &record, &body);
	if (r <= 0)
		goto out;
	r = -ENOENT;
	n = cursor_below(&body, FORMAT_SAME_GID_MAX + 1);
	for (uint32_t i = 0; i < n && name; i++)
		if (!strcmp(cursor_string(&body, NULL), name))
			r = 1;
	if (body.is_bad)
		r = -EBADMSG;
out:
	store_record_free(&record);
	return r;
}

/* Add what the groups of the account are assigned: those whose gid and name are as recorded. */
static int add_groups(const struct rolegate_policy *policy, struct findings *f,
		      struct moment *moment)
{
	const struct rolegate_person *person = f->person;
	bool is_supposed = person->facts & DECIDE_FACT_SUPPOSED;
	int r = 0;

	for (size_t i = 0; i < person->n_groups && r >= 0; i++) {
		const char *name = person->group_names ? person->group_names[i] : NULL;

		r = is_supposed ? name != NULL : check_gid(policy, person->gids[i], name);
		if (r == -ENOENT) {
			f->lacks_group_name = true;
			r = 0;
		} else if (r > 0) {
			r = add_group(policy, f, name, moment);
		}
	}
	return r < 0 ? r : 0;
}

bool decide_is_system(const struct rolegate_policy *policy, uid_t uid, bool is_local)
{
	if (policy_is_system_range(uid))
		return is_local;
	return uid > 0 && uid < policy->head.uid_min;
}

int rolegate_policy_is_system(const struct rolegate_policy *policy, uid_t uid, int is_local)
{
	return decide_is_system(policy_in_force(policy), uid, is_local != 0);
}

/* Add the roles of an account without an assignment: default_roles, system_account_roles or virtual_roles. */
static int add_defaults(const struct rolegate_policy *policy, struct findings *f,
			struct moment *moment)
{
	static const enum rolegate_step_kind kinds[] = {
		ROLEGATE_STEP_DEFAULT,
		ROLEGATE_STEP_SYSTEM,
		ROLEGATE_STEP_VIRTUAL,
	};
	bool is_system =
		decide_is_system(policy, f->person->uid, f->person->facts & ROLEGATE_FACT_LOCAL);
	unsigned int which = f->is_virtual ? 2 : is_system ? 1 : 0;
	struct assignment assignment;
	STORE_UNCLEARED struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	for (unsigned int i = 0; i <= which && r == 0; i++)
		if (!policy_read_assignment(policy, &c, &assignment))
			r = -EBADMSG;
	if (r == 0)
		r = add_assignment(policy, f, &assignment, kinds[which], NULL, moment);
	store_record_free(&record);
	return r;
}

/* Find all assignments; *wants gets the facts without which they are not complete. */
static int find_assignments(const struct rolegate_policy *policy, struct findings *f, int64_t at,
			    unsigned int *wants)
{
	const struct rolegate_person *person = f->person;
	struct moment moment = { .at = at };
	int r;

	r = add_own(policy, f, &moment);
	if (r < 0)
		return r;
	if (f->is_virtual)
		return moment.n_keeping == 0 ? add_defaults(policy, f, &moment) : 0;
	if (person->facts & ROLEGATE_FACT_GROUPS)
		r = add_groups(policy, f, &moment);
	else if (policy->head.flags & FORMAT_HEAD_GROUPS_APPLY)
		*wants |= ROLEGATE_FACT_GROUPS;
	if (r < 0)
		return r;
	if (!(person->facts & ROLEGATE_FACT_UID)) {
		if (moment.n_keeping == 0 || policy->head.flags & FORMAT_HEAD_ROOT_IS_OWNER)
			*wants |= ROLEGATE_FACT_UID;
		return 0;
	}
	if (moment.n_keeping == 0 && !(*wants & ROLEGATE_FACT_GROUPS)) {
		r = add_defaults(policy, f, &moment);
		if (r < 0)
			return r;
	}
	if (person->uid == 0 && policy->head.flags & FORMAT_HEAD_ROOT_IS_OWNER)
		return add_holding(policy, f,
				   &(struct holding){ .source = ROLEGATE_STEP_ROOT,
						      .place = policy->head.root_place,
						      .role = policy->head.owner_role,
						      .in_time = true,
						      .is_approved = true });
	return 0;
}

/* ---- What the roles grant ---- */

/* P9: approval belongs to account and role, whichever assignment says it. */
static bool is_approved(const struct rolegate_policy *policy, const struct findings *f,
			uint32_t role)
{
	for (int in_time = 0; in_time < 2; in_time++) {
		const struct holding wanted = { .role = role, .in_time = in_time };
		const struct holding *h = find_equal(policy, f, &wanted);

		if (h && h->is_approval)
			return true;
	}
	return false;
}

/* What the roles of a set grant: none of them needs approval, and no conflict is about them. */
static int weigh_set(const struct rolegate_policy *policy, const struct findings *f,
		     struct holding *h)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *closure;
	int r;

	r = policy_load_set(policy, h->role, &record, &closure);
	if (r < 0)
		return r;
	h->is_approved = true;
	h->grants = h->unblocked = holdings_required_in(f, closure);
	store_record_free(&record);
	return 0;
}

/*
 * What a role grants. Its roles of conflict rules are added to `members` where they count: root by break-glass has
 * permissions, not a role that could conflict (D6).
 */
static int weigh_role(const struct rolegate_policy *policy, const struct findings *f,
		      struct holding *h, unsigned char members[FORMAT_MEMBERS_MAX / 8])
{
	STORE_UNCLEARED struct record record;
	struct role role;
	int r;

	r = policy_load_role(policy, h->role, &record, &role);
	if (r < 0)
		return r;
	h->is_approved = !(role.flags & FORMAT_ROLE_NEEDS_APPROVAL) ||
			 is_approved(policy, f, h->role);
	h->grants = h->unblocked = holdings_required_in(f, role.closure);
	if (decide_is_in_force(h) && h->source != ROLEGATE_STEP_ROOT)
		for (size_t i = 0; i < format_map_size(policy->head.n_members); i++)
			members[i] |= role.members[i];
	store_record_free(&record);
	return 0;
}

static int weigh_holdings(const struct rolegate_policy *policy, struct findings *f,
			  unsigned char members[FORMAT_MEMBERS_MAX / 8])
{
	int r = 0;

	for (size_t i = 0; i < f->n_holdings && r == 0; i++)
		r = f->holdings[i].is_set ? weigh_set(policy, f, &f->holdings[i])
					  : weigh_role(policy, f, &f->holdings[i], members);
	return r;
}

/* ---- Separation of duty at decision time (A6) ---- */

static void set_bit(unsigned char *map, uint32_t i)
{
	map[i / 8] = (unsigned char)(map[i / 8] | 1u << (i % 8));
}

uint32_t decide_count_held(const struct findings *findings, const struct conflict *rule)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < rule->n_roles; i++)
		n += decide_is_held(findings, id_at(rule->roles, i));
	return n;
}

void decide_block_held(struct findings *findings, const struct conflict *rule)
{
	for (uint32_t i = 0; i < rule->n_roles; i++) {
		uint32_t role = id_at(rule->roles, i);

		if (!decide_is_held(findings, role) || decide_is_blocked(findings, role))
			continue;
		set_bit(findings->blocked, role);
		findings->n_blocked++;
	}
}

/* Note by id which roles of conflict rules the account has. */
static int note_held(const struct rolegate_policy *policy, struct findings *f,
		     const unsigned char *members, const unsigned char *ids)
{
	size_t n_map = format_map_size(policy->head.n_roles) + 1;

	f->held = calloc(n_map, 1);
	f->blocked = calloc(n_map, 1);
	if (!f->held || !f->blocked)
		return -ENOMEM;
	for (uint32_t i = 0; i < policy->head.n_members; i++) {
		if (!format_bit(members, i))
			continue;
		set_bit(f->held, id_at(ids, i));
		f->n_held++;
	}
	return 0;
}

/*
 * What each role grants on paths that meet no blocked role, worked out once for each role that is reached (D9).
 *
 * next   how many of its bases a role has taken over; the last value of all: all of them
 * stack  roles that wait for their bases, which is no longer than there are roles
 */
struct unblocked {
	uint64_t *masks;
	uint16_t *next;
	uint32_t *stack;
	uint32_t n_stack;
};

#define ALL_BASES UINT16_MAX

/* Take the bases of the role on top as far as they are worked out. */
static int take_bases(const struct rolegate_policy *policy, const struct findings *f,
		      struct unblocked *u)
{
	STORE_UNCLEARED struct record record;
	uint32_t role = u->stack[u->n_stack - 1], base = 0;
	struct role_info info;
	bool waits = false;
	int r;

	r = policy_load_role_info(policy, role, &record, &info);
	if (r < 0)
		return r;
	if (u->next[role] == 0)
		u->masks[role] = holdings_required_in(f, info.own);
	for (uint32_t i = u->next[role]; i < info.n_bases && !waits; i++) {
		base = id_at(info.bases, i);
		if (decide_is_blocked(f, base))
			continue;
		waits = u->next[base] != ALL_BASES;
		u->masks[role] |= u->masks[base];
		u->next[role] = (uint16_t)i;
	}
	if (!waits) {
		u->next[role] = ALL_BASES;
		u->n_stack--;
	} else if (u->n_stack == policy->head.n_roles) {
		r = -EBADMSG; /* a circle, which no compiler writes */
	} else {
		u->stack[u->n_stack++] = base;
	}
	store_record_free(&record);
	return r;
}

static int unblocked_grants(const struct rolegate_policy *policy, const struct findings *f,
			    uint32_t role, struct unblocked *u, uint64_t *ret_mask)
{
	int r = 0;

	if (!decide_is_blocked(f, role) && u->next[role] != ALL_BASES)
		u->stack[u->n_stack++] = role;
	while (u->n_stack > 0 && r == 0)
		r = take_bases(policy, f, u);
	*ret_mask = decide_is_blocked(f, role) ? 0 : u->masks[role];
	return r;
}

/* Work out which grants of each entry conflicts leave. */
static int weigh_unblocked(const struct rolegate_policy *policy, struct findings *f)
{
	size_t n = (size_t)policy->head.n_roles + 1;
	struct unblocked u = { 0 };
	int r = -ENOMEM;

	u.masks = calloc(n, sizeof(*u.masks));
	u.next = calloc(n, sizeof(*u.next));
	u.stack = calloc(n, sizeof(*u.stack));
	if (u.masks && u.next && u.stack)
		r = 0;
	for (size_t i = 0; i < f->n_holdings && r == 0; i++) {
		struct holding *h = &f->holdings[i];

		if (h->source != ROLEGATE_STEP_ROOT && !h->is_set)
			r = unblocked_grants(policy, f, h->role, &u, &h->unblocked);
	}
	free(u.masks);
	free(u.next);
	free(u.stack);
	return r;
}

/* Block the account's roles of each rule, if they are more than the rule allows. */
static int apply_conflicts(const struct rolegate_policy *policy, struct findings *f,
			   const unsigned char *members)
{
	STORE_UNCLEARED struct record record;
	struct conflict rule;
	const unsigned char *ids;
	struct cursor c;
	int r;

	r = policy_load_conflicts(policy, &record, &ids, &c);
	if (r < 0)
		return r;
	r = note_held(policy, f, members, ids);
	for (uint32_t i = 0; i < policy->head.n_conflicts && f->n_held > 0 && r == 0; i++) {
		if (!policy_read_conflict(policy, &c, &rule)) {
			r = -EBADMSG;
		} else if (decide_count_held(f, &rule) > rule.at_most) {
			if (f->n_blocked == 0)
				f->violated = i;
			decide_block_held(f, &rule);
		}
	}
	store_record_free(&record);
	return r == 0 && f->n_blocked > 0 ? weigh_unblocked(policy, f) : r;
}

int holdings_may_conflict(const struct rolegate_policy *policy, const struct findings *f)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *ids;
	struct conflict rule;
	struct cursor c;
	uint32_t n;
	int r;

	if (f->n_held == 0)
		return 0;
	r = policy_load_conflicts(policy, &record, &ids, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &c, &rule)) {
			r = -EBADMSG;
			break;
		}
		n = decide_count_held(f, &rule);
		r = n > 0 && rule.by_groups > 0 && n + rule.by_groups > rule.at_most;
	}
	store_record_free(&record);
	return r;
}

int holdings_find(const struct rolegate_policy *policy, struct findings *f, int64_t at,
		  unsigned int *wants)
{
	unsigned char members[FORMAT_MEMBERS_MAX / 8] = { 0 };
	int r;

	r = find_assignments(policy, f, at, wants);
	if (r == 0)
		r = weigh_holdings(policy, f, members);
	return r == 0 && policy->head.n_conflicts > 0 ? apply_conflicts(policy, f, members) : r;
}
