/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a command of sudoers opens to whoever may run it as root.
 */
#ifndef ROLEGATE_SUDOERS_EFFECT_H
#define ROLEGATE_SUDOERS_EFFECT_H

/* The worse is the greater. */
enum sudoers_effect {
	SUDOERS_HARMLESS,   /* to the gate; nobody knows what a site's own programs do */
	SUDOERS_ROLEGATE,   /* rolegate(8), which asks itself who acts */
	SUDOERS_UNCLEAR,    /* nobody can tell what it allows */
	SUDOERS_ROUND_GATE, /* passwords can be set or taken off without PAM */
	SUDOERS_EVERYTHING, /* a shell, an editor, anything */
};

/* Judge a command with its arguments, as sudoers has it: no alias. */
enum sudoers_effect sudoers_effect(const char *command);

#endif
