/* forwarding.c - `posteingang forwarding …`: misdirected mail until its receiver has confirmed it.
 * See store/forwarding.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "store/forwarding.h"

/* ---- forwarding list -------------------------------------------------------------------------- */

static enum status print_forwarding(void *context, const struct forwarding_record *record,
                                    struct fault *fault)
{
    char document[UUID_TEXT_BYTES];
    (void)context;
    uuid_to_text(&record->document.uuid, document);
    json_t *object = json_pack("{ss ss ss ss? ss? ss so ss? ss? sb sb}", "document", document,
                               "target", record->target, "day", record->day, "received",
                               record->receipt_day, "kind", record->kind, "actor", record->actor,
                               "confirmed", json_moment(record->confirmed_ms), "confirmed_by",
                               record->confirmed_by, "confirmation", record->confirmation,
                               "overdue", record->is_overdue, "deleted", record->is_deleted);
    return json_print_line(object, stdout) ? STATUS_OK
                                           : fault_set(fault, STATUS_LATER, "cannot write a line");
}

int verb_forwarding_list(struct call *call)
{
    bool is_open = false;
    const struct argument table[] = {
        {"open", NULL, "Only what the receiver has not confirmed yet", ARGUMENT_FLAG, &is_open},
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE &&
        forwardings_each(instance.ledger, &desk_everything,
                         (uint32_t)instance.config->forwarding.confirm_days, is_open,
                         print_forwarding, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

/* ---- forwarding confirm ----------------------------------------------------------------------- */

static int explain(enum forwarding_verdict verdict)
{
    static const char *const words[] = {
        [FORWARDING_KEPT] = NULL,
        [FORWARDING_NONE] = "this document was not passed on, or was taken back",
        [FORWARDING_BEFORE] = "the receiver's confirmation is kept already",
        [FORWARDING_SAME_PERSON] =
            "who passed it on does not keep the confirmation: another person has to",
        [FORWARDING_HELD] = NULL,
    };
    if (words[verdict] != NULL) {
        complain("%s", words[verdict]);
        return EXIT_FOUND;
    }
    puts(verdict == FORWARDING_HELD
             ? "Confirmed. The copy is held and stays."
             : "Confirmed. The copy goes with the next: posteingang purge run");
    return EXIT_DONE;
}

static int confirm(struct instance *instance, const char *typed, const char *words)
{
    struct document_record document = {0};
    struct fault fault = {0};
    enum forwarding_verdict verdict = FORWARDING_NONE;
    int exit_code = lookup_document(instance->ledger, typed, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (forwarding_confirm(instance->ledger, document.id, words, outcome_actor(), &desk_everything,
                           &verdict, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        exit_code = explain(verdict);
    document_record_done(&document);
    return exit_code;
}

int verb_forwarding_confirm(struct call *call)
{
    const char *words = NULL;
    const struct argument table[] = {
        {"words", "WORDS", "How the receiver confirmed it, in German", ARGUMENT_STRING, &words},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = confirm(&instance, rest.values[0], words);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
