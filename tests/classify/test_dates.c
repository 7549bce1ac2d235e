/* test_dates.c - days in German notations. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "classify/dates.h"

static void reads_every_notation(void **state)
{
    static const struct {
        const char *text;
        uint32_t day, month, year; /* day 0: none is found */
        bool is_short;
    } rows[] = {
        {"geb. 27.12.1958",     27, 12, 1958, false},
        {"am 7.2.69,",          7,  2,  69,   true },
        {"4. Oktober 2009",     4,  10, 2009, false},
        {"22. März 1982",      22, 3,  1982, false},
        {"22. Maerz 1982",      22, 3,  1982, false},
        {"1 Mrz. 1982",         1,  3,  1982, false},
        {"10. Dezember 2008",   10, 12, 2008, false},
        {"1. JANUAR 1960",      1,  1,  1960, false},
        {"3. Jänner 1960",     3,  1,  1960, false},
        {"1961-03-12",          12, 3,  1961, false},
        {"12/03/1961",          12, 3,  1961, false},
        {"12. 03. 1961",        12, 3,  1961, false},
        {"l2.O3.1961",          12, 3,  1961, false},
        {"*12.3.1961",          12, 3,  1961, false},
        {"geb. am 12 04.63",    12, 4,  63,   true },
        {"geb. 12 04 1963",     12, 4,  1963, false},
        {"geb. 12041963",       12, 4,  1963, false},
        {"31.02.1961",          0,  0,  0,    false},
        {"29.02.1961",          0,  0,  0,    false},
        {"29.02.1960",          29, 2,  1960, false},
        {"32.01.1961",          0,  0,  0,    false},
        {"12.13.1961",          0,  0,  0,    false},
        {"50.21.100200-9",      0,  0,  0,    false},
        {"1.234,56 Euro",       0,  0,  0,    false},
        {"Telefon 0395 239821", 0,  0,  0,    false},
    };
    struct date_patterns patterns;
    (void)state;
    assert_int_equal(date_patterns_init(&patterns, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date date = {0};
        bool found = date_find(&patterns, rows[i].text, strlen(rows[i].text), 0, &date);
        if (found != (rows[i].day != 0) ||
            (found && (date.day != rows[i].day || date.month != rows[i].month ||
                       date.year != rows[i].year || date.is_short != rows[i].is_short)))
            fail_msg("\"%s\": %u.%u.%u", rows[i].text, date.day, date.month, date.year);
    }
    date_patterns_done(&patterns);
}

static void finds_one_after_the_other(void **state)
{
    static const char text[] = "vom 3. Mai 2026, geb. 1.2.1960, 2026-01-05";
    struct date_patterns patterns;
    struct date date = {0};
    (void)state;
    assert_int_equal(date_patterns_init(&patterns, NULL), STATUS_OK);
    assert_true(date_find(&patterns, text, strlen(text), 0, &date));
    assert_int_equal(date.month, 5);
    assert_true(date_find(&patterns, text, strlen(text), date.end, &date));
    assert_int_equal(date.year, 1960);
    assert_true(date_find(&patterns, text, strlen(text), date.end, &date));
    assert_int_equal(date.day, 5);
    assert_false(date_find(&patterns, text, strlen(text), date.end, &date));
    date_patterns_done(&patterns);
}

static void dates_without_dots_are_loose(void **state)
{
    struct date_patterns patterns;
    struct date date = {0};
    (void)state;
    assert_int_equal(date_patterns_init(&patterns, NULL), STATUS_OK);
    assert_true(date_find(&patterns, "12 04.63", 8, 0, &date));
    assert_true(date.is_loose);
    assert_true(date_find(&patterns, "12.04.63", 8, 0, &date));
    assert_false(date.is_loose);
    date_patterns_done(&patterns);
}

static void compares_with_the_register(void **state)
{
    const struct date whole = {.day = 12, .month = 3, .year = 1961};
    const struct date cut = {.day = 12, .month = 3, .year = 61, .is_short = true};
    (void)state;
    assert_int_equal(date_from_iso("1961-03-12"), 19610312);
    assert_int_equal(date_from_iso("12.03.1961"), 0);
    assert_int_equal(date_from_iso("1961-02-31"), 0);
    assert_int_equal(date_from_iso(""), 0);
    assert_true(date_is(&whole, 19610312));
    assert_true(date_is(&cut, 19610312));
    assert_false(date_is(&whole, 19610313));
    assert_false(date_is(&cut, 0));
    assert_int_equal(date_differences(&whole, 19610312), 0);
    assert_int_equal(date_differences(&whole, 19610313), 1);
    assert_int_equal(date_differences(&cut, 18610312), 0);
    assert_int_equal(date_differences(&whole, 20011102), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_notation),
        cmocka_unit_test(finds_one_after_the_other),
        cmocka_unit_test(dates_without_dots_are_loose),
        cmocka_unit_test(compares_with_the_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
