/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "walk_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool files_write_text(const char *path, const char *text)
{
	FILE *to = fopen(path, "we");
	bool is_written = to && fputs(text, to) >= 0;

	if (to && fclose(to) != 0)
		is_written = false;
	if (!is_written)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return is_written;
}

/* On the heap; NULL where there is no file. */
static char *read_text(const char *path)
{
	FILE *from = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!from)
		return NULL;
	if (getdelim(&text, &size, '\0', from) < 0) {
		free(text);
		text = strdup("");
	}
	fclose(from);
	return text;
}

bool files_write_hand(const char *path, const struct hand *hand)
{
	char text[HAND_TEXT_SIZE];

	hand_write(hand, text);
	return files_write_text(path, text);
}

bool files_write_managed(const char *text)
{
	if (text)
		return files_write_text(FILES_MANAGED, text);
	return unlink(FILES_MANAGED) == 0 || errno == ENOENT;
}

bool files_put_back(const struct walk_files *files)
{
	return files_write_hand(FILES_POLICY, &files->hand) && files_write_managed(files->managed);
}

char *files_read_managed(void)
{
	return read_text(FILES_MANAGED);
}

static char *copy_text(const char *text)
{
	return text ? strdup(text) : NULL;
}

/* Take over the files as they are now, of which the policy's is known. */
void files_take(struct walk_files *files, uint64_t generation, const struct hand *hand)
{
	struct hand copy = *hand;

	free(files->managed);
	*files = (struct walk_files){ .generation = generation,
				      .hand = copy,
				      .managed = files_read_managed() };
}

/* A generation that was only tried can be gone back to as well. */
void files_remember(struct walk *walk, const struct walk_files *files)
{
	struct walk_files *past = &walk->past[walk->n_past++ % WALK_PAST];

	free(past->managed);
	*past = *files;
	past->managed = copy_text(files->managed);
}

const struct walk_files *files_recall(const struct walk *walk, uint64_t generation)
{
	for (size_t i = 0; i < WALK_PAST && i < walk->n_past; i++)
		if (walk->past[i].generation == generation)
			return &walk->past[i];
	return NULL;
}
