/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modules that libpam cannot run, in words.
 */
#ifndef ROLEGATE_PAM_FAULTS_H
#define ROLEGATE_PAM_FAULTS_H

#include "stack.h"
#include "tool.h"

/* How to make a file's lines end in LF; a format for its name. */
#define PAM_FAULTS_CRLF_FIX "sed -i 's/\\r$//' %s"

/*
 * Tell why the module of a line cannot run, and what to do.
 *
 * entry     its fault is set
 * ret_text  as `module "pam_x.so" not found`; on the heap
 * ret_fix   on the heap
 * Returns 0 or -ENOMEM.
 */
int pam_faults_tell(struct tool *tool, const struct stack_entry *entry, enum stack_type type,
		    char **ret_text, char **ret_fix);

/* A fault in words, as `not found`. */
const char *pam_faults_words(enum stack_fault fault);

#endif
