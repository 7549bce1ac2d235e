/* silence.c - see silence.h. Days are those of the local time zone. */
// SPDX-License-Identifier: EUPL-1.2
#include <time.h>

#include "law/day.h"
#include "law/holidays.h"
#include "monitor/silence.h"
#include "store/mailroom.h"

enum { WEEK_DAYS = 7 };

/* The latest of the first scans of those days; -1 when they say nothing. */
static int64_t usual_ms(const struct silence_past *past)
{
    int days = 0;
    int64_t latest = -1;
    for (int i = 0; i < SILENCE_WEEKS; i++) {
        if (!past->was_working_day[i] || past->first_ms[i] < 0)
            continue;
        days++;
        if (past->first_ms[i] > latest)
            latest = past->first_ms[i];
    }
    return days >= SILENCE_DAYS_LEAST ? latest : -1;
}

bool silence_is_unusual(const struct silence_past *past, bool has_scanned_today, int64_t today_ms,
                        int64_t grace_ms)
{
    int64_t usual = usual_ms(past);
    return !has_scanned_today && usual >= 0 && today_ms >= usual + grace_ms;
}

/* Wall-clock time of the midnight at which the day begins. */
static int64_t midnight_ms(int32_t day)
{
    struct civil_day civil = day_to_civil(day);
    struct tm local = {.tm_year = civil.year - 1900,
                       .tm_mon = civil.month - 1,
                       .tm_mday = civil.day,
                       .tm_isdst = -1};
    return (int64_t)mktime(&local) * 1000;
}

static enum status first_of(struct ledger *ledger, const char *site, int32_t day, int64_t *ret_ms,
                            struct fault *fault)
{
    int64_t first = 0;
    int64_t begin = midnight_ms(day);
    enum status status = site_first_scan(ledger, site, begin, midnight_ms(day + 1), &first, fault);
    if (status == STATUS_OK)
        *ret_ms = first == 0 ? -1 : first - begin;
    return status;
}

enum status silence_look(struct ledger *ledger, const char *site, int64_t now_ms, int64_t grace_ms,
                         bool *ret_is_silent, int64_t *ret_since_ms, struct fault *fault)
{
    int32_t today = day_of_wall_ms(now_ms);
    int64_t midnight = midnight_ms(today);
    int64_t first_today = -1;
    struct silence_past past = {0};
    *ret_is_silent = false;
    if (!is_working_day(today))
        return STATUS_OK;
    enum status status = first_of(ledger, site, today, &first_today, fault);
    for (int i = 0; i < SILENCE_WEEKS && status == STATUS_OK && first_today < 0; i++) {
        int32_t day = today - WEEK_DAYS * (i + 1);
        past.was_working_day[i] = is_working_day(day);
        status = first_of(ledger, site, day, &past.first_ms[i], fault);
    }
    if (status != STATUS_OK)
        return status;
    *ret_is_silent = silence_is_unusual(&past, first_today >= 0, now_ms - midnight, grace_ms);
    *ret_since_ms = midnight + usual_ms(&past);
    return STATUS_OK;
}
