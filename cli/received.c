/* received.c - `posteingang received …`: a person says on which day papers were received. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/law_facts.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "store/receipt_date.h"

static int correct(struct instance *instance, const char *typed, const char *day,
                   const char *reason)
{
    struct document_record document = {0};
    struct fault fault = {0};
    int exit_code = lookup_document(instance->ledger, typed, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (receipt_date_correct(instance->ledger, document.id, day, reason, outcome_actor(), &fault) !=
        STATUS_OK)
        exit_code = outcome_of(&fault);
    if (exit_code == EXIT_DONE)
        exit_code = law_facts_print(instance->ledger, document.id);
    document_record_done(&document);
    return exit_code;
}

int verb_received_correct(struct call *call)
{
    const char *day = NULL, *reason = NULL;
    const struct argument table[] = {
        {"day",    "YYYY-MM-DD", "The day on which it was received", ARGUMENT_STRING, &day   },
        {"reason", "WORDS",      "Why it is another, in German",     ARGUMENT_STRING, &reason},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 2, 1, 1, &rest, &exit_code))
        return exit_code;
    if (day == NULL || reason == NULL) {
        complain("received correct: --day and --reason are needed");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = correct(&instance, rest.values[0], day, reason);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static int enter(struct instance *instance, const char *typed, const char *day,
                 enum receipt_channel channel)
{
    struct lookup found = {0};
    struct fault fault = {0};
    int exit_code = lookup_id(instance->ledger, typed, &found);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (found.is_document) {
        complain("%s is a document: its date is corrected (posteingang received correct)", typed);
        return EXIT_FOUND;
    }
    if (receipt_entry_keep(instance->ledger, (struct scan_id){found.id}, day, channel,
                           outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("Received on %s, %s.\n", day, receipt_channel_german(channel));
    return EXIT_DONE;
}

int verb_received_enter(struct call *call)
{
    const char *day = NULL, *word = "scan";
    enum receipt_channel channel = CHANNEL_SCAN;
    const struct argument table[] = {
        {"day",     "YYYY-MM-DD", "The day on which the papers came", ARGUMENT_STRING, &day },
        {"channel", "WAY",        "How they came",                    ARGUMENT_STRING, &word},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 2, 1, 1, &rest, &exit_code))
        return exit_code;
    if (day == NULL || !receipt_channel_from_name(word, &channel)) {
        complain("received enter: --day is needed, and --channel is none of these: %s", word);
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = enter(&instance, rest.values[0], day, channel);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
