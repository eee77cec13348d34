/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: where libc looks users and groups up (nsswitch.conf). */
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
		if (!database || database->line)
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

/* Roles seen as groups (`role_groups`): whether that can work. */
static void check_roles(struct doctor_findings *findings, const struct nsswitch *file,
			bool has_role_groups)
{
	size_t at = find(&file->group, "rolegate");
	bool is_there = at < file->group.n;

	if (!is_there && has_role_groups)
		add(findings, DOCTOR_LOW, "nss-no-rolegate", file->group.line,
		    "the policy has role_groups, but the line `group` does not name rolegate",
		    "nobody is seen in a group because of a role");
	if (is_there && !file->group.is_merged[at])
		add(findings, DOCTOR_MEDIUM, "nss-rolegate-not-merged", file->group.line,
		    "rolegate is in the line `group` without [SUCCESS=merge] before it",
		    "the services before it have the group and answer alone: its members by role are not seen");
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

static bool has_role_groups(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct record record;
	struct cursor cursor;
	uint32_t n = 0;

	if (rolegate_policy_open(tool->state_dir, &policy, NULL) < 0)
		return false;
	if (policy_load_role_groups(policy, &record, &cursor, &n) == 0)
		store_record_free(&record);
	rolegate_policy_close(policy);
	return n > 0;
}

void doctor_nss(struct tool *tool, struct doctor_findings *findings)
{
	struct nsswitch file = { 0 };
	int r = read_nsswitch(tool, &file);

	if (r < 0) {
		doctor_add_unread(findings, NSSWITCH, r);
	} else {
		check_order(findings, &file.passwd, "passwd");
		check_order(findings, &file.shadow, "shadow");
		check_order(findings, &file.group, "group");
		check_roles(findings, &file, has_role_groups(tool));
		check_initgroups(findings, &file);
	}
	free(file.passwd.text);
	free(file.shadow.text);
	free(file.group.text);
	free(file.initgroups.text);
}
