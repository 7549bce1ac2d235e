/* api_requests.c - papers that the office asked for: made, shown, closed; and what waits in clearing
 * and may be what is missing.
 *
 * A request belongs to its case's team. One of another team is answered like one that is not there.
 * Of what waits, a person sees what they may see; of the rest only how many there are, so that they
 * ask the registry before they refuse. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sheet_print.h"
#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/guard.h"
#include "store/register.h"
#include "store/requests.h"

enum { ASKERS = CASEWORKER | LEAD };

static const struct act_field case_rule = {"case_number", 64, true, "Das Aktenzeichen"};
static const struct act_field due_rule = {"due_day", 11, true, "Die Frist"};
static const struct act_field reason_rule = {"reason", REQUEST_REASON_BYTES_MOST, true,
                                             "Die Begründung"};
static const struct act_field note_rule = {"reason", REQUEST_REASON_BYTES_MOST, false,
                                           "Die Begründung"};
static const struct act_field document_rule = {"document", UUID_TEXT_BYTES, false, "Das Dokument"};

/* ---- whose ----------------------------------------------------------------------------------- */

/* What the register says of who has a case. */
struct owner {
    const struct access *access;
    bool is_known, is_own;
};

static bool is_same(const char *one, const char *other)
{
    return one != NULL && other != NULL && one[0] != '\0' && strcmp(one, other) == 0;
}

static bool is_own_team(const struct access *access, const char *team)
{
    for (size_t i = 0; i < access->team_count; i++)
        if (is_same(access->teams[i], team))
            return true;
    return false;
}

static enum status look_at_row(void *context, const struct register_row *row, struct fault *fault)
{
    struct owner *owner = context;
    (void)fault;
    owner->is_known = true;
    owner->is_own = owner->is_own || is_own_team(owner->access, row->fields[REGISTER_TEAM]) ||
                    is_same(owner->access->caseworker, row->fields[REGISTER_CASEWORKER]);
    return STATUS_OK;
}

/* Whether the case is of the person's team, or given to them. */
static enum status is_own_case(struct service *service, const struct exchange *exchange,
                               const char *case_number, bool *ret_own, struct fault *fault)
{
    const struct access access = access_of(&exchange->user);
    struct owner owner = {.access = &access};
    bool may = false;
    enum status status = register_case(service->ledger, case_number, look_at_row, &owner, fault);
    if (status == STATUS_OK)
        status = access_may_see_case(service, &exchange->user, case_number, &may, fault);
    *ret_own = owner.is_own && may;
    return status;
}

/* Who does not see the case, or one of the documents that came, does not see the request. */
static enum status may_see(struct service *service, const struct exchange *exchange,
                           const struct request_record *record, bool *ret_may, struct fault *fault)
{
    const struct access access = access_of(&exchange->user);
    uint32_t guard = 0;
    *ret_may = false;
    enum status status = request_guard(service->ledger, record->number, &guard, fault);
    if (status != STATUS_OK || !guard_is_seen(guard, exchange->user.rights))
        return status;
    *ret_may = is_own_team(&access, record->team);
    return *ret_may ? STATUS_OK
                    : is_own_case(service, exchange, record->case_number, ret_may, fault);
}

/* ---- as JSON --------------------------------------------------------------------------------- */

static json_t *describe_document_id(const struct document_id *id)
{
    return uuid_is_nil(&id->uuid) ? json_null() : describe_uuid(&id->uuid);
}

static json_t *describe_request(const struct request_record *record)
{
    json_t *items = json_array();
    for (uint32_t i = 0; i < record->item_count; i++) {
        const struct request_item *item = &record->items[i];
        (void)json_array_append_new(
            items,
            json_pack("{s:i, s:s, s:s, s:b, s:o, s:o, s:s}", "item", (int)item->number, "kind",
                      item->kind, "words", item->words, "open", item->is_open ? 1 : 0, "document",
                      describe_document_id(&item->document), "changed",
                      describe_time(item->changed_ms), "changed_by", item->changed_by));
    }
    return json_pack("{s:I, s:s, s:s, s:s, s:b, s:b, s:i, s:o, s:s, s:o, s:s?, s:s?, s:o}",
                     "request", (json_int_t)record->number, "case_number", record->case_number,
                     "team", record->team, "due", record->due_day, "open", record->is_open ? 1 : 0,
                     "overdue", record->is_overdue ? 1 : 0, "open_count", (int)record->open_count,
                     "made", describe_time(record->made_ms), "made_by", record->made_by, "ended",
                     describe_time(record->ended_ms), "ended_by", record->ended_by, "reason",
                     record->reason, "items", items);
}

struct list {
    struct service *service;
    struct exchange *exchange;
    json_t *results;
    int hidden;
};

static enum status add_request(void *context, const struct request_record *record,
                               struct fault *fault)
{
    struct list *list = context;
    bool may = false;
    enum status status = may_see(list->service, list->exchange, record, &may, fault);
    return status == STATUS_OK && may ? list_add(list->results, describe_request(record), fault)
                                      : status;
}

static enum status api_requests(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    const char *only = exchange_query(exchange, "only");
    struct list list = {.service = service, .exchange = exchange, .results = json_array()};
    const struct request_filter filter = {.case_number = exchange_query(exchange, "case"),
                                          .only_open = string_equal(only, "open"),
                                          .only_overdue = string_equal(only, "overdue")};
    enum status status = requests_each(service->ledger, &filter, add_request, &list, fault);
    return answer_whole_list(exchange, status, list.results, fault);
}

/* ---- one request ----------------------------------------------------------------------------- */

/* *ret_found false: there is none that this person may see, and the answer says so. */
static enum status find(struct service *service, struct exchange *exchange, bool *ret_found,
                        struct request_record *ret_record, struct fault *fault)
{
    enum status status =
        request_get(service->ledger, exchange->number, ret_found, ret_record, fault);
    char number[24];
    bool may = false;
    if (status == STATUS_OK && !*ret_found)
        return answer_nothing_there(exchange, fault);
    if (status == STATUS_OK)
        status = may_see(service, exchange, ret_record, &may, fault);
    if (status != STATUS_OK || may)
        return status;
    *ret_found = false;
    (void)snprintf(number, sizeof number, "%u", (unsigned)exchange->number);
    return access_answer_foreign(service, exchange, "request", number, fault);
}

static enum status add_event(void *context, const struct request_event *event, struct fault *fault)
{
    return list_add(context,
                    json_pack("{s:o, s:s, s:s, s:i, s:o, s:s?, s:s?}", "at",
                              describe_time(event->at_ms), "actor", event->actor, "what",
                              event->what, "item", (int)event->item, "document",
                              describe_document_id(&event->document), "way", event->way, "reason",
                              event->reason),
                    fault);
}

/* The request as it is now, with what happened to it. */
static enum status answer_request(struct service *service, struct exchange *exchange,
                                  const struct request_record *record, struct fault *fault)
{
    json_t *events = json_array();
    enum status status = request_events(service->ledger, record->number, add_event, events, fault);
    if (status != STATUS_OK) {
        json_decref(events);
        return status;
    }
    json_t *described = describe_request(record);
    (void)json_object_set_new(described, "events", events);
    return answer_json(exchange, 200, described, fault);
}

static enum status api_request(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct request_record record = {0};
    bool is_found = false;
    enum status status = find(service, exchange, &is_found, &record, fault);
    if (status == STATUS_OK && is_found)
        status = answer_request(service, exchange, &record, fault);
    request_record_done(&record);
    return status;
}

static enum status answer_sheet(struct service *service, struct exchange *exchange,
                                const struct request_record *record, struct fault *fault)
{
    struct sheet sheet = {.kind = SHEET_RETURN, .request = (uint32_t)record->number};
    struct sheet_key key;
    struct byte_writer pdf = {0};
    struct fault why = {0};
    if (sheet_key_load(service->config->sheets.key, &key, &why) != STATUS_OK ||
        (size_t)snprintf(sheet.case_number, sizeof sheet.case_number, "%s", record->case_number) >=
            sizeof sheet.case_number)
        return answer_error(exchange, 409,
                            "Das Rücklaufblatt lässt sich hier nicht siegeln; die Verwaltung "
                            "druckt es (posteingang request sheet).",
                            fault);
    sheet_seal(&key, &sheet, sheet.seal);
    enum status status = sheet_print(&sheet, 1, service->config->authority, &pdf, fault);
    if (status == STATUS_OK)
        status = answer_bytes(exchange, pdf.bytes, pdf.length, "application/pdf", fault);
    byte_writer_done(&pdf);
    return status;
}

static enum status api_request_sheet(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    struct request_record record = {0};
    bool is_found = false;
    enum status status = find(service, exchange, &is_found, &record, fault);
    if (status == STATUS_OK && is_found)
        status = answer_sheet(service, exchange, &record, fault);
    request_record_done(&record);
    return status;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Copies the body's items; false when they are no list of objects with words. */
static bool read_items(const json_t *list, struct request_item *items, size_t *ret_count)
{
    *ret_count = 0;
    if (!json_is_array(list) || json_array_size(list) > REQUEST_ITEMS_MOST)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *kind = json_string_value(json_object_get(entry, "kind"));
        const char *words = json_string_value(json_object_get(entry, "words"));
        struct request_item *item = &items[(*ret_count)++];
        item->kind = string_copy(kind == NULL ? "" : kind);
        item->words = string_copy(words == NULL ? "" : words);
        if (item->kind == NULL || item->words == NULL)
            return false;
    }
    return true;
}

static enum status answer_verdict(struct service *service, struct exchange *exchange,
                                  int64_t number, enum request_verdict verdict, struct fault *fault)
{
    if (verdict != REQUEST_HAPPENED)
        return answer_error(exchange,
                            verdict == REQUEST_NO_CASE || verdict == REQUEST_IS_SO ||
                                    verdict == REQUEST_NO_DOCUMENT
                                ? 409
                                : 400,
                            request_verdict_words(verdict), fault);
    struct request_record record = {0};
    bool is_found = false;
    enum status status = request_get(service->ledger, number, &is_found, &record, fault);
    if (status == STATUS_OK && is_found)
        status = answer_request(service, exchange, &record, fault);
    request_record_done(&record);
    return status;
}

static enum status create(struct service *service, struct exchange *exchange,
                          const struct request_draft *draft, struct fault *fault)
{
    enum request_verdict verdict = REQUEST_NO_CASE;
    int64_t number = 0;
    bool is_own = false;
    enum status status = is_own_case(service, exchange, draft->case_number, &is_own, fault);
    if (status == STATUS_OK && is_own)
        status = request_create(service->ledger, draft, &number, &verdict, fault);
    return status == STATUS_OK ? answer_verdict(service, exchange, number, verdict, fault) : status;
}

static enum status api_request_new(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct request_item items[REQUEST_ITEMS_MOST] = {0};
    struct request_draft draft = {.items = items, .actor = exchange->user.name};
    enum status status = STATUS_OK;
    if (!act_read_field(exchange, &case_rule, &draft.case_number))
        return act_answer_missing(exchange, &case_rule, fault);
    if (!act_read_field(exchange, &due_rule, &draft.due_day))
        return act_answer_missing(exchange, &due_rule, fault);
    if (read_items(json_object_get(exchange->body, "items"), items, &draft.item_count))
        status = create(service, exchange, &draft, fault);
    else
        status = answer_error(exchange, 400, request_verdict_words(REQUEST_NO_ITEMS), fault);
    for (size_t i = 0; i < draft.item_count; i++) {
        free(items[i].kind);
        free(items[i].words);
    }
    return status;
}

/* ---- closing, items -------------------------------------------------------------------------- */

static enum status api_request_close(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    const char *reason = NULL;
    enum request_verdict verdict = REQUEST_HAPPENED;
    struct request_record record = {0};
    bool is_found = false;
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    enum status status = find(service, exchange, &is_found, &record, fault);
    request_record_done(&record);
    if (status != STATUS_OK || !is_found)
        return status;
    status = request_close(service->ledger, exchange->number, reason, exchange->user.name, &verdict,
                           fault);
    return status == STATUS_OK ? answer_verdict(service, exchange, exchange->number, verdict, fault)
                               : status;
}

static enum status change_item(struct service *service, struct exchange *exchange, bool came,
                               struct fault *fault)
{
    const char *reason = NULL, *written = NULL;
    struct document_id document = {0};
    enum request_verdict verdict = REQUEST_HAPPENED;
    json_int_t item = json_integer_value(json_object_get(exchange->body, "item"));
    if (!act_read_field(exchange, &note_rule, &reason))
        return act_answer_missing(exchange, &note_rule, fault);
    if (!act_read_field(exchange, &document_rule, &written) ||
        (written != NULL && !uuid_from_text(written, &document.uuid)))
        return act_answer_missing(exchange, &document_rule, fault);
    uint32_t number = item > 0 && item <= REQUEST_ITEMS_MOST ? (uint32_t)item : 0;
    enum status status = came ? request_item_came(service->ledger, exchange->number, number,
                                                  document, exchange->user.name, &verdict, fault)
                              : request_item_reopen(service->ledger, exchange->number, number,
                                                    reason, exchange->user.name, &verdict, fault);
    return status == STATUS_OK ? answer_verdict(service, exchange, exchange->number, verdict, fault)
                               : status;
}

static enum status api_request_item(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    const json_t *came = json_object_get(exchange->body, "came");
    struct request_record record = {0};
    bool is_found = false;
    if (!json_is_boolean(came))
        return answer_error(exchange, 400, "Ist die Unterlage da, ja oder nein?", fault);
    enum status status = find(service, exchange, &is_found, &record, fault);
    request_record_done(&record);
    return status == STATUS_OK && is_found
               ? change_item(service, exchange, json_is_true(came), fault)
               : status;
}

/* ---- before a refusal ------------------------------------------------------------------------ */

static enum status add_perhaps(void *context, const struct document_record *document,
                               unsigned hints, struct fault *fault)
{
    struct list *list = context;
    if (!guard_is_seen(document->guard, list->exchange->user.rights))
        return STATUS_OK;
    if (!access_may_see_document(&list->exchange->user, document)) {
        list->hidden++;
        return STATUS_OK;
    }
    json_t *described = describe_document(document);
    (void)json_object_set_new(described, "hints",
                              json_pack("{s:b, s:b, s:b}", "case", (hints & REQUEST_HINT_CASE) != 0,
                                        "candidate", (hints & REQUEST_HINT_CANDIDATE) != 0, "kind",
                                        (hints & REQUEST_HINT_KIND) != 0));
    return list_add(list->results, described, fault);
}

static enum status api_missing(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    const char *case_number = exchange_query(exchange, "case");
    struct list list = {.service = service, .exchange = exchange};
    bool is_own = false;
    if (case_number == NULL || case_number[0] == '\0')
        return answer_error(exchange, 400, "Bitte geben Sie ein Aktenzeichen an.", fault);
    enum status status = is_own_case(service, exchange, case_number, &is_own, fault);
    if (status != STATUS_OK || !is_own)
        return status == STATUS_OK
                   ? answer_error(exchange, 409, request_verdict_words(REQUEST_NO_CASE), fault)
                   : status;
    list.results = json_array();
    status =
        request_perhaps(service->ledger, service->spool, case_number, add_perhaps, &list, fault);
    if (status == STATUS_OK)
        return answer_json(exchange, 200,
                           json_pack("{s:i, s:i, s:o}", "count", (int)json_array_size(list.results),
                                     "hidden", list.hidden, "results", list.results),
                           fault);
    json_decref(list.results);
    return status;
}

static const struct route rows[] = {
    {"GET",  "/requests",               ASKERS, api_requests,      ABOUT_NOTHING},
    {"POST", "/requests",               ASKERS, api_request_new,   ABOUT_NOTHING},
    {"GET",  "/requests/:number",       ASKERS, api_request,       ABOUT_NOTHING},
    {"GET",  "/requests/:number/sheet", ASKERS, api_request_sheet, ABOUT_NOTHING},
    {"POST", "/requests/:number/close", ASKERS, api_request_close, ABOUT_NOTHING},
    {"POST", "/requests/:number/items", ASKERS, api_request_item,  ABOUT_NOTHING},
    {"GET",  "/missing",                ASKERS, api_missing,       ABOUT_NOTHING},
};
const struct route_table routes_requests = {rows, sizeof rows / sizeof rows[0]};
