/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loads a policy's and a catalog's text into the model.
 *
 * Whatever a text says of its own accord is checked here: keys, types, words, times, doubles.
 * Whether what it names exists is the resolver's question, when all texts are loaded.
 */
#ifndef ROLEGATE_LOAD_H
#define ROLEGATE_LOAD_H

#include "keys.h"
#include "model.h"
#include "source.h"

/*
 * Load the policy's files, which are the first n of the sources.
 *
 * load_catalogs  called once model->wanted_catalogs is known and before anything that names what
 *                catalogs define, so that permissions are numbered in the catalogs' order; false
 *                if one could not be loaded
 * Returns:  false if a text could not be had or parsed: then what it defines is not in the model,
 *           and to complain about names that are not defined would be idle.
 */
bool load_policies(struct model *model, const struct sources *sources, size_t n,
		   struct report *report, bool (*load_catalogs)(void *context), void *context);

/* Load the catalog `name`. False if its text could not be had or parsed. */
bool load_catalog(struct model *model, const struct sources *sources, uint32_t file,
		  const char *name, struct report *report);

/* Shared by the two; `catalog` is NULL for the policy. */

/* `roles`: built-in ones of a catalog, or custom ones. */
void load_roles(struct model *model, const struct reader *reader, const config_setting_t *list,
		const struct model_catalog *catalog);

/* `services`. */
void load_services(struct model *model, const struct reader *reader, const config_setting_t *list,
		   const struct model_catalog *catalog);

/* The capabilities of a `can`, as bits. */
unsigned int load_capabilities(const struct reader *reader, const config_setting_t *can);

/* A tier's name; FORMAT_TIER_NONE if it is not there or wrong. */
enum format_tier load_tier(const struct reader *reader, const config_setting_t *setting);

/* A copy of a text in the model, "" if it is not there. */
const char *load_text(struct model *model, const struct reader *reader,
		      const config_setting_t *setting);

/* References to names of one kind, such as model_role: each is looked up and added. */
void load_refs(struct model *model, const struct reader *reader, const config_setting_t *list,
	       uint32_t (*look_up)(struct model *, const char *), struct refs *refs);

#endif
