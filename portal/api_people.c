/* api_people.c - who may log in, who is logged in, which machines have a token, and who did what. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "portal/describe.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "portal/session_list.h"
#include "store/logins.h"
#include "store/operations.h"
#include "store/second_factor.h"

static const char *given(const struct exchange *exchange, const char *key)
{
    const char *text = exchange_text(exchange, key);
    return text == NULL || text[0] == '\0' ? NULL : text;
}

/* The place that the body names; false: its role is none, or its site is not ours. */
static bool read_place(const struct service *service, const struct exchange *exchange,
                       struct user_place *ret_place)
{
    const char *role = given(exchange, "role");
    *ret_place = (struct user_place){
        .site = given(exchange, "site"),
        .team = given(exchange, "team"),
        .caseworker = given(exchange, "caseworker"),
    };
    return role != NULL && user_role_from_name(role, &ret_place->role) &&
           (ret_place->site == NULL || config_site(service->config, ret_place->site) != NULL);
}

/* ---- accounts ---------------------------------------------------------------------------------- */

static enum status keep_user(void *context, const struct user_record *record, struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(
        context,
        json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:b, s:b, s:b, s:o}", "name", record->name,
                  "title", record->title, "role", user_role_name(record->role), "site",
                  record->site, "team", record->team, "caseworker", record->caseworker, "disabled",
                  record->is_disabled, "directory", record->is_of_directory, "factor",
                  record->has_factor, "created", describe_time(record->created_ms)));
    return STATUS_OK;
}

static enum status api_users(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    json_t *users = json_array();
    enum status status = user_each(service->ledger, keep_user, users, fault);
    if (status == STATUS_OK)
        status = paging_answer(exchange, json_incref(users), (int64_t)json_array_size(users), NULL,
                               fault);
    json_decref(users);
    return status;
}

static enum status answer_done(struct exchange *exchange, enum status status, const char *refusal,
                               struct fault *fault)
{
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409, refusal, fault);
    if (status != STATUS_OK)
        return status;
    return answer_json(exchange, 200, json_pack("{s:b}", "done", 1), fault);
}

/* True when there is somebody of the path's name. */
static enum status find_somebody(struct service *service, const struct exchange *exchange,
                                 bool *ret_found, struct fault *fault)
{
    struct user_record user = {0};
    enum status status = user_get(service->ledger, exchange->name, ret_found, &user, fault);
    user_record_done(&user);
    return status;
}

static enum status api_user_new(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    struct user_addition addition = {.name = given(exchange, "name"),
                                     .password = given(exchange, "password")};
    if (addition.name == NULL || addition.password == NULL ||
        !read_place(service, exchange, &addition.place))
        return answer_error(exchange, 400, "Name, Rolle und Kennwort fehlen oder passen nicht.",
                            fault);
    return answer_done(
        exchange, user_add(service->ledger, &addition, exchange->user.name, fault),
        "Das geht so nicht: Der Name ist vergeben oder passt nicht, das Kennwort ist zu kurz "
        "(mindestens zehn Zeichen), oder zur Rolle fehlt Standort oder Sachgebiet.",
        fault);
}

static enum status api_user_role(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    struct user_place place = {0};
    bool is_found = false;
    enum status status = find_somebody(service, exchange, &is_found, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_found)
        return answer_nothing_there(exchange, fault);
    if (!read_place(service, exchange, &place))
        return answer_error(exchange, 400, "Diese Rolle oder diesen Standort gibt es nicht.",
                            fault);
    return answer_done(
        exchange,
        user_set_place(service->ledger, exchange->name, &place, exchange->user.name, fault),
        "Zur Rolle fehlt Standort oder Sachgebiet, oder es ist eines zu viel; die Rollen von "
        "Konten des Verzeichnisses stehen dort.",
        fault);
}

static enum status set_disabled(struct service *service, struct exchange *exchange,
                                bool is_disabled, struct fault *fault)
{
    bool is_found = false;
    enum status status = find_somebody(service, exchange, &is_found, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_found)
        return answer_nothing_there(exchange, fault);
    if (strcmp(exchange->name, exchange->user.name) == 0)
        return answer_error(exchange, 409, "Sich selbst kann man nicht sperren.", fault);
    return answer_done(
        exchange,
        user_set_disabled(service->ledger, exchange->name, is_disabled, exchange->user.name, fault),
        "Das ging nicht.", fault);
}

static enum status api_user_disable(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    return set_disabled(service, exchange, true, fault);
}

static enum status api_user_enable(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    return set_disabled(service, exchange, false, fault);
}

/* For somebody who has lost both telephone and paper. */
static enum status api_user_factor_reset(struct service *service, struct exchange *exchange,
                                         struct fault *fault)
{
    bool is_found = false;
    enum status status = find_somebody(service, exchange, &is_found, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_found)
        return answer_nothing_there(exchange, fault);
    if (strcmp(exchange->name, exchange->user.name) == 0)
        return answer_error(exchange, 409,
                            "Den eigenen zweiten Faktor entfernt man unter „Mein Konto“.", fault);
    return answer_done(
        exchange, second_factor_remove(service->ledger, exchange->name, exchange->user.name, fault),
        "Diese Person hat keinen zweiten Faktor.", fault);
}

/* ---- sessions ---------------------------------------------------------------------------------- */

static enum status api_sessions(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    return session_list_answer(service, exchange, NULL, fault);
}

static enum status api_session_end(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    return session_list_end(service, exchange, NULL, fault);
}

/* ---- tokens ------------------------------------------------------------------------------------ */

static enum status keep_token(void *context, const struct login_token *token, struct fault *fault)
{
    (void)fault;
    (void)json_array_append_new(
        context, json_pack("{s:s, s:s, s:s?, s:s?, s:o, s:o}", "name", token->name, "role",
                           user_role_name(token->place.role), "site", token->place.site, "team",
                           token->place.team, "created", describe_time(token->created_ms),
                           "revoked", describe_time(token->revoked_ms)));
    return STATUS_OK;
}

static enum status api_tokens(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    json_t *tokens = json_array();
    enum status status = login_token_each(service->ledger, keep_token, tokens, fault);
    if (status == STATUS_OK)
        status = paging_answer(exchange, json_incref(tokens), (int64_t)json_array_size(tokens),
                               NULL, fault);
    json_decref(tokens);
    return status;
}

static enum status api_token_new(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    struct user_place place = {0};
    char secret[LOGIN_TOKEN_BYTES];
    const char *name = given(exchange, "name");
    if (name == NULL || !read_place(service, exchange, &place))
        return answer_error(exchange, 400, "Name oder Rolle fehlen.", fault);
    enum status status =
        login_token_add(service->ledger, name, &place, exchange->user.name, secret, fault);
    if (status != STATUS_OK)
        return answer_done(exchange, status,
                           "Der Name ist vergeben oder passt nicht, oder zur Rolle fehlt Standort "
                           "oder Sachgebiet.",
                           fault);
    return answer_json(exchange, 200, json_pack("{s:s, s:s}", "name", name, "token", secret),
                       fault);
}

static enum status api_token_revoke(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    enum status status =
        login_token_revoke(service->ledger, exchange->name, exchange->user.name, fault);
    return status == STATUS_OK ? answer_done(exchange, status, "", fault) : status;
}

/* ---- who did what ------------------------------------------------------------------------------ */

struct audit_list {
    json_t *results;
    size_t limit;
    struct paging_key last;
    bool has_more;
};

static enum status keep_row(void *context, const struct audit_row *row, struct fault *fault)
{
    (void)fault;
    struct audit_list *list = context;
    if (json_array_size(list->results) == list->limit) {
        list->has_more = true;
        return STATUS_OK;
    }
    json_t *detail = json_loads(row->detail, 0, NULL);
    (void)json_array_append_new(
        list->results,
        json_pack("{s:I, s:o, s:s, s:s, s:s, s:o}", "id", (json_int_t)row->id, "at",
                  describe_time(row->at_ms), "actor", row->actor, "action", row->action, "subject",
                  row->subject, "detail", detail == NULL ? json_object() : detail));
    list->last = (struct paging_key){.number = row->id};
    return STATUS_OK;
}

/* Midnight of "YYYY-MM-DD", `days` later; `otherwise` when it is missing or none. */
static int64_t day_of(const char *day, int days, int64_t otherwise)
{
    struct tm moment = {.tm_isdst = -1};
    if (day == NULL || strptime(day, "%Y-%m-%d", &moment) == NULL)
        return otherwise;
    moment.tm_mday += days;
    return (int64_t)mktime(&moment) * 1000;
}

static enum status api_audit(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    struct paging paging = {0};
    if (!paging_read(exchange, &paging))
        return answer_error(exchange, 400, "Diese Seite der Liste gibt es nicht.", fault);
    struct audit_list list = {.results = json_array(), .limit = paging.limit};
    const struct audit_query query = {
        .actor = exchange_query(exchange, "actor"),
        .action = exchange_query(exchange, "action"),
        .subject = exchange_query(exchange, "subject"),
        .since_ms = day_of(exchange_query(exchange, "since"), 0, 0),
        .until_ms = day_of(exchange_query(exchange, "until"), 1, INT64_MAX),
        .before = paging.has_after ? paging.after.number : 0,
        .limit = (uint32_t)paging.limit + 1,
    };
    enum status status = audit_search(service->ledger, &query, keep_row, &list, fault);
    if (status == STATUS_OK)
        status = paging_answer(exchange, json_incref(list.results), -1,
                               list.has_more ? &list.last : NULL, fault);
    json_decref(list.results);
    return status;
}

static const struct route rows[] = {
    {"GET",  "/users",                    ADMIN,           api_users,             ABOUT_NOTHING},
    {"POST", "/users",                    ADMIN,           api_user_new,          ABOUT_NOTHING},
    {"POST", "/users/:name/role",         ADMIN,           api_user_role,         ABOUT_NOTHING},
    {"POST", "/users/:name/disable",      ADMIN,           api_user_disable,      ABOUT_NOTHING},
    {"POST", "/users/:name/enable",       ADMIN,           api_user_enable,       ABOUT_NOTHING},
    {"POST", "/users/:name/factor/reset", ADMIN,           api_user_factor_reset, ABOUT_NOTHING},
    {"GET",  "/sessions",                 ADMIN,           api_sessions,          ABOUT_NOTHING},
    {"POST", "/sessions/:name/end",       ADMIN,           api_session_end,       ABOUT_NOTHING},
    {"GET",  "/tokens",                   ADMIN,           api_tokens,            ABOUT_NOTHING},
    {"POST", "/tokens",                   ADMIN,           api_token_new,         ABOUT_NOTHING},
    {"POST", "/tokens/:name/revoke",      ADMIN,           api_token_revoke,      ABOUT_NOTHING},
    {"GET",  "/audit",                    AUDITOR | ADMIN, api_audit,             ABOUT_NOTHING},
};
const struct route_table routes_people = {rows, sizeof rows / sizeof rows[0]};
