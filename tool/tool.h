/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all verbs share: the tree they work on, the policy they ask, and how they fail.
 */
#ifndef ROLEGATE_TOOL_H
#define ROLEGATE_TOOL_H

#include <stdio.h>

#include "compile.h"
#include "options.h"
#include "output.h"
#include "policy.h"

struct tool {
	struct options options;
	struct output output;
	struct tree tree;
	char *root;	 /* absolute path of --root, or NULL */
	char *state_dir; /* the state folder's path, the root before it */
	char *spare;	 /* where catalogs come from that the root lacks, or NULL */
	int64_t now;
	bool has_changed; /* the policy: whatever fails afterwards, the exit status says so */
	bool is_edit;	  /* a verb changes one thing: no warnings about other names */
	const char
		*accepts; /* a user, or group, whose uid or gid is recorded again; or NULL (P3) */
	bool accepts_group;
	bool records_again; /* it is another one than before: a change even if no text is */
};

/* Set up from the options. -1 to go on, else the exit status after a complaint. */
int tool_start(struct tool *tool);
void tool_end(struct tool *tool);

/*
 * Say why something did not happen, on standard error or as JSON, and return the status.
 *
 * status  EXIT_POLICY, EXIT_REFUSED or EXIT_SYSTEM
 * reason  a code for JSON, as "last-owner"; NULL for none
 */
int tool_fail(struct tool *tool, enum exit_status status, const char *reason, const char *format,
	      ...) __attribute__((format(printf, 4, 5)));

/*
 * Refuse a change, as tool_fail() with EXIT_REFUSED; JSON also gets `lacks`.
 *
 * lacks  names of what the person lacks, n of them; may be NULL if there are none
 */
int tool_refuse(struct tool *tool, const char *reason, const char *const *lacks, size_t n,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Fail by an error of the library or a negative errno. */
int tool_fail_errno(struct tool *tool, int error, const char *doing);

/*
 * Open the policy in force. 0, or an error of the library after tool_fail()'s words; *ret_status
 * is the exit status.
 */
int tool_open(struct tool *tool, struct rolegate_policy **ret_policy, int *ret_status);

/*
 * Read and resolve the sources. 0 and *ret, which may hold warnings; else *ret_status after the
 * problems were printed.
 * Owner:    compile_free(ret), always.
 */
int tool_compile(struct tool *tool, struct compiled *ret, int *ret_status);

/*
 * The same with a text in the place of one of them; overlay may be NULL. compile_init(ret) comes
 * before.
 */
int tool_compile_overlay(struct tool *tool, const struct source_overlay *overlay,
			 struct compiled *ret, int *ret_status);

/* Pack a valid model into memory and open it. 0 or -errno. Owner: rolegate_policy_close(). */
int tool_open_compiled(const struct compiled *compiled, int64_t now,
		       struct rolegate_policy **ret_policy);

/*
 * Compile the sources into a policy that is not in force. As tool_compile(), and ret_policy is to
 * be closed.
 */
int tool_open_candidate(struct tool *tool, const struct source_overlay *overlay,
			struct rolegate_policy **ret_policy, int *ret_status);

/* Fail by the problems of a report: prints them, and returns EXIT_POLICY. */
int tool_fail_problems(struct tool *tool, const struct compiled *compiled);

/* Print problems on standard error, or give them as JSON. */
void tool_print_problems(struct tool *tool, const struct compiled *compiled);
json_t *tool_json_problems(const struct compiled *compiled);

/* The time that --at says, or now. False after a complaint, with the exit status. */
bool tool_time(struct tool *tool, int64_t *ret_at, int *ret_status);

/* A tier's name, "" for none. */
const char *tool_tier_name(enum format_tier tier);

/*
 * Whether the policy has a permission of that name: 1; 0 and a near miss, or ""; or an error of the
 * library.
 */
int tool_know_permission(const struct rolegate_policy *policy, const char *name,
			 char near[FORMAT_NAME_MAX + 1]);

/* The path of a policy's source file, on the heap; NULL if there is none or memory ran out. */
char *tool_source_path(const struct rolegate_policy *policy, uint32_t file);

/* Give up on memory: nothing was changed. */
int tool_out_of_memory(struct tool *tool);

#endif
