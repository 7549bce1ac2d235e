/* dates.h - days in all German notations: 12.3.1961, 12.03.61, 1961-03-12, 12. März 1961; and with dots that a
 * scanner lost: 12 03 1961, 12031961. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLASSIFY_DATES_H
#define CLASSIFY_DATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classify/pattern.h"

enum { DATE_NOTATIONS = 4 };

struct date_patterns {
    struct pattern *notations[DATE_NOTATIONS];
};

struct date {
    uint32_t day, month, year;
    bool is_short;     /* the year has two digits: `year` is 0 to 99 */
    bool is_loose;     /* its dots were lost: a date only where a word says so */
    size_t start, end; /* bytes of the text */
};

enum status date_patterns_init(struct date_patterns *patterns, struct fault *fault);
void date_patterns_done(struct date_patterns *patterns);
/* The next possible day (31.02. is none) at or after `from`. */
bool date_find(const struct date_patterns *patterns, const char *text, size_t length, size_t from,
               struct date *ret_date);

/* YYYYMMDD as a number from "YYYY-MM-DD"; 0 when it is no day. */
uint32_t date_from_iso(const char *iso);
/* The date can be that day (YYYYMMDD): a short year fits every century. */
bool date_is(const struct date *date, uint32_t day);
/* Number of digits in which the date differs from the day: 0 to 8. */
unsigned date_differences(const struct date *date, uint32_t day);

#endif
