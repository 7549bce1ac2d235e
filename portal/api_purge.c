/* api_purge.c - deletion by two persons, and misdirected mail until its receiver has confirmed it.
 *
 * The deletion itself is done by `posteingang purge run`: the portal may not touch the spool. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/forwarding.h"
#include "store/guard.h"
#include "store/purge.h"

static const struct act_field reason_rule = {"reason", DESK_REASON_BYTES_MOST, true,
                                             "Die Begründung"};
static const struct act_field words_rule = {"words", FORWARDING_WORDS_BYTES_MOST, true,
                                            "Wie bestätigt wurde,"};

/* ---- proposals -------------------------------------------------------------------------------- */

static enum status add_purge(void *context, const struct purge_record *record, struct fault *fault)
{
    return list_add(context,
                    json_pack("{s:I, s:s, s:s, s:s, s:o, s:s?, s:o, s:o, s:i, s:i, s:i}", "number",
                              (json_int_t)record->number, "rule", record->rule, "reason",
                              record->reason, "proposed_by", record->proposed_by, "proposed",
                              describe_time(record->proposed_ms), "approved_by",
                              record->approved_by, "approved", describe_time(record->approved_ms),
                              "done", describe_time(record->done_ms), "documents",
                              (int)record->documents, "deleted", (int)record->erased, "spared",
                              (int)record->spared),
                    fault);
}

static enum status api_purges(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    json_t *results = json_array();
    enum status status = purges_each(service->ledger, &scope, add_purge, results, fault);
    return answer_whole_list(exchange, status, results, fault);
}

static enum status add_item(void *context, const struct purge_item *item, struct fault *fault)
{
    char proof[DIGEST_HEX_BYTES];
    digest_to_hex(&item->proof, proof);
    return list_add(context,
                    json_pack("{s:o, s:s, s:s?, s:o, s:i, s:i, s:i, s:s}", "document",
                              describe_uuid(&item->document.uuid), "state", item->state,
                              "spared_because", item->why, "deleted",
                              describe_time(item->erased_ms), "objects", (int)item->objects, "gone",
                              (int)item->gone, "kept_for_others", (int)item->kept, "proof",
                              item->erased_ms == 0 ? "" : proof),
                    fault);
}

static enum status count_item(void *context, const struct purge_item *item, struct fault *fault)
{
    (void)item;
    (void)fault;
    size_t *items = context;
    (*items)++;
    return STATUS_OK;
}

/* Calls back for the documents of the proposal that the path names, when all are in this person's
 * sight; otherwise *ret_found is false, and the answer says that there is none. */
static enum status find(struct service *service, struct exchange *exchange,
                        const struct desk_scope *scope, purge_item_callback *callback,
                        void *context, bool *ret_found, struct fault *fault)
{
    size_t seen = 0, all = 0; // each proposal has some
    char number[24];
    enum status status =
        purge_items_each(service->ledger, exchange->number, scope, count_item, &seen, fault);
    *ret_found = status == STATUS_OK && seen > 0;
    if (*ret_found)
        return purge_items_each(service->ledger, exchange->number, scope, callback, context, fault);
    if (status == STATUS_OK)
        status = purge_items_each(service->ledger, exchange->number, &desk_everything, count_item,
                                  &all, fault);
    if (status != STATUS_OK || all == 0)
        return status == STATUS_OK ? answer_nothing_there(exchange, fault) : status;
    (void)snprintf(number, sizeof number, "%" PRId64, (int64_t)exchange->number);
    return access_answer_foreign(service, exchange, "purge", number, fault);
}

static enum status api_purge(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    bool is_found = false;
    json_t *results = json_array();
    enum status status = find(service, exchange, &scope, add_item, results, &is_found, fault);
    if (is_found)
        return answer_whole_list(exchange, status, results, fault);
    json_decref(results);
    return status;
}

static enum status answer_verdict(struct exchange *exchange, enum purge_verdict verdict,
                                  int64_t number, struct fault *fault)
{
    static const char *const words[PURGE_VERDICTS] = {
        [PURGE_NOTHING] = "Nach dieser Regel ist nichts fällig.",
        [PURGE_NO_RULE] = "Für solche Dokumente gibt es keine Löschregel.",
        [PURGE_HELD] = "Dieses Dokument wird festgehalten.",
        [PURGE_OPEN_CASE] = "Der Fall ist nicht abgeschlossen.",
        [PURGE_UNSETTLED] = "Das Dokument ist in Bearbeitung, oder der Empfänger hat die "
                            "Weiterleitung noch nicht bestätigt.",
        [PURGE_TOO_EARLY] = "Die Aufbewahrungszeit ist noch nicht um.",
        [PURGE_PROPOSED] = "Dieses Dokument ist schon zur Löschung vorgeschlagen.",
        [PURGE_SAME_PERSON] =
            "Wer vorgeschlagen oder gescannt hat, genehmigt die Löschung nicht selbst.",
        [PURGE_UNKNOWN] = "Ein Vorschlag dieser Nummer wartet nicht auf Genehmigung.",
    };
    if (words[verdict] != NULL)
        return answer_error(exchange, 409, words[verdict], fault);
    return answer_json(exchange, 200, json_pack("{s:I}", "number", (json_int_t)number), fault);
}

static enum status api_propose_rule(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    const char *reason = NULL;
    const char *name = exchange_text(exchange, "rule");
    enum purge_verdict verdict = PURGE_NO_RULE;
    int64_t number = 0;
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    const struct purge_order order = {.scope = &scope,
                                      .rules = service->config->purge_rules,
                                      .rule_count = service->config->purge_rule_count,
                                      .reason = reason,
                                      .actor = exchange->user.name};
    for (size_t i = 0; name != NULL && i < order.rule_count; i++) {
        if (strcmp(order.rules[i].name, name) != 0)
            continue;
        enum status status =
            purge_propose_rule(service->ledger, &order, &order.rules[i], &number, &verdict, fault);
        return status == STATUS_OK ? answer_verdict(exchange, verdict, number, fault) : status;
    }
    return answer_error(exchange, 400, "Diese Löschregel gibt es nicht.", fault);
}

static enum status api_propose(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    const char *reason = NULL;
    enum purge_verdict verdict = PURGE_NO_RULE;
    int64_t number = 0;
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    const struct purge_order order = {.scope = &scope,
                                      .rules = service->config->purge_rules,
                                      .rule_count = service->config->purge_rule_count,
                                      .reason = reason,
                                      .actor = exchange->user.name};
    enum status status = purge_propose_document(service->ledger, &order, exchange->document.id,
                                                &number, &verdict, fault);
    return status == STATUS_OK ? answer_verdict(exchange, verdict, number, fault) : status;
}

static enum status api_approve(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    enum purge_verdict verdict = PURGE_UNKNOWN;
    bool is_found = false;
    size_t items = 0;
    enum status status = find(service, exchange, &scope, count_item, &items, &is_found, fault);
    if (status != STATUS_OK || !is_found)
        return status;
    status = purge_approve(service->ledger, exchange->number, exchange->user.name, &scope, &verdict,
                           fault);
    return status == STATUS_OK ? answer_verdict(exchange, verdict, exchange->number, fault)
                               : status;
}

/* ---- holding ---------------------------------------------------------------------------------- */

static enum status answer_held(struct exchange *exchange, enum status status, bool is_held,
                               const struct fault *why, struct fault *fault)
{
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            is_held ? "Dieses Dokument wird schon festgehalten."
                                    : "Dieses Dokument wird nicht festgehalten.",
                            fault);
    if (status != STATUS_OK)
        return fault_set(fault, status, "%s", why->text);
    return answer_json(exchange, 200, json_pack("{s:b}", "held", is_held), fault);
}

static enum status api_hold(struct service *service, struct exchange *exchange, struct fault *fault)
{
    const char *reason = NULL;
    struct fault why = {0};
    if (!act_read_field(exchange, &reason_rule, &reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    return answer_held(
        exchange,
        purge_hold(service->ledger, exchange->document.id, reason, exchange->user.name, &why), true,
        &why, fault);
}

static enum status api_unhold(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    struct fault why = {0};
    return answer_held(
        exchange, purge_unhold(service->ledger, exchange->document.id, exchange->user.name, &why),
        false, &why, fault);
}

/* ---- misdirected mail -------------------------------------------------------------------------- */

static enum status add_forwarding(void *context, const struct forwarding_record *record,
                                  struct fault *fault)
{
    return list_add(context,
                    json_pack("{s:o, s:s, s:s, s:s?, s:s?, s:s, s:o, s:s?, s:s?, s:b, s:b}",
                              "document", describe_uuid(&record->document.uuid), "target",
                              record->target, "day", record->day, "received", record->receipt_day,
                              "kind", record->kind, "actor", record->actor, "confirmed",
                              describe_time(record->confirmed_ms), "confirmed_by",
                              record->confirmed_by, "confirmation", record->confirmation, "overdue",
                              record->is_overdue, "deleted", record->is_deleted),
                    fault);
}

static enum status api_forwardings(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    json_t *results = json_array();
    const char *open = exchange_query(exchange, "open");
    enum status status = forwardings_each(
        service->ledger, &scope, (uint32_t)service->config->forwarding.confirm_days,
        open != NULL && strcmp(open, "1") == 0, add_forwarding, results, fault);
    return answer_whole_list(exchange, status, results, fault);
}

static enum status answer_confirmed(struct exchange *exchange, enum forwarding_verdict verdict,
                                    struct fault *fault)
{
    static const char *const words[] = {
        [FORWARDING_BEFORE] = "Die Bestätigung ist schon vermerkt.",
        [FORWARDING_SAME_PERSON] =
            "Wer weitergeleitet hat, vermerkt die Bestätigung nicht selbst: Damit wird die Kopie "
            "gelöscht, und das entscheiden zwei Personen.",
        [FORWARDING_HELD] = NULL,
    };
    if (words[verdict] != NULL)
        return answer_error(exchange, 409, words[verdict], fault);
    return answer_json(exchange, 200,
                       json_pack("{s:b}", "deletes", verdict == FORWARDING_KEPT ? 1 : 0), fault);
}

/* Nothing of that document was passed on, or it is out of this person's sight: that is written down,
 * as it is for documents. */
static enum status answer_no_forwarding(struct service *service, struct exchange *exchange,
                                        const struct desk_scope *scope, struct fault *fault)
{
    struct document_record document = {0};
    char id[UUID_TEXT_BYTES];
    enum status status =
        ledger_document_get(service->ledger, (struct document_id){exchange->id}, &document, fault);
    if (status != STATUS_OK)
        return status;
    bool is_seen = scope->reach == DESK_SEES_ALL
                       ? guard_is_seen(document.guard, scope->rights)
                       : access_may_see_document(&exchange->user, &document);
    document_record_done(&document);
    if (is_seen)
        return answer_nothing_there(exchange, fault);
    uuid_to_text(&exchange->id, id);
    return access_answer_foreign(service, exchange, "forwarding", id, fault);
}

/* By the document's id, and not ABOUT_DOCUMENT: the registry sees none that it did not decide
 * about, and is the one to keep confirmations. */
static enum status api_confirm(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct access access;
    const struct desk_scope scope = access_oversight(&exchange->user, &access);
    const char *words = NULL;
    enum forwarding_verdict verdict = FORWARDING_NONE;
    if (!act_read_field(exchange, &words_rule, &words))
        return act_answer_missing(exchange, &words_rule, fault);
    enum status status = forwarding_confirm(service->ledger, (struct document_id){exchange->id},
                                            words, exchange->user.name, &scope, &verdict, fault);
    if (status == STATUS_OK && verdict == FORWARDING_NONE)
        return answer_no_forwarding(service, exchange, &scope, fault);
    return status == STATUS_OK ? answer_confirmed(exchange, verdict, fault) : status;
}

/* ---- tables of the office ---------------------------------------------------------------------- */

/* Other bodies, and what is not opened or not scanned. */
static enum status api_bodies(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    const struct config *config = service->config;
    json_t *bodies = json_array(), *unopened = json_array(), *rules = json_array();
    for (size_t i = 0; i < config->body_count; i++)
        (void)json_array_append_new(
            bodies, json_pack("{s:s, s:s, s:s?}", "name", config->bodies[i].name, "title",
                              config->bodies[i].title, "address", config->bodies[i].address));
    for (size_t i = 0; i < config->unopened_count; i++)
        (void)json_array_append_new(
            unopened,
            json_pack("{s:s, s:s, s:s, s:s?}", "name", config->unopened[i].name, "title",
                      config->unopened[i].title, "handling",
                      config->unopened[i].handling == CONFIG_UNOPENED ? "unopened" : "unscanned",
                      "advice", config->unopened[i].advice));
    for (size_t i = 0; i < config->purge_rule_count; i++)
        (void)json_array_append_new(rules, json_string(config->purge_rules[i].name));
    return answer_json(
        exchange, 200,
        json_pack("{s:o, s:o, s:o}", "bodies", bodies, "unopened", unopened, "purge_rules", rules),
        fault);
}

enum { KEEPERS = LEAD | REGISTRY, OVERSEERS = KEEPERS | AUDITOR };

static const struct route rows[] = {
    {"GET",  "/purges",                  OVERSEERS,           api_purges,       ABOUT_NOTHING },
    {"GET",  "/purges/:number",          OVERSEERS,           api_purge,        ABOUT_NOTHING },
    {"POST", "/purges",                  KEEPERS,             api_propose_rule, ABOUT_NOTHING },
    {"POST", "/purges/:number/approve",  KEEPERS,             api_approve,      ABOUT_NOTHING },
    {"POST", "/documents/:id/purge",     DECIDERS,            api_propose,      ABOUT_DOCUMENT},
    {"POST", "/documents/:id/hold",      DECIDERS,            api_hold,         ABOUT_DOCUMENT},
    {"POST", "/documents/:id/unhold",    DECIDERS,            api_unhold,       ABOUT_DOCUMENT},
    {"GET",  "/forwardings",             DECIDERS | AUDITOR,  api_forwardings,  ABOUT_NOTHING },
    {"POST", "/forwardings/:id/confirm", KEEPERS,             api_confirm,      ABOUT_NOTHING },
    {"GET",  "/bodies",                  DECIDERS | MAILROOM, api_bodies,       ABOUT_NOTHING },
};
const struct route_table routes_purge = {rows, sizeof rows / sizeof rows[0]};
