/* times.h - moments and durations as short as a person needs them. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef CLI_TIMES_H
#define CLI_TIMES_H

#include <stdint.h>

enum { TIMES_BYTES = 32 };

/* A wall-clock moment seen from `now_ms`: "08:15" today, "02.03. 08:15" this year, else
 * "02.03.2025". Local time. */
void times_moment(int64_t wall_ms, int64_t now_ms, char ret_text[TIMES_BYTES]);
/* "12 s", "3 min", "2 h 05 min", "4 days". Negative ones are "0 s". */
void times_duration(int64_t ms, char ret_text[TIMES_BYTES]);

#endif
