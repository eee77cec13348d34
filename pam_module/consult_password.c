/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the question of the password gate to the policy in force (G1, G2). */
#include <errno.h>

#include "actor.h"
#include "consult.h"

/* Who acts, by uid alone: the name matters only where it is not the own password. 0 or -EIO. */
static int find_actor(struct consultation *c)
{
	static const enum consult_known known[] = {
		[ACTOR_UNKNOWN] = CONSULT_UNKNOWN,
		[ACTOR_REAL_UID] = CONSULT_REAL_UID,
		[ACTOR_LOGIN_UID] = CONSULT_LOGIN_UID,
		[ACTOR_FAILED] = CONSULT_UNKNOWN,
	};
	enum actor_source source = actor_find(&c->actor.person.uid);

	c->known_by = known[source];
	c->has_actor = c->known_by != CONSULT_UNKNOWN;
	if (c->has_actor)
		c->actor.person.facts = ROLEGATE_FACT_UID;
	return source == ACTOR_FAILED ? -EIO : 0;
}

static bool is_own(const struct consultation *c)
{
	struct rolegate_target target = { .person = c->target.person };
	struct rolegate_actor actor = { .person = c->actor.person };

	return c->has_actor && rolegate_is_own_password(&target, &actor);
}

/*
 * Get what the last decision lacked: root in the place of an unknown actor, or the actor's groups.
 * 1 there is more to decide on; 0 there is not; or an error.
 */
static int get_more(struct consultation *c)
{
	const struct rolegate_decision *d = &c->decision;
	int r;

	if (d->verdict == ROLEGATE_ALLOW || (!d->wants && !d->wants_actor))
		return 0;
	if (d->wants_actor) {
		c->known_by = CONSULT_COUNTS_AS_ROOT;
		r = consult_set_actor(c, 0);
	} else {
		r = account_look_up(&c->actor, d->wants, c->policy);
	}
	return r < 0 ? r : 1;
}

/* Facts come in at most three steps, the actor, the groups, and their name sources; each is followed by a decision. */
static int decide(struct consultation *c)
{
	int r = 1;

	for (unsigned int step = 0; step < 4 && r > 0; step++) {
		struct rolegate_target target = { .person = c->target.person };
		struct rolegate_actor actor = { .person = c->actor.person };

		r = rolegate_decide_password(c->policy, &c->request, &target,
					     c->has_actor ? &actor : NULL, &c->decision);
		c->has_no_policy = consult_is_no_policy(r);
		if (r == 0)
			r = get_more(c);
	}
	/* A question that is still open is no answer. */
	return r > 0 ? -EIO : r;
}

/* Somebody else's password, as far as is known. */
static int decide_about_actor(struct consultation *c, int opened)
{
	int r = c->has_actor ? consult_set_actor(c, c->actor.person.uid) : 0;

	if (r == 0)
		r = opened < 0 ? opened : decide(c);
	return r;
}

/* The gate has no say: G1. */
static void allow_own(struct consultation *c)
{
	c->has_no_policy = false;
	c->decision = (struct rolegate_decision){ .size = sizeof(c->decision),
						  .verdict = ROLEGATE_ALLOW,
						  .reason = ROLEGATE_OWN_PASSWORD };
}

/*
 * The own password takes no policy, unless the account is suspended (P13). Without a usable policy no account is; but
 * a process without memory or descriptors, which a user can arrange, does not know whether there is a policy.
 */
static int decide_about_own(struct consultation *c, int opened)
{
	int r = opened < 0 ? opened : decide(c);

	if (r == 0 && c->decision.verdict != ROLEGATE_ALLOW)
		r = consult_set_actor(c, c->actor.person.uid); /* for the log */
	if (r == 0 || rolegate_reason_of_error(r) == ROLEGATE_SYSTEM_ERROR)
		return r;
	allow_own(c);
	return 0;
}

int consult_password(struct consultation *c, const char *state_dir, const char *target,
		     bool is_forced)
{
	int opened, r = account_init(&c->target, target);

	/* Of a forced change only the program says whose it is; its account phase has denied a suspended user. */
	if (r == 0 && is_forced) {
		c->known_by = CONSULT_EXPIRED_PASSWORD;
		allow_own(c);
		return 0;
	}
	if (r == 0)
		r = find_actor(c);
	if (r == 0) {
		opened = consult_open(c, state_dir);
		r = account_look_up(&c->target, ROLEGATE_FACT_UID, c->policy);
		if (r == 0)
			r = is_own(c) ? decide_about_own(c, opened) : decide_about_actor(c, opened);
	}
	if (r < 0)
		consult_fail(c, r);
	return r;
}
