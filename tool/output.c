/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "format.h"

/*
 * Whether the answer lacks something for want of memory. jansson drops what it has no memory for,
 * its packing of objects too, and asks a function for it that knows no context: hence it is kept
 * here.
 */
static bool was_short;

static void *allocate_json(size_t n)
{
	void *memory = malloc(n);

	if (!memory)
		was_short = true;
	return memory;
}

int output_note(int error)
{
	was_short = was_short || error == -ENOMEM;
	return error;
}

bool output_is_whole(void)
{
	return !was_short;
}

void output_init(struct output *output, bool json, const char *color)
{
	struct winsize size;
	bool is_terminal = isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");

	json_set_alloc_funcs(allocate_json, free);
	output->json = json;
	output->width = 80;
	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		output->width = size.ws_col;
	output->has_colours = !strcmp(color, "always") ||
			      (!strcmp(color, "auto") && is_terminal && !(no_color && *no_color));
}

/* Names may come from anywhere, and what they hold is not for the terminal to obey. */
static void put_escaped(const char *text, size_t n, FILE *to)
{
	for (const unsigned char *p = (const unsigned char *)text; n > 0; p++, n--) {
		/* C1 controls are two bytes in UTF-8. */
		if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			fprintf(to, "\\x%02x", *p);
		else
			putc(*p, to);
	}
}

void output_complain(const char *format, ...)
{
	va_list arguments;
	char *text;
	size_t n;
	int r;

	va_start(arguments, format);
	r = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (r < 0) {
		(void)output_note(-ENOMEM);
		fputs("rolegate: out of memory for the words of a complaint\n", stderr);
		return;
	}
	n = strlen(text);
	n -= n > 0 && text[n - 1] == '\n';
	put_escaped(text, n, stderr);
	fputs(text + n, stderr);
	free(text);
}

void output_text(const struct output *output, enum output_colour colour, const char *text)
{
	static const char *const codes[] = {
		[COLOUR_PLAIN] = "",	    [COLOUR_GOOD] = "\033[32m", [COLOUR_BAD] = "\033[31m",
		[COLOUR_WARN] = "\033[33m", [COLOUR_DIM] = "\033[2m",	[COLOUR_BOLD] = "\033[1m",
	};

	if (output->has_colours && colour != COLOUR_PLAIN)
		fputs(codes[colour], stdout);
	put_escaped(text, strlen(text), stdout);
	if (output->has_colours && colour != COLOUR_PLAIN)
		fputs("\033[0m", stdout);
}

/*
 * One character: its bytes, and the columns that output_text() needs for it. What is no character
 * here (a control, a stray byte) is a byte shown as \xNN.
 */
static size_t take_character(const char *text, int *ret_columns)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t n = mbrtowc(&character, text, strlen(text), &state);
	int columns;

	if (n == (size_t)-1 || n == (size_t)-2 || n == 0) {
		*ret_columns = 1;
		return 1;
	}
	columns = wcwidth(character);
	*ret_columns = columns >= 0 ? columns : 4 * (int)n;
	return n;
}

int output_columns(const char *text)
{
	int columns, sum = 0;

	for (; *text; sum += columns)
		text += take_character(text, &columns);
	return sum;
}

/* How many bytes of a text fit into so many columns. */
static size_t fitting(const char *text, int columns)
{
	size_t n = 0, bytes;
	int wanted;

	while (text[n]) {
		bytes = take_character(text + n, &wanted);
		if (wanted > columns)
			break;
		columns -= wanted;
		n += bytes;
	}
	return n;
}

const char *output_cut(const char *text, int columns, bool keeps_end, char to[OUTPUT_CUT_SIZE])
{
	int all = output_columns(text), tail, skipped;
	const char *end = text;

	if (all <= columns)
		return text;
	tail = keeps_end ? (columns - 1) / 2 : 0;
	/* The end begins where no more than `tail` columns are left. */
	for (int left = all; left > tail; left -= skipped)
		end += take_character(end, &skipped);
	snprintf(to, OUTPUT_CUT_SIZE, "%.*s…%s", (int)fitting(text, columns - 1 - tail), text, end);
	return to;
}

void output_pad(int used, int column)
{
	printf("%*s", column > used ? column - used : 1, "");
}

void output_names(const struct output *output, int indent, const char *const *names, size_t n)
{
	int used = output->width;

	for (size_t i = 0; i < n; i++) {
		int columns = output_columns(names[i]) + (i + 1 < n ? 1 : 0);

		if (i > 0 && used + 1 + columns <= output->width) {
			putchar(' ');
			used++;
		} else {
			if (i > 0)
				putchar('\n');
			printf("%*s", indent, "");
			used = indent;
		}
		output_text(output, COLOUR_PLAIN, names[i]);
		if (i + 1 < n)
			putchar(',');
		used += columns;
	}
	putchar('\n');
}

void output_wrapped(const struct output *output, enum output_colour colour, int used, int indent,
		    const char *text)
{
	char word[FORMAT_TEXT_MAX + 1];
	bool is_first = true;

	for (size_t n; *text; text += n) {
		int columns;

		text += strspn(text, " ");
		n = strcspn(text, " ");
		if (n == 0)
			break;
		snprintf(word, sizeof(word), "%.*s", (int)n, text);
		columns = output_columns(word);
		if (!is_first && used + 1 + columns > output->width) {
			printf("\n%*s", indent, "");
			used = indent;
		} else if (!is_first) {
			putchar(' ');
			used++;
		}
		output_text(output, colour, word);
		used += columns;
		is_first = false;
	}
	putchar('\n');
}

void output_place(const struct output *output, int used, int column, const char *file,
		  unsigned int line)
{
	char text[FORMAT_TEXT_MAX + 16];
	int at = column > used ? column : used + 2;

	snprintf(text, sizeof(text), "%s:%u", file, line);
	if (*file && line > 0) {
		if (at + output_columns(text) > output->width) {
			putchar('\n');
			used = 0;
			at = 4;
		}
		output_pad(used, at);
		output_text(output, COLOUR_DIM, text);
	}
	putchar('\n');
}

bool output_json(json_t *object, bool ok)
{
	json_t *whole = json_object();
	bool good;

	good = object && whole && json_object_set_new(whole, "ok", json_boolean(ok)) == 0 &&
	       json_object_update(whole, object) == 0 && !was_short &&
	       json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) == 0;
	if (good)
		putchar('\n');
	json_decref(whole);
	json_decref(object);
	return good && fflush(stdout) == 0;
}
