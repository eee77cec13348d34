/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files of PAM's configuration: this host's, or those below a root.
 */
#ifndef ROLEGATE_PAM_FILES_H
#define ROLEGATE_PAM_FILES_H

#include "stack.h"
#include "tool.h"

/* Where stack_read() finds the files of the tool's tree. The tool has to outlive it. */
struct stack_host pam_files_host(struct tool *tool);

/* Names of services. Owner: pam_files_free_names(). */
struct pam_files_names {
	char **list;
	size_t n;
};

/*
 * The services that have a file, or lines in pam.conf; in byte order. What packaging and editors
 * leave behind is none, nor is a name in capitals, which libpam never asks for.
 *
 * Returns 0, -ENOMEM or another -errno of a folder that cannot be read; without folders there are
 * none.
 */
int pam_files_list(struct tool *tool, struct pam_files_names *ret);
void pam_files_free_names(struct pam_files_names *names);

/*
 * Whether programs that do not run as root cannot read a file: for them libpam behaves as if it did not
 * exist.
 *
 * ret_mode  of the file, if so
 */
bool pam_files_is_private(struct tool *tool, const char *path, unsigned int *ret_mode);

#endif
