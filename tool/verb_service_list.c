/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* service list: what each PAM service requires. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "policy_services.h"
#include "verbs.h"

static const char *mode_of(unsigned int flags)
{
	return flags & FORMAT_SERVICE_PERMISSIVE  ? "permissive"
	       : flags & FORMAT_SERVICE_ENFORCING ? "enforcing"
						  : NULL;
}

/* A service's entry as an object, or NULL if memory or the policy fails. */
static json_t *describe_service(const struct rolegate_policy *policy, const struct service *service)
{
	json_t *require = json_array();
	char *file = tool_source_path(policy, service->place.file);
	int r = 0;

	for (uint32_t i = 0; i < service->n_required && r == 0; i++) {
		struct permission_info info;
		struct record record;

		r = policy_load_permission_info(policy, service->required[i].id, &record, &info);
		if (r == 0) {
			r = json_array_append_new(require, json_string(info.name));
			store_record_free(&record);
		}
	}
	if (r < 0) {
		json_decref(require);
		free(file);
		return NULL;
	}
	require = json_pack("{s:s, s:o, s:b, s:s, s:s?, s:s?, s:i}", "service", service->name,
			    service->require == FORMAT_REQUIRE_ANY ? "require_any" : "require",
			    require, "open", service->require == FORMAT_REQUIRE_NOTHING, "subject",
			    service->flags & FORMAT_SERVICE_ACTOR ? "actor" : "user", "mode",
			    mode_of(service->flags), "file", file, "line",
			    (int)service->place.line);
	free(file);
	return require;
}

struct listing {
	const struct rolegate_policy *policy;
	json_t **list;
	size_t n, max;
};

static int list_service(const struct service *service, void *context)
{
	struct listing *l = context;
	json_t **list = array_grow(l->list, l->n, &l->max, sizeof(json_t *));

	if (!list)
		return -ENOMEM;
	l->list = list;
	list[l->n] = describe_service(l->policy, service);
	if (!list[l->n])
		return -ENOMEM;
	l->n++;
	return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int by_service(const void *a, const void *b)
{
	return strcmp(text_of(*(json_t *const *)a, "service"),
		      text_of(*(json_t *const *)b, "service"));
}

/* What a service requires, in words of at most n bytes; more is cut, for `explain` says all. */
static void write_requirement(const json_t *service, char *to, size_t size)
{
	const json_t *any = json_object_get(service, "require_any");
	const json_t *list = any ? any : json_object_get(service, "require");
	size_t n = 0;

	if (json_is_true(json_object_get(service, "open"))) {
		snprintf(to, size, "nothing: open to everybody");
		return;
	}
	for (size_t i = 0; i < json_array_size(list) && n < size; i++)
		n += (size_t)snprintf(to + n, size - n, "%s%s",
				      i == 0 ? ""
				      : any  ? " or "
					     : " and ",
				      json_string_value(json_array_get(list, i)));
}

static void print_service(const struct output *output, const json_t *service)
{
	char require[512] = "", place[1100];
	int used;

	write_requirement(service, require, sizeof(require));
	if (!strcmp(text_of(service, "subject"), "actor"))
		strncat(require, " (of the actor)", sizeof(require) - strlen(require) - 1);
	fputs("  ", stdout);
	output_text(output, COLOUR_BOLD, text_of(service, "service"));
	output_pad(2 + output_columns(text_of(service, "service")), 26);
	output_text(output, COLOUR_PLAIN, require);
	used = output_columns(require);
	if (*text_of(service, "mode")) {
		output_pad(used, used + 2);
		output_text(output, COLOUR_WARN, text_of(service, "mode"));
		used += 2 + output_columns(text_of(service, "mode"));
	}
	snprintf(place, sizeof(place), "%s:%d", text_of(service, "file"),
		 (int)json_integer_value(json_object_get(service, "line")));
	output_pad(used, 30);
	output_text(output, COLOUR_DIM, place);
	putchar('\n');
}

/* What is decided about a service without an entry: "deny", "allow" or a permission, on the heap. */
static char *other_services(const struct rolegate_policy *policy)
{
	struct permission_info info;
	struct record record;
	char *name;

	if (policy->head.other != FORMAT_OTHER_PERMISSION)
		return strdup(policy->head.other == FORMAT_OTHER_ALLOW ? "allow" : "deny");
	if (policy_load_permission_info(policy, policy->head.other_permission.id, &record, &info) <
	    0)
		return NULL;
	name = strdup(info.name);
	store_record_free(&record);
	return name;
}

static void print_services(const struct output *output, const struct listing *l, const char *other)
{
	for (size_t i = 0; i < l->n; i++)
		print_service(output, l->list[i]);
	fputs("  any other", stdout);
	output_pad(11, 26);
	if (!strcmp(other, "deny"))
		output_text(output, COLOUR_BAD, "refused to everybody");
	else if (!strcmp(other, "allow"))
		output_text(output, COLOUR_WARN, "nothing: open to everybody");
	else
		output_text(output, COLOUR_PLAIN, other);
	puts("  (other_services)");
}

static int print_list(struct tool *tool, const struct listing *l, const char *other)
{
	json_t *list;

	if (!tool->output.json) {
		print_services(&tool->output, l, other);
		return 0;
	}
	list = json_array();
	for (size_t i = 0; i < l->n; i++)
		json_array_append(list, l->list[i]);
	return output_json(json_pack("{s:s, s:o}", "other_services", other, "services", list), true)
		       ? 0
		       : -ENOMEM;
}

int verb_service_list(struct tool *tool)
{
	struct rolegate_policy *policy = NULL;
	struct listing l = { 0 };
	char *other = NULL;
	int r, status = EXIT_DONE;

	if (tool_open(tool, &policy, &status) < 0)
		return status;
	l.policy = policy;
	r = policy_services_each_entry(policy, list_service, &l);
	if (r == 0)
		other = other_services(policy);
	if (r == 0 && !other)
		r = -ENOMEM;
	if (r == 0 && l.n > 0)
		qsort(l.list, l.n, sizeof(json_t *), by_service);
	if (r == 0)
		r = print_list(tool, &l, other);
	if (r < 0)
		status = tool_fail_errno(tool, r, "reading services");
	for (size_t i = 0; i < l.n; i++)
		json_decref(l.list[i]);
	free(l.list);
	free(other);
	rolegate_policy_close(policy);
	return status;
}
