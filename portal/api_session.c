/* api_session.c - logging in and out, who one is, and whether anything has changed.
 *
 * A log-in answers the same, and takes as long, whether the name is unknown, the person disabled
 * or the password wrong: the hash of nobody is checked when there is no other. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/routes.h"
#include "store/logins.h"

static enum status api_health(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    (void)service;
    return answer_json(exchange, 200, json_pack("{s:b}", "ok", 1), fault);
}

static enum status api_openapi(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    return answer_json_bytes(exchange, 200, service->openapi, fault);
}

/* ---- who one is ---------------------------------------------------------------------------- */

static json_t *describe_sites(const struct config *config)
{
    json_t *sites = json_array();
    for (size_t i = 0; i < config->site_count; i++)
        (void)json_array_append_new(sites, json_string(config->sites[i].name));
    return sites;
}

static json_t *describe_teams(const struct config *config)
{
    json_t *teams = json_object();
    for (size_t i = 0; i < config->team_count; i++)
        (void)json_object_set_new(teams, config->teams[i].name,
                                  json_string(config->teams[i].title));
    return teams;
}

/* What the pages need to know at their start; "user" is null when nobody is logged in. */
static json_t *describe(const struct service *service, const struct user_record *user)
{
    const struct config *config = service->config;
    json_t *person = user == NULL ? json_null()
                                  : json_pack("{s:s, s:s, s:s?, s:s?}", "name", user->name, "role",
                                              user_role_name(user->role), "site", user->site,
                                              "team", user->team);
    json_t *described = json_pack("{s:s, s:s, s:o}", "authority", config->authority, "office",
                                  config->office_name, "user", person);
    if (described == NULL || user == NULL)
        return described;
    (void)json_object_set_new(described, "sites", describe_sites(config));
    (void)json_object_set_new(described, "teams", describe_teams(config));
    return described;
}

static enum status api_session(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    const struct user_record *user = exchange->session == NULL ? NULL : &exchange->user;
    return answer_json(exchange, 200, describe(service, user), fault);
}

/* ---- logging in ---------------------------------------------------------------------------- */

static void set_cookie(struct exchange *exchange, const char *token, const char *age)
{
    bool is_https = exchange->question.is_https;
    (void)snprintf(exchange->answer.cookie, sizeof exchange->answer.cookie,
                   "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
                   is_https ? "__Host-posteingang" : "posteingang", token,
                   is_https ? "; Secure" : "", age);
}

/* The name as it is kept: without blanks around it and in lower case. False: no name can be so. */
static bool fold_name(const char *typed, char ret_name[USER_NAME_BYTES_MOST + 1])
{
    typed += strspn(typed, " ");
    size_t length = strcspn(typed, " ");
    if (length == 0 || length > USER_NAME_BYTES_MOST || typed[length + strspn(typed + length, " ")])
        return false;
    for (size_t i = 0; i < length; i++)
        ret_name[i] =
            (char)(typed[i] >= 'A' && typed[i] <= 'Z' ? typed[i] + ('a' - 'A') : typed[i]);
    ret_name[length] = '\0';
    return true;
}

static enum status answer_wait(struct exchange *exchange, int64_t wait_ms, struct fault *fault)
{
    int64_t seconds = (wait_ms + 999) / 1000;
    char words[160];
    (void)snprintf(words, sizeof words,
                   "Zu viele Versuche. Bitte warten Sie %" PRId64 " %s und versuchen Sie es dann "
                   "noch einmal.",
                   seconds, seconds == 1 ? "Sekunde" : "Sekunden");
    enum status status = answer_error(exchange, 429, words, fault);
    exchange->answer.retry_after_s = (unsigned)seconds;
    return status;
}

/* Finds the hash to check, and asks for the check. */
static enum status begin_login(struct service *service, struct exchange *exchange, const char *name,
                               const char *password, struct fault *fault)
{
    struct user_record user = {0};
    bool is_found = false;
    enum status status = user_get(service->ledger, name, &is_found, &user, fault);
    if (status != STATUS_OK)
        return status;
    const char *hash = is_found && !user.is_disabled ? user.password_hash : user_nobodys_hash();
    (void)snprintf(exchange->password_hash, sizeof exchange->password_hash, "%s", hash);
    (void)snprintf(exchange->password, sizeof exchange->password, "%s", password);
    exchange->work = WORK_PASSWORD;
    user_record_done(&user);
    return STATUS_OK;
}

static enum status refuse_login(struct service *service, struct exchange *exchange,
                                const char *name, struct fault *fault)
{
    throttle_failed(&service->throttle, name, exchange->question.address,
                    clock_monotonic_ms(service->clock));
    log_warning(NULL, "log-in failed from %s", exchange->question.address);
    return answer_error(exchange, 401, "Name oder Kennwort stimmen nicht.", fault);
}

/* Ends the session that the request came with, here and in the ledger. */
static enum status end_own_session(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    if (exchange->session == NULL)
        return STATUS_OK;
    enum status status =
        login_end(service->ledger, &exchange->session->token, exchange->session->user, fault);
    if (status != STATUS_OK)
        return status;
    session_end(exchange->session);
    exchange->session = NULL;
    return STATUS_OK;
}

static enum status begin_session(struct service *service, struct exchange *exchange,
                                 char token[SESSION_TOKEN_BYTES], struct fault *fault)
{
    int64_t now_ms = clock_wall_ms(service->clock);
    struct session *session =
        sessions_begin(&service->sessions, exchange->user.name, exchange->user.epoch,
                       exchange->question.address, now_ms, token);
    const struct login_session kept = {
        .token = session->token,
        .account = session->user,
        .epoch = session->epoch,
        .begun_ms = now_ms,
        .used_ms = now_ms,
        .address = session->address,
    };
    enum status status = login_begin(service->ledger, &kept, now_ms - service->sessions.idle_ms,
                                     now_ms - service->sessions.absolute_ms, fault);
    if (status != STATUS_OK)
        session_end(session);
    else
        exchange->session = session;
    return status;
}

/* The password was checked. The user is read again: they may have been disabled meanwhile. */
static enum status finish_login(struct service *service, struct exchange *exchange,
                                const char *name, struct fault *fault)
{
    char token[SESSION_TOKEN_BYTES];
    bool is_found = false;
    user_record_done(&exchange->user);
    if (!exchange->password_fits)
        return refuse_login(service, exchange, name, fault);
    enum status status = user_get(service->ledger, name, &is_found, &exchange->user, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_found || exchange->user.is_disabled ||
        strcmp(exchange->user.password_hash, exchange->password_hash) != 0)
        return refuse_login(service, exchange, name, fault);
    status = end_own_session(service, exchange, fault); // whoever was logged in here before
    if (status != STATUS_OK)
        return status;
    throttle_passed(&service->throttle, name, exchange->question.address);
    status = begin_session(service, exchange, token, fault);
    if (status != STATUS_OK)
        return status;
    log_info(NULL, "%s logged in", exchange->user.name);
    set_cookie(exchange, token, "");
    return answer_json(exchange, 200, describe(service, &exchange->user), fault);
}

static enum status api_login(struct service *service, struct exchange *exchange,
                             struct fault *fault)
{
    const char *typed = exchange_text(exchange, "name");
    const char *password = exchange_text(exchange, "password");
    char name[USER_NAME_BYTES_MOST + 1];
    if (typed == NULL || password == NULL || strlen(password) > PASSWORD_BYTES_MOST ||
        !fold_name(typed, name))
        return answer_error(exchange, 401, "Name oder Kennwort stimmen nicht.", fault);
    if (exchange->work == WORK_DONE)
        return finish_login(service, exchange, name, fault);
    int64_t wait = throttle_wait_ms(&service->throttle, name, exchange->question.address,
                                    clock_monotonic_ms(service->clock));
    if (wait > 0)
        return answer_wait(exchange, wait, fault);
    return begin_login(service, exchange, name, password, fault);
}

static enum status api_logout(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    if (exchange->session != NULL)
        log_info(NULL, "%s logged out", exchange->user.name);
    enum status status = end_own_session(service, exchange, fault);
    if (status != STATUS_OK)
        return status;
    set_cookie(exchange, "", "; Max-Age=0");
    return answer_json(exchange, 200, describe(service, NULL), fault);
}

/* ---- live ----------------------------------------------------------------------------------- */

static enum status api_events(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    (void)service;
    (void)fault;
    return answer_stream(exchange);
}

/* ---- whether to look again ------------------------------------------------------------------ */

/* A digest of all counts: pages ask for it every two seconds, and for the rest only when it has
 * changed. */
static enum status api_changes(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct ledger_summary summary;
    char version[MEMO_VERSION_BYTES];
    enum status status = memo_version(service->ledger, version, &summary, fault);
    if (status != STATUS_OK)
        return status;
    return answer_json(exchange, 200,
                       json_pack("{s:s, s:I}", "version", version, "clearing",
                                 (json_int_t)summary.documents[DOCUMENT_CLEARING]),
                       fault);
}

static const struct route rows[] = {
    {"GET",  "/health",       ANYBODY,    api_health,  ABOUT_NOTHING},
    {"GET",  "/openapi.json", ANYBODY,    api_openapi, ABOUT_NOTHING},
    {"GET",  "/session",      ANYBODY,    api_session, ABOUT_NOTHING},
    {"POST", "/login",        ANYBODY,    api_login,   ABOUT_NOTHING},
    {"POST", "/logout",       ANYBODY,    api_logout,  ABOUT_NOTHING},
    {"GET",  "/events",       EVERY_ROLE, api_events,  ABOUT_NOTHING},
    {"GET",  "/changes",      EVERY_ROLE, api_changes, ABOUT_NOTHING},
};
const struct route_table routes_session = {rows, sizeof rows / sizeof rows[0]};
