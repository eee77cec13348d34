/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reach.h"

#include <errno.h>
#include <stdlib.h>

#include "arena.h"
#include "decide.h"

static int add(struct reach *grants, const struct assignment *assignment,
	       enum rolegate_step_kind source, const char *group)
{
	for (uint32_t i = 0; i < assignment->n_roles; i++) {
		struct reach_grant *list =
			array_grow(grants->list, grants->n, &grants->max, sizeof(*list));

		if (!list)
			return -ENOMEM;
		grants->list = list;
		list[grants->n++] = (struct reach_grant){
			.source = source,
			.group = group,
			.role = id_at(assignment->roles, i),
			.from = assignment->from,
			.until = assignment->until,
			.is_approved = assignment->flags & FORMAT_ASSIGN_APPROVED,
			.place = assignment->place,
		};
	}
	return 0;
}

/*
 * Add the assignments to a name. id: the uid or gid that it has now, which has to be the recorded one (P3); NULL: the
 * account or group is the one that the policy means.
 */
static int add_named(const struct rolegate_policy *policy, char kind, const char *name,
		     const uint32_t *id, struct reach *grants)
{
	bool is_group = kind == FORMAT_GROUPS;
	struct holder holder = { 0 };
	struct assignment assignment;
	struct record record;
	struct cursor body;
	int r;

	r = policy_find_name(policy, kind, name, &record, &body);
	if (r > 0)
		r = policy_read_holder(&body, &holder) ? 0 : -EBADMSG;
	if (id && (holder.recorded == FORMAT_RECORDED_PRESENT ? holder.id != *id : is_group))
		holder.n_assignments = 0;
	for (uint32_t i = 0; i < holder.n_assignments && r == 0; i++)
		r = policy_read_assignment(policy, &body, &assignment)
			    ? add(grants, &assignment,
				  is_group ? ROLEGATE_STEP_GROUP : ROLEGATE_STEP_USER,
				  is_group ? name : NULL)
			    : -EBADMSG;
	store_record_free(&record);
	return r;
}

static int add_defaults(const struct rolegate_policy *policy, const struct rolegate_person *person,
			struct reach *grants)
{
	bool is_system = decide_is_system(policy, person->uid, person->facts & ROLEGATE_FACT_LOCAL);
	struct assignment assignment;
	struct record record;
	struct cursor c;
	int r;

	r = policy_load_list(policy, FORMAT_DEFAULTS, &record, &c);
	if (r < 0)
		return r;
	if (policy_read_assignment(policy, &c, &assignment) &&
	    (!is_system || policy_read_assignment(policy, &c, &assignment)))
		r = add(grants, &assignment,
			is_system ? ROLEGATE_STEP_SYSTEM : ROLEGATE_STEP_DEFAULT, NULL);
	else
		r = -EBADMSG;
	store_record_free(&record);
	return r;
}

int reach_find(const struct rolegate_policy *policy, const struct rolegate_person *person,
	       int64_t at, struct reach *ret)
{
	bool is_supposed = person->facts & DECIDE_FACT_SUPPOSED, is_any_in_time = false;
	bool has_uid = person->facts & ROLEGATE_FACT_UID;
	int r;

	*ret = (struct reach){ 0 };
	r = add_named(policy, FORMAT_USERS, person->name,
		      has_uid && !is_supposed ? &person->uid : NULL, ret);
	for (size_t i = 0; person->facts & ROLEGATE_FACT_GROUPS && i < person->n_groups && r == 0;
	     i++)
		if (person->group_names[i])
			r = add_named(policy, FORMAT_GROUPS, person->group_names[i],
				      is_supposed ? NULL : &person->gids[i], ret);
	for (size_t i = 0; i < ret->n; i++)
		if (ret->list[i].from <= at && at < ret->list[i].until)
			is_any_in_time = true;
	if (r == 0 && !is_any_in_time && person->facts & ROLEGATE_FACT_UID)
		r = add_defaults(policy, person, ret);
	return r;
}

int reach_find_named(const struct rolegate_policy *policy, char kind, const char *name,
		     struct reach *ret)
{
	*ret = (struct reach){ 0 };
	return add_named(policy, kind, name, NULL, ret);
}

bool reach_is_approved(const struct reach *grants, uint32_t role)
{
	for (size_t i = 0; i < grants->n; i++)
		if (grants->list[i].role == role && grants->list[i].is_approved)
			return true;
	return false;
}

bool reach_is_default(const struct reach *grants)
{
	for (size_t i = 0; i < grants->n; i++)
		if (grants->list[i].source == ROLEGATE_STEP_DEFAULT ||
		    grants->list[i].source == ROLEGATE_STEP_SYSTEM)
			return true;
	return false;
}

void reach_free(struct reach *grants)
{
	free(grants->list);
	*grants = (struct reach){ 0 };
}
