/* pace.c - see pace.h. */
// SPDX-License-Identifier: EUPL-1.2
#include "cli/pace.h"

enum { MINUTE_MS = 60000 };

void pace_add(struct pace *pace, int64_t monotonic_ms, uint64_t pages)
{
    size_t newest = (pace->count + PACE_LOOKS - 1) % PACE_LOOKS;
    if (pace->count > 0 && monotonic_ms - pace->at_ms[newest] < PACE_STEP_MS)
        return;
    size_t next = pace->count % PACE_LOOKS;
    pace->at_ms[next] = monotonic_ms;
    pace->pages[next] = pages;
    pace->count++;
}

double pace_pages_a_minute(const struct pace *pace)
{
    if (pace->count < 2)
        return -1;
    size_t newest = (pace->count - 1) % PACE_LOOKS;
    size_t oldest = pace->count > PACE_LOOKS ? pace->count % PACE_LOOKS : 0;
    int64_t span_ms = pace->at_ms[newest] - pace->at_ms[oldest];
    if (span_ms <= 0)
        return -1;
    return (double)(pace->pages[newest] - pace->pages[oldest]) * MINUTE_MS / (double)span_ms;
}
