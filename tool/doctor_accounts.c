/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: whether each name and each number in passwd and group stands for one. */
#include "doctor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "account_file.h"

/* Doubles of a kind that are told one by one: who has more has copied a file into itself. */
#define DOUBLES_MAX 20u

/* What is being looked at: users or groups. */
struct kind {
	const char *path, *name_id, *name_why, *number_id, *number, *number_why, *number_mend;
};

static const struct kind users = {
	"/etc/passwd",
	"duplicate-name",
	"the system takes the first, and tools change either",
	"duplicate-uid",
	"uid",
	"for the kernel they are one user: rolegate takes whoever acts as one of them for the first, with that one's roles",
	"give each a uid of their own (usermod -u)",
};
static const struct kind groups = {
	"/etc/group",
	"duplicate-group",
	"the system takes the first, and tools change either",
	"duplicate-gid",
	"gid",
	"for the kernel they are one group, but roles are given to groups by name: a member of one has not the other's",
	"give each a gid of its own (groupmod -g)",
};

static void add_name(struct doctor_findings *findings, const struct kind *kind,
		     const struct account_entry *one, const struct account_entry *other)
{
	char *text = doctor_format(findings, "%s is there twice; the first is in line %u",
				   other->name, one->line);

	doctor_add(findings,
		   &(struct doctor_finding){
			   .severity = DOCTOR_MEDIUM,
			   .id = kind->name_id,
			   .file = kind->path,
			   .line = other->line,
			   .text = text,
			   .why = kind->name_why,
			   .mend = "take one of them out (vipw, vigr)",
		   },
		   NULL);
	free(text);
}

static void add_number(struct doctor_findings *findings, const struct kind *kind,
		       const struct account_entry *one, const struct account_entry *other)
{
	bool is_root = kind == &users && other->id == 0;
	char *text =
		is_root ? doctor_format(findings, "%s has uid 0, as %s has", other->name, one->name)
			: doctor_format(findings, "%s and %s have the same %s, %u", one->name,
					other->name, kind->number, other->id);

	doctor_add(findings,
		   &(struct doctor_finding){
			   .severity = is_root ? DOCTOR_HIGH : DOCTOR_MEDIUM,
			   .id = is_root ? "second-root" : kind->number_id,
			   .file = kind->path,
			   .line = other->line,
			   .text = text,
			   .why = is_root ? "both are root to the kernel, and to rolegate"
					  : kind->number_why,
			   .mend = kind->number_mend,
		   },
		   NULL);
	free(text);
}

static int by_number(const void *a, const void *b)
{
	const struct account_entry *one = a, *other = b;
	int r = (one->id > other->id) - (one->id < other->id);

	return r ? r : (one->line > other->line) - (one->line < other->line);
}

static void look_at(struct tool *tool, struct doctor_findings *findings, const struct kind *kind)
{
	struct account_file file;
	size_t n = 0;
	int r;

	r = account_file_read(tool, kind->path, &file);
	doctor_add_unread(findings, kind->path, r == 0 ? -ENOENT : r);
	for (size_t i = 1; i < file.n && n < DOUBLES_MAX; i++)
		if (!strcmp(file.list[i - 1].name, file.list[i].name)) {
			add_name(findings, kind, &file.list[i - 1], &file.list[i]);
			n++;
		}
	if (file.n > 0)
		qsort(file.list, file.n, sizeof(*file.list), by_number);
	n = 0;
	for (size_t i = 1; i < file.n && n < DOUBLES_MAX; i++)
		if (file.list[i - 1].id == file.list[i].id &&
		    strcmp(file.list[i - 1].name, file.list[i].name) != 0) {
			add_number(findings, kind, &file.list[i - 1], &file.list[i]);
			n++;
		}
	account_file_free(&file);
}

void doctor_accounts(struct tool *tool, struct doctor_findings *findings)
{
	look_at(tool, findings, &users);
	look_at(tool, findings, &groups);
}
