/* times.c - see times.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stdio.h>
#include <time.h>

#include "cli/times.h"

enum { MINUTE_S = 60, HOUR_S = 3600, TWO_DAYS_S = 2 * 86400 };

static struct tm local(int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts = {0};
    (void)localtime_r(&seconds, &parts);
    return parts;
}

void times_moment(int64_t wall_ms, int64_t now_ms, char ret_text[TIMES_BYTES])
{
    struct tm then = local(wall_ms);
    struct tm now = local(now_ms);
    size_t length = 0;
    if (then.tm_year != now.tm_year)
        length = strftime(ret_text, TIMES_BYTES, "%d.%m.%Y", &then);
    else if (then.tm_yday != now.tm_yday)
        length = strftime(ret_text, TIMES_BYTES, "%d.%m. %H:%M", &then);
    else
        length = strftime(ret_text, TIMES_BYTES, "%H:%M", &then);
    if (length == 0)
        ret_text[0] = '\0';
}

void times_duration(int64_t ms, char ret_text[TIMES_BYTES])
{
    int64_t seconds = ms < 0 ? 0 : ms / 1000;
    long long whole = seconds;
    if (seconds < MINUTE_S)
        (void)snprintf(ret_text, TIMES_BYTES, "%lld s", whole);
    else if (seconds < HOUR_S)
        (void)snprintf(ret_text, TIMES_BYTES, "%lld min", whole / MINUTE_S);
    else if (seconds < TWO_DAYS_S)
        (void)snprintf(ret_text, TIMES_BYTES, "%lld h %02lld min", whole / HOUR_S,
                       whole % HOUR_S / MINUTE_S);
    else
        (void)snprintf(ret_text, TIMES_BYTES, "%lld days", whole / (TWO_DAYS_S / 2));
}
