/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "name_sources.h"

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#if __has_include(<nss.h>)
#include <nss.h>
#define HAS_MODULES true
#else
/* A C library without NSS reads the files, and no module is ever looked for. */
#define HAS_MODULES false
enum nss_status {
	NSS_STATUS_TRYAGAIN = -2,
	NSS_STATUS_UNAVAIL,
	NSS_STATUS_NOTFOUND,
	NSS_STATUS_SUCCESS
};
#endif

/* A test defines other files. */
#ifndef NAME_SOURCES_NSSWITCH
#define NAME_SOURCES_NSSWITCH "/etc/nsswitch.conf"
#define NAME_SOURCES_PASSWD "/etc/passwd"
#define NAME_SOURCES_GROUP "/etc/group"
#endif

/* Bytes that one entry may need: a group of a hundred thousand members has a megabyte. */
#define ENTRY_FIRST ((size_t)4096)
#define ENTRY_MAX ((size_t)16 * 1024 * 1024)
/* Groups of one user: Linux has no more. */
#define GROUPS_MAX 65536

/* ---- nsswitch.conf ---- */

/* A database's line, and how far it has been read. Owner: free(text). */
struct line {
	char *text, *rest;
	bool is_initgroups; /* its own line, where a name source that has groups ends the search */
};

/* The result of asking one name source. */
enum answer {
	ANSWER_NONE = 0, /* not asked, or no answer */
	ANSWER_LATER,	 /* likewise; for nsswitch.conf it is another status */
	ANSWER_NO,
	ANSWER_YES,
};

/* Which function of a module is asked. */
enum kind { KIND_USER, KIND_GROUP, KIND_GID, KIND_GROUPS };

/* After which answers of a name source the search ends (nsswitch.conf(5)). */
struct actions {
	bool returns[ANSWER_YES + 1];
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The text behind "database:" of a line, or NULL. */
static const char *match_database(const char *text, const char *database)
{
	size_t n = strlen(database);

	while (is_space(*text))
		text++;
	if (strncmp(text, database, n) != 0)
		return NULL;
	text += n;
	while (is_space(*text))
		text++;
	return *text == ':' ? text + 1 : NULL;
}

/*
 * Find the lines of two databases (the second may be NULL) in one reading; the last of each counts, as in libc.
 *
 * texts     on the heap; NULL for a line that the file lacks
 * Returns:  0; -ENOMEM; -EIO.
 */
static int find_lines(const char *const databases[2], char *texts[2])
{
	FILE *file = fopen(NAME_SOURCES_NSSWITCH, "re");
	char *text = NULL;
	size_t size = 0;
	int r = 0;

	texts[0] = texts[1] = NULL;
	if (!file)
		return errno == ENOENT ? 0 : -EIO;
	errno = 0;
	while (r == 0 && getline(&text, &size, file) >= 0) {
		text[strcspn(text, "#")] = '\0';
		for (size_t i = 0; i < 2 && databases[i] && r == 0; i++) {
			const char *sources = match_database(text, databases[i]);

			if (!sources)
				continue;
			free(texts[i]);
			texts[i] = strdup(sources);
			r = texts[i] ? 0 : -ENOMEM;
		}
	}
	if (r == 0 && !feof(file))
		r = errno == ENOMEM ? -ENOMEM : -EIO;
	free(text);
	fclose(file);
	return r;
}

/* Begin with the name sources of users, of groups by name, or of the groups of a user. 0, -ENOMEM or -EIO. */
static int begin(struct line *line, enum kind kind)
{
	static const char *const databases[][2] = {
		[KIND_USER] = { "passwd", NULL },
		[KIND_GROUP] = { "group", NULL },
		[KIND_GID] = { "group", NULL },
		[KIND_GROUPS] = { "initgroups", "group" },
	};
	char *texts[2];
	int r = find_lines(databases[kind], texts);

	line->is_initgroups = kind == KIND_GROUPS && texts[0];
	line->text = texts[0] ? texts[0] : texts[1];
	if (texts[0])
		free(texts[1]);
	if (r == 0 && !line->text) {
		line->text = strdup("files");
		r = line->text ? 0 : -ENOMEM;
	}
	line->rest = line->text;
	return r;
}

/* Take a word off a text: up to one of `ends`. */
static char *take_word(char **text, const char *ends, size_t *ret_n)
{
	char *word;

	while (is_space(**text))
		(*text)++;
	word = *text;
	*ret_n = strcspn(word, ends);
	*text = word + *ret_n;
	while (is_space(**text))
		(*text)++;
	return word;
}

static bool is_word(const char *text, size_t n, const char *word)
{
	return n == strlen(word) && !strncasecmp(text, word, n);
}

/* Read one `[STATUS=action …]`, of which the first bracket has been read. */
static void read_actions(char *text, bool heeds_success, struct actions *actions)
{
	static const char *const names[] = {
		[ANSWER_NONE] = "UNAVAIL",
		[ANSWER_LATER] = "TRYAGAIN",
		[ANSWER_NO] = "NOTFOUND",
		[ANSWER_YES] = "SUCCESS",
	};

	for (;;) {
		size_t n, n_action;
		char *word = take_word(&text, " \t\r\n=]", &n), *action;
		bool is_negated = word[0] == '!', returns;

		if (*text != '=')
			return;
		text++;
		action = take_word(&text, " \t\r\n]", &n_action);
		returns = is_word(action, n_action, "return");
		for (int i = ANSWER_NONE; i <= ANSWER_YES; i++)
			/* On a `group:` line libc always continues after success. */
			if (is_word(word + is_negated, n - is_negated, names[i]) != is_negated &&
			    (i != ANSWER_YES || heeds_success))
				actions->returns[i] = returns;
	}
}

/* The next source of a line, with its actions; false at the end. */
static bool next_source(struct line *line, char name[NAME_SOURCE_SIZE], struct actions *actions)
{
	size_t n;
	char *at = line->rest, *word = take_word(&at, " \t\r\n[", &n);

	*actions = (struct actions){ .returns[ANSWER_YES] = line->is_initgroups };
	if (n == 0)
		return false;
	snprintf(name, NAME_SOURCE_SIZE, "%.*s", (int)n, word);
	if (*at == '[') {
		read_actions(at + 1, line->is_initgroups, actions);
		at += strcspn(at, "]");
		at += *at == ']';
	}
	line->rest = at;
	return true;
}

static bool is_local(const char *source)
{
	static const char *const locals[] = { "files", "compat", "db", "systemd" };

	for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
		if (!strcmp(source, locals[i]))
			return true;
	return false;
}

static int is_same(const char *source, void *context)
{
	return !strcmp(source, context);
}

/* Whether a name source counts: a missing answer is not a "no". 1, 0 or an error of the library. */
static int counts(const struct name_sources *sources, char *source)
{
	if (!strcmp(source, "files"))
		return 1;
	for (size_t i = 0; i < sources->n_counted; i++)
		if (!strcmp(sources->counted[i], source))
			return 1;
	if (sources->counted || !sources->policy)
		return !sources->counted;
	return rolegate_policy_each_name_source(sources->policy, is_same, source);
}

/* ---- One name source ---- */

/* A function of a name source's module. */
static void *find_function(void *module, const char *source, const char *function)
{
	char symbol[NAME_SOURCE_SIZE + 32];

	snprintf(symbol, sizeof(symbol), "_nss_%s_%s", source, function);
	return dlsym(module, symbol);
}

static void *open_module(const char *source)
{
	char path[NAME_SOURCE_SIZE + 16];

	if (!HAS_MODULES || strchr(source, '/'))
		return NULL;
	snprintf(path, sizeof(path), "libnss_%s.so.2", source);
	/* Some modules leave threads and destructors behind: what was loaded once stays. */
	return dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

static enum answer answer_of(enum nss_status status)
{
	switch (status) {
	case NSS_STATUS_SUCCESS:
		return ANSWER_YES;
	case NSS_STATUS_NOTFOUND:
		return ANSWER_NO;
	case NSS_STATUS_TRYAGAIN:
		return ANSWER_LATER;
	default:
		return ANSWER_NONE;
	}
}

/* A name and what belongs to it. */
struct question {
	const char *name;
	gid_t primary; /* of a user whose groups are asked for; or the gid that is asked for */
	uint32_t id;   /* the answer: uid or gid */
	struct name_gids *gids; /* the answer: groups */
};

typedef enum nss_status (*get_user)(const char *, struct passwd *, char *, size_t, int *);
typedef enum nss_status (*get_group)(const char *, struct group *, char *, size_t, int *);
typedef enum nss_status (*get_gid)(gid_t, struct group *, char *, size_t, int *);
typedef enum nss_status (*list_groups)(const char *, gid_t, long *, long *, gid_t **, long, int *);

static const char *const functions[] = {
	[KIND_USER] = "getpwnam_r",
	[KIND_GROUP] = "getgrnam_r",
	[KIND_GID] = "getgrgid_r",
	[KIND_GROUPS] = "initgroups_dyn",
};

static enum nss_status call(enum kind kind, void *function, struct question *q, char *buffer,
			    size_t n, int *error)
{
	enum nss_status status;
	struct passwd user = { 0 };
	struct group group = { 0 };

	if (kind == KIND_USER) {
		status = ((get_user)function)(q->name, &user, buffer, n, error);
		q->id = user.pw_uid;
	} else if (kind == KIND_GROUP) {
		status = ((get_group)function)(q->name, &group, buffer, n, error);
		q->id = group.gr_gid;
	} else {
		status = ((get_gid)function)(q->primary, &group, buffer, n, error);
	}
	return status;
}

/* Ask for one entry, in as large a buffer as it takes. */
static enum answer ask_entry(enum kind kind, void *function, struct question *q)
{
	for (size_t n = ENTRY_FIRST; n <= ENTRY_MAX; n *= 4) {
		char *buffer = malloc(n);
		enum nss_status status;
		int error = 0;

		if (!buffer)
			return ANSWER_NONE;
		status = call(kind, function, q, buffer, n, &error);
		free(buffer);
		if (status != NSS_STATUS_TRYAGAIN || error != ERANGE)
			return answer_of(status);
	}
	return ANSWER_NONE;
}

/* Ask for all groups of the user. The list is the module's to grow, so it is on the heap. */
static enum answer ask_groups(void *function, struct question *q)
{
	long start = 0, size = 64;
	gid_t *list = calloc((size_t)size, sizeof(*list));
	enum answer answer;
	int error = 0;

	if (!list)
		return ANSWER_NONE;
	answer = answer_of(((list_groups)function)(q->name, q->primary, &start, &size, &list,
						   GROUPS_MAX, &error));
	for (long i = 0; i < start && answer == ANSWER_YES; i++)
		if (name_gids_add(q->gids, list[i]) < 0)
			answer = ANSWER_NONE;
	free(list);
	return answer;
}

/* Ask a name source that has a module. One that cannot list a user's groups is asked whether it answers at all. */
static enum answer ask_module(const char *source, enum kind kind, struct question *q)
{
	void *module = open_module(source), *function;
	enum answer answer;

	if (!module)
		return ANSWER_NONE;
	function = find_function(module, source, functions[kind]);
	if (!function && kind == KIND_GROUPS) {
		kind = KIND_GID;
		function = find_function(module, source, functions[kind]);
	}
	if (!function)
		answer = ANSWER_NO; /* it has no such database, and so no such entry */
	else
		answer = kind == KIND_GROUPS ? ask_groups(function, q)
					     : ask_entry(kind, function, q);
	dlclose(module);
	return answer;
}

/* ---- files: its functions are libc's own, and have no names outside of it ---- */

static bool is_member(const struct group *group, const char *name)
{
	for (char **member = group->gr_mem; *member; member++)
		if (!strcmp(*member, name))
			return true;
	return false;
}

/* Look at the entries of passwd or group; their strings are in `line`. */
static enum answer read_entries(FILE *file, enum kind kind, struct question *q, char *line,
				size_t n_line)
{
	enum answer answer = ANSWER_NO;
	struct passwd user, *found_user;
	struct group group, *found_group;
	int error;

	for (;;) {
		error = kind == KIND_USER ? fgetpwent_r(file, &user, line, n_line, &found_user)
					  : fgetgrent_r(file, &group, line, n_line, &found_group);
		if (error)
			return error == ENOENT && !ferror(file) ? answer : ANSWER_NONE;
		if (kind == KIND_GROUPS) {
			/* As in libc, who is in no group but the primary one is not found. */
			if (group.gr_gid == q->primary || !is_member(&group, q->name))
				continue;
			if (name_gids_add(q->gids, group.gr_gid) < 0)
				return ANSWER_NONE;
			answer = ANSWER_YES;
			continue;
		}
		/* The first entry of a name or gid is the one that libc finds. */
		if (kind == KIND_GID ? group.gr_gid != q->primary
				     : strcmp(kind == KIND_USER ? user.pw_name : group.gr_name,
					      q->name) != 0)
			continue;
		q->id = kind == KIND_USER ? user.pw_uid : group.gr_gid;
		return ANSWER_YES;
	}
}

/* Bytes that the longest line of a file can take when it is read: it, and a pointer for each name of two bytes. */
static size_t line_size(FILE *file)
{
	struct stat st;

	if (!file || fstat(fileno(file), &st) < 0 || st.st_size < 0 ||
	    (size_t)st.st_size > ENTRY_MAX / 8)
		return ENTRY_MAX;
	return (size_t)st.st_size * 5 + ENTRY_FIRST;
}

static enum answer ask_files(enum kind kind, struct question *q)
{
	const char *path = kind == KIND_USER ? NAME_SOURCES_PASSWD : NAME_SOURCES_GROUP;
	FILE *file = fopen(path, "re");
	size_t size = line_size(file);
	char *line = malloc(size);
	enum answer answer = ANSWER_NONE;

	/* libc asks for the position at every entry, and only knows it without the kernel after a seek. */
	if (file)
		rewind(file);
	if (file && line)
		answer = read_entries(file, kind, q, line, size);
	else if (!file && errno == ENOENT)
		answer = ANSWER_NO;
	if (file)
		fclose(file);
	free(line);
	return answer;
}

/* ---- All of them ---- */

static enum answer ask_source(const char *source, enum kind kind, struct question *q)
{
	return !strcmp(source, "files") ? ask_files(kind, q) : ask_module(source, kind, q);
}

/* Ask one source after the other, as libc would. Groups come from all of them, a name from the first that has it. */
static int ask_all(struct name_sources *sources, enum kind kind, struct question *q)
{
	char source[NAME_SOURCE_SIZE];
	struct actions actions;
	struct line line;
	int r = begin(&line, kind);

	sources->silent[0] = '\0';
	while (r == 0 && next_source(&line, source, &actions)) {
		enum answer answer;

		/* Our own module answers by the policy that is being asked. */
		if (!strcmp(source, "rolegate") || (sources->local_only && !is_local(source)))
			continue;
		answer = ask_source(source, kind, q);
		if (answer <= ANSWER_LATER && sources->silent[0] == '\0') {
			r = counts(sources, source);
			if (r > 0)
				strcpy(sources->silent, source);
			r = r < 0 ? r : 0;
		}
		if (answer == ANSWER_YES && kind != KIND_GROUPS)
			r = 1;
		if (actions.returns[answer])
			break;
	}
	free(line.text);
	return r;
}

int name_gids_add(struct name_gids *gids, gid_t gid)
{
	gid_t *more;
	size_t max;

	for (size_t i = 0; i < gids->n; i++)
		if (gids->list[i] == gid)
			return 0;
	if (gids->n == gids->max) {
		max = gids->max ? gids->max * 2 : 32;
		more = reallocarray(gids->list, max, sizeof(*more));
		if (!more)
			return -ENOMEM;
		gids->list = more;
		gids->max = max;
	}
	gids->list[gids->n++] = gid;
	return 0;
}

int name_sources_ask_groups(struct name_sources *sources, const char *user, gid_t primary,
			    struct name_gids *gids)
{
	struct question q = { .name = user, .primary = primary, .gids = gids };
	int r = name_gids_add(gids, primary);

	return r < 0 ? r : ask_all(sources, KIND_GROUPS, &q);
}

int name_sources_find_user(struct name_sources *sources, const char *name, uint32_t *ret_id)
{
	struct question q = { .name = name };
	int r = ask_all(sources, KIND_USER, &q);

	if (r > 0 && ret_id)
		*ret_id = q.id;
	return r;
}

int name_sources_find_group(struct name_sources *sources, const char *name, uint32_t *ret_id)
{
	struct question q = { .name = name };
	int r = ask_all(sources, KIND_GROUP, &q);

	if (r > 0 && ret_id)
		*ret_id = q.id;
	return r;
}

int name_sources_find_gid(struct name_sources *sources, gid_t gid)
{
	struct question q = { .name = "", .primary = gid };

	return ask_all(sources, KIND_GID, &q);
}

typedef int (*each_source)(void *context, const char *source, bool is_user, bool answers);

/* Call for the name sources that only this line has. Each is asked for root: it can tell whether it has that entry. */
static int each_of(struct line line, struct line other, bool is_user, each_source each,
		   void *context)
{
	char source[NAME_SOURCE_SIZE], name[NAME_SOURCE_SIZE];
	struct name_gids gids = { 0 };
	struct question q = { .name = "root", .gids = &gids };
	struct actions actions;
	int r = 0;

	while (r == 0 && next_source(&line, source, &actions)) {
		enum kind kind = is_user ? KIND_USER : KIND_GROUPS;
		struct line rest = other;
		bool is_known = !strcmp(source, "files") || !strcmp(source, "rolegate");

		while (!is_known && rest.text && next_source(&rest, name, &actions))
			is_known = !strcmp(source, name);
		if (!is_known)
			r = each(context, source, is_user,
				 ask_module(source, kind, &q) > ANSWER_LATER);
	}
	free(gids.list);
	return r;
}

int name_sources_each(int (*each)(void *context, const char *source, bool is_user, bool answers),
		      void *context)
{
	const struct line none = { 0 };
	struct line users = none, groups = none, by_name = none;
	int r;

	r = begin(&users, KIND_USER);
	if (r == 0)
		r = begin(&groups, KIND_GROUPS);
	/* Beside a line initgroups, a line group says where a group is looked up by name. */
	if (r == 0 && groups.is_initgroups)
		r = begin(&by_name, KIND_GROUP);
	if (r == 0)
		r = each_of(users, none, true, each, context);
	if (r == 0)
		r = each_of(groups, none, false, each, context);
	if (r == 0 && by_name.text)
		r = each_of(by_name, groups, false, each, context);
	free(users.text);
	free(groups.text);
	free(by_name.text);
	return r;
}
