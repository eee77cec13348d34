/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question to NSS, in as large a buffer as its answer takes. */
#ifndef ROLEGATE_ASK_H
#define ROLEGATE_ASK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Asks getpwnam_r(3) or one like it: with this buffer of n bytes, for what `question` says, which has room for
 * the entry. Returns an error number, and in *found whether there was an entry.
 */
typedef int (*ask_function)(void *question, char *buffer, size_t n, bool *found);

/*
 * Ask, with ever larger buffers.
 *
 * ret_buffer  where the entry's strings lie; owner: free()
 * Returns:    1 and *ret_buffer; 0 there is no such entry; -ENOMEM; -EIO.
 */
int ask_nss(ask_function ask, void *question, char **ret_buffer);

#endif
