/* dispatchers.c - `posteingang dispatchers`: who hands out the jobs of this ledger. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "cli/verbs.h"
#include "store/dispatchers.h"

static const struct table_column columns[] = {
    {"DISPATCHER", false, 16},
    {"SINCE",      false, 0 },
    {"WORKERS",    true,  0 },
    {"JOBS",       true,  0 },
    {"STATE",      false, 16},
};

struct rows {
    struct table table;
    int64_t now_ms;
};

static enum status add_row(void *context, const struct dispatcher_record *record,
                           struct fault *fault)
{
    (void)fault;
    struct rows *rows = context;
    char moment[TIMES_BYTES];
    times_moment(record->since_ms, rows->now_ms, moment);
    table_cell(&rows->table, record->name);
    table_cell(&rows->table, moment);
    table_cell_format(&rows->table, "%" PRIu64, record->workers);
    table_cell_format(&rows->table, "%" PRIu64, record->leases);
    times_duration(rows->now_ms - record->gone_ms, moment);
    if (record->gone_ms != 0)
        table_cell_format(&rows->table, "gone for %s", moment);
    else if (record->is_leader)
        table_cell_format(&rows->table, "there, leads (epoch %" PRId64 ")", record->epoch);
    else
        table_cell(&rows->table, "there");
    return STATUS_OK;
}

static enum status print_table(struct ledger *ledger, struct fault *fault)
{
    struct rows rows = {.now_ms = clock_wall_ms(clock_system())};
    table_init(&rows.table, columns, sizeof columns / sizeof columns[0]);
    enum status status = dispatchers_each(ledger, add_row, &rows, fault);
    if (status == STATUS_OK && rows.table.cell_count > 0)
        (void)table_print(&rows.table, stdout, terminal_columns(stdout));
    else if (status == STATUS_OK)
        printf("No dispatcher has begun on this ledger yet.\n");
    table_done(&rows.table);
    return status;
}

static enum status print_json(void *context, const struct dispatcher_record *record,
                              struct fault *fault)
{
    (void)context;
    json_t *object = json_pack(
        "{ss sb so so sI sI so}", "dispatcher", record->name, "leads", record->is_leader, "since",
        json_moment(record->since_ms), "gone", json_moment(record->gone_ms), "workers",
        (json_int_t)record->workers, "jobs", (json_int_t)record->leases, "epoch",
        record->is_leader ? json_integer((json_int_t)record->epoch) : json_null());
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the dispatchers");
}

int verb_dispatchers(struct call *call)
{
    bool as_json = false;
    const struct argument table[] = {
        {"json", NULL, "prints JSON Lines, one object a line", ARGUMENT_FLAG, &as_json}
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    struct fault fault = {0};
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE) {
        enum status status = as_json ? dispatchers_each(instance.ledger, print_json, NULL, &fault)
                                     : print_table(instance.ledger, &fault);
        exit_code = status == STATUS_OK ? EXIT_DONE : outcome_of(&fault);
    }
    instance_close(&instance);
    return exit_code;
}
