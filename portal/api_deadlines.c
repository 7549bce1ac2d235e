/* api_deadlines.c - when a document was received, by which proof, and what is to be done by when.
 *
 * Days and periods are hints with their inputs, rule and source; people decide. A correction of the
 * date and an acknowledgement name who did it. */
// SPDX-License-Identifier: EUPL-1.2
#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/deadlines.h"
#include "store/receipt_date.h"

enum { DEADLINES_A_LIST = 100 };

static enum status no_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "no memory for an answer");
}

/* ---- the date of receipt -------------------------------------------------------------------- */

static enum status keep_proof(void *context, const struct receipt_proof *proof, struct fault *fault)
{
    json_t *described =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s?, s:b}", "kind",
                  receipt_evidence_name(proof->kind), "words", receipt_evidence_german(proof->kind),
                  "day", proof->day, "site", proof->site, "reference", proof->reference, "noted",
                  describe_time(proof->noted_ms), "actor", proof->actor, "reason", proof->reason,
                  "proves", proof->proves);
    if (described == NULL || json_array_append_new(context, described) != 0)
        return no_memory(fault);
    return STATUS_OK;
}

static json_t *describe_date(const struct receipt_date *date, json_t *proofs)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O}", "day", date->day, "channel",
                     receipt_channel_name(date->channel), "channel_words",
                     receipt_channel_german(date->channel), "site", date->site, "evidence",
                     receipt_evidence_name(date->evidence), "evidence_words",
                     receipt_evidence_german(date->evidence), "proofs", proofs);
}

/* null before anything was decided about the document. */
static enum status answer_date(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct receipt_date date = {0};
    bool is_there = false;
    json_t *proofs = json_array();
    const struct document_id id = exchange->document.id;
    enum status status = receipt_date_get(service->ledger, id, &is_there, &date, fault);
    if (status == STATUS_OK)
        status = receipt_date_proofs(service->ledger, id, keep_proof, proofs, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, is_there ? describe_date(&date, proofs) : json_null(),
                             fault);
    json_decref(proofs);
    receipt_date_done(&date);
    return status;
}

static enum status api_receipt_date(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    return answer_date(service, exchange, fault);
}

static enum status api_receipt_correct(struct service *service, struct exchange *exchange,
                                       struct fault *fault)
{
    static const struct act_field day_rule = {"day", RECEIPT_DAY_BYTES, true, "Das Datum"};
    static const struct act_field reason_rule = {"reason", RECEIPT_REASON_BYTES_MOST, true,
                                                 "Die Begründung"};
    const char *day = NULL;
    const char *reason = NULL;
    int32_t number = 0;
    if (!act_read_field(exchange, &day_rule, &day) || !day_from_text(day, &number))
        return act_answer_missing(exchange, &day_rule, fault);
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    enum status status = receipt_date_correct(service->ledger, exchange->document.id, day, reason,
                                              exchange->user.name, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Das Eingangsdatum lässt sich so nicht berichtigen: Der Tag liegt in "
                            "der Zukunft, oder über das Dokument ist noch nicht entschieden.",
                            fault);
    return status == STATUS_OK ? answer_date(service, exchange, fault) : status;
}

/* ---- deadlines of one document ---------------------------------------------------------------- */

static enum status keep_hint(void *context, const struct deadline_record *record,
                             struct fault *fault)
{
    json_t *described =
        json_pack("{s:s, s:s, s:s, s:s?, s:b, s:s, s:s}", "rule", record->rule, "meaning",
                  record->meaning, "title", record->title, "due", record->due, "past",
                  record->is_past, "source", record->source, "words", record->words);
    if (described == NULL || json_array_append_new(context, described) != 0)
        return no_memory(fault);
    return STATUS_OK;
}

static json_t *describe_standing(const struct deadline_standing *standing)
{
    return json_pack(
        "{s:s?, s:b, s:b, s:o, s:o, s:o, s:s?}", "due",
        standing->due[0] == '\0' ? NULL : standing->due, "flagged", standing->is_flagged, "waiting",
        standing->flagged_ms != 0, "flagged_at", describe_time(standing->flagged_ms),
        "escalated_at", describe_time(standing->escalated_ms), "acknowledged_at",
        describe_time(standing->acknowledged_ms), "acknowledged_by", standing->acknowledged_by);
}

static enum status answer_deadlines(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    struct deadline_standing standing = {0};
    json_t *hints = json_array();
    const struct document_id id = exchange->document.id;
    enum status status = deadlines_standing(service->ledger, id, &standing, fault);
    if (status == STATUS_OK)
        status = deadlines_of(service->ledger, id, keep_hint, hints, fault);
    json_t *described = status == STATUS_OK ? describe_standing(&standing) : NULL;
    if (status == STATUS_OK && json_object_set(described, "hints", hints) != 0)
        status = no_memory(fault);
    json_decref(hints);
    deadline_standing_done(&standing);
    if (status == STATUS_OK)
        return answer_json(exchange, 200, described, fault);
    json_decref(described);
    return status;
}

static enum status api_deadlines(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    return answer_deadlines(service, exchange, fault);
}

static enum status api_acknowledge(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    enum status status =
        deadlines_acknowledge(service->ledger, exchange->document.id, exchange->user.name, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Hier ist nichts zu bestätigen, oder jemand anderes war schneller.",
                            fault);
    return status == STATUS_OK ? answer_deadlines(service, exchange, fault) : status;
}

/* ---- what waits for somebody -------------------------------------------------------------------- */

static enum status keep_item(void *context, const struct deadline_item *item, struct fault *fault)
{
    json_t *described = describe_document(item->document);
    if (described == NULL || json_array_append_new(context, described) != 0)
        return no_memory(fault);
    return STATUS_OK;
}

static enum status api_waiting(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    const struct access access = access_of(&exchange->user);
    const struct desk_scope scope = access_scope(&access);
    const struct deadline_filter filter = {
        .only_escalated = string_equal(exchange_query(exchange, "escalated"), "1"),
        .team = exchange_query(exchange, "team"),
        .limit = DEADLINES_A_LIST,
    };
    json_t *results = json_array();
    enum status status =
        deadlines_list(service->ledger, &scope, &filter, keep_item, results, fault);
    size_t count = json_array_size(results);
    if (status == STATUS_OK)
        return paging_answer(exchange, results, count < DEADLINES_A_LIST ? (int64_t)count : -1,
                             NULL, fault);
    json_decref(results);
    return status;
}

static const struct route rows[] = {
    {"GET",  "/documents/:id/receipt",     READERS,  api_receipt_date,    ABOUT_DOCUMENT},
    {"POST", "/documents/:id/receipt",     DECIDERS, api_receipt_correct, ABOUT_DOCUMENT},
    {"GET",  "/documents/:id/deadlines",   READERS,  api_deadlines,       ABOUT_DOCUMENT},
    {"POST", "/documents/:id/acknowledge", DECIDERS, api_acknowledge,     ABOUT_DOCUMENT},
    {"GET",  "/deadlines",                 READERS,  api_waiting,         ABOUT_NOTHING },
};
const struct route_table routes_deadlines = {rows, sizeof rows / sizeof rows[0]};
