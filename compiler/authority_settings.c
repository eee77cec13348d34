/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notes what only an owner changes (A7). */
#include "authority_internal.h"
#include "settings.h"

static int note_setting(const char *key, const char *detail, void *context)
{
	struct judging *j = context;

	return detail ? authority_note(&j->settings, "%s \"%s\"", key, detail)
		      : authority_note(&j->settings, "%s", key);
}

/*
 * A3: a role that was an owner's, and no longer is, or from now on awaits approval: whoever has it
 * would lose what only owners hold.
 */
static int judge_owner_role(struct judging *j, const struct joint_role *role)
{
	unsigned int before = role->flags[JOINT_BEFORE], after = role->flags[JOINT_AFTER];

	if (role->id[JOINT_AFTER] == NAMES_NONE || !(before & FORMAT_ROLE_OWNER))
		return 0;
	if (!(after & FORMAT_ROLE_OWNER))
		return authority_note(&j->owners, "role %s is no longer an owner's", role->name);
	if (after & ~before & FORMAT_ROLE_NEEDS_APPROVAL)
		return authority_note(&j->owners, "role %s would need approval", role->name);
	return 0;
}

static int note_virtual(struct difference *d, const char *name, const uint32_t sets[2],
			void *context)
{
	(void)d;
	return sets[JOINT_BEFORE] == sets[JOINT_AFTER]
		       ? 0
		       : note_setting("an assignment to the virtual user", name, context);
}

int authority_judge_settings(struct judging *j)
{
	const struct joint *joint = &j->d->joint;
	int r;

	r = settings_compare(joint, note_setting, j);
	if (r == 0)
		r = difference_walk(j->d, FORMAT_VIRTUALS, note_virtual, j);
	for (size_t i = 0; i < joint->role_names.n && r == 0; i++)
		r = judge_owner_role(j, &joint->roles[i]);
	return r;
}
