/* test_sessions.c - sessions end when they must, and tokens are worth nothing to others. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal/sessions.h"

enum { IDLE = 1000, ABSOLUTE = 5000 };

static struct sessions sessions;

static int open_sessions(void **state)
{
    (void)state;
    sessions_init(&sessions, IDLE, ABSOLUTE);
    return 0;
}

static void finds_only_the_token_that_was_given(void **state)
{
    (void)state;
    char first[SESSION_TOKEN_BYTES];
    char second[SESSION_TOKEN_BYTES];
    (void)sessions_begin(&sessions, "anna", 7, "::1", 0, first);
    (void)sessions_begin(&sessions, "bernd", 1, "::1", 0, second);
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), 64);
    assert_string_equal(sessions_find(&sessions, first, 1, true)->user, "anna");
    assert_int_equal(sessions_find(&sessions, first, 1, true)->epoch, 7);
    assert_string_equal(sessions_find(&sessions, second, 1, true)->user, "bernd");
    first[63] = first[63] == 'a' ? 'b' : 'a';
    assert_null(sessions_find(&sessions, first, 1, true));
    assert_null(sessions_find(&sessions, "", 1, true));
    assert_null(sessions_find(&sessions, NULL, 1, true));
}

static void keeps_no_token(void **state)
{
    (void)state;
    char token[SESSION_TOKEN_BYTES];
    (void)sessions_begin(&sessions, "anna", 1, "::1", 0, token);
    assert_null(memmem(&sessions, sizeof sessions, token, 16));
}

static void ends_when_idle_and_in_any_case(void **state)
{
    (void)state;
    char token[SESSION_TOKEN_BYTES];
    (void)sessions_begin(&sessions, "anna", 1, "::1", 0, token);
    assert_non_null(sessions_find(&sessions, token, IDLE - 1, true));
    assert_non_null(sessions_find(&sessions, token, 2 * IDLE - 2, true));
    assert_null(sessions_find(&sessions, token, 3 * IDLE - 2, true));
    (void)sessions_begin(&sessions, "anna", 1, "::1", 0, token);
    for (int64_t now = 0; now < ABSOLUTE; now += IDLE / 2)
        assert_non_null(sessions_find(&sessions, token, now, true));
    assert_null(sessions_find(&sessions, token, ABSOLUTE, true));
    assert_int_equal(sessions_count(&sessions), 0);
}

static void is_not_kept_open_by_what_pages_ask_themselves(void **state)
{
    (void)state;
    char token[SESSION_TOKEN_BYTES];
    (void)sessions_begin(&sessions, "anna", 1, "::1", 0, token);
    for (int64_t now = 0; now < IDLE; now += 100)
        assert_non_null(sessions_find(&sessions, token, now, false));
    assert_null(sessions_find(&sessions, token, IDLE, false));
}

static void gives_the_oldest_place_away_when_all_are_taken(void **state)
{
    (void)state;
    char first[SESSION_TOKEN_BYTES];
    char second[SESSION_TOKEN_BYTES];
    char last[SESSION_TOKEN_BYTES];
    (void)sessions_begin(&sessions, "first", 1, "::1", 0, first);
    (void)sessions_begin(&sessions, "second", 1, "::1", 1, second);
    for (int i = 2; i < SESSIONS_MOST + 1; i++)
        (void)sessions_begin(&sessions, "other", 1, "::1", 2, last);
    assert_null(sessions_find(&sessions, first, 3, true));
    assert_non_null(sessions_find(&sessions, second, 3, true));
    assert_non_null(sessions_find(&sessions, last, 3, true));
    assert_int_equal(sessions_count(&sessions), SESSIONS_MOST);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(finds_only_the_token_that_was_given, open_sessions),
        cmocka_unit_test_setup(keeps_no_token, open_sessions),
        cmocka_unit_test_setup(ends_when_idle_and_in_any_case, open_sessions),
        cmocka_unit_test_setup(is_not_kept_open_by_what_pages_ask_themselves, open_sessions),
        cmocka_unit_test_setup(gives_the_oldest_place_away_when_all_are_taken, open_sessions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
