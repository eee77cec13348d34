/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The views of the command, against the tables of facts and cell by cell. */
#include "command.h"

#include <jansson.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *root;
static char output[1u << 20];

/*
 * Run the command; `output` gets what it prints, or with 2>&1 in the words also what it complains.
 */
static int run(const char *words)
{
	char line[2048];
	size_t n;
	FILE *pipe;
	int status;

	snprintf(line, sizeof(line), "%s/rolegate --root '%s' %s </dev/null", TEST_BUILDDIR, root,
		 words);
	pipe = popen(line, "re");
	assert_non_null(pipe);
	n = fread(output, 1, sizeof(output) - 1, pipe);
	assert_true(feof(pipe));
	output[n] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void apply_text(const char *policy, size_t n)
{
	char path[700];

	snprintf(path, sizeof(path), "%s%s/rolegate.conf", root, ROLEGATE_CONF_DIR);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		(void)mkdir(path, 0755);
		*p = '/';
	}
	support_write_file(path, policy, n, 0644);
	if (run("apply 2>&1") != 0)
		fail_msg("%s", output);
}

static void apply(const char *policy)
{
	apply_text(policy, strlen(policy));
}

/* A table of facts, on the heap. */
static char *read_facts(const char *name)
{
	char path[700];
	size_t n;

	snprintf(path, sizeof(path), "%s/tests/data/facts/%s", TEST_SRCDIR, name);
	return support_read_file(path, &n);
}

/* ---- Looking at tables ---- */

static size_t columns(const char *text, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += ((unsigned char)text[i] & 0xc0) != 0x80;
	return sum;
}

/* Columns of a folder's path in a line: those are as long as whoever builds has them. */
static size_t path_columns(const char *line, size_t n)
{
	static const char *const folders[] = { TEST_BUILDDIR, ROLEGATE_CONF_DIR };

	for (size_t i = 0; i < 2; i++)
		if (memmem(line, n, folders[i], strlen(folders[i])))
			return strlen(folders[i]);
	return 0;
}

/* No line is wider than the terminal. */
static void assert_fits(size_t width)
{
	for (const char *line = output; *line; line = strchr(line, '\n') + 1) {
		size_t n = strcspn(line, "\n");

		if (columns(line, n) - path_columns(line, n) > width)
			fail_msg("%zu columns: %.*s", columns(line, n), (int)n, line);
		if (!line[n])
			break;
	}
}

/* The next line whose first word is `word`, from a place on; NULL if there is none. */
static const char *find_line(const char *from, const char *word)
{
	size_t n = strlen(word);

	for (const char *line = from; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		line += strspn(line, " ");
		if (strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\n')) {
			while (line > output && line[-1] != '\n')
				line--;
			return line;
		}
	}
	return NULL;
}

/* In which column of a heading a role stands. */
static size_t column_of(const char *heading, const char *role)
{
	size_t n = strlen(role);
	const char *end = heading + strcspn(heading, "\n");

	for (const char *p = heading; p < end; p++)
		if (p > heading && p[-1] == ' ' && strncmp(p, role, n) == 0 &&
		    (p[n] == ' ' || p[n] == '\n'))
			return columns(heading, (size_t)(p - heading));
	fail_msg("no column %s in %.*s", role, (int)(end - heading), heading);
	return 0;
}

/* The word of a line that begins in a column. */
static const char *cell_at(const char *line, size_t column, char cell[32])
{
	const char *p = line;

	while (*p && *p != '\n' && columns(line, (size_t)(p - line)) < column)
		p++;
	/* Behind the bytes of one character that was counted with its first. */
	while (((unsigned char)*p & 0xc0) == 0x80)
		p++;
	snprintf(cell, 32, "%.*s", (int)strcspn(p, " \n"), p);
	return cell;
}

/* The row of a name below a heading, and the cell of a role in it. */
static const char *cell_of(const char *heading, const char *name, const char *role, char cell[32])
{
	const char *line = find_line(heading + strcspn(heading, "\n"), name);

	if (!line)
		fail_msg("no row %s in:\n%s", name, output);
	return cell_at(line, column_of(heading, role), cell);
}

/* ---- departments ---- */

static const char *const departments[] = { "accounting", "crm",	  "marketing",
					   "helpdesk",	 "voice", "settings" };
static const char *const nine[] = { "owner",	 "admin",   "manager", "finance", "sales",
				    "marketing", "support", "member",  "viewer" };

/* The table of the built-in roles, as it was given; `part` where resources differ. */
static const char *const whole[9][6] = {
	{ "full", "full", "full", "full", "full", "full" },
	{ "full", "full", "full", "full", "full", "part" },
	{ "VCE", "full", "full", "full", "full", "part" },
	{ "full", "view", "–", "–", "–", "part" },
	{ "–", "full", "view", "view", "VCE", "–" },
	{ "–", "view", "full", "–", "–", "–" },
	{ "–", "view", "–", "full", "view", "–" },
	{ "–", "VCE", "VCE", "VCE", "view", "–" },
	{ "view", "view", "view", "view", "view", "–" },
};

static void shows_whole_departments(void **state)
{
	const char *heading;
	char cell[32];

	(void)state;
	apply("catalogs = [ \"departments\" ]; assign = ( { user = \"a\"; roles = [ \"owner\" ]; } );");
	assert_int_equal(run("matrix"), 0);
	assert_fits(80);
	heading = find_line(output, "departments");
	assert_non_null(heading);
	/* All nine roles side by side. */
	assert_null(find_line(heading + 1, "departments"));
	for (size_t r = 0; r < 9; r++)
		for (size_t d = 0; d < 6; d++)
			assert_string_equal(cell_of(heading, departments[d], nine[r], cell),
					    whole[r][d]);
}

/* What a role has of a resource, by the facts: letters in their order. */
static void letters_of_facts(const char *facts, const char *role, const char *department,
			     const char *resource, char letters[8])
{
	static const char *const names[] = { "view", "create", "edit", "delete", "manage" };
	char line[200];
	size_t n = 0;

	for (size_t i = 0; i < 5; i++) {
		snprintf(line, sizeof(line), "\n%s\t%s\t%s\t%s\n", role, department, resource,
			 names[i]);
		if (strstr(facts, line))
			letters[n++] = "VCEDM"[i];
	}
	letters[n] = '\0';
}

static const char *in_short(const char *letters)
{
	return !*letters		   ? "–"
	       : !strcmp(letters, "V")	   ? "view"
	       : !strcmp(letters, "VCEDM") ? "full"
					   : letters;
}

/* Every cell of every resource against the facts, as text where it has a row, and all as JSON. */
static void shows_every_cell(void **state)
{
	char *resources = read_facts("departments-resources.tsv");
	char *facts = read_facts("departments-cells.tsv");
	char department[64], resource[64], cell[32], letters[8];
	size_t n_rows = 0, n_shown = 0;

	(void)state;
	apply("catalogs = [ \"departments\" ]; assign = ( { user = \"a\"; roles = [ \"owner\" ]; } );");
	assert_int_equal(run("matrix"), 0);
	for (char *p = strchr(resources, '\n') + 1; *p; p = strchr(p, '\n') + 1, n_rows++) {
		const char *heading = find_line(output, "departments"), *line;

		assert_int_equal(sscanf(p, "%63[^\t]\t%63[^\n]", department, resource), 2);
		line = find_line(find_line(heading + 1, department), resource);
		for (size_t r = 0; r < 9; r++) {
			letters_of_facts(facts, nine[r], department, resource, letters);
			/* Without a row of its own, the department's says the same of all. */
			if (line && !strcmp(department, "settings"))
				cell_at(line, column_of(heading, nine[r]), cell);
			else
				cell_of(heading, department, nine[r], cell);
			n_shown++;
			if (strcmp(cell, in_short(letters)) != 0)
				fail_msg("%s %s.%s: %s instead of %s", nine[r], department,
					 resource, cell, in_short(letters));
		}
	}
	assert_int_equal(n_rows, 20);
	assert_int_equal(n_shown, 180);
	free(resources);
	free(facts);
}

static bool is_among(const json_t *list, const char *name)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_string_value(json_array_get(list, i)), name))
			return true;
	return false;
}

static json_t *json_of(const char *words)
{
	json_error_t error;
	json_t *json;

	assert_int_equal(run(words), 0);
	json = json_loads(output, 0, &error);
	if (!json)
		fail_msg("%s: %s", words, error.text);
	assert_true(json_is_true(json_object_get(json, "ok")));
	return json;
}

static const json_t *get(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		fail_msg("no key %s", key);
	return value;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(get(object, key));
}

static void says_every_cell_in_json(void **state)
{
	char *facts = read_facts("departments-cells.tsv");
	const json_t *areas, *permissions, *permission;
	size_t n = 0, n_held = 0;
	char line[200];
	json_t *json;

	(void)state;
	apply("catalogs = [ \"departments\" ]; assign = ( { user = \"a\"; roles = [ \"owner\" ]; } );");
	json = json_of("matrix --json");
	areas = get(json, "areas");
	assert_int_equal(json_array_size(get(json, "roles")), 9);
	assert_int_equal(json_array_size(areas), 6);
	for (size_t a = 0; a < json_array_size(areas); a++) {
		const json_t *area = json_array_get(areas, a);

		assert_true(json_is_true(get(area, "department")));
		permissions = get(area, "permissions");
		for (size_t i = 0; i < json_array_size(permissions); i++) {
			permission = json_array_get(permissions, i);
			if (!json_object_get(permission, "resource"))
				continue; /* department:view, which follows (P10) */
			for (size_t r = 0; r < 9; r++, n++) {
				bool held = is_among(get(permission, "own"), nine[r]) ||
					    is_among(get(permission, "inherited"), nine[r]);

				snprintf(line, sizeof(line), "\n%s\t%s\t%s\t%s\n", nine[r],
					 text_of(area, "area"), text_of(permission, "resource"),
					 text_of(permission, "capability"));
				n_held += held;
				if (held != (strstr(facts, line) != NULL))
					fail_msg("%s", line);
			}
		}
	}
	assert_int_equal(n, 900);
	assert_int_equal(n_held, 382);
	json_decref(json);
	free(facts);
}

/* Marks of what is inherited, and of what the plan leaves out, in parts and as a whole. */
static void marks_cells(void **state)
{
	static const struct {
		const char *name, *row, *role, *cell;
	} cases[] = {
		{ "P1 own cells", "accounting", "clerk", "full" },
		{ "P1 inherited cells", "helpdesk", "heir", "+full" },
		{ "P1 own among inherited ones", "crm", "heir", "part" },
		{ "P10 letters", "deals", "heir", "VcE" },
		{ "P10 one capability that is not view", "contacts", "odd", "E" },
		{ "P11 in no plan", "voice", "owner", "(full)" },
		{ "P11 in no plan and inherited", "voice", "heir", "(+view)" },
		{ "P11 in part of the plan", "deals", "owner", "VcEdm" },
		{ "P10 nothing", "marketing", "clerk", "–" },
	};
	const char *heading;
	char cell[32];

	(void)state;
	apply("catalogs = [ \"departments\" ];\n"
	      "plan = { name = \"p\"; includes = [ \"accounting\", \"helpdesk\", \"marketing\", \"crm.deals:view\",\n"
	      "	\"crm.deals:edit\", \"crm.contacts.*\", \"crm.contacts:view\", \"crm.contacts:edit\" ]; };\n"
	      "roles = ( { name = \"clerk\"; matrix = ( { on = \"accounting\"; can = \"full\"; } ); },\n"
	      "	{ name = \"odd\"; matrix = ( { on = \"crm.contacts\"; can = [ \"edit\" ]; } ); },\n"
	      "	{ name = \"heir\"; based_on = [ \"support\" ];\n"
	      "	  matrix = ( { on = \"crm.deals\"; can = [ \"view\", \"create\", \"edit\" ]; } ); } );\n"
	      "assign = ( { user = \"a\"; roles = [ \"owner\" ]; } );\n");
	assert_int_equal(run("matrix owner clerk odd heir owner"), 0);
	assert_fits(80);
	heading = find_line(output, "departments");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cell_of(heading, cases[i].row, cases[i].role, cell);
		if (strcmp(cell, cases[i].cell) != 0)
			fail_msg("%s: %s instead of %s\n%s", cases[i].name, cell, cases[i].cell,
				 output);
	}
	assert_non_null(strstr(output, "(…) held, but not in the plan"));
	assert_non_null(strstr(output, "part: "));
}

/* ---- workspace ---- */

static void shows_workspace(void **state)
{
	static const char *const roles[] = { "owner", "administrator", "user", "guest" };
	char *permissions = read_facts("workspace-permissions.tsv");
	char *facts = read_facts("workspace-roles.tsv");
	char name[128], area[128], line[300], cell[32];
	size_t n = 0, n_held = 0;

	(void)state;
	apply("catalogs = [ \"workspace\" ]; assign = ( { user = \"a\"; roles = [ \"owner\" ]; } );");
	assert_int_equal(run("matrix"), 0);
	assert_fits(80);
	for (char *p = strchr(permissions, '\n') + 1; *p; p = strchr(p, '\n') + 1, n++) {
		const char *heading, *row;

		assert_int_equal(sscanf(p, "%127[^\t]\t%127[^\t]", name, area), 2);
		/* The area's heading, with no other between it and the row. */
		snprintf(line, sizeof(line), "\n%s ", area);
		heading = !strncmp(output, line + 1, strlen(line) - 1) ? output
								       : strstr(output, line) + 1;
		row = find_line(heading, name);
		assert_non_null(row);
		assert_null(memmem(heading, (size_t)(row - heading), "\n\n", 2));
		for (size_t r = 0; r < 4; r++) {
			bool held;

			snprintf(line, sizeof(line), "\n%s\t%s\n", roles[r], name);
			held = strstr(facts, line) != NULL;
			n_held += held;
			cell_at(row, column_of(heading, roles[r]), cell);
			if (held ? strcmp(cell, "x") && strcmp(cell, "+") : strcmp(cell, "–"))
				fail_msg("%s %s: %s", roles[r], name, cell);
		}
	}
	assert_int_equal(n, 78);
	assert_int_equal(n_held, 205);
	free(permissions);
	free(facts);
}

static const char *const salesmen =
	"catalogs = [ \"workspace\", \"host\" ];\n"
	"plan = { name = \"p\"; includes = [ \"mail\", \"insight\", \"host.*\" ]; };\n"
	"roles = ( { name = \"sales\"; label = \"Salesperson\"; based_on = [ \"user\" ];\n"
	"	permissions = [ \"insight\" ]; privileges = \"app.crm\"; },\n"
	"	{ name = \"lead\"; based_on = [ \"sales\" ]; privileges = \"app.quota\"; } );\n"
	"assign = (\n"
	"	{ user = \"alice\"; roles = [ \"owner\" ]; },\n"
	"	{ user = \"sal\"; roles = [ \"sales\" ]; until = \"2020-01-01\"; },\n"
	"	{ user = \"sal\"; roles = [ \"sales\" ]; why = \"again\"; },\n"
	"	{ user = \"gwen\"; roles = [ \"guest\" ]; },\n"
	"	{ user = \"gus\"; roles = [ \"guest\" ]; approved_by = \"alice\"; },\n"
	"	{ group = \"crew\"; roles = [ \"sales\" ]; }\n"
	");\n"
	"system_account_roles = [ \"service\" ];\n";

static void marks_permissions(void **state)
{
	static const struct {
		const char *name, *area, *row, *role, *cell;
	} cases[] = {
		{ "P1 own", "Administrator", "insight", "sales", "x" },
		{ "P1 inherited", "Administrator", "insight", "lead", "+" },
		{ "P1 inherited from a base's base", "Communication", "mail", "lead", "+" },
		{ "P1 not held", "Administrator", "billing", "lead", "–" },
		{ "P11 not in the plan, inherited", "Communication", "webchat", "sales", "(+)" },
		{ "P11 not in the plan, own", "Administrator", "cms", "administrator", "(x)" },
		{ "P7 the administrators' own", "Administrator", "insight", "administrator", "x" },
		{ "P7 what a level gives and a base has", "Communication", "mail", "owner", "+" },
		{ "P7 custom privileges", "custom", "app.quota", "administrator", "x" },
		{ "P5 custom privileges are not for users", "custom", "app.crm", "user", "–" },
	};
	char words[100], cell[32];

	(void)state;
	apply(salesmen);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(words, sizeof(words), "matrix %s guest", cases[i].role);
		assert_int_equal(run(words), 0);
		assert_fits(80);
		cell_of(find_line(output, cases[i].area), cases[i].row, cases[i].role, cell);
		if (strcmp(cell, cases[i].cell) != 0)
			fail_msg("%s: %s", cases[i].name, cell);
	}
	assert_int_equal(run("matrix owner salse 2>&1"), 2);
	assert_non_null(strstr(output, "no role is called `salse`, did you mean `sales`?"));
}

/* Many roles with long names: blocks that fit, each with all rows; and a hint in the end. */
static void breaks_into_blocks(void **state)
{
	char *text = NULL, path[64];
	const char *heading = NULL;
	size_t n, n_blocks = 0;
	FILE *file = open_memstream(&text, &n);

	(void)state;
	assert_non_null(file);
	fputs("catalogs = [ \"workspace\" ]; assign = ( { user = \"a\"; roles = [ \"owner\" ]; } );\nroles = (",
	      file);
	for (int i = 0; i < 60; i++)
		fprintf(file,
			"%s{ name = \"a-role-whose-name-is-long-%02d\"; privileges = \"%0*d\"; }",
			i ? ", " : "", i, i == 0 ? 250 : 30, i);
	fputs(");\n", file);
	assert_int_equal(fclose(file), 0);
	apply_text(text, n);
	free(text);
	assert_int_equal(run("matrix"), 0);
	assert_fits(80);
	for (heading = output; (heading = find_line(heading, "Basic")); heading++)
		n_blocks++;
	assert_true(n_blocks > 4);
	/* Names are cut in their middle, so that they still differ. */
	assert_non_null(strstr(output, "a-role-w…long-03"));
	assert_non_null(strstr(output, "… and 24 more roles"));
	snprintf(path, sizeof(path), "matrix a-role-whose-name-is-long-59");
	assert_int_equal(run(path), 0);
	assert_non_null(strstr(output, "-59"));
	assert_null(strstr(output, "more roles"));
}

/* Run the command on a terminal of a width; `output` gets what it shows, ends of lines as \n. */
static void run_on_terminal(const char *verb, unsigned short width, const char *no_color)
{
	struct winsize size = { .ws_row = 25, .ws_col = width };
	char program[700], *to = output;
	size_t n = 0;
	ssize_t got;
	int terminal, status;
	pid_t child;

	snprintf(program, sizeof(program), "%s/rolegate", TEST_BUILDDIR);
	child = forkpty(&terminal, NULL, NULL, &size);
	assert_true(child >= 0);
	if (child == 0) {
		setenv("NO_COLOR", no_color, 1);
		execl(program, "rolegate", "--root", root, verb, (char *)NULL);
		_exit(127);
	}
	/* When the other end is closed, reading fails. */
	while ((got = read(terminal, output + n, sizeof(output) - 1 - n)) > 0)
		n += (size_t)got;
	close(terminal);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	output[n] = '\0';
	for (const char *from = output; *from; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
}

/* Take the escapes for colours out. */
static size_t strip_colours(void)
{
	size_t n = 0;
	char *to = output;

	for (const char *from = output; *from; from++) {
		if (*from != '\033') {
			*to++ = *from;
			continue;
		}
		n++;
		from += strcspn(from, "m");
	}
	*to = '\0';
	return n;
}

static void uses_the_terminal(void **state)
{
	static const unsigned short widths[] = { 40, 64, 79, 80, 120, 250 };

	(void)state;
	apply(salesmen);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		run_on_terminal("matrix", widths[i], "");
		assert_true(strip_colours() > 100);
		assert_fits(widths[i]);
		/* Where there is room, all roles stand side by side, with whole labels. */
		if (widths[i] >= 120) {
			assert_null(find_line(find_line(output, "Basic") + 1, "Basic"));
			assert_non_null(strstr(output, "Private mail of others"));
		}
		run_on_terminal("matrix", widths[i], "1");
		assert_int_equal(strip_colours(), 0);
	}
}

/* ---- Roles ---- */

static void shows_roles(void **state)
{
	const json_t *list;
	json_t *json;

	(void)state;
	apply(salesmen);
	json = json_of("role list --json");
	list = get(json, "roles");
	assert_int_equal(json_array_size(list), 7);
	assert_string_equal(text_of(json_array_get(list, 0), "role"), "owner");
	assert_string_equal(text_of(json_array_get(list, 3), "level"), "guest");
	assert_string_equal(text_of(json_array_get(list, 4), "role"), "service");
	assert_string_equal(text_of(json_array_get(list, 5), "role"), "lead");
	assert_string_equal(text_of(json_array_get(list, 6), "role"), "sales");
	assert_true(json_is_true(get(json_array_get(list, 0), "locked")));
	assert_true(json_is_false(get(json_array_get(list, 6), "locked")));
	/* sal has it twice, and counts once. */
	assert_int_equal(json_integer_value(get(json_array_get(list, 6), "users")), 1);
	assert_int_equal(json_integer_value(get(json_array_get(list, 6), "groups")), 1);
	json_decref(json);

	assert_int_equal(run("role list"), 0);
	assert_fits(80);
	assert_non_null(strstr(output, "locked, administrator, on user"));
	assert_non_null(strstr(output, "1 user, 1 group "));
	assert_int_equal(run("role list more 2>&1"), 2);
	assert_int_equal(run("role show 2>&1"), 2);
	assert_int_equal(run("role frob 2>&1"), 2);
}

static void tells_own_from_inherited(void **state)
{
	size_t n_from_user = 0;
	const json_t *list;
	json_t *json;

	(void)state;
	apply(salesmen);
	json = json_of("role show lead --json");
	assert_int_equal(json_array_size(get(json, "own")), 1);
	list = get(json, "inherited");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *permission = json_array_get(list, i);
		const char *name = text_of(permission, "name"), *from = text_of(permission, "from");
		bool is_sales = !strcmp(name, "insight") || !strcmp(name, "app.crm");

		assert_string_equal(from, is_sales ? "sales" : "user");
		n_from_user += !is_sales;
	}
	assert_int_equal(n_from_user, 51 + 10); /* of workspace and host, guests' among them */
	json_decref(json);

	assert_int_equal(run("role show lead"), 0);
	assert_fits(80);
	assert_non_null(strstr(output, "own permissions: 1\n  app.quota\n"));
	assert_non_null(strstr(output, "inherited permissions: 63\n  from sales: 2\n"));
	assert_non_null(strstr(output, "custom"));
	assert_int_equal(run("role show administrator"), 0);
	assert_non_null(strstr(output, "built in, by catalog workspace: locked (P4)"));
	assert_non_null(strstr(output, "inherited permissions: 61\n  from user: 61\n"));
	assert_non_null(strstr(output, "in parentheses: held, but the plan"));
}

static void shows_members(void **state)
{
	const json_t *list;
	json_t *json;

	(void)state;
	apply(salesmen);
	json = json_of("role show sales --json");
	list = get(json, "users");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_of(json_array_get(list, 0), "state"), "outside its time");
	assert_true(json_is_null(get(json_array_get(list, 1), "until")));
	assert_string_equal(text_of(json_array_get(list, 1), "state"), "in force");
	assert_string_equal(text_of(json_array_get(list, 1), "why"), "again");
	assert_int_equal(json_integer_value(get(json_array_get(list, 1), "line")), 9);
	assert_string_equal(text_of(json_array_get(get(json, "groups"), 0), "name"), "crew");
	json_decref(json);

	json = json_of("role show guest --json");
	list = get(json, "users");
	for (size_t i = 0; i < 2; i++) {
		const json_t *holder = json_array_get(list, i);

		assert_string_equal(text_of(holder, "state"), strcmp(text_of(holder, "name"), "gus")
								      ? "awaits approval"
								      : "in force");
	}
	json_decref(json);
	assert_int_equal(run("role show sales"), 0);
	assert_fits(80);
	assert_non_null(strstr(output, "until 2020-01-01T"));
	assert_non_null(strstr(output, ROLEGATE_CONF_DIR "/rolegate.conf:9"));
}

/* ---- Catalogs, who, user ---- */

static void fits_the_width(void **state)
{
	static const char *const views[] = {
		"catalog",
		"catalog workspace",
		"catalog departments",
		"catalog organisation",
		"catalog host",
		"who mail",
		"user alice",
		"user sal",
		"role show owner",
	};

	(void)state;
	apply(salesmen);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		assert_int_equal(run(views[i]), 0);
		assert_fits(80);
	}
}

static void shows_catalogs(void **state)
{
	(void)state;
	apply(salesmen);
	assert_int_equal(run("catalog host"), 0);
	assert_non_null(strstr(output, "Remote shell: Come in over SSH."));
	assert_non_null(strstr(output, "System account: "));
	assert_int_equal(run("catalog departments"), 0);
	assert_non_null(strstr(output, "accounting.payroll "));
	assert_non_null(strstr(output, "Payroll: Wages and deductions."));
	assert_non_null(strstr(output, "user; manage owner"));
	assert_null(strstr(output, "accounting.payroll:view"));
	assert_int_equal(run("catalog departments --json"), 0);
	assert_non_null(strstr(output, "\"description\": \"Wages and deductions.\""));
}

/* ---- Graphs ---- */

static size_t count_nodes(const json_t *json, const char *kind, size_t *ret_people)
{
	const json_t *nodes = get(json, "nodes");
	size_t n = 0;

	*ret_people = 0;
	for (size_t i = 0; i < json_array_size(nodes); i++) {
		const json_t *node = json_array_get(nodes, i);

		if (strcmp(text_of(node, "kind"), kind) != 0)
			continue;
		n++;
		*ret_people += (size_t)json_integer_value(get(node, "count"));
	}
	return n;
}

/* A policy of so many users of each of so many roles, and one of its own. */
static void apply_crowd(size_t n_roles, size_t n_users)
{
	char *text = NULL;
	size_t n;
	FILE *file = open_memstream(&text, &n);

	assert_non_null(file);
	fputs("catalogs = [ \"workspace\" ];\nroles = ( { name = \"none\"; }", file);
	for (size_t i = 0; i < n_roles; i++)
		fprintf(file, ", { name = \"r%zu\"; }", i);
	fputs(" );\nassign = ( { user = \"alice\"; roles = [ \"owner\" ]; }", file);
	for (size_t i = 0; i < n_roles; i++)
		for (size_t k = 0; k < n_users; k++)
			fprintf(file, ",\n{ user = \"u%zu-%zu\"; roles = [ \"r%zu\" ]; }", i, k, i);
	fputs(" );\n", file);
	assert_int_equal(fclose(file), 0);
	apply_text(text, n);
	free(text);
}

static void draws_crowds(void **state)
{
	static const struct {
		const char *name;
		size_t n_roles, n_users, want;
	} cases[] = {
		{ "few are drawn one by one", 2, 50, 101 },
		{ "more than fifty alike become one node", 2, 51, 3 },
		{ "a thousand is too many even of few alike", 30, 40, 31 },
	};
	size_t n, n_people;
	json_t *json;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		apply_crowd(cases[i].n_roles, cases[i].n_users);
		json = json_of("graph --json");
		n = count_nodes(json, "user", &n_people);
		json_decref(json);
		if (n != cases[i].want || n_people != cases[i].n_roles * cases[i].n_users + 1)
			fail_msg("%s: %zu nodes for %zu", cases[i].name, n, n_people);
	}
	assert_int_equal(run("graph"), 0);
	assert_non_null(strstr(output, "label = \"40 users\""));
}

static void draws_edges(void **state)
{
	static const char *const parts[] = {
		"digraph rolegate {",
		"label = \"sales\\nSalesperson\"",
		"label = \"owner\\nOwner\\n(built in)\", peripheries = 2",
		"label = \"until 2020-01-01T",
		"label = \"awaits approval\"",
		"label = \"group crew\"",
		"label = \"system accounts without an assignment\"",
		"label = \"root (uid 0)\"",
	};
	const json_t *edges;
	size_t n_bases = 0, n_awaiting = 0, n_timed = 0;
	json_t *json;

	(void)state;
	apply(salesmen);
	assert_int_equal(run("graph"), 0);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!strstr(output, parts[i]))
			fail_msg("no %s in\n%s", parts[i], output);
	json = json_of("graph --json");
	edges = get(json, "edges");
	for (size_t i = 0; i < json_array_size(edges); i++) {
		const json_t *edge = json_array_get(edges, i);

		n_bases += !strcmp(text_of(edge, "kind"), "based_on");
		n_awaiting += json_is_true(get(edge, "awaits_approval"));
		n_timed += json_is_true(get(edge, "for_a_time"));
	}
	assert_int_equal(n_bases, 5);
	assert_int_equal(n_awaiting, 1);
	assert_int_equal(n_timed, 1);
	json_decref(json);
}

/* ---- Lists ---- */

static void lists_names(void **state)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
		{ "list roles", "administrator\nguest\nlead\nowner\nsales\nservice\nuser\n" },
		{ "list roles s", "sales\nservice\n" },
		{ "list users", "alice\ngus\ngwen\nsal\n" },
		{ "list users g", "gus\ngwen\n" },
		{ "list users nosuch", "" },
		{ "list groups", "crew\n" },
		{ "list permissions host.s", "host.ssh\nhost.su\nhost.sudo\n" },
		{ "list permissions app", "app.crm\napp.quota\napps\nappstore\n" },
		{ "list services ss", "sshd\n" },
		{ "list services gdm-", "gdm-*\ngdm-launch-environment\n" },
		{ "list catalogs", "departments\nhost\norganisation\nworkspace\n" },
		{ "list verbs ca", "can\ncatalog\n" },
		{ "list verbs 'role s'", "role show\n" },
		{ "list options 'role show'", "--color\n--help\n--json\n--root\n--version\n" },
		{ "list options who", "--at\n--color\n--help\n--json\n--root\n--version\n" },
		{ "list generations", "1\n" },
	};

	(void)state;
	assert_int_equal(run("list users 2>&1"), 5);
	apply(salesmen);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run(cases[i].words), 0);
		if (strcmp(output, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].words, output);
	}
	assert_int_equal(run("list frobs 2>&1"), 2);
	assert_non_null(strstr(output, "there is no list of `frobs`"));
}

static void lists_no_more_than_it_says(void **state)
{
	size_t n = 0;
	json_t *json;

	(void)state;
	apply_crowd(50, 100);
	assert_int_equal(run("list users 2>/dev/null"), 0);
	for (const char *p = output; *p; p++)
		n += *p == '\n';
	assert_int_equal(n, 4096);
	assert_int_equal(run("list users 2>&1 >/dev/null"), 0);
	assert_non_null(strstr(output, "there are more than these 4096"));
	json = json_of("list users --json");
	assert_true(json_is_false(get(json, "complete")));
	json_decref(json);
	json = json_of("list users u49- --json");
	assert_true(json_is_true(get(json, "complete")));
	assert_int_equal(json_array_size(get(json, "names")), 100);
	json_decref(json);
}

static int make_root(void **state)
{
	(void)state;
	root = support_make_folder();
	return 0;
}

static int remove_root(void **state)
{
	(void)state;
	support_remove_folder(root);
	return 0;
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
	const struct CMUnitTest tests[] = {
		WITH(shows_whole_departments),
		WITH(shows_every_cell),
		WITH(says_every_cell_in_json),
		WITH(marks_cells),
		WITH(shows_workspace),
		WITH(marks_permissions),
		WITH(breaks_into_blocks),
		WITH(uses_the_terminal),
		WITH(shows_roles),
		WITH(tells_own_from_inherited),
		WITH(shows_members),
		WITH(fits_the_width),
		WITH(shows_catalogs),
		WITH(draws_crowds),
		WITH(draws_edges),
		WITH(lists_names),
		WITH(lists_no_more_than_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
