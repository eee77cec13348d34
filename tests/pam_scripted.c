/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PAM module that returns whatever the test program says; copies of it play all modules. */
#include <dlfcn.h>
#include <string.h>

#include <security/pam_modules.h>

#include "wiring_libpam.h"

/* Under which file name this copy was loaded. */
static const char *own_name(void)
{
	const char *slash;
	Dl_info info;

	if (!dladdr((void *)own_name, &info) || !info.dli_fname)
		return "";
	slash = strrchr(info.dli_fname, '/');
	return slash ? slash + 1 : info.dli_fname;
}

__attribute__((visibility("default"))) int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc,
							    const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return wiring_libpam_return(own_name(), false);
}

__attribute__((visibility("default"))) int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc,
							    const char **argv)
{
	(void)pamh;
	(void)argc;
	(void)argv;
	return wiring_libpam_return(own_name(), (flags & PAM_UPDATE_AUTHTOK) != 0);
}
