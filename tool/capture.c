/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes of a line that count: the name, an x or a hash, and the number come first. */
#define LINE_HEAD 1024

/* ---- The two files ---- */

/* What is called for each entry. */
struct reading {
	void (*each)(void *context, const char *name, uint32_t id);
	void *context;
};

/* Take `name:password:number:` apart; a line that is no such entry is passed over, as libc does. */
static void read_entry(const struct reading *reading, char *line)
{
	char *password = strchr(line, ':');
	char *number = password ? strchr(password + 1, ':') : NULL, *end;
	unsigned long long id;

	if (!number || number[1] < '0' || number[1] > '9')
		return;
	errno = 0;
	id = strtoull(number + 1, &end, 10);
	if (*end != ':' || errno != 0 || id >= UINT32_MAX)
		return;
	*password = '\0';
	reading->each(reading->context, line, (uint32_t)id);
}

static int read_lines(FILE *file, const struct reading *reading)
{
	char line[LINE_HEAD];
	bool is_begun = false;

	while (fgets(line, sizeof(line), file)) {
		bool is_whole = strchr(line, '\n') != NULL;

		if (!is_begun)
			read_entry(reading, line);
		is_begun = !is_whole;
	}
	return ferror(file) ? -EIO : 0;
}

/* Read /etc/passwd or /etc/group. 0, -ENOENT or another -errno. */
static int read_file(struct tool *tool, const char *path, const struct reading *reading)
{
	struct stat st;
	FILE *file;
	int fd, r;

	fd = tree_open_file(&tool->tree, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	r = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EIO;
	file = r == 0 ? fdopen(fd, "r") : NULL;
	if (!file) {
		r = r == 0 ? -ENOMEM : r;
		close(fd);
		return r;
	}
	r = read_lines(file, reading);
	fclose(file);
	return r;
}

/* ---- Groups ---- */

/* A group whose gid is wanted. */
struct sought {
	const char *name;
	bool is_found;
	uint32_t gid;
};

struct search {
	struct sought *list;
	size_t n;
};

/* The first entry of a name is the one that libc finds. */
static void see_group(void *context, const char *name, uint32_t gid)
{
	struct search *search = context;

	for (size_t i = 0; i < search->n; i++) {
		struct sought *sought = &search->list[i];

		if (sought->is_found || strcmp(sought->name, name) != 0)
			continue;
		sought->is_found = true;
		sought->gid = gid;
	}
}

static int search_groups(struct tool *tool, struct search *search)
{
	return read_file(tool, "/etc/group",
			 &(struct reading){ .each = see_group, .context = search });
}

static void capture_group(struct compiled *compiled, struct model_role_group *seen,
			  const struct sought *sought)
{
	if (!sought->is_found) {
		report_error(
			&compiled->report, seen->place,
			"/etc/group has no group \"%s\": create it (`groupadd --system %s`), or take this "
			"line out. Roles are seen in groups that exist",
			seen->group, seen->group);
		return;
	}
	if (sought->gid == 0) {
		report_error(
			&compiled->report, seen->place,
			"the group \"%s\" has gid 0 and is root's: no role may lead there. Take another group",
			seen->group);
		return;
	}
	seen->gid = sought->gid;
	seen->is_captured = true;
}

static int capture_groups(struct tool *tool, struct compiled *compiled)
{
	struct model *model = &compiled->model;
	struct search search = { .n = model->n_role_groups };
	int r;

	search.list = calloc(search.n, sizeof(*search.list));
	if (!search.list)
		return -ENOMEM;
	for (size_t i = 0; i < search.n; i++)
		search.list[i].name = model->role_groups[i].group;
	r = search_groups(tool, &search);
	for (size_t i = 0; i < search.n; i++) {
		if (r == 0)
			capture_group(compiled, &model->role_groups[i], &search.list[i]);
		else if (r == -ENOENT && tool->root)
			report_warning(
				&compiled->report, model->role_groups[i].place,
				"that root has no /etc/group, so nobody will be seen in \"%s\" before the policy "
				"is applied again where there is one",
				model->role_groups[i].group);
	}
	free(search.list);
	return r == -ENOENT && tool->root ? 0 : r;
}

/* ---- System accounts ---- */

static void see_account(void *context, const char *name, uint32_t uid)
{
	struct model *model = context;
	uint32_t user;

	/* Root is one of them here. */
	if (uid >= model->uid_min && !policy_is_system_range(uid))
		return;
	user = names_find(&model->users.names, name);
	if (user != NAMES_NONE)
		model_add_exempt(model, user);
}

static int capture_accounts(struct tool *tool, struct compiled *compiled)
{
	struct model *model = &compiled->model;
	int r = read_file(tool, "/etc/passwd",
			  &(struct reading){ .each = see_account, .context = model });

	if (model->arena.is_exhausted)
		return -ENOMEM;
	if (model->n_exempt > FORMAT_EXEMPT_MAX)
		report_error(
			&compiled->report, PLACE_NOWHERE,
			"/etc/passwd has %zu entries with uids below %u that have assignments; at most %u "
			"are possible with `role_groups`",
			model->n_exempt, model->uid_min, FORMAT_EXEMPT_MAX);
	return r == -ENOENT && tool->root ? 0 : r;
}

int capture_host(struct tool *tool, struct compiled *compiled)
{
	int r;

	if (compiled->model.n_role_groups == 0)
		return 0;
	r = capture_groups(tool, compiled);
	if (r == 0)
		r = capture_accounts(tool, compiled);
	if (r < 0)
		return r;
	report_sort(&compiled->report);
	if (compiled->report.is_out_of_memory)
		return -ENOMEM;
	return compiled->report.n_errors > 0 ? -EINVAL : 0;
}

/* ---- What became of it ---- */

/* The lines of role_groups in a policy, as far as they are needed. */
struct captured {
	struct role_group *groups; /* they point into the record */
	struct record record;
	struct search search;
};

static int load_captured(const struct rolegate_policy *policy, struct captured *ret)
{
	struct cursor c;
	uint32_t n;
	int r;

	r = policy_load_role_groups(policy, &ret->record, &c, &n);
	if (r < 0)
		return r;
	ret->groups = calloc(n + (size_t)1, sizeof(*ret->groups));
	ret->search =
		(struct search){ .list = calloc(n + (size_t)1, sizeof(*ret->search.list)), .n = n };
	if (!ret->groups || !ret->search.list)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		if (!policy_read_role_group(policy, &c, &ret->groups[i]))
			return -EBADMSG;
		ret->search.list[i].name = ret->groups[i].group;
	}
	return 0;
}

int capture_compare(struct tool *tool, const struct rolegate_policy *policy,
		    int (*each)(void *context, const struct role_group *group, const uint32_t *now),
		    void *context)
{
	struct captured captured = { 0 };
	int r;

	r = load_captured(policy, &captured);
	if (r == 0 && captured.search.n > 0)
		r = search_groups(tool, &captured.search);
	if (r == -ENOENT)
		r = 0; /* no file, no group */
	for (size_t i = 0; i < captured.search.n && r == 0; i++) {
		const struct role_group *group = &captured.groups[i];
		const struct sought *now = &captured.search.list[i];
		bool was_found = group->flags & FORMAT_SEEN_CAPTURED;

		if (now->is_found != was_found || (was_found && now->gid != group->gid))
			r = each(context, group, now->is_found ? &now->gid : NULL);
	}
	store_record_free(&captured.record);
	free(captured.groups);
	free(captured.search.list);
	return r;
}
