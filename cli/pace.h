/* pace.h - pages a minute, over the last minute of looking. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_PACE_H
#define CLI_PACE_H

#include <stddef.h>
#include <stdint.h>

enum { PACE_LOOKS = 64, PACE_STEP_MS = 1000 };

/* Looks, at most one a PACE_STEP_MS; {0} at first. */
struct pace {
    int64_t at_ms[PACE_LOOKS]; /* monotonic */
    uint64_t pages[PACE_LOOKS];
    size_t count; /* looks kept so far; the newest is at (count - 1) % PACE_LOOKS */
};

/* `pages`: read since ever. Looks that come too soon are left out. */
void pace_add(struct pace *pace, int64_t monotonic_ms, uint64_t pages);
/* -1 as long as there are fewer than two looks. */
double pace_pages_a_minute(const struct pace *pace);

#endif
