/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "format.h"
#include "utf8.h"

/*
 * C0 and C1 controls, DEL, line and paragraph separators, and the marks that turn the direction
 * of text around.
 */
static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static const char *check_characters(const char *word)
{
	uint32_t c;
	size_t n;

	for (; *word; word += n) {
		n = utf8_decode(word, &c);
		if (n == 0)
			return "is not valid UTF-8";
		if (is_control(c))
			return "holds a control character";
	}
	return NULL;
}

static const char *check_account(const char *word)
{
	size_t n = strlen(word);

	if (strchr(word, ':') || strchr(word, '/'))
		return "holds `:` or `/`, which no user or group name can";
	if (word[0] == ' ' || word[n - 1] == ' ')
		return "begins or ends with a blank";
	return NULL;
}

static const char *check_service(const char *word)
{
	const char *star = strchr(word, '*');

	if (star && star[1] != '\0')
		return "has a `*` that is not its last character";
	if (star == word)
		return "would match every service; other_services is for that";
	if (strpbrk(word, " ,\"/"))
		return "holds a blank, comma, quote or slash, which no PAM service name does";
	return NULL;
}

const char *words_check(enum words_kind kind, const char *word)
{
	const char *wrong = check_characters(word);
	size_t n = strlen(word);

	if (wrong)
		return wrong;
	if (n > (kind == WORDS_TEXT ? FORMAT_TEXT_MAX : FORMAT_NAME_MAX))
		return "is too long";
	if (kind == WORDS_TEXT)
		return NULL;
	if (n == 0)
		return "is empty";
	if (kind == WORDS_ACCOUNT)
		return check_account(word);
	if (kind == WORDS_SERVICE)
		return check_service(word);
	return strpbrk(word, " ,\"'*;") ? "holds a blank, comma, quote, semicolon or star" : NULL;
}
