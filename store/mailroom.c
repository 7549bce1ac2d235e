/* mailroom.c - see mailroom.h. A day is a short stretch of one index; its counts of documents and
 * blank pages are looked up for the rows that are shown. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "store/ledger_private.h"
#include "store/mailroom.h"

/* ---- the day ---------------------------------------------------------------------------------- */

/* The counts of a scan's documents, by state. */
static enum status count_documents(struct ledger *ledger, const struct uuid *scan,
                                   uint32_t counts[DOCUMENT_STATES], struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum document_state state = DOCUMENT_CORRUPT;
    enum status status = database_query(
        ledger->database, "SELECT state, count(*) FROM document WHERE scan = $1 GROUP BY state",
        VALUES(value_uuid(scan)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        if (document_state_from_name(rows_text(rows, 0), &state))
            counts[state] = (uint32_t)rows_integer(rows, 1);
    }
    rows_done(&rows);
    return status;
}

static enum status tell_day(struct ledger *ledger, struct rows *rows, day_callback *callback,
                            void *context, struct fault *fault)
{
    struct scan_record scan = {0};
    enum status status = scan_record_read(rows, &scan, fault);
    struct day_scan day = {
        .scan = &scan,
        .changed_ms = rows_integer(rows, 13),
        .blanks = (uint32_t)rows_integer(rows, 14),
        .page_done = (uint32_t)rows_integer(rows, 15),
        .page_count = (uint32_t)rows_integer(rows, 16),
        .settled = rows_text(rows, 17),
    };
    if (status == STATUS_OK && scan.state == SCAN_READ)
        status = count_documents(ledger, &scan.id.uuid, day.documents, fault);
    if (status == STATUS_OK)
        status = callback(context, &day, fault);
    scan_record_done(&scan);
    return status;
}

/* A row comparison would be shorter, but neither engine walks the index downwards for it with the
 * site in front. */
enum status day_scans(struct ledger *ledger, const struct day_query *query, day_callback *callback,
                      void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    int64_t before_ms = query->has_after ? query->after_ms : query->until_ms;
    enum status status = database_query(
        ledger->database,
        "SELECT " SCAN_COLUMNS ", (SELECT a.at_ms FROM audit a WHERE a.id = s.audit),"
        " (SELECT count(*) FROM page p WHERE p.scan = s.id AND p.outcome = 'blank'),"
        " (SELECT max(j.page_done) FROM job j WHERE j.scan = s.id AND j.state <> 'done'),"
        " (SELECT max(j.page_count) FROM job j WHERE j.scan = s.id AND j.state <> 'done'),"
        " (SELECT e.how FROM scan_settled e WHERE e.scan = s.id)"
        " FROM " SCAN_TABLES " WHERE s.site = (SELECT id FROM site WHERE name = $1)"
        " AND s.received_ms >= $2 AND s.received_ms <= $3"
        " AND (s.received_ms < $3 OR ($4 = 1 AND s.id < $5))"
        " ORDER BY s.received_ms DESC, s.id DESC LIMIT $6",
        VALUES(value_text(query->site), value_integer(query->since_ms), value_integer(before_ms),
               value_integer(query->has_after ? 1 : 0), value_uuid(&query->after),
               value_integer(query->limit)),
        &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = tell_day(ledger, rows, callback, context, fault);
    }
    rows_done(&rows);
    return status;
}

enum status day_count(struct ledger *ledger, const char *site, int64_t since_ms, int64_t until_ms,
                      struct day_counts *ret_counts, struct fault *fault)
{
    struct day_counts counts = {0};
    struct rows *rows = NULL;
    bool is_there = false;
    enum scan_state state = SCAN_CORRUPT;
    enum status status = database_query(
        ledger->database,
        "SELECT s.state, count(*), count(e.scan) FROM scan s"
        " LEFT JOIN scan_settled e ON e.scan = s.id"
        " WHERE s.site = (SELECT id FROM site WHERE name = $1)"
        " AND s.received_ms >= $2 AND s.received_ms < $3 GROUP BY s.state",
        VALUES(value_text(site), value_integer(since_ms), value_integer(until_ms)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        if (!scan_state_from_name(rows_text(rows, 0), &state))
            continue;
        counts.scans[state] = (uint64_t)rows_integer(rows, 1);
        if (state == SCAN_REFUSED || state == SCAN_FAILED)
            counts.to_do += counts.scans[state] - (uint64_t)rows_integer(rows, 2);
    }
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_counts = counts;
    return status;
}

enum status sites_seen(struct ledger *ledger, site_callback *callback, void *context,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT t.name, (SELECT max(s.received_ms) FROM scan s WHERE s.site = t.id)"
                       " FROM site t ORDER BY t.name",
                       NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        if (!rows_is_null(rows, 1))
            status = callback(context, rows_text(rows, 0), rows_integer(rows, 1), fault);
    }
    rows_done(&rows);
    return status;
}

enum status site_first_scan(struct ledger *ledger, const char *site, int64_t since_ms,
                            int64_t until_ms, int64_t *ret_received_ms, struct fault *fault)
{
    return database_number(
        ledger->database,
        "SELECT min(s.received_ms) FROM scan s WHERE s.site = (SELECT id FROM site WHERE name = $1)"
        " AND s.received_ms >= $2 AND s.received_ms < $3",
        VALUES(value_text(site), value_integer(since_ms), value_integer(until_ms)), 0,
        ret_received_ms, fault);
}

/* ---- what came back ----------------------------------------------------------------------------- */

static enum status settle(struct ledger *ledger, struct scan_id id, const char *how,
                          const char *actor, struct fault *fault)
{
    bool is_found = false;
    enum scan_state state = SCAN_CORRUPT;
    int64_t settled = 0;
    int64_t audit = 0;
    struct text detail = {0};
    enum status status = scan_state_of(ledger, &id.uuid, &is_found, &state, fault);
    if (status == STATUS_OK)
        status =
            database_number(ledger->database, "SELECT count(*) FROM scan_settled WHERE scan = $1",
                            VALUES(value_uuid(&id.uuid)), 0, &settled, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_found || settled > 0 || (state != SCAN_REFUSED && state != SCAN_FAILED))
        return fault_set(fault, STATUS_REFUSE, "there is nothing to deal with");
    detail_open(&detail);
    detail_word(&detail, "how", how);
    status = audit_append_about(ledger, actor, "scan.settle", &id.uuid, detail_close(&detail),
                                &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO scan_settled (scan, how, actor, at_ms, audit)"
                        " VALUES ($1, $2, $3, $4, $5)",
                        VALUES(value_uuid(&id.uuid), value_text(how), value_text(actor),
                               value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
                        NULL, fault);
}

enum status scan_settle(struct ledger *ledger, struct scan_id id, const char *how,
                        const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, settle(ledger, id, how, actor, fault), fault);
}

/* ---- receipts ----------------------------------------------------------------------------------- */

/* Eight of Crockford's 32 letters, which leave out I, L, O and U. */
static void make_code(char code[RECEIPT_CODE_BYTES])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (size_t i = 0; i < RECEIPT_CODE_BYTES - 1; i++)
        code[i] = i == 4 ? '-' : letters[randombytes_uniform(32)];
    code[RECEIPT_CODE_BYTES - 1] = '\0';
}

static enum status add_to_receipt(struct ledger *ledger, const char *code, const char *site,
                                  const struct scan_id *scan, struct fault *fault)
{
    int64_t found = 0;
    enum status status =
        database_number(ledger->database,
                        "SELECT count(*) FROM scan s JOIN site t ON t.id = s.site"
                        " WHERE s.id = $1 AND t.name = $2",
                        VALUES(value_uuid(&scan->uuid), value_text(site)), 0, &found, fault);
    if (status == STATUS_OK && found == 0)
        return fault_set(fault, STATUS_REFUSE, "a scan of the receipt is not there");
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "INSERT INTO receipt_scan (code, scan) VALUES ($1, $2)"
                              " ON CONFLICT DO NOTHING",
                              VALUES(value_text(code), value_uuid(&scan->uuid)), NULL, fault);
    return status;
}

static enum status add_receipt(struct ledger *ledger, const char *code, const char *site,
                               const struct scan_id *scans, size_t count, uint32_t sheets,
                               const char *actor, struct fault *fault)
{
    int64_t number = 0;
    int64_t audit = 0;
    enum status status = site_number(ledger, site, &number, fault);
    if (status == STATUS_OK)
        status = audit_append(ledger, actor, "scan.receipt", code, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "INSERT INTO receipt (code, site, created_ms, sheets, actor, audit)"
                              " VALUES ($1, $2, $3, $4, $5, $6)",
                              VALUES(value_text(code), value_integer(number),
                                     value_integer(ledger_wall_ms(ledger)), value_integer(sheets),
                                     value_text(actor), value_integer(audit)),
                              NULL, fault);
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_to_receipt(ledger, code, site, &scans[i], fault);
    return status;
}

enum status receipt_make(struct ledger *ledger, const char *site, const struct scan_id *scans,
                         size_t count, uint32_t sheets, const char *actor,
                         char ret_code[RECEIPT_CODE_BYTES], struct fault *fault)
{
    char code[RECEIPT_CODE_BYTES];
    if (count == 0 || count > RECEIPT_SCANS_MOST)
        return fault_set(fault, STATUS_REFUSE, "a receipt is for 1 to %d scans",
                         RECEIPT_SCANS_MOST);
    make_code(code);
    enum status status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    status = ledger_end(ledger, add_receipt(ledger, code, site, scans, count, sheets, actor, fault),
                        fault);
    if (status == STATUS_OK)
        memcpy(ret_code, code, sizeof code);
    return status;
}

void receipt_record_done(struct receipt_record *record)
{
    free(record->site);
    free(record->actor);
    *record = (struct receipt_record){0};
}

enum status receipt_get(struct ledger *ledger, const char *code, struct receipt_record *ret_record,
                        struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    bool failed = false;
    struct receipt_record record = {0};
    enum status status =
        database_query(ledger->database,
                       "SELECT r.code, t.name, r.created_ms, r.sheets, r.actor FROM receipt r"
                       " JOIN site t ON t.id = r.site WHERE r.code = $1",
                       VALUES(value_text(code)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &is_there, fault);
    if (status == STATUS_OK && !is_there)
        status = fault_set(fault, STATUS_REFUSE, "there is no receipt %s", code);
    if (status == STATUS_OK && strlen(rows_text(rows, 0)) < RECEIPT_CODE_BYTES) {
        memcpy(record.code, rows_text(rows, 0), strlen(rows_text(rows, 0)) + 1);
        record.site = rows_text_copy(rows, 1, &failed);
        record.created_ms = rows_integer(rows, 2);
        record.sheets = (uint32_t)rows_integer(rows, 3);
        record.actor = rows_text_copy(rows, 4, &failed);
    }
    rows_done(&rows);
    if (failed)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        *ret_record = record;
    else
        receipt_record_done(&record);
    return status;
}

/* The kinds of a scan's documents, as words, without those that only some may know of. */
static enum status find_kinds(struct ledger *ledger, const struct uuid *scan, struct text *kinds,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status =
        database_query(ledger->database,
                       "SELECT DISTINCT c.kind FROM document d JOIN decision c ON c.id = d.decision"
                       " WHERE d.scan = $1 AND c.kind IS NOT NULL AND d.guard = 0 ORDER BY 1",
                       VALUES(value_uuid(scan)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        text_append_format(kinds, "%s%s", kinds->length == 0 ? "" : " ", rows_text(rows, 0));
    }
    rows_done(&rows);
    return status;
}

static enum status tell_scan(struct ledger *ledger, struct rows *rows, receipt_callback *callback,
                             void *context, struct fault *fault)
{
    struct scan_record scan = {0};
    struct text kinds = {0};
    enum status status = scan_record_read(rows, &scan, fault);
    if (status == STATUS_OK)
        status = find_kinds(ledger, &scan.id.uuid, &kinds, fault);
    if (status == STATUS_OK)
        status = callback(context, &scan, text_string(&kinds), fault);
    text_done(&kinds);
    scan_record_done(&scan);
    return status;
}

enum status receipt_scans(struct ledger *ledger, const char *code, receipt_callback *callback,
                          void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool is_there = false;
    enum status status = database_query(ledger->database,
                                        "SELECT " SCAN_COLUMNS " FROM " SCAN_TABLES
                                        " JOIN receipt_scan r ON r.scan = s.id WHERE r.code = $1"
                                        " ORDER BY s.received_ms, s.id",
                                        VALUES(value_text(code)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &is_there, fault);
        if (status != STATUS_OK || !is_there)
            break;
        status = tell_scan(ledger, rows, callback, context, fault);
    }
    rows_done(&rows);
    return status;
}
