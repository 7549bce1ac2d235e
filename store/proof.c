/* proof.c - see proof.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/proof.h"

/* ---- lines --------------------------------------------------------------------------------- */

static void write_line(struct rows *rows, char line[PROOF_LINE_BYTES])
{
    char id[UUID_TEXT_BYTES], hex[4][DIGEST_HEX_BYTES];
    struct uuid document = rows_uuid(rows, 0);
    uuid_to_text(&document, id);
    for (int i = 0; i < 4; i++) {
        struct digest digest = rows_digest(rows, 1 + i);
        digest_to_hex(&digest, hex[i]);
    }
    (void)snprintf(line, PROOF_LINE_BYTES, "%s %s %s %s %s", id, hex[0], hex[1], hex[2], hex[3]);
}

enum status proof_lines(struct ledger *ledger, uint64_t most, proof_line_callback *callback,
                        void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    uint64_t index = 0;
    enum status status =
        database_query(ledger->database,
                       "SELECT d.id, s.sha256, d.pdf, d.text, d.reading FROM document d"
                       " JOIN scan s ON s.id = d.scan ORDER BY d.born, d.id",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK && (most == 0 || index < most)) {
        char line[PROOF_LINE_BYTES];
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        write_line(rows, line);
        status = callback(context, index++, line, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- sealing a day ------------------------------------------------------------------------- */

static enum status add_leaf(void *context, uint64_t index, const char *line, struct fault *fault)
{
    (void)index;
    (void)fault;
    struct digest leaf = merkle_leaf(line, strlen(line));
    merkle_add(context, &leaf);
    return STATUS_OK;
}

static void read_root(struct rows *rows, struct proof_root *root)
{
    (void)snprintf(root->day, sizeof root->day, "%s", rows_text(rows, 0));
    root->until_ms = rows_integer(rows, 1);
    root->documents = (uint64_t)rows_integer(rows, 2);
    root->root = rows_digest(rows, 3);
    root->made_ms = rows_integer(rows, 4);
}

#define ROOT_COLUMNS "day, until_ms, documents, sha256, made_ms"

static enum status find_root(struct ledger *ledger, const char *day, bool *ret_found,
                             struct proof_root *ret_root, struct fault *fault)
{
    struct rows *rows = NULL;
    const struct value values[] = {value_text(day)};
    enum status status =
        database_query(ledger->database, "SELECT " ROOT_COLUMNS " FROM daily_root WHERE day = $1",
                       values, 1, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found)
        read_root(rows, ret_root);
    rows_done(&rows);
    return status;
}

/* Documents that were born before the moment: those of the first audit rows. */
static enum status count_before(struct ledger *ledger, int64_t until_ms, int64_t *ret_count,
                                struct fault *fault)
{
    const struct value values[] = {value_integer(until_ms)};
    return database_number(ledger->database,
                           "SELECT count(*) FROM document WHERE born <"
                           " coalesce((SELECT min(id) FROM audit WHERE at_ms >= $1),"
                           " (SELECT max(id) + 1 FROM audit))",
                           values, 1, 0, ret_count, fault);
}

static enum status refuse_early(struct ledger *ledger, const char *day, int64_t until_ms,
                                struct fault *fault)
{
    const struct value values[] = {value_text(day)};
    int64_t later = 0;
    if (until_ms > ledger_wall_ms(ledger))
        return fault_set(fault, STATUS_REFUSE, "the day %s has not ended yet", day);
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM daily_root WHERE day > $1", values,
                        1, 0, &later, fault);
    if (status == STATUS_OK && later > 0)
        status = fault_set(fault, STATUS_REFUSE, "a day after %s has its root already", day);
    return status;
}

static enum status keep_root(struct ledger *ledger, const struct proof_root *root,
                             struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_number(&detail, "documents", (int64_t)root->documents);
    detail_digest(&detail, "root", &root->root);
    const char *words = detail_close(&detail);
    enum status status = words == NULL ? ledger_out_of_memory(fault)
                                       : audit_append(ledger, "proof", "proof.root", root->day,
                                                      words, &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    const struct value values[] = {value_text(root->day),
                                   value_integer(root->until_ms),
                                   value_integer((int64_t)root->documents),
                                   value_digest(&root->root),
                                   value_integer(root->made_ms),
                                   value_integer(audit)};
    return database_run(ledger->database,
                        "INSERT INTO daily_root (day, until_ms, documents, sha256, made_ms, audit)"
                        " VALUES ($1, $2, $3, $4, $5, $6)",
                        values, 6, NULL, fault);
}

static enum status seal_day(struct ledger *ledger, const char *day, int64_t until_ms,
                            struct proof_root *root, struct fault *fault)
{
    bool is_there = false;
    int64_t documents = 0;
    struct merkle_stream stream = {0};
    enum status status = find_root(ledger, day, &is_there, root, fault);
    if (status != STATUS_OK || is_there)
        return status;
    status = refuse_early(ledger, day, until_ms, fault);
    if (status == STATUS_OK)
        status = count_before(ledger, until_ms, &documents, fault);
    if (status == STATUS_OK && documents > 0)
        status = proof_lines(ledger, (uint64_t)documents, add_leaf, &stream, fault);
    if (status != STATUS_OK)
        return status;
    *root = (struct proof_root){.until_ms = until_ms,
                                .documents = (uint64_t)documents,
                                .root = merkle_so_far(&stream),
                                .made_ms = ledger_wall_ms(ledger)};
    (void)snprintf(root->day, sizeof root->day, "%s", day);
    return keep_root(ledger, root, fault);
}

enum status proof_seal_day(struct ledger *ledger, const char *day, int64_t until_ms,
                           struct proof_root *ret_root, struct fault *fault)
{
    struct proof_root root = {0};
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, seal_day(ledger, day, until_ms, &root, fault), fault);
    if (status == STATUS_OK)
        *ret_root = root;
    return status;
}

/* ---- looking back -------------------------------------------------------------------------- */

enum status proof_roots(struct ledger *ledger, proof_root_callback *callback, void *context,
                        struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database, "SELECT " ROOT_COLUMNS " FROM daily_root ORDER BY day",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        struct proof_root root = {0};
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        read_root(rows, &root);
        status = callback(context, &root, fault);
    }
    rows_done(&rows);
    return status;
}

/* One walk over the documents, beside which the days go on. */
struct recheck {
    struct rows *days;
    struct proof_root day; /* the next one to be reached */
    bool has_day;
    struct merkle_stream stream;
    uint64_t checked;
    char bad_day[PROOF_DAY_BYTES];
};

static enum status next_day(struct recheck *recheck, struct fault *fault)
{
    enum status status = rows_next(recheck->days, &recheck->has_day, fault);
    if (status == STATUS_OK && recheck->has_day)
        read_root(recheck->days, &recheck->day);
    return status;
}

/* Compares every day that covers exactly the documents so far. */
static enum status compare_days(struct recheck *recheck, struct fault *fault)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && recheck->has_day &&
           recheck->day.documents <= recheck->stream.count) {
        struct digest root = merkle_so_far(&recheck->stream);
        bool is_right = recheck->day.documents == recheck->stream.count &&
                        digest_equal(&root, &recheck->day.root);
        if (!is_right && recheck->bad_day[0] == '\0')
            memcpy(recheck->bad_day, recheck->day.day, sizeof recheck->bad_day);
        recheck->checked++;
        status = next_day(recheck, fault);
    }
    return status;
}

static enum status recheck_line(void *context, uint64_t index, const char *line,
                                struct fault *fault)
{
    struct recheck *recheck = context;
    (void)add_leaf(&recheck->stream, index, line, fault);
    return compare_days(recheck, fault);
}

/* Days that cover more documents than there are. */
static enum status take_rest(struct recheck *recheck, struct fault *fault)
{
    enum status status = STATUS_OK;
    while (status == STATUS_OK && recheck->has_day) {
        if (recheck->bad_day[0] == '\0')
            memcpy(recheck->bad_day, recheck->day.day, sizeof recheck->bad_day);
        recheck->checked++;
        status = next_day(recheck, fault);
    }
    return status;
}

static enum status check_days(struct ledger *ledger, struct recheck *recheck, struct fault *fault)
{
    enum status status =
        database_query(ledger->database, "SELECT " ROOT_COLUMNS " FROM daily_root ORDER BY day",
                       NO_VALUES, &recheck->days, fault);
    if (status == STATUS_OK)
        status = next_day(recheck, fault);
    if (status == STATUS_OK)
        status = compare_days(recheck, fault); // days before the first document
    if (status == STATUS_OK && recheck->has_day)
        status = proof_lines(ledger, 0, recheck_line, recheck, fault);
    if (status == STATUS_OK)
        status = take_rest(recheck, fault);
    rows_done(&recheck->days);
    return status;
}

enum status proof_check(struct ledger *ledger, uint64_t *ret_days,
                        char ret_bad_day[PROOF_DAY_BYTES], struct fault *fault)
{
    struct recheck recheck = {0};
    enum status status = check_days(ledger, &recheck, fault);
    if (status != STATUS_OK)
        return status;
    *ret_days = recheck.checked;
    memcpy(ret_bad_day, recheck.bad_day, sizeof recheck.bad_day);
    return STATUS_OK;
}

/* ---- what providers gave --------------------------------------------------------------------- */

static enum status keep_proof(struct ledger *ledger, const char *day, const char *kind,
                              const void *bytes, size_t length, struct fault *fault)
{
    const struct value content = {.kind = VALUE_BYTES, .bytes = bytes, .length = length};
    struct digest digest = digest_of(bytes, length);
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "kind", kind);
    detail_digest(&detail, "sha256", &digest);
    enum status status =
        audit_append(ledger, "proof", "proof.keep", day, detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "INSERT INTO daily_proof (day, kind, bytes, made_ms, audit)"
                              " VALUES ($1, $2, $3, $4, $5)",
                              VALUES(value_text(day), value_text(kind), content,
                                     value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                              NULL, fault);
    return status;
}

enum status proof_keep(struct ledger *ledger, const char *day, const char *kind, const void *bytes,
                       size_t length, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, keep_proof(ledger, day, kind, bytes, length, fault), fault);
    return status;
}

enum status proof_has(struct ledger *ledger, const char *day, const char *kind, bool *ret_has,
                      struct fault *fault)
{
    int64_t count = 0;
    enum status status = database_number(
        ledger->database, "SELECT count(*) FROM daily_proof WHERE day = $1 AND kind = $2",
        VALUES(value_text(day), value_text(kind)), 0, &count, fault);
    if (status == STATUS_OK)
        *ret_has = count > 0;
    return status;
}

enum status proof_read(struct ledger *ledger, const char *day, const char *kind, bool *ret_has,
                       struct text *ret_bytes, struct fault *fault)
{
    struct rows *rows = NULL;
    size_t length = 0;
    enum status status = database_query(
        ledger->database, "SELECT bytes FROM daily_proof WHERE day = $1 AND kind = $2",
        VALUES(value_text(day), value_text(kind)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_has, fault);
    if (status == STATUS_OK && *ret_has) {
        const void *bytes = rows_bytes(rows, 0, &length);
        text_append_bytes(ret_bytes, bytes == NULL ? "" : bytes, length);
        if (!text_ok(ret_bytes))
            status = ledger_out_of_memory(fault);
    }
    rows_done(&rows);
    return status;
}
