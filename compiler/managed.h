/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one source file that rolegate writes itself: its text as a model, a model as its text.
 *
 * The text is written anew as a whole, in an order that depends on nothing but the model, and what it
 * says parses back to an equal model. People's files are never written.
 */
#ifndef ROLEGATE_MANAGED_H
#define ROLEGATE_MANAGED_H

#include "compile.h"

#define MANAGED_PATH ROLEGATE_CONF_DIR "/policy.d/90-managed.conf"

/*
 * Load the file's text by itself: names stay unresolved, and no catalog is looked for. Whatever the
 * command does not write is refused, for it would be lost.
 *
 * ret       is initialised here; the text is its only source
 * Owner:    compile_free(ret), always.
 * Returns:  0; -EINVAL and ret->report says what is wrong; -ENOMEM.
 */
int managed_load(struct compiled *ret, const char *text, size_t n);

/*
 * Write the roles, assignments and services of a model, which managed_load() made. Everything else in it is left out.
 *
 * ret_text  on the heap, with a NUL behind its ret_n bytes
 * Returns:  0; -EINVAL some word cannot be written (managed_check_text()); -ENOMEM.
 */
int managed_write(const struct model *model, char **ret_text, size_t *ret_n);

/*
 * NULL if a word that is fit for its purpose (words.h) can also be written into the file, else why
 * not: the end of a sentence, a literal. The loader limits escapes (guard.h), and quotes and
 * backslashes need one each.
 */
const char *managed_check_text(const char *text);

#endif
