/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes policy texts so that most of them stay texts of the grammar: whole strings, elements and settings are copied,
 * left out and exchanged. libFuzzer calls it in the place of its own mutator, which still does every second change.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Stretches of a kind that are looked at in one text. */
#define SPANS_MAX 512u
#define DEPTH_MAX 16u

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t max) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned int seed);

struct span {
	size_t at, n;
};

struct spans {
	struct span list[SPANS_MAX];
	size_t n;
};

/* strings: with their quotes; elements: from bracket to bracket; settings: up to a `;`. */
struct text {
	uint8_t *data;
	size_t n, max;
	struct spans strings, elements, settings;
};

static void add(struct spans *spans, size_t at, size_t end)
{
	if (spans->n < SPANS_MAX)
		spans->list[spans->n++] = (struct span){ at, end - at };
}

/* The end of what begins with a quote. */
static size_t string_end(const struct text *t, size_t at)
{
	for (at++; at < t->n && t->data[at] != '"'; at++)
		if (t->data[at] == '\\')
			at++;
	return at < t->n ? at + 1 : t->n;
}

static void find_spans(struct text *t)
{
	size_t open[DEPTH_MAX], begin[DEPTH_MAX + 1] = { 0 }, depth = 0, at = 0, end;

	while (at < t->n) {
		char c = (char)t->data[at];

		end = c == '"' ? string_end(t, at) : at + 1;
		if (c == '"') {
			add(&t->strings, at, end);
		} else if (strchr("{[(", c) && c && depth < DEPTH_MAX) {
			open[depth++] = at;
			begin[depth] = end;
		} else if (strchr("}])", c) && c && depth > 0) {
			add(&t->elements, open[--depth], end);
		} else if (c == ';') {
			add(&t->settings, begin[depth], end);
			begin[depth] = end;
		}
		at = end;
	}
}

/* Put bytes, which may lie in the text itself, in the place of a stretch. False if they do not fit. */
static bool replace(struct text *t, struct span old, const void *bytes, size_t n)
{
	uint8_t *copy;

	if (t->n - old.n + n > t->max)
		return false;
	copy = malloc(n ? n : 1);
	if (!copy)
		return false;
	memcpy(copy, bytes, n);
	memmove(t->data + old.at + n, t->data + old.at + old.n, t->n - old.at - old.n);
	memcpy(t->data + old.at, copy, n);
	t->n += n - old.n;
	free(copy);
	return true;
}

static struct span pick(const struct spans *spans, unsigned int *seed)
{
	return spans->list[(unsigned int)rand_r(seed) % spans->n];
}

/* A stretch over another, behind another with a comma, or left out. */
static bool change(struct text *t, const struct spans *spans, bool is_listed, unsigned int *seed)
{
	struct span from, to;

	if (spans->n == 0)
		return false;
	from = pick(spans, seed);
	to = pick(spans, seed);
	switch (rand_r(seed) % 4) {
	case 0:
		return replace(t, to, "", 0);
	case 1:
		to = (struct span){ to.at + to.n, 0 };
		return replace(t, to, t->data + from.at, from.n) &&
		       (!is_listed || replace(t, to, ", ", 2));
	default:
		return replace(t, to, t->data + from.at, from.n);
	}
}

/* A name that means something in a policy, or is hard to read. */
static bool change_name(struct text *t, unsigned int *seed)
{
	static const char *const names[] = {
		"\"user\"",	      "\"owner\"",	"\"guest\"",
		"\"administrator\"",  "\"alice\"",	"\"ops\"",
		"\"manage\"",	      "\"crm\"",	"\"sshd\"",
		"\"crm.deals:edit\"", "\"pop*\"",	"\"area:all\"",
		"\"full\"",	      "\"2026-12-31\"", "\"\"",
		"\"crm.*\"",	      "\"actor\"",	"\"permissive\"",
	};
	const char *name = names[(unsigned int)rand_r(seed) % (sizeof(names) / sizeof(names[0]))];

	return t->strings.n > 0 && replace(t, pick(&t->strings, seed), name, strlen(name));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t max, unsigned int seed)
{
	struct text t = { .data = data, .n = n, .max = max };
	bool is_changed = false;

	find_spans(&t);
	switch (rand_r(&seed) % 8) {
	case 0:
		is_changed = change_name(&t, &seed);
		break;
	case 1:
		is_changed = change(&t, &t.strings, true, &seed);
		break;
	case 2:
		is_changed = change(&t, &t.elements, true, &seed);
		break;
	case 3:
		is_changed = change(&t, &t.settings, false, &seed);
		break;
	default:
		break;
	}
	return is_changed || !LLVMFuzzerMutate ? t.n : LLVMFuzzerMutate(data, n, max);
}
