/* anomaly.c - `posteingang anomaly …`: what is unusual about a document's paper or scan, stated for
 * its Transfervermerk. See store/anomaly.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/verbs.h"
#include "cli/verdict.h"
#include "store/anomaly.h"

static bool is_code(const char *verb, const char *code)
{
    if (anomaly_german(code) != NULL)
        return true;
    complain("%s: there is no anomaly \"%s\"; these are:", verb, code);
    for (size_t i = 0; anomaly_code_at(i) != NULL; i++)
        complain("  %-22s %s", anomaly_code_at(i), anomaly_german(anomaly_code_at(i)));
    return false;
}

/* `words` as anomaly_state() has them. */
static int change(struct call *call, struct argument_list *rest, const char *words,
                  bool is_withdrawn)
{
    struct lookup found = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    enum desk_verdict verdict = DESK_HAPPENED;
    const char *code = rest->values[1];
    int exit_code = is_code(is_withdrawn ? "anomaly withdraw" : "anomaly state", code)
                        ? instance_open(call, LEDGER_WRITE, &instance)
                        : EXIT_USAGE;
    if (exit_code == EXIT_DONE)
        exit_code = lookup_id(instance.ledger, rest->values[0], &found);
    if (exit_code == EXIT_DONE) {
        const struct document_id id = {found.id};
        enum status status = is_withdrawn ? anomaly_withdraw(instance.ledger, id, code,
                                                             outcome_actor(), &verdict, &fault)
                                          : anomaly_state(instance.ledger, id, code, words,
                                                          outcome_actor(), &verdict, &fault);
        exit_code = status == STATUS_OK ? verdict_explain(verdict) : outcome_of(&fault);
        if (exit_code == EXIT_DONE)
            printf("%s\n",
                   is_withdrawn ? "Withdrawn." : "Stated; it stands in the Transfervermerk.");
    }
    instance_close(&instance);
    argument_list_done(rest);
    return exit_code;
}

int verb_anomaly_state(struct call *call)
{
    const char *words = NULL;
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    const struct argument table[] = {
        {"words", "WORDS", "What exactly, in German", ARGUMENT_STRING, &words},
    };
    if (!call_read(call, table, 1, 2, 2, &rest, &exit_code))
        return exit_code;
    return change(call, &rest, words, false);
}

int verb_anomaly_withdraw(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    if (!call_read(call, NULL, 0, 2, 2, &rest, &exit_code))
        return exit_code;
    return change(call, &rest, NULL, true);
}

static enum status print_record(void *context, const struct anomaly_record *record,
                                struct fault *fault)
{
    (void)context;
    json_t *json = json_pack("{ss ss? ss? ss so}", "code", record->code, "meaning",
                             anomaly_german(record->code), "words", record->words, "actor",
                             record->actor, "at", json_moment(record->at_ms));
    return json_print_line(json, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the anomalies");
}

int verb_anomaly_list(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct lookup found = {0};
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_id(instance.ledger, rest.values[0], &found);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_note_sight(instance.ledger, (struct document_id){found.id}, "document");
    if (exit_code == EXIT_DONE && anomalies_each(instance.ledger, (struct document_id){found.id},
                                                 print_record, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
