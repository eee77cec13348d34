/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "seen.h"

#include <errno.h>
#include <stdlib.h>

#include "decide.h"

/* A person at whom is being looked. */
struct look {
	const struct rolegate_policy *policy;
	struct findings findings;
	int (*each)(void *context, uint32_t gid);
	void *context;
};

/* ---- Whom no role brings anywhere ---- */

/* Whether a list of names has this one: 1, 0 or -EBADMSG. */
static int has_name(struct cursor *list, uint32_t n, const char *name)
{
	bool found = false;

	for (uint32_t i = 0; i < n; i++)
		if (!strcmp(cursor_string(list, NULL), name))
			found = true;
	return cursor_is_done(list) ? found : -EBADMSG;
}

static int is_exempt(const struct rolegate_policy *policy, const char *name)
{
	struct record record;
	struct cursor list;
	uint32_t n;
	int r;

	if (!strcmp(name, "root"))
		return 1;
	r = policy_load_exempt(policy, &record, &list, &n);
	if (r < 0)
		return r;
	r = has_name(&list, n, name);
	store_record_free(&record);
	return r;
}

/* ---- Conflicts (A6) ---- */

/*
 * Take the roles away that the account's groups, if they were known, might exclude. There is room
 * for all of them among the blocked, for decide_hold() made it.
 */
static int suppose_groups(const struct rolegate_policy *policy, struct findings *f)
{
	const unsigned char *members;
	struct conflict rule;
	struct record record;
	struct cursor c;
	int r;

	if (policy->head.n_conflicts == 0 || policy->head.n_groups == 0 || f->n_held == 0)
		return 0;
	r = policy_load_conflicts(policy, &record, &members, &c);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < policy->head.n_conflicts && r == 0; i++) {
		if (!policy_read_conflict(policy, &c, &rule))
			r = -EBADMSG;
		else if (rule.by_groups > 0 &&
			 decide_count_held(f, &rule) + rule.by_groups > rule.at_most)
			decide_block_held(f, &rule);
	}
	store_record_free(&record);
	return r;
}

/* ---- What the roles bring ---- */

/* All that a role is or inherits brings its group. */
static int give_role(const struct look *look, uint32_t id)
{
	const unsigned char *gids;
	struct record record;
	uint32_t n;
	int r;

	r = policy_load_role_gids(look->policy, id, &record, &gids, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = look->each(look->context, id_at(gids, i));
	store_record_free(&record);
	return r;
}

/* Note the lines of role_groups by the roles they name: `first` by role and `next` by line are places, plus 1. */
struct lines {
	uint32_t n;
	struct role_group *list;
	uint32_t *first, *next;
	struct record record;
};

static void free_lines(struct lines *lines)
{
	free(lines->list);
	free(lines->first);
	free(lines->next);
	store_record_free(&lines->record);
}

static int read_lines(const struct rolegate_policy *policy, struct lines *lines)
{
	struct cursor c;
	int r;

	*lines = (struct lines){ 0 };
	r = policy_load_role_groups(policy, &lines->record, &c, &lines->n);
	if (r < 0)
		return r;
	lines->list = calloc((size_t)lines->n + 1, sizeof(*lines->list));
	lines->next = calloc((size_t)lines->n + 1, sizeof(*lines->next));
	lines->first = calloc((size_t)policy->head.n_roles + 1, sizeof(*lines->first));
	if (!lines->list || !lines->next || !lines->first)
		return -ENOMEM;
	for (uint32_t i = 0; i < lines->n; i++) {
		if (!policy_read_role_group(policy, &c, &lines->list[i]))
			return -EBADMSG;
		lines->next[i] = lines->first[lines->list[i].role];
		lines->first[lines->list[i].role] = i + 1;
	}
	return 0;
}

/* The groups that are named for this very role. */
static int give_own(const struct look *look, const struct lines *lines, uint32_t id)
{
	int r = 0;

	for (uint32_t i = lines->first[id]; i > 0 && r == 0; i = lines->next[i - 1])
		if (lines->list[i - 1].flags & FORMAT_SEEN_CAPTURED)
			r = look->each(look->context, lines->list[i - 1].gid);
	return r;
}

/* What the roles bring on paths that meet no blocked role, and each group once (D9). */
static int give_unblocked(const struct look *look)
{
	struct lines lines;
	struct walk walk;
	int r, given = 0;

	r = read_lines(look->policy, &lines);
	if (r == 0) {
		r = walk_start_held(&walk, look->policy, &look->findings, 0);
		for (r = r < 0 ? r : walk_next(&walk); r > 0 && given == 0; r = walk_next(&walk))
			given = give_own(look, &lines, walk.queue[walk.at]);
		walk_free(&walk);
	}
	free_lines(&lines);
	return given != 0 ? given : r;
}

static int give_holdings(const struct look *look)
{
	const struct findings *f = &look->findings;
	int r = 0;

	/* Each of many roles may bring the same thousand groups. */
	if (f->n_blocked > 0 || f->n_holdings > HOLDINGS_FEW)
		return give_unblocked(look);
	for (size_t i = 0; i < f->n_holdings && r == 0; i++)
		if (decide_is_in_force(&f->holdings[i]))
			r = give_role(look, f->holdings[i].role);
	return r;
}

/* The groups of a user with assignments, who is not exempt. */
static int each_gid_of(const struct rolegate_policy *policy, const char *name, int64_t at,
		       int (*each)(void *context, uint32_t gid), void *context)
{
	const struct rolegate_person person = { .name = name, .facts = DECIDE_FACT_SUPPOSED };
	struct look look = { .policy = policy, .each = each, .context = context };
	int r;

	/* Neither uid nor groups: only assignments to this name count. */
	r = decide_hold(policy, &person, at, &look.findings);
	if (r == 0 && look.findings.n_holdings > 0)
		r = suppose_groups(policy, &look.findings);
	if (r == 0 && look.findings.n_holdings > 0)
		r = give_holdings(&look);
	decide_findings_free(&look.findings);
	return r;
}

int seen_each_gid(const struct rolegate_policy *policy, const char *name, int64_t at,
		  int (*each)(void *context, uint32_t gid), void *context)
{
	int r;

	if (!(policy->head.flags & FORMAT_HEAD_SEEN))
		return 0;
	r = is_exempt(policy, name);
	return r != 0 ? (r < 0 ? r : 0) : each_gid_of(policy, name, at, each, context);
}

/* ---- The other way round ---- */

static int is_wanted(void *context, uint32_t gid)
{
	const uint32_t *wanted = context;

	return gid == *wanted;
}

/* Call `each` for those candidates of one line that are in the group now. The compiler lists no exempt user. */
static int each_of_line(const struct rolegate_policy *policy, uint32_t line, uint32_t gid,
			int64_t at, int (*each)(void *context, const char *name), void *context)
{
	struct record record;
	struct cursor list;
	uint32_t n;
	int r;

	r = policy_load_listed(policy, line, &record, &list, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		const char *name = cursor_string(&list, NULL);

		r = list.is_bad ? -EBADMSG : each_gid_of(policy, name, at, is_wanted, &gid);
		if (r > 0)
			r = each(context, name);
	}
	store_record_free(&record);
	return r;
}

/* Whether a line of role_groups is one that lookups see. */
static bool is_listed(const struct role_group *group)
{
	return (group->flags & FORMAT_SEEN_ALL) == FORMAT_SEEN_ALL;
}

int seen_each_member(const struct rolegate_policy *policy, uint32_t gid, int64_t at,
		     int (*each)(void *context, const char *name), void *context)
{
	struct role_group group;
	struct record record;
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_role_groups(policy, &record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_role_group(policy, &c, &group))
			r = -EBADMSG;
		else if (is_listed(&group) && group.gid == gid)
			r = each_of_line(policy, i, gid, at, each, context);
	}
	store_record_free(&record);
	return r;
}

int seen_find_group(const struct rolegate_policy *policy, const char *name, uint32_t gid,
		    struct record *ret_record, struct role_group *ret_group)
{
	struct cursor c;
	uint32_t n;
	int r;

	if (!(policy->head.flags & FORMAT_HEAD_LISTS))
		return 0;
	r = policy_load_role_groups(policy, ret_record, &c, &n);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < n && r == 0; i++) {
		if (!policy_read_role_group(policy, &c, ret_group))
			r = -EBADMSG;
		else if (is_listed(ret_group) &&
			 (name ? !strcmp(ret_group->group, name) : ret_group->gid == gid))
			r = 1;
	}
	if (r <= 0)
		store_record_free(ret_record);
	return r;
}
