/* test_memo.c - an answer is found again as long as nothing changed, and never after. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "portal/memo.h"

static struct memo memo;

static int forget(void **state)
{
    (void)state;
    memo_done(&memo);
    return 0;
}

static void finds_the_same_key_and_version_for_a_while(void **state)
{
    (void)state;
    memo_keep(&memo, "inbox", "v1", 1000, "{}");
    assert_string_equal(memo_find(&memo, "inbox", "v1", 1000), "{}");
    assert_string_equal(memo_find(&memo, "inbox", "v1", 1000 + MEMO_AGE_MS - 1), "{}");
    assert_null(memo_find(&memo, "inbox", "v1", 1000 + MEMO_AGE_MS));
    assert_null(memo_find(&memo, "inbox", "v2", 1000));
    assert_null(memo_find(&memo, "outbox", "v1", 1000));
    assert_null(memo_find(&memo, "", "", 0));
}

static void keeps_the_latest_of_a_key(void **state)
{
    (void)state;
    memo_keep(&memo, "inbox", "v1", 1000, "old");
    memo_keep(&memo, "inbox", "v2", 1001, "new");
    assert_null(memo_find(&memo, "inbox", "v1", 1001));
    assert_string_equal(memo_find(&memo, "inbox", "v2", 1001), "new");
}

static void gives_the_oldest_place_away(void **state)
{
    (void)state;
    char key[16];
    for (int i = 0; i < MEMO_ENTRIES + 1; i++) {
        (void)snprintf(key, sizeof key, "key %d", i);
        memo_keep(&memo, key, "v", 1000 + i, key);
    }
    assert_null(memo_find(&memo, "key 0", "v", 2000));
    assert_string_equal(memo_find(&memo, "key 1", "v", 2000), "key 1");
    assert_string_equal(memo_find(&memo, key, "v", 2000), key);
}

/* Two long keys must not meet in their beginning. */
static void keeps_nothing_for_a_key_that_is_too_long(void **state)
{
    (void)state;
    char key[MEMO_KEY_BYTES + 1];
    memset(key, 'x', MEMO_KEY_BYTES);
    key[MEMO_KEY_BYTES] = '\0';
    memo_keep(&memo, key, "v", 1000, "{}");
    assert_null(memo_find(&memo, key, "v", 1000));
    key[MEMO_KEY_BYTES - 1] = '\0';
    assert_null(memo_find(&memo, key, "v", 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_the_same_key_and_version_for_a_while, forget, forget),
        cmocka_unit_test_setup_teardown(keeps_the_latest_of_a_key, forget, forget),
        cmocka_unit_test_setup_teardown(gives_the_oldest_place_away, forget, forget),
        cmocka_unit_test_setup_teardown(keeps_nothing_for_a_key_that_is_too_long, forget, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
