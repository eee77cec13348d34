/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that use PAM without its account phase: no denial by an account module reaches them.
 */
#ifndef ROLEGATE_PAM_PROGRAMS_H
#define ROLEGATE_PAM_PROGRAMS_H

/* service: the name with which the program asks PAM */
struct pam_program {
	const char *service, *program;
	enum pam_program_kind {
		PAM_PROGRAM_PASSWORD, /* it sets passwords */
		PAM_PROGRAM_SWITCH,   /* it runs commands as another user, for root only */
		PAM_PROGRAM_LOCK,     /* it asks for the password of the user who is at work */
	} kind;
};

/* The program behind a service that never calls pam_acct_mgmt(3); NULL: none that is known. */
const struct pam_program *pam_programs_find(const char *service);

#endif
