/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor_modules.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pam_faults.h"
#include "pam_modules.h"
#include "pam_programs.h"

struct inspection {
	struct tool *tool;
	struct doctor_findings *findings;
};

/* ---- Files ---- */

/* Below a root the files may belong to the user who makes the image. */
static bool is_trusted(const struct tool *tool, const struct stat *st)
{
	return (st->st_uid == 0 || (tool->root && st->st_uid == geteuid())) &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static void examine_trust(struct inspection *x, const struct stack_entry *entry,
			  enum stack_type type)
{
	struct pam_module module;
	int r = pam_modules_find(x->tool, entry->module, type, &module);
	char *text;

	if (r < 0)
		x->findings->is_incomplete = true;
	if (r == 0 && module.has_file && !is_trusted(x->tool, &module.st)) {
		text = doctor_format(x->findings, "%s is not root's alone (uid %u, mode %04o)",
				     module.path, module.st.st_uid, module.st.st_mode & 07777u);
		doctor_add(
			x->findings,
			&(struct doctor_finding){
				.severity = DOCTOR_HIGH,
				.id = "module-untrusted",
				.file = entry->file,
				.line = entry->line,
				.text = text,
				.why = "who can write it decides about everybody",
				.mend = "chown root:root and chmod 0644 it, and find out who has changed it",
			},
			NULL);
		free(text);
	}
	pam_modules_free(&module);
}

/* Whether the line denies every user because its module cannot run. */
static bool does_deny(const struct stack_entry *entry)
{
	int action = entry->control.actions[CONTROL_MODULE_UNKNOWN];

	return action == CONTROL_BAD || action == CONTROL_DIE;
}

static void add_fault(struct inspection *x, const struct pam_service *s,
		      const struct stack_entry *entry, enum stack_type type)
{
	bool is_ours = pam_modules_is_ours(entry->module);
	enum doctor_severity severity = does_deny(entry) ? DOCTOR_MEDIUM : DOCTOR_LOW;
	char *text, *fix;

	/* What `-` is for: a module that need not be installed. */
	if (!is_ours && entry->is_silent && entry->fault == STACK_NOT_FOUND && !does_deny(entry))
		return;
	if (pam_faults_tell(x->tool, entry, type, &text, &fix) < 0) {
		x->findings->is_incomplete = true;
		return;
	}
	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = is_ours ? DOCTOR_HIGH : severity,
			   .id = entry->fault == STACK_NOT_FOUND ? "module-missing"
								 : "module-unusable",
			   .file = entry->file,
			   .line = entry->line,
			   .text = text,
			   .why = does_deny(entry) ? "PAM denies every user of the service"
						   : "PAM ignores the line",
			   .mend = fix,
		   },
		   s->read.name);
	free(text);
	free(fix);
}

/* ---- PAM_USER ---- */

/*
 * Modules that change PAM_USER, or can, in the account and password phase: behind ours the program goes on
 * with another user than rolegate decided about. Of the modules in Debian 12, those that call pam_set_item() for PAM_USER
 * (objdump -d of each package with a PAM module) do so when they authenticate, before the account phase
 * (pam_krb5, pam_ldap of libpam-ldapd, pam_pkcs11, pam_winbind), or only if PAM_USER is not set, which
 * ours denies (pam_permit, pam_script, pam_sss). An early pam_ldap of nss-pam-ldapd did in the account
 * phase; that of 0.9 does not. When a password is changed, pam_winbind puts its own spelling of the same
 * account there.
 */
static const struct {
	const char *module, *how;
} changers[] = {
	/* A script can assign to the `user` of its PamHandle; tried with 1.1.0 in the account phase. */
	{ "pam_python.so", "its script can change PAM_USER" },
	/* Of pam_wrapper, for tests: it takes PAM_USER from the environment; tried with 1.1.4. */
	{ "pam_set_items.so", "it changes PAM_USER" },
};

static void add_changer(struct inspection *x, const struct pam_service *s,
			const struct stack_entry *entry, size_t changer, enum stack_type type)
{
	bool is_account = type == STACK_ACCOUNT;
	char *text = doctor_format(x->findings, "%s behind pam_rolegate.so: %s",
				   changers[changer].module, changers[changer].how);

	doctor_add(
		x->findings,
		&(struct doctor_finding){
			.severity = DOCTOR_HIGH,
			.id = "user-changed-later",
			.file = entry->file,
			.line = entry->line,
			.text = text,
			.why = is_account
				       ? "rolegate decides about one user, and the program lets another user in"
				       : "rolegate decides about one user, and the password of another user is changed",
			.mend = is_account
					? "move the line before pam_rolegate.so, or into the auth stack"
					: "move the line before pam_rolegate.so",
		},
		s->read.name);
	free(text);
}

/* Modules behind the last line of ours that change the user. */
static void examine_user(struct inspection *x, const struct pam_service *s, enum stack_type type)
{
	const struct stack *stack = stack_get(&s->read, type);
	size_t after = stack->n;

	for (size_t i = 0; i < stack->n; i++)
		if (stack_is_module(&stack->entries[i], VERDICT_MODULE))
			after = i + 1;
	for (size_t i = after; i < stack->n; i++)
		for (size_t k = 0; k < sizeof(changers) / sizeof(changers[0]); k++)
			if (stack_is_module(&stack->entries[i], changers[k].module) &&
			    !stack->entries[i].fault)
				add_changer(x, s, &stack->entries[i], k, type);
}

/* ---- All of it ---- */

void doctor_modules(struct tool *tool, struct doctor_findings *findings,
		    const struct pam_service *service, enum stack_type type)
{
	const struct stack *stack = stack_get(&service->read, type);
	struct inspection x = { tool, findings };

	/* The program never runs the phase. */
	if (type == STACK_ACCOUNT && pam_programs_find(service->read.name))
		return;
	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_entry *entry = &stack->entries[i];

		if (entry->fault)
			add_fault(&x, service, entry, type);
		else if (stack_is_module(entry, VERDICT_MODULE))
			examine_trust(&x, entry, type);
	}
	examine_user(&x, service, type);
}
