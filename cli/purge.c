/* purge.c - `posteingang purge …`: documents are deleted by a rule, by two persons, with proof. See
 * store/purge.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "store/guard.h"
#include "store/purge.h"

static int explain(enum purge_verdict verdict)
{
    static const char *const words[PURGE_VERDICTS] = {
        [PURGE_NOTHING] = "no document is due by this rule",
        [PURGE_NO_RULE] = "no rule below purge_rules is about such a document",
        [PURGE_HELD] = "this document is held: see purge unhold",
        [PURGE_OPEN_CASE] = "the case of this document is not closed in the register",
        [PURGE_UNSETTLED] = "this document moves, waits for a person, or was passed on without a "
                            "confirmation of the receiver",
        [PURGE_TOO_EARLY] = "this document is to be kept for longer by its rule",
        [PURGE_PROPOSED] = "this document is in another proposal",
        [PURGE_SAME_PERSON] = "who proposed it, or made one of the scans, does not approve it",
        [PURGE_UNKNOWN] = "no proposal of this number waits to be approved",
    };
    if (words[verdict] == NULL)
        return EXIT_DONE;
    complain("%s", words[verdict]);
    return EXIT_FOUND;
}

static bool read_number(const char *typed, int64_t *ret_number)
{
    char *end = NULL;
    *ret_number = strtoll(typed, &end, 10);
    return *end == '\0' && *ret_number > 0;
}

/* ---- purge propose --------------------------------------------------------------------------- */

static enum status propose_by(struct instance *instance, const struct purge_order *order,
                              const char *rule, int64_t *ret_number,
                              enum purge_verdict *ret_verdict, struct fault *fault)
{
    for (size_t i = 0; i < order->rule_count; i++)
        if (strcmp(order->rules[i].name, rule) == 0)
            return purge_propose_rule(instance->ledger, order, &order->rules[i], ret_number,
                                      ret_verdict, fault);
    return fault_set(fault, STATUS_REFUSE, "there is no rule \"%s\" below purge_rules", rule);
}

static int propose(struct instance *instance, const char *typed, const char *rule,
                   const char *reason)
{
    const struct purge_order order = {.scope = &desk_everything,
                                      .rules = instance->config->purge_rules,
                                      .rule_count = instance->config->purge_rule_count,
                                      .reason = reason,
                                      .actor = outcome_actor()};
    struct document_record document = {0};
    struct fault fault = {0};
    enum purge_verdict verdict = PURGE_NOTHING;
    int64_t number = 0;
    enum status status = STATUS_OK;
    int exit_code = typed == NULL ? EXIT_DONE : lookup_document(instance->ledger, typed, &document);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (typed == NULL)
        status = propose_by(instance, &order, rule, &number, &verdict, &fault);
    else
        status = purge_propose_document(instance->ledger, &order, document.id, &number, &verdict,
                                        &fault);
    document_record_done(&document);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    exit_code = explain(verdict);
    if (exit_code == EXIT_DONE)
        printf("Proposal %" PRId64 ": another person approves it with posteingang purge approve "
               "%" PRId64 "\n",
               number, number);
    return exit_code;
}

int verb_purge_propose(struct call *call)
{
    const char *reason = NULL, *rule = NULL;
    const struct argument table[] = {
        {"rule",   "NAME",  "Every document that is due by this rule", ARGUMENT_STRING, &rule  },
        {"reason", "WORDS", "Why, in German",                          ARGUMENT_STRING, &reason},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 2, 0, 1, &rest, &exit_code))
        return exit_code;
    if ((rest.count == 0) == (rule == NULL)) {
        complain("purge propose: either the ID of a document or --rule");
        exit_code = EXIT_USAGE;
    } else {
        exit_code = instance_open(call, LEDGER_WRITE, &instance);
    }
    if (exit_code == EXIT_DONE)
        exit_code = propose(&instance, rest.count == 0 ? NULL : rest.values[0], rule, reason);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- purge approve ---------------------------------------------------------------------------- */

int verb_purge_approve(struct call *call)
{
    int exit_code = EXIT_DONE;
    int64_t number = 0;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    enum purge_verdict verdict = PURGE_UNKNOWN;
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    bool is_number = read_number(rest.values[0], &number);
    argument_list_done(&rest);
    if (!is_number) {
        complain("purge approve: the number of a proposal, as purge list prints it");
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (purge_approve(instance.ledger, number, outcome_actor(), &desk_everything, &verdict,
                      &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        exit_code = explain(verdict);
    instance_close(&instance);
    return exit_code;
}

/* ---- purge run -------------------------------------------------------------------------------- */

/* The index beside the ledger, when there is one. */
static enum status open_search(const struct instance *instance, struct search **ret_search,
                               struct fault *fault)
{
    char *folder = config_ledger_folder(instance->config);
    char *path = search_path(folder);
    free(folder);
    enum status status = path == NULL ? fault_set(fault, STATUS_LATER, "out of memory") : STATUS_OK;
    if (status == STATUS_OK && access(path, F_OK) == 0)
        status = search_open(path, ret_search, fault);
    free(path);
    return status;
}

static enum status run(struct instance *instance, struct purge_progress *ret_progress,
                       struct fault *fault)
{
    struct purge_place place = {.spool = instance->spool,
                                .quiet_ms = instance->config->purge.quiet_ms};
    enum status status = open_search(instance, &place.search, fault);
    if (status == STATUS_OK)
        status = purge_run(instance->ledger, &place, ret_progress, fault);
    search_close(&place.search);
    return status;
}

int verb_purge_run(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct purge_progress progress = {0};
    struct fault fault = {0};
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (run(&instance, &progress, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else
        printf("Deleted: %" PRIu32 " documents, %" PRIu32 " files. For the next run: %" PRIu32
               " documents that a filer takes out of the cabinet, %" PRIu32 " young files.\n",
               progress.erased, progress.objects, progress.leaving, progress.waiting);
    instance_close(&instance);
    return exit_code;
}

/* ---- purge list, purge show ------------------------------------------------------------------- */

static enum status print_object(json_t *object, struct fault *fault)
{
    return json_print_line(object, stdout) ? STATUS_OK
                                           : fault_set(fault, STATUS_LATER, "cannot write a line");
}

static enum status print_purge(void *context, const struct purge_record *record,
                               struct fault *fault)
{
    (void)context;
    return print_object(
        json_pack("{sI ss ss ss so ss? so so si si si}", "number", (json_int_t)record->number,
                  "rule", record->rule, "reason", record->reason, "proposed_by",
                  record->proposed_by, "proposed", json_moment(record->proposed_ms), "approved_by",
                  record->approved_by, "approved", json_moment(record->approved_ms), "done",
                  json_moment(record->done_ms), "documents", (int)record->documents, "deleted",
                  (int)record->erased, "spared", (int)record->spared),
        fault);
}

static enum status print_purge_item(void *context, const struct purge_item *item,
                                    struct fault *fault)
{
    char document[UUID_TEXT_BYTES], proof[DIGEST_HEX_BYTES] = "";
    (void)context;
    uuid_to_text(&item->document.uuid, document);
    if (!digest_is_zero(&item->proof))
        digest_to_hex(&item->proof, proof);
    return print_object(json_pack("{ss ss ss? so si si si ss}", "document", document, "state",
                                  item->state, "spared_because", item->why, "deleted",
                                  json_moment(item->erased_ms), "objects", (int)item->objects,
                                  "gone", (int)item->gone, "kept_for_others", (int)item->kept,
                                  "proof", proof),
                        fault);
}

int verb_purge_list(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read_options(call, NULL, 0, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE &&
        purges_each(instance.ledger, &desk_everything, print_purge, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

int verb_purge_show(struct call *call)
{
    int exit_code = EXIT_DONE;
    int64_t number = 0;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    bool is_number = read_number(rest.values[0], &number);
    argument_list_done(&rest);
    if (!is_number) {
        complain("purge show: the number of a proposal, as purge list prints it");
        return EXIT_USAGE;
    }
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE && purge_items_each(instance.ledger, number, &desk_everything,
                                                   print_purge_item, NULL, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    instance_close(&instance);
    return exit_code;
}

/* ---- purge hold, purge unhold ----------------------------------------------------------------- */

static int change_hold(struct call *call, const struct argument *table, size_t count,
                       const char *const *reason)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct document_record document = {0};
    struct fault fault = {0};
    enum status status = STATUS_OK;
    if (!call_read(call, table, count, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_document(instance.ledger, rest.values[0], &document);
    if (exit_code == EXIT_DONE && reason != NULL)
        status = purge_hold(instance.ledger, document.id, *reason, outcome_actor(), &fault);
    else if (exit_code == EXIT_DONE)
        status = purge_unhold(instance.ledger, document.id, outcome_actor(), &fault);
    if (status != STATUS_OK)
        exit_code = outcome_of(&fault);
    document_record_done(&document);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

int verb_purge_hold(struct call *call)
{
    const char *reason = NULL;
    const struct argument table[] = {
        {"reason", "WORDS", "Why it is not deleted, in German", ARGUMENT_STRING, &reason},
    };
    return change_hold(call, table, 1, &reason);
}

int verb_purge_unhold(struct call *call)
{
    return change_hold(call, NULL, 0, NULL);
}
