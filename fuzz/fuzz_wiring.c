/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of pam.d through the reader, and the questions about what they come to. Then all of it once more, with an
 * allocation that fails or a file that cannot be read.
 *
 * The input's parts (parts.h) are the files svc, other, a, b, c and d.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "failing.h"
#include "parts.h"
#include "target.h"
#include "verdict.h"

static int read_file(void *context, const char *path, char **ret_text, size_t *ret_n)
{
	static const char *const paths[] = { STACK_FOLDER "/svc", STACK_FOLDER "/other",
					     STACK_FOLDER "/a",	  STACK_FOLDER "/b",
					     STACK_FOLDER "/c",	  STACK_VENDOR_FOLDER "/d" };
	struct part part;

	if (failing_is_due())
		return -EINVAL;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(path, paths[i]) != 0 ||
		    !parts_find(*(const struct part *)context, i, &part))
			continue;
		/* Of the exact size, so that a sanitizer sees the end. */
		*ret_text = malloc(part.n ? part.n : 1);
		if (!*ret_text)
			return -ENOMEM;
		memcpy(*ret_text, part.text, part.n);
		*ret_n = part.n;
		return 0;
	}
	return -ENOENT;
}

static bool has_folder(void *context, const char *path)
{
	(void)context;
	(void)path;
	return true;
}

/* Some modules cannot run. */
static int check_module(void *context, const char *module, enum stack_type type,
			enum stack_fault *ret)
{
	(void)context;
	(void)type;
	*ret = strchr(module, 'x') ? STACK_NOT_FOUND : STACK_NO_FAULT;
	return 0;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* A witness runs forward, through lines that there are, and to a success. */
static void check_verdict(const struct stack *stack, const struct verdict *v)
{
	bool lets_in = v->answer == VERDICT_OPEN || v->answer == VERDICT_UNGUARDED;

	check((v->answer == VERDICT_VAGUE) == (v->vague != NULL));
	check(lets_in == (v->witness != NULL));
	for (size_t i = 0; i < v->n_witness; i++) {
		check(v->witness[i].entry < stack->n &&
		      v->witness[i].returned < CONTROL_INCOMPLETE);
		check(i == 0 || v->witness[i].entry > v->witness[i - 1].entry);
		check(stack->entries[v->witness[i].entry].kind != STACK_SUBSTACK);
	}
	if (v->answer != VERDICT_OPEN)
		return;
	check(v->cause != VERDICT_NO_CAUSE && v->culprit < stack->n && v->guard < stack->n);
	check(stack_is_module(&stack->entries[v->guard], VERDICT_MODULE));
}

/* The arguments one by one are those of the text. */
static void check_arguments(const struct stack_entry *entry)
{
	const char *text = entry->arguments;

	for (int i = 0; i < entry->argc; i++) {
		size_t n = strlen(entry->argv[i]);

		check(!strncmp(text, entry->argv[i], n));
		text += n;
		check(i + 1 == entry->argc || *text++ == ' ');
	}
	check(*text == '\0');
}

static void check_stack(const struct stack *stack)
{
	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_entry *entry = &stack->entries[i];

		check(entry->level < STACK_LEVELS && entry->line > 0 && entry->file);
		check(entry->kind != STACK_MODULE || entry->module);
		check(strlen(entry->word) < SIZE_MAX);
		check_arguments(entry);
		/* Each level begins with the mark of a substack. */
		check(entry->level == 0 || i > 0);
		if (i > 0 && entry->level > entry[-1].level)
			check(entry[-1].kind == STACK_SUBSTACK &&
			      entry->level == entry[-1].level + 1);
	}
}

/* The answer to each question, or an error. */
struct answers {
	int list[VERDICT_ABSENT + 1];
};

static void ask(const struct stack_service *service, struct answers *ret)
{
	struct verdict verdict;

	for (enum verdict_question q = VERDICT_FRESH; q <= VERDICT_ABSENT; q++) {
		int r = verdict_find(service, q, &verdict);

		check(r == 0 || r == -ENOMEM);
		if (r == 0)
			check_verdict(stack_get(service, verdict_type(q)), &verdict);
		ret->list[q] = r < 0 ? r : (int)verdict.answer;
		verdict_free(&verdict);
	}
}

static void run(struct part input, struct answers *ret)
{
	const struct stack_host host = { .read = read_file,
					 .has_folder = has_folder,
					 .context = &input,
					 .check = check_module };
	struct stack_service service;
	int r = stack_read(&host, "svc", &service);

	check(r == 0 || r == -ENOMEM);
	for (size_t q = 0; q <= VERDICT_ABSENT; q++)
		ret->list[q] = r;
	for (enum stack_type type = STACK_AUTH; r == 0 && type < STACK_TYPES; type++)
		check_stack(stack_get(&service, type));
	if (r == 0)
		ask(&service, ret);
	stack_service_free(&service);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct part input = { .text = (const char *)data, .n = n };
	struct answers whole, failed;
	struct failing_counts calls;

	failing_start(FAILING_NONE);
	run(input, &whole);
	calls = failing_stop();
	failing_start(failing_choose(data, n, calls));
	run(input, &failed);
	(void)failing_stop();
	/* What could not be looked at is never called sound, nor anything else that it is not. */
	for (size_t q = 0; q <= VERDICT_ABSENT; q++) {
		check(whole.list[q] >= 0);
		check(failed.list[q] < 0 || failed.list[q] == VERDICT_VAGUE ||
		      failed.list[q] == whole.list[q]);
	}
	return 0;
}
