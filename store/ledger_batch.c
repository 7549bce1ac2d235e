/* ledger_batch.c - see ledger_batch.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "law/receipt.h"
#include "store/ledger_batch.h"
#include "store/ledger_private.h"

enum {
    RANDOM_LETTERS = 5,
    RECORDS_A_WALK = 32 /* kept in memory while a callback works */
};

/* ---- making ---------------------------------------------------------------------------------- */

static void make_id(const struct ledger *ledger, char ret_id[BATCH_ID_BYTES])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    time_t now = (time_t)(ledger_wall_ms(ledger) / 1000);
    struct tm day;
    localtime_r(&now, &day);
    size_t length = strftime(ret_id, BATCH_ID_BYTES, "%Y%m%d-", &day);
    for (int i = 0; i < RANDOM_LETTERS; i++)
        ret_id[length++] = letters[randombytes_uniform(sizeof letters - 1)];
    ret_id[length] = '\0';
}

static enum status audit_batch(struct ledger *ledger, const char *actor, const char *action,
                               const char *id, const struct batch_counts *counts,
                               int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_number(&detail, "prepared", counts->prepared);
    detail_number(&detail, "scanned", counts->scanned);
    detail_number(&detail, "accounted", counts->accounted);
    enum status status =
        audit_append(ledger, actor, action, id, detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status insert_batch(struct ledger *ledger, const struct sheet *cover, const char *actor,
                                struct fault *fault)
{
    const struct batch_counts counts = {.prepared = cover->prepared};
    int64_t audit = 0;
    enum status status =
        audit_batch(ledger, actor, "batch.open", cover->batch, &counts, &audit, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(ledger->database,
                        "INSERT INTO batch (id, site, operator, prepared, received_day, made_ms,"
                        " state, audit) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)",
                        VALUES(value_text(cover->batch), value_text(cover->site),
                               value_text(cover->operator_name), value_integer(cover->prepared),
                               value_text(cover->received), value_integer(ledger_wall_ms(ledger)),
                               value_integer(audit)),
                        NULL, fault);
}

static bool copy_word(char *word, size_t size, const char *from)
{
    return snprintf(word, size, "%s", from == NULL ? "" : from) < (int)size;
}

/* How it came, and out of which emptying: the cover does not say this. */
static enum status keep_way(struct ledger *ledger, const struct batch_draft *draft, const char *id,
                            struct fault *fault)
{
    int64_t found = 1;
    const char *channel = draft->channel == NULL ? "" : draft->channel;
    enum receipt_channel known;
    if (channel[0] != '\0' && !receipt_channel_from_name(channel, &known))
        return fault_set(fault, STATUS_REFUSE, "there is no channel of this name");
    enum status status = STATUS_OK;
    if (draft->letterbox != 0)
        status = database_number(
            ledger->database, "SELECT count(*) FROM letterbox WHERE id = $1 AND site = $2",
            VALUES(value_integer(draft->letterbox), value_text(draft->site)), 0, &found, fault);
    if (status == STATUS_OK && found == 0)
        status = fault_set(fault, STATUS_REFUSE, "the site has no emptying of this number");
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database, "UPDATE batch SET channel = $2, letterbox = $3 WHERE id = $1",
        VALUES(value_text(id), value_text(channel),
               draft->letterbox == 0 ? value_null() : value_integer(draft->letterbox)),
        NULL, fault);
}

static enum status create(struct ledger *ledger, const struct batch_draft *draft,
                          const struct sheet *cover, const char *actor, struct fault *fault)
{
    enum status status = insert_batch(ledger, cover, actor, fault);
    return status == STATUS_OK ? keep_way(ledger, draft, cover->batch, fault) : status;
}

enum status ledger_batch_create(struct ledger *ledger, const struct batch_draft *draft,
                                const char *actor, char ret_id[BATCH_ID_BYTES], struct fault *fault)
{
    struct sheet cover = {.kind = SHEET_COVER, .prepared = draft->prepared};
    char code[SHEET_CODE_BYTES];
    make_id(ledger, cover.batch);
    if (!copy_word(cover.site, sizeof cover.site, draft->site) ||
        !copy_word(cover.operator_name, sizeof cover.operator_name, draft->operator_name) ||
        !copy_word(cover.received, sizeof cover.received, draft->received_day) ||
        !sheet_write(&cover, code))
        return fault_set(fault, STATUS_REFUSE,
                         "a cover sheet cannot carry this site, name, page count or date");
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, create(ledger, draft, &cover, actor, fault), fault);
    if (status == STATUS_OK)
        memcpy(ret_id, cover.batch, sizeof cover.batch);
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

void batch_record_done(struct batch_record *record)
{
    free(record->site);
    free(record->operator_name);
    free(record->channel);
    free(record->closed_by);
    free(record->reason);
    *record = (struct batch_record){0};
}

bool batch_is_complete(const struct batch_counts *counts)
{
    return counts->prepared > 0 && counts->prepared + counts->duplicates == counts->scanned &&
           counts->scanned == counts->accounted && counts->missing == 0;
}

/* Bits of enum page_note. */
#define IS_BACK   "(p.notes & 4) <> 0"
#define IS_SHEET  "p.outcome = 'separator'"
#define IS_LETTER "NOT (" IS_SHEET ") AND NOT (" IS_BACK ")"
_Static_assert(PAGE_NOTE_SHEET_BACK == 4 && PAGE_NOTE_SHEET_MISSING == 2, "as in the queries");

static enum status count_pages(struct ledger *ledger, const char *id, struct batch_counts *counts,
                               struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT count(CASE WHEN " IS_LETTER " THEN 1 END),"
        " count(CASE WHEN " IS_LETTER
        " AND (p.outcome IN ('blank', 'refused', 'duplicate') OR d.state IN"
        "  ('filed', 'clearing', 'forwarded', 'discarded', 'arranging')) THEN 1 END),"
        " count(CASE WHEN " IS_SHEET " THEN 1 END),"
        " count(CASE WHEN p.outcome = 'blank' THEN 1 END),"
        " count(CASE WHEN (p.notes & 2) <> 0 THEN 1 END),"
        " count(DISTINCT p.document), count(DISTINCT p.scan),"
        " count(CASE WHEN p.outcome = 'duplicate' THEN 1 END),"
        " count(CASE WHEN p.outcome = 'refused' THEN 1 END),"
        " count(CASE WHEN p.outcome = 'document' THEN 1 END)"
        " FROM page p LEFT JOIN document d ON d.id = p.document WHERE p.batch = $1",
        VALUES(value_text(id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        counts->scanned = (uint32_t)rows_integer(rows, 0);
        counts->accounted = (uint32_t)rows_integer(rows, 1);
        counts->sheets = (uint32_t)rows_integer(rows, 2);
        counts->blanks = (uint32_t)rows_integer(rows, 3);
        counts->missing = (uint32_t)rows_integer(rows, 4);
        counts->documents = (uint32_t)rows_integer(rows, 5);
        counts->scans = (uint32_t)rows_integer(rows, 6);
        counts->duplicates = (uint32_t)rows_integer(rows, 7);
        counts->refused = (uint32_t)rows_integer(rows, 8);
        counts->in_documents = (uint32_t)rows_integer(rows, 9);
    }
    rows_done(&rows);
    return status;
}

#define BATCH_COLUMNS                                                                              \
    "b.id, b.site, b.operator, b.prepared, b.received_day, b.made_ms, b.state, b.closed_ms,"       \
    " b.closed_by, b.reason, b.channel, b.letterbox"

static enum status read_batch(struct rows *rows, struct batch_record *ret_record,
                              struct fault *fault)
{
    bool failed = false;
    struct batch_record record = {.made_ms = rows_integer(rows, 5),
                                  .is_closed = string_equal(rows_text(rows, 6), "closed"),
                                  .closed_ms = rows_integer(rows, 7)};
    (void)copy_word(record.id, sizeof record.id, rows_text(rows, 0));
    record.site = rows_text_copy(rows, 1, &failed);
    record.operator_name = rows_text_copy(rows, 2, &failed);
    record.counts.prepared = (uint32_t)rows_integer(rows, 3);
    (void)copy_word(record.received_day, sizeof record.received_day, rows_text(rows, 4));
    record.closed_by = rows_text_copy(rows, 8, &failed);
    record.reason = rows_text_copy(rows, 9, &failed);
    record.channel = rows_text_copy(rows, 10, &failed);
    record.letterbox = rows_integer(rows, 11);
    if (failed) {
        batch_record_done(&record);
        return ledger_out_of_memory(fault);
    }
    *ret_record = record;
    return STATUS_OK;
}

enum status ledger_batch_get(struct ledger *ledger, const char *id, struct batch_record *ret_record,
                             struct fault *fault)
{
    struct rows *rows = NULL;
    struct batch_record record = {0};
    bool there = false;
    enum status status =
        database_query(ledger->database, "SELECT " BATCH_COLUMNS " FROM batch b WHERE b.id = $1",
                       VALUES(value_text(id)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no batch of this id");
    if (status == STATUS_OK)
        status = read_batch(rows, &record, fault);
    rows_done(&rows);
    if (status == STATUS_OK)
        status = count_pages(ledger, id, &record.counts, fault);
    if (status == STATUS_OK)
        *ret_record = record;
    else
        batch_record_done(&record);
    return status;
}

/* The next batches that were made before (`before_ms`, `before`), without their counts. */
static enum status next_batches(struct ledger *ledger, const struct batch_filter *filter,
                                int64_t before_ms, const char *before, uint32_t most,
                                struct batch_record *ret_records, size_t *ret_count,
                                struct fault *fault)
{
    struct rows *rows = NULL;
    size_t count = 0;
    enum status status =
        database_query(ledger->database,
                       "SELECT " BATCH_COLUMNS " FROM batch b WHERE (b.made_ms, b.id) < ($1, $2)"
                       " AND ($3 = '' OR b.site = $3) AND ($4 = 0 OR b.state = 'open')"
                       " ORDER BY b.made_ms DESC, b.id DESC LIMIT $5",
                       VALUES(value_integer(before_ms), value_text(before),
                              value_text(filter->site == NULL ? "" : filter->site),
                              value_integer(filter->open_only), value_integer(most)),
                       &rows, fault);
    while (status == STATUS_OK && count < most) {
        bool there = false;
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        status = read_batch(rows, &ret_records[count], fault);
        if (status == STATUS_OK)
            count++;
    }
    rows_done(&rows);
    *ret_count = count;
    return status;
}

enum status ledger_batches(struct ledger *ledger, const struct batch_filter *filter,
                           ledger_batch_callback *callback, void *context, struct fault *fault)
{
    static const struct batch_filter all;
    struct batch_record records[RECORDS_A_WALK] = {0};
    if (filter == NULL)
        filter = &all;
    int64_t before_ms = filter->before_ms == 0 ? INT64_MAX : filter->before_ms;
    char before[BATCH_ID_BYTES] = "";
    uint32_t left = filter->most == 0 ? UINT32_MAX : filter->most;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && left > 0) {
        uint32_t most = left < RECORDS_A_WALK ? left : RECORDS_A_WALK;
        size_t count = 0;
        status = next_batches(ledger, filter, before_ms, before, most, records, &count, fault);
        for (size_t i = 0; i < count; i++) {
            if (status == STATUS_OK)
                status = count_pages(ledger, records[i].id, &records[i].counts, fault);
            if (status == STATUS_OK)
                status = callback(context, &records[i], fault);
            before_ms = records[i].made_ms;
            memcpy(before, records[i].id, sizeof before);
            batch_record_done(&records[i]);
        }
        left -= (uint32_t)count;
        if (count < most)
            break;
    }
    return status;
}

enum status ledger_batch_scans(struct ledger *ledger, const char *id,
                               ledger_scan_callback *callback, void *context, struct fault *fault)
{
    struct scan_id after = {0};
    for (;;) {
        struct scan_record record = {0};
        struct rows *rows = NULL;
        bool there = false;
        enum status status = database_query(
            ledger->database,
            "SELECT DISTINCT scan FROM page WHERE batch = $1 AND scan > $2 ORDER BY scan LIMIT 1",
            VALUES(value_text(id), value_uuid(&after.uuid)), &rows, fault);
        if (status == STATUS_OK)
            status = rows_next(rows, &there, fault);
        if (status == STATUS_OK && there)
            after.uuid = rows_uuid(rows, 0);
        rows_done(&rows);
        if (status != STATUS_OK || !there)
            return status;
        status = ledger_scan_get(ledger, after, &record, fault);
        if (status == STATUS_OK)
            status = callback(context, &record, fault);
        scan_record_done(&record);
        if (status != STATUS_OK)
            return status;
    }
}

enum status ledger_batch_of(struct ledger *ledger, struct document_id document, bool *ret_found,
                            char ret_id[BATCH_ID_BYTES], struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT batch FROM page WHERE document = $1 AND batch IS NOT NULL ORDER BY number LIMIT 1",
        VALUES(value_uuid(&document.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        (void)copy_word(ret_id, BATCH_ID_BYTES, rows_text(rows, 0));
    rows_done(&rows);
    if (status == STATUS_OK)
        *ret_found = there;
    return status;
}

/* ---- changing -------------------------------------------------------------------------------- */

enum { DOCUMENTS_A_LOOK = 64 };

/* Filed documents with pages of the batch behind `after`, copies too. */
static enum status read_filed(struct ledger *ledger, const char *id, const struct uuid *after,
                              struct uuid documents[DOCUMENTS_A_LOOK], size_t *ret_count,
                              struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    *ret_count = 0;
    enum status status = database_query(
        ledger->database,
        "SELECT d.id FROM document d WHERE d.id > $2 AND d.state = 'filed' AND d.id IN (SELECT"
        " p.document FROM page p WHERE p.batch = $1 UNION SELECT c.id FROM page q JOIN document c"
        " ON c.copy_of = q.document WHERE q.batch = $1) ORDER BY d.id LIMIT $3",
        VALUES(value_text(id), value_uuid(after), value_integer(DOCUMENTS_A_LOOK)), &rows, fault);
    while (status == STATUS_OK && *ret_count < DOCUMENTS_A_LOOK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        documents[(*ret_count)++] = rows_uuid(rows, 0);
    }
    rows_done(&rows);
    return status;
}

/* A Transfervermerk names who prepared the batch, and says whether its counts agreed (A.NB.4 a, e). */
static enum status renew_notes(struct ledger *ledger, const char *id, const char *actor,
                               struct fault *fault)
{
    struct uuid documents[DOCUMENTS_A_LOOK];
    struct uuid after = {0};
    size_t count = DOCUMENTS_A_LOOK;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == DOCUMENTS_A_LOOK) {
        status = read_filed(ledger, id, &after, documents, &count, fault);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            status = document_renew_note(ledger, &documents[i], actor, fault);
        if (count > 0)
            after = documents[count - 1];
    }
    return status;
}

static enum status close_batch(struct ledger *ledger, const char *id, const char *actor,
                               const char *reason, struct fault *fault)
{
    struct batch_record record = {0};
    int64_t audit = 0;
    enum status status = ledger_batch_get(ledger, id, &record, fault);
    if (status != STATUS_OK)
        return status;
    bool has_reason = reason != NULL && reason[0] != '\0';
    if (record.is_closed)
        status = fault_set(fault, STATUS_REFUSE, "the batch is closed already");
    else if (!batch_is_complete(&record.counts) && !has_reason)
        status = fault_set(fault, STATUS_REFUSE,
                           "%u pages were prepared, %u scanned, %u are accounted for: say why it "
                           "is closed all the same",
                           record.counts.prepared, record.counts.scanned, record.counts.accounted);
    if (status == STATUS_OK)
        status = audit_batch(ledger, actor, "batch.close", id, &record.counts, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE batch SET state = 'closed', closed_ms = $2, closed_by = $3,"
                              " reason = $4, audit = $5 WHERE id = $1",
                              VALUES(value_text(id), value_integer(ledger_wall_ms(ledger)),
                                     value_text(actor), value_text(has_reason ? reason : NULL),
                                     value_integer(audit)),
                              NULL, fault);
    batch_record_done(&record);
    return status == STATUS_OK ? renew_notes(ledger, id, actor, fault) : status;
}

enum status ledger_batch_close(struct ledger *ledger, const char *id, const char *actor,
                               const char *reason, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, close_batch(ledger, id, actor, reason, fault), fault);
    return status;
}

static enum status reopen(struct ledger *ledger, const char *id, const char *actor,
                          struct fault *fault)
{
    struct batch_record record = {0};
    int64_t audit = 0;
    enum status status = ledger_batch_get(ledger, id, &record, fault);
    if (status != STATUS_OK || !record.is_closed) {
        batch_record_done(&record);
        return status;
    }
    status = audit_batch(ledger, actor, "batch.reopen", id, &record.counts, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE batch SET state = 'open', closed_ms = 0, closed_by = NULL,"
                              " reason = NULL, audit = $2 WHERE id = $1",
                              VALUES(value_text(id), value_integer(audit)), NULL, fault);
    batch_record_done(&record);
    return status;
}

static enum status add_scan(struct ledger *ledger, const char *id, const struct uuid *scan,
                            const char *actor, struct fault *fault)
{
    uint64_t changed = 0;
    enum status status = reopen(ledger, id, actor, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE page SET batch = $1 WHERE scan = $2 AND batch IS NULL",
                              VALUES(value_text(id), value_uuid(scan)), &changed, fault);
    if (status == STATUS_OK && changed == 0)
        return fault_set(fault, STATUS_REFUSE,
                         "this scan has no page that is in no batch yet, or is not read");
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "batch", id);
    detail_number(&detail, "pages", (int64_t)changed);
    if (status == STATUS_OK)
        status = audit_append_about(ledger, actor, "batch.add", scan, detail_close(&detail), &audit,
                                    fault);
    text_done(&detail);
    return status == STATUS_OK ? renew_notes(ledger, id, actor, fault) : status;
}

enum status ledger_batch_add_scan(struct ledger *ledger, const char *id, struct scan_id scan,
                                  const char *actor, struct fault *fault)
{
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, add_scan(ledger, id, &scan.uuid, actor, fault), fault);
    return status;
}

/* ---- covers that arrive ---------------------------------------------------------------------- */

enum status batch_of_cover(struct ledger *ledger, const struct sheet *cover, const char *actor,
                           struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM batch WHERE id = $1",
                        VALUES(value_text(cover->batch)), 0, &count, fault);
    if (status != STATUS_OK)
        return status;
    return count == 0 ? insert_batch(ledger, cover, actor, fault)
                      : reopen(ledger, cover->batch, actor, fault);
}
