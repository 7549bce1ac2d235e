/* desk_look.c - who looked at a document, and what happened to it.
 *
 * SGB X section 67a with BDSG section 22: it must be possible to establish who had access to whose
 * data. So every look is an audit row of its own: who, when, which document, as what. Turning the
 * pages of one document for five minutes is one look. */
// SPDX-License-Identifier: EUPL-1.2
#include "store/desk.h"
#include "store/ledger_private.h"

/* ---- sights --------------------------------------------------------------------------------- */

static enum status keep_sight(struct ledger *ledger, const struct uuid *document,
                              const char *person, const char *what, struct fault *fault)
{
    struct text detail = {0};
    int64_t audit = 0;
    detail_open(&detail);
    detail_word(&detail, "what", what);
    enum status status = audit_append_about(ledger, person, "document.view", document,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "INSERT INTO sight (document, person, what, last_ms) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (document, person, what) DO UPDATE SET last_ms = excluded.last_ms",
            VALUES(value_uuid(document), value_text(person), value_text(what),
                   value_integer(ledger_wall_ms(ledger))),
            NULL, fault);
    return status;
}

enum status desk_note_sight(struct ledger *ledger, struct document_id id, const char *person,
                            const char *what, struct fault *fault)
{
    int64_t last_ms = 0;
    enum status status = database_number(
        ledger->database,
        "SELECT last_ms FROM sight WHERE document = $1 AND person = $2 AND what = $3",
        VALUES(value_uuid(&id.uuid), value_text(person), value_text(what)), 0, &last_ms, fault);
    int64_t age_ms = ledger_wall_ms(ledger) - last_ms;
    if (status != STATUS_OK || (last_ms != 0 && age_ms >= 0 && age_ms < DESK_SIGHT_MS))
        return status;
    status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(ledger, keep_sight(ledger, &id.uuid, person, what, fault), fault);
    return status;
}

/* ---- history -------------------------------------------------------------------------------- */

/* Columns: kind, at_ms, actor, words, case_number, outcome, target, day, order. */
#define HISTORY                                                                                    \
    "SELECT 0, c.made_ms, c.decided_by, c.reason, c.case_number, NULL, NULL, NULL, c.id"           \
    " FROM decision c WHERE c.document = $1"                                                       \
    " UNION ALL SELECT 1, n.at_ms, n.author, n.words, NULL, NULL, NULL, NULL, n.id"                \
    " FROM note n WHERE n.document = $1"                                                           \
    " UNION ALL SELECT 2, h.at_ms, h.author, h.reason, NULL, h.outcome, h.target, h.day, h.id"     \
    " FROM handover h WHERE h.document = $1 ORDER BY 2, 1, 9"

static struct desk_event read_event(struct rows *rows)
{
    return (struct desk_event){
        .kind = (enum desk_event_kind)rows_integer(rows, 0),
        .at_ms = rows_integer(rows, 1),
        .actor = rows_text(rows, 2),
        .words = rows_text(rows, 3),
        .case_number = rows_text(rows, 4),
        .outcome = rows_text(rows, 5),
        .target = rows_text(rows, 6),
        .day = rows_text(rows, 7),
    };
}

enum status desk_history(struct ledger *ledger, struct document_id id,
                         desk_event_callback *callback, void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status =
        database_query(ledger->database, HISTORY, VALUES(value_uuid(&id.uuid)), &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        const struct desk_event event = read_event(rows);
        status = callback(context, &event, fault);
    }
    rows_done(&rows);
    return status;
}
