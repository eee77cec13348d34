/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges what services come to require: who changes one has to be let in by it (A2, A7). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authority_internal.h"
#include "decide.h"
#include "services.h"

/*
 * A name by which an entry is asked about. For a pattern it is one that no entry can have exactly,
 * for no name has a control character; a longer pattern does not match it either.
 */
static void probe_of(const struct service *service, char probe[FORMAT_NAME_MAX + 2])
{
	char *star;

	snprintf(probe, FORMAT_NAME_MAX + 2, "%s", service->name);
	star = strchr(probe, '*');
	if (star)
		*star = '\001';
}

/* What one of the policies says to the actor about a service. */
struct asked {
	bool has_entry, is_open, is_permissive;
};

static void note_missing(struct judging *j, const struct rolegate_explanation *e)
{
	for (size_t i = 0; i < e->n_missing; i++) {
		uint32_t bit = names_find(&j->d->joint.bit_names, e->missing[i]);

		if (bit != NAMES_NONE)
			j->lacked[bit / 8] = (unsigned char)(j->lacked[bit / 8] | 1u << (bit % 8));
	}
}

/*
 * Ask by the evaluator. Before the change only an entry counts, of that name or a pattern; what the
 * actor lacks where he is not let in is noted.
 */
static int ask(struct judging *j, enum joint_side side, const char *probe, struct asked *ret)
{
	/* Services run as root before a user is logged in (P7). */
	struct rolegate_request request = { .service = probe,
					    .flags = ROLEGATE_REQUEST_REAL_UID,
					    .at = j->d->now };
	struct rolegate_subject subject = { .person = *j->question->actor };
	struct rolegate_actor actor = { .person = *j->question->actor };
	struct rolegate_explanation *e = NULL;
	int r;

	r = explain_evaluated(j->d->joint.sides[side].policy, &request, &subject, &actor, &e);
	if (r < 0)
		return r;
	ret->has_entry = e->n_steps > 0 && e->steps[0]->kind == ROLEGATE_STEP_SERVICE;
	ret->is_open = e->decision->verdict == ROLEGATE_ALLOW ||
		       (side == JOINT_BEFORE && !ret->has_entry);
	ret->is_permissive = e->decision->permissive;
	if (!ret->is_open)
		note_missing(j, e);
	rolegate_explanation_free(e);
	return 0;
}

/* A7: an entry of its own mode, or a name whose mode is another because another entry counts. */
static int judge_mode(struct judging *j, const struct service *before, const struct service *after,
		      bool is_same_effect)
{
	const struct rolegate_policy *b = j->d->joint.sides[JOINT_BEFORE].policy;
	const struct rolegate_policy *a = j->d->joint.sides[JOINT_AFTER].policy;
	bool is_mode_kept = !((b->head.flags ^ a->head.flags) & FORMAT_HEAD_PERMISSIVE);
	unsigned int mode_before = before ? services_mode(before) : 0;
	unsigned int mode_after = after ? services_mode(after) : 0;

	/* Where the mode of all changes, that is said once. */
	if (mode_before == mode_after && (is_same_effect || !is_mode_kept))
		return 0;
	return authority_note(&j->settings, "the mode of service %s",
			      before ? before->name : after->name);
}

static int judge_service(const struct service *before, const struct service *after, void *context)
{
	const struct service *entry = before ? before : after;
	char probe[FORMAT_NAME_MAX + 2];
	struct judging *j = context;
	struct asked was = { 0 }, is = { 0 };
	int r;

	probe_of(entry, probe);
	r = ask(j, JOINT_BEFORE, probe, &was);
	if (r == 0)
		r = ask(j, JOINT_AFTER, probe, &is);
	if (r == 0)
		r = judge_mode(j, before, after, was.is_permissive == is.is_permissive);
	if (r < 0 || (was.is_open && is.is_open))
		return r;
	return authority_note(&j->closed, "%s does not let you in %s", entry->name,
			      was.is_open ? "after the change" : "as it is");
}

int authority_judge_services(struct judging *j)
{
	return services_compare(&j->d->joint, judge_service, j);
}
