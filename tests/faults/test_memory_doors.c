/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every allocation fails, once or from then on, while somebody asks: the PAM module through libpam,
 * and the library. Nobody gets what they do not get otherwise, nothing crashes, and what was
 * refused for want of memory says so. (test_nss does the same for the NSS module.)
 */
#include "pam_fixture.h"

#include "scarce.h"

static const char base[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"assign = ( { user = \"alice\"; roles = [ \"user\" ]; },\n"
	"  { user = \"{system}\"; roles = [ \"guest\" ]; } );\n"
	"services = ( { name = \"sshd\"; require = [ \"host.ssh\" ]; },\n"
	"  { name = \"su\"; subject = \"actor\"; require = [ \"host.su\" ]; } );\n";
/* Whoever is not seen to be in the group has more. */
static const char narrowed[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"default_roles = [ \"user\" ]; system_account_roles = [ \"user\" ];\n"
	"assign = ( { group = \"{member_group}\"; roles = [ \"guest\" ]; } );\n"
	"services = ( { name = \"sshd\"; require = [ \"host.ssh\" ]; } );\n";
static const char root_is_nobody[] =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"root_is_owner = false;\n"
	"assign = ( { user = \"alice\"; roles = [ \"owner\" ]; } );\n"
	"services = ( { name = \"sshd\"; require = [ \"host.ssh\" ]; } );\n";

static const struct question {
	const char *name, *policy, *user, *service, *arguments;
	bool is_password;
	int code; /* while there is memory */
} questions[] = {
	{ "D4 whoever is let in", base, "alice", "sshd", "debug", false, PAM_SUCCESS },
	{ "D4 whoever is refused", base, "{system}", "sshd", "", false, PAM_PERM_DENIED },
	{ "D4 nobody the system knows", base, "no-such-user", "sshd", "", false, PAM_USER_UNKNOWN },
	{ "D3 D4 the actor", base, "alice", "su", "norescue", false, PAM_SUCCESS },
	{ "P3 a group that takes away", narrowed, "{member}", "sshd", "", false, PAM_PERM_DENIED },
	{ "D5 D4 permissively", base, "{system}", "sshd", "mode=permissive", false, PAM_SUCCESS },
	{ "D7 root, and no rescue", root_is_nobody, "root", "sshd", "norescue", false,
	  PAM_PERM_DENIED },
	{ "D4 a wrong argument", base, "alice", "sshd", "nonsense", false, PAM_SERVICE_ERR },
	{ "G1 somebody else's password", root_is_nobody, "{system}", "passwd", "norescue", true,
	  PAM_PERM_DENIED },
};

/* ---- PAM ---- */

/* Ask with this share of memory; the code. */
static int ask_scarcely(const struct question *question, const char *user, struct scarce *scarce)
{
	const struct circumstances how = { .is_password = question->is_password,
					   .more = question->is_password
							   ? "password required pam_permit.so\n"
							   : NULL };
	pam_handle_t *pamh = start(user, question->service, question->arguments, &how);
	int code;

	memset(fixture.heard, 0, sizeof(*fixture.heard));
	scarce_watch(scarce);
	code = question->is_password ? pam_chauthtok(pamh, how.flags)
				     : pam_acct_mgmt(pamh, how.flags);
	scarce_watch(NULL);
	assert_int_equal(pam_end(pamh, code), PAM_SUCCESS);
	return code;
}

/* Whether a line of our module is about an answer that could not be had. */
static bool is_error(const char *line)
{
	return !strncmp(line, "error user=", 11) || !strncmp(line, "error target=", 13);
}

/*
 * Whether each line is fit for a log, and one of a lookup that failed names the system, not the
 * policy nor the user. There is none where libpam or the loader had no memory for the module.
 */
static bool is_said(unsigned int *n_errors)
{
	const struct heard *h = fixture.heard;

	for (unsigned int i = 0; i < h->n_lines && i < HEARD_MAX; i++) {
		if (!is_plain(h->lines[i].text) ||
		    (is_error(h->lines[i].text) &&
		     !strstr(h->lines[i].text, "reason=system-error")))
			return false;
		*n_errors += is_error(h->lines[i].text);
	}
	return true;
}

/* The line that is logged; "" if there is none. */
static const char *first_line(void)
{
	return fixture.heard->n_lines ? fixture.heard->lines[0].text : "";
}

/*
 * Whether the line says what it says while there is memory, up to the reason: who is let in permissively would be
 * denied, and why. The words of an explanation are what it does without.
 */
static bool is_said_as_ever(const char *usual)
{
	const char *line = first_line(), *reason = strstr(usual, " reason=");
	size_t n = reason ? (size_t)(reason - usual) + 1 : 0;

	n += strcspn(usual + n, " ");
	return fixture.heard->n_lines == (*usual != '\0') && !strncmp(line, usual, n) &&
	       (line[n] == '\0' || line[n] == ' ');
}

static bool is_sound(const struct question *question, int code, bool goes_on, const char *usual,
		     unsigned int *n_errors)
{
	if (!is_said(n_errors))
		return false;
	/*
	 * libc leaves out a source of groups that fails once, and the next source hides it: only
	 * what fails from then on is seen.
	 */
	if (question->policy == narrowed && !goes_on && code == PAM_SUCCESS)
		return true;
	/* So it does with a source of users: they would be denied all the same, as somebody unknown. */
	if (code == PAM_SUCCESS && !goes_on && !strncmp(usual, "would-deny ", 11) &&
	    !strncmp(first_line(), "would-deny ", 11) &&
	    strstr(first_line(), " reason=unknown-user "))
		return true;
	/* Nothing else lets anybody in, or leaves it to the other lines. */
	if (code == PAM_SUCCESS)
		return code == question->code && is_said_as_ever(usual);
	return code != PAM_IGNORE && code != PAM_NEW_AUTHTOK_REQD;
}

/* Fail each allocation of one question; how many there were. */
static unsigned int starve(const struct question *question, const char *user, bool goes_on,
			   const char *usual, unsigned int *n_errors)
{
	static struct scarce scarce;
	unsigned int n = 0;

	do {
		int code;

		scarce = (struct scarce){ .fail_at = ++n, .goes_on = goes_on };
		code = ask_scarcely(question, user, &scarce);
		if (!is_sound(question, code, goes_on, usual, n_errors)) {
			print_message("allocation %u%s:\n", n, goes_on ? " and all later" : "");
			fixture.heard->code = code;
			print_heard(question->name);
			fail();
		}
	} while (scarce.struck);
	return n - 1;
}

static void test_pam(void **state)
{
	const struct question *question = *state;
	unsigned int n, n_errors = 0;
	char user[128], *usual;

	NEEDS(getuid() == 0 || strcmp(question->service, "su") != 0, "the actor has to be root");
	NEEDS(fixture_apply(question->policy) && expand(question->user, user, sizeof(user)),
	      "the machine has no such account");
	/* What is loaded once is loaded. */
	assert_int_equal(ask_scarcely(question, user, NULL), question->code);
	usual = strdup(first_line());
	assert_non_null(usual);
	n = starve(question, user, false, usual, &n_errors);
	(void)starve(question, user, true, usual, &n_errors);
	free(usual);
	print_message("%u allocations, %u lines of want of memory\n", n, n_errors);
	assert_true(question->code == PAM_SERVICE_ERR || (n > 3 && n_errors > 3));
	assert_int_equal(ask_scarcely(question, user, NULL), question->code);
}

/* ---- The library ---- */

/* rolegate_policy_open() or rolegate_policy_load(). */
typedef int (*open_function)(const char *state, struct rolegate_policy **ret, char **reason);

static int open_and_decide(open_function open_policy, struct rolegate_decision *ret)
{
	static const struct rolegate_request request = { .size = sizeof(struct rolegate_request),
							 .service = "sshd",
							 .at = SUPPORT_NOW };
	const struct rolegate_subject subject = { .person = {
							  .size = sizeof(struct rolegate_person),
							  .name = "alice",
							  .uid = 1000,
							  .facts = ROLEGATE_FACT_UID } };
	struct rolegate_explanation *explanation = NULL;
	struct rolegate_policy *policy = NULL;
	char *reason = NULL;
	int r;

	r = open_policy(fixture.state, &policy, &reason);
	if (r == 0)
		r = rolegate_decide(policy, &request, &subject, NULL, ret);
	if (r == 0)
		r = rolegate_explain(policy, &request, &subject, NULL, &explanation);
	rolegate_explanation_free(explanation);
	rolegate_policy_close(policy);
	free(reason);
	return r;
}

static void fail_each(open_function open_policy)
{
	static struct scarce scarce;
	unsigned int n = 0, n_failed = 0;

	do {
		struct rolegate_decision decision = { .size = sizeof(struct rolegate_decision),
						      .verdict = ROLEGATE_DENY };
		int r;

		scarce = (struct scarce){ .fail_at = ++n };
		scarce_watch(&scarce);
		r = open_and_decide(open_policy, &decision);
		scarce_watch(NULL);
		/* The words of an error are all that it does without. */
		assert_true(r == 0 || (scarce.struck && r == -ENOMEM));
		assert_true(r < 0 || decision.verdict == ROLEGATE_ALLOW);
		n_failed += r < 0;
	} while (scarce.struck);
	print_message("%u allocations, %u of which it cannot do without\n", n - 1, n_failed);
	assert_true(n_failed > 3);
}

static void test_library(void **unused)
{
	(void)unused;
	assert_true(fixture_apply(
		"catalogs = [ \"workspace\", \"host\" ];\n"
		"assign = ( { user = \"alice\"; roles = [ \"user\" ]; } );\n"
		"services = ( { name = \"sshd\"; require = [ \"host.ssh\" ]; } );\n"));
	fail_each(rolegate_policy_open);
	fail_each(rolegate_policy_load);
}

#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

int main(void)
{
	struct CMUnitTest tests[N_QUESTIONS + 1] = {
		{ .name = "D4 the library", .test_func = test_library },
	};

	for (size_t i = 0; i < N_QUESTIONS; i++)
		tests[1 + i] = (struct CMUnitTest){ .name = questions[i].name,
						    .test_func = test_pam,
						    .setup_func = fixture_watch,
						    .initial_state = (void *)&questions[i] };
	return cmocka_run_group_tests_name("no memory", tests, fixture_open, fixture_close);
}
