/* clock.h - the two clocks, behind function pointers so that tests can hold them still.
 *
 * Wall time (milliseconds since 1970-01-01 UTC) is for people and records; it may jump. Leases
 * and waits use the monotonic clock, which does not (it starts anew at boot). */
// SPDX-License-Identifier: EUPL-1.2
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*wall_ms)(void *context);
    int64_t (*monotonic_ms)(void *context);
    void *context; /* borrowed */
};

/* The system's own clocks; static. */
const struct clock *clock_system(void);
int64_t clock_wall_ms(const struct clock *clock);
int64_t clock_monotonic_ms(const struct clock *clock);

enum { TIMESTAMP_BYTES = 32 };

/* RFC 3339 in the local time zone with seconds, e.g. 2026-03-02T08:15:00+01:00. */
void timestamp_local(int64_t wall_ms, char ret_text[TIMESTAMP_BYTES]);
/* RFC 3339 in UTC with milliseconds, e.g. 2026-03-02T07:15:00.000Z: for records and the audit. */
void timestamp_utc(int64_t wall_ms, char ret_text[TIMESTAMP_BYTES]);

#endif
