/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the module returns to libpam: the one table of results and codes.
 */
#ifndef ROLEGATE_CODES_H
#define ROLEGATE_CODES_H

#include "rolegate.h"

/*
 * The PAM code of a decision in the account phase.
 *
 * PAM_SUCCESS stands for ROLEGATE_ALLOW alone. PAM_IGNORE never stands for an error (a stack
 * could go on without us), and PAM_NEW_AUTHTOK_REQD for nothing at all: sshd and sudo let the
 * user in with it.
 * Source:   rolegate.conf(5) D4; pam_rolegate(8), which has the same table.
 */
int codes_account(enum rolegate_verdict verdict, enum rolegate_reason reason);

/*
 * The PAM code of a decision of the password gate (G1).
 *
 * ROLEGATE_ALLOW is PAM_IGNORE and not PAM_SUCCESS, for the own password and for others': to
 * libpam, success in this phase means that the password was changed, which is for another module to
 * say. A stack with no such module fails, as it should. Every denial is PAM_PERM_DENIED; errors have
 * the codes of the account phase, and are never PAM_IGNORE (D4).
 */
int codes_password(enum rolegate_verdict verdict, enum rolegate_reason reason);

/* The code of a line in pam.d that cannot be understood. */
int codes_bad_argument(void);

#endif
