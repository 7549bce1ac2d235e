/* api_search.c - full text and facts of what one may see, and the persons of the register.
 *
 * What the index finds is read from the ledger and asked of access.h once more: the index may be a
 * moment behind. Searching the register is a look at social data: each is a row in the audit, with
 * the digest of what was typed. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal/access.h"
#include "portal/describe.h"
#include "portal/excerpt.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/audit.h"
#include "store/search.h"

enum { EXCERPT_BYTES_MOST = 256 << 10, FOUND_MOST = PAGING_LIMIT_MOST + 1 };

/* ---- documents ------------------------------------------------------------------------------ */

struct found {
    struct document_id ids[FOUND_MOST];
    int64_t numbers[FOUND_MOST];
    size_t count;
};

static enum status keep_found(void *context, struct document_id document, int64_t number,
                              struct fault *fault)
{
    (void)fault;
    struct found *found = context;
    found->ids[found->count] = document;
    found->numbers[found->count++] = number;
    return STATUS_OK;
}

static json_t *excerpt_of(struct service *service, const struct search_query *query,
                          const struct document_record *document)
{
    char *bytes = NULL;
    size_t length = 0;
    if (spool_get(service->spool, &document->text, EXCERPT_BYTES_MOST, &bytes, &length, NULL) !=
        STATUS_OK)
        return json_array();
    json_t *excerpt = excerpt_make(query, bytes, length);
    free(bytes);
    return excerpt;
}

static enum status add_hit(struct service *service, const struct exchange *exchange,
                           const struct search_query *query, struct document_id id, json_t *results,
                           struct fault *fault)
{
    struct document_record document = {0};
    enum status status = ledger_document_get(service->ledger, id, &document, fault);
    if (status == STATUS_REFUSE) // of another ledger than this one's
        return STATUS_OK;
    if (status == STATUS_OK && access_may_see_document(&exchange->user, &document)) {
        json_t *hit = describe_document(&document);
        (void)json_object_set_new(hit, "context", excerpt_of(service, query, &document));
        (void)json_array_append_new(results, hit);
    }
    document_record_done(&document);
    return status;
}

static enum status answer_hits(struct service *service, struct exchange *exchange,
                               const struct search_query *query, const struct paging *paging,
                               struct fault *fault)
{
    struct found found = {.count = 0};
    json_t *results = json_array();
    enum status status =
        search_find(service->search, query, paging->has_after ? paging->after.number : 0,
                    (uint32_t)paging->limit + 1, keep_found, &found, fault);
    size_t shown = found.count > paging->limit ? paging->limit : found.count;
    for (size_t i = 0; i < shown && status == STATUS_OK; i++)
        status = add_hit(service, exchange, query, found.ids[i], results, fault);
    if (status != STATUS_OK) {
        json_decref(results);
        return status;
    }
    struct paging_key last = {.number = 0};
    if (shown > 0) {
        last.number = found.numbers[shown - 1];
        last.id = found.ids[shown - 1].uuid;
    }
    return paging_answer(exchange, results, -1, found.count > paging->limit ? &last : NULL, fault);
}

static enum status api_search(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    const char *words = exchange_query(exchange, "q");
    const struct access access = access_of(&exchange->user);
    const struct desk_scope scope = access_scope(&access);
    struct search_query query = {.match = {0}};
    struct paging paging;
    if (!paging_read(exchange, &paging))
        return answer_error(exchange, 400, "An dieser Stelle geht die Liste nicht weiter.", fault);
    const char *wrong = search_parse(words == NULL ? "" : words, &scope, &query);
    if (wrong != NULL)
        return answer_error(exchange, 400, wrong, fault);
    enum status status = answer_hits(service, exchange, &query, &paging, fault);
    search_query_done(&query);
    return status;
}

/* ---- persons -------------------------------------------------------------------------------- */

struct persons {
    struct service *service;
    const struct exchange *exchange;
    json_t *results;
};

static enum status keep_person(void *context, const struct search_person *person,
                               struct fault *fault)
{
    struct persons *persons = context;
    bool may = false;
    enum status status = access_may_see_case(persons->service, &persons->exchange->user,
                                             person->case_number, &may, fault);
    if (status != STATUS_OK || !may)
        return status;
    json_t *described =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "case_number", person->case_number, "surname",
                  person->surname, "given_names", person->given_names, "birth_date",
                  person->birth_date, "city", person->city, "team", person->team);
    if (described == NULL || json_array_append_new(persons->results, described) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for persons");
    return STATUS_OK;
}

/* The digest tells afterwards whether somebody searched for a name, and not for which. */
static enum status note_search(struct service *service, const struct exchange *exchange,
                               const char *words, struct fault *fault)
{
    char hex[DIGEST_HEX_BYTES];
    struct digest digest = digest_of(words, strlen(words));
    digest_to_hex(&digest, hex);
    return audit_note(service->ledger, exchange->user.name, "register.search", hex, fault);
}

static enum status api_register(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    const char *words = exchange_query(exchange, "q");
    if (words == NULL || strlen(words) < SEARCH_PERSON_LETTERS_LEAST ||
        strlen(words) > SEARCH_QUERY_BYTES_MOST)
        return answer_error(exchange, 400, "Bitte geben Sie mindestens drei Zeichen ein.", fault);
    json_t *results = json_array();
    struct persons persons = {service, exchange, results};
    enum status status = note_search(service, exchange, words, fault);
    if (status == STATUS_OK)
        status = search_persons(service->search, words, keep_person, &persons, fault);
    if (status == STATUS_OK)
        return paging_answer(exchange, results, (int64_t)json_array_size(results), NULL, fault);
    json_decref(results);
    return status;
}

static const struct route rows[] = {
    {"GET", "/search",   READERS,  api_search,   ABOUT_NOTHING},
    {"GET", "/register", DECIDERS, api_register, ABOUT_NOTHING},
};
const struct route_table routes_search = {rows, sizeof rows / sizeof rows[0]};
