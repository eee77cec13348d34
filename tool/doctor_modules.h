/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor: the modules of a service's account or password stack.
 */
#ifndef ROLEGATE_DOCTOR_MODULES_H
#define ROLEGATE_DOCTOR_MODULES_H

#include "doctor.h"
#include "pam_services.h"

/*
 * Report modules that libpam cannot run, a module of ours that other users can write, and modules behind ours
 * that change PAM_USER.
 *
 * type  STACK_ACCOUNT or STACK_PASSWORD
 */
void doctor_modules(struct tool *tool, struct doctor_findings *findings,
		    const struct pam_service *service, enum stack_type type);

#endif
