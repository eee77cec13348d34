/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of pam.d and their words, cut exactly as libpam cuts them.
 *
 * The rules are those of Linux-PAM 1.5. Those of 1.7 differ in three cases, which the reader marks:
 * it reads lines of any length, an empty line or one of comment ends a line that was continued, and
 * behind a zero byte it still sees a `\`.
 */
#ifndef ROLEGATE_LINE_H
#define ROLEGATE_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* libpam 1.5 has a buffer of so many bytes for a line, its continuations and a NUL. */
#define LINE_SIZE_MAX 1024u

/* A file that is being read. Begin with { .text = …, .n = … }. */
struct line_reader {
	const char *text;
	size_t n, at;
	unsigned int number; /* lines of the file behind us */
	unsigned int first;  /* where the line in the buffer begins, from 1 */
	bool is_cut;	     /* the line did not fit: what is in the buffer is a part of it */
	/* What libpam's versions read each in its own way, in the text so far: a literal, or NULL. */
	const char *contested;
	unsigned int contested_at;  /* the first such line */
	char buffer[LINE_SIZE_MAX]; /* the line, without comment and continuation marks */
};

enum line_result {
	LINE_END = 0,
	LINE_READ = 1,
	LINE_OPEN_END = -1, /* the file ends in a continuation: libpam drops the whole service */
	LINE_TOO_LONG = -2, /* continued to the buffer's last byte: libpam 1.5 never returns */
};

/*
 * Read the next line that is not empty. A `#` begins a comment wherever it stands; a `\` at the end
 * continues, also over empty lines and lines of comment.
 */
enum line_result line_next(struct line_reader *reader);

/*
 * Cut the next word off. Words end at blanks, except that `[` begins one that goes on to `]`, with
 * `\]` for a bracket in it; such a word loses its brackets.
 *
 * rest  in: where to go on, or NULL; out: likewise
 * Returns NULL if there is no more. The words lie in the buffer, which they destroy.
 */
char *line_word(char **rest);

#endif
