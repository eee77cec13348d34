/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doctor --simulate: one user's way through the account stack of one service. */
#include "doctor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
};

/* The value of an argument NAME= of a line, on the heap; NULL if it has none or memory ran out. */
static char *argument_value(const struct stack_entry *entry, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = entry->arguments; (p = strstr(p, name)); p += n)
		if (p == entry->arguments || p[-1] == ' ')
			return strndup(p + n, strcspn(p + n, " "));
	return NULL;
}

/* What the policy says at one line: the module's own question (pam_rolegate(8)). */
static int decide(struct simulation *s, const struct stack_entry *entry, struct passage *ret)
{
	char *service = argument_value(entry, "service=");
	char *require = argument_value(entry, "require=");
	char *mode = argument_value(entry, "mode=");
	struct rolegate_request request = {
		.service = service ? service : s->service.read.name,
		.permission = require,
		.at = s->tool->now,
	};
	/* For su and its like (D3) the person asked about is taken as the one who acts. */
	const struct rolegate_subject subject = { .person = s->account.person };
	const struct rolegate_actor actor = { .person = s->account.person };
	struct rolegate_decision decision;
	int r;

	r = rolegate_decide(s->policy, &request, &subject, &actor, &decision);
	ret->is_guard = true;
	ret->verdict = decision.verdict;
	ret->reason = decision.reason;
	ret->is_permissive = decision.verdict == ROLEGATE_DENY &&
			     (decision.permissive || (mode && !strcmp(mode, "permissive")));
	free(service);
	free(require);
	free(mode);
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
		r = decide(s, &s->stack->entries[i], &s->passages[i]);
		if (s->passages[i].verdict != ROLEGATE_ALLOW && !s->passages[i].is_permissive)
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
	if (p->verdict == ROLEGATE_ALLOW)
		return "allows";
	return p->is_permissive ? "would deny" : "denies";
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
		printf(" (%s)", rolegate_reason_name(s->passages[i].reason));
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
	json_object_set_new(line, "reason", json_string(rolegate_reason_name(p->reason)));
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
	rolegate_policy_close(s.policy);
	return status;
}
