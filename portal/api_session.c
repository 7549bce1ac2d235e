/* api_session.c - logging in and out, who one is, and whether anything has changed.
 *
 * A log-in answers the same, and takes as long, whether the name is unknown, the person disabled
 * or the password wrong: the hash of nobody is checked when there is no other. */
// SPDX-License-Identifier: EUPL-1.2
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/access.h"
#include "portal/factor.h"
#include "portal/routes.h"
#include "store/guard.h"
#include "store/logins.h"

/* A directory that did not answer is not asked again for so long: nobody waits in vain. */
enum { SILENCE_MS = 5000 };

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

static json_t *describe_rights(const struct user_record *user)
{
    json_t *rights = json_array();
    for (size_t i = 0; i < GUARDS; i++)
        if ((user->rights & guard_at(i)) != 0)
            (void)json_array_append_new(rights, json_string(guard_name(guard_at(i))));
    return rights;
}

/* What the pages need to know at their start; "user" is null when nobody is logged in. */
static json_t *describe(const struct service *service, const struct user_record *user)
{
    const struct config *config = service->config;
    json_t *person =
        user == NULL
            ? json_null()
            : json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:b, s:o}", "name", user->name, "title",
                        user->title, "role", user_role_name(user->role), "site", user->site, "team",
                        user->team, "lacks_factor", access_lacks_factor(config, user), "rights",
                        describe_rights(user));
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

/* With the salt of the codes on paper, when one was typed. */
static enum status add_recovery_code(struct service *service, const struct exchange *exchange,
                                     struct credentials *credentials, struct fault *fault)
{
    struct second_factor factor = {0};
    bool is_found = false;
    const char *typed = exchange_text(exchange, "code");
    if (typed == NULL || !recovery_code_fold(typed, credentials->codes[0]))
        return STATUS_OK;
    enum status status =
        second_factor_get(service->ledger, credentials->name, &is_found, &factor, fault);
    memcpy(credentials->salt, factor.salt, sizeof credentials->salt);
    return status;
}

/* Whom to ask: for accounts of its own and for nobody the ledger, else the directory. */
static bool is_for_directory(const struct service *service, const struct user_record *user,
                             bool is_found, const char *password)
{
    return service->config->directory.uri != NULL && password[0] != '\0' &&
           (!is_found || (user->is_of_directory && !user->is_disabled));
}

static enum status answer_silence(struct exchange *exchange, struct fault *fault)
{
    enum status status =
        answer_error(exchange, 503,
                     "Das Verzeichnis der Behörde antwortet nicht; bitte versuchen Sie es in "
                     "einigen Minuten noch einmal. Konten, die nur hier geführt werden, "
                     "funktionieren weiter.",
                     fault);
    exchange->answer.retry_after_s = SILENCE_MS / 1000;
    return status;
}

/* Finds what is to be checked, and asks for the check. */
static enum status begin_login(struct service *service, struct exchange *exchange, const char *name,
                               const char *password, struct fault *fault)
{
    struct user_record user = {0};
    bool is_found = false;
    struct credentials *credentials = credentials_new(service->config, name);
    exchange->credentials = credentials;
    if (credentials == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for a log-in");
    enum status status = user_get(service->ledger, name, &is_found, &user, fault);
    if (status == STATUS_OK)
        status = add_recovery_code(service, exchange, credentials, fault);
    if (status != STATUS_OK) {
        user_record_done(&user);
        return status;
    }
    bool is_own = is_found && !user.is_disabled && !user.is_of_directory;
    credentials->asks_directory = is_for_directory(service, &user, is_found, password);
    (void)snprintf(credentials->hash, sizeof credentials->hash, "%s",
                   is_own ? user.password_hash : user_nobodys_hash());
    (void)snprintf(credentials->password, sizeof credentials->password, "%s", password);
    user_record_done(&user);
    if (credentials->asks_directory &&
        clock_monotonic_ms(service->clock) < service->silent_until_ms)
        return answer_silence(exchange, fault);
    exchange->work = WORK_CREDENTIALS;
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

/* ---- the second factor ---------------------------------------------------------------------- */

/* "code": the page asks for it, with the same name and password again. */
static enum status ask_for_code(struct exchange *exchange, const char *words, struct fault *fault)
{
    return answer_json(exchange, 401, json_pack("{s:s, s:b}", "error", words, "code", 1), fault);
}

/* Takes the code that was typed; *ret_passed false: there is an answer that says why not. */
static enum status check_code(struct service *service, struct exchange *exchange, const char *typed,
                              bool *ret_passed, struct fault *fault)
{
    enum factor_answer answer = FACTOR_WRONG;
    const char *name = exchange->user.name;
    int64_t now_ms = clock_monotonic_ms(service->clock);
    int64_t wait = throttle_wait_ms(&service->throttle, name, FACTOR_ADDRESS, now_ms);
    if (wait > 0)
        return answer_wait(exchange, wait, fault);
    enum status status =
        factor_check(service, name, typed, &exchange->credentials->hashes[0], &answer, fault);
    if (status != STATUS_OK)
        return status;
    *ret_passed = answer == FACTOR_RIGHT;
    if (answer == FACTOR_RIGHT) {
        throttle_passed(&service->throttle, name, FACTOR_ADDRESS);
        return STATUS_OK;
    }
    if (answer == FACTOR_CLOSED)
        return answer_error(exchange, 503,
                            "Der zweite Faktor kann gerade nicht geprüft werden. Bitte "
                            "verständigen Sie die Verwaltung.",
                            fault);
    throttle_failed(&service->throttle, name, FACTOR_ADDRESS, now_ms);
    log_warning(NULL, "a wrong code for %s from %s", name, exchange->question.address);
    return ask_for_code(exchange, "Der Code stimmt nicht oder ist schon benutzt.", fault);
}

static enum status pass_factor(struct service *service, struct exchange *exchange, bool *ret_passed,
                               struct fault *fault)
{
    const char *typed = exchange_text(exchange, "code");
    *ret_passed = !exchange->user.has_factor;
    if (*ret_passed)
        return STATUS_OK;
    if (typed == NULL || typed[0] == '\0')
        return ask_for_code(exchange, "Bitte geben Sie noch den Code aus Ihrer App ein.", fault);
    return check_code(service, exchange, typed, ret_passed, fault);
}

/* ---- whom the check has found ----------------------------------------------------------------- */

/* Somebody of the directory: their account is made or brought up to date. */
static enum status settle_person(struct service *service, struct exchange *exchange,
                                 bool *ret_found, struct fault *fault)
{
    struct user_card card = directory_card(&exchange->credentials->person);
    enum status status = user_settle(service->ledger, &card, fault);
    if (status == STATUS_REFUSE) { // the name is that of an account of our own
        log_warning(NULL, "%s", fault->text);
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    return user_get(service->ledger, card.name, ret_found, &exchange->user, fault);
}

/* Somebody of our own. They are read again: they may have been disabled meanwhile. */
static enum status find_person(struct service *service, struct exchange *exchange, const char *name,
                               bool *ret_found, struct fault *fault)
{
    enum status status = user_get(service->ledger, name, ret_found, &exchange->user, fault);
    if (status == STATUS_OK && *ret_found)
        *ret_found = strcmp(exchange->user.password_hash, exchange->credentials->hash) == 0;
    return status;
}

static enum status open_session(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    char token[SESSION_TOKEN_BYTES];
    enum status status = end_own_session(service, exchange, fault); // of whoever was here before
    if (status == STATUS_OK)
        status = begin_session(service, exchange, token, fault);
    if (status != STATUS_OK)
        return status;
    log_info(NULL, "%s logged in", exchange->user.name);
    set_cookie(exchange, token, "");
    sodium_memzero(token, sizeof token);
    return answer_json(exchange, 200, describe(service, &exchange->user), fault);
}

/* Who has lost their last role in the directory is put out of what is still open. */
static enum status answer_no_role(struct service *service, struct exchange *exchange,
                                  const char *name, struct fault *fault)
{
    struct user_record user = {0};
    bool is_found = false;
    enum status status = user_get(service->ledger, name, &is_found, &user, fault);
    if (status == STATUS_OK && is_found && user.is_of_directory)
        status = user_put_out(service->ledger, name, "user.gone", "directory", fault);
    user_record_done(&user);
    if (status != STATUS_OK)
        return status;
    log_warning(NULL, "%s is in the directory, but in no group with a role", name);
    return answer_error(exchange, 403,
                        "Ihr Konto ist für den Posteingang nicht freigeschaltet. Bitte wenden Sie "
                        "sich an die Verwaltung.",
                        fault);
}

/* The password is right. */
static enum status let_in(struct service *service, struct exchange *exchange, const char *name,
                          struct fault *fault)
{
    bool is_found = false;
    bool has_passed = false;
    enum status status = exchange->credentials->asks_directory
                             ? settle_person(service, exchange, &is_found, fault)
                             : find_person(service, exchange, name, &is_found, fault);
    if (status != STATUS_OK)
        return status;
    if (!is_found || exchange->user.is_disabled)
        return refuse_login(service, exchange, name, fault);
    status = pass_factor(service, exchange, &has_passed, fault);
    if (status != STATUS_OK || !has_passed)
        return status;
    throttle_passed(&service->throttle, name, exchange->question.address);
    return open_session(service, exchange, fault);
}

/* What was to be checked was checked. */
static enum status finish_login(struct service *service, struct exchange *exchange,
                                const char *name, struct fault *fault)
{
    user_record_done(&exchange->user);
    switch (exchange->credentials->answer) {
    case CREDENTIALS_RIGHT:
        return let_in(service, exchange, name, fault);
    case CREDENTIALS_NO_ROLE:
        return answer_no_role(service, exchange, name, fault);
    case CREDENTIALS_SILENT:
        service->silent_until_ms = clock_monotonic_ms(service->clock) + SILENCE_MS;
        return answer_silence(exchange, fault);
    case CREDENTIALS_WRONG:
    default:
        return refuse_login(service, exchange, name, fault);
    }
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
    return answer_json(exchange, 200, json_pack("{s:s}", "version", version), fault);
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
