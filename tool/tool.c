/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "policy_notes.h"
#include "recorded.h"
#include "names.h"
#include "pack.h"
#include "when.h"

/* Candidates have no number yet, and a policy without one cannot be opened. */
#define CANDIDATE_GENERATION UINT64_MAX

/*
 * A program that was not installed finds the catalogs beside itself, in the source tree. Only for
 * --root: the host's own policy is made of the host's own catalogs.
 */
static char *find_spare(void)
{
	static const char *const places[] = { "conf/catalogs", "../conf/catalogs" };
	char exe[4096], *path, *found, *slash;
	struct stat st;
	ssize_t n;

	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		if (asprintf(&path, "%s/%s", exe, places[i]) < 0)
			return NULL;
		found = realpath(path, NULL);
		(void)output_note(found ? 0 : -errno);
		free(path);
		if (found && stat(found, &st) == 0 && S_ISDIR(st.st_mode))
			return found;
		free(found);
	}
	return strdup(ROLEGATE_CATALOG_DIR);
}

int tool_start(struct tool *tool)
{
	const char *root = tool->options.root;
	int r;

	output_init(&tool->output, tool->options.json, tool->options.color);
	tool->now = time(NULL);
	tool->tree.fd = -1;
	if (root) {
		tool->root = realpath(root, NULL);
		if (!tool->root)
			return tool_fail(tool, EXIT_SYSTEM, NULL, "--root %s: %s", root,
					 strerror(errno));
		tool->spare = find_spare();
		if (!tool->spare)
			return tool_out_of_memory(tool);
	}
	r = tree_open(&tool->tree, tool->root);
	if (r < 0)
		return tool_fail_errno(tool, r, "opening the root");
	if (asprintf(&tool->state_dir, "%s%s", tool->root ? tool->root : "", ROLEGATE_STATE_DIR) <
	    0) {
		tool->state_dir = NULL;
		return tool_out_of_memory(tool);
	}
	return -1;
}

void tool_end(struct tool *tool)
{
	tree_close(&tool->tree);
	free(tool->root);
	free(tool->state_dir);
	free(tool->spare);
}

/* Say it; takes `lacks`, which may be NULL, over. */
__attribute__((format(printf, 5, 0))) static int fail(struct tool *tool, enum exit_status status,
						      const char *reason, json_t *lacks,
						      const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0) {
		json_decref(lacks);
		fputs("rolegate: out of memory\n", stderr);
		return EXIT_SYSTEM;
	}
	if (tool->output.json) {
		json_t *object = json_pack("{s:s}", "error", text);

		if (object && reason)
			json_object_set_new(object, "reason", json_string(reason));
		if (object && lacks)
			json_object_set(object, "lacks", lacks);
		(void)output_json(object, false);
	} else {
		output_complain("rolegate: %s\n", text);
	}
	json_decref(lacks);
	free(text);
	return (int)status;
}

int tool_fail(struct tool *tool, enum exit_status status, const char *reason, const char *format,
	      ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = fail(tool, status, reason, NULL, format, arguments);
	va_end(arguments);
	return r;
}

int tool_refuse(struct tool *tool, const char *reason, const char *const *lacks, size_t n,
		const char *format, ...)
{
	json_t *list = json_array();
	va_list arguments;
	int r;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(lacks[i]));
	va_start(arguments, format);
	r = fail(tool, EXIT_REFUSED, reason, list, format, arguments);
	va_end(arguments);
	return r;
}

int tool_out_of_memory(struct tool *tool)
{
	return tool_fail(tool, EXIT_SYSTEM, "system-error", "out of memory; nothing was changed");
}

int tool_fail_errno(struct tool *tool, int error, const char *doing)
{
	if (error == -ENOMEM)
		return tool_out_of_memory(tool);
	if (error == -EBUSY)
		return tool_fail(
			tool, EXIT_SYSTEM, "system-error",
			"%s: another rolegate is changing the policy; nothing was changed, try again",
			doing);
	return tool_fail(tool, EXIT_SYSTEM, "system-error", "%s: %s; nothing was changed", doing,
			 error == -EBADMSG ? "the compiled policy is damaged" : strerror(-error));
}

int tool_open(struct tool *tool, struct rolegate_policy **ret_policy, int *ret_status)
{
	char *what = NULL;
	int r;

	r = rolegate_policy_open(tool->state_dir, ret_policy, &what);
	if (r < 0)
		*ret_status = tool_fail(tool, EXIT_SYSTEM,
					rolegate_reason_name(rolegate_reason_of_error(r)), "%s",
					what ? what : rolegate_error_text(r));
	if (r == 0 && tool->options.at)
		policy_suppose_time(*ret_policy);
	free(what);
	return r;
}

json_t *tool_json_problems(const struct compiled *compiled)
{
	const struct report *report = &compiled->report;
	json_t *list = json_array();

	for (size_t i = 0; i < report->n; i++) {
		const struct problem *p = &report->problems[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:i, s:s}", "severity",
						p->severity == REPORT_ERROR ? "error" : "warning",
						"file", source_path(&compiled->sources, p->place),
						"line", (int)p->place.line, "text", p->text));
	}
	return list;
}

void tool_print_problems(struct tool *tool, const struct compiled *compiled)
{
	const struct report *report = &compiled->report;

	(void)tool;
	for (size_t i = 0; i < report->n; i++) {
		const struct problem *p = &report->problems[i];

		char line[16] = "";

		if (p->place.line > 0)
			snprintf(line, sizeof(line), ":%u", p->place.line);
		output_complain("%s%s: %s: %s\n", source_path(&compiled->sources, p->place), line,
				p->severity == REPORT_ERROR ? "error" : "warning", p->text);
	}
	if (report->n < report->n_errors + report->n_warnings)
		output_complain("… and %zu more\n",
				report->n_errors + report->n_warnings - report->n);
}

int tool_fail_problems(struct tool *tool, const struct compiled *compiled)
{
	size_t n = compiled->report.n_errors;

	if (tool->output.json) {
		(void)output_json(json_pack("{s:s, s:o}", "error",
					    "the policy is wrong; nothing was changed", "problems",
					    tool_json_problems(compiled)),
				  false);
		return EXIT_POLICY;
	}
	tool_print_problems(tool, compiled);
	output_complain("%zu error%s: nothing was changed\n", n, n == 1 ? "" : "s");
	return EXIT_POLICY;
}

int tool_compile(struct tool *tool, struct compiled *ret, int *ret_status)
{
	compile_init(ret);
	return tool_compile_overlay(tool, NULL, ret, ret_status);
}

int tool_compile_overlay(struct tool *tool, const struct source_overlay *overlay,
			 struct compiled *ret, int *ret_status)
{
	struct compile_catalogs catalogs = {
		.tree = &tool->tree,
		.vendor = ROLEGATE_CATALOG_DIR,
		.site = ROLEGATE_CONF_DIR "/catalogs",
		.spare = tool->spare,
	};
	int r;

	r = compile_tree(&tool->tree, ROLEGATE_CONF_DIR, &catalogs, overlay, ret);
	if (r == 0)
		r = recorded_complete(tool, ret);
	if (r == 0)
		r = policy_notes_add(tool, ret);
	if (r == -EINVAL)
		*ret_status = tool_fail_problems(tool, ret);
	else if (r < 0)
		*ret_status = tool_fail_errno(tool, r, "reading /etc/group and /etc/passwd");
	return r;
}

int tool_open_compiled(const struct compiled *compiled, int64_t now,
		       struct rolegate_policy **ret_policy)
{
	struct pack_info info = {
		.generation = CANDIDATE_GENERATION,
		.when = now,
		.who = "",
		.known_by = "",
		.why = "candidate",
	};
	int fd, r;

	fd = memfd_create("rolegate-candidate", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fchmod(fd, 0600) < 0 ? -errno
				 : pack_policy(&compiled->model, &compiled->sources, &info, fd);
	if (r == 0)
		r = policy_open_fd(fd, ret_policy);
	if (r < 0)
		close(fd);
	return r;
}

int tool_open_candidate(struct tool *tool, const struct source_overlay *overlay,
			struct rolegate_policy **ret_policy, int *ret_status)
{
	struct compiled compiled;
	int r;

	compile_init(&compiled);
	r = tool_compile_overlay(tool, overlay, &compiled, ret_status);
	if (r == 0) {
		r = tool_open_compiled(&compiled, tool->now, ret_policy);
		if (r < 0)
			*ret_status = tool_fail_errno(tool, r, "compiling the sources");
		else if (tool->options.at)
			policy_suppose_time(*ret_policy);
	}
	compile_free(&compiled);
	return r;
}

bool tool_time(struct tool *tool, int64_t *ret_at, int *ret_status)
{
	const char *wrong;

	*ret_at = tool->now;
	if (!tool->options.at)
		return true;
	wrong = when_parse(tool->options.at, ret_at);
	if (wrong)
		*ret_status = options_complain(tool->options.verb, "--at \"%s\" is %s",
					       tool->options.at, wrong);
	return !wrong;
}

const char *tool_tier_name(enum format_tier tier)
{
	static const char *const names[] = { "", "guest", "user", "administrator", "owner" };

	return names[tier];
}

char *tool_source_path(const struct rolegate_policy *policy, uint32_t file)
{
	struct rolegate_source source;
	struct record record;
	struct cursor c;
	char *path = NULL;
	uint32_t n;

	if (policy_load_sources(policy, &record, &c, &n) < 0)
		return NULL;
	for (uint32_t i = 0; i < n && policy_read_source(&c, &source); i++)
		if (i == file) {
			path = strdup(source.path);
			(void)output_note(path ? 0 : -ENOMEM);
		}
	store_record_free(&record);
	return path;
}

int tool_know_permission(const struct rolegate_policy *policy, const char *name,
			 char near[FORMAT_NAME_MAX + 1])
{
	const char *best = NULL;
	unsigned int distance = 0;
	struct permission_info info;
	struct record record;
	struct cursor body;
	int r;

	near[0] = '\0';
	r = policy_find_name(policy, FORMAT_PERMISSIONS, name, &record, &body);
	store_record_free(&record);
	for (uint32_t id = 0; r == 0 && id < policy->head.n_permissions; id++) {
		if (policy_load_permission_info(policy, id, &record, &info) < 0)
			break;
		best = near[0] ? near : NULL;
		names_consider(name, info.name, &best, &distance);
		if (best && best != near)
			snprintf(near, FORMAT_NAME_MAX + 1, "%s", best);
		store_record_free(&record);
	}
	return r;
}
