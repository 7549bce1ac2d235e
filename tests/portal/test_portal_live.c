/* test_portal_live.c - streams: what they say, when they end, and how many there may be; sessions
 * that outlive a restart; tokens of machines. */
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
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "portal/pulse.h"
#include "store/audit.h"
#include "store/logins.h"
#include "tests/portal/desk.h"

enum { MANY = 200, WORDS = 4096 };

static struct desk desk;

static int listen_as(const char *cookie)
{
    int file = client_listen(desk.port, "/api/v1/events", cookie);
    assert_true(file >= 0);
    return file;
}

/* The number of a topic in the next event; 0 when the stream has ended. Says "still here" when
 * there is none: those are skipped. */
static uint64_t hear(int file, const char *topic)
{
    char words[WORDS];
    char key[32];
    (void)snprintf(key, sizeof key, "\"%s\":", topic);
    while (client_hear(file, words, sizeof words)) {
        const char *place = strstr(words, key);
        if (place != NULL)
            return strtoull(place + strlen(key), NULL, 10);
    }
    return 0;
}

static struct ledger *open_ledger(void)
{
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_WRITE, desk_clock(), &ledger, NULL),
        STATUS_OK);
    return ledger;
}

static int status_of(const char *headers, const char *path)
{
    struct reply reply = desk_get(&desk, headers, path);
    int status = reply.status;
    reply_done(&reply);
    return status;
}

/* ---- streams -------------------------------------------------------------------------------- */

static void a_stream_tells_what_changed(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    int file = listen_as(cookie);
    struct fault fault = {0};
    uint64_t before = hear(file, "documents");
    assert_true(before > 0);
    assert_int_equal(seed_later(desk.config, desk_clock(), "more", &fault), STATUS_OK);
    assert_true(hear(file, "documents") > before);
    (void)close(file);
    free(cookie);
}

/* A look changes nothing that others watch. The worker that joins afterwards causes the event in
 * which the documents must stand as before; the first round of a pulse may be about anything. */
static void looks_are_no_news(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "clara");
    struct ledger *ledger = open_ledger();
    int file = listen_as(cookie);
    (void)hear(file, "documents");
    assert_int_equal(ledger_worker_joined(ledger, "reader-w", "reader", "x", "1", NULL), STATUS_OK);
    uint64_t before = hear(file, "documents");
    assert_int_equal(audit_note(ledger, "bernd", "document.view", "x", NULL), STATUS_OK);
    assert_int_equal(ledger_worker_joined(ledger, "reader-x", "reader", "x", "1", NULL), STATUS_OK);
    assert_int_equal(hear(file, "documents"), before);
    ledger_close(&ledger);
    (void)close(file);
    free(cookie);
}

static void a_stream_ends_when_an_account_changes(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    struct ledger *ledger = open_ledger();
    int file = listen_as(cookie);
    assert_true(hear(file, "documents") > 0);
    assert_int_equal(user_set_disabled(ledger, "bernd", true, "test", NULL), STATUS_OK);
    assert_int_equal(hear(file, "documents"), 0);
    (void)close(file);
    assert_int_equal(status_of(cookie, "/api/v1/events"), 401);
    assert_int_equal(user_set_disabled(ledger, "bernd", false, "test", NULL), STATUS_OK);
    ledger_close(&ledger);
    free(cookie);
}

static void many_may_listen_at_once_and_come_and_go(void **state)
{
    (void)state;
    static int files[MANY];
    char *cookie = desk_cookie(&desk, "lena");
    struct fault fault = {0};
    for (size_t i = 0; i < MANY; i++)
        files[i] = listen_as(cookie);
    for (size_t i = 0; i < MANY; i++)
        assert_true(hear(files[i], "scans") > 0);
    for (size_t i = 0; i < MANY; i += 2)
        (void)close(files[i]);
    assert_int_equal(status_of(cookie, "/api/v1/session"), 200); // others are served meanwhile
    assert_int_equal(seed_later(desk.config, desk_clock(), "markup", &fault), STATUS_OK);
    for (size_t i = 1; i < MANY; i += 2) {
        assert_true(hear(files[i], "scans") > 0);
        (void)close(files[i]);
    }
    free(cookie);
}

/* Stopping with streams open must neither hang nor crash. */
static void a_stream_ends_when_the_portal_stops(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "lena");
    int file = listen_as(cookie);
    assert_true(hear(file, "scans") > 0);
    desk_restart(&desk);
    assert_int_equal(hear(file, "scans"), 0);
    (void)close(file);
    free(cookie);
}

/* ---- sessions --------------------------------------------------------------------------------- */

static void a_restart_logs_nobody_out(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "quirin");
    char *ended = desk_cookie(&desk, "quirin");
    struct reply reply = desk_post(&desk, ended, "/api/v1/logout", "{}");
    reply_done(&reply);
    desk_restart(&desk);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    assert_int_equal(status_of(ended, "/api/v1/documents"), 401);
    desk_wait(desk.config->portal.idle_ms);
    desk_restart(&desk);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401);
    free(cookie);
    free(ended);
}

/* ---- tokens ----------------------------------------------------------------------------------- */

static char *bearer(const char *secret)
{
    struct text header = {0};
    text_append_format(&header, "Authorization: Bearer %s\r\n", secret);
    return text_take(&header);
}

static void a_machine_shows_its_token_and_has_its_role_only(void **state)
{
    (void)state;
    const struct user_place place = {.role = USER_MAILROOM, .site = "Demmin"};
    char secret[LOGIN_TOKEN_BYTES];
    struct fault fault = {0};
    struct ledger *ledger = open_ledger();
    assert_int_equal(login_token_add(ledger, "scanner-1", &place, "test", secret, &fault),
                     STATUS_OK);
    assert_int_equal(login_token_add(ledger, "scanner-1", &place, "test", secret, &fault),
                     STATUS_REFUSE);
    char *header = bearer(secret);
    assert_int_equal(strlen(secret), LOGIN_TOKEN_BYTES - 2);
    assert_int_equal(status_of(header, "/api/v1/scans"), 200);
    assert_int_equal(status_of(header, "/api/v1/scans?site=Waren"), 404);
    assert_int_equal(status_of(header, "/api/v1/documents"), 403);
    assert_int_equal(login_token_revoke(ledger, "scanner-1", "test", &fault), STATUS_OK);
    assert_int_equal(status_of(header, "/api/v1/scans"), 401);
    assert_int_equal(login_token_revoke(ledger, "scanner-1", "test", &fault), STATUS_REFUSE);
    free(header);
    header = bearer("pe_geraten");
    assert_int_equal(status_of(header, "/api/v1/scans"), 401);
    free(header);
    ledger_close(&ledger);
}

static int open_desk(void **state)
{
    (void)state;
    desk_open(&desk);
    return 0;
}

static int close_desk(void **state)
{
    (void)state;
    desk_close(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_tells_what_changed),
        cmocka_unit_test(looks_are_no_news),
        cmocka_unit_test(a_stream_ends_when_an_account_changes),
        cmocka_unit_test(many_may_listen_at_once_and_come_and_go),
        cmocka_unit_test(a_stream_ends_when_the_portal_stops),
        cmocka_unit_test(a_restart_logs_nobody_out),
        cmocka_unit_test(a_machine_shows_its_token_and_has_its_role_only),
    };
    log_open("portal", LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
