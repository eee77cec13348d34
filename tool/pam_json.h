/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PAM's stacks and our judgement of them as JSON.
 */
#ifndef ROLEGATE_PAM_JSON_H
#define ROLEGATE_PAM_JSON_H

#include <jansson.h>

#include "pam_services.h"

/* A service: its name, answers and stacks. A new reference, or NULL without memory. */
json_t *pam_json_service(const struct pam_service *service);

/* The lines that run in a witness, each with what it returns. Likewise. */
json_t *pam_json_witness(const struct stack *stack, const struct verdict *verdict);

/* One line of a stack. Likewise. */
json_t *pam_json_entry(const struct stack_entry *entry);

#endif
