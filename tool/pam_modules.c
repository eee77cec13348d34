/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pam_modules.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A module of Linux-PAM itself: libpam looks for modules where this one is. */
#define REFERENCE "pam_deny.so"

/* Directories with Linux-PAM's modules: one for each architecture, and there are two at most. */
#define REFERENCES_MAX 8u

/* Longer than any name of a pam_sm_ function. */
#define FUNCTION_MAX 32u

/* What of an ELF header tells architectures apart. */
struct machine {
	unsigned char class, order, cpu[2];
};

/* A search for one module. */
struct search {
	struct tool *tool;
	const char *name, *function;
	struct machine machines[REFERENCES_MAX]; /* of Linux-PAM's own modules */
	size_t n_machines;
	bool has_reference; /* there is a directory with Linux-PAM's modules */
	bool has_triplet;   /* such a one as Debian has it: /usr/lib/TRIPLET/security */
	struct pam_module found;
};

/* ---- One file ---- */

static bool read_at(int fd, void *to, size_t n, off_t at)
{
	return pread(fd, to, n, at) == (ssize_t)n;
}

/* Read what an ELF shared object begins with. False: it is something else. */
static bool read_machine(int fd, struct machine *ret)
{
	unsigned char head[sizeof(Elf32_Ehdr)];
	bool is_little;

	if (!read_at(fd, head, sizeof(head), 0) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	is_little = head[EI_DATA] == ELFDATA2LSB;
	*ret = (struct machine){ head[EI_CLASS], head[EI_DATA], { head[18], head[19] } };
	/* The type, a number of two bytes. */
	return head[16 + !is_little] == ET_DYN && head[16 + is_little] == 0;
}

static bool is_known_machine(const struct search *s, const struct machine *machine)
{
	for (size_t i = 0; i < s->n_machines; i++)
		if (!memcmp(&s->machines[i], machine, sizeof(*machine)))
			return true;
	return s->n_machines == 0;
}

/*
 * Whether a file names a function. A shared object that exports it does, in its table of strings; so a
 * file that does not name it lacks it.
 */
static bool names_function(int fd, const char *function)
{
	unsigned char buffer[65536 + FUNCTION_MAX];
	size_t n = strlen(function) + 1, kept = 0;
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, buffer + kept, sizeof(buffer) - kept, at)) > 0) {
		at += got;
		got += (ssize_t)kept;
		if (memmem(buffer, (size_t)got, function, n))
			return true;
		/* The name may begin at the end of this part. */
		kept = (size_t)got < n ? (size_t)got : n - 1;
		memmove(buffer, buffer + got - kept, kept);
	}
	return got < 0;
}

static enum stack_fault examine(const struct search *s, int fd, const struct stat *st)
{
	struct machine machine;

	if (!S_ISREG(st->st_mode) || !read_machine(fd, &machine))
		return STACK_NOT_SHARED;
	if (!is_known_machine(s, &machine))
		return STACK_OTHER_CPU;
	return names_function(fd, s->function) ? STACK_NO_FAULT : STACK_NO_FUNCTION;
}

/* Look at one path. ret->path is the callee's from now on. */
static void look(const struct search *s, char *path, struct pam_module *ret)
{
	int fd = tree_open_file(&s->tool->tree, path, O_RDONLY | O_NONBLOCK, 0);
	/* No link is followed below a root: what is behind it cannot be examined. */
	bool is_absent = fd == -ENOENT || fd == -ENOTDIR;

	*ret = (struct pam_module){ .path = path,
				    .fault = is_absent ? STACK_NOT_FOUND : STACK_NO_FAULT };
	if (fd < 0)
		return;
	ret->has_file = fstat(fd, &ret->st) == 0;
	if (ret->has_file)
		ret->fault = examine(s, fd, &ret->st);
	close(fd);
}

/* ---- Directories ---- */

/* Keep the better of two: one without a fault, else one that is there, else the first. */
static void keep(struct pam_module *kept, struct pam_module *next)
{
	bool is_better = !kept->path || (kept->fault && !next->fault) ||
			 (kept->fault == STACK_NOT_FOUND && next->fault != STACK_NOT_FOUND);

	if (is_better) {
		pam_modules_free(kept);
		*kept = *next;
	} else {
		pam_modules_free(next);
	}
}

static char *join(const char *folder, const char *part, const char *name)
{
	char *path;

	return asprintf(&path, "%s%s%s/security/%s", folder, *part ? "/" : "", part, name) < 0
		       ? NULL
		       : path;
}

/* Linux-PAM's own module in a directory, opened; -1 if the directory has none, or -ENOMEM. */
static int open_reference(const struct search *s, const char *folder, const char *part)
{
	char *path = join(folder, part, REFERENCE);
	int fd;

	if (!path)
		return -ENOMEM;
	fd = tree_open_file(&s->tool->tree, path, O_RDONLY | O_NONBLOCK, 0);
	free(path);
	return fd < 0 ? -1 : fd;
}

/* Note the architecture of Linux-PAM's own module in a directory. 0 or -ENOMEM. */
static int note_reference(struct search *s, const char *folder, const char *part)
{
	int fd = open_reference(s, folder, part);

	if (fd < 0)
		return fd == -ENOMEM ? fd : 0;
	s->has_reference = true;
	s->has_triplet = s->has_triplet || *part;
	if (s->n_machines < REFERENCES_MAX && read_machine(fd, &s->machines[s->n_machines]))
		s->n_machines++;
	close(fd);
	return 0;
}

/* Whether libpam looks for modules in a directory. 1, 0 or -ENOMEM. */
static int is_searched(const struct search *s, const char *folder, const char *part)
{
	int fd;

	/* Without Linux-PAM this is not known. Debian's libpam looks in /lib/security, too. */
	if (!s->has_reference || (s->has_triplet && !*part && !strstr(folder, "64")))
		return 1;
	fd = open_reference(s, folder, part);
	if (fd >= 0)
		close(fd);
	return fd == -ENOMEM ? fd : fd >= 0;
}

/* Look for the module in one directory. 0 or -ENOMEM. */
static int look_in(struct search *s, const char *folder, const char *part)
{
	struct pam_module here;
	char *path;
	int r = is_searched(s, folder, part);

	if (r <= 0)
		return r;
	path = join(folder, part, s->name);
	if (!path)
		return -ENOMEM;
	look(s, path, &here);
	keep(&s->found, &here);
	return 0;
}

/* Visit FOLDER and, as Debian has it, FOLDER/TRIPLET. 0 or -ENOMEM. */
static int visit(struct search *s, const char *folder,
		 int (*each)(struct search *s, const char *folder, const char *part))
{
	int fd = tree_open_file(&s->tool->tree, folder, O_RDONLY | O_DIRECTORY, 0), r = 0;
	const struct dirent *entry;
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (!list && fd >= 0)
		close(fd);
	while (list && r == 0 && (entry = readdir(list))) {
		bool is_folder = !strcmp(entry->d_name, ".");
		const char *part = is_folder ? "" : entry->d_name;

		if (!is_folder && !strstr(part, "-linux-"))
			continue;
		r = each(s, folder, part);
	}
	if (list)
		closedir(list);
	return r;
}

static int visit_all(struct search *s,
		     int (*each)(struct search *s, const char *folder, const char *part))
{
	static const char *const folders[] = { "/usr/lib", "/lib", "/usr/lib64", "/lib64" };
	int r = 0;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && r == 0; i++)
		r = visit(s, folders[i], each);
	return r;
}

/* ---- Paths ---- */

/*
 * Look at the path that the line has. `$ISA` is what the distribution's libpam was built with: the
 * directory of its modules, except in Debian, where such a path leads nowhere.
 */
static int look_at_path(struct search *s)
{
	const char *isa = strstr(s->name, "/$ISA/security/");
	struct pam_module here;
	char *path = isa ? join("/lib64", "", isa + strlen("/$ISA/security/")) : strdup(s->name);

	if (!path)
		return -ENOMEM;
	look(s, path, &here);
	/* Below a root /lib is often a link, which is not followed. */
	if (here.fault == STACK_NO_FAULT && !here.has_file && !strncmp(s->name, "/lib", 4)) {
		if (asprintf(&path, "/usr%s", here.path) < 0)
			path = NULL;
		pam_modules_free(&here);
		if (!path)
			return -ENOMEM;
		look(s, path, &here);
	}
	s->found = here;
	return 0;
}

static const char *function_of(enum stack_type type)
{
	return type == STACK_PASSWORD ? "pam_sm_chauthtok" : "pam_sm_acct_mgmt";
}

bool pam_modules_is_ours(const char *name)
{
	const char *slash = strrchr(name, '/');

	return !strncmp(slash ? slash + 1 : name, "pam_rolegate", strlen("pam_rolegate"));
}

/* No directory has it, or the host has no directory for modules. */
static int take_missing(struct search *s)
{
	s->found.path = strdup(s->name);
	s->found.fault = STACK_NOT_FOUND;
	return s->found.path ? 0 : -ENOMEM;
}

int pam_modules_find(struct tool *tool, const char *name, enum stack_type type,
		     struct pam_module *ret)
{
	struct search s = { .tool = tool, .name = name, .function = function_of(type) };
	bool is_path = *name == '/';
	int r = visit_all(&s, note_reference);

	if (r == 0)
		r = is_path ? look_at_path(&s) : visit_all(&s, look_in);
	if (r == 0 && !s.found.path)
		r = take_missing(&s);
	if (!is_path && !s.has_reference && s.found.fault == STACK_NOT_FOUND &&
	    !pam_modules_is_ours(name))
		s.found.fault = STACK_NO_FAULT;
	*ret = s.found;
	return r;
}

void pam_modules_free(struct pam_module *module)
{
	free(module->path);
	*module = (struct pam_module){ 0 };
}
