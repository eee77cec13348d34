/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PAM modules: where libpam finds the module that a line names, and whether it can run it.
 */
#ifndef ROLEGATE_PAM_MODULES_H
#define ROLEGATE_PAM_MODULES_H

#include <sys/stat.h>

#include "stack.h"
#include "tool.h"

/*
 * A module.
 *
 * path      the file, or the first place where it was expected; on the heap
 * has_file  whether st describes the file
 * fault     why libpam cannot run the module, as far as its file shows. Libraries that the module needs
 *           are not looked for
 */
struct pam_module {
	char *path;
	bool has_file;
	struct stat st;
	enum stack_fault fault;
};

/*
 * Find a module.
 *
 * A file that cannot be examined counts as one without fault. So does another module than ours that
 * is named without a directory, where no directory has Linux-PAM's own modules: the tree is not that
 * of a whole system.
 *
 * Returns 0 or -ENOMEM.
 * Owner:  pam_modules_free(ret), always.
 */
int pam_modules_find(struct tool *tool, const char *name, enum stack_type type,
		     struct pam_module *ret);
void pam_modules_free(struct pam_module *module);

/* Whether a line means our module, perhaps with a wrong end, as `pam_rolegate` without `.so`. */
bool pam_modules_is_ours(const char *name);

#endif
