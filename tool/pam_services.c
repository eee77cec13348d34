/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pam_services.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pam_files.h"

enum verdict_answer pam_service_answer(const struct pam_service *service,
				       enum verdict_question question)
{
	return service->verdicts[question].answer;
}

static void free_service(struct pam_service *service)
{
	stack_service_free(&service->read);
	for (size_t i = 0; i < PAM_SERVICES_QUESTIONS; i++)
		verdict_free(&service->verdicts[i]);
}

static int read_service(struct tool *tool, const struct rolegate_policy *policy, const char *name,
			struct pam_service *ret)
{
	const struct stack_host host = pam_files_host(tool);
	int r;

	r = stack_read(&host, name, &ret->read);
	for (enum verdict_question q = VERDICT_FRESH; q <= VERDICT_ABSENT && r == 0; q++)
		r = verdict_find(&ret->read, q, &ret->verdicts[q]);
	if (r == 0 && policy)
		r = policy_services_find(policy, name, tool->now, &ret->entry);
	return r;
}

/* Whether a service has a file of that name open. */
static bool has_file(const struct stack_service *s, const char *name)
{
	for (size_t i = 0; i < s->n_files; i++) {
		const char *slash = strrchr(s->files[i], '/');

		if (slash && !strcmp(slash + 1, name))
			return true;
	}
	return false;
}

/*
 * Whether others have the file for a part, as it seems. A service may also borrow from its plain sister,
 * as su-l does from su, which is a service nevertheless.
 */
static bool is_included(const struct pam_services *services, const char *name)
{
	size_t n = strlen(name);
	bool is = false;

	for (size_t i = 0; i < services->n; i++) {
		const struct stack_service *s = &services->list[i].read;

		if (!strcmp(s->name, name) || !has_file(s, name))
			continue;
		if (!strncmp(s->name, name, n) && s->name[n] == '-')
			return false;
		is = true;
	}
	return is;
}

/*
 * What is a part by its name: Debian's and SUSE's common-…, and what authselect, pam-config and Arch
 * call theirs. Of any other file that is included nobody can tell whether a program asks for it, too.
 */
static bool is_part(const char *name)
{
	static const char *const names[] = {
		"config-util",	       "fingerprint-auth", "password-auth",	 "postlogin",
		"smartcard-auth",      "system-auth",	   "system-local-login", "system-login",
		"system-remote-login", "system-services",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return true;
	return !strncmp(name, "common-", 7);
}

/* Take the parts out, and mark what others include. */
static void drop_parts(struct pam_services *services)
{
	size_t n = 0;

	for (size_t i = 0; i < services->n; i++)
		services->list[i].is_included = is_included(services, services->list[i].read.name);
	for (size_t i = 0; i < services->n; i++) {
		struct pam_service *service = &services->list[i];

		if (is_part(service->read.name) && !service->entry.has_entry)
			free_service(service);
		else
			services->list[n++] = *service;
	}
	services->n = n;
}

int pam_services_read(struct tool *tool, const struct rolegate_policy *policy,
		      struct pam_services *ret)
{
	struct pam_services services = { 0 };
	struct pam_files_names names;
	int r;

	r = pam_files_list(tool, &names);
	if (r == 0 && names.n > 0) {
		services.list = calloc(names.n, sizeof(*services.list));
		r = services.list ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < names.n && r == 0; i++) {
		services.n++;
		r = read_service(tool, policy, names.list[i], &services.list[i]);
	}
	pam_files_free_names(&names);
	if (r == 0)
		drop_parts(&services);
	*ret = services;
	return r;
}

void pam_services_free(struct pam_services *services)
{
	for (size_t i = 0; i < services->n; i++)
		free_service(&services->list[i]);
	free(services->list);
	*services = (struct pam_services){ 0 };
}
