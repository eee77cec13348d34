/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: what PAM's configuration makes of a denial. */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_arguments.h"
#include "doctor_modules.h"
#include "pam_faults.h"
#include "pam_files.h"
#include "pam_json.h"
#include "pam_programs.h"
#include "pam_services.h"

#define FIRST_LINE                                                                                 \
	"let `account requisite " VERDICT_MODULE                                                   \
	"` be the first account line; on Debian `pam-auth-update --enable rolegate` does that"
#define FIRST_PASSWORD_LINE                                                                        \
	"let `password requisite " VERDICT_MODULE                                                  \
	"` be the first password line, on Debian above the block that pam-auth-update writes"

#define PART_MEND "; or, if no program asks for it, call it common-NAME"

/* What the findings are made of. */
struct examination {
	struct tool *tool;
	struct doctor_findings *findings;
	const struct rolegate_policy *policy; /* NULL: none in force */
	struct pam_services services;
};

/* ---- Stacks ---- */

static const struct stack_entry *entry_at(const struct pam_service *s, enum verdict_question q,
					  size_t at)
{
	return &stack_get(&s->read, verdict_type(q))->entries[at];
}

/* The return value with which the line took part in the witness. */
static const char *returned_by(const struct verdict *v, size_t entry)
{
	for (size_t i = 0; i < v->n_witness; i++)
		if (v->witness[i].entry == entry)
			return control_return_name(v->witness[i].returned);
	return "";
}

/* How the denial gets lost, in words. On the heap, or NULL. */
static char *tell_cause(struct examination *x, const struct pam_service *s, enum verdict_question q)
{
	const struct verdict *v = &s->verdicts[q];
	const struct stack_entry *culprit = entry_at(s, q, v->culprit);
	const struct stack_entry *guard = entry_at(s, q, v->guard);
	const char *returned = returned_by(v, v->culprit);
	const char *module = culprit->module ? culprit->module : "a broken line";

	switch (v->cause) {
	case VERDICT_ENDED:
		return doctor_format(
			x->findings,
			"when %s returns %s, the stack ends there (%s), and %s:%u, which asks rolegate, does not run",
			module, returned, culprit->word, guard->file, guard->line);
	case VERDICT_JUMPED:
		return doctor_format(
			x->findings,
			"when %s returns %s, the stack jumps (%s) over %s:%u, which asks rolegate",
			module, returned, culprit->word, guard->file, guard->line);
	case VERDICT_RESET:
		return doctor_format(
			x->findings,
			"when %s returns %s, the stack forgets (%s) what %s:%u, which asks rolegate, has come to",
			module, returned, culprit->word, guard->file, guard->line);
	case VERDICT_FORESTALLED:
		return doctor_format(
			x->findings,
			"when %s returns %s, that is the result (%s), and no denial at %s:%u changes it",
			module, returned, culprit->word, guard->file, guard->line);
	default:
		return doctor_format(
			x->findings,
			"the control `%s` makes nothing of it when rolegate returns %s",
			culprit->word, returned);
	}
}

static void add_open(struct examination *x, const struct pam_service *s, enum verdict_question q)
{
	static const struct {
		const char *id, *text, *mend;
		enum doctor_severity severity;
	} kinds[] = {
		[VERDICT_FRESH] = { "denial-not-final",
				    "who is denied by rolegate can get in nevertheless", FIRST_LINE,
				    DOCTOR_HIGH },
		[VERDICT_EXPIRED] = { "denial-not-final-expired",
				      "who is denied by rolegate can get in with an expired password",
				      FIRST_LINE, DOCTOR_HIGH },
		[VERDICT_CHANGE] = { "gate-not-final",
				     "who is denied by the password gate can change the password nevertheless",
				     FIRST_PASSWORD_LINE, DOCTOR_HIGH },
		[VERDICT_ABSENT] = { "fails-open",
				     "if " VERDICT_MODULE " cannot be loaded, everybody gets in",
				     "take `module_unknown=ignore` and the like out of its control",
				     DOCTOR_MEDIUM },
	};
	const struct verdict *v = &s->verdicts[q];
	const struct stack_entry *culprit = entry_at(s, q, v->culprit);
	char *why = tell_cause(x, s, q);

	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = kinds[q].severity,
			   .id = kinds[q].id,
			   .file = culprit->file,
			   .line = culprit->line,
			   .text = kinds[q].text,
			   .why = why,
			   .mend = kinds[q].mend,
			   .witness = pam_json_witness(stack_get(&s->read, verdict_type(q)), v),
		   },
		   s->read.name);
	free(why);
}

/* How bad it is that nobody asks rolegate: as bad as the policy means it to be asked. */
static enum doctor_severity severity_of_unguarded(const struct examination *x,
						  const struct pam_service *s)
{
	if (!x->policy || s->entry.is_open)
		return DOCTOR_NOTE;
	return s->entry.has_entry ? DOCTOR_HIGH : DOCTOR_MEDIUM;
}

static const char *why_unguarded(const struct examination *x, const struct pam_service *s)
{
	if (!x->policy || s->entry.is_open)
		return "nobody would be refused there";
	if (s->entry.has_entry)
		return "the policy says who may use it, but PAM never asks";
	if (s->is_included)
		return "others include its file, and a program may ask for it, too: then other_services is to decide, but PAM never asks";
	return "other_services is to decide about it, but PAM never asks";
}

static void add_unguarded(struct examination *x, const struct pam_service *s)
{
	bool may_be_part = s->is_included && severity_of_unguarded(x, s) == DOCTOR_MEDIUM;

	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = severity_of_unguarded(x, s),
			   .id = "service-unguarded",
			   .text = "the account phase does not ask rolegate",
			   .why = why_unguarded(x, s),
			   .mend = may_be_part ? FIRST_LINE PART_MEND : FIRST_LINE,
		   },
		   s->read.name);
}

static void add_vague(struct examination *x, const struct pam_service *s, enum verdict_question q)
{
	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = DOCTOR_HIGH,
			   .id = "stack-unforeseeable",
			   .text = "nobody can tell what libpam makes of its configuration",
			   .why = s->verdicts[q].vague,
			   .mend = "mend the broken lines named below",
		   },
		   s->read.name);
}

static void examine_account(struct examination *x, const struct pam_service *s)
{
	enum verdict_answer fresh = pam_service_answer(s, VERDICT_FRESH);

	if (pam_programs_find(s->read.name))
		return;
	if (fresh == VERDICT_VAGUE)
		add_vague(x, s, VERDICT_FRESH);
	else if (fresh == VERDICT_UNGUARDED)
		add_unguarded(x, s);
	else if (fresh == VERDICT_OPEN)
		add_open(x, s, VERDICT_FRESH);
	else if (pam_service_answer(s, VERDICT_EXPIRED) == VERDICT_OPEN)
		add_open(x, s, VERDICT_EXPIRED);
	if (fresh == VERDICT_FINAL && pam_service_answer(s, VERDICT_ABSENT) == VERDICT_OPEN)
		add_open(x, s, VERDICT_ABSENT);
}

/* Whether the program behind the service changes passwords of others. */
static bool changes_passwords(const char *name)
{
	return !strcmp(name, "passwd") || !strcmp(name, "chpasswd") || !strcmp(name, "newusers");
}

/* Whether a module is one of those that write passwords. */
static bool writes_passwords(const struct stack_entry *entry)
{
	static const char *const names[] = { "pam_krb5.so", "pam_ldap.so", "pam_sss.so",
					     "pam_unix.so", "pam_winbind.so" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (stack_is_module(entry, names[i]))
			return true;
	return false;
}

/*
 * The gate decides a second time when the new password is known, which may be much later than the
 * first; behind the module that writes it, that is too late.
 */
static void examine_order(struct examination *x, const struct pam_service *s)
{
	const struct stack *stack = stack_get(&s->read, STACK_PASSWORD);
	const struct stack_entry *writer = NULL;

	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_entry *entry = &stack->entries[i];

		if (!writer && writes_passwords(entry))
			writer = entry;
		if (!stack_is_module(entry, VERDICT_MODULE))
			continue;
		if (writer)
			doctor_add(
				x->findings,
				&(struct doctor_finding){
					.severity = DOCTOR_NOTE,
					.id = "gate-late",
					.file = entry->file,
					.line = entry->line,
					.text = "the password gate stands behind the module that writes",
					.why = "it refuses before anybody is prompted, but a right that ends while somebody types is seen too late",
					.mend = FIRST_PASSWORD_LINE,
				},
				s->read.name);
		return;
	}
}

static void examine_password(struct examination *x, const struct pam_service *s)
{
	enum verdict_answer change = pam_service_answer(s, VERDICT_CHANGE);

	if (change == VERDICT_OPEN)
		add_open(x, s, VERDICT_CHANGE);
	if (change == VERDICT_FINAL)
		examine_order(x, s);
	if (!changes_passwords(s->read.name))
		return;
	if (change == VERDICT_VAGUE)
		add_vague(x, s, VERDICT_CHANGE);
	if (change != VERDICT_UNGUARDED)
		return;
	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = x->policy ? DOCTOR_MEDIUM : DOCTOR_NOTE,
			   .id = "gate-unguarded",
			   .text = "the password phase does not ask rolegate",
			   .why = "whoever may run the program as root changes anybody's password",
			   .mend = FIRST_PASSWORD_LINE,
		   },
		   s->read.name);
}

/* ---- What is broken ---- */

/* Files that only root can read. */
static void examine_modes(struct examination *x, const struct pam_service *s)
{
	unsigned int mode;
	char *text;

	for (size_t i = 0; i < s->read.n_files; i++) {
		if (!pam_files_is_private(x->tool, s->read.files[i], &mode))
			continue;
		text = doctor_format(x->findings, "only root can read the file (mode %04o)", mode);
		doctor_add(
			x->findings,
			&(struct doctor_finding){
				.severity = DOCTOR_NOTE,
				.id = "pam-file-private",
				.file = s->read.files[i],
				.text = text,
				.why = "for a program that does not run as root, as a screen locker, libpam uses the service \"other\" instead",
				.mend = "chmod 644 the file",
			},
			s->read.name);
		free(text);
	}
}

static void examine_lines(struct examination *x, const struct pam_service *s)
{
	if (s->read.refused)
		doctor_add(x->findings,
			   &(struct doctor_finding){
				   .severity = DOCTOR_MEDIUM,
				   .id = "service-refused",
				   .text = "libpam refuses the service: nobody can use it",
				   .why = s->read.refused,
				   .mend = "mend the broken lines named below, or delete the file",
			   },
			   s->read.name);
	for (size_t i = 0; i < s->read.n_complaints; i++) {
		const struct stack_complaint *c = &s->read.complaints[i];
		char *text = doctor_format(x->findings, "PAM's configuration is broken here: %s",
					   c->text);
		char *fix = c->is_crlf ? doctor_format(x->findings, PAM_FAULTS_CRLF_FIX, c->file)
				       : NULL;

		doctor_add(x->findings,
			   &(struct doctor_finding){
				   .severity = DOCTOR_MEDIUM,
				   .id = "pam-broken-line",
				   .file = c->file,
				   .line = c->line,
				   .text = text,
				   .mend = fix ? fix : "pam.d(5) says what a line is made of",
			   },
			   NULL);
		free(text);
		free(fix);
	}
}

/* ---- Sessions ---- */

static bool is_login(const char *name)
{
	static const char *const names[] = { "atd",   "cron",	"crond", "cronie", "lightdm",
					     "login", "remote", "sddm",	 "sshd",   "xrdp-sesman" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return true;
	return !strncmp(name, "gdm-", 4) && strcmp(name, "gdm-launch-environment") != 0;
}

static void examine_session(struct examination *x, const struct pam_service *s)
{
	const struct stack *stack = stack_get(&s->read, STACK_SESSION);

	if (!is_login(s->read.name))
		return;
	for (size_t i = 0; i < stack->n; i++)
		if (stack_is_module(&stack->entries[i], "pam_loginuid.so"))
			return;
	doctor_add(
		x->findings,
		&(struct doctor_finding){
			.severity = DOCTOR_MEDIUM,
			.id = "no-loginuid",
			.text = "its sessions do not run pam_loginuid.so",
			.why = "who has become root in them is unknown to su's decision and to the password gate",
			.mend = "add `session required pam_loginuid.so` to the service's file",
		},
		s->read.name);
}

/* ---- The policy's services and PAM's ---- */

static void examine_listing(struct examination *x, const struct pam_service *s)
{
	enum verdict_answer fresh = pam_service_answer(s, VERDICT_FRESH);

	if (!x->policy || s->entry.has_entry || !strcmp(s->read.name, "other") ||
	    pam_programs_find(s->read.name) || (fresh != VERDICT_FINAL && fresh != VERDICT_OPEN))
		return;
	doctor_add(
		x->findings,
		&(struct doctor_finding){
			/* What may be a mere part of others need not be spoken of. */
			.severity = s->is_included ? DOCTOR_NOTE : DOCTOR_LOW,
			.id = "service-unlisted",
			.text = "the policy does not speak of the service",
			.why = s->entry.is_open
				       ? "other_services lets everybody use it"
				       : "other_services decides; by default that refuses everybody",
			.mend = "give it an entry in `services`",
		},
		s->read.name);
}

/* Whether a place is in a file of the policy itself, and not in a catalog. */
static bool is_of_policy(const struct examination *x, struct place place)
{
	char *path = tool_source_path(x->policy, place.file);
	bool is = path && !strstr(path, "/catalogs/");

	free(path);
	return is;
}

/*
 * A service of a program that never runs the account phase: whoever lists it expects it to be denied. An
 * entry for a program that sets passwords has a use: its mode is the password gate's.
 */
static void add_never_run(struct examination *x, const struct pam_program *program,
			  enum doctor_severity severity, const char *file, unsigned int line)
{
	char *text = doctor_format(x->findings,
				   "%s never runs the account phase, where PAM asks rolegate",
				   program->program);

	doctor_add(
		x->findings,
		&(struct doctor_finding){
			.severity = severity,
			.id = "account-phase-not-run",
			.file = file,
			.line = line,
			.text = text,
			.why = "a denial for this service has no effect",
			.mend = "remove the entry or line; deny the login instead (login, sshd, the display manager)",
		},
		program->service);
	free(text);
}

/* The entry in a file of the policy for such a program. */
static void examine_entry_of_program(struct examination *x, const struct service *service)
{
	const struct pam_program *program = pam_programs_find(service->name);
	char *path;

	if (!program || program->kind == PAM_PROGRAM_PASSWORD || !is_of_policy(x, service->place))
		return;
	path = tool_source_path(x->policy, service->place.file);
	add_never_run(x, program, DOCTOR_MEDIUM, path, service->place.line);
	free(path);
}

/* The line of ours in the service's own account stack. */
static void examine_line_of_program(struct examination *x, const struct pam_service *s)
{
	const struct pam_program *program = pam_programs_find(s->read.name);
	const struct stack *stack = &s->read.own[STACK_ACCOUNT];

	for (size_t i = 0; program && i < stack->n; i++) {
		const struct stack_entry *entry = &stack->entries[i];

		if (!stack_is_module(entry, VERDICT_MODULE))
			continue;
		add_never_run(x, program, DOCTOR_NOTE, entry->file, entry->line);
		return;
	}
}

static int examine_entry(const struct service *service, void *context)
{
	struct examination *x = context;

	examine_entry_of_program(x, service);
	for (size_t i = 0; i < x->services.n; i++)
		if (!strcmp(x->services.list[i].read.name, service->name))
			return 0;
	if (!is_of_policy(x, service->place))
		return 0;
	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = DOCTOR_NOTE,
			   .id = "service-without-pam",
			   .text = "the policy speaks of services that PAM has no file for",
			   .why = "if such a program asks PAM, the service `other` answers",
		   },
		   service->name);
	return 0;
}

/* ---- All of it ---- */

static void examine(struct examination *x)
{
	x->findings->services = json_array();
	for (size_t i = 0; i < x->services.n; i++) {
		const struct pam_service *s = &x->services.list[i];

		examine_account(x, s);
		examine_password(x, s);
		examine_lines(x, s);
		examine_modes(x, s);
		doctor_modules(x->tool, x->findings, s, STACK_ACCOUNT);
		doctor_arguments(x->tool, x->findings, x->policy, s, STACK_ACCOUNT);
		doctor_modules(x->tool, x->findings, s, STACK_PASSWORD);
		doctor_arguments(x->tool, x->findings, x->policy, s, STACK_PASSWORD);
		examine_session(x, s);
		examine_listing(x, s);
		examine_line_of_program(x, s);
		json_array_append_new(x->findings->services, pam_json_service(s));
	}
}

void doctor_pam(struct tool *tool, struct doctor_findings *findings)
{
	struct examination x = { .tool = tool, .findings = findings };
	struct rolegate_policy *policy = NULL;
	int r;

	/* Without a policy there is still PAM to be looked at; doctor_policy() says so. */
	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) == 0)
		x.policy = policy;
	r = pam_services_read(tool, policy, &x.services);
	if (r == 0) {
		examine(&x);
		if (policy)
			r = policy_services_each(policy, examine_entry, &x);
	}
	if (r == -ENOMEM)
		findings->is_incomplete = true;
	else if (r < 0)
		doctor_add(findings,
			   &(struct doctor_finding){
				   .severity = DOCTOR_MEDIUM,
				   .id = "pam-unreadable",
				   .text = "PAM's configuration cannot be looked at",
				   .why = strerror(-r),
				   .mend = "run as root",
			   },
			   NULL);
	pam_services_free(&x.services);
	rolegate_policy_close(policy);
}
