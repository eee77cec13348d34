/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets librolegate decide about random users in one process, on one open policy.
 *
 *	decisions STATE N TIMES WHAT open|load
 *
 * The policy in STATE gives `mail` to N users, of whom all but the first and the last are called
 * u0000002 and so on (hosts.sh), and lets users with it into the service `bench`. What is asked:
 * `name` whether they may use the service, by the name alone; `facts` the same by a caller that has
 * looked up uid and groups; `can` whether they hold the permission; `nobody` as `facts`, about
 * users that are not in the policy. `open` leaves the policy in its file, `load` takes it into
 * memory. Every answer is checked. Prints nanoseconds of the processor's time per decision. Exit status: 0, or 1 if an
 * answer was wrong.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rolegate.h"

#define NAME_SIZE 24
/* The order is random and yet the same in every run. */
#define SEED UINT64_C(0x9e3779b97f4a7c15)

static const char *const groups[] = { "users", "staff", "print" };
static const gid_t gids[] = { 100, 50, 60001 };

static const struct question {
	const char *word, *permission;
	unsigned int facts;
	enum rolegate_verdict want;
	char first; /* letter of the users' names */
} questions[] = {
	{ "name", NULL, ROLEGATE_FACT_UID, ROLEGATE_ALLOW, 'u' },
	{ "facts", NULL, ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS, ROLEGATE_ALLOW, 'u' },
	{ "can", "mail", ROLEGATE_FACT_UID, ROLEGATE_ALLOW, 'u' },
	{ "nobody", NULL, ROLEGATE_FACT_UID | ROLEGATE_FACT_GROUPS, ROLEGATE_DENY, 'x' },
};

static const struct question *find_question(const char *word)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		if (!strcmp(questions[i].word, word))
			return &questions[i];
	return NULL;
}

/* The names of the users from the second to the last but one, in random order. */
static char (*shuffled_names(size_t n, char first))[NAME_SIZE]
{
	char(*names)[NAME_SIZE] = calloc(n, sizeof(*names));
	uint64_t random = SEED;

	for (size_t i = 0; names && i < n; i++) {
		size_t k;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		k = random % (i + 1);
		memcpy(names[i], names[k], sizeof(*names));
		snprintf(names[k], sizeof(*names), "%c%07zu", first, i + 2);
	}
	return names;
}

/* The processor's time, not the wall's: another's work must not count. */
static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Decide n times; the number of answers that are wrong. */
static size_t decide(const struct rolegate_policy *policy, const struct question *question,
		     char (*names)[NAME_SIZE], size_t n_names, size_t n)
{
	struct rolegate_request request = {
		.size = sizeof(struct rolegate_request),
		.service = question->permission ? NULL : "bench",
		.permission = question->permission,
		.at = time(NULL),
	};
	struct rolegate_subject subject = { {
		.size = sizeof(struct rolegate_person),
		.uid = 1000,
		.gids = gids,
		.group_names = groups,
		.n_groups = sizeof(groups) / sizeof(*groups),
		.facts = question->facts,
	} };
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	size_t wrong = 0;

	for (size_t i = 0, k = 0; i < n; i++) {
		subject.person.name = names[k];
		wrong += rolegate_decide(policy, &request, &subject, NULL, &decision) != 0 ||
			 decision.verdict != question->want;
		if (++k == n_names)
			k = 0;
	}
	return wrong;
}

static int open_policy(const char *state, const char *how, struct rolegate_policy **ret_policy)
{
	return strcmp(how, "load") ? rolegate_policy_open(state, ret_policy, NULL)
				   : rolegate_policy_load(state, ret_policy, NULL);
}

int main(int argc, char **argv)
{
	const struct question *question = argc == 6 ? find_question(argv[4]) : NULL;
	struct rolegate_policy *policy = NULL;
	size_t n, times, wrong;
	char(*names)[NAME_SIZE];
	double begin;

	if (!question)
		return 1;
	n = strtoul(argv[2], NULL, 10) - 2;
	times = strtoul(argv[3], NULL, 10);
	names = shuffled_names(n, question->first);
	if (!names || open_policy(argv[1], argv[5], &policy) < 0)
		return 1;
	begin = now_ns();
	wrong = decide(policy, question, names, n, times);
	printf("%.1f\n", (now_ns() - begin) / (double)times);
	rolegate_policy_close(policy);
	free(names);
	return wrong ? 1 : 0;
}
