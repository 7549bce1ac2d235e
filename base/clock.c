/* clock.c - see clock.h. */
// SPDX-License-Identifier: EUPL-1.2
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

static int64_t now_ms(clockid_t id)
{
    struct timespec now = {0};
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_wall(void *context)
{
    (void)context;
    return now_ms(CLOCK_REALTIME);
}

static int64_t system_monotonic(void *context)
{
    (void)context;
    return now_ms(CLOCK_MONOTONIC);
}

const struct clock *clock_system(void)
{
    static const struct clock system_clock = {system_wall, system_monotonic, NULL};
    return &system_clock;
}

int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms(clock->context);
}

int64_t clock_monotonic_ms(const struct clock *clock)
{
    return clock->monotonic_ms(clock->context);
}

void timestamp_local(int64_t wall_ms, char ret_text[TIMESTAMP_BYTES])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts = {0};
    (void)localtime_r(&seconds, &parts);
    char zone[8] = "";
    (void)strftime(zone, sizeof zone, "%z", &parts);
    char day[24] = "";
    (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(ret_text, TIMESTAMP_BYTES, "%s%.3s:%s", day, zone, zone + 3);
}

void timestamp_utc(int64_t wall_ms, char ret_text[TIMESTAMP_BYTES])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts = {0};
    (void)gmtime_r(&seconds, &parts);
    char day[24] = "";
    (void)strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(ret_text, TIMESTAMP_BYTES, "%s.%03dZ", day, (int)(wall_ms % 1000));
}
