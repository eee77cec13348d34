/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: whether root could get in if the policy was lost (D7). */
#include "doctor.h"

#include <string.h>

#include "host_files.h"
#include "pam_files.h"
#include "verdict.h"

/* Whether a denial by rolegate is final in a service's account phase. */
static bool is_guarded(struct tool *tool, const char *name)
{
	const struct stack_host host = pam_files_host(tool);
	struct stack_service service = { 0 };
	struct verdict verdict = { 0 };
	bool is = false;

	if (stack_read(&host, name, &service) == 0 &&
	    verdict_find(&service, VERDICT_FRESH, &verdict) == 0)
		is = verdict.answer == VERDICT_FINAL;
	verdict_free(&verdict);
	stack_service_free(&service);
	return is;
}

/* Whether shadow has root without a password that anything could match. *ret_line: where. */
static bool is_root_locked(struct tool *tool, unsigned int *ret_line)
{
	struct host_lines lines;
	bool is_locked = false;

	if (host_lines_open(tool, "/etc/shadow", &lines) == 0)
		while (host_lines_next(&lines))
			if (!strncmp(lines.text, "root:", 5)) {
				is_locked = lines.text[5] == '!' || lines.text[5] == '*';
				*ret_line = lines.line;
				break;
			}
	host_lines_close(&lines);
	return is_locked;
}

/* Whether a key opens root's account. */
static bool has_root_key(struct tool *tool)
{
	struct host_lines lines;
	bool has = false;

	if (host_lines_open(tool, "/root/.ssh/authorized_keys", &lines) == 0)
		while (!has && host_lines_next(&lines))
			has = lines.text[strspn(lines.text, " \t")] != '\0' &&
			      lines.text[strspn(lines.text, " \t")] != '#';
	host_lines_close(&lines);
	return has;
}

void doctor_rescue(struct tool *tool, struct doctor_findings *findings)
{
	unsigned int line = 0;

	if (!is_root_locked(tool, &line) || has_root_key(tool) || !is_guarded(tool, "sudo"))
		return;
	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = DOCTOR_LOW,
			.id = "root-cannot-log-in",
			.file = "/etc/shadow",
			.line = line,
			.text = "root has neither a password nor an SSH key, and sudo asks rolegate",
			.why = "should the policy be lost, rolegate lets only uid 0 in: nobody could become root to mend it but from other media",
			.mend = "give root a password for the console (`passwd root`), or a key",
		},
		NULL);
}
