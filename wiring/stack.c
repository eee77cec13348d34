/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "line.h"

#define ANY STACK_TYPES

/* The service being read. */
struct reading {
	const struct stack_host *host;
	struct stack_service *service;
	size_t n_entries;
	/*
	 * What libpam's versions read each in its own way: `vague` of the service in the end. Until
	 * then we read on as 1.5 does, for what else is wrong is to be said, too.
	 */
	const char *contested;
	int error; /* -ENOMEM: the reading is void */
};

/* The file being read, and what it is read for. */
struct context {
	const char *file;
	const char *service;   /* whom its lines belong to; NULL: the first word of each says it */
	enum stack_type wants; /* lines of this type only, or ANY */
	unsigned int depth;    /* of includes and substacks */
	unsigned int level;    /* of substacks */
};

/* A line being read, between its words. */
struct statement {
	struct stack_entry entry;
	enum stack_type type;
	const char *arguments; /* entry.argc of them, each with its NUL */
	size_t n_arguments;    /* bytes of that */
	bool is_other;	       /* belongs to the service `other` */
	const char *vague;     /* as in struct stack */
};

static bool read_path(struct reading *r, const struct context *c, const char *path);

const char *stack_type_name(enum stack_type type)
{
	static const char *const names[] = { "auth", "account", "password", "session", "any" };

	return names[type];
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool stack_is_module(const struct stack_entry *entry, const char *name)
{
	return entry->kind == STACK_MODULE && entry->module &&
	       !strcmp(file_name(entry->module), name);
}

bool stack_uses_conf(const struct stack_host *host)
{
	return !host->confdir && !host->has_folder(host->context, STACK_FOLDER) &&
	       !host->has_folder(host->context, STACK_VENDOR_FOLDER);
}

/* ---- What is kept ---- */

static void *grow(struct reading *r, void *list, size_t n, size_t size)
{
	/* Doubling at powers of two, where n is what there is. */
	void *grown = list;

	if ((n & (n - 1)) == 0)
		grown = reallocarray(list, n ? n * 2 : 1, size);
	if (!grown)
		r->error = -ENOMEM;
	return grown;
}

static void complain(struct reading *r, const char *file, unsigned int line, const char *text)
{
	struct stack_service *s = r->service;
	struct stack_complaint *list;

	for (size_t i = 0; i < s->n_complaints; i++)
		if (s->complaints[i].line == line && s->complaints[i].text == text &&
		    !strcmp(s->complaints[i].file, file))
			return;
	list = grow(r, s->complaints, s->n_complaints, sizeof(*list));
	if (!list)
		return;
	s->complaints = list;
	list[s->n_complaints++] =
		(struct stack_complaint){ .file = file, .line = line, .text = text };
}

/* Once a file: every line of such a file is the same. */
static void complain_crlf(struct reading *r, const char *file, unsigned int line)
{
	struct stack_service *s = r->service;

	for (size_t i = 0; i < s->n_complaints; i++)
		if (s->complaints[i].is_crlf && !strcmp(s->complaints[i].file, file))
			return;
	complain(r, file, line,
		 "the line ends in CR LF, and libpam takes the CR as part of the last word");
	if (r->error == 0)
		s->complaints[s->n_complaints - 1].is_crlf = true;
}

/* A file's name that lasts as long as the service, or NULL. */
static const char *keep_file(struct reading *r, const char *path)
{
	struct stack_service *s = r->service;
	char **list;

	for (size_t i = 0; i < s->n_files; i++)
		if (!strcmp(s->files[i], path))
			return s->files[i];
	list = grow(r, s->files, s->n_files, sizeof(*list));
	if (!list)
		return NULL;
	s->files = list;
	list[s->n_files] = strdup(path);
	if (!list[s->n_files]) {
		r->error = -ENOMEM;
		return NULL;
	}
	return list[s->n_files++];
}

/* Whether libpam can make a name for its audit records; it gives up on the service else. */
static bool has_audit_name(const char *module)
{
	const char *name = file_name(module), *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : strlen(name);

	return n > 0 && !(n == 1 && *name == '?');
}

static void free_entry(struct stack_entry *entry)
{
	free(entry->module);
	free(entry->arguments);
	free(entry->argv);
	free(entry->word);
}

/* Keep the arguments: for people as one text, for the module each by itself. False without memory. */
static bool keep_arguments(struct stack_entry *entry, const struct statement *s)
{
	size_t head = (size_t)entry->argc * sizeof(*entry->argv), at = 0;
	char *copy;

	entry->arguments = calloc(s->n_arguments + 1, 1);
	/* The words lie behind the pointers to them. */
	entry->argv = malloc(head + s->n_arguments + 1);
	if (!entry->arguments || !entry->argv)
		return false;
	copy = (char *)entry->argv + head;
	for (int i = 0; i < entry->argc; i++) {
		size_t n = strlen(s->arguments + at);

		entry->argv[i] = memcpy(copy + at, s->arguments + at, n + 1);
		memcpy(entry->arguments + at, s->arguments + at, n);
		at += n + 1;
		if (i + 1 < entry->argc)
			entry->arguments[at - 1] = ' ';
	}
	return true;
}

/* Whether the entry's module can run. False without memory. */
static bool check_module(struct reading *r, const struct statement *s, struct stack_entry *entry)
{
	if (!r->host->check || entry->kind != STACK_MODULE ||
	    (s->type != STACK_ACCOUNT && s->type != STACK_PASSWORD))
		return true;
	return r->host->check(r->host->context, entry->module, s->type, &entry->fault) == 0;
}

/* Add a copy of the line to its stack. False: the service is refused, or memory ran out. */
static bool add(struct reading *r, const struct statement *s)
{
	struct stack *stack = s->is_other ? &r->service->other[s->type] : &r->service->own[s->type];
	struct stack_entry *list, *entry;

	if (s->entry.module && !has_audit_name(s->entry.module)) {
		complain(r, s->entry.file, s->entry.line, "invalid module name");
		return false;
	}
	if (r->n_entries == STACK_ENTRIES_MAX) {
		r->service->vague = "too many lines, includes counted";
		return false;
	}
	list = grow(r, stack->entries, stack->n, sizeof(*list));
	if (!list)
		return false;
	stack->entries = list;
	entry = &list[stack->n];
	*entry = s->entry;
	entry->module = s->entry.module ? strdup(s->entry.module) : NULL;
	entry->word = strdup(s->entry.word ? s->entry.word : "");
	if (!keep_arguments(entry, s) || (s->entry.module && !entry->module) || !entry->word ||
	    !check_module(r, s, entry)) {
		free_entry(entry);
		r->error = -ENOMEM;
		return false;
	}
	if (s->vague && !stack->vague)
		stack->vague = s->vague;
	stack->n++;
	r->n_entries++;
	return true;
}

/* ---- Lines ---- */

/* Fail: what libpam does with a line that it cannot understand, when its turn comes. */
static void fail(struct reading *r, struct statement *s, const char *why)
{
	s->entry.kind = STACK_FAILING;
	complain(r, s->entry.file, s->entry.line, why);
}

/* Read the type. True if it was `@include`, of which Debian's libpam asks no type. */
static bool read_type(struct reading *r, const struct context *c, struct statement *s,
		      const char *word)
{
	/* What libpam takes a line for whose type it cannot read: the most sensitive. */
	s->type = c->wants == ANY ? STACK_AUTH : c->wants;
	if (!word) {
		fail(r, s, "missing type");
		return false;
	}
	if (*word == '-') {
		s->entry.is_silent = true;
		word++;
	}
	for (enum stack_type type = STACK_AUTH; type < STACK_TYPES; type++) {
		if (strcasecmp(word, stack_type_name(type)) != 0)
			continue;
		s->type = type;
		return false;
	}
	if (!strcasecmp(word, "@include")) {
		s->type = c->wants;
		return true;
	}
	fail(r, s, "unknown type; expected auth, account, password or session");
	return false;
}

/* Cut the arguments, in place: words without their brackets, each with its NUL, one behind the other. */
static void read_arguments(struct statement *s, char *rest)
{
	char *to = rest, *word;

	s->arguments = rest;
	while ((word = line_word(&rest))) {
		size_t n = strlen(word) + 1;

		memmove(to, word, n);
		to += n;
		s->n_arguments += n;
		s->entry.argc++;
	}
}

static char *join(struct reading *r, const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) >= 0)
		return path;
	r->error = -ENOMEM;
	return NULL;
}

static const char unreadable[] = "a file of it cannot be read";

/* What cannot be looked at may be there, and another than the one that is read in the end. */
static bool is_there(struct reading *r, const char *path)
{
	char *text = NULL;
	size_t n;
	int result = r->host->read(r->host->context, path, &text, &n);

	free(text);
	if (result == -ENOMEM)
		r->error = result;
	else if (result < 0 && result != -ENOENT)
		r->service->vague = unreadable;
	return result != -ENOENT;
}

/* Where an include's file is: Debian's libpam asks /etc/pam.d alone, others the vendor's too. */
static char *find_include(struct reading *r, const struct statement *s, const char *name)
{
	char *path = *name == '/' ? strdup(name) : join(r, STACK_FOLDER, name), *vendor;

	if (!path)
		r->error = -ENOMEM;
	if (!path || *name == '/' || is_there(r, path))
		return path;
	vendor = join(r, STACK_VENDOR_FOLDER, name);
	if (!vendor || !is_there(r, vendor)) {
		free(vendor);
		return path;
	}
	complain(r, s->entry.file, s->entry.line,
		 "the included file is in " STACK_VENDOR_FOLDER
		 ", where Debian's libpam 1.5 does not look");
	free(path);
	return vendor;
}

/* Include a file. False if libpam fails to. */
static bool include(struct reading *r, const struct context *c, const struct statement *s,
		    const char *service, const char *name, bool is_substack)
{
	struct context inner = {
		.service = service,
		.wants = s->type,
		.depth = c->depth + 1,
		.level = c->level + is_substack,
	};
	char *path;
	bool good;

	/*
	 * Only substacks have a limit in libpam 1.5; includes without an end are followed until
	 * descriptors run out.
	 */
	if (inner.depth >= STACK_LEVELS) {
		complain(r, s->entry.file, s->entry.line,
			 "includes are nested too deeply, or in a circle");
		if (inner.level < STACK_LEVELS)
			r->service->vague = "includes are nested too deeply, or in a circle";
		return false;
	}
	path = find_include(r, s, name);
	good = path && read_path(r, &inner, path);
	free(path);
	if (!good && r->error == 0 && !r->service->vague)
		complain(r, s->entry.file, s->entry.line, "the included file is missing or broken");
	return good;
}

/* A line that includes another file. False: the service is refused. */
static bool take_include(struct reading *r, const struct context *c, struct statement *s,
			 const char *service, const char *name, enum control_kind kind)
{
	bool is_plain = kind == CONTROL_TABLE; /* `@include` */

	if (!name) {
		/* Debian's libpam 1.5 follows a null pointer here. */
		complain(r, s->entry.file, s->entry.line, "missing name of the file to include");
		r->service->vague = "libpam crashes at an include without a file name";
		return false;
	}
	if (kind == CONTROL_SUBSTACK) {
		struct statement mark = *s;
		char *copy = strdup(name);

		mark.entry.kind = STACK_SUBSTACK;
		mark.entry.module = copy;
		if (!copy)
			r->error = -ENOMEM;
		if (!copy || !add(r, &mark)) {
			free(copy);
			return false;
		}
		free(copy);
	}
	if (include(r, c, s, service, name, kind == CONTROL_SUBSTACK))
		return true;
	if (r->error < 0 || r->service->vague)
		return false;
	s->entry.kind = STACK_FAILING;
	if (is_plain && s->type == ANY)
		return false;
	if (is_plain)
		s->vague = "libpam reads uninitialized memory after a failed @include";
	return add(r, s);
}

/* A line with a module. False: the service is refused. */
static bool take_module(struct reading *r, struct statement *s, char *module, char *rest)
{
	if (!module && s->entry.kind != STACK_FAILING)
		fail(r, s, "missing module");
	s->entry.module = module;
	read_arguments(s, rest);
	return add(r, s);
}

/* One line. False: the service is refused. */
static bool take_line(struct reading *r, const struct context *c, const struct line_reader *line,
		      char *text)
{
	struct statement s = { .entry = {
				       .file = c->file, .line = line->first, .level = c->level } };
	const char *service = c->service, *wrong = NULL;
	enum control_kind kind = CONTROL_TABLE;
	char *rest = text, *word;
	bool is_plain, is_vague;

	if (strchr(text, '\r'))
		complain_crlf(r, c->file, line->first);
	if (!service)
		service = line_word(&rest);
	s.is_other = !strcasecmp(service, "other");
	if (!s.is_other && strcasecmp(service, r->service->name) != 0)
		return true;
	is_plain = read_type(r, c, &s, line_word(&rest));
	if (!is_plain) {
		if (c->wants != ANY && s.type != c->wants)
			return true;
		s.entry.word = line_word(&rest);
		kind = control_read(s.entry.word, &s.entry.control, &wrong, &is_vague);
		/* Behind a broken control the module runs, and whatever it returns is bad. */
		if (wrong && s.entry.word)
			complain(r, c->file, line->first, wrong);
		else if (wrong)
			fail(r, &s, wrong);
		if (is_vague)
			s.vague = "the number of lines to jump over overflows";
	}
	word = line_word(&rest);
	if (is_plain || kind != CONTROL_TABLE)
		return take_include(r, c, &s, service, word, kind);
	return take_module(r, &s, word, rest);
}

/* ---- Files ---- */

/* Take every line of a text. False: the service is refused, or what includes the file has to fail. */
static bool take_lines(struct reading *r, const struct context *c, struct line_reader *line)
{
	enum line_result result;

	while ((result = line_next(line)) == LINE_READ)
		if (!take_line(r, c, line, line->buffer))
			return false;
	if (result == LINE_OPEN_END)
		complain(r, c->file, line->number, "the file ends in a continued line");
	if (result == LINE_TOO_LONG) {
		complain(r, c->file, line->first, "the line is too long, continuations counted");
		r->service->vague = "libpam 1.5 hangs at a line that is too long";
	}
	return result == LINE_END;
}

static bool read_text(struct reading *r, const struct context *c, const char *text, size_t n)
{
	struct line_reader line = { .text = text, .n = n };
	bool good = take_lines(r, c, &line);

	if (line.contested) {
		complain(r, c->file, line.contested_at, line.contested);
		r->contested = line.contested;
	}
	return good;
}

/*
 * Open and read. 1 good; 0 the file is broken; -ENOENT it cannot be opened. Whatever is void has
 * set r->error or the service's `vague`.
 */
static int try_path(struct reading *r, struct context *c, const char *path)
{
	char *text = NULL;
	size_t n = 0;
	int result;

	c->file = keep_file(r, path);
	if (!c->file)
		return 0;
	if (r->n_entries + r->service->n_files > STACK_ENTRIES_MAX ||
	    r->service->n_files > STACK_FILES_MAX) {
		r->service->vague = "too many lines, includes counted";
		return 0;
	}
	result = r->host->read(r->host->context, path, &text, &n);
	if (result == -ENOENT)
		return result;
	if (result == -ENOMEM) {
		r->error = result;
	} else if (result < 0) {
		complain(r, c->file, 0,
			 result == -E2BIG ? "file too big" : "not a regular file, or not readable");
		r->service->vague = unreadable;
	}
	result = result == 0 && read_text(r, c, text, n);
	free(text);
	return result;
}

static bool read_path(struct reading *r, const struct context *c, const char *path)
{
	struct context inner = *c;

	return try_path(r, &inner, path) == 1;
}

/* Read a service's own file. 1 good; 0 broken; -ENOENT there is none. */
static int read_service(struct reading *r, const char *name)
{
	const char *const folders[] = { STACK_FOLDER, STACK_VENDOR_FOLDER };
	struct context c = { .service = name, .wants = ANY };
	size_t n = r->host->confdir ? 1 : 2;
	int result = -ENOENT;
	char *path;

	for (size_t i = 0; i < n && result == -ENOENT; i++) {
		path = join(r, r->host->confdir ? r->host->confdir : folders[i], name);
		if (!path)
			return 0;
		result = try_path(r, &c, path);
		free(path);
	}
	return result;
}

static void read_folders(struct reading *r)
{
	int own, other;

	own = read_service(r, r->service->name);
	if (own == 0) {
		r->service->refused = "a file of the service is broken";
		return;
	}
	/* With the name `other` its lines are there twice, as libpam reads them twice. */
	other = read_service(r, "other");
	if (other == 0)
		r->service->refused = "the file of the service \"other\" is broken";
	else if (own < 0 && other < 0)
		r->service->refused =
			"neither the service nor \"other\" has a file in " STACK_FOLDER;
}

static void read_conf(struct reading *r)
{
	struct context c = { .wants = ANY };
	int result = try_path(r, &c, STACK_CONF);

	if (result < 0)
		r->service->refused = "neither " STACK_FOLDER " nor " STACK_CONF " exists";
	else if (result == 0)
		r->service->refused = STACK_CONF " is broken";
}

int stack_read(const struct stack_host *host, const char *name, struct stack_service *ret)
{
	struct reading r = { .host = host, .service = ret };

	*ret = (struct stack_service){ .name = strdup(name) };
	if (!ret->name)
		return -ENOMEM;
	for (char *p = ret->name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	if (stack_uses_conf(host))
		read_conf(&r);
	else
		read_folders(&r);
	if (!ret->vague)
		ret->vague = r.contested;
	return r.error;
}

const struct stack *stack_get(const struct stack_service *service, enum stack_type type)
{
	return service->own[type].n > 0 ? &service->own[type] : &service->other[type];
}

static void free_stack(struct stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		free_entry(&stack->entries[i]);
	free(stack->entries);
}

void stack_service_free(struct stack_service *service)
{
	for (enum stack_type type = STACK_AUTH; type < STACK_TYPES; type++) {
		free_stack(&service->own[type]);
		free_stack(&service->other[type]);
	}
	for (size_t i = 0; i < service->n_files; i++)
		free(service->files[i]);
	free(service->files);
	free(service->complaints);
	free(service->name);
	*service = (struct stack_service){ 0 };
}
