/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consult.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"

int consult_set_actor(struct consultation *c, uid_t uid)
{
	int r;

	account_free(&c->actor);
	r = account_init_uid(&c->actor, uid);
	c->has_actor = true;
	if (r == -ENOENT) {
		/* Nobody's uid: there is no name that the policy could know. */
		r = account_init(&c->actor, "?");
		c->actor.person.uid = uid;
		c->actor.person.facts = ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT;
	}
	return r;
}

/* D3: who causes it; in the account phase uid 0 without a known login is root. */
static int find_actor(struct consultation *c)
{
	uid_t uid = 0;

	return actor_find(&uid) == ACTOR_FAILED ? -EIO : consult_set_actor(c, uid);
}

/* Get what the last decision lacked. 1 there is more to decide on; 0 there is not; or an error. */
static int get_more(struct consultation *c)
{
	const struct rolegate_decision *d = &c->decision;
	struct account *person = d->about_actor ? &c->actor : &c->subject;
	int r;

	if (d->verdict == ROLEGATE_ALLOW || (!d->wants && !d->wants_actor))
		return 0;
	r = d->wants_actor ? find_actor(c) : account_look_up(person, d->wants, c->policy);
	if (r == 0 && person == &c->subject && d->wants & ROLEGATE_FACT_UID)
		r = account_check_process(person, c->request.real_uid);
	return r < 0 ? r : 1;
}

/*
 * Facts come in at most four steps, the actor, the uid, the groups, the name sources of groups one by one, and each
 * is followed by a decision.
 */
static int decide(struct consultation *c)
{
	int r = 1;

	for (unsigned int step = 0; step < 5 && r > 0; step++) {
		struct rolegate_subject subject = { .person = c->subject.person };
		struct rolegate_actor actor = { .person = c->actor.person };

		r = rolegate_decide(c->policy, &c->request, &subject, c->has_actor ? &actor : NULL,
				    &c->decision);
		c->has_no_policy = consult_is_no_policy(r);
		if (r == 0)
			r = get_more(c);
	}
	/* A question that is still open is no answer. */
	return r > 0 ? -EIO : r;
}

bool consult_is_no_policy(int error)
{
	return error < 0 && error != -ENOMEM && error != -EAGAIN;
}

int consult_open(struct consultation *c, const char *state_dir)
{
	int r = rolegate_policy_open(state_dir, &c->policy, &c->trouble);

	c->has_no_policy = consult_is_no_policy(r);
	return r;
}

void consult_fail(struct consultation *c, int error)
{
	c->decision = (struct rolegate_decision){ .size = sizeof(c->decision),
						  .verdict = ROLEGATE_DENY,
						  .reason = rolegate_reason_of_error(error),
						  .generation = c->decision.generation };
}

void consult_begin(struct consultation *c, const char *service, const struct arguments *arguments)
{
	*c = (struct consultation){
		.request = ROLEGATE_REQUEST_INIT,
		.target = { .person = ROLEGATE_PERSON_INIT },
		.actor = { .person = ROLEGATE_PERSON_INIT },
		.decision = ROLEGATE_DECISION_INIT,
	};
	c->request.service = service;
	c->request.at = time(NULL);
	c->request.real_uid = getuid();
	c->request.flags = ROLEGATE_REQUEST_REAL_UID |
			   (arguments->is_permissive ? ROLEGATE_REQUEST_PERMISSIVE : 0u);
}

int consult(struct consultation *c, const char *state_dir, const char *user)
{
	int r = account_init(&c->subject, user);

	if (r == 0)
		r = consult_open(c, state_dir);
	if (r == 0)
		r = decide(c);
	if (r < 0)
		consult_fail(c, r);
	return r;
}

bool consult_is_root(struct consultation *c)
{
	if (getuid() != 0 || !c->subject.name ||
	    account_look_up(&c->subject, ROLEGATE_FACT_UID, c->policy) < 0)
		return false;
	return c->subject.person.facts & ROLEGATE_FACT_UID && c->subject.person.uid == 0;
}

bool consult_is_root_actor(const struct consultation *c)
{
	return getuid() == 0 && (!c->has_actor || (c->actor.person.facts & ROLEGATE_FACT_UID &&
						   c->actor.person.uid == 0));
}

void consult_end(struct consultation *c)
{
	rolegate_policy_close(c->policy);
	free(c->trouble);
	account_free(&c->subject);
	account_free(&c->target);
	account_free(&c->actor);
}
