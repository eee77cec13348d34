/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether a denial by pam_rolegate is final in a stack: whether libpam can come to a success
 * although every line with pam_rolegate denied.
 *
 * How that is found out: libpam walks a stack with a state of few values, the impression (none,
 * positive, negative) and the status so far, plus what both were when each substack began. All
 * states that can be reached at each line are collected, line by line; the walk only goes
 * forward, so this ends. What a module may return is taken as widely as can be:
 *
 *   - pam_rolegate returns any of its denials (pam_rolegate(8)), each line for itself;
 *   - pam_permit and pam_deny, named without a folder or in one of libpam's, return what they
 *     always return;
 *   - a line that libpam cannot understand returns perm_denied;
 *   - a line whose module libpam cannot run (stack_entry.fault) returns module_unknown;
 *   - everything else returns any value that there is, but new_authtok_reqd only where the
 *     question allows for an expired password, and never incomplete, with which no phase ends.
 *
 * So FINAL is true whatever the other modules do. OPEN comes with a witness, which libpam follows
 * to the letter if the modules return it; whether they ever do, nobody can read from a
 * configuration.
 */
#ifndef ROLEGATE_VERDICT_H
#define ROLEGATE_VERDICT_H

#include <stdint.h>

#include "stack.h"

/* The file name of our module. */
#define VERDICT_MODULE "pam_rolegate.so"

enum verdict_question {
	VERDICT_FRESH,	 /* account: success; nobody's password has expired */
	VERDICT_EXPIRED, /* account: success or new_authtok_reqd, after which sshd, su, sudo and
			    login let the user in once the password is changed */
	VERDICT_CHANGE,	 /* password: the preliminary check, without which nothing is changed */
	VERDICT_ABSENT,	 /* as VERDICT_FRESH, with a pam_rolegate.so that libpam cannot load */
};

enum verdict_answer {
	VERDICT_FINAL,	   /* pam_rolegate is there, and its denial stands */
	VERDICT_OPEN,	   /* it is there, and somebody may get in who was denied */
	VERDICT_UNGUARDED, /* it is not there, and somebody may get in */
	VERDICT_CLOSED,	   /* it is not there, but nobody gets in */
	VERDICT_VAGUE,	   /* libpam's own behaviour is not foreseeable: rely on nothing */
};

/* How a denial gets lost. */
enum verdict_cause {
	VERDICT_NO_CAUSE,
	VERDICT_ENDED,	/* pam_rolegate does not run: the culprit ended the stack */
	VERDICT_JUMPED, /* it does not run: the culprit jumped over it */
	VERDICT_DROPPED, /* it runs, and the culprit, its own line, makes nothing of what it returned */
	VERDICT_RESET,	     /* it runs, and the culprit resets what it has come to */
	VERDICT_FORESTALLED, /* it runs, after the culprit has made new_authtok_reqd the result */
};

/* A line that runs in the witness, and what its module returns. */
struct verdict_step {
	size_t entry;
	unsigned int returned;
};

/* Owner: verdict_free(). */
struct verdict {
	enum verdict_answer answer;
	/* The rest is for VERDICT_OPEN, the witness also for VERDICT_UNGUARDED. */
	enum verdict_cause cause;
	size_t culprit, guard; /* entries; guard is the line of pam_rolegate it is about */
	struct verdict_step *witness;
	size_t n_witness;
	unsigned int result; /* what the phase returns in it */
	const char *vague;   /* for VERDICT_VAGUE: why */
};

/*
 * Answer a question about a service.
 *
 * Returns 0 or -ENOMEM.
 * Owner:   verdict_free(ret), always.
 */
int verdict_find(const struct stack_service *service, enum verdict_question question,
		 struct verdict *ret);

void verdict_free(struct verdict *verdict);

/*
 * Follow one run: what libpam does if each line's module returns what is given for it.
 *
 * returned     for each line; not looked at for lines that fail or mark a substack, for modules that
 *              cannot run, nor for libpam's own pam_permit and pam_deny
 * ret_ran      for each line: whether its turn comes
 * ret_culprit  where the phase fails: the line that makes it fail, or VERDICT_NO_LINE, if no line
 *              grants anything
 * Returns whether the phase succeeds.
 */
bool verdict_follow(const struct stack *stack, enum stack_type type, const unsigned char *returned,
		    bool *ret_ran, size_t *ret_culprit);

#define VERDICT_NO_LINE SIZE_MAX

/* The phase that a question is about. */
enum stack_type verdict_type(enum verdict_question question);

/* The name of an answer, as `final`; part of the command's JSON. */
const char *verdict_name(enum verdict_answer answer);

#endif
