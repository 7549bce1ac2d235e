/* table.h - rows for people: aligned columns that fit the screen. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { TABLE_COLUMNS_MOST = 12 };

struct table_column {
    const char *title;
    bool right;   /* numbers */
    size_t least; /* columns it may be cut down to ("…" at the end); 0: never cut */
};

struct table {
    const struct table_column *columns; /* borrowed */
    size_t column_count;
    char **cells; /* row after row; NULL: a note line begins, its text in the next cell */
    size_t cell_count;
    size_t cell_room;
    bool failed; /* memory ran out; what is there is not complete */
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
void table_done(struct table *table);
/* The next cell of the row; a row has all its cells. NULL is written as "". */
void table_cell(struct table *table, const char *string);
void table_cell_format(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A line of its own below the last row, indented, broken at blanks where it is too long. */
void table_note(struct table *table, const char *string);
/* Prints the titles and the rows, at most `width` columns wide as far as cells may be cut. False
 * when memory had run out. */
bool table_print(const struct table *table, FILE *stream, size_t width);

#endif
