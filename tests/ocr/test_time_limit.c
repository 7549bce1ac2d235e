/* test_time_limit.c - a page's time is what it used, not what others used meanwhile. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "ocr/time_limit.h"

enum { LONG_MS = 3600000, SHORT_MS = 40 };

static void wait_ms(int ms)
{
    const struct timespec pause = {.tv_nsec = ms * 1000000L};
    (void)nanosleep(&pause, NULL);
}

static void waiting_uses_none_of_the_processor_time(void **state)
{
    (void)state;
    struct time_limit limit = time_limit_begin(SHORT_MS, LONG_MS);
    wait_ms(2 * SHORT_MS);
    assert_false(time_limit_is_over(&limit));
    assert_true(time_limit_leaves(&limit, 10));
}

static void work_uses_it_up(void **state)
{
    (void)state;
    struct time_limit limit = time_limit_begin(SHORT_MS, LONG_MS);
    while (!time_limit_is_over(&limit))
        ;
    assert_false(time_limit_leaves(&limit, 10));
}

static void it_ends_by_the_clock_before_the_page_is_given_up(void **state)
{
    (void)state;
    struct time_limit limit = time_limit_begin(LONG_MS, SHORT_MS);
    wait_ms(SHORT_MS * 3 / 4);
    assert_true(time_limit_is_over(&limit));
    assert_false(time_limit_leaves(&limit, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_uses_none_of_the_processor_time),
        cmocka_unit_test(work_uses_it_up),
        cmocka_unit_test(it_ends_by_the_clock_before_the_page_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
