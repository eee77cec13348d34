/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Judges what roles gain, whoever has them (A2). */
#include <errno.h>
#include <string.h>

#include "authority_internal.h"

/*
 * What a custom role gains: what it did not give before, or not for sure (A6); or all of it if it
 * no longer needs approval. What built-in roles gain is a new privilege, which is free, or comes
 * with other catalogs (A7).
 */
static int judge_role(struct judging *j, const struct joint_role *role)
{
	bool is_freed = role->flags[JOINT_BEFORE] & FORMAT_ROLE_NEEDS_APPROVAL &&
			!(role->flags[JOINT_AFTER] & FORMAT_ROLE_NEEDS_APPROVAL);
	int r;

	memset(j->gain, 0, j->d->joint.n_map);
	authority_add_gain(j, j->gain, role, !is_freed, NULL);
	r = authority_lack(j, j->gain, j->held, "role", role->name, 0);
	return r < 0 ? r : 0;
}

/*
 * A privilege's name that is in no role any more is new to the next policy, and so free for
 * anybody: whoever makes it vanish has to hold it.
 */
static int judge_vanished(struct judging *j, uint32_t i)
{
	const struct joint_bit *bit = &j->d->joint.bits[i];

	if (!(bit->flags[JOINT_BEFORE] & FORMAT_PERMISSION_CUSTOM) || bit->is_there[JOINT_AFTER] ||
	    format_bit(j->held, i))
		return 0;
	j->lacked[i / 8] = (unsigned char)(j->lacked[i / 8] | 1u << (i % 8));
	return authority_note(&j->vanished, "%s", bit->name);
}

int authority_judge_roles(struct judging *j)
{
	const struct joint *joint = &j->d->joint;
	int r = 0;

	for (size_t i = 0; i < joint->role_names.n && r == 0; i++) {
		const struct joint_role *role = &joint->roles[i];

		if (role->id[JOINT_AFTER] != NAMES_NONE &&
		    !(role->flags[JOINT_AFTER] & FORMAT_ROLE_BUILTIN))
			r = judge_role(j, role);
	}
	for (uint32_t i = 0; i < joint->bit_names.n && r == 0; i++)
		r = judge_vanished(j, i);
	return r;
}
