/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says which words of a policy are fit to be names.
 *
 * Names end up in logs, on terminals and in other programs' configuration: no control characters
 * (ANSI escapes among them), no invalid UTF-8, nothing that another list's separator could cut in
 * two.
 */
#ifndef ROLEGATE_WORDS_H
#define ROLEGATE_WORDS_H

/* What a word is to be. */
enum words_kind {
	WORDS_SYMBOL,  /* a role, permission, privilege, catalog: no blanks, no comma, no quotes, no
			  `*` */
	WORDS_ACCOUNT, /* an OS user or group: inner blanks are possible (Active Directory), `:` and
			  `/` are not */
	WORDS_SERVICE, /* a PAM service: a file name, perhaps with `*` as its last character */
	WORDS_TEXT,    /* a label, description or reason: anything printable, may be empty */
};

/* NULL if the word is fit, else why not: the end of a sentence, a literal. */
const char *words_check(enum words_kind kind, const char *word);

#endif
