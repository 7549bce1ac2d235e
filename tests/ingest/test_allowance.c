/* test_allowance.c - how much may go over a desk's line, hour by hour. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest/allowance.h"

#define HOUR_MS INT64_C(3600000)

enum { PIECE_MOST = 32768 };

static int in_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

static void read_rates(const char *text, int64_t rates[CONFIG_HOURS])
{
    struct text reason = {0};
    if (!config_rates_read(text, rates, &reason))
        fail_msg("\"%s\": %s", text, text_string(&reason));
    text_done(&reason);
}

static void a_table_of_hours_is_read(void **state)
{
    (void)state;
    int64_t rates[CONFIG_HOURS];
    read_rates(NULL, rates);
    for (size_t hour = 0; hour < CONFIG_HOURS; hour++)
        assert_int_equal(rates[hour], CONFIG_RATE_UNLIMITED);
    read_rates(" 7-17 64kB; 17-22 256kB ;23-24 0B", rates);
    assert_int_equal(rates[6], CONFIG_RATE_UNLIMITED);
    assert_int_equal(rates[7], 64000);
    assert_int_equal(rates[16], 64000);
    assert_int_equal(rates[17], 256000);
    assert_int_equal(rates[22], CONFIG_RATE_UNLIMITED);
    assert_int_equal(rates[23], 0);
    read_rates("0-24 1MB;8-9 2MB", rates); // the later one counts
    assert_int_equal(rates[8], 2000000);
    assert_int_equal(rates[9], 1000000);
}

static void what_is_no_table_is_named(void **state)
{
    (void)state;
    static const char *const wrong[] = {"7",        "7-17",     "17-7 1MB",
                                        "7-25 1MB", "7-7 1MB",  "7-17 fast",
                                        "7-17 64",  "x-17 1MB", "7-17 1MB 2MB"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t rates[CONFIG_HOURS] = {0};
        struct text reason = {0};
        if (config_rates_read(wrong[i], rates, &reason))
            fail_msg("\"%s\" was read", wrong[i]);
        assert_true(reason.length > 0);
        text_done(&reason);
    }
}

/* Bytes that go within `seconds`, in pieces, asked for every 20 ms. */
static int64_t passed(struct allowance *allowance, int64_t wall_ms, int64_t from_ms, int seconds,
                      size_t piece)
{
    int64_t sum = 0;
    for (int64_t ms = from_ms; ms < from_ms + seconds * 1000; ms += 20)
        while (sum < INT32_MAX && allowance_take(allowance, wall_ms, ms, piece) == piece)
            sum += (int64_t)piece;
    return sum;
}

static void what_goes_stays_below_the_rate_of_the_hour(void **state)
{
    (void)state;
    static const int64_t rates_seen[] = {500, 8000, 64000, 1000000};
    for (size_t i = 0; i < sizeof rates_seen / sizeof rates_seen[0]; i++) {
        int64_t rates[CONFIG_HOURS];
        struct allowance allowance;
        for (size_t hour = 0; hour < CONFIG_HOURS; hour++)
            rates[hour] = rates_seen[i];
        allowance_init(&allowance, rates, 0);
        size_t piece = allowance_piece(&allowance, 0, PIECE_MOST);
        int64_t sum = passed(&allowance, 0, 0, 100, piece);
        if (sum > 100 * rates_seen[i] || sum < 95 * rates_seen[i] - (int64_t)piece)
            fail_msg("%lld bytes a second gave %lld in 100 s", (long long)rates_seen[i],
                     (long long)sum);
    }
}

static void a_pause_is_not_followed_by_a_flood(void **state)
{
    (void)state;
    int64_t rates[CONFIG_HOURS];
    struct allowance allowance;
    read_rates("0-24 64kB", rates);
    allowance_init(&allowance, rates, 0);
    assert_true(passed(&allowance, 0, HOUR_MS, 1, 1000) <= 2 * 64000);
}

static void each_hour_has_its_own_rate(void **state)
{
    (void)state;
    int64_t rates[CONFIG_HOURS];
    struct allowance allowance;
    read_rates("0-1 0B;1-2 10kB", rates);
    allowance_init(&allowance, rates, 0);
    assert_int_equal(passed(&allowance, 0, 0, 60, 1000), 0);
    assert_int_equal(allowance_rate(&allowance, HOUR_MS), 10000);
    assert_int_equal(passed(&allowance, HOUR_MS, 60000, 10, 1000) / 10000, 10);
    assert_int_equal(allowance_take(&allowance, 2 * HOUR_MS, 70000, 1 << 20), 1 << 20);
}

static void pieces_are_small_where_little_goes(void **state)
{
    (void)state;
    static const struct {
        const char *rates;
        size_t piece;
    } cases[] = {
        {NULL,        PIECE_MOST},
        {"0-24 1MB",  PIECE_MOST},
        {"0-24 64kB", 16000     },
        {"0-24 1kB",  1024      },
        {"0-24 0B",   1024      }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t rates[CONFIG_HOURS];
        struct allowance allowance;
        read_rates(cases[i].rates, rates);
        allowance_init(&allowance, rates, 0);
        assert_int_equal(allowance_piece(&allowance, 0, PIECE_MOST), cases[i].piece);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_hours_is_read),
        cmocka_unit_test(what_is_no_table_is_named),
        cmocka_unit_test(what_goes_stays_below_the_rate_of_the_hour),
        cmocka_unit_test(a_pause_is_not_followed_by_a_flood),
        cmocka_unit_test(each_hour_has_its_own_rate),
        cmocka_unit_test(pieces_are_small_where_little_goes),
    };
    return cmocka_run_group_tests(tests, in_utc, NULL);
}
