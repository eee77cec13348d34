/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The evaluator: what a person is given, what is required, and what follows. rolegate_decide()
 * and rolegate_explain() are two views of the one run of decide_evaluate().
 */
#ifndef ROLEGATE_DECIDE_H
#define ROLEGATE_DECIDE_H

#include "policy.h"

/*
 * One role that one assignment gives the person; or all roles of it at once, where they are a set and nobody asks for
 * each. Masks have one bit for each required permission.
 */
struct holding {
	enum rolegate_step_kind source;
	const char *name; /* the group, where one is the source */
	struct place place;
	uint32_t role;	    /* or the set */
	bool is_set;	    /* only of decide_briefly() */
	bool in_time;	    /* P3 */
	bool is_approval;   /* its assignment says approved_by */
	bool is_approved;   /* P9: the role needs no approval, or has it */
	uint64_t grants;    /* what the role gives, conflicts aside */
	uint64_t unblocked; /* what it gives when conflicts count (A6) */
};

/* Holdings that need no memory from the heap: nearly everybody has fewer. */
#define HOLDINGS_FEW 8u

/* Everything a run found out; an explanation is made of it. */
struct findings {
	const struct rolegate_person *person;
	bool is_brief; /* sets of roles are looked at as one */
	bool has_service;
	bool is_other; /* other_services decided */
	bool is_permission_unknown;
	bool any; /* any of the required is enough */
	uint32_t n_required;
	const struct required *required;
	struct required single; /* where not the service's own list is meant */
	uint64_t in_force;	/* mask: the plan leaves it (P11) */
	uint64_t have, missing;

	struct holding *holdings;
	size_t n_holdings, max_holdings;
	const struct holding *nearest; /* of a denial; NULL if no assignment leads there */

	uint32_t *held, *blocked; /* ids of roles in conflict rules: held, and of these those that
				     give nothing */
	size_t n_held, n_blocked;
	uint32_t violated; /* the first violated rule, as its place in the list; if n_blocked */

	/* From here on what is not cleared for each run: it is large, and nearly always not needed. */
	struct record service_record;
	struct service service;
	struct holding few[HOLDINGS_FEW]; /* room for the holdings of most people */
};

/*
 * Decide, and find out what each role has to do with it.
 *
 * Owner:    decide_findings_free(findings), whatever is returned.
 * Returns:  as rolegate_decide(); *decision is always written.
 */
int decide_evaluate(const struct rolegate_policy *policy, const struct rolegate_request *request,
		    const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		    struct findings *findings, struct rolegate_decision *decision);

/* The same decision, by the same steps, where nobody asks for each role: sets of roles are looked at as one. */
int decide_briefly(const struct rolegate_policy *policy, const struct rolegate_request *request,
		   const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		   struct findings *findings, struct rolegate_decision *decision);

void decide_findings_free(struct findings *findings);

/*
 * Find out all that a person holds at a moment, whatever is asked for: holdings, held, blocked and
 * violated are filled in as decide_evaluate() does.
 *
 * person    with uid and groups; without them their share is left out
 * Owner:    decide_findings_free(findings), whatever is returned.
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 */
int decide_hold(const struct rolegate_policy *policy, const struct rolegate_person *person,
		int64_t at, struct findings *findings);

/*
 * Add to a map of permissions what the holdings give that are in force, whether or not the plan
 * leaves it (P11). Returns as decide_hold().
 */
int decide_add_held(const struct rolegate_policy *policy, const struct findings *findings,
		    unsigned char *map);

/*
 * Whether the person is an owner: a holding in force is of the owner role or of one based on it (P6),
 * and no conflict rule takes that away. Returns as decide_hold().
 */
int decide_is_owner(const struct rolegate_policy *policy, const struct findings *findings,
		    bool *ret_is_owner);

/* Whether a holding gives anything, as far as time and approval go. */
static inline bool decide_is_in_force(const struct holding *holding)
{
	return holding->in_time && holding->is_approved;
}

/* Whether a role gives nothing, because the person holds roles that exclude each other. */
bool decide_is_blocked(const struct findings *findings, uint32_t role);

/*
 * Walks from a role down to its bases, each role once, the nearest first.
 *
 *	for (r = walk_start(&walk, policy, role); r > 0; r = walk_next(&walk)) look at walk.info
 *
 * Returns:  1 there is a role; 0 the end; -EBADMSG, -ENOMEM, -EIO.
 * Owner:    walk_free(), always.
 */
struct walk {
	const struct rolegate_policy *policy;
	const struct findings *avoid; /* roles blocked there are not entered; may be NULL */
	unsigned char *seen;
	uint32_t *queue; /* ids of roles */
	uint32_t *via;	 /* for each in the queue: the queue's place of the role it is a base of */
	uint32_t n_queue, at;
	struct record record;
	struct role_info info;
};

int walk_start(struct walk *walk, const struct rolegate_policy *policy,
	       const struct findings *avoid, uint32_t role);
int walk_next(struct walk *walk);
void walk_free(struct walk *walk);

#endif
