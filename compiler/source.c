/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"
#include "rolegate.h"

static int add_source(struct sources *sources, const char *path, uint32_t *ret_file)
{
	struct source *list = array_grow(sources->list, sources->n, &sources->max, sizeof(*list));
	char *copy;

	if (!list)
		return -ENOMEM;
	sources->list = list;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	list[sources->n] = (struct source){ .path = copy, .size = ROLEGATE_SOURCE_FOLDER };
	*ret_file = (uint32_t)sources->n++;
	return 0;
}

/* Give a source its text; `text` has room for two bytes more, and becomes the source's. */
static void set_text(struct source *source, char *text, size_t n)
{
	/* libconfig 1.5 knows no comment that ends with the file instead of a line. */
	text[n] = '\n';
	text[n + 1] = '\0';
	source->text = text;
	source->n = n + 1;
	source->size = (int64_t)n;
}

static void set_times(struct source *source, const struct stat *st)
{
	source->mtime_s = st->st_mtim.tv_sec;
	source->mtime_ns = (uint32_t)st->st_mtim.tv_nsec;
}

/* Why a file is not fit to be read, or NULL. */
static const char *refuse(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file; a policy is read from nothing else";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "does not belong to root: its owner could grant himself any role; chown it to root";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by others than its owner: chmod go-w it";
	if (st->st_size > (off_t)SOURCE_MAX)
		return "is larger than 256 MiB, the most that a source file may have";
	return NULL;
}

/* Read n bytes; *ret_n says how many there were. 0 or -errno. */
static int read_whole(int fd, char *to, size_t n, size_t *ret_n)
{
	*ret_n = 0;
	while (*ret_n < n) {
		ssize_t got = read(fd, to + *ret_n, n - *ret_n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		*ret_n += (size_t)got;
	}
	return 0;
}

/* Read the open file; what is wrong is reported at `place`. */
static int read_text(int fd, struct source *source, struct report *report, struct place place)
{
	const char *wrong;
	struct stat st;
	char *text;
	size_t n;
	int r;

	if (fstat(fd, &st) < 0) {
		report_error(report, place, "cannot be examined: %s", strerror(errno));
		return -EBADMSG;
	}
	wrong = refuse(&st);
	if (wrong) {
		report_error(report, place, "%s", wrong);
		return -EBADMSG;
	}
	text = malloc((size_t)st.st_size + 2);
	if (!text)
		return -ENOMEM;
	r = read_whole(fd, text, (size_t)st.st_size, &n);
	if (r == 0 && n == (size_t)st.st_size) {
		set_text(source, text, n);
		set_times(source, &st);
		return 0;
	}
	free(text);
	report_error(report, place, "%s",
		     r < 0 ? strerror(-r) : "was cut short while it was read; try again");
	return -EBADMSG;
}

int source_read(struct sources *sources, const struct tree *tree, const char *path,
		struct report *report, uint32_t *ret_file)
{
	int fd, r;

	/* O_NONBLOCK: a FIFO would make open(2) wait for ever. */
	fd = tree_open_file(tree, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd == -ENOENT)
		return -ENOENT;
	r = add_source(sources, path, ret_file);
	if (r == 0 && fd < 0) {
		bool is_link = fd == -ELOOP || (fd == -ENOTDIR && tree->root);

		report_error(
			report, (struct place){ .file = *ret_file }, "cannot be opened: %s",
			is_link ? "it is a symbolic link, or lies behind one, and none is followed here; put the "
				  "file itself there"
				: strerror(-fd));
		r = -EBADMSG;
	}
	if (r == 0)
		r = read_text(fd, &sources->list[*ret_file], report,
			      (struct place){ .file = *ret_file });
	if (fd >= 0)
		close(fd);
	return r;
}

void source_check_folder(int fd, const char *path, struct report *report)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		report_error(report, PLACE_NOWHERE, "%s cannot be examined: %s", path,
			     strerror(errno));
	else if ((st.st_uid != 0 && st.st_uid != geteuid()) || st.st_mode & (S_IWGRP | S_IWOTH))
		report_error(
			report, PLACE_NOWHERE,
			"%s is not root's alone: others could take sources away; chown it to root, and "
			"chmod go-w it",
			path);
}

int source_add_text(struct sources *sources, const char *path, const char *text, size_t n,
		    uint32_t *ret_file)
{
	char *copy = malloc(n + 2);
	int r;

	if (!copy)
		return -ENOMEM;
	r = add_source(sources, path, ret_file);
	if (r < 0) {
		free(copy);
		return r;
	}
	memcpy(copy, text, n);
	set_text(&sources->list[*ret_file], copy, n);
	return 0;
}

int source_add_overlay(struct sources *sources, const struct source_overlay *overlay,
		       uint32_t *ret_file)
{
	int r;

	r = source_add_text(sources, overlay->path, overlay->text, overlay->n, ret_file);
	if (r < 0)
		return r;
	sources->list[*ret_file].mtime_s = overlay->mtime.tv_sec;
	sources->list[*ret_file].mtime_ns = (uint32_t)overlay->mtime.tv_nsec;
	return 0;
}

int source_note_folder(struct sources *sources, const struct tree *tree, const char *path)
{
	struct stat st;
	uint32_t file = 0;
	int fd, r;

	fd = tree_open_file(tree, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 && fd != -ENOENT)
		return fd;
	r = fd >= 0 && fstat(fd, &st) < 0 ? -errno : add_source(sources, path, &file);
	if (r == 0 && fd >= 0)
		set_times(&sources->list[file], &st);
	if (r == 0 && fd < 0)
		sources->list[file].size = ROLEGATE_SOURCE_ABSENT;
	if (fd >= 0)
		close(fd);
	return r;
}

const char *source_path(const struct sources *sources, struct place place)
{
	return place.file < sources->n ? sources->list[place.file].path : "policy";
}

void sources_free(struct sources *sources)
{
	for (size_t i = 0; i < sources->n; i++) {
		free(sources->list[i].path);
		free(sources->list[i].text);
	}
	free(sources->list);
	*sources = (struct sources){ 0 };
}
