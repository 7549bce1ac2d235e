/* observation.c - see observation.h. Everything here is a look at a tally, at the end of an index,
 * or at a file's size: cheap enough for every second. */
// SPDX-License-Identifier: EUPL-1.2
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/durable.h"
#include "base/lifesign.h"
#include "monitor/observation.h"
#include "store/mailroom.h"
#include "store/remote_sites.h"
#include "store/spool.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)

const char *space_name(enum observed_space space)
{
    static const char *const names[SPACES] = {"spool", "ledger", "cabinet"};
    return names[space];
}

const char *worker_state_name(enum worker_state state)
{
    static const char *const names[WORKER_STATES] = {"idle", "busy", "drained"};
    return names[state];
}

unsigned observed_workers(const unsigned counts[WORKER_STATES])
{
    return counts[WORKER_IDLE] + counts[WORKER_BUSY] + counts[WORKER_DRAINED];
}

/* ---- the ledger -------------------------------------------------------------------------------------- */

static enum status take_worker(void *context, const struct worker_record *record,
                               struct fault *fault)
{
    (void)fault;
    struct observation *seen = context;
    if (record->gone_ms != 0)
        return STATUS_OK;
    enum worker_state state = record->is_drained ? WORKER_DRAINED
                              : record->job != 0 ? WORKER_BUSY
                                                 : WORKER_IDLE;
    unsigned *counts = strcmp(record->kind, "reader") == 0 ? seen->readers : seen->filers;
    counts[state]++;
    if (record->page_count > record->page_done)
        seen->pages_in_hand += record->page_count - record->page_done;
    return STATUS_OK;
}

struct last_hour {
    int64_t pages, refused;
};

static enum status take_activity(void *context, int64_t step_ms, const char *name, int64_t amount,
                                 struct fault *fault)
{
    (void)step_ms;
    (void)fault;
    struct last_hour *hour = context;
    if (strcmp(name, "page read") == 0)
        hour->pages += amount;
    if (strcmp(name, "scan refused") == 0)
        hour->refused += amount;
    return STATUS_OK;
}

/* The buckets of the last hour begin up to ten minutes before it: the pace is over what they are. */
static enum status look_at_pace(struct ledger *ledger, struct observation *seen,
                                struct fault *fault)
{
    struct last_hour hour = {0};
    int64_t since_ms = seen->now_ms - HOUR_MS;
    since_ms -= since_ms % ACTIVITY_BUCKET_MS;
    enum status status =
        activity_each(ledger, since_ms, ACTIVITY_BUCKET_MS, take_activity, &hour, fault);
    if (status != STATUS_OK)
        return status;
    seen->refused_hourly = hour.refused;
    seen->pages_a_minute =
        (double)hour.pages / ((double)(seen->now_ms - since_ms) / (double)MINUTE_MS);
    uint64_t read = seen->summary.scans[SCAN_READ];
    double each = read == 0 ? 1 : (double)seen->summary.pages_read / (double)read;
    seen->pages_waiting = each * (double)seen->summary.scans[SCAN_RECEIVED];
    double to_do = seen->pages_waiting + (double)seen->pages_in_hand;
    if (to_do > 0 && seen->pages_a_minute > 0)
        seen->expected_end_ms =
            seen->now_ms + (int64_t)(to_do / seen->pages_a_minute * (double)MINUTE_MS);
    return STATUS_OK;
}

static enum status take_site(void *context, const char *site, int64_t last_ms, struct fault *fault)
{
    (void)fault;
    struct observation *seen = context;
    for (size_t i = 0; i < seen->site_count; i++)
        if (strcmp(seen->sites[i].name, site) == 0)
            seen->sites[i].last_ms = last_ms;
    return STATUS_OK;
}

static enum status take_line(void *context, const struct remote_site *line, struct fault *fault)
{
    (void)fault;
    struct observation *seen = context;
    for (size_t i = 0; i < seen->site_count; i++) {
        struct site_state *site = &seen->sites[i];
        if (!site->is_remote || strcmp(site->name, line->name) != 0)
            continue;
        site->has_line = true;
        site->is_held = line->trouble[0] != '\0';
        site->line_since_ms = line->since_ms;
        site->line_seen_ms = line->seen_ms;
        site->line_oldest_ms = line->oldest_ms;
        site->line_waiting = line->waiting;
        site->line_bytes = line->waiting_bytes;
    }
    return STATUS_OK;
}

static enum status look_at_ledger(struct ledger *ledger, struct observation *seen,
                                  struct fault *fault)
{
    enum status status = ledger_summarise(ledger, &seen->summary, fault);
    for (int kind = 0; kind < OBSERVED_QUEUES && status == STATUS_OK; kind++)
        status = queue_look(ledger, (enum job_kind)kind, &seen->queues[kind], fault);
    if (status == STATUS_OK)
        status = ledger_workers(ledger, take_worker, seen, fault);
    if (status == STATUS_OK)
        status = look_at_pace(ledger, seen, fault);
    if (status == STATUS_OK)
        status = sites_seen(ledger, take_site, seen, fault);
    if (status == STATUS_OK)
        status = remote_sites_each(ledger, take_line, seen, fault);
    if (status == STATUS_OK)
        status = ledger_newest_ms(ledger, &seen->ledger_newest_ms, fault);
    if (status == STATUS_OK)
        status = outbox_count(ledger, &seen->outbox, fault);
    if (status == STATUS_OK)
        status = open_matters_count(ledger, seen->open_matters, fault);
    return status;
}

/* ---- files -------------------------------------------------------------------------------------------- */

static int64_t changed_ms(const char *path)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return 0;
    return (int64_t)found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1000000;
}

static uint64_t size_of(const char *path, const char *suffix)
{
    struct stat found;
    struct text whole = {0};
    text_append(&whole, path);
    text_append(&whole, suffix);
    bool is_there = text_ok(&whole) && stat(text_string(&whole), &found) == 0;
    text_done(&whole);
    return is_there ? (uint64_t)found.st_size : 0;
}

static void look_at_space(const char *path, struct space_state *space)
{
    struct statvfs found;
    if (statvfs(path, &found) != 0)
        return;
    *space = (struct space_state){.is_known = true,
                                  .free_bytes = (uint64_t)found.f_bavail * found.f_frsize,
                                  .size_bytes = (uint64_t)found.f_blocks * found.f_frsize};
}

static void look_at_sites(const struct config *config, struct observation *seen)
{
    for (size_t i = 0; i < config->site_count && i < OBSERVED_SITES_MOST; i++) {
        struct site_state *site = &seen->sites[seen->site_count++];
        *site = (struct site_state){.name = config->sites[i].name,
                                    .is_remote = config->sites[i].is_remote};
        if (site->is_remote) {
            site->is_folder_readable = true;
            continue;
        }
        DIR *folder = opendir(config->sites[i].drop);
        site->is_folder_readable = folder != NULL;
        if (folder != NULL)
            (void)closedir(folder);
        site->swept_ms = lifesign_look(config->store.runtime, "intake", config->sites[i].name);
    }
}

static void look_at_object_store(const struct config *config, struct observation *seen)
{
    struct fault fault = {0};
    seen->has_object_store =
        config->store.spool != NULL && spool_place_is_bucket(config->store.spool);
    if (!seen->has_object_store)
        return;
    seen->object_store_answers = spool_ask(config_spool_place(config), &fault) == STATUS_OK;
    (void)snprintf(seen->object_store_words, sizeof seen->object_store_words, "%s", fault.text);
}

static bool is_alive(const struct observation *seen, int64_t sign_ms)
{
    return sign_ms != 0 && seen->now_ms - sign_ms < OBSERVED_ALIVE_MS;
}

static void look_at_files(const struct config *config, struct observation *seen)
{
    const struct config_store *store = &config->store;
    look_at_space(config_spool_folder(config), &seen->spaces[SPACE_SPOOL]);
    look_at_object_store(config, seen);
    look_at_space(store->ledger, &seen->spaces[SPACE_LEDGER]);
    look_at_space(store->cabinet, &seen->spaces[SPACE_CABINET]);
    seen->ledger_bytes = size_of(store->ledger, "") + size_of(store->ledger, "-wal");
    seen->dispatcher_runs = is_alive(seen, lifesign_look(store->runtime, "dispatch", NULL));
    seen->intake_runs = false;
    for (size_t i = 0; i < seen->site_count; i++)
        if (is_alive(seen, seen->sites[i].swept_ms))
            seen->intake_runs = true;
    seen->certificate_count = certificates_look(config->portal.certificate, seen->certificates);
    seen->certificate_count += certificates_look(config->alarms.certificates,
                                                 &seen->certificates[seen->certificate_count]);
    seen->keys[0] = (struct key_state){"dispatch", changed_ms(config->dispatch.key)};
    seen->keys[1] = (struct key_state){"sheets", changed_ms(config->sheets.key)};
}

enum status observe_instance(const struct config *config, struct ledger *ledger, int64_t now_ms,
                             struct observation *ret_observation, struct fault *fault)
{
    struct observation *seen = calloc(1, sizeof *seen);
    if (seen == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to look at the instance");
    seen->now_ms = now_ms;
    look_at_sites(config, seen);
    look_at_files(config, seen);
    enum status status = look_at_ledger(ledger, seen, fault);
    if (status == STATUS_OK)
        *ret_observation = *seen;
    free(seen);
    return status;
}
