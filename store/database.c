/* database.c - what database.h promises over every engine; the engines are in database_sqlite.c
 * and database_postgresql.c. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "store/database_engine.h"

/* ---- which engine --------------------------------------------------------------------------- */

bool database_is_server(const char *url)
{
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}

enum status database_open(const char *url, enum database_access access,
                          struct database **ret_database, struct fault *fault)
{
    if (database_is_server(url))
        return database_postgresql.open(url, access, ret_database, fault);
    if (strstr(url, "://") != NULL)
        return fault_set(fault, STATUS_REFUSE,
                         "\"%s\": a ledger is the path of an SQLite file or a postgresql:// URL",
                         url);
    return database_sqlite.open(url, access, ret_database, fault);
}

void database_close(struct database **database_p)
{
    struct database *database = *database_p;
    *database_p = NULL;
    if (database != NULL)
        database->engine->close(database);
}

enum status database_refuse_halted(const struct database *database, struct fault *fault)
{
    if (database->halted)
        return fault_set(fault, STATUS_HALT,
                         "ledger: an earlier failure of the storage was final; this process must "
                         "end");
    return STATUS_OK;
}

size_t database_slot(const char *sql)
{
    return ((uintptr_t)sql >> 2) * 2654435761U % STATEMENT_SLOTS;
}

/* ---- transactions --------------------------------------------------------------------------- */

enum status database_begin(struct database *database, struct fault *fault)
{
    if (!database->can_write)
        return fault_set(fault, STATUS_REFUSE, "the ledger was opened for reading only");
    return database->engine->begin(database, fault);
}

enum status database_begin_reading(struct database *database, struct fault *fault)
{
    return database->engine->begin_reading(database, fault);
}

enum status database_end(struct database *database, enum status status, struct fault *fault)
{
    return database->engine->end(database, status, fault);
}

enum status database_begin_part(struct database *database, struct fault *fault)
{
    return database->engine->begin_part(database, fault);
}

enum status database_end_part(struct database *database, enum status status, bool *ret_is_lost,
                              struct fault *fault)
{
    return database->engine->end_part(database, status, ret_is_lost, fault);
}

enum status database_overwrite(struct database *database, bool overwrites, struct fault *fault)
{
    return database->engine->overwrite(database, overwrites, fault);
}

enum status database_commit_lazily(struct database *database, bool lazily, struct fault *fault)
{
    return database->engine->commit_lazily(database, lazily, fault);
}

/* ---- values in ------------------------------------------------------------------------------ */

struct value value_null(void)
{
    return (struct value){.kind = VALUE_NULL};
}

struct value value_integer(int64_t integer)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = integer};
}

struct value value_real(double real)
{
    return (struct value){.kind = VALUE_REAL, .real = real};
}

struct value value_text(const char *text)
{
    if (text == NULL)
        return value_null();
    return (struct value){.kind = VALUE_TEXT, .bytes = text, .length = strlen(text)};
}

struct value value_uuid(const struct uuid *uuid)
{
    return (struct value){.kind = VALUE_BYTES, .bytes = uuid->bytes, .length = UUID_BYTES};
}

struct value value_uuid_or_null(const struct uuid *uuid)
{
    return uuid_is_nil(uuid) ? value_null() : value_uuid(uuid);
}

struct value value_digest(const struct digest *digest)
{
    return (struct value){.kind = VALUE_BYTES, .bytes = digest->bytes, .length = DIGEST_BYTES};
}

struct value value_digest_or_null(const struct digest *digest)
{
    static const struct digest zero;
    return digest_equal(digest, &zero) ? value_null() : value_digest(digest);
}

uint64_t database_changes(const struct database *database)
{
    return database->changes;
}

bool database_is_whole(struct database *database)
{
    return !database->halted && database->engine->is_whole(database);
}

/* ---- statements ----------------------------------------------------------------------------- */

enum status database_run(struct database *database, const char *sql, const struct value *values,
                         size_t count, uint64_t *ret_changed, struct fault *fault)
{
    assert(count <= PARAMETERS_MOST);
    database->changes++;
    return database->engine->run(database, sql, values, count, ret_changed, fault);
}

enum status database_post(struct database *database, const char *sql, const struct value *values,
                          size_t count, struct fault *fault)
{
    assert(count <= PARAMETERS_MOST);
    database->changes++;
    return database->engine->post(database, sql, values, count, NULL, fault);
}

enum status database_post_one(struct database *database, const char *sql,
                              const struct value *values, size_t count, const char *otherwise,
                              struct fault *fault)
{
    assert(count <= PARAMETERS_MOST && otherwise != NULL);
    database->changes++;
    return database->engine->post(database, sql, values, count, otherwise, fault);
}

enum status database_ask_ahead(struct database *database, const char *sql,
                               const struct value *values, size_t count, struct fault *fault)
{
    assert(count <= PARAMETERS_MOST && strncmp(sql, "INSERT", 6) != 0);
    return database->engine->ask_ahead == NULL
               ? STATUS_OK
               : database->engine->ask_ahead(database, sql, values, count, fault);
}

enum status database_query(struct database *database, const char *sql, const struct value *values,
                           size_t count, struct rows **ret_rows, struct fault *fault)
{
    assert(count <= PARAMETERS_MOST);
    database->changes += strncmp(sql, "SELECT", 6) == 0 ? 0U : 1U;
    return database->engine->query(database, sql, values, count, ret_rows, fault);
}

enum status database_walk(struct database *database, const char *sql, const struct value *values,
                          size_t count, struct rows **ret_rows, struct fault *fault)
{
    assert(count <= PARAMETERS_MOST);
    return database->engine->walk(database, sql, values, count, ret_rows, fault);
}

enum status database_number(struct database *database, const char *sql, const struct value *values,
                            size_t count, int64_t otherwise, int64_t *ret_number,
                            struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(database, sql, values, count, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK)
        *ret_number = there && !rows_is_null(rows, 0) ? rows_integer(rows, 0) : otherwise;
    rows_done(&rows);
    return status;
}

enum status database_script(struct database *database, const char *sql, struct fault *fault)
{
    return database->engine->script(database, sql, fault);
}

/* ---- rows out ------------------------------------------------------------------------------- */

enum status rows_next(struct rows *rows, bool *ret_there, struct fault *fault)
{
    return rows->database->engine->next(rows, ret_there, fault);
}

void rows_done(struct rows **rows_p)
{
    struct rows *rows = *rows_p;
    *rows_p = NULL;
    if (rows != NULL)
        rows->database->engine->done(rows);
}

int rows_columns(struct rows *rows)
{
    return rows->database->engine->columns(rows);
}

struct value rows_value(struct rows *rows, int column)
{
    struct value value = {.kind = rows->database->engine->kind(rows, column)};
    switch (value.kind) {
    case VALUE_INTEGER:
        value.integer = rows_integer(rows, column);
        break;
    case VALUE_REAL:
        value.real = rows_real(rows, column);
        break;
    case VALUE_TEXT:
        value = value_text(rows_text(rows, column));
        break;
    case VALUE_BYTES:
        value.bytes = rows_bytes(rows, column, &value.length);
        value.bytes = value.bytes == NULL ? "" : value.bytes; // none, which is not NULL
        break;
    case VALUE_NULL:
        break;
    }
    return value;
}

bool rows_is_null(struct rows *rows, int column)
{
    return rows->database->engine->kind(rows, column) == VALUE_NULL;
}

int64_t rows_integer(struct rows *rows, int column)
{
    return rows->database->engine->integer(rows, column);
}

double rows_real(struct rows *rows, int column)
{
    return rows->database->engine->real(rows, column);
}

const char *rows_text(struct rows *rows, int column)
{
    return rows->database->engine->text(rows, column);
}

char *rows_text_copy(struct rows *rows, int column, bool *failed_p)
{
    if (rows_is_null(rows, column))
        return NULL;
    char *copy = string_copy(rows_text(rows, column));
    if (copy == NULL)
        *failed_p = true;
    return copy;
}

const void *rows_bytes(struct rows *rows, int column, size_t *ret_length)
{
    return rows->database->engine->bytes(rows, column, ret_length);
}

static void copy_bytes(struct rows *rows, int column, void *ret_bytes, size_t length)
{
    size_t found = 0;
    const void *bytes = rows_bytes(rows, column, &found);
    if (bytes != NULL && found == length)
        memcpy(ret_bytes, bytes, length);
}

struct uuid rows_uuid(struct rows *rows, int column)
{
    struct uuid uuid = {0};
    copy_bytes(rows, column, uuid.bytes, sizeof uuid.bytes);
    return uuid;
}

struct digest rows_digest(struct rows *rows, int column)
{
    struct digest digest = {0};
    copy_bytes(rows, column, digest.bytes, sizeof digest.bytes);
    return digest;
}

/* ---- the engine's own ----------------------------------------------------------------------- */

bool database_can_write(const struct database *database)
{
    return database->can_write;
}

enum status database_has_table(struct database *database, const char *table, bool *ret_has,
                               struct fault *fault)
{
    return database->engine->has_table(database, table, ret_has, fault);
}

enum status database_is_empty(struct database *database, bool *ret_empty, struct fault *fault)
{
    return database->engine->is_empty(database, ret_empty, fault);
}

enum status database_keep_older(struct database *database, int64_t version, struct fault *fault)
{
    return database->engine->keep_older(database, version, fault);
}

enum status database_notify(struct database *database, struct fault *fault)
{
    return database->engine->notify(database, fault);
}

enum status database_wall(struct database *database, struct fault *fault)
{
    return database->engine->wall(database, fault);
}

enum status database_copy(struct database *database, const char *path, struct fault *fault)
{
    return database->engine->copy(database, path, fault);
}

enum status database_check_file(struct database *database, database_finding *finding, void *context,
                                struct fault *fault)
{
    return database->engine->check_file(database, finding, context, fault);
}

enum status database_check_references(struct database *database, database_finding *finding,
                                      void *context, struct fault *fault)
{
    return database->engine->check_references(database, finding, context, fault);
}

enum status database_clock_offset(struct database *database, int64_t monotonic_ms,
                                  int64_t *ret_offset, struct fault *fault)
{
    return database->engine->clock_offset(database, monotonic_ms, ret_offset, fault);
}

const char *database_tables_sql(const struct database *database)
{
    return database->engine->tables_sql;
}

const char *database_server_sql(const struct database *database)
{
    return database->engine->server_sql;
}

const char *database_columns_sql(const struct database *database)
{
    return database->engine->columns_sql;
}

enum status database_loosen(struct database *database, struct fault *fault)
{
    return database->engine->loosen(database, fault);
}

enum status database_tighten(struct database *database, struct fault *fault)
{
    return database->engine->tighten(database, fault);
}
