/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Name sources whose answers the test sets (nss_scripted.c plays all of them).
 *
 * The module calls nss_script_find() of the program that loaded it, which is therefore linked with -rdynamic.
 */
#ifndef ROLEGATE_TEST_NSS_SCRIPT_H
#define ROLEGATE_TEST_NSS_SCRIPT_H

#include <nss.h>
#include <string.h>
#include <sys/types.h>

#define NSS_SCRIPT_MODULE TEST_BUILDDIR "/.libs/nss_scripted.so"

/*
 * The answers of a name source, one for each function.
 *
 * user, group, gid, groups  the status of getpwnam_r, getgrnam_r, getgrgid_r and initgroups_dyn
 * error                     *errnop, with a status other than success
 * n_short                   so many calls first find the buffer too small
 * id                        uid or gid of what is found
 * gids, n_gids              what initgroups_dyn adds
 * n_asked, longest          calls so far, and the largest buffer they had
 */
struct nss_script {
	const char *source;
	enum nss_status user, group, gid, groups;
	int error;
	unsigned int n_short;
	unsigned int id;
	gid_t gids[200];
	size_t n_gids;
	unsigned int n_asked;
	size_t longest;
};

#define NSS_SCRIPTS_MAX 8

/* The scripts of this program; a name source without a script has no module. */
extern struct nss_script nss_scripts[NSS_SCRIPTS_MAX];

/* The script for a name source, or for the file name of its module; or NULL. */
struct nss_script *nss_script_find(const char *name);

#endif
