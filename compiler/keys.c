/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keys.h"

#include <string.h>

#include "names.h"

struct place keys_place(const struct reader *reader, const config_setting_t *setting)
{
	return (struct place){ .file = reader->file,
			       .line = reader->lines_before + config_setting_source_line(setting) };
}

static unsigned int type_of(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		return KEY_STRING;
	case CONFIG_TYPE_BOOL:
		return KEY_BOOL;
	case CONFIG_TYPE_INT:
		return KEY_INT;
	case CONFIG_TYPE_GROUP:
		return KEY_GROUP;
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return KEY_STRINGS | KEY_GROUPS;
	default:
		return 0;
	}
}

static const char *type_words(unsigned int types)
{
	switch (types & ~KEY_NEEDED) {
	case KEY_STRING:
		return "a string, as \"text\"";
	case KEY_BOOL:
		return "true or false";
	case KEY_INT:
		return "a whole number";
	case KEY_STRINGS:
		return "a list of strings, as [ \"a\", \"b\" ]";
	case KEY_STRING | KEY_STRINGS:
		return "a string or a list of strings, as \"a\" or [ \"a\", \"b\" ]";
	case KEY_GROUPS:
		return "a list of groups, as ( { … }, { … } )";
	default:
		return "a group, as { … }";
	}
}

/* The elements of a list have to be what the key's type says, all of them. */
static bool check_elements(const struct reader *reader, const config_setting_t *list,
			   const struct key *key)
{
	unsigned int wanted = key->types & KEY_GROUPS ? KEY_GROUP : KEY_STRING;
	bool good = true;
	int n = config_setting_length(list);
	bool is_top = config_setting_is_root(config_setting_parent(list));

	for (int i = 0; i < n; i++) {
		const config_setting_t *element = config_setting_get_elem(list, (unsigned int)i);

		if (type_of(element) == wanted)
			continue;
		report_error(reader->report, keys_place(reader, element),
			     "element %u of `%s` is not %s",
			     (is_top ? reader->elements_before : 0) + (unsigned int)i + 1,
			     key->name, type_words(wanted));
		good = false;
	}
	return good;
}

static const struct key *find_key(const struct key *keys, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static void report_unknown(const struct reader *reader, const config_setting_t *member,
			   const struct key *keys, size_t n)
{
	const char *name = config_setting_name(member), *best = NULL;
	unsigned int distance = 0;

	for (size_t i = 0; report_may_hint(reader->report, 1) && i < n; i++)
		names_consider(name, keys[i].name, &best, &distance);
	if (best)
		report_error(reader->report, keys_place(reader, member),
			     "no key is called `%s` here; did you mean `%s`?", name, best);
	else
		report_error(reader->report, keys_place(reader, member),
			     "no key is called `%s` here; see rolegate.conf for all there are",
			     name);
}

bool keys_take(const struct reader *reader, const config_setting_t *group, const struct key *keys,
	       size_t n, const config_setting_t **values)
{
	int n_members = config_setting_length(group);
	bool good = true;

	for (size_t i = 0; i < n; i++)
		values[i] = NULL;
	for (int i = 0; i < n_members; i++) {
		const config_setting_t *member = config_setting_get_elem(group, (unsigned int)i);
		const struct key *key = find_key(keys, n, config_setting_name(member));
		unsigned int type = type_of(member);

		if (!key) {
			report_unknown(reader, member, keys, n);
			good = false;
		} else if (!(key->types & type)) {
			report_error(reader->report, keys_place(reader, member),
				     "`%s` has to be %s", key->name, type_words(key->types));
			good = false;
		} else if (type & (KEY_STRINGS | KEY_GROUPS) &&
			   !check_elements(reader, member, key)) {
			good = false;
		} else {
			values[key - keys] = member;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (!(keys[i].types & KEY_NEEDED) || values[i] || !good)
			continue;
		report_error(reader->report, keys_place(reader, group), "`%s` is missing: %s",
			     keys[i].name, type_words(keys[i].types));
		good = false;
	}
	return good;
}

const char *keys_word(const struct reader *reader, const config_setting_t *setting,
		      enum words_kind kind)
{
	const char *word, *wrong;

	if (!setting)
		return NULL;
	word = config_setting_get_string(setting);
	wrong = words_check(kind, word);
	if (!wrong)
		return word;
	/* The word itself may hold what a terminal must not see. */
	if (words_check(WORDS_TEXT, word))
		report_error(reader->report, keys_place(reader, setting), "this string %s", wrong);
	else
		report_error(reader->report, keys_place(reader, setting), "\"%s\" %s", word, wrong);
	return NULL;
}

int keys_choice(const struct reader *reader, const config_setting_t *setting,
		const char *const *words, size_t n)
{
	const char *word = keys_word(reader, setting, WORDS_TEXT), *best = NULL;
	unsigned int distance = 0;

	if (!word)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(word, words[i]))
			return (int)i;
		if (report_may_hint(reader->report, 1))
			names_consider(word, words[i], &best, &distance);
	}
	report_error(reader->report, keys_place(reader, setting),
		     "\"%s\" is none of the words possible here; %s \"%s\"%s", word,
		     best ? "did you mean" : "the first of them is", best ? best : words[0],
		     best ? "?" : "");
	return -1;
}

size_t keys_count(const config_setting_t *setting)
{
	if (!setting)
		return 0;
	return config_setting_type(setting) == CONFIG_TYPE_STRING
		       ? 1
		       : (size_t)config_setting_length(setting);
}

const config_setting_t *keys_element(const config_setting_t *setting, size_t i)
{
	if (config_setting_type(setting) == CONFIG_TYPE_STRING)
		return setting;
	return config_setting_get_elem(setting, (unsigned int)i);
}
