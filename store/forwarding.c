/* forwarding.c - see forwarding.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "law/day.h"
#include "store/forwarding.h"
#include "store/ledger_private.h"

/* ---- looking --------------------------------------------------------------------------------- */

/* More than `days` have passed since the day. */
static bool is_overdue(const struct ledger *ledger, const char *day, uint32_t days)
{
    int32_t number = 0;
    return day != NULL && day_from_text(day, &number) &&
           day_of_wall_ms(ledger_wall_ms(ledger)) > number + (int32_t)days;
}

enum status forwardings_each(struct ledger *ledger, const struct desk_scope *scope, uint32_t days,
                             bool is_open_only, forwarding_callback *callback, void *context,
                             struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    struct value values[SCOPE_VALUES] = {value_integer(is_open_only ? 1 : 0)};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT h.document, h.target, h.day, r.day, d.kind, h.author, h.confirmed_ms,"
        " h.confirmed_by, h.confirmation, d.state FROM handover h JOIN document d ON d.id ="
        " h.document LEFT JOIN receipt_date r ON r.document = d.id WHERE h.outcome = 'forwarded'"
        " AND (d.state IN ('forwarded', 'purged') OR (d.state = 'recalled' AND d.destination IN"
        " ('forwarded', 'purged'))) AND h.id = (SELECT max(l.id) FROM handover l WHERE l.document"
        " = d.id) AND (h.confirmed_ms = 0 OR $1 = 0) AND " SCOPE_SEES " ORDER BY h.id DESC",
        values, SCOPE_VALUES, &rows, fault);
    while (status == STATUS_OK) {
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        struct forwarding_record record = {.document = {rows_uuid(rows, 0)},
                                           .target = rows_text(rows, 1),
                                           .day = rows_text(rows, 2),
                                           .receipt_day = rows_text(rows, 3),
                                           .kind = rows_text(rows, 4),
                                           .actor = rows_text(rows, 5),
                                           .confirmed_ms = rows_integer(rows, 6),
                                           .confirmed_by = rows_text(rows, 7),
                                           .confirmation = rows_text(rows, 8),
                                           .is_deleted =
                                               string_equal(rows_text(rows, 9), "purged")};
        record.is_overdue = record.confirmed_ms == 0 && is_overdue(ledger, record.day, days);
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- confirming ------------------------------------------------------------------------------ */

struct handover {
    int64_t number;
    char author[128];
    bool is_there, is_confirmed;
};

static enum status find_handover(struct ledger *ledger, const struct uuid *document,
                                 const struct desk_scope *scope, struct handover *ret_handover,
                                 struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    struct value values[SCOPE_VALUES] = {value_uuid(document)};
    scope_fill(scope, values);
    enum status status = database_query(
        ledger->database,
        "SELECT h.id, h.author, h.confirmed_ms FROM handover h JOIN document d ON d.id = h.document"
        " WHERE h.document = $1 AND h.outcome = 'forwarded' AND d.state IN ('forwarded', 'purged')"
        " AND " SCOPE_SEES " ORDER BY h.id DESC LIMIT 1",
        values, SCOPE_VALUES, &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there) {
        *ret_handover = (struct handover){.number = rows_integer(rows, 0),
                                          .is_there = true,
                                          .is_confirmed = rows_integer(rows, 2) != 0};
        (void)snprintf(ret_handover->author, sizeof ret_handover->author, "%s", rows_text(rows, 1));
    }
    rows_done(&rows);
    return status;
}

static enum status keep_confirmation(struct ledger *ledger, const struct uuid *document,
                                     int64_t number, const char *words, const char *actor,
                                     struct fault *fault)
{
    int64_t audit = 0;
    enum status status =
        audit_append_about(ledger, actor, "forwarding.confirm", document, "{}", &audit, fault);
    if (status == STATUS_OK)
        status = database_run(ledger->database,
                              "UPDATE handover SET confirmed_ms = $2, confirmed_by = $3,"
                              " confirmation = $4 WHERE id = $1",
                              VALUES(value_integer(number), value_integer(ledger_wall_ms(ledger)),
                                     value_text(actor), value_text(words)),
                              NULL, fault);
    return status;
}

static enum status confirm(struct ledger *ledger, const struct uuid *document, const char *words,
                           const char *actor, const struct desk_scope *scope,
                           enum forwarding_verdict *ret_verdict, struct fault *fault)
{
    struct handover handover = {.is_there = false};
    int64_t held = 0;
    enum status status = find_handover(ledger, document, scope, &handover, fault);
    *ret_verdict = !handover.is_there                    ? FORWARDING_NONE
                   : handover.is_confirmed               ? FORWARDING_BEFORE
                   : strcmp(handover.author, actor) == 0 ? FORWARDING_SAME_PERSON
                                                         : FORWARDING_KEPT;
    if (status != STATUS_OK || *ret_verdict != FORWARDING_KEPT)
        return status;
    status = keep_confirmation(ledger, document, handover.number, words, actor, fault);
    if (status == STATUS_OK)
        status = database_number(ledger->database, "SELECT count(*) FROM hold WHERE document = $1",
                                 VALUES(value_uuid(document)), 0, &held, fault);
    if (status == STATUS_OK && held > 0)
        *ret_verdict = FORWARDING_HELD;
    else if (status == STATUS_OK)
        status = purge_make_approved(ledger, document, "weitergeleitet",
                                     "Weiterleitung vom Empfänger bestätigt", handover.author,
                                     actor, fault);
    return status;
}

enum status forwarding_confirm(struct ledger *ledger, struct document_id document,
                               const char *words, const char *actor, const struct desk_scope *scope,
                               enum forwarding_verdict *ret_verdict, struct fault *fault)
{
    enum forwarding_verdict verdict = FORWARDING_NONE;
    if (words == NULL || words[0] == '\0')
        return fault_set(fault, STATUS_REFUSE, "say how the receiver has confirmed it");
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, confirm(ledger, &document.uuid, words, actor, scope, &verdict, fault), fault);
    if (status == STATUS_OK)
        *ret_verdict = verdict;
    return status;
}
