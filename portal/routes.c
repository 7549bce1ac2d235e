/* routes.c - what every request must pass before a handler sees it.
 *
 * In this order: is there such a route and method; does a change come from our own pages (a header
 * that no foreign page can set, and the right Origin); is its body one small JSON object; is
 * somebody logged in; may that role; may this person see the document or scan that the path names.
 * Denied by default: a route without roles is a row that says so. What is denied is logged with
 * the person's name, never with content, and a look at something foreign goes to the audit. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/access.h"
#include "portal/routes.h"
#include "store/logins.h"

// A row for each, so that new ones are added side by side.
// clang-format off
static const struct route_table *const tables[] = {
    &routes_session,
    &routes_documents,
    &routes_pages,
    &routes_actions,
    &routes_search,
    &routes_scans,
    &routes_desk,
    &routes_people,
    &routes_operations,
    &routes_recalls,
    &routes_account,
    &routes_deadlines,
    &routes_anomalies,
    &routes_letterbox,
    &routes_arrangements,
    &routes_quality,
    &routes_purge,
    &routes_disclosure,
    &routes_requests,
    &routes_guard,
};
// clang-format on

const struct route *routes_at(size_t number)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (number < tables[i]->count)
            return &tables[i]->rows[number];
        number -= tables[i]->count;
    }
    return NULL;
}

/* ---- finding ------------------------------------------------------------------------------- */

static bool take_uuid(const char *part, size_t length, struct exchange *exchange)
{
    char written[UUID_TEXT_BYTES];
    if (length != sizeof written - 1)
        return false;
    memcpy(written, part, length);
    written[length] = '\0';
    return uuid_from_text(written, &exchange->id);
}

static bool take_name(const char *part, size_t length, struct exchange *exchange)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (length == 0 || length >= sizeof exchange->name || strspn(part, letters) < length)
        return false;
    memcpy(exchange->name, part, length);
    exchange->name[length] = '\0';
    return true;
}

static bool take_number(const char *part, size_t length, struct exchange *exchange)
{
    uint32_t number = 0;
    if (length == 0 || length > 9 || strspn(part, "0123456789") < length)
        return false;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (uint32_t)(part[i] - '0');
    exchange->number = number;
    return true;
}

/* One part of a path, between slashes. */
static bool part_fits(const char *pattern, size_t pattern_length, const char *part, size_t length,
                      struct exchange *exchange)
{
    static const struct {
        const char *mark;
        bool (*take)(const char *part, size_t length, struct exchange *exchange);
    } marks[] = {
        {":id",     take_uuid  },
        {":name",   take_name  },
        {":number", take_number},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strlen(marks[i].mark) == pattern_length &&
            strncmp(marks[i].mark, pattern, pattern_length) == 0)
            return marks[i].take(part, length, exchange);
    return pattern_length == length && strncmp(pattern, part, length) == 0;
}

/* Whether `path` is of the form `pattern`; what stands for its marks goes to the exchange. */
static bool path_fits(const char *pattern, const char *path, struct exchange *exchange)
{
    if (!string_starts_with(path, API))
        return false;
    path += strlen(API);
    while (*pattern == '/' && *path == '/') {
        size_t pattern_length = strcspn(++pattern, "/");
        size_t length = strcspn(++path, "/");
        if (!part_fits(pattern, pattern_length, path, length, exchange))
            return false;
        pattern += pattern_length;
        path += length;
    }
    return *pattern == '\0' && *path == '\0';
}

static bool method_fits(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

/* The header's words for the methods that a path has (RFC 9110, 10.2.1). */
static const char *allow_of(bool has_get, bool has_post)
{
    if (!has_get)
        return has_post ? "POST" : NULL;
    return has_post ? "GET, HEAD, POST" : "GET, HEAD";
}

/* NULL: none. *ret_allow: which methods the path has; NULL when there is no such path. */
static const struct route *find_route(struct exchange *exchange, const char **ret_allow)
{
    const struct route *route = NULL;
    bool has_get = false, has_post = false;
    for (size_t i = 0; (route = routes_at(i)) != NULL; i++) {
        if (!path_fits(route->path, exchange->question.path, exchange))
            continue;
        if (method_fits(route, exchange->question.method))
            return route;
        has_get = has_get || strcmp(route->method, "GET") == 0;
        has_post = has_post || strcmp(route->method, "POST") == 0;
    }
    *ret_allow = allow_of(has_get, has_post);
    return NULL;
}

/* ---- letting in ---------------------------------------------------------------------------- */

/* A browser sets Origin itself; its host must be the one that was asked. */
static bool is_our_origin(const struct exchange *exchange)
{
    const char *origin = exchange_header(exchange, "Origin");
    const char *host = exchange_header(exchange, "Host");
    if (origin == NULL)
        return true;
    const char *behind = strstr(origin, "://");
    return behind != NULL && host != NULL && strcmp(behind + 3, host) == 0;
}

/* The secret of "Authorization: Bearer …"; NULL when there is none. */
static const char *bearer(const struct exchange *exchange)
{
    static const char scheme[] = "Bearer ";
    const char *header = exchange_header(exchange, "Authorization");
    return header != NULL && string_starts_with(header, scheme) ? header + sizeof scheme - 1 : NULL;
}

/* Or from a machine, whose token no browser sends by itself. */
static bool comes_from_our_pages(const struct exchange *exchange)
{
    return bearer(exchange) != NULL ||
           (exchange_header(exchange, "X-Posteingang") != NULL && is_our_origin(exchange));
}

static bool read_body(struct exchange *exchange)
{
    const char *type = exchange_header(exchange, "Content-Type");
    if (type == NULL || strncmp(type, "application/json", strlen("application/json")) != 0)
        return false;
    exchange->body = json_loadb(exchange->question.body, exchange->question.body_length,
                                JSON_REJECT_DUPLICATES, NULL);
    return json_is_object(exchange->body);
}

/* Whether a person did something, or their page by itself. */
static bool is_use(const struct exchange *exchange)
{
    const char *mark = exchange_header(exchange, "X-Posteingang");
    const char *accept = exchange_header(exchange, "Accept");
    bool is_stream = accept != NULL && strcmp(accept, "text/event-stream") == 0;
    return !is_stream && (mark == NULL || strcmp(mark, "background") != 0);
}

/* A machine that shows its token: no session, no cookie, nothing that a foreign page could use. */
static enum status find_machine(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    return login_token_find(service->ledger, bearer(exchange), &exchange->is_machine,
                            &exchange->user, fault);
}

/* That a session was used is written down once a minute, so that a restart does not end it. */
static enum status keep_use(struct service *service, struct session *session, struct fault *fault)
{
    if (session->used_ms - session->kept_ms < SESSION_KEEP_MS)
        return STATUS_OK;
    enum status status = login_touch(service->ledger, &session->token, session->used_ms, fault);
    if (status == STATUS_OK)
        session->kept_ms = session->used_ms;
    return status == STATUS_HALT ? status : STATUS_OK;
}

/* Who asks: the session's user as the ledger has them now, so that a disabled person is out at
 * once. */
static enum status find_user(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    const struct question *question = &exchange->question;
    const char *name = question->is_https ? "__Host-posteingang" : "posteingang";
    bool is_found = false;
    if (bearer(exchange) != NULL)
        return find_machine(service, exchange, fault);
    struct session *session =
        sessions_find(&service->sessions, question->cookie(question->connection, name),
                      clock_wall_ms(service->clock), is_use(exchange));
    if (session == NULL)
        return STATUS_OK;
    enum status status =
        user_get(service->ledger, session->user, &is_found, &exchange->user, fault);
    bool is_vouched_for = !exchange->user.is_of_directory || service->config->directory.uri != NULL;
    if (status == STATUS_OK && is_found && !exchange->user.is_disabled && is_vouched_for &&
        exchange->user.epoch == session->epoch) {
        exchange->session = session;
        return keep_use(service, session, fault);
    }
    if (status == STATUS_OK)
        session_end(session);
    return status;
}

static bool is_somebody(const struct exchange *exchange)
{
    return exchange->session != NULL || exchange->is_machine;
}

static enum status deny(struct exchange *exchange, const struct route *route, struct fault *fault)
{
    if (!is_somebody(exchange))
        return answer_error(exchange, 401, "Bitte melden Sie sich an.", fault);
    log_warning(NULL, "denied: %s, who is %s, asked for %s %s", exchange->user.name,
                user_role_name(exchange->user.role), route->method, route->path);
    return answer_error(exchange, 403, "Dafür fehlt Ihnen die Berechtigung.", fault);
}

/* Whether the route is closed to this person until they have the second factor of their role. */
static bool waits_for_factor(const struct service *service, const struct exchange *exchange,
                             const struct route *route)
{
    return route->roles != ANYBODY && (route->roles & BEFORE_FACTOR) == 0 &&
           !exchange->is_machine && access_lacks_factor(service->config, &exchange->user);
}

/* ---- about what ------------------------------------------------------------------------------ */

/* Reads the document that the path names. */
static enum status find_document(struct service *service, struct exchange *exchange, bool *ret_may,
                                 struct fault *fault)
{
    document_record_done(&exchange->document);
    enum status status = ledger_document_get(service->ledger, (struct document_id){exchange->id},
                                             &exchange->document, fault);
    if (status != STATUS_OK)
        return status;
    *ret_may = access_may_see_document(&exchange->user, &exchange->document);
    return STATUS_OK;
}

static enum status find_scan(struct service *service, struct exchange *exchange, bool *ret_may,
                             struct fault *fault)
{
    scan_record_done(&exchange->scan);
    enum status status =
        ledger_scan_get(service->ledger, (struct scan_id){exchange->id}, &exchange->scan, fault);
    if (status == STATUS_OK)
        *ret_may = access_may_see_site(&exchange->user, exchange->scan.site);
    return status;
}

/* The handler's turn, once this person may see what the path names. */
static enum status handle(struct service *service, struct exchange *exchange,
                          const struct route *route, struct fault *fault)
{
    bool may = route->about == ABOUT_NOTHING || route->about == ABOUT_NEW_SCAN;
    enum status status = STATUS_OK;
    if (route->about == ABOUT_DOCUMENT)
        status = find_document(service, exchange, &may, fault);
    if (route->about == ABOUT_SCAN)
        status = find_scan(service, exchange, &may, fault);
    if (status != STATUS_OK)
        return status;
    if (may)
        return route->handle(service, exchange, fault);
    log_warning(NULL, "denied: %s asked for something foreign with %s %s", exchange->user.name,
                route->method, route->path);
    status = access_note_look(service, exchange, "access.denied", fault);
    return status == STATUS_OK ? answer_nothing_there(exchange, fault) : status;
}

static enum status pass(struct service *service, struct exchange *exchange,
                        const struct route *route, struct fault *fault)
{
    if (strcmp(route->method, "POST") == 0) {
        if (!comes_from_our_pages(exchange))
            return answer_error(exchange, 403, "Diese Anfrage kommt nicht aus dem Portal.", fault);
        if (route->about != ABOUT_NEW_SCAN && !read_body(exchange))
            return answer_error(exchange, 400, "Diese Anfrage ist unverständlich.", fault);
    }
    enum status status = find_user(service, exchange, fault);
    if (status != STATUS_OK)
        return status;
    bool may = is_somebody(exchange) && (route->roles & (1U << exchange->user.role)) != 0 &&
               !(exchange->is_machine && (route->roles & NO_MACHINE) != 0);
    if (route->roles != ANYBODY && !may)
        return deny(exchange, route, fault);
    if (waits_for_factor(service, exchange, route))
        return answer_error(exchange, 403, "Bitte richten Sie zuerst den zweiten Faktor ein.",
                            fault);
    return handle(service, exchange, route, fault);
}

bool routes_takes_file(struct exchange *exchange)
{
    const char *allow = NULL;
    const struct route *route = find_route(exchange, &allow);
    return route != NULL && route->about == ABOUT_NEW_SCAN;
}

/* ---- answering ----------------------------------------------------------------------------- */

static enum status answer_route(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    const char *allow = NULL;
    const struct route *route = find_route(exchange, &allow);
    if (route == NULL && allow == NULL)
        return answer_nothing_there(exchange, fault);
    if (route == NULL) {
        enum status status = answer_error(exchange, 405, "So geht das hier nicht.", fault);
        exchange->answer.allow = allow;
        return status;
    }
    if (exchange->work != WORK_DONE)
        return pass(service, exchange, route, fault);
    // The session may have ended, and its place have another one, while the work was done.
    exchange->session = NULL;
    exchange->is_machine = false;
    user_record_done(&exchange->user);
    enum status status = find_user(service, exchange, fault);
    return status == STATUS_OK ? handle(service, exchange, route, fault) : status;
}

static void answer_failure(struct exchange *exchange, enum status status, const struct fault *fault)
{
    log_error(NULL, "%s %s: %s", exchange->question.method, exchange->question.path, fault->text);
    exchange->work = WORK_NOTHING;
    if (status == STATUS_LATER) {
        (void)answer_error(exchange, 503, "Das geht gerade nicht. Bitte gleich noch einmal.", NULL);
        exchange->answer.retry_after_s = 2;
    } else {
        (void)answer_error(exchange, 500, "Das Portal hat einen Fehler und hält an.", NULL);
    }
}

enum status routes_answer(struct service *service, struct exchange *exchange, struct fault *fault)
{
    struct fault own = {0};
    bool is_fixed = false;
    const char *method = exchange->question.method;
    const struct asset *asset = assets_find(&service->assets, exchange->question.path, &is_fixed);
    if (fault == NULL)
        fault = &own;
    if (asset != NULL && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0))
        return answer_asset(exchange, &service->assets, asset, is_fixed);
    enum status status = answer_route(service, exchange, fault);
    if (status == STATUS_REFUSE)
        status = answer_nothing_there(exchange, fault);
    if (status != STATUS_OK)
        answer_failure(exchange, status, fault);
    return status == STATUS_HALT ? STATUS_HALT : STATUS_OK;
}
