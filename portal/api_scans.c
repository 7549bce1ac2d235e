/* api_scans.c - what a scanning desk sees: the scans of one site since midnight, newest first.
 *
 * Mailroom staff see their own site only; of another one they learn not even that it exists. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "portal/describe.h"
#include "portal/routes.h"

enum { SCANS_MOST = 2000 };

static int64_t midnight_before(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm day;
    if (localtime_r(&seconds, &day) == NULL)
        return 0;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return (int64_t)mktime(&day) * 1000;
}

struct day {
    json_t *scans; /* oldest first */
    int64_t since_ms;
};

/* A read scan shows as its documents; those of one scan follow each other. */
static json_t *scan_of_document(struct day *day, const struct document_record *document)
{
    char id[UUID_TEXT_BYTES];
    size_t count = json_array_size(day->scans);
    json_t *last = count == 0 ? NULL : json_array_get(day->scans, count - 1);
    const char *last_id = json_string_value(json_object_get(last, "scan"));
    uuid_to_text(&document->scan.uuid, id);
    if (last_id != NULL && strcmp(last_id, id) == 0)
        return last;
    const struct scan_record scan = {
        .id = document->scan,
        .site = document->site,
        .source = document->source,
        .received_ms = document->received_ms,
        .state = SCAN_READ,
    };
    json_t *described = describe_scan(&scan);
    (void)json_array_append_new(day->scans, described);
    return described;
}

static void add_document(json_t *scan, const struct document_record *document)
{
    json_int_t pages = json_integer_value(json_object_get(scan, "pages"));
    (void)json_object_set_new(scan, "pages", json_integer(pages + document->page_count));
    (void)json_array_append_new(json_object_get(scan, "documents"),
                                json_string(document_state_name(document->state)));
}

static enum status keep_scan(void *context, const struct scan_record *scan,
                             const struct document_record *document, struct fault *fault)
{
    (void)fault;
    struct day *day = context;
    int64_t received_ms = scan != NULL ? scan->received_ms : document->received_ms;
    if (received_ms < day->since_ms)
        return STATUS_OK;
    if (scan != NULL)
        (void)json_array_append_new(day->scans, describe_scan(scan));
    else
        add_document(scan_of_document(day, document), document);
    if (json_array_size(day->scans) > SCANS_MOST)
        (void)json_array_remove(day->scans, 0);
    return STATUS_OK;
}

static json_t *newest_first(const json_t *scans)
{
    json_t *turned = json_array();
    for (size_t i = json_array_size(scans); i > 0; i--)
        (void)json_array_append(turned, json_array_get(scans, i - 1));
    return turned;
}

/* The site that is asked for, if this person may see it; NULL otherwise. */
static const char *permitted_site(const struct service *service, const struct exchange *exchange)
{
    const char *asked = exchange_query(exchange, "site");
    if (exchange->user.role == USER_MAILROOM) {
        bool is_own = asked == NULL || asked[0] == '\0' || string_equal(asked, exchange->user.site);
        return is_own ? exchange->user.site : NULL;
    }
    if (asked == NULL || asked[0] == '\0')
        return service->config->sites[0].name;
    const struct config_site *site = config_site(service->config, asked);
    return site == NULL ? NULL : site->name;
}

static enum status walk_day(struct service *service, struct exchange *exchange, const char *site,
                            int64_t since_ms, struct fault *fault)
{
    const struct list_filter filter = {.site = site};
    struct day day = {.scans = json_array(), .since_ms = since_ms};
    enum status status = ledger_list(service->ledger, &filter, keep_scan, &day, fault);
    if (status == STATUS_OK)
        status = answer_json(exchange, 200,
                             json_pack("{s:s, s:o, s:o}", "site", site, "since",
                                       describe_time(since_ms), "scans", newest_first(day.scans)),
                             fault);
    json_decref(day.scans);
    return status;
}

static enum status api_scans(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    struct ledger_summary summary;
    char version[MEMO_VERSION_BYTES];
    char key[MEMO_KEY_BYTES * 2];
    const char *site = permitted_site(service, exchange);
    int64_t now_ms = clock_monotonic_ms(service->clock);
    int64_t since_ms = midnight_before(clock_wall_ms(service->clock));
    if (site == NULL)
        return answer_nothing_there(exchange, fault);
    (void)snprintf(key, sizeof key, "scans %" PRId64 " %s", since_ms, site);
    enum status status = memo_version(service->ledger, version, &summary, fault);
    if (status != STATUS_OK)
        return status;
    const char *known = memo_find(&service->lists, key, version, now_ms);
    if (known != NULL)
        return answer_json_bytes(exchange, 200, known, fault);
    status = walk_day(service, exchange, site, since_ms, fault);
    if (status == STATUS_OK)
        memo_keep(&service->lists, key, version, now_ms, exchange->answer.bytes);
    return status;
}

static const struct route rows[] = {
    {"GET", "/scans", MAILROOM | ADMIN, api_scans, ABOUT_NOTHING},
};
const struct route_table routes_scans = {rows, sizeof rows / sizeof rows[0]};
