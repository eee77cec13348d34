/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Collects what is wrong with a policy: every error and warning of a run, each with its file and
 * line.
 */
#ifndef ROLEGATE_REPORT_H
#define ROLEGATE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "place.h"

/*
 * Problems kept; a file of a million wrong lines is understood after the first ten thousand. The
 * rest are counted.
 */
#define REPORT_MAX 10000u

/*
 * Comparisons of names that a run spends on "did you mean": enough for some hundred wrong names among
 * thousands, and over in a tenth of a second.
 */
#define REPORT_HINTS_MAX ((size_t)200000)

enum report_severity {
	REPORT_ERROR,
	REPORT_WARNING,
};

/* One problem. `text` says what is wrong and what to do. */
struct problem {
	enum report_severity severity;
	struct place place;
	char *text;
};

struct report {
	struct problem *problems;
	size_t n, max;
	size_t n_errors, n_warnings; /* all of them, kept or not */
	size_t n_compared;	     /* on hints */
	bool is_out_of_memory;
};

/* Add a problem. line 0 of a place: the file as a whole; PLACE_NOWHERE: the policy as a whole. */
void report_error(struct report *report, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void report_warning(struct report *report, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Whether a hint may be looked for among n names: hostile files ask for millions. */
bool report_may_hint(struct report *report, size_t n);

/* Put the problems into the order of files and lines; those of one line keep theirs. */
void report_sort(struct report *report);

void report_free(struct report *report);

#endif
