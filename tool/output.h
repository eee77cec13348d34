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

/*
 * A complaint on standard error, in which nothing is obeyed by a terminal either: but for a line feed
 * at its very end, what is no printable text is shown as \xNN.
 */
void output_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Blanks up to a column, of which `used` are behind us; at least one. */
void output_pad(int used, int column);

/* Columns that a text takes, as output_text() writes it: wide characters take two. */
int output_columns(const char *text);

/* A text that is cut is at most so many bytes long, NUL included: four a column, and some. */
#define OUTPUT_CUT_SIZE 512

/*
 * A text that takes at most `columns` (up to 100): what is too long loses its middle to a `…`, for
 * names differ at their ends. Without `keeps_end` it loses its end.
 *
 * Returns text itself, or to.
 */
const char *output_cut(const char *text, int columns, bool keeps_end, char to[OUTPUT_CUT_SIZE]);

/*
 * Words in lines of the terminal's width; all lines but the first begin at column `indent`. `used`
 * columns of the first line are taken. Ends the last line.
 */
void output_wrapped(const struct output *output, enum output_colour colour, int used, int indent,
		    const char *text);

/*
 * Where something stands, as FILE:LINE, at the end of a line of which `used` columns are taken: at
 * `column` or behind, or where the width does not suffice, in the next line. Ends the line. Without
 * a file, that is all.
 */
void output_place(const struct output *output, int used, int column, const char *file,
		  unsigned int line);

/*
 * Names in lines of the terminal's width, behind an indent; `first` columns of the first line are
 * used up.
 */
void output_names(const struct output *output, int indent, const char *const *names, size_t n);

/*
 * Print the object and free it; it gets `"ok"` first. Returns false if standard output failed, or if
 * memory ran out: half an object is not printed.
 */
bool output_json(json_t *object, bool ok);

/*
 * Where an answer goes on without something: remember an error that is -ENOMEM. Returns the error.
 */
int output_note(int error);

/* Whether memory sufficed for all that the answer is made of: what was noted, and all JSON. */
bool output_is_whole(void);

#endif
