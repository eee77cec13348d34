/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The effective stacks of a PAM service: the lines that libpam walks through for each phase, with
 * everything included.
 *
 * Files are read as Debian's Linux-PAM 1.5.2 reads them, mistakes included: a line that it cannot
 * understand is one that fails, a file that it cannot read to the end takes the whole service
 * with it. There is one exception: an include is also looked for in /usr/lib/pam.d, as all but
 * Debian's do, and a complaint says so. Where libpam's own behaviour is not defined, or differs between its versions in a way
 * that matters, the stack says so (`vague`) and nobody may rely on it.
 *
 * Nothing in the files is trusted: sizes, depths and numbers of lines are limited.
 */
#ifndef ROLEGATE_STACK_H
#define ROLEGATE_STACK_H

#include "control.h"

#include <stdbool.h>
#include <stddef.h>

enum stack_type {
	STACK_AUTH,
	STACK_ACCOUNT,
	STACK_PASSWORD,
	STACK_SESSION,
	STACK_TYPES, /* how many there are; as a type asked for: any */
};

/* Levels of substacks and of includes: libpam's own limit (since 1.7 for both). */
#define STACK_LEVELS 16u

/* A file of pam.d holds some 20 lines; one of a megabyte is a mistake or an attack. */
#define STACK_FILE_MAX ((size_t)1024 * 1024)

/* Lines of one service with everything included, and files opened for it. */
#define STACK_ENTRIES_MAX 4096u
#define STACK_FILES_MAX 512u

enum stack_kind {
	STACK_MODULE,
	STACK_FAILING,	/* a line that libpam could not understand: it fails with perm_denied */
	STACK_SUBSTACK, /* the beginning of a substack; nothing runs here */
};

/* Why libpam cannot run the module of a line. The line then returns module_unknown. */
enum stack_fault {
	STACK_NO_FAULT,
	STACK_NOT_FOUND,   /* no such file */
	STACK_NOT_SHARED,  /* not an ELF shared object */
	STACK_OTHER_CPU,   /* an ELF shared object for another architecture */
	STACK_NO_FUNCTION, /* it does not have the function of the phase */
};

/* One line. */
struct stack_entry {
	enum stack_kind kind;
	enum stack_fault fault; /* of a STACK_MODULE of an account or password stack */
	unsigned int level;	/* of substacks, from 0 */
	bool is_silent;	 /* the type began with `-`: nothing is logged if the module is absent */
	char *module;	 /* as the line names it, or NULL */
	char *arguments; /* with a blank between them, for people; "" for none */
	const char *
		*argv; /* as the module gets them: with brackets one may hold blanks, or nothing */
	int argc;
	char *word; /* the control as the line has it, without brackets; "" for none */
	struct control control;
	const char *file; /* belongs to the service */
	unsigned int line;
};

struct stack {
	struct stack_entry *entries;
	size_t n, max;
	/* What makes it unforeseeable, a literal; NULL: it is as libpam walks it. */
	const char *vague;
};

/* Something that is wrong with a line. line 0: with the file. */
struct stack_complaint {
	const char *file; /* belongs to the service */
	unsigned int line;
	bool is_crlf;	  /* lines of the file end in CR LF; this is the first of them */
	const char *text; /* what is wrong, a literal */
};

/* A service as libpam knows it. Owner: stack_service_free(). */
struct stack_service {
	char *name;
	struct stack own[STACK_TYPES];
	struct stack other[STACK_TYPES]; /* of the service `other`, for types that own lacks */
	/* Why libpam refuses the service in every phase, a literal; NULL if it does not. */
	const char *refused;
	/* What makes all of it unforeseeable; see struct stack. */
	const char *vague;
	char **files;
	size_t n_files;
	struct stack_complaint *complaints;
	size_t n_complaints;
};

/*
 * Where files come from.
 *
 * read        read a file whole. 0 and a text on the heap, which is empty for a folder, as for
 *             fopen(3) and fgets(3); -ENOENT libpam cannot open it; -EINVAL libpam might, but we
 *             cannot: it is neither file nor folder, or may not be read by us; -E2BIG it has more
 *             than STACK_FILE_MAX bytes; -ENOMEM
 * has_folder  whether a folder is there
 * confdir     the folder that pam_start_confdir(3) was given; NULL for pam_start(3)
 * check       whether libpam can run a module in the phase of a type: 0, with *ret set, or -ENOMEM.
 *             NULL: every module can run
 */
struct stack_host {
	int (*read)(void *context, const char *path, char **ret_text, size_t *ret_n);
	bool (*has_folder)(void *context, const char *path);
	void *context;
	const char *confdir;
	int (*check)(void *context, const char *module, enum stack_type type,
		     enum stack_fault *ret);
};

/*
 * Read what a service comes to.
 *
 * name  as pam_start(3) gets it; libpam makes it lower case, and so does this
 * Returns 0 or -ENOMEM. What is wrong with the files is in *ret.
 * Owner:   stack_service_free(ret), always.
 */
int stack_read(const struct stack_host *host, const char *name, struct stack_service *ret);

void stack_service_free(struct stack_service *service);

/* The stack of a phase: the service's own, or that of `other` if the service has no such line. */
const struct stack *stack_get(const struct stack_service *service, enum stack_type type);

/* The type's name, as `account`. */
const char *stack_type_name(enum stack_type type);

/* Whether the module is one of this file name, in whatever folder. */
bool stack_is_module(const struct stack_entry *entry, const char *file_name);

/* Whether libpam reads pam.conf, as no folder of pam.d is there. */
bool stack_uses_conf(const struct stack_host *host);

#define STACK_FOLDER "/etc/pam.d"
#define STACK_VENDOR_FOLDER "/usr/lib/pam.d"
#define STACK_CONF "/etc/pam.conf"

#endif
