/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that rolegate writes itself: what is written parses back equal, whatever is in it. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "managed.h"
#include "managed_edit.h"
#include "words.h"

/* ---- Writing and loading ---- */

static char *write_model(const struct model *model)
{
	char *text = NULL;
	size_t n = 0;

	assert_int_equal(managed_write(model, &text, &n), 0);
	assert_int_equal(n, strlen(text));
	return text;
}

static void load(struct compiled *ret, const char *text)
{
	int r = managed_load(ret, text, strlen(text));

	if (r != 0) {
		support_print_report(ret);
		fail_msg("%d:\n%s", r, text);
	}
}

static const char *text_of(const char *text)
{
	return text ? text : "";
}

/* ---- Whether two models say the same; each looks the other's names up by itself ---- */

static void compare_refs(const struct names *a_names, const struct refs *a,
			 const struct names *b_names, const struct refs *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++)
		assert_string_equal(a_names->list[a->list[i].id], b_names->list[b->list[i].id]);
}

static void compare_roles(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < a->role_names.n; i++) {
		const struct model_role *role = &a->roles[i], *other;

		if (!role->is_defined)
			continue;
		other = managed_find_role(b, role->name);
		assert_non_null(other);
		assert_string_equal(role->label, other->label);
		assert_string_equal(role->colour, other->colour);
		assert_string_equal(role->description, other->description);
		assert_int_equal(role->needs_approval, other->needs_approval);
		compare_refs(&a->role_names, &role->bases, &b->role_names, &other->bases);
		compare_refs(&a->permission_names, &role->permissions, &b->permission_names,
			     &other->permissions);
		compare_refs(&a->permission_names, &role->privileges, &b->permission_names,
			     &other->privileges);
		assert_int_equal(role->n_cells, other->n_cells);
		for (size_t k = 0; k < role->n_cells; k++) {
			assert_string_equal(role->cells[k].on, other->cells[k].on);
			assert_int_equal(role->cells[k].can, other->cells[k].can);
		}
	}
}

/* The next assignment that gives something. */
static uint32_t skip_empty(const struct model *model, uint32_t i)
{
	while (i != NAMES_NONE && model->assignments[i].n_roles == 0)
		i = model->assignments[i].next;
	return i;
}

static void compare_assignments(const struct model *a, const struct model_holders *a_holders,
				const struct model *b, const struct model_holders *b_holders)
{
	for (size_t h = 0; h < a_holders->names.n; h++) {
		uint32_t other = names_find(&b_holders->names, a_holders->names.list[h]);
		uint32_t i = skip_empty(a, a_holders->list[h].first);
		uint32_t k = other == NAMES_NONE ? NAMES_NONE : b_holders->list[other].first;

		for (k = skip_empty(b, k); i != NAMES_NONE && k != NAMES_NONE;
		     i = skip_empty(a, a->assignments[i].next),
		    k = skip_empty(b, b->assignments[k].next)) {
			const struct model_assignment *x = &a->assignments[i],
						      *y = &b->assignments[k];

			assert_true(x->from == y->from && x->until == y->until);
			assert_string_equal(text_of(x->why), text_of(y->why));
			assert_string_equal(text_of(x->approved_by), text_of(y->approved_by));
			assert_int_equal(x->n_roles, y->n_roles);
			for (uint32_t r = 0; r < x->n_roles; r++)
				assert_string_equal(a->role_names.list[x->roles[r]],
						    b->role_names.list[y->roles[r]]);
		}
		assert_true(i == NAMES_NONE && k == NAMES_NONE);
	}
}

static void compare_services(const struct model *a, const struct model *b)
{
	for (size_t i = 0; i < a->service_names.n; i++) {
		const struct model_service *service = &a->services[i];
		const struct model_service *other =
			managed_find_service(b, a->service_names.list[i]);

		assert_int_equal(service->place.line > 0, other != NULL);
		if (!other)
			continue;
		assert_int_equal(service->flags, other->flags);
		assert_int_equal(service->require, other->require);
		compare_refs(&a->permission_names, &service->required, &b->permission_names,
			     &other->required);
	}
}

static void compare_models(const struct model *a, const struct model *b)
{
	compare_roles(a, b);
	compare_assignments(a, &a->users, b, &b->users);
	compare_assignments(a, &a->groups, b, &b->groups);
	compare_services(a, b);
}

/* ---- Random models of legal, unpleasant words ---- */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

/* A word that is fit for a purpose, made of what needs care. */
static const char *draw_word(enum words_kind kind, char to[FORMAT_TEXT_MAX + 1])
{
	static const char *const pieces[] = { "a",
					      "\\",
					      "\"",
					      "é",
					      "名",
					      "🗝",
					      " ",
					      "'",
					      "#",
					      "//",
					      "/*",
					      ";",
					      "@include \"x\"",
					      "(",
					      ")",
					      "{",
					      "}",
					      "[",
					      "]",
					      "=",
					      ",",
					      "\\n",
					      "\\x00",
					      "0x",
					      "-",
					      ".",
					      "*",
					      ":",
					      "%s" };
	size_t most = kind == WORDS_TEXT ? FORMAT_TEXT_MAX : FORMAT_NAME_MAX, n;

	do {
		size_t wanted = draw(4) == 0 ? draw((uint32_t)most) : 1 + draw(12);

		to[0] = '\0';
		for (n = 0; n < wanted;) {
			const char *piece = pieces[draw(sizeof(pieces) / sizeof(pieces[0]))];

			if (n + strlen(piece) > most)
				break;
			strcpy(to + n, piece);
			n += strlen(piece);
		}
	} while (words_check(kind, to) || managed_check_text(to));
	return to;
}

static int64_t draw_time(void)
{
	static const int64_t times[] = { INT64_C(-62167219200),
					 INT64_C(-62167219200) - 86340,
					 INT64_C(253402300799),
					 INT64_C(253402300799) + 86340,
					 0,
					 -1,
					 SUPPORT_NOW,
					 INT64_C(2147483648) };

	return times[draw(sizeof(times) / sizeof(times[0]))];
}

static void draw_refs(struct model *model, struct refs *refs,
		      uint32_t (*look_up)(struct model *, const char *))
{
	char word[FORMAT_TEXT_MAX + 1];

	for (uint32_t n = draw(draw(6) ? 4 : 60); n > 0; n--)
		managed_add_ref(model, refs, look_up(model, draw_word(WORDS_SYMBOL, word)));
}

static void draw_role(struct model *model)
{
	char name[FORMAT_TEXT_MAX + 1], word[FORMAT_TEXT_MAX + 1];
	struct refs bases = { 0 };
	struct model_role *role;

	draw_word(WORDS_SYMBOL, name);
	if (managed_find_role(model, name))
		return;
	role = managed_add_role(model, name);
	role->label = managed_text(model, draw(2) ? draw_word(WORDS_TEXT, word) : "");
	role->description = managed_text(model, draw(2) ? draw_word(WORDS_TEXT, word) : "");
	role->colour = managed_text(model, draw(2) ? "#22aa77" : "");
	role->needs_approval = draw(2);
	draw_refs(model, &role->permissions, model_permission);
	draw_refs(model, &role->privileges, model_permission);
	for (uint32_t n = draw(5); n > 0; n--)
		managed_set_cell(model, role, draw_word(WORDS_SYMBOL, word), draw(32));
	/* Naming other roles may move them all. */
	draw_refs(model, &bases, model_role);
	managed_find_role(model, name)->bases = bases;
}

static void draw_grant(struct model *model)
{
	char holder[FORMAT_TEXT_MAX + 1], role[FORMAT_TEXT_MAX + 1], why[FORMAT_TEXT_MAX + 1],
		by[FORMAT_TEXT_MAX + 1];
	struct managed_grant grant = {
		.is_group = draw(3) == 0,
		.holder = draw(2) ? "bob" : draw_word(WORDS_ACCOUNT, holder),
		.role = draw(2) ? "sales" : draw_word(WORDS_SYMBOL, role),
		.from = draw(2) ? FORMAT_ALWAYS : draw_time(),
		.until = FORMAT_FOREVER,
		.why = draw(2) ? NULL : draw_word(WORDS_TEXT, why),
		.approved_by = draw(2) ? NULL : draw_word(WORDS_ACCOUNT, by),
	};

	if (draw(2))
		grant.until = draw_time();
	/* The loader refuses what is never in force. */
	if (grant.from < grant.until)
		managed_grant(model, &grant);
}

static void draw_service(struct model *model)
{
	char name[FORMAT_TEXT_MAX + 1], word[FORMAT_TEXT_MAX + 1];
	struct model_service *service = managed_add_service(model, draw_word(WORDS_SERVICE, name));

	managed_add_ref(model, &service->required,
			model_permission(model, draw_word(WORDS_SYMBOL, word)));
	draw_refs(model, &service->required, model_permission);
	service->require = draw(2) ? FORMAT_REQUIRE_ANY : FORMAT_REQUIRE_ALL;
	if (draw(4) == 0) {
		service->required.n = 0;
		service->require = FORMAT_REQUIRE_NOTHING;
	}
	service->flags = draw(2) ? FORMAT_SERVICE_ACTOR : 0;
	service->flags |= draw(2) ? FORMAT_SERVICE_PERMISSIVE : FORMAT_SERVICE_ENFORCING;
}

static void draw_model(struct model *model)
{
	model_init(model);
	for (uint32_t n = draw(8); n > 0; n--)
		draw_role(model);
	for (uint32_t n = draw(20); n > 0; n--)
		draw_grant(model);
	for (uint32_t n = draw(5); n > 0; n--)
		draw_service(model);
	if (draw(3) == 0)
		managed_ungrant(model, false, "bob", draw(2) ? NULL : "sales");
	if (draw(3) == 0)
		managed_approve(model, "bob", "sales", "alice");
}

static void parses_back_equal(void **state)
{
	(void)state;
	for (seed = 0; seed < 400; seed++) {
		uint32_t start = seed;
		struct compiled loaded;
		char *text, *again;
		struct model model;

		draw_model(&model);
		text = write_model(&model);
		load(&loaded, text);
		compare_models(&model, &loaded.model);
		compare_models(&loaded.model, &model);
		again = write_model(&loaded.model);
		assert_string_equal(text, again);
		free(text);
		free(again);
		compile_free(&loaded);
		model_free(&model);
		seed = start;
	}
}

/* ---- What it looks like ---- */

static void is_readable(void **state)
{
	static const char *const source =
		"services = ( { name = [ \"b\", \"a\" ]; require_any = [ \"x\" ]; }, { name = \"c\"; } );\n"
		"roles = ( { name = \"z\"; based_on = [ \"y\" ]; needs_approval = true; },\n"
		"	{ name = \"book\"; label = \"Keeps \\\"books\\\"\"; privileges = \"app.crm, x.y\";\n"
		"	  matrix = ( { on = \"crm\"; can = [ \"view\", \"edit\" ]; }, { on = \"a.b\"; can = \"full\"; } ); } );\n"
		"assign = ( { group = \"g\"; roles = [ \"z\" ]; },\n"
		"	{ user = \"DOM\\\\u\"; roles = [ \"z\", \"book\" ]; until = \"2026-12-31T18:00:00+01:00\"; why = \"audit\"; } );\n";
	static const char *const expected =
		"\n"
		"roles = (\n"
		"	{ name = \"book\"; label = \"Keeps \\\"books\\\"\"; privileges = [ \"app.crm\", \"x.y\" ];\n"
		"		matrix = (\n"
		"			{ on = \"crm\"; can = [ \"view\", \"edit\" ]; },\n"
		"			{ on = \"a.b\"; can = \"full\"; }\n"
		"		); },\n"
		"	{ name = \"z\"; needs_approval = true; based_on = [ \"y\" ]; }\n"
		");\n"
		"\n"
		"assign = (\n"
		"	{ user = \"DOM\\\\u\"; roles = [ \"z\", \"book\" ]; until = \"2026-12-31T17:00:00Z\"; why = \"audit\"; },\n"
		"	{ group = \"g\"; roles = [ \"z\" ]; }\n"
		");\n"
		"\n"
		"services = (\n"
		"	{ name = \"a\"; require_any = [ \"x\" ]; },\n"
		"	{ name = \"b\"; require_any = [ \"x\" ]; },\n"
		"	{ name = \"c\"; }\n"
		");\n";
	struct compiled loaded;
	char *text;

	(void)state;
	load(&loaded, source);
	text = write_model(&loaded.model);
	assert_int_equal(strncmp(text, "# Written by rolegate(8)", 24), 0);
	assert_string_equal(strstr(text, "\n\n") + 1, expected);
	free(text);
	compile_free(&loaded);
}

/* Long lists are broken into lines that one can read. */
static void breaks_lines(void **state)
{
	struct compiled loaded;
	struct model_role *role;
	struct model model;
	char *text;

	(void)state;
	model_init(&model);
	role = managed_add_role(&model, "r");
	for (int i = 0; i < 100; i++) {
		char name[32];

		snprintf(name, sizeof(name), "permission.number.%d", i);
		managed_add_ref(&model, &role->permissions, model_permission(&model, name));
	}
	text = write_model(&model);
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		assert_true(strcspn(line, "\n") <= 105);
	load(&loaded, text);
	compare_models(&model, &loaded.model);
	compile_free(&loaded);
	model_free(&model);
	free(text);
}

static void knows_nothing(void **state)
{
	struct compiled loaded;
	struct model model;
	char *text;

	(void)state;
	model_init(&model);
	text = write_model(&model);
	load(&loaded, text);
	assert_int_equal(loaded.model.role_names.n + loaded.model.n_assignments, 0);
	compile_free(&loaded);
	free(text);
	load(&loaded, "");
	compile_free(&loaded);
	model_free(&model);
}

/* ---- What is refused ---- */

static const struct {
	const char *name, *text, *part;
	unsigned int line;
} foreign[] = {
	{ "catalogs", "\ncatalogs = [ \"host\" ];", "`catalogs` does not belong here", 2 },
	{ "a plan", "plan = { name = \"p\"; includes = [ \"x\" ]; };", "`plan`", 1 },
	{ "default roles", "default_roles = [\n\"x\" ];", "`default_roles`", 2 },
	{ "system account roles", "system_account_roles = [ \"x\" ];", "`system_account_roles`",
	  1 },
	{ "root", "root_is_owner = true;", "`root_is_owner`", 1 },
	{ "other services", "other_services = \"deny\";", "`other_services`", 1 },
	{ "the gate", "password_gate = { };", "`password_gate`", 1 },
	{ "role groups", "role_groups = ( { role = \"x\"; group = \"y\"; } );", "`role_groups`",
	  1 },
	{ "the mode", "mode = \"enforcing\";", "`mode`", 1 },
	{ "telling", "tell_user = true;", "`tell_user`", 1 },
	{ "conflicts", "conflicts = ( { name = \"c\"; roles = [ \"x\", \"y\" ]; } );",
	  "`conflicts`", 1 },
	{ "what no file may have", "rules = ( );", "no key is called `rules`", 1 },
	{ "a role twice", "roles = ( { name = \"x\"; },\n{ name = \"x\"; } );", "defined twice",
	  2 },
	{ "no policy at all", "assign = (", "never closed", 1 },
};

static void refuses_what_it_would_drop(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		struct compiled loaded;
		int r = managed_load(&loaded, foreign[i].text, strlen(foreign[i].text));

		if (r != -EINVAL ||
		    !support_has_problem(&loaded, REPORT_ERROR, foreign[i].line, foreign[i].part)) {
			support_print_report(&loaded);
			fail_msg("%s: %d", foreign[i].name, r);
		}
		compile_free(&loaded);
	}
}

static void refuses_what_cannot_be_read(void **state)
{
	static const struct {
		const char *name;
		char c;
		size_t n;
		bool is_fit;
	} labels[] = {
		{ "64 quotes", '"', 64, true },	      { "65 quotes", '"', 65, false },
		{ "64 backslashes", '\\', 64, true }, { "65 backslashes", '\\', 65, false },
		{ "a line's end", '\n', 1, false },   { "the longest text", 'x', 1023, true },
		{ "a longer one", 'x', 1024, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		char label[2000] = "", *text = NULL;
		struct compiled loaded;
		struct model model;
		size_t n;
		int r;

		memset(label, labels[i].c, labels[i].n);
		model_init(&model);
		managed_add_role(&model, "r")->label = label;
		r = managed_write(&model, &text, &n);
		if (r != (labels[i].is_fit ? 0 : -EINVAL))
			fail_msg("%s: %d", labels[i].name, r);
		if (r == 0) {
			load(&loaded, text);
			compare_models(&model, &loaded.model);
			compile_free(&loaded);
		}
		free(text);
		model_free(&model);
	}
}

/* ---- Changing a model ---- */

/* Everything a user is given, as text: "role[from-until]approval, …". */
static void describe(const struct model *model, const char *user, char *to, size_t size)
{
	uint32_t id = names_find(&model->users.names, user);
	size_t n = 0;

	to[0] = '\0';
	if (id == NAMES_NONE)
		return;
	for (uint32_t i = skip_empty(model, model->users.list[id].first); i != NAMES_NONE;
	     i = skip_empty(model, model->assignments[i].next)) {
		const struct model_assignment *a = &model->assignments[i];

		n += (size_t)snprintf(to + n, size - n, "%s", n ? "; " : "");
		for (uint32_t r = 0; r < a->n_roles; r++)
			n += (size_t)snprintf(to + n, size - n, "%s%s", r ? "," : "",
					      model->role_names.list[a->roles[r]]);
		if (a->from != FORMAT_ALWAYS)
			n += (size_t)snprintf(to + n, size - n, " from %d", (int)a->from);
		if (a->until != FORMAT_FOREVER)
			n += (size_t)snprintf(to + n, size - n, " until %d", (int)a->until);
		if (a->approved_by)
			n += (size_t)snprintf(to + n, size - n, " by %s", a->approved_by);
		if (a->why)
			n += (size_t)snprintf(to + n, size - n, " why %s", a->why);
	}
}

#define ALWAYS FORMAT_ALWAYS
#define EVER FORMAT_FOREVER

static const struct {
	const char *name;
	struct managed_grant grant;
	bool changes;
	const char *then;
} grants[] = {
	{ "a role", { false, "u", "a", ALWAYS, EVER, NULL, NULL }, true, "a" },
	{ "again", { false, "u", "a", ALWAYS, EVER, NULL, NULL }, false, "a" },
	{ "another joins it", { false, "u", "b", ALWAYS, EVER, NULL, NULL }, true, "a,b" },
	{ "other times stand apart",
	  { false, "u", "c", 5, 9, NULL, NULL },
	  true,
	  "a,b; c from 5 until 9" },
	{ "a part of what is given",
	  { false, "u", "c", 6, 9, NULL, NULL },
	  false,
	  "a,b; c from 5 until 9" },
	{ "a part of what is given for ever",
	  { false, "u", "a", 6, 9, NULL, NULL },
	  false,
	  "a,b; c from 5 until 9" },
	{ "an overlap stands apart",
	  { false, "u", "c", 7, 12, NULL, NULL },
	  true,
	  "a,b; c from 5 until 9; c from 7 until 12" },
	{ "more time swallows both",
	  { false, "u", "c", 5, 20, "more", NULL },
	  true,
	  "a,b; c from 5 until 20 why more" },
	{ "reasons do not mix",
	  { false, "u", "d", ALWAYS, EVER, "new", NULL },
	  true,
	  "a,b; c from 5 until 20 why more; d why new" },
	{ "P9 an approval is not shared",
	  { false, "u", "e", ALWAYS, EVER, NULL, "al" },
	  true,
	  "a,b; c from 5 until 20 why more; d why new; e by al" },
	{ "P9 nobody joins what is approved",
	  { false, "u", "f", ALWAYS, EVER, NULL, NULL },
	  true,
	  "a,b,f; c from 5 until 20 why more; d why new; e by al" },
	{ "P9 an approval survives without being said again",
	  { false, "u", "e", ALWAYS, EVER, "x", NULL },
	  false,
	  "a,b,f; c from 5 until 20 why more; d why new; e by al" },
	{ "P9 an approval for what is given already",
	  { false, "u", "f", ALWAYS, EVER, NULL, "al" },
	  true,
	  "a,b; c from 5 until 20 why more; d why new; e,f by al" },
};

static void merges_grants(void **state)
{
	struct model model;
	char text[512];

	(void)state;
	model_init(&model);
	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++) {
		bool changes = managed_grant(&model, &grants[i].grant);

		describe(&model, "u", text, sizeof(text));
		if (changes != grants[i].changes || strcmp(text, grants[i].then) != 0)
			fail_msg("%s: %d %s", grants[i].name, changes, text);
	}
	assert_int_equal(managed_ungrant(&model, false, "u", "nosuch"), 0);
	assert_int_equal(managed_ungrant(&model, false, "nobody", "a"), 0);
	assert_int_equal(managed_ungrant(&model, true, "u", "a"), 0);
	assert_int_equal(managed_ungrant(&model, false, "u", "b"), 1);
	describe(&model, "u", text, sizeof(text));
	assert_string_equal(text, "a; c from 5 until 20 why more; d why new; e,f by al");
	assert_int_equal(managed_ungrant(&model, false, NULL, "a"), 1);
	assert_int_equal(managed_ungrant(&model, false, "u", NULL), 4);
	describe(&model, "u", text, sizeof(text));
	assert_string_equal(text, "");
	model_free(&model);
}

/* P9: an approval is for one role, in all its times, and for nothing beside it. */
static void approves_one_role(void **state)
{
	static const struct managed_grant list[] = {
		{ false, "u", "a", ALWAYS, EVER, "w", NULL },
		{ false, "u", "b", ALWAYS, EVER, "w", NULL },
		{ false, "u", "b", 5, 9, NULL, NULL },
		{ false, "v", "b", ALWAYS, EVER, NULL, NULL },
	};
	struct model model;
	char text[512];

	(void)state;
	model_init(&model);
	managed_grant(&model, &list[2]);
	managed_grant(&model, &list[0]);
	managed_grant(&model, &list[3]);
	assert_int_equal(managed_approve(&model, "u", "b", "al"), 1);
	assert_int_equal(managed_approve(&model, "u", "b", "al"), 0);
	assert_int_equal(managed_approve(&model, "u", "nosuch", "al"), 0);
	managed_grant(&model, &list[1]);
	describe(&model, "u", text, sizeof(text));
	assert_string_equal(text, "a why w; b by al why w");
	describe(&model, "v", text, sizeof(text));
	assert_string_equal(text, "b");
	model_free(&model);
}

static void changes_roles_and_services(void **state)
{
	struct model_service *service;
	struct model_role *role;
	struct model model;

	(void)state;
	model_init(&model);
	role = managed_add_role(&model, "r");
	assert_true(managed_set_cell(&model, role, "crm", CAN_VIEW));
	assert_false(managed_set_cell(&model, role, "crm", CAN_VIEW));
	assert_true(managed_set_cell(&model, role, "crm", CAN_FULL));
	assert_int_equal(managed_get_cell(role, "crm"), CAN_FULL);
	assert_true(managed_set_cell(&model, role, "crm", 0));
	assert_false(managed_set_cell(&model, role, "crm", 0));
	assert_int_equal(role->n_cells, 0);
	assert_true(managed_add_ref(&model, &role->bases, 7));
	assert_false(managed_add_ref(&model, &role->bases, 7));
	assert_true(managed_remove_ref(&role->bases, 7));
	assert_false(managed_remove_ref(&role->bases, 7));
	managed_remove_role(&model, "r");
	assert_null(managed_find_role(&model, "r"));
	managed_remove_role(&model, "nosuch");

	service = managed_add_service(&model, "sshd");
	assert_int_equal(service->require, FORMAT_REQUIRE_NOTHING);
	assert_ptr_equal(managed_add_service(&model, "sshd"), service);
	managed_remove_service(&model, "sshd");
	assert_null(managed_find_service(&model, "sshd"));
	assert_null(managed_find_service(&model, "nosuch"));
	model_free(&model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_back_equal),
		cmocka_unit_test(is_readable),
		cmocka_unit_test(breaks_lines),
		cmocka_unit_test(knows_nothing),
		cmocka_unit_test(refuses_what_it_would_drop),
		cmocka_unit_test(refuses_what_cannot_be_read),
		cmocka_unit_test(merges_grants),
		cmocka_unit_test(approves_one_role),
		cmocka_unit_test(changes_roles_and_services),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
