/* api_account.c - what people see and change of their own account: where they are logged in, and
 * their second factor.
 *
 * A second factor is begun with the password once more, so that a session that was left open binds
 * no stranger's telephone; it counts when its first code was typed. Its secret and the codes on
 * paper are each answered once. */
// SPDX-License-Identifier: EUPL-1.2
#include <qrencode.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "portal/access.h"
#include "portal/describe.h"
#include "portal/factor.h"
#include "portal/paging.h"
#include "portal/routes.h"
#include "portal/session_list.h"
#include "store/mail_notice.h"

static enum status answer_done(struct exchange *exchange, struct fault *fault)
{
    return answer_json(exchange, 200, json_pack("{s:b}", "done", 1), fault);
}

static enum status answer_logged_out(struct exchange *exchange, struct fault *fault)
{
    return answer_error(exchange, 401, "Bitte melden Sie sich an.", fault);
}

static enum status api_account(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    struct second_factor factor = {0};
    bool is_found = false;
    const struct user_record *user = &exchange->user;
    enum status status = second_factor_get(service->ledger, user->name, &is_found, &factor, fault);
    if (status != STATUS_OK)
        return status;
    bool is_required =
        access_lacks_factor(service->config, &(struct user_record){.role = user->role});
    return answer_json(
        exchange, 200,
        json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:b, s:{s:b, s:b, s:s?}, s:{s:b, s:o, s:b, s:i}}",
                  "name", user->name, "title", user->title, "role", user_role_name(user->role),
                  "site", user->site, "team", user->team, "directory", user->is_of_directory,
                  "notices", "possible", service->config->mail.server != NULL, "wanted",
                  user->wants_notices, "mail", user->mail, "factor", "enrolled",
                  factor.confirmed_ms > 0, "since", describe_time(factor.confirmed_ms), "required",
                  is_required, "codes_left", (int)factor.codes_left),
        fault);
}

/* ---- notices by mail --------------------------------------------------------------------------- */

static enum status api_notices(struct service *service, struct exchange *exchange,
                               struct fault *fault)
{
    const json_t *wanted = json_object_get(exchange->body, "wanted");
    const char *mail = exchange_text(exchange, "mail");
    struct fault why = {0};
    if (!json_is_boolean(wanted))
        return answer_error(exchange, 400, "Ja oder nein?", fault);
    enum status status = mail_notice_set(service->ledger, exchange->user.name, json_is_true(wanted),
                                         mail == NULL || mail[0] == '\0' ? NULL : mail, &why);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409,
                            "Das ist keine E-Mail-Adresse, oder sie steht im Verzeichnis der "
                            "Behörde und wird dort geändert.",
                            fault);
    return status == STATUS_OK ? answer_done(exchange, fault)
                               : fault_set(fault, status, "%s", why.text);
}

/* ---- sessions ---------------------------------------------------------------------------------- */

static enum status api_own_sessions(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    return session_list_answer(service, exchange, exchange->user.name, fault);
}

static enum status api_own_session_end(struct service *service, struct exchange *exchange,
                                       struct fault *fault)
{
    return session_list_end(service, exchange, exchange->user.name, fault);
}

/* ---- beginning a second factor ----------------------------------------------------------------- */

/* The address that the app reads from the picture. */
static void append_address(struct text *text, const struct config *config, const char *name,
                           const char *secret)
{
    static const char hex[] = "0123456789ABCDEF";
    struct text issuer = {0};
    for (const char *letter = config->office_name; *letter != '\0'; letter++) {
        unsigned char byte = (unsigned char)*letter;
        bool is_plain = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                        (byte >= '0' && byte <= '9');
        if (is_plain)
            text_append_char(&issuer, *letter);
        else
            text_append_format(&issuer, "%%%c%c", hex[byte >> 4], hex[byte & 15]);
    }
    text_append_format(text,
                       "otpauth://totp/Posteingang%%20%s:%s?secret=%s&issuer=Posteingang%%20%s",
                       text_string(&issuer), name, secret, text_string(&issuer));
    text->failed |= issuer.failed;
    text_done(&issuer);
}

/* The rows of the picture, "1" for what is dark; NULL: no memory. */
static json_t *draw(const char *address)
{
    QRcode *code = QRcode_encodeString8bit(address, 0, QR_ECLEVEL_M);
    json_t *rows = code == NULL ? NULL : json_array();
    for (int row = 0; rows != NULL && row < code->width; row++) {
        char line[256] = "";
        for (int column = 0; column < code->width && column < (int)sizeof line - 1; column++)
            line[column] = (code->data[row * code->width + column] & 1) != 0 ? '1' : '0';
        (void)json_array_append_new(rows, json_string(line));
    }
    QRcode_free(code);
    return rows;
}

static enum status answer_secret(struct service *service, struct exchange *exchange,
                                 struct fault *fault)
{
    char secret[TOTP_SECRET_TEXT_BYTES];
    struct text address = {0};
    enum status status = factor_begin(service, exchange->user.name, secret, fault);
    if (status == STATUS_REFUSE)
        return answer_error(exchange, 409, "Sie haben schon einen zweiten Faktor.", fault);
    if (status != STATUS_OK)
        return status;
    append_address(&address, service->config, exchange->user.name, secret);
    status = answer_json(exchange, 200,
                         json_pack("{s:s, s:s, s:o}", "secret", secret, "address",
                                   text_string(&address), "picture", draw(text_string(&address))),
                         fault);
    sodium_memzero(secret, sizeof secret);
    text_done(&address);
    return status;
}

static enum status refuse_password(struct service *service, struct exchange *exchange,
                                   struct fault *fault)
{
    throttle_failed(&service->throttle, exchange->user.name, exchange->question.address,
                    clock_monotonic_ms(service->clock));
    return answer_error(exchange, 403, "Das Kennwort stimmt nicht.", fault);
}

/* Asks for the check of the password; false: it waits, or there is no memory. */
static enum status ask_for_password(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    const char *password = exchange_text(exchange, "password");
    const struct user_record *user = &exchange->user;
    int64_t wait = throttle_wait_ms(&service->throttle, user->name, exchange->question.address,
                                    clock_monotonic_ms(service->clock));
    if (password == NULL || password[0] == '\0' || strlen(password) > PASSWORD_BYTES_MOST)
        return answer_error(exchange, 400, "Bitte geben Sie Ihr Kennwort noch einmal ein.", fault);
    if (wait > 0)
        return answer_wait(exchange, wait, fault);
    struct credentials *credentials = credentials_new(service->config, user->name);
    if (credentials == NULL)
        return fault_set(fault, STATUS_LATER, "no memory to check a password");
    exchange->credentials = credentials;
    credentials->asks_directory = user->is_of_directory;
    (void)snprintf(credentials->hash, sizeof credentials->hash, "%s", user->password_hash);
    (void)snprintf(credentials->password, sizeof credentials->password, "%s", password);
    exchange->work = WORK_CREDENTIALS;
    return STATUS_OK;
}

static enum status api_factor_begin(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    if (exchange->work != WORK_DONE)
        return ask_for_password(service, exchange, fault);
    if (exchange->session == NULL)
        return answer_logged_out(exchange, fault);
    if (exchange->credentials->answer == CREDENTIALS_SILENT)
        return answer_error(exchange, 503,
                            "Das Verzeichnis der Behörde antwortet nicht; bitte versuchen Sie es "
                            "in einigen Minuten noch einmal.",
                            fault);
    if (exchange->credentials->answer != CREDENTIALS_RIGHT)
        return refuse_password(service, exchange, fault);
    return answer_secret(service, exchange, fault);
}

/* ---- with a code ------------------------------------------------------------------------------- */

/* Checks a code of the app; *ret_passed false: there is an answer that says why not. */
static enum status check_code(struct service *service, struct exchange *exchange, bool *ret_passed,
                              struct fault *fault)
{
    enum factor_answer answer = FACTOR_WRONG;
    const char *name = exchange->user.name;
    const char *typed = exchange_text(exchange, "code");
    int64_t now_ms = clock_monotonic_ms(service->clock);
    int64_t wait = throttle_wait_ms(&service->throttle, name, FACTOR_ADDRESS, now_ms);
    if (typed == NULL || !totp_is_code(typed))
        return answer_error(exchange, 400, "Bitte geben Sie die sechs Ziffern aus Ihrer App ein.",
                            fault);
    if (wait > 0)
        return answer_wait(exchange, wait, fault);
    enum status status = factor_check(service, name, typed, NULL, &answer, fault);
    if (status != STATUS_OK)
        return status;
    *ret_passed = answer == FACTOR_RIGHT;
    if (*ret_passed)
        throttle_passed(&service->throttle, name, FACTOR_ADDRESS);
    if (*ret_passed)
        return STATUS_OK;
    throttle_failed(&service->throttle, name, FACTOR_ADDRESS, now_ms);
    return answer_error(exchange, 409, "Der Code stimmt nicht oder ist schon benutzt.", fault);
}

/* Makes new codes on paper, and asks for their hashes. */
static enum status make_codes(struct service *service, struct exchange *exchange,
                              struct fault *fault)
{
    struct second_factor factor = {0};
    bool is_found = false;
    enum status status =
        second_factor_get(service->ledger, exchange->user.name, &is_found, &factor, fault);
    if (status != STATUS_OK)
        return status;
    struct credentials *credentials = credentials_new(service->config, exchange->user.name);
    if (credentials == NULL)
        return fault_set(fault, STATUS_LATER, "no memory for codes");
    exchange->credentials = credentials;
    memcpy(credentials->salt, factor.salt, sizeof credentials->salt);
    for (size_t i = 0; i < SECOND_FACTOR_CODES; i++)
        recovery_code_new(credentials->codes[i]);
    exchange->work = WORK_CREDENTIALS;
    return STATUS_OK;
}

static enum status answer_codes(struct service *service, struct exchange *exchange,
                                struct fault *fault)
{
    const struct credentials *credentials = exchange->credentials;
    json_t *codes = json_array();
    enum status status = STATUS_LATER;
    if (credentials->answer == CREDENTIALS_RIGHT)
        status = second_factor_set_codes(service->ledger, exchange->user.name, credentials->hashes,
                                         fault);
    for (size_t i = 0; i < SECOND_FACTOR_CODES; i++)
        (void)json_array_append_new(codes, json_string(credentials->codes[i]));
    if (status == STATUS_OK)
        return answer_json(exchange, 200, json_pack("{s:o}", "codes", codes), fault);
    json_decref(codes);
    return status;
}

/* Confirms what was begun, or replaces the codes on paper: both take a code of the app. */
static enum status api_factor_codes(struct service *service, struct exchange *exchange,
                                    struct fault *fault)
{
    bool has_passed = false;
    if (exchange->work == WORK_DONE)
        return exchange->session == NULL ? answer_logged_out(exchange, fault)
                                         : answer_codes(service, exchange, fault);
    enum status status = check_code(service, exchange, &has_passed, fault);
    if (status != STATUS_OK || !has_passed)
        return status;
    return make_codes(service, exchange, fault);
}

static enum status api_factor_remove(struct service *service, struct exchange *exchange,
                                     struct fault *fault)
{
    bool has_passed = false;
    const struct user_record *user = &exchange->user;
    if (!user->has_factor)
        return answer_error(exchange, 409, "Sie haben keinen zweiten Faktor.", fault);
    enum status status = check_code(service, exchange, &has_passed, fault);
    if (status != STATUS_OK || !has_passed)
        return status;
    status = second_factor_remove(service->ledger, user->name, user->name, fault);
    return status == STATUS_OK ? answer_done(exchange, fault) : status;
}

enum { OWN = EVERY_ROLE | BEFORE_FACTOR | NO_MACHINE };

static const struct route rows[] = {
    {"GET",  "/account",                    OWN, api_account,         ABOUT_NOTHING},
    {"GET",  "/account/sessions",           OWN, api_own_sessions,    ABOUT_NOTHING},
    {"POST", "/account/sessions/:name/end", OWN, api_own_session_end, ABOUT_NOTHING},
    {"POST", "/account/notices",            OWN, api_notices,         ABOUT_NOTHING},
    {"POST", "/account/factor/begin",       OWN, api_factor_begin,    ABOUT_NOTHING},
    {"POST", "/account/factor/codes",       OWN, api_factor_codes,    ABOUT_NOTHING},
    {"POST", "/account/factor/remove",      OWN, api_factor_remove,   ABOUT_NOTHING},
};
const struct route_table routes_account = {rows, sizeof rows / sizeof rows[0]};
