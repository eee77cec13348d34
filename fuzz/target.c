/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "target.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A moment amid the times of the corpus: 2026-11-22T12:00:00Z. */
#define NOW INT64_C(1795348800)

int target_make_file(void)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || fchmod(fd, 0600) < 0)
		abort();
	return fd;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* The closed set of errors (rolegate.h); a call that is right gets no -EINVAL. */
static bool is_known_error(int r, bool must_work)
{
	if (must_work)
		return r == 0;
	return r == 0 || r == -EBADMSG || r == -ENOMEM || r == -EIO;
}

static void check_decision(int r, const struct rolegate_decision *d, bool must_work)
{
	check(is_known_error(r, must_work));
	check(d->verdict == ROLEGATE_DENY || d->verdict == ROLEGATE_ALLOW);
	check(d->verdict == ROLEGATE_DENY || (r == 0 && d->wants == 0 && !d->wants_actor));
	check(d->verdict == ROLEGATE_DENY || d->reason == ROLEGATE_GRANTED ||
	      d->reason == ROLEGATE_OPEN_SERVICE);
	check(r == 0 || (!d->permissive && d->reason == rolegate_reason_of_error(r)));
}

/* Touch every byte of an explanation, so that a sanitizer sees what is not there. */
static size_t weigh(const struct rolegate_explanation *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_steps; i++) {
		for (const char *p = e->steps[i]->name; *p; p++)
			n++;
		for (const char *p = e->steps[i]->file; p && *p; p++)
			n++;
	}
	for (size_t i = 0; i < e->n_missing; i++)
		for (const char *p = e->missing[i]; *p; p++)
			n++;
	return n;
}

static void note(struct target_verdicts *verdicts, const struct rolegate_decision *d)
{
	check(verdicts->n < TARGET_VERDICTS_MAX);
	verdicts->list[verdicts->n++] = d->verdict == ROLEGATE_ALLOW;
}

static void ask(const struct rolegate_policy *policy, const struct rolegate_person *person,
		const char *service, const char *permission, bool must_work,
		struct target_verdicts *verdicts)
{
	const struct rolegate_request request = { .size = sizeof(struct rolegate_request),
						  .service = service,
						  .permission = permission,
						  .at = NOW };
	const struct rolegate_subject subject = { .person = *person };
	const struct rolegate_actor actor = { .person = *person };
	struct rolegate_explanation *explanation = NULL;
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	int r, decided;

	r = rolegate_decide(policy, &request, &subject, NULL, &decision);
	check_decision(r, &decision, must_work);
	note(verdicts, &decision);
	decided = rolegate_decide(policy, &request, &subject, &actor, &decision);
	check_decision(decided, &decision, must_work);
	note(verdicts, &decision);
	r = rolegate_explain(policy, &request, &subject, &actor, &explanation);
	check(is_known_error(r, must_work));
	if (r < 0)
		return;
	/* Two views of one run. */
	check(decided < 0 || (explanation->decision->verdict == decision.verdict &&
			      explanation->decision->reason == decision.reason));
	check(weigh(explanation) < SIZE_MAX);
	rolegate_explanation_free(explanation);
}

static int each_source(const struct rolegate_source *source, void *context)
{
	size_t *n = context;

	for (const char *p = source->path; *p; p++)
		(*n)++;
	return 0;
}

void target_ask(const struct rolegate_policy *policy, const char *name, int must_work,
		struct target_verdicts *verdicts)
{
	static const char *const groups[] = { "ops", "staff" };
	static const gid_t gids[] = { 50, 51 };
	const unsigned int all = ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS | ROLEGATE_FACT_SOURCES;
	const size_t size = sizeof(struct rolegate_person);
	const struct rolegate_person people[] = {
		{ .size = size,
		  .name = "alice",
		  .uid = 1000,
		  .facts = all,
		  .gids = gids,
		  .group_names = groups,
		  .n_groups = 2 },
		{ .size = size, .name = "bob", .uid = 1001, .facts = all, .silent_source = "sss" },
		{ .size = size, .name = "root", .uid = 0, .facts = ROLEGATE_FACT_UID },
		{ .size = size,
		  .name = "daemon",
		  .uid = 2,
		  .facts = all,
		  .gids = gids,
		  .group_names = &name,
		  .n_groups = 1 },
		{ .size = size, .name = name && *name ? name : "x", .facts = 0 },
		{ .size = size, .name = name && *name ? name : "x", .facts = ROLEGATE_FACT_ABSENT },
	};
	const char *const services[] = { "sshd", "pop3", "su", name };
	const char *const permissions[] = { "manage", "mail", name };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		for (size_t k = 0; k < sizeof(services) / sizeof(services[0]); k++)
			if (services[k])
				ask(policy, &people[i], services[k], NULL, must_work, verdicts);
		for (size_t k = 0; k < sizeof(permissions) / sizeof(permissions[0]); k++)
			if (permissions[k])
				ask(policy, &people[i], "sshd", permissions[k], must_work,
				    verdicts);
	}
	check(is_known_error(rolegate_policy_each_source(policy, each_source, &n), must_work));
	check(rolegate_policy_generation(policy) != 0);
}

void target_check_failed(const struct target_verdicts *run, const struct target_verdicts *failed)
{
	check(failed->n <= run->n);
	for (size_t i = 0; i < failed->n; i++)
		check(!failed->list[i] || run->list[i]);
}
