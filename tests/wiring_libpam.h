/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the real libpam does with an arrangement of pam.d files, whose modules return what a test
 * wants.
 *
 * An arrangement lies in a temporary folder, which pam_start_confdir(3) reads. Its modules are
 * copies of pam_scripted.so; pam_permit.so and pam_deny.so are the machine's own. Like all test
 * support this fails the running test when it cannot do what it was asked for.
 */
#ifndef ROLEGATE_WIRING_LIBPAM_H
#define ROLEGATE_WIRING_LIBPAM_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict.h"

/* Make the folders and the modules; and take them away. */
void wiring_libpam_open(void);
void wiring_libpam_close(void);

/* Forget the files of the arrangement before. */
void wiring_libpam_clear(void);

/*
 * Add a file. Modules named without a folder become ours, except permit, deny and absent, and what
 * is included is found in our folder.
 */
void wiring_libpam_add(const char *name, const char *text);

/* The same for all files of a folder. */
void wiring_libpam_add_folder(const char *path);

/* The arrangement, for stack_read(). */
const struct stack_host *wiring_libpam_host(void);

/* Whether pam_start(3) takes the service at all. */
bool wiring_libpam_starts(const char *service);

/*
 * Ask libpam with all values that modules may return, one after the other.
 *
 * ret_all  whether really all were tried, or patience ended
 * Returns whether the phase ever succeeded, as the question understands that.
 */
bool wiring_libpam_ever(const char *service, enum verdict_question question, bool *ret_all);

/* Whether the phase succeeds with a witness. */
bool wiring_libpam_follows(const char *service, enum verdict_question question,
			   const struct stack *stack, const struct verdict *verdict);

/* For pam_scripted.so: what the module that is called next returns. */
__attribute__((visibility("default"))) int wiring_libpam_return(const char *module,
								bool is_second_pass);

#endif
