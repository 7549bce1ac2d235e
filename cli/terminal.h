/* terminal.h - what the command may do with the terminal it talks to, if it is one. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

enum { TERMINAL_COLUMNS_DEFAULT = 100, TERMINAL_ROWS_DEFAULT = 24 };

bool terminal_is(FILE *stream);
/* Columns of the terminal; TERMINAL_COLUMNS_DEFAULT where there is none. */
size_t terminal_columns(FILE *stream);

/* Lines of the terminal; TERMINAL_ROWS_DEFAULT where there is none. */
size_t terminal_rows(FILE *stream);
/* Whether the locale (LC_ALL, LC_CTYPE, LANG) is one of UTF-8, so that block characters show. */
bool terminal_has_blocks(void);

enum paint { PAINT_NONE = 0, PAINT_BOLD, PAINT_DIM, PAINT_GOOD, PAINT_ATTENTION, PAINT_BAD };

/* The bytes that turn a paint on (PAINT_NONE: off again): "" when `stream` is no terminal or
 * NO_COLOR is set (https://no-color.org). Static. */
const char *terminal_paint(FILE *stream, enum paint paint);

/* Writes `line` over the line before it, and leaves the cursor at its start, so that a log line
 * that comes between overwrites it. "" clears. */
void terminal_redraw_line(FILE *stream, const char *line);
/* The terminal's other page, without a cursor, for a page that is drawn again and again; what was
 * there before comes back at the end. A change of the terminal's size ends terminal_key(). */
void terminal_page_begin(FILE *stream);
void terminal_page_end(FILE *stream);
/* Draws lines over the page, each up to its end, and clears what is below. */
void terminal_page_draw(FILE *stream, const struct text *lines, size_t count);

/* Keys one by one, without echo, until terminal_keys_end(). Standard input; does nothing when
 * that is no terminal. */
void terminal_keys_begin(void);
void terminal_keys_end(void);
/* Waits at most `wait_ms`; the key, or 0 when none came. */
int terminal_key(int wait_ms);

#endif
