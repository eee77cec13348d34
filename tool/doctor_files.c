/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: owners and modes of what decides. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host_files.h"

/* Below a root the files may be those of whoever makes the image. */
static bool is_trusted(const struct tool *tool, const struct stat *st)
{
	return (st->st_uid == 0 || (tool->root && st->st_uid == geteuid())) &&
	       !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* 0 and *ret; or -errno. */
static int look(struct tool *tool, const char *path, struct stat *ret)
{
	int fd = tree_open_file(&tool->tree, path, O_PATH, 0), r = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, ret) < 0)
		r = -errno;
	close(fd);
	return r;
}

static void check(struct tool *tool, struct doctor_findings *findings, const char *path)
{
	struct stat st;
	char *text;
	int r = look(tool, path, &st);

	if (r < 0) {
		doctor_add_unread(findings, path, r);
		return;
	}
	if (is_trusted(tool, &st))
		return;
	text = doctor_format(findings, "this is not root's alone (uid %u, gid %u, mode %04o)",
			     st.st_uid, st.st_gid, st.st_mode & 07777u);
	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = DOCTOR_HIGH,
			.id = "file-untrusted",
			.file = path,
			.text = text,
			.why = "who can write it, or rename what is in it, decides about everybody",
			.mend = "chown root it, chmod go-w it, and find out who has changed it",
		},
		NULL);
	free(text);
}

/* A folder, and what is in it. */
static void check_folder(struct tool *tool, struct doctor_findings *findings, const char *folder)
{
	struct host_names names;
	char *path;
	int r;

	check(tool, findings, folder);
	r = host_names_list(tool, folder, &names);
	if (r < 0)
		doctor_add_unread(findings, folder, r);
	for (size_t i = 0; i < names.n; i++) {
		path = doctor_format(findings, "%s/%s", folder, names.list[i]);
		if (path)
			check(tool, findings, path);
		free(path);
	}
	host_names_free(&names);
}

/* The folders above one, from / downwards. */
static void check_above(struct tool *tool, struct doctor_findings *findings, const char *path)
{
	char above[256];

	for (const char *p = path; (p = strchr(p, '/')) && (size_t)(p - path) < sizeof(above);
	     p++) {
		snprintf(above, sizeof(above), "%.*s", p > path ? (int)(p - path) : 1, path);
		check(tool, findings, above);
	}
}

/* Programs without privilege ask as well: they have to be able to read the policy. */
static void check_readable(struct tool *tool, struct doctor_findings *findings, const char *path)
{
	struct stat st;
	unsigned int needed;
	char *text;

	if (look(tool, path, &st) < 0)
		return;
	needed = S_ISDIR(st.st_mode) ? S_IXOTH : S_IROTH;
	if (st.st_mode & needed)
		return;
	text = doctor_format(findings, "not everybody may read the policy (mode %04o)",
			     st.st_mode & 07777u);
	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = DOCTOR_MEDIUM,
			.id = "policy-unreadable",
			.file = path,
			.text = text,
			.why = "programs that ask PAM without privileges (dovecot, nginx, postgresql) refuse everybody",
			.mend = S_ISDIR(st.st_mode) ? "chmod 0755 it" : "chmod 0644 it",
		},
		NULL);
	free(text);
}

void doctor_files(struct tool *tool, struct doctor_findings *findings)
{
	static const char *const above[] = { ROLEGATE_CONF_DIR,	   ROLEGATE_STATE_DIR,
					     ROLEGATE_CATALOG_DIR, "/etc/pam.d",
					     "/usr/lib/pam.d",	   "/usr/sbin/rolegate" };
	static const char *const folders[] = {
		ROLEGATE_CONF_DIR,
		ROLEGATE_CONF_DIR "/policy.d",
		ROLEGATE_CONF_DIR "/catalogs",
		ROLEGATE_CATALOG_DIR,
		ROLEGATE_STATE_DIR,
		ROLEGATE_STATE_DIR "/generations",
		"/etc/pam.d",
		"/usr/lib/pam.d",
		"/etc/sudoers.d",
		"/etc/ssh/sshd_config.d",
	};
	static const char *const files[] = { "/usr/sbin/rolegate", "/etc/pam.conf",
					     "/etc/sudoers",	   "/etc/ssh/sshd_config",
					     "/etc/nsswitch.conf", "/etc/passwd",
					     "/etc/group",	   "/etc/shadow",
					     "/etc/gshadow" };

	for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++)
		check_above(tool, findings, above[i]);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		check_folder(tool, findings, folders[i]);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		check(tool, findings, files[i]);
	check_readable(tool, findings, ROLEGATE_STATE_DIR);
	check_readable(tool, findings, ROLEGATE_STATE_DIR "/" FORMAT_FILE_NAME);
	check_readable(tool, findings, ROLEGATE_STATE_DIR "/" FORMAT_TRIAL_NAME);
}
