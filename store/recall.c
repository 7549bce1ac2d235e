/* recall.c - see recall.h; the action itself is in desk_action.c. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "law/breach.h"
#include "store/ledger_private.h"
#include "store/recall.h"

enum status recall_keep(struct ledger *ledger, const struct desk_act *act,
                        const struct document_record *document, int64_t known_ms, int64_t audit,
                        int64_t *ret_number, struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    int64_t filed_ms = 0;
    int64_t now_ms = ledger_wall_ms(ledger);
    uuid_to_text(&document->id.uuid, id);
    enum status status = database_number(
        ledger->database,
        "SELECT max(at_ms) FROM audit WHERE subject = $1 AND action = 'document.file'",
        VALUES(value_text(id)), 0, &filed_ms, fault);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO recall (document, case_number, team, filed_ms, made_ms, known_ms, actor,"
            " reason, audit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            VALUES(value_uuid(&document->id.uuid),
                   value_text(document->case_number == NULL ? "" : document->case_number),
                   value_text(document->team == NULL ? "" : document->team),
                   value_integer(filed_ms), value_integer(now_ms),
                   value_integer(known_ms == 0 ? now_ms : known_ms), value_text(act->actor),
                   value_text(act->reason), value_integer(audit)),
            NULL, fault);
    if (status == STATUS_OK)
        status = database_number(ledger->database, "SELECT max(id) FROM recall", NO_VALUES, 0,
                                 ret_number, fault);
    return status;
}

/* ---- looking -------------------------------------------------------------------------------- */

#define RECALL_COLUMNS                                                                             \
    "r.id, r.document, r.case_number, r.team, r.filed_ms, r.made_ms, r.known_ms, r.actor,"         \
    " r.reason, r.outcome, r.settled_ms, r.settled_by, r.settled_why"

static struct recall_record read_record(struct rows *rows)
{
    return (struct recall_record){.number = rows_integer(rows, 0),
                                  .document = {rows_uuid(rows, 1)},
                                  .case_number = rows_text(rows, 2),
                                  .team = rows_text(rows, 3),
                                  .filed_ms = rows_integer(rows, 4),
                                  .made_ms = rows_integer(rows, 5),
                                  .known_ms = rows_integer(rows, 6),
                                  .actor = rows_text(rows, 7),
                                  .reason = rows_text(rows, 8),
                                  .outcome = rows_text(rows, 9),
                                  .settled_ms = rows_integer(rows, 10),
                                  .settled_by = rows_text(rows, 11),
                                  .settled_why = rows_text(rows, 12)};
}

static enum status give_records(struct rows *rows, recall_callback *callback, void *context,
                                uint32_t *ret_count, struct fault *fault)
{
    enum status status = STATUS_OK;
    bool there = true;
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct recall_record record = read_record(rows);
        status = callback(context, &record, fault);
        (*ret_count)++;
    }
    return status;
}

#define SEEN                                                                                       \
    " FROM recall r JOIN document d ON d.id = r.document WHERE " SCOPE_HAS_TEAM("r.team")          \
        GUARD_SEEN("$10") CASE_SEEN("r.case_number", "$10")

enum status recalls_each(struct ledger *ledger, const struct document_id *document,
                         const struct desk_scope *scope, recall_callback *callback, void *context,
                         struct fault *fault)
{
    struct rows *rows = NULL;
    uint32_t count = 0;
    struct value values[SCOPE_VALUES] = {document == NULL ? value_null()
                                                          : value_uuid(&document->uuid)};
    scope_fill(scope, values);
    enum status status = database_query(ledger->database,
                                        "SELECT " RECALL_COLUMNS SEEN
                                        " AND ($1 IS NULL OR r.document = $1) ORDER BY r.id DESC",
                                        values, SCOPE_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = give_records(rows, callback, context, &count, fault);
    rows_done(&rows);
    return status;
}

enum status recall_get(struct ledger *ledger, int64_t number, const struct desk_scope *scope,
                       recall_callback *callback, void *context, bool *ret_found,
                       struct fault *fault)
{
    struct rows *rows = NULL;
    uint32_t count = 0;
    struct value values[SCOPE_VALUES] = {value_integer(number)};
    scope_fill(scope, values);
    enum status status =
        database_query(ledger->database, "SELECT " RECALL_COLUMNS SEEN " AND r.id = $1", values,
                       SCOPE_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = give_records(rows, callback, context, &count, fault);
    rows_done(&rows);
    *ret_found = count > 0;
    return status;
}

enum status recall_viewers(struct ledger *ledger, const struct recall_record *record,
                           recall_viewer_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    char id[UUID_TEXT_BYTES];
    bool there = true;
    uuid_to_text(&record->document.uuid, id);
    // The detail is {"what":"pdf"}: its word is between the last two quotation marks.
    enum status status = database_query(
        ledger->database,
        "SELECT actor, substr(detail, 10, length(detail) - 11), min(at_ms), max(at_ms), count(*)"
        " FROM audit WHERE subject = $1 AND action = 'document.view' AND at_ms >= $2"
        " AND at_ms <= $3 GROUP BY actor, detail ORDER BY 3, 1, 2",
        VALUES(value_text(id), value_integer(record->filed_ms), value_integer(record->made_ms)),
        &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct recall_viewer viewer = {.person = rows_text(rows, 0),
                                             .what = rows_text(rows, 1),
                                             .first_ms = rows_integer(rows, 2),
                                             .last_ms = rows_integer(rows, 3),
                                             .looks = rows_integer(rows, 4)};
        status = callback(context, &viewer, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- settling -------------------------------------------------------------------------------- */

/* The open recall of that number, and the document that it is about. */
static enum status find_open(struct ledger *ledger, int64_t number, struct uuid *ret_document,
                             struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, "SELECT document, outcome FROM recall WHERE id = $1",
                       VALUES(value_integer(number)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && !there)
        status = fault_set(fault, STATUS_REFUSE, "there is no recall of this number");
    else if (status == STATUS_OK && !rows_is_null(rows, 1))
        status = fault_set(fault, STATUS_REFUSE, "this recall is settled already");
    if (status == STATUS_OK)
        *ret_document = rows_uuid(rows, 0);
    rows_done(&rows);
    return status;
}

static enum status settle(struct ledger *ledger, int64_t number, const char *outcome,
                          const char *actor, const char *why, struct fault *fault)
{
    struct uuid document = {0};
    struct text detail = {0};
    int64_t audit = 0;
    enum status status = find_open(ledger, number, &document, fault);
    if (status != STATUS_OK)
        return status;
    detail_open(&detail);
    detail_number(&detail, "recall", number);
    detail_word(&detail, "outcome", outcome);
    status = audit_append_about(ledger, actor, "recall.settle", &document, detail_close(&detail),
                                &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE recall SET outcome = $2, settled_ms = $3, settled_by = $4, settled_why = $5,"
            " audit = $6 WHERE id = $1",
            VALUES(value_integer(number), value_text(outcome),
                   value_integer(ledger_wall_ms(ledger)), value_text(actor), value_text(why),
                   value_integer(audit)),
            NULL, fault);
    return status;
}

enum status recall_settle(struct ledger *ledger, int64_t number, bool is_reported,
                          const char *actor, const char *why, struct fault *fault)
{
    if (why == NULL || why[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "a recall is settled with a reason");
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger,
            settle(ledger, number, is_reported ? "reported" : "not_reported", actor, why, fault),
            fault);
    return status;
}

/* ---- the note ------------------------------------------------------------------------------- */

static enum status add_viewer(void *context, const struct recall_viewer *viewer,
                              struct fault *fault)
{
    (void)fault;
    breach_note_add_viewer(context, viewer->person, viewer->what, viewer->first_ms, viewer->last_ms,
                           viewer->looks);
    return STATUS_OK;
}

enum status recall_note_append(struct ledger *ledger, const struct recall_record *record,
                               const char *authority, struct text *text, struct fault *fault)
{
    char document[UUID_TEXT_BYTES];
    uuid_to_text(&record->document.uuid, document);
    struct breach_note note = {.number = record->number,
                               .authority = authority,
                               .document = document,
                               .case_number = record->case_number,
                               .team = record->team,
                               .filed_ms = record->filed_ms,
                               .made_ms = record->made_ms,
                               .known_ms = record->known_ms,
                               .actor = record->actor,
                               .reason = record->reason,
                               .outcome = record->outcome,
                               .settled_by = record->settled_by,
                               .settled_why = record->settled_why,
                               .settled_ms = record->settled_ms};
    enum status status = recall_viewers(ledger, record, add_viewer, &note, fault);
    if (status == STATUS_OK && !text_ok(&note.viewers))
        status = ledger_out_of_memory(fault); // a note that leaves somebody out is none
    if (status == STATUS_OK)
        breach_note_append(&note, text);
    if (status == STATUS_OK && !text_ok(text))
        status = ledger_out_of_memory(fault);
    breach_note_done(&note);
    return status;
}
