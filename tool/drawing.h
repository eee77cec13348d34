/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes a graph: as DOT, which Graphviz draws, or as JSON.
 */
#ifndef ROLEGATE_DRAWING_H
#define ROLEGATE_DRAWING_H

#include <stdint.h>

#include "output.h"

enum drawing_kind {
	DRAWING_ROLE,
	DRAWING_USER,
	DRAWING_GROUP,
	DRAWING_VIRTUAL, /* a user of a program, who has no account (P12) */
	DRAWING_DEFAULT, /* people without an assignment */
	DRAWING_SYSTEM,	 /* system accounts without one */
	DRAWING_VIRTUAL_DEFAULT,
	DRAWING_ROOT, /* uid 0 */
	DRAWING_CONFLICT,
};

/*
 * number     tells nodes of one kind apart
 * name       as people know it
 * label      more of it, or ""
 * colour     #rrggbb, or ""
 * count      how many users or groups it stands for; 1 for itself
 * is_locked  of a role: it comes from a catalog
 */
struct drawing_node {
	enum drawing_kind kind;
	uint32_t number;
	const char *name, *label, *colour;
	size_t count;
	bool is_locked;
};

enum drawing_edge_kind {
	DRAWING_BASED_ON,
	DRAWING_ASSIGNED,
	DRAWING_EXCLUDES, /* from a conflict rule to one of its roles */
};

/*
 * from, until  in seconds, FORMAT_ALWAYS and FORMAT_FOREVER for none
 * has_times    of several: some have times of their own
 */
struct drawing_edge {
	enum drawing_edge_kind kind;
	enum drawing_kind source_kind;
	uint32_t source, target; /* numbers of nodes; the target is a role */
	int64_t from, until;
	bool has_times, awaits_approval;
};

/* Text goes to standard output at once; JSON when all of it is there. */
struct drawing {
	bool json;
	json_t *nodes, *edges;
};

/* Begin. 0 or -ENOMEM. Owner: drawing_free(), always. */
int drawing_begin(struct drawing *drawing, const struct output *output);
void drawing_node(struct drawing *drawing, const struct drawing_node *node);
void drawing_edge(struct drawing *drawing, const struct drawing_edge *edge);
void drawing_end(struct drawing *drawing);
void drawing_free(struct drawing *drawing);

#endif
