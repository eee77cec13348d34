/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files of sudoers: lines, comments, what is included. */
#include "sudoers.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_files.h"

/* Files that include one another: sudo allows 128; nobody has more than a few. */
#define DEPTH_MAX 16u

/*
 * Files in all. Some that include one another would be read as often as there are ways from the first to them, which
 * doubles with each level.
 */
#define FILES_MAX 1024u

/* Bytes of a line with its continuations. */
#define LINE_BYTES_MAX ((size_t)1024 * 1024)

bool sudoers_complain(struct sudoers *sudoers, struct sudoers_place place, int error,
		      const char *text)
{
	struct sudoers_problem *grown = array_grow(sudoers->problems, sudoers->n_problems,
						   &sudoers->max_problems, sizeof(*grown));

	if (!grown)
		return false;
	sudoers->problems = grown;
	grown[sudoers->n_problems++] = (struct sudoers_problem){ place, text, error };
	return true;
}

const struct sudoers_alias *sudoers_find_alias(const struct sudoers *sudoers, char kind,
					       const char *name)
{
	for (size_t i = 0; i < sudoers->n_aliases; i++)
		if (sudoers->aliases[i].kind == kind && !strcmp(sudoers->aliases[i].name, name))
			return &sudoers->aliases[i];
	return NULL;
}

void sudoers_free(struct sudoers *sudoers)
{
	for (size_t i = 0; i < sudoers->n_lists; i++)
		free(sudoers->lists[i]->list);
	for (size_t i = 0; i < sudoers->n_aliases; i++)
		free(sudoers->aliases[i].items.list);
	free(sudoers->lists);
	free(sudoers->grants);
	free(sudoers->aliases);
	free(sudoers->settings);
	free(sudoers->problems);
	arena_free(&sudoers->arena);
	*sudoers = (struct sudoers){ 0 };
}

/* ---- Lines ---- */

/* Whether a `#` begins a uid or gid, as in `#1000`, `(#0)` or `%#27`, and no comment. */
static bool is_number_sign(const char *line, const char *sign)
{
	if (!isdigit((unsigned char)sign[1]) && sign[1] != '-')
		return false;
	return sign == line || strchr(" \t,(!%:", sign[-1]);
}

/* Cut a comment off. Whether there was one: such a line is not continued. */
static bool cut_comment(char *line)
{
	bool is_quoted = false;

	for (char *p = line; *p; p++) {
		if (*p == '\\' && p[1]) {
			p++;
		} else if (*p == '"') {
			is_quoted = !is_quoted;
		} else if (*p == '#' && !is_quoted && !is_number_sign(line, p)) {
			*p = '\0';
			return true;
		}
	}
	return false;
}

/* The reading of one file. */
struct reading {
	struct tool *tool;
	struct sudoers *sudoers;
	struct sudoers_place place; /* of the line that was begun */
	char *text;		    /* it */
	size_t n;
	unsigned int depth;
};

static int read_file(struct tool *tool, struct sudoers *sudoers, const char *path,
		     unsigned int depth);

/* Read all files of a folder whose names sudo takes. */
static int read_folder(const struct reading *r, const char *folder)
{
	struct host_names names;
	char *path = NULL;
	int status;

	status = host_names_list(r->tool, folder, &names);
	if (status < 0 && status != -ENOMEM)
		status = sudoers_complain(r->sudoers, (struct sudoers_place){ folder, 0 }, status,
					  "")
				 ? 0
				 : -ENOMEM;
	for (size_t i = 0; i < names.n && status == 0; i++) {
		size_t n = strlen(names.list[i]);

		if (strchr(names.list[i], '.') || names.list[i][n - 1] == '~')
			continue;
		if (asprintf(&path, "%s/%s", folder, names.list[i]) < 0) {
			status = -ENOMEM;
			break;
		}
		status = read_file(r->tool, r->sudoers, path, r->depth + 1);
		free(path);
	}
	host_names_free(&names);
	return status;
}

/* The path that an include names, in the arena: quotes and escapes taken off, and made absolute. */
static const char *included_path(const struct reading *r, const char *word)
{
	const char *slash = strrchr(r->place.file, '/');
	size_t n = 0,
	       n_folder = *word == '/' || *word == '"' ? 0 : (size_t)(slash - r->place.file) + 1;
	char *path = arena_take(&r->sudoers->arena, n_folder + strlen(word) + 1);
	bool is_quoted = false;

	if (!path)
		return NULL;
	memcpy(path, r->place.file, n_folder);
	n = n_folder;
	for (; *word && (is_quoted || !strchr(" \t\r", *word)); word++) {
		if (*word == '"') {
			is_quoted = !is_quoted;
			continue;
		}
		if (*word == '\\' && word[1])
			word++;
		path[n++] = *word;
	}
	return path;
}

/* Read what a line includes. 1 if it does, 0 if it is no such line, or -ENOMEM. */
static int include(const struct reading *r, const char *line)
{
	static const char *const words[] = { "includedir", "include" };
	const char *path;
	int status = 0;
	size_t n;

	line += strspn(line, " \t");
	if (*line != '@' && *line != '#')
		return 0;
	for (size_t i = 0; i < 2; i++) {
		n = strlen(words[i]);
		if (strncmp(line + 1, words[i], n) != 0 || !strchr(" \t", line[1 + n]))
			continue;
		line += 1 + n;
		path = included_path(r, line + strspn(line, " \t"));
		if (!path)
			return -ENOMEM;
		if (strstr(path, "%h") || *path != '/' || r->depth + 1 >= DEPTH_MAX)
			status = sudoers_complain(r->sudoers, r->place, 0,
						  "what it includes cannot be told")
					 ? 0
					 : -ENOMEM;
		else if (i == 0)
			status = read_folder(r, path);
		else
			status = read_file(r->tool, r->sudoers, path, r->depth + 1);
		return status < 0 ? status : 1;
	}
	return 0;
}

/* A whole line. */
static int take_line(struct reading *r)
{
	bool is_well = true;

	if (r->text)
		is_well = sudoers_read_line(r->sudoers, r->text, r->place);
	free(r->text);
	r->text = NULL;
	r->n = 0;
	return is_well ? 0 : -ENOMEM;
}

/* Add a piece of a line; a `\` at its end means that it goes on. */
static int take_piece(struct reading *r, char *piece, bool had_comment)
{
	size_t n = strlen(piece), slashes = 0;
	char *grown;
	bool goes_on;

	while (slashes < n && piece[n - 1 - slashes] == '\\')
		slashes++;
	goes_on = !had_comment && slashes % 2 == 1;
	if (goes_on)
		piece[--n] = '\0';
	if (r->n + n > LINE_BYTES_MAX) {
		free(r->text);
		r->text = NULL;
		r->n = 0;
		return sudoers_complain(r->sudoers, r->place, 0, "it is too long") ? 0 : -ENOMEM;
	}
	grown = realloc(r->text, r->n + n + 2);
	if (!grown)
		return -ENOMEM;
	r->text = grown;
	memcpy(r->text + r->n, piece, n + 1);
	r->n += n;
	if (!goes_on)
		return take_line(r);
	strcpy(r->text + r->n++, " ");
	return 0;
}

static int read_lines(struct reading *r, struct host_lines *lines)
{
	int status = 0;

	while (status == 0 && host_lines_next(lines)) {
		bool had_comment;

		if (!r->text)
			r->place.line = lines->line;
		if (strlen(lines->text) != lines->n) {
			if (!sudoers_complain(r->sudoers, r->place, 0, "there is a NUL in it"))
				return -ENOMEM;
			continue;
		}
		lines->text[strcspn(lines->text, "\r")] = '\0';
		if (!r->text) {
			status = include(r, lines->text);
			if (status != 0) {
				status = status < 0 ? status : 0;
				continue;
			}
		}
		had_comment = cut_comment(lines->text);
		status = take_piece(r, lines->text, had_comment);
	}
	if (status == 0 && lines->error)
		status = lines->error;
	return status == 0 ? take_line(r) : status;
}

static int read_file(struct tool *tool, struct sudoers *sudoers, const char *path,
		     unsigned int depth)
{
	struct reading r = { .tool = tool, .sudoers = sudoers, .depth = depth };
	struct host_lines lines;
	int status;

	if (sudoers->n_files >= FILES_MAX)
		return 0;
	sudoers->n_files++;
	r.place.file = arena_string(&sudoers->arena, path, strlen(path));
	if (!r.place.file)
		return -ENOMEM;
	status = host_lines_open(tool, path, &lines);
	if (status == 0)
		status = read_lines(&r, &lines);
	free(r.text);
	host_lines_close(&lines);
	if (status == 0 || status == -ENOMEM || (status == -ENOENT && depth == 0))
		return status;
	return sudoers_complain(sudoers, (struct sudoers_place){ r.place.file, 0 }, status, "")
		       ? 0
		       : -ENOMEM;
}

int sudoers_read(struct tool *tool, struct sudoers *ret)
{
	int r;

	*ret = (struct sudoers){ 0 };
	r = read_file(tool, ret, SUDOERS_FILE, 0);
	if (r == 0 && ret->n_files >= FILES_MAX &&
	    !sudoers_complain(ret, (struct sudoers_place){ SUDOERS_FILE, 0 }, 0,
			      "it includes too many files, or some in a circle"))
		r = -ENOMEM;
	return r;
}
