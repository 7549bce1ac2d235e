/* holidays.c - see holidays.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stddef.h>

#include "law/day.h"
#include "law/holidays.h"

enum { BY_EASTER = 0 };

struct holiday {
    const char *name;
    int month;      /* BY_EASTER: `day` is counted from Easter Sunday */
    int day;        /* of the month, or days after Easter Sunday */
    int first_year; /* in which it is a holiday here */
};

/* § 2(1) FTG M-V. */
static const struct holiday HOLIDAYS[] = {
    {"Neujahr",                   1,         1,  1900},
    {"Internationaler Frauentag", 3,         8,  2023},
    {"Karfreitag",                BY_EASTER, -2, 1900},
    {"Ostermontag",               BY_EASTER, 1,  1900},
    {"Tag der Arbeit",            5,         1,  1900},
    {"Christi Himmelfahrt",       BY_EASTER, 39, 1900},
    {"Pfingstmontag",             BY_EASTER, 50, 1900},
    {"Tag der Deutschen Einheit", 10,        3,  1990},
    {"Reformationstag",           10,        31, 1900},
    {"1. Weihnachtstag",          12,        25, 1900},
    {"2. Weihnachtstag",          12,        26, 1900},
};

int32_t easter_sunday(int year)
{
    int golden = year % 19;
    int century = year / 100, of_century = year % 100;
    int moon_correction = (century - (century + 8) / 25 + 1) / 3;
    int epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
    int weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    int late = (golden + 11 * epact + 22 * weekday) / 451;
    int from_march = epact + weekday - 7 * late + 114;
    int32_t day = 0;
    (void)day_from_civil((struct civil_day){year, from_march / 31, from_march % 31 + 1}, &day);
    return day;
}

static bool falls_on(const struct holiday *holiday, int32_t day, struct civil_day civil)
{
    if (civil.year < holiday->first_year)
        return false;
    if (holiday->month == BY_EASTER)
        return day == easter_sunday(civil.year) + holiday->day;
    return civil.month == holiday->month && civil.day == holiday->day;
}

const char *public_holiday(int32_t day)
{
    struct civil_day civil = day_to_civil(day);
    for (size_t i = 0; i < sizeof HOLIDAYS / sizeof HOLIDAYS[0]; i++)
        if (falls_on(&HOLIDAYS[i], day, civil))
            return HOLIDAYS[i].name;
    return NULL;
}

const char *why_no_working_day(int32_t day)
{
    const char *holiday = public_holiday(day);
    if (holiday != NULL)
        return holiday;
    enum weekday weekday = day_weekday(day);
    if (weekday == SATURDAY)
        return "Samstag";
    return weekday == SUNDAY ? "Sonntag" : NULL;
}

bool is_working_day(int32_t day)
{
    return why_no_working_day(day) == NULL;
}

int32_t next_working_day(int32_t day)
{
    while (!is_working_day(day))
        day++;
    return day;
}

int32_t last_working_day_of_month(int32_t day)
{
    struct civil_day civil = day_to_civil(day);
    int32_t last = day_add_months(day - civil.day + 1, 1) - 1;
    while (!is_working_day(last))
        last--;
    return last;
}
