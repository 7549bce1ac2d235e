/* csv.c - see csv.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <string.h>

#include "store/csv.h"

static const char too_many[] = "there are more than 256 fields in the row";
static const char too_long[] = "a field is longer than 4096 bytes, or its quote is never closed";
static const char after_quote[] = "there is text after a closing quote";
static const char quote_inside[] = "there is a quote inside a field that is not quoted";

void csv_reader_init(struct csv_reader *reader, const char *bytes, size_t length, char delimiter)
{
    *reader =
        (struct csv_reader){.bytes = bytes, .length = length, .line = 1, .delimiter = delimiter};
}

void csv_reader_done(struct csv_reader *reader)
{
    text_done(&reader->arena);
}

bool csv_reader_failed(const struct csv_reader *reader)
{
    return !text_ok(&reader->arena);
}

static bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* Moves past the line end at the position, CRLF as one. */
static void pass_line_end(struct csv_reader *reader)
{
    if (reader->position >= reader->length)
        return;
    char first = reader->bytes[reader->position++];
    if (first == '\r' && reader->position < reader->length &&
        reader->bytes[reader->position] == '\n')
        reader->position++;
    reader->line++;
    if (reader->second_line == 0)
        reader->second_line = reader->position;
}

/* A field that is not quoted, up to the delimiter or line end. */
static const char *take_plain(struct csv_reader *reader)
{
    size_t start = reader->position;
    while (reader->position < reader->length) {
        char byte = reader->bytes[reader->position];
        if (byte == reader->delimiter || is_line_end(byte))
            break;
        if (byte == '"')
            return quote_inside;
        reader->position++;
    }
    if (reader->position - start > CSV_FIELD_BYTES_MOST)
        return too_long;
    text_append_bytes(&reader->arena, reader->bytes + start, reader->position - start);
    return NULL;
}

/* The inside of a quoted field; the position is after its opening quote. */
static const char *take_quoted(struct csv_reader *reader)
{
    size_t taken = 0;
    while (reader->position < reader->length && taken <= CSV_FIELD_BYTES_MOST) {
        char byte = reader->bytes[reader->position];
        bool is_doubled = byte == '"' && reader->position + 1 < reader->length &&
                          reader->bytes[reader->position + 1] == '"';
        if (byte == '"' && !is_doubled) {
            reader->position++;
            return NULL;
        }
        size_t before = reader->position;
        if (is_line_end(byte))
            pass_line_end(reader);
        else
            reader->position += is_doubled ? 2 : 1;
        if (is_line_end(byte))
            text_append_char(&reader->arena, '\n');
        else
            text_append_char(&reader->arena, byte);
        taken += reader->position - before;
    }
    return too_long;
}

/* One field and what ends it. */
static const char *take_field(struct csv_reader *reader, size_t index)
{
    const char *problem = NULL;
    reader->starts[index] = reader->arena.length;
    if (reader->position < reader->length && reader->bytes[reader->position] == '"') {
        reader->position++;
        problem = take_quoted(reader);
        bool ends = reader->position >= reader->length ||
                    reader->bytes[reader->position] == reader->delimiter ||
                    is_line_end(reader->bytes[reader->position]);
        if (problem == NULL && !ends)
            problem = after_quote;
    } else {
        problem = take_plain(reader);
    }
    reader->lengths[index] = reader->arena.length - reader->starts[index];
    text_append_char(&reader->arena, '\0');
    return problem;
}

/* Goes to the beginning of the line after the one the row started in. */
void csv_resume_after_first_line(struct csv_reader *reader, const struct csv_row *row)
{
    if (reader->second_line != 0) {
        reader->position = reader->second_line;
        reader->line = row->line + 1;
        return;
    }
    while (reader->position < reader->length && !is_line_end(reader->bytes[reader->position]))
        reader->position++;
    pass_line_end(reader);
}

static const char *take_row(struct csv_reader *reader, size_t *ret_count)
{
    for (size_t count = 0; count < CSV_FIELDS_MOST; count++) {
        const char *problem = take_field(reader, count);
        if (problem != NULL)
            return problem;
        bool has_next = reader->position < reader->length &&
                        reader->bytes[reader->position] == reader->delimiter;
        if (!has_next) {
            *ret_count = count + 1;
            return NULL;
        }
        reader->position++;
    }
    return too_many;
}

bool csv_next(struct csv_reader *reader, struct csv_row *ret_row)
{
    while (reader->position < reader->length && is_line_end(reader->bytes[reader->position]))
        pass_line_end(reader);
    if (reader->position >= reader->length || csv_reader_failed(reader))
        return false;
    text_clear(&reader->arena);
    reader->second_line = 0;
    struct csv_row row = {.line = reader->line};
    row.problem = take_row(reader, &row.count);
    if (row.problem == NULL)
        pass_line_end(reader);
    else
        csv_resume_after_first_line(reader, &row);
    *ret_row = row;
    return !csv_reader_failed(reader);
}

const char *csv_field(const struct csv_reader *reader, size_t index, size_t *ret_length)
{
    *ret_length = reader->lengths[index];
    return reader->arena.bytes + reader->starts[index];
}

char csv_find_delimiter(const char *bytes, size_t length, const char *candidates)
{
    char best = candidates[0];
    size_t most = 0;
    for (const char *candidate = candidates; *candidate != '\0'; candidate++) {
        size_t count = 0;
        bool is_quoted = false;
        for (size_t i = 0; i < length && (is_quoted || !is_line_end(bytes[i])); i++) {
            if (bytes[i] == '"')
                is_quoted = !is_quoted;
            else if (!is_quoted && bytes[i] == *candidate)
                count++;
        }
        if (count > most) {
            most = count;
            best = *candidate;
        }
    }
    return best;
}
