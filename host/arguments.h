/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments of pam_rolegate.so in a line of pam.d: one reader for the module and for doctor, so that they
 * cannot disagree.
 */
#ifndef ROLEGATE_ARGUMENTS_H
#define ROLEGATE_ARGUMENTS_H

#include <stdbool.h>

/* What may stand in a line, for whoever wrote something else. */
#define ARGUMENTS_ACCOUNT "service=, require=, mode=permissive, state=/DIR, quiet, norescue, debug"
#define ARGUMENTS_PASSWORD "service=, mode=permissive, state=/DIR, quiet, norescue, debug"

/* What the line says; the strings belong to the caller, in the module's case to libpam. */
struct arguments {
	const char *service; /* service=NAME: decide as for this service */
	const char
		*require; /* require=PERMISSION: require this, whatever the service's entry says */
	const char *state_dir; /* state=DIR */
	bool is_permissive;    /* mode=permissive */
	bool is_quiet;	       /* quiet: nothing is said to the user */
	bool has_no_rescue;    /* norescue: D7 is off */
	bool debugs;	       /* debug: log what is allowed, too */
};

/*
 * Read the arguments. An argument that is not known may have been meant to refuse somebody, so it
 * is an error. Returns NULL, or the argument that is wrong.
 */
const char *arguments_read(struct arguments *arguments, int argc, const char **argv);

/*
 * The same for a password line, where `require=` is not known: which permission opens the gate is
 * for the policy's owners to say (A7).
 */
const char *arguments_read_password(struct arguments *arguments, int argc, const char **argv);

#endif
