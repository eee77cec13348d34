/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbering of names, and the search for the name that was meant. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "format.h"
#include "names.h"

static void numbers_in_order(void **state)
{
	struct arena arena = { 0 };
	struct names names = { 0 };
	char name[32];

	(void)state;
	assert_int_equal(names_find(&names, "a"), NAMES_NONE);
	for (uint32_t i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "name%u", i);
		assert_int_equal(names_add(&names, &arena, name), i);
	}
	for (uint32_t i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "name%u", i);
		assert_int_equal(names_find(&names, name), i);
		assert_int_equal(names_add(&names, &arena, name), i);
	}
	assert_int_equal(names.n, 100000);
	assert_int_equal(names_find(&names, "name100000"), NAMES_NONE);
	names_free(&names);
	arena_free(&arena);
}

/*
 * Names that differ in a few digits, of every length, spread over buckets: a hash that lost its mixing at lengths that
 * are a multiple of eight once heaped a hundred of them into each.
 */
static void spreads_similar_names(void **state)
{
	enum { NAMES = 4096, BUCKETS = 1024 };
	static unsigned int buckets[BUCKETS];
	char name[64];

	(void)state;
	for (int length = 4; length <= 40; length++) {
		unsigned int fullest = 0;

		memset(buckets, 0, sizeof(buckets));
		for (int i = 0; i < NAMES; i++) {
			unsigned int *bucket;

			snprintf(name, sizeof(name), "%0*d", length, i);
			bucket =
				&buckets[format_name_spread(0, name, strlen(name)) & (BUCKETS - 1)];
			fullest = ++*bucket > fullest ? *bucket : fullest;
		}
		/* Four on average: a fair hash has some dozen in the fullest. */
		if (fullest > 20)
			fail_msg("%u names of %d bytes in one bucket", fullest, length);
	}
}

static void measures_distance(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} pairs[] = {
		{ "", "", 0 },		{ "a", "a", 0 },	   { "a", "", 1 },
		{ "", "abc", 3 },	{ "mail", "mial", 1 },	   { "mail", "mal", 1 },
		{ "mail", "maill", 1 }, { "mail", "nail", 1 },	   { "mail", "Mail", 1 },
		{ "abcd", "badc", 2 },	{ "abcdef", "uvwxyz", 4 }, { "user", "owner", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(names_distance(pairs[i].a, pairs[i].b), pairs[i].distance);
		assert_int_equal(names_distance(pairs[i].b, pairs[i].a), pairs[i].distance);
	}
}

/* Long words are compared no further, whatever they hold. */
static void gives_up_on_long_words(void **state)
{
	char a[5000], b[5000];

	(void)state;
	memset(a, 'a', sizeof(a));
	memset(b, 'a', sizeof(b));
	a[4999] = b[4998] = '\0';
	assert_int_equal(names_distance(a, b), 4);
	a[64] = b[63] = '\0';
	assert_int_equal(names_distance(a, b), 1);
}

static const char *suggest(const char *wanted)
{
	static const char *const known[] = {
		"user", "owner", "administrator", "mail", "emails", "a"
	};
	const char *best = NULL;
	unsigned int distance = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		names_consider(wanted, known[i], &best, &distance);
	return best ? best : "";
}

static void suggests_near_misses(void **state)
{
	(void)state;
	assert_string_equal(suggest("usre"), "user");
	assert_string_equal(suggest("administratr"), "administrator");
	assert_string_equal(suggest("emals"), "emails");
	assert_string_equal(suggest("b"), "");
	assert_string_equal(suggest("completely-else"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_order),	cmocka_unit_test(spreads_similar_names),
		cmocka_unit_test(measures_distance),	cmocka_unit_test(gives_up_on_long_words),
		cmocka_unit_test(suggests_near_misses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
