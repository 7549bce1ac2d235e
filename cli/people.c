/* people.c - `posteingang assign` and `posteingang retry`: a person's decisions. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/verbs.h"

static int assign(struct instance *instance, const char *typed, const char *case_number)
{
    struct document_record document = {0};
    struct fault fault = {0};
    int exit_code = lookup_document(instance->ledger, typed, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (ledger_document_assign(instance->ledger, document.id, case_number, outcome_actor(),
                               &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        printf("%s (%s) goes to case %s.\n", document.source, document.site, case_number);
    document_record_done(&document);
    return exit_code;
}

int verb_assign(struct call *call)
{
    const char *case_number = NULL;
    struct argument_list rest = {0};
    const struct argument table[] = {
        {"case", "NO", "the case number, as the register has it", ARGUMENT_STRING, &case_number}
    };
    int exit_code = EXIT_DONE;
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    struct instance instance = {0};
    if (case_number == NULL) {
        complain("assign: to which case? usage: posteingang assign ID --case NO");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
        if (exit_code == EXIT_DONE)
            exit_code = assign(&instance, rest.values[0], case_number);
    }
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static int retry(struct instance *instance, const char *typed)
{
    struct lookup lookup = {0};
    struct fault fault = {0};
    int exit_code = lookup_id(instance->ledger, typed, &lookup);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (ledger_retry(instance->ledger, &lookup.id, outcome_actor(), &fault) != STATUS_OK)
        return outcome_of(&fault);
    printf("The %s %s is tried again.\n", lookup.is_document ? "document" : "scan", typed);
    return EXIT_DONE;
}

int verb_retry(struct call *call)
{
    struct argument_list rest = {0};
    int exit_code = EXIT_DONE;
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = retry(&instance, rest.values[0]);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
