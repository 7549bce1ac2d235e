/* day.c - see day.h. Day numbers by whole eras of 400 years (146,097 days), with years that begin
 * in March, so that the leap day is the last of its year. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "law/day.h"

enum {
    ERA_YEARS = 400,
    ERA_DAYS = 146097,
    FIRST_OF_MARCH_YEAR_0 = -719468, /* counted from 1970-01-01 */
    DAYS_OF_YEAR = 365,
    DAYS_OF_4_YEARS = 1461,
    DAYS_OF_100_YEARS = 36524
};

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

static int floor_division(int dividend, int divisor)
{
    int quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

/* `civil` is a day of the calendar. */
static int32_t number_of(struct civil_day civil)
{
    int year = civil.month > 2 ? civil.year : civil.year - 1;
    int month_from_march = (civil.month + 9) % 12;
    int era = floor_division(year, ERA_YEARS);
    int year_of_era = year - era * ERA_YEARS;
    int day_of_year = (153 * month_from_march + 2) / 5 + civil.day - 1;
    int day_of_era = year_of_era * DAYS_OF_YEAR + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return FIRST_OF_MARCH_YEAR_0 + era * ERA_DAYS + day_of_era;
}

bool day_from_civil(struct civil_day civil, int32_t *ret_day)
{
    if (civil.year < DAY_YEAR_FIRST || civil.year > DAY_YEAR_LAST)
        return false;
    if (civil.month < 1 || civil.month > 12)
        return false;
    if (civil.day < 1 || civil.day > days_of_month(civil.year, civil.month))
        return false;
    *ret_day = number_of(civil);
    return true;
}

struct civil_day day_to_civil(int32_t day)
{
    int since = day - FIRST_OF_MARCH_YEAR_0;
    int era = floor_division(since, ERA_DAYS);
    int day_of_era = since - era * ERA_DAYS;
    int year_of_era = (day_of_era - day_of_era / (DAYS_OF_4_YEARS - 1) +
                       day_of_era / DAYS_OF_100_YEARS - day_of_era / (ERA_DAYS - 1)) /
                      DAYS_OF_YEAR;
    int day_of_year =
        day_of_era - (DAYS_OF_YEAR * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct civil_day){.year = year_of_era + era * ERA_YEARS + (month <= 2),
                              .month = month,
                              .day = day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

enum weekday day_weekday(int32_t day)
{
    int from_monday = (day + 3) % 7; // 1970-01-01 was a Thursday
    return (enum weekday)(from_monday < 0 ? from_monday + 7 : from_monday);
}

/* ---- written ------------------------------------------------------------------------------- */

static bool read_digits(const char *text, int count, int *ret_number)
{
    *ret_number = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *ret_number = *ret_number * 10 + (text[i] - '0');
    }
    return true;
}

bool day_from_text(const char *text, int32_t *ret_day)
{
    struct civil_day civil;
    return strlen(text) == strlen("2026-03-02") && text[4] == '-' && text[7] == '-' &&
           read_digits(text, 4, &civil.year) && read_digits(text + 5, 2, &civil.month) &&
           read_digits(text + 8, 2, &civil.day) && day_from_civil(civil, ret_day);
}

void day_to_text(int32_t day, char ret_text[DAY_TEXT_BYTES])
{
    struct civil_day civil = day_to_civil(day);
    (void)snprintf(ret_text, DAY_TEXT_BYTES, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}

void day_to_german(int32_t day, char ret_text[DAY_TEXT_BYTES])
{
    static const char *const names[] = {"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"};
    struct civil_day civil = day_to_civil(day);
    (void)snprintf(ret_text, DAY_TEXT_BYTES, "%s %02d.%02d.%04d", names[day_weekday(day)],
                   civil.day, civil.month, civil.year);
}

/* ---- later and earlier --------------------------------------------------------------------- */

int32_t day_add_months(int32_t day, int months)
{
    struct civil_day civil = day_to_civil(day);
    int month_from_zero = civil.year * 12 + civil.month - 1 + months;
    civil.year = floor_division(month_from_zero, 12);
    civil.month = month_from_zero - civil.year * 12 + 1;
    int last = days_of_month(civil.year, civil.month);
    if (civil.day > last)
        civil.day = last;
    return number_of(civil);
}

int32_t day_of_wall_ms(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms >= 0 ? wall_ms / 1000 : (wall_ms - 999) / 1000);
    struct tm local;
    localtime_r(&seconds, &local);
    return number_of((struct civil_day){
        .year = local.tm_year + 1900, .month = local.tm_mon + 1, .day = local.tm_mday});
}
