/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parse.h"

#include <stdlib.h>

#include "guard.h"
#include "reserve.h"

/* Bytes of a piece: what libconfig makes of it, a megabyte, stays near the processor. */
#define PIECE_SIZE ((size_t)64 * 1024)

static bool run_out(const struct reader *reader)
{
	reader->report->is_out_of_memory = true;
	return false;
}

/* libconfig's own opinion of a text that the guard let through. */
static bool parse(const struct reader *reader, const char *text, config_t *ret_config)
{
	const char *wrong;

	if (!reserve_has(text))
		return run_out(reader);
	config_init(ret_config);
	if (config_read_string(ret_config, text) == CONFIG_TRUE)
		return true;
	wrong = config_error_text(ret_config);
	report_error(
		reader->report,
		(struct place){ .file = reader->file,
				.line = reader->lines_before +
					(uint32_t)config_error_line(ret_config) },
		"%s at or shortly before this line: look for a missing comma, semicolon or bracket",
		wrong ? wrong : "not understood");
	config_destroy(ret_config);
	return false;
}

/* As parse(), of a text on the heap, which is freed; NULL: there was no memory for it. */
static bool parse_copy(const struct reader *reader, char *text, config_t *ret_config)
{
	bool is_read = text ? parse(reader, text, ret_config) : run_out(reader);

	free(text);
	return is_read;
}

bool parse_source(const struct reader *reader, struct pieces *ret_pieces, config_t *ret_config)
{
	const struct source *source = &reader->sources->list[reader->file];

	if (ret_pieces)
		*ret_pieces = (struct pieces){ 0 };
	if (!source->text ||
	    !guard_check(source, reader->file, reader->report, PIECE_SIZE, ret_pieces))
		return false;
	if (!ret_pieces || ret_pieces->n == 0)
		return parse(reader, source->text, ret_config);
	return parse_copy(reader, pieces_frame(ret_pieces, source->text, source->n), ret_config);
}

bool parse_piece(const struct reader *reader, const struct piece *piece, struct reader *ret_reader,
		 config_t *ret_config)
{
	const struct source *source = &reader->sources->list[reader->file];

	*ret_reader = *reader;
	ret_reader->lines_before = piece->line - 1;
	ret_reader->elements_before = piece->n_before;
	return parse_copy(ret_reader, pieces_text(piece, source->text), ret_config);
}
