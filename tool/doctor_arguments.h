/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor: what the arguments of a line with our module make of its question.
 */
#ifndef ROLEGATE_DOCTOR_ARGUMENTS_H
#define ROLEGATE_DOCTOR_ARGUMENTS_H

#include "doctor.h"
#include "pam_services.h"

/*
 * Add what is to be said of the arguments (pam_rolegate(8)) of all lines with our module in one stack of a
 * service. They are read by the module's own reader.
 *
 * policy  NULL: none is in force
 * type    STACK_ACCOUNT or STACK_PASSWORD
 */
void doctor_arguments(struct tool *tool, struct doctor_findings *findings,
		      const struct rolegate_policy *policy, const struct pam_service *service,
		      enum stack_type type);

/* Whether `state=` names the folder that the module reads anyway. */
bool doctor_arguments_is_usual_state(const char *dir);

#endif
