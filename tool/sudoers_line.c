/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line of sudoers: an alias, a setting, or a rule. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sudoers.h"

/* A line that is being read. is_wrong: it is not understood; is_full: memory ran out. */
struct line {
	struct sudoers *sudoers;
	struct sudoers_place place;
	const char *p;
	bool is_wrong, is_full;
};

/* ---- Words and lists ---- */

static char skip_blanks(struct line *l)
{
	l->p += strspn(l->p, " \t");
	return *l->p;
}

/* Take a sign if it comes next. */
static bool take(struct line *l, char sign)
{
	if (skip_blanks(l) != sign)
		return false;
	l->p++;
	return true;
}

/* A word up to one of the stops or a blank, quotes and escapes taken off. NULL if it is none. */
static const char *read_word(struct line *l, const char *stops)
{
	char *word = arena_take(&l->sudoers->arena, strlen(l->p) + 1);
	bool is_quoted = false;
	size_t n = 0;

	if (!word) {
		l->is_full = true;
		return NULL;
	}
	skip_blanks(l);
	for (; *l->p && (is_quoted || (!strchr(" \t", *l->p) && !strchr(stops, *l->p))); l->p++) {
		if (*l->p == '"') {
			is_quoted = !is_quoted;
			continue;
		}
		if (*l->p == '\\' && l->p[1])
			l->p++;
		word[n++] = *l->p;
	}
	if (n == 0 || is_quoted)
		l->is_wrong = true;
	return l->is_wrong ? NULL : word;
}

static void add_item(struct line *l, struct sudoers_list *list, struct sudoers_item item)
{
	struct sudoers_item *grown = array_grow(list->list, list->n, &list->max, sizeof(*grown));

	if (!grown) {
		l->is_full = true;
		return;
	}
	list->list = grown;
	grown[list->n++] = item;
}

/* Whether more than an even number of `!` comes next. */
static bool read_negation(struct line *l)
{
	bool is_negated = false;

	while (take(l, '!'))
		is_negated = !is_negated;
	return is_negated;
}

/* Items between commas. `:` belongs to a name only in `%:group`. */
static void read_list(struct line *l, struct sudoers_list *list)
{
	do {
		bool is_negated = read_negation(l);
		bool is_foreign = skip_blanks(l) == '%' && l->p[1] == ':';
		const char *word = read_word(l, is_foreign ? ",=()" : ",:=()");

		if (word)
			add_item(l, list, (struct sudoers_item){ is_negated, word });
	} while (!l->is_wrong && !l->is_full && take(l, ','));
}

/* A list that grants point at, which the whole owns. NULL if memory ran out. */
static struct sudoers_list *new_list(struct line *l)
{
	struct sudoers *s = l->sudoers;
	struct sudoers_list *list = arena_take(&s->arena, sizeof(*list));
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers is meant */
	struct sudoers_list **grown = array_grow(s->lists, s->n_lists, &s->max_lists, sizeof(list));

	if (grown)
		s->lists = grown;
	if (!grown || !list) {
		l->is_full = true;
		return NULL;
	}
	s->lists[s->n_lists++] = list;
	return list;
}

/* ---- Commands ---- */

/* Whether a digest comes next, as `sha256:…`. */
static bool is_digest(const char *p)
{
	static const char *const kinds[] = { "sha224:", "sha256:", "sha384:", "sha512:" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(p, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

/* Pass over `sha256:…, sha512:…` before a command. */
static void skip_digests(struct line *l)
{
	skip_blanks(l);
	while (is_digest(l->p)) {
		l->p += strcspn(l->p, ":") + 1;
		skip_blanks(l);
		l->p += strcspn(l->p, " \t,");
		(void)take(l, ',');
		skip_blanks(l);
	}
}

/* Whether the text stands at the `$` that ends a regular expression. */
static bool is_end_of_regex(const char *p)
{
	return *p == '$' && (!p[1] || strchr(" \t,", p[1]));
}

/* Copy a command up to its end; what is escaped for sudoers' sake loses the escape. */
static size_t copy_command(struct line *l, char *to)
{
	bool is_quoted = false, in_regex = false;
	size_t n = 0;

	for (; *l->p; l->p++) {
		bool begins = n == 0 || to[n - 1] == ' ' || to[n - 1] == '\t';

		if (*l->p == '^' && begins)
			in_regex = true;
		else if (in_regex && is_end_of_regex(l->p))
			in_regex = false;
		else if (*l->p == '"' && !in_regex)
			is_quoted = !is_quoted;
		else if (!in_regex && !is_quoted && strchr(",:", *l->p))
			break;
		if (*l->p == '\\' && l->p[1]) {
			if (in_regex || !strchr(",:=", l->p[1]))
				to[n++] = *l->p;
			l->p++;
		}
		to[n++] = *l->p;
	}
	while (n > 0 && strchr(" \t", to[n - 1]))
		n--;
	l->is_wrong = l->is_wrong || is_quoted || in_regex;
	return n;
}

/* A command with its arguments, blanks at its end taken off. NULL if it is none. */
static const char *read_command(struct line *l)
{
	char *command;
	size_t n;

	skip_digests(l);
	command = arena_take(&l->sudoers->arena, strlen(l->p) + 1);
	if (!command) {
		l->is_full = true;
		return NULL;
	}
	n = copy_command(l, command);
	command[n] = '\0';
	l->is_wrong = l->is_wrong || n == 0;
	return l->is_wrong ? NULL : command;
}

/* ---- Aliases and settings ---- */

static void read_alias(struct line *l, char kind)
{
	struct sudoers *s = l->sudoers;

	do {
		struct sudoers_alias alias = { .kind = kind }, *grown;

		alias.name = read_word(l, "=:,");
		if (!alias.name || !take(l, '=')) {
			l->is_wrong = true;
			return;
		}
		if (kind != 'C')
			read_list(l, &alias.items);
		else
			do {
				bool is_negated = read_negation(l);
				const char *command = read_command(l);

				if (command)
					add_item(l, &alias.items,
						 (struct sudoers_item){ is_negated, command });
			} while (!l->is_wrong && !l->is_full && take(l, ','));
		grown = array_grow(s->aliases, s->n_aliases, &s->max_aliases, sizeof(*grown));
		if (!grown) {
			free(alias.items.list);
			l->is_full = true;
			return;
		}
		s->aliases = grown;
		grown[s->n_aliases++] = alias;
	} while (!l->is_wrong && !l->is_full && take(l, ':'));
}

/* `Defaults`, perhaps for some (`:alice`, `@host`, `>root`, `!/bin/x`), then parameters. */
static void read_settings(struct line *l)
{
	struct sudoers *s = l->sudoers;

	/* Whom it is for does not matter: it is for somebody. */
	if (!strchr(" \t", *l->p))
		l->p += strcspn(l->p, " \t");
	do {
		struct sudoers_setting setting = { .place = l->place, .value = "" }, *grown;

		setting.is_negated = read_negation(l);
		setting.name = read_word(l, ",=+-");
		if (!setting.name)
			return;
		if (skip_blanks(l) == '+' || *l->p == '-')
			l->p++;
		if (take(l, '='))
			setting.value = read_word(l, ",");
		if (!setting.value)
			return;
		grown = array_grow(s->settings, s->n_settings, &s->max_settings, sizeof(*grown));
		if (!grown) {
			l->is_full = true;
			return;
		}
		s->settings = grown;
		grown[s->n_settings++] = setting;
	} while (take(l, ','));
}

/* ---- Rules ---- */

/* `(users:groups)`, which holds for the commands behind it. */
static void read_runas(struct line *l, struct sudoers_grant *grant)
{
	struct sudoers_list *users = new_list(l), groups = { 0 };

	grant->has_runas = true;
	grant->runas = users;
	if (!users)
		return;
	if (skip_blanks(l) != ':' && *l->p != ')')
		read_list(l, users);
	if (take(l, ':') && skip_blanks(l) != ')')
		read_list(l, &groups);
	free(groups.list);
	if (!take(l, ')'))
		l->is_wrong = true;
}

/* Whether the word at the line's place is one of a list that ends with NULL. */
static const char *word_here(const struct line *l, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (!strncmp(l->p, *words, n) && !isalnum((unsigned char)l->p[n]) && l->p[n] != '_')
			return *words;
	}
	return NULL;
}

/* Options (`TIMEOUT=5m`) and tags (`NOPASSWD:`) before a command. */
static void read_tags(struct line *l, struct sudoers_grant *grant)
{
	static const char *const options[] = {
		"ROLE", "TYPE",	  "PRIVS",   "LIMITPRIVS",	 "NOTBEFORE", "NOTAFTER",
		"CWD",	"CHROOT", "TIMEOUT", "APPARMOR_PROFILE", NULL
	};
	static const char *const tags[] = { "EXEC",	    "NOEXEC",	   "FOLLOW",
					    "NOFOLLOW",	    "INTERCEPT",   "NOINTERCEPT",
					    "LOG_INPUT",    "NOLOG_INPUT", "LOG_OUTPUT",
					    "NOLOG_OUTPUT", "MAIL",	   "NOMAIL",
					    "PASSWD",	    "NOPASSWD",	   "SETENV",
					    "NOSETENV",	    NULL };
	const char *word;

	while (!l->is_wrong && !l->is_full) {
		skip_blanks(l);
		word = word_here(l, options);
		if (word) {
			l->p += strlen(word);
			if (!take(l, '=') || !read_word(l, ","))
				l->is_wrong = true;
			continue;
		}
		word = word_here(l, tags);
		if (!word)
			return;
		l->p += strlen(word);
		if (!take(l, ':'))
			l->is_wrong = true;
		if (!strcmp(word, "NOPASSWD") || !strcmp(word, "PASSWD"))
			grant->is_free = *word == 'N';
	}
}

/* Commands between commas; runas and tags hold until others come. */
static void read_grants(struct line *l, const struct sudoers_list *users)
{
	struct sudoers *s = l->sudoers;
	struct sudoers_grant grant = { .place = l->place, .users = users }, *grown;

	do {
		if (take(l, '('))
			read_runas(l, &grant);
		read_tags(l, &grant);
		grant.command.is_negated = read_negation(l);
		if (l->is_wrong || l->is_full)
			return;
		grant.command.text = read_command(l);
		if (!grant.command.text)
			return;
		grown = array_grow(s->grants, s->n_grants, &s->max_grants, sizeof(*grown));
		if (!grown) {
			l->is_full = true;
			return;
		}
		s->grants = grown;
		grown[s->n_grants++] = grant;
	} while (take(l, ','));
}

/* `users hosts = commands : hosts = commands`. Which hosts does not matter: this may be one. */
static void read_rule(struct line *l)
{
	struct sudoers_list *users = new_list(l), hosts = { 0 };

	if (users)
		read_list(l, users);
	do {
		if (l->is_wrong || l->is_full)
			break;
		read_list(l, &hosts);
		if (!take(l, '='))
			l->is_wrong = true;
		else
			read_grants(l, users);
	} while (take(l, ':'));
	free(hosts.list);
}

bool sudoers_read_line(struct sudoers *sudoers, const char *text, struct sudoers_place place)
{
	static const char *const kinds[] = { "User_Alias", "Runas_Alias", "Host_Alias",
					     "Cmnd_Alias", "Cmd_Alias",	  NULL };
	struct line l = { .sudoers = sudoers, .place = place, .p = text };
	const char *kind;

	if (skip_blanks(&l) == '\0')
		return true;
	kind = word_here(&l, kinds);
	if (kind) {
		l.p += strlen(kind);
		read_alias(&l, *kind);
	} else if (!strncmp(l.p, "Defaults", 8) && strchr(" \t:@>!", l.p[8]) && l.p[8]) {
		l.p += 8;
		read_settings(&l);
	} else {
		read_rule(&l);
	}
	if (!l.is_full && (l.is_wrong || skip_blanks(&l)))
		return sudoers_complain(sudoers, place, 0,
					"it is neither an alias nor a setting nor a rule");
	return !l.is_full;
}
