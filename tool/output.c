/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void output_init(struct output *output, bool json, const char *color)
{
	struct winsize size;
	bool is_terminal = isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");

	output->json = json;
	output->width = 80;
	if (is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
		output->width = size.ws_col;
	output->has_colours = !strcmp(color, "always") ||
			      (!strcmp(color, "auto") && is_terminal && !(no_color && *no_color));
}

void output_text(const struct output *output, enum output_colour colour, const char *text)
{
	static const char *const codes[] = {
		[COLOUR_PLAIN] = "",	    [COLOUR_GOOD] = "\033[32m", [COLOUR_BAD] = "\033[31m",
		[COLOUR_WARN] = "\033[33m", [COLOUR_DIM] = "\033[2m",	[COLOUR_BOLD] = "\033[1m",
	};

	if (output->has_colours && colour != COLOUR_PLAIN)
		fputs(codes[colour], stdout);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		/* C1 controls are two bytes in UTF-8. */
		if (*p < ' ' || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
			printf("\\x%02x", *p);
		else
			putchar(*p);
	}
	if (output->has_colours && colour != COLOUR_PLAIN)
		fputs("\033[0m", stdout);
}

int output_columns(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
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

bool output_json(json_t *object, bool ok)
{
	json_t *whole = json_object();
	bool good;

	good = object && whole && json_object_set_new(whole, "ok", json_boolean(ok)) == 0 &&
	       json_object_update(whole, object) == 0 &&
	       json_dumpf(whole, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER) == 0;
	if (good)
		putchar('\n');
	json_decref(whole);
	json_decref(object);
	return good && fflush(stdout) == 0;
}
