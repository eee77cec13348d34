/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "policy_notes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "decide.h"
#include "pam_services.h"
#include "people.h"

/* ---- Files that are ignored ---- */

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), n_end = strlen(end);

	return n > n_end && !strcmp(name + n - n_end, end);
}

/* Why a file of policy.d is no policy file, as a literal; NULL: it is one. */
static const char *why_ignored(int folder, const char *name)
{
	static const char *const leftovers[] = { ".dpkg-old", ".dpkg-new", ".dpkg-dist",
						 ".dpkg-bak", ".rpmnew",   ".rpmsave",
						 ".ucf-dist", ".ucf-old",  ".ucf-new",
						 ".pacnew" };
	struct stat st;

	if (ends_in(name, ".conf") && name[0] != '.')
		return NULL;
	if (fstatat(folder, name, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return "it is a directory";
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++)
		if (ends_in(name, leftovers[i]))
			return "a package manager left it";
	if (ends_in(name, "~") || ends_in(name, ".swp") || ends_in(name, ".bak"))
		return "an editor left it";
	if (name[0] == '.')
		return "its name begins with a dot";
	return "its name does not end in \".conf\"";
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Byte order, in every locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int report_ignored(int folder, const char *name,
			  int (*each)(void *context, const char *path, const char *reason),
			  void *context)
{
	const char *reason = why_ignored(folder, name);
	char *path;
	int r;

	if (!reason)
		return 0;
	if (asprintf(&path, "%s/policy.d/%s", ROLEGATE_CONF_DIR, name) < 0)
		return -ENOMEM;
	r = each(context, path, reason);
	free(path);
	return r;
}

int policy_notes_each_ignored(struct tool *tool,
			      int (*each)(void *context, const char *path, const char *reason),
			      void *context)
{
	int fd = tree_open_file(&tool->tree, ROLEGATE_CONF_DIR "/policy.d", O_RDONLY | O_DIRECTORY,
				0);
	struct dirent **entries = NULL;
	int n, r = 0;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	n = scandirat(fd, ".", &entries, is_entry, by_bytes);
	if (n < 0)
		r = -errno;
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = report_ignored(fd, entries[i]->d_name, each, context);
		free(entries[i]);
	}
	free(entries);
	close(fd);
	return r;
}

static int warn_ignored(void *context, const char *path, const char *reason)
{
	struct compiled *compiled = context;

	report_warning(&compiled->report, PLACE_NOWHERE, "%s is ignored: %s", path, reason);
	return 0;
}

/* ---- What root cannot use (D6) ---- */

/* Services that a host needs root to use, and what stops if it cannot. */
static const struct {
	const char *service, *what;
} of_root[] = {
	{ "atd", "at jobs of root stop" },
	{ "cron", "cron jobs of root stop" },
	{ "cronie", "cron jobs of root stop" },
	{ "crond", "cron jobs of root stop" },
	{ "login", "root cannot log in on the console" },
	{ "su", "root cannot become another user by su" },
	{ "su-l", "root cannot become another user by su" },
	{ "systemd-user", "services of root's own systemd do not start" },
};

static const char *what_stops(const char *service)
{
	for (size_t i = 0; i < sizeof(of_root) / sizeof(of_root[0]); i++)
		if (!strcmp(of_root[i].service, service))
			return of_root[i].what;
	return NULL;
}

/* Warn of one guarded service at which the policy denies root. 0 or an error. */
static int check_service(struct tool *tool, struct compiled *compiled,
			 const struct rolegate_policy *policy, const struct pam_service *service)
{
	struct rolegate_request request = { .service = service->read.name,
					    .flags = ROLEGATE_REQUEST_REAL_UID,
					    .at = tool->now };
	const char *what = what_stops(service->read.name);
	struct rolegate_decision decision;
	struct rolegate_subject subject;
	struct rolegate_actor actor;
	struct account root;
	int r;

	if (!what || pam_service_answer(service, VERDICT_FRESH) == VERDICT_UNGUARDED)
		return 0;
	r = people_find(tool, policy, "root", &root);
	if (r == 0) {
		subject.person = actor.person = root.person;
		r = decide_only(policy, &request, &subject, &actor, &decision);
	}
	account_free(&root);
	if (r == 0 && decision.verdict != ROLEGATE_ALLOW && !decision.permissive)
		report_warning(
			&compiled->report, compiled->model.root_place,
			"root_is_owner = false: %s, because root is denied at service \"%s\" (%s): assign "
			"root a role for it, or leave this key out",
			what, service->read.name, rolegate_reason_name(decision.reason));
	return r;
}

static int warn_of_root(struct tool *tool, struct compiled *compiled)
{
	struct rolegate_policy *policy = NULL;
	struct pam_services services = { 0 };
	int r;

	if (compiled->model.root_is_owner)
		return 0;
	r = tool_open_compiled(compiled, tool->now, &policy);
	if (r == 0)
		r = pam_services_read(tool, policy, &services);
	for (size_t i = 0; i < services.n && r == 0; i++)
		r = check_service(tool, compiled, policy, &services.list[i]);
	pam_services_free(&services);
	rolegate_policy_close(policy);
	return r;
}

int policy_notes_add(struct tool *tool, struct compiled *compiled)
{
	int r;

	if (tool->is_edit)
		return 0;
	r = policy_notes_each_ignored(tool, warn_ignored, compiled);
	if (r != -ENOMEM)
		r = warn_of_root(tool, compiled);
	report_sort(&compiled->report);
	/* What cannot be looked at is doctor's to report; the policy itself is valid. */
	return r == -ENOMEM || compiled->report.is_out_of_memory ? -ENOMEM : 0;
}
