/* ledger_move.c - see ledger_move.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/ledger_move.h"
#include "store/ledger_private.h"
#include "store/migration.h"

enum { TABLES_MOST = 256, COLUMNS_MOST = 64, SUM_WORDS = DIGEST_BYTES / 8 };

/* A table and its statements, which live as long as the databases that know them by address. */
struct table {
    char *name;
    struct text select, insert, clear;
    size_t columns;
};

/* The sum of the digests of rows: in whatever order they come, it is the same. */
struct sum {
    uint64_t words[SUM_WORDS];
};

struct transfer {
    struct database *from, *to;
    struct table *tables;
    size_t count;
    uint64_t rows;
    struct sum read, written;
};

/* ---- tables and their statements ------------------------------------------------------------ */

static enum status list_tables(struct transfer *transfer, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    bool failed = false;
    enum status status = database_query(transfer->from, database_tables_sql(transfer->from),
                                        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there || failed)
            break;
        if (transfer->count == TABLES_MOST) {
            status = fault_set(fault, STATUS_REFUSE, "the ledger has too many tables to be moved");
            break;
        }
        transfer->tables[transfer->count++].name = rows_text_copy(rows, 0, &failed);
    }
    rows_done(&rows);
    return failed ? ledger_out_of_memory(fault) : status;
}

static enum status write_statements(struct transfer *transfer, struct table *table,
                                    struct fault *fault)
{
    struct rows *rows = NULL;
    struct text values = {0};
    bool there = true;
    enum status status = database_query(transfer->from, database_columns_sql(transfer->from),
                                        VALUES(value_text(table->name)), &rows, fault);
    text_append(&table->select, "SELECT ");
    text_append_format(&table->insert, "INSERT INTO \"%s\" (", table->name);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const char *comma = table->columns++ == 0 ? "" : ", ";
        text_append_format(&table->select, "%s\"%s\"", comma, rows_text(rows, 0));
        text_append_format(&table->insert, "%s\"%s\"", comma, rows_text(rows, 0));
        text_append_format(&values, "%s$%zu", comma, table->columns);
    }
    rows_done(&rows);
    text_append_format(&table->select, " FROM \"%s\"", table->name);
    text_append_format(&table->insert, ") VALUES (%s)", text_string(&values));
    text_append_format(&table->clear, "DELETE FROM \"%s\"", table->name);
    bool is_whole = text_ok(&table->select) && text_ok(&table->insert) && text_ok(&table->clear) &&
                    text_ok(&values);
    text_done(&values);
    if (status == STATUS_OK && !is_whole)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK && table->columns > COLUMNS_MOST)
        status = fault_set(fault, STATUS_REFUSE, "the table %s has too many columns to be moved",
                           table->name);
    return status;
}

static void tables_free(struct table *tables, size_t count)
{
    for (size_t i = 0; tables != NULL && i < count; i++) {
        free(tables[i].name);
        text_done(&tables[i].select);
        text_done(&tables[i].insert);
        text_done(&tables[i].clear);
    }
    free(tables);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void add_value(struct digest_stream *stream, const struct value *value)
{
    const uint8_t kind = (uint8_t)value->kind;
    digest_add(stream, &kind, sizeof kind);
    if (value->kind == VALUE_INTEGER)
        digest_add(stream, &value->integer, sizeof value->integer);
    if (value->kind == VALUE_REAL)
        digest_add(stream, &value->real, sizeof value->real);
    if (value->kind == VALUE_TEXT || value->kind == VALUE_BYTES) {
        digest_add(stream, &value->length, sizeof value->length);
        digest_add(stream, value->bytes, value->length);
    }
}

static void add_row(struct sum *sum, const struct table *table, const struct value *values)
{
    struct digest_stream stream;
    uint64_t words[SUM_WORDS];
    digest_begin(&stream);
    digest_add(&stream, table->name, strlen(table->name) + 1);
    for (size_t i = 0; i < table->columns; i++)
        add_value(&stream, &values[i]);
    struct digest digest = digest_end(&stream);
    memcpy(words, digest.bytes, sizeof words);
    for (size_t i = 0; i < SUM_WORDS; i++)
        sum->words[i] += words[i];
}

/* Walks over the table in `database`; with `to`, each row goes there too. */
static enum status walk_table(struct transfer *transfer, struct database *database,
                              const struct table *table, struct database *to, struct sum *sum,
                              struct fault *fault)
{
    struct value values[COLUMNS_MOST];
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_walk(database, text_string(&table->select), NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        for (size_t i = 0; i < table->columns; i++)
            values[i] = rows_value(rows, (int)i);
        add_row(sum, table, values);
        if (to != NULL) {
            status =
                database_run(to, text_string(&table->insert), values, table->columns, NULL, fault);
            transfer->rows++;
        }
    }
    rows_done(&rows);
    if (status != STATUS_OK)
        fault_within(fault, "table %s", table->name);
    return status;
}

/* Nothing may have happened in the ledger that is written to. */
static enum status refuse_used(struct database *to, struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        database_number(to, "SELECT count(*) FROM audit", NO_VALUES, 0, &count, fault);
    if (status == STATUS_OK && count > 0)
        status = fault_set(fault, STATUS_REFUSE,
                           "there is a ledger already, in which %lld things happened: give a place "
                           "where none is",
                           (long long)count);
    return status;
}

/* Inside a transaction of both. */
static enum status transfer_rows(struct transfer *transfer, struct fault *fault)
{
    enum status status = refuse_used(transfer->to, fault);
    if (status == STATUS_OK)
        status = list_tables(transfer, fault);
    for (size_t i = 0; status == STATUS_OK && i < transfer->count; i++)
        status = write_statements(transfer, &transfer->tables[i], fault);
    if (status == STATUS_OK)
        status = database_loosen(transfer->to, fault);
    for (size_t i = 0; status == STATUS_OK && i < transfer->count; i++)
        status = database_run(transfer->to, text_string(&transfer->tables[i].clear), NO_VALUES,
                              NULL, fault);
    for (size_t i = 0; status == STATUS_OK && i < transfer->count; i++)
        status = walk_table(transfer, transfer->from, &transfer->tables[i], transfer->to,
                            &transfer->read, fault);
    if (status == STATUS_OK)
        status = database_tighten(transfer->to, fault);
    for (size_t i = 0; status == STATUS_OK && i < transfer->count; i++)
        status = walk_table(transfer, transfer->to, &transfer->tables[i], NULL, &transfer->written,
                            fault);
    if (status == STATUS_OK &&
        memcmp(&transfer->read, &transfer->written, sizeof transfer->read) != 0)
        status = fault_set(fault, STATUS_REFUSE,
                           "what was written is not what was read: nothing was copied");
    return status;
}

/* From a database inside a transaction to one that is made here. */
static enum status transfer_to(struct database *from, const char *to, const struct clock *clock,
                               struct ledger_moved *ret_moved, struct fault *fault)
{
    struct transfer transfer = {.from = from};
    enum status status = database_open(to, DATABASE_CREATE, &transfer.to, fault);
    transfer.tables = calloc(TABLES_MOST, sizeof *transfer.tables);
    if (status == STATUS_OK && transfer.tables == NULL)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        status = migration_apply(transfer.to, clock, fault);
    if (status == STATUS_OK)
        status = database_begin(transfer.to, fault);
    if (status == STATUS_OK)
        status = database_end(transfer.to, transfer_rows(&transfer, fault), fault);
    if (status == STATUS_OK)
        *ret_moved = (struct ledger_moved){
            .tables = transfer.count,
            .rows = transfer.rows,
            .content = digest_of(transfer.read.words, sizeof transfer.read.words)};
    database_close(&transfer.to);
    tables_free(transfer.tables, transfer.count);
    return status;
}

enum status ledger_copy_rows(struct ledger *ledger, const char *path, struct fault *fault)
{
    struct stat found;
    struct ledger_moved moved;
    if (lstat(path, &found) == 0)
        return fault_set(fault, STATUS_REFUSE, "\"%s\" is there already", path);
    enum status status = database_begin_reading(ledger->database, fault);
    if (status == STATUS_OK)
        status =
            database_end(ledger->database,
                         transfer_to(ledger->database, path, ledger->clock, &moved, fault), fault);
    if (status != STATUS_OK)
        (void)unlink(path);
    return status;
}

enum status ledger_copy(const char *from, const char *to, const struct clock *clock,
                        struct ledger_moved *ret_moved, struct fault *fault)
{
    struct database *source = NULL;
    enum status status = database_open(from, DATABASE_READ, &source, fault);
    if (status == STATUS_OK)
        status = migration_check(source, fault);
    if (status == STATUS_OK)
        status = database_begin_reading(source, fault);
    if (status == STATUS_OK)
        status = database_end(source, transfer_to(source, to, clock, ret_moved, fault), fault);
    database_close(&source);
    return status;
}

/* Without the table of audit rows no program can change anything: each change writes one. */
static enum status leave_word(struct database *source, const char *to, const struct clock *clock,
                              struct fault *fault)
{
    enum status status =
        database_script(source,
                        "CREATE TABLE moved (url TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT;"
                        "ALTER TABLE audit RENAME TO audit_moved",
                        fault);
    if (status == STATUS_OK)
        status =
            database_run(source, "INSERT INTO moved (url, at_ms) VALUES ($1, $2)",
                         VALUES(value_text(to), value_integer(clock_wall_ms(clock))), NULL, fault);
    return status;
}

enum status ledger_move(const char *from, const char *to, const struct clock *clock,
                        struct ledger_moved *ret_moved, struct fault *fault)
{
    struct database *source = NULL;
    enum status status = database_open(from, DATABASE_WRITE, &source, fault);
    if (status == STATUS_OK)
        status = migration_check(source, fault);
    if (status == STATUS_OK)
        status = database_begin(source, fault);
    if (status == STATUS_OK) {
        status = transfer_to(source, to, clock, ret_moved, fault);
        if (status == STATUS_OK)
            status = leave_word(source, to, clock, fault);
        status = database_end(source, status, fault);
    }
    database_close(&source);
    return status;
}
