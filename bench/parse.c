/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads a file and gives it to libconfig's parser, and does nothing else.
 *
 *	parse FILE
 *
 * It is what `rolegate apply` is measured against. Exit status: 0 parsed, 1 not.
 */
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The whole file with a NUL behind, or NULL. Owner: free(). */
static char *read_whole(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	struct stat st;

	if (!file)
		return NULL;
	if (fstat(fileno(file), &st) == 0)
		text = calloc(1, (size_t)st.st_size + 1);
	if (text && fread(text, 1, (size_t)st.st_size, file) != (size_t)st.st_size) {
		free(text);
		text = NULL;
	}
	(void)fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	char *text = argc == 2 ? read_whole(argv[1]) : NULL;
	config_t config;

	if (!text)
		return 1;
	config_init(&config);
	/* Nothing is given back: the end of the process does that faster. */
	return config_read_string(&config, text) == CONFIG_TRUE ? 0 : 1;
}
