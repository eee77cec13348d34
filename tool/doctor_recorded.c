/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* doctor: users, groups and name sources that are not what they were when the policy was applied (P3). */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name_sources.h"
#include "recorded.h"

struct looking {
	struct doctor_findings *findings;
	const struct rolegate_policy *policy;
	bool has_role_groups;
};

static int add_changed(void *context, bool is_group, const char *name, uint32_t recorded,
		       uint32_t now)
{
	const struct looking *l = context;
	struct doctor_findings *findings = l->findings;
	bool is_seen = !is_group && l->has_role_groups;
	const char *what = is_group ? "group" : "user";
	char *text, *mend;

	text = doctor_format(findings, "%s \"%s\" has %s %u now, and had %u when it was recorded",
			     what, name, is_group ? "gid" : "uid", now, recorded);
	mend = doctor_format(findings, "if it is the same %s: rolegate apply --accept %s", what,
			     name);
	if (text && mend)
		doctor_add(
			findings,
			&(struct doctor_finding){
				.severity = is_seen ? DOCTOR_HIGH : DOCTOR_MEDIUM,
				.id = is_group ? "recorded-gid-changed" : "recorded-uid-changed",
				.text = text,
				.why = is_seen ? "its assignments do not count, except for role_groups: the "
						 "NSS module gets no uid (libnss_rolegate(8))"
					       : "its assignments do not count: a new account must not get the "
						 "roles of a deleted one (P3)",
				.mend = mend,
			},
			NULL);
	free(text);
	free(mend);
	return 0;
}

/* What the active policy says of a name source. */
struct counted_source {
	const char *name;
	bool counts;
};

static int note_counted(const char *counted, void *context)
{
	struct counted_source *source = context;

	if (!strcmp(counted, source->name))
		source->counts = true;
	return 0;
}

static int check_source(void *context, const char *name, bool is_user, bool answers)
{
	struct looking *l = context;
	struct counted_source source = { .name = name };
	char *text;
	int r;

	if (is_user)
		return 0;
	r = rolegate_policy_each_name_source(l->policy, note_counted, &source);
	if (r < 0 || (source.counts && answers))
		return 0; /* damage is doctor_policy()'s to report */
	text = source.counts
		       ? doctor_format(l->findings, "name service source \"%s\" does not answer",
				       name)
		       : doctor_format(l->findings,
				       "name service source \"%s\" has not answered at any apply",
				       name);
	if (text)
		doctor_add(
			l->findings,
			&(struct doctor_finding){
				.severity = DOCTOR_HIGH,
				.id = source.counts ? "source-silent" : "source-never-answered",
				.file = "/etc/nsswitch.conf",
				.text = text,
				.why = source.counts
					       ? "users that one of its groups could restrict are denied (P3)"
					       : "it does not count: users that one of its groups restricts have default_roles (P3)",
				.mend = source.counts ? "start its service"
					: answers
						? "rolegate apply"
						: "start its service, then: rolegate apply; or remove it from "
						  "the group line",
			},
			NULL);
	free(text);
	return 0;
}

void doctor_recorded(struct tool *tool, struct doctor_findings *findings)
{
	struct looking l = { .findings = findings };
	struct rolegate_policy *policy = NULL;
	struct record record;
	struct cursor list;
	uint32_t n = 0;
	int r;

	if (rolegate_policy_open(tool->state_dir, &policy, NULL) < 0)
		return; /* doctor_policy() says so */
	l.policy = policy;
	r = policy_load_role_groups(policy, &record, &list, &n);
	if (r == 0)
		store_record_free(&record);
	l.has_role_groups = r == 0 && n > 0;
	r = recorded_each_changed(tool, policy, add_changed, &l);
	if (r < 0)
		doctor_add_unread(findings, "/etc/passwd", r);
	if (!tool->root && policy->head.n_groups > 0)
		r = name_sources_each(check_source, &l);
	if (r == -EIO)
		doctor_add_unread(findings, "/etc/nsswitch.conf", r);
	rolegate_policy_close(policy);
}
