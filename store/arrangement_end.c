/* arrangement_end.c - see arrangement.h: what becomes of an arrangement. It is done, given up, or
 * taken back; each is one commit, with an audit row for every document that changes. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "store/arrangement.h"
#include "store/ledger_private.h"

static enum status set_state(struct ledger *ledger, int64_t number, enum arrangement_state state,
                             const char *reason, struct fault *fault)
{
    return database_run(
        ledger->database,
        "UPDATE arrangement SET state = $2, reason = $3, ended_ms = $4 WHERE id = $1",
        VALUES(value_integer(number), value_text(arrangement_state_name(state)), value_text(reason),
               value_integer(ledger_wall_ms(ledger))),
        NULL, fault);
}

/* The state that a source had before. */
static enum status state_before(struct ledger *ledger, int64_t number, const struct uuid *document,
                                enum document_state *ret_state, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status = database_query(
        ledger->database,
        "SELECT state FROM arrangement_source WHERE arrangement = $1 AND document = $2",
        VALUES(value_integer(number), value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && (!there || !document_state_from_name(rows_text(rows, 0), ret_state)))
        status = fault_set(fault, STATUS_HALT,
                           "an arrangement does not say what its document was before");
    rows_done(&rows);
    return status;
}

/* ---- given up -------------------------------------------------------------------------------- */

/* One source that is still arranging is again what it was. */
static enum status give_back(struct ledger *ledger, int64_t number, const struct uuid *document,
                             const char *actor, struct fault *fault)
{
    enum document_state now = DOCUMENT_CORRUPT, before = DOCUMENT_CLEARING;
    bool found = false;
    int64_t audit = 0;
    enum status status = document_state_of(ledger, document, &found, &now, fault);
    if (status != STATUS_OK || !found || now != DOCUMENT_ARRANGING)
        return status;
    status = state_before(ledger, number, document, &before, fault);
    if (status == STATUS_OK)
        status = arrangement_audit(ledger, number, actor, "document.arrange_back", document, before,
                                   &audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, document, DOCUMENT_ARRANGING, before, audit, fault);
    return status;
}

static enum status end_without(struct ledger *ledger, int64_t number, enum arrangement_state state,
                               const char *actor, const char *reason, struct fault *fault)
{
    struct arrangement_record record = {0};
    enum status status = arrangement_get(ledger, number, &record, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < record.source_count; i++)
        status = give_back(ledger, number, &record.sources[i].uuid, actor, fault);
    if (status == STATUS_OK)
        status = set_state(ledger, number, state, reason, fault);
    arrangement_record_done(&record);
    return status;
}

enum status arrangement_give_up(struct ledger *ledger, const struct uuid *document,
                                const char *actor, const char *reason, struct fault *fault)
{
    int64_t number = 0;
    enum status status = arrangement_open_of(ledger, document, &number, fault);
    if (status != STATUS_OK || number == 0)
        return status;
    return end_without(ledger, number, ARRANGEMENT_FAILED, actor, reason, fault);
}

static enum status find_job(struct ledger *ledger, const struct uuid *document, bool *ret_found,
                            struct job_row *ret_job, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status =
        database_query(ledger->database,
                       "SELECT " JOB_COLUMNS " FROM job j JOIN document d ON d.id = j.document"
                       " WHERE j.scan = d.scan AND d.id = $1 AND j.kind = 'compose'"
                       " AND j.state <> 'done' ORDER BY j.id DESC LIMIT 1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found)
        status = job_row_read(rows, ret_job, fault);
    rows_done(&rows);
    return status;
}

enum status arrangement_abandon(struct ledger *ledger, const struct uuid *document,
                                const char *actor, const char *reason, struct fault *fault)
{
    struct arrangement_record record = {0};
    struct job_row job = {0};
    bool found = false;
    int64_t number = 0;
    int64_t audit = 0;
    enum status status = arrangement_open_of(ledger, document, &number, fault);
    if (status != STATUS_OK || number == 0)
        return status;
    status = arrangement_get(ledger, number, &record, fault);
    if (status == STATUS_OK && record.source_count > 0)
        status = find_job(ledger, &record.sources[0].uuid, &found, &job, fault);
    if (status == STATUS_OK && found)
        status = arrangement_audit(ledger, number, actor, "arrangement.back", &job.document,
                                   DOCUMENT_ARRANGING, &audit, fault);
    const struct job_after done = job_same(&job, JOB_DONE);
    if (status == STATUS_OK && found)
        status = job_update(ledger, &job, &done, audit, fault);
    if (status == STATUS_OK)
        status =
            end_without(ledger, number, reason == NULL ? ARRANGEMENT_UNDONE : ARRANGEMENT_FAILED,
                        actor, reason, fault);
    arrangement_record_done(&record);
    return status;
}

/* ---- done ------------------------------------------------------------------------------------ */

/* An outcome that becomes a document. */
struct birth {
    int64_t arrangement, outcome; /* the outcome's own number */
    struct uuid id, scan, source; /* of its first page */
    int64_t site, ordinal, received_ms;
    bool keeps_case;
    const char *actor; /* who asked for it */
};

/* Where the outcome's first page is from; its date is that of the earliest of its sources. */
static enum status describe_birth(struct ledger *ledger, const struct uuid *first,
                                  uint32_t position, struct birth *birth, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    char purpose[64];
    enum status status = database_query(
        ledger->database,
        "SELECT o.number, o.keeps_case, p.scan, s.document, c.site, (SELECT max(x.ordinal) + 1 FROM"
        " document x WHERE x.scan = p.scan), (SELECT min(y.received_ms) FROM arrangement_page q"
        " JOIN arrangement_source z ON z.arrangement = q.arrangement AND z.number = q.source"
        " JOIN document y ON y.id = z.document WHERE q.arrangement = o.arrangement"
        " AND q.outcome = o.number), s.state FROM arrangement_outcome o JOIN arrangement_page p"
        " ON p.arrangement = o.arrangement AND p.outcome = o.number AND p.position = 1"
        " JOIN arrangement_source s ON s.arrangement = o.arrangement AND s.number = p.source"
        " JOIN scan c ON c.id = p.scan WHERE o.arrangement = $1 ORDER BY o.number"
        " LIMIT 1 OFFSET $2",
        VALUES(value_integer(birth->arrangement), value_integer(position)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_HALT, "an arrangement has lost a document");
    if (status == STATUS_OK) {
        birth->outcome = rows_integer(rows, 0);
        birth->scan = rows_uuid(rows, 2);
        birth->source = rows_uuid(rows, 3);
        birth->site = rows_integer(rows, 4);
        birth->ordinal = rows_integer(rows, 5);
        birth->received_ms = rows_integer(rows, 6);
        birth->keeps_case = rows_integer(rows, 1) != 0 && string_equal(rows_text(rows, 7), "filed");
        (void)snprintf(purpose, sizeof purpose, "arrangement %lld %lld",
                       (long long)birth->arrangement, (long long)birth->outcome);
        birth->id = uuid_derived(first, purpose, strlen(purpose));
    }
    rows_done(&rows);
    return status;
}

/* As with a document of a scan, the audit says of what it is made. */
static enum status audit_birth(struct ledger *ledger, const struct job_row *job,
                               const struct birth *birth, const struct read_document *objects,
                               int64_t *ret_audit, struct fault *fault)
{
    char scan[UUID_TEXT_BYTES];
    struct text detail = {0};
    uuid_to_text(&birth->scan, scan);
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_MATCHING));
    detail_word(&detail, "of", scan);
    detail_number(&detail, "ordinal", birth->ordinal);
    detail_number(&detail, "arrangement", birth->arrangement);
    detail_digest(&detail, "reading", &objects->reading);
    detail_digest(&detail, "text", &objects->text);
    detail_digest(&detail, "pdf", &objects->pdf);
    enum status status = audit_append_about(ledger, job->worker, "document.compose", &birth->id,
                                            detail_close(&detail), ret_audit, fault);
    text_done(&detail);
    return status;
}

static enum status insert_document(struct ledger *ledger, const struct birth *birth,
                                   const struct read_document *objects, int64_t audit,
                                   struct fault *fault)
{
    enum status status = database_run(
        ledger->database,
        "INSERT INTO document (id, scan, ordinal, site, received_ms, state, reading, text, pdf,"
        " arrangement, born, audit) VALUES ($1, $2, $3, $4, $5, 'matching', $6, $7, $8, $9, $10,"
        " $10)",
        VALUES(value_uuid(&birth->id), value_uuid(&birth->scan), value_integer(birth->ordinal),
               value_integer(birth->site), value_integer(birth->received_ms),
               value_digest(&objects->reading), value_digest(&objects->text),
               value_digest(&objects->pdf), value_integer(birth->arrangement),
               value_integer(audit)),
        NULL, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE scan SET documents = documents + 1 WHERE id = $1",
                              VALUES(value_uuid(&birth->scan)), NULL, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE arrangement_outcome SET document = $3 WHERE arrangement = $1 AND number = $2",
            VALUES(value_integer(birth->arrangement), value_integer(birth->outcome),
                   value_uuid(&birth->id)),
            NULL, fault);
    if (status == STATUS_OK)
        status =
            tally_move(ledger, "document", NULL, document_state_name(DOCUMENT_MATCHING), fault);
    return status;
}

static enum status take_pages(struct ledger *ledger, const struct birth *birth, struct fault *fault)
{
    return database_run(
        ledger->database,
        "UPDATE page SET document = $3, (position, turned) = (SELECT p.position, p.turned"
        " FROM arrangement_page p WHERE p.arrangement = $1 AND p.outcome = $2"
        " AND p.scan = page.scan AND p.number = page.number)"
        " WHERE (scan, number) IN (SELECT q.scan, q.number FROM arrangement_page q"
        " WHERE q.arrangement = $1 AND q.outcome = $2)",
        VALUES(value_integer(birth->arrangement), value_integer(birth->outcome),
               value_uuid(&birth->id)),
        NULL, fault);
}

static const char KEPT[] = "Von Hand neu zusammengestellt; der Fall ist der bisherige.";

/* The decision of the document that its first page was in, in the name of the person. */
static enum status keep_case(struct ledger *ledger, const struct job_row *job,
                             const struct birth *birth, struct fault *fault)
{
    struct document_record source = {0};
    struct text detail = {0};
    int64_t audit = 0;
    enum status status =
        ledger_document_get(ledger, (struct document_id){birth->source}, &source, fault);
    if (status != STATUS_OK)
        return status;
    const struct decision decision = {
        .to_file = true,
        .case_number = source.case_number,
        .team = source.team,
        .confidence = 1,
        .decided_by = birth->actor,
        .reason = KEPT,
        .kind = source.kind,
        .kind_confidence = source.kind_confidence,
        .flags = source.flags,
        .rules_version = source.rules_version,
        .register_version = source.register_version,
    };
    detail_open(&detail);
    detail_word(&detail, "document", document_state_name(DOCUMENT_MATCHING));
    detail_digest_of(&detail, "case_sha256", source.case_number);
    status = audit_append_about(ledger, birth->actor, "document.assign", &birth->id,
                                detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = decision_keep(ledger, &birth->id, &decision, audit, fault);
    document_record_done(&source);
    if (status == STATUS_OK)
        status = job_create(ledger, JOB_FILE, job->site, &birth->scan, &birth->id, audit, fault);
    return status;
}

/* Whatever has a page of something that is held (store/purge.h) is held as well. */
static enum status take_hold(struct ledger *ledger, const struct birth *birth, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO hold (document, reason, actor, at_ms, audit) SELECT o.document, h.reason,"
        " h.actor, h.at_ms, h.audit FROM arrangement_outcome o JOIN arrangement_page p"
        " ON p.arrangement = o.arrangement AND p.outcome = o.number JOIN arrangement_source s"
        " ON s.arrangement = p.arrangement AND s.number = p.source JOIN hold h"
        " ON h.document = s.document WHERE o.arrangement = $1 AND o.number = $2"
        " ORDER BY h.at_ms LIMIT 1",
        VALUES(value_integer(birth->arrangement), value_integer(birth->outcome)), NULL, fault);
}

static enum status bear(struct ledger *ledger, const struct job_row *job, struct birth *birth,
                        uint32_t position, const struct read_document *objects, struct fault *fault)
{
    int64_t audit = 0;
    enum status status = describe_birth(ledger, &job->document, position, birth, fault);
    if (status == STATUS_OK)
        status = audit_birth(ledger, job, birth, objects, &audit, fault);
    if (status == STATUS_OK)
        status = insert_document(ledger, birth, objects, audit, fault);
    if (status == STATUS_OK)
        status = take_pages(ledger, birth, fault);
    if (status == STATUS_OK)
        status = take_hold(ledger, birth, fault);
    if (status == STATUS_OK)
        status = receipt_date_inherit(ledger, birth->arrangement, birth->outcome, &birth->id,
                                      birth->actor, fault);
    if (status == STATUS_OK)
        status = guard_inherit(ledger, birth->arrangement, &birth->id, fault);
    if (status != STATUS_OK)
        return status;
    return birth->keeps_case
               ? keep_case(ledger, job, birth, fault)
               : job_create(ledger, JOB_MATCH, birth->site, &birth->scan, &birth->id, audit, fault);
}

/* The document's pages are in others now: it goes, by way of the filer when it is in the cabinet. */
static enum status replace(struct ledger *ledger, int64_t number, const char *actor,
                           const struct uuid *document, struct fault *fault)
{
    struct document_record record = {0};
    int64_t site = 0;
    int64_t audit = 0;
    enum status status =
        ledger_document_get(ledger, (struct document_id){*document}, &record, fault);
    if (status != STATUS_OK)
        return status;
    bool is_in_cabinet = record.place != NULL;
    enum document_state next = is_in_cabinet ? DOCUMENT_RECALLED : DOCUMENT_REPLACED;
    status =
        arrangement_audit(ledger, number, actor, "document.replace", document, next, &audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, document, record.state, next, audit, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE document SET done = 0, waiting = 0, destination = $2 WHERE id = $1",
            VALUES(value_uuid(document), value_text(is_in_cabinet ? "replaced" : NULL)), NULL,
            fault);
    if (status == STATUS_OK && is_in_cabinet)
        status = database_number(ledger->database, "SELECT site FROM document WHERE id = $1",
                                 VALUES(value_uuid(document)), 0, &site, fault);
    if (status == STATUS_OK && is_in_cabinet)
        status = job_create(ledger, JOB_FILE, site, &record.scan.uuid, document, audit, fault);
    document_record_done(&record);
    return status;
}

static enum status finish(struct ledger *ledger, const struct job_row *job,
                          const struct arrangement_record *record,
                          const struct read_document *documents, struct fault *fault)
{
    int64_t audit = 0;
    struct text detail = {0};
    detail_job(&detail, job);
    detail_number(&detail, "arrangement", record->number);
    enum status status = audit_append_about(ledger, job->worker, "arrangement.done", &job->document,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = job_finish(ledger, job, audit, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < record->outcome_count; i++) {
        struct birth birth = {.arrangement = record->number, .actor = record->actor};
        status = bear(ledger, job, &birth, i, &documents[i], fault);
    }
    for (uint32_t i = 0; status == STATUS_OK && i < record->source_count; i++)
        status = replace(ledger, record->number, record->actor, &record->sources[i].uuid, fault);
    if (status == STATUS_OK)
        status = set_state(ledger, record->number, ARRANGEMENT_DONE, NULL, fault);
    return status;
}

static enum status complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                            const struct read_document *documents, uint32_t count, bool *ret_held,
                            struct fault *fault)
{
    struct job_row job = {0};
    struct arrangement_record record = {0};
    int64_t number = 0;
    enum status status = job_held(ledger, id, attempt, JOB_COMPOSE, ret_held, &job, fault);
    if (status != STATUS_OK || !*ret_held)
        return status;
    status = arrangement_open_of(ledger, &job.document, &number, fault);
    if (status == STATUS_OK && number == 0)
        return job_set_aside(ledger, &job, ledger_dispatcher, ledger_contradiction, fault);
    if (status == STATUS_OK)
        status = arrangement_get(ledger, number, &record, fault);
    if (status == STATUS_OK && record.outcome_count != count)
        status = fault_set(fault, STATUS_REFUSE, "%u documents were composed instead of %u", count,
                           record.outcome_count);
    if (status == STATUS_OK)
        status = finish(ledger, &job, &record, documents, fault);
    arrangement_record_done(&record);
    return status;
}

enum status ledger_compose_complete(struct ledger *ledger, struct job_id id, uint32_t attempt,
                                    const struct read_document *documents, uint32_t count,
                                    bool *ret_held, struct fault *fault)
{
    bool held = false;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, complete(ledger, id, attempt, documents, count, &held, fault),
                            fault);
    if (status == STATUS_OK)
        *ret_held = held;
    return status;
}

/* ---- taken back ------------------------------------------------------------------------------ */

/* Whether all of it is at rest: outcomes filed or in clearing, sources replaced. */
static enum status look(struct ledger *ledger, const struct document_id *documents, uint32_t count,
                        bool is_source, enum desk_verdict *ret_verdict, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
        enum document_state state = DOCUMENT_CORRUPT;
        bool found = false;
        status = document_state_of(ledger, &documents[i].uuid, &found, &state, fault);
        bool is_moving = state == DOCUMENT_MATCHING || state == DOCUMENT_RECALLED;
        bool is_fine = is_source ? state == DOCUMENT_REPLACED
                                 : state == DOCUMENT_FILED || state == DOCUMENT_CLEARING;
        if (!is_fine && *ret_verdict != DESK_TOO_LATE)
            *ret_verdict = is_moving ? DESK_BUSY : DESK_TOO_LATE;
    }
    return status;
}

static enum status return_pages(struct ledger *ledger, int64_t number, struct fault *fault)
{
    return database_run(
        ledger->database,
        "UPDATE page SET (document, position, turned) = (SELECT s.document, p.before,"
        " p.turned_before FROM arrangement_page p JOIN arrangement_source s"
        " ON s.arrangement = p.arrangement AND s.number = p.source WHERE p.arrangement = $1"
        " AND p.scan = page.scan AND p.number = page.number)"
        " WHERE (scan, number) IN (SELECT q.scan, q.number FROM arrangement_page q"
        " WHERE q.arrangement = $1)",
        VALUES(value_integer(number)), NULL, fault);
}

/* A dead job of an outcome in clearing is settled with it. */
static enum status settle(struct ledger *ledger, const struct uuid *document, int64_t number,
                          const char *actor, struct fault *fault)
{
    struct document_record record = {0};
    struct job_row job = {0};
    bool found = false;
    int64_t audit = 0;
    enum status status =
        ledger_document_get(ledger, (struct document_id){*document}, &record, fault);
    if (status == STATUS_OK)
        status = job_dead_of(ledger, &record.scan.uuid, document, &found, &job, fault);
    if (status == STATUS_OK && found)
        status = arrangement_audit(ledger, number, actor, "arrangement.back", document,
                                   record.state, &audit, fault);
    if (status == STATUS_OK && found)
        status = job_settle(ledger, &job, audit, fault);
    document_record_done(&record);
    return status;
}

/* A source that was filed is filed again, where it was. */
static enum status bring_back(struct ledger *ledger, int64_t number, const char *actor,
                              const struct uuid *document, struct fault *fault)
{
    enum document_state before = DOCUMENT_CLEARING;
    struct document_record record = {0};
    int64_t site = 0;
    int64_t audit = 0;
    enum status status = state_before(ledger, number, document, &before, fault);
    if (status == STATUS_OK)
        status = ledger_document_get(ledger, (struct document_id){*document}, &record, fault);
    bool is_filed = before == DOCUMENT_FILED;
    enum document_state next = is_filed ? DOCUMENT_MATCHING : DOCUMENT_CLEARING;
    if (status == STATUS_OK)
        status = arrangement_audit(ledger, number, actor, "document.arrange_back", document, next,
                                   &audit, fault);
    if (status == STATUS_OK)
        status = document_move(ledger, document, DOCUMENT_REPLACED, next, audit, fault);
    if (status == STATUS_OK && is_filed)
        status = database_number(ledger->database, "SELECT site FROM document WHERE id = $1",
                                 VALUES(value_uuid(document)), 0, &site, fault);
    if (status == STATUS_OK && is_filed)
        status = job_create(ledger, JOB_FILE, site, &record.scan.uuid, document, audit, fault);
    document_record_done(&record);
    return status;
}

static enum status take_back(struct ledger *ledger, const struct arrangement_record *record,
                             const char *actor, struct fault *fault)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < record->outcome_count; i++) {
        const struct uuid *outcome = &record->outcomes[i].uuid;
        status = settle(ledger, outcome, record->number, actor, fault);
        if (status == STATUS_OK)
            status = replace(ledger, record->number, actor, outcome, fault);
    }
    if (status == STATUS_OK)
        status = return_pages(ledger, record->number, fault);
    for (uint32_t i = 0; status == STATUS_OK && i < record->source_count; i++)
        status = bring_back(ledger, record->number, actor, &record->sources[i].uuid, fault);
    if (status == STATUS_OK)
        status = set_state(ledger, record->number, ARRANGEMENT_UNDONE, NULL, fault);
    return status;
}

static enum status undo(struct ledger *ledger, int64_t number, const char *actor,
                        enum desk_verdict *ret_verdict, struct fault *fault)
{
    struct arrangement_record record = {0};
    enum status status = arrangement_get(ledger, number, &record, fault);
    if (status != STATUS_OK)
        return status;
    if (record.state == ARRANGEMENT_OPEN) {
        status = arrangement_abandon(ledger, &record.sources[0].uuid, actor, NULL, fault);
        arrangement_record_done(&record);
        return status;
    }
    if (record.state != ARRANGEMENT_DONE)
        *ret_verdict = DESK_TOO_LATE;
    else
        status = look(ledger, record.sources, record.source_count, true, ret_verdict, fault);
    if (status == STATUS_OK && record.state == ARRANGEMENT_DONE)
        status = look(ledger, record.outcomes, record.outcome_count, false, ret_verdict, fault);
    if (status == STATUS_OK && *ret_verdict == DESK_HAPPENED)
        status = take_back(ledger, &record, actor, fault);
    arrangement_record_done(&record);
    return status;
}

enum status arrangement_undo(struct ledger *ledger, int64_t number, const char *actor,
                             enum desk_verdict *ret_verdict, struct fault *fault)
{
    enum desk_verdict verdict = DESK_HAPPENED;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, undo(ledger, number, actor, &verdict, fault), fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}
