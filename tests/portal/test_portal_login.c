/* test_portal_login.c - logging in and out, guessing, and how sessions end. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "store/users.h"
#include "tests/portal/desk.h"

static struct desk desk;

static int status_of(const char *cookie, const char *path)
{
    struct reply reply = desk_get(&desk, cookie, path);
    int status = reply.status;
    reply_done(&reply);
    return status;
}

/* Does something to a user's account behind the portal's back, like the command line does. */
static void with_ledger(enum status (*act)(struct ledger *ledger))
{
    struct ledger *ledger = NULL;
    assert_int_equal(
        ledger_open(desk.config->store.ledger, LEDGER_WRITE, desk_clock(), &ledger, NULL),
        STATUS_OK);
    assert_int_equal(act(ledger), STATUS_OK);
    ledger_close(&ledger);
}

static void sets_a_cookie_that_scripts_and_strangers_do_not_see(void **state)
{
    (void)state;
    struct reply reply = desk_login(&desk, "bernd", seed_password);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"name\":\"bernd\""));
    assert_non_null(strstr(reply.body, "\"role\":\"caseworker\""));
    assert_true(reply_has_header(&reply, "Set-Cookie", "posteingang="));
    assert_non_null(strstr(reply.head, "; HttpOnly; SameSite=Strict\r\n"));
    assert_int_equal(strlen(reply_token(&reply)), 64);
    assert_null(strstr(reply.body, reply_token(&reply)));
    reply_done(&reply);
    reply = client_ask(desk.port, "POST", "/api/v1/login", OUR_PAGES "X-Forwarded-Proto: https\r\n",
                       "{\"name\":\"bernd\",\"password\":\"ein langes Kennwort\"}");
    assert_true(reply_has_header(&reply, "Set-Cookie", "__Host-posteingang="));
    assert_non_null(strstr(reply.head, "; Path=/; HttpOnly; SameSite=Strict; Secure\r\n"));
    reply_done(&reply);
}

static void says_the_same_to_all_who_may_not(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"bernd",                                         "ein falsches Kennwort"},
        {"niemand",                                       "ein langes Kennwort"  },
        {"dirk",                                          "ein langes Kennwort"  }, // disabled
        {"bernd",                                         ""                     },
        {"bern d",                                        "ein langes Kennwort"  },
        {"' OR 1=1 --",                                   "x"                    },
        {"ein-name-der-viel-zu-lang-ist-um-wahr-zu-sein", "x"                    },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply reply = desk_login(&desk, cases[i][0], cases[i][1]);
        print_message("%s: %d %s\n", cases[i][0], reply.status, reply.body);
        assert_int_equal(reply.status, 401);
        assert_string_equal(reply.body, "{\"error\":\"Name oder Kennwort stimmen nicht.\"}");
        assert_string_equal(reply_token(&reply), "");
        reply_done(&reply);
    }
}

/* ---- what a log-in costs --------------------------------------------------------------------- */

/* Clocks on the wall say what else the machine does, so two other things are looked at. The hash of
 * a password is nearly all of the work: it is checked as often, and at the same cost, whoever logs
 * in. And of the processor time of everything else (measured in rounds that take turns, of which the
 * median counts) no two kinds of log-in differ by more than 5 % of a whole one. */
enum { LOGIN_ROUNDS = 3, LOGIN_KINDS = 7, DIFFERENCE_MOST_PERCENT = 5 };

static atomic_int checks;
static atomic_llong check_ns; /* of the processor */
static char costs[128];       /* "$argon2id$v=19$m=65536,t=2,p=1" */

static int64_t spent_ns(clockid_t clock)
{
    struct timespec spent;
    assert_int_equal(clock_gettime(clock, &spent), 0);
    return (int64_t)spent.tv_sec * 1000000000 + spent.tv_nsec;
}

int __real_crypto_pwhash_str_verify(const char *hash, const char *password,
                                    unsigned long long length);
int __wrap_crypto_pwhash_str_verify(const char *hash, const char *password,
                                    unsigned long long length);

int __wrap_crypto_pwhash_str_verify(const char *hash, const char *password,
                                    unsigned long long length)
{
    const char *salt = hash;
    for (int parts = 0; parts < 3 && salt != NULL; parts++)
        salt = strchr(salt + 1, '$');
    checks++;
    (void)snprintf(costs, sizeof costs, "%.*s", salt == NULL ? 0 : (int)(salt - hash), hash);
    int64_t before = spent_ns(CLOCK_THREAD_CPUTIME_ID);
    int answer = __real_crypto_pwhash_str_verify(hash, password, length);
    check_ns += spent_ns(CLOCK_THREAD_CPUTIME_ID) - before;
    return answer;
}

struct login_kind {
    const char *what, *name, *password;
    int status;
};
static const struct login_kind login_kinds[LOGIN_KINDS] = {
    {"wrong password",      "clara",    "ein falsches Kennwort", 401},
    {"empty password",      "clara",    "",                      401},
    {"nobody of that name", "niemand",  "ein langes Kennwort",   401},
    {"nobody, and wrong",   "niemand2", "falsch",                401},
    {"disabled",            "dirk",     "ein langes Kennwort",   401},
    {"disabled, and wrong", "dirk",     "falsch",                401},
    {"may",                 "clara",    "ein langes Kennwort",   200},
};

struct login_cost {
    int64_t check_ns, other_ns;
};

/* Logs in once: one check at the cost of all others. */
static struct login_cost cost_of(const struct login_kind *kind)
{
    static char first[sizeof costs];
    checks = 0;
    check_ns = 0;
    int64_t before = spent_ns(CLOCK_PROCESS_CPUTIME_ID);
    struct reply reply = desk_login(&desk, kind->name, kind->password);
    int64_t whole = spent_ns(CLOCK_PROCESS_CPUTIME_ID) - before;
    if (reply.status != kind->status || checks != 1)
        fail_msg("%s: %d, %d checks", kind->what, reply.status, (int)checks);
    if (first[0] == '\0')
        memcpy(first, costs, sizeof first);
    assert_string_equal(costs, first);
    assert_non_null(strstr(first, "argon2id"));
    reply_done(&reply);
    return (struct login_cost){check_ns, whole - check_ns};
}

static int by_amount(const void *left, const void *right)
{
    int64_t one = *(const int64_t *)left;
    int64_t other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

static int64_t median(int64_t amounts[LOGIN_ROUNDS])
{
    qsort(amounts, LOGIN_ROUNDS, sizeof *amounts, by_amount);
    return amounts[LOGIN_ROUNDS / 2];
}

static void a_log_in_costs_the_same_whoever_it_is(void **state)
{
    (void)state;
    int64_t check[LOGIN_KINDS][LOGIN_ROUNDS];
    int64_t other[LOGIN_KINDS][LOGIN_ROUNDS];
    for (size_t round = 0; round < LOGIN_ROUNDS; round++) {
        for (size_t kind = 0; kind < LOGIN_KINDS; kind++) {
            struct login_cost cost = cost_of(&login_kinds[kind]);
            check[kind][round] = cost.check_ns;
            other[kind][round] = cost.other_ns;
        }
        desk_restart(&desk); // nobody is slowed down in the next round
    }
    int64_t least = INT64_MAX, most = 0;
    for (size_t kind = 0; kind < LOGIN_KINDS; kind++) {
        int64_t amount = median(other[kind]);
        print_message("%s: %lld us beside the check\n", login_kinds[kind].what,
                      (long long)amount / 1000);
        least = amount < least ? amount : least;
        most = amount > most ? amount : most;
    }
    int64_t whole = median(check[0]) + median(other[0]);
    print_message("%.2f %% of %.1f ms\n", 100.0 * (double)(most - least) / (double)whole,
                  (double)whole / 1e6);
    assert_true((most - least) * 100 < whole * DIFFERENCE_MOST_PERCENT);
}

/* Who waits is told so before anything is looked up, whether somebody has that name or not. */
static void waiting_costs_the_same_whether_the_name_is_known(void **state)
{
    (void)state;
    static const char *const names[] = {"clara", "niemand"};
    struct reply replies[2];
    for (size_t i = 0; i < 2; i++) {
        for (int guess = 0; guess < 5; guess++) {
            struct reply reply = desk_login(&desk, names[i], "geraten und falsch");
            assert_int_equal(reply.status, 401);
            reply_done(&reply);
        }
        checks = 0;
        replies[i] = desk_login(&desk, names[i], seed_password);
        assert_int_equal(replies[i].status, 429);
        assert_int_equal(checks, 0);
    }
    assert_string_equal(replies[0].body, replies[1].body);
    assert_true(reply_has_header(&replies[0], "Retry-After", "1\r\n"));
    assert_true(reply_has_header(&replies[1], "Retry-After", "1\r\n"));
    reply_done(&replies[0]);
    reply_done(&replies[1]);
}

static void takes_the_name_in_any_case(void **state)
{
    (void)state;
    struct reply reply = desk_login(&desk, " Bernd ", seed_password);
    assert_int_equal(reply.status, 200);
    reply_done(&reply);
}

static void gives_a_new_token_each_time_and_ends_the_old(void **state)
{
    (void)state;
    char *old = desk_cookie(&desk, "bernd");
    assert_int_equal(status_of(old, "/api/v1/documents"), 200);
    struct reply reply = desk_post(&desk, old, "/api/v1/login",
                                   "{\"name\":\"bernd\",\"password\":\"ein langes Kennwort\"}");
    assert_int_equal(reply.status, 200);
    assert_null(strstr(old, reply_token(&reply)));
    assert_int_equal(status_of(old, "/api/v1/documents"), 401);
    reply_done(&reply);
    free(old);
}

static void logging_out_ends_the_session_here(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    char *other = desk_cookie(&desk, "bernd");
    struct reply reply = desk_post(&desk, cookie, "/api/v1/logout", "{}");
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Max-Age=0"));
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401);
    assert_int_equal(status_of(other, "/api/v1/documents"), 200);
    reply_done(&reply);
    free(cookie);
    free(other);
}

static void slows_down_who_guesses(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        struct reply reply = desk_login(&desk, "bernd", "geraten und falsch");
        assert_int_equal(reply.status, 401);
        reply_done(&reply);
    }
    struct reply slowed = desk_login(&desk, "bernd", seed_password);
    print_message("%s\n", slowed.body);
    assert_int_equal(slowed.status, 429);
    assert_true(reply_has_header(&slowed, "Retry-After", "1\r\n"));
    reply_done(&slowed);
    free(desk_cookie(&desk, "clara")); // another name from the same address
    desk_wait(1001);
    free(desk_cookie(&desk, "bernd"));
}

/* Behind a web server it is the person's address that counts, as the server says it. */
static void tells_people_behind_a_proxy_apart(void **state)
{
    (void)state;
    static const char wrong[] = "{\"name\":\"bernd\",\"password\":\"geraten und falsch\"}";
    for (int i = 0; i < 6; i++) {
        struct reply reply = client_ask(desk.port, "POST", "/api/v1/login",
                                        OUR_PAGES "X-Forwarded-For: 9.9.9.9, 10.1.1.1\r\n", wrong);
        assert_int_equal(reply.status, i < 5 ? 401 : 429);
        reply_done(&reply);
    }
    struct reply reply = client_ask(desk.port, "POST", "/api/v1/login",
                                    OUR_PAGES "X-Forwarded-For: 10.1.1.1, 10.1.1.2\r\n", wrong);
    assert_int_equal(reply.status, 401);
    reply_done(&reply);
}

static void ends_when_idle(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    desk_wait(desk.config->portal.idle_ms - 1000);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    desk_wait(desk.config->portal.idle_ms - 1000);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    desk_wait(desk.config->portal.idle_ms);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401);
    free(cookie);
}

static void what_pages_ask_themselves_does_not_keep_it_open(void **state)
{
    (void)state;
    struct text background = {0};
    char *cookie = desk_cookie(&desk, "bernd");
    text_append_format(&background, "%sX-Posteingang: background\r\n", cookie);
    desk_wait(desk.config->portal.idle_ms / 2);
    assert_int_equal(status_of(text_string(&background), "/api/v1/changes"), 200);
    desk_wait(desk.config->portal.idle_ms / 2);
    assert_int_equal(status_of(text_string(&background), "/api/v1/changes"), 401);
    text_done(&background);
    free(cookie);
}

static void ends_in_any_case(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    int64_t step = desk.config->portal.idle_ms / 2;
    for (int64_t passed = 0; passed + step < desk.config->portal.absolute_ms; passed += step) {
        desk_wait(step);
        assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    }
    desk_wait(step);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401);
    free(cookie);
}

static enum status disable_bernd(struct ledger *ledger)
{
    return user_set_disabled(ledger, "bernd", true, "test", NULL);
}

static enum status enable_bernd(struct ledger *ledger)
{
    return user_set_disabled(ledger, "bernd", false, "test", NULL);
}

static enum status change_password(struct ledger *ledger)
{
    return user_set_password(ledger, "bernd", seed_password, "test", NULL);
}

static void who_is_disabled_is_out_at_once(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 200);
    with_ledger(disable_bernd);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401);
    struct reply reply = desk_login(&desk, "bernd", seed_password);
    assert_int_equal(reply.status, 401);
    reply_done(&reply);
    with_ledger(enable_bernd);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401); // for good
    free(cookie);
    free(desk_cookie(&desk, "bernd"));
}

static void a_new_password_ends_all_sessions(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "bernd");
    with_ledger(change_password);
    assert_int_equal(status_of(cookie, "/api/v1/documents"), 401);
    free(cookie);
}

static void tells_the_page_who_is_logged_in(void **state)
{
    (void)state;
    char *cookie = desk_cookie(&desk, "anna");
    struct reply nobody = desk_get(&desk, "", "/api/v1/session");
    struct reply anna = desk_get(&desk, cookie, "/api/v1/session");
    assert_int_equal(nobody.status, 200);
    assert_non_null(strstr(nobody.body, "\"user\":null"));
    assert_null(strstr(nobody.body, "Demmin"));
    assert_non_null(strstr(anna.body, "\"site\":\"Demmin\""));
    reply_done(&nobody);
    reply_done(&anna);
    free(cookie);
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

/* Each test begins with nobody logged in and nobody slowed down. */
static int restart_desk(void **state)
{
    (void)state;
    desk_restart(&desk);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sets_a_cookie_that_scripts_and_strangers_do_not_see, restart_desk),
        cmocka_unit_test_setup(says_the_same_to_all_who_may_not, restart_desk),
        cmocka_unit_test_setup(a_log_in_costs_the_same_whoever_it_is, restart_desk),
        cmocka_unit_test_setup(waiting_costs_the_same_whether_the_name_is_known, restart_desk),
        cmocka_unit_test_setup(takes_the_name_in_any_case, restart_desk),
        cmocka_unit_test_setup(gives_a_new_token_each_time_and_ends_the_old, restart_desk),
        cmocka_unit_test_setup(logging_out_ends_the_session_here, restart_desk),
        cmocka_unit_test_setup(slows_down_who_guesses, restart_desk),
        cmocka_unit_test_setup(tells_people_behind_a_proxy_apart, restart_desk),
        cmocka_unit_test_setup(ends_when_idle, restart_desk),
        cmocka_unit_test_setup(what_pages_ask_themselves_does_not_keep_it_open, restart_desk),
        cmocka_unit_test_setup(ends_in_any_case, restart_desk),
        cmocka_unit_test_setup(who_is_disabled_is_out_at_once, restart_desk),
        cmocka_unit_test_setup(a_new_password_ends_all_sessions, restart_desk),
        cmocka_unit_test_setup(tells_the_page_who_is_logged_in, restart_desk),
    };
    return cmocka_run_group_tests(tests, open_desk, close_desk);
}
