/* routes.c - the table of routes, and what every request must pass before a handler sees it.
 *
 * In this order: is there such a route and method; does a change come from our own pages (a header
 * that no foreign page can set, and the right Origin); is its body one small JSON object; is
 * somebody logged in; may that role. Denied by default: a route without roles is a row that says
 * so. What is denied is logged with the person's name, never with content. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "portal/routes.h"

const struct route routes[] = {
    {"GET",  "/api/health",                    ANYBODY,                       api_health              },
    {"GET",  "/api/session",                   ANYBODY,                       api_session             },
    {"POST", "/api/login",                     ANYBODY,                       api_login               },
    {"POST", "/api/logout",                    ANYBODY,                       api_logout              },
    {"GET",  "/api/changes",                   MAILROOM | CASEWORKER | ADMIN, api_changes             },
    {"GET",  "/api/documents",                 CASEWORKER,                    api_documents           },
    {"GET",  "/api/documents/:id",             CASEWORKER,                    api_document            },
    {"GET",  "/api/documents/:id/text",        CASEWORKER,                    api_document_text       },
    {"GET",  "/api/documents/:id/pdf",         CASEWORKER,                    api_document_pdf        },
    {"GET",  "/api/documents/:id/explanation", CASEWORKER,                    api_document_explanation},
    {"POST", "/api/documents/:id/assign",      CASEWORKER,                    api_document_assign     },
    {"GET",  "/api/case",                      CASEWORKER,                    api_case                },
    {"GET",  "/api/scans",                     MAILROOM | ADMIN,              api_scans               },
    {"GET",  "/api/operations",                ADMIN,                         api_operations          },
    {"GET",  "/api/users",                     ADMIN,                         api_users               },
};
const size_t route_count = sizeof routes / sizeof routes[0];

/* ---- finding ------------------------------------------------------------------------------- */

/* Whether `path` is of the form `pattern`; the UUID in place of ":id" goes to *ret_id. */
static bool path_fits(const char *pattern, const char *path, struct uuid *ret_id)
{
    const char *mark = strstr(pattern, ":id");
    if (mark == NULL)
        return strcmp(pattern, path) == 0;
    size_t before = (size_t)(mark - pattern);
    char written[UUID_TEXT_BYTES];
    if (strncmp(pattern, path, before) != 0 || strlen(path + before) < UUID_TEXT_BYTES - 1)
        return false;
    memcpy(written, path + before, UUID_TEXT_BYTES - 1);
    written[UUID_TEXT_BYTES - 1] = '\0';
    return strcmp(path + before + UUID_TEXT_BYTES - 1, mark + 3) == 0 &&
           uuid_from_text(written, ret_id);
}

static bool method_fits(const struct route *route, const char *method)
{
    return strcmp(route->method, method) == 0 ||
           (strcmp(route->method, "GET") == 0 && strcmp(method, "HEAD") == 0);
}

/* NULL: none. *ret_allow is the method that the path has, when it has one. */
static const struct route *find_route(struct exchange *exchange, const char **ret_allow)
{
    for (size_t i = 0; i < route_count; i++) {
        if (!path_fits(routes[i].path, exchange->question.path, &exchange->id))
            continue;
        *ret_allow = strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD" : routes[i].method;
        if (method_fits(&routes[i], exchange->question.method))
            return &routes[i];
    }
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

static bool comes_from_our_pages(const struct exchange *exchange)
{
    return exchange_header(exchange, "X-Posteingang") != NULL && is_our_origin(exchange);
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

/* Who asks: the session's user as the ledger has them now, so that a disabled person is out at
 * once. */
static enum status find_user(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    const struct question *question = &exchange->question;
    const char *name = question->is_https ? "__Host-posteingang" : "posteingang";
    const char *mark = exchange_header(exchange, "X-Posteingang");
    bool is_use = mark == NULL || strcmp(mark, "background") != 0;
    struct session *session =
        sessions_find(&service->sessions, question->cookie(question->connection, name),
                      clock_monotonic_ms(service->clock), is_use);
    bool is_found = false;
    if (session == NULL)
        return STATUS_OK;
    enum status status =
        user_get(service->ledger, session->user, &is_found, &exchange->user, fault);
    if (status != STATUS_OK)
        return status;
    if (is_found && !exchange->user.is_disabled && exchange->user.epoch == session->epoch)
        exchange->session = session;
    else
        session_end(session);
    return STATUS_OK;
}

static enum status deny(struct exchange *exchange, const struct route *route, struct fault *fault)
{
    if (exchange->session == NULL)
        return answer_error(exchange, 401, "Bitte melden Sie sich an.", fault);
    log_warning(NULL, "denied: %s, who is %s, asked for %s %s", exchange->user.name,
                user_role_name(exchange->user.role), route->method, route->path);
    return answer_error(exchange, 403, "Dafür fehlt Ihnen die Berechtigung.", fault);
}

static enum status pass(struct service *service, struct exchange *exchange,
                        const struct route *route, struct fault *fault)
{
    if (strcmp(route->method, "POST") == 0) {
        if (!comes_from_our_pages(exchange))
            return answer_error(exchange, 403, "Diese Anfrage kommt nicht aus dem Portal.", fault);
        if (!read_body(exchange))
            return answer_error(exchange, 400, "Diese Anfrage ist unverständlich.", fault);
    }
    enum status status = find_user(service, exchange, fault);
    if (status != STATUS_OK)
        return status;
    bool may = exchange->session != NULL && (route->roles & (1U << exchange->user.role)) != 0;
    if (route->roles != ANYBODY && !may)
        return deny(exchange, route, fault);
    return route->handle(service, exchange, fault);
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
    user_record_done(&exchange->user);
    enum status status = find_user(service, exchange, fault);
    return status == STATUS_OK ? route->handle(service, exchange, fault) : status;
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
    const char *method = exchange->question.method;
    const struct asset *asset = assets_find(&service->assets, exchange->question.path);
    if (fault == NULL)
        fault = &own;
    if (asset != NULL && (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0))
        return answer_asset(exchange, &service->assets, asset);
    enum status status = answer_route(service, exchange, fault);
    if (status == STATUS_REFUSE)
        status = answer_nothing_there(exchange, fault);
    if (status != STATUS_OK)
        answer_failure(exchange, status, fault);
    return status == STATUS_HALT ? STATUS_HALT : STATUS_OK;
}
