/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that was compiled with the header of version 0.1.0 and runs with the library of today: tests/abi.sh. It
 * prints one line for each question; no output of it may ever change.
 *
 * With NEWER defined it plays a program of a later header: its structures are longer than the library knows.
 *
 *	caller STATE_DIR
 */
#include <errno.h>
#include <rolegate.h>
#include <stdio.h>
#include <string.h>

/* Bytes that a later header may have added to each structure. */
#define MORE 64

struct question {
	struct rolegate_request request;
	unsigned char more_request[MORE];
	struct rolegate_subject subject;
	unsigned char more_subject[MORE];
	struct rolegate_decision decision;
	unsigned char more_decision[MORE];
};

static void begin(struct question *q, const char *user, uid_t uid, unsigned int facts)
{
	static const gid_t gids[] = { 100 };
	static const char *const names[] = { "users" };

	/* What is behind the structures is not zero: no library may look at it, or write it. */
	memset(q, 0x5a, sizeof(*q));
	q->request = (struct rolegate_request)ROLEGATE_REQUEST_INIT;
	q->subject = (struct rolegate_subject)ROLEGATE_ACCOUNT_INIT;
	q->decision = (struct rolegate_decision)ROLEGATE_DECISION_INIT;
#ifdef NEWER
	memset(q->more_request, 0, MORE);
	memset(q->more_subject, 0, MORE);
	q->request.size += MORE;
	q->subject.person.size += MORE;
	q->decision.size += MORE;
#endif
	q->request.service = "sshd";
	q->request.at = 1795348800;
	q->subject.person.name = user;
	q->subject.person.uid = uid;
	q->subject.person.facts = facts;
	q->subject.person.gids = gids;
	q->subject.person.group_names = names;
	q->subject.person.n_groups = 1;
}

static int is_filled(const unsigned char *bytes, unsigned char with)
{
	for (size_t i = 0; i < MORE; i++)
		if (bytes[i] != with)
			return 0;
	return 1;
}

static void ask(const struct rolegate_policy *policy, const char *what, struct question *q)
{
	int r = rolegate_decide(policy, &q->request, &q->subject, NULL, &q->decision);

	printf("%s: %s %s wants %u", what,
	       r == -EINVAL			       ? "refused"
	       : r < 0				       ? "error"
	       : q->decision.verdict == ROLEGATE_ALLOW ? "allow"
						       : "deny",
	       rolegate_reason_name(q->decision.reason), q->decision.wants);
#ifdef NEWER
	printf(" tail %d\n", is_filled(q->more_decision, r == -EINVAL ? 0x5a : 0) ||
				     is_filled(q->more_decision, 0));
#else
	printf(" tail %d\n", is_filled(q->more_decision, 0x5a));
#endif
}

int main(int argc, char **argv)
{
	const unsigned int all = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES;
	struct rolegate_policy *policy = NULL;
	struct rolegate_explanation *e = NULL;
	struct question q;

	if (argc != 2 || rolegate_policy_open(argv[1], &policy, NULL) < 0)
		return 1;
	begin(&q, "alice", 1000, all);
	ask(policy, "granted", &q);
	begin(&q, "alice", 0, 0);
	ask(policy, "a name alone", &q);
	begin(&q, "nobody-at-all", 1001, all);
	ask(policy, "no role", &q);
	begin(&q, "bob", 1002, all);
	ask(policy, "suspended", &q);
	begin(&q, "alice", 1000, all);
	q.request.size = 1;
	ask(policy, "a size that is too small", &q);
	begin(&q, "alice", 1000, all | 1u << 20);
	ask(policy, "a fact that is not known", &q);
#ifdef NEWER
	begin(&q, "alice", 1000, all);
	q.more_request[3] = 1;
	ask(policy, "a member that is not known", &q);
#endif
	begin(&q, "alice", 1000, all);
	if (rolegate_explain(policy, &q.request, &q.subject, NULL, &e) < 0)
		return 1;
	printf("explained: %s, %zu steps, the second is %s\n",
	       rolegate_reason_name(e->decision->reason), e->n_steps, e->steps[1]->name);
	rolegate_explanation_free(e);
	rolegate_policy_close(policy);
	return 0;
}
