/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "utf8.h"

/* A setting's name in an open group. */
struct setting {
	const char *name;
	size_t n;
	uint32_t line;
};

/* An open bracket; the file itself is the first. */
struct level {
	char bracket;
	uint32_t line;
	char last;	     /* in a list or array: the bracket, ',' or 0 for an element */
	uint32_t comma_line; /* of the last comma */
	size_t n_settings;
	struct setting settings[GUARD_SETTINGS_MAX];
};

/* The list that may be cut, as far as it was scanned. */
struct cutting {
	struct pieces *pieces; /* NULL: not asked for */
	size_t size;	       /* that a piece should have */
	bool is_near;	       /* its name and `=` were the last that came */
	bool is_inside;	       /* its bracket is open */
	bool is_lost;	       /* no memory for another piece */
	char last;	       /* the last token, if it was a mark, or 0 */
	const char *comma;     /* between two groups, if that was the last token; else NULL */
	uint32_t n_elements;   /* whose comma has come */
};

struct scan {
	const char *begin, *at, *end;
	uint32_t line;
	struct report *report;
	uint32_t file;
	struct level levels[GUARD_DEPTH_MAX];
	size_t depth;	      /* the last of the levels in use */
	bool is_after_string; /* nothing but blanks and comments since a string */
	struct setting word;  /* the last word, which a `=` makes a setting */
	bool stop;	      /* what follows cannot be understood */
	struct cutting cutting;
};

static struct place here(const struct scan *s)
{
	return (struct place){ .file = s->file, .line = s->line };
}

/* What a byte outside of strings and comments begins. */
enum class {
	CLASS_NOTHING, /* it does not belong there */
	CLASS_LETTER,
	CLASS_DIGIT,
	CLASS_WORD, /* neither, but in a word */
	CLASS_MARK,
};

static enum class class_of(char c)
{
	static const unsigned char classes[256] = {
		['a' ... 'z'] = CLASS_LETTER, ['A' ... 'Z'] = CLASS_LETTER,
		['0' ... '9'] = CLASS_DIGIT,  ['_'] = CLASS_WORD,
		['-'] = CLASS_WORD,	      ['*'] = CLASS_WORD,
		['+'] = CLASS_WORD,	      ['.'] = CLASS_WORD,
		['='] = CLASS_MARK,	      [':'] = CLASS_MARK,
		[','] = CLASS_MARK,	      [';'] = CLASS_MARK,
		['('] = CLASS_MARK,	      [')'] = CLASS_MARK,
		['{'] = CLASS_MARK,	      ['}'] = CLASS_MARK,
		['['] = CLASS_MARK,	      [']'] = CLASS_MARK,
	};

	return (enum class)classes[(unsigned char)c];
}

static bool is_letter(char c)
{
	return class_of(c) == CLASS_LETTER;
}

static bool is_digit(char c)
{
	return class_of(c) == CLASS_DIGIT;
}

static bool is_word(char c)
{
	return class_of(c) >= CLASS_LETTER && class_of(c) <= CLASS_WORD;
}

/* Complain about a token that is too long for libconfig. */
static void check_length(struct scan *s, const char *begin, uint32_t line, const char *what)
{
	if ((size_t)(s->at - begin) <= GUARD_WORD_MAX)
		return;
	report_error(s->report, (struct place){ .file = s->file, .line = line },
		     "%s of %zu bytes; at most %u are allowed: break it up", what,
		     (size_t)(s->at - begin), GUARD_WORD_MAX);
}

static void scan_blanks(struct scan *s)
{
	const char *begin = s->at;

	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
		s->at++;
	check_length(s, begin, s->line, "a run of blanks");
}

/*
 * CR LF ends a line like LF. CR CR LF does too: it comes from a file that was converted twice. libconfig does not end a
 * line at a single CR, so that a comment line would extend to the end of the file.
 */
static void scan_returns(struct scan *s)
{
	while (*s->at == '\r')
		s->at++;
	if (*s->at == '\n')
		return;
	report_error(s->report, here(s),
		     "carriage return (CR) without line feed (LF): end each line with LF");
	s->stop = true;
}

static void scan_line_comment(struct scan *s)
{
	const char *begin = s->at;

	while (s->at < s->end && *s->at != '\n' && !s->stop) {
		if (*s->at == '\r')
			scan_returns(s);
		else
			s->at++;
	}
	check_length(s, begin, s->line, "a comment line");
}

static void scan_block_comment(struct scan *s)
{
	uint32_t line = s->line;

	for (s->at += 2; s->at + 1 < s->end; s->at++) {
		if (s->at[0] == '*' && s->at[1] == '/') {
			s->at += 2;
			return;
		}
		if (*s->at == '\n')
			s->line++;
	}
	report_error(s->report, (struct place){ .file = s->file, .line = line },
		     "this comment never ends: close it with `*/`");
	s->stop = true;
}

/* One escape in a string: those that all versions of libconfig read alike. */
static void scan_escape(struct scan *s)
{
	const char *p = s->at + 1;

	if (p < s->end && strchr("nrtf\\\"", *p) && *p != '\0') {
		s->at += 2;
		return;
	}
	if (s->end - p >= 3 && (*p == 'x' || *p == 'X') &&
	    strspn(p + 1, "0123456789abcdefABCDEF") >= 2 && !(p[1] == '0' && p[2] == '0')) {
		s->at += 4;
		return;
	}
	report_error(
		s->report, here(s),
		"`\\` begins no known escape here; write `\\\\` for a backslash (as in \"DOMAIN\\\\user\")");
	s->at++;
}

static void scan_string(struct scan *s)
{
	const char *begin = s->at++;
	unsigned int n_escapes = 0;

	if (s->is_after_string)
		report_error(s->report, here(s),
			     "two strings side by side would become one: is a comma missing?");
	while (s->at < s->end && *s->at != '"' && *s->at != '\n') {
		if (*s->at == '\\') {
			n_escapes++;
			scan_escape(s);
		} else {
			s->at++;
		}
	}
	if (s->at == s->end || *s->at == '\n') {
		report_error(s->report, here(s),
			     "this string does not end on its line: is a quote missing?");
		s->stop = true;
		return;
	}
	s->at++;
	check_length(s, begin, s->line, "a string");
	if (n_escapes > GUARD_ESCAPES_MAX)
		report_error(s->report, here(s), "a string with %u escapes; at most %u are allowed",
			     n_escapes, GUARD_ESCAPES_MAX);
	s->is_after_string = true;
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

/* `1.5` or `2e3`. The type check refuses it later, with the name of the setting. */
static bool is_fraction(const char *p, const char *end)
{
	const char *digits;

	p += *p == '-' || *p == '+';
	digits = p;
	p = skip_digits(p, end);
	if (p == digits || p == end)
		return false;
	if (*p == '.') {
		digits = ++p;
		p = skip_digits(p, end);
		if (p == digits || p == end)
			return p != digits;
	}
	if (*p != 'e' && *p != 'E')
		return false;
	p++;
	p += p < end && (*p == '-' || *p == '+');
	return p < end && skip_digits(p, end) == end;
}

/*
 * libconfig 1.5 reduces a whole number beyond 32 bits to its low 32 bits without an error; 1.7 and 1.8 make it a 64-bit
 * number. Only 1.8 accepts `0b1` and `0o7`. All of them read `a = 1x = 2` as two settings.
 */
static void check_number(struct scan *s, const char *begin, size_t n)
{
	size_t sign = *begin == '-' || *begin == '+';
	char text[24], *end;
	long long value;

	/* libconfig 1.7 and 1.8 read it as octal, 1.5 as decimal. */
	if (n > sign + 1 && begin[sign] == '0' && is_digit(begin[sign + 1])) {
		report_error(s->report, here(s),
			     "`%.*s` begins with 0: is it by tens or by eights? Leave the 0 out",
			     n < 40 ? (int)n : 40, begin);
		return;
	}
	if (n < sizeof(text)) {
		memcpy(text, begin, n);
		text[n] = '\0';
		errno = 0;
		value = strtoll(text, &end, n > 2 && (text[1] == 'x' || text[1] == 'X') ? 16 : 10);
		if (*end == '\0' && errno == 0 && value >= INT_MIN && value <= INT_MAX)
			return;
		if (is_fraction(text, text + n))
			return;
	}
	report_error(s->report, here(s),
		     "`%.*s` is not a number that the policy can hold: whole and below 2147483648",
		     n < 40 ? (int)n : 40, begin);
}

static void scan_word(struct scan *s)
{
	const char *begin = s->at;
	size_t n;

	while (s->at < s->end && is_word(*s->at))
		s->at++;
	n = (size_t)(s->at - begin);
	check_length(s, begin, s->line, "a word");
	if (is_letter(*begin) || *begin == '*')
		s->word = (struct setting){ .name = begin, .n = n, .line = s->line };
	else
		check_number(s, begin, n);
}

static bool is_list(const struct level *level)
{
	return level->bracket == '(' || level->bracket == '[';
}

/* libconfig 1.7 and 1.8 ignore an empty element after another element; 1.5 reports a syntax error. */
static void note_comma(struct scan *s)
{
	struct level *level = &s->levels[s->depth];

	if (!is_list(level))
		return;
	if (level->last && level->last != ',') {
		report_error(s->report, here(s),
			     "comma between \"%c\" and the first element: remove the comma",
			     level->bracket);
		return;
	}
	if (level->last == ',')
		report_error(s->report, here(s),
			     "two commas without an element between them: remove one comma");
	level->last = ',';
	level->comma_line = s->line;
}

static void note_element_begin(struct scan *s)
{
	s->levels[s->depth].last = 0;
}

static void check_last_comma(struct scan *s, const struct level *level, char bracket)
{
	if (is_list(level) && level->last == ',')
		report_error(s->report,
			     (struct place){ .file = s->file, .line = level->comma_line },
			     "comma between the last element and \"%c\": remove the comma",
			     bracket);
}

/* After a name came `=`: note it, for libconfig must not see it twice, nor too many. */
static void note_setting(struct scan *s)
{
	struct level *level = &s->levels[s->depth];

	if (!s->word.name)
		return;
	for (size_t i = 0; i < level->n_settings; i++) {
		const struct setting *other = &level->settings[i];

		if (other->n == s->word.n && memcmp(other->name, s->word.name, s->word.n) == 0) {
			report_error(s->report,
				     (struct place){ .file = s->file, .line = s->word.line },
				     "`%.*s` is set twice, first on line %u: keep one of them",
				     (int)s->word.n, s->word.name, other->line);
			return;
		}
	}
	if (level->n_settings == GUARD_SETTINGS_MAX) {
		report_error(
			s->report, (struct place){ .file = s->file, .line = s->word.line },
			"more than %u settings in one group: users and roles belong in lists, as assign = ( {…}, {…} )",
			GUARD_SETTINGS_MAX);
		s->stop = true;
		return;
	}
	level->settings[level->n_settings++] = s->word;
}

static void open_bracket(struct scan *s, char bracket)
{
	struct level *level;

	if (s->depth + 1 == GUARD_DEPTH_MAX) {
		report_error(s->report, here(s), "brackets nested more than %u deep",
			     GUARD_DEPTH_MAX - 1);
		s->stop = true;
		return;
	}
	note_element_begin(s);
	level = &s->levels[++s->depth];
	level->bracket = bracket;
	level->line = s->line;
	level->last = bracket;
	level->n_settings = 0;
}

static void close_bracket(struct scan *s, char bracket)
{
	static const char pairs[] = "(){}[]";
	const struct level *level = &s->levels[s->depth];
	const char *opening = strchr(pairs, bracket) - 1;

	if (s->depth > 0 && level->bracket == *opening) {
		check_last_comma(s, level, bracket);
		s->depth--;
		return;
	}
	if (s->depth == 0)
		report_error(s->report, here(s), "`%c` closes nothing", bracket);
	else
		report_error(s->report, here(s), "`%c` cannot close the `%c` of line %u", bracket,
			     level->bracket, level->line);
	s->stop = true;
}

/* ---- Where the list can be cut ---- */

/* Begin a piece here. */
static void begin_piece(struct scan *s)
{
	struct pieces *pieces = s->cutting.pieces;
	struct piece *list =
		array_grow(pieces->list, pieces->n, &pieces->max, sizeof(*pieces->list));

	if (!list) {
		s->cutting.is_lost = true;
		return;
	}
	pieces->list = list;
	list[pieces->n++] = (struct piece){ .begin = (size_t)(s->at - s->begin),
					    .line = s->line,
					    .n_before = s->cutting.n_elements };
}

static void end_piece(struct scan *s, const char *end)
{
	struct pieces *pieces = s->cutting.pieces;

	if (!s->cutting.is_lost)
		pieces->list[pieces->n - 1].end = (size_t)(end - s->begin);
}

/* An element begins: cut before it, if what lies behind is long enough. */
static void note_element(struct scan *s)
{
	const struct pieces *pieces = s->cutting.pieces;
	const char *comma = s->cutting.comma;

	if (s->cutting.is_lost || !comma ||
	    (size_t)(comma - s->begin) - pieces->list[pieces->n - 1].begin < s->cutting.size)
		return;
	end_piece(s, comma);
	begin_piece(s);
}

/* Look at a mark of the list, before it is scanned. */
static void note_mark(struct scan *s, char c)
{
	struct cutting *cutting = &s->cutting;

	if (cutting->is_inside && s->depth == 1 && c == ')') {
		cutting->is_inside = false;
		cutting->pieces->last_line = s->line;
		end_piece(s, s->at);
	} else if (cutting->is_inside && s->depth == 1 && c == '{') {
		note_element(s);
	}
	cutting->comma = cutting->last == '}' && c == ',' ? s->at : NULL;
	if (cutting->is_inside && s->depth == 1 && c == ',')
		cutting->n_elements++;
}

/* Look at where a mark has led. */
static void note_place(struct scan *s, char c)
{
	struct cutting *cutting = &s->cutting;

	if (cutting->is_near && c == '(') {
		cutting->is_inside = true;
		begin_piece(s);
	}
	cutting->is_near = (c == '=' || c == ':') && s->depth == 0 && s->word.name &&
			   s->word.n == sizeof(PIECES_SETTING) - 1 &&
			   !memcmp(s->word.name, PIECES_SETTING, s->word.n);
	cutting->last = c;
}

static void note_other(struct scan *s)
{
	s->cutting.is_near = false;
	s->cutting.last = 0;
	s->cutting.comma = NULL;
}

/* ---- Tokens ---- */

static void scan_mark(struct scan *s, char c)
{
	if (s->cutting.pieces)
		note_mark(s, c);
	s->at++;
	if (c == '=' || c == ':')
		note_setting(s);
	else if (c == ',')
		note_comma(s);
	else if (c == '(' || c == '{' || c == '[')
		open_bracket(s, c);
	else if (c == ')' || c == '}' || c == ']')
		close_bracket(s, c);
	if (s->cutting.pieces && !s->stop)
		note_place(s, c);
	s->word.name = NULL;
}

/* Spaces and invisible characters do not end the scan: all of them are reported. */
static void refuse_look(struct scan *s, enum utf8_look look, const char *name, uint32_t c)
{
	if (s->at == s->begin && c == 0xfeff) {
		report_error(
			s->report, here(s),
			"byte order mark (BOM) at the start of the file: save the file as UTF-8 without BOM, or run: "
			"sed -i '1s/^\\xEF\\xBB\\xBF//' FILE");
	} else if (look == UTF8_SPACE) {
		report_error(s->report, here(s),
			     "%s U+%04X outside a string: replace it with a plain space", name, c);
	} else if (look == UTF8_INVISIBLE) {
		report_error(s->report, here(s), "%s U+%04X outside a string: delete it", name, c);
	} else {
		report_error(s->report, here(s), "%s U+%04X: use the plain ASCII quote (\")", name,
			     c);
		s->stop = true;
	}
}

static void refuse_character(struct scan *s, char c)
{
	const char *name;
	uint32_t code;
	size_t n = utf8_decode(s->at, &code);
	enum utf8_look look = n > 1 ? utf8_look(code, &name) : UTF8_OTHER;

	if (look != UTF8_OTHER) {
		refuse_look(s, look, name, code);
		s->at += n;
		return;
	}
	if (c == '\'' || c == '`')
		report_error(s->report, here(s),
			     "\"%c\" does not belong here: use the plain ASCII quote (\")", c);
	else if (c == '@')
		report_error(
			s->report, here(s),
			"`@` outside a string: there are no includes; put the file into policy.d");
	else if (c > ' ' && c < 0x7f)
		report_error(s->report, here(s), "`%c` does not belong here: is a quote missing?",
			     c);
	else
		report_error(s->report, here(s),
			     "the byte 0x%02x does not belong here: is a quote missing?",
			     (unsigned int)(unsigned char)c);
	s->stop = true;
}

/* What is no blank and no comment. */
static void scan_token(struct scan *s)
{
	char c = *s->at;

	if (c == '"') {
		note_element_begin(s);
		scan_string(s);
		s->word.name = NULL;
		note_other(s);
		return;
	}
	s->is_after_string = false;
	if (is_word(c)) {
		note_element_begin(s);
		scan_word(s);
		note_other(s);
	} else if (class_of(c) == CLASS_MARK) {
		scan_mark(s, c);
	} else {
		refuse_character(s, c);
	}
}

static void scan_next(struct scan *s)
{
	char c = *s->at;

	if (c == '\n') {
		s->line++;
		s->at++;
	} else if (c == '\r') {
		scan_returns(s);
	} else if (c == '\f') {
		s->at++;
	} else if (c == ' ' || c == '\t') {
		scan_blanks(s);
	} else if (c == '#' || (c == '/' && s->at[1] == '/')) {
		scan_line_comment(s);
	} else if (c == '/' && s->at[1] == '*') {
		scan_block_comment(s);
	} else {
		scan_token(s);
	}
}

/* UTF-16 contains NUL bytes; this message is more helpful than refuse_nul()'s. */
static bool refuse_utf16(const struct source *source, uint32_t file, struct report *report)
{
	if (source->n < 2 ||
	    (memcmp(source->text, "\xff\xfe", 2) != 0 && memcmp(source->text, "\xfe\xff", 2) != 0))
		return false;
	report_error(
		report, (struct place){ .file = file, .line = 1 },
		"UTF-16 byte order mark (BOM) at the start of the file: save the file as UTF-8 without BOM");
	return true;
}

/* A NUL would end the text for libconfig. */
static bool refuse_nul(const struct source *source, uint32_t file, struct report *report)
{
	const char *nul = memchr(source->text, '\0', source->n);
	uint32_t line = 1;

	if (!nul)
		return false;
	for (const char *p = source->text; p < nul; p++)
		line += *p == '\n';
	report_error(report, (struct place){ .file = file, .line = line },
		     "a NUL byte: this is no text file, or it was damaged");
	return true;
}

static void scan_all(struct scan *s)
{
	while (s->at < s->end && !s->stop)
		scan_next(s);
	if (!s->stop && s->depth > 0)
		report_error(s->report,
			     (struct place){ .file = s->file, .line = s->levels[s->depth].line },
			     "this `%c` is never closed", s->levels[s->depth].bracket);
	if (s->cutting.is_lost)
		s->report->is_out_of_memory = true;
}

bool guard_check(const struct source *source, uint32_t file, struct report *report,
		 size_t piece_size, struct pieces *ret_pieces)
{
	size_t n_before = report->n_errors;
	struct scan *s;
	bool is_lost;

	if (ret_pieces)
		*ret_pieces = (struct pieces){ 0 };
	if (refuse_utf16(source, file, report) || refuse_nul(source, file, report))
		return false;
	s = calloc(1, sizeof(*s));
	if (!s) {
		report->is_out_of_memory = true;
		return false;
	}
	s->begin = s->at = source->text;
	s->end = source->text + source->n;
	s->line = 1;
	s->file = file;
	s->report = report;
	s->cutting.pieces = ret_pieces;
	s->cutting.size = piece_size;
	scan_all(s);
	is_lost = s->cutting.is_lost;
	free(s);
	/* A list that makes one piece is none. */
	if (ret_pieces && ret_pieces->n == 1)
		ret_pieces->n = 0;
	return !is_lost && report->n_errors == n_before;
}
