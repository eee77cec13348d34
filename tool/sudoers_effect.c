/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sudoers_effect.h"

#include <ctype.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a command that are looked at; a longer one is not clear. */
#define COMMAND_MAX 4096u

/* ---- Programs that do whatever one likes ---- */

/* When a program lets its user do everything. */
enum danger {
	ALWAYS, /* with any arguments: it offers a shell, or edits other files */
	ALONE,	/* also without any: it is a shell or reads commands */
	GIVEN,	/* where the arguments can be chosen */
	PAGER,	/* the same, and where what is written out makes it show something in a pager */
};

/* Names; a `*` at the end stands for a version and the like. */
static const struct {
	const char *name;
	enum danger danger;
} programs[] = {
	{ "vi", ALWAYS },
	{ "vim*", ALWAYS },
	{ "nvim", ALWAYS },
	{ "rvim", ALWAYS },
	{ "view", ALWAYS },
	{ "nano", ALWAYS },
	{ "rnano", ALWAYS },
	{ "emacs*", ALWAYS },
	{ "joe", ALWAYS },
	{ "mcedit", ALWAYS },
	{ "mc", ALWAYS },
	{ "ed", ALWAYS },
	{ "ex", ALWAYS },
	{ "editor", ALWAYS },
	{ "sensible-editor", ALWAYS },
	{ "less", ALWAYS },
	{ "more", ALWAYS },
	{ "most", ALWAYS },
	{ "pager", ALWAYS },
	{ "man", ALWAYS },
	{ "visudo", ALWAYS },
	{ "crontab", ALWAYS },
	{ "ftp", ALWAYS },
	{ "gdb", ALWAYS },
	{ "sh", ALONE },
	{ "bash", ALONE },
	{ "rbash", ALONE },
	{ "dash", ALONE },
	{ "ksh*", ALONE },
	{ "mksh", ALONE },
	{ "zsh", ALONE },
	{ "fish", ALONE },
	{ "csh", ALONE },
	{ "tcsh", ALONE },
	{ "busybox", ALONE },
	{ "su", ALONE },
	{ "sudo", ALONE },
	{ "pkexec", ALONE },
	{ "at", ALONE },
	{ "batch", ALONE },
	{ "screen", ALONE },
	{ "tmux", ALONE },
	{ "script", ALONE },
	{ "unshare", ALONE },
	{ "perl*", ALONE },
	{ "python", ALONE },
	{ "python3", ALONE },
	{ "python*", ALONE },
	{ "ruby*", ALONE },
	{ "irb", ALONE },
	{ "lua*", ALONE },
	{ "php*", ALONE },
	{ "nodejs", ALONE },
	{ "tclsh*", ALONE },
	{ "expect", ALONE },
	{ "guile*", ALONE },
	{ "parted", GIVEN },
	{ "env", GIVEN },
	{ "xargs", GIVEN },
	{ "find", GIVEN },
	{ "awk", GIVEN },
	{ "gawk", GIVEN },
	{ "mawk", GIVEN },
	{ "sed", GIVEN },
	{ "cp", GIVEN },
	{ "mv", GIVEN },
	{ "ln", GIVEN },
	{ "dd", GIVEN },
	{ "tee", GIVEN },
	{ "install", GIVEN },
	{ "tar", GIVEN },
	{ "cpio", GIVEN },
	{ "zip", GIVEN },
	{ "unzip", GIVEN },
	{ "rsync", GIVEN },
	{ "scp", GIVEN },
	{ "sftp", GIVEN },
	{ "ssh", GIVEN },
	{ "git", GIVEN },
	{ "wget", GIVEN },
	{ "curl", GIVEN },
	{ "socat", GIVEN },
	{ "nc", GIVEN },
	{ "tcpdump", GIVEN },
	{ "chmod", GIVEN },
	{ "chown", GIVEN },
	{ "chgrp", GIVEN },
	{ "setfacl", GIVEN },
	{ "setcap", GIVEN },
	{ "mount", GIVEN },
	{ "chroot", GIVEN },
	{ "nsenter", GIVEN },
	{ "setpriv", GIVEN },
	{ "runuser", GIVEN },
	{ "systemctl", PAGER },
	{ "journalctl", PAGER },
	{ "systemd-run", GIVEN },
	{ "machinectl", GIVEN },
	{ "docker", GIVEN },
	{ "podman", GIVEN },
	{ "lxc*", GIVEN },
	{ "virsh", GIVEN },
	{ "apt-get", GIVEN },
	{ "apt", GIVEN },
	{ "ncat", GIVEN },
	{ "node", ALONE },
	{ "pip", GIVEN },
	{ "aptitude", ALONE },
	{ "dpkg", GIVEN },
	{ "rpm", GIVEN },
	{ "dnf*", GIVEN },
	{ "yum", GIVEN },
	{ "snap", GIVEN },
	{ "pip3", GIVEN },
	{ "make", GIVEN },
	{ "strace", GIVEN },
	{ "nice", GIVEN },
	{ "nohup", GIVEN },
	{ "timeout", GIVEN },
	{ "watch", GIVEN },
	{ "time", GIVEN },
	{ "stdbuf", GIVEN },
	{ "flock", GIVEN },
	{ "ionice", GIVEN },
	{ "chrt", GIVEN },
	{ "taskset", GIVEN },
	{ "setsid", GIVEN },
	{ "start-stop-daemon", GIVEN },
	{ "insmod", GIVEN },
	{ "modprobe", GIVEN },
	{ "kexec", GIVEN },
	{ "debugfs", ALONE },
	{ "mysql", ALONE },
	{ "psql", ALONE },
	{ "sqlite3", ALONE },
	{ "ldconfig", GIVEN },
	{ "update-alternatives", GIVEN },
	{ "pam-auth-update", ALONE },
	{ "capsh", ALONE },
};

/* ---- Programs that set passwords without PAM ---- */

/*
 * options  short ones that ask PAM or only show something; NULL: there is no harmless use
 * words    the same, long; with blanks around each
 */
static const struct {
	const char *name, *options, *words;
} setters[] = {
	{ "passwd", "kqSsah", " --keep-tokens --quiet --status --stdin --all --help " },
	{ "chpasswd", "h", " --help " },
	{ "newusers", "h", " --help " },
	{ "chage", "lih", " --list --iso8601 --help " },
	{ "usermod", NULL, NULL },
	{ "useradd", NULL, NULL },
	{ "userdel", NULL, NULL },
	{ "adduser", NULL, NULL },
	{ "deluser", NULL, NULL },
	{ "addgroup", NULL, NULL },
	{ "delgroup", NULL, NULL },
	{ "groupadd", NULL, NULL },
	{ "groupmod", NULL, NULL },
	{ "groupdel", NULL, NULL },
	{ "groupmems", NULL, NULL },
	{ "gpasswd", NULL, NULL },
	{ "chgpasswd", NULL, NULL },
	{ "vipw", NULL, NULL },
	{ "vigr", NULL, NULL },
	{ "pwconv", NULL, NULL },
	{ "pwunconv", NULL, NULL },
	{ "grpconv", NULL, NULL },
	{ "grpunconv", NULL, NULL },
};

/* ---- Patterns ---- */

static bool is_glob(const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (strchr("*?[", *text))
			return true;
	}
	return false;
}

/* Whether a bracket of a regular expression can match a blank; *p is moved to its end. */
static bool bracket_takes_blank(const char **p)
{
	static const char *const classes[] = { "[:space:]", "[:blank:]", "[:print:]", "[:cntrl:]" };
	const char *from = ++*p;
	bool takes = *from == '^';

	from += takes;
	for (*p = from + (*from == ']'); **p && **p != ']'; ++*p) {
		for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			takes = takes || !strncmp(*p, classes[i], strlen(classes[i]));
		takes = takes || (unsigned char)**p <= ' ';
		if (**p == '[' && (*p)[1] == ':') {
			const char *end = strstr(*p, ":]");

			*p = end ? end + 1 : *p;
		}
	}
	return takes;
}

/*
 * Whether a regular expression of arguments can match a blank, and with it a second argument.
 * is_word: a blank that is written out counts, too.
 */
static bool regex_takes_blank(const char *regex, bool is_word)
{
	for (const char *p = regex; *p; p++) {
		bool takes = *p == '.' || (*p == '(' && p[1] == '?') ||
			     (is_word && isspace((unsigned char)*p));

		if (*p == '\\' && p[1])
			takes = strchr("sWDBS", *++p) != NULL;
		else if (*p == '[')
			takes = bracket_takes_blank(&p) || !*p;
		if (takes)
			return true;
	}
	return false;
}

/* Whether a regular expression matches a text. -1: it is none. */
static int regex_matches(const char *regex, const char *text)
{
	regex_t compiled;
	int r;

	if (regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB) != 0)
		return -1;
	r = regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return r;
}

/* Whether sudoers' pattern for a path takes a program of that name in a usual folder. */
static bool path_takes(const char *pattern, const char *name)
{
	static const char *const folders[] = { "/bin",	    "/usr/bin",	      "/sbin",
					       "/usr/sbin", "/usr/local/bin", "/usr/local/sbin" };
	const char *base = strrchr(pattern, '/');
	char path[128], whole[COMMAND_MAX + 1];

	/* A folder stands for all that is in it. */
	snprintf(whole, sizeof(whole), "%s%s", pattern, base && !base[1] ? "*" : "");
	if (*pattern != '^' && !is_glob(pattern) && base && base[1])
		return fnmatch(name, base + 1, 0) == 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%.*s", folders[i], (int)strcspn(name, "*"), name);
		if (*pattern == '^' ? regex_matches(pattern, path) == 1
				    : fnmatch(whole, path, FNM_PATHNAME) == 0)
			return true;
	}
	return false;
}

/* ---- Arguments ---- */

/* Arguments as sudoers has them: NULL any; `""` none. */
static bool are_fixed(const char *arguments)
{
	if (!arguments || *arguments == '^')
		return arguments && !regex_takes_blank(arguments, false);
	return !is_glob(arguments);
}

static bool are_none(const char *arguments)
{
	return arguments && !strcmp(arguments, "\"\"");
}

/* ---- Pagers ---- */

/* Whether a word of so many bytes is one of a list, which has blanks around each. */
static bool is_word_of(const char *list, const char *word, size_t n)
{
	char whole[64];

	if (n == 0 || n >= sizeof(whole) - 2)
		return false;
	snprintf(whole, sizeof(whole), " %.*s ", (int)n, word);
	return strstr(list, whole);
}

/* Whether a regular expression is a choice as a whole, and not only in parentheses. */
static bool is_choice_of_all(const char *regex)
{
	unsigned int depth = 0;

	for (const char *p = regex; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '[')
			(void)bracket_takes_blank(&p);
		else if (*p == '|' && depth == 0)
			return true;
		else if (*p == '(' || *p == ')')
			depth += *p == '(' ? 1u : -1u;
		if (!*p)
			break;
	}
	return false;
}

/*
 * Whether all that may be the first word belongs to a list: in a regular expression also a choice of
 * words in parentheses.
 */
static bool begins_with_one_of(const char *list, const char *arguments)
{
	const char *end;

	if (*arguments != '^')
		return is_word_of(list, arguments, strcspn(arguments, " \t"));
	if (is_choice_of_all(arguments))
		return false;
	arguments += arguments[1] == '(' ? 2 : 1;
	end = arguments + strcspn(arguments, " $");
	if (arguments[-1] == '(' && *--end != ')')
		return false;
	/* An empty word is none of the list: so something is looked at where there is nothing. */
	do {
		size_t n = strcspn(arguments, "|) $");

		if (!is_word_of(list, arguments, n))
			return false;
		arguments += n + 1;
	} while (arguments <= end);
	return true;
}

/* Whether one of the words is `--no-pager`, whatever a regular expression leaves open. */
static bool have_no_pager(const char *arguments)
{
	if (*arguments == '^' && strpbrk(arguments, "|?*{"))
		return false;
	for (size_t n; *arguments; arguments += n) {
		arguments += strspn(arguments, " \t^$");
		n = strcspn(arguments, " \t^$");
		if (is_word_of(" --no-pager ", arguments, n))
			return true;
	}
	return false;
}

/*
 * Whether systemctl or journalctl with these fixed arguments may start a program that offers a shell:
 * a pager; or the editor of `edit` and the man(1) of `help`, which --no-pager does not keep away.
 */
static bool opens_pager(const char *name, const char *arguments)
{
	static const char silent[] =
		" start stop restart try-restart reload reload-or-restart try-reload-or-restart kill "
		"enable disable reenable mask unmask preset reset-failed daemon-reload daemon-reexec "
		"is-active is-enabled is-failed poweroff reboot halt suspend hibernate ";

	if (!strcmp(name, "systemctl") && begins_with_one_of(silent, arguments))
		return false;
	return !have_no_pager(arguments) || strstr(arguments, "edit") || strstr(arguments, "help");
}

/* Whether an option is one of the harmless ones. */
static bool is_harmless_option(const char *word, size_t n, size_t setter)
{
	char whole[64];

	if (n >= sizeof(whole) - 2)
		return false;
	snprintf(whole, sizeof(whole), " %.*s ", (int)n, word);
	if (word[1] == '-')
		return strstr(setters[setter].words, whole);
	for (size_t i = 1; i < n; i++)
		if (!strchr(setters[setter].options, word[i]))
			return false;
	return true;
}

/* Whether fixed words hold an option that goes round PAM. */
static bool have_option(const char *arguments, size_t setter)
{
	for (size_t n; *arguments; arguments += n) {
		arguments += strspn(arguments, " \t");
		n = strcspn(arguments, " \t");
		if (n > 1 && *arguments == '-' && !is_harmless_option(arguments, n, setter))
			return true;
	}
	return false;
}

/* Whether a glob can come to a second word, or to an option: only letters in brackets cannot. */
static bool glob_is_open(const char *arguments)
{
	for (const char *p = arguments; *p; p++) {
		bool is_wild = *p == '*' || *p == '?';

		if (*p == '\\' && p[1])
			p++;
		else if (*p == '[')
			is_wild = p[1] == '!' || bracket_takes_blank(&p) || !*p;
		if (is_wild)
			return true;
	}
	return strchr("[?*", *arguments) && fnmatch(arguments, "-d", 0) == 0;
}

/* Whether a regular expression takes one word that is an option of passwd or its like. */
static bool regex_takes_option(const char *regex)
{
	static const char *const words[] = { "--delete",    "--lock",	 "--unlock",   "--expire",
					     "--encrypted", "--root=/x", "--prefix=/x" };
	char option[3] = "-";

	for (int c = 'A'; c <= 'z'; c++) {
		option[1] = (char)c;
		if (isalpha(c) && regex_matches(regex, option) == 1)
			return true;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (regex_matches(regex, words[i]) == 1)
			return true;
	return false;
}

static enum sudoers_effect setter_effect(size_t setter, const char *arguments)
{
	bool is_open;

	if (!setters[setter].options || !arguments)
		is_open = true;
	else if (are_none(arguments))
		is_open = false;
	else if (*arguments == '^' && regex_matches(arguments, "") < 0)
		return SUDOERS_UNCLEAR;
	else if (*arguments == '^')
		is_open = regex_takes_blank(arguments, true) || regex_takes_option(arguments);
	else
		is_open = (is_glob(arguments) && glob_is_open(arguments)) ||
			  have_option(arguments, setter);
	return is_open ? SUDOERS_ROUND_GATE : SUDOERS_HARMLESS;
}

/* ---- The whole ---- */

/* sudoedit: what it may edit decides. */
static enum sudoers_effect edit_effect(const char *arguments)
{
	static const char *const folders[] = { "/etc/passwd",
					       "/etc/shadow",
					       "/etc/group",
					       "/etc/gshadow",
					       "/etc/sudoers",
					       "/etc/pam.",
					       "/etc/rolegate",
					       "/etc/ssh",
					       "/etc/cron",
					       "/etc/systemd",
					       "/etc/profile",
					       "/etc/ld.so",
					       "/var/lib/rolegate",
					       "/root",
					       "/usr/",
					       "/lib",
					       "/bin",
					       "/sbin" };

	if (!are_fixed(arguments))
		return SUDOERS_EVERYTHING;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strstr(arguments, folders[i]))
			return SUDOERS_EVERYTHING;
	return SUDOERS_HARMLESS;
}

static enum sudoers_effect program_effect(const char *path, const char *arguments)
{
	enum sudoers_effect worst = SUDOERS_HARMLESS, effect;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		if (programs[i].danger == ALONE && arguments && !are_none(arguments) &&
		    are_fixed(arguments))
			continue;
		if (programs[i].danger == GIVEN && are_fixed(arguments))
			continue;
		if (programs[i].danger == PAGER && are_fixed(arguments) &&
		    !opens_pager(programs[i].name, arguments))
			continue;
		if (path_takes(path, programs[i].name))
			return SUDOERS_EVERYTHING;
	}
	for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
		if (!path_takes(path, setters[i].name))
			continue;
		effect = setter_effect(i, arguments);
		worst = effect > worst ? effect : worst;
	}
	if (worst == SUDOERS_HARMLESS && path_takes(path, "rolegate"))
		return SUDOERS_ROLEGATE;
	return worst;
}

enum sudoers_effect sudoers_effect(const char *command)
{
	char path[COMMAND_MAX];
	char *arguments;

	if (!strcmp(command, "ALL"))
		return SUDOERS_EVERYTHING;
	if (strlen(command) >= sizeof(path))
		return SUDOERS_UNCLEAR;
	strcpy(path, command);
	arguments = path + strcspn(path, " \t");
	if (*arguments) {
		*arguments++ = '\0';
		arguments += strspn(arguments, " \t");
	}
	arguments = *arguments ? arguments : NULL;
	if (!strcmp(path, "list"))
		return SUDOERS_HARMLESS;
	if (!strcmp(path, "sudoedit"))
		return edit_effect(arguments);
	if ((*path != '/' && *path != '^') || (*path == '^' && regex_matches(path, "") < 0))
		return SUDOERS_UNCLEAR;
	return program_effect(path, arguments);
}
