/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what libpam says of a call.
 */
#ifndef ROLEGATE_ITEMS_H
#define ROLEGATE_ITEMS_H

#include <security/pam_modules.h>

/* A text item such as PAM_USER, or NULL if it is not set or empty. Owner: libpam. */
const char *items_text(pam_handle_t *pamh, int type);

#endif
