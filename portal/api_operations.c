/* api_operations.c - how the machine does: queue, workers, space, and who may log in. For admins,
 * who see no document's content and no case number here. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/bell.h"
#include "base/dropfolder.h"
#include "base/text.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "store/dispatchers.h"
#include "store/mailroom.h"
#include "store/operations.h"
#include "store/remote_sites.h"
#include "store/worker_keys.h"

enum { JOB_KINDS = JOB_FILE + 1 };
#define HOUR_MS INT64_C(3600000)

static json_t *describe_scan_counts(const struct ledger_summary *summary)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < SCAN_STATES; i++)
        (void)json_object_set_new(counts, scan_state_name((enum scan_state)i),
                                  json_integer((json_int_t)summary->scans[i]));
    return counts;
}

static json_t *describe_document_counts(const struct ledger_summary *summary)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < DOCUMENT_STATES; i++)
        (void)json_object_set_new(counts, document_state_name((enum document_state)i),
                                  json_integer((json_int_t)summary->documents[i]));
    return counts;
}

static json_t *describe_register(const struct ledger_summary *summary)
{
    return json_pack("{s:I, s:I, s:o}", "cases", (json_int_t)summary->register_cases, "persons",
                     (json_int_t)summary->register_persons, "imported",
                     describe_time(summary->register_imported_ms));
}

/* Free bytes where the spool is, or null when the system does not say. */
static json_t *describe_space(const struct config *config)
{
    struct statvfs space;
    json_t *free_bytes = json_null();
    if (statvfs(config_spool_folder(config), &space) == 0)
        free_bytes = json_integer((json_int_t)space.f_bavail * (json_int_t)space.f_frsize);
    return json_pack("{s:o, s:I}", "free_bytes", free_bytes, "least_bytes",
                     (json_int_t)config->limits.free_bytes_least);
}

static json_t *describe_summary(const struct service *service, const struct ledger_summary *summary,
                                json_t *workers)
{
    return json_pack("{s:o, s:o, s:{s:I, s:I, s:I}, s:o, s:I, s:o, s:o, s:O}", "scans",
                     describe_scan_counts(summary), "documents", describe_document_counts(summary),
                     "jobs", "ready", (json_int_t)summary->jobs_ready, "leased",
                     (json_int_t)summary->jobs_leased, "dead", (json_int_t)summary->jobs_dead,
                     "oldest_waiting", describe_time(summary->oldest_waiting_ms), "pages_read",
                     (json_int_t)summary->pages_read, "register", describe_register(summary),
                     "space", describe_space(service->config), "workers", workers);
}

/* Bytes in memory of a worker on this host, whose name ends with its process; 0: not known. */
static int64_t worker_memory(const struct worker_record *record)
{
    char path[64];
    char line[128];
    char here[256] = "";
    long pages = 0;
    const char *dash = strrchr(record->name, '-');
    long process = dash == NULL ? 0 : strtol(dash + 1, NULL, 10);
    if (process <= 0 || gethostname(here, sizeof here - 1) != 0 || strcmp(here, record->host) != 0)
        return 0;
    (void)snprintf(path, sizeof path, "/proc/%ld/statm", process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) != NULL && strchr(line, ' ') != NULL)
        pages = strtol(strchr(line, ' '), NULL, 10);
    (void)fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

struct worker_list {
    struct ledger *ledger;
    json_t *workers;
    int64_t now_ms;
};

static enum status keep_worker(void *context, const struct worker_record *record,
                               struct fault *fault)
{
    struct worker_list *list = context;
    char *error = NULL;
    int64_t here_ms = list->now_ms - record->since_ms;
    int64_t memory = record->gone_ms == 0 ? worker_memory(record) : 0;
    if (record->gone_ms != 0 && list->now_ms - record->gone_ms > 24 * HOUR_MS)
        return STATUS_OK; // who is gone since yesterday is of no interest
    enum status status = worker_last_error(list->ledger, record->name, &error, fault);
    json_t *worker = describe_worker(record);
    (void)json_object_set_new(worker, "drained", json_boolean(record->is_drained));
    (void)json_object_set_new(worker, "last_error",
                              error == NULL ? json_null() : json_string(error));
    (void)json_object_set_new(worker, "memory", memory == 0 ? json_null() : json_integer(memory));
    (void)json_object_set_new(
        worker, "jobs_hourly",
        json_real(here_ms < 60000 ? 0.0 : (double)record->jobs_done * HOUR_MS / (double)here_ms));
    (void)json_array_append_new(list->workers, worker);
    free(error);
    return status;
}

static enum status keep_dispatcher(void *context, const struct dispatcher_record *record,
                                   struct fault *fault)
{
    (void)fault;
    json_t *dispatchers = context;
    if (record->gone_ms != 0 && record->leases == 0)
        return STATUS_OK; // it ended in order
    (void)json_array_append_new(dispatchers,
                                json_pack("{s:s, s:o, s:o, s:b, s:I, s:I}", "name", record->name,
                                          "since", describe_time(record->since_ms), "gone",
                                          describe_time(record->gone_ms), "leads",
                                          record->is_leader, "workers", (json_int_t)record->workers,
                                          "jobs", (json_int_t)record->leases));
    return STATUS_OK;
}

static enum status api_operations(struct service *service, struct exchange *exchange,
                                  struct fault *fault)
{
    struct ledger_summary summary = {0};
    json_t *workers = json_array();
    json_t *dispatchers = json_array();
    struct worker_list list = {service->ledger, workers, clock_wall_ms(service->clock)};
    enum status status = ledger_workers(service->ledger, keep_worker, &list, fault);
    if (status == STATUS_OK)
        status = ledger_summarise(service->ledger, &summary, fault);
    if (status == STATUS_OK)
        status = dispatchers_each(service->ledger, keep_dispatcher, dispatchers, fault);
    json_t *answer = status == STATUS_OK ? describe_summary(service, &summary, workers) : NULL;
    if (answer != NULL)
        (void)json_object_set(answer, "dispatchers", dispatchers);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, answer, fault);
    json_decref(dispatchers);
    json_decref(workers);
    return status;
}

/* ---- queues, sites, failures ------------------------------------------------------------------ */

/* How many of a queue's jobs ended in the last hour, by what they bring about. */
struct pace {
    int64_t ended[JOB_KINDS];
};

static enum status add_pace(void *context, int64_t step_ms, const char *name, int64_t amount,
                            struct fault *fault)
{
    static const struct {
        const char *name;
        enum job_kind kind;
    } ends[] = {
        {"scan read",         JOB_READ },
        {"scan refused",      JOB_READ },
        {"document clearing", JOB_MATCH},
        {"document filed",    JOB_MATCH},
        {"document filed",    JOB_FILE },
    };
    (void)step_ms;
    (void)fault;
    struct pace *pace = context;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (strcmp(ends[i].name, name) == 0)
            pace->ended[ends[i].kind] += amount;
    return STATUS_OK;
}

static json_t *describe_queue(enum job_kind kind, const struct queue_state *state, int64_t hourly,
                              int64_t now_ms)
{
    bool is_known = hourly > 0 && state->ready + state->leased > 0;
    int64_t waiting = (int64_t)(state->ready + state->leased);
    int64_t end_ms = is_known ? now_ms + waiting * HOUR_MS / hourly : 0;
    return json_pack("{s:s, s:I, s:I, s:I, s:o, s:I, s:o}", "kind", job_kind_name(kind), "ready",
                     (json_int_t)state->ready, "leased", (json_int_t)state->leased, "dead",
                     (json_int_t)state->dead, "oldest", describe_time(state->oldest_ms), "hourly",
                     (json_int_t)hourly, "expected_end", describe_time(end_ms));
}

static enum status api_queues(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    struct pace pace = {0};
    json_t *queues = json_array();
    int64_t now_ms = clock_wall_ms(service->clock);
    enum status status = activity_each(service->ledger, now_ms - HOUR_MS, ACTIVITY_BUCKET_MS,
                                       add_pace, &pace, fault);
    for (int kind = 0; kind < JOB_KINDS && status == STATUS_OK; kind++) {
        struct queue_state state = {0};
        status = queue_look(service->ledger, (enum job_kind)kind, &state, fault);
        if (status == STATUS_OK)
            (void)json_array_append_new(
                queues, describe_queue((enum job_kind)kind, &state, pace.ended[kind], now_ms));
    }
    if (status == STATUS_OK)
        status = paging_answer(exchange, json_incref(queues), JOB_KINDS, NULL, fault);
    json_decref(queues);
    return status;
}

static enum status keep_site(void *context, const char *site, int64_t last_ms, struct fault *fault)
{
    (void)fault;
    (void)json_object_set_new(context, site, describe_time(last_ms));
    return STATUS_OK;
}

/* How the line of a desk far away is; what is being sent without its name. */
static enum status keep_line(void *context, const struct remote_site *line, struct fault *fault)
{
    (void)fault;
    json_t *sending = line->source[0] == '\0'
                          ? json_null()
                          : json_pack("{s:I, s:I}", "size", (json_int_t)line->size, "done",
                                      (json_int_t)line->done);
    (void)json_object_set_new(
        context, line->name,
        json_pack("{s:b, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:I, s:o, s:s}", "stands",
                  line->since_ms != 0, "since", describe_time(line->since_ms), "heard",
                  describe_time(line->seen_ms), "waiting", (json_int_t)line->waiting,
                  "waiting_bytes", (json_int_t)line->waiting_bytes, "oldest",
                  describe_time(line->oldest_ms), "sending", sending, "rate",
                  (json_int_t)line->rate, "taken", (json_int_t)line->taken, "taken_last",
                  describe_time(line->taken_ms), "trouble", line->trouble));
    return STATUS_OK;
}

static json_t *describe_site(const struct config_site *site, json_t *last, json_t *line)
{
    uint64_t pending = 0;
    bool is_there = site->is_remote || drop_folder_pending(site->drop, &pending, NULL) == STATUS_OK;
    return json_pack("{s:s, s:o, s:I, s:b, s:b, s:o}", "site", site->name, "last_scan",
                     last == NULL ? json_null() : json_incref(last), "pending", (json_int_t)pending,
                     "folder_is_there", is_there, "remote", site->is_remote, "line",
                     line == NULL || !site->is_remote ? json_null() : json_incref(line));
}

static enum status api_sites(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    json_t *seen = json_object();
    json_t *lines = json_object();
    json_t *sites = json_array();
    const struct config *config = service->config;
    enum status status = sites_seen(service->ledger, keep_site, seen, fault);
    if (status == STATUS_OK)
        status = remote_sites_each(service->ledger, keep_line, lines, fault);
    for (size_t i = 0; i < config->site_count && status == STATUS_OK; i++) {
        const char *name = config->sites[i].name;
        (void)json_array_append_new(sites,
                                    describe_site(&config->sites[i], json_object_get(seen, name),
                                                  json_object_get(lines, name)));
    }
    if (status == STATUS_OK)
        status =
            paging_answer(exchange, json_incref(sites), (int64_t)config->site_count, NULL, fault);
    json_decref(seen);
    json_decref(lines);
    json_decref(sites);
    return status;
}

static enum status keep_failure(void *context, const char *kind, const char *reason, uint64_t count,
                                struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(context, json_pack("{s:s, s:s, s:I}", "kind", kind, "reason",
                                                   reason, "count", (json_int_t)count));
    return STATUS_OK;
}

static enum status api_failures(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    json_t *failures = json_array();
    enum status status = failures_each(service->ledger, keep_failure, failures, fault);
    if (status == STATUS_OK)
        status = paging_answer(exchange, json_incref(failures), (int64_t)json_array_size(failures),
                               NULL, fault);
    json_decref(failures);
    return status;
}

static enum status api_failures_retry(struct service *service, struct exchange *exchange,
                                      struct fault *fault)
{
    const char *kind = exchange_text(exchange, "kind");
    const char *reason = exchange_text(exchange, "reason");
    uint32_t count = 0;
    if (kind == NULL || reason == NULL)
        return answer_error(exchange, 400, "Was soll noch einmal versucht werden?", fault);
    enum status status =
        failures_retry(service->ledger, kind, reason, exchange->user.name, &count, fault);
    if (status != STATUS_OK)
        return status;
    (void)bell_ring(service->config->workers.address);
    return answer_json(exchange, 200, json_pack("{s:i}", "count", (int)count), fault);
}

/* ---- the chart --------------------------------------------------------------------------------- */

static enum status keep_activity(void *context, int64_t step_ms, const char *name, int64_t amount,
                                 struct fault *fault)
{
    (void)fault;
    json_t *points = context;
    size_t count = json_array_size(points);
    json_t *last = count == 0 ? NULL : json_array_get(points, count - 1);
    if (json_integer_value(json_object_get(last, "at_ms")) != step_ms) {
        last = json_pack("{s:I, s:o}", "at_ms", (json_int_t)step_ms, "at", describe_time(step_ms));
        (void)json_array_append_new(points, last);
    }
    (void)json_object_set_new(last, name, json_integer(amount));
    return STATUS_OK;
}

/* Hours in steps of ten minutes up to six, of an hour up to three days, of a day beyond. */
static enum status api_activity(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    int64_t hours = exchange_number(exchange, "hours", 24, 1, 24 * 60);
    int64_t step_ms = hours <= 6 ? ACTIVITY_BUCKET_MS : hours <= 72 ? HOUR_MS : 24 * HOUR_MS;
    int64_t now_ms = clock_wall_ms(service->clock);
    int64_t since_ms = now_ms - hours * HOUR_MS;
    json_t *points = json_array();
    enum status status = activity_each(service->ledger, since_ms - since_ms % step_ms, step_ms,
                                       keep_activity, points, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200,
                             json_pack("{s:I, s:I, s:I, s:O}", "since_ms", (json_int_t)since_ms,
                                       "until_ms", (json_int_t)now_ms, "step_ms",
                                       (json_int_t)step_ms, "points", points),
                             fault);
    json_decref(points);
    return status;
}

/* ---- workers ----------------------------------------------------------------------------------- */

static enum status set_drained(struct service *service, struct exchange *exchange, bool is_drained,
                               struct fault *fault)
{
    const char *name = exchange_text(exchange, "name");
    if (name == NULL)
        return answer_error(exchange, 400, "Welches Programm?", fault);
    enum status status =
        worker_drain(service->ledger, name, is_drained, exchange->user.name, fault);
    if (status != STATUS_OK)
        return status; // there is none: 404
    (void)bell_ring(service->config->workers.address);
    return answer_json(exchange, 200, json_pack("{s:s, s:b}", "name", name, "drained", is_drained),
                       fault);
}

static enum status api_worker_drain(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    return set_drained(service, exchange, true, fault);
}

static enum status api_worker_resume(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    return set_drained(service, exchange, false, fault);
}

/* Workers of other hosts are called KEY/NAME: taking the key away sends them off for good. */
static enum status api_worker_revoke(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    char key[128] = "";
    uint32_t leases = 0;
    const char *name = exchange_text(exchange, "name");
    const char *slash = name == NULL ? NULL : strchr(name, '/');
    if (slash == NULL || (size_t)(slash - name) >= sizeof key)
        return answer_error(exchange, 400,
                            "Nur Programme auf anderen Rechnern haben einen Schlüssel.", fault);
    (void)snprintf(key, sizeof key, "%.*s", (int)(slash - name), name);
    enum status status =
        worker_key_revoke(service->ledger, key, exchange->user.name, &leases, fault);
    if (status != STATUS_OK)
        return status;
    (void)bell_ring(service->config->workers.address);
    return answer_json(exchange, 200, json_pack("{s:s, s:i}", "key", key, "leases", (int)leases),
                       fault);
}

/* ---- configuration --------------------------------------------------------------------------- */

/* What stands between "://" and "@" of an address is a secret. */
static void append_without_secrets(struct text *shown, const char *line, size_t length)
{
    const char *scheme = memmem(line, length, "://", 3);
    const char *at = scheme == NULL ? NULL : memchr(scheme, '@', length - (size_t)(scheme - line));
    if (at == NULL) {
        text_append_bytes(shown, line, length);
        return;
    }
    text_append_bytes(shown, line, (size_t)(scheme + 3 - line));
    text_append(shown, "…");
    text_append_bytes(shown, at, length - (size_t)(at - line));
}

static enum status api_configuration(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    struct text effective = {0};
    struct text shown = {0};
    config_append_effective(service->config, &effective);
    for (const char *line = text_string(&effective); *line != '\0';) {
        size_t length = strcspn(line, "\n");
        append_without_secrets(&shown, line, length);
        text_append_char(&shown, '\n');
        line += length + (line[length] == '\n');
    }
    enum status status = answer_json(exchange, 200,
                                     json_pack("{s:s, s:s}", "file", service->config->path,
                                               "configuration", text_string(&shown)),
                                     fault);
    text_done(&effective);
    text_done(&shown);
    return status;
}

static const struct route rows[] = {
    {"GET",  "/operations",          ADMIN, api_operations,     ABOUT_NOTHING},
    {"GET",  "/operations/activity", ADMIN, api_activity,       ABOUT_NOTHING},
    {"GET",  "/queues",              ADMIN, api_queues,         ABOUT_NOTHING},
    {"GET",  "/sites",               ADMIN, api_sites,          ABOUT_NOTHING},
    {"GET",  "/failures",            ADMIN, api_failures,       ABOUT_NOTHING},
    {"POST", "/failures/retry",      ADMIN, api_failures_retry, ABOUT_NOTHING},
    {"POST", "/workers/drain",       ADMIN, api_worker_drain,   ABOUT_NOTHING},
    {"POST", "/workers/resume",      ADMIN, api_worker_resume,  ABOUT_NOTHING},
    {"POST", "/workers/revoke",      ADMIN, api_worker_revoke,  ABOUT_NOTHING},
    {"GET",  "/configuration",       ADMIN, api_configuration,  ABOUT_NOTHING},
};
const struct route_table routes_operations = {rows, sizeof rows / sizeof rows[0]};
