/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pam_programs.h"

#include <stddef.h>
#include <string.h>

/*
 * The source of each row: which functions of libpam the program imports (nm -D) in Debian 12's and,
 * where there is one, Debian 13's package; for runuser, which shares its code with su, util-linux's
 * login-utils/su-common.c, where only su calls pam_acct_mgmt().
 */
static const struct pam_program programs[] = {
	/* passwd 4.13 and 4.17: pam_chauthtok, nothing else that a module takes part in. */
	{ "chpasswd", "chpasswd", PAM_PROGRAM_PASSWORD },
	{ "newusers", "newusers", PAM_PROGRAM_PASSWORD },
	{ "passwd", "passwd", PAM_PROGRAM_PASSWORD },
	/* util-linux 2.38. */
	{ "runuser", "runuser", PAM_PROGRAM_SWITCH },
	{ "runuser-l", "runuser -l", PAM_PROGRAM_SWITCH },
	/* gtklock 4.0.0, i3lock 2.14.1 and 2.15, kscreenlocker 5.27 and 6.3, swaylock 1.7.2 and 1.8.2:
	   pam_authenticate and pam_setcred. */
	{ "gtklock", "gtklock", PAM_PROGRAM_LOCK },
	{ "i3lock", "i3lock", PAM_PROGRAM_LOCK },
	{ "kde", "kscreenlocker_greet", PAM_PROGRAM_LOCK },
	{ "kde-fingerprint", "kscreenlocker_greet", PAM_PROGRAM_LOCK },
	{ "kde-smartcard", "kscreenlocker_greet", PAM_PROGRAM_LOCK },
	{ "swaylock", "swaylock", PAM_PROGRAM_LOCK },
	/* physlock 13, screen 4.9.0 and 4.9.1, vlock 2.2.2: pam_authenticate. */
	{ "physlock", "physlock", PAM_PROGRAM_LOCK },
	{ "screen", "screen", PAM_PROGRAM_LOCK },
	{ "vlock", "vlock", PAM_PROGRAM_LOCK },
};

const struct pam_program *pam_programs_find(const char *service)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (!strcmp(programs[i].service, service))
			return &programs[i];
	return NULL;
}
