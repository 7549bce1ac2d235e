/* api_operations.c - how the machine does: queue, workers, space, and who may log in. For admins,
 * who see no document's content and no case number here. */
// SPDX-License-Identifier: EUPL-1.2
#include <sys/statvfs.h>

#include "portal/describe.h"
#include "portal/routes.h"

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
    if (statvfs(config->store.spool, &space) == 0)
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

static enum status keep_worker(void *context, const struct worker_record *record,
                               struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(context, describe_worker(record));
    return STATUS_OK;
}

static enum status api_operations(struct service *service, struct exchange *exchange,
                                  struct fault *fault)
{
    struct ledger_summary summary = {0};
    json_t *workers = json_array();
    enum status status = ledger_workers(service->ledger, keep_worker, workers, fault);
    if (status == STATUS_OK)
        status = ledger_summarise(service->ledger, &summary, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, describe_summary(service, &summary, workers), fault);
    json_decref(workers);
    return status;
}

/* ---- people -------------------------------------------------------------------------------- */

static enum status keep_user(void *context, const struct user_record *record, struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(
        context,
        json_pack("{s:s, s:s, s:s?, s:s?, s:b, s:o}", "name", record->name, "role",
                  user_role_name(record->role), "site", record->site, "team", record->team,
                  "disabled", record->is_disabled, "created", describe_time(record->created_ms)));
    return STATUS_OK;
}

static enum status api_users(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    json_t *users = json_array();
    enum status status = user_each(service->ledger, keep_user, users, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200, json_pack("{s:O}", "users", users), fault);
    json_decref(users);
    return status;
}

static const struct route rows[] = {
    {"GET", "/operations", ADMIN, api_operations, ABOUT_NOTHING},
    {"GET", "/users",      ADMIN, api_users,      ABOUT_NOTHING},
};
const struct route_table routes_operations = {rows, sizeof rows / sizeof rows[0]};
