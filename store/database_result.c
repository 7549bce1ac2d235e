/* database_result.c - see database_result.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "store/database_result.h"

enum { NUMERIC_BASE = 10000, NUMERIC_NEGATIVE = 0x4000 };

struct result {
    struct rows rows; /* must be first */
    PGresult *result;
    struct result_source source;
    int row; /* -1 before the first */
};

enum status result_rows_new(struct database *database, PGresult *result,
                            struct result_source source, struct rows **ret_rows,
                            struct fault *fault)
{
    struct result *made = calloc(1, sizeof *made);
    if (made == NULL) {
        PQclear(result);
        return fault_set(fault, STATUS_LATER, "out of memory");
    }
    *made = (struct result){.rows = {database}, .result = result, .source = source, .row = -1};
    *ret_rows = &made->rows;
    return STATUS_OK;
}

enum status result_next(struct rows *rows, bool *ret_there, struct fault *fault)
{
    struct result *result = (struct result *)rows;
    bool is_last = result->row + 1 >= PQntuples(result->result);
    if (is_last && result->source.more != NULL && result->row >= 0) {
        PGresult *more = NULL;
        enum status status =
            result->source.more(rows->database, result->source.cursor, &more, fault);
        if (status != STATUS_OK)
            return status;
        PQclear(result->result);
        result->result = more;
        result->row = -1;
    }
    *ret_there = result->row + 1 < PQntuples(result->result);
    if (*ret_there)
        result->row++;
    return STATUS_OK;
}

void result_done(struct rows *rows)
{
    struct result *result = (struct result *)rows;
    PQclear(result->result);
    if (result->source.end != NULL)
        result->source.end(rows->database, result->source.cursor);
    free(result);
}

static const char *cell(struct rows *rows, int column, size_t *ret_length)
{
    const struct result *result = (const struct result *)rows;
    *ret_length = (size_t)PQgetlength(result->result, result->row, column);
    return PQgetvalue(result->result, result->row, column);
}

static unsigned type_of(struct rows *rows, int column)
{
    return PQftype(((const struct result *)rows)->result, column);
}

enum value_kind result_kind(struct rows *rows, int column)
{
    const struct result *result = (const struct result *)rows;
    if (PQgetisnull(result->result, result->row, column))
        return VALUE_NULL;
    switch (type_of(rows, column)) {
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_NUMERIC:
        return VALUE_INTEGER;
    case TYPE_FLOAT8:
        return VALUE_REAL;
    case TYPE_BYTEA:
        return VALUE_BYTES;
    default:
        return VALUE_TEXT;
    }
}

static uint64_t bits_of(const char *bytes, size_t length)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < length; i++)
        bits = bits << 8 | (uint8_t)bytes[i];
    return bits;
}

/* A sum of numbers is "numeric": its whole part. Four words of 16 bits (digits, weight of the
 * first, sign, places), then the digits in base 10,000. */
static int64_t whole_of_numeric(const char *bytes, size_t length)
{
    int64_t whole = 0;
    if (length < 8)
        return 0;
    int digits = (int16_t)bits_of(bytes, 2);
    int weight = (int16_t)bits_of(bytes + 2, 2);
    for (int i = 0; i <= weight && i < 5; i++) {
        bool is_there = i < digits && length >= 8 + 2 * ((size_t)i + 1);
        whole = whole * NUMERIC_BASE + (is_there ? (int64_t)bits_of(bytes + 8 + 2 * i, 2) : 0);
    }
    return bits_of(bytes + 4, 2) == NUMERIC_NEGATIVE ? -whole : whole;
}

static double real_of(const char *bytes, size_t length)
{
    double real = 0;
    uint64_t bits = bits_of(bytes, length);
    if (length == sizeof real)
        memcpy(&real, &bits, sizeof real);
    return real;
}

int64_t result_integer(struct rows *rows, int column)
{
    size_t length = 0;
    const char *bytes = cell(rows, column, &length);
    if (length == 0)
        return 0;
    switch (type_of(rows, column)) {
    case TYPE_BOOL:
        return bytes[0] != 0;
    case TYPE_INT2:
        return (int16_t)bits_of(bytes, length);
    case TYPE_INT4:
        return (int32_t)bits_of(bytes, length);
    case TYPE_INT8:
        return (int64_t)bits_of(bytes, length);
    case TYPE_NUMERIC:
        return whole_of_numeric(bytes, length);
    case TYPE_FLOAT8:
        return (int64_t)real_of(bytes, length);
    default:
        return 0;
    }
}

double result_real(struct rows *rows, int column)
{
    size_t length = 0;
    const char *bytes = cell(rows, column, &length);
    if (type_of(rows, column) == TYPE_FLOAT8)
        return real_of(bytes, length);
    return (double)result_integer(rows, column);
}

const char *result_text(struct rows *rows, int column)
{
    size_t length = 0;
    return result_kind(rows, column) == VALUE_NULL ? NULL : cell(rows, column, &length);
}

const void *result_bytes(struct rows *rows, int column, size_t *ret_length)
{
    const char *bytes = cell(rows, column, ret_length);
    return *ret_length == 0 ? NULL : bytes;
}

int result_columns(struct rows *rows)
{
    return PQnfields(((const struct result *)rows)->result);
}
