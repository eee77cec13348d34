/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pam_json.h"

/* Text that may not be UTF-8, as what files hold; JSON knows nothing else. */
static json_t *json_text(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("(not UTF-8)");
}

json_t *pam_json_entry(const struct stack_entry *entry)
{
	static const char *const kinds[] = { "module", "broken", "substack" };
	static const char *const faults[] = {
		[STACK_NOT_FOUND] = "not-found",
		[STACK_NOT_SHARED] = "not-shared-object",
		[STACK_OTHER_CPU] = "other-architecture",
		[STACK_NO_FUNCTION] = "no-function",
	};
	json_t *line = json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:i}", "kind", kinds[entry->kind],
				 "level", (int)entry->level, "control", json_text(entry->word),
				 "module", entry->module ? json_text(entry->module) : json_null(),
				 "arguments", json_text(entry->arguments), "file",
				 json_text(entry->file), "line", (int)entry->line);

	if (line && entry->fault)
		json_object_set_new(line, "fault", json_string(faults[entry->fault]));
	return line;
}

static json_t *json_stack(const struct stack *stack)
{
	json_t *list = json_array();

	for (size_t i = 0; i < stack->n; i++)
		json_array_append_new(list, pam_json_entry(&stack->entries[i]));
	return list;
}

json_t *pam_json_witness(const struct stack *stack, const struct verdict *verdict)
{
	json_t *list = json_array();

	for (size_t i = 0; i < verdict->n_witness; i++) {
		const struct verdict_step *step = &verdict->witness[i];
		const struct stack_entry *entry = &stack->entries[step->entry];

		json_array_append_new(
			list, json_pack("{s:o, s:s, s:o, s:i}", "module",
					entry->module ? json_text(entry->module) : json_null(),
					"returns", control_return_name(step->returned), "file",
					json_text(entry->file), "line", (int)entry->line));
	}
	return list;
}

json_t *pam_json_service(const struct pam_service *service)
{
	const struct stack_service *s = &service->read;

	return json_pack("{s:o, s:b, s:{s:s, s:s, s:s, s:o}, s:{s:s, s:o}}", "service",
			 json_text(s->name), "listed", service->entry.has_entry, "account",
			 "denial", verdict_name(pam_service_answer(service, VERDICT_FRESH)),
			 "denial_expired",
			 verdict_name(pam_service_answer(service, VERDICT_EXPIRED)),
			 "denial_module_absent",
			 verdict_name(pam_service_answer(service, VERDICT_ABSENT)), "stack",
			 json_stack(stack_get(s, STACK_ACCOUNT)), "password", "denial",
			 verdict_name(pam_service_answer(service, VERDICT_CHANGE)), "stack",
			 json_stack(stack_get(s, STACK_PASSWORD)));
}
