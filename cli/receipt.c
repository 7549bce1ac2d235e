/* receipt.c - `posteingang receipt …`: the citizen's receipt, and the answer to "where is my
 * letter?" by its code. Neither says anything of what is in the letter. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "store/whereabouts.h"

/* "02.03.2026, 08:15" */
static void german_moment(int64_t wall_ms, char ret_text[TIMESTAMP_BYTES])
{
    char stamp[TIMESTAMP_BYTES];
    timestamp_local(wall_ms, stamp);
    (void)snprintf(ret_text, TIMESTAMP_BYTES, "%.2s.%.2s.%.4s, %.5s", stamp + 8, stamp + 5, stamp,
                   stamp + 11);
}

/* ---- making one -------------------------------------------------------------------------------- */

static int print_receipt(struct instance *instance, const char *code)
{
    struct receipt_record receipt = {0};
    struct fault fault = {0};
    char moment[TIMESTAMP_BYTES];
    if (receipt_get(instance->ledger, code, &receipt, &fault) != STATUS_OK)
        return outcome_of(&fault);
    german_moment(receipt.created_ms, moment);
    printf("%s\n%s, %s\n\nEingangsbestätigung\n\nWir haben am %s Uhr von Ihnen Unterlagen erhalten",
           instance->config->authority, instance->config->office_name, receipt.site, moment);
    if (receipt.sheets > 0)
        printf(" (%u %s)", receipt.sheets, receipt.sheets == 1 ? "Blatt" : "Blätter");
    printf(".\nIhr Zeichen für Rückfragen: %s\n\n"
           "Diese Bestätigung sagt nichts über den Inhalt der Unterlagen.\n",
           receipt.code);
    receipt_record_done(&receipt);
    return EXIT_DONE;
}

static int make(struct instance *instance, const struct argument_list *typed, uint32_t sheets)
{
    struct scan_id scans[RECEIPT_SCANS_MOST];
    struct scan_record first = {0};
    char code[RECEIPT_CODE_BYTES];
    struct fault fault = {0};
    for (size_t i = 0; i < typed->count && i < RECEIPT_SCANS_MOST; i++) {
        struct lookup found = {0};
        int exit_code = lookup_id(instance->ledger, typed->values[i], &found);
        if (exit_code == EXIT_DONE && found.is_document) {
            complain("%s is a document: a receipt is for scans", typed->values[i]);
            exit_code = EXIT_FOUND;
        }
        if (exit_code != EXIT_DONE)
            return exit_code;
        scans[i] = (struct scan_id){found.id};
    }
    if (ledger_scan_get(instance->ledger, scans[0], &first, &fault) != STATUS_OK)
        return outcome_of(&fault);
    enum status status = receipt_make(instance->ledger, first.site, scans, typed->count, sheets,
                                      outcome_actor(), code, &fault);
    scan_record_done(&first);
    return status == STATUS_OK ? print_receipt(instance, code) : outcome_of(&fault);
}

int verb_receipt_make(struct call *call)
{
    long sheets = 0;
    const struct argument table[] = {
        {"sheets", "NUMBER", "Sheets of paper, as counted", ARGUMENT_COUNT, &sheets}
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 1, 1, RECEIPT_SCANS_MOST, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = make(&instance, &rest, sheets > INT32_MAX ? 0 : (uint32_t)sheets);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- where is my letter? ------------------------------------------------------------------------ */

static enum status print_letter(void *context, const struct letter_whereabouts *letter,
                                struct fault *fault)
{
    char moment[TIMESTAMP_BYTES];
    (void)context;
    (void)fault;
    german_moment(letter->since_ms, moment);
    printf("Schreiben %u %s (seit %s Uhr).\n", letter->number, whereabouts_german(letter->where),
           moment);
    return STATUS_OK;
}

static enum status keep_letter(void *context, const struct letter_whereabouts *letter,
                               struct fault *fault)
{
    json_t *each =
        json_pack("{s:I, s:s, s:o}", "number", (json_int_t)letter->number, "where",
                  whereabouts_name(letter->where), "since", json_moment(letter->since_ms));
    return each != NULL && json_array_append_new(context, each) == 0
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "no memory for an answer");
}

static int answer_json(struct instance *instance, const struct receipt_record *receipt)
{
    struct fault fault = {0};
    json_t *letters = json_array();
    enum status status =
        receipt_whereabouts(instance->ledger, receipt->code, keep_letter, letters, &fault);
    json_t *object = json_pack("{s:s, s:s, s:o, s:I, s:O}", "code", receipt->code, "site",
                               receipt->site, "created", json_moment(receipt->created_ms), "sheets",
                               (json_int_t)receipt->sheets, "letters", letters);
    json_decref(letters);
    if (status != STATUS_OK) {
        json_decref(object);
        return outcome_of(&fault);
    }
    return json_print_line(object, stdout) ? EXIT_DONE : EXIT_STORAGE;
}

static int answer(struct instance *instance, const char *typed, bool as_json)
{
    struct receipt_record receipt = {0};
    struct fault fault = {0};
    char code[RECEIPT_CODE_BYTES], moment[TIMESTAMP_BYTES];
    int exit_code = EXIT_DONE;
    if (!receipt_code_read(typed, code)) {
        complain("a receipt's code has eight letters and digits, like 7KQ4-M2XB");
        return EXIT_USAGE;
    }
    if (receipt_get(instance->ledger, code, &receipt, &fault) != STATUS_OK)
        return outcome_of(&fault);
    german_moment(receipt.created_ms, moment);
    if (as_json) {
        exit_code = answer_json(instance, &receipt);
    } else {
        printf("%s: abgegeben am %s Uhr, %s.\n", receipt.code, moment, receipt.site);
        if (receipt_whereabouts(instance->ledger, code, print_letter, NULL, &fault) != STATUS_OK)
            exit_code = outcome_of(&fault);
    }
    receipt_record_done(&receipt);
    return exit_code;
}

int verb_receipt_show(struct call *call)
{
    bool as_json = false;
    const struct argument table[] = {
        {"json", NULL, "prints one object", ARGUMENT_FLAG, &as_json}
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = answer(&instance, rest.values[0], as_json);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
