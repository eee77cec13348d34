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

struct inspection {
	struct tool *tool;
	struct doctor_findings *findings;
	const struct rolegate_policy *policy; /* NULL: none in force */
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
	"for the kernel they are one group, and a login knows numbers only: a member of either gets what the policy gives the first in the file, and nobody what it gives the other",
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

/* Whether the policy gives a group roles, or might: it could not be read. */
static bool has_roles(const struct rolegate_policy *policy, const char *group)
{
	struct record record = { 0 };
	struct cursor body;
	int r = policy ? policy_find_name(policy, FORMAT_GROUPS, group, &record, &body) : 0;

	store_record_free(&record);
	return output_note(r) != 0;
}

/* How bad it is that two have one number: with groups, as bad as roles go to the wrong people. */
static enum doctor_severity severity_of(const struct inspection *x, const struct kind *kind,
					const struct account_entry *one,
					const struct account_entry *other)
{
	bool is_high = kind == &users ? other->id == 0
				      : has_roles(x->policy, one->name) ||
						has_roles(x->policy, other->name);

	return is_high ? DOCTOR_HIGH : DOCTOR_MEDIUM;
}

static void add_number(struct inspection *x, const struct kind *kind,
		       const struct account_entry *one, const struct account_entry *other)
{
	bool is_root = kind == &users && other->id == 0;
	char *text = is_root ? doctor_format(x->findings, "%s has uid 0, as %s has", other->name,
					     one->name)
			     : doctor_format(x->findings, "%s and %s have the same %s, %u",
					     one->name, other->name, kind->number, other->id);

	doctor_add(x->findings,
		   &(struct doctor_finding){
			   .severity = severity_of(x, kind, one, other),
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

/* Tell of names that are there twice; the list is by name. */
static void look_at_names(struct inspection *x, const struct kind *kind,
			  const struct account_file *file)
{
	size_t n = 0;

	for (size_t i = 1; i < file->n && n < DOUBLES_MAX; i++)
		if (!strcmp(file->list[i - 1].name, file->list[i].name)) {
			add_name(x->findings, kind, &file->list[i - 1], &file->list[i]);
			n++;
		}
}

/* Tell of numbers with several names. The first in the file is the one that libc finds. */
static void look_at_numbers(struct inspection *x, const struct kind *kind,
			    struct account_file *file)
{
	size_t n = 0, first = 0;

	if (file->n > 0)
		qsort(file->list, file->n, sizeof(*file->list), by_number);
	for (size_t i = 1; i < file->n && n < DOUBLES_MAX; i++) {
		if (file->list[first].id != file->list[i].id)
			first = i;
		if (strcmp(file->list[first].name, file->list[i].name) != 0) {
			add_number(x, kind, &file->list[first], &file->list[i]);
			n++;
		}
	}
}

static void look_at(struct inspection *x, const struct kind *kind)
{
	struct account_file file;
	int r;

	r = account_file_read(x->tool, kind->path, &file);
	doctor_add_unread(x->findings, kind->path, r == 0 ? -ENOENT : r);
	look_at_names(x, kind, &file);
	look_at_numbers(x, kind, &file);
	account_file_free(&file);
}

void doctor_accounts(struct tool *tool, struct doctor_findings *findings)
{
	struct inspection x = { .tool = tool, .findings = findings };
	struct rolegate_policy *policy = NULL;

	/* Without a policy nobody is given anything. */
	if (output_note(rolegate_policy_open(tool->state_dir, &policy, NULL)) == 0)
		x.policy = policy;
	look_at(&x, &users);
	look_at(&x, &groups);
	rolegate_policy_close(policy);
}
