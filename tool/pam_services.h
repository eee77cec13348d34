/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PAM services of a host, each with its stacks, our judgement of them, and the policy's word.
 */
#ifndef ROLEGATE_PAM_SERVICES_H
#define ROLEGATE_PAM_SERVICES_H

#include "policy_services.h"
#include "tool.h"
#include "verdict.h"

#define PAM_SERVICES_QUESTIONS (VERDICT_ABSENT + 1)

/* is_included: others have it for a part, which does not say that it is no service */
struct pam_service {
	struct stack_service read;
	struct verdict verdicts[PAM_SERVICES_QUESTIONS]; /* by enum verdict_question */
	struct policy_service entry;			 /* all false without a policy */
	bool is_included;
};

/* Owner: pam_services_free(). */
struct pam_services {
	struct pam_service *list;
	size_t n;
};

/*
 * Read all services, in byte order of their names. What is called common-…, or as other distributions
 * call such parts of services, is left out unless the policy speaks of it; no other file is, whoever
 * includes it.
 *
 * policy  NULL if there is none
 * Returns 0 or a negative errno value.
 * Owner:  pam_services_free(ret), always.
 */
int pam_services_read(struct tool *tool, const struct rolegate_policy *policy,
		      struct pam_services *ret);
void pam_services_free(struct pam_services *services);

/* The answer, as in verdict.h. */
enum verdict_answer pam_service_answer(const struct pam_service *service,
				       enum verdict_question question);

#endif
