/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A text in pieces is the text: whatever libconfig makes of the whole, it makes of frame and pieces, on the same lines;
 * and what it refuses as a whole, it refuses in pieces. What is read without libconfig is what libconfig reads.
 * ROLEGATE_TEST_TEXTS=N for more random texts.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "keys.h"
#include "pieces.h"
#include "plain.h"

#define TEXT_MAX 8192
#define N(list) (sizeof(list) / sizeof((list)[0]))

/* ---- Two trees ---- */

/* What of a text's lines and elements libconfig has not seen. */
struct skipped {
	uint32_t lines, elements;
};

static bool is_same(const config_setting_t *a, const config_setting_t *b, struct skipped skipped);

static bool is_same_scalar(const config_setting_t *a, const config_setting_t *b)
{
	switch (config_setting_type(a)) {
	case CONFIG_TYPE_INT:
		return config_setting_get_int(a) == config_setting_get_int(b);
	case CONFIG_TYPE_INT64:
		return config_setting_get_int64(a) == config_setting_get_int64(b);
	case CONFIG_TYPE_FLOAT:
		return config_setting_get_float(a) == config_setting_get_float(b);
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(a) == config_setting_get_bool(b);
	default:
		return !strcmp(config_setting_get_string(a), config_setting_get_string(b));
	}
}

static bool is_same_list(const config_setting_t *a, const config_setting_t *b,
			 struct skipped skipped)
{
	int n = config_setting_length(a);

	if (n != config_setting_length(b))
		return false;
	for (int i = 0; i < n; i++)
		if (!is_same(config_setting_get_elem(a, (unsigned int)i),
			     config_setting_get_elem(b, (unsigned int)i), skipped))
			return false;
	return true;
}

/* b comes from a text of which so many lines were left out before it. */
static bool is_same(const config_setting_t *a, const config_setting_t *b, struct skipped skipped)
{
	const char *name = config_setting_name(a), *other = config_setting_name(b);

	if (config_setting_type(a) != config_setting_type(b) || !name != !other ||
	    (name && strcmp(name, other) != 0) ||
	    config_setting_source_line(a) != config_setting_source_line(b) + skipped.lines)
		return false;
	return config_setting_is_aggregate(a) ? is_same_list(a, b, skipped) : is_same_scalar(a, b);
}

/* ---- A text both ways ---- */

static bool parse(const char *text, config_t *ret)
{
	config_init(ret);
	return config_read_string(ret, text) == CONFIG_TRUE;
}

static void check(bool holds, const char *what, const char *text)
{
	if (!holds)
		fail_msg("%s:\n%s", what, text);
}

/* Elements that were read without libconfig, in this program. */
static size_t n_plain;

/* A plain element is what libconfig makes of it: two settings, on that line. */
static bool is_same_plain(const struct plain *plain, const config_setting_t *element)
{
	const config_setting_t *name, *roles;

	if (!element || !config_setting_is_group(element) || config_setting_length(element) != 2 ||
	    config_setting_source_line(element) != plain->line)
		return false;
	name = config_setting_get_elem(element, 0);
	roles = config_setting_get_elem(element, 1);
	if (strcmp(config_setting_name(name), plain->is_group ? "group" : "user") != 0 ||
	    strcmp(config_setting_get_string(name), plain->name) != 0 ||
	    strcmp(config_setting_name(roles), "roles") != 0 || !config_setting_is_array(roles) ||
	    config_setting_length(roles) != (int)plain->n_roles)
		return false;
	for (uint32_t i = 0; i < plain->n_roles; i++)
		if (strcmp(config_setting_get_string_elem(roles, (int)i), plain->roles[i]) != 0)
			return false;
	return true;
}

/* Plain elements that are compared with those of the whole list, from the n-th on. */
struct comparison {
	const config_setting_t *whole;
	const char *text;
	uint32_t n;
};

static void compare_plain(void *context, const struct plain *element)
{
	struct comparison *c = context;

	check(is_same_plain(element, config_setting_get_elem(c->whole, c->n)),
	      "a plain element differs", c->text);
	c->n++;
	n_plain++;
}

/* Take what is plain off a piece. Returns how many elements. */
static uint32_t check_plain(struct piece *piece, const char *text, const config_setting_t *whole)
{
	struct comparison c = { .whole = whole, .text = text, .n = piece->n_before };
	uint32_t n_before = piece->n_before;

	assert_int_equal(plain_take(piece, text, compare_plain, &c), 0);
	assert_int_equal(piece->n_before, c.n);
	return c.n - n_before;
}

/* One piece against the elements that it is of the whole list. Returns how many. */
static uint32_t check_piece(const struct piece *piece, const char *text,
			    const config_setting_t *whole)
{
	char *alone = pieces_text(piece, text);
	const config_setting_t *list;
	config_t config;
	int n;

	assert_non_null(alone);
	check(parse(alone, &config), "a piece is refused, and the whole is not", text);
	list = config_lookup(&config, PIECES_SETTING);
	assert_non_null(list);
	n = config_setting_length(list);
	for (int i = 0; i < n; i++) {
		const config_setting_t *own = config_setting_get_elem(list, (unsigned int)i);
		const config_setting_t *other =
			config_setting_get_elem(whole, piece->n_before + (unsigned int)i);

		check(other && is_same(other, own, (struct skipped){ .lines = piece->line - 1 }),
		      "an element differs", text);
	}
	config_destroy(&config);
	free(alone);
	return (uint32_t)n;
}

/* Settings of the top level; the list is left to the pieces. */
static void check_frame(const struct pieces *pieces, const char *text, size_t n,
			const config_t *whole)
{
	const config_setting_t *root = config_root_setting(whole), *own, *other;
	char *frame = pieces_frame(pieces, text, n);
	config_t config;

	assert_non_null(frame);
	check(parse(frame, &config), "the frame is refused, and the whole is not", text);
	own = config_root_setting(&config);
	check(config_setting_length(root) == config_setting_length(own), "settings are missing",
	      text);
	for (int i = 0; i < config_setting_length(root); i++) {
		const config_setting_t *a = config_setting_get_elem(root, (unsigned int)i);

		other = config_setting_get_elem(own, (unsigned int)i);
		if (!strcmp(config_setting_name(a), PIECES_SETTING))
			check(config_setting_is_list(other) && config_setting_length(other) == 0 &&
				      config_setting_source_line(a) ==
					      config_setting_source_line(other),
			      "the list is not empty", text);
		else
			check(is_same(a, other, (struct skipped){ 0 }), "a setting differs", text);
	}
	config_destroy(&config);
	free(frame);
}

static void check_pieces(const struct pieces *pieces, const char *text, size_t n,
			 const config_t *whole)
{
	const config_setting_t *list = config_lookup(whole, PIECES_SETTING);
	uint32_t n_elements = 0;

	check(list != NULL, "pieces of nothing", text);
	check_frame(pieces, text, n, whole);
	for (size_t i = 0; i < pieces->n; i++) {
		struct piece rest = pieces->list[i];
		uint32_t n_own = check_piece(&pieces->list[i], text, list), n_taken;

		check(pieces->list[i].n_before == n_elements, "elements are counted wrong", text);
		n_taken = check_plain(&rest, text, list);
		if (rest.begin < rest.end)
			n_taken += check_piece(&rest, text, list);
		check(n_taken == n_own, "elements are lost behind plain ones", text);
		n_elements += n_own;
	}
	check(n_elements == (uint32_t)config_setting_length(list), "elements are missing", text);
}

static void ignore(void *context, const struct plain *element)
{
	(void)context;
	(void)element;
}

/* libconfig refuses the frame, or what plain elements leave of one of the pieces. */
static bool is_refused(const struct pieces *pieces, const char *text, size_t n)
{
	bool refused = false;
	config_t config;

	for (size_t i = 0; i <= pieces->n && !refused; i++) {
		struct piece rest = { 0 };
		char *part;

		if (i < pieces->n) {
			rest = pieces->list[i];
			assert_int_equal(plain_take(&rest, text, ignore, NULL), 0);
			if (rest.begin == rest.end)
				continue;
		}
		part = i < pieces->n ? pieces_text(&rest, text) : pieces_frame(pieces, text, n);
		assert_non_null(part);
		refused = !parse(part, &config);
		config_destroy(&config);
		free(part);
	}
	return refused;
}

/* Cut a text wherever a piece has so many bytes, and look at both. Returns the number of pieces. */
static size_t look(const char *text, size_t piece_size)
{
	struct sources sources = { 0 };
	struct report report = { 0 };
	struct pieces pieces;
	size_t n_pieces;
	config_t whole;
	uint32_t file;

	assert_int_equal(
		source_add_text(&sources, "/etc/rolegate/x.conf", text, strlen(text), &file), 0);
	if (guard_check(&sources.list[file], file, &report, piece_size, &pieces) && pieces.n > 0) {
		const struct source *source = &sources.list[file];

		if (parse(source->text, &whole))
			check_pieces(&pieces, source->text, source->n, &whole);
		else
			check(is_refused(&pieces, source->text, source->n),
			      "the whole is refused, and its pieces are not", text);
		config_destroy(&whole);
	}
	n_pieces = report.n_errors > 0 ? 0 : pieces.n;
	pieces_free(&pieces);
	report_free(&report);
	sources_free(&sources);
	return n_pieces;
}

/* ---- By hand ---- */

static const struct {
	const char *name, *text;
	size_t n_pieces; /* with pieces as small as can be */
} cases[] = {
	{ "one element is no list to cut", "assign = ( { a = 1; } );", 0 },
	{ "each element", "assign = ( { a = 1; }, { a = 2; },\n{ a = 3; } );", 3 },
	{ "none", "assign = ( );", 0 },
	{ "a colon, and no semicolon", "assign : ( { a = 1 }, { a = 2 } )", 2 },
	{ "settings around it",
	  "x = 1;\nassign = ( { a = 1; },\n\n{ a = 2; } );\ny = ( { b = 1; } );", 2 },
	{ "comments in between",
	  "assign = ( # one (\n{ a = 1; } /* , {\n */ , // }\n{ a = 2; } # )\n);", 2 },
	{ "brackets and commas in strings", "assign = ( { a = \"}, {\"; }, { a = \"),(\"; } );",
	  2 },
	{ "lists in an element",
	  "assign = ( { a = ( { b = 1; }, { b = 2; } ); }, { a = [ 1, 2 ]; } );", 2 },
	{ "another list of that name", "x = { assign = ( { a = 1; }, { a = 2; } ); };", 0 },
	{ "another list", "roles = ( { a = 1; }, { a = 2; } );", 0 },
	{ "an array", "assign = [ 1, 2 ];", 0 },
	{ "a group", "assign = { a = ( { b = 1; }, { b = 2; } ); };", 0 },
	{ "elements that are no groups stay with their neighbours",
	  "assign = ( 1, { a = 1; }, 2, { a = 2; }, { a = 3; }, \"x\", { a = 4; } );", 2 },
	{ "a missing comma", "assign = ( { a = 1; } { a = 2; }, { a = 3; } );", 2 },
	/* libconfig 1.7 would read these. */
	{ "two commas", "assign = ( { a = 1; }, , { a = 2; }, { a = 3; } );", 0 },
	{ "two commas in an element", "assign = ( { a = [ 1,, 2 ]; }, { a = 2; } );", 0 },
	{ "a comma first", "assign = ( , { a = 1; }, { a = 2; } );", 0 },
	{ "a comma last", "assign = ( { a = 1; }, { a = 2; }, );", 0 },
	{ "a comma last in an element", "assign = ( { a = [ 1, ]; }, { a = 2; } );", 0 },
	{ "a byte order mark", "\ufeffassign = ( { a = 1; }, { a = 2; } );", 0 },
	{ "a no-break space", "assign = ( { a = 1; },\u00a0{ a = 2; } );", 0 },
	{ "CR LF", "assign = (\r\n{ a = 1; },\r\n{ a = 2; }\r\n);\r\n", 2 },
	{ "two lists side by side", "assign = ( { a = 1; }, { a = 2; } ) ( { a = 3; } );", 2 },
	{ "a word in between", "assign = x ( { a = 1; }, { a = 2; } );", 0 },
};

static void by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		size_t n = look(cases[i].text, 1);

		if (n != cases[i].n_pieces)
			fail_msg("%s: %zu pieces and not %zu", cases[i].name, n, cases[i].n_pieces);
	}
}

static const struct {
	const char *name, *element;
	bool is_plain;
} elements[] = {
	{ "as nearly all are", "{ user = \"ada\"; roles = [ \"a\" ]; }", true },
	{ "without a blank", "{user=\"ada\";roles=[\"a\",\"b\"];}", true },
	{ "a group", "{ group = \"staff\"; roles = [ \"a\" ]; }", true },
	{ "a domain's user with a blank", "{ user = \"jane doe@x\"; roles = [ \"a\" ]; }", true },
	{ "another setting", "{ user = \"ada\"; roles = [ \"a\" ]; why = \"x\"; }", false },
	{ "another order", "{ roles = [ \"a\" ]; user = \"ada\"; }", false },
	{ "another name", "{ users = \"ada\"; roles = [ \"a\" ]; }", false },
	{ "a colon", "{ user : \"ada\"; roles = [ \"a\" ]; }", false },
	{ "no semicolon", "{ user = \"ada\"; roles = [ \"a\" ] }", false },
	{ "a list of roles", "{ user = \"ada\"; roles = ( \"a\" ); }", false },
	{ "no roles", "{ user = \"ada\"; roles = [ ]; }", false },
	{ "an escape", "{ user = \"EX\\\\eve\"; roles = [ \"a\" ]; }", false },
	{ "two lines", "{ user = \"ada\";\nroles = [ \"a\" ]; }", false },
	{ "a comment", "{ user = \"ada\"; /* x */ roles = [ \"a\" ]; }", false },
	{ "a name that none can be", "{ user = \"a:b\"; roles = [ \"a\" ]; }", false },
	{ "a role that none can be", "{ user = \"ada\"; roles = [ \"a b\" ]; }", false },
	{ "an empty name", "{ user = \"\"; roles = [ \"a\" ]; }", false },
	{ "a control character", "{ user = \"a\x7f\"; roles = [ \"a\" ]; }", false },
	{ "no UTF-8", "{ user = \"a\xff\"; roles = [ \"a\" ]; }", false },
	{ "a number", "{ user = 1; roles = [ \"a\" ]; }", false },
	{ "more roles than it has room for",
	  "{ user = \"ada\"; roles = [ \"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\","
	  "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\" ]; }",
	  false },
	{ "a comma, and nothing", "{ user = \"ada\"; roles = [ \"a\" ]; },", false },
	{ "two commas", "{ user = \"ada\"; roles = [ \"a\" ]; },, { }", false },
	{ "a comma last in the roles", "{ user = \"ada\"; roles = [ \"a\", ]; }", false },
	{ "two commas in the roles", "{ user = \"ada\"; roles = [ \"a\",, \"b\" ]; }", false },
	{ "a no-break space", "{\u00a0user = \"ada\"; roles = [ \"a\" ]; }", false },
	{ "a comma, and no group", "{ user = \"ada\"; roles = [ \"a\" ]; }, 1", false },
	{ "no comma, and a group", "{ user = \"ada\"; roles = [ \"a\" ]; } { }", false },
	{ "a comment behind", "{ user = \"ada\"; roles = [ \"a\" ]; } # x\n", false },
	{ "a comma, and another", "{ user = \"ada\"; roles = [ \"a\" ]; }\n,\n{ }", true },
};

static void takes_plain(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(elements); i++) {
		char *copy = strdup(elements[i].element);
		struct plain_text text = { .at = copy, .end = strchr(copy, '\0'), .line = 1 };
		struct plain element;

		if (plain_next(&text, &element) != elements[i].is_plain)
			fail_msg("%s", elements[i].name);
		assert_true(elements[i].is_plain || text.at == copy);
		free(copy);
	}
}

/* ---- At random ---- */

static uint64_t next(uint64_t *random, uint64_t n)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % n;
}

static const char *pick(uint64_t *random, const char *const *words, size_t n)
{
	return words[next(random, n)];
}

struct text {
	char bytes[TEXT_MAX];
	size_t n;
};

static void put(struct text *text, const char *word)
{
	size_t n = strlen(word);

	if (text->n + n + 1 > sizeof(text->bytes))
		return;
	memcpy(text->bytes + text->n, word, n + 1);
	text->n += n;
}

static void put_gap(struct text *text, uint64_t *random)
{
	static const char *const gaps[] = { "",	       " ",	  " ",	  " ",
					    "\n",      "\t",	  "\n\n", " # a, (b {\n",
					    "/* } */", "/* a\n*/" };

	put(text, pick(random, gaps, N(gaps)));
}

static void put_value(struct text *text, uint64_t *random, unsigned int depth)
{
	static const char *const scalars[] = { "1", "\"a\"", "true", "\"},{ \\\" (\"", "1.5" };
	unsigned int kind = (unsigned int)next(random, depth < 3 ? 5 : 2);

	if (kind < 2) {
		put(text, pick(random, scalars, N(scalars)));
		return;
	}
	put(text, kind == 2 ? "[" : kind == 3 ? "(" : "{");
	for (uint64_t i = 0, n = next(random, 4); i < n; i++) {
		char name[16];

		put_gap(text, random);
		snprintf(name, sizeof(name), "n%u = ", (unsigned int)i);
		if (i > 0 && kind < 4)
			put(text, ",");
		if (kind == 4)
			put(text, name);
		if (kind == 2)
			put(text, "\"e\"");
		else
			put_value(text, random, depth + 1);
		if (kind == 4)
			put(text, ";");
	}
	put_gap(text, random);
	put(text, kind == 2 ? "]" : kind == 3 ? ")" : "}");
}

/* One that is read without libconfig, or nearly is. */
static void put_plain(struct text *text, uint64_t *random)
{
	static const char *const blanks[] = { "", " ", " ", "\t", "  " };
	static const char *const words[] = { "\"a\"", "\"b-c\"", "\"x\"",  "\"\u00e4\"", "\"a.b\"",
					     "\"d\"", "\"e\"",	 "\"a,\"", "\"\"" };
	const char *const parts[] = {
		"{", next(random, 6) ? "user" : "group", "=", "\"ada\"", ";", "roles", "=",
		"[", pick(random, words, N(words))
	};

	for (size_t i = 0; i < N(parts); i++) {
		put(text, parts[i]);
		put(text, pick(random, blanks, N(blanks)));
	}
	for (size_t i = next(random, 4); i > 0; i--) {
		put(text, ",");
		put(text, pick(random, words, N(words)));
	}
	put(text, "]");
	put(text, next(random, 12) ? ";" : "");
	put(text, pick(random, blanks, N(blanks)));
	put(text, "}");
}

static void put_element(struct text *text, uint64_t *random)
{
	put_gap(text, random);
	if (next(random, 2)) {
		put_plain(text, random);
		return;
	}
	if (next(random, 12) == 0) {
		put_value(text, random, 1);
		return;
	}
	put(text, "{ user = \"u\";");
	put_gap(text, random);
	put(text, "roles = ");
	put_value(text, random, 1);
	put(text, ";");
	put_gap(text, random);
	put(text, "}");
}

static void make(struct text *text, uint64_t *random)
{
	text->n = 0;
	put(text, "before = 1;");
	put_gap(text, random);
	put(text, "assign");
	put_gap(text, random);
	put(text, next(random, 4) ? "=" : ":");
	put_gap(text, random);
	put(text, "(");
	for (uint64_t i = 0, n = next(random, 12); i < n; i++) {
		put_gap(text, random);
		if (i > 0)
			put(text, ",");
		put_element(text, random);
	}
	put_gap(text, random);
	put(text, ");");
	put_gap(text, random);
	put(text, "after = ( { a = 1; } );\n");
}

/* Put another byte in the place of one, or take it out. */
static void spoil(struct text *text, uint64_t *random)
{
	static const char bytes[] = "(){}[]=:,;\"#/*\n a1";
	size_t at = next(random, text->n);

	if (next(random, 2))
		text->bytes[at] = bytes[next(random, sizeof(bytes) - 1)];
	else
		memmove(text->bytes + at, text->bytes + at + 1, text->n-- - at);
}

static void at_random(void **state)
{
	uint64_t random = UINT64_C(0x9e3779b97f4a7c15);
	const char *wanted = getenv("ROLEGATE_TEST_TEXTS");
	size_t n_cut = 0, rounds = SUPPORT_HAS_ASAN ? 4000 : 20000;
	static struct text text;

	(void)state;
	if (wanted)
		rounds = strtoul(wanted, NULL, 10);
	for (size_t i = 0; i < rounds; i++) {
		make(&text, &random);
		for (size_t k = next(&random, 3); k > 0; k--)
			spoil(&text, &random);
		n_cut += look(text.bytes, 1 + next(&random, 60)) > 0;
	}
	print_message("%zu of %zu texts were cut; %zu elements were plain\n", n_cut, rounds,
		      n_plain);
	assert_true(n_cut > rounds / 4 && n_plain > rounds / 4);
}

/* ---- Through the loader ---- */

/* A policy of n assignments, each on a line of its own from the third on, the i-th with another key; ends open. Owner: free(). */
static char *make_list(unsigned int n, unsigned int i, const char *key)
{
	char *text = malloc((size_t)n * 48 + 256);
	size_t at;

	assert_non_null(text);
	at = (size_t)sprintf(text, "catalogs = [ \"workspace\" ];\nassign = (\n");
	for (unsigned int k = 0; k < n; k++)
		at += (size_t)sprintf(text + at, "{ user = \"u%u\"; %s = [ \"user\" ]; },\n", k,
				      k == i ? key : "roles");
	return text;
}

/* Compile it with that end: one error, on that line, with these words in it. */
static void expect(char *text, const char *end, unsigned int line, const char *words)
{
	struct compiled compiled;

	strcat(text, end);
	assert_int_equal(support_compile_text(&compiled, text), -EINVAL);
	assert_int_equal(compiled.report.n_errors, 1);
	assert_int_equal(compiled.report.problems[0].place.line, line);
	assert_non_null(strstr(compiled.report.problems[0].text, words));
	compile_free(&compiled);
	free(text);
}

/* What is wrong far behind is told with its line: a key, and what libconfig does not understand. */
static void tells_the_line(void **state)
{
	const char *const end = "{ user = \"last\"; roles = [ \"user\" ]; } );\n";

	(void)state;
	expect(make_list(20000, 15000, "rolse"), end, 15003, "did you mean `roles`");
	expect(make_list(20000, 15000, ",roles"), end, 15003, "at or shortly before this line");
}

/* What an element is in the list, and not in its piece. */
static void counts_elements(void **state)
{
	(void)state;
	expect(make_list(5000, 5000, ""), "4711 );\n", 5003, "element 5001 of `assign`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),	   cmocka_unit_test(takes_plain),
		cmocka_unit_test(at_random),	   cmocka_unit_test(tells_the_line),
		cmocka_unit_test(counts_elements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
