/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes libconfig's settings apart: which keys a group may have, of what type, and what is wrong
 * with the rest.
 *
 * With parse.c and the loaders the only code that sees libconfig.
 */
#ifndef ROLEGATE_KEYS_H
#define ROLEGATE_KEYS_H

#include <libconfig.h>
#include <stdbool.h>

#include "report.h"
#include "source.h"
#include "words.h"

/* Types of values, as bits: a key may allow several. */
#define KEY_STRING 1u  /* "text" */
#define KEY_BOOL 2u    /* true, false */
#define KEY_INT 4u     /* 1 */
#define KEY_STRINGS 8u /* [ "a", "b" ] or ( "a", "b" ) */
#define KEY_GROUPS 16u /* ( { … }, { … } ) */
#define KEY_GROUP 32u  /* { … } */
#define KEY_NEEDED 64u /* an error if it is not there */

struct key {
	const char *name;
	unsigned int types;
};

/* Where the loaders read from and complain to. */
struct reader {
	const struct sources *sources;
	struct report *report;
	uint32_t file;
	/* Of a piece (pieces.h): what of the file lies before it, and is not counted by libconfig. */
	uint32_t lines_before, elements_before;
};

/*
 * Take the members of a group apart.
 *
 * keys,
 * n   the keys that it may have
 * values    n of them: the member of that key, or NULL if it is not there or of a wrong type
 * Returns:  false if anything was reported.
 */
bool keys_take(const struct reader *reader, const config_setting_t *group, const struct key *keys,
	       size_t n, const config_setting_t **values);

struct place keys_place(const struct reader *reader, const config_setting_t *setting);

/*
 * A string that has to be fit for its purpose; what is wrong is reported. Returns the string,
 * which belongs to libconfig, or NULL: not there, or not fit.
 */
const char *keys_word(const struct reader *reader, const config_setting_t *setting,
		      enum words_kind kind);

/* A string that is one of the words; its index, or -1 after a report. */
int keys_choice(const struct reader *reader, const config_setting_t *setting,
		const char *const *words, size_t n);

/* The number of elements of a value that is one string or several, and the i-th of them. */
size_t keys_count(const config_setting_t *setting);
const config_setting_t *keys_element(const config_setting_t *setting, size_t i);

#endif
