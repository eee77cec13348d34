/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <stdarg.h>
#include <stdlib.h>

#include "arena.h"

__attribute__((format(printf, 4, 0))) static void add(struct report *report,
						      enum report_severity severity,
						      struct place place, const char *format,
						      va_list arguments)
{
	struct problem *problems;
	char *text;

	if (report->n >= REPORT_MAX)
		return;
	problems = array_grow(report->problems, report->n, &report->max, sizeof(*problems));
	if (problems)
		report->problems = problems;
	if (!problems || vasprintf(&text, format, arguments) < 0) {
		report->is_out_of_memory = true;
		return;
	}
	problems[report->n++] =
		(struct problem){ .severity = severity, .place = place, .text = text };
}

void report_error(struct report *report, struct place place, const char *format, ...)
{
	va_list arguments;

	report->n_errors++;
	va_start(arguments, format);
	add(report, REPORT_ERROR, place, format, arguments);
	va_end(arguments);
}

void report_warning(struct report *report, struct place place, const char *format, ...)
{
	va_list arguments;

	report->n_warnings++;
	va_start(arguments, format);
	add(report, REPORT_WARNING, place, format, arguments);
	va_end(arguments);
}

bool report_may_hint(struct report *report, size_t n)
{
	if (report->n >= REPORT_MAX || n > REPORT_HINTS_MAX - report->n_compared)
		return false;
	report->n_compared += n;
	return true;
}

/* What is wrong with the policy as a whole comes first: PLACE_NO_FILE plus one is 0. */
static uint64_t rank(const struct place *place)
{
	return (uint64_t)(place->file + 1) << 32 | place->line;
}

/* A stable order needs a tie-break: problems are few, and insertion keeps them as they came. */
void report_sort(struct report *report)
{
	struct problem *p = report->problems;

	for (size_t i = 1; i < report->n; i++) {
		struct problem moving = p[i];
		size_t k = i;

		for (; k > 0 && rank(&p[k - 1].place) > rank(&moving.place); k--)
			p[k] = p[k - 1];
		p[k] = moving;
	}
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->n; i++)
		free(report->problems[i].text);
	free(report->problems);
	*report = (struct report){ 0 };
}
