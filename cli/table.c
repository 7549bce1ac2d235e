/* table.c - see table.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/table.h"
#include "cli/terminal.h"

enum { TABLE_GAP = 2, TABLE_NOTE_INDENT = 4 };

void table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
    *table = (struct table){.columns = columns, .column_count = column_count};
}

void table_done(struct table *table)
{
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

/* Takes `cell`, which may be NULL. */
static void add(struct table *table, char *cell)
{
    if (table->cell_count == table->cell_room) {
        size_t room = table->cell_room == 0 ? 64 : table->cell_room * 2;
        char **cells = realloc(table->cells, room * sizeof *cells);
        if (cells == NULL) {
            table->failed = true;
            free(cell);
            return;
        }
        table->cells = cells;
        table->cell_room = room;
    }
    table->cells[table->cell_count++] = cell;
}

/* One line, whatever came in: controls would move the cursor. */
static char *printable(const char *string)
{
    char *copy = string_copy(string == NULL ? "" : string);
    for (char *byte = copy; byte != NULL && *byte != '\0'; byte++)
        if ((unsigned char)*byte < ' ' || *byte == 0x7F)
            *byte = '?';
    return copy;
}

void table_cell(struct table *table, const char *string)
{
    char *copy = printable(string);
    if (copy == NULL || table->failed) {
        table->failed = true;
        free(copy);
        return;
    }
    add(table, copy);
}

void table_cell_format(struct table *table, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *string = NULL;
    int length = vasprintf(&string, format, arguments);
    va_end(arguments);
    if (length < 0) {
        table->failed = true;
        return;
    }
    table_cell(table, string);
    free(string);
}

void table_note(struct table *table, const char *string)
{
    if (!table->failed)
        add(table, NULL);
    table_cell(table, string);
}

/* Widths that every cell fits in. */
static void measure(const struct table *table, size_t widths[TABLE_COLUMNS_MOST])
{
    for (size_t i = 0; i < table->column_count; i++)
        widths[i] = string_columns(table->columns[i].title);
    size_t column = 0;
    for (size_t i = 0; i < table->cell_count; i++) {
        if (table->cells[i] == NULL) {
            i++; // the note's text
            continue;
        }
        size_t width = string_columns(table->cells[i]);
        if (width > widths[column])
            widths[column] = width;
        column = (column + 1) % table->column_count;
    }
}

/* Takes columns from the widest that may be cut until the row fits or nothing more can give. */
static void squeeze(const struct table *table, size_t widths[TABLE_COLUMNS_MOST], size_t width)
{
    size_t sum = TABLE_GAP * (table->column_count - 1);
    for (size_t i = 0; i < table->column_count; i++)
        sum += widths[i];
    for (; sum > width; sum--) {
        size_t widest = SIZE_MAX;
        for (size_t i = 0; i < table->column_count; i++) {
            size_t least = table->columns[i].least;
            if (least > 0 && widths[i] > least &&
                (widest == SIZE_MAX || widths[i] > widths[widest]))
                widest = i;
        }
        if (widest == SIZE_MAX)
            return;
        widths[widest]--;
    }
}

/* Writes `count` columns of the string, and "…" for the last when more would come. */
static void print_cut(FILE *stream, const char *string, size_t count)
{
    size_t length = strlen(string);
    size_t position = 0;
    size_t end = 0;
    for (size_t column = 0; position < length && column + 1 < count; column++) {
        (void)utf8_next(string, length, &position);
        end = position;
    }
    fprintf(stream, "%.*s…", (int)end, string);
}

static void print_cell(FILE *stream, const struct table_column *column, const char *string,
                       size_t width, bool is_last)
{
    size_t columns = string_columns(string);
    if (columns > width) {
        print_cut(stream, string, width);
        columns = width;
    } else if (column->right) {
        fprintf(stream, "%*s%s", (int)(width - columns), "", string);
        columns = width;
    } else {
        fputs(string, stream);
    }
    if (!is_last)
        fprintf(stream, "%*s", (int)(width - columns + TABLE_GAP), "");
}

static void print_titles(const struct table *table, FILE *stream,
                         const size_t widths[TABLE_COLUMNS_MOST])
{
    fputs(terminal_paint(stream, PAINT_DIM), stream);
    for (size_t i = 0; i < table->column_count; i++)
        print_cell(stream, &table->columns[i], table->columns[i].title, widths[i],
                   i + 1 == table->column_count);
    fprintf(stream, "%s\n", terminal_paint(stream, PAINT_NONE));
}

/* Writes a note in lines of at most `width` columns, broken at blanks; a longer word stands alone. */
static void print_note(FILE *stream, const char *string, size_t width)
{
    size_t column = 0;
    for (const char *word = string; *word != '\0';) {
        size_t bytes = strcspn(word, " ");
        char *copy = string_copy_bytes(word, bytes);
        size_t columns = copy == NULL ? bytes : string_columns(copy);
        free(copy);
        bool fits = column > 0 && column + 1 + columns <= width;
        if (fits)
            fputc(' ', stream);
        else
            fprintf(stream, "%s%*s", column > 0 ? "\n" : "", TABLE_NOTE_INDENT, "");
        fprintf(stream, "%.*s", (int)bytes, word);
        column = (fits ? column + 1 : TABLE_NOTE_INDENT) + columns;
        word += bytes + (word[bytes] == ' ' ? 1 : 0);
    }
    fputc('\n', stream);
}

bool table_print(const struct table *table, FILE *stream, size_t width)
{
    size_t widths[TABLE_COLUMNS_MOST] = {0};
    measure(table, widths);
    squeeze(table, widths, width);
    print_titles(table, stream, widths);
    size_t column = 0;
    for (size_t i = 0; i < table->cell_count; i++) {
        if (table->cells[i] == NULL) {
            i++;
            if (i < table->cell_count)
                print_note(stream, table->cells[i], width);
            continue;
        }
        bool is_last = column + 1 == table->column_count;
        print_cell(stream, &table->columns[column], table->cells[i], widths[column], is_last);
        if (is_last)
            fputc('\n', stream);
        column = is_last ? 0 : column + 1;
    }
    return !table->failed;
}
