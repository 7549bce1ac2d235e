/* api_recalls.c - misfiled documents called back, and the note for data protection.
 *
 * The list and the notes show no document's content: numbers, times, and who opened what. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>

#include "law/breach.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/recall.h"

static const struct act_field reason_rule = {"reason", DESK_REASON_BYTES_MOST, true,
                                             "Die Begründung"};

/* ---- calling back --------------------------------------------------------------------------- */

/* The document as it is now, and the number of its recall. */
static enum status answer_recalled(struct service *service, struct exchange *exchange,
                                   int64_t number, struct fault *fault)
{
    struct document_record document = {0};
    enum status status =
        ledger_document_get(service->ledger, exchange->document.id, &document, fault);
    if (status != STATUS_OK)
        return status;
    json_t *described = describe_document(&document);
    document_record_done(&document);
    if (json_object_set_new(described, "recall", json_integer((json_int_t)number)) != 0) {
        json_decref(described);
        return fault_set(fault, STATUS_LATER, "no memory for an answer");
    }
    return answer_json(exchange, 200, described, fault);
}

static enum status api_recall(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    const char *reason = NULL;
    enum desk_verdict verdict = DESK_HAPPENED;
    int64_t number = 0;
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    const json_t *known = json_object_get(exchange->body, "known_ms");
    const struct desk_act act = act_of(exchange, reason);
    int64_t known_ms = json_integer_value(known);
    if (known_ms < 0 || known_ms > clock_wall_ms(service->clock))
        return answer_error(exchange, 400, "Der Zeitpunkt der Kenntnis liegt in der Zukunft.",
                            fault);
    enum status status = desk_recall(service->ledger, &act, known_ms, &number, &verdict, fault);
    if (status != STATUS_OK || verdict != DESK_HAPPENED)
        return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
    return answer_recalled(service, exchange, number, fault);
}

/* ---- the list ------------------------------------------------------------------------------- */

static json_t *describe(const struct recall_record *record)
{
    return json_pack("{s:I, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:s?, s:o, s:s?, s:s?}",
                     "number", (json_int_t)record->number, "document",
                     describe_uuid(&record->document.uuid), "case_number", record->case_number,
                     "team", record->team, "filed", describe_time(record->filed_ms), "recalled",
                     describe_time(record->made_ms), "known", describe_time(record->known_ms),
                     "report_by", describe_time(breach_report_by_ms(record->known_ms)), "actor",
                     record->actor, "reason", record->reason, "outcome", record->outcome, "settled",
                     describe_time(record->settled_ms), "settled_by", record->settled_by,
                     "settled_reason", record->settled_why);
}

static enum status add_recall(void *context, const struct recall_record *record,
                              struct fault *fault)
{
    return list_add(context, describe(record), fault);
}

static enum status api_recalls(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    json_t *results = json_array();
    enum status status = recalls_each(service->ledger, NULL, &scope, add_recall, results, fault);
    return answer_whole_list(exchange, status, results, fault);
}

/* ---- one of them ---------------------------------------------------------------------------- */

static enum status ignore_recall(void *context, const struct recall_record *record,
                                 struct fault *fault)
{
    (void)context;
    (void)record;
    (void)fault;
    return STATUS_OK;
}

/* Calls back for the recall that the path names, when it is in this person's sight; otherwise
 * *ret_found is false, and the answer says that there is none. */
static enum status find(struct service *service, struct exchange *exchange,
                        recall_callback *callback, void *context, bool *ret_found,
                        struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    char number[24];
    bool exists = false;
    enum status status =
        recall_get(service->ledger, exchange->number, &scope, callback, context, ret_found, fault);
    if (status != STATUS_OK || *ret_found)
        return status;
    status = recall_get(service->ledger, exchange->number, &desk_everything, ignore_recall, NULL,
                        &exists, fault);
    if (status != STATUS_OK || !exists)
        return status == STATUS_OK ? answer_nothing_there(exchange, fault) : status;
    (void)snprintf(number, sizeof number, "%" PRId64, (int64_t)exchange->number);
    return access_answer_foreign(service, exchange, "recall", number, fault);
}

/* ---- the note ------------------------------------------------------------------------------- */

struct writing {
    struct service *service;
    struct text text;
};

static enum status write_note(void *context, const struct recall_record *record,
                              struct fault *fault)
{
    struct writing *writing = context;
    return recall_note_append(writing->service->ledger, record, writing->service->config->authority,
                              &writing->text, fault);
}

static enum status api_recall_note(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct writing writing = {.service = service};
    bool is_found = false;
    enum status status = find(service, exchange, write_note, &writing, &is_found, fault);
    if (status == STATUS_OK && is_found)
        status = answer_bytes(exchange, text_string(&writing.text), writing.text.length,
                              "text/plain; charset=utf-8", fault);
    text_done(&writing.text);
    return status;
}

/* ---- settling ------------------------------------------------------------------------------- */

static enum status api_recall_settle(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    const json_t *reported = json_object_get(exchange->body, "reported");
    const char *reason = NULL;
    struct fault why = {0};
    if (!json_is_boolean(reported))
        return answer_error(exchange, 400, "Wurde gemeldet, ja oder nein?", fault);
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    bool is_found = false;
    enum status status = find(service, exchange, ignore_recall, NULL, &is_found, fault);
    if (status != STATUS_OK || !is_found)
        return status;
    status = recall_settle(service->ledger, exchange->number, json_is_true(reported),
                           exchange->user.name, reason, &why);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409, "Dieser Rückruf ist schon erledigt.", fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", why.text);
    return answer_json(exchange, 200, json_pack("{s:b}", "settled", 1), fault);
}

enum { OVERSEERS = LEAD | REGISTRY | AUDITOR };

static const struct route rows[] = {
    {"POST", "/documents/:id/recall",   DECIDERS,        api_recall,        ABOUT_DOCUMENT},
    {"GET",  "/recalls",                OVERSEERS,       api_recalls,       ABOUT_NOTHING },
    {"GET",  "/recalls/:number/note",   OVERSEERS,       api_recall_note,   ABOUT_NOTHING },
    {"POST", "/recalls/:number/settle", LEAD | REGISTRY, api_recall_settle, ABOUT_NOTHING },
};
const struct route_table routes_recalls = {rows, sizeof rows / sizeof rows[0]};
