/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes all of a text to a descriptor, however many calls that takes.
 */
#ifndef ROLEGATE_WRITE_H
#define ROLEGATE_WRITE_H

#include <stddef.h>

/* 0 or -errno. */
int write_whole(int fd, const char *bytes, size_t n);

#endif
