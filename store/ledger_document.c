/* ledger_document.c - documents: their states, the decisions about them, and their records.
 *
 * A decision is never overwritten: each is a row of its own, and the document points to the one
 * that counts, so that it can be told years later who or what decided, and on which evidence. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>

#include "base/reading.h"
#include "store/filed_place.h"
#include "store/ledger_private.h"

/* ---- states --------------------------------------------------------------------------------- */

enum status document_state_of(struct ledger *ledger, const struct uuid *document, bool *ret_found,
                              enum document_state *ret_state, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, "SELECT state FROM document WHERE id = $1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there && !document_state_from_name(rows_text(rows, 0), ret_state))
        *ret_state = DOCUMENT_CORRUPT;
    if (status == STATUS_OK)
        *ret_found = there;
    rows_done(&rows);
    return status;
}

#define OWN_PAGES                                                                                  \
    " WHERE document = $1 AND (scan = (SELECT d.scan FROM document d WHERE d.id = $1)"             \
    " OR position > 0)"

enum status document_pages_duplicate(struct ledger *ledger, const struct uuid *document,
                                     struct fault *fault)
{
    return database_run(ledger->database, "UPDATE page SET outcome = 'duplicate'" OWN_PAGES,
                        VALUES(value_uuid(document)), NULL, fault);
}

/* Its pages count again when it comes back. */
static enum status pages_return(struct ledger *ledger, const struct uuid *document,
                                struct fault *fault)
{
    return database_run(ledger->database,
                        "UPDATE page SET outcome = 'document'" OWN_PAGES
                        " AND outcome = 'duplicate'",
                        VALUES(value_uuid(document)), NULL, fault);
}

static const char other_state[] =
    "the ledger contradicts itself: a document is not in the state that it should be in; run"
    " \"posteingang verify\"";

/* One statement, because each one renews the document's row in all its indexes. */
enum status document_file(struct ledger *ledger, const struct uuid *document, const char *place,
                          int64_t audit, struct fault *fault)
{
    const char *from = document_state_name(DOCUMENT_MATCHING);
    const char *to = document_state_name(DOCUMENT_FILED);
    enum status status = database_post_one(
        ledger->database,
        "UPDATE document SET state = $3, audit = $4, place = $5 WHERE id = $1 AND state = $2",
        VALUES(value_uuid(document), value_text(from), value_text(to), value_integer(audit),
               value_text(place)),
        other_state, fault);
    return status == STATUS_OK ? tally_move(ledger, "document", from, to, fault) : status;
}

enum status document_move(struct ledger *ledger, const struct uuid *document,
                          enum document_state from, enum document_state to, int64_t audit,
                          struct fault *fault)
{
    const char *from_name = document_state_name(from);
    const char *to_name = document_state_name(to);
    if (!document_move_is_legal(from, to))
        return fault_set(fault, STATUS_HALT, "a document cannot move from %s to %s", from_name,
                         to_name);
    enum status status = database_post_one(
        ledger->database, "UPDATE document SET state = $3, audit = $4 WHERE id = $1 AND state = $2",
        VALUES(value_uuid(document), value_text(from_name), value_text(to_name),
               value_integer(audit)),
        other_state, fault);
    bool comes_back =
        (to == DOCUMENT_CLEARING || to == DOCUMENT_MATCHING) &&
        (from == DOCUMENT_DISCARDED || from == DOCUMENT_RECALLED || from == DOCUMENT_CORRUPT);
    if (status == STATUS_OK && comes_back)
        status = pages_return(ledger, document, fault);
    if (status == STATUS_OK)
        status = tally_move(ledger, "document", from_name, to_name, fault);
    return status;
}

/* ---- its note -------------------------------------------------------------------------------- */

struct filed_subject {
    int64_t site;
    struct uuid scan;
    bool is_found;
};

static enum status find_noted(struct ledger *ledger, const struct uuid *document,
                              struct filed_subject *ret_subject, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT d.site, d.scan, d.place FROM document d JOIN filed_note n ON n.document = d.id"
        " WHERE d.id = $1 AND d.state = 'filed'",
        VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        *ret_subject = (struct filed_subject){
            .site = rows_integer(rows, 0),
            .scan = rows_uuid(rows, 1),
            .is_found = strstr(rows_text(rows, 2), FILED_PLACE_XDOMEA) == NULL};
    rows_done(&rows);
    return status;
}

enum status document_renew_note(struct ledger *ledger, const struct uuid *document,
                                const char *actor, struct fault *fault)
{
    struct filed_subject subject = {0};
    struct text detail = {0};
    int64_t audit = 0;
    enum status status = find_noted(ledger, document, &subject, fault);
    if (status != STATUS_OK || !subject.is_found)
        return status;
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_MATCHING));
    status = audit_append_about(ledger, actor, "document.renew_note", document,
                                detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = document_move(ledger, document, DOCUMENT_FILED, DOCUMENT_MATCHING, audit, fault);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_FILE, subject.site, &subject.scan, document, audit, fault);
    return status;
}

/* ---- decisions ------------------------------------------------------------------------------ */

/* What the decision says is repeated in the document's row, for the indexes of lists. */
static enum status point_to_decision(struct ledger *ledger, const struct uuid *document,
                                     int64_t decision, struct fault *fault)
{
    enum status status = database_run(
        ledger->database,
        "UPDATE document SET decision = $2,"
        " (team, case_number, kind, decider, urgency, caseworker) ="
        " (SELECT c.team, c.case_number, c.kind, c.decided_by, CASE WHEN c.flags LIKE '%urgent%' "
        "THEN 2"
        "  WHEN c.flags LIKE '%deadline%' THEN 1 ELSE 0 END,"
        "  (SELECT r.caseworker FROM " REGISTER_ROWS_OF_CASE(
            "c.case_number") " AND r.caseworker <> '' ORDER BY r.line LIMIT 1)"
                             "  FROM decision c WHERE c.id = $2)"
                             " WHERE id = $1",
        VALUES(value_uuid(document), value_integer(decision)), NULL, fault);
    // The first decision makes the date of receipt; what hangs on it follows from every one.
    if (status == STATUS_OK)
        status = receipt_date_make(ledger, document, fault);
    if (status == STATUS_OK)
        status = deadlines_reckon(ledger, document, fault);
    return status == STATUS_OK ? guard_reckon(ledger, document, NULL, fault) : status;
}

enum status decision_keep(struct ledger *ledger, const struct uuid *document,
                          const struct decision *decision, int64_t audit, struct fault *fault)
{
    int64_t number = 0;
    enum status status = database_number(
        ledger->database,
        "INSERT INTO decision (document, made_ms, to_file, case_number, team, confidence,"
        " runner_up, decided_by, reason, kind, kind_confidence, flags, explanation,"
        " rules_version, register_version, audit) VALUES"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id",
        VALUES(value_uuid(document), value_integer(ledger_wall_ms(ledger)),
               value_integer(decision->to_file), value_text(decision->case_number),
               value_text(decision->team), value_real(decision->confidence),
               value_real(decision->runner_up), value_text(decision->decided_by),
               value_text(decision->reason), value_text(decision->kind),
               value_real(decision->kind_confidence),
               value_text(decision->flags == NULL ? "" : decision->flags),
               value_digest_or_null(&decision->explanation), value_text(decision->rules_version),
               value_integer(decision->register_version), value_integer(audit)),
        0, &number, fault);
    if (status == STATUS_OK && decision->named_cases != NULL)
        status = guard_keep_named(ledger, document, decision->named_cases, fault);
    if (status == STATUS_OK)
        status = point_to_decision(ledger, document, number, fault);
    return status;
}

/* What a caseworker reads when the automatic ways were given up. */
static const char *const given_up[] = {
    [JOB_READ] = "",
    [JOB_MATCH] = "Die automatische Zuordnung ist gescheitert; bitte von Hand zuordnen.",
    [JOB_COMPOSE] = "",
    [JOB_FILE] = "Die Ablage in der Akte ist gescheitert; bitte prüfen und noch einmal zuordnen.",
};

enum status decision_restore(struct ledger *ledger, const struct uuid *document, int64_t original,
                             bool to_file, struct fault *fault)
{
    int64_t number = 0;
    enum status status = database_number(
        ledger->database,
        "INSERT INTO decision (document, made_ms, to_file, case_number, team, confidence,"
        " runner_up, decided_by, reason, kind, kind_confidence, flags, explanation,"
        " rules_version, register_version, audit)"
        " SELECT c.document, $2, $3, c.case_number, c.team, c.confidence, c.runner_up,"
        " c.decided_by, c.reason, c.kind, c.kind_confidence, c.flags, c.explanation,"
        " c.rules_version, c.register_version, c.audit FROM decision c"
        " WHERE c.id = $1 RETURNING id",
        VALUES(value_integer(original), value_integer(ledger_wall_ms(ledger)),
               value_integer(to_file)),
        0, &number, fault);
    if (status == STATUS_OK)
        status = point_to_decision(ledger, document, number, fault);
    return status;
}

/* The decision that counted, once more, but for a person to confirm; 0 when there was none. */
static enum status doubt_decision(struct ledger *ledger, const struct uuid *document,
                                  const char *reason, int64_t *ret_decision, struct fault *fault)
{
    return database_number(
        ledger->database,
        "INSERT INTO decision (document, made_ms, to_file, case_number, team, confidence,"
        " runner_up, decided_by, reason, kind, kind_confidence, flags, explanation,"
        " rules_version, register_version, audit)"
        " SELECT c.document, $2, 0, c.case_number, c.team, c.confidence, c.runner_up,"
        " c.decided_by, $3, c.kind, c.kind_confidence, c.flags, c.explanation, c.rules_version,"
        " c.register_version, c.audit FROM decision c JOIN document d ON d.decision = c.id"
        " WHERE d.id = $1 RETURNING id",
        VALUES(value_uuid(document), value_integer(ledger_wall_ms(ledger)), value_text(reason)), 0,
        ret_decision, fault);
}

enum status document_to_person(struct ledger *ledger, const struct uuid *document,
                               enum job_kind kind, int64_t audit, struct fault *fault)
{
    int64_t doubted = 0;
    enum status status = doubt_decision(ledger, document, given_up[kind], &doubted, fault);
    if (status == STATUS_OK && doubted != 0)
        status = point_to_decision(ledger, document, doubted, fault);
    if (status == STATUS_OK && doubted == 0) {
        const struct decision none = {.decided_by = "auto", .reason = given_up[kind]};
        status = decision_keep(ledger, document, &none, audit, fault);
    }
    if (status == STATUS_OK)
        status =
            document_move(ledger, document, DOCUMENT_MATCHING, DOCUMENT_CLEARING, audit, fault);
    return status;
}

/* ---- records -------------------------------------------------------------------------------- */

void document_record_done(struct document_record *record)
{
    free(record->site);
    free(record->source);
    free(record->case_number);
    free(record->decided_by);
    free(record->reason);
    free(record->kind);
    free(record->flags);
    free(record->team);
    free(record->pages);
    free(record->places);
    free(record->rules_version);
    free(record->place);
    free(record->error);
    free(record->caseworker);
    free(record->receipt_day);
    free(record->due);
    *record = (struct document_record){0};
}

/* The pages of a document of a scan; in another order when a person arranged it; and those that
 * one had whose pages are in others now. Columns: scan, number, turned, SHA-256 of the scan. */
#define PAGES_AS_READ                                                                              \
    "SELECT p.scan, p.number, p.turned, NULL FROM page p JOIN document d"                          \
    " ON p.document = COALESCE(d.copy_of, d.id) WHERE p.scan = $1 AND d.id = $2 ORDER BY p.number"
#define PAGES_ARRANGED                                                                             \
    "SELECT p.scan, p.number, p.turned, c.sha256 FROM page p JOIN scan c ON c.id = p.scan"         \
    " WHERE p.document = $2 AND p.position > 0 AND $1 IS NOT NULL ORDER BY p.position"
#define PAGES_BEFORE                                                                               \
    "SELECT p.scan, p.number, p.turned_before, c.sha256 FROM arrangement_source s"                 \
    " JOIN arrangement_page p ON p.arrangement = s.arrangement AND p.source = s.number"            \
    " JOIN scan c ON c.id = p.scan WHERE s.document = $2 AND $1 IS NOT NULL AND s.arrangement ="   \
    " (SELECT max(o.arrangement) FROM arrangement_source o JOIN arrangement a"                     \
    " ON a.id = o.arrangement WHERE o.document = $2 AND a.state = 'done') ORDER BY p.place"

static const char pages_as_read[] = PAGES_AS_READ;
static const char document_of_id[] =
    "SELECT " DOCUMENT_COLUMNS " FROM " DOCUMENT_TABLES " WHERE d.id = $1";

enum status document_ask_ahead(struct ledger *ledger, const struct uuid *scan,
                               const struct uuid *document, struct fault *fault)
{
    enum status status =
        database_ask_ahead(ledger->database, document_of_id, VALUES(value_uuid(document)), fault);
    return status != STATUS_OK
               ? status
               : database_ask_ahead(ledger->database, pages_as_read,
                                    VALUES(value_uuid(scan), value_uuid(document)), fault);
}

static enum status read_places(struct ledger *ledger, const struct document_record *record,
                               const char *sql, struct document_page places[READING_PAGES_MOST],
                               uint32_t *ret_count, struct fault *fault)
{
    bool there = true;
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database, sql, VALUES(value_uuid(&record->scan.uuid), value_uuid(&record->id.uuid)),
        &rows, fault);
    *ret_count = 0;
    while (status == STATUS_OK && there && *ret_count < READING_PAGES_MOST) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        places[(*ret_count)++] = (struct document_page){
            .scan = {rows_uuid(rows, 0)},
            .digest = rows_is_null(rows, 3) ? record->scan_digest : rows_digest(rows, 3),
            .number = (uint32_t)rows_integer(rows, 1),
            .turned = (uint16_t)rows_integer(rows, 2)};
    }
    rows_done(&rows);
    return status;
}

static enum status read_pages(struct ledger *ledger, struct document_record *record,
                              struct fault *fault)
{
    struct document_page places[READING_PAGES_MOST];
    uint32_t count = 0;
    enum status status =
        read_places(ledger, record, record->arrangement == 0 ? pages_as_read : PAGES_ARRANGED,
                    places, &count, fault);
    if (status == STATUS_OK && count == 0)
        status = read_places(ledger, record, PAGES_BEFORE, places, &count, fault);
    if (status != STATUS_OK || count == 0)
        return status;
    record->pages = malloc(count * sizeof *record->pages);
    record->places = malloc(count * sizeof *record->places);
    if (record->pages == NULL || record->places == NULL)
        return ledger_out_of_memory(fault);
    for (uint32_t i = 0; i < count; i++)
        record->pages[i] = places[i].number;
    memcpy(record->places, places, count * sizeof *places);
    record->page_count = count;
    return STATUS_OK;
}

/* The columns that are numbers and digests; those that are text come after. */
static struct document_record plain_columns(struct rows *rows)
{
    return (struct document_record){
        .id = {rows_uuid(rows, 0)},
        .scan = {rows_uuid(rows, 1)},
        .received_ms = rows_integer(rows, 4),
        .ordinal = (uint32_t)rows_integer(rows, 6),
        .confidence = rows_real(rows, 8),
        .runner_up = rows_real(rows, 9),
        .kind_confidence = rows_real(rows, 13),
        .scan_digest = rows_digest(rows, 16),
        .reading = rows_digest(rows, 17),
        .text = rows_digest(rows, 18),
        .pdf = rows_digest(rows, 19),
        .explanation = rows_digest(rows, 20),
        .register_version = rows_integer(rows, 22),
        .revision = rows_integer(rows, 25),
        .is_done = rows_integer(rows, 26) != 0,
        .is_waiting = rows_integer(rows, 27) != 0,
        .arrangement = rows_integer(rows, 30),
        .flagged_ms = rows_integer(rows, 33),
        .escalated_ms = rows_integer(rows, 34),
        .filed_pdf = rows_digest(rows, 35),
        .filed_note = rows_digest(rows, 36),
        .guard = (uint32_t)rows_integer(rows, 37),
        .trace_guard = (uint32_t)rows_integer(rows, 38),
    };
}

enum status document_record_read(struct ledger *ledger, struct rows *rows,
                                 struct document_record *ret_record, struct fault *fault)
{
    bool failed = false;
    struct document_record record = plain_columns(rows);
    record.site = rows_text_copy(rows, 2, &failed);
    record.source = rows_text_copy(rows, 3, &failed);
    record.case_number = rows_text_copy(rows, 7, &failed);
    record.decided_by = rows_text_copy(rows, 10, &failed);
    record.reason = rows_text_copy(rows, 11, &failed);
    record.kind = rows_text_copy(rows, 12, &failed);
    record.flags = rows_is_null(rows, 14) ? string_copy("") : rows_text_copy(rows, 14, &failed);
    record.team = rows_text_copy(rows, 15, &failed);
    record.rules_version = rows_text_copy(rows, 21, &failed);
    record.place = rows_text_copy(rows, 23, &failed);
    record.error = rows_text_copy(rows, 24, &failed);
    record.caseworker = rows_text_copy(rows, 28, &failed);
    record.receipt_day = rows_text_copy(rows, 31, &failed);
    record.due = rows_text_copy(rows, 32, &failed);
    record.is_copy = !rows_is_null(rows, 29);
    if (record.is_copy)
        record.copy_of = (struct document_id){rows_uuid(rows, 29)};
    if (!document_state_from_name(rows_text(rows, 5), &record.state))
        record.state = DOCUMENT_CORRUPT; // what verify will name
    enum status status = STATUS_OK;
    if (failed || record.flags == NULL)
        status = ledger_out_of_memory(fault);
    if (status == STATUS_OK)
        status = read_pages(ledger, &record, fault);
    if (status == STATUS_OK)
        *ret_record = record;
    else
        document_record_done(&record);
    return status;
}

enum status ledger_document_get(struct ledger *ledger, struct document_id id,
                                struct document_record *ret_record, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(ledger->database, document_of_id,
                                        VALUES(value_uuid(&id.uuid)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "the ledger knows no document of this id");
    if (status == STATUS_OK)
        status = document_record_read(ledger, rows, ret_record, fault);
    rows_done(&rows);
    return status;
}
