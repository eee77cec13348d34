/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: whether sshd asks PAM. */
#include "doctor.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host_files.h"

#define SSH_FOLDER "/etc/ssh"
#define SSHD_CONFIG SSH_FOLDER "/sshd_config"

/* sshd's own limit on files that include one another. */
#define DEPTH_MAX 16u

/* What was found: the first UsePAM counts. */
struct search {
	struct tool *tool;
	struct doctor_findings *findings;
	bool has_found, uses_pam;
	char *file; /* where it stands */
	unsigned int line;
};

static void read_config(struct search *s, const char *path, unsigned int depth);

/* Cut the next word off; `=` may be before a value, and quotes around it. NULL if there is none. */
static char *cut_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t\r=");
	bool is_quoted = *word == '"';

	word += is_quoted;
	*rest = word + strcspn(word, is_quoted ? "\"" : " \t\r=");
	if (**rest)
		*(*rest)++ = '\0';
	return *word ? word : NULL;
}

/* Read the files that a pattern stands for, in byte order, as sshd does. */
static void include(struct search *s, const char *pattern, unsigned int depth)
{
	char *whole = *pattern == '/' ? doctor_format(s->findings, "%s", pattern)
				      : doctor_format(s->findings, SSH_FOLDER "/%s", pattern);
	char *name = whole ? strrchr(whole, '/') : NULL, *path;
	struct host_names names;
	int r;

	if (!name) {
		free(whole);
		return;
	}
	*name++ = '\0';
	r = strpbrk(whole, "*?[") ? -ENOTSUP
				  : host_names_list(s->tool, *whole ? whole : "/", &names);
	if (r == -ENOTSUP)
		names = (struct host_names){ 0 };
	if (r < 0)
		doctor_add_unread(s->findings, whole, r);
	for (size_t i = 0; i < names.n; i++) {
		if (fnmatch(name, names.list[i], FNM_PERIOD) != 0)
			continue;
		path = doctor_format(s->findings, "%s/%s", whole, names.list[i]);
		if (path)
			read_config(s, path, depth + 1);
		free(path);
	}
	host_names_free(&names);
	free(whole);
}

/* One line. False where the rest of the file is about some connections only (Match). */
static bool read_line(struct search *s, char *line, const char *path, unsigned int number,
		      unsigned int depth)
{
	char *rest = line, *word = cut_word(&rest), *value;

	if (!word || *word == '#')
		return true;
	if (!strcasecmp(word, "Match"))
		return false;
	if (!strcasecmp(word, "Include")) {
		while ((value = cut_word(&rest)) && *value != '#')
			include(s, value, depth);
	} else if (!strcasecmp(word, "UsePAM") && !s->has_found && (value = cut_word(&rest))) {
		s->has_found = true;
		s->uses_pam = !strcasecmp(value, "yes") || !strcasecmp(value, "true");
		s->file = doctor_format(s->findings, "%s", path);
		s->line = number;
	}
	return true;
}

static void read_config(struct search *s, const char *path, unsigned int depth)
{
	struct host_lines lines;
	int r;

	if (s->has_found || depth >= DEPTH_MAX)
		return;
	r = host_lines_open(s->tool, path, &lines);
	if (r < 0)
		doctor_add_unread(s->findings, path, r);
	/* sshd allows UsePAM in no Match block, so what comes behind one does not matter. */
	while (r == 0 && !s->has_found && host_lines_next(&lines))
		if (!read_line(s, lines.text, path, lines.line, depth))
			break;
	host_lines_close(&lines);
}

/* Whether there is a configuration of sshd at all. */
static bool has_config(struct tool *tool)
{
	struct host_lines lines;
	int r = host_lines_open(tool, SSHD_CONFIG, &lines);

	host_lines_close(&lines);
	return r == 0 || r == -EACCES;
}

void doctor_sshd(struct tool *tool, struct doctor_findings *findings)
{
	struct search s = { .tool = tool, .findings = findings };

	if (!has_config(tool))
		return;
	read_config(&s, SSHD_CONFIG, 0);
	if (!s.uses_pam)
		doctor_add(
			findings,
			&(struct doctor_finding){
				.severity = DOCTOR_HIGH,
				.id = "sshd-without-pam",
				.file = s.file ? s.file : SSHD_CONFIG,
				.line = s.line,
				.text = s.has_found
						? "sshd does not ask PAM: UsePAM no"
						: "sshd does not ask PAM: UsePAM is not set, and `no` is the default",
				.why = "whoever has a key or a password gets in, whatever the policy says",
				.mend = "set `UsePAM yes`, and restart sshd",
			},
			NULL);
	free(s.file);
}
