/* api_quality.c - documents that were drawn to be compared with their paper, and paper that may go.
 *
 * The lists show no content; what may not be seen is left out of them. Lots are shown to whoever
 * keeps the boxes: they hold numbers and days. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/paper.h"
#include "store/quality.h"

enum { ITEMS_MOST = 200, LOTS_MOST = 200 };

static const struct act_field words_rule = {"words", QUALITY_WORDS_BYTES_MOST, false,
                                            "Die Bemerkung"};
static const struct act_field findings_rule = {"findings", 256, false, "Der Befund"};
static const struct act_field reason_rule = {"reason", DESK_REASON_BYTES_MOST, true,
                                             "Die Begründung"};

static uint32_t months_of(const struct service *service)
{
    return (uint32_t)service->config->quality.paper_months;
}

/* ---- to be checked -------------------------------------------------------------------------- */

struct list {
    struct service *service;
    const struct exchange *exchange;
    json_t *results;
};

static json_t *describe_item(const struct quality_item *item)
{
    return json_pack(
        "{s:o, s:o, s:s?, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o}",
        "document", describe_uuid(&item->document.uuid), "lot", describe_uuid(&item->lot), "batch",
        item->batch, "site", item->site, "source", item->source, "kind", item->kind, "operator",
        item->operator_name, "drawn", item->drawn, "verdict", item->verdict, "findings",
        item->findings, "words", item->words, "checked_by", item->checked_by, "checked",
        describe_time(item->checked_ms), "received", describe_time(item->received_ms));
}

static enum status add_item(void *context, const struct quality_item *item, struct fault *fault)
{
    struct list *list = context;
    struct document_record document = {0};
    enum status status =
        ledger_document_get(list->service->ledger, item->document, &document, fault);
    if (status != STATUS_OK)
        return status;
    bool is_seen = access_may_see_document(&list->exchange->user, &document);
    document_record_done(&document);
    return is_seen ? list_add(list->results, describe_item(item), fault) : STATUS_OK;
}

static enum status api_quality(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct list list = {.service = service, .exchange = exchange, .results = json_array()};
    enum status status =
        quality_open(service->ledger, exchange->user.rights, ITEMS_MOST, add_item, &list, fault);
    return answer_whole_list(exchange, status, list.results, fault);
}

static enum status keep_item(void *context, const struct quality_item *item, struct fault *fault)
{
    json_t **described = context;
    *described = describe_item(item);
    return *described == NULL ? fault_set(fault, STATUS_LATER, "no memory for an answer")
                              : STATUS_OK;
}

/* The document's item; null: it is in no lot yet. */
static enum status api_document_quality(struct service *service, struct exchange *exchange,
                                        struct fault *fault)
{
    json_t *described = NULL;
    bool is_found = false;
    enum status status =
        quality_of(service->ledger, exchange->document.id, keep_item, &described, &is_found, fault);
    if (status != STATUS_OK)
        return status;
    return answer_json(exchange, 200,
                       json_pack("{s:o}", "check", described == NULL ? json_null() : described),
                       fault);
}

static enum status answer_check(struct service *service, struct exchange *exchange,
                                enum quality_verdict verdict, struct fault *fault)
{
    if (verdict == QUALITY_NO_LOT)
        return answer_error(exchange, 409,
                            "Dieses Dokument ist noch in keiner Stichprobe: Sein Stapel ist offen "
                            "oder der Tag noch nicht vorbei.",
                            fault);
    if (verdict == QUALITY_SAME_PERSON)
        return answer_error(exchange, 409,
                            "Wer gescannt hat, prüft nicht selbst. Das macht eine andere Person.",
                            fault);
    return api_document_quality(service, exchange, fault);
}

static enum status api_check(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    const json_t *good = json_object_get(exchange->body, "good");
    const char *words = NULL, *findings = NULL;
    enum quality_verdict verdict = QUALITY_KEPT;
    struct fault why = {0};
    if (!json_is_boolean(good))
        return answer_error(exchange, 400, "Ist das Dokument in Ordnung, ja oder nein?", fault);
    if (!act_read_field(exchange, &words_rule, &words))
        return act_answer_missing(exchange, &words_rule, fault);
    if (!act_read_field(exchange, &findings_rule, &findings))
        return act_answer_missing(exchange, &findings_rule, fault);
    const struct quality_opinion opinion = {.is_good = json_is_true(good),
                                            .findings = findings == NULL ? "" : findings,
                                            .words = words};
    enum status status = quality_check(service->ledger, exchange->document.id, &opinion,
                                       exchange->user.name, &verdict, &why);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 400,
                            "Entweder ist es in Ordnung, oder ein Befund sagt, was fehlt.", fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", why.text);
    return answer_check(service, exchange, verdict, fault);
}

/* ---- lots ------------------------------------------------------------------------------------ */

static enum status add_lot(void *context, const struct lot_record *lot, struct fault *fault)
{
    char seed[DIGEST_HEX_BYTES];
    digest_to_hex(&lot->seed, seed);
    return list_add(
        context,
        json_pack("{s:o, s:s?, s:s, s:s, s:s, s:i, s:s, s:i, s:i, s:i, s:i, s:b, s:o, s:s, s:s, "
                  "s:o, s:s?}",
                  "lot", describe_uuid(&lot->id), "batch", lot->batch, "site", lot->site, "day",
                  lot->day, "protection", lot->protection, "rate", (int)lot->rate, "seed", seed,
                  "documents", (int)lot->documents, "drawn", (int)lot->drawn, "open",
                  (int)lot->open_checks, "kept", (int)lot->kept, "finding", lot->has_finding,
                  "made", describe_time(lot->made_ms), "stand", lot_stand_name(lot->stand),
                  "paper_from", lot->paper_from, "released", describe_time(lot->released_ms),
                  "released_by", lot->released_by),
        fault);
}

static enum status api_lots(struct service *service, struct exchange *exchange, struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    json_t *results = json_array();
    enum status status =
        lots_each(service->ledger, &scope, months_of(service), LOTS_MOST, add_lot, results, fault);
    return answer_whole_list(exchange, status, results, fault);
}

struct searched {
    const struct uuid *id;
    bool is_found;
};

static enum status compare_lot(void *context, const struct lot_record *lot, struct fault *fault)
{
    struct searched *searched = context;
    (void)fault;
    searched->is_found |= uuid_equal(&lot->id, searched->id);
    return STATUS_OK;
}

/* There is no such lot, or it holds nothing of this person's teams: that is written down. */
static enum status answer_no_lot(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    struct searched searched = {.id = &exchange->id};
    char id[UUID_TEXT_BYTES];
    enum status status = lots_each(service->ledger, &desk_everything, months_of(service), 0,
                                   compare_lot, &searched, fault);
    if (status != STATUS_OK || !searched.is_found)
        return status == STATUS_OK ? answer_nothing_there(exchange, fault) : status;
    uuid_to_text(&exchange->id, id);
    return access_answer_foreign(service, exchange, "lot", id, fault);
}

static enum status api_release(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    static const char *const words[] = {
        [PAPER_RELEASED] = NULL,
        [PAPER_UNKNOWN] = NULL,
        [PAPER_SHARED] = "In diesem Los liegt auch Papier anderer Teams; die Registratur gibt es "
                         "frei.",
        [PAPER_BEFORE] = "Dieses Papier ist schon freigegeben.",
        [PAPER_NOT_CHECKED] = "Die Stichprobe ist noch nicht vollständig für gut befunden.",
        [PAPER_UNSETTLED] = "Ein Dokument dieses Loses wartet noch auf eine Entscheidung.",
        [PAPER_TOO_EARLY] = "Die Aufbewahrungszeit ist noch nicht um.",
        [PAPER_SAME_PERSON] = "Wer gescannt oder geprüft hat, gibt das Papier nicht selbst frei.",
    };
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    enum paper_verdict verdict = PAPER_UNKNOWN;
    enum status status = paper_release(service->ledger, &exchange->id, months_of(service),
                                       exchange->user.name, &scope, &verdict, fault);
    if (status != STATUS_OK)
        return status;
    if (verdict == PAPER_UNKNOWN)
        return answer_no_lot(service, exchange, fault);
    if (words[verdict] != NULL)
        return answer_error(exchange, 409, words[verdict], fault);
    return answer_json(exchange, 200, json_pack("{s:b}", "released", 1), fault);
}

/* ---- paper ----------------------------------------------------------------------------------- */

static enum status api_keep(struct service *service, struct exchange *exchange, struct fault *fault)
{
    const char *reason = NULL;
    struct fault why = {0};
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    enum status status =
        paper_keep(service->ledger, exchange->document.id, reason, exchange->user.name, &why);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Dieses Dokument ist noch in keinem Los, oder sein Papier ist schon "
                            "freigegeben.",
                            fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", why.text);
    return answer_json(exchange, 200, json_pack("{s:b}", "kept", 1), fault);
}

/* A cell of the list: quoted, and not what a spreadsheet takes for a formula. */
static void append_cell(struct text *text, const char *cell)
{
    text_append_char(text, '"');
    if (cell != NULL && strchr("=+-@", cell[0]) != NULL && cell[0] != '\0')
        text_append_char(text, '\'');
    for (; cell != NULL && *cell != '\0'; cell++) {
        if (*cell == '"')
            text_append_char(text, '"');
        text_append_char(text, *cell);
    }
    text_append(text, "\";");
}

static enum status add_paper(void *context, const struct paper_item *item, struct fault *fault)
{
    static const char *const stands[] = {"in Prüfung", "Aufbewahrung läuft", "freizugeben",
                                         "freigegeben"};
    struct text *text = context;
    char lot[UUID_TEXT_BYTES], document[UUID_TEXT_BYTES];
    uuid_to_text(&item->lot, lot);
    uuid_to_text(&item->document.uuid, document);
    append_cell(text, item->batch == NULL ? lot : item->batch);
    append_cell(text, item->site);
    append_cell(text, item->source);
    append_cell(text, document);
    append_cell(text, item->keep == NULL ? stands[item->stand] : "dauerhaft aufbewahren");
    append_cell(text, item->from);
    append_cell(text, item->keep);
    append_cell(text, item->released_by);
    text_append(text, "\r\n");
    return text_ok(text) ? STATUS_OK : fault_set(fault, STATUS_LATER, "no memory for a list");
}

/* The list for the boxes, as a spreadsheet reads it. */
static enum status api_paper(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    struct text text = {0};
    const char *asked = exchange_query(exchange, "released");
    text_append(&text,
                "\xEF\xBB\xBF\"Karton\";\"Standort\";\"Scan\";\"Dokument\";\"Stand\";"
                "\"Vernichtung frei ab\";\"Grund der Aufbewahrung\";\"Freigegeben von\"\r\n");
    enum status status =
        paper_each(service->ledger, &scope, months_of(service),
                   asked != NULL && strcmp(asked, "1") == 0, add_paper, &text, fault);
    if (status == STATUS_OK)
        status = answer_bytes(exchange, text_string(&text), text.length, "text/csv; charset=utf-8",
                              fault);
    if (status == STATUS_OK)
        (void)snprintf(exchange->answer.disposition, sizeof exchange->answer.disposition,
                       "attachment; filename=\"papier.csv\"");
    text_done(&text);
    return status;
}

enum { KEEPERS = LEAD | REGISTRY, LOT_READERS = QUALITY | KEEPERS | AUDITOR };

static const struct route rows[] = {
    {"GET",  "/quality",                  QUALITY,     api_quality,          ABOUT_NOTHING },
    {"GET",  "/documents/:id/check",      READERS,     api_document_quality, ABOUT_DOCUMENT},
    {"POST", "/documents/:id/check",      QUALITY,     api_check,            ABOUT_DOCUMENT},
    {"POST", "/documents/:id/keep-paper", READERS,     api_keep,             ABOUT_DOCUMENT},
    {"GET",  "/lots",                     LOT_READERS, api_lots,             ABOUT_NOTHING },
    {"POST", "/lots/:id/release",         KEEPERS,     api_release,          ABOUT_NOTHING },
    {"GET",  "/paper",                    LOT_READERS, api_paper,            ABOUT_NOTHING },
};
const struct route_table routes_quality = {rows, sizeof rows / sizeof rows[0]};
