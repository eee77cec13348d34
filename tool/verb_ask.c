/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* can and explain: what PAM would decide, and why. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "people.h"
#include "decide.h"
#include "verbs.h"

/* What is asked about whom. */
struct question {
	struct rolegate_policy *policy;
	struct account account;
	struct rolegate_request request;
};

/* Find the policy and the person. False after a complaint. Owner: end_question(), always. */
static bool begin_question(struct tool *tool, struct question *q, int *ret_status)
{
	const char *user = tool->options.words[0];
	int r;

	/* As PAM asks: services run as root before a user is logged in (P7). */
	*q = (struct question){ .request.flags = ROLEGATE_REQUEST_REAL_UID };
	if (!*user) {
		*ret_status = options_complain(tool->options.verb, "the user's name is empty");
		return false;
	}
	if (!tool_time(tool, &q->request.at, ret_status))
		return false;
	r = tool->options.given & OPTION_CANDIDATE
		    ? tool_open_candidate(tool, NULL, &q->policy, ret_status)
		    : tool_open(tool, &q->policy, ret_status);
	if (r < 0)
		return false;
	r = tool->options.groups ? people_suppose(tool, user, tool->options.groups, &q->account)
				 : people_find(tool, q->policy, user, &q->account);
	if (r < 0 && q->account.silent[0])
		*ret_status = tool_fail(tool, EXIT_SYSTEM, "system-error",
					"name service source \"%s\" did not answer for %s \"%s\"",
					q->account.silent, q->account.asked, user);
	else if (r < 0)
		*ret_status = tool_fail_errno(tool, r, "looking the user up");
	return r == 0;
}

static void end_question(struct question *q)
{
	rolegate_policy_close(q->policy);
	account_free(&q->account);
}

/* Decide with what is known. For su and its like (D3) the account asked about is taken as the actor. */
static int ask_once(const struct question *q, struct rolegate_explanation **ret)
{
	struct rolegate_subject subject = { .person = q->account.person };
	struct rolegate_actor actor = { .person = q->account.person };

	return explain_evaluated(policy_in_force(q->policy), &q->request, &subject, &actor, ret);
}

/* Decide; as PAM does, ask each source of groups where that decides. */
static int ask(struct tool *tool, struct question *q, struct rolegate_explanation **ret)
{
	int r = ask_once(q, ret);
	unsigned int wants = r == 0 ? (*ret)->decision->wants : 0;

	if (wants == 0)
		return r;
	rolegate_explanation_free(*ret);
	*ret = NULL;
	r = people_complete(tool, q->policy, &q->account, wants);
	return r < 0 ? r : ask_once(q, ret);
}

/* ---- JSON ---- */

static const char *const step_kinds[] = {
	[ROLEGATE_STEP_SERVICE] = "service",
	[ROLEGATE_STEP_OTHER_SERVICES] = "other_services",
	[ROLEGATE_STEP_USER] = "user",
	[ROLEGATE_STEP_GROUP] = "group",
	[ROLEGATE_STEP_DEFAULT] = "default_roles",
	[ROLEGATE_STEP_SYSTEM] = "system_account_roles",
	[ROLEGATE_STEP_ROOT] = "root_is_owner",
	[ROLEGATE_STEP_ROLE] = "role",
	[ROLEGATE_STEP_PERMISSION] = "permission",
	[ROLEGATE_STEP_CONFLICT] = "conflict",
	[ROLEGATE_STEP_SUSPENDED] = "suspended",
	[ROLEGATE_STEP_VIRTUAL] = "virtual",
};

static json_t *json_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *json_path(const struct rolegate_explanation *e)
{
	json_t *path = json_array();

	for (size_t i = 0; i < e->n_steps; i++) {
		const struct rolegate_step *s = e->steps[i];

		json_array_append_new(path, json_pack("{s:s, s:s, s:o, s:i}", "kind",
						      step_kinds[s->kind], "name", s->name, "file",
						      json_or_null(s->file), "line", (int)s->line));
	}
	return path;
}

static json_t *json_names(const char *const *names, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(names[i]));
	return list;
}

static json_t *json_answer(const struct question *q, const struct rolegate_explanation *e)
{
	const struct rolegate_decision *d = e->decision;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:o, s:o}", "verdict",
			 d->verdict == ROLEGATE_ALLOW ? "allow" : "deny", "reason",
			 rolegate_reason_name(d->reason), "user", q->account.name, "service",
			 json_or_null(q->request.service), "permission",
			 json_or_null(q->request.permission), "generation",
			 d->generation == UINT64_MAX ? json_null()
						     : json_integer((json_int_t)d->generation),
			 "permissive", d->permissive, "lacks", json_names(e->missing, e->n_missing),
			 "path", json_path(e));
}

/* ---- Text ---- */

/* The reason, in the third person. */
static const char *reason_sentence(enum rolegate_reason reason)
{
	switch (reason) {
	case ROLEGATE_GRANTED:
		return "a role gives what is required";
	case ROLEGATE_OPEN_SERVICE:
		return "it is open to everybody";
	case ROLEGATE_MISSING_PERMISSION:
		return "no role of the user gives what is required";
	case ROLEGATE_NO_ROLE:
		return "the user has no role in force";
	case ROLEGATE_PENDING_APPROVAL:
		return "the role that would give it awaits approval";
	case ROLEGATE_OUTSIDE_TIME:
		return "the assignment that would give it is not in force at this time";
	case ROLEGATE_NOT_IN_PLAN:
		return "a role gives it, but the plan does not include it";
	case ROLEGATE_CONFLICT:
		return "the user holds roles that exclude each other";
	case ROLEGATE_SUSPENDED:
		return "the user is suspended";
	case ROLEGATE_AMBIGUOUS_USER:
		return "the name service has two accounts for this name";
	default:
		return rolegate_reason_text(reason);
	}
}

static void print_verdict(const struct tool *tool, const struct question *q,
			  const struct rolegate_decision *d)
{
	bool allowed = d->verdict == ROLEGATE_ALLOW;

	output_text(&tool->output, allowed ? COLOUR_GOOD : COLOUR_BAD,
		    allowed ? "allowed" : "denied");
	fputs(": ", stdout);
	output_text(&tool->output, COLOUR_BOLD, q->account.name);
	fputs(q->request.service ? (allowed ? " may use " : " may not use ")
				 : (allowed ? " holds " : " does not hold "),
	      stdout);
	output_text(&tool->output, COLOUR_BOLD,
		    q->request.service ? q->request.service : q->request.permission);
	printf(" (%s): %s\n", rolegate_reason_name(d->reason), reason_sentence(d->reason));
}

/* One step as a sentence, such as `is assigned "user"`. */
static void step_words(const struct rolegate_explanation *e, size_t i, char *to, size_t size)
{
	const struct rolegate_step *s = e->steps[i];
	bool is_base = i > 0 && e->steps[i - 1]->kind == ROLEGATE_STEP_ROLE;

	switch (s->kind) {
	case ROLEGATE_STEP_SERVICE:
		snprintf(to, size, "service entry %s", s->name);
		break;
	case ROLEGATE_STEP_OTHER_SERVICES:
		snprintf(to, size, "other_services decides about %s", s->name);
		break;
	case ROLEGATE_STEP_USER:
		snprintf(to, size, "assignment to user %s", s->name);
		break;
	case ROLEGATE_STEP_GROUP:
		snprintf(to, size, "assignment to group %s", s->name);
		break;
	case ROLEGATE_STEP_DEFAULT:
		snprintf(to, size, "default_roles");
		break;
	case ROLEGATE_STEP_SYSTEM:
		snprintf(to, size, "system_account_roles");
		break;
	case ROLEGATE_STEP_ROOT:
		snprintf(to, size, "root_is_owner");
		break;
	case ROLEGATE_STEP_ROLE:
		snprintf(to, size, "%srole %s", is_base ? "  based on " : "  ", s->name);
		break;
	case ROLEGATE_STEP_CONFLICT:
		snprintf(to, size, "conflict rule %s", s->name);
		break;
	case ROLEGATE_STEP_SUSPENDED:
		snprintf(to, size, "suspension of user %s", s->name);
		break;
	case ROLEGATE_STEP_VIRTUAL:
		snprintf(to, size, "virtual user %s", s->name);
		break;
	default:
		snprintf(to, size, "    permission %s", s->name);
		break;
	}
}

/* What the name service said, where it explains a denial (P3, P12). */
static void print_account(const struct account *account)
{
	if (account->person.facts & ROLEGATE_FACT_AMBIGUOUS)
		printf("  the name service has uid %u for the name, and %d for \"%s\"\n",
		       account->person.uid, (int)account->other_uid, account->name);
	if (account->silent[0])
		printf("  name service source \"%s\" did not answer for %s of \"%s\"\n",
		       account->silent, account->asked, account->name);
}

static void print_path(const struct tool *tool, const struct rolegate_explanation *e)
{
	char words[600], place[1100];

	for (size_t i = 0; i < e->n_steps; i++) {
		step_words(e, i, words, sizeof(words));
		fputs("  ", stdout);
		output_text(&tool->output, COLOUR_PLAIN, words);
		if (e->steps[i]->line > 0) {
			snprintf(place, sizeof(place), "%s:%u", e->steps[i]->file,
				 e->steps[i]->line);
			output_pad(2 + output_columns(words), 42);
			output_text(&tool->output, COLOUR_DIM, place);
		}
		putchar('\n');
	}
}

/* ---- Which roles would give it ---- */

#define GIVERS_MAX 64

struct givers {
	char names[GIVERS_MAX][FORMAT_NAME_MAX + 1];
	const char *list[GIVERS_MAX];
	size_t n, n_more;
};

/* Whether a role gives one of the missing permissions (any), or all of them. */
static bool gives(const struct role *role, const uint32_t *ids, size_t n, bool any)
{
	size_t n_given = 0;

	for (size_t i = 0; i < n; i++)
		n_given += (size_t)format_bit(role->closure, ids[i]);
	return any ? n_given > 0 : n_given == n && n > 0;
}

static int add_giver(const struct rolegate_policy *policy, uint32_t id, struct givers *givers)
{
	struct record record;
	struct role_info info;
	int r;

	if (givers->n == GIVERS_MAX) {
		givers->n_more++;
		return 0;
	}
	r = policy_load_role_info(policy, id, &record, &info);
	if (r < 0)
		return r;
	snprintf(givers->names[givers->n], sizeof(givers->names[0]), "%s", info.name);
	givers->list[givers->n] = givers->names[givers->n];
	givers->n++;
	store_record_free(&record);
	return 0;
}

/* The numbers of the missing permissions, as far as they exist. */
static int missing_ids(const struct rolegate_policy *policy, const struct rolegate_explanation *e,
		       uint32_t *ids, size_t *ret_n)
{
	struct required required;
	struct record record;
	struct cursor body;
	int r = 0;

	*ret_n = 0;
	for (size_t i = 0; i < e->n_missing && i < FORMAT_REQUIRE_MAX && r >= 0; i++) {
		r = policy_find_name(policy, FORMAT_PERMISSIONS, e->missing[i], &record, &body);
		if (r > 0 && policy_read_permission(policy, &body, &required))
			ids[(*ret_n)++] = required.id;
		store_record_free(&record);
	}
	return r < 0 ? r : 0;
}

static int find_givers(const struct rolegate_policy *policy, const struct rolegate_explanation *e,
		       struct givers *givers)
{
	uint32_t ids[FORMAT_REQUIRE_MAX];
	struct record record;
	struct role role;
	size_t n;
	int r;

	*givers = (struct givers){ 0 };
	r = missing_ids(policy, e, ids, &n);
	for (uint32_t id = 0; id < policy->head.n_roles && r == 0 && n > 0; id++) {
		bool is_giver;

		r = policy_load_role(policy, id, &record, &role);
		if (r < 0)
			break;
		is_giver = gives(&role, ids, n, e->any_suffices);
		store_record_free(&record);
		if (is_giver)
			r = add_giver(policy, id, givers);
	}
	return r;
}

static void print_missing(const struct tool *tool, const struct rolegate_explanation *e,
			  const struct givers *givers)
{
	if (e->n_missing == 0)
		return;
	printf("  missing%s:\n",
	       e->any_suffices && e->n_missing > 1 ? " (any of these would do)" : "");
	output_names(&tool->output, 4, e->missing, e->n_missing);
	if (givers->n == 0) {
		puts("  no role gives it");
		return;
	}
	puts("  roles that give it:");
	output_names(&tool->output, 4, givers->list, givers->n);
	if (givers->n_more > 0)
		printf("    and %zu more\n", givers->n_more);
}

/* ---- The verbs ---- */

/* A permission that nobody defines is nobody's, but a typing error is likelier. */
static void note_unknown(const struct question *q)
{
	char near[FORMAT_NAME_MAX + 1];

	if (q->request.permission &&
	    tool_know_permission(q->policy, q->request.permission, near) == 0)
		output_complain("rolegate: no permission is called `%s`%s%s%s\n",
				q->request.permission,
				*near ? "; did you mean `"
				      : "; `rolegate explain USER SERVICE` asks about a service",
				near, *near ? "`?" : "");
}

static int status_of(const struct rolegate_decision *decision)
{
	return decision->verdict == ROLEGATE_ALLOW ? EXIT_DONE : EXIT_DENIED;
}

static int print_explanation(struct tool *tool, const struct question *q,
			     const struct rolegate_explanation *e)
{
	struct givers givers = { 0 };
	int r = 0;

	if (e->decision->verdict != ROLEGATE_ALLOW)
		r = find_givers(q->policy, e, &givers);
	if (r < 0)
		return tool_fail_errno(tool, r, "looking for roles that give it");
	if (tool->output.json) {
		json_t *object = json_answer(q, e);

		if (object)
			json_object_set_new(object, "given_by", json_names(givers.list, givers.n));
		(void)output_json(object, true);
		return status_of(e->decision);
	}
	note_unknown(q);
	print_verdict(tool, q, e->decision);
	print_account(&q->account);
	print_path(tool, e);
	print_missing(tool, e, &givers);
	if (q->request.service && e->decision->permissive && e->decision->verdict != ROLEGATE_ALLOW)
		puts("  The mode is permissive: PAM logs this and lets the user in.");
	return status_of(e->decision);
}

int verb_explain(struct tool *tool)
{
	bool by_permission = tool->options.given & OPTION_PERMISSION;
	struct rolegate_explanation *e = NULL;
	struct question q;
	int r, status;

	if (by_permission != (tool->options.n_words == 1))
		return options_complain("explain", "say either a service or --permission P");
	if (begin_question(tool, &q, &status)) {
		if (by_permission)
			q.request.permission = tool->options.permission;
		else
			q.request.service = tool->options.words[1];
		r = ask(tool, &q, &e);
		status = r < 0 ? tool_fail_errno(tool, r, "deciding")
			       : print_explanation(tool, &q, e);
	}
	rolegate_explanation_free(e);
	end_question(&q);
	return status;
}

int verb_can(struct tool *tool)
{
	struct rolegate_explanation *e = NULL;
	struct question q;
	int r, status;

	if (!begin_question(tool, &q, &status))
		goto out;
	q.request.permission = tool->options.words[1];
	r = ask(tool, &q, &e);
	if (r < 0 || !e) {
		status = tool_fail_errno(tool, r, "deciding");
		goto out;
	}
	status = status_of(e->decision);
	if (tool->output.json) {
		(void)output_json(json_answer(&q, e), true);
	} else {
		note_unknown(&q);
		print_verdict(tool, &q, e->decision);
	}
out:
	rolegate_explanation_free(e);
	end_question(&q);
	return status;
}
