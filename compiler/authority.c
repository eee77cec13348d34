/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "authority.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "authority_internal.h"
#include "decide.h"
#include "sheet.h"

const char *authority_code_name(enum authority_code code)
{
	static const char *const names[] = { "granted", "manage-roles", "owners-only", "owner-role",
					     "lacks" };

	return names[code];
}

void authority_free(struct authority_answer *answer)
{
	free(answer->text);
	free(answer->lacks);
	*answer = (struct authority_answer){ 0 };
}

/* ---- What is noted on the way ---- */

int authority_note(struct authority_list *list, const char *format, ...)
{
	va_list arguments;
	int n = 0;

	if (list->n < AUTHORITY_NAMED) {
		va_start(arguments, format);
		n = vasprintf(&list->named[list->n], format, arguments);
		va_end(arguments);
	}
	if (n < 0)
		return -ENOMEM;
	list->n++;
	return 0;
}

int authority_lack(struct judging *j, const unsigned char *gain, const unsigned char *held,
		   const char *kind, const char *name, uint32_t n_others)
{
	const struct joint *joint = &j->d->joint;
	int r;

	if (!joint_exceeds(joint, gain, held))
		return 0;
	for (size_t i = 0; i < joint->n_map; i++)
		j->lacked[i] = (unsigned char)(j->lacked[i] | (gain[i] & ~held[i]));
	if (n_others == 0)
		r = authority_note(&j->gainers, "%s %s", kind, name);
	else
		r = authority_note(&j->gainers, "%s %s and %u like it", kind, name, n_others);
	return r < 0 ? r : 1;
}

void authority_add_gain(const struct judging *j, unsigned char *gain, const struct joint_role *role,
			bool had, const unsigned char *before)
{
	const unsigned char *const *all = role->closure, *const *sure = role->sure;

	if (had && !role->has_grown)
		return;
	if (!before)
		before = j->d->joint.empty;
	for (size_t i = 0; i < j->d->joint.n_map; i++) {
		unsigned int given = all[JOINT_AFTER][i];

		if (had)
			given = (given & ~all[JOINT_BEFORE][i]) |
				(sure[JOINT_AFTER][i] & ~sure[JOINT_BEFORE][i]);
		gain[i] = (unsigned char)(gain[i] | (given & ~before[i] & j->judged[i]));
	}
}

static void free_list(struct authority_list *list)
{
	for (size_t i = 0; i < list->n && i < AUTHORITY_NAMED; i++)
		free(list->named[i]);
}

/* ---- The answer in words ---- */

/* "a, b, c and 4 more" */
static void write_list(FILE *to, const struct authority_list *list)
{
	size_t n = list->n < AUTHORITY_NAMED ? list->n : AUTHORITY_NAMED;

	for (size_t i = 0; i < n; i++)
		fprintf(to, "%s%s", i > 0 ? ", " : "", list->named[i]);
	if (list->n > n)
		fprintf(to, " and %zu more", list->n - n);
}

/* A name, and how much it is: its tier, or through which role a group comes. */
static void write_lacked(FILE *to, const struct joint_bit *bit)
{
	static const char *const tiers[] = { "privilege", "guest", "user", "administrator",
					     "owner" };

	if (bit->through)
		fprintf(to, "%s (through role %s)", bit->name, bit->through);
	else
		fprintf(to, "%s (%s)", bit->name,
			tiers[bit->tier[bit->is_there[JOINT_BEFORE] ? JOINT_BEFORE : JOINT_AFTER]]);
}

static void write_all_lacked(FILE *to, const struct judging *j, struct authority_answer *ret)
{
	const struct joint *joint = &j->d->joint;

	fputs("you lack: ", to);
	for (uint32_t i = 0; i < joint->bit_names.n; i++) {
		if (!format_bit(j->lacked, i))
			continue;
		if (ret->n_lacks > 0)
			fputs(", ", to);
		write_lacked(to, &joint->bits[i]);
		ret->lacks[ret->n_lacks++] = joint->bits[i].name;
	}
	if (j->gainers.n > 0) {
		fputs("; that would be gained by ", to);
		write_list(to, &j->gainers);
	}
	if (j->vanished.n > 0) {
		fputs("; gone from the policy, anybody could bring it in anew: ", to);
		write_list(to, &j->vanished);
	}
	fputs(" (A2)", to);
}

/* One of the things that stand in the way; the first gives the answer its code. */
static bool starts(FILE *to, struct authority_answer *ret, enum authority_code code, bool is_so)
{
	if (!is_so)
		return false;
	if (ret->code == AUTHORITY_GRANTED)
		ret->code = code;
	else
		fputs("; ", to);
	return true;
}

static void write_answer(FILE *to, const struct judging *j, struct authority_answer *ret)
{
	bool is_lacking = !joint_is_empty(&j->d->joint, j->lacked);

	if (starts(to, ret, AUTHORITY_OWNERS_ONLY, j->settings.n > 0)) {
		fputs("only an owner changes ", to);
		write_list(to, &j->settings);
		fputs(" (A7)", to);
	}
	if (starts(to, ret, AUTHORITY_OWNER_ROLE, j->owners.n > 0)) {
		fputs("only an owner takes an owner's role away: ", to);
		write_list(to, &j->owners);
		fputs(" (A3)", to);
	}
	if (starts(to, ret, AUTHORITY_LACKS, j->closed.n > 0)) {
		fputs("a service is changed by whom it lets in before and after: ", to);
		write_list(to, &j->closed);
		fputs(" (A2)", to);
	}
	if (starts(to, ret, AUTHORITY_LACKS, is_lacking))
		write_all_lacked(to, j, ret);
}

static int answer(const struct judging *j, struct authority_answer *ret)
{
	struct sheet sheet;
	FILE *to;

	ret->lacks = calloc(j->d->joint.bit_names.n + 1, sizeof(*ret->lacks));
	to = ret->lacks ? sheet_open(&sheet) : NULL;
	if (!to)
		return -ENOMEM;
	write_answer(to, j, ret);
	ret->text = sheet_close(&sheet, NULL);
	if (!ret->text)
		return -ENOMEM;
	if (ret->code == AUTHORITY_GRANTED) {
		free(ret->text);
		ret->text = NULL;
	}
	return 0;
}

/* ---- The rules, one after another ---- */

/*
 * A1: what manages roles, by the very evaluator that PAM uses. Returns 1 if the actor has it.
 */
static int judge_manager(struct judging *j, struct authority_answer *ret)
{
	const struct rolegate_policy *before = j->d->joint.sides[JOINT_BEFORE].policy;
	struct rolegate_subject subject = { .person = *j->question->actor };
	uint32_t i = j->d->joint.sides[JOINT_BEFORE].bits[before->head.manage_permission];
	const struct joint_bit *bit = &j->d->joint.bits[i];
	struct rolegate_request request = { .permission = bit->name, .at = j->d->now };
	struct rolegate_decision decision;
	int r;

	r = decide_only(before, &request, &subject, NULL, &decision);
	if (r < 0 || decision.verdict == ROLEGATE_ALLOW)
		return r < 0 ? r : 1;
	ret->lacks = calloc(1, sizeof(*ret->lacks));
	if (!ret->lacks || asprintf(&ret->text, "every change takes the permission %s, and %s (A1)",
				    bit->name, rolegate_reason_text(decision.reason)) < 0) {
		ret->text = NULL;
		return -ENOMEM;
	}
	ret->lacks[ret->n_lacks++] = bit->name;
	ret->code = AUTHORITY_MANAGE_ROLES;
	return 0;
}

static int judge_change(struct judging *j, struct authority_answer *ret)
{
	int r;

	r = authority_judge_settings(j);
	if (r == 0)
		r = authority_judge_roles(j);
	if (r == 0)
		r = authority_judge_holders(j);
	if (r == 0)
		r = authority_judge_services(j);
	return r < 0 ? r : answer(j, ret);
}

static int prepare(struct judging *j)
{
	const struct joint *joint = &j->d->joint;
	unsigned char **maps[] = { &j->held, &j->judged,      &j->lacked,      &j->before,
				   &j->gain, &j->fallback[0], &j->fallback[1], &j->own };

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		*maps[i] = joint_new_map(joint);
		if (!*maps[i])
			return -ENOMEM;
	}
	for (int side = JOINT_BEFORE; side <= JOINT_AFTER; side++) {
		j->own_roles[side] = calloc(joint->role_names.n + 1, sizeof(bool));
		if (!j->own_roles[side])
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < joint->bit_names.n; i++)
		if (joint->bits[i].is_there[JOINT_BEFORE])
			j->judged[i / 8] = (unsigned char)(j->judged[i / 8] | 1u << (i % 8));
	return 0;
}

static void finish(struct judging *j)
{
	free(j->held);
	free(j->judged);
	free(j->lacked);
	free(j->before);
	free(j->gain);
	free(j->fallback[0]);
	free(j->fallback[1]);
	free(j->own);
	free(j->own_roles[JOINT_BEFORE]);
	free(j->own_roles[JOINT_AFTER]);
	free_list(&j->settings);
	free_list(&j->owners);
	free_list(&j->gainers);
	free_list(&j->vanished);
	free_list(&j->closed);
}

int authority_judge(struct difference *difference, const struct authority_question *question,
		    struct authority_answer *ret)
{
	struct judging j = { .d = difference, .question = question };
	bool is_owner = false;
	int r;

	*ret = (struct authority_answer){ 0 };
	r = prepare(&j);
	if (r == 0)
		r = joint_hold(&difference->joint, JOINT_BEFORE, question->actor, difference->now,
			       j.held, &is_owner);
	if (r == 0 && !is_owner) {
		r = judge_manager(&j, ret);
		if (r > 0)
			r = judge_change(&j, ret);
	}
	finish(&j);
	return r;
}
