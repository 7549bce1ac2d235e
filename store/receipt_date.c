/* receipt_date.c - see receipt_date.h.
 *
 * The pieces are gathered into a short list, law/receipt.h chooses, and list and choice are kept in
 * one transaction with the decision. The audit row holds the day and the kind of proof, so that a
 * date that was changed behind the ledger's back contradicts it. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law/day.h"
#include "store/ledger_private.h"
#include "store/receipt_date.h"

enum { PIECES_MOST = 8, REFERENCE_BYTES = 64, ACTOR_BYTES = 128, SITE_BYTES = 128 };
enum { EVIDENCE_BYTES = 32 }; // the longest is "cover_sheet"

static const char LAW[] = "auto"; // who makes a date by the rules alone

/* One piece as it is gathered. */
struct piece {
    struct receipt_evidence evidence;
    char site[SITE_BYTES];
    char reference[REFERENCE_BYTES];
    char actor[ACTOR_BYTES];
};

struct pieces {
    struct piece list[PIECES_MOST];
    size_t count;
    enum receipt_channel channel;
    int32_t drop_day;
};

static void add(struct pieces *pieces, enum receipt_evidence_kind kind, const char *day,
                int64_t noted_ms, const char *site, const char *reference, const char *actor)
{
    struct piece *piece = &pieces->list[pieces->count];
    int32_t number = DAY_UNKNOWN;
    if (pieces->count == PIECES_MOST || day == NULL || !day_from_text(day, &number))
        return;
    *piece = (struct piece){
        .evidence = {.kind = kind, .day = number, .noted_ms = noted_ms}
    };
    (void)snprintf(piece->site, sizeof piece->site, "%s", site);
    (void)snprintf(piece->reference, sizeof piece->reference, "%s", reference);
    (void)snprintf(piece->actor, sizeof piece->actor, "%s", actor == NULL ? LAW : actor);
    pieces->count++;
}

/* ---- gathering ------------------------------------------------------------------------------- */

static const char scan_of_document[] =
    "SELECT s.received_ms, t.name, e.day, e.channel, e.actor, e.noted_ms FROM document d"
    " JOIN scan s ON s.id = d.scan JOIN site t ON t.id = s.site"
    " LEFT JOIN receipt_entry e ON e.scan = s.id WHERE d.id = $1";

/* The drop itself, and what the desk said of the scan. */
static enum status gather_scan(struct ledger *ledger, const struct uuid *document,
                               struct pieces *pieces, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    char day[DAY_TEXT_BYTES];
    enum status status = database_query(ledger->database, scan_of_document,
                                        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK) {
        pieces->drop_day = day_of_wall_ms(rows_integer(rows, 0));
        day_to_text(pieces->drop_day, day);
        add(pieces, RECEIPT_DROP, day, rows_integer(rows, 0), rows_text(rows, 1), "", NULL);
        add(pieces, RECEIPT_OPERATOR, rows_text(rows, 2), rows_integer(rows, 5), rows_text(rows, 1),
            "", rows_text(rows, 4));
        if (!rows_is_null(rows, 3))
            (void)receipt_channel_from_name(rows_text(rows, 3), &pieces->channel);
    }
    rows_done(&rows);
    return status;
}

static void take_batch(struct rows *rows, struct pieces *pieces)
{
    char number[REFERENCE_BYTES];
    bool has_letterbox = !rows_is_null(rows, 6);
    enum receipt_channel channel = CHANNEL_SCAN;
    add(pieces, RECEIPT_COVER_SHEET, rows_text(rows, 2), rows_integer(rows, 5), rows_text(rows, 1),
        rows_text(rows, 0), rows_text(rows, 3));
    if (has_letterbox) {
        bool is_night = !string_equal(rows_text(rows, 8), "all");
        channel = is_night ? CHANNEL_NIGHT_LETTERBOX : CHANNEL_LETTERBOX;
        (void)snprintf(number, sizeof number, "%lld", (long long)rows_integer(rows, 6));
        add(pieces, RECEIPT_LETTERBOX, rows_text(rows, 7), rows_integer(rows, 10),
            rows_text(rows, 11), number, rows_text(rows, 9));
    }
    (void)receipt_channel_from_name(rows_text(rows, 4), &channel);
    if (pieces->channel == CHANNEL_SCAN)
        pieces->channel = channel;
}

static const char batch_of_document[] =
    "SELECT b.id, b.site, b.received_day, b.operator, b.channel, b.made_ms, l.id, l.counts_for,"
    " l.compartment, l.actor, l.noted_ms, l.site FROM document d"
    " JOIN page p ON p.document = COALESCE(d.copy_of, d.id) AND p.batch IS NOT NULL"
    " JOIN batch b ON b.id = p.batch"
    " LEFT JOIN letterbox l ON l.id = b.letterbox WHERE d.id = $1 ORDER BY p.number LIMIT 1";

/* The cover of the batch that its first page is in, and the letterbox that the batch came from. */
static enum status gather_batch(struct ledger *ledger, const struct uuid *document,
                                struct pieces *pieces, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database, batch_of_document,
                                        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        take_batch(rows, pieces);
    rows_done(&rows);
    return status;
}

static const char days_on_pages[] =
    "SELECT p.name, p.day, p.page FROM document d"
    " JOIN document_day p ON p.document = COALESCE(d.copy_of, d.id)"
    " WHERE d.id = $1 AND (p.name = 'stamp' OR (p.name = 'served' AND d.kind = 'zustellung'))"
    " ORDER BY p.name";

/* Days that were read on the pages: the stamp, and the note of service on an envelope. In other
 * letters such a note is about something that was served on somebody else. */
static enum status gather_pages(struct ledger *ledger, const struct uuid *document,
                                struct pieces *pieces, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    char page[REFERENCE_BYTES];
    char site[SITE_BYTES];
    (void)snprintf(site, sizeof site, "%s", pieces->list[0].site);
    enum status status =
        database_query(ledger->database, days_on_pages, VALUES(value_uuid(document)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        bool is_service = string_equal(rows_text(rows, 0), "served");
        (void)snprintf(page, sizeof page, "%lld", (long long)rows_integer(rows, 2));
        add(pieces, is_service ? RECEIPT_SERVICE : RECEIPT_STAMP, rows_text(rows, 1),
            ledger_wall_ms(ledger), site, page, NULL);
    }
    rows_done(&rows);
    return status;
}

/* ---- keeping --------------------------------------------------------------------------------- */

static enum status audit_date(struct ledger *ledger, const struct uuid *document, const char *actor,
                              const char *action, const char *day, const char *evidence,
                              const char *reason, int64_t *ret_audit, struct fault *fault)
{
    struct text detail = {0};
    detail_open(&detail);
    detail_word(&detail, "day", day);
    detail_word(&detail, "evidence", evidence);
    detail_digest_of(&detail, "reason_sha256", reason);
    enum status status = audit_append_about(ledger, actor, action, document, detail_close(&detail),
                                            ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status keep_proof(struct ledger *ledger, const struct uuid *document,
                              const struct piece *piece, bool proves, const char *reason,
                              int64_t audit, struct fault *fault)
{
    char day[DAY_TEXT_BYTES];
    day_to_text(piece->evidence.day, day);
    return database_run(
        ledger->database,
        "INSERT INTO receipt_proof (document, kind, day, site, reference, noted_ms, actor, reason,"
        " proves, audit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        VALUES(value_uuid(document), value_text(receipt_evidence_name(piece->evidence.kind)),
               value_text(day), value_text(piece->site), value_text(piece->reference),
               value_integer(piece->evidence.noted_ms), value_text(piece->actor),
               value_text(reason), value_integer(proves), value_integer(audit)),
        NULL, fault);
}

static enum status keep_date(struct ledger *ledger, const struct uuid *document,
                             const struct pieces *pieces, struct fault *fault)
{
    struct receipt_evidence evidence[PIECES_MOST];
    char day[DAY_TEXT_BYTES];
    int64_t audit = 0;
    for (size_t i = 0; i < pieces->count; i++)
        evidence[i] = pieces->list[i].evidence;
    size_t best = receipt_decide(evidence, pieces->count);
    const char *kind = receipt_evidence_name(evidence[best].kind);
    day_to_text(evidence[best].day, day);
    enum status status =
        audit_date(ledger, document, LAW, "document.receipt", day, kind, NULL, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO receipt_date (document, day, channel, site, evidence, audit)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            VALUES(value_uuid(document), value_text(day),
                   value_text(receipt_channel_name(pieces->channel)),
                   value_text(pieces->list[best].site), value_text(kind), value_integer(audit)),
            NULL, fault);
    for (size_t i = 0; status == STATUS_OK && i < pieces->count; i++)
        status = keep_proof(ledger, document, &pieces->list[i],
                            receipt_is_proof(&evidence[i], pieces->drop_day), NULL, audit, fault);
    return status;
}

/* For what is gathered. */
static enum status ask_ahead(struct ledger *ledger, const struct uuid *document,
                             struct fault *fault)
{
    static const char *const questions[] = {scan_of_document, batch_of_document, days_on_pages};
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof questions / sizeof *questions; i++)
        status =
            database_ask_ahead(ledger->database, questions[i], VALUES(value_uuid(document)), fault);
    return status;
}

enum status receipt_date_make(struct ledger *ledger, const struct uuid *document,
                              struct fault *fault)
{
    struct pieces pieces = {.channel = CHANNEL_SCAN};
    int64_t count = 0;
    enum status status = ask_ahead(ledger, document, fault);
    if (status == STATUS_OK)
        status = database_number(ledger->database,
                                 "SELECT count(*) FROM receipt_date WHERE document = $1",
                                 VALUES(value_uuid(document)), 0, &count, fault);
    if (status != STATUS_OK || count > 0)
        return status;
    status = gather_scan(ledger, document, &pieces, fault);
    if (status == STATUS_OK)
        status = gather_batch(ledger, document, &pieces, fault);
    if (status == STATUS_OK)
        status = gather_pages(ledger, document, &pieces, fault);
    if (status == STATUS_OK)
        status = keep_date(ledger, document, &pieces, fault);
    return status;
}

/* ---- of documents put together anew ----------------------------------------------------------- */

/* The sources that this outcome has pages of. */
#define SOURCES_OF_OUTCOME                                                                         \
    "SELECT s.document FROM arrangement_source s WHERE s.arrangement = $1 AND s.number IN"         \
    " (SELECT p.source FROM arrangement_page p WHERE p.arrangement = $1 AND p.outcome = $2)"

/* The date of the source that was received first; *ret_found false: none has one. */
static enum status first_of_sources(struct ledger *ledger, int64_t arrangement, int64_t outcome,
                                    bool *ret_found, struct uuid *ret_source, char day[],
                                    char evidence[], struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database,
        "SELECT document, day, evidence FROM receipt_date WHERE document IN (" SOURCES_OF_OUTCOME
        ") ORDER BY day, document LIMIT 1",
        VALUES(value_integer(arrangement), value_integer(outcome)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        *ret_source = rows_uuid(rows, 0);
        (void)snprintf(day, DAY_TEXT_BYTES, "%s", rows_text(rows, 1));
        (void)snprintf(evidence, EVIDENCE_BYTES, "%s", rows_text(rows, 2));
    }
    rows_done(&rows);
    return status;
}

/* The proofs of all of them, each once; and the days that were read on the pages that came along,
 * which are numbered anew. */
static enum status inherit_proofs(struct ledger *ledger, int64_t arrangement, int64_t outcome,
                                  const struct uuid *document, int64_t audit, struct fault *fault)
{
    enum status status = database_run(
        ledger->database,
        "INSERT INTO receipt_proof (document, kind, day, site, reference, noted_ms, actor, reason,"
        " proves, audit) SELECT $3, r.kind, r.day, r.site, r.reference, r.noted_ms, r.actor,"
        " r.reason, r.proves, $4 FROM receipt_proof r WHERE r.document IN (" SOURCES_OF_OUTCOME
        ") GROUP BY r.kind, r.day, r.site, r.reference, r.noted_ms, r.actor, r.reason, r.proves"
        " ORDER BY min(r.id)",
        VALUES(value_integer(arrangement), value_integer(outcome), value_uuid(document),
               value_integer(audit)),
        NULL, fault);
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database,
        "INSERT INTO document_day (document, name, day, page) SELECT $3, y.name, y.day, p.position"
        " FROM arrangement_page p JOIN arrangement_source s ON s.arrangement = p.arrangement"
        " AND s.number = p.source JOIN document d ON d.id = s.document"
        " JOIN document_day y ON y.document = d.id AND y.page ="
        " CASE WHEN d.arrangement IS NULL THEN p.number ELSE p.place END"
        " WHERE p.arrangement = $1 AND p.outcome = $2 ORDER BY p.position"
        " ON CONFLICT (document, name) DO NOTHING",
        VALUES(value_integer(arrangement), value_integer(outcome), value_uuid(document)), NULL,
        fault);
}

enum status receipt_date_inherit(struct ledger *ledger, int64_t arrangement, int64_t outcome,
                                 const struct uuid *document, const char *actor,
                                 struct fault *fault)
{
    char day[DAY_TEXT_BYTES] = "";
    char evidence[EVIDENCE_BYTES] = "";
    struct uuid source = {0};
    bool found = false;
    int64_t audit = 0;
    enum status status =
        first_of_sources(ledger, arrangement, outcome, &found, &source, day, evidence, fault);
    if (status != STATUS_OK || !found)
        return status;
    status =
        audit_date(ledger, document, actor, "document.receipt", day, evidence, NULL, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO receipt_date (document, day, channel, site, evidence, audit)"
            " SELECT $1, day, channel, site, evidence, $3 FROM receipt_date WHERE document = $2",
            VALUES(value_uuid(document), value_uuid(&source), value_integer(audit)), NULL, fault);
    if (status == STATUS_OK)
        status = inherit_proofs(ledger, arrangement, outcome, document, audit, fault);
    return status;
}

/* ---- looking --------------------------------------------------------------------------------- */

void receipt_date_done(struct receipt_date *date)
{
    free(date->site);
    *date = (struct receipt_date){0};
}

static const char date_of_document[] =
    "SELECT day, channel, site, evidence FROM receipt_date WHERE document = $1";
static const char proofs_of_document[] =
    "SELECT kind, day, site, reference, noted_ms, actor, reason, proves FROM receipt_proof"
    " WHERE document = $1 ORDER BY id";

enum status receipt_date_ask_ahead(struct ledger *ledger, struct document_id document,
                                   struct fault *fault)
{
    enum status status = database_ask_ahead(ledger->database, date_of_document,
                                            VALUES(value_uuid(&document.uuid)), fault);
    return status == STATUS_OK ? database_ask_ahead(ledger->database, proofs_of_document,
                                                    VALUES(value_uuid(&document.uuid)), fault)
                               : status;
}

enum status receipt_date_get(struct ledger *ledger, struct document_id document, bool *ret_found,
                             struct receipt_date *ret_date, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false, failed = false;
    struct receipt_date date = {.channel = CHANNEL_SCAN, .evidence = RECEIPT_DROP};
    enum status status = database_query(ledger->database, date_of_document,
                                        VALUES(value_uuid(&document.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        (void)snprintf(date.day, sizeof date.day, "%s", rows_text(rows, 0));
        (void)receipt_channel_from_name(rows_text(rows, 1), &date.channel);
        (void)receipt_evidence_from_name(rows_text(rows, 3), &date.evidence);
        date.site = rows_text_copy(rows, 2, &failed);
    }
    rows_done(&rows);
    if (status == STATUS_OK && failed)
        status = ledger_out_of_memory(fault);
    if (status != STATUS_OK)
        return status;
    *ret_found = there;
    *ret_date = date;
    return STATUS_OK;
}

enum status receipt_date_proofs(struct ledger *ledger, struct document_id document,
                                receipt_proof_callback *callback, void *context,
                                struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(ledger->database, proofs_of_document,
                                        VALUES(value_uuid(&document.uuid)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct receipt_proof proof = {.kind = RECEIPT_DROP,
                                      .day = rows_text(rows, 1),
                                      .site = rows_text(rows, 2),
                                      .reference = rows_text(rows, 3),
                                      .noted_ms = rows_integer(rows, 4),
                                      .actor = rows_text(rows, 5),
                                      .reason = rows_text(rows, 6),
                                      .proves = rows_integer(rows, 7) != 0};
        (void)receipt_evidence_from_name(rows_text(rows, 0), &proof.kind);
        status = callback(context, &proof, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- people ---------------------------------------------------------------------------------- */

/* A day of the past or today. */
static enum status check_day(const struct ledger *ledger, const char *text, int32_t *ret_day,
                             struct fault *fault)
{
    if (text == NULL || !day_from_text(text, ret_day))
        return fault_set(fault, STATUS_REFUSE, "a day is written YYYY-MM-DD");
    if (*ret_day > day_of_wall_ms(ledger_wall_ms(ledger)))
        return fault_set(fault, STATUS_REFUSE, "this day has not come yet");
    return STATUS_OK;
}

static enum status correct(struct ledger *ledger, const struct uuid *document, int32_t day,
                           const char *reason, const char *actor, struct fault *fault)
{
    struct receipt_date before = {0};
    struct piece piece = {
        .evidence = {.kind = RECEIPT_CORRECTION, .day = day, .noted_ms = ledger_wall_ms(ledger)}
    };
    char written[DAY_TEXT_BYTES];
    bool found = false;
    int64_t audit = 0;
    const char *kind = receipt_evidence_name(RECEIPT_CORRECTION);
    day_to_text(day, written);
    enum status status =
        receipt_date_get(ledger, (struct document_id){*document}, &found, &before, fault);
    if (status == STATUS_OK && !found)
        status = fault_set(fault, STATUS_REFUSE, "this document has no date of receipt yet");
    if (status == STATUS_OK)
        status = audit_date(ledger, document, actor, "document.receipt_correct", written, kind,
                            reason, &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE receipt_date SET day = $2, evidence = $3, audit = $4"
                              " WHERE document = $1",
                              VALUES(value_uuid(document), value_text(written), value_text(kind),
                                     value_integer(audit)),
                              NULL, fault);
    if (status == STATUS_OK) {
        (void)snprintf(piece.site, sizeof piece.site, "%s", before.site);
        (void)snprintf(piece.actor, sizeof piece.actor, "%s", actor);
        status = keep_proof(ledger, document, &piece, true, reason, audit, fault);
    }
    receipt_date_done(&before);
    if (status == STATUS_OK)
        status = deadlines_reckon(ledger, document, fault);
    return status == STATUS_OK ? document_renew_note(ledger, document, actor, fault) : status;
}

enum status receipt_date_correct(struct ledger *ledger, struct document_id document,
                                 const char *day, const char *reason, const char *actor,
                                 struct fault *fault)
{
    int32_t number = DAY_UNKNOWN;
    if (reason == NULL || reason[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "say why the date of receipt is another");
    if (strlen(reason) > RECEIPT_REASON_BYTES_MOST)
        return fault_set(fault, STATUS_REFUSE, "a reason has at most %d letters",
                         RECEIPT_REASON_BYTES_MOST);
    enum status status = check_day(ledger, day, &number, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, correct(ledger, &document.uuid, number, reason, actor, fault), fault);
}

static enum status keep_entry(struct ledger *ledger, const struct uuid *scan, int32_t day,
                              enum receipt_channel channel, const char *actor, struct fault *fault)
{
    char written[DAY_TEXT_BYTES];
    int64_t received_ms = 0, decided = 0, audit = 0;
    struct text detail = {0};
    day_to_text(day, written);
    enum status status =
        database_number(ledger->database, "SELECT received_ms FROM scan WHERE id = $1",
                        VALUES(value_uuid(scan)), 0, &received_ms, fault);
    if (status == STATUS_OK)
        status = database_number(ledger->database,
                                 "SELECT count(*) FROM document d JOIN receipt_date r"
                                 " ON r.document = d.id WHERE d.scan = $1",
                                 VALUES(value_uuid(scan)), 0, &decided, fault);
    if (status == STATUS_OK && received_ms == 0)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no scan of this id");
    if (status == STATUS_OK && day > day_of_wall_ms(received_ms))
        status = fault_set(fault, STATUS_REFUSE, "the scan was here before that day");
    if (status == STATUS_OK && decided > 0)
        status = fault_set(fault, STATUS_REFUSE,
                           "its documents have their dates already: correct those, with a reason");
    if (status != STATUS_OK)
        return status;
    detail_open(&detail);
    detail_word(&detail, "day", written);
    detail_word(&detail, "channel", receipt_channel_name(channel));
    status = audit_append_about(ledger, actor, "scan.receipt_entry", scan, detail_close(&detail),
                                &audit, fault);
    text_done(&detail);
    if (status != STATUS_OK)
        return status;
    return database_run(
        ledger->database,
        "INSERT INTO receipt_entry (scan, day, channel, actor, noted_ms, audit)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (scan) DO UPDATE SET day = $2, channel = $3,"
        " actor = $4, noted_ms = $5, audit = $6",
        VALUES(value_uuid(scan), value_text(written), value_text(receipt_channel_name(channel)),
               value_text(actor), value_integer(ledger_wall_ms(ledger)), value_integer(audit)),
        NULL, fault);
}

enum status receipt_entry_keep(struct ledger *ledger, struct scan_id scan, const char *day,
                               enum receipt_channel channel, const char *actor, struct fault *fault)
{
    int32_t number = DAY_UNKNOWN;
    enum status status = check_day(ledger, day, &number, fault);
    if (status == STATUS_OK)
        status = ledger_begin(ledger, fault);
    if (status != STATUS_OK)
        return status;
    return ledger_end(ledger, keep_entry(ledger, &scan.uuid, number, channel, actor, fault), fault);
}
