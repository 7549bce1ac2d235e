/* csv.h - rows of delimited text, out of bytes that are all there.
 *
 * RFC 4180 with what is met in practice: the delimiter is given, lines end with LF, CRLF or CR,
 * the last one may end with the file, fields in double quotes may hold delimiters, line breaks and
 * doubled quotes. Bytes are not interpreted further. A row that is not well formed is given as
 * such, and reading goes on after its first physical line, so that one stray quote costs one line
 * and not the rest of the file. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_CSV_H
#define STORE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum {
    CSV_FIELDS_MOST = 256,      /* in one row */
    CSV_FIELD_BYTES_MOST = 4096 /* in one field */
};

struct csv_reader {
    const char *bytes; /* borrowed */
    size_t length;
    size_t position;
    uint64_t line; /* number of the physical line at `position`, from 1 */
    char delimiter;
    struct text arena; /* the current row's fields, each followed by a NUL */
    size_t starts[CSV_FIELDS_MOST];
    size_t lengths[CSV_FIELDS_MOST];
    size_t second_line; /* position after the current row's first physical line */
};

struct csv_row {
    uint64_t line;       /* physical line it starts in */
    size_t count;        /* fields; 0 when there is a problem */
    const char *problem; /* one sentence, static; NULL for none */
};

void csv_reader_init(struct csv_reader *reader, const char *bytes, size_t length, char delimiter);
void csv_reader_done(struct csv_reader *reader);
/* False at the end, and when memory ran out (csv_reader_failed). Empty lines are passed over. */
bool csv_next(struct csv_reader *reader, struct csv_row *ret_row);
bool csv_reader_failed(const struct csv_reader *reader);
/* A field of the current row; borrowed until csv_next(). A field may hold NUL bytes: its length
 * tells. */
const char *csv_field(const struct csv_reader *reader, size_t index, size_t *ret_length);
/* The caller finds the current row wrong: reading goes on after its first physical line. */
void csv_resume_after_first_line(struct csv_reader *reader, const struct csv_row *row);

/* Whichever of `candidates` stands most often in the first line, outside of quotes; the first of
 * them when none does. */
char csv_find_delimiter(const char *bytes, size_t length, const char *candidates);

#endif
