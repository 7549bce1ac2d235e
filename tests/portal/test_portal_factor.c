/* test_portal_factor.c - the second factor, from the first code to the lost telephone. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/log.h"
#include "base/text.h"
#include "portal/totp.h"
#include "tests/portal/desk.h"

static struct desk desk;

/* ---- the telephone --------------------------------------------------------------------------- */

/* What its app does with the secret that it read. */
static void code_at(const char *secret, int64_t steps_on, char ret_code[8])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint8_t bytes[SECOND_FACTOR_SECRET_BYTES] = {0};
    uint32_t code = 0;
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        size_t value = (size_t)(strchr(letters, secret[bit / 5]) - letters);
        bytes[bit / 8] |= (uint8_t)((value >> (4 - bit % 5) & 1) << (7 - bit % 8));
    }
    int64_t step = clock_wall_ms(desk_clock()) / TOTP_STEP_MS + steps_on;
    assert_true(totp_code(bytes, sizeof bytes, (uint64_t)step, 6, &code));
    (void)snprintf(ret_code, 8, "%06u", code);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static json_t *post(const char *cookie, const char *path, const char *body, int status)
{
    struct reply reply = desk_post(&desk, cookie, path, body);
    if (reply.status != status)
        print_message("%s: %d %s\n", path, reply.status, reply.body);
    assert_int_equal(reply.status, status);
    json_t *json = json_loads(reply.body, 0, NULL);
    assert_non_null(json);
    reply_done(&reply);
    return json;
}

static void post_only(const char *cookie, const char *path, const char *body, int status)
{
    json_decref(post(cookie, path, body, status));
}

static struct reply log_in(const char *name, const char *code)
{
    char body[256];
    (void)snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\",\"code\":\"%s\"}", name,
                   seed_password, code);
    return client_ask(desk.port, "POST", "/api/v1/login", OUR_PAGES, body);
}

static int log_in_status(const char *name, const char *code)
{
    struct reply reply = log_in(name, code);
    int status = reply.status;
    print_message("%s with %s: %d %s\n", name, code, status, reply.body);
    assert_int_equal(status == 200, reply_token(&reply)[0] != '\0');
    reply_done(&reply);
    return status;
}

static char *cookie_with(const char *name, const char *code)
{
    struct text cookie = {0};
    struct reply reply = log_in(name, code);
    print_message("%s: %d %s\n", name, reply.status, reply.body);
    assert_int_equal(reply.status, 200);
    text_append_format(&cookie, "Cookie: posteingang=%s\r\n", reply_token(&reply));
    reply_done(&reply);
    return text_take(&cookie);
}

static int status_of(const char *cookie, const char *path)
{
    struct reply reply = desk_get(&desk, cookie, path);
    int status = reply.status;
    reply_done(&reply);
    return status;
}

/* Enrols; the first two codes on paper and the secret come back. */
static void enrol(const char *cookie, char ret_secret[TOTP_SECRET_TEXT_BYTES],
                  char ret_paper[2][RECOVERY_CODE_BYTES])
{
    char code[8];
    char body[64];
    json_t *begun =
        post(cookie, "/api/v1/account/factor/begin", "{\"password\":\"ein langes Kennwort\"}", 200);
    const char *secret = json_string_value(json_object_get(begun, "secret"));
    const json_t *picture = json_object_get(begun, "picture");
    assert_int_equal(strlen(secret), 32);
    assert_true(json_array_size(picture) >= 21);
    assert_int_equal(json_string_length(json_array_get(picture, 0)), json_array_size(picture));
    assert_non_null(strstr(json_string_value(json_object_get(begun, "address")), secret));
    (void)snprintf(ret_secret, TOTP_SECRET_TEXT_BYTES, "%s", secret);
    json_decref(begun);
    code_at(ret_secret, 0, code);
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
    json_t *made = post(cookie, "/api/v1/account/factor/codes", body, 200);
    const json_t *codes = json_object_get(made, "codes");
    assert_int_equal(json_array_size(codes), SECOND_FACTOR_CODES);
    for (size_t i = 0; i < 2; i++)
        (void)snprintf(ret_paper[i], RECOVERY_CODE_BYTES, "%s",
                       json_string_value(json_array_get(codes, i)));
    json_decref(made);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void a_code_is_asked_for_once_it_is_enrolled(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES], code[8];
    char *cookie = desk_cookie(&desk, "bernd");
    assert_int_equal(log_in_status("bernd", ""), 200);
    post_only(cookie, "/api/v1/account/factor/begin", "{\"password\":\"falsch\"}", 403);
    post_only(cookie, "/api/v1/account/factor/begin", "{}", 400);
    post_only(cookie, "/api/v1/account/factor/codes", "{\"code\":\"123456\"}", 409);
    enrol(cookie, secret, paper);
    post_only(cookie, "/api/v1/account/factor/begin", "{\"password\":\"ein langes Kennwort\"}",
              409);
    struct reply asked = log_in("bernd", "");
    assert_int_equal(asked.status, 401);
    assert_non_null(strstr(asked.body, "\"code\":true"));
    reply_done(&asked);
    struct reply wrong = desk_login(&desk, "bernd", "ein falsches Kennwort");
    assert_null(strstr(wrong.body, "\"code\"")); // who has not the password learns nothing of it
    reply_done(&wrong);
    code_at(secret, 0, code);
    assert_int_equal(log_in_status("bernd", code), 401); // it was used to enrol
    desk_wait(TOTP_STEP_MS);
    code_at(secret, 0, code);
    assert_int_equal(log_in_status("bernd", code), 200);
    assert_int_equal(log_in_status("bernd", code), 401); // once
    desk_wait(TOTP_STEP_MS);
    assert_int_equal(log_in_status("bernd", code), 401);
    free(cookie);
}

static void a_code_on_paper_counts_once(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES];
    char *cookie = desk_cookie(&desk, "lena");
    enrol(cookie, secret, paper);
    assert_int_equal(log_in_status("lena", paper[0]), 200);
    assert_int_equal(log_in_status("lena", paper[0]), 401);
    assert_int_equal(log_in_status("lena", paper[1]), 200);
    assert_int_equal(log_in_status("lena", "k7fd-2m9q-x0p1"), 401);
    struct reply account = desk_get(&desk, cookie, "/api/v1/account");
    assert_non_null(strstr(account.body, "\"codes_left\":8"));
    reply_done(&account);
    free(cookie);
}

static void nothing_of_it_stands_in_the_ledger_or_the_audit(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES];
    char *cookie = desk_cookie(&desk, "leo");
    enrol(cookie, secret, paper);
    struct text name = {0};
    static const char *const behind[] = {"", "-wal"};
    for (size_t i = 0; i < 2; i++) {
        char *bytes = NULL;
        size_t length = 0;
        name.length = 0;
        text_append_format(&name, "%s%s", desk.config->store.ledger, behind[i]);
        if (file_read(text_string(&name), (size_t)1 << 26, &bytes, &length, NULL) != STATUS_OK)
            continue;
        assert_null(memmem(bytes, length, secret, strlen(secret)));
        assert_null(memmem(bytes, length, paper[0], strlen(paper[0])));
        assert_non_null(memmem(bytes, length, "user.factor", strlen("user.factor")));
        free(bytes);
    }
    text_done(&name);
    free(cookie);
}

static void guessing_codes_is_slowed_down_from_everywhere(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES], code[8];
    char *cookie = desk_cookie(&desk, "quirin");
    enrol(cookie, secret, paper);
    desk_wait(TOTP_STEP_MS);
    for (int i = 0; i < 6; i++) {
        char headers[128];
        char body[160];
        (void)snprintf(headers, sizeof headers, OUR_PAGES "X-Forwarded-For: 10.1.1.%d\r\n", i);
        (void)snprintf(body, sizeof body,
                       "{\"name\":\"quirin\",\"password\":\"%s\",\"code\":\"00000%d\"}",
                       seed_password, i);
        struct reply reply = client_ask(desk.port, "POST", "/api/v1/login", headers, body);
        assert_int_equal(reply.status, i < 5 ? 401 : 429);
        reply_done(&reply);
    }
    code_at(secret, 0, code);
    assert_int_equal(log_in_status("quirin", code), 429);
    desk_wait(2001);
    code_at(secret, 0, code);
    assert_int_equal(log_in_status("quirin", code), 200);
    free(cookie);
}

static void can_be_given_up_with_a_code(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES], code[8], body[64];
    char *cookie = desk_cookie(&desk, "rita");
    post_only(cookie, "/api/v1/account/factor/remove", "{\"code\":\"123456\"}", 409);
    enrol(cookie, secret, paper);
    post_only(cookie, "/api/v1/account/factor/remove", "{\"code\":\"000000\"}", 409);
    desk_wait(TOTP_STEP_MS);
    code_at(secret, 0, code);
    (void)snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
    post_only(cookie, "/api/v1/account/factor/remove", body, 200);
    assert_int_equal(log_in_status("rita", ""), 200);
    assert_int_equal(status_of(cookie, "/api/v1/account"), 200);
    free(cookie);
}

static void an_admin_helps_who_has_lost_it(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES];
    char *anna = desk_cookie(&desk, "anna");
    char *rolf = desk_cookie(&desk, "rolf");
    enrol(anna, secret, paper);
    char *clara = desk_cookie(&desk, "clara");
    static const char reset[] = "/api/v1/users/anna/factor/reset";
    post_only(rolf, reset, "{}", 403);
    post_only(clara, "/api/v1/users/niemand/factor/reset", "{}", 404);
    post_only(clara, "/api/v1/users/clara/factor/reset", "{}", 409);
    post_only(clara, reset, "{}", 200);
    post_only(clara, reset, "{}", 409);
    assert_int_equal(status_of(anna, "/api/v1/account"), 401); // what was open is over
    assert_int_equal(log_in_status("anna", ""), 200);
    struct reply audit = desk_get(&desk, clara, "/api/v1/audit?action=user.factor_reset");
    assert_non_null(strstr(audit.body, "\"actor\":\"clara\""));
    assert_non_null(strstr(audit.body, "\"subject\":\"anna\""));
    reply_done(&audit);
    free(anna);
    free(rolf);
    free(clara);
}

static void who_must_have_one_gets_no_further_without(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES], code[8];
    static const char *const closed[] = {"/api/v1/sessions", "/api/v1/users", "/api/v1/audit",
                                         "/api/v1/events"};
    char *cookie = desk_cookie(&desk, "clara");
    struct reply session = desk_get(&desk, cookie, "/api/v1/session");
    assert_non_null(strstr(session.body, "\"lacks_factor\":true"));
    reply_done(&session);
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
        assert_int_equal(status_of(cookie, closed[i]), 403);
    post_only(cookie, "/api/v1/users/anna/disable", "{}", 403);
    enrol(cookie, secret, paper);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(status_of(cookie, closed[i]), 200);
    free(cookie);
    desk_wait(TOTP_STEP_MS);
    code_at(secret, 0, code);
    cookie = cookie_with("clara", code);
    assert_int_equal(status_of(cookie, "/api/v1/users"), 200);
    free(cookie);
}

static void without_the_key_nobody_passes(void **state)
{
    (void)state;
    char secret[TOTP_SECRET_TEXT_BYTES], paper[2][RECOVERY_CODE_BYTES], code[8];
    char *cookie = desk_cookie(&desk, "bernd");
    enrol(cookie, secret, paper);
    free(cookie);
    assert_int_equal(rename(desk.config->portal.factor_key, "away.key"), 0);
    desk_restart(&desk);
    desk_wait(TOTP_STEP_MS);
    code_at(secret, 0, code);
    assert_int_equal(log_in_status("bernd", code), 503);
    cookie = desk_cookie(&desk, "lena");
    post_only(cookie, "/api/v1/account/factor/begin", "{\"password\":\"ein langes Kennwort\"}",
              503); // nor is another key made under the factors of others
    assert_int_not_equal(access(desk.config->portal.factor_key, F_OK), 0);
    free(cookie);
    assert_int_equal(rename("away.key", desk.config->portal.factor_key), 0);
    desk_restart(&desk);
    assert_int_equal(log_in_status("bernd", code), 200);
}

/* ---- the office ----------------------------------------------------------------------------- */

static int open_desk(void **state)
{
    (void)state;
    desk_open(&desk);
    return 0;
}

static int open_strict_desk(void **state)
{
    (void)state;
    assert_int_equal(mkdir("strict", 0700), 0);
    assert_int_equal(chdir("strict"), 0);
    desk_open_with(&desk, "  second_factor: {required: \"auditor;admin\"}\n", "");
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    desk_close(&desk);
    return 0;
}

/* Nobody has a second factor, and nobody is slowed down. */
static int forget(void **state)
{
    (void)state;
    static const char *const names[] = {"anna", "bernd", "clara", "lena", "leo", "quirin", "rita"};
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_WRITE, desk_clock(), &ledger, NULL),
        STATUS_OK);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)second_factor_remove(ledger, names[i], "test", NULL); // most have none
    ledger_close(&ledger);
    desk_restart(&desk);
    return 0;
}

#define FRESH(test) cmocka_unit_test_setup(test, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(a_code_is_asked_for_once_it_is_enrolled),
        FRESH(a_code_on_paper_counts_once),
        FRESH(nothing_of_it_stands_in_the_ledger_or_the_audit),
        FRESH(guessing_codes_is_slowed_down_from_everywhere),
        FRESH(can_be_given_up_with_a_code),
        FRESH(an_admin_helps_who_has_lost_it),
        FRESH(without_the_key_nobody_passes),
    };
    const struct CMUnitTest strict[] = {
        cmocka_unit_test(who_must_have_one_gets_no_further_without),
    };
    log_open("portal", LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, open_desk, close_desk) +
           cmocka_run_group_tests(strict, open_strict_desk, close_desk);
}
