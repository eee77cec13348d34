/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a program as root, behind somebody's login.
 */
#ifndef WALK_RUN_H
#define WALK_RUN_H

#include <stddef.h>
#include <sys/types.h>

#define RUN_OUTPUT_SIZE 65536u

/*
 * How a program ended.
 *
 * status  its exit status; 128 and the signal that ended it; -1: it could not be run
 * output  standard output and error, with a NUL; what does not fit is lost
 */
struct run {
	int status;
	char output[RUN_OUTPUT_SIZE];
};

/*
 * login  the uid that the kernel takes for whoever logged in; (uid_t)-1: nobody did
 * words  the program's path and arguments, ended by a NULL
 */
void run_behind(uid_t login, const char *const words[], struct run *ret);

#endif
