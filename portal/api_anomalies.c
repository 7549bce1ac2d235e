/* api_anomalies.c - what people state of a document's paper or scan for its Transfervermerk: see
 * store/anomaly.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "base/text.h"
#include "portal/access.h"
#include "portal/acts.h"
#include "portal/describe.h"
#include "portal/routes.h"
#include "store/anomaly.h"

enum { CODE_BYTES_MOST = 32 };

static enum status keep(void *context, const struct anomaly_record *record, struct fault *fault)
{
    json_t *described = json_pack("{s:s, s:s?, s:s?, s:s, s:o}", "code", record->code, "meaning",
                                  anomaly_german(record->code), "words", record->words, "actor",
                                  record->actor, "at", describe_time(record->at_ms));
    if (described == NULL || json_array_append_new(context, described) != 0)
        return fault_set(fault, STATUS_LATER, "no memory for an answer");
    return STATUS_OK;
}

static json_t *describe_codes(void)
{
    json_t *codes = json_array();
    for (size_t i = 0; anomaly_code_at(i) != NULL; i++)
        if (json_array_append_new(codes,
                                  json_pack("{s:s, s:s}", "code", anomaly_code_at(i), "meaning",
                                            anomaly_german(anomaly_code_at(i)))) != 0) {
            json_decref(codes);
            return NULL;
        }
    return codes;
}

static enum status api_anomalies(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    json_t *stated = json_array();
    enum status status =
        anomalies_each(service->ledger, exchange->document.id, keep, stated, fault);
    if (status != STATUS_OK) {
        json_decref(stated);
        return status;
    }
    return answer_json(exchange, 200,
                       json_pack("{s:o, s:o}", "stated", stated, "codes", describe_codes()), fault);
}

static enum status api_state_anomaly(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    static const struct act_field code_rule = {"code", CODE_BYTES_MOST, true, "Die Auffälligkeit"};
    static const struct act_field words_rule = {"words", ANOMALY_WORDS_BYTES_MOST, false,
                                                "Die Erläuterung"};
    const char *code = NULL, *words = NULL;
    const json_t *mark = json_object_get(exchange->body, "withdraw");
    const struct document_id id = exchange->document.id;
    const char *actor = exchange->user.name;
    enum desk_verdict verdict = DESK_HAPPENED;
    if (!act_read_field(exchange, &code_rule, &code) || anomaly_german(code) == NULL)
        return act_answer_missing(exchange, &code_rule, fault);
    if (!act_read_field(exchange, &words_rule, &words))
        return act_answer_missing(exchange, &words_rule, fault);
    enum status status =
        json_is_true(mark)
            ? anomaly_withdraw(service->ledger, id, code, actor, &verdict, fault)
            : anomaly_state(service->ledger, id, code, words, actor, &verdict, fault);
    return status == STATUS_OK ? act_answer_verdict(service, exchange, verdict, fault) : status;
}

static const struct route rows[] = {
    {"GET",  "/documents/:id/anomalies", READERS,  api_anomalies,     ABOUT_DOCUMENT},
    {"POST", "/documents/:id/anomalies", DECIDERS, api_state_anomaly, ABOUT_DOCUMENT},
};
const struct route_table routes_anomalies = {rows, sizeof rows / sizeof rows[0]};
