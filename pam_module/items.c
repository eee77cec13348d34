/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "items.h"

#include <stddef.h>

const char *items_text(pam_handle_t *pamh, int type)
{
	const void *value = NULL;
	const char *text;

	if (pam_get_item(pamh, type, &value) != PAM_SUCCESS)
		return NULL;
	text = value;
	return text && *text ? text : NULL;
}
