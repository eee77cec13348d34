/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "managed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guard.h"
#include "load.h"
#include "sheet.h"
#include "words.h"

/* Lines are broken before this column, where they can be. */
#define WIDTH 100u
#define TAB 8u

static const char header[] =
	"# Written by rolegate(8), which replaces this file whole whenever one of its commands changes a role,\n"
	"# an assignment or a service. What you write here is lost: write it into rolegate.conf or another\n"
	"# file of policy.d, which rolegate never changes.\n";

/* ---- The text as a model ---- */

static bool no_catalogs(void *context)
{
	(void)context;
	return true;
}

static struct place first_of(const struct refs *refs)
{
	return refs->n > 0 ? refs->list[0].place : PLACE_NOWHERE;
}

/* A person has put something here that the next change would drop. */
static void refuse_foreign(struct compiled *compiled)
{
	const struct model *model = &compiled->model;
	const struct {
		const char *key;
		struct place place;
	} keys[] = {
		{ "catalogs", first_of(&model->wanted_catalogs) },
		{ "plan", model->plan_place },
		{ "default_roles", first_of(&model->default_roles) },
		{ "virtual_roles", first_of(&model->virtual_roles) },
		{ "system_account_roles", first_of(&model->system_account_roles) },
		{ "root_is_owner", model->root_place },
		{ "other_services", model->other_place },
		{ "password_gate", model->gate_place },
		{ "role_groups",
		  model->n_role_groups > 0 ? model->role_groups[0].place : PLACE_NOWHERE },
		{ "mode", model->mode_place },
		{ "tell_user", model->tell_user_place },
		{ "conflicts", model->n_conflicts > 0 ? model->conflicts[0].place : PLACE_NOWHERE },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].place.line > 0)
			report_error(
				&compiled->report, keys[i].place,
				"`%s` does not belong here: rolegate writes this file itself, and would drop it; "
				"move it to rolegate.conf or another file of policy.d",
				keys[i].key);
}

int managed_load(struct compiled *ret, const char *text, size_t n)
{
	uint32_t file;
	bool good;
	int r;

	compile_init(ret);
	r = source_add_text(&ret->sources, MANAGED_PATH, text, n, &file);
	if (r < 0)
		return r;
	good = load_policies(&ret->model, &ret->sources, 1, &ret->report, no_catalogs, NULL);
	if (good)
		refuse_foreign(ret);
	report_sort(&ret->report);
	if (ret->model.arena.is_exhausted || ret->report.is_out_of_memory)
		return -ENOMEM;
	return good && ret->report.n_errors == 0 ? 0 : -EINVAL;
}

/* ---- A model as its text ---- */

struct writer {
	const struct model *model;
	FILE *to;
	size_t column;
	bool is_first; /* of a list's elements */
	bool is_unfit; /* a word was met that cannot be written */
};

static bool is_escaped(char c)
{
	return c == '"' || c == '\\';
}

const char *managed_check_text(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += is_escaped(*text);
	return n > GUARD_ESCAPES_MAX ? "holds more than 64 quotes and backslashes" : NULL;
}

static void put(struct writer *w, const char *text)
{
	fputs(text, w->to);
	w->column += strlen(text);
}

static void end_line(struct writer *w, unsigned int indent)
{
	putc('\n', w->to);
	for (unsigned int i = 0; i < indent; i++)
		putc('\t', w->to);
	w->column = (size_t)indent * TAB;
}

/* A blank, or where `next` more bytes would be too many the next line. */
static void space(struct writer *w, size_t next, unsigned int indent)
{
	if (w->column + 1 + next > WIDTH)
		end_line(w, indent);
	else
		put(w, " ");
}

/* Bytes of a text as a string. */
static size_t string_size(const char *text)
{
	size_t n = 2;

	for (; *text; text++)
		n += is_escaped(*text) ? 2 : 1;
	return n;
}

static void put_string(struct writer *w, const char *text)
{
	if (words_check(WORDS_TEXT, text) || managed_check_text(text))
		w->is_unfit = true;
	w->column += string_size(text);
	putc('"', w->to);
	for (; *text; text++) {
		if (is_escaped(*text))
			putc('\\', w->to);
		putc(*text, w->to);
	}
	putc('"', w->to);
}

/* A setting of an element, unless it is empty. */
static void put_text(struct writer *w, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	space(w, strlen(key) + 4 + string_size(text), 2);
	put(w, key);
	put(w, " = ");
	put_string(w, text);
	put(w, ";");
}

static void put_time(struct writer *w, const char *key, int64_t at, int64_t never)
{
	/* What a zone can shift into years of four digits, which all that was ever parsed lies in. */
	static const int64_t shift = INT64_C(60) * (23 * 60 + 59), first = INT64_C(-62167219200),
			     last = INT64_C(253402300799);
	int64_t offset = at < first ? shift : at > last ? -shift : 0;
	char text[64];
	struct tm tm;
	time_t t;

	if (at == never)
		return;
	t = (time_t)(at + offset);
	if (at < first - shift || at > last + shift || !gmtime_r(&t, &tm)) {
		w->is_unfit = true;
		return;
	}
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d%s", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		 offset > 0   ? "+23:59"
		 : offset < 0 ? "-23:59"
			      : "Z");
	put_text(w, key, text);
}

/* The i-th of the n names of a list, with the brackets where it is the first or last. */
static void put_name(struct writer *w, const char *key, const char *name, size_t i, size_t n)
{
	if (i == 0) {
		space(w, strlen(key) + 6 + string_size(name), 2);
		put(w, key);
		put(w, " = [");
	}
	space(w, string_size(name) + 3, 3);
	put_string(w, name);
	put(w, i + 1 < n ? "," : " ];");
}

static void put_refs(struct writer *w, const char *key, const struct refs *refs,
		     const struct names *names)
{
	for (size_t i = 0; i < refs->n; i++)
		put_name(w, key, names->list[refs->list[i].id], i, refs->n);
}

/* ---- The elements, in the order of their names ---- */

struct element {
	const char *name;
	uint32_t id;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct element *)a)->name, ((const struct element *)b)->name);
}

/*
 * Write a top-level list of the named elements that `has` says, in the order of their names; put_one
 * writes all that belongs to a name, each element begun by begin_element(). 0 or -ENOMEM.
 */
static int put_elements(struct writer *w, const struct names *names,
			bool (*has)(const struct model *model, uint32_t id),
			void (*put_one)(struct writer *w, uint32_t id))
{
	struct element *list = calloc(names->n + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < names->n; i++)
		if (has(w->model, i))
			list[n++] = (struct element){ .name = names->list[i], .id = i };
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		put_one(w, list[i].id);
	free(list);
	return 0;
}

static void begin_element(struct writer *w, const char *key, const char *name)
{
	put(w, w->is_first ? "" : ",");
	w->is_first = false;
	end_line(w, 1);
	put(w, "{ ");
	put(w, key);
	put(w, " = ");
	put_string(w, name);
	put(w, ";");
}

static void begin_list(struct writer *w, const char *key)
{
	fprintf(w->to, "\n%s = (", key);
	w->is_first = true;
}

static void end_list(struct writer *w)
{
	fputs("\n);\n", w->to);
}

/* ---- Roles ---- */

static bool has_role(const struct model *model, uint32_t id)
{
	return model->roles[id].is_defined;
}

static void put_capabilities(struct writer *w, unsigned int can)
{
	size_t n = (size_t)__builtin_popcount(can), i = 0;

	if (can == 0 || can == CAN_VIEW || can == CAN_FULL) {
		put_text(w, "can", can == 0 ? "none" : can == CAN_VIEW ? "view" : "full");
		return;
	}
	for (unsigned int c = 0; c < N_CAPABILITIES; c++)
		if (can & 1u << c)
			put_name(w, "can", model_capability_name(c), i++, n);
}

static void put_matrix(struct writer *w, const struct model_role *role)
{
	if (role->n_cells == 0)
		return;
	end_line(w, 2);
	put(w, "matrix = (");
	for (size_t i = 0; i < role->n_cells; i++) {
		end_line(w, 3);
		put(w, "{");
		put_text(w, "on", role->cells[i].on);
		put_capabilities(w, role->cells[i].can);
		put(w, i + 1 < role->n_cells ? " }," : " }");
	}
	end_line(w, 2);
	put(w, ");");
}

static void put_role(struct writer *w, uint32_t id)
{
	const struct model *model = w->model;
	const struct model_role *role = &model->roles[id];

	begin_element(w, "name", role->name);
	put_text(w, "label", role->label);
	put_text(w, "colour", role->colour);
	put_text(w, "description", role->description);
	if (role->needs_approval) {
		space(w, strlen("needs_approval = true;"), 2);
		put(w, "needs_approval = true;");
	}
	put_refs(w, "based_on", &role->bases, &model->role_names);
	put_refs(w, "permissions", &role->permissions, &model->permission_names);
	put_refs(w, "privileges", &role->privileges, &model->permission_names);
	put_matrix(w, role);
	put(w, " }");
}

/* ---- Assignments ---- */

static void put_assignment(struct writer *w, const char *key, const char *holder,
			   const struct model_assignment *assignment)
{
	begin_element(w, key, holder);
	for (uint32_t i = 0; i < assignment->n_roles; i++)
		put_name(w, "roles", w->model->role_names.list[assignment->roles[i]], i,
			 assignment->n_roles);
	put_time(w, "from", assignment->from, FORMAT_ALWAYS);
	put_time(w, "until", assignment->until, FORMAT_FOREVER);
	put_text(w, "approved_by", assignment->approved_by);
	put_text(w, "why", assignment->why);
	put(w, " }");
}

/* An assignment without roles was emptied. */
static void put_holder(struct writer *w, const char *key, const struct model_holders *holders,
		       uint32_t id)
{
	const struct model *model = w->model;

	for (uint32_t i = holders->list[id].first; i != NAMES_NONE; i = model->assignments[i].next)
		if (model->assignments[i].n_roles > 0)
			put_assignment(w, key, holders->names.list[id], &model->assignments[i]);
}

static bool holds_some(const struct model *model, const struct model_holders *holders, uint32_t id)
{
	for (uint32_t i = holders->list[id].first; i != NAMES_NONE; i = model->assignments[i].next)
		if (model->assignments[i].n_roles > 0)
			return true;
	return false;
}

static bool has_user(const struct model *model, uint32_t id)
{
	return holds_some(model, &model->users, id);
}

static bool has_group(const struct model *model, uint32_t id)
{
	return holds_some(model, &model->groups, id);
}

static void put_user(struct writer *w, uint32_t id)
{
	put_holder(w, "user", &w->model->users, id);
}

static void put_group(struct writer *w, uint32_t id)
{
	put_holder(w, "group", &w->model->groups, id);
}

static bool has_virtual(const struct model *model, uint32_t id)
{
	return holds_some(model, &model->virtuals, id);
}

static void put_virtual(struct writer *w, uint32_t id)
{
	put_holder(w, "virtual", &w->model->virtuals, id);
}

/* ---- Suspended users ---- */

static bool has_suspension(const struct model *model, uint32_t id)
{
	return model->suspended[id].place.line > 0;
}

static void put_suspension(struct writer *w, uint32_t id)
{
	const struct model_suspension *suspension = &w->model->suspended[id];

	begin_element(w, "user", w->model->suspended_names.list[id]);
	put_time(w, "until", suspension->until, FORMAT_FOREVER);
	put_text(w, "why", suspension->why);
	put(w, " }");
}

/* ---- Services ---- */

static bool has_service(const struct model *model, uint32_t id)
{
	return model->services[id].place.line > 0;
}

static void put_service(struct writer *w, uint32_t id)
{
	const struct model_service *service = &w->model->services[id];

	begin_element(w, "name", w->model->service_names.list[id]);
	put_refs(w, service->require == FORMAT_REQUIRE_ANY ? "require_any" : "require",
		 &service->required, &w->model->permission_names);
	if (service->flags & FORMAT_SERVICE_ACTOR)
		put_text(w, "subject", "actor");
	if (service->flags & FORMAT_SERVICE_ANY_ACCOUNT)
		put_text(w, "accounts", "any");
	if (service->flags & FORMAT_SERVICE_PERMISSIVE)
		put_text(w, "mode", "permissive");
	if (service->flags & FORMAT_SERVICE_ENFORCING)
		put_text(w, "mode", "enforcing");
	put(w, " }");
}

/* ---- The whole ---- */

static int put_all(struct writer *w)
{
	const struct model *model = w->model;
	int r;

	fputs(header, w->to);
	begin_list(w, "roles");
	r = put_elements(w, &model->role_names, has_role, put_role);
	end_list(w);
	begin_list(w, "assign");
	if (r == 0)
		r = put_elements(w, &model->users.names, has_user, put_user);
	if (r == 0)
		r = put_elements(w, &model->groups.names, has_group, put_group);
	if (r == 0)
		r = put_elements(w, &model->virtuals.names, has_virtual, put_virtual);
	end_list(w);
	if (model->suspended_names.n > 0) {
		begin_list(w, "suspended");
		if (r == 0)
			r = put_elements(w, &model->suspended_names, has_suspension,
					 put_suspension);
		end_list(w);
	}
	begin_list(w, "services");
	if (r == 0)
		r = put_elements(w, &model->service_names, has_service, put_service);
	end_list(w);
	return r;
}

int managed_write(const struct model *model, char **ret_text, size_t *ret_n)
{
	struct writer w = { .model = model };
	struct sheet sheet;
	char *text;
	size_t n;
	int r;

	/* Half of a change is none. */
	if (model->arena.is_exhausted)
		return -ENOMEM;
	w.to = sheet_open(&sheet);
	if (!w.to)
		return -ENOMEM;
	r = put_all(&w);
	text = sheet_close(&sheet, &n);
	if (!text && r == 0)
		r = -ENOMEM;
	if (r == 0 && w.is_unfit)
		r = -EINVAL;
	if (r < 0) {
		free(text);
		return r;
	}
	*ret_text = text;
	*ret_n = n;
	return 0;
}
