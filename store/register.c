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
#include "store/register_change.h"
#include "store/register_csv.h"
#include "store/register_order.h"

enum { ROWS_A_COMMIT = 10000 /* others may write between two portions */ };
enum {
    STANDING_CLOSED = 1,
    STANDING_BLOCKED = 2,
    STANDING_REMOVED = 4,
    STANDING_STAFF = 8 /* besides blocked */
};

static const size_t REGISTER_BYTES_MOST = (size_t)8 << 30; /* of a file, which is held whole */

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
                         const struct register_import_result *result,
                         const struct register_csv_counts *counts, struct fault *fault)
{
    uint64_t rows = counts->persons + counts->removed + counts->rejected;
    if (counts->persons + counts->removed == 0 || result->persons == 0)
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
                         "%" PRIu64 " persons would be left, the register has %" PRIu64
                         ": more than %.0f %% would be gone; the old register stays (--force "
                         "takes it all the same)",
                         result->persons, result->persons_before, import->drop_share_most * 100);
    return STATUS_OK;
}

static struct register_csv csv_of(const struct register_import *import)
{
    struct register_csv csv = {.words = import->words};
    memcpy(csv.columns, import->columns, sizeof csv.columns);
    return csv;
}

/* The pass over the file that judges it. */
struct look {
    const struct register_import *import;
    struct register_change *change;
};

static enum status note_before(void *context, const struct register_row *row, struct fault *fault)
{
    const struct look *look = context;
    return register_change_add(look->change, REGISTER_BEFORE, row) ? STATUS_OK
                                                                   : ledger_out_of_memory(fault);
}

static enum status note_after(void *context, uint64_t line, const struct register_row *row,
                              struct fault *fault)
{
    const struct look *look = context;
    (void)line;
    return register_change_add(look->change, REGISTER_AFTER, row) ? STATUS_OK
                                                                  : ledger_out_of_memory(fault);
}

static enum status note_removed(void *context, uint64_t line, const struct register_row *row,
                                struct fault *fault)
{
    const struct look *look = context;
    (void)line;
    return register_change_touch(look->change, row->fields[REGISTER_CASE_NUMBER])
               ? STATUS_OK
               : ledger_out_of_memory(fault);
}

static void tell_rejected(void *context, uint64_t line, const char *reason)
{
    const struct look *look = context;
    if (look->import->rejected != NULL)
        look->import->rejected(look->import->context, line, reason);
}

static enum status look_at_file(struct look *look, struct ledger *ledger, const struct file *file,
                                struct register_csv_counts *ret_counts, struct fault *fault)
{
    struct register_csv csv = csv_of(look->import);
    csv.accepted = note_after;
    csv.removed = look->import->is_incremental ? note_removed : NULL;
    csv.rejected = tell_rejected;
    csv.context = look;
    enum status status = register_csv_parse(file->bytes, file->length, &csv, ret_counts, fault);
    if (status == STATUS_OK)
        status = register_each(ledger, note_before, look, fault);
    return status;
}

/* What would come of it, in numbers. */
static struct register_import_result foresee(const struct register_csv_counts *counts,
                                             const struct register_change *change,
                                             bool is_incremental)
{
    const struct register_change_counts changes = register_change_count(change, is_incremental);
    return (struct register_import_result){.persons = changes.persons,
                                           .cases = changes.cases,
                                           .rejected = counts->rejected,
                                           .folded = counts->folded,
                                           .removed = counts->removed,
                                           .cases_new = changes.cases_new,
                                           .cases_changed = changes.cases_changed,
                                           .cases_gone = changes.cases_gone,
                                           .cases_same = changes.cases_same};
}

static enum status check_file(struct ledger *ledger, const struct register_import *import,
                              const struct file *file, struct register_import_result *ret_result,
                              struct fault *fault)
{
    struct look look = {.import = import, .change = register_change_new()};
    struct register_csv_counts counts = {0};
    if (look.change == NULL)
        return ledger_out_of_memory(fault);
    enum status status = look_at_file(&look, ledger, file, &counts, fault);
    if (status == STATUS_OK)
        *ret_result = foresee(&counts, look.change, import->is_incremental);
    register_change_free(&look.change);
    if (status == STATUS_OK)
        status = read_current(ledger, &ret_result->version, &ret_result->persons_before, fault);
    if (status == STATUS_OK)
        status = judge(import, ret_result, &counts, fault);
    return status;
}

/* ---- removing ------------------------------------------------------------------------------- */

/* One portion of what belongs to a version; the version is gone when *ret_more is false. */
static enum status delete_portion(struct ledger *ledger, int64_t version, bool *ret_more,
                                  struct fault *fault)
{
    int64_t first = 0;
    bool more = false;
    enum status status = STATUS_OK;
    *ret_more = true;
    for (int order = 0; order < REGISTER_ORDERS && status == STATUS_OK && !more; order++)
        status = register_order_delete(ledger, (enum register_order)order, version, ROWS_A_COMMIT,
                                       &more, fault);
    if (status != STATUS_OK || more)
        return status;
    status =
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
    int64_t before;     /* the current version, which it was judged against */
    int64_t first_line; /* added to the file's: rows that stay keep their lines below it */
    uint64_t rows;      /* written so far */
    bool has_opened;    /* a transaction */
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

static enum status write_standing(struct staging *staging, uint64_t line,
                                  const struct register_row *row, int standing, struct fault *fault)
{
    enum { VALUES_A_ROW = 3 + REGISTER_FIELDS };
    enum status status = STATUS_OK;
    if (!staging->has_opened)
        status = begin_portion(staging, fault);
    if (status != STATUS_OK)
        return status;
    struct value values[VALUES_A_ROW] = {value_integer(staging->version),
                                         value_integer(staging->first_line + (int64_t)line)};
    for (int field = 0; field < REGISTER_FIELDS; field++)
        values[2 + field] = value_text(row->fields[field]);
    values[2 + REGISTER_FIELDS] = value_integer(standing);
    status = database_run(staging->ledger->database,
                          "INSERT INTO register_row (version, line, case_number, surname,"
                          " given_names, birth_date, street, house_number, postcode, city, team,"
                          " benefit, caseworker, site, status, other_ids, old_numbers, blocked,"
                          " standing) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
                          " $13, $14, $15, $16, $17, $18, $19)",
                          values, VALUES_A_ROW, NULL, fault);
    staging->rows++;
    if (status == STATUS_OK && staging->rows % ROWS_A_COMMIT == 0)
        status = end_portion(staging, status, fault);
    return status;
}

static enum status write_row(void *context, uint64_t line, const struct register_row *row,
                             struct fault *fault)
{
    int standing = (row->is_closed ? STANDING_CLOSED : 0) |
                   (row->is_blocked ? STANDING_BLOCKED : 0) | (row->is_staff ? STANDING_STAFF : 0);
    return write_standing(context, line, row, standing, fault);
}

/* Keeps the case's rows before from being taken over; it goes itself before anybody sees it. */
static enum status write_removed(void *context, uint64_t line, const struct register_row *row,
                                 struct fault *fault)
{
    return write_standing(context, line, row, STANDING_REMOVED, fault);
}

/* One portion of the rows before whose cases do not stand in the file, from *line on. Those of
 * the file have lines above `first_line`. *line is -1 after the last. */
static enum status keep_portion(struct staging *staging, int64_t *line, struct fault *fault)
{
    int64_t first = 0;
    enum status status = check_staged(staging, fault);
    if (status == STATUS_OK)
        status = database_number(
            staging->ledger->database,
            "SELECT min(line) FROM register_row WHERE version = $1 AND line >= $2",
            VALUES(value_integer(staging->before), value_integer(*line)), -1, &first, fault);
    if (status != STATUS_OK)
        return status;
    *line = first < 0 ? -1 : first + ROWS_A_COMMIT;
    if (first < 0)
        return STATUS_OK;
    return database_run(
        staging->ledger->database,
        "INSERT INTO register_row (version, line, case_number, surname, given_names, birth_date,"
        " street, house_number, postcode, city, team, benefit, caseworker, site, status,"
        " other_ids, old_numbers, blocked, standing)"
        " SELECT $1, o.line, o.case_number, o.surname, o.given_names, o.birth_date, o.street,"
        " o.house_number, o.postcode, o.city, o.team, o.benefit, o.caseworker, o.site, o.status,"
        " o.other_ids, o.old_numbers, o.blocked, o.standing FROM register_row o"
        " WHERE o.version = $2 AND o.line >= $3 AND o.line < $4 AND NOT EXISTS"
        " (SELECT 1 FROM register_by_case n WHERE n.version = $1 AND n.case_number ="
        " o.case_number AND n.line > $5)",
        VALUES(value_integer(staging->version), value_integer(staging->before),
               value_integer(first), value_integer(first + ROWS_A_COMMIT),
               value_integer(staging->first_line)),
        NULL, fault);
}

static enum status write_order(struct staging *staging, enum register_order order, int64_t from,
                               int64_t to, struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        register_order_sort(staging->ledger, order, staging->version, from, to, &count, fault);
    for (int64_t first = 0; first < count && status == STATUS_OK; first += ROWS_A_COMMIT) {
        status = begin_portion(staging, fault);
        if (status == STATUS_OK)
            status = register_order_write(staging->ledger, order, staging->version, first,
                                          ROWS_A_COMMIT, fault);
        status = end_portion(staging, status, fault);
    }
    struct fault ignored;
    enum status after =
        register_order_done(staging->ledger, status == STATUS_OK ? fault : &ignored);
    return status == STATUS_OK ? after : status;
}

/* By case and by address, what was written with the lines from..to. */
static enum status write_orders(struct staging *staging, int64_t from, int64_t to,
                                struct fault *fault)
{
    enum status status = STATUS_OK;
    for (int order = 0; order < REGISTER_ORDERS && status == STATUS_OK; order++)
        status = write_order(staging, (enum register_order)order, from, to, fault);
    return status;
}

/* The rest of an incremental import: everything that the file does not speak of. */
static enum status keep_others(struct staging *staging, struct fault *fault)
{
    int64_t line = 0;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && line >= 0) {
        status = ledger_begin(staging->ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(staging->ledger, keep_portion(staging, &line, fault), fault);
    }
    return status;
}

static enum status write_file(struct staging *staging, const struct register_import *import,
                              const struct file *file, struct fault *fault)
{
    struct register_csv csv = csv_of(import);
    struct register_csv_counts counts = {0};
    csv.accepted = write_row; // what is rejected was told in the first pass
    csv.removed = import->is_incremental ? write_removed : NULL;
    csv.context = staging;
    enum status status = register_csv_parse(file->bytes, file->length, &csv, &counts, fault);
    return end_portion(staging, status, fault);
}

static enum status write_rows(struct staging *staging, const struct register_import *import,
                              const struct file *file, struct fault *fault)
{
    struct database *database = staging->ledger->database;
    enum status status = database_commit_lazily(database, true, fault);
    if (status != STATUS_OK)
        return status;
    status = write_file(staging, import, file, fault);
    if (status == STATUS_OK)
        status = write_orders(staging, staging->first_line + 1, INT64_MAX, fault);
    if (status == STATUS_OK && import->is_incremental)
        status = keep_others(staging, fault);
    if (status == STATUS_OK && import->is_incremental)
        status = write_orders(staging, 0, staging->first_line, fault);
    struct fault strict_fault;
    enum status strict = database_commit_lazily(database, false, &strict_fault);
    if (status == STATUS_OK && strict != STATUS_OK)
        status = fault_set(fault, strict, "%s", strict_fault.text);
    return status;
}

/* Is the register still the one that an incremental import was added to? */
static enum status check_before(struct staging *staging, struct fault *fault)
{
    int64_t version = 0;
    enum status status = register_version(staging->ledger, &version, fault);
    if (status == STATUS_OK && version != staging->before)
        return fault_set(fault, STATUS_LATER, "another import changed the register meanwhile");
    return status;
}

/* The cases that the file takes out were kept from being taken over; now their rows go, too. */
static enum status drop_removed(struct staging *staging, struct fault *fault)
{
    static const char *const from_each[] = {
        "DELETE FROM register_by_case WHERE (version, case_number, line) IN"
        " (SELECT version, case_number, line FROM register_row WHERE version = $1 AND"
        " standing = $2)",
        "DELETE FROM register_by_address WHERE (version, postcode, street, house_number, line) IN"
        " (SELECT version, postcode, street, house_number, line FROM register_row WHERE"
        " version = $1 AND standing = $2)",
        "DELETE FROM register_row WHERE version = $1 AND standing = $2",
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof from_each / sizeof from_each[0] && status == STATUS_OK; i++)
        status = database_run(
            staging->ledger->database, from_each[i],
            VALUES(value_integer(staging->version), value_integer(STANDING_REMOVED)), NULL, fault);
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
    if (status == STATUS_OK && import->is_incremental)
        status = check_before(staging, fault);
    if (status == STATUS_OK && import->is_incremental)
        status = drop_removed(staging, fault);
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
    if (status == STATUS_OK)
        status =
            guard_follow_register(staging->ledger, staging->version, audit, import->actor, fault);
    return status;
}

static enum status write_version(struct ledger *ledger, const struct register_import *import,
                                 const struct file *file, struct register_import_result *result,
                                 struct fault *fault)
{
    struct staging staging = {.ledger = ledger, .before = result->version};
    result->version = 0;
    enum status status = STATUS_OK;
    if (import->is_incremental)
        status = database_number(
            ledger->database, "SELECT max(line) FROM register_row WHERE version = $1",
            VALUES(value_integer(staging.before)), 0, &staging.first_line, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
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
    else
        result.version = 0;
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
    " r.city, r.team, r.benefit, r.caseworker, r.site, r.status, r.other_ids, r.old_numbers,"      \
    " r.blocked, r.standing"

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
        int64_t standing = rows_integer(rows, REGISTER_FIELDS);
        row.is_closed = (standing & STANDING_CLOSED) != 0;
        row.is_blocked = (standing & STANDING_BLOCKED) != 0;
        row.is_staff = (standing & STANDING_STAFF) != 0;
        status = callback(context, &row, fault);
        if (status != STATUS_OK)
            return status;
    }
}

static enum status give_current(struct ledger *ledger, register_row_callback *callback,
                                void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_walk(
        ledger->database,
        "SELECT " ROW_COLUMNS " FROM register_row r WHERE r.version ="
        " (SELECT v.id FROM register_version v WHERE v.state = 'current') ORDER BY r.line",
        NO_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = give_rows(rows, callback, context, fault);
    rows_done(&rows);
    return status;
}

enum status register_each(struct ledger *ledger, register_row_callback *callback, void *context,
                          struct fault *fault)
{
    enum status status = database_begin_reading(ledger->database, fault);
    if (status != STATUS_OK)
        return status;
    return database_end(ledger->database, give_current(ledger, callback, context, fault), fault);
}

enum status register_case(struct ledger *ledger, const char *case_number,
                          register_row_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(ledger->database,
                                        "SELECT " ROW_COLUMNS
                                        " FROM " REGISTER_ROWS_OF_CASE("$1") " ORDER BY r.line",
                                        VALUES(value_text(case_number)), &rows, fault);
    if (status == STATUS_OK)
        status = give_rows(rows, callback, context, fault);
    rows_done(&rows);
    return status;
}

enum status register_team(struct ledger *ledger, const char *case_number, char **ret_team,
                          int64_t *ret_version, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    bool failed = false;
    enum status status = database_query(
        ledger->database,
        "SELECT r.team, r.version FROM " REGISTER_ROWS_OF_CASE("$1") " ORDER BY r.line LIMIT 1",
        VALUES(value_text(case_number)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        *ret_team = rows_text_copy(rows, 0, &failed);
        *ret_version = rows_integer(rows, 1);
    }
    rows_done(&rows);
    return failed ? ledger_out_of_memory(fault) : status;
}
