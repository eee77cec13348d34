/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor --simulate: one user's way through the account stack of one service. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "decide.h"
#include "doctor_arguments.h"
#include "pam_faults.h"
#include "pam_files.h"
#include "pam_json.h"
#include "pam_programs.h"
#include "people.h"
#include "verdict.h"

/* One line on the way. */
struct passage {
	bool is_guard;		       /* our module, which can run */
	enum rolegate_verdict verdict; /* of a guard */
	enum rolegate_reason reason;
	bool is_permissive;
	const char *wrong; /* an argument that the module does not know; it returns service_err */
};

enum outcome {
	ALLOWED,
	DENIED,
	UNKNOWN,   /* what libpam does is not defined, or a file of it cannot be read */
	NOT_ASKED, /* the stack denies the user, but the program never runs it */
};

struct simulation {
	struct tool *tool;
	struct rolegate_policy *policy;
	struct account account;
	struct pam_service service;
	const struct pam_program *program; /* it never runs the account phase; else NULL */
	const struct stack *stack;
	struct passage *passages; /* one for each line */
	unsigned char *returned;
	bool *ran;
	enum outcome outcome;
	size_t culprit; /* the line that denies, or VERDICT_NO_LINE */
	char *reason;	/* why the user is denied, or NULL */
	char *fix;	/* or NULL */
	char *trouble;	/* why there is no answer; to be freed */
};

/* Say where the answer is lost: without this policy nobody knows what the line comes to. */
static int give_up(struct simulation *s, const struct stack_entry *entry, const char *dir,
		   const char *why)
{
	if (asprintf(&s->trouble, "%s:%u asks the policy in %s, which cannot be opened%s%s",
		     entry->file, entry->line, dir, why ? ": " : "", why ? why : "") >= 0)
		return -EIO;
	s->trouble = NULL;
	return -ENOMEM;
}

/* Open the policy that `state=` names, below the root if there is one, where no link is followed. */
static int open_other(struct simulation *s, const struct stack_entry *entry, const char *dir,
		      struct rolegate_policy **ret)
{
	int fd = s->tool->root ? tree_open_file(&s->tool->tree, dir, O_PATH | O_DIRECTORY, 0) : -1;
	char *path = NULL, *why = NULL;
	int r = s->tool->root && fd < 0 ? fd : 0;

	if (fd >= 0)
		close(fd);
	if (r < 0)
		return r == -ENOMEM ? r : give_up(s, entry, dir, strerror(-r));
	if (asprintf(&path, "%s%s", s->tool->root ? s->tool->root : "", dir) < 0)
		return -ENOMEM;
	r = rolegate_policy_open(path, ret, &why);
	if (r < 0 && r != -ENOMEM)
		r = give_up(s, entry, dir, why);
	free(path);
	free(why);
	return r;
}

/* Put the module's own question (pam_rolegate(8)) to a policy. */
static int decide(struct simulation *s, const struct rolegate_policy *policy,
		  const struct arguments *arguments, struct passage *ret)
{
	const struct rolegate_request request = {
		.service = arguments->service ? arguments->service : s->service.read.name,
		.permission = arguments->require,
		.flags = ROLEGATE_REQUEST_REAL_UID |
			 (arguments->is_permissive ? ROLEGATE_REQUEST_PERMISSIVE : 0u),
		.at = s->tool->now,
	};
	/* For su and its like (D3) the person asked about is taken as the one who acts. */
	const struct rolegate_subject subject = { .person = s->account.person };
	const struct rolegate_actor actor = { .person = s->account.person };
	struct rolegate_decision decision;
	int r;

	r = decide_only(policy_in_force(policy), &request, &subject, &actor, &decision);
	ret->verdict = decision.verdict;
	ret->reason = decision.reason;
	ret->is_permissive = decision.verdict == ROLEGATE_DENY && decision.permissive;
	return r;
}

/* What the module makes of one line: an argument that it does not know refuses, whoever it is. */
static int pass(struct simulation *s, const struct stack_entry *entry, struct passage *ret)
{
	struct rolegate_policy *other = NULL;
	struct arguments arguments;
	int r = 0;

	ret->is_guard = true;
	ret->wrong = arguments_read(&arguments, entry->argc, entry->argv);
	if (ret->wrong)
		return 0;
	if (arguments.state_dir && !doctor_arguments_is_usual_state(arguments.state_dir))
		r = open_other(s, entry, arguments.state_dir, &other);
	if (r == 0)
		r = decide(s, other ? other : s->policy, &arguments, ret);
	rolegate_policy_close(other);
	return r;
}

/* Ask at each line of ours, and follow the stack: every other module is taken to succeed. */
static int follow(struct simulation *s)
{
	size_t n = s->stack->n ? s->stack->n : 1, culprit = VERDICT_NO_LINE;
	int r = 0;

	s->passages = calloc(n, sizeof(*s->passages));
	s->returned = calloc(n, 1);
	s->ran = calloc(n, sizeof(*s->ran));
	if (!s->passages || !s->returned || !s->ran)
		return -ENOMEM;
	for (size_t i = 0; i < s->stack->n && r == 0; i++) {
		s->returned[i] = CONTROL_SUCCESS;
		if (!stack_is_module(&s->stack->entries[i], VERDICT_MODULE) ||
		    s->stack->entries[i].fault)
			continue;
		r = pass(s, &s->stack->entries[i], &s->passages[i]);
		if (s->passages[i].wrong)
			s->returned[i] = CONTROL_SERVICE_ERR;
		else if (s->passages[i].verdict != ROLEGATE_ALLOW && !s->passages[i].is_permissive)
			s->returned[i] = CONTROL_PERM_DENIED;
	}
	if (r < 0)
		return r;
	s->outcome = verdict_follow(s->stack, STACK_ACCOUNT, s->returned, s->ran, &culprit)
			     ? ALLOWED
			     : DENIED;
	s->culprit = culprit;
	if (s->service.verdicts[VERDICT_FRESH].vague)
		s->outcome = UNKNOWN;
	else if (s->service.read.refused)
		s->outcome = DENIED;
	return 0;
}

/* ---- Why the user is denied ---- */

static int set(char **to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Format a text. 0 or -ENOMEM. */
static int set(char **to, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vasprintf(to, format, arguments);
	va_end(arguments);
	if (n >= 0)
		return 0;
	*to = NULL;
	return -ENOMEM;
}

/* The first complaint about a line, or about any if there is no line; or NULL. */
static const struct stack_complaint *find_complaint(const struct simulation *s,
						    const struct stack_entry *entry)
{
	const struct stack_service *read = &s->service.read;

	for (size_t i = 0; i < read->n_complaints; i++)
		if (!entry || (read->complaints[i].line == entry->line &&
			       !strcmp(read->complaints[i].file, entry->file)))
			return &read->complaints[i];
	return NULL;
}

/* libpam does not start a transaction for the service, or its behaviour is unknown. */
static int explain_file(struct simulation *s, const char *why)
{
	const struct stack_complaint *c = find_complaint(s, NULL);
	int r;

	if (!c) {
		r = set(&s->reason, "%s: %s", s->service.read.name, why);
		/* The only refusal that is about no file. */
		if (r == 0 && s->outcome == DENIED)
			r = set(&s->fix, "create %s/%s", STACK_FOLDER, s->service.read.name);
		return r;
	}
	r = c->line > 0 ? set(&s->reason, "%s:%u: %s", c->file, c->line, c->text)
			: set(&s->reason, "%s: %s", c->file, c->text);
	if (r < 0)
		return r;
	if (c->is_crlf)
		return set(&s->fix, PAM_FAULTS_CRLF_FIX, c->file);
	return set(&s->fix, c->line > 0 ? "correct the line, see pam.d(5)"
					: "run as root, and make it a regular file");
}

static int explain_guard(struct simulation *s, const struct stack_entry *entry,
			 const struct passage *p)
{
	int r;

	if (p->wrong)
		r = set(&s->reason, "%s:%u: rolegate denies every user: unknown argument \"%s\"",
			entry->file, entry->line, p->wrong);
	else
		r = set(&s->reason, "%s:%u: rolegate denies the user (%s)", entry->file,
			entry->line, rolegate_reason_name(p->reason));
	if (r < 0)
		return r;
	if (strchr(entry->arguments, '\r'))
		return set(&s->fix, PAM_FAULTS_CRLF_FIX, entry->file);
	if (p->wrong)
		return set(&s->fix, "remove the argument, see pam_rolegate(8)");
	return set(&s->fix, "rolegate explain %s %s", s->account.name, s->service.read.name);
}

/* A line whose module cannot run. */
static int explain_fault(struct simulation *s, const struct stack_entry *entry)
{
	char *text = NULL, *fix = NULL;
	int r = pam_faults_tell(s->tool, entry, STACK_ACCOUNT, &text, &fix);

	if (r == 0)
		r = set(&s->reason, "%s:%u: %s", entry->file, entry->line, text);
	free(text);
	s->fix = fix;
	return r;
}

/* A line that fails although its module succeeds, or that libpam could not read. */
static int explain_line(struct simulation *s, const struct stack_entry *entry)
{
	const struct stack_complaint *c = find_complaint(s, entry);
	int r;

	if (c) {
		r = set(&s->reason, "%s:%u: %s", entry->file, entry->line, c->text);
		return r < 0 ? r : set(&s->fix, "correct the line, see pam.d(5)");
	}
	if (stack_is_module(entry, "pam_deny.so"))
		return set(&s->reason, "%s:%u: pam_deny.so denies every user", entry->file,
			   entry->line);
	return set(&s->reason, "%s:%u: the control \"%s\" makes the phase fail", entry->file,
		   entry->line, entry->word);
}

/* No line makes the phase fail, and none makes it succeed. */
static int explain_nothing(struct simulation *s)
{
	const char *name = s->service.read.name;

	if (s->stack->n > 0)
		return set(&s->reason, "%s: no line of the account stack makes the phase succeed",
			   name);
	return set(
		&s->reason,
		"%s: neither the service nor \"other\" has an account line: PAM denies every user",
		name);
}

static int explain(struct simulation *s)
{
	const struct stack_entry *entry = NULL;

	if (s->outcome == UNKNOWN)
		return explain_file(s, s->service.verdicts[VERDICT_FRESH].vague);
	if (s->service.read.refused)
		return explain_file(s, s->service.read.refused);
	if (s->culprit == VERDICT_NO_LINE)
		return explain_nothing(s);
	entry = &s->stack->entries[s->culprit];
	if (s->passages[s->culprit].is_guard && s->returned[s->culprit] != CONTROL_SUCCESS)
		return explain_guard(s, entry, &s->passages[s->culprit]);
	return entry->fault ? explain_fault(s, entry) : explain_line(s, entry);
}

/* ---- Text ---- */

static const char *word_of(const struct passage *p)
{
	if (p->wrong)
		return "denies every user";
	if (p->verdict == ROLEGATE_ALLOW)
		return "allows";
	return p->is_permissive ? "would deny" : "denies";
}

/* Also in JSON. */
static const char *reason_of(const struct passage *p)
{
	return p->wrong ? "wrong-argument" : rolegate_reason_name(p->reason);
}

/* What our module, or libpam in its place, does at a line. */
static void print_passage(const struct simulation *s, size_t i)
{
	const struct stack_entry *entry = &s->stack->entries[i];
	const struct passage *p = &s->passages[i];
	const struct output *output = &s->tool->output;

	if (entry->fault) {
		fputs("\n      cannot run: ", stdout);
		output_text(output, COLOUR_BAD, pam_faults_words(entry->fault));
	}
	if (!p->is_guard)
		return;
	fputs("\n      rolegate ", stdout);
	output_text(output, p->verdict == ROLEGATE_ALLOW && !p->wrong ? COLOUR_GOOD : COLOUR_BAD,
		    word_of(p));
	fputs(" (", stdout);
	output_text(output, COLOUR_PLAIN, reason_of(p));
	if (p->wrong) {
		putchar(' ');
		output_text(output, COLOUR_PLAIN, p->wrong);
	}
	putchar(')');
}

static void print_line(const struct simulation *s, size_t i)
{
	const struct stack_entry *entry = &s->stack->entries[i];
	const struct output *output = &s->tool->output;
	enum output_colour colour = s->ran[i] ? COLOUR_PLAIN : COLOUR_DIM;
	bool is_table = strchr(entry->word, '=');

	printf("%*s", 2 + 2 * (int)entry->level, "");
	output_text(output, colour, is_table ? "[" : "");
	output_text(output, colour, *entry->word ? entry->word : "(no control)");
	output_text(output, colour, is_table ? "] " : " ");
	output_text(output, s->ran[i] ? COLOUR_BOLD : COLOUR_DIM,
		    entry->module ? entry->module : "(broken line)");
	if (*entry->arguments) {
		putchar(' ');
		output_text(output, colour, entry->arguments);
	}
	putchar(' ');
	output_text(output, COLOUR_DIM, entry->file);
	printf(":%u", entry->line);
	if (entry->kind != STACK_SUBSTACK && !s->ran[i])
		fputs("  does not run", stdout);
	print_passage(s, i);
	putchar('\n');
}

/* Lines that libpam ignores, or reads in another way than they look. */
static void print_complaints(const struct simulation *s)
{
	const struct stack_service *read = &s->service.read;

	for (size_t i = 0; i < read->n_complaints; i++) {
		fputs("warning: ", stdout);
		output_text(&s->tool->output, COLOUR_PLAIN, read->complaints[i].file);
		if (read->complaints[i].line > 0)
			printf(":%u", read->complaints[i].line);
		printf(": %s\n", read->complaints[i].text);
	}
}

#define PRIVATE_FILE "libpam cannot read it for a program that does not run as root"

/* Files that libpam does not read for every program. */
static void print_private_files(const struct simulation *s)
{
	const struct stack_service *read = &s->service.read;
	unsigned int mode;

	for (size_t i = 0; i < read->n_files; i++) {
		if (!pam_files_is_private(s->tool, read->files[i], &mode))
			continue;
		fputs("warning: ", stdout);
		output_text(&s->tool->output, COLOUR_PLAIN, read->files[i]);
		printf(": mode %04o: " PRIVATE_FILE "\n", mode);
	}
}

static void print_outcome(const struct simulation *s)
{
	static const char *const words[] = { "allowed", "denied", "unknown", "not denied" };
	const struct output *output = &s->tool->output;

	output_text(output, s->outcome == ALLOWED ? COLOUR_GOOD : COLOUR_BAD, words[s->outcome]);
	if (s->program)
		printf(": %s never runs the account phase%s", s->program->program,
		       s->outcome == NOT_ASKED ? ", so this denial has no effect" : "");
	if (s->reason) {
		fputs(": ", stdout);
		output_text(output, COLOUR_PLAIN, s->reason);
	}
	putchar('\n');
	if (s->fix) {
		fputs("fix: ", stdout);
		output_text(output, COLOUR_PLAIN, s->fix);
		putchar('\n');
	}
}

/* Whether a denial by rolegate is enforced, in words. */
static const char *enforced(enum verdict_answer answer)
{
	static const char *const words[] = {
		[VERDICT_FINAL] = "yes",
		[VERDICT_OPEN] = "bypassable",
		[VERDICT_UNGUARDED] = "not guarded",
		[VERDICT_CLOSED] = "not guarded, PAM denies every user",
		[VERDICT_VAGUE] = "unknown",
	};

	return words[answer];
}

static void print_simulation(const struct simulation *s)
{
	const struct output *output = &s->tool->output;

	fputs("Account phase of ", stdout);
	output_text(output, COLOUR_BOLD, s->service.read.name);
	fputs(" for ", stdout);
	output_text(output, COLOUR_BOLD, s->account.name);
	fputs(", if every other module that can run succeeds:\n", stdout);
	if (s->service.read.own[STACK_ACCOUNT].n == 0 && s->stack->n > 0)
		puts("  (it has no account line: libpam uses those of the service \"other\")");
	for (size_t i = 0; i < s->stack->n; i++)
		print_line(s, i);
	print_complaints(s);
	print_private_files(s);
	print_outcome(s);
	printf("denial by rolegate enforced: %s; with an expired password: %s\n",
	       enforced(s->service.verdicts[VERDICT_FRESH].answer),
	       enforced(s->service.verdicts[VERDICT_EXPIRED].answer));
}

/* ---- JSON ---- */

static json_t *json_line(const struct simulation *s, size_t i)
{
	const struct passage *p = &s->passages[i];
	const struct stack_entry *entry = &s->stack->entries[i];
	json_t *line = pam_json_entry(entry);

	if (!line)
		return NULL;
	json_object_set_new(line, "runs", json_boolean(s->ran[i]));
	if (!p->is_guard)
		return line;
	json_object_set_new(line, "verdict",
			    json_string(p->verdict == ROLEGATE_ALLOW && !p->wrong ? "allow"
										  : "deny"));
	json_object_set_new(line, "reason", json_string(reason_of(p)));
	json_object_set_new(line, "permissive", json_boolean(p->is_permissive));
	return line;
}

static json_t *json_warning(const char *file, unsigned int line, const char *text)
{
	return json_pack("{s:s, s:i, s:s}", "file", file, "line", (int)line, "text", text);
}

static json_t *json_warnings(const struct simulation *s)
{
	const struct stack_service *read = &s->service.read;
	json_t *list = json_array();
	unsigned int mode;

	for (size_t i = 0; i < read->n_complaints; i++)
		json_array_append_new(list, json_warning(read->complaints[i].file,
							 read->complaints[i].line,
							 read->complaints[i].text));
	for (size_t i = 0; i < read->n_files; i++)
		if (pam_files_is_private(s->tool, read->files[i], &mode))
			json_array_append_new(list, json_warning(read->files[i], 0, PRIVATE_FILE));
	return list;
}

/* A text that may hold anything, or null. */
static json_t *json_text(const char *text)
{
	json_t *string = text ? json_string(text) : json_null();

	return string ? string : json_string("(not UTF-8)");
}

static json_t *json_simulation(const struct simulation *s)
{
	static const char *const words[] = { "allowed", "denied", "unknown", "not-asked" };
	json_t *lines = json_array();

	for (size_t i = 0; i < s->stack->n; i++)
		json_array_append_new(lines, json_line(s, i));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:b, s:s, s:s, s:o, s:o}", "user",
			 s->account.name, "service", s->service.read.name, "outcome",
			 words[s->outcome], "reason", json_text(s->reason), "fix",
			 json_text(s->fix), "runs_account", !s->program, "denial",
			 verdict_name(s->service.verdicts[VERDICT_FRESH].answer), "denial_expired",
			 verdict_name(s->service.verdicts[VERDICT_EXPIRED].answer), "stack", lines,
			 "warnings", json_warnings(s));
}

/* ---- The whole ---- */

static int read_service(struct simulation *s)
{
	const struct stack_host host = pam_files_host(s->tool);
	int r;

	r = stack_read(&host, s->tool->options.words[1], &s->service.read);
	for (enum verdict_question q = VERDICT_FRESH; q <= VERDICT_EXPIRED && r == 0; q++)
		r = verdict_find(&s->service.read, q, &s->service.verdicts[q]);
	if (r < 0)
		return r;
	s->stack = stack_get(&s->service.read, STACK_ACCOUNT);
	s->program = pam_programs_find(s->service.read.name);
	return 0;
}

static int simulate(struct simulation *s)
{
	bool is_denied;
	int r;

	r = people_find(s->tool, s->policy, s->tool->options.words[0], &s->account);
	if (r == 0)
		r = read_service(s);
	if (r == 0)
		r = follow(s);
	if (r == 0 && s->outcome != ALLOWED)
		r = explain(s);
	if (s->trouble)
		return tool_fail(s->tool, EXIT_SYSTEM, NULL, "%s", s->trouble);
	if (r < 0)
		return tool_fail_errno(s->tool, r, "following the stack");
	if (s->program && s->outcome != ALLOWED) {
		s->outcome = NOT_ASKED;
		free(s->fix);
		s->fix = NULL;
	}
	is_denied = s->outcome == DENIED || s->outcome == UNKNOWN;
	if (s->tool->output.json)
		(void)output_json(json_simulation(s), !is_denied);
	else
		print_simulation(s);
	return is_denied ? EXIT_DENIED : EXIT_DONE;
}

int doctor_simulate(struct tool *tool)
{
	struct simulation s = { .tool = tool };
	int status;

	if (!*tool->options.words[0] || !*tool->options.words[1] ||
	    strchr(tool->options.words[1], '/'))
		return options_complain("doctor", "invalid user or service name");
	if (tool_open(tool, &s.policy, &status) < 0)
		return status;
	status = simulate(&s);
	account_free(&s.account);
	stack_service_free(&s.service.read);
	for (size_t q = 0; q < PAM_SERVICES_QUESTIONS; q++)
		verdict_free(&s.service.verdicts[q]);
	free(s.passages);
	free(s.returned);
	free(s.ran);
	free(s.reason);
	free(s.fix);
	free(s.trouble);
	rolegate_policy_close(s.policy);
	return status;
}
