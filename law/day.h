/* day.h - calendar days, as law counts them: whole days of the Gregorian calendar, without hours.
 *
 * A day is the number of days since 1970-01-01 (negative before), so that differences are days.
 * Times of day do not matter to periods: they begin and end with whole days (§ 187 BGB). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_DAY_H
#define LAW_DAY_H

#include <stdbool.h>
#include <stdint.h>

enum {
    DAY_YEAR_FIRST = 1900, /* years outside of these are no days of a case file */
    DAY_YEAR_LAST = 2199,
    DAY_TEXT_BYTES = 16
};

#define DAY_UNKNOWN INT32_MIN

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

struct civil_day {
    int year;
    int month; /* 1 to 12 */
    int day;   /* of the month, from 1 */
};

/* False when there is no such day, or its year is out of bounds. */
bool day_from_civil(struct civil_day civil, int32_t *ret_day);
struct civil_day day_to_civil(int32_t day);
enum weekday day_weekday(int32_t day);

/* Reads exactly "2026-03-02". */
bool day_from_text(const char *text, int32_t *ret_day);
/* "2026-03-02". */
void day_to_text(int32_t day, char ret_text[DAY_TEXT_BYTES]);
/* "Mo 02.03.2026". */
void day_to_german(int32_t day, char ret_text[DAY_TEXT_BYTES]);

/* The same-numbered day `months` later (or earlier), or the last day of a shorter month
 * (§ 188(3) BGB). */
int32_t day_add_months(int32_t day, int months);

/* The day in the local time zone at a moment of wall time (milliseconds since 1970 UTC). */
int32_t day_of_wall_ms(int64_t wall_ms);

#endif
