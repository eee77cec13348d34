/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pam_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "line.h"
#include "pam_modules.h"

/* ---- Reading ---- */

/* Read an open file to its end. As stack_host.read. */
static int read_open(int fd, char **ret_text, size_t *ret_n)
{
	char *text = malloc(STACK_FILE_MAX + 1);
	size_t n = 0;
	ssize_t got = 1;

	if (!text)
		return -ENOMEM;
	while (got > 0 && n <= STACK_FILE_MAX) {
		got = read(fd, text + n, STACK_FILE_MAX + 1 - n);
		if (got > 0)
			n += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got < 0 || n > STACK_FILE_MAX) {
		free(text);
		return got < 0 ? -EINVAL : -E2BIG;
	}
	*ret_text = text;
	*ret_n = n;
	return 0;
}

static int read_file(void *context, const char *path, char **ret_text, size_t *ret_n)
{
	struct tool *tool = context;
	struct stat st;
	int fd, r;

	fd = tree_open_file(&tool->tree, path, O_RDONLY | O_NONBLOCK, 0);
	if (fd < 0)
		/* No link is followed below a root, and what we may not read libpam may. */
		return fd == -ELOOP || fd == -EACCES ? -EINVAL : -ENOENT;
	r = -EINVAL;
	if (fstat(fd, &st) < 0)
		st.st_mode = 0;
	if (S_ISREG(st.st_mode)) {
		r = read_open(fd, ret_text, ret_n);
	} else if (S_ISDIR(st.st_mode)) {
		*ret_text = calloc(1, 1);
		*ret_n = 0;
		r = *ret_text ? 0 : -ENOMEM;
	}
	close(fd);
	return r;
}

static bool has_folder(void *context, const char *path)
{
	struct tool *tool = context;
	int fd = tree_open_file(&tool->tree, path, O_RDONLY | O_DIRECTORY, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -EACCES;
}

static int check_module(void *context, const char *module, enum stack_type type,
			enum stack_fault *ret)
{
	struct pam_module found;
	int r = pam_modules_find(context, module, type, &found);

	if (r == 0)
		*ret = found.fault;
	pam_modules_free(&found);
	return r;
}

struct stack_host pam_files_host(struct tool *tool)
{
	return (struct stack_host){
		.read = read_file,
		.has_folder = has_folder,
		.context = tool,
		.check = check_module,
	};
}

/* ---- Services ---- */

/* Add a name. 0 or -ENOMEM. */
static int add_name(struct pam_files_names *names, const char *name)
{
	char **grown;

	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->list[i], name))
			return 0;
	grown = reallocarray(names->list, names->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	names->list = grown;
	grown[names->n] = strdup(name);
	if (!grown[names->n])
		return -ENOMEM;
	names->n++;
	return 0;
}

static bool is_service_name(const char *name)
{
	static const char *const marks[] = { ".dpkg-", ".ucf-", ".rpm",	 ".bak",       ".orig",
					     ".pam-",  ".swp",	".save", ".authselect" };

	if (*name == '.' || *name == '#' || strchr(name, '~'))
		return false;
	for (const char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(name, marks[i]))
			return false;
	return true;
}

static int list_folder(struct tool *tool, const char *path, struct pam_files_names *names)
{
	int fd = tree_open_file(&tool->tree, path, O_RDONLY | O_DIRECTORY, 0), r = 0;
	const struct dirent *file;
	DIR *folder;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	folder = fdopendir(fd);
	if (!folder) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && (file = readdir(folder)))
		if (is_service_name(file->d_name))
			r = add_name(names, file->d_name);
	closedir(folder);
	return r;
}

/* The first words of the lines of pam.conf. */
static int list_conf(struct tool *tool, struct pam_files_names *names)
{
	struct line_reader line = { 0 };
	char *text = NULL, *rest, *word;
	int r;

	r = read_file(tool, STACK_CONF, &text, &line.n);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	line.text = text;
	while (r == 0 && line_next(&line) == LINE_READ) {
		rest = line.buffer;
		word = line_word(&rest);
		/* Capitals mean nothing there, other than in a file's name. */
		for (char *p = word; p && *p; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p - 'A' + 'a');
		if (word && is_service_name(word))
			r = add_name(names, word);
	}
	free(text);
	return r;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int pam_files_list(struct tool *tool, struct pam_files_names *ret)
{
	const struct stack_host host = pam_files_host(tool);
	int r;

	*ret = (struct pam_files_names){ 0 };
	if (stack_uses_conf(&host)) {
		r = list_conf(tool, ret);
	} else {
		r = list_folder(tool, STACK_FOLDER, ret);
		if (r == 0)
			r = list_folder(tool, STACK_VENDOR_FOLDER, ret);
	}
	if (ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_bytes);
	return r;
}

void pam_files_free_names(struct pam_files_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct pam_files_names){ 0 };
}

bool pam_files_is_private(struct tool *tool, const char *path, unsigned int *ret_mode)
{
	int fd = tree_open_file(&tool->tree, path, O_PATH, 0);
	struct stat st;
	bool is = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !(st.st_mode & S_IROTH);

	if (fd >= 0)
		close(fd);
	if (is)
		*ret_mode = st.st_mode & 07777u;
	return is;
}
