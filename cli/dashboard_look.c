/* dashboard_look.c - the look of dashboard.h: what is drawn, from the ledger and the runtime folder. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/lifesign.h"
#include "cli/dashboard.h"
#include "store/alarms.h"
#include "store/mailroom.h"
#include "store/operations.h"
#include "store/remote_sites.h"

#define MINUTE_MS INT64_C(60000)

void dashboard_done(struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->worker_count; i++) {
        free(dashboard->workers[i].name);
        free(dashboard->workers[i].kind);
        free(dashboard->workers[i].doing);
    }
    for (size_t i = 0; i < dashboard->alarm_count; i++)
        free(dashboard->alarms[i].words);
    free(dashboard->workers);
    free(dashboard->sites);
    free(dashboard->alarms);
    *dashboard = (struct dashboard){0};
}

static enum status out_of_memory(struct fault *fault)
{
    return fault_set(fault, STATUS_LATER, "out of memory");
}

/* Room for one more of `size` bytes in a list of `count`; NULL on no memory. */
static void *grow(void *items, size_t count, size_t size)
{
    return realloc(items, (count + 1) * size);
}

static enum status take_worker(void *context, const struct worker_record *record,
                               struct fault *fault)
{
    struct dashboard *dashboard = context;
    if (record->gone_ms != 0 || dashboard->worker_count == DASHBOARD_ROWS_MOST)
        return STATUS_OK;
    struct dashboard_worker *items =
        grow(dashboard->workers, dashboard->worker_count, sizeof *items);
    if (items == NULL)
        return out_of_memory(fault);
    dashboard->workers = items;
    struct text doing = {0};
    if (record->job != 0)
        text_append_format(&doing, "%s %s", record->job_kind,
                           record->source == NULL ? "" : record->source);
    struct dashboard_worker *worker = &items[dashboard->worker_count++];
    *worker = (struct dashboard_worker){.name = string_copy(record->name),
                                        .kind = string_copy(record->kind),
                                        .doing = string_copy(text_string(&doing)),
                                        .page_done = record->page_done,
                                        .page_count = record->page_count,
                                        .jobs_done = record->jobs_done,
                                        .is_drained = record->is_drained};
    text_done(&doing);
    bool is_whole = worker->name != NULL && worker->kind != NULL && worker->doing != NULL;
    return is_whole ? STATUS_OK : out_of_memory(fault);
}

static enum status take_alarm(void *context, const struct alarm_record *record, struct fault *fault)
{
    struct dashboard *dashboard = context;
    if (dashboard->alarm_count == DASHBOARD_ROWS_MOST)
        return STATUS_OK;
    struct dashboard_alarm *items = grow(dashboard->alarms, dashboard->alarm_count, sizeof *items);
    if (items == NULL)
        return out_of_memory(fault);
    dashboard->alarms = items;
    struct dashboard_alarm *alarm = &items[dashboard->alarm_count++];
    *alarm = (struct dashboard_alarm){.words = string_copy(record->words),
                                      .is_critical = record->severity == ALARM_CRITICAL,
                                      .raised_ms = record->raised_ms};
    return alarm->words == NULL ? out_of_memory(fault) : STATUS_OK;
}

static enum status take_activity(void *context, int64_t step_ms, const char *name, int64_t amount,
                                 struct fault *fault)
{
    (void)fault;
    struct dashboard *dashboard = context;
    int64_t newest_ms = dashboard->now_ms - dashboard->now_ms % ACTIVITY_BUCKET_MS;
    int64_t back = (newest_ms - step_ms) / ACTIVITY_BUCKET_MS;
    if (strcmp(name, "page read") == 0 && back >= 0 && back < DASHBOARD_STEPS)
        dashboard->pages[DASHBOARD_STEPS - 1 - back] += amount;
    return STATUS_OK;
}

static enum status take_site(void *context, const char *site, int64_t last_ms, struct fault *fault)
{
    (void)fault;
    struct dashboard *dashboard = context;
    for (size_t i = 0; i < dashboard->site_count; i++)
        if (strcmp(dashboard->sites[i].name, site) == 0)
            dashboard->sites[i].last_ms = last_ms;
    return STATUS_OK;
}

/* Of a desk whose line does not stand it is said when it was heard, but not that it is. */
static enum status take_line(void *context, const struct remote_site *line, struct fault *fault)
{
    (void)fault;
    struct dashboard *dashboard = context;
    for (size_t i = 0; i < dashboard->site_count; i++) {
        struct dashboard_site *site = &dashboard->sites[i];
        if (!site->is_remote || strcmp(site->name, line->name) != 0)
            continue;
        site->swept_ms = line->since_ms == 0 ? 1 : line->seen_ms;
        site->waiting = line->waiting;
    }
    return STATUS_OK;
}

static enum status look_at_sites(struct ledger *ledger, struct dashboard *dashboard,
                                 struct fault *fault)
{
    const struct config *config = dashboard->config;
    dashboard->sites = calloc(config->site_count + 1, sizeof *dashboard->sites);
    if (dashboard->sites == NULL)
        return out_of_memory(fault);
    for (size_t i = 0; i < config->site_count; i++)
        dashboard->sites[i] = (struct dashboard_site){
            .name = config->sites[i].name,
            .is_remote = config->sites[i].is_remote,
            .swept_ms = lifesign_look(config->store.runtime, "intake", config->sites[i].name)};
    dashboard->site_count = config->site_count;
    enum status status = sites_seen(ledger, take_site, dashboard, fault);
    return status == STATUS_OK ? remote_sites_each(ledger, take_line, dashboard, fault) : status;
}

/* While it is watched, the pace of the last minute; otherwise, of the last hour. */
static void reckon_end(struct dashboard *dashboard, const struct pace *pace)
{
    const struct ledger_summary *summary = &dashboard->summary;
    int64_t hour = 0;
    for (size_t i = DASHBOARD_STEPS - 6; i < DASHBOARD_STEPS; i++)
        hour += dashboard->pages[i];
    double now = pace_pages_a_minute(pace);
    dashboard->pages_a_minute = now >= 0 ? now : (double)hour / 60;
    uint64_t read = summary->scans[SCAN_READ];
    double each = read == 0 ? 1 : (double)summary->pages_read / (double)read;
    dashboard->pages_waiting = each * (double)summary->scans[SCAN_RECEIVED];
    for (size_t i = 0; i < dashboard->worker_count; i++)
        if (dashboard->workers[i].page_count > dashboard->workers[i].page_done)
            dashboard->pages_waiting +=
                dashboard->workers[i].page_count - dashboard->workers[i].page_done;
    if (dashboard->pages_a_minute > 0 && dashboard->pages_waiting > 0)
        dashboard->expected_end_ms =
            dashboard->now_ms +
            (int64_t)(dashboard->pages_waiting / dashboard->pages_a_minute * (double)MINUTE_MS);
}

static enum status look_at_all(struct ledger *ledger, struct dashboard *dashboard,
                               struct fault *fault)
{
    int64_t since_ms = dashboard->now_ms - DASHBOARD_STEPS * (int64_t)ACTIVITY_BUCKET_MS;
    enum status status = ledger_summarise(ledger, &dashboard->summary, fault);
    if (status == STATUS_OK)
        status = ledger_workers(ledger, take_worker, dashboard, fault);
    if (status == STATUS_OK)
        status = alarms_standing(ledger, take_alarm, dashboard, fault);
    if (status == STATUS_OK)
        status =
            activity_each(ledger, since_ms, ACTIVITY_BUCKET_MS, take_activity, dashboard, fault);
    if (status == STATUS_OK)
        status = look_at_sites(ledger, dashboard, fault);
    return status;
}

enum status dashboard_look(struct ledger *ledger, const struct config *config,
                           const struct pace *pace, int64_t now_ms, struct dashboard *ret_dashboard,
                           struct fault *fault)
{
    struct statvfs space;
    struct dashboard dashboard = {.config = config, .now_ms = now_ms};
    enum status status = look_at_all(ledger, &dashboard, fault);
    if (status != STATUS_OK) {
        dashboard_done(&dashboard);
        return status;
    }
    if (statvfs(config_spool_folder(config), &space) == 0)
        dashboard.free_bytes = (uint64_t)space.f_bavail * space.f_frsize;
    reckon_end(&dashboard, pace);
    *ret_dashboard = dashboard;
    return STATUS_OK;
}
