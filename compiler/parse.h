/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Has libconfig parse what the guard lets through, where there is memory for it.
 *
 * What is wrong with a text goes into the reader's report.
 */
#ifndef ROLEGATE_PARSE_H
#define ROLEGATE_PARSE_H

#include "keys.h"
#include "pieces.h"

/*
 * Parse a source.
 *
 * ret_pieces  what is left out of ret_config, and has to be parsed by parse_piece(); NULL: nothing.
 *             Owner: pieces_free(), always.
 * ret_config  Owner: config_destroy(), if it was parsed.
 */
bool parse_source(const struct reader *reader, struct pieces *ret_pieces, config_t *ret_config);

/*
 * Parse a piece of that source, which comes to one setting, PIECES_SETTING.
 *
 * ret_reader  for what is in ret_config: it knows the lines
 */
bool parse_piece(const struct reader *reader, const struct piece *piece, struct reader *ret_reader,
		 config_t *ret_config);

#endif
