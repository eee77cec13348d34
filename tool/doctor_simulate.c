/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor --simulate: one user's way through the account stack of one service. */
#include "doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "doctor_arguments.h"
#include "pam_files.h"
#include "pam_json.h"
#include "people.h"
#include "verdict.h"

/* One line on the way. */
struct passage {
	bool is_guard, has_run;
	enum rolegate_verdict verdict; /* of a guard */
	enum rolegate_reason reason;
	bool is_permissive;
	const char *wrong; /* an argument that the module does not know; it returns service_err */
};

struct simulation {
	struct tool *tool;
	struct rolegate_policy *policy;
	struct account account;
	struct pam_service service;
	const struct stack *stack;
	struct passage *passages; /* one for each line */
	unsigned char *returned;
	bool *ran;
	bool lets_in;
	char *trouble; /* why there is no answer; to be freed */
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
		.at = s->tool->now,
	};
	/* For su and its like (D3) the person asked about is taken as the one who acts. */
	const struct rolegate_subject subject = { .person = s->account.person };
	const struct rolegate_actor actor = { .person = s->account.person };
	struct rolegate_decision decision;
	int r;

	r = rolegate_decide(policy, &request, &subject, &actor, &decision);
	ret->verdict = decision.verdict;
	ret->reason = decision.reason;
	ret->is_permissive = decision.verdict == ROLEGATE_DENY &&
			     (decision.permissive || arguments->is_permissive);
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

/* Ask at each line of ours, and follow the stack: every other module is supposed to succeed. */
static int follow(struct simulation *s)
{
	size_t n = s->stack->n ? s->stack->n : 1;
	int r = 0;

	s->passages = calloc(n, sizeof(*s->passages));
	s->returned = calloc(n, 1);
	s->ran = calloc(n, sizeof(*s->ran));
	if (!s->passages || !s->returned || !s->ran)
		return -ENOMEM;
	for (size_t i = 0; i < s->stack->n && r == 0; i++) {
		s->returned[i] = CONTROL_SUCCESS;
		if (!stack_is_module(&s->stack->entries[i], VERDICT_MODULE))
			continue;
		r = pass(s, &s->stack->entries[i], &s->passages[i]);
		if (s->passages[i].wrong)
			s->returned[i] = CONTROL_SERVICE_ERR;
		else if (s->passages[i].verdict != ROLEGATE_ALLOW && !s->passages[i].is_permissive)
			s->returned[i] = CONTROL_PERM_DENIED;
	}
	if (r < 0)
		return r;
	s->lets_in = verdict_follow(s->stack, STACK_ACCOUNT, s->returned, s->ran) &&
		     !s->service.read.refused && !s->service.read.vague;
	return 0;
}

/* ---- Text ---- */

static const char *word_of(const struct passage *p)
{
	if (p->wrong)
		return "refuses everybody";
	if (p->verdict == ROLEGATE_ALLOW)
		return "allows";
	return p->is_permissive ? "would deny" : "denies";
}

/* For people and in JSON. */
static const char *reason_of(const struct passage *p)
{
	return p->wrong ? "wrong-argument" : rolegate_reason_name(p->reason);
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
	if (s->passages[i].is_guard) {
		fputs("\n      rolegate ", stdout);
		output_text(output,
			    s->passages[i].verdict == ROLEGATE_ALLOW ? COLOUR_GOOD : COLOUR_BAD,
			    word_of(&s->passages[i]));
		fputs(" (", stdout);
		output_text(output, COLOUR_PLAIN, reason_of(&s->passages[i]));
		if (s->passages[i].wrong) {
			putchar(' ');
			output_text(output, COLOUR_PLAIN, s->passages[i].wrong);
		}
		putchar(')');
	}
	putchar('\n');
}

static void print_simulation(const struct simulation *s)
{
	const struct output *output = &s->tool->output;

	fputs("The account phase of ", stdout);
	output_text(output, COLOUR_BOLD, s->service.read.name);
	fputs(" for ", stdout);
	output_text(output, COLOUR_BOLD, s->account.name);
	fputs(", if every other module succeeds:\n", stdout);
	for (size_t i = 0; i < s->stack->n; i++)
		print_line(s, i);
	output_text(output, s->lets_in ? COLOUR_GOOD : COLOUR_BAD,
		    s->lets_in ? "let in" : "refused");
	if (s->service.read.refused) {
		fputs(": libpam refuses the service: ", stdout);
		output_text(output, COLOUR_PLAIN, s->service.read.refused);
	} else if (s->service.verdicts[VERDICT_FRESH].vague) {
		fputs(": what libpam does cannot be told: ", stdout);
		output_text(output, COLOUR_PLAIN, s->service.verdicts[VERDICT_FRESH].vague);
	}
	printf("\nA denial by rolegate is %s, with an expired password %s.\n",
	       verdict_name(s->service.verdicts[VERDICT_FRESH].answer),
	       verdict_name(s->service.verdicts[VERDICT_EXPIRED].answer));
}

/* ---- JSON ---- */

static json_t *json_line(const struct simulation *s, size_t i)
{
	const struct passage *p = &s->passages[i];
	json_t *line = pam_json_entry(&s->stack->entries[i]);

	if (!line)
		return NULL;
	json_object_set_new(line, "runs", json_boolean(s->ran[i]));
	if (!p->is_guard)
		return line;
	json_object_set_new(line, "verdict",
			    json_string(p->verdict == ROLEGATE_ALLOW ? "allow" : "deny"));
	json_object_set_new(line, "reason", json_string(reason_of(p)));
	json_object_set_new(line, "permissive", json_boolean(p->is_permissive));
	return line;
}

static json_t *json_simulation(const struct simulation *s)
{
	json_t *lines = json_array();

	for (size_t i = 0; i < s->stack->n; i++)
		json_array_append_new(lines, json_line(s, i));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "user", s->account.name, "service",
			 s->service.read.name, "outcome", s->lets_in ? "let-in" : "refused",
			 "denial", verdict_name(s->service.verdicts[VERDICT_FRESH].answer),
			 "denial_expired",
			 verdict_name(s->service.verdicts[VERDICT_EXPIRED].answer), "stack", lines);
}

/* ---- The whole ---- */

static int read_service(struct simulation *s)
{
	const struct stack_host host = pam_files_host(s->tool);
	int r;

	r = stack_read(&host, s->tool->options.words[1], &s->service.read);
	for (enum verdict_question q = VERDICT_FRESH; q <= VERDICT_EXPIRED && r == 0; q++)
		r = verdict_find(&s->service.read, q, &s->service.verdicts[q]);
	s->stack = stack_get(&s->service.read, STACK_ACCOUNT);
	return r;
}

static int simulate(struct simulation *s)
{
	int r;

	r = people_find(s->tool, s->tool->options.words[0], &s->account);
	if (r == 0)
		r = read_service(s);
	if (r == 0)
		r = follow(s);
	if (s->trouble)
		return tool_fail(s->tool, EXIT_SYSTEM, NULL, "%s", s->trouble);
	if (r < 0)
		return tool_fail_errno(s->tool, r, "following the stack");
	if (s->tool->output.json)
		(void)output_json(json_simulation(s), s->lets_in);
	else
		print_simulation(s);
	return s->lets_in ? EXIT_DONE : EXIT_DENIED;
}

int doctor_simulate(struct tool *tool)
{
	struct simulation s = { .tool = tool };
	int status;

	if (!*tool->options.words[0] || !*tool->options.words[1] ||
	    strchr(tool->options.words[1], '/'))
		return options_complain("doctor", "the user's or the service's name is none");
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
	free(s.trouble);
	rolegate_policy_close(s.policy);
	return status;
}
