/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pam_faults.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pam_modules.h"

const char *pam_faults_words(enum stack_fault fault)
{
	static const char *const names[] = {
		[STACK_NO_FAULT] = "no fault",
		[STACK_NOT_FOUND] = "not found",
		[STACK_NOT_SHARED] = "not a shared object",
		[STACK_OTHER_CPU] = "built for another architecture",
		[STACK_NO_FUNCTION] = "function missing",
	};

	return names[fault];
}

/* Whether the module would be found with `.so` at its end. 1, 0 or -ENOMEM. */
static int lacks_suffix(struct tool *tool, const char *name, enum stack_type type)
{
	size_t n = strlen(name);
	struct pam_module module;
	char *whole;
	int r;

	if (n >= 3 && !strcmp(name + n - 3, ".so"))
		return 0;
	if (asprintf(&whole, "%s.so", name) < 0)
		return -ENOMEM;
	r = pam_modules_find(tool, whole, type, &module);
	if (r == 0)
		r = module.has_file && !module.fault;
	pam_modules_free(&module);
	free(whole);
	return r;
}

/* The name without what a CR LF line end left. On the heap. */
static char *clean(const char *name)
{
	return strndup(name, strcspn(name, "\r"));
}

/* What to do about a module that is not found, or not usable. */
static char *make_fix(const struct stack_entry *entry, bool needs_suffix)
{
	char *fix = NULL;
	int n;

	if (strchr(entry->module, '\r'))
		n = asprintf(&fix, PAM_FAULTS_CRLF_FIX, entry->file);
	else if (needs_suffix)
		n = asprintf(&fix, "write %s.so in %s:%u", entry->module, entry->file, entry->line);
	else if (entry->fault == STACK_NO_FUNCTION)
		n = asprintf(&fix, "remove %s:%u", entry->file, entry->line);
	else
		n = asprintf(&fix, "install the package that has the module, or remove %s:%u",
			     entry->file, entry->line);
	return n < 0 ? NULL : fix;
}

static char *make_text(const struct stack_entry *entry, const char *name, enum stack_type type,
		       bool needs_suffix)
{
	const char *end = entry->fault == STACK_NO_FUNCTION && type == STACK_PASSWORD
				  ? " (pam_sm_chauthtok)"
			  : entry->fault == STACK_NO_FUNCTION ? " (pam_sm_acct_mgmt)"
							      : "";
	char *text = NULL;

	if (strchr(entry->module, '\r'))
		end = ": the line ends in CR LF, and libpam takes the CR as part of the name";
	else if (needs_suffix)
		end = ": \".so\" is missing at its end";
	return asprintf(&text, "module \"%s\": %s%s", name, pam_faults_words(entry->fault), end) < 0
		       ? NULL
		       : text;
}

int pam_faults_tell(struct tool *tool, const struct stack_entry *entry, enum stack_type type,
		    char **ret_text, char **ret_fix)
{
	bool is_missing = entry->fault == STACK_NOT_FOUND;
	int needs_suffix = is_missing ? lacks_suffix(tool, entry->module, type) : 0;
	char *name = clean(entry->module);
	int r = needs_suffix < 0 || !name ? -ENOMEM : 0;

	*ret_text = r == 0 ? make_text(entry, name, type, needs_suffix) : NULL;
	*ret_fix = r == 0 ? make_fix(entry, needs_suffix) : NULL;
	free(name);
	if (*ret_text && *ret_fix)
		return 0;
	free(*ret_text);
	free(*ret_fix);
	*ret_text = *ret_fix = NULL;
	return -ENOMEM;
}
