/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor: runs all parts, prints what they found, and changes nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "sheet.h"
#include "verbs.h"

#define INDENT 8

static void (*const parts[])(struct tool *tool, struct doctor_findings *findings) = {
	doctor_policy,	 doctor_applied, doctor_people, doctor_accounts,
	doctor_recorded, doctor_rescue,	 doctor_pam,	doctor_sshd,
	doctor_sudoers,	 doctor_gate,	 doctor_nss,	doctor_files,
};

/* ---- Text ---- */

/* A paragraph behind an indent, the first line of which is begun; words are not cut. */
static void print_wrapped(const struct tool *tool, const char *text)
{
	int used = INDENT;

	while (*text) {
		size_t n = strcspn(text, " ");
		char word[512];

		snprintf(word, sizeof(word), "%.*s", (int)(n < sizeof(word) ? n : sizeof(word) - 1),
			 text);
		if (used > INDENT && used + 1 + output_columns(word) > tool->output.width) {
			printf("\n%*s", INDENT, "");
			used = INDENT;
		} else if (used > INDENT) {
			putchar(' ');
			used++;
		}
		output_text(&tool->output, COLOUR_PLAIN, word);
		used += output_columns(word);
		text += n;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_part(const struct tool *tool, const char *label, const char *text)
{
	if (!text)
		return;
	printf("  %-*s", INDENT - 2, label);
	print_wrapped(tool, text);
}

/* The sentence, and behind it the word that stands for it in the manual and in JSON. */
static void print_headline(const struct tool *tool, const struct doctor_finding *f)
{
	char *text = NULL;

	if (asprintf(&text, "%s [%s]", f->text, f->id) < 0 && output_note(-ENOMEM))
		text = NULL;
	print_wrapped(tool, text ? text : f->text);
	free(text);
}

static void print_services_of(const struct tool *tool, const struct doctor_finding *f)
{
	struct sheet sheet;
	char *text;
	FILE *to;

	if (f->n_services == 0)
		return;
	to = sheet_open(&sheet);
	for (size_t i = 0; to && i < f->n_services; i++)
		fprintf(to, "%s%s", i > 0 ? ", " : "", f->services[i]);
	text = sheet_close(&sheet, NULL);
	(void)output_note(text ? 0 : -ENOMEM);
	if (text)
		print_part(tool, "for", text);
	free(text);
}

static void print_finding(const struct tool *tool, const struct doctor_finding *f)
{
	static const enum output_colour colours[] = { COLOUR_BAD, COLOUR_WARN, COLOUR_PLAIN,
						      COLOUR_DIM };

	output_text(&tool->output, colours[f->severity], doctor_severity_name(f->severity));
	output_pad((int)strlen(doctor_severity_name(f->severity)), INDENT);
	print_headline(tool, f);
	print_services_of(tool, f);
	if (f->file) {
		printf("  %-*s", INDENT - 2, "at");
		output_text(&tool->output, COLOUR_BOLD, f->file);
		if (f->line > 0)
			printf(":%u", f->line);
		putchar('\n');
	}
	print_part(tool, "why", f->why);
	print_part(tool, "mend", f->mend);
}

static void print_answer(const struct tool *tool, const char *answer, int column)
{
	enum output_colour colour = COLOUR_WARN;

	if (!strcmp(answer, "final"))
		colour = COLOUR_GOOD;
	else if (!strcmp(answer, "not-final") || !strcmp(answer, "unforeseeable"))
		colour = COLOUR_BAD;
	else if (!strcmp(answer, "closed"))
		colour = COLOUR_DIM;
	output_text(&tool->output, colour, answer);
	if (column > 0)
		output_pad(output_columns(answer), column);
}

static const char *answer_of(const json_t *service, const char *type, const char *question)
{
	return json_string_value(json_object_get(json_object_get(service, type), question));
}

/* What each service's stacks come to: a line each. */
static void print_services(const struct tool *tool, const json_t *services)
{
	int widest = (int)strlen("SERVICE");
	const json_t *service;
	size_t i;

	json_array_foreach(services, i, service)
	{
		int columns =
			output_columns(json_string_value(json_object_get(service, "service")));

		widest = columns > widest ? columns : widest;
	}
	puts("A denial by rolegate is:");
	printf("%-*s  %-13s  %-13s  %s\n", widest, "SERVICE", "ACCOUNT", "EXPIRED", "PASSWORD");
	json_array_foreach(services, i, service)
	{
		const char *name = json_string_value(json_object_get(service, "service"));

		output_text(&tool->output, COLOUR_PLAIN, name);
		output_pad(output_columns(name), widest + 2);
		print_answer(tool, answer_of(service, "account", "denial"), 15);
		print_answer(tool, answer_of(service, "account", "denial_expired"), 15);
		print_answer(tool, answer_of(service, "password", "denial"), 0);
		putchar('\n');
	}
	putchar('\n');
}

static void print_findings(const struct tool *tool, const struct doctor_findings *findings)
{
	if (json_array_size(findings->services) > 0)
		print_services(tool, findings->services);
	for (size_t i = 0; i < findings->n; i++)
		print_finding(tool, &findings->list[i]);
	if (findings->n == 0)
		output_text(&tool->output, COLOUR_GOOD, "Nothing is wrong.\n");
}

/* ---- JSON ---- */

static json_t *json_or_null(const char *text)
{
	json_t *string = text ? json_string(text) : NULL;

	return string ? string : json_null();
}

static json_t *json_finding(struct doctor_finding *f)
{
	json_t *services = json_array(), *witness = f->witness;

	for (size_t i = 0; i < f->n_services; i++)
		json_array_append_new(services, json_or_null(f->services[i]));
	f->witness = NULL;
	return json_pack("{s:s, s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o}", "severity",
			 doctor_severity_name(f->severity), "id", f->id, "file",
			 json_or_null(f->file), "line", (int)f->line, "text", json_or_null(f->text),
			 "why", json_or_null(f->why), "mend", json_or_null(f->mend), "services",
			 services, "witness", witness ? witness : json_null());
}

static void print_json(struct doctor_findings *findings, bool is_well)
{
	json_t *list = json_array(), *services = findings->services;

	for (size_t i = 0; i < findings->n; i++)
		json_array_append_new(list, json_finding(&findings->list[i]));
	findings->services = NULL;
	(void)output_json(json_pack("{s:o, s:o}", "findings", list, "services",
				    services ? services : json_array()),
			  is_well);
}

static int examine(struct tool *tool, struct doctor_findings *findings)
{
	bool is_well = true;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i](tool, findings);
	if (findings->is_incomplete)
		return tool_out_of_memory(tool);
	doctor_sort(findings);
	for (size_t i = 0; i < findings->n; i++)
		is_well = is_well && findings->list[i].severity == DOCTOR_NOTE;
	if (tool->output.json)
		print_json(findings, is_well);
	else
		print_findings(tool, findings);
	return is_well ? EXIT_DONE : EXIT_DENIED;
}

int verb_doctor(struct tool *tool)
{
	struct doctor_findings findings = { 0 };
	bool simulates = tool->options.given & OPTION_SIMULATE;
	int status;

	if (simulates && tool->options.n_words != 2)
		return options_complain("doctor", "--simulate wants a user and a service");
	if (!simulates && tool->options.n_words != 0)
		return options_complain("doctor", "`%s` is one word too many",
					tool->options.words[0]);
	if (simulates)
		return doctor_simulate(tool);
	status = examine(tool, &findings);
	doctor_findings_free(&findings);
	return status;
}
