/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * example-service: may this user use this service here, and why?
 *
 *	cc example-service.c $(pkg-config --cflags --libs librolegate)
 *	./a.out USER SERVICE [STATE_DIR]
 *
 * It shows what a program does to ask Rolegate. It decides with the user's name alone first. Only
 * if the answer depends on more (decision.wants) does it look up the uid and the groups, which may
 * cost a directory server's time.
 *
 * Exit status: 0 the user may; 1 the user may not; 2 no answer could be had.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <rolegate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUPS_MAX 65536 /* Linux gives a user no more */
/* A group of 100,000 members needs a megabyte; what is not used is never made by the kernel. */
#define BUFFER_SIZE ((size_t)16 * 1024 * 1024)

/* A person, and what it points at. */
struct user {
	struct rolegate_person person;
	char *names[GROUPS_MAX];
	gid_t gid, gids[GROUPS_MAX];
	char buffer[BUFFER_SIZE];
};

/* Of the functions of <pwd.h> and <grp.h>: an error that only means that there is no such entry. */
static int means_absent(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH;
}

/* Learn the uid and primary group, or that there is no such user, a fact too. 0; -1 unknown. */
static int look_up_uid(struct user *user)
{
	struct passwd entry, *found = NULL;
	int error = getpwnam_r(user->person.name, &entry, user->buffer, BUFFER_SIZE, &found);

	if (!found && !means_absent(error))
		return -1;
	user->person.facts |= found ? ROLEGATE_FACT_UID : ROLEGATE_FACT_ABSENT;
	user->person.uid = found ? entry.pw_uid : 0;
	user->gid = found ? entry.pw_gid : 0;
	return 0;
}

/* Learn the names of all groups, primary and supplementary. 0; -1 unknown. */
static int look_up_groups(struct user *user)
{
	int n = GROUPS_MAX;

	if (getgrouplist(user->person.name, user->gid, user->gids, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct group entry, *found = NULL;
		int error = getgrgid_r(user->gids[i], &entry, user->buffer, BUFFER_SIZE, &found);

		if (!found && means_absent(error))
			continue; /* a number without a name: no policy can speak of it */
		user->names[user->person.n_groups] = found ? strdup(entry.gr_name) : NULL;
		if (!user->names[user->person.n_groups])
			return -1;
		user->person.n_groups++;
	}
	user->person.groups = (const char *const *)user->names;
	user->person.facts |= ROLEGATE_FACT_GROUPS;
	return 0;
}

/* Decide, with as many facts as it takes and no more. 0 or an error of the library. */
static int decide(const struct rolegate_policy *policy, const struct rolegate_request *request,
		  struct user *user, struct rolegate_decision *decision)
{
	for (;;) {
		struct rolegate_subject subject = { .person = user->person };
		/* No actor: we act for nobody else, so services such as su are denied. */
		int r = rolegate_decide(policy, request, &subject, NULL, decision);

		if (r < 0 || decision->verdict == ROLEGATE_ALLOW || decision->wants == 0)
			return r;
		/* The primary group comes with the uid, which therefore comes first. */
		if (!(user->person.facts & (ROLEGATE_FACT_UID | ROLEGATE_FACT_ABSENT)))
			r = look_up_uid(user);
		else
			r = look_up_groups(user);
		if (r < 0) {
			decision->verdict = ROLEGATE_DENY;
			return -EIO;
		}
	}
}

/* Print the path that decided, and what is missing. 0 or an error of the library. */
static int print_path(const struct rolegate_policy *policy, const struct rolegate_request *request,
		      const struct user *user)
{
	struct rolegate_subject subject = { .person = user->person };
	struct rolegate_explanation *e = NULL;
	int r = rolegate_explain(policy, request, &subject, NULL, &e);

	for (size_t i = 0; r == 0 && i < e->n_steps; i++)
		printf("  %s (%s:%u)\n", e->steps[i].name,
		       e->steps[i].file ? e->steps[i].file : "by default", e->steps[i].line);
	for (size_t i = 0; r == 0 && i < e->n_missing; i++)
		printf("  missing: %s\n", e->missing[i]);
	rolegate_explanation_free(e);
	return r;
}

static int answer(const struct rolegate_policy *policy, const struct rolegate_request *request,
		  struct user *user)
{
	struct rolegate_decision decision;
	int r = decide(policy, request, user, &decision);
	/* Compare with == ROLEGATE_ALLOW and nothing else. */
	int allowed = r == 0 && decision.verdict == ROLEGATE_ALLOW;

	if (r == 0) {
		const char *why = rolegate_reason_text(decision.reason);

		printf("%s: %s\n", allowed ? "yes" : "no",
		       decision.wants_actor ? "it depends on who calls" : why);
		/* A permissive policy wants a denial logged and not enforced. */
		if (!allowed && decision.permissive)
			puts("  (the mode is permissive: let in)");
		r = print_path(policy, request, user);
	}
	if (r == 0 && fflush(stdout) != 0)
		r = -EIO;
	if (r < 0)
		fprintf(stderr, "example-service: no answer: %s\n", rolegate_error_text(r));
	return r < 0 ? 2 : allowed || decision.permissive ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct user *user = calloc(1, sizeof(*user));
	struct rolegate_policy *policy = NULL;
	struct rolegate_request request = { .at = time(NULL) };
	char *trouble = NULL;
	int status = 2;

	if (argc != 3 && argc != 4) {
		fputs("usage: example-service USER SERVICE [STATE_DIR]\n", stderr);
	} else if (!user) {
		perror("example-service");
	} else if (rolegate_policy_open(argv[3], &policy, &trouble) < 0) {
		fprintf(stderr, "example-service: no answer: %s\n",
			trouble ? trouble : "out of memory");
	} else {
		user->person.name = argv[1];
		request.service = argv[2];
		status = answer(policy, &request, user);
	}
	for (size_t i = 0; user && i < user->person.n_groups; i++)
		free(user->names[i]);
	free(user);
	free(trouble);
	rolegate_policy_close(policy);
	return status;
}
