/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which words are fit to be names (P12), and what must not reach a log or a terminal. */
#include "support.h"

#include <string.h>

#include "words.h"

static const struct {
	enum words_kind kind;
	const char *word;
	int fit;
} words[] = {
	{ WORDS_SYMBOL, "mail", 1 },
	{ WORDS_SYMBOL, "noe/widgets", 1 },
	{ WORDS_SYMBOL, "accounting.invoices:edit", 1 },
	{ WORDS_SYMBOL, "żółw", 1 },
	{ WORDS_SYMBOL, "", 0 },
	{ WORDS_SYMBOL, "two words", 0 },
	{ WORDS_SYMBOL, "a,b", 0 },
	{ WORDS_SYMBOL, "a*", 0 },
	{ WORDS_SYMBOL, "a\"b", 0 },
	{ WORDS_SYMBOL, "a\nb", 0 },
	{ WORDS_SYMBOL, "a\033[31m", 0 },
	{ WORDS_SYMBOL, "a\x7f", 0 },
	{ WORDS_SYMBOL, "a\xc2\x9b", 0 },	 /* C1: CSI in one character */
	{ WORDS_SYMBOL, "a\xe2\x80\xae", 0 },	 /* right-to-left override */
	{ WORDS_SYMBOL, "a\xe2\x80\xa8", 0 },	 /* line separator */
	{ WORDS_SYMBOL, "\xff", 0 },		 /* never in UTF-8 */
	{ WORDS_SYMBOL, "\xc0\xaf", 0 },	 /* overlong */
	{ WORDS_SYMBOL, "\xe0\x80\xaf", 0 },	 /* overlong */
	{ WORDS_SYMBOL, "\xed\xa0\x80", 0 },	 /* a surrogate */
	{ WORDS_SYMBOL, "\xf4\x90\x80\x80", 0 }, /* beyond Unicode */
	{ WORDS_SYMBOL, "\xf0\x9f\x94\x91", 1 },
	{ WORDS_SYMBOL, "a\xe2\x82", 0 }, /* cut */
	{ WORDS_SYMBOL, "\x80", 0 },	  /* a tail alone */
	{ WORDS_ACCOUNT, "john.doe", 1 },
	{ WORDS_ACCOUNT, "_apt", 1 },
	{ WORDS_ACCOUNT, "DOMAIN\\user", 1 },
	{ WORDS_ACCOUNT, "host$", 1 },
	{ WORDS_ACCOUNT, "domain users", 1 },
	{ WORDS_ACCOUNT, " alice", 0 },
	{ WORDS_ACCOUNT, "alice ", 0 },
	{ WORDS_ACCOUNT, "a:b", 0 },
	{ WORDS_ACCOUNT, "../x", 0 },
	{ WORDS_ACCOUNT, "", 0 },
	{ WORDS_SERVICE, "sshd", 1 },
	{ WORDS_SERVICE, "gdm-*", 1 },
	{ WORDS_SERVICE, "*", 0 },
	{ WORDS_SERVICE, "g*m", 0 },
	{ WORDS_SERVICE, "a b", 0 },
	{ WORDS_SERVICE, "../../etc/shadow", 0 },
	{ WORDS_TEXT, "", 1 },
	{ WORDS_TEXT, "Any text, \"quoted\", with % and \\", 1 },
	{ WORDS_TEXT, "no\ttabs", 0 },
};

static void judges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((words_check(words[i].kind, words[i].word) == NULL) != (words[i].fit == 1))
			fail_msg("word %zu: \"%s\"", i, words[i].word);
}

static void limits_length(void **state)
{
	char word[1100];

	(void)state;
	memset(word, 'a', sizeof(word));
	word[255] = '\0';
	assert_null(words_check(WORDS_SYMBOL, word));
	word[255] = 'a';
	word[256] = '\0';
	assert_non_null(words_check(WORDS_SYMBOL, word));
	assert_null(words_check(WORDS_TEXT, word));
	word[256] = 'a';
	word[1024] = '\0';
	assert_non_null(words_check(WORDS_TEXT, word));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(judges),
					    cmocka_unit_test(limits_length) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
