/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fuzz target over all files of the folders (or the files) given as arguments, so that every
 * input that ever mattered is run by `make check`, with any compiler.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

/* Folders that nftw() holds open: a corpus is flat. */
#define FOLDERS_OPEN 8

static size_t n_inputs;

static int run(const char *path, size_t n)
{
	/* On the heap and of the exact size, so that a sanitizer sees the end. */
	uint8_t *bytes = malloc(n ? n : 1);
	FILE *file = fopen(path, "rbe");
	int failed = !bytes || !file || fread(bytes, 1, n, file) != n;

	if (failed) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	} else {
		/* Named before it is run: a crash leaves no time afterwards. */
		if (getenv("VERBOSE"))
			fprintf(stderr, "%s\n", path);
		LLVMFuzzerTestOneInput(bytes, n);
		n_inputs++;
	}
	if (file)
		fclose(file);
	free(bytes);
	return failed;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	return type == FTW_F ? run(path, (size_t)st->st_size) : 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (nftw(argv[i], visit, FOLDERS_OPEN, FTW_PHYS) != 0) {
			fprintf(stderr, "%s: cannot be replayed\n", argv[i]);
			return 1;
		}
	}
	printf("%zu inputs\n", n_inputs);
	/* No input at all means a wrong path, and would pass for ever. */
	return n_inputs > 0 ? 0 : 1;
}
