/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The password gate: may this actor set the password of that target (G1)? */
#include <errno.h>

#include "decide.h"
#include "sized.h"

/* An unknown actor has no roles; the evaluator is asked all the same, for the mode (D5). */
static const struct rolegate_actor nobody = {
	.person = { .size = sizeof(struct rolegate_person),
		    .name = "?",
		    .facts = ROLEGATE_FACT_ABSENT },
};

/* What the gate is asked, in this version's structures. */
struct gate {
	const struct rolegate_policy *policy; /* the one that answers */
	struct rolegate_request request;
	struct rolegate_target target;
	struct rolegate_actor actor;
	bool has_actor;
};

/* Take the call over. Own or not can be told only of a target that is known, or known to be absent. */
static int read_call(const struct rolegate_policy *policy, const struct rolegate_request *request,
		     const struct rolegate_target *target, const struct rolegate_actor *actor,
		     struct gate *gate)
{
	int r = -EINVAL;

	if (policy && request && target)
		r = sized_read_request(&gate->request, request);
	if (r == 0)
		r = sized_read_person(&gate->target.person, &target->person);
	if (r == 0 && actor)
		r = sized_read_person(&gate->actor.person, &actor->person);
	if (r < 0)
		return r;
	gate->policy = policy_in_force(policy);
	gate->has_actor = actor != NULL;
	return !gate->request.permission && gate->target.person.facts &
						    (ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT)
		       ? 0
		       : -EINVAL;
}

/*
 * The gate's question as one that the evaluator answers: does the actor hold the gate's permission?
 * ret_record holds the permission's name; free it after success.
 */
static int pose(const struct gate *gate, struct record *ret_record,
		struct rolegate_request *ret_posed)
{
	struct permission_info info;
	int r;

	r = policy_load_permission_info(gate->policy, gate->policy->head.gate_permission,
					ret_record, &info);
	if (r < 0)
		return r;
	*ret_posed = gate->request;
	ret_posed->permission = info.name;
	return 0;
}

/* Whether two accounts have the target's name: then it is not known whose password it is (P12). */
static bool is_ambiguous(const struct gate *gate)
{
	return gate->target.person.facts & ROLEGATE_FACT_AMBIGUOUS;
}

/* Whether the target is suspended: then no user may set its password (P13). 1, 0 or an error. */
static int is_suspended(const struct gate *gate)
{
	struct place place;

	return decide_is_suspended(gate->policy, &gate->target.person, gate->request.at, &place);
}

static bool is_own(const struct gate *gate)
{
	return gate->has_actor && rolegate_is_own_password(&gate->target, &gate->actor);
}

int rolegate_is_own_password(const struct rolegate_target *target,
			     const struct rolegate_actor *actor)
{
	return target->person.facts & actor->person.facts & ROLEGATE_FACT_UID &&
	       !(target->person.facts & ROLEGATE_FACT_AMBIGUOUS) &&
	       target->person.uid == actor->person.uid;
}

/* Whether the actor holds the permission. */
static int decide(const struct gate *gate, struct rolegate_decision *d)
{
	const struct rolegate_actor *actor = gate->has_actor ? &gate->actor : &nobody;
	const struct rolegate_subject subject = { .person = actor->person };
	struct rolegate_request posed;
	struct record record;
	int r;

	r = pose(gate, &record, &posed);
	if (r < 0) {
		d->reason = rolegate_reason_of_error(r);
		return r;
	}
	/* And not rolegate_decide(), which asks the clock again if this is a trial. */
	r = decide_only(gate->policy, &posed, &subject, actor, d);
	store_record_free(&record);
	if (r < 0 || d->verdict == ROLEGATE_ALLOW)
		return r;
	if (!gate->has_actor) {
		d->reason = ROLEGATE_UNKNOWN_ACTOR;
		d->wants_actor = (gate->policy->head.flags & FORMAT_HEAD_GATE_ROOT) != 0;
	} else if (!(actor->person.facts & (ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT))) {
		d->wants |= ROLEGATE_FACT_UID;
	}
	return 0;
}

int rolegate_decide_password(const struct rolegate_policy *policy,
			     const struct rolegate_request *request,
			     const struct rolegate_target *target,
			     const struct rolegate_actor *actor,
			     struct rolegate_decision *ret_decision)
{
	struct rolegate_decision d = ROLEGATE_DECISION_INIT;
	struct gate gate;
	int r, suspended = 0, written;

	r = read_call(policy, request, target, actor, &gate);
	if (r == 0) {
		d.generation = gate.policy->head.generation;
		suspended = is_suspended(&gate);
		r = suspended < 0 ? suspended : 0;
	}
	if (r == 0 && suspended) {
		d.reason = ROLEGATE_SUSPENDED;
	} else if (r == 0 && is_ambiguous(&gate)) {
		d.reason = ROLEGATE_AMBIGUOUS_USER;
	} else if (r == 0 && is_own(&gate)) {
		d.reason = ROLEGATE_OWN_PASSWORD;
		d.verdict = ROLEGATE_ALLOW;
	} else if (r == 0) {
		r = decide(&gate, &d);
	}
	d.about_actor = r == 0 && !suspended && !is_ambiguous(&gate);
	written = sized_write_decision(ret_decision, &d);
	return r < 0 ? r : written;
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
	struct gate gate;
	int r;

	r = read_call(policy, request, target, actor, &gate);
	if (r == 0)
		r = is_suspended(&gate);
	if (r < 0)
		return r;
	if (r > 0 || !gate.has_actor || is_own(&gate) || is_ambiguous(&gate))
		return -EINVAL;
	r = pose(&gate, &record, &posed);
	if (r < 0)
		return r;
	subject = (struct rolegate_subject){ .person = gate.actor.person };
	r = explain_evaluated(gate.policy, &posed, &subject, &gate.actor, ret_explanation);
	store_record_free(&record);
	return r;
}
