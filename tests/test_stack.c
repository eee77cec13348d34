/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How files of pam.d become stacks, where libpam cannot be asked or has no answer. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A line of 1100 bytes: libpam 1.5 cuts it after 1023. */
#define TEN(text) text text text text text text text text text text
#define LONG_COMMENT TEN(TEN("0123456789 "))

struct file {
	const char *path, *text;
	int error; /* instead of a text */
};

static int read_file(void *context, const char *path, char **ret_text, size_t *ret_n)
{
	for (const struct file *file = context; file->path; file++) {
		if (strcmp(file->path, path) != 0)
			continue;
		if (file->error)
			return file->error;
		*ret_text = strdup(file->text);
		*ret_n = strlen(file->text);
		return *ret_text ? 0 : -ENOMEM;
	}
	return -ENOENT;
}

/* A folder is there if a file in it is. */
static bool has_folder(void *context, const char *path)
{
	for (const struct file *file = context; file->path; file++)
		if (!strncmp(file->path, path, strlen(path)) && file->path[strlen(path)] == '/')
			return true;
	return false;
}

/*
 * One line for each entry, as `1 pam_x.so a b @/etc/pam.d/svc:2`: level, module or FAILING or
 * SUBSTACK, arguments as one text, `(each|by|itself)`, place.
 */
static char *describe(const struct stack *stack)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	for (size_t i = 0; i < stack->n; i++) {
		const struct stack_entry *entry = &stack->entries[i];
		const char *what = entry->module ? entry->module : "nothing";

		if (entry->kind != STACK_MODULE)
			what = entry->kind == STACK_FAILING ? "FAILING" : "SUBSTACK";
		fprintf(to, "%u %s%s%s", entry->level, what, *entry->arguments ? " " : "",
			entry->arguments);
		for (int k = 0; k < entry->argc; k++)
			fprintf(to, "%s%s", k == 0 ? " (" : "|", entry->argv[k]);
		fprintf(to, "%s @%s:%u\n", entry->argc > 0 ? ")" : "", entry->file, entry->line);
	}
	assert_int_equal(fclose(to), 0);
	return text;
}

static const struct {
	const char *name;
	struct file files[6];
	const char *stack;     /* account stack of the service `svc` */
	const char *complaint; /* a part of one, or NULL: there is none */
	bool is_vague, is_refused;
} cases[] = {
	{ "D2 pam.conf, where there is no folder",
	  { { "/etc/pam.conf",
	      "sshd account required pam_deny.so\nSVC account required pam_unix.so\n"
	      "other account required pam_deny.so\nsvc auth required pam_deny.so\n",
	      0 } },
	  "0 pam_unix.so @/etc/pam.conf:2\n",
	  NULL,
	  false,
	  false },
	{ "D2 pam.conf is not read where there is a folder",
	  { { "/etc/pam.conf", "svc account required pam_unix.so\n", 0 },
	    { "/usr/lib/pam.d/other", "account required pam_deny.so\n", 0 } },
	  "0 pam_deny.so @/usr/lib/pam.d/other:1\n",
	  NULL,
	  false,
	  false },
	{ "D2 neither folder nor pam.conf", { { NULL, NULL, 0 } }, "", NULL, false, true },
	{ "D2 neither the service nor other",
	  { { "/etc/pam.d/x", "", 0 } },
	  "",
	  NULL,
	  false,
	  true },
	{ "D2 /etc comes before /usr/lib",
	  { { "/usr/lib/pam.d/svc", "account required pam_vendor.so\n", 0 },
	    { "/etc/pam.d/svc", "account required pam_site.so\n", 0 } },
	  "0 pam_site.so @/etc/pam.d/svc:1\n",
	  NULL,
	  false,
	  false },
	{ "D2 an include that only the vendor has",
	  { { "/usr/lib/pam.d/common", "account required pam_vendor.so\n", 0 },
	    { "/etc/pam.d/svc", "@include common\n", 0 } },
	  "0 pam_vendor.so @/usr/lib/pam.d/common:1\n",
	  "Debian's libpam 1.5 does not look",
	  false,
	  false },
	{ "D2 levels, arguments and places",
	  { { "/etc/pam.d/svc",
	      "account substack a\n\naccount required pam_x.so  [a b] c\\]  [d\\]]  # no\n", 0 },
	    { "/etc/pam.d/a", "account include b\naccount required pam_a.so\n", 0 },
	    { "/etc/pam.d/b", "\n\n-account required pam_b.so\n", 0 } },
	  "0 SUBSTACK @/etc/pam.d/svc:1\n1 pam_b.so @/etc/pam.d/b:3\n1 pam_a.so @/etc/pam.d/a:2\n"
	  "0 pam_x.so a b c\\] d] (a b|c\\]|d]) @/etc/pam.d/svc:3\n",
	  NULL,
	  false,
	  false },
	{ "D2 an argument may be empty, or the last on its line",
	  { { "/etc/pam.d/svc", "account required pam_x.so []\naccount required pam_y.so [] [a]",
	      0 } },
	  "0 pam_x.so () @/etc/pam.d/svc:1\n0 pam_y.so  a (|a) @/etc/pam.d/svc:2\n",
	  NULL,
	  false,
	  false },
	{ "D4 a line that is too long is two",
	  { { "/etc/pam.d/svc", "account required pam_x.so " LONG_COMMENT "\n", 0 } },
	  /* What is behind the 1023rd byte has no type, and fails as auth. */
	  NULL,
	  "reads a line this long in pieces",
	  true,
	  false },
	{ "D4 a comment within a continued line",
	  { { "/etc/pam.d/svc", "account \\\n# and\n required pam_x.so\n", 0 } },
	  "0 pam_x.so @/etc/pam.d/svc:1\n",
	  "libpam 1.7 ends a continued line",
	  true,
	  false },
	{ "D4 a comment behind a continued line",
	  { { "/etc/pam.d/svc", "account \\\n required pam_x.so # and\n# and\n\n", 0 } },
	  "0 pam_x.so @/etc/pam.d/svc:1\n",
	  NULL,
	  false,
	  false },
	{ "D4 a continuation that leaves no room, where libpam 1.5 hangs",
	  { { "/etc/pam.d/svc", TEN(TEN("0123456789")) "0123456789012345678901\\\nx\n", 0 } },
	  "",
	  "the line is too long",
	  true,
	  true },
	{ "D4 an include of itself",
	  { { "/etc/pam.d/svc", "account sufficient pam_x.so\naccount include svc\n", 0 } },
	  NULL,
	  "in a circle",
	  true,
	  true },
	{ "D4 a substack of itself ends at libpam's limit",
	  { { "/etc/pam.d/svc", "account substack svc\n", 0 } },
	  NULL,
	  "in a circle",
	  false,
	  false },
	{ "D4 an include without a name",
	  { { "/etc/pam.d/svc", "account include\n", 0 } },
	  "",
	  "name of the file to include",
	  true,
	  true },
	{ "D4 a missing @include behind an include",
	  { { "/etc/pam.d/svc", "account include a\n", 0 },
	    { "/etc/pam.d/a", "@include nowhere\n", 0 } },
	  "0 FAILING @/etc/pam.d/a:1\n",
	  "included file is missing",
	  true,
	  false },
	{ "D4 a jump's number that overflows",
	  { { "/etc/pam.d/svc", "account [success=4294967295] pam_x.so\n", 0 } },
	  "0 pam_x.so @/etc/pam.d/svc:1\n",
	  NULL,
	  true,
	  false },
	{ "D4 what is no file",
	  { { "/etc/pam.d/svc", NULL, -EINVAL } },
	  "",
	  "not a regular file",
	  true,
	  true },
	{ "D4 a file that is too big",
	  { { "/etc/pam.d/svc", NULL, -E2BIG } },
	  "",
	  "file too big",
	  true,
	  true },
	{ "D4 a line without a module",
	  { { "/etc/pam.d/svc", "account required\n", 0 } },
	  "0 FAILING @/etc/pam.d/svc:1\n",
	  "missing module",
	  false,
	  false },
	{ "D4 a line without a control",
	  { { "/etc/pam.d/svc", "account\n", 0 } },
	  "0 FAILING @/etc/pam.d/svc:1\n",
	  "missing control and module",
	  false,
	  false },
	{ "D4 an unknown return value",
	  { { "/etc/pam.d/svc", "account [succes=ok] pam_x.so\n", 0 } },
	  "0 pam_x.so @/etc/pam.d/svc:1\n",
	  "unknown return value",
	  false,
	  false },
	{ "D4 an unknown action",
	  { { "/etc/pam.d/svc", "account [success=good] pam_x.so\n", 0 } },
	  "0 pam_x.so @/etc/pam.d/svc:1\n",
	  "unknown action",
	  false,
	  false },
	{ "D4 a jump over no line",
	  { { "/etc/pam.d/svc", "account [success=0] pam_x.so\n", 0 } },
	  "0 pam_x.so @/etc/pam.d/svc:1\n",
	  "jumps over 0 lines",
	  false,
	  false },
};

static bool has_complaint(const struct stack_service *service, const char *part)
{
	for (size_t i = 0; i < service->n_complaints; i++)
		if (!part || strstr(service->complaints[i].text, part))
			return true;
	return false;
}

static void test_cases(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(cases); i++) {
		const struct stack_host host = { .read = read_file,
						 .has_folder = has_folder,
						 .context = (void *)cases[i].files };
		const struct stack *stack;
		struct stack_service service;
		char *text;

		assert_int_equal(stack_read(&host, "Svc", &service), 0);
		stack = stack_get(&service, STACK_ACCOUNT);
		text = describe(stack);
		if (cases[i].stack && strcmp(text, cases[i].stack) != 0)
			fail_msg("%s: got\n%s", cases[i].name, text);
		if (has_complaint(&service, cases[i].complaint) != (cases[i].complaint != NULL))
			fail_msg("%s: complaints", cases[i].name);
		if ((service.vague || stack->vague) != cases[i].is_vague)
			fail_msg("%s: vague", cases[i].name);
		if ((service.refused != NULL) != cases[i].is_refused)
			fail_msg("%s: refused", cases[i].name);
		free(text);
		stack_service_free(&service);
	}
}

/* Of a service's file alone: what VERDICT_FRESH comes to. */
static const struct {
	const char *name, *text;
	enum verdict_answer answer;
} verdicts[] = {
	{ "D4 pam_deny in libpam's folder is itself",
	  "account required /lib/x86_64-linux-gnu/security/pam_deny.so\n", VERDICT_CLOSED },
	{ "D4 another pam_deny may be anything", "account required /opt/security/pam_deny.so\n",
	  VERDICT_UNGUARDED },
	{ "D4 nor does a path deceive that leads out again",
	  "account required /lib/security/../../opt/pam_deny.so\n", VERDICT_UNGUARDED },
	{ "D4 pam_permit never says new_authtok_reqd or ignore",
	  "account [success=ok default=done] pam_permit.so\naccount requisite pam_rolegate.so\n",
	  VERDICT_FINAL },
	{ "D4 rolegate in any folder is rolegate", "account required /opt/x/pam_rolegate.so\n",
	  VERDICT_FINAL },
	{ "D4 what libpam makes of it cannot be told",
	  "account [success=99999999999 default=die] pam_rolegate.so\n", VERDICT_VAGUE },
};

static void test_verdicts(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(verdicts); i++) {
		const struct file files[] = { { "/etc/pam.d/svc", verdicts[i].text, 0 },
					      { NULL, NULL, 0 } };
		const struct stack_host host = { .read = read_file,
						 .has_folder = has_folder,
						 .context = (void *)files };
		struct stack_service service;
		struct verdict verdict;

		assert_int_equal(stack_read(&host, "svc", &service), 0);
		assert_int_equal(verdict_find(&service, VERDICT_FRESH, &verdict), 0);
		if (verdict.answer != verdicts[i].answer)
			fail_msg("%s: %s", verdicts[i].name, verdict_name(verdict.answer));
		verdict_free(&verdict);
		stack_service_free(&service);
	}
}

/* Two includes a file, and sixteen files deep: 65536 lines, of which nobody reads all. */
static void test_limits(void **unused)
{
	static const char text[] = "account include inner\naccount include inner\n"
				   "account required pam_x.so\n";
	const struct file files[] = { { "/etc/pam.d/svc", text, 0 },
				      { "/etc/pam.d/inner", text, 0 },
				      { NULL, NULL, 0 } };
	const struct stack_host host = { .read = read_file,
					 .has_folder = has_folder,
					 .context = (void *)files };
	struct stack_service service;
	struct verdict verdict;

	(void)unused;
	assert_int_equal(stack_read(&host, "svc", &service), 0);
	assert_non_null(service.vague);
	assert_in_range(stack_get(&service, STACK_ACCOUNT)->n, 0, STACK_ENTRIES_MAX);
	assert_int_equal(verdict_find(&service, VERDICT_FRESH, &verdict), 0);
	assert_int_equal(verdict.answer, VERDICT_VAGUE);
	verdict_free(&verdict);
	stack_service_free(&service);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
