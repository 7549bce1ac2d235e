/* deadlines.c - `posteingang deadline …`: what waits for somebody to take note of it. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/lookup.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "store/deadlines.h"
#include "store/guard.h"

static const struct table_column columns[] = {
    {"ID",       false, 0 },
    {"LAST DAY", false, 0 },
    {"KIND",     false, 10},
    {"RECEIVED", false, 0 },
    {"TEAM",     false, 8 },
    {"SINCE",    false, 0 },
    {"",         false, 0 },
};

static enum status add_row(void *context, const struct deadline_item *item, struct fault *fault)
{
    struct table *table = context;
    char id[LOOKUP_SHORT_LETTERS + 1];
    char since[TIMES_BYTES];
    (void)fault;
    lookup_short(&item->document->id.uuid, id);
    times_moment(item->standing.flagged_ms, clock_wall_ms(clock_system()), since);
    table_cell(table, id);
    table_cell(table, item->standing.due[0] == '\0' ? "-" : item->standing.due);
    table_cell(table, item->document->kind);
    table_cell(table, item->document->receipt_day);
    table_cell(table, item->document->team);
    table_cell(table, since);
    table_cell(table, item->standing.escalated_ms != 0 ? "ESCALATED" : "");
    return STATUS_OK;
}

struct printing {
    const struct spool *spool;
};

static enum status print_json(void *context, const struct deadline_item *item, struct fault *fault)
{
    const struct printing *printing = context;
    const struct document_record *document = item->document;
    json_t *object = document_to_json(document, printing->spool);
    json_t *more = json_pack("{s:s?, s:s?, s:o, s:o}", "receipt_day", document->receipt_day, "due",
                             document->due, "flagged", json_moment(document->flagged_ms),
                             "escalated", json_moment(document->escalated_ms));
    bool is_whole = object != NULL && json_object_update(object, more) == 0;
    json_decref(more);
    return json_print_line(object, stdout) && is_whole
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the deadlines");
}

static int list(const struct instance *instance, const struct deadline_filter *filter, bool as_json)
{
    static const struct desk_scope everything = {.reach = DESK_SEES_ALL, .rights = GUARD_ALL};
    struct printing printing = {instance->spool};
    struct table table = {0};
    struct fault fault = {0};
    int exit_code = EXIT_DONE;
    table_init(&table, columns, sizeof columns / sizeof columns[0]);
    void *context = as_json ? (void *)&printing : (void *)&table;
    if (deadlines_list(instance->ledger, &everything, filter, as_json ? print_json : add_row,
                       context, &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    else if (!as_json && table.cell_count == 0)
        printf("Nothing waits.\n");
    else if (!as_json && !table_print(&table, stdout, terminal_columns(stdout)))
        exit_code = EXIT_STORAGE;
    table_done(&table);
    return exit_code;
}

int verb_deadline_list(struct call *call)
{
    bool as_json = false;
    struct deadline_filter filter = {0};
    const struct argument options[] = {
        {"escalated", NULL, "only what waits for too long",   ARGUMENT_FLAG, &filter.only_escalated},
        {"json",      NULL, "prints a line of JSON for each", ARGUMENT_FLAG, &as_json              },
    };
    int exit_code = EXIT_DONE;
    struct instance instance = {0};
    if (!call_read_options(call, options, 2, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = list(&instance, &filter, as_json);
    instance_close(&instance);
    return exit_code;
}

int verb_deadline_acknowledge(struct call *call)
{
    int exit_code = EXIT_DONE;
    struct argument_list rest = {0};
    struct instance instance = {0};
    struct document_record document = {0};
    struct fault fault = {0};
    if (!call_read(call, NULL, 0, 1, 1, &rest, &exit_code))
        return exit_code;
    exit_code = instance_open(call, LEDGER_WRITE, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = lookup_document(instance.ledger, rest.values[0], &document);
    if (exit_code == EXIT_DONE &&
        deadlines_acknowledge(instance.ledger, document.id, outcome_actor(), &fault) != STATUS_OK)
        exit_code = outcome_of(&fault);
    document_record_done(&document);
    instance_close(&instance);
    argument_list_done(&rest);
    return exit_code;
}
