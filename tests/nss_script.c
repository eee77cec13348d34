/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nss_script.h"

#include <stdio.h>

__attribute__((visibility("default"))) struct nss_script nss_scripts[NSS_SCRIPTS_MAX];

__attribute__((visibility("default"))) struct nss_script *nss_script_find(const char *name)
{
	char file[64];

	for (size_t i = 0; i < NSS_SCRIPTS_MAX && nss_scripts[i].source; i++) {
		snprintf(file, sizeof(file), "libnss_%s.so.2", nss_scripts[i].source);
		if (!strcmp(name, nss_scripts[i].source) || !strcmp(name, file))
			return &nss_scripts[i];
	}
	return NULL;
}
