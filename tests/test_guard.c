/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guard lets through to libconfig. Each text that it refuses is one that libconfig 1.5
 * or 1.7 swallows, mends silently, chokes on or dies of; each that it lets through is what people
 * write.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "keys.h"

/* A literal with its length: some hold a NUL. */
#define TEXT(literal) (literal), sizeof(literal) - 1

/* Look at a text. Owner of the report: report_free(). */
static bool look(const char *text, size_t n, struct report *ret)
{
	struct sources sources = { 0 };
	uint32_t file;
	bool good;

	*ret = (struct report){ 0 };
	assert_int_equal(source_add_text(&sources, "/etc/rolegate/x.conf", text, n, &file), 0);
	good = guard_check(&sources.list[file], file, ret, 0, NULL);
	assert_false(ret->is_out_of_memory);
	assert_int_equal(good, ret->n_errors == 0);
	/* It looks, and changes nothing. */
	assert_memory_equal(sources.list[file].text, text, n);
	sources_free(&sources);
	return good;
}

static bool has(const struct report *report, unsigned int line, const char *part)
{
	for (size_t i = 0; i < report->n; i++)
		if (report->problems[i].place.line == line &&
		    strstr(report->problems[i].text, part))
			return true;
	return false;
}

static void print(const char *name, const struct report *report)
{
	print_message("%s: %zu errors\n", name, report->n_errors);
	for (size_t i = 0; i < report->n; i++)
		print_message("  line %u: %s\n", report->problems[i].place.line,
			      report->problems[i].text);
}

/* ---- Refused ---- */

#define ENDLESS_COMMENT "this comment never ends"
#define ENDLESS_STRING "this string does not end on its line"
#define SIDE_BY_SIDE "two strings side by side"
#define NO_NUMBER "is not a number that the policy can hold"
#define NO_ESCAPE "begins no known escape"
#define NO_INCLUDES "there are no includes"
#define STRANGE "does not belong here"
#define EMPTY_ELEMENT "two commas without an element between them"
#define COMMA_FIRST "and the first element: remove the comma"
#define COMMA_LAST "comma between the last element and"
#define LONE_CR "carriage return (CR) without line feed"

static const struct {
	const char *name, *text;
	size_t n;
	unsigned int line;
	const char *part;
} refused[] = {
	{ "comment never closed", TEXT("a = 1;\n/* b = 2;\nc = 3;\n"), 2, ENDLESS_COMMENT },
	{ "comment closed by its own slash", TEXT("/*/ a = 1;"), 1, ENDLESS_COMMENT },
	{ "comment opened by the last two bytes", TEXT("a = 1; /*"), 1, ENDLESS_COMMENT },
	{ "comment whose end is cut", TEXT("a = 1;\n\n/* x *"), 3, ENDLESS_COMMENT },
	{ "string never closed", TEXT("a = \"x;\nb = 2;\n"), 1, ENDLESS_STRING },
	{ "string closed by the next line's quote", TEXT("a = \"x;\nb = \"y\";\n"), 1,
	  ENDLESS_STRING },
	{ "string over two lines", TEXT("a = \"x\ny\";\n"), 1, ENDLESS_STRING },
	{ "string at the very end", TEXT("a = 1;\nb = \""), 2, ENDLESS_STRING },
	{ "string whose last quote is escaped", TEXT("a = \"x\\\";\n"), 1, ENDLESS_STRING },
	{ "stray quote between settings", TEXT("a = 1;\n\"\nb = 2;\n"), 2, ENDLESS_STRING },
	{ "stray quote after a string", TEXT("a = \"x\"\";\n"), 1, ENDLESS_STRING },
	{ "stray quote that a comment seems to close", TEXT("a = \" ; # \nb = 1; # \"\n"), 1,
	  ENDLESS_STRING },

	{ "@include at the start of a line", TEXT("a = 1;\n@include \"/etc\"\n"), 2, NO_INCLUDES },
	{ "@include behind blanks", TEXT(" \t @include \"/etc/passwd\"\n"), 1, NO_INCLUDES },
	{ "@include inside a group", TEXT("a = {\n@include \"x\"\n};\n"), 2, NO_INCLUDES },
	{ "@include after a setting", TEXT("a = 1; @include \"x\"\n"), 1, NO_INCLUDES },
	{ "@include whose quote is not closed", TEXT("a = 1;\n@include \""), 2, NO_INCLUDES },
	{ "@include behind a comment", TEXT("/* x */ @include \"x\"\n"), 1, NO_INCLUDES },
	{ "@include behind a form feed", TEXT("a = 1;\f@include \"x\"\n"), 1, NO_INCLUDES },
	{ "@ alone", TEXT("a = 1;\nb = @;\n"), 2, NO_INCLUDES },

	{ "NUL in a name", TEXT("user = \"ali\0ce\";\n"), 1, "a NUL byte" },
	{ "NUL between settings", TEXT("a = 1;\n\nb = 2;\0\n"), 3, "a NUL byte" },
	{ "NUL alone", TEXT("\0"), 1, "a NUL byte" },
	{ "NUL in a comment", TEXT("# x\0y\n"), 1, "a NUL byte" },

	{ "2147483648", TEXT("a = 2147483648;"), 1, NO_NUMBER },
	{ "-2147483649", TEXT("a = -2147483649;"), 1, NO_NUMBER },
	{ "4294967297, which wraps to 1", TEXT("\na = 4294967297;"), 2, NO_NUMBER },
	{ "more than 64 bits", TEXT("a = 18446744073709551617;"), 1, NO_NUMBER },
	{ "a long row of digits", TEXT("a = 100000000000000000000000000000000000000000000000001;"),
	  1, NO_NUMBER },
	{ "hexadecimal that wraps to -1", TEXT("a = 0xffffffff;"), 1, NO_NUMBER },
	{ "hexadecimal that wraps to 1", TEXT("a = 0x100000001;"), 1, NO_NUMBER },
	{ "hexadecimal in capitals", TEXT("a = 0XFFFFFFFFFFFFFFFFF;"), 1, NO_NUMBER },
	{ "a leading 0: 10 to some, 8 to others", TEXT("\na = 010;"), 2, "by tens or by eights" },
	{ "a leading 0 behind a sign", TEXT("a = -01;"), 1, "by tens or by eights" },
	{ "64 bits by L", TEXT("a = 4294967297L;"), 1, NO_NUMBER },
	{ "64 bits by LL", TEXT("a = 1LL;"), 1, NO_NUMBER },
	{ "hexadecimal with L", TEXT("a = 0x1L;"), 1, NO_NUMBER },
	{ "binary", TEXT("a = 0b101;"), 1, NO_NUMBER },
	{ "octal by 0o", TEXT("a = 0o17;"), 1, NO_NUMBER },
	{ "octal by 0q", TEXT("a = 0q17;"), 1, NO_NUMBER },
	{ "an underscore between digits", TEXT("a = 1_000;"), 1, NO_NUMBER },
	{ "two settings: a number that wraps, and e", TEXT("a = 4294967297e = 5;"), 1, NO_NUMBER },
	{ "two settings: a fraction, and x", TEXT("a = 1.5x = 5;"), 1, NO_NUMBER },
	{ "an exponent without digits", TEXT("a = 1e+;"), 1, NO_NUMBER },
	{ "hexadecimal with a fraction", TEXT("a = 0x1.5;"), 1, NO_NUMBER },
	{ "a point without digits in front", TEXT("a = .5;"), 1, NO_NUMBER },
	{ "a point without digits behind", TEXT("a = 5.;"), 1, NO_NUMBER },
	{ "a point", TEXT("a = .;"), 1, NO_NUMBER },
	{ "a sign", TEXT("a = -;"), 1, NO_NUMBER },
	{ "a number wraps inside a list", TEXT("a = (\n1,\n4294967296 );"), 3, NO_NUMBER },

	{ "forgotten comma", TEXT("a = [ \"adm\" \"in\" ];"), 1, SIDE_BY_SIDE },
	{ "forgotten comma, no blank", TEXT("a = \"adm\"\"in\";"), 1, SIDE_BY_SIDE },
	{ "forgotten comma over a line", TEXT("a = [ \"adm\"\n\t\"in\" ];"), 2, SIDE_BY_SIDE },
	{ "forgotten comma over a CRLF", TEXT("a = [ \"adm\"\r\n\"in\" ];"), 2, SIDE_BY_SIDE },
	{ "forgotten comma over comments",
	  TEXT("a = [ \"adm\" # base, or\n\t/* else */ // so\n\t\"in\" ];"), 3, SIDE_BY_SIDE },

	{ "escape \\x00", TEXT("a = \"x\\x00y\";"), 1, NO_ESCAPE },
	{ "escape \\X00", TEXT("a = \"x\\X00y\";"), 1, NO_ESCAPE },
	{ "escape \\x of one digit", TEXT("a = \"\\x4\";"), 1, NO_ESCAPE },
	{ "escape \\x of no digits", TEXT("a = \"\\xzz\";"), 1, NO_ESCAPE },
	{ "escape \\x at the string's end", TEXT("a = \"\\x\";"), 1, NO_ESCAPE },
	{ "escape \\0", TEXT("a = \"\\0\";"), 1, NO_ESCAPE },
	{ "escape \\u", TEXT("a = \"\\u0041\";"), 1, NO_ESCAPE },
	/* 1.5 keeps the backslash, 1.8 knows it as a control character. */
	{ "escape \\a", TEXT("a = \"DOMAIN\\adam\";"), 1, NO_ESCAPE },
	{ "escape \\ before a newline", TEXT("a = \"x\\\ny\";"), 1, NO_ESCAPE },

	{ "`}` closes nothing", TEXT("a = 1;\n};\n"), 2, "`}` closes nothing" },
	{ "`)` closes nothing", TEXT(")"), 1, "`)` closes nothing" },
	{ "`)` closes `{`", TEXT("a = {\nb = 1;\n)"), 3, "`)` cannot close the `{` of line 1" },
	{ "`]` closes `(`", TEXT("a = ( 1 ];"), 1, "`]` cannot close the `(` of line 1" },
	{ "`(` never closed", TEXT("a = 1;\nb = (\n{ c = 1; }\n"), 2, "this `(` is never closed" },
	{ "the inner one never closed", TEXT("a = {\nb = [\n"), 2, "this `[` is never closed" },

	{ "set twice", TEXT("a = 1;\nb = 2;\na = 3;\n"), 3, "`a` is set twice, first on line 1" },
	{ "set twice, the name alone on its line", TEXT("a = 1;\na\n\n= 2;\n"), 2,
	  "`a` is set twice, first on line 1" },
	{ "set twice, once with a colon", TEXT("a = 1;\na : 2;\n"), 2,
	  "`a` is set twice, first on line 1" },
	{ "set twice with a comment before `=`", TEXT("a = 1;\na /* x */ # y\n= 2;\n"), 2,
	  "`a` is set twice, first on line 1" },
	{ "set twice in a nested group", TEXT("x = (\n{ u = 1;\nu = 2; } );"), 3,
	  "`u` is set twice, first on line 2" },
	{ "set twice around a group", TEXT("a = 1;\ng = { a = 1; };\na = 2;"), 3,
	  "`a` is set twice, first on line 1" },

	{ "a comma last in a list", TEXT("a = (\n1,\n2,\n\n);"), 3, COMMA_LAST " \")\": remove" },
	{ "a comma last in an array", TEXT("a = [ 1,\n2, ];"), 2, COMMA_LAST " \"]\": remove" },
	{ "a comma behind a group", TEXT("a = ( { b = 1; }, );"), 1, COMMA_LAST },
	{ "a comma behind a list", TEXT("a = ( ( 1 ), );"), 1, COMMA_LAST },
	{ "a comma behind an array", TEXT("a = ( [ 1 ], );"), 1, COMMA_LAST },
	{ "a comma last in an inner list", TEXT("a = ( ( 1, ), 2 );"), 1, COMMA_LAST },
	{ "a comma last, behind a comment", TEXT("a = ( 1\n/* x */ , # y\n);"), 2, COMMA_LAST },
	{ "two commas in a list", TEXT("a = ( 1,\n, 2 );"), 2, EMPTY_ELEMENT },
	{ "two commas in an array", TEXT("a = [ \"x\",, \"y\" ];"), 1, EMPTY_ELEMENT },
	{ "two commas with a comment between", TEXT("a = ( true, /* , */ # ,\n, false );"), 2,
	  EMPTY_ELEMENT },
	{ "two commas last", TEXT("a = ( 1,\n,\n);"), 2, EMPTY_ELEMENT },
	{ "a comma first in a list", TEXT("a = (\n, 1 );"), 2, "between \"(\" " COMMA_FIRST },
	{ "a comma first in an array", TEXT("a = [ , 1 ];"), 1, "between \"[\" " COMMA_FIRST },
	{ "nothing but a comma", TEXT("a = ( , );"), 1, COMMA_FIRST },

	{ "single quotes", TEXT("a = 'x';"), 1, "use the plain ASCII quote (\")" },
	{ "a backquote", TEXT("a = `x`;"), 1, "use the plain ASCII quote (\")" },
	{ "a dollar", TEXT("a = $HOME;"), 1, STRANGE },
	{ "a backslash outside a string", TEXT("user = DOMAIN\\user;"), 1, STRANGE },
	{ "a lone slash", TEXT("a = 1 / 2;"), 1, STRANGE },
	{ "UTF-8 outside a string", TEXT("a = 1;\nn\xc3\xa4me = 2;"), 2, "the byte 0xc3" },
	{ "UTF-8 cut short", TEXT("a = \xe2\x80"), 1, "the byte 0xe2" },
	{ "Latin 1's no-break space", TEXT("a =\xa0\x31;"), 1, "the byte 0xa0" },

	{ "a byte order mark", TEXT("\ufeffa = 1;"), 1,
	  "byte order mark (BOM) at the start of the file: save the file as UTF-8 without BOM, or run: sed -i "
	  "'1s/^\\xEF\\xBB\\xBF//' FILE" },
	{ "a byte order mark before a comment", TEXT("\ufeff# x\n"), 1, "byte order mark (BOM)" },
	{ "a byte order mark, and a problem behind it", TEXT("\ufeffa = 1;\na = 2;"), 2,
	  "`a` is set twice" },
	{ "a byte order mark alone", TEXT("\ufeff"), 1, "byte order mark (BOM)" },
	{ "a second byte order mark", TEXT("a = 1;\n\ufeff"), 2,
	  "byte order mark (BOM) U+FEFF outside a string: delete it" },
	{ "UTF-16, little-endian",
	  TEXT("\xff\xfe"
	       "a\0=\0"),
	  1, "UTF-16 byte order mark (BOM) at the start of the file: save the file as UTF-8" },
	{ "UTF-16, big-endian", TEXT("\xfe\xff\0a\0="), 1, "UTF-16 byte order mark (BOM)" },

	{ "quotes as in English", TEXT("a = 1;\nb = \u201cx\u201d;"), 2,
	  "typographic quote U+201C: use the plain ASCII quote (\")" },
	{ "a closing quote first", TEXT("a = \u201dx\u201d;"), 1, "typographic quote U+201D" },
	{ "single quotes as in English", TEXT("a = \u2018x\u2019;"), 1,
	  "typographic quote U+2018" },
	{ "an apostrophe", TEXT("a = \u2019x\u2019;"), 1, "typographic quote U+2019" },
	{ "quotes as in German", TEXT("a = \u201ex\u201c;"), 1, "typographic quote U+201E" },
	{ "quotes as in French", TEXT("a = \u00abx\u00bb;"), 1, "typographic quote U+00AB" },
	{ "quotes as in Danish", TEXT("a = \u00bbx\u00ab;"), 1, "typographic quote U+00BB" },
	{ "single quotes as in French", TEXT("a = \u2039x\u203a;"), 1, "typographic quote U+2039" },
	{ "quotes as in Japanese", TEXT("a = \uff02x\uff02;"), 1, "full-width quote U+FF02" },
	{ "a quote behind a string", TEXT("a = \"x\"\u201d;"), 1, "typographic quote U+201D" },

	{ "a no-break space", TEXT("a = 1;\nb =\u00a0\x32;"), 2,
	  "no-break space U+00A0 outside a string: replace it with a plain space" },
	{ "a no-break space, and a problem behind it", TEXT("a\u00a0= 4294967297;"), 1, NO_NUMBER },
	{ "a narrow no-break space", TEXT("a =\u202f\x31;"), 1, "no-break space U+202F" },
	{ "a full-width space", TEXT("a =\u3000\x31;"), 1, "typographic space U+3000" },
	{ "a line separator", TEXT("a = 1;\u2028b = 2;"), 1, "line separator U+2028" },
	{ "a zero-width space", TEXT("a\n\u200b = 1;"), 2,
	  "zero-width space U+200B outside a string: delete it" },
	{ "a zero-width joiner", TEXT("a\u200d = 1;"), 1, "zero-width joiner U+200D" },
	{ "a word joiner", TEXT("a\u2060 = 1;"), 1, "zero-width character U+2060" },
	{ "a soft hyphen", TEXT("as\u00adsign = 1;"), 1, "soft hyphen U+00AD" },
	{ "a right-to-left override", TEXT("a = 1; \u202e"), 1, "direction mark U+202E" },

	{ "CR alone", TEXT("a = 1;\rb = 2;\r"), 1, LONE_CR },
	{ "CR alone ends a comment", TEXT("a = 1;\n# x\rb = 2;\n"), 2, LONE_CR },
	{ "CR alone behind CR LF", TEXT("a = 1;\r\n// x\r\r b = 2;"), 2, LONE_CR },

	{ "an escape sequence", TEXT("\x1b[2J"), 1, "the byte 0x1b" },
	{ "a vertical tab", TEXT("a\v= 1;"), 1, "the byte 0x0b" },
	{ "DEL", TEXT("\x7f"), 1, "the byte 0x7f" },
};

static void test_refuses(void **state)
{
	size_t n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct report report;

		if (look(refused[i].text, refused[i].n, &report) ||
		    !has(&report, refused[i].line, refused[i].part)) {
			print(refused[i].name, &report);
			n_bad++;
		}
		report_free(&report);
	}
	assert_int_equal(n_bad, 0);
}

/* ---- Let through ---- */

static const struct {
	const char *name, *text;
	size_t n;
} sound[] = {
	{ "nothing", TEXT("") },
	{ "a newline", TEXT("\n") },
	{ "no newline at the end", TEXT("a = 1;") },
	{ "a comment at the end without a newline", TEXT("a = 1; # end") },
	{ "CRLF", TEXT("a = \"x\";\r\n# c\r\nb = [ \"y\",\r\n\"z\" ];\r\n") },
	{ "a form feed", TEXT("a = 1;\f\nb = 2;\n") },
	{ "quotes in comments", TEXT("# \"\n// it's \" here\n/* \" ' */ a = 1;\n") },
	{ "@include in comments", TEXT("# @include \"x\"\n/*\n@include \"/etc\"\n*/\na = 1;\n") },
	{ "@ in a string", TEXT("a = \"root@host\";\nb = \"@include\";\n") },
	{ "brackets in strings and comments", TEXT("a = \"({[\"; # )}]\n/* ( */ b = \")\";\n") },
	{ "a URL in a string", TEXT("a = \"https://example.org/#x\";\nb = 1;\n") },
	{ "// in a string", TEXT("a = \"// no comment\"; b = 1;\n") },
	{ "/* in a string", TEXT("a = \"/* no comment\";\nb = \"*/\";\n") },
	{ "# in a string", TEXT("colour = \"#22aa77\";\n") },
	{ "comments within comments", TEXT("/* /* // # */ a = 1; // /* \nb = 2; # */\n") },
	{ "short comments", TEXT("/**//***//* **/ a = 1;\n#\n//\n") },
	{ "DOMAIN\\\\user", TEXT("user = \"DOMAIN\\\\user\";\n") },
	{ "known escapes", TEXT("a = \"\\n\\r\\t\\f\\\\ \\\" \\x41 \\X7e \\xC3\\xa4\";\n") },
	{ "an escaped quote, then the end", TEXT("a = \"x\\\\\";\nb = \"y\";\n") },
	{ "UTF-8 in strings and comments", TEXT("# gr\xc3\xbc\xc3\x9f\n"
						"a = \"\xe2\x82\xac\";\n") },
	{ "strings side by side, with commas", TEXT("a = [ \"x\", \"y\" ,\n\"z\" ];\n") },
	{ "strings of two settings", TEXT("a = \"x\";\nb = \"y\"; c : \"z\"\n") },
	{ "the largest numbers", TEXT("a = 2147483647; b = -2147483648; c = 0x7fffffff;\n") },
	{ "other numbers", TEXT("a = 0; b = -1; c = +1; d = 0X1F; e = 1.5; f = 2e3; g = -0.5;\n") },
	{ "truth", TEXT("a = true; b = FALSE;\n") },
	{ "one name in several groups", TEXT("x = ( { u = 1; }, { u = 2; } );\nu = 3;\n") },
	{ "names that differ in case, or at their end", TEXT("a = 1; A = 2; ab = 3; a-b = 4;\n") },
	{ "no semicolons", TEXT("a = 1\nb = { c = 1\nd = 2 }\n") },
	{ "commas that end settings", TEXT("a = 1, b = ( { c = 1, d = 2, }, { e = 3, } ),\n") },
	{ "empty lists, arrays and groups",
	  TEXT("a = ( ); b = [ ]; c = { }; d = ( ( ), [ ], { } );\n") },
	{ "commas in strings and comments", TEXT("a = ( 1 /* , */, # ,\n\",\" // ,\n);\n") },
	{ "a byte order mark in a string", TEXT("a = \"\ufeff\";\n") },
	{ "typographic characters in strings and comments",
	  TEXT("# \u201cx\u201d\u00a0\u200b\n/* \u00ab */ a = \"\u2019\u00a0\u200b\";\n") },
	{ "CR LF at the end of every line, and CR CR LF",
	  TEXT("# c\r\na = (\r\n\t1,\r\n\t2\r\n);\r\r\n// d\r\r\nb = 1;\r\n") },
	{ "CR at the very end", TEXT("a = 1;\r\n# x\r") },
};

static void test_lets_through(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sound) / sizeof(sound[0]); i++) {
		struct report report;
		bool good = look(sound[i].text, sound[i].n, &report);

		if (!good)
			print(sound[i].name, &report);
		report_free(&report);
		assert_true(good);
	}
}

/* ---- The same result with every version of libconfig ---- */

/*
 * libconfig 1.5 (Debian 12) and 1.7 (Debian 13) read some texts differently; the guard must refuse those. `tree` is the
 * expected result, NULL a syntax error. CI runs this test on both releases.
 */
static const struct {
	const char *name, *text, *tree;
} alike[] = {
	{ "an empty list", "a = ( );", "a=( )" },
	{ "an empty array", "a = [ ];", "a=[ ]" },
	{ "an empty group", "a = { };", "a={ }" },
	{ "a comma last", "a = ( 1, );", NULL },
	{ "two commas", "a = [ 1,, 2 ];", NULL },
	{ "a comma first", "a = ( , 1 );", NULL },
	{ "no comma", "a = ( 1 2 );", NULL },
	{ "a setting ended by a comma", "a = 1, b = 2,", "a=1 b=2" },
	{ "a setting ended by nothing", "a = 1 b = 2", "a=1 b=2" },
	{ "two semicolons", "a = 1;;", NULL },
	{ "a comma and a semicolon", "a = 1,;", NULL },
	{ "a semicolon first in a group", "a = { ; b = 1; };", NULL },
	{ "a comma first in a group", "a = { , b = 1; };", NULL },
	{ "a semicolon in a list", "a = ( 1; 2 );", NULL },
	{ "a semicolon last in a list", "a = ( 1; );", NULL },
	{ "a list in an array", "a = [ ( 1 ) ];", NULL },
	{ "types that differ in an array", "a = [ 1, \"x\" ];", NULL },
	{ "a whole number and a fraction in an array", "a = [ 1, 1.5 ];", NULL },
	{ "a name for a value", "a = b;", NULL },
	{ "no value", "a = ;", NULL },
	{ "no name", "= 1;", NULL },
	{ "a comment that ends with the file", "a = 1; # x", "a=1" },
	{ "a comment of one character at the end", "a = 1; #", "a=1" },
	{ "decimal and hexadecimal", "a = 12; b = -12; c = +12; d = 0x1F; e = 0;",
	  "a=12 b=-12 c=12 d=31 e=0" },
	{ "the bounds of 32 bits", "a = 2147483647; b = -2147483648;",
	  "a=2147483647 b=-2147483648" },
	{ "beyond 32 bits", "a = 2147483648;", NULL },
	{ "hexadecimal beyond 31 bits", "a = 0x80000000;", NULL },
	{ "a leading 0", "a = 010;", NULL },
	{ "binary", "a = 0b1;", NULL },
	{ "octal", "a = 0o7;", NULL },
	{ "a number glued to a name", "a = 99999999999e = 5;", NULL },
	{ "known escapes", "a = \"\\\"\\\\\\x41\";", "a=\"\\A" },
	{ "an escape that only libconfig 1.8 knows", "a = \"\\v\";", NULL },
	{ "strings side by side", "a = \"x\" \"y\";", NULL },
	{ "a truth in capitals", "a = TRUE; b = False;", "a=true b=false" },
	{ "names with marks", "*a = 1; a-b = 2; a_b = 3; a* = 4;", "*a=1 a-b=2 a_b=3 a*=4" },
	{ "a name that begins with an underscore", "_a = 1;", NULL },
	{ "a name with a point", "a.b = 1;", NULL },
	{ "CR LF", "a = (\r\n1,\r\n2 );\r\n", "a=( 1 2 )" },
	{ "a form feed", "a = 1;\fb = 2;", "a=1 b=2" },
	{ "a vertical tab", "a = 1;\vb = 2;", NULL },
};

static void print_setting(const config_setting_t *setting, FILE *to)
{
	static const char brackets[][2] = {
		[CONFIG_TYPE_GROUP] = "{}", [CONFIG_TYPE_ARRAY] = "[]", [CONFIG_TYPE_LIST] = "()"
	};
	const char *name = config_setting_name(setting);
	int type = config_setting_type(setting);

	if (name)
		fprintf(to, "%s=", name);
	if (config_setting_is_aggregate(setting)) {
		fprintf(to, "%c ", brackets[type][0]);
		for (int i = 0; i < config_setting_length(setting); i++)
			print_setting(config_setting_get_elem(setting, (unsigned int)i), to);
		fprintf(to, "%c ", brackets[type][1]);
	} else if (type == CONFIG_TYPE_INT) {
		fprintf(to, "%d ", config_setting_get_int(setting));
	} else if (type == CONFIG_TYPE_BOOL) {
		fprintf(to, "%s ", config_setting_get_bool(setting) ? "true" : "false");
	} else if (type == CONFIG_TYPE_STRING) {
		fprintf(to, "%s ", config_setting_get_string(setting));
	} else {
		fprintf(to, "type %d ", type);
	}
}

/* The settings that libconfig reads. NULL: the guard or libconfig refuses the text. Owner: free(). */
static char *read_tree(const char *text)
{
	struct sources sources = { 0 };
	struct report report = { 0 };
	char *tree = NULL;
	config_t config;
	uint32_t file;
	size_t n;
	FILE *to;

	assert_int_equal(source_add_text(&sources, "x.conf", text, strlen(text), &file), 0);
	config_init(&config);
	if (guard_check(&sources.list[file], file, &report, 0, NULL) &&
	    config_read_string(&config, sources.list[file].text) == CONFIG_TRUE) {
		const config_setting_t *root = config_root_setting(&config);

		to = open_memstream(&tree, &n);
		assert_non_null(to);
		for (int i = 0; i < config_setting_length(root); i++)
			print_setting(config_setting_get_elem(root, (unsigned int)i), to);
		assert_int_equal(fclose(to), 0);
		tree[n > 0 ? n - 1 : 0] = '\0';
	}
	config_destroy(&config);
	report_free(&report);
	sources_free(&sources);
	return tree;
}

static void test_releases_agree(void **state)
{
	size_t n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
		char *tree = read_tree(alike[i].text);

		if (!tree != !alike[i].tree || (tree && strcmp(tree, alike[i].tree) != 0)) {
			print_message("%s: %s\n", alike[i].name, tree ? tree : "(an error)");
			n_bad++;
		}
		free(tree);
	}
	assert_int_equal(n_bad, 0);
}

/* ---- Limits: at each, and one beyond it ---- */

/* The text: head, then `unit` a number of times (%u in it counts), then tail. */
static const struct {
	const char *name, *head, *unit, *tail;
	unsigned int at_most;
	unsigned int line;
	const char *part;
} limits[] = {
	{ "string", "\na = \"", "x", "\";\n", GUARD_WORD_MAX - 2, 2, "a string of 4097 bytes" },
	{ "word", "\n\n", "w", " = 1;\n", GUARD_WORD_MAX, 3, "a word of 4097 bytes" },
	{ "blanks", "a =", " ", "1;\n", GUARD_WORD_MAX, 1, "a run of blanks of 4097 bytes" },
	{ "tabs", "a = 1;\n", "\t", "", GUARD_WORD_MAX, 2, "a run of blanks of 4097 bytes" },
	{ "line comment", "a = 1; #", "x", "\nb = 1;\n", GUARD_WORD_MAX - 1, 1,
	  "a comment line of 4097 bytes" },
	{ "line comment with slashes", "//", " ", "", GUARD_WORD_MAX - 2, 1,
	  "a comment line of 4097 bytes" },
	{ "digits of a fraction", "a = 0.", "1", ";\n", 21, 1, NO_NUMBER },
	{ "escapes", "a = \"", "\\\\", "\";\n", GUARD_ESCAPES_MAX, 1, "a string with 65 escapes" },
	{ "depth", "a = ", "(", "", GUARD_DEPTH_MAX - 1, 1, "brackets nested more than 15 deep" },
	{ "settings of the file", "", "s%u = 1;\n", "", GUARD_SETTINGS_MAX, 65,
	  "more than 64 settings in one group" },
	{ "settings of a group", "a = (\n{ ", "s%u = 1; ", "} );", GUARD_SETTINGS_MAX, 2,
	  "more than 64 settings in one group" },
};

static char *make_text(size_t i, unsigned int n_units, size_t *ret_n)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, ret_n);

	assert_non_null(to);
	fputs(limits[i].head, to);
	for (unsigned int k = 0; k < n_units; k++) {
		const char *number = strstr(limits[i].unit, "%u");

		if (number)
			fprintf(to, "%.*s%u%s", (int)(number - limits[i].unit), limits[i].unit, k,
				number + 2);
		else
			fputs(limits[i].unit, to);
	}
	fputs(limits[i].tail, to);
	assert_int_equal(fclose(to), 0);
	return text;
}

static void test_limits(void **state)
{
	size_t n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct report at, beyond;
		size_t n;
		char *text = make_text(i, limits[i].at_most, &n);

		look(text, n, &at);
		free(text);
		text = make_text(i, limits[i].at_most + 1, &n);
		look(text, n, &beyond);
		free(text);
		if (has(&at, limits[i].line, limits[i].part) ||
		    !has(&beyond, limits[i].line, limits[i].part)) {
			print(limits[i].name, &at);
			print(limits[i].name, &beyond);
			n_bad++;
		}
		report_free(&at);
		report_free(&beyond);
	}
	assert_int_equal(n_bad, 0);
}

/* ---- All of them ---- */

static void test_reports_all(void **state)
{
	static const struct {
		unsigned int line;
		const char *part;
	} wanted[] = {
		{ 1, NO_NUMBER },
		{ 2, SIDE_BY_SIDE },
		{ 3, "`a` is set twice, first on line 1" },
		{ 4, NO_ESCAPE },
		{ 5, "`a` is set twice, first on line 1" },
		{ 5, NO_NUMBER },
		{ 6, ENDLESS_COMMENT },
	};
	struct report report;

	(void)state;
	look(TEXT("a = 4294967297;\n"
		  "b = [ \"x\" \"y\" ];\n"
		  "a = 1;\n"
		  "c = \"DOMAIN\\user\";\n"
		  "a = 0xffffffff;\n"
		  "/* the end"),
	     &report);
	assert_int_equal(report.n_errors, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_true(has(&report, wanted[i].line, wanted[i].part));
	report_free(&report);
}

/* However many there are, what is kept has an end, and what is counted has not. */
static void test_keeps_so_many(void **state)
{
	const size_t n = (size_t)REPORT_MAX + 1000;
	char *text = malloc(3 * n + 1);
	struct report report;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + 3 * i, "9L\n", 3);
	look(text, 3 * n, &report);
	free(text);
	assert_int_equal(report.n_errors, n);
	assert_int_equal(report.n, REPORT_MAX);
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refuses),	      cmocka_unit_test(test_lets_through),
		cmocka_unit_test(test_limits),	      cmocka_unit_test(test_reports_all),
		cmocka_unit_test(test_keeps_so_many), cmocka_unit_test(test_releases_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
