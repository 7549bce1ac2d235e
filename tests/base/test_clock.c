/* test_clock.c - moments are written as RFC 3339 says. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static void local_time_has_the_offset_of_its_day(void **state)
{
    (void)state;
    char text[TIMESTAMP_BYTES];
    assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
    tzset();
    timestamp_local(INT64_C(1772435700000), text);
    assert_string_equal(text, "2026-03-02T08:15:00+01:00");
    timestamp_local(INT64_C(1783000800000), text);
    assert_string_equal(text, "2026-07-02T16:00:00+02:00");
    assert_int_equal(setenv("TZ", "America/St_Johns", 1), 0);
    tzset();
    timestamp_local(INT64_C(1772435700000), text);
    assert_string_equal(text, "2026-03-02T03:45:00-03:30");
}

static void utc_has_milliseconds(void **state)
{
    (void)state;
    char text[TIMESTAMP_BYTES];
    timestamp_utc(INT64_C(1772435700007), text);
    assert_string_equal(text, "2026-03-02T07:15:00.007Z");
    timestamp_utc(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
}

static int64_t still(void *context)
{
    const int64_t *now = context;
    return *now;
}

static void a_clock_can_be_held_still(void **state)
{
    (void)state;
    int64_t now = 42;
    const struct clock clock = {still, still, &now};
    assert_int_equal(clock_wall_ms(&clock), 42);
    now = 43;
    assert_int_equal(clock_monotonic_ms(&clock), 43);
}

static void the_systems_clock_does_not_go_back(void **state)
{
    (void)state;
    int64_t first = clock_monotonic_ms(clock_system());
    assert_true(clock_monotonic_ms(clock_system()) >= first);
    assert_true(clock_wall_ms(clock_system()) > INT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_has_the_offset_of_its_day),
        cmocka_unit_test(utc_has_milliseconds),
        cmocka_unit_test(a_clock_can_be_held_still),
        cmocka_unit_test(the_systems_clock_does_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
