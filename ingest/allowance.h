/* allowance.h - how many bytes may go over the line now, by the hours of the day.
 *
 * What is allowed gathers while nothing is sent, for ALLOWANCE_GATHER_MS at most, so that a pause
 * is not followed by a flood. */
// SPDX-License-Identifier: EUPL-1.2
#ifndef INGEST_ALLOWANCE_H
#define INGEST_ALLOWANCE_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

enum { ALLOWANCE_GATHER_MS = 1000 };

struct allowance {
    int64_t rates[CONFIG_HOURS]; /* bytes a second in each hour, local time */
    int64_t stock;               /* thousandths of bytes that may go now */
    int64_t at_ms;               /* monotonic: when that was so */
};

void allowance_init(struct allowance *allowance, const int64_t rates[CONFIG_HOURS], int64_t now_ms);
/* Of the hour of `wall_ms`: bytes a second, CONFIG_RATE_UNLIMITED, or 0 for nothing. */
int64_t allowance_rate(const struct allowance *allowance, int64_t wall_ms);
/* How many of `wanted` bytes may go now; they are taken from what is allowed. Never less than all
 * of them but nothing: a piece is sent whole. */
size_t allowance_take(struct allowance *allowance, int64_t wall_ms, int64_t now_ms, size_t wanted);
/* Bytes in one piece, so that several go in a second on a slow line, and `most` on a fast one. */
size_t allowance_piece(const struct allowance *allowance, int64_t wall_ms, size_t most);

#endif
