/* packages.c - see packages.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>

#include "store/desk.h"
#include "store/filed_place.h"
#include "store/ledger_private.h"
#include "store/packages.h"

static const char *const names[] = {
    [PACKAGE_SENT] = "sent",
    [PACKAGE_TAKEN] = "taken",
    [PACKAGE_REFUSED] = "refused",
    [PACKAGE_WITHDRAWN] = "withdrawn",
};

const char *package_state_name(enum package_state state)
{
    return names[state];
}

bool package_state_from_name(const char *name, enum package_state *ret_state)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (name != NULL && string_equal(names[i], name)) {
            *ret_state = (enum package_state)i;
            return true;
        }
    return false;
}

/* ---- beside filing ------------------------------------------------------------------------- */

static enum status keep_sent(struct ledger *ledger, const struct uuid *document,
                             const struct uuid *process, int64_t audit, struct fault *fault)
{
    return database_run(
        ledger->database,
        "INSERT INTO package (process, document, case_number, team, sent_ms, state, audit)"
        " SELECT $1, d.id, coalesce(d.case_number, ''), coalesce(d.team, ''), $3, 'sent', $4"
        " FROM document d WHERE d.id = $2 ON CONFLICT (process) DO NOTHING",
        VALUES(value_uuid(process), value_uuid(document), value_integer(ledger_wall_ms(ledger)),
               value_integer(audit)),
        NULL, fault);
}

static enum status keep_withdrawn(struct ledger *ledger, const struct uuid *process, int64_t audit,
                                  struct fault *fault)
{
    return database_run(ledger->database,
                        "UPDATE package SET state = 'withdrawn', audit = $2 WHERE process = $1",
                        VALUES(value_uuid(process), value_integer(audit)), NULL, fault);
}

static enum status read_place_of(struct ledger *ledger, const struct uuid *document,
                                 struct filed_place *ret_place, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = false;
    enum status status =
        database_query(ledger->database, "SELECT place FROM document WHERE id = $1",
                       VALUES(value_uuid(document)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, &there, fault);
    if (status == STATUS_OK && there)
        status = filed_place_read(rows_text(rows, 0), ret_place, fault);
    rows_done(&rows);
    return status;
}

enum status packages_follow(struct ledger *ledger, const struct uuid *document, const char *place,
                            int64_t audit, struct fault *fault)
{
    struct filed_place old = {0}, now = {0};
    enum status status = read_place_of(ledger, document, &old, fault);
    if (status == STATUS_OK)
        status = filed_place_read(place, &now, fault);
    bool has_left = old.package != NULL && !uuid_equal(&old.process, &now.process);
    if (status == STATUS_OK && has_left)
        status = keep_withdrawn(ledger, &old.process, audit, fault);
    if (status == STATUS_OK && now.package != NULL)
        status = keep_sent(ledger, document, &now.process, audit, fault);
    filed_place_done(&old);
    filed_place_done(&now);
    return status;
}

/* ---- looking -------------------------------------------------------------------------------- */

static void read_record(struct rows *rows, struct package_record *record)
{
    *record = (struct package_record){.process = rows_uuid(rows, 0),
                                      .document = {rows_uuid(rows, 1)},
                                      .case_number = rows_text(rows, 2),
                                      .team = rows_text(rows, 3),
                                      .sent_ms = rows_integer(rows, 4),
                                      .answered_ms = rows_integer(rows, 6),
                                      .reason = rows_text(rows, 7)};
    (void)package_state_from_name(rows_text(rows, 5), &record->state);
}

enum status packages_each(struct ledger *ledger, const struct document_id *document,
                          const enum package_state *state, package_callback *callback,
                          void *context, struct fault *fault)
{
    struct rows *rows = NULL;
    bool there = true;
    enum status status = database_query(
        ledger->database,
        "SELECT process, document, case_number, team, sent_ms, state, answered_ms, reason"
        " FROM package WHERE ($1 IS NULL OR document = $1) AND ($2 IS NULL OR state = $2)"
        " ORDER BY sent_ms, process",
        VALUES(document == NULL ? value_null() : value_uuid(&document->uuid),
               value_text(state == NULL ? NULL : package_state_name(*state))),
        &rows, fault);
    while (status == STATUS_OK) {
        struct package_record record = {0};
        status = rows_next(rows, &there, fault);
        if (status != STATUS_OK || !there)
            break;
        read_record(rows, &record);
        status = callback(context, &record, fault);
    }
    rows_done(&rows);
    return status;
}

/* ---- answers ------------------------------------------------------------------------------- */

struct answered {
    struct document_id document;
    enum package_state state;
    bool was_answered;
};

static enum status find_package(struct ledger *ledger, const struct uuid *process, bool *ret_found,
                                struct answered *ret_answered, struct fault *fault)
{
    struct rows *rows = NULL;
    enum status status = database_query(
        ledger->database, "SELECT document, state, answered_ms FROM package WHERE process = $1",
        VALUES(value_uuid(process)), &rows, fault);
    if (status == STATUS_OK)
        status = rows_next(rows, ret_found, fault);
    if (status == STATUS_OK && *ret_found) {
        ret_answered->document.uuid = rows_uuid(rows, 0);
        (void)package_state_from_name(rows_text(rows, 1), &ret_answered->state);
        ret_answered->was_answered = rows_integer(rows, 2) != 0;
    }
    rows_done(&rows);
    return status;
}

static enum status keep_answer(struct ledger *ledger, const struct uuid *process,
                               const struct answered *before, bool is_taken, const char *reason,
                               const char *actor, struct fault *fault)
{
    struct text detail = {0};
    char written[UUID_TEXT_BYTES];
    int64_t audit = 0;
    enum package_state state = is_taken ? PACKAGE_TAKEN : PACKAGE_REFUSED;
    if (before->state == PACKAGE_WITHDRAWN)
        state = PACKAGE_WITHDRAWN;
    uuid_to_text(process, written);
    detail_open(&detail);
    detail_word(&detail, "process", written);
    detail_word(&detail, "answer", is_taken ? "taken" : "refused");
    enum status status = audit_append_about(ledger, actor, "package.answer", &before->document.uuid,
                                            detail_close(&detail), &audit, fault);
    text_done(&detail);
    if (status == STATUS_OK)
        status = database_run(
            ledger->database,
            "UPDATE package SET state = $2, answered_ms = $3, reason = $4, audit = $5"
            " WHERE process = $1",
            VALUES(value_uuid(process), value_text(package_state_name(state)),
                   value_integer(ledger_wall_ms(ledger)), value_text(reason), value_integer(audit)),
            NULL, fault);
    return status;
}

/* A document that the system does not want is a person's again, if it still rests there. */
static enum status send_to_person(struct ledger *ledger, const struct answered *before,
                                  const char *reason, const char *actor, struct fault *fault)
{
    char words[DESK_REASON_BYTES_MOST];
    enum desk_verdict verdict = DESK_HAPPENED;
    (void)snprintf(words, sizeof words, "Das DMS hat die Übernahme abgelehnt: %.300s",
                   reason == NULL || reason[0] == '\0' ? "ohne Begründung" : reason);
    const struct desk_act act = {.id = before->document, .actor = actor, .reason = words};
    return desk_return_within(ledger, &act, &verdict, fault);
}

static enum status take_answer(struct ledger *ledger, const struct uuid *process, bool is_taken,
                               const char *reason, const char *actor,
                               enum package_answer *ret_answer, struct fault *fault)
{
    struct answered before = {0};
    bool found = false;
    enum status status = find_package(ledger, process, &found, &before, fault);
    if (status != STATUS_OK)
        return status;
    *ret_answer = !found                ? PACKAGE_ANSWER_UNKNOWN
                  : before.was_answered ? PACKAGE_ANSWER_REPEATED
                                        : PACKAGE_ANSWER_KEPT;
    if (*ret_answer != PACKAGE_ANSWER_KEPT)
        return STATUS_OK;
    status = keep_answer(ledger, process, &before, is_taken, reason, actor, fault);
    if (status == STATUS_OK && !is_taken && before.state == PACKAGE_SENT)
        status = send_to_person(ledger, &before, reason, actor, fault);
    return status;
}

enum status package_answer(struct ledger *ledger, const struct uuid *process, bool is_taken,
                           const char *reason, const char *actor, enum package_answer *ret_answer,
                           struct fault *fault)
{
    enum package_answer answer = PACKAGE_ANSWER_UNKNOWN;
    enum status status = ledger_begin(ledger, fault);
    if (status == STATUS_OK)
        status = ledger_end(
            ledger, take_answer(ledger, process, is_taken, reason, actor, &answer, fault), fault);
    if (status == STATUS_OK)
        *ret_answer = answer;
    return status;
}
