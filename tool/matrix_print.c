/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the table of `matrix` so that it fits the terminal. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

#define CELL_SIZE 16	     /* bytes of a cell's text: "(+VCEDM)" */
#define HEAD_COLUMNS_MAX 16  /* of a role's name; roles so long are told apart by their ends */
#define LABEL_COLUMNS_MIN 10 /* a label cut shorter than this says nothing */
#define LABEL_COLUMNS_MAX 40
#define NAME_COLUMNS_MIN 16 /* of a row's name, however narrow the terminal */
#define NAME_COLUMNS_MAX 60

/* Columns on the screen. */
struct layout {
	const struct output *output;
	int head;	 /* of a row's head in all */
	int name, label; /* in it; label 0: none is shown */
	int gap;	 /* before each cell */
	bool is_tight;
	int *widths; /* of the cells, by role */
};

/* What turned up, so that the legend explains no more than there is. */
struct legend {
	bool has_cells, has_marks, is_partial, leaves_out;
};

/* ---- One cell ---- */

/* What a role has of a resource: masks by capability. */
struct cell {
	unsigned int held, own, in_force;
};

static struct cell read_cell(const struct matrix *matrix, const struct matrix_row *row,
			     uint32_t role)
{
	struct cell cell = { 0 };

	for (unsigned int i = 0; i < MATRIX_CAPABILITIES; i++) {
		uint32_t id = row->permissions[i];
		enum roster_hold hold;

		if (id == ROSTER_NONE)
			continue;
		hold = roster_hold(matrix->roster, role, id);
		cell.held |= (unsigned int)(hold != ROSTER_NOT) << i;
		cell.own |= (unsigned int)(hold == ROSTER_OWN) << i;
		cell.in_force |= (unsigned int)roster_is_in_force(matrix->roster, id) << i;
	}
	/* Nobody edits a built-in role, so in departments it reads as its catalog describes it. */
	if (row->kind == MATRIX_RESOURCE && roster_is_builtin(matrix->roster, role))
		cell.own = cell.held;
	return cell;
}

/* Capabilities in short: `full`, `view`, or letters, small ones for what the plan leaves out. */
static void write_capabilities(const struct cell *cell, char to[CELL_SIZE])
{
	static const char letters[] = "VCEDM", small[] = "vcedm";
	unsigned int in_force = cell->held & cell->in_force;
	bool is_even = in_force == 0 || in_force == cell->held;
	size_t n = 0;

	if (is_even && cell->held == (1u << MATRIX_CAPABILITIES) - 1) {
		strcpy(to, "full");
		return;
	}
	if (is_even && cell->held == 1) {
		strcpy(to, "view");
		return;
	}
	for (unsigned int i = 0; i < MATRIX_CAPABILITIES; i++)
		if (cell->held & 1u << i)
			to[n++] = is_even || in_force & 1u << i ? letters[i] : small[i];
	to[n] = '\0';
}

/*
 * Write a cell: `–` for nothing, `+` before what is only inherited, parentheses around what the
 * plan leaves out.
 */
static void write_cell(const struct cell *cell, bool is_permission, char to[CELL_SIZE])
{
	bool is_inherited = cell->own == 0, is_out = !(cell->held & cell->in_force);
	char inner[CELL_SIZE] = "";

	if (cell->held == 0) {
		strcpy(to, "–");
		return;
	}
	if (!is_permission)
		write_capabilities(cell, inner);
	else if (!is_inherited)
		strcpy(inner, "x");
	snprintf(to, CELL_SIZE, "%s%s%.8s%s", is_out ? "(" : "", is_inherited ? "+" : "", inner,
		 is_out ? ")" : "");
}

/* A whole department: what all its resources come to, or `part` where they differ. */
static void write_department(const struct matrix *matrix, const struct matrix_row *row,
			     uint32_t role, char to[CELL_SIZE])
{
	char other[CELL_SIZE] = "";
	struct cell cell;

	strcpy(to, "–");
	for (size_t i = 1; i <= row->n_resources; i++) {
		cell = read_cell(matrix, row + i, role);
		write_cell(&cell, false, i == 1 ? to : other);
		if (i > 1 && strcmp(to, other) != 0) {
			strcpy(to, "part");
			return;
		}
	}
}

static void write_text(const struct matrix *matrix, const struct matrix_row *row, uint32_t role,
		       char to[CELL_SIZE])
{
	struct cell cell;

	if (row->kind == MATRIX_DEPARTMENT) {
		write_department(matrix, row, role, to);
		return;
	}
	cell = read_cell(matrix, row, role);
	write_cell(&cell, row->kind == MATRIX_PERMISSION, to);
}

static bool is_heading(const struct matrix_row *row)
{
	return row->kind == MATRIX_AREA || row->kind == MATRIX_HEADING;
}

/*
 * Whether the resources have rows of their own: only where some role shown has not the same of all.
 */
static bool has_resource_rows(const struct matrix *matrix, const struct matrix_row *department)
{
	char text[CELL_SIZE];

	for (size_t i = 0; i < matrix->n_roles; i++) {
		write_department(matrix, department, matrix->roles[i], text);
		if (!strcmp(text, "part"))
			return true;
	}
	return false;
}

/* ---- How wide ---- */

static const char *role_name(const struct matrix *matrix, size_t column, char to[OUTPUT_CUT_SIZE])
{
	return output_cut(matrix->roster->roles[matrix->roles[column]].info.name, HEAD_COLUMNS_MAX,
			  true, to);
}

static void measure_columns(const struct matrix *matrix, struct layout *layout)
{
	char text[OUTPUT_CUT_SIZE];

	for (size_t c = 0; c < matrix->n_roles; c++) {
		int widest = output_columns(role_name(matrix, c, text));

		for (size_t i = 0; i < matrix->n_rows; i++) {
			int columns;

			if (is_heading(&matrix->rows[i]))
				continue;
			write_text(matrix, &matrix->rows[i], matrix->roles[c], text);
			columns = output_columns(text);
			widest = columns > widest ? columns : widest;
		}
		layout->widths[c] = widest;
	}
}

/* A table that only just fits saves blanks. */
static int row_indent(const struct matrix_row *row, bool is_tight)
{
	static const int indents[][2] = {
		[MATRIX_AREA] = { 0, 0 },     [MATRIX_PERMISSION] = { 2, 1 },
		[MATRIX_HEADING] = { 0, 0 },  [MATRIX_DEPARTMENT] = { 2, 0 },
		[MATRIX_RESOURCE] = { 4, 1 },
	};

	return indents[row->kind][is_tight];
}

/* A row's name with its indent, as wide as it is. */
static int name_columns(const struct matrix_row *row, bool is_tight)
{
	char name[FORMAT_NAME_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", (int)row->n_name, row->name);
	return row_indent(row, is_tight) + output_columns(name);
}

/* Columns of all cells together. */
static int all_cells(const struct matrix *matrix, const struct layout *layout, int gap)
{
	int sum = 0;

	for (size_t c = 0; c < matrix->n_roles; c++)
		sum += gap + layout->widths[c];
	return sum;
}

static int at_most(int value, int limit)
{
	return value < limit ? value : limit;
}

static int at_least(int value, int limit)
{
	return value > limit ? value : limit;
}

/* The longest of the rows' names, headings and labels. */
struct longest {
	int name, heading, label;
};

static struct longest measure_heads(const struct matrix *matrix, bool is_tight)
{
	struct longest longest = { 0 };

	for (size_t i = 0; i < matrix->n_rows; i++) {
		const struct matrix_row *row = &matrix->rows[i];
		int *which = is_heading(row) ? &longest.heading : &longest.name;

		*which = at_least(*which, name_columns(row, is_tight));
		longest.label = at_least(longest.label, output_columns(row->label));
	}
	longest.name = at_most(longest.name, NAME_COLUMNS_MAX);
	longest.heading = at_most(longest.heading, NAME_COLUMNS_MAX);
	longest.label = at_most(longest.label, LABEL_COLUMNS_MAX);
	return longest;
}

/*
 * The widest blanks with which names and all roles fit side by side; false if none are narrow
 * enough.
 */
static bool find_fit(const struct matrix *matrix, struct layout *layout)
{
	static const struct {
		int gap;
		bool is_tight;
	} tries[] = { { 2, false }, { 1, false }, { 1, true } };

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		layout->gap = tries[i].gap;
		layout->is_tight = tries[i].is_tight;
		if (measure_heads(matrix, layout->is_tight).name +
			    all_cells(matrix, layout, layout->gap) <=
		    layout->output->width)
			return true;
	}
	layout->gap = 2;
	layout->is_tight = false;
	return false;
}

/*
 * Share the width out. Roles side by side matter more than labels, and labels more than blanks;
 * where not all roles fit in any case, heads take half of it, and the rest comes in blocks.
 */
static void lay_out(const struct matrix *matrix, struct layout *layout)
{
	int width = layout->output->width, room;
	struct longest longest;

	measure_columns(matrix, layout);
	room = find_fit(matrix, layout) ? width - all_cells(matrix, layout, layout->gap)
					: width / 2;
	longest = measure_heads(matrix, layout->is_tight);
	layout->name = at_most(longest.name, at_least(room, NAME_COLUMNS_MIN));
	layout->label = at_most(longest.label, room - layout->name - 2);
	if (layout->label < LABEL_COLUMNS_MIN && layout->label < longest.label)
		layout->label = 0;
	layout->head = layout->name + (layout->label ? 2 + layout->label : 0);
	/* Names of areas are cut rather than a role moved to another block. */
	layout->head = at_least(layout->head, at_most(longest.heading, room));
}

/* The end of a block: how many of the columns from `from` on fit, at least one. */
static size_t find_end(const struct matrix *matrix, const struct layout *layout, size_t from)
{
	int used = layout->head;
	size_t c = from;

	do
		used += layout->gap + layout->widths[c++];
	while (c < matrix->n_roles &&
	       used + layout->gap + layout->widths[c] <= layout->output->width);
	return c;
}

/* ---- Printing ---- */

static void print_head(const struct layout *layout, const struct matrix_row *row)
{
	char name[FORMAT_NAME_MAX + 1], cut[OUTPUT_CUT_SIZE];
	int indent = row_indent(row, layout->is_tight), used = indent;
	const char *text;

	printf("%*s", indent, "");
	snprintf(name, sizeof(name), "%.*s", (int)row->n_name, row->name);
	/* A heading has no label and may reach over that column. */
	text = output_cut(name,
			  (is_heading(row) ? at_most(layout->head, 100) : layout->name) - indent,
			  true, cut);
	output_text(layout->output, is_heading(row) ? COLOUR_BOLD : COLOUR_PLAIN, text);
	used += output_columns(text);
	if (!is_heading(row) && layout->label) {
		printf("%*s", layout->name + 2 - used, "");
		text = output_cut(row->label, layout->label, false, cut);
		output_text(layout->output, COLOUR_DIM, text);
		used = layout->name + 2 + output_columns(text);
	}
	printf("%*s", layout->head - used, "");
}

static enum output_colour cell_colour(const char *text)
{
	if (!strcmp(text, "–"))
		return COLOUR_DIM;
	return text[0] == '(' ? COLOUR_WARN : text[0] == '+' ? COLOUR_PLAIN : COLOUR_GOOD;
}

static void note(struct legend *legend, const struct matrix_row *row, const char *text)
{
	legend->has_marks |= row->kind == MATRIX_PERMISSION;
	legend->has_cells |= row->kind != MATRIX_PERMISSION;
	legend->is_partial |= !strcmp(text, "part");
	legend->leaves_out |= text[0] == '(';
}

static void print_row(const struct matrix *matrix, const struct layout *layout,
		      const struct matrix_row *row, size_t from, size_t to, struct legend *legend)
{
	int behind = 0; /* blanks that are printed only if something follows */

	print_head(layout, row);
	for (size_t c = from; c < to; c++) {
		char text[OUTPUT_CUT_SIZE];
		const char *shown = text;

		if (is_heading(row)) {
			shown = role_name(matrix, c, text);
		} else {
			write_text(matrix, row, matrix->roles[c], text);
			note(legend, row, text);
		}
		printf("%*s", behind + layout->gap, "");
		output_text(layout->output, is_heading(row) ? COLOUR_BOLD : cell_colour(shown),
			    shown);
		behind = layout->widths[c] - output_columns(shown);
	}
	putchar('\n');
}

static void print_block(const struct matrix *matrix, const struct layout *layout, size_t from,
			size_t to, struct legend *legend)
{
	for (size_t i = 0; i < matrix->n_rows; i++) {
		const struct matrix_row *row = &matrix->rows[i];

		if (is_heading(row) && i > 0)
			putchar('\n');
		print_row(matrix, layout, row, from, to, legend);
		if (row->kind == MATRIX_DEPARTMENT && !has_resource_rows(matrix, row))
			i += row->n_resources;
	}
}

static void print_legend(const struct output *output, const struct legend *legend)
{
	char marks[128];

	putchar('\n');
	snprintf(marks, sizeof(marks), "%s%s",
		 legend->has_marks ? "x own; + inherited; – not held" : "– nothing",
		 legend->leaves_out ? "; (…) held, but not in the plan" : "");
	output_wrapped(output, COLOUR_PLAIN, 0, 2, marks);
	if (legend->has_cells)
		output_wrapped(
			output, COLOUR_PLAIN, 0, 2,
			"V view; C create; E edit; D delete; M manage; full: all five; + before "
			"them: only inherited; small letters: not in the plan");
	if (legend->is_partial)
		output_wrapped(output, COLOUR_PLAIN, 0, 2,
			       "part: not the same of all resources, see the lines below it");
}

int matrix_print(const struct matrix *matrix, const struct output *output)
{
	struct layout layout = { .output = output };
	struct legend legend = { 0 };

	layout.widths = calloc(matrix->n_roles + 1, sizeof(*layout.widths));
	if (!layout.widths)
		return -ENOMEM;
	lay_out(matrix, &layout);
	for (size_t from = 0, to; from < matrix->n_roles; from = to) {
		to = find_end(matrix, &layout, from);
		if (from > 0)
			putchar('\n');
		print_block(matrix, &layout, from, to, &legend);
	}
	print_legend(output, &legend);
	free(layout.widths);
	return 0;
}
