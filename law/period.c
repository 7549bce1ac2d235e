/* period.c - see period.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <assert.h>

#include "law/day.h"
#include "law/holidays.h"
#include "law/period.h"

enum {
    FOURTH_DAY_SINCE = 20089, /* 2025-01-01, Postrechtsmodernisierungsgesetz */
    DAYS_BEFORE_2025 = 3,
    DAYS_SINCE_2025 = 4
};

static int32_t raw_end(int32_t event, const struct period *period)
{
    switch (period->unit) {
    case PERIOD_DAYS:
        return event + period->length;
    case PERIOD_WEEKS:
        return event + 7 * period->length;
    case PERIOD_MONTHS:
        return day_add_months(event, period->length);
    case PERIOD_YEARS:
        return day_add_months(event, 12 * period->length);
    }
    return event;
}

struct period_end period_end(int32_t event, const struct period *period)
{
    assert(period->length > 0);
    struct period_end end = {.raw = raw_end(event, period)};
    end.day = period->stays ? end.raw : next_working_day(end.raw);
    end.reason = end.day == end.raw ? NULL : why_no_working_day(end.raw);
    return end;
}

void period_append(struct text *text, const struct period *period)
{
    static const char *const one[] = {"Tag", "Woche", "Monat", "Jahr"};
    static const char *const many[] = {"Tage", "Wochen", "Monate", "Jahre"};
    if (period->length == 0)
        text_append(text, "unverzüglich");
    else
        text_append_format(text, "%d %s", period->length,
                           (period->length == 1 ? one : many)[period->unit]);
}

int deemed_notified_days(int32_t posted)
{
    return posted >= FOURTH_DAY_SINCE ? DAYS_SINCE_2025 : DAYS_BEFORE_2025;
}

int32_t deemed_notified(int32_t posted)
{
    return posted + deemed_notified_days(posted);
}
