/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes seeds for fuzz_compiled.c: `seed_compiled POLICY.cdb > seed` prints a compiled policy as
 * records (mode 2 there). Needed anew when the format changes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define LENGTHS_SIZE 8u

/* The number that a key was made of: keys hold it mixed, and a seed has it as it was. */
static int number_of(const unsigned char *key)
{
	unsigned char candidate[FORMAT_KEY_SIZE];

	for (uint32_t number = 0; number < 256; number++) {
		format_key(candidate, (char)key[0], number);
		if (!memcmp(candidate, key, sizeof(candidate)))
			return (int)number;
	}
	return 255;
}

static void put_record(const unsigned char *key, uint32_t n_payload)
{
	putchar(key[0]);
	putchar(number_of(key));
	putchar((int)(n_payload & 255));
	putchar((int)(n_payload >> 8 & 255));
	fwrite(key + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE, 1, n_payload, stdout);
}

int main(int argc, char **argv)
{
	static unsigned char file[1u << 20];
	FILE *from = argc == 2 ? fopen(argv[1], "rbe") : NULL;
	size_t n, at = FORMAT_TOC_SIZE;

	if (!from) {
		fprintf(stderr, "usage: seed_compiled POLICY.cdb > seed\n");
		return 1;
	}
	n = fread(file, 1, sizeof(file), from);
	fclose(from);
	putchar(2);
	while (at + LENGTHS_SIZE + FORMAT_KEY_SIZE + FORMAT_SUM_SIZE <= n &&
	       format_get32(file + at) == FORMAT_KEY_SIZE) {
		uint32_t n_data = format_get32(file + at + 4);

		if (n_data < FORMAT_SUM_SIZE || n_data > n - at)
			break;
		put_record(file + at + LENGTHS_SIZE, n_data - FORMAT_SUM_SIZE);
		at += LENGTHS_SIZE + FORMAT_KEY_SIZE + n_data;
	}
	return ferror(stdout) ? 1 : 0;
}
