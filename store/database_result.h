/* database_result.h - rows out of a PGresult in the binary format. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef STORE_DATABASE_RESULT_H
#define STORE_DATABASE_RESULT_H

#include <libpq-fe.h>

#include "store/database_engine.h"

/* Types of PostgreSQL's catalog that values and columns have here (pg_type.dat). */
enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_FLOAT8 = 701,
    TYPE_NUMERIC = 1700,
};

/* Where the rows behind those of a result come from, and what ends them. */
typedef enum status result_more(struct database *database, unsigned cursor, PGresult **ret_result,
                                struct fault *fault);
typedef void result_end(struct database *database, unsigned cursor);

struct result_source {
    unsigned cursor;
    result_more *more; /* NULL: there are no more */
    result_end *end;
};

/* Takes the result, also when it fails. */
enum status result_rows_new(struct database *database, PGresult *result,
                            struct result_source source, struct rows **ret_rows,
                            struct fault *fault);

/* As the functions of struct engine. */
enum status result_next(struct rows *rows, bool *ret_there, struct fault *fault);
void result_done(struct rows *rows);
enum value_kind result_kind(struct rows *rows, int column);
int64_t result_integer(struct rows *rows, int column);
double result_real(struct rows *rows, int column);
const char *result_text(struct rows *rows, int column);
const void *result_bytes(struct rows *rows, int column, size_t *ret_length);
int result_columns(struct rows *rows);

#endif
