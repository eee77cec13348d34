/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The password gate: may this actor set the password of that target (G1)? */
#include <errno.h>

#include "decide.h"

/* Whoever acts unknown holds nothing; the evaluator is asked all the same, for the mode (D5). */
static const struct rolegate_actor nobody = {
	.person = { .name = "?", .facts = ROLEGATE_FACT_ABSENT },
};

/*
 * The gate's question as one that the evaluator answers: does the actor hold the gate's permission?
 * ret_record holds the permission's name; free it after success.
 */
static int pose(const struct rolegate_policy *policy, const struct rolegate_request *request,
		struct record *ret_record, struct rolegate_request *ret_posed)
{
	struct permission_info gate;
	int r;

	r = policy_load_permission_info(policy, policy->head.gate_permission, ret_record, &gate);
	if (r < 0)
		return r;
	*ret_posed = (struct rolegate_request){ .service = request->service,
						.permission = gate.name,
						.at = request->at };
	return 0;
}

/* Own or not can be told only of a target who is known, or known not to be there. */
static int check_call(const struct rolegate_policy *policy, const struct rolegate_request *request,
		      const struct rolegate_target *target)
{
	return policy && request && !request->permission && target &&
			       target->person.facts & (ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT)
		       ? 0
		       : -EINVAL;
}

int rolegate_is_own_password(const struct rolegate_target *target,
			     const struct rolegate_actor *actor)
{
	return target->person.facts & actor->person.facts & ROLEGATE_FACT_UID &&
	       target->person.uid == actor->person.uid;
}

/* Whether the actor holds the permission; nothing is written on failure. */
static int decide(const struct rolegate_policy *policy, const struct rolegate_request *request,
		  const struct rolegate_actor *actor, struct rolegate_decision *ret_decision)
{
	const struct rolegate_subject subject = { .person = actor->person };
	struct rolegate_decision decision;
	struct rolegate_request posed;
	struct findings findings;
	struct record record;
	int r;

	r = pose(policy, request, &record, &posed);
	if (r < 0)
		return r;
	/* And not rolegate_decide(), which asks the clock anew if this is a trial. */
	r = decide_briefly(policy, &posed, &subject, actor, &findings, &decision);
	decide_findings_free(&findings);
	store_record_free(&record);
	if (r == 0)
		*ret_decision = decision;
	return r;
}

int rolegate_decide_password(const struct rolegate_policy *policy,
			     const struct rolegate_request *request,
			     const struct rolegate_target *target,
			     const struct rolegate_actor *actor,
			     struct rolegate_decision *ret_decision)
{
	struct rolegate_decision *d = ret_decision;
	int r;

	*d = (struct rolegate_decision){ .verdict = ROLEGATE_DENY,
					 .reason = ROLEGATE_SYSTEM_ERROR };
	r = check_call(policy, request, target);
	policy = r == 0 ? policy_in_force(policy) : NULL;
	if (r == 0 && actor && rolegate_is_own_password(target, actor)) {
		d->generation = policy->head.generation;
		d->reason = ROLEGATE_OWN_PASSWORD;
		d->verdict = ROLEGATE_ALLOW;
	} else if (r == 0) {
		r = decide(policy, request, actor ? actor : &nobody, d);
		if (r < 0)
			d->reason = rolegate_reason_of_error(r);
	}
	d->about_actor = r == 0;
	if (r < 0 || d->verdict == ROLEGATE_ALLOW)
		return r;
	if (!actor) {
		d->reason = ROLEGATE_UNKNOWN_ACTOR;
		d->wants_actor = (policy->head.flags & FORMAT_HEAD_GATE_ROOT) != 0;
	} else if (!(actor->person.facts & (ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT))) {
		d->wants |= ROLEGATE_FACT_UID;
	}
	return 0;
}

int rolegate_explain_password(const struct rolegate_policy *policy,
			      const struct rolegate_request *request,
			      const struct rolegate_target *target,
			      const struct rolegate_actor *actor,
			      struct rolegate_explanation **ret_explanation)
{
	struct rolegate_subject subject;
	struct rolegate_request posed;
	struct record record;
	int r;

	r = check_call(policy, request, target);
	if (r < 0)
		return r;
	if (!actor || rolegate_is_own_password(target, actor))
		return -EINVAL;
	policy = policy_in_force(policy);
	r = pose(policy, request, &record, &posed);
	if (r < 0)
		return r;
	subject = (struct rolegate_subject){ .person = actor->person };
	r = rolegate_explain(policy, &posed, &subject, actor, ret_explanation);
	store_record_free(&record);
	return r;
}
