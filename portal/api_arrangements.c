/* api_arrangements.c - documents put together anew of other documents' pages: what became of one,
 * which pages may be taken, asking for it, and taking it back.
 *
 * A page is written [source, place, turn]: the source by its place in the list of sources, the
 * place in that document's order from 1, and the clockwise degrees it is turned by. Who asks must
 * be able to see every document that is named; a foreign one is not there. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>

#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/arrangement.h"

enum { NEIGHBOURS_MOST = 40, TURN_MOST = 270 };

/* ---- looking -------------------------------------------------------------------------------- */

/* Reads a document that this person may see; *ret_may false: they may not, or there is none. */
static enum status find_visible(struct service *service, const struct exchange *exchange,
                                struct document_id id, struct document_record *ret_document,
                                bool *ret_may, struct fault *fault)
{
    struct document_record document = {0};
    enum status status = ledger_document_get(service->ledger, id, &document, fault);
    *ret_may = status == STATUS_OK && access_may_see_document(&exchange->user, &document);
    if (*ret_may)
        *ret_document = document;
    else
        document_record_done(&document);
    return status == STATUS_REFUSE ? STATUS_OK : status;
}

/* Those of them that this person may see. */
static enum status add_documents(struct service *service, const struct exchange *exchange,
                                 const struct document_id *ids, uint32_t count, json_t *list,
                                 struct fault *fault)
{
    enum status status = STATUS_OK;
    for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
        struct document_record document = {0};
        bool may = false;
        if (uuid_equal(&ids[i].uuid, &(struct uuid){0}))
            continue; // not made yet
        status = find_visible(service, exchange, ids[i], &document, &may, fault);
        if (may)
            (void)json_array_append_new(list, describe_document(&document));
        document_record_done(&document);
    }
    return status;
}

static enum status describe_arrangement(struct service *service, const struct exchange *exchange,
                                        int64_t number, json_t **ret_described, struct fault *fault)
{
    struct arrangement_record record = {0};
    json_t *sources = json_array();
    json_t *outcomes = json_array();
    enum status status = arrangement_get(service->ledger, number, &record, fault);
    if (status == STATUS_OK)
        status =
            add_documents(service, exchange, record.sources, record.source_count, sources, fault);
    if (status == STATUS_OK)
        status = add_documents(service, exchange, record.outcomes, record.outcome_count, outcomes,
                               fault);
    bool is_all_seen = status == STATUS_OK && json_array_size(sources) == record.source_count;
    bool may_undo =
        is_all_seen && (record.state == ARRANGEMENT_OPEN || record.state == ARRANGEMENT_DONE);
    if (status == STATUS_OK)
        *ret_described = json_pack(
            "{s:I, s:s, s:s, s:s?, s:o, s:o, s:O, s:O, s:b}", "number", (json_int_t)number, "state",
            arrangement_state_name(record.state), "actor", record.actor, "reason", record.reason,
            "made", describe_time(record.made_ms), "ended", describe_time(record.ended_ms),
            "sources", sources, "outcomes", outcomes, "may_undo", (int)may_undo);
    json_decref(sources);
    json_decref(outcomes);
    arrangement_record_done(&record);
    return status;
}

struct neighbours {
    struct service *service;
    const struct exchange *exchange;
    json_t *list;
};

static enum status keep_neighbour(void *context, struct document_id id, struct fault *fault)
{
    const struct neighbours *neighbours = context;
    return add_documents(neighbours->service, neighbours->exchange, &id, 1, neighbours->list,
                         fault);
}

/* The last arrangement that the document was part of, and whose pages may belong to it. */
static enum status answer_arrangement(struct service *service, struct exchange *exchange,
                                      struct fault *fault)
{
    const struct document_id id = exchange->document.id;
    struct neighbours neighbours = {.service = service, .exchange = exchange, .list = json_array()};
    json_t *described = json_null();
    int64_t number = 0;
    enum status status = arrangement_of(service->ledger, id, &number, fault);
    if (status == STATUS_OK && number != 0)
        status = describe_arrangement(service, exchange, number, &described, fault);
    if (status == STATUS_OK)
        status = arrangement_neighbours(service->ledger, id, NEIGHBOURS_MOST, keep_neighbour,
                                        &neighbours, fault);
    if (status == STATUS_OK)
        return answer_json(
            exchange, 200,
            json_pack("{s:o, s:o}", "arrangement", described, "neighbours", neighbours.list),
            fault);
    json_decref(described);
    json_decref(neighbours.list);
    return status;
}

/* ---- asking --------------------------------------------------------------------------------- */

/* A wish as the body says it; the places of all outcomes lie in one row. */
struct asked {
    struct arrangement_source sources[ARRANGEMENT_SOURCES_MOST];
    struct arrangement_outcome outcomes[COMPOSITION_PAGES_MOST];
    struct arrangement_place pages[COMPOSITION_PAGES_MOST];
    uint32_t source_count, outcome_count, page_count;
};

static bool read_sources(const json_t *list, struct asked *asked)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > ARRANGEMENT_SOURCES_MOST)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        const char *id = json_string_value(json_object_get(item, "document"));
        const json_t *revision = json_object_get(item, "revision");
        struct arrangement_source *source = &asked->sources[asked->source_count++];
        if (id == NULL || !uuid_from_text(id, &source->document.uuid) || !json_is_integer(revision))
            return false;
        source->revision = json_integer_value(revision);
    }
    return true;
}

/* A whole number at a place of an array, 0 to `most`. */
static bool read_number(const json_t *list, size_t index, json_int_t most, uint32_t *ret_number)
{
    const json_t *item = json_array_get(list, index);
    json_int_t number = json_integer_value(item);
    if (!json_is_integer(item) || number < 0 || number > most)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

static bool read_page(const json_t *item, struct asked *asked)
{
    struct arrangement_place *page = &asked->pages[asked->page_count];
    uint32_t turn = 0;
    if (asked->page_count == COMPOSITION_PAGES_MOST ||
        !read_number(item, 0, ARRANGEMENT_SOURCES_MOST - 1, &page->source) ||
        !read_number(item, 1, COMPOSITION_PAGES_MOST, &page->place) ||
        !read_number(item, 2, TURN_MOST, &turn))
        return false;
    page->turn = (uint16_t)turn;
    asked->page_count++;
    return true;
}

static bool read_outcomes(const json_t *list, struct asked *asked)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > COMPOSITION_PAGES_MOST)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *pages = json_object_get(item, "pages");
        struct arrangement_outcome *outcome = &asked->outcomes[asked->outcome_count++];
        outcome->keeps_case = json_is_true(json_object_get(item, "keeps_case"));
        outcome->pages = &asked->pages[asked->page_count];
        outcome->page_count = (uint32_t)json_array_size(pages);
        for (size_t page = 0; page < json_array_size(pages); page++)
            if (!read_page(json_array_get(pages, page), asked))
                return false;
    }
    return true;
}

/* Whether the path's document is one of them, and this person may see them all. */
static enum status check_sources(struct service *service, const struct exchange *exchange,
                                 const struct asked *asked, bool *ret_is_own, bool *ret_may,
                                 struct fault *fault)
{
    enum status status = STATUS_OK;
    *ret_is_own = false;
    *ret_may = true;
    for (uint32_t i = 0; status == STATUS_OK && *ret_may && i < asked->source_count; i++) {
        struct document_record document = {0};
        const struct document_id id = asked->sources[i].document;
        *ret_is_own = *ret_is_own || uuid_equal(&id.uuid, &exchange->document.id.uuid);
        status = find_visible(service, exchange, id, &document, ret_may, fault);
        document_record_done(&document);
    }
    return status;
}

static const char INCOMPLETE[] =
    "Jede Seite muss genau einmal vorkommen; höchstens 500 Seiten aus 32 Dokumenten.";

static enum status ask(struct service *service, struct exchange *exchange,
                       const struct asked *asked, struct fault *fault)
{
    const struct arrangement_wish wish = {.actor = exchange->user.name,
                                          .sources = asked->sources,
                                          .source_count = asked->source_count,
                                          .outcomes = asked->outcomes,
                                          .outcome_count = asked->outcome_count};
    enum desk_verdict verdict = DESK_HAPPENED;
    int64_t number = 0;
    enum status status = arrangement_ask(service->ledger, &wish, &verdict, &number, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 400, INCOMPLETE, fault);
    if (status == STATUS_OK && verdict != DESK_HAPPENED && verdict != DESK_NO_CHANGE)
        return act_answer_verdict(service, exchange, verdict, fault);
    return status == STATUS_OK ? answer_arrangement(service, exchange, fault) : status;
}

static enum status api_arrange(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct asked *asked = calloc(1, sizeof *asked);
    bool is_own = false, may = false;
    if (asked == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for an arrangement");
    enum status status = STATUS_OK;
    bool is_sound = read_sources(json_object_get(exchange->body, "sources"), asked) &&
                    read_outcomes(json_object_get(exchange->body, "outcomes"), asked);
    if (is_sound)
        status = check_sources(service, exchange, asked, &is_own, &may, fault);
    if (status == STATUS_OK && is_sound && !may) {
        status = access_note_look(service, exchange, "access.denied", fault);
        status = status == STATUS_OK ? answer_nothing_there(exchange, fault) : status;
    } else if (status == STATUS_OK && (!is_sound || !is_own)) {
        status = answer_error(exchange, 400, INCOMPLETE, fault);
    } else if (status == STATUS_OK) {
        status = ask(service, exchange, asked, fault);
    }
    free(asked);
    return status;
}

/* ---- taking back ---------------------------------------------------------------------------- */

/* `number`: the arrangement as the person saw it. Who takes it back must see all that it took. */
static enum status api_arrange_back(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    const json_t *number = json_object_get(exchange->body, "number");
    enum desk_verdict verdict = DESK_TOO_LATE;
    json_t *described = NULL;
    int64_t last = 0;
    if (!json_is_integer(number))
        return answer_error(exchange, 400, "Was soll zurückgenommen werden?", fault);
    enum status status = arrangement_of(service->ledger, exchange->document.id, &last, fault);
    bool is_last = last != 0 && last == json_integer_value(number);
    if (status == STATUS_OK && is_last)
        status = describe_arrangement(service, exchange, last, &described, fault);
    bool may_undo = json_is_true(json_object_get(described, "may_undo"));
    json_decref(described);
    if (status == STATUS_OK && may_undo)
        status = arrangement_undo(service->ledger, last, exchange->user.name, &verdict, fault);
    if (status != STATUS_OK)
        return status;
    if (verdict == DESK_BUSY)
        return answer_error(exchange, 409,
                            "Eines der Dokumente wird gerade zugeordnet oder abgelegt. Bitte "
                            "gleich noch einmal.",
                            fault);
    if (verdict != DESK_HAPPENED)
        return act_answer_verdict(service, exchange, verdict, fault);
    return answer_arrangement(service, exchange, fault);
}

static const struct route rows[] = {
    {"GET",  "/documents/:id/arrangement",  READERS,  answer_arrangement, ABOUT_DOCUMENT},
    {"POST", "/documents/:id/arrange",      DECIDERS, api_arrange,        ABOUT_DOCUMENT},
    {"POST", "/documents/:id/arrange_back", DECIDERS, api_arrange_back,   ABOUT_DOCUMENT},
};
const struct route_table routes_arrangements = {rows, sizeof rows / sizeof rows[0]};
