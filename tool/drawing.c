/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drawing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "when.h"

static const struct {
	const char *name, *letter, *look; /* for JSON, in ids, as attributes of DOT */
} kinds[] = {
	[DRAWING_ROLE] = { "role", "r", "shape = box, style = rounded" },
	[DRAWING_USER] = { "user", "u", "shape = plaintext" },
	[DRAWING_GROUP] = { "group", "g", "shape = folder" },
	[DRAWING_VIRTUAL] = { "virtual", "v", "shape = plaintext" },
	[DRAWING_DEFAULT] = { "default_roles", "d", "shape = note" },
	[DRAWING_SYSTEM] = { "system_account_roles", "s", "shape = note" },
	[DRAWING_VIRTUAL_DEFAULT] = { "virtual_roles", "w", "shape = note" },
	[DRAWING_ROOT] = { "root_is_owner", "z", "shape = note" },
	[DRAWING_CONFLICT] = { "conflict", "c", "shape = octagon, style = dashed" },
};

static const char *const edge_kinds[] = {
	[DRAWING_BASED_ON] = "based_on",
	[DRAWING_ASSIGNED] = "assigned",
	[DRAWING_EXCLUDES] = "conflict",
};

/*
 * Text inside of DOT's quotes. A backslash would begin an escape and an ampersand an entity of
 * HTML; controls are shown as output_text() shows them.
 */
static void put_text(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < ' ' || *p == 0x7f)
			printf("\\\\x%02x", *p);
		else if (*p == '&')
			fputs("&amp;", stdout);
		else if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else
			putchar(*p);
	}
}

int drawing_begin(struct drawing *drawing, const struct output *output)
{
	*drawing = (struct drawing){ .json = output->json };
	if (drawing->json) {
		drawing->nodes = json_array();
		drawing->edges = json_array();
		return drawing->nodes && drawing->edges ? 0 : -ENOMEM;
	}
	puts("digraph rolegate {\n"
	     "\tcharset = \"UTF-8\";\n"
	     "\trankdir = LR;\n"
	     "\tnode [ fontname = \"sans-serif\", fontsize = 11 ];\n"
	     "\tedge [ fontname = \"sans-serif\", fontsize = 9 ];");
	return 0;
}

/* ---- Nodes ---- */

static json_t *json_id(enum drawing_kind kind, uint32_t number)
{
	return json_sprintf("%s%u", kinds[kind].letter, (unsigned int)number);
}

static void put_label(const struct drawing_node *node)
{
	if (node->count > 1)
		printf("%zu ", node->count);
	else if (node->kind == DRAWING_GROUP)
		fputs("group ", stdout);
	else if (node->kind == DRAWING_VIRTUAL)
		fputs("virtual user ", stdout);
	put_text(node->name);
	if (*node->label) {
		fputs("\\n", stdout);
		put_text(node->label);
	}
	if (node->is_locked)
		fputs("\\n(built in)", stdout);
}

void drawing_node(struct drawing *drawing, const struct drawing_node *node)
{
	if (drawing->json) {
		json_array_append_new(
			drawing->nodes,
			json_pack("{s:o, s:s, s:s, s:s, s:s, s:I, s:b}", "id",
				  json_id(node->kind, node->number), "kind", kinds[node->kind].name,
				  "name", node->name, "label", node->label, "colour", node->colour,
				  "count", (json_int_t)node->count, "locked", node->is_locked));
		return;
	}
	printf("\t%s%u [ %s, label = \"", kinds[node->kind].letter, (unsigned int)node->number,
	       kinds[node->kind].look);
	put_label(node);
	putchar('"');
	if (node->is_locked)
		fputs(", peripheries = 2", stdout);
	if (*node->colour) {
		fputs(", color = \"", stdout);
		put_text(node->colour);
		putchar('"');
	}
	puts(" ];");
}

/* ---- Edges ---- */

static json_t *json_time(int64_t at, int64_t never)
{
	char text[WHEN_SIZE];

	if (at == never)
		return json_null();
	when_format(at, text);
	return json_string(text);
}

/* One line of an edge's label; `separator` is empty before the first. */
static void put_line(const char **separator, const char *word, const char *text)
{
	printf("%s%s%s", *separator, word, text);
	*separator = "\\n";
}

static void put_edge_label(const struct drawing_edge *edge)
{
	const char *separator = "";
	char text[WHEN_SIZE];

	if (edge->from != FORMAT_ALWAYS) {
		when_format(edge->from, text);
		put_line(&separator, "from ", text);
	}
	if (edge->until != FORMAT_FOREVER) {
		when_format(edge->until, text);
		put_line(&separator, "until ", text);
	}
	if (edge->has_times)
		put_line(&separator, "for a time", "");
	if (edge->awaits_approval)
		put_line(&separator, "awaits approval", "");
}

void drawing_edge(struct drawing *drawing, const struct drawing_edge *edge)
{
	static const char *const looks[] = {
		[DRAWING_BASED_ON] = "arrowhead = empty",
		[DRAWING_ASSIGNED] = "style = solid",
		[DRAWING_EXCLUDES] = "style = dotted, dir = none",
	};

	if (drawing->json) {
		json_array_append_new(drawing->edges,
				      json_pack("{s:o, s:o, s:s, s:o, s:o, s:b, s:b}", "source",
						json_id(edge->source_kind, edge->source), "target",
						json_id(DRAWING_ROLE, edge->target), "kind",
						edge_kinds[edge->kind], "from",
						json_time(edge->from, FORMAT_ALWAYS), "until",
						json_time(edge->until, FORMAT_FOREVER),
						"for_a_time",
						edge->has_times || edge->from != FORMAT_ALWAYS ||
							edge->until != FORMAT_FOREVER,
						"awaits_approval", edge->awaits_approval));
		return;
	}
	printf("\t%s%u -> r%u [ %s, label = \"", kinds[edge->source_kind].letter,
	       (unsigned int)edge->source, (unsigned int)edge->target,
	       edge->awaits_approval ? "style = dashed" : looks[edge->kind]);
	put_edge_label(edge);
	puts("\" ];");
}

void drawing_end(struct drawing *drawing)
{
	if (!drawing->json) {
		puts("}");
		return;
	}
	(void)output_json(json_pack("{s:O, s:O}", "nodes", drawing->nodes, "edges", drawing->edges),
			  true);
}

void drawing_free(struct drawing *drawing)
{
	json_decref(drawing->nodes);
	json_decref(drawing->edges);
}
