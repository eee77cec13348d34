/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What `rolegate doctor` finds: collected by its parts, sorted, then printed by the verb.
 *
 * A part is a function void doctor_X(struct tool *, struct doctor_findings *), which looks at one
 * side of the host and changes nothing. What it cannot find out is a finding, too.
 */
#ifndef ROLEGATE_DOCTOR_H
#define ROLEGATE_DOCTOR_H

#include "tool.h"

/* What sudoers can give to somebody who sets passwords: the anchors keep options out. */
#define DOCTOR_ANCHORED "/usr/bin/passwd ^[a-z_][a-z0-9_-]*$"

enum doctor_severity {
	DOCTOR_HIGH,   /* somebody who is to be refused gets in, or could */
	DOCTOR_MEDIUM, /* a protection is missing, or something is broken */
	DOCTOR_LOW,    /* not as the administrator may think */
	DOCTOR_NOTE,   /* worth knowing; no exit status 1 */
};

/*
 * One finding. Without a file it is about the host as a whole.
 *
 * id        a stable word for programs, as "denial-not-final"; a literal
 * text      what is found, one sentence
 * why       what follows from it, or how it comes about; may be NULL
 * mend      what to do; may be NULL
 * services  the PAM services concerned; may be none
 * witness   JSON for programs, or NULL
 */
struct doctor_finding {
	enum doctor_severity severity;
	const char *id;
	const char *file;
	unsigned int line;
	const char *text, *why, *mend;
	char **services;
	size_t n_services;
	json_t *witness;
};

/* Owner: doctor_findings_free(). */
struct doctor_findings {
	struct doctor_finding *list;
	size_t n;
	bool is_incomplete; /* memory ran out */
	json_t *services;   /* of doctor_pam(): what each service's stacks come to, for JSON */
};

/*
 * Add a finding. A second one that differs in nothing but the service is one with the first.
 *
 * about    all strings are copied; services are not looked at; a witness belongs to the callee
 * service  may be NULL
 */
void doctor_add(struct doctor_findings *findings, const struct doctor_finding *about,
		const char *service);

/* Put the worst first; among equals, as they were found. */
void doctor_sort(struct doctor_findings *findings);

void doctor_findings_free(struct doctor_findings *findings);

/*
 * Add what could not be looked at, by -errno: not what is not there, and lack of memory makes the
 * findings incomplete.
 */
void doctor_add_unread(struct doctor_findings *findings, const char *path, int error);

/* The severity's name, as `high`. */
const char *doctor_severity_name(enum doctor_severity severity);

/* A text made of a format, on the heap; NULL, and the findings are incomplete, without memory. */
char *doctor_format(struct doctor_findings *findings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- The parts ---- */

/* Whether there is a policy, and whether it refuses anybody. */
void doctor_policy(struct tool *tool, struct doctor_findings *findings);

/* Whether what is in force is what the sources say, and for how long. */
void doctor_applied(struct tool *tool, struct doctor_findings *findings);

/* Whether owners can act, and the other people of the policy are there. */
void doctor_people(struct tool *tool, struct doctor_findings *findings);

/* Whether each name and each number in passwd and group stands for one. */
void doctor_accounts(struct tool *tool, struct doctor_findings *findings);

/* Whether users, groups and name sources are what they were when the policy was applied (P3). */
void doctor_recorded(struct tool *tool, struct doctor_findings *findings);

/* Whether root could get in if the policy was lost (D7). */
void doctor_rescue(struct tool *tool, struct doctor_findings *findings);

/* Owners and modes of what decides. */
void doctor_files(struct tool *tool, struct doctor_findings *findings);

/* Where libc looks users and groups up. */
void doctor_nss(struct tool *tool, struct doctor_findings *findings);

/* Whether sshd asks PAM. */
void doctor_sshd(struct tool *tool, struct doctor_findings *findings);

/* The programs of this host that go round the password gate. */
void doctor_gate(struct tool *tool, struct doctor_findings *findings);

/* What sudoers gives to people who are no owners. */
void doctor_sudoers(struct tool *tool, struct doctor_findings *findings);

/* PAM's configuration. */
void doctor_pam(struct tool *tool, struct doctor_findings *findings);

/* `doctor --simulate USER SERVICE`. Returns the exit status. */
int doctor_simulate(struct tool *tool);

#endif
