/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: where libc looks users and groups up (nsswitch.conf). */
#include "capture.h"
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host_files.h"

#define NSSWITCH "/etc/nsswitch.conf"
#define GROUP_LINE "write `group: files [SUCCESS=merge] rolegate`, other services where they were"

/* Services of one line; nobody has more than a handful. */
#define SERVICES_MAX 16u

/* One line. line 0: there is none. The words point into text. */
struct database {
	char *text;
	unsigned int line;
	size_t n;
	const char *names[SERVICES_MAX];
	bool is_merged[SERVICES_MAX]; /* what is found in the one before is merged with it */
};

/* What the file says of the databases that matter. */
struct nsswitch {
	struct database passwd, shadow, group, initgroups;
};

/* Case is as libc has it: of no importance in `[SUCCESS=merge]`. */
static bool says_merge(const char *actions)
{
	for (; *actions && *actions != ']'; actions++)
		if (!strncasecmp(actions, "SUCCESS=merge", 13))
			return true;
	return false;
}

static void parse(struct database *database, char *text, unsigned int line)
{
	bool is_merged = false;
	char *rest = text;

	/* The last line of a name counts. */
	free(database->text);
	database->n = 0;
	database->line = line;
	database->text = text;
	while (*rest && database->n < SERVICES_MAX) {
		rest += strspn(rest, " \t\r");
		if (*rest == '[') {
			is_merged = says_merge(rest);
			rest += strcspn(rest, "]");
			rest += *rest == ']';
		} else if (*rest) {
			char *word = rest, end;

			rest += strcspn(rest, " \t\r[");
			end = *rest;
			*rest = '\0';
			database->is_merged[database->n] = is_merged;
			database->names[database->n++] = word;
			is_merged = end == '[' && says_merge(rest + 1);
			rest += end != '\0';
			if (end == '[')
				rest += strcspn(rest, "]") + (strchr(rest, ']') != NULL);
		}
	}
}

static struct database *choose(struct nsswitch *file, const char *name, size_t n)
{
	if (n == 6 && !strncmp(name, "passwd", n))
		return &file->passwd;
	if (n == 6 && !strncmp(name, "shadow", n))
		return &file->shadow;
	if (n == 5 && !strncmp(name, "group", n))
		return &file->group;
	if (n == 10 && !strncmp(name, "initgroups", n))
		return &file->initgroups;
	return NULL;
}

static int read_nsswitch(struct tool *tool, struct nsswitch *ret)
{
	struct host_lines lines;
	struct database *database;
	char *text;
	int r = host_lines_open(tool, NSSWITCH, &lines);

	while (r == 0 && host_lines_next(&lines)) {
		lines.text[strcspn(lines.text, "#")] = '\0';
		text = lines.text + strspn(lines.text, " \t");
		database = strchr(text, ':') ? choose(ret, text, strcspn(text, ": \t")) : NULL;
		if (!database)
			continue;
		text = strdup(strchr(text, ':') + 1);
		if (text)
			parse(database, text, lines.line);
		else
			r = -ENOMEM;
	}
	if (r == 0)
		r = lines.error;
	host_lines_close(&lines);
	return r;
}

/* The place of a service, or the number of them. */
static size_t find(const struct database *database, const char *name)
{
	size_t i = 0;

	while (i < database->n && strcmp(database->names[i], name) != 0)
		i++;
	return i;
}

static void check_order(struct doctor_findings *findings, const struct database *database,
			const char *name)
{
	const char *first = database->n > 0 ? database->names[0] : "";
	char *text;

	if (!database->line || !strcmp(first, "files") || !strcmp(first, "compat"))
		return;
	text = doctor_format(findings, "%s is looked up in `%s` before the host's own files", name,
			     first);
	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = DOCTOR_MEDIUM,
			.id = "nss-order",
			.file = NSSWITCH,
			.line = database->line,
			.text = text,
			.why = "a name that is in both, as root, is then taken from there; roles and logins go by names",
			.mend = "put `files` first",
		},
		NULL);
	free(text);
}

static void add(struct doctor_findings *findings, enum doctor_severity severity, const char *id,
		unsigned int line, const char *text, const char *why)
{
	doctor_add(findings,
		   &(struct doctor_finding){
			   .severity = severity,
			   .id = id,
			   .file = NSSWITCH,
			   .line = line,
			   .text = text,
			   .why = why,
			   .mend = GROUP_LINE,
		   },
		   NULL);
}

/* What the policy in force wants of NSS. */
struct wanted {
	bool groups; /* it has role_groups */
	bool lists;  /* some of them with `members` */
};

/* Roles seen as groups (`role_groups`): whether that can work. */
static void check_roles(struct doctor_findings *findings, const struct nsswitch *file,
			const struct wanted *wanted)
{
	size_t at = find(&file->group, "rolegate");
	bool is_there = at < file->group.n;

	if (!is_there && wanted->groups)
		add(findings, DOCTOR_LOW, "nss-no-rolegate", file->group.line,
		    "the policy has role_groups, but the line `group` does not name rolegate",
		    "nobody is seen in a group because of a role");
	if (is_there && wanted->lists && !file->group.is_merged[at])
		add(findings, DOCTOR_LOW, "nss-rolegate-not-merged", file->group.line,
		    "the policy lists members of groups, but rolegate is in the line `group` without "
		    "[SUCCESS=merge] before it",
		    "who looks a group up sees only the members that the services before it know; "
		    "whoever logs in is in the group all the same");
}

/* An `initgroups` line takes the place of `group` when somebody logs in. */
static void check_initgroups(struct doctor_findings *findings, const struct nsswitch *file)
{
	char *text;

	for (size_t i = 0; file->initgroups.line && i < file->group.n; i++) {
		if (find(&file->initgroups, file->group.names[i]) < file->initgroups.n)
			continue;
		text = doctor_format(findings,
				     "the line `initgroups` leaves out `%s`, which `group` has",
				     file->group.names[i]);
		doctor_add(
			findings,
			&(struct doctor_finding){
				.severity = DOCTOR_LOW,
				.id = "nss-initgroups",
				.file = NSSWITCH,
				.line = file->initgroups.line,
				.text = text,
				.why = "who logs in, and who is decided about, is not in the groups that come from there",
				.mend = "delete the line, so that `group` is used, or add it there",
			},
			NULL);
		free(text);
	}
}

/* A group that is another than the one whose gid apply captured. */
struct comparing {
	struct doctor_findings *findings;
};

static int note_gid(void *context, const struct role_group *group, const uint32_t *now)
{
	struct comparing *c = context;
	bool was_there = group->flags & FORMAT_SEEN_CAPTURED;
	char *text;

	if (!was_there)
		text = doctor_format(
			c->findings,
			"there was no group %s when the policy was applied, and there is one now",
			group->group);
	else if (!now)
		text = doctor_format(c->findings, "the group %s of role_groups (gid %u) is gone",
				     group->group, (unsigned int)group->gid);
	else
		text = doctor_format(
			c->findings,
			"the group %s had the gid %u when the policy was applied, and has %u now",
			group->group, (unsigned int)group->gid, (unsigned int)*now);
	doctor_add(
		c->findings,
		&(struct doctor_finding){
			.severity = DOCTOR_MEDIUM,
			.id = "nss-gid-changed",
			.text = text,
			.why = "holders of the role are put into the group by the number that it had then, "
			       "which may be another group's by now",
			.mend = "rolegate apply",
		},
		NULL);
	free(text);
	return 0;
}

/* What the policy wants, and whether its groups are still the ones it means. */
static void look_at_policy(struct tool *tool, struct doctor_findings *findings, struct wanted *ret)
{
	struct comparing comparing = { .findings = findings };
	struct rolegate_policy *policy = NULL;
	struct role_group group;
	struct record record;
	struct cursor cursor;
	uint32_t n = 0;
	int r;

	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) < 0)
		return;
	if (policy_load_role_groups(policy, &record, &cursor, &n) == 0) {
		for (uint32_t i = 0; i < n && policy_read_role_group(policy, &cursor, &group); i++)
			ret->lists = ret->lists || group.flags & FORMAT_SEEN_LISTED;
		store_record_free(&record);
	}
	ret->groups = n > 0;
	r = n > 0 ? capture_compare(tool, policy, note_gid, &comparing) : 0;
	if (r < 0)
		doctor_add_unread(findings, "/etc/group", r);
	rolegate_policy_close(policy);
}

void doctor_nss(struct tool *tool, struct doctor_findings *findings)
{
	struct nsswitch file = { 0 };
	struct wanted wanted = { 0 };
	int r = read_nsswitch(tool, &file);

	look_at_policy(tool, findings, &wanted);
	if (r < 0) {
		doctor_add_unread(findings, NSSWITCH, r);
	} else {
		check_order(findings, &file.passwd, "passwd");
		check_order(findings, &file.shadow, "shadow");
		check_order(findings, &file.group, "group");
		check_roles(findings, &file, &wanted);
		check_initgroups(findings, &file);
	}
	free(file.passwd.text);
	free(file.shadow.text);
	free(file.group.text);
	free(file.initgroups.text);
}
