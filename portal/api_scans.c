/* api_scans.c - what a scanning desk sees and does: its scans of a day as they move on, uploads,
 * what came back, blank pages.
 *
 * Mailroom staff see their own site only; of another one they learn not even that it exists. They
 * see no document: of a scan's pages only those that were taken for blank, which they alone can
 * compare with the paper. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/status.h"
#include "portal/access.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/refused.h"
#include "portal/routes.h"
#include "portal/upload.h"
#include "store/ledger_page.h"
#include "store/mailroom.h"

/* ---- the day -------------------------------------------------------------------------------- */

/* Midnight of "YYYY-MM-DD", or of today when that is none; `days` later. */
static int64_t midnight(const char *day, int64_t wall_ms, int days)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm moment;
    struct tm asked = {0};
    if (localtime_r(&seconds, &moment) == NULL)
        return 0;
    if (day != NULL && strptime(day, "%Y-%m-%d", &asked) != NULL)
        moment = asked;
    moment.tm_hour = moment.tm_min = moment.tm_sec = 0;
    moment.tm_mday += days;
    moment.tm_isdst = -1;
    return (int64_t)mktime(&moment) * 1000;
}

struct day_list {
    json_t *results;
    size_t limit;
    struct paging_key last;
    bool has_more;
};

static json_t *describe_documents(const struct day_scan *day)
{
    json_t *documents = json_object();
    for (size_t i = 0; i < DOCUMENT_STATES; i++)
        if (day->documents[i] > 0)
            (void)json_object_set_new(documents, document_state_name((enum document_state)i),
                                      json_integer(day->documents[i]));
    return documents;
}

static enum status keep_scan(void *context, const struct day_scan *day, struct fault *fault)
{
    struct day_list *list = context;
    const struct scan_record *scan = day->scan;
    if (json_array_size(list->results) == list->limit) {
        list->has_more = true;
        return STATUS_OK;
    }
    json_t *described = describe_scan(scan);
    if (described == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a list");
    (void)json_object_set_new(described, "changed", describe_time(day->changed_ms));
    (void)json_object_set_new(described, "documents", describe_documents(day));
    (void)json_object_set_new(described, "blanks", json_integer(day->blanks));
    (void)json_object_set_new(described, "page_done", json_integer(day->page_done));
    (void)json_object_set_new(described, "page_count", json_integer(day->page_count));
    (void)json_object_set_new(described, "settled",
                              day->settled == NULL ? json_null() : json_string(day->settled));
    (void)json_array_append_new(list->results, described);
    list->last = (struct paging_key){.number = scan->received_ms, .id = scan->id.uuid};
    return STATUS_OK;
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

static json_t *describe_counts(const struct day_counts *counts)
{
    json_t *described = json_object();
    for (size_t i = 0; i < SCAN_STATES; i++)
        (void)json_object_set_new(described, scan_state_name((enum scan_state)i),
                                  json_integer((json_int_t)counts->scans[i]));
    (void)json_object_set_new(described, "to_do", json_integer((json_int_t)counts->to_do));
    return described;
}

static enum status answer_day(struct exchange *exchange, const struct day_query *query,
                              const struct day_counts *counts, struct day_list *list,
                              struct fault *fault)
{
    int64_t count = 0;
    for (size_t i = 0; i < SCAN_STATES; i++)
        count += (int64_t)counts->scans[i];
    json_t *answer = paging_list(exchange, json_incref(list->results), count,
                                 list->has_more ? &list->last : NULL);
    (void)json_object_set_new(answer, "site", json_string(query->site));
    (void)json_object_set_new(answer, "since", describe_time(query->since_ms));
    (void)json_object_set_new(answer, "counts", describe_counts(counts));
    return answer_json(exchange, 200, answer, fault);
}

static enum status api_scans(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    struct paging paging = {0};
    struct day_counts counts = {0};
    const char *day = exchange_query(exchange, "day");
    int64_t now_ms = clock_wall_ms(service->clock);
    struct day_query query = {
        .site = permitted_site(service, exchange),
        .since_ms = midnight(day, now_ms, 0),
        .until_ms = midnight(day, now_ms, 1),
    };
    if (query.site == NULL)
        return answer_nothing_there(exchange, fault);
    if (!paging_read(exchange, &paging))
        return answer_error(exchange, 400, "Diese Seite der Liste gibt es nicht.", fault);
    query.has_after = paging.has_after;
    query.after_ms = paging.after.number;
    query.after = paging.after.id;
    query.limit = (uint32_t)paging.limit + 1;
    struct day_list list = {.results = json_array(), .limit = paging.limit};
    enum status status = day_scans(service->ledger, &query, keep_scan, &list, fault);
    if (status == STATUS_OK)
        status =
            day_count(service->ledger, query.site, query.since_ms, query.until_ms, &counts, fault);
    if (status == STATUS_OK)
        status = answer_day(exchange, &query, &counts, &list, fault);
    json_decref(list.results);
    return status;
}

static enum status api_scan(struct service *service, struct exchange *exchange, struct fault *fault)
{
    (void)service;
    return answer_json(exchange, 200, describe_scan(&exchange->scan), fault);
}

/* ---- uploads --------------------------------------------------------------------------------- */

/* What became of the scan of this id: it is durable, or it was refused, or it is not there. */
static enum status answer_upload(struct service *service, struct exchange *exchange,
                                 const struct scan_id *id, bool *ret_is_known, struct fault *fault)
{
    enum scan_state state = SCAN_CORRUPT;
    struct scan_record scan = {0};
    enum status status = ledger_scan_known(service->ledger, *id, ret_is_known, &state, fault);
    if (status != STATUS_OK || !*ret_is_known)
        return status;
    status = ledger_scan_get(service->ledger, *id, &scan, fault);
    if (status != STATUS_OK)
        return status;
    if (!access_may_see_site(&exchange->user, scan.site))
        status = answer_error(exchange, 409, "Diese Kennung gehört zu einem anderen Scan.", fault);
    else
        status = answer_json(exchange, state == SCAN_REFUSED ? 422 : 201,
                             json_pack("{s:s?, s:o, s:o}", "error", scan.error, "scan",
                                       describe_uuid(&id->uuid), "result", describe_scan(&scan)),
                             fault);
    scan_record_done(&scan);
    return status;
}

static enum status open_upload(struct service *service, struct exchange *exchange,
                               const struct scan_id *id, struct fault *fault)
{
    const char *site = permitted_site(service, exchange);
    const char *name = exchange_query(exchange, "name");
    if (site == NULL)
        return answer_nothing_there(exchange, fault);
    const struct upload_order order = {
        .config = service->config,
        .programs = service->programs,
        .site = site,
        .name = name == NULL ? "" : name,
        .actor = exchange->user.name,
        .id = *id,
    };
    enum status status = upload_open(&order, &exchange->upload, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 400, "So kann keine Datei heißen.", fault);
    if (status == STATUS_OK)
        exchange->work = WORK_UPLOAD;
    return status;
}

/* The intake has ended; the ledger knows how. */
static enum status close_upload(struct service *service, struct exchange *exchange,
                                const struct scan_id *id, struct fault *fault)
{
    bool is_known = false;
    int exit_code = upload_exit_code(exchange->upload);
    enum status status = answer_upload(service, exchange, id, &is_known, fault);
    if (status != STATUS_OK || is_known)
        return status;
    log_error(NULL, "an upload was not taken over: the intake ended with %d", exit_code);
    status = answer_error(exchange, exit_code == EXIT_STORAGE ? 507 : 503,
                          exit_code == EXIT_STORAGE
                              ? "Der Speicher ist voll. Bitte verständigen Sie die Verwaltung."
                              : "Die Datei konnte gerade nicht übernommen werden.",
                          fault);
    exchange->answer.retry_after_s = 5;
    return status;
}

/* Called before the body comes, and again when the intake has it. */
static enum status api_upload(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    struct scan_id id = {0};
    bool is_known = false;
    const char *written = exchange_query(exchange, "id");
    if (written == NULL || !uuid_from_text(written, &id.uuid))
        return answer_error(exchange, 400, "Die Kennung des Scans fehlt.", fault);
    if (exchange->upload != NULL)
        return close_upload(service, exchange, &id, fault);
    enum status status = answer_upload(service, exchange, &id, &is_known, fault);
    if (status != STATUS_OK || is_known)
        return status;
    return open_upload(service, exchange, &id, fault);
}

/* ---- what came back ---------------------------------------------------------------------------- */

static bool came_back(const struct scan_record *scan)
{
    return scan->state == SCAN_REFUSED || scan->state == SCAN_FAILED;
}

static enum status answer_file_gone(struct exchange *exchange, struct fault *fault)
{
    return answer_error(exchange, 409,
                        "Die Datei liegt nicht mehr im Ordner „_refused“. Bitte scannen Sie neu.",
                        fault);
}

/* The bytes as they came, to be saved: nothing here or in the browser opens them. */
static enum status api_scan_file(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    const struct scan_record *scan = &exchange->scan;
    const struct config_site *site = config_site(service->config, scan->site);
    int file = -1;
    uint64_t size = 0;
    if (!came_back(scan) || site == NULL)
        return answer_error(exchange, 409, "Dieser Scan ist nicht zurückgekommen.", fault);
    enum status status = access_note_look(service, exchange, "scan.view", fault);
    if (status != STATUS_OK)
        return status;
    status = scan->has_bytes ? spool_open_object(service->spool, &scan->digest, &file, &size, fault)
                             : refused_open(site, scan, &file, &size, fault);
    if (status == STATUS_REFUSE)
        return answer_file_gone(exchange, fault);
    if (status == STATUS_OK)
        status = answer_file(exchange, file, size, "application/octet-stream");
    if (status == STATUS_OK)
        (void)snprintf(exchange->answer.disposition, sizeof exchange->answer.disposition,
                       "attachment; filename=\"scan.%s\"",
                       scan->format[0] == '\0' ? "bin" : scan->format);
    return status;
}

static enum status answer_settled(struct service *service, struct exchange *exchange,
                                  enum status status, struct fault *fault)
{
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409, "Darum hat sich schon jemand gekümmert.", fault);
    if (status != STATUS_OK)
        return status;
    (void)service;
    return answer_json(exchange, 200, describe_scan(&exchange->scan), fault);
}

/* A scan that could not be read is tried again as it is; a refused file goes back into the drop
 * folder, as if it had been scanned anew. */
static enum status api_scan_again(struct service *service, struct exchange *exchange,
                                  struct fault *fault)
{
    const struct scan_record *scan = &exchange->scan;
    const struct config_site *site = config_site(service->config, scan->site);
    if (!came_back(scan) || site == NULL)
        return answer_error(exchange, 409, "Dieser Scan ist nicht zurückgekommen.", fault);
    if (scan->state == SCAN_FAILED)
        return answer_settled(
            service, exchange,
            ledger_retry(service->ledger, &scan->id.uuid, exchange->user.name, fault), fault);
    enum status status = refused_drop_again(site, scan, fault);
    if (status == STATUS_REFUSE)
        return answer_file_gone(exchange, fault);
    if (status == STATUS_OK)
        status = scan_settle(service->ledger, scan->id, "again", exchange->user.name, fault);
    return answer_settled(service, exchange, status, fault);
}

static enum status api_scan_withdraw(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    return answer_settled(
        service, exchange,
        scan_settle(service->ledger, exchange->scan.id, "withdrawn", exchange->user.name, fault),
        fault);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static enum status keep_page(void *context, const struct page_record *page, struct fault *fault)
{
    (void)fault;
    bool has_image = page->facts.thumbnail.media != PAGE_MEDIA_NONE;
    (void)json_array_append_new(
        context, json_pack("{s:i, s:s, s:b}", "number", (int)page->facts.number, "outcome",
                           page_outcome_name((enum page_outcome)page->facts.outcome), "image",
                           has_image && page->facts.outcome == PAGE_BLANK_SET_ASIDE));
    return STATUS_OK;
}

static enum status api_scan_pages(struct service *service, struct exchange *exchange,
                                  struct fault *fault)
{
    json_t *pages = json_array();
    enum status status = ledger_pages(service->ledger, exchange->scan.id, keep_page, pages, fault);
    if (status == STATUS_OK)
        status = answer_json(
            exchange, 200,
            paging_list(exchange, json_incref(pages), (int64_t)json_array_size(pages), NULL),
            fault);
    json_decref(pages);
    return status;
}

/* Only what was taken for blank: whoever has the paper in hand can tell. */
static enum status api_scan_page_image(struct service *service, struct exchange *exchange,
                                       struct fault *fault)
{
    struct page_record page = {0};
    int file = -1;
    enum status status =
        ledger_page_get(service->ledger, exchange->scan.id, exchange->number, &page, fault);
    if (status != STATUS_OK)
        return status;
    if (page.facts.outcome != PAGE_BLANK_SET_ASIDE)
        return answer_error(exchange, 409, "Diese Seite ist nicht als leer beiseitegelegt.", fault);
    status = access_note_look(service, exchange, "scan.view", fault);
    if (status == STATUS_OK)
        status = page_image_open(service->spool, &page, &page.facts.preview, &file, fault);
    if (status != STATUS_OK)
        return status;
    return answer_piece(exchange, file, page.facts.preview.span.offset,
                        page.facts.preview.span.length, page_media_type(page.facts.preview.media));
}

static enum status api_scan_page_restore(struct service *service, struct exchange *exchange,
                                         struct fault *fault)
{
    struct document_id document = {0};
    enum status status =
        ledger_page_restore(service->ledger, service->spool, exchange->scan.id, exchange->number,
                            exchange->user.name, &document, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409, "Diese Seite ist nicht als leer beiseitegelegt.", fault);
    if (status != STATUS_OK)
        return status;
    return answer_json(exchange, 200, json_pack("{s:o}", "document", describe_uuid(&document.uuid)),
                       fault);
}

static const struct route rows[] = {
    {"GET",  "/scans",                           MAILROOM | ADMIN, api_scans,             ABOUT_NOTHING },
    {"POST", "/scans",                           MAILROOM,         api_upload,            ABOUT_NEW_SCAN},
    {"GET",  "/scans/:id",                       MAILROOM | ADMIN, api_scan,              ABOUT_SCAN    },
    {"GET",  "/scans/:id/file",                  MAILROOM,         api_scan_file,         ABOUT_SCAN    },
    {"POST", "/scans/:id/again",                 MAILROOM,         api_scan_again,        ABOUT_SCAN    },
    {"POST", "/scans/:id/withdraw",              MAILROOM,         api_scan_withdraw,     ABOUT_SCAN    },
    {"GET",  "/scans/:id/pages",                 MAILROOM,         api_scan_pages,        ABOUT_SCAN    },
    {"GET",  "/scans/:id/pages/:number/image",   MAILROOM,         api_scan_page_image,   ABOUT_SCAN    },
    {"POST", "/scans/:id/pages/:number/restore", MAILROOM,         api_scan_page_restore, ABOUT_SCAN    },
};
const struct route_table routes_scans = {rows, sizeof rows / sizeof rows[0]};
