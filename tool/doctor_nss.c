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

#define BLANKS " \t\r"

/* What a name source may answer, and what libc then does (nsswitch.conf(5)). */
enum status { SUCCESS, NOTFOUND, UNAVAIL, TRYAGAIN, STATUSES };
enum action { CONTINUE, RETURN, MERGE };

/* One source of a line. */
struct nss_source {
	const char *name;
	enum action actions[STATUSES];
};

/* One line. line 0: there is none. The names point into text. */
struct database {
	char *text;
	unsigned int line;
	size_t n;
	struct nss_source sources[SERVICES_MAX];
};

/* What the file says of the databases that matter. */
struct nsswitch {
	struct database passwd, shadow, group, initgroups;
};

/* The word at the beginning of a text, as libc compares it: case does not matter. n: none of them. */
static size_t match(const char *text, const char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && strncasecmp(text, words[i], strlen(words[i])) != 0)
		i++;
	return i;
}

/* Apply one `STATUS=ACTION`, or `!STATUS=ACTION`, which is about all other answers. */
static void apply_action(struct nss_source *source, const char *text)
{
	static const char *const statuses[] = { "SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN" };
	static const char *const actions[] = { "continue", "return", "merge" };
	bool is_other = *text == '!';
	const char *equals = strchr(text, '=');
	size_t status = match(text + is_other, statuses, STATUSES), action;

	if (!equals || status == STATUSES)
		return;
	equals += 1 + strspn(equals + 1, " \t");
	action = match(equals, actions, 3);
	for (size_t i = 0; action < 3 && i < STATUSES; i++)
		if ((i == status) != is_other)
			source->actions[i] = (enum action)action;
}

/* Read the text between brackets, up to a NUL. */
static void read_actions(struct nss_source *source, char *text)
{
	while (*(text += strspn(text, " \t"))) {
		char *end = text + strcspn(text, "=");

		/* Spaces and tabs may surround the `=`. */
		end += strspn(end, "= \t");
		end += strcspn(end, " \t");
		if (*end)
			*end++ = '\0';
		apply_action(source, text);
		text = end;
	}
}

static void parse(struct database *database, char *text, unsigned int line)
{
	bool is_open = false; /* the bracket before `rest` is overwritten */
	char *rest = text;

	/* The last line of a name counts. */
	free(database->text);
	*database = (struct database){ .text = text, .line = line };
	while (*rest) {
		char *word, end;

		rest += is_open ? 0 : strspn(rest, BLANKS);
		if (!is_open && *rest == '[') {
			is_open = true;
			rest++;
		}
		word = rest;
		rest += strcspn(rest, is_open ? "]" : BLANKS "[");
		end = *rest;
		*rest = '\0';
		rest += end != '\0';
		if (is_open && database->n > 0)
			read_actions(&database->sources[database->n - 1], word);
		else if (!is_open && *word && database->n < SERVICES_MAX)
			database->sources[database->n++] =
				(struct nss_source){ word,
						     { RETURN, CONTINUE, CONTINUE, CONTINUE } };
		is_open = !is_open && end == '[';
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

	while (i < database->n && strcmp(database->sources[i].name, name) != 0)
		i++;
	return i;
}

static void check_order(struct doctor_findings *findings, const struct database *database,
			const char *name)
{
	const char *first = database->n > 0 ? database->sources[0].name : "";
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
	if (is_there && wanted->lists &&
	    (at == 0 || file->group.sources[at - 1].actions[SUCCESS] != MERGE))
		add(findings, DOCTOR_LOW, "nss-rolegate-not-merged", file->group.line,
		    "the policy lists members of groups, but rolegate is in the line `group` without "
		    "[SUCCESS=merge] before it",
		    "who looks a group up sees only the members that the services before it know; "
		    "whoever logs in is in the group all the same");
}

/*
 * The source before the i-th at which the line ends for a user with that answer; i: none. A `group` line
 * never ends where a user was found: for groups at login libc goes on (initgroups in glibc).
 */
static size_t find_end(const struct database *database, size_t i, enum status status)
{
	size_t k = 0;

	while (k < i && database->sources[k].actions[status] != RETURN)
		k++;
	return k;
}

/* The line `initgroups` as it would name what `group` names. On the heap, or NULL. */
static char *make_line(struct doctor_findings *findings, const struct database *group)
{
	char *line = doctor_format(findings, "initgroups:"), *longer;

	for (size_t i = 0; line && i < group->n; i++) {
		longer = doctor_format(findings, "%s%s %s", line,
				       i > 0 ? " [SUCCESS=continue]" : "", group->sources[i].name);
		free(line);
		line = longer;
	}
	return line;
}

/* how: which users it is about, the end of a sentence. */
static void add_hidden(struct doctor_findings *findings, const struct nsswitch *file,
		       const char *source, const char *how)
{
	bool is_ours = !strcmp(source, "rolegate");
	char *line = make_line(findings, &file->group);
	char *text = doctor_format(findings, "initgroups hides \"%s\", which \"group\" lists%s",
				   source, how);
	char *fix = doctor_format(findings, "delete the line, or write: %s", line ? line : "");

	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = is_ours ? DOCTOR_LOW : DOCTOR_HIGH,
			.id = "nss-initgroups",
			.file = NSSWITCH,
			.line = file->initgroups.line,
			.text = text,
			.why = is_ours ? "no role puts a user into a group (role_groups)"
				       : "users are not in its groups: roles assigned to these groups have no effect, restricting ones included",
			.mend = fix,
		},
		NULL);
	free(line);
	free(text);
	free(fix);
}

/* An `initgroups` line takes the place of `group` for the groups of a user. */
static void check_initgroups(struct doctor_findings *findings, const struct nsswitch *file)
{
	const struct database *group = &file->group, *own = &file->initgroups;

	for (size_t i = 0; own->line && i < group->n; i++) {
		const char *name = group->sources[i].name;
		size_t at = find(own, name), end = find_end(own, at, SUCCESS);
		char *how;

		if (at == own->n) {
			add_hidden(findings, file, name, "");
			continue;
		}
		if (end == at) {
			/* Not if users that no name source has had yet stop there in both lines. */
			end = find_end(own, at, NOTFOUND);
			if (end == at || find_end(group, i, NOTFOUND) < i)
				continue;
			how = doctor_format(findings, ", for users without a group in \"%s\"",
					    own->sources[end].name);
		} else {
			how = doctor_format(findings, ", for users with a group in \"%s\"",
					    own->sources[end].name);
		}
		add_hidden(findings, file, name, how ? how : "");
		free(how);
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
