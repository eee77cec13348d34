/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How answers look: colours on a terminal, tables that fit it, JSON on demand.
 */
#ifndef ROLEGATE_OUTPUT_H
#define ROLEGATE_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum output_colour {
	COLOUR_PLAIN,
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_WARN,
	COLOUR_DIM,
	COLOUR_BOLD,
};

struct output {
	bool json;
	bool has_colours;
	int width; /* columns */
};

/* color: "auto", "always", "never". NO_COLOR is respected in "auto". */
void output_init(struct output *output, bool json, const char *color);

/*
 * Text in a colour. What is no printable text in it is shown as \xNN: names may come from
 * anywhere.
 */
void output_text(const struct output *output, enum output_colour colour, const char *text);

/* Blanks up to a column, of which `used` are behind us; at least one. */
void output_pad(int used, int column);

/* Columns that a text takes. */
int output_columns(const char *text);

/*
 * Names in lines of the terminal's width, behind an indent; `first` columns of the first line are
 * used up.
 */
void output_names(const struct output *output, int indent, const char *const *names, size_t n);

/* Print the object and free it; it gets `"ok"` first. Returns false if standard output failed. */
bool output_json(json_t *object, bool ok);

#endif
