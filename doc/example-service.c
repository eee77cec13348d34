/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * example-service: may this user use this service here, and why?
 *
 *	cc example-service.c $(pkg-config --cflags --libs librolegate)
 *	./a.out USER SERVICE [STATE_DIR]
 *
 * It shows what a program does to ask Rolegate. A decision is about an account, so the name is looked
 * up first, and only its canonical name counts. Only if the answer
 * depends on groups (decision.wants) are these looked up, which may cost a directory server's time.
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

/* An account, and what it points at. */
struct user {
	struct rolegate_person person;
	char *name;
	char *group_names[GROUPS_MAX];
	gid_t gid, gids[GROUPS_MAX];
	char buffer[BUFFER_SIZE];
};

/* Of the functions of <pwd.h> and <grp.h>: an error that only means that there is no such entry. */
static int means_absent(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH;
}

/*
 * Look a name up. The system may find an account by another spelling: then its own name is looked up, and has to lead to
 * the same uid, or there are two accounts. 0; -1 unknown.
 */
static int look_up(struct user *user, const char *name)
{
	struct passwd entry, *found = NULL;
	int error = getpwnam_r(name, &entry, user->buffer, BUFFER_SIZE, &found);
	int is_again = user->person.facts & ROLEGATE_FACT_UID;

	if (!found && !means_absent(error))
		return -1;
	if (!found && !is_again) {
		user->person.facts |= ROLEGATE_FACT_ABSENT;
		return 0;
	}
	if (is_again && (!found || entry.pw_uid != user->person.uid)) {
		user->person.facts |= ROLEGATE_FACT_AMBIGUOUS;
		return 0;
	}
	user->person.facts |= ROLEGATE_FACT_UID;
	user->person.uid = entry.pw_uid;
	user->gid = entry.pw_gid;
	if (!strcmp(entry.pw_name, user->name) || is_again)
		return 0;
	free(user->name);
	user->name = strdup(entry.pw_name);
	user->person.name = user->name;
	return user->name ? look_up(user, user->name) : -1;
}

/* Learn all groups, primary and supplementary, and the names of those that matter. 0; -1 unknown. */
static int look_up_groups(const struct rolegate_policy *policy, struct user *user)
{
	int n = GROUPS_MAX;

	if (getgrouplist(user->name, user->gid, user->gids, &n) < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct group entry, *found = NULL;
		int needed = rolegate_policy_needs_group(policy, user->gids[i]);

		if (needed < 0)
			return -1;
		/* A name that does not come stays NULL: the library knows what that means. */
		if (needed > 0 &&
		    getgrgid_r(user->gids[i], &entry, user->buffer, BUFFER_SIZE, &found) == 0 &&
		    found)
			user->group_names[i] = strdup(entry.gr_name);
	}
	user->person.n_groups = (size_t)n;
	user->person.gids = user->gids;
	user->person.group_names = (const char *const *)user->group_names;
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
		/*
		 * getgrouplist(3) does not report whether each name source answered. A program that cannot ask the
		 * name sources one by one keeps the denial.
		 */
		if (!(decision->wants & ROLEGATE_FACT_GROUPS))
			return 0;
		r = look_up_groups(policy, user);
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
		printf("  %s (%s:%u)\n", e->steps[i]->name,
		       e->steps[i]->file ? e->steps[i]->file : "by default", e->steps[i]->line);
	for (size_t i = 0; r == 0 && i < e->n_missing; i++)
		printf("  missing: %s\n", e->missing[i]);
	rolegate_explanation_free(e);
	return r;
}

static int answer(const struct rolegate_policy *policy, const struct rolegate_request *request,
		  struct user *user)
{
	struct rolegate_decision decision = ROLEGATE_DECISION_INIT;
	int r = look_up(user, user->name) < 0 ? -EIO : decide(policy, request, user, &decision);
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
	struct rolegate_request request = ROLEGATE_REQUEST_INIT;
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
		user->person.size = sizeof(user->person);
		user->name = strdup(argv[1]);
		user->person.name = user->name;
		request.service = argv[2];
		request.at = time(NULL);
		status = user->name ? answer(policy, &request, user) : 2;
	}
	for (size_t i = 0; user && i < user->person.n_groups; i++)
		free(user->group_names[i]);
	if (user)
		free(user->name);
	free(user);
	free(trouble);
	rolegate_policy_close(policy);
	return status;
}
