/* purge_run.c - the deletion itself: see purge.h.
 *
 * In steps that each can be repeated, so that a crash at any line leaves something that the next
 * run goes on with:
 *     waiting   approved; still as it was
 *     leaving   a filer takes it out of the cabinet
 *     erasing   the document is `purged`: its words are out of the ledger, and which objects have to
 *               go is written down
 *     erased    none of them is waiting any more; the audit has the proof
 * What an arrangement replaced joins the proposal as `waiting` when a document that was made of it
 * (or that it was made of, taken back since) is `purged`.
 * An object is removed inside of a transaction that has just seen that nothing else needs it, and
 * only when it was written long enough ago: whoever writes the same bytes anew renews the file, and
 * tells the ledger before that time is over. The search takes a document's words out with the help
 * of its text, so it follows before objects go. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/ledger_private.h"
#include "store/needed.h"
#include "store/purge.h"

enum {
    SEARCH_A_PORTION = 200,
    ERASING_MS_MOST = 2000,        // with one transaction: nobody else writes meanwhile
    PAGE_FILE_BYTES_MOST = 1 << 30 // of one scan, to be blackened in memory
};

struct item {
    int64_t purge;
    struct uuid document, scan;
    struct uuid original; /* whose pages they are: the document, or what it is a copy of */
    int64_t site;
    enum document_state state;
    char approved_by[128];
    bool is_being_replaced; /* by an arrangement; it is still on its way out of the cabinet */
    bool is_found;
};

/* ---- which is next ----------------------------------------------------------------------------- */

/* The first item in this state behind (`purge`, `document`) of what was approved. */
static enum status next_item(struct ledger *ledger, const char *state, const struct item *after,
                             struct item *ret_item, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT i.purge, i.document, d.scan, d.site, d.state, p.approved_by, (SELECT count(*) FROM"
        " document r WHERE r.id = d.id AND r.state = 'recalled' AND r.destination = 'replaced'),"
        " COALESCE(d.copy_of, d.id) FROM purge_item i"
        " JOIN purge p ON p.id = i.purge JOIN document d ON d.id = i.document WHERE i.state = $1"
        " AND p.approved_ms > 0 AND (i.purge > $2 OR (i.purge = $2 AND i.document > $3))"
        " ORDER BY i.purge, i.document LIMIT 1",
        VALUES(value_text(state), value_integer(after->purge), value_uuid(&after->document)), &rows,
        fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    *ret_item = (struct item){.is_found = false};
    if (status == STATUS_OK && there) {
        *ret_item = (struct item){.purge = rows_integer(rows, 0),
                                  .document = rows_uuid(rows, 1),
                                  .scan = rows_uuid(rows, 2),
                                  .site = rows_integer(rows, 3),
                                  .original = rows_uuid(rows, 7),
                                  .is_being_replaced = rows_integer(rows, 6) > 0,
                                  .is_found = true};
        (void)snprintf(ret_item->approved_by, sizeof ret_item->approved_by, "%s",
                       rows_text(rows, 5));
        if (!document_state_from_name(rows_text(rows, 4), &ret_item->state))
            ret_item->state = DOCUMENT_CORRUPT;
    }
    rows_done(&rows);
    return status;
}

static enum status set_item(struct ledger *ledger, const struct item *item, const char *state,
                            struct fault *fault)
{
    return database_run(
        ledger->database, "UPDATE purge_item SET state = $3 WHERE purge = $1 AND document = $2",
        VALUES(value_integer(item->purge), value_uuid(&item->document), value_text(state)), NULL,
        fault);
}

/* ---- what goes ---------------------------------------------------------------------------------- */

static enum status add_object(struct ledger *ledger, const struct item *item,
                              const struct digest *digest, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO purge_object (purge, document, sha256, outcome)"
        " VALUES ($1, $2, $3, 'waiting') ON CONFLICT DO NOTHING",
        VALUES(value_integer(item->purge), value_uuid(&item->document), value_digest(digest)), NULL,
        fault);
}

#define LIST_OBJECT                                                                                \
    "INSERT INTO purge_object (purge, document, sha256, outcome) SELECT DISTINCT i.purge,"         \
    " i.document, "
#define OF_ITEM " WHERE i.purge = $1 AND i.document = $2 ON CONFLICT DO NOTHING"

static enum status list_objects(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    static const char *const lists[] = {
        LIST_OBJECT
        "d.reading, 'waiting' FROM purge_item i JOIN document d ON d.id = i.document" OF_ITEM,
        LIST_OBJECT
        "d.text, 'waiting' FROM purge_item i JOIN document d ON d.id = i.document" OF_ITEM,
        LIST_OBJECT
        "d.pdf, 'waiting' FROM purge_item i JOIN document d ON d.id = i.document" OF_ITEM,
        LIST_OBJECT "n.note, 'waiting' FROM purge_item i JOIN filed_note_object n ON n.document ="
                    " i.document" OF_ITEM,
        LIST_OBJECT "c.explanation, 'waiting' FROM purge_item i JOIN decision c ON c.document ="
                    " i.document AND c.explanation IS NOT NULL" OF_ITEM,
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof lists / sizeof lists[0]; i++)
        status = database_run(ledger->database, lists[i],
                              VALUES(value_integer(item->purge), value_uuid(&item->document)), NULL,
                              fault);
    return status;
}

/* What people and programs wrote about the document, and what tells whose it was. */
static enum status blank_words(struct ledger *ledger, const struct uuid *document,
                               struct fault *fault)
{
    static const char *const statements[] = {
        // What its case said of it holds on when it has no case any more.
        "INSERT INTO document_guard (document, guard, actor, at_ms, reason, audit)"
        " SELECT d.id, c.guard, 'purge', 0, '', d.audit FROM document d"
        " JOIN case_guard c ON c.case_number = d.case_number WHERE d.id = $1"
        " ON CONFLICT (document, guard) DO NOTHING",
        "UPDATE decision SET case_number = NULL, reason = NULL, explanation = NULL"
        " WHERE document = $1",
        "UPDATE document SET case_number = NULL, caseworker = NULL, due = NULL WHERE id = $1",
        "DELETE FROM note WHERE document = $1",
        "DELETE FROM filed_note WHERE document = $1",
        "DELETE FROM filed_note_object WHERE document = $1",
        "UPDATE handover SET reason = '', confirmation = NULL WHERE document = $1",
        "UPDATE correction SET case_number = NULL WHERE document = $1",
        "UPDATE recall SET case_number = '', reason = '', settled_why = NULL WHERE document = $1",
        "UPDATE package SET case_number = '', reason = NULL WHERE document = $1",
        "UPDATE quality_check SET words = NULL WHERE document = $1",
        "UPDATE quality_item SET keep = NULL WHERE document = $1",
        "UPDATE anomaly SET words = NULL WHERE document = $1",
        "UPDATE receipt_proof SET reason = NULL WHERE document = $1",
        "DELETE FROM deadline WHERE document = $1",
        "DELETE FROM document_day WHERE document = $1",
        "DELETE FROM sight WHERE document = $1",
        "DELETE FROM named_case WHERE document = $1",
        "UPDATE document_guard SET reason = '' WHERE document = $1",
        "UPDATE paper_item SET document = NULL WHERE document = $1",
        "UPDATE paper_event SET document = NULL, reason = NULL WHERE document = $1",
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof statements / sizeof statements[0]; i++)
        status = database_run(ledger->database, statements[i], VALUES(value_uuid(document)), NULL,
                              fault);
    return status;
}

static enum status audit_state(struct ledger *ledger, const struct item *item, const char *action,
                               const struct uuid *subject, const char *noun, const char *state,
                               int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, noun, state);
    detail_number(&detail, "purge", item->purge);
    enum status status = audit_append_about(ledger, item->approved_by, action, subject,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

/* No document needs this scan any more: its own bytes and pictures go, too. */
static enum status purge_scan(struct ledger *ledger, const struct item *item, const struct uuid *id,
                              struct fault *fault)
{
    int64_t audit = 0;
    struct scan_record scan = {0};
    enum status status = ledger_scan_get(ledger, (struct scan_id){*id}, &scan, fault);
    if (status == STATUS_OK && scan.state == SCAN_READ) {
        status = add_object(ledger, item, &scan.digest, fault);
        if (status == STATUS_OK)
            status = database_run(
                ledger->database,
                "INSERT INTO purge_object (purge, document, sha256, outcome) SELECT i.purge,"
                " i.document, s.page_file, 'waiting' FROM purge_item i JOIN scan s ON s.id = $3"
                " AND s.page_file IS NOT NULL" OF_ITEM,
                VALUES(value_integer(item->purge), value_uuid(&item->document), value_uuid(id)),
                NULL, fault);
        if (status == STATUS_OK)
            status = audit_state(ledger, item, "scan.purge", id, "scan", "purged", &audit, fault);
        if (status == STATUS_OK)
            status = scan_move(ledger, id, SCAN_READ, SCAN_PURGED, NULL, audit, fault);
        if (status == STATUS_OK)
            status = database_run(
                ledger->database,
                "UPDATE scan SET has_bytes = 0, source = '', page_file = NULL WHERE id = $1",
                VALUES(value_uuid(id)), NULL, fault);
    }
    scan_record_done(&scan);
    return status;
}

/* A scan that the document is of, or has a page of, and that no document needs any more; one after
 * the other, as each is purged. */
static enum status purge_scans(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    struct uuid scan = {0};
    bool is_found = true;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && is_found) {
        struct rows *rows = NULL;
        status = database_query(
            ledger->database,
            "SELECT s.id FROM scan s WHERE s.state = 'read' AND (s.id = $1 OR EXISTS (SELECT 1 FROM"
            " page p WHERE p.document = $2 AND p.scan = s.id)) AND NOT EXISTS (SELECT 1 FROM"
            " document d WHERE d.scan = s.id AND d.state <> 'purged') AND NOT EXISTS (SELECT 1 FROM"
            " page q JOIN document e ON e.id = q.document WHERE q.scan = s.id AND e.state <>"
            " 'purged') ORDER BY s.id LIMIT 1",
            VALUES(value_uuid(&item->scan), value_uuid(&item->document)), &rows, fault);
        if (status == STATUS_OK)
            status = rows_next(rows, &is_found, fault);
        if (status == STATUS_OK && is_found)
            scan = rows_uuid(rows, 0);
        rows_done(&rows);
        if (status == STATUS_OK && is_found)
            status = purge_scan(ledger, item, &scan, fault);
    }
    return status;
}

/* What this document was put together of, and what was made of it and taken back, goes, too. */
static enum status add_remnants(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO purge_item (purge, document, state) SELECT i.purge, d.id, 'waiting' FROM"
        " purge_item i JOIN document d ON d.state = 'replaced' OR (d.state = 'recalled' AND"
        " d.destination = 'replaced') WHERE i.purge = $1 AND i.document = $2 AND d.id IN (SELECT"
        " s.document FROM document x JOIN arrangement a ON a.id = x.arrangement AND a.state ="
        " 'done' JOIN arrangement_source s ON s.arrangement = a.id WHERE x.id = $2 UNION SELECT"
        " o.document FROM arrangement_source y JOIN arrangement b ON b.id = y.arrangement AND"
        " b.state = 'undone' JOIN arrangement_outcome o ON o.arrangement = b.id WHERE y.document ="
        " $2 AND o.document IS NOT NULL) ON CONFLICT DO NOTHING",
        VALUES(value_integer(item->purge), value_uuid(&item->document)), NULL, fault);
}

/* Whether the document, which an arrangement replaced, is one of those. */
static enum status find_remnant(struct ledger *ledger, const struct uuid *document,
                                bool *ret_is_remnant, struct fault *fault)
{
    int64_t found = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT count(*) FROM document d WHERE d.state = 'purged' AND d.id IN (SELECT o.document"
        " FROM arrangement_source s JOIN arrangement a ON a.id = s.arrangement AND a.state = 'done'"
        " JOIN arrangement_outcome o ON o.arrangement = a.id WHERE s.document = $1 UNION SELECT"
        " y.document FROM document x JOIN arrangement b ON b.id = x.arrangement AND b.state ="
        " 'undone' JOIN arrangement_source y ON y.arrangement = b.id WHERE x.id = $1)",
        VALUES(value_uuid(document)), 0, &found, fault);
    *ret_is_remnant = found > 0;
    return status;
}

/* The document is purged, and its words are out of the ledger. */
static enum status strip(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    enum status status = list_objects(ledger, item, fault);
    if (status == STATUS_OK)
        status = blank_words(ledger, &item->document, fault);
    if (status == STATUS_OK)
        status = purge_scans(ledger, item, fault);
    if (status == STATUS_OK)
        status = add_remnants(ledger, item, fault);
    return status == STATUS_OK ? set_item(ledger, item, "erasing", fault) : status;
}

/* ---- out of the desk and the cabinet ------------------------------------------------------------- */

static enum status send_out(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = audit_state(ledger, item, "document.purge", &item->document, "document",
                                     "recalled", &audit, fault);
    if (status == STATUS_OK)
        status =
            document_move(ledger, &item->document, item->state, DOCUMENT_RECALLED, audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE document SET destination = 'purged', done = 0 WHERE id = $1",
                              VALUES(value_uuid(&item->document)), NULL, fault);
    if (status == STATUS_OK)
        status =
            job_create(ledger, JOB_FILE, item->site, &item->scan, &item->document, audit, fault);
    return status == STATUS_OK ? set_item(ledger, item, "leaving", fault) : status;
}

/* It changed after the approval: nothing holds it and it is at rest, or something does not let it
 * go. What an arrangement replaced goes with what it was made into, whoever held it before. */
static enum status may_begin(struct ledger *ledger, const struct item *item, bool *ret_may,
                             struct fault *fault)
{
    int64_t held = 0;
    if (item->state == DOCUMENT_REPLACED)
        return find_remnant(ledger, &item->document, ret_may, fault);
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM hold WHERE document = $1",
                        VALUES(value_uuid(&item->document)), 0, &held, fault);
    *ret_may = held == 0 && (item->state == DOCUMENT_FORWARDED ||
                             item->state == DOCUMENT_DISCARDED || item->state == DOCUMENT_FILED);
    return status;
}

static enum status begin_item(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    int64_t audit = 0;
    bool may = false;
    if (item->is_being_replaced)
        return STATUS_OK; // the next run finds it replaced
    enum status status = may_begin(ledger, item, &may, fault);
    if (status != STATUS_OK)
        return status;
    if (!may)
        return set_item(ledger, item, "spared", fault);
    if (item->state == DOCUMENT_FILED)
        return send_out(ledger, item, fault);
    status = audit_state(ledger, item, "document.purge", &item->document, "document", "purged",
                         &audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, &item->document, item->state, DOCUMENT_PURGED, audit, fault);
    return status == STATUS_OK ? strip(ledger, item, fault) : status;
}

static enum status go_on_with(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    return item->state == DOCUMENT_PURGED ? strip(ledger, item, fault) : STATUS_OK;
}

typedef enum status item_work(struct ledger *ledger, const struct item *item, struct fault *fault);

/* Each item in this state, in a transaction of its own. */
static enum status each_item(struct ledger *ledger, const char *state, item_work *work,
                             uint32_t *ret_count, struct fault *fault)
{
    struct item item = {0};
    enum status status = next_item(ledger, state, &item, &item, fault);
    while (status == STATUS_OK && item.is_found) {
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status = ledger_end(ledger, work(ledger, &item, fault), fault);
        (*ret_count)++;
        if (status == STATUS_OK)
            status = next_item(ledger, state, &item, &item, fault);
    }
    return status;
}

/* ---- pictures --------------------------------------------------------------------------------- */

struct blackening {
    struct uuid scan;
    struct digest before;
    char *bytes; /* of the page file; NULL: nothing to blacken */
    size_t length;
};

/* Offsets and lengths of all that the page file has of the document's pages. */
#define SPANS                                                                                      \
    "p.preview_offset, p.preview_length, p.thumbnail_offset, p.thumbnail_length,"                  \
    " p.reading_offset, p.reading_length, p.text_offset, p.text_length, p.pdf_offset, "            \
    "p.pdf_length"
enum { SPAN_COUNT = 5 };

static void blacken_row(struct blackening *blackening, struct rows *rows)
{
    for (int i = 0; i < SPAN_COUNT; i++) {
        uint64_t offset = (uint64_t)rows_integer(rows, 2 * i);
        uint64_t length = (uint64_t)rows_integer(rows, 2 * i + 1);
        if (offset <= blackening->length && length <= blackening->length - offset)
            memset(blackening->bytes + offset, 0, (size_t)length);
    }
}

/* A page file that still has pictures of this document's pages, when no copy needs them. */
static enum status find_page_file(struct ledger *ledger, const struct item *item, bool *ret_found,
                                  struct blackening *blackening, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT s.id, s.page_file FROM scan s WHERE s.id IN (SELECT p.scan FROM page p WHERE"
        " p.document = $1 AND p.preview_length + p.thumbnail_length + p.reading_length +"
        " p.text_length + p.pdf_length > 0) AND s.page_file IS NOT NULL AND s.state = 'read'"
        " AND NOT EXISTS (SELECT 1 FROM document c WHERE (c.id = $1 OR c.copy_of = $1) AND c.state"
        " <> 'purged') ORDER BY s.id LIMIT 1",
        VALUES(value_uuid(&item->original)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        blackening->scan = rows_uuid(rows, 0);
        blackening->before = rows_digest(rows, 1);
    }
    rows_done(&rows);
    return status;
}

static enum status blacken(struct ledger *ledger, const struct item *item,
                           struct blackening *blackening, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database, "SELECT " SPANS " FROM page p WHERE p.scan = $1 AND p.document = $2",
        VALUES(value_uuid(&blackening->scan), value_uuid(&item->original)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        blacken_row(blackening, rows);
    }
    rows_done(&rows);
    return status;
}

static enum status keep_page_file(struct ledger *ledger, const struct item *item,
                                  const struct blackening *blackening, const struct digest *after,
                                  struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "scan", "read");
    detail_digest(&detail, "page_file", after);
    detail_number(&detail, "purge", item->purge);
    enum status status =
        audit_append_about(ledger, item->approved_by, "scan.blacken", &blackening->scan,
                           detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database, "UPDATE scan SET page_file = $2, audit = $3 WHERE id = $1",
            VALUES(value_uuid(&blackening->scan), value_digest(after), value_integer(audit)), NULL,
            fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE page SET preview_length = 0, thumbnail_length = 0, reading_length = 0,"
            " text_length = 0, pdf_length = 0, preview_media = 0, thumbnail_media = 0"
            " WHERE scan = $1 AND document = $2",
            VALUES(value_uuid(&blackening->scan), value_uuid(&item->original)), NULL, fault);
    return status == STATUS_OK ? add_object(ledger, item, &blackening->before, fault) : status;
}

/* The pictures in one page file; *ret_found false: there is none left. */
static enum status blacken_pictures(struct ledger *ledger, struct spool *spool,
                                    const struct item *item, bool *ret_found, struct fault *fault)
{
    struct blackening blackening = {0};
    struct digest after = {0};
    enum status status = find_page_file(ledger, item, ret_found, &blackening, fault);
    if (status != STATUS_OK || !*ret_found)
        return status;
    status = spool_get(spool, &blackening.before, PAGE_FILE_BYTES_MOST, &blackening.bytes,
                       &blackening.length, fault);
    if (status == STATUS_OK)
        status = blacken(ledger, item, &blackening, fault);
    if (status == STATUS_OK)
        status = spool_put(spool, blackening.bytes, blackening.length, &after, fault);
    free(blackening.bytes);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status =
            ledger_end(ledger, keep_page_file(ledger, item, &blackening, &after, fault), fault);
    return status;
}

static enum status blacken_all(struct ledger *ledger, struct spool *spool, struct fault *fault)
{
    struct item item = {0};
    enum status status = next_item(ledger, "erasing", &item, &item, fault);
    while (status == STATUS_OK && item.is_found) {
        bool is_found = false;
        status = blacken_pictures(ledger, spool, &item, &is_found, fault);
        if (status == STATUS_OK && !is_found)
            status = next_item(ledger, "erasing", &item, &item, fault);
    }
    return status;
}

/* ---- objects ---------------------------------------------------------------------------------- */

static enum status read_wanted(struct ledger *ledger, struct needed *wanted, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database, "SELECT DISTINCT sha256 FROM purge_object WHERE outcome = 'waiting'",
        NO_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct digest digest = rows_digest(rows, 0);
        status = needed_add(wanted, &digest, fault);
    }
    rows_done(&rows);
    return status;
}

/* Removes the object for good, or finds that it is too young (by the clock of the storage) or not
 * there. */
static enum status remove_object(const struct purge_place *place, const struct digest *digest,
                                 bool *ret_gone, struct fault *fault)
{
    struct spool_object object = {0};
    *ret_gone = false;
    enum status status = spool_look(place->spool, digest, &object, fault);
    if (status != STATUS_OK)
        return status;
    if (object.is_there &&
        clock_wall_ms(clock_system()) - object.written_ms + SPOOL_CLOCK_GRAIN_MS < place->quiet_ms)
        return STATUS_OK;
    status = spool_remove(place->spool, digest, fault);
    *ret_gone = status == STATUS_OK;
    return status;
}

static enum status set_outcome(struct ledger *ledger, const struct digest *digest,
                               const char *outcome, struct fault *fault)
{
    return database_run(
        ledger->database,
        "UPDATE purge_object SET outcome = $2 WHERE sha256 = $1 AND outcome = 'waiting'",
        VALUES(value_digest(digest), value_text(outcome)), NULL, fault);
}

/* *ret_more: its time was up, there are more. */
static enum status remove_wanted(struct ledger *ledger, const struct purge_place *place,
                                 const struct needed *wanted, struct purge_progress *progress,
                                 bool *ret_more, struct fault *fault)
{
    int64_t begun_ms = clock_monotonic_ms(clock_system());
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < wanted->count; i++) {
        *ret_more = clock_monotonic_ms(clock_system()) - begun_ms > ERASING_MS_MOST;
        if (*ret_more)
            break;
        bool is_gone = false;
        if (!wanted->is_needed[i])
            status = remove_object(place, &wanted->digests[i], &is_gone, fault);
        progress->objects += is_gone ? 1U : 0U;
        progress->waiting += !is_gone && !wanted->is_needed[i] ? 1U : 0U;
        if (status == STATUS_OK && (is_gone || wanted->is_needed[i]))
            status = set_outcome(ledger, &wanted->digests[i], is_gone ? "gone" : "kept", fault);
    }
    return status;
}

static enum status erase_portion(struct ledger *ledger, const struct purge_place *place,
                                 struct purge_progress *progress, bool *ret_more,
                                 struct fault *fault)
{
    struct needed wanted = {0};
    enum status status = read_wanted(ledger, &wanted, fault);
    if (status == STATUS_OK && wanted.count > 0)
        status = needed_find(ledger, &wanted, fault);
    if (status == STATUS_OK)
        status = remove_wanted(ledger, place, &wanted, progress, ret_more, fault);
    needed_done(&wanted);
    return status;
}

/* No row may come to need an object between the look and its end: nobody writes meanwhile, which is
 * why a portion takes a moment only. */
static enum status erase_objects(struct ledger *ledger, const struct purge_place *place,
                                 struct purge_progress *progress, struct fault *fault)
{
    enum status status = STATUS_OK;
    bool more = true;
    for (uint32_t before = UINT32_MAX;
         status == STATUS_OK && more && progress->objects != before;) {
        before = progress->objects;
        more = false;
        progress->waiting = 0;
        status = ledger_begin(ledger, fault);
        if (status == STATUS_OK)
            status =
                ledger_end(ledger, erase_portion(ledger, place, progress, &more, fault), fault);
    }
    return status;
}

/* ---- proof ------------------------------------------------------------------------------------ */

/* SHA-256 over the digests of the item's objects, in their order. */
static enum status proof_of(struct ledger *ledger, const struct item *item, bool *ret_is_open,
                            int64_t *ret_objects, struct digest *ret_proof, struct fault *fault)
{
    struct rows *rows = NULL;
    struct digest_stream stream;
    bool there = true;
    digest_begin(&stream);
    enum status status = database_query(
        ledger->database,
        "SELECT sha256, outcome FROM purge_object WHERE purge = $1 AND document = $2"
        " ORDER BY sha256",
        VALUES(value_integer(item->purge), value_uuid(&item->document)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct digest digest = rows_digest(rows, 0);
        digest_add(&stream, digest.bytes, DIGEST_BYTES);
        *ret_is_open |= string_equal(rows_text(rows, 1), "waiting");
        (*ret_objects)++;
    }
    rows_done(&rows);
    *ret_proof = digest_end(&stream);
    return status;
}

static enum status end_item(struct ledger *ledger, const struct item *item, struct fault *fault)
{
    struct digest proof = {0};
    struct text detail = {0};
    bool is_open = false;
    int64_t objects = 0, audit = 0;
    enum status status = proof_of(ledger, item, &is_open, &objects, &proof, fault);
    if (status != STATUS_OK || is_open)
        return status;
    detail_open(&detail);
    detail_number(&detail, "purge", item->purge);
    detail_number(&detail, "objects", objects);
    detail_digest(&detail, "proof", &proof);
    status = audit_append_about(ledger, item->approved_by, "purge.erase", &item->document,
                                detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE purge_item SET state = 'erased', erased_ms = $3, objects = $4, proof = $5,"
            " audit = $6 WHERE purge = $1 AND document = $2",
            VALUES(value_integer(item->purge), value_uuid(&item->document),
                   value_integer(ledger_wall_ms(ledger)), value_integer(objects),
                   value_digest(&proof), value_integer(audit)),
            NULL, fault);
    return status;
}

static enum status end_purges(struct ledger *ledger, struct fault *fault)
{
    return database_run(ledger->database,
                        "UPDATE purge SET done_ms = $1 WHERE done_ms = 0 AND approved_ms > 0 AND"
                        " NOT EXISTS (SELECT 1 FROM purge_item i WHERE i.purge = purge.id AND"
                        " i.state IN ('waiting', 'leaving', 'erasing'))",
                        VALUES(value_integer(ledger_wall_ms(ledger))), NULL, fault);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static enum status follow_search(struct ledger *ledger, const struct purge_place *place,
                                 bool has_begun, struct fault *fault)
{
    uint32_t taken = SEARCH_A_PORTION;
    enum status status = STATUS_OK;
    while (place->search != NULL && status == STATUS_OK && taken == SEARCH_A_PORTION)
        status =
            search_follow(place->search, ledger, place->spool, SEARCH_A_PORTION, &taken, fault);
    if (place->search != NULL && status == STATUS_OK && has_begun)
        status = search_forget(place->search, fault);
    return status;
}

static enum status count_items(struct ledger *ledger, const char *state, uint32_t *ret_count,
                               struct fault *fault)
{
    int64_t count = 0;
    enum status status =
        database_number(ledger->database, "SELECT count(*) FROM purge_item WHERE state = $1",
                        VALUES(value_text(state)), 0, &count, fault);
    *ret_count = (uint32_t)count;
    return status;
}

/* What waits, and what it brings with it. */
static enum status begin_all(struct ledger *ledger, uint32_t *ret_count, struct fault *fault)
{
    int64_t before = 0, after = 0;
    enum status status = STATUS_OK;
    do {
        status = database_number(ledger->database, "SELECT count(*) FROM purge_item", NO_VALUES, 0,
                                 &before, fault);
        if (status == STATUS_OK)
            status = each_item(ledger, "waiting", begin_item, ret_count, fault);
        if (status == STATUS_OK)
            status = database_number(ledger->database, "SELECT count(*) FROM purge_item", NO_VALUES,
                                     0, &after, fault);
    } while (status == STATUS_OK && after > before);
    return status;
}

enum status purge_run(struct ledger *ledger, const struct purge_place *place,
                      struct purge_progress *ret_progress, struct fault *fault)
{
    struct purge_progress progress = {0};
    uint32_t begun = 0, before = 0, after = 0;
    enum status status = count_items(ledger, "erased", &before, fault);
    if (status == STATUS_OK)
        status = database_overwrite(ledger->database, true, fault);
    if (status == STATUS_OK)
        status = each_item(ledger, "leaving", go_on_with, &begun, fault);
    if (status == STATUS_OK)
        status = begin_all(ledger, &begun, fault);
    if (status == STATUS_OK)
        status = blacken_all(ledger, place->spool, fault);
    if (status == STATUS_OK)
        status = follow_search(ledger, place, begun > 0, fault);
    if (status == STATUS_OK)
        status = erase_objects(ledger, place, &progress, fault);
    if (status == STATUS_OK)
        status = each_item(ledger, "erasing", end_item, &begun, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, end_purges(ledger, fault), fault);
    if (status == STATUS_OK)
        status = count_items(ledger, "erased", &after, fault);
    if (status == STATUS_OK)
        status = count_items(ledger, "leaving", &progress.leaving, fault);
    progress.erased = after - before;
    if (status == STATUS_OK)
        *ret_progress = progress;
    return status;
}
