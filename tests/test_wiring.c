/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a denial is final in an arrangement of pam.d: what we say, and what libpam does. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wiring_libpam.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Arrangements made at random, and the seed that makes them the same ones every time. */
#define RANDOM_ROUNDS 8000u
#define RANDOM_SEED 20260731u

static const char *const question_names[] = { "fresh", "expired", "change", "absent" };

static bool is_shut(enum verdict_answer answer)
{
	return answer == VERDICT_FINAL || answer == VERDICT_CLOSED;
}

/*
 * Ask both about one question. Shut means that libpam never succeeds, open that it does with the
 * witness. Returns our answer; *ret_all as wiring_libpam_ever().
 */
static enum verdict_answer compare(const char *name, const char *service,
				   enum verdict_question question, bool *ret_all)
{
	struct stack_service read;
	struct verdict verdict;
	enum verdict_answer answer;

	*ret_all = true;
	assert_int_equal(stack_read(wiring_libpam_host(), service, &read), 0);
	assert_int_equal(verdict_find(&read, question, &verdict), 0);
	answer = verdict.answer;
	if (answer != VERDICT_VAGUE && wiring_libpam_starts(service) != (read.refused == NULL))
		fail_msg("%s: said refused: %s", name, read.refused ? read.refused : "no");
	if (is_shut(answer) && wiring_libpam_ever(service, question, ret_all))
		fail_msg("%s, %s: said %s, but libpam lets in", name, question_names[question],
			 verdict_name(answer));
	if (answer == VERDICT_OPEN || answer == VERDICT_UNGUARDED)
		if (!wiring_libpam_follows(service, question,
					   stack_get(&read, verdict_type(question)), &verdict))
			fail_msg("%s, %s: said %s, but libpam does not follow the witness", name,
				 question_names[question], verdict_name(answer));
	verdict_free(&verdict);
	stack_service_free(&read);
	return answer;
}

/* ---- Arrangements of tests/data ---- */

#define FINAL VERDICT_FINAL
#define OPEN VERDICT_OPEN
#define UNGUARDED VERDICT_UNGUARDED
#define CLOSED VERDICT_CLOSED
#define VAGUE VERDICT_VAGUE

/* Of the account phase, in folders tests/data/pam.d-FOLDER. */
static const struct {
	const char *name, *folder, *service;
	enum verdict_answer fresh, expired, absent;
} accounts[] = {
	{ "D4 Debian, first and requisite: the profile that ships", "debian-first", "sshd", FINAL,
	  FINAL, FINAL },
	{ "D4 Debian, appended: skipped for an expired password", "debian-appended", "sshd", FINAL,
	  OPEN, FINAL },
	{ "D4 Debian, Primary behind pam_unix: jumped over", "debian-primary", "sshd", OPEN, OPEN,
	  OPEN },
	{ "D4 Debian, Primary and first with default=ignore: dropped", "debian-primary-first",
	  "sshd", OPEN, OPEN, OPEN },
	{ "D4 Debian, first with default=die", "debian-primary-die", "sshd", FINAL, FINAL, FINAL },
	{ "D4 Debian with libpam-sss: pam_localuser is sufficient", "debian-sss", "sshd", OPEN,
	  OPEN, OPEN },
	{ "D4 Debian, by hand in a service's file", "debian-login-by-hand", "login", FINAL, FINAL,
	  FINAL },
	{ "D4 required, and nothing else", "required-alone", "svc", FINAL, FINAL, FINAL },
	{ "D4 required and last", "required-last", "svc", FINAL, FINAL, FINAL },
	{ "D4 required after sufficient", "required-after-sufficient", "svc", OPEN, OPEN, OPEN },
	{ "D4 required before sufficient", "required-before-sufficient", "svc", FINAL, FINAL,
	  FINAL },
	{ "D4 optional", "optional", "svc", OPEN, OPEN, OPEN },
	{ "D4 optional, and nothing else", "optional-alone", "svc", FINAL, FINAL, FINAL },
	{ "D4 sufficient", "sufficient", "svc", OPEN, OPEN, OPEN },
	{ "D4 default=ignore", "default-ignore", "svc", OPEN, OPEN, OPEN },
	{ "D4 user_unknown=ignore drops one of the denials", "unknown-user-ignored", "svc", OPEN,
	  OPEN, FINAL },
	{ "D4 default=ok makes a denial the result", "default-ok", "svc", FINAL, FINAL, FINAL },
	{ "D4 success=bad lets nobody in at all", "success-bad", "svc", FINAL, FINAL, FINAL },
	{ "D4 reset forgets a bad", "bad-then-reset", "svc", OPEN, OPEN, OPEN },
	{ "D4 reset does not come after die", "die-then-reset", "svc", FINAL, FINAL, FINAL },
	{ "D4 reset in a substack goes back to its beginning", "reset-in-substack", "svc", OPEN,
	  OPEN, OPEN },
	{ "D4 reset behind a substack forgets that, too", "reset-behind-substack", "svc", OPEN,
	  OPEN, OPEN },
	{ "D4 jumped over", "jump-over", "svc", OPEN, OPEN, OPEN },
	{ "D4 jumped onto", "jump-onto", "svc", FINAL, FINAL, FINAL },
	{ "D4 a jump counts the lines of an include", "jump-into-include", "svc", OPEN, OPEN,
	  OPEN },
	{ "D4 a jump counts a substack once", "jump-over-substack", "svc", OPEN, OPEN, OPEN },
	{ "D4 a jump beyond the end fails", "jump-too-far", "svc", FINAL, FINAL, FINAL },
	{ "D4 a jump to the very end", "jump-to-end", "svc", OPEN, OPEN, OPEN },
	{ "D4 a denial that jumps", "jump-from-denial", "svc", OPEN, OPEN, OPEN },
	{ "D4 a denial that goes on to pam_deny", "jump-from-denial-to-deny", "svc", FINAL, FINAL,
	  FINAL },
	{ "D4 die in a substack ends only that, and stays", "substack-die", "svc", FINAL, FINAL,
	  FINAL },
	{ "D4 sufficient in a substack ends only that", "substack-sufficient-inside", "svc", FINAL,
	  FINAL, FINAL },
	{ "D4 sufficient in an include ends all", "include-sufficient-inside", "svc", OPEN, OPEN,
	  OPEN },
	{ "D4 an include in an include", "nested-include", "svc", FINAL, FINAL, FINAL },
	{ "D4 done in a substack in a substack", "nested-substack-done", "svc", OPEN, OPEN, OPEN },
	{ "D4 success=done", "success-done", "svc", OPEN, OPEN, OPEN },
	{ "D4 new_authtok_reqd=done", "new-authtok-done", "svc", FINAL, OPEN, FINAL },
	{ "D4 new_authtok_reqd, taken for bad, is the result", "new-authtok-bad", "svc", FINAL,
	  OPEN, FINAL },
	{ "D4 new_authtok_reqd, taken for die, is the result", "new-authtok-die", "svc", FINAL,
	  OPEN, FINAL },
	{ "D4 new_authtok_reqd, taken for ok, gives way to a denial", "new-authtok-ok", "svc",
	  FINAL, FINAL, FINAL },
	{ "D4 a type with a minus", "minus-type", "svc", FINAL, FINAL, FINAL },
	{ "D4 a module that is absent before it", "minus-absent", "svc", FINAL, FINAL, FINAL },
	{ "D4 module_unknown=ignore fails open when ours is absent", "fails-open-when-absent",
	  "svc", FINAL, FINAL, OPEN },
	{ "D4 continuation lines", "continued", "svc", FINAL, FINAL, FINAL },
	{ "D4 continued over a comment: libpam 1.5 reads on, 1.7 does not", "continued-comment",
	  "svc", VAGUE, VAGUE, VAGUE },
	{ "D4 continued over an empty line: the same", "continued-empty", "svc", VAGUE, VAGUE,
	  VAGUE },
	{ "D4 a comment over 1,023 bytes: libpam 1.5 reads its end as a line", "long-comment",
	  "svc", VAGUE, VAGUE, VAGUE },
	{ "D4 capitals, and brackets around everything", "letters-and-brackets", "svc", FINAL,
	  FINAL, FINAL },
	{ "D4 a table without brackets and blanks", "table-without-blanks", "svc", FINAL, FINAL,
	  FINAL },
	{ "D4 a control that is misspelt: new_authtok_reqd is bad, and the result",
	  "broken-control", "svc", FINAL, OPEN, FINAL },
	{ "D4 a broken control at our own line", "broken-control-of-rolegate", "svc", FINAL, FINAL,
	  FINAL },
	{ "D4 a broken line that is optional is no obstacle", "broken-optional-line", "svc", OPEN,
	  OPEN, OPEN },
	{ "D4 a type that is misspelt fails where it is included", "broken-type", "svc", FINAL,
	  FINAL, FINAL },
	{ "D4 a type that is misspelt belongs to auth elsewhere", "broken-type-outside", "svc",
	  UNGUARDED, UNGUARDED, UNGUARDED },
	{ "D4 an include that is missing does not undo sufficient", "missing-include", "svc", OPEN,
	  OPEN, OPEN },
	{ "D4 an @include that is missing refuses everything", "missing-at-include", "svc", CLOSED,
	  CLOSED, CLOSED },
	{ "D4 a continuation at the end of the file refuses everything", "open-end", "svc", FINAL,
	  FINAL, FINAL },
	{ "D4 a module without a name refuses everything", "no-audit-name", "svc", CLOSED, CLOSED,
	  CLOSED },
	{ "D4 a jump over 0 lines is a broken control", "empty-jump", "svc", FINAL, OPEN, FINAL },
	{ "D2 the service other guards", "other-guards", "svc", FINAL, FINAL, FINAL },
	{ "D2 the service other guards a service without a file", "other-guards-no-file", "svc",
	  FINAL, FINAL, FINAL },
	{ "D2 the service other lets in", "other-open", "svc", UNGUARDED, UNGUARDED, UNGUARDED },
	{ "D2 the service other denies", "other-denies", "svc", CLOSED, CLOSED, CLOSED },
	{ "D2 the service other is broken", "other-broken", "svc", CLOSED, CLOSED, CLOSED },
	{ "D2 the service other itself is read twice, jumps and all", "other-twice", "other", OPEN,
	  OPEN, OPEN },
	{ "D2 no line of ours", "unguarded", "svc", UNGUARDED, UNGUARDED, UNGUARDED },
	{ "D2 no line of ours, and nobody gets in", "unguarded-deny", "svc", CLOSED, CLOSED,
	  CLOSED },
	{ "D4 two lines of ours, the second one requisite", "two-lines", "svc", FINAL, FINAL,
	  FINAL },
	{ "D4 two lines of ours, the second one jumped over", "two-lines-weak", "svc", OPEN, OPEN,
	  OPEN },
};

/* Of the password phase. */
static const struct {
	const char *name, *folder;
	enum verdict_answer change;
} passwords[] = {
	{ "G1 Debian, first and requisite: the profile that ships", "debian-password-first",
	  FINAL },
	{ "G1 Debian, appended and required", "debian-password-appended", FINAL },
	{ "G1 requisite after sufficient", "password-sufficient", OPEN },
	{ "G1 perm_denied=ignore", "password-ignored", OPEN },
};

static void load(const char *folder)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/data/pam.d-%s", TEST_SRCDIR, folder);
	wiring_libpam_clear();
	wiring_libpam_add_folder(path);
}

static void check(const char *name, const char *service, enum verdict_question question,
		  enum verdict_answer want)
{
	enum verdict_answer answer;
	bool all;

	answer = compare(name, service, question, &all);
	if (answer != want)
		fail_msg("%s, %s: %s, not %s", name, question_names[question], verdict_name(answer),
			 verdict_name(want));
	/* An arrangement too long to be tried to the end would prove nothing. */
	if (!all)
		fail_msg("%s, %s: too long to be tried out", name, question_names[question]);
}

static void test_accounts(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(accounts); i++) {
		load(accounts[i].folder);
		check(accounts[i].name, accounts[i].service, VERDICT_FRESH, accounts[i].fresh);
		check(accounts[i].name, accounts[i].service, VERDICT_EXPIRED, accounts[i].expired);
		check(accounts[i].name, accounts[i].service, VERDICT_ABSENT, accounts[i].absent);
	}
}

static void test_passwords(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(passwords); i++) {
		load(passwords[i].folder);
		check(passwords[i].name, "passwd", VERDICT_CHANGE, passwords[i].change);
	}
}

/* ---- Which line is to blame ---- */

static const struct {
	const char *name, *folder, *service;
	enum verdict_question question;
	enum verdict_cause cause;
	const char *file;
	unsigned int line;
} causes[] = {
	{ "D4 sufficient ends the stack", "required-after-sufficient", "svc", VERDICT_FRESH,
	  VERDICT_ENDED, "svc", 1 },
	{ "D4 new_authtok_reqd=done ends the stack", "debian-appended", "sshd", VERDICT_EXPIRED,
	  VERDICT_ENDED, "common-account", 1 },
	{ "D4 pam_localuser ends the stack", "debian-sss", "sshd", VERDICT_FRESH, VERDICT_ENDED,
	  "common-account", 5 },
	{ "D4 pam_unix jumps", "debian-primary", "sshd", VERDICT_FRESH, VERDICT_JUMPED,
	  "common-account", 2 },
	{ "D4 our own line drops it", "debian-primary-first", "sshd", VERDICT_FRESH,
	  VERDICT_DROPPED, "common-account", 1 },
	{ "D4 a later line resets it", "bad-then-reset", "svc", VERDICT_FRESH, VERDICT_RESET, "svc",
	  2 },
	{ "D4 an earlier line has settled it", "new-authtok-bad", "svc", VERDICT_EXPIRED,
	  VERDICT_FORESTALLED, "svc", 2 },
	{ "G1 our own line drops it", "password-ignored", "passwd", VERDICT_CHANGE, VERDICT_DROPPED,
	  "passwd", 1 },
};

static void test_causes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < N(causes); i++) {
		const struct stack_entry *culprit;
		struct stack_service service;
		struct verdict verdict;

		load(causes[i].folder);
		assert_int_equal(stack_read(wiring_libpam_host(), causes[i].service, &service), 0);
		assert_int_equal(verdict_find(&service, causes[i].question, &verdict), 0);
		culprit = &stack_get(&service, verdict_type(causes[i].question))
				   ->entries[verdict.culprit];
		if (verdict.cause != causes[i].cause || culprit->line != causes[i].line ||
		    strcmp(strrchr(culprit->file, '/') + 1, causes[i].file) != 0)
			fail_msg("%s: cause %u at %s:%u", causes[i].name, verdict.cause,
				 culprit->file, culprit->line);
		verdict_free(&verdict);
		stack_service_free(&service);
	}
}

/* ---- Random arrangements ---- */

static uint32_t random_state;

/* A number below n (xorshift; cmocka's own tests need no better one). */
static unsigned int random_below(unsigned int n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % n;
}

static const char *pick(const char *const *list, size_t n)
{
	return list[random_below((unsigned int)n)];
}

static void random_control(FILE *to)
{
	static const char *const words[] = { "required", "requisite", "sufficient", "optional",
					     "required", "requisite", "sufficent" };
	static const char *const values[] = { "success",       "new_authtok_reqd", "ignore",
					      "auth_err",      "user_unknown",	   "perm_denied",
					      "module_unknown" };
	static const char *const actions[] = { "ignore", "ok", "done", "bad", "die",
					       "reset",	 "1",  "2",    "3" };
	unsigned int n = random_below(4);

	if (random_below(2) == 0) {
		fputs(pick(words, N(words)), to);
		return;
	}
	fputc('[', to);
	for (unsigned int i = 0; i < n; i++)
		fprintf(to, "%s=%s ", pick(values, N(values)), pick(actions, N(actions)));
	if (random_below(8) > 0)
		fprintf(to, "default=%s", pick(actions, N(actions)));
	fputc(']', to);
}

/* Whether the arrangement has a line that libpam's versions read each in its own way. */
static bool is_contested;

/* A line. depth: of the file it is for; deeper files are included. */
static void random_line(FILE *to, const char *type, unsigned int depth)
{
	static const char *const modules[] = { "pam_unix.so",	  "pam_access.so",
					       "pam_rolegate.so", "pam_rolegate.so",
					       "pam_permit.so",	  "pam_deny.so",
					       "pam_absent.so" };
	static const char *const odd_types[] = { "auth", "acount", "[" };
	unsigned int kind = random_below(16);

	if (random_below(16) == 0)
		fputc('-', to);
	fputs(random_below(16) == 0 ? pick(odd_types, N(odd_types)) : type, to);
	switch (random_below(64)) {
	case 0:
		fputs(" \\\n\t", to);
		break;
	case 1:
		fputs(" \\\n# and\n\t", to);
		is_contested = true;
		break;
	default:
		fputc(' ', to);
	}
	if (depth < 2 && kind < 2) {
		fprintf(to, "substack inner%u\n", depth);
	} else if (depth < 2 && kind == 2) {
		fprintf(to, "include %s%u\n", random_below(4) == 0 ? "nowhere" : "inner", depth);
	} else if (kind == 3 && random_below(3) == 0) {
		fputs("optional\n", to);
	} else {
		random_control(to);
		fprintf(to, " %s\n", pick(modules, N(modules)));
	}
}

static void random_file(const char *name, const char *type, unsigned int depth)
{
	unsigned int n = 1 + random_below(depth == 0 ? 5 : 3);
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	while (n-- > 0)
		random_line(to, type, depth);
	assert_int_equal(fclose(to), 0);
	wiring_libpam_add(name, text);
	free(text);
}

/* Shows which arrangement it was. */
static void print_arrangement(unsigned int round)
{
	static const char *const files[] = { "svc", "inner0", "inner1" };
	char path[512];
	char *text;
	size_t n;

	print_message("round %u:\n", round);
	for (size_t i = 0; i < N(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", wiring_libpam_host()->confdir, files[i]);
		text = support_read_file(path, &n);
		print_message("--- %s\n%s", files[i], text);
		free(text);
	}
}

static void test_random(void **unused)
{
	unsigned int seen[VERDICT_VAGUE + 1] = { 0 }, n_all = 0, n_questions = 0;
	enum verdict_answer answer;

	(void)unused;
	random_state = RANDOM_SEED;
	for (unsigned int i = 0; i < RANDOM_ROUNDS; i++) {
		bool is_password = i % 4 == 3, all;
		const char *type = is_password ? "password" : "account";

		wiring_libpam_clear();
		is_contested = false;
		random_file("svc", type, 0);
		random_file("inner0", type, 1);
		random_file("inner1", type, 2);
		if (getenv("VERBOSE"))
			print_arrangement(i);
		for (enum verdict_question q = VERDICT_FRESH; q <= VERDICT_CHANGE; q++) {
			if ((q == VERDICT_CHANGE) != is_password)
				continue;
			answer = compare("random", "svc", q, &all);
			/* Such a line may be in a file that nothing includes. */
			assert_true(answer != VERDICT_VAGUE || is_contested);
			seen[answer]++;
			n_all += all;
			n_questions++;
		}
	}
	/* Enough of each kind, and nearly all of them tried to the end. */
	assert_in_range(seen[VERDICT_FINAL], n_questions / 20, n_questions);
	assert_in_range(seen[VERDICT_OPEN], n_questions / 20, n_questions);
	assert_in_range(seen[VERDICT_UNGUARDED], n_questions / 20, n_questions);
	assert_in_range(seen[VERDICT_CLOSED], n_questions / 20, n_questions);
	assert_in_range(seen[VERDICT_VAGUE], n_questions / 50, n_questions / 10);
	assert_in_range(n_all, n_questions - n_questions / 20, n_questions);
}

static int open_fixture(void **unused)
{
	(void)unused;
	wiring_libpam_open();
	return 0;
}

static int close_fixture(void **unused)
{
	(void)unused;
	wiring_libpam_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
