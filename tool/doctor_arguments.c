/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "doctor_arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "pam_programs.h"

/* The lines of one stack, one after the other. */
struct lines {
	struct tool *tool;
	struct doctor_findings *findings;
	const struct rolegate_policy *policy; /* NULL: none is in force */
	const struct pam_service *service;
	enum stack_type type;
	const struct stack *stack;
	const struct stack_entry *entry; /* the line */
	bool has_asked, do_refuse;	 /* plain_lines_refuse() */
};

/* A finding that has its place, and nothing else yet. */
static struct doctor_finding finding_at(struct lines *line, const char *id,
					enum doctor_severity severity)
{
	return (struct doctor_finding){
		.severity = severity,
		.id = id,
		.file = line->entry->file,
		.line = line->entry->line,
	};
}

static void note_error(struct lines *line, int r)
{
	if (r == -ENOMEM)
		line->findings->is_incomplete = true;
	else if (r < 0)
		doctor_add_unread(line->findings, ROLEGATE_STATE_DIR, r);
}

static const char *read_arguments(const struct stack_entry *entry, enum stack_type type,
				  struct arguments *ret)
{
	return type == STACK_PASSWORD ? arguments_read_password(ret, entry->argc, entry->argv)
				      : arguments_read(ret, entry->argc, entry->argv);
}

bool doctor_arguments_is_usual_state(const char *dir)
{
	const char *usual = ROLEGATE_STATE_DIR;

	/* Slashes may be doubled, or stand at the end. */
	while (*dir || *usual) {
		size_t a = strspn(dir, "/"), b = strspn(usual, "/");

		dir += a;
		usual += b;
		if ((a > 0) != (b > 0) && (*dir || *usual))
			return false;
		if (*dir != *usual)
			return false;
		dir += *dir != '\0';
		usual += *usual != '\0';
	}
	return true;
}

/* ---- Whether it matters ---- */

/* Whether a line asks what the service asks by itself, and minds the answer. */
static bool is_plain(const struct stack_entry *entry, enum stack_type type)
{
	struct arguments arguments;

	return !read_arguments(entry, type, &arguments) && !arguments.service &&
	       !arguments.require && !arguments.is_permissive &&
	       (!arguments.state_dir || doctor_arguments_is_usual_state(arguments.state_dir));
}

/* A stack's copy, in which other lines than plain ones of ours are somebody else's. To be freed. */
static struct stack_entry *copy_plain(const struct stack *stack, enum stack_type type)
{
	static char other[] = "other.so";
	struct stack_entry *copy = calloc(stack->n, sizeof(*copy));

	for (size_t i = 0; copy && i < stack->n; i++) {
		copy[i] = stack->entries[i];
		if (stack_is_module(&copy[i], VERDICT_MODULE) && !is_plain(&copy[i], type))
			copy[i].module = other;
	}
	return copy;
}

/* Whether a denial by the plain lines is final, whatever the others come to. 1, 0 or -ENOMEM. */
static int is_final_without_others(struct lines *line)
{
	static const enum verdict_question questions[][2] = {
		[STACK_ACCOUNT] = { VERDICT_FRESH, VERDICT_EXPIRED },
		[STACK_PASSWORD] = { VERDICT_CHANGE, VERDICT_CHANGE },
	};
	struct stack_service service = line->service->read;
	struct stack *stack = &service.own[line->type];
	int r = 1;

	*stack = *line->stack;
	stack->entries = copy_plain(line->stack, line->type);
	if (!stack->entries)
		return -ENOMEM;
	for (size_t i = 0; r == 1 && i < 2; i++) {
		struct verdict verdict;

		r = verdict_find(&service, questions[line->type][i], &verdict);
		if (r == 0)
			r = verdict.answer == VERDICT_FINAL;
		verdict_free(&verdict);
	}
	free(stack->entries);
	return r;
}

/*
 * Whether the plain lines refuse by themselves, whatever this one and its like let in: such a line
 * is one more condition.
 */
static bool plain_lines_refuse(struct lines *line)
{
	int r;

	if (!line->has_asked) {
		r = is_final_without_others(line);
		note_error(line, r);
		line->do_refuse = r == 1;
	}
	line->has_asked = true;
	return line->do_refuse;
}

/* ---- One argument and another ---- */

static void add_wrong(struct lines *line, const char *wrong)
{
	struct doctor_finding f = finding_at(line, "line-wrong-argument", DOCTOR_HIGH);
	bool is_account = line->type == STACK_ACCOUNT;
	char *text = doctor_format(
		line->findings, "this line refuses everybody, root too: the module knows no `%s`",
		wrong);
	char *mend = doctor_format(line->findings, "take it out, or write what is meant: %s",
				   is_account ? ARGUMENTS_ACCOUNT : ARGUMENTS_PASSWORD);

	f.text = text;
	f.why = "an argument that is not known may have been meant to refuse somebody";
	f.mend = mend;
	doctor_add(line->findings, &f, line->service->read.name);
	free(text);
	free(mend);
}

static void add_state(struct lines *line, const char *dir)
{
	bool is_harmless = plain_lines_refuse(line);
	struct doctor_finding f =
		finding_at(line, "line-other-state", is_harmless ? DOCTOR_NOTE : DOCTOR_HIGH);
	char *text = doctor_format(line->findings, "this line asks the policy in %s", dir);

	f.text = text;
	f.why = is_harmless ? "that is one more condition: another line asks the policy in force"
			    : "another policy decides there than the one in force, of which all "
			      "else here speaks";
	f.mend = "take state= out";
	doctor_add(line->findings, &f, line->service->read.name);
	free(text);
}

static void add_unknown(struct lines *line, const char *permission, const char *near)
{
	struct doctor_finding f = finding_at(line, "line-unknown-permission", DOCTOR_HIGH);
	char *text = doctor_format(line->findings,
				   "this line requires %s, which the policy does not know",
				   permission);
	char *mend =
		*near ? doctor_format(line->findings, "write require=%s, if that is meant", near)
		      : NULL;

	f.text = text;
	f.why = "what nobody can hold refuses everybody";
	f.mend = mend ? mend : "take it out, or define the permission";
	doctor_add(line->findings, &f, line->service->read.name);
	free(text);
	free(mend);
}

/* How bad it is, and why. */
static const struct {
	enum doctor_severity severity;
	const char *why, *mend;
} orders[] = {
	[POLICY_QUESTION_STRICTER] = { DOCTOR_NOTE,
				       "nobody gets in by that whom the policy's own "
				       "word on the service would refuse",
				       NULL },
	[POLICY_QUESTION_OTHER] = { DOCTOR_LOW,
				    "what is asked is not what the policy says of the "
				    "service: who holds the one need not hold the other",
				    "write what is meant into the service's entry, and take the "
				    "argument out" },
	[POLICY_QUESTION_LAXER] = { DOCTOR_HIGH,
				    "that lets in whom the policy's own word on the "
				    "service refuses",
				    "take the argument out; if it is meant, write it into the "
				    "service's entry" },
	[POLICY_QUESTION_NOBODY] = { DOCTOR_MEDIUM,
				     "the policy has no entry of that name, and "
				     "other_services refuses: nobody gets in",
				     "mend the name, or give it an entry in `services`" },
};

static void add_order(struct lines *line, const struct arguments *arguments,
		      enum policy_question_order order)
{
	bool is_bad = order == POLICY_QUESTION_OTHER || order == POLICY_QUESTION_LAXER;
	bool is_harmless = is_bad && plain_lines_refuse(line);
	struct doctor_finding f = finding_at(
		line, arguments->service ? "line-other-service" : "line-other-permission",
		is_harmless ? DOCTOR_NOTE : orders[order].severity);
	char *text;

	if (arguments->service)
		text = doctor_format(line->findings, "this line asks about the service %s%s%s",
				     arguments->service,
				     arguments->require ? ", and for the permission " : "",
				     arguments->require ? arguments->require : "");
	else
		text = doctor_format(line->findings,
				     "this line requires %s, whatever the policy requires",
				     arguments->require);
	f.text = text;
	f.why = is_harmless ? "that is one more condition: another line asks what the policy says "
			      "of the service"
			    : orders[order].why;
	f.mend = is_harmless ? NULL : orders[order].mend;
	doctor_add(line->findings, &f, line->service->read.name);
	free(text);
}

/* ---- The policy's word ---- */

/* Of an entry the password gate takes the mode alone. */
static int compare_modes(struct lines *line, const char *service, enum policy_question_order *ret)
{
	bool asked = false, own = false;
	int r;

	r = policy_services_is_permissive(line->policy, service, line->tool->now, &asked);
	if (r == 0)
		r = policy_services_is_permissive(line->policy, line->service->read.name,
						  line->tool->now, &own);
	*ret = asked && !own ? POLICY_QUESTION_LAXER : POLICY_QUESTION_STRICTER;
	return r;
}

static int compare(struct lines *line, const struct arguments *arguments,
		   enum policy_question_order *ret)
{
	const char *name = line->service->read.name;
	const struct rolegate_request own = { .service = name, .at = line->tool->now };
	const struct rolegate_request asked = {
		.service = arguments->service ? arguments->service : name,
		.permission = arguments->require,
		.at = line->tool->now,
	};

	if (line->type == STACK_PASSWORD)
		return compare_modes(line, asked.service, ret);
	return policy_services_compare(line->policy, &asked, &own, ret);
}

static void examine_question(struct lines *line, const struct arguments *arguments)
{
	enum policy_question_order order;
	char near[FORMAT_NAME_MAX + 1];
	int r = 1;

	if (arguments->require)
		r = tool_know_permission(line->policy, arguments->require, near);
	if (r == 0) {
		add_unknown(line, arguments->require, near);
		return;
	}
	/* The service's own name changes nothing. */
	if (r > 0 && !arguments->require && !strcmp(arguments->service, line->service->read.name))
		return;
	if (r > 0)
		r = compare(line, arguments, &order);
	if (r == 0)
		add_order(line, arguments, order);
	note_error(line, r);
}

static void examine_line(struct lines *line)
{
	struct doctor_finding f = finding_at(line, "line-permissive", DOCTOR_LOW);
	struct arguments arguments;
	const char *wrong = read_arguments(line->entry, line->type, &arguments);

	if (wrong) {
		add_wrong(line, wrong);
		return;
	}
	if (arguments.is_permissive) {
		f.text = "this line refuses nobody: mode=permissive";
		f.mend = "take the argument out, when the log shows no denial that should not be";
		doctor_add(line->findings, &f, NULL);
	}
	/* Of another policy this one does not know what is in it. */
	if (arguments.state_dir && !doctor_arguments_is_usual_state(arguments.state_dir))
		add_state(line, arguments.state_dir);
	else if (line->policy && (arguments.service || arguments.require))
		examine_question(line, &arguments);
}

void doctor_arguments(struct tool *tool, struct doctor_findings *findings,
		      const struct rolegate_policy *policy, const struct pam_service *service,
		      enum stack_type type)
{
	struct lines line = {
		.tool = tool,
		.findings = findings,
		.policy = policy,
		.service = service,
		.type = type,
		.stack = stack_get(&service->read, type),
	};

	/* A phase that never runs. */
	if (type == STACK_ACCOUNT && pam_programs_find(service->read.name))
		return;
	for (size_t i = 0; i < line.stack->n; i++) {
		line.entry = &line.stack->entries[i];
		if (stack_is_module(line.entry, VERDICT_MODULE))
			examine_line(&line);
	}
}
