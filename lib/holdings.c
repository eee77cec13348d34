/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The roles of an account: what they grant (P3, P9, D6), and what conflicts leave of it (A6). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decide.h"

/* ---- What is required, in a map ---- */

/*
 * The required permissions by the bytes of a map in which they are, so that the maps of ten thousand roles are looked at
 * byte by byte and not permission by permission (D9).
 *
 * at     places of the bytes
 * masks  for each, by its value, the required permissions that it has
 */
struct required_bytes {
	uint32_t n;
	uint32_t at[FORMAT_REQUIRE_MAX];
	uint64_t masks[FORMAT_REQUIRE_MAX][256];
};

/* Add a required permission to the byte in which it is. */
static void add_required(struct required_bytes *bytes, uint32_t id, uint64_t bit)
{
	uint32_t i = 0;

	while (i < bytes->n && bytes->at[i] != id / 8)
		i++;
	bytes->at[i] = id / 8;
	if (i == bytes->n)
		bytes->n++;
	for (unsigned int value = 0; value < 256; value++)
		if (value & 1u << id % 8)
			bytes->masks[i][value] |= bit;
}

/* Have it, for an account with many roles. */
static int sort_required(struct findings *f)
{
	if (f->required_bytes || f->n_required < 4 || f->is_permission_unknown)
		return 0;
	f->required_bytes = calloc(1, sizeof(*f->required_bytes));
	if (!f->required_bytes)
		return -ENOMEM;
	for (uint32_t i = 0; i < f->n_required; i++)
		add_required(f->required_bytes, f->required[i].id, UINT64_C(1) << i);
	return 0;
}

uint64_t holdings_required_in(const struct findings *f, const unsigned char *map)
{
	const struct required_bytes *bytes = f->required_bytes;
	const struct required *required = f->required;
	uint64_t mask = 0;

	if (f->is_permission_unknown)
		return 0;
	for (uint32_t i = 0; bytes && i < bytes->n; i++)
		mask |= bytes->masks[i][map[bytes->at[i]]];
	for (uint32_t i = bytes ? 0 : f->n_required; i-- > 0;)
		mask = mask << 1 | (uint64_t)format_bit(map, required[i].id);
	return mask;
}

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

const struct holding *holdings_of(const struct rolegate_policy *policy, const struct findings *f,
				  uint32_t role, bool in_time)
{
	return find_equal(policy, f, &(struct holding){ .role = role, .in_time = in_time });
}

/* Make room for what is found out about each role and set, once. */
static int make_notes(const struct rolegate_policy *policy, struct findings *f)
{
	if (!f->noted)
		f->noted =
			calloc((size_t)policy->head.n_roles + FORMAT_SETS_MAX, sizeof(*f->noted));
	return f->noted ? sort_required(f) : -ENOMEM;
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
	if (!f->index || make_notes(policy, f) < 0)
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

/* Whether a role is or inherits one of a conflict rule. Where `members` is not NULL, those are added to it. */
static bool add_members(const struct rolegate_policy *policy, const struct role *role,
			unsigned char *members)
{
	size_t n = format_map_size(policy->head.n_members), i = 0;
	uint64_t any = 0, word, all;

	for (; i + sizeof(word) <= n; i += sizeof(word)) {
		memcpy(&word, role->members + i, sizeof(word));
		any |= word;
		if (!members || word == 0)
			continue;
		memcpy(&all, members + i, sizeof(all));
		all |= word;
		memcpy(members + i, &all, sizeof(all));
	}
	for (; i < n; i++) {
		any |= role->members[i];
		if (members)
			members[i] |= role->members[i];
	}
	return any != 0;
}

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

/* Load a set, unless that was done before. */
static int note_set(const struct rolegate_policy *policy, const struct findings *f, uint32_t id,
		    struct noted *noted)
{
	STORE_UNCLEARED struct record record;
	const unsigned char *closure;
	int r;

	if (noted->is_loaded)
		return 0;
	r = policy_load_set(policy, id, &record, &closure);
	if (r < 0)
		return r;
	noted->is_loaded = true;
	noted->grants = holdings_required_in(f, closure);
	store_record_free(&record);
	return 0;
}

/*
 * Load a role, unless that was done before. Its roles of conflict rules are added to `members` if it is approved;
 * `members` may be NULL, and a role that has any is then loaded again when they are wanted.
 */
static int note_role(const struct rolegate_policy *policy, const struct findings *f, uint32_t id,
		     unsigned char *members, struct noted *noted)
{
	STORE_UNCLEARED struct record record;
	struct role role;
	int r;

	if (noted->is_loaded && !(members && noted->has_members))
		return 0;
	r = policy_load_role(policy, id, &record, &role);
	if (r < 0)
		return r;
	noted->is_loaded = true;
	noted->grants = holdings_required_in(f, role.closure);
	noted->needs_approval = role.flags & FORMAT_ROLE_NEEDS_APPROVAL;
	noted->is_owner = role.flags & FORMAT_ROLE_OWNER;
	if (members && noted->needs_approval && !is_approved(policy, f, id))
		members = NULL;
	noted->has_members = add_members(policy, &role, members);
	store_record_free(&record);
	return 0;
}

/*
 * Check that the set of an assignment is what its roles are, where these are looked at one by one: a decision
 * believes the set, and an explanation may not give another answer. Only roles that stand for themselves may be in one
 * (P7, P9, A6). Returns 0, -EBADMSG, -ENOMEM or -EIO.
 */
static int check_set(const struct rolegate_policy *policy, const struct findings *f,
		     const struct assignment *a, struct noted *set)
{
	uint64_t grants = 0;
	int r = note_set(policy, f, a->set, set);

	for (uint32_t i = 0; i < a->n_roles && r == 0; i++) {
		struct noted *role = &f->noted[id_at(a->roles, i)];

		r = note_role(policy, f, id_at(a->roles, i), NULL, role);
		if (r == 0 && (role->needs_approval || role->is_owner || role->has_members))
			r = -EBADMSG;
		grants |= role->grants;
	}
	return r == 0 && grants != set->grants ? -EBADMSG : r;
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
	struct noted *set;
	int r = 0;

	if (is_dated && !f->is_clock_known)
		holding.in_time = false;
	if (holding.in_time || (is_dated && !f->is_clock_known))
		moment->n_keeping++;
	if (holding.is_set)
		return add_holding(policy, f, &holding);
	if (has_set && f->n_required > 0) {
		r = make_notes(policy, f);
		if (r < 0)
			return r;
		/* The same set once more adds nothing: none of its roles needs approval. */
		set = &f->noted[policy->head.n_roles + a->set];
		if (set->was_added[holding.in_time])
			return 0;
		set->was_added[holding.in_time] = true;
		r = check_set(policy, f, a, set);
	}
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
 * Whether one of the groups that a gid was recorded for has this name: 1; -ENOENT the name is not known or another now,
 * which is no answer (P3, Groups); or an error.
 */
static int check_names(struct cursor *body, const char *name)
{
	uint32_t n = cursor_below(body, FORMAT_SAME_GID_MAX + 1);
	int r = -ENOENT;

	for (uint32_t i = 0; i < n && name; i++)
		if (!strcmp(cursor_string(body, NULL), name))
			r = 1;
	return body->is_bad ? -EBADMSG : r;
}

/* Whether a group of the policy had this gid at activation, and has the name still; 0: no group has the gid. */
static int check_gid(const struct rolegate_policy *policy, gid_t gid, const char *name)
{
	STORE_UNCLEARED struct record record;
	char text[POLICY_ID_SIZE];
	struct cursor body;
	int r;

	policy_write_id(text, "", gid);
	r = policy_find_name(policy, FORMAT_GIDS, text, &record, &body);
	if (r > 0)
		r = check_names(&body, name);
	store_record_free(&record);
	return r;
}

static const char *group_name(const struct rolegate_person *person, size_t i)
{
	return person->group_names ? person->group_names[i] : NULL;
}

/* ---- Groups, each once: a list that repeats one a thousand times takes no more work (D9) ---- */

/* Of so few groups each is compared with those before it. */
#define GROUPS_FEW 16u

/*
 * The groups of an account, of which there may be 65536.
 *
 * slots  places in the list of the account, plus 1, by gid, or by name where groups are supposed; NULL: few
 * wanted by place: whether it is the first of its gid or name, and the policy may know it
 */
struct groups {
	const struct rolegate_person *person;
	uint64_t seed;
	bool is_supposed;
	uint32_t *slots;
	size_t n_slots; /* a power of two */
	size_t n_distinct;
	bool *wanted;
};

static bool is_same_group(const struct groups *groups, size_t i, size_t k)
{
	const struct rolegate_person *person = groups->person;

	if (groups->is_supposed)
		return !strcmp(person->group_names[i], person->group_names[k]);
	return person->gids[i] == person->gids[k];
}

static size_t spread_of_gid(const struct groups *groups, uint32_t gid)
{
	uint64_t word = gid;

	return format_name_spread(groups->seed, &word, sizeof(word)) & (groups->n_slots - 1);
}

/* Note a group by its gid or name, unless an equal one is there. */
static void note_group(struct groups *groups, size_t i)
{
	const struct rolegate_person *person = groups->person;
	size_t slot;

	if (groups->is_supposed)
		slot = format_name_spread(groups->seed, person->group_names[i],
					  strlen(person->group_names[i])) &
		       (groups->n_slots - 1);
	else
		slot = spread_of_gid(groups, person->gids[i]);
	while (groups->slots[slot] > 0) {
		if (is_same_group(groups, i, groups->slots[slot] - 1))
			return;
		slot = (slot + 1) & (groups->n_slots - 1);
	}
	groups->slots[slot] = (uint32_t)i + 1;
	groups->n_distinct++;
	groups->wanted[i] = true;
}

/* Note all groups. */
static int start_groups(struct groups *groups, const struct rolegate_policy *policy,
			const struct rolegate_person *person)
{
	*groups = (struct groups){
		.person = person,
		.seed = policy->head.seed,
		.is_supposed = person->facts & DECIDE_FACT_SUPPOSED,
		.n_slots = 2 * (size_t)GROUPS_FEW,
	};
	while (groups->n_slots < 2 * person->n_groups)
		groups->n_slots *= 2;
	groups->slots = calloc(groups->n_slots, sizeof(*groups->slots));
	groups->wanted = calloc(person->n_groups + 1, sizeof(*groups->wanted));
	if (!groups->slots || !groups->wanted)
		return -ENOMEM;
	for (size_t i = 0; i < person->n_groups; i++)
		if (!groups->is_supposed || group_name(person, i))
			note_group(groups, i);
	return 0;
}

static void free_groups(struct groups *groups)
{
	free(groups->slots);
	free(groups->wanted);
}

/* The place of a gid in the list of the account, plus 1; 0: not found. */
static uint32_t find_gid(const struct groups *groups, uint32_t gid)
{
	size_t slot = spread_of_gid(groups, gid);

	while (groups->slots[slot] > 0 && groups->person->gids[groups->slots[slot] - 1] != gid)
		slot = (slot + 1) & (groups->n_slots - 1);
	return groups->slots[slot];
}

/* Read a gid as the compiler writes it; false: another text. */
static bool read_gid(const char *text, size_t n, uint32_t *ret)
{
	uint64_t gid = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9' || n > 10)
			return false;
		gid = gid * 10 + (uint64_t)(text[i] - '0');
	}
	*ret = (uint32_t)gid;
	return gid <= UINT32_MAX;
}

/* Note which gids of one bucket the account has. */
static int match_bucket(const struct rolegate_policy *policy, const struct groups *groups,
			uint32_t i, bool *wanted)
{
	STORE_UNCLEARED struct record record;
	struct policy_entry entry;
	struct cursor bucket;
	uint32_t gid, at;
	int r;

	r = store_find(&policy->store, FORMAT_GIDS, i, &record);
	if (r < 0)
		return r;
	bucket = cursor_over(&record);
	while ((r = policy_read_entry(&bucket, &entry)) > 0) {
		at = read_gid(entry.name, entry.n_name, &gid) ? find_gid(groups, gid) : 0;
		if (at > 0)
			wanted[at - 1] = true;
	}
	store_record_free(&record);
	return r;
}

/* Leave only what the policy knows, where to look at all that it knows is less than to ask for each gid. */
static int match_groups(const struct rolegate_policy *policy, struct groups *groups)
{
	uint32_t n_buckets = policy_buckets(policy, FORMAT_GIDS);
	int r = 0;

	if (groups->is_supposed || groups->n_distinct <= n_buckets)
		return 0;
	memset(groups->wanted, 0, groups->person->n_groups * sizeof(*groups->wanted));
	for (uint32_t i = 0; i < n_buckets && r == 0; i++)
		r = match_bucket(policy, groups, i, groups->wanted);
	return r;
}

/* Add what one group is assigned, if its gid and name are as recorded. Returns 1 if it is one of the policy. */
static int add_if_known(const struct rolegate_policy *policy, struct findings *f, size_t i,
			struct moment *moment)
{
	const char *name = group_name(f->person, i);
	int r = f->person->facts & DECIDE_FACT_SUPPOSED
			? name != NULL
			: check_gid(policy, f->person->gids[i], name);

	if (r == -ENOENT) {
		f->lacks_group_name = true;
		return 1;
	}
	if (r <= 0)
		return r;
	r = add_group(policy, f, name, moment);
	return r < 0 ? r : 1;
}

static int add_many_groups(const struct rolegate_policy *policy, struct findings *f,
			   struct moment *moment)
{
	struct groups groups;
	size_t n_weighed = 0;
	int r = start_groups(&groups, policy, f->person);

	if (r == 0)
		r = match_groups(policy, &groups);
	for (size_t i = 0; i < f->person->n_groups && r >= 0; i++) {
		if (!groups.wanted[i])
			continue;
		/* Those beyond count as groups about which there was no answer, which add nothing (P3). */
		if (n_weighed < FORMAT_GROUPS_WEIGHED_MAX)
			r = add_if_known(policy, f, i, moment);
		else
			f->lacks_group_name = true;
		n_weighed += r > 0;
	}
	free_groups(&groups);
	return r < 0 ? r : 0;
}

/* Whether one of the few groups before the i-th is the same. */
static bool was_before(const struct rolegate_person *person, size_t i)
{
	for (size_t k = 0; k < i && !(person->facts & DECIDE_FACT_SUPPOSED); k++)
		if (person->gids[k] == person->gids[i])
			return true;
	return false;
}

/* Add what the groups of the account are assigned: those whose gid and name are as recorded. */
static int add_groups(const struct rolegate_policy *policy, struct findings *f,
		      struct moment *moment)
{
	int r = 0;

	if (f->person->n_groups > GROUPS_FEW)
		return add_many_groups(policy, f, moment);
	for (size_t i = 0; i < f->person->n_groups && r >= 0; i++)
		if (!was_before(f->person, i))
			r = add_if_known(policy, f, i, moment);
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

/* What the roles of a set grant: none of them needs approval, and no conflict is about them. */
static int weigh_set(const struct rolegate_policy *policy, const struct findings *f,
		     struct holding *h)
{
	struct noted own = { 0 },
		     *noted = f->noted ? &f->noted[policy->head.n_roles + h->role] : &own;
	int r = note_set(policy, f, h->role, noted);

	h->is_approved = true;
	h->grants = h->unblocked = noted->grants;
	return r;
}

/*
 * What a role grants. Its roles of conflict rules are added to `members` where they count: root by break-glass has
 * permissions, not a role that could conflict (D6).
 */
static int weigh_role(const struct rolegate_policy *policy, const struct findings *f,
		      struct holding *h, unsigned char members[FORMAT_MEMBERS_MAX / 8])
{
	bool counts = h->in_time && h->source != ROLEGATE_STEP_ROOT;
	struct noted own = { 0 }, *noted = f->noted ? &f->noted[h->role] : &own;
	int r = note_role(policy, f, h->role, counts ? members : NULL, noted);

	h->is_approved = !noted->needs_approval || is_approved(policy, f, h->role);
	h->is_owner = noted->is_owner;
	h->grants = h->unblocked = noted->grants;
	return r;
}

/* Weigh the holdings of a time: first those in it, so that a role's record is loaded once for both. */
static int weigh_at(const struct rolegate_policy *policy, struct findings *f, bool in_time,
		    unsigned char members[FORMAT_MEMBERS_MAX / 8])
{
	int r = 0;

	for (size_t i = 0; i < f->n_holdings && r == 0; i++) {
		struct holding *h = &f->holdings[i];

		if (h->in_time == in_time)
			r = h->is_set ? weigh_set(policy, f, h) : weigh_role(policy, f, h, members);
	}
	return r;
}

static int weigh_holdings(const struct rolegate_policy *policy, struct findings *f,
			  unsigned char members[FORMAT_MEMBERS_MAX / 8])
{
	int r = weigh_at(policy, f, true, members);

	return r < 0 ? r : weigh_at(policy, f, false, members);
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
 * What each role grants on paths that meet no blocked role, worked out once for each role that is reached, and from
 * one look at its record (D9). The arrays are by role.
 *
 * bases  of all roles that were met, but blocked ones; those of a role lie from `next` to `end`
 * next   the base that the role takes over next
 * stack  roles that wait for their bases, which is no longer than there are roles
 */
struct unblocked {
	uint64_t *masks;
	uint32_t *next, *end;
	bool *is_met, *is_done, *is_owner;
	uint32_t *bases;
	size_t n_bases, max_bases;
	uint32_t *stack;
	uint32_t n_stack;
};

static int start_unblocked(struct unblocked *u, size_t n)
{
	*u = (struct unblocked){
		.masks = calloc(n, sizeof(*u->masks)),
		.next = calloc(n, sizeof(*u->next)),
		.end = calloc(n, sizeof(*u->end)),
		.is_met = calloc(n, sizeof(*u->is_met)),
		.is_done = calloc(n, sizeof(*u->is_done)),
		.is_owner = calloc(n, sizeof(*u->is_owner)),
		.stack = calloc(n, sizeof(*u->stack)),
	};
	return u->masks && u->next && u->end && u->is_met && u->is_done && u->is_owner && u->stack
		       ? 0
		       : -ENOMEM;
}

static void free_unblocked(struct unblocked *u)
{
	free(u->masks);
	free(u->next);
	free(u->end);
	free(u->is_met);
	free(u->is_done);
	free(u->is_owner);
	free(u->bases);
	free(u->stack);
}

/* Make room for that many more bases. */
static int reserve_bases(struct unblocked *u, size_t n)
{
	size_t max = u->max_bases ? u->max_bases : 4 * (size_t)FORMAT_BASES_MAX;
	uint32_t *more;

	while (u->n_bases + n > max)
		max *= 2;
	if (max == u->max_bases)
		return 0;
	more = reallocarray(u->bases, max, sizeof(*more));
	if (!more)
		return -ENOMEM;
	u->bases = more;
	u->max_bases = max;
	return 0;
}

/* Read what a role grants by itself, and on which others it is based. */
static int meet(const struct rolegate_policy *policy, const struct findings *f, uint32_t role,
		struct unblocked *u)
{
	STORE_UNCLEARED struct record record;
	struct role_bases info;
	int r;

	r = policy_load_role_bases(policy, role, &record, &info);
	if (r < 0)
		return r;
	u->is_met[role] = true;
	u->is_owner[role] = role == policy->head.owner_role;
	/* Most roles grant nothing of it, and for those that the account has it is known. */
	if (!f->noted || !f->noted[role].is_loaded || f->noted[role].grants != 0)
		u->masks[role] = holdings_required_in(f, info.own);
	u->next[role] = (uint32_t)u->n_bases;
	r = reserve_bases(u, info.n_bases);
	for (uint32_t i = 0; i < info.n_bases && r == 0; i++)
		if (!decide_is_blocked(f, id_at(info.bases, i)))
			u->bases[u->n_bases++] = id_at(info.bases, i);
	u->end[role] = (uint32_t)u->n_bases;
	store_record_free(&record);
	return r;
}

/* Take the bases of the role on top as far as they are worked out. */
static int take_bases(const struct rolegate_policy *policy, const struct findings *f,
		      struct unblocked *u)
{
	uint32_t role = u->stack[u->n_stack - 1];
	int r = u->is_met[role] ? 0 : meet(policy, f, role, u);

	if (r < 0)
		return r;
	for (; u->next[role] < u->end[role]; u->next[role]++) {
		uint32_t base = u->bases[u->next[role]];

		if (!u->is_done[base]) {
			if (u->n_stack == policy->head.n_roles)
				return -EBADMSG; /* a circle, which no compiler writes */
			u->stack[u->n_stack++] = base;
			return 0;
		}
		u->masks[role] |= u->masks[base];
		u->is_owner[role] = u->is_owner[role] || u->is_owner[base];
	}
	u->is_done[role] = true;
	u->n_stack--;
	return 0;
}

static int weigh_way(const struct rolegate_policy *policy, const struct findings *f,
		     struct unblocked *u, struct holding *h)
{
	bool is_blocked = decide_is_blocked(f, h->role);
	int r = 0;

	if (!is_blocked && !u->is_done[h->role])
		u->stack[u->n_stack++] = h->role;
	while (u->n_stack > 0 && r == 0)
		r = take_bases(policy, f, u);
	h->unblocked = is_blocked ? 0 : u->masks[h->role];
	h->is_owner = !is_blocked && u->is_owner[h->role];
	return r;
}

/* Work out which grants of each entry conflicts leave. */
static int weigh_unblocked(const struct rolegate_policy *policy, struct findings *f)
{
	struct unblocked u;
	int r = start_unblocked(&u, (size_t)policy->head.n_roles + 1);

	for (size_t i = 0; i < f->n_holdings && r == 0; i++) {
		struct holding *h = &f->holdings[i];

		if (h->source != ROLEGATE_STEP_ROOT && !h->is_set)
			r = weigh_way(policy, f, &u, h);
	}
	free_unblocked(&u);
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
