/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verdict.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * States at one line: without `reset` there are seven, and each level of substacks that has one
 * multiplies them. Nobody writes what has more than this.
 */
#define STATES_MAX 128u

#define NOWHERE SIZE_MAX

enum impression { UNDEFINED, POSITIVE, NEGATIVE };

/* What a status can mean to an application. */
enum status { OTHER, SUCCESS, EXPIRED };

/* Impression and status in four bits. */
#define STATE(impression, status) ((unsigned int)((impression) | (status) << 2))
#define IMPRESSION(state) ((enum impression)((state)&3u))
#define STATUS(state) ((enum status)((state) >> 2))
#define START STATE(UNDEFINED, OTHER)

/* A state before a line, and how it was come to. */
struct node {
	uint64_t saved; /* four bits for each level: the state when it began */
	unsigned int state;
	size_t entry;	       /* the line; the number of lines at the end */
	size_t from;	       /* the node before, or NOWHERE */
	unsigned int returned; /* by the line of that node */
	bool has_run;	       /* whether that line has a module that runs */
	size_t next;	       /* node at the same line */
};

struct walk {
	const struct stack *stack;
	enum verdict_question question;
	bool keeps[STACK_LEVELS]; /* levels that have a `reset`, whose beginnings matter */
	struct node *nodes;
	size_t n, max;
	size_t *first; /* for each line, and the end */
	bool is_full;
};

/* ---- What modules return ---- */

/* Values in the order in which a witness is to prefer them: what happens, then what could. */
static const unsigned char any_return[] = { 0,	12, 25, 7,  10, 13, 6,	9,  28, 20, 24,
					    4,	3,  1,	2,  5,	8,  11, 14, 15, 16, 17,
					    18, 19, 21, 22, 23, 26, 27, 29, 30 };

/* pam_rolegate(8) has the table. */
static const unsigned char denials[] = { CONTROL_PERM_DENIED,	   CONTROL_USER_UNKNOWN,
					 CONTROL_AUTHINFO_UNAVAIL, CONTROL_AUTH_ERR,
					 CONTROL_SYSTEM_ERR,	   CONTROL_SERVICE_ERR };

static const unsigned char perm_denied[] = { CONTROL_PERM_DENIED };
static const unsigned char module_unknown[] = { CONTROL_MODULE_UNKNOWN };
static const unsigned char success[] = { CONTROL_SUCCESS };
static const unsigned char auth_err[] = { CONTROL_AUTH_ERR };
static const unsigned char authtok_err[] = { CONTROL_AUTHTOK_ERR };

struct returns {
	const unsigned char *list;
	size_t n;
};

#define RETURNS(array) ((struct returns){ (array), sizeof(array) })

/* Whether this is Linux-PAM's own module of the name: there may be another one elsewhere. */
static bool is_known(const struct stack_entry *entry, const char *name)
{
	static const char *const roots[] = { "/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/" };

	if (!strcmp(entry->module, name))
		return true;
	if (!stack_is_module(entry, name) || strstr(entry->module, "/.."))
		return false;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (!strncmp(entry->module, roots[i], strlen(roots[i])))
			return strstr(entry->module, "/security/") != NULL;
	return false;
}

static struct returns possible(const struct walk *w, const struct stack_entry *entry)
{
	if (entry->kind == STACK_FAILING)
		return RETURNS(perm_denied);
	if (entry->fault)
		return RETURNS(module_unknown);
	if (stack_is_module(entry, VERDICT_MODULE))
		return w->question == VERDICT_ABSENT ? RETURNS(module_unknown) : RETURNS(denials);
	if (is_known(entry, "pam_permit.so"))
		return RETURNS(success);
	if (is_known(entry, "pam_deny.so"))
		return w->question == VERDICT_CHANGE ? RETURNS(authtok_err) : RETURNS(auth_err);
	return RETURNS(any_return);
}

static enum status status_of(unsigned int returned)
{
	if (returned == CONTROL_SUCCESS)
		return SUCCESS;
	return returned == CONTROL_NEW_AUTHTOK_REQD ? EXPIRED : OTHER;
}

/* ---- What libpam does ---- */

/* The line after all that `done` and `die` skip: the rest of the substack, or of the stack. */
static size_t after_level(const struct stack *stack, size_t at)
{
	unsigned int level = stack->entries[at].level;

	while (at + 1 < stack->n && stack->entries[at + 1].level >= level)
		at++;
	return at + 1;
}

/* The line after a jump; a substack counts as one. *ret_good: there were so many lines. */
static size_t after_jump(const struct stack *stack, size_t at, int lines, bool *ret_good)
{
	unsigned int level = stack->entries[at].level;

	while (lines > 0 && at + 1 < stack->n && stack->entries[at + 1].level >= level) {
		do
			at++;
		while (at + 1 < stack->n && stack->entries[at + 1].level > level);
		lines--;
	}
	*ret_good = lines == 0;
	return at + 1;
}

/* Apply what a module returned. Returns the line to go on with. */
static size_t apply(const struct stack *stack, size_t at, unsigned int returned, uint64_t saved,
		    unsigned int *state)
{
	const struct stack_entry *entry = &stack->entries[at];
	int action = entry->control.actions[returned];
	bool good;

	switch (action) {
	case CONTROL_IGNORE:
		return at + 1;
	case CONTROL_RESET:
		*state = (saved >> (4 * entry->level)) & 15u;
		return at + 1;
	case CONTROL_OK:
	case CONTROL_DONE:
		if (*state == STATE(POSITIVE, SUCCESS) || IMPRESSION(*state) == UNDEFINED)
			*state = STATE(POSITIVE, status_of(returned));
		if (action == CONTROL_DONE && IMPRESSION(*state) == POSITIVE)
			return after_level(stack, at);
		return at + 1;
	case CONTROL_BAD:
	case CONTROL_DIE:
		if (IMPRESSION(*state) != NEGATIVE)
			*state = STATE(NEGATIVE, status_of(returned));
		return action == CONTROL_DIE ? after_level(stack, at) : at + 1;
	default:
		at = after_jump(stack, at, action, &good);
		if (!good)
			*state = STATE(NEGATIVE, OTHER);
		return at;
	}
}

/* ---- The walk ---- */

static bool make_room(struct walk *w)
{
	struct node *grown;

	if (w->n < w->max)
		return true;
	w->max = w->max ? w->max * 2 : 64;
	grown = reallocarray(w->nodes, w->max, sizeof(*grown));
	if (grown)
		w->nodes = grown;
	return grown;
}

/* Note that a state can be reached before a line. False if memory ran out. */
static bool reach(struct walk *w, const struct node *node)
{
	size_t n = 0, *link;

	if (!make_room(w))
		return false;
	for (link = &w->first[node->entry]; *link != NOWHERE; link = &w->nodes[*link].next, n++)
		if (w->nodes[*link].state == node->state && w->nodes[*link].saved == node->saved)
			return true;
	if (n == STATES_MAX) {
		w->is_full = true;
		return true;
	}
	*link = w->n;
	w->nodes[w->n] = *node;
	w->nodes[w->n++].next = NOWHERE;
	return true;
}

/* Bits of the levels up to one, of those whose beginnings matter. */
static uint64_t forget(const struct walk *w, uint64_t saved, size_t entry)
{
	unsigned int level = entry < w->stack->n ? w->stack->entries[entry].level : 0;

	for (unsigned int i = 0; i < STACK_LEVELS; i++)
		if (i > level || !w->keeps[i])
			saved &= ~(UINT64_C(15) << (4 * i));
	return saved;
}

/* Entering a substack, libpam keeps what it has come to. */
static uint64_t enter(const struct walk *w, const struct node *node)
{
	const struct stack_entry *entries = w->stack->entries;
	unsigned int level = entries[node->entry].level;

	if (node->entry == 0 || entries[node->entry - 1].level >= level || !w->keeps[level])
		return node->saved;
	return (node->saved & ~(UINT64_C(15) << (4 * level))) |
	       ((uint64_t)node->state << (4 * level));
}

/* Whether a value before the i-th does the same at this line: of those, one is enough. */
static bool is_repeated(const struct stack_entry *entry, struct returns returns, size_t i)
{
	const int *actions = entry->control.actions;

	for (size_t k = 0; k < i; k++)
		if (actions[returns.list[k]] == actions[returns.list[i]] &&
		    status_of(returns.list[k]) == status_of(returns.list[i]))
			return true;
	return false;
}

/* Go on from a node in all ways there are. False if memory ran out. */
static bool step(struct walk *w, size_t at)
{
	const struct node from = w->nodes[at];
	const struct stack_entry *entry = &w->stack->entries[from.entry];
	struct node next = { .saved = enter(w, &from), .state = from.state, .from = at };
	uint64_t saved = next.saved;
	struct returns returns;

	if (entry->kind == STACK_SUBSTACK) {
		next.entry = from.entry + 1;
		next.saved = forget(w, saved, next.entry);
		return reach(w, &next);
	}
	next.has_run = true;
	returns = possible(w, entry);
	for (size_t i = 0; i < returns.n; i++) {
		next.returned = returns.list[i];
		if (next.returned == CONTROL_NEW_AUTHTOK_REQD &&
		    (w->question == VERDICT_FRESH || w->question == VERDICT_ABSENT))
			continue;
		if (is_repeated(entry, returns, i))
			continue;
		next.state = from.state;
		next.entry = apply(w->stack, from.entry, next.returned, saved, &next.state);
		next.saved = forget(w, saved, next.entry);
		if (!reach(w, &next))
			return false;
	}
	return true;
}

static bool lets_in(const struct walk *w, const struct node *node)
{
	return node->state == STATE(POSITIVE, SUCCESS) ||
	       (w->question == VERDICT_EXPIRED && STATUS(node->state) == EXPIRED);
}

/* Walk. *ret_end: a node at the end that lets somebody in, or NOWHERE. 0 or -ENOMEM. */
static int walk(struct walk *w, size_t *ret_end)
{
	size_t n = w->stack->n;
	const struct node start = { .state = START, .from = NOWHERE };

	*ret_end = NOWHERE;
	w->first = reallocarray(NULL, n + 1, sizeof(*w->first));
	if (!w->first)
		return -ENOMEM;
	for (size_t i = 0; i <= n; i++)
		w->first[i] = NOWHERE;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < CONTROL_RETURNS; k++)
			if (w->stack->entries[i].control.actions[k] == CONTROL_RESET)
				w->keeps[w->stack->entries[i].level] = true;
	if (!reach(w, &start))
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		for (size_t at = w->first[i]; at != NOWHERE; at = w->nodes[at].next)
			if (!step(w, at))
				return -ENOMEM;
	for (size_t at = w->first[n]; n > 0 && at != NOWHERE && *ret_end == NOWHERE;
	     at = w->nodes[at].next)
		if (lets_in(w, &w->nodes[at]))
			*ret_end = at;
	return 0;
}

/* ---- One run ---- */

/* What a line returns whatever is supposed of it, or what is supposed. */
static unsigned int settled(const struct stack_entry *entry, enum stack_type type,
			    unsigned int supposed)
{
	if (entry->kind == STACK_FAILING)
		return CONTROL_PERM_DENIED;
	if (entry->fault)
		return CONTROL_MODULE_UNKNOWN;
	if (is_known(entry, "pam_permit.so"))
		return CONTROL_SUCCESS;
	if (is_known(entry, "pam_deny.so"))
		return type == STACK_PASSWORD ? CONTROL_AUTHTOK_ERR : CONTROL_AUTH_ERR;
	return supposed;
}

/* Whether the phase fails with this state, because of a line. */
static bool is_failure(unsigned int state)
{
	return IMPRESSION(state) != UNDEFINED && state != STATE(POSITIVE, SUCCESS);
}

bool verdict_follow(const struct stack *stack, enum stack_type type, const unsigned char *returned,
		    bool *ret_ran, size_t *ret_culprit)
{
	unsigned int state = START, level = 0;
	uint64_t saved = 0;
	size_t at = 0;

	memset(ret_ran, 0, stack->n * sizeof(*ret_ran));
	*ret_culprit = VERDICT_NO_LINE;
	while (at < stack->n) {
		const struct stack_entry *entry = &stack->entries[at];
		size_t here = at;

		if (entry->level > level)
			saved = (saved & ~(UINT64_C(15) << (4 * entry->level))) |
				((uint64_t)state << (4 * entry->level));
		level = entry->level;
		if (entry->kind == STACK_SUBSTACK) {
			at++;
			continue;
		}
		ret_ran[at] = true;
		at = apply(stack, at, settled(entry, type, returned[at]), saved, &state);
		if (!is_failure(state))
			*ret_culprit = VERDICT_NO_LINE;
		else if (*ret_culprit == VERDICT_NO_LINE)
			*ret_culprit = here;
	}
	return state == STATE(POSITIVE, SUCCESS);
}

/* ---- The witness ---- */

static int tell_witness(const struct walk *w, size_t end, struct verdict *ret)
{
	size_t n = 0;

	for (size_t at = end; w->nodes[at].from != NOWHERE; at = w->nodes[at].from)
		n += w->nodes[at].has_run;
	ret->witness = reallocarray(NULL, n ? n : 1, sizeof(*ret->witness));
	if (!ret->witness)
		return -ENOMEM;
	ret->n_witness = n;
	for (size_t at = end; w->nodes[at].from != NOWHERE; at = w->nodes[at].from)
		if (w->nodes[at].has_run)
			ret->witness[--n] =
				(struct verdict_step){ w->nodes[w->nodes[at].from].entry,
						       w->nodes[at].returned };
	ret->result = STATUS(w->nodes[end].state) == EXPIRED ? CONTROL_NEW_AUTHTOK_REQD
							     : CONTROL_SUCCESS;
	return 0;
}

static int action_of(const struct stack *stack, struct verdict_step step)
{
	return stack->entries[step.entry].control.actions[step.returned];
}

/* The cause where the guard at witness step i ran, and was not heard. */
static void blame_result(const struct stack *stack, size_t i, struct verdict *v)
{
	int action = action_of(stack, v->witness[i]);

	v->cause = VERDICT_DROPPED;
	v->culprit = v->guard;
	if (action != CONTROL_BAD && action != CONTROL_DIE)
		return;
	for (size_t k = i + 1; k < v->n_witness; k++) {
		if (action_of(stack, v->witness[k]) != CONTROL_RESET)
			continue;
		v->cause = VERDICT_RESET;
		v->culprit = v->witness[k].entry;
		return;
	}
	for (size_t k = 0; k < i; k++) {
		if (v->witness[k].returned != CONTROL_NEW_AUTHTOK_REQD)
			continue;
		v->cause = VERDICT_FORESTALLED;
		v->culprit = v->witness[k].entry;
	}
}

/* Say which line loses the denial, from the witness. */
static void blame(const struct stack *stack, struct verdict *v)
{
	size_t last;

	for (size_t i = 0; i < v->n_witness; i++) {
		if (!stack_is_module(&stack->entries[v->witness[i].entry], VERDICT_MODULE))
			continue;
		v->guard = v->witness[i].entry;
		blame_result(stack, i, v);
		return;
	}
	v->guard = 0;
	while (!stack_is_module(&stack->entries[v->guard], VERDICT_MODULE))
		v->guard++;
	last = 0;
	for (size_t i = 0; i < v->n_witness && v->witness[i].entry < v->guard; i++)
		last = i;
	v->culprit = v->witness[last].entry;
	v->cause = action_of(stack, v->witness[last]) > 0 ? VERDICT_JUMPED : VERDICT_ENDED;
}

/* ---- Answers ---- */

enum stack_type verdict_type(enum verdict_question question)
{
	return question == VERDICT_CHANGE ? STACK_PASSWORD : STACK_ACCOUNT;
}

const char *verdict_name(enum verdict_answer answer)
{
	static const char *const names[] = { "final", "not-final", "no-rolegate", "closed",
					     "unforeseeable" };

	return names[answer];
}

static bool has_guard(const struct stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		if (stack_is_module(&stack->entries[i], VERDICT_MODULE))
			return true;
	return false;
}

int verdict_find(const struct stack_service *service, enum verdict_question question,
		 struct verdict *ret)
{
	const struct stack *stack = stack_get(service, verdict_type(question));
	struct walk w = { .stack = stack, .question = question };
	bool is_guarded = has_guard(stack);
	size_t end;
	int r;

	*ret = (struct verdict){ .answer = is_guarded ? VERDICT_FINAL : VERDICT_CLOSED };
	ret->vague = service->vague ? service->vague : stack->vague;
	if (!ret->vague && service->refused)
		return 0;
	r = ret->vague ? 0 : walk(&w, &end);
	if (r == 0 && w.is_full)
		ret->vague = "too many possible outcomes";
	if (ret->vague) {
		ret->answer = VERDICT_VAGUE;
	} else if (r == 0 && end != NOWHERE) {
		ret->answer = is_guarded ? VERDICT_OPEN : VERDICT_UNGUARDED;
		r = tell_witness(&w, end, ret);
		if (r == 0 && is_guarded)
			blame(stack, ret);
	}
	free(w.nodes);
	free(w.first);
	return r;
}

void verdict_free(struct verdict *verdict)
{
	free(verdict->witness);
	*verdict = (struct verdict){ 0 };
}
