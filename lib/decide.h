/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The evaluator: what is required, which roles an account has, and what follows. rolegate_decide() and
 * rolegate_explain() are two views of the one run of decide_evaluate().
 */
#ifndef ROLEGATE_DECIDE_H
#define ROLEGATE_DECIDE_H

#include "policy.h"

/*
 * A fact that tools may suppose and PAM never: the account is the one that the policy means by the name, it is in
 * the groups of those names, and nothing more is to be learned about it. rolegate_decide() refuses it.
 */
#define DECIDE_FACT_SUPPOSED 0x10000u

/* A clock that is this many seconds before the activation is wrong (P3, Clock). */
#define DECIDE_CLOCK_SLACK INT64_C(300)

/*
 * One role that is assigned to the account; or all roles of an assignment at once, where they are a set and the caller
 * does not need each. Assignments of the same role at the same time are one entry, which names the first (D9).
 * Masks have one bit for each required permission.
 */
struct holding {
	enum rolegate_step_kind source;
	const char *name; /* the group, where one is the source */
	struct place place;
	uint32_t role;	  /* or the set */
	bool is_set;	  /* only of decide_briefly() */
	bool in_time;	  /* P3 */
	bool is_approval; /* its assignment says approved_by */
	bool is_approved; /* P9: the role needs no approval, or has it */
	bool is_owner; /* the owner role, or based on it by a way that no conflict blocks (P6); not of a set */
	uint64_t grants;    /* what the role gives, conflicts aside */
	uint64_t unblocked; /* what it gives when conflicts count (A6) */
};

/*
 * What was found out about a role or a set of roles, so that a question loads each record of it once (D9).
 *
 * grants     mask of the required permissions
 * was_added  of a set: whether its roles are holdings, by whether the time is theirs
 */
struct noted {
	uint64_t grants;
	bool is_loaded, needs_approval, has_members, is_owner;
	bool was_added[2];
};

/* Holdings that need no memory from the heap: nearly every account has fewer. */
#define HOLDINGS_FEW 8u

/* Everything a run found out; an explanation is made of it. */
struct findings {
	const struct rolegate_person *person;
	bool is_brief;		   /* sets of roles are looked at as one */
	bool is_before_activation; /* the time is, by more than the slack of the clock */
	bool is_clock_known;	   /* else the time is before the activation (P3) */
	bool is_virtual;	   /* no account: a name that a service knows alone (P12) */

	/* What is required (D2). */
	bool has_service;
	bool is_other; /* other_services decided */
	bool is_permission_unknown;
	bool any; /* any of the required is enough */
	uint32_t n_required;
	const struct required *required;
	struct required single; /* where not the service's own list is meant */

	/* Why the account itself is denied. */
	bool is_suspended;
	struct place suspended_place;

	/* The roles of the account (P3). */
	struct holding *holdings;
	size_t n_holdings, max_holdings;
	uint32_t *index; /* places of holdings by role and time, plus 1; NULL: few */
	struct required_bytes *required_bytes; /* NULL: few roles */
	struct noted *noted;		       /* by role, then by set; NULL: few */
	bool lacks_group_name; /* a gid of the account had a recorded group's number, and no answer */
	bool has_other_uid;    /* assignments to the name were recorded for another uid */
	bool passes_as_owner;	       /* P7: allowed where the service has no entry */
	const struct holding *nearest; /* of a denial; NULL if no assignment leads there */

	uint64_t in_force; /* mask of the required: the plan leaves it (P11) */
	uint64_t have, missing;

	/* Roles of conflict rules (A6), as maps by role: those of the account, and of these the blocked ones. */
	unsigned char *held, *blocked;
	size_t n_held, n_blocked;
	uint32_t violated; /* the first violated rule, as its place in the list; if n_blocked */

	/* From here on what is not cleared for each run: it is large, and nearly always not needed. */
	struct record service_record;
	struct service service;
	struct holding few[HOLDINGS_FEW]; /* room for the holdings of most accounts */
};

/*
 * Decide, and find out what each role has to do with it.
 *
 * request, subject, actor  of this version of rolegate.h, already checked
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

/*
 * The same without findings: what rolegate_decide() does, on a policy of which it is known which one answers, and on
 * checked structures; also for accounts with DECIDE_FACT_SUPPOSED.
 */
int decide_only(const struct rolegate_policy *policy, const struct rolegate_request *request,
		const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		struct rolegate_decision *decision);

/* rolegate_explain() on a policy of which it is known which one answers, and on checked structures. */
int explain_evaluated(const struct rolegate_policy *policy, const struct rolegate_request *request,
		      const struct rolegate_subject *subject, const struct rolegate_actor *actor,
		      struct rolegate_explanation **ret_explanation);

void decide_findings_free(struct findings *findings);

/*
 * Find all roles of an account at a moment, without a request: fills in the same members about roles and
 * conflicts as decide_evaluate().
 *
 * person    with uid and groups; without them their share is left out
 * Owner:    decide_findings_free(findings), whatever is returned.
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 */
int decide_hold(const struct rolegate_policy *policy, const struct rolegate_person *person,
		int64_t at, struct findings *findings);

/*
 * Add to a map of permissions what the active roles grant, whether or not the plan
 * leaves it (P11). Returns as decide_hold().
 */
int decide_add_held(const struct rolegate_policy *policy, const struct findings *findings,
		    unsigned char *map);

/*
 * Whether the account is an owner: it has the owner role now, or one based on it (P6), and no conflict rule takes
 * that away. The findings are of decide_hold(), which looks at roles one by one.
 */
bool decide_is_owner(const struct findings *findings);

/* Whether an account is suspended at a moment (P13): 1 and *ret, 0, or an error as decide_hold(). */
int decide_is_suspended(const struct rolegate_policy *policy, const struct rolegate_person *person,
			int64_t at, struct place *ret);

/* Whether a uid, known to be one of this host's own or not, is a system account's (P3). */
bool decide_is_system(const struct rolegate_policy *policy, uid_t uid, bool is_local);

/* Whether time and approval let an assigned role take effect. */
static inline bool decide_is_in_force(const struct holding *holding)
{
	return holding->in_time && holding->is_approved;
}

/* Whether the account has a role of a conflict rule, and whether a rule blocks that role. */
static inline bool decide_is_held(const struct findings *findings, uint32_t role)
{
	return findings->n_held > 0 && format_bit(findings->held, role);
}

static inline bool decide_is_blocked(const struct findings *findings, uint32_t role)
{
	return findings->n_blocked > 0 && format_bit(findings->blocked, role);
}

/* How many roles of a rule the account has. */
uint32_t decide_count_held(const struct findings *findings, const struct conflict *rule);

/* Block the roles of a rule that the account has. findings->blocked is large enough. */
void decide_block_held(struct findings *findings, const struct conflict *rule);

/*
 * What is required, and which roles the account has: the parts of decide_evaluate(), in rule.c and holdings.c.
 * All return 0 or as decide_hold().
 */
int rule_find(const struct rolegate_policy *policy, const struct rolegate_request *request,
	      struct findings *f);
/* *wants gets the facts without which the holdings are not complete. */
int holdings_find(const struct rolegate_policy *policy, struct findings *f, int64_t at,
		  unsigned int *wants);
/* Whether the roles that groups can bring may break a conflict rule: 1, 0 or an error. */
int holdings_may_conflict(const struct rolegate_policy *policy, const struct findings *f);
/* What the account has of a role at a time, other than as root; or NULL. */
const struct holding *holdings_of(const struct rolegate_policy *policy, const struct findings *f,
				  uint32_t role, bool in_time);
/* The bits of what is required that a map of permissions has. */
uint64_t holdings_required_in(const struct findings *f, const unsigned char *map);

/*
 * Walks from roles down to their bases, each role once, the nearest first.
 *
 *	r = walk_start(&walk, policy, avoid);
 *	if (r == 0) walk_add(&walk, role);	as often as there are roles to begin with
 *	for (r = r < 0 ? r : walk_next(&walk); r > 0; r = walk_next(&walk)) look at walk.info
 *
 * Returns:  walk_start() 0 or -ENOMEM; walk_next() 1 there is a role; 0 the end; -EBADMSG, -ENOMEM, -EIO.
 * Owner:    walk_free(), always.
 */
struct walk {
	const struct rolegate_policy *policy;
	const struct findings *avoid; /* roles blocked there are not entered; may be NULL */
	unsigned char *seen;
	/* For each place of the queue: */
	uint32_t *queue; /* the id of the role */
	uint32_t *via;	 /* the place of the role it is a base of, or its own place */
	uint32_t *first; /* the id of the role with which the way to it begins */
	uint32_t *depth; /* how many roles are before it on that way */
	uint32_t n_queue, at;
	struct record record;
	struct role_bases info;
};

int walk_start(struct walk *walk, const struct rolegate_policy *policy,
	       const struct findings *avoid);
void walk_add(struct walk *walk, uint32_t role);
int walk_next(struct walk *walk);
void walk_free(struct walk *walk);

/* Begin with the active roles that conflicts can touch; the last argument limits them by kind (bits), 0: all. */
int walk_start_held(struct walk *walk, const struct rolegate_policy *policy,
		    const struct findings *f, unsigned int sources);

#endif
