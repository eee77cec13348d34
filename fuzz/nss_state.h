/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the NSS module of fuzz_nss.c finds its policy: entry.c is compiled with this in front of it.
 */
#ifndef ROLEGATE_FUZZ_NSS_STATE_H
#define ROLEGATE_FUZZ_NSS_STATE_H

#include "scratch.h"

#define ENTRY_STATE_DIR scratch_folder()

#endif
