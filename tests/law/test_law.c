/* test_law.c - days, holidays and periods come out as the statutes and the worked examples say. */
// SPDX-License-Identifier: EUPL-1.2
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law/day.h"
#include "law/holidays.h"
#include "law/period.h"

static int32_t day_of(const char *text)
{
    int32_t day = DAY_UNKNOWN;
    if (!day_from_text(text, &day))
        fail_msg("%s is no day", text);
    return day;
}

static void assert_day(const char *what, int32_t day, const char *expected)
{
    char text[DAY_TEXT_BYTES];
    day_to_text(day, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: %s instead of %s", what, text, expected);
}

static void every_day_of_three_centuries_comes_back(void **state)
{
    (void)state;
    int32_t first = day_of("1900-01-01"), last = day_of("2199-12-31");
    assert_int_equal(last - first + 1, 300 * 365 + 73); // leap years: every fourth but 1900, 2100
    for (int32_t day = first; day <= last; day++) {
        int32_t again = DAY_UNKNOWN;
        assert_true(day_from_civil(day_to_civil(day), &again));
        assert_int_equal(again, day);
    }
    assert_day("the first", 0, "1970-01-01");
    assert_int_equal(day_weekday(0), THURSDAY);
    assert_int_equal(day_weekday(day_of("2026-03-02")), MONDAY);
    assert_int_equal(day_weekday(day_of("1900-01-01")), MONDAY);
}

static void what_is_no_day_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",           "2026-02-29", "2100-02-29", "2026-13-01",
                                        "2026-00-10", "2026-04-31", "2026-04-00", "1899-12-31",
                                        "2200-01-01", "2026-4-1",   "2026-04-1x", "02.03.2026",
                                        "2026-03-021"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int32_t day = 7;
        if (day_from_text(wrong[i], &day) || day != 7)
            fail_msg("\"%s\" was taken for a day", wrong[i]);
    }
}

/* Easter by the method of the Gregorian calendar's epact table in Gauss's form: another way than
 * the one under test. */
static int easter_by_gauss(int year)
{
    int k = year / 100;
    int moon = 15 + (3 * k + 3) / 4 - (8 * k + 13) / 25;
    int sun = 2 - (3 * k + 3) / 4;
    int a = year % 19;
    int d = (19 * a + moon) % 30;
    int r = (d + a / 11) / 29;
    int full_moon = 21 + d - r;
    int sunday = 7 - (year + year / 4 + sun) % 7;
    return full_moon + 7 - (full_moon - sunday) % 7; // day of March
}

static void easter_is_right_for_three_hundred_years(void **state)
{
    (void)state;
    for (int year = DAY_YEAR_FIRST; year <= DAY_YEAR_LAST; year++) {
        int32_t first_of_march = DAY_UNKNOWN;
        assert_true(day_from_civil((struct civil_day){year, 3, 1}, &first_of_march));
        int expected = easter_by_gauss(year);
        if (easter_sunday(year) != first_of_march + expected - 1)
            fail_msg("Easter of %d is not %d March", year, expected);
        assert_int_equal(day_weekday(easter_sunday(year)), SUNDAY);
    }
    assert_day("2025", easter_sunday(2025), "2025-04-20");
    assert_day("2026", easter_sunday(2026), "2026-04-05");
    assert_day("2027", easter_sunday(2027), "2027-03-28");
}

static void holidays_are_those_of_the_land(void **state)
{
    (void)state;
    static const char *const of_2026[] = {"2026-01-01", "2026-03-08", "2026-04-03", "2026-04-06",
                                          "2026-05-01", "2026-05-14", "2026-05-25", "2026-10-03",
                                          "2026-10-31", "2026-12-25", "2026-12-26"};
    size_t found = 0;
    for (int32_t day = day_of("2026-01-01"); day <= day_of("2026-12-31"); day++) {
        if (public_holiday(day) == NULL)
            continue;
        assert_true(found < sizeof of_2026 / sizeof of_2026[0]);
        assert_day("a holiday of 2026", day, of_2026[found++]);
    }
    assert_int_equal(found, sizeof of_2026 / sizeof of_2026[0]);
    assert_string_equal(public_holiday(day_of("2023-03-08")), "Internationaler Frauentag");
    assert_null(public_holiday(day_of("2022-03-08")));
    assert_null(public_holiday(day_of("2026-06-04"))); // Fronleichnam is none here
    assert_string_equal(why_no_working_day(day_of("2026-02-28")), "Samstag");
    assert_true(is_working_day(day_of("2026-12-24")));
    assert_day("May 2026", last_working_day_of_month(day_of("2026-05-03")), "2026-05-29");
    assert_day("October 2026", last_working_day_of_month(day_of("2026-10-31")), "2026-10-30");
}

static void a_posted_decision_gives_these_periods(void **state)
{
    (void)state;
    static const struct {
        const char *posted, *notified, *raw, *end;
    } cases[] = {
        {"2026-01-27", "2026-01-31", "2026-02-28", "2026-03-02"},
        {"2026-02-04", "2026-02-08", "2026-03-08", "2026-03-09"},
        {"2026-11-27", "2026-12-01", "2027-01-01", "2027-01-04"},
        {"2024-12-30", "2025-01-02", "2025-02-02", "2025-02-03"},
        {"2025-01-01", "2025-01-05", "2025-02-05", "2025-02-05"},
        {"2026-03-26", "2026-03-30", "2026-04-30", "2026-04-30"},
        {"2026-04-28", "2026-05-02", "2026-06-02", "2026-06-02"},
    };
    const struct period month = {.length = 1, .unit = PERIOD_MONTHS};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t notified = deemed_notified(day_of(cases[i].posted));
        struct period_end end = period_end(notified, &month);
        assert_day(cases[i].posted, notified, cases[i].notified);
        assert_day(cases[i].posted, end.raw, cases[i].raw);
        assert_day(cases[i].posted, end.day, cases[i].end);
        assert_int_equal(end.reason != NULL, end.raw != end.day);
    }
}

static void periods_end_as_the_civil_code_says(void **state)
{
    (void)state;
    static const struct {
        const char *name, *event;
        struct period period;
        const char *end;
    } cases[] = {
        {"a short month",   "2026-01-31", {1, PERIOD_MONTHS, false},  "2026-03-02"},
        {"two weeks",       "2026-03-02", {2, PERIOD_WEEKS, false},   "2026-03-16"},
        {"three weeks",     "2026-03-02", {3, PERIOD_WEEKS, false},   "2026-03-23"},
        {"a year",          "2026-02-01", {12, PERIOD_MONTHS, false}, "2027-02-01"},
        {"a year too",      "2026-02-01", {1, PERIOD_YEARS, false},   "2027-02-01"},
        {"from a leap day", "2024-02-29", {1, PERIOD_YEARS, false},   "2025-02-28"},
        {"days",            "2026-03-02", {3, PERIOD_DAYS, false},    "2026-03-05"},
        {"over Easter",     "2026-03-31", {3, PERIOD_DAYS, false},    "2026-04-07"},
        {"a certain day",   "2026-03-20", {2, PERIOD_WEEKS, true},    "2026-04-03"},
        {"Christmas",       "2026-11-25", {1, PERIOD_MONTHS, false},  "2026-12-28"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_day(cases[i].name, period_end(day_of(cases[i].event), &cases[i].period).day,
                   cases[i].end);
}

static void a_moment_belongs_to_the_local_day(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
    assert_day("an hour before midnight", day_of_wall_ms(INT64_C(1772402400000)), "2026-03-01");
    assert_day("the new day", day_of_wall_ms(INT64_C(1772406000000)), "2026-03-02");
    assert_day("before 1970", day_of_wall_ms(INT64_C(-3600001)), "1969-12-31");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_three_centuries_comes_back),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(easter_is_right_for_three_hundred_years),
        cmocka_unit_test(holidays_are_those_of_the_land),
        cmocka_unit_test(a_posted_decision_gives_these_periods),
        cmocka_unit_test(periods_end_as_the_civil_code_says),
        cmocka_unit_test(a_moment_belongs_to_the_local_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
