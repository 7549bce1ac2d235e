/* register.c - see register.h. What stands in the file is checked by register_csv.c.
 *
 * States of a version: staged (being written) -> current -> previous -> leaving (its rows are
 * being deleted) -> gone. Its row stays for ever: a decision names the version it was made with.
 *
 * The file is parsed twice: once to judge it as a whole, which must not change anything, and once
 * to write. A crash while writing leaves a staged version, which the next import removes. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "store/ledger_private.h"
#include "store/register_csv.h"

enum {
    REGISTER_BYTES_MOST = 1 << 30, /* of a file */
    ROWS_A_COMMIT = 10000,         /* others may write between two portions */
};

static const double REJECTED_SHARE_MOST = 0.5; /* more than that is not a register */

/* ---- judging -------------------------------------------------------------------------------- */

struct file {
    char *bytes; /* owned */
    size_t length;
    struct digest digest;
};

static enum status read_current(struct ledger *ledger, int64_t *ret_version, uint64_t *ret_persons,
                                struct fault *fault)
{
    struct ledger_summary summary = {0};
    enum status status = ledger_summarise(ledger, &summary, fault);
    if (status == STATUS_OK) {
        *ret_version = summary.register_version;
        *ret_persons = summary.register_persons;
    }
    return status;
}

/* Can this be a register, and is it not suspiciously smaller than the one before? */
static enum status judge(const struct register_import *import,
                         const struct register_import_result *result, struct fault *fault)
{
    uint64_t rows = result->persons + result->rejected;
    if (result->persons == 0)
        return fault_set(fault, STATUS_REFUSE,
                         "not one of the %" PRIu64 " rows can be taken: this is not a register",
                         rows);
    if ((double)result->rejected > REJECTED_SHARE_MOST * (double)rows)
        return fault_set(fault, STATUS_REFUSE,
                         "%" PRIu64 " of %" PRIu64 " rows are wrong; the old register stays",
                         result->rejected, rows);
    double least = (double)result->persons_before * (1 - import->drop_share_most);
    if (!import->force && (double)result->persons < least)
        return fault_set(fault, STATUS_REFUSE,
                         "the file has %" PRIu64 " persons, the register has %" PRIu64
                         ": more than %.0f %% would be gone; the old register stays (--force "
                         "takes it all the same)",
                         result->persons, result->persons_before, import->drop_share_most * 100);
    return STATUS_OK;
}

static struct register_csv csv_of(const struct register_import *import)
{
    struct register_csv csv = {.rejected = import->rejected, .context = import->context};
    memcpy(csv.columns, import->columns, sizeof csv.columns);
    return csv;
}

static enum status check_file(struct ledger *ledger, const struct register_import *import,
                              const struct file *file, struct register_import_result *ret_result,
                              struct fault *fault)
{
    struct register_csv csv = csv_of(import);
    struct register_csv_counts counts = {0};
    int64_t current = 0;
    enum status status = register_csv_parse(file->bytes, file->length, &csv, &counts, fault);
    if (status != STATUS_OK)
        return status;
    *ret_result = (struct register_import_result){.persons = counts.persons,
                                                  .cases = counts.cases,
                                                  .rejected = counts.rejected,
                                                  .folded = counts.folded};
    status = read_current(ledger, &current, &ret_result->persons_before, fault);
    if (status == STATUS_OK)
        status = judge(import, ret_result, fault);
    return status;
}

/* ---- removing ------------------------------------------------------------------------------- */

/* One portion of a version's rows; the version is gone when *ret_more is false. */
static enum status delete_portion(struct ledger *ledger, int64_t version, bool *ret_more,
                                  struct fault *fault)
{
    int64_t first = 0;
    enum status status =
        database_number(ledger->database, "SELECT min(line) FROM register_row WHERE version = $1",
                        VALUES(value_integer(version)), -1, &first, fault);
    if (status != STATUS_OK)
        return status;
    *ret_more = first >= 0;
    if (first < 0)
        return database_run(ledger->database,
                            "UPDATE register_version SET state = 'gone' WHERE id = $1",
                            VALUES(value_integer(version)), NULL, fault);
    return database_run(
        ledger->database, "DELETE FROM register_row WHERE version = $1 AND line < $2",
        VALUES(value_integer(version), value_integer(first + ROWS_A_COMMIT)), NULL, fault);
}

/* Deletes the rows of every version that is leaving. */
static enum status delete_leaving(struct ledger *ledger, struct fault *fault)
{
    for (;;) {
        int64_t version = 0;
        bool more = true;
        enum status status = database_number(
            ledger->database,
            "SELECT id FROM register_version WHERE state = 'leaving' ORDER BY id LIMIT 1",
            NO_VALUES, 0, &version, fault);
        if (status != STATUS_OK || version == 0)
            return status;
        while (status == STATUS_OK && more) {
            status = ledger_begin(ledger, fault);
            if (status == STATUS_OK)
                status = ledger_end(ledger, delete_portion(ledger, version, &more, fault), fault);
        }
        if (status != STATUS_OK)
            return status;
    }
}

/* ---- writing -------------------------------------------------------------------------------- */

/* A version while it is written. */
struct staging {
    struct ledger *ledger;
    int64_t version;
    uint64_t rows;   /* written so far */
    bool has_opened; /* a transaction */
};

static enum status reserve(struct ledger *ledger, const struct file *file,
                           const struct register_import_result *result, int64_t *ret_version,
                           struct fault *fault)
{
    enum status status = database_run(
        ledger->database, "UPDATE register_version SET state = 'leaving' WHERE state = 'staged'",
        NO_VALUES, NULL, fault);
    if (status == STATUS_OK)
        status = database_number(
            ledger->database,
            "INSERT INTO register_version (state, imported_ms, sha256, persons, cases)"
            " VALUES ('staged', $1, $2, $3, $4) RETURNING id",
            VALUES(value_integer(ledger_wall_ms(ledger)), value_digest(&file->digest),
                   value_integer((int64_t)result->persons), value_integer((int64_t)result->cases)),
            0, ret_version, fault);
    return status;
}

/* Is the version still ours to write? Another import that began later takes it away. */
static enum status check_staged(struct staging *staging, struct fault *fault)
{
    int64_t staged = 0;
    enum status status =
        database_number(staging->ledger->database,
                        "SELECT count(*) FROM register_version WHERE id = $1 AND state = 'staged'",
                        VALUES(value_integer(staging->version)), 0, &staged, fault);
    if (status == STATUS_OK && staged == 0)
        return fault_set(fault, STATUS_LATER,
                         "another import began meanwhile and takes this one's place");
    return status;
}

static enum status begin_portion(struct staging *staging, struct fault *fault)
{
    enum status status = ledger_begin(staging->ledger, fault);
    if (status != STATUS_OK)
        return status;
    staging->has_opened = true;
    return check_staged(staging, fault);
}

static enum status end_portion(struct staging *staging, enum status status, struct fault *fault)
{
    if (!staging->has_opened)
        return status;
    staging->has_opened = false;
    return ledger_end(staging->ledger, status, fault);
}

static enum status write_row(void *context, uint64_t line, const struct register_row *row,
                             struct fault *fault)
{
    struct staging *staging = context;
    enum status status = STATUS_OK;
    if (!staging->has_opened)
        status = begin_portion(staging, fault);
    if (status != STATUS_OK)
        return status;
    struct value values[2 + REGISTER_FIELDS] = {value_integer(staging->version),
                                                value_integer((int64_t)line)};
    for (int field = 0; field < REGISTER_FIELDS; field++)
        values[2 + field] = value_text(row->fields[field]);
    status = database_run(staging->ledger->database,
                          "INSERT INTO register_row (version, line, case_number, surname,"
                          " given_names, birth_date, street, house_number, postcode, city, team,"
                          " benefit, caseworker, site, status, other_ids) VALUES"
                          " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                          " $16)",
                          values, 2 + REGISTER_FIELDS, NULL, fault);
    staging->rows++;
    if (status == STATUS_OK && staging->rows % ROWS_A_COMMIT == 0)
        status = end_portion(staging, status, fault);
    return status;
}

static enum status write_rows(struct staging *staging, const struct register_import *import,
                              const struct file *file, struct fault *fault)
{
    struct register_csv csv = csv_of(import);
    struct register_csv_counts counts = {0};
    csv.rejected = NULL; // told in the first pass
    csv.accepted = write_row;
    csv.context = staging;
    struct database *database = staging->ledger->database;
    enum status status = database_commit_lazily(database, true, fault);
    if (status != STATUS_OK)
        return status;
    status = register_csv_parse(file->bytes, file->length, &csv, &counts, fault);
    status = end_portion(staging, status, fault);
    struct fault strict_fault;
    enum status strict = database_commit_lazily(database, false, &strict_fault);
    if (status == STATUS_OK && strict != STATUS_OK)
        status = fault_set(fault, strict, "%s", strict_fault.text);
    return status;
}

/* staged -> current, and what was current before it steps back. */
static enum status publish(struct staging *staging, const struct register_import *import,
                           const struct file *file, const struct register_import_result *result,
                           struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    struct database *database = staging->ledger->database;
    enum status status = check_staged(staging, fault);
    if (status != STATUS_OK)
        return status;
    detail_open(&detail);
    detail_number(&detail, "version", staging->version);
    detail_number(&detail, "persons", (int64_t)result->persons);
    detail_number(&detail, "cases", (int64_t)result->cases);
    detail_number(&detail, "rejected", (int64_t)result->rejected);
    detail_digest(&detail, "sha256", &file->digest);
    status = audit_append(staging->ledger, import->actor, "register.import", "register",
                          detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(database,
                              "UPDATE register_version SET state = CASE state"
                              " WHEN 'staged' THEN 'current' WHEN 'current' THEN 'previous'"
                              " ELSE 'leaving' END, audit = $1"
                              " WHERE state IN ('staged', 'current', 'previous')",
                              VALUES(value_integer(audit)), NULL, fault);
    return status;
}

static enum status write_version(struct ledger *ledger, const struct register_import *import,
                                 const struct file *file, struct register_import_result *result,
                                 struct fault *fault)
{
    struct staging staging = {.ledger = ledger};
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, reserve(ledger, file, result, &staging.version, fault), fault);
    if (status == STATUS_OK)
        status = delete_leaving(ledger, fault);
    if (status == STATUS_OK)
        status = write_rows(&staging, import, file, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, publish(&staging, import, file, result, fault), fault);
    if (status != STATUS_OK)
        return status;
    result->version = staging.version;
    // The import has happened: what cannot be deleted now is deleted by the next one.
    struct fault ignored;
    enum status after = delete_leaving(ledger, &ignored);
    return after == STATUS_HALT ? fault_set(fault, after, "%s", ignored.text) : STATUS_OK;
}

enum status register_import_csv(struct ledger *ledger, const struct register_import *import,
                                struct register_import_result *ret_result, struct fault *fault)
{
    struct file file = {0};
    struct register_import_result result = {0};
    enum status status =
        file_read(import->csv_path, REGISTER_BYTES_MOST, &file.bytes, &file.length, fault);
    if (status != STATUS_OK)
        return status;
    file.digest = digest_of(file.bytes, file.length);
    status = check_file(ledger, import, &file, &result, fault);
    if (status == STATUS_OK && !import->dry_run)
        status = write_version(ledger, import, &file, &result, fault);
    free(file.bytes);
    if (status == STATUS_OK)
        *ret_result = result;
    return status;
}

/* ---- looking -------------------------------------------------------------------------------- */

enum status register_version(struct ledger *ledger, int64_t *ret_version, struct fault *fault)
{
    return database_number(ledger->database,
                           "SELECT id FROM register_version WHERE state = 'current'", NO_VALUES, 0,
                           ret_version, fault);
}

#define ROW_COLUMNS                                                                                \
    "r.case_number, r.surname, r.given_names, r.birth_date, r.street, r.house_number, r.postcode," \
    " r.city, r.team, r.benefit, r.caseworker, r.site, r.status, r.other_ids"

static enum status give_rows(struct rows *rows, register_row_callback *callback, void *context,
                             struct fault *fault)
{
    for (;;) {
        bool there = false;
        struct register_row row;
        enum status status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            return status;
        for (int field = 0; field < REGISTER_FIELDS; field++) {
            row.fields[field] = rows_text(rows, field);
            if (row.fields[field] == NULL)
                return ledger_out_of_memory(fault);
        }
        status = callback(context, &row, fault);
        if (status != STATUS_OK)
            return status;
    }
}

enum status register_each(struct ledger *ledger, register_row_callback *callback, void *context,
                          struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT " ROW_COLUMNS " FROM register_row r WHERE r.version ="
        " (SELECT v.id FROM register_version v WHERE v.state = 'current') ORDER BY r.line",
        NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = give_rows(rows, callback, context, fault);
    rows_done(&rows);
    return status;
}

enum status register_case(struct ledger *ledger, const char *case_number,
                          register_row_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    // The + keeps the planner from walking the whole version in the order of its lines.
    enum status status =
        database_query(ledger->database,
                       "SELECT " ROW_COLUMNS " FROM register_row r WHERE r.case_number = $1 AND"
                       " +r.version = (SELECT v.id FROM register_version v"
                       " WHERE v.state = 'current') ORDER BY r.line",
                       VALUES(value_text(case_number)), &rows, fault);
    if (status == STATUS_OK)
        status = give_rows(rows, callback, context, fault);
    rows_done(&rows);
    return status;
}
