/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the authority rules share. */
#ifndef ROLEGATE_AUTHORITY_INTERNAL_H
#define ROLEGATE_AUTHORITY_INTERNAL_H

#include <stdio.h>

#include "authority.h"

/* Things that a sentence names; the rest are counted. */
#define AUTHORITY_NAMED 8u

struct authority_list {
	char *named[AUTHORITY_NAMED];
	size_t n;
};

/*
 * A judgement at work.
 *
 * held     map of what the actor holds now, by the policy before. The plan is left aside: to hand
 *          out what it leaves out gives nothing now, and when an owner widens it, the actor has it
 *          too.
 * judged   map of what has to be held to be handed out: what there was before. A privilege whose
 *          name is new may be introduced by anybody; what else is new comes with other catalogs,
 *          and these are owners'.
 * lacked   map of what the actor lacks
 */
struct judging {
	struct difference *d;
	const struct authority_question *question;
	unsigned char *held, *judged, *lacked;
	unsigned char *before, *gain, *fallback[2], *own; /* scratch */
	bool *own_roles[2];				  /* likewise, by role */
	struct authority_list settings;			  /* A7: what only owners change */
	struct authority_list owners;			  /* A3: who would lose the owner role */
	struct authority_list gainers;			  /* A2: what would give what is lacked */
	struct authority_list vanished; /* A2: privileges whose names would be free */
	struct authority_list closed;	/* A2: services that do not let the actor in */
};

/* Add to a list of things to name. 0 or -ENOMEM. */
int authority_note(struct authority_list *list, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Add to `gain` what of a role is judged that somebody comes to have by it and did not have before:
 * all that it gives, but to whom it already gave something only what is new. What a conflict could
 * take (A6) counts as new when it no longer can.
 *
 * had     whether the role gave them what it gave before
 * before  map of what they have before by whatever else, for sure; NULL for nothing
 */
void authority_add_gain(const struct judging *j, unsigned char *gain, const struct joint_role *role,
			bool had, const unsigned char *before);

/*
 * Note what of a map the actor lacks, and who or what would gain it. Returns 1 if anything, 0 or
 * -ENOMEM.
 */
int authority_lack(struct judging *j, const unsigned char *gain, const unsigned char *held,
		   const char *kind, const char *name, uint32_t n_others);

/* The rules by what they are about. Each returns 0 or an error. */
int authority_judge_settings(struct judging *j);
int authority_judge_roles(struct judging *j);
int authority_judge_holders(struct judging *j);
int authority_judge_services(struct judging *j);

#endif
