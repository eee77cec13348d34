/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a program that asks before each of its system calls: the answer is to go on, an error, or
 * death.
 *
 * The kernel asks for it (seccomp_unotify(2)), so the program is the one that people use, and needs
 * neither ptrace(2) nor an interposed library.
 */
#ifndef ROLEGATE_TEST_SUPERVISE_H
#define ROLEGATE_TEST_SUPERVISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A system call: its number and arguments. */
struct supervise_call {
	int nr;
	uint64_t args[6];
};

#define SUPERVISE_ASKED_MAX 32u

/* What happens to which call. */
struct supervise_fault {
	enum {
		SUPERVISE_NOTHING,
		SUPERVISE_KILL, /* SIGKILL to all of the program, before the call is made */
		SUPERVISE_FAIL, /* the call is not made, and returns the error */
	} what;
	int error; /* positive */
	/* It strikes the n-th call of this number, from 1 on, of the program itself. */
	int nr;
	size_t occurrence;
	/* Numbers of the calls that are asked about, n_asked of them; 0: all are. It saves time. */
	int asked[SUPERVISE_ASKED_MAX];
	size_t n_asked;
	/* Each later call that this is true of fails too; NULL: no other does. */
	bool (*onwards)(const struct supervise_call *call);
	/* May be NULL; called before each call of the program itself. */
	void (*look)(void *context, pid_t pid, const struct supervise_call *call);
	void *context;
};

/* How it went. Owner: supervise_free(). */
struct supervise_run {
	int status; /* as waitpid(2) says it */
	bool struck;
	char *output;		      /* both outputs, with a NUL behind */
	struct supervise_call *calls; /* asked about, n of them; children's are not kept */
	size_t n;
};

/* Whether this kernel, and whoever confines us, allow it. */
bool supervise_is_possible(void);

/*
 * Run a program to its end, with /dev/null as its input; the running test fails if that cannot be
 * done. Nothing of it runs on when this returns.
 */
void supervise(char *const argv[], const struct supervise_fault *fault, struct supervise_run *ret);
void supervise_free(struct supervise_run *run);

/* A string of the program that is being asked for; false if it cannot be read. */
bool supervise_read_string(pid_t pid, uint64_t address, char *to, size_t size);

/* The name of a call's number, for those that tests are about; else its number. */
const char *supervise_name(int nr, char spare[16]);

#endif
