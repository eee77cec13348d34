/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reserve.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/*
 * Bytes that libconfig takes, with what malloc(3) rounds them up to.
 *
 * PER_SETTING  the setting, its name, its string, and two pointers at it while a list grows; there is
 *              one behind a `=`, a `:`, a comma or an opening bracket
 * PER_LIST     a group's, array's or list's own head, and its first room
 * PER_BYTE     the scanner's copy of the text, and names and strings where they are long
 * FOR_ANY      whatever the text, and what malloc(3) takes more of the kernel than it was asked for
 */
#define PER_SETTING 176u
#define PER_LIST 192u
#define PER_BYTE 2u
#define FOR_ANY (UINT64_C(2) << 20)

/* What a text may take. What stands in strings and comments counts, too. */
static uint64_t estimate(const char *text)
{
	uint64_t settings = 0, lists = 0;
	size_t n = 0;

	for (; text[n]; n++) {
		switch (text[n]) {
		case '(':
		case '[':
		case '{':
			lists++;
			settings++;
			break;
		case '=':
		case ':':
		case ',':
			settings++;
			break;
		default:
			break;
		}
	}
	return settings * PER_SETTING + lists * PER_LIST + n * (uint64_t)PER_BYTE + FOR_ANY;
}

bool reserve_has(const char *text)
{
	uint64_t n = estimate(text);
	void *memory = n <= SIZE_MAX ? mmap(NULL, (size_t)n, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
				     : MAP_FAILED;

	return memory != MAP_FAILED && munmap(memory, (size_t)n) == 0;
}
