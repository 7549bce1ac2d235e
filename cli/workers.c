/* workers.c - `posteingang workers`, and workers.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "base/status.h"
#include "cli/documents.h"
#include "cli/outcome.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "cli/workers.h"

static const struct table_column columns[] = {
    {"WORKER",  false, 12},
    {"KIND",    false, 0 },
    {"HOST",    false, 8 },
    {"VERSION", false, 0 },
    {"SINCE",   false, 0 },
    {"JOBS",    true,  0 },
    {"DOING",   false, 16},
};

struct rows {
    struct table table;
    int64_t now_ms;
    bool with_gone;
};

static void cell_of_doing(struct table *table, const struct worker_record *record, int64_t now_ms)
{
    char gone[TIMES_BYTES];
    if (record->gone_ms != 0) {
        times_duration(now_ms - record->gone_ms, gone);
        table_cell_format(table, "gone for %s", gone);
    } else if (record->job == 0) {
        table_cell(table, "waiting for work");
    } else if (record->page_count > 0) {
        table_cell_format(table, "%s %s, page %u of %u", record->job_kind, record->source,
                          record->page_done < record->page_count ? record->page_done + 1
                                                                 : record->page_count,
                          record->page_count);
    } else {
        table_cell_format(table, "%s %s", record->job_kind, record->source);
    }
}

static enum status add_row(void *context, const struct worker_record *record, struct fault *fault)
{
    (void)fault;
    struct rows *rows = context;
    char since[TIMES_BYTES];
    if (record->gone_ms != 0 && !rows->with_gone)
        return STATUS_OK;
    times_moment(record->since_ms, rows->now_ms, since);
    table_cell(&rows->table, record->name);
    table_cell(&rows->table, record->kind);
    table_cell(&rows->table, record->host);
    table_cell(&rows->table, record->version);
    table_cell(&rows->table, since);
    table_cell_format(&rows->table, "%llu", (unsigned long long)record->jobs_done);
    cell_of_doing(&rows->table, record, rows->now_ms);
    return STATUS_OK;
}

enum status workers_print(struct ledger *ledger, FILE *stream, bool with_gone, struct fault *fault)
{
    struct rows rows = {.now_ms = clock_wall_ms(clock_system()), .with_gone = with_gone};
    table_init(&rows.table, columns, sizeof columns / sizeof columns[0]);
    enum status status = ledger_workers(ledger, add_row, &rows, fault);
    if (status == STATUS_OK && rows.table.cell_count > 0)
        (void)table_print(&rows.table, stream, terminal_columns(stream));
    table_done(&rows.table);
    return status;
}

static enum status count_worker(void *context, const struct worker_record *record,
                                struct fault *fault)
{
    (void)fault;
    struct workers_present *present = context;
    if (record->gone_ms != 0)
        return STATUS_OK;
    if (strcmp(record->kind, "reader") == 0)
        present->readers++;
    else
        present->filers++;
    return STATUS_OK;
}

enum status workers_count(struct ledger *ledger, struct workers_present *ret_present,
                          struct fault *fault)
{
    struct workers_present present = {0};
    enum status status = ledger_workers(ledger, count_worker, &present, fault);
    if (status == STATUS_OK)
        *ret_present = present;
    return status;
}

static json_t *json_job(const struct worker_record *record)
{
    if (record->job == 0)
        return json_null();
    return json_pack("{sI ss? ss? si si}", "number", (json_int_t)record->job, "kind",
                     record->job_kind, "source", record->source, "page_done",
                     (int)record->page_done, "page_count", (int)record->page_count);
}

static enum status print_json(void *context, const struct worker_record *record,
                              struct fault *fault)
{
    (void)context;
    const char *state = record->gone_ms != 0 ? "gone" : record->job != 0 ? "working" : "idle";
    json_t *object =
        json_pack("{ss ss ss ss ss so so sI so}", "worker", record->name, "kind", record->kind,
                  "host", record->host, "version", record->version, "state", state, "since",
                  json_moment(record->since_ms), "gone", json_moment(record->gone_ms), "jobs_done",
                  (json_int_t)record->jobs_done, "job", json_job(record));
    return json_print_line(object, stdout)
               ? STATUS_OK
               : fault_set(fault, STATUS_LATER, "cannot write the workers");
}

static int print_workers(struct ledger *ledger, bool as_json)
{
    struct fault fault = {0};
    struct workers_present present = {0};
    enum status status = as_json ? ledger_workers(ledger, print_json, NULL, &fault)
                                 : workers_print(ledger, stdout, true, &fault);
    if (status == STATUS_OK)
        status = workers_count(ledger, &present, &fault);
    if (status != STATUS_OK)
        return outcome_of(&fault);
    if (!as_json && present.readers == 0)
        printf("No reader is there: scans wait until posteingang run (or its services) starts.\n");
    return EXIT_DONE;
}

int verb_workers(struct call *call)
{
    bool as_json = false;
    const struct argument table[] = {
        {"json", NULL, "prints JSON Lines, one object a line", ARGUMENT_FLAG, &as_json}
    };
    int exit_code = EXIT_DONE;
    if (!call_read_options(call, table, 1, &exit_code))
        return exit_code;
    struct instance instance = {0};
    exit_code = instance_open(call, LEDGER_READ, &instance);
    if (exit_code == EXIT_DONE)
        exit_code = print_workers(instance.ledger, as_json);
    instance_close(&instance);
    return exit_code;
}
