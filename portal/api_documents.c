/* api_documents.c - the inbox, one document, what happened to it, and what belongs to it.
 *
 * Texts, PDFs and explanations are streamed from the spool as they are; nothing here looks into
 * them. Every look at a document's content is logged with the document's id and who looked (SGB X
 * section 67a with BDSG section 22: it must be possible to establish who had access). */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "portal/access.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/desk.h"
#include "store/register.h"

enum {
    PERSONS_MOST = 20,
    RELATED_MOST = 20,          /* of the document's own case */
    RELATED_HOUSEHOLD_MOST = 3, /* of each other case of the household */
    COUNTED_MOST = 1000,
    DAY_TEXT = 10
};

/* ---- the list ------------------------------------------------------------------------------ */

/* A filter that is there but empty means "all". */
static const char *filter_of(const struct exchange *exchange, const char *name)
{
    const char *value = exchange_query(exchange, name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool is_set(const struct exchange *exchange, const char *name)
{
    const char *value = filter_of(exchange, name);
    return value != NULL && strcmp(value, "0") != 0;
}

/* The beginning of a day (YYYY-MM-DD) at the office, or of the one `days` after it. */
static bool read_day(const char *written, int days, int64_t *ret_ms)
{
    struct tm day = {.tm_isdst = -1};
    char end = '\0';
    if (written == NULL) {
        *ret_ms = 0;
        return true;
    }
    if (strlen(written) != DAY_TEXT ||
        sscanf(written, "%4d-%2d-%2d%c", &day.tm_year, &day.tm_mon, &day.tm_mday, &end) != 3)
        return false;
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    day.tm_mday += days;
    time_t seconds = mktime(&day);
    *ret_ms = (int64_t)seconds * 1000;
    return seconds != (time_t)-1;
}

static bool read_view(const char *name, enum desk_view *ret_view)
{
    static const char *const views[] = {[DESK_INBOX] = "inbox",
                                        [DESK_CLEARING] = "clearing",
                                        [DESK_NEW_CASES] = "new_cases",
                                        [DESK_DONE] = "done",
                                        [DESK_ALL] = "all"};
    *ret_view = DESK_ALL;
    if (name == NULL)
        return true;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        if (strcmp(views[i], name) == 0) {
            *ret_view = (enum desk_view)i;
            return true;
        }
    return false;
}

/* NULL, or one German sentence about what is wrong with the query. */
static const char *read_filter(const struct exchange *exchange, struct desk_filter *ret_filter)
{
    const char *state = filter_of(exchange, "state");
    const char *flag = filter_of(exchange, "flag");
    struct desk_filter filter = {
        .is_own = is_set(exchange, "own"),
        .is_unread = is_set(exchange, "unread"),
        .team = filter_of(exchange, "team"),
        .kind = filter_of(exchange, "kind"),
        .site = filter_of(exchange, "site"),
        .case_number = filter_of(exchange, "case_number"),
        .flag = flag,
        .has_state = state != NULL,
    };
    if (!read_view(filter_of(exchange, "view"), &filter.view))
        return "Diese Liste gibt es nicht.";
    if (state != NULL && !document_state_from_name(state, &filter.state))
        return "Diesen Zustand gibt es nicht.";
    if (flag != NULL && strcmp(flag, "deadline") != 0 && strcmp(flag, "urgent") != 0)
        return "Dieses Kennzeichen gibt es nicht.";
    if (!read_day(filter_of(exchange, "from"), 0, &filter.from_ms) ||
        !read_day(filter_of(exchange, "until"), 1, &filter.until_ms))
        return "Ein Datum wird so geschrieben: 2026-03-31.";
    *ret_filter = filter;
    return NULL;
}

struct portion {
    json_t *results;
    struct desk_place last;
};

static enum status keep_item(void *context, const struct desk_item *item, struct fault *fault)
{
    struct portion *portion = context;
    json_t *described = describe_document(&item->document);
    if (described == NULL ||
        json_object_set_new(described, "unread", json_boolean(item->is_unread)) != 0 ||
        json_array_append_new(portion->results, described) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for a list");
    portion->last = item->place;
    return STATUS_OK;
}

/* What no index knows is not worth a walk through years. */
static bool can_be_counted(const struct desk_filter *filter)
{
    bool is_short = filter->view != DESK_ALL && filter->view != DESK_DONE;
    return is_short || (filter->flag == NULL && !filter->is_unread);
}

static enum status answer_list(struct service *service, struct exchange *exchange,
                               const struct desk_filter *filter, const struct paging *paging,
                               struct fault *fault)
{
    const struct access access = access_of(&exchange->user);
    const struct desk_scope scope = access_scope(&access);
    const struct desk_place after = {.urgency = (int32_t)paging->after.ordinal,
                                     .received_ms = paging->after.number,
                                     .id = paging->after.id};
    struct portion portion = {.results = json_array()};
    bool has_more = false;
    uint32_t count = 0;
    enum status status =
        desk_list(service->ledger, &scope, filter, paging->has_after ? &after : NULL,
                  (uint32_t)paging->limit, keep_item, &portion, &has_more, fault);
    bool is_counted = can_be_counted(filter);
    if (status == STATUS_OK && is_counted)
        status = desk_count(service->ledger, &scope, filter, COUNTED_MOST + 1, &count, fault);
    if (status != STATUS_OK) {
        json_decref(portion.results);
        return status;
    }
    const struct paging_key last = {.number = portion.last.received_ms,
                                    .id = portion.last.id,
                                    .ordinal = (uint32_t)portion.last.urgency};
    bool is_known = is_counted && count <= COUNTED_MOST;
    return paging_answer(exchange, portion.results, is_known ? (int64_t)count : -1,
                         has_more ? &last : NULL, fault);
}

static enum status api_documents(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    struct desk_filter filter;
    struct paging paging;
    const char *wrong = read_filter(exchange, &filter);
    if (wrong != NULL)
        return answer_error(exchange, 400, wrong, fault);
    if (!paging_read(exchange, &paging))
        return answer_error(exchange, 400, "An dieser Stelle geht die Liste nicht weiter.", fault);
    return answer_list(service, exchange, &filter, &paging, fault);
}

/* ---- how many wait -------------------------------------------------------------------------- */

/* How many documents each list of the desk has, up to COUNTED_MOST. */
static enum status api_desk(struct service *service, struct exchange *exchange, struct fault *fault)
{
    static const struct {
        const char *name;
        struct desk_filter filter;
    } lists[] = {
        {"inbox",     {.view = DESK_INBOX}                    },
        {"own",       {.view = DESK_INBOX, .is_own = true}    },
        {"unread",    {.view = DESK_INBOX, .is_unread = true} },
        {"urgent",    {.view = DESK_INBOX, .flag = "deadline"}},
        {"clearing",  {.view = DESK_CLEARING}                 },
        {"new_cases", {.view = DESK_NEW_CASES}                },
    };
    const struct access access = access_of(&exchange->user);
    const struct desk_scope scope = access_scope(&access);
    json_t *counts = json_object();
    enum status status = STATUS_OK;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == STATUS_OK; i++) {
        uint32_t count = 0;
        status = desk_count(service->ledger, &scope, &lists[i].filter, COUNTED_MOST, &count, fault);
        (void)json_object_set_new(counts, lists[i].name, json_integer(count));
    }
    (void)json_object_set_new(counts, "most", json_integer(COUNTED_MOST));
    if (status == STATUS_OK)
        return answer_json(exchange, 200, counts, fault);
    json_decref(counts);
    return status;
}

/* ---- one document -------------------------------------------------------------------------- */

static struct document_id document_id_of(const struct exchange *exchange)
{
    return (struct document_id){exchange->id};
}

static enum status note_look(struct service *service, const struct exchange *exchange,
                             const char *what, struct fault *fault)
{
    return desk_note_sight(service->ledger, document_id_of(exchange), exchange->user.name, what,
                           fault);
}

static enum status api_document(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    enum status status = note_look(service, exchange, "document", fault);
    if (status != STATUS_OK)
        return status;
    json_t *described = describe_document(&exchange->document);
    if (!access_may_see_trace(&exchange->user, &exchange->document))
        (void)json_object_set_new(described, "has_explanation", json_false());
    return answer_json(exchange, 200, described, fault);
}

/* Which of a document's objects in the spool. */
enum object { OBJECT_TEXT, OBJECT_PDF, OBJECT_EXPLANATION, OBJECT_TRANSFER_NOTE };

static const char *const object_names[] = {[OBJECT_TEXT] = "text",
                                           [OBJECT_PDF] = "pdf",
                                           [OBJECT_EXPLANATION] = "explanation",
                                           [OBJECT_TRANSFER_NOTE] = "transfer_note"};

static struct digest object_digest(const struct document_record *document, enum object object)
{
    if (object == OBJECT_TEXT)
        return document->text;
    if (object == OBJECT_TRANSFER_NOTE)
        return document->filed_note;
    return object == OBJECT_PDF ? document->pdf : document->explanation;
}

static enum status answer_object(struct service *service, struct exchange *exchange,
                                 enum object object, const char *type, struct fault *fault)
{
    int file = -1;
    uint64_t size = 0;
    struct digest digest = object_digest(&exchange->document, object);
    if (digest_equal(&digest, &(struct digest){0}))
        return answer_nothing_there(exchange, fault);
    enum status status = note_look(service, exchange, object_names[object], fault);
    if (status == STATUS_OK)
        status = spool_open_object(service->spool, &digest, &file, &size, fault);
    if (status == STATUS_OK)
        status = answer_file(exchange, file, size, type);
    return status;
}

static enum status api_document_text(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    return answer_object(service, exchange, OBJECT_TEXT, "text/plain; charset=utf-8", fault);
}

static enum status api_document_explanation(struct service *service, struct exchange *exchange,
                                            struct fault *fault)
{
    if (!access_may_see_trace(&exchange->user, &exchange->document))
        return answer_nothing_there(exchange, fault);
    return answer_object(service, exchange, OBJECT_EXPLANATION, "application/json; charset=utf-8",
                         fault);
}

/* The Transfervermerk that it was filed with, to be saved: browsers show XML as they like. */
static enum status api_document_transfer(struct service *service, struct exchange *exchange,
                                         struct fault *fault)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&exchange->id, id);
    if (digest_equal(&exchange->document.filed_note, &(struct digest){0}))
        return answer_json_bytes(exchange, 204, "", fault);
    enum status status = answer_object(service, exchange, OBJECT_TRANSFER_NOTE,
                                       "application/xml; charset=utf-8", fault);
    if (status == STATUS_OK && exchange->answer.kind == ANSWER_FILE)
        (void)snprintf(exchange->answer.disposition, sizeof exchange->answer.disposition,
                       "attachment; filename=\"%s.xml\"", id);
    return status;
}

/* For the browser's own viewer, which keeps PDFs in a sandbox of its own; nothing else may load
 * or run with it. The name says nothing but the id: file names are seen by others. */
static enum status api_document_pdf(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    const char *download = exchange_query(exchange, "download");
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&exchange->id, id);
    enum status status = answer_object(service, exchange, OBJECT_PDF, "application/pdf", fault);
    if (status != STATUS_OK || exchange->answer.kind != ANSWER_FILE)
        return status;
    (void)snprintf(exchange->answer.disposition, sizeof exchange->answer.disposition,
                   "%s; filename=\"%s.pdf\"", download == NULL ? "inline" : "attachment", id);
    exchange->answer.policy = "default-src 'none'; object-src 'self'; plugin-types "
                              "application/pdf; frame-ancestors 'self'";
    exchange->answer.may_be_framed = true;
    return STATUS_OK;
}

/* ---- cases --------------------------------------------------------------------------------- */

/* The persons of a case: as much as tells two people apart, and no address. */
struct persons {
    json_t *list;
    char *team;
};

static enum status keep_person(void *context, const struct register_row *row, struct fault *fault)
{
    struct persons *persons = context;
    json_t *person =
        json_pack("{s:s, s:s, s:s, s:s}", "surname", row->fields[REGISTER_SURNAME], "given_names",
                  row->fields[REGISTER_GIVEN_NAMES], "birth_date", row->fields[REGISTER_BIRTH_DATE],
                  "city", row->fields[REGISTER_CITY]);
    if (persons->team == NULL)
        persons->team = string_copy(row->fields[REGISTER_TEAM]);
    if (person == NULL || persons->team == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a case");
    if (json_array_size(persons->list) < PERSONS_MOST)
        (void)json_array_append(persons->list, person);
    json_decref(person);
    return STATUS_OK;
}

static enum status api_case(struct service *service, struct exchange *exchange, struct fault *fault)
{
    const char *number = exchange_query(exchange, "number");
    struct persons persons = {.list = json_array()};
    if (number == NULL || number[0] == '\0') {
        json_decref(persons.list);
        return answer_error(exchange, 400, "Bitte geben Sie ein Aktenzeichen an.", fault);
    }
    bool may = false;
    enum status status = access_may_see_case(service, &exchange->user, number, &may, fault);
    if (status == STATUS_OK && may)
        status = register_case(service->ledger, number, keep_person, &persons, fault);
    if (status == STATUS_OK && json_array_size(persons.list) == 0)
        status =
            answer_error(exchange, 404, "Dieses Aktenzeichen steht nicht im Fallregister.", fault);
    else if (status == STATUS_OK)
        status = answer_json(exchange, 200,
                             json_pack("{s:s, s:s?, s:O}", "case_number", number, "team",
                                       persons.team, "persons", persons.list),
                             fault);
    json_decref(persons.list);
    free(persons.team);
    return status;
}

/* ---- what happened, and what belongs to it --------------------------------------------------- */

struct history {
    struct service *service;
    const struct exchange *exchange;
    json_t *results;
};

/* Of a decision for a case that this person does not see, no more is told than that there was one;
 * the machine's words may name such a case, too. */
static enum status keep_event(void *context, const struct desk_event *event, struct fault *fault)
{
    struct history *history = context;
    const struct user_record *user = &history->exchange->user;
    bool may = false;
    static const char *const kinds[] = {
        [DESK_DECISION] = "decision", [DESK_NOTE] = "note", [DESK_HANDOVER] = "handover"};
    enum status status =
        access_may_see_case(history->service, user, event->case_number, &may, fault);
    if (status != STATUS_OK)
        return status;
    bool is_told = may && (access_may_see_trace(user, &history->exchange->document) ||
                           !string_equal(event->actor, "auto"));
    json_t *described =
        json_pack("{s:s, s:o, s:s, s:s?, s:s?, s:s?, s:s?, s:s?}", "kind", kinds[event->kind], "at",
                  describe_time(event->at_ms), "actor", event->actor, "words",
                  is_told ? event->words : NULL, "case_number", may ? event->case_number : NULL,
                  "outcome", event->outcome, "target", event->target, "day", event->day);
    if (described == NULL || json_array_append_new(history->results, described) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for a history");
    return STATUS_OK;
}

static enum status api_document_history(struct service *service, struct exchange *exchange,
                                        struct fault *fault)
{
    json_t *results = json_array();
    struct history history = {service, exchange, results};
    enum status status =
        desk_history(service->ledger, document_id_of(exchange), keep_event, &history, fault);
    if (status == STATUS_OK)
        return paging_answer(exchange, results, (int64_t)json_array_size(results), NULL, fault);
    json_decref(results);
    return status;
}

struct relatives {
    struct service *service;
    const struct desk_scope *scope;
    const struct uuid *self;
    json_t *results;
    const char *relation; /* "case" or "household" */
    uint32_t most;        /* of each case */
};

static enum status keep_relative(void *context, const struct desk_item *item, struct fault *fault)
{
    struct relatives *relatives = context;
    if (uuid_equal(&item->document.id.uuid, relatives->self))
        return STATUS_OK;
    json_t *described = describe_document(&item->document);
    if (described == NULL ||
        json_object_set_new(described, "relation", json_string(relatives->relation)) != 0 ||
        json_array_append_new(relatives->results, described) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for a list");
    return STATUS_OK;
}

static enum status keep_case(struct relatives *relatives, const char *case_number,
                             struct fault *fault)
{
    const struct desk_filter filter = {.view = DESK_ALL, .case_number = case_number};
    bool has_more = false;
    return desk_list(relatives->service->ledger, relatives->scope, &filter, NULL, relatives->most,
                     keep_relative, relatives, &has_more, fault);
}

static enum status keep_household(void *context, const char *case_number, struct fault *fault)
{
    return keep_case(context, case_number, fault);
}

/* The newest other documents of the same case, and of the cases of the same household. */
static enum status api_document_related(struct service *service, struct exchange *exchange,
                                        struct fault *fault)
{
    const struct access access = access_of(&exchange->user);
    const struct desk_scope scope = access_scope(&access);
    const char *number = exchange->document.case_number;
    struct relatives relatives = {.service = service,
                                  .scope = &scope,
                                  .self = &exchange->id,
                                  .results = json_array(),
                                  .relation = "case",
                                  .most = RELATED_MOST};
    enum status status = STATUS_OK;
    if (number != NULL)
        status = keep_case(&relatives, number, fault);
    relatives.relation = "household";
    relatives.most = RELATED_HOUSEHOLD_MOST;
    if (status == STATUS_OK && number != NULL)
        status = register_household(service->ledger, number, keep_household, &relatives, fault);
    if (status == STATUS_OK)
        return paging_answer(exchange, relatives.results,
                             (int64_t)json_array_size(relatives.results), NULL, fault);
    json_decref(relatives.results);
    return status;
}

static const struct route rows[] = {
    {"GET", "/desk",                      READERS, api_desk,                 ABOUT_NOTHING },
    {"GET", "/documents",                 READERS, api_documents,            ABOUT_NOTHING },
    {"GET", "/documents/:id",             READERS, api_document,             ABOUT_DOCUMENT},
    {"GET", "/documents/:id/text",        READERS, api_document_text,        ABOUT_DOCUMENT},
    {"GET", "/documents/:id/pdf",         READERS, api_document_pdf,         ABOUT_DOCUMENT},
    {"GET", "/documents/:id/explanation", READERS, api_document_explanation, ABOUT_DOCUMENT},
    {"GET", "/documents/:id/transfer",    READERS, api_document_transfer,    ABOUT_DOCUMENT},
    {"GET", "/documents/:id/history",     READERS, api_document_history,     ABOUT_DOCUMENT},
    {"GET", "/documents/:id/related",     READERS, api_document_related,     ABOUT_DOCUMENT},
    {"GET", "/case",                      READERS, api_case,                 ABOUT_NOTHING },
};
const struct route_table routes_documents = {rows, sizeof rows / sizeof rows[0]};
