/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Works out what a loaded policy means: whether what it names exists, what each role holds
 * (P1-P12), and what of it the plan leaves in force.
 */
#ifndef ROLEGATE_RESOLVE_H
#define ROLEGATE_RESOLVE_H

#include "model.h"
#include "report.h"
#include "source.h"

/*
 * Resolve a model in place. The roles' maps are there afterwards, unless an error was reported.
 * Returns 0, or -ENOMEM.
 */
int resolve_model(struct model *model, const struct sources *sources, struct report *report);

#endif
