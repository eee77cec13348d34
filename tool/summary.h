/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Says in one line what a change comes to, for the history.
 */
#ifndef ROLEGATE_SUMMARY_H
#define ROLEGATE_SUMMARY_H

#include "difference.h"

/* Bytes of the line: what fits on a few rows of a terminal. */
#define SUMMARY_MAX ((size_t)300)

/*
 * ret_line  on the heap, "no effect" where there is none
 * Returns:  0; -EBADMSG; -ENOMEM; -EIO.
 */
int summary_line(const struct difference *difference, char **ret_line);

#endif
