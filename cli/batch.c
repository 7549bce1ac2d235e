/* batch.c - `posteingang batch …`: the page ledger of stacks of paper: counted, completed, closed.
 * See store/ledger_batch.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>

#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "store/ledger_batch.h"

enum { SCANS_A_CALL_MOST = 1000 };

/* ---- batch list ------------------------------------------------------------------------------ */

static const struct table_column columns[] = {
    {"BATCH",     false, 0},
    {"SITE",      false, 0},
    {"PREPARED",  true,  0},
    {"SCANNED",   true,  0},
    {"ACCOUNTED", true,  0},
    {"DOCUMENTS", true,  0},
    {"STATE",     false, 0},
    {"BY",        false, 0},
    {"REASON",    false, 8},
};

static const char *state_of(const struct batch_record *batch)
{
    if (batch->is_closed)
        return "closed";
    return batch_is_complete(&batch->counts) ? "complete" : "open";
}

static enum status add_row(void *context, const struct batch_record *batch, struct fault *fault)
{
    struct table *table = context;
    (void)fault;
    table_cell(table, batch->id);
    table_cell(table, batch->site);
    table_cell_format(table, "%" PRIu32, batch->counts.prepared);
    table_cell_format(table, "%" PRIu32, batch->counts.scanned);
    table_cell_format(table, "%" PRIu32, batch->counts.accounted);
    table_cell_format(table, "%" PRIu32, batch->counts.documents);
    table_cell(table, state_of(batch));
    table_cell(table, batch->is_closed ? batch->closed_by : batch->operator_name);
    table_cell(table, batch->reason);
    return STATUS_OK;
}

static enum status print_json(void *context, const struct batch_record *batch, struct fault *fault)
{
    const struct batch_counts *counts = &batch->counts;
    (void)context;
    json_t *object = json_pack(
        "{ss ss? ss? ss ss so ss? so ss? si si si si si si si si si si si}", "batch", batch->id,
        "site", batch->site, "operator", batch->operator_name, "received_day", batch->received_day,
        "state", state_of(batch), "made", json_moment(batch->made_ms), "closed_by",
        batch->closed_by, "closed", json_moment(batch->closed_ms), "reason", batch->reason,
        "prepared", (int)counts->prepared, "scanned", (int)counts->scanned, "accounted",
        (int)counts->accounted, "in_documents", (int)counts->in_documents, "blanks",
        (int)counts->blanks, "refused", (int)counts->refused, "duplicates", (int)counts->duplicates,
        "sheets", (int)counts->sheets, "missing", (int)counts->missing, "documents",
        (int)counts->documents, "scans", (int)counts->scans);
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the batches");
}

int verb_batch_list(struct call *call)
{
    bool as_json = false, open_only = false;
    const struct argument options[] = {
        {"json", NULL, "prints a line of JSON for each", ARGUMENT_FLAG, &as_json  },
        {"open", NULL, "only those that are not closed", ARGUMENT_FLAG, &open_only},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct table table = {0};
    struct fault fault = {0};
    if (!call_read(call, options, 2, 0, 1, &rest, &exit_code))
        return exit_code;
    const struct batch_filter filter = {.site = rest.count == 0 ? NULL : rest.values[0],
                                        .open_only = open_only};
    table_init(&table, columns, sizeof columns / sizeof columns[0]);
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE &&
        ledger_batches(instance.ledger, &filter, as_json ? print_json : add_row, &table, &fault) !=
            STATUS_OK)
        exit_code = outcome_of(&fault);
    if (exit_code == EXIT_DONE && !as_json &&
        !table_print(&table, stdout, terminal_columns(stdout)))
        exit_code = EXIT_STORAGE;
    table_done(&table);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

/* ---- batch close, batch add ------------------------------------------------------------------- */

int verb_batch_close(struct call *call)
{
    const char *reason = NULL;
    const struct argument table[] = {
        {"reason", "WORDS", "Why, when the counts do not agree; in German", ARGUMENT_STRING,
         &reason},
    };
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct fault fault = {0};
    if (!call_read(call, table, 1, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE && ledger_batch_close(instance.ledger, rest.values[0],
                                                     outcome_actor(), reason, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    if (exit_code == EXIT_DONE)
        printf("Batch %s is closed.\n", rest.values[0]);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}

static int add_scan(struct instance *instance, const char *batch, const char *typed)
{
    struct lookup found = {0};
    struct fault fault = {0};
    int exit_code = lookup_id(instance->ledger, typed, &found);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (found.is_document) {
        complain("%s is a document; a batch takes whole scans", typed);
        return EXIT_FOUND;
    }
    enum status status = ledger_batch_add_scan(instance->ledger, batch, (struct scan_id){found.id},
                                               outcome_actor(), &fault);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    printf("%s belongs to batch %s.\n", typed, batch);
    return EXIT_DONE;
}

int verb_batch_add(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    if (!call_read(call, NULL, 0, 2, 1 + SCANS_A_CALL_MOST, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    for (size_t i = 1; exit_code == EXIT_DONE && i < rest.count; i++)
        exit_code = add_scan(&instance, rest.values[0], rest.values[i]);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
