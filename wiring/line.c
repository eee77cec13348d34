/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "line.h"

#include <string.h>

#define BLANKS " \n\t"

static void contest(struct line_reader *r, unsigned int number, const char *why)
{
	if (r->contested)
		return;
	r->contested = why;
	r->contested_at = number;
}

/*
 * fgets(3) on the text: at most size - 1 bytes, to the newline and with it. False at the end of the
 * text.
 */
static bool get(struct line_reader *r, char *to, size_t size)
{
	const char *from = r->text + r->at, *newline;
	size_t n = r->n - r->at;

	if (n == 0)
		return false;
	newline = memchr(from, '\n', n);
	if (newline)
		n = (size_t)(newline - from) + 1;
	r->is_cut = n > size - 1;
	if (r->is_cut) {
		contest(r, r->number + 1, "libpam 1.5 reads a line this long in pieces");
		n = size - 1;
	} else {
		r->number++;
	}
	/* Where a line ends that has one, each finds in its own way. */
	if (memchr(from, '\0', n))
		contest(r, r->number + r->is_cut, "libpam is not made to read a zero byte");
	memcpy(to, from, n);
	to[n] = '\0';
	r->at += n;
	return true;
}

enum line_result line_next(struct line_reader *r)
{
	char *end = r->buffer + sizeof(r->buffer), *p = r->buffer, *start, *last;
	bool is_continued = false;

	for (;;) {
		/* With room for a NUL alone, fgets(3) reads nothing for ever. */
		if (end - p < 2)
			return LINE_TOO_LONG;
		if (!get(r, p, (size_t)(end - p)))
			return is_continued ? LINE_OPEN_END : LINE_END;
		start = p + strspn(p, BLANKS);
		if (*start == '\0' || *start == '#') {
			if (is_continued)
				contest(r, r->number,
					"libpam 1.7 ends a continued line at one that is empty or a comment");
			continue;
		}
		if (!is_continued)
			r->first = r->number + (r->is_cut ? 1 : 0);
		last = start + strcspn(start, "#");
		if (*last == '#') {
			*last = '\0';
			return LINE_READ;
		}
		do
			last--;
		while (last > start && strchr(BLANKS, *last));
		if (*last != '\\')
			return LINE_READ;
		*last = ' ';
		last[1] = '\0';
		p = last + 1;
		is_continued = true;
	}
}

char *line_word(char **rest)
{
	char *word = *rest, *end, *to;

	if (!word)
		return NULL;
	word += strspn(word, BLANKS);
	*rest = NULL;
	if (!*word)
		return NULL;
	if (*word == '[') {
		word++;
		for (to = end = word; *end && *end != ']'; to++, end++) {
			if (end[0] == '\\' && end[1] == ']')
				end++;
			*to = *end;
		}
		if (to != end)
			*to = '\0';
	} else {
		end = word + strcspn(word, BLANKS);
	}
	if (*end)
		*end++ = '\0';
	if (*end)
		*rest = end;
	return word;
}
