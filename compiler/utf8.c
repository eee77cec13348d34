/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "utf8.h"

size_t utf8_decode(const char *text, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80	     ? 1
		   : p[0] >> 5 == 6  ? 2
		   : p[0] >> 4 == 14 ? 3
		   : p[0] >> 3 == 30 ? 4
				     : 0;
	uint32_t c;

	if (n <= 1) {
		*ret = p[0];
		return n;
	}
	c = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

static const struct {
	uint32_t first, last;
	enum utf8_look look;
	const char *name;
} looks[] = {
	{ 0x00a0, 0x00a0, UTF8_SPACE, "no-break space" },
	{ 0x00ab, 0x00ab, UTF8_QUOTE, "typographic quote" },
	{ 0x00ad, 0x00ad, UTF8_INVISIBLE, "soft hyphen" },
	{ 0x00b4, 0x00b4, UTF8_QUOTE, "acute accent" },
	{ 0x00bb, 0x00bb, UTF8_QUOTE, "typographic quote" },
	{ 0x061c, 0x061c, UTF8_INVISIBLE, "direction mark" },
	{ 0x1680, 0x1680, UTF8_SPACE, "typographic space" },
	{ 0x180e, 0x180e, UTF8_INVISIBLE, "zero-width character" },
	{ 0x2000, 0x2006, UTF8_SPACE, "typographic space" },
	{ 0x2007, 0x2007, UTF8_SPACE, "no-break space" },
	{ 0x2008, 0x200a, UTF8_SPACE, "typographic space" },
	{ 0x200b, 0x200b, UTF8_INVISIBLE, "zero-width space" },
	{ 0x200c, 0x200d, UTF8_INVISIBLE, "zero-width joiner" },
	{ 0x200e, 0x200f, UTF8_INVISIBLE, "direction mark" },
	{ 0x2018, 0x201f, UTF8_QUOTE, "typographic quote" },
	{ 0x2028, 0x2029, UTF8_SPACE, "line separator" },
	{ 0x202a, 0x202e, UTF8_INVISIBLE, "direction mark" },
	{ 0x202f, 0x202f, UTF8_SPACE, "no-break space" },
	{ 0x2032, 0x2037, UTF8_QUOTE, "prime mark" },
	{ 0x2039, 0x203a, UTF8_QUOTE, "typographic quote" },
	{ 0x205f, 0x205f, UTF8_SPACE, "typographic space" },
	{ 0x2060, 0x2064, UTF8_INVISIBLE, "zero-width character" },
	{ 0x2066, 0x2069, UTF8_INVISIBLE, "direction mark" },
	{ 0x3000, 0x3000, UTF8_SPACE, "typographic space" },
	{ 0x301d, 0x301f, UTF8_QUOTE, "typographic quote" },
	{ 0xfeff, 0xfeff, UTF8_INVISIBLE, "byte order mark (BOM)" },
	{ 0xff02, 0xff02, UTF8_QUOTE, "full-width quote" },
	{ 0xff07, 0xff07, UTF8_QUOTE, "full-width quote" },
};

enum utf8_look utf8_look(uint32_t c, const char **ret_name)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		if (c < looks[i].first || c > looks[i].last)
			continue;
		*ret_name = looks[i].name;
		return looks[i].look;
	}
	return UTF8_OTHER;
}
