/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: the programs of this host that go round the password gate. */
#include "doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "outsiders.h"
#include "sheet.h"

#define PROGRAMS_MAX 24u

#define ANCHORED_MEND                                                                              \
	"give it to nobody but owners; to set a password, sudoers can give `" DOCTOR_ANCHORED      \
	"` (sudo 1.9.10 or later)"
#define POLKIT_MEND "let polkit's rules name owners, or nobody"

/* Programs that go round it in the same way. A path stands for itself, else it is looked for. */
static const struct {
	const char *programs[PROGRAMS_MAX];
	bool is_polkit; /* also whoever polkit takes for an administrator may use them */
	const char *what, *why, *mend;
} groups[] = {
	{ { "usermod", "useradd", "userdel", "adduser", "deluser", "chage", "vipw", "vigr",
	    "gpasswd", "groupadd", "groupdel", "groupmems", "groupmod", "newgrp", "pwconv",
	    "pwunconv", "grpconv", "grpunconv" },
	  false,
	  "account files are edited, and PAM is not asked",
	  "who may run such a program as root sets passwords and memberships",
	  ANCHORED_MEND },
	{ { "passwd" },
	  false,
	  "PAM is asked for a new password, not for -d -l -u -e -x -n -w -i, nor with another root (-R, on Debian 13 also -P)",
	  "who may run it as root with options of their choice removes and locks passwords",
	  ANCHORED_MEND },
	{ { "chpasswd", "newusers" },
	  false,
	  "PAM is not asked with -c, -e, -R or, on Debian 13, -P",
	  "who may run it as root with options of their choice sets anybody's password",
	  ANCHORED_MEND },
	{ { "runuser", "setpriv", "chroot", "unshare", "nsenter" },
	  false,
	  "one becomes somebody else, or goes elsewhere, and the account phase is not asked",
	  "for root only, who can do the same by hand",
	  "give it to nobody but owners" },
	{ { "systemd-run", "machinectl", "pkexec" },
	  true,
	  "programs are run as root, or as anybody, without sudo",
	  "root may, and whom polkit takes for an administrator",
	  POLKIT_MEND },
	{ { "/usr/libexec/accounts-daemon", "/usr/lib/accountsservice/accounts-daemon" },
	  true,
	  "accountsservice sets passwords over D-Bus, and the gate is not asked",
	  "root may, and whom polkit takes for an administrator",
	  POLKIT_MEND },
};

/* Whether there is a program, at its path or where programs lie. */
static bool has_program(struct tool *tool, const char *name)
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };
	char path[128];
	int fd = -1;

	if (*name == '/')
		fd = tree_open_file(&tool->tree, name, O_PATH, 0);
	for (size_t i = 0; *name != '/' && fd < 0 && i < sizeof(folders) / sizeof(folders[0]);
	     i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		fd = tree_open_file(&tool->tree, path, O_PATH, 0);
	}
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* The programs of a group that are there, with commas; on the heap, NULL for none or no memory. */
static char *list_programs(struct tool *tool, size_t group)
{
	struct sheet sheet;
	FILE *to = sheet_open(&sheet);
	size_t n = 0;
	char *text;

	if (!to)
		return NULL;
	for (size_t i = 0; i < PROGRAMS_MAX && groups[group].programs[i]; i++)
		if (has_program(tool, groups[group].programs[i]))
			fprintf(to, "%s%s", n++ > 0 ? ", " : "", groups[group].programs[i]);
	text = sheet_close(&sheet, NULL);
	if (n > 0)
		return text;
	free(text);
	return NULL;
}

/* Those in polkit's usual groups of administrators who are no owners. NULL: none. */
static char *find_polkit_outsiders(struct tool *tool, const struct rolegate_policy *policy)
{
	struct outsiders outsiders;
	char *words = NULL;

	if (outsiders_begin(&outsiders, tool, policy) == 0) {
		outsiders_add_group(&outsiders, "sudo");
		outsiders_add_group(&outsiders, "wheel");
		if (!outsiders_is_empty(&outsiders))
			words = outsiders_words(&outsiders);
	}
	outsiders_end(&outsiders);
	return words;
}

static void add_group(struct tool *tool, struct doctor_findings *findings, size_t group,
		      const char *administrators)
{
	bool is_open = groups[group].is_polkit && administrators;
	char *programs = list_programs(tool, group), *text, *why;

	if (!programs)
		return;
	text = doctor_format(findings, "%s: %s", programs, groups[group].what);
	why = doctor_format(
		findings, "%s%s%s", groups[group].why,
		is_open ? ": here those in the groups sudo and wheel, who are not all owners: "
			: "",
		is_open ? administrators : "");
	doctor_add(findings,
		   &(struct doctor_finding){
			   .severity = is_open ? DOCTOR_LOW : DOCTOR_NOTE,
			   .id = "gate-ways-round",
			   .text = text,
			   .why = why,
			   .mend = groups[group].mend,
		   },
		   NULL);
	free(text);
	free(why);
	free(programs);
}

void doctor_gate(struct tool *tool, struct doctor_findings *findings)
{
	struct rolegate_policy *policy = NULL;
	char *administrators = NULL;

	/* Without a policy there is no gate to go round. */
	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) < 0)
		return;
	administrators = find_polkit_outsiders(tool, policy);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		add_group(tool, findings, i, administrators);
	free(administrators);
	rolegate_policy_close(policy);
}
