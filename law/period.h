/* period.h - when a period ends: §§ 187 to 193 BGB, § 26 SGB X, § 64 SGG; and when a decision that
 * was posted counts as notified: § 37(2) SGB X. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef LAW_PERIOD_H
#define LAW_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum period_unit { PERIOD_DAYS, PERIOD_WEEKS, PERIOD_MONTHS, PERIOD_YEARS };

struct period {
    int length; /* 0: at once ("unverzüglich"), no end is computed */
    enum period_unit unit;
    /* Its end stays where it is on a Saturday, Sunday or holiday: a certain day that was set with
     * notice (§ 26(3) S. 2 SGB X), a period of benefits (§ 26(4)), an appointment (§ 26(5)). */
    bool stays;
};

struct period_end {
    int32_t raw;        /* the day on which it ends by counting alone */
    int32_t day;        /* the day on which it ends; `raw`, or the next working day */
    const char *reason; /* why they differ: a holiday's name, "Samstag", "Sonntag"; else NULL */
};

/* The event's own day is not counted (§ 187(1) BGB); weeks end on its weekday, months and years
 * on its date or the last day of a shorter month (§ 188(2), (3) BGB). `length` is at least 1. */
struct period_end period_end(int32_t event, const struct period *period);

/* Appends "2 Wochen", "1 Monat", "unverzüglich". */
void period_append(struct text *text, const struct period *period);

/* The day on which a decision counts as notified that was given to the post (or sent off
 * electronically) on `posted`: the fourth day behind, for those posted before 2025 the third. It
 * may be any day of the week (BSG B 14 AS 12/09 R). Not so when it came later or never: that is
 * for people to find out. */
int32_t deemed_notified(int32_t posted);
/* The days behind the posting, 3 or 4. */
int deemed_notified_days(int32_t posted);

#endif
