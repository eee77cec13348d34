/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *doctor_severity_name(enum doctor_severity severity)
{
	static const char *const names[] = { "high", "medium", "low", "note" };

	return names[severity];
}

char *doctor_format(struct doctor_findings *findings, const char *format, ...)
{
	va_list arguments;
	char *text;
	int n;

	va_start(arguments, format);
	n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n >= 0)
		return text;
	findings->is_incomplete = true;
	return NULL;
}

/* A copy, or NULL of NULL. */
static const char *copy(struct doctor_findings *findings, const char *text)
{
	return text ? doctor_format(findings, "%s", text) : NULL;
}

static bool is_equal(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void add_service(struct doctor_findings *findings, struct doctor_finding *f,
			const char *service)
{
	char **grown;

	for (size_t i = 0; i < f->n_services; i++)
		if (!strcmp(f->services[i], service))
			return;
	grown = reallocarray(f->services, f->n_services + 1, sizeof(*grown));
	if (!grown) {
		findings->is_incomplete = true;
		return;
	}
	f->services = grown;
	grown[f->n_services] = doctor_format(findings, "%s", service);
	f->n_services += grown[f->n_services] != NULL;
}

/* The finding that differs from this one in nothing but services, or NULL. */
static struct doctor_finding *find_equal(struct doctor_findings *findings,
					 const struct doctor_finding *about)
{
	for (size_t i = 0; i < findings->n; i++) {
		struct doctor_finding *f = &findings->list[i];

		if (f->severity == about->severity && !strcmp(f->id, about->id) &&
		    f->line == about->line && is_equal(f->file, about->file) &&
		    is_equal(f->text, about->text) && is_equal(f->why, about->why) &&
		    is_equal(f->mend, about->mend))
			return f;
	}
	return NULL;
}

void doctor_add(struct doctor_findings *findings, const struct doctor_finding *about,
		const char *service)
{
	struct doctor_finding *f = find_equal(findings, about), *grown;

	if (f) {
		json_decref(about->witness);
	} else {
		grown = reallocarray(findings->list, findings->n + 1, sizeof(*grown));
		if (!grown) {
			findings->is_incomplete = true;
			json_decref(about->witness);
			return;
		}
		findings->list = grown;
		f = &grown[findings->n++];
		*f = *about;
		f->services = NULL;
		f->n_services = 0;
		f->file = copy(findings, about->file);
		f->text = copy(findings, about->text);
		f->why = copy(findings, about->why);
		f->mend = copy(findings, about->mend);
	}
	if (service)
		add_service(findings, f, service);
}

void doctor_add_unread(struct doctor_findings *findings, const char *path, int error)
{
	/* Below a root no link is followed. */
	bool is_link = error == -ELOOP;

	if (error == -ENOENT || error == -ENOTDIR)
		return;
	if (error == -ENOMEM) {
		findings->is_incomplete = true;
		return;
	}
	doctor_add(
		findings,
		&(struct doctor_finding){
			.severity = error == -EACCES ? DOCTOR_NOTE : DOCTOR_LOW,
			.id = "not-looked-at",
			.file = path,
			.text = "this could not be looked at, and may hide more",
			.why = is_link ? "it is a symbolic link, and none is followed below --root"
				       : strerror(-error),
			.mend = error == -EACCES ? "run as root" : NULL,
		},
		NULL);
}

void doctor_sort(struct doctor_findings *findings)
{
	/* By insertion, which keeps the order among equals; there are few. */
	for (size_t i = 1; i < findings->n; i++) {
		struct doctor_finding f = findings->list[i];
		size_t k = i;

		for (; k > 0 && findings->list[k - 1].severity > f.severity; k--)
			findings->list[k] = findings->list[k - 1];
		findings->list[k] = f;
	}
}

void doctor_findings_free(struct doctor_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		struct doctor_finding *f = &findings->list[i];

		for (size_t k = 0; k < f->n_services; k++)
			free(f->services[k]);
		free(f->services);
		free((char *)f->file);
		free((char *)f->text);
		free((char *)f->why);
		free((char *)f->mend);
		json_decref(f->witness);
	}
	free(findings->list);
	json_decref(findings->services);
	*findings = (struct doctor_findings){ 0 };
}
