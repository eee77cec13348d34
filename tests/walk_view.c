/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int days[VIEW_MOMENTS] = { 0, 1, 30, 365, 1095 };

static int64_t moment(int64_t now, size_t i)
{
	return now + (int64_t)days[i] * 86400;
}

static int look_at_permissions(struct view *view, const struct rolegate_policy *policy,
			       const struct view_names *names, const struct world_account *account,
			       size_t who, int64_t now)
{
	struct rolegate_subject subject = { .person = account->person };
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	int r = 0;

	for (size_t m = 0; m < VIEW_MOMENTS && r == 0; m++)
		for (size_t p = 0; p < names->n && r == 0; p++) {
			r = rolegate_can(policy, &subject, names->permissions[p], moment(now, m),
					 &decision);
			view->allowed[m][who][p] = decision.verdict == ROLEGATE_ALLOW;
			view->has_conflict = view->has_conflict ||
					     decision.reason == ROLEGATE_CONFLICT;
		}
	return r;
}

static int look_at_service(const struct rolegate_policy *policy, const char *service,
			   const struct world_account *account, int64_t now,
			   struct view_service *ret)
{
	struct rolegate_request request = { .size = sizeof(struct rolegate_request),
					    .service = service,
					    .at = now };
	struct rolegate_subject subject = { .person = account->person };
	struct rolegate_actor actor = { .person = account->person };
	struct rolegate_explanation *e = NULL;
	int r;

	r = rolegate_explain(policy, &request, &subject, &actor, &e);
	if (r < 0)
		return r;
	ret->is_allowed = e->decision->verdict == ROLEGATE_ALLOW;
	ret->is_permissive = e->decision->permissive;
	ret->has_entry = e->n_steps > 0 && e->steps[0]->kind == ROLEGATE_STEP_SERVICE;
	rolegate_explanation_free(e);
	return 0;
}

/* The password of somebody who is nobody else in the walk. */
static int look_at_password(const struct rolegate_policy *policy,
			    const struct world_account *account, int64_t now, bool *ret_may)
{
	struct rolegate_request request = { .size = sizeof(struct rolegate_request), .at = now };
	struct rolegate_target target = { { .size = sizeof(struct rolegate_person),
					    .name = "else",
					    .uid = 54321,
					    .facts = ROLEGATE_FACT_UID } };
	struct rolegate_actor actor = { .person = account->person };
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	int r;

	r = rolegate_decide_password(policy, &request, &target, &actor, &decision);
	*ret_may = decision.verdict == ROLEGATE_ALLOW;
	return r;
}

static int look_at(struct view *view, const struct rolegate_policy *policy,
		   const struct view_names *names, const struct world_account *account, size_t who,
		   int64_t now)
{
	int r;

	r = look_at_permissions(view, policy, names, account, who, now);
	if (r == 0)
		r = look_at_password(policy, account, now, &view->may_set_passwords[who]);
	for (size_t s = 0; world_services[s] && r == 0; s++)
		r = look_at_service(policy, world_services[s], account, now,
				    &view->services[who][s]);
	return r;
}

bool view_take(struct view *view, const struct view_names *names,
	       const struct world_account accounts[WORLD_PEOPLE], int64_t now)
{
	struct rolegate_policy *policy = NULL;
	char *why = NULL;
	int r;

	memset(view, 0, sizeof(*view));
	r = rolegate_policy_load(NULL, &policy, &why);
	if (r == 0) {
		view->generation = rolegate_policy_generation(policy);
		view->is_trial = rolegate_policy_trial(policy, NULL);
	}
	for (size_t i = 0; i < WORLD_PEOPLE && r == 0; i++)
		r = look_at(view, policy, names, &accounts[i], i, now);
	rolegate_policy_close(policy);
	if (r < 0)
		fprintf(stderr, "the policy in force gives no answer: %s\n",
			why ? why : rolegate_error_text(r));
	free(why);
	return r == 0;
}

size_t view_count_owners(const struct view_names *names,
			 const struct world_account accounts[WORLD_PEOPLE], int64_t now)
{
	struct rolegate_policy *policy = NULL;
	size_t n = 0;

	if (rolegate_policy_load(NULL, &policy, NULL) < 0)
		return 0;
	for (size_t i = 0; i < WORLD_PEOPLE; i++) {
		struct rolegate_subject subject = { .person = accounts[i].person };
		size_t n_moments = 0;

		subject.person.n_groups = 0;
		for (size_t m = 0; m < VIEW_MOMENTS; m++) {
			struct rolegate_decision decision = ROLEGATE_DECISION_INIT;

			rolegate_can(policy, &subject, names->permissions[names->own_all],
				     moment(now, m), &decision);
			n_moments += decision.verdict == ROLEGATE_ALLOW;
		}
		n += n_moments == VIEW_MOMENTS && !accounts[i].is_locked &&
		     accounts[i].person.uid != 0;
	}
	rolegate_policy_close(policy);
	return n;
}

bool view_is_same(const struct view *a, const struct view *b, const struct view_names *names)
{
	if (a->generation != b->generation || a->is_trial != b->is_trial ||
	    a->has_conflict != b->has_conflict)
		return false;
	for (size_t who = 0; who < WORLD_PEOPLE; who++) {
		if (a->may_set_passwords[who] != b->may_set_passwords[who] ||
		    memcmp(a->services[who], b->services[who], sizeof(a->services[who])) != 0)
			return false;
		for (size_t m = 0; m < VIEW_MOMENTS; m++)
			if (memcmp(a->allowed[m][who], b->allowed[m][who], names->n) != 0)
				return false;
	}
	return true;
}
