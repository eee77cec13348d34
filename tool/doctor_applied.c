/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: whether what is in force is what the sources say, and for how long. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applied.h"

static void check_sources(struct tool *tool, struct doctor_findings *findings,
			  const struct rolegate_policy *policy)
{
	const char *word = applied_sources(tool, policy);
	bool is_broken = !strcmp(word, "broken");

	if (!strcmp(word, "unknown"))
		doctor_add_unread(findings, ROLEGATE_CONF_DIR, -EACCES);
	if (!is_broken && strcmp(word, "changed") != 0)
		return;
	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = is_broken ? DOCTOR_MEDIUM : DOCTOR_LOW,
			.id = is_broken ? "sources-broken" : "sources-changed",
			.file = ROLEGATE_CONF_DIR,
			.text = is_broken
					? "the sources have errors; what is in force was made of others"
					: "the sources were changed since they were applied",
			.why = "what they say now decides nothing",
			.mend = is_broken
					? "`rolegate check` names the errors"
					: "`rolegate diff` shows what they would change, `rolegate apply` puts them in force",
		},
		NULL);
}

/* A trial, or the file that one has left. */
static void check_trial(struct tool *tool, struct doctor_findings *findings,
			const struct rolegate_policy *policy)
{
	int64_t left = 0;
	bool runs = rolegate_policy_trial(policy, &left);
	char *text = NULL;
	int fd = tree_open_file(&tool->tree, ROLEGATE_STATE_DIR "/" FORMAT_TRIAL_NAME, O_PATH, 0);

	if (fd >= 0)
		close(fd);
	if (runs)
		text = doctor_format(findings,
				     "generation %llu is on trial for another %lld seconds",
				     (unsigned long long)rolegate_policy_generation(policy),
				     (long long)left);
	if (runs || fd >= 0)
		doctor_add(
			findings,
			&(struct doctor_finding){
				.severity = runs ? DOCTOR_LOW : DOCTOR_NOTE,
				.id = runs ? "trial-running" : "trial-over",
				.file = ROLEGATE_STATE_DIR "/" FORMAT_TRIAL_NAME,
				.text = runs ? text : "a trial is over that nobody has confirmed",
				.why = runs ? "what was in force before decides again then"
					    : "nobody heeds it; the sources may still say what was tried",
				.mend = runs ? "`rolegate confirm` keeps it"
					     : "the next change that is applied takes it away",
			},
			NULL);
	free(text);
}

void doctor_applied(struct tool *tool, struct doctor_findings *findings)
{
	struct rolegate_policy *policy = NULL;

	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) < 0)
		return;
	check_sources(tool, findings, policy);
	check_trial(tool, findings, policy);
	rolegate_policy_close(policy);
}
