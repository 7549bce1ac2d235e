/* api_documents.c - the inbox, one document, and the decision of a person about it.
 *
 * Texts, PDFs and explanations are streamed from the spool as they are; nothing here looks into
 * them. Every look at a document's content is logged with the document's id and who looked (SGB X
 * section 67a with BDSG section 22: it must be possible to establish who had access). */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "portal/access.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/register.h"

enum { LIST_PAGE = 50, LIST_PAGE_MOST = 200, LIST_OFFSET_MOST = 10000, PERSONS_MOST = 20 };

/* ---- the list ------------------------------------------------------------------------------ */

/* The last `room` documents of a walk from the oldest to the newest. */
struct window {
    struct ledger *ledger;
    const struct user_record *user; /* who sees the list */
    json_t **ring;
    size_t room;
    size_t seen;
};

static enum status keep_document(void *context, const struct scan_record *scan,
                                 const struct document_record *document, struct fault *fault)
{
    (void)scan;
    struct window *window = context;
    bool may = false;
    if (document == NULL)
        return STATUS_OK;
    enum status status =
        access_may_see_document(window->ledger, window->user, document, &may, fault);
    if (status != STATUS_OK || !may)
        return status;
    json_t *described = describe_document(document);
    if (described == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a list");
    json_t **place = &window->ring[window->seen % window->room];
    json_decref(*place);
    *place = described;
    window->seen++;
    return STATUS_OK;
}

/* Newest first, without the `offset` newest. */
static json_t *window_as_list(const struct window *window, size_t offset)
{
    json_t *list = json_array();
    size_t kept = window->seen < window->room ? window->seen : window->room;
    for (size_t i = offset; i < kept; i++)
        (void)json_array_append(list, window->ring[(window->seen - 1 - i) % window->room]);
    return list;
}

static json_t *describe_counts(const struct ledger_summary *summary)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < DOCUMENT_STATES; i++)
        (void)json_object_set_new(counts, document_state_name((enum document_state)i),
                                  json_integer((json_int_t)summary->documents[i]));
    return counts;
}

static enum status walk_list(struct service *service, struct exchange *exchange,
                             const struct list_filter *filter, size_t offset, size_t limit,
                             const struct ledger_summary *summary, struct fault *fault)
{
    struct window window = {
        .ledger = service->ledger, .user = &exchange->user, .room = offset + limit};
    window.ring = calloc(window.room, sizeof(json_t *));
    if (window.ring == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a list");
    enum status status = ledger_list(service->ledger, filter, keep_document, &window, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200,
                             json_pack("{s:o, s:I, s:o}", "documents",
                                       window_as_list(&window, offset), "total",
                                       (json_int_t)window.seen, "states", describe_counts(summary)),
                             fault);
    for (size_t i = 0; i < window.room; i++)
        json_decref(window.ring[i]);
    free(window.ring);
    return status;
}

/* From the memo, or walked and kept there. */
static enum status answer_list(struct service *service, struct exchange *exchange,
                               const struct list_filter *filter, size_t offset, size_t limit,
                               struct fault *fault)
{
    struct ledger_summary summary;
    char version[MEMO_VERSION_BYTES];
    char key[MEMO_KEY_BYTES * 2];
    int64_t now_ms = clock_monotonic_ms(service->clock);
    (void)snprintf(key, sizeof key, "documents %s %zu %zu %s %s", exchange->user.name, offset,
                   limit, filter->state == NULL ? "" : filter->state,
                   filter->site == NULL ? "" : filter->site);
    enum status status = memo_version(service->ledger, version, &summary, fault);
    if (status != STATUS_OK)
        return status;
    const char *known = memo_find(&service->lists, key, version, now_ms);
    if (known != NULL)
        return answer_json_bytes(exchange, 200, known, fault);
    status = walk_list(service, exchange, filter, offset, limit, &summary, fault);
    if (status == STATUS_OK)
        memo_keep(&service->lists, key, version, now_ms, exchange->answer.bytes);
    return status;
}

/* A filter that is there but empty means "all". */
static const char *filter_of(const struct exchange *exchange, const char *name)
{
    const char *value = exchange_query(exchange, name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static enum status api_documents(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    enum document_state state = DOCUMENT_MATCHING;
    const struct list_filter filter = {.site = filter_of(exchange, "site"),
                                       .state = filter_of(exchange, "state")};
    if (filter.state != NULL && !document_state_from_name(filter.state, &state))
        return answer_error(exchange, 400, "Diesen Zustand gibt es nicht.", fault);
    size_t offset = (size_t)exchange_number(exchange, "offset", 0, 0, LIST_OFFSET_MOST);
    size_t limit = (size_t)exchange_number(exchange, "limit", LIST_PAGE, 1, LIST_PAGE_MOST);
    return answer_list(service, exchange, &filter, offset, limit, fault);
}

/* ---- one document -------------------------------------------------------------------------- */

static struct document_id document_id_of(const struct exchange *exchange)
{
    return (struct document_id){exchange->id};
}

static void log_act(const struct exchange *exchange, const char *what)
{
    char id[UUID_TEXT_BYTES];
    uuid_to_text(&exchange->id, id);
    log_info(id, "%s: %s", exchange->user.name, what);
}

static enum status api_document(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    enum status status = access_note_look(service, exchange, "document.view", fault);
    if (status != STATUS_OK)
        return status;
    return answer_json(exchange, 200, describe_document(&exchange->document), fault);
}

/* Which of a document's objects in the spool. */
enum object { OBJECT_TEXT, OBJECT_PDF, OBJECT_EXPLANATION };

static struct digest object_digest(const struct document_record *document, enum object object)
{
    if (object == OBJECT_TEXT)
        return document->text;
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
    enum status status = access_note_look(service, exchange, "document.view", fault);
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
    return answer_object(service, exchange, OBJECT_EXPLANATION, "application/json; charset=utf-8",
                         fault);
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
    enum status status = register_case(service->ledger, number, keep_person, &persons, fault);
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

/* ---- deciding ------------------------------------------------------------------------------ */

static enum status note_row(void *context, const struct register_row *row, struct fault *fault)
{
    (void)row;
    (void)fault;
    *(bool *)context = true;
    return STATUS_OK;
}

/* What a person should read instead of the ledger's words. */
static enum status refuse_assignment(struct service *service, struct exchange *exchange,
                                     const char *number, struct fault *fault)
{
    bool is_known = false;
    enum status status = register_case(service->ledger, number, note_row, &is_known, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_known)
        return answer_error(exchange, 422, "Dieses Aktenzeichen steht nicht im Fallregister.",
                            fault);
    return answer_error(exchange, 409,
                        "Das Dokument ist nicht mehr in der Klärung. Vielleicht war jemand anderes "
                        "schneller.",
                        fault);
}

static enum status api_document_assign(struct service *service, struct exchange *exchange,
                                       struct fault *fault)
{
    const char *number = exchange_text(exchange, "case_number");
    if (number == NULL || number[0] == '\0')
        return answer_error(exchange, 400, "Bitte geben Sie ein Aktenzeichen an.", fault);
    enum status status = ledger_document_assign(service->ledger, document_id_of(exchange), number,
                                                exchange->user.name, fault);
    if (status == STATUS_REFUSE)
        return refuse_assignment(service, exchange, number, fault);
    if (status != STATUS_OK)
        return status;
    log_act(exchange, "assigned the document to a case");
    struct document_record document = {0};
    status = ledger_document_get(service->ledger, document_id_of(exchange), &document, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, describe_document(&document), fault);
    document_record_done(&document);
    return status;
}

static const struct route rows[] = {
    {"GET",  "/documents",                 READERS,  api_documents,            ABOUT_NOTHING },
    {"GET",  "/documents/:id",             READERS,  api_document,             ABOUT_DOCUMENT},
    {"GET",  "/documents/:id/text",        READERS,  api_document_text,        ABOUT_DOCUMENT},
    {"GET",  "/documents/:id/pdf",         READERS,  api_document_pdf,         ABOUT_DOCUMENT},
    {"GET",  "/documents/:id/explanation", READERS,  api_document_explanation, ABOUT_DOCUMENT},
    {"POST", "/documents/:id/assign",      DECIDERS, api_document_assign,      ABOUT_DOCUMENT},
    {"GET",  "/case",                      DECIDERS, api_case,                 ABOUT_NOTHING },
};
const struct route_table routes_documents = {rows, sizeof rows / sizeof rows[0]};
