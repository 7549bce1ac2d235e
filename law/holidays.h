/* holidays.h - public holidays in Mecklenburg-Vorpommern, and working days.
 *
 * Source: § 2 of the Land's holidays act (Feiertagsgesetz M-V, FTG M-V); 8 March since 2023. A
 * working day is a day from Monday to Friday that is no public holiday: the days onto which the
 * end of a period moves (§ 193 BGB, § 26(3) SGB X, § 64(3) SGG). The holidays of the place count
 * at which the act is to be done: here always the office's. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_HOLIDAYS_H
#define LAW_HOLIDAYS_H

#include <stdbool.h>
#include <stdint.h>

/* Easter Sunday of a year of the Gregorian calendar (Meeus/Jones/Butcher). */
int32_t easter_sunday(int year);

/* The holiday's German name (static), or NULL when the day is none. */
const char *public_holiday(int32_t day);

bool is_working_day(int32_t day);
/* Why the day is no working day: a holiday's name, "Samstag", "Sonntag"; NULL when it is one. */
const char *why_no_working_day(int32_t day);
/* `day` itself, or the first working day behind it. */
int32_t next_working_day(int32_t day);
/* The last working day of the month in which `day` lies. */
int32_t last_working_day_of_month(int32_t day);

#endif
