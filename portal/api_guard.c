/* api_guard.c - what is guarded and why, setting and lifting it, and who has the right to see it.
 *
 * Who sees a document may set any class on it or on its case, also one that hides it from them. Who
 * lifts one sees it; that of a case is lifted by a team's lead. Rights are given by two persons. */
// SPDX-License-Identifier: EUPL-1.2
#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/guard.h"

static const struct act_field reason_rule = {"reason", GUARD_REASON_BYTES_MOST, true,
                                             "Die Begründung"};
static const struct act_field class_rule = {"class", 16, true, "Die Klasse"};
static const struct act_field account_rule = {"account", 64, true, "Das Konto"};

/* ---- of a document ----------------------------------------------------------------------------- */

static enum status add_cause(void *context, const struct guard_cause *cause, struct fault *fault)
{
    return list_add(context,
                    json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o}", "class", guard_name(cause->guard),
                              "title", guard_german(cause->guard), "source", cause->source, "actor",
                              cause->actor, "reason", cause->reason, "at",
                              describe_time(cause->at_ms)),
                    fault);
}

static enum status api_guard(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    json_t *results = json_array();
    enum status status =
        guard_causes(service->ledger, exchange->document.id, add_cause, results, fault);
    return answer_whole_list(exchange, status, results, fault);
}

static enum status answer_verdict(struct service *service, struct exchange *exchange,
                                  enum guard_verdict verdict, struct fault *fault)
{
    static const char *const words[] = {
        [GUARD_DONE] = NULL,
        [GUARD_NO_CHANGE] = "Das ist schon so, oder der Schutz kommt aus dem Fallregister, von der "
                            "Art des Dokuments oder von einem möglichen Fall.",
        [GUARD_NO_CASE] = "Dieses Dokument gehört noch zu keinem Fall.",
    };
    if (words[verdict] != NULL)
        return answer_error(exchange, 409, words[verdict], fault);
    struct document_record document = {0};
    enum status status =
        ledger_document_get(service->ledger, exchange->document.id, &document, fault);
    bool is_seen = access_may_see_document(&exchange->user, &document);
    document_record_done(&document);
    return status == STATUS_OK
               ? answer_json(exchange, 200, json_pack("{s:b}", "visible", is_seen), fault)
               : status;
}

static enum status api_guard_set(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    const json_t *is_set = json_object_get(exchange->body, "set");
    bool is_case = json_is_true(json_object_get(exchange->body, "case"));
    const char *name = NULL;
    struct guard_act act = {.actor = exchange->user.name, .is_set = json_is_true(is_set)};
    enum guard_verdict verdict = GUARD_DONE;
    if (!act_read_field(exchange, &class_rule, &name) || !guard_from_name(name, &act.guard))
        return act_answer_missing(exchange, &class_rule, fault);
    if (!json_is_boolean(is_set))
        return answer_error(exchange, 400, "Setzen oder aufheben?", fault);
    if (!act_read_field(exchange, &reason_rule, &act.reason))
        return act_answer_missing(exchange, &reason_rule, fault);
    if (is_case && !act.is_set && exchange->user.role != USER_LEAD)
        return answer_error(exchange, 409, "Den Schutz eines Falls hebt die Teamleitung auf.",
                            fault);
    enum status status = (is_case ? guard_set_case_of : guard_set_document)(
        service->ledger, exchange->document.id, &act, &verdict, fault);
    return status == STATUS_OK ? answer_verdict(service, exchange, verdict, fault) : status;
}

/* ---- rights ------------------------------------------------------------------------------------ */

static enum status add_right(void *context, const struct guard_right *right, struct fault *fault)
{
    return list_add(context,
                    json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?, s:o}", "account", right->account,
                              "class", guard_name(right->guard), "title",
                              guard_german(right->guard), "proposed_by", right->proposed_by,
                              "proposed", describe_time(right->proposed_ms), "confirmed_by",
                              right->confirmed_by, "confirmed", describe_time(right->confirmed_ms)),
                    fault);
}

static enum status api_rights(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    json_t *results = json_array();
    enum status status = guard_rights_each(service->ledger, add_right, results, fault);
    return answer_whole_list(exchange, status, results, fault);
}

typedef enum status right_change(struct ledger *ledger, const char *account, uint32_t guard,
                                 const char *actor, enum guard_right_verdict *ret_verdict,
                                 struct fault *fault);

static enum status change_right(struct service *service, struct exchange *exchange,
                                right_change *change, struct fault *fault)
{
    const char *account = NULL, *name = NULL;
    uint32_t guard = 0;
    enum guard_right_verdict verdict = GUARD_RIGHT_DONE;
    if (!act_read_field(exchange, &account_rule, &account))
        return act_answer_missing(exchange, &account_rule, fault);
    if (!act_read_field(exchange, &class_rule, &name) || !guard_from_name(name, &guard))
        return act_answer_missing(exchange, &class_rule, fault);
    enum status status =
        change(service->ledger, account, guard, exchange->user.name, &verdict, fault);
    if (status != STATUS_OK)
        return status;
    if (verdict != GUARD_RIGHT_DONE)
        return answer_error(exchange, 409, guard_right_words(verdict), fault);
    return answer_json(exchange, 200, json_pack("{s:b}", "done", 1), fault);
}

static enum status api_right_propose(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    return change_right(service, exchange, guard_right_propose, fault);
}

static enum status api_right_confirm(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    return change_right(service, exchange, guard_right_confirm, fault);
}

static enum status api_right_withdraw(struct service *service, struct exchange *exchange,
                                      struct fault *fault)
{
    return change_right(service, exchange, guard_right_withdraw, fault);
}

enum { TRUSTEES = ADMIN | LEAD | AUDITOR };

static const struct route rows[] = {
    {"GET",  "/documents/:id/guard", READERS,               api_guard,          ABOUT_DOCUMENT},
    {"POST", "/documents/:id/guard", READERS,               api_guard_set,      ABOUT_DOCUMENT},
    {"GET",  "/rights",              TRUSTEES,              api_rights,         ABOUT_NOTHING },
    {"POST", "/rights",              ADMIN | NO_MACHINE,    api_right_propose,  ABOUT_NOTHING },
    {"POST", "/rights/confirm",      TRUSTEES | NO_MACHINE, api_right_confirm,  ABOUT_NOTHING },
    {"POST", "/rights/withdraw",     TRUSTEES | NO_MACHINE, api_right_withdraw, ABOUT_NOTHING },
};
const struct route_table routes_guard = {rows, sizeof rows / sizeof rows[0]};
